"""The statements of a Python file as lines: what can be left out of it so that the rest still parses.

A `Block` is a list of units; a unit is one statement, or several that share a line. A compound statement is taken
apart into its clauses (`if`, `elif`, `else`, `except` …), each with the lines of its header and a block of its own,
unless one of its clauses goes on behind the colon: then it is as indivisible as a simple statement.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from callsite.records import dataclass


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a compound statement: its word, the lines of its header, and the units under it.

    `first` and `last` are lines, 1 being the first, both included. The header of a function or class begins with its
    decorators.
    """

    word: str
    first: int
    last: int
    body: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """What is kept or left out as one: its lines, and its clauses if it can be taken apart.

    `lead` is the line on which the comments begin that stand right above it; without any it equals `first`.
    `is_import` tells that it is nothing but an import, `is_scope` that it is a function or a class.
    """

    lead: int
    first: int
    last: int
    clauses: tuple[Clause, ...] = ()
    is_import: bool = False
    is_scope: bool = False

    @property
    def size(self) -> int:
        """How many lines it has."""
        return self.last - self.first + 1


def find_blocks(
    tree: ast.Module, rows: Sequence[str], spans: Sequence[tuple[int, int]] | None = None
) -> tuple[Unit, ...]:
    """Take a module apart; `rows` are the lines it was parsed from.

    With `spans`, first and last lines, only as far as is needed to cut these out: units that have none of them, and
    stand beside one that has, are left in one piece.
    """
    reader = _Reader(rows, spans)
    units = reader.read(tree.body, 0, spans is None)
    if units and reader.goes_on(tree.body[-1]):
        return (*units[:-1], Unit(units[-1].lead, units[-1].first, len(rows)))
    return units


def find_path(units: Sequence[Unit], first: int, last: int) -> tuple[tuple[Unit, int], ...]:
    """The way down to the smallest unit that holds the lines: each unit with the position of the clause whose body
    goes on with it, or -1 where the lines are its own (in a header, or in a unit without clauses).

    Empty when no unit holds the lines.
    """
    path: list[tuple[Unit, int]] = []
    while True:
        unit = next((unit for unit in units if unit.lead <= first and last <= unit.last), None)
        if unit is None:
            return tuple(path)
        inner = next(
            (
                index
                for index, clause in enumerate(unit.clauses)
                if any(child.lead <= first and last <= child.last for child in clause.body)
            ),
            -1,
        )
        path.append((unit, inner))
        if inner < 0:
            return tuple(path)
        units = unit.clauses[inner].body


def find_skeleton(unit: Unit, inner: int) -> Iterator[tuple[int, int]]:
    """The lines that must stay around the body of a unit's clause `inner` for the unit to parse: the headers, and
    from each other clause that cannot be missing its smallest statement.
    """
    clauses = unit.clauses
    wanted = {inner}
    words = [clause.word for clause in clauses]
    if inner:
        # No clause stands without the first. A `case` goes with `match` itself, which has no body of its own.
        wanted.add(0)
    if words[0] == "try":
        if inner == 0:
            wanted.add(1)
        if words[inner] == "else":
            wanted.add(words.index("except"))
    for index in sorted(wanted):
        yield clauses[index].first, clauses[index].last
        if index != inner and clauses[index].body:
            yield from find_smallest(clauses[index].body)


def find_smallest(units: Sequence[Unit]) -> Iterator[tuple[int, int]]:
    """The fewest lines that a block can be left with."""
    unit = min(units, key=lambda unit: unit.size)
    if not unit.clauses or unit.size <= _SMALL:
        yield unit.first, unit.last
        return
    inner = next(index for index, clause in enumerate(unit.clauses) if clause.body)
    yield from find_skeleton(unit, inner)
    yield from find_smallest(unit.clauses[inner].body)


# A statement of so many lines is not worth taking apart.
_SMALL = 4

_COMMENT = re.compile(r"[ \t\f]*#")
_NOTHING = re.compile(r"[ \t\f]*(?:#|\Z)")
_CASE = re.compile(r"[ \t\f]*case\b")
_DECORATOR = re.compile(r"[ \t\f]*@")

# A line that is nothing but joined to the next one, and what is behind a statement whose line is.
_JOINED = re.compile(r"[ \t\f]*\\\Z")
_GOES_ON = re.compile(rb"[ \t\f;]*\\\Z")


