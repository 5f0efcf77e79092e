"""What is kept in `.cache/inventories/`: inventories that were fetched, and for a while why one could not be."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from pathlib import Path

from callsite.errors import CallsiteError
from callsite.inventories.entries import Entry
from callsite.inventory import Inventory, parse_inventory
from callsite.opening import open_file
from callsite.records import dataclass
from callsite.storing import sweep, write_whole
from callsite.wording import make_printable

FOLDER = ".cache/inventories"

# No inventory that is published comes near.
LARGEST = 32 * 2**20
_LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class Kept:
    """An inventory that was fetched, and how many seconds ago; less than none tells of a wrong clock."""

    inventory: Inventory
    age: float


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an inventory could not be fetched, in words that show no credentials, and how many seconds ago that was."""

    reason: str
    age: float


def read_kept(cache: Path, entry: Entry, now: float) -> Kept | None:
    """What the cache holds of an entry; None when there is nothing, or something damaged."""
    try:
        data, age = _read(_find_path(cache, entry, "inv"), now, LARGEST)
        return Kept(parse_inventory(data), age)
    except (OSError, ValueError):
        return None


def write_kept(cache: Path, entry: Entry, data: bytes) -> None:
    """Keep an inventory, and forget that it could not be fetched. Raises CallsiteError."""
    sweep(cache)
    write_whole(_find_path(cache, entry, "inv"), data)
    with contextlib.suppress(OSError):  # there is none as a rule
        _find_path(cache, entry, "failure").unlink()


def read_failure(cache: Path, entry: Entry, now: float) -> Failure | None:
    """Why an entry could not be fetched when that was last tried; None when nothing is known of it."""
    try:
        data, age = _read(_find_path(cache, entry, "failure"), now, _LONGEST_REASON)
    except OSError:
        return None
    reason = make_printable(data.decode("utf-8", "replace").strip())
    return Failure(reason, age) if reason else None


def write_failure(cache: Path, entry: Entry, reason: str) -> None:
    """Keep why an entry could not be fetched; where that cannot be written, it is asked for again by every build."""
    with contextlib.suppress(CallsiteError):
        write_whole(_find_path(cache, entry, "failure"), reason.encode("utf-8", "replace"))


def _read(path: Path, now: float, largest: int) -> tuple[bytes, float]:
    """What is in a file, a byte more than the largest at the most, and how many seconds ago it was written."""
    with open_file(path) as file:
        return file.read(largest + 1), now - os.fstat(file.fileno()).st_mtime


def _find_path(cache: Path, entry: Entry, kind: str) -> Path:
    name = re.sub(r"[^A-Za-z0-9._-]", "_", entry.name)[:40]
    return cache / f"{name}-{hashlib.sha256(f'{entry.name} {entry.source}'.encode()).hexdigest()[:16]}.{kind}"
