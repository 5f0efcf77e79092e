"""Inline Markdown: code, links, emphasis and the like in a text.

Python-Markdown searches each text by each of its patterns in turn, and swaps what it finds for placeholders that it
later swaps for elements. Here a pattern is left out whose necessary characters (see `needs`) are not in the text; that
is equal because a pattern that matches nothing does nothing. And most texts are made into elements at once, by `plain`.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from typing import Any, cast
from xml.etree.ElementTree import Element

from markdown.inlinepatterns import Pattern
from markdown.treeprocessors import InlineProcessor
from markdown.util import AtomicString

from callsite.prose.needs import find_needs
from callsite.prose.plain import Plan, plan_texts, write_plain


class QuickInlineProcessor(InlineProcessor):
    """Markdown's own, with what is above."""

    # Whether nobody can add patterns any more.
    is_alone = False

    _patterns: Sequence[Pattern] = ()
    _expressions: Sequence[re.Pattern[str]] = ()
    _steps: Sequence[tuple[Pattern, tuple[str, ...]]] = ()
    _plan: Plan | None = None

    def _look(self) -> None:
        """Take note of the patterns; extensions may add some at any time."""
        if self.is_alone and self._patterns:
            return
        patterns: list[Any] = list(self.inlinePatterns)
        expressions = [pattern.getCompiledRegExp() for pattern in patterns]
        if patterns != self._patterns or expressions != self._expressions:
            self._patterns, self._expressions = patterns, expressions
            self._steps = [(pattern, find_needs(one)) for pattern, one in zip(patterns, expressions, strict=True)]
            self._plan = plan_texts(patterns)

    def plan(self) -> Plan | None:
        """What its patterns mean for plain texts; None when that cannot be told, or does not stay so."""
        self._look()
        return self._plan if self.is_alone else None

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
                if child.tail and (self._plan is None or self._plan.anything.search(child.tail)):
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

    def _write(self, element: Element, text: str) -> bool:
        return write_plain(element, text, self._plan, self.stashed_nodes)

    def _InlineProcessor__handleInline(self, data: str, patternIndex: int = 0) -> str:  # noqa: N802, N803  # its names
        """Swap what patterns find for placeholders, from one of them on."""
        if isinstance(data, AtomicString):
            return data
        apply = cast("Any", self)._InlineProcessor__applyPattern
        for number in range(patternIndex, len(self._steps)):
            pattern, needs = self._steps[number]
            for need in needs:
                if need in data:
                    break
            else:
                if needs:
                    continue
            start, found = 0, True
            while found:
                data, found, start = apply(pattern, data, number, start)
        return data
