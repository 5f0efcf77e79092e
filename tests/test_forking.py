"""Work done side by side by copies of this process: what comes out is what one process would have made of it."""

from __future__ import annotations

import errno
import fcntl
import gc
import logging
import os
import pickle
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jinja2 import Environment, TemplateSyntaxError

from callsite import forking
from callsite.errors import BuildStopped, CallsiteError
from callsite.forking import WorkError, count_processors, work_side_by_side
from tests.servers import wait_for

pytestmark = pytest.mark.usefixtures("as_in_a_terminal")

log = logging.getLogger("tests.forking")


def list_descriptors() -> set[str]:
    return set(os.listdir("/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"))


@pytest.fixture(autouse=True)
def _nothing_stays() -> Iterator[None]:
    """No test leaves a process or a descriptor behind, or the collector of garbage frozen."""
    gc.collect()  # what other tests have left is theirs
    before, frozen = list_descriptors(), gc.get_freeze_count()
    yield
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    assert list_descriptors() == before
    assert gc.get_freeze_count() <= frozen


def work(do: Callable[[int], object], count: int = 20, processes: int = 2, portion: int = 1) -> list[object]:
    return list(work_side_by_side(do, range(count), processes, portion))


def tell(number: int) -> int:
    """The process that does this, which takes its time so that all have something to do."""
    time.sleep(0.005)
    return os.getpid()


def test_results_come_in_the_order_of_items() -> None:
    def slow(number: int) -> int:
        time.sleep(0.02 if number % 5 == 0 else 0)
        return number * number

    assert work(slow) == [number * number for number in range(20)]


def test_copies_do_the_work() -> None:
    here, met = os.pipe()

    def tell_who(number: int) -> int:
        if number == 0:  # until another has the next one
            assert select.select([here], [], [], 30)[0]
        if number == 1:
            os.write(met, b".")
        return os.getpid()

    found = set(work(tell_who, processes=3))
    os.close(here)
    os.close(met)
    assert os.getpid() not in found
    assert 2 <= len(found) <= 3


def test_a_copy_takes_a_portion_at_a_time() -> None:
    found = work(tell, count=23, portion=5)
    for first in range(0, 23, 5):
        assert len(set(found[first : first + 5])) == 1


@pytest.mark.parametrize(
    ("count", "processes", "portion"), [(0, 2, 1), (1, 8, 1), (8, 8, 8), (5, 8, 8), (20, 1, 1), (20, 0, 1)]
)
def test_little_work_and_one_process_need_no_copy(count: int, processes: int, portion: int) -> None:
    assert work(lambda number: os.getpid(), count, processes, portion) == [os.getpid()] * count


def test_without_copies_one_process_does_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")
    assert work(lambda number: (number, os.getpid())) == [(number, os.getpid()) for number in range(20)]


def test_what_copies_remember_stays_with_them() -> None:
    seen: list[int] = []
    work(seen.append)
    assert seen == []


def test_copies_know_what_this_process_knows() -> None:
    texts = {number: "x" * number for number in range(20)}
    assert work(texts.__getitem__) == list(texts.values())


@settings(max_examples=25)
@given(
    st.lists(st.integers() | st.text(max_size=20) | st.binary(max_size=20) | st.none(), max_size=30),
    st.integers(0, 4),
    st.integers(1, 9),
)
@example([None] * 30, 2, 1)
@example(list(range(30)), 4, 9)
def test_the_results_are_those_of_one_process(items: list[object], processes: int, portion: int) -> None:
    def double(item: object) -> tuple[object, object]:
        return item, [item]

    assert list(work_side_by_side(double, items, processes, portion)) == list(map(double, items))


@settings(max_examples=20)
@given(st.lists(st.sampled_from("ab!"), max_size=12), st.integers(2, 3), st.integers(1, 3))
@example(["a", "!", "!"], 2, 1)
def test_results_come_until_the_first_error(items: list[str], processes: int, portion: int) -> None:
    def find(item: tuple[int, str]) -> str:
        if item[1] == "!":
            raise ValueError(f"number {item[0]}")
        return item[1]

    pairs = list(enumerate(items))

    def drain(results: Iterator[str]) -> list[str]:
        found: list[str] = []
        try:
            found.extend(results)  # what comes before an error stays
        except ValueError as error:
            found.append(str(error))
        return found

    assert drain(work_side_by_side(find, pairs, processes, portion)) == drain(map(find, pairs))


