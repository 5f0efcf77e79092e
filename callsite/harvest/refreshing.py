"""A listing held against a newer state of the file it was cut from: is it still there, does it still say the same?"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from callsite.harvest.cutting import DEFAULT, Style, cut_excerpt
from callsite.harvest.drafting import make_origin
from callsite.harvest.licences import find_file_licence
from callsite.harvest.release import Release
from callsite.harvest.wanted import add_imports
from callsite.model import Listing, Origin
from callsite.names import Kind, Use
from callsite.records import dataclass, replace
from callsite.snippet import split_rows


class State(StrEnum):
    """What has become of a listing's lines: the same in the same place, the same elsewhere, other ones, other ones that
    may not be quoted, none, or nobody knows, since the source is not at hand.
    """

    UNCHANGED = "unchanged"
    MOVED = "moved"
    CHANGED = "changed"
    REFUSED = "refused"
    GONE = "gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a listing: the state, why, and the listing as it would be now."""

    state: State
    reason: str
    listing: Listing


# A marked line counts as the same line rewritten when it has at least so much in common with the new one.
_LIKE = 0.6


def find_change(
    listing: Listing,
    release: Release,
    texts: Mapping[str, str],
    uses: Mapping[str, Sequence[Use]],
    name: str,
    style: Style = DEFAULT,
) -> Change:
    """Hold a listing against the files of a release.

    `texts` are the files that it may be found in by now, path to text; `uses` the uses of the page's symbol in them,
    path to uses; `name` is the symbol's last name. Its own path is looked at before all others.
    """
    origin = listing.origin
    paths = sorted(texts, key=lambda path: (path != origin.path, _distance(path, origin.path), path))
    runs = [[line.text for line in run] for run in listing.snippet.runs]
    for path in paths:
        lines = _find_runs(runs, split_rows(texts[path]), origin.lines)
        if not lines:
            continue
        if path == origin.path and lines == origin.lines:
            return Change(State.UNCHANGED, "", listing)
        where = f"now in {path}" if path != origin.path else "on other lines"
        return Change(State.MOVED, where, replace(listing, origin=_make_origin(release, path, texts[path], lines)))
    for path in paths[:1] if origin.path in texts else paths:
        chosen = _match_uses(listing, split_rows(texts[path]), uses.get(path, ()))
        if chosen:
            excerpt = cut_excerpt(texts[path], name, chosen, others=uses[path], style=style)
            origin = _make_origin(release, path, texts[path], excerpt.lines)
            return Change(
                State.CHANGED, "its code is another", replace(listing, snippet=excerpt.snippet, origin=origin)
            )
    reason = f"{origin.path} no longer uses {name}" if origin.path in texts else f"there is no {origin.path} any more"
    return Change(State.GONE, reason, listing)


def _distance(path: str, old: str) -> int:
    """How much of the end of its path a file has lost: 0 for a file that only moved as a whole."""
    one, other = path.split("/")[::-1], old.split("/")[::-1]
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    return len(other) - same


def _make_origin(release: Release, path: str, text: str, lines: tuple[tuple[int, int], ...]) -> Origin:
    return make_origin(release, path, lines, find_file_licence(text) or release.licence.expression)


# So many ways to lay the runs over a file are followed at a time.
_MOST_WAYS = 20

# So many places of one run are looked at, those nearest to where it was.
_MOST_SPOTS = 200


def _find_runs(
    runs: Sequence[list[str]], rows: list[str], old: Sequence[tuple[int, int]]
) -> tuple[tuple[int, int], ...]:
    """Where the runs stand in a file, in order and without overlap; () when they do not.

    Of several places those count that lie as they did to each other, and then those nearest to where they were, which
    are the old places themselves if the runs are still there.
    """
    starts = [first for first, _ in old] if len(old) == len(runs) else []
    ways: list[tuple[int, int, tuple[tuple[int, int], ...]]] = [(0, 0, ())]
    for number, run in enumerate(runs):
        spots = [at for at in range(1, len(rows) - len(run) + 2) if rows[at - 1 : at - 1 + len(run)] == run]
        if len(spots) > _MOST_SPOTS:
            was = starts[number] if starts else 0
            spots = sorted(sorted(spots, key=lambda at: abs(at - was))[:_MOST_SPOTS])  # called at once
        longer = []
        for strain, shift, places in ways:
            for at in spots:
                if not places or at > places[-1][1]:
                    moved = at - starts[number] if starts else 0
                    # The first run has none to keep its distance from; how far it went counts last.
                    strained = strain + abs(moved - shift) if places else 0
                    longer.append((strained, moved, (*places, (at, at + len(run) - 1))))
        longer.sort(key=lambda way: (way[0], abs(way[2][0][0] - starts[0]) if starts else 0, way[2]))
        # The way that leaves the most room for the runs to come may be the only one that they fit in.
        ways = longer[:_MOST_WAYS] + sorted(longer, key=lambda way: way[2][-1])[:1]
    return ways[0][2] if ways else ()


def _match_uses(listing: Listing, rows: Sequence[str], uses: Iterable[Use]) -> tuple[Use, ...]:
    """The uses on lines that are most like the marked ones; when none is, the first of any kind. With its imports."""
    known = sorted(uses)
    marked = [line.text.strip() for line in listing.snippet.lines if line.marked]
    chosen: list[Use] = []
    for text in marked:
        left = [use for use in known if use not in chosen]
        likeness = [(difflib.SequenceMatcher(None, text, rows[use.line - 1].strip()).ratio(), use) for use in left]
        best = max(likeness, key=lambda pair: pair[0], default=(0.0, None))
        if best[1] is not None and best[0] >= _LIKE:
            chosen.append(best[1])
    if not any(use.kind is not Kind.IMPORT for use in chosen):
        chosen += [use for use in known if use.kind is not Kind.IMPORT and use not in chosen][:1]
    return add_imports(chosen or known[:1], known)
