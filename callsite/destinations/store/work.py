"""A plan carried out at a store: stage by stage, the files of each at once."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Final, TypeVar

from callsite.destinations.destination import Watcher
from callsite.destinations.store.asking import StoppedError
from callsite.destinations.store.faults import MissingError
from callsite.destinations.store.journal import Journal
from callsite.destinations.store.notes import KEPT, find_needed, name_kept
from callsite.destinations.store.objects import Objects
from callsite.publish.manifest import Entry, Manifest
from callsite.publish.plan import Plan, Stage, Upload
from callsite.records import dataclass, field

# How many copies may lie about before a request is spent on deleting them.
MOST_STALE: Final = 50

_Item = TypeVar("_Item")


class Told:
    """A watcher that is told one thing at a time, whichever threads tell it."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._lock = threading.Lock()

    def begin(self, stage: Stage, files: int, size: int) -> None:
        """A stage begins."""
        with self._lock:
            self._watcher.begin(stage, files, size)

    def finish(self, path: str, size: int) -> None:
        """A file has been sent or taken away."""
        with self._lock:
            self._watcher.finish(path, size)

    def wait(self, reason: str, seconds: float) -> None:
        """There is a pause."""
        with self._lock:
            self._watcher.wait(reason, seconds)


@dataclass(slots=True)
class Work:
    """A publish under way. `put` brings a file to where its upload says; `keep` is how many states are kept. `doubtful`
    are the paths that an earlier publish may have overwritten without noting it.
    """

    objects: Objects
    journal: Journal
    plan: Plan
    put: Callable[[Upload], None]
    watcher: Watcher
    keep: int
    parallel: int
    doubtful: frozenset[str] = frozenset()
    _needed: frozenset[str] = frozenset()
    _copied: set[str] = field(default_factory=set)

    def run(self) -> tuple[str, ...]:
        """Carry out the plan; returns the names of the kept copies that nobody needs and that were deleted with it."""
        plan, notes = self.plan, self.journal.notes
        self._needed = frozenset(find_needed(notes.states)) if self.keep else frozenset()
        if self._needed and self.doubtful:
            self._copied |= list_kept(self.objects)
        stale = [name for name in notes.stale if name not in self._needed]
        stages = list(plan.list_stages())
        swept = tuple(stale) if plan.deletions or (stages and len(stale) > MOST_STALE) else ()
        is_clearing = False
        with ThreadPoolExecutor(self.parallel) as pool:
            # From now on these count as other than they should be, so this is the last time that they can be kept.
            self._do_all(pool, self._keep, sorted(plan.new.retired.keys() & self.doubtful))
            for number, (stage, uploads, deletions) in enumerate(stages, 1):
                if deletions and not is_clearing:
                    # Before it is noted that these are no files of ours any more: who goes on where this was cut short
                    # could not tell what to copy.
                    self._do_all(pool, self._keep, [deletion.path for deletion in plan.deletions])
                    self.journal.clear()
                    is_clearing = True
                if uploads:
                    self.journal.show(stage)
                size = sum(upload.entry.size for upload in uploads)
                self.watcher.begin(stage, len(uploads) + len(deletions), size)
                self._do_all(pool, self._upload, uploads)
                is_last = number == len(stages)
                paths = [deletion.path for deletion in deletions]
                keys = [*paths, *(f"{KEPT}/{name}" for name in swept)] if is_last else paths
                self._do_all(pool, self.objects.delete, list(split(keys, self.objects.batch)))
                for path in paths:
                    self.journal.note(path, None)
                    self.watcher.finish(path, 0)
                if not is_last:
                    self.journal.save()
        return swept

    def _upload(self, upload: Upload) -> None:
        self._keep(upload.path)
        self.put(upload)
        self.journal.note(upload.path, upload.entry)
        self.watcher.finish(upload.path, upload.entry.size)

    def _keep(self, path: str) -> None:
        """Copy what is going to be overwritten or deleted, if a state to go back to has it.

        Where an earlier publish may have been at it already, it has made the copy before that, so one that is there is
        left alone. What was found to be other than it should be is not worth keeping.
        """
        old, is_doubtful = self.plan.old, path in self.doubtful
        if path in old.coming and not is_doubtful:
            return
        entry = find_entry(old, path)
        if is_doubtful and self.journal.notes.undo:
            entry = self.journal.notes.undo.was.get(path) or entry
        name = name_kept(entry) if entry else ""
        if name in self._needed and name not in self._copied:
            with contextlib.suppress(MissingError):  # somebody has deleted it
                self.objects.copy(path, f"{KEPT}/{name}")
            self._copied.add(name)

    def _do_all(self, pool: ThreadPoolExecutor, action: Callable[[_Item], None], items: Sequence[_Item]) -> None:
        """Do something with each, many at once. The first failure is raised, when all that had begun have ended."""
        futures = [pool.submit(action, item) for item in items]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            if any(not future.done() or future.cancelled() or future.exception() for future in futures):
                self.objects.asker.stop.set()
                for future in futures:
                    future.cancel()
                wait(futures)
        errors = [error for future in futures if not future.cancelled() and (error := future.exception())]
        for error in sorted(errors, key=lambda error: isinstance(error, StoppedError)):
            raise error


def find_entry(manifest: Manifest, path: str) -> Entry | None:
    """What a manifest says of a path, be it of the site or kept for a while."""
    kept = manifest.retired.get(path)
    return manifest.files.get(path) or (kept.entry if kept else None)


def list_kept(objects: Objects) -> frozenset[str]:
    """The names of the copies that are there."""
    return frozenset(path.rpartition("/")[2] for path in objects.list_sizes(KEPT))


def split(keys: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Keys in lots of one size."""
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
