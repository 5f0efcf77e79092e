"""Wheels, sdists and what pretends to be one."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import os
import random
import stat
import struct
import sys
import time
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsite.errors import CallsiteError
from callsite.harvest.release import Skipped, SourceFile
from callsite.sources.archives import Packed, read_archive
from callsite.sources.gathering import Limits
from tests.hostile import END, PACKERS, make_tar, make_zip, patch_zip, tar_header, tar_member, write

GOOD = {
    "x-1.0/x/__init__.py": b"",
    "x-1.0/x/a.py": b"x = 1\n" * 100,
    "x-1.0/PKG-INFO": b"Name: x\n",
    "x-1.0/LICENSE": b"MIT",
    "x-1.0/x/data.json": b"{}",
}
MB = 2**20


def _zip(tmp_path: Path, *entries: tuple[zipfile.ZipInfo | str, bytes], name: str = "x.zip") -> Path:
    return write(tmp_path / name, make_zip(entries))


def _tar(tmp_path: Path, *members: bytes, name: str = "x.tar.gz") -> Path:
    suffix = next(suffix for suffix in PACKERS if name.endswith(suffix))
    return write(tmp_path / name, PACKERS[suffix](b"".join(members) + END))


def _refusal(path: Path, limits: Limits = Limits()) -> str:  # noqa: B008  # it is frozen
    with pytest.raises(CallsiteError) as caught:
        read_archive(path, limits=limits)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    assert "; " in message
    return message


def _check_good(packed: Packed, path: Path) -> None:
    assert packed.tree.files == (SourceFile("x/__init__.py", b""), SourceFile("x/a.py", GOOD["x-1.0/x/a.py"]))
    assert [paper.path for paper in packed.tree.papers] == ["LICENSE", "PKG-INFO"]
    assert packed.tree.skipped == ()
    assert packed.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("suffix", PACKERS)
def test_tars(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path / f"x-1.0{suffix}", PACKERS[suffix](make_tar(GOOD)))
    _check_good(read_archive(path), path)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_zips(tmp_path: Path, method: int) -> None:
    path = write(tmp_path / "x-1.0.zip", make_zip(GOOD.items(), method))
    _check_good(read_archive(path), path)


def test_the_paths_of_a_wheel_stay(tmp_path: Path) -> None:
    path = _zip(tmp_path, ("flat/a.py", b""), name="flat-1.0-py3-none-any.whl")
    assert [file.path for file in read_archive(path).tree.files] == ["flat/a.py"]


def test_what_is_excluded_is_not_there(tmp_path: Path) -> None:
    path = write(tmp_path / "x.tar.gz", gzip.compress(make_tar(GOOD)))
    assert [file.path for file in read_archive(path, exclude=["x/a.py", "LICENSE"]).tree.files] == ["x/__init__.py"]


def test_the_locked_file_is_read_and_no_other(tmp_path: Path) -> None:
    path = _zip(tmp_path, ("a.py", b""))
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    assert read_archive(path, sha256=found).sha256 == found
    with pytest.raises(
        CallsiteError, match=rf"x.zip: not the file that was locked, its SHA-256 is {found} and not 0000;"
    ):
        read_archive(path, sha256="0000")


@pytest.mark.parametrize("suffix", PACKERS)
def test_packed_files_of_several_streams_are_read_to_the_end(tmp_path: Path, suffix: str) -> None:
    data = make_tar(GOOD)
    pack = PACKERS[suffix]
    path = write(tmp_path / f"x-1.0{suffix}", pack(data[:700]) + pack(data[700:]))
    _check_good(read_archive(path), path)


@pytest.mark.parametrize("suffix", PACKERS)
def test_data_that_does_not_shrink_is_read_in_pieces(tmp_path: Path, suffix: str) -> None:
    noise = random.Random(1).randbytes(600_000)
    path = write(tmp_path / f"x{suffix}", PACKERS[suffix](make_tar({"a.bin": noise, "a.py": noise})))
    assert read_archive(path).tree.files == (SourceFile("a.py", noise),)


def test_padding_between_streams_is_allowed(tmp_path: Path) -> None:
    data = make_tar(GOOD)
    path = write(tmp_path / "x.tar.xz", lzma.compress(data[:700]) + bytes(8) + lzma.compress(data[700:]) + bytes(4))
    _check_good(read_archive(path), path)


def test_names_that_are_not_trusted_are_left_out_of_tars(tmp_path: Path) -> None:
    names = [b"../up.py", b"/abs.py", b"C:/drive.py", b"back\\slash.py", b"ctrl\x07.py", b"latin\xe4.py", b"x/good.py"]
    tree = read_archive(_tar(tmp_path, *(tar_member(name, b"1") for name in names))).tree
    assert [file.path for file in tree.files] == ["good.py"]
    assert tree.skipped == (
        Skipped("../up.py", "its name leads out of the tree"),
        Skipped("/abs.py", "its name is an absolute path"),
        Skipped("C:/drive.py", "its name begins with a drive letter"),
        Skipped("back\\slash.py", "its name has a backslash"),
        Skipped("ctrl<U+0007>.py", "its name has invisible characters"),
        Skipped("latin\\udce4.py", "its name is not UTF-8"),
    )


def test_names_that_are_not_trusted_are_left_out_of_zips(tmp_path: Path) -> None:
    names = ["../up.py", "/abs.py", "C:/drive.py", "back\\slash.py", "nul\0.py", "x/good.py", "y.py"]
    data = make_zip((name.replace("\0", "#"), b"1") for name in names).replace(b"nul#.py", b"nul\0.py")
    tree = read_archive(write(tmp_path / "x.zip", data)).tree
    assert [file.path for file in tree.files] == ["x/good.py", "y.py"]
    assert [str(skipped) for skipped in tree.skipped] == [
        "../up.py: its name leads out of the tree",
        "/abs.py: its name is an absolute path",
        "C:/drive.py: its name begins with a drive letter",
        "back\\slash.py: its name has a backslash",
        "nul<U+0000>.py: its name has invisible characters",
    ]


def test_links_and_devices_are_not_followed(tmp_path: Path) -> None:
    kinds = {
        b"1": "a link",
        b"2": "a link",
        b"3": "a device",
        b"4": "a device",
        b"6": "a named pipe",
        b"V": "of a kind that is not read",
    }
    members = [tar_member(b"m" + kind + b".py", kind=kind) for kind in kinds]
    tree = read_archive(_tar(tmp_path, *members, tar_member(b"f", kind=b"5"), tar_member(b"a.py"))).tree
    assert [file.path for file in tree.files] == ["a.py"]
    assert {skipped.what: skipped.reason for skipped in tree.skipped} == {
        f"m{kind.decode()}.py": f"{said}, which is never followed" for kind, said in kinds.items()
    }


def test_links_in_zips_are_not_followed(tmp_path: Path) -> None:
    link, folder = zipfile.ZipInfo("l.py"), zipfile.ZipInfo("folder.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    folder.external_attr = (stat.S_IFDIR | 0o755) << 16
    tree = read_archive(_zip(tmp_path, (link, b"/etc/passwd"), (folder, b""), ("d/", b""), ("a.py", b""))).tree
    assert [file.path for file in tree.files] == ["a.py"]
    assert tree.skipped == (Skipped("l.py", "a link or a device, which is never followed"),)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_members_with_one_name_the_first_is_kept(tmp_path: Path) -> None:
    for path in (
        _tar(tmp_path, tar_member(b"a.py", b"1"), tar_member(b"./a.py", b"2"), tar_member(b"A.py", b"3")),
        _zip(tmp_path, ("a.py", b"1"), ("a.py", b"2"), ("A.py", b"3")),
    ):
        tree = read_archive(path).tree
        assert [file.data for file in tree.files] == [b"3", b"1"]
        assert [skipped.reason for skipped in tree.skipped] == ["a second file of the same name; the first is kept"]


@pytest.mark.parametrize("name", ["x.tar.gz", "x.tar.bz2", "x.tar.xz"])
def test_large_members_are_left_out_and_the_rest_is_read(tmp_path: Path, name: str) -> None:
    path = _tar(tmp_path, tar_member(b"big.py", b"#" * (5 * MB)), tar_member(b"a.py"), name=name)
    tree = read_archive(path).tree
    assert [file.path for file in tree.files] == ["a.py"]
    assert tree.skipped == (Skipped("big.py", "5 MB, more than the 4 MB that a file may have"),)


def test_large_members_of_zips_are_left_out(tmp_path: Path) -> None:
    tree = read_archive(_zip(tmp_path, ("big.py", b"#" * (5 * MB)), ("a.py", b""))).tree
    assert [file.path for file in tree.files] == ["a.py"]
    assert tree.skipped == (Skipped("big.py", "5 MB, more than the 4 MB that a file may have"),)


@pytest.mark.parametrize("suffix", [".tgz", ".tar.bz2", ".tar.xz"])
def test_bombs_are_refused_soon(tmp_path: Path, suffix: str) -> None:
    pack = PACKERS[suffix]
    one = pack(bytes(16 * MB))
    # A member that is larger than anything, and all of it zeros.
    path = write(tmp_path / f"x{suffix}", pack(tar_header(b"a.bin", b"77777777777\0")) + one * 40)
    start = time.perf_counter()
    message = _refusal(path, Limits(ratio=10))
    assert (
        "not read, it unpacks to more than 64 MB, out of all proportion to its size; choose another archive" in message
    )
    assert time.perf_counter() - start < 20


def test_a_bomb_behind_the_end_is_a_bomb(tmp_path: Path) -> None:
    path = write(tmp_path / "x.tgz", gzip.compress(make_tar(GOOD)) + gzip.compress(bytes(16 * MB)) * 5)
    assert "unpacks to more than 64 MB" in _refusal(path)


def test_a_bomb_of_zip_members_that_share_their_bytes_is_refused(tmp_path: Path) -> None:
    entries = [(f"{number:03}.py", b"#" * (4 * MB)) for number in range(20)]
    assert "unpacks to more than 64 MB" in _refusal(_zip(tmp_path, *entries))


def test_a_zip_may_lie_about_sizes_but_takes_no_memory(tmp_path: Path) -> None:
    data = patch_zip(make_zip([("a.py", bytes(300 * MB))]), 22, 24, struct.pack("<I", 1000))
    path = write(tmp_path / "x.zip", data)
    tracemalloc.start()
    message = _refusal(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "cannot be read, it is damaged (Bad CRC-32 for file 'a.py'); get the archive again" in message
    assert peak < 20 * MB


def test_a_zip_that_claims_a_huge_member_leaves_it_out(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("a.py")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, b"x")
        info.file_size = 2**40  # written into the central directory, in its 64-bit form
    tree = read_archive(write(tmp_path / "x.zip", out.getvalue())).tree
    assert tree.skipped == (Skipped("a.py", "1,048,576 MB, more than the 4 MB that a file may have"),)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_without_a_limit_are_not_unpacked(tmp_path: Path, method: int) -> None:
    path = write(tmp_path / "x.zip", make_zip([("a.py", b"x" * 1000)], method))
    assert read_archive(path).tree.skipped == (Skipped("a.py", "packed with a method other than deflate"),)


def test_other_methods_are_not_unpacked_either(tmp_path: Path) -> None:
    data = patch_zip(make_zip([("a.py", b"x" * 1000)]), 8, 10, b"\x63\0")
    assert "other than deflate" in str(read_archive(write(tmp_path / "x.zip", data)).tree.skipped)


def test_encrypted_archives_are_refused(tmp_path: Path) -> None:
    data = bytearray(make_zip([("a.py", b"x"), ("b.txt", b"y")]))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    assert "it is encrypted; choose an archive without a password" in _refusal(write(tmp_path / "x.zip", bytes(data)))


def test_too_many_members_are_refused_before_they_are_read(tmp_path: Path) -> None:
    limits = Limits(members=5)
    for path in (
        _tar(tmp_path, *(tar_member(b"%d" % number) for number in range(6))),
        _zip(tmp_path, *((str(number), b"") for number in range(6))),
    ):
        assert "not read, it has more than 5 entries" in _refusal(path, limits)
    for path in (
        _tar(tmp_path, *(tar_member(b"%d.py" % number) for number in range(5))),
        _zip(tmp_path, *((f"{number}.py", b"") for number in range(5))),
    ):
        assert len(read_archive(path, limits=limits).tree.files) == 5


def test_there_is_an_end_to_what_is_kept(tmp_path: Path) -> None:
    entries = [(f"{number}.py", b"x" * 100) for number in range(6)]
    assert "more than 500 bytes of Python" in _refusal(_zip(tmp_path, *entries), Limits(kept=500))


@pytest.mark.parametrize("name", ["x.tar", "x.tar.gz", "x.tar.bz2", "x.tar.xz"])
def test_archives_that_are_cut_short_are_refused(tmp_path: Path, name: str) -> None:
    whole = _tar(
        tmp_path, *(tar_member(b"%d.py" % number, os.urandom(1000)) for number in range(5)), name=name
    ).read_bytes()
    for size in (0, 10, 100, len(whole) // 2, len(whole) - (1200 if name == "x.tar" else 9)):
        assert "cannot be read" in _refusal(write(tmp_path / name, whole[:size])) or size < 10


@pytest.mark.parametrize("name", ["x.zip", "x.whl"])
def test_zips_that_are_cut_short_are_refused(tmp_path: Path, name: str) -> None:
    whole = _zip(tmp_path, ("a.py", b"x" * 1000), ("b.py", b"y")).read_bytes()
    for size in (2, 10, len(whole) // 2, len(whole) - 5):
        assert "damaged" in _refusal(write(tmp_path / name, whole[:size]))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("x.tar.gz", make_zip([("a.py", b"")]), "gzip"),
        ("x.tar.gz", b"<html>not found</html>", "gzip"),
        ("x.tgz", bz2.compress(b""), "gzip"),
        ("x.zip", gzip.compress(b"", mtime=0), "zip"),
        ("x.whl", b"", "zip"),
        ("x.tar.xz", make_tar(GOOD), "xz"),
        ("x.tar", lzma.compress(b""), "tar"),
    ],
)
def test_archives_of_another_kind_than_they_say_are_refused(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    message = f"not read, its name says {said}, but it holds something else; get the archive again"
    assert message in _refusal(write(tmp_path / name, data))


def test_a_packed_file_that_is_no_tar_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "x.tar.gz", gzip.compress(b"import os\n" * 1000))
    assert "one of its headers is damaged, or it is no tar archive; get the archive again" in _refusal(path)


def test_what_comes_without_a_known_suffix_is_known_by_its_content(tmp_path: Path) -> None:
    path = write(tmp_path / "download", gzip.compress(make_tar(GOOD)))
    _check_good(read_archive(path), path)


def test_names_that_lie_about_their_encoding_are_refused(tmp_path: Path) -> None:
    data = make_zip([("ä.py", b"")]).replace("ä".encode(), b"\xff\xfe")
    assert "a name in it is not in the encoding that it claims" in _refusal(write(tmp_path / "x.zip", data))


def test_xz_may_not_ask_for_much_memory(tmp_path: Path) -> None:
    # The size of the dictionary is one byte of the block's header, which ends in a checksum of its own.
    data = bytearray(lzma.compress(make_tar(GOOD), filters=[{"id": lzma.FILTER_LZMA2, "dict_size": MB}]))
    header = data[12 : 12 + (data[12] + 1) * 4]
    place = header.index(b"\x21\x01") + 2
    header[place] = 40  # 4 GB
    header[-4:] = struct.pack("<I", zlib.crc32(bytes(header[:-4])))
    data[12 : 12 + len(header)] = header
    assert "Memory usage limit" in _refusal(write(tmp_path / "x.tar.xz", bytes(data)))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.whl")
    assert "cannot be read, it is no regular file; name an archive" in _refusal(tmp_path / "pipe.whl")
    (tmp_path / "folder.zip").mkdir()
    assert "cannot be read, it is no regular file; name an archive" in _refusal(tmp_path / "folder.zip")
    assert "cannot be read, No such file or directory; name an archive" in _refusal(tmp_path / "nothing.zip")


def test_memory_that_is_not_there_and_disks_that_fail_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _zip(tmp_path, ("a.py", b""))

    def fail(error: BaseException) -> None:
        def refuse(*args: object) -> None:
            raise error

        monkeypatch.setattr("zipfile.ZipFile.infolist", refuse)

    fail(MemoryError())
    assert "it asks for more memory than there is" in _refusal(path)
    fail(OSError(5, "Input/output error"))
    assert "cannot be read, Input/output error; get the archive again" in _refusal(path)
    fail(NotImplementedError())
    assert "it is damaged (NotImplementedError)" in _refusal(path)


def test_nothing_is_written_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "inner" / "most"
    folder.mkdir(parents=True)
    path = _tar(folder, tar_member(b"../up.py", b"1"), tar_member(b"a.py", b"2"))
    monkeypatch.chdir(folder)
    before = sorted(tmp_path.rglob("*"))
    read_archive(path)
    assert sorted(tmp_path.rglob("*")) == before
    assert "a" not in sys.modules


@settings(max_examples=200)
@given(st.sampled_from([*PACKERS, ".zip"]), st.integers(0, 2000), st.binary(min_size=1, max_size=8))
def test_damage_is_refused_or_does_no_harm(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, at: int, change: bytes
) -> None:
    good = make_zip(GOOD.items()) if suffix == ".zip" else PACKERS[suffix](make_tar(GOOD))
    at %= len(good)
    path = write(tmp_path_factory.getbasetemp() / f"damaged{suffix}", good[:at] + change + good[at + len(change) :])
    try:
        tree = read_archive(path).tree
    except CallsiteError as error:
        assert str(error).startswith(str(path))  # noqa: PT017  # it may also be read
    else:
        assert len(tree.files) <= 2
