"""Which commit files are from, and whether they are still as they were in it; from real repositories."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from callsite.git.state import State, read_state


def git(folder: Path, *words: str) -> str:
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    who = {f"GIT_{role}_{what}": "a@b.test" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    when = {"GIT_COMMITTER_DATE": "1780000000 +0530", "GIT_AUTHOR_DATE": "1700000000 +0000"}
    env = os.environ | settings | who | when
    return subprocess.run(
        ["git", *words], cwd=folder, env=env, capture_output=True, check=True, text=True
    ).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / "site/content").mkdir(parents=True)
    (folder / "site/content/a.md").write_text("a\n")
    (folder / "other.md").write_text("b\n")
    (folder / ".gitignore").write_text("*.tmp\n")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x")
    return folder


def test_the_commit_of_a_folder(repository: Path) -> None:
    known = State(git(repository, "rev-parse", "HEAD"), datetime.fromtimestamp(1780000000, UTC), False)
    assert [read_state(repository / folder) for folder in ("", "site", "site/content")] == [known] * 3
    (repository / "site/x.tmp").write_text("ignored")
    (repository / "other.md").touch()
    assert read_state(repository) == known
    assert not (repository / ".git/index.lock").exists()


@pytest.mark.parametrize("change", ["changed", "new", "gone", "mode"])
def test_files_that_a_commit_does_not_have_so(repository: Path, change: str) -> None:
    page = repository / "site/content/a.md"
    if change == "changed":
        page.write_text("c\n")
    elif change == "new":
        (page.parent / "new.md").write_text("new")
    elif change == "gone":
        page.unlink()
    else:
        page.chmod(0o755)
    assert read_state(repository).is_dirty
    assert read_state(repository / "site").is_dirty
    assert not read_state(repository, [repository / "site", repository.parent]).is_dirty
    assert not read_state(repository, [repository / "site" / "content"]).is_dirty
    shutil.rmtree(repository / "site")
    assert not read_state(repository / "other.md").is_dirty


def test_what_is_in_a_name_is_no_pattern(repository: Path) -> None:
    folder = repository / "s*"
    folder.mkdir()
    (folder / "a").write_text("a")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "y")
    (repository / "site/content/a.md").write_text("changed")
    assert not read_state(folder).is_dirty
    assert read_state(repository, [folder]).is_dirty


def test_the_repository_is_not_obeyed(repository: Path, tmp_path: Path) -> None:
    proof = tmp_path / "proof"
    (repository / ".gitattributes").write_text("*.md filter=evil\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "y")
    for name in ("filter.evil.clean", "core.fsmonitor"):
        git(repository, "config", name, f"touch {proof}; cat")
    (repository / "site/content/a.md").write_text("c\n")
    state = read_state(repository)
    assert state.is_dirty
    assert state.commit
    assert not proof.exists()


def test_without_a_commit_nothing_is_known(tmp_path: Path, repository: Path) -> None:
    assert read_state(tmp_path) == State()
    (tmp_path / "new").mkdir()
    git(tmp_path / "new", "init", "-q")
    assert read_state(tmp_path / "new") == State()
    (tmp_path / "broken/.git").mkdir(parents=True)
    assert read_state(tmp_path / "broken") == State()
    objects = repository / ".git/objects"
    objects.rename(repository / ".git/moved")
    objects.mkdir()
    assert read_state(repository) == State()


def test_a_commit_with_a_tree_that_is_not_there(repository: Path) -> None:
    """As in a clone that fetches files when they are asked for."""
    tree = git(repository, "rev-parse", "HEAD^{tree}")
    (repository / ".git/objects" / tree[:2] / tree[2:]).unlink()
    state = read_state(repository)
    assert (len(state.commit), state.is_dirty) == (40, True)


def test_a_commit_without_a_time(repository: Path) -> None:
    text = git(repository, "cat-file", "commit", "HEAD")
    odd = re.sub(r"^(committer .*) \d+ \+0530$", r"\1 99999999999999999 +0000", text, flags=re.MULTILINE)
    made = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--literally", "--stdin"],
        cwd=repository, input=odd.encode(), capture_output=True, check=True,
    ).stdout.decode().strip()  # fmt: skip
    (repository / ".git/HEAD").write_text(f"{made}\n")
    state = read_state(repository)
    assert (state.commit, state.is_dirty) == (made, False)
