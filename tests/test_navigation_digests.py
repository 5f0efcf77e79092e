"""Digests of what templates show: the same for the same, and others for whatever can be seen."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callsite.navigation.digests import Digests
from callsite.navigation.late import LateView
from callsite.navigation.views import (
    About,
    Entry,
    Group,
    HeadingView,
    LibraryView,
    ListView,
    ModuleView,
    PageView,
    Related,
    Sheet,
    Side,
    SideItem,
)

ENTRY = Entry("f", "f.html", "flask.f", "What f is for", "3 examples")
SHEET = Sheet("libraries/flask.html", "A to F", (Group("flask", "flask", (ENTRY,), 1),))
MODULE = ModuleView("flask", "flask", "libraries/flask.html", (ENTRY,))
LIBRARY = LibraryView("flask", "Flask", "libraries/flask.html", "A framework", (MODULE,), False, (SHEET,))
SIDE = Side(SideItem("Libraries", "libraries.html"), (SideItem("flask", "libraries/flask.html", own=True),))
PAGE = PageView(
    "f",
    "f",
    "What f is for",
    "flask.f",
    ("flask.ff",),
    "https://example.org",
    ENTRY,
    LIBRARY,
    MODULE,
    None,
    (HeadingView("one", "One", ("Demo",), ()),),
    (Entry("Home", ""),),
    (SIDE,),
    (Related("uses", "Uses", (ENTRY,), 4, "uses.html"),),
    ENTRY,
    None,
    3,
    1,
    ("Demo",),
    ("MIT",),
    "f.md",
)
LIST = ListView(About("flask", "A framework", (ENTRY,), (ENTRY,), True, LIBRARY), SHEET, (ENTRY,), None, ENTRY)


def test_the_same_is_the_same_in_another_build() -> None:
    assert Digests().digest_page(PAGE) == Digests().digest_page(replace(PAGE))
    assert Digests().digest_page(PAGE) == Digests().digest_page(LateView(lambda: PAGE))
    assert Digests().digest_list(LIST, (SIDE,)) == Digests().digest_list(replace(LIST), (replace(SIDE),))
    assert Digests().digest_parts((ENTRY, SIDE)) == Digests().digest_parts((replace(ENTRY), SIDE))


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "g"},
        {"heading": "<em>f</em>"},
        {"description": ""},
        {"symbol": "flask.g"},
        {"aliases": ()},
        {"docs": ""},
        {"entry": None},
        {"library": replace(LIBRARY, name="other")},
        {"library": None},
        {"library_home": LIBRARY},
        {"headings": ()},
        {"headings": (HeadingView("one", "One", ("Demo", "Other"), ()),)},
        {"breadcrumbs": ()},
        {"sidebar": (replace(SIDE, items=(replace(SIDE.items[0], current=True),)),)},
        {"related": (replace(PAGE.related[0], total=5),)},
        {"previous": None, "next": ENTRY},
        {"marks": 4},
        {"listings": 2},
        {"projects": ("Demo, MIT",), "licences": ()},
        {"twin": ""},
    ],
)
def test_what_a_page_shows_counts(changes: dict[str, object]) -> None:
    digests = Digests()
    assert digests.digest_page(replace(PAGE, **changes)) != digests.digest_page(PAGE)  # type: ignore[arg-type]  # fields


@pytest.mark.parametrize(
    "changes",
    [
        {"library": replace(LIBRARY, description="Other", modules=(), sheets=())},
        {"module": None},
        {"module": replace(MODULE, entries=(ENTRY, ENTRY))},
    ],
)
def test_pages_of_the_library_that_are_nowhere_to_be_seen_do_not_count(changes: dict[str, object]) -> None:
    digests = Digests()
    assert digests.digest_page(replace(PAGE, **changes)) == digests.digest_page(PAGE)  # type: ignore[arg-type]  # fields


def test_what_a_library_home_lists_counts() -> None:
    digests = Digests()
    home = replace(PAGE, library_home=LIBRARY)
    more = replace(SHEET, groups=(Group("flask", "flask", (ENTRY, replace(ENTRY, url="g.html")), 2),))
    assert digests.digest_page(home) != digests.digest_page(
        replace(home, library_home=replace(LIBRARY, sheets=(more,)))
    )


@pytest.mark.parametrize(
    ("other", "sidebar"),
    [
        (replace(LIST, previous=ENTRY), (SIDE,)),
        (replace(LIST, next=None), (SIDE,)),
        (replace(LIST, sheets=()), (SIDE,)),
        (replace(LIST, sheet=replace(SHEET, label="G to M")), (SIDE,)),
        (replace(LIST, about=replace(LIST.about, title="Flask")), (SIDE,)),
        (replace(LIST, about=replace(LIST.about, facts=())), (SIDE,)),
        (LIST, ()),
        (LIST, (SIDE, SIDE)),
    ],
)
def test_what_a_list_shows_counts(other: ListView, sidebar: tuple[Side, ...]) -> None:
    digests = Digests()
    assert digests.digest_list(other, sidebar) != digests.digest_list(LIST, (SIDE,))


def test_the_library_of_a_list_is_shown_by_its_entries_alone() -> None:
    digests = Digests()
    other = replace(LIST, about=replace(LIST.about, library=None))
    assert digests.digest_list(other, (SIDE,)) == digests.digest_list(LIST, (SIDE,))


_words = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "1", "a", ",", "()", "'", "\udcff"])
_parts = st.recursive(
    _words | st.builds(Entry, st.sampled_from(["", "a", "b"]), st.sampled_from(["", "a"])),
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple)
        | st.builds(SideItem, st.just("x"), st.just(""), children=st.lists(inner, max_size=2).map(tuple))
    ),
    max_leaves=6,
)


@given(st.lists(_parts, max_size=3).map(tuple), st.lists(_parts, max_size=3).map(tuple))
@example((("a",), "b"), (("a", "b"),))
@example(((), ()), ((),))
@example(("1",), (1,))
@example((True,), (1,))
@example((Entry("a", "b"),), (Entry("ab", ""),))
@example((Entry("a", ""),), (SideItem("a", ""),))
def test_values_have_digests_of_their_own(one: tuple[object, ...], other: tuple[object, ...]) -> None:
    assert (Digests().digest_parts(one) == Digests().digest_parts(other)) == (repr(one) == repr(other))


def test_values_of_one_form_and_other_kinds_are_not_the_same() -> None:
    @dataclass(frozen=True)
    class First:
        value: str

    @dataclass(frozen=True)
    class Second:
        value: str

    digests = Digests()
    assert digests.digest_parts((First("a"),)) != digests.digest_parts((Second("a"),))


def test_a_value_that_is_gone_does_not_speak_for_the_next_one_in_its_place() -> None:
    digests = Digests()
    seen = {digests.digest_parts((Entry(str(number), ""),)) for number in range(500)}
    assert len(seen) == 500


def test_what_is_known_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = Digests().digest_page(PAGE)
    monkeypatch.setattr("callsite.navigation.digests._MOST_KNOWN", 3)
    digests = Digests()
    for _ in range(3):
        assert digests.digest_page(PAGE) == wanted
        assert len(digests._known) <= 3
