"""What stands at a destination: each path with the digest, size and headers of what was put there.

Kept beside the site as JSON. Digests are those of the bytes as they were sent. `coming` is only there while a publish
is under way, or was cut short: those paths may hold what `files` or `retired` says, what `coming` says, what another
publish that was cut short before has put there, or nothing. None in `coming` stands for a path that is taken away. So
is `fresh`: nothing that visitors know of leads to those paths yet, whatever they hold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from callsite.errors import CallsiteError
from callsite.publish.paths import is_safe
from callsite.records import dataclass, field

MANIFEST: Final = ".callsite-published.json"
_FORMAT: Final = 1
_DIGITS: Final = 64  # of a SHA-256
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_RELEASE = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]{0,99})?")
_NAMES = frozenset(
    {"callsite-published", "release", "site", "commit", "published", "files", "retired", "coming", "fresh", "headers"}
)

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A file: the SHA-256 of its bytes in hexadecimal digits, how many bytes these are, and how it is served.

    `origin` is the path in the output whose bytes are sent, when it is another one than where they go.
    """

    sha256: str
    size: int
    headers: Headers = ()
    origin: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Retired:
    """A file that the site has no use for any more, kept for pages that are still in somebody's cache."""

    entry: Entry
    since: datetime


@dataclass(frozen=True, slots=True)
class Manifest:
    """What stands at a destination, or is to stand there.

    `files` is the site, `retired` what is kept besides. `release` names this state; `site` is the address of the site,
    `commit` what it was built from, "" where that is not known. `published` is when it was complete.
    """

    files: Mapping[str, Entry] = field(default_factory=dict)
    retired: Mapping[str, Retired] = field(default_factory=dict)
    coming: Mapping[str, Entry | None] = field(default_factory=dict)
    release: str = ""
    site: str = ""
    commit: str = ""
    published: datetime | None = None
    fresh: frozenset[str] = frozenset()

    @property
    def standing(self) -> dict[str, Entry]:
        """All that is there, be it of the site or kept for a while."""
        return {**{path: kept.entry for path, kept in self.retired.items()}, **self.files}

    @property
    def size(self) -> int:
        """How many bytes the site has."""
        return sum(entry.size for entry in self.files.values())


def format_manifest(manifest: Manifest, extra: Mapping[str, Any] | None = None) -> bytes:
    """Write a manifest; the same one gives the same bytes. `extra` are values that a destination keeps with it, under
    names that the manifest has no use for. Times are written in whole seconds.
    """
    assert _NAMES.isdisjoint(extra or ())
    sets: dict[Headers, int] = {}

    def note(entry: Entry) -> list[object]:
        return [entry.sha256, entry.size, sets.setdefault(entry.headers, len(sets))]

    values: dict[str, object] = {
        **(extra or {}),
        "callsite-published": _FORMAT,
        "release": manifest.release,
        "site": manifest.site,
        "commit": manifest.commit,
        "published": _format_time(manifest.published),
        "files": {path: note(manifest.files[path]) for path in sorted(manifest.files)},
    }
    if manifest.retired:
        values["retired"] = {
            path: [*note(kept.entry), _format_time(kept.since)] for path, kept in sorted(manifest.retired.items())
        }
    if manifest.coming:
        values["coming"] = {path: entry and note(entry) for path, entry in sorted(manifest.coming.items())}
    if manifest.fresh:
        values["fresh"] = sorted(manifest.fresh)
    values["headers"] = list(sets)
    return json.dumps(values, sort_keys=True, separators=(",", ":")).encode()


def parse_manifest(data: bytes, where: str) -> tuple[Manifest, Mapping[str, Any]]:
    """Read a manifest, and what a destination has kept with it. `where` says where it was found.

    Raises CallsiteError for anything that is not one of ours, for one of a newer format, and for paths that no output
    can have: what has been tampered with must not lead a publish to a place outside the destination.
    """
    try:
        values = json.loads(data)
        if values["callsite-published"] != _FORMAT:
            hint = "publish with the newer Callsite that wrote it"
            raise CallsiteError(f"{where}: format {values['callsite-published']!r:.40} is not known here; {hint}")
        sets = [_read_headers(found) for found in values["headers"]]
        manifest = Manifest(
            files=dict(_read_entries(values["files"], sets)),
            retired={
                path: Retired(_read_entry(noted[:3], sets), _read_time(noted[3]))
                for path, noted in _check(values.get("retired", {}))
            },
            coming={
                path: None if noted is None else _read_entry(noted, sets)
                for path, noted in _check(values.get("coming", {}))
            },
            release=_read_release(values["release"]),
            site=_read_text(values["site"]),
            commit=_read_text(values["commit"]),
            published=_read_time(values["published"]) if values["published"] else None,
            fresh=_read_paths(values.get("fresh", [])),
        )
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        hint = "move it away, and publish with --adopt if the files there are the site's own"
        raise CallsiteError(f"{where}: this is no list of what was published; {hint}") from error
    return manifest, {name: value for name, value in values.items() if name not in _NAMES}


def _read_entries(found: object, sets: list[Headers]) -> Iterable[tuple[str, Entry]]:
    for path, noted in _check(found):
        yield path, _read_entry(noted, sets)


def _check(found: object) -> Iterable[tuple[str, Any]]:
    if not isinstance(found, dict):
        raise TypeError
    for path, noted in found.items():
        if not is_safe(path):
            raise ValueError
        yield path, noted


def _read_entry(noted: Any, sets: list[Headers]) -> Entry:
    sha256, size, number = noted
    is_digest = len(sha256) == _DIGITS and not sha256.strip("0123456789abcdef")
    if not is_digest or type(size) is not int or size < 0 or type(number) is not int or number < 0:
        raise ValueError
    return Entry(sha256, size, sets[number])


def _read_paths(found: object) -> frozenset[str]:
    if not isinstance(found, list) or not all(map(is_safe, found)):
        raise TypeError
    return frozenset(found)


def _read_headers(found: Any) -> Headers:
    return tuple((_read_text(name), _read_text(value)) for name, value in found)


def _read_text(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise TypeError
    return value


def _read_release(value: object) -> str:
    """The name of a release, which may be that of a folder."""
    if not _RELEASE.fullmatch(_read_text(value)):
        raise ValueError
    return str(value)


def _format_time(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _read_time(value: str) -> datetime:
    if not _TIME.fullmatch(value):
        raise ValueError
    return datetime.fromisoformat(value)
