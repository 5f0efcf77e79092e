"""The table `[tool.callsite.check]`: what it sets, what it must not hold, and where that is said."""

from __future__ import annotations

import os
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.check.external import ExternalSettings
from callsite.check.policy import Policy
from callsite.configuration import Configuration, parse_configuration, read_configuration
from callsite.errors import CallsiteError

WHERE = "pyproject.toml: [tool.callsite.check]"

FULL = """\
[project]
name = "pots"

[tool.callsite.check]
select = ["L", "S102"]
ignore = ["L113"]
baseline = "known.json"
time-limit = 3
licences = ["MIT", "BSD-3-Clause"]
page-weight = 1000
page-total = 2000
moving-branches = ["next"]
sources = { pots = "../pots", kiln = "kiln-1.0.tar.gz" }

[tool.callsite.check.external]
ignore = ["^https://slow[.]example[.]org/"]
checker = "httpx"
user-agent = "me"
timeout = 1.5
deadline = 60
per-host = 1
overall = 4
retries = 0
pause = 0.1
longest-wait = 5
cache-days = 2
failure-hours = 0.5
largest = 4096
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_everything_can_be_set(root: Path) -> None:
    (root / "pyproject.toml").write_text(FULL)
    assert read_configuration(root) == Configuration(
        select=("L", "S102"),
        ignore=("L113",),
        policy=Policy(("MIT", "BSD-3-Clause"), 1000, 2000, ("next",)),
        sources={"pots": "../pots", "kiln": "kiln-1.0.tar.gz"},
        baseline="known.json",
        time_limit=3.0,
        external=ExternalSettings(
            ("^https://slow[.]example[.]org/",), "httpx", "me", 1.5, 60, 1, 4, 0, 0.1, 5, 2, 0.5, 4096
        ),
    )
    assert isinstance(read_configuration(root).time_limit, float)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        '[project]\nname = "pots"\n',
        "[tool.ruff]\nline-length = 88\n",
        "[tool.callsite]\nother = 1\n",
        "[tool.callsite.check]\n",
        "[tool.callsite.check.external]\n",
    ],
)
def test_what_is_not_set_is_as_usual(root: Path, text: str | None) -> None:
    if text is not None:
        (root / "pyproject.toml").write_text(text)
    assert read_configuration(root) == Configuration()


def test_every_setting_of_external_links_can_be_set_alone() -> None:
    for field in fields(ExternalSettings):
        given: dict[str, Any] = {"ignore": ["x"], "checker": "lychee", "user_agent": "x"}
        value = given.get(field.name, 3)
        found = parse_configuration({"external": {field.name.replace("_", "-"): value}}, "x")
        expected = tuple(value) if isinstance(value, list) else value
        assert asdict(found.external) == {**asdict(ExternalSettings()), field.name: expected}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("selct = []", f"{WHERE} has no `selct`; did you mean `select`?"),
        ("page_weight = 1", f"{WHERE} has no `page_weight`; did you mean `page-weight`?"),
        (
            "colour = 1",
            f"{WHERE} has no `colour`; known are select, ignore, baseline, time-limit, licences, page-weight, page-total,"
            " moving-branches, sources, external",
        ),
        ('select = "L"', f'{WHERE} `select` cannot be \'L\'; write a list of codes or their beginnings, such as ["L", "S102"]'),
        ("select = [1]", f'{WHERE} `select` cannot be [1]; write a list of codes or their beginnings, such as ["L", "S102"]'),
        ('ignore = [""]', f"{WHERE} `ignore` cannot be ['']; write a list of codes or their beginnings, such as [\"L113\"]"),
        ("baseline = true", f"{WHERE} `baseline` cannot be True; write the path of a file"),
        ('baseline = "a\\u0000b"', f"{WHERE} `baseline` cannot be 'a\\x00b'; write the path of a file"),
        ("time-limit = 0", f"{WHERE} `time-limit` cannot be 0; write seconds"),
        ("time-limit = -1.5", f"{WHERE} `time-limit` cannot be -1.5; write seconds"),
        ("time-limit = nan", f"{WHERE} `time-limit` cannot be nan; write seconds"),
        ("time-limit = inf", f"{WHERE} `time-limit` cannot be inf; write seconds"),
        ("time-limit = true", f"{WHERE} `time-limit` cannot be True; write seconds"),
        ('licences = "MIT"', f'{WHERE} `licences` cannot be \'MIT\'; write a list of SPDX identifiers, such as ["MIT", "BSD-3-Clause"]'),
        ("page-weight = 1.5", f"{WHERE} `page-weight` cannot be 1.5; write a number of bytes"),
        ("page-total = 0", f"{WHERE} `page-total` cannot be 0; write a number of bytes"),
        ("moving-branches = { a = 1 }", f'{WHERE} `moving-branches` cannot be {{\'a\': 1}}; write a list of names, such as ["next"]'),
        (
            'sources = ["a"]',
            f"{WHERE} `sources` cannot be ['a']; write a table of projects and folders or archives, such as"
            ' { flask = "../flask" }',
        ),
        (
            "sources = { a = 1 }",
            f"{WHERE} `sources` cannot be {{'a': 1}}; write a table of projects and folders or archives, such as"
            ' { flask = "../flask" }',
        ),
        ("external = 1", f"{WHERE} `external` cannot be 1; write a table, [tool.callsite.check.external]"),
    ],
)  # fmt: skip
def test_what_cannot_be_set(root: Path, table: str, message: str) -> None:
    (root / "pyproject.toml").write_text(f"[tool.callsite.check]\n{table}\n")
    with pytest.raises(CallsiteError) as told:
        read_configuration(root)
    assert str(told.value) == message
    assert told.value.exitcode == 2


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("per_host = 1", "has no `per_host`; did you mean `per-host`?"),
        (
            "x = 1",
            "has no `x`; known are ignore, checker, user-agent, timeout, deadline, per-host, overall, retries, pause,"
            " longest-wait, cache-days, failure-hours, largest",
        ),
        ('ignore = "x"', "`ignore` cannot be 'x'; write a list of regular expressions"),
        ('checker = ""', "`checker` cannot be ''; write a word"),
        ("user-agent = 1", "`user-agent` cannot be 1; write a word"),
        ("timeout = -1", "`timeout` cannot be -1; write a number"),
        ('deadline = "1"', "`deadline` cannot be '1'; write a number"),
        ("retries = -1", "`retries` cannot be -1; write a whole number"),
        ("overall = 1.5", "`overall` cannot be 1.5; write a whole number"),
        ("overall = 1000000001", "`overall` cannot be 1000000001; write a whole number"),
        ("largest = true", "`largest` cannot be True; write a whole number"),
    ],
)
def test_what_cannot_be_set_of_external_links(root: Path, table: str, message: str) -> None:
    (root / "pyproject.toml").write_text(f"[tool.callsite.check.external]\n{table}\n")
    with pytest.raises(CallsiteError) as told:
        read_configuration(root)
    assert str(told.value) == f"pyproject.toml: [tool.callsite.check.external] {message}"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"tool = 1\n", "pyproject.toml: `tool` is no table; write [tool.callsite.check]"),
        (b"tool.callsite = 'x'\n", "pyproject.toml: `callsite` is no table; write [tool.callsite.check]"),
        (b"[tool.callsite]\ncheck = []\n", "pyproject.toml: `check` is no table; write [tool.callsite.check]"),
        (b"[tool]\na = " + b"1" * 5000, "pyproject.toml: this is no TOML: Exceeds the limit (4300 digits) for integer string conversion: value has 5000 digits; use sys.set_int_max_str_digits() to increase the limit; mend it"),
        (b"[tool\n", "pyproject.toml: this is no TOML: Expected ']' at the end of a table declaration (at line 1, column 6); mend it"),
        (b"a = '\xff'\n", "pyproject.toml: this is no TOML: 'utf-8' codec can't decode byte 0xff in position 5: invalid start byte; mend it"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_understood(root: Path, data: bytes, message: str) -> None:
    (root / "pyproject.toml").write_bytes(data)
    with pytest.raises(CallsiteError) as told:
        read_configuration(root)
    assert str(told.value) == message


def test_a_file_that_is_none(root: Path) -> None:
    (root / "pyproject.toml").mkdir()
    with pytest.raises(CallsiteError, match=r"^pyproject.toml: cannot be read: .*; make it readable$"):
        read_configuration(root)


def test_nobody_waits_for_a_pipe(root: Path) -> None:
    os.mkfifo(root / "pyproject.toml")
    with pytest.raises(CallsiteError, match="cannot be read"):
        read_configuration(root)


def test_places_are_named_from_where_the_user_is(root: Path) -> None:
    (root / "site").mkdir()
    (root / "site/pyproject.toml").write_text("[tool.callsite.check]\nx = 1\n")
    with pytest.raises(CallsiteError, match=r"^site/pyproject.toml: \[tool.callsite.check\] has no `x`"):
        read_configuration(root / "site")


_keys = st.sampled_from(
    ["select", "ignore", "baseline", "time-limit", "licences", "page-weight", "page-total", "moving-branches", "sources",
     "external", "x"]
)  # fmt: skip
_plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
_lists = st.lists(_plain | st.lists(_plain, max_size=2), max_size=3)
_values = _plain | _lists | st.dictionaries(_keys | st.text(max_size=5), _plain | _lists, max_size=3)


@given(st.dictionaries(_keys, _values, max_size=4))
def test_any_table_is_read_or_refused(table: dict[str, object]) -> None:
    try:
        found = parse_configuration(table, "x")
    except CallsiteError as error:
        assert str(error).startswith("x: [tool.callsite.check")  # noqa: PT017  # either is right
    else:
        assert 0 < found.time_limit < 10**12
        assert all(isinstance(word, str) and word for word in (*found.select, *found.ignore, *found.policy.licences))
