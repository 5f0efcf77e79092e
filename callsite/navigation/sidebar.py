"""The sidebar: chapters, then the page's own library with only its own module open. It never grows with the site."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from callsite.navigation.views import Entry, LibraryView, Side, SideItem

# The most entries that one level of the sidebar has.
MOST_ENTRIES = 60

_T = TypeVar("_T")


def make_chapters(
    chapters: Sequence[Entry],
    contents: str,
    here: str = "",
    chapter_at: int | None = None,
    pages: Sequence[Entry] = (),
    page_at: int = 0,
) -> Side:
    """The chapters, and below the one at `chapter_at` its `pages`, of which `page_at` is the nearest.

    `here` is the current page's address, `contents` that of the list of all chapters.
    """
    items = tuple(
        SideItem(
            entry.title,
            entry.url,
            current=entry.url == here,
            own=number == chapter_at,
            children=_list_entries(pages, page_at, here, False) if number == chapter_at else (),
        )
        for number, entry in find_window(chapters, chapter_at or 0)
    )
    return Side(SideItem("Contents", contents if len(chapters) > MOST_ENTRIES else ""), items)


def make_library(library: LibraryView, here: str, module_at: int | None = None, page_at: int = 0) -> Side:
    """The modules of a library, and below the one at `module_at` its pages; arguments are as in `make_chapters`."""
    items = tuple(
        SideItem(
            module.name,
            module.url,
            own=number == module_at,
            code=True,
            children=_list_entries(module.entries, page_at, here, True) if number == module_at else (),
        )
        for number, module in find_window(library.modules, module_at or 0)
    )
    return Side(SideItem(library.title, library.url, current=library.url == here), items)


def find_window(items: Sequence[_T], at: int, most: int = MOST_ENTRIES) -> list[tuple[int, _T]]:
    """At most `most` of some items, around the one at `at`, each with its place among them."""
    start = max(0, min(at - most // 2, len(items) - most))
    return list(enumerate(items[start : start + most], start))


def _list_entries(entries: Sequence[Entry], at: int, here: str, code: bool) -> tuple[SideItem, ...]:
    return tuple(
        SideItem(entry.title, entry.url, current=entry.url == here, code=code) for _, entry in find_window(entries, at)
    )
