"""Pieces of work done side by side by copies of this process, which share all that it knows.

A copy begins where this process stands, with its memory shared until one of them writes to it, so that nothing has to
be handed over but results. It takes pieces as long as there are any, sends each result through a pipe, and ends. Where
a process cannot be copied, and for little work, this process does all by itself: the results are the same.

Only what a function returns comes back, and what it logs; the rest of what it does to memory stays in its copy.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import logging
import os
import pickle
import signal
import struct
import sys
import traceback
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from selectors import EVENT_READ, DefaultSelector
from typing import Any, NamedTuple, NoReturn, TypeVar

from callsite.errors import CallsiteError
from callsite.records import dataclass, field
from callsite.stopping import postponing, stop_listening

Item = TypeVar("Item")
Result = TypeVar("Result")

# What comes through a pipe: the number of a piece, how many bytes follow, and those.
_HEAD = struct.Struct("<II")
_NUMBER = struct.Struct("<I")

# The numbers of so many portions fit into any pipe: Linux makes them no smaller than a page of memory (pipe(7)).
_MOST_PORTIONS = 1_000

# Bytes that are read from a pipe at once.
_ONCE = 65_536

# Bytes that a pipe is to hold, so that nobody has to wait until what it has made is read: as many as Linux allows
# anyone (pipe(7)).
_ROOM = 2**20


class WorkError(Exception):
    """An error in a copy that cannot be brought here; the message is its traceback."""


class _Outcome(NamedTuple):
    """What became of a piece: its result or its error, and what it has logged."""

    result: Any
    error: BaseException | None
    records: tuple[logging.LogRecord, ...]


@dataclass(eq=False, slots=True)
class _Copy:
    """A copy of this process: its number until it has ended, our end of its pipe, and what has come through that is no
    whole piece yet.
    """

    pid: int
    pipe: int
    pending: bytearray = field(default_factory=bytearray)


def count_processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def work_side_by_side(
    do: Callable[[Item], Result],
    items: Sequence[Item],
    processes: int,
    portion: int = 1,
    meanwhile: Callable[[], None] | None = None,
) -> Iterator[Result]:
    """The results of a function for all items, in their order.

    At most `processes` copies of this process take `portion` items at a time; while they are at work, this one does
    what it has to do `meanwhile`. What the function raises for the first item for which it does so is raised here in
    its turn; what it logs is logged here. Raises CallsiteError when a copy is ended from outside. With one process, or
    where there are no copies, everything is done here, and there is no meanwhile.
    """
    processes = min(processes, -(-len(items) // portion))
    if processes <= 1 or not hasattr(os, "fork"):
        yield from map(do, items)
        return
    portion = max(portion, len(items) // _MOST_PORTIONS + 1)
    with _start_copies(do, items, processes, portion) as copies, contextlib.closing(_listen(copies)) as heard:
        if not copies:
            yield from map(do, items)
            return
        if meanwhile is not None:
            meanwhile()
        waiting: dict[int, _Outcome] = {}
        for number in range(len(items)):
            while number not in waiting:
                waiting.update(next(heard))
            outcome = waiting.pop(number)
            for record in outcome.records:
                _log(record)
            if outcome.error is not None:
                raise outcome.error
            yield outcome.result


@contextmanager
def _start_copies(
    do: Callable[[Item], Result], items: Sequence[Item], processes: int, portion: int
) -> Iterator[list[_Copy]]:
    """Copies at work, fewer where there is no room for more; they are gone at the end, whatever they are doing."""
    copies: list[_Copy] = []
    try:
        with postponing():
            gc.freeze()  # a collection in a copy would touch, and so copy, all that is shared
            with contextlib.suppress(OSError), _feeding(range(0, len(items), portion)) as (numbers, feed):
                while len(copies) < processes:
                    ours = (feed, *(copy.pipe for copy in copies))
                    copies.append(_start_copy(do, items, portion, numbers, ours))
        yield copies
    finally:
        with postponing():
            gc.unfreeze()
            for copy in copies:
                os.close(copy.pipe)
                if copy.pid:
                    os.kill(copy.pid, signal.SIGKILL)
                    os.waitpid(copy.pid, 0)


@contextmanager
def _feeding(portions: range) -> Iterator[tuple[int, int]]:
    """The ends of a pipe from which copies that begin here read which portions there are, as soon as all have begun."""
    numbers, feed = os.pipe()
    try:
        yield numbers, feed
    finally:
        os.close(numbers)
        _feed(feed, portions)


def _start_copy(
    do: Callable[[Item], Result], items: Sequence[Item], portion: int, numbers: int, ours: Iterable[int]
) -> _Copy:
    """A copy at work, which lets go of descriptors that are `ours`. Raises OSError when there is no room for it."""
    pipe, theirs = _open_pipe()
    try:
        pid = _fork()
    except BaseException:
        os.close(pipe)
        os.close(theirs)
        raise
    if not pid:
        for descriptor in (pipe, *ours):
            os.close(descriptor)
        _serve(do, items, portion, numbers, theirs)
    os.close(theirs)
    return _Copy(pid, pipe)


def _log(record: logging.LogRecord) -> None:
    """Log what a copy has logged, unless a filter is against it: two copies may have said the same."""
    logger = logging.getLogger(record.name)
    if logging.Filterer.filter(logger, record):  # Pelican's own way to ask raises what only its loggers catch
        logger.callHandlers(record)


def _fork() -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    with warnings.catch_warnings():
        # Pelican's spinner has a thread; a copy has none, and touches nothing that one may have locked.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _open_pipe() -> tuple[int, int]:
    """A pipe with much room, where pipes can be widened."""
    ends = os.pipe()
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):  # whoever has many pipes may have used up what is allowed
            fcntl.fcntl(ends[0], fcntl.F_SETPIPE_SZ, _ROOM)
    return ends


def _feed(pipe: int, numbers: range) -> None:
    """Say which portions there are. They fit into the pipe, so that nobody waits for anybody."""
    with contextlib.suppress(BrokenPipeError), os.fdopen(pipe, "wb") as file:  # the copies are gone: that will be heard
        file.write(b"".join(_NUMBER.pack(number) for number in numbers))


def _serve(do: Callable[[Item], Result], items: Sequence[Item], portion: int, numbers: int, pipe: int) -> NoReturn:
    """What a copy does: take portions until there are none, and send what becomes of each piece."""
    status = 1
    try:
        gc.disable()  # it lives for a short time
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one that was copied decides, and ends this one
        stop_listening()
        collector = _Collector()
        collector.install()
        while head := os.read(numbers, _NUMBER.size):
            (first,) = _NUMBER.unpack(head)
            for number in range(first, min(first + portion, len(items))):
                outcome = _try(do, items[number], collector)
                _write(pipe, _HEAD.pack(number, len(outcome)) + outcome)
        status = 0
    finally:
        os._exit(status)


class _Collector(logging.Handler):
    """Keeps what is logged in a copy, to be logged where all is."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def install(self) -> None:
        """Take the place of all handlers there are."""
        for logger in logging.Logger.manager.loggerDict.values():
            if isinstance(logger, logging.Logger):
                logger.handlers.clear()
        logging.root.handlers[:] = [self]

    def emit(self, record: logging.LogRecord) -> None:
        record.msg, record.args, record.exc_info = record.getMessage(), None, None  # whatever those are, this travels
        self.records.append(record)


