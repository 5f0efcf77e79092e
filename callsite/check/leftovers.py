"""Rules about what an author has still to do, and about markup that readers would see."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser

from callsite.check.facts import PageFacts
from callsite.check.rule import Finding, Rule
from callsite.check.showing import shorten
from callsite.check.stretches import read_prose
from callsite.model import Place, Prose, Severity

_WORDS = "TODO|FIXME|XXX|TBD"
_LOREM = r"(?i:(?<!\w)lorem ipsum(?:,? dolor|[ \t.…]*\Z))"

# In running text these words are also names and subjects ("a TODO list", "it finds each FIXME"): they count with a
# colon or a name behind them, and in square brackets of their own.
_IN_TEXT = re.compile(
    rf"(?<![\w.$@#/-])(?:(?:{_WORDS})[*_]{{0,3}}:(?=[\s*_]|\Z)|(?:TODO|FIXME|XXX)\([\w@.-]+\)|TBD(?=[ \t.;|]*\Z))"
    rf"|(?<![\w\]])\[(?:{_WORDS})[:.… ]{{0,3}}\](?![(\[:])|{_LOREM}"
)

# At the beginning of a paragraph, item or value they also count alone, before a dash and before a verb.
_LEAD = re.compile(r"(?:[ \t>|]|[-*+:#][ \t]|#{2,6}[ \t]|\d{1,9}[.)][ \t])*[*_]{0,3}")
_NOUNS = (
    "lists?|apps?|applications?|items?|tasks?|entry|entries|comments?|notes?|markers?|tags?|managers?|projects?|tests?"
)
_AT_START = re.compile(
    rf"(?:{_WORDS})[*_]{{0,3}}(?:[.…!?]{{0,3}}[ \t|]*\Z|[ \t]+[-\u2013\u2014][ \t])"
    rf"|(?:TODO|FIXME)[*_]{{0,3}}[ \t]+(?!(?:{_NOUNS}|is|are|was|and|or|in|of)\b)[a-z]"
)

_IN_COMMENT = re.compile(
    rf"(?:(?:\A|<!--)[ \t*-]*|(?<![\w.])(?=[A-Z]+(?::|\([\w@.-]+\):)))(?P<word>(?:{_WORDS})\b|(?i:todo|fixme)(?= ?:))"
)

# Markup that Markdown has not read, each as it is written on a line, what of it a reader then sees, and what to do.
_LEAKS = (
    (
        re.compile(r"^[ \t>]*[^\s>`~].*?(?<!\\)(?P<seen>`{3,})"),
        "give a fence a line of its own, or write code within a line between single backticks",
    ),
    (
        re.compile(
            r"\S[ \t]*(?P<seen>\{(?:#(?!(?:if|each|await|key|snippet)\})[A-Za-z][\w:.-]*|:[ ]*[#.\w][^{}]*|\.[A-Za-z][\w-]*)\})"
            r"[ \t]*\Z"
        ),
        "leave no more than one space before it, and nothing behind it",
    ),
    (
        re.compile(r"^[ \t>]*#{1,6}[ \t].*(?P<seen>\{:?[ ]*#[A-Za-z][\w:.-]*[ ]*\}).*\w"),
        "put it at the end of the heading",
    ),
    (re.compile(r"^[ ]{1,3}(?P<seen>#{2,6}[ ])\S"), "begin a heading at the very start of its line"),
    (re.compile(r"(?<!\\)(?P<seen>\[\^\d{1,3}\])(?!:)"), "add the footnote that it refers to, `[^1]: …`"),
)
# A link or an image by the name of its address, and the line that gives a name its address.
_REFERENCE = re.compile(r"(?<![\w\]\[\\)])\[((?=[^\[\]]*[A-Za-z])[^\[\]]*)\]\[([^\[\]]*)\]")
_DEFINITION = re.compile(r"^[ \t>]*\[([^\[\]\n]+)\]:", re.MULTILINE)

_MAYBE_LEAKED = re.compile(r"```|\{(?::|[ ]*[#.])|\]\[|\[\^|^[ ]{1,3}##", re.MULTILINE)

# What of all this can be in the text that readers see.
_VISIBLE = re.compile(r"`{3,}|\{[^{}]*\}|#{2,6} |\[\^\d{1,3}\]|(?<=\])\[[^\[\]]*\]")

# Elements in which markup is shown on purpose, or is not shown.
_SHOWING = frozenset({"code", "pre", "kbd", "samp", "script", "style", "textarea"})


def find_things_to_do(facts: PageFacts) -> Iterator[Finding]:
    """Lines of prose, comments and metadata that say of themselves that they are not finished."""
    blocks = facts.page.blocks
    header = facts.rows[: blocks[0].at.line - 1] if blocks else facts.rows
    for line, row in enumerate(header if _is_suspect(" ".join(header)) else (), start=1):
        value = row.partition(":")[2].strip()
        start = _find_to_do(value, begins=True)
        if start >= 0:
            yield _left(facts, line, value[start:])
    for stretch in read_prose(facts, _is_suspect):
        begins = True
        for line, written, text, comment in stretch.rows:
            start = _find_to_do(text, begins) if _is_suspect(text) else -1
            begins = not text.strip()
            found = _IN_COMMENT.search(comment) if start < 0 and _is_suspect(comment) else None
            if found:
                start = found.start("word")
            if start >= 0:
                yield _left(facts, line, written[start:])


def _is_suspect(text: str) -> bool:
    """Whether it is worth a closer look; most text is not."""
    lowered = text.lower()
    return any(word in lowered for word in ("todo", "fixme", "xxx", "tbd", "lorem"))


def _find_to_do(text: str, begins: bool) -> int:
    """Where a line of text says that something is to be done, -1 if it does not; `begins` tells whether it may begin
    a paragraph.
    """
    lead = _LEAD.match(text)
    assert lead is not None  # matches the empty text
    if (begins or lead[0].strip()) and _AT_START.match(text, lead.end()):
        return lead.end()
    found = _IN_TEXT.search(text)
    return found.start() if found else -1


def _left(facts: PageFacts, line: int, text: str) -> Finding:
    shown = shorten(text.partition("-->")[0].strip())
    hint = "write what is to stand here, or delete the note"
    return Finding(Place(facts.page.at.path, line), f"`{shown}` is left to do", hint)


def find_leaked_markup(facts: PageFacts) -> Iterator[Finding]:
    """Markup that Markdown did not read, so that readers see it."""
    suspects = read_prose(facts, lambda text: _MAYBE_LEAKED.search(text) is not None)
    if not suspects or facts.tree.css_first("div.unread") is not None:
        return
    seen = {match[0] for match in _VISIBLE.finditer(_read_visible(facts.tree))}
    prose = (block.text for block in facts.page.blocks if isinstance(block, Prose))
    defined = {_name(match[1]) for text in prose for match in _DEFINITION.finditer(text)}
    for stretch in suspects:
        for line, written, text, _ in stretch.rows:
            for pattern, hint in _LEAKS:
                found = pattern.search(text)
                leaked = written[found.start("seen") : found.end("seen")] if found else ""
                if leaked and leaked in seen:
                    yield _leaked(facts, line, leaked, hint)
        for reference in _REFERENCE.finditer(stretch.text):
            label, name = (stretch.written[reference.start(group) : reference.end(group)] for group in (1, 2))
            if f"[{name}]" in seen and _name(name or label) not in defined:
                hint = (
                    f"add the line `[{_name(name or label)}]: address`, or write the address itself in round brackets"
                )
                yield _leaked(facts, stretch.find_line(reference.start()), f"[{label}][{name}]", hint)


def _name(text: str) -> str:
    """The name of an address, which is the same in any case and with any spaces."""
    return " ".join(text.lower().split())


def _leaked(facts: PageFacts, line: int, text: str, hint: str) -> Finding:
    message = f"`` {shorten(' '.join(text.split()))} `` is not read as markup, and readers see it"
    return Finding(Place(facts.page.at.path, line), message, hint)


def _read_visible(tree: LexborHTMLParser) -> str:
    """The text of a page that is no code."""
    parts: list[str] = []
    pending = [tree.body]
    while pending:
        node = pending.pop()
        if node is None:
            continue
        pending.append(node.next)
        if node.tag == "-text":
            parts.append(node.text_content or "")
        elif node.tag not in _SHOWING:
            pending.append(node.child)
    return "".join(parts)


RULES: tuple[Rule[PageFacts], ...] = (
    Rule(
        "P105",
        "something left to do",
        Severity.WARNING,
        find_things_to_do,
        (
            "content/pages/a.md:14: P105 `TODO: say what g is for, and when a reader wants it.` is left to do; write "
            "what is to stand here, or delete the note",
        ),
        """\
**Warning.** The text says of itself that it is not finished: `TODO`, `FIXME`, `XXX` or `TBD`, or filler such as
`Lorem ipsum dolor`. A page that was [harvested]({filename}harvesting.md) or made by `callsite new` has such
comments where only you know what to say. Comments count because readers of the source see them
and because what they ask for is missing. Code is not looked at, neither in listings nor
within a line, and a word that is only spoken of, as in “a TODO list”, is not meant.
""",
    ),
    Rule(
        "P108",
        "markup that readers see",
        Severity.WARNING,
        find_leaked_markup,
        (
            "content/pages/a.md:9: P108 `` {#intro} `` is not read as markup, and readers see it; leave no more than one "
            "space before it, and nothing behind it",
            "content/pages/a.md:9: P108 `` [the guide][guide] `` is not read as markup, and readers see it; add the "
            "line `[guide]: address`, or write the address itself in round brackets",
        ),
        """\
**Warning.** Some markup came out as text: three backticks within a line, the attributes `{#id}`
or `{: .class}` in a place that has none, `##` behind spaces, a link such as `[text][name]` or a footnote `[^1]`
that is defined nowhere. The message says how it would be read. If you mean the
characters themselves, write them as code, between backticks.
""",
    ),
)
