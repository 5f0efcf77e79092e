"""A page without its text: what other pages, lists and checks of a site say of it."""

from __future__ import annotations

from typing import NamedTuple

from callsite.credits import Credit, find_credits
from callsite.model import NOWHERE, Meta, Page, Place, Symbol
from callsite.records import dataclass, field, replace
from callsite.snippet import find_title
from callsite.symbol import find_symbol


class Shown(NamedTuple):
    """A listing, as far as anything but its own page speaks of it.

    `name` is the path of its file, or else the file's name that stands in its code; `marks` the number of marked lines.
    """

    name: str
    version: str
    marks: int
    credit: Credit


@dataclass(frozen=True, slots=True)
class Outline:
    """A page's metadata, what each of its listings is, and the symbol it is about."""

    meta: Meta
    at: Place = field(default=NOWHERE, compare=False)
    shown: tuple[Shown, ...] = ()
    symbol: Symbol | None = None

    def place(self, key: str = "") -> Place:
        """Where a metadata key is set, or the page's first line."""
        return Place(self.at.path, self.meta.line(key))


def find_outline(page: Page) -> Outline:
    """What others say of a page."""
    shown = (
        Shown(
            listing.origin.path or find_title(listing.snippet) or "",
            listing.origin.version,
            len(listing.snippet.marks),
            credit,
        )
        for listing, credit in zip(page.listings, find_credits(page), strict=True)
    )
    return Outline(replace(page.meta, written=None), page.at, tuple(shown), find_symbol(page.meta))
