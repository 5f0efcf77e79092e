"""Output that is old or new and nothing else."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from callsite import staging
from callsite.errors import CallsiteError
from callsite.staging import MANIFEST, Staging, open_staging, swap, sweep


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "site" / "output"


def _open(output: Path) -> Staging:
    return open_staging(str(output), apart_from=[])


def _names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()}


def test_nothing_is_seen_before_the_end(output: Path) -> None:
    new = _open(output)
    (new.path / "a.html").write_text("a")
    assert not output.exists()
    assert new.path.parent == output.parent
    new.commit()
    assert _names(output) == {"a.html", MANIFEST}
    assert not new.path.exists()


def test_the_second_build_takes_the_place_of_the_first(output: Path) -> None:
    for name in ("a.html", "b.html"):
        new = _open(output)
        (new.path / name).write_text(name)
        new.commit()
    assert _names(output) == {"b.html", MANIFEST}
    assert [path.name for path in output.parent.iterdir()] == ["output"]


def test_a_discarded_build_leaves_nothing(output: Path) -> None:
    new = _open(output)
    assert len(new.held) == 1
    new.discard()
    new.discard()
    assert not new.held
    assert list(output.parent.iterdir()) == []


def test_the_folder_is_as_open_as_others(output: Path) -> None:
    old = os.umask(0o027)
    try:
        new = _open(output)
        new.commit()
    finally:
        os.umask(old)
    assert output.stat().st_mode & 0o777 == 0o750
    output.chmod(0o711)
    _open(output).commit()
    assert output.stat().st_mode & 0o777 == 0o711


def test_files_of_others_come_along(output: Path) -> None:
    new = _open(output)
    (new.path / "old.html").write_text("old")
    new.commit()
    (output / "CNAME").write_text("example.org")
    (output / ".git" / "refs").mkdir(parents=True)
    (output / ".git" / "refs" / "main").write_text("0")
    (output / ".git" / "refs" / "tags").mkdir(mode=0o700)
    (output / "file").write_text("mine")
    (output / "link").symlink_to(".git")
    new = _open(output)
    (new.path / "CNAME").write_text("example.com")
    new.commit()
    assert _names(output) == {"CNAME", ".git/refs/main", "file", "link", MANIFEST}
    assert (output / "CNAME").read_text() == "example.com"
    assert (output / "link").is_symlink()
    assert (output / ".git" / "refs" / "tags").stat().st_mode & 0o777 == 0o700


def test_a_file_of_others_stays_when_our_folder_around_it_goes(output: Path) -> None:
    new = _open(output)
    (new.path / "a" / "b").mkdir(parents=True)
    (new.path / "a" / "b" / "ours.html").write_text("ours")
    new.commit()
    (output / "a" / "b" / "mine").write_text("mine")
    _open(output).commit()
    assert _names(output) == {"a/b/mine", MANIFEST}


@pytest.mark.parametrize(("theirs", "ours"), [("a", "a/b"), ("a/b", "a"), ("a/b/c", "a"), ("a", "a/b/c")])
def test_nothing_of_others_is_lost_when_files_and_folders_clash(output: Path, theirs: str, ours: str) -> None:
    (output / theirs).parent.mkdir(parents=True)
    (output / theirs).write_text("mine")
    new = _open(output)
    (new.path / ours).parent.mkdir(parents=True, exist_ok=True)
    (new.path / ours).write_text("ours")
    with pytest.raises(
        CallsiteError, match=r"output/a(/b)?: stands in the way of the new site and is not ours to remove"
    ):
        new.commit()
    new.discard()
    assert (output / theirs).read_text() == "mine"


@pytest.mark.parametrize("ours", ["a", "a/b"])
def test_nothing_of_others_is_lost_in_a_folder_of_ours_that_becomes_a_file(output: Path, ours: str) -> None:
    new = _open(output)
    (new.path / "a" / "b").mkdir(parents=True)
    (new.path / "a" / "b" / "ours.html").write_text("ours")
    new.commit()
    (output / "a" / "b" / "mine").write_text("mine")
    new = _open(output)
    (new.path / ours).parent.mkdir(exist_ok=True)
    (new.path / ours).write_text("ours")
    with pytest.raises(CallsiteError, match="output/a/b/mine: stands in the way of the new site"):
        new.commit()
    new.discard()
    assert (output / "a" / "b" / "mine").read_text() == "mine"


def test_a_folder_that_is_gone_cannot_be_locked(tmp_path: Path) -> None:
    assert staging._lock(tmp_path / "gone") is None


def test_a_swap_that_fails_is_an_error_and_loses_nothing(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(one: Path, other: Path) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy")

    _open(output).commit()
    (output / "mine").write_text("mine")
    monkeypatch.setattr(staging, "_exchange", busy)
    new = _open(output)
    with pytest.raises(CallsiteError, match="cannot take its place, Device or resource busy; choose another output"):
        new.commit()
    new.discard()
    assert (output / "mine").read_text() == "mine"


def test_only_chosen_names_come_along(output: Path) -> None:
    output.mkdir(parents=True)
    (output / "CNAME").write_text("example.org")
    (output / "other").write_text("x")
    new = _open(output)
    new.commit(keep=["CNAME"])
    assert _names(output) == {"CNAME", MANIFEST}


def test_files_are_copied_where_links_do_not_work(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError(errno.EXDEV, "no links here")

    output.mkdir(parents=True)
    (output / "CNAME").write_text("example.org")
    monkeypatch.setattr(os, "link", refuse)
    _open(output).commit()
    assert (output / "CNAME").read_text() == "example.org"


@pytest.mark.parametrize("manifest", ["", "{", "[1, 2", "null", "7"])
def test_a_broken_manifest_makes_every_file_somebody_elses(output: Path, manifest: str) -> None:
    output.mkdir(parents=True)
    (output / "a.html").write_text("a")
    (output / MANIFEST).write_text(manifest)
    _open(output).commit()
    assert _names(output) == {"a.html", MANIFEST}


def test_what_a_killed_build_left_is_swept_away_but_not_a_running_one(output: Path) -> None:
    output.parent.mkdir(parents=True)
    code = (
        "import sys, os, signal; from callsite.staging import open_staging; "
        "s = open_staging(sys.argv[1], []); (s.path / 'x').write_text('x'); print(s.path, flush=True); "
        "sys.stdin.read() or os.kill(os.getpid(), signal.SIGKILL)"
    )
    running = _open(output)
    with subprocess.Popen(
        [sys.executable, "-c", code, str(output)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        left = Path(other.stdout.readline().strip())
        between = _open(output)
        assert left.exists()
        other.communicate()
    assert left.exists()
    after = _open(output)
    assert not left.exists()
    assert running.path.exists()
    for each in (running, between, after):
        each.discard()


def test_what_was_left_beside_the_folder_that_a_link_leads_to_is_swept_away(tmp_path: Path) -> None:
    left = tmp_path / "real/.site.callsite-left"
    left.mkdir(parents=True)
    (tmp_path / "output").symlink_to("real/site")
    sweep(tmp_path / "output")
    assert not left.exists()


def test_a_folder_that_vanishes_while_it_is_locked_is_made_again(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = staging._lock
    times = []

    def lock(path: Path) -> int | None:
        times.append(path)
        if len(times) == 1:
            path.rmdir()
            return None
        return real(path)

    output.parent.mkdir(parents=True)
    monkeypatch.setattr(staging, "_lock", lock)
    new = _open(output)
    assert new.path.is_dir()
    assert len(times) == 2
    new.discard()


def test_without_an_exchange_three_renames_do(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Libc:
        pass

    monkeypatch.setattr("ctypes.CDLL", lambda *args, **kwargs: Libc())
    for name in ("a.html", "b.html"):
        new = _open(output)
        (new.path / name).write_text(name)
        new.commit()
    assert _names(output) == {"b.html", MANIFEST}
    assert [path.name for path in output.parent.iterdir()] == ["output"]


def test_macs_have_an_exchange_too(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    class Libc:
        @staticmethod
        def renamex_np(one: bytes, other: bytes, flags: int) -> int:
            calls.append((one, other, flags))
            return 0

    monkeypatch.setattr("ctypes.CDLL", lambda *args, **kwargs: Libc())
    swap(Path("a"), Path("b"))
    assert calls == [(b"a", b"b", 2)]


def test_a_swap_that_was_cut_short_is_mended(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _open(output).commit()
    (output / "mine").write_text("mine")
    calls = []

    def rename(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == 2:
            raise KeyboardInterrupt
        os.rename(self, target)
        return target

    def no_exchange(one: Path, other: Path) -> None:
        raise OSError(errno.ENOSYS, "no exchange")

    monkeypatch.setattr(staging, "_exchange", no_exchange)
    new = _open(output)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        with pytest.raises(KeyboardInterrupt):
            new.commit()
    assert not output.exists()
    assert new._lock is not None
    os.close(new._lock)
    _open(output).discard()
    assert (output / "mine").read_text() == "mine"
    assert [path.name for path in output.parent.iterdir()] == ["output"]


def test_a_swap_that_is_forbidden_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        swap(tmp_path / "nothing", tmp_path / "nowhere")


def test_a_link_to_the_output_stays_a_link(output: Path) -> None:
    real = output.parent / "real"
    real.mkdir(parents=True)
    output.symlink_to(real)
    new = _open(output)
    (new.path / "a.html").write_text("a")
    new.commit()
    assert output.is_symlink()
    assert _names(real) == {"a.html", MANIFEST}


def test_a_build_does_not_replace_what_it_reads(output: Path) -> None:
    output.mkdir(parents=True)
    with pytest.raises(
        CallsiteError, match=r"cannot build here, the folder holds .*content; choose another output folder"
    ):
        open_staging(str(output), apart_from=[str(output / "content")])


def test_a_file_is_no_output(output: Path) -> None:
    output.parent.mkdir(parents=True)
    output.write_text("x")
    with pytest.raises(CallsiteError, match="this is a file"):
        _open(output)


def test_a_folder_that_cannot_be_made_is_no_output(output: Path) -> None:
    output.parent.mkdir(parents=True)
    (output.parent / "file").write_text("x")
    with pytest.raises(CallsiteError, match=r"cannot build here, .*; choose another output folder"):
        _open(output.parent / "file" / "output")


def test_discarding_twice_closes_nobody_elses_file(output: Path) -> None:
    new = _open(output)
    new.discard()
    with (output.parent / "other").open("w") as other:  # it gets the number that the lock has left
        new.discard()
        other.write("still open")
    assert (output.parent / "other").read_text() == "still open"


def _build(output: Path, files: dict[str, str]) -> None:
    new = _open(output)
    for name, text in files.items():
        (new.path / name).parent.mkdir(parents=True, exist_ok=True)
        (new.path / name).write_text(text)
    new.commit()


def _age(path: Path) -> int:
    os.utime(path, ns=(1_000_000_007, 2_000_000_009), follow_symlinks=False)
    return path.lstat().st_mtime_ns


def test_a_file_with_the_same_bytes_keeps_its_time(output: Path) -> None:
    _build(output, {"a.html": "same", "b/c.html": "old", "empty": "", "large": "x" * 3_000_000})
    times = {name: _age(output / name) for name in ("a.html", "b/c.html", "empty", "large")}
    _build(output, {"a.html": "same", "b/c.html": "new", "empty": "", "large": "x" * 2_999_999 + "y", "more": "more"})
    kept = {name for name, time in times.items() if (output / name).stat().st_mtime_ns == time}
    assert kept == {"a.html", "empty"}
    assert (output / "b/c.html").read_text() == "new"
    assert (output / "large").read_text()[-1] == "y"


def test_a_file_that_comes_along_as_itself_is_left_alone(output: Path) -> None:
    _build(output, {"a.html": "same"})
    time, number = _age(output / "a.html"), (output / "a.html").stat().st_ino
    new = _open(output)
    os.link(output / "a.html", new.path / "a.html")
    new.commit()
    assert ((output / "a.html").stat().st_mtime_ns, (output / "a.html").stat().st_ino) == (time, number)


def test_what_was_no_file_gives_no_file_its_time(output: Path) -> None:
    _build(output, {"a": "text", "b": "text"})
    (output / "a").unlink()
    (output / "a").symlink_to("b")
    _age(output / "a")
    (output / "c").mkdir()
    time = _age(output / "c")
    new = _open(output)
    (new.path / "a").write_text("b")
    (new.path / "b").symlink_to("a")
    new.commit()
    assert (output / "a").lstat().st_mtime_ns != 2_000_000_009
    assert (output / "c").stat().st_mtime_ns == time  # somebody else's, which comes along


def test_a_file_that_others_changed_is_the_new_sites_again(output: Path) -> None:
    _build(output, {"a.html": "ours"})
    (output / "a.html").write_text("mine")
    time = _age(output / "a.html")
    _build(output, {"a.html": "ours"})
    assert (output / "a.html").read_text() == "ours"
    assert (output / "a.html").stat().st_mtime_ns != time
