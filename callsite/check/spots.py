"""Where in a page's text its headings, images and tags are written.

Markdown keeps no lines. What it has made is in the page's tree, in order; what may have made it is looked for in the
prose, in order too; and `pair` brings the two together.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from html import unescape
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from callsite.check.facts import PageFacts
from callsite.check.stretches import Stretch, list_nodes, read_prose
from callsite.model import Place

# Words longer than this are not compared: what stands for so many is paired by its order alone.
_LONGEST = 1000

_TAG = re.compile(r"<([a-z][a-z0-9]*)\b([^<>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([^\s\"'=/>]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")

# What stands before the words of a line: quote and list marks.
_LEAD = re.compile(r"(?:[ \t>]|[-*+:][ \t]|\d{1,9}[.)][ \t])*")
_MARKED = re.compile(r"(#{1,6})(.*)")
_UNDERLINE = re.compile(r"[ \t>]*(=+|-+)[ \t]*")

# Markup that shows nothing of its own: images, addresses of links, tags, attributes at the end.
_MARKUP = re.compile(
    r"!\[[^\[\]]*\](?:\([^()]*\)|\[[^\[\]]*\])?|(?<=\])(?:\([^()]*\)|\[[^\[\]]*\])|<[^<>]*>|\{[^{}]*\}\s*\Z"
)


class Key(NamedTuple):
    """What a thing is (`h2`, `img`), and the words that tell it from others of its kind."""

    kind: str
    words: str


class Tag(NamedTuple):
    """A tag in raw HTML: its name and attributes, its line, and what it was read from and goes on with."""

    name: str
    attributes: dict[str, str]
    line: int
    stretch: Stretch
    start: int
    end: int

    @property
    def inside(self) -> str:
        """What stands between this tag and the one that closes it, as far as that is near."""
        written = self.stretch.written
        next_one = re.compile(rf"</?{self.name}\b", re.IGNORECASE).search(written, self.end, self.end + _LONGEST)
        return written[self.end : next_one.start()] if next_one else ""


class HeadingSpot(NamedTuple):
    """A heading of a page: its level, what it says, its id, and where it is written."""

    level: int
    text: str
    id: str
    at: Place


def find_tags(prose: Sequence[Stretch], *names: str) -> Iterator[Tag]:
    """The tags of these names in raw HTML, all when none is given; those that close an element are left out."""
    for stretch in prose:
        for match in _TAG.finditer(stretch.text):
            name = match[1].lower()
            if not names or name in names:
                yield Tag(name, _read_attributes(stretch.written[match.start(2) : match.end(2)]),
                          stretch.find_line(match.start()), stretch, match.start(), match.end())  # fmt: skip


def list_headings(tree: LexborHTMLParser) -> list[tuple[LexborNode, str]]:
    """The headings that Markdown and raw HTML have made, each with its text."""
    return [(node, (node.text() or "").strip()) for node in list_nodes(tree, "h1,h2,h3,h4,h5,h6")]


def find_headings(facts: PageFacts) -> tuple[HeadingSpot, ...]:
    """The headings of a page in order, those in raw HTML as well; with the page's place when one is nowhere seen."""
    headings = list_headings(facts.tree)
    spots = sorted(_find_heading_spots(read_prose(facts))) if headings else []
    found = pair(
        [Key(node.tag or "", letters(text)) for node, text in headings],
        [key for _, key in spots],
    )
    return tuple(
        HeadingSpot(
            int((node.tag or "")[1:]),
            text,
            node.attributes.get("id") or "",
            facts.page.at if number is None else Place(facts.page.at.path, spots[number][0][0]),
        )
        for (node, text), number in zip(headings, found, strict=True)
    )


def pair(wanted: Sequence[Key], spots: Sequence[Key]) -> tuple[int | None, ...]:
    """For each thing that was made the number of the spot that made it, both being in order; None for what has none.

    Things of equal words go with spots of equal words, the first with the first. What is left takes the next spot of
    its kind that nothing else has, not before the spot of the thing before it.
    """
    equal: dict[Key, deque[int]] = defaultdict(deque)
    for number, key in enumerate(spots):
        equal[key].append(number)
    found = [equal[key].popleft() if equal.get(key) else None for key in wanted]
    free: dict[str, deque[int]] = defaultdict(deque)
    for number in sorted(number for numbers in equal.values() for number in numbers):
        free[spots[number].kind].append(number)
    last = -1
    for index, key in enumerate(wanted):
        own, left = found[index], free[key.kind]
        while own is None and left:
            next_one = left.popleft()
            own = next_one if next_one > last else None
        found[index] = own
        last = last if own is None else own
    return tuple(found)


def letters(text: str) -> str:
    """Letters and digits of a text: what is the same in Markdown and in the HTML that was made of it."""
    return "".join(filter(str.isalnum, text))


def strip_markup(text: str) -> str:
    """A line of Markdown without what its reader does not see, as far as `letters` tells."""
    return unescape(_MARKUP.sub("", text)) if len(text) <= _LONGEST else ""


def _find_heading_spots(prose: Sequence[Stretch]) -> Iterator[tuple[tuple[int, int], Key]]:
    """Lines that may be headings, by line and column: with `#` before, underlined, or in raw HTML."""
    for stretch in prose:
        rows = list(stretch.rows)
        for (line, written, text, _), following in zip(rows, [*rows[1:], None], strict=True):
            lead = _LEAD.match(text)
            assert lead is not None  # matches the empty text
            marked = _MARKED.match(text, lead.end())
            underline = _UNDERLINE.fullmatch(following[2]) if following else None
            if marked:
                words = letters(strip_markup(written[marked.start(2) :]))
                yield (line, marked.start()), Key(f"h{len(marked[1])}", words)
            elif underline and text.strip():
                key = Key("h1" if "=" in underline[1] else "h2", letters(strip_markup(written[lead.end() :])))
                yield (line, lead.end()), key
    for tag in find_tags(prose, "h1", "h2", "h3", "h4", "h5", "h6"):
        yield (tag.line, tag.start), Key(tag.name, letters(strip_markup(tag.inside)))


def _read_attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text):
        found.setdefault(match[1].lower(), unescape(match[2] or match[3] or match[4] or ""))
    return found
