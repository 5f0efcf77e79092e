"""Parts of pages that are made once: that they are, and that nobody can tell from a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import Environment
from markupsafe import Markup

from callsite.navigation import once
from callsite.navigation.once import Once
from callsite.navigation.views import Entry, SideItem
from tests.building import SiteFolder

THEME = Path(__file__).parents[1] / "theme"


class _Made:
    """A part that tells how many times it was made."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> str:
        self.times += 1
        return f"made {self.times}"


def test_a_part_is_made_once_for_each_key() -> None:
    make, parts = _Made(), Once()
    assert [parts("a", 1, caller=make), parts("a", 1, caller=make), parts("a", 2, caller=make)] == [
        "made 1",
        "made 1",
        "made 2",
    ]
    assert Once()("a", 1, caller=make) == "made 3", "one run knows nothing of another"


def test_an_empty_part_is_a_part() -> None:
    asked = []

    def make() -> str:
        asked.append(1)
        return ""

    parts = Once()
    assert (parts("a", caller=make), parts("a", caller=make), len(asked)) == ("", "", 1)


@pytest.mark.parametrize(("one", "other"), [(1, True), (0, False), (1, 1.0), ("a&amp;b", Markup("a&amp;b"))])
def test_keys_that_are_only_equal_are_two(one: object, other: object) -> None:
    make, parts = _Made(), Once()
    assert one == other
    assert parts(one, caller=make) != parts(other, caller=make)


def test_a_part_whose_key_cannot_be_compared_is_made_each_time() -> None:
    make, parts = _Made(), Once()
    assert [parts("menu", [("a", "/a")], caller=make) for _ in range(3)] == ["made 1", "made 2", "made 3"]


def test_parts_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(once, "_MOST_KEPT", 3)
    make, parts = _Made(), Once()
    for number in range(10):
        parts(number, caller=make)
        assert len(parts._kept) <= 3
    assert parts(9, caller=make) == "made 10"
    assert parts(0, caller=make) == "made 11"


def test_in_a_template() -> None:
    environment = Environment(autoescape=True)
    template = environment.from_string(
        "{% call once('x', who) %}<b>{{ who }}</b>{{ asked.append(1) or '' }}{% endcall %}"
    )
    parts, asked = Once(), list[int]()
    for who, shown in (("a&b", "<b>a&amp;b</b>"), ("c", "<b>c</b>"), ("a&b", "<b>a&amp;b</b>")):
        assert template.render(once=parts, who=who, asked=asked) == shown
    assert len(asked) == 2


# Parts of entries ---------------------------------------------------------------------------------------------------

_ENTRIES = Entry("A", "a.html"), Entry("B", "b.html")


