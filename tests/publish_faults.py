"""Publishes in processes of their own, which stop, fail or are killed at any step, with somebody looking on.

    test ──job──▶ Publisher (a process that has everything imported) ──fork──▶ the publish
      ◀──────────── each step, before it is taken; then what came of it ────────┘

What is published is the real thing: `callsite.publishing` with a destination of its settings. Faults come from outside:
from hooks that Python itself has for audits, from signals, from limits of the system, from programs in the place of
others, and from servers that tests run.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import resource
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from callsite.destinations import Destination
from callsite.errors import CallsiteError
from callsite.publish.plan import Stage
from callsite.publish.settings import KINDS, BranchSettings, StoreSettings
from callsite.publishing.opening import open_destination
from callsite.publishing.output import read_output
from callsite.publishing.run import Wish, publish

REPOSITORY: Final = Path(__file__).resolve().parent.parent

# What takes longer than this, in seconds, hangs.
MOST: Final = 60.0

# The calls of Python that change something in a file system, or start a program.
_CHANGES: Final = frozenset(
    {"os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.truncate", "os.chmod", "os.utime"}
)
_TAKES_ROOM: Final = frozenset({"open", "os.link", "os.mkdir", "os.symlink"})
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclass(frozen=True)
class Fault:
    """What goes wrong in the process that publishes, at step `at`, the first being 1.

    `kind` is "kill" for kill -9, "interrupt" for Ctrl-C, or the name of an error of the system. With `lasts` each later
    step fails as well; a full disk lasts for all that takes room. "EFBIG" is a limit: no file gets longer than `at`.
    """

    kind: str
    at: int
    lasts: bool = False


@dataclass(frozen=True)
class Job:
    """A publish: of the folder `output` to the destination of `settings`, at the site `base`. `caching` is how pictures
    are to be cached, "" for as usual. With `tells` each step is waited with until the test has looked. A request to a
    store has `timeout` seconds, and is tried again for `total` seconds. Another publish is waited for `wait` seconds.
    """

    settings: Mapping[str, Any]
    base: str
    output: str
    caching: str = ""
    fault: Fault | None = None
    tells: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 10.0
    total: float = 60.0
    wait: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """What came of it: `end` is "done", "nothing" for nothing to do, "refused" with what the user is told, "interrupted",
    "killed", or "raised" for an error that no user should see. `steps` is how many there were, as far as is known.
    """

    end: str
    said: str = ""
    steps: int = 0
    waits: tuple[str, ...] = ()


class Publisher:
    """A process that publishes one job at a time, each in a child of its own."""

    def __init__(self) -> None:
        self._asking, asked = os.pipe()
        answered, self._answering = os.pipe()
        program = f"from tests.publish_faults import serve_jobs; serve_jobs({answered}, {asked})"
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", program],
            cwd=REPOSITORY,
            pass_fds=(answered, asked),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        os.close(asked)
        os.close(answered)
        self._lines = _read_lines(self._asking)
        self._child = 0

    def close(self) -> None:
        """End the process."""
        os.close(self._answering)
        self._process.wait(10)
        os.close(self._asking)

    def stop(self, how: signal.Signals) -> None:
        """Send a signal to the publish under way, and to the programs it has started, as a terminal does."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child, how)

    def run(self, job: Job, look: Callable[[], object] = lambda: None) -> Outcome:
        """Publish, and look before each step (if the job tells them). Afterwards nothing of it runs any more."""
        _say(self._answering, asdict(job))
        outcome, steps = Outcome("killed"), 0
        end = time.monotonic() + MOST
        while True:
            ready, _, _ = select.select([self._asking], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                self.stop(signal.SIGKILL)
                while next(self._lines)["what"] != "over":
                    pass
                raise AssertionError(f"the publish hangs at step {steps}: {job}")
            line = next(self._lines)
            match line["what"]:
                case "begun":
                    self._child = line["process"]
                    _say(self._answering, {})
                case "step":
                    steps = line["number"]
                    look()
                    _say(self._answering, {})
                case "ended":
                    outcome = Outcome(line["end"], line["said"], line["steps"], tuple(line["waits"]))
                case _:
                    break
        self.stop(signal.SIGKILL)  # programs that it had started
        return outcome if outcome.steps else replace(outcome, steps=steps)


def serve_jobs(answered: int, asked: int) -> None:
    """Do jobs until there are no more: what a `Publisher` runs."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with contextlib.suppress(ImportError):  # all that takes time is done once
        import callsite.destinations.branch
        import callsite.destinations.folders.directory
        import callsite.destinations.folders.ssh
        import callsite.destinations.store  # noqa: F401  # see above
    for found in _read_lines(answered):
        fault = found.pop("fault")
        job = Job(**found, fault=Fault(**fault) if fault else None)
        child = os.fork()
        if not child:
            os.setsid()
            _say(asked, {"what": "begun", "process": os.getpid()})
            next(_read_lines(answered))  # until it is known whom to stop
            try:
                _work(job, answered, asked)
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        _say(asked, {"what": "over"})


class _Notes:
    """A watcher that keeps the reasons of pauses."""

    def __init__(self) -> None:
        self.waits: list[str] = []

    def begin(self, stage: Stage, files: int, size: int) -> None:
        pass

    def finish(self, path: str, size: int) -> None:
        pass

    def wait(self, reason: str, seconds: float) -> None:
        self.waits.append(reason)


def _work(job: Job, answered: int, asked: int) -> None:
    steps, notes = _Steps(job, answered, asked), _Notes()
    os.environ.update(job.environment)
    end, said = "done", ""
    try:
        target = KINDS[job.settings["kind"]](**{name: value for name, value in job.settings.items() if name != "kind"})
        is_store = isinstance(target, StoreSettings)
        leads = isinstance(target, StoreSettings) and target.redirects
        output = read_output(Path(job.output), headers=is_store, redirects=leads)
        if job.caching:
            files = {
                path: replace(entry, headers=(entry.headers[0], ("cache-control", job.caching)))
                if is_store and path.endswith("o.svg")
                else entry
                for path, entry in output.manifest.files.items()
            }
            output = replace(output, manifest=replace(output.manifest, files=files))
        os.sync = lambda: None  # the disk itself does not fail here
        destination = _open(target, job)
        if job.fault and job.fault.kind == "EFBIG":
            resource.setrlimit(resource.RLIMIT_FSIZE, (job.fault.at, resource.RLIM_INFINITY))
        steps.begin()
        wish = Wish(timedelta(days=7), job.wait)
        prepared, _ = publish(destination, output, Path(job.output), wish, lambda prepared: True, notes)
        end = "nothing" if prepared.plan.is_empty else "done"
    except (CallsiteError, OSError) as error:  # which the command tells in a line
        end, said = "refused", str(error)
    except KeyboardInterrupt:
        end = "interrupted"
    except BaseException as error:  # whatever it is, it is told
        import traceback

        end, said = "raised", "".join(traceback.format_exception(error))
    steps.end()
    _say(asked, {"what": "ended", "end": end, "said": said, "steps": steps.number, "waits": notes.waits})


def _open(target: Any, job: Job) -> Destination:
    """The destination; one that has to be patient is as quick as tests want to be."""
    base = Path(job.base)
    match target:
        case StoreSettings():
            from callsite.destinations.store import Patience, StoreDestination

            patience = Patience(first=0.02, most=0.1, total=job.total, timeout=job.timeout)
            return StoreDestination(target, base, patience=patience)
        case BranchSettings():
            from callsite.destinations.branch import BranchDestination

            return BranchDestination(target, base, (0.02, 0.05, 0.1))
    return open_destination(target, base)


class _Steps:
    """Counts the steps of a publish, tells them, and lets one fail."""

    def __init__(self, job: Job, answered: int, asked: int) -> None:
        self.number = 0
        self._fault = job.fault if job.fault and job.fault.kind != "EFBIG" else None
        self._tells = job.tells
        self._answers = _read_lines(answered)
        self._asked = asked
        self._is_on = False
        self._lock = threading.Lock()

    def begin(self) -> None:
        """From now on, count."""
        sys.addaudithook(self._hear)
        self._is_on = True

    def end(self) -> None:
        """Count no more."""
        self._is_on = False

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._is_on or not _is_step(event, arguments):
            return
        with self._lock:
            self.number += 1
            if self._tells:
                _say(self._asked, {"what": "step", "number": self.number})
                next(self._answers)
            fault = self._fault
            if fault is None or not (self.number == fault.at or (fault.lasts and self.number > fault.at)):
                return
            if fault.kind == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            if fault.kind == "interrupt":
                self._fault = None
                os.killpg(0, signal.SIGINT)
                return
            number = getattr(errno, fault.kind)
            if number != errno.ENOSPC or event in _TAKES_ROOM:
                raise OSError(number, os.strerror(number), str(arguments[0]))


def _is_step(event: str, arguments: tuple[Any, ...]) -> bool:
    if event == "open":
        path, _, flags = arguments
        return isinstance(flags, int) and bool(flags & _WRITING) and path != os.devnull
    return event in _CHANGES or event == "subprocess.Popen"


def _say(pipe: int, values: Mapping[str, Any]) -> None:
    data = json.dumps(values).encode() + b"\n"
    while data:
        data = data[os.write(pipe, data) :]


def _read_lines(pipe: int) -> Iterator[dict[str, Any]]:
    """What is said, line by line. No byte is read beyond a line: it may be for another process."""
    line = b""
    while byte := os.read(pipe, 1):
        line += byte
        if byte == b"\n":
            yield json.loads(line)
            line = b""