@pytest.mark.untraced
def test_more_items_than_a_pipe_holds() -> None:
    assert work(lambda number: number + 1, 20_000) == list(range(1, 20_001))


def test_more_portions_than_fit_become_larger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forking, "_MOST_PORTIONS", 3)
    found = work(tell, 20)
    assert [len(set(found[first : first + 7])) for first in (0, 7, 14)] == [1, 1, 1]


def test_results_larger_than_a_pipe_come_whole() -> None:
    assert work(lambda number: bytes([number]) * 3_000_000, 6) == [bytes([number]) * 3_000_000 for number in range(6)]


def test_a_result_that_nobody_waits_for_ends_the_copies() -> None:
    results = work_side_by_side(tell, range(1_000), 2)
    assert os.getpid() not in {next(results), next(results)}
    results.close()  # type: ignore[attr-defined]  # a generator's


# Errors -------------------------------------------------------------------------------------------------------------


class OneWayError(Exception):
    """One that can be sent and not be made again."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")


class UnsendableError(Exception):
    def __init__(self) -> None:
        super().__init__("with a lock")
        self.lock = threading.Lock()


@pytest.mark.parametrize("error", [CallsiteError("a.md: wrong; mend it"), BuildStopped("2 errors"), KeyError("x")])
def test_an_error_is_raised_as_it_was(error: Exception) -> None:
    def fail(number: int) -> None:
        if number == 7:
            raise error

    with pytest.raises(type(error)) as raised:
        work(fail)
    assert type(raised.value) is type(error)
    assert raised.value.args == error.args
    assert getattr(raised.value, "exitcode", None) == getattr(error, "exitcode", None)


def test_a_fault_of_the_disk_keeps_its_number() -> None:
    def fail(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "a.html")

    with pytest.raises(OSError, match="No space left") as raised:
        work(fail)
    assert (raised.value.errno, raised.value.filename) == (errno.ENOSPC, "a.html")


def test_an_error_in_a_template_keeps_its_line() -> None:
    def fail(number: int) -> str:
        return Environment(autoescape=True).from_string("one\ntwo {% if %}\n").render()

    with pytest.raises(TemplateSyntaxError) as raised:
        work(fail)
    assert raised.value.lineno == 2
    assert "Expected an expression" in str(raised.value)


@pytest.mark.parametrize("error", [OneWayError("a.md", "is wrong"), UnsendableError()])
def test_an_error_that_cannot_travel_is_told(error: Exception) -> None:
    def fail(number: int) -> None:
        raise error

    with pytest.raises(WorkError) as raised:
        work(fail)
    told = str(raised.value)
    assert f"{type(error).__name__}: {error}" in told
    assert "in fail" in told  # where it happened


def test_a_result_that_cannot_travel_is_told() -> None:
    with pytest.raises(WorkError, match=r"<function .*> cannot be sent"):
        work(lambda number: lambda: number)


def test_the_error_of_the_first_item_counts() -> None:
    def fail(number: int) -> int:
        if number == 3:
            time.sleep(0.05)
        if number >= 3:
            raise ValueError(number)
        return number

    found: list[int] = []
    with pytest.raises(ValueError, match=r"^3$"):
        found.extend(work_side_by_side(fail, range(20), 2))
    assert found == [0, 1, 2]


# Logs ---------------------------------------------------------------------------------------------------------------


def test_what_is_logged_is_logged_here_once_and_in_order(caplog: pytest.LogCaptureFixture) -> None:
    def talk(number: int) -> int:
        time.sleep(0.01 if number % 4 == 0 else 0)
        log.warning("%s is %r", number, {"any": "thing"}, extra={"number": number})
        return number

    assert work(talk) == list(range(20))
    assert [record.getMessage() for record in caplog.records] == [
        f"{number} is {{'any': 'thing'}}" for number in range(20)
    ]
    assert {(record.name, record.levelname) for record in caplog.records} == {("tests.forking", "WARNING")}
    assert [record.__dict__["number"] for record in caplog.records] == list(range(20))


def test_handlers_of_this_process_hear_it_and_those_of_a_copy_do_not(tmp_path: Path) -> None:
    path = tmp_path / "log"
    handler = logging.FileHandler(path)
    log.addHandler(handler)
    try:
        work(lambda number: log.error("%d", number), 10)
    finally:
        log.removeHandler(handler)
        handler.close()
    assert path.read_text().split() == [str(number) for number in range(10)]


def test_what_is_logged_before_an_error_is_heard(caplog: pytest.LogCaptureFixture) -> None:
    def fail(number: int) -> None:
        log.warning("first")
        raise CallsiteError("then")

    with pytest.raises(CallsiteError, match="then"):
        work(fail)
    assert [record.getMessage() for record in caplog.records] == ["first"]


def test_what_a_filter_holds_back_does_not_travel(caplog: pytest.LogCaptureFixture) -> None:
    class Filter(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            return "odd" in record.getMessage()

    only_odd = Filter()
    log.addFilter(only_odd)
    try:
        work(lambda number: log.warning("%d is %s", number, "odd" if number % 2 else "even"), 4)
    finally:
        log.removeFilter(only_odd)
    assert [record.getMessage() for record in caplog.records] == ["1 is odd", "3 is odd"]


def test_what_a_filter_here_holds_back_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    here = os.getpid()

    class Filter(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            return os.getpid() != here

    only_there = Filter()
    log.addFilter(only_there)
    try:
        work(lambda number: log.warning("words"), 4)
    finally:
        log.removeFilter(only_there)
    assert caplog.records == []


def test_what_two_copies_say_is_said_as_often_as_one_process_says_it(caplog: pytest.LogCaptureFixture) -> None:
    """A logger of Pelican says nothing twice, and has a way of its own to say that it does not."""
    import pelican.log

    limited = logging.getLogger("tests.forking.limited")
    assert isinstance(limited, pelican.log.LimitLogger)
    assert work(lambda number: limited.warning("the same words"), 4) == [None] * 4
    assert [record.getMessage() for record in caplog.records] == ["the same words"]


# Copies that end ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "was ended by signal 9"),
        (lambda: os.kill(os.getpid(), signal.SIGTERM), "was ended by signal 15"),
        (lambda: os._exit(3), "ended with status 3"),
        (lambda: sys.exit(4), "ended with status 1"),
        (lambda: os._exit(0), "before its work was done"),
    ],
)
def test_a_copy_that_is_ended_ends_the_work(end: Callable[[], None], words: str) -> None:
    def die(number: int) -> int:
        if number == 5:
            end()
        return number

    with pytest.raises(CallsiteError, match=rf"^a process at work on pages .*{words}"):
        work(die)


def test_copies_that_all_end_at_once_end_the_work() -> None:
    with pytest.raises(CallsiteError, match="was ended by signal 9"):
        work(lambda number: os.kill(os.getpid(), signal.SIGKILL), 8_000, 4)


def test_a_copy_ended_in_the_middle_of_a_result_ends_the_work() -> None:
    parent = os.getpid()

    def send_much(number: int) -> bytes:
        if number == 1:
            # Nobody reads for a while: the copy waits with a part of its result sent.
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGKILL)).start()
        assert os.getpid() != parent
        return b"x" * (20_000_000 if number == 1 else 1)

    def read_slowly() -> None:
        for _ in work_side_by_side(send_much, range(4), 2):
            time.sleep(0.3)

    with pytest.raises(CallsiteError, match="was ended by signal 9"):
        read_slowly()


@pytest.mark.untraced
def test_an_interrupt_ends_the_copies() -> None:
    """Ctrl-C reaches all processes of a terminal; this one decides, and the copies say nothing."""
    code = (
        "import os, signal, sys, time\n"
        "from callsite.forking import work_side_by_side\n"
        "def slow(number):\n"
        "    os.write(1, b'%d\\n' % os.getpid())\n"  # at once: what others write must not come between
        "    time.sleep(30)\n"
        "try:\n"
        "    list(work_side_by_side(slow, range(20), 3))\n"
        "except KeyboardInterrupt:\n"
        "    sys.exit(9)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        pids = [int(running.stdout.readline()) for _ in range(3)]
        os.killpg(running.pid, signal.SIGINT)
        assert running.wait(20) == 9
        assert running.stderr.read() == ""
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.mark.parametrize(
    ("step", "time"),
    [("pipe", 1), ("pipe", 3), ("fork", 1), ("fork", 2), *(("close", time) for time in range(1, 6)), ("waitpid", 2)],
)
def test_an_interrupt_while_copies_begin_or_end_leaves_nothing(
    step: str, time: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it comes, no copy and no pipe is left that nobody knows of, and it stays an interrupt."""
    parent, do, times = os.getpid(), getattr(os, step), []

    def interrupted(*args: Any) -> Any:
        result = do(*args)
        if os.getpid() == parent:
            times.append(1)
            if len(times) == time:
                signal.raise_signal(signal.SIGINT)
        return result

    monkeypatch.setattr(os, step, interrupted)
    with pytest.raises(KeyboardInterrupt):
        work(tell)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupt_when_all_is_fed_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    feed = forking._feed

    def interrupted(pipe: int, numbers: range) -> None:
        feed(pipe, numbers)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(forking, "_feed", interrupted)
    with pytest.raises(KeyboardInterrupt):
        work(tell)


