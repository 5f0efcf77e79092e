"""What pages have to do with each other: users, companions, projects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from callsite.credits import Credit, find_key
from callsite.model import Line, Listing, Meta, Origin, Page, Place, Snippet
from callsite.outline import Outline, find_outline
from callsite.page import parse_page
from callsite.relations import Excerpt, Relations
from callsite.symbol import parse_symbol

Uses = Mapping[str, Sequence[Sequence[Outline]]]


def make_page(path: str, *listings: Listing, symbol: str = "") -> Outline:
    meta = Meta(title=path, symbol=parse_symbol(symbol) if symbol else None)
    return find_outline(Page(meta, listings, Place(path, 1)))


def relate(pages: Sequence[Outline], uses: Uses) -> Relations:
    """The relations of pages; `uses` are pages themselves."""
    paths = {path: [[page.at.path for page in those] for those in used] for path, used in uses.items()}
    return Relations(pages, paths)


def make_listing(marked: bool = True, **origin: str) -> Listing:
    return Listing(Snippet("python", (Line("x", marked),)), Origin(**origin))  # type: ignore[arg-type]  # all are text


def names(excerpts: Sequence[Excerpt]) -> list[str]:
    return [f"{excerpt.page.at.path}{excerpt.number}" for excerpt in excerpts]


def companions(relations: Relations, page: Outline) -> dict[str, int]:
    return {other.at.path: number for other, number in relations.find_companions(page)}


A, B, C = (make_page(path, make_listing(), make_listing(), symbol=f"lib.{path}") for path in "abc")


def test_also_used_in_are_excerpts_of_other_pages() -> None:
    relations = relate((A, B, C), {"a": [(B,), (A, B)], "b": [(), (B,)], "c": [(B,), ()]})
    assert names(relations.find_users(B)) == ["a1", "a2", "c1"]
    assert names(relations.find_users(A)) == names(relations.find_users(C)) == []
    assert relations.find_users(make_page("other")) == ()
    assert names(relations.list_excerpts(B)) == ["b1", "b2"]
    assert relations.list_excerpts(make_page("other")) == ()


def test_users_come_in_the_order_of_the_pages() -> None:
    uses: Uses = {"a": [(), (B,)], "c": [(B,), (B,)]}
    assert names(relate((C, A, B), uses).find_users(B)) == ["c1", "c2", "a2"]
    assert names(relate((A, B, C), uses).find_users(B)) == ["a2", "c1", "c2"]


def test_what_is_used_together_is_counted_by_excerpts() -> None:
    # A page shows its own symbol wherever it marks a line.
    relations = relate((A, B, C), {"a": [(B, C), (B,)], "b": [(A,), ()], "c": [(A, C), (C,)]})
    assert companions(relations, A) == {"b": 3, "c": 2}
    assert companions(relations, B) == {"a": 3, "c": 1}
    assert companions(relations, C) == {"a": 2, "b": 1}
    assert list(companions(relations, A)) == ["b", "c"]
    assert relations.find_companions(make_page("other")) == []


def test_companions_come_by_count_and_then_as_they_come() -> None:
    d = make_page("d", make_listing(), make_listing(), make_listing(), symbol="lib.d")
    relations = relate((A, B, C, d), {"d": [(C, A), (A, B), (B,)]})
    assert list(companions(relations, d).items()) == [("a", 2), ("b", 2), ("c", 1)]


def test_an_excerpt_without_marks_shows_only_what_is_used_in_it() -> None:
    plain = make_page("p", make_listing(marked=False), make_listing(marked=False), symbol="lib.p")
    relations = relate((plain, A, B), {"p": [(A, B), (A, plain)]})
    assert companions(relations, A) == {"b": 1, "p": 1}
    assert companions(relations, plain) == {"a": 1}
    # So does one on a page about no symbol.
    topic = make_page("t", make_listing())
    relations = relate((topic, A, B), {"t": [(A, B)]})
    assert (companions(relations, A), companions(relations, topic)) == ({"b": 1}, {})
    assert names(relations.find_users(A)) == ["t1"]


def test_an_excerpt_that_uses_everything_says_nothing_of_pairs() -> None:
    pages = [make_page(f"p{number:02}", symbol=f"lib.p{number}") for number in range(31)]
    user = make_page("user", make_listing(), make_listing())
    relations = relate((user, *pages), {"user": [pages, pages[:30]]})
    assert companions(relations, pages[0]) == {f"p{number:02}": 1 for number in range(1, 30)}
    assert companions(relations, pages[30]) == {}
    assert names(relations.find_users(pages[30])) == ["user1"]
    # The page's own symbol is one of them.
    user = make_page("user", make_listing(), symbol="lib.user")
    assert companions(relate((user, *pages), {"user": [pages[:30]]}), user) == {}
    assert len(companions(relate((user, *pages), {"user": [pages[:29]]}), user)) == 29


def test_what_chapters_show_is_no_example() -> None:
    chapter = replace(B, meta=replace(B.meta, toc=True))
    relations = relate((A, chapter, C), {"a": [(chapter,), ()], "b": [(A,), (A, C)]})
    assert names(relations.find_users(A)) == []
    assert names(relations.find_users(chapter)) == ["a1"]
    assert companions(relations, C) == {}
    assert names(relations.list_excerpts(chapter)) == ["b1", "b2"]


def test_pages_that_are_not_published_do_not_count() -> None:
    relations = relate((A, B), {"a": [(C, B), (C,)], "c": [(A, B), ()], "b": []})
    assert names(relations.find_users(B)) == ["a1"]
    assert relations.find_users(C) == ()
    assert companions(relations, A) == {"b": 1}


def test_projects_whatever_their_spelling() -> None:
    one = make_page(
        "one",
        make_listing(project="Flask-AppBuilder", licence="MIT"),
        make_listing(),
        make_listing(project="zeta"),
        make_listing(project="flask appbuilder", url="https://github.com/o/f/blob/a/b.py", licence="ISC"),
    )
    two = make_page(
        "two",
        make_listing(project="flask appbuilder", licence="MIT"),
        make_listing(project="zeta", url="https://github.com/o/z/blob/a/b.py"),
        make_listing(project="+"),
    )
    relations = relate((one, two), {})
    plus, flask, zeta = relations.projects
    assert (flask.key, flask.name, flask.url, flask.licences) == (
        "flaskappbuilder",
        "flask appbuilder",
        "https://github.com/o/f",
        ("MIT", "ISC"),
    )
    assert names(flask.excerpts) == ["one1", "one4", "two1"]
    assert (zeta.url, zeta.licences, names(zeta.excerpts)) == ("https://github.com/o/z", (), ["one3", "two2"])
    assert (plus.key, plus.url) == ("+", "")
    assert relations.find_projects(one) == (flask, zeta)
    assert relations.find_projects(two) == (flask, zeta, plus)
    assert relations.find_projects(A) == ()


def test_excerpts_have_the_credits_of_their_page() -> None:
    text = "title: x\n\n## Example 1 from Demo\n\nIt has the [MIT license](/l).\n\n```python\nx\n```\n\n## Other\n\n```\ny\n```\n"
    page = find_outline(parse_page(text, "a.md")[0])
    relations = relate((page,), {})
    assert [excerpt.credit for excerpt in relations.list_excerpts(page)] == [Credit("Demo", "", "MIT"), Credit()]
    assert [excerpt.shown for excerpt in relations.list_excerpts(page)] == list(page.shown)
    assert [project.name for project in relations.projects] == ["Demo"]


_projects = st.sampled_from(["", "A b", "a-b", "C", "++", "+"])


@st.composite
def _sites(draw: st.DrawFn) -> tuple[tuple[Outline, ...], Uses]:
    listings = st.builds(lambda marked, project: make_listing(marked, project=project), st.booleans(), _projects)
    made = draw(st.lists(st.tuples(st.lists(listings, max_size=4), st.booleans()), min_size=1, max_size=6))
    pages = tuple(
        make_page(str(at), *found, symbol=f"lib.p{at}" if has_symbol else "")
        for at, (found, has_symbol) in enumerate(made)
    )
    unpublished = make_page("draft", symbol="lib.draft")
    used = st.lists(st.sampled_from([*pages, unpublished]), unique=True, max_size=4)
    return pages, {page.at.path: [draw(used) for _ in page.shown] for page in pages}


@settings(max_examples=150)
@given(_sites())
def test_every_excerpt_counts_once(made: tuple[tuple[Outline, ...], Uses]) -> None:
    pages, uses = made
    relations = relate(pages, uses)
    listed = [excerpt for page in pages for excerpt in relations.list_excerpts(page)]
    assert [excerpt.shown for excerpt in listed] == [listing for page in pages for listing in page.shown]
    assert len(set(names(listed))) == len(listed)

    def shown(excerpt: Excerpt) -> set[str]:
        used = {other.at.path for other in uses[excerpt.page.at.path][excerpt.number - 1]} - {"draft"}
        own = excerpt.page.meta.symbol is not None and bool(excerpt.shown.marks)
        return used | ({excerpt.page.at.path} if own else set())

    for page in pages:
        path = page.at.path
        users = [x for x in listed if x.page is not page and page in uses[x.page.at.path][x.number - 1]]
        assert names(relations.find_users(page)) == names(users)
        counted = Counter(other for x in listed if path in shown(x) for other in shown(x) if other != path)
        assert companions(relations, page) == counted
        numbers = [number for _, number in relations.find_companions(page)]
        assert numbers == sorted(numbers, reverse=True)
        for other, number in relations.find_companions(page):
            assert companions(relations, other)[path] == number
        keys = [find_key(x.credit.project) for x in relations.list_excerpts(page) if x.credit.project]
        assert [project.key for project in relations.find_projects(page)] == list(dict.fromkeys(keys))
    told = [name for project in relations.projects for name in names(project.excerpts)]
    assert sorted(told) == sorted(names([excerpt for excerpt in listed if excerpt.credit.project]))
    keys = [project.key for project in relations.projects]
    assert keys == sorted(set(keys))
