"""When files of content were first added and last changed, told from the git repository they are in.

Git reads the history by way of a repository of our own making (see `git.command`): nothing that the configuration, the
attributes or the hooks of the other one say is obeyed, and so it does not matter whose it is. What has changed since
the last commit is seen from the files themselves.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import NamedTuple

from callsite.errors import CallsiteError
from callsite.git.command import GitError, make_environment, make_repository, run_git
from callsite.git.references import Layout, find_layout, find_reference, is_hash
from callsite.model import Dates
from callsite.opening import open_file
from callsite.patterns import compile_later
from callsite.records import dataclass, field
from callsite.wording import count, make_printable

# A build waits for this.
_TIMEOUT = 60.0

# No page comes near; whether a larger file has changed since the last commit is not looked at, so it has no date.
_LARGEST = 64 * 2**20

# The last second that a date can tell: clocks, and those who set them, know no such limit.
_END = 253402300799
_SECONDS = compile_later("[0-9]{1,15}")


class Committed(NamedTuple):
    """What the commits of a repository say of a file: the hash of what is in it, None when it is in none of them, and
    when it came in and was changed last, in seconds, as far as that is known.
    """

    content: str | None = None
    created: int | None = None
    changed: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The dates of the files in a folder, by their path in it; `notice` says what is not known, and why. `committed`
    has all files of repositories.
    """

    folder: str
    dates: Mapping[str, Dates]
    notice: str = ""
    committed: Mapping[str, Committed] = field(default_factory=dict)

    def find(self, path: str | Path) -> Dates | None:
        """The dates of a file, named as anybody would name it; None when they are not known."""
        return self.dates.get(self._name(path))

    def find_committed(self, path: str | Path) -> Committed | None:
        """What commits say of a file, named in the same way; None for one outside of repositories."""
        return self.committed.get(self._name(path))

    def _name(self, path: str | Path) -> str:
        return os.path.relpath(os.path.abspath(path), self.folder)


@dataclass(slots=True)
class _Log:
    """What the commits say of each path, from the first one on.

    `cut` are paths with an older history than that, and `undated` those that a commit without a date began.
    """

    created: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    undated: set[str] = field(default_factory=set)

    def touch(self, path: str, when: int | None) -> None:
        """A commit changed a file; some have no date that can be read."""
        if when is not None:
            self.created[path] = min(when, self.created.get(path, when))
            self.changed[path] = max(when, self.changed.get(path, when))
            return
        # The date of the commit before it would be told as the last change, and is not.
        self.changed.pop(path, None)
        if path not in self.created:
            self.undated.add(path)

    def rename(self, old: str, new: str) -> None:
        """A commit gave a file another name: the new one is as old as the old one."""
        for paths in (self.cut, self.undated):
            if old in paths:
                paths.add(new)
        if old in self.created:
            self.touch(new, self.created[old])


def read_history(folder: Path) -> History:
    """Read the history of the files in a folder, such as it is: nothing that is wrong with it ends the run.

    Files that are not committed as they are now have the time that they were written at. Of files outside of a
    repository nothing is known, and nothing said. Links are not followed; a file that came in from elsewhere in the
    repository counts as added then.
    """
    named, real = os.path.abspath(folder), Path(os.path.realpath(folder))
    top = next((path for path in (real, *real.parents) if os.path.lexists(path / ".git")), None)
    if top is None:
        return History(named, {})
    prefix = os.path.relpath(real, top)
    try:
        layout = find_layout(top)
        commit = find_reference(layout, "HEAD")
        if not commit and not _is_new(layout):
            raise CallsiteError(f"{top}: the HEAD of its repository leads to no commit")
        log, tree = _read_log(layout, commit, prefix) if commit else (_Log(), {})
    except (CallsiteError, GitError, OSError) as error:
        reason = make_printable(str(error).partition("; ")[0])
        return History(named, {}, f"no dates for the files in {make_printable(os.path.relpath(folder))}: {reason}")
    files, repositories = _list_files(real)
    dates = {}
    committed = {}
    cut = 0
    for path in files:
        name = os.path.normpath(os.path.join(prefix, path))
        cut += name in log.cut and name in tree
        created = None if name in log.cut or name in log.undated else log.created.get(name)
        committed[path] = Committed(tree.get(name), created, log.changed.get(name))
        if found := find_dates(real / path, committed[path]):
            dates[path] = found
    notices = [_CUT_SHORT.format(count(cut, "file"))] if cut else []
    for path in repositories:
        inner = read_history(real / path)
        dates |= {os.path.join(path, name): found for name, found in inner.dates.items()}
        committed |= {os.path.join(path, name): found for name, found in inner.committed.items()}
        notices += [inner.notice] if inner.notice else []
    return History(named, dates, "; ".join(dict.fromkeys(notices)), committed)


def settle_dates(date: datetime | None, modified: datetime | None, known: Dates | None, zone: tzinfo) -> Dates | None:
    """The dates of a page in a zone: those of its metadata come first, `known` are those of its file."""
    created = date or (known.created if known else None)
    changed = modified or (known.changed if known else created)
    if changed is None:
        return None
    return Dates(min(created, changed).astimezone(zone) if created else None, changed.astimezone(zone))


