"""Generated pages: sheets of long lists, what is on each list, and that no page grows with the site."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsite.model import Dates
from callsite.navigation import Entry, Group, ListView, PageView
from callsite.navigation.sheets import MOST_ENTRIES, cut_sheets, find_places, list_views
from callsite.navigation.sidebar import find_start
from callsite.navigation.views import About
from callsite.outline import Outline, find_outline
from callsite.page import parse_page
from tests.navigating import HOME, Navigated, find_list, list_entries, list_items, make_page

_ABOUT = About("All", "", (HOME,))


def _group(name: str, size: int) -> Group:
    entries = tuple(Entry(f"{name}{number}", f"{name}/{number}.html") for number in range(size))
    return Group(name, f"to-{name}", entries, size)


# Sheets.


_SIZES = st.lists(
    st.integers(0, 20) | st.sampled_from([0, 1, 150, 299, 300, 301, 599, 600, 601, 950]) | st.integers(0, 400),
    max_size=9,
)


@pytest.mark.untraced
@settings(max_examples=200)
@given(_SIZES, st.sampled_from(["", "home.html"]))
def test_sheets_have_every_entry_once(sizes: list[int], first: str) -> None:
    groups = [_group(f"g{number}-", size) for number, size in enumerate(sizes)]
    sheets = cut_sheets("lists/all.html", groups, first)
    places = find_places("lists/all.html", {group.anchor: group.total for group in groups}, first)
    assert [entry for sheet in sheets for entry in list_entries(sheet.groups)] == list_entries(groups)
    assert [sheet.url for sheet in sheets] == [
        first or "lists/all.html",
        *(f"lists/all.{number}.html" for number in range(2, len(sheets) + 1)),
    ]
    for number, sheet in enumerate(sheets):
        assert len(list_entries(sheet.groups)) <= MOST_ENTRIES
        assert len(sheets) == 1 or list_entries(sheet.groups) or number == 0
        names = [group.title for group in sheet.groups]
        assert len(names) == len(set(names))
    for group in groups:
        parts = [(sheet, part) for sheet in sheets for part in sheet.groups if part.title == group.title]
        assert parts
        assert {(part.anchor, part.total) for _, part in parts} == {(group.anchor, group.total)}
        # What fits on a sheet is not cut, and nothing is cut finer than need be.
        assert len(parts) <= max(1, (group.total - 1) // MOST_ENTRIES + 2 if group.total > MOST_ENTRIES else 1)
        assert places[group.anchor] == f"{parts[0][0].url}#{group.anchor}"
    assert len(places) == len(groups)


@settings(max_examples=40)
@given(_SIZES)
def test_sheets_lead_to_each_other(sizes: list[int]) -> None:
    sheets = cut_sheets("all.html", [_group(f"g{number}-", size * 9) for number, size in enumerate(sizes)])
    views = list(list_views(_ABOUT, sheets))
    assert [view.sheet for view in views] == list(sheets)
    urls = [view.url for view in views]
    assert [view.previous.url if view.previous else "" for view in views] == ["", *urls[:-1]]
    assert [view.next.url if view.next else "" for view in views] == [*urls[1:], ""]
    for number, view in enumerate(views):
        shown = [urls.index(entry.url) for entry in view.sheets]
        assert shown == sorted(set(shown))
        assert len(shown) <= 43
        if len(views) > 1:
            near = set(range(max(0, number - 20), min(len(views), number + 21)))
            assert set(shown) == near | {0, len(views) - 1}
        else:
            assert shown == []


def test_sheets_are_called_by_their_ends() -> None:
    entries = tuple(Entry(f"e{number}", "", f"a.e{number}" if number < 300 else "") for number in range(901))
    sheets = cut_sheets("x.html", [Group("", "", entries, 901)])
    assert [sheet.label for sheet in sheets] == ["a.e0 … a.e299", "e300 … e599", "e600 … e899", "e900"]
    assert [sheet.label for sheet in cut_sheets("x.html", [])] == [""]


@given(st.integers(0, 200), st.integers(0, 250), st.integers(1, 60))
def test_a_window_is_as_wide_as_it_may_be_and_around_its_middle(size: int, at: int, most: int) -> None:
    at = min(at, max(size - 1, 0))
    start = find_start(size, at, most)
    window = range(size)[start : start + most]
    assert len(window) == min(size, most)
    if window:
        assert at in window
        before, behind = at - window[0], window[-1] - at
        assert abs(before - behind) <= 1 or window[0] == 0 or window[-1] == size - 1


def test_a_librarys_list_has_a_name_that_file_systems_take() -> None:
    names = ("a" * 300, "b" * 100 + "ä" * 100, "c" * 200)
    built = Navigated([make_page(name, f"{name}.f") for name in names])
    urls = [library.url for library in built.navigation.all_libraries]
    assert [url.partition("-")[0] for url in urls] == ["libraries/" + "a" * 40, "libraries/" + "b" * 40, urls[2]]
    assert [len(url) for url in urls[:2]] == [len("libraries/") + 40 + 1 + 12 + len(".html")] * 2
    assert urls[2] == f"libraries/{names[2]}.html"


def test_groups_that_are_not_cut_stay_the_ones_they_were() -> None:
    groups = [_group("a", 10), _group("b", 400), _group("c", 0)]
    first, second = cut_sheets("x.html", groups)
    assert first.groups[0] is groups[0]
    assert (first.groups[1].entries, second.groups[0].entries) == (groups[1].entries[:290], groups[1].entries[290:])
    assert second.groups[1] is groups[2]
    assert find_places("x.html", {group.anchor: group.total for group in groups}, "home.html") == {
        "to-a": "home.html#to-a",
        "to-b": "home.html#to-b",
        "to-c": "x.2.html#to-c",
    }
    assert find_places("x.html", {"whole": 300, "next": 1}) == {"whole": "x.html#whole", "next": "x.2.html#next"}
    assert find_places("x.html", {"first": 10, "whole": 295}) == {"first": "x.html#first", "whole": "x.2.html#whole"}


# What is on each list.


def _say(views: Iterable[ListView]) -> dict[str, list[str]]:
    """The groups of a list with their entries."""
    said: dict[str, list[str]] = {}
    for view in views:
        for group in view.sheet.groups:
            assert group.title not in said
            said[group.title] = [entry.url.removesuffix(".html") for entry in group.entries]
            assert group.total == len(group.entries)
    return said


def _list(built: Navigated, url: str) -> ListView:
    (view,) = find_list(built.lists, url)
    return view


def test_symbols_stand_by_their_last_name() -> None:
    symbols = {
        "1": "b.Zoo",
        "2": "a.zoo",
        "3": "a.b._zebra",
        "4": "apple",
        "5": "a.__b",
        "6": "a._9",
        "7": "z.\u017fun",
        "8": "x.sun",
    }
    symbols |= {"9": "a.\u00e9t\u00e9", "10": "x.\u00b2", "11": "a._"}
    built = Navigated([make_page(path, symbol) for path, symbol in symbols.items()] + [make_page("topic")])
    view = _list(built, "symbols.html")
    assert _say([view]) == {
        "0-9": ["11", "6", "10"],
        "A": ["4"],
        "B": ["5"],
        "S": ["8", "7"],
        "Z": ["3", "2", "1"],
        "\u00c9": ["9"],
    }
    entries = list_entries(view.sheet.groups)
    assert Entry("Zoo", "1.html", "b.Zoo", note="b") in entries
    assert len({group.anchor for group in view.sheet.groups}) == len(view.sheet.groups)
    assert view.about.breadcrumbs == (HOME,)


@settings(max_examples=100)
@given(
    st.lists(
        st.text(
            st.sampled_from("aAbBsS_19\u00e9\u017f\u00b2\u00df\u01c5\u0131\u0130\u00b5\u03bc"), min_size=1, max_size=3
        ),
        max_size=8,
    )
)
def test_a_letter_stands_once(names: list[str]) -> None:
    pages = [make_page(str(at), f"lib.{name}") for at, name in enumerate(names)]
    built = Navigated([page for page in pages if page.meta.symbol])
    view = _list(built, "symbols.html")
    anchors = [group.anchor for group in view.sheet.groups]
    assert len(anchors) == len(set(anchors))
    assert sorted(entry.url for entry in list_entries(view.sheet.groups)) == sorted(
        f"{page.at.path}.html" for page in pages if page.meta.symbol
    )


def test_symbols_are_listed_even_where_there_are_none() -> None:
    built = Navigated([])
    assert [view.url for view in built.lists] == ["symbols.html"]
    assert built.navigation.indexes == (Entry("Symbols", "symbols.html"),)
    assert built.find_broken() == []


def test_libraries() -> None:
    pages = [
        make_page("f", "lib.one.f", description="What f does"),
        make_page("g", "lib.two.g"),
        make_page("o", "other.m.o"),
        make_page("home", "lib", description="A library"),
    ]
    built = Navigated(pages)
    assert list_entries(_list(built, "libraries.html").sheet.groups) == [
        Entry("lib", "home.html", "lib", "A library", "2 examples"),
        Entry("other", "libraries/other.html", "other", "", "1 example"),
    ]
    # The page that an author has written has the list, so that none is generated.
    assert not find_list(built.lists, "libraries/lib.html")
    home = built.view(pages[3]).library_home
    assert home is not None
    assert home.sheets[0].url == "home.html"
    assert [(group.title, group.anchor) for group in home.sheets[0].groups] == [
        ("lib.one", "module-lib.one"),
        ("lib.two", "module-lib.two"),
    ]
    other = _list(built, "libraries/other.html")
    assert other.about.title == "other examples"
    assert other.about.facts == (Entry("1 example in 1 module", ""),)
    assert other.about.breadcrumbs == (HOME, Entry("Libraries", "libraries.html"))
    assert list_entries(other.sheet.groups) == [Entry("o", "o.html", "other.m.o")]


@pytest.mark.untraced
@pytest.mark.parametrize("written", [True, False])
def test_a_large_library_goes_on_behind_the_page_an_author_wrote(written: bool) -> None:
    pages = [make_page(f"p{number:03}", f"lib.m{number // 200}.p{number:03}") for number in range(700)]
    home = [make_page("home", "lib")] if written else []
    built = Navigated([*pages, *home])
    views = find_list(built.lists, "libraries/lib.html")
    first = [] if written else ["libraries/lib.html"]
    assert [view.url for view in views] == [*first, *(f"libraries/lib.{number}.html" for number in (2, 3))]
    (library,) = built.navigation.all_libraries
    assert [module.url for module in library.modules] == [
        f"{'home' if written else 'libraries/lib'}.html#module-lib.m0",
        "libraries/lib.2.html#module-lib.m1",
        "libraries/lib.3.html#module-lib.m2",
        "libraries/lib.3.html#module-lib.m3",
    ]
    assert views[-1].previous == Entry("lib.m1.p200 … lib.m1.p399", "libraries/lib.2.html")
    assert built.find_broken() == []


def test_projects() -> None:
    text = "title: x\n\n" + "\n\n".join(
        f"```python {words}\n{code}\n```\n"
        for words, code in (
            ("project=Demo path=src/a.py version=1.2 licence=MIT url=https://github.com/o/demo/blob/a/src/a.py", "x"),
            ("project=demo licence=ISC", "# b.py"),
            ("project=demo", "x"),
            ("project=Zed", "x"),
            ("project=alpha", "x"),
            ("", "x"),
        )
    )
    page = find_outline(parse_page(text, "a")[0])
    built = Navigated([page, make_page("b", "lib.m.b", projects=["Demo"])])
    assert list_entries(_list(built, "projects.html").sheet.groups) == [
        Entry("alpha", "projects/alpha.html", note="1 excerpt"),
        Entry("Demo", "projects/demo.html", description="MIT, ISC", note="4 excerpts"),
        Entry("Zed", "projects/zed.html", note="1 excerpt"),
    ]
    demo = _list(built, "projects/demo.html")
    assert demo.about.title == "Demo"
    assert demo.about.breadcrumbs == (HOME, Entry("Projects", "projects.html"))
    assert demo.about.facts == (
        Entry("github.com/o/demo", "https://github.com/o/demo"),
        Entry("MIT", ""),
        Entry("ISC", ""),
        Entry("4 excerpts", ""),
    )
    assert [(group.title, group.entries) for group in demo.sheet.groups] == [
        ("lib.m.b", (Entry("Listing 1", "b.html#listing-1"),)),
        (
            "x",
            (
                Entry("src/a.py", "a.html#listing-1", note="1.2"),
                Entry("b.py", "a.html#listing-2"),
                Entry("Listing 3", "a.html#listing-3"),
            ),
        ),
    ]
    assert _list(built, "projects/zed.html").about.facts == (Entry("1 excerpt", ""),)
    assert built.find_broken() == []


def test_projects_have_addresses_of_their_own() -> None:
    names = ["A b", "a+b", "a b 2", "\u4f60", "\u597d", "++", "x" * 200, "x" * 199, "\u00fcx", "..", "a/../b"]
    built = Navigated([make_page("p", projects=names)])
    urls = [project.url for project in list_entries(_list(built, "projects.html").sheet.groups)]
    assert len(urls) == len(set(urls)) == len({name.lower() for name in urls})
    assert all(len(url) < 110 and set(url) <= set("abcdefghijklmnopqrstuvwxyz0123456789-/.") for url in urls)
    assert all(".." not in url and url.count("/") == 1 for url in urls)
    assert {"projects/a-b.html", "projects/project.html", "projects/project-2.html"} <= set(urls)
    assert built.find_broken() == []


@pytest.mark.untraced
def test_many_projects_without_letters_take_no_time() -> None:
    page = make_page("p", projects=[chr(0x4E00 + number) for number in range(9000)])
    start = time.process_time()
    built = Navigated([page])
    assert time.process_time() - start < 4
    assert len(list(find_list(built.lists, "projects.html"))) == 30


def test_contents_and_topics_have_pages_when_the_first_page_cuts_them() -> None:
    for count, is_cut in ((60, False), (61, True)):
        chapters = [make_page(f"c{number:02}", sortorder=f"{number:02}", toc=True) for number in range(count)]
        topics = [make_page(f"t{number:02}") for number in range(count - 1)]
        built = Navigated([*chapters, *topics], others=[Entry("Foreign", "foreign.html")])
        index = built.navigation
        lists = {entry.title: entry.url for entry in index.indexes}
        assert ("Contents" in lists, "Topics" in lists) == (is_cut, is_cut)
        assert (len(index.chapters), len(index.topics)) == (60, 60)
        assert index.sidebar[0].title.url == ("contents.html" if is_cut else "")
        assert built.find_broken() == []
        if is_cut:
            assert list_entries(_list(built, "contents.html").sheet.groups) == list(index.all_chapters)
            shown = list_entries(_list(built, "topics.html").sheet.groups)
            assert [entry.title for entry in shown] == [*(topic.at.path for topic in topics), "Foreign"]


# What has changed.


def _day(number: int, hour: int = 12, zone: timezone = UTC) -> datetime:
    return datetime(2026, 1, 1, hour, tzinfo=zone) + timedelta(days=number - 1)


def test_changes_by_day() -> None:
    pages = [make_page(name) for name in "abcde"]
    dates = {
        "a": Dates(_day(3), _day(3)),
        "b": Dates(_day(1), _day(3, hour=13)),
        "c": Dates(_day(1), _day(5)),
        "d": Dates(None, _day(3, hour=13)),
        "draft": Dates(_day(9), _day(9)),
    }
    built = Navigated(pages, dates=dates)
    view = _list(built, "changes.html")
    assert [(group.title, group.anchor, [(x.title, x.note) for x in group.entries]) for group in view.sheet.groups] == [
        ("2026-01-05", "day-2026-01-05", [("c", "")]),
        ("2026-01-03", "day-2026-01-03", [("b", ""), ("d", ""), ("a", "new")]),
    ]
    assert [(entry.title, entry.description, entry.note) for entry in built.navigation.changes] == [
        ("c", "2026-01-05", ""),
        ("b", "2026-01-03", ""),
        ("d", "2026-01-03", ""),
        ("a", "2026-01-03", "new"),
    ]
    assert Entry("Recently changed", "changes.html") in built.navigation.indexes


def test_without_dates_there_are_no_changes() -> None:
    built = Navigated([make_page("a")])
    assert built.navigation.changes == ()
    assert not find_list(built.lists, "changes.html")


def test_the_last_hundred_changes_are_listed_and_six_on_the_first_page() -> None:
    dates = {f"p{number:03}": Dates(_day(1), _day(1, hour=0) + timedelta(hours=number)) for number in range(150)}
    built = Navigated([make_page(path) for path in dates], dates=dates)
    entries = list_entries(_list(built, "changes.html").sheet.groups)
    assert [entry.title for entry in entries] == [f"p{number:03}" for number in range(149, 49, -1)]
    assert [entry.title for entry in built.navigation.changes] == [f"p{number:03}" for number in range(149, 143, -1)]


_times = st.datetimes(datetime(2025, 12, 30), datetime(2026, 1, 3)).flatmap(
    lambda when: st.integers(-12, 12).map(lambda hours: when.replace(tzinfo=timezone(timedelta(hours=hours))))
)


@given(st.lists(_times, min_size=1, max_size=9))
def test_a_day_stands_once_whatever_the_zones(times: list[datetime]) -> None:
    dates = {f"p{number}": Dates(when, when) for number, when in enumerate(times)}
    view = _list(Navigated([make_page(path) for path in dates], dates=dates), "changes.html")
    days = [group.title for group in view.sheet.groups]
    assert days == sorted({when.date().isoformat() for when in times}, reverse=True)
    for group in view.sheet.groups:
        shown = [dates[entry.title].changed for entry in group.entries]
        assert shown == sorted(shown, reverse=True)


# Uses.


def test_a_page_of_uses() -> None:
    hub = make_page("hub", "lib.m.hub", description="The hub")
    user = make_page("user", "lib.m.user", projects=["Demo"] * 10)
    built = Navigated((hub, user), {"user": [(hub,)] * 10})
    view = _list(built, "uses/hub.html")
    assert view.about.title == "Uses of lib.m.hub"
    assert view.about.breadcrumbs == (HOME, Entry("hub", "hub.html", "lib.m.hub", "The hub"))
    users, companions = view.sheet.groups
    assert users.entries[9] == Entry("user", "user.html#listing-10", "lib.m.user", note="Demo")
    assert companions.entries == (Entry("user", "user.html", "lib.m.user", note="10 excerpts"),)


# However large a site is.


def _build_large() -> tuple[Navigated, list[Outline]]:
    """A library with 200 modules, a module with 1,000 pages, 500 chapters, 200 topics of one of them, 100 projects, and
    a callable that everything uses.
    """
    module = [
        make_page(f"m{number:04}", f"lib.m.f{number:04}", projects=[f"project {number % 100}"])
        for number in range(1000)
    ]
    modules = [make_page(f"n{number:03}", f"lib.n{number:03}.f") for number in range(200)]
    chapters = [
        make_page(f"c{number:03}", sortorder=f"{number // 10:02}{number:03}", toc=True) for number in range(500)
    ]
    topics = [make_page(f"t{number:03}", sortorder=f"01{number:03}") for number in range(200)]
    small = [make_page(f"s{number:02}", f"small{number:02}.m.f") for number in range(80)]
    hub = make_page("hub", "lib.m.hub", projects=[f"project {number}" for number in range(100)])
    home = make_page("home", "lib", toc=False)
    uses = {page.at.path: [(hub, module[at - 1])] for at, page in enumerate(module)}
    dates = {page.at.path: Dates(_day(1), _day(1 + at % 300)) for at, page in enumerate(module)}
    built = Navigated([*module, *modules, *chapters, *topics, *small, hub, home], uses, dates)
    return built, [
        module[0],
        module[500],
        module[-1],
        modules[0],
        modules[-1],
        chapters[0],
        chapters[250],
        topics[0],
        topics[-1],
        small[0],
        hub,
        home,
    ]


def _count(view: PageView) -> int:
    """How many links a page's surroundings have."""
    related = sum(len(list_.entries) + bool(list_.url) for list_ in view.related)
    home = len(list_entries(view.library_home.sheets[0].groups)) if view.library_home else 0
    return len(list(list_items(view.sidebar))) + related + home + len(view.breadcrumbs)


