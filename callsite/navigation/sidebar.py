"""The sidebar: chapters, then the page's own library with only its own module open. It never grows with the site.

Nearly all that it shows looks the same on every page, and is made once; a page's own sidebar has other entries only in
the places of those that it marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from callsite.navigation.views import Entry, LibraryView, Side, SideItem
from callsite.outline import Outline
from callsite.site import Site

# The most entries that one level of the sidebar has.
MOST_ENTRIES = 60


class Sidebars:
    """Makes the sidebars of a site. `entries` has each page's entry by its path; `contents` is the address of the list
    of all chapters.
    """

    def __init__(self, site: Site[Outline], entries: Mapping[str, Entry], contents: str) -> None:
        self._site = site
        self._chapters = _Level(_list_items(entries[page.at.path] for page in site.chapters))
        self._numbers = {page.at.path: number for number, page in enumerate(site.chapters)}
        self._title = SideItem("Contents", contents if len(site.chapters) > MOST_ENTRIES else "")
        self._unmarked = self._show_chapters(None, None)
        members: dict[str, list[Entry]] = {}  # the topics of each chapter
        self._member_at: dict[str, int] = {}
        for page in site.topics:
            chapter = site.find_chapter(page)
            if chapter:
                those = members.setdefault(chapter.at.path, [])
                self._member_at[page.at.path] = len(those)
                those.append(entries[page.at.path])
        self._members = {path: _Level(_list_items(those)) for path, those in members.items()}
        self._libraries: dict[str, _Level] = {}  # the modules of each, by its name
        self._modules: dict[tuple[str, int], _Level] = {}  # the pages of each, by its library's name and its place

    def list_common(self) -> tuple[Side, ...]:
        """The sidebar of a page that is in none of its lists."""
        return self._list_chapters("")

    def list_sides(
        self, page: Outline, here: str, library: LibraryView | None, module_at: int | None, page_at: int
    ) -> tuple[Side, ...]:
        """The sidebar of a page with the address `here`, which is "" when it is not published; in its library it stands
        at `page_at` of the module at `module_at`.
        """
        if library is None:
            return self._list_chapters(here, page if page.meta.toc else self._site.find_chapter(page), page)
        if page.meta.toc:  # that is where it is marked
            return (*self._list_chapters(here, page, page), self.make_library(library, "", module_at, page_at))
        return (*self._list_chapters(here), self.make_library(library, here, module_at, page_at))

    def make_library(self, library: LibraryView, here: str, module_at: int | None = None, page_at: int = 0) -> Side:
        """The modules of a library, and below the one at `module_at` its pages, of which that at `page_at` is the
        nearest.
        """
        if library.name not in self._libraries:
            modules = (SideItem(module.name, module.url, code=True) for module in library.modules)
            self._libraries[library.name] = _Level(modules)
        children: tuple[SideItem, ...] = ()
        if module_at is not None:
            key = library.name, module_at
            if key not in self._modules:
                self._modules[key] = _Level(_list_items(library.modules[module_at].entries, code=True))
            children = self._modules[key].show(page_at, here)
        items = self._libraries[library.name].show(module_at or 0, None, module_at, children)
        return Side(SideItem(library.title, library.url, current=library.url == here), items)

    def _list_chapters(
        self, here: str, chapter: Outline | None = None, page: Outline | None = None
    ) -> tuple[Side, ...]:
        """The chapters, and below `chapter` its pages, of which `page` is the nearest."""
        if not self._numbers:
            return ()
        if chapter is None or page is None:
            return (self._show_chapters(here, None) if self._chapters.has(here) else self._unmarked,)
        members = self._members.get(chapter.at.path)
        children = members.show(self._member_at.get(page.at.path, 0), here) if members else ()
        return (self._show_chapters(here, self._numbers.get(chapter.at.path), children),)

    def _show_chapters(self, here: str | None, own: int | None, children: tuple[SideItem, ...] = ()) -> Side:
        return Side(self._title, self._chapters.show(own or 0, here, own, children))


class _Level:
    """Entries beside each other, none of them marked."""

    def __init__(self, items: Iterable[SideItem]) -> None:
        self._items = tuple(items)
        self._places: dict[str, list[int]] = {}  # where each address stands
        for place, item in enumerate(self._items):
            self._places.setdefault(item.url, []).append(place)

    def has(self, url: str) -> bool:
        """Whether an entry leads there."""
        return url in self._places

    def show(
        self, at: int, here: str | None, own: int | None = None, children: tuple[SideItem, ...] = ()
    ) -> tuple[SideItem, ...]:
        """The entries around the one at `at`. Those that lead to `here` are marked as the current page, and the one at
        `own` as what it is part of, with its `children`.
        """
        start = find_start(len(self._items), at)
        shown = self._items[start : start + MOST_ENTRIES]
        current = self._places.get(here, []) if here is not None else []
        marked = [place - start for place in ([*current] if own is None else [*current, own])]
        if not marked:
            return shown
        items = list(shown)
        for place in marked:
            if 0 <= place < len(shown):
                item, is_own = shown[place], place + start == own
                items[place] = SideItem(
                    item.title, item.url, place + start in current, is_own, item.code, children if is_own else ()
                )
        return tuple(items)


def find_start(number: int, at: int, most: int = MOST_ENTRIES) -> int:
    """Where to begin to show at most `most` of so many entries around the one at `at`."""
    return max(0, min(at - most // 2, number - most))


def _list_items(entries: Iterable[Entry], code: bool = False) -> list[SideItem]:
    return [SideItem(entry.title, entry.url, code=code) for entry in entries]
