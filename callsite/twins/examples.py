"""`examples.json`: all symbols, pages and excerpts of a site as data; `examples.schema.json` explains each field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from importlib import resources
from typing import Any

from callsite import __version__
from callsite.address import is_web_address
from callsite.credits import Credit
from callsite.model import Gap, Listing, Origin, Snippet
from callsite.page import lines_fit
from callsite.snippet import find_title
from callsite.symbol import find_symbol
from callsite.twins.pages import TwinPage, TwinSite, find_markdown_path, format_time

VERSION = 1

# A part of the program like its modules, and read when they are.
SCHEMA = resources.files(__package__).joinpath("examples.schema.json").read_bytes()

_Record = Mapping[str, Any]


def format_examples(site: TwinSite, schema: str) -> str:
    """Write the data, one record a line, so that it can be read line by line as well. Symbols are sorted by name, pages
    by address, excerpts by page and place. `schema` is the path of the schema below the site's root.
    """
    head = {
        "schema": site.locate(schema) if site.address else schema,
        "version": VERSION,
        "generator": f"Callsite {__version__}",
        "site": {"name": site.name, "summary": site.summary, "address": site.address, "language": site.language},
    }
    pages = sorted(site.pages, key=lambda twin: twin.url)
    lists: tuple[tuple[str, Iterable[_Record]], ...] = (
        ("symbols", _list_symbols(site)),
        ("pages", map(_describe_page, pages)),
        ("excerpts", (excerpt for twin in pages for excerpt in _list_excerpts(twin))),
    )
    fields = [f"{_dump(key)}: {_dump(value)}" for key, value in head.items()]
    fields += [f"{_dump(key)}: {_join('[', map(_dump, records), ']')}" for key, records in lists]
    return _join("{", fields, "}") + "\n"


def _join(opening: str, items: Iterable[str], closing: str) -> str:
    inside = ",\n".join(items)
    return f"{opening}\n{inside}\n{closing}" if inside else f"{opening}{closing}"


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


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


def _list_excerpts(twin: TwinPage) -> Iterator[_Record]:
    for number, (listing, anchor, credit, uses) in enumerate(
        zip(twin.page.listings, twin.anchors, twin.credits, twin.uses, strict=True), start=1
    ):
        snippet = listing.snippet
        yield {
            "page": twin.url,
            "number": number,
            "anchor": anchor,
            "title": find_title(snippet) or listing.origin.path.rpartition("/")[2],
            "language": snippet.language,
            "code": snippet.code,
            "marks": [mark + 1 for mark in snippet.marks],
            "runs": list(_list_runs(listing)),
            "gaps": list(_list_gaps(snippet)),
            "provenance": _describe_origin(listing.origin, credit),
            "uses": sorted(set(uses)),
        }


def _list_runs(listing: Listing) -> Iterator[_Record]:
    """The unbroken stretches of the code; where each stands upstream is said when it is known of all of them."""
    first = 1
    fits = lines_fit(listing)
    for index, run in enumerate(listing.snippet.runs):
        span = _describe_span(*listing.origin.lines[index]) if fits else None
        yield {"lines": _describe_span(first, first + len(run) - 1), "upstream": span}
        first += len(run)


def _describe_span(first: int, last: int) -> _Record:
    return {"first": first, "last": last}


def _list_gaps(snippet: Snippet) -> Iterator[_Record]:
    seen = 0
    for row in snippet.rows:
        if isinstance(row, Gap):
            yield {"after": seen, "note": row.note}
        else:
            seen += 1


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
