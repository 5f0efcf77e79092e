"""An object store as a destination."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from callsite.destinations.destination import MovedError, Release, Standing, Watcher
from callsite.destinations.store.address import parse_address
from callsite.destinations.store.amazon import Amazon
from callsite.destinations.store.asking import Asker
from callsite.destinations.store.connecting import connect, find_endpoint
from callsite.destinations.store.journal import Journal, Token, read_standing
from callsite.destinations.store.notes import KEPT, Notes, find_state, name_kept
from callsite.destinations.store.objects import Objects
from callsite.destinations.store.patience import Patience
from callsite.destinations.store.sources import Restorer, Sender
from callsite.destinations.store.strangers import check_strangers
from callsite.destinations.store.work import Told, Work, find_entry, list_kept
from callsite.errors import CallsiteError
from callsite.publish.kinds import REDIRECT
from callsite.publish.manifest import MANIFEST, Manifest
from callsite.publish.plan import Plan, Upload, plan_publish
from callsite.publish.settings import StoreSettings
from callsite.records import replace

if TYPE_CHECKING:
    from obstore.store import ObjectStore


class StoreDestination:
    """A folder of a bucket. Nothing is asked of the store, or looked up in the environment, before the first question.

    Raises CallsiteError for settings that cannot be meant, and when boto3 is needed for them and not installed.
    """

    def __init__(self, settings: StoreSettings, _base: Path | None = None, *, patience: Patience | None = None) -> None:
        self._settings = settings
        self._address = parse_address(settings)
        self._patience = patience or Patience()
        self._amazon = self._make_amazon() if settings.cloudfront or settings.redirects else None
        self._is_listed = False

    @property
    def title(self) -> str:
        """The address of the folder."""
        return str(self._address)

    def find_warnings(self, _: Manifest) -> tuple[str, ...]:
        """Nothing: it takes any site."""
        return ()

    def look(self) -> Standing:
        """Read the manifest: one request."""
        found = read_standing(self._make_objects(), self.title)
        return Standing(*found) if found else Standing(Manifest(), Token(), is_known=False)

    def apply(self, plan: Plan, standing: Standing, output: Path, watcher: Watcher) -> None:
        """Send what has changed, stage by stage, and delete what is gone.

        Files of others are overwritten only by whoever has listed them, so that it could be asked about.
        """
        amazon = self._find_amazon(plan)
        if standing.is_known and not self._is_listed:
            check_strangers(self._make_objects(Told(watcher)), plan)
        self._carry_out(plan, standing, lambda objects: Sender(objects, output, amazon), watcher)

    def list_files(self) -> dict[str, int]:
        """List the folder; without what Callsite keeps there for itself."""
        found = self._make_objects().list_sizes()
        self._is_listed = True
        return {path: size for path, size in found.items() if path != MANIFEST and not path.startswith(f"{KEPT}/")}

    def list_releases(self) -> tuple[Release, ...]:
        """The states whose files are kept. After a publish that was cut short, the first is the one before it."""
        found = read_standing(self._make_objects(), self.title)
        if found is None:
            return ()
        manifest, token = found
        present = {manifest.release} if token.notes.undo is None else set()
        releases: dict[str, Release] = {}
        for state in token.notes.states:
            if state.release not in present:
                release = Release(state.release, state.published, state.commit, state.files)
                releases.setdefault(state.release, release)
        return tuple(releases.values())

    def roll_back(self, release: Release, standing: Standing, watcher: Watcher) -> None:
        """Put back what was kept of an earlier state: a publish of its own, for which nothing is sent."""
        token = _read_token(standing)
        state = find_state(standing.manifest, token.notes, release.name)
        if state is None:
            raise MovedError(f"{self.title}: the release {release.name} is not kept there any more")
        plan = plan_publish(standing.manifest, state, datetime.now(UTC), self._settings.grace)
        plan = replace(plan, new=replace(plan.new, release=state.release, published=state.published))
        kept = list_kept(self._make_objects())
        for upload in plan.uploads:
            if name_kept(upload.entry) not in kept and not _is_untouched(upload, standing.manifest, token.notes):
                hint = "go back to another one, or publish"
                raise CallsiteError(f"{self.title}: {upload.path} of {release.name} is not kept there any more; {hint}")
        amazon = self._find_amazon(plan)
        self._carry_out(plan, standing, lambda objects: Restorer(objects, amazon, kept), watcher)

    def _carry_out(
        self, plan: Plan, standing: Standing, make: Callable[[Objects], Callable[[Upload], None]], watcher: Watcher
    ) -> None:
        token, told = _read_token(standing), Told(watcher)
        keep, is_conditional = self._settings.keep, self._settings.conditional
        journal = Journal(self._make_objects(told), plan, token, keep, is_conditional=is_conditional)
        swept: tuple[str, ...] = ()
        try:
            doubtful = frozenset(standing.manifest.coming)
            if plan.uploads or plan.deletions or plan.new.retired.keys() & doubtful:
                journal.begin()
                objects = self._make_objects(told, journal)
                parallel = self._settings.parallel
                swept = Work(objects, journal, plan, make(objects), told, keep, parallel, doubtful).run()
                self._refresh(plan, journal, objects.asker)
            journal.end(swept)
        except BaseException:
            journal.leave()
            raise

    def _refresh(self, plan: Plan, journal: Journal, asker: Asker) -> None:
        """Have CloudFront forget what has changed since the last state that was complete.

        Before the manifest says that the publish is complete: should this fail, the next one does it again.
        """
        if self._settings.cloudfront and self._amazon:
            undo = journal.notes.undo
            self._amazon.forget(asker, self._settings.cloudfront, undo.was if undo else plan.new.files)

    def _make_objects(self, watcher: Watcher | None = None, journal: Journal | None = None) -> Objects:
        asker = Asker(self.title, self._patience)
        if watcher:
            asker = replace(asker, tell=watcher.wait)
        if journal:
            asker = replace(asker, stop=journal.stop, allow=journal.allow)
        return Objects(self._store, asker, is_bulky=self._address.kind == "s3")

    @cached_property
    def _store(self) -> ObjectStore:
        return connect(self._settings, self._address, self._patience)

    def _find_amazon(self, plan: Plan) -> Amazon | None:
        """boto3, if a header needs it that was asked for when the manifest was made."""
        if self._amazon is None and any(REDIRECT in dict(upload.entry.headers) for upload in plan.uploads):
            self._amazon = self._make_amazon()
        return self._amazon

    def _make_amazon(self) -> Amazon:
        endpoint = find_endpoint(self._settings, self._address, os.environ)
        where = self._address
        return Amazon(str(where), where.bucket, where.folder, self._settings.region, endpoint, self._patience)


def _read_token(standing: Standing) -> Token:
    return standing.token if isinstance(standing.token, Token) else Token()


def _is_untouched(upload: Upload, manifest: Manifest, notes: Notes) -> bool:
    """Whether a file that an earlier publish was going to overwrite or delete has stayed what it was: a copy of it is
    made before that.
    """
    standing = find_entry(manifest, upload.path)
    was = notes.undo.was.get(upload.path, standing) if notes.undo else standing
    return upload.path in manifest.coming and upload.entry == was
