"""The plan of a publish: what to send and what to take away, in stages of which each waits for the one before.

The order keeps what a visitor sees whole at every moment, even where files change one by one. What pages show comes
before pages. What is new comes before what changed and may lead there now: assets, pages, and feeds too, since pages
link to them. Feeds and the sitemap, which list pages, come after those, the index of a new site last of all. What
nothing leads to any more goes at the end, pages before what they show. New files may lead to one another: nobody knows
of them before one that changed leads there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Final

from callsite.publish.kinds import IMMUTABLE, Kind, find_kind, outlasts
from callsite.publish.manifest import Entry, Headers, Manifest, Retired
from callsite.records import dataclass, replace

# The digest of no file that anybody has: what is in a file is not known.
UNKNOWN: Final = "0" * 64


# Where a build tells what it was made from, and the compressed twins of that.
_RECORD: Final = frozenset({"build.json", "build.json.gz", "build.json.br"})


class Stage(IntEnum):
    """The stages of a publish, in their order."""

    FINGERPRINTED = 1
    NEW_ASSETS = 2
    ASSETS = 3
    NEW_PAGES = 4
    NEW_ENTRIES = 5
    CHANGED_PAGES = 6
    ENTRIES = 7
    REMOVED_PAGES = 8
    REMOVED_FILES = 9


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to send. `was` is what stands in its place, None if that is nothing or not known for certain; `is_new`
    tells that nothing stands there.
    """

    path: str
    entry: Entry
    stage: Stage
    was: Entry | None = None
    is_new: bool = False

    @property
    def changes_headers_only(self) -> bool:
        """Whether the bytes are there already, to be served in another way."""
        return self.was is not None and self.was.sha256 == self.entry.sha256


@dataclass(frozen=True, slots=True)
class Deletion:
    """A file to take away. `is_expired` tells that it is none of the site as it stands there: it was kept for old pages
    and its time is over, or a publish that was cut short has left it.
    """

    path: str
    stage: Stage
    is_expired: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What leads from the state `old` to the state `new`: uploads and deletions, each by stage and path.

    `new` has in `retired` what is kept for a while. `unchanged` is how many files of the site stay as they are.
    """

    old: Manifest
    new: Manifest
    uploads: tuple[Upload, ...] = ()
    deletions: tuple[Deletion, ...] = ()
    unchanged: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether the destination is in the state `new` already.

        That another commit has made the very same site is no reason for a release of its own.
        """
        return not (
            any(upload.is_new or upload.path not in _RECORD for upload in self.uploads)
            or self.deletions
            or self.old.coming
            or self.old.fresh
            or self.old.retired.keys() != self.new.retired.keys()
            or self.old.site != self.new.site
            or self.old.published is None
        )

    @property
    def size(self) -> int:
        """How many bytes are to be sent."""
        return sum(upload.entry.size for upload in self.uploads)

    @property
    def losses(self) -> int:
        """How many files of the site as it stands there are taken away."""
        return sum(not deletion.is_expired for deletion in self.deletions)

    def list_stages(self) -> Iterator[tuple[Stage, tuple[Upload, ...], tuple[Deletion, ...]]]:
        """The stages that have anything to do, each with its uploads and deletions, of which one is empty."""
        for stage in Stage:
            uploads = tuple(upload for upload in self.uploads if upload.stage is stage)
            deletions = tuple(deletion for deletion in self.deletions if deletion.stage is stage)
            if uploads or deletions:
                yield stage, uploads, deletions


def plan_publish(old: Manifest, new: Manifest, now: datetime, grace: timedelta) -> Plan:
    """Plan how what stands at a destination, `old`, becomes the site `new`, of which files, site and commit count.

    `now` is a time with a zone; files that cached pages may still ask for stay for the time `grace` after they are gone
    from the site. What a publish that was cut short has left in doubt is sent again. What nothing leads to yet comes
    with what is new, even if it is there.
    """
    now = now.astimezone(UTC).replace(microsecond=0)
    standing = old.standing
    certain = {path: entry for path, entry in standing.items() if path not in old.coming}
    known = old.files.keys() - old.fresh
    is_first = old.published is None
    uploads = [
        Upload(
            path,
            entry,
            _find_stage(path, entry, path not in known, is_first),
            certain.get(path),
            path not in standing,
        )
        for path, entry in new.files.items()
        if certain.get(path) != entry
    ]
    deletions, retired = [], {}
    for path, entry in {**old.coming, **standing}.items():
        if path in new.files:
            continue
        kind = find_path_kind(path, entry)
        kept = old.retired.get(path) if path not in old.files else None
        # A clock that was wrong once must not keep files for ever.
        since = min(kept.since, now) if kept else now
        if entry and (kept or outlasts(path, kind)) and now - since < grace:
            noted = entry if path in certain else replace(entry, sha256=UNKNOWN)
            retired[path] = Retired(noted, since)
        else:
            stage = Stage.REMOVED_PAGES if kind in (Kind.PAGE, Kind.ENTRY) else Stage.REMOVED_FILES
            deletions.append(Deletion(path, stage, path not in old.files))
    files = {path: new.files[path] for path in sorted(new.files)}
    new = replace(new, coming={}, fresh=frozenset())
    state = replace(new, files=files, retired=retired, release=_name_release(files, now), published=now)
    return Plan(
        old=old,
        new=state,
        uploads=tuple(sorted(uploads, key=lambda upload: (upload.stage, upload.path))),
        deletions=tuple(sorted(deletions, key=lambda deletion: (deletion.stage, deletion.path))),
        unchanged=len(files) - len(uploads),
    )


def find_path_kind(path: str, entry: Entry | None) -> Kind:
    """The kind of a file. One that is compressed does not have the digest that its name says, but the headers of what
    it stands for.
    """
    if entry and ("cache-control", IMMUTABLE) in entry.headers:
        return Kind.FINGERPRINTED
    return find_kind(path, entry.sha256 if entry else "")


def _find_stage(path: str, entry: Entry, is_new: bool, is_first: bool) -> Stage:
    kind = find_path_kind(path, entry)
    if kind is Kind.PAGE:
        return Stage.NEW_PAGES if is_new else Stage.CHANGED_PAGES
    if kind in (Kind.ENTRY, Kind.CONTROL):
        # No page leads to robots.txt, which leads to the sitemap.
        is_last = path == "robots.txt" or (is_first and path == "index.html")
        return Stage.NEW_ENTRIES if is_new and not is_last else Stage.ENTRIES
    if kind is Kind.FINGERPRINTED:
        return Stage.FINGERPRINTED
    return Stage.NEW_ASSETS if is_new else Stage.ASSETS


def _name_release(files: dict[str, Entry], now: datetime) -> str:
    """A name that sorts by time and differs with what is in the site."""
    sets: dict[Headers, int] = {}
    lines = [f"{path}\0{entry.sha256}\0{sets.setdefault(entry.headers, len(sets))}" for path, entry in files.items()]
    digest = hashlib.sha256("\0".join([*lines, *map(repr, sets)]).encode())
    return f"{now:%Y%m%dT%H%M%SZ}-{digest.hexdigest()[:8]}"
