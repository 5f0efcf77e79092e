r"""Documents of which it is plain what all their blocks mean: headings, paragraphs, short lists, listings, raw HTML.

    ## Example 1 from Flask              one line; what follows may follow at once
    Any number of lines, which begin     as no other block does
    with [links](/a.html), say.
    - one                                lines that each begin so, and each without another block in it
    - two
    <details>                            what `raw` can tell by itself

Their HTML is put together from that of their texts, without a tree of elements. Whatever begins in another way, or may
have to do with what stands elsewhere, such as references, footnotes and attributes, has Markdown convert all of the
document. A paragraph that is not plain is converted alone, since nothing around it changes what it means.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple, cast

from markdown import Markdown
from markdown.blockprocessors import EmptyBlockProcessor, HashHeaderProcessor, ParagraphProcessor, UListProcessor
from markdown.extensions.abbr import AbbrTreeprocessor
from markdown.extensions.footnotes import FootnotePostprocessor, FootnotePostTreeprocessor, FootnoteTreeprocessor
from markdown.extensions.toc import escape_cdata
from markdown.postprocessors import AndSubstitutePostprocessor
from markdown.serializers import to_html_string

from callsite.patterns import compile_later
from callsite.prose.blocks import QuickBlockParser
from callsite.prose.inline import QuickInlineProcessor
from callsite.prose.known import is_own
from callsite.prose.markup import format_plain, plan_markup
from callsite.prose.plain import is_idle
from callsite.prose.raw import (
    QuickExtraHtmlBlockPreprocessor,
    QuickExtraRawHtmlPostprocessor,
    QuickHtmlBlockPreprocessor,
    QuickRawHtmlPostprocessor,
    part_text,
)
from callsite.prose.texts import QuickFencedBlockPreprocessor, QuickNormalizeWhitespace
from callsite.prose.tokens import OrderNotes
from callsite.prose.trees import (
    QuickAttrListTreeprocessor,
    QuickPrettifyTreeprocessor,
    QuickTocTreeprocessor,
    QuickUnescapeTreeprocessor,
)

# What takes part in a conversion, one of each row, and what may; with any other, or without one, this cannot tell.
_PARTS: tuple[tuple[type, ...], ...] = (
    (QuickNormalizeWhitespace,),
    (QuickHtmlBlockPreprocessor, QuickExtraHtmlBlockPreprocessor),
    (QuickInlineProcessor,),
    (QuickPrettifyTreeprocessor,),
    (QuickTocTreeprocessor,),
    (QuickUnescapeTreeprocessor,),
    (OrderNotes,),
    (QuickRawHtmlPostprocessor, QuickExtraRawHtmlPostprocessor),
)
_MAYBE: tuple[type, ...] = (QuickFencedBlockPreprocessor, QuickAttrListTreeprocessor)
_OTHERS: tuple[type, ...] = (
    *(AbbrTreeprocessor, FootnoteTreeprocessor, FootnotePostTreeprocessor, FootnotePostprocessor),
    AndSubstitutePostprocessor,
)
_BLOCKS = frozenset((EmptyBlockProcessor, HashHeaderProcessor, UListProcessor, ParagraphProcessor))

# What has Markdown convert a text: white space that it changes, its own marks, fences, definitions.
_ODD = ("\t", "\r", "\x02", "\x03", "```", "~~~", "]:")
_BLANK = compile_later(r"\n +\n")

# What a line begins with that may be of another block than a paragraph; an item of a list, and a heading.
_OTHER = r"(?:[\s#=_+:>-]|\*(?![^\s*\[]|\*[^\s*])|\d++\. )"
_OTHER_LINE = compile_later(rf"^{_OTHER}", re.MULTILINE)
_ITEM = compile_later(rf"- ++(?!{_OTHER})(.+)")
_HEADING = compile_later(r"(#{1,6})([^#\\]+)")

# Texts that are remembered have fewer characters.
_SHORT = 1_000

# How many paragraphs are converted alone: a document with more of them is as quickly converted as a whole.
_MOST_ALONE = 3

# The numbered marks of Markdown, which by mistake can be seen in a text: what stands before it changes them.
_NUMBERED = compile_later("klzzwxh|wzxhzdk")

# The address of a link in HTML, and tags in raw HTML that could have one, or that change what tags around them mean.
_HREF = compile_later(r'<a href="([^"]*)"')
_TELLING_TAG = compile_later(r"<(?!!--|/?(?:details|summary|pre|div|p|ul|ol|li|br|b|i|em|strong|code)[ />])")


class Document(NamedTuple):
    """A document as HTML: its headings and listings in order, and the name, as HTML, and level of headings by id.

    `targets` are the addresses in it; None when there may be others than those of links between its tags.
    """

    html: str
    order: list[tuple[str, str]]
    names: dict[str, tuple[str, int]]
    targets: tuple[str, ...] | None


class DocumentConverter:
    """Converts plain documents as a Markdown would that has got its quicker ways (see `quick`)."""

    def __init__(self, markdown: Markdown) -> None:
        self._markdown = markdown
        parts = (*markdown.preprocessors, *markdown.treeprocessors, *markdown.postprocessors)
        toc = next((part for part in parts if isinstance(part, QuickTocTreeprocessor)), None)
        inline = next((part for part in parts if isinstance(part, QuickInlineProcessor)), None)
        is_usual = toc is not None and toc.is_usual and _is_usual(markdown, parts)
        plan = inline.plan() if is_usual and inline is not None else None
        self._known = (toc, plan.emphasis) if toc and plan and plan.emphasis else None
        self._format_new = partial(format_plain, plan=cast("Any", plan and plan_markup(plan)))
        self._format_known = lru_cache(maxsize=1024)(self._format_new)

    def convert(self, text: str, stem: str) -> Document | None:
        """The HTML of a text, in which listings are tokens that begin with `stem`; None when the text is not plain."""
        if self._known is None or any(odd in text for odd in _ODD) or _NUMBERED.search(text) or _BLANK.search(text):
            return None
        toc, emphasis = self._known
        parts = part_text(f"{text}\n\n", self._markdown.block_level_elements)
        if parts is None or (toc.marker and toc.marker in text) or not is_idle(emphasis):
            return None
        draft = _Draft(toc)
        for before, raw in parts:
            for block in before.split("\n\n"):
                if not self._write(block.strip("\n"), stem, draft):
                    return None
            if raw:
                draft.add_raw(raw)
        return draft.finish()

    def _write(self, block: str, stem: str, draft: _Draft) -> bool:
        """Write a block into a draft; whether it is plain."""
        while block:
            if block.startswith(stem):
                token, _, block = block.partition("\n")
                draft.add_token(token, stem)
                continue
            at = block.find(f"\n{stem}")
            first, block = (block, "") if at < 0 else (block[:at], block[at + 1 :])
            while first.startswith("#"):
                line, _, first = first.partition("\n")
                heading = _HEADING.fullmatch(line)
                inner = self._format(heading[2].strip()) if heading and not heading[2].isspace() else None
                if heading is None or inner is None:
                    return False
                draft.add_heading(len(heading[1]), inner)
            if stem in first or ("|" in first and "\n" in first):
                return False
            if first and not (self._write_list(first, draft) if first[0] == "-" else self._write_text(first, draft)):
                return False
        return True

    def _write_text(self, block: str, draft: _Draft) -> bool:
        if _OTHER_LINE.search(block):
            return False
        inner = self._format(block)
        paragraph = self._convert_alone(block, draft) if inner is None else f"<p>{inner}</p>\n"
        draft.add_own(paragraph)
        return bool(paragraph)

    def _write_list(self, block: str, draft: _Draft) -> bool:
        if draft.ends_with_list:
            return False  # it is one with the list before
        items = [_ITEM.fullmatch(line) for line in block.split("\n")]
        inner = [self._format(item[1]) if item else None for item in items]
        if None in inner:
            return False
        draft.add_own("".join(["<ul>\n", *(f"<li>{each}</li>\n" for each in inner), "</ul>\n"]))
        draft.ends_with_list = True
        return True

    def _convert_alone(self, block: str, draft: _Draft) -> str:
        """A paragraph by Markdown; "" when it may have to do with what stands around it."""
        if "{" in block or draft.alone == _MOST_ALONE:
            return ""
        draft.alone += 1
        self._markdown.reset()
        try:
            paragraph = self._markdown.convert(block)
        except RecursionError:  # in all of the document, it may come to that sooner or later
            paragraph = ""
        draft.is_telling = draft.is_telling and "<img" not in paragraph
        return "" if self._settle() or not paragraph or _NUMBERED.search(paragraph) else f"{paragraph}\n"

    def _format(self, text: str) -> str | None:
        """The HTML of a plain text: headings, credits and the like are the same on many pages."""
        return self._format_known(text) if len(text) < _SHORT else self._format_new(text)

    def _settle(self) -> bool:
        """Let go of what is left over of a text for the next; whether there was anything."""
        assert self._known is not None  # else nothing is converted
        emphasis = self._known[1]
        if is_idle(emphasis):
            return False
        emphasis.reset()
        return True


class _Draft:
    """The HTML of a document that is being put together."""

    def __init__(self, toc: QuickTocTreeprocessor) -> None:
        self._toc = toc
        self._pieces: list[str] = []
        self._own: list[str] = []  # all but raw HTML
        self._order: list[tuple[str, str]] = []
        self._names: dict[str, tuple[str, int]] = {}
        self._used: set[str | None] = set()
        self._counters: dict[str, int] = {}
        self.alone = 0  # paragraphs that were converted alone
        self.ends_with_list = False
        self.is_telling = True

    def add_own(self, piece: str) -> None:
        self._pieces.append(piece)
        self._own.append(piece)
        self.ends_with_list = False

    def add_raw(self, raw: str) -> None:
        self._pieces.append(f"{raw}\n")
        self.is_telling = self.is_telling and _TELLING_TAG.search(raw) is None
        self.ends_with_list = False

    def add_token(self, token: str, stem: str) -> None:
        self.add_own(f"<div>{token}</div>\n")
        self._order.append(("listing", token[len(stem) : -1]))

    def add_heading(self, signs: int, inner: str) -> None:
        name, level = self._toc.find_name(inner), self._toc.find_level(signs)
        own = self._toc.make_id(name, self._used, self._counters)
        self.add_own(f'<h{level} id="{_escape(own)}">{inner}</h{level}>\n')
        self._order.append(("heading", own))
        if self._toc.toc_top <= level <= self._toc.toc_bottom:
            self._names[own] = name, level

    def finish(self) -> Document:
        targets = tuple(filter(None, _HREF.findall("".join(self._own))))
        is_telling = self.is_telling and not any("&" in target for target in targets)
        html = "".join(self._pieces).strip()
        return Document(html, self._order, self._names, targets if is_telling else None)


def _escape(value: str) -> str:
    return escape_cdata(value).replace('"', "&quot;")


def _is_usual(markdown: Markdown, parts: Sequence[Any]) -> bool:
    """Whether all that takes part in a conversion is known here, and nothing is missing."""
    kinds = [type(part) for part in parts if not (type(part) in _OTHERS and is_own(part, type(part)))]
    parser = markdown.parser
    blocks = parser.find_kinds() if isinstance(parser, QuickBlockParser) else None
    return (
        all(sum(kind in row for kind in kinds) == 1 for row in _PARTS)
        and all(any(kind in row for row in (*_PARTS, _MAYBE)) for kind in kinds)
        and not any(getattr(part, "abbrs", None) for part in parts)
        and (blocks is not None and blocks >= _BLOCKS)
        and (markdown.serializer, markdown.stripTopLevelTags, markdown.doc_tag) == (to_html_string, True, "div")
    )
