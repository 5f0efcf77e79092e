"""What pages and users do not want to hear of, and what they cannot help hearing of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.check.catalogue import CODES
from callsite.check.ignoring import Ignore, apply_ignores, find_idle_ignores, is_chosen, parse_ignores
from callsite.model import Page, Place, Problem, Severity
from callsite.page import format_page, parse_page


def read(value: str) -> tuple[tuple[Ignore, ...], list[str]]:
    """What a page's `check` line says, and the messages about it."""
    page = _make_page(value)
    ignores, problems = parse_ignores(page, CODES)
    assert all((problem.code, str(problem.at)) == ("M115", "a.md:2") for problem in problems)
    assert all(problem.severity is Severity.ERROR for problem in problems)
    return ignores, [f"{problem.message}; {problem.hint}" for problem in problems]


def _make_page(value: str) -> Page:
    page, _ = parse_page(f"title: A\ncheck: {value}\n\nText.\n", "a.md")
    return page


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", []),
        ("ignore=L111 it shows what not to do", [("L111", "it shows what not to do")]),
        ("ignore=L111,S102 both", [("L111", "both"), ("S102", "both")]),
        ("ignore=L111 one ignore=S102 the other", [("L111", "one"), ("S102", "the other")]),
        ("ignore=L111   spaces   around   ", [("L111", "spaces   around")]),
        ("ignore=O106 a token of the tests", [("O106", "a token of the tests")]),
        ("ignore=O104 the author allows it", [("O104", "the author allows it")]),
        ("ignore=E102 only from within", [("E102", "only from within")]),
        ("ignore=L111 why I ignore this", [("L111", "why I ignore this")]),
        ("ignore=L111 see L112, L113", [("L111", "see L112, L113")]),
        ("ignore=L111 on\n    two lines\n    ignore=P105 here too", [("L111", "on two lines"), ("P105", "here too")]),
    ],
)
def test_pages_say_which_rules_they_do_not_keep(value: str, expected: list[tuple[str, str]]) -> None:
    assert read(value) == (tuple(Ignore(*each) for each in expected), [])


_HOW = "write `ignore=`, codes and a reason, as in `ignore=L111 it shows …`"


@pytest.mark.parametrize(
    ("value", "known", "messages"),
    [
        ("L111", [], [f"`check` cannot be `L111`; {_HOW}"]),
        ("please ignore=L111 now", ["L111"], [f"`check` cannot be `please ignore=L111 now`; {_HOW}"]),
        ("ignore=L111", [], ["`check` cannot be `ignore=L111`; say why, behind the codes"]),
        ("ignore=L111 ignore=S102 why", ["S102"], ["`check` cannot be `ignore=L111`; say why, behind the codes"]),
        ("ignore=L999 why", [], ["`check` cannot be `L999`; name codes such as L111,S102"]),
        ("ignore=l111 why", [], ["`check` cannot be `l111`; did you mean `L111`?"]),
        ("ignore=111L why", [], ["`check` cannot be `111L`; did you mean `L111`?"]),
        ("ignore=L why", [], ["`check` cannot be `L`; name codes such as L111,S102"]),
        ("ignore=L111, S102 why", ["L111"], ["`check` cannot be ``; name codes such as L111,S102"]),
        ("ignore= L111 why", [], ["`check` cannot be ``; name codes such as L111,S102"]),
        ("ignore=M107 why", [], ["`check` cannot be `M107`; no page can be built with that; mend it"]),
        ("ignore=L101,L111 why", ["L111"], ["`check` cannot be `L101`; no page can be built with that; mend it"]),
        ("ignore=C101 why", [], ["`check` cannot be `C101`; no page can be built with that; mend it"]),
        (
            "ignore=L999,M107",
            [],
            [
                "`check` cannot be `ignore=L999,M107`; say why, behind the codes",
                "`check` cannot be `L999`; name codes such as L111,S102",
                "`check` cannot be `M107`; no page can be built with that; mend it",
            ],
        ),
    ],
)
def test_what_cannot_be_ignored_so(value: str, known: list[str], messages: list[str]) -> None:
    ignores, told = read(value)
    assert [ignore.code for ignore in ignores] == known
    assert told == messages


