"""Listings against newer files: the same, elsewhere, rewritten or gone, with an author's marks kept as long as can be."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.harvest.cutting import Style
from callsite.harvest.refreshing import Change, State, find_change
from callsite.harvest.release import Release
from callsite.model import Gap, Line, Listing, Origin, Snippet
from callsite.names import Kind, Use
from callsite.page import lines_fit
from tests.harvested import make_candidate, make_release, make_use

_NEW = make_release("demo", version="2.0", repository="https://github.com/a/b", revision="1" * 40)


def _uses(text: str) -> tuple[Use, ...]:
    return make_candidate(text).uses


def _listing(*rows: str, lines: tuple[tuple[int, int], ...] = (), path: str = "demo/a.py") -> Listing:
    """A listing as one writes it down: `>` for marks, `…` for gaps."""
    made = (Gap("left out") if row == "…" else Line(row.removeprefix(">"), row.startswith(">")) for row in rows)
    return Listing(Snippet("python", tuple(made)), Origin(project="demo", version="1.0", path=path, lines=lines))


def _change(listing: Listing, release: Release = _NEW, style: Style | None = None, **texts: str) -> Change:
    """Hold a listing against files; `a` is `demo/a.py`, `b__c` is `b/c.py`."""
    files = {"demo/a.py" if name == "a" else name.replace("__", "/") + ".py": text for name, text in texts.items()}
    uses = {path: _uses(text) for path, text in files.items()}
    return find_change(listing, release, files, uses, "f", style or Style())


_TEXT = "from lib import f\n\n\ndef g():\n    x = 1\n    f(x)\n"
_SHOWN = _listing("from lib import f", "…", ">    x = 1", "    f(x)", lines=((1, 1), (5, 6)))


def test_what_is_still_there_is_unchanged() -> None:
    assert _change(_SHOWN, a=_TEXT) == Change(State.UNCHANGED, "", _SHOWN)
    assert _change(_SHOWN, a=_TEXT + "more = 1\n", b__a=_TEXT) == Change(State.UNCHANGED, "", _SHOWN)
    between = _TEXT.replace("\n\n\n", "\n# why\n\n")
    assert _change(_SHOWN, a=between).state is State.UNCHANGED


def test_what_moved_keeps_what_an_author_marked() -> None:
    change = _change(_SHOWN, a="import os\n" + _TEXT.replace("def", "\n\ndef"))
    assert (change.state, change.reason) == (State.MOVED, "on other lines")
    assert change.listing.snippet == _SHOWN.snippet
    assert change.listing.origin == Origin(
        project="demo",
        version="2.0",
        path="demo/a.py",
        revision="1" * 40,
        url=f"https://github.com/a/b/blob/{'1' * 40}/demo/a.py#L2-L9",
        licence="MIT",
        lines=((2, 2), (8, 9)),
    )
    assert lines_fit(change.listing)


def test_what_moved_to_another_file_is_found_there() -> None:
    change = _change(_SHOWN, src__demo__a=_TEXT, other=_TEXT, x__a=_TEXT)
    assert (change.state, change.reason) == (State.MOVED, "now in src/demo/a.py")
    assert change.listing.origin.path == "src/demo/a.py"
    assert change.listing.origin.lines == _SHOWN.origin.lines
    assert _change(_SHOWN, z__a=_TEXT, x__a=_TEXT).listing.origin.path == "x/a.py"
    assert _change(_SHOWN, a="x = 1\n", z__a=_TEXT).reason == "now in z/a.py"


def test_a_files_own_licence_goes_with_its_listing() -> None:
    change = _change(_SHOWN, a="# SPDX-License-Identifier: ISC\n" + _TEXT)
    assert change.listing.origin.licence == "ISC"


def test_what_was_rewritten_is_cut_again() -> None:
    text = "import os\nfrom lib import f\n\n\ndef g():\n    y = 2\n    f(y, 3)\n    f(other=1)\n"
    change = _change(replace(_SHOWN, words=("own",)), a=text)
    assert (change.state, change.reason) == (State.CHANGED, "its code is another")
    assert [line.text for line in change.listing.snippet.lines if line.marked] == [
        "from lib import f",
        "    f(y, 3)",
        "    f(other=1)",
    ]
    assert change.listing.origin.version == "2.0"
    assert change.listing.words == ("own",)
    assert lines_fit(change.listing)


def test_the_marked_lines_say_which_uses_are_shown() -> None:
    text = "from lib import f\n" + "".join(f"f({name})\n" + "x = 1\n" * 30 for name in ("one", "two", "three", "four"))
    listing = _listing(">from lib import f", "…", ">f(two, 2)", "…", ">f(fours)", lines=((1, 1), (40, 40), (90, 90)))
    style = Style(around=0)
    marked = [line.text for line in _change(listing, style=style, a=text).listing.snippet.lines if line.marked]
    assert marked == ["from lib import f", "f(two)", "f(four)"]
    unlike = _listing(">from lib import f", "…", ">g.h.i = j(k)", lines=((1, 1), (40, 40)))
    marked = [line.text for line in _change(unlike, style=style, a=text).listing.snippet.lines if line.marked]
    assert marked == ["from lib import f", "f(one)"]
    no_marks = _listing("x = 2", lines=((1, 1),))
    assert [line.text for line in _change(no_marks, style=style, a=text).listing.snippet.lines] == [
        "from lib import f",
        "f(one)",
    ]
    only_import = _change(no_marks, a="import os\nfrom lib import f\n").listing
    assert only_import.snippet.marks == (1,)


def test_what_is_rewritten_elsewhere_is_looked_for_when_its_file_is_gone() -> None:
    change = _change(_SHOWN, b="x = 1\n", c__a="from lib import f\nf(2)\n")
    assert change.state is State.CHANGED
    assert change.listing.origin.path == "c/a.py"


def test_what_is_gone_says_how() -> None:
    change = _change(_SHOWN, a="x = 1\n")
    assert change == Change(State.GONE, "demo/a.py no longer uses f", _SHOWN)
    # A file that is there and has no use has lost it, whatever another file has.
    assert _change(_SHOWN, a="x = 1\n", b__a="from lib import f\nf(2)\n").state is State.GONE
    assert _change(_SHOWN) == Change(State.GONE, "there is no demo/a.py any more", _SHOWN)
    assert _change(_SHOWN, b="x = 1\n").reason == "there is no demo/a.py any more"


def test_without_old_lines_the_first_place_is_the_one() -> None:
    text = "f(1)\nx\nf(1)\nx\nf(1)\n"
    change = _change(_listing(">f(1)"), a=text)
    assert (change.state, change.listing.origin.lines) == (State.MOVED, ((1, 1),))
    change = _change(_listing(">f(1)", "…", "f(1)"), a=text)
    assert change.listing.origin.lines == ((1, 1), (3, 3))
    # Lines that do not fit the listing say nothing.
    change = _change(_listing(">f(1)", lines=((1, 2), (3, 4))), a=text)
    assert change.listing.origin.lines == ((1, 1),)


def test_an_empty_listing_is_nowhere() -> None:
    assert _change(_listing(lines=()), a="x = 1\n").state is State.GONE


@pytest.mark.parametrize(("old", "new"), [(1, 2), (2, 2), (3, 2), (4, 5), (5, 5), (6, 5), (7, 8), (99, 8)])
def test_of_lines_that_repeat_the_nearest_is_meant(old: int, new: int) -> None:
    text = "x\nf(1)\nx\nx\nf(1)\nx\nx\nf(1)\n"
    change = _change(_listing(">f(1)", lines=((old, old),)), a=text)
    assert change.listing.origin.lines == ((new, new),)
    assert (change.state is State.UNCHANGED) == (old == new)


def test_runs_stay_together() -> None:
    # The `else:` that goes with the call is the one as far from it as before, not the one where it once was.
    text = "import os\n" * 10 + "else:\nx\n" * 10 + "f(1)\n"
    listing = _listing("else:", "…", ">f(1)", lines=((19, 19), (21, 21)))
    change = _change(listing, a="import os\n" * 6 + text)
    assert change.listing.origin.lines == ((35, 35), (37, 37))[:0] or change.listing.origin.lines == (
        (35, 35),
        (37, 37),
    )


def test_runs_that_fit_in_one_way_only_are_found() -> None:
    # Nearly every first run leaves no room for the last ones.
    rows = ["a", "b", "c"] + ["a"] * 60
    listing = _listing("a", "…", "b", "…", "c", lines=((40, 40), (50, 50), (60, 60)))
    change = _change(listing, a="\n".join(rows))
    assert change.listing.origin.lines == ((1, 1), (2, 2), (3, 3))
    assert (
        _change(_listing("a", "…", "c", "…", "b", lines=((1, 1), (3, 3), (5, 5))), a="\n".join(rows)).state
        is State.GONE
    )


_rows = st.lists(st.sampled_from(["a", "b", "c", "", "    d"]), min_size=1, max_size=12)


@given(_rows, _rows, _rows, st.data())
def test_whole_lines_are_found_wherever_they_went(
    before: list[str], rows: list[str], after: list[str], data: st.DataObject
) -> None:
    starts = sorted(data.draw(st.sets(st.integers(1, len(rows)), min_size=1, max_size=3)))
    lines = tuple(
        (start, data.draw(st.integers(start, end - 1)))
        for start, end in zip(starts, [*starts[1:], len(rows) + 1], strict=True)
    )
    shown: list[str] = []
    for first, last in lines:
        shown += [*(["…"] if shown else []), *rows[first - 1 : last]]
    listing = _listing(*shown, lines=lines)
    assert _change(listing, a="\n".join([*rows, *after])).state is State.UNCHANGED
    change = _change(listing, a="\n".join([*before, *rows, *after]))
    assert change.state in (State.UNCHANGED, State.MOVED)
    assert change.listing.snippet == listing.snippet
    whole = [*before, *rows, *after]
    places = change.listing.origin.lines
    assert [tuple(whole[first - 1 : last]) for first, last in places] == [
        tuple(line.text for line in run) for run in listing.snippet.runs
    ]
    assert all(last < first for (_, last), (first, _) in pairwise(places))
    # As far from each other as they were, since that is possible.
    assert {new - old for (new, _), (old, _) in zip(places, lines, strict=True)} == {places[0][0] - lines[0][0]}


def test_many_runs_in_a_long_file_are_found_in_time() -> None:
    rows = ["try:", "    x = 1", "except ValueError:", "    pass"] * 2_000
    runs = ["try:", "…", "    x = 1", "…", "except ValueError:", "…", "    pass"] * 2
    listing = _listing(*runs[:7], "…", *runs[7:], lines=tuple((number, number) for number in range(4001, 4017, 2)))
    change = _change(listing, a="\n".join(rows))
    assert change.state is State.MOVED
    assert lines_fit(change.listing)


def test_marks_of_long_calls_do_not_matter() -> None:
    text = "from lib import f\nf(\n    1,\n    2,\n)\n"
    uses = {"demo/a.py": (make_use(1, kind=Kind.IMPORT), make_use(2, 5))}
    change = find_change(_listing(">f(1,", ">  2)", lines=((2, 3),)), _NEW, {"demo/a.py": text}, uses, "f")
    assert change.state is State.CHANGED
    assert [line.marked for line in change.listing.snippet.lines] == [True] * 5


def test_lines_that_are_everywhere_are_looked_for_near_their_old_place() -> None:
    rows = ["import lib", *["lib.f()"] * 2_000]
    text = "\n".join(rows) + "\n"
    listing = Listing(
        Snippet("python", (Line("lib.f()", True), Line("lib.f()"))), Origin("p", "1", "a.py", lines=((901, 902),))
    )
    change = find_change(listing, Release("p", "2"), {"a.py": text}, {"a.py": ()}, "f")
    assert change.state is State.UNCHANGED
