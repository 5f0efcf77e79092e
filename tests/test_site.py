"""Pages side by side: order, libraries, chapters, topics."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from callsite.model import Meta, Page, Place
from callsite.site import Site, short_title
from callsite.symbol import parse_symbol


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


def test_what_lists_call_a_page() -> None:
    assert short_title(make_page("a", symbol="flask.ctx.g", title="T", sidebartitle="S")) == "g"
    assert short_title(make_page("a", title="T", sidebartitle="S")) == "S"
    assert short_title(make_page("a", title="T")) == "T"
