"""Reports: pleasant for people, exact for programs, and nothing from a page acts in any of them."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callsite.check.baseline import make_fingerprint
from callsite.check.rule import Rule
from callsite.model import Place, Problem, Severity
from callsite.reports import FORMATS, Report, format_report, summarise

_MANUAL = """\
**Warning.** One to three spaces stand before `~~`. See [settings]({filename}settings.md#x) and
[the standard](https://example.org/a).
"""
_RULES: Mapping[str, Rule[Any]] = {
    "L103": Rule("L103", "spaces before a mark", Severity.WARNING, None, (), _MANUAL),
    "M101": Rule("M101", "something is missing", Severity.ERROR, None, (), "**Error.** Add it."),
    "T110": Rule("T110", "“unused”", Severity.NOTE, None, (), "**Note.** " + "Look at it. " * 200),
}
_LONG = "content/examples/flask/flask-ctx-after-this-request-and-its-friends.md"
_FILES = {
    "content/pages/a.md": ["title:", "", "\t ~~flask.g(\x1b[1m)", " " * 40 + "x = 1", "x" * 100, "日本" * 40],
    _LONG: ["~~g"],
}
_PROBLEMS = [
    Problem(Place(_LONG), "S105", "no page leads here", "link to it", Severity.NOTE),
    Problem(
        Place(_LONG, 1),
        "L103",
        "spaces before a mark; they are read as code, and in a page that is shown to people they are seen as code",
        "begin the line with `~~`",
        Severity.WARNING,
    ),
    Problem(Place("content/pages/a.md", 1), "M101", "no `title`", "add a line `title: …` to the metadata"),
    Problem(Place("content/pages/a.md", 3), "L103", "spaces before a mark; they are read as code", "begin the line with `~~`", Severity.WARNING),
    Problem(Place("content/pages/a.md", 4), "T110", "nobody uses `x`", "take it out, or use it where you think that it is most useful to those who will read it", Severity.NOTE),
    Problem(Place("content/pages/a.md", 5), "M101", "long", "cut it"),
    Problem(Place("content/pages/a.md", 6), "M101", "wide", "cut it"),
    Problem(Place("content/pages/a.md", 99), "M101", "gone", "look for it"),
]  # fmt: skip


def _report(problems: Sequence[Problem] = tuple(_PROBLEMS), **counts: int) -> Report:
    return Report(problems, _RULES, lambda path: _FILES.get(path, ()), **counts)


# Text.


def test_text_reads_well() -> None:
    assert (
        format_report(_report(files=9, known=40), "text")
        == f"""\
{_LONG}: note S105
    no page leads here
    -> link to it
{_LONG}:1: warning L103
    spaces before a mark; they are read as code, and in a page that is shown to
    people they are seen as code
    -> begin the line with `~~`
    |  ~~g

content/pages/a.md:1: error M101 no `title`
    -> add a line `title: …` to the metadata
    |  title:
content/pages/a.md:3: warning L103 spaces before a mark; they are read as code
    -> begin the line with `~~`
    |       ~~flask.g(<U+001B>[1m)
content/pages/a.md:4: note T110 nobody uses `x`
    -> take it out, or use it where you think that it is most useful to those
       who will read it
    |  ...x = 1
content/pages/a.md:5: error M101 long
    -> cut it
    |  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...
content/pages/a.md:6: error M101 wide
    -> cut it
    |  日本日本日本日本日本日本日本日本日本日本日本日本日本日本日本日本日...
content/pages/a.md:99: error M101 gone
    -> look for it

4 errors, 2 warnings, 2 notes in 2 files; 40 known findings are in the baseline
"""
    )


def test_one_sentence_when_all_is_well() -> None:
    assert format_report(_report(()), "text") == "no problems\n"
    assert format_report(_report((), files=1), "text", colour=True) == "no problems in 1 file\n"
    assert format_report(_report((), files=1200, known=1, gone=1, ignored=3, fixed=2), "text", width=200) == (
        "no problems in 1,200 files; 1 known finding is in the baseline; 1 of the baseline is gone; 3 ignored; 2 fixed\n"
    )
    assert summarise(_report(_PROBLEMS[:1], gone=2)) == "1 note in 1 file; 2 of the baseline are gone"


def test_colours_say_how_bad_it_is_and_change_nothing_else() -> None:
    plain, coloured = (format_report(_report(), "text", colour=colour) for colour in (False, True))
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    assert "\x1b[1mcontent/pages/a.md:1:\x1b[0m \x1b[1;31merror M101\x1b[0m no `title`\n" in coloured
    assert "\x1b[33mwarning L103\x1b[0m\n" in coloured
    assert "    \x1b[2m|  title:\x1b[0m\n" in coloured
    assert coloured.endswith("\n\x1b[1;31m4 errors, 2 warnings, 2 notes in 2 files\x1b[0m\n")


@pytest.mark.parametrize("width", [0, 40, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = format_report(_report(), "text", width=width).split("\n")
    assert max(len(line) for line in lines if not line.startswith(_LONG)) <= max(width, 40)
    assert sum(line.startswith("content/") for line in lines) == len(_PROBLEMS)


def test_addresses_are_not_torn() -> None:
    address = "https://example.org/" + "a-b/" * 30
    assert f" `{address}`\n" in format_report(_report([Problem(Place("a.md", 1), "S102", f"the link to `{address}` leads nowhere", "x")]), "text")  # fmt: skip


# JSON.


def test_json_has_all_there_is() -> None:
    document = json.loads(format_report(_report(files=9, known=40, gone=2, ignored=1), "json"))
    assert document["version"] == 1
    assert document["problems"][1] == {
        "path": _LONG,
        "line": 1,
        "code": "L103",
        "severity": "warning",
        "title": "spaces before a mark",
        "message": _PROBLEMS[1].message,
        "hint": "begin the line with `~~`",
    }
    assert (document["problems"][0]["title"], document["problems"][0]["line"]) == ("S105", 0)
    assert document["counts"] == {
        "errors": 4,
        "warnings": 2,
        "notes": 2,
        "files": 9,
        "known": 40,
        "gone": 2,
        "ignored": 1,
        "fixed": 0,
    }
    assert json.loads(format_report(_report(()), "json"))["problems"] == []


# SARIF.


def _sarif(problems: Sequence[Problem]) -> dict[str, Any]:
    document = json.loads(format_report(_report(problems), "sarif"))
    assert document["version"] == "2.1.0"
    [run] = document["runs"]
    assert isinstance(run, dict)
    return run


def test_sarif_has_rules_and_results() -> None:
    run = _sarif(_PROBLEMS)
    driver = run["tool"]["driver"]
    assert driver["name"] == "Callsite"
    assert [rule["id"] for rule in driver["rules"]] == ["L103", "M101", "S105", "T110"]
    assert driver["rules"][0] == {
        "id": "L103",
        "name": "SpacesBeforeAMark",
        "shortDescription": {"text": "Spaces before a mark"},
        "fullDescription": {
            "text": "Warning. One to three spaces stand before `~~`. See settings and the standard."
        },
        "help": {
            "text": "Warning. One to three spaces stand before `~~`. See settings and the standard.",
            "markdown": "**Warning.** One to three spaces stand before `~~`. See settings and\n[the standard](https://example.org/a).",
        },
        "defaultConfiguration": {"level": "warning"},
    }  # fmt: skip
    assert driver["rules"][2] == {
        "id": "S105",
        "name": "S105",
        "shortDescription": {"text": "S105"},
        "fullDescription": {"text": "S105"},
        "help": {"text": "S105", "markdown": "S105"},
        "defaultConfiguration": {"level": "warning"},
    }
    assert len(driver["rules"][3]["fullDescription"]["text"]) == 1000
    assert run["results"][3] == {
        "ruleId": "L103",
        "ruleIndex": 0,
        "level": "warning",
        "message": {"text": "spaces before a mark; they are read as code; begin the line with `~~`"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "content/pages/a.md", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 3},
                }
            }
        ],
        "partialFingerprints": {
            "callsiteFinding/v1": make_fingerprint(_PROBLEMS[3], _FILES["content/pages/a.md"][2]) + ":1"
        },
    }


def test_results_about_a_whole_file_have_no_line() -> None:
    whole = Problem(Place("a.md"), "S105", "no page leads here", "link to it")
    other = Problem(Place(""), "C100", "x", "y")
    found, again, nowhere = _sarif([whole, whole, other])["results"]
    assert found["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": "a.md", "uriBaseId": "%SRCROOT%"}}}]
    prints = [set(result["partialFingerprints"].values()) for result in (found, again)]
    assert [value[-2:] for values in prints for value in values] == [":1", ":2"]
    assert found["partialFingerprints"].keys() == {"callsiteFinding/v1", "primaryLocationLineHash"}
    assert "locations" not in nowhere


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/ü%.md", {"uri": "a%20b/%C3%BC%25.md", "uriBaseId": "%SRCROOT%"}),
        ("a:b?c#d.md", {"uri": "a%3Ab%3Fc%23d.md", "uriBaseId": "%SRCROOT%"}),
        ("/tmp/a b.md", {"uri": "file:///tmp/a%20b.md"}),
    ],
)
def test_files_are_named_by_addresses(path: str, uri: dict[str, str]) -> None:
    [result] = _sarif([Problem(Place(path, 1), "M101", "x", "y")])["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == uri


# Workflow commands.


def test_commands_for_workflows() -> None:
    problems = [
        Problem(Place("content/a,b: 100%.md", 3), "M101", "100% of\n::error::it, and: more\r", "y"),
        Problem(Place("a.md"), "T110", "x", "y", Severity.NOTE),
        Problem(Place("a.md", 7), "L103", "x", "y", Severity.WARNING),
    ]
    assert format_report(_report(problems), "github") == (
        "::error file=content/a%2Cb%3A 100%25.md,line=3,title=M101%3A something is missing"
        "::content/a,b: 100%25.md:3: M101 100%25 of<U+000A>::error::it, and: more<U+000D>; y\n"
        "::notice file=a.md,title=T110%3A “unused”::a.md: T110 x; y\n"
        "::warning file=a.md,line=7,title=L103%3A spaces before a mark::a.md:7: L103 x; y\n"
        "1 error, 1 warning, 1 note in 2 files\n"
    )
    assert format_report(_report((), files=3), "github") == "no problems in 3 files\n"


# JUnit.


def test_cases_for_servers() -> None:
    root = ElementTree.fromstring(format_report(_report(), "junit"))
    assert root.attrib == {"name": "callsite", "tests": "8", "failures": "2", "errors": "4"}
    first, second = root
    assert second.attrib == {"name": "content/pages/a.md", "tests": "6", "failures": "1", "errors": "4"}
    note, warning = first
    assert note.attrib == {"classname": _LONG, "name": "S105 no page leads here", "file": _LONG}
    assert [(part.tag, part.text) for part in note] == [("system-out", str(_PROBLEMS[0]))]
    [failure] = warning
    assert (failure.tag, failure.get("type"), failure.text) == ("failure", "L103", f"{_PROBLEMS[1]}\n~~g")
    assert warning.get("line") == "1"
    assert str(warning.get("name")).endswith(" are seen as code (line 1)")
    [error] = second[0]
    assert second[1][0].text == f"{_PROBLEMS[3]}\n     ~~flask.g(<U+001B>[1m)"
    assert (error.tag, error.get("message")) == ("error", "no `title`; add a line `title: …` to the metadata")


def test_a_case_passes_when_there_is_nothing() -> None:
    root = ElementTree.fromstring(format_report(_report((), files=3), "junit"))
    assert root.attrib == {"name": "callsite", "tests": "1", "failures": "0", "errors": "0"}
    assert [(case.get("name"), len(case)) for case in root.iter("testcase")] == [("no problems in 3 files", 0)]


# Laws.

_NASTY = ["\n::error::x", "\r##[error]x", "%0A", "</testcase>", "]]>", '"', "\\", "\x1b]8;;x\x07", "\udc80", "\ud800", "\ufffe", "\0", "\u202e", "{0}", "[a](1)", "::", ",", "\t", "é", " ", "`", "\x85", "\u2028"]  # fmt: skip
_texts = st.lists(st.sampled_from(_NASTY) | st.text(st.characters(), max_size=4), max_size=6).map("".join)
_places = st.builds(Place, _texts | st.sampled_from(["a.md", "/a.md"]), st.integers(0, 3))
_problems = st.builds(Problem, _places, st.sampled_from(["L103", "M101", "T110", "S105"]), _texts, _texts, st.sampled_from(Severity))  # fmt: skip
_reports = st.builds(
    lambda problems, row: Report(sorted(problems), _RULES, lambda path: [row, "x"] if path else ()),
    st.lists(_problems, max_size=5),
    _texts,
)
_ALL_NASTY = Report([Problem(Place("".join(_NASTY), 1), "L103", "".join(_NASTY), "".join(_NASTY))], _RULES, lambda path: ["".join(_NASTY)])  # fmt: skip


@given(_reports, st.integers(40, 120))
@example(_ALL_NASTY, 80)
def test_nothing_acts_on_a_terminal(report: Report, width: int) -> None:
    text = format_report(report, "text", width=width)
    coloured = format_report(report, "text", colour=True, width=width)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == text
    for line in text.split("\n"):
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u202e]", line)
    assert sum(line.startswith("    -> ") for line in text.split("\n")) >= len(report.problems)


@given(_reports)
@example(_ALL_NASTY)
def test_everything_can_be_read_back_from_json(report: Report) -> None:
    text = format_report(report, "json")
    assert text.isascii()
    document = json.loads(text)
    assert len(document["problems"]) == len(report.problems)
    for found, problem in zip(document["problems"], report.problems, strict=True):
        assert found["line"] == problem.at.line
        for key, value in (("path", problem.at.path), ("message", problem.message), ("hint", problem.hint)):
            assert found[key] == re.sub("[\ud800-\udfff]", "\ufffd", value)
    assert text == format_report(report, "json")


@given(_reports)
@example(_ALL_NASTY)
def test_any_report_is_good_sarif(report: Report) -> None:
    text = format_report(report, "sarif")
    text.encode()
    run = json.loads(text)["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == len(report.problems)
    for result, problem in zip(run["results"], report.problems, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == problem.code
        assert result["level"] in ("error", "warning", "note")
        if problem.at.path:
            place = result["locations"][0]["physicalLocation"]
            uri = place["artifactLocation"]["uri"]
            assert re.fullmatch(r"(?:file://)?(?:[\w.~/-]|%[0-9A-F]{2})+", uri, re.ASCII)
            assert unquote(uri.removeprefix("file://")) == re.sub("[\ud800-\udfff]", "\ufffd", problem.at.path)
            assert place.get("region", {"startLine": 0})["startLine"] == problem.at.line
    prints = [(str(result.get("locations")), result["ruleId"], *result["partialFingerprints"].values()) for result in run["results"]]  # fmt: skip
    assert len(set(prints)) == len(prints) or len(set(map(str, report.problems))) < len(report.problems)


@given(_reports)
@example(_ALL_NASTY)
def test_each_problem_is_one_command(report: Report) -> None:
    text = format_report(report, "github")
    text.encode()
    *commands, last = text.splitlines()
    assert len(commands) == len(report.problems)
    for command, problem in zip(commands, report.problems, strict=True):
        # What the runner makes of it.
        found = re.fullmatch(r"::(error|warning|notice) (.*?)::(.*)", command)
        assert found
        properties = dict(part.split("=", 1) for part in found[2].split(","))
        assert properties.keys() <= {"file", "line", "title"}
        assert properties.get("line", "0") == str(problem.at.line)
        assert re.sub("%(..)", lambda match: chr(int(match[1], 16)), properties["title"]).startswith(problem.code)
    assert re.match(r"[0-9]|no problems", last)


@given(_reports)
@example(_ALL_NASTY)
def test_any_report_is_good_xml(report: Report) -> None:
    text = format_report(report, "junit")
    root = ElementTree.fromstring(text.encode())
    cases = list(root.iter("testcase"))
    assert len(cases) == max(len(report.problems), 1)
    assert {element.tag for element in root.iter()} <= {"testsuites", "testsuite", "testcase", "error", "failure", "system-out"}  # fmt: skip
    for suite in (root, *root.findall("testsuite")):
        for key, tag in (("tests", "testcase"), ("errors", "error"), ("failures", "failure")):
            assert suite.get(key) == str(len(list(suite.iter(tag))))
    assert len(root.findall("testsuite")) == max(len({problem.at.path for problem in report.problems}), 1)


@pytest.mark.parametrize("form", FORMATS)
def test_five_thousand_problems_are_written_at_once(form: str) -> None:
    problems = [Problem(Place(f"content/pages/p{number // 10:03}.md", number % 10 + 1), "L103", "spaces before a mark; they are read as code", "begin the line with `~~`", Severity.WARNING) for number in range(5_000)]  # fmt: skip
    report = Report(problems, _RULES, lambda path: [" ~~x" + "y" * 5_000_000 * path.endswith("000.md")] * 10)
    start = time.process_time()
    assert format_report(report, form).count("L103") >= 5_000
    assert time.process_time() - start < 3
