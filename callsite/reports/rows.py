"""Rows of files, as they are shown below what is said of them."""

from __future__ import annotations

import unicodedata

from callsite.wording import make_printable

_CUT = "..."
_TAB = 4

# Blanks at the start of a row that are shown as they are.
_MOST_BLANKS = 16


def show_row(row: str, width: int) -> str:
    """A row of a file on so many columns of a terminal, with its control characters named; "" for a blank one."""
    code = row.lstrip(" \t")
    blanks = row[: len(row) - len(code)].expandtabs(_TAB)
    # No more of a long row is looked at than could be seen.
    text = (blanks if len(blanks) <= _MOST_BLANKS else _CUT) + code[: 2 * width]
    text = make_printable(text.expandtabs(_TAB)).rstrip()
    columns = 0
    for index, character in enumerate(text):
        columns += 2 if unicodedata.east_asian_width(character) in ("F", "W") else 1
        if columns > width:
            return text[: index - len(_CUT)] + _CUT
    return text if code.strip() else ""