def test_a_link_that_only_its_readers_can_open_can_be_ignored() -> None:
    assert read("ignore=E101 only from within") == ((Ignore("E101", "only from within"),), [])


def test_every_rule_can_be_ignored_but_those_no_page_can_be_built_with() -> None:
    for code, rule in CODES.items():
        ignores, told = read(f"ignore={code} because")
        is_fatal = rule.find is None and rule.severity is Severity.ERROR and code[0] not in "HE"
        assert (len(ignores), len(told)) == ((0, 1) if is_fatal else (1, 0)), code


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=40) | st.lists(
    st.sampled_from(["ignore=", "L111", ",", " ", "because", "M107", "x", "\t"]), max_size=12).map("".join)
)  # fmt: skip
def test_any_line_is_read(value: str) -> None:
    page = _make_page(value)
    ignores, problems = parse_ignores(page, CODES)
    assert bool(problems) or all(ignore.reason.strip() and ignore.code in CODES for ignore in ignores)
    assert bool(ignores or problems) == bool(page.meta.check)
    assert format_page(page) == f"title: A\ncheck: {value}\n\nText.\n"


def _problem(code: str, path: str = "a.md", line: int = 4) -> Problem:
    return Problem(Place(path, line), code, "wrong", "mend it", CODES[code].severity)


def test_only_what_a_page_ignores_is_left_out() -> None:
    problems = [_problem("L111"), _problem("L112"), _problem("L111", "b.md"), _problem("L111", line=9)]
    told, left = apply_ignores(problems, {"a.md": {"L111", "S102"}})
    assert told == (problems[1], problems[2])
    assert left == (problems[0], problems[3])
    assert apply_ignores(problems, {}) == (tuple(problems), ())


def test_what_is_ignored_for_nothing_is_told() -> None:
    page, other = _make_page("ignore=L111,L112,S102 why"), _make_page("")
    ignores = parse_ignores(page, CODES)[0]
    idle = list(find_idle_ignores([(page, ignores), (other, ())], [_problem("L111")], {"L111", "L112"}))
    assert [str(problem) for problem in idle] == [
        "a.md:2: C102 nothing on this page breaks L112, which it ignores; take the code out"
    ]
    assert idle[0].severity is Severity.NOTE
    # Of rules that were not applied, nobody knows.
    assert list(find_idle_ignores([(page, ignores)], [], ())) == []


@pytest.mark.parametrize(
    ("select", "ignore", "chosen"),
    [
        ([], [], True),
        (["L"], [], True),
        (["L1"], [], True),
        (["L111"], [], True),
        (["S", "L"], [], True),
        (["S"], [], False),
        (["L112"], [], False),
        (["L1111"], [], False),
        (["l111"], [], False),
        ([], ["L"], False),
        ([], ["L111"], False),
        ([], ["L112"], True),
        (["L"], ["L111"], False),
        (["L111"], ["L"], True),
        (["L111"], ["L111"], False),
        (["L1"], ["L1"], False),
        (["L11"], ["L", "L1"], True),
        (["L11"], ["L", "L111"], False),
    ],
)
def test_the_longer_beginning_wins(select: list[str], ignore: list[str], chosen: bool) -> None:
    assert is_chosen("L111", select, ignore) is chosen


@given(st.sampled_from(sorted(CODES)), st.lists(st.sampled_from(["L", "L1", "L11", "S", "S10", "T"]), max_size=3))
def test_what_is_not_selected_is_chosen_by_nobody(code: str, starts: list[str]) -> None:
    matches = any(code.startswith(start) for start in starts)
    assert is_chosen(code, starts, ()) == (matches or not starts)
    assert is_chosen(code, (), starts) != matches
