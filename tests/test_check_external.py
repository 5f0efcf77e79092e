"""From the answers of servers to problems: what is wrong with a link, how bad it is, and what may be shown of it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.check.external import (
    RULES,
    Answer,
    Outcome,
    Question,
    find_external_problems,
    judge_status,
    show_address,
)
from callsite.model import Place, Problem, Severity
from callsite.render import Link

AT = Place("content/pages/a.md", 12)
FINE = Answer(Outcome.FINE)


def _question(target: str, anchor: str = "", flaw: str = "", line: int = 12) -> Question:
    return Question(Link(target, Place("content/pages/a.md", line)), target.partition("#")[0], anchor, flaw)


def _find(question: Question, answer: Answer | None) -> list[Problem]:
    return list(find_external_problems([question], {} if answer is None else {question.address: answer}))


def _codes(question: Question, answer: Answer | None) -> list[str]:
    return [problem.code for problem in _find(question, answer)]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        *((status, Outcome.FINE) for status in (200, 203, 204, 206, 299, 300, 304)),
        *((status, Outcome.GONE) for status in (404, 410)),
        *((status, Outcome.FAILED) for status in (301, 305, 400, 409, 422, 500, 501, 503, 522, 599)),
        *((status, Outcome.UNKNOWN) for status in (401, 403, 405, 406, 407, 418, 429, 451, 999, 600, 100, 0)),
    ],
)
def test_what_a_status_means(status: int, outcome: Outcome) -> None:
    answer = judge_status(status)
    assert answer.outcome is outcome
    assert answer.reason == ("" if outcome is Outcome.FINE else f"the server answers {status}")


@pytest.mark.parametrize(
    "answer",
    [FINE, Answer(Outcome.FINE, "its scripts may make it", anchors={"b": True, "other": False, "third": None})],
)
def test_nothing_is_said_of_links_that_lead_somewhere(answer: Answer) -> None:
    anchor = "b" if answer.anchors else ""
    assert _codes(_question("https://docs.test/a#b", anchor), answer) == []


def test_what_is_good_is_kept_for_long_and_the_rest_is_not() -> None:
    assert FINE.good
    assert Answer(Outcome.FINE, moved="https://new.test/", anchors={"a": True}).good
    assert not Answer(Outcome.FINE, anchors={"a": True, "b": False}).good
    assert not Answer(Outcome.FINE, anchors={"a": None}).good
    assert not Answer(Outcome.UNKNOWN).good


@pytest.mark.parametrize(
    ("answer", "code", "severity", "words"),
    [
        (
            Answer(Outcome.GONE, "the server answers 404"),
            "E101",
            Severity.ERROR,
            "leads nowhere, the server answers 404",
        ),
        (
            Answer(Outcome.GONE, "the server answers 410", moved="https://new.test/x"),
            "E101",
            Severity.ERROR,
            "leads nowhere, the server answers 410 at `https://new.test/x`, where it leads to",
        ),
        (Answer(Outcome.FAILED, "no"), "E102", Severity.WARNING, "does not work, no"),
        (
            Answer(Outcome.FINE, moved="https://new.test/"),
            "E103",
            Severity.NOTE,
            "has moved for good to `https://new.test/`",
        ),
        (Answer(Outcome.UNKNOWN, "no"), "E105", Severity.NOTE, "could not be checked, no"),
        (None, "E105", Severity.NOTE, "could not be checked, there was no time left to ask"),
    ],
)
def test_each_answer_has_its_problem(answer: Answer | None, code: str, severity: Severity, words: str) -> None:
    (problem,) = _find(_question("https://docs.test/a"), answer)
    assert (problem.at, problem.code, problem.severity) == (AT, code, severity)
    assert problem.message == f"the link to `https://docs.test/a` {words}"
    assert problem.hint


def test_an_address_that_cannot_be_asked_for_is_an_error() -> None:
    (problem,) = _find(_question("https://", flaw="it names no host"), FINE)
    assert (problem.code, problem.severity) == ("E101", Severity.ERROR)
    assert problem.message == "the link to `https://` is no address of a page: it names no host"


@pytest.mark.parametrize(
    ("found", "code", "words"),
    [
        (False, "E104", "leads to a page that has no anchor `b`"),
        (None, "E105", "could not be checked for its anchor, the page is too large"),
    ],
)
def test_anchors_that_are_not_there(found: bool | None, code: str, words: str) -> None:
    (problem,) = _find(
        _question("https://docs.test/a#b", "b"), Answer(Outcome.FINE, "the page is too large", "", {"b": found})
    )
    assert (problem.code, problem.message) == (code, f"the link to `https://docs.test/a#b` {words}")
    assert problem.severity is (Severity.NOTE if found is None else Severity.WARNING)


@pytest.mark.parametrize(
    ("moved", "new"),
    [
        ("https://new.test/x", "https://new.test/x#b"),
        ("https://new.test/x#c", "https://new.test/x#c"),
        ("https://user:secret@new.test/x", "https://new.test/x#b"),
    ],
)
def test_the_new_address_of_a_link_has_its_anchor(moved: str, new: str) -> None:
    question = _question("https://docs.test/a#b", "b")
    (problem,) = _find(question, Answer(Outcome.FINE, moved=moved, anchors={"b": True}))
    assert problem.message.endswith(f"has moved for good to `{new}`")
    assert _codes(question, Answer(Outcome.FINE, moved=moved, anchors={"b": False})) == ["E103", "E104"]


def test_each_place_has_its_problem_once_and_in_order() -> None:
    questions = [
        _question(f"https://docs.test/{name}", line=line) for line, name in [(9, "b"), (3, "b"), (3, "a"), (9, "b")]
    ]
    gone = Answer(Outcome.GONE, "gone")
    answers = {"https://docs.test/a": gone, "https://docs.test/b": gone}
    problems = list(find_external_problems(questions, answers))
    assert [(problem.at.line, problem.message[31]) for problem in problems] == [(3, "a"), (3, "b"), (9, "b")]


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://docs.test/a?b=c#d", "https://docs.test/a?b=c#d"),
        ("//docs.test/a@b", "//docs.test/a@b"),
        ("https://user:secret@docs.test:80/a", "https://docs.test:80/a"),
        ("//user:secret@docs.test", "//docs.test"),
        ("https://user:secret@[broken", "[broken"),
        ("https://a.test/\x1b[31m", "https://a.test/<U+001B>[31m"),
        ("https://a.test/" + "x" * 1000, "https://a.test/" + "x" * 285 + "…"),
    ],
)
def test_addresses_in_messages_hold_no_secrets_and_do_not_act(address: str, shown: str) -> None:
    assert show_address(address) == shown


_texts = st.text(st.characters(codec="utf-8"), max_size=30)
_answers = st.builds(
    Answer,
    st.sampled_from(Outcome),
    _texts,
    st.just("") | _texts,
    st.dictionaries(_texts, st.none() | st.booleans(), max_size=2),
)


@given(st.text(max_size=30), _texts, st.dictionaries(_texts, _answers, max_size=3))
def test_any_link_and_any_answer_make_problems_on_one_line(
    target: str, anchor: str, answers: Mapping[str, Answer]
) -> None:
    question = Question(Link(target, AT), "x", anchor)
    for answer in answers.values():
        for problem in find_external_problems([question], {"x": answer}):
            assert len(str(problem).splitlines()) == 1


def test_the_rules_tell_what_is_found() -> None:
    assert [rule.code for rule in RULES] == ["E101", "E102", "E103", "E104", "E105"]
    word = {Severity.ERROR: "**Error.**", Severity.WARNING: "**Warning.**", Severity.NOTE: "**Note.**"}
    for rule in RULES:
        assert rule.find is None
        assert rule.manual.startswith(word[rule.severity])
        assert all(
            f".md:12: {rule.code} " in example or f".md:14: {rule.code} " in example for example in rule.examples
        )


def test_examples_are_what_is_printed() -> None:
    old, hosted = _question("https://docs.test/old"), _question("https://", flaw="it names no host", line=14)
    x, anchored = _question("https://docs.test/x"), _question("https://docs.test/x#old", "old")
    large = _question("https://docs.test/y#z", "z", line=14)
    plain = _question("http://docs.test/x")
    told = {
        "E101": [*_find(old, judge_status(404)), *_find(hosted, None)],
        "E102": _find(x, judge_status(500)),
        "E103": _find(plain, Answer(Outcome.FINE, moved="https://docs.test/x")),
        "E104": _find(anchored, Answer(Outcome.FINE, anchors={"old": False})),
        "E105": [
            *_find(x, judge_status(403)),
            *_find(large, Answer(Outcome.FINE, "the page is too large", "", {"z": None})),
        ],
    }
    assert {rule.code: rule.examples for rule in RULES} == {
        code: tuple(str(problem) for problem in problems) for code, problems in told.items()
    }
