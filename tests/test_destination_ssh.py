"""A folder of releases on another machine, with a real sshd and rsync."""

from __future__ import annotations

import errno
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from callsite.destinations import BusyError, Destination, MovedError, Standing
from callsite.destinations.folders.directory import DirectoryDestination
from callsite.destinations.folders.ssh import SshDestination
from callsite.destinations.folders.ssh_command import bracket, is_host, quote_for_rsync
from callsite.destinations.folders.ssh_scripts import make_links, make_path, parse_said, parse_sizes, parse_sums
from callsite.destinations.folders.ssh_session import FailedError, Session
from callsite.destinations.folders.ssh_telling import Teller
from callsite.destinations.folders.ssh_words import explain_connection, explain_failure
from callsite.errors import CallsiteError
from callsite.publish.manifest import Manifest
from callsite.publish.plan import Plan, Stage
from callsite.publish.settings import DirectorySettings, SshSettings
from tests.conftest import REPOSITORY
from tests.publishing import NOON, Watched
from tests.releasing import (
    AWKWARD,
    BOTH,
    KEPT,
    NEW,
    OLD,
    Files,
    make_files,
    plan_site,
    put,
    quick_folder,
    read_files,
    shown,
)
from tests.servers import find_program, wait_for
from tests.ssh_server import SshServer, serve_ssh, user, write_client

HOUR = timedelta(hours=1)
NOTHING = Standing(Manifest(), "", is_known=False)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    find_program("rsync", "rsync")
    with quick_folder(tmp_path_factory.mktemp("ssh")) as folder, serve_ssh(folder / "server") as server:
        yield server


@dataclass
class There:
    """A folder on the other machine, as it is seen from here, and programs that stand before those it has."""

    server: SshServer
    base: Path
    name: str = "site"
    keep: int = 5

    @property
    def root(self) -> Path:
        return self.server.home / self.name

    @property
    def output(self) -> Path:
        return self.base / "output"

    @property
    def settings(self) -> SshSettings:
        host = f"{user()}@127.0.0.1"
        return SshSettings(host, self.name, self.server.port, str(self.server.identity), self.keep)

    @property
    def destination(self) -> SshDestination:
        return SshDestination(self.settings, self.base)

    @property
    def local(self) -> DirectoryDestination:
        return DirectoryDestination(DirectorySettings(str(self.root)), self.base)

    def start(self, files: Files = OLD) -> Plan:
        """Publish on that machine itself, which takes no time."""
        return put(self.local, files, self.output)[0]

    def send(self, files: Files = NEW, now: datetime = NOON + HOUR) -> tuple[Plan, Watched]:
        """Publish over ssh."""
        standing, watched = self.local.look(), Watched()
        plan = plan_site(standing, files, now)
        self.destination.apply(plan, standing, make_files(files, self.output), watched)
        return plan, watched

    def replace_program(self, name: str, script: str) -> None:
        """Have a program do something else there; `$real` is the real one."""
        programs = self.base / "programs"
        programs.mkdir(exist_ok=True)
        real = shutil.which(name)
        (programs / name).write_text(f"#!/bin/sh\nreal='{real}'\n{script}\n")
        (programs / name).chmod(0o755)
        self.server.path.write_text(f"{programs}:{os.environ['PATH']}")

    def keep_programs(self, *left_out: str) -> None:
        """Have only some programs there."""
        programs = self.base / "few"
        programs.mkdir()
        names = (
            "sh rsync flock cat ls mkdir chmod ln readlink rm mv find head wc xargs sha256sum sync date sleep ps true"
        )
        for name in names.split():
            if name not in left_out:
                (programs / name).symlink_to(str(shutil.which(name)))
        self.server.path.write_text(str(programs))


