"""Files that are whole or not there."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from callsite.errors import CallsiteError
from callsite.storing import Growing, keep_file, new_file, new_folder, sweep, write_whole


def _names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_a_file_is_written_with_its_folder_and_as_open_as_others(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        write_whole(tmp_path / "a" / "b.txt", b"one")
        write_whole(tmp_path / "a" / "b.txt", b"two")
    finally:
        os.umask(old)
    assert (tmp_path / "a" / "b.txt").read_bytes() == b"two"
    assert (tmp_path / "a" / "b.txt").stat().st_mode & 0o777 == 0o640
    assert _names(tmp_path) == ["a", "a/b.txt"]


def test_what_is_broken_off_leaves_the_old_file(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"old")
    with contextlib.suppress(KeyboardInterrupt), new_file(tmp_path) as (file, _):
        file.write(b"new")
        raise KeyboardInterrupt
    assert _names(tmp_path) == ["a"]
    assert (tmp_path / "a").read_bytes() == b"old"


def test_what_is_killed_leaves_the_old_file(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"old")
    code = (
        "import os, signal, sys; from pathlib import Path; from callsite import storing\n"
        "os.fsync = lambda number: os.kill(os.getpid(), signal.SIGKILL)\n"
        "storing.write_whole(Path(sys.argv[1]), b'new' * 100000)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "a")], check=False)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / "a").read_bytes() == b"old"
    left = next(path for path in tmp_path.iterdir() if path.name != "a")
    sweep(tmp_path)
    assert left.exists()  # it may be somebody's who is still at it
    os.utime(left, (0, 0))
    sweep(tmp_path)
    assert _names(tmp_path) == ["a"]


def test_folders_come_and_go_in_the_same_way(tmp_path: Path) -> None:
    with new_folder(tmp_path / "x") as part:
        (part / "a").write_text("a")
        part.rename(tmp_path / "x" / "kept")
    with new_folder(tmp_path / "x") as part:
        (part / "b").write_text("b")
    assert _names(tmp_path) == ["x", "x/kept", "x/kept/a"]


def test_old_folders_are_swept_and_nothing_else(tmp_path: Path) -> None:
    for name in (".callsite-1", "other"):
        (tmp_path / name / "deep").mkdir(parents=True)
        os.utime(tmp_path / name, (0, 0))
    sweep(tmp_path)
    sweep(tmp_path / "nowhere")
    assert _names(tmp_path) == ["other", "other/deep"]


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    hint = "choose another folder or make room"
    with pytest.raises(CallsiteError, match=f"file: cannot be written, File exists; {hint}"):
        write_whole(tmp_path / "file" / "a", b"")
    with (
        pytest.raises(CallsiteError, match="x: cannot be written, Not a directory"),
        new_folder(tmp_path / "file" / "x"),
    ):
        raise AssertionError
    with (
        pytest.raises(CallsiteError, match="folder: cannot be written, Is a directory"),
        new_file(tmp_path) as (file, part),
    ):
        keep_file(file, part, tmp_path / "folder")
    assert _names(tmp_path) == ["file", "folder"]


def test_a_file_that_grows_is_read_by_place(tmp_path: Path) -> None:
    for growing in (Growing(), Growing(os.open(tmp_path / "named", os.O_RDWR | os.O_CREAT))):
        places = [growing.add(data) for data in (b"one", b"", b"three")]
        assert places == [0, 3, 3]
        assert [growing.read(at, size) for at, size in zip(places, (3, 0, 5), strict=True)] == [b"one", b"", b"three"]
        growing.close()
        growing.close()
    assert (tmp_path / "named").read_bytes() == b"onethree"
    assert _names(tmp_path) == ["named"]
