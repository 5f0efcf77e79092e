"""What is kept of a tree, under which names, and how much of it."""

from __future__ import annotations

import re

import pytest

from callsite.errors import CallsiteError
from callsite.harvest.release import Skipped, SourceFile
from callsite.sources.gathering import LIMITS, Gathering, Limits, find_fault, format_size, is_excluded, is_wanted

MB = 2**20


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("../a.py", "leads out of the tree"),
        ("a/../../b.py", "leads out of the tree"),
        ("a/..", "leads out of the tree"),
        ("/etc/a.py", "an absolute path"),
        ("//host/a.py", "an absolute path"),
        ("C:/a.py", "a drive letter"),
        ("c:a.py", "a drive letter"),
        ("..\\a.py", "a backslash"),
        ("a\\b.py", "a backslash"),
        ("a\0.py", "invisible characters"),
        ("a\n.py", "invisible characters"),
        ("a\x1b[2J.py", "invisible characters"),
        ("a\u202eyp.b", "invisible characters"),
        ("a\udce4.py", "not UTF-8"),
        ("", "no name"),
        ("./.", "no name"),
        ("a" * 5000, "too long"),
    ],
)
def test_names_that_are_not_trusted(name: str, fault: str) -> None:
    assert fault in find_fault(name)


@pytest.mark.parametrize(
    "name", ["a.py", "./a.py", "a//b.py", "a..b/c.py", "..a.py", "ä/漢.py", "a b.py", "ab:c.py", "-x"]
)
def test_names_that_are(name: str) -> None:
    assert find_fault(name) == ""


@pytest.mark.parametrize(
    "path",
    [
        "a.py",
        "license.py",
        "PKG-INFO",
        "x/PKG-INFO",
        "pyproject.toml",
        "x.dist-info/METADATA",
        "LICENSE",
        "LICENCE.txt",
        "LICENSE-MIT",
        "MIT-LICENSE.md",
        "x.dist-info/licenses/AUTHORS",
        "LICENSES/MIT.txt",
        "COPYING.LESSER",
        "notice.rst",
    ],
)
def test_what_is_read(path: str) -> None:
    assert is_wanted(path)


@pytest.mark.parametrize(
    "path",
    ["a.pyc", "a.pyi", "a.txt", "METADATA", "setup.cfg", "license.html", "LICENSE.png", "change_notice.txt", "py"],
)
def test_what_is_not(path: str) -> None:
    assert not is_wanted(path)


@pytest.mark.parametrize(
    ("path", "patterns", "expected"),
    [
        ("tests/a/b.py", ["tests"], True),
        ("tests/a/b.py", ["tests/"], True),
        ("tests/a/b.py", ["tests/*"], True),
        ("src/tests/b.py", ["*/tests"], True),
        ("a/b.py", ["x", "*b.py"], True),
        ("tests.py", ["tests"], False),
        ("Tests/a.py", ["tests"], False),
        ("a/tests/b.py", ["tests"], False),
        ("a.py", [], False),
        ("[a].py", ["[[]a].py"], True),
    ],
)
def test_patterns(path: str, patterns: list[str], expected: bool) -> None:
    assert is_excluded(path, patterns) is expected


def test_paths_are_plain_and_sorted() -> None:
    gathering = Gathering("x")
    for name in ("./b//c.py", "b/a.py", "LICENSE", "b.py"):
        gathering.keep(gathering.admit(name), name.encode())
    tree = gathering.finish()
    assert [file.path for file in tree.files] == ["b.py", "b/a.py", "b/c.py"]
    assert tree.files[2] == SourceFile("b/c.py", b"./b//c.py")
    assert [paper.path for paper in tree.papers] == ["LICENSE"]
    assert tree.skipped == ()


