"""Rules about a page's prose: its headings, images, links and ids, and what is left in it that readers should not see."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from html import unescape
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from callsite.check import headings, leftovers
from callsite.check.facts import PageFacts
from callsite.check.rule import Finding, Rule
from callsite.check.showing import shorten
from callsite.check.spots import Key, find_headings, find_tags, letters, pair, strip_markup
from callsite.check.stretches import Stretch, list_nodes, read_prose
from callsite.highlight import list_mark_ids
from callsite.model import Place, Severity

# An image in Markdown, with its address as far as it is written there and is no reference.
_IMAGE = re.compile(r"(?<!\\)!\[(?:[^\[\]]*\](?:\([ \t]*<?([^\s<>)]*))?)?")

# Brackets in Markdown, those at the end of a link with what follows when that is no address; and ends of paragraphs.
_BRACKET = re.compile(
    r"\\.|\[|\](?P<nowhere>\([ \t]*+(?:<[ \t]*+>)?[ \t]*+(?:\"[^\"\n]*\"|'[^'\n]*')?\))?|\n[ \t]*(?=\n)", re.DOTALL
)

# A link in Markdown without a text.
_SILENT = re.compile(r"(?<![!\\])\[[ \t]*\]\([ \t]*<?([^\s<>)]+)")

# What an element that shows no text may be named by, and what may show something instead of text.
_NAMES = ("aria-label", "aria-labelledby", "title")
_SHOWING = "img,svg,picture,object,video,audio,iframe,canvas,math,input"

# Attributes in Markdown, and the ids in them.
_ATTRIBUTES = re.compile(r"\{:?[^{}\n]*\}")
_ID = re.compile(r"(?:(?<=[\s{:])#|(?<=[\s{:])id=[\"']?)([^\s\"'{}]+)")


class _Spot(NamedTuple):
    """Where something is written in the prose: its line, where in it, and its key; `raw` tells HTML from Markdown."""

    line: int
    start: int
    key: Key
    raw: bool = False


def find_silent_images(facts: PageFacts) -> Iterator[Finding]:
    """Images that show nothing to those who cannot see them, unless raw HTML says that they are decoration."""
    nodes = facts.tree.css("img")
    lone = _find_lone_images(facts.tree) if nodes else frozenset()
    wrong = [number for number, node in enumerate(nodes) if not _is_named(node, "alt") and not _is_decoration(node)]
    if not wrong:
        return
    spots = sorted(_find_images(read_prose(facts)))
    found = pair([Key("img", node.attributes.get("src") or "") for node in nodes], [spot.key for spot in spots])
    for number in wrong:
        node, own = nodes[number], found[number]
        spot = None if own is None else spots[own]
        at = Place(facts.page.at.path, spot.line) if spot else facts.page.at
        image = f"the image `{shorten(node.attributes.get('src') or '')}`"
        if "alt" not in node.attributes:
            hint = 'say what it shows in `alt="…"`, or write `alt=""` if it is only decoration'
            yield Finding(at, f"{image} has no text alternative", hint)
        elif node.mem_id in lone:
            hint = "say where the link leads as the text alternative of the image"
            yield Finding(at, f"{image} is all there is of a link, and has no text alternative", hint)
        elif spot and not spot.raw:
            yield Finding(at, f"{image} has no text alternative", "say what it shows between the brackets, `![…](…)`")


def _find_lone_images(tree: LexborHTMLParser) -> frozenset[int]:
    """The images that are all there is of a link."""
    links = (link for link in list_nodes(tree, "a") if not _is_named(link, *_NAMES) and not (link.text() or "").strip())
    images = (link.css("img") for link in links)
    return frozenset(
        image.mem_id for group in images if not any(_is_named(one, "alt") for one in group) for image in group
    )


def _is_named(node: LexborNode, *names: str) -> bool:
    return any((node.attributes.get(name) or "").strip() for name in names)


def _is_decoration(node: LexborNode) -> bool:
    """Whether an image says of itself that there is nothing to tell, or has its name elsewhere."""
    role = node.attributes.get("role") or ""
    hidden = node.attributes.get("aria-hidden") == "true"
    return hidden or role in ("presentation", "none") or _is_named(node, "aria-label", "aria-labelledby")


def _find_images(prose: Sequence[Stretch]) -> Iterator[_Spot]:
    for stretch in prose:
        for match in _IMAGE.finditer(stretch.text):
            source = unescape(match[1] or "")
            yield _Spot(stretch.find_line(match.start()), match.start(), Key("img", source))
    for tag in find_tags(prose, "img"):
        yield _Spot(tag.line, tag.start, Key("img", tag.attributes.get("src", "")), raw=True)


def find_empty_links(facts: PageFacts) -> Iterator[Finding]:
    """Links that lead nowhere or show nothing. Anchors have no address and need no text; images in links are for
    `find_silent_images`.
    """
    wanted: list[tuple[Key, str, str]] = []
    for node in list_nodes(facts.tree, "a"):
        target = (node.attributes.get("href") or "").strip()
        text = (node.text() or "").strip()
        if not target and not set(node.attributes) - {"href", "title", "class", "style", "target", "rel"}:
            shown = f"the link on `{shorten(text)}`" if text else "a link without text"
            wanted.append((Key("nowhere", letters(text)), f"{shown} has no address", "write it, or take the link away"))
        elif target and not text and not _is_named(node, *_NAMES) and node.css_first(_SHOWING) is None:
            message = f"the link to `{shorten(target)}` has no text"
            wanted.append((Key("silent", target), message, "say where it leads, or take it away"))
    spots = sorted(_find_empty_links(read_prose(facts))) if wanted else []
    found = pair([key for key, _, _ in wanted], [spot.key for spot in spots])
    for (_, message, hint), number in zip(wanted, found, strict=True):
        at = facts.page.at if number is None else Place(facts.page.at.path, spots[number].line)
        yield Finding(at, message, hint)


def _find_empty_links(prose: Sequence[Stretch]) -> Iterator[_Spot]:
    for stretch in prose:
        opened: list[int] = []
        for match in _BRACKET.finditer(stretch.text):
            if match[0] == "[":
                opened.append(match.start())
            elif match[0].startswith("\n"):
                opened = []
            elif match[0].startswith("]") and opened:
                start = opened.pop()
                if match["nowhere"] and not stretch.text.endswith("!", 0, start):
                    words = letters(strip_markup(stretch.written[start + 1 : match.start()]))
                    yield _Spot(stretch.find_line(start), start, Key("nowhere", words))
        for match in _SILENT.finditer(stretch.text):
            yield _Spot(stretch.find_line(match.start()), match.start(), Key("silent", unescape(match[1])))
    for tag in find_tags(prose, "a"):
        target = tag.attributes.get("href", "").strip()
        words = letters(strip_markup(tag.inside))
        if not target:
            yield _Spot(tag.line, tag.start, Key("nowhere", words), raw=True)
        elif not words:
            yield _Spot(tag.line, tag.start, Key("silent", target), raw=True)


def find_double_ids(facts: PageFacts) -> Iterator[Finding]:
    """Ids that more than one part of the page has, at all of these parts but the first; listings come before all."""
    times = Counter(node.attributes.get("id") or "" for node in facts.tree.css("[id]:not(figure.listing)"))
    taken = {
        name: listing.at
        for number, listing in enumerate(facts.page.listings, start=1)
        for name in (f"listing-{number}", *list_mark_ids(listing, number))
        if name in times
    }
    double = {name for name, count in times.items() if name and (count > 1 or name in taken)}
    places = _find_ids(facts, double) if double else {}
    for name in sorted(double):
        found = [*sorted(places[name]), *[facts.page.at] * times[name]][: times[name]]
        first = taken.get(name) or found.pop(0)
        for at in found:
            message = f"the id `{shorten(name)}` is taken by line {first.line}"
            yield Finding(at, message, "choose another one" if name in taken else "give one of the two another id")


def _find_ids(facts: PageFacts, names: set[str]) -> dict[str, list[Place]]:
    """Where these ids are given in the prose; a heading has one also without a word of it."""
    headings = [heading for heading in find_headings(facts) if heading.id in names]
    places: dict[str, list[Place]] = {name: [] for name in names}
    for heading in headings:
        places[heading.id].append(heading.at)
    known = {(heading.id, heading.at.line) for heading in headings}
    prose = read_prose(facts)
    listed = (
        (name, stretch.find_line(match.start()))
        for stretch in prose
        for match in _ATTRIBUTES.finditer(stretch.text)
        for name in _ID.findall(match[0])
    )
    tagged = ((tag.attributes.get("id", ""), tag.line) for tag in find_tags(prose))
    for name, line in (*listed, *tagged):
        if name in names and (name, line) not in known:
            places[name].append(Place(facts.page.at.path, line))
    return places


RULES: tuple[Rule[PageFacts], ...] = (
    *headings.RULES,
    *leftovers.RULES,
    Rule(
        "P104",
        "an image without a text alternative",
        Severity.WARNING,
        find_silent_images,
        (
            "content/pages/a.md:9: P104 the image `/img/flow.png` has no text alternative; say what it shows between "
            "the brackets, `![…](…)`",
            'content/pages/a.md:9: P104 the image `/img/flow.png` has no text alternative; say what it shows in `alt="…"`, '
            'or write `alt=""` if it is only decoration',
            "content/pages/a.md:9: P104 the image `/img/logo.png` is all there is of a link, and has no text "
            "alternative; say where the link leads as the text alternative of the image",
        ),
        """\
