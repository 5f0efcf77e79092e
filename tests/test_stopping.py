"""Signals that end a process unwind it."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from callsite.stopping import unwinding

BOTH = (signal.SIGTERM, signal.SIGHUP)


def list_handlers() -> list[object]:
    return [signal.getsignal(number) for number in BOTH]


@pytest.mark.parametrize("number", BOTH)
def test_what_has_begun_is_ended(number: signal.Signals) -> None:
    ended: list[str] = []

    def work() -> None:
        try:
            os.kill(os.getpid(), number)
            ended.append("too late")
        finally:
            ended.append("in the end")

    with pytest.raises(SystemExit) as caught, unwinding():
        work()
    assert caught.value.code == 128 + number
    assert ended == ["in the end"]
    assert list_handlers() == [signal.SIG_DFL] * 2


def test_what_others_have_settled_stays() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))
    try:
        with unwinding():
            os.kill(os.getpid(), signal.SIGTERM)
            with unwinding(), pytest.raises(SystemExit):
                os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert heard == [signal.SIGTERM] * 2


def test_in_other_threads_nothing_changes() -> None:
    found: list[object] = []

    def look() -> None:
        with unwinding():
            found.extend(list_handlers())

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [signal.SIG_DFL] * 2
