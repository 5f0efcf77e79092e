"""The setting that names inventories: which of its entries make sense, and where each says that the inventory is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult

from callsite.model import Place, Problem
from callsite.records import dataclass
from callsite.sources.addresses import hide_credentials, split_address
from callsite.wording import make_printable

SETTING = "CALLSITE_INVENTORIES"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the setting: the inventory is in a file or, if there is none, at the address `source`."""

    name: str
    address: str
    source: str
    file: Path | None = None

    @property
    def shown(self) -> str:
        """Where the inventory is, for messages."""
        # A file's name may be an address that lacks its beginning, with a password before the @.
        return make_printable(self.source.rpartition("@")[2] if self.file else hide_credentials(self.source))


def parse_setting(setting: object, folder: Path, at: Place) -> tuple[list[Entry], list[Problem]]:
    """The entries of the setting that make sense, and problems for those that do not."""
    if not isinstance(setting, Mapping):
        return [], [Problem(at, "X101", f"{SETTING} is no dict but of type {type(setting).__name__}", _EXAMPLE)]
    entries, problems = [], []
    for name, value in setting.items():
        try:
            entries.append(_parse_entry(name, value, folder))
        except ValueError as error:
            shown = make_printable(repr(name))
            problems.append(Problem(at, "X101", f"the entry {shown} of {SETTING} {error}", _EXAMPLE))
    return entries, problems


_EXAMPLE = 'write {"name": "https://docs.example.org/"} or {"name": ("https://docs.example.org/", "file.inv")}'
_ADDRESS = re.compile(r"https?://[^\s<>\"\\^`{|}\x00-\x1f\x7f]+")


def _parse_entry(name: object, value: object, folder: Path) -> Entry:
    """One entry. Raises ValueError, with a reason that shows no credentials."""
    address, source = value if isinstance(value, tuple | list) and len(value) == 2 else (value, None)
    if not isinstance(name, str) or not name.strip() or make_printable(name) != name:
        raise ValueError("has no name")
    if not isinstance(address, str) or not isinstance(source, str | None) or source == "":
        raise ValueError("is neither an address nor a pair of an address and a file")
    parts = _split(address)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("has an address with a user, a query or an anchor, which cannot be part of every link")
    address = address.rstrip("/?#")
    if source is None:
        return Entry(name, address, f"{address}/objects.inv")
    if "://" in source:
        _split(source)
        return Entry(name, address, source)
    return Entry(name, address, source, folder / source)


def _split(address: str) -> SplitResult:
    parts = split_address(address)
    if parts is None or not parts.hostname or not _ADDRESS.fullmatch(address):
        raise ValueError("names what is no address of the web (https://…)")  # and may hold a password
    return parts
