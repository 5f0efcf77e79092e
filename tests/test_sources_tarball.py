"""Tar archives, read from front to back."""

from __future__ import annotations

import io
import string
import tarfile
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.sources.tarball import Kind, Member, Tar, TarError
from tests.hostile import END, make_tar, pax, tar_header, tar_member


def _read(data: bytes) -> list[tuple[Member, bytes]]:
    tar = Tar(io.BytesIO(data))
    return [(member, tar.read()) for member in tar]


def _names(data: bytes) -> list[tuple[str, Kind]]:
    return [(member.name, member.kind) for member, _ in _read(data)]


NAMES = st.text(string.ascii_letters + "äß漢 -_.", min_size=1, max_size=70)


@given(
    st.dictionaries(st.lists(NAMES, min_size=1, max_size=5).map("/".join), st.binary(max_size=1500), max_size=5),
    st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]),
)
def test_what_the_standard_library_writes_is_read_back(files: dict[str, bytes], form: int) -> None:
    try:
        data = make_tar(files, form)
    except ValueError:  # too long a name for ustar
        return
    assert {member.name: content for member, content in _read(data)} == files


@given(st.binary(max_size=2000), st.integers(0, 3000), st.binary(max_size=20))
def test_damage_is_an_error_or_changes_nothing_but_never_anything_else(tail: bytes, at: int, change: bytes) -> None:
    good = make_tar({"a/b.py": b"x = 1\n" * 100, "ä" * 90: b"y"})
    for data in (tail, good[:at] + change + good[at + len(change) :], good[:at] + tail):
        try:
            _read(data)
        except TarError as error:
            assert str(error)  # noqa: PT017  # it may also be read


def test_members_whose_data_is_not_wanted_are_passed_over() -> None:
    tar = Tar(io.BytesIO(make_tar({"a": b"1" * 1000, "b": b"2" * 512, "c": b"3"})))
    assert [(member.name, tar.read() if member.name == "c" else b"") for member in tar] == [
        ("a", b""),
        ("b", b""),
        ("c", b"3"),
    ]


@pytest.mark.parametrize(
    ("member", "name", "kind"),
    [
        (tar_member(b"a.py"), "a.py", Kind.FILE),
        (tar_member(b"a.py", b"x", b"\0", magic=b""), "a.py", Kind.FILE),
        (tar_member(b"a.py", b"x", b"7"), "a.py", Kind.FILE),
        (tar_member(b"a/", kind=b"\0", magic=b""), "a/", Kind.FOLDER),
        (tar_member(b"a", kind=b"5"), "a", Kind.FOLDER),
        (tar_member(b"b.py", prefix=b"long/way"), "long/way/b.py", Kind.FILE),
        (tar_member(b"b.py", prefix=b"1234567", magic=b"ustar  \0"), "b.py", Kind.FILE),  # GNU keeps times there
        (tar_member(b"l.py", kind=b"1"), "l.py", Kind.LINK),
        (tar_member(b"l.py", kind=b"2"), "l.py", Kind.LINK),
        (tar_member(b"d.py", kind=b"3"), "d.py", Kind.DEVICE),
        (tar_member(b"d.py", kind=b"4"), "d.py", Kind.DEVICE),
        (tar_member(b"p.py", kind=b"6"), "p.py", Kind.PIPE),
        (tar_member(b"v", b"data", b"D"), "v", Kind.OTHER),
        (pax({"comment": "x"}, b"g") + tar_member(b"a.py"), "a.py", Kind.FILE),
        (pax({"path": "ü.py"}) + tar_member(b"u.py"), "ü.py", Kind.FILE),
        (pax({"path": "ü.py"}, b"X") + tar_member(b"u.py"), "ü.py", Kind.FILE),
        (pax({"GNU.sparse.major": "1"}) + tar_member(b"a.py", b"1\n0\n9\n"), "a.py", Kind.SPARSE),
        (tar_member(b"././@LongLink", b"x" * 200 + b"\0", b"L") + tar_member(b"x"), "x" * 200, Kind.FILE),
        (tar_member(b"././@LongLink", b"y" * 200, b"K") + tar_member(b"x", kind=b"2"), "x", Kind.LINK),
    ],
)
def test_kinds_and_names(member: bytes, name: str, kind: Kind) -> None:
    after = tar_member(b"after.py", b"z")
    assert _names(member + after + END) == [(name, kind), ("after.py", Kind.FILE)]


