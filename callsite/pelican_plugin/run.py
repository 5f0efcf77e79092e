"""What one run of Pelican knows, and how it ends."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pelican import Pelican
from pelican.contents import Content
from pelican.contents import Page as PelicanPage
from pelican.generators import Generator, PelicanTemplateNotFound

from callsite.address import explain_site_address
from callsite.build import Loader, read_head
from callsite.cache import Cache
from callsite.check.ignoring import apply_ignores
from callsite.configuration import read_configuration
from callsite.environment import describe_tools, describe_value, has_own_extensions
from callsite.errors import BuildStopped, CallsiteError
from callsite.file_links import find_gist
from callsite.forking import count_processors
from callsite.history import History
from callsite.hostfiles import explain_settings
from callsite.last_build import plan_cache
from callsite.linking import Linked
from callsite.making import Examined, Maker, Source, read_source
from callsite.model import Dates, Page, Problem, Severity
from callsite.navigation import ListView, Navigation
from callsite.outline import Outline
from callsite.pelican_plugin.assets import ThemeFiles
from callsite.pelican_plugin.bodies import find_link_pattern
from callsite.pelican_plugin.company import is_alone
from callsite.pelican_plugin.compiled import keep_compiled
from callsite.pelican_plugin.crosslinks import Crosslinks
from callsite.pelican_plugin.metadata import find_provided, process_metadata
from callsite.publish.kinds import ENCODINGS
from callsite.records import replace
from callsite.redirects import Redirect
from callsite.relations import Relations
from callsite.render import Renderer
from callsite.staging import OutputLock, Staging, list_files, open_staging
from callsite.storing import Growing
from callsite.symbol import parse_symbol
from callsite.wording import count, make_printable


class Run:
    """What one run of Pelican knows."""

    def __init__(self, pelican: Pelican) -> None:
        self.settings: dict[str, Any] = pelican.settings
        self.output: str = pelican.settings["OUTPUT_PATH"]
        self.staging: Staging = open_staging(
            self.output, apart_from=[pelican.path, pelican.theme, os.getcwd(), os.path.expanduser("~")]
        )
        own = self.settings.get("CALLSITE_KEYS", ())
        try:
            if not isinstance(own, list | tuple | set | frozenset):
                raise TypeError("CALLSITE_KEYS is no list of names")
            self.loader = Loader(own)
            self.renderer = Renderer(self.settings["MARKDOWN"])
        except (ImportError, AttributeError, KeyError, TypeError, ValueError) as error:
            self.staging.discard()
            raise CallsiteError(f"MARKDOWN or CALLSITE_KEYS cannot be used, {error}; mend the settings file") from error
        wrong = find_wrong_setting(self.settings) or explain_settings(self.settings)
        if not wrong and self.settings.get("CALLSITE_PRODUCTION") and self.settings["SITEURL"]:
            why = explain_site_address(self.settings["SITEURL"])
            wrong = f"SITEURL {why}" if why else ""
        if wrong:
            self.staging.discard()
            raise CallsiteError(f"{wrong}; mend the settings file")
        try:
            self.configuration = read_configuration(Path(pelican.path).parent)
        except CallsiteError:
            self.staging.discard()
            raise
        self.lock = OutputLock(self.output)
        self.theme_files = ThemeFiles(self.settings)
        self.is_alone = is_alone(self.settings)
        self.link_pattern = find_link_pattern(self.settings)
        self.processes = self.settings.get("CALLSITE_PROCESSES") or count_processors()
        self.cache = Cache(plan_cache(self.settings))
        keep_compiled(self.settings, self.cache, is_kept=self.is_alone)
        self.ignored: dict[str, frozenset[str]] = {}  # by path as problems name it: codes
        self.sources: dict[str, Source] = {}  # what is in them is put aside once they are examined
        self._texts = Growing()
        self._places: dict[str, tuple[int, int]] = {}
        self.articles: set[str] = set()
        self.heads: dict[str, Page] = {}  # their metadata alone, until they are examined
        self.examined: dict[str, Examined] = {}
        self.outlines: dict[str, Outline] = {}  # by path as problems name it
        self.roots: frozenset[str] = frozenset()  # the packages whose names are looked for in code
        self.environment = ""  # what pages are made with besides their text
        self.maker: Maker | None = None
        self.metadata: dict[str, dict[str, Any]] = {}
        self.redirects: tuple[Redirect, ...] = ()  # those that the site declares
        self.moved: tuple[Redirect, ...] = ()  # those that have a page
        self.crosslinks: Crosslinks | None = None
        self.linked: dict[str, tuple[Linked, ...]] = {}  # those of each listing
        self.relations = Relations((), {})
        self.navigation: Navigation | None = None
        self.lists: tuple[ListView, ...] = ()
        self.published: dict[str, Content] = {}  # the pages by source, in reading order
        self.history = History("", {})
        self.dates: dict[str, Dates] = {}
        self.generator: Generator | None = None
        self.contents: tuple[Content, ...] = ()
        self.context: dict[str, Any] = {}
        self.waiting: list[tuple[str, Callable[[], None], dict[str, Any]]] = []  # files: see `rendering`
        self.is_writing = False
        self.written: dict[str, tuple[bytes, bytes, tuple[str, ...]]] = {}
        self.told: list[str] = []  # what was printed
        self.described: str | None = None  # its settings and versions, if they can be told from others
        self.warnings = 0
        self.logged = 0

    def read(self, path: str, article: bool = False) -> None:
        """Read a file that the reader will ask for."""
        provided = find_provided(path, self.settings)
        needed = ("title", "date") if article else ("title",)
        if article:
            self.articles.add(path)
        self.sources[path] = source = read_source(path, tuple(key for key in needed if key not in provided))
        self.heads[path] = head = read_head(path, source.data)
        self.metadata[path] = process_metadata(head.meta, self.settings, self.renderer)

    def start_making(self, roots: frozenset[str]) -> None:
        """Begin to make pages; in their code the names in these packages are looked for."""
        self.roots, self.environment = roots, self._describe_environment()
        self.maker = Maker(
            self.loader,
            self.renderer,
            self.configuration.policy,
            self.cache,
            self.environment,
            self.roots,
            partial(find_gist, links=self.link_pattern),
        )

    def examine(self, paths: Iterable[str], meanwhile: Callable[[], None] | None = None) -> list[Problem]:
        """Examine files that have been read, and do something else while other processes do; returns what is wrong with
        the files.
        """
        assert self.maker is not None  # pages are examined when the roots of all are known
        sources = [self.sources[path] for path in paths]
        problems: list[Problem] = []
        for source, examined in zip(sources, self.maker.examine_all(sources, self.processes, meanwhile), strict=True):
            self.sources[source.path] = replace(source, data=b"")
            self._places[source.path] = self._put_aside(source.data), len(source.data)
            del self.heads[source.path]
            self.examined[source.path] = examined
            self.outlines[examined.outline.at.path] = examined.outline
            self.ignored[examined.outline.at.path] = examined.ignored
            problems += examined.problems
        return problems

    def _put_aside(self, data: bytes) -> int:
        try:
            return self._texts.add(data)
        except OSError as error:
            hint = "make room, or set TMPDIR to another folder"
            raise CallsiteError(f"{tempfile.gettempdir()}: cannot be written, {error.strerror}; {hint}") from error

    def find_source(self, path: str) -> Source:
        """A file as it was when it was examined."""
        return replace(self.sources[path], data=self._texts.read(*self._places[path]))

    def link(self, path: str) -> None:
        """Find the links in the listings of a file."""
        assert self.maker is not None  # see above
        assert self.crosslinks is not None
        examined = self.examined[path]
        words = self.maker.find_words(self.find_source(path), examined)
        self.linked[path] = self.crosslinks.find(examined.outline, words)

    def makes(self, content: object) -> bool:
        """Whether something is a page whose body is drawn when it is asked for."""
        return self.is_alone and isinstance(content, PelicanPage) and content.source_path in self.sources

    def show(self, path: str) -> str:
        """What the reader hands out as the HTML of a file."""
        if not self.is_alone or path in self.articles:
            return self.draw(path)
        return self.examined[path].gist

    def draw(self, path: str) -> str:
        """The HTML of a file's body."""
        assert self.maker is not None  # see above
        links = [those.links for those in self.linked[path]]
        return self.maker.draw(self.find_source(path), self.examined[path], links)

    def _describe_environment(self) -> str:
        """Tells what pages are made with besides their text from what other runs make them with."""
        options = os.urandom(16).hex()  # what nobody knows is another in each run
        if not has_own_extensions(self.settings["MARKDOWN"]):
            with contextlib.suppress(TypeError):  # a function, say
                options = describe_value([self.settings["MARKDOWN"], self.settings.get("CALLSITE_KEYS", ())])
        return f"{describe_tools()} {options} {describe_value(self.configuration.policy)} {self.link_pattern.pattern}"

    def list_output(self) -> frozenset[str]:
        """The files that are in the staging folder or wait."""
        return frozenset((*list_files(self.staging.path), *(name for name, *_ in self.waiting)))

    def find_uses(self, path: str) -> tuple[tuple[str, ...], ...]:
        """The paths of the pages whose symbols each listing of a file uses."""
        return tuple(those.uses for those in self.linked[path])

    def find_template(self, name: str) -> Any:
        """A template of the theme, None when it has none of that name."""
        assert self.generator is not None  # the templates of one are everybody's
        try:
            return self.generator.get_template(name)
        except PelicanTemplateNotFound:
            return None

    def report(self, problems: Iterable[Problem]) -> None:
        """Print problems and raise BuildStopped if one of them is an error."""
        strict = bool(self.settings.get("CALLSITE_STRICT", False))
        errors = 0
        told, _ = apply_ignores(sorted(problems), self.ignored)
        for problem in told:
            self._tell(str(problem))
            if strict or problem.severity is Severity.ERROR:
                errors += 1
            else:
                self.warnings += 1
        if errors:
            self.stop(count(errors, "error"))

    def note(self, notices: Iterable[str]) -> None:
        """Print what is good to know and no problem."""
        for notice in notices:
            self._tell(notice)

    def _tell(self, words: str) -> None:
        self.told.append(make_printable(words))
        print(self.told[-1], file=sys.stderr)

    def stop(self, why: str) -> None:
        """End the run; the output stays as it was."""
        self.close()
        raise BuildStopped(f"{why}; nothing was written to {os.path.relpath(self.output)}")

    def close(self) -> None:
        """Forget the staging folder, and let the settings name the output again."""
        self.staging.discard()
        self.cache.close()
        self._texts.close()
        self.settings["OUTPUT_PATH"] = self.output


