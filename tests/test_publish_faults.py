"""Publishes with faults in them: whatever happens, no visitor is ever shown a broken page, and the next one completes.

`CALLSITE_FAULTS=all` tries each fault at each step, which takes minutes; without it, some of them are.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from callsite.publish.manifest import Entry, Manifest
from callsite.publish.plan import plan_publish
from tests.faulty_programs import Programs
from tests.faulty_store import FaultyStore, Mishap, serve_faulty_store
from tests.publish_faults import Fault, Outcome, Publisher
from tests.publish_grounds import BranchGround, FolderGround, ServerGround, StoreGround
from tests.publish_trials import Site, Trials, choose, make_site_folder
from tests.publishing import NOON
from tests.ssh_server import serve_ssh, user, write_client
from tests.versions import EDITED, FIRST, LONG, SECOND, SMALL, SMALLER, THIRD, Version, make_site
from tests.visiting import Visitor, find_links, list_pages

pytestmark = pytest.mark.untraced


@pytest.fixture(scope="module")
def publisher() -> Iterator[Publisher]:
    publisher = Publisher()
    yield publisher
    publisher.close()


@pytest.fixture(scope="module")
def store() -> Iterator[FaultyStore]:
    with serve_faulty_store() as store:
        yield store


@pytest.fixture
def finish(record_property: Callable[[str, object], None]) -> Callable[[Trials, str], None]:
    """Note the figures of a test, which are told in the end, and fail if anything was wrong."""

    def finish(trials: Trials, place: str) -> None:
        trials.figures.place = place
        record_property("figures", asdict(trials.figures))
        assert trials.figures.pages
        assert not trials.problems, "\n".join(trials.problems)

    return finish


Finish = Callable[[Trials, str], None]


def try_steps(old: Version, new: Version, steps: Iterable[str]) -> Visitor:
    """Change files one by one in this order, with a visitor after each."""
    content, wanted = make_site(old), make_site(new)
    visitor = Visitor(content.get, list_pages(content), frozenset(content.keys() - wanted.keys()))
    for path in steps:
        if path in wanted:
            content[path] = wanted[path]
        else:
            del content[path]
        visitor.visit()
    assert wanted.items() <= content.items()
    replace(visitor, addresses=list_pages(wanted)).visit()
    return visitor


def list_changes(old: Version, new: Version) -> tuple[list[str], list[str]]:
    """What is to be sent, and what to be taken away."""
    was, now = make_site(old), make_site(new)
    return sorted(path for path, data in now.items() if was.get(path) != data), sorted(was.keys() - now.keys())


def is_page(path: str) -> bool:
    return path.endswith((".html", ".md"))


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("pages first", "start.html -> theme/style."),
        ("as they are listed", ".html -> "),
        ("deletions first", "index.html -> leaving.html"),
        ("feeds first", "sitemap.xml -> z/new.html"),
        ("changed pages first", "start.html -> a new one.html"),
        ("changed assets first", "theme/a.css -> theme/a_new_picture.svg"),
    ],
)
def test_a_visitor_sees_what_publishers_get_wrong(name: str, broken: str) -> None:
    sent, gone = list_changes(FIRST, SECOND)
    old = make_site(FIRST)
    order = {
        "pages first": [*sorted(sent, key=lambda path: not is_page(path)), *gone],
        "as they are listed": [*sent, *gone],
        "deletions first": [*gone, *sorted(sent, key=is_page)],
        "feeds first": [*sorted(sent, key=lambda path: (not path.endswith(".xml"), is_page(path))), *gone],
        "changed pages first": [*sorted(sent, key=lambda path: (is_page(path), path not in old)), *gone],
        "changed assets first": [*sorted(sent, key=lambda path: (is_page(path), path not in old)), *gone],
    }[name]
    visitor = try_steps(FIRST, SECOND, order)
    assert visitor.figures.failures
    assert any(broken in seen for seen in visitor.broken), visitor.broken


@pytest.mark.parametrize(("old", "new"), [(FIRST, SECOND), (SECOND, THIRD), (THIRD, FIRST), (FIRST, EDITED)])
def test_in_the_order_of_the_plan_a_visitor_sees_nothing_broken(old: Version, new: Version) -> None:
    def read(version: Version) -> Manifest:
        digests = {path: (hashlib.sha256(data).hexdigest(), len(data)) for path, data in make_site(version).items()}
        return Manifest({path: Entry(*each) for path, each in digests.items()}, published=NOON)

    plan = plan_publish(read(old), read(new), NOON, timedelta(0))
    visitor = try_steps(old, new, [*(each.path for each in plan.uploads), *(each.path for each in plan.deletions)])
    assert visitor.broken == []
    assert visitor.figures.pages > 300 or new is EDITED


def test_a_page_that_has_changed_in_between_is_no_failure() -> None:
    content = {"index.html": b'<a href="gone.html">'}

    def get(path: str) -> bytes | None:
        found = content.get(path)
        if path == "gone.html":
            content["index.html"] = b"another page"
        return found

    visitor = Visitor(get)
    visitor.visit()
    assert visitor.broken == []
    content["index.html"] = b'<a href="still/gone.html?x#y">'
    visitor.visit()
    assert visitor.broken == ["index.html -> still/gone.html"]


def test_what_goes_is_counted_apart_only_where_nothing_leads() -> None:
    content = {"index.html": b"", "a.html": b'<a href="b.html">', "c.html": b'<a href="b.html">'}
    visitor = Visitor(content.get, ("a.html", "c.html"), frozenset({"a.html", "b.html"}))
    visitor.visit()
    assert (visitor.broken, visitor.figures.parting) == (["c.html -> b.html"], 1)
    content["index.html"] = b'<a href="/a.html">'
    visitor.visit()
    assert visitor.broken == ["c.html -> b.html", "a.html -> b.html", "c.html -> b.html"]


@pytest.mark.parametrize("version", [FIRST, SECOND, THIRD, EDITED, SMALL, SMALLER])
def test_every_version_of_the_made_up_site_is_whole_and_linked(version: Version) -> None:
    site = make_site(version)
    visitor = Visitor(site.get)
    visitor.visit()
    assert visitor.broken == []
    reached = {link for path, data in site.items() for link in find_links(path, data)}
    stubs = {f"{name}.html" for name in version.stubs}
    assert site.keys() - reached - stubs == {"404.html", "build.json", "llms.txt", "robots.txt"}
    assert len(LONG.rpartition("/")[2].encode()) == 255


@dataclass
class ProgramTrials(Trials):
    """Faults of programs that a publish runs: counted are these."""

    programs: Programs = field(kw_only=True)

    def publish(self, visitor: Visitor | None = None) -> Outcome:
        """Publish without a fault; the programs that run are counted."""
        self.programs.arm(0, "fail")
        outcome = super().publish(visitor)
        return replace(outcome, steps=len(self.programs.list_run()))

    def fail(self, at: int, how: str, said: str, status: int) -> None:
        """Let something happen to a program."""

        def during() -> Outcome:
            self.programs.arm(at, how, said, status)
            outcome = self.publisher.run(self.make_job(self.new))
            assert len(self.programs.list_run()) >= at
            self.programs.arm(0, "fail")
            return outcome

        self.strike(f"{how} {said!r} at {at}", None, {"done", "refused"}, during)


# Faults in the process that publishes, with how it may end: what has no meaning any more may fail without harm.
PROCESS = {
    "kill": {"killed"},
    "interrupt": {"interrupted"},
    "ENOSPC": {"refused", "done"},
    "EACCES": {"refused", "done"},
    "EIO": {"refused", "done"},
}


@pytest.mark.parametrize(("kind", "most"), [("kill", 12), ("interrupt", 5), ("ENOSPC", 4), ("EACCES", 4), ("EIO", 6)])
def test_a_folder(tmp_path: Path, publisher: Publisher, finish: Finish, kind: str, most: int) -> None:
    old, new = make_site_folder(FIRST, tmp_path / "old"), make_site_folder(SECOND, tmp_path / "new")
    trials = Trials(FolderGround(tmp_path / "site"), publisher, tmp_path / "base", old, new)
    for at in choose(trials.count(), most, kind):
        trials.strike(f"{kind} at {at}", Fault(kind, at, lasts=kind in ("ENOSPC", "EACCES")), PROCESS[kind])
    finish(trials, "a folder")


def test_a_folder_in_which_no_file_may_get_longer(tmp_path: Path, publisher: Publisher, finish: Finish) -> None:
    old, new = make_site_folder(FIRST, tmp_path / "old"), make_site_folder(SECOND, tmp_path / "new")
    trials = Trials(FolderGround(tmp_path / "site"), publisher, tmp_path / "base", old, new)
    for size in (0, 1, 100, 300, 1000, 5000):
        trials.strike(f"files that get no longer at {size} bytes", Fault("EFBIG", size), {"refused"})
    finish(trials, "a folder")


def test_a_folder_that_is_published_to_for_the_first_time(tmp_path: Path, publisher: Publisher, finish: Finish) -> None:
    trials = Trials(
        FolderGround(tmp_path / "site"), publisher, tmp_path, None, make_site_folder(SMALL, tmp_path / "new")
    )
    for at in choose(trials.count(), 8):
        trials.strike(f"kill at {at}", Fault("kill", at), {"killed"})
    finish(trials, "a folder")


# What a store may answer or do, with how many steps are tried when not all are, and how it ends. What passes is tried
# again by the same publish.
STORE: dict[str, tuple[Mishap, int, set[str]]] = {
    "a reset connection": (Mishap("reset", 0), 2, {"done"}),
    "a lost answer": (Mishap("lost", 0), 4, {"done"}),
    "half an answer": (Mishap("cut", 0), 2, {"done"}),
    "no answer": (Mishap("hang", 0), 2, {"done"}),
    "an error": (Mishap(500, 0, 2, "InternalError"), 2, {"done"}),
    "a request to slow down": (Mishap(503, 0, 3, "SlowDown", {"Retry-After": "1"}), 2, {"done"}),
    "throttling": (Mishap(429, 0, 3, "TooManyRequests"), 2, {"done"}),
    "a wrong checksum": (Mishap(400, 0, 1, "BadDigest"), 2, {"done"}),
    "an error that stays": (Mishap(500, 0, 10**6, "InternalError"), 2, {"refused"}),
    "an expired login": (Mishap(403, 0, 10**6, "ExpiredToken"), 2, {"refused"}),
    "what is not allowed": (Mishap(403, 0, 1, "AccessDenied"), 2, {"refused"}),
    "a full store": (Mishap(507, 0, 10**6, "InsufficientStorage"), 2, {"refused"}),
}


# Where it is waited until patience ends, there is little of it.
IMPATIENT = {"no answer": {"timeout": 0.5}, "an error that stays": {"total": 0.5}}


@dataclass
class StoreTrials(Trials):
    """Faults at a store: counted are its requests."""

    @property
    def store(self) -> FaultyStore:
        assert isinstance(self.ground, StoreGround)
        return self.ground.store

    def publish(self, visitor: Visitor | None = None) -> Outcome:
        """Publish without a fault; what is asked of the store is counted."""
        self.store.begin()
        with self.watch(visitor) if visitor else contextlib.nullcontext():
            outcome = super().publish()
        return replace(outcome, steps=len(self.store.requests))

    @contextlib.contextmanager
    def watch(self, visitor: Visitor) -> Iterator[None]:
        """Have somebody look after each request that changes something."""
        self.store.look = visitor.visit
        yield
        self.store.look = lambda: None

    def meddle(self, what: str, mishap: Mishap, expected: set[str], timeout: float = 10, total: float = 60) -> None:
        """Let something happen at a request."""

        def during() -> Outcome:
            self.store.begin(mishap)
            outcome = self.publisher.run(replace(self.make_job(self.new), timeout=timeout, total=total))
            return self.see(outcome)

        self.strike(f"{what} at {mishap.at}", None, expected | {"not struck"}, during)

    def stop(self, how: signal.Signals, at: int, then: Site | None = None) -> None:
        """Send a signal to who publishes when a request comes."""

        def during() -> Outcome:
            self.store.begin(kill_at=at)
            self.store.strike = lambda: self.publisher.stop(how)
            return self.see(self.publisher.run(self.make_job(self.new)))

        expected = {"killed"} if how is signal.SIGKILL else {"interrupted"}
        self.strike(f"{how.name} at {at}", None, expected | {"not struck"}, during, then)

    def see(self, outcome: Outcome) -> Outcome:
        """Whether anything has happened at all: how often a publish notes what it has done differs with how quick it
        is, and so may the number of its requests.
        """
        is_struck = bool(self.store.struck)
        self.store.begin()
        if is_struck:
            return outcome
        self.figures.faults -= 1
        return replace(outcome, end="not struck") if outcome.end == "done" else outcome


@pytest.mark.parametrize(("old", "new"), [(FIRST, SECOND), (SECOND, THIRD), (FIRST, EDITED)])
def test_a_store_is_never_seen_half_done(
    tmp_path: Path, publisher: Publisher, store: FaultyStore, finish: Finish, old: Version, new: Version
) -> None:
    sites = make_site_folder(old, tmp_path / "old"), make_site_folder(new, tmp_path / "new")
    store.write({})
    trials = StoreTrials(StoreGround(store, redirects=new is SECOND), publisher, tmp_path, *sites)
    trials.go()
    finish(trials, "an object store")


@pytest.mark.parametrize("kind", STORE)
def test_a_store(tmp_path: Path, publisher: Publisher, store: FaultyStore, finish: Finish, kind: str) -> None:
    old, new = make_site_folder(FIRST, tmp_path / "old"), make_site_folder(SECOND, tmp_path / "new")
    store.write({})
    trials = StoreTrials(StoreGround(store), publisher, tmp_path, old, new)
    mishap, most, expected = STORE[kind]
    for at in choose(trials.count(), most, kind):
        trials.meddle(kind, replace(mishap, at=at), expected, **IMPATIENT.get(kind, {}))
    finish(trials, "an object store")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_store_whose_publisher_is_stopped(
    tmp_path: Path, publisher: Publisher, store: FaultyStore, finish: Finish, how: signal.Signals
) -> None:
    old, new = make_site_folder(SMALL, tmp_path / "old"), make_site_folder(SMALLER, tmp_path / "new")
    store.write({})
    trials = StoreTrials(StoreGround(store), publisher, tmp_path, old, new)
    for at in choose(trials.count(), 1000 if how is signal.SIGKILL else 6):
        trials.stop(how, at)
    finish(trials, "an object store")


def test_a_store_that_is_published_to_for_the_first_time(
    tmp_path: Path, publisher: Publisher, store: FaultyStore, finish: Finish
) -> None:
    store.write({})
    trials = StoreTrials(StoreGround(store), publisher, tmp_path, None, make_site_folder(SMALL, tmp_path / "new"))
    for at in choose(trials.count(), 8):
        trials.stop(signal.SIGKILL, at)
    finish(trials, "an object store")


@pytest.mark.parametrize("second", [THIRD, FIRST])
def test_a_store_that_gets_another_site_after_a_publish_was_killed(
    tmp_path: Path, publisher: Publisher, store: FaultyStore, finish: Finish, second: Version
) -> None:
    """A third site, or the first one again because the second was a mistake."""
    old, new = make_site_folder(FIRST, tmp_path / "old"), make_site_folder(SECOND, tmp_path / "new")
    other = make_site_folder(second, tmp_path / "other")
    store.write({})
    trials = StoreTrials(StoreGround(store), publisher, tmp_path, old, new)
    for at in choose(trials.count(), 4, second.look):
        trials.stop(signal.SIGKILL, at, other)
    finish(trials, "an object store")


def make_branch(tmp_path: Path) -> tuple[BranchGround, Programs]:
    """A bare repository, and the git that publishes use."""
    bare, project = tmp_path / "bare.git", tmp_path / "project"
    project.mkdir()
    subprocess.run(["git", "init", "-q", "--bare", str(bare)], check=True)
    programs = Programs(tmp_path / "programs")
    programs.add(["git"])
    path = f"{programs.folder}{os.pathsep}{os.environ['PATH']}"
    return BranchGround(bare, project / ".cache", {"PATH": path}), programs


def test_a_branch_is_never_seen_half_done(tmp_path: Path, publisher: Publisher, finish: Finish) -> None:
    old, new = make_site_folder(FIRST, tmp_path / "old"), make_site_folder(SECOND, tmp_path / "new")
    trials = Trials(make_branch(tmp_path)[0], publisher, tmp_path / "project", old, new)
    trials.go()
    finish(trials, "a branch")


@pytest.mark.parametrize(("kind", "most"), [("kill", 4), ("interrupt", 3), ("ENOSPC", 2), ("EACCES", 2), ("EIO", 2)])
def test_a_branch(tmp_path: Path, publisher: Publisher, finish: Finish, kind: str, most: int) -> None:
    versions = (FIRST, SECOND) if kind == "kill" else (SMALL, SMALLER)
    old, new = (make_site_folder(each, tmp_path / each.look) for each in versions)
    ground, _ = make_branch(tmp_path)
    trials = Trials(ground, publisher, tmp_path / "project", old, new)
    for at in choose(trials.count(), most, kind):
        trials.strike(f"{kind} at {at}", Fault(kind, at, lasts=kind in ("ENOSPC", "EACCES")), PROCESS[kind])
    finish(trials, "a branch")


# What a program says that fails.
BROKEN = "fatal: unable to access it: Connection reset by peer"
FULL = "error: file write error: No space left on device"


@pytest.mark.parametrize(("how", "said"), [("fail", BROKEN), ("fail", FULL), ("late", BROKEN), ("die", "")])
def test_a_branch_whose_git_fails(tmp_path: Path, publisher: Publisher, finish: Finish, how: str, said: str) -> None:
    old, new = make_site_folder(SMALL, tmp_path / "old"), make_site_folder(SMALLER, tmp_path / "new")
    ground, programs = make_branch(tmp_path)
    trials = ProgramTrials(ground, publisher, tmp_path / "project", old, new, programs=programs)
    for at in choose(trials.count(), 3, how + said):
        trials.fail(at, how, said, 128)
    finish(trials, "a branch")


ONCE = "test ! -e {0} || exit 0; : > {0};"
HOOKS = {
    "a rule against it": ("pre-receive", "exit 1", {"refused"}),
    "a rule against the branch": ("update", "exit 1", {"refused"}),
    "a full disk there": ("pre-receive", "echo fatal: No space left on device >&2; exit 1", {"refused"}),
    "a push that is cut off": ("pre-receive", ONCE + "kill -9 $PPID", {"done"}),
    "a lost answer": ("post-receive", ONCE + "kill -9 $PPID", {"done"}),
    "a branch that has moved": ("pre-receive", ONCE + "exec {1}", {"done"}),
}


@pytest.mark.parametrize("what", HOOKS)
def test_a_branch_with(tmp_path: Path, publisher: Publisher, finish: Finish, what: str) -> None:
    old, new = make_site_folder(SMALL, tmp_path / "old"), make_site_folder(SMALLER, tmp_path / "new")
    ground, _ = make_branch(tmp_path)
    hook, script, expected = HOOKS[what]
    mark, move = tmp_path / "struck", tmp_path / "move"
    move.write_text(
        "#!/bin/sh -e\nunset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES\n"
        "tip=$(git rev-parse gh-pages)\n"
        "commit=$(git -c user.name=x -c user.email=x commit-tree -m theirs -p $tip $tip^{tree})\n"
        "git update-ref refs/heads/gh-pages $commit $tip\n"
    )
    move.chmod(0o755)
    trials = Trials(ground, publisher, tmp_path / "project", old, new)

    def during() -> Outcome:
        ground.add_hook(hook, script.format(mark, move))
        outcome = publisher.run(trials.make_job(new))
        (ground.bare / "hooks" / hook).unlink()
        assert mark.exists() or "{0}" not in script
        return outcome

    trials.strike(what, None, expected, during)
    said = ground.git("log", "--format=%s", "gh-pages").split("\n")
    assert ("theirs" in said) is (what == "a branch that has moved")
    finish(trials, "a branch")


# What runs on the other side of ssh. There every step is a program.
THERE = (
    "mkdir",
    "mv",
    "ln",
    "rm",
    "rmdir",
    "cp",
    "chmod",
    "readlink",
    "cat",
    "find",
    "xargs",
    "sha256sum",
    "wc",
    "rsync",
    "flock",
    "ls",
    "date",
    "head",
)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[tuple[ServerGround, Programs]]:
    programs = Programs(tmp_path / "there")
    programs.add(THERE)
    programs.replace({"sync": "exit 0"})  # the disk itself does not fail here
    with serve_ssh(tmp_path / "sshd") as server:
        server.path.write_text(f"{programs.folder}{os.pathsep}{os.environ['PATH']}")
        client = write_client(server, tmp_path / "client")
        login = {"host": f"{user()}@127.0.0.1", "port": server.port, "identity": str(server.identity)}
        path = f"{client}{os.pathsep}{os.environ['PATH']}"
        yield ServerGround(server.home / "a site", {"PATH": path}, login), programs


def test_a_server(tmp_path: Path, publisher: Publisher, finish: Finish, there: tuple[ServerGround, Programs]) -> None:
    old, new = make_site_folder(FIRST, tmp_path / "old"), make_site_folder(SECOND, tmp_path / "new")
    trials = Trials(there[0], publisher, tmp_path, old, new)
    trials.go()
    for kind, most in (("kill", 3), ("interrupt", 1), ("ENOSPC", 1), ("EIO", 1)):
        for at in choose(trials.figures.steps, most, kind):
            trials.strike(f"{kind} at {at}", Fault(kind, at, lasts=kind == "ENOSPC"), PROCESS[kind])
    finish(trials, "a server")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("fail", FULL),
        ("fail", "Permission denied"),
        ("late", "Input/output error"),
        ("die", ""),
        ("parent", ""),
        ("hangup", ""),
    ],
)
def test_a_server_on_which_something_fails(
    tmp_path: Path,
    publisher: Publisher,
    finish: Finish,
    there: tuple[ServerGround, Programs],
    how: str,
    said: str,
) -> None:
    old, new = make_site_folder(SMALL, tmp_path / "old"), make_site_folder(SMALLER, tmp_path / "new")
    ground, programs = there
    trials = ProgramTrials(ground, publisher, tmp_path, old, new, programs=programs)
    steps = choose(trials.count(), 2, how + said)
    if how == "parent":  # at the steps that bring everything to its place
        steps += [at for at, name in enumerate(programs.list_run(), 1) if name in ("mv", "ln") and at not in steps]
    for at in steps:
        trials.fail(at, how, said, 1)
    finish(trials, "a server")
