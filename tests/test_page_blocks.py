"""Fences and raw HTML are found where markdown-it finds them in the whole text."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callsite.blocks import DEEPEST, Fence, Html, Mixed, block_parser, find_blocks, find_fresh_rows
from tests.growth import find_growth
from tests.strategies import texts

# A block: its kind, its first row and the one behind its last, what is in it if that is code, and how deep it is.
_Found = tuple[str, int, int, str, int]

# fmt: off
_PARTS = [
    "```", "~~~", "````", "`", "<div>", "</div>", "<!-- x -->", "<!--", "-->", "<pre>", "</pre>", "<b>", "<?x", "?>", "<!D",
    "<a href='x'>", "<x\n", "<http://x.example>", "<script>", "</script>", "<![CDATA[", "]]>", "<", ">", "> ", "- ", "-", "* ",
    "1. ", "2) ", "10. ", "  ", "   ", "    ", "\t", " ", "a", "word", "[a]: /x", "[a]:", "'t", "# h", "***", "---", "===",
    "\f", "\0", "\\", "\u00a0",
]
# fmt: on
_ROWS = st.lists(st.sampled_from(_PARTS), max_size=4).map("".join) | st.sampled_from(["", "  ", "\t"])
_MIXED = st.lists(_ROWS, max_size=14).map(lambda rows: "".join(f"{row}\n" for row in rows))


def _list_all(text: str) -> list[_Found]:
    """All fences and raw HTML, and what may look like a fence without being one, as markdown-it sees the whole text."""
    return [
        (token.type, token.map[0], token.map[1], token.content, token.level)
        for token in block_parser().parse(text)
        if token.map is not None and _matters(token.type, token.level, token.content)
    ]


def _matters(kind: str, level: int, content: str) -> bool:
    held = ("code_block", "inline")
    too_deep = kind in ("list_item_open", "blockquote_open") and level + 1 >= DEEPEST
    return too_deep or kind in ("fence", "html_block") or (kind in held and ("```" in content or "~~~" in content))


def _list_found(text: str) -> list[_Found]:
    """The same of what `find_blocks` finds, less what can neither be nor look like a fence: words, and HTML in lists."""
    found: list[_Found] = []
    done = 0
    for block in find_blocks(text):
        assert done <= block.start < block.end <= len(text)
        assert block.start == 0 or text[block.start - 1] == text[block.end - 1] == "\n"
        done = block.end
        row = text.count("\n", 0, block.start)
        last = row + text.count("\n", block.start, block.end)
        match block:
            case Fence():
                inside = last - row - 1 - block.closed
                assert block.inside.count("\n") == inside
                assert text.startswith(block.mark, block.start)
                found.append(("fence", row, last, block.inside, 0))
            case Html():
                content = text[block.start : block.end].replace("\0", "\ufffd")
                found.append(("html_block", row, last, content, 0))
            case Mixed():
                for token in block.tokens:
                    if token.map is not None and _matters(token.type, token.level, token.content):
                        first, end = token.map
                        found.append((token.type, row + first, row + end, token.content, token.level))
    return found


def _drop_words(found: list[_Found], text: str) -> list[_Found]:
    """Less what can be left out: marks in the middle of words, and raw HTML in lists and quotes."""
    rows = text.split("\n")
    kept = []
    for kind, first, last, content, level in found:
        opens = any(row.lstrip(" \t>").startswith(("```", "~~~")) for row in rows[first:last])
        starts = any(row[:1] in " \t" and row.lstrip(" \t").startswith(("```", "~~~")) for row in rows[first:last])
        if kind == "html_block" and level and not opens:
            continue
        if (kind == "inline" and not starts) or (kind == "code_block" and not opens):
            continue
        kept.append((kind, first, last, content, level))
    return kept


def _check(text: str) -> None:
    assert _drop_words(_list_found(text), text) == _drop_words(_list_all(text), text)


@given(_MIXED | texts().map(lambda text: f"{text}\n"))
@example("- a\n\n  ```\n  b\n  ```\n\n```\nc\n```\n")
@example("- > ```\n```\n> ```\n")
@example("<!--\n\n```\n-->\n\n```\n")
def test_any_text_has_the_blocks_it_has_as_a_whole(text: str) -> None:
    _check(text)


@given(st.sampled_from([">", "> ", "- ", "-\t", ">- ", "1. "]), st.integers(15, 101), _MIXED)
@example("> ", 100, "\n```\n```\n")
@example("- ", 60, "\n```\n```\n")
@example(">- ", 34, "\n\n  ```\n```\n\na\n```\n")
def test_however_deep_lists_and_quotes_are(mark: str, times: int, rest: str) -> None:
    _check(f"```\n```\n\n{mark * times}a{rest}\n\n- ```\n  ```\n")


def _show(text: str) -> list[str]:
    """Each block's kind and rows, counted from 1: `fence 3-5`."""
    shown = []
    for block in find_blocks(text):
        row = text.count("\n", 0, block.start)
        shown.append(f"{type(block).__name__.lower()} {row + 1}-{row + text.count(chr(10), block.start, block.end)}")
    return shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("```\na\n```\n", ["fence 1-3"]),
        ("a\n~~~~ b\n~~~\n   ~~~~~ \t\nc\n", ["fence 2-4"]),
        ("```\n~~~\n``\n    ```\n``` a\n\t```\na ```\n```\n", ["fence 1-8"]),
        ("```\na\n\n", ["fence 1-3"]),
        ("> a\n```\n```\n- a\n```\n```\n", ["fence 2-3", "fence 5-6"]),
        ("a\n<div>\n```\n\n```\n```\n", ["html 2-3", "fence 5-6"]),
        ("<div>\n", ["html 1-1"]),
        ("<!-- a -->\n<!-- b\n\n```\n--> c\nd\n", ["html 1-1", "html 2-5"]),
        ("<pre>\n\na\n", ["html 1-3"]),
        # Only markdown-it can tell.
        ("a\n\nb\n\n ```\nc\n\nd\n```\n\ne\n", ["mixed 3-11"]),
        ("a\n\n- b\n\n  ```\n  ```\n\nc\n", ["mixed 1-7"]),
        ("a\n\n- b\n\n  ```\n  ```\n", ["mixed 1-6"]),
        ("a\n\n <!--\n\nb\n\nc\n\nd\n\n-->\n\ne\n", ["mixed 1-12"]),
        ("a\n\n<b>\n\nc\n", ["mixed 3-4"]),
        ("a\n\n    ```\n\nb\n", ["mixed 1-4"]),
        ("a\n\n" + "> " * 50 + "b\n\nc\n", ["mixed 1-5"]),
        (" ```\n ```\n\n" + "> " * 50 + "b\n\nc\n", ["mixed 1-6"]),
        (" ```\n ```\n" + "> " * 50 + "b\n\nc\n", ["mixed 1-5"]),
        # None of these begins anything.
        ("", []),
        ("a ```\n~~ ~\n", []),
        ("``` a`b ```\n", []),
        ("< a\n<\n<http://x.example>\n <b c\n", []),
        ("- <div>\n> <!--\n\na\n", []),
        ("    <div>\n", []),
        ("> " * 20 + "b\n" + " " * 60 + "a\n", []),
    ],
)
def test_blocks_are_told_by_as_few_rows_as_it_takes(text: str, expected: list[str]) -> None:
    assert _show(text) == expected
    _check(text)


