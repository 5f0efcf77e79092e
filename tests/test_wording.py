"""The words of messages."""

from __future__ import annotations

import pytest

from callsite.wording import count, make_printable, nearest


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("sortodrer", "sortorder"),
        ("sort_order", "sortorder"),
        ("Sidebar-Title", "sidebartitle"),
        ("titel", "title"),
        ("save-as", "save_as"),
        ("subtitle", None),
        ("", None),
        ("-", None),
    ],
)
def test_slips_of_the_pen(word: str, known: str | None) -> None:
    assert nearest(word, ("title", "sortorder", "sidebartitle", "save_as", "slug")) == known


def test_what_a_terminal_would_obey_is_named() -> None:
    assert make_printable("a\x1b[2J\r\n\t\0\u202e\u2028 dö 漢") == (
        "a<U+001B>[2J<U+000D><U+000A><U+0009><U+0000><U+202E><U+2028> dö 漢"
    )


def test_counts() -> None:
    assert [count(number, "error") for number in (0, 1, 2, 1234)] == ["0 errors", "1 error", "2 errors", "1,234 errors"]
