"""Reading a folder as it lies on the disk, without following anything out of it."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from callsite.errors import CallsiteError
from callsite.opening import open_file
from callsite.sources.gathering import LIMITS, Gathering, Limits, Tree

# Never a project's own source: what tools make, and other projects' code that they install.
_NEVER = ("__pycache__", "node_modules")
_NEVER_ENDING = (".egg-info", ".egg")


def read_folder(path: Path, *, exclude: Collection[str] = (), limits: Limits = LIMITS) -> Tree:
    """Read the Python files, metadata and licences below a folder.

    Hidden folders, caches and virtual environments are passed over. Links to folders are not followed, links to files
    only to those inside. Raises CallsiteError when it is no folder, or holds more than `limits` allow.
    """
    if not path.is_dir():
        raise CallsiteError(f"{path}: no such folder; name one with Python files in it")
    gathering = Gathering(str(path), limits, exclude)
    inside = os.path.realpath(path)
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(path / folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            if not folder:
                raise CallsiteError(f"{path}: cannot be read, {error.strerror}; name another folder") from error
            gathering.skip(folder, f"cannot be read, {error.strerror}")
            continue
        if folder and any(entry.name == "pyvenv.cfg" for entry in found):
            continue
        for entry in found:
            gathering.count_listed(limits.listed)
            name = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir(follow_symlinks=False):
                if not (_is_passed_over(entry.name) or gathering.is_excluded(name)):
                    waiting.append(name)
            elif entry.is_symlink() and not _leads_inside(entry, inside):
                if entry.name.endswith(".py") and not gathering.is_excluded(name):
                    gathering.skip(name, "a link out of the folder, or to nowhere")
            elif kept := gathering.admit(name):
                read_file(path / name, name, kept, gathering)
    return gathering.finish()


def read_file(path: Path, name: str, kept: str, gathering: Gathering) -> None:
    """Take one file of the disk in, called `name` in reports, under the path `kept`; leave it out when it cannot be."""
    try:
        with open_file(path) as file:
            data = file.read(gathering.limits.file + 1)
            if gathering.fits(name, max(len(data), os.fstat(file.fileno()).st_size)):
                gathering.keep(kept, data)
    except OSError as error:
        gathering.skip(name, f"cannot be read, {error.strerror}")


def _is_passed_over(name: str) -> bool:
    return name.startswith(".") or name in _NEVER or name.endswith(_NEVER_ENDING)


def _leads_inside(entry: os.DirEntry[str], inside: str) -> bool:
    try:
        real = os.path.realpath(entry.path, strict=True)
    except OSError:  # also a loop
        return False
    return real.startswith(inside + os.sep) and os.path.isfile(real)
