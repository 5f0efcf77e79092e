"""Callsite inside Pelican: `PLUGINS = ["callsite.pelican_plugin"]`.

One run of Pelican goes like this (measured on 4.12):

    get_generators               open a staging folder; from here on Pelican writes there
    page_generator_init          load and check every Markdown file; find the links in all code; render; an error stops
                                 the run here
    (Pelican reads)              the reader hands out what was rendered
    all_generators_finalized     addresses are known: lists, breadcrumbs, neighbours; two files for one address stop it
    (Pelican writes)
    finalized                    write redirects and twins; check links against what was written; make the search
                                 index; then output and staging folder change places

An exception in a reader or in `register` would only be logged, and the page or plugin dropped; an exception in these
signals ends the run with exit code 1. This is the only module that imports Pelican. Handlers are functions of the
module because signals hold them weakly.
"""

from __future__ import annotations

import atexit
import os
import sys
from dataclasses import replace
from pathlib import Path

from markupsafe import Markup
from pelican import Pelican, signals
from pelican.contents import Content, Page
from pelican.generators import ArticlesGenerator, Generator, PagesGenerator
from pelican.readers import Readers

from callsite.check import Host, check_path, find_blocked_folders, find_broken_links, find_collisions
from callsite.foreign import find_headings
from callsite.history import read_history
from callsite.inventories import read_inventories
from callsite.linking import Destination
from callsite.model import Page as CallsitePage
from callsite.model import Place, Problem, Severity
from callsite.navigation import Entry, ListView, Navigation, PageView, nest_headings
from callsite.pelican_plugin.crosslinks import Crosslinks
from callsite.pelican_plugin.dating import find_dates
from callsite.pelican_plugin.logs import watch_log
from callsite.pelican_plugin.outputs import (
    find_content_links,
    find_contents,
    find_copied,
    find_escapes,
    find_groups,
    find_loaded,
    find_missing_templates,
    find_own_link,
    find_sources,
    find_written,
    place_content,
)
from callsite.pelican_plugin.parts import CallsiteReader, ListPages
from callsite.pelican_plugin.redirecting import write_redirects
from callsite.pelican_plugin.run import Run, current_run, end_run, start_run
from callsite.pelican_plugin.twinning import write_twins
from callsite.relations import Relations
from callsite.searching import write_search
from callsite.site import Site
from callsite.staging import list_files
from callsite.theme import THEME
from callsite.twins import FEED_PATH, find_markdown_path
from callsite.wording import count


def _on_initialized(pelican: Pelican) -> None:
    settings = pelican.settings
    settings.setdefault("CALLSITE_SEARCH", True)
    # A cache of Pelican's own would hand out pages whose neighbours have changed since.
    settings["CACHE_CONTENT"] = settings["LOAD_CONTENT_CACHE"] = False
    if os.path.realpath(settings["THEME"]) == os.path.realpath(THEME):
        settings["JINJA_ENVIRONMENT"]["autoescape"] = True
    folders = [*settings["PAGE_PATHS"], *settings["ARTICLE_PATHS"]]
    if not any(os.path.exists(os.path.join(settings["PATH"], folder)) for folder in folders):
        settings["PAGE_PATHS"] = [""]  # a plain folder of pages
    watch_log()


def _on_get_generators(pelican: Pelican) -> type[Generator]:
    run = start_run(pelican)
    pelican.output_path = pelican.settings["OUTPUT_PATH"] = str(run.staging.path)
    return ListPages


def _on_readers_init(readers: Readers) -> None:
    for extension in CallsiteReader.file_extensions:
        readers.reader_classes[extension] = CallsiteReader


def _on_generator_init(generator: ArticlesGenerator | PagesGenerator) -> None:
    # Pelican reads files in the order of a set, which is another one in every run.
    find = generator.get_files
    generator.get_files = lambda *args, **kwargs: sorted(find(*args, **kwargs))


