"""The phases of a run: what is done at each of Pelican's signals (see the package)."""

from __future__ import annotations

import atexit
import gc
import os
from collections.abc import Callable

from pelican import Pelican, signals
from pelican.contents import Content
from pelican.generators import ArticlesGenerator, Generator, PagesGenerator
from pelican.readers import Readers
from pelican.writers import Writer

from callsite.check.claims import find_blocked_folders, find_collisions
from callsite.check.hosting import Host, find_broken_links
from callsite.check.metadata import check_path
from callsite.model import Place, Problem, Severity
from callsite.pelican_plugin.arranging import arrange_pages
from callsite.pelican_plugin.assets import compress_output, make_asset
from callsite.pelican_plugin.bodies import give_body
from callsite.pelican_plugin.hostfiles import plan_host_files, write_host_files
from callsite.pelican_plugin.loading import load_pages
from callsite.pelican_plugin.logs import has_logged, watch_log
from callsite.pelican_plugin.outputs import (
    find_content_links,
    find_contents,
    find_copied,
    find_escapes,
    find_groups,
    find_missing_templates,
    find_own_link,
    find_sources,
    find_written,
    place_content,
)
from callsite.pelican_plugin.parts import CallsiteReader, ListPages
from callsite.pelican_plugin.redirecting import HOSTING, write_redirects
from callsite.pelican_plugin.rendering import WaitingWriter, note_written, number_written, write_waiting
from callsite.pelican_plugin.run import Run, current_run, end_run, find_run, start_run
from callsite.pelican_plugin.settled import settle_addresses, settle_path
from callsite.pelican_plugin.twinning import Twins
from callsite.searching import write_search
from callsite.staging import MANIFEST, OutputLock
from callsite.stopping import unwinding
from callsite.theme import THEME
from callsite.twins import TwinSite, list_twin_paths
from callsite.wording import count


def prepare(pelican: Pelican) -> None:
    """Settle what the settings leave open, before the first phase."""
    settings = pelican.settings
    settings.setdefault("TIMEZONE", "UTC")  # which Pelican says that it takes for granted
    settings["JINJA_GLOBALS"] = {"asset": make_asset(lambda: current_run().theme_files), **settings["JINJA_GLOBALS"]}
    # A cache of Pelican's own would hand out pages whose neighbours have changed since.
    settings["CACHE_CONTENT"] = settings["LOAD_CONTENT_CACHE"] = False
    if os.path.realpath(settings["THEME"]) == os.path.realpath(THEME):
        settings["JINJA_ENVIRONMENT"]["autoescape"] = True
    folders = [*settings["PAGE_PATHS"], *settings["ARTICLE_PATHS"]]
    if not any(os.path.exists(os.path.join(settings["PATH"], folder)) for folder in folders):
        settings["PAGE_PATHS"] = [""]  # a plain folder of pages
    watch_log()


def run(pelican: Pelican, go: Callable[[], None], described: str | None, lock: OutputLock) -> list[str] | None:
    """Let Pelican go through all phases; `described` tells its settings and versions from others, if that can be done.
    `lock` is taken before the output takes its place.

    Returns what was told, so that it can be told again; None when there was more than that.
    """
    pelican.described, pelican.lock = described, lock
    # What a run makes it needs to the end, so looking through it for what nobody needs takes time and finds nothing.
    gc.disable()
    try:
        with unwinding():
            go()
    finally:
        gc.enable()
    done = current_run()
    return None if has_logged() else done.told


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
    _on_generator_init(generator)
    run = current_run()
    run.report(load_pages(run, generator))


def _on_article_generator_finalized(generator: ArticlesGenerator) -> None:
    if not generator.articles:
        # Without articles there is nothing to feed, and an empty feed would carry the time of the run.
        for name in ("FEED_ATOM", "FEED_RSS", "FEED_ALL_ATOM", "FEED_ALL_RSS"):
            generator.settings[name] = generator.context[name] = None


def _on_all_generators_finalized(generators: list[Generator]) -> None:
    run = current_run()
    run.contents = contents = tuple(find_contents(generators))
    settle_addresses(content for content in contents if run.makes(content))
    run.generator = generators[0]
    run.context = generators[0].context
    problems = arrange_pages(run, contents)
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
    problems += find_escapes(run.context["staticfiles"])
    problems += find_missing_templates(contents, generators[0])
    run.report(problems)


