"""All pages together: which library, chapter or topic a page belongs to, and what stands next to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Generic, Protocol, TypeVar

from callsite.model import Meta, Place, Symbol
from callsite.records import dataclass
from callsite.symbol import find_symbol

_T = TypeVar("_T")


class Described(Protocol):
    """A page, or what is known of one: all that counts here is its metadata and its place."""

    @property
    def meta(self) -> Meta:
        """Its metadata."""

    @property
    def at(self) -> Place:
        """Where its file is."""


P = TypeVar("P", bound=Described)


@dataclass(frozen=True, slots=True)
class Module(Generic[P]):
    """The pages about one module's callables, in reading order."""

    name: str
    pages: tuple[P, ...]


@dataclass(frozen=True, slots=True)
class Library(Generic[P]):
    """The pages about one library: its modules in reading order, and its own page if an author wrote one."""

    name: str
    modules: tuple[Module[P], ...]
    home: P | None

    @property
    def pages(self) -> tuple[P, ...]:
        """The example pages of the library in reading order."""
        return tuple(page for module in self.modules for page in module.pages)


class Site(Generic[P]):
    """The published pages of a site, in reading order whatever order they are given in.

    Reading order is that of `sortorder`, as text; pages without one come last, by symbol or title. Inside a library a
    page without one stands by its symbol: before the first page of its module with a later name, and its module before
    the first with a later name.
    """

    def __init__(self, pages: tuple[P, ...]) -> None:
        self.pages = tuple(sorted(pages, key=_reading_order))

    @cached_property
    def libraries(self) -> tuple[Library[P], ...]:
        """Every library that has example pages, by name."""
        members: dict[str, list[tuple[Symbol, P]]] = defaultdict(list)
        homes: dict[str, P] = {}
        owners: dict[str, str] = {}  # by digits 1 to 5: a page is the home of one library only, the first behind it
        for page in self.pages:
            symbol = find_symbol(page.meta)
            if symbol is not None and symbol.module:
                members[symbol.library].append((symbol, page))
                if len(page.meta.sortorder) > 5:
                    owners.setdefault(page.meta.sortorder[:5], symbol.library)
            elif symbol is not None:
                homes.setdefault(symbol.name, page)
        for prefix, name in owners.items():
            if prefix in self._by_prefix:
                homes.setdefault(name, self._by_prefix[prefix])
        return tuple(
            Library(
                name,
                tuple(_order_modules(members[name])),
                homes.get(name),
            )
            for name in sorted(members)
        )

    @cached_property
    def chapters(self) -> tuple[P, ...]:
        """The pages that are in the table of contents on every page."""
        return tuple(page for page in self.pages if page.meta.toc)

    @cached_property
    def topics(self) -> tuple[P, ...]:
        """The pages that are neither chapters nor about a library."""
        placed = {id(page) for library in self.libraries for page in (*library.pages, library.home)}
        return tuple(page for page in self.pages if not page.meta.toc and id(page) not in placed)

    @cached_property
    def unread(self) -> tuple[P, ...]:
        """The topics whose `sortorder` gives them a place among a library's callables, though no symbol could be read
        off them.
        """
        prefixes = {page.meta.sortorder[:5] for library in self.libraries for page in library.pages}
        placed = (page for page in self.topics if len(page.meta.sortorder) > 5)
        return tuple(page for page in placed if page.meta.sortorder[:5] in prefixes and find_symbol(page.meta) is None)

    def find_chapter(self, page: P) -> P | None:
        """The chapter that a page belongs to by its place: the first one whose `sortorder` has the same two digits."""
        return self._heads.get(page.meta.sortorder[:2]) if len(page.meta.sortorder) > 1 else None

    @cached_property
    def _heads(self) -> dict[str, P]:
        numbered = [page for page in self.chapters if len(page.meta.sortorder) > 1]
        return {page.meta.sortorder[:2]: page for page in reversed(numbered)}

    @cached_property
    def _by_prefix(self) -> dict[str, P]:
        """Libraries' own pages by their place, before all callables: by digits 1 to 5 of `sortorder` the first page
        without a symbol whose goes on with `000`.
        """
        homes = [page for page in self.pages if page.meta.sortorder[5:].startswith("000")]
        return {page.meta.sortorder[:5]: page for page in reversed(homes) if find_symbol(page.meta) is None}


def _order_modules(members: list[tuple[Symbol, P]]) -> Iterator[Module[P]]:
    """The modules of a library, from its pages in reading order."""
    placed: dict[str, list[P]] = defaultdict(list)
    others: dict[str, list[P]] = defaultdict(list)
    for symbol, page in members:
        (placed if page.meta.sortorder else others)[symbol.module].append(page)
    new = sorted((name for name in others if name not in placed), key=lambda name: (name.lower(), name))
    for name in _merge(tuple(placed), new, str.lower):
        yield Module(name, tuple(_merge(placed[name], others[name], _sorted_name)))


def _merge(placed: Iterable[_T], others: Sequence[_T], key: Callable[[_T], str]) -> Iterator[_T]:
    """What has a place, in order, and before the first of it that is named later each of `others`, sorted by `key`."""
    at = 0
    for item in placed:
        while at < len(others) and key(others[at]) < key(item):
            yield others[at]
            at += 1
        yield item
    yield from others[at:]


def _sorted_name(page: P) -> str:
    return short_title(page).lower()


def short_title(page: P) -> str:
    """What lists call a page: its symbol's name, else its sidebar title, else its title."""
    symbol = find_symbol(page.meta)
    return symbol.name if symbol else page.meta.sidebartitle or page.meta.title


def _reading_order(page: P) -> tuple[bool, str, str, str]:
    symbol: Symbol | None = find_symbol(page.meta)
    name = str(symbol) if symbol else page.meta.title
    return (not page.meta.sortorder, page.meta.sortorder, name.lower(), page.at.path)
