"""The blocks of a Markdown text that are not read as words: fences, raw HTML, and where either of them may stand.

What is what follows the CommonMark specification (0.31) as markdown-it-py has it, which is asked only about what it is
needed for. Of most texts the rows alone tell, because of two things that hold for all:

- A row that begins, with no blank in front, with a fence or with such HTML as may stop a paragraph is the beginning of
  just that, unless a fence or raw HTML is open that began outside of lists and quotes. Both stop every paragraph, and
  lists and quotes hold no row without their indent or mark but the further rows of a paragraph.
- A row behind a blank one, with no blank in front, that begins neither with the mark of a quote nor with one of a list
  is the beginning of a block outside of lists and quotes, with the same exception: lists, quotes, indented code and
  paragraphs have ended. This is called a fresh row here.

So nothing looks across a fresh row or such a beginning, and what is between two of them can be read by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from callsite.patterns import compile_later
from callsite.records import dataclass

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

# Levels of lists (two each) and quotes (one each); what is deeper is not read, nor is anything that follows it.
DEEPEST = 100


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block outside of lists and quotes, without a blank in front: where its rows begin and end, the run of
    marks that opens it, what is inside, and whether a row of marks closes it.
    """

    start: int
    end: int
    mark: str
    inside: str
    closed: bool


@dataclass(frozen=True, slots=True)
class Html:
    """A block of raw HTML outside of lists and quotes, without a blank in front: where its rows begin and end."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mixed:
    """Rows that only markdown-it can tell what they are: where they begin and end, and what it says of them."""

    start: int
    end: int
    tokens: tuple[Token, ...]


# A row that may begin a fence or raw HTML, or lists and quotes too deep inside each other.
_START = compile_later(r"([ \t>+*\-0-9.)]*(?:```|~~~)| {0,3}<(?![ \t\n])|[ \t>+*\-0-9.)]{25})")
_NEXT_START = compile_later(f"\n{_START.pattern}")

# What lists and quotes put in front of a row. Each level takes a column or more, and a tab is four of them at the most.
_LEAD = compile_later(r"[ \t>+*\-0-9.)]*")
_LONG_LEAD = compile_later(r"^[ \t>+*\-0-9.)]{25,}", re.MULTILINE)

_OPENING = compile_later(r"(`{3,})[^`\n]*\n|(~{3,})[^\n]*\n")
_CLOSING = {"`": compile_later(r"`*[ \t]*\n"), "~": compile_later(r"~*[ \t]*\n")}
_COMMENT_END = compile_later("-->")

# Tags that begin a block of HTML which ends in front of a blank row, those that most such blocks begin with.
_BLOCK_TAG = compile_later(r"</?(?:details|summary|div|figure|p|table|ul|ol|li|section)(?=[ />\n])(?!/[^>])")
_NOTHING = compile_later("^$")
_INDENTS = ("", " ", "  ", "   ")
_BLANK = compile_later(r"^[ \t]*\n", re.MULTILINE)
_FRESH = compile_later(r"\n[ \t]*\n(?![ \t\n>]|[-+*][ \t\n]|[0-9]{1,9}[.)][ \t\n]|\Z)")


@cache
def block_parser() -> MarkdownIt:
    """CommonMark's block structure alone."""
    from markdown_it import MarkdownIt  # noqa: PLC0415  # it takes as long as many pages, and most need none of it

    parser = MarkdownIt("commonmark", {"maxNesting": DEEPEST})
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


def find_fresh_rows(text: str, start: int) -> Iterator[int]:
    """Where fresh rows begin behind `start`, at which a row begins; not behind blank rows that are the first of all."""
    return (blank.end() for blank in _FRESH.finditer(text, max(start - 1, 0)))


