"""What a template shows around a page's body: lists with addresses, breadcrumbs, neighbours, its table of contents.

    Site, Relations ──▶ Navigation ─┬─ view     what stands around one page
                                    └─ lists    the generated pages: symbols, projects, libraries, …

Everything is worked out once for a whole site, and no page's part grows with the number of pages. Templates get these
values and only print them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain

from callsite.address import is_web_address
from callsite.model import Dates
from callsite.navigation import lists
from callsite.navigation.digests import Digests
from callsite.navigation.once import Once
from callsite.navigation.related import Relatives
from callsite.navigation.sidebar import Sidebars
from callsite.navigation.views import (
    Entry,
    Group,
    HeadingView,
    LibraryView,
    ListView,
    ModuleView,
    PageView,
    Related,
    Side,
    nest_headings,
)
from callsite.outline import Outline
from callsite.prose import Heading
from callsite.records import dataclass
from callsite.relations import Relations
from callsite.site import Library, Site, short_title

__all__ = ["Digests", "Entry", "Group", "HeadingView", "ListView", "Navigation", "PageView", "Related", "nest_headings"]

# The most entries of each list on the first page, which links to the whole ones.
_MOST_ON_INDEX = 60
_MOST_CHANGES_ON_INDEX = 6


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page stands in a library: at `at` of the module at `module_at`, or in none of them."""

    breadcrumbs: tuple[Entry, ...] = ()
    library: LibraryView | None = None
    module: ModuleView | None = None
    module_at: int | None = None
    at: int = 0


_NO_PLACE = _Place()


