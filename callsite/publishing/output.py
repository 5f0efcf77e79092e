"""An output folder as it is to be published: each file with its digest and headers, and what is wrong with it."""

from __future__ import annotations

import hashlib
import json
import os
import posixpath
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

from callsite.address import explain_site_address
from callsite.build import place_of
from callsite.compressing import is_twin
from callsite.errors import CallsiteError
from callsite.model import Place, Problem
from callsite.opening import open_file
from callsite.publish.kinds import ENCODINGS, REDIRECT, find_kind, plan_headers
from callsite.publish.manifest import Entry, Manifest
from callsite.publish.paths import check_paths
from callsite.records import dataclass
from callsite.staging import MANIFEST as BUILT

BUILD: Final = "build.json"

_CHUNK = 1 << 20

# More files than any host takes: links in the output lead round.
_MOST_FILES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Output:
    """What was read: the files as a manifest, and what is wrong with any of them. `built` are the paths that the build
    has noted, without twins that are sent in the place of their files; None for no note.
    """

    manifest: Manifest
    built: frozenset[str] | None
    problems: tuple[Problem, ...] = ()


def read_output(folder: Path, *, headers: bool = False, encoding: str = "", redirects: bool = False) -> Output:
    """Read a production build.

    With `headers` each file gets those it is to be served with; with `encoding`, "gzip" or "br", a file is replaced by
    its compressed twin where there is one; with `redirects` pages of redirects get the header by which S3 redirects.
    Raises CallsiteError when the folder is not there, or was not built for production.
    """
    at = place_of(str(folder)).path
    if not folder.is_dir():
        raise CallsiteError(f"{at}: no such output; build the site first")
    problems: list[Problem] = []
    found = dict(sorted(islice(_list_files(folder, at, problems), _MOST_FILES + 1)))
    if len(found) > _MOST_FILES:
        raise CallsiteError(f"{at}: has more than {_MOST_FILES:,} files; see whether links in it lead round and round")
    found.pop(BUILT, None)
    site, commit, leads = _read_build(folder, at, bool(found))
    problems += check_paths(found, at)
    digests: dict[str, tuple[str, int]] = {}
    for path, file in found.items():
        try:
            digests[path] = _digest(file)
        except OSError as error:
            message = f"cannot be read: {error.strerror}"
            problems.append(Problem(Place(f"{at}/{path}"), "U103", message, "make it readable, or take it away"))
    ending = next((end for end, name in ENCODINGS.items() if name == encoding), "")
    twins = _find_twins(found, digests) if encoding else frozenset()
    if encoding and digests and not any(path.endswith(ending) for path in twins):
        hint = f'set CALLSITE_PRECOMPRESS = ["{ending.lstrip(".")}"] for the build, or leave out `encoding`'
        raise CallsiteError(f"{at}: nothing there is compressed with {encoding}; {hint}")
    files: dict[str, Entry] = {}
    for path, (plain, size) in digests.items():
        if path in twins:
            continue
        packed = path + ending if encoding and path + ending in twins else ""
        said = plan_headers(path, find_kind(path, plain), encoding if packed else "") if headers else ()
        if redirects and path in leads:
            said = (*said, (REDIRECT, leads[path]))
        files[path] = Entry(*(digests[packed] if packed else (plain, size)), said, packed)
    built = _read_built(folder)
    left = None if built is None else built - twins
    return Output(Manifest(files, site=site, commit=commit), left, tuple(problems))


def _list_files(folder: Path, at: str, problems: list[Problem]) -> Iterator[tuple[str, Path]]:
    """The files of an output by their paths; links count as what they lead to, if that is in the output."""
    root = os.path.realpath(folder)
    waiting: list[tuple[str, str, tuple[str, ...]]] = [("", root, (root,))]
    while waiting:
        prefix, name, above = waiting.pop()
        try:
            entries = sorted(os.scandir(name), key=lambda entry: entry.name)
        except OSError as error:
            message = f"cannot be read: {error.strerror}"
            problems.append(Problem(Place(f"{at}/{prefix}".rstrip("/")), "U103", message, "make it readable"))
            continue
        for entry in entries:
            path = prefix + entry.name
            real = os.path.realpath(entry.path) if entry.is_symlink() else entry.path
            if entry.is_symlink() and not real.startswith(root + os.sep):
                message = "this symbolic link leads out of the output"
                problems.append(Problem(Place(f"{at}/{path}"), "U102", message, "put the file itself there"))
            elif not os.path.isdir(real):
                yield path, Path(real)
            elif real in above:
                message = "this symbolic link leads to a folder that it is in"
                problems.append(Problem(Place(f"{at}/{path}"), "U102", message, "take it away"))
            else:
                waiting.append((f"{path}/", real, (*above, real)))


def _find_twins(found: Mapping[str, Path], digests: Mapping[str, tuple[str, int]]) -> frozenset[str]:
    """The compressed twins among files. A file that is only called so, and holds something else, is none."""
    pairs = ((path, posixpath.splitext(path)) for path in digests)
    named = ((path, plain) for path, (plain, ending) in pairs if ending in ENCODINGS and plain in digests)
    return frozenset(path for path, plain in named if is_twin(found[path], *digests[plain]))


def _digest(file: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with open_file(file) as opened:
        while chunk := opened.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def _read_build(folder: Path, at: str, is_filled: bool) -> tuple[str, str, dict[str, str]]:
    """Where the site of an output will stand, the commit it was built from, and where its pages of redirects lead."""
    if not is_filled:
        return "", "", {}
    hint = "build it with the settings for publishing, which have CALLSITE_PRODUCTION = True"
    try:
        with open_file(folder / BUILD) as file:
            values: Any = json.load(file)
        site, commit, leads = values["site"], values["commit"], values["redirects"]
        if not (isinstance(site, str) and isinstance(commit, str) and isinstance(leads, dict)):
            raise TypeError
    except FileNotFoundError as error:
        raise CallsiteError(f"{at}: this was not built for publishing (it has no {BUILD}); {hint}") from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise CallsiteError(f"{at}/{BUILD}: cannot be read ({type(error).__name__}); {hint}") from error
    if not site:
        raise CallsiteError(f"{at}: it was built without an address; set SITEURL in the settings for publishing")
    why = explain_site_address(site)
    if why:
        raise CallsiteError(f"{at}/{BUILD}: the address of the site {why}; mend SITEURL, and build again")
    told = {path: lead for path, lead in leads.items() if isinstance(lead, str) and lead.isprintable()}
    if len(told) < len(leads) or not commit.isprintable():
        raise CallsiteError(f"{at}/{BUILD}: cannot be read (a character that cannot be seen); {hint}")
    return site, commit, told


def _read_built(folder: Path) -> frozenset[str] | None:
    try:
        with open_file(folder / BUILT) as file:
            names = json.load(file)
    except (OSError, ValueError, RecursionError):
        return None
    is_list = isinstance(names, list) and all(isinstance(name, str) for name in names)
    return frozenset(names) if is_list else None
