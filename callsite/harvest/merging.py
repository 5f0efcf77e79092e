"""New examples for a page that is there already: its author's words, order and edits all stay.

New sections go behind the last example, before whatever a draft puts at the end; every other byte of the file stays
as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from callsite.harvest.choosing import Example
from callsite.harvest.drafting import OTHERS, TERMS, format_terms, make_section
from callsite.harvest.likeness import ALIKE, make_sketch, measure_likeness
from callsite.harvest.repository import find_project_key
from callsite.model import Page, Prose
from callsite.page import format_listing, parse_page
from callsite.snippet import split_rows
from callsite.text import split_ends

_NUMBERED = re.compile(r"#{1,6}[ \t]+Examples?[ \t]+([0-9]{1,6})\b")


def find_new(page: Page, examples: Iterable[Example]) -> tuple[Example, ...]:
    """The examples that a page does not have yet: no excerpt of the same file, and none that is nearly the same."""
    places = {(one.origin.project.lower(), one.origin.path) for one in page.listings if one.origin.path}
    sketches = [make_sketch(one.snippet.code) for one in page.listings]
    return tuple(
        example
        for example in examples
        if (example.candidate.release.project.lower(), example.candidate.path) not in places
        and not any(measure_likeness(make_sketch(example.excerpt.snippet.code), one) >= ALIKE for one in sketches)
    )


def add_examples(text: str, examples: Iterable[Example], name: str) -> str:
    """A page's text with sections for the examples added; `name` is the symbol's last name."""
    page, _ = parse_page(text)
    headings = list(_find_headings(page))
    number = max((int(match[1]) for _, row in headings if (match := _NUMBERED.match(row))), default=0)
    shown = {listing.origin.project.lower() for listing in page.listings}
    sections: list[str] = []
    terms: dict[str, str] = {}
    for example in examples:
        number += 1
        prose, listing = make_section(number, example, name)
        sections.append(prose.text + format_listing(listing))
        release = example.candidate.release
        if release.project.lower() not in shown:
            terms.setdefault(find_project_key(release), "".join(f"{row}\n" for row in format_terms(release)))
    lines = split_ends(text)
    at = next((line - 1 for line, row in headings if row in (OTHERS, TERMS)), len(lines))
    while at and not lines[at - 1].strip():
        at -= 1
    parts = ["".join(lines[:at]), "".join(sections), "".join(lines[at:])]
    if terms:
        head = "" if any(row == TERMS for _, row in headings) else f"\n{TERMS}\n"
        parts += [head, "\n", "".join(terms.values())]
    return _join(parts, _find_end(lines))


def _join(parts: Iterable[str], end: str) -> str:
    """Parts one below the other; those that were made here end their lines as the file does."""
    whole = ""
    for part in parts:
        if whole and part and not whole.endswith(("\n", "\r")):
            whole += end
        whole += part if "\r" in part else part.replace("\n", end)
    return whole


def _find_end(lines: Sequence[str]) -> str:
    return next((line[len(line.rstrip("\r\n")) :] for line in lines if line.endswith(("\r", "\n"))), "\n")


def _find_headings(page: Page) -> Iterator[tuple[int, str]]:
    """The headings of a page in `#` style, each with its line."""
    for block in page.blocks:
        if isinstance(block, Prose):
            for offset, row in enumerate(split_rows(block.text)):
                if row.startswith("#"):
                    yield block.at.line + offset, row.rstrip()
