"""Listings as they are shown against listings as they were written."""

from __future__ import annotations

from collections.abc import Iterator

from callsite.check.output.facts import FileFacts
from callsite.check.rule import Finding, Rule
from callsite.model import Severity
from callsite.wording import count

_HINT = "build again; if it stays, look at what the theme or a plugin does to listings"


def find_wrong_marks(facts: FileFacts) -> Iterator[Finding]:
    """Listings whose lines or marks are not those of the source."""
    expected = facts.expected
    if expected is None:
        return
    shown = facts.markup.listings
    if len(shown) != len(expected.lines):
        message = f"{count(len(shown), 'listing')} here and {len(expected.lines)} in {expected.source}"
        yield Finding(facts.place(), message, _HINT)
        return
    for number, (listing, lines, marks) in enumerate(zip(shown, expected.lines, expected.marks, strict=True), start=1):
        if listing.lines != lines:
            message = f"listing {number} has {count(listing.lines, 'line')} here and {lines} in {expected.source}"
        elif len(listing.marks) != len(marks):
            message = (
                f"listing {number} has {count(len(listing.marks), 'mark')} here and {len(marks)} in {expected.source}"
            )
        elif listing.marks != marks:
            wrong, right = next(pair for pair in zip(listing.marks, marks, strict=True) if pair[0] != pair[1])
            message = f"listing {number} marks `{_shorten(wrong)}` here and `{_shorten(right)}` in {expected.source}"
        else:
            continue
        yield Finding(facts.place(facts.tags.find_line("id", listing.id)), message, _HINT)


def _shorten(line: str) -> str:
    line = line.strip()
    return line if len(line) <= 60 else f"{line[:60]}…"


RULES: tuple[Rule[FileFacts], ...] = (
    Rule(
        "H106",
        "marks that are not those of the page",
        Severity.ERROR,
        find_wrong_marks,
        (
            "output/a.html: H106 1 listing here and 2 in content/pages/a.md; build again; if it stays, look at what the theme or a plugin does to listings",
            "output/a.html:40: H106 listing 1 has 11 lines here and 12 in content/pages/a.md; build again; if it stays, look at what the theme or a plugin does to listings",
            "output/a.html:40: H106 listing 1 has 1 mark here and 2 in content/pages/a.md; build again; if it stays, look at what the theme or a plugin does to listings",
            "output/a.html:40: H106 listing 1 marks `import os` here and `import shutil` in content/pages/a.md; build again; if it stays, look at what the theme or a plugin does to listings",
        ),
        """**Error.** Each listing of a built page is compared with the page it was made from: it must have as many lines of code,
and the same lines must be marked. If the page has changed since the last build, build again. If that does not help, a
plugin or a template of your own changes listings after they were made, and readers see marks on the wrong lines.""",
    ),
)
