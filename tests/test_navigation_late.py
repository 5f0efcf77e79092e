"""Views that are worked out when somebody looks at them."""

from __future__ import annotations

import gc
import weakref
from dataclasses import fields

import pytest
from jinja2 import Environment

from callsite.navigation.late import LateView
from callsite.navigation.views import Entry, PageView

_VIEW = PageView("A title", "<b>A title</b>", previous=Entry("P", "p.html"), marks=3, twin="a.md")


class _Maker:
    """Makes a view anew each time, and counts."""

    def __init__(self, title: str = "A title") -> None:
        self.title = title
        self.times = 0

    def __call__(self) -> PageView:
        self.times += 1
        return PageView(self.title, "", marks=3)


def test_a_late_view_has_all_that_a_view_has() -> None:
    late = LateView(lambda: _VIEW)
    for field in fields(PageView):
        assert getattr(late, field.name) is getattr(_VIEW, field.name)
    with pytest.raises(AttributeError, match="colour"):
        _ = late.colour


def test_a_late_view_hands_out_the_view_itself() -> None:
    make = _Maker()
    late = LateView(make)
    assert late.whole is late.whole
    assert (late.whole.title, late.title, make.times) == ("A title", "A title", 1)


def test_a_view_that_cannot_be_made_is_told_of() -> None:
    def make() -> PageView:
        raise AttributeError("no such thing")

    late = LateView(make)
    for look in (lambda: late.whole, lambda: late.title):
        with pytest.raises(AttributeError, match="no such thing"):
            look()


def test_templates_cannot_tell() -> None:
    template = Environment(autoescape=True).from_string(
        "{% if view %}{{ view.title }} {{ view.previous.url }} {{ view.colour or 'none' }}{% endif %}"
    )
    assert template.render(view=LateView(lambda: _VIEW)) == template.render(view=_VIEW) == "A title p.html none"


def test_nothing_is_made_that_nobody_looks_at() -> None:
    make = _Maker()
    late = LateView(make)
    assert (bool(late), late is not None, make.times) == (True, True, 0)
    assert not hasattr(late, "__html__")
    assert make.times == 0


def test_it_is_made_once_for_a_template_and_again_after_another() -> None:
    first, second = _Maker("first"), _Maker("second")
    one, other = LateView(first), LateView(second)
    assert [one.title, one.marks, one.title, other.title, other.marks] == ["first", 3, "first", "second", 3]
    assert (first.times, second.times) == (1, 1)
    assert (one.title, first.times) == ("first", 2)


def test_what_is_not_looked_at_any_more_is_forgotten() -> None:
    kept = []

    def make() -> PageView:
        entry = Entry("x", "x.html")
        view = PageView("x", "", entry=entry)
        kept.append(weakref.ref(marker := _Marker("x")))
        object.__setattr__(view, "symbol", marker)
        return view

    lates = [LateView(make) for _ in range(5)]
    assert [bool(late.symbol) for late in lates] == [True] * 5
    gc.collect()
    assert [reference() is not None for reference in kept] == [False] * 4 + [True]


class _Marker(str):
    """Something that can be asked whether it is still there."""
