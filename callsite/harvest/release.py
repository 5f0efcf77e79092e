"""What a source tree is once it has been read: a release of a project, its files, and what was left out of it."""

from __future__ import annotations

from callsite.records import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Skipped:
    """Something that was left out, and why: a file of an archive, a whole source, a use that could not be cut."""

    what: str
    reason: str

    def __str__(self) -> str:
        return f"{self.what}: {self.reason}"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file: its path inside the project, `/` between folders, and its bytes as they were read."""

    path: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Licence:
    """The terms code may be passed on under.

    `expression` is an SPDX licence expression, or "" when it is not known; `found` says how it was found, or why not.
    `notices` are the copyright lines, `text` the licence's own text and `path` the file it was read from.
    """

    expression: str = ""
    found: str = ""
    notices: tuple[str, ...] = ()
    text: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """Which state of which project a source holds; what is not known is empty.

    `artefact` is the file it came in and `sha256` that file's hash; `repository` the web address of the project's
    version control and `revision` the full commit the files are known to be from; `documentation` is the address of its
    documentation.
    """

    project: str
    version: str = ""
    artefact: str = ""
    sha256: str = ""
    repository: str = ""
    revision: str = ""
    licence: Licence = Licence()
    documentation: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A tree that was read: what it is, its Python files in the order of their paths, and what was left out."""

    name: str
    release: Release
    files: tuple[SourceFile, ...]
    skipped: tuple[Skipped, ...] = ()
