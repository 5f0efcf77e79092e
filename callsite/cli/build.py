"""How the site is built: Pelican in a process of its own, unless nothing has changed since the last build.

That process is told what it was called with, as a digest in its environment, and leaves it for the next build with what
else it leaves. The same call with the same settings makes the same of the same files, so Pelican need not be asked.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from callsite.settings import SiteFolders, find_folders, read_settings
from callsite.stopping import postponing, unwinding


def run(arguments: argparse.Namespace) -> int:
    """Build if there is anything to build, and return the exit code."""
    values = read_settings(arguments.settings)
    folders = find_folders(values, arguments.settings, arguments.content, arguments.output)
    command = make_command(arguments.settings, folders, strict=arguments.strict, cache=not arguments.no_cache)
    call = "" if arguments.no_cache else _describe_call(values, command)
    if call:
        from callsite.staging import OutputLock, sweep  # noqa: PLC0415  # help and mistakes need not wait for it

        with unwinding(), OutputLock(folders.output) as lock:
            lock.take()
            sweep(folders.output)
            if _is_done(values, folders, call, keep_search=arguments.keep_search):
                return 0
    return run_build(command, call=call)


def _describe_call(values: Mapping[str, Any], command: Sequence[str]) -> str:
    """A digest of what a build is called with besides files: what its settings file sets, and the words of its command;
    "" when that cannot be told from call to call.
    """
    from callsite.cache import find_key  # noqa: PLC0415  # help and mistakes need not wait for it
    from callsite.environment import describe_value  # noqa: PLC0415  # the same
    from callsite.last_build import describe_surroundings  # noqa: PLC0415  # the same

    try:
        settings = describe_value({name: value for name, value in sorted(values.items()) if name.isupper()})
    except TypeError:
        return ""
    # The interpreter goes by several names, and is told by its version.
    return find_key(settings, *command[1:], "", *describe_surroundings()).hex()


def _is_done(values: Mapping[str, Any], folders: SiteFolders, call: str, *, keep_search: bool) -> bool:
    """Whether the last build was called with the same, and nothing has changed since but bodies of pages, which are new
    now; then what it has told is told. With `keep_search`, the search may be left behind.
    """
    from callsite.last_build import DONE, find_inputs, find_outputs, read_last_build  # noqa: PLC0415  # the same

    cache = find_cache(values, folders)
    last = read_last_build(cache) if cache else None
    if cache is None or last is None or last.call != call or (last.is_behind and not keep_search):
        return False
    inputs = find_inputs(last.ingredients)
    if inputs is None or find_outputs(folders.output) != last.outputs:
        return False
    words = DONE
    if inputs.digest != last.inputs:
        from callsite.revising import revise_site  # noqa: PLC0415  # where nothing has changed, nothing is revised

        revised = revise_site(cache, last, inputs, folders.output, keep_search=keep_search)
        if revised is None:
            return False
        pages = "1 page" if revised == 1 else f"{revised} pages"
        words = f"Done: {pages} revised, and nothing else has changed since the last build."
    for line in last.told:
        print(line, file=sys.stderr)
    print(words)
    return True


def find_cache(values: Mapping[str, Any], folders: SiteFolders) -> Path | None:
    """The file of what builds of a site keep, by what its settings file sets; None when they are to keep nothing."""
    from callsite.last_build import plan_cache  # noqa: PLC0415  # the same

    return plan_cache({**values, "PATH": os.path.abspath(folders.content), "OUTPUT_PATH": folders.output})


def run_build(command: Sequence[str], stdout: IO[str] | None = None, call: str = "") -> int:
    """Run the command line of a build, and return its exit code. What it prints goes to `stdout` if that is given;
    `call` tells what it is called with.
    """
    # A session of its own: what stops this process is for it alone, and it ends the build without a word of that.
    environment = {**os.environ, "CALLSITE_CALL": call}
    with unwinding(), contextlib.ExitStack() as stack:
        with postponing():
            build = subprocess.Popen(command, start_new_session=True, stdout=stdout, env=environment)  # noqa: S603  # no shell, and our own interpreter
            stack.callback(_end, build)
        return build.wait()


def _end(build: subprocess.Popen[bytes]) -> None:
    """End a build that is still going on. It takes away what it has begun."""
    if build.poll() is None:
        build.terminate()
        build.wait()


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
