"""Markdown around listings: where they stand, headings, and the site's own options."""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from callsite.page import parse_page
from callsite.prose import Converted, Heading
from callsite.prose.converting import ProseConverter
from tests.strategies import texts

_PLAIN: dict[str, Any] = {}
_RICH: dict[str, Any] = {
    "extensions": ["extra", "toc", "admonition", "sane_lists"],
    "extension_configs": {"markdown.extensions.codehilite": {"css_class": "highlight"}, "meta": {}},
    "output_format": "html5",
}
_CONVERTERS = (ProseConverter(_PLAIN), ProseConverter(_RICH))


def _convert(text: str, options: dict[str, Any] = _PLAIN) -> Converted:
    page, _ = parse_page(text)
    return ProseConverter(options).convert(page)


def _html(text: str, options: dict[str, Any] = _PLAIN) -> str:
    converted = _convert(text, options)
    return converted.fill(_figures(len(converted.order)))


def _figures(number: int) -> list[str]:
    return [f'<figure id="listing-{index}"></figure>' for index in range(1, number + 1)]


def _ids(html: str) -> list[str | None]:
    return [figure.attributes["id"] for figure in LexborHTMLParser(html).css("figure")]


@settings(max_examples=120)
@given(texts(), st.sampled_from(_CONVERTERS))
def test_each_listing_comes_once_and_in_order(text: str, converter: ProseConverter) -> None:
    page, _ = parse_page(text)
    figures = _figures(len(page.listings))
    converted = converter.convert(page)
    html = converted.fill(figures)
    found = re.findall(r'<figure id="listing-\d+"></figure>', html)
    if "[^" not in text:  # footnotes go to the end of the page
        assert found == figures
    assert sorted(found) == sorted(figures)
    assert not re.search(r"callsite\d+n\d+x", html)
    under = [number for _, numbers in converted.headings for number in numbers]
    assert under == sorted(set(under)) or "[^" in text
    again = converter.convert(page)
    assert again == converted


def _path(html: str) -> str:
    """The lists and quotes around the first listing, such as `ul blockquote`."""
    node: LexborNode | None = LexborHTMLParser(html).css_first("figure")
    assert node is not None
    names: list[str] = []
    while node is not None:
        if node.tag in ("ul", "ol", "blockquote", "details", "div", "td"):
            names.insert(0, node.tag)
        node = node.parent
    return " ".join(names)


@pytest.mark.parametrize("wide", [False, True], ids=["narrow", "wide"])
@pytest.mark.parametrize(
    ("text", "where", "items"),
    [
        ("a\n\n```\nx\n```\n\nb\n", "", 0),
        ("a\n```\nx\n```\nb\n", "", 0),
        ("- a\n\n  ```\n  x\n  ```\n\n- b\n", "ul", 2),
        ("- a\n  ```\n  x\n  ```\n- b\n", "ul", 2),
        ("- a\n\n  ```\n  x\n  ```\n- b\n", "ul", 2),
        ("1. a\n\n   ```\n   x\n   ```\n\n2. b\n", "ol", 2),
        ("1. a\n   ~~~\n   x\n   ~~~\n2. b\n3. c\n", "ol", 3),
        ("1. a\n\n    ```\n    x\n    ```\n\n2. b\n", "ol", 2),
        ("10. a\n\n    ```\n    x\n    ```\n11. b", "ol", 2),
        ("- ```\n  x\n  ```\n- b\n", "ul", 2),
        ("- a\n    - b\n\n        ```\n        x\n        ```\n- c\n", "ul ul", 3),
        ("- a\n\n    1. b\n\n        ```\n        x\n        ```\n", "ul ol", 2),
        ("> a\n>\n> ```\n> x\n> ```\n", "blockquote", 0),
        ("> a\n> ```\n> x\n> ```\nb\n", "blockquote", 0),
        (">```\n>x\n>```\n", "blockquote", 0),
        ("> > ```\n> > x\n> > ```\n> b\n", "blockquote blockquote", 0),
        ("> - a\n>\n>   ```\n>   x\n>   ```\n>\n> b\n", "blockquote ul", 1),
        ("- a\n\n    > b\n    >\n    > ```\n    > x\n    > ```\n", "ul blockquote", 1),
        ("- a\n\n  > b\n  >\n  > ```\n  > x\n  > ```\n", "blockquote", 1),  # with the rest of its quote
        ("- a\n\n```\nx\n```\n\n- b\n", "", 2),
        ("- a\n```\nx\n```\n", "", 1),
        ("<div>\n\n```\nx\n```\n\n</div>\n", "div", 0),
        ("<details><summary>a</summary>\n\n```\nx\n```\n\n</details>\n", "details", 0),
        ("a | b\n--|--\n1 | 2\n```\nx\n```\n", "", 0),
        ("1) a\n\n   ```\n   x\n   ```\n", "", 0),
        ("text\n- a\n  ```\n  x\n  ```\n", "", 0),
    ],
)
def test_listings_stand_where_the_author_put_them(text: str, where: str, items: int, wide: bool) -> None:
    html = _html(text, _RICH if wide else _PLAIN)
    assert (_path(html), len(LexborHTMLParser(html).css("li"))) == (where, items)
    assert "code" not in html


