"""The references of a git repository on the disk (gitrepository-layout), read as the plain files that they are."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from callsite.errors import CallsiteError
from callsite.opening import open_file
from callsite.patterns import compile_later
from callsite.records import dataclass

_HASH = compile_later(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")

# No file of references or configuration of a real repository comes near.
_LARGEST = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of a repository lie: `own` holds its HEAD, `common` what worktrees of one repository share."""

    own: Path
    common: Path

    @property
    def objects(self) -> Path:
        """Its folder of objects."""
        return self.common / "objects"


def find_layout(path: Path) -> Layout:
    """Find the repository at a path: a bare one, a work tree, or one of several work trees.

    Raises CallsiteError when there is none.
    """
    own = path / ".git" if os.path.lexists(path / ".git") else path
    if own.is_file():
        pointer = re.fullmatch(r"gitdir: (.+)", _read_text(own).strip())
        own = path / pointer[1] if pointer else own
    common = own / "commondir"
    layout = Layout(own, own / _read_text(common).strip() if common.is_file() else own)
    if not (layout.own / "HEAD").is_file() or not layout.objects.is_dir():
        raise CallsiteError(f"{path}: no git repository, or one that you may not read; name a folder with one in it")
    if (layout.common / "reftable").is_dir():
        raise CallsiteError(f"{path}: keeps its references in a form that is not read (reftable); clone it first")
    return layout


def find_reference(layout: Layout, revision: str) -> str:
    """The hash that a branch, a tag or HEAD stands for, in git's own order (gitrevisions); "" when there is none."""
    forms = ("{}", "refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")
    packed = dict(_read_packed(layout))
    for form in forms:
        name = form.format(revision)
        if name != "HEAD" and not name.startswith("refs/"):
            continue  # what else lies beside HEAD is no reference of its own
        if found := _follow(layout, packed, name):
            return found
    return ""


def list_tags(layout: Layout) -> dict[str, str]:
    """All tags, each with the hash of what it points at, be it a commit or a tag object."""
    found = {name: value for name, value in _read_packed(layout) if name.startswith("refs/tags/")}
    top = layout.common / "refs" / "tags"
    for folder, _, names in os.walk(top):
        for name in names:
            path = Path(folder) / name
            value = _read_text(path).strip()
            if _HASH.fullmatch(value):
                found[path.relative_to(layout.common).as_posix()] = value
    return {name.removeprefix("refs/tags/"): value for name, value in sorted(found.items())}


def find_remote(layout: Layout) -> str:
    """The address of the remote repository `origin`; "" when there is none. Nothing else in the file is obeyed."""
    section = ""
    for line in _read_text(layout.common / "config").splitlines():
        if header := re.match(r"\s*\[([^\]]*)\]", line):
            section = header[1].strip()
        elif section == 'remote "origin"' and (setting := re.match(r'\s*url\s*=\s*"?([^"\s]+)', line)):
            return setting[1]
    return ""


def is_hash(text: str) -> bool:
    """Whether a text is the full hash of an object, SHA-1 or SHA-256."""
    return _HASH.fullmatch(text) is not None


def _follow(layout: Layout, packed: dict[str, str], name: str) -> str:
    """What a reference points at, through others if need be; as in git, at most five of them."""
    for _ in range(5):
        if ".." in name.split("/"):
            return ""
        folder = layout.common if name.startswith("refs/") else layout.own
        value = _read_text(folder / name).strip() or packed.get(name, "")
        if _HASH.fullmatch(value):
            return value
        if not value.startswith("ref: refs/"):
            return ""
        name = value.removeprefix("ref: ")
    return ""


def _read_packed(layout: Layout) -> Iterator[tuple[str, str]]:
    for line in _read_text(layout.common / "packed-refs").splitlines():
        value, _, name = line.partition(" ")
        if _HASH.fullmatch(value) and name.startswith("refs/"):
            yield name, value


def _read_text(path: Path) -> str:
    """A small file, "" when there is none; a named pipe in its place is not waited for."""
    try:
        with open_file(path) as file:
            return file.read(_LARGEST).decode("utf-8", "replace")
    except (OSError, ValueError):  # a name that comes from another file may hold a NUL byte
        return ""
