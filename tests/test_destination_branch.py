"""A branch of a git repository: what visitors see of it, what stays, and that nothing of the user's is touched."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from datetime import timedelta
from pathlib import Path

import pytest

from callsite.destinations import BusyError, MovedError, Release, Standing
from callsite.destinations.branch import BranchDestination, format_message
from callsite.destinations.branch.copies import Copies
from callsite.destinations.branch.remote import Tip
from callsite.publish.manifest import MANIFEST, Entry, Manifest
from callsite.publish.plan import plan_publish
from tests.branches import Bare, forget_user, git, make_bare, make_checkout, open_branch, refuse, take_snapshot
from tests.publishing import NOON, Watched
from tests.releasing import AWKWARD, BOTH, NEW, OLD, WEEK, make_files, plan_site, put

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_user(monkeypatch, tmp_path)


@pytest.fixture
def bare(tmp_path: Path) -> Bare:
    return make_bare(tmp_path / "up.git")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return make_checkout(tmp_path / "a checkout", "../up.git")


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"


@pytest.fixture
def destination(checkout: Path, bare: Bare) -> BranchDestination:
    return open_branch(checkout)


class TestPublishing:
    def test_before_the_first_publish_nothing_is_there_and_nothing_is_made(
        self, destination: BranchDestination, bare: Bare
    ) -> None:
        assert destination.look() == Standing(Manifest(), Tip(""), is_known=False)
        assert destination.list_files() == {}
        assert destination.list_releases() == ()
        assert bare.tip == ""
        assert destination.title == "branch gh-pages of ../up.git"

    def test_a_publish_is_one_commit_that_says_what_it_is_of(
        self, destination: BranchDestination, bare: Bare, output: Path
    ) -> None:
        plan, watched = put(destination, OLD, output)
        assert bare.read() == dict(OLD)
        assert bare.log("%B|%an|%ae|%cn|%ce|%at|%ct|%P|%e") == [
            f"Publish https://examples.example.org from c0ffee\n\nSource: c0ffee\nRelease: {plan.new.release}\n"
            f"|A User|user@example.org|A User|user@example.org|{NOON.timestamp():.0f}|{NOON.timestamp():.0f}||"
        ]
        assert sorted(watched.files) == sorted(OLD)
        standing = destination.look()
        assert (standing.manifest, standing.is_known) == (plan.new, True)
        assert destination.list_files() == {path: len(data) for path, data in OLD.items()}

    def test_the_next_one_comes_on_top_and_keeps_what_caches_may_ask_for(
        self, destination: BranchDestination, bare: Bare, output: Path
    ) -> None:
        put(destination, OLD, output)
        first = bare.tip
        plan, watched = put(destination, NEW, output, NOON + HOUR)
        assert bare.read() == dict(BOTH)
        assert bare.log()[1:] == [first]
        assert [stage for stage, _, _ in watched.stages] == [stage for stage, _, _ in plan.list_stages()]
        assert watched.files[-1] == "going.html"
        assert set(destination.look().manifest.retired) == BOTH.keys() - NEW.keys()

    def test_what_was_kept_goes_when_its_time_is_over(
        self, destination: BranchDestination, bare: Bare, output: Path
    ) -> None:
        put(destination, OLD, output)
        put(destination, NEW, output, NOON + HOUR)
        put(destination, {**NEW, "more.html": b"more"}, output, NOON + WEEK + DAY)
        assert bare.read() == {**NEW, "more.html": b"more"}

    def test_without_history_the_branch_has_one_commit(self, checkout: Path, bare: Bare, output: Path) -> None:
        destination = open_branch(checkout, history=False)
        for number, files in enumerate((OLD, NEW, OLD, {**OLD, "a b/c.html": b"1"}, {**OLD, "a b/c.html": b"2"})):
            put(destination, files, output, NOON + number * WEEK * 2)
            assert len(bare.log()) == 1
            assert bare.read().items() >= dict(files).items()
        assert destination.list_releases() == ()
        assert "nothing to go back to" in refuse(
            lambda: destination.roll_back(Release("x", NOON), destination.look(), Watched())
        )

    def test_history_may_be_given_up_and_taken_up_again(self, checkout: Path, bare: Bare, output: Path) -> None:
        put(open_branch(checkout), OLD, output)
        put(open_branch(checkout), NEW, output, NOON + HOUR)
        put(open_branch(checkout, history=False), OLD, output, NOON + 2 * HOUR)
        assert len(bare.log()) == 1
        put(open_branch(checkout), NEW, output, NOON + 3 * HOUR)
        assert len(bare.log()) == 2
        assert bare.read() == dict(BOTH)

    def test_awkward_names_and_bytes_arrive_as_they_are(
        self, destination: BranchDestination, bare: Bare, output: Path
    ) -> None:
        files = {path: path.encode() for path in AWKWARD}
        files |= {
            "crlf.txt": b"a\r\nb\r\n",
            "lf.txt": b"a\nb\n",
            "empty": b"",
            "bytes": bytes(range(256)),
            ".gitattributes": b"* text eol=crlf filter=spoil ident working-tree-encoding=UTF-16\n",
            "sub/.gitattributes": b"* export-subst\n",
            ".gitignore": b"*\n",
            ".gitmodules": b'[submodule "x"]\n\tpath = x\n\turl = ./x\n',
            "ident.txt": b"$Id$\n",
        }
        put(destination, files, output)
        assert bare.read() == files
        assert destination.list_files() == {path: len(data) for path, data in files.items()}
        put(destination, {**files, "lf.txt": b"c\n"}, output, NOON + HOUR)
        assert bare.read() == {**files, "lf.txt": b"c\n"}
        git(bare.path, "fsck", "--strict")

    def test_a_path_that_git_leaves_out_is_an_error(
        self, destination: BranchDestination, bare: Bare, output: Path
    ) -> None:
        files = {"index.html": b"", "a/.git/config": b""}
        assert refuse(lambda: put(destination, files, output)).startswith(
            "a/.git/config: git takes no file of that name"
        )
        assert bare.tip == ""

    def test_a_site_below_a_folder_of_a_branch(self, checkout: Path, bare: Bare, output: Path) -> None:
        bare.commit({"README.md": b"read", "docs/theirs.txt": b"theirs", "docs2/x": b"x"})
        destination = open_branch(checkout, folder="docs")
        assert destination.look().is_known is False
        put(destination, OLD, output)
        put(destination, NEW, output, NOON + WEEK + DAY)
        others = {"README.md": b"read", "docs2/x": b"x", "docs/theirs.txt": b"theirs"}
        assert bare.read(apart_from=f"docs/{MANIFEST}") == {**others, **{f"docs/{path}": BOTH[path] for path in BOTH}}
        assert destination.list_files() == {"theirs.txt": 6, **{path: len(data) for path, data in BOTH.items()}}

    @pytest.mark.parametrize("form", ["path", "file", "absolute"])
    def test_a_repository_by_its_address_without_a_repository_here(
        self, tmp_path: Path, bare: Bare, output: Path, form: str
    ) -> None:
        address = {"path": "../up.git", "file": bare.path.as_uri(), "absolute": str(bare.path)}[form]
        (tmp_path / "site").mkdir()
        destination = open_branch(tmp_path / "site", remote=address, branch="pages/live")
        put(destination, OLD, output)
        bare.branch = "pages/live"
        assert bare.read() == dict(OLD)
        assert bare.log("%an <%ae>") == ["Callsite <publish@callsite.invalid>"]
        assert destination.title == f"branch pages/live of {'../up.git' if form == 'path' else bare.path}"

    def test_a_repository_of_sha256(self, tmp_path: Path, checkout: Path, output: Path) -> None:
        bare = make_bare(tmp_path / "other.git", "--object-format=sha256")
        bare.commit({"README.md": b"read"})
        destination = open_branch(checkout, remote="../other.git")
        put(destination, OLD, output)
        shutil.rmtree(checkout / ".cache")
        put(destination, NEW, output, NOON + HOUR)
        assert len(bare.tip) == 64
        assert bare.read() == {**BOTH, "README.md": b"read"}

    @pytest.mark.parametrize(
        ("template", "message"),
        [
            (
                "Site of {commit}: {files} files, {site} {release} {else}",
                "Site of c0ffee: 2 files, https://x.test r1 {else}",
            ),
            ("[skip ci] Ünïcode", "[skip ci] Ünïcode"),
            ("", "Publish https://x.test from c0ffee\n\nSource: c0ffee\nRelease: r1"),
        ],
    )
    def test_messages(self, template: str, message: str) -> None:
        manifest = Manifest(
            {"a": Entry("", 0), "b": Entry("", 0)}, release="r1", site="https://x.test", commit="c0ffee"
        )
        assert format_message(template, manifest) == message

    def test_a_message_for_a_site_of_which_nothing_is_known(self) -> None:
        assert format_message("", Manifest(release="r1")) == "Publish the site\n\nRelease: r1"

    def test_a_message_of_ones_own(self, checkout: Path, bare: Bare, output: Path) -> None:
        put(open_branch(checkout, message="Grüße von {site}"), OLD, output)
        assert bare.log("%B") == ["Grüße von https://examples.example.org\n"]


class TestNothingIsSent:
    def test_when_all_of_it_is_there(self, destination: BranchDestination, bare: Bare, output: Path) -> None:
        put(destination, OLD, output)
        first = bare.tip
        plan, _ = put(destination, OLD, output, NOON + HOUR)
        assert plan.is_empty
        assert bare.log() == [first]

    def test_when_the_very_same_plan_is_applied_again(
        self, destination: BranchDestination, bare: Bare, output: Path
    ) -> None:
        plan, _ = put(destination, OLD, output)
        first = bare.tip
        destination.apply(plan, destination.look(), output, Watched())
        assert bare.log() == [first]

    def test_but_what_somebody_has_changed_there_is_put_right(
        self, destination: BranchDestination, bare: Bare, output: Path
    ) -> None:
        put(destination, OLD, output)
        bare.commit({"page.html": b"by hand"})
        plan, _ = put(destination, OLD, output, NOON + HOUR)
        assert plan.is_empty
        assert bare.read() == dict(OLD)
        assert len(bare.log()) == 3

    def test_when_the_output_is_another_one_than_was_planned(
        self, destination: BranchDestination, bare: Bare, output: Path
    ) -> None:
        for spoil in ((output / "page.html").write_bytes, lambda data: (output / "page.html").unlink()):
            standing = destination.look()
            plan = plan_site(standing, OLD)
            make_files(OLD, output)
            spoil(b"something else")
            assert "page.html" in refuse(lambda: destination.apply(plan, standing, output, Watched()))  # noqa: B023  # called at once
            assert bare.tip == ""

    def test_when_a_file_changes_after_it_was_looked_at(
        self, destination: BranchDestination, bare: Bare, output: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from callsite.destinations.states import read_output as read

        times: list[str] = []

        def change(output: Path, path: str, entry: Entry) -> object:
            times.append(path)
            if times.count(path) == 2:
                (output / path).write_bytes(b"x" * entry.size)
            return read(output, path, entry)

        monkeypatch.setattr("callsite.destinations.branch.trees.read_output", change)
        assert "has changed" in refuse(lambda: put(destination, OLD, output))
        assert bare.tip == ""

    def test_for_a_file_that_github_refuses(self, tmp_path: Path, checkout: Path, output: Path) -> None:
        big = Manifest({"index.html": Entry("0" * 64, 10), "big.zip": Entry("0" * 64, 101 * 2**20)})
        plan = plan_publish(Manifest(), big, NOON, WEEK)
        github = open_branch(checkout, remote="git@github.com:o/r.git")
        said = refuse(lambda: github.apply(plan, Standing(Manifest(), Tip("")), output, Watched()))
        assert said.startswith("branch gh-pages of github.com/o/r: big.zip has 101.0 MiB, and GitHub takes")
        huge = Manifest({f"{number}.zip": Entry("0" * 64, 99 * 2**20) for number in range(11)})
        assert [text[:21] for text in github.find_warnings(huge)] == ["the site has 1.14 GB,"]
        assert github.find_warnings(big) == ()
        elsewhere = open_branch(checkout, remote="git@gitlab.com:o/r.git")
        assert elsewhere.find_warnings(huge) == ()


class TestOthers:
    def test_files_of_others_stay(self, destination: BranchDestination, bare: Bare, output: Path) -> None:
        theirs = {"CNAME": b"examples.example.org\n", "notes/x.txt": b"x", "page.html": b"an old page"}
        bare.commit(theirs)
        standing = destination.look()
        assert (standing.manifest, standing.is_known) == (Manifest(), False)
        put(destination, OLD, output)
        assert bare.read() == {**theirs, **OLD}
        put(destination, NEW, output, NOON + WEEK + DAY)
        assert bare.read() == {**theirs, **BOTH}
        assert len(bare.log()) == 3

    def test_links_other_repositories_and_names_that_are_no_text_stay(
        self, destination: BranchDestination, bare: Bare, output: Path
    ) -> None:
        blob = git(bare.path, "hash-object", "-w", "--stdin", stdin=b"index.html").strip()
        names = (b"120000 blob %b\tlink", b"100755 blob %b\trun", b"100644 blob %b\tb\xe9")
        listed = b"".join(name % blob.encode() + b"\0" for name in names) + b"160000 commit %b\tother\0" % (b"1" * 40)
        tree = git(bare.path, "mktree", "-z", "--missing", stdin=listed).strip()
        commit = git(bare.path, "commit-tree", tree, "-m", "x").strip()
        git(bare.path, "update-ref", "refs/heads/gh-pages", commit)
        put(destination, OLD, output)
        there = git(bare.path, "ls-tree", "-z", bare.tip)
        assert {line.split()[0] for line in there.split("\0")[:-1]} == {
            "100644",
            "100755",
            "120000",
            "160000",
            "040000",
        }
        assert "b\udce9" in there
        found = destination.list_files()
        assert (found["link"], found["run"]) == (10, 10)
        assert "other" not in found

    @pytest.mark.parametrize("theirs", ["css", "page.html/x"])
    def test_a_file_of_theirs_where_the_site_needs_a_folder_is_an_error(
        self, destination: BranchDestination, bare: Bare, output: Path, theirs: str
    ) -> None:
        before = bare.commit({theirs: b"x"})
        said = refuse(lambda: put(destination, OLD, output))
        assert said.endswith(
            f": {theirs.partition('/')[0]} would be a file and a folder at once; take it away there, or give the page "
            "another name"
        )
        assert bare.log() == [before]

    def test_a_page_may_become_a_folder(self, destination: BranchDestination, bare: Bare, output: Path) -> None:
        put(destination, {"index.html": b"i", "a": b"file", "b/c": b"deep"}, output)
        put(destination, {"index.html": b"i", "a/x": b"deep", "b": b"file"}, output, NOON + HOUR)
        assert bare.read() == {"index.html": b"i", "a/x": b"deep", "b": b"file"}

    def test_what_is_no_manifest_of_ours_is_an_error(
        self, destination: BranchDestination, bare: Bare, output: Path
    ) -> None:
        bare.commit({MANIFEST: b"{}"})
        assert refuse(destination.look).startswith(f"branch gh-pages of ../up.git: {MANIFEST}: this is no list of what")

    def test_a_link_in_place_of_the_manifest_is_an_error(self, destination: BranchDestination, bare: Bare) -> None:
        blob = git(bare.path, "hash-object", "-w", "--stdin", stdin=b"/etc/passwd").strip()
        tree = git(bare.path, "mktree", stdin=f"120000 blob {blob}\t{MANIFEST}\n".encode()).strip()
        git(bare.path, "update-ref", "refs/heads/gh-pages", git(bare.path, "commit-tree", tree, "-m", "x").strip())
        assert "this is no file, so it is none of ours" in refuse(destination.look)

    def test_a_history_of_others_is_not_thrown_away(self, checkout: Path, bare: Bare, output: Path) -> None:
        before = bare.commit({"README.md": b"their work"})
        destination = open_branch(checkout, history=False)
        assert "whose history would be lost; write `history = true`" in refuse(lambda: put(destination, OLD, output))
        assert bare.log() == [before]

    def test_nor_that_of_the_branch_which_clones_begin_with(self, checkout: Path, bare: Bare, output: Path) -> None:
        bare.branch = "main"
        bare.commit({"README.md": b"their work"})
        put(open_branch(checkout, branch="main", folder="docs"), OLD, output)
        destination = open_branch(checkout, branch="main", folder="docs", history=False)
        assert "would be lost" in refuse(lambda: put(destination, NEW, output, NOON + HOUR))
        assert len(bare.log()) == 2

    def test_a_domain_that_somebody_put_on_a_branch_without_history_stays(
        self, checkout: Path, bare: Bare, output: Path
    ) -> None:
        destination = open_branch(checkout, history=False)
        put(destination, OLD, output)
        bare.commit({"CNAME": b"examples.example.org\n"})
        put(destination, NEW, output, NOON + HOUR)
        assert bare.read() == {**BOTH, "CNAME": b"examples.example.org\n"}
        assert len(bare.log()) == 1


class TestTheUsersRepository:
    def test_nothing_of_it_is_touched(self, checkout: Path, bare: Bare, output: Path) -> None:
        before = take_snapshot(checkout)
        destination = open_branch(checkout)
        put(destination, OLD, output)
        put(destination, NEW, output, NOON + HOUR)
        destination.list_files()
        destination.roll_back(destination.list_releases()[0], destination.look(), Watched())
        assert take_snapshot(checkout) == before
        assert bare.read().items() >= dict(OLD).items()

    def test_not_even_from_one_of_its_hooks(
        self, checkout: Path, bare: Bare, output: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = take_snapshot(checkout)
        monkeypatch.setenv("GIT_DIR", ".git")
        monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
        monkeypatch.setenv("GIT_WORK_TREE", ".")
        put(open_branch(checkout), OLD, output)
        assert take_snapshot(checkout) == before
        assert bare.read() == dict(OLD)

    def test_the_cache_is_none_of_its_files(self, checkout: Path, destination: BranchDestination, output: Path) -> None:
        git(checkout, "config", "--unset", "core.fsmonitor")
        (checkout / ".git/hooks/post-index-change").unlink()
        before = git(checkout, "status", "--porcelain", "--untracked-files=all")
        put(destination, OLD, output)
        assert git(checkout, "status", "--porcelain", "--untracked-files=all") == before

    def test_a_work_tree_beside_others(self, tmp_path: Path, checkout: Path, bare: Bare, output: Path) -> None:
        for name in ("post-index-change", "reference-transaction"):
            (checkout / ".git/hooks" / name).unlink()
        git(checkout, "worktree", "add", "--quiet", "--no-checkout", str(tmp_path / "second"))
        put(open_branch(tmp_path / "second"), OLD, output)
        assert bare.read() == dict(OLD)

    def test_a_site_in_a_folder_of_it(self, checkout: Path, bare: Bare, output: Path) -> None:
        (checkout / "docs").mkdir()
        put(open_branch(checkout / "docs"), OLD, output)
        assert bare.read() == dict(OLD)
        assert (checkout / "docs/.cache/publish").is_dir()


class TestSomebodyElse:
    def test_who_was_quicker_wins(self, destination: BranchDestination, bare: Bare, output: Path) -> None:
        put(destination, OLD, output)
        standing = destination.look()
        theirs = bare.commit({"theirs.html": b"x"})
        plan = plan_site(standing, NEW, NOON + HOUR)
        with pytest.raises(MovedError, match="somebody else has changed it meanwhile; publish again"):
            destination.apply(plan, standing, make_files(NEW, output), Watched())
        assert bare.tip == theirs

    @pytest.mark.parametrize("history", [True, False])
    def test_also_at_the_first_publish(self, checkout: Path, bare: Bare, output: Path, history: bool) -> None:
        destination = open_branch(checkout, history=history)
        standing = destination.look()
        theirs = bare.commit({"theirs.html": b"x"})
        with pytest.raises(MovedError):
            destination.apply(plan_site(standing, NEW), standing, make_files(NEW, output), Watched())
        assert bare.tip == theirs

    def test_a_branch_that_is_gone_has_changed(self, destination: BranchDestination, bare: Bare, output: Path) -> None:
        put(destination, OLD, output)
        standing = destination.look()
        git(bare.path, "update-ref", "-d", "refs/heads/gh-pages")
        with pytest.raises(MovedError):
            destination.apply(plan_site(standing, NEW), standing, make_files(NEW, output), Watched())
        assert bare.tip == ""

    def test_without_a_copy_here_it_is_seen_before_anything_is_read(
        self, checkout: Path, destination: BranchDestination, bare: Bare, output: Path
    ) -> None:
        put(destination, OLD, output)
        standing = destination.look()
        shutil.rmtree(checkout / ".cache")
        bare.commit({"theirs.html": b"x"})
        watched = Watched()
        with pytest.raises(MovedError):
            destination.apply(plan_site(standing, NEW), standing, make_files(NEW, output), watched)
        assert watched.files == []

    def test_a_copy_that_is_gone_is_made_again(
        self, checkout: Path, destination: BranchDestination, bare: Bare, output: Path
    ) -> None:
        put(destination, OLD, output)
        standing = destination.look()
        shutil.rmtree(checkout / ".cache")
        destination.apply(plan_site(standing, NEW, NOON + HOUR), standing, make_files(NEW, output), Watched())
        assert bare.read() == dict(BOTH)

    def test_two_in_one_checkout(
        self, checkout: Path, destination: BranchDestination, bare: Bare, output: Path
    ) -> None:
        put(destination, OLD, output)
        lock = next(checkout.glob(".cache/publish/*/lock"))
        with open(lock, "r+b") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            held.write(b"2026-01-31T12:00:00Z 4711\n")
            held.flush()
            for call in (destination.look, destination.list_files, destination.list_releases):
                with pytest.raises(BusyError) as caught:
                    call()
                assert str(caught.value) == (
                    "branch gh-pages of ../up.git: another publish has been running since 2026-01-31 12:00 UTC "
                    "(process 4711 there); wait for it to end"
                )
        assert destination.look().is_known  # it was killed, and has left its note behind
        assert lock.read_bytes() == b""

    def test_one_who_only_looks_is_waited_for(self, tmp_path: Path) -> None:
        copies = Copies(tmp_path, "x", wait=0.2)
        with copies.hold(is_publishing=False):
            begun = time.monotonic()
            with pytest.raises(BusyError, match="another publish is running; wait"), copies.hold(is_publishing=True):
                pass
            assert time.monotonic() - begun > 0.15
        with copies.hold(is_publishing=True):
            assert next(tmp_path.glob("publish/*/lock")).read_bytes().endswith(f" {os.getpid()}\n".encode())


class TestCopies:
    def test_what_a_publish_needs_of_a_large_site_is_little(
        self, checkout: Path, destination: BranchDestination, bare: Bare, output: Path
    ) -> None:
        files = {f"{number}.bin": os.urandom(4096) for number in range(200)}
        put(destination, files, output)
        shutil.rmtree(checkout / ".cache")
        put(destination, {**files, "7.bin": b"new"}, output, NOON + HOUR)
        assert bare.read()["7.bin"] == b"new"
        size = sum(path.stat().st_size for path in checkout.glob(".cache/**/*") if path.is_file())
        assert size < 100_000

    def test_only_the_newest_copy_is_kept(
        self, checkout: Path, destination: BranchDestination, bare: Bare, output: Path
    ) -> None:
        put(destination, OLD, output)
        bare.commit({"z": b""})
        destination.look()
        put(destination, NEW, output, NOON + HOUR)
        assert [path.name for path in checkout.glob(".cache/publish/*/*.git")] == [f"{bare.tip}.git"]

    def test_without_a_copy_all_is_fetched_to_see_what_is_there(
        self, checkout: Path, destination: BranchDestination, output: Path
    ) -> None:
        put(destination, OLD, output)
        shutil.rmtree(checkout / ".cache")
        assert destination.list_files() == {path: len(data) for path, data in OLD.items()}

    def test_a_copy_with_too_many_files_is_made_afresh(
        self, checkout: Path, destination: BranchDestination, bare: Bare, output: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(destination, OLD, output)
        put(destination, NEW, output, NOON + HOUR)
        monkeypatch.setattr("callsite.destinations.branch.copies._MOST_FILES", 8)
        count = len(list(checkout.glob(".cache/publish/*/*.git/objects/*/*")))
        assert destination.look().is_known
        assert len(list(checkout.glob(".cache/publish/*/*.git/objects/*/*"))) < count
        put(destination, OLD, output, NOON + 2 * HOUR)
        assert bare.read().items() >= dict(OLD).items()

    @pytest.mark.parametrize("spoiled", ["objects", "all", "config"])
    def test_a_damaged_copy_is_made_again(
        self, checkout: Path, destination: BranchDestination, bare: Bare, output: Path, spoiled: str
    ) -> None:
        put(destination, OLD, output)
        (copy,) = checkout.glob(".cache/publish/*/*.git")
        standing = destination.look()
        for path in [copy / "config"] if spoiled == "config" else (copy / "objects").glob("*/*"):
            path.unlink() if spoiled == "objects" else path.chmod(0o644) or path.write_bytes(b"damaged")  # type: ignore[func-returns-value]  # None is what is wanted
        if spoiled == "all":
            destination.apply(plan_site(standing, NEW, NOON + HOUR), standing, make_files(NEW, output), Watched())
            assert bare.read() == dict(BOTH)
        assert destination.look().is_known
        assert len(destination.list_files()) == len(bare.read())

    def test_a_server_that_gives_only_all(self, checkout: Path, bare: Bare, output: Path) -> None:
        git(bare.path, "config", "uploadpack.allowFilter", "false")
        destination = open_branch(checkout)
        for number, files in enumerate((OLD, NEW, OLD)):
            shutil.rmtree(checkout / ".cache", ignore_errors=True)
            put(destination, files, output, NOON + number * HOUR)
        assert bare.read().items() >= dict(OLD).items()
        assert len(destination.list_releases()) == 2

    def test_a_server_that_gives_no_single_contents(
        self, checkout: Path, bare: Bare, output: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        destination = open_branch(checkout)
        put(destination, OLD, output)
        put(destination, NEW, output, NOON + HOUR)
        shutil.rmtree(checkout / ".cache")
        monkeypatch.setenv("GIT_TEST_PROTOCOL_VERSION", "0")
        monkeypatch.setattr("callsite.destinations.branch.remote._SETTINGS", {"protocol.version": "0", "gc.auto": "0"})
        assert destination.look().is_known
        assert len(destination.list_releases()) == 1
        destination.roll_back(destination.list_releases()[0], destination.look(), Watched())
        assert bare.read().items() >= dict(OLD).items()

    def test_a_cache_that_cannot_be_written(self, checkout: Path, destination: BranchDestination) -> None:
        (checkout / ".cache").write_text("a file")
        said = refuse(destination.look)
        assert said.startswith(f"branch gh-pages of ../up.git: {checkout / '.cache'}")
        assert said.endswith("; see to its room and rights")


class TestGoingBack:
    def publish(self, destination: BranchDestination, output: Path) -> list[str]:
        """Three publishes; gives the names of their releases."""
        versions = (OLD, NEW, {**NEW, "third.html": b"3"})
        return [put(destination, files, output, NOON + n * HOUR)[0].new.release for n, files in enumerate(versions)]

    def test_the_releases_are_those_that_the_history_has(
        self, checkout: Path, destination: BranchDestination, bare: Bare, output: Path
    ) -> None:
        bare.commit({"before.txt": b"us"})
        names = self.publish(destination, output)
        bare.commit({"theirs.txt": b"later"})
        bare.commit({MANIFEST: b"nonsense"})
        git(bare.path, "update-ref", "refs/heads/gh-pages", f"{bare.tip}~1")
        assert destination.list_releases() == (
            Release(names[1], NOON + HOUR, "c0ffee", len(NEW)),
            Release(names[0], NOON, "c0ffee", len(OLD)),
        )
        assert [release.name for release in open_branch(checkout, keep=1).list_releases()] == [names[1]]

    def test_a_manifest_that_cannot_be_read_is_left_out(
        self, destination: BranchDestination, bare: Bare, output: Path
    ) -> None:
        names = self.publish(destination, output)
        manifest = git(bare.path, "show", f"{bare.tip}:{MANIFEST}")
        bare.commit({MANIFEST: b"nonsense"})
        nothing = git(bare.path, "mktree").strip()
        gone = git(bare.path, "commit-tree", nothing, "-p", bare.tip, "-m", "all is gone").strip()
        git(bare.path, "update-ref", "refs/heads/gh-pages", gone)
        assert not destination.look().is_known
        bare.commit({MANIFEST: manifest.encode()})
        assert [release.name for release in destination.list_releases()] == [names[1], names[0]]

    def test_the_site_is_as_it_was_and_all_else_as_it_is(
        self, destination: BranchDestination, bare: Bare, output: Path
    ) -> None:
        names = self.publish(destination, output)
        theirs = {"CNAME": b"examples.example.org\n"}
        bare.commit(theirs)
        before = bare.tip
        present = {**BOTH, "third.html": b"3", **theirs}
        assert bare.read() == present
        destination.roll_back(destination.list_releases()[1], destination.look(), Watched())
        kept = {path: data for path, data in NEW.items() if path.startswith("css/new")}
        assert bare.read() == {**OLD, **kept, **theirs}
        assert bare.log()[1] == before
        assert bare.log("%s")[0] == f"Go back to release {names[0]}"
        standing = destination.look()
        assert standing.manifest.release == names[0]
        assert set(standing.manifest.files) == set(OLD)
        assert [release.name for release in destination.list_releases()] == [names[2], names[1]]
        put(destination, NEW, output, NOON + 9 * HOUR)
        assert bare.read() == {**BOTH, **theirs}

    def test_with_contents_that_have_to_be_fetched(
        self, checkout: Path, destination: BranchDestination, bare: Bare, output: Path
    ) -> None:
        self.publish(destination, output)
        shutil.rmtree(checkout / ".cache")
        destination.roll_back(destination.list_releases()[1], destination.look(), Watched())
        assert bare.read().items() >= dict(OLD).items()
        git(bare.path, "fsck", "--strict")

    def test_below_a_folder_nothing_beside_it_changes(self, checkout: Path, bare: Bare, output: Path) -> None:
        bare.branch = "main"
        bare.commit({"src/code.py": b"old"})
        destination = open_branch(checkout, branch="main", folder="docs")
        self.publish(destination, output)
        bare.commit({"src/code.py": b"new"})
        destination.roll_back(destination.list_releases()[1], destination.look(), Watched())
        found = bare.read(apart_from=f"docs/{MANIFEST}")
        assert found["src/code.py"] == b"new"
        assert found["docs/index.html"] == b"old index"

    def test_who_was_quicker_wins(self, destination: BranchDestination, bare: Bare, output: Path) -> None:
        self.publish(destination, output)
        release, standing = destination.list_releases()[0], destination.look()
        theirs = bare.commit({"theirs.txt": b"later"})
        with pytest.raises(MovedError):
            destination.roll_back(release, standing, Watched())
        assert bare.tip == theirs

    def test_a_release_that_is_not_there(self, destination: BranchDestination, bare: Bare, output: Path) -> None:
        self.publish(destination, output)
        before = bare.tip
        gone = Release("20200101T000000Z-00000000", NOON)
        assert "there is no release 20200101T000000Z-00000000 any more" in refuse(
            lambda: destination.roll_back(gone, destination.look(), Watched())
        )
        assert bare.tip == before

    def test_a_release_that_is_not_whole(self, destination: BranchDestination, bare: Bare, output: Path) -> None:
        put(destination, OLD, output)
        values = json.loads(git(bare.path, "show", f"{bare.tip}:{MANIFEST}"))
        values["files"]["gone.html"] = values["files"]["index.html"]
        bare.commit({MANIFEST: json.dumps({**values, "release": "r2"}).encode()})
        put(destination, NEW, output, NOON + HOUR)
        broken = next(release for release in destination.list_releases() if release.name == "r2")
        before = bare.tip
        assert "gone.html is missing in that release" in refuse(
            lambda: destination.roll_back(broken, destination.look(), Watched())
        )
        assert bare.tip == before