class Navigation:
    """The lists of a site.

    `urls` gives the address below the site's root of every page, by the page's path; `dates` says when pages have
    changed, as far as that is known. `others` are pages that are not in the site's notation.
    """

    def __init__(
        self,
        site: Site[Outline],
        relations: Relations,
        urls: Mapping[str, str],
        home: Entry,
        dates: Mapping[str, Dates],
        others: Iterable[Entry] = (),
    ) -> None:
        self._site = site
        self._relations = relations
        self._entries = {page.at.path: _list_page(page, urls[page.at.path]) for page in site.pages}
        self.home = home
        self.once = Once()
        self._project_urls = lists.plan_project_urls(relations.projects)
        self._relatives = Relatives(relations, self._entries, self._project_urls)
        self._places: dict[str, _Place] = {}
        self.all_libraries = tuple(self._view_library(library) for library in site.libraries)
        self.all_chapters = tuple(self._entries[page.at.path] for page in site.chapters)
        self.all_topics = (*(self._entries[page.at.path] for page in site.topics), *others)
        self._sidebars = Sidebars(site, self._entries, lists.CONTENTS)
        self._neighbours = self._find_neighbours()
        self._changes = lists.find_changes(site.pages, self._entries, dates)

    @property
    def libraries(self) -> tuple[LibraryView, ...]:
        """The libraries that the first page shows."""
        return self.all_libraries[:_MOST_ON_INDEX]

    @property
    def chapters(self) -> tuple[Entry, ...]:
        """The chapters that the first page shows."""
        return self.all_chapters[:_MOST_ON_INDEX]

    @property
    def topics(self) -> tuple[Entry, ...]:
        """The topics that the first page shows."""
        return self.all_topics[:_MOST_ON_INDEX]

    @cached_property
    def changes(self) -> tuple[Entry, ...]:
        """The pages that were changed last, each with the day."""
        flat = chain.from_iterable(((group.title, entry) for entry in group.entries) for group in self._changes)
        return tuple(
            Entry(entry.title, entry.url, entry.symbol, day, entry.note)
            for (day, entry), _ in zip(flat, range(_MOST_CHANGES_ON_INDEX), strict=False)
        )

    @cached_property
    def indexes(self) -> tuple[Entry, ...]:
        """The lists of everything, as far as there is anything to list; that of symbols is always there."""
        known = (
            (self.all_libraries, Entry("Libraries", lists.LIBRARIES)),
            (True, Entry("Symbols", lists.SYMBOLS)),
            (self._relations.projects, Entry("Projects", lists.PROJECTS)),
            (len(self.all_chapters) > _MOST_ON_INDEX, Entry("Contents", lists.CONTENTS)),
            (len(self.all_topics) > _MOST_ON_INDEX, Entry("Topics", lists.TOPICS)),
            (self._changes, Entry("Recently changed", lists.CHANGES)),
        )
        return tuple(entry for has_any, entry in known if has_any)

    @cached_property
    def sidebar(self) -> tuple[Side, ...]:
        """The sidebar of a page that is not one of the site's own."""
        return self._sidebars.list_common()

    def view(self, page: Outline, headings: tuple[Heading, ...], heading: str) -> PageView:
        """What to show around a page; `heading` is its title as HTML. A page that is not published is in no list."""
        path = page.at.path
        symbol = page.symbol
        entry = self._entries.get(path)
        place = self._places.get(path, _NO_PLACE)
        library, module = place.library, place.module
        previous, following = self._neighbours.get(path, (None, None))
        excerpts = self._relations.list_excerpts(page)
        return PageView(
            title=page.meta.title,
            heading=heading,
            description=page.meta.description,
            symbol=str(symbol or ""),
            aliases=page.meta.aliases,
            docs=page.meta.docs if is_web_address(page.meta.docs) else "",
            entry=entry,
            library=library,
            module=module,
            library_home=library if library and not module else None,
            headings=nest_headings(headings),
            breadcrumbs=self._find_breadcrumbs(page, place),
            sidebar=self._sidebars.list_sides(page, entry.url if entry else "", library, place.module_at, place.at),
            related=self._relatives.list_related(page, module, place.at),
            previous=previous,
            next=following,
            marks=sum(shown.marks for shown in page.shown),
            listings=len(page.shown),
            projects=_list_distinct(excerpt.credit.project for excerpt in excerpts),
            licences=_list_distinct(excerpt.credit.licence for excerpt in excerpts),
        )

    def view_list(self, view: ListView) -> tuple[Side, ...]:
        """The sidebar of a generated page."""
        library = view.about.library
        return (*self.sidebar, self._sidebars.make_library(library, view.url)) if library else self.sidebar

    def list_generated(self) -> Iterator[ListView]:
        """The generated pages."""
        home = self.home
        yield from lists.list_symbols(self._entries.values(), home)
        if self.all_libraries:
            yield from lists.list_libraries(self.all_libraries, home)
        for library in self.all_libraries:
            yield from lists.list_library(library, home)
        if self._relations.projects:
            yield from lists.list_projects(self._relations.projects, self._project_urls, home)
        for project in self._relations.projects:
            yield from lists.list_project(project, self._project_urls[project.key], self._relatives, home)
        for title, description, url, entries in (
            ("Contents", "All chapters, in reading order.", lists.CONTENTS, self.all_chapters),
            ("Topics", "All pages that are neither chapters nor about a library.", lists.TOPICS, self.all_topics),
        ):
            if len(entries) > _MOST_ON_INDEX:
                yield from lists.list_pages(title, description, url, entries, home)
        if self._changes:
            yield from lists.list_changes(self._changes, home)
        for page in self._site.pages:
            yield from lists.list_uses(page, self._relatives, (home, self._entries[page.at.path]))

    def _view_library(self, library: Library[Outline]) -> LibraryView:
        view = lists.make_library(library, self._entries)
        if library.home:
            self._places[library.home.at.path] = _Place((self.home,), view)
        way = self.home, Entry(view.title, view.url)
        for number, (module, pages) in enumerate(zip(view.modules, library.modules, strict=True)):
            breadcrumbs = *way, Entry(module.name, module.url)
            for at, page in enumerate(pages.pages):
                self._places[page.at.path] = _Place(breadcrumbs, view, module, number, at)
        return view

    def _find_neighbours(self) -> dict[str, tuple[Entry | None, Entry | None]]:
        """The pages before and behind each in reading order: in its library, or else among chapters and topics."""
        topics = {page.at.path for page in self._site.topics}
        chapters = [page for page in self._site.pages if page.meta.toc or page.at.path in topics]
        libraries = (
            [page for page in (library.home, *library.pages) if page and not page.meta.toc]
            for library in self._site.libraries
        )
        found: dict[str, tuple[Entry | None, Entry | None]] = {}
        for pages in (chapters, *libraries):
            entries = [self._entries[page.at.path] for page in pages]
            for page, before, after in zip(pages, (None, *entries), (*entries[1:], None), strict=False):
                found[page.at.path] = (before, after)
        return found

    def _find_breadcrumbs(self, page: Outline, place: _Place) -> tuple[Entry, ...]:
        if place.library:
            return place.breadcrumbs
        chapter = self._site.find_chapter(page)
        if chapter and chapter is not page and not page.meta.toc:
            return self.home, self._entries[chapter.at.path]
        return (self.home,)


def _list_page(page: Outline, url: str) -> Entry:
    return Entry(short_title(page), url, str(page.symbol or ""), page.meta.description)


def _list_distinct(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(filter(None, dict.fromkeys(words)))
