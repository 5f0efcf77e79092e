"""Whole pages: any text is a page, and what is not touched stays as it was, byte for byte."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from callsite.model import Gap, Layout, Line, Listing, Meta, Origin, Page, Place, Problem, Prose, Severity, Snippet
from callsite.page import (
    format_listing,
    format_page,
    lines_fit,
    parse_head,
    parse_page,
    parse_page_again,
    replace_listing,
)
from callsite.text import normalise_ends
from tests.strategies import listings, pages, texts


def _unwrite(page: Page) -> Page:
    """The page as if it had been made and not read."""
    blocks = [replace(block, written=None) if isinstance(block, Listing) else block for block in page.blocks]
    return replace(page, blocks=tuple(blocks))


def _codes(problems: tuple[Problem, ...]) -> list[tuple[int, str]]:
    return [(problem.at.line, problem.code) for problem in problems]


@settings(max_examples=200)
@given(texts())
@example("title: x")
@example("---\ntitle: x\n---")
@example("title: x\n\n```")
@example("~~~ ~~~x\n~~~\n")
@example(">- ```a=b\n>   x")
@example("\ufeff\ufefftitle: x\n")
@example("- ```\n\tx\n  ```\n>```\n> x\n>\n```")
def test_any_text_is_a_page_that_writes_it_again(text: str) -> None:
    page, problems = parse_page(text, "a.md")
    assert format_page(page) == text.removeprefix("\ufeff")
    assert all(problem.at.path == "a.md" for problem in problems)
    assert all(1 <= problem.at.line <= text.count("\n") + 1 for problem in problems)
    assert list(problems) == sorted(problems)
    assert parse_page(text, "a.md") == (page, problems)


@settings(max_examples=60)
@given(texts(("\n", "\r\n", "\r")))
def test_line_ends_and_byte_order_marks_make_no_difference(text: str) -> None:
    plain = parse_page(normalise_ends(text.removeprefix("\ufeff")))
    assert parse_page(text) == plain
    assert parse_page("\ufeff" + text.removeprefix("\ufeff")) == plain
    assert parse_page(normalise_ends(text).replace("\n", "\r\n")) == plain


@settings(max_examples=50)
@given(pages())
def test_what_is_written_is_read(page: Page) -> None:
    written = format_page(page)
    again, _ = parse_page(written)
    assert again.meta == page.meta
    assert list(again.blocks) == list(page.blocks)
    assert format_page(again) == written
    assert format_page(_unwrite(again)) == written


@settings(max_examples=200)
@given(texts())
@example("~~~ ~x\n~~~\n")
@example(">```\n>  x\n>```\n")
@example("> >- ```py\n> >   x\n> >   ```\n")
@example("-\t~~~\n\t  x\n\n\t~~~\n")
def test_listings_survive_being_written_anew(text: str) -> None:
    page, _ = parse_page(text)
    again, _ = parse_page(format_page(_unwrite(page)))
    assert again.listings == page.listings
    assert again.meta == page.meta


@given(texts(("\n", "\r\n", "\r")), st.data(), st.booleans())
def test_replacing_a_listing_leaves_all_else_alone(text: str, data: st.DataObject, mark: bool) -> None:
    text = "\ufeff" * mark + text.removeprefix("\ufeff") + "\n\n```py\nold\n```\n\nend"
    found = parse_page(text)[0].listings
    number = data.draw(st.integers(0, len(found) - 1))
    old = found[number]
    assert replace_listing(text, number, old).replace("\r", "").replace("\n", "") == text.replace("\r", "").replace(
        "\n", ""
    )
    new = replace(old, snippet=Snippet("js", (Line("a", True), Gap("b"), Line("~~c"))), origin=Origin(project="p q"))
    changed = replace_listing(text, number, new)
    again = parse_page(changed)[0]
    # A listing that nothing closed is closed now, which may set what was below it free.
    closed = not any(code == "L101" for _, code in _codes(parse_page(text)[1]))
    if closed and not old.words:
        assert again.listings == (*found[:number], new, *found[number + 1 :])
    assert old.written is not None
    start, length = _span(text, old)
    assert changed.startswith(text[:start])
    assert changed.endswith(text[start + length :])
    assert len(changed) >= len(text) - length


def _span(text: str, listing: Listing) -> tuple[int, int]:
    """Where a listing stands in the characters of a file, worked out on its own."""
    assert listing.written is not None
    start = 0
    mark = text.startswith("\ufeff")
    for _ in range(listing.at.line - 1):
        ends = [found for found in (text.find("\r", start), text.find("\n", start)) if found >= 0]
        start = min(ends) + (2 if text.startswith("\r\n", min(ends)) else 1)
    start = max(start, int(mark))
    length = 0
    rows = listing.written.text.removesuffix("\n").count("\n") + 1
    for row in range(rows):
        ends = [found for found in (text.find("\r", start + length), text.find("\n", start + length)) if found >= 0]
        if not ends:
            return start, len(text) - start
        length = min(ends) + (2 if text.startswith("\r\n", min(ends)) else 1) - start
        assert row < rows
    return start, length


def test_replacing_keeps_line_ends_and_the_missing_last_one() -> None:
    text = "\ufefftitle: x\r\n\r\n```\r\na\r\n```\r\n\n~~~\rb\r~~~"
    page, _ = parse_page(text)
    one, two = page.listings
    new = replace(one, snippet=Snippet("", (Line("x"), Line("y"))))
    assert replace_listing(text, 0, new) == text.replace("a\r\n", "x\r\ny\r\n")
    new = replace(two, snippet=Snippet("", (Line("x"), Line("y"))))
    assert replace_listing(text, 1, new) == text.replace("b\r", "x\ry\r")
    assert replace_listing("\ufeff```\na", 0, new) == "\ufeff~~~\nx\ny\n~~~"
    with pytest.raises(IndexError):
        replace_listing(text, 2, new)


@settings(max_examples=60)
@given(listings())
@example(Listing(Snippet("", (Line("```"), Line("   `````"), Line("~~~"), Line("    ``````")))))
@example(Listing(Snippet("", (Line("~~~~~", True), Line("~~~~"))), layout=Layout("~~~")))
@example(Listing(Snippet("a`b", (Line("~~~"), Line("````")))))
def test_a_fence_is_longer_than_what_is_in_it(listing: Listing) -> None:
    written = format_listing(listing)
    page, problems = parse_page(written)
    assert page.listings == (listing,)
    assert page.blocks == (listing,)
    assert "L101" not in [code for _, code in _codes(problems)]


@given(texts(("\n", "\r\n", "\r")))
@example("\ufefftitle: x")
@example("title: x\r\n    y\r\n\r\nz")
def test_a_head_is_that_of_the_whole_page(text: str) -> None:
    meta = parse_page(text, "a.md")[0].meta
    head = parse_head(text, "a.md")
    assert (head, head.lines, head.written) == (meta, meta.lines, meta.written)


def test_a_head_that_is_all_of_a_file_ends_as_it_does() -> None:
    assert parse_head("\ufefftitle: x\r\nslug: y").written == "title: x\nslug: y"
    assert parse_head("title: x\n").written == "title: x\n"
    assert parse_head("words") == Meta()


@given(texts() | pages().map(format_page))
@example("title: x\n\n- a\n\n    ```python bad=\n    ~~x\n```")
@example("\ufeff```\r\nx")
@example("words")
def test_a_page_whose_problems_are_known_is_the_same(text: str) -> None:
    again = parse_page_again(text, "a.md")
    assert repr(again) == repr(
        parse_page(text, "a.md")[0]
    )  # with the places, which do not count when pages are compared


def test_blocks_that_moved_get_their_line_end() -> None:
    page, _ = parse_page("title: x")
    listing = parse_page("```\na")[0].listings[0]
    assert format_page(replace(page, blocks=(Prose("text"),))) == "title: x\n\ntext"
    assert format_page(replace(page, blocks=(Prose("\ntext"), listing, Prose("end")))) == (
        "title: x\n\ntext\n```\na\nend"
    )
    assert format_page(Page(Meta(title="x"), (listing,))) == "title: x\n\n```\na"
    assert format_page(Page(Meta(title="x"), ())) == "title: x\n"
    assert format_page(Page(Meta(), (Prose("a\n"),))) == "a\n"


def test_places_count_from_the_first_line_of_the_file() -> None:
    page, problems = parse_page("title: x\nslug: y\n\nWords.\n\n- a\n\n  ```py\n  x\n  ```\n\nEnd\u202e\n", "a.md")
    assert page.at == Place("a.md", 1)
    assert page.place("slug") == Place("a.md", 2)
    assert [block.at.line for block in page.blocks] == [3, 8, 11]
    assert _codes(problems) == [(12, "T103")]
    assert problems[0].message == "invisible character U+202E in column 4"


def test_a_listing_knows_where_it_stands() -> None:
    text = "> 1. a\n>\n>    ````py\n>    x\n>    ````\n\n* ~~~\n  y\n  ~~~\n"
    one, two = parse_page(text)[0].listings
    assert one.layout == Layout("````", ">    ", ">    ", ">     ")
    assert two.layout == Layout("~~~", "* ", "  ", "    ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("```\na\n", [(1, "L101")]),
        ("```\na\n``\n", [(1, "L101")]),
        ("```\na\n~~~\n", [(1, "L101")]),
        ("````\na\n```\n", [(1, "L101")]),
        ("```", [(1, "L101")]),
        ("- ```\n  a\n\nb\n", [(1, "L101")]),
        ("> ```\n> a\nb\n", [(1, "L101")]),
        ("a\n\n```\n ~~a\n    ~~b\n~~c\n  ~~d\n```\n", [(4, "L103"), (7, "L103")]),
        ("> ```\n>  ~~a\n> ```\n", [(2, "L103")]),
        ("```py projct=x\n```\n", [(1, "L104")]),
        ("```py lines=1-3\na\n```\n", [(1, "L105")]),
        ("```py lines=1,3\na\n```\n", [(1, "L105")]),
        ("```py lines=1\n```\n", [(1, "L105")]),
        ("```py url=javascript:x\n```\n", [(1, "L106")]),
        ("```py url=http:///x\n```\n", [(1, "L106")]),
        ("<div>\n```py\na\n```\n</div>\n", [(2, "L108")]),
        ("<div>\n```py\na\n```\n~~~\nb\n~~~\n</div>\n", [(2, "L108"), (5, "L108")]),
        ("- a\n\n      ```py\n      b\n      ```\n", [(3, "L108")]),
        ("!!! note\n    ```py\n    a\n    ```\n", [(2, "L108")]),
        ("!!! note\n\n    ```py\n    a\n    ```\n", [(3, "L108")]),
        ("```\n\x1b[0m\n```\n\u200b\n", [(2, "T103"), (4, "T103")]),
        ("<div>\n```py\na\n```\n</div>\n\n```\n```\n", [(2, "L108")]),
        ("\n" + "> " * 100 + "a\n\n```\n```\n", [(2, "P101")]),
        ("\n```\n```\n\n" + "> " * 100 + "a\n", [(5, "P101")]),
        ("a\n\n" + "- " * 60 + "a\n\n```\n```\n", [(3, "P101")]),
        # Nothing is wrong here.
        ("\n" + "> " * 99 + "a\n\n```\n```\n", []),
        ("\n" + "- " * 49 + "a\n\n```\n```\n", []),
        ("```\n```\n", []),
        ("~~~\n```\n~~~\n", []),
        ("````\n```\n````\n", []),
        ("```\na\n`````  \n", []),
        ("``` a`b ```\n", []),
        ("text ```\n", []),
        ("text\n```a``` b\n", []),
        ("```py lines=4-5,9\na\nb\n# ... x ...\nc\n```\n", []),
        ("```py url=https://a.b/c\n```\n", []),
        ("    ```\n", []),
        ("<div>\n\n```\n```\n\n</div>\n", []),
        ("<div>\n```\n</div>\n", []),
        ("```\n\f\t\u200d\n```\n", []),
        ("\\```\n", []),
    ],
)
def test_problems_have_a_place(text: str, expected: list[tuple[int, str]]) -> None:
    page, problems = parse_page(text)
    assert _codes(problems) == expected
    errors = {"L101", "L106", "P101"}
    assert all((problem.code in errors) == (problem.severity is Severity.ERROR) for problem in problems)
    assert all(problem.hint and problem.message for problem in problems)
    assert format_page(page) == text


def test_messages_name_what_they_mean() -> None:
    _, problems = parse_page("~~~~py x=y lines=2-9 url=x\na\n## ... b ...\nc\nd\n", "a.md")
    assert [str(problem) for problem in problems] == [
        "a.md:1: L101 this fence is never closed; end the listing with the line ~~~~",
        "a.md:1: L104 `x=y` on the fence line cannot be read; "
        "known are project= version= path= rev= url= licence= artefact= lines=, each once",
        "a.md:1: L105 `lines=` does not fit the listing, whose runs have 1 line, 2 lines; "
        "give each run between gaps its own range",
        "a.md:1: L106 `x` is no address a reader can open; write http(s)://…",
    ]


def test_lines_that_fit() -> None:
    snippet = Snippet("", (Line("a"), Line("b"), Gap("x"), Line("c")))
    assert lines_fit(Listing(snippet, Origin(lines=((3, 4), (9, 9)))))
    assert not lines_fit(Listing(snippet, Origin(lines=((3, 4), (9, 10)))))
    assert not lines_fit(Listing(snippet, Origin(lines=((3, 5),))))
    assert not lines_fit(Listing(snippet))
    assert lines_fit(Listing(Snippet("", (Gap("x"), Line("a"), Gap("y"), Gap("z"))), Origin(lines=((3, 3),))))
    assert lines_fit(Listing(Snippet("", ())))


@pytest.mark.untraced
def test_shared_pages_write_themselves(shared: Path) -> None:
    for path in [*shared.glob("seed/*"), *shared.glob("corpus/p*/*")]:
        text = path.read_bytes().decode()
        page, problems = parse_page(text, path.name)
        assert format_page(page) == text
        assert parse_page(format_page(_unwrite(page)))[0].listings == page.listings
        assert {problem.code for problem in problems} <= {"L103", "T103"}