def _on_page_generator_init(generator: PagesGenerator) -> None:
    run, settings = current_run(), generator.settings
    _on_generator_init(generator)
    problems: list[Problem] = []
    slugs: list[tuple[str, Place]] = []
    articles: set[str] = set()
    for kind in ("PAGE", "ARTICLE"):
        extensions = CallsiteReader.file_extensions
        for path in generator.get_files(settings[f"{kind}_PATHS"], settings[f"{kind}_EXCLUDES"], extensions):
            source = os.path.abspath(os.path.join(generator.path, path))
            problems += run.load(source, article=kind == "ARTICLE")
            if kind == "ARTICLE":
                articles.add(source)
            page = run.loaded[source].page
            meta = page.meta
            if meta.slug and meta.other("status") != "skip" and not meta.other("save_as"):
                language = meta.other("lang")
                slugs.append((f"{meta.slug} ({language})" if language else meta.slug, page.place("slug")))
    problems += find_collisions(slugs, "slug", "give one of the two another slug")
    inventories = read_inventories(
        settings.get("CALLSITE_INVENTORIES", {}), Path(settings["PATH"]).parent, Place("CALLSITE_INVENTORIES")
    )
    problems += inventories.problems
    run.note(inventories.notices)
    pages = {source: loaded.page for source, loaded in run.loaded.items()}
    upstream = {
        name: Destination(to.url, f"{to.title} ({to.project})", external=True) for name, to in inventories.links.items()
    }
    run.crosslinks = Crosslinks(pages, run.metadata, articles, settings, upstream)
    problems += run.crosslinks.problems
    for source in run.loaded:
        problems += run.render(source)
    run.report(problems)


def _on_article_generator_finalized(generator: ArticlesGenerator) -> None:
    if not generator.articles:
        # Without articles there is nothing to feed, and an empty feed would carry the time of the run.
        for name in ("FEED_ATOM", "FEED_RSS", "FEED_ALL_ATOM", "FEED_ALL_RSS"):
            generator.settings[name] = generator.context[name] = None


def _on_all_generators_finalized(generators: list[Generator]) -> None:
    run = current_run()
    run.contents = contents = tuple(find_contents(generators))
    run.generator = generators[0]
    run.context = context = generators[0].context
    published = [content for content in contents if isinstance(content, Page) and content.status == "published"]
    listed = [(content, loaded.page) for content in published if (loaded := find_loaded(content))]
    home = Entry(run.settings["SITENAME"], "")
    site = Site(tuple(page for _, page in listed))
    history = read_history(Path(run.settings["PATH"]))
    run.note([history.notice] if history.notice else [])
    run.dates = find_dates(listed, history)
    uses = {page.at.path: run.find_uses(content.source_path) for content, page in listed}
    run.relations = Relations(site.pages, uses)
    navigation = Navigation(
        site,
        run.relations,
        {page.at.path: content.url for content, page in listed},
        home,
        run.dates,
        # Other readers hand out HTML.
        [Entry(Markup(page.title).striptags(), page.url) for page in published if not find_loaded(page)],  # noqa: S704
    )
    run.navigation = context["callsite"] = navigation
    lists = tuple(navigation.list_generated())
    own = {content.save_as: content for content in contents}
    run.lists = tuple(view for view in lists if view.url not in own)
    problems = [_name_replaced(view, own[view.url]) for view in lists if view.url in own]
    problems += [_name_unread(page) for page in site.unread]
    by_path = {page.at.path: content for content, page in listed}
    run.published = {by_path[page.at.path].source_path: by_path[page.at.path] for page in site.pages}
    context["CALLSITE_FEED"] = FEED_PATH if run.dates and "//" in run.settings["SITEURL"] else ""
    for content in contents:
        loaded = find_loaded(content)
        if loaded:
            view = navigation.view(loaded.page, run.rendered[content.source_path], content.title)
            is_published = content.source_path in run.published
            content.example = replace(view, twin=find_markdown_path(content.url) or "") if is_published else view
        else:
            title = Markup(content.title)  # noqa: S704  # other readers hand out HTML
            headings = nest_headings(find_headings(content._content))
            content.example = PageView(title.striptags(), title, headings=headings, breadcrumbs=(home,))
    taken = dict(find_written(generators, run.lists))
    for content in contents:
        if hasattr(content, "override_save_as"):  # then Pelican lets it replace a list or an index
            taken.pop(content.save_as, None)
    taken |= find_copied(run.settings)
    claims = [(content.save_as, place_content(content, "slug")) for content in contents]
    hint = "choose another slug"
    problems += [problem for path, place in claims for problem in check_path(path, place)]
    problems += find_collisions(claims, "output file", hint, taken)
    problems += find_blocked_folders(claims, hint, taken)
    problems += find_escapes(context["staticfiles"])
    problems += find_missing_templates(contents, generators[0])
    run.report(problems)


