r"""Reading a tar archive from front to back, of a stream that nobody vouches for.

The standard library's reader takes in extended headers and sparse maps of any size before its caller sees the member,
looks for one pattern in them in quadratic time (CVE-2024-6232), follows negative sizes (CVE-2025-8194), and takes a
damaged header for the end of the archive. Only what a release holds is read here, and anything odd is an error.

    archive = { header data } end            header = one block of 512 bytes, the data fill up their last block
    end     = a block of zeros               the numbers of a header are octal, or binary when they begin with \x80

Formats: v7, ustar and pax (POSIX.1-2017, "pax Interchange Format"), and GNU's long names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Protocol

from callsite.records import dataclass

_BLOCK = 512

# A path of 4,096 characters and a few attributes are ten kilobytes.
_LONGEST_HEADER = 64 * 1024

_PIECE = 256 * 1024

_ASCII = bytes(range(128))


class TarError(Exception):
    """The stream is no tar archive, or a damaged one; the message says in which way."""


class Reads(Protocol):
    """A stream, as far as it is needed here."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes, and none only at its end."""


class Kind(Enum):
    """What a member is; the value is what a report says about one that is left out."""

    FILE = "a file"
    FOLDER = "a folder"
    LINK = "a link"
    DEVICE = "a device"
    PIPE = "a named pipe"
    SPARSE = "a file with holes"
    OTHER = "of a kind that is not read"


_KINDS = {b"0": Kind.FILE, b"\0": Kind.FILE, b"7": Kind.FILE, b"5": Kind.FOLDER, b"1": Kind.LINK, b"2": Kind.LINK} | {
    b"3": Kind.DEVICE,
    b"4": Kind.DEVICE,
    b"6": Kind.PIPE,
    b"S": Kind.SPARSE,
}
_WITHOUT_DATA = (Kind.FOLDER, Kind.LINK, Kind.DEVICE, Kind.PIPE)


@dataclass(frozen=True, slots=True)
class Member:
    """One entry. A name that is not UTF-8 holds surrogates."""

    name: str
    kind: Kind
    size: int


class Tar:
    """The members of an archive, once, in their order; the data of the latest one can be read until the next."""

    def __init__(self, stream: Reads) -> None:
        self._stream = stream
        self._left = 0  # of the latest member's data
        self._padding = 0

    def __iter__(self) -> Iterator[Member]:
        known: dict[str, str] = {}  # what extended headers said of the next member
        while (header := self._read_header()) is not None:
            kind = header[156:157]
            size = _parse_number(header[124:136])
            if kind in b"LKxXg":
                if size > _LONGEST_HEADER:
                    raise TarError(f"it has an extended header of {size:,} bytes")
                text = self._read_exactly(-(-size // _BLOCK) * _BLOCK)[:size]
                if kind in b"xX":
                    known |= _parse_records(text)
                elif kind == b"L":
                    known["path"] = _decode(text.rstrip(b"\0"))
                continue
            yield self._open(header, kind, size, known)
            known = {}

    def read(self) -> bytes:
        """The latest member's data."""
        data = self._read_exactly(self._left)
        self._left = 0
        return data

    def _open(self, header: bytes, kind: bytes, size: int, known: Mapping[str, str]) -> Member:
        name = known.get("path", _find_name(header))
        member = _KINDS.get(kind, Kind.OTHER)
        if member is Kind.FILE and name.endswith("/"):
            member = Kind.FOLDER  # v7 has no other way to say so
        if any(key.startswith("GNU.sparse.") for key in known):
            member = Kind.SPARSE
        if "size" in known:
            size = _parse_decimal(known["size"])
        if kind == b"S":
            self._skip_sparse_map(header)
        self._left = 0 if member in _WITHOUT_DATA else size
        self._padding = -self._left % _BLOCK
        return Member(name, member, self._left)

    def _skip_sparse_map(self, header: bytes) -> None:
        goes_on = header[482]
        while goes_on:
            goes_on = self._read_exactly(_BLOCK)[504]

    def _read_header(self) -> bytes | None:
        self._skip(self._left + self._padding)
        self._left = self._padding = 0
        header = self._read_exactly(_BLOCK)
        if not any(header):
            return None
        # The sum is over the bytes of the header with spaces in its own place; some old writers had signed bytes.
        rest = header[:148] + b" " * 8 + header[156:]
        said, unsigned = _parse_number(header[148:156]), sum(rest)
        if said != unsigned and said != unsigned - 256 * len(rest.translate(None, _ASCII)):
            raise TarError("one of its headers is damaged, or it is no tar archive")
        return header

    def _skip(self, size: int) -> None:
        while size:
            size -= len(self._read_exactly(min(size, _PIECE)))

    def _read_exactly(self, size: int) -> bytes:
        pieces = []
        while size:
            piece = self._stream.read(min(size, _PIECE))
            if not piece:
                raise TarError("it is cut short")
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)


def _find_name(header: bytes) -> str:
    name = header[:100].partition(b"\0")[0]
    prefix = header[345:500].partition(b"\0")[0] if header[257:263] == b"ustar\0" else b""
    return _decode(prefix + b"/" + name if prefix else name)


def _decode(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _parse_number(field: bytes) -> int:
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.partition(b"\0")[0].strip(b" ")
    if digits.strip(b"01234567"):
        raise TarError("one of its headers is damaged, or it is no tar archive")
    return int(digits or b"0", 8)


def _parse_decimal(text: str) -> int:
    # Twenty digits hold any size there can be, and int() is slow on thousands of them.
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise TarError("an extended header gives a size that is no number")
    return int(text)


def _parse_records(text: bytes) -> dict[str, str]:
    """The records of a pax header, each `LENGTH KEY=VALUE` and a line end, all of it counted in the length."""
    found: dict[str, str] = {}
    start = 0
    while start < len(text):
        space = text.find(b" ", start, start + 8)
        length = text[start:space] if space > 0 else b""
        end = start + int(length) if length.isdigit() else 0
        key, equals, value = text[space + 1 : end - 1].partition(b"=")
        if not (space < end <= len(text) and text[end - 1 : end] == b"\n" and equals):
            raise TarError("one of its extended headers is damaged")
        found[_decode(key)] = _decode(value)
        start = end
    return found
