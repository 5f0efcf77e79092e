"""What a template shows around a page's body: lists with addresses, breadcrumbs, neighbours, its table of contents.

Everything is worked out once for a whole site, and no page's part grows with the number of pages. Templates get these
values and only print them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from callsite.address import is_web_address
from callsite.model import Page
from callsite.prose import Heading
from callsite.render import Rendered
from callsite.site import Library, Module, Site, short_title
from callsite.symbol import find_symbol


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in a list: what it is called there, its address below the site's root, its symbol and description."""

    title: str
    url: str
    symbol: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class ModuleView:
    """A module of a library with its pages; `anchor` is its id on the library's own page."""

    name: str
    anchor: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class LibraryView:
    """A library with its pages; `url` is where all of them are listed, `written` whether an author wrote that page."""

    name: str
    title: str
    url: str
    description: str
    modules: tuple[ModuleView, ...]
    written: bool

    @property
    def count(self) -> int:
        """How many example pages the library has."""
        return sum(len(module.entries) for module in self.modules)


@dataclass(frozen=True, slots=True)
class HeadingView:
    """A heading in a page's table of contents with those below it."""

    id: str
    text: str
    projects: tuple[str, ...]
    children: tuple[HeadingView, ...]


@dataclass(frozen=True, slots=True)
class PageView:
    """All that a template shows of one page but its body."""

    title: str
    heading: str
    description: str = ""
    symbol: str = ""
    aliases: tuple[str, ...] = ()
    docs: str = ""
    entry: Entry | None = None
    library: LibraryView | None = None
    module: ModuleView | None = None
    library_home: LibraryView | None = None
    headings: tuple[HeadingView, ...] = ()
    breadcrumbs: tuple[Entry, ...] = ()
    previous: Entry | None = None
    next: Entry | None = None
    marks: int = 0
    listings: int = 0


class Navigation:
    """The lists of a site.

    `urls` gives the address below the site's root of every page, by the page's path; `library_url` makes the address
    of a library that has no page of its own, by its name. `others` are pages that are not in the site's notation.
    """

    def __init__(
        self, site: Site, urls: Mapping[str, str], library_url: str, home: Entry, others: Iterable[Entry] = ()
    ) -> None:
        self._entries = {page.at.path: _list_page(page, urls[page.at.path]) for page in site.pages}
        self.home = home
        self._views: dict[str, tuple[LibraryView, ModuleView | None]] = {}
        self.libraries = tuple(self._view_library(library, library_url) for library in site.libraries)
        self.chapters = tuple(self._entries[page.at.path] for page in site.chapters)
        self.topics = (*(self._entries[page.at.path] for page in site.topics), *others)
        self._neighbours: dict[str, tuple[Entry | None, Entry | None]] = {}
        for pages in (site.chapters, *(library.pages for library in site.libraries)):
            entries = [self._entries[page.at.path] for page in pages]
            for page, before, after in zip(pages, (None, *entries), (*entries[1:], None), strict=False):
                self._neighbours[page.at.path] = (before, after)

    def view(self, page: Page, rendered: Rendered, heading: str) -> PageView:
        """What to show around a page; `heading` is its title as HTML. A page that is not published is in no list."""
        path = page.at.path
        symbol = find_symbol(page.meta)
        library, module = self._views.get(path, (None, None))
        previous, following = self._neighbours.get(path, (None, None))
        crumbs = [self.home]
        if library and module:
            crumbs.append(Entry(library.title, library.url))
            crumbs.append(Entry(module.name, f"{library.url}#{module.anchor}"))
        return PageView(
            title=page.meta.title,
            heading=heading,
            description=page.meta.description,
            symbol=str(symbol or ""),
            aliases=page.meta.aliases,
            docs=page.meta.docs if is_web_address(page.meta.docs) else "",
            entry=self._entries.get(path),
            library=library,
            module=module,
            library_home=library if library and not module else None,
            headings=nest_headings(rendered.headings),
            breadcrumbs=tuple(crumbs),
            previous=previous,
            next=following,
            marks=sum(len(listing.snippet.marks) for listing in page.listings),
            listings=len(page.listings),
        )

    def _view_library(self, library: Library, library_url: str) -> LibraryView:
        home = library.home
        view = LibraryView(
            name=library.name,
            title=library.name,
            url=self._entries[home.at.path].url if home else library_url.format(name=library.name),
            description=home.meta.description if home else "",
            modules=tuple(self._view_module(module) for module in library.modules),
            written=home is not None,
        )
        if home:
            self._views[home.at.path] = (view, None)
        for module, module_view in zip(library.modules, view.modules, strict=True):
            self._views.update({page.at.path: (view, module_view) for page in module.pages})
        return view

    def _view_module(self, module: Module) -> ModuleView:
        entries = tuple(self._entries[page.at.path] for page in module.pages)
        return ModuleView(module.name, f"module-{module.name}", entries)


def _list_page(page: Page, url: str) -> Entry:
    return Entry(short_title(page), url, str(find_symbol(page.meta) or ""), page.meta.description)


def nest_headings(headings: tuple[Heading, ...]) -> tuple[HeadingView, ...]:
    """Headings as a tree: each holds the deeper ones that follow it."""
    return tuple(_nest_level(headings))


def _nest_level(headings: tuple[Heading, ...]) -> Iterator[HeadingView]:
    start = 0
    while start < len(headings):
        first = headings[start]
        end = start + 1
        while end < len(headings) and headings[end].level > first.level:
            end += 1
        yield HeadingView(first.id, first.text, first.projects, tuple(_nest_level(headings[start + 1 : end])))
        start = end
