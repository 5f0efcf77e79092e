"""The plan of a publish: what to send and what to take away, in stages of which each waits for the one before.

The order keeps what a visitor sees whole at every moment, even where files change one by one. What pages show comes
before pages. A page that is new comes before those that changed and may link to it now; feeds and sitemap, which list
pages, come after both, the index of the site last of all. What nothing leads to any more goes at the end, pages before
what they show. New pages may link to one another: nobody knows of them before a page that changed leads there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum

from callsite.publish.kinds import Kind, find_kind, outlasts
from callsite.publish.manifest import Entry, Manifest, Retired


class Stage(IntEnum):
    """The stages of a publish, in their order."""

    FINGERPRINTED = 1
    ASSETS = 2
    NEW_PAGES = 3
    NEW_ENTRIES = 4
    CHANGED_PAGES = 5
    ENTRIES = 6
    REMOVED_PAGES = 7
    REMOVED_FILES = 8


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
    """A file to take away. `is_expired` tells that it was kept for old pages and its time is over."""

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
        """Whether the destination is in the state `new` already."""
        return not (
            self.uploads
            or self.deletions
            or self.old.coming
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
    from the site. What a publish that was cut short has left in doubt is sent again.
    """
    standing = {**{path: kept.entry for path, kept in old.retired.items()}, **old.files}
    certain = {path: entry for path, entry in standing.items() if path not in old.coming}
    uploads = [
        Upload(path, entry, _find_stage(path, entry, path not in standing), certain.get(path), path not in standing)
        for path, entry in new.files.items()
        if certain.get(path) != entry
    ]
    deletions, retired = [], {}
    coming = {path: entry for path, entry in old.coming.items() if entry is not None}
    for path, entry in {**coming, **standing}.items():
        if path in new.files:
            continue
        kind = find_kind(path, entry.sha256)
        kept = old.retired.get(path) or Retired(entry, now)
        if outlasts(path, kind) and path in certain and now < kept.since + grace:
            retired[path] = kept
        else:
            stage = Stage.REMOVED_PAGES if kind in (Kind.PAGE, Kind.ENTRY) else Stage.REMOVED_FILES
            deletions.append(Deletion(path, stage, path not in old.files))
    files = dict(sorted(new.files.items()))
    state = replace(new, files=files, retired=retired, coming={}, release=_name_release(files, now), published=now)
    return Plan(
        old=old,
        new=state,
        uploads=tuple(sorted(uploads, key=lambda upload: (upload.stage, upload.path))),
        deletions=tuple(sorted(deletions, key=lambda deletion: (deletion.stage, deletion.path))),
        unchanged=len(files) - len(uploads),
    )


def _find_stage(path: str, entry: Entry, is_new: bool) -> Stage:
    kind = find_kind(path, entry.sha256)
    if kind is Kind.PAGE:
        return Stage.NEW_PAGES if is_new else Stage.CHANGED_PAGES
    if kind in (Kind.ENTRY, Kind.CONTROL):
        return Stage.NEW_ENTRIES if is_new and path != "index.html" else Stage.ENTRIES
    return Stage.FINGERPRINTED if kind is Kind.FINGERPRINTED else Stage.ASSETS


def _name_release(files: dict[str, Entry], now: datetime) -> str:
    """A name that sorts by time and differs with what is in the site."""
    digest = hashlib.sha256()
    for path, entry in files.items():
        digest.update(f"{path}\0{entry.sha256}\0{entry.headers}\0".encode())
    return f"{now:%Y%m%dT%H%M%SZ}-{digest.hexdigest()[:8]}"
