"""How the time that something takes grows with what it is given."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

# What a clock cannot tell from nothing, in seconds.
_NOISE = 0.002


def find_growth(make: Callable[[int], Callable[[], object]], size: int, times: int = 10) -> float:
    """How many times as long a piece of work takes on `times` as much: about `times` when it goes over it once, the square
    of that when it goes over all of it for each part.

    `make` gives the work for a size. The quickest of three rounds counts, and the collector of garbage stands still: what
    it has to look through is that of all tests before.
    """
    was_on = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        short = min(_measure(make(size)) for _ in range(3))
        long = min(_measure(make(size * times)) for _ in range(3))
    finally:
        if was_on:
            gc.enable()
    return long / max(short, _NOISE)


def _measure(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
