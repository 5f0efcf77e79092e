"""The states of a site that the history of its branch has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from callsite.destinations.branch.remote import Remote
from callsite.errors import CallsiteError
from callsite.git.command import GitError, run_git
from callsite.publish.manifest import Manifest, parse_manifest
from callsite.records import dataclass


@dataclass(frozen=True, slots=True)
class State:
    """A commit, and the manifest in it."""

    commit: str
    manifest: Manifest


def read_states(remote: Remote, repository: Path, tip: str, path: str, most: int) -> Iterator[State]:
    """The last states before a commit and at it, the newest first, each release once; `path` is where the manifest is.

    Raises GitError when what is needed is not there and cannot be had.
    """
    environment = remote.make_environment(repository) | {"GIT_LITERAL_PATHSPECS": "1"}
    words = ("--first-parent", "--no-renames", "--raw", "--no-abbrev", "--format=%x01%H", f"--max-count={most}")
    told = run_git(environment, "log", *words, tip, "--", path).decode("utf-8", "replace")
    found = list(_parse_changes(told))
    data = read_contents(remote, repository, [name for _, name in found])
    seen = set()
    for commit, name in found:
        try:
            manifest, _ = parse_manifest(data[name], path)
        except CallsiteError:  # nothing that could be gone back to
            continue
        if manifest.release not in seen:
            seen.add(manifest.release)
            yield State(commit, manifest)


def read_contents(remote: Remote, repository: Path, names: Iterable[str]) -> Mapping[str, bytes]:
    """Contents of files by their names; what is not there is fetched, all at once. Raises GitError as above."""
    wanted = list(dict.fromkeys(names))
    environment = remote.make_environment(repository)
    found = {}
    for name in wanted:
        try:
            found[name] = run_git(environment, "cat-file", "blob", name)
        except GitError:
            continue
    missing = [name for name in wanted if name not in found]
    if missing:
        remote.bring(repository, missing)
        found |= {name: run_git(environment, "cat-file", "blob", name) for name in missing}
    return found


def _parse_changes(told: str) -> Iterator[tuple[str, str]]:
    """Read what `git log --raw` says of one path: the commits that wrote it, each with the name of its content."""
    commit = ""
    for line in told.splitlines():
        if line.startswith("\x01"):
            commit = line[1:]
        elif line.startswith(":"):
            _, mode, _, name, _ = line.split("\t")[0].split(" ")
            if mode in ("100644", "100755"):
                yield commit, name
