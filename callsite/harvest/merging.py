"""New examples for a page that is there already: its author's words, order and edits all stay.

New sections go behind the last example, before whatever a draft puts at the end; every other byte of the file stays
as it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from callsite.errors import CallsiteError
from callsite.harvest.choosing import Example
from callsite.harvest.drafting import OTHERS, TERMS, make_listing, make_section, make_terms
from callsite.harvest.likeness import ALIKE, Sketch, make_sketch, measure_cover
from callsite.harvest.ranking import Candidate
from callsite.model import Listing, Page, Place, Prose
from callsite.page import format_listing, parse_page
from callsite.snippet import split_rows
from callsite.text import split_ends

_SECTION = re.compile(r"#{1,2}[ \t]")
_NUMBERED = re.compile(r"#{1,6}[ \t]+Examples?[ \t]+([0-9]{1,6})\b")


def find_new(page: Page, examples: Iterable[Example]) -> tuple[Example, ...]:
    """The examples that a page does not have yet: no excerpt of the same file, and none that shows nearly all of it."""
    places = {(one.origin.project.lower(), one.origin.path) for one in page.listings if one.origin.path}
    sketches = [make_sketch(one.snippet.code) for one in page.listings]
    return tuple(example for example in examples if not _is_there(make_listing(example), places, sketches))


def add_examples(text: str, examples: Iterable[Example], name: str, path: str = "") -> str:
    """A page's text with sections for the examples added; `name` is the symbol's last name.

    `path` is only used to say where. Raises CallsiteError when the page breaks off in something that would take the
    new sections in: a listing, a comment or HTML without an end.
    """
    page, _ = parse_page(text)
    headings = list(_find_headings(page))
    number = max((int(match[1]) for _, row in headings if (match := _NUMBERED.match(row))), default=0)
    terms_at = next((line for line, row in headings if row == TERMS), 0)
    known = {_find_terms(listing) for listing in page.listings if terms_at}
    sections: list[str] = []
    fresh: list[Candidate] = []
    for example in examples:
        number += 1
        prose, listing = make_section(number, example, name)
        sections.append(prose.text + format_listing(listing))
        if _find_terms(listing) not in known:
            fresh.append(example.candidate)
    lines = split_ends(text)
    last = max((listing.at.line for listing in page.listings), default=0)
    tail = (line - 1 for line, row in headings if row in (OTHERS, TERMS) and line > last)
    at = _find_written(lines, next(tail, len(lines)))
    behind = (line - 1 for line, row in headings if line > terms_at > 0 and _SECTION.match(row))
    below = _find_written(lines, next(behind, len(lines)))
    terms = f"\n{make_terms(fresh)}" if fresh else ""
    if fresh and not terms_at:
        terms = f"\n{TERMS}\n{terms}"
    parts = [(at, "".join(sections)), (below, terms)]
    for place, part in parts:
        if part and _is_open("".join(lines[:place])):
            message = "what is above has no end and would take new examples in; close the listing, comment or HTML"
            raise CallsiteError(f"{Place(path, place)}: {message}")
    return _insert(lines, parts)


def _find_terms(listing: Listing) -> tuple[str, str, str]:
    """What tells the terms of one listing from those of another."""
    origin = listing.origin
    return origin.project.lower(), origin.version, origin.licence


def _is_open(text: str) -> bool:
    """Whether what stands behind some text would be part of something in it."""
    held = len(parse_page(text)[0].listings)
    # The word keeps the fence from ending a listing.
    return len(parse_page(f"{text}\n\n```python\n```\n")[0].listings) == held


def _is_there(listing: Listing, places: Collection[tuple[str, str]], sketches: Iterable[Sketch]) -> bool:
    sketch = make_sketch(listing.snippet.code)
    place = (listing.origin.project.lower(), listing.origin.path)
    return place in places or any(measure_cover(sketch, one) >= ALIKE for one in sketches)


def _find_written(lines: Sequence[str], at: int) -> int:
    """Where the blank lines above `at` begin."""
    while at and not lines[at - 1].strip():
        at -= 1
    return at


def _insert(lines: Sequence[str], parts: Iterable[tuple[int, str]]) -> str:
    """The lines with texts put in, each in front of the line with its number; their lines end as those of the file."""
    end = next((line[len(line.rstrip("\r\n")) :] for line in lines if line.endswith(("\r", "\n"))), "\n")
    whole = ""
    done = 0
    for at, part in sorted(parts, key=lambda part: part[0]):
        whole += "".join(lines[done:at])
        if part and whole and not whole.endswith(("\r", "\n")):
            whole += end
        whole += part.replace("\n", end)
        done = at
    return whole + "".join(lines[done:])


def _find_headings(page: Page) -> Iterator[tuple[int, str]]:
    """The headings of a page in `#` style, each with its line."""
    for block in page.blocks:
        if isinstance(block, Prose):
            for offset, row in enumerate(split_rows(block.text)):
                if row.startswith("#"):
                    yield block.at.line + offset, row.rstrip()
