"""Which paths can be published: those that name one file below the destination, on every destination there is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from callsite.model import Place, Problem
from callsite.paths import list_folders
from callsite.patterns import compile_later
from callsite.wording import make_printable

# What file systems take for one name, in bytes of UTF-8, and object stores for a whole path.
LONGEST_NAME: Final = 255
LONGEST_PATH: Final = 1024

# What destinations keep beside a site has names that begin so, and no file of a site has.
RESERVED: Final = ".callsite-"

# Most paths are made of these: nothing can be read in two ways then, unless a name begins with a dot or is empty.
_PLAIN = compile_later(r"[A-Za-z0-9_+-][A-Za-z0-9_.+/-]*")

# Control characters (those of terminals among them), halves of surrogate pairs, and what turns the direction of text.
_UNPRINTABLE = compile_later(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069]")

_DOTS = compile_later(r"[. ]*")  # Windows leaves out dots and spaces at the end of a name
_DRIVE = compile_later(r"[A-Za-z]:")

# What git takes for its own folder on some file system (see `verify_path` and `core.protectNTFS` of git): macOS looks
# at neither case nor invisible characters, Windows has short names and leaves out what follows.
_GIT = compile_later(r"(?:\.git|git~1)[. ]*(?::.*)?")
_IGNORED = compile_later(r"[\u00ad\u200b-\u200f\u2060-\u206f\ufe00-\ufe0f\ufeff]")


def is_safe(path: str) -> bool:
    """Whether a path, with `/` between folders, names one file below the folder it is put into, wherever that is."""
    return not explain_path(path)


def explain_path(path: str) -> str:
    """Why a path cannot be published; "" if it can."""
    is_plain = len(path) <= LONGEST_NAME and _PLAIN.fullmatch(path)
    if is_plain and "/." not in path and "//" not in path and path[-1] != "/":
        return ""
    if _UNPRINTABLE.search(path):
        return "has a character in it that cannot be seen"
    parts = path.split("/")
    if any(_DOTS.fullmatch(part) for part in parts):
        return "does not name a file below the site"
    if "\\" in path:
        return "has a backslash in it, which separates folders elsewhere"
    if _DRIVE.match(path):
        return "begins as the name of a drive does elsewhere"
    if any(len(part.encode()) > LONGEST_NAME for part in parts):
        return f"has a name of more than {LONGEST_NAME} bytes in it"
    if len(path.encode()) > LONGEST_PATH:
        return f"has more than {LONGEST_PATH} bytes"
    folded = [_fold(part) for part in parts]
    if any(_GIT.fullmatch(part) for part in folded):
        return "would be taken for git's own files"
    if folded[0].startswith(RESERVED):
        return "is kept for what a publish notes beside the site"
    return ""


def check_paths(paths: Iterable[str], where: str) -> Iterator[Problem]:
    """Find the paths of an output folder, called `where`, that cannot be published."""
    known = sorted(set(paths))
    parents = {path.rpartition("/")[0] for path in known} - {""}
    folders = parents.union(*map(list_folders, parents))
    composed: dict[str, str] = {}
    for path in known:
        why = explain_path(path)
        if why:
            yield _tell(where, path, f"the name {why}")
            continue
        if path in folders:
            yield _tell(where, path, "the name is that of a folder as well")
        other = composed.setdefault(path if path.isascii() else unicodedata.normalize("NFC", path), path)
        if other != path:
            shown = make_printable(other)
            yield _tell(where, path, f"the name differs from `{shown}` only in how its letters are put together")


def _tell(where: str, path: str, message: str) -> Problem:
    return Problem(Place(f"{where}/{path}"), "U101", message, "give it another name")


def _fold(name: str) -> str:
    """What a name comes to where neither case nor invisible characters tell names apart."""
    return unicodedata.normalize("NFC", _IGNORED.sub("", name).casefold())
