"""What rules are told: of one file of the output, and of the folder as a whole."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urljoin

from callsite.check.facts import PageSummary
from callsite.check.hosting import SOURCE_LINK, Host
from callsite.check.output.elements import Element, Unreadable, parse_elements
from callsite.check.output.markup import Markup, Reference, parse_markup
from callsite.check.output.tags import Tags
from callsite.check.policy import Policy
from callsite.model import Place, Problem
from callsite.records import dataclass

PAGES = (".html", ".htm")
STYLES = (".css",)
DATA = (".json",)
FEEDS = (".xml", ".atom", ".rss")

# What pieces of templates begin with, as they are and as addresses have them.
_PIECES = ("{{", "{%", "%7B%7B", "%7B%25")

# The kinds of files that are read; of all others only the names count.
READ = (*PAGES, *STYLES, *DATA, *FEEDS)


class Lead(NamedTuple):
    """Where an address leads: a file of the output and an id in it. `path` is "" when that is somewhere else, and None
    when it is nowhere; `near` is then the file whose name differs only in case. `is_leaked` says that the address is
    none: it is notation, or a piece of a template, that should have become one. `is_plain` says that it leads to a file
    or elsewhere, and there is no more to say about it.
    """

    path: str | None
    fragment: str = ""
    near: str = ""
    is_leaked: bool = False
    is_plain: bool = False


class Leads:
    """Where the addresses in a site's files lead, each looked up once: a sidebar has the same ones on every page."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._everywhere: dict[str, Lead] = {}  # those that lead to the same from all pages
        self._below: dict[tuple[str, str], Lead] = {}  # those that do from all pages in a folder

    def find(self, target: str, page: str) -> Lead:
        """Where an address on a page leads; `page` is its path below the output."""
        lead = self._everywhere.get(target)
        if lead is not None:
            return lead
        target = target.strip()
        if target[:1] in ("", "#", "?"):
            fragment = _find_fragment(target)
            return Lead(page, fragment, is_plain=not fragment)
        if target[0] == "/" or "://" in target:
            self._everywhere[target] = lead = self._find(target, page)
            return lead
        key = target, posixpath.dirname(page)
        if key not in self._below:
            self._below[key] = self._find(target, page)
        return self._below[key]

    def _find(self, target: str, page: str) -> Lead:
        if _is_leaked(target):
            return Lead("", is_leaked=True)
        path = self._host.resolve(target, page, "")
        if path is None:
            return Lead(path, near=self._host.find_near(target, page, ""))
        fragment = _find_fragment(target)
        return Lead(path, fragment, is_plain=not fragment)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a page of the output was made from: its source, how many lines of code each of its listings has, and which
    of them are marked.
    """

    source: str
    lines: tuple[int, ...]
    marks: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class FileFacts:
    """What the rules for one file of the output are told.

    `path` is its path below the output, `at` what a user would type. `text` is what is in it, `size` its bytes. A page
    that was made from a file of content has `expected`; `address` is where the site will stand, "" if that is not known.
    """

    path: str
    at: str
    text: str
    size: int
    leads: Leads
    address: str
    policy: Policy
    expected: Expected | None = None

    @property
    def is_page(self) -> bool:
        """Whether the file is one of HTML."""
        return self.path.lower().endswith(PAGES)

    @cached_property
    def markup(self) -> Markup:
        """What a file of HTML holds; nothing in other files."""
        return parse_markup(self.text) if self.is_page else Markup()

    @cached_property
    def elements(self) -> Element | Unreadable | None:
        """What a file of XML holds; None for other files."""
        return parse_elements(self.text) if self.path.lower().endswith(FEEDS) else None

    @cached_property
    def tags(self) -> Tags:
        """The tags of the file with their lines."""
        return Tags(self.text)

    def place(self, line: int = 0) -> Place:
        """A place in the file."""
        return Place(self.at, line)

    def place_reference(self, reference: Reference) -> Place:
        """Where an address is written."""
        line = self.tags.find_line(reference.attribute, reference.written) or find_line(self.text, reference.target)
        return self.place(line)

    @cached_property
    def links(self) -> tuple[tuple[Reference, Lead], ...]:
        """The addresses of a page and where they lead, without the many of which there is nothing to say."""
        base = self.markup.base
        found = []
        for href in self.markup.hrefs:
            lead = self.leads.find(rebase(href, base) if base else href, self.path)
            if not lead.is_plain:
                found.append((Reference(href.strip(), "a", "href", href), lead))
        for reference in self.markup.references:
            lead = self.leads.find(rebase(reference.target, base) if base else reference.target, self.path)
            if reference.is_loaded or not reference.target or not lead.is_plain:
                found.append((reference, lead))
        return tuple(found)


class Fragment(NamedTuple):
    """An address in a file that leads to a place in a file: as it is written, then that file and that place."""

    target: str
    path: str
    wanted: str


class Leak(NamedTuple):
    """What looks like notation or a piece of a template, and the line of the file that it is on. `kind` is what it is
    like: the sign of a mark, a fence, a piece of a template, or what stands for a listing.
    """

    kind: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class FileSummary:
    """What remains known of a file when its rules have been applied, for the rules about the whole folder.

    `ids` are all that a fragment can lead to, None in a file that is no page. `loads` are the files that it loads, `size` its bytes, and `packed` those
    of it compressed, None when that was not asked for. `refresh` says that it leads on to another page at once.
    `entries` are the addresses that a sitemap lists, each with its line.
    """

    path: str
    at: str
    size: int
    packed: int | None = None
    ids: frozenset[str] | None = None
    fragments: tuple[Fragment, ...] = ()
    loads: tuple[str, ...] = ()
    canonical: tuple[str, ...] = ()
    refresh: bool = False
    is_hidden: bool = False
    leaks: tuple[Leak, ...] = ()
    entries: tuple[tuple[str, int], ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """What the rules for an output folder are told.

    `at` is the folder as a user would type it. `files` has the size of every file in it, in bytes, by its path below the
    folder, and `summaries` what was found in those that were read. `expected` has, by the path of its output file, each
    page that was checked. `get_text` gives the text of a file of the output by its path, `get_source` that of a page by
    its own, and `get_weight` how many bytes a file of the output has when it is compressed; of what cannot be read, they
    give "" and 0. `written` are the files that the last build says it has written, None when it says nothing, and `newer`
    the pages that have changed since.
    """

    at: str
    files: Mapping[str, int]
    summaries: Mapping[str, FileSummary]
    expected: Mapping[str, PageSummary]
    address: str
    policy: Policy
    leads: Leads
    get_text: Callable[[str], str]
    get_source: Callable[[str], str]
    get_weight: Callable[[str], int]
    written: frozenset[str] | None = None
    newer: tuple[str, ...] = ()

    def place(self, path: str, line: int = 0) -> Place:
        """A place in a file, by its path below the folder."""
        summary = self.summaries.get(path)
        return Place(summary.at if summary else posixpath.join(self.at, path), line)

    def place_attribute(self, path: str, attribute: str, value: str) -> Place:
        """Where an attribute of a page has a value."""
        text = self.get_text(path)
        return self.place(path, _read_tags(text).find_line(attribute, value) or find_line(text, value))


# Findings come page by page.
@lru_cache(maxsize=2)
def _read_tags(text: str) -> Tags:
    return Tags(text)


def rebase(target: str, base: str) -> str:
    """An address as it is where `base` is what addresses are relative to; a fragment alone then leads there, too."""
    try:
        return urljoin(base, target)
    except ValueError:
        return target


def find_line(text: str, words: str) -> int:
    """The line where some words first stand in a text, 0 if they do not."""
    at = text.find(words) if words else -1
    return text.count("\n", 0, at) + 1 if at >= 0 else 0


def _is_leaked(target: str) -> bool:
    if SOURCE_LINK.match(target):
        return True
    # Addresses elsewhere can have braces in them; projects made from templates have such paths.
    return target.startswith(_PIECES) if "://" in target else any(piece in target for piece in _PIECES)


def _find_fragment(target: str) -> str:
    """The id that an address leads to; what stands behind `:~:` is for the browser."""
    return unquote(target.partition("#")[2].partition(":~:")[0])
