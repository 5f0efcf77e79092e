"""A folder on a machine that is reached by ssh, and has rsync; see `releases` for what is in it.

All steps are made there, by a shell that holds the lock as long as it lives; rsync sends what has changed to a folder
beside the releases. Who may log in, and which keys are trusted, is for ssh's own configuration to say.
"""

from __future__ import annotations

import contextlib
import secrets
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from callsite.destinations.destination import Release, Standing, Watcher
from callsite.destinations.folders.releases import (
    CURRENT,
    RELEASES,
    check_link,
    check_new,
    check_token,
    find_loose,
    find_outdated,
    find_release,
    find_unchanged,
    find_unfinished,
    is_release,
    make_releases,
    make_standing,
    read_manifest,
)
from callsite.destinations.folders.ssh_command import is_host
from callsite.destinations.folders.ssh_scripts import (
    Said,
    make_enter,
    make_finish,
    make_folder,
    make_links,
    make_list,
    make_lists,
    make_look,
    make_path,
    make_show,
    make_sizes,
    make_sums,
    make_tidy,
    parse_said,
    parse_sizes,
    parse_sums,
)
from callsite.destinations.folders.ssh_session import FailedError, Session
from callsite.destinations.folders.ssh_telling import Teller
from callsite.destinations.states import find_retired, go_back, keep_retired, make_busy, read_output
from callsite.errors import CallsiteError
from callsite.publish.manifest import Entry, Manifest
from callsite.publish.plan import Plan
from callsite.publish.settings import SshSettings


