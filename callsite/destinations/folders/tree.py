"""A folder and all below it, reached by descriptors only, so that no symbolic link below it leads anywhere else."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterable, Iterator
from types import TracebackType

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_OLD = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

# What everybody needs to read a file, and to enter a folder and see what is in it.
_READ = 0o444
_ENTER = 0o555

# There is no file of that path, or something else is in the way to it.
_MISSING = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EISDIR}
# The file cannot have a second name: it has too many, it is somebody else's, or the file system knows of no such thing.
_UNLINKABLE = _MISSING | {errno.EMLINK, errno.EPERM, errno.EACCES, errno.EXDEV, errno.EOPNOTSUPP}


def open_folder(name: str, parent: int) -> int:
    """Open a folder in another one. Raises OSError for anything else, symbolic links among it."""
    return os.open(name, _FOLDER, dir_fd=parent)


def make_folder(name: str, parent: int, mode: int = 0o777) -> int:
    """Open a folder in another one, which is made if need be."""
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, mode, dir_fd=parent)
    return open_folder(name, parent)


def share(descriptor: int, rights: int = _ENTER) -> None:
    """Give rights to a file or folder that does not have them. What is somebody else's stays as it is."""
    mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
    if rights & ~mode:
        with contextlib.suppress(PermissionError):
            os.chmod(descriptor, mode | rights)


class Tree:
    """A folder, by the descriptor it is open as, which is closed with it. Paths have `/` between their parts."""

    def __init__(self, descriptor: int) -> None:
        self._root = descriptor
        self._open: list[tuple[str, int]] = []  # the way to the folder that was needed last

    def __enter__(self) -> Tree:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close(0)
        os.close(self._root)

    def link(self, source: Tree, path: str, size: int) -> bool:
        """Give a file of another tree its name here as well.

        False when that one has no regular file of this path and size, or the file cannot have two names. What has
        the name here already stays as it is.
        """
        name = os.path.basename(path)
        into = self._reach(path, make=True)
        try:
            os.link(name, name, src_dir_fd=source._reach(path), dst_dir_fd=into, follow_symlinks=False)
        except FileExistsError:
            return self.find_size(path) == size
        except OSError as error:
            if error.errno in _UNLINKABLE:
                return False
            raise
        if self.find_size(path) == size:
            return True
        os.unlink(name, dir_fd=into)
        return False

    def write(self, path: str, pieces: Iterable[bytes]) -> None:
        """Write a file anew; what had its name is not touched, but has it no more."""
        folder, name = self._reach(path, make=True), os.path.basename(path)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)
        with open(os.open(name, _NEW, 0o666, dir_fd=folder), "wb") as file:
            for piece in pieces:
                file.write(piece)

    def read(self, path: str) -> bytes:
        """Read a file. Raises OSError when it is no regular one."""
        number = os.open(os.path.basename(path), _OLD, dir_fd=self._reach(path))
        with open(number, "rb") as file:
            if not stat.S_ISREG(os.fstat(number).st_mode):
                raise OSError(errno.EINVAL, "it is no regular file", path)
            return file.read()

    def find_size(self, path: str) -> int | None:
        """How many bytes a regular file has; None when there is none of that path."""
        try:
            found = os.stat(os.path.basename(path), dir_fd=self._reach(path), follow_symlinks=False)
        except OSError as error:
            if error.errno in _MISSING:
                return None
            raise
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def list_files(self) -> Iterator[tuple[str, int]]:
        """All regular files with their sizes."""
        waiting = [""]
        while waiting:
            prefix = waiting.pop()
            with os.scandir(self._reach(f"{prefix}.")) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(f"{prefix}{entry.name}/")
                    elif entry.is_file(follow_symlinks=False):
                        yield prefix + entry.name, entry.stat(follow_symlinks=False).st_size

    def share(self) -> None:
        """Let everybody read all of it, but for what is somebody else's."""
        waiting = [""]
        while waiting:
            prefix = waiting.pop()
            folder = self._reach(f"{prefix}.")
            share(folder, _ENTER)
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(f"{prefix}{entry.name}/")
                    elif entry.is_file(follow_symlinks=False) and _READ & ~entry.stat(follow_symlinks=False).st_mode:
                        number = os.open(entry.name, _OLD, dir_fd=folder)
                        share(number, _READ)
                        os.close(number)

    def _reach(self, path: str, *, make: bool = False) -> int:
        """The folder that a path is in. It stays open until another one is needed: neighbours mostly come in a row."""
        parts = path.split("/")[:-1]
        same = 0
        for (name, _), part in zip(self._open, parts, strict=False):
            if name != part:
                break
            same += 1
        self._close(same)
        number = self._open[-1][1] if self._open else self._root
        for part in parts[same:]:
            number = make_folder(part, number) if make else open_folder(part, number)
            self._open.append((part, number))
        return number

    def _close(self, kept: int) -> None:
        while len(self._open) > kept:
            os.close(self._open.pop()[1])
