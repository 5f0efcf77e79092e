"""Names and output files that two pages claim, or that stand in each other's way."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping

from callsite.model import Place, Problem


def find_collisions(
    claims: Iterable[tuple[str, Place]], noun: str, hint: str, taken: Mapping[str, str] | None = None
) -> Iterator[Problem]:
    """Names that are claimed twice, also when only case tells them apart: many file systems do not.

    `claims` holds each name with the place that claims it; every claim but the first is a problem. `taken` are names
    that no claim may have, each with what has it.
    """
    first = {name.casefold(): (name, owner) for name, owner in (taken or {}).items()}
    for name, place in sorted(claims, key=lambda claim: (claim[1], claim[0])):
        other, owner = first.setdefault(name.casefold(), (name, str(place)))
        if owner == str(place):
            continue
        if other == name:
            yield Problem(place, "S101", f"the {noun} `{name}` is taken by {owner}", hint)
        else:
            yield Problem(place, "S103", f"the {noun} `{name}` differs only in case from `{other}` of {owner}", hint)


def find_blocked_folders(claims: Iterable[tuple[str, Place]], hint: str, taken: Mapping[str, str]) -> Iterator[Problem]:
    """Output files that stand where another output file needs a folder; `claims` and `taken` are as in
    `find_collisions`.
    """
    held = sorted(claims, key=lambda claim: (claim[1], claim[0]))
    owners = [*((name, str(place)) for name, place in held), *taken.items()]
    folders = {folder: owner for name, owner in owners for folder in _find_folders(name)}
    files = {name.casefold(): owner for name, owner in taken.items()}
    for name, place in held:
        owner = folders.get(name.casefold())
        blocked = next((files[folder] for folder in _find_folders(name) if folder in files), None)
        if owner:
            yield Problem(place, "S104", f"the output file `{name}` stands where {owner} needs a folder", hint)
        elif blocked:
            yield Problem(place, "S104", f"the output file `{name}` needs a folder where {blocked} is", hint)


def _find_folders(name: str) -> Iterator[str]:
    """The folders above a file, without regard to case."""
    folder = posixpath.dirname(name.casefold())
    while folder.strip("/"):
        yield folder
        folder = posixpath.dirname(folder)
