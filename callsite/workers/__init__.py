"""Processes that do many small pieces of work side by side, as long as there is any, whatever it does to them.

They are interpreters started afresh, not copies of this process: threads do no harm, and the caller's main module is
not run again. Each is its own process group, so that Ctrl-C at the terminal reaches this process alone; a worker ends
when its pipe does, even if this process was killed.
"""

from __future__ import annotations

import json
import multiprocessing
import pickle
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Generic, TypeVar

from callsite.records import dataclass, field
from callsite.workers.process import find_job

Task = TypeVar("Task")
Result = TypeVar("Result")

# What a worker runs. It sees the same modules as this process; see `process`.
BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from callsite.workers import process; "
    "process.main(int(sys.argv[2]), sys.argv[3])"
)

# A worker gets so many bytes at once: enough to be busy for a while, little enough that all end at the same time.
_BATCH_BYTES = 200_000
_BATCH_TASKS = 50

# Seconds that one piece of work may take. Those on the largest real texts take two.
LIMIT = 60.0


class Failure(str):
    """Why there is no result."""

    __slots__ = ()


@dataclass(eq=False, slots=True)
class _Worker:
    """A process, and the numbers of the tasks it has not answered yet. The clock runs for the first of them."""

    process: subprocess.Popen[bytes]
    connection: Connection[bytes, bytes]
    tasks: deque[int] = field(default_factory=deque)
    since: float = field(default_factory=time.monotonic)
    is_ready: bool = False

    @property
    def is_busy(self) -> bool:
        """Whether it is time that it said something."""
        return bool(self.tasks) or not self.is_ready


class Workers(Generic[Task, Result]):
    """A number of processes, started when they are needed. Leaving the context ends them.

    `job` names the function that does the work, as `package.module:function`: it takes a task, and tasks and results
    pass through pipes. `size` tells how many bytes of text a task is about. `limit` is how many seconds it may take.
    """

    def __init__(
        self, processes: int, job: str, size: Callable[[Task], int], limit: float = LIMIT, boot: str = BOOT
    ) -> None:
        self._processes = processes
        self._job = job
        self._size = size
        self.limit = limit
        self._boot = boot
        self._workers: list[_Worker] = []
        self._leaving: list[_Worker] = []

    def __enter__(self) -> Workers[Task, Result]:
        return self

    def __exit__(self, *args: object) -> None:
        self.dismiss()
        for worker in self._leaving:
            # One that was never ready has nothing to bring to an end.
            _end(worker.process, 5.0 if worker.is_ready and args[0] is None else 0.0)
        self._leaving.clear()

    def start(self, wanted: int) -> None:
        """See that so many processes are there, or all that there may be, so that they are ready when there is work."""
        while len(self._workers) < min(self._processes, wanted):
            worker = self._start_one()
            if worker is None:
                return
            self._workers.append(worker)

    def dismiss(self) -> None:
        """Let all processes go. They take a while to end, which nobody has to wait for before leaving the context."""
        for worker in self._workers:
            worker.connection.close()
        self._leaving += self._workers
        self._workers.clear()

    def work(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Result | Failure]]:
        """The number of each task with its result, in any order, or with the reason why there is none.

        A task that a worker dies of is tried once more, alone. Where no worker can be started, this process does the
        work itself.
        """
        batches = _find_batches([self._size(task) for task in tasks])
        tried: set[int] = set()
        self.start(len(batches))
        while self._workers:
            self._hand_out(batches, tasks)
            if not batches and not any(worker.tasks for worker in self._workers):
                return
            heard = self._listen()
            now = time.monotonic()  # who is late is decided before others take their time with the answers
            for worker in tuple(self._workers):
                if worker.connection in heard:
                    try:
                        message = worker.connection.recv_bytes()
                    except (EOFError, OSError):
                        yield from self._bury(worker, batches, tried)
                        continue
                    worker.since = time.monotonic()
                    if worker.is_ready:
                        yield worker.tasks.popleft(), pickle.loads(message)  # noqa: S301  # our own worker's
                    worker.is_ready = True
                elif worker.is_busy and now - worker.since > self._patience(worker):
                    yield from self._bury(worker, batches, tried, f"not done within {self.limit:g} seconds")
        for batch in batches:
            for number in batch:
                yield number, find_job(self._job)(tasks[number])

    def _start_one(self) -> _Worker | None:
        ours, theirs = multiprocessing.Pipe()
        arguments = ["-P", "-W", "ignore", "-c", self._boot, json.dumps(sys.path), str(theirs.fileno()), self._job]
        try:
            process = subprocess.Popen(  # noqa: S603  # our own interpreter
                [sys.executable, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                process_group=0,
            )
        except OSError:
            ours.close()
            return None
        finally:
            theirs.close()
        return _Worker(process, ours)

    def _hand_out(self, batches: deque[list[int]], tasks: Sequence[Task]) -> None:
        for worker in self._workers:
            if batches and worker.is_ready and not worker.tasks:
                batch = batches.popleft()
                try:
                    worker.connection.send_bytes(pickle.dumps([(self._size(tasks[at]), tasks[at]) for at in batch]))
                except OSError:
                    batches.appendleft(batch)  # it died idle, which will be heard
                else:
                    worker.tasks.extend(batch)
                    worker.since = time.monotonic()

    def _patience(self, worker: _Worker) -> float:
        """How many seconds a worker may be silent; starting takes its time on a busy machine, whatever the limit is."""
        return self.limit if worker.is_ready else max(self.limit, LIMIT)

    def _listen(self) -> list[object]:
        """The connections that have something to say, if only that they are closed; none when somebody is late."""
        ends = [worker.since + self._patience(worker) for worker in self._workers if worker.is_busy]
        patience = min(ends, default=0.0) - time.monotonic()
        return list(wait([worker.connection for worker in self._workers], max(patience, 0.0) + 0.01))

    def _bury(
        self, worker: _Worker, batches: deque[list[int]], tried: set[int], late: str = ""
    ) -> Iterator[tuple[int, Failure]]:
        """Take a worker out that is dead or late, give its tasks back, and start another one if it had any: one that
        does not even begin would not do better.
        """
        self._workers.remove(worker)
        worker.connection.close()
        reason = late or f"the process that did it {_end(worker.process)}"
        if late:
            _end(worker.process, 0)
        if not worker.tasks:
            return
        first, *others = worker.tasks
        if others:
            batches.appendleft(others)
        if late or first in tried:
            yield first, Failure(reason)
        else:
            tried.add(first)
            batches.appendleft([first])
        self.start(len(self._workers) + 1)


def _find_batches(sizes: Sequence[int]) -> deque[list[int]]:
    """The numbers of the tasks in portions, the large ones first, so that no worker is left with one at the end."""
    batches: deque[list[int]] = deque()
    room = 0
    for number in sorted(range(len(sizes)), key=lambda number: -sizes[number]):
        if room <= 0 or len(batches[-1]) == _BATCH_TASKS:
            batches.append([])
            room = _BATCH_BYTES
        batches[-1].append(number)
        room -= sizes[number]
    return batches


def _end(process: subprocess.Popen[bytes], patience: float = 5.0) -> str:
    """Wait until a process is gone, and see to it that it goes. Returns how it ended."""
    try:
        status = process.wait(patience) if patience else None
    except subprocess.TimeoutExpired:
        status = None
    if status is None:
        process.kill()
        status = process.wait()
    return f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
