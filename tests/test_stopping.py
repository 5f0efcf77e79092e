"""Signals that end a process unwind it."""

from __future__ import annotations

import os
import signal
import sys
import threading

import pytest

from callsite.stopping import postponing, stop_listening, unwinding

BOTH = (signal.SIGTERM, signal.SIGHUP)


pytestmark = pytest.mark.usefixtures("as_in_a_terminal")


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


@pytest.mark.parametrize("number", [signal.SIGINT, *BOTH])
def test_what_comes_too_early_comes_at_the_end(number: signal.Signals) -> None:
    done: list[str] = []

    def work() -> None:
        with postponing():
            os.kill(os.getpid(), number)
            os.kill(os.getpid(), number)
            done.append("whole")
        done.append("too late")

    with pytest.raises(KeyboardInterrupt if number == signal.SIGINT else SystemExit), unwinding():
        work()
    assert done == ["whole"]
    assert list_handlers() == [signal.SIG_DFL] * 2
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_signals_come_though_an_error_came_before() -> None:
    def fail() -> None:
        with postponing():
            os.kill(os.getpid(), signal.SIGINT)
            raise ValueError("wrong")

    with pytest.raises(KeyboardInterrupt) as caught:
        fail()
    assert isinstance(caught.value.__context__, ValueError)


def test_all_that_came_comes() -> None:
    heard: list[int] = []

    def fail() -> None:
        with postponing():
            for number in (signal.SIGINT, *BOTH):
                os.kill(os.getpid(), number)

    def hear(number: int, _: object) -> None:
        heard.append(number)
        sys.exit(number)

    for number in (signal.SIGINT, *BOTH):
        signal.signal(number, hear)
    handlers = list_handlers()
    with pytest.raises(SystemExit):
        fail()
    assert sorted(heard) == sorted((signal.SIGINT, *BOTH))
    assert list_handlers() == handlers


def test_what_nobody_listens_to_is_not_postponed() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with postponing():
            assert list_handlers() == [signal.SIG_DFL, signal.SIG_IGN]
    finally:
        signal.signal(signal.SIGHUP, before)


def test_who_stops_listening_ignores_what_was_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: None)
    stop_listening()
    assert list_handlers() == [signal.SIG_DFL, signal.SIG_IGN]


def test_other_threads_postpone_nothing() -> None:
    found: list[object] = []

    def look() -> None:
        with postponing():
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [signal.default_int_handler]
