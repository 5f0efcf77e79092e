"""Reading what is installed beside Callsite, by its own list of files. Nothing of it is imported."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from packaging.utils import canonicalize_name

from callsite.errors import CallsiteError
from callsite.harvest.release import Release
from callsite.sources.addresses import find_web_address
from callsite.sources.describing import Described, make_release
from callsite.sources.folders import read_file, read_folder
from callsite.sources.gathering import LIMITS, Gathering, Limits, Tree
from callsite.wording import nearest


def list_installed() -> tuple[str, ...]:
    """The names of all installed distributions, sorted."""
    names = {canonicalize_name(name): name for name in map(_find_name, distributions()) if name}
    return tuple(names[key] for key in sorted(names))


def read_distribution(name: str, *, exclude: Collection[str] = (), limits: Limits = LIMITS) -> Described:
    """Read an installed distribution; one that is installed as a link to a folder (editable) from there.

    Raises CallsiteError when it is not installed or does not say which files are its own.
    """
    distribution = _find(name)
    origin = _read_origin(distribution)
    metadata = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    if folder := _find_editable(origin):
        tree = read_folder(folder, exclude=exclude, limits=limits)
    else:
        tree = _read_files(name, distribution, exclude, limits)
    repository, revision = _find_revision(origin)
    known = Release(_find_name(distribution), distribution.version, repository=repository, revision=revision)
    return Described(tree, make_release(tree, known, metadata))


def _find(name: str) -> Distribution:
    wanted = canonicalize_name(name)
    for distribution in distributions():
        if canonicalize_name(_find_name(distribution)) == wanted:
            return distribution
    meant = nearest(wanted, map(canonicalize_name, list_installed()))
    hint = f"did you mean {meant}?" if meant else f"install it beside Callsite, or write {name}==VERSION"
    raise CallsiteError(f"installed:{name}: not installed; {hint}")


def _find_name(distribution: Distribution) -> str:
    metadata = distribution.metadata
    return str(metadata["Name"] or "")


def _read_files(name: str, distribution: Distribution, exclude: Collection[str], limits: Limits) -> Tree:
    files = distribution.files
    if files is None:
        hint = f"install it again with pip, or write {name}==VERSION"
        raise CallsiteError(f"installed:{name}: does not say which files are its own (no RECORD); {hint}")
    gathering = Gathering(f"installed:{name}", limits, exclude)
    for file in sorted(files, key=str):
        path = str(file)
        if ".." in file.parts or os.path.isabs(path):
            continue  # commands and manuals lie elsewhere
        gathering.count_listed(limits.listed)
        if kept := gathering.admit(path):
            read_file(Path(str(distribution.locate_file(path))), path, kept, gathering)
    return gathering.finish()


def _read_origin(distribution: Distribution) -> dict[str, Any]:
    """Where the installer had it from, if not from an index (PEP 610); nothing when that cannot be read."""
    try:
        origin = json.loads(distribution.read_text("direct_url.json") or "{}")
    except (ValueError, RecursionError):
        return {}
    return origin if isinstance(origin, dict) else {}


def _find_editable(origin: dict[str, Any]) -> Path | None:
    info, url = origin.get("dir_info"), urlsplit(str(origin.get("url", "")))
    if url.scheme == "file" and isinstance(info, dict) and info.get("editable") is True:
        return Path(url2pathname(url.path))
    return None


def _find_revision(origin: dict[str, Any]) -> tuple[str, str]:
    """The repository and the commit that it was installed from, if it was."""
    info = origin.get("vcs_info")
    commit = str(info.get("commit_id", "")) if isinstance(info, dict) else ""
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", commit):
        return "", ""
    return find_web_address(str(origin.get("url", ""))), commit
