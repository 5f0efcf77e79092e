"""What is installed, by its own list of files."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from callsite.errors import CallsiteError
from callsite.harvest.release import Skipped
from callsite.sources.distributions import list_installed, read_distribution
from callsite.sources.gathering import Limits
from tests.hostile import write

METADATA = "Metadata-Version: 2.1\nName: Fake_Dist\nVersion: 1.0\nLicense-Expression: MIT\n\nwords\n"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed distributions, the only one there is, with one that has a file of every kind."""
    folder = tmp_path / "site-packages"
    files = {
        "fake/__init__.py": "raise SystemExit('imported')",
        "fake/big.py": "x" * 100,
        "fake/data.json": "{}",
        "Fake_Dist-1.0.dist-info/METADATA": METADATA,
        "Fake_Dist-1.0.dist-info/licenses/LICENSE": "MIT",
        "other/__init__.py": "",
        "../bin/fake.py": "",
    }
    for name, text in files.items():
        write(folder / name, text.encode())
    record = [*(name for name in files if not name.startswith("other")), "fake/gone.py", "/etc/passwd.py"]
    write(folder / "Fake_Dist-1.0.dist-info" / "RECORD", "".join(f"{name},,\n" for name in record).encode())
    monkeypatch.setattr(sys, "path", [str(folder)])
    return folder


def _origin(installed: Path, origin: object) -> None:
    text = origin if isinstance(origin, str) else json.dumps(origin)
    write(installed / "Fake_Dist-1.0.dist-info" / "direct_url.json", text.encode())


@pytest.mark.parametrize("name", ["Fake_Dist", "fake-dist", "FAKE.DIST"])
def test_only_its_own_files_are_read_and_none_is_run(installed: Path, name: str) -> None:
    read = read_distribution(name, limits=Limits(file=90, listed=9))
    assert [file.path for file in read.tree.files] == ["fake/__init__.py"]
    assert [paper.path for paper in read.tree.papers] == [
        "Fake_Dist-1.0.dist-info/METADATA",
        "Fake_Dist-1.0.dist-info/licenses/LICENSE",
    ]
    assert read.tree.skipped == (
        Skipped("fake/big.py", "100 bytes, more than the 90 bytes that a file may have"),
        Skipped("fake/gone.py", "cannot be read, No such file or directory"),
    )
    release = read.release
    assert (release.project, release.version, release.licence.expression) == ("Fake_Dist", "1.0", "MIT")
    assert (release.artefact, release.revision, release.repository) == ("", "", "")
    assert "fake" not in sys.modules


def test_parts_can_be_left_out(installed: Path) -> None:
    assert read_distribution("fake-dist", exclude=["fake"]).tree.files == ()


def test_the_names_there_are(installed: Path) -> None:
    write(installed / "abc-2.dist-info" / "METADATA", b"Name: abc\nVersion: 2\n")
    write(installed / "broken-2.dist-info" / "METADATA", b"")
    assert list_installed() == ("abc", "Fake_Dist")


@pytest.mark.parametrize(
    ("name", "hint"),
    [("fake-dits", r"did you mean fake-dist\?"), ("zzz", "install it beside Callsite, or write zzz==VERSION")],
)
def test_what_is_not_installed(installed: Path, name: str, hint: str) -> None:
    with pytest.raises(CallsiteError, match=f"installed:{name}: not installed; {hint}"):
        read_distribution(name)


def test_without_a_list_of_files_it_is_not_read(installed: Path) -> None:
    (installed / "Fake_Dist-1.0.dist-info" / "RECORD").unlink()
    with pytest.raises(
        CallsiteError, match=r"installed:fake-dist: does not say which files are its own \(no RECORD\); install"
    ):
        read_distribution("fake-dist")


def test_what_is_installed_as_a_folder_is_read_there(installed: Path, tmp_path: Path) -> None:
    write(tmp_path / "my project" / "src" / "fake" / "a.py", b"")
    write(tmp_path / "my project" / "LICENSE", b"")
    _origin(installed, {"url": (tmp_path / "my project").as_uri(), "dir_info": {"editable": True}})
    read = read_distribution("fake-dist")
    assert [file.path for file in read.tree.files] == ["src/fake/a.py"]
    assert (read.release.project, read.release.version) == ("Fake_Dist", "1.0")


def test_a_folder_that_is_gone_is_said(installed: Path, tmp_path: Path) -> None:
    _origin(installed, {"url": (tmp_path / "gone").as_uri(), "dir_info": {"editable": True}})
    with pytest.raises(CallsiteError, match="gone: no such folder"):
        read_distribution("fake-dist")


def test_the_commit_it_was_installed_from_is_known(installed: Path) -> None:
    info = {"vcs": "git", "commit_id": "a" * 40}
    _origin(installed, {"url": "https://me:pw@example.org/o/r.git", "vcs_info": info})
    release = read_distribution("fake-dist").release
    assert (release.repository, release.revision) == ("https://example.org/o/r", "a" * 40)


@pytest.mark.parametrize(
    "origin",
    [
        "not json",
        "[" * 100_000,
        [],
        {"url": "https://example.org/x.zip", "archive_info": {}},
        {"url": "https://example.org/r", "vcs_info": {"vcs": "svn", "commit_id": "12"}},
        {"url": "file:///x", "dir_info": {}},
        {"url": "file:///x", "dir_info": 3, "vcs_info": 4},
    ],
)
def test_other_origins_change_nothing(installed: Path, origin: object) -> None:
    _origin(installed, origin)
    read = read_distribution("fake-dist")
    assert [file.path for file in read.tree.files] == ["fake/__init__.py", "fake/big.py"]
    assert read.release.revision == ""


def test_what_really_is_installed_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read = read_distribution("packaging")
    assert "packaging/version.py" in [file.path for file in read.tree.files]
    assert (read.release.project, read.release.licence.expression) == ("packaging", "Apache-2.0 OR BSD-2-Clause")
