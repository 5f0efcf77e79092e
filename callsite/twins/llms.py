"""`llms.txt`: what a site holds, as a list of links to its pages in Markdown (after the proposal at llmstxt.org)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from callsite.records import dataclass
from callsite.site import Described, Library, Site
from callsite.symbol import find_symbol
from callsite.twins.escaping import escape_line, escape_words, make_line
from callsite.twins.pages import TwinPage, TwinSite, find_markdown_path
from callsite.twins.spots import encode_target
from callsite.wording import count

# What a program reads in one go must not grow with the site: this is some 300 kB.
MOST_LINKS = 2000


# A row with a link, which is written once it is known that it is wanted: on a large site most are not.
_Link = Callable[[], str]


@dataclass(frozen=True, slots=True)
class _Section:
    heading: str
    links: tuple[_Link, ...]
    words: str = ""


def format_llms(site: TwinSite, data: Iterable[tuple[str, str]]) -> str:
    """Write the list: chapters, each library with its pages, other pages, then `data`: further files for programs, the
    path of each with what it is. With more than `MOST_LINKS` links in all, libraries are listed without their pages.
    """
    lists = _Lists(site)
    arranged = Site(tuple(twin.page for twin in site.pages))
    chapters = _Section("Chapters", lists.link_pages(arranged.chapters))
    others = _Section("Other pages", lists.link_pages(arranged.topics))
    sections = [chapters, *map(lists.list_library, arranged.libraries), others]
    if sum(len(section.links) for section in sections) > MOST_LINKS:
        homes = (link for library in arranged.libraries for link in lists.link_library(library))
        sections = [chapters, _Section("Libraries", tuple(homes)), others]
    extra = tuple(partial(_format_link, path, site.locate(path), words) for path, words in data)
    rows = [f"# {escape_words(site.name)}", ""]
    if make_line(site.summary):
        rows += [f"> {escape_line(site.summary)}", ""]
    for section in [*_shorten(sections), _Section("Optional", extra)]:
        if section.links or section.words:
            rows += [f"## {section.heading}", "", *(link() for link in section.links), ""]
            rows += [section.words, ""] if section.words else []
    return "\n".join(rows).rstrip("\n") + "\n"


class _Lists:
    """Links to a site's pages and libraries, as rows of lists."""

    def __init__(self, site: TwinSite) -> None:
        self._site = site
        self._twins = {id(twin.page): twin for twin in site.pages}
        self._libraries = {name: (url, description) for name, url, description in site.libraries}

    def link_pages(self, pages: Iterable[Described]) -> tuple[_Link, ...]:
        return tuple(partial(self._link_page, self._twins[id(page)]) for page in pages)

    def list_library(self, library: Library[Described]) -> _Section:
        """A library with all its pages, the one that lists them first."""
        return _Section(library.name, (*self.link_library(library), *self.link_pages(library.pages)))

    def link_library(self, library: Library[Described]) -> tuple[_Link, ...]:
        """The page an author wrote about the library, or the one that lists its pages, if there is one."""
        if library.home:
            return self.link_pages((library.home,))
        if library.name not in self._libraries:
            return ()
        url, description = self._libraries[library.name]
        words = description or count(len(library.pages), "page")
        return (partial(_format_link, library.name, self._site.locate(url), words),)

    def _link_page(self, twin: TwinPage) -> str:
        symbol = find_symbol(twin.page.meta)
        url = self._site.locate(find_markdown_path(twin.url) or twin.url)
        return _format_link(str(symbol or twin.page.meta.title), url, twin.page.meta.description)


def _format_link(name: str, url: str, words: str) -> str:
    said = escape_words(words)
    return f"- [{escape_words(name) or 'untitled'}]({encode_target(url)}){': ' if said else ''}{said}"


def _shorten(sections: Iterable[_Section]) -> Iterator[_Section]:
    """The sections with no more than `MOST_LINKS` links between them; one that is cut says so."""
    left = MOST_LINKS
    for section in sections:
        kept = section.links[:left]
        left -= len(kept)
        cut = len(section.links) - len(kept)
        words = f"{count(cut, 'more page')} of this kind in the data below." if cut else ""
        yield _Section(section.heading, kept, words)