def _name_replaced(view: ListView, content: Content) -> Problem:
    message = f"this page takes the place of the list `{view.about.title}`, which is left out"
    return Problem(
        place_content(content, "slug"), "S110", message, "choose another slug to have both", Severity.WARNING
    )


def _name_unread(page: CallsitePage) -> Problem:
    message = "its `sortorder` is that of a callable, but no symbol can be read off it, so no library lists it"
    return Problem(page.place("sortorder"), "S108", message, "add a line `symbol: …`", Severity.WARNING)


def _write_extras(run: Run) -> list[Problem]:
    """Write redirects and twins, each only where nothing else has been written; returns what is wrong with them."""
    sources = {content.save_as: str(place_content(content)) for content in run.contents}
    outputs = {path: sources.get(path, f"`{path}`, which the build writes") for path in list_files(run.staging.path)}
    assert run.generator is not None  # there has been one
    problems = write_redirects(
        run.staging.path,
        outputs,
        [(run.loaded[source].page, content.url) for source, content in run.published.items()],
        {content.relative_source_path: content.url for content in run.contents if content.status == "published"},
        run.generator,
    )
    write_twins(run, frozenset(list_files(run.staging.path)))
    return problems


def _on_finalized(pelican: Pelican) -> None:
    run = current_run()
    if run.logged:
        run.stop(f"{count(run.logged, 'error')} above")
    problems = _write_extras(run)
    files = frozenset(list_files(run.staging.path))
    links = [(content, [*find_content_links(content), *find_own_link(content)]) for content in run.contents]
    targets = {link.target for _, found in links for link in found}
    host = Host(files, find_sources(run), run.settings["SITEURL"], find_groups(targets, run, files))
    for content, found in links:
        problems += find_broken_links(found, host, content.save_as, content.relative_source_path)
    # Where a static file goes is settled only now: an {attach} link moves it.
    taken = {content.save_as: str(place_content(content)) for content in run.contents}
    statics = [(static.save_as, place_content(static)) for static in run.context["staticfiles"]]
    hint = "rename the file, or give the page another slug"
    problems += find_collisions(statics, "output file", hint, taken)
    problems += find_blocked_folders(statics, hint, taken)
    for path, place in statics:
        if path not in files and os.path.lexists(place.path):  # else only a link speaks of it
            problems.append(Problem(place, "S105", "this file could not be copied", "make it readable"))
    run.report(problems)
    if run.settings["CALLSITE_SEARCH"]:
        missing = write_search(run.staging.path, run.settings["DEFAULT_LANG"])
        if missing:
            run.report([Problem(Place("CALLSITE_SEARCH"), "S109", "the site has no search", missing, Severity.WARNING)])
    run.staging.commit(pelican.output_retention if pelican.delete_outputdir else None)
    run.close()
    pelican.output_path = run.output
    if run.warnings:
        print(f"{count(run.warnings, 'warning')} above", file=sys.stderr)


def register() -> None:
    """Connect to Pelican's signals."""
    signals.initialized.connect(_on_initialized)
    signals.get_generators.connect(_on_get_generators)
    signals.readers_init.connect(_on_readers_init)
    signals.article_generator_init.connect(_on_generator_init)
    signals.page_generator_init.connect(_on_page_generator_init)
    signals.article_generator_finalized.connect(_on_article_generator_finalized)
    signals.all_generators_finalized.connect(_on_all_generators_finalized)
    signals.finalized.connect(_on_finalized)
    atexit.register(end_run)
