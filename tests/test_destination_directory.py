"""A folder of releases on this machine: what visitors are shown, what stays, and what is not ours."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from callsite.destinations import BusyError, MovedError, Standing
from callsite.destinations.folders.directory import DirectoryDestination
from callsite.destinations.folders.releases import find_outdated
from callsite.destinations.folders.tree import Tree
from callsite.destinations.states import make_busy
from callsite.errors import CallsiteError
from callsite.publish.manifest import Entry, Manifest, format_manifest
from callsite.publish.plan import Stage
from callsite.publish.settings import DirectorySettings
from tests.conftest import REPOSITORY
from tests.publishing import NOON, Watched, fingerprint
from tests.releasing import (
    AWKWARD,
    BOTH,
    KEPT,
    NEW,
    OLD,
    WEEK,
    make_files,
    make_manifest,
    plan_site,
    put,
    quick_folder,
    read_files,
    shown,
)

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk does not fail here, and others may be writing to it."""
    monkeypatch.setattr(os, "sync", lambda: None)
    monkeypatch.setattr(os, "fsync", lambda number: None)
    monkeypatch.setattr("callsite.destinations.folders.yard._PATIENCE", 0.1)


@pytest.fixture
def tmp_path(tmp_path: Path) -> Iterator[Path]:
    with quick_folder(tmp_path) as folder:
        yield folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "www" / "site"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"


@pytest.fixture
def destination(root: Path, tmp_path: Path) -> DirectoryDestination:
    return DirectoryDestination(DirectorySettings("www/site"), tmp_path)


def releases(root: Path) -> list[str]:
    return sorted(os.listdir(root / "releases"))


