"""Other people's words stay words: no markup comes of them, and all that can be seen of them is seen."""

from __future__ import annotations

from html import unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from callsite.defaults import MARKDOWN
from callsite.harvest.quoting import (
    escape_comment,
    escape_markdown,
    escape_raw,
    format_code,
    format_link,
    make_address,
    make_plain,
)
from callsite.page import parse_page
from callsite.render import Renderer
from callsite.text import CONTROL
from tests.harvested import hostile_texts

_RENDERERS = [Renderer(MARKDOWN), Renderer({}), Renderer({"extensions": ["extra", "toc", "admonition", "nl2br"]})]


def _render(renderer: Renderer, text: str) -> str:
    page, _ = parse_page(f"title: x\n\n{text}")
    return renderer.render_page(page).html


def _tree(html: str) -> LexborHTMLParser:
    return LexborHTMLParser(f"<body>{html}</body>")


def _text(html: str) -> str:
    body = _tree(html).body
    assert body is not None
    return " ".join(body.text().split())


def _tags(html: str) -> list[str]:
    """The names of all elements in some HTML, from the outside in."""
    return [node.tag or "" for node in _tree(html).css("body *")]


@given(hostile_texts())
@example("1. a")
@example("1) a")
@example("- - -")
@example("---")
@example("===")
@example(": a")
@example("&lt;b&gt;")
@example("*[a]: b")
@example("a\\")
@example("a|b\n-|-")
def test_escaped_text_is_a_paragraph_of_just_that(text: str) -> None:
    for renderer in _RENDERERS:
        html = _render(renderer, f"{escape_markdown(text)}\n")
        assert _tags(html) in ([["p"]] if make_plain(text) else [[]])
        assert _text(html) == make_plain(text)


@given(hostile_texts())
def test_escaped_text_is_text_within_a_line_a_heading_and_a_link(text: str) -> None:
    shown = make_plain(text)
    for renderer in _RENDERERS:
        html = _render(renderer, f"## By {escape_markdown(text)}\n\nOf **x {escape_markdown(text)} y**\n")
        assert _tags(html) == ["h2", "p", "strong"]
        assert _text(html).split() == f"By {shown} Of x {shown} y".split()
        html = _render(renderer, f"a {format_link(escape_markdown(text + 'x'), 'https://a.b/c')} d\n")
        assert _tags(html) == ["p", "a"]
        assert _text(html) == f"a {make_plain(text + 'x')} d"


@given(hostile_texts())
@example("`")
@example("``` `a")
@example("</code><script>")
@example("<!--")
@example("<?php")
@example("<![CDATA[")
@example("</")
@example("a\\")
def test_code_is_code(text: str) -> None:
    text = f"x{text}"
    for renderer in _RENDERERS:
        for row in (f"{format_code(text)} a\n", f"a {format_code(text)} b\n"):
            html = _render(renderer, row)
            assert _tags(html) == ["p", "code"]
            assert _text(html) == row.replace(format_code(text), make_plain(text)).strip()
        html = _render(renderer, f"- [{format_code(text)}](https://a.b/) b\n")
        assert _tags(html) == ["ul", "li", "a", "code"]


@given(hostile_texts())
@example("-->")
@example("--!>")
@example("--")
def test_a_comment_shows_nothing(text: str) -> None:
    for renderer in _RENDERERS:
        html = _render(renderer, f"a\n\n<!-- say what {escape_comment(text)} is -->\n\nb\n")
        assert _tags(html) == ["p", "p"]
        assert _text(html) == "a b"


@given(st.lists(hostile_texts(), max_size=4))
def test_raw_lines_are_shown_as_they_are(rows: list[str]) -> None:
    rows = [row for text in rows for row in text.split("\n")]
    raw = [escape_raw(row) for row in rows]
    assert all(row.strip(" \t") and "\n" not in row for row in raw)
    for renderer in _RENDERERS:
        html = _render(renderer, "\n".join(["a", "", "<details>", "<pre>", *raw, "</pre></details>", "", "b"]))
        assert _tags(html) == ["p", "details", "pre", "p"]
        shown = _tree(html).css("pre")[0].text()
        seen = [CONTROL.sub("", row).replace("\0", "") for row in rows]
        assert shown.split() == " ".join(seen).split()


@given(hostile_texts())
@example("a)b")
@example("a b\n# c")
@example("(((")
@example('"><script>')
def test_addresses_lead_where_they_say(text: str) -> None:
    for renderer in _RENDERERS:
        html = _render(renderer, f"a {format_link('b', f'https://a.b/{text}')} c\n")
        assert _tags(html) == ["p", "a"]
        assert _text(html) == "a b c"
        assert (_tree(html).css("a")[0].attributes["href"] or "").startswith("https://a.b/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "//a.b",
        "/a",
        "ftp://a.b",
        "https:///a",
        "mailto:a@b",
        "http:a",
        " https://a.b",
    ],
)
def test_what_is_no_web_address_is_no_link(url: str) -> None:
    assert make_address(url) == ""
    assert format_link("b", url) == "b"


def test_good_addresses_stay_as_they_are() -> None:
    for url in (
        "https://github.com/a/b_c/blob/1f/d%20e.py#L1-L20",
        "http://a.b:80/~c/?d=e&f=g",
        "https://a.b/#lines-1:2",
    ):
        assert make_address(url) == url


def test_plain_words_stay_readable() -> None:
    for text in ("Flask-Login", "flask 3.0.1 (the web framework)", 'it\'s "this"; really?', "1.0", "a:b = c", "é 日本"):
        assert escape_markdown(text) == text
    assert escape_markdown("after_this_request") == r"after\_this\_request"
    assert unescape(escape_markdown("a < b & c ~ d")) == "a < b & c ~ d"
    assert make_plain(" a\u200b\n\tb\0\x85 ") == "a b"
    assert format_code("a  b") == "`a b`"


def test_halves_of_characters_are_left_out() -> None:
    assert escape_markdown("a\ud800b\udfff") == "a b"
