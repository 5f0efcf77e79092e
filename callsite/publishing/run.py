"""A publish from the first look at a destination to the last byte.

    look ──▶ Standing ─┐
    output ─▶ Manifest ─┴─plan──▶ Plan ──doubts, question──▶ apply

The plan is made for what stood there when it was looked at. If that has changed by the time it is applied, nothing is
done by halves: it is looked at and planned again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from callsite.destinations import BusyError, Destination, MovedError, Release, Standing, Watcher
from callsite.errors import CallsiteError
from callsite.publish.guards import Doubt, find_doubts
from callsite.publish.manifest import Entry, Manifest
from callsite.publish.paths import is_safe
from callsite.publish.plan import UNKNOWN, Plan, plan_publish
from callsite.publishing.output import Output
from callsite.records import dataclass, replace

_Result = TypeVar("_Result")

# How often a plan is made anew because somebody else was quicker, and seconds between two looks at a busy destination.
_TURNS: Final = 3
_PAUSE: Final = 2.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a publish.

    `grace` is how long files stay that only cached pages ask for; `wait` how many seconds to wait for another publish.
    With `verify` what stands there is held against the manifest; with `adopt` the files that nobody knows of are taken
    for ones that an earlier publish has put there.
    """

    grace: timedelta
    wait: float = 0.0
    verify: bool = False
    adopt: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan that is ready to be applied, and what speaks against it.

    Where the files there were listed, `foreign` is how many of them are somebody else's, and `differing` are the paths
    of those that are not there or have another size than what was sent.
    """

    plan: Plan
    standing: Standing
    doubts: tuple[Doubt, ...]
    foreign: int = 0
    differing: tuple[str, ...] = ()


def prepare(destination: Destination, output: Output, wish: Wish, standing: Standing) -> Prepared:
    """Plan what a publish has to do where `standing` is what was seen. Nothing is changed."""
    manifest = standing.manifest
    differing: tuple[str, ...] = ()
    foreign: frozenset[str] = frozenset()
    if wish.verify or not standing.is_known:
        found = destination.list_files()
        if wish.adopt and not standing.is_known:
            unknown = {path: Entry(UNKNOWN, size) for path, size in found.items() if is_safe(path)}
            manifest = Manifest(unknown, coming=dict(unknown))
        manifest, differing = compare(manifest, found)
        foreign = frozenset(found.keys() - manifest.files.keys() - manifest.retired.keys() - manifest.coming.keys())
    plan = plan_publish(manifest, output.manifest, datetime.now(UTC), wish.grace)
    return Prepared(plan, standing, find_doubts(plan, output.built, foreign), len(foreign), differing)


def publish(
    destination: Destination,
    output: Output,
    folder: Path,
    wish: Wish,
    agree: Callable[[Prepared], bool],
    watcher: Watcher,
    standing: Standing | None = None,
) -> tuple[Prepared, bool]:
    """Bring an output folder to a destination. `standing` is what was seen there before, if anybody has looked.

    `agree` sees each plan before it is applied; where it does not, nothing is done. Returns the last plan, and whether
    the destination is what it says now. Raises CallsiteError when somebody else is publishing and does not end in time.
    """
    seen = [] if standing is None else [standing]

    def attempt() -> tuple[Prepared, bool]:
        prepared = prepare(destination, output, wish, seen.pop() if seen else look(destination, wish.wait, watcher))
        if not agree(prepared):
            return prepared, False
        if not prepared.plan.is_empty:
            destination.apply(prepared.plan, prepared.standing, folder, watcher)
        return prepared, True

    return _repeat(attempt, destination, wish.wait, watcher)


def roll_back(destination: Destination, name: str, wait: float, watcher: Watcher) -> Release:
    """Bring back a release, for "" the last one before that which stands there, so that twice goes back twice.

    Raises CallsiteError when there is none.
    """

    def attempt() -> Release:
        standing = look(destination, wait, watcher)
        releases = destination.list_releases()
        present = standing.manifest.published
        earlier = [release for release in releases if present is None or release.published <= present]
        chosen = [release for release in releases if release.name == name] if name else earlier
        if not chosen:
            known = ", ".join(release.name for release in releases)
            hint = f"name one of those that are kept: {known}" if known else "none is kept there"
            raise CallsiteError(f"{destination.title}: no release {name or 'before this one'}; {hint}")
        destination.roll_back(chosen[0], standing, watcher)
        return chosen[0]

    return _repeat(attempt, destination, wait, watcher)


def look(destination: Destination, wait: float, watcher: Watcher) -> Standing:
    """See what stands at a destination, when nobody else is at it any more."""
    end = time.monotonic() + wait
    while True:
        try:
            return destination.look()
        except BusyError as error:
            _pause(error, end, watcher)


def compare(manifest: Manifest, found: dict[str, int]) -> tuple[Manifest, tuple[str, ...]]:
    """Hold a manifest against the files that are really there: those that are gone or have another size are in doubt
    from now on, so that they are sent again. Returns their paths besides.
    """
    differing = {
        path: entry
        for path, entry in manifest.standing.items()
        if path not in manifest.coming and found.get(path) != entry.size
    }
    gone = differing.keys() - found.keys()
    doubtful = replace(manifest, coming={**manifest.coming, **differing}, fresh=manifest.fresh | gone)
    return doubtful, tuple(sorted(differing))


def _repeat(attempt: Callable[[], _Result], destination: Destination, wait: float, watcher: Watcher) -> _Result:
    end = time.monotonic() + wait
    turns = 0
    while True:
        try:
            return attempt()
        except BusyError as error:  # somebody has begun since it was looked at
            _pause(error, end, watcher)
        except MovedError as error:
            turns += 1
            if turns == _TURNS:
                hint = "see who else publishes there, and try again"
                raise CallsiteError(f"{destination.title}: it changes all the time; {hint}") from error


def _pause(error: BusyError, end: float, watcher: Watcher) -> None:
    left = end - time.monotonic()
    if left <= 0:
        raise error
    seconds = min(_PAUSE, left)
    watcher.wait(str(error), seconds)
    time.sleep(seconds)
