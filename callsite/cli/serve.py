"""How the site is served on this machine."""

from __future__ import annotations

import argparse
import asyncio
import sys
from functools import partial
from pathlib import Path

from callsite.cli.build import find_cache
from callsite.last_build import read_last_build
from callsite.serving import Job, bind, serve
from callsite.settings import SiteFolders, find_folders, read_settings
from callsite.staging import is_made_by_builds, sweep


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C, and return 0."""
    values = read_settings(arguments.settings)
    folders = find_folders(values, arguments.settings, arguments.content, arguments.output)
    cache = find_cache(values, folders)
    sockets = bind(arguments.port)
    _say(f"Serving on http://localhost:{sockets[0].getsockname()[1]}/ (Ctrl-C stops)\n")
    job = Job(
        output=folders.output,
        build=_make_build(arguments.settings, folders, "--keep-search"),
        catch_up=_make_build(arguments.settings, folders),
        is_behind=partial(_is_behind, cache),
        folders=(folders.content, *folders.theme),
        settings_folder=Path(arguments.settings).resolve().parent,
        files=("redirects.toml",),
        is_made=partial(is_made_by_builds, folders.output),
    )
    asyncio.run(serve(job, sockets, _say))
    sweep(folders.output)
    _say("Stopped.\n")
    return 0


def _is_behind(cache: Path | None) -> bool:
    """Whether the search does not know of the last changes."""
    last = read_last_build(cache) if cache else None
    return last is not None and last.is_behind


def _make_build(settings: str, folders: SiteFolders, *more: str) -> list[str]:
    """The command line of a build, which sees by itself when there is little to do."""
    words = "build", *more, "--settings", settings, "--output", str(folders.output), "--", str(folders.content)
    return [sys.executable, "-m", "callsite", *words]


def _say(text: str) -> None:
    print(text, end="", file=sys.stderr, flush=True)