class SshDestination:
    """A folder on another machine; a `Destination`. `base` is where the path of a key begins, if it is not absolute."""

    def __init__(self, settings: SshSettings, base: Path) -> None:
        if not is_host(settings.host):  # it is not repeated: somebody may have put a password there
            hint = "write a name, `user@name`, or what `Host` in ssh's configuration says"
            raise CallsiteError(f"the destination's `host` is not one that ssh takes; {hint}")
        if not settings.path or settings.path.endswith("/..") or settings.path in ("/", ".."):
            raise CallsiteError(f"{settings.host}: nothing can be published to `{settings.path}`; write another `path`")
        if settings.path.startswith("~") and settings.path != "~" and not settings.path.startswith("~/"):
            hint = "write the path of that folder in full"
            raise CallsiteError(f"{settings.host}:{settings.path}: the home of another user is not looked up; {hint}")
        self._settings = settings
        self._base = base

    @property
    def title(self) -> str:
        """The machine and the path."""
        return f"{self._settings.host}:{self._settings.path}"

    def find_warnings(self, _: Manifest) -> tuple[str, ...]:
        """Nothing: it takes any site."""
        return ()

    def look(self) -> Standing:
        """See what stands there."""
        with self._open() as (_, said):
            return self._make_standing(said)

    def apply(self, plan: Plan, standing: Standing, output: Path, watcher: Watcher) -> None:
        """Make a new release and show it."""
        with self._publish(standing) as (session, said, present):
            check_new(self.title, plan, present)
            name = plan.new.release
            partial = f".{name}.{secrets.token_hex(4)}.partial"
            folders, own = said.lines.get("folder", ()), said.lines.get("own", ())
            left = find_unfinished(folders, ".partial")
            there = self._link(session, plan, present, left, partial)
            self._send(session, plan, there, output, partial, Teller(plan, watcher))
            retired = find_retired(plan)
            kept = {path for path, entry in retired.items() if there.get(path) == entry.size}
            session.run(make_finish(partial, keep_retired(plan.new, kept), retired.keys() - kept))
            gone = [*left, *find_unfinished(folders, ".gone")]
            ours = [each for each in folders if is_release(each) and f"{each}.json" in own]
            outdated = find_outdated({*ours, name}, name, self._settings.keep)
            session.run(make_tidy(gone, find_loose(own, [*folders, name]), outdated))

    def list_files(self) -> dict[str, int]:
        """The files of the present release."""
        with self._open() as (session, said):
            present = str(self._make_standing(said).token)
            return parse_sizes(session.run(make_sizes(present))) if "there" in said.lines else {}

    def list_releases(self) -> tuple[Release, ...]:
        """The other releases that are there."""
        with self._open() as (session, said):
            if "absent" in said.lines:
                return ()
            present = str(self._make_standing(said).token)
            lists = self._parse(session.run(make_lists())).lists
        return make_releases(self._read_lists(lists), present)

    def roll_back(self, release: Release, standing: Standing, watcher: Watcher) -> None:
        """Show an older release again."""
        del watcher  # it is done at once
        name = release.name
        with self._publish(standing) as (session, _, present):
            lists = self._parse(session.run(make_list(name))).lists if is_release(name) else {}
            target = read_manifest(self.title, name, lists.get(name))
            back = go_back(standing.manifest, target, datetime.now(UTC))
            added = {path: kept.entry for path, kept in back.retired.items() if path not in target.retired}
            if added:
                there = parse_sizes(session.run(make_links(present, name, added) + make_sizes(name)))
                kept = {path for path, entry in added.items() if there.get(path) == entry.size}
                back = keep_retired(back, kept | target.retired.keys())
            session.run(make_show(back))

    def _link(self, session: Session, plan: Plan, present: str, left: Sequence[str], partial: str) -> dict[str, int]:
        """Make the folder of a new release, with all that is there already: in the present one, and of what has `left`
        by killed runs what may be of use. Returns what is in it then, with sizes.
        """
        unchanged = {*find_unchanged(plan), *find_retired(plan)}
        sent = [upload.path for upload in plan.uploads if upload.path not in unchanged]
        links = make_links(present, partial, unchanged) if present else ""
        more = "".join(make_links(name, partial, sent) for name in left)
        return parse_sizes(session.run(make_folder(partial) + links + more + make_sizes(partial)))

    def _send(
        self, session: Session, plan: Plan, there: dict[str, int], output: Path, partial: str, teller: Teller
    ) -> None:
        """Send what is not there yet, and see that it has arrived as it was."""
        files, unchanged = plan.new.files, find_unchanged(plan)
        fits = {path for path, entry in files.items() if there.get(path) == entry.size}
        # What killed runs have left is only taken when it is known to be right.
        left = [path for path in fits if path not in unchanged]
        sums = self._read_sums(session, partial, left)
        right = {path for path in fits if path in unchanged or sums.get(path) == files[path].sha256}
        for upload in plan.uploads:
            if upload.path in right:
                teller.arrive(upload.path, 0)
        missing = {path: entry for path, entry in files.items() if path not in right}
        if not missing:
            return
        for path, entry in missing.items():
            for _ in read_output(output, path, entry):
                pass  # it is only compared
        target = f"{make_path(self._settings.path)}/{RELEASES}/{partial}"
        with _arrange(output, missing) as folder:
            for path in session.send(folder, list(missing), target):
                teller.arrive(path, missing[path].size)
        self._check_sent(session, partial, missing)

    def _check_sent(self, session: Session, partial: str, sent: Mapping[str, Entry]) -> None:
        sums = self._read_sums(session, partial, sent)
        sizes = {} if sums else parse_sizes(session.run(make_sizes(partial)))
        for path, entry in sent.items():
            if sums.get(path) != entry.sha256 and sizes.get(path) != entry.size:
                hint = "see to the disk there, and publish again"
                raise CallsiteError(f"{self.title}: `{path}` has not arrived as it was sent; {hint}")

    def _read_sums(self, session: Session, partial: str, paths: Collection[str]) -> dict[str, str]:
        """The digests of files there; none where there is no program for that. (rsync compares digests of its own.)"""
        if not paths:
            return {}
        try:
            return parse_sums(session.run(make_sums(partial, paths)))
        except FailedError:
            return {}

    def _read_lists(self, lists: Mapping[str, bytes]) -> Iterator[Manifest]:
        for name, data in lists.items():
            with contextlib.suppress(CallsiteError):
                yield read_manifest(self.title, name, data)

    @contextlib.contextmanager
    def _open(self) -> Iterator[tuple[Session, Said]]:
        with self._explained(), Session(self._settings, self._base, self.title) as session:
            said = self._parse(session.run(make_look(self._settings.path), here=True))
            self._check(said)
            yield session, said

    @contextlib.contextmanager
    def _publish(self, standing: Standing) -> Iterator[tuple[Session, Said, str]]:
        with self._explained(), Session(self._settings, self._base, self.title) as session:
            said = self._parse(session.run(make_enter(self._settings.path), here=True))
            self._check(said)
            present = find_release(said.lines.get("link", [""])[0])
            check_token(self.title, standing.token, present)
            yield session, said, present

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except FailedError as error:
            raise CallsiteError(f"{self.title}: {error.why}") from error
        except OSError as error:
            hint = f"see to {tempfile.gettempdir()}, where files are passed on, and publish again"
            raise CallsiteError(f"{self.title}: {error.strerror or 'a file cannot be used'} here; {hint}") from error

    def _parse(self, data: bytes) -> Said:
        try:
            return parse_said(data)
        except ValueError as error:
            hint = "see that nobody else is at work in the folder, and try again"
            raise CallsiteError(f"{self.title}: what is said there cannot be understood; {hint}") from error

    def _check(self, said: Said) -> None:
        """Raise what speaks against going on."""
        lines = said.lines
        if "busy" in lines:
            raise make_busy(self.title, lines["busy"][0])
        other = "move it away, or choose another folder"
        for sign, why in {
            "bare": "there is no rsync there; install it",
            "closed": f"this is no folder, or one that you may not enter; {other}",
            "foreign": "there are files that are none of ours; move them away, or choose another folder",
            "taken": f"`{CURRENT}` there is no link of ours; {other}",
        }.items():
            if sign in lines:
                raise CallsiteError(f"{self.title}: {why}")
        if "linked" in lines:
            raise CallsiteError(f"{self.title}: `{lines['linked'][0]}` there is a link; move it away")
        check_link(self.title, lines.get("link", [None])[0])

    def _make_standing(self, said: Said) -> Standing:
        link = said.lines.get("link", [None])[0]
        return make_standing(self.title, link, said.lists.get(find_release(link or "")), "there" in said.lines)


@contextlib.contextmanager
def _arrange(output: Path, files: Mapping[str, Entry]) -> Iterator[Path]:
    """A folder with all files at the paths where they go: the output, or one of links to its files."""
    if not any(entry.origin for entry in files.values()):
        yield output
        return
    with tempfile.TemporaryDirectory(prefix="callsite-") as folder:
        for path, entry in files.items():
            link = Path(folder, path)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to((output / (entry.origin or path)).resolve())
        yield Path(folder)