class TestPublishing:
    def test_before_the_first_publish_nothing_is_there_and_nothing_is_made(
        self, destination: DirectoryDestination, root: Path
    ) -> None:
        assert destination.look() == Standing(Manifest(), "", is_known=False)
        assert destination.list_files() == {}
        assert destination.list_releases() == ()
        assert destination.find_warnings(make_manifest(OLD)) == ()
        assert not root.exists()

    def test_an_empty_folder_is_as_good_as_none(self, destination: DirectoryDestination, root: Path) -> None:
        root.mkdir(parents=True)
        assert not destination.look().is_known
        (root / ".callsite").mkdir()
        assert not destination.look().is_known
        assert destination.list_files() == {}
        assert destination.list_releases() == ()

    def test_the_first_publish_shows_all(self, destination: DirectoryDestination, root: Path, output: Path) -> None:
        plan, watched = put(destination, OLD, output)
        assert shown(root) == OLD
        assert os.readlink(root / "current") == f"releases/{plan.new.release}"
        assert destination.look() == Standing(plan.new, plan.new.release)
        assert destination.list_files() == {path: len(data) for path, data in OLD.items()}
        assert sorted(watched.files) == sorted(OLD)
        assert sum(files for _, files, _ in watched.stages) == len(OLD)
        assert sum(size for _, _, size in watched.stages) == plan.size

    def test_changes_and_deletions_and_what_caches_ask_for(
        self, destination: DirectoryDestination, root: Path, output: Path
    ) -> None:
        first, _ = put(destination, OLD, output)
        second, watched = put(destination, NEW, output, NOON + HOUR)
        assert shown(root) == BOTH
        assert read_files(root / "releases" / first.new.release) == OLD
        assert destination.look().manifest == second.new
        assert list(second.new.retired) == list(KEPT)
        assert [stage for stage, _, _ in watched.stages] == [
            Stage.FINGERPRINTED,
            Stage.NEW_ASSETS,
            Stage.ENTRIES,
            Stage.REMOVED_PAGES,
        ]
        assert watched.files[-1] == "going.html"
        assert destination.list_files() == {path: len(data) for path, data in BOTH.items()}

    def test_what_is_kept_goes_when_its_time_is_over(
        self, destination: DirectoryDestination, root: Path, output: Path
    ) -> None:
        put(destination, OLD, output)
        put(destination, NEW, output, NOON + HOUR)
        put(destination, NEW, output, NOON + HOUR + WEEK)
        assert shown(root) == NEW

    def test_unchanged_files_are_not_written_but_shared(
        self, destination: DirectoryDestination, root: Path, output: Path
    ) -> None:
        first, _ = put(destination, OLD, output)
        second, watched = put(destination, NEW, output, NOON + HOUR)
        old, new = (root / "releases" / plan.new.release for plan in (first, second))
        for path in ("page.html", "css/same.css", "a/b/c/deep.txt", *KEPT):
            assert (old / path).samefile(new / path)
        assert not (old / "index.html").samefile(new / "index.html")
        assert "page.html" not in watched.files

    def test_a_second_publish_of_the_same_has_nothing_to_do(
        self, destination: DirectoryDestination, output: Path
    ) -> None:
        put(destination, OLD, output)
        assert plan_site(destination.look(), OLD, NOON + HOUR).is_empty

    def test_headers_alone_send_nothing(self, destination: DirectoryDestination, root: Path, output: Path) -> None:
        first, _ = put(destination, OLD, output)
        standing = destination.look()
        files = {path: replace(entry, headers=(("x", "y"),)) for path, entry in make_manifest(OLD).files.items()}
        from callsite.publish.plan import plan_publish

        plan = plan_publish(standing.manifest, Manifest(files), NOON + HOUR, WEEK)
        watched = Watched()
        destination.apply(plan, standing, output, watched)
        assert sorted(watched.files) == sorted(OLD)
        old, new = (root / "releases" / name for name in (first.new.release, plan.new.release))
        assert (old / "index.html").samefile(new / "index.html")
        assert destination.look().manifest == plan.new

    def test_names_of_all_kinds_arrive(self, destination: DirectoryDestination, root: Path, output: Path) -> None:
        files = {path: path.encode() for path in AWKWARD}
        put(destination, files, output)
        assert shown(root) == files
        assert destination.list_files() == {path: len(data) for path, data in files.items()}
        more = {**files, "index.html": b"more"}
        put(destination, more, output, NOON + HOUR)
        assert shown(root) == more

    def test_bytes_may_come_from_another_path(
        self, destination: DirectoryDestination, root: Path, output: Path
    ) -> None:
        standing = destination.look()
        plan = plan_site(standing, {"x.html": b"packed"})
        upload = plan.uploads[0]
        plan = replace(plan, uploads=(replace(upload, entry=replace(upload.entry, origin="x.html.gz")),))
        destination.apply(plan, standing, make_files({"x.html.gz": b"packed"}, output), Watched())
        assert shown(root) == {"x.html": b"packed"}

    def test_a_folder_becomes_a_file_and_a_file_a_folder(
        self, destination: DirectoryDestination, root: Path, output: Path
    ) -> None:
        css = "css/old." + hashlib.sha256(b"dark").hexdigest()[:12] + ".css"
        put(destination, {"a/b": b"1", "c": b"2", css: b"dark", "d/" + css: b"dark"}, output)
        now = {"a": b"3", "c/d": b"4", f"{css}/x": b"5", "d": b"6"}
        put(destination, now, output, NOON + HOUR)
        assert shown(root) == now
        assert not destination.look().manifest.retired

    @pytest.mark.parametrize("before", [False, True])
    def test_what_is_in_an_open_folder_is_open(
        self, destination: DirectoryDestination, root: Path, output: Path, before: bool
    ) -> None:
        old = os.umask(0o077)
        try:
            if before:  # when it was closed
                put(destination, OLD, output)
                assert (root / "releases").stat().st_mode & 0o777 == 0o700
            root.mkdir(parents=True, exist_ok=True)
            root.chmod(0o755)
            put(destination, NEW, output, NOON + HOUR)
        finally:
            os.umask(old)
        real = (root / "current").resolve()
        assert shown(root) == (BOTH if before else NEW)
        for path in (root / "releases", real, *real.rglob("*")):
            assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644)
        assert (root / ".callsite").stat().st_mode & 0o777 == 0o700
        assert all(path.stat().st_mode & 0o777 == 0o600 for path in (root / ".callsite").iterdir() if path.is_file())

    def test_what_is_somebody_elses_stays_as_it_is(
        self, destination: DirectoryDestination, root: Path, output: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(destination, OLD, output)
        page = root / "current" / "page.html"
        page.chmod(0o640)
        with monkeypatch.context() as patch:
            patch.setattr(os, "chmod", Faulty(os.chmod, errno.EPERM, once=False))
            put(destination, NEW, output, NOON + HOUR)
        assert shown(root) == BOTH
        assert page.stat().st_mode & 0o777 == 0o640

    def test_files_are_as_open_as_the_umask_says(
        self, destination: DirectoryDestination, root: Path, output: Path
    ) -> None:
        root.mkdir(parents=True)
        root.chmod(0o750)
        make_files(OLD, output)
        old = os.umask(0o027)
        try:
            put(destination, OLD, output)
        finally:
            os.umask(old)
        real = (root / "current").resolve()
        assert real.stat().st_mode & 0o777 == 0o750
        assert (real / "css").stat().st_mode & 0o777 == 0o750
        assert (real / "index.html").stat().st_mode & 0o777 == 0o640
        assert (root / ".callsite").stat().st_mode & 0o777 == 0o750

    def test_nobody_else_reads_the_lists(self, destination: DirectoryDestination, root: Path, output: Path) -> None:
        put(destination, OLD, output)
        assert not (root / ".callsite").stat().st_mode & 0o007

    def test_a_path_in_the_home_folder(self, tmp_path: Path, output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        at_home = DirectoryDestination(DirectorySettings("~/www"), tmp_path / "site")
        put(at_home, OLD, output)
        assert shown(tmp_path / "home" / "www") == OLD

    def test_the_destination_may_be_a_link_itself(self, tmp_path: Path, output: Path) -> None:
        (tmp_path / "disk").mkdir()
        (tmp_path / "www").symlink_to("disk")
        linked = DirectoryDestination(DirectorySettings("www"), tmp_path)
        put(linked, OLD, output)
        assert shown(tmp_path / "disk") == OLD

    def test_one_change_among_a_thousand_files_takes_no_long_time(
        self, destination: DirectoryDestination, root: Path, output: Path
    ) -> None:
        files = {f"library{number % 60}/page{number}.html": b"%d" % number for number in range(1000)}
        put(destination, files, output)
        began = time.monotonic()
        put(destination, {**files, "index.html": b"new"}, output, NOON + HOUR)
        assert time.monotonic() - began < 5
        assert len(destination.list_files()) == 1001


class TestReleases:
    def test_the_last_ones_are_kept(self, tmp_path: Path, root: Path, output: Path) -> None:
        destination = DirectoryDestination(DirectorySettings("www/site", keep=3), tmp_path)
        names = [
            put(destination, {"index.html": b"%d" % number}, output, NOON + number * HOUR)[0].new.release
            for number in range(5)
        ]
        assert releases(root) == names[2:]
        assert [release.name for release in destination.list_releases()] == [names[3], names[2]]
        assert sorted(os.listdir(root / ".callsite")) == [*(f"{name}.json" for name in names[2:]), "lock"]
        newest = destination.list_releases()[0]
        assert (newest.published, newest.commit, newest.files) == (NOON + 3 * HOUR, "c0ffee", 1)

    def test_the_present_one_stays_whatever_is_kept(self) -> None:
        assert find_outdated(["a", "b", "c"], "a", 0) == ["c", "b"]
        assert find_outdated(["a", "b", "c"], "a", 2) == ["b"]
        assert find_outdated(["a"], "a", 1) == []

    def test_what_is_dated_after_the_present_one_goes_first(self) -> None:
        assert find_outdated(["a", "b", "c", "x", "y"], "c", 3) == ["y", "x"]
        assert find_outdated(["a", "b", "c", "x", "y"], "c", 4) == ["x"]
        assert find_outdated(["b", "c"], "", 2) == ["b"]

    def test_a_clock_that_was_wrong_once_is_no_harm(self, tmp_path: Path, root: Path, output: Path) -> None:
        destination = DirectoryDestination(DirectorySettings("www/site", keep=3), tmp_path)
        days = (0, 3650, 1, 2)
        first, future, second, third = (
            put(destination, {"index.html": b"%d" % day}, output, NOON + day * 24 * HOUR)[0].new.release for day in days
        )
        assert releases(root) == [first, second, third]
        assert [release.name for release in destination.list_releases()] == [second, first]
        put(destination, {"index.html": b"future"}, output, NOON + 3650 * 24 * HOUR)
        last = put(destination, {"index.html": b"3"}, output, NOON + 3 * 24 * HOUR)[0].new.release
        assert [release.name for release in destination.list_releases()][:1] == [third]
        assert future not in releases(root)
        assert last in releases(root)

    def test_going_back_and_on_again(self, destination: DirectoryDestination, root: Path, output: Path) -> None:
        first, _ = put(destination, OLD, output)
        second, _ = put(destination, NEW, output, NOON + HOUR)
        [before] = destination.list_releases()
        destination.roll_back(before, destination.look(), Watched())
        light = {path: data for path, data in NEW.items() if path.startswith("css/new")}
        assert shown(root) == {**OLD, **light}  # a page of the newer release may be open
        assert os.readlink(root / "current") == f"releases/{first.new.release}"
        manifest = destination.look().manifest
        assert manifest.files == first.new.files
        assert list(manifest.retired) == list(light)
        assert [release.name for release in destination.list_releases()] == [second.new.release]
        put(destination, NEW, output, NOON + 2 * HOUR)
        assert shown(root) == BOTH

    def test_going_back_adds_nothing_where_nothing_is_missed(
        self, destination: DirectoryDestination, root: Path, output: Path
    ) -> None:
        first, _ = put(destination, {"index.html": b"1"}, output)
        put(destination, {"index.html": b"2"}, output, NOON + HOUR)
        destination.roll_back(destination.list_releases()[0], destination.look(), Watched())
        assert shown(root) == {"index.html": b"1"}
        assert destination.look().manifest == first.new

    def test_going_back_twice_goes_further(self, destination: DirectoryDestination, root: Path, output: Path) -> None:
        for number in range(3):
            put(destination, {"index.html": b"%d" % number}, output, NOON + number * HOUR)
        oldest = destination.list_releases()[-1]
        destination.roll_back(destination.list_releases()[0], destination.look(), Watched())
        destination.roll_back(oldest, destination.look(), Watched())
        assert shown(root) == {"index.html": b"0"}

    def test_there_is_no_going_back_to_what_is_gone(
        self, destination: DirectoryDestination, root: Path, output: Path
    ) -> None:
        put(destination, OLD, output)
        put(destination, NEW, output, NOON + HOUR)
        [before] = destination.list_releases()
        shutil.rmtree(root / "releases" / before.name)
        with pytest.raises(CallsiteError, match="is not there"):
            destination.roll_back(before, destination.look(), Watched())
        with pytest.raises(CallsiteError, match="is not there"):
            destination.roll_back(replace(before, name="../.."), destination.look(), Watched())
        assert shown(root) == BOTH
        assert destination.list_releases() == ()

    def test_an_older_release_is_never_written_to(
        self, destination: DirectoryDestination, root: Path, output: Path
    ) -> None:
        first, _ = put(destination, OLD, output)
        for number in range(4):
            put(destination, {**OLD, "css/same.css": b"%d" % number}, output, NOON + (number + 1) * HOUR)
            assert read_files(root / "releases" / first.new.release) == OLD

    def test_what_somebody_else_put_beside_stays(self, tmp_path: Path, root: Path, output: Path) -> None:
        destination = DirectoryDestination(DirectorySettings("www/site", keep=1), tmp_path)
        put(destination, OLD, output)
        theirs = {
            "notes.txt": b"mine",
            "releases/backup/x": b"mine",
            "releases/.x.gone.bak": b"mine",
            "releases/20200101T000000Z-01234567/x": b"mine",
            ".callsite/notes": b"mine",
        }
        for path, data in theirs.items():
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_bytes(data)
        put(destination, NEW, output, NOON + HOUR)
        assert {path: (root / path).read_bytes() for path in theirs} == theirs
        assert destination.list_releases() == ()

    def test_a_list_that_cannot_be_read_is_nobodys(
        self, destination: DirectoryDestination, root: Path, output: Path
    ) -> None:
        first, _ = put(destination, OLD, output)
        put(destination, NEW, output, NOON + HOUR)
        (root / ".callsite" / f"{first.new.release}.json").write_text("{}")
        assert destination.list_releases() == ()
        put(destination, OLD, output, NOON + 2 * HOUR)
        assert first.new.release in releases(root)

    def test_two_releases_in_a_second(self, destination: DirectoryDestination, root: Path, output: Path) -> None:
        put(destination, OLD, output)
        put(destination, NEW, output)
        put(destination, OLD, output)
        assert shown(root).items() >= OLD.items()
        standing = destination.look()
        with pytest.raises(CallsiteError, match="publish again in a second"):
            destination.apply(plan_site(standing, OLD), standing, output, Watched())

    def test_a_release_that_was_made_and_never_shown_gives_way(
        self, destination: DirectoryDestination, root: Path, output: Path
    ) -> None:
        put(destination, OLD, output)
        plan = plan_site(destination.look(), NEW, NOON + HOUR)
        (root / "releases" / plan.new.release).mkdir()
        (root / ".callsite" / f"{plan.new.release}.json").write_bytes(format_manifest(plan.new))
        put(destination, NEW, output, NOON + HOUR)
        assert shown(root) == BOTH

    def test_a_full_folder_of_that_name_without_a_list_is_somebody_elses(
        self, destination: DirectoryDestination, root: Path, output: Path
    ) -> None:
        put(destination, OLD, output)
        plan = plan_site(destination.look(), NEW, NOON + HOUR)
        (root / "releases" / plan.new.release / "x").mkdir(parents=True)
        with pytest.raises(CallsiteError, match="see what stands there"):
            put(destination, NEW, output, NOON + HOUR)
        assert shown(root) == OLD


class TestVisitors:
    def test_whoever_looks_all_the_time_never_misses_what_a_page_shows(
        self, tmp_path: Path, root: Path, output: Path
    ) -> None:
        destination = DirectoryDestination(DirectorySettings("www/site", keep=2), tmp_path)
        put(destination, make_version(0), output)
        seen: list[str] = []
        is_over = threading.Event()

        def visit() -> None:
            while not is_over.is_set():
                page = (root / "current" / "index.html").read_text()
                time.sleep(0.001)  # the site may change before its style is asked for
                seen.append(page if (root / "current" / page).is_file() else f"{page} is missing")

        visitor = threading.Thread(target=visit)
        visitor.start()
        for number in range(1, 20):
            put(destination, make_version(number), output, NOON + number * HOUR)
            destination.roll_back(destination.list_releases()[0], destination.look(), Watched())
        is_over.set()
        visitor.join()
        missing = [each for each in seen if each.endswith("missing")]
        print(f"{len(seen)} pages asked for during 38 changes of the site, {len(missing)} without their style")
        assert len(set(seen)) > 1
        assert missing == []


def make_version(number: int) -> dict[str, bytes]:
    """A site whose page names its style, whose name says what is in it."""
    style = b"style %d" % number
    name = f"css/x.{fingerprint(style)}.css"
    return {"index.html": name.encode(), name: style}


class TestStanding:
    def test_two_plans_for_one_state(self, destination: DirectoryDestination, root: Path, output: Path) -> None:
        put(destination, OLD, output)
        standing = destination.look()
        put(destination, NEW, output, NOON + HOUR)
        with pytest.raises(MovedError, match=r"site: somebody else has published since this was planned"):
            destination.apply(plan_site(standing, {"a": b""}, NOON + HOUR), standing, output, Watched())
        with pytest.raises(MovedError):
            destination.roll_back(destination.list_releases()[0], standing, Watched())
        assert shown(root) == BOTH

    def test_two_first_publishes(self, destination: DirectoryDestination, root: Path, output: Path) -> None:
        standing = destination.look()
        put(destination, OLD, output)
        with pytest.raises(MovedError):
            destination.apply(plan_site(standing, NEW), standing, output, Watched())
        assert shown(root) == OLD

    def test_whoever_comes_second_is_told_to_wait(
        self, destination: DirectoryDestination, root: Path, output: Path
    ) -> None:
        put(destination, OLD, output)
        standing = destination.look()
        seen: list[str] = []

        class Curious(Watched):
            def begin(self, stage: Stage, files: int, size: int) -> None:
                for question in (
                    destination.look,
                    destination.list_releases,
                    destination.list_files,
                    lambda: destination.apply(plan_site(standing, OLD), standing, output, Watched()),
                ):
                    with pytest.raises(BusyError) as caught:
                        question()
                    seen.append(str(caught.value))

        plan = plan_site(standing, NEW, NOON + HOUR)
        destination.apply(plan, standing, make_files(NEW, output), Curious())
        assert len(seen) >= 4
        for line in seen:
            assert line.startswith(f"{root}: another publish has been running since ")
            assert line.endswith(f" UTC (process {os.getpid()} there); wait for it to end")
        assert shown(root) == BOTH

    def test_somebody_who_only_looks_is_waited_for(
        self, destination: DirectoryDestination, root: Path, output: Path
    ) -> None:
        import fcntl

        put(destination, OLD, output)
        with open(root / ".callsite" / "lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            assert destination.look().is_known
            timer = threading.Timer(0.02, lambda: fcntl.flock(lock, fcntl.LOCK_UN))
            timer.start()
            put(destination, NEW, output, NOON + HOUR)
            timer.join()
        assert shown(root) == BOTH

    def test_a_lock_with_nothing_in_it(self) -> None:
        assert str(make_busy("x", "")) == "x: another publish is running; wait for it to end"

    def test_a_lost_release_is_sent_anew(self, destination: DirectoryDestination, root: Path, output: Path) -> None:
        first, _ = put(destination, OLD, output)
        shutil.rmtree(root / "releases" / first.new.release)
        assert destination.look() == Standing(Manifest(), first.new.release, is_known=False)
        assert destination.list_files() == {}
        put(destination, NEW, output, NOON + HOUR)
        assert shown(root) == NEW

    @pytest.mark.parametrize("lost", ["page.html", "a", "css/same.css"])
    def test_lost_files_are_sent_though_nobody_knew(
        self, destination: DirectoryDestination, root: Path, output: Path, lost: str
    ) -> None:
        put(destination, OLD, output)
        path = root / "current" / lost
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        put(destination, NEW, output, NOON + HOUR)
        assert shown(root) == BOTH

    def test_files_of_another_size_are_sent_again(
        self, destination: DirectoryDestination, root: Path, output: Path
    ) -> None:
        put(destination, OLD, output)
        (root / "current" / "page.html").write_bytes(b"vandalised")
        for path in KEPT:
            (root / "current" / path).write_bytes(b"vandalised")
        put(destination, NEW, output, NOON + HOUR)
        assert shown(root) == NEW  # what only caches ask for is in nobody's output
        assert not destination.look().manifest.retired

    def test_a_list_that_cannot_be_read_is_told_with_what_to_move_away(
        self, destination: DirectoryDestination, root: Path, output: Path
    ) -> None:
        plan, _ = put(destination, OLD, output)
        path = root / ".callsite" / f"{plan.new.release}.json"
        data = path.read_bytes()
        for damaged, says in (
            (data.replace(plan.new.release.encode(), b"another"), "the list of another release"),
            (b"{}", "no list of what was published"),
        ):
            path.write_bytes(damaged)
            with pytest.raises(CallsiteError, match=f"{says}; bring back the right one, or move this file") as caught:
                destination.look()
            assert str(caught.value).startswith(f"{path}: ")
        path.unlink()
        path.mkdir()
        with pytest.raises(CallsiteError, match="cannot be read"):
            destination.look()
        path.rmdir()
        put(destination, NEW, output, NOON + HOUR)
        assert shown(root) == NEW

    def test_without_a_list_all_is_sent_to_a_new_release(
        self, destination: DirectoryDestination, root: Path, output: Path
    ) -> None:
        first, _ = put(destination, OLD, output)
        (root / ".callsite" / f"{first.new.release}.json").unlink()
        assert destination.look() == Standing(Manifest(), first.new.release, is_known=False)
        assert destination.list_files() == {path: len(data) for path, data in OLD.items()}
        plan, watched = put(destination, NEW, output, NOON + HOUR)
        assert sorted(watched.files) == sorted(NEW)
        assert shown(root) == NEW
        assert destination.look() == Standing(plan.new, plan.new.release)
        assert read_files(root / "releases" / first.new.release) == OLD  # nobody knows whose it is

    def test_without_a_list_an_older_release_can_be_shown(
        self, destination: DirectoryDestination, root: Path, output: Path
    ) -> None:
        first, _ = put(destination, OLD, output)
        second, _ = put(destination, NEW, output, NOON + HOUR)
        (root / ".callsite" / f"{second.new.release}.json").unlink()
        [before] = destination.list_releases()
        destination.roll_back(before, destination.look(), Watched())
        assert shown(root) == OLD
        assert destination.look().manifest == first.new


class TestForeign:
    def test_a_folder_with_other_files_is_left_alone(
        self, destination: DirectoryDestination, root: Path, output: Path
    ) -> None:
        root.mkdir(parents=True)
        (root / "index.html").write_text("somebody's")
        with pytest.raises(CallsiteError, match=r"files that are none of ours, `index.html` for one; move them away"):
            destination.look()
        with pytest.raises(CallsiteError, match="none of ours"):
            destination.apply(
                plan_site(Standing(Manifest(), ""), OLD), Standing(Manifest(), ""), make_files(OLD, output), Watched()
            )
        assert read_files(root) == {"index.html": b"somebody's"}

    @pytest.mark.parametrize("kind", ["folder", "file", "link out", "absolute link", "link to other folder"])
    def test_a_current_that_is_not_ours(
        self, destination: DirectoryDestination, root: Path, output: Path, kind: str
    ) -> None:
        put(destination, OLD, output)
        current = root / "current"
        real = current.resolve()
        current.unlink()
        if kind == "folder":
            current.mkdir()
            (current / "x").write_text("theirs")
        elif kind == "file":
            current.write_text("theirs")
        else:
            leads = {"link out": "releases/../../..", "absolute link": str(real), "link to other folder": "theirs"}
            current.symlink_to(leads[kind])
        with pytest.raises(CallsiteError, match="move it away, or choose another folder"):
            destination.look()
        with pytest.raises(CallsiteError, match="move it away, or choose another folder"):
            destination.apply(plan_site(Standing(Manifest(), ""), NEW), Standing(Manifest(), ""), output, Watched())
        assert os.path.lexists(current)

    def test_a_destination_that_is_a_file(self, destination: DirectoryDestination, root: Path, output: Path) -> None:
        root.parent.mkdir()
        root.write_text("a file")
        with pytest.raises(CallsiteError, match="cannot be read: Not a directory"):
            destination.look()

    @pytest.mark.parametrize("name", [".callsite", "releases"])
    def test_folders_that_lead_elsewhere(
        self, destination: DirectoryDestination, root: Path, output: Path, tmp_path: Path, name: str
    ) -> None:
        put(destination, OLD, output)
        (root / name).rename(tmp_path / "elsewhere")
        (root / name).symlink_to(tmp_path / "elsewhere")
        before = read_files(tmp_path / "elsewhere")
        for question in (destination.look, destination.list_releases, destination.list_files):
            with pytest.raises(CallsiteError, match=f"`{name}` there is no folder, or a link to one; move it away"):
                question()
        with pytest.raises(CallsiteError, match="is no folder"):
            destination.apply(plan_site(Standing(Manifest(), ""), NEW), Standing(Manifest(), ""), output, Watched())
        assert read_files(tmp_path / "elsewhere") == before

    def test_a_release_that_leads_elsewhere(
        self, destination: DirectoryDestination, root: Path, output: Path, tmp_path: Path
    ) -> None:
        first, _ = put(destination, OLD, output)
        put(destination, NEW, output, NOON + HOUR)
        [before] = destination.list_releases()
        (tmp_path / "elsewhere").mkdir()
        shutil.rmtree(root / "releases" / first.new.release)
        (root / "releases" / first.new.release).symlink_to(tmp_path / "elsewhere")
        with pytest.raises(CallsiteError, match="this is no folder, or a link to one"):
            destination.roll_back(before, destination.look(), Watched())
        (root / "current").unlink()
        (root / "current").symlink_to(f"releases/{first.new.release}")
        with pytest.raises(CallsiteError, match="this is no folder, or a link to one"):
            destination.look()

    def test_links_in_a_release_are_not_followed(
        self, destination: DirectoryDestination, root: Path, output: Path, tmp_path: Path
    ) -> None:
        put(destination, OLD, output)
        secret = make_files({"same.css": OLD["css/same.css"], "x": b"secret"}, tmp_path / "secret")
        real = (root / "current").resolve()
        shutil.rmtree(real / "css")
        (real / "css").symlink_to(secret)
        (real / "page.html").unlink()
        (real / "page.html").symlink_to(secret / "x")
        put(destination, NEW, output, NOON + HOUR)
        assert shown(root) == NEW
        now = (root / "current").resolve()
        assert not any(path.is_symlink() for path in now.rglob("*"))
        assert (secret / "same.css").stat().st_nlink == 1
        assert "css/same.css" in destination.list_files()

    def test_a_lock_that_leads_elsewhere(
        self, destination: DirectoryDestination, root: Path, output: Path, tmp_path: Path
    ) -> None:
        put(destination, OLD, output)
        (tmp_path / "precious").write_text("precious")
        (root / ".callsite" / "lock").unlink()
        (root / ".callsite" / "lock").symlink_to(tmp_path / "precious")
        with pytest.raises(CallsiteError, match="`lock` cannot be read"):
            destination.look()
        with pytest.raises(CallsiteError, match="`lock` cannot be written"):
            destination.apply(plan_site(Standing(Manifest(), ""), NEW), Standing(Manifest(), ""), output, Watched())
        assert (tmp_path / "precious").read_text() == "precious"

    def test_planted_names_of_parts_are_replaced_not_followed(
        self, destination: DirectoryDestination, root: Path, output: Path, tmp_path: Path
    ) -> None:
        put(destination, OLD, output)
        (tmp_path / "precious").write_text("precious")
        name = plan_site(destination.look(), NEW, NOON + HOUR).new.release
        (root / ".callsite" / f"{name}.json.part").symlink_to(tmp_path / "precious")
        (root / ".callsite" / "current.part").symlink_to(tmp_path / "precious")
        put(destination, NEW, output, NOON + HOUR)
        assert shown(root) == BOTH
        assert (tmp_path / "precious").read_text() == "precious"

    @pytest.mark.parametrize("path", ["../evil", "/etc/evil", "a/../../evil", "a//b"])
    def test_a_hostile_list_is_refused(
        self, destination: DirectoryDestination, root: Path, output: Path, path: str
    ) -> None:
        plan, _ = put(destination, OLD, output)
        entry = Entry("0" * 64, 1)
        bad = replace(plan.new, files={**plan.new.files, path: entry})
        (root / ".callsite" / f"{plan.new.release}.json").write_bytes(format_manifest(bad))
        with pytest.raises(CallsiteError, match="no list of what was published"):
            destination.look()


class TestPlaces:
    @pytest.mark.parametrize(
        ("path", "what"),
        [
            (".", "this is the folder of the site"),
            ("..", "the folder of the site is in it"),
            ("content", "this is the folder of content"),
            ("content/x", "this is in the folder of content"),
            (".git/x", "this is in git's folder"),
            ("linked", "this is the folder of content"),
        ],
    )
    def test_the_site_is_not_published_into_itself(self, tmp_path: Path, path: str, what: str) -> None:
        (tmp_path / "content").mkdir()
        (tmp_path / "linked").symlink_to("content")
        with pytest.raises(CallsiteError, match=f": {what}; a published site needs a folder of its own, so write ano"):
            DirectoryDestination(DirectorySettings(path), tmp_path)

    def test_what_it_is_called(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def title(path: str) -> str:
            return DirectoryDestination(DirectorySettings(path), tmp_path / "site").title

        (tmp_path / "site" / "deep").mkdir(parents=True)
        monkeypatch.chdir(tmp_path / "site")
        assert title("big/../www/big") == "www/big"
        assert title("../www") == "../www"
        assert title("/srv/www/") == "/srv/www"
        assert title(str(tmp_path / "site" / "www")) == "www"
        monkeypatch.chdir("/")
        assert title("www") == str(tmp_path / "site" / "www")[1:]
        monkeypatch.chdir(tmp_path / "site" / "deep")
        assert title("../www") == str(tmp_path / "www")

    def test_a_link_on_the_way_leads_where_the_system_says(self, tmp_path: Path, output: Path) -> None:
        (tmp_path / "disk" / "big").mkdir(parents=True)
        (tmp_path / "site").mkdir()
        (tmp_path / "site" / "big").symlink_to("../disk/big")
        put(DirectoryDestination(DirectorySettings("big/../www"), tmp_path / "site"), OLD, output)
        assert shown(tmp_path / "disk" / "www") == OLD

    def test_nothing_is_made_on_a_way_that_is_not_gone(self, tmp_path: Path, output: Path) -> None:
        put(DirectoryDestination(DirectorySettings("big/../www"), tmp_path), OLD, output)
        assert sorted(os.listdir(tmp_path)) == ["output", "www"]

    def test_the_home_of_nobody(self, tmp_path: Path) -> None:
        with pytest.raises(CallsiteError, match=r"^~no-such-user/x: no user `no-such-user` is known here; write a"):
            DirectoryDestination(DirectorySettings("~no-such-user/x"), tmp_path)
        assert DirectoryDestination(DirectorySettings("./~no-such-user/x"), tmp_path).title.endswith("/~no-such-user/x")

    @pytest.mark.parametrize("inside", ["output", "output/www", "."])
    def test_nor_the_output_into_itself(self, tmp_path: Path, inside: str) -> None:
        base = tmp_path / "base"
        base.mkdir()
        output = make_files(OLD, tmp_path / "x" / "output")
        destination = DirectoryDestination(DirectorySettings(str(tmp_path / "x" / inside)), base)
        standing = Standing(Manifest(), "", is_known=False)
        with pytest.raises(CallsiteError, match=r"this is (in )?the output; a |the output is in it; a "):
            destination.apply(plan_site(standing, OLD), standing, output, Watched())
        assert read_files(output) == OLD


class TestOutput:
    def test_files_that_changed_since_the_plan_stop_it(
        self, destination: DirectoryDestination, root: Path, output: Path
    ) -> None:
        put(destination, OLD, output)
        standing = destination.look()
        plan = plan_site(standing, NEW, NOON + HOUR)
        make_files({**NEW, "index.html": b"new iNdex"}, output)
        with pytest.raises(CallsiteError, match=r"output/index.html: has changed since the publish was planned"):
            destination.apply(plan, standing, output, Watched())
        assert shown(root) == OLD
        put(destination, NEW, output, NOON + 2 * HOUR)
        assert shown(root) == BOTH

    def test_files_that_are_gone_stop_it(self, destination: DirectoryDestination, root: Path, output: Path) -> None:
        standing = destination.look()
        plan = plan_site(standing, OLD)
        make_files({}, output)
        with pytest.raises(CallsiteError, match=r"css: cannot be read, No such file or directory; build again"):
            destination.apply(plan, standing, output, Watched())
        assert not (root / "current").exists()
        assert not destination.look().is_known


class Faulty:
    """A call that fails with an error, once or always, if its first arguments are these."""

    def __init__(self, real: Callable[..., Any], number: int, name: str = "", once: bool = True) -> None:
        self.real, self.number, self.name, self.once = real, number, name, once
        self.done = 0

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        if (not self.name or arguments[0] == self.name) and not (self.once and self.done):
            self.done += 1
            raise OSError(self.number, os.strerror(self.number), arguments[0])
        return self.real(*arguments, **named)


class TestFaults:
    @pytest.mark.parametrize(
        ("call", "number", "says"),
        [
            ("mkdir", errno.ENOSPC, "cannot be written: the disk is full; make room there, and try again"),
            ("rename", errno.EACCES, "permission denied; see to the rights of the folder"),
            ("symlink", errno.EROFS, "the file system is read-only; make it writable"),
            ("link", errno.ENOSPC, "`page.html` cannot be written: the disk is full"),
            ("stat", errno.EIO, "Input/output error; see what stands there, and try again"),
            ("fsync", errno.EDQUOT, "your share of the disk is used up"),
        ],
    )
    def test_the_disk_says_no(
        self,
        destination: DirectoryDestination,
        root: Path,
        output: Path,
        monkeypatch: pytest.MonkeyPatch,
        call: str,
        number: int,
        says: str,
    ) -> None:
        put(destination, OLD, output)
        standing = destination.look()
        plan = plan_site(standing, NEW, NOON + HOUR)
        make_files(NEW, output)
        with monkeypatch.context() as patch:
            name = "page.html" if call in ("link", "stat") else ""
            patch.setattr(os, call, Faulty(getattr(os, call), number, name, once=False))
            if call == "mkdir":
                patch.setattr(os, "makedirs", lambda *_, **__: None)
            with pytest.raises(CallsiteError, match=says) as caught:
                destination.apply(plan, standing, output, Watched())
        assert str(caught.value).startswith(f"{root}: ")
        assert shown(root) == OLD
        put(destination, NEW, output, NOON + 2 * HOUR)
        assert shown(root) == BOTH
        assert not [name for name in releases(root) if name.startswith(".")]

    @pytest.mark.parametrize("number", [errno.EPERM, errno.EMLINK, errno.EXDEV])
    def test_files_that_cannot_have_two_names_are_copied(
        self,
        destination: DirectoryDestination,
        root: Path,
        output: Path,
        monkeypatch: pytest.MonkeyPatch,
        number: int,
    ) -> None:
        first, _ = put(destination, OLD, output)
        monkeypatch.setattr(os, "link", Faulty(os.link, number, once=False))
        put(destination, NEW, output, NOON + HOUR)
        assert shown(root) == BOTH
        assert not (root / "current" / "page.html").samefile(root / "releases" / first.new.release / "page.html")
        assert list(destination.look().manifest.retired) == list(KEPT)

    def test_old_releases_that_cannot_be_taken_away_stay(
        self, tmp_path: Path, root: Path, output: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        destination = DirectoryDestination(DirectorySettings("www/site", keep=1), tmp_path)
        first, _ = put(destination, OLD, output)
        with monkeypatch.context() as patch:
            patch.setattr(os, "rename", Faulty(os.rename, errno.EACCES, first.new.release))
            put(destination, NEW, output, NOON + HOUR)
        assert shown(root) == BOTH
        assert first.new.release in releases(root)
        put(destination, OLD, output, NOON + 2 * HOUR)
        assert len(releases(root)) == 1

    def test_a_reader_without_rights_is_told(
        self, destination: DirectoryDestination, root: Path, output: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(destination, OLD, output)
        monkeypatch.setattr(os, "open", Faulty(os.open, errno.EACCES, ".callsite"))
        with pytest.raises(CallsiteError, match=r"`\.callsite` cannot be read: permission denied"):
            destination.look()

    @pytest.mark.parametrize("what", ["kill", "ENOSPC", "EACCES"])
    def test_at_every_step(self, tmp_path: Path, what: str) -> None:
        command = [sys.executable, "-m", "tests.killed", str(tmp_path), what]
        done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        steps = int(done.stdout.split()[0])
        print(f"{steps} steps of a publish, each stopped by {what}: visitors saw the old site or the new one")
        assert steps > 60


class TestResuming:
    def test_what_has_arrived_is_not_sent_again(
        self, destination: DirectoryDestination, root: Path, output: Path
    ) -> None:
        put(destination, OLD, output)
        standing = destination.look()
        sent = stop_after(destination, standing, output, NOON + HOUR, 2)
        partial = next(path for path in (root / "releases").iterdir() if path.name.startswith("."))
        numbers = {path: (partial / path).stat().st_ino for path in sent}
        assert len(sent) == 2
        assert shown(root) == OLD
        put(destination, NEW, output, NOON + 2 * HOUR)
        assert {path: (root / "current" / path).stat().st_ino for path in sent} == numbers
        assert shown(root) == BOTH
        assert not partial.exists()

    def test_what_has_arrived_with_other_bytes_is_sent(
        self, destination: DirectoryDestination, root: Path, output: Path
    ) -> None:
        put(destination, OLD, output)
        sent = stop_after(destination, destination.look(), output, NOON + HOUR, 2)
        partial = next(path for path in (root / "releases").iterdir() if path.name.startswith("."))
        one, other = sent
        (partial / one).write_bytes(b"x" * len(NEW[one]))
        (partial / other).write_bytes(b"short")
        put(destination, NEW, output, NOON + 2 * HOUR)
        assert shown(root) == BOTH

    def test_a_first_publish_goes_on_as_well(self, destination: DirectoryDestination, root: Path, output: Path) -> None:
        stop_after(destination, destination.look(), output, NOON, 3)
        assert not destination.look().is_known
        put(destination, NEW, output, NOON + HOUR)
        assert shown(root) == NEW
        assert len(releases(root)) == 1


class _StoppedError(Exception):
    pass


def stop_after(
    destination: DirectoryDestination, standing: Standing, output: Path, now: datetime, files: int
) -> list[str]:
    """Publish NEW and stop when so many files are sent; returns which."""

    class Stopping(Watched):
        def finish(self, path: str, size: int) -> None:
            super().finish(path, size)
            if len(self.files) == files:
                raise _StoppedError

    watched = Stopping()
    with pytest.raises(_StoppedError):
        destination.apply(plan_site(standing, NEW, now), standing, make_files(NEW, output), watched)
    return watched.files


class TestTree:
    @pytest.fixture
    def tree(self, tmp_path: Path) -> Iterator[Tree]:
        (tmp_path / "tree").mkdir()
        with Tree(os.open(tmp_path / "tree", os.O_RDONLY)) as tree:
            yield tree

    def test_what_is_no_regular_file_is_not_read(self, tree: Tree, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "tree" / "pipe")
        (tmp_path / "tree" / "folder").mkdir()
        for name in ("pipe", "folder"):
            with pytest.raises(OSError, match=r"it is no regular file|Is a directory"):
                tree.read(name)
            assert tree.find_size(name) is None
        assert list(tree.list_files()) == []

    def test_descriptors_are_closed(self, tree: Tree) -> None:
        before = len(os.listdir("/dev/fd"))
        for number in range(50):
            tree.write(f"a{number}/b/c", [b"x"])
        assert len(os.listdir("/dev/fd")) <= before + 2
        assert sorted(tree.list_files()) == sorted((f"a{number}/b/c", 1) for number in range(50))
