"""What of a file can be left out: statements, the clauses of compound ones, and what those cannot do without."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from callsite.harvest.blocks import Unit, find_blocks, find_path, find_skeleton, find_smallest
from callsite.snippet import split_rows
from tests.harvested import find_spots, parse, write_program


def _read(text: str) -> tuple[Unit, ...]:
    tree = parse(text)
    assert tree is not None
    return find_blocks(tree, split_rows(text))


def _spans(units: Sequence[Unit]) -> list[tuple[int, int]]:
    return [(unit.first, unit.last) for unit in units]


def _clauses(text: str) -> list[tuple[str, int, int]]:
    """The clauses of a text's last statement: word, first and last line of the header."""
    return [(clause.word, clause.first, clause.last) for clause in _read(text)[-1].clauses]


def test_statements_are_told_apart_by_their_lines() -> None:
    text = "import a\nx = (\n1)\n\n# why\n# and how\ny = 1; z = (\n2); w = 3\n\ndef f():\n    pass\n"
    units = _read(text)
    assert _spans(units) == [(1, 1), (2, 3), (7, 8), (10, 11)]
    assert [unit.lead for unit in units] == [1, 2, 5, 10]
    assert [unit.is_import for unit in units] == [True, False, False, False]
    assert [unit.is_scope for unit in units] == [False, False, False, True]
    assert [unit.size for unit in units] == [1, 2, 2, 2]


def test_statements_that_share_a_line_are_one() -> None:
    (unit,) = _read("import a; import b\n")
    assert not unit.is_import
    assert _spans(_read("class A: pass\nx = 1; y = 2\n")) == [(1, 1), (2, 2)]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("x = 1; \\\ny = 2\nz\n", [(1, 2), (3, 3)]),
        ("x \\\n\n# why\ny\nz", [(1, 4), (5, 5)]),
        ("x \\\n  \\\n\ny", [(1, 4)]),
        ("x\ny \\\n\n# why\n", [(1, 1), (2, 4)]),
        ("if x:\n  y\n\\\n\\\nz\n", [(1, 2), (3, 5)]),
        ("x  # \\\ny\n", [(1, 1), (2, 2)]),
        ("x = 'a\\\nb'\ny\n", [(1, 2), (3, 3)]),
        ("# \\\nx = 1 + \\\n  2\ny\n", [(2, 3), (4, 4)]),
        ("", []),
        ("# only this\n", []),
    ],
)
def test_lines_that_a_backslash_joins_stay_together(text: str, spans: list[tuple[int, int]]) -> None:
    assert _spans(_read(text)) == spans


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("if a:\n    b\nelif c:\n    d\nelse:\n    e\n", [("if", 1, 1), ("elif", 3, 3), ("else", 5, 5)]),
        ("if a:\n    b\nelse:\n    if c:\n        d\n", [("if", 1, 1), ("else", 3, 3)]),
        ("for a in b:\n    c\n# note\nelse :\n    d\n", [("if", 1, 1), ("else", 4, 4)]),
        ("while (\n    a\n):  # why\n\n    # more\n    b\n", [("if", 1, 3)]),
        (
            "try:\n    a\nexcept (\n    B\n):\n    c\nelse:\n    d\nfinally:\n    e\n",
            [("try", 1, 1), ("except", 3, 5), ("else", 7, 7), ("finally", 9, 9)],
        ),
        ("try:\n    a\nfinally:\n    b\n", [("try", 1, 1), ("finally", 3, 3)]),
        ("try:\n    a\nexcept* B:\n    c\n", [("try", 1, 1), ("except", 3, 3)]),
        (
            "try:\n    '''\nelse:\n'''\nexcept A:\n    b\nelse\\\n:\n    c\n",
            [("try", 1, 1), ("except", 5, 5), ("else", 7, 8)],
        ),
        ("with (\n    a as b,\n):\n    c\n", [("with", 1, 3)]),
        ("async def f(\n    a=1,\n) -> b:\n    c\n", [("def", 1, 3)]),
        ("@a\n# why\n@b(\n    1\n)\nclass C(D):\n    e\n", [("def", 1, 6)]),
        ("@(\n    a)\n@\\\nb\ndef f():\n    c\n", [("def", 1, 5)]),
        (
            "match a:\n    # why\n    case 1:\n        b\n    case _ if c:\n        d\n",
            [("match", 1, 1), ("case", 3, 3), ("case", 5, 5)],
        ),
        ("match (\n    case\n):\n    case (\n        1\n    ):\n        b\n", [("match", 1, 3), ("case", 4, 6)]),
        ("match a:\n  \\\n  case \\\n    1:\n      b\n", [("match", 1, 1), ("case", 2, 4)]),
        ("if a:\n    b\n\\\n\\\nelse:\n    d\n", [("if", 1, 1), ("else", 3, 5)]),
        # A statement of which a part cannot be left out has no clauses.
        ("if a: b\n", []),
        ("if a:\n    b\nelse: c\n", []),
        ("if a: \\\n    b\n", []),
        ("if a:\n    b \\\n\nelse:\n    c\n", []),
        ("if a: \\\n\n    b\n", []),
        ("match a: \\\n\n    case 1:\n        b\n", []),
        ("match a:\n    case 1: b\n", []),
        ("def f(): a\n", []),
        ("x = (\n    1)\n", []),
    ],
)
def test_compound_statements_are_taken_apart(text: str, clauses: list[tuple[str, int, int]]) -> None:
    assert _clauses(text) == clauses


