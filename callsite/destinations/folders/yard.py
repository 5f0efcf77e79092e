"""The folder of releases of a `directory` destination, opened: the steps that a publish is made of, one by one.

Nothing below the folder is followed when it is a symbolic link, but for reading where `current` leads.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from callsite.destinations.destination import Standing
from callsite.destinations.folders.releases import (
    CURRENT,
    LOCK,
    OWN,
    RELEASES,
    find_loose,
    find_outdated,
    find_release,
    find_unfinished,
    is_release,
    make_standing,
    read_manifest,
)
from callsite.destinations.folders.tree import Tree, make_folder, open_folder, share
from callsite.destinations.states import format_lock, make_busy
from callsite.errors import CallsiteError
from callsite.publish.manifest import Manifest, format_manifest

# Whoever only looks holds the lock for a moment: seconds that it is waited for, and those between two tries.
_PATIENCE: Final = 0.5
_PAUSE: Final = 0.02

# The lists of a group's releases are the group's; what visitors are shown is not in this folder.
_PRIVATE: Final = 0o770

# What a folder lets everybody do who may see the site in it, a web server above all.
_OPEN: Final = 0o005


class Yard:
    """The folder, and the two in it, by their descriptors."""

    def __init__(self, title: str, root: int, own: int, releases: int) -> None:
        self._title = title
        self._root = root
        self._own = own
        self._releases = releases

    def look(self) -> Standing:
        """See what stands there. Raises CallsiteError when it is none of ours."""
        try:
            link: str | None = os.readlink(CURRENT, dir_fd=self._root)
        except FileNotFoundError:
            link = None
        except OSError as error:
            hint = "move it away, or choose another folder"
            raise CallsiteError(f"{self._title}: `{CURRENT}` there is no link of ours; {hint}") from error
        name = find_release(link or "")
        return make_standing(self._title, link, self._read_list(name), self.has_release(name))

    def read_manifest(self, name: str) -> Manifest:
        """The manifest of a release. Raises CallsiteError when there is no such release."""
        data = self._read_list(name) if self.has_release(name) else None
        return read_manifest(self._title, name, data)

    def list_manifests(self) -> Iterator[Manifest]:
        """The manifests of all releases; what has none that can be read is nobody's."""
        for name in self._list_folders():
            if is_release(name):
                with contextlib.suppress(CallsiteError):
                    yield self.read_manifest(name)

    def has_release(self, name: str) -> bool:
        """Whether there is a release of that name. Raises CallsiteError for something else of that name."""
        if not is_release(name):
            return False
        try:
            found = os.stat(name, dir_fd=self._releases, follow_symlinks=False)
        except FileNotFoundError:
            return False
        if not stat.S_ISDIR(found.st_mode):
            hint = "move it away"
            raise CallsiteError(f"{self._title}/{RELEASES}/{name}: this is no folder, or a link to one; {hint}")
        return True

    def open_release(self, name: str) -> Tree:
        """Open the folder of a release."""
        return Tree(open_folder(name, self._releases))

    def open_unfinished(self, stack: contextlib.ExitStack) -> list[Tree]:
        """Open what runs that were killed have left."""
        return [
            stack.enter_context(self.open_release(name)) for name in find_unfinished(self._list_folders(), ".partial")
        ]

    def make_partial(self, name: str) -> str:
        """Make a folder for a release that is not to be seen yet, and return its name."""
        partial = f".{name}.{secrets.token_hex(4)}.partial"
        os.mkdir(partial, dir_fd=self._releases)
        return partial

    def finish(self, partial: str, manifest: Manifest) -> None:
        """Make a release of a folder that is whole, with its manifest. Everybody may read it who may read what the
        user has put it into.
        """
        name = manifest.release
        if os.fstat(self._root).st_mode & _OPEN == _OPEN:
            share(self._releases)
            with self.open_release(partial) as tree:
                tree.share()
        if self._read_list(name) is not None:  # made within this second, and never shown
            self._remove(name)
        os.sync()  # one call for all files; a call for each of a new site's takes longer
        self.write_manifest(manifest)
        os.rename(partial, name, src_dir_fd=self._releases, dst_dir_fd=self._releases)
        os.fsync(self._releases)

    def write_manifest(self, manifest: Manifest) -> None:
        """Write the manifest of a release, in one step."""
        part, name = f"{manifest.release}.json.part", f"{manifest.release}.json"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part, dir_fd=self._own)
        number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666, dir_fd=self._own)
        with open(number, "wb") as file:
            file.write(format_manifest(manifest))
            file.flush()
            os.fsync(number)
        os.rename(part, name, src_dir_fd=self._own, dst_dir_fd=self._own)
        os.fsync(self._own)

    def switch(self, name: str) -> None:
        """Show visitors a release, from one moment to the next."""
        part = f"{CURRENT}.part"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part, dir_fd=self._own)
        os.symlink(f"{RELEASES}/{name}", part, dir_fd=self._own)
        os.rename(part, CURRENT, src_dir_fd=self._own, dst_dir_fd=self._root)
        os.fsync(self._root)

    def tidy(self, present: str, keep: int) -> None:
        """Take away what killed runs have left, and old releases beyond those that are kept. What cannot be taken away
        stays: visitors are served, and the next publish tries again.
        """
        with contextlib.suppress(OSError):
            names = self._list_folders()
            for name in (*find_unfinished(names, ".partial"), *find_unfinished(names, ".gone")):
                shutil.rmtree(name, ignore_errors=True, dir_fd=self._releases)
            for name in find_loose(os.listdir(self._own), names):
                os.unlink(name, dir_fd=self._own)
            ours = [manifest.release for manifest in self.list_manifests()]
            for name in find_outdated(ours, present, keep):
                self._remove(name)

    def _remove(self, name: str) -> None:
        """Take a release away; whenever that is broken off, none is left of which only a part is there."""
        gone = f".{name}.gone"
        shutil.rmtree(gone, ignore_errors=True, dir_fd=self._releases)
        with contextlib.suppress(FileNotFoundError):
            os.rename(name, gone, src_dir_fd=self._releases, dst_dir_fd=self._releases)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{name}.json", dir_fd=self._own)
        shutil.rmtree(gone, ignore_errors=True, dir_fd=self._releases)

    def _list_folders(self) -> list[str]:
        with os.scandir(self._releases) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))

    def _read_list(self, name: str) -> bytes | None:
        if not is_release(name):
            return None
        try:
            with Tree(os.dup(self._own)) as tree:
                return tree.read(f"{name}.json")
        except FileNotFoundError:
            return None