def find_wrong_setting(settings: Mapping[str, Any]) -> str:
    """What cannot be used of the settings that are names and switches; "" when all can."""
    names = settings.get("CALLSITE_COMMON_NAMES", ())
    if not isinstance(names, list | tuple | set | frozenset):
        return 'CALLSITE_COMMON_NAMES is no list of names, such as ["flask.Flask"]'
    for name in names:
        if not isinstance(name, str) or parse_symbol(name) is None:
            return f"CALLSITE_COMMON_NAMES has {name!r}, which is no dotted name such as flask.Flask"
    for name in ("CALLSITE_SEARCH", "CALLSITE_PRODUCTION"):
        if not isinstance(settings.get(name, True), bool):
            return f"{name} is neither True nor False"
    try:
        ZoneInfo(settings["TIMEZONE"])
    except (OSError, LookupError, TypeError, ValueError):
        return f"TIMEZONE is {settings.get('TIMEZONE')!r}, and no time zone, such as 'Europe/Berlin'"
    processes = settings.get("CALLSITE_PROCESSES")
    if processes is not None and (isinstance(processes, bool) or not isinstance(processes, int) or processes < 1):
        return f"CALLSITE_PROCESSES is {processes!r}, and no number of processes, such as 2"
    wanted = settings.get("CALLSITE_PRECOMPRESS", ())
    if not isinstance(wanted, list | tuple | set | frozenset) or any(f".{name}" not in ENCODINGS for name in wanted):
        return f'CALLSITE_PRECOMPRESS is {wanted!r}, and no list of "gz" and "br"'
    return ""


_run: Run | None = None


def start_run(pelican: Pelican) -> Run:
    """Begin a run; Pelican hands its readers nothing they could find their run by, so there is one at a time."""
    global _run  # noqa: PLW0603  # see above
    end_run()  # in autoreload mode, the run before this one may not have come to its end
    _run = Run(pelican)
    _run.described = pelican.__dict__.pop("described", None)
    _run.lock = pelican.__dict__.pop("lock", _run.lock)
    return _run


def current_run() -> Run:
    """The run that has begun."""
    assert _run is not None  # every run of Pelican starts with `get_generators`
    return _run


def find_run() -> Run | None:
    """The run that has begun, if one has."""
    return _run


def end_run() -> None:
    """Forget the last run, and its staging folder if it came to no end."""
    global _run  # noqa: PLW0603  # see `start_run`
    if _run is not None:
        _run.close()
        _run = None


def note_error() -> None:
    """Pelican has logged an error."""
    if _run is not None:
        _run.logged += 1