@pytest.mark.untraced
def test_no_page_grows_with_the_site() -> None:
    start = time.process_time()
    built, pages = _build_large()
    assert built.find_broken() == []
    for page in pages:
        view = built.view(page)
        assert _count(view) <= 4 * 60 + 2 + 24 + 8 + 12 + 3 * 5 + 6 + (300 if view.library_home else 0)
        assert all(len(list_.entries) <= 24 for list_ in view.related)
        assert all(
            len(side.items) <= 60 and all(len(item.children) <= 60 for item in side.items) for side in view.sidebar
        )
        assert [item.url for item in list_items(view.sidebar) if item.current] == (
            [f"{page.at.path}.html"] if view.library or page.meta.sortorder else []
        )
    for found in built.lists:
        sides = built.navigation.view_list(found)
        assert len(list_entries(found.sheet.groups)) <= MOST_ENTRIES
        assert len(found.sheets) <= 43
        assert len(list(list_items(sides))) <= 2 * 61
        assert [item.url for item in list_items(sides) if item.current] in ([], [found.url])
    index = built.navigation
    sizes = [len(shown) for shown in (index.libraries, index.chapters, index.topics, index.changes, index.indexes)]
    assert sizes == [60, 60, 60, 6, 6]
    assert time.process_time() - start < 30


