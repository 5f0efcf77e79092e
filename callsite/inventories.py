"""The inventories that a site's settings name: read from the disk, or fetched once and kept in `.cache/inventories/`.

The setting is as in intersphinx: `{"flask": "https://flask.example/en/stable/"}`, or a pair of that address and where
the inventory is, if not in `objects.inv` there: a file, relative to the site's folder, or another address. Whatever
cannot be had is left out, and a problem says so: only a setting that makes no sense is an error.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, quote

from callsite.errors import CallsiteError
from callsite.inventory import Inventory, parse_inventory
from callsite.model import Place, Problem, Severity
from callsite.opening import open_file
from callsite.sources.addresses import hide_credentials, split_address
from callsite.sources.fetching import Access, fetch
from callsite.storing import sweep, write_whole
from callsite.wording import count, make_printable

_SETTING = "CALLSITE_INVENTORIES"
_LARGEST = 32 * 2**20
_DAY = 24 * 60 * 60
_FRESH = 7 * _DAY

# A build waits for this: little patience with a server that says nothing, and some with one that never ends.
_ACCESS = Access(timeout=5, pauses=(0.5,))
_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where a name is documented elsewhere; `kind` is Sphinx's word for what it is, such as `function`."""

    url: str
    project: str
    title: str
    kind: str


