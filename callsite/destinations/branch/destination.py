"""A branch that a host serves (GitHub Pages and GitLab Pages among them), in a git repository elsewhere or here.

A publish is one commit, made in a repository of our own and pushed only if the branch still stands where it was looked
at. So visitors see the old site or the new one, and whatever stops a publish leaves nothing behind: the user's work
tree, index, branches and configuration are never written to.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path

from callsite.destinations.branch.history import read_contents
from callsite.destinations.branch.limits import find_refusal, find_warnings
from callsite.destinations.branch.remote import DELAYS, Remote, Tip, find_remote
from callsite.destinations.branch.trees import (
    Contents,
    Item,
    find_clash,
    find_tree,
    read_items,
    read_sizes,
    write_commit,
    write_contents,
    write_tree,
)
from callsite.destinations.branch.workshop import Workshop
from callsite.destinations.destination import MovedError, Release, Standing, Watcher
from callsite.destinations.states import find_retired, go_back, keep_retired
from callsite.errors import CallsiteError
from callsite.git.command import GitError, run_git
from callsite.git.configured import find_identity, read_configured
from callsite.publish.manifest import MANIFEST, Manifest, format_manifest, parse_manifest
from callsite.publish.plan import Plan
from callsite.publish.settings import BranchSettings
from callsite.wording import make_printable, make_visible

_FIELD = re.compile(r"\{(site|commit|release|files)\}")


class BranchDestination:
    """A branch; a `Destination`. `base` is the folder of the site, whose repository says what `origin` is."""

    def __init__(self, settings: BranchSettings, base: Path, delays: tuple[float, ...] = DELAYS) -> None:
        self._settings = settings
        self._prefix = f"{settings.folder}/" if settings.folder else ""
        self._configured = read_configured(base)
        where = f"branch {settings.branch}"
        title, address = find_remote(settings.remote, settings.branch, self._configured, where)
        self._remote = Remote(title, address, self._configured, delays)
        self._workshop = Workshop(self._remote, settings.branch, base / ".cache")
        try:
            run_git(os.environ, "check-ref-format", f"refs/heads/{settings.branch}", folder=base)
        except GitError:
            raise CallsiteError(f"{where}: git takes no branch of that name; choose another one") from None

    @property
    def title(self) -> str:
        """The branch, and where it is."""
        return self._remote.title

    def find_warnings(self, manifest: Manifest) -> tuple[str, ...]:
        """What the host may not like about a site, though it takes it."""
        return tuple(find_warnings(manifest, self._remote.address))

    def look(self) -> Standing:
        """See what the branch has in its last commit."""
        with self._workshop.hold():
            tip = self._workshop.ask()
            if not tip.commit:
                return Standing(Manifest(), tip, is_known=False)
            copy = self._workshop.find_copy(tip)
            try:
                if copy is None:
                    tip, copy = self._workshop.make_copy(tip)
                return self._read_standing(copy, tip)
            except GitError:  # something is gone from the copy, or the server gives no single contents
                tip, copy = self._workshop.make_copy(tip, whole=True)
                return self._read_standing(copy, tip)

    def apply(self, plan: Plan, standing: Standing, output: Path, watcher: Watcher) -> None:
        """Make a commit of the new site and push it. Nothing is pushed when the branch has all of it already."""
        tip = _get_tip(standing)
        if refusal := find_refusal(plan.new, self._remote.address):
            raise CallsiteError(f"{self.title}: {refusal}")
        with self._workshop.hold(is_publishing=True):
            repository, items = self._workshop.open_copy(tip)
            self._check_history(plan.old, standing, items)
            environment = self._remote.make_environment(repository)
            kept = find_retired(plan).keys() & self._list_own(items).keys()
            gone = {deletion.path for deletion in plan.deletions} | (plan.new.retired.keys() - kept)
            with write_contents(environment, items.values(), tip.is_sha256) as contents:
                names = _put(contents, plan, output, watcher)
                listed = contents.add(format_manifest(keep_retired(plan.new, kept)))
            site = self._plan_items(items, gone, names)
            if plan.is_empty:
                site = {**site, self._at(MANIFEST): items.get(self._at(MANIFEST), _make_item(listed))}
            else:
                site = {**site, self._at(MANIFEST): _make_item(listed)}
            tree = write_tree(environment, site)
            if tip.commit and tree == find_tree(environment, tip.commit):
                return
            message = format_message(self._settings.message, plan.new)
            commit = self._push(repository, tree, tip, message, plan.new.published or datetime.now(UTC), watcher)
            self._workshop.keep_copy(repository, commit)

    def list_files(self) -> dict[str, int]:
        """The files of the branch, or of the folder in it. Contents that are not here are fetched."""
        with self._workshop.hold():
            tip = self._workshop.ask()
            if not tip.commit:
                return {}
            copy, sizes = self._workshop.find_copy(tip), None
            if copy is not None:
                with contextlib.suppress(GitError):
                    sizes = read_sizes(self._remote.make_environment(copy), tip.commit)
            if sizes is None:
                tip, copy = self._workshop.make_copy(tip, whole=True)
                sizes = read_sizes(self._remote.make_environment(copy), tip.commit) or {}
            below = len(self._prefix)
            own = {path[below:]: size for path, size in sizes.items() if path.startswith(self._prefix)}
            own.pop(MANIFEST, None)
            return own

    def list_releases(self) -> tuple[Release, ...]:
        """The publishes that the history of the branch has."""
        if not self._settings.history:
            return ()
        with self._workshop.hold():
            tip = self._workshop.ask()
            if not tip.commit:
                return ()
            with self._workshop.open_past(tip, self._at(MANIFEST), self._settings.keep) as (_, _, states):
                return tuple(
                    Release(state.manifest.release, moment, state.manifest.commit, len(state.manifest.files))
                    for state in states[1 : self._settings.keep + 1]
                    if (moment := state.manifest.published)
                )

    def roll_back(self, release: Release, standing: Standing, watcher: Watcher) -> None:
        """Make a commit that has the site as it was. Files of others stay as they are now."""
        tip = _get_tip(standing)
        if not self._settings.history:
            raise CallsiteError(f"{self.title}: without history there is nothing to go back to; write `history = true`")
        past = self._workshop.open_past(tip, self._at(MANIFEST), self._settings.keep)
        with self._workshop.hold(is_publishing=True), past as (repository, now, states):
            if now != tip.commit:
                raise MovedError(f"{self.title}: somebody else has changed it meanwhile; publish again")
            chosen = next((state for state in states if state.manifest.release == release.name), None)
            if chosen is None:
                raise CallsiteError(f"{self.title}: there is no release {release.name} any more; choose another one")
            environment = self._remote.make_environment(repository)
            items = read_items(environment, tip.commit)
            then = self._list_own(read_items(environment, chosen.commit))
            there = {**self._list_own(items), **then}
            state = keep_retired(go_back(standing.manifest, chosen.manifest, datetime.now(UTC)), there.keys())
            if lost := state.files.keys() - then.keys():
                raise CallsiteError(f"{self.title}: {min(lost)} is missing in that release; choose another one")
            names = {path: there[path].name for path in (*state.retired, *state.files)}
            self._workshop.bring(repository, set(names.values()) - {item.name for item in items.values()})
            with write_contents(environment, items.values(), tip.is_sha256) as contents:
                listed = contents.add(format_manifest(state))
            gone = standing.manifest.files.keys() | standing.manifest.retired.keys()
            site = self._plan_items(items, gone, names) | {self._at(MANIFEST): _make_item(listed)}
            tree = write_tree(environment, site)
            self._push(repository, tree, tip, f"Go back to release {release.name}", datetime.now(UTC), watcher)

    def _at(self, path: str) -> str:
        return self._prefix + path

    def _list_own(self, items: Mapping[str, Item]) -> dict[str, Item]:
        """The files of the branch, or of the folder in it, as the site has them."""
        return {
            path.removeprefix(self._prefix): item
            for path, item in items.items()
            if path.startswith(self._prefix) and item.is_file
        }

    def _read_standing(self, copy: Path, tip: Tip) -> Standing:
        items = read_items(self._remote.make_environment(copy), tip.commit)
        found = items.get(self._at(MANIFEST))
        if found is None:
            return Standing(Manifest(), tip, is_known=False)
        where = f"{self.title}: {self._at(MANIFEST)}"
        if not found.is_file:
            raise CallsiteError(f"{where}: this is no file, so it is none of ours; move it away")
        manifest, _ = parse_manifest(read_contents(self._remote, copy, [found.name])[found.name], where)
        return Standing(manifest, tip)

    def _check_history(self, old: Manifest, standing: Standing, items: Mapping[str, Item]) -> None:
        """Raise CallsiteError when a branch without history would lose the history of what is somebody else's."""
        if self._settings.history:
            return
        own = {MANIFEST, *old.files, *old.retired, *old.coming}
        others = items.keys() - {self._at(path) for path in own}
        if others and (not standing.is_known or _get_tip(standing).is_default):
            hint = "write `history = true`, or publish to another branch"
            raise CallsiteError(f"{self.title}: it has files of others, whose history would be lost; {hint}")

    def _plan_items(
        self, items: Mapping[str, Item], gone: Collection[str], names: Mapping[str, str]
    ) -> dict[str, Item]:
        """What the branch is to have: what is there, without some files of the site, and with others."""
        left_out = {self._at(path) for path in gone}
        new = {self._at(path): _make_item(name) for path, name in names.items()}
        site = {path: item for path, item in items.items() if path not in left_out} | new
        if clash := find_clash(site, new):
            hint = "take it away there, or give the page another name"
            raise CallsiteError(f"{self.title}: {clash} would be a file and a folder at once; {hint}")
        return site

    def _push(self, repository: Path, tree: str, tip: Tip, message: str, when: datetime, watcher: Watcher) -> str:
        environment = self._remote.make_environment(repository) | find_identity(self._configured, os.environ)
        parent = tip.commit if self._settings.history else ""
        commit = write_commit(environment, tree, parent, message, when)
        self._remote.push(repository, commit, self._settings.branch, tip.commit, watcher)
        return commit


