"""Twins of a run: from what Pelican knows of pages and links to the files that other programs read."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote, unquote, urljoin, urlsplit

from pelican.contents import Author, Category, Content, Tag

from callsite.check.hosting import SOURCE_LINK
from callsite.model import Page, Problem
from callsite.pelican_plugin.dating import read_date
from callsite.pelican_plugin.run import Run
from callsite.pelican_plugin.writing import write_file
from callsite.staging import list_files
from callsite.twins import TwinPage, TwinSite, find_documents, make_part, plan_common, sort_pages

_GROUPS = {"tag": Tag, "category": Category, "author": Author}


def make_twin_site(run: Run) -> TwinSite:
    """What the twins of a run's published pages are made from; of a translated page the original speaks for all."""
    assert run.navigation is not None  # made before anything is written
    settings = run.settings
    return TwinSite(
        name=settings["SITENAME"],
        summary=str(settings.get("SITESUBTITLE") or ""),
        address=settings["SITEURL"].rstrip("/"),
        language=settings["DEFAULT_LANG"],
        libraries=tuple(
            (library.name, library.url, library.description)
            for library in run.navigation.all_libraries
            if library.written or run.lists
        ),
        pages=tuple(
            _make_page(run, source, content)
            for source, content in run.published.items()
            if content.in_default_lang or not content.translations
        ),
        others=(("", None), *((view.url, None) for view in run.lists), *_list_others(run)),
    )


class TwinsOfPage(NamedTuple):
    """What has come of a page: what the data has of it, where each link in its Markdown leads, and what could not be
    written.
    """

    entry: bytes = b""
    resolved: Mapping[str, str] = {}
    problems: tuple[Problem, ...] = ()


class Twins:
    """The twins of a run, when all addresses are known and everything that the site brings itself is in its place.

    What a page's twins are made from is read again from its source, so this can be done wherever its HTML is made.
    """

    def __init__(self, run: Run) -> None:
        self.site = make_twin_site(run)
        self._run = run
        self._twins = {twin.page.at.path: twin for twin in self.site.pages}
        self._documents = {twin.page.at.path: path for path, twin in find_documents(self.site).items()}
        self._taken = run.list_output()
        self.common: list[str] = []  # the paths of what is about all pages, once that is written
        contents = {run.examined[source].outline.at.path: content for source, content in run.published.items()}
        self._resolve = _make_resolve(run, contents)

    def find(self, source: str) -> TwinPage | None:
        """What is known of a page that has twins."""
        examined = self._run.examined.get(source)
        return self._twins.get(examined.outline.at.path) if examined else None

    def find_document(self, source: str) -> str:
        """Where the Markdown of a page with twins goes; "" when it has none, or the site brings a file of that name."""
        path = self._documents.get(self._run.examined[source].outline.at.path, "")
        return "" if path in self._taken else path

    def write(self, source: str) -> TwinsOfPage:
        """Write the Markdown of a page with twins."""
        run, twin, path = self._run, self.find(source), self.find_document(source)
        assert twin  # as said above
        assert run.maker  # all pages are examined by now
        resolved: dict[str, str] = {}

        def resolve(page: Page, target: str) -> str:
            resolved[target] = found = self._resolve(page, target)
            return found

        part = make_part(twin, run.maker.load(run.find_source(source)), self.site, resolve)
        problem = write_file(run.staging.path, path, part.document) if path else None
        return TwinsOfPage(part.entry, resolved, (problem,) if problem else ())

    def write_common(self, find_entry: Callable[[str], bytes]) -> Iterator[Problem]:
        """Write what is about all pages; `find_entry` gives what the data has of one, by its source. Gives what cannot
        be written.
        """
        sources = {self._run.examined[source].outline.at.path: source for source in self._run.published}
        entries = (find_entry(sources[twin.page.at.path]) for twin in sort_pages(self.site))
        taken = frozenset(list_files(self._run.staging.path))
        for path, pieces in plan_common(self.site, entries):
            if path not in taken:
                self.common.append(path)
                problem = write_file(self._run.staging.path, path, *pieces)
                if problem:
                    yield problem


def _list_others(run: Run) -> Iterator[tuple[str, datetime | None]]:
    """Articles, translations, and pages in other formats, each with its last change if it tells."""
    pages = {content.url for content in run.published.values()}
    for content in run.contents:
        if content.status == "published" and (content.url not in pages or not content.in_default_lang):
            yield content.url, read_date(content, "modified") or read_date(content, "date")


def _make_page(run: Run, source: str, content: Content) -> TwinPage:
    outline = run.examined[source].outline
    known = run.dates.get(outline.at.path)
    return TwinPage(
        outline,
        content.url,
        tuple(f"listing-{number}" for number in range(1, len(outline.shown) + 1)),
        tuple(excerpt.credit for excerpt in run.relations.list_excerpts(outline)),
        tuple(tuple(str(run.outlines[path].symbol) for path in those) for those in run.find_uses(source)),
        known.created if known else None,
        known.changed if known else None,
    )


def _make_resolve(run: Run, contents: Mapping[str, Content]) -> Callable[[Page, str], str]:
    def resolve(page: Page, target: str) -> str:
        content = contents[page.at.path]
        named = SOURCE_LINK.fullmatch(target)
        if not named:
            # Relative to the page, as a browser has it.
            parts = urlsplit(target)
            is_relative = parts.path and not (parts.scheme or parts.netloc or parts.path.startswith("/"))
            return urljoin(f"/{content.url}", target) if is_relative else target
        kind, rest = named[1], urlsplit(named[2])
        tail = f"#{rest.fragment}" if rest.fragment else ""
        if kind in _GROUPS:
            return f"/{_GROUPS[kind](unquote(rest.path), run.settings).url}{tail}"
        folder = "" if rest.path.startswith("/") else posixpath.dirname(content.relative_source_path)
        path = posixpath.normpath(posixpath.join(folder, unquote(rest.path).lstrip("/")))
        found = run.context["generated_content"].get(path) or run.context["static_content"].get(path)
        return f"/{quote(found.url)}{tail}" if found else "/" if kind == "index" else target

    return resolve
