"""What a store keeps with its manifest: who is publishing, and how to come back to earlier states.

A `Delta` is how a state differs from the one after it, so the history is a chain, the newest first. While a publish is
under way, or after it was cut short, `undo` leads back to the last state that was complete.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from callsite.errors import CallsiteError
from callsite.publish.manifest import Entry, Manifest, format_manifest, parse_manifest
from callsite.publish.plan import Plan
from callsite.records import dataclass, field, replace

KEPT: Final = ".callsite-kept"
_KEPT_NAME = re.compile(r"[0-9a-f]{64}-[0-9a-f]{8}")
_TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Lease:
    """Who publishes. `id` is new for each publish, `machine` tells machines apart without naming them, and `seconds` is
    how long it holds from when the manifest was written, 0 when it has been given back.
    """

    id: str
    machine: str
    pid: int
    since: datetime
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Delta:
    """A state, as what has to be put where: `was` has None where there was no file of the site. `files` is how many
    files it had. It can be gone back to if all that was overwritten since `is_kept`.
    """

    release: str
    published: datetime
    site: str = ""
    commit: str = ""
    files: int = 0
    was: Mapping[str, Entry | None] = field(default_factory=dict)
    is_kept: bool = True


@dataclass(frozen=True, slots=True)
class Notes:
    """What is kept. `stale` are names of kept copies that no state needs any more."""

    lease: Lease | None = None
    undo: Delta | None = None
    history: tuple[Delta, ...] = ()
    stale: tuple[str, ...] = ()

    @property
    def states(self) -> tuple[Delta, ...]:
        """All states that can be gone back to, the newest first."""
        return (self.undo, *self.history) if self.undo and self.undo.is_kept else self.history


def name_kept(entry: Entry) -> str:
    """The name of the copy of what is overwritten or deleted. A copy has its headers, so other headers are another."""
    headers = hashlib.sha256(json.dumps(entry.headers).encode()).hexdigest()
    return f"{entry.sha256}-{headers[:8]}"


def find_needed(states: Iterable[Delta]) -> set[str]:
    """The names of all copies that states may be put together from."""
    return {name_kept(entry) for state in states for entry in state.was.values() if entry is not None}


def begin_notes(notes: Notes, plan: Plan, lease: Lease, keep: int) -> Notes:
    """What is noted while a plan is carried out, when `keep` states are kept."""
    old, new = plan.old.files, plan.new.files
    changed = {path: old.get(path) for path in {**old, **new} if old.get(path) != new.get(path)}
    undo = notes.undo
    if undo is None and plan.old.published is not None:
        undo = Delta(plan.old.release, plan.old.published, plan.old.site, plan.old.commit, len(old))
    if undo is not None:
        undo = replace(undo, was={**changed, **undo.was}, is_kept=undo.is_kept and keep > 0)
    return replace(notes, lease=lease, undo=undo)


def end_notes(notes: Notes, plan: Plan, keep: int, swept: Iterable[str]) -> Notes:
    """What is noted when a plan has been carried out, and the copies `swept` have been deleted."""
    history, undo = notes.history, notes.undo
    if undo is not None and undo.is_kept:
        new = plan.new.files
        was = {path: entry for path, entry in undo.was.items() if new.get(path) != entry}
        if was and undo.release != plan.new.release:
            history = (replace(undo, was=dict(sorted(was.items()))), *history)
    history = history[:keep]
    stale = {*notes.stale, *find_needed(notes.states)} - find_needed(history) - set(swept)
    return Notes(history=history, stale=tuple(sorted(stale)))


def find_state(manifest: Manifest, notes: Notes, release: str) -> Manifest | None:
    """The files of an earlier state, None when it is not kept."""
    files = dict(manifest.files)
    for state in notes.states:
        for path, entry in state.was.items():
            if entry is None:
                files.pop(path, None)
            else:
                files[path] = entry
        if state.release == release:
            return Manifest(files, release=release, site=state.site, commit=state.commit, published=state.published)
    return None


def format_notes(notes: Notes) -> dict[str, Any]:
    """Write notes as values for `format_manifest`."""
    values: dict[str, Any] = {}
    if notes.lease:
        lease = notes.lease
        values["publisher"] = {
            "id": lease.id,
            "machine": lease.machine,
            "pid": lease.pid,
            "since": lease.since.astimezone(UTC).strftime(_TIME),
            "seconds": lease.seconds,
        }
    if notes.undo:
        values["undo"] = _format_delta(notes.undo)
    if notes.history:
        values["history"] = [_format_delta(delta) for delta in notes.history]
    if notes.stale:
        values["stale"] = list(notes.stale)
    return values


def parse_notes(values: Mapping[str, Any], where: str) -> Notes:
    """Read what `format_notes` has written. Raises CallsiteError for anything else: names and paths that lead to other
    places must not be followed.
    """
    try:
        lease = values.get("publisher")
        undo = values.get("undo")
        stale = tuple(values.get("stale", ()))
        if not all(_KEPT_NAME.fullmatch(name) for name in stale):
            raise ValueError
        return Notes(
            lease=None if lease is None else _parse_lease(lease),
            undo=None if undo is None else _parse_delta(undo, where),
            history=tuple(_parse_delta(delta, where) for delta in values.get("history", ())),
            stale=stale,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        hint = "move it away and publish with --verify after that"
        raise CallsiteError(
            f"{where}: what is noted of earlier states is damaged ({type(error).__name__}); {hint}"
        ) from error


def _format_delta(delta: Delta) -> dict[str, Any]:
    state = Manifest(
        coming=delta.was, release=delta.release, site=delta.site, commit=delta.commit, published=delta.published
    )
    values: dict[str, Any] = json.loads(format_manifest(state))
    return {**values, "count": delta.files, "kept": delta.is_kept}


def _parse_delta(values: Any, where: str) -> Delta:
    state, extra = parse_manifest(json.dumps(values).encode(), where)
    count, is_kept = extra["count"], extra["kept"]
    if state.published is None or type(count) is not int or type(is_kept) is not bool:
        raise ValueError
    return Delta(state.release, state.published, state.site, state.commit, count, state.coming, is_kept)


def _parse_lease(values: Any) -> Lease:
    since = datetime.strptime(values["since"], _TIME).replace(tzinfo=UTC)
    lease = Lease(values["id"], values["machine"], values["pid"], since, values["seconds"])
    texts, numbers = (lease.id, lease.machine), (lease.pid, lease.seconds)
    # A day is more than any lease: nobody is to be shut out for good by what somebody has written there.
    if not all(isinstance(text, str) for text in texts) or not all(type(each) is int for each in numbers):
        raise TypeError
    if not 0 <= lease.seconds <= 86400 or lease.pid < 1:
        raise ValueError
    return lease
