"""Files that are whole or not there, whenever the program is killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from callsite.errors import CallsiteError

_PREFIX = ".callsite-"

# A file or folder that is being written changes all the time; one that has not for a day is a killed run's.
_ABANDONED = 24 * 60 * 60


def write_whole(path: Path, data: bytes) -> None:
    """Write a file in one step: whoever looks sees the old content or the new. Its folder is made if need be."""
    with new_file(path.parent) as (file, part):
        with _explained(path):
            file.write(data)
        keep_file(file, part, path)


@contextlib.contextmanager
def new_file(folder: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A file of no name yet in a folder; unless `keep_file` gives it one, it is gone in the end."""
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(prefix=_PREFIX, dir=folder)
    part = Path(name)
    file = os.fdopen(number, "wb")
    try:
        yield file, part
        file.close()
    finally:
        with contextlib.suppress(OSError):  # what could not be written is tried once more here
            file.close()
        part.unlink(missing_ok=True)


def keep_file(file: BinaryIO, part: Path, path: Path) -> None:
    """Give a file of `new_file` its name, once all of it is on the disk."""
    with _explained(path):
        finish_file(file, part)
        path.parent.mkdir(parents=True, exist_ok=True)
        part.replace(path)


def finish_file(file: BinaryIO, part: Path) -> None:
    """See that all of a file of `new_file` is on the disk, and is as open as the user's files are."""
    file.flush()
    os.fsync(file.fileno())
    part.chmod(0o666 & ~read_umask())


@contextlib.contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A folder of no name yet inside a folder; unless it is renamed, it is gone in the end."""
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder))
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what killed runs have left in a folder."""
    for path in folder.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # gone already, or somebody else's
            if time.time() - path.lstat().st_mtime < _ABANDONED:
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()


class Growing:
    """A file that grows at its end and is read by place, by this process and its copies: those can read what there was
    when they were made. Without a number, it is one that nobody else sees and that ends with them.
    """

    def __init__(self, file: int | None = None) -> None:
        if file is None:
            with tempfile.TemporaryFile() as unnamed:
                file = os.dup(unnamed.fileno())
        self._file = file
        self._end = 0

    def add(self, data: bytes) -> int:
        """Write at the end; returns where that is. Raises OSError when there is no room."""
        at, view = self._end, memoryview(data)
        while view:
            written = os.pwrite(self._file, view, self._end)
            self._end += written
            view = view[written:]
        return at

    def read(self, at: int, size: int) -> bytes:
        """What is there, so many bytes."""
        return os.pread(self._file, size, at)

    def close(self) -> None:
        """Let go of the file. A second time does nothing."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CallsiteError(
            f"{path}: cannot be written, {error.strerror}; choose another folder or make room"
        ) from error


def read_umask() -> int:
    """What the user does not want new files to be open for."""
    umask = os.umask(0)
    os.umask(umask)
    return umask
