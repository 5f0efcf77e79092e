"""`sitemap.xml`: all addresses of a site with the days of their last changes (after the protocol at sitemaps.org)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import NamedTuple

from callsite.twins.escaping import format_element
from callsite.twins.pages import TwinSite, format_time

# Limits of the protocol: addresses in a file, bytes in a file, characters in an address.
MOST_URLS = 50_000
MOST_BYTES = 50 * 2**20
LONGEST_URL = 2047

_SPACE = {"xmlns": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def plan_sitemaps(site: TwinSite, stem: str) -> Mapping[str, str]:
    """The sitemap, `<stem>.xml`; or, when that would pass the protocol's limits, its parts, `<stem>-1.xml` and so on,
    and in its place an index of them. A site without addresses has none.

    A page has a date only where one is known. An address that is too long for the protocol is left out.
    """
    dates = {site.locate(url): changed for url, changed in site.others}
    dates |= {site.locate(twin.url): twin.changed or twin.created for twin in site.pages}
    rows = [
        _Row(day, _format_entry("url", url, day))
        for url, date in sorted(dates.items())
        if len(url) <= LONGEST_URL
        for day in [format_time(date) if date else ""]
    ]
    parts = list(_split(rows))
    if len(parts) < 2:
        return {f"{stem}.xml": _format_part(part) for part in parts}
    paths = [f"{stem}-{number}.xml" for number, _ in zip(count(1), parts, strict=False)]
    files = {path: _format_part(part) for path, part in zip(paths, parts, strict=True)}
    newest = (
        _format_entry("sitemap", site.locate(path), max(row.date for row in part))
        for path, part in zip(paths, parts, strict=True)
    )
    return {f"{stem}.xml": _format_file("sitemapindex", newest), **files}


class _Row(NamedTuple):
    """An address as it stands in the file, with the day of its last change, "" when that is not known."""

    date: str
    text: str


def _split(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    part: list[_Row] = []
    empty = size = len(_format_part(()).encode())
    for row in rows:
        length = len(row.text.encode()) + 1
        if part and (len(part) == MOST_URLS or size + length > MOST_BYTES):
            yield part
            part, size = [], empty
        part.append(row)
        size += length
    if part:
        yield part


def _format_part(rows: Iterable[_Row]) -> str:
    return _format_file("urlset", (row.text for row in rows))


def _format_file(root: str, rows: Iterable[str]) -> str:
    opening = format_element(root, "", _SPACE).removesuffix("/>")
    return "\n".join(['<?xml version="1.0" encoding="utf-8"?>', f"{opening}>", *rows, f"</{root}>"]) + "\n"


def _format_entry(name: str, url: str, date: str) -> str:
    changed = format_element("lastmod", date) if date else ""
    return f"<{name}>{format_element('loc', url)}{changed}</{name}>"
