"""The dates of files, from real repositories: plain, cut short, odd and hostile ones."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from callsite import history
from callsite.history import History, read_history
from callsite.model import Dates
from tests.hostile import write


def _day(number: int) -> datetime:
    return datetime(2020, 1, number, tzinfo=UTC)


def _seconds(number: int) -> int:
    return int(_day(number).timestamp())


def _git(folder: Path, *words: str, day: int = 1, stdin: bytes = b"") -> str:
    """Git, on a day of January 2020."""
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_ALLOW_PROTOCOL": "file"}
    who = {f"GIT_{role}_{what}": "a@b.test" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    when = {"GIT_AUTHOR_DATE": "1999-01-01T00:00:00Z", "GIT_COMMITTER_DATE": f"{_seconds(day)} +0530"}
    done = subprocess.run(
        ["git", *words],
        cwd=folder,
        env=os.environ | settings | who | when,
        input=stdin,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().strip()


class Repository:
    """A repository with a folder `content`; every file in it was written on the 20th unless a test says otherwise."""

    def __init__(self, path: Path, *options: str) -> None:
        self.path = path
        self.content = path / "content"
        self.content.mkdir(parents=True)
        _git(path, "init", "--quiet", "--initial-branch=main", *options)

    def write(self, name: str, text: str, day: int = 20) -> None:
        write(self.content / name, text.encode())
        os.utime(self.content / name, (0, _seconds(day)))

    def commit(self, day: int, **files: str) -> None:
        """Commit what there is, and some more files (with `__` for the dot)."""
        for name, text in files.items():
            self.write(name.replace("__", "."), text)
        _git(self.path, "read-tree", "--empty")  # git would not look into files of the same size and time
        _git(self.path, "add", "--all")
        _git(self.path, "commit", "--quiet", "--allow-empty", "--message", "one\n\x01two", day=day)

    def git(self, *words: str, day: int = 1) -> str:
        return _git(self.path, *words, day=day)

    def read(self) -> dict[str, Dates]:
        """The dates of all files, when there is nothing else to say."""
        read = read_history(self.content)
        assert read.notice == ""
        return dict(read.dates)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "site")


LONG = "".join(f"line {number}\n" for number in range(30))


def test_files_came_and_changed_with_the_commits_that_say_so(repository: Repository) -> None:
    repository.commit(1, a__md="a", b__md="b")
    repository.commit(3, a__md="aa")
    repository.commit(5, a__md="aaa", c__md="c")
    assert repository.read() == {
        "a.md": Dates(_day(1), _day(5)),
        "b.md": Dates(_day(1), _day(1)),
        "c.md": Dates(_day(5), _day(5)),
    }


def test_a_file_is_found_by_any_name_it_goes_by(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.write("sub/a.md", "a")
    repository.commit(1)
    monkeypatch.chdir(repository.path)
    dates = Dates(_day(1), _day(1))
    for folder in (Path("content"), repository.content, Path("./content/../content/")):
        read = read_history(folder)
        for name in ("content/sub/a.md", Path("content/sub/../sub/a.md"), repository.content / "sub" / "a.md"):
            assert read.find(name) == dates
        for name in ("content/none.md", "a.md", "content", "content/sub", "/", "content/../content2/sub/a.md"):
            assert read.find(name) is None


def test_the_whole_repository_may_be_the_folder(repository: Repository) -> None:
    repository.commit(1, a__md="a")
    read = read_history(repository.path)
    assert read.dates == {"content/a.md": Dates(_day(1), _day(1))}
    assert read.find(repository.path / ".git" / "HEAD") is None


def test_other_folders_of_the_repository_do_not_count(repository: Repository) -> None:
    repository.commit(1, a__md="a")
    write(repository.path / "content2" / "a.md", b"x")
    write(repository.path / "a.md", b"x")
    repository.commit(2)
    assert repository.read() == {"a.md": Dates(_day(1), _day(1))}


def test_commits_that_leave_a_file_as_it_was_do_not_count(repository: Repository) -> None:
    repository.commit(1, a__md="a")
    repository.commit(2, b__md="b")
    repository.commit(3)
    assert repository.read()["a.md"] == Dates(_day(1), _day(1))


def test_a_new_name_keeps_the_first_date(repository: Repository) -> None:
    repository.commit(1, a__md=LONG, same__md="short")
    repository.git("mv", "content/a.md", "content/b c.md")
    repository.write("b c.md", LONG + "more\n")
    repository.commit(2)
    repository.git("mv", "content/b c.md", "content/c.md")
    repository.git("mv", "content/same.md", "content/other.md")
    repository.commit(3)
    assert repository.read() == {"c.md": Dates(_day(1), _day(3)), "other.md": Dates(_day(1), _day(3))}


def test_a_name_that_is_used_again_is_the_first_files_and_not_the_renamed_ones(repository: Repository) -> None:
    repository.commit(1, a__md=LONG)
    repository.git("mv", "content/a.md", "content/b.md")
    repository.commit(2)
    repository.commit(3, a__md="something else")
    repository.commit(4, a__md="something else again")
    assert repository.read() == {"a.md": Dates(_day(1), _day(4)), "b.md": Dates(_day(1), _day(2))}
    repository.git("mv", "content/b.md", "content/c.md")
    repository.git("mv", "content/a.md", "content/b.md")
    repository.git("mv", "content/c.md", "content/a.md")
    repository.commit(5)
    repository.commit(6, a__md=LONG + "more\n")
    assert repository.read()["a.md"] == Dates(_day(1), _day(6))
    assert repository.read()["b.md"].changed == _day(5)


def test_a_file_that_was_away_for_a_while_came_when_it_first_did(repository: Repository) -> None:
    repository.commit(1, a__md="a")
    (repository.content / "a.md").unlink()
    repository.commit(2)
    repository.commit(3, a__md="a again")
    assert repository.read() == {"a.md": Dates(_day(1), _day(3))}


def test_branches_count_when_they_were_merged_with_the_dates_of_their_own_commits(repository: Repository) -> None:
    repository.commit(1, a__md=LONG, b__md="b")
    repository.git("checkout", "--quiet", "-b", "side")
    repository.commit(4, a__md="first\n" + LONG, c__md="c")
    repository.git("checkout", "--quiet", "main")
    repository.commit(3, a__md=LONG + "last\n")
    repository.git("checkout", "--quiet", "-b", "lost")
    repository.commit(8, b__md="never merged")
    repository.git("checkout", "--quiet", "main")
    repository.git("merge", "--quiet", "side", "--message", "m", day=9)
    assert repository.read() == {
        "a.md": Dates(_day(1), _day(9)),  # what the merge has put together is in neither of the branches
        "b.md": Dates(_day(1), _day(1)),
        "c.md": Dates(_day(4), _day(4)),
    }


def test_what_only_a_merge_brought_is_as_old_as_the_merge(repository: Repository) -> None:
    repository.commit(1, a__md="a")
    repository.git("checkout", "--quiet", "-b", "side")
    repository.commit(2, a__md="b")
    repository.git("checkout", "--quiet", "main")
    repository.commit(3, a__md="c")
    repository.git("merge", "--quiet", "-s", "ours", "--no-commit", "side")
    repository.commit(4, a__md="d", new__md="new")
    assert repository.read() == {"a.md": Dates(_day(1), _day(4)), "new.md": Dates(_day(4), _day(4))}


def test_a_change_on_a_branch_that_knows_the_old_name_comes_to_the_new_one_with_the_merge(
    repository: Repository,
) -> None:
    repository.commit(1, a__md=LONG)
    repository.git("checkout", "--quiet", "-b", "side")
    repository.commit(5, a__md=LONG + "last\n")
    repository.git("checkout", "--quiet", "main")
    repository.git("mv", "content/a.md", "content/b.md")
    repository.commit(3)
    repository.git("merge", "--quiet", "side", "--message", "m", day=6)
    assert repository.read() == {"b.md": Dates(_day(1), _day(6))}


def test_clocks_that_go_wrong_do_not_put_a_change_before_the_beginning(repository: Repository) -> None:
    repository.commit(5, a__md="a")
    repository.commit(3, a__md="b")
    assert repository.read() == {"a.md": Dates(_day(3), _day(5))}


def test_what_is_not_committed_has_the_time_it_was_written_at(repository: Repository) -> None:
    repository.commit(1, a__md="a", b__md="b", c__md="c")
    repository.write("a.md", "changed", day=21)
    repository.write("b.md", "b", day=22)  # written again, but the same
    repository.write("new/n.md", "new", day=23)
    repository.write("staged.md", "new", day=24)
    repository.git("add", "content/staged.md")
    (repository.content / "c.md").unlink()
    assert repository.read() == {
        "a.md": Dates(_day(1), _day(21)),
        "b.md": Dates(_day(1), _day(1)),
        "new/n.md": Dates(_day(23), _day(23)),
        "staged.md": Dates(_day(24), _day(24)),
    }
    repository.write("b.md", "an older copy", day=1)
    repository.commit(9, a__md="aa")
    repository.write("a.md", "an older copy", day=2)
    assert repository.read()["a.md"] == Dates(_day(1), _day(9))


def test_line_ends_that_git_has_made_are_no_change(repository: Repository) -> None:
    repository.commit(1, a__md="a\nb\n", b__md="a\nb\n")
    repository.write("a.md", "a\r\nb\r\n")
    repository.write("b.md", "a\r\n\r\nb\r\n")
    assert repository.read() == {"a.md": Dates(_day(1), _day(1)), "b.md": Dates(_day(1), _day(20))}


def test_a_repository_without_commits(repository: Repository) -> None:
    repository.write("a.md", "a")
    assert repository.read() == {"a.md": Dates(_day(20), _day(20))}


def test_outside_of_a_repository_nothing_is_known_and_nothing_said(tmp_path: Path) -> None:
    write(tmp_path / "a.md", b"a")
    read = read_history(tmp_path)
    assert read == History(str(tmp_path), {}, "")
    assert read.find(tmp_path / "a.md") is None
    assert read_history(tmp_path / "none") == History(str(tmp_path / "none"), {}, "")


NAMES = [
    "a b.md",
    "é.md",
    "quote\"'.md",
    "new\nline.md",
    "tab\tand\x01.md",
    "-x.md",
    ":(glob)*.md",
    "R100",
    "*",
    os.fsdecode(b"not-\xff-utf8.md"),
]


@pytest.mark.parametrize("folder", ["sub", "-x", ":(exclude)*", "a\nb", os.fsdecode(b"\xff \xe9")])
def test_odd_names_of_files_and_folders(repository: Repository, folder: str) -> None:
    for name in NAMES:
        repository.write(f"{folder}/{name}", LONG + ascii(name))
    repository.commit(1)
    repository.git("mv", f"content/{folder}/{NAMES[-1]}", f"content/{folder}/z\n")
    repository.commit(2)
    read = read_history(repository.content / folder)
    assert read.dates == {name: Dates(_day(1), _day(1)) for name in NAMES[:-1]} | {"z\n": Dates(_day(1), _day(2))}
    assert read.notice == ""
    assert read.find(repository.content / folder / "new\nline.md") == Dates(_day(1), _day(1))


def test_links_to_the_folder_are_followed_and_those_in_it_are_not(repository: Repository, tmp_path: Path) -> None:
    repository.commit(1, a__md="a")
    (repository.content / "b.md").symlink_to("a.md")
    (repository.content / "folder").symlink_to("../..")
    repository.commit(2)
    (tmp_path / "link").symlink_to(repository.content)
    read = read_history(tmp_path / "link")
    assert read.dates == {"a.md": Dates(_day(1), _day(1))}
    assert read.find(tmp_path / "link" / "a.md") == Dates(_day(1), _day(1))


def test_a_second_work_tree(repository: Repository, tmp_path: Path) -> None:
    repository.commit(1, a__md="a")
    repository.git("worktree", "add", "--quiet", str(tmp_path / "other"), "-b", "other")
    repository.commit(2, a__md="b")
    read = read_history(tmp_path / "other" / "content")
    assert (dict(read.dates), read.notice) == ({"a.md": Dates(_day(1), _day(1))}, "")


def test_the_folder_may_be_or_hold_a_submodule(repository: Repository, tmp_path: Path) -> None:
    other = Repository(tmp_path / "other")
    other.commit(3, a__md="a")
    repository.commit(1, a__md="a")
    repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.path), "content/pages")
    repository.commit(5)
    assert repository.read() == {"a.md": Dates(_day(1), _day(1)), "pages/content/a.md": Dates(_day(3), _day(3))}
    for folder in ("pages", "pages/content"):
        read = read_history(repository.content / folder)
        assert (list(read.dates.values()), read.notice) == ([Dates(_day(3), _day(3))], "")


def test_a_repository_in_it_that_cannot_be_read_is_told_of(repository: Repository) -> None:
    repository.commit(1, a__md="a")
    repository.write("inner/.git", "gitdir: /none")
    repository.write("inner/b.md", "b")
    read = read_history(repository.content)
    assert read.dates == {"a.md": Dates(_day(1), _day(1))}
    assert "inner: " in read.notice


def _clone(repository: Repository, path: Path, *words: str) -> Path:
    repository.git("config", "uploadpack.allowFilter", "true")
    repository.git("clone", "--quiet", *words, f"file://{repository.path}", str(path))
    return path / "content"


def test_a_shallow_clone_knows_no_more_than_it_has_and_says_so(repository: Repository, tmp_path: Path) -> None:
    repository.commit(1, a__md=LONG, b__md="b", d__md=LONG + "d")
    repository.commit(2, b__md="bb")
    repository.commit(3, b__md="bbb", c__md="c")
    repository.git("mv", "content/d.md", "content/e.md")
    repository.commit(4)
    content = _clone(repository, tmp_path / "clone", "--depth=3")
    read = read_history(content)
    assert read.dates == {"b.md": Dates(None, _day(3)), "c.md": Dates(_day(3), _day(3)), "e.md": Dates(None, _day(4))}
    assert read.notice == (
        "no true dates for 3 files: the history is cut short (a shallow clone); fetch all of it with "
        "`git fetch --unshallow`, or in a workflow with `fetch-depth: 0`"
    )
    write(content / "a.md", b"changed")
    os.utime(content / "a.md", (0, _seconds(9)))
    assert read_history(content).find(content / "a.md") == Dates(None, _day(9))
    _git(content, "fetch", "--quiet", "--unshallow")
    read = read_history(content)
    assert read.find(content / "b.md") == Dates(_day(1), _day(3))
    assert read.notice == ""


def test_a_shallow_clone_with_all_that_matters_says_nothing(repository: Repository, tmp_path: Path) -> None:
    write(repository.path / "README", b"x")
    repository.commit(1)
    repository.commit(2, a__md="a")
    read = read_history(_clone(repository, tmp_path / "clone", "--depth=2"))
    assert (dict(read.dates), read.notice) == ({"a.md": Dates(_day(2), _day(2))}, "")


def test_a_clone_without_old_content_still_has_its_dates(repository: Repository, tmp_path: Path) -> None:
    repository.commit(1, a__md=LONG, b__md="b" + LONG)
    repository.git("mv", "content/a.md", "content/c.md")
    repository.git("mv", "content/b.md", "content/d.md")
    repository.commit(2, d__md=LONG + "more")
    repository.commit(3, d__md=LONG + "more and more")
    read = read_history(_clone(repository, tmp_path / "clone", "--filter=blob:none"))
    assert read.dates == {"c.md": Dates(_day(1), _day(2)), "d.md": Dates(_day(2), _day(3))}
    assert read.notice == ""


def test_a_clone_without_old_folders_has_none_and_says_so(repository: Repository, tmp_path: Path) -> None:
    repository.commit(1, a__md="a")
    repository.commit(2, a__md="b")
    read = read_history(_clone(repository, tmp_path / "clone", "--filter=tree:0"))
    assert read.dates == {}
    assert "unable to read tree" in read.notice


def test_objects_kept_elsewhere_and_of_the_longer_kind(repository: Repository, tmp_path: Path) -> None:
    repository.commit(1, a__md="a")
    repository.git("clone", "--quiet", "--shared", str(repository.path), str(tmp_path / "shared"))
    assert read_history(tmp_path / "shared" / "content").dates == {"a.md": Dates(_day(1), _day(1))}
    long = Repository(tmp_path / "long", "--object-format=sha256")
    long.commit(1, a__md="a", b__md="b")
    long.write("b.md", "changed")
    assert long.read() == {"a.md": Dates(_day(1), _day(1)), "b.md": Dates(_day(1), _day(20))}


@pytest.mark.parametrize(
    "head",
    [
        "garbage",
        "",
        "ref: refs/heads/a b\n",
        "ref: refs/heads/main\0",
        "ref: main",
        "ref: refs/../x",
        "ab" * 19,
        "\xff",
    ],
)
@pytest.mark.parametrize("is_new", [False, True])
def test_a_head_that_leads_nowhere_is_told_of_and_taken_for_no_new_repository(
    repository: Repository, head: str, is_new: bool
) -> None:
    if is_new:
        repository.write("a.md", "a")
    else:
        repository.commit(1, a__md="a")
    (repository.path / ".git" / "HEAD").write_text(head)
    read = read_history(repository.content)
    assert read.dates == {}
    assert read.notice.startswith("no dates for the files in ")
    assert read.notice.endswith(f"{repository.path}: the HEAD of its repository leads to no commit")


def test_a_branch_that_is_damaged_is_told_of_and_one_that_is_new_is_not(repository: Repository) -> None:
    repository.commit(1, a__md="a")
    (repository.path / ".git" / "refs" / "heads" / "main").write_text("")
    read = read_history(repository.content)
    assert read.dates == {}
    assert read.notice.endswith("leads to no commit")
    repository.git("symbolic-ref", "HEAD", "refs/heads/nouveauté")
    assert repository.read() == {"a.md": Dates(_day(20), _day(20))}


@pytest.mark.parametrize("damage", ["objects", "HEAD", "empty", "reftable", "file"])
def test_a_repository_that_cannot_be_read_is_told_of(repository: Repository, damage: str) -> None:
    repository.commit(1, a__md="a")
    folder = repository.path / ".git"
    if damage == "objects":
        shutil.rmtree(folder / "objects")
        (folder / "objects").mkdir()
    elif damage == "HEAD":
        (folder / "HEAD").unlink()
    elif damage == "reftable":
        (folder / "reftable").mkdir()
    else:
        shutil.rmtree(folder)
        folder.mkdir() if damage == "empty" else folder.write_bytes(b"\xff")
    read = read_history(repository.content)
    assert read.dates == {}
    assert read.notice.startswith("no dates for the files in ")
    assert "\n" not in read.notice


def test_without_git_it_is_said_only_in_a_repository(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit(1, a__md="a")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert read_history(repository.content).notice.endswith(": git is not there")
    write(tmp_path / "elsewhere" / "a.md", b"a")
    assert read_history(tmp_path / "elsewhere").notice == ""
    write(tmp_path / "git", b"#!/none\n")
    (tmp_path / "git").chmod(0o755)
    assert "No such file" in read_history(repository.content).notice


def test_a_git_that_never_ends_is_not_waited_for(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit(1, a__md="a")
    write(tmp_path / "git", b"#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(history, "_TIMEOUT", 0.2)
    assert read_history(repository.content).notice.endswith(": it takes too long")


def test_nothing_that_the_repository_says_is_run_and_whose_it_is_does_not_matter(
    repository: Repository, tmp_path: Path
) -> None:
    repository.commit(1, a__md="a")
    repository.write("a.md", "changed", day=21)
    spy = tmp_path / "spy"
    write(spy, f"#!/bin/sh\necho ran >> {tmp_path}/ran\n".encode())
    spy.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "diff.external", "diff.x.textconv", "diff.x.command", "filter.x.clean"):
        repository.git("config", key, str(spy))
    for key, value in (("gpg.program", str(spy)), ("log.showSignature", "true"), ("alias.log", f"!{spy}")):
        repository.git("config", key, value)
    repository.git("config", "extensions.partialClone", "origin")
    repository.git("config", "remote.origin.url", f"ext::{spy}")
    write(repository.path / ".git" / "info" / "attributes", b"* diff=x filter=x\n")
    write(repository.content / ".gitattributes", b"* diff=x filter=x\n")
    for name in ("post-index-change", "reference-transaction"):
        shutil.copy(spy, repository.path / ".git" / "hooks" / name)
    if os.getuid() == 0:
        for root, folders, names in os.walk(repository.path):
            for name in (*folders, *names, "."):
                os.chown(Path(root, name), 12345, 12345, follow_symlinks=False)
    assert repository.read()["a.md"] == Dates(_day(1), _day(21))
    assert not (tmp_path / "ran").exists()
    before = sorted(path for path in repository.path.rglob("*"))
    repository.read()
    assert sorted(path for path in repository.path.rglob("*")) == before


def test_the_environment_of_a_hook_does_not_lead_elsewhere(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit(1, a__md="a")
    for key in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"):
        monkeypatch.setenv(key, str(tmp_path / "none"))
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    read = read_history(repository.content)
    assert (dict(read.dates), read.notice) == ({"a.md": Dates(_day(1), _day(1))}, "")
    assert not (tmp_path / "trace").exists()


def _commit_oddly(repository: Repository, when: str) -> None:
    """Commit what there is, with words of one's own where the commit's date should be."""
    repository.git("add", "--all")
    tree = repository.git("write-tree")
    has_parent = (repository.path / ".git" / "refs" / "heads" / "main").exists()
    parent = f"parent {repository.git('rev-parse', 'HEAD')}\n" if has_parent else ""
    text = f"tree {tree}\n{parent}author a <a@b> 1 +0000\ncommitter a <a@b> {when}\n\nx\n"
    commit = _git(repository.path, "hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=text.encode())
    repository.git("update-ref", "refs/heads/main", commit)


@pytest.mark.parametrize("when", ["-5 +0000", "1e5 +0000", "", "99999999999999999999 +0000"])
def test_commits_without_a_date_are_not_taken_for_the_end_of_a_shallow_clone(repository: Repository, when: str) -> None:
    repository.write("a.md", "a")
    repository.write("b.md", LONG)
    _commit_oddly(repository, when)
    assert repository.read() == {}
    repository.git("mv", "content/b.md", "content/c.md")
    repository.commit(3, a__md="aa", d__md="d", e__md="e")
    begun = {"a.md": Dates(None, _day(3)), "c.md": Dates(None, _day(3)), "e.md": Dates(_day(3), _day(3))}
    assert repository.read() == begun | {"d.md": Dates(_day(3), _day(3))}
    repository.write("d.md", "dd")
    _commit_oddly(repository, when)
    assert repository.read() == begun  # the last change of the other one is unknown
    repository.write("d.md", "ddd", day=21)
    assert repository.read() == begun | {"d.md": Dates(_day(3), _day(21))}
    repository.commit(5)
    assert repository.read() == begun | {"d.md": Dates(_day(3), _day(5))}


def test_dates_beyond_all_calendars(repository: Repository) -> None:
    repository.write("a.md", "a")
    _commit_oddly(repository, "99999999999999 +0000")
    end = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert repository.read() == {"a.md": Dates(end, end)}
    os.utime(repository.content / "a.md", (0, -(10**9)))
    repository.git("update-ref", "-d", "refs/heads/main")
    assert repository.read()["a.md"].changed == datetime(1970, 1, 1, tzinfo=UTC)


def test_files_that_cannot_be_compared_have_no_dates(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.commit(1, a__md="a", b__md="b" * 100, c__md="c")
    os.mkfifo(repository.content / "pipe")
    (repository.content / "c.md").unlink()
    os.mkfifo(repository.content / "c.md")
    monkeypatch.setattr(history, "_LARGEST", 50)
    assert repository.read() == {"a.md": Dates(_day(1), _day(1))}


def test_a_file_that_goes_away_meanwhile_has_no_dates(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.commit(1, a__md="a")
    monkeypatch.setattr(history, "_list_files", lambda folder: (["a.md", "gone.md"], []))
    assert repository.read() == {"a.md": Dates(_day(1), _day(1))}
