"""Addresses in rows of Markdown, given new ones in place; nothing else of the rows changes, and code least of all.

What a row is, is decided after CommonMark. Definitions of references right below a paragraph, which Python-Markdown
takes as well, are looked for in all rows that are not code.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from callsite.blocks import Html, Mixed, find_blocks, find_fresh_rows
from callsite.patterns import compile_later
from callsite.twins.plain import find_targets, is_plain
from callsite.twins.spots import Spot, block_parser, find_destination, find_html_spots, find_spots

if TYPE_CHECKING:
    from markdown_it.token import Token

# A row that says where a reference leads: `[label]: address "title"`, perhaps in a list or quote; the address may stand
# on the next row. `[^1]:` is a footnote.
_LEAD = r"(?:[ \t>]|[-+*][ \t]|\d{1,9}[.)][ \t])*"
_TO = r"""(<[^<>`\[\]]*>|[^\s<`\[\]][^\s`\[\]]*)[ \t]*(?:"[^"]*"|'[^']*'|\([^()]*\))?[ \t]*\Z"""
_DEFINITION = compile_later(rf"{_LEAD}\[(?!\^)(?:[^\[\]\\]|\\.)+\]:[ \t]*(?:{_TO}|\Z)")
_NEXT = compile_later(rf"[ \t>]*{_TO}")

# How a row begins that the first definition of a paragraph begins on.
_OPENED = compile_later(rf"^{_LEAD}+\[", re.MULTILINE)


def rewrite_links(rows: Sequence[str], resolve: Callable[[str], str]) -> list[str]:
    """Rows of Markdown whose links, images and definitions lead to what `resolve` makes of their addresses; where it
    gives an address back as it was, the row stays as it was.
    """
    edits: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for number, spot in _find_addresses(rows):
        resolved = resolve(spot.target) if spot.target else ""
        written = None if resolved == spot.target else spot.write(resolved)
        if written is not None:
            edits[number].append((spot.start, spot.end, written))
    changed = list(rows)
    for number, found in edits.items():
        parts: list[str] = []
        done = 0
        for start, end, written in sorted(found):
            if start >= done:  # CommonMark and Python-Markdown may each see an address in the same place
                parts += [rows[number][done:start], written]
                done = end
        changed[number] = "".join([*parts, rows[number][done:]])
    return changed


def may_lead_elsewhere(text: str) -> bool:
    """Whether a text may hold an address that is none of the web. If it does not, each of its addresses has its scheme
    right behind the bracket: there are no definitions, and no tags and autolinks, which all begin with `<`.
    """
    links = text.count("](")
    is_web = links == (text.count("](https://") + text.count("](http://") if links else 0)
    return not is_web or _may_define(text) or text.count("<") != text.count("<!--")


def _find_addresses(rows: Sequence[str]) -> Iterator[tuple[int, Spot]]:
    """Each address with the number of its row, its place being that in the row."""
    text = "\n".join((*rows, ""))
    if _may_define(text) or "\0" in text or "\r" in text:
        # Definitions of references are for the text as a whole. The other two are no characters of a text.
        yield from _find_in_whole(rows)
        return
    if "](" not in text and "<" not in text:
        return
    number = done = 0
    for block in find_blocks(text):
        if _may_hold_links(text, done, block.start):
            yield from _find_in_words(text[done : block.start], number)
        number += text.count("\n", done, block.start)
        if isinstance(block, Html):
            yield from _find_in_html(text[block.start : block.end], number)
        elif isinstance(block, Mixed):
            yield from _find_in_tokens(block.tokens, text[block.start : block.end], number)
        number += text.count("\n", block.start, block.end)
        done = block.end
    if _may_hold_links(text, done, len(text)):
        yield from _find_in_words(text[done:], number)


def _may_define(text: str) -> bool:
    """Whether a text may hold definitions. Code has the end of a label as often as not, and seldom its beginning."""
    return "]:" in text and _OPENED.search(text) is not None


def _may_hold_links(text: str, start: int, end: int) -> bool:
    return text.find("](", start, end) >= 0 or text.find("<", start, end) >= 0


def _find_in_whole(rows: Sequence[str]) -> Iterator[tuple[int, Spot]]:
    env: dict[str, Any] = {}
    closed: set[int] = set()  # rows that are code or raw HTML, or begin inside of it
    for token in block_parser().parse("\n".join(rows), env):
        if token.type in ("fence", "code_block", "html_block"):
            closed.update(range(*_get_lines(token)))
        if token.type == "html_block":
            yield from _place(find_html_spots(token.content), token, rows)
        elif token.type == "inline":
            spots, inner = find_spots(token.content, env)
            yield from _place(spots, token, rows)
            for stretch in inner:
                first, last = (_get_lines(token)[0] + token.content.count("\n", 0, end) for end in stretch)
                closed.update(range(first + 1, last + 1))
    yield from _find_definitions(rows, closed)


def _find_in_words(text: str, number: int) -> Iterator[tuple[int, Spot]]:
    """The addresses of rows without fences and raw HTML. The first of them, number `number`, begins a block."""
    begin = 0
    for end in (*find_fresh_rows(text, 0), len(text)):
        part = text[begin:end]
        if _may_hold_links(part, 0, len(part)):
            if is_plain(part):
                yield from _count_rows(part, (find_destination(*found) for found in find_targets(part)), number)
            else:
                yield from _find_in_tokens(block_parser().parse(part), part, number)
        number += part.count("\n")
        begin = end


def _find_in_html(text: str, number: int) -> Iterator[tuple[int, Spot]]:
    lower = text.lower()
    if "href" in lower or "src" in lower:
        # An address that goes over several lines is none that could be written in another way.
        spots = (spot for spot in find_html_spots(text) if "\n" not in text[spot.start : spot.end])
        yield from _count_rows(text, spots, number)


def _count_rows(text: str, spots: Iterable[Spot], number: int) -> Iterator[tuple[int, Spot]]:
    """Addresses in a text, in order, as addresses in its rows, the first of them being number `number`."""
    start = done = 0
    for spot in spots:
        ends = text.count("\n", done, spot.start)
        if ends:
            number += ends
            start = text.rindex("\n", done, spot.start) + 1
        done = spot.start
        yield number, spot.move(-start)


def _find_in_tokens(tokens: Iterable[Token], text: str, number: int) -> Iterator[tuple[int, Spot]]:
    """The addresses of rows that can be read by themselves, the first of them being number `number`."""
    rows = text.split("\n")
    for token in tokens:
        if token.type == "html_block":
            spots = list(find_html_spots(token.content))
        elif token.type == "inline" and ("](" in token.content or "<" in token.content):
            spots, _ = find_spots(token.content, {})
        else:
            continue
        for row, spot in _place(spots, token, rows):
            yield number + row, spot


def _get_lines(token: Token) -> list[int]:
    assert token.map is not None  # the block parser gives every block its lines
    return token.map


def _place(spots: Iterable[Spot], token: Token, rows: Sequence[str]) -> Iterator[tuple[int, Spot]]:
    """Addresses in a block's text as addresses in rows. The text is what remains of the rows behind list and quote
    marks, so each of its lines ends a row; at its start tabs may have become spaces.
    """
    starts: list[int] = []  # of each line in the text
    moves: list[int] = []  # from there to where it is in its row
    at = 0
    lines = token.content.split("\n")
    begin, end = _get_lines(token)
    # Rows of nothing but form feeds and the like are stripped from a paragraph's start.
    first = next((number for number in range(begin, end) if lines[0].strip() in rows[number]), begin)
    for line, row in zip(lines, rows[first:], strict=False):
        bare = line.lstrip()
        starts.append(at)
        moves.append(row.rfind(bare) - (len(line) - len(bare)) - at)
        at += len(line) + 1
    for spot in spots:
        index = bisect_right(starts, spot.start) - 1
        moved = spot.move(moves[index])
        # An address that goes over several lines is none that could be written in another way.
        if rows[first + index][moved.start : moved.end] == token.content[spot.start : spot.end]:
            yield first + index, moved


def _find_definitions(rows: Sequence[str], closed: set[int]) -> Iterator[tuple[int, Spot]]:
    for number, row in enumerate(rows):
        found = None if number in closed else _DEFINITION.match(row)
        at = number
        if found and found[1] is None:
            at = number + 1
            found = None if at in closed or at == len(rows) else _NEXT.match(rows[at])
        if found:
            yield at, find_destination(found.start(1), found[1])
