"""Shells of a run's pages: what the next build needs to give a page another body (see `callsite.revising`)."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from pelican.contents import Content

from callsite.cache import find_key
from callsite.pelican_plugin.dating import read_date
from callsite.pelican_plugin.keys import Keys
from callsite.pelican_plugin.run import Run
from callsite.pelican_plugin.twinning import Twins, TwinsOfPage
from callsite.records import replace
from callsite.revising import Dating, Shell, Whole, Workshop, keep_whole, keep_workshop
from callsite.twins import sort_pages


class Shells:
    """Makes and keeps the shells of a run's pages, when all else of it is known. Without `keys` nobody knows what they
    show, and there are none.
    """

    def __init__(self, run: Run, twins: Twins, keys: Keys | None) -> None:
        self._run = run
        self._twins = twins
        self._is_wanted = keys is not None and keys.is_own_theme and not _is_told_elsewhere(run.settings)
        self._kept: dict[str, bytes] = {}

    def make(self, content: Content, name: str, made: TwinsOfPage) -> bytes:
        """The shell of a page that has just been written to a file, with its twins; b"" when it can have none."""
        run, source = self._run, content.source_path
        # Other templates than that of pages may show no body, or something of it.
        if not self._is_wanted or source in self._copied or content.template != "page":
            return b""
        html, body = Path(run.staging.path, name).read_bytes(), content.content.encode()
        before = html.find(body)
        if before != html.rfind(body):
            return b""
        examined, twin = run.examined[source], self._twins.find(source)
        shell = Shell(
            name,
            before,
            len(html) - before - len(body),
            examined.key,
            run.sources[source].required,
            tuple(those.links for those in run.linked[source]),
            content.replaced,
        )
        if twin:
            told = twin.url, twin.anchors, twin.credits, twin.uses, twin.created, twin.changed
            document = self._twins.find_document(source)
            shell = shell._replace(document=document, resolved=made.resolved, twin=told, entry=find_key(made.entry))
        return pickle.dumps(shell, pickle.HIGHEST_PROTOCOL)

    def keep(self, source: str, key: bytes | None, shell: bytes | None) -> None:
        """Keep the shell of a page for the next build, under the key of its file; with None, the one of the last."""
        if not self._is_wanted or key is None:
            return
        name, cache = find_key("shell", key), self._run.cache
        if shell is None:
            cache.hold(name)
        elif shell:
            cache.keep(name, shell)
        if cache.has(name):
            self._kept[source] = name

    def finish(self, entries: Mapping[str, bytes]) -> None:
        """Keep what all pages are made with, and what is told of all of them together; `entries` are the keys of what
        the data has of each.
        """
        run = self._run
        if self._kept:
            site = replace(self._twins.site, pages=(), others=())
            is_dated, has_search = bool(run.history.committed), run.settings["CALLSITE_SEARCH"]
            options, own = run.settings["MARKDOWN"], tuple(run.settings.get("CALLSITE_KEYS", ()))
            told = run.configuration.policy, run.environment, run.roots, run.link_pattern, site, self._kept
            keep_workshop(run.cache, Workshop(options, own, *told, is_dated=is_dated, has_search=has_search))
            if is_dated:
                self._keep_whole(entries)

    def _keep_whole(self, entries: Mapping[str, bytes]) -> None:
        run, twins = self._run, self._twins
        paths = {source: run.examined[source].outline.at.path for source in run.published}
        sources = {path: source for source, path in paths.items()}
        keys = tuple(entries.get(sources[twin.page.at.path], b"") for twin in sort_pages(twins.site))
        datings = {source: self._find_dating(source, path) for source, path in paths.items()}
        dates = {path: run.dates[path] for path in sources if path in run.dates}
        zone, common = run.settings["TIMEZONE"], frozenset(twins.common)
        keep_whole(run.cache, Whole(twins.site, zone, datings, dates, keys, common))

    def _find_dating(self, source: str, path: str) -> Dating:
        content, committed = self._run.published[source], self._run.history.find_committed(source)
        return Dating(path, committed, read_date(content, "date"), read_date(content, "modified"))

    @cached_property
    def _copied(self) -> frozenset[str]:
        """The sources that are copied to the output as they are."""
        return frozenset(static.source_path for static in self._run.context["staticfiles"])


def _is_told_elsewhere(settings: Mapping[str, Any]) -> bool:
    """Whether something else comes of a page's text or of the time of its file: compressed twins, what templates among
    the pages like to show, copies of sources, dates.
    """
    has_more = settings.get("CALLSITE_PRECOMPRESS") or settings["TEMPLATE_PAGES"] or settings["OUTPUT_SOURCES"]
    return bool(has_more or settings.get("DEFAULT_DATE") == "fs")
