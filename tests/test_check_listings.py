"""Rules about listings: where their lines stand, gaps that are not read, marks that are misplaced, missing or wrong."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callsite.check.gaps import mend_gap
from callsite.check.places import place_lines, place_rows
from callsite.model import Gap, Line, Listing, Place, Snippet
from callsite.page import parse_page
from callsite.snippet import find_gap_note, split_rows
from callsite.text import normalise_ends
from tests.strategies import rows, texts


@given(texts(ends=("\n", "\r\n", "\r")))
@example("```python\r\n~~a\r\n\r\n## ... x ...\r\n\r\n\\~~b\r\n```\r\n")
@example("> - ```\n>   > a\n>   ~~\n>\n>   # ... x ...\n>\n>   ~~~\n>   ```\n")
@example("- ```\n  a\n\n\n  # ... x ...\n\n      b\n\n  # ... y ...")
@example("> ```\n>\n> # ... x ...\n>\n>> \n>b\n")
@example("```\n# ... x ...\n>\n```\n")
def test_each_line_stands_where_it_is_said_to(text: str) -> None:
    page, _ = parse_page(text)
    file = split_rows(normalise_ends(text.removeprefix("\ufeff")))
    for listing in page.listings:
        places = place_rows(listing)
        assert list(places) == sorted(set(places))
        for row, place in zip(listing.snippet.rows, places, strict=True):
            written = file[place - 1]
            if isinstance(row, Gap):
                assert row.note in written
            else:
                assert _bare(row.text) in _bare(written)
                assert not row.marked or "~~" in written
        lines = [place for row, place in zip(listing.snippet.rows, places, strict=True) if isinstance(row, Line)]
        assert list(place_lines(listing)) == lines


def _bare(text: str) -> str:
    """A row without spaces, tabs, tildes and backslashes, which notation and indentation change, and NUL."""
    return "".join(character for character in text if character not in " \t~\\\0\ufffd")


def test_lines_of_a_listing_that_no_file_has_yet() -> None:
    snippet = Snippet("python", (Line("a"), Gap("x"), Line("b", marked=True)))
    assert place_rows(Listing(snippet, at=Place("a.md", 10))) == (11, 14, 17)
    assert place_lines(Listing(snippet, at=Place("a.md", 10))) == (11, 17)


def test_lines_around_gaps_and_quotes() -> None:
    page, _ = parse_page("> ```\n> a\n>\n>  \n> # ... x ...\n>\n> > b\n> ```\n")
    assert place_rows(page.listings[0]) == (2, 5, 7)


@pytest.mark.parametrize(
    ("row", "mended"),
    [
        (
            "# ... source file abbreviated to get to x examples",
            "# ... source file abbreviated to get to x examples ...",
        ),
        ("## source code abbreviated to get to g.x", "## ... source code abbreviated to get to g.x ..."),
        ("## .. source file continues ..", "## ... source file continues ..."),
        ("#  .. source continues with more g examples ..", "# ... source continues with more g examples ..."),
        (
            "## source file continues with no further examples",
            "## ... source file continues with no further examples ...",
        ),
        ("##... source file abbreviated to get to x..", "## ... source file abbreviated to get to x ..."),
        ("# ....source file abbreviated.", "# ... source file abbreviated ..."),
        ("~~## ... source file abbreviated ...", "## ... source file abbreviated ..."),
        ("... source file continues with more g examples ...", "## ... source file continues with more g examples ..."),
        ("    // . . . rest of the code omitted", "    // ... rest of the code omitted ..."),
        ("/* source file abbreviated */", "/* ... source file abbreviated ... */"),
        ("<!-- … source file continues -->", "<!-- ... source file continues ... -->"),
    ],
)
def test_a_gap_is_put_right(row: str, mended: str) -> None:
    assert mend_gap(row) == mended
    assert find_gap_note(mended) is not None


@pytest.mark.parametrize(
    "row",
    [
        "## ... source file abbreviated to get to g ...",
        "\\## ... source file abbreviated to get to g ...",
        "#...source file continues…",
        "",
        "...",
        "# ...",
        "## ..",
        "# source files are skipped...",
        "# file skipped ...",
        "# the source code continues with a table",
        "# ...unless all items with that slug are translations",
        "# first, source code is found...",
        "    source file abbreviated",
        "... source file abbreviated",
        "x = 1  # ... source file abbreviated",
        "/* ... source file abbreviated",
        "# `translation` metadata will be used as translations...",
        "# .. code-block:: python ..",
        "## source file abbreviated " + "x" * 300,
    ],
)
def test_what_is_most_likely_no_gap_is_left_alone(row: str) -> None:
    assert mend_gap(row) is None


@given(
    rows()
    | st.lists(
        st.sampled_from(
            [
                "#",
                "##",
                "/*",
                "*/",
                "~~",
                " ",
                "...",
                "..",
                "…",
                "source",
                "source file",
                "abbreviated",
                "continues",
                "the",
                "x",
                ".",
            ]
        )
    ).map(" ".join)
)
def test_what_is_put_right_is_a_gap(row: str) -> None:
    mended = mend_gap(row)
    if mended is not None:
        assert find_gap_note(row) is None
        assert find_gap_note(mended) is not None
        assert mend_gap(mended) is None
