"""Callsite inside Pelican: `PLUGINS = ["callsite.pelican_plugin"]`.

One run of Pelican goes like this (measured on 4.12):

    get_generators               open a staging folder; from here on Pelican writes there
    page_generator_init          load, check and render every Markdown file; an error stops the run here
    (Pelican reads)              the reader hands out what was rendered
    all_generators_finalized     addresses are known: lists, breadcrumbs, neighbours; two files for one address stop it
    (Pelican writes)
    finalized                    check links against what was written; then output and staging folder change places

An exception in a reader or in `register` would only be logged, and the page or plugin dropped; an exception in these
signals ends the run with exit code 1. This is the only module that imports Pelican. Handlers are functions of the
module because signals hold them weakly.
"""

from __future__ import annotations

import atexit
import logging
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from markupsafe import Markup
from pelican import Pelican, signals
from pelican.contents import Article, Content, Page
from pelican.generators import ArticlesGenerator, Generator, PagesGenerator, PelicanTemplateNotFound
from pelican.readers import (
    BaseReader,
    MarkdownReader,
    Readers,
    default_metadata,
    parse_path_metadata,
    path_metadata,
)

from callsite.build import Loaded, Loader, place_of
from callsite.check import Host, find_broken_links, find_collisions
from callsite.errors import BuildStopped, CallsiteError
from callsite.header import list_entries
from callsite.model import Meta, Place, Problem, Prose, Severity
from callsite.navigation import Entry, Navigation, PageView
from callsite.render import Link, Renderer, find_links
from callsite.site import Site
from callsite.staging import MANIFEST, Staging, list_files, open_staging
from callsite.text import count, decode_text
from callsite.theme import THEME

LIBRARY_URL = "libraries/{name}.html"

# Metadata keys that Pelican turns into attributes of its content objects, over what those need to work.
_RESERVED = frozenset(name for name in (*dir(Article), *dir(Page)) if not name.startswith("_")) | {
    "callsite",
    "example",
    "metadata",
    "relative_source_path",
    "settings",
    "source_path",
    "translations",
}

# Where Pelican's generators keep what they have read.
_LISTS = {
    PagesGenerator: (
        "pages translations hidden_pages hidden_translations draft_pages draft_translations".split()
    ),
    ArticlesGenerator: (
        "articles translations hidden_articles hidden_translations drafts drafts_translations".split()
    ),
}


class _Build:
    """What one run of Pelican knows."""

    def __init__(self, pelican: Pelican) -> None:
        self.settings: dict[str, Any] = pelican.settings
        self.output: str = pelican.settings["OUTPUT_PATH"]
        self.staging: Staging = open_staging(
            self.output, apart_from=[pelican.path, pelican.theme, os.getcwd(), os.path.expanduser("~")]
        )
        self.loader = Loader(self.settings["MARKDOWN"], self.settings.get("CALLSITE_KEYS", ()), _RESERVED)
        self.loaded: dict[str, Loaded] = {}
        self.metadata: dict[str, dict[str, Any]] = {}
        self.navigation: Navigation | None = None
        self.contents: tuple[Content, ...] = ()
        self.context: dict[str, Any] = {}
        self.warnings = 0
        self.logged = 0

    def load(self, path: str, article: bool = False) -> tuple[Problem, ...]:
        """Load a file for the reader; returns what is wrong with it."""
        provided = _find_provided_metadata(path, self.settings)
        loaded = self.loader.load_page(path, [key for key in ("title",) if key not in provided])
        meta = loaded.page.meta
        metadata, problems = _process_metadata(meta, loaded.page.at.path, self.settings, self.loader.renderer)
        dated = "date" in {*provided, *metadata, *problems} or meta.other("status") in ("draft", "skip")
        if article and not dated:
            problems["date"] = Problem(
                Place(loaded.page.at.path, 1), "M101", "no `date`", "add a line `date: …`; an article needs one"
            )
        self.loaded[path], self.metadata[path] = loaded, metadata
        return (*loaded.problems, *problems.values())

    def report(self, problems: Iterable[Problem]) -> None:
        """Print problems and raise BuildStopped if one of them is an error."""
        strict = bool(self.settings.get("CALLSITE_STRICT", False))
        errors = 0
        for problem in sorted(problems):
            print(problem, file=sys.stderr)
            if strict or problem.severity is Severity.ERROR:
                errors += 1
            else:
                self.warnings += 1
        if errors:
            self.stop(count(errors, "error"))

    def stop(self, why: str) -> None:
        """End the run; the output stays as it was."""
        self.close()
        raise BuildStopped(f"{why}; {os.path.relpath(self.output)} is as it was")

    def close(self) -> None:
        """Forget the staging folder, and let the settings name the output again."""
        self.staging.discard()
        self.settings["OUTPUT_PATH"] = self.output


