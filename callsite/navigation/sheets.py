"""Long lists in parts: no page grows with the size of the site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from callsite.navigation.views import About, Entry, Group, ListView, Sheet
from callsite.records import replace

# Entries on one sheet, and sheets that one names besides itself, the first and the last.
MOST_ENTRIES = 300
_NEAR = 20


def cut_sheets(url: str, groups: Sequence[Group], first_url: str = "") -> tuple[Sheet, ...]:
    """A list in sheets, at least one.

    The first is at `first_url`, or `url`; the others at `url` with a number: `symbols.2.html`. A group that is cut
    comes again with its title on the next sheet.
    """
    sheets = []
    for number, parts in enumerate(_plan([len(group.entries) for group in groups])):
        cut = tuple(_cut(groups[at], start, end) for at, start, end in parts)
        sheets.append(Sheet(_number(url, number, first_url), _label(cut), cut))
    return tuple(sheets)


def find_places(url: str, sizes: Mapping[str, int], first_url: str = "") -> dict[str, str]:
    """The address of each group by its anchor: where it begins when `cut_sheets` cuts groups of these sizes."""
    anchors = list(sizes)
    places: dict[str, str] = {}
    for number, parts in enumerate(_plan([*sizes.values()])):
        for at, _, _ in parts:
            places.setdefault(anchors[at], f"{_number(url, number, first_url)}#{anchors[at]}")
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


def _plan(sizes: Iterable[int]) -> Iterator[list[tuple[int, int, int]]]:
    """Which groups stand on each sheet, from which entry to which, when they have so many."""
    sheet: list[tuple[int, int, int]] = []
    room = MOST_ENTRIES
    for at, size in enumerate(sizes):
        start = 0
        while size - start > room:
            # A group goes to the next sheet whole if that saves it from being cut.
            if room and size - start > MOST_ENTRIES:
                sheet.append((at, start, start + room))
                start += room
            yield sheet
            sheet, room = [], MOST_ENTRIES
        sheet.append((at, start, size))
        room -= size - start
    yield sheet


def _cut(group: Group, start: int, end: int) -> Group:
    return replace(group, entries=group.entries[start:end]) if end - start < len(group.entries) else group


def _number(url: str, number: int, first_url: str) -> str:
    """The address of the sheet with that number, 0 being the first."""
    if number == 0:
        return first_url or url
    stem, dot, ending = url.rpartition(".")
    return f"{stem}.{number + 1}{dot}{ending}"


def _label(groups: Sequence[Group]) -> str:
    """The first and last entry."""
    entries = [entry for group in groups for entry in (*group.entries[:1], *group.entries[-1:])]
    ends = dict.fromkeys(entry.symbol or entry.title for entry in (*entries[:1], *entries[-1:]))
    return " … ".join(ends)
