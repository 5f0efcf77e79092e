"""What authors declare, and what is locked."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.errors import CallsiteError
from callsite.sources.declared import Declared, load_declared, parse_declared
from callsite.sources.lock import Locked, format_lock, load_lock, parse_lock, write_lock
from callsite.sources.spec import FromFolder, FromGit, FromIndex, Installed

SHA = "0123456789abcdef" * 4


def test_declarations() -> None:
    text = """
[sources]
flask-security = "Flask-Security-Too==4.0.1"
"my own" = "../mine"

[sources.superset]
from = "git+https://me:pw@example.org/superset@4.0.0"
licence = "apache-2.0 or mit"
repository = "https://example.org/superset"
exclude = ["superset/migrations", "*/tests"]
"""
    assert parse_declared(text) == (
        Declared("flask-security", FromIndex("Flask-Security-Too", "==4.0.1")),
        Declared("my own", FromFolder("../mine")),
        Declared(
            "superset",
            FromGit("https://me:pw@example.org/superset", "4.0.0"),
            "Apache-2.0 OR MIT",
            "https://example.org/superset",
            ("superset/migrations", "*/tests"),
        ),
    )


@pytest.mark.parametrize("text", ["", "[sources]", "# nothing"])
def test_nothing_need_be_declared(text: str) -> None:
    assert parse_declared(text) == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sources = [", "sources.toml: is no TOML, "),
        ("a = " + "[" * 5000, "sources.toml: is no TOML, "),
        ("sources = 3", 'sources.toml: sources is no table; write [sources] and below it NAME = "SOURCE"'),
        ("[source]", "sources.toml: source is not known here; did you mean sources?"),
        ("[banana]", "sources.toml: banana is not known here; known are sources"),
        ("[sources]\na = 3", 'sources.toml: a is neither text nor a table; write a = "SOURCE"'),
        ('[sources]\n"" = "x==1"', "sources.toml: '' is no name for a source; choose another"),
        ('[sources]\n"a\\nb" = "x==1"', "sources.toml: 'a\\nb' is no name for a source"),
        ('[sources]\n"a\\u202eb" = "x==1"', "is no name for a source"),
        ("[sources.a]", 'sources.toml: a does not say where it comes from; add from = "SOURCE"'),
        ("[sources.a]\nform = 'x==1'", "sources.toml: a: form is not known here; did you mean from?"),
        ("[sources.a]\nlicense = 'MIT'", "sources.toml: a: license is not known here; did you mean licence?"),
        ("[sources.a]\nbranch = 'MIT'", "a: branch is not known here; known are from, licence, repository, exclude"),
        ("[sources.a]\nfrom = 3", 'sources.toml: a: from is no text; write from = "…"'),
        ("[sources.a]\nfrom = 'x==1'\nlicence = 3", 'sources.toml: a: licence is no text; write licence = "…"'),
        (
            "[sources.a]\nfrom = 'x==1'\nlicence = 'Free'",
            "a: licence Free is no SPDX expression; write one such as MIT",
        ),
        ("[sources.a]\nfrom = 'x==1'\nrepository = 'x'", "a: repository is no address a reader can open; write https"),
        ("[sources.a]\nfrom = 'x==1'\nexclude = 'x'", 'a: exclude is no list of patterns; write exclude = ["tests/*"]'),
        ("[sources.a]\nfrom = 'x==1'\nexclude = [3]", "a: exclude is no list of patterns"),
        ("[sources.a]\nfrom = 'x==1'\nexclude = ['']", "a: exclude is no list of patterns"),
        ("[sources]\na = 'flask'", "sources.toml: a: flask: there is no such folder; write flask==VERSION"),
        ("[sources]\na = 'x==1'\nb = 'x == 1'", "sources.toml: b is the same source as a; remove one of them"),
    ],
)
def test_what_is_not_meant_to_be_there(text: str, message: str) -> None:
    with pytest.raises(CallsiteError) as caught:
        parse_declared(text)
    assert message in str(caught.value)


def test_paths_are_relative_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flask").mkdir()
    (tmp_path / "sources.toml").write_text("\ufeff[sources]\na = 'flask'\nb = 'installed:flask'", encoding="utf-8")
    monkeypatch.chdir("/")
    assert load_declared(tmp_path / "sources.toml") == (
        Declared("a", FromFolder("./flask")),
        Declared("b", Installed("flask")),
    )


def test_files_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    with pytest.raises(CallsiteError, match="x: cannot be read, No such file or directory; write it, or name sources"):
        load_declared(tmp_path / "x")
    (tmp_path / "x").write_bytes(b"\xff")
    with pytest.raises(CallsiteError, match="x: cannot be read, it is not UTF-8; write it"):
        load_declared(tmp_path / "x")


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
LOCKED = st.builds(
    Locked, TEXT, TEXT, st.just("") | st.just("x-1.zip"), st.sampled_from(["", SHA]), TEXT, st.sampled_from(["", SHA])
)


@given(st.dictionaries(TEXT, LOCKED, max_size=4))
def test_what_was_locked_is_read_back(locked: dict[str, Locked]) -> None:
    # An empty spec is not written, and never comes of a source.
    locked = {name: entry for name, entry in locked.items() if entry.spec}
    text = format_lock(locked)
    assert parse_lock(text) == locked
    assert format_lock(dict(reversed(locked.items()))) == text


def test_a_lock_file_can_be_read_by_people() -> None:
    locked = {"b": Locked("x==1", "1", "x-1.zip", SHA, "https://example.org/x-1.zip"), "a": Locked("./ä")}
    assert (
        format_lock(locked)
        == f"""{{
  "sources": {{
    "a": {{
      "spec": "./ä"
    }},
    "b": {{
      "address": "https://example.org/x-1.zip",
      "artefact": "x-1.zip",
      "sha256": "{SHA}",
      "spec": "x==1",
      "version": "1"
    }}
  }},
  "version": 1
}}
"""
    )


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("", "is no lock file, "),
        ("[" * 100_000, "is no lock file, "),
        ("[]", "is no lock file of this version of Callsite"),
        ({"version": 2, "sources": {}}, "is no lock file of this version of Callsite"),
        ({"version": 1, "sources": []}, "is no lock file of this version of Callsite"),
        ({"version": 1, "sources": {"a": 1}}, "a does not say what was locked"),
        ({"version": 1, "sources": {"a": {}}}, "a does not say what was locked"),
        ({"version": 1, "sources": {"a": {"spec": 1}}}, "spec of a makes no sense"),
        ({"version": 1, "sources": {"a": {"spec": "x", "other": "y"}}}, "other of a makes no sense"),
        ({"version": 1, "sources": {"a": {"spec": "x", "sha256": "../x"}}}, "sha256 of a makes no sense"),
        ({"version": 1, "sources": {"a": {"spec": "x", "artefact": "../x"}}}, "artefact of a makes no sense"),
        ({"version": 1, "sources": {"a": {"spec": "x", "revision": "main"}}}, "revision of a makes no sense"),
    ],
)
def test_what_is_no_lock_file_is_not_guessed_at(document: object, message: str) -> None:
    text = document if isinstance(document, str) else json.dumps(document)
    with pytest.raises(CallsiteError) as caught:
        parse_lock(text)
    assert str(caught.value).startswith("sources.lock: ")
    assert message in str(caught.value)
    assert str(caught.value).endswith("; remove it to look the sources up again")


def test_a_lock_file_that_says_the_same_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "sources.lock"
    assert load_lock(path) == {}
    locked = {"a": Locked("x==1", "1")}
    write_lock(path, locked)
    os.utime(path, (0, 0))
    write_lock(path, locked)
    assert path.stat().st_mtime == 0
    write_lock(path, locked | {"b": Locked("y==1")})
    assert load_lock(path) == {"a": Locked("x==1", "1"), "b": Locked("y==1")}
    assert [path.name for path in tmp_path.iterdir()] == ["sources.lock"]


def test_a_lock_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\xff")
    with pytest.raises(CallsiteError, match=r"x: cannot be read, .*; remove it"):
        load_lock(tmp_path / "x")
    with pytest.raises(CallsiteError, match=r"cannot be read, .*; remove it"):
        load_lock(tmp_path)