def _find_provided_metadata(path: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Metadata that the settings give a file by its path, as Pelican's readers work it out."""
    source = os.path.relpath(path, settings["PATH"])
    return {
        **default_metadata(settings),
        **path_metadata(path, source, settings),
        **parse_path_metadata(source, settings),
    }


def _process_metadata(
    meta: Meta, path: str, settings: dict[str, Any], renderer: Renderer
) -> tuple[dict[str, Any], dict[str, Problem]]:
    """Metadata as Pelican's own Markdown reader hands it out: dates, tags and authors read, summaries rendered; and by
    key what could not be read."""
    reader = BaseReader(settings)
    metadata: dict[str, Any] = {}
    problems: dict[str, Problem] = {}
    for key, lines in list_entries(meta):
        text = "\n".join(lines)
        value: str | list[str] = list(lines) if len(lines) > 1 else text
        if key in settings["FORMATTED_FIELDS"]:
            value = renderer.render_text(text)
        try:
            metadata.setdefault(key, reader.process_metadata(key, value))
        except (ValueError, AttributeError, OverflowError):
            hint = "write it as 2026-01-31 or 2026-01-31 18:00" if key in ("date", "modified") else "write it on one line"
            message = f"`{key}` cannot be `{' '.join(lines)}`"
            problems[key] = Problem(Place(path, meta.line(key)), "M104", message, hint)
    return metadata, problems


_build: _Build | None = None


def _current() -> _Build:
    assert _build is not None  # every run starts with `get_generators`
    return _build


class CallsiteReader(BaseReader):  # type: ignore[misc]  # Pelican has no types
    """Hands out the Markdown files that were rendered when the run began."""

    enabled = True
    file_extensions = MarkdownReader.file_extensions

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        """The body as HTML and the metadata of a file. Pelican hands in absolute paths."""
        build = _current()
        if source_path not in build.loaded:  # written after the run began
            build.report(build.load(source_path))
        return build.loaded[source_path].rendered.html, dict(build.metadata[source_path])


class LibraryPages(Generator):  # type: ignore[misc]  # Pelican has no types
    """Writes a page for each library whose author has written none."""

    def generate_output(self, writer: Any) -> None:
        """Write the pages; a theme without a `library` template has none."""
        navigation = _current().navigation
        assert navigation is not None  # made before anything is written
        try:
            template = self.get_template("library")
        except PelicanTemplateNotFound:
            return
        relative = self.settings["RELATIVE_URLS"]
        for library in navigation.libraries:
            if not library.written:
                writer.write_file(library.url, template, self.context, relative, url=library.url, library=library)


class _ErrorCounter(logging.Handler):
    """Pelican logs an error and goes on without the page; a count of them lets the build stop in the end."""

    def emit(self, record: logging.LogRecord) -> None:
        if _build is not None:
            _build.logged += 1


class _LogFilter(logging.Filter):
    """A stopped build has said what is wrong: no traceback behind it. Links are checked here, with their lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], CallsiteError):
            record.msg, record.args = "%s", (record.exc_info[1],)
            record.exc_info = None
        return not str(record.msg).startswith("Unable to find '%s', skipping url replacement")


_counter = _ErrorCounter(logging.ERROR)
_filter = _LogFilter()


def _on_initialized(pelican: Pelican) -> None:
    settings = pelican.settings
    # A cache of Pelican's own would hand out pages whose neighbours have changed since.
    settings["CACHE_CONTENT"] = settings["LOAD_CONTENT_CACHE"] = False
    if os.path.realpath(settings["THEME"]) == os.path.realpath(THEME):
        settings["JINJA_ENVIRONMENT"]["autoescape"] = True
    folders = [*settings["PAGE_PATHS"], *settings["ARTICLE_PATHS"]]
    if not any(os.path.exists(os.path.join(settings["PATH"], folder)) for folder in folders):
        settings["PAGE_PATHS"] = [""]  # a plain folder of pages
    logger = logging.getLogger("pelican")
    if _counter not in logger.handlers:
        logger.addHandler(_counter)
        logger.addFilter(_filter)
        logging.getLogger("pelican.contents").addFilter(_filter)


def _on_get_generators(pelican: Pelican) -> type[Generator]:
    global _build
    if _build is not None:
        _build.close()  # the run before this one, in autoreload mode, did not get to its end
    _build = _Build(pelican)
    pelican.output_path = pelican.settings["OUTPUT_PATH"] = str(_build.staging.path)
    return LibraryPages


def _on_readers_init(readers: Readers) -> None:
    for extension in CallsiteReader.file_extensions:
        readers.reader_classes[extension] = CallsiteReader


def _on_generator_init(generator: ArticlesGenerator | PagesGenerator) -> None:
    # Pelican reads files in the order of a set, which is another one in every run.
    find = generator.get_files
    generator.get_files = lambda *args, **kwargs: sorted(find(*args, **kwargs))


def _on_page_generator_init(generator: PagesGenerator) -> None:
    build, settings = _current(), generator.settings
    _on_generator_init(generator)
    problems: list[Problem] = []
    slugs: list[tuple[str, Place]] = []
    for kind in ("PAGE", "ARTICLE"):
        extensions = CallsiteReader.file_extensions
        for path in generator.get_files(settings[f"{kind}_PATHS"], settings[f"{kind}_EXCLUDES"], extensions):
            source = os.path.abspath(os.path.join(generator.path, path))
            problems += build.load(source, article=kind == "ARTICLE")
            page = build.loaded[source].page
            meta = page.meta
            if meta.slug and meta.other("status") != "skip" and not meta.other("save_as"):
                language = meta.other("lang")
                slugs.append((f"{meta.slug} ({language})" if language else meta.slug, page.place("slug")))
    problems += find_collisions(slugs, "slug", "give one of the two another slug")
    build.report(problems)


def _on_article_generator_finalized(generator: ArticlesGenerator) -> None:
    if not generator.articles:
        # Without articles there is nothing to feed, and an empty feed would carry the time of the build.
        for name in ("FEED_ATOM", "FEED_RSS", "FEED_ALL_ATOM", "FEED_ALL_RSS"):
            generator.settings[name] = generator.context[name] = None


def _on_all_generators_finalized(generators: list[Generator]) -> None:
    build = _current()
    build.contents = contents = tuple(_find_contents(generators))
    build.context = context = generators[0].context
    listed = [
        (loaded.page, content.url)
        for content in contents
        if isinstance(content, Page) and content.status == "published" and (loaded := _find_loaded(content))
    ]
    home = Entry(build.settings["SITENAME"], "")
    navigation = Navigation(
        Site(tuple(page for page, _ in listed)), {page.at.path: url for page, url in listed}, LIBRARY_URL, home
    )
    build.navigation = context["callsite"] = navigation
    for content in contents:
        loaded = _find_loaded(content)
        if loaded:
            content.example = navigation.view(loaded.page, loaded.rendered, content.title)
        else:
            title = Markup(content.title)  # other readers hand out HTML
            content.example = PageView(title.striptags(), title, breadcrumbs=(home,))
    taken = dict(_find_written(generators, navigation))
    for content in contents:
        if hasattr(content, "override_save_as"):  # then Pelican lets it replace a list or an index
            taken.pop(content.save_as, None)
    taken |= _find_copied(build.settings)
    claims = ((content.save_as, _place(content, "slug")) for content in contents)
    build.report(find_collisions(claims, "output file", "choose another slug", taken))


def _on_finalized(pelican: Pelican) -> None:
    build = _current()
    if build.logged:
        build.stop(f"{count(build.logged, 'error')} above")
    sources = frozenset([*build.context["generated_content"], *build.context["static_content"]])
    host = Host(frozenset(list_files(build.staging.path)), sources, build.settings["SITEURL"])
    problems: list[Problem] = []
    for content in build.contents:
        links = _find_links(content)
        problems += find_broken_links(links, host, content.save_as, content.relative_source_path)
    # Where a static file goes is settled only now: an {attach} link moves it.
    taken = {content.save_as: str(_place(content)) for content in build.contents}
    statics = ((static.save_as, _place(static)) for static in build.context["staticfiles"])
    problems += find_collisions(statics, "output file", "rename the file, or give the page another slug", taken)
    build.report(problems)
    build.staging.commit(pelican.output_retention if pelican.delete_outputdir else None)
    build.close()
    pelican.output_path = build.output
    if build.warnings:
        print(f"{count(build.warnings, 'warning')} above", file=sys.stderr)


def _find_contents(generators: Iterable[Generator]) -> Iterator[Content]:
    """Every page and article of a run, drafts, hidden ones and translations included, by source."""
    found: dict[str, Content] = {}
    for generator in generators:
        for name in _LISTS.get(type(generator), ()):
            found.update((content.source_path, content) for content in getattr(generator, name))
    return iter(found[path] for path in sorted(found))


def _find_written(generators: Iterable[Generator], navigation: Navigation) -> Iterator[tuple[str, str]]:
    """The output files that a build writes besides pages, each with what it is."""
    settings = _current().settings
    for name in settings["DIRECT_TEMPLATES"]:
        yield settings.get(f"{name.upper()}_SAVE_AS", f"{name}.html"), f"the site's {name} page"
    for library in navigation.libraries:
        if not library.written:
            yield library.url, f"the page of the library {library.name}"
    for generator in generators:
        if isinstance(generator, ArticlesGenerator):
            for group, _ in (*generator.categories, *generator.tags.items(), *generator.authors):
                yield group.save_as, f"the list of articles under {group}"


def _find_copied(settings: dict[str, Any]) -> dict[str, str]:
    """The output files that no page can replace, each with what it is."""
    copied = {MANIFEST: "the list of what a build has written"}
    copied |= {path: source for source, path in settings["TEMPLATE_PAGES"].items()}
    for folder in settings["THEME_STATIC_PATHS"]:
        files = list_files(Path(settings["THEME"], folder))
        copied |= {f"{settings['THEME_STATIC_DIR']}/{path}": "the theme" for path in files}
    return copied


def _find_links(content: Content) -> Iterable[Link]:
    loaded = _find_loaded(content)
    if loaded:
        return loaded.rendered.links
    at = _place(content)
    text, _ = decode_text(Path(content.source_path).read_bytes(), at.path)
    return find_links(content._content, [Prose(text, Place(at.path, 1))], at)


def _find_loaded(content: Content) -> Loaded | None:
    return _current().loaded.get(content.source_path)


def _place(content: Content, key: str = "") -> Place:
    """Where a page's or a static file's source is, and where in it `key` is set."""
    loaded = _find_loaded(content)
    return loaded.page.place(key) if loaded and key else place_of(os.path.join(content.settings["PATH"], content.source_path))


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
    atexit.register(_close_last)


def _close_last() -> None:
    if _build is not None:
        _build.close()
