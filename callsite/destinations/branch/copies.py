"""What is kept of a branch between two publishes: a bare repository with what the branch's last commit has, for as much
of it as a publish needs. All of it can be thrown away.

    .cache/publish/<digest>/lock            who is at work here
    .cache/publish/<digest>/<commit>.git    the copy, without most contents of files
    .cache/publish/<digest>/.callsite-…     one that is being made

Nothing in a copy is ever locked by git: it has no references or index, and files of objects never change.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from callsite.destinations.states import format_lock, make_busy
from callsite.git.command import make_repository
from callsite.storing import new_folder

# Objects and packs of publishes pile up until there are so many files that a fresh copy is quicker.
_MOST_FILES = 2000

_NONE = "none"


class Copies:
    """The copies of one branch. `wait` is how many seconds somebody may take who only looks."""

    def __init__(self, cache: Path, title: str, wait: float = 60.0) -> None:
        self._title, self._wait = title, wait
        self._top = cache / "publish"
        self._folder = self._top / hashlib.sha256(title.encode("utf-8", "surrogateescape")).hexdigest()[:32]

    @contextlib.contextmanager
    def hold(self, *, is_publishing: bool) -> Iterator[None]:
        """Keep others in this checkout away. Raises BusyError while one of them publishes."""
        self._folder.mkdir(parents=True, exist_ok=True)
        ignore = self._top / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="ascii")
        with open(self._folder / "lock", "a+b", buffering=0) as lock:
            self._take(lock.fileno())
            lock.truncate(0)
            if is_publishing:
                lock.write(format_lock(datetime.now(UTC), os.getpid()).encode("ascii"))
            for part in self._folder.glob(".callsite-*"):  # somebody was killed
                self.drop(part)
            try:
                yield
            finally:
                lock.truncate(0)

    def _take(self, number: int) -> None:
        end = time.monotonic() + self._wait
        while True:
            try:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                said = os.pread(number, 100, 0).decode("ascii", "replace")
                if said or time.monotonic() > end:
                    raise make_busy(self._title, said) from None
                time.sleep(0.05)
            else:
                return

    @contextlib.contextmanager
    def begin(self, is_sha256: bool = False) -> Iterator[Path]:
        """An empty repository, which is gone in the end unless it is kept."""
        with new_folder(self._folder) as part:
            make_repository(part, is_sha256)
            yield part

    def find(self, commit: str) -> Path | None:
        """The copy for a commit, "" for none; if there is one."""
        path = self._name(commit)
        return path if path.is_dir() else None

    def keep(self, repository: Path, commit: str) -> Path:
        """Make a repository the copy for a commit, the only one."""
        target = self._name(commit)
        for other in self._folder.glob("*.git"):
            if other != repository:
                self.drop(other)
        repository.rename(target)
        return target

    def drop(self, copy: Path) -> None:
        """Remove a copy."""
        shutil.rmtree(copy, ignore_errors=True)

    def is_full(self, copy: Path) -> bool:
        """Whether a fresh copy is better than going on with this one."""
        return sum(len(names) for _, _, names in os.walk(copy / "objects")) > _MOST_FILES

    def _name(self, commit: str) -> Path:
        return self._folder / f"{commit or _NONE}.git"
