"""How it is looked up again where the listings of pages were taken from."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from packaging.utils import canonicalize_name

from callsite.build import place_of
from callsite.cli.patches import show_patch
from callsite.cli.progress import Progress, show_progress
from callsite.cli.sourcing import (
    open_libraries,
)
from callsite.content import PageFile, change_page, load_page, load_pages
from callsite.errors import CallsiteError
from callsite.harvest.refreshing import State
from callsite.harvest.release import Source
from callsite.harvest.targets import Library
from callsite.model import Origin
from callsite.refreshing import Refreshed, Tree, apply_changes, find_age, refresh_page
from callsite.settings import read_folders
from callsite.sources.declared import Declared
from callsite.sources.describing import is_version
from callsite.sources.loading import Surroundings, load_source
from callsite.sources.naming import load_sources, write_states
from callsite.sources.spec import FromIndex, Installed, Spec, is_name
from callsite.wording import count, make_printable


def run(arguments: argparse.Namespace) -> int:
    """Tell what became of each listing; return 0 when all are as they were or have been rewritten, else 1."""
    files = [file for name in arguments.pages for file in load_named_pages(Path(name))]
    files = files or list(load_pages(read_folders(arguments.settings, arguments.content).content))
    counts: Counter[State] = Counter()
    with show_progress() as progress:
        releases = Releases(arguments, progress)
        for number, file in enumerate(files):
            progress(str(place_of(str(file.path))), number, len(files))
            refreshed = tuple(refresh_page(file, releases.find_tree, releases.find_library, tuple(arguments.allow)))
            counts.update(one.change.state for one in refreshed)
            tell(file, refreshed)
            text = apply_changes(file.text, refreshed)
            if text != file.text and arguments.diff:
                show_patch(file.text, text, file.path)
            if text != file.text and arguments.apply:
                change_page(file, text)
                place = make_printable(str(place_of(str(file.path))))
                print(f"{place}: rewritten; its words may still be about the older release")
    if arguments.apply:
        releases.write_states()
    told = [f"{number:,} {state}" for state in State if (number := counts[state])]
    print(
        f"{count(sum(counts.values()), 'listing')}: {', '.join(told)}" if told else "no listing says where it is from"
    )
    left = [State.GONE, State.UNKNOWN, State.REFUSED] + ([] if arguments.apply else [State.MOVED, State.CHANGED])
    return 1 if any(counts[state] for state in left) else 0


def load_named_pages(path: Path) -> Iterator[PageFile]:
    """The page at a path, or all pages below it."""
    yield from load_pages(path) if path.is_dir() else (load_page(path),)


def tell(file: PageFile, refreshed: tuple[Refreshed, ...]) -> None:
    """Say of each listing that is not as it was what became of it."""
    for one in refreshed:
        if one.change.state is not State.UNCHANGED:
            origin = one.listing.origin
            place = place_of(str(file.path), one.listing.at.line)
            version = f" in {one.version}" if one.version else ""
            what = f"{one.change.state}{version}: {origin.project} {origin.path}, {one.change.reason}"
            print(make_printable(f"{place}: {what}"))


class Releases:
    """The newest releases there are of the projects that listings are from, and the libraries of their symbols."""

    def __init__(self, arguments: argparse.Namespace, progress: Progress) -> None:
        self._offline = arguments.offline
        self._path = Path(arguments.sources_file)
        self._surroundings = Surroundings(Path(arguments.cache))
        self._trees: dict[str, Tree | None] = {}
        self._loaded = None
        if arguments.sources or os.path.exists(self._path):
            self._loaded = load_sources(
                arguments.sources,
                self._path,
                self._surroundings,
                tell=lambda done, whole: progress("reading sources", done, whole),
                renew=not arguments.offline,
            )
        sources = self._loaded.sources if self._loaded else ()
        self._libraries = open_libraries(arguments, self._surroundings, sources)
        for source in sorted(sources, key=lambda source: find_age(source.release.version)):
            self._trees[canonicalize_name(source.release.project)] = Tree(source)  # the newest stays

    def write_states(self) -> None:
        """Note in the lock file which releases were read."""
        if self._loaded:
            write_states(self._path, self._loaded)

    def find_tree(self, origin: Origin) -> Tree | None:
        """The newest release of the project that a listing is from."""
        key = canonicalize_name(origin.project)
        if key not in self._trees:
            source = self._load(origin)
            self._trees[key] = Tree(source) if source else None
        return self._trees[key]

    def find_library(self, root: str) -> Library | None:
        """The library that is imported by a name, if its own code is at hand."""
        opened = self._libraries.open(root)
        return opened[0] if opened else None

    def _load(self, origin: Origin) -> Source | None:
        """A project that is none of the sources, in the newest release that is installed or, if it once came from
        there, on the package index.
        """
        if not is_name(origin.project):
            return None  # it must not be taken for a path or an address
        places: list[Spec] = [Installed(origin.project)]
        if origin.artefact and is_version(origin.version) and not self._offline:
            places.append(FromIndex(origin.project, f">={origin.version}"))
        found: list[Source] = []
        for place in places:
            try:
                found.append(load_source(Declared("", place), self._surroundings)[0])
            except CallsiteError as error:
                if place is not places[0]:
                    print(make_printable(f"callsite: {error}"), file=sys.stderr)
        return max(found, key=lambda source: find_age(source.release.version), default=None)
