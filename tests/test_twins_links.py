"""Addresses in Markdown are found where they are, and nothing else is touched."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from callsite.twins.links import may_lead_elsewhere, rewrite_links
from callsite.twins.plain import find_targets, is_plain
from callsite.twins.spots import block_parser, encode_target, find_spots
from tests.growth import find_growth
from tests.strategies import texts

_NEW = "https://new.example/"


def _rewrite(text: str) -> str:
    return "\n".join(rewrite_links(text.split("\n"), lambda target: f"N{target}"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](/x.html)", "[a](N/x.html)"),
        ("![a](x.png 'title') and [b](</y z>)", "![a](Nx.png 'title') and [b](N/y%20z)"),
        ("[![i](/i.png)](/x)", "[![i](N/i.png)](N/x)"),
        ("[a]({filename}../x.md#y)", "[a](N{filename}../x.md#y)"),
        ("[a]( \n  /x\n  'title')", "[a]( \n  N/x\n  'title')"),
        ("[a](/x_(y)) [b](/z\\)) [c](/a?b&amp;c)", "[a](N/x_%28y%29) [b](N/z%29) [c](N/a?b&c)"),
        ("[a](my page.md) [b](my page.md 'title')", "[a](Nmy%20page.md) [b](Nmy%20page.md 'title')"),
        ("a [b\nc](/x) d", "a [b\nc](N/x) d"),
        ("## [a](/x) ##\n[b](/y)\n===", "## [a](N/x) ##\n[b](N/y)\n==="),
        ("> - [a](/x)\n>   [b](/y)\n>\n> \t[c](/z)", "> - [a](N/x)\n>   [b](N/y)\n>\n> \t[c](N/z)"),
        ("| [a](/x) | b |\n|---|---|\n| c | [d](/y) |", "| [a](N/x) | b |\n|---|---|\n| c | [d](N/y) |"),
        ("[a][r]\n\n[r]: /x 'title'", "[a][r]\n\n[r]: N/x 'title'"),
        ("[r]:\n  </x>\n> [s]: /y", "[r]:\n  N/x\n> [s]: N/y"),
        ("words [r]\n[r]: /x", "words [r]\n[r]: N/x"),
        ("<a title=\"href='/no'\" HREF=/x>a</a>", '<a title="href=\'/no\'" HREF="N/x">a</a>'),
        ("<div>\n<img alt='' src='/x?a=1&amp;b=2'>\n</div>", "<div>\n<img alt='' src=\"N/x?a=1&amp;b=2\">\n</div>"),
        ("- <div>\n  <a href='/x'>\n  </div>", '- <div>\n  <a href="N/x">\n  </div>'),
        ("a <a\nhref='/x'>b</a>", 'a <a\nhref="N/x">b</a>'),
        ("<http://x.example/>", "<Nhttp://x.example/>"),
        ("a [b]: c\n\n[a](/x)", "a [b]: c\n\n[a](N/x)"),
        ("[r](and more\n\n[r]: /x", "[r](and more\n\n[r]: N/x"),
        ("\f\n[a](/x)", "\f\n[a](N/x)"),
        # Where fences and raw HTML stand between words.
        ("[a](/x)\n```\n[b](/y)\n```\n[c](/z)", "[a](N/x)\n```\n[b](/y)\n```\n[c](N/z)"),
        ("a\n\n<p>\n<a href=/x>\n</p>\n\n[b](/y)", 'a\n\n<p>\n<a href="N/x">\n</p>\n\n[b](N/y)'),
        (
            "- a\n\n  ```\n  [b](/x)\n  ```\n\n  [c](/y)\n\n[d](/z)",
            "- a\n\n  ```\n  [b](/x)\n  ```\n\n  [c](N/y)\n\n[d](N/z)",
        ),
        ("a\n\n-  a\n\n   [c *d*](/y 'e')\n\n[d](/z)", "a\n\n-  a\n\n   [c *d*](N/y 'e')\n\n[d](N/z)"),
        ("words\n\n<!-- c -->\n\n[a](/x)", "words\n\n<!-- c -->\n\n[a](N/x)"),
        ("words\n\n[a](/x)\n\nwords", "words\n\n[a](N/x)\n\nwords"),
        (" <p>\n <a href=/x>\n </p>\n\n[b](/y)", ' <p>\n <a href="N/x">\n </p>\n\n[b](N/y)'),
        ("<p>\n<a href=/x>\n</p>\n\n[b]:\n/y", '<p>\n<a href="N/x">\n</p>\n\n[b]:\nN/y'),
        ("[a](/x\\_y)\n\n`](` [b](/y)", "[a](N/x_y)\n\n`](` [b](N/y)"),
    ],
)
def test_addresses_get_new_ones(text: str, expected: str) -> None:
    assert _rewrite(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "`[a](/x)` and ``<a href='/x'>``",
        "```\n[a](/x)\n```",
        "~~~\n[r]: /x\n<a href='/x'>\n~~~",
        "words\n\n    [a](/x)\n    [r]: /x",
        "`code\n[r]: /x\nmore`",
        "\\[a](/x) and [a\\](/x)",
        "[a] (/x) and a](/x) and [a](/x",
        "[^1]: /x",
        "*[HTML]: /x",
        "[r]: see /x for more",
        "[r]:",
        "[r]:\n\n/x",
        "[r]:\n```\n/x\n```",
        "[a]() ![b]() [c](<>)",
        "<!-- <a href='/x'> -->",
        "<script>\nlet x = \"<a href='/x'>\";\n</script>",
        "<style>\n<img src='/x'>\n</style>",
        "<a name=x data-href='/x' href>a</a>",
        "<a href='/x\ny'>a</a>",
        "<div>\n<a href='/x\ny'>a</a>\n</div>",
        "<div>\nsrc\n</div>",
        "a\n\n    [b](/x)",
        "<a href='/x'",
        "<mailto@x.example>",
        "a < b, c](d, <- and ]: no more",
        "[[[[`",
        "",
    ],
)
def test_all_else_is_left_alone(text: str) -> None:
    assert _rewrite(text) == text


def test_the_parser_is_made_when_it_is_needed() -> None:
    block_parser.cache_clear()
    assert _rewrite("[a\nb](/x 'c') <a href=/y>") == "[a\nb](N/x 'c') <a href=\"N/y\">"


def test_links_in_an_images_own_words_are_words() -> None:
    assert _rewrite("![a [b](/x) c](/y)") == "![a [b](/x) c](N/y)"


def test_an_address_that_stays_keeps_its_spelling() -> None:
    text = "[a](</x y> 'z') <a href=/x>b</a> <https://x.example/>\n\n[r]: <x>\n"
    assert rewrite_links(text.split("\n"), lambda target: target) == text.split("\n")


def test_an_autolink_only_leads_to_absolute_addresses() -> None:
    assert rewrite_links(["<https://x.example/>"], lambda target: "/x") == ["<https://x.example/>"]


def test_what_is_resolved_is_what_a_browser_would_see() -> None:
    seen: list[str] = []

    def resolve(target: str) -> str:
        seen.append(target)
        return target

    rewrite_links(["[a](/x\\_y) [b](</a b>) [c](/?a&amp;b) <img src='/a&#x62;'>"], resolve)
    assert seen == ["/x_y", "/a b", "/?a&b", "/ab"]


def test_addresses_that_markdown_would_not_take() -> None:
    assert encode_target("/a b(c)<d>\"e'`f`\\|\x07") == "/a%20b%28c%29%3Cd%3E%22e%27%60f%60%5C%7C%07"
    assert encode_target("/é?a=1&b=2&copy;") == "/é?a=1&b=2&amp;copy;"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", False),
        ("words", False),
        ("[a](https://e.example/x) ![b](http://e.example/y.png 'z')", False),
        ("<!-- a < b -->\n\n[a](https://e.example/x)", True),
        ("<!-- words -->\n\n[a](https://e.example/x)", False),
        ("[a](https://e.example/x) [b](/y)", True),
        ("[a]( https://e.example/x)", True),
        ("[r]: https://e.example/x", True),
        ("a\n> 1. [r]:\n/x", True),
        ("def f(a: list[int]) -> dict[str, int]:\n    x[1]: int = 2", False),
        ("<https://e.example/x>", True),
        ("<a href='/x'>", True),
        ("<me@e.example>", True),
    ],
)
def test_whether_a_text_may_lead_elsewhere(text: str, expected: bool) -> None:
    assert may_lead_elsewhere(text) is expected


@given(
    st.lists(
        st.sampled_from(
            ["](https://e.x/", "](http://", "[a](https://x)", "<!--", "[", ")", "!", "\n", "`", "\\", "x", " "]
        )
    )
)
def test_all_addresses_of_other_texts_are_those_of_the_web(parts: list[str]) -> None:
    text = "".join(parts)
    found: list[str] = []

    def resolve(target: str) -> str:
        found.append(target)
        return target

    rewrite_links(text.split("\n"), resolve)
    assert may_lead_elsewhere(text) or all(target.startswith(("https://", "http://")) for target in found)


@pytest.mark.untraced
def test_a_long_paragraph_takes_no_more_than_its_length() -> None:
    text = "word [a](b) " * 5000
    assert _rewrite(text) == "word [a](Nb) " * 5000


@pytest.mark.untraced
@pytest.mark.parametrize(
    "part", ["[a](/x) ", "[a](/x)\n", "[a](/x)\n\n", "\\[[a](/x) ", "<p><a href='/x'>", "[", "`[a](", "<!-- -->\n"]
)
def test_a_long_text_takes_no_more_than_its_length(part: str) -> None:
    assert find_growth(lambda times: lambda: _rewrite("b\n" + part * times), 200) < 40


# fmt: off
_PARTS = [
    "[a](/x)", "[a](", "](/y.html)", "![", "![i](/z.png)", "[", "]", "(", ")", "`", "``", "```", "~~~", "<", ">", "</a>",
    '<a href="/h">', "<a href=/u ", "<https://e.x/>", "[r]: /d", "[r]:", "[r]", "/x y", "<div>", "word", "\\", "<!--", "-->",
    "<script>", "</script>", "'", '"', "&amp;", "{filename}a.md", "# ", "|", "*", "<img src='/s'>", "- ", "> ", "1. ", " ",
    "\n", "\n\n", "    ", "\t",
]
_PLAIN_PARTS = [
    "[a](/x)", "![b](c.png)", "[`d`](https://e.example/f)", "`g`", "`](h)`", "\\[", "\\`", "word", " ", "\n", "! ", "# ", "- ", "1. ", "> ",
]
# fmt: on
_MIXED = st.lists(st.sampled_from(_PARTS), max_size=25)


@given(_MIXED.map("".join) | texts())
def test_texts_that_lead_nowhere_else_stay_as_they_are(text: str) -> None:
    rows = text.split("\n")
    if not may_lead_elsewhere(text):
        assert rewrite_links(rows, lambda target: target if target.startswith("http") else _NEW) == rows


@given(_MIXED.map("".join) | texts())
def test_in_any_text_code_stays_and_links_lead_where_they_should(text: str) -> None:
    rows = text.split("\n")
    assert rewrite_links(rows, lambda target: target) == rows
    changed = "\n".join(rewrite_links(rows, lambda target: _NEW))
    assert _find(changed, "code") == _find(text, "code")
    # An address with brackets or a backtick in it may be something else to Python-Markdown; footnotes are.
    odd = ("%5B", "%5D", "%60", "mailto:")
    assert {link for link in _find(changed, "link") if not any(part in link for part in odd)} <= {_NEW, ""}


@given(_MIXED.map("".join) | texts())
def test_reading_in_parts_makes_no_difference(text: str) -> None:
    """A definition anywhere has the text read as a whole."""
    _check_parts(text.replace("]:", "] :"))


@given(_MIXED.map("".join) | texts())
def test_there_are_no_definitions_where_no_row_begins_one(text: str) -> None:
    _check_parts(re.sub(r"(?m)^((?:[ \t>]|[-+*][ \t]|\d{1,9}[.)][ \t])*)\[", r"\1word [", text))


def _check_parts(text: str) -> None:
    rows = text.split("\n")
    whole = rewrite_links([*rows, "", "[nobody]: /nowhere"], lambda target: f"N{target}")
    assert rewrite_links(rows, lambda target: f"N{target}") == whole[:-2]


@given(st.lists(st.sampled_from([*_PLAIN_PARTS, *_PARTS]), max_size=16).map("".join))
def test_plain_links_are_the_links(text: str) -> None:
    """Those of any paragraph that is plain, and so of one that follows a heading, or is in a list or quote."""
    text = re.sub(r"^[\s\d.)>*+-]+|(?<=\n)\s*\n", "", text).replace("]:", "") + "\n"
    if not is_plain(text):
        return
    found, _ = find_spots(text.strip(), {})
    assert {(spot.start, spot.target) for spot in found} == set(find_targets(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](/x) ![`[b]`!](https://c.example:80/d_(", None),
        (
            "[a](/x) ![`[b]`!](https://c.example:80/d_) e\n- `f](` [g](h)",
            [(4, "/x"), (18, "https://c.example:80/d_"), (57, "h")],
        ),
        ("\\[a](/x) `\\` [b\\]c](/y)", None),
        ("\\[a\\](/x) `\\` [b\\]c](/y)", [(21, "/y")]),
        ("a! b", []),
        ("", []),
        # These may say more.
        ("[a](/x 'title')", None),
        ("[a](</x>)", None),
        ("[a](javascript:x)", None),
        ("[a](mailto:b@c.example)", None),
        ("[a](/x&amp;)", None),
        ("[a](/\u00e9)", None),
        ("[a]()", None),
        ("[a\nb](/x)", None),
        ("[a][b]", None),
        ("``a`` [b](/x)", None),
        ("`a``b` [b](/x)", None),
        ("`a [b](/x)", None),
        ("a < b", None),
        ("    [a](/x)", None),
        ("\t[a](/x)", None),
        ("\u00a0\n[a](/x)", None),
        ("![", None),
    ],
)
def test_what_is_plain(text: str, expected: list[tuple[int, str]] | None) -> None:
    assert (list(find_targets(text)) if is_plain(text) else None) == expected


def _find(text: str, what: str) -> list[str]:
    found = []
    for token in MarkdownIt("commonmark", {"maxNesting": 100}).parse(text):
        if what == "code" and token.type in ("fence", "code_block"):
            found.append(token.content)
        for child in token.children or ():
            attributes: dict[str, Any] = dict(child.attrs)
            if what == "code" and child.type == "code_inline":
                found.append(child.content)
            elif what == "link" and child.type in ("link_open", "image"):
                found.append(str(attributes.get("href", attributes.get("src"))))
    return found