def test_sizes_may_be_in_binary_or_in_an_extended_header() -> None:
    data = b"x" * 700
    block = data + bytes(1024 - 700)
    binary = tar_header(b"a", b"\x80" + (700).to_bytes(11, "big")) + block
    extended = pax({"size": "700"}) + tar_header(b"b", 0) + block
    assert [content for _, content in _read(binary + extended + END)] == [data, data]


def test_old_sums_over_signed_bytes_count() -> None:
    header = tar_header(b"\xe4.py")
    signed = sum(byte - 256 * (byte > 127) for byte in header[:148] + b" " * 8 + header[156:])
    assert _names(tar_header(b"\xe4.py", checksum=signed) + END) == [("\udce4.py", Kind.FILE)]


def test_maps_of_holes_are_passed_over() -> None:
    goes_on = tar_header(b"s.py", 3, b"S", magic=b"ustar  \0", rest=bytes(137) + b"\1")
    blocks = bytes(504) + b"\1" + bytes(7) + bytes(512)
    assert _names(goes_on + blocks + b"abc" + bytes(509) + tar_member(b"a.py") + END) == [
        ("s.py", Kind.SPARSE),
        ("a.py", Kind.FILE),
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "cut short"),
        (b"x" * 100, "cut short"),
        (b"import os\n" * 100, "no tar archive"),
        (tar_member(b"a.py", b"x"), "cut short"),
        (tar_header(b"a.py", 5) + b"x" + END[:100], "cut short"),
        (tar_header(b"a.py", checksum=7) + END, "damaged"),
        (tar_member(b"a.py") + b"x" * 512 + END, "damaged"),
        (tar_header(b"a.py", b"0000000000x") + END, "damaged"),
        (tar_header(b"a.py", b"-1") + END, "damaged"),
        (tar_header(b"a.py", b"\xff" * 12) + END, "damaged"),
        (tar_header(b"a.py", b"\x80" + b"\xff" * 11) + END, "cut short"),
        (tar_header(b"a.py", b"77777777777\0") + END, "cut short"),
        (tar_header(b"x", b"77777777777\0", b"x") + END, "extended header of 8,589,934,591 bytes"),
        (tar_header(b"x", 100_000, b"L") + END, "extended header of 100,000 bytes"),
        (pax({"size": "-5"}) + tar_member(b"a.py") + END, "a size that is no number"),
        (pax({"size": "9" * 5000}) + tar_member(b"a.py") + END, "a size that is no number"),
        (pax({"size": "9" * 19}) + tar_member(b"a.py") + END, "cut short"),
        (tar_member(b"x", b"10 path=a\n9", b"x") + END, "extended headers is damaged"),
        (tar_member(b"x", b"99 path=a\n", b"x") + END, "extended headers is damaged"),
        (tar_member(b"x", b"10 path:a\n", b"x") + END, "extended headers is damaged"),
        (tar_member(b"x", b"3 path=a\n", b"x") + END, "extended headers is damaged"),
        (tar_member(b"x", b"1" * 60_000, b"x") + END, "extended headers is damaged"),
        (tar_header(b"s.py", 0, b"S", rest=bytes(137) + b"\1") + b"\1" * 2048, "cut short"),
    ],
)
def test_what_is_odd_is_an_error(data: bytes, message: str) -> None:
    with pytest.raises(TarError, match=message):
        _read(data)


def test_long_extended_headers_take_no_time() -> None:
    data = b"".join(pax({"a": "1" * 60_000}) for _ in range(50)) + tar_member(b"a.py") + END
    start = time.perf_counter()
    assert _names(data) == [("a.py", Kind.FILE)]
    assert time.perf_counter() - start < 20