def find_blocks(text: str) -> Iterator[Fence | Html | Mixed]:
    r"""The fences and raw HTML of a text, in order, and what may hold any; there is none in the rows between.

    Each row of `text` has to end in `\n`; no other end of a row is known here.
    """
    text = text.replace("\0", "\ufffd")  # as CommonMark wants it
    at = done = 0  # what is before `done` has been told; a block begins there, outside of lists and quotes
    # Rows are looked for by the end of the one before, which is much quicker than by being at the start of one.
    found = _START.match(text) or _NEXT_START.search(text)
    while found:
        start = found.start(1)
        block: Fence | Html | Mixed | None
        if text[start] in "`~":
            block = _read_fence(text, start)
        elif text[start] == "<":
            block = _read_html(text, start) or _read_mixed(text, start, done)
        else:
            block = _read_mixed(text, start, done)
        if block is None:
            at = _find_row_end(text, start)
        else:
            yield block
            at = done = block.end
        found = _NEXT_START.search(text, at - 1)


def _read_fence(text: str, start: int) -> Fence | None:
    opening = _OPENING.match(text, start)
    if opening is None:
        return None
    mark = opening[1] or opening[2]
    at = inside = opening.end()
    while (found := text.find(mark, at)) >= 0:
        row = text.rindex("\n", 0, found) + 1
        at = _find_row_end(text, found)
        if text[row:found] in _INDENTS and _CLOSING[mark[0]].match(text, found):
            return Fence(start, at, mark, text[inside:row], closed=True)
    return Fence(start, len(text), mark, text[inside:], closed=False)


def _read_html(text: str, start: int) -> Html | None:
    """A block of HTML that may stop a paragraph. Others end a block only where no paragraph is open."""
    kind = _find_html(text, start)
    if kind is None or not kind[1]:
        return None
    ending, _ = kind
    if ending.search(""):
        blank = _BLANK.search(text, start)
        return Html(start, blank.start() if blank else len(text))
    found = ending.search(text, start)
    return Html(start, _find_row_end(text, found.end()) if found else len(text))


def _read_mixed(text: str, start: int, done: int) -> Mixed | None:
    """The rows around the one at `start` that can be read by themselves; None when that row begins nothing."""
    lead = _LEAD.match(text, start)
    assert lead is not None  # it matches the empty text
    marked = lead[0] and text.startswith(("```", "~~~"), lead.end())
    if not (marked or _find_html(text, lead.end()) or _is_deep(text, start, lead.end())):
        return None
    begin = done
    end = len(text)
    for fresh in find_fresh_rows(text, done):
        if fresh > start:
            end = fresh
            break
        begin = fresh
    while True:
        if _is_deep(text, begin, end):
            end = len(text)
        tokens = block_parser().parse(text[begin:end])
        if end == len(text) or not _is_open(tokens, text.count("\n", begin, end)):
            return Mixed(begin, end, tuple(tokens))
        # A fence or HTML has not ended in these rows.
        most = 2 * end - begin
        end = next((fresh for fresh in find_fresh_rows(text, end) if fresh >= most), len(text))


def _is_deep(text: str, start: int, end: int) -> bool:
    """Whether lists and quotes in these rows may be deeper inside each other than is read."""
    return any(len(lead[0].expandtabs(4)) >= DEEPEST for lead in _LONG_LEAD.finditer(text, start, end))


def _is_open(tokens: Iterable[Token], rows: int) -> bool:
    """Whether a fence or raw HTML outside of lists and quotes takes up the last of the rows. That one is blank, as all
    are in front of a fresh one; what has an end does not end in such a row.
    """
    return any(
        token.type in ("fence", "html_block") and not token.level and token.map is not None and token.map[1] == rows
        for token in tokens
    )


def _find_row_end(text: str, at: int) -> int:
    return text.index("\n", at) + 1


def _find_html(text: str, start: int) -> tuple[re.Pattern[str], bool] | None:
    """The kind of block of HTML that a row may begin: what ends it, and whether it may stop a paragraph."""
    if not text.startswith("<", start):
        return None
    if text.startswith("<!--", start):
        return _COMMENT_END, True
    if _BLOCK_TAG.match(text, start):
        return _NOTHING, True
    from markdown_it.rules_block.html_block import HTML_SEQUENCES  # noqa: PLC0415  # as above

    row = text[start : _find_row_end(text, start) - 1]
    return next(((ending, stops) for opening, ending, stops in HTML_SEQUENCES if opening.search(row)), None)
