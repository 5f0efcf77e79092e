"""The words both pipelines speak: places, problems, snippets, listings and pages.

Everything here is a frozen value. Harvest makes these values and `format_page` writes them; the site reads them back
with `parse_page`. How they are written down is the business of `snippet`, `fence`, `header` and `page`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, cast

from callsite.records import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands: a path as the user would type it and a line, 1 being the first; 0 is the whole file."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


NOWHERE = Place("", 0)


class Severity(StrEnum):
    """What a problem does to a build: errors stop it, warnings stop it only when it is strict, and notes never do."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding: where, which rule, what is wrong, what to do about it."""

    at: Place
    code: str
    message: str
    hint: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.at}: {self.code} {self.message}; {self.hint}"


@dataclass(frozen=True, slots=True)
class Dates:
    """When something was first published, None if that is not known, and when it last changed; each in some zone."""

    created: datetime | None
    changed: datetime


class Line(NamedTuple):
    """One line of code, without its line end and without notation; it may be marked."""

    text: str
    marked: bool = False

    @property
    def blank(self) -> bool:
        """Whether a gap beside this line would take it for its own spacing."""
        return not self.marked and not self.text.strip(" \t")


class Gap(NamedTuple):
    """Code left out here; `note` is what the author says of it, without ellipses."""

    note: str


Row = Line | Gap


@dataclass(frozen=True)
class Snippet:
    """An excerpt of one source file: lines of code, some marked, with gaps between runs of them.

    `language` is a Pygments alias as the author wrote it, or "". A line next to a gap is never blank: blank lines
    around a gap belong to the gap. What follows from the rows is worked out once, when it is first asked for.
    """

    language: str
    rows: tuple[Row, ...]

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The lines of code in order, gaps left out."""
        runs = self.runs
        return runs[0] if len(runs) == 1 else tuple(line for run in runs for line in run)

    @cached_property
    def runs(self) -> tuple[tuple[Line, ...], ...]:
        """The unbroken stretches of code between gaps; none of them is empty."""
        rows = self.rows
        gaps = [number for number, row in enumerate(rows) if isinstance(row, Gap)]
        starts = (0, *(gap + 1 for gap in gaps))
        runs = [rows[start:end] for start, end in zip(starts, (*gaps, len(rows)), strict=True) if start < end]
        return cast("tuple[tuple[Line, ...], ...]", tuple(runs))

    @cached_property
    def code(self) -> str:
        r"""The code a reader sees, one `\n` between lines and none at the end."""
        return "\n".join([line.text for line in self.lines])

    @cached_property
    def marks(self) -> tuple[int, ...]:
        """The positions of the marked lines among `lines`, 0 being the first."""
        return tuple([index for index, line in enumerate(self.lines) if line.marked])


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a snippet was taken from; what is not known is empty.

    `url` leads to the file itself; `path` is its path inside the project; `licence` an SPDX expression. `artefact` is
    the file the project came in, with its hash as package indexes write it: `x-1.0.tar.gz#sha256=…`. `lines` holds the
    first and last line number, both included and 1 being the first, of each run of the snippet in that file.
    """

    project: str = ""
    version: str = ""
    path: str = ""
    revision: str = ""
    url: str = ""
    licence: str = ""
    artefact: str = ""
    lines: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """How a listing stands in its page, apart from what it says.

    `fence` is the run of backticks or tildes, `lead` what precedes it on its line (quote marks, list marks, spaces)
    and `indent` what precedes every later line of the listing. `within` are the lists and quotes it stands in, from the
    outside in, as the page's Markdown writes them: four spaces for a list, `> ` for a quote.
    """

    fence: str = "```"
    lead: str = ""
    indent: str = ""
    within: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """The very text a listing was read from, kept for as long as the listing still says `meant`."""

    text: str
    meant: tuple[Snippet, Origin, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Listing:
    """A fenced block of a page. `words` are what stood on the fence line and means nothing to us, kept in order."""

    snippet: Snippet
    origin: Origin = Origin()
    words: tuple[str, ...] = ()
    at: Place = field(default=NOWHERE, compare=False)
    layout: Layout = field(default=Layout(), compare=False)
    written: Written | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Prose:
    """Markdown between listings, as written, line ends included."""

    text: str
    at: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A public name of a library: `Symbol("flask.ctx", "after_this_request")`; `module` is "" for a library itself."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}" if self.module else self.name

    @property
    def library(self) -> str:
        """The name's root package."""
        return str(self).partition(".")[0]


@dataclass(frozen=True, slots=True)
class Meta:
    """A page's metadata.

    The named fields are the keys the notation knows; `others` holds all the rest (Pelican's own keys and a site's) as
    they were written, in order, each with its lines of value. `lines` tells on which line of the file a key stands.
    """

    title: str = ""
    category: str = ""
    slug: str = ""
    sortorder: str = ""
    toc: bool | None = None
    sidebartitle: str = ""
    description: str = ""
    symbol: Symbol | None = None
    aliases: tuple[str, ...] = ()
    docs: str = ""
    check: str = ""
    others: tuple[tuple[str, tuple[str, ...]], ...] = ()
    lines: tuple[tuple[str, int], ...] = field(default=(), compare=False)
    written: str | None = field(default=None, compare=False)

    def line(self, key: str) -> int:
        """The line `key` is set on, or 1: an absent key is missing from the top of the file."""
        return dict(self.lines).get(key, 1)

    def other(self, key: str) -> str:
        """The value of one of `others` on one line, or ""."""
        return " ".join(dict(self.others).get(key, ())).strip()


Block = Prose | Listing


@dataclass(frozen=True, slots=True)
class Page:
    """A file of content: metadata, then prose and listings in the order they stand in."""

    meta: Meta
    blocks: tuple[Block, ...]
    at: Place = field(default=NOWHERE, compare=False)

    def place(self, key: str = "") -> Place:
        """Where a metadata key is set, or the page's first line."""
        return Place(self.at.path, self.meta.line(key))

    @property
    def listings(self) -> tuple[Listing, ...]:
        """The page's listings in order."""
        return tuple(block for block in self.blocks if isinstance(block, Listing))
