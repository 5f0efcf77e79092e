"""Which kinds of blocks each block of a text is asked about.

Python-Markdown asks each of its block processors about each block. Here those of Markdown's own are left out of which
it is plain, by the first character of the block or by what must be in it, that they would refuse: to refuse, they
change nothing. Processors of extensions are always asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from markdown import blockprocessors as known
from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor
from markdown.extensions.abbr import AbbrBlockprocessor
from markdown.extensions.def_list import DefListIndentProcessor, DefListProcessor
from markdown.extensions.footnotes import FootnoteBlockProcessor
from markdown.extensions.md_in_html import MarkdownInHtmlProcessor
from markdown.extensions.tables import TableProcessor

from callsite.prose.known import is_own
from callsite.prose.needs import find_needs

# Those that want a block to begin in a certain way, or to be empty.
_BEGINNINGS: tuple[tuple[type[BlockProcessor], str], ...] = (
    (known.EmptyBlockProcessor, "\n"),
    (known.ListIndentProcessor, " "),
    (DefListIndentProcessor, " "),
    (known.CodeBlockProcessor, " "),
    (MarkdownInHtmlProcessor, "\x02"),
)

# Those that search a block by an expression of theirs.
_SEARCHING: tuple[type[BlockProcessor], ...] = (
    known.HashHeaderProcessor,
    known.SetextHeaderProcessor,
    known.HRProcessor,
    known.BlockQuoteProcessor,
    known.ReferenceProcessor,
    AbbrBlockprocessor,
    DefListProcessor,
    FootnoteBlockProcessor,
)

# Those that are asked about every block.
_PLAIN = (known.OListProcessor, known.UListProcessor, known.ParagraphProcessor)

# How tables find the pipes between their columns.
_PIPES = (r"(?:(\\\\)|(\\`+)|(`+)|(\\\|)|(\|))", r"(?<!\\)(?:\\\\)*\|$")


class _Step(NamedTuple):
    """A processor; what each block that it takes begins with, and holds one of, both empty when nothing is known."""

    processor: BlockProcessor
    beginnings: str
    needs: tuple[str, ...]
    is_foreign: bool


class QuickBlockParser(BlockParser):
    """Markdown's own, with what is above."""

    _seen: Sequence[object] = ()
    _steps: tuple[_Step, ...] = ()

    def _look(self) -> None:
        """Take note of the processors; extensions may add some at any time."""
        processors = list(self.blockprocessors)
        seen = [*processors, *map(_find_expression, _SEARCHING)]
        if seen != self._seen:
            self._seen = seen
            self._steps = tuple(map(_plan, processors))

    def parseDocument(self, lines: Iterable[str]) -> Any:  # noqa: N802  # its name
        """Parse a whole text."""
        self._look()
        return super().parseDocument(lines)

    def parseBlocks(self, parent: Element, blocks: list[str]) -> None:  # noqa: N802  # its name
        """Make elements of blocks, and empty their list."""
        if not self._steps:
            self._look()
        while blocks:
            block = blocks[0]
            for processor, beginnings, needs, is_foreign in self._steps:
                if beginnings:
                    if block[:1] not in beginnings:
                        continue
                elif needs:
                    for need in needs:
                        if need in block:
                            break
                    else:
                        continue
                if processor.test(parent, block):
                    is_done = processor.run(parent, blocks) is not False
                    if is_foreign:
                        self._look()
                    if is_done:
                        break
                    block = blocks[0]


def _find_expression(kind: type[BlockProcessor]) -> Any:
    return getattr(kind, "SEARCH_RE", None) or getattr(kind, "RE", None)


def _plan(processor: BlockProcessor) -> _Step:
    for kind, beginnings in _BEGINNINGS:
        if is_own(processor, kind) and processor.tab_length > 0:
            return _Step(processor, beginnings, (), False)
    for kind in _SEARCHING:
        if is_own(processor, kind):
            return _Step(processor, "", find_needs(_find_expression(kind)), False)
    if is_own(processor, TableProcessor):
        assert isinstance(processor, TableProcessor)  # which `is_own` has seen
        pipes = (processor.RE_CODE_PIPES.pattern, processor.RE_END_BORDER.pattern)
        return _Step(processor, "", ("|",) if pipes == _PIPES else (), False)
    is_ours = type(processor).__module__.startswith("callsite.")
    return _Step(processor, "", (), not is_ours and not any(is_own(processor, kind) for kind in _PLAIN))
