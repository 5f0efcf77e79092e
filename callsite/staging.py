"""Output that is either old or new, never in between.

A build writes into a folder beside the output. When it is complete the two change places in one step of the file
system; a build that fails or is killed leaves the output as it was. What a killed build left behind is swept away by
the next one: a folder in use is locked by its process and by programs that write into it for that one, and locks end
with those.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Self

from callsite.errors import CallsiteError
from callsite.paths import list_folders
from callsite.storing import read_umask

MANIFEST = ".callsite-manifest"

# Bytes that are compared at once.
_ONCE = 2**20

# Flags of renameat2(2) on Linux and renamex_np(2) on macOS: let the two names change places.
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2
_AT_FDCWD = -100


class Staging:
    """A folder for one build, beside the output it will become."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self._lock: int | None
        self.path, self._lock = _make_folder(target)

    @property
    def held(self) -> tuple[int, ...]:
        """The descriptors by which the folder is in use. A program that writes into it is given them, as it may outlive
        this process.
        """
        return () if self._lock is None else (self._lock,)

    def commit(self, keep: Collection[str] | None = None) -> None:
        """Put the folder in the output's place.

        A file with the same bytes as before keeps its time: what sends or copies the output by size and time then sees
        only what has changed. Files of the old output that no build of ours has written come along: all of them when
        `keep` is None, else only those at its top with a name in `keep`. The staging folder is gone afterwards.
        """
        built = sorted(list_files(self.path))
        try:
            if self.target.exists():
                for path in built:
                    _keep_time(os.path.join(self.target, path), os.path.join(self.path, path))
            (self.path / MANIFEST).write_text(json.dumps(built, indent=0) + "\n", encoding="ascii")
            self.take_place(keep)
        except OSError as error:
            raise CallsiteError(
                f"{self.target}: the new output cannot take its place, {error.strerror}; choose another output folder"
            ) from error
        self.discard()

    def take_place(self, keep: Collection[str] | None = None) -> None:
        """Let the folder, in which all files are as they should be, and the output change places; with `keep` as above.

        Raises OSError, and CallsiteError for files that cannot come along.
        """
        if self.target.exists():
            shutil.copymode(self.target, self.path)
            _carry(self.target, self.path, keep)
            swap(self.path, self.target)
        else:
            self.path.rename(self.target)

    def discard(self) -> None:
        """Remove the staging folder, whatever is in it. Discarding twice is fine."""
        shutil.rmtree(self.path, ignore_errors=True)
        lock, self._lock = self._lock, None
        if lock is not None:  # its number may be another file's by the second time
            os.close(lock)


def open_staging(output: str, apart_from: Collection[str]) -> Staging:
    """Make a staging folder for the output folder `output`, and sweep away what killed builds left beside it.

    Raises CallsiteError when one of `apart_from` is or lies in that folder, since a build replaces it whole, and when
    the folder cannot be made.
    """
    target = Path(os.path.realpath(output))
    for path in apart_from:
        if Path(os.path.realpath(path)).is_relative_to(target):
            raise CallsiteError(f"{output}: cannot build here, the folder holds {path}; choose another output folder")
    if target.exists() and not target.is_dir():
        raise CallsiteError(f"{output}: cannot build here, this is a file; choose another output folder")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(output)
        return Staging(target)
    except OSError as error:
        raise CallsiteError(f"{output}: cannot build here, {error.strerror}; choose another output folder") from error


class OutputLock:
    """Keeps builds of one output from putting it in place and saying so at the same time. It is held from `take` to the
    end of the `with`, and ends with its process.
    """

    def __init__(self, output: str | Path) -> None:
        self._folder = Path(os.path.realpath(output)).parent
        self._lock: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    def take(self) -> None:
        """Wait until nobody else has it. Where folders cannot be locked, nobody has."""
        with contextlib.suppress(OSError):
            self._lock = os.open(self._folder, os.O_RDONLY)
            fcntl.flock(self._lock, fcntl.LOCK_EX)


def replace_files(output: str | Path, files: Mapping[str, bytes]) -> None:
    """Give files that the last build has written other bytes, all of them in one step. Those that have them already
    stay what they are.

    Raises OSError, ValueError or CallsiteError, with nothing done, when that cannot be.
    """
    target = Path(os.path.realpath(output))
    changed = {name: data for name, data in files.items() if (target / name).read_bytes() != data}
    if not changed:
        return
    sweep(output)
    staging = Staging(target)
    try:
        names = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
        for folder in {os.path.dirname(name) for name in names}:
            os.makedirs(staging.path / folder, exist_ok=True)
        before, after = os.path.join(target, ""), os.path.join(staging.path, "")
        for name in (MANIFEST, *names):
            if name in changed:
                Path(after + name).write_bytes(changed[name])
                shutil.copymode(before + name, after + name)
            else:
                os.link(before + name, after + name, follow_symlinks=False)
        staging.take_place()
    finally:
        staging.discard()


def swap(one: Path, other: Path) -> None:
    """Let two folders change places: in one step where the system can, else in three, of which `sweep` mends any
    that are missing.
    """
    try:
        _exchange(one, other)
    except OSError as error:
        if error.errno not in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
            raise
        aside = one.with_name(one.name + ".old")
        other.rename(aside)
        one.rename(other)
        aside.rename(one)


