"""How the site is served on this machine."""

from __future__ import annotations

import argparse
import asyncio
import sys
from functools import partial
from pathlib import Path

from callsite.serving import Job, bind, serve
from callsite.settings import SiteFolders, read_folders
from callsite.staging import is_made_by_builds, sweep


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C, and return 0."""
    folders = read_folders(arguments.settings, arguments.content, arguments.output)
    sockets = bind(arguments.port)
    _say(f"Serving on http://localhost:{sockets[0].getsockname()[1]}/ (Ctrl-C stops)\n")
    job = Job(
        output=folders.output,
        build=_make_build(arguments.settings, folders),
        folders=(folders.content, *folders.theme),
        settings_folder=Path(arguments.settings).resolve().parent,
        files=("redirects.toml",),
        is_made=partial(is_made_by_builds, folders.output),
    )
    asyncio.run(serve(job, sockets, _say))
    sweep(folders.output)
    _say("Stopped.\n")
    return 0


def _make_build(settings: str, folders: SiteFolders) -> list[str]:
    """The command line of a build, which sees by itself when there is little to do."""
    words = "build", "--settings", settings, "--output", str(folders.output), "--", str(folders.content)
    return [sys.executable, "-m", "callsite", *words]


def _say(text: str) -> None:
    print(text, end="", file=sys.stderr, flush=True)
