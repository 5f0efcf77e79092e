"""Cutting an excerpt out of a Python file: the lines that show a use, and no more than a reader needs.

Of a file that parses, whole statements are kept: the import, the statement that uses the name with its nearest
neighbours, and the headers of all blocks around it; a short function is kept whole. What is kept parses again, and its
lines are those of the file, in order, byte for byte. Of any other file, and on request, windows of lines are kept.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Sequence

from callsite.harvest.blocks import Unit, find_blocks, find_path, find_skeleton, find_smallest
from callsite.model import Gap, Line, Row, Snippet
from callsite.names import Kind, Use
from callsite.records import dataclass
from callsite.snippet import split_rows


@dataclass(frozen=True, slots=True)
class Style:
    """How to cut. All sizes are in lines.

    `whole`: a statement, function or class of at most this size is kept whole. `around`: what the neighbours of a
    statement may take up. `imports`: the same for an import's. `marked`: a call of at most this size is marked whole,
    a longer one on its first line. `window`: how much to keep before and after each mark in place of all this; None to
    cut by statements.
    """

    whole: int = 40
    around: int = 24
    imports: int = 8
    marked: int = 6
    window: int | None = None


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines cut from a file: the snippet, the range of lines of each of its runs, and whether it parses on its own."""

    snippet: Snippet
    lines: tuple[tuple[int, int], ...]
    parses: bool

    @property
    def size(self) -> int:
        """How many lines of code it has."""
        return len(self.snippet.lines)


DEFAULT = Style()

# A gap takes the room of five lines; code that is shorter than that is rather shown.
_FILL = 3

# What is kept around a mark in a text that does not parse.
_BLIND = 10


def cut_excerpt(
    text: str,
    name: str,
    chosen: Sequence[Use],
    *,
    others: Iterable[Use] = (),
    style: Style = DEFAULT,
) -> Excerpt:
    r"""Cut what shows the chosen uses out of `text`, whose line ends are `\n`.

    `name` is what the gaps say there is to be found. `others` are further uses in the same text: they are marked where
    they happen to stand in the excerpt, and the last gap says so when some follow. Raises ValueError when nothing is
    chosen, or something that is not in the text.
    """
    rows = split_rows(text)
    if not chosen or any(use.first < 1 or use.last > len(rows) for use in chosen):
        raise ValueError("a use to be cut must be in the text")
    tree = _parse(text)
    if tree is None or style.window is not None:
        keep = _keep_windows(rows, chosen, _BLIND if style.window is None else style.window)
    else:
        units = find_blocks(tree, rows, [(use.first, use.last) for use in chosen])
        keep = _Cutter(rows, units, style).keep(chosen)
    kept = _trim(rows, keep, {number for use in chosen for number in find_marks(use, style)})
    marks = {number for use in (*chosen, *others) for number in find_marks(use, style)}
    further = any(use.first > kept[-1] for use in others)
    snippet, lines = _make_snippet(rows, kept, marks, name, further)
    return Excerpt(snippet, lines, _parse(snippet.code) is not None)


def mark_whole(text: str, uses: Iterable[Use], style: Style = DEFAULT) -> Excerpt:
    """The whole text as an excerpt with the uses marked; blank lines at either end are left out."""
    rows = split_rows(text)
    marks = {number for use in uses for number in find_marks(use, style)}
    snippet, lines = _make_snippet(rows, _trim(rows, set(range(1, len(rows) + 1)), marks), marks, "", False)
    return Excerpt(snippet, lines, _parse(snippet.code) is not None)


def find_marks(use: Use, style: Style = DEFAULT) -> range:
    """The lines that a use is marked on."""
    if use.last - use.first < style.marked:
        return range(use.first, use.last + 1)
    return range(use.line, use.line + 1)


