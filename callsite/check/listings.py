"""The rules about listings: marks, gaps, and whether their code has to do with the page and can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from callsite.check.facts import PageFacts
from callsite.check.gaps import find_unread_gaps
from callsite.check.parsing import find_faults
from callsite.check.places import place_findings
from callsite.check.relevance import find_unmarked_imports, find_unrelated_marks, is_python
from callsite.check.rule import Finding, Rule
from callsite.lexing import find_names
from callsite.model import Gap, Line, Listing, Origin, Severity

# Tildes where only a mark makes sense. What has two more further on is crossed out (`~~x~~`), and what has three is a
# line below a heading.
_INDENTED = re.compile(r"(?: {4}|[ ]{0,3}\t)[ \t]*+~~(?!~)(?=.*[^\W_])(?!.*~~)")
_ENDING = re.compile(r"(?!.*~~.*~~)[ \t]*+[^\s#].*(?<!~)~~[ \t]*\Z")

# One tilde in front of what is no number and no mask to turn over: a statement.
_SINGLE = re.compile(
    r"~(?!~)[ \t]*+(?:@\w|(?:async )?def \w|class \w|import \w|from [\w.]+ import\b|(?:return|raise|assert|del|pass)\b"
    r"|(?:if|for|while|with|elif)\b.*:$|(?:else|try|finally):$|except\b.*:$|[\w.]+ = |[\w.]+\(.*\)$)"
)

# The end of a line that goes on below, where tildes may be an operator.
_UNFINISHED = re.compile(r"[(\[{,=+*/%?:&|<>^\\-][ \t]*\Z")

# Languages in which tildes are text, by Pygments' short names.
_TEXTS = frozenset(("text", "output", "markdown", "restructuredtext", "console", "bash", "diff", "udiff"))


def find_misplaced_marks(facts: PageFacts) -> Iterator[Finding]:
    """Tildes of listings that are meant as marks and are not read as such, and marks of nothing."""
    for listing in facts.page.listings:
        yield from place_findings(listing, _find_misplaced_marks(listing))


def find_unmarked(facts: PageFacts) -> Iterator[Finding]:
    """Listings of an example page that have no mark, though they are Python or quoted from a project."""
    if facts.symbol is None or not facts.symbol.module or facts.page.meta.toc:
        return
    for listing in facts.page.listings:
        lines = [line.text.strip() for line in listing.snippet.lines if line.text.strip()]
        is_code = bool(lines) and not lines[0].startswith(">>>")
        if is_code and not listing.snippet.marks and (is_python(listing) or listing.origin != Origin()):
            hint = f"begin the lines that use `{facts.symbol}` with `~~`"
            yield Finding(listing.at, "no line of this listing is marked", hint)


def find_nameless(facts: PageFacts) -> Iterator[Finding]:
    """Listings of a symbol's page that are code, for their marks, gaps or origin, and say no language."""
    for listing in facts.page.listings if facts.symbol else ():
        snippet = listing.snippet
        has_gap = any(isinstance(row, Gap) for row in snippet.rows)
        if not snippet.language and (snippet.marks or has_gap or listing.origin != Origin()):
            message = "this listing says no language, and is shown without colours"
            yield Finding(listing.at, message, f"write it behind the fence: {listing.layout.fence}python")


def _find_misplaced_marks(listing: Listing) -> Iterator[tuple[int, str, str]]:
    above = Line("")
    for number, line in enumerate(listing.snippet.lines):
        found = _find_misplaced(line, listing, above) if "~" in line.text else None
        if found:
            yield number, *found
        above = line
    for number in _find_empty_marks(listing):
        yield number, "a mark with nothing behind it", "take it away, or mark the line of code beside it"


def _find_misplaced(line: Line, listing: Listing, above: Line) -> tuple[str, str] | None:
    """What is wrong with the tildes of a line, and what to do about it."""
    text = line.text
    names = find_names(listing.snippet.language)
    if not names or not _TEXTS.isdisjoint(names):
        return None
    goes_on = _UNFINISHED.search(above.text) is not None
    if _INDENTED.match(text) and (is_python(listing) or not goes_on):
        return "`~~` behind spaces or a tab is code", "begin the line with `~~`, and put the spaces behind it"
    if _ENDING.match(text):
        return "`~~` at the end of a line is code", "write it at the beginning of the line only"
    if _SINGLE.match(text) and is_python(listing) and not goes_on:
        return f"{'three tildes are' if line.marked else 'one tilde is'} no mark", "begin the line with `~~`"
    return None


def _find_empty_marks(listing: Listing) -> Iterator[int]:
    """The marked lines without code at the ends of blocks of marked lines; those between others are a part of it."""
    number = 0
    for run in listing.snippet.runs:
        block: list[Line] = []
        for line in (*run, Line("")):
            if line.marked:
                block.append(line)
            elif block:
                yield from (number - len(block) + at for at in _find_ends(block))
                block = []
            number += 1
        number -= 1


