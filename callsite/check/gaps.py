"""Comments that are meant as gaps and are not read as such: what they look like, and how they are put right.

## ... source file abbreviated to get to g examples        dots that are missing, or too few
## source code abbreviated to get to g examples            no dots at all
~~## ... source file abbreviated to get to g examples ...  a mark before the gap
... source file continues with no further g examples ...   no comment
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from callsite.check.facts import PageFacts
from callsite.check.places import place_findings
from callsite.check.rule import Finding
from callsite.model import Line
from callsite.snippet import find_gap_note

# A longer row is code that somebody has made smaller.
_LONGEST = 300

_OPENING = re.compile(r"[ \t]*(#+|//+|--+|;+|%+|/\*+|<!--+)?")
_CLOSING = {"/*": "*/", "<!": "-->"}

# The dots that words are held between, as far as they are more than the end of a sentence.
_DOTS = " \t.…"
_ELLIPSIS = re.compile(r"\.[ \t]*\.|…")

# What is said of code that is left out. The first is known without dots, the second with dots behind it, the third
# only with dots in front.
_SURE = re.compile(
    r"(?:the )?source (?:file |code )?(?:(?:is |was )?abbreviated\b|continues with (?:no further|no more|more) .*\bexamples?\b)",
    re.IGNORECASE,
)
_LEFT = r"(?:abbreviated|shortened|truncated|omitted|left out|elided|skipped|snipped|cut)\b"
_LIKELY = re.compile(
    rf"(?:the )?source (?:file |code )?(?:continue[sd]\b|(?:(?:is|was|has been) )?{_LEFT})", re.IGNORECASE
)
_BEHIND_DOTS = re.compile(
    r"(?:the )?(?:(?:rest|remainder) of (?:the )?)?(?:source|code|file|module|class|function|method|imports|lines)"
    rf"(?: file| code)? (?:continues\b|(?:(?:is|are|was|were|has been|have been) )?{_LEFT})",
    re.IGNORECASE,
)


# What any row has that may be meant as a gap.
_SIGNS = re.compile(r"\.[ \t]*\.|…|source", re.IGNORECASE)

# A comment between dots that are too few to be read, whatever it says; one that begins with two dots and has two colons
# is a directive of reStructuredText.
_DOTTED = re.compile(r"[ \t]*+(?:#+|//+|--+|;+|%+)[ \t]*+(?:\.[ \t]*+){2,}+(?!.*::).*[^\W_].*(?:\.[ \t]*){2}\Z")
_WORDLESS = re.compile(r"##+[ \t]*+(?:\.{2,}+|…)[ \t]*+")


def find_unread_gaps(facts: PageFacts) -> Iterator[Finding]:
    """Comments of listings that are meant as gaps and are not read as such."""
    for listing in facts.page.listings:
        yield from place_findings(listing, _find_unread(listing.snippet.lines))


def _find_unread(lines: Sequence[Line]) -> Iterator[tuple[int, str, str]]:
    for number in range(len(lines)):
        hint = _find_hint(lines, number)
        if hint:
            yield number, "this looks like a gap and is read as code", hint


def _find_hint(lines: Sequence[Line], number: int) -> str:
    """What to do about a line that is meant as a gap, or ""."""
    line = lines[number]
    if not _SIGNS.search(line.text):
        return ""
    row = f"~~{line.text}" if line.marked else line.text
    mended = mend_gap(row)
    if mended is not None:
        return f"write `{mended.strip()}`"
    if line.marked or len(row) > _LONGEST or find_gap_note(row) is not None:
        return ""
    if _DOTTED.fullmatch(row):
        return "begin and end its words with three dots"
    if _WORDLESS.fullmatch(row) and _stands_alone(lines, number):
        return "say what is left out: `## ... source file abbreviated ...`"
    return ""


def _stands_alone(lines: Sequence[Line], number: int) -> bool:
    """Whether the lines around one are blank or missing."""
    around = [lines[near] for near in (number - 1, number + 1) if 0 <= near < len(lines)]
    return all(line.blank for line in around)


def mend_gap(row: str) -> str | None:
    """A row of a listing as the gap that it is meant to be, or None when it is one already or nobody can tell.

    What comes back is read as a gap.
    """
    bare = row.removeprefix("~~")
    if len(row) > _LONGEST or find_gap_note(row) is not None:
        return None
    found = _OPENING.match(bare)
    assert found is not None  # all of it may be missing
    sign = found[1] or ""
    inside = bare[found.end() :].rstrip()
    closing = _CLOSING.get(sign[:2], "")
    if not inside.endswith(closing):
        return None  # the comment goes on below
    inside = inside.removesuffix(closing)
    words = inside.strip(_DOTS)
    start = inside.find(words)
    before, after = (_ELLIPSIS.search(part) is not None for part in (inside[:start], inside[start + len(words) :]))
    if not (_SURE.match(words) or (after and _LIKELY.match(words)) or (before and _BEHIND_DOTS.match(words))):
        return None
    if not sign and not (before and after):
        return None  # most likely words of a text
    mended = f"{bare[: found.end()] + ('' if sign else '##')} ... {words} ...{closing and f' {closing}'}"
    return mended if find_gap_note(mended) is not None else None