class _Reader:
    def __init__(self, rows: Sequence[str], spans: Sequence[tuple[int, int]] | None) -> None:
        self._rows = rows
        self._spans = spans or ()

    def read(self, body: Sequence[ast.stmt], above: int, whole: bool) -> tuple[Unit, ...]:
        """The units of a block whose first comment can stand on the line below `above`.

        All of them are taken apart when the `whole` block is to be, else those that have a span.
        """
        units: list[Unit] = []
        goes_on = False
        for node in body:
            first, last = self._first(node), _last(node)
            if units and (first <= units[-1].last or goes_on):
                old = units.pop()
                units.append(Unit(old.lead, old.first, max(last, old.last)))
            else:
                lead = self._find_lead(first, above)
                is_import = isinstance(node, ast.Import | ast.ImportFrom)
                is_scope = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
                clauses = self._find_clauses(node, whole) if whole or self._has_span(lead, last) else ()
                units.append(Unit(lead, first, last, clauses, is_import, is_scope))
            above = units[-1].last
            goes_on = self.goes_on(node)
        return tuple(units)

    def _first(self, node: ast.stmt) -> int:
        """The line that a statement begins on, decorators included."""
        decorators: list[ast.expr] = getattr(node, "decorator_list", [])
        if decorators:
            # The place of a decorator is that of its expression, which brackets may put below the sign.
            return self._find_start(self._find_above(_DECORATOR, min(one.lineno for one in decorators)))
        return self._find_start(node.lineno) if self._begins_its_line(node) else node.lineno

    def _find_start(self, first: int) -> int:
        """The first of the lines that are joined to line `first`, which something begins: they have its indent."""
        while first > 1 and _JOINED.match(self._rows[first - 2]):
            first -= 1
        return first

    def _find_above(self, pattern: re.Pattern[str], number: int) -> int:
        """The nearest line that looks like this, from line `number` upwards."""
        while not pattern.match(self._rows[number - 1]):
            number -= 1
        return number

    def goes_on(self, node: ast.stmt) -> bool:
        """Whether the line that a statement ends on is joined to the next one."""
        row = self._rows[_last(node) - 1]
        return row.endswith("\\") and _GOES_ON.match(row.encode()[node.end_col_offset :]) is not None

    def _find_lead(self, first: int, above: int) -> int:
        lead = first
        while lead - 1 > above and _COMMENT.match(self._rows[lead - 2]):
            lead -= 1
        return lead

    def _has_span(self, first: int, last: int) -> bool:
        return any(start <= last and end >= first for start, end in self._spans)

    def _find_clauses(self, node: ast.stmt, whole: bool) -> tuple[Clause, ...]:
        """The clauses of a compound statement; none when it is simple or goes on behind a colon."""
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return self._make([("def", self._first(node), _header_end(node), node.body)], whole)
            case ast.With() | ast.AsyncWith():
                return self._make([("with", node.lineno, _header_end(node), node.body)], whole)
            case ast.If() | ast.For() | ast.AsyncFor() | ast.While():
                return self._make(self._find_chain(node), whole)
            case ast.Try() | ast.TryStar():
                parts: list[_Part] = [("try", node.lineno, node.lineno, node.body)]
                parts += [("except", one.lineno, _header_end(one), one.body) for one in node.handlers]
                before = parts[-1][3]
                parts += self._find_else("else", before, node.orelse)
                parts += self._find_else("finally", node.orelse or before, node.finalbody)
                return self._make(parts, whole)
            case ast.Match():
                # The place of a case is that of its pattern, which may stand below the word.
                cases = [(self._find_above(_CASE, one.pattern.lineno), one) for one in node.cases]
                clauses = self._make([("case", first, _header_end(one), one.body) for first, one in cases], whole)
                last = self._trim(_last(node.subject), self._find_start(cases[0][0]) - 1)
                if clauses and not self._rows[last - 1].endswith("\\"):
                    return (Clause("match", node.lineno, last, ()), *clauses)
        return ()

    def _find_chain(self, node: ast.If | ast.For | ast.AsyncFor | ast.While) -> list[_Part]:
        """`if`, `elif` and `else`: each branch needs nothing but the first one."""
        parts: list[_Part] = [("if", node.lineno, _header_end(node), node.body)]
        while (
            isinstance(node, ast.If)
            and len(node.orelse) == 1
            and isinstance(node.orelse[0], ast.If)
            and self._rows[node.orelse[0].lineno - 1][node.orelse[0].col_offset :].startswith("elif")
        ):
            node = node.orelse[0]
            parts.append(("elif", node.lineno, _header_end(node), node.body))
        return [*parts, *self._find_else("else", node.body, node.orelse)]

    def _find_else(self, word: str, before: Sequence[ast.stmt], body: list[ast.stmt]) -> list[_Part]:
        """The clause whose header has no place of its own in the tree."""
        if not body:
            return []
        pattern = re.compile(rf"[ \t\f]*{word}\b")
        first = _last(before[-1]) + 1
        while not pattern.match(self._rows[first - 1]):
            first += 1
        return [(word, first, first, body)]

    def _make(self, parts: Sequence[_Part], whole: bool) -> tuple[Clause, ...]:
        clauses: list[Clause] = []
        for word, first, end, body in parts:
            below = self._first(body[0])
            last = self._trim(end, below - 1)
            # A body behind the colon, or a line that is joined to what follows, cannot be taken off.
            if not self._begins_its_line(body[0]) or self._rows[last - 1].endswith("\\") or self.goes_on(body[-1]):
                return ()
            # Of a clause that has no span itself, the smallest part may be needed.
            inside = self._has_span(last + 1, _last(body[-1]))
            clauses.append(Clause(word, self._find_start(first), last, self.read(body, last, whole or not inside)))
        return tuple(clauses)

    def _begins_its_line(self, node: ast.stmt) -> bool:
        before = self._rows[node.lineno - 1].encode()[: node.col_offset]
        return not before.strip(b" \t\f")

    def _trim(self, end: int, last: int) -> int:
        """The last line of a header that ends on or after line `end` and before a body that begins below `last`."""
        while last > end and _NOTHING.match(self._rows[last - 1]):
            last -= 1
        return last


_Part = tuple[str, int, int, list[ast.stmt]]


def _last(node: ast.expr | ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _header_end(node: ast.stmt | ast.excepthandler | ast.match_case) -> int:
    """The last line that something of a clause's header is known to stand on; brackets may close further down."""
    body = set(map(id, [*getattr(node, "body", ()), *getattr(node, "orelse", ())]))
    ends = [
        inner.end_lineno
        for child in ast.iter_child_nodes(node)
        if id(child) not in body
        for inner in ast.walk(child)
        if isinstance(inner, ast.expr | ast.pattern | ast.arg | ast.keyword) and inner.end_lineno
    ]
    start = node.pattern.lineno if isinstance(node, ast.match_case) else node.lineno
    return max([start, *ends])
