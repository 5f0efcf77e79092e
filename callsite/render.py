"""A page to HTML, and with it the facts that others need: headings, links, problems. No second parser is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from callsite.highlight import RenderedListing, render_listing
from callsite.model import Page, Place, Problem, Prose
from callsite.prose import Heading, ProseConverter

# Elements with an address in an attribute, as far as prose has them.
_ADDRESSES = (("a", "href"), ("area", "href"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("video", "src"))

# What stands right before and behind an address in Markdown, HTML and reStructuredText; "" is either end of the text.
_BEFORE = frozenset(["", *" \n\t(<\"'=:`"])
_BEHIND = frozenset(["", *" \n\t)>\"'`"])


@dataclass(frozen=True, slots=True)
class Link:
    """An address as written in a page (`/flask.html`, `{filename}x.md`, `https://…`), and where."""

    target: str
    at: Place


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

    def render_page(self, page: Page) -> Rendered:
        """Render a page's body; its result depends on the page and the options alone."""
        listings = tuple(render_listing(listing, number) for number, listing in enumerate(page.listings, start=1))
        converted = self._prose.convert(page, [listing.html for listing in listings])
        headings = []
        for heading, numbers in converted.headings:
            projects = dict.fromkeys(page.listings[number].origin.project for number in numbers)
            headings.append(replace(heading, projects=tuple(filter(None, projects))))
        problems = tuple(problem for listing in listings for problem in listing.problems)
        prose = [block for block in page.blocks if isinstance(block, Prose)]
        links = tuple(find_links(converted.html, prose, page.at))
        return Rendered(converted.html, tuple(headings), listings, links, problems)


def find_links(html: str, prose: Iterable[Prose], whole: Place) -> Iterator[Link]:
    """The addresses in a piece of HTML, listings left out, each with the lines of `prose` it is written on; with the
    place `whole` when it is nowhere to be seen there.
    """
    tree = LexborHTMLParser(html)
    for figure in tree.css("figure.listing"):
        figure.decompose()
    targets: dict[str, int] = {}
    for tag, attribute in _ADDRESSES:
        for node in tree.css(f"{tag}[{attribute}]"):
            target = node.attributes[attribute]
            if target:
                targets[target] = targets.get(target, 0) + 1
    blocks = tuple(prose)
    for target, times in targets.items():
        places = [place for block in blocks for place in _find_places(block, target)]
        for place in places[:times] or [whole]:
            yield Link(target, place)


def _find_places(block: Prose, target: str) -> Iterator[Place]:
    """The lines on which an address is written. Markdown keeps no lines, so this looks for the address itself between
    the characters that can stand around one.
    """
    text = block.text
    for spelling in {target, escape(target, quote=False), target.replace("_", "\\_")}:
        start = text.find(spelling)
        while start >= 0:
            end = start + len(spelling)
            if text[start - 1 : start] in _BEFORE and text[end : end + 1] in _BEHIND:
                yield Place(block.at.path, block.at.line + text.count("\n", 0, start))
            start = text.find(spelling, end)
