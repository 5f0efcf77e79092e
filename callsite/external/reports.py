"""What lychee is given and what it reports, as text. Its report names for each address the line that it was read from:

    {"success_map": {FILE: [ENTRY, …]}, "error_map": …, "timeout_map": …}
    ENTRY: {"url": …, "span": {"line": 1, …}, "status": {"text": …, "code": 404, "details": …},
            "redirects": {"redirects": [{"url": …, "code": 301}, …]}}

`code`, `details` and `redirects` are there when there is something to say.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from callsite.check.external import Answer, Outcome, judge_status
from callsite.external.following import PERMANENT

_MAPS = ("success_map", "error_map", "timeout_map")


def format_links(addresses: Sequence[str]) -> str:
    """A page with each address on a line of its own."""
    return "".join(f'<a href="{html.escape(address)}">_</a>\n' for address in addresses)


def parse_report(text: str, addresses: Sequence[str]) -> Mapping[str, Answer] | None:
    """What a report on the page of `format_links` says of the addresses; None when it is no report.

    An address is left out when the report does not say enough of it: why its server has failed is better seen by asking
    again.
    """
    try:
        report = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(report, dict) or not all(isinstance(report.get(name), dict) for name in _MAPS[:2]):
        return None
    answers = {}
    for name in _MAPS:
        for entry in _list_entries(report.get(name)):
            match entry:
                case {"span": {"line": int() as line}} if 1 <= line <= len(addresses):
                    answer = _parse_entry(entry, name == "timeout_map")
                    if answer is not None:
                        answers[addresses[line - 1]] = answer
    return answers


def _list_entries(files: Any) -> Iterator[Any]:
    for entries in files.values() if isinstance(files, dict) else ():
        yield from entries if isinstance(entries, list) else ()


def _parse_entry(entry: Mapping[str, Any], is_late: bool) -> Answer | None:
    moved = _find_moved(entry)
    match entry.get("status"):
        case {"code": int() as status} if moved is not None:
            answer = judge_status(status)
            # It asks only once where a server has a fault of its own, and does not see that redirects go in a circle.
            return None if answer.outcome is Outcome.FAILED else Answer(answer.outcome, answer.reason, moved)
        case {"text": str()} if is_late:
            return Answer(Outcome.FAILED, "there is no answer in time")
        case {"text": str() as what, "details": str() as details} if what.startswith("Network error"):
            return Answer(Outcome.FAILED, f"lychee says: {details}")
    return None


def _find_moved(entry: Mapping[str, Any]) -> str | None:
    """Where an address has moved to for good, "" if it has not; None when the report does not say how it was led on."""
    moved, is_permanent = "", True
    match entry.get("redirects"):
        case None:
            return ""
        case {"redirects": list() as steps}:
            for step in steps:
                match step:
                    case {"url": str() as url, "code": int() as status}:
                        is_permanent = is_permanent and status in PERMANENT
                        moved = url if is_permanent else moved
                    case _:
                        return None
            return moved
    return None
