"""The quicker ways of this package, put in the place of Python-Markdown's own."""

from __future__ import annotations

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.extensions.attr_list import AttrListTreeprocessor
from markdown.extensions.fenced_code import FencedBlockPreprocessor
from markdown.extensions.md_in_html import HtmlBlockPreprocessor as ExtraHtmlBlockPreprocessor
from markdown.extensions.md_in_html import MarkdownInHTMLPostprocessor
from markdown.extensions.toc import TocTreeprocessor
from markdown.postprocessors import RawHtmlPostprocessor
from markdown.preprocessors import HtmlBlockPreprocessor, NormalizeWhitespace
from markdown.treeprocessors import InlineProcessor, PrettifyTreeprocessor, UnescapeTreeprocessor

from callsite.prose.blocks import QuickBlockParser
from callsite.prose.inline import QuickInlineProcessor
from callsite.prose.known import is_own
from callsite.prose.raw import (
    QuickExtraHtmlBlockPreprocessor,
    QuickExtraRawHtmlPostprocessor,
    QuickHtmlBlockPreprocessor,
    QuickRawHtmlPostprocessor,
)
from callsite.prose.texts import QuickFencedBlockPreprocessor, QuickNormalizeWhitespace
from callsite.prose.trees import (
    QuickAttrListTreeprocessor,
    QuickPrettifyTreeprocessor,
    QuickTocTreeprocessor,
    QuickUnescapeTreeprocessor,
)

# Markdown's own classes and those that take their places.
_QUICKER: tuple[tuple[type, type], ...] = (
    (NormalizeWhitespace, QuickNormalizeWhitespace),
    (FencedBlockPreprocessor, QuickFencedBlockPreprocessor),
    (HtmlBlockPreprocessor, QuickHtmlBlockPreprocessor),
    (ExtraHtmlBlockPreprocessor, QuickExtraHtmlBlockPreprocessor),
    (BlockParser, QuickBlockParser),
    (InlineProcessor, QuickInlineProcessor),
    (PrettifyTreeprocessor, QuickPrettifyTreeprocessor),
    (AttrListTreeprocessor, QuickAttrListTreeprocessor),
    (TocTreeprocessor, QuickTocTreeprocessor),
    (UnescapeTreeprocessor, QuickUnescapeTreeprocessor),
    (RawHtmlPostprocessor, QuickRawHtmlPostprocessor),
    (MarkdownInHTMLPostprocessor, QuickExtraRawHtmlPostprocessor),
)


def quicken(markdown: Markdown) -> None:
    """Give the parts of a converter that are Markdown's own their quicker ways; what it makes stays the same.

    The objects stay, and get another class: others may know them.
    """
    parts: list[object] = [
        *(markdown.parser, *markdown.preprocessors, *markdown.treeprocessors),
        *(*markdown.parser.blockprocessors, *markdown.inlinePatterns, *markdown.postprocessors),
        *markdown.registeredExtensions,
    ]
    is_alone = all(type(part).__module__.startswith(("markdown.", "callsite.")) for part in parts)
    for part in parts:
        for kind, quicker in _QUICKER:
            if is_own(part, kind):
                part.__class__ = quicker
        if isinstance(part, QuickBlockParser | QuickInlineProcessor | QuickTocTreeprocessor):
            part.is_alone = is_alone