@dataclass(frozen=True, slots=True)
class Inventories:
    """Python names that are documented elsewhere, by dotted name; what went wrong; and what is good to know."""

    links: Mapping[str, Upstream]
    problems: tuple[Problem, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
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


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the cache holds of an entry, and how many seconds ago it was fetched."""

    inventory: Inventory
    age: float

    @property
    def is_fresh(self) -> bool:
        """Whether it is used without asking; one from a time to come tells of a wrong clock."""
        return 0 <= self.age < _FRESH


@dataclass(frozen=True, slots=True)
class _Fault:
    """What is wrong with an inventory: the code of the problem, and why."""

    code: str
    reason: str


def read_inventories(
    setting: object,
    folder: Path,
    at: Place,
    *,
    access: Access = _ACCESS,
    patience: float = _PATIENCE,
    clock: Callable[[], float] = time.time,
) -> Inventories:
    """Read the inventories that the setting of the site in `folder` names; `at` is its settings file, for problems.

    What is in the cache is used without asking for seven days, and longer when there is nothing better. All the rest is
    fetched at once, and waited for as many seconds as there is `patience`. The first to document a name has the link.
    """
    entries, problems = _parse_setting(setting, folder, at)
    cache = folder / ".cache" / "inventories"
    kept = {entry: _read_kept(cache, entry, clock()) for entry in entries if entry.file is None}
    asked = [entry for entry, old in kept.items() if old is None or not old.is_fresh]
    answers = _fetch_all(asked, access, patience)
    links: dict[str, Upstream] = {}
    notices = []
    for entry in entries:
        old = kept.get(entry)
        if entry in answers:
            inventory, faults = _renew(cache, entry, answers[entry], old)
        elif old is not None:
            inventory, faults = old.inventory, []
        else:
            inventory, faults = _use(entry, _read_file(entry))
        problems += [_describe(entry.name, fault, at) for fault in faults]
        for name, upstream in _find_links(inventory, entry):
            links.setdefault(name, upstream)
        if inventory.skipped:
            lines = count(inventory.skipped, "line")
            notices.append(f"of the inventory {entry.name!r}, {lines} could not be understood")
    return Inventories(links, tuple(problems), tuple(notices))


_NOTHING = Inventory("", "", ())


def _use(entry: _Entry, data: bytes | _Fault) -> tuple[Inventory, list[_Fault]]:
    """The inventory that some bytes are; one of nothing, and why, when they are none."""
    if isinstance(data, _Fault):
        return _NOTHING, [data]
    try:
        inventory = parse_inventory(data)
    except ValueError as error:
        return _NOTHING, [_Fault("X103", f"{entry.shown} {error}")]
    if not any(item.domain == "py" for item in inventory.items):
        return inventory, [_Fault("X103", f"{entry.shown} holds no names of Python")]
    return inventory, []


def _renew(cache: Path, entry: _Entry, answer: bytes | _Fault, old: _Kept | None) -> tuple[Inventory, list[_Fault]]:
    """The inventory that was fetched, which is kept from now on, or the old one if that is no good."""
    inventory, faults = _use(entry, answer)
    if not faults and isinstance(answer, bytes):
        try:
            sweep(cache)
            write_whole(_find_path(cache, entry), answer)
        except CallsiteError as error:
            return inventory, [_Fault("X105", _find_reason(error))]
    elif old is not None:
        return old.inventory, [_Fault("X104", f"{count(int(old.age // _DAY), 'day')} old: {faults[0].reason}")]
    return inventory, faults


def _find_links(inventory: Inventory, entry: _Entry) -> Iterator[tuple[str, Upstream]]:
    """The links to what Python has names for; of several with one name, the most important comes first."""
    project = make_printable(inventory.project) or entry.name
    items = [item for item in inventory.items if item.domain == "py"]
    for item in sorted(items, key=lambda item: (item.priority < 0, item.priority)):
        url = f"{entry.address}/{_quote(item.location.lstrip('/'))}"
        yield item.name, Upstream(url, project, make_printable(item.title), item.role)


def _quote(location: str) -> str:
    """A location as it may stand in an address; what is quoted already stays as it is."""
    path, hash_, anchor = re.sub("%(?![0-9A-Fa-f]{2})", "%25", location).partition("#")
    return quote(path, safe="/?%:@!$&'()*+,;=~") + hash_ + quote(anchor, safe="/?%:@!$&'()*+,;=~")


def _parse_setting(setting: object, folder: Path, at: Place) -> tuple[list[_Entry], list[Problem]]:
    """The entries of the setting that make sense, and problems for those that do not."""
    if setting is None:
        return [], []
    if not isinstance(setting, Mapping):
        return [], [Problem(at, "X101", f"{_SETTING} is no dict but of type {type(setting).__name__}", _EXAMPLE)]
    entries, problems = [], []
    for name, value in setting.items():
        try:
            entries.append(_parse_entry(name, value, folder))
        except ValueError as error:
            shown = make_printable(repr(name))
            problems.append(Problem(at, "X101", f"the entry {shown} of {_SETTING} {error}", _EXAMPLE))
    return entries, problems


_EXAMPLE = 'write {"name": "https://docs.example.org/"} or {"name": ("https://docs.example.org/", "file.inv")}'
_ADDRESS = re.compile(r"https?://[^\s<>\"\\^`{|}\x00-\x1f\x7f]+")


def _parse_entry(name: object, value: object, folder: Path) -> _Entry:
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
        return _Entry(name, address, f"{address}/objects.inv")
    if "://" in source:
        _split(source)
        return _Entry(name, address, source)
    return _Entry(name, address, source, folder / source)


def _split(address: str) -> SplitResult:
    parts = split_address(address)
    if parts is None or not parts.hostname or not _ADDRESS.fullmatch(address):
        raise ValueError("names what is no address of the web (https://…)")  # and may hold a password
    return parts


def _read_file(entry: _Entry) -> bytes | _Fault:
    assert entry.file is not None
    try:
        with open_file(entry.file) as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        return _Fault("X102", f"{entry.shown}: {error.strerror}")
    except ValueError:  # a NUL byte
        return _Fault("X102", f"{entry.shown}: is no name of a file")
    return data


def _read_kept(cache: Path, entry: _Entry, now: float) -> _Kept | None:
    """What the cache holds of an entry; None when there is nothing, or something damaged."""
    try:
        with open_file(_find_path(cache, entry)) as file:
            age = now - os.fstat(file.fileno()).st_mtime
            return _Kept(parse_inventory(file.read(_LARGEST + 1)), age)
    except (OSError, ValueError):
        return None


def _find_path(cache: Path, entry: _Entry) -> Path:
    name = re.sub(r"[^A-Za-z0-9._-]", "_", entry.name)[:40]
    return cache / f"{name}-{hashlib.sha256(f'{entry.name} {entry.source}'.encode()).hexdigest()[:16]}.inv"


def _fetch_all(entries: list[_Entry], access: Access, patience: float) -> dict[_Entry, bytes | _Fault]:
    """What servers answer, all of them asked at the same time."""
    answers: dict[_Entry, bytes | _Fault] = {}

    def ask(entry: _Entry) -> None:
        into = io.BytesIO()
        try:
            fetch(entry.source, into, access, _LARGEST)
            answers[entry] = into.getvalue()
        except CallsiteError as error:
            answers[entry] = _Fault("X102", _find_reason(error))

    threads = [threading.Thread(target=ask, args=(entry,), daemon=True) for entry in entries]
    for thread in threads:
        thread.start()
    end = time.monotonic() + patience
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    # One that is still being answered may end whenever it likes, it is not waited for.
    late = {entry: _Fault("X102", f"{entry.shown}: the answer takes too long") for entry in entries}
    return late | answers


def _find_reason(error: CallsiteError) -> str:
    """What went wrong, without the advice on pip's settings: it is meant for those who harvest."""
    return make_printable(re.split("; |, set pip's ", str(error))[0])


_MESSAGES = {
    "X102": ("cannot be read", "its names are not linked; see that the network and its entry in {} are right"),
    "X103": ("cannot be used", "its names are not linked; see that its entry in {} leads to pages made with Sphinx"),
    "X104": ("is an old one", "links may be out of date; see that the network and its entry in {} are right"),
    "X105": ("is not kept for the next build", "let the folder of {} be written, or every build fetches it"),
}


def _describe(name: str, fault: _Fault, at: Place) -> Problem:
    what, hint = _MESSAGES[fault.code]
    return Problem(
        at, fault.code, f"the inventory {name!r} {what}: {fault.reason}", hint.format(_SETTING), Severity.WARNING
    )
