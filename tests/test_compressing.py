"""Compressed twins of files: where there are some, what is in them, and what ends the work."""

from __future__ import annotations

import errno
import gzip
import hashlib
import os
import random
import resource
import time
from pathlib import Path
from typing import Any

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite import compressing
from callsite.compressing import ENDINGS, is_twin, write_compressed
from callsite.errors import CallsiteError

_TEXT = b"<p>The same again and again.</p>\n" * 50
_NOISE = random.Random(1).randbytes(3000)


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def _compress(folder: Path, files: dict[str, bytes], *endings: str, threads: int = 0) -> set[str]:
    """Write files and their twins; gives the names of the twins."""
    _write(folder, files)
    number = write_compressed(folder, files, endings or ENDINGS, threads)
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - files.keys()
    assert number == len(found)
    return found


def test_a_twin_has_what_its_file_has(tmp_path: Path) -> None:
    assert _compress(tmp_path, {"a/b c.html": _TEXT}) == {"a/b c.html.gz", "a/b c.html.br"}
    assert gzip.decompress((tmp_path / "a/b c.html.gz").read_bytes()) == _TEXT
    assert brotli.decompress((tmp_path / "a/b c.html.br").read_bytes()) == _TEXT
    assert (tmp_path / "a/b c.html").read_bytes() == _TEXT


@pytest.mark.parametrize("ending", ENDINGS)
def test_only_what_is_asked_for(tmp_path: Path, ending: str) -> None:
    assert _compress(tmp_path, {"a.css": _TEXT}, ending) == {f"a.css{ending}"}


def test_nothing_is_asked_for(tmp_path: Path) -> None:
    _write(tmp_path, {"a.css": _TEXT})
    assert write_compressed(tmp_path, ["a.css"], ()) == 0
    assert os.listdir(tmp_path) == ["a.css"]


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("noise.html", _NOISE),
        ("picture.png", b"\x89PNG" + _NOISE),
        ("short.txt", b"aaaaaaaaaa"),
        ("empty.html", b""),
        ("packed.pf_fragment", gzip.compress(_NOISE)),
        ("a.css.gz", _TEXT),
        ("a.css.br", _TEXT),
        ("_headers", _TEXT),
        ("_redirects", _TEXT),
    ],
)
def test_what_would_not_get_smaller_or_is_not_served_has_no_twin(tmp_path: Path, path: str, data: bytes) -> None:
    assert _compress(tmp_path, {path: data}) == set()
    assert (tmp_path / path).read_bytes() == data


def test_the_beginning_of_a_file_decides(tmp_path: Path) -> None:
    noise = random.Random(2).randbytes(300_000)
    files = {"packed.bin": noise + _TEXT, "loose.bin": b"\0" * 70_000 + noise}
    assert _compress(tmp_path, files) == {"loose.bin.gz", "loose.bin.br"}


def test_a_twin_that_is_larger_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressing, "_LEAST_GAIN", -9)
    assert _compress(tmp_path, {"noise": _NOISE, "empty": b"", "page": _TEXT}) == {"page.gz", "page.br"}


def test_a_file_of_the_sites_own_is_no_twin_of_ours(tmp_path: Path) -> None:
    files = {"a.css": _TEXT, "a.css.gz": b"their own"}
    assert _compress(tmp_path, files) == {"a.css.br"}
    assert (tmp_path / "a.css.gz").read_bytes() == b"their own"


def test_what_is_no_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "gone.html").symlink_to("nowhere")
    (tmp_path / "folder.html").mkdir()
    assert write_compressed(tmp_path, ["gone.html", "folder.html"], ENDINGS) == 0


@pytest.mark.parametrize("threads", [1, 3])
def test_the_same_bytes_every_time(tmp_path: Path, threads: int) -> None:
    files = {f"{number}.html": _TEXT * number for number in range(40)}
    for folder in ("one", "two"):
        _compress(tmp_path / folder, files, threads=threads)
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    header = (tmp_path / "one/9.html.gz").read_bytes()[:9]
    assert header[3:8] == b"\0\0\0\0\0", "neither a name nor a time"


