"""What one run of Pelican knows, and how it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pelican import Pelican
from pelican.contents import Content
from pelican.generators import Generator, PelicanTemplateNotFound

from callsite.address import explain_site_address
from callsite.build import Loaded, Loader
from callsite.check.catalogue import CODES, ERROR_RULES
from callsite.check.facts import PageFacts
from callsite.check.ignoring import apply_ignores, parse_ignores
from callsite.check.rule import apply_rules
from callsite.configuration import read_configuration
from callsite.errors import BuildStopped, CallsiteError
from callsite.hostfiles import explain_settings
from callsite.linking import Linked
from callsite.model import Dates, Page, Problem, Severity
from callsite.navigation import ListView, Navigation
from callsite.pelican_plugin.assets import ENCODING_NAMES, ThemeFiles
from callsite.pelican_plugin.crosslinks import Crosslinks
from callsite.pelican_plugin.metadata import find_provided, process_metadata
from callsite.redirects import Redirect
from callsite.relations import Relations
from callsite.render import Rendered, Renderer
from callsite.staging import Staging, open_staging
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
        self.theme_files = ThemeFiles(self.settings)
        self.ignored: dict[str, frozenset[str]] = {}  # by path as problems name it: codes
        self.loaded: dict[str, Loaded] = {}
        self.metadata: dict[str, dict[str, Any]] = {}
        self.redirects: tuple[Redirect, ...] = ()  # those that the site declares
        self.moved: tuple[Redirect, ...] = ()  # those that have a page
        self.crosslinks: Crosslinks | None = None
        self.linked: dict[str, tuple[Linked, ...]] = {}  # those of each listing
        self.rendered: dict[str, Rendered] = {}
        self.relations = Relations((), {})
        self.navigation: Navigation | None = None
        self.lists: tuple[ListView, ...] = ()
        self.published: dict[str, Content] = {}  # the pages by source, in reading order
        self.dates: dict[str, Dates] = {}
        self.generator: Generator | None = None
        self.contents: tuple[Content, ...] = ()
        self.context: dict[str, Any] = {}
        self.warnings = 0
        self.logged = 0

    def load(self, path: str, article: bool = False) -> tuple[Problem, ...]:
        """Load a file for the reader; returns what is wrong with it."""
        provided = find_provided(path, self.settings)
        needed = ("title", "date") if article else ("title",)
        loaded = self.loader.load_page(path, [key for key in needed if key not in provided])
        self.loaded[path] = loaded
        self.metadata[path] = process_metadata(loaded.page.meta, self.settings, self.renderer)
        ignores, malformed = parse_ignores(loaded.page, CODES)
        self.ignored[loaded.page.at.path] = frozenset(ignore.code for ignore in ignores)
        return (*loaded.problems, *malformed)

    def render(self, path: str) -> tuple[Problem, ...]:
        """Render a loaded file, with the links in its listings; returns what is wrong with it."""
        page, text = self.loaded[path].page, self.loaded[path].text
        assert self.crosslinks is not None  # pages are rendered when all are known
        self.linked[path] = linked = self.crosslinks.find(path, page)
        self.rendered[path] = rendered = self.renderer.render_page(page, [those.links for those in linked])
        facts = PageFacts(page, text, rendered.html, rendered.headings, self.configuration.policy)
        return (*rendered.problems, *apply_rules(ERROR_RULES, facts))

    def find_uses(self, path: str) -> tuple[tuple[Page, ...], ...]:
        """The pages whose symbols each listing of a file uses."""
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
            print(make_printable(str(problem)), file=sys.stderr)
            if strict or problem.severity is Severity.ERROR:
                errors += 1
            else:
                self.warnings += 1
        if errors:
            self.stop(count(errors, "error"))

    def note(self, notices: Iterable[str]) -> None:
        """Print what is good to know and no problem."""
        for notice in notices:
            print(make_printable(notice), file=sys.stderr)

    def stop(self, why: str) -> None:
        """End the run; the output stays as it was."""
        self.close()
        raise BuildStopped(f"{why}; nothing was written to {os.path.relpath(self.output)}")

    def close(self) -> None:
        """Forget the staging folder, and let the settings name the output again."""
        self.staging.discard()
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
    wanted = settings.get("CALLSITE_PRECOMPRESS", ())
    if not isinstance(wanted, list | tuple | set | frozenset) or any(name not in ENCODING_NAMES for name in wanted):
        return f'CALLSITE_PRECOMPRESS is {wanted!r}, and no list of "gz" and "br"'
    return ""


_run: Run | None = None


def start_run(pelican: Pelican) -> Run:
    """Begin a run; Pelican hands its readers nothing they could find their run by, so there is one at a time."""
    global _run  # noqa: PLW0603  # see above
    end_run()  # in autoreload mode, the run before this one may not have come to its end
    _run = Run(pelican)
    return _run


def current_run() -> Run:
    """The run that has begun."""
    assert _run is not None  # every run of Pelican starts with `get_generators`
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
