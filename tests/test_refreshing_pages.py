"""Listings of a page held against the sources there are now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from callsite.content import PageFile
from callsite.harvest.cutting import DEFAULT
from callsite.harvest.refreshing import State
from callsite.harvest.release import Licence
from callsite.harvest.targets import Library, find_library
from callsite.model import Origin
from callsite.page import parse_page
from callsite.refreshing import Refreshed, Tree, apply_changes, find_age, refresh_page
from tests.trees import TEAPOT, make_source

CODE = "from teapot import brew\n\nbrew('assam')\n"

HEAD = "title: teapot brew Example Code\nslug: x\nsymbol: teapot.brew\n\nWords.\n\n"

FENCE = "```python project=ship version=1.0 path=ship/a.py lines={}\n{}```\n"

LISTING = FENCE.format("1-3", "~~from teapot import brew\n\n~~brew('assam')\n")


def make_page(text: str) -> PageFile:
    return PageFile(Path("x.md"), text.encode(), parse_page(text, "x.md")[0])


def make_tree(files: Mapping[str, str | bytes]) -> Tree:
    return Tree(make_source("ship", files))


def refresh(
    text: str, files: Mapping[str, str | bytes] | None, library: Library | None = None
) -> tuple[Refreshed, ...]:
    tree = make_tree(files) if files is not None else None
    return tuple(refresh_page(make_page(text), lambda origin: tree, lambda root: library))


def states(text: str, files: Mapping[str, str | bytes] | None) -> list[State]:
    return [one.change.state for one in refresh(text, files)]


@pytest.mark.parametrize(
    ("files", "state", "reason"),
    [
        ({"ship/a.py": CODE}, State.UNCHANGED, ""),
        ({"ship/a.py": CODE.replace("\n", "\r\n")}, State.UNCHANGED, ""),
        ({"ship/a.py": f"# More.\n{CODE}"}, State.MOVED, "on other lines"),
        ({"boat/deck/a.py": CODE}, State.MOVED, "now in boat/deck/a.py"),
        ({"ship/a.py": CODE.replace("assam", "darjeeling")}, State.CHANGED, "its code is another"),
        ({"ship/a.py": "x = 1\n"}, State.GONE, "ship/a.py no longer uses brew"),
        ({"ship/b.py": CODE}, State.GONE, "there is no ship/a.py any more"),
        ({"ship/a.py": b"\0"}, State.UNKNOWN, "the file is no text that Python reads any more"),
        ({"boat/a.py": b"\xff"}, State.GONE, "there is no ship/a.py any more"),
        ({}, State.GONE, "there is no ship/a.py any more"),
        (None, State.UNKNOWN, "ship is none of the sources; name one with --from"),
    ],
)
def test_what_became_of_a_listing(files: dict[str, str | bytes] | None, state: State, reason: str) -> None:
    (one,) = refresh(HEAD + LISTING, files)
    assert (one.change.state, one.change.reason) == (state, reason)
    assert one.version == ("" if files is None else "1.0")


@pytest.mark.parametrize(
    "listing",
    [
        "```python\n~~brew()\n```\n",
        "```python project=ship\n~~brew()\n```\n",
        "```python path=ship/a.py\n~~brew()\n```\n",
        "No listing at all.\n",
    ],
)
def test_listings_that_do_not_say_where_they_are_from_are_passed_over(listing: str) -> None:
    assert refresh(HEAD + listing, {"ship/a.py": CODE}) == ()


def test_listings_are_known_by_their_numbers() -> None:
    found = refresh(f"{HEAD}```\nx\n```\n\n{LISTING}\n> {LISTING.splitlines()[0]}\n> x\n> ```\n", {"ship/a.py": CODE})
    assert [one.number for one in found] == [1, 2]


def test_a_page_that_does_not_say_what_it_is_about_is_told() -> None:
    (one,) = refresh(f"title: Tea\nslug: x\n\n{LISTING}", {"ship/a.py": CODE})
    assert (one.change.state, one.change.reason) == (
        State.UNKNOWN,
        "the page does not say what it is about; add symbol: to its head",
    )


def test_files_that_are_not_python_are_not_looked_up() -> None:
    asked: list[Origin] = []

    def find_tree(origin: Origin) -> Tree | None:
        asked.append(origin)
        return None

    page = make_page(HEAD + LISTING.replace("a.py", "a.cfg"))
    (one,) = refresh_page(page, find_tree, lambda root: None)
    assert (one.change.state, one.change.reason) == (State.UNKNOWN, "only Python files are looked up")
    assert asked == []


def test_the_library_tells_which_names_count() -> None:
    library = find_library(make_source("teapot", TEAPOT).files, "teapot")
    changed = {"ship/a.py": "from teapot.cups import brew\n\nbrew('oolong')\n"}
    assert [one.change.state for one in refresh(HEAD + LISTING, changed, library)] == [State.GONE]
    assert [one.change.state for one in refresh(HEAD + LISTING, changed)] == [State.CHANGED]
    renamed = {"ship/a.py": "from kitchen import make\n\nmake('oolong')\n"}
    aliases = HEAD.replace("symbol:", "aliases: kitchen.make\nsymbol:")
    assert states(aliases + LISTING, renamed) == [State.CHANGED]
    assert states(HEAD + LISTING, renamed) == [State.GONE]


def test_files_of_one_name_are_not_all_looked_at() -> None:
    files = {f"{number:02}/a.py": "x = 1\n" for number in range(50)}
    assert len(make_tree(files).load_texts("none/a.py")) == 20
    assert set(make_tree(files).load_texts("07/a.py")) == {"07/a.py"}


ENDS = ["\n", "\r\n", "\r"]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_only_what_changed_is_rewritten(end: str, mark: str) -> None:
    one = FENCE.format("1-3", "~~from teapot import brew\n\n~~brew('assam')\n")
    two = FENCE.replace("a.py", "b.py").format("1", "~~x\n")
    text = mark + (f"{HEAD}Trailing  \t\n\n{one}\nBetween\n\n* {two.replace(chr(10), chr(10) + '  ')}\n\nEnd").replace(
        "\n", end
    )
    files = {"ship/a.py": f"# One.\n{CODE}", "ship/b.py": "x\n"}
    refreshed = refresh(text, files)
    assert [one.change.state for one in refreshed] == [State.MOVED, State.UNCHANGED]
    new = apply_changes(text, refreshed)
    assert "lines=2-4" in new
    strip = {f"lines={lines}" for lines in ("1-3", "2-4")}
    before, after = text.split(end), new.split(end)
    assert len(before) == len(after)
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert len(changed) == 1
    assert {word for row in changed[0] for word in row.split() if word.startswith("lines=")} == strip
    again = refresh(new, files)
    assert apply_changes(new, again) == new


def test_what_is_gone_or_not_known_stays() -> None:
    for files in ({"ship/a.py": "x = 1\n"}, None):
        text = HEAD + LISTING
        assert apply_changes(text, refresh(text, files)) == text


def test_many_changes_on_one_page() -> None:
    text = HEAD + "\n".join(
        FENCE.replace("a.py", f"{name}.py").format("1-3", "~~from teapot import brew\n\n~~brew('assam')\n")
        for name in "abc"
    )
    files = {
        "ship/a.py": "from teapot import brew\n\n\n\nbrew('assam', minutes=4)\n",
        "ship/b.py": "x = 1\n",
        "ship/c.py": f"# More.\n{CODE}",
    }
    refreshed = refresh(text, files)
    assert [one.change.state for one in refreshed] == [State.CHANGED, State.GONE, State.MOVED]
    new = apply_changes(text, refreshed)
    page, problems = parse_page(new)
    assert problems == ()
    assert [one.snippet.code.split("\n")[-1] for one in page.listings] == [
        "brew('assam', minutes=4)",
        "brew('assam')",
        "brew('assam')",
    ]
    assert [one.origin.lines for one in page.listings] == [((1, 5),), ((1, 3),), ((2, 4),)]
    assert states(new, files) == [State.UNCHANGED, State.GONE, State.UNCHANGED]


def test_the_style_is_the_usual_one() -> None:
    tree = make_tree({"ship/a.py": CODE.replace("assam", "x")})
    page = make_page(HEAD + LISTING)
    usual = tuple(refresh_page(page, lambda origin: tree, lambda root: None))
    assert usual == tuple(refresh_page(page, lambda origin: tree, lambda root: None, style=DEFAULT))


def test_what_is_newer_and_under_another_licence_is_not_taken() -> None:
    tree = make_tree({"ship/a.py": CODE.replace("assam", "keemun")})
    source = tree.source
    strict = replace(source, release=replace(source.release, licence=Licence("GPL-3.0-only", "a text")))
    page = make_page(HEAD + LISTING)
    (one,) = refresh_page(page, lambda origin: Tree(strict), lambda root: None)
    assert one.change.state is State.REFUSED
    assert "GPL-3.0-only" in one.change.reason
    assert apply_changes(page.text, (one,)) == page.text
    (one,) = refresh_page(page, lambda origin: Tree(strict), lambda root: None, ("copyleft",))
    assert (one.change.state, one.change.listing.origin.licence) == (State.CHANGED, "GPL-3.0-only")
    unknown = replace(source, release=replace(source.release, licence=Licence()))
    (one,) = refresh_page(page, lambda origin: Tree(unknown), lambda root: None, ("copyleft",))
    assert one.change.state is State.REFUSED


def test_a_file_of_another_licence_is_not_taken() -> None:
    top = "# SPDX-License-Identifier: GPL-2.0-only\n"
    (one,) = refresh(HEAD + LISTING, {"ship/a.py": top + CODE})
    assert one.change.state is State.REFUSED


def test_it_never_goes_back_to_an_older_release() -> None:
    listing = LISTING.replace("version=1.0", "version=1.10")
    (one,) = refresh(HEAD + listing, {"ship/a.py": f"# More.\n{CODE}"})
    assert one.change.state is State.UNKNOWN
    assert one.change.reason == "the newest release at hand is 1.0, and older than 1.10"


def test_versions_in_order() -> None:
    assert sorted(["1.10", "main", "1.9", "1.0", "1.0rc1"], key=find_age) == ["main", "1.0rc1", "1.0", "1.9", "1.10"]
