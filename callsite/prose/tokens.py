"""What stands for listings in Markdown: a line with a token for each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from callsite.model import Block, Layout, Prose
from callsite.patterns import compile_later
from callsite.prose.values import HEADINGS

# Quote marks at the start of a line, and the space behind them.
_QUOTES = compile_later(r"(?: {0,3}> ?)*([ \t]*)")


_STEM = compile_later(r"callsite([0-9]+)n")


class Tokens(Extension):
    """Gives each token line a block of its own, wherever it stands, and notes the order of headings and tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.stems = [find_stem("")]  # of the page at hand, in a list that stays
        self.order: list[tuple[str, str]] = []

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  # its name
        """Put the parts of this extension in their places."""
        # A token alone on its line comes before all (code 80, tables 75, headings 70, lists 40, quotes 20, paragraphs
        # 10) but list indents (90); the insides of lists and quotes come back here. Any other token waits until just
        # before paragraphs: the list mark or indent in front of it may belong to a list.
        blocks = md.parser.blockprocessors
        blocks.register(TokenBlocks(md.parser, self, r"(?:\A *|^ {0,3})(%s) *$\n?"), "callsite-listings", 85)
        blocks.register(TokenBlocks(md.parser, self, r" *(%s) *\n?"), "callsite-stray-listings", 15)
        # After the table of contents (5), which gives headings their ids.
        md.treeprocessors.register(OrderNotes(md, self), "callsite-order", 1)


class TokenBlocks(BlockProcessor):
    """Blocks with a token in them."""

    def __init__(self, parser: Any, tokens: Tokens, pattern: str) -> None:
        super().__init__(parser)
        self._tokens = tokens
        self._pattern = pattern

    @property
    def needs(self) -> Sequence[str]:
        """What is in each block that has a token."""
        return self._tokens.stems

    def _find(self, block: str) -> re.Match[str] | None:
        return re.search(self._pattern % rf"{self.needs[0]}\d+x", block, re.MULTILINE)

    def test(self, parent: Element, block: str) -> bool:  # noqa: ARG002  # as BlockProcessor has it
        """Whether a block has a token."""
        return self.needs[0] in block and self._find(block) is not None

    def run(self, parent: Element, blocks: list[str]) -> None:
        """Put an element in the place of the first token of a block."""
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


class OrderNotes(Treeprocessor):
    """Notes in which order headings and tokens come."""

    def __init__(self, md: Markdown, tokens: Tokens) -> None:
        super().__init__(md)
        self._tokens = tokens

    def run(self, root: Element) -> None:
        """Note them."""
        token = re.compile(rf"{self._tokens.stems[0]}(\d+)x")
        self._tokens.order = order = []
        for element in root.iter():
            if element.tag == "div":
                match = token.fullmatch(element.text or "")
                if match:
                    order.append(("listing", match[1]))
            elif element.tag in HEADINGS:
                name = element.get("id")
                if name:
                    order.append(("heading", name))


def place_token(token: str, layout: Layout, after: Block | None) -> str:
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


def find_stem(prose: str) -> str:
    """A word that does not occur in the text, the same for the same text."""
    taken = set(_STEM.findall(prose)) if "callsite" in prose else ()
    return next(f"callsite{number}n" for number in count() if str(number) not in taken)