def _on_content_object_init(content: Content) -> None:
    run = find_run()
    if run is not None and run.makes(content):
        settle_path(content)
        give_body(content, run.draw)


def _on_get_writer(_: Pelican) -> type[Writer] | None:
    return WaitingWriter if current_run().is_alone else None


def _write_redirects(run: Run, site: TwinSite) -> list[Problem]:
    """Write redirects where nothing else has been written; returns what is wrong with them."""
    sources = {content.save_as: str(place_content(content)) for content in run.contents}
    written = {path: sources.get(path, f"`{path}`, which the build writes") for path in run.list_output()}
    hosting = (HOSTING, MANIFEST, *plan_host_files(run.settings))
    coming = {path: f"`{path}`, which the build writes" for path in (*list_twin_paths(site), *hosting)}
    run.moved, problems = write_redirects(
        run.staging.path,
        run.redirects,
        {**coming, **written},
        [(run.examined[source].outline, content.url) for source, content in run.published.items()],
        {content.relative_source_path: content.url for content in run.contents if content.status == "published"},
        run.context,
        run.find_template("redirect"),
    )
    return problems


def _on_finalized(pelican: Pelican) -> None:
    run = current_run()
    if run.logged:
        run.stop(f"{count(run.logged, 'error')} above")
    taken = {content.save_as: str(place_content(content)) for content in run.contents}
    # Where a static file goes is settled only now: an {attach} link moves it.
    statics = [(static.save_as, place_content(static)) for static in run.context["staticfiles"]]
    hint = "rename the file, or give the page another slug"
    problems = [
        *find_collisions(statics, "output file", hint, taken),
        *find_blocked_folders(statics, hint, taken),
    ]
    twins = Twins(run)
    if not problems:
        problems += write_waiting(run, twins)
    problems += _write_redirects(run, twins.site)
    run.note(run.theme_files.write(run.staging.path))
    files = run.list_output() | plan_host_files(run.settings)
    links = [(content, [*find_content_links(content), *find_own_link(content)]) for content in run.contents]
    targets = {link.target for _, found in links for link in found}
    host = Host(files, find_sources(run), run.settings["SITEURL"], find_groups(targets, run, files))
    for content, found in links:
        problems += find_broken_links(found, host, content.save_as, content.relative_source_path)
    for path, place in statics:
        if path not in files and os.path.lexists(place.path):  # else only a link speaks of it
            problems.append(Problem(place, "S105", "this file could not be copied", "make it readable"))
    run.report(problems)
    if run.settings["CALLSITE_SEARCH"]:
        missing = write_search(run.staging.path, run.settings["DEFAULT_LANG"], run.staging.held)
        if missing:
            run.report([Problem(Place("CALLSITE_SEARCH"), "S109", "the site has no search", missing, Severity.WARNING)])
    run.report(write_host_files(run, run.moved))
    compress_output(run.settings, run.staging.path)
    numbers = number_written(run)
    run.lock.take()
    run.staging.commit(pelican.output_retention if pelican.delete_outputdir else None)
    note_written(run, numbers)
    run.cache.commit()
    run.close()
    pelican.output_path = run.output
    if run.warnings:
        run.note([f"{count(run.warnings, 'warning')} above"])


def connect() -> None:
    """Connect the phases to Pelican's signals; a second time changes nothing."""
    signals.get_generators.connect(_on_get_generators)
    signals.readers_init.connect(_on_readers_init)
    signals.article_generator_init.connect(_on_generator_init)
    signals.page_generator_init.connect(_on_page_generator_init)
    signals.content_object_init.connect(_on_content_object_init)
    signals.get_writer.connect(_on_get_writer)
    signals.article_generator_finalized.connect(_on_article_generator_finalized)
    signals.all_generators_finalized.connect(_on_all_generators_finalized)
    signals.finalized.connect(_on_finalized)
    atexit.register(_end)


def _end() -> None:
    end_run()
    gc.freeze()  # what ends with the process need not be looked through
