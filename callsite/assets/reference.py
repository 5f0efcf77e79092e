"""An address in a style sheet or a script that names another file of the theme."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import quote, unquote

from callsite.records import dataclass

# A scheme, or another host; or from the site's root on; or within the file itself.
_ELSEWHERE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|[/#?]|\Z")
_TAIL = re.compile(r"[?#].*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reference:
    """Where an address stands in the bytes of a file, from `start` to `end`, without its quotes, and what it is."""

    start: int
    end: int
    target: str


def resolve(target: str, path: str) -> str:
    """The file that an address in the file `path` names; "" when it is none below the same folder as all files are."""
    if _ELSEWHERE.match(target):
        return ""
    named = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(_TAIL.sub("", target))))
    return "" if named.startswith("../") or named == ".." else named


def rename(target: str, name: str) -> str:
    """An address that leads to a file which is called `name` now, in the folder where it was before."""
    place = _TAIL.sub("", target)
    return place[: place.rfind("/") + 1] + quote(name) + target[len(place) :]


def replace_all(data: bytes, changes: list[tuple[Reference, str]]) -> bytes:
    """The bytes of a file with some of its addresses changed."""
    parts, done = [], 0
    for reference, target in sorted(changes, key=lambda change: change[0].start):
        parts += [data[done : reference.start], target.encode()]
        done = reference.end
    return b"".join([*parts, data[done:]])
