"""A page to HTML, and with it the facts that others need: headings, links, problems. No second parser is needed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from callsite.linking import CodeLink
from callsite.model import Page, Place, Problem, Prose
from callsite.patterns import compile_later
from callsite.prose import Converted, Heading
from callsite.records import dataclass, replace
from callsite.snippet import split_rows

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

    from callsite.highlight import RenderedListing

# Elements with an address in an attribute, as far as prose has them.
_ADDRESSES = (("a", "href"), ("area", "href"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("video", "src"))

_ATTRIBUTE_OF: Mapping[str | None, str] = dict(_ADDRESSES)
_WITH_ADDRESS = ",".join(f"{tag}[{attribute}]" for tag, attribute in _ADDRESSES)

# Signs that are written in another way in Markdown or HTML.
_SPELT = compile_later("[&<>_]")

# What stands right before and behind an address in Markdown, HTML and reStructuredText; "" is either end of a text.
_BEFORE = frozenset(["", *"\n \t(<\"'=:`"])
_BEHIND = frozenset(["", *"\n \t)>\"'`"])
_PIECE = compile_later(r"[^\n \t(<\"'=:`)>]+")
_BETWEEN = compile_later(r"[\n \t(<\"'=:`)>]")

# Characters that are gone through at most to find addresses one by one; what is more has an index.
_MOST_AT_ONCE = 2_000_000


class Link(NamedTuple):
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
        from callsite.prose.converting import ProseConverter  # noqa: PLC0415  # with all of Markdown

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
            headings.append(heading._replace(projects=tuple(filter(None, projects))) if numbers else heading)
        targets: Iterable[str] | None = converted.targets
        if targets is None:
            targets = find_targets(parse_prose(converted.fill(place_listings(len(page.listings)))))
        found = tuple(place_links(targets, page))
        converted = replace(converted, targets=None)  # those are known
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
    from callsite.highlight import render_listing  # noqa: PLC0415  # with all of Pygments

    pairs = zip(page.listings, links or [()] * len(page.listings), strict=True)
    return tuple(render_listing(listing, number, own) for number, (listing, own) in enumerate(pairs, start=1))


def place_listings(number: int) -> list[str]:
    """What stands for the listings of a page, so many, where they do not matter."""
    return [f'<figure class="listing" id="listing-{each}"></figure>' for each in range(1, number + 1)]


def find_problems(page: Page, converted: Converted) -> Iterator[Problem]:
    """What rendering a page tells."""
    if page.listings:
        from callsite.highlight import find_listing_problems  # noqa: PLC0415  # with all of Pygments

        for listing in page.listings:
            yield from find_listing_problems(listing)
    if converted.too_deep:
        message = "lists or quotes stand too deep inside each other for Markdown"
        yield Problem(page.at, "P101", message, "take them apart")


def parse_prose(html: str) -> LexborHTMLParser:
    """A page's body, its listings left empty."""
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415  # most pages are known without a tree

    tree = LexborHTMLParser(html)
    for inside in tree.css("figure.listing > *"):
        inside.decompose()
    return tree


def find_targets(tree: LexborHTMLParser) -> list[str]:
    """The addresses in a page's body: those of links first."""
    found: dict[str | None, list[str]] = {tag: [] for tag, _ in _ADDRESSES}
    for node in tree.css(_WITH_ADDRESS):
        found[node.tag].append(node.attributes[_ATTRIBUTE_OF[node.tag]] or "")
    return [target for tag in found.values() for target in tag if target]


def find_links(tree: LexborHTMLParser, page: Page) -> Iterator[Link]:
    """The addresses in a page's body, each with its place."""
    return place_links(find_targets(tree), page)


def place_links(addresses: Iterable[str], page: Page) -> Iterator[Link]:
    """Addresses in a page's body, each with the lines of its prose that it is written on; with the place of the page
    when it is nowhere to be seen there.
    """
    targets = Counter(addresses)
    prose = [block for block in page.blocks if isinstance(block, Prose)]
    look = _plan_search(prose, len(targets))
    for target, times in targets.items():
        spots = sorted({spot for spelling in _spell(target) for spot in islice(look(spelling), times)})
        for line, _ in spots[:times]:
            yield Link(target, Place(prose[0].at.path, line))
        if not spots:
            yield Link(target, page.at)


def _spell(target: str) -> Iterable[str]:
    """The ways in which an address is written in Markdown."""
    if not _SPELT.search(target):
        return (target,)
    return {target, escape(target, quote=False), target.replace("_", "\\_")}


def _plan_search(prose: Sequence[Prose], targets: int) -> Callable[[str], Iterator[tuple[int, int]]]:
    """How to find the line and column of each place where an address is written, in order: between the characters that
    can stand around one. Markdown keeps no lines, so this looks for the address itself.
    """
    if targets * sum(len(block.text) for block in prose) <= _MOST_AT_ONCE:
        return partial(_search, prose)
    return partial(_look_up, _find_pieces(prose))


def _search(prose: Sequence[Prose], spelling: str) -> Iterator[tuple[int, int]]:
    """Find an address by going through all of the prose."""
    if not _PIECE.search(spelling) or "\n" in spelling:
        return
    for block in prose:
        text, line, counted = block.text, block.at.line, 0
        start = text.find(spelling)
        while start >= 0:
            end = start + len(spelling)
            if text[start - 1 : start] in _BEFORE and text[end : end + 1] in _BEHIND:
                line += text.count("\n", counted, start)
                counted = start
                yield line, start - text.rfind("\n", 0, start) - 1
            between = _BETWEEN.search(text, start)  # the next one stands behind this at the earliest
            start = text.find(spelling, between.end()) if between else -1


def _find_pieces(prose: Iterable[Prose]) -> dict[str, list[tuple[int, int, str]]]:
    """Where each stretch without what stands around addresses is: its line, where in it, and the line's text."""
    pieces: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for block in prose:
        for number, row in enumerate(split_rows(block.text), start=block.at.line):
            for piece in _PIECE.finditer(row):
                pieces[piece[0]].append((number, piece.start(), row))
    return pieces


def _look_up(pieces: Mapping[str, Sequence[tuple[int, int, str]]], spelling: str) -> Iterator[tuple[int, int]]:
    """Find an address by the rarest of its pieces."""
    own = list(_PIECE.finditer(spelling))
    rarest = min(own, key=lambda piece: len(pieces.get(piece[0], ())), default=None)
    if rarest is None:
        return
    for line, at, row in pieces.get(rarest[0], ()):
        start = at - rarest.start()
        end = start + len(spelling)
        if row.startswith(spelling, start) and row[start - 1 : start] in _BEFORE and row[end : end + 1] in _BEHIND:
            yield line, start
