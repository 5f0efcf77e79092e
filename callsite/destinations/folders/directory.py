"""A folder on this machine that a web server shows; see `releases` for what is in it.

A new release is made beside the present one, of hard links to its files and of what has changed, and shown by
replacing one symbolic link. New files and folders are as open as the user's umask lets them be; but if everybody may
read the folder, everybody may read the releases in it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from callsite.build import place_of
from callsite.destinations.destination import Release, Standing, Watcher
from callsite.destinations.folders.releases import (
    check_apart,
    check_new,
    check_token,
    explain,
    find_root,
    find_unchanged,
    make_releases,
)
from callsite.destinations.folders.tree import Tree
from callsite.destinations.folders.yard import Yard, open_yard
from callsite.destinations.states import find_retired, go_back, keep_retired, read_output
from callsite.errors import CallsiteError
from callsite.publish.manifest import Entry, Manifest
from callsite.publish.plan import Plan
from callsite.publish.settings import DirectorySettings


class DirectoryDestination:
    """A folder on this machine; a `Destination`. A path that is not absolute begins at `base`, the folder of the
    site.
    """

    def __init__(self, settings: DirectorySettings, base: Path) -> None:
        self._root = find_root(settings.path, base)
        self._title = min(place_of(str(self._root)).path, str(self._root), key=len)
        self._keep = settings.keep
        check_apart(self.title, self._root, {"the folder of the site": base}, may_be_inside=True)
        check_apart(self.title, self._root, {"the folder of content": base / "content", "git's folder": base / ".git"})

    @property
    def title(self) -> str:
        """Its path, from the working directory on if that is shorter."""
        return self._title

    def find_warnings(self, _: Manifest) -> tuple[str, ...]:
        """Nothing: it takes any site."""
        return ()

    def look(self) -> Standing:
        """See what stands there."""
        with self._open() as yard:
            return yard.look() if yard else Standing(Manifest(), "", is_known=False)

    def apply(self, plan: Plan, standing: Standing, output: Path, watcher: Watcher) -> None:
        """Make a new release and show it."""
        check_apart(self.title, self._root, {"the output": output})
        with self._publish(standing) as (yard, present):
            check_new(self.title, plan, present)
            partial = yard.make_partial(plan.new.release)
            with contextlib.ExitStack() as stack:
                old = [stack.enter_context(yard.open_release(present))] if yard.has_release(present) else []
                left = yard.open_unfinished(stack)
                new = stack.enter_context(yard.open_release(partial))
                kept = _fill(new, old, left, plan, output, watcher)
            yard.finish(partial, keep_retired(plan.new, kept))
            yard.switch(plan.new.release)
            yard.tidy(plan.new.release, self._keep)

    def list_files(self) -> dict[str, int]:
        """The files of the present release."""
        with self._open() as yard:
            present = str(yard.look().token) if yard else ""
            if yard is None or not yard.has_release(present):
                return {}
            with yard.open_release(present) as tree:
                return dict(tree.list_files())

    def list_releases(self) -> tuple[Release, ...]:
        """The other releases that are there."""
        with self._open() as yard:
            return make_releases(yard.list_manifests(), str(yard.look().token)) if yard else ()

    def roll_back(self, release: Release, standing: Standing, watcher: Watcher) -> None:
        """Show an older release again."""
        del watcher  # it is done at once
        with self._publish(standing) as (yard, present):
            target = yard.read_manifest(release.name)
            back = go_back(standing.manifest, target, datetime.now(UTC))
            added = {path: kept.entry for path, kept in back.retired.items() if path not in target.retired}
            if added:
                with yard.open_release(release.name) as new, yard.open_release(present) as old:
                    kept = {path for path, entry in added.items() if new.link(old, path, entry.size)}
                yard.write_manifest(keep_retired(back, kept | target.retired.keys()))
            yard.switch(release.name)

    @contextlib.contextmanager
    def _open(self) -> Iterator[Yard | None]:
        with self._explained("cannot be read"), open_yard(self.title, str(self._root), make=False) as yard:
            yield yard

    @contextlib.contextmanager
    def _publish(self, standing: Standing) -> Iterator[tuple[Yard, str]]:
        with self._explained("cannot be written"), open_yard(self.title, str(self._root), make=True) as yard:
            assert yard
            present = str(yard.look().token)
            check_token(self.title, standing.token, present)
            yield yard, present

    @contextlib.contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            at = f"`{os.path.basename(str(error.filename))}` " if error.filename else ""
            raise CallsiteError(f"{self.title}: {at}{what}: {explain(error)}") from error


def _fill(new: Tree, old: list[Tree], left: list[Tree], plan: Plan, output: Path, watcher: Watcher) -> set[str]:
    """Put all files of a new release in their places: those of the present release `old`, if there is one, what killed
    runs have `left`, and those of the output. Returns the paths of the files that are kept for caches.
    """
    unchanged = find_unchanged(plan)
    for path, entry in unchanged.items():
        if not any(new.link(tree, path, entry.size) for tree in old):
            new.write(path, read_output(output, path, entry))
    for stage, uploads, deletions in plan.list_stages():
        watcher.begin(stage, len(uploads) + len(deletions), sum(upload.entry.size for upload in uploads))
        for upload in uploads:
            path, entry = upload.path, upload.entry
            if path in unchanged or any(_reuse(new, tree, path, entry) for tree in left):
                watcher.finish(path, 0)
                continue
            new.write(path, read_output(output, path, entry))
            watcher.finish(path, entry.size)
        for deletion in deletions:  # they are not in the new release
            watcher.finish(deletion.path, 0)
    return {path for path, entry in find_retired(plan).items() if any(_keep(new, tree, path, entry) for tree in old)}


def _keep(new: Tree, old: Tree, path: str, entry: Entry) -> bool:
    """Whether a file that only caches ask for could be taken over."""
    if new.link(old, path, entry.size):
        return True
    if old.find_size(path) != entry.size:
        return False
    new.write(path, [old.read(path)])  # one that cannot have two names
    return True


def _reuse(new: Tree, left: Tree, path: str, entry: Entry) -> bool:
    """Whether a killed run has left a file, all of it."""
    return new.link(left, path, entry.size) and hashlib.sha256(new.read(path)).hexdigest() == entry.sha256
