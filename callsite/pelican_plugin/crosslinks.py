"""Links in code: from the files of a run to what its listings link to.

The addresses of pages are Pelican's to settle, and it does so only after all are read. So a link to a page names the
page's source, `{filename}/examples/flask/g.md`, as authors may do; Pelican turns it into the address.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from callsite.linking import Destination, Linked, Linker, Symbols, Word
from callsite.making import Examined
from callsite.model import Page, Problem
from callsite.outline import Outline


class Crosslinks:
    """The links in the listings of a run's files.

    `published` are the pages that links can lead to, by their paths; `upstream` has the documentation of names without
    pages.
    """

    def __init__(
        self, published: Mapping[str, Examined], settings: Mapping[str, Any], upstream: Mapping[str, Destination]
    ) -> None:
        outlines = [examined.outline for examined in published.values()]
        symbols = Symbols(outlines, {each.outline.at.path: each.spellings for each in published.values()})
        self.problems: tuple[Problem, ...] = symbols.problems
        self.upstream = upstream
        folder = settings["PATH"]
        self._linker = Linker(
            symbols,
            {
                each.outline.at.path: _make_destination(each.outline, os.path.relpath(path, folder))
                for path, each in published.items()
            },
            upstream,
            settings.get("CALLSITE_COMMON_NAMES", ()),
        )

    def find(self, own: Outline, words: Sequence[Sequence[Word]]) -> tuple[Linked, ...]:
        """The links of each listing of a page, by its words."""
        return tuple(self._linker.link(spoken, own) for spoken in words)


def find_published(
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


def _make_destination(page: Outline, source: str) -> Destination:
    return Destination("{filename}/" + quote(source.replace(os.sep, "/")), str(page.symbol or page.meta.title))
