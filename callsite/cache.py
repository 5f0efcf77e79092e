"""What a build has worked out, for the next one: a file of records, each under a digest of all that it depends on.

    line of what it is ── records, end to end ── index: key → place, size, digest ── end: place and digest of the index

A build reads the file of the build before and writes a new one, which takes the old one's place in one step when the
build has come to its end. So it holds what the last build has used and nothing else, two builds at once do each other
no harm, and nothing has to be swept. Whatever is damaged is not there: a file that is cut off, or of another format,
has no records, and a record with a wrong byte is missing.

Records are read with the rights of a settings file, which is a program that lies beside them.
"""

from __future__ import annotations

import contextlib
import mmap
import pickle
import struct
import tempfile
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from callsite.errors import CallsiteError
from callsite.storing import Growing, sweep, write_whole

# The number changes whenever the format does.
_MAGIC = b"callsite cache 1\n"

# At the end of the file: the place, size and digest of the index.
_END = struct.Struct("<QQ16s")

# Bytes of a digest: of a key, and of what is to be read again.
_KEY = 16
_CHECK = 16

# Files for other outputs that may lie beside this one; the oldest of more are removed.
_MOST_FILES = 8

_ENDING = ".pages"

# So many records of the old file are read at once.
_ONCE = 1_000


class _Spot(NamedTuple):
    """Where a record is: its place, its size, and its digest; `is_new` says that it is in the file to come."""

    at: int
    size: int
    check: bytes
    is_new: bool = False


def name_cache(folder: Path, *parts: str) -> Path:
    """The file in a folder for a build that these tell from others."""
    return folder / f"{find_key(*parts).hex()[:16]}{_ENDING}"


def find_key(*parts: str | bytes) -> bytes:
    """The key of a record that depends on these, in this order."""
    digest = blake2b(digest_size=_KEY)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.digest()


class Cache:
    """The records of the build before, and those for the next one.

    `path` is their file; with None, or where no file can be made, the records end with this process. Copies of this
    process can read what there was when they were made.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._old, self._spots = _open_old(path) if path else (b"", {})
        self._used: dict[bytes, _Spot] = {}
        self._new, self._part = _make_new(path)

    def find(self, key: bytes) -> bytes | None:
        """The record with this key, None when there is none. What is asked for stays for the next build."""
        spot = self._used.get(key) or self._spots.get(key)
        if spot is None:
            return None
        data = self._new.read(spot.at, spot.size) if spot.is_new else self._old[spot.at : spot.at + spot.size]
        if _find_check(data) != spot.check:
            self.forget(key)
            return None
        self._used[key] = spot
        return data

    def hold(self, key: bytes) -> None:
        """Let a record stay for the next build without looking at it."""
        if key in self._spots:
            self._used.setdefault(key, self._spots[key])

    def has(self, key: bytes) -> bool:
        """Whether there is such a record; it may turn out to be damaged."""
        return key in self._used or key in self._spots

    def keep(self, key: bytes, data: bytes) -> None:
        """Add a record. Raises OSError when there is no room for it."""
        self._used[key] = _Spot(self._new.add(data), len(data), _find_check(data), is_new=True)

    def forget(self, key: bytes) -> None:
        """Let a record go."""
        self._used.pop(key, None)
        self._spots.pop(key, None)

    def commit(self) -> None:
        """Put the file of the records that were used in the place of the one before. A cache that cannot be written is
        none.
        """
        if self._path is None or self._part is None:
            return
        with contextlib.suppress(OSError):
            index = {key: spot[:3] for key, spot in self._used.items() if spot.is_new}
            old = sorted(
                ((key, spot) for key, spot in self._used.items() if not spot.is_new), key=lambda item: item[1].at
            )
            for start in range(0, len(old), _ONCE):  # what was damaged on the disk is found to be when it is read
                some = old[start : start + _ONCE]
                at = self._new.add(b"".join(self._old[spot.at : spot.at + spot.size] for _, spot in some))
                for key, spot in some:
                    index[key] = at, spot.size, spot.check
                    at += spot.size
            told = pickle.dumps(index, pickle.HIGHEST_PROTOCOL)
            self._new.add(_END.pack(self._new.add(told), len(told), _find_check(told)))
            self._part.replace(self._path)
            self._part = None
            _remove_oldest(self._path.parent)

    def close(self) -> None:
        """Let go of all files."""
        self._new.close()
        if self._part is not None:
            self._part.unlink(missing_ok=True)
            self._part = None


def _find_check(data: bytes) -> bytes:
    return blake2b(data, digest_size=_CHECK).digest()


def _open_old(path: Path) -> tuple[mmap.mmap | bytes, dict[bytes, _Spot]]:
    """The bytes of a file and where its records are; none when it is not there or damaged."""
    try:
        with open(path, "rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # there is none, or it is empty
        return b"", {}
    if data[: len(_MAGIC)] != _MAGIC or len(data) < len(_MAGIC) + _END.size:
        return b"", {}
    at, size, check = _END.unpack(data[-_END.size :])
    index = data[at : at + size]
    # What happens to stand at the end of a file that is cut off may be the digest of no bytes, of an empty record.
    if at + size + _END.size != len(data) or _find_check(index) != check:
        return b"", {}
    # Its digest says that we have written it.
    return data, {key: _Spot(*spot) for key, spot in pickle.loads(index).items()}  # noqa: S301


def _make_new(path: Path | None) -> tuple[Growing, Path | None]:
    """A file for new records, and its path unless it has none."""
    if path is not None:
        with contextlib.suppress(OSError, CallsiteError):
            path.parent.mkdir(parents=True, exist_ok=True)
            sweep(path.parent)
            ignore = path.parent / ".gitignore"
            if not ignore.exists():  # the folder may be anywhere, and is nothing to keep
                write_whole(ignore, b"*\n")
            number, name = tempfile.mkstemp(prefix=".callsite-", dir=path.parent)
            new, part = Growing(number), Path(name)
            with contextlib.suppress(OSError):
                new.add(_MAGIC)
                return new, part
            new.close()  # there is no room for a byte
            part.unlink()
    return Growing(), None


def _remove_oldest(folder: Path) -> None:
    files = sorted(folder.glob(f"*{_ENDING}"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in files[_MOST_FILES:]:
        path.unlink(missing_ok=True)
