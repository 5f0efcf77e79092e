"""The one way in: every kind of source, and what is locked of it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from callsite.errors import CallsiteError
from callsite.harvest.release import Skipped, SourceFile
from callsite.sources.declared import Declared
from callsite.sources.gathering import Limits
from callsite.sources.index_settings import IndexSettings
from callsite.sources.loading import Surroundings, load_installed, load_source
from callsite.sources.lock import Locked
from callsite.sources.spec import AllInstalled, FromArchive, FromFolder, FromGit, FromIndex, Installed, Spec
from tests.hostile import make_tar, make_zip, write

PACKAGE = {"x-1.0/x.py": b"x", "x-1.0/PKG-INFO": b"Name: X\nVersion: 1.0\nLicense-Expression: MIT\n"}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _refuse() -> IndexSettings:
    raise AssertionError


@pytest.fixture
def surroundings(tmp_path: Path) -> Surroundings:
    """A folder with an index of files, and nothing that leads to another index."""
    return Surroundings(
        cache=tmp_path / "cache",
        base=tmp_path,
        ask_settings=lambda: IndexSettings((), (str(tmp_path / "index"),)),
    )


def _archive(tmp_path: Path) -> Path:
    return write(tmp_path / "x-1.0.tar", make_tar(PACKAGE))


def test_an_archive(tmp_path: Path, surroundings: Surroundings) -> None:
    path = _archive(tmp_path)
    source, locked = load_source(Declared("my x", FromArchive("./x-1.0.tar")), surroundings)
    assert (source.name, source.files, source.skipped) == ("my x", (SourceFile("x.py", b"x"),), ())
    release = source.release
    assert (release.project, release.version, release.artefact) == ("X", "1.0", "x-1.0.tar")
    assert (release.sha256, release.licence.expression) == (_sha256(path), "MIT")
    assert locked == Locked("./x-1.0.tar", "1.0", "x-1.0.tar", _sha256(path))
    assert load_source(Declared("my x", FromArchive("./x-1.0.tar")), surroundings, locked) == (source, locked)


def test_an_archive_is_known_by_its_name_if_by_nothing_else(tmp_path: Path, surroundings: Surroundings) -> None:
    write(tmp_path / "fake_x-2.0-py3-none-any.whl", make_zip([("x.py", b"")]))
    source, _ = load_source(Declared("", FromArchive("./fake_x-2.0-py3-none-any.whl")), surroundings)
    assert (source.name, source.release.version, source.release.licence.expression) == ("fake-x", "2.0", "")


def test_an_archive_that_changed_is_refused(tmp_path: Path, surroundings: Surroundings) -> None:
    declared = Declared("x", FromArchive("./x-1.0.tar"))
    path = _archive(tmp_path)
    _, locked = load_source(declared, surroundings)
    write(path, make_tar(PACKAGE | {"x-1.0/y.py": b""}))
    with pytest.raises(CallsiteError, match=f"its SHA-256 is {_sha256(path)} and not {locked.sha256}"):
        load_source(declared, surroundings, locked)
    assert load_source(declared, surroundings)[1].sha256 == _sha256(path)


def test_what_was_locked_for_other_words_counts_no_more(tmp_path: Path, surroundings: Surroundings) -> None:
    _archive(tmp_path)
    old = Locked("./other.tar", sha256="0" * 64)
    assert load_source(Declared("x", FromArchive("./x-1.0.tar")), surroundings, old)[1].spec == "./x-1.0.tar"


def test_a_folder(tmp_path: Path, surroundings: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "my x" / "a" / "x.py", b"x")
    write(tmp_path / "my x" / "b.py", b"b")
    source, locked = load_source(Declared("", FromFolder("./my x"), exclude=("a",)), surroundings)
    assert (source.name, [file.path for file in source.files]) == ("my x", ["b.py"])
    assert locked == Locked("./my x")
    write(tmp_path / "my x" / "pyproject.toml", b"[project]\nname = 'y'\nversion = '3'")
    monkeypatch.setenv("HOME", str(tmp_path))
    source, locked = load_source(Declared("", FromFolder("~/my x")), surroundings)
    assert (source.name, source.release.version, locked.version) == ("y", "3", "3")


def test_limits_are_kept_to(tmp_path: Path, surroundings: Surroundings) -> None:
    _archive(tmp_path)
    tight = Surroundings(surroundings.cache, tmp_path, Limits(file=0, members=5), _refuse)
    assert load_source(Declared("", FromArchive("./x-1.0.tar")), tight)[0].files == ()


@pytest.mark.parametrize("versions", ["==1.0", ">=1"])
def test_a_release_of_the_index(tmp_path: Path, surroundings: Surroundings, versions: str) -> None:
    path = write(tmp_path / "index" / "x-1.0.zip", make_zip(PACKAGE.items()))
    declared = Declared("", FromIndex("x", versions))
    source, locked = load_source(declared, surroundings)
    assert (source.release.artefact, source.release.sha256) == ("x-1.0.zip", _sha256(path))
    assert locked == Locked(f"x{versions}", "1.0", "x-1.0.zip", _sha256(path), path.as_uri())
    # From now on nobody is asked for it.
    write(tmp_path / "index" / "x-1.1.zip", make_zip(PACKAGE.items()))
    alone = Surroundings(surroundings.cache, tmp_path, ask_settings=_refuse)
    assert load_source(declared, alone, locked) == (source, locked)
    if versions == "==1.0":
        assert load_source(declared, alone) == (source, locked)
    else:
        assert load_source(declared, surroundings)[1].version == "1.1" or source


def test_a_locked_release_is_fetched_anew(tmp_path: Path, surroundings: Surroundings) -> None:
    declared = Declared("", FromIndex("x", ">=1"))
    path = write(tmp_path / "index" / "x-1.0.zip", make_zip(PACKAGE.items()))
    _, locked = load_source(declared, surroundings)
    write(tmp_path / "index" / "x-1.1.zip", make_zip(PACKAGE.items()))
    empty = Surroundings(tmp_path / "empty", tmp_path, ask_settings=surroundings.ask_settings)
    assert load_source(declared, empty, locked)[1] == locked
    write(path, make_zip([("x.py", b"changed")]))
    empty = Surroundings(tmp_path / "empty2", tmp_path, ask_settings=surroundings.ask_settings)
    with pytest.raises(CallsiteError, match="not the file that was locked"):
        load_source(declared, empty, locked)


def _git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@b.test")
    return subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def test_a_repository_stays_at_the_locked_commit(tmp_path: Path, surroundings: Surroundings) -> None:
    folder = tmp_path / "r"
    write(folder / "a.py", b"1")
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "add", ".")
    _git(folder, "commit", "--quiet", "--message", "x")
    first = _git(folder, "rev-parse", "HEAD")
    declared = Declared("r", FromGit("./r", "main"), repository="https://example.org/r/")
    source, locked = load_source(declared, surroundings)
    assert locked == Locked("git+./r@main", revision=first)
    assert (source.release.repository, source.release.revision) == ("https://example.org/r", first)
    write(folder / "a.py", b"2")
    _git(folder, "commit", "--quiet", "--all", "--message", "x")
    assert load_source(declared, surroundings, locked) == (source, locked)
    assert load_source(declared, surroundings)[0].files == (SourceFile("a.py", b"2"),)


def test_what_the_author_says_of_the_licence_counts(tmp_path: Path, surroundings: Surroundings) -> None:
    write(tmp_path / "x" / "LICENSE", b"Copyright (c) 2020 Somebody\nAll mine.\n")
    licence = load_source(Declared("x", FromFolder("./x"), "Apache-2.0"), surroundings)[0].release.licence
    assert (licence.expression, licence.found) == ("Apache-2.0", "sources.toml")
    assert licence.notices == ("Copyright (c) 2020 Somebody",)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two installed distributions, one of which does not know its files."""
    folder = tmp_path / "site-packages"
    for name in ("good", "bad"):
        write(folder / f"{name}-1.dist-info" / "METADATA", f"Name: {name}\nVersion: 1\n".encode())
        write(folder / f"{name}.py", b"raise SystemExit")
    write(folder / "good-1.dist-info" / "RECORD", b"good.py,,\n")
    monkeypatch.setattr(sys, "path", [str(folder)])
    return folder


