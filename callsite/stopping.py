"""Signals that end a process unwind it here, as Ctrl-C does: what it has begun is taken away, and what it has started
is ended. What may not be left half done is done first.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Any, NoReturn

ENDING = (signal.SIGTERM, signal.SIGHUP)
_ALL = (signal.SIGINT, *ENDING)


@contextmanager
def unwinding() -> Iterator[None]:
    """Have SIGTERM and SIGHUP raise SystemExit with the status that a shell tells of them. Where somebody else has
    settled what they do, and in other threads than the main one, which may not do that, nothing is changed.
    """
    ours = [number for number in ENDING if _is_main() and signal.getsignal(number) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, _unwind)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def postponing() -> Iterator[None]:
    """Have signals that somebody listens to, Ctrl-C among them, come at the end of this instead of in the middle of it,
    each of them once. In other threads than the main one, where they never come, nothing is changed.
    """
    came: set[int] = set()
    with ExitStack() as stack:
        for number in _ALL:
            handler = signal.getsignal(number)
            if _is_main() and callable(handler):
                stack.callback(_resume, number, handler, came)
                signal.signal(number, lambda early, _: came.add(early))
        yield


def stop_listening() -> None:
    """Have signals that somebody listens to end this process as they do by themselves; what is ignored stays so."""
    for number in ENDING:
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)


def _resume(number: int, handler: Callable[[int, FrameType | None], Any], came: set[int]) -> None:
    signal.signal(number, handler)
    if number in came:
        signal.raise_signal(number)


def _is_main() -> bool:
    return threading.current_thread() is threading.main_thread()


def _unwind(number: int, _: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
