"""Reading a git repository at a revision, without a work tree and without believing its configuration."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from urllib.request import url2pathname

from callsite.errors import CallsiteError
from callsite.git.command import GitError, find_reason, make_command, make_environment, make_repository, run_git
from callsite.git.references import Layout, find_layout, find_reference, find_remote, list_tags
from callsite.harvest.release import Release
from callsite.records import dataclass, replace
from callsite.sources.addresses import find_web_address, split_address
from callsite.sources.describing import Described, make_release, parse_tag
from callsite.sources.gathering import LIMITS, Gathering, Limits, Tree
from callsite.sources.git_fetching import fetch_commit, find_commit
from callsite.sources.spec import FromGit, describe_spec
from callsite.wording import make_printable

_PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file of a commit."""

    mode: str
    hash: str
    path: str


def read_git(
    spec: FromGit, *, cache: Path, base: Path, exclude: Collection[str] = (), limits: Limits = LIMITS
) -> Described:
    """Read a repository on the disk (relative to `base`) or elsewhere (by way of `cache`) at a revision.

    The release's revision is the full commit, whatever was asked for; its version that of a tag on the commit, if there
    is one. Raises CallsiteError when there is no such repository or revision, or more in it than `limits` allow.
    """
    where = make_printable(describe_spec(spec))
    if path := _find_path(spec.address, base):
        layout = find_layout(path)
        value = find_reference(layout, spec.revision or "HEAD") or spec.revision
        remote, name = find_remote(layout), path.resolve().name
    else:
        copy = fetch_commit(spec, cache)
        layout, value, remote = copy.layout, copy.commit, spec.address
        name = spec.address.rstrip("/").rpartition("/")[2]
    with tempfile.TemporaryDirectory(prefix="callsite-") as folder:
        repository = Path(folder, "repository")
        is_sha256 = len(find_reference(layout, "HEAD") or value) == 64
        make_repository(repository, is_sha256)
        environment = make_environment(repository, layout.objects)
        try:
            commit = find_commit(environment, value)
            tree = _read_commit(environment, commit, Gathering(where, limits, exclude))
            tags = _find_tags(environment, layout, commit)
        except GitError as error:
            reason = make_printable(str(error))
            raise CallsiteError(
                f"{where}: cannot be read, {reason}; see that repository and revision are right"
            ) from None
    release = make_release(tree, Release("", revision=commit))
    project = release.project or name.removesuffix(".git")
    asked = sorted(tags, key=lambda tag: (tag != spec.revision, tag))
    version = next((version for tag in asked if (version := parse_tag(tag, project))), release.version)
    # An address in the metadata may be another repository's, which does not have this commit.
    release = replace(release, project=project, version=version, repository=find_web_address(remote))
    return Described(tree, release)


def _find_path(address: str, base: Path) -> Path | None:
    if "://" not in address:
        return base / os.path.expanduser(address)
    parts = split_address(address)
    return Path(url2pathname(parts.path)) if parts is not None and parts.scheme == "file" else None


def _read_commit(environment: Mapping[str, str], commit: str, gathering: Gathering) -> Tree:
    wanted = list(_find_wanted(environment, commit, gathering))
    sizes = _find_sizes(environment, [entry.hash for _, entry in wanted])
    with _run(environment, "cat-file", "--batch") as git:
        assert git.stdin is not None
        assert git.stdout is not None
        for (kept, entry), size in zip(wanted, sizes, strict=True):
            if size is None:
                gathering.skip(entry.path, "its content is not in the repository")
            elif gathering.fits(entry.path, size):
                os.write(git.stdin.fileno(), f"{entry.hash}\n".encode("ascii"))
                if git.stdout.readline().split()[1:2] != [b"blob"]:
                    break  # it was there a moment ago; if git broke off, it says why in the end
                gathering.keep(kept, git.stdout.read(size))
                git.stdout.read(1)
        else:
            return gathering.finish()
    raise GitError("an object is gone or damaged")


def _find_wanted(environment: Mapping[str, str], commit: str, gathering: Gathering) -> Iterator[tuple[str, _Entry]]:
    """The entries to be read, each with the path that it is kept under."""
    for entry in _list_entries(environment, commit):
        gathering.count_listed(gathering.limits.listed)
        if entry.mode == "160000":
            gathering.skip(entry.path, "another repository (a submodule), which is not fetched")
        elif entry.mode == "120000":
            if entry.path.endswith(".py"):
                gathering.skip(entry.path, "a link, which is never followed")
        elif kept := gathering.admit(entry.path):
            yield kept, entry


def _list_entries(environment: Mapping[str, str], commit: str) -> Iterator[_Entry]:
    with _run(environment, "ls-tree", "-r", "-z", "--full-tree", commit) as git:
        assert git.stdout is not None
        rest = b""
        while piece := git.stdout.read(_PIECE):
            *lines, rest = (rest + piece).split(b"\0")
            for line in lines:
                about, _, path = line.partition(b"\t")
                mode, _, value = about.decode("ascii").split()
                yield _Entry(mode, value, path.decode("utf-8", "surrogateescape"))


def _find_sizes(environment: Mapping[str, str], hashes: list[str]) -> list[int | None]:
    """How large files are; None for those whose content is not there."""
    questions = "".join(f"{value}\n" for value in hashes).encode("ascii")
    answers = run_git(environment, "cat-file", "--batch-check=%(objecttype) %(objectsize)", stdin=questions)
    found = [answer.split() for answer in answers.decode("ascii").splitlines()]
    return [int(size) if kind == "blob" else None for kind, size in found]


@contextlib.contextmanager
def _run(environment: Mapping[str, str], *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Git, talking; ended when nobody listens any more. Raises GitError when it fails."""
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(  # noqa: S603  # hashes and words of our own
            make_command(*words), env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        ) as git,
    ):
        try:
            yield git
        except BrokenPipeError:
            pass  # it failed, and says why
        except BaseException:
            git.kill()
            raise
        assert git.stdin is not None
        git.stdin.close()
        if git.wait():
            errors.seek(0)
            raise GitError(find_reason(errors.read().decode("utf-8", "replace")) or "git broke off")


def _find_tags(environment: dict[str, str], layout: Layout, commit: str) -> list[str]:
    """The tags on a commit."""
    tags = list_tags(layout)
    questions = "".join(f"{value}^{{commit}}\n" for value in tags.values())
    answers = run_git(environment, "cat-file", "--batch-check=%(objectname)", stdin=questions.encode("ascii"))
    return [tag for tag, answer in zip(tags, answers.decode("ascii").splitlines(), strict=False) if answer == commit]
