"""The answers that are kept in `.cache/links/`: one file for all, as good as none when it is damaged."""

from __future__ import annotations

import contextlib
import json
import sys
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from callsite.check.external import Answer, ExternalSettings, Outcome
from callsite.errors import CallsiteError
from callsite.opening import open_file
from callsite.records import dataclass
from callsite.storing import sweep, write_whole

FOLDER = ".cache/links"
_NAME = "answers.json"

# Changes when answers are judged otherwise than before.
_VERSION = 1

# No site has as many links, so whoever reads more than this reads something else.
_LARGEST = 64 * 2**20
_MOST = 100_000

_DAY = 24 * 60 * 60
_HOUR = 60 * 60


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, and when it was given."""

    answer: Answer
    time: float


def read_kept(cache: Path) -> dict[str, Kept]:
    """All answers that are kept, by address; never raises."""
    try:
        with open_file(cache / _NAME) as file:
            return parse_kept(file.read(_LARGEST + 1))
    except OSError:
        return {}


def write_kept(cache: Path, fresh: Mapping[str, Kept]) -> None:
    """Keep answers beside those that are there, of which another run may have added some just now; never raises."""
    # An address with a password in it is no business of the disk.
    fresh = {address: kept for address, kept in fresh.items() if "@" not in urllib.parse.urlsplit(address).netloc}
    if fresh:
        with contextlib.suppress(CallsiteError, OSError):  # without a cache, all is asked for again
            sweep(cache)
            write_whole(cache / _NAME, format_kept({**read_kept(cache), **fresh}))


def choose_kept(
    kept: Mapping[str, Kept], addresses: Mapping[str, frozenset[str]], settings: ExternalSettings, now: float
) -> dict[str, Answer]:
    """The answers that are still good for the addresses, each with the anchors to look for there."""
    chosen = {}
    for address, anchors in addresses.items():
        old = kept.get(address)
        if old is None or not (old.answer.outcome is not Outcome.FINE or anchors <= old.answer.anchors.keys()):
            continue
        age = settings.cache_days * _DAY if old.answer.good else settings.failure_hours * _HOUR
        if 0 <= now - old.time < age:  # what was kept at a time to come tells of a wrong clock
            chosen[address] = old.answer
    return chosen


def format_kept(kept: Mapping[str, Kept]) -> bytes:
    """Answers as a file has them, the latest of them if there are too many."""
    latest = sorted(kept.items(), key=lambda item: -item[1].time)[:_MOST]
    answers = {
        address: {
            "time": item.time,
            "outcome": str(item.answer.outcome),
            "reason": item.answer.reason,
            "moved": item.answer.moved,
            "anchors": dict(sorted(item.answer.anchors.items())),
        }
        for address, item in sorted(latest)
    }
    return json.dumps({"version": _VERSION, "answers": answers}, indent=0).encode("utf-8")


def parse_kept(data: bytes) -> dict[str, Kept]:
    """The answers in a file; those that make no sense are left out."""
    if len(data) > _LARGEST:
        return {}
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(whole, dict) or whole.get("version") != _VERSION or not isinstance(whole.get("answers"), dict):
        return {}
    parsed = ((address, _parse_answer(item)) for address, item in whole["answers"].items())
    return {address: kept for address, kept in parsed if kept is not None}


def _is_time(value: float) -> bool:
    return abs(value) <= sys.float_info.max  # what is no number, or too large to be counted on with, is not


def _parse_answer(item: Any) -> Kept | None:
    match item:
        case {
            "time": int() | float() as time,
            "outcome": "fine" | "gone" | "failed" | "unknown" as outcome,
            "reason": str() as reason,
            "moved": str() as moved,
            "anchors": dict() as anchors,
        } if _is_time(time) and all(found is None or isinstance(found, bool) for found in anchors.values()):
            return Kept(Answer(Outcome(outcome), reason, moved, anchors), time)
    return None
