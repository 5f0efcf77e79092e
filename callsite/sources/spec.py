"""Where a source comes from, in one line of text: the codec of what authors write after `--from` and in `sources.toml`.

installed                   every distribution installed beside Callsite
installed:NAME              one of them
NAME==VERSION, NAME>=2,<3   from the package index that pip is set up for
git+ADDRESS@REVISION        a git repository: https://…, ssh://…, or a path; without a revision its HEAD
PATH                        an archive (.whl .zip .tar.gz .tgz .tar.bz2 .tar.xz .tar), or a folder
"""

from __future__ import annotations

import re
from collections.abc import Callable

from packaging.requirements import InvalidRequirement, Requirement

from callsite.errors import CallsiteError
from callsite.records import dataclass
from callsite.sources.addresses import hide_credentials, split_address
from callsite.text import CONTROL
from callsite.wording import make_printable

SUFFIXES = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar")


@dataclass(frozen=True, slots=True)
class AllInstalled:
    """Every distribution that is installed."""


@dataclass(frozen=True, slots=True)
class Installed:
    """One installed distribution."""

    name: str


@dataclass(frozen=True, slots=True)
class FromIndex:
    """A release on the package index; `versions` is a version specifier in its canonical form, and never empty."""

    name: str
    versions: str


@dataclass(frozen=True, slots=True)
class FromGit:
    """A git repository at a revision. The address can be a path, and can hold credentials."""

    address: str
    revision: str = ""


@dataclass(frozen=True, slots=True)
class FromArchive:
    """A wheel, an sdist, or another archive on the disk."""

    path: str


@dataclass(frozen=True, slots=True)
class FromFolder:
    """A folder on the disk."""

    path: str


Spec = AllInstalled | Installed | FromIndex | FromGit | FromArchive | FromFolder

_FORMS = (
    "a source is installed, installed:NAME, NAME==VERSION, git+ADDRESS@REVISION, an archive "
    "(.whl .zip .tar.gz .tgz .tar.bz2 .tar.xz .tar), or a folder"
)


def parse_spec(text: str, exists: Callable[[str], bool] | None = None) -> Spec:
    """Read where a source comes from. `exists` says whether there is something at a path: that comes before the index.

    Raises CallsiteError, with the forms there are, for anything else.
    """
    text = text.strip()
    shown = make_printable(hide_credentials(text)) or "nothing"
    if not text or re.search(r"[\0-\x1f]", text) or CONTROL.search(text):
        raise CallsiteError(f"{shown}: is no source; {_FORMS}")
    if text.startswith("git+"):
        return _parse_git(text.removeprefix("git+"))
    if text.startswith(_PATHS) or (exists is not None and exists(text)):
        return _parse_path(text)
    if text == "installed":
        return AllInstalled()
    if text.startswith("installed:"):
        name = text.removeprefix("installed:").strip()
        if not re.fullmatch(_NAME, name):
            raise CallsiteError(f"{shown}: no distribution is called that; write installed:NAME")
        return Installed(name)
    if "://" in text:
        raise CallsiteError(f"{shown}: files are not fetched from an address; download it first, or write git+ADDRESS")
    if text.lower().endswith(SUFFIXES):
        return _parse_path(text)
    if re.search(r"[<>=!~;\[]|[\w\])]\s@\s", text):
        return _parse_requirement(text, shown)
    if "/" in text or text in (".", ".."):
        return _parse_path(text)
    if re.fullmatch(_NAME, text):
        names = f"{text}==VERSION for the package index, installed:{text} for what is installed, ./{text} for a folder"
        raise CallsiteError(f"{shown}: there is no such folder; write {names}")
    raise CallsiteError(f"{shown}: is no source; {_FORMS}")


def format_spec(spec: Spec) -> str:
    """Write a source so that `parse_spec` gives it back, credentials included: `describe_spec` is for showing."""
    match spec:
        case AllInstalled():
            return "installed"
        case Installed(name):
            return f"installed:{name}"
        case FromIndex(name, versions):
            return f"{name}{versions}"
        case FromGit(address, revision):
            return f"git+{address}@{revision}" if revision else f"git+{address}"
        case _:
            return spec.path


def describe_spec(spec: Spec) -> str:
    """Write a source without the credentials that its address may hold, for messages and for the lock file."""
    if isinstance(spec, FromGit):
        spec = FromGit(hide_credentials(spec.address), spec.revision)
    return format_spec(spec)


# PEP 508
_NAME = r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?"


def _parse_path(text: str) -> Spec:
    # Written so that it can only be a path.
    path = text if text.startswith(_PATHS) or text in (".", "..") else f"./{text}"
    return FromArchive(path) if text.lower().endswith(SUFFIXES) else FromFolder(path)


_PATHS = ("/", "./", "../", "~/")


def _parse_requirement(text: str, shown: str) -> Spec:
    try:
        wanted = Requirement(text)
    except InvalidRequirement as error:
        reason = str(error).partition("\n")[0]
        raise CallsiteError(f"{shown}: no requirement, {reason}; write NAME==VERSION or NAME>=2,<3") from error
    if wanted.extras or wanted.marker or wanted.url or not wanted.specifier:
        raise CallsiteError(f"{shown}: only a name and versions count here; write NAME==VERSION or NAME>=2,<3")
    return FromIndex(wanted.name, str(wanted.specifier))


def _parse_git(text: str) -> FromGit:
    shown = make_printable(f"git+{hide_credentials(text)}")
    parts = split_address(text) if "://" in text else None
    if "://" in text and (parts is None or parts.scheme not in _SCHEMES):
        raise CallsiteError(f"{shown}: no address of a repository; known are {', '.join(_SCHEMES)}, and paths")
    if parts is None and re.match(r"[^/@]*@[^/:@]+:", text):
        raise CallsiteError(f"{shown}: write the address as git+ssh://USER@HOST/PATH@REVISION")
    # A user name also ends in @: only one in the path begins the revision.
    start = len(f"{parts.scheme}://{parts.netloc}") if parts is not None else 0
    path, at, revision = text[start:].rpartition("@")
    if not at:
        path, revision = text[start:], ""
    address = text[:start] + path
    is_option = path.startswith("-") or (parts is not None and (parts.hostname or "").startswith("-"))
    if not path.strip("/") or is_option or "::" in address:
        raise CallsiteError(f"{shown}: no address of a repository; write git+ADDRESS@REVISION")
    if at and not is_revision(revision):
        raise CallsiteError(f"{shown}: no revision; write a commit, a tag or a branch behind the @")
    return FromGit(address, revision)


_SCHEMES = ("https", "ssh", "file", "http")


def is_name(text: str) -> bool:
    """Whether a text is the name of a distribution, as the specification of names and versions has it."""
    return re.fullmatch(_NAME, text, re.ASCII) is not None


def is_revision(text: str) -> bool:
    """Whether a text can be the name of a branch or tag (git-check-ref-format) or a commit, and nothing else to git."""
    return re.fullmatch(r"[^-/.\s~^:?*\[\\\x7f@+][^\s~^:?*\[\\\x7f]*", text) is not None and not re.search(
        r"\.\.|@\{|//|/\.|\.lock(?:/|$)|[/.]$", text
    )