def test_an_interrupt_between_results_ends_the_copies() -> None:
    results = work_side_by_side(tell, range(500), 2)
    next(results)
    with pytest.raises(KeyboardInterrupt):
        results.throw(KeyboardInterrupt)  # type: ignore[attr-defined]  # a generator's


@pytest.mark.parametrize(
    ("name", "error"), [("fork", errno.EAGAIN), ("fork", errno.ENOMEM), ("pipe", errno.EMFILE), ("pipe", errno.ENFILE)]
)
@pytest.mark.parametrize("room", [0, 1])
def test_a_system_with_room_for_fewer_copies_has_fewer(
    room: int, name: str, error: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    do, times = getattr(os, name), []

    def refuse() -> Any:
        times.append(1)
        if len(times) > room + (name == "pipe" and room > 0):  # one pipe is for all copies
            raise OSError(error, os.strerror(error))
        return do()

    monkeypatch.setattr(os, name, refuse)
    assert len({os.getpid(), *work(tell, processes=3)}) == 1 + room


def test_an_error_while_copies_begin_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    fork, times = forking._fork, []

    def fail() -> int:
        times.append(1)
        if len(times) > 1:
            raise ValueError("closed")
        return fork()

    monkeypatch.setattr(forking, "_fork", fail)
    with pytest.raises(ValueError, match="closed"):
        work(tell)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_copies_end_by_signals_that_are_not_ignored(number: signal.Signals) -> None:
    def look(_: int) -> object:
        return signal.getsignal(number)

    assert set(work(look)) == {signal.SIG_DFL}
    signal.signal(number, lambda *_: sys.exit(9))
    assert set(work(look)) == {signal.SIG_DFL}
    signal.signal(number, signal.SIG_IGN)
    assert set(work(look)) == {signal.SIG_IGN}


# What a copy does, seen from here: it is a process of its own, where nobody watches which lines run ----------------


def test_a_copy_serves_until_there_are_no_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ended(BaseException):
        pass

    def end(status: int) -> None:
        raise Ended(status)

    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    root, others = (
        list(logging.root.handlers),
        [
            (logger, list(logger.handlers))
            for logger in logging.Logger.manager.loggerDict.values()
            if isinstance(logger, logging.Logger)
        ],
    )
    numbers, feed = os.pipe()
    ours, theirs = os.pipe()
    monkeypatch.setattr(os, "_exit", end)

    def do(item: str) -> str:
        log.warning("at %s", item)
        if item == "c":
            raise CallsiteError("c: wrong")
        return item.upper()

    try:
        forking._feed(feed, range(0, 3, 2))
        with pytest.raises(Ended) as ended:
            forking._serve(do, "abc", 2, numbers, theirs)
    finally:
        gc.enable()
        for number, handler in handlers.items():
            signal.signal(number, handler)
        logging.root.handlers[:] = root
        for logger, kept in others:
            logger.handlers[:] = kept
    os.close(theirs)
    os.close(numbers)
    assert ended.value.args == (0,)
    pending = bytearray(os.read(ours, 65_536))
    os.close(ours)
    rest = pending[-5:]
    del pending[-5:]
    outcomes = dict(forking._unpack(pending))
    assert sorted(outcomes) == [0, 1]
    outcomes |= dict(forking._unpack(pending + rest))
    assert [outcomes[number].result for number in range(3)] == ["A", "B", None]
    assert str(outcomes[2].error) == "c: wrong"
    assert [record.msg for number in range(3) for record in outcomes[number].records] == ["at a", "at b", "at c"]


def test_a_copy_keeps_what_it_needs_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ended(BaseException):
        pass

    before, more = len(list_descriptors()), []
    close, closed = os.close, []

    def serve(do: object, items: object, portion: int, numbers: int, pipe: int) -> None:
        more.append(len(list_descriptors()) - before)
        os.fstat(numbers)
        os.close(pipe)
        raise Ended

    def close_once(number: int) -> None:
        if number not in closed:
            close(number)
        closed.append(number)

    monkeypatch.setattr(forking, "_fork", lambda: 0)  # so this is the copy
    monkeypatch.setattr(forking, "_serve", serve)
    monkeypatch.setattr(forking, "_feed", lambda *_: None)  # where no copy comes to
    monkeypatch.setattr(os, "close", close_once)
    with pytest.raises(Ended):
        work(tell)
    assert more == [2]  # the ends it reads from and writes to


def test_what_becomes_of_a_piece_travels() -> None:
    collector = forking._Collector()
    told = pickle.loads(forking._try(lambda item: lambda: item, 1, collector))
    assert isinstance(told.error, WorkError)
    told = pickle.loads(forking._try(lambda item: OneWayError("a", "b") and int("x"), 1, collector))
    assert isinstance(told.error, ValueError)


def test_nobody_to_feed_is_no_error() -> None:
    numbers, feed = os.pipe()
    os.close(numbers)
    forking._feed(feed, range(3))


def test_processors_are_those_this_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda number: {0, 3, 5}, raising=False)
    assert count_processors() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    assert count_processors() == 7
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert count_processors() == 1