def _exchange(one: Path, other: Path) -> None:
    import ctypes  # noqa: PLC0415  # most that import this exchange nothing

    libc = ctypes.CDLL(None, use_errno=True)
    paths = os.fsencode(one), os.fsencode(other)
    if hasattr(libc, "renameat2"):
        failed = libc.renameat2(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE)
    elif hasattr(libc, "renamex_np"):
        failed = libc.renamex_np(*paths, _RENAME_SWAP)
    else:
        raise OSError(errno.ENOSYS, f"no exchange of folders on {sys.platform}")
    if failed:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(other))


def _make_folder(target: Path) -> tuple[Path, int]:
    while True:
        path = Path(tempfile.mkdtemp(prefix=_prefix(target), dir=target.parent))
        lock = _lock(path)
        # Another build may have swept the folder away before it was locked.
        if lock is not None and path.exists():
            path.chmod(0o777 & ~read_umask())
            return path, lock


def sweep(output: str | Path) -> None:
    """Remove what builds that are no more have left beside the folder `output`, or give it its output back."""
    target = Path(os.path.realpath(output))
    for path in sorted(target.parent.glob(_prefix(target) + "*")):
        lock = _lock(path)
        if lock is None:
            continue
        if path.suffix == ".old" and not target.exists():
            path.rename(target)  # a swap in three steps was cut short
        else:
            shutil.rmtree(path, ignore_errors=True)
        os.close(lock)


def is_made_by_builds(output: Path, path: Path) -> bool:
    """Whether `path` is, or lies in, the output folder `output` or one of the folders it is made in."""
    target, at = Path(os.path.realpath(output)), Path(os.path.realpath(path))
    return at.is_relative_to(target) or any(part.startswith(_prefix(target)) for part in at.parts)


def _prefix(target: Path) -> str:
    return f".{target.name}.callsite-"


def _lock(path: Path) -> int | None:
    """Lock a folder for as long as this process lives, and whoever it gives the lock to; None when another has it or it
    is gone.
    """
    try:
        lock = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock


def _carry(old: Path, new: Path, keep: Collection[str] | None) -> None:
    """Bring what others have put into the old output into the new one, by hard link where the file system has them.

    A file of theirs gives way to one of the new site's with the same name. Raises CallsiteError when a folder of theirs
    stands where the new site has a file, or the other way round: then one of the two would be lost.
    """
    ours = _read_manifest(old)
    for path in _list_all(old):
        if path in ours if keep is None else path.partition("/")[0] not in keep:
            continue
        source, copy = old / path, new / path
        is_folder = source.is_dir() and not source.is_symlink()
        if os.path.lexists(copy) and copy.is_dir() == is_folder:
            continue
        try:
            copy.parent.mkdir(parents=True, exist_ok=True)
            clash = os.path.lexists(copy)
        except (FileExistsError, NotADirectoryError):
            clash = True
        if clash:
            raise CallsiteError(f"{source}: stands in the way of the new site and is not ours to remove; move it away")
        if is_folder:
            copy.mkdir()
            shutil.copystat(source, copy)
            continue
        try:
            os.link(source, copy, follow_symlinks=False)
        except OSError:
            shutil.copy2(source, copy, follow_symlinks=False)


def _keep_time(old: str, new: str) -> None:
    """Give a file the time of the one it replaces, if nothing else has changed."""
    try:
        before, after = os.lstat(old), os.lstat(new)
    except OSError:  # it is a new one
        return
    is_other = (
        before.st_ino != after.st_ino and before.st_size == after.st_size and before.st_mtime_ns != after.st_mtime_ns
    )
    if is_other and stat.S_ISREG(before.st_mode) and stat.S_ISREG(after.st_mode) and _are_equal(old, new):
        os.utime(new, ns=(before.st_atime_ns, before.st_mtime_ns))


def _are_equal(one: str, other: str) -> bool:
    with open(one, "rb") as first, open(other, "rb") as second:
        while data := first.read(_ONCE):
            if data != second.read(_ONCE):
                return False
    return True


def _read_manifest(old: Path) -> frozenset[str]:
    try:
        names = json.loads((old / MANIFEST).read_text(encoding="utf-8"))
        folders = {folder for name in names for folder in list_folders(name)}
        return frozenset([*names, *folders, MANIFEST])
    except (OSError, ValueError, TypeError, AttributeError):
        return frozenset([MANIFEST])


def _list_all(folder: Path) -> Iterator[str]:
    """What is below a folder, the folders themselves included and before what is in them."""
    for _, start, folders, files in _walk(folder):
        yield from (start + name for name in (*folders, *files))


def list_files(folder: Path) -> Iterator[str]:
    """The files below a folder, with `/` between folders; links count as files."""
    for root, start, folders, files in _walk(folder):
        links = [name for name in folders if os.path.islink(os.path.join(root, name))]
        yield from (start + name for name in (*files, *links))


def _walk(folder: Path) -> Iterator[tuple[str, str, list[str], list[str]]]:
    """Each folder: its path, what the names in it begin with below `folder`, and the names of folders and of files."""
    for root, folders, files in os.walk(folder):
        below = os.path.relpath(root, folder).replace(os.sep, "/")
        yield root, "" if below == os.curdir else f"{below}/", folders, files
