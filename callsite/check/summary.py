"""What to keep of a page once its rules have been applied."""

from __future__ import annotations

from collections.abc import Iterator

from callsite.address import is_web_address
from callsite.check.facts import PageFacts, PageSummary
from callsite.check.ignoring import Ignore
from callsite.check.spots import find_headings
from callsite.credits import find_credits
from callsite.highlight import list_mark_ids
from callsite.model import Place, Problem
from callsite.records import replace
from callsite.render import Link


def _list_recorded(facts: PageFacts) -> Iterator[Link]:
    """The addresses that are shown with a page and its listings, though they are not in its prose."""
    meta = facts.page.meta
    if is_web_address(meta.docs):
        yield Link(meta.docs, facts.page.place("docs"))
    for listing in facts.page.listings:
        if is_web_address(listing.origin.url):
            yield Link(listing.origin.url, listing.at)


def summarise(
    facts: PageFacts, source: str, problems: tuple[Problem, ...] = (), ignores: tuple[Ignore, ...] = ()
) -> PageSummary:
    """Summarise a page; `source` is its path below the content."""
    page, listings = facts.page, facts.page.listings
    names = {node.attributes["name"] for node in facts.tree.css("a[name]")}
    ids = names | {node.attributes["id"] for node in facts.tree.css("[id]")}
    ids.update(name for number, listing in enumerate(listings, start=1) for name in list_mark_ids(listing, number))
    return PageSummary(
        page=replace(page, blocks=(), at=Place(page.at.path, 1)),
        source=source,
        links=(*facts.links, *_list_recorded(facts)),
        anchors=frozenset(name for name in ids if name),
        marks=tuple(tuple(line.text for line in listing.snippet.lines if line.marked) for listing in listings),
        lines=tuple(len(listing.snippet.lines) for listing in listings),
        problems=problems,
        ignores=ignores,
        projects=tuple(dict.fromkeys(credit.project for credit in find_credits(page) if credit.project)),
        # An example page is no list of others, of which it would matter what stands below which heading.
        headings=()
        if facts.symbol and facts.symbol.module
        else tuple((spot.at.line, spot.text) for spot in find_headings(facts)),
    )
