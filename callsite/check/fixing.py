r"""What can be put right in a page without asking anybody, because it means the same in both spellings.

    M114  metadata in another spelling than the canonical one
    L103  spaces before a mark       ` ~~f()`  ->  `~~ f()`: the space is code, and stays
    L110  a comment meant as a gap   `## source file abbreviated …`  ->  `## ... source file abbreviated … ...`
    O102  a step to nowhere          `https://…/a/./b.py`  ->  `https://…/a/b.py`, in links, `url=` and `path=`

A fix changes one row and nothing else in it: line ends of all kinds, a byte order mark, form feeds and a missing end of
the last line stay, and so does the number of lines. What cannot be fixed for certain is left to the person who wrote
it. Files are read and written elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from callsite.check.gaps import mend_gap
from callsite.check.places import place_rows
from callsite.check.provenance import mend_address
from callsite.check.spelling import find_mends
from callsite.fence import parse_info
from callsite.model import Line, Listing, Page, Place, Prose, Snippet
from callsite.page import lines_fit, parse_page
from callsite.records import dataclass, replace
from callsite.snippet import format_snippet, split_rows
from callsite.text import BOM, split_ends

_SURROGATE = re.compile("[\ud800-\udfff]")

# An address where Markdown makes a link of it: `[words](address`, `<address`, `[label]: address`. In brackets of its
# own, it ends there; what is left of it is then a part of the address, and as certain.
_LINK = re.compile(r"(?:\]\(<?|<|\]:[ \t]+)(https?://[^\s<>()`]+)")
# Raw HTML whose insides are no Markdown, and a tag of any kind.
_RAW = re.compile(r"<(?:pre|code|script|style|textarea)\b|<!--", re.IGNORECASE)
_TAG = re.compile(r"<(?!https?:)[a-z/!]", re.IGNORECASE)
_NO_PARAGRAPH = re.compile(r"(\n[ \t>]*(?=\n))")


@dataclass(frozen=True, slots=True)
class Change:
    """One row that was put right: where, for which rule, and what was done."""

    at: Place
    code: str
    what: str

    def __str__(self) -> str:
        return f"{self.at}: {self.code} {self.what}"


@dataclass(frozen=True, slots=True)
class Fixed:
    """A page with all fixes, and what they are. `refused` is why it must not be touched at all, or ""."""

    text: str
    changes: tuple[Change, ...] = ()
    refused: str = ""


class _Mend(NamedTuple):
    line: int
    row: str
    code: str
    what: str


def plan_fixes(text: str, path: str, left: Collection[str] = ()) -> Fixed:
    """Put right what is certain in a page; `path` only says where. What the rules `left` are about stays as it is.

    `text` is the whole file as it is, line ends included. One that was damaged before is never touched: it holds NUL,
    or bytes that are not UTF-8, which `surrogateescape` has read as lone surrogates.
    """
    if "\0" in text:
        return Fixed(text, refused="it holds NUL bytes")
    if _SURROGATE.search(text):
        return Fixed(text, refused="it is not UTF-8")
    bom = text[: len(text) - len(text.removeprefix(BOM))]
    lines = split_ends(text.removeprefix(BOM))
    rows = [line.rstrip("\r\n") for line in lines]
    page, problems = parse_page(text, path)
    stray = {problem.at.line for problem in problems if problem.code == "L103"}
    mends = [_Mend(line, row, "M114", f"now `{row}`") for line, row in find_mends(rows)]
    for listing in page.listings:
        mends += _mend_words(listing, rows[listing.at.line - 1])
        mends += _mend_rows(listing, rows, stray)
    mends = [mend for mend in (*mends, *_mend_links(page)) if mend.code not in left]
    for mend in mends:
        end = lines[mend.line - 1][len(rows[mend.line - 1]) :]
        lines[mend.line - 1] = mend.row + end
    changes = sorted(mends)
    return Fixed(bom + "".join(lines), tuple(Change(Place(path, mend.line), mend.code, mend.what) for mend in changes))


def _mend_words(listing: Listing, row: str) -> Iterator[_Mend]:
    """A fence line without steps to nowhere in its `path=` and `url=`."""
    lead, fence, info = row.partition(listing.layout.fence)
    language, origin, words = parse_info(info.strip())
    for key, old in (("path", origin.path), ("url", origin.url)):
        new = mend_address(old)
        if new is None:
            continue
        meant = replace(origin, path=new) if key == "path" else replace(origin, url=new)
        for quote in ("", '"'):
            mended = info.replace(f"{key}={quote}{old}", f"{key}={quote}{new}")
            if mended != info and parse_info(mended.strip()) == (language, meant, words):
                info, origin = mended, meant
                break
    if lead + fence + info != row:
        yield _Mend(listing.at.line, lead + fence + info, "O102", "took `/./` out of where the code is from")


def _mend_rows(listing: Listing, rows: Sequence[str], stray: set[int]) -> Iterator[_Mend]:
    """The rows of a listing that are marks behind spaces, or meant as gaps."""
    # Where every line has its number, a comment that looks like a gap is a line of the source.
    whole = bool(listing.origin.lines) and lines_fit(listing)
    for line, found in zip(place_rows(listing), listing.snippet.rows, strict=True):
        if not isinstance(found, Line):
            continue
        written = format_snippet(Snippet("", (found,)))[:-1]
        row = rows[line - 1]
        lead = _find_lead(row, found) if line in stray else row.removesuffix(written)
        if lead is None or (lead == row and written):
            continue  # a tab stands partly before the listing and partly in it
        gap = None if whole else mend_gap(written)
        if gap is not None:
            yield _Mend(line, lead + gap, "L110", f"now `{gap.strip()}`")
        elif line in stray:
            yield _Mend(line, lead + written, "L103", "moved the spaces before the mark behind it")


def _find_lead(row: str, line: Line) -> str | None:
    """What stands before the spaces before a mark: what quotes and lists around the listing need."""
    start, _, code = row.partition("~~")
    code = code if line.text.endswith(code) else code.removeprefix("\\")
    spaces = line.text[: len(line.text) - len(code)]
    return start.removesuffix(spaces) if start.endswith(spaces) else None


def _mend_links(page: Page) -> Iterator[_Mend]:
    """The rows of prose with links that have steps to nowhere."""
    for block in page.blocks:
        if not isinstance(block, Prose) or "/./" not in block.text or _RAW.search(block.text):
            continue
        shown = split_rows(_hide_code(block.text))
        for line, (row, visible) in enumerate(zip(split_rows(block.text), shown, strict=True), start=block.at.line):
            if row.startswith(("    ", "\t")) or _TAG.search(row):
                continue  # it may be code, or stand in a tag
            mended, done = "", 0
            for link in _LINK.finditer(visible):
                mended += row[done : link.start(1)] + (mend_address(link[1]) or link[1])
                done = link.end()
            mended += row[done:]
            if mended != row:
                yield _Mend(line, mended, "O102", "took `/./` out of a link")


def _hide_code(text: str) -> str:
    """Markdown with backticks all over its inline code, which ends with its paragraph at the latest."""
    return "".join(map(_hide_spans, _NO_PARAGRAPH.split(text)))


def _hide_spans(text: str) -> str:
    ticks = list(re.finditer("`+", text))
    same: dict[int, list[re.Match[str]]] = {}
    for tick in reversed(ticks):
        same.setdefault(len(tick[0]), []).append(tick)
    shown, done = "", 0
    for tick in ticks:
        later = same[len(tick[0])]
        while later and later[-1].start() <= tick.start():
            later.pop()
        if tick.start() >= done and later:
            inside = text[tick.start() : later[-1].end()]
            shown += text[done : tick.start()] + re.sub(r"[^\n]", "`", inside)
            done = later[-1].end()
    return shown + text[done:]