def test_comments_above_a_statement_lead_to_it() -> None:
    text = "def f():\n    # one\n    a\n\n    # two\n    # three\n    b\n# four\nc\n"
    inner = _read(text)[0].clauses[0].body
    assert [(unit.lead, unit.first) for unit in inner] == [(2, 3), (5, 7)]
    assert _read(text)[1].lead == 8


def test_the_comment_below_a_header_is_its_first_statements() -> None:
    (unit,) = _read("if a:\n\n    # one\n    b\n")
    assert unit.clauses[0].last == 1
    assert unit.clauses[0].body[0].lead == 3


_NESTED = """\
import a


class B:
    def c(self):
        if d:
            e
        else:
            # why
            f
            g
"""


def test_the_way_down_to_a_line() -> None:
    units = _read(_NESTED)
    path = find_path(units, 10, 10)
    assert [(unit.first, inner) for unit, inner in path] == [(4, 0), (5, 0), (6, 1), (10, -1)]
    assert [(unit.first, inner) for unit, inner in find_path(units, 5, 5)] == [(4, 0), (5, -1)]
    assert [(unit.first, inner) for unit, inner in find_path(units, 9, 9)] == [(4, 0), (5, 0), (6, 1), (10, -1)]
    assert [(unit.first, inner) for unit, inner in find_path(units, 10, 11)] == [(4, 0), (5, 0), (6, -1)][:3]
    assert find_path(units, 2, 2) == ()
    assert find_path(units, 1, 4) == ()


_TRY = "try:\n    a\nexcept B:\n    c\n    d\nexcept E:\n    f\nelse:\n    g\nfinally:\n    h\n"


@pytest.mark.parametrize(
    ("text", "inner", "lines"),
    [
        (_TRY, 0, [(1, 1), (3, 3), (4, 4)]),
        (_TRY, 1, [(1, 1), (2, 2), (3, 3)]),
        (_TRY, 2, [(1, 1), (2, 2), (6, 6)]),
        (_TRY, 3, [(1, 1), (2, 2), (3, 3), (4, 4), (8, 8)]),
        (_TRY, 4, [(1, 1), (2, 2), (10, 10)]),
        ("if a:\n    b\nelif c:\n    d\nelse:\n    e\n", 0, [(1, 1)]),
        ("if a:\n    b\nelif c:\n    d\nelse:\n    e\n", 2, [(1, 1), (2, 2), (5, 5)]),
        ("match a:\n    case 1:\n        b\n    case 2:\n        c\n", 2, [(1, 1), (4, 4)]),
        ("def f():\n    a\n", 0, [(1, 1)]),
    ],
)
def test_what_a_clause_cannot_do_without(text: str, inner: int, lines: list[tuple[int, int]]) -> None:
    assert list(find_skeleton(_read(text)[0], inner)) == lines


def test_the_fewest_lines_a_block_can_be_left_with() -> None:
    assert list(find_smallest(_read("a = (\n1)\nb\nc\n"))) == [(3, 3)]
    assert list(find_smallest(_read("if a:\n    b\n    c\n"))) == [(1, 3)]
    long = "if a:\n    b(\n    1)\n    c\n    d\n"
    assert list(find_smallest(_read(long))) == [(1, 1), (4, 4)]
    match = "match a:\n    case 1:\n        b\n        c\n        d\n"
    assert list(find_smallest(_read(match))) == [(1, 1), (2, 2), (3, 3)]


@pytest.mark.untraced
def test_every_statement_has_its_lines_to_itself() -> None:
    for seed in range(300):
        text = write_program(seed)
        tree = parse(text)
        if tree is None:
            continue
        rows = split_rows(text)
        for unit in _walk(find_blocks(tree, rows)):
            assert unit.lead <= unit.first <= unit.last <= len(rows)
            assert all(row.lstrip(" \t\f").startswith("#") for row in rows[unit.lead - 1 : unit.first - 1])


def _walk(units: Sequence[Unit], least: int = 1) -> list[Unit]:
    found: list[Unit] = []
    for unit in units:
        assert unit.lead >= least
        found.append(unit)
        below = unit.first
        for clause in unit.clauses:
            assert below <= clause.first <= clause.last
            found += _walk(clause.body, clause.last + 1)
            below = clause.body[-1].last + 1 if clause.body else clause.last + 1
        assert below - 1 <= unit.last
        least = unit.last + 1
    return found


@pytest.mark.parametrize("seed", range(40))
def test_what_is_taken_apart_only_where_it_is_needed_is_cut_the_same(seed: int) -> None:
    text = write_program(seed)
    tree = parse(text)
    random = Random(seed)
    spots = find_spots(tree) if tree else []
    for use in random.sample(spots, min(len(spots), 5)):
        assert tree is not None
        rows = split_rows(text)
        paths = [
            find_path(find_blocks(tree, rows, spans), use.first, use.last)
            for spans in (None, [(use.first, use.last)], [(use.first, use.last), (1, 1)])
        ]
        whole, *needed = [[(unit.lead, unit.first, unit.last, inner) for unit, inner in path] for path in paths]
        assert needed == [whole, whole]
        kept = [[list(find_skeleton(unit, inner)) for unit, inner in path if inner >= 0] for path in paths]
        assert kept[0] == kept[1] == kept[2]