**Warning.** People who cannot see the image, and search engines, learn nothing of it. Say in a few words
what it shows: `![The request goes through three layers](/img/flow.png)`. An image that only decorates needs no words:
write it as HTML, `<img src="…" alt="">`. In a link of its own it does not decorate, because
its text alternative is then the text of the link.
""",
    ),
    Rule(
        "P106",
        "an id that is there twice",
        Severity.WARNING,
        find_double_ids,
        (
            "content/pages/a.md:30: P106 the id `setup` is taken by line 12; give one of the two another id",
            "content/pages/a.md:9: P106 the id `listing-1` is taken by line 4; choose another one",
        ),
        """\
**Warning.** Two parts of the page have the same id, so a link to it leads to the first of them only. An
id comes from `{#id}`, from raw HTML, or from the words of a heading. Headings with the same words get
different ids by themselves. Listings and their marked lines have ids too, `listing-1`, `listing-1-1` and
so on, which nothing else can have.
""",
    ),
    Rule(
        "P107",
        "a link without an address or a text",
        Severity.WARNING,
        find_empty_links,
        (
            "content/pages/a.md:9: P107 the link on `the guide` has no address; write it, or take the link away",
            "content/pages/a.md:9: P107 a link without text has no address; write it, or take the link away",
            "content/pages/a.md:9: P107 the link to `/guide.html` has no text; say where it leads, or take it away",
        ),
        """\
**Warning.** A link such as `[the guide]()` leads back to its own page, and one such as
`[](/guide.html)` cannot be seen. Most often the address was to be looked up later. In raw HTML, an anchor
(`<a id="…"></a>`) needs neither, and `aria-label` counts as text.
""",
    ),
)