@pytest.fixture
def there(server: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[There]:
    client = write_client(server, tmp_path / "client")
    programs = os.environ["PATH"]
    monkeypatch.setenv("PATH", f"{client}:{programs}")
    yield There(server, tmp_path)
    server.path.write_text(programs)  # what a test has put into its place here, is not for those that come
    for path in server.home.iterdir():
        path.unlink() if path.is_symlink() or path.is_file() else shutil.rmtree(path)


def test_from_nothing_to_a_second_release_and_back(there: There) -> None:
    destination = there.destination
    assert destination.look() == NOTHING
    assert destination.list_releases() == ()
    assert destination.find_warnings(Manifest()) == ()
    assert not there.root.exists()

    first, watched = there.send(OLD, NOON)
    assert shown(there.root) == OLD
    assert os.readlink(there.root / "current") == f"releases/{first.new.release}"
    assert sorted(watched.files) == sorted(OLD)
    assert sum(size for _, _, size in watched.stages) == first.size

    second, watched = there.send(NEW, NOON + HOUR)
    assert shown(there.root) == BOTH
    assert read_files(there.root / "releases" / first.new.release) == OLD
    assert watched.stages == [
        (Stage.FINGERPRINTED, 1, 5),
        (Stage.NEW_ASSETS, 1, 15),
        (Stage.ENTRIES, 1, 9),
        (Stage.REMOVED_PAGES, 1, 0),
    ]
    assert watched.files[-2:] == ["index.html", "going.html"]
    old, new = (there.root / "releases" / plan.new.release for plan in (first, second))
    for path in ("page.html", "css/same.css", *KEPT):
        assert (old / path).samefile(new / path)

    standing = destination.look()
    assert standing == Standing(second.new, second.new.release)
    assert plan_site(standing, NEW, NOON + 2 * HOUR).is_empty
    assert there.local.look() == standing  # whoever publishes on that machine itself goes on from here
    assert destination.list_files() == {path: len(data) for path, data in BOTH.items()}

    [before] = destination.list_releases()
    assert (before,) == there.local.list_releases()
    destination.roll_back(before, standing, Watched())
    light = {path: data for path, data in NEW.items() if path.startswith("css/new")}
    assert shown(there.root) == {**OLD, **light}
    assert list(there.local.look().manifest.retired) == list(light)
    with pytest.raises(MovedError, match="somebody else has published"):
        destination.roll_back(before, standing, Watched())
    with pytest.raises(CallsiteError, match="is not there"):
        destination.roll_back(replace(before, name="../.."), there.local.look(), Watched())


def test_names_of_all_kinds_arrive(there: There) -> None:
    there = replace(there, name="-e $HOME `id` $(id) 'q' \"d\" *[x]? ~ #1 %s \\t ö")
    files = {path: path.encode() for path in AWKWARD}
    there.send(files)
    assert shown(there.root) == files
    more = {**files, "index.html": b"more"}
    there.send(more, NOON + 2 * HOUR)
    assert shown(there.root) == more
    assert there.destination.list_files() == {path: len(data) for path, data in more.items()}
    assert (there.root / "current" / "core").stat().st_nlink == 2


def test_only_some_releases_are_kept(there: There) -> None:
    there = replace(there, keep=2)
    stray = {
        "releases/.20260131T110000Z-01234567.89abcdef.partial/x": b"",
        "releases/.20260131T110000Z-01234567.gone/x": b"",
        ".callsite/20260131T110000Z-01234567.json": b"{}",
        ".callsite/20260131T110000Z-01234567.json.part": b"{}",
    }
    theirs = {"releases/backup/x": b"theirs", "notes": b"theirs", ".callsite/notes": b"theirs"}
    names = []
    for number in range(3):
        plan, _ = there.send({"index.html": b"%d" % number}, NOON + number * HOUR)
        names.append(plan.new.release)
        for path, data in {**stray, **theirs}.items() if not number else ():
            (there.root / path).parent.mkdir(exist_ok=True)
            (there.root / path).write_bytes(data)
    assert sorted(os.listdir(there.root / "releases")) == [*names[1:], "backup"]
    assert sorted(os.listdir(there.root / ".callsite")) == [*(f"{name}.json" for name in names[1:]), "lock", "notes"]
    assert (there.root / "notes").read_bytes() == b"theirs"
    [before] = there.local.list_releases()
    assert before.name == names[1]
    there.destination.roll_back(before, there.local.look(), Watched())
    assert shown(there.root) == {"index.html": b"1"}


def test_files_are_as_open_as_the_umask_there_says(there: There) -> None:
    standing = there.local.look()
    output = make_files(OLD, there.output)
    for path in output.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    there.destination.apply(plan_site(standing, OLD), standing, output, Watched())
    real = (there.root / "current").resolve()
    umask = os.umask(0)
    os.umask(umask)
    assert real.stat().st_mode & 0o777 == 0o777 & ~umask
    assert (real / "css").stat().st_mode & 0o777 == 0o777 & ~umask
    assert (real / "index.html").stat().st_mode & 0o777 == 0o666 & ~umask
    assert not (there.root / ".callsite").stat().st_mode & 0o007


def test_what_is_in_an_open_folder_is_open(there: There) -> None:
    for name in ("mkdir", "rsync"):
        there.replace_program(name, 'umask 077\nexec "$real" "$@"')
    there.root.mkdir()
    there.root.chmod(0o750)
    there.send(OLD, NOON)
    assert (there.root / "current").resolve().stat().st_mode & 0o777 == 0o700
    there.root.chmod(0o755)
    there.send()
    real = (there.root / "current").resolve()
    assert shown(there.root) == BOTH
    for path in (there.root / "releases", real, *real.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644)
    assert not (there.root / ".callsite").stat().st_mode & 0o077


def test_bytes_may_come_from_another_path_or_through_a_link(there: There) -> None:
    standing = NOTHING
    plan = plan_site(standing, {"x.html": b"packed", "y.html": b"packed"})
    entry = replace(plan.new.files["x.html"], origin="x.html.gz")
    plan = replace(plan, new=replace(plan.new, files={**plan.new.files, "x.html": entry}))
    make_files({"x.html.gz": b"packed"}, there.output)
    (there.output / "y.html").symlink_to("x.html.gz")
    there.destination.apply(plan, standing, there.output, Watched())
    assert shown(there.root) == {"x.html": b"packed", "y.html": b"packed"}
    (there.output / "sub").symlink_to(".")
    plan = plan_site(there.local.look(), {"y.html": b"packed", "sub/y.html": b"packed"}, NOON + HOUR)
    there.destination.apply(plan, there.local.look(), there.output, Watched())
    assert shown(there.root) == {"y.html": b"packed", "sub/y.html": b"packed"}
    assert not any(path.is_symlink() for path in (there.root / "current").resolve().rglob("*"))


def test_what_is_there_and_was_vandalised_is_sent_again(there: There) -> None:
    there.start()
    current = there.root / "current"
    (current / "page.html").write_bytes(b"vandalised")
    (current / "css" / "same.css").unlink()
    for path in KEPT:
        (current / path).write_bytes(b"vandalised")
    there.send()
    assert shown(there.root) == NEW
    assert not there.destination.look().manifest.retired
    shutil.rmtree(current.resolve())
    assert there.destination.look() == Standing(Manifest(), os.path.basename(os.readlink(current)), is_known=False)
    assert there.destination.list_files() == {}
    there.send(OLD, NOON + 2 * HOUR)
    assert shown(there.root) == OLD


def test_links_in_a_release_are_not_followed(there: There) -> None:
    there.start()
    secret = make_files({"same.css": OLD["css/same.css"]}, there.base / "secret")
    real = (there.root / "current").resolve()
    shutil.rmtree(real / "css")
    (real / "css").symlink_to(secret)
    there.send()
    assert shown(there.root) == NEW
    assert (secret / "same.css").stat().st_nlink == 1
    assert not any(path.is_symlink() for path in (there.root / "current").resolve().rglob("*"))


class TestForeign:
    @pytest.mark.parametrize(
        ("plant", "says"),
        [
            (lambda root, real: (root / ".callsite").rename(root / "x"), "there are files that are none of ours"),
            (lambda root, real: relink(root / ".callsite", real), r"`\.callsite` there is a link; move it away"),
            (lambda root, real: relink(root / ".callsite" / "lock", real), "`.callsite/lock` there is a link"),
            (lambda root, real: relink(root / "releases", real), "`releases` there is a link"),
            (lambda root, real: relink(root / "current", real), "`current` there leads to none of our releases"),
            (lambda root, real: swap(root / "current"), "`current` there is no link of ours; move it away, or choose"),
        ],
    )
    def test_what_is_not_ours_is_left_alone(self, there: There, plant: Callable[[Path, Path], None], says: str) -> None:
        there.start()
        precious = make_files({"precious": b"precious"}, there.base / "precious")
        plant(there.root, precious)
        before = subprocess.check_output(["find", str(there.root), str(precious), "-ls"])
        for question in (
            there.destination.look,
            lambda: there.destination.apply(plan_site(NOTHING, NEW), NOTHING, there.output, Watched()),
        ):
            with pytest.raises(CallsiteError, match=says) as caught:
                question()
            assert str(caught.value).startswith(f"{user()}@127.0.0.1:site: ")
        assert subprocess.check_output(["find", str(there.root), str(precious), "-ls"]) == before

    def test_releases_that_lead_elsewhere_and_lists_that_lie(self, there: There) -> None:
        plan = there.start()
        name = plan.new.release
        path = there.root / ".callsite" / f"{name}.json"
        data = path.read_bytes()
        path.write_bytes(data.replace(b'"page.html"', b'"../../x"'))
        with pytest.raises(CallsiteError, match="no list of what was published"):
            there.destination.look()
        assert there.destination.list_releases.__name__
        path.unlink()
        path.symlink_to("/etc/passwd")
        assert there.destination.look() == Standing(Manifest(), name, is_known=False)
        path.unlink()
        path.write_bytes(data)
        (there.root / "releases" / name).rename(there.root / "elsewhere")
        (there.root / "releases" / name).symlink_to("../elsewhere")
        with pytest.raises(CallsiteError, match=f"`releases/{name}` there is a link"):
            there.destination.look()

    def test_without_a_list_all_is_sent_to_a_new_release(self, there: There) -> None:
        first = there.start()
        (there.root / ".callsite" / f"{first.new.release}.json").unlink()
        assert there.destination.list_files() == {path: len(data) for path, data in OLD.items()}
        second, watched = there.send()
        assert sorted(watched.files) == sorted(NEW)
        assert shown(there.root) == NEW
        assert read_files(there.root / "releases" / first.new.release) == OLD
        third = put(there.local, OLD, there.output, NOON + 2 * HOUR)[0]
        (there.root / ".callsite" / f"{third.new.release}.json").unlink()
        [before] = there.destination.list_releases()
        assert before.name == second.new.release
        there.destination.roll_back(before, there.destination.look(), Watched())
        assert shown(there.root) == NEW

    def test_a_list_of_another_release_that_cannot_be_read_is_nobodys(self, there: There) -> None:
        first = there.start()
        there.send()
        (there.root / ".callsite" / f"{first.new.release}.json").write_text("{}")
        assert there.destination.list_releases() == ()

    def test_a_destination_that_is_a_file(self, there: There) -> None:
        there.root.write_text("a file")
        with pytest.raises(CallsiteError, match="this is no folder, or one that you may not enter"):
            there.destination.look()
        with pytest.raises(CallsiteError, match="something is in the way there"):
            there.destination.apply(plan_site(NOTHING, OLD), NOTHING, there.output, Watched())

    def test_a_folder_of_the_name_of_the_new_release(self, there: There) -> None:
        there.start()
        plan = plan_site(there.destination.look(), NEW, NOON + HOUR)
        (there.root / "releases" / plan.new.release).mkdir()
        with pytest.raises(CallsiteError, match="something is in the way there"):
            there.send()
        (there.root / ".callsite" / f"{plan.new.release}.json").write_text("made by us, and never shown")
        there.send()
        assert shown(there.root) == BOTH
        with pytest.raises(CallsiteError, match="publish again in a second"):
            there.destination.apply(plan, there.destination.look(), there.output, Watched())


def relink(path: Path, to: Path) -> None:
    """Put a link in the place of what is there."""
    path.unlink() if path.is_symlink() or path.is_file() else shutil.rmtree(path)
    path.symlink_to(to)


def swap(path: Path) -> None:
    """Put a folder in the place of a link."""
    path.unlink()
    path.mkdir()


class TestBusy:
    @pytest.mark.parametrize("flock", [True, False])
    def test_whoever_comes_second_is_told_to_wait(self, there: There, flock: bool) -> None:
        if not flock:
            there.keep_programs("flock")
        there.start()
        standing = there.local.look()
        seen: list[str] = []

        class Curious(Watched):
            def begin(self, stage: Stage, files: int, size: int) -> None:
                if stage is not Stage.FINGERPRINTED:
                    return
                others: list[Destination] = [there.destination, there.local] if flock else [there.destination]
                for other in others:
                    for question in (
                        other.look,
                        lambda: other.apply(plan_site(standing, OLD), standing, there.output, Watched()),  # noqa: B023
                    ):
                        with pytest.raises(
                            BusyError, match=r"another publish has been running since .* UTC \(process \d+ "
                        ):
                            question()
                        seen.append(other.title)

        there.destination.apply(
            plan_site(standing, NEW, NOON + HOUR), standing, make_files(NEW, there.output), Curious()
        )
        assert len(seen) == (4 if flock else 2)
        assert shown(there.root) == BOTH
        assert not (there.root / ".callsite" / "lock.pid").exists()

    def test_a_lock_of_somebody_who_is_dead(self, there: There) -> None:
        there.keep_programs("flock")
        there.start()
        with subprocess.Popen(["true"]) as ended:
            pass
        (there.root / ".callsite" / "lock.pid").symlink_to(str(ended.pid))
        assert there.destination.look().is_known
        there.send()
        assert shown(there.root) == BOTH

    def test_the_lock_of_somebody_who_has_fallen_silent_is_free_again(
        self, there: There, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        there.start()
        standing = there.local.look()
        monkeypatch.setattr("callsite.destinations.folders.ssh_session.SILENCE", 2)

        class Asleep(Watched):
            def begin(self, stage: Stage, files: int, size: int) -> None:
                if stage is Stage.FINGERPRINTED:
                    wait_for(lambda: is_free(there), "an end of the lock")
                    put(there.local, {"index.html": b"other"}, there.base / "other", NOON + 2 * HOUR)

        plan = plan_site(standing, NEW, NOON + HOUR)
        with pytest.raises(CallsiteError, match="the connection was lost; publish again, and it goes on from there"):
            there.destination.apply(plan, standing, make_files(NEW, there.output), Asleep())
        assert shown(there.root).items() >= {"index.html": b"other"}.items()

    def test_whoever_is_at_work_is_heard_of(self, there: There, monkeypatch: pytest.MonkeyPatch) -> None:
        real, pulses = Session.run, []

        def run(session: Session, script: str, **named: bool) -> bytes:
            pulses.append(script)
            return real(session, script, **named)

        monkeypatch.setattr(Session, "run", run)
        monkeypatch.setattr("callsite.destinations.folders.ssh_session._PULSE", 0.1)
        there.replace_program("rsync", 'case "$*" in *--server*) sleep 0.5 ;; esac\nexec "$real" "$@"')
        there.send(OLD)
        assert shown(there.root) == OLD
        assert pulses.count(":") >= 2


class TestStopped:
    @pytest.mark.untraced
    def test_a_publish_that_is_killed(self, there: There) -> None:
        there.start()
        make_files(NEW, there.output)
        seen = []
        for when, count in [("after", 3), ("while", 1), ("before", 4), ("before", 5)]:
            words = [
                str(there.server.port),
                str(there.server.identity),
                str(there.server.home),
                there.name,
                str(there.output),
                when,
                str(count),
            ]
            done = subprocess.run(
                [sys.executable, "-m", "tests.killed_ssh", *words],
                cwd=REPOSITORY,
                env={**os.environ, "TMPDIR": str(there.base)},  # what it leaves behind
                capture_output=True,
                text=True,
                check=False,
            )
            assert (done.returncode, done.stdout) == (-9, ""), done.stderr
            seen.append(shown(there.root) == OLD)
            wait_for(lambda: is_free(there), "an end of the lock")
        assert seen == [True] * 4
        there.send(NEW, NOON + 2 * HOUR)
        assert shown(there.root) == BOTH
        assert len(os.listdir(there.root / "releases")) == 2

    def test_what_has_arrived_is_not_sent_again(self, there: There) -> None:
        there.start()

        standing = there.local.look()
        plan = plan_site(standing, NEW, NOON + HOUR)
        sent = [upload.path for upload in plan.uploads]

        class Stopping(Watched):
            def finish(self, path: str, size: int) -> None:
                [partial] = (there.root / "releases").glob(".*.partial")
                wait_for(lambda: all((partial / path).exists() for path in sent), "what was sent")
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            there.destination.apply(plan, standing, make_files(NEW, there.output), Stopping())
        [partial] = (there.root / "releases").glob(".*.partial")
        numbers = {path: (partial / path).stat().st_ino for path in sent}
        (partial / "index.html").write_bytes(b"x" * len(NEW["index.html"]))  # not all of it is what it was
        _, watched = there.send(NEW, NOON + 2 * HOUR)
        assert shown(there.root) == BOTH
        now = there.root / "current"
        for path in sent:
            assert ((now / path).stat().st_ino == numbers[path]) == (path != "index.html")
        assert not partial.exists()
        assert sorted(watched.files) == sorted([*sent, "going.html"])

    def test_all_has_arrived_before(self, there: There) -> None:
        there.start()
        partial = there.root / "releases" / ".x.01234567.partial"
        shutil.copytree(make_files(NEW, there.base / "left"), partial)
        there.replace_program("rsync", 'case "$*" in *--server*) exit 1 ;; esac\nexec "$real" "$@"')
        there.send()
        assert shown(there.root) == BOTH

    def test_output_that_changed_since_the_plan_is_not_sent(self, there: There) -> None:
        plan = plan_site(NOTHING, OLD)
        make_files({**OLD, "index.html": b"old iNdex"}, there.output)
        with pytest.raises(CallsiteError, match=r"index.html: has changed since the publish was planned"):
            there.destination.apply(plan, NOTHING, there.output, Watched())
        assert not (there.root / "current").exists()


class TestFaults:
    @pytest.mark.parametrize(
        ("program", "script", "says"),
        [
            ("rsync", "echo 'key=hunter2: No space left on device (28)' >&2; exit 11", "the disk there is full"),
            ("mkdir", "echo 'mkdir: cannot create: Permission denied' >&2; exit 1", "you may not write there; see to"),
            ("mv", "echo 'mv: cannot move: Read-only file system' >&2; exit 1", "make the file system writable"),
            ("wc", '[ $# = 1 ] || exec "$real" "$@"; echo 1', "the disk there is full; make room"),
            ("ln", "exit 1", "a step has failed there; see what stands in the folder"),
        ],
    )
    def test_it_says_no_there(self, there: There, program: str, script: str, says: str) -> None:
        there.start()
        standing = there.local.look()
        there.replace_program(program, script)
        with pytest.raises(CallsiteError, match=f"127.0.0.1:site: .*{says}") as caught:
            there.destination.apply(
                plan_site(standing, NEW, NOON + HOUR), standing, make_files(NEW, there.output), Watched()
            )
        assert "hunter2" not in str(caught.value)
        assert shown(there.root) == OLD
        there.server.path.write_text(os.environ["PATH"])
        there.send(NEW, NOON + 2 * HOUR)
        assert shown(there.root) == BOTH
        assert not list((there.root / "releases").glob(".*"))

    def test_what_arrives_broken_is_not_shown(self, there: There) -> None:
        script = '"$real" "$@" || exit; case "$*" in *--server*) printf broken! > index.html ;; esac'
        there.replace_program("rsync", script)
        with pytest.raises(CallsiteError, match=r"`index\.html` has not arrived as it was sent; see to the disk there"):
            there.send({"index.html": b"7 bytes"})
        assert not (there.root / "current").exists()

    def test_a_machine_without_programs_for_digests(self, there: There) -> None:
        there.keep_programs("sha256sum")
        (there.base / "few" / "mv").unlink()
        (there.base / "few" / "mv").write_text(  # one that knows of neither -T nor -h, as on other systems
            f'#!/bin/sh\ncase $1 in -fT|-fh) exit 64;; esac; exec {shutil.which("mv")} "$@"\n'
        )
        (there.base / "few" / "mv").chmod(0o755)
        (there.base / "few" / "perl").symlink_to(find_program("perl", "perl"))
        there.send(OLD)
        (there.root / "releases" / ".x.01234567.partial").mkdir()
        (there.root / "releases" / ".x.01234567.partial" / "index.html").write_bytes(b"not index")
        there.send(NEW, NOON + 2 * HOUR)
        assert shown(there.root) == BOTH
        assert len(os.listdir(there.root / "releases")) == 2

    def test_a_machine_without_rsync(self, there: There, monkeypatch: pytest.MonkeyPatch) -> None:
        there.keep_programs("rsync")
        assert there.destination.look() == NOTHING
        with pytest.raises(CallsiteError, match="there is no rsync there; install it"):
            there.destination.apply(plan_site(NOTHING, OLD), NOTHING, there.output, Watched())
        assert not there.root.exists()
        monkeypatch.setenv("PATH", "/nowhere")
        with pytest.raises(CallsiteError, match="there is no ssh on this machine; install it"):
            there.destination.look()

    def test_talkative_shells_and_others_than_sh(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        shell = tmp_path / "shell"
        shell.write_text('#!/bin/sh\necho "Welcome, Permission denied"; echo motd >&2; exec bash "$@"\n')
        shell.chmod(0o755)
        with serve_ssh(tmp_path / "server", "MaxSessions 1", str(shell)) as server:
            monkeypatch.setenv("PATH", f"{write_client(server, tmp_path / 'client')}:{os.environ['PATH']}")
            there = There(server, tmp_path, "~/site")
            assert there.destination.look() == NOTHING
            with pytest.raises(CallsiteError, match="its shell prints words of its own before anything else"):
                there.send(OLD)
            shell.write_text('#!/bin/sh\necho motd >&2; exec bash "$@"\n')
            there.send(OLD)
            assert shown(server.home / "site") == OLD
            shell.write_text("#!/bin/sh\necho This account is not available; exit 1\n")
            with pytest.raises(
                CallsiteError, match="run a shell, which ended at once with status 1; publish as a user who may"
            ):
                there.destination.look()

    def test_a_shell_that_says_nothing_or_too_much(
        self, there: There, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shell = tmp_path / "shell"
        shell.write_text("#!/bin/sh\nexec sleep 600\n")
        shell.chmod(0o755)
        monkeypatch.setattr("callsite.destinations.folders.ssh_session._GREETED", 1.0)
        with serve_ssh(tmp_path / "server", shell=str(shell)) as server:
            monkeypatch.setenv("PATH", f"{write_client(server, tmp_path / 'client')}:{os.environ['PATH']}")
            there = There(server, tmp_path)
            with pytest.raises(CallsiteError, match=r":site: its shell does not answer; see that `ssh` to it runs"):
                there.destination.look()
            monkeypatch.setattr("callsite.destinations.folders.ssh_session._GREETED", 60.0)
            for endless in ("yes", "cat /dev/zero"):
                shell.write_text(f"#!/bin/sh\nexec {endless}\n")
                with pytest.raises(CallsiteError, match=r":site: it talks without an end; see to the files that its"):
                    there.destination.look()

    def test_names_with_more_lines_than_one_say_nothing(self, there: There) -> None:
        plan = there.start()
        name = plan.new.release
        for folder, strange in (
            (".callsite", "x\nlist y z"),
            (".callsite", "x\nbusy"),
            ("releases", "x\nlist y 99"),
            ("releases", ".x\nforeign"),
            (f"releases/{name}", "9 .\n9 ."),
        ):
            (there.root / folder / strange).mkdir()
            (there.root / folder / strange / "index.html").write_text("strange")
        assert there.destination.look() == Standing(plan.new, name)
        assert there.destination.list_files() == {path: len(data) for path, data in OLD.items()}
        there.send()
        assert shown(there.root) == BOTH
        assert len(os.listdir(there.root / "releases")) == 4
        (there.root / "current").unlink()
        (there.root / "current").symlink_to(f"releases/{name}\nthere")
        with pytest.raises(CallsiteError, match="`current` there leads to none of our releases"):
            there.destination.look()

    def test_answers_that_nobody_understands(self, there: There) -> None:
        there.start()
        there.replace_program("wc", "echo 99999")
        with pytest.raises(CallsiteError, match=":site: what is said there cannot be understood; see that nobody else"):
            there.destination.look()


class TestConnections:
    def test_nobody_answers(self, there: There) -> None:
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            settings = replace(there.settings, port=nobody.getsockname()[1])
            with pytest.raises(
                CallsiteError, match=r"127\.0\.0\.1:site: nobody answers at its ssh port; see to `host`"
            ):
                SshDestination(settings, there.base).look()

    def test_somebody_answers_who_knows_no_ssh(self, there: There) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            settings = replace(there.settings, port=other.getsockname()[1])

            def answer() -> None:
                other.accept()[0].close()

            thread = threading.Thread(target=answer)
            thread.start()
            with pytest.raises(CallsiteError, match="no connection could be made; see what `ssh` to it says"):
                SshDestination(settings, there.base).look()
            thread.join()

    def test_the_key_is_refused(self, there: There) -> None:
        settings = replace(there.settings, identity=str(there.server.folder / "other"))
        with pytest.raises(CallsiteError, match="it refuses the key; see that `ssh` to it works without a password"):
            SshDestination(settings, there.base).look()

    def test_there_is_no_key(self, there: There) -> None:
        settings = replace(there.settings, identity="keys/id")
        with pytest.raises(CallsiteError, match="keys/id; make `identity` the path of a private key"):
            SshDestination(settings, there.base).look()

    def test_without_a_key_or_port_ssh_has_the_choice(self, there: There) -> None:
        config = there.base / "client" / "config"
        more = f"  Port {there.server.port}\n  IdentityFile {there.server.identity}\n  User {user()}\n  HostName 127.0.0.1\n"
        config.write_text(config.read_text() + more)
        assert SshDestination(SshSettings("alias", "site"), there.base).look() == NOTHING

    def test_a_machine_that_nobody_knows_or_that_has_changed(self, there: There) -> None:
        known = there.base / "known"
        known.write_text("")
        write_client(there.server, there.base / "client", known)
        with pytest.raises(CallsiteError, match="its host key is not known here; run `ssh` to it once by hand"):
            there.destination.look()
        other = (there.server.folder / "other.pub").read_text().split()[:2]
        known.write_text(f"[127.0.0.1]:{there.server.port} {' '.join(other)}\n")
        with pytest.raises(CallsiteError, match="another host key than it used to; find out why"):
            there.destination.look()

    def test_complaints_that_come_late_are_waited_for(self, there: There, monkeypatch: pytest.MonkeyPatch) -> None:
        looks: list[bytes] = []
        pread = os.pread

        def late(descriptor: int, size: int, offset: int) -> bytes:
            looks.append(pread(descriptor, size, offset) if looks else b"")
            return looks[-1]

        with Session(there.settings, there.base, "x:y") as session:
            monkeypatch.setattr("os.pread", late)
            with pytest.raises(FailedError, match="the disk there is full"):
                session.run("echo 'No space left on device' >&2; false")
            assert len(looks) > 1

    def test_complaints_are_read_whole_while_others_come(self, there: There) -> None:
        # The program that complains and the one that reads share one position in one file.
        script = "for each in 1 2 3 4 5 6 7 8 9; do echo $each >&2; done; echo 'No space left on device' >&2; false"
        with Session(there.settings, there.base, "x:y") as session:
            for _ in range(50):
                with pytest.raises(FailedError, match="the disk there is full"):
                    session.run(script)

    def test_a_pulse_after_the_end_is_told_as_an_end(self, there: There) -> None:
        with Session(there.settings, there.base, "x:y") as session:
            session._close_input()
            with pytest.raises(CallsiteError, match=r"^x:y: "):
                session.run(":")

    def test_a_connection_that_is_cut(self, there: There) -> None:
        with Session(there.settings, there.base, "x:y") as session:
            session._process.kill()
            with pytest.raises(CallsiteError, match="x:y: the connection was lost; publish again"):
                session.run("true")

    def test_a_piece_that_does_not_end(self, there: There, monkeypatch: pytest.MonkeyPatch) -> None:
        with Session(there.settings, there.base, "x:y") as session:
            monkeypatch.setattr("callsite.destinations.folders.ssh_session._DONE", 0.5)
            with pytest.raises(CallsiteError, match="x:y: it has not answered for a long time; see to the disk there"):
                session.run("sleep 600")

    def test_pieces_of_script(self, there: There) -> None:
        with Session(there.settings, there.base, "x:y") as session:
            assert session.run("echo a; printf b") == b"a\nb"
            assert session.run("cat") == b""
            with pytest.raises(FailedError, match="a step has failed there"):
                session.run("false; echo not reached")
            assert session.run("x=1", here=True) == b""
            assert session.run("echo $x; y=2") == b"1\n"
            assert session.run("echo $y") == b"\n"
            assert session.run("printf %s " + "x" * 200_000) == b"x" * 200_000

    def test_there_is_one_watchdog_and_it_goes_when_all_is_done(self, there: There) -> None:
        with Session(there.settings, there.base, "x:y") as session:
            shell = session.run("echo $$").decode().strip()
            for _ in range(100):
                session.run(":")
            wait_for(lambda: len(list_children(shell)) == 1, "a single watchdog")
            [watchdog] = list_children(shell)
        wait_for(lambda: not os.path.exists(f"/proc/{watchdog}"), "its end", 4)

    def test_long_folders_for_temporary_files(self, there: There, monkeypatch: pytest.MonkeyPatch) -> None:
        folder = there.base / ("long" * 20)
        folder.mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(folder))
        there.send(OLD)
        assert shown(there.root) == OLD


class TestWords:
    @pytest.mark.parametrize(
        "host",
        ["example.org", "me@example.org", "alias_1", "10.0.0.1", "::1", "me@fe80::1%eth0", "a.b+c@d-e"],
    )
    def test_machines(self, host: str) -> None:
        assert is_host(host)
        assert SshDestination(SshSettings(host, "x"), Path()).title == f"{host}:x"

    @pytest.mark.parametrize(
        "host",
        [
            "",
            "-oProxyCommand=id",
            "me:pass@example.org",
            "ssh://me@example.org",
            "a b",
            "a;b",
            "-x@y",
            "a@-b",
            "a\nb",
            "a/b",
        ],
    )
    def test_what_is_no_machine_is_not_repeated(self, host: str) -> None:
        with pytest.raises(CallsiteError) as caught:
            SshDestination(SshSettings(host, "x"), Path())
        expected = "the destination's `host` is not one that ssh takes; write a name, `user@name`, or what `Host` in "
        assert str(caught.value) == expected + "ssh's configuration says"

    @pytest.mark.parametrize("path", ["", "/", "..", "a/.."])
    def test_paths_that_nobody_means(self, path: str) -> None:
        with pytest.raises(CallsiteError, match="write another `path`"):
            SshDestination(SshSettings("example.org", path), Path())

    def test_the_home_of_somebody_else_is_not_guessed(self) -> None:
        with pytest.raises(CallsiteError, match=r"^h:~b/x: the home of another user is not looked up; write the path"):
            SshDestination(SshSettings("h", "~b/x"), Path())
        for path in ("~", "~/x", "./~b"):
            assert SshDestination(SshSettings("h", path), Path()).title == f"h:{path}"

    def test_paths(self) -> None:
        assert [make_path(path) for path in ("/a", "a", "~/a", "~", "~b", "-c")] == [
            "/a",
            "./a",
            "./a",
            "./.",
            "./~b",
            "./-c",
        ]

    def test_addresses_with_colons_have_brackets_for_rsync(self) -> None:
        assert [bracket(host) for host in ("a", "b@a", "::1", "b@::1")] == ["a", "b@a", "[::1]", "b@[::1]"]
        assert quote_for_rsync("it's") == "'it''s'"

    def test_what_is_said_of_connections(self) -> None:
        secret = "token=hunter2hunter2"
        for said in ("Could not resolve hostname", "connect: Connection timed out", "No route to host", ""):
            for status in (255, 1):
                assert "hunter2" not in explain_connection(f"{said} {secret}", status, is_new=True)
        assert explain_connection("ssh: Could not resolve hostname x", 255, is_new=True).startswith(
            "there is no machine"
        )
        assert explain_failure("bash: rsync: command not found", "rsync") == "there is no rsync there; install it"

    def test_answers(self) -> None:
        said = parse_said(b"link releases/a\nlist a 4\n{\n\n}\nfolder a\nfolder .b c\n\n")
        assert said.lines == {"link": ["releases/a"], "folder": ["a", ".b c"], "": [""]}
        assert said.lists == {"a": b"{\n\n}"}
        assert parse_sizes(b"   3 ./a b\n12 ./12 total\n  15 total\nwc: x\n") == {"a b": 3, "12 total": 12}
        one = "a" * 64
        assert parse_sums(f"{one}  ./a  b\n{one} *./c\n\\{one}  ./d\\\\n\nsum: x\n".encode()) == {"a  b": one, "c": one}
        assert make_links("a", "b", []) == ""


class TestTeller:
    def test_what_comes_too_early_is_told_in_its_stage(self) -> None:
        standing = Standing(plan_site(NOTHING, OLD).new, "")
        watched = Watched()
        teller = Teller(plan_site(standing, NEW, NOON + HOUR), watched)
        teller.arrive("index.html", 9)
        teller.arrive("nobody's", 1)
        assert [stage for stage, _, _ in watched.stages] == [Stage.FINGERPRINTED]
        assert watched.files == []
        teller.arrive("a/b/new.txt", 15)
        [css] = (path for path in NEW if path.startswith("css/new"))
        teller.arrive(css, 5)
        assert watched.files == [css, "a/b/new.txt", "index.html", "going.html"]
        assert len(watched.stages) == 4


def list_children(parent: str) -> list[str]:
    """The processes that another one has started, as far as they are still alive."""
    rows = subprocess.check_output(["ps", "-e", "-o", "pid=,ppid=,stat="], text=True).split("\n")
    return [row.split()[0] for row in rows if row and row.split()[1] == parent and row.split()[2][0] != "Z"]


def is_free(there: There) -> bool:
    """Whether nobody publishes there."""
    try:
        there.local.look()
    except BusyError:
        return False
    return True


def test_a_disk_here_that_is_full_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def __init__(self, *given: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("callsite.destinations.folders.ssh.Session", Full)
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/the/temporary/folder")
    destination = SshDestination(SshSettings("host.example.org", "/srv/www"), tmp_path)
    said = "host.example.org:/srv/www: No space left on device here; see to /the/temporary/folder, where files are passed on"
    with pytest.raises(CallsiteError, match=re.escape(said)):
        destination.look()
