"""One way in to all kinds of sources: `load_source` takes where one comes from and gives its files and what they are,
and what to write into the lock file.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from packaging.utils import canonicalize_name

from callsite.errors import CallsiteError
from callsite.harvest.release import Release, Skipped, Source
from callsite.records import dataclass, replace
from callsite.sources.archives import read_archive
from callsite.sources.declared import Declared
from callsite.sources.describing import Described, make_release, parse_file_name
from callsite.sources.distributions import list_installed, read_distribution
from callsite.sources.fetching import ACCESS, Access
from callsite.sources.folders import read_folder
from callsite.sources.gathering import LIMITS, Limits
from callsite.sources.git import read_git
from callsite.sources.index_settings import IndexSettings, read_index_settings
from callsite.sources.lock import Locked
from callsite.sources.package_index import Artefact, fetch_locked, fetch_release, find_kept, find_locked
from callsite.sources.spec import (
    AllInstalled,
    FromArchive,
    FromFolder,
    FromGit,
    FromIndex,
    Installed,
    describe_spec,
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where sources are read: paths are relative to `base`, what is fetched is kept in `cache`.

    `ask_settings` says which package index there is; it is only asked when one is needed.
    """

    cache: Path
    base: Path = Path()
    limits: Limits = LIMITS
    ask_settings: Callable[[], IndexSettings] = read_index_settings
    access: Access = ACCESS


def load_source(declared: Declared, surroundings: Surroundings, locked: Locked | None = None) -> tuple[Source, Locked]:
    """Read one source: the state in the lock file, if it is locked under the same words; else the one that fits now.

    A source without a name takes its project's. Raises CallsiteError when it cannot be read, and when what was locked
    is there no more or is something else now.
    """
    said = describe_spec(declared.spec)
    if locked is not None and locked.spec != said:
        locked = None
    read, address = _read(declared, surroundings, locked)
    release = read.release
    if declared.licence:
        release = replace(release, licence=replace(release.licence, expression=declared.licence, found="sources.toml"))
    if declared.repository:
        release = replace(release, repository=declared.repository.rstrip("/"))
    source = Source(declared.name or release.project, release, read.tree.files, read.tree.skipped)
    now = Locked(said, release.version, release.artefact, release.sha256, address, "")
    if isinstance(declared.spec, FromGit):
        now = replace(now, revision=release.revision)
    return source, now


def load_installed(
    surroundings: Surroundings, declared: Declared | None = None
) -> tuple[tuple[Source, ...], tuple[Skipped, ...]]:
    """Read everything that is installed beside Callsite, and say what of it could not be read."""
    sources, skipped = [], []
    for name in list_installed():
        one = Declared("", Installed(name), exclude=declared.exclude if declared else ())
        try:
            sources.append(load_source(one, surroundings)[0])
        except CallsiteError as error:
            where, _, reason = str(error).partition(": ")
            skipped.append(Skipped(where, reason))
    return tuple(sources), tuple(skipped)


def _read(declared: Declared, surroundings: Surroundings, locked: Locked | None) -> tuple[Described, str]:
    """What a source holds, and the address that it was fetched from, if it was."""
    exclude, limits = declared.exclude, surroundings.limits
    match declared.spec:
        case AllInstalled():
            raise CallsiteError("installed: many sources and not one; name one as installed:NAME")
        case Installed(name):
            return read_distribution(name, exclude=exclude, limits=limits), ""
        case FromFolder(path):
            folder = surroundings.base / os.path.expanduser(path)
            tree = read_folder(folder, exclude=exclude, limits=limits)
            release = make_release(tree, Release(""))
            return Described(tree, replace(release, project=release.project or folder.resolve().name)), ""
        case FromArchive(path):
            file = surroundings.base / os.path.expanduser(path)
            return _read_file(file, declared, surroundings, locked.sha256 if locked else ""), ""
        case FromIndex() as spec:
            artefact = _fetch(spec, surroundings, locked)
            return _read_file(artefact.path, declared, surroundings, artefact.sha256), artefact.address
        case spec:
            at = replace(spec, revision=locked.revision) if locked and locked.revision else spec
            return read_git(at, cache=surroundings.cache, base=surroundings.base, exclude=exclude, limits=limits), ""


def _fetch(spec: FromIndex, surroundings: Surroundings, locked: Locked | None) -> Artefact:
    cache, name, sha256 = surroundings.cache, locked.artefact if locked else "", locked.sha256 if locked else ""
    kept = find_locked(spec, name, sha256, cache) if sha256 else find_kept(spec, cache)
    if kept is not None:
        return kept
    settings = surroundings.ask_settings()
    access = replace(surroundings.access, certificate=settings.certificate, trusted=settings.trusted)
    if sha256:
        return fetch_locked(spec, name, sha256, cache, settings, access)
    return fetch_release(spec, cache, settings, access)


def _read_file(path: Path, declared: Declared, surroundings: Surroundings, sha256: str) -> Described:
    packed = read_archive(path, exclude=declared.exclude, sha256=sha256, limits=surroundings.limits)
    release = make_release(packed.tree, Release("", artefact=path.name, sha256=packed.sha256))
    project, version = parse_file_name(path.name)
    # A release goes by the name of its file, whatever its metadata says: that is what was asked for.
    is_own = canonicalize_name(release.project) == canonicalize_name(project) or not project
    release = replace(release, project=release.project if is_own else project, version=release.version or version)
    return Described(packed.tree, release)
