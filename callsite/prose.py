"""Markdown between listings to HTML, in one go for a whole page.

Code never passes through Markdown, which would expand its tabs. Each listing is represented by a line with a token that
occurs nowhere else in the page; Markdown's own block rules decide which list or quote it belongs to, and the tokens are
swapped for the listings at the end, also those in raw HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from itertools import count, zip_longest
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.extensions.toc import slugify_unicode
from markdown.treeprocessors import Treeprocessor

from callsite.model import Block, Layout, Page, Prose

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

# Quote marks at the start of a line, and the space behind them.
_QUOTES = re.compile(r"(?: {0,3}> ?)*([ \t]*)")

# Ids that listings, their marked lines and the parts of the theme have; headings get out of their way.
_TAKEN = re.compile(
    r"listing-\d+(?:-\d+)?|main|sidebar|module-.+|more-from-.+"
    r"|(?:in-this-module|also-used-in|used-together-with)(?:-title)?"
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a page: its id, its text, its level (2 is <h2>) and the projects whose listings stand under it."""

    id: str
    text: str
    level: int
    projects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Converted:
    """A page's prose as HTML, and for each heading the numbers of the listings under it.

    Behind each of `parts` but the last stands the listing whose number (0 being the first) is in the same place of
    `order`. `too_deep` says that Markdown could not follow its lists and quotes, so that it comes as it was written.
    """

    parts: tuple[str, ...]
    order: tuple[int, ...]
    headings: tuple[tuple[Heading, tuple[int, ...]], ...]
    too_deep: bool = False

    def fill(self, listings: Sequence[str]) -> str:
        """The prose with the HTML of each listing of the page in its places."""
        pieces = [self.parts[0]]
        for number, part in zip(self.order, self.parts[1:], strict=True):
            pieces += listings[number], part
        return "".join(pieces)


class ProseConverter:
    """Markdown with a site's options; make it once and convert many pages, one after the other.

    `options` are the keyword arguments of `markdown.Markdown`, as Pelican's MARKDOWN setting gives them. Metadata and
    code highlighting are taken out, headings always get ids, the rest works as the site has set it.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._tokens = _Tokens()
        configs = {_full_name(name): dict(config) for name, config in options.get("extension_configs", {}).items()}
        configs.setdefault("markdown.extensions.toc", {})
        toc = configs["markdown.extensions.toc"]
        toc["slugify"] = _free_of_listings(toc.get("slugify", slugify_unicode))
        named = [_full_name(name) if isinstance(name, str) else name for name in options.get("extensions", ())]
        extensions = [*named, *(name for name in configs if name not in named)]
        ours = {"markdown.extensions.meta", "markdown.extensions.codehilite"}
        self._markdown = Markdown(
            **{
                **options,
                "extensions": [*(name for name in extensions if name not in ours), self._tokens],
                "extension_configs": {name: config for name, config in configs.items() if name not in ours},
            }
        )

    def convert_text(self, text: str) -> str:
        """Convert a piece of Markdown that has no listings, such as a summary."""
        self._markdown.reset()
        return self._markdown.convert(text)

    def convert(self, page: Page) -> Converted:
        """Convert a page's prose, with places for its listings."""
        prose = "".join(block.text for block in page.blocks if isinstance(block, Prose))
        self._tokens.stem = stem = _find_stem(prose)
        numbers = count()
        rows: list[str] = []
        for block, after in zip_longest(page.blocks, page.blocks[1:]):
            if isinstance(block, Prose):
                rows.append(block.text)
            else:
                rows.append(_place_token(f"{stem}{next(numbers)}x", block.layout, after))
        text = "".join(rows)
        try:
            html, too_deep = self.convert_text(text), False
        except RecursionError:
            html, too_deep = f'<div class="unread">{escape(text, quote=False)}</div>', True
            self._tokens.order = []
            self._markdown.parser.state.clear()  # it still says where the parser was, and `reset` leaves it alone
        token = rf"{stem}(\d+)x"
        parts, order, at = [], [], 0
        for match in re.finditer(rf"<div>{token}</div>|{token}", html):
            parts.append(html[at : match.start()])
            order.append(int(match[1] or match[2]))
            at = match.end()
        return Converted((*parts, html[at:]), tuple(order), self._find_headings(), too_deep)

    def _find_headings(self) -> tuple[tuple[Heading, tuple[int, ...]], ...]:
        names: dict[str, tuple[str, int]] = {}
        pending = list(getattr(self._markdown, "toc_tokens", ()))
        while pending:
            entry = pending.pop()
            names[entry["id"]] = (unescape(entry["name"]), entry["level"])
            pending += entry["children"]
        found: list[tuple[Heading, list[int]]] = []
        for kind, value in self._tokens.order:
            if kind == "listing":
                if found:
                    found[-1][1].append(int(value))
            elif value in names:
                text, level = names[value]
                found.append((Heading(value, text, level), []))
        return tuple((heading, tuple(numbers)) for heading, numbers in found)


