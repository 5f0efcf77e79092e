"""The first phase of a run: all Markdown files are read and examined, and the links in their listings found."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from pelican.generators import PagesGenerator

from callsite.check.claims import find_collisions
from callsite.inventories import read_inventories
from callsite.linking import Destination, find_roots
from callsite.model import Place, Problem
from callsite.pelican_plugin.compiled import compile_templates
from callsite.pelican_plugin.crosslinks import Crosslinks, find_published
from callsite.pelican_plugin.parts import CallsiteReader
from callsite.pelican_plugin.run import Run
from callsite.redirect_file import read_redirects


def load_pages(run: Run, generator: PagesGenerator) -> list[Problem]:
    """Examine every file that a reader will ask for, and find its links; returns what is wrong with them."""
    for kind in ("PAGE", "ARTICLE"):
        for path in _find_files(generator, kind):
            run.read(path, article=kind == "ARTICLE")
    problems = _find_slug_collisions(run)
    settings = run.settings
    folder, at = Path(settings["PATH"]).parent, Place("CALLSITE_INVENTORIES")
    inventories = read_inventories(settings.get("CALLSITE_INVENTORIES", {}), folder, at)
    run.note(inventories.notices)
    upstream = {
        name: Destination(to.url, f"{to.title} ({to.project})", external=True) for name, to in inventories.links.items()
    }
    published = find_published(run.heads, run.metadata, run.articles, settings["DEFAULT_LANG"])
    roots = find_roots(run.heads[path].meta for path in published)
    run.start_making(roots | {name.partition(".")[0] for name in upstream})
    problems += run.examine(run.sources, partial(compile_templates, generator))
    run.crosslinks = Crosslinks({path: run.examined[path] for path in published}, settings, upstream)
    for path in run.sources:
        run.link(path)
    problems += inventories.problems
    problems += run.crosslinks.problems
    run.redirects, found = read_redirects(settings["PATH"])
    return [*problems, *found]


def _find_slug_collisions(run: Run) -> list[Problem]:
    slugs: list[tuple[str, Place]] = []
    for page in run.heads.values():
        meta = page.meta
        if meta.slug and meta.other("status") != "skip" and not meta.other("save_as"):
            language = meta.other("lang")
            slugs.append((f"{meta.slug} ({language})" if language else meta.slug, page.place("slug")))
    return list(find_collisions(slugs, "slug", "give one of the two another slug"))


def _find_files(generator: PagesGenerator, kind: str) -> Iterator[str]:
    settings = generator.settings
    paths, excluded = settings[f"{kind}_PATHS"], settings[f"{kind}_EXCLUDES"]
    for path in generator.get_files(paths, excluded, CallsiteReader.file_extensions):
        yield os.path.abspath(os.path.join(generator.path, path))
