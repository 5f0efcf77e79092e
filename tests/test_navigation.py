"""What a template shows around a page's body."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsite.model import Page
from callsite.navigation import Entry, HeadingView, Navigation, PageView, Related
from callsite.outline import Outline, find_outline
from callsite.page import parse_page
from callsite.relations import Relations
from callsite.render import Renderer
from callsite.site import Site
from tests.navigating import HOME, Navigated, find_list, list_entries, list_items, make_page

_RENDERER = Renderer({})


def _page(path: str, header: str, body: str = "") -> Page:
    return parse_page(f"{header}\n\n{body}", path)[0]


_PAGES = (
    _page("web.md", "title: Web\nsortorder: 0100\ntoc: True\nmeta: About the web"),
    _page("guis.md", "title: Desktop\nsortorder: 0200\ntoc: True\nsidebartitle: GUIs"),
    _page("flask.md", "title: Flask\nsortorder: 500020000\nmeta: A framework"),
    _page("g.md", "title: x\nsymbol: flask.globals.g\nsortorder: 500021011\nmeta: About g"),
    _page(
        "ctx.md", "title: x\nsymbol: flask.ctx.after\nsortorder: 500021007\naliases: flask.after\ndocs: https://x.y/z"
    ),
    _page("has.md", "title: x\nsymbol: flask.ctx.has\nsortorder: 500021008\ndocs: javascript:x"),
    _page("solo.md", "title: x\nsymbol: jinja2.Template"),
    _page("other.md", "title: Other"),
)
_BY_PATH = {page.at.path: page for page in _PAGES}


def _navigation(*more: Page) -> Navigation:
    site = Site(tuple(map(find_outline, (*_PAGES, *more))))
    urls = {page.at.path: f"{page.at.path[:-3]}.html" for page in site.pages}
    return Navigation(site, Relations(site.pages, {}), urls, HOME, {})


def _view(path: str) -> PageView:
    page = _BY_PATH[path]
    return _navigation().view(find_outline(page), _RENDERER.render_prose(page).headings, page.meta.title)


def test_libraries() -> None:
    flask, jinja = _navigation().libraries
    assert (flask.name, flask.url, flask.description, flask.written) == ("flask", "flask.html", "A framework", True)
    assert (jinja.name, jinja.url, jinja.description, jinja.written) == ("jinja2", "libraries/jinja2.html", "", False)
    assert [(module.name, module.anchor) for module in flask.modules] == [
        ("flask.ctx", "module-flask.ctx"),
        ("flask.globals", "module-flask.globals"),
    ]
    assert flask.modules[1].entries == (Entry("g", "g.html", "flask.globals.g", "About g"),)
    assert (flask.count, jinja.count) == (3, 1)


def test_chapters_and_topics() -> None:
    navigation = _navigation()
    assert navigation.chapters == (Entry("Web", "web.html", "", "About the web"), Entry("GUIs", "guis.html"))
    assert navigation.topics == (Entry("Other", "other.html"),)


def test_an_example_page() -> None:
    view = _view("ctx.md")
    assert view.library is not None
    assert view.module is not None
    assert (view.library.name, view.module.name, view.library_home) == ("flask", "flask.ctx", None)
    assert view.breadcrumbs == (
        HOME,
        Entry("flask", "flask.html"),
        Entry("flask.ctx", "flask.html#module-flask.ctx"),
    )
    assert (view.symbol, view.aliases, view.docs) == ("flask.ctx.after", ("flask.after",), "https://x.y/z")
    assert _view("has.md").docs == ""


def test_neighbours_are_those_of_the_library() -> None:
    names = ("ctx.md", "has.md", "g.md")
    assert [(view.previous and view.previous.title, view.next and view.next.title) for view in map(_view, names)] == [
        ("Flask", "has"),
        ("after", "g"),
        ("has", None),
    ]
    assert (_view("solo.md").previous, _view("solo.md").next) == (None, None)
    assert _view("web.md").next == Entry("GUIs", "guis.html")
    assert _view("guis.md").previous == Entry("Web", "web.html", "", "About the web")
    assert (_view("other.md").previous, _view("other.md").next) == (Entry("GUIs", "guis.html"), None)


def test_a_librarys_own_page() -> None:
    view = _view("flask.md")
    assert view.library_home is view.library is not None
    assert view.module is None
    assert view.breadcrumbs == (HOME,)


def test_a_page_that_is_in_no_list() -> None:
    page = _page("draft.md", "title: *Draft*", "```\n~~x\n~~y\n```\n\n```\n~~z\n```\n")
    view = _navigation().view(find_outline(page), _RENDERER.render_prose(page).headings, "<em>Draft</em>")
    assert (view.title, view.heading, view.entry, view.library) == ("*Draft*", "<em>Draft</em>", None, None)
    assert view.breadcrumbs == (HOME,)
    assert (view.marks, view.listings) == (3, 2)


def test_projects_and_licences_of_a_page() -> None:
    listings = ("project=B licence=MIT", "project=A licence=0BSD", "", "project=B licence=MIT")
    body = "\n\n".join(f"```py {words}\nx\n```" for words in listings)
    section = "\n\n## Example 5 from C\n\n[ISC license](/l)\n\n```py\nx\n```\n"
    page = _page("x.md", "title: x", body + section)
    view = _navigation(page).view(find_outline(page), _RENDERER.render_prose(page).headings, "x")
    assert (view.projects, view.licences) == (("B", "A", "C"), ("MIT", "0BSD", "ISC"))
    assert (_view("other.md").projects, _view("other.md").licences) == ((), ())


def test_headings_as_a_tree() -> None:
    page = _page("x.md", "title: x", "### A\n\n## B\n\n### C\n\n#### D\n\n### E\n\n## F\n\n# G\n\n### H\n")
    view = _navigation().view(find_outline(page), _RENDERER.render_prose(page).headings, "x")

    def shape(headings: tuple[HeadingView, ...]) -> str:
        return "".join(h.text + (f"({shape(h.children)})" if h.children else "") for h in headings)

    assert shape(view.headings) == "AB(C(D)E)FG(H)"
    assert view.headings[0].id == "a"


def test_projects_stand_beside_their_headings() -> None:
    page = _page("x.md", "title: x", "## A\n\n```py project=P\nx\n```\n\n```py project=Q\nx\n```\n")
    assert _navigation().view(find_outline(page), _RENDERER.render_prose(page).headings, "x").headings[0].projects == (
        "P",
        "Q",
    )


# The way from page to page.


def _around(built: Navigated, *pages: Outline) -> list[tuple[str, str]]:
    views = [built.view(page) for page in pages]
    return [(view.previous.url if view.previous else "", view.next.url if view.next else "") for view in views]


def test_topics_with_a_place_stand_among_the_chapters() -> None:
    web, topic, gui = (
        make_page("a", sortorder="01", toc=True),
        make_page("b", sortorder="0150"),
        make_page("c", toc=True),
    )
    built = Navigated((web, topic, gui, make_page("d"), make_page("e", "lib.x", "0120")))
    assert _around(built, web, topic, gui) == [("", "b.html"), ("a.html", "c.html"), ("b.html", "d.html")]


def test_a_callable_that_is_a_chapter_has_its_place_there() -> None:
    pages = make_page("a", "lib.m.a", "1", toc=True), make_page("b", "lib.m.b", "2"), make_page("c", "lib.m.c", "3")
    built = Navigated((*pages, make_page("home", "lib"), make_page("z", sortorder="9", toc=True)))
    assert _around(built, *pages) == [("", "z.html"), ("home.html", "c.html"), ("b.html", "")]


def test_breadcrumbs_of_a_topic_are_its_chapter() -> None:
    chapter, topic = make_page("a", sortorder="0100", toc=True), make_page("b", sortorder="0150")
    second = make_page("c", sortorder="0160", toc=True)
    built = Navigated((chapter, topic, second, make_page("d", sortorder="02")))
    assert built.view(topic).breadcrumbs == (HOME, Entry("a", "a.html"))
    for page in (chapter, second, make_page("d", sortorder="02")):
        assert built.view(page).breadcrumbs == (HOME,)


# The sidebar.


def _say_sidebar(view: PageView) -> list[str]:
    """Each entry, indented; `*` is the current page, `+` holds it."""
    said = []
    for side in view.sidebar:
        said.append(side.title.title + "*" * side.title.current)
        for item in side.items:
            said.append("  " + item.title + "*" * item.current + "+" * item.own)
            said += ["    " + child.title + "*" * child.current for child in item.children]
    return said


_SMALL = (
    make_page("web", sortorder="0100", toc=True),
    make_page("api", sortorder="0110"),
    make_page("rpc", sortorder="0120"),
    make_page("gui", sortorder="0200", toc=True),
    make_page("lib", sortorder="500020000"),
    make_page("f", "lib.one.f", "500021001"),
    make_page("g", "lib.one.g", "500021002"),
    make_page("h", "lib.two.h", "500021003"),
    make_page("alone"),
)
_BUILT = Navigated(_SMALL)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("web", "Contents |  web*+|    api|    rpc|  gui"),
        ("rpc", "Contents |  web+|    api|    rpc*|  gui"),
        ("gui", "Contents |  web|  gui*+"),
        ("alone", "Contents |  web|  gui"),
        ("lib", "Contents |  web|  gui|lib*|  lib.one|  lib.two"),
        ("g", "Contents |  web|  gui|lib|  lib.one+|    f|    g*|  lib.two"),
        ("h", "Contents |  web|  gui|lib|  lib.one|  lib.two+|    h*"),
    ],
)
def test_the_sidebar_has_the_pages_own_part_open(path: str, said: str) -> None:
    (page,) = [page for page in _SMALL if page.at.path == path]
    assert _say_sidebar(_BUILT.view(page)) == said.replace("Contents ", "Contents").split("|")


def test_sidebars_of_other_pages() -> None:
    assert [side.title.title for side in _BUILT.navigation.sidebar] == ["Contents"]
    assert not any(item.current or item.own for item in list_items(_BUILT.navigation.sidebar))
    assert Navigated([make_page("a")]).navigation.sidebar == ()
    draft = make_page("draft", "lib.one.x", "0150")
    assert _say_sidebar(_BUILT.view(draft)) == ["Contents", "  web+", "    api", "    rpc", "  gui"]
    draft = make_page("draft", toc=True)
    assert _say_sidebar(_BUILT.view(draft)) == ["Contents", "  web", "  gui"]


def test_the_sidebar_of_a_librarys_generated_page() -> None:
    built = Navigated([make_page("f", "lib.one.f"), make_page("c", toc=True)])
    (view,) = find_list(built.lists, "libraries/lib.html")
    contents, library = built.navigation.view_list(view)
    assert contents == built.navigation.sidebar[0]
    assert (library.title.url, library.title.current) == ("libraries/lib.html", True)
    (view,) = find_list(built.lists, "symbols.html")
    assert built.navigation.view_list(view) == (contents,)


def test_what_is_the_same_on_many_pages_is_one() -> None:
    chapters = _BUILT.navigation.sidebar[0]
    shown = {page.at.path: _BUILT.view(page).sidebar[0] for page in _SMALL}
    assert [path for path, side in shown.items() if side is chapters] == ["lib", "f", "g", "h", "alone"]
    assert not any(shown[path] == chapters for path in ("web", "api", "rpc", "gui"))
    f, g = (_BUILT.view(page).sidebar[1] for page in _SMALL if page.at.path in ("f", "g"))
    assert f.items[1] is g.items[1], "the closed module"
    assert (f.items[0].children[0] == g.items[0].children[0], f.items[0] == g.items[0]) == (False, False)


def test_a_chapter_at_the_sites_own_address_is_marked_on_pages_that_have_it() -> None:
    built = Navigated([make_page("home", toc=True), make_page("x")], urls={"home": ""})
    assert [item.current for item in list_items(built.navigation.sidebar)] == [False, True]
    assert not any(item.current for page in built.site.pages[1:] for item in list_items(built.view(page).sidebar))


def test_entries_with_one_address_are_marked_together() -> None:
    pages = [make_page("a", "lib.m.a"), make_page("b", "lib.m.b"), make_page("c", toc=True)]
    built = Navigated(pages, urls={"a": "same.html", "b": "same.html", "c": "same.html"})
    for page in pages[:2]:
        assert [item.title for item in list_items(built.view(page).sidebar) if item.current] == ["c", "a", "b"]


def test_a_page_that_is_far_from_the_others_of_its_address_is_marked_alone() -> None:
    pages = [make_page(f"p{number:03}", f"lib.m.p{number:03}") for number in range(200)]
    built = Navigated(pages, urls={"p000": "same.html", "p199": "same.html"})
    for at in (0, 199):
        marked = [item.title for item in list_items(built.view(pages[at]).sidebar) if item.current]
        assert marked == [f"p{at:03}"]


# What a page has to do with others.


def _related(built: Navigated, page: Outline) -> dict[str, Related]:
    return {related.id: related for related in built.view(page).related}


def test_related_lists() -> None:
    one = make_page("one", "lib.m.one", projects=["demo", "demo"])
    two = make_page("two", "lib.m.two", projects=["Demo", "", "solo"])
    built = Navigated((one, two), {"one": [(two,), ()], "two": [(one,), (), ()]})
    related = _related(built, one)
    assert list(related) == ["in-this-module", "also-used-in", "used-together-with", "more-from-demo"]
    own = Entry("two", "two.html", "lib.m.two")
    assert related["in-this-module"].entries == (own,)
    assert related["in-this-module"].url == "libraries/lib.html#module-lib.m"
    assert related["also-used-in"].entries == (Entry("two", "two.html#listing-1", "lib.m.two", note="Demo"),)
    assert related["used-together-with"].entries == (Entry("two", "two.html", "lib.m.two", note="2 excerpts"),)
    assert related["more-from-demo"].entries == (Entry("two", "two.html#listing-1", "lib.m.two"),)
    assert related["more-from-demo"].title == "More from demo"
    assert [(list_.total, len(list_.entries)) for list_ in related.values()] == [(1, 1)] * 4
    assert "more-from-solo" not in _related(built, two)
    assert "more-from-demo" in _related(built, two)
    assert _related(built, two)["more-from-demo"].total == 1, "a page counts once, however many excerpts it has"


def test_a_page_alone_has_nothing_to_do_with_anything() -> None:
    for page in (make_page("x", "lib.m.x", projects=["demo"]), make_page("x", "lib"), make_page("x")):
        assert Navigated([page]).view(page).related == ()


def test_a_page_that_is_not_published_has_no_lists() -> None:
    draft = make_page("draft", "lib.one.f", projects=["demo"])
    view = Navigated([make_page("a", "lib.one.g", projects=["demo"])]).view(draft)
    assert (view.related, view.projects, view.entry, view.library, view.previous) == ((), (), None, None, None)


def test_at_most_three_projects_and_five_pages_of_each() -> None:
    page = make_page("a", projects=["p", "q", "r", "s"])
    built = Navigated([page, *(make_page(f"b{number}", projects=list("pqrs") * 2) for number in range(6))])
    related = _related(built, page)
    assert list(related) == ["more-from-p", "more-from-q", "more-from-r"]
    assert [(len(list_.entries), list_.total, list_.url) for list_ in related.values()] == [
        (5, 6, f"projects/{name}.html") for name in "pqr"
    ]


@pytest.mark.parametrize("at", [0, 1, 12, 13, 29, 30, 39])
def test_siblings_are_those_around_the_page(at: int) -> None:
    pages = [make_page(f"p{number:02}", f"lib.m.p{number:02}") for number in range(40)]
    built = Navigated(pages)
    siblings = _related(built, pages[at])["in-this-module"]
    shown = [int(entry.title[1:]) for entry in siblings.entries]
    assert (len(shown), siblings.total) == (24, 39)
    assert at not in shown
    assert sorted([*shown, at]) == list(range(min(shown[0], at), max(shown[-1], at) + 1))
    assert min(at, 12) <= sum(number < at for number in shown)
    assert min(39 - at, 12) <= sum(number > at for number in shown)


@pytest.mark.parametrize(
    ("users", "companions", "cut"),
    [
        *((0, 0, ""), (8, 0, ""), (8, 12, ""), (9, 0, "u"), (9, 12, "u"), (8, 13, "c"), (0, 13, "c"), (299, 13, "uc")),
        *((300, 13, "uc"), (301, 14, "uc"), (700, 13, "uc"), (100, 290, "uc"), (1, 400, "c")),
    ],
)
def test_what_a_page_cuts_has_a_page_of_its_own(users: int, companions: int, cut: str) -> None:
    hub = make_page("hub", "lib.m.hub", projects=["p"] * companions)
    user = make_page("user", projects=["q"] * users)
    others = [make_page(f"o{number:03}", f"lib.n.o{number:03}") for number in range(companions)]
    uses = {"user": [(hub,)] * users, "hub": [(other,) for other in others]}
    built = Navigated((hub, user, *others), uses)
    related = _related(built, hub)
    sheets = find_list(built.lists, "uses/hub.html")
    assert bool(sheets) == bool(cut)
    for name, total, most, sign in (("also-used-in", users, 8, "u"), ("used-together-with", companions, 12, "c")):
        assert (name in related) == bool(total)
        if total:
            assert (len(related[name].entries), related[name].total) == (min(total, most), total)
            listed = [x for view in sheets for x in view.sheet.groups if x.anchor == name]
            if sign in cut:
                assert related[name].url == f"{next(v.url for v in sheets if listed[0] in v.sheet.groups)}#{name}"
            if cut:
                assert list_entries(listed)[: len(related[name].entries)] == list(related[name].entries)
                assert len(list_entries(listed)) == total
            else:
                assert related[name].url == ""
    assert built.find_broken() == []


def test_addresses_without_a_file_name_have_pages_of_uses_too() -> None:
    for url, uses in (
        ("hub/", "uses/hub/index.html"),
        ("hub", "uses/hub/index.html"),
        ("a/hub.html", "uses/a/hub.html"),
    ):
        hub, user = make_page("hub", "lib.m.hub"), make_page("user", projects=["p"] * 400)
        built = Navigated((hub, user), {"user": [(hub,)] * 400}, urls={"hub": url})
        assert [view.url for view in built.lists if view.url.startswith("uses")] == [
            uses,
            uses.replace(".html", ".2.html"),
        ]
        assert built.find_broken() == []


# Laws.


_SORTORDERS = st.sampled_from(["", "", "0", "01", "0100", "0150", "02", "50002", "500020000", "500021001", "500031002"])
_SYMBOLS = st.sampled_from(
    ["", "", "lib", "other", "lib.f", "lib.one.f", "lib.one.g", "lib.two.f", "lib.One.x", "other.m.f", "_x._y", "é.ß"]
)
_FACTS = st.tuples(
    _SYMBOLS,
    _SORTORDERS,
    st.sampled_from([True, False, None]),
    st.lists(st.sampled_from(["", "A", "a!", "!"]), max_size=3),
)


@st.composite
def _sites(draw: st.DrawFn) -> Navigated:
    pages = [
        make_page(f"p{at}", symbol, order, projects, toc=toc)
        for at, (symbol, order, toc, projects) in enumerate(draw(st.lists(_FACTS, max_size=10)))
    ]
    used = st.lists(st.sampled_from(pages), unique_by=lambda page: page.at.path, max_size=3) if pages else st.just([])
    others = draw(st.lists(st.sampled_from([Entry("A foreign page", "foreign.html")]), max_size=1))
    return Navigated(pages, {page.at.path: [draw(used) for _ in page.shown] for page in pages}, others=others)


@settings(max_examples=150)
@given(_sites())
def test_every_link_leads_somewhere(built: Navigated) -> None:
    assert built.find_broken() == []


@settings(max_examples=100)
@given(_sites())
def test_neighbours_are_chains_and_the_current_page_is_marked_once(built: Navigated) -> None:
    views = {built.urls[page.at.path]: built.view(page) for page in built.site.pages}
    followed = set()
    for url, view in views.items():
        assert view.next is None or views[view.next.url].previous == view.entry
        assert view.previous is None or views[view.previous.url].next == view.entry
        if view.previous is None:
            chain = [url]
            while following := views[chain[-1]].next:
                assert following.url not in chain
                chain.append(following.url)
            followed |= set(chain)
            libraries = {views[member].library for member in chain if not _is_chapter(built, member)}
            assert len(libraries - {None}) <= 1
    assert followed == set(views)
    for library in built.site.libraries:
        members = [page for page in (library.home, *library.pages) if page and not page.meta.toc]
        for before, after in pairwise(members):
            following = views[built.urls[before.at.path]].next
            assert following is not None
            assert following.url == built.urls[after.at.path]
    for url, view in views.items():
        current = [item.url for item in list_items(view.sidebar) if item.current]
        listed = view.library is not None or _is_chapter(built, url) or bool(view.breadcrumbs[1:])
        assert current == ([url] if listed else [])


def _is_chapter(built: Navigated, url: str) -> bool:
    return url in {entry.url for entry in built.navigation.all_chapters}


@settings(max_examples=100)
@given(_sites())
def test_every_page_is_in_the_lists_it_should_be_in(built: Navigated) -> None:
    index = built.navigation
    for page in built.site.pages:
        url, view = built.urls[page.at.path], built.view(page)
        symbols = list_entries(
            group for sheet in find_list(built.lists, "symbols.html") for group in sheet.sheet.groups
        )
        assert [entry.url for entry in symbols].count(url) == bool(view.symbol)
        homes = [library.url for library in index.all_libraries].count(url)
        members = [entry.url for library in index.all_libraries for x in library.modules for entry in x.entries].count(
            url
        )
        chapters = [entry.url for entry in index.all_chapters].count(url)
        topics = [entry.url for entry in index.all_topics].count(url)
        assert chapters == bool(page.meta.toc)
        assert homes == (view.library_home is not None)
        assert members == (page.meta.symbol is not None and page.meta.symbol.module != "")
        assert homes + members + chapters + topics == 1 or (chapters and homes + members == 1 and not topics)
        if view.library and view.module:
            assert view.breadcrumbs == (
                HOME,
                Entry(view.library.name, view.library.url),
                Entry(view.module.name, view.module.url),
            )
            assert view.entry in view.module.entries
            siblings = [related for related in view.related if related.id == "in-this-module"]
            assert sum(related.total for related in siblings) == len(view.module.entries) - 1
        ids = [related.id for related in view.related]
        assert len(ids) == len(set(ids))


@settings(max_examples=40)
@given(_sites(), st.randoms(use_true_random=False))
def test_the_order_that_pages_come_in_does_not_matter(built: Navigated, random: Random) -> None:
    pages = random.sample(built.site.pages, len(built.site.pages))
    again = Navigated(pages, others=built.others)
    same = Navigated(built.site.pages, others=built.others)
    assert again.lists == same.lists
    assert [again.view(page) for page in pages] == [same.view(page) for page in pages]
