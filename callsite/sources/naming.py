"""Sources as commands name them: on the command line, in the sources file, or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Container, Sequence
from importlib.metadata import packages_distributions
from pathlib import Path

from callsite.errors import CallsiteError
from callsite.harvest.release import Skipped, Source
from callsite.records import dataclass, replace
from callsite.sources.declared import Declared, load_declared
from callsite.sources.loading import Surroundings, load_installed, load_source
from callsite.sources.lock import NAME, Locked, load_lock, write_lock
from callsite.sources.spec import AllInstalled, Installed, Spec, parse_spec


@dataclass(frozen=True, slots=True)
class Loaded:
    """Sources that were read, each under a name of its own, and what of them was left out.

    `locked` is the state of the declared ones among them.
    """

    sources: tuple[Source, ...]
    skipped: tuple[Skipped, ...]
    locked: dict[str, Locked]


def load_sources(
    texts: Sequence[str],
    path: Path,
    surroundings: Surroundings,
    *,
    tell: Callable[[int, int], None] | None = None,
    renew: bool = False,
) -> Loaded:
    """Read the sources that are named: names in the sources file at `path`, or places; without any all in that file,
    and without that file what is installed.

    Declared sources are read in the state of the lock file beside it, unless they are to be renewed. `tell` is told how
    many of how many are done. Raises CallsiteError when one of them cannot be read.
    """
    declared = {one.name: one for one in load_declared(path)} if os.path.exists(path) else {}
    chosen = [declared.get(text) or Declared("", _parse(text)) for text in texts]
    chosen = chosen or list(declared.values()) or [Declared("", AllInstalled())]
    known = load_lock(path.with_name(NAME)) if not renew and any(one.name for one in chosen) else {}
    sources: dict[str, Source] = {}
    skipped: list[Skipped] = []
    locked: dict[str, Locked] = {}
    for number, one in enumerate(chosen):
        if tell:
            tell(number, len(chosen))
        found: tuple[Source, ...]
        if isinstance(one.spec, AllInstalled):
            found, left = load_installed(surroundings, one)
            skipped += left
        else:
            # What is declared in a file is relative to it, what is named on the command line to where that is called.
            place = replace(surroundings, base=path.parent) if one.name else surroundings
            source, state = load_source(one, place, known.get(one.name))
            found = (source,)
            if one.name:
                locked[one.name] = state
        for source in found:
            name = _find_free_name(source.name, sources)
            sources[name] = replace(source, name=name)
            skipped += (replace(left, what=f"{name} {left.what}") for left in source.skipped)
    return Loaded(tuple(sources.values()), tuple(skipped), locked)


def write_states(path: Path, loaded: Loaded) -> None:
    """Note the state of the declared sources that were read in the lock file beside the sources file at `path`."""
    if loaded.locked:
        names = {one.name for one in load_declared(path)}
        lock = path.with_name(NAME)
        known = {name: state for name, state in load_lock(lock).items() if name in names}
        write_lock(lock, known | loaded.locked)


def load_named(text: str, surroundings: Surroundings) -> Source:
    """Read the one source that is named on the command line."""
    return load_source(Declared("", _parse(text)), surroundings)[0]


def load_installed_library(root: str, surroundings: Surroundings) -> Source | None:
    """The installed distribution that is imported as `root`; None when there is none that can be read."""
    for name in packages_distributions().get(root, ()):
        with contextlib.suppress(CallsiteError):
            return load_source(Declared("", Installed(name)), surroundings)[0]
    return None


def _parse(text: str) -> Spec:
    return parse_spec(text, os.path.exists)


def _find_free_name(name: str, taken: Container[str]) -> str:
    number = 2
    free = name
    while free in taken:
        free = f"{name} ({number})"
        number += 1
    return free
