"""Sites for the tests of navigation, and every link that is shown on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from callsite.model import Dates, Line, Listing, Meta, Origin, Page, Place, Snippet
from callsite.navigation import Entry, Group, ListView, Navigation, PageView
from callsite.navigation.views import Side, SideItem
from callsite.outline import Outline, find_outline
from callsite.relations import Relations
from callsite.site import Site
from callsite.symbol import parse_symbol

HOME = Entry("Home", "")


def make_page(
    path: str, symbol: str = "", sortorder: str = "", projects: Sequence[str] = (), **keys: object
) -> Outline:
    """A page with a listing for each of `projects`; its title is its path."""
    meta = Meta(title=path, symbol=parse_symbol(symbol) if symbol else None, sortorder=sortorder, **keys)  # type: ignore[arg-type]
    snippet = Snippet("python", (Line("x", marked=True),))
    page = Page(meta, tuple(Listing(snippet, Origin(project=project)) for project in projects), Place(path, 1))
    return find_outline(page)


class Navigated:
    """A site with all of its views. The address of a page is its path with `.html` unless `urls` has another."""

    def __init__(
        self,
        pages: Iterable[Outline],
        uses: Mapping[str, Sequence[Sequence[Outline]]] | None = None,
        dates: Mapping[str, Dates] | None = None,
        others: Iterable[Entry] = (),
        urls: Mapping[str, str] | None = None,
    ) -> None:
        self.site = Site(tuple(pages))
        paths = {path: [[page.at.path for page in those] for those in used] for path, used in (uses or {}).items()}
        self.relations = Relations(self.site.pages, paths)
        self.urls = {page.at.path: f"{page.at.path}.html" for page in self.site.pages} | dict(urls or {})
        self.others = tuple(others)
        self.navigation = Navigation(self.site, self.relations, self.urls, HOME, dates or {}, self.others)

    def view(self, page: Outline) -> PageView:
        return self.navigation.view(page, (), page.meta.title)

    @cached_property
    def lists(self) -> tuple[ListView, ...]:
        return tuple(self.navigation.list_generated())

    @cached_property
    def targets(self) -> dict[str, set[str]]:
        """The anchors of every page, and of every generated one, by its address; "" is the page itself."""
        found = {"": {""}, **{entry.url: {""} for entry in self.others}}
        for page in self.site.pages:
            listings = {f"listing-{number}" for number in range(1, len(page.shown) + 1)}
            home = self.view(page).library_home
            anchors = {group.anchor for group in home.sheets[0].groups} if home else set()
            found[self.urls[page.at.path]] = {"", *listings, *anchors}
        for view in self.lists:
            assert view.url not in found
            found[view.url] = {"", *(group.anchor for group in view.sheet.groups if group.title)}
        return found

    def find_broken(self) -> list[tuple[str, str]]:
        """The links that lead nowhere, each with the address it stands at."""
        shown = [(self.urls[page.at.path], find_links(self.view(page))) for page in self.site.pages]
        shown += [(view.url, find_list_links(view, self.navigation.view_list(view))) for view in self.lists]
        shown.append(("", self._find_index_links()))
        return [(url, link) for url, links in shown for link in links if not self._leads_somewhere(link)]

    def _leads_somewhere(self, link: str) -> bool:
        url, _, anchor = link.partition("#")
        return url.startswith("https://") or anchor in self.targets.get(url, ())

    def _find_index_links(self) -> Iterator[str]:
        index = self.navigation
        yield from (library.url for library in index.libraries)
        yield from (entry.url for entry in (*index.chapters, *index.topics, *index.changes, *index.indexes))
        yield from find_side_links(index.sidebar)


def list_items(sides: Iterable[Side]) -> Iterator[SideItem]:
    """Everything that a sidebar shows."""
    for side in sides:
        yield side.title
        for item in side.items:
            yield item
            yield from item.children


def find_side_links(sides: Iterable[Side]) -> Iterator[str]:
    return (item.url for item in list_items(sides) if item.url)


def find_links(view: PageView) -> Iterator[str]:
    """Every address that a template shows around a page's body."""
    yield from find_side_links(view.sidebar)
    entries = [*view.breadcrumbs, *filter(None, (view.previous, view.next)), *filter(None, [view.entry])]
    if view.library_home:
        entries += list_entries(view.library_home.sheets[0].groups)
        yield from (sheet.url for sheet in view.library_home.sheets)
    for related in view.related:
        entries += related.entries
        if related.url:
            yield related.url
    yield from (entry.url for entry in entries)


def find_list_links(view: ListView, sides: Iterable[Side]) -> Iterator[str]:
    """Every address on a generated page."""
    yield from find_side_links(sides)
    around = [*view.about.breadcrumbs, *view.sheets, *filter(None, (view.previous, view.next))]
    yield from (entry.url for entry in (*around, *list_entries(view.sheet.groups)))
    yield from (fact.url for fact in view.about.facts if fact.url)


def list_entries(groups: Iterable[Group]) -> list[Entry]:
    return [entry for group in groups for entry in group.entries]


def find_list(lists: Iterable[ListView], url: str) -> list[ListView]:
    """All sheets of the list at an address."""
    stem = url.removesuffix(".html")
    return [view for view in lists if view.url == url or view.url.startswith(f"{stem}.")]
