"""Reading wheels, sdists and other archives into memory. Nothing is ever extracted, and nothing in them is trusted.

Sizes are counted as they come out of the decompressor, whatever a header says. What makes a whole archive unfit to be
read (a bomb, a damaged file, a password) is a CallsiteError; a single member that is not to be trusted is left out.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import itertools
import lzma
import mmap
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO

from callsite.errors import CallsiteError
from callsite.opening import open_file
from callsite.records import dataclass
from callsite.sources.gathering import LIMITS, Gathering, Limits, Tree, format_size
from callsite.sources.tarball import Kind, Reads, Tar, TarError

# xz -9 needs 65 MB to unpack; a header may ask for 4 GB.
_LZMA_MEMORY = 128 * 2**20

_PIECE = 256 * 1024

# What the decompressors and readers raise for what is not what they expect.
_DAMAGE = (
    TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    gzip.BadGzipFile,
    struct.error,
    EOFError,
    ValueError,  # UnicodeDecodeError among them
    LookupError,
    RuntimeError,  # NotImplementedError among them
    MemoryError,
    OverflowError,
)


@dataclass(frozen=True, slots=True)
class Packed:
    """What an archive held, and the SHA-256 of the archive itself."""

    tree: Tree
    sha256: str


def read_archive(path: Path, *, exclude: Collection[str] = (), sha256: str = "", limits: Limits = LIMITS) -> Packed:
    """Read the Python files, metadata and licences in an archive.

    Raises CallsiteError when it cannot be read, when it holds more than `limits` allow, and when `sha256` is given and
    it is not the file with that hash.
    """
    where = str(path)
    try:
        file = open_file(path)
    except OSError as error:
        raise CallsiteError(f"{where}: cannot be read, {error.strerror}; name an archive") from error
    with file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
        if sha256 and found != sha256:
            raise CallsiteError(
                f"{where}: not the file that was locked, its SHA-256 is {found} and not {sha256}; "
                "bring back the old file, or remove the source from the lock file"
            )
        file.seek(0)
        try:
            return Packed(
                _read(file, where, path.name.lower(), os.fstat(file.fileno()).st_size, exclude, limits), found
            )
        except _DAMAGE as error:
            raise CallsiteError(f"{where}: cannot be read, {_explain(error)}; get the archive again") from error
        except OSError as error:
            raise CallsiteError(f"{where}: cannot be read, {error.strerror or error}; get the archive again") from error


def _explain(error: BaseException) -> str:
    if isinstance(error, TarError):
        return str(error)
    if isinstance(error, EOFError):
        return "it is cut short"
    if isinstance(error, MemoryError):
        return "it asks for more memory than there is"
    if isinstance(error, UnicodeDecodeError):
        return "a name in it is not in the encoding that it claims"
    return f"it is damaged ({' '.join(str(error).split()) or type(error).__name__})"


def _read(file: BinaryIO, where: str, suffix: str, packed: int, exclude: Collection[str], limits: Limits) -> Tree:
    start = file.read(6)
    file.seek(0)
    form = next((form for form, magic in _MAGIC.items() if start.startswith(magic)), "tar")
    said = next((form for form, suffixes in _NAMED.items() if suffix.endswith(suffixes)), form)
    if form != said:
        advice = "get the archive again, or give it its right name"
        raise CallsiteError(f"{where}: not read, its name says {said}, but it holds something else; {advice}")
    gathering = Gathering(where, limits)
    budget = _Budget(where, limits.find_expansion(packed))
    if form == "zip":
        _read_zip(file, gathering, budget)
    else:
        _read_tar(_Counted(_open_stream(form, file), budget), gathering)
    return gathering.finish(without_root=not suffix.endswith(".whl"), exclude=exclude)


_MAGIC = {"zip": b"PK", "gzip": b"\x1f\x8b", "bzip2": b"BZh", "xz": b"\xfd7zXZ\0"}
_NAMED = {"zip": (".whl", ".zip"), "gzip": (".gz", ".tgz"), "bzip2": (".bz2",), "xz": (".xz",), "tar": (".tar",)}


class _Budget:
    """How many bytes may still come out of an archive."""

    def __init__(self, where: str, size: int) -> None:
        self._where = where
        self._size = size
        self._left = size

    def spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            what = f"it unpacks to more than {format_size(self._size)}, out of all proportion to its size"
            raise CallsiteError(f"{self._where}: not read, {what}; choose another archive")


class _Counted:
    """A stream whose bytes are counted."""

    def __init__(self, stream: Reads, budget: _Budget) -> None:
        self._stream = stream
        self._budget = budget

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        self._budget.spend(len(data))
        return data


class _Unxz:
    """What is in an xz file, of one stream or of several; unlike `LZMAFile` it keeps to a limit of memory."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._rest = b""
        self._decompressor: lzma.LZMADecompressor | None = None

    def read(self, size: int, /) -> bytes:
        while True:
            if self._decompressor is None:
                self._rest = (self._rest or self._file.read(_PIECE)).lstrip(b"\0")  # streams may be padded with zeros
                if not self._rest:
                    return b""
                self._decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_LZMA_MEMORY)
            packed = self._rest
            if not packed and self._decompressor.needs_input:
                packed = self._file.read(_PIECE)
                if not packed:
                    raise EOFError
            data = self._decompressor.decompress(packed, size)
            self._rest = b""
            if self._decompressor.eof:
                self._rest = self._decompressor.unused_data
                self._decompressor = None
            if data:
                return data


def _open_stream(form: str, file: BinaryIO) -> Reads:
    if form == "gzip":
        return gzip.GzipFile(fileobj=file, mode="rb")
    if form == "bzip2":
        return bz2.BZ2File(file)
    return _Unxz(file) if form == "xz" else file


def _read_tar(stream: Reads, gathering: Gathering) -> None:
    tar = Tar(stream)
    for member in tar:
        gathering.count_listed(gathering.limits.members)
        if member.kind is Kind.FILE:
            path = gathering.admit(member.name)
            if path and gathering.fits(member.name, member.size):
                gathering.keep(path, tar.read())
        elif member.kind is not Kind.FOLDER:
            gathering.skip(member.name, f"{member.kind.value}, which is never followed")
    while stream.read(_PIECE):
        pass  # to the end of the compressed stream, where its checksum is


def _read_zip(file: BinaryIO, gathering: Gathering, budget: _Budget) -> None:
    _check_entries(file, gathering)
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            if info.flag_bits & 0x1:
                what = "it is encrypted"
                raise CallsiteError(f"{gathering.where}: not read, {what}; choose an archive without a password")
            kind = stat.S_IFMT(info.external_attr >> 16)
            if info.orig_filename.endswith("/") or kind == stat.S_IFDIR:
                continue
            if kind not in (0, stat.S_IFREG):
                gathering.skip(info.orig_filename, "a link or a device, which is never followed")
                continue
            path = gathering.admit(info.orig_filename)
            if not path or not gathering.fits(info.orig_filename, info.file_size):
                continue
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                # The library unpacks these without a limit of its own.
                gathering.skip(info.orig_filename, "packed with a method other than deflate")
                continue
            with archive.open(info) as member:
                data = member.read(info.file_size + 1)  # without a number it takes what the stream gives
            budget.spend(len(data))
            gathering.keep(path, data)


def _check_entries(file: BinaryIO, gathering: Gathering) -> None:
    """See to it that there are not too many entries, before the library makes an object of each of them."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for _ in itertools.islice(re.finditer(b"PK\x01\x02", data), gathering.limits.members + 1):
            gathering.count_listed(gathering.limits.members)
