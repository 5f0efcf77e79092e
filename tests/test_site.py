"""Pages side by side: order, libraries, chapters, topics."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from random import Random
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from callsite.model import Meta, Page, Place
from callsite.site import Site, short_title
from callsite.symbol import parse_symbol

T = TypeVar("T")


def make_page(path: str, sortorder: str = "", symbol: str = "", **keys: object) -> Page:
    meta = Meta(sortorder=sortorder, symbol=parse_symbol(symbol) if symbol else None, **keys)  # type: ignore[arg-type]
    return Page(meta, (), Place(path, 1))


_PAGES = (
    make_page("web.md", "0100", title="Web frameworks", toc=True),
    make_page("flask.md", "500020000", title="Flask", toc=False),
    make_page("g.md", "500021011", "flask.globals.g"),
    make_page("ctx.md", "500021005", "flask.ctx.has_app_context"),
    make_page("after.md", "500021007", "flask.ctx.after_this_request"),
    make_page("django.md", "", "django"),
    make_page("render.md", "600010001", "django.shortcuts.render"),
    make_page("other.md", "", title="Other", toc=False),
    make_page("zeta.md", "", title="Zeta", toc=True),
    make_page("solo.md", "", "jinja2.Template"),
    make_page("bs4.md", "", "bs4"),
)


@given(st.permutations(_PAGES))
def test_the_order_pages_come_in_does_not_matter(pages: list[Page]) -> None:
    site = Site(tuple(pages))
    again = Site(_PAGES)
    assert site.pages == again.pages
    assert site.libraries == again.libraries
    assert site.chapters == again.chapters
    assert site.topics == again.topics


@given(
    st.lists(st.builds(make_page, st.uuids().map(str), st.text("019", max_size=5), title=st.text("aBc", max_size=3)))
)
def test_sortorder_sorts_as_text_and_before_all_else(pages: list[Page]) -> None:
    found = Site(tuple(pages)).pages
    assert sorted(found, key=lambda page: page.at) == sorted(pages, key=lambda page: page.at)
    orders = [page.meta.sortorder for page in found]
    numbered = [order for order in orders if order]
    assert orders == sorted(numbered) + [""] * (len(orders) - len(numbered))
    last = [(page.meta.title.lower(), page.at.path) for page in found if not page.meta.sortorder]
    assert last == sorted(last)


def test_libraries() -> None:
    libraries = Site(_PAGES).libraries
    assert [library.name for library in libraries] == ["django", "flask", "jinja2"]
    django, flask, jinja = libraries
    assert [module.name for module in flask.modules] == ["flask.ctx", "flask.globals"]
    assert [page.at.path for page in flask.pages] == ["ctx.md", "after.md", "g.md"]
    assert flask.home is not None
    assert flask.home.at.path == "flask.md"
    assert django.home is not None
    assert django.home.at.path == "django.md"
    assert jinja.home is None


def test_each_page_has_one_place() -> None:
    site = Site(_PAGES)
    assert [page.at.path for page in site.chapters] == ["web.md", "zeta.md"]
    assert [page.at.path for page in site.topics] == ["bs4.md", "other.md"]


def test_a_home_is_found_by_its_place_only_when_the_rest_is_zeros() -> None:
    flask = make_page("g.md", "500021011", "flask.globals.g")
    for order, found in (
        ("500020000", True),
        ("50002", False),
        ("500021000", False),
        ("500030000", False),
        ("", False),
    ):
        (library,) = Site((flask, make_page("home.md", order, title="Flask"))).libraries
        assert (library.home is not None) == found
    # A short sortorder says nothing of a library.
    (library,) = Site((make_page("g.md", "50002", "flask.globals.g"), make_page("home.md", "500020000"))).libraries
    assert library.home is None
    # The page that names the library comes before the one that stands in its place.
    (library,) = Site((flask, make_page("a.md", "500020000"), make_page("b.md", "9", "flask"))).libraries
    assert library.home is not None
    assert library.home.at.path == "b.md"


def test_of_two_pages_about_a_library_the_first_is_its_home() -> None:
    pages = (make_page("b.md", "2", "a"), make_page("c.md", "1", "a"), make_page("d.md", "3", "a.b"))
    site = Site(pages)
    assert site.libraries[0].home is pages[1]
    assert site.topics == (pages[0],)


def test_a_page_is_the_home_of_one_library_only() -> None:
    home = make_page("home.md", "500020000", title="Web")
    pages = (home, make_page("w.md", "500021001", "werkzeug.x.y"), make_page("f.md", "500021002", "flask.x.y"))
    flask, werkzeug = Site(pages).libraries
    assert werkzeug.home is home
    assert flask.home is None
    # Unless that one names its own page.
    flask, werkzeug = Site((*pages, make_page("own.md", "", "werkzeug"))).libraries
    assert flask.home is None
    assert werkzeug.home is not None
    assert werkzeug.home.at.path == "own.md"


def _modules(*pages: Page) -> list[tuple[str, list[str]]]:
    (library,) = Site(pages).libraries
    return [(module.name, [short_title(page) for page in module.pages]) for module in library.modules]


def test_pages_without_a_sortorder_stand_by_their_symbols() -> None:
    assert _modules(
        make_page("1", "500021003", "flask.ctx.b"),
        make_page("2", "500021004", "flask.ctx.D"),
        make_page("3", "500021009", "flask.views.View"),
        make_page("4", "", "flask.ctx.c"),
        make_page("5", "", "flask.ctx.e"),
        make_page("6", "", "flask.ctx.A"),
        make_page("7", "", "flask.json.dump"),
        make_page("8", "", "flask.App.run"),
        make_page("9", "", "flask.wrappers.Request"),
    ) == [
        ("flask.App", ["run"]),
        ("flask.ctx", ["A", "b", "c", "D", "e"]),
        ("flask.json", ["dump"]),
        ("flask.views", ["View"]),
        ("flask.wrappers", ["Request"]),
    ]


def test_an_order_that_authors_chose_stays() -> None:
    assert _modules(
        make_page("1", "500021001", "a.z.one"),
        make_page("2", "500021002", "a.z.four"),
        make_page("3", "500021003", "a.z.two"),
        make_page("4", "500021004", "a.b.x"),
        make_page("5", "", "a.z.three"),
        make_page("6", "", "a.c.y"),
    ) == [("a.c", ["y"]), ("a.z", ["one", "four", "three", "two"]), ("a.b", ["x"])]


_LETTERS = st.sampled_from("abcdeAB")


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "1", "2", "50002100", "50002200"]), _LETTERS, _LETTERS),
        min_size=1,
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_merging_keeps_what_has_a_place_and_puts_the_rest_by_name(
    rows: list[tuple[str, str, str]], random: Random
) -> None:
    pages = [make_page(str(at), order, f"lib.{module}.{name}") for at, (order, module, name) in enumerate(rows)]
    (library,) = Site(tuple(pages)).libraries
    shuffled = random.sample(pages, len(pages))
    assert Site(tuple(shuffled)).libraries == (library,)
    assert sorted(page.at for page in library.pages) == sorted(page.at for page in pages)
    names = [module.name for module in library.modules]
    assert len(names) == len(set(names))
    placed = [page for page in Site(tuple(pages)).pages if page.meta.sortorder]
    with_place = list(dict.fromkeys(f"lib.{rows[int(page.at.path)][1]}" for page in placed))
    assert [name for name in names if name in with_place] == with_place
    _check_merged(names, set(with_place), str.lower)
    for module in library.modules:
        assert {f"lib.{rows[int(page.at.path)][1]}" for page in module.pages} == {module.name}
        inside = [page for page in module.pages if page.meta.sortorder]
        assert [page.meta.sortorder for page in inside] == sorted(page.meta.sortorder for page in inside)
        _check_merged(list(module.pages), inside, lambda page: short_title(page).lower())


def _check_merged(items: Sequence[T], placed: Collection[T], key: Callable[[T], str]) -> None:
    """What has no place comes in order, each right before the first with a place that is named later."""
    others = [key(item) for item in items if item not in placed]
    assert others == sorted(others)
    for at, item in enumerate(items):
        if item not in placed:
            following = next((other for other in items[at + 1 :] if other in placed), None)
            assert following is None or key(item) < key(following)
            assert all(key(other) <= key(item) for other in items[:at] if other in placed)


def test_pages_among_callables_without_a_symbol() -> None:
    callable_page = make_page("g.md", "500021011", "flask.globals.g")
    for order, found in (
        ("500021012", True),
        ("50002", False),
        ("500031012", False),
        ("", False),
    ):
        page = make_page("x.md", order, title="after_this_request")
        assert Site((callable_page, page)).unread == ((page,) if found else ())
    # Neither a library's own page, nor a chapter, nor one whose symbol is read but names no module.
    others = (
        make_page("home.md", "500020000"),
        make_page("chapter.md", "500021013", toc=True),
        make_page("named.md", "500021014", "bs4"),
    )
    site = Site((callable_page, *others))
    assert site.unread == ()
    assert [page.at.path for page in site.topics] == ["named.md"]


def test_the_chapter_of_a_page() -> None:
    first, second = make_page("a.md", "0100", toc=True), make_page("b.md", "0150", toc=True)
    site = Site((second, first, make_page("c.md", "0", toc=True)))
    for order, chapter in (("0175", first), ("01", first), ("0275", None), ("0", None), ("", None)):
        assert site.find_chapter(make_page("x.md", order)) is chapter


def test_what_lists_call_a_page() -> None:
    assert short_title(make_page("a", symbol="flask.ctx.g", title="T", sidebartitle="S")) == "g"
    assert short_title(make_page("a", title="T", sidebartitle="S")) == "S"
    assert short_title(make_page("a", title="T")) == "T"
