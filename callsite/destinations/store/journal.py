"""The manifest as lock and journal of one publish.

    begin ──▶ note, note, … (with a beat that writes what has been noted) ──▶ end
                                 └─ whatever stops it ──▶ leave

Each time the manifest is written on the condition that it is still the one of the last time. If it is not, somebody
else has taken over, and nothing more may be begun. The lock holds for a time from each writing; so that nothing of ours
is under way when it is over, `allow` waits when the last writing was too long ago.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from callsite.destinations.destination import BusyError, MovedError
from callsite.destinations.store.asking import StoppedError
from callsite.destinations.store.faults import ConditionError, MissingError
from callsite.destinations.store.machine import is_running, read_machine
from callsite.destinations.store.notes import Lease, Notes, begin_notes, end_notes, format_notes, parse_notes
from callsite.destinations.store.objects import Found, Objects
from callsite.errors import CallsiteError
from callsite.publish.manifest import MANIFEST, Entry, Headers, Manifest, format_manifest, parse_manifest
from callsite.publish.plan import Plan, Stage
from callsite.publish.resuming import find_fresh, plan_begun, plan_clearing
from callsite.records import dataclass, field, replace

if TYPE_CHECKING:
    from obstore import PutMode, UpdateVersion

_HEADERS: Final[Headers] = (("content-type", "application/json"), ("cache-control", "no-store"))

# How often a writing is tried again because the answer to an earlier one was lost.
_TURNS: Final = 4

# Seconds between two looks at whether to stop.
_PAUSE: Final = 0.2


@dataclass(frozen=True, slots=True)
class Token:
    """What was seen with a manifest: the store's name for it, None for no manifest, what is noted in it, and when it
    was written, by the store's clock. `left` is for how many seconds from then on its writer may still be at work.
    """

    tag: UpdateVersion | None = None
    notes: Notes = field(default_factory=Notes)
    modified: datetime | None = None
    left: int = 0


def read_standing(objects: Objects, title: str) -> tuple[Manifest, Token] | None:
    """What stands at a store, None when there is no manifest. Raises BusyError while somebody publishes.

    One request.
    """
    found = objects.read(MANIFEST)
    if found is None:
        return None
    where = f"{title}: {MANIFEST}"
    manifest, extra = parse_manifest(found.data, where)
    notes = parse_notes(extra, where)
    lease = notes.lease
    left = 0
    if lease and lease.seconds and not (lease.machine == read_machine() and not is_running(lease.pid)):
        # Its end by the store's clock; how far ours is from that one is seen when the lock is taken over.
        left = lease.seconds
        until = found.modified + timedelta(seconds=left)
        if datetime.now(UTC) < until:
            since = f"{lease.since:%Y-%m-%d %H:%M} UTC"
            raise BusyError(f"{title}: another publish has been running since {since}; wait for it to end", until)
    return manifest, Token(found.tag, notes, found.modified, left)


class Journal:
    """The lock of one publish, and the record of how far it has come.

    Its methods can be called from several threads. `stop` is set by whoever wants nothing more to be begun.
    """

    def __init__(self, objects: Objects, plan: Plan, token: Token, keep: int, *, is_conditional: bool = True) -> None:
        self._objects = objects
        self._title = objects.asker.title
        self._patience = objects.asker.patience
        self._plan = plan
        self._token = token
        self._keep = keep
        self._tag = token.tag
        self._is_conditional = is_conditional
        seconds = max(1, round(self._patience.lease))
        self._lease = Lease(uuid.uuid4().hex, read_machine(), os.getpid(), datetime.now(UTC), seconds)
        self.stop = threading.Event()
        self.notes = begin_notes(token.notes, plan, self._lease, keep)
        self._noting = threading.Lock()
        self._base: Manifest
        self._set_base(plan_begun(plan))
        self._writing = threading.Lock()
        self._renewed = threading.Condition()
        self._last = -self._patience.lease
        self._is_lost = False
        self._has_begun = False
        self._is_over = threading.Event()
        self._beating = replace(objects, asker=replace(objects.asker, stop=self._is_over))
        self._beat = threading.Thread(target=self._keep_up, daemon=True)

    def begin(self) -> None:
        """Take the lock. Raises MovedError when the manifest is not the one that the plan was made for."""
        self._write(self._objects, self._format())
        if self._token.left and self._token.modified:
            # Whoever had the lock may still have requests under way, if our clock is ahead of the store's.
            taken = self._objects.read_time(MANIFEST)
            early = self._token.left - (taken - self._token.modified).total_seconds()
            if early > 0:
                self._objects.asker.tell(f"{self._title}: another publish may not have ended", early)
                time.sleep(early)
                self._write(self._objects, self._format())
        if not self._is_conditional:
            time.sleep(self._patience.settle)
            self._read_back(self._objects)
        self._beat.start()

    def show(self, stage: Stage) -> None:
        """Write which new files visitors may find from this stage on, if there are any more than before."""
        fresh = find_fresh(self._plan, stage)
        with self._noting:
            if fresh == self._base.fresh:
                return
            self._base = replace(self._base, fresh=fresh)
        self._write(self._objects, self._format())

    def clear(self) -> None:
        """Write that all is sent: from now on files are only taken away."""
        with self._noting:
            self._set_base(plan_clearing(self._plan))
        self._write(self._objects, self._format())

    def note(self, path: str, entry: Entry | None) -> None:
        """Note that a path holds what the plan says, None for nothing."""
        with self._noting:
            # The last one stays open until `end`, so that nobody takes this for a site that is complete.
            if len(self._coming) > 1:
                del self._coming[path]
            self._retired.pop(path, None)
            if entry is None:
                self._files.pop(path, None)
            else:
                self._files[path] = entry

    def allow(self) -> None:
        """Wait until something may be begun. Raises MovedError when somebody else has taken over."""
        end = time.monotonic() + self._patience.total
        with self._renewed:
            while not self._is_lost:
                now = time.monotonic()
                if now < self._last + self._patience.fence:
                    return
                if self.stop.is_set():
                    raise StoppedError(f"{self._title}: stopped")
                if now > end:
                    hint = "nothing is lost: publish again, and it goes on where it stopped"
                    raise CallsiteError(f"{self._title}: what has been done cannot be noted there; {hint}")
                self._renewed.wait(_PAUSE)
        raise self._make_moved()

    def save(self) -> None:
        """Write what has been noted, unless that was done just now."""
        if time.monotonic() > self._last + self._patience.beat / 2:
            self._write(self._objects, self._format())

    def end(self, swept: tuple[str, ...] = ()) -> None:
        """Write that the plan has been carried out, and the copies `swept` were deleted; the lock is given back."""
        self._stop_beat()
        notes = end_notes(self.notes, self._plan, self._keep, swept)
        self._write(self._objects, format_manifest(self._plan.new, format_notes(notes)))

    def leave(self) -> None:
        """Write how far it has come, and give back the lock, as far as that can be done now."""
        self._stop_beat()
        self._lease = replace(self._lease, seconds=0)
        asker = self._objects.asker
        self._objects = replace(
            self._objects, asker=replace(asker, patience=replace(asker.patience, total=asker.patience.first * 4))
        )
        with contextlib.suppress(CallsiteError):
            if not self._has_begun:
                # It may have been stopped while the lock was being taken.
                self._read_back(self._objects)
            if not self._is_lost:
                self._write(self._objects, self._format())

    def _stop_beat(self) -> None:
        self._is_over.set()
        if self._beat.is_alive():
            self._beat.join()

    def _keep_up(self) -> None:
        pause = min(self._patience.soon, self._patience.beat)
        while not self._is_over.wait(pause):
            pause = min(pause * 2, self._patience.beat)
            # What fails here is tried again at the next beat; `allow` sees that nothing is begun in between.
            with contextlib.suppress(CallsiteError):
                self._write(self._beating, self._format())

    def _set_base(self, manifest: Manifest) -> None:
        self._base = manifest
        self._files = dict(manifest.files)
        self._retired = dict(manifest.retired)
        self._coming = dict(manifest.coming)

    def _format(self) -> bytes:
        with self._noting:
            manifest = replace(
                self._base, files=dict(self._files), retired=dict(self._retired), coming=dict(self._coming)
            )
        return format_manifest(manifest, format_notes(replace(self.notes, lease=self._lease)))

    def _write(self, objects: Objects, data: bytes) -> None:
        with self._writing:
            start = time.monotonic()
            self._put(objects, data)
        self._has_begun = True
        with self._renewed:
            self._last = start
            self._renewed.notify_all()

    def _put(self, objects: Objects, data: bytes) -> None:
        if not self._is_conditional and self._tag is not None:
            self._read_back(objects)
        for _ in range(_TURNS):
            mode: PutMode = "overwrite"
            if self._is_conditional:
                mode = "create" if self._tag is None else self._tag
            try:
                self._tag = objects.write(MANIFEST, data, _HEADERS, mode)
                return
            except (ConditionError, MissingError):
                found = objects.read(MANIFEST)
            if found is not None and found.data == data:
                self._tag = found.tag  # it had been done, and only the answer was lost
                return
            if found is None or not (found.tag == self._tag or self._is_ours(found)):
                break
            self._tag = found.tag
        raise self._lose()

    def _read_back(self, objects: Objects) -> None:
        """See that the manifest is still ours."""
        found = objects.read(MANIFEST)
        if found is None or not (found.tag == self._tag or self._is_ours(found)):
            raise self._lose()
        self._tag = found.tag

    def _is_ours(self, found: Found) -> bool:
        with contextlib.suppress(CallsiteError):
            lease = parse_notes(parse_manifest(found.data, self._title)[1], self._title).lease
            return lease is not None and lease.id == self._lease.id
        return False

    def _lose(self) -> MovedError:
        with self._renewed:
            self._is_lost = True
            self._renewed.notify_all()
        return self._make_moved()

    def _make_moved(self) -> MovedError:
        return MovedError(f"{self._title}: somebody else has begun to publish there; look at it again")
