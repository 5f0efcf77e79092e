"""Plain documents become what Markdown makes of them, and what is not plain is left to it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor

from callsite.page import parse_page
from callsite.prose.converting import ProseConverter
from callsite.prose.documents import Document, DocumentConverter
from callsite.prose.markup import format_plain, plan_markup
from callsite.prose.plain import plan_texts
from callsite.render import find_targets, parse_prose, place_listings


class _Nothing(Postprocessor):
    def run(self, text: str) -> str:
        return text


class _Own(Extension):
    """A part that a site adds at the end."""

    def extendMarkdown(self, md: Any) -> None:  # noqa: N802  # Markdown's own name
        md.postprocessors.register(_Nothing(md), "own", 1)


EXTRA: dict[str, Any] = {"markdown.extensions.extra": {}}
OPTIONS: dict[str, dict[str, Any]] = {
    "usual": {"extension_configs": EXTRA, "output_format": "html5"},
    "bare": {"output_format": "html"},
    "levels": {"extension_configs": {**EXTRA, "toc": {"baselevel": 3, "toc_depth": "4-5"}}, "output_format": "html"},
    "emphasis": {"extensions": ["legacy_em"], "output_format": "html"},
    "breaks": {"extensions": ["nl2br", "tables"], "output_format": "html"},
}
UNUSUAL: dict[str, dict[str, Any]] = {
    "xhtml": {"extension_configs": EXTRA},
    "anchors": {"extension_configs": {"toc": {"permalink": True}}, "output_format": "html"},
    "blocks": {"extensions": ["sane_lists"], "output_format": "html"},
    "late": {"extensions": ["smarty"], "output_format": "html"},
    "site": {"extensions": [_Own()], "output_format": "html"},
    "abbreviations": {"extension_configs": {"abbr": {"glossary": {"HTML": "x"}}}, "output_format": "html"},
}


def _make(options: dict[str, Any]) -> tuple[ProseConverter, ProseConverter]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("callsite.prose.converting.quicken", lambda _: None)
        slow = ProseConverter(options)
    return ProseConverter(options), slow


PAIRS = {name: _make(options) for name, options in OPTIONS.items()}


def _compare(name: str, text: str) -> bool:
    """Hold both ways against each other; whether the document was plain."""
    quickly, slowly = PAIRS[name]
    page, _ = parse_page(f"title: a\n\n{text}")
    made: list[Document | None] = []
    with pytest.MonkeyPatch.context() as patch:
        convert = DocumentConverter.convert

        def note(self: DocumentConverter, source: str, stem: str) -> Document | None:
            made.append(convert(self, source, stem))
            return made[-1]

        patch.setattr(DocumentConverter, "convert", note)
        found = quickly.convert(page)
    assert found == slowly.convert(page)
    if found.targets is not None:
        assert list(found.targets) == find_targets(parse_prose(found.fill(place_listings(len(page.listings)))))
    return made[0] is not None


_TEXTS = st.sampled_from(
    [
        *("word", "a b", "`a`", "``b ` <c>``", "[a](/b)", "[`a` b_c](/d_e?f)", "*a*", "**a `b`**", "*[a](/b)*", "a_b"),
        *(" ", " ", " ", "  \n", "\n", "\n- ", ", ", "&lt;", "\\*", "\\_", "_a_", "a_", "{", "}", "`{`", "[a]", "[^1]"),
        *("![i](/j)", "a|b", "1. ", "12", "*", "**", "`", ">", "#", "é", "“q”", "\u00a0", "klzzwxh:0001", "***a** b*"),
        *("**c**`a` b*[](/b)", "[a&b](/c)", "[a](/b&c)", "[a  \nb](/c)", "http://a.b", "a@b.c", '"', "=", "---", "\0"),
    ]
)
_LINE = st.lists(_TEXTS, min_size=1, max_size=6).map("".join)
_LISTING = "```python\nimport a\n```"
_BLOCK = st.one_of(
    _LINE,
    _LINE.map("## {}".format),
    st.builds("# {}\n{}".format, _LINE, _LINE),
    st.lists(_LINE.map("- {}".format), min_size=1, max_size=3).map("\n".join),
    st.just(_LISTING),
    st.sampled_from(
        [
            *(
                "<!-- a - <a href='x'> -->",
                "<details><summary>s</summary>\n<pre>\na &#32;\n</pre></details>",
                "[a]: /b",
            ),
            *('<div>\n<a href="/c">c</a>\n</div>', "<p>x</p>", "> a", "    a", " a", "[TOC]", "A\n---", "a | b\n--|--"),
            *("####### a", "#", "# a #", "<b>", "- a\n\n- b", f"- a\n\n  {_LISTING}", f"<div>\n\n{_LISTING}\n\n</div>"),
        ]
    ),
)
_BETWEEN = st.sampled_from(["\n\n", "\n\n", "\n\n", "\n\n\n", "\n", "\n \n"])


@pytest.mark.parametrize("name", OPTIONS)
@settings(max_examples=100)
@given(st.lists(st.tuples(_BLOCK, _BETWEEN), max_size=8))
def test_any_document_becomes_the_same(name: str, blocks: list[tuple[str, str]]) -> None:
    _compare(name, "".join(f"{block}{between}" for block, between in blocks))


PLAIN = (
    "",
    "\n\n\n",
    "One line.",
    "**a** b `c`, d  \n[e](/f) g_h_i  \n*j*\n12 k\n[l](m)",
    "a  \n`b` > d",
    "# A\n\n## A\ntext\n\n###B > `c` <d>".replace(" <d>", ""),
    "# `a` b\n# [C](/d)\n- one\n- *two*\n\ntext\n\n-  three\n\n\n\ntext\n",
    f"text\n{_LISTING}\n## A\n\n{_LISTING}\n\n{_LISTING}\n- a\n\n{_LISTING}\n\n- b",
    "- a\n\n<!-- b -->\n\n- c",
    "a\n\n<details><summary>s</summary>\n<pre>x &#32;</pre></details>\n\nb",
    f"<div>\n\n{_LISTING}\n\n</div>\n\n## A",
    '<div><a href="x">x</a></div>\n\n[y](z)',
    "a \\* b &amp; c [d] _e_ [f](/g)",
    "![a](/b) [c](/d)",
    "a \\* b\n\n" * 3,
    "[a](/b?c&d) `{` [e]({filename}/f.md)",
    "a | b",
)
OTHERS = (
    "a\n\n\tb",
    "a\n \nb",
    "a\n\n[TOC]",
    "a ]: b",
    "# A {#b}",
    "a {.b}",
    "a \\* b\n\n" * 4,
    "a [b{c](/d)",
    "a \\* {b}",
    "# A # b",
    "# _a_",
    "# ",
    "a\n# b",
    "a\n- b",
    " a",
    "> a",
    "1. a",
    "- - a",
    "- a\nb",
    "- _a_",
    "- a\n\n- b",
    "* a",
    "*[a] b",
    "***",
    "___",
    "a\n===",
    "a | b\n--|--",
    "a <b>c</b>",
    "<div>",
    "a ~~~",
    "klzzwxh:0000",
    "`a` **b**\n\n*a **b** c**`a` b*[](/b)",  # where Markdown shows a mark with a number by mistake
    f"- a\n\n    {_LISTING}".replace("\n", "\n    ").replace("- a\n    \n", "- a\n\n"),
)


@pytest.mark.parametrize("name", ["usual", "bare"])
@pytest.mark.parametrize("text", PLAIN)
def test_plain_documents_become_the_same(name: str, text: str) -> None:
    assert _compare(name, text)


@pytest.mark.parametrize("name", ["usual"])
@pytest.mark.parametrize("text", OTHERS)
def test_all_others_are_left_to_markdown(name: str, text: str) -> None:
    assert not _compare(name, text)


@pytest.mark.parametrize("name", UNUSUAL)
def test_another_markdown_does_it_all_itself(name: str) -> None:
    converter, slow = _make(UNUSUAL[name])
    page, _ = parse_page("title: a\n\n# A\n\ntext HTML\n\n- b\n")
    found = converter.convert(page)
    assert found == slow.convert(page)
    assert found.targets is None


@pytest.mark.parametrize("text", ["[a]()", '[a]( "t")', "[a](\xa0)", "a  \n[b]()"])
def test_links_that_lead_nowhere_are_none(text: str) -> None:
    assert _compare("levels", text)


def test_headings_have_their_levels() -> None:
    assert _compare("levels", "# A\n\n## B\n\n### C\n\n###### D")
    found = PAIRS["levels"][0].convert(parse_page("title: a\n\n# A\n\n## B\n\n### C\n")[0])
    assert [(heading.id, heading.level) for heading, _ in found.headings] == [("b", 4), ("c", 5)]


def test_nothing_is_left_over_for_the_next_document() -> None:
    converter: Any = _make(OPTIONS["usual"])[0]
    emphasis = converter._markdown.inlinePatterns["em_strong"]
    left = (0, 1, 2, 3, ("strong", "em"), 1)
    emphasis.regions.append(left)
    assert converter._documents.convert("text", "callsite0n") is None
    emphasis.reset()
    assert converter._documents.convert("text", "callsite0n") is not None

    def go_astray(text: str) -> str:
        emphasis.regions.append(left)
        return text

    def go_too_deep(_: str) -> str:
        emphasis.regions.append(left)
        raise RecursionError

    for convert in (go_astray, go_too_deep):
        converter._markdown.convert = convert
        assert converter._documents.convert("a \\* b", "callsite0n") is None
        assert not emphasis.regions


def test_space_behind_a_line_break_is_no_text() -> None:
    plan = plan_texts(list(Markdown().inlinePatterns))
    assert plan is not None
    assert format_plain("a  \n `b`  \n c", plan_markup(plan)) == "a<br>\n<code>b</code><br>\n c"