def _try(do: Callable[[Item], Result], item: Item, collector: _Collector) -> bytes:
    """Do a piece of work; returns what became of it, as it travels."""
    result, error = None, None
    try:
        result = do(item)
    except Exception as raised:  # it is raised again where the result is asked for
        error = raised
    records = tuple(collector.records)
    collector.records.clear()
    try:
        data = pickle.dumps(_Outcome(result, error, records), pickle.HIGHEST_PROTOCOL)
        if error is not None:
            pickle.loads(data)  # noqa: S301  # our own; some errors travel one way only
    except Exception:
        told = WorkError("".join(traceback.format_exception(error)) if error else f"{result!r} cannot be sent")
        data = pickle.dumps(_Outcome(None, told, records), pickle.HIGHEST_PROTOCOL)
    return data


def _write(pipe: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(pipe, view) :]


def _listen(copies: Sequence[_Copy]) -> Generator[dict[int, _Outcome], None, None]:
    """What became of pieces, as it comes in, by number. Raises CallsiteError when a copy is ended from outside, or all
    have ended and more is asked for.
    """
    with DefaultSelector() as selector:
        for copy in copies:
            selector.register(copy.pipe, EVENT_READ, copy)
        while selector.get_map():
            for key, _ in selector.select():
                data = os.read(key.fd, _ONCE)
                if data:
                    key.data.pending += data
                    yield dict(_unpack(key.data.pending))
                    continue
                selector.unregister(key.fd)
                with postponing():
                    status = os.waitstatus_to_exitcode(os.waitpid(key.data.pid, 0)[1])
                    key.data.pid = 0
                if status:
                    how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
                    raise CallsiteError(f"a process at work on pages {how}; see whether there is memory enough")
    raise CallsiteError("a process at work on pages has ended before its work was done; see what has ended it")


def _unpack(pending: bytearray) -> Iterator[tuple[int, _Outcome]]:
    """Take the whole pieces out of what has come through a pipe."""
    at = 0
    while len(pending) >= at + _HEAD.size:
        number, size = _HEAD.unpack_from(pending, at)
        start = at + _HEAD.size
        if len(pending) < start + size:
            break
        yield number, pickle.loads(bytes(pending[start : start + size]))  # noqa: S301  # our own copy's
        at = start + size
    del pending[:at]
