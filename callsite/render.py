"""A page to HTML, and with it the facts that others need: headings, links, problems. No second parser is needed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from callsite.highlight import RenderedListing, find_listing_problems, render_listing
from callsite.linking import CodeLink
from callsite.model import Page, Place, Problem, Prose
from callsite.prose import Converted, Heading, ProseConverter
from callsite.snippet import split_rows

# Elements with an address in an attribute, as far as prose has them.
_ADDRESSES = (("a", "href"), ("area", "href"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("video", "src"))

# What stands right before and behind an address in Markdown, HTML and reStructuredText; "" is either end of a line.
_BEFORE = frozenset(["", *" \t(<\"'=:`"])
_BEHIND = frozenset(["", *" \t)>\"'`"])
_PIECE = re.compile(r"[^ \t(<\"'=:`)>]+")


@dataclass(frozen=True, slots=True)
class Link:
    """An address as written in a page (`/flask.html`, `{filename}x.md`, `https://…`), and where."""

    target: str
    at: Place


@dataclass(frozen=True, slots=True)
class RenderedProse:
    """A page's prose as HTML with places for its listings, and what is known of the page from it."""

    converted: Converted
    headings: tuple[Heading, ...]
    links: tuple[Link, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page's body as HTML, and what is known of it."""

    html: str
    headings: tuple[Heading, ...]
    listings: tuple[RenderedListing, ...]
    links: tuple[Link, ...]
    problems: tuple[Problem, ...]


class Renderer:
    """Renders pages with a site's Markdown options (see `ProseConverter`)."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._prose = ProseConverter(options)

    def render_text(self, text: str) -> str:
        """Render a piece of Markdown without listings."""
        return self._prose.convert_text(text)

    def render_prose(self, page: Page) -> RenderedProse:
        """Render a page's prose; the result depends on the page and the options alone."""
        converted = self._prose.convert(page)
        projects_of = [listing.origin.project for listing in page.listings]
        headings = []
        for heading, numbers in converted.headings:
            projects = dict.fromkeys(projects_of[number] for number in numbers)
            headings.append(replace(heading, projects=tuple(filter(None, projects))))
        html = converted.fill(place_listings(len(page.listings)))
        found = tuple(find_links(parse_prose(html), page))
        return RenderedProse(converted, tuple(headings), found, tuple(find_problems(page, converted)))

    def render_page(self, page: Page, links: Sequence[Iterable[CodeLink]] = ()) -> Rendered:
        """Render a page's body, each of its listings with its own of `links`; the result depends on these and the
        options alone.
        """
        prose = self.render_prose(page)
        listings = render_listings(page, links)
        html = prose.converted.fill([listing.html for listing in listings])
        return Rendered(html, prose.headings, listings, prose.links, prose.problems)


def render_listings(page: Page, links: Sequence[Iterable[CodeLink]] = ()) -> tuple[RenderedListing, ...]:
    """Render the listings of a page, each with its own of `links`."""
    pairs = zip(page.listings, links or [()] * len(page.listings), strict=True)
    return tuple(render_listing(listing, number, own) for number, (listing, own) in enumerate(pairs, start=1))


def place_listings(number: int) -> list[str]:
    """What stands for the listings of a page, so many, where they do not matter."""
    return [f'<figure class="listing" id="listing-{each}"></figure>' for each in range(1, number + 1)]


def find_problems(page: Page, converted: Converted) -> Iterator[Problem]:
    """What rendering a page tells."""
    for listing in page.listings:
        yield from find_listing_problems(listing)
    if converted.too_deep:
        message = "lists or quotes stand too deep inside each other for Markdown"
        yield Problem(page.at, "P101", message, "take them apart")


def parse_prose(html: str) -> LexborHTMLParser:
    """A page's body, its listings left empty."""
    tree = LexborHTMLParser(html)
    for inside in tree.css("figure.listing > *"):
        inside.decompose()
    return tree


def find_links(tree: LexborHTMLParser, page: Page) -> Iterator[Link]:
    """The addresses in a page's body, each with the lines of its prose that it is written on; with the place of the
    page when it is nowhere to be seen there.
    """
    targets: dict[str, int] = {}
    for tag, attribute in _ADDRESSES:
        for node in tree.css(f"{tag}[{attribute}]"):
            target = node.attributes[attribute]
            if target:
                targets[target] = targets.get(target, 0) + 1
    pieces = _find_pieces(block for block in page.blocks if isinstance(block, Prose)) if targets else {}
    for target, times in targets.items():
        spots = sorted({spot for spelling in _spell(target) for spot in _find_spots(spelling, pieces)})
        for place, _ in spots[:times] or [(page.at, 0)]:
            yield Link(target, place)


def _spell(target: str) -> tuple[str, ...]:
    """The ways in which an address is written in Markdown."""
    return target, escape(target, quote=False), target.replace("_", "\\_")


def _find_pieces(prose: Iterable[Prose]) -> dict[str, list[tuple[Place, int, str]]]:
    """Where each stretch without these characters stands: its line, where in it, and the line's text."""
    pieces: dict[str, list[tuple[Place, int, str]]] = defaultdict(list)
    for block in prose:
        for number, row in enumerate(split_rows(block.text), start=block.at.line):
            place = Place(block.at.path, number)
            for piece in _PIECE.finditer(row):
                pieces[piece[0]].append((place, piece.start(), row))
    return pieces


def _find_spots(spelling: str, pieces: Mapping[str, list[tuple[Place, int, str]]]) -> Iterator[tuple[Place, int]]:
    """The line and column of each place where an address is written, between the characters that can stand around one.

    Markdown keeps no lines, so this looks for the address itself, by the longest of its pieces.
    """
    longest = max(_PIECE.finditer(spelling), key=lambda piece: len(piece[0]), default=None)
    if longest is None:
        return
    for place, at, row in pieces.get(longest[0], ()):
        start = at - longest.start()
        end = start + len(spelling)
        if row.startswith(spelling, start) and row[start - 1 : start] in _BEFORE and row[end : end + 1] in _BEHIND:
            yield place, start