def test_what_markdown_it_says_counts_from_where_it_was_asked() -> None:
    block_parser.cache_clear()
    (block,) = find_blocks("a\n\nb\n\n- ```\n  c\n\nd\n")
    assert isinstance(block, Mixed)
    assert (block.start, block.end) == (3, 17)
    assert [(token.content, token.map) for token in block.tokens if token.type == "fence"] == [("c\n\n", [2, 5])]


def test_a_fence_says_what_is_in_it() -> None:
    fence, other = find_blocks("~~~~ py\n\0a\n ~~~~\n```\nb\n")
    assert fence == Fence(0, 17, "~~~~", "\ufffda\n", closed=True)
    assert other == Fence(17, 23, "```", "b\n", closed=False)


@pytest.mark.parametrize(
    "tag",
    [
        *("details", "summary", "div", "figure", "p", "table", "ul", "ol", "li", "section"),
        *("b", "details-x", "pre", "script"),
    ],
)
@pytest.mark.parametrize("form", ["<{}>", "</{}>", "<{} a>", "<{}", "<{}/>", "<{}/", "<{}/a>", "<{}\ta>", "<{}\x0b>"])
def test_usual_tags_are_told_as_markdown_it_tells_them(tag: str, form: str) -> None:
    for row in (form.format(tag), form.format(tag.upper())):
        _check(f"a\n{row}\nb\n\nc\n")
        _check(f"a\n\n{row}\nb\n\nc\n")


def test_fresh_rows_come_behind_blank_ones() -> None:
    text = "a\n\nb\n \t\n\nc\n\n- d\n\n> e\n\n f\n\n1. g\n\n2.h\n\n-\n\n---\n\n"
    assert [text[at : at + 2].strip() for at in find_fresh_rows(text, 0)] == ["b", "c", "2.", "--"]
    assert [text[at : at + 2].strip() for at in find_fresh_rows(text, 5)] == ["c", "2.", "--"]


@pytest.mark.untraced
@pytest.mark.parametrize("part", ["<b>\n\n", " ```\n\n", "- ```\n\na\n", "<!--\n\n", "```\n", "<\n", "> " * 20 + "\n"])
def test_a_long_text_takes_no_more_than_its_length(part: str) -> None:
    assert find_growth(lambda times: lambda: list(find_blocks(part * times)), 300) < 40
