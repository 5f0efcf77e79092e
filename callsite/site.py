"""All pages together: which library, chapter or topic a page belongs to, and what stands next to it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from callsite.model import Page, Symbol
from callsite.symbol import find_symbol


@dataclass(frozen=True, slots=True)
class Module:
    """The pages about one module's callables, in reading order."""

    name: str
    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """The pages about one library: its modules in reading order, and its own page if an author wrote one."""

    name: str
    modules: tuple[Module, ...]
    home: Page | None

    @property
    def pages(self) -> tuple[Page, ...]:
        """The example pages of the library in reading order."""
        return tuple(page for module in self.modules for page in module.pages)


class Site:
    """The published pages of a site, in reading order whatever order they are given in.

    Reading order is that of `sortorder`, as text; pages without one come last, by symbol or title.
    """

    def __init__(self, pages: tuple[Page, ...]) -> None:
        self.pages = tuple(sorted(pages, key=_reading_order))

    @cached_property
    def libraries(self) -> tuple[Library, ...]:
        """Every library that has example pages, by name."""
        modules: dict[str, dict[str, list[Page]]] = defaultdict(lambda: defaultdict(list))
        homes: dict[str, Page] = {}
        for page in self.pages:
            symbol = find_symbol(page.meta)
            if symbol is not None and symbol.module:
                modules[symbol.library][symbol.module].append(page)
            elif symbol is not None:
                homes.setdefault(symbol.name, page)
        return tuple(
            Library(
                name,
                tuple(Module(module, tuple(pages)) for module, pages in modules[name].items()),
                homes.get(name) or self._home_by_order([page for pages in modules[name].values() for page in pages]),
            )
            for name in sorted(modules)
        )

    @cached_property
    def chapters(self) -> tuple[Page, ...]:
        """The pages that are in the table of contents on every page."""
        return tuple(page for page in self.pages if page.meta.toc)

    @cached_property
    def topics(self) -> tuple[Page, ...]:
        """The pages that are neither chapters nor about a library."""
        placed = {id(page) for library in self.libraries for page in (*library.pages, library.home)}
        return tuple(page for page in self.pages if not page.meta.toc and id(page) not in placed)

    def _home_by_order(self, pages: list[Page]) -> Page | None:
        """A library's own page by place: digits 1 to 5 of its pages' `sortorder`, then `000` before all callables."""
        prefixes = {page.meta.sortorder[:5] for page in pages if len(page.meta.sortorder) > 5}
        held = {id(page) for page in pages}
        homes = (page for page in self.pages if id(page) not in held and page.meta.sortorder[:5] in prefixes)
        return next((page for page in homes if page.meta.sortorder[5:].startswith("000")), None)


def short_title(page: Page) -> str:
    """What lists call a page: its symbol's name, else its sidebar title, else its title."""
    symbol = find_symbol(page.meta)
    return symbol.name if symbol else page.meta.sidebartitle or page.meta.title


def _reading_order(page: Page) -> tuple[bool, str, str, str]:
    symbol: Symbol | None = find_symbol(page.meta)
    name = str(symbol) if symbol else page.meta.title
    return (not page.meta.sortorder, page.meta.sortorder, name.lower(), page.at.path)
