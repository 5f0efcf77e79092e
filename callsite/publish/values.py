"""What stands in the tables that say where to publish to, value by value.

Readers return what was meant, and raise ValueError with the words of what to write. Whatever stands in the wrong place
may be a password, so messages repeat nothing but what is surely none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from callsite.errors import CallsiteError
from callsite.publish.paths import explain_path
from callsite.wording import make_printable, nearest

_SECRET_KEY = re.compile(r"pass|secret|token|key|credential|user|login|auth|sas", re.IGNORECASE)
_ELSEWHERE: Final = (
    "take it out, and have it revoked if it was ever committed: credentials come from the environment, or from the "
    "files of the tools themselves"
)

# A user before a host, which with `https` may be a token; with `ssh` alone it is none, but for a password behind it,
# which may have a slash in it. And values behind an address, which may be a signature.
_CREDENTIALS = re.compile(r"(?<!ssh)://[^/@\s]*@|://[^/\s]*:(?![0-9]*(?:[/\s]|\Z))\S*@|://\S*\?\S*=", re.IGNORECASE)

_HARMLESS = re.compile(r"[A-Za-z0-9_. -]{0,15}")
_URL = re.compile(r"(?:s3|gs|az)://[^/:@?#\s]+(?:/.*)?")
_HOST = re.compile(r"(?!-)(?:[^\s:/@]+@(?!-))?(?:[^\s:/@]+|\[[0-9A-Fa-f:.]+\])")
_BRANCH = re.compile(r"(?!-)[^\s:~^?*\\[]+")

_LARGEST_SHOWN = 10**18


def read_keys(table: Mapping[str, Any], known: Mapping[str, Callable[[Any], Any]], at: str) -> dict[str, Any]:
    """Read each key of a table by its reader. `at` says which table it is. Raises CallsiteError for a key without a
    reader, and for values that a reader refuses or that hold credentials.
    """
    found = {}
    for key, value in table.items():
        if key not in known:
            near = nearest(key, known)
            hint = f"did you mean `{near}`?" if near else f"known are {', '.join(known)}"
            hint = _ELSEWHERE if not near and _SECRET_KEY.search(key) else hint
            raise CallsiteError(f"{at} has no `{make_printable(key):.60}`; {hint}")
        if isinstance(value, str) and _CREDENTIALS.search(value):
            raise CallsiteError(f"{at} `{key}` has a user, a password or a token in it; {_ELSEWHERE}")
        try:
            found[key] = known[key](value)
        except ValueError as error:
            raise CallsiteError(f"{at} `{key}` cannot be {show(value)}; write {error}") from error
    return found


def show(value: object) -> str:
    """A value in a message."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value) if abs(value) < _LARGEST_SHOWN else "such a number"
    if isinstance(value, str):
        return f'"{value}"' if _HARMLESS.fullmatch(value) else "what is written there"
    if isinstance(value, dict):
        return "a table"
    return "a list" if isinstance(value, list) else "a date or time"


def read_text(value: Any) -> str:
    """Any text on one line."""
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError("a text")
    return value


def read_filled(value: Any) -> str:
    """A text with something in it."""
    if not read_text(value).strip():
        raise ValueError("a text that is not empty")
    return str(value)


def read_host(value: Any) -> str:
    """What ssh takes for a host, and cannot take for one of its options."""
    if not _HOST.fullmatch(read_text(value)):
        raise ValueError("the name of a host, or `user@host`; a port has a key of its own")
    return str(value)


def read_remote(value: Any) -> str:
    """What git takes for a remote."""
    text = read_filled(value)
    head, at, _ = text.partition("@")
    if text.startswith("-") or (at and ":" in head and "/" not in head):
        raise ValueError("the name of a remote, or the address of a repository without a password")
    return text


def read_branch(value: Any) -> str:
    """The name of a branch; that it is a good one is up to git."""
    if not _BRANCH.fullmatch(read_text(value)):
        raise ValueError("the name of a branch")
    return str(value)


def read_url(value: Any) -> str:
    """The address of an object store."""
    if not _URL.fullmatch(read_text(value)):
        raise ValueError("s3://bucket/folder, gs://bucket/folder or az://container/folder")
    return str(value)


def read_folder(value: Any) -> str:
    """A folder below a root, without slashes around it; "" for the root."""
    plain = read_text(value).strip("/")
    if plain and explain_path(plain):
        raise ValueError("a folder below the root, such as `docs`")
    return plain


def read_tables(value: Any) -> Mapping[str, Any]:
    """The tables of all destinations."""
    if not isinstance(value, dict):
        raise ValueError("tables, [tool.callsite.publish.to.NAME]")
    return value


def read_truth(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def read_duration(value: Any) -> timedelta:
    """A time in hours, days or weeks."""
    said = re.fullmatch(r"([0-9]{1,4}) ?(hours?|days?|weeks?)", value) if isinstance(value, str) else None
    if said is None:
        raise ValueError('a time such as "12 hours", "7 days" or "4 weeks"')
    return timedelta(**{said[2].rstrip("s") + "s": int(said[1])})


def read_choice(*words: str) -> Callable[[Any], str]:
    """Make a reader of one of some words."""

    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(" or ".join(f'"{word}"' for word in words))
        return str(value)

    return read


def read_whole(least: int, most: int) -> Callable[[Any], int]:
    """Make a reader of whole numbers."""

    def read(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise ValueError(f"a whole number from {least:,} to {most:,}")
        return value

    return read
