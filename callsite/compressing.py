"""Compressed twins of files, for servers that send those instead: `a.html.gz` and `a.html.br` beside `a.html`."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, Protocol

import brotli

from callsite.errors import CallsiteError
from callsite.opening import open_file
from callsite.publish.kinds import ENCODINGS, Kind, find_kind

ENDINGS: Final = tuple(ENCODINGS)

# Both let other threads run meanwhile.
_MOST_THREADS = 8

# Bytes that are read at a time, and that are tried before a whole file is.
_CHUNK = 1 << 20
_PROBE = 1 << 16

# What does not lose this part of its beginning is compressed already, as pictures and archives are.
_LEAST_GAIN = 0.1

# The best that gzip has. Of brotli's levels the fifth takes as long for a page; the last takes a hundred times that.
_GZIP_LEVEL = 9
_BROTLI_LEVEL = 5


class _Compressor(Protocol):
    def take(self, data: bytes) -> bytes: ...

    def end(self) -> bytes: ...


class _Gzip:
    def __init__(self) -> None:
        # Its header has neither a name nor a time.
        self._inner = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)

    def take(self, data: bytes) -> bytes:
        return self._inner.compress(data)

    def end(self) -> bytes:
        return self._inner.flush()


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Compressor(quality=_BROTLI_LEVEL)

    def take(self, data: bytes) -> bytes:
        return bytes(self._inner.process(data))

    def end(self) -> bytes:
        return bytes(self._inner.finish())


_COMPRESSORS: dict[str, type[_Gzip] | type[_Brotli]] = {".gz": _Gzip, ".br": _Brotli}


def write_compressed(folder: Path, paths: Iterable[str], endings: Sequence[str], threads: int = 0) -> int:
    """Write compressed twins of files in a folder; returns how many there are now.

    `paths` are all files of the folder, with `/` between folders; `endings` are some of ENDINGS. There is no twin of
    what would not get smaller, of what only hosts read, and where the folder has a file of that name already. `threads`
    is by default one for each core. Raises CallsiteError when a file cannot be written.
    """
    known = frozenset(paths)
    wanted = sorted(path for path in known if not path.endswith(ENDINGS) and find_kind(path) is not Kind.CONTROL)
    threads = threads or min(os.cpu_count() or 1, _MOST_THREADS)
    with ThreadPoolExecutor(threads, "compress") as pool:
        try:
            return sum(pool.map(partial(_write_twins, folder, endings, known), wanted))
        except OSError as error:
            place = error.filename or folder
            raise CallsiteError(f"{place}: cannot be compressed, {error.strerror}; make room on the disk") from error
        finally:  # after an error, or when somebody stops it, there is no more to do
            pool.shutdown(cancel_futures=True)


def _write_twins(folder: Path, endings: Sequence[str], known: Collection[str], path: str) -> int:
    source = folder / path
    if not source.is_file() or not _gets_smaller(source):
        return 0
    free = [ending for ending in endings if path + ending not in known]
    return sum(_write_twin(source, Path(f"{source}{ending}"), _COMPRESSORS[ending]()) for ending in free)


def _gets_smaller(source: Path) -> bool:
    with source.open("rb") as file:
        beginning = file.read(_PROBE)
    return len(zlib.compress(beginning, 1)) <= len(beginning) * (1 - _LEAST_GAIN)


def _write_twin(source: Path, twin: Path, compressor: _Compressor) -> bool:
    """Write one twin; returns whether it is smaller than its source, else there is none. A large file is never in
    memory as a whole.
    """
    size = 0
    with source.open("rb") as file, twin.open("xb") as out:
        while chunk := file.read(_CHUNK):
            size += out.write(compressor.take(chunk))
        size += out.write(compressor.end())
    if size < source.stat().st_size:
        return True
    twin.unlink()
    return False


def is_twin(packed: Path, sha256: str, size: int) -> bool:
    """Whether a compressed file is a twin of the file with that digest and number of bytes, told by what is in it. No
    more than that number is unpacked. Raises OSError when it cannot be read.
    """
    unpack = _unpack_gzip if packed.suffix == ".gz" else _unpack_brotli
    digest, left = hashlib.sha256(), size
    try:
        with open_file(packed) as file:
            for part in unpack(file):
                digest.update(part)
                left -= len(part)
                if left < 0:
                    return False
    except (zlib.error, brotli.error, EOFError):
        return False
    return left == 0 and digest.hexdigest() == sha256


def _unpack_gzip(file: BinaryIO) -> Iterator[bytes]:
    inner = zlib.decompressobj(zlib.MAX_WBITS | 16)
    while chunk := file.read(_PROBE):
        while chunk and not inner.eof:
            yield inner.decompress(chunk, _CHUNK)
            chunk = inner.unconsumed_tail
        if inner.unused_data:
            raise EOFError
    if not inner.eof:
        raise EOFError


def _unpack_brotli(file: BinaryIO) -> Iterator[bytes]:
    inner = brotli.Decompressor()
    while chunk := file.read(_PROBE):
        part = inner.process(chunk, output_buffer_limit=_CHUNK)
        yield part
        while part and not inner.is_finished():  # it holds back what is over the limit
            part = inner.process(b"", output_buffer_limit=_CHUNK)
            yield part
    if not inner.is_finished():
        raise EOFError
