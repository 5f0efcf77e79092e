"""Links in code: from the files of a run to what its listings link to.

The addresses of pages are Pelican's to settle, and it does so only after all are read. So a link to a page names the
page's source, `{filename}/examples/flask/g.md`, as authors may do; Pelican turns it into the address.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import quote

from callsite.linking import Destination, Linked, Linker, Symbols, Word, find_roots, find_words
from callsite.model import Page, Problem
from callsite.symbol import find_symbol


class Crosslinks:
    """The links in the listings of a run's files.

    `pages` are all of them by their paths, with their `metadata` as Pelican reads it; `articles` are no destinations.
    `upstream` has the documentation of names without pages.
    """

    def __init__(
        self,
        pages: Mapping[str, Page],
        metadata: Mapping[str, Mapping[str, Any]],
        articles: Collection[str],
        settings: Mapping[str, Any],
        upstream: Mapping[str, Destination],
    ) -> None:
        published = {path: pages[path] for path in _find_published(pages, metadata, articles, settings["DEFAULT_LANG"])}
        self._roots = find_roots(published.values()) | {name.partition(".")[0] for name in upstream}
        self._words = {path: self._find_words(page) for path, page in pages.items()}
        words = {page.at.path: self._words[path] for path, page in published.items()}
        symbols = Symbols(published.values(), words)
        self.problems: tuple[Problem, ...] = symbols.problems
        folder = settings["PATH"]
        self._linker = Linker(
            symbols,
            {page.at.path: _make_destination(page, os.path.relpath(path, folder)) for path, page in published.items()},
            upstream,
            settings.get("CALLSITE_COMMON_NAMES", ()),
        )

    def find(self, path: str, page: Page) -> tuple[Linked, ...]:
        """The links of each listing of a file, asked for once."""
        words = self._words.pop(path, None) or self._find_words(page)
        return tuple(self._linker.link(spoken, page) for spoken in words)

    def _find_words(self, page: Page) -> tuple[tuple[Word, ...], ...]:
        return tuple(find_words(listing, self._roots) for listing in page.listings)


def _find_published(
    pages: Mapping[str, Page], metadata: Mapping[str, Mapping[str, Any]], articles: Collection[str], language: str
) -> list[str]:
    """The files of the pages that others can lead to, in order; of several translations the one in the site's own
    language.
    """
    by_slug: dict[str, list[str]] = {}
    for path in sorted(pages):
        if path not in articles and metadata[path].get("status", "published") == "published":
            by_slug.setdefault(pages[path].meta.slug or path, []).append(path)
    return sorted(
        min(paths, key=lambda path: metadata[path].get("lang", language) != language) for paths in by_slug.values()
    )


def _make_destination(page: Page, source: str) -> Destination:
    symbol = find_symbol(page.meta)
    return Destination("{filename}/" + quote(source.replace(os.sep, "/")), str(symbol or page.meta.title))