class _Shown:
    """Tells which entries were asked for."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    def __call__(self, entry: object) -> str:
        self.asked.append(entry)
        return f"{len(self.asked)};"


def test_the_part_of_an_entry_is_made_once_for_each_key() -> None:
    show, parts = _Shown(), Once()
    first, second = _ENTRIES
    assert parts.each(_ENTRIES, "a", caller=show) == "1;2;"
    assert parts.each((second, first, second), "a", caller=show) == "2;1;2;"
    assert parts.each([first], "b", caller=show) == "3;"
    assert parts.each((), "a", caller=show) == ""
    assert show.asked == [first, second, first]


def test_entries_that_are_only_equal_are_two() -> None:
    show, parts = _Shown(), Once()
    assert parts.each([Entry("A", "&amp;")], caller=show) == "1;"
    assert parts.each([Entry("A", Markup("&amp;"))], caller=show) == "2;"
    assert parts.each([_ENTRIES[0]], 1, caller=show) == "3;"
    assert parts.each([_ENTRIES[0]], True, caller=show) == "4;"


def test_entries_that_are_gone_are_not_taken_for_others() -> None:
    """Python gives what is made next the place of what nobody has any more."""
    parts = Once()
    titles = [str(number) for number in range(50)]
    shown = [parts.each([Entry(title, "")], caller=lambda entry: str(entry.title)) for title in titles]
    assert shown == titles


def test_entries_of_one_page_alone_are_shown_each_time() -> None:
    show, parts = _Shown(), Once()
    items = [SideItem("A", "a"), SideItem("B", "b", current=True), SideItem("C", "c", own=True), SideItem("D", "d")]
    shown = [parts.each(items, caller=show, unless="is_marked") for _ in range(2)]
    assert shown == ["1;2;3;4;", "1;5;6;4;"]


def test_entries_under_a_key_that_cannot_be_compared_are_shown_each_time() -> None:
    show, parts = _Shown(), Once()
    assert [parts.each(_ENTRIES, [], caller=show) for _ in range(2)] == ["1;2;", "3;4;"]


def test_entries_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(once, "_MOST_ENTRIES", 3)
    show, parts = _Shown(), Once()
    entries = [replace(_ENTRIES[0]) for _ in range(10)]
    for entry in entries:
        parts.each([entry], "a", caller=show)
        assert len(parts._entries["a", str]) <= 3
    assert parts.each(entries[-1:], "a", caller=show) == "10;"
    assert parts.each(entries[:1], "a", caller=show) == "11;"


def test_keys_of_entries_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(once, "_MOST_KEPT", 3)
    show, parts = _Shown(), Once()
    for number in range(10):
        assert parts.each(_ENTRIES[:1], number, caller=show)
        assert len(parts._entries) <= 4


def test_entries_in_a_template() -> None:
    template = Environment(autoescape=True).from_string(
        "{% call(entry) once.each(entries, 'x', who) %}<b>{{ entry.title }} {{ who }}</b>{% endcall %}"
    )
    parts = Once()
    for who in ("a&b", "c", "a&b"):
        shown = f"<b>A {Markup.escape(who)}</b><b>B {Markup.escape(who)}</b>"
        assert template.render(once=parts, entries=_ENTRIES, who=who) == shown


# In builds ----------------------------------------------------------------------------------------------------------

_CONTENT = {
    "content/pages/web.md": "title: Web\nslug: web\nsortorder: 0100\ntoc: True\n\nText.\n",
    "content/pages/api.md": "title: API\nslug: api\nsortorder: 0110\n\nText.\n",
    "content/pages/deep.md": "title: Deep\nsave_as: a/b/deep.html\nurl: a/b/deep.html\n\nText.\n",
    "content/pages/symbols.md": "title: Ours\nslug: symbols\n\nIn the place of a list.\n",
    "content/examples/g.md": "title: x\nsymbol: flask.globals.g\nslug: g\n\n```python\n~~g\n```\n",
    "content/examples/h.md": "title: x\nsymbol: flask.globals.h\nslug: h\n\n```python\n~~h\n```\n",
}
_ARTICLE = {"content/posts/a.md": "title: A\nslug: a\ndate: 2024-01-02\ntags: t & u\n\nText.\n"}


@pytest.mark.parametrize("has_articles", [True, False])
@pytest.mark.parametrize("relative", [True, False])
def test_pages_are_the_same_as_when_all_is_made_each_time(
    site: SiteFolder, monkeypatch: pytest.MonkeyPatch, has_articles: bool, relative: bool
) -> None:
    site.write(_CONTENT | (_ARTICLE if has_articles else {}))
    site.set(RELATIVE_URLS=relative, SITENAME="A & B", MENUITEMS=[("Us & them", "/us")], CALLSITE_CACHE="")
    site.set(SITEURL="" if relative else "https://bench.example", FEED_ALL_ATOM="feeds/all.xml", CALLSITE_SEARCH=False)
    assert site.build().code == 0
    made = site.snapshot()

    def make(self: Once, *key: object, caller: Callable[[], str]) -> str:
        return caller()

    def make_each(
        self: Once, entries: Iterable[object], *key: object, caller: Callable[[object], str], unless: str = ""
    ) -> str:
        return "".join(map(caller, entries))

    monkeypatch.setattr(Once, "__call__", make)
    monkeypatch.setattr(Once, "each", make_each)
    assert site.build().code == 0
    assert site.snapshot() == made
    assert ("All articles" in made["g.html"].decode()) is has_articles


def test_the_theme_says_of_each_part_what_it_shows() -> None:
    """A call that is left without a key would show one page's part on all of them."""
    calls = [
        line.strip()
        for path in sorted((THEME / "templates").iterdir())
        for line in path.read_text(encoding="utf-8").splitlines()
        if "{% call" in line
    ]
    assert len(calls) == 7
    assert all(" callsite.once" in call and ", SITEURL" in call for call in calls)