class _Cutter:
    """What to keep of a file that parses."""

    def __init__(self, rows: Sequence[str], units: tuple[Unit, ...], style: Style) -> None:
        self._rows = rows
        self._units = units
        self._style = style
        self._keep: set[int] = set()

    def keep(self, chosen: Sequence[Use]) -> set[int]:
        """The numbers of the lines to keep. They parse: of every block that has some of them, whole statements are
        kept, with the headers of the blocks around and the clauses those need; the holes hold nothing but whole ones.
        """
        for use in chosen:
            self._keep_use(use)
        return self._fill()

    def _keep_use(self, use: Use) -> None:
        path = find_path(self._units, use.first, use.last)
        for depth, (unit, inner) in enumerate(path):
            siblings = path[depth - 1][0].clauses[path[depth - 1][1]].body if depth else self._units
            if inner < 0 or unit.last - unit.lead < self._style.whole:
                self._keep_unit(unit, use)
                self._keep_neighbours(siblings, unit, use)
                return
            for first, last in find_skeleton(unit, inner):
                self._add(first, last)

    def _keep_unit(self, unit: Unit, use: Use) -> None:
        """A unit that has the use in itself: whole, or its headers and the beginning of its body when that is long."""
        if not unit.clauses or unit.last - unit.lead < self._style.whole:
            self._add(unit.lead, unit.last)
            return
        holding = (index for index, clause in enumerate(unit.clauses) if clause.first <= use.first <= clause.last)
        inner = next(holding, 0)
        if not unit.clauses[inner].body:
            inner += 1
        for first, last in find_skeleton(unit, inner):
            self._add(first, last)
        self._add(unit.lead, unit.first)
        body = unit.clauses[inner].body
        for first, last in find_smallest(body[:1]):
            self._add(first, last)
        room = self._style.around
        for child in body:
            room -= child.last - child.lead + 1
            if room < 0:
                return
            self._add(child.lead, child.last)

    def _keep_neighbours(self, siblings: Sequence[Unit], unit: Unit, use: Use) -> None:
        """The nearest statements after and before in turn, as long as there is room for them."""
        if unit.is_scope:
            return
        at = siblings.index(unit)
        ways = [list(siblings[at + 1 :]), list(reversed(siblings[:at]))]
        room = (self._style.imports if use.kind is Kind.IMPORT else self._style.around) - unit.size
        while ways:
            way = ways.pop(0)
            if not way or way[0].is_scope or (use.kind is Kind.IMPORT and not way[0].is_import):
                continue
            nearest = way.pop(0)
            room -= nearest.last - nearest.lead + 1
            if room >= 0:
                self._add(nearest.lead, nearest.last)
                ways.append(way)

    def _add(self, first: int, last: int) -> None:
        self._keep.update(range(first, last + 1))

    def _fill(self) -> set[int]:
        """The lines to keep, and those of holes that are shorter than a gap would be."""
        filled: set[int] = set()
        before = 0
        for number in sorted(self._keep):
            hole = range(before + 1, number)
            if before and (len(hole) <= _FILL or not any(self._rows[row - 1].strip() for row in hole)):
                filled.update(hole)
            filled.add(number)
            before = number
        return filled


def _keep_windows(rows: Sequence[str], chosen: Iterable[Use], size: int) -> set[int]:
    """Windows of so many lines before and after each use."""
    return {number for use in chosen for number in range(max(use.first - size, 1), min(use.last + size, len(rows)) + 1)}


def _trim(rows: Sequence[str], keep: set[int], needed: set[int]) -> list[int]:
    """The lines to keep without the blank ones at either end of a run: those belong to the gap."""
    kept: list[int] = []
    pending: list[int] = []
    for number in sorted(keep | needed):
        if number in needed or rows[number - 1].strip(" \t"):
            if pending and kept and kept[-1] == pending[0] - 1 and pending[-1] == number - 1:
                kept += pending
            pending = []
            kept.append(number)
        elif pending and pending[-1] == number - 1:
            pending.append(number)
        else:
            pending = [number]
    return kept


def _make_snippet(
    rows: Sequence[str], kept: Sequence[int], marks: set[int], name: str, further: bool
) -> tuple[Snippet, tuple[tuple[int, int], ...]]:
    found: list[Row] = []
    lines: list[tuple[int, int]] = []
    for number in kept:
        if lines and lines[-1][1] == number - 1:
            lines[-1] = (lines[-1][0], number)
        else:
            if lines:
                found.append(Gap(f"source file abbreviated to get to {name} examples"))
            lines.append((number, number))
        found.append(Line(rows[number - 1], number in marks))
    if any(row.strip() for row in rows[kept[-1] :]):
        more = "more" if further else "no further"
        found.append(Gap(f"source file continues with {more} {name} examples"))
    return Snippet("python", tuple(found)), tuple(lines)


def _parse(text: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other people's escapes
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
