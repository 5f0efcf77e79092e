"""The quicker ways of this package, put in the place of Python-Markdown's own."""

from __future__ import annotations

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.treeprocessors import InlineProcessor

from callsite.prose.blocks import QuickBlockParser
from callsite.prose.inline import QuickInlineProcessor
from callsite.prose.known import is_own

# Markdown's own classes and those that take their places.
_QUICKER = (
    (BlockParser, QuickBlockParser),
    (InlineProcessor, QuickInlineProcessor),
)


def quicken(markdown: Markdown) -> None:
    """Give the parts of a converter that are Markdown's own their quicker ways; what it makes stays the same.

    The objects stay, and get another class: others may know them.
    """
    for part in (*markdown.treeprocessors, markdown.parser):
        for kind, quicker in _QUICKER:
            if is_own(part, kind):
                part.__class__ = quicker
