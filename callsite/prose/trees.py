"""What is done to the tree of a text when its inline Markdown is done: line ends, attributes, ids, signs put back.

Each part looks first whether there is anything for it to do, by the signs without which it does nothing; and which
elements are blocks is asked once for each tag.
"""

from __future__ import annotations

import html
import re
from typing import Any, cast
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions.attr_list import AttrListTreeprocessor
from markdown.extensions.toc import (
    TocTreeprocessor,
    nest_toc_tokens,
    remove_fnrefs,
    render_inner_html,
    strip_tags,
    unescape,
    unique,
)
from markdown.treeprocessors import PrettifyTreeprocessor, UnescapeTreeprocessor
from markdown.util import STX

from callsite.patterns import compile_later

# What is written in another way in HTML, or stands for something.
_SPECIAL = compile_later("[&<>\x02\x03]")


_HEADING = re.compile("[Hh][123456]")  # to be compared with


class _Blocks(dict[Any, bool]):
    """Which tags are those of blocks."""

    def __init__(self, markdown: Markdown) -> None:
        super().__init__()
        self._markdown = markdown

    def __missing__(self, tag: Any) -> bool:
        self[tag] = self._markdown.is_block_level(tag)
        return self[tag]


class _Headings(dict[Any, bool]):
    """Which tags are those of headings."""

    def __missing__(self, tag: Any) -> bool:
        self[tag] = isinstance(tag, str) and _HEADING.match(tag) is not None
        return self[tag]


class QuickPrettifyTreeprocessor(PrettifyTreeprocessor):
    """Line ends between the elements of blocks."""

    def run(self, root: Element) -> None:
        """Put line ends into a tree."""
        self._blocks = _Blocks(self.md)  # anew, for extensions may add some
        super().run(root)

    def _prettifyETree(self, elem: Element) -> None:  # noqa: N802  # its name
        blocks = self._blocks
        tag = elem.tag
        if blocks[tag] and tag not in ("code", "pre"):
            text = elem.text
            if (not text or text.isspace()) and len(elem) and blocks[elem[0].tag]:
                elem.text = "\n"
            for child in elem:
                if blocks[child.tag]:
                    self._prettifyETree(child)
        tail = elem.tail
        if not tail or tail.isspace():
            elem.tail = "\n"


class QuickAttrListTreeprocessor(AttrListTreeprocessor):
    """Attributes in braces."""

    def run(self, doc: Element) -> None:
        """Give elements their attributes; there are none without a brace."""
        for element in doc.iter():
            if "{" in (element.text or "") or "{" in (element.tail or ""):
                super().run(doc)
                return


class QuickUnescapeTreeprocessor(UnescapeTreeprocessor):
    """Signs that were escaped."""

    def run(self, root: Element) -> None:
        """Put signs back; each stands between two marks until then."""
        for element in root.iter():
            text, tail = element.text, element.tail
            if text and (STX in text or type(text) is not str) and element.tag != "code":
                element.text = self.unescape(text)
            if tail and (STX in tail or type(tail) is not str):
                element.tail = self.unescape(tail)
            for key, value in element.items():
                if value is not None and (STX in value or type(value) is not str):
                    element.set(key, self.unescape(value))


class QuickTocTreeprocessor(TocTreeprocessor):
    """Ids of headings, and the table of contents."""

    # Whether there is nobody else who could read the table from where Markdown keeps it.
    is_alone = False

    @property
    def is_usual(self) -> bool:
        """Whether headings get nothing but their ids."""
        is_bare = not self.use_anchors and self.use_permalinks in (False, None)
        return self.is_alone and self.header_rgx == _HEADING and is_bare

    def find_level(self, number: int) -> int:
        """The level that a heading of another level gets."""
        return min(number + self.base_level, 6)

    def find_name(self, inner: str) -> str:
        """The name of a heading with this HTML in it."""
        return strip_tags(inner) if "<" in inner else " ".join(inner.split())

    def make_id(self, name: str, used: set[str | None], counters: dict[str, int]) -> str:
        """The id of a heading: one that is not used yet."""
        take = cast("Any", unique)  # its third argument is newer than what is known of its types
        own: str = take(self.slugify(html.unescape(name), self.sep), used, counters)
        return own

    def run(self, doc: Element) -> None:
        """Give headings their ids, and note them; the table itself is made only if it is shown."""
        if not self.is_usual:
            super().run(doc)
            return
        used: set[str | None] = set()
        is_shown = False
        for element in doc.iter():
            keys = element.keys()
            if keys and ("data-toc-label" in keys or ("id" in keys and element.get("id") is None)):
                super().run(doc)
                return
            if "id" in keys:
                used.add(element.get("id"))
            is_shown = is_shown or self.marker in (element.text or "")
        is_heading = _Headings()
        counters: dict[str, int] = {}
        tokens: list[dict[str, Any]] = []
        for element in doc.iter():
            if is_heading[element.tag]:
                self.set_level(element)
                name = self.find_name(self._render(element))
                if element.get("id") is None:
                    element.set("id", self.make_id(name, used, counters))
                level = int(element.tag[-1])
                if self.toc_top <= level <= self.toc_bottom:
                    own = element.attrib["id"]
                    tokens.append({"level": level, "id": unescape(own) if STX in own else own, "name": name})
        nested = cast("Any", nest_toc_tokens)(tokens)
        if self.marker and is_shown:
            self.replace_marker(doc, self.build_toc_div(nested))
        cast("Any", self.md).toc_tokens = nested

    def _render(self, heading: Element) -> str:
        """The inner HTML of a heading."""
        text, tail = heading.text or "", heading.tail or ""
        if not (len(heading) or heading.keys() or tail.strip() or _SPECIAL.search(text)):
            return text.strip()
        return render_inner_html(remove_fnrefs(heading), self.md)
