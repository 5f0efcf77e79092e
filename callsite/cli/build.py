"""How the site is built: Pelican in a process of its own."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
from collections.abc import Sequence
from types import FrameType
from typing import IO, NoReturn

from callsite.settings import SiteFolders, read_folders


def run(arguments: argparse.Namespace) -> int:
    """Build, and return Pelican's exit code."""
    folders = find_folders(arguments)
    command = make_command(arguments.settings, folders, strict=arguments.strict, cache=not arguments.no_cache)
    return run_build(command, folders)


def run_build(command: Sequence[str], folders: SiteFolders, stdout: IO[str] | None = None) -> int:
    """Run the command line of a build, and return its exit code. What it prints goes to `stdout` if that is given."""
    # A session of its own: what stops this process is for it alone, and it ends the build without a word of that.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    with subprocess.Popen(command, start_new_session=True, stdout=stdout) as build:  # noqa: S603  # no shell, and our own interpreter
        try:
            return build.wait()
        finally:
            if build.poll() is None:
                build.terminate()
                build.wait()
                from callsite.staging import sweep  # noqa: PLC0415  # hardly any build is broken off

                sweep(folders.output)


def _stop(number: int, _: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def find_folders(arguments: argparse.Namespace) -> SiteFolders:
    """The folders that the arguments and the settings name."""
    return read_folders(arguments.settings, arguments.content, arguments.output)


def make_command(
    settings: str, folders: SiteFolders, *, strict: bool = False, production: bool = False, cache: bool = True
) -> list[str]:
    """The command line that builds the site; for production it is always strict."""
    command = [sys.executable, "-m", "pelican", str(folders.content), "-s", settings, "-o", str(folders.output)]
    wanted = {
        "CALLSITE_STRICT=true": strict or production,
        "CALLSITE_PRODUCTION=true": production,
        "CALLSITE_CACHE=false": not cache,
    }
    return (
        [*command, "-e", *(words for words, is_wanted in wanted.items() if is_wanted)]
        if any(wanted.values())
        else command
    )
