"""Inline Markdown: code, links, emphasis and the like in a text.

Python-Markdown searches each text by each of its patterns in turn, and swaps what it finds for placeholders that it
later swaps for elements. Here a pattern is left out whose necessary characters (see `needs`) are not in the text; that
is equal because a pattern that matches nothing does nothing. And a text with code and links alone is made into elements
at once, see `_Plan`.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from xml.etree.ElementTree import Element

from markdown import inlinepatterns as known
from markdown.inlinepatterns import Pattern
from markdown.treeprocessors import InlineProcessor
from markdown.util import INLINE_PLACEHOLDER_PREFIX, AtomicString, code_escape

from callsite.prose.known import is_own
from callsite.prose.needs import find_needs

# In the place of code.
_HOLE = "\0"

# What the placeholders of Markdown's own are made of, and what they begin and end with.
_PLACEHOLDER = frozenset("\x02\x03klzzwxh:0123456789")
_MARKS = frozenset("\x02\x03")

# Patterns that may find something in code and links, as Markdown has them. A reference finds nothing in a link whose
# address stands in parentheses.
_USUAL = (
    (known.BacktickInlineProcessor, known.BACKTICK_RE),
    (known.LinkInlineProcessor, known.LINK_RE),
    (known.ReferenceInlineProcessor, known.REFERENCE_RE),
)

# A run of backticks and the next run of the same length, as `BacktickInlineProcessor` pairs them.
_CODE = re.compile(r"(`++)(.+?)(?<!`)\1(?!`)", re.DOTALL)

# A link whose address is plain, as `LinkInlineProcessor` reads it.
_LINK = re.compile(r"\[([^\[\]]*)\]\(([^\s()<>'\"\[\]\0]+)\)")


@dataclass(frozen=True, slots=True)
class _Plan:
    """What follows from the patterns of a site.

    `steps` are the patterns in order, each with its needs. A text that holds nothing of `anything` is as it will be.
    One without `early`, and whose parts outside of code and addresses hold nothing of `late`, has code and links
    alone: what comes before links in the order of patterns finds nothing in it, and what comes behind them sees only
    those parts. They are None when there is a pattern of which that cannot be told.
    """

    steps: tuple[tuple[Pattern, tuple[str, ...]], ...]
    anything: re.Pattern[str] | None = None
    early: re.Pattern[str] | None = None
    late: re.Pattern[str] | None = None


def _plan(patterns: Sequence[Pattern], expressions: Sequence[re.Pattern[str]]) -> _Plan:
    steps = tuple((pattern, find_needs(expression)) for pattern, expression in zip(patterns, expressions, strict=True))
    early, late = ["\\", "![", _HOLE, INLINE_PLACEHOLDER_PREFIX], ["[", "`"]
    has_codes, has_links = False, False  # so far
    for (pattern, needs), expression in zip(steps, expressions, strict=True):
        kind = next((kind for kind, usual in _USUAL if usual == expression.pattern and is_own(pattern, kind)), None)
        if kind is known.BacktickInlineProcessor:
            has_codes = getattr(pattern, "tag", "") == "code"
        elif kind is known.LinkInlineProcessor:
            has_links = has_codes
        elif kind is None:
            if not needs or any(_PLACEHOLDER.issuperset(need) or not _MARKS.isdisjoint(need) for need in needs):
                return _Plan(steps)
            (late if has_links else early).extend(needs)
    if not has_links:
        return _Plan(steps)
    return _Plan(steps, _any_of([*early, *late]), _any_of(early), _any_of(late))


def _any_of(texts: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, dict.fromkeys(texts))))


class QuickInlineProcessor(InlineProcessor):
    """Markdown's own, with what is above."""

    _patterns: Sequence[Pattern] = ()
    _expressions: Sequence[re.Pattern[str]] = ()
    _plan = _Plan(())

    def _look(self) -> None:
        """Take note of the patterns; extensions may add some at any time."""
        patterns: list[Any] = list(self.inlinePatterns)
        expressions = [pattern.getCompiledRegExp() for pattern in patterns]
        if patterns != self._patterns or expressions != self._expressions:
            self._patterns, self._expressions = patterns, expressions
            self._plan = _plan(patterns, expressions)

    def run(self, tree: Element, ancestors: list[str] | None = None) -> Element:
        """Make elements of all inline Markdown in a tree: breadth first, an element's own text before its tail."""
        self._look()
        self.stashed_nodes: dict[str, Element | str] = {}
        self.parent_map: dict[Element, Element] = {}
        markdown = cast("Any", self)  # its methods are private
        queue = deque([(tree, [*(ancestors or ()), tree.tag.lower()])])
        while queue:
            element, self.ancestors = queue.popleft()
            waiting = []
            for child in element:  # what comes out of a tail is met here, too
                was_empty = not len(child)
                text = child.text
                if text and not isinstance(text, AtomicString) and not self._write(child, text):
                    self.ancestors.append(child.tag.lower())
                    child.text = None
                    found = markdown._InlineProcessor__processPlaceholders(
                        markdown._InlineProcessor__handleInline(text), child
                    )
                    queue += [(node, [*above, node.tag.lower()]) for node, above in found]
                    waiting.append((child, [node for node, _ in found]))
                    self.ancestors.pop()
                    self._look()
                if child.tail and (self._plan.anything is None or self._plan.anything.search(child.tail)):
                    tail = markdown._InlineProcessor__handleInline(child.tail)
                    holder = Element("d")
                    child.tail = None
                    found = markdown._InlineProcessor__processPlaceholders(tail, holder, False)
                    child.tail = holder.tail or None
                    place = list(element).index(child) + 1
                    for node, _ in reversed(found):
                        element.insert(place, node)
                if not was_empty:
                    queue.append((child, [*self.ancestors, child.tag.lower()]))
            for child, nodes in waiting:
                for place, node in enumerate(nodes):
                    child.insert(place, node)
        return tree

    def _InlineProcessor__handleInline(self, data: str, patternIndex: int = 0) -> str:  # noqa: N802, N803  # its names
        """Swap what patterns find for placeholders, from one of them on."""
        if isinstance(data, AtomicString):
            return data
        apply = cast("Any", self)._InlineProcessor__applyPattern
        for number in range(patternIndex, len(self._plan.steps)):
            pattern, needs = self._plan.steps[number]
            start, found = 0, True
            while found:
                for need in needs:
                    if need in data:
                        break
                else:
                    if needs:
                        break
                data, found, start = apply(pattern, data, number, start)
        return data

    def _write(self, element: Element, text: str) -> bool:
        """Write a text with code and links alone into the front of an element; whether it is one."""
        plan = self._plan
        if plan.anything is None or plan.early is None or plan.late is None:
            return False
        if plan.anything.search(text) is None:
            return True
        if plan.early.search(text):
            return False
        pieces = _CODE.split(text)
        codes = pieces[2::3][::-1]
        parts = _LINK.split(
            _HOLE.join(pieces[::3])
        )  # a text, then for each link its own, its address, and what follows
        if plan.late.search(_HOLE.join(parts[::3] + parts[1::3])):
            return False
        element.text = None
        place = _fill(element, 0, parts[0], codes)
        for number in range(1, len(parts), 3):
            link = Element("a", {"href": parts[number + 1]})
            _fill(link, 0, parts[number], codes)
            if not parts[number]:
                link.text = ""
            element.insert(place, link)
            place = _fill(element, place + 1, parts[number + 2], codes)
        return True


def _fill(element: Element, place: int, text: str, codes: list[str]) -> int:
    """Put a text, its holes filled with the last of `codes`, behind so many children; how many there are then."""
    first, *others = text.split(_HOLE)
    if not place:
        element.text = first or None
    elif first:
        element[place - 1].tail = first
    for other in others:
        code = Element("code")
        code.text = AtomicString(code_escape(codes.pop().strip()))
        code.tail = other or None
        element.insert(place, code)
        place += 1
    return place
