"""Which commit the files of a folder are from, and whether they are still as they were in it.

Git looks at the files by way of a repository of our own making (see `command`) and an index made for this one question:
nothing that the other repository says is obeyed but its `.gitignore` files and what `.gitattributes` say of line ends.
No filter is run, so a file that one keeps elsewhere (git-lfs) counts as another one than the commit's.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

from callsite.errors import CallsiteError
from callsite.git.command import GitError, make_environment, make_repository, run_git
from callsite.git.references import find_layout, find_reference, is_hash
from callsite.records import dataclass

# What Python makes of the settings when it reads them: a build would count as changed by itself.
_COMPILED = (":(top,exclude,glob)**/__pycache__", ":(top,exclude,glob)**/__pycache__/**")

# A build waits for this.
_TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class State:
    """The commit, "" when none is known; when it was made; and whether there are files that it does not have so."""

    commit: str = ""
    committed: datetime | None = None
    is_dirty: bool = False


def read_state(folder: Path, apart_from: Collection[Path] = ()) -> State:
    """Read the state of a folder, without what is in some others: those that a build itself writes to.

    Whatever is wrong with the repository, there is an answer: that the commit is not known, or that there may be other
    files.
    """
    real = Path(os.path.realpath(folder))
    top = next((path for path in (real, *real.parents) if os.path.lexists(path / ".git")), None)
    if top is None:
        return State()
    try:
        layout = find_layout(top)
        commit = find_reference(layout, "HEAD")
        if not is_hash(commit):
            return State()
        with tempfile.TemporaryDirectory(prefix="callsite-") as own:
            repository = Path(own) / "repository"
            make_repository(repository, is_sha256=len(commit) > 40)
            (repository / "HEAD").write_text(f"{commit}\n", encoding="ascii")
            settings = {"core.bare": "false"}
            environment = make_environment(repository, layout.objects, settings) | {
                "GIT_WORK_TREE": str(top),
                "GIT_INDEX_FILE": str(Path(own) / "index"),
            }
            said = run_git(environment, "log", "--no-walk", "--format=%ct", commit, timeout=_TIMEOUT)
            return State(commit, _read_time(said), _is_dirty(environment, commit, top, real, apart_from))
    except (CallsiteError, GitError, OSError):
        return State()


def _is_dirty(environment: dict[str, str], commit: str, top: Path, folder: Path, apart_from: Collection[Path]) -> bool:
    apart = [Path(os.path.realpath(path)) for path in apart_from]
    inside = [path for path in apart if path != top and path.is_relative_to(top)]
    words = [_name(folder, top), *(_name(path, top, "exclude,") for path in inside), *_COMPILED]
    try:
        run_git(environment, "read-tree", commit, timeout=_TIMEOUT)
        command = ("status", "--porcelain", "--no-renames", "--ignore-submodules", "--untracked-files=normal", "--")
        return bool(run_git(environment, "-C", str(top), *command, *words, timeout=_TIMEOUT))
    except GitError:
        return True


def _name(path: Path, top: Path, magic: str = "") -> str:
    """A path as git takes it, whatever characters are in it (gitglossary, pathspec)."""
    return f":(top,{magic}literal){'' if path == top else path.relative_to(top)}"


def _read_time(said: bytes) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(said), UTC)
    except (ValueError, OverflowError, OSError):
        return None
