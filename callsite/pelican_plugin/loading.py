"""The first phase of a run: all Markdown files are loaded, the links in their listings found, and all is rendered."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pelican.generators import PagesGenerator

from callsite.check.claims import find_collisions
from callsite.inventories import read_inventories
from callsite.linking import Destination
from callsite.model import Place, Problem
from callsite.pelican_plugin.crosslinks import Crosslinks
from callsite.pelican_plugin.parts import CallsiteReader
from callsite.pelican_plugin.run import Run
from callsite.redirect_file import read_redirects


def load_pages(run: Run, generator: PagesGenerator) -> list[Problem]:
    """Load and render every file that a reader will ask for; returns what is wrong with them."""
    problems: list[Problem] = []
    slugs: list[tuple[str, Place]] = []
    articles: set[str] = set()
    for kind in ("PAGE", "ARTICLE"):
        for source in _find_files(generator, kind):
            problems += run.load(source, article=kind == "ARTICLE")
            if kind == "ARTICLE":
                articles.add(source)
            page = run.loaded[source].page
            meta = page.meta
            if meta.slug and meta.other("status") != "skip" and not meta.other("save_as"):
                language = meta.other("lang")
                slugs.append((f"{meta.slug} ({language})" if language else meta.slug, page.place("slug")))
    problems += find_collisions(slugs, "slug", "give one of the two another slug")
    problems += _find_links(run, articles)
    run.redirects, found = read_redirects(run.settings["PATH"])
    problems += found
    for source in run.loaded:
        problems += run.render(source)
    return problems


def _find_files(generator: PagesGenerator, kind: str) -> Iterator[str]:
    settings = generator.settings
    paths, excluded = settings[f"{kind}_PATHS"], settings[f"{kind}_EXCLUDES"]
    for path in generator.get_files(paths, excluded, CallsiteReader.file_extensions):
        yield os.path.abspath(os.path.join(generator.path, path))


def _find_links(run: Run, articles: set[str]) -> tuple[Problem, ...]:
    """Find what the names in all listings lead to."""
    settings = run.settings
    folder, at = Path(settings["PATH"]).parent, Place("CALLSITE_INVENTORIES")
    inventories = read_inventories(settings.get("CALLSITE_INVENTORIES", {}), folder, at)
    run.note(inventories.notices)
    upstream = {
        name: Destination(to.url, f"{to.title} ({to.project})", external=True) for name, to in inventories.links.items()
    }
    pages = {source: loaded.page for source, loaded in run.loaded.items()}
    run.crosslinks = Crosslinks(pages, run.metadata, articles, settings, upstream)
    return (*inventories.problems, *run.crosslinks.problems)
