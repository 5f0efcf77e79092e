"""What the harvesting commands share: how sources are named, how to choose and how to cut."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from callsite.cli.progress import Progress
from callsite.harvest.choosing import Limits
from callsite.harvest.cutting import Style
from callsite.harvest.libraries import Libraries
from callsite.harvest.licences import Class
from callsite.harvest.release import Skipped, Source
from callsite.harvesting import Harvester, Options
from callsite.sources import Surroundings
from callsite.sources.naming import load_installed_library, load_named, load_sources, write_states
from callsite.uses.index import UseIndex


def add_source_arguments(parser: argparse.ArgumentParser) -> None:
    """How every command is told where code is."""
    group = parser.add_argument_group("sources")
    group.add_argument(
        "--from",
        dest="sources",
        action="append",
        default=[],
        metavar="SOURCE",
        help="where to look for uses: installed, installed:NAME, NAME==VERSION, git+ADDRESS@REVISION, an archive, a "
        "folder, or a name in the sources file; may be given again (default: all in the sources file, else installed)",
    )
    group.add_argument(
        "--sources-file", default="sources.toml", metavar="FILE", help="the file of sources (default: %(default)s)"
    )
    group.add_argument(
        "--library",
        metavar="SOURCE",
        help="where the library's own code is (default: one of the sources, else what is installed)",
    )
    group.add_argument(
        "--cache",
        default=".cache/harvest",
        metavar="DIR",
        help="where downloads and the index are kept (default: %(default)s)",
    )


def add_content_arguments(parser: argparse.ArgumentParser) -> None:
    """How a command is told where the pages are."""
    parser.add_argument("--content", metavar="DIR", help="the folder of pages (default: PATH in the settings)")
    parser.add_argument(
        "-s", "--settings", default="pelicanconf.py", help="the settings file (default: %(default)s)", metavar="FILE"
    )


def add_choosing_arguments(parser: argparse.ArgumentParser) -> None:
    """How a command is told what to choose, and how to cut it."""
    group = parser.add_argument_group("choosing and cutting")
    for name, value, words in _NUMBERS:
        group.add_argument(
            f"--{name}", type=natural, default=value, metavar="N", help=f"{words} (default: %(default)s)"
        )
    group.add_argument(
        "--window", type=natural, metavar="N", help="keep N lines before and after each mark, not whole statements"
    )
    add_licence_argument(group)
    group.add_argument(
        "--no-own", action="store_true", help="leave out how the library itself uses the names that it offers"
    )


def add_licence_argument(parser: argparse._ActionsContainer) -> None:
    """How a command is told which licences are welcome."""
    parser.add_argument(
        "--allow",
        action="append",
        type=licence,
        default=[],
        metavar="LICENCE",
        help="take excerpts under this licence as well: an SPDX identifier, weak-copyleft or copyleft; may be given "
        "again (default: permissive ones only)",
    )


_LIMITS, _STYLE = Limits(), Style()
_NUMBERS = (
    ("examples", _LIMITS.page, "examples on a page at the most"),
    ("per-project", _LIMITS.project, "examples from one project at the most"),
    ("per-file", _LIMITS.file, "uses that an excerpt is cut around at the most"),
    ("tried", _LIMITS.tried, "files that are cut and compared for a page at the most"),
    ("longest", _LIMITS.longest, "lines of an excerpt at the most"),
    ("whole", _STYLE.whole, "a function or class of at most so many lines is kept whole"),
    ("around", _STYLE.around, "lines of neighbouring statements around a use"),
    ("marked", _STYLE.marked, "a call of at most so many lines is marked whole, a longer one on its first line"),
)


def natural(text: str) -> int:
    """Read an argument that is a number from 1 up."""
    if not text.isdecimal() or not 0 < int(text) < 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 up")
    return int(text)


def licence(text: str) -> str:
    """Read an argument that is an SPDX identifier or expression, or the name of a class of licences."""
    if text in (Class.WEAK_COPYLEFT, Class.COPYLEFT):
        return text
    try:
        return canonicalize_license_expression(text)
    except InvalidLicenseExpression as error:
        message = f"{text!r} is neither an SPDX identifier, {Class.WEAK_COPYLEFT} nor {Class.COPYLEFT}"
        raise argparse.ArgumentTypeError(message) from error


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
