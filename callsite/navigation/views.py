"""What templates get to see: plain values with addresses, which they only print."""

from __future__ import annotations

from collections.abc import Iterator

from callsite.prose import Heading
from callsite.records import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in a list: what it is called there, its address below the site's root, its symbol and description, and
    what else the list says of it (a number of examples, a project).
    """

    title: str
    url: str
    symbol: str = ""
    description: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A part of a list under a heading, which may be ""; `total` is how many entries it has on all its sheets."""

    title: str
    anchor: str
    entries: tuple[Entry, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list, or one of the parts a long one is cut into, with its own address below the site's root."""

    url: str
    label: str
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class ModuleView:
    """A module of a library with its pages; `anchor` is its id on the page `url` leads to."""

    name: str
    anchor: str
    url: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class LibraryView:
    """A library with its pages.

    `url` is where they are listed, `written` whether an author wrote that page; `sheets` are all parts of the list.
    """

    name: str
    title: str
    url: str
    description: str
    modules: tuple[ModuleView, ...]
    written: bool
    sheets: tuple[Sheet, ...]

    @property
    def count(self) -> int:
        """How many example pages the library has."""
        return sum(len(module.entries) for module in self.modules)


@dataclass(frozen=True, slots=True)
class About:
    """What all sheets of a list have in common.

    `facts` are words about it, links where they have an address; `code` says whether its headings, and its
    entries without a symbol, are names in code; `library` is the one it lists.
    """

    title: str
    description: str
    breadcrumbs: tuple[Entry, ...]
    facts: tuple[Entry, ...] = ()
    code: bool = False
    library: LibraryView | None = None


@dataclass(frozen=True, slots=True)
class ListView:
    """One generated page: a sheet of a list, the way to the ones beside it, and links to those near it, the first and
    the last (none when it is the only one).
    """

    about: About
    sheet: Sheet
    sheets: tuple[Entry, ...]
    previous: Entry | None
    next: Entry | None

    @property
    def url(self) -> str:
        """Its address below the site's root."""
        return self.sheet.url


@dataclass(frozen=True, slots=True)
class HeadingView:
    """A heading in a page's table of contents with those below it."""

    id: str
    text: str
    projects: tuple[str, ...]
    children: tuple[HeadingView, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """A list of what a page has to do with, `id` being its own. It is cut: `total` counts all, `url` leads to all."""

    id: str
    title: str
    entries: tuple[Entry, ...]
    total: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class SideItem:
    """An entry of the sidebar: `own` holds the current page or is it; `current` is it."""

    title: str
    url: str
    current: bool = False
    own: bool = False
    code: bool = False
    children: tuple[SideItem, ...] = ()

    @property
    def is_marked(self) -> bool:
        """Whether it is shown in another way than on most pages."""
        return self.current or self.own


@dataclass(frozen=True, slots=True)
class Side:
    """A part of the sidebar: its title, which may be a link, and its entries."""

    title: SideItem
    items: tuple[SideItem, ...]


@dataclass(frozen=True, slots=True)
class PageView:
    """All that a template shows of one page but its body; `twin` is the address of its Markdown, "" without one."""

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
    sidebar: tuple[Side, ...] = ()
    related: tuple[Related, ...] = ()
    previous: Entry | None = None
    next: Entry | None = None
    marks: int = 0
    listings: int = 0
    projects: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    twin: str = ""


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