class _Tokens(Extension):
    """Gives each token line a block of its own, wherever it stands, and notes the order of headings and tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = _find_stem("")
        self.order: list[tuple[str, str]] = []

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  # Markdown's own name
        # A token alone on its line comes before all (code 80, tables 75, headings 70, lists 40, quotes 20, paragraphs
        # 10) but list indents (90); the insides of lists and quotes come back here. Any other token waits until just
        # before paragraphs: the list mark or indent in front of it may belong to a list.
        blocks = md.parser.blockprocessors
        blocks.register(_TokenBlocks(md.parser, self, r"(?:\A *|^ {0,3})(%s) *$\n?"), "callsite-listings", 85)
        blocks.register(_TokenBlocks(md.parser, self, r" *(%s) *\n?"), "callsite-stray-listings", 15)
        # After the table of contents (5), which gives headings their ids.
        md.treeprocessors.register(_OrderNotes(md, self), "callsite-order", 1)


class _TokenBlocks(BlockProcessor):
    def __init__(self, parser: Any, tokens: _Tokens, pattern: str) -> None:
        super().__init__(parser)
        self._tokens = tokens
        self._pattern = pattern

    def _find(self, block: str) -> re.Match[str] | None:
        return re.search(self._pattern % rf"{self._tokens.stem}\d+x", block, re.MULTILINE)

    def test(self, parent: Element, block: str) -> bool:  # noqa: ARG002  # as BlockProcessor has it
        return self._find(block) is not None

    def run(self, parent: Element, blocks: list[str]) -> None:
        block = blocks.pop(0)
        match = self._find(block)
        assert match is not None  # `test` has seen it
        before = block[: match.start()].rstrip("\n")
        if before:
            self.parser.parseBlocks(parent, [before])
        SubElement(parent, "div").text = match[1]
        after = block[match.end() :]
        if after.strip("\n"):
            blocks.insert(0, after)


class _OrderNotes(Treeprocessor):
    def __init__(self, md: Markdown, tokens: _Tokens) -> None:
        super().__init__(md)
        self._tokens = tokens

    def run(self, root: Element) -> None:
        token = re.compile(rf"{self._tokens.stem}(\d+)x")
        self._tokens.order = order = []
        for element in root.iter():
            name = element.get("id")
            match = token.fullmatch(element.text or "") if element.tag == "div" else None
            if match:
                order.append(("listing", match[1]))
            elif name and element.tag in HEADINGS:
                order.append(("heading", name))


def _full_name(extension: str) -> str:
    """Markdown's own extensions go by two names; use the long one."""
    own = {"toc", "meta", "codehilite", "extra", "tables", "fenced_code", "attr_list", "footnotes", "def_list", "abbr"}
    return f"markdown.extensions.{extension}" if extension in own else extension


def _free_of_listings(slugify: Callable[[str, str], str]) -> Callable[[str, str], str]:
    def make_id(text: str, separator: str) -> str:
        slug = slugify(text, separator)
        return f"section-{slug}" if _TAKEN.fullmatch(slug) else slug

    return make_id


def _place_token(token: str, layout: Layout, after: Block | None) -> str:
    """The line that stands for a listing.

    Python-Markdown wants four spaces where CommonMark takes the width of a list mark, and a blank line before what is
    outside of the list or quote that the listing is in.
    """
    quotes = layout.indent.count(">")
    inner = len(layout.indent.rpartition(">")[2].expandtabs(4))
    # The line that opens a list or quote keeps its marks; so does a quote that Markdown does not see in its list.
    kept = re.match(r" {1,3}>", layout.lead) or re.search(r"[^>\s]", layout.lead)
    row = (layout.lead if kept else layout.within) + token + "\n"
    if layout.within and isinstance(after, Prose):
        outer = _QUOTES.match(after.text)
        assert outer is not None  # matches the empty text
        level = outer[0].count(">")
        space = len(outer[1].expandtabs(4))
        if level < quotes or (level == quotes and space < inner):
            row += "> " * level + "\n"
    return row


def _find_stem(prose: str) -> str:
    """A word that does not occur in the text, the same for the same text."""
    number = 0
    while f"callsite{number}n" in prose:
        number += 1
    return f"callsite{number}n"