_CUT_SHORT = (
    "no true dates for {}: the history is cut short (a shallow clone); fetch all of it with `git fetch --unshallow`, "
    "or in a workflow with `fetch-depth: 0`"
)


_BRANCH = compile_later(rb"ref: (refs/(?!.*\.\.)[^\x00-\x20\x7f~^:?*\[\\]+)\s*")


def _is_new(layout: Layout) -> bool:
    """Whether a repository has no commits yet: its HEAD names a branch that nobody has written so far."""
    with open_file(layout.own / "HEAD") as file:
        match = _BRANCH.fullmatch(file.read(_LARGEST))
    return match is not None and not os.path.lexists(layout.common / os.fsdecode(match[1]))


def _list_files(folder: Path) -> tuple[list[str], list[str]]:
    """The files below a folder, and the folders in which other repositories (such as submodules) begin."""
    files: list[str] = []
    repositories = []
    for root, folders, names in os.walk(folder):
        within = os.path.relpath(root, folder)
        if within != "." and ".git" in (*folders, *names):
            repositories.append(within)
            folders.clear()
            continue
        folders[:] = [name for name in folders if name != ".git"]
        files += [os.path.normpath(os.path.join(within, name)) for name in names if name != ".git"]
    return files, repositories


def find_dates(path: Path, committed: Committed) -> Dates | None:
    """The dates of a file as it is now; None when they are not known."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            return None
        is_changed = committed.content is not None and not _is_same(path, committed.content)
    except (OSError, _TooLargeError):
        return None
    written = int(status.st_mtime)
    if committed.content is None:
        return Dates(_make_date(written), _make_date(written))
    changed = committed.changed
    if is_changed:
        changed = max(written, changed or written)
    if changed is None:
        return None
    return Dates(None if committed.created is None else _make_date(committed.created), _make_date(changed))


def _is_same(path: Path, committed: str) -> bool:
    """Whether a file is what was committed, but for line ends: git may have been told to change them."""
    with open_file(path) as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise _TooLargeError
    algorithm = "sha1" if len(committed) == 40 else "sha256"
    forms = (data, data.replace(b"\r\n", b"\n"))
    hashes = (hashlib.new(algorithm, b"blob %d\0%b" % (len(form), form), usedforsecurity=False) for form in forms)
    return any(found.hexdigest() == committed for found in hashes)


class _TooLargeError(Exception):
    """A file is too large to be compared with what was committed."""


def _make_date(seconds: int) -> datetime:
    return datetime.fromtimestamp(min(max(seconds, 0), _END), UTC)


def _read_log(layout: Layout, commit: str, prefix: str) -> tuple[_Log, dict[str, str]]:
    """What the history of a commit says of the files below `prefix`, and the hash of each that the commit has."""
    paths = ["--", prefix] if prefix != "." else []
    with tempfile.TemporaryDirectory(prefix="callsite-") as folder:
        repository = Path(folder, "repository")
        make_repository(repository, len(commit) == 64)
        ends = _read_ends(layout)
        if ends:
            (repository / "shallow").write_text("".join(f"{end}\n" for end in ends), encoding="ascii")
        environment = make_environment(repository, layout.objects) | {"GIT_LITERAL_PATHSPECS": "1"}
        listed = run_git(environment, "ls-tree", "-r", "-z", "--full-tree", commit, *paths, timeout=_TIMEOUT)
        words = ("log", "-z", "-c", "--topo-order", "--reverse", "--format=%x01%H %ct", "--name-status", "-l200")
        try:
            told = run_git(environment, *words, "--find-renames", commit, *paths, timeout=_TIMEOUT)
        except GitError:  # a clone without old content, which it takes to see that a changed file has been renamed
            told = run_git(environment, *words, "--find-renames=100%", commit, *paths, timeout=_TIMEOUT)
    entries = (os.fsdecode(line).split("\t", 1) for line in listed.split(b"\0")[:-1])
    return _parse_log(told, ends), {path: about.rpartition(" ")[2] for about, path in entries}


def _read_ends(layout: Layout) -> frozenset[str]:
    """The commits at which a shallow clone ends: it has all that came after them."""
    try:
        with open_file(layout.common / "shallow") as file:
            lines = file.read(_LARGEST).decode("ascii", "replace").split()
    except OSError:
        return frozenset()
    return frozenset(filter(is_hash, lines))


def _parse_log(told: bytes, ends: Collection[str]) -> _Log:
    r"""Read what git says: of each commit `\x01hash time`, then of each file in it a letter (or more) and its path."""
    log = _Log()
    commit, when = "", None
    words = iter(told.split(b"\0"))
    for word in words:
        text = word.strip(b"\n").decode("ascii")
        if text.startswith("\x01"):
            commit, _, seconds = text[1:].partition(" ")
            when = int(seconds) if _SECONDS.fullmatch(seconds) else None
        elif text:
            path = os.fsdecode(next(words))
            if re.fullmatch("R[0-9]+", text):
                old, path = path, os.fsdecode(next(words))
                log.rename(old, path)
            if commit in ends:
                log.cut.add(path)  # it seems to add all files, of which it may have changed some
            else:
                log.touch(path, when)
    return log
