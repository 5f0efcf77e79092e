"""On which lines of a page's file the lines of its listings stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from callsite.check.rule import Finding
from callsite.model import Gap, Line, Listing, Place
from callsite.page import format_listing
from callsite.snippet import split_rows


def place_rows(listing: Listing) -> tuple[int, ...]:
    """The line of the file that each row of a listing's snippet stands on: lines of code and gaps.

    Between the two, only blank lines around gaps are rows of the file and not of the snippet. A listing that was not
    read from a file is placed as if it were written at `listing.at`.
    """
    quotes = listing.layout.within.count(">")
    blank = re.compile(rf"(?:[ \t]*>){{0,{quotes}}}[ \t]*")
    places: list[int] = []
    rows = listing.snippet.rows
    before: Line | Gap | None = None
    for number, text in enumerate(split_rows(format_listing(listing))[1:], start=listing.at.line + 1):
        if len(places) == len(rows):
            break
        row = rows[len(places)]
        if (isinstance(row, Gap) or isinstance(before, Gap)) and blank.fullmatch(text):
            continue
        places.append(number)
        before = row
    return tuple(places)


def place_lines(listing: Listing) -> tuple[int, ...]:
    """The line of the file that each of `listing.snippet.lines` stands on."""
    rows = listing.snippet.rows
    return tuple(place for place, row in zip(place_rows(listing), rows, strict=True) if isinstance(row, Line))


def place_findings(listing: Listing, found: Iterable[tuple[int, str, str]]) -> Iterator[Finding]:
    """Findings about lines of a listing: each by its position among `listing.snippet.lines`, what is wrong there, and
    what to do about it.
    """
    held = list(found)
    places = place_lines(listing) if held else ()
    for line, message, hint in held:
        yield Finding(Place(listing.at.path, places[line]), message, hint)