def test_something_else_is_done_while_copies_are_at_work() -> None:
    own: list[int] = []
    results = work_side_by_side(tell, range(20), 2, 1, lambda: own.append(os.getpid()))
    assert own == []
    assert os.getpid() not in set(results)
    assert own == [os.getpid()]


@pytest.mark.skipif(not hasattr(fcntl, "F_SETPIPE_SZ"), reason="pipes cannot be widened here")
def test_copies_do_not_wait_for_what_is_done_meanwhile(tmp_path: Path) -> None:
    last = tmp_path / "last"

    def do(number: int) -> bytes:
        if number == 5:
            last.touch()
        return bytes(100_000)  # more than pipes hold that are as they come

    results = work_side_by_side(do, range(6), 2, 1, lambda: wait_for(last.exists, "the last piece"))
    assert [len(each) for each in results] == [100_000] * 6


@pytest.mark.parametrize("has_limit", [True, False])
def test_pipes_that_cannot_be_widened_do_as_well(has_limit: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if has_limit:
        monkeypatch.setattr(forking, "_ROOM", 2**40)
    else:
        monkeypatch.delattr(fcntl, "F_SETPIPE_SZ", raising=False)
    assert work(lambda number: bytes(200_000), 6) == [bytes(200_000)] * 6


def test_without_copies_there_is_nothing_to_wait_for() -> None:
    own: list[int] = []
    assert list(work_side_by_side(str, range(3), 1, 1, lambda: own.append(1))) == ["0", "1", "2"]
    assert own == []
