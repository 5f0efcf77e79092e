"""A whole page: metadata, then Markdown prose and listings. Codec of files and `Page` values.

Which lines are a fenced block is decided by markdown-it-py after the CommonMark specification (0.31, section 4.5), also
inside lists and quotes; what is in them is decided by `fence` and `snippet`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from callsite.address import is_web_address
from callsite.blocks import DEEPEST, Fence, Mixed, find_blocks
from callsite.fence import format_info, parse_info
from callsite.header import format_header, parse_header, split_header
from callsite.model import Block, Layout, Listing, Meta, Page, Place, Problem, Prose, Severity, Written
from callsite.patterns import compile_later
from callsite.records import dataclass, replace
from callsite.snippet import format_snippet, is_stray_mark, parse_snippet, split_rows
from callsite.text import BOM, CONTROL, holds_control, normalise_ends, split_ends
from callsite.wording import count

if TYPE_CHECKING:
    from markdown_it.token import Token


@dataclass(frozen=True, slots=True)
class _Fence:
    """A fenced block: its first row, where in the body its rows begin and end, its fence and what is inside it."""

    row: int
    start: int
    end: int
    fence: str
    inside: str
    closed: bool
    within: str = ""


def parse_page(text: str, path: str = "") -> tuple[Page, tuple[Problem, ...]]:
    r"""Read a page. Any text gives a page, and with it a list of what is wrong, in the order of its lines.

    `path` is only used to say where. `format_page` gives back `text` with line ends as `\n`.
    """
    text = normalise_ends(text.removeprefix(BOM))
    meta, row, found = _read_header(text, path)
    body = text[len(meta.written or "") :]
    problems = list(found)
    fences, hidden, deep = _find_fences(body, row)
    for line in hidden:
        hint = "leave a blank line before it and indent it no further than its list, or show it in a longer fence"
        message = "a fence in raw HTML or indented code is not read as a listing"
        problems.append(Problem(Place(path, line + 1), "L108", message, hint, Severity.WARNING))
    for line in deep:
        message = "lists or quotes too deep inside each other; no listing is found from here on"
        problems.append(Problem(Place(path, line + 1), "P101", message, "take them apart"))
    page = Page(meta, _read_blocks(body, fences, row, path), Place(path, 1))
    for fence, listing in zip(fences, page.listings, strict=True):
        problems += _find_listing_problems(fence, listing)
    if holds_control(text):
        problems += _find_controls(split_rows(text), path)
    return page, tuple(sorted(problems))


def parse_page_again(text: str, path: str = "") -> Page:
    """The page that `parse_page` gives, when what is wrong with it is known."""
    text = normalise_ends(text.removeprefix(BOM))
    meta, row, _ = _read_header(text, path)
    body = text[len(meta.written or "") :]
    return Page(meta, _read_blocks(body, _find_fences(body, row)[0], row, path), Place(path, 1))


def parse_head(text: str, path: str = "") -> Meta:
    """The metadata of a page alone; that of `parse_page`, without reading more than the rows it stands in."""
    return _read_header(normalise_ends(text.removeprefix(BOM)), path)[0]


def _read_header(text: str, path: str) -> tuple[Meta, int, tuple[Problem, ...]]:
    meta, rows, problems = parse_header(split_header(text), path)
    if meta.written is not None and len(meta.written) > len(text):
        meta = replace(meta, written=text)  # its last row is the last of the file, and has no end
    return meta, rows, problems


def _read_blocks(body: str, fences: Iterable[_Fence], row: int, path: str) -> tuple[Block, ...]:
    """The listings of a body whose first row is number `row` of the file, and the prose between them."""
    blocks: list[Block] = []
    done = 0
    for fence in fences:
        if fence.start > done:
            blocks.append(Prose(body[done : fence.start], Place(path, row + 1)))
        source = body[fence.start : fence.end]
        blocks.append(_read_listing(fence, source, Place(path, fence.row + 1)))
        done = fence.end
        row = fence.row + source.count("\n")
    if done < len(body):
        blocks.append(Prose(body[done:], Place(path, row + 1)))
    return tuple(blocks)


def format_page(page: Page) -> str:
    """Write a page so that `parse_page` gives it back: what was read and still says the same stays as it was written,
    byte for byte.
    """
    header = format_header(page.meta)
    texts = [block.text if isinstance(block, Prose) else format_listing(block) for block in page.blocks]
    # Only the last block can be without a line end; one that was last when it was read may have moved.
    body = "".join([text if text.endswith("\n") else f"{text}\n" for text in texts[:-1]] + texts[-1:])
    if header and body and not (header == page.meta.written and header.endswith("\n")):
        # A header as it was read may end in `---` and needs no blank line; any other does.
        header = header.removesuffix("\n") + ("\n" if body.startswith("\n") else "\n\n")
    return header + body


def format_listing(listing: Listing) -> str:
    """Write one listing, fences and the marks of the list or quote around it included."""
    written = listing.written
    if written is not None and written.meant == (listing.snippet, listing.origin, listing.words):
        return written.text
    inside = split_rows(format_snippet(listing.snippet))
    info = format_info(listing.snippet.language, listing.origin, listing.words)
    fence = _fit_fence(listing.layout.fence, info, inside)
    indent = listing.layout.indent
    # Tildes at the start of the words would make the fence longer.
    rows = [f"{listing.layout.lead}{fence}{' ' * info.startswith('~')}{info}"]
    rows += [(indent + row) if row else indent.rstrip() for row in inside]
    return _join([*rows, indent + fence])


def replace_listing(text: str, number: int, listing: Listing) -> str:
    """Put `listing` in the place of the `number`-th listing of a file, 0 being the first.

    Every byte outside of that listing stays, line ends and a byte order mark included; the new lines end as the old
    listing's first line does. Raises IndexError when there is no such listing.
    """
    page, _ = parse_page(text)
    old = page.listings[number]
    assert old.written is not None  # parse_page always keeps what it read
    first = old.at.line - 1
    lines = split_ends(text)
    last = first + len(split_rows(old.written.text))
    ends = lines[first].removeprefix(lines[first].rstrip("\r\n")) or "\n"
    fresh = format_listing(listing)
    if not old.written.text.endswith("\n"):
        fresh = fresh.removesuffix("\n")
    bom = BOM if first == 0 and text.startswith(BOM) else ""
    return "".join([*lines[:first], bom, fresh.replace("\n", ends), *lines[last:]])


def lines_fit(listing: Listing) -> bool:
    """Whether the origin gives every run of the listing a range of just its length."""
    spans = [last - first + 1 for first, last in listing.origin.lines]
    return spans == [len(run) for run in listing.snippet.runs]


def _find_fences(body: str, row: int) -> tuple[list[_Fence], list[int], list[int]]:
    """The fenced blocks of `body`, whose first row is number `row` of the file; the rows that would open one but for
    where they stand, and the rows from which on no fence is found, for the depth of lists and quotes.
    """
    fences: list[_Fence] = []
    hidden: list[int] = []
    deep: list[int] = []
    if "```" not in body and "~~~" not in body:
        return fences, hidden, deep
    done = 0
    if not body.endswith("\n"):
        body += "\n"
    for block in find_blocks(body):
        row += body.count("\n", done, block.start)
        done = block.start
        if isinstance(block, Fence):
            fences.append(_Fence(row, block.start, block.end, block.mark, block.inside, block.closed))
            continue
        text = body[block.start : block.end]
        if isinstance(block, Mixed):
            _read_mixed(block, split_rows(text), row, fences, hidden, deep)
        elif "```" in text or "~~~" in text:
            hidden += _find_hidden("html_block", split_rows(text), row)
    return fences, hidden, deep[:1]


def _read_mixed(
    block: Mixed, rows: list[str], start: int, fences: list[_Fence], hidden: list[int], deep: list[int]
) -> None:
    places = list(accumulate((len(row) + 1 for row in rows), initial=block.start))
    within: list[str] = []
    for token in block.tokens:
        if token.type in _CONTAINERS:
            within.append(_CONTAINERS[token.type])
            if token.level + 1 >= DEEPEST:
                deep.append(start + _lines(token)[0])
        elif token.type in ("list_item_close", "blockquote_close"):
            within.pop()
        elif token.type == "fence":
            first, last = _lines(token)
            closed = last - first > len(split_rows(token.content)) + 1
            fences.append(
                _Fence(start + first, places[first], places[last], token.markup, token.content, closed, "".join(within))
            )
        elif token.type in _FENCE:
            first, last = _lines(token)
            hidden += _find_hidden(token.type, rows[first:last], start + first)


def _find_hidden(kind: str, rows: list[str], start: int) -> list[int]:
    """The rows of a block, the first of them being number `start`, that look as if they opened a fence."""
    found = [number for number, row in enumerate(rows, start) if _FENCE[kind].match(row)]
    return found[: len(found) // 2 * 2 : 2]


# Lists and quotes, as Markdown's own (not CommonMark's) rules want them in front of a line.
_CONTAINERS = {"list_item_open": "    ", "blockquote_open": "> "}

# What looks like a fence but is none, because of the block it stands in. Inline code can begin a line of a paragraph.
_FENCE = {
    "html_block": compile_later(r"```|~~~"),
    "code_block": compile_later(r"[ \t>]*(?:```|~~~)"),
    "inline": compile_later(r"(?: {4}|\t)[ \t]*(?:```|~~~)"),
}


def _lines(token: Token) -> list[int]:
    assert token.map is not None  # the block parser gives every block its lines
    return token.map


# Most listings stand in the same way.
_make_layout = lru_cache(maxsize=256)(Layout)


def _read_listing(fence: _Fence, source: str, at: Place) -> Listing:
    lead, _, info = source.partition("\n")[0].partition(fence.fence)
    language, origin, words = parse_info(info.strip())
    snippet = parse_snippet(fence.inside, language)
    # Later lines repeat quote marks but not list marks, whose width they keep as spaces. A quote mark takes one space
    # behind it, if there is one, so it needs that one lest it takes a space of the code.
    indent = re.sub(r"[^>\s]", " ", re.sub(r">(?![>\s])", "> ", lead)) if lead else ""
    layout = _make_layout(fence.fence, lead, indent, fence.within)
    return Listing(snippet, origin, words, at, layout, Written(source, (snippet, origin, words)))


def _find_listing_problems(fence: _Fence, listing: Listing) -> Iterator[Problem]:
    at = listing.at
    if not fence.closed:
        yield Problem(at, "L101", "this fence is never closed", f"end the listing with the line {fence.fence}")
    for index, row in enumerate(split_rows(fence.inside) if " ~~" in fence.inside else ()):
        if is_stray_mark(row):
            place = Place(at.path, at.line + index + 1)
            message = "spaces before a mark; they are read as code"
            hint = "write `~~` first and the spaces behind it; `callsite check --fix` does it"
            yield Problem(place, "L103", message, hint, Severity.WARNING)
    for word in listing.words:
        hint = "known are project= version= path= rev= url= licence= artefact= lines=, each once"
        yield Problem(at, "L104", f"`{word}` on the fence line cannot be read", hint, Severity.WARNING)
    if listing.origin.lines and not lines_fit(listing):
        held = ", ".join(count(len(run), "line") for run in listing.snippet.runs) or "no lines"
        message = f"`lines=` does not fit the listing, whose runs have {held}"
        yield Problem(at, "L105", message, "give each run between gaps its own range", Severity.WARNING)
    if listing.origin.url and not is_web_address(listing.origin.url):
        yield Problem(at, "L106", f"`{listing.origin.url}` is no address a reader can open", "write http(s)://…")


def _find_controls(rows: list[str], path: str) -> Iterator[Problem]:
    for number, row in enumerate(rows, start=1):
        found = CONTROL.search(row)
        if found:
            message = f"invisible character U+{ord(found[0]):04X} in column {found.start() + 1}"
            yield Problem(Place(path, number), "T103", message, "remove it if it is not meant", Severity.WARNING)


def _fit_fence(fence: str, info: str, inside: list[str]) -> str:
    """A fence that its own listing cannot close: `fence`, or a longer one, or tildes where backticks cannot stand."""
    mark = "~" if "`" in info else fence[0]
    runs = re.findall(rf"^ {{0,3}}({re.escape(mark)}{{3,}})", _join(inside), re.MULTILINE)
    return mark * max(len(fence), *(len(run) + 1 for run in runs), 3)


def _join(rows: list[str], ended: bool = True) -> str:
    return "".join(f"{row}\n" for row in rows)[: None if ended else -1]
