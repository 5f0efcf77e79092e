"""What the harvesting commands share: the sources, libraries and limits that their arguments name."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from callsite.cli.progress import Progress
from callsite.harvest.choosing import Limits
from callsite.harvest.cutting import Style
from callsite.harvest.libraries import Libraries
from callsite.harvest.release import Skipped, Source
from callsite.harvesting import Harvester, Options
from callsite.sources.loading import Surroundings
from callsite.sources.naming import load_installed_library, load_named, load_sources, write_states
from callsite.uses.index import UseIndex


def make_options(arguments: argparse.Namespace) -> Options:
    """The arguments of `add_choosing_arguments` as values."""
    limits = Limits(
        page=arguments.examples,
        project=arguments.per_project,
        file=arguments.per_file,
        longest=arguments.longest,
        tried=arguments.tried,
    )
    style = Style(arguments.whole, arguments.around, marked=arguments.marked, window=arguments.window)
    return Options(limits, style, tuple(arguments.allow), not arguments.no_own)


@contextlib.contextmanager
def open_harvester(
    arguments: argparse.Namespace, options: Options, progress: Progress, lock: bool = True
) -> Iterator[tuple[Harvester, tuple[Skipped, ...]]]:
    """A harvester over the sources that the arguments name, and what of them could not be read.

    The state of declared ones is noted in the lock file, if it may be.
    """
    surroundings = Surroundings(Path(arguments.cache))
    path = Path(arguments.sources_file)
    loaded = load_sources(
        arguments.sources, path, surroundings, tell=lambda done, whole: progress("reading sources", done, whole)
    )
    if lock:
        write_states(path, loaded)
    libraries = open_libraries(arguments, surroundings, loaded.sources)
    with UseIndex(Path(arguments.cache) / "uses.sqlite3") as index:
        yield Harvester(loaded.sources, index, options, libraries), loaded.skipped
        if index.notice:
            print(f"callsite: {index.notice}", file=sys.stderr)


def open_libraries(arguments: argparse.Namespace, surroundings: Surroundings, sources: Sequence[Source]) -> Libraries:
    """The libraries that names belong to: where the arguments say, among the sources, or installed."""
    named = load_named(arguments.library, surroundings) if arguments.library else None
    return Libraries(sources, lambda root: load_installed_library(root, surroundings), named)
