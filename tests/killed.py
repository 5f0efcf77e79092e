"""Publishes that are stopped at each of their steps; a program, so that there is nobody else in the process.

    python -m tests.killed WORK kill        killed with SIGKILL
    python -m tests.killed WORK ENOSPC      the step fails with that error

Prints how many steps there were, and everything that was seen and should not have been.
"""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import signal
import sys
from datetime import timedelta
from pathlib import Path

from callsite.destinations.folders.directory import DirectoryDestination
from callsite.errors import CallsiteError
from callsite.publish.settings import DirectorySettings
from tests.publishing import NOON, Watched
from tests.releasing import BOTH, NEW, OLD, make_files, plan_site, put, shown

# What a step is: the calls that change something, or open what is read or written.
STEPS = {"open", "os.link", "os.mkdir", "os.rename", "os.symlink", "os.remove", "os.rmdir", "os.scandir", "os.truncate"}

LATER = NOON + timedelta(hours=1)


class Stop:
    """Stops at a step, once it is armed."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.fault: int | None = None

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.left is None or event not in STEPS:
            return
        self.left -= 1
        if self.left == 0:
            if self.fault is None:
                os.kill(os.getpid(), signal.SIGKILL)
                raise AssertionError
            raise OSError(self.fault, os.strerror(self.fault), str(arguments[0]))


def main(work: Path, what: str) -> int:
    """Try each step in turn until a publish comes to its end."""
    os.sync = lambda: None  # the disk does not fail here
    os.fsync = skip
    stop = Stop()
    sys.addaudithook(stop)
    stop.fault = None if what == "kill" else getattr(errno, what)
    root, output = work / "site", work / "output"
    destination = DirectoryDestination(DirectorySettings(str(root), keep=2), work)
    put(destination, {"index.html": b"oldest"}, output, NOON - timedelta(hours=2))
    put(destination, {"index.html": b"older"}, output, NOON - timedelta(hours=1))
    put(destination, OLD, output)
    root.rename(work / "start")
    seen = []
    for step in itertools.count(1):
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(work / "start", root, symlinks=True)
        make_files(NEW, output)
        ended = attempt(destination, output, stop, step)
        now = shown(root)
        if now not in (OLD, BOTH):
            seen.append(f"step {step}: visitors are shown {sorted(now)}")
        if not ended.startswith(("done", "killed", f"{root}: ", f"{output}/")):
            seen.append(f"step {step}: {ended}")
        past = [release.name for release in destination.list_releases()]
        seen += [
            f"step {step}: {name} can be gone back to and is not whole"
            for name in past
            if "index.html" not in os.listdir(root / "releases" / name)
        ]
        # A file more, so that there is always something to do.
        put(destination, {**NEW, "more.txt": b"more"}, output, LATER + timedelta(minutes=1))
        if shown(root) != {**BOTH, "more.txt": b"more"}:
            seen.append(f"step {step}: the next publish shows {sorted(shown(root))}")
        stray = [name for name in os.listdir(root / "releases") if name.startswith(".")]
        lists = sorted(name.removesuffix(".json") for name in os.listdir(root / ".callsite") if name != "lock")
        if stray or lists != sorted(os.listdir(root / "releases")) or len(lists) != 2:
            seen.append(f"step {step}: there are {lists} and {os.listdir(root / 'releases')}")
        if ended == "done without a stop":
            break
    print(f"{step - 1} steps")
    for line in seen:
        print(line)
    return 1 if seen else 0


def skip(fd: object) -> None:
    """Do not wait for the disk."""


def attempt(destination: DirectoryDestination, output: Path, stop: Stop, step: int) -> str:
    """Publish in a process of its own, which is stopped at a step."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        standing = destination.look()
        plan = plan_site(standing, NEW, LATER)
        stop.left = step
        try:
            destination.apply(plan, standing, output, Watched())
            said = "done" if stop.left <= 0 else "done without a stop"
        except CallsiteError as error:
            said = str(error)
        except BaseException as error:  # whatever it is, it is told
            said = repr(error)
        stop.left = None
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        said = pipe.read().decode()
    os.waitpid(child, 0)
    return said or "killed"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
