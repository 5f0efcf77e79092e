"""The inventories that a site's settings name: read from the disk, or fetched once and kept in `.cache/inventories/`.

The setting is as in intersphinx: `{"flask": "https://flask.example/en/stable/"}`, or a pair of that address and where
the inventory is, if not in `objects.inv` there: a file, relative to the site's folder, or another address. Whatever
cannot be had is left out, and a problem says so: only a setting that makes no sense is an error.

    setting ──entries──▶ Entry* ──keeping, fetched, files──▶ Inventory* ──▶ Upstream by name
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from callsite.model import Place, Problem
from callsite.records import dataclass


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where a name is documented elsewhere; `kind` is Sphinx's word for what it is, such as `function`."""

    url: str
    project: str
    title: str
    kind: str


@dataclass(frozen=True, slots=True)
class Inventories:
    """Python names that are documented elsewhere, by dotted name; what went wrong; and what is good to know."""

    links: Mapping[str, Upstream]
    problems: tuple[Problem, ...] = ()
    notices: tuple[str, ...] = ()


def read_inventories(setting: object, folder: Path, at: Place, **options: Any) -> Inventories:
    """Read the inventories that the setting of the site in `folder` names; `at` is its settings file, for problems.

    What is in the cache is used without asking for seven days, and longer when there is nothing better. All the rest is
    fetched at once, and waited for as many seconds as there is `patience`; what fails is not tried again for ten
    minutes. The first to document a name has the link. `options` are those of `reading.read`.
    """
    if setting is None or (isinstance(setting, Mapping) and not setting):
        return Inventories({})
    from callsite.inventories.reading import read  # noqa: PLC0415  # most sites name none, and need nothing of this

    return read(setting, folder, at, **options)
