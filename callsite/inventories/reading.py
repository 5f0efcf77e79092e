"""How inventories are read, whatever the setting says: from files, from the cache, or from servers, all at once."""

from __future__ import annotations

import io
import math
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from callsite.errors import CallsiteError
from callsite.inventories import Inventories, Upstream
from callsite.inventories.entries import SETTING, Entry, parse_setting
from callsite.inventories.keeping import (
    FOLDER,
    LARGEST,
    Failure,
    Kept,
    read_failure,
    read_kept,
    write_failure,
    write_kept,
)
from callsite.inventory import Inventory, parse_inventory
from callsite.model import Place, Problem, Severity
from callsite.opening import open_file
from callsite.records import dataclass
from callsite.sources.fetching import Access, fetch
from callsite.wording import count, make_printable

_MINUTE = 60
_DAY = 24 * 60 * _MINUTE
_FRESH = 7 * _DAY

# While somebody writes, the site is built again and again: a server that says nothing must not slow down each of them.
_PAUSE = 10 * _MINUTE

# A build waits for this: little patience with a server that says nothing, and some with one that never ends.
_ACCESS = Access(timeout=5, pauses=(0.5,))
_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class _Fault:
    """What is wrong with an inventory: the code of the problem, and why."""

    code: str
    reason: str


def read(
    setting: object,
    folder: Path,
    at: Place,
    *,
    access: Access = _ACCESS,
    patience: float = _PATIENCE,
    clock: Callable[[], float] = time.time,
) -> Inventories:
    """`read_inventories`, for a setting that is not empty."""
    entries, problems = parse_setting(setting, folder, at)
    cache, now = folder / FOLDER, clock()
    kept = {entry: read_kept(cache, entry, now) for entry in entries if entry.file is None}
    # What was written at a time to come tells of a wrong clock.
    due = [entry for entry, old in kept.items() if old is None or not 0 <= old.age < _FRESH]
    answers = _ask(cache, due, now, access, patience)
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
        problems += [_describe(entry, fault, at) for fault in faults]
        for name, upstream in _find_links(inventory, entry):
            links.setdefault(name, upstream)
        if inventory.skipped:
            lines = count(inventory.skipped, "line")
            notices.append(f"of the inventory {entry.name!r}, {lines} could not be understood")
    return Inventories(links, tuple(problems), tuple(notices))


_NOTHING = Inventory("", "", ())


def _use(entry: Entry, data: bytes | _Fault) -> tuple[Inventory, list[_Fault]]:
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


def _renew(cache: Path, entry: Entry, answer: bytes | _Fault, old: Kept | None) -> tuple[Inventory, list[_Fault]]:
    """The inventory that was fetched, which is kept from now on, or the old one if that is no good."""
    inventory, faults = _use(entry, answer)
    if not faults and isinstance(answer, bytes):
        try:
            write_kept(cache, entry, answer)
        except CallsiteError as error:
            return inventory, [_Fault("X105", _find_reason(error))]
    elif old is not None:
        return old.inventory, [_Fault("X104", f"{count(int(old.age // _DAY), 'day')} old: {faults[0].reason}")]
    return inventory, faults


def _find_links(inventory: Inventory, entry: Entry) -> Iterator[tuple[str, Upstream]]:
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


def _read_file(entry: Entry) -> bytes | _Fault:
    assert entry.file is not None
    try:
        with open_file(entry.file) as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        return _Fault("X102", f"{entry.shown}: {error.strerror}")
    except ValueError:  # a NUL byte
        return _Fault("X102", f"{entry.shown}: is no name of a file")
    return data


def _ask(cache: Path, entries: list[Entry], now: float, access: Access, patience: float) -> dict[Entry, bytes | _Fault]:
    """What servers answer; those that a build asked in vain a short while ago are left alone."""
    failures = {entry: read_failure(cache, entry, now) for entry in entries}
    known = {
        entry: _Fault("X102", _explain(failure))
        for entry, failure in failures.items()
        if failure is not None and 0 <= failure.age < _PAUSE
    }
    answers = _fetch_all([entry for entry in entries if entry not in known], access, patience)
    for entry, answer in answers.items():
        if isinstance(answer, _Fault):
            write_failure(cache, entry, answer.reason)
    return known | answers


def _explain(failure: Failure) -> str:
    minutes = math.ceil((_PAUSE - failure.age) / _MINUTE)
    return f"{failure.reason} (it will be asked again in {count(minutes, 'minute')})"


def _fetch_all(entries: list[Entry], access: Access, patience: float) -> dict[Entry, bytes | _Fault]:
    """What servers answer, all of them asked at the same time."""
    answers: dict[Entry, bytes | _Fault] = {}

    def ask(entry: Entry) -> None:
        into = io.BytesIO()
        try:
            fetch(entry.source, into, access, LARGEST)
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


_NETWORK = f"see that the network and its entry in {SETTING} are right"
_MESSAGES = {
    "X102": ("cannot be read", f"its names are not linked; {_NETWORK}"),
    "X103": (
        "cannot be used",
        f"its names are not linked; see that its entry in {SETTING} leads to pages made with Sphinx",
    ),
    "X104": (f"is an old one from {FOLDER}", f"links may be out of date; {_NETWORK}"),
    "X105": ("is not kept for the next build", f"let {FOLDER} be written, or every build fetches it"),
}
_FILE = (
    f"its names are not linked; see that {SETTING} names it as seen from the site's folder, and that you may read it"
)


def _describe(entry: Entry, fault: _Fault, at: Place) -> Problem:
    what, hint = _MESSAGES[fault.code]
    if fault.code == "X102" and entry.file is not None:
        hint = _FILE
    return Problem(at, fault.code, f"the inventory {entry.name!r} {what}: {fault.reason}", hint, Severity.WARNING)
