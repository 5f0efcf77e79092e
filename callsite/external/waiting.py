"""How long to wait before a server is asked again: what it says itself, and otherwise twice as long each time."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime

from callsite.wording import count


def parse_retry_after(value: str, now: float) -> float | None:
    """The seconds that a `Retry-After` header asks for, as a number or as a date; None when it makes no sense."""
    value = value.strip()
    if re.fullmatch(r"[0-9]{1,12}", value):
        return float(value)
    try:
        date = parsedate_to_datetime(value)
        return max(0.0, date.replace(tzinfo=date.tzinfo or UTC).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def plan_pause(first: float, times: int, chance: Callable[[], float]) -> Iterator[float]:
    """The seconds to wait before each further try.

    `chance` gives numbers from 0 to 1, which take off up to a half: those who fail together should not come back
    together.
    """
    for turn in range(min(times, 30)):
        yield first * 2.0**turn * (1 - chance() / 2)


def format_time(seconds: float) -> str:
    """`90 seconds`, `10 minutes`, `2 hours`, rounded up."""
    for unit, noun in ((3600, "hour"), (60, "minute")):
        if seconds > 2 * unit:
            return count(math.ceil(seconds / unit), noun)
    return count(math.ceil(seconds), "second")
