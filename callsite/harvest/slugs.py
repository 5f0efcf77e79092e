"""Where a new page goes: its slug, its file, and its place in the reading order."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from callsite.model import Meta, Symbol
from callsite.symbol import find_symbol, slug_name

# `sortorder`: two digits for the chapter, three for the library, four for the place inside it. A new site's libraries
# stand in chapter 50; places are ten apart, so that there is room for pages between.
_CHAPTER = "50"
_DIGITS = 9
_STEP = 10


def plan_slug(symbol: Symbol, taken: Collection[str]) -> str:
    """The slug of a symbol's page, told apart from those in `taken` (which are compared without regard to case)."""
    words = slug_name(str(symbol)) or "symbol"
    held = {slug.casefold() for slug in taken}
    slug = f"{words}-examples"
    number = 2
    while slug in held:
        slug = f"{words}-{number}-examples"
        number += 1
    return slug


def plan_path(symbol: Symbol, slug: str) -> str:
    """The path of a symbol's page below the folder of content."""
    library = slug_name(symbol.library) or "library"
    name = slug.removesuffix("-examples").removeprefix(f"{library}-")
    return f"examples/{library}/{name}.md"


def plan_sortorder(symbol: Symbol, pages: Iterable[Meta]) -> str:
    """The place of a symbol's page among the others: in its library's range, behind the last name that comes before
    its own.

    A library without pages gets the next range of its own. "" when there is no room left where the page should go.
    """
    placed = [(meta.sortorder, find_symbol(meta)) for meta in pages if len(meta.sortorder) == _DIGITS]
    mine = sorted((order, _rank(other)) for order, other in placed if other and other.library == symbol.library)
    if not mine:
        used = [int(order[2:5]) for order, _ in placed if order[:2] == _CHAPTER]
        library = max(used, default=0) + 1
        return f"{_CHAPTER}{library:03d}{_STEP:04d}" if library < 1000 else ""
    before = [order for order, other in mine if other <= _rank(symbol)]
    low = before[-1] if before else f"{mine[0][0][:5]}0000"
    after = [order for order, _ in mine if order > low or not before]
    high = int(after[0]) if after else int(low) + 2 * _STEP
    place = (int(low) + high) // 2
    order = f"{place:0{_DIGITS}d}"
    return order if int(low) < place < high and order[:5] == low[:5] else ""


def _rank(symbol: Symbol) -> tuple[str, str]:
    return str(symbol).lower(), str(symbol)
