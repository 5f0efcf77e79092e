"""Folders as they lie on the disk."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from callsite.errors import CallsiteError
from callsite.harvest.release import Skipped
from callsite.sources.folders import read_folder
from callsite.sources.gathering import Limits, Tree
from tests.hostile import write


def _paths(tree: Tree) -> list[str]:
    return [file.path for file in tree.files]


def test_python_and_papers_in_order(tmp_path: Path) -> None:
    for name in ("b.py", "a/c.py", "a.py", "LICENSE", "README.md", "a/x.pyc", "tests/test_a.py", "a/_vendor/v.py"):
        write(tmp_path / name, name.encode())
    tree = read_folder(tmp_path)
    assert _paths(tree) == ["a.py", "a/_vendor/v.py", "a/c.py", "b.py", "tests/test_a.py"]
    assert tree.files[2].data == b"a/c.py"
    assert [paper.path for paper in tree.papers] == ["LICENSE"]
    assert tree.skipped == ()


def test_what_tools_make_is_passed_over(tmp_path: Path) -> None:
    for name in (
        ".git/a.py",
        ".hidden/a.py",
        "__pycache__/a.py",
        "node_modules/a.py",
        "x.egg-info/a.py",
        "env/lib/a.py",
    ):
        write(tmp_path / name, b"")
    write(tmp_path / "env" / "pyvenv.cfg", b"")
    write(tmp_path / "build" / "a.py", b"")
    tree = read_folder(tmp_path)
    assert _paths(tree) == ["build/a.py"]
    assert tree.skipped == ()


def test_a_virtual_environment_that_is_asked_for_is_read(tmp_path: Path) -> None:
    write(tmp_path / "pyvenv.cfg", b"")
    write(tmp_path / "a.py", b"")
    assert _paths(read_folder(tmp_path)) == ["a.py"]


def test_links(tmp_path: Path) -> None:
    inside = tmp_path / "x"
    write(inside / "a.py", b"a")
    write(tmp_path / "secret.py", b"s")
    (inside / "same.py").symlink_to("a.py")
    (inside / "out.py").symlink_to("../secret.py")
    (inside / "out.txt").symlink_to("../secret.py")
    (inside / "nowhere.py").symlink_to("nothing")
    (inside / "me.py").symlink_to("me.py")
    (inside / "loop").symlink_to(".")
    (inside / "up").symlink_to("..")
    (inside / "folder.py").symlink_to(".")
    tree = read_folder(inside)
    assert _paths(tree) == ["a.py", "same.py"]
    assert tree.skipped == tuple(
        Skipped(name, "a link out of the folder, or to nowhere")
        for name in ("folder.py", "me.py", "nowhere.py", "out.py")
    )


def test_a_link_to_the_folder_itself_is_fine(tmp_path: Path) -> None:
    write(tmp_path / "x" / "a.py", b"a")
    (tmp_path / "x" / "b.py").symlink_to("a.py")
    (tmp_path / "link").symlink_to("x")
    assert _paths(read_folder(tmp_path / "link")) == ["a.py", "b.py"]


def test_pipes_and_sockets_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe.py")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.py")
        tree = read_folder(tmp_path)
    assert tree.skipped == (
        Skipped("pipe.py", "cannot be read, it is no regular file"),
        Skipped("socket.py", "cannot be read, No such device or address"),
    )


def test_names_that_are_no_text_are_left_out(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"a\xe4.py")).write_bytes(b"")
    (tmp_path / "b\n.py").write_bytes(b"")
    assert [str(skipped) for skipped in read_folder(tmp_path).skipped] == [
        "a\\udce4.py: its name is not UTF-8",
        "b<U+000A>.py: its name has invisible characters",
    ]


def test_what_is_excluded_is_not_even_looked_at(tmp_path: Path) -> None:
    for name in ("a.py", "big/b.py", "big/d.py", "x/big/c.py", "out.py"):
        write(tmp_path / name, b"")
    (tmp_path / "gone.py").symlink_to("nothing")
    tree = read_folder(tmp_path, exclude=["big", "out.py", "gone.py"], limits=Limits(listed=7))
    assert _paths(tree) == ["a.py", "x/big/c.py"]
    assert tree.skipped == ()


def test_folders_that_cannot_be_read_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a" / "a.py", b"")
    write(tmp_path / "b.py", b"")
    real = os.scandir

    def scandir(path: Path) -> object:
        if path.name in refused:
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    refused = {"a"}
    tree = read_folder(tmp_path)
    assert _paths(tree) == ["b.py"]
    assert tree.skipped == (Skipped("a", "cannot be read, Permission denied"),)
    refused = {tmp_path.name}
    with pytest.raises(CallsiteError, match="cannot be read, Permission denied; name another folder"):
        read_folder(tmp_path)


def test_files_that_vanish_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.py", b"")
    real = os.open

    def vanish(path: Path, flags: int) -> int:
        path.unlink()
        return real(path, flags)

    monkeypatch.setattr(os, "open", vanish)
    assert read_folder(tmp_path).skipped == (Skipped("a.py", "cannot be read, No such file or directory"),)


def test_large_files_are_left_out(tmp_path: Path) -> None:
    write(tmp_path / "a.py", b"x" * 100)
    write(tmp_path / "b.py", b"x" * 101)
    tree = read_folder(tmp_path, limits=Limits(file=100))
    assert _paths(tree) == ["a.py"]
    assert tree.skipped == (Skipped("b.py", "101 bytes, more than the 100 bytes that a file may have"),)


def test_there_is_an_end_to_it(tmp_path: Path) -> None:
    for number in range(5):
        write(tmp_path / f"{number}.txt", b"")
    assert _paths(read_folder(tmp_path, limits=Limits(listed=5))) == []
    with pytest.raises(CallsiteError, match="it has more than 4 entries; choose a smaller source"):
        read_folder(tmp_path, limits=Limits(listed=4))


@pytest.mark.parametrize("name", ["nothing", "file"])
def test_what_is_no_folder_is_an_error(tmp_path: Path, name: str) -> None:
    write(tmp_path / "file", b"")
    with pytest.raises(CallsiteError, match=f"{name}: no such folder; name one with Python files in it"):
        read_folder(tmp_path / name)


def test_deep_folders_are_no_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(300):
        os.mkdir("d" * 20)
        os.chdir("d" * 20)
    Path("a.py").write_bytes(b"")
    os.chdir(tmp_path)
    tree = read_folder(tmp_path)
    assert _paths(tree) == []
    assert [skipped.reason for skipped in tree.skipped] == ["cannot be read, File name too long"]
