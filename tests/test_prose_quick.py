"""The quicker ways through Markdown make what its own make, whatever the text and the extensions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import markdown
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor, SimpleTagInlineProcessor, SimpleTextInlineProcessor

from callsite.page import parse_page
from callsite.prose import ProseConverter
from tests.strategies import texts


class _Shouting(InlineProcessor):
    """A pattern of a site: `!!words!!`; it adds another one when it has found something."""

    def handleMatch(self, m: re.Match[str], data: str) -> Any:  # type: ignore[override]  # noqa: N802  # its name
        assert self.md is not None
        self.md.inlinePatterns.register(SimpleTextInlineProcessor(r"\?\?(\w+)"), "asking", 300)
        found = Element("strong")
        found.text = m[1]
        return found, m.start(), m.end()


class _Box(BlockProcessor):
    """A kind of block of a site: what follows `%box` is in a box; it adds another kind when it has found one."""

    def test(self, parent: Element, block: str) -> bool:
        return block.startswith("%box")

    def run(self, parent: Element, blocks: list[str]) -> bool | None:
        text = blocks.pop(0).removeprefix("%box").strip()
        self.parser.blockprocessors.register(_Wall(self.parser), "wall", 200)
        if not text:
            blocks.insert(0, "no box")
            return False
        self.parser.parseBlocks(SubElement(parent, "div", {"class": "box"}), [text])
        return None


class _Wall(BlockProcessor):
    def test(self, parent: Element, block: str) -> bool:
        return block.startswith("%wall")

    def run(self, parent: Element, blocks: list[str]) -> None:
        blocks.pop(0)
        SubElement(parent, "hr")


class _Site(Extension):
    """What a site may add: patterns old and new, blocks, and something at the end and the beginning."""

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802  # Markdown's own name
        md.inlinePatterns.register(_Shouting(r"!!(.+?)!!", md), "shouting", 185)
        md.inlinePatterns.register(SimpleTagInlineProcessor(r"()\+\+(.*?)\+\+", "ins"), "inserted", 65)
        md.inlinePatterns.register(SimpleTagInlineProcessor(r"(?i)()(oh)", "b"), "oh", 64)
        md.parser.blockprocessors.register(_Box(md.parser), "box", 72)


class _Late(Extension):
    """Patterns that come before code and behind links, and need what is in no placeholder."""

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802  # Markdown's own name
        md.inlinePatterns.register(SimpleTagInlineProcessor(r"()\^\^(.*?)\^\^", "sup"), "sup", 195)
        md.inlinePatterns.register(SimpleTagInlineProcessor(r"()==(.*?)==", "mark"), "mark", 165)
        md.inlinePatterns.register(SimpleTagInlineProcessor(r"()~~(.*?)~~", "del"), "del", 65)


OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "usual": {"extension_configs": {"markdown.extensions.extra": {}}, "output_format": "html5"},
    "rich": {"extensions": ["extra", "admonition", "sane_lists", "smarty", "wikilinks", "nl2br"]},
    "narrow": {"extensions": ["attr_list", "tables", "footnotes", "abbr"], "tab_length": 2, "output_format": "html"},
    "contents": {
        "extensions": ["md_in_html", "def_list", "legacy_em", "legacy_attrs"],
        "extension_configs": {"toc": {"permalink": True, "title": "In here", "toc_depth": "2-3", "baselevel": 2}},
    },
    "anchors": {"extensions": ["fenced_code"], "extension_configs": {"toc": {"anchorlink": True, "marker": ""}}},
    "site": {"extensions": ["extra", _Site()]},
    "late": {"extensions": ["footnotes", _Late()]},
}


@contextmanager
def _slowly() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("callsite.prose.converting.quicken", lambda _: None)
        yield


def _make(name: str) -> tuple[ProseConverter, ProseConverter]:
    with _slowly():
        slow = ProseConverter(OPTIONS[name])
    return ProseConverter(OPTIONS[name]), slow


PAIRS = {name: _make(name) for name in OPTIONS}

WORDS = st.sampled_from(
    [
        *("word", " ", " ", "\n", "\n\n", "  \n", "    ", "\t", "a_b_c", "1. ", "- ", "* ", "> ", "# ", "## ", "+ "),
        *("`", "``", "```", "~~~", "*", "**", "_", "__", "***", "\\", "\\`", "\\[", "[", "]", "(", ")", "![", "]("),
        *(
            "[a](/b)",
            "[`a`](/b)",
            "`a`",
            "[^1]",
            "[^1]: note",
            "[a]: /b",
            "[a]",
            "[a][a]",
            "[TOC]",
            "*[HTML]: x",
            "HTML",
        ),
        *("<", ">", "&", "&amp;", "&#32;", "&#x26;", "<b>", "</b>", "<div>", "</div>", "<pre>", "</pre>", "<!-- c -->"),
        *("<div markdown>", "<p markdown=1>", "<br/>", "<hr>", "<?p?>", "<![CDATA[x]]>", "<https://a.b>", "<a@b.c>"),
        *("a | b\n--|--\n1 | 2", "|", "---", "===", "\n---\n", ": ", "term\n: what", "{: .x }", "{#id}", "{", "}", '"'),
        *(
            "!!a!!",
            "??b",
            "%box a",
            "%box",
            "%wall",
            "++a++",
            "oh",
            "==a==",
            "^^a^^",
            "~~a~~",
            "!!! note",
            '"q"',
            "'",
            "...",
        ),
        *(
            "\x02",
            "\x03",
            "\0",
            "klzzwxh:0",
            "é",
            "漢",
            "(c)",
            "://",
            "callsite0n0x",
            "<script>",
            "</script>",
            "<!--",
            "-->",
        ),
    ]
)


@pytest.mark.parametrize("name", OPTIONS)
@settings(max_examples=60)
@given(st.lists(WORDS, max_size=30).map("".join))
def test_any_markdown_becomes_the_same(name: str, text: str) -> None:
    quickly, slowly = PAIRS[name]
    assert quickly.convert_text(text) == slowly.convert_text(text)


@pytest.mark.parametrize("name", OPTIONS)
@settings(max_examples=60)
@given(texts())
def test_any_page_becomes_the_same(name: str, text: str) -> None:
    quickly, slowly = PAIRS[name]
    page, _ = parse_page(text)
    assert quickly.convert(page) == slowly.convert(page)
