"""What a page's prose is when it has been converted: values that are kept, and read without Markdown at hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from callsite.records import dataclass, field

# The elements of headings.
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


class Heading(NamedTuple):
    """A heading of a page: its id, its text, its level (2 is <h2>) and the projects whose listings stand under it."""

    id: str
    text: str
    level: int
    projects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Converted:
    """A page's prose as HTML, and for each heading the numbers of the listings under it.

    Behind each of `parts` but the last stands the listing whose number (0 being the first) is in the same place of
    `order`. `too_deep` says that Markdown could not follow its lists and quotes, so that it comes as it was written.
    `targets` are the addresses in it, when they are known without a look at the HTML.
    """

    parts: tuple[str, ...]
    order: tuple[int, ...]
    headings: tuple[tuple[Heading, tuple[int, ...]], ...]
    too_deep: bool = False
    targets: tuple[str, ...] | None = field(default=None, compare=False, repr=False)

    def fill(self, listings: Sequence[str]) -> str:
        """The prose with the HTML of each listing of the page in its places."""
        pieces = [self.parts[0]]
        for number, part in zip(self.order, self.parts[1:], strict=True):
            pieces += listings[number], part
        return "".join(pieces)
