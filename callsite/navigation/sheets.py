"""Long lists in parts: no page grows with the size of the site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from callsite.navigation.views import About, Entry, Group, ListView, Sheet

# Entries on one sheet, and sheets that one names besides itself, the first and the last.
MOST_ENTRIES = 300
_NEAR = 20


def cut_sheets(url: str, groups: Iterable[Group], first_url: str = "") -> tuple[Sheet, ...]:
    """A list in sheets, at least one.

    The first is at `first_url`, or `url`; the others at `url` with a number: `symbols.2.html`. A group that is cut
    comes again with its title on the next sheet.
    """
    sheets = []
    for number, part in enumerate(_fill(groups), start=1):
        stem, dot, ending = url.rpartition(".")
        address = f"{stem}.{number}{dot}{ending}" if number > 1 else first_url or url
        sheets.append(Sheet(address, _label(part), part))
    return tuple(sheets)


def find_places(sheets: Iterable[Sheet]) -> dict[str, str]:
    """The address of each group by its anchor: where it begins."""
    places: dict[str, str] = {}
    for sheet in sheets:
        for group in sheet.groups:
            places.setdefault(group.anchor, f"{sheet.url}#{group.anchor}")
    return places


def list_views(about: About, sheets: Sequence[Sheet]) -> Iterator[ListView]:
    """The pages of a list: one a sheet."""
    links = [Entry(sheet.label, sheet.url) for sheet in sheets]
    for number, sheet in enumerate(sheets):
        near = range(max(number - _NEAR, 1), min(number + _NEAR + 1, len(sheets) - 1))
        shown = [0, *near, len(sheets) - 1] if len(sheets) > 1 else []
        yield ListView(
            about,
            sheet,
            tuple(links[at] for at in shown),
            links[number - 1] if number else None,
            links[number + 1] if number + 1 < len(links) else None,
        )


def _fill(groups: Iterable[Group]) -> Iterator[tuple[Group, ...]]:
    sheet: list[Group] = []
    room = MOST_ENTRIES
    for group in groups:
        rest = group.entries
        while len(rest) > room:
            # A group goes to the next sheet whole if that saves it from being cut.
            if room and len(rest) > MOST_ENTRIES:
                sheet.append(replace(group, entries=rest[:room]))
                rest = rest[room:]
            yield tuple(sheet)
            sheet, room = [], MOST_ENTRIES
        sheet.append(replace(group, entries=rest))
        room -= len(rest)
    yield tuple(sheet)


def _label(groups: Sequence[Group]) -> str:
    """The first and last entry."""
    entries = [entry for group in groups for entry in (*group.entries[:1], *group.entries[-1:])]
    ends = dict.fromkeys(entry.symbol or entry.title for entry in (*entries[:1], *entries[-1:]))
    return " … ".join(ends)