def test_lists_of_a_large_site_have_every_page() -> None:
    built, _ = _build_large()
    counted = Counter(
        entry.url for view in find_list(built.lists, "symbols.html") for entry in list_entries(view.sheet.groups)
    )
    assert counted == {f"{page.at.path}.html": 1 for page in built.site.pages if page.meta.symbol}
    libraries = [view for view in built.lists if view.url.startswith("libraries/")]
    members = Counter(entry.url for view in libraries for entry in list_entries(view.sheet.groups))
    home = built.view(next(page for page in built.site.pages if page.at.path == "home")).library_home
    assert home is not None
    members.update(entry.url for entry in list_entries(home.sheets[0].groups))
    assert members == {
        f"{page.at.path}.html": 1 for page in built.site.pages if page.meta.symbol and page.meta.symbol.module
    }
    projects = [view for view in built.lists if view.url.startswith("projects/")]
    excerpts = Counter(entry.url for view in projects for entry in list_entries(view.sheet.groups))
    assert excerpts == {
        f"{page.at.path}.html#listing-{number}": 1
        for page in built.site.pages
        for number in range(1, len(page.shown) + 1)
    }
    uses = [view.url for view in built.lists if view.url.startswith("uses/hub")]
    assert uses == [f"uses/hub{number}.html" for number in ("", *(f".{number}" for number in range(2, 8)))]