def test_large_files_go_through_in_pieces(tmp_path: Path) -> None:
    data = b"".join(b"%d " % number for number in range(600_000))
    _compress(tmp_path, {"large.json": data})
    assert gzip.decompress((tmp_path / "large.json.gz").read_bytes()) == data
    assert brotli.decompress((tmp_path / "large.json.br").read_bytes()) == data


def test_a_disk_that_is_full_ends_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"{number}.html": _TEXT for number in range(200)}
    _write(tmp_path, files)
    tried: list[str] = []

    def fail(source: Path, *_: Any) -> bool:
        tried.append(source.name)
        time.sleep(0.005)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), f"{source}.gz")

    monkeypatch.setattr(compressing, "_write_twin", fail)
    with pytest.raises(CallsiteError) as raised:
        write_compressed(tmp_path, files, [".gz"], 2)
    path = tmp_path / "0.html.gz"
    assert str(raised.value) == f"{path}: cannot be compressed, No space left on device; make room on the disk"
    assert len(tried) < 20


def test_an_error_without_a_name_is_told_with_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> bool:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(compressing, "_write_twin", fail)
    _write(tmp_path, {"a.html": _TEXT})
    with pytest.raises(CallsiteError, match=rf"^{tmp_path}: cannot be compressed, Input/output error; "):
        write_compressed(tmp_path, ["a.html"], [".gz"])


def test_who_stops_it_does_not_wait_for_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"{number}.html": _TEXT for number in range(200)}
    _write(tmp_path, files)
    tried: list[str] = []

    def stop(source: Path, *_: Any) -> bool:
        tried.append(source.name)
        time.sleep(0.005)
        raise KeyboardInterrupt

    monkeypatch.setattr(compressing, "_write_twin", stop)
    with pytest.raises(KeyboardInterrupt):
        write_compressed(tmp_path, files, [".gz"], 2)
    assert len(tried) < 20


@given(st.binary(max_size=400), st.integers(1, 60))
def test_whatever_is_compressed_comes_back(piece: bytes, times: int) -> None:
    import tempfile

    data = piece * times
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "a").write_bytes(data)
        write_compressed(folder, ["a"], ENDINGS, 1)
        unpack = {".gz": gzip.decompress, ".br": brotli.decompress}
        for ending in ENDINGS:
            twin = folder / f"a{ending}"
            if twin.exists():
                assert unpack[ending](twin.read_bytes()) == data
                assert twin.stat().st_size < len(data)


def pack(ending: str, data: bytes, quality: int = 11) -> bytes:
    return gzip.compress(data, mtime=0) if ending == ".gz" else brotli.compress(data, quality=quality)


def is_twin_of(tmp_path: Path, ending: str, packed: bytes, data: bytes) -> bool:
    (tmp_path / f"a{ending}").write_bytes(packed)
    return is_twin(tmp_path / f"a{ending}", hashlib.sha256(data).hexdigest(), len(data))


@pytest.mark.parametrize("ending", [".gz", ".br"])
@pytest.mark.parametrize(
    "data", [b"", b"abc", b"ab" * 3_000_000, bytes(range(256)) * 2_000], ids=["empty", "short", "long", "wide"]
)
def test_twins_are_known_by_what_is_in_them(tmp_path: Path, ending: str, data: bytes) -> None:
    packed = pack(ending, data)
    assert is_twin_of(tmp_path, ending, packed, data)
    assert not is_twin_of(tmp_path, ending, packed, data + b"x")
    assert not is_twin_of(tmp_path, ending, packed, data[:-1] if data else b"x")
    assert not is_twin_of(tmp_path, ending, packed, bytes(len(data)) if data else b"y")
    assert not is_twin_of(tmp_path, ending, packed[:-2], data)
    assert not is_twin_of(tmp_path, ending, b"", data or b"x")
    assert not is_twin_of(tmp_path, ending, b"not packed at all", data)
    assert not is_twin_of(tmp_path, ending, packed + b"more", data)


@pytest.mark.parametrize("ending", [".gz", ".br"])
def test_no_more_is_unpacked_than_the_file_has(tmp_path: Path, ending: str) -> None:
    packed = pack(ending, bytes(80 * 2**20), quality=5)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert not is_twin_of(tmp_path, ending, packed, bytes(1000))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40 * 2**10
