"""Feeds and sitemaps: whether programs can read them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime

from callsite.address import is_web_address
from callsite.check.output.elements import Element, Unreadable
from callsite.check.output.facts import FileFacts
from callsite.check.rule import Finding, Rule
from callsite.model import Severity

# Names that say what a file is meant to be, when its own first element cannot.
_NAMES = re.compile(r"sitemap|feed|atom|rss", re.IGNORECASE)

# A date of RFC 3339, and one of the shorter forms that sitemaps may have (W3C's profile of ISO 8601).
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?)?)?")

_MEND = "mend what writes the file"


def find_bad_feeds(facts: FileFacts) -> Iterator[Finding]:
    """Feeds and sitemaps that are not well formed, or whose entries lack something or say what cannot be."""
    root = facts.elements
    if isinstance(root, Unreadable):
        if root.root in _KINDS or _NAMES.search(facts.path):
            yield Finding(facts.place(root.line), f"the XML cannot be read: {root.what}", _MEND)
    elif root is not None:
        check = _KINDS.get(root.name)
        for element, message in check(root, facts) if check else ():
            yield Finding(facts.place(element.line), message, _MEND)


def list_entries(facts: FileFacts) -> tuple[tuple[str, int], ...]:
    """The addresses of pages in a sitemap, each with its line."""
    root = facts.elements
    if not isinstance(root, Element) or root.name != "urlset":
        return ()
    places = (place for url in root.named("url") if (place := url.find("loc")))
    return tuple((place.text, place.line) for place in places if place.text)


def _check_atom(root: Element, facts: FileFacts) -> Iterator[tuple[Element, str]]:
    yield from _check_parts(root, "the feed", ("id", "title", "updated"))
    seen: set[str] = set()
    for element in (root, *root.named("entry")):
        what = "the feed" if element is root else "an entry"
        if element is not root:
            yield from _check_parts(element, what, ("id", "title", "updated"))
            name = element.say("id")
            if name and name in seen:
                yield element, f"two entries have the id `{name}`"
            seen.add(name)
        for date in (*element.named("updated"), *element.named("published")):
            if date.text and not _is_moment(date.text):
                yield date, f"`{date.text}` is no date and time as Atom has them"
        for link in element.named("link"):
            yield from _check_address(link, link.attributes.get("href", "").strip(), facts)


def _check_rss(root: Element, facts: FileFacts) -> Iterator[tuple[Element, str]]:
    channel = root.find("channel")
    if channel is None:
        yield root, "the feed has no `channel`"
        return
    yield from _check_parts(channel, "the feed", ("title", "link"))
    if channel.find("description") is None:  # it may be empty
        yield channel, "the feed has no `description`"
    items = list(channel.named("item"))
    seen: set[str] = set()
    for item in items:
        if not item.say("title") and not item.say("description"):
            yield item, "an entry has no `title`"
        name = item.say("guid")
        if name and name in seen:
            yield item, f"two entries have the id `{name}`"
        seen.add(name)
        for date in item.named("pubDate"):
            if not _is_mail_date(date.text):
                yield date, f"`{date.text}` is no date as RSS has them"
    for element in (channel, *items):
        for link in element.named("link"):
            if link.text:
                yield from _check_address(link, link.text, facts)


def _check_sitemap(root: Element, facts: FileFacts) -> Iterator[tuple[Element, str]]:
    for entry in root.children:
        place = entry.find("loc")
        if place is None or not place.text:
            yield entry, "an entry has no `loc`"
        elif root.name == "sitemapindex":
            yield from _check_address(place, place.text, facts)
        elif not is_web_address(place.text):
            yield place, f"`{place.text}` is no whole address"
        for date in entry.named("lastmod"):
            if not _is_day(date.text):
                yield date, f"`{date.text}` is no date as sitemaps have them"


_KINDS: dict[str, Callable[[Element, FileFacts], Iterator[tuple[Element, str]]]] = {
    "feed": _check_atom,
    "rss": _check_rss,
    "urlset": _check_sitemap,
    "sitemapindex": _check_sitemap,
}


def _check_parts(element: Element, what: str, names: tuple[str, ...]) -> Iterator[tuple[Element, str]]:
    for name in names:
        if not any(part.text or part.children for part in element.named(name)):
            yield element, f"{what} has no `{name}`"


def _check_address(element: Element, address: str, facts: FileFacts) -> Iterator[tuple[Element, str]]:
    if facts.address and not is_web_address(address):
        yield element, f"`{address}` is no whole address"
    elif facts.leads.find(address, facts.path).path is None:
        yield element, f"`{address}` leads to nothing in the output"


def _is_moment(text: str) -> bool:
    return bool(_MOMENT.fullmatch(text)) and _is_possible(text.upper())


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    return _is_possible(f"{text}-01-01"[:10] if len(text) < 10 else text)


def _is_possible(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_mail_date(text: str) -> bool:
    try:
        parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return False
    return True


RULES: tuple[Rule[FileFacts], ...] = (
    Rule(
        "H109",
        "a feed or sitemap that programs cannot read",
        Severity.ERROR,
        find_bad_feeds,
        (
            "output/feed.xml:3: H109 the XML cannot be read: mismatched tag; mend what writes the file",
            "output/feed.xml:2: H109 the XML cannot be read: it has a document type; mend what writes the file",
            "output/feed.xml:9: H109 an entry has no `title`; mend what writes the file",
            "output/feed.xml:9: H109 two entries have the id `https://example.org/a.html`; mend what writes the file",
            "output/feed.xml:9: H109 `yesterday` is no date and time as Atom has them; mend what writes the file",
            "output/feed.xml:9: H109 `/a.html` is no whole address; mend what writes the file",
            "output/feed.xml:9: H109 `https://example.org/b.html` leads to nothing in the output; mend what writes the file",
        ),
        """**Error.** Feeds (Atom and RSS) and sitemaps are read by programs, which do not forgive: the XML must be well formed and
without a document type, each entry needs its id, title and date, dates must be dates, and addresses whole ones that lead to
something. Callsite's own files keep to that. So it is most likely another plugin or a template that writes the file, or
an article whose metadata are not right.""",
    ),
)