def test_what_follows_a_quoted_listing_is_outside() -> None:
    html = _html("> a\n> ```\n> x\n> ```\nb\n")
    assert html == '<blockquote>\n<p>a</p>\n<figure id="listing-1"></figure>\n</blockquote>\n<p>b</p>'
    html = _html("> > ```\n> > x\n> > ```\n> b\n")
    assert html.endswith("</blockquote>\n<p>b</p>\n</blockquote>")
    html = _html("> > ```\n> > x\n> > ```\n> > b\n")
    assert html.endswith("<p>b</p>\n</blockquote>\n</blockquote>")
    html = _html("- a\n\n  ```\n  x\n  ```\n  b\n")
    assert html.endswith("b</p>\n</li>\n</ul>")


def test_code_that_looks_like_a_token_stays() -> None:
    page, _ = parse_page("```\ncallsite0n1x\n```\n\n```\n<div>callsite0n0x</div>\n```\n")
    shown = ["<pre>callsite0n1x</pre>", "<pre><div>callsite0n0x</div></pre>"]
    assert ProseConverter({}).convert(page).fill(shown) == "\n".join(shown)


def test_prose_that_looks_like_a_token_stays() -> None:
    html = _html("callsite0n0x callsite1n0x\n\n```\nx\n```\n")
    assert html == '<p>callsite0n0x callsite1n0x</p>\n<figure id="listing-1"></figure>'


def test_headings_know_the_listings_under_them() -> None:
    text = "```\n0\n```\n\n# A *b* `c` & d\n\n```\n1\n```\n\n- x\n\n    ```\n    2\n    ```\n\n## E\n\n# F\n\n> ```\n> 3\n> ```\n"
    assert _convert(text).headings == (
        (Heading("a-b-c-d", "A b c & d", 1), (1, 2)),
        (Heading("e", "E", 2), ()),
        (Heading("f", "F", 1), (3,)),
    )


def test_ids_of_headings_stay_clear_of_listings() -> None:
    converted = _convert("# Listing 1\n\n# Listing 1 1\n\n# Listing 1\n\n# Listing 10a\n\n# Über 漢\n\n```\nx\n```\n")
    assert [heading.id for heading, _ in converted.headings] == [
        *("section-listing-1", "section-listing-1-1", "section-listing-1_1", "listing-10a", "über-漢"),
    ]


def test_headings_that_the_contents_leave_out() -> None:
    options = {"extension_configs": {"toc": {"toc_depth": "2-3"}}}
    converted = _convert("# A\n\n```\n0\n```\n\n## B\n\n```\n1\n```\n\n#### C\n\n```\n2\n```\n", options)
    assert [(heading.text, numbers) for heading, numbers in converted.headings] == [("B", (1, 2))]


def test_a_sites_own_slugs() -> None:
    options = {"extension_configs": {"toc": {"slugify": lambda text, separator: text.replace(" ", separator)}}}
    assert [heading.id for heading, _ in _convert("# A b\n\n# listing 1\n", options).headings] == [
        "A-b",
        "section-listing-1",
    ]


def test_options_of_the_site_are_used_but_for_metadata_and_code() -> None:
    text = "a | b\n--|--\n1 | 2\n\n    x = 1\n"
    assert "<table>" in _html(text, _RICH)
    assert "<table>" not in _html(text)
    options = {"extensions": ["codehilite", "meta", "markdown.extensions.tables"]}
    html = _html("\nx: y\n\n" + text, options)
    assert "<table>" in html
    assert "x: y" in html
    assert 'class="codehilite"' not in html
    assert "<pre><code>x = 1" in html
    assert _html("a\nb", {"extension_configs": {"nl2br": {}}}) == "<p>a<br />\nb</p>"
    rich: dict[str, Any] = {"extensions": ["attr_list"], "extension_configs": {"markdown.extensions.attr_list": {}}}
    assert '<p class="x">' in _html("\na\n{: .x }", rich)


def test_an_extension_can_be_an_object() -> None:
    from markdown.extensions.nl2br import Nl2BrExtension

    assert "<br />" in _html("a\nb", {"extensions": [Nl2BrExtension()]})


def test_small_texts_leave_nothing_behind() -> None:
    converter = ProseConverter({})
    assert converter.convert_text("*a*\n\n[x]: /y") == "<p><em>a</em></p>"
    assert converter.convert_text("[x]") == "<p>[x]</p>"


def test_quotes_are_followed_as_deep_wherever_they_are_converted() -> None:
    converter = ProseConverter({"extensions": ["markdown.extensions.extra"], "output_format": "html5"})
    page, _ = parse_page("title: x\n\n" + ">" * 400 + " x\n")
    limit = sys.getrecursionlimit()

    def convert(depth: int) -> str:
        return "".join(converter.convert(page).parts) if depth == 0 else convert(depth - 1)

    first = convert(0)
    assert 200 < first.count("<blockquote>") < 400
    assert convert(100) == first
    assert sys.getrecursionlimit() == limit


def test_lists_too_deep_for_markdown_are_shown_as_they_were_written() -> None:
    converter = ProseConverter({})
    good, _ = parse_page("# H\n\n- a\n\n      code\n\n  1. x\n")
    expected = converter.convert(good)
    deep, _ = parse_page("\n```\nx\n```\n\n" + "- " * 2000 + "a <b>\n")
    converted = converter.convert(deep)
    html = converted.fill(["<figure></figure>"])
    assert converted.too_deep
    assert converted.headings == ()
    assert html.startswith('<div class="unread">\n<figure></figure>\n\n- - ')
    assert html.endswith(" - a &lt;b&gt;\n</div>")
    assert not expected.too_deep
    assert converter.convert(good) == expected
