"""`examples.json`: all symbols, pages and excerpts of a site as data; `examples.schema.json` explains each field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pkgutil import get_data
from typing import Any

from callsite import __version__
from callsite.address import is_web_address
from callsite.credits import Credit
from callsite.model import Line, Origin, Page, Snippet
from callsite.records import dataclass, field
from callsite.snippet import find_title
from callsite.symbol import find_symbol
from callsite.twins.pages import TwinPage, TwinSite, find_markdown_path, format_time

VERSION = 1

# A part of the program like its modules, and read when they are.
SCHEMA = get_data(__name__, "examples.schema.json") or b""

_Record = Mapping[str, Any]


def format_examples(site: TwinSite, schema: str, entries: Iterable[bytes]) -> Iterator[bytes]:
    """Write the data, piece by piece: one record a line, so that it can be read line by line as well.

    Symbols are sorted by name, pages by address, excerpts by page and place. `schema` is the path of the schema below
    the site's root; `entries` are those of `format_entry` for each of `sort_pages`.
    """
    head = {
        "schema": site.locate(schema) if site.address else schema,
        "version": VERSION,
        "generator": f"Callsite {__version__}",
        "site": {"name": site.name, "summary": site.summary, "address": site.address, "language": site.language},
    }
    lists: tuple[tuple[str, Iterable[bytes]], ...] = (
        ("symbols", map(_dump, _list_symbols(site))),
        ("pages", map(_dump, map(_describe_page, sort_pages(site)))),
        ("excerpts", filter(None, entries)),
    )
    before = b"{\n"
    for key, value in head.items():
        yield b"%b%b: %b" % (before, _dump(key), _dump(value))
        before = b",\n"
    for key, records in lists:
        yield b"%b%b: " % (before, _dump(key))
        yield from _join(records)
    yield b"\n}\n"


def sort_pages(site: TwinSite) -> list[TwinPage]:
    """The pages of a site in the order of their addresses."""
    return sorted(site.pages, key=lambda twin: twin.url)


def format_entry(twin: TwinPage, page: Page) -> bytes:
    """What the data has of a page's listings: a record a line, or nothing when it has none."""
    return b",\n".join(map(_dump, _list_excerpts(twin, page)))


def _join(records: Iterable[bytes]) -> Iterator[bytes]:
    before = b"[\n"
    for record in records:
        yield before
        yield record
        before = b",\n"
    yield b"\n]" if before == b",\n" else b"[]"


def _dump(value: object) -> bytes:
    return _ENCODER.encode(value).encode()


# `json.dumps` makes a new one for each call that says more than what to write.
_ENCODER = json.JSONEncoder(ensure_ascii=False)


def _list_symbols(site: TwinSite) -> Iterator[_Record]:
    """Each symbol once; of two pages that claim it, the first has it."""
    found: dict[str, TwinPage] = {}
    for twin in site.pages:
        symbol = find_symbol(twin.page.meta)
        if symbol:
            found.setdefault(str(symbol), twin)
    for name, twin in sorted(found.items()):
        yield {"name": name, "aliases": list(dict.fromkeys(twin.page.meta.aliases)), "page": twin.url}


def _describe_page(twin: TwinPage) -> _Record:
    meta = twin.page.meta
    symbol = find_symbol(meta)
    return {
        "url": twin.url,
        "markdown": find_markdown_path(twin.url),
        "title": meta.title,
        "description": meta.description,
        "symbol": str(symbol) if symbol else None,
        "docs": _find_address(meta.docs),
        "created": _format_date(twin.created),
        "changed": _format_date(twin.changed),
    }


def _list_excerpts(twin: TwinPage, page: Page) -> Iterator[_Record]:
    for number, (listing, anchor, credit, uses) in enumerate(
        zip(page.listings, twin.anchors, twin.credits, twin.uses, strict=True), start=1
    ):
        snippet = listing.snippet
        survey = _survey_snippet(snippet)
        yield {
            "page": twin.url,
            "number": number,
            "anchor": anchor,
            "title": find_title(snippet) or listing.origin.path.rpartition("/")[2],
            "language": snippet.language,
            "code": "\n".join(survey.lines),
            "marks": survey.marks,
            "runs": list(_list_runs(survey.runs, listing.origin)),
            "gaps": survey.gaps,
            "provenance": _describe_origin(listing.origin, credit),
            "uses": sorted(set(uses)),
        }


@dataclass(slots=True)
class _Survey:
    """A snippet in parts, found in one go: its lines, the numbers of the marked ones, the lengths of its runs and what
    is left out behind which line.
    """

    lines: list[str] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    runs: list[int] = field(default_factory=list)
    gaps: list[_Record] = field(default_factory=list)


def _survey_snippet(snippet: Snippet) -> _Survey:
    survey = _Survey()
    lines = survey.lines
    done = 0  # lines in runs that have ended
    for row in snippet.rows:
        if isinstance(row, Line):
            lines.append(row.text)
            if row.marked:
                survey.marks.append(len(lines))
            continue
        survey.gaps.append({"after": len(lines), "note": row.note})
        if len(lines) > done:
            survey.runs.append(len(lines) - done)
            done = len(lines)
    if len(lines) > done:
        survey.runs.append(len(lines) - done)
    return survey


def _list_runs(lengths: Sequence[int], origin: Origin) -> Iterator[_Record]:
    """The unbroken stretches of the code; where each stands upstream is said when it is known of all of them."""
    begin = 1
    fits = [last - first + 1 for first, last in origin.lines] == lengths
    for index, length in enumerate(lengths):
        span = _describe_span(*origin.lines[index]) if fits else None
        yield {"lines": _describe_span(begin, begin + length - 1), "upstream": span}
        begin += length


def _describe_span(first: int, last: int) -> _Record:
    return {"first": first, "last": last}


def _describe_origin(origin: Origin, credit: Credit) -> _Record:
    known = {
        "project": credit.project,
        "home": credit.url,
        "version": origin.version,
        "path": origin.path,
        "revision": origin.revision,
        "url": _find_address(origin.url),
        "licence": credit.licence,
        "artefact": origin.artefact,
    }
    return {key: value or None for key, value in known.items()}


def _find_address(url: str) -> str | None:
    return url if is_web_address(url) else None


def _format_date(date: datetime | None) -> str | None:
    return format_time(date) if date else None
