"""Checking the links that lead to other sites: every address is asked for once, and the answer is kept for some days.

Link* ──targets──▶ addresses ──keeping──▶ answers that are still good
                       └─ the rest ──lychee──▶ Answer*        where it is installed and no anchor is asked for
                                   └─fetching─following─asking──▶ Answer*
Link* + Answer* ──check.external──▶ Problem*
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from callsite.check.external import Answer, ExternalSettings, find_external_problems
from callsite.external.fetching import fetch_all
from callsite.external.keeping import Kept, choose_kept, read_kept, write_kept
from callsite.external.lychee import ask_lychee, find_lychee
from callsite.external.targets import find_questions, gather_addresses
from callsite.model import Problem
from callsite.render import Link


def check_external(
    links: Iterable[Link],
    settings: ExternalSettings,
    cache: Path,
    *,
    progress: Callable[[int, int], None] | None = None,
    clock: Callable[[], float] = time.time,
) -> Iterator[Problem]:
    """Ask for the links that lead to other sites, and find those that do not work.

    Answers are kept in the folder `cache`, those of a run that is broken off too. `progress` is told how many of the
    addresses to ask for have answered. Raises CallsiteError for settings that make no sense.
    """
    questions = tuple(find_questions(links, settings))
    program = find_lychee(settings.checker)
    addresses = gather_addresses(questions)
    answers = choose_kept(read_kept(cache), addresses, settings, clock())
    left = {address: anchors for address, anchors in addresses.items() if address not in answers}
    if left:
        answers |= _ask(left, program, settings, cache, progress, clock)
    return find_external_problems(questions, answers)


def _ask(
    left: dict[str, frozenset[str]],
    program: str | None,
    settings: ExternalSettings,
    cache: Path,
    progress: Callable[[int, int], None] | None,
    clock: Callable[[], float],
) -> dict[str, Answer]:
    """What servers answer; all that is known by then is kept when it is broken off."""
    end = time.monotonic() + settings.deadline
    fresh: dict[str, Kept] = {}

    def tell(address: str, answer: Answer) -> None:
        fresh[address] = Kept(answer, clock())
        if progress is not None:
            progress(len(fresh), len(left))

    try:
        if program is not None:
            plain = [
                address for address, anchors in left.items() if not anchors and "@" not in urlsplit(address).netloc
            ]
            ask_lychee(program, plain, settings, end - time.monotonic(), tell)
        rest = {address: anchors for address, anchors in left.items() if address not in fresh}
        if rest:
            fetch_all(rest, settings, end - time.monotonic(), tell)
    finally:
        write_kept(cache, fresh)
    return {address: kept.answer for address, kept in fresh.items()}