def test_everything_that_is_installed(installed: Path, surroundings: Surroundings) -> None:
    sources, skipped = load_installed(surroundings)
    assert [(source.name, source.files) for source in sources] == [
        ("good", (SourceFile("good.py", b"raise SystemExit"),))
    ]
    assert skipped == (
        Skipped(
            "installed:bad",
            "does not say which files are its own (no RECORD); install it again with pip, or write bad==VERSION",
        ),
    )
    sources, _ = load_installed(surroundings, Declared("all", AllInstalled(), exclude=("good.py",)))
    assert sources[0].files == ()


def test_one_that_is_installed(installed: Path, surroundings: Surroundings) -> None:
    source, locked = load_source(Declared("", Installed("good")), surroundings)
    assert (source.name, locked) == ("good", Locked("installed:good", "1"))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (AllInstalled(), "installed: many sources and not one; name one as installed:NAME"),
        (FromFolder("./gone"), "gone: no such folder"),
        (FromArchive("./gone.zip"), "gone.zip: cannot be read, No such file or directory"),
        (FromGit("./gone"), "gone: no git repository"),
        (Installed("gone"), "installed:gone: not installed"),
    ],
)
def test_what_cannot_be_read_is_said(surroundings: Surroundings, spec: Spec, message: str) -> None:
    with pytest.raises(CallsiteError, match=message):
        load_source(Declared("x", spec), surroundings)
    assert not surroundings.cache.exists()


def test_a_release_goes_by_the_name_it_was_asked_for(tmp_path: Path, surroundings: Surroundings) -> None:
    metadata = b"Metadata-Version: 2.1\nName: flask\nVersion: 1.0\n"
    write(tmp_path / "fake-1.0-py3-none-any.whl", make_zip([("fake-1.0.dist-info/METADATA", metadata), ("x.py", b"")]))
    source, _ = load_source(Declared("", FromArchive("./fake-1.0-py3-none-any.whl")), surroundings)
    assert source.release.project == "fake"
