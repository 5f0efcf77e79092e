"""Bringing one revision of a repository elsewhere into the cache: a bare, shallow copy for each commit."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from callsite.errors import CallsiteError
from callsite.git.command import GitError, make_environment, make_repository, run_git
from callsite.git.references import Layout, find_reference, is_hash
from callsite.records import dataclass
from callsite.sources.addresses import LOOPBACK, hide_credentials, split_address
from callsite.sources.spec import FromGit, describe_spec
from callsite.storing import new_folder, sweep
from callsite.wording import make_printable


@dataclass(frozen=True, slots=True)
class Copy:
    """A repository in the cache, and the commit that it was fetched for."""

    layout: Layout
    commit: str


def fetch_commit(spec: FromGit, cache: Path, timeout: float = 600) -> Copy:
    """Bring a revision into the cache; a commit that is there already is not asked for again.

    Raises CallsiteError, without the credentials that an address may hold, when it cannot be fetched.
    """
    address = spec.address
    folder = cache / "git" / hashlib.sha256(hide_credentials(address).encode()).hexdigest()[:32]
    if is_hash(spec.revision) and (folder / f"{spec.revision}.git").is_dir():
        return _open(folder, spec.revision)
    parts = split_address(address)
    shown = describe_spec(spec)
    if parts is not None and parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise CallsiteError(f"{shown}: not fetched without encryption; use https or ssh")
    sweep(folder)
    with new_folder(folder) as part:
        try:
            commit = _fetch(spec, part, timeout)
        except GitError as error:
            reason = make_printable(_hide(str(error), address))
            hint = "see whether the address, the revision and the network are right"
            raise CallsiteError(f"{shown}: cannot be fetched, {reason}; {hint}") from None
        target = folder / f"{commit}.git"
        if not target.exists():
            try:
                part.rename(target)
            except OSError as error:
                # Two runs at once: the other one's is as good.
                if not target.exists():
                    raise CallsiteError(
                        f"{target}: cannot be written, {error.strerror}; choose another cache"
                    ) from error
    return _open(folder, commit)


def _open(folder: Path, commit: str) -> Copy:
    path = folder / f"{commit}.git"
    return Copy(Layout(path, path), commit)


def _fetch(spec: FromGit, part: Path, timeout: float) -> str:
    """Fetch a revision into a new repository; gives the commit."""
    make_repository(part)
    settings = {"remote.origin.url": spec.address}
    environment = make_environment(part, settings=settings, protocols="https:http:ssh")
    fetch = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-auto-maintenance")
    try:
        run_git(environment, *fetch, "--depth=1", "origin", spec.revision or "HEAD", timeout=timeout)
        found = _read_fetched(part)
    except GitError as error:
        # Not every server gives any commit by its hash, or a history that is cut off; and a hash may be abbreviated.
        if not re.search("remote ref|not our ref|unadvertised|shallow|allow request", str(error)):
            raise
        every = ("+HEAD:refs/remotes/origin/HEAD", "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
        run_git(environment, *fetch, "origin", *every, timeout=timeout)
        found = find_reference(Layout(part, part), spec.revision or "origin/HEAD") or spec.revision
    return find_commit(make_environment(part), found)


def _read_fetched(part: Path) -> str:
    """The hash that was fetched; if it is a tag's, the tag is written down: it tells the version later."""
    value, _, about = (part / "FETCH_HEAD").read_text(encoding="utf-8", errors="replace").partition("\t")
    tag = re.match(r"\s*tag '([^']+)' of ", about)
    if tag and ".." not in tag[1]:
        path = part / "refs" / "tags" / tag[1]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{value}\n", encoding="ascii")
    return value


def find_commit(environment: dict[str, str], value: str) -> str:
    """The commit that a hash, also an abbreviated one, or a tag object stands for. Raises GitError when none does."""
    if not re.fullmatch(r"[0-9a-f]{4,64}", value):
        raise GitError("there is no such revision")
    try:
        found = run_git(environment, "rev-parse", "--verify", "--quiet", f"{value}^{{commit}}")
    except GitError:
        raise GitError("there is no such revision") from None
    return found.decode("ascii").strip()


def _hide(message: str, address: str) -> str:
    parts = split_address(address)
    secrets = (
        address,
        parts.netloc.rpartition("@")[0] + "@" if parts and "@" in parts.netloc else "",
        parts.password if parts else "",
    )
    for secret in secrets:
        if secret:
            message = message.replace(secret, hide_credentials(address) if secret == address else "")
    return message
