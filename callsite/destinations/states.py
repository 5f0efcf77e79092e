"""What destinations have in common that change from one state to the next in one step: what a state keeps for pages in
caches, the lock, and the files of an output, read as they were planned.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path

from callsite.destinations.destination import BusyError
from callsite.errors import CallsiteError
from callsite.opening import open_file
from callsite.paths import list_folders
from callsite.publish.kinds import find_kind, outlasts
from callsite.publish.manifest import Entry, Manifest, Retired
from callsite.publish.plan import Plan
from callsite.records import replace

_LOCK = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) (\d{1,10})\n?")

_CHUNK = 1 << 20


def find_retired(plan: Plan) -> dict[str, Entry]:
    """The files to keep for pages in caches: all those that nothing in the site is in the way of."""
    folders = {folder for path in plan.new.files for folder in list_folders(path)}
    return {
        path: kept.entry
        for path, kept in plan.new.retired.items()
        if path not in folders and not any(folder in plan.new.files for folder in list_folders(path))
    }


def go_back(present: Manifest, target: Manifest, now: datetime) -> Manifest:
    """The state of going back to `target`: with all of the present one that pages in caches may still ask for."""
    lost = {
        path: Retired(entry, now)
        for path, entry in present.standing.items()
        if path not in target.files and path not in target.retired and outlasts(path, find_kind(path, entry.sha256))
    }
    return replace(target, retired={**target.retired, **lost})


def keep_retired(manifest: Manifest, there: Collection[str]) -> Manifest:
    """A manifest with those files kept for caches that are there: nobody can bring back the others."""
    return replace(manifest, retired={path: kept for path, kept in manifest.retired.items() if path in there})


def format_lock(now: datetime, process: int) -> str:
    """What stands in the lock while somebody publishes."""
    return f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} {process}\n"


def make_busy(title: str, lock: str) -> BusyError:
    """The error for when somebody else holds the lock, in which is `lock`."""
    said = _LOCK.fullmatch(lock)
    since = f"has been running since {said[1][:10]} {said[1][11:16]} UTC (process {said[2]} there)" if said else ""
    return BusyError(f"{title}: another publish {since or 'is running'}; wait for it to end")


def read_output(output: Path, path: str, entry: Entry) -> Iterator[bytes]:
    """Read a file of the output piece by piece. Raises CallsiteError at the end when it is not what was planned."""
    file = output / (entry.origin or path)
    digest = hashlib.sha256()
    try:
        with open_file(file) as opened:
            while piece := opened.read(_CHUNK):
                digest.update(piece)
                yield piece
    except OSError as error:
        raise CallsiteError(f"{file}: cannot be read, {error.strerror}; build again, then publish") from error
    if digest.hexdigest() != entry.sha256:
        raise CallsiteError(f"{file}: has changed since the publish was planned; publish again")
