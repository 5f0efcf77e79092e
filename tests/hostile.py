"""Archives as nobody should make them: headers written byte by byte, for the readers to refuse."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

END = bytes(1024)

PACKERS: Mapping[str, Callable[[bytes], bytes]] = {
    ".tar": bytes,
    ".tar.gz": gzip.compress,
    ".tgz": gzip.compress,
    ".tar.bz2": bz2.compress,
    ".tar.xz": lzma.compress,
}


def tar_header(
    name: bytes,
    size: bytes | int = 0,
    kind: bytes = b"0",
    *,
    magic: bytes = b"ustar\x0000",
    prefix: bytes = b"",
    checksum: int | None = None,
    rest: bytes = b"",
) -> bytes:
    """One header block; a `size` in bytes is written as it is. `rest` is what comes at byte 345 in place of a prefix."""
    number = size if isinstance(size, bytes) else b"%011o\0" % size
    start = name.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + number.ljust(12, b"\0") + b"00000000000\0"
    end = (kind + bytes(100) + magic.ljust(8, b"\0") + bytes(80) + (rest or prefix.ljust(155, b"\0"))).ljust(356, b"\0")
    total = sum(start) + 8 * 32 + sum(end) if checksum is None else checksum
    return start + b"%06o\0 " % total + end


def tar_member(name: bytes, data: bytes = b"", kind: bytes = b"0", **other: object) -> bytes:
    """A header and its data, filled up to whole blocks."""
    return tar_header(name, len(data), kind, **other) + data + bytes(-len(data) % 512)  # type: ignore[arg-type]  # passed on


def pax(records: Mapping[str, str], kind: bytes = b"x") -> bytes:
    """An extended header for the next member."""
    text = b""
    for key, value in records.items():
        body = f" {key}={value}\n".encode("utf-8", "surrogateescape")
        length = len(body)
        while len(str(length)) + len(body) != length:
            length = len(str(length)) + len(body)
        text += str(length).encode() + body
    return tar_member(b"PaxHeader", text, kind)


def make_tar(files: Mapping[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    """A good archive, as the standard library writes it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def make_zip(entries: Iterable[tuple[zipfile.ZipInfo | str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A good archive, unless its entries are odd."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for entry, data in entries:
            archive.writestr(entry, data, method)
    return out.getvalue()


def patch_zip(data: bytes, local: int, central: int, value: bytes) -> bytes:
    """Write over a field of the first member, which lies at one place in its own header and at another in the list."""
    changed = bytearray(data)
    for signature, at in ((b"PK\x03\x04", local), (b"PK\x01\x02", central)):
        place = data.index(signature) + at
        changed[place : place + len(value)] = value
    return bytes(changed)


def write(path: Path, data: bytes) -> Path:
    """Put bytes into a file whose folder may not be there yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path