@contextlib.contextmanager
def open_yard(title: str, path: str, *, make: bool) -> Iterator[Yard | None]:
    """Open a folder of releases and hold its lock: for everybody who looks, or with `make` for one who publishes.

    With `make` the folder is made if it is not there; without, None is given for one that is not there or empty. Raises
    BusyError while somebody else publishes, CallsiteError for a folder that has other things in it.
    """
    with contextlib.ExitStack() as stack:

        def keep(number: int) -> int:
            stack.callback(os.close, number)
            return number

        if make:
            os.makedirs(path, exist_ok=True)
        try:
            root = keep(os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
        except FileNotFoundError:
            yield None
            return
        names = os.listdir(root)
        if OWN not in names:
            if names:
                hint = "move them away, or choose another folder"
                raise CallsiteError(f"{title}: there are files that are none of ours, `{min(names)}` for one; {hint}")
            if not make:
                yield None
                return
        try:
            own = keep(make_folder(OWN, root, _PRIVATE) if make else open_folder(OWN, root))
            _lock(title, own, stack, exclusively=make)
            if not make and RELEASES not in os.listdir(root):
                yield None
                return
            releases = keep(make_folder(RELEASES, root) if make else open_folder(RELEASES, root))
        except NotADirectoryError as error:
            hint = "move it away"
            raise CallsiteError(f"{title}: `{error.filename}` there is no folder, or a link to one; {hint}") from error
        yield Yard(title, root, own, releases)


def _lock(title: str, own: int, stack: contextlib.ExitStack, *, exclusively: bool) -> None:
    """Hold the lock until the stack is closed. Of a process that was killed the system takes it away."""
    flags = os.O_RDWR | os.O_CREAT if exclusively else os.O_RDONLY
    try:
        number = os.open(LOCK, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666, dir_fd=own)
    except FileNotFoundError:
        return  # nobody has ever published
    stack.callback(os.close, number)
    kind = fcntl.LOCK_EX if exclusively else fcntl.LOCK_SH
    end = time.monotonic() + _PATIENCE
    while not _try_lock(number, kind):
        if time.monotonic() > end:
            raise make_busy(title, os.pread(number, 100, 0).decode("ascii", "replace"))
        time.sleep(_PAUSE)
    if exclusively:
        os.ftruncate(number, 0)
        os.pwrite(number, format_lock(datetime.now(UTC), os.getpid()).encode(), 0)


def _try_lock(number: int, kind: int) -> bool:
    try:
        fcntl.flock(number, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
