"""What pages are made with, told in words that are the same in every run and others for anything else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import OrderedDict
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callsite import environment
from callsite.environment import describe_tools, describe_value
from callsite.model import Dates, Place

_plain = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5) | st.binary(max_size=5)
)
_values = st.recursive(
    _plain,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.sets(st.text(max_size=3) | st.integers(), max_size=3)
    ),
    max_leaves=8,
)


def show(value: object) -> str:
    """A value as Python writes it, whose sets are in order: equal values of different types are different here."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{show(key)}: {show(part)}' for key, part in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"{type(value).__name__}({', '.join(map(show, value))})"
    return f"set({sorted(map(repr, value))})" if isinstance(value, set) else repr(value)


@given(_values, _values)
@example([1], (1,))
@example([], {})
@example({"a": 1, "b": 2}, {"b": 2, "a": 1})
@example(["a, b"], ["a", "b"])
@example("[1]", [1])
@example(True, 1)
@example({1, "1"}, {"1"})
def test_values_have_descriptions_of_their_own(one: object, other: object) -> None:
    assert (describe_value(one) == describe_value(other)) == (show(one) == show(other))


def test_a_set_has_the_same_description_in_every_process() -> None:
    code = "from callsite.environment import describe_value; print(describe_value({'x': {'a', 'b', 'c', 'd', 'e'}}))"
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert told == {describe_value({"x": {"a", "b", "c", "d", "e"}})}


@pytest.mark.parametrize("value", [Path("a/b"), frozenset({"a"}), OrderedDict(a=1), 1.5, b"x"])
def test_other_values_of_settings_are_told(value: object) -> None:
    assert describe_value(value) == describe_value([value])[5:-1]
    assert describe_value(value) != describe_value("a")


@pytest.mark.parametrize("value", [len, lambda: 1, object(), {"x": [len]}, [object()], {len: 1}, (1, len), {len}, str])
def test_what_is_another_one_in_each_run_cannot_be_told(value: object) -> None:
    with pytest.raises(TypeError, match="is another one in each run"):
        describe_value(value)


def test_tools_are_told_by_versions_and_sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def tell() -> str:
        describe_tools.cache_clear()
        return describe_tools()

    try:
        before = tell()
        assert tell() == before
        read = environment.read_version
        for tool in ("pygments", "markdown", "pelican", "jinja2"):
            with monkeypatch.context() as patch:
                patch.setattr(environment, "read_version", lambda name, tool=tool: "0" if name == tool else read(name))
                assert tell() != before
        with monkeypatch.context() as patch:
            patch.setattr(sys, "version", "4.0")
            assert tell() != before
        (tmp_path / "names").mkdir()
        (tmp_path / "names" / "scope.py").write_text("x")
        with monkeypatch.context() as patch:
            patch.setattr(environment, "__file__", str(tmp_path / "environment.py"))
            known = {tell()}
            for path, text in (("names/scope.py", "xy"), ("other.py", ""), ("names/README", "no source")):
                (tmp_path / path).write_text(text)
                known.add(tell())
            os.utime(tmp_path / "other.py", (1, 1))
            known.add(tell())
            assert len(known) == 4  # one for each change of a source
    finally:
        describe_tools.cache_clear()


def test_sources_come_in_an_order_of_their_own(tmp_path: Path) -> None:
    for name in ("b.py", "a.py", "z/a.py", "c/z.py", "c/a.py", "c/a.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    told = [line.split()[0].removeprefix(f"{tmp_path}/") for line in environment._list_sources(tmp_path)]
    assert told == ["a.py", "b.py", "c/a.py", "c/z.py", "z/a.py"]


def test_versions_are_those_that_distributions_say_themselves() -> None:
    told = {each.metadata["Name"]: each.version for each in reversed(list(distributions()))}
    assert len(told) > 20
    assert {name: environment.read_version(name) for name in told} == told


def test_what_comes_first_is_what_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in (
        "one/Some.Tool-2.0.dist-info",
        "two/some_tool-1.0.dist-info",
        "two/some_tool-1.0.data",
        "two/old.egg-info",
    ):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "two" / "old.egg-info" / "PKG-INFO").write_text("Metadata-Version: 1.0\nName: old\nVersion: 0.3\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path / name) for name in ("none", "one", "two")])
    environment._list_versions.cache_clear()
    try:
        assert [environment.read_version(name) for name in ("some-tool", "old", "some")] == ["2.0", "0.3", ""]
    finally:
        environment._list_versions.cache_clear()


def test_a_tool_that_was_not_installed_has_no_version() -> None:
    assert environment.read_version("no such distribution") == ""
    assert environment.read_version("pygments")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, False),
        ({"extensions": ["extra", "markdown.extensions.toc", "toc"]}, False),
        ({"extension_configs": {"markdown.extensions.extra": {}, "toc": {"title": "x"}}}, False),
        ({"extensions": ["markdown.extensions.toc:TocExtension"]}, False),
        ({"extensions": ["mine"]}, True),
        ({"extensions": ["markdownx.extensions"]}, True),
        ({"extensions": ["mine:Toc"]}, True),
        ({"extensions": ["pymdownx.snippets", "toc"]}, True),
        ({"extension_configs": {"mine": {}}}, True),
        ({"extensions": [object()]}, True),
        ({"extension_configs": {"footnotes": {"UNIQUE_IDS": True}}}, True),
        ({"extension_configs": {"footnotes": {"UNIQUE_IDS": False}}}, False),
        ({"extension_configs": 1}, True),
        ({"extension_configs": ["toc"]}, True),
    ],
)
def test_extensions_of_a_site_are_told_from_markdowns_own(options: dict[str, object], expected: bool) -> None:
    assert environment.has_own_extensions(options) is expected


def test_values_with_fields_are_told_by_them() -> None:
    first, other = Dates(None, datetime(2026, 1, 1, tzinfo=UTC)), Place("a.md", 1)
    assert describe_value(other) == "Place(path: 'a.md', line: 1)"
    assert describe_value(Place("a.md", 2)) != describe_value(other)
    for unknown in (Place, first):  # a class, and a value with one of no known kind
        with pytest.raises(TypeError):
            describe_value(unknown)