def test_of_two_files_with_one_name_the_first_is_kept() -> None:
    gathering = Gathering("x")
    gathering.keep(gathering.admit("a.py"), b"first")
    assert gathering.admit("./a.py") == ""
    assert gathering.admit("A.py") == "A.py"
    tree = gathering.finish()
    assert tree.files == (SourceFile("a.py", b"first"),)
    assert tree.skipped == (Skipped("./a.py", "a second file of the same name; the first is kept"),)


def test_names_in_reports_can_be_printed() -> None:
    gathering = Gathering("x")
    for name in ("a\x1b.py", "a\udce4.py", "/" + "x" * 500):
        assert not gathering.admit(name)
    assert [skipped.what for skipped in gathering.finish().skipped] == [
        "/" + "x" * 199 + "…",
        "a<U+001B>.py",
        "a\\udce4.py",
    ]


@pytest.mark.parametrize(
    ("names", "paths"),
    [
        (["x-1.0/a.py", "x-1.0/b/c.py", "x-1.0/PKG-INFO"], ["a.py", "b/c.py"]),
        (["x/setup.py", "x/x/__init__.py"], ["setup.py", "x/__init__.py"]),
        (["x-1.0/a.py", "b.py"], ["b.py", "x-1.0/a.py"]),
        (["x/__init__.py", "x/a.py"], ["x/__init__.py", "x/a.py"]),
        (["src/x/a.py"], ["src/x/a.py"]),
        (["lib/x/a.py"], ["lib/x/a.py"]),
        (["a.py"], ["a.py"]),
        ([], []),
    ],
)
def test_the_folder_around_a_release_is_taken_away(names: list[str], paths: list[str]) -> None:
    gathering = Gathering("x")
    for name in names:
        gathering.keep(gathering.admit(name), b"")
    assert [file.path for file in gathering.finish(without_root=True).files] == paths
    assert [file.path for file in gathering.finish().files] == sorted(name for name in names if name.endswith(".py"))


def test_patterns_hold_inside_of_that_folder() -> None:
    gathering = Gathering("x")
    for name in ("x-1/x/a.py", "x-1/tests/b.py"):
        gathering.keep(gathering.admit(name), b"")
    assert [file.path for file in gathering.finish(True, exclude=["tests", "x-1"]).files] == ["x/a.py"]


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (
            Limits(kept=10),
            "x: not read, it holds more than 10 bytes of Python and licence files; choose a smaller source",
        ),
        (Limits(members=2), "x: not read, it holds more than 2 files to read; choose a smaller source"),
    ],
)
def test_there_is_an_end_to_what_is_kept(limits: Limits, message: str) -> None:
    gathering = Gathering("x", limits)
    gathering.keep("a.py", b"12345")
    gathering.keep("b.py", b"12345")
    with pytest.raises(CallsiteError, match=re.escape(message)):
        gathering.keep("c.py", b"1")


def test_there_is_an_end_to_what_is_looked_at() -> None:
    gathering = Gathering("x")
    gathering.count_listed(1)
    with pytest.raises(CallsiteError, match="x: not read, it has more than 1 entries; choose a smaller source"):
        gathering.count_listed(1)


def test_large_files_are_left_out() -> None:
    gathering = Gathering("x")
    assert gathering.fits("a.py", 4 * MB)
    assert not gathering.fits("b.py", 4 * MB + 1)
    assert gathering.finish().skipped == (Skipped("b.py", "4 MB, more than the 4 MB that a file may have"),)


@pytest.mark.parametrize(
    ("packed", "expected"), [(0, 64 * MB), (1000, 64 * MB), (MB, 300 * MB), (7 * MB, 2048 * MB), (10**12, 2048 * MB)]
)
def test_how_far_an_archive_may_expand(packed: int, expected: int) -> None:
    assert LIMITS.find_expansion(packed) == expected


def test_sizes() -> None:
    assert [format_size(size) for size in (0, 1, 1023, MB, 2048 * MB)] == [
        "0 bytes",
        "1 byte",
        "1,023 bytes",
        "1 MB",
        "2,048 MB",
    ]