def _find_ends(block: Sequence[Line]) -> Iterator[int]:
    """The first of the blank lines that a block begins with, and the first of those that it ends with."""
    full = [at for at, line in enumerate(block) if line.text.strip()]
    if not full or full[0] > 0:
        yield 0
    if full and full[-1] < len(block) - 1:
        yield full[-1] + 1


RULES: tuple[Rule[PageFacts], ...] = (
    Rule(
        "L109",
        "tildes that are no mark",
        Severity.WARNING,
        find_misplaced_marks,
        (
            "content/pages/a.md:5: L109 `~~` behind spaces or a tab is code; begin the line with `~~`, and put the spaces behind it",
            "content/pages/a.md:5: L109 `~~` at the end of a line is code; write it at the beginning of the line only",
            "content/pages/a.md:5: L109 one tilde is no mark; begin the line with `~~`",
            "content/pages/a.md:5: L109 three tildes are no mark; begin the line with `~~`",
            "content/pages/a.md:5: L109 a mark with nothing behind it; take it away, or mark the line of code beside it",
        ),
        """\
**Warning.** A mark is two tildes at the very beginning of a line. With four or more spaces
or a tab in front, the tildes are shown as part of the code, and so are tildes at the end
of a line and a third one. A blank line needs a mark only between two marked lines of code.
Nothing is said of tildes that the language itself has a use for, such as `~/bin` in a shell.
""",
    ),
    Rule(
        "L110",
        "a gap that is not read",
        Severity.WARNING,
        find_unread_gaps,
        (
            "content/pages/a.md:5: L110 this looks like a gap and is read as code; write `## ... source file abbreviated to get to g examples ...`",
            "content/pages/a.md:5: L110 this looks like a gap and is read as code; begin and end its words with three dots",
            "content/pages/a.md:5: L110 this looks like a gap and is read as code; say what is left out: `## ... source file abbreviated ...`",
        ),
        """\
**Warning.** A [gap]({filename}notation.md#gaps) is a comment whose words stand between dots,
three on either side, with no mark in front. This comment reads like one, but its dots are missing or
too few, it has no words, or it is marked. So it is shown as a line of code. Put it right as the
message says. If the comment is the project's own, say so with `check: ignore=L110` and the
reason.
""",
    ),
    Rule(
        "L111",
        "a listing without a mark",
        Severity.WARNING,
        find_unmarked,
        (
            "content/pages/a.md:4: L111 no line of this listing is marked; begin the lines that use `flask.globals.g` with `~~`",
        ),
        """\
**Warning.** The page is about a callable, and nothing in this listing shows where it is
used. Mark the lines that import or call it. Only Python and listings that say where they are
from are looked at: what a program prints, and code in other languages around it, need no marks.
""",
    ),
    Rule(
        "L112",
        "a mark that has nothing to do with the page",
        Severity.WARNING,
        find_unrelated_marks,
        (
            "content/pages/a.md:5: L112 nothing ties what is marked here to `flask.globals.g`; take the tildes away, and mark the lines that use it",
            "content/pages/a.md:5: L112 no line of this listing mentions `flask.globals.g`; show code that uses it, or list the name that it has here in `aliases`",
        ),
        """\
**Warning.** Most likely the wrong line is marked. A line has to do with the page if it says
the name, if it uses something that was made of it (`app` after `app = Flask()`), if it is
a part of a function, class or statement that uses it, or if it imports what is needed for that.
Only Python is looked at. Each block of marked lines is told of once, at its first line. If the code
knows the callable by another name, list that in the page's [`aliases`]({filename}notation.md#the-symbol).
""",
    ),
    Rule(
        "L113",
        "an import that is not marked",
        Severity.NOTE,
        find_unmarked_imports,
        ("content/pages/a.md:5: L113 this import of `flask.globals.g` is not marked; begin the line with `~~`",),
        """\
**Note.** The line imports what the page is about. Readers look for it, so that they know where the
name comes from. If the import stands there for another reason, leave it as it is.
""",
    ),
    Rule(
        "L114",
        "code that cannot be read",
        Severity.NOTE,
        find_faults,
        (
            "content/pages/a.md:8: L114 Python cannot read this: expected an indented block after class definition on line 5; mend it, or put a gap where code is left out",
        ),
        """\
**Note.** This stretch of code begins with a statement, has no gap in it, and still is no
Python. Most often, something was cut out and the gap is missing: a class without its body, a bracket that
is never closed. The words behind the colon are Python's own, and differ from one version to
the next. Code that only ends too early is not told of, nor is Python 2, nor are templates.
""",
    ),
    Rule(
        "L115",
        "code without a language",
        Severity.WARNING,
        find_nameless,
        (
            "content/pages/a.md:4: L115 this listing says no language, and is shown without colours; write it behind the fence: ```python",
        ),
        """\
**Warning.** The listing has marks, gaps or an origin, so it is code, but its fence does not say in
which language. It is shown without colours and links. For plain text that has marks on
purpose, write `text`.
""",
    ),
)
