"""The lists a template prints."""

from __future__ import annotations

from callsite.model import Page
from callsite.navigation import Entry, HeadingView, Navigation, PageView
from callsite.page import parse_page
from callsite.render import Renderer
from callsite.site import Site

_HOME = Entry("Home", "")
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


def _navigation() -> Navigation:
    urls = {page.at.path: f"{page.at.path[:-3]}.html" for page in _PAGES}
    return Navigation(Site(_PAGES), urls, "libraries/{name}.html", _HOME)


def _view(path: str) -> PageView:
    page = _BY_PATH[path]
    return _navigation().view(page, _RENDERER.render_page(page), page.meta.title)


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
        _HOME,
        Entry("flask", "flask.html"),
        Entry("flask.ctx", "flask.html#module-flask.ctx"),
    )
    assert (view.symbol, view.aliases, view.docs) == ("flask.ctx.after", ("flask.after",), "https://x.y/z")
    assert _view("has.md").docs == ""


def test_neighbours_are_those_of_the_library() -> None:
    names = ("ctx.md", "has.md", "g.md")
    assert [(view.previous and view.previous.title, view.next and view.next.title) for view in map(_view, names)] == [
        (None, "has"),
        ("after", "g"),
        ("has", None),
    ]
    assert (_view("solo.md").previous, _view("solo.md").next) == (None, None)
    assert _view("web.md").next == Entry("GUIs", "guis.html")
    assert _view("guis.md").previous == Entry("Web", "web.html", "", "About the web")
    assert (_view("other.md").previous, _view("other.md").next) == (None, None)


def test_a_librarys_own_page() -> None:
    view = _view("flask.md")
    assert view.library_home is view.library is not None
    assert view.module is None
    assert view.breadcrumbs == (_HOME,)


def test_a_page_that_is_in_no_list() -> None:
    page = _page("draft.md", "title: *Draft*", "```\n~~x\n~~y\n```\n\n```\n~~z\n```\n")
    view = _navigation().view(page, _RENDERER.render_page(page), "<em>Draft</em>")
    assert (view.title, view.heading, view.entry, view.library) == ("*Draft*", "<em>Draft</em>", None, None)
    assert view.breadcrumbs == (_HOME,)
    assert (view.marks, view.listings) == (3, 2)


def test_headings_as_a_tree() -> None:
    page = _page("x.md", "title: x", "### A\n\n## B\n\n### C\n\n#### D\n\n### E\n\n## F\n\n# G\n\n### H\n")
    view = _navigation().view(page, _RENDERER.render_page(page), "x")

    def shape(headings: tuple[HeadingView, ...]) -> str:
        return "".join(h.text + (f"({shape(h.children)})" if h.children else "") for h in headings)

    assert shape(view.headings) == "AB(C(D)E)FG(H)"
    assert view.headings[0].id == "a"


def test_projects_stand_beside_their_headings() -> None:
    page = _page("x.md", "title: x", "## A\n\n```py project=P\nx\n```\n\n```py project=Q\nx\n```\n")
    assert _navigation().view(page, _RENDERER.render_page(page), "x").headings[0].projects == ("P", "Q")
