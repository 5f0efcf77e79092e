"""The feed of new and changed pages, as Atom (RFC 4287)."""

from __future__ import annotations

from collections.abc import Iterator

from callsite import __version__
from callsite.symbol import find_symbol
from callsite.twins.escaping import format_element, make_line
from callsite.twins.pages import TwinPage, TwinSite, format_time

MOST_ENTRIES = 50


def format_feed(site: TwinSite, path: str) -> str:
    """Write the feed, newest first, or "" when no page has a date. `path` is where it will be below the site's root.

    An entry keeps its id, the page's address, for as long as the page has that address. Nothing depends on the time of
    the run: the feed is as new as its newest entry.
    """
    dated = [(date, twin) for twin in site.pages if (date := twin.changed or twin.created)]
    entries = sorted(((format_time(date), twin) for date, twin in dated), key=lambda entry: entry[1].url)
    entries.sort(key=lambda entry: entry[0], reverse=True)
    if not entries:
        return ""
    home = site.locate("")
    name = make_line(site.name) or home
    attributes = {"xmlns": "http://www.w3.org/2005/Atom"} | ({"xml:lang": site.language} if site.language else {})
    opening = format_element("feed", "", attributes).removesuffix("/>")
    rows = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f"{opening}>",
        format_element("id", site.locate(path)),
        format_element("title", name),
        *([format_element("subtitle", make_line(site.summary))] if make_line(site.summary) else []),
        format_element("updated", entries[0][0]),
        f"<author>{format_element('name', name)}</author>",
        format_element("link", "", {"rel": "self", "type": "application/atom+xml", "href": site.locate(path)}),
        format_element("link", "", {"rel": "alternate", "type": "text/html", "href": home}),
        format_element("generator", "Callsite", {"version": __version__}),
        *(row for date, twin in entries[:MOST_ENTRIES] for row in _format_entry(date, twin, site)),
        "</feed>",
    ]
    return "\n".join(rows) + "\n"


def _format_entry(updated: str, twin: TwinPage, site: TwinSite) -> Iterator[str]:
    meta = twin.page.meta
    url = site.locate(twin.url)
    yield "<entry>"
    yield format_element("id", url)
    yield format_element("title", make_line(meta.title) or str(find_symbol(meta) or url))
    yield format_element("updated", updated)
    if twin.created:
        yield format_element("published", format_time(twin.created))
    yield format_element("link", "", {"rel": "alternate", "type": "text/html", "href": url})
    if make_line(meta.description):
        yield format_element("summary", make_line(meta.description))
    yield "</entry>"
