"""Which kinds of blocks each block of a text is asked about.

Python-Markdown asks each of its block processors about each block. Here those of Markdown's own are left out of which
it is plain, by how the lines of the block begin or by what must be in it, that they would refuse: to refuse, they
change nothing. Processors of extensions are always asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
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

from callsite.patterns import compile_later
from callsite.prose.known import is_own, is_written
from callsite.prose.needs import find_needs
from callsite.prose.tokens import TokenBlocks

# What one line at least of a block begins with that a processor takes; "0" is any digit, and an empty block is "\n".
_BEGINNINGS: dict[type[BlockProcessor], str] = {
    known.EmptyBlockProcessor: "\n",
    known.ListIndentProcessor: " ",
    DefListIndentProcessor: " ",
    known.CodeBlockProcessor: " ",
    MarkdownInHtmlProcessor: "\x02",
    known.HashHeaderProcessor: "#",
    known.SetextHeaderProcessor: "=-",
    known.HRProcessor: " -_*",
    known.OListProcessor: " 0",
    known.UListProcessor: " *+-",
    DefListProcessor: " :",
    known.BlockQuoteProcessor: " >",
    FootnoteBlockProcessor: " [",
    AbbrBlockprocessor: "*",
    known.ReferenceProcessor: " [",
}

# The beginnings of lines that tell something.
_TELLING = compile_later(r"^(?:[\n #=_*+:>\[\x02-]|\d)", re.MULTILINE)


# From a longer block, one processor may take a line at a time: its lines are not gone through before each.
_LONG = 2_000


class _Step(NamedTuple):
    """A processor, what a line of each block it takes begins with, and what each holds one of; "" and () if unknown."""

    processor: BlockProcessor
    beginnings: str
    needs: Sequence[str]
    is_foreign: bool = False


class QuickBlockParser(BlockParser):
    """Markdown's own, with what is above."""

    # Whether nobody can add processors any more.
    is_alone = False

    _seen: Sequence[object] = ()
    _steps: tuple[_Step, ...] = ()
    _chosen: dict[str, tuple[_Step, ...]]

    def find_kinds(self) -> frozenset[type] | None:
        """The classes of its processors, if all of them are known and nobody can add others."""
        self._look()
        is_known = self.is_alone and not any(step.is_foreign for step in self._steps)
        return frozenset(type(step.processor) for step in self._steps) if is_known else None

    def _look(self) -> None:
        """Take note of the processors; extensions may add some at any time."""
        if self.is_alone and self._steps:
            return
        processors = list(self.blockprocessors)
        seen = [*processors, *map(_find_expressions, processors)]
        if seen != self._seen:
            self._seen = seen
            self._steps = tuple(map(_plan, processors))
            self._chosen = {}

    def parseBlocks(self, parent: Element, blocks: list[str]) -> None:  # noqa: N802  # its name
        """Make elements of blocks, and empty their list."""
        self._look()
        while blocks:
            block = blocks[0]
            for processor, _, needs, is_foreign in self._choose(block):
                for need in needs:
                    if need in block:
                        break
                else:
                    if needs:
                        continue
                if processor.test(parent, block):
                    if is_foreign:
                        self._ask(processor, parent, blocks)
                        break
                    if processor.run(parent, blocks) is not False:
                        break

    def _ask(self, foreign: BlockProcessor, parent: Element, blocks: list[str]) -> None:
        """Have an extension's processor take a block; if it refuses, it may have changed it, so ask all behind it."""
        processors = [step.processor for step in self._steps]
        is_done = foreign.run(parent, blocks) is not False
        for processor in processors[processors.index(foreign) + 1 :]:
            if not is_done and processor.test(parent, blocks[0]):
                is_done = processor.run(parent, blocks) is not False
        self._look()

    def _choose(self, block: str) -> tuple[_Step, ...]:
        """The processors that a block is asked about, by how its lines begin."""
        if len(block) > _LONG:
            return self._steps
        if "\n" in block:
            beginnings = "".join(sorted({"0" if one.isdecimal() else one for one in _TELLING.findall(block)}))
        elif _TELLING.match(block):
            beginnings = "0" if block[0].isdecimal() else block[0]
        else:
            beginnings = "" if block else "\n"
        chosen = self._chosen.get(beginnings)
        if chosen is None:
            chosen = tuple(step for step in self._steps if _may_take(step, beginnings))
            self._chosen[beginnings] = chosen
        return chosen


def _may_take(step: _Step, beginnings: str) -> bool:
    return not step.beginnings or not set(step.beginnings).isdisjoint(beginnings)


def _find_expressions(processor: BlockProcessor) -> tuple[Any, ...]:
    """What a processor searches blocks for."""
    found = (getattr(processor, name, None) for name in ("RE_CODE_PIPES", "RE_END_BORDER", "SEARCH_RE", "RE"))
    return tuple(value for value in found if isinstance(value, re.Pattern))


def _plan(processor: BlockProcessor) -> _Step:
    """What is known of a processor."""
    if isinstance(processor, TokenBlocks):
        return _Step(processor, "", processor.needs)
    kind = type(processor)
    expressions = _find_expressions(processor)
    if is_own(processor, kind) and processor.tab_length > 0 and all(is_written(one, kind) for one in expressions):
        if kind in _BEGINNINGS:
            return _Step(processor, _BEGINNINGS[kind], find_needs(expressions[0]) if expressions else ())
        if kind is TableProcessor:
            return _Step(processor, "", ("|",))
        if kind is known.ParagraphProcessor:
            return _Step(processor, "", ())
    return _Step(processor, "", (), is_foreign=True)
