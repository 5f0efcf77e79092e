"""Where a new page goes: a free slug, a path, and a place that keeps a library's pages in the order of their names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.check.metadata import check_path
from callsite.harvest.slugs import plan_path, plan_slug, plan_sortorder
from callsite.model import NOWHERE, Meta, Symbol
from callsite.symbol import parse_symbol


def _symbol(name: str) -> Symbol:
    symbol = parse_symbol(name)
    assert symbol is not None
    return symbol


def _page(name: str, sortorder: str) -> Meta:
    return Meta(symbol=_symbol(name), sortorder=sortorder)


def _place(name: str, *pages: tuple[str, str]) -> str:
    return plan_sortorder(_symbol(name), [_page(*page) for page in pages])


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("flask.ctx.after_this_request", "flask-ctx-after-this-request-examples"),
        ("flask.Flask", "flask-flask-examples"),
        ("flask", "flask-examples"),
        ("a.__init__", "a-init-examples"),
        ("é.É", "symbol-examples"),
        ("a.é", "a-examples"),
    ],
)
def test_slugs_are_plain(name: str, slug: str) -> None:
    assert plan_slug(_symbol(name), ()) == slug


def test_a_taken_slug_is_not_taken_again() -> None:
    symbol = _symbol("a.b")
    assert plan_slug(symbol, ["a-b-examples"]) == "a-b-2-examples"
    assert plan_slug(symbol, ["A-B-Examples"]) == "a-b-2-examples"
    assert plan_slug(symbol, ["a-b-examples", "A-b-2-EXAMPLES", "a-b-4-examples"]) == "a-b-3-examples"
    assert plan_slug(symbol, ["a-b", "b-examples", "a-b-2-examples"]) == "a-b-examples"


_names = st.lists(st.text("ab_AÉ1", min_size=1, max_size=4).map(lambda text: f"x{text}"), min_size=1, max_size=4)


@given(st.lists(_names.map(".".join), max_size=12))
def test_every_symbol_gets_a_slug_of_its_own(names: list[str]) -> None:
    taken: list[str] = []
    for name in names:
        slug = plan_slug(_symbol(name), taken)
        assert not list(check_path(slug, NOWHERE))
        assert not list(check_path(plan_path(_symbol(name), slug), NOWHERE))
        taken.append(slug)
    assert len({slug.casefold() for slug in taken}) == len(names)


def test_long_names_still_name_a_file() -> None:
    symbol = _symbol("a." + "b" * 400)
    slug = plan_slug(symbol, ())
    other = plan_slug(symbol, [slug])
    assert slug != other
    assert not list(check_path(slug, NOWHERE))
    assert not list(check_path(other, NOWHERE))


@pytest.mark.parametrize(
    ("name", "slug", "path"),
    [
        ("flask.ctx.g", "flask-ctx-g-examples", "examples/flask/ctx-g.md"),
        ("flask.ctx.g", "flask-ctx-g-2-examples", "examples/flask/ctx-g-2.md"),
        ("my_lib.f", "my-lib-f-examples", "examples/my-lib/f.md"),
        ("flask", "flask-examples", "examples/flask/flask.md"),
        ("é.f", "f-examples", "examples/library/f.md"),
        ("flask.ctx.g", "own-words", "examples/flask/own-words.md"),
    ],
)
def test_a_page_lies_in_the_folder_of_its_library(name: str, slug: str, path: str) -> None:
    assert plan_path(_symbol(name), slug) == path


def test_a_new_library_gets_a_range_of_its_own() -> None:
    assert _place("a.b") == "500010010"
    assert _place("a.b", ("c.d", "500030010"), ("e.f", "500020010")) == "500040010"
    assert _place("a.b", ("c.d", "120030010")) == "500010010"
    assert _place("a.b", ("c.d", "509990010")) == ""
    # A library's own page need not be about a symbol to take its range up.
    assert plan_sortorder(_symbol("a.b"), [Meta(title="C", sortorder="500070000")]) == "500080010"


def test_orders_of_another_length_do_not_count() -> None:
    assert _place("a.b", ("a.a", "5"), ("c.d", "50003001")) == "500010010"
    assert _place("a.b", ("a.a", "")) == "500010010"


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("a.a", "500020005"),
        ("a.c", "500020015"),
        ("a.C", "500020015"),
        ("a.e", "500020025"),
        ("a.z", "500020040"),
        ("a.b", "500020015"),
        ("a.d.x", "500020025"),
    ],
)
def test_a_page_goes_behind_the_last_name_before_its_own(name: str, order: str) -> None:
    pages = [("a.f", "500020030"), ("a.b", "500020010"), ("a.d", "500020020"), ("b.a", "500030010")]
    assert _place(name, *pages) == order


def test_names_that_differ_in_case_do_not_share_a_place() -> None:
    assert _place("flask.flask", ("flask.Flask", "500010010")) == "500010020"
    assert _place("flask.Flask", ("flask.flask", "500010010")) == "500010005"
    assert _place("flask.flask", ("flask.flask", "500010010")) == "500010020"


def test_the_librarys_own_page_comes_first() -> None:
    assert _place("a.b", ("a", "500070000")) == "500070010"
    assert _place("a.b", ("a", "500070000"), ("a.c", "500070002")) == "500070001"


def test_other_chapters_are_kept() -> None:
    assert _place("a.b", ("a.a", "050010010")) == "050010020"
    assert _place("a.b", ("a.c", "050010010")) == "050010005"
    assert _place("a.c", ("a.a", "500010010"), ("a.b", "500020010")) == "500020020"


def test_where_there_is_no_room_there_is_no_order() -> None:
    assert _place("a.b", ("a.a", "500010010"), ("a.c", "500010011")) == ""
    assert _place("a.b", ("a.c", "500010000")) == ""
    assert _place("a.b", ("a.a", "500019995")) == ""
    assert _place("a.b", ("a.a", "500019985")) == "500019995"
    assert _place("a.c", ("a.a", "500010010"), ("a.b", "500010010"), ("a.d", "500010011")) == ""


def test_an_order_that_an_author_chose_is_kept_to() -> None:
    # The last page of those that come before by name, wherever the author has put it.
    assert _place("a.c", ("a.b", "500010040"), ("a.d", "500010010"), ("a.e", "500010060")) == "500010050"


@pytest.mark.untraced
def test_three_hundred_symbols_one_after_the_other_stay_in_order() -> None:
    names = sorted((f"lib.{'abcXYZ'[number % 6]}_{number * 7919 % 300}" for number in range(300)), key=str.lower)
    pages: list[Meta] = []
    for name in names:
        order = plan_sortorder(_symbol(name), pages)
        pages.append(_page(name, order))
    orders = [page.sortorder for page in pages]
    assert orders == sorted(set(orders))
    assert all(len(order) == 9 for order in orders)


@given(st.lists(st.text("abcB", min_size=1, max_size=3).map("lib.{}".format), unique=True, max_size=30))
def test_in_any_order_no_page_gets_before_its_elders(names: list[str]) -> None:
    pages: list[Meta] = []
    for name in names:
        order = plan_sortorder(_symbol(name), pages)
        if order:
            pages.append(_page(name, order))
    placed = [str(page.symbol) for page in sorted(pages, key=lambda page: page.sortorder)]
    assert placed == sorted(placed, key=lambda name: (name.lower(), name))
    assert len({page.sortorder for page in pages}) == len(pages)
    assert len(pages) >= min(len(names), 3)
