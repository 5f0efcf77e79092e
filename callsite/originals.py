"""The files that listings were taken from, as far as they are at hand: nothing is ever fetched.

A site says where the files of a project are, as a folder or an archive for each:

    [tool.callsite.check]
    sources = { callsite = ".", flask = "sources/flask-3.1.0.tar.gz" }
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Protocol

from callsite.credits import find_key
from callsite.errors import CallsiteError
from callsite.model import Page
from callsite.opening import open_file
from callsite.sources.archives import read_archive
from callsite.sources.gathering import LIMITS, find_fault
from callsite.sources.spec import FromArchive, FromFolder, describe_spec, parse_spec
from callsite.text import decode_python, normalise_ends


class Shelf:
    """Where the files of projects are. Each source is opened when a page first asks for it, and stays open for all.

    `sources` has a folder or an archive for each project, as `callsite harvest --from` takes them; relative paths are
    below `base`. Raises CallsiteError for what is neither, and for what is not there.
    """

    def __init__(self, sources: Mapping[str, str], base: Path = Path()) -> None:
        self._places = {find_key(project): _find_place(project, spec, base) for project, spec in sources.items()}

    def load_text(self, project: str, path: str) -> str | None:
        r"""The text of a file of a project, line ends as `\n`; None when it is not at hand, or is none to quote from.

        Raises CallsiteError when the project's archive cannot be read.
        """
        place = self._places.get(find_key(project))
        data = place.read(path) if place and not find_fault(path) else None
        try:
            if data is None or path.endswith(".py"):
                return None if data is None else decode_python(data)
            return normalise_ends(data.decode("utf-8-sig"))
        except ValueError:
            return None


def load_originals(page: Page, shelf: Shelf) -> dict[int, str]:
    """The texts of the files that a page's listings were taken from, by the number of the listing, 0 being the first.

    A listing is left out when it does not say which file of which project it is from, and when that is not at hand.
    """
    found = {}
    for number, listing in enumerate(page.listings):
        origin = listing.origin
        text = shelf.load_text(origin.project, origin.path) if origin.project and origin.path else None
        if text is not None:
            found[number] = text
    return found


class _Place(Protocol):
    def read(self, path: str) -> bytes | None:
        """The bytes of a file; None when there is none, or when it is too large to quote from."""


class _Folder:
    """A folder on the disk, of which only the files that are asked for are read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._inside = os.path.realpath(path)

    def read(self, path: str) -> bytes | None:
        try:
            real = os.path.realpath(self._path / path, strict=True)
            if not real.startswith(os.path.join(self._inside, "")):
                return None  # a link out of the folder
            with open_file(Path(real)) as file:
                data = file.read(LIMITS.file + 1)
        except OSError:
            return None
        return data if len(data) <= LIMITS.file else None


class _Archive:
    """An archive of a release, which is read as a whole."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _files(self) -> Mapping[str, bytes]:
        return {file.path: file.data for file in read_archive(self._path).tree.files}

    def read(self, path: str) -> bytes | None:
        return self._files.get(path)


def _find_place(project: str, text: str, base: Path) -> _Place:
    where = f"sources: {project}"
    try:
        spec = parse_spec(text, lambda path: os.path.exists(base / path))
    except CallsiteError as error:
        raise CallsiteError(f"{where}: {error}") from error
    if not isinstance(spec, FromFolder | FromArchive):
        raise CallsiteError(f"{where}: {describe_spec(spec)} may have to be fetched; name a folder or an archive")
    path = base / os.path.expanduser(spec.path)
    if isinstance(spec, FromFolder):
        if not path.is_dir():
            raise CallsiteError(f"{where}: {path} is no folder; name one, or an archive")
        return _Folder(path)
    if not path.is_file():
        raise CallsiteError(f"{where}: there is no archive {path}; name one, or a folder")
    return _Archive(path)
