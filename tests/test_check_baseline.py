"""Baselines: what is known stays known while pages change around it, and what is new is told."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.check.baseline import (
    Baseline,
    Entry,
    Rows,
    apply_baseline,
    find_entries,
    format_baseline,
    make_fingerprint,
    parse_baseline,
)
from callsite.errors import CallsiteError
from callsite.model import Place, Problem, Severity


def _rows(files: Mapping[str, str]) -> Rows:
    return lambda path: files.get(path, "").split("\n")


def _problem(line: int, message: str = "spaces before a mark", code: str = "L103", path: str = "a.md") -> Problem:
    return Problem(Place(path, line), code, message, "mend it", Severity.WARNING)


def _compare(known: Sequence[Problem], before: str, problems: Sequence[Problem], after: str) -> list[Problem]:
    """The problems of a changed page that are new beside those it had."""
    baseline = parse_baseline(format_baseline(known, _rows({"a.md": before})), "b")
    return list(apply_baseline(problems, baseline, _rows({"a.md": after})).new)


# What stays known.


def test_lines_that_come_and_go_above_change_nothing() -> None:
    assert _compare([_problem(2)], "title: x\n ~~f()\nend", [_problem(4)], "title: x\n\nnew\n ~~f()\nend") == []


def test_changes_of_other_lines_change_nothing() -> None:
    assert _compare([_problem(2)], "title: x\n ~~f()\nend", [_problem(2)], "title: y\n ~~f()\nother") == []


def test_another_indent_changes_nothing() -> None:
    assert _compare([_problem(1)], " ~~f()", [_problem(1)], "  ~~f()\r") == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("`title` is set twice, first on line 1", "`title` is set twice, first on line 12"),
        ("the slug `x` is taken by content/a.md:3", "the slug `x` is taken by content/a.md:14"),
        (
            "`lines=` does not fit the listing, whose runs have 1 line",
            "`lines=` does not fit the listing, whose runs have 84 lines",
        ),
        ("this page has 200,123 bytes", "this page has 1,200,124 bytes"),
    ],
)
def test_numbers_that_depend_on_other_lines_change_nothing(before: str, after: str) -> None:
    assert _compare([_problem(1, before)], "x", [_problem(1, after)], "x") == []


def test_severities_and_hints_change_nothing() -> None:
    known = _problem(1)
    assert _compare([known], "x", [replace(known, severity=Severity.ERROR, hint="do something else")], "x") == []


def test_a_finding_about_a_whole_file_is_known() -> None:
    for whole in (_problem(0), _problem(0, path="gone.md"), _problem(99)):
        assert _compare([whole], "x", [whole], "y") == []


# What is new.


@pytest.mark.parametrize(
    ("known", "found", "after"),
    [
        pytest.param(_problem(1), _problem(1), "~~g()", id="another line"),
        pytest.param(_problem(1), _problem(1, code="L104"), "~~f()", id="another rule"),
        pytest.param(_problem(1, "`a`"), _problem(1, "`b`"), "~~f()", id="another message"),
        pytest.param(_problem(1, "no `x1`"), _problem(1, "no `x2`"), "~~f()", id="a number in a name"),
        pytest.param(_problem(1, "byte 0xe9"), _problem(1, "byte 0xe8"), "~~f()", id="a hexadecimal number"),
        pytest.param(_problem(1, "see a1.md"), _problem(1, "see a2.md"), "~~f()", id="a number in a path"),
        pytest.param(_problem(1, "Python 3.11"), _problem(1, "Python 3.12"), "~~f()", id="a version"),
        pytest.param(_problem(1, "U+2028"), _problem(1, "U+2029"), "~~f()", id="a character"),
        pytest.param(_problem(1), _problem(1, path="b.md"), "~~f()", id="another file"),
        pytest.param(_problem(0), _problem(1), "~~f()", id="a line instead of the file"),
    ],
)
def test_something_else_is_new(known: Problem, found: Problem, after: str) -> None:
    assert _compare([known], "~~f()", [found], after) == [found]


def test_a_third_finding_like_two_that_are_known_is_new() -> None:
    known = [_problem(1), _problem(2)]
    found = [_problem(1), _problem(2), _problem(3)]
    assert _compare(known, "x\nx", found, "x\nx\nx") == [_problem(3)]


def test_what_is_gone_is_told() -> None:
    rows = _rows({"a.md": "x\nx\ny"})
    baseline = parse_baseline(format_baseline([_problem(1), _problem(2), _problem(3)], rows), "b")
    new, known, gone = apply_baseline([_problem(2)], baseline, rows)
    assert (new, known) == ((), 1)
    assert [(entry.path, entry.code) for entry in gone] == [("a.md", "L103")] * 2
    assert apply_baseline([], Baseline(), rows) == ((), 0, ())


# The file.


def test_a_file_reads_well_and_in_order() -> None:
    rows = _rows({"a.md": "x\nx", "ü.md": "x"})
    problems = [_problem(1, path="ü.md"), _problem(1), _problem(2), _problem(0, code="S101")]
    entries = list(find_entries(problems, rows))
    assert format_baseline(problems, rows).split("\n") == [
        '{"version": 1}',
        f'{{"path": "a.md", "code": "L103", "print": "{entries[1].print}", "times": 2}}',
        f'{{"path": "a.md", "code": "S101", "print": "{entries[3].print}"}}',
        f'{{"path": "ü.md", "code": "L103", "print": "{entries[0].print}"}}',
        "",
    ]


def test_fingerprints_stay_the_same_for_ever() -> None:
    # Those of all baselines there are depend on it.
    assert make_fingerprint(_problem(3, "set twice, first on line 1"), " ~~f() ") == "074d59ba6858a1ae"


def test_merged_files_are_read() -> None:
    rows = _rows({"a.md": "x\nx\ny"})
    one = format_baseline([_problem(1), _problem(3)], rows).split("\n")
    two = format_baseline([_problem(1), _problem(2)], rows).split("\n")
    merged = "\ufeff" + "\r\n".join([one[0], *reversed([*one, "", *two])])
    found = parse_baseline(merged, "b").entries
    assert sorted(found.values()) == [1, 2]
    assert apply_baseline([_problem(1), _problem(2), _problem(3)], Baseline(found), rows).new == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "b: this is no baseline, it is empty; write a new one"),
        ("\n \n", "b: this is no baseline, it is empty; write a new one"),
        ('{"version": 2}\nwhatever', "b:1: a baseline of version 2; this Callsite reads version 1; get the one that"),
        ('{"version": true}', 'b:1: a baseline begins with {"version": 1}; '),
        ('{"version": "\\u001b[1m"}', 'b:1: a baseline begins with {"version": 1}; '),
        ('{"version": 1.0}', 'b:1: a baseline begins with {"version": 1}; '),
        ('{"path": "a"}\n{"version": 1}', 'b:1: a baseline begins with {"version": 1}; merge it again, or write a new'),
        ('{"version": 1}\n<<<<<<< ours\n', "b:2: this is no line of a baseline; merge it again, or write a new one"),
        ('{"version": 1}\n\n[1]', "b:3: this is no line of a baseline; "),
        ("[" * 100_000, "b:1: this is no line of a baseline; "),
        ('{"version": 1}\n{"path": 1, "code": "L103"}', "b:2: `path` or `code` is missing; "),
        ('{"version": 1}\n{"path": "a", "print": "0123456789abcdef"}', "b:2: `path` or `code` is missing; "),
        ('{"version": 1}\n{"path": "a", "code": "L1", "print": "x"}', "b:2: `print` is not 16 hexadecimal digits; "),
        (
            '{"version": 1}\n{"path": "a", "code": "L1", "print": "0123456789abcdef", "times": 0}',
            "b:2: `times` is no number above 1; ",
        ),
    ],
)
def test_a_file_that_is_no_baseline_ends_the_run(text: str, message: str) -> None:
    with pytest.raises(CallsiteError) as raised:
        parse_baseline(text, "b")
    assert str(raised.value).startswith(message)
    assert raised.value.exitcode == 2


def test_what_a_later_version_may_add_is_passed_over() -> None:
    text = '{"version": 1, "by": "x"}\n{"path": "a", "code": "L1", "print": "0123456789abcdef", "why": "old"}\n'
    assert parse_baseline(text, "b").entries == {Entry("a", "L1", "0123456789abcdef"): 1}


# Laws.

_words = st.text(st.characters(exclude_characters="\n") | st.sampled_from("`0123 ,\udc80\u2028"), max_size=12)
_files = st.dictionaries(_words, st.lists(_words | st.sampled_from(["x", " x"]), max_size=5), max_size=3)


@st.composite
def _runs(draw: st.DrawFn) -> tuple[dict[str, list[str]], list[Problem]]:
    files = draw(_files)
    places = st.builds(Place, st.sampled_from([*files, "gone.md"]), st.integers(0, 6))
    problem = st.builds(Problem, places, st.sampled_from(["L103", "S101"]), _words, _words, st.sampled_from(Severity))
    return files, sorted(draw(st.lists(problem, max_size=8)))


def _read(files: Mapping[str, Sequence[str]]) -> Rows:
    return lambda path: files.get(path, ())


@given(_runs())
def test_a_baseline_knows_all_it_was_made_of(run: tuple[dict[str, list[str]], list[Problem]]) -> None:
    files, problems = run
    text = format_baseline(problems, _read(files))
    text.encode()  # it can be written
    baseline = parse_baseline(text, "b")
    assert apply_baseline(problems, baseline, _read(files)) == ((), len(problems), ())
    assert baseline.entries == Counter(find_entries(problems, _read(files)))
    assert format_baseline(reversed(problems), _read(files)) == text


@given(_runs(), st.data())
def test_one_more_problem_is_the_only_new_one(
    run: tuple[dict[str, list[str]], list[Problem]], data: st.DataObject
) -> None:
    files, problems = run
    text = format_baseline(problems, _read(files))
    more = Problem(
        Place(data.draw(st.sampled_from([*files, "gone.md"])), data.draw(st.integers(0, 6))), "L199", "new", "x"
    )
    assert apply_baseline(sorted([*problems, more]), parse_baseline(text, "b"), _read(files)).new == (more,)
    if problems:
        again = data.draw(st.sampled_from(problems))
        new = apply_baseline(sorted([*problems, again]), parse_baseline(text, "b"), _read(files)).new
        [entry] = find_entries([again], _read(files))
        assert list(find_entries(new, _read(files))) == [entry]


@given(_runs(), st.integers(0, 3), st.randoms())
def test_the_order_of_lines_does_not_matter(
    run: tuple[dict[str, list[str]], list[Problem]], shift: int, chance: random.Random
) -> None:
    files, problems = run
    text = format_baseline(problems, _read(files))
    orders = {path: chance.sample(range(len(rows)), len(rows)) for path, rows in files.items()}
    moved = {path: ["new"] * shift + [files[path][index] for index in order] for path, order in orders.items()}

    def move(problem: Problem) -> Problem:
        order = orders.get(problem.at.path, [])
        line = problem.at.line
        if 0 < line <= len(order):
            line = order.index(line - 1) + 1
        return replace(problem, at=Place(problem.at.path, line and line + shift))

    moved_problems = sorted(map(move, problems))
    assert apply_baseline(moved_problems, parse_baseline(text, "b"), _read(moved)).new == ()


@given(st.text(max_size=60) | st.text('{}[]",:0123 \n', max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for whole in (text, '{"version": 1}\n' + text):
        told = ""
        try:
            parse_baseline(whole, "b")
        except CallsiteError as error:
            told = str(error)
        assert told.isprintable()


def test_five_thousand_findings_take_no_time() -> None:
    files = {f"content/pages/p{number}.md": [f"row {line}" for line in range(500)] for number in range(500)}
    problems = [_problem(line * 40 + 1, path=path) for path in sorted(files) for line in range(10)]
    assert len(problems) == 5_000
    start = time.process_time()
    text = format_baseline(problems, _read(files))
    compared = apply_baseline(problems, parse_baseline(text, "b"), _read(files))
    assert time.process_time() - start < 1  # a tenth of that on a quiet machine
    assert compared == ((), 5_000, ())
