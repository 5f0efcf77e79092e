"""One way of measuring a command: seconds by the clock and of processors, and its memory at the highest."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

MB = 1e6

# Looking at memory must not take from what is measured: this share of one processor at the most.
_SHARE = 0.05
_OFTEN = 0.01

# How long what was stopped may take to clear up after itself.
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took: seconds by the clock, seconds of all processors, and the most bytes of memory that it and
    its descendants had at a time, 0 when nobody looked.
    """

    clock: float
    processors: float
    memory: int = 0


class CommandError(Exception):
    """A command that did not come to a good end; the message is what it printed last."""


def measure(
    command: Sequence[str | Path],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    watched: bool = False,
    good: Collection[int] = (0,),
) -> Cost:
    """Run a command in a folder, to its end. What it prints is thrown away unless it fails.

    With `watched` its memory is looked at all the while, which makes its times less exact. Whatever ends this function
    ends the command and its descendants too. Raises CommandError when the command cannot be run, or ends with a code
    that is not among the `good` ones.
    """
    with tempfile.TemporaryFile() as log:
        start = time.perf_counter()
        try:
            # In a session of its own, so that Ctrl-C is for us alone.
            process = subprocess.Popen(  # noqa: S603  # no shell
                command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise CommandError(f"{command[0]}: cannot be run, {error.strerror}") from error
        try:
            memory = _watch(process.pid) if watched else 0
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            _stop(process)
            raise
        clock = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in good:
            name = Path(command[0]).name
            raise CommandError(f"{name} ended with {process.returncode}:\n{_read_end(log)}")
    return Cost(clock, used.ru_utime + used.ru_stime, memory)


def read_memory(root: int) -> int:
    """The bytes of memory that a process and its descendants have at the moment; 0 where there is no /proc.

    What several of them share, as what was forked does, is divided between them and so counts once (Linux calls this
    the proportional set size).
    """
    size = 0
    for process in find_family(root):
        # One may have ended since.
        with suppress(OSError, StopIteration), open(f"/proc/{process}/smaps_rollup", encoding="ascii") as file:
            size += next(int(line.split()[1]) for line in file if line.startswith("Pss:")) * 1024
    return size


def find_family(root: int) -> dict[int, int]:
    """A process and its descendants, each with the moment it began at: numbers are given away again."""
    found = {}
    for entry in os.scandir("/proc") if os.path.exists("/proc/self/stat") else ():
        if entry.name.isdigit():
            with suppress(OSError):  # it has ended
                text = Path(entry.path, "stat").read_text(encoding="utf-8", errors="replace")
                fields = text.rpartition(")")[2].split()
                found[int(entry.name)] = int(fields[1]), int(fields[19])
    family = {root}
    while more := {process for process, (parent, _) in found.items() if parent in family} - family:
        family |= more
    return {process: found[process][1] for process in family if process in found}


def _watch(root: int) -> int:
    """The most memory that is seen until a process ends, which is left for others to wait for."""
    most = 0
    while os.waitid(os.P_PID, root, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        start = time.perf_counter()
        most = max(most, read_memory(root))
        time.sleep(max(_OFTEN, (time.perf_counter() - start) / _SHARE))
    return most


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and its descendants: in peace if it can be, else at once."""
    family = find_family(process.pid)
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_PATIENCE)
    for member, began in family.items():
        if find_family(member).get(member) == began:
            with suppress(ProcessLookupError):
                os.kill(member, signal.SIGKILL)
    process.wait()


def _read_end(log: IO[bytes]) -> str:
    """The last lines of what was printed."""
    log.seek(0)
    return "\n".join(log.read().decode("utf-8", "replace").splitlines()[-12:])