def format_message(template: str, manifest: Manifest) -> str:
    """The message of a commit. A template may have {site}, {commit}, {release} and {files}; "" is the usual one.

    Of what cannot be seen in it only the ends of lines stay, and those of the template alone: git takes no NUL.
    """
    site, commit, release = map(make_printable, (manifest.site, manifest.commit, manifest.release))
    if template:
        values = {"site": site, "commit": commit, "release": release, "files": str(len(manifest.files))}
        return _FIELD.sub(lambda match: values[match[1]], make_visible(template))
    source = f" from {commit[:12]}" if commit else ""
    body = [f"Source: {commit}"] if commit else []
    return "\n".join((f"Publish {site or 'the site'}{source}", "", *body, f"Release: {release}"))


def _put(contents: Contents, plan: Plan, output: Path, watcher: Watcher) -> dict[str, str]:
    """Put all files of the site in, the changed ones in the order of the plan; gives the names of their contents."""
    names = {}
    for stage, uploads, deletions in plan.list_stages():
        watcher.begin(stage, len(uploads) + len(deletions), sum(upload.entry.size for upload in uploads))
        for upload in uploads:
            names[upload.path] = contents.add_file(output, upload.path, upload.entry)
            watcher.finish(upload.path, upload.entry.size)
        for deletion in deletions:
            watcher.finish(deletion.path, 0)
    unchanged = {path: entry for path, entry in plan.new.files.items() if path not in names}
    return names | {path: contents.add_file(output, path, entry) for path, entry in unchanged.items()}


def _make_item(name: str) -> Item:
    return Item("100644", "blob", name)


def _get_tip(standing: Standing) -> Tip:
    assert isinstance(standing.token, Tip)
    return standing.token
