"""Where a new page goes: its slug, its file, and its place in the reading order."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from callsite.model import Meta, Symbol
from callsite.symbol import find_symbol

# `sortorder`: two digits for the chapter, three for the library, four for the place inside it. A new site's libraries
# stand in chapter 50; places are ten apart, so that there is room for pages between.
_CHAPTER = "50"
_DIGITS = 9
_STEP = 10


def plan_slug(symbol: Symbol, taken: Collection[str]) -> str:
    """The slug of a symbol's page, told apart from those in `taken` (which are compared without regard to case)."""
    words = re.sub(r"[^a-z0-9]+", "-", str(symbol).lower()).strip("-") or "symbol"
    held = {slug.casefold() for slug in taken}
    slug = f"{words}-examples"
    number = 2
    while slug in held:
        slug = f"{words}-{number}-examples"
        number += 1
    return slug


def plan_path(symbol: Symbol, slug: str) -> str:
    """The path of a symbol's page below the folder of content."""
    library = re.sub(r"[^a-z0-9]+", "-", symbol.library.lower()).strip("-") or "library"
    name = slug.removesuffix("-examples").removeprefix(f"{library}-")
    return f"examples/{library}/{name}.md"


def plan_sortorder(symbol: Symbol, pages: Iterable[Meta]) -> str:
    """The place of a symbol's page among the others: in its library's range, behind the last name that comes before
    its own.

    A library without pages gets the next range of its own. "" when there is no room left where the page should go.
    """
    orders: dict[str, list[tuple[str, str]]] = {}
    for meta in pages:
        other = find_symbol(meta)
        if other is not None and other.module and len(meta.sortorder) == _DIGITS:
            orders.setdefault(other.library, []).append((meta.sortorder, str(other).lower()))
    mine = sorted(orders.get(symbol.library, ()))
    if not mine:
        used = [int(order[2:5]) for found in orders.values() for order, _ in found if order[:2] == _CHAPTER]
        library = max(used, default=0) + 1
        return f"{_CHAPTER}{library:03d}{_STEP:04d}" if library < 1000 else ""
    name = str(symbol).lower()
    before = [order for order, other in mine if other < name]
    after = [order for order, other in mine if other > name and order > max(before, default="")]
    low = int(before[-1]) if before else int(mine[0][0][:5]) * 10_000
    high = int(after[0]) if after else low + 2 * _STEP
    place = (low + high) // 2
    return f"{place:0{_DIGITS}d}" if low < place < high and str(place)[:5] == mine[0][0][:5] else ""
