"""What is wrong with a site as a whole: each rule finds what it is about and leaves the rest alone."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.addressing import parse_site_settings, plan_site
from callsite.check.across import RULES, find_site_problems
from callsite.check.facts import PageSummary, SiteFacts
from callsite.check.policy import Policy
from callsite.check.rule import apply_rules
from callsite.model import Meta, Page, Place, Severity, Symbol
from callsite.render import Link
from callsite.symbol import slug_name
from tests.building import SiteFolder
from tests.planning import plan_folder, plan_pages
from tests.strategies import rows


def _example(name: str, order: str = "", body: str = "Text.\n", **keys: str) -> str:
    """A page about a callable."""
    given = {
        "title": f"{name} Examples",
        "symbol": name,
        "slug": f"{slug_name(name)}-examples",
        **({"sortorder": order} if order else {}),
        **keys,
    }
    return "".join(f"{key}: {value}\n" for key, value in given.items()) + f"\n{body}"


def _page(name: str, body: str = "Text.\n", **keys: str) -> str:
    """A page about nothing."""
    return "".join(f"{key}: {value}\n" for key, value in {"title": name, "slug": name, **keys}.items()) + f"\n{body}"


def _library(name: str, number: int, digits: str = "") -> dict[str, str]:
    return {
        f"examples/{name}/{at}.md": _example(f"{name}.f{at}", f"{digits}{at:04}" if digits else "")
        for at in range(1, number + 1)
    }


def _tell(files: Mapping[str, str], *codes: str, **others: object) -> list[str]:
    return plan_pages(files, **others).tell(*codes)  # type: ignore[arg-type]


# Links. Where they lead is tested beside the model of the host.


def test_links_are_looked_at_on_every_page_that_is_written() -> None:
    dead = "[x](/gone.html)\n"
    files = {
        "pages/a.md": _page("a", f"\n{dead}\n{dead}"),
        "pages/hidden.md": _page("hidden", dead, status="hidden"),
        "pages/draft.md": _page("draft", dead, status="draft"),
        "pages/skip.md": _page("skip", dead, status="skip"),
        "posts/b.md": _page("b", dead, date="2020-01-02"),
    }
    assert [line.partition(" the")[0] for line in _tell(files, "S102", articles=["posts/b.md"])] == [
        "content/pages/a.md:5: S102",
        "content/pages/a.md:7: S102",
        "content/pages/draft.md:5: S102",
        "content/pages/hidden.md:5: S102",
        "content/posts/b.md:5: S102",
    ]


def test_the_address_that_a_page_has_given_itself_is_a_link() -> None:
    files = {
        "pages/a.md": _page("a", save_as="a/index.html", url="a/"),
        "pages/b.md": _page("b", url="elsewhere.html"),
        "pages/c.md": _page("c", url="https://example.org/c"),
    }
    assert _tell(files, "S102") == [
        "content/pages/b.md:3: S102 the link to `/elsewhere.html` leads nowhere; mend it, or add what it leads to"
    ]
    assert _tell(files, "S102", SITEURL="https://x.y/sub") == [
        "content/pages/b.md:3: S102 the link to `/sub/elsewhere.html` leads nowhere; mend it, or add what it leads to"
    ]


def test_a_link_in_the_wrong_case_has_a_rule_of_its_own() -> None:
    files = {"pages/a.md": _page("a", "[x](/A.html)\n[y](/b.html)\n[z]({filename}B.md)\n"), "pages/b.md": _page("b")}
    hint = "so most hosts do not find it; write it as the file is called"
    assert _tell(files, "S102", "S114") == [
        f"content/pages/a.md:4: S114 the link to `/A.html` differs only in case from `a.html`, {hint}",
        f"content/pages/a.md:6: S114 the link to `{{filename}}B.md` differs only in case from `pages/b.md`, {hint}",
    ]


def test_places_on_pages_have_to_be_there() -> None:
    body = (
        "## Using it\n\n[a](#using-it) [b](#using) [c](/b.html#Part) [d]({filename}b.md#part) [e](/b#gone)\n"
        "[f](/symbols.html#letter-Q) [g](/gone.html#x) [h](#main) [i](/b.html#listing-1-1) [j](/b.html#listing-2)\n"
    )
    files = {
        "pages/a.md": _page("a", body),
        "pages/b.md": _page("b", '## Part\n\n<a id="raw"></a>\n\n```python\nx\n~~y\n```\n'),
    }
    missing = "leads to a place that its page does not have"
    assert _tell(files, "S112") == [
        f"content/pages/a.md:6: S112 the link to `#using` {missing}; did you mean `#using-it`?",
        f"content/pages/a.md:6: S112 the link to `/b#gone` {missing}; mend it, or give the heading there that id",
        f"content/pages/a.md:6: S112 the link to `/b.html#Part` {missing}; did you mean `#part`?",
        f"content/pages/a.md:7: S112 the link to `/b.html#listing-2` {missing}; did you mean `#listing-1`?",
    ]
    assert _tell(files, "S102") == [
        "content/pages/a.md:7: S102 the link to `/gone.html#x` leads nowhere; mend it, or add what it leads to"
    ]


def test_what_was_meant_is_looked_for_only_so_often() -> None:
    links = "".join(f"[x](#par{number:02})\n\n" for number in range(30))
    files = {"pages/a.md": _page("a", "## Par01x\n\n" + links)}
    found = _tell(files, "S112")
    assert len(found) == 30
    assert sum("did you mean" in line for line in found) < 25


# Orphans.


def test_a_page_that_only_the_list_of_topics_leads_to_is_an_orphan() -> None:
    files = {"pages/a.md": _page("a", "[x](/a.html) [y](/gone.html)\n"), "pages/b.md": _page("b", "[x](b.html)\n")}
    assert _tell(files, "S113") == [
        f"content/pages/{name}.md:1: S113 only the list of all topics leads to this page; link to it, or give it"
        " `toc: True` or the `sortorder` of a chapter"
        for name in "ab"
    ]
    assert len(_tell({**files, "pages/c.md": _page("c", "[x](/a.html)\n", status="hidden")}, "S113")) == 2


@pytest.mark.parametrize(
    "others",
    [
        {"pages/b.md": _page("b", "[x](/a.html)\n", toc="True")},
        {"pages/b.md": _page("b", "[x](/a#part)\n", toc="True")},
        {"pages/b.md": _page("b", "[x]({filename}a.md)\n", toc="True")},
        {"pages/b.md": _page("b", "[x](a.html)\n", toc="True")},
        {"pages/b.md": _page("b", toc="True", sortorder="01")},
        {"posts/b.md": _page("b", "[x](/a.html)\n")},
        {"examples/b.md": _example("flask.g", body="[x](/a.html)\n")},
    ],
)
def test_a_page_in_a_chapter_or_with_a_link_to_it_is_none(others: dict[str, str]) -> None:
    files = {"pages/a.md": _page("a", sortorder="0102"), **others}
    assert _tell(files, "S113", articles=[name for name in files if name.startswith("posts")]) == []


@pytest.mark.parametrize(
    "text",
    [
        _page("a", toc="True"),
        _page("a", status="hidden"),
        _page("a", status="draft"),
        _example("flask.g"),
        _page("a", symbol="flask"),
    ],
)
def test_chapters_and_libraries_have_lists_of_their_own(text: str) -> None:
    files = {"pages/a.md": text, **_library("flask", 2)}
    assert _tell(files, "S113") == []
    assert _tell({"posts/a.md": _page("a")}, "S113", articles=["posts/a.md"]) == []


# Libraries.


def test_a_library_is_said_something_of() -> None:
    files = {**_library("flask", 3), **_library("jinja2", 1), **_library("rich", 1, "00103"), **_library("click", 1)}
    files["pages/j.md"] = "title: jinja2\nsymbol: jinja2\n\nText.\n"
    files["pages/r.md"] = "title: Rich\nsortorder: 001030000\nmeta:\n\nText.\n"
    files["pages/c.md"] = "title: Click\nsymbol: click\nmeta: All about it.\n\nText.\n"
    assert _tell(files, "S115") == [
        "content/examples/flask/1.md:1: S115 `flask` has 3 example pages and no page of its own; write one, with"
        " `symbol: flask` and a description behind `meta:`",
        "content/pages/j.md:1: S115 the page of `jinja2` has no description; add a line `meta: …`",
        "content/pages/r.md:3: S115 the page of `rich` has no description; add a line `meta: …`",
    ]


def _index(*targets: str, **keys: str) -> str:
    return _page(
        "flask", "".join(f"* [x]({target})\n" for target in targets), **{"symbol": "flask", "meta": "m", **keys}
    )


def test_a_library_s_own_page_that_lists_half_of_its_pages_is_an_index() -> None:
    files = {
        **_library("flask", 6),
        "pages/flask.md": _index("/flask-f1-examples.html", "flask-f5-examples", "{filename}/examples/flask/4.md"),
    }
    assert _tell(files, "S117", "S118") == [
        "content/pages/flask.md:6: S118 this index of `flask` leaves out `flask.f2`; link to `/flask-f2-examples.html`",
        "content/pages/flask.md:6: S118 this index of `flask` leaves out `flask.f3`; link to `/flask-f3-examples.html`",
        "content/pages/flask.md:7: S118 this index of `flask` leaves out `flask.f6`; link to `/flask-f6-examples.html`",
    ]


def test_entries_that_lead_nowhere_count_when_they_are_spelt_like_the_others() -> None:
    files = {
        **_library("flask", 2),
        **_library("flask_login", 2),
        "pages/flask.md": _index(
            "/flask-g-examples.html", "/flask-h-examples.html", "/flask-g-examples.html", "/flask-f1-examples.html",
            "/flask-orm.html", "/flask-orm.html", "/flask-login-f9-examples.html", "/flask-login-f9-examples.html",
            "/flask-f1-examples.html#part", "/flask-login-f1-examples.html", "/other-f1-examples.html", "/x/flask-f1-examples.html",
        ),
    }  # fmt: skip
    assert _tell(files, "S117", "S118") == [
        "content/pages/flask.md:8: S117 this index of `flask` lists `/flask-g-examples.html` twice, on lines 6 and 8; keep one of them",
        "content/pages/flask.md:9: S118 this index of `flask` leaves out `flask.f2`; link to `/flask-f2-examples.html`",
    ]


def test_an_index_lists_each_page_once() -> None:
    target = "/flask-f1-examples.html"
    files = {
        **_library("flask", 3),
        "pages/flask.md": _index(
            target, "/flask-f2-examples", "/flask-f3-examples.html", target, target, f"{target}#x"
        ),
    }
    assert _tell(files, "S117", "S118") == [
        f"content/pages/flask.md:9: S117 this index of `flask` lists `{target}` 3 times, on lines 6, 9 and 10; keep one of them"
    ]


def test_another_page_is_an_index_when_it_lists_three_quarters() -> None:
    targets = [f"/flask-f{number}-examples.html" for number in range(1, 7)]
    files = _library("flask", 8)

    def tell(*links: str, **keys: str) -> list[str]:
        body = "".join(f"[x]({target})\n" for target in links)
        return [line.split("`")[3] for line in _tell({**files, "pages/a.md": _page("a", body, **keys)}, "S118")]

    assert tell(*targets) == ["flask.f7", "flask.f8"]
    assert tell(*targets[:5]) == []
    assert tell(*targets, status="draft") == []


@pytest.mark.parametrize(
    ("number", "page"),
    [
        (6, _index("/flask-f1-examples.html", "/flask-f2-examples.html")),  # good beginnings
        (20, _index(*(f"/flask-f{number}-examples.html" for number in range(1, 6)))),
        (6, _index()),
        (2, _index("/flask-f1-examples.html", "/flask-f2-examples.html")),
        (4, _index(*(f"/flask-f{number}-examples.html" for number in range(1, 5)))),
        (4, _index(*(f"/flask-f{number}-examples.html" for number in range(1, 5)), status="skip")),
        # A page says what it is used with.
        (4, _example("flask.x", body="".join(f"[x](/flask-f{number}-examples.html)\n\n" for number in (1, 2, 3, 1)))),
    ],
)
def test_other_pages_are_no_indexes(number: int, page: str) -> None:
    assert _tell({**_library("flask", number), "pages/a.md": page}, "S117", "S118") == []


def test_an_index_lists_pages_in_its_own_language() -> None:
    files = {
        **_library("flask", 3),
        "examples/flask/de.md": _example("flask.f1", lang="de"),
        "pages/flask.md": _index(*(f"/flask-f{number}-examples.html" for number in range(1, 4))),
    }
    assert _tell(files, "S118") == []


def test_pages_whose_address_does_not_spell_their_symbol_can_be_listed_too() -> None:
    files = {f"examples/{at}.md": _page(f"page-{at}", symbol=f"flask.f{at}") for at in range(4)}
    files["examples/odd.md"] = _page("odd", symbol="flask.漢")
    files["pages/flask.md"] = _index("/page-0.html", "/page-1.html", "/page-2.html", "/page-9.html", "/flask-g.html")
    assert [line.split("`")[3] for line in _tell(files, "S118")] == ["flask.f3", "flask.漢"]


def test_pages_without_a_plain_letter_or_a_known_place_are_in_no_index() -> None:
    files = {
        **_library("flask", 3),
        "examples/a.md": _page("a", symbol="漢.字"),
        "examples/b.md": _page("b", symbol="flask.b", lang="de"),
        "pages/flask.md": _index(*(f"/flask-f{number}-examples.html" for number in range(1, 4)), "/漢-examples.html"),
    }
    assert _tell(files, "S118", PAGE_LANG_SAVE_AS="{date:%Y}/{slug}.html") == []


def test_a_plain_spelling_tells_nothing_of_links_that_lead_nowhere() -> None:
    files = {
        "examples/echo.md": _page("click-echo", symbol="click.echo"),
        "pages/click.md": _page("click", "[a](/click-a.html) [b](/click-b.html) [c](/click-c.html)\n", symbol="click"),
    }
    assert _tell(files, "S117", "S118") == []


def test_an_index_at_a_place_that_cannot_be_told_is_left_alone() -> None:
    targets = ["/flask-f1-examples.html", "/flask-f2-examples.html", "/flask-f3-examples.html"]
    files = {**_library("flask", 4), "pages/flask.md": _index(*targets, lang="de")}
    assert _tell(files, "S118", PAGE_LANG_SAVE_AS="{date:%Y}/{slug}.html") == []


def _show(name: str, *projects: str) -> str:
    """A page about a callable with code of some projects."""
    return _example(
        name,
        body="".join(f"## Example from {project}\n\n```python project={project}\nx\n```\n\n" for project in projects),
    )


def _list_projects(*sections: str) -> str:
    """A library's own page: names of projects, each with the callables that are listed below it."""
    body = ""
    for section in sections:
        project, *names = section.split()
        links = "".join(f"* [{name}](/flask-{name}-examples.html)\n" for name in names)
        body += f"### {project}\nSaid of it.\n\n{links}\n"
    return _page("flask", body, symbol="flask", meta="m")


_PROJECTS = {
    "examples/a.md": _show("flask.a", "Ctfd", "FlaskBB", "indico"),
    "examples/b.md": _show("flask.b", "FlaskBB"),
    "examples/c.md": _show("flask.c", "ctfd", "Trape"),
    "examples/d.md": _show("jinja2.d", "Ctfd"),
}


def test_a_list_of_projects_has_every_page_that_shows_their_code() -> None:
    files = {
        **_PROJECTS,
        "pages/flask.md": _list_projects("CTFd a gone", "FlaskBB a", "indico", "trape c c", "indico a a gone"),
    }
    assert _tell(files, "S117", "S118", "S121") == [
        "content/pages/flask.md:10: S118 `/flask-c-examples.html` shows code of CTFd and is not listed below its heading; link to `/flask-c-examples.html`",
        "content/pages/flask.md:15: S118 `/flask-b-examples.html` shows code of FlaskBB and is not listed below its heading; link to `/flask-b-examples.html`",
        "content/pages/flask.md:15: S121 `/flask-a-examples.html` is listed below 3 headings: CTFd, FlaskBB, indico; see that each of these projects is shown there",
        "content/pages/flask.md:25: S117 `/flask-c-examples.html` is listed below `trape` already, on line 24; keep one of them",
        "content/pages/flask.md:31: S117 `/flask-a-examples.html` is listed below `indico` already, on line 30; keep one of them",
        "content/pages/flask.md:32: S121 `/flask-gone-examples.html` is listed below 2 headings: CTFd, indico; see that each of these projects is shown there",
    ]


def test_many_headings_are_named_in_short() -> None:
    projects = [f"p{number}" for number in range(8)]
    files = {
        "examples/a.md": _show("flask.a", *projects),
        "examples/b.md": _show("flask.b", *projects),
        "pages/flask.md": _list_projects(*(f"{project} a b" for project in projects)),
    }
    assert [line.partition("below ")[2].partition(";")[0] for line in _tell(files, "S121")] == [
        "8 headings: p0, p1, p2, p3, p4 and 3 more"
    ] * 2


@pytest.mark.parametrize(
    "sections",
    [
        ("CTFd a c", "FlaskBB a b", "indico a", "Trape c"),
        ("CTFd a",),  # too few to be a list
        ("CTFd a", "FlaskBB a"),
        ("Beginners a", "Readers a", "Writers a", "Masters a"),  # no projects
    ],
)
def test_a_list_of_projects_with_all_of_their_pages_is_right(sections: tuple[str, ...]) -> None:
    assert _tell({**_PROJECTS, "pages/flask.md": _list_projects(*sections)}, "S117", "S118") == []


# Places.


def test_two_pages_in_one_place() -> None:
    files = {
        "a.md": _example("flask.a", "000010001"),
        "b.md": _example("flask.b", "000010001"),
        "c.md": _example("flask.c", "000010001"),
        "d.md": _page("d", sortorder="0102"),
        "e.md": _page("e", sortorder="0102", toc="True"),
    }
    files = {f"pages/{name}": text for name, text in files.items()}
    hint = "give one of the two another number"
    assert _tell(files, "S119") == [
        f"content/pages/b.md:4: S119 the `sortorder` 000010001 is that of content/pages/a.md:4 too; {hint}",
        f"content/pages/c.md:4: S119 the `sortorder` 000010001 is that of content/pages/a.md:4 too; {hint}",
        f"content/pages/e.md:3: S119 the `sortorder` 0102 is that of content/pages/d.md:3 too; {hint}",
    ]


@pytest.mark.parametrize(
    "others",
    [
        (_example("flask.b"), _example("flask.c")),
        (_example("flask.b", "000010002"), _page("c", sortorder="00001")),
        (_example("jinja2.b", "000010001"),),  # S120 speaks of libraries
        (_example("flask.a", "000010001", lang="de"),),
        (_example("flask.b", "000010001", status="draft"),),
        (_page("b"), _page("c")),
    ],
)
def test_pages_in_places_of_their_own(others: tuple[str, ...]) -> None:
    files = {f"pages/{number}.md": text for number, text in enumerate((_example("flask.a", "000010001"), *others))}
    assert _tell(files, "S119") == []


def test_a_page_among_those_of_another_library() -> None:
    files = {**_library("flask", 3, "50002"), **_library("django", 3, "50001")}
    files["examples/x.md"] = _example("flask.x", "500010009")
    assert _tell(files, "S120") == [
        "content/examples/x.md:4: S120 its `sortorder` is among those of `django`, and it is about `flask`; let it begin"
        " with 50002, as those of `flask` do"
    ]


@pytest.mark.parametrize(
    "files",
    [
        {**_library("flask", 3, "50002"), **_library("django", 3, "50001")},
        # One of a kind may stand where it fits best, and so may half of a library.
        {**_library("flask", 3, "50002"), "x.md": _example("itsdangerous.x", "500020009")},
        {**_library("flask", 3, "50002"), "x.md": _example("a.x", "500020009"), "y.md": _example("a.y", "500030009")},
        # Libraries that share their digits, and one that has two.
        {**_library("flask", 3, "50001"), **_library("django", 3, "50001")},
        {**_library("flask", 3, "50001"), "x.md": _example("flask.x", "500070009")},
        {**_library("flask", 2, "50002"), "x.md": _example("flask.x"), "y.md": _example("flask.y", "50001")},
    ],
)
def test_pages_among_their_own(files: dict[str, str]) -> None:
    assert _tell(files, "S120") == []


# Images.


def test_images_that_no_page_shows() -> None:
    images = ["a.png", "b.PNG", "c.svg", "d.webp", "e.jpg", "f.avif", "head.gif", "favicon.png", "notes.txt", "g h.png"]
    body = "![x](/images/a.png) ![x]({static}/images/c.svg) <img src='/images/g%20h.png' alt=''> [x]({attach}/images/d.webp)\n"
    files = {
        "pages/a.md": _page("a", body, headerimage="/images/head.gif"),
        "pages/draft.md": _page("draft", "![x](/images/e.jpg)\n", status="draft"),
    }
    hint = "take it away, or leave it if the theme or another site shows it"
    assert _tell(files, "S116", statics=[f"images/{name}" for name in images]) == [
        f"content/images/b.PNG: S116 no page shows this image; {hint}",
        f"content/images/f.avif: S116 no page shows this image; {hint}",
    ]
    assert _tell({}, "S116", statics=["images/a.png"]) == [f"images/a.png: S116 no page shows this image; {hint}"]


# What a build tells of the same.

_FAULTS = {
    "two slugs": {"content/pages/b.md": _page("a"), "content/pages/a.md": _page("a")},
    "slugs in another case": {"content/pages/b.md": _page("A"), "content/pages/a.md": _page("a")},
    "two languages": {"content/pages/b.md": _page("a", lang="de"), "content/pages/a.md": _page("a", lang="de")},
    "a slug and a place": {"content/pages/b.md": _page("a"), "content/pages/a.md": _page("c", save_as="a.html")},
    "the index": {"content/pages/a.md": _page("index")},
    "a folder": {"content/pages/a.md": _page("a"), "content/pages/b.md": _page("b", save_as="a.html/b.html")},
    "a group": {
        "content/pages/a.md": _page("category/news"),
        "content/posts/a.md": _page("post", category="News", date="2020-01-02"),
    },
    "a file": {"content/pages/a.md": _page("a", save_as="extra/a.html"), "content/extra/a.html": "x"},
    "a file where a folder is": {"content/pages/a.md": _page("a", save_as="extra"), "content/extra/a.html": "x"},
    "a list": {"content/pages/a.md": _page("symbols")},
    "a list of a library": {
        "content/pages/a.md": _page("Libraries/flask"),
        "content/examples/g.md": _example("flask.g"),
    },
    "a list in a folder": {
        "content/pages/a.md": _page("a", save_as="libraries"),
        "content/examples/g.md": _example("flask.g"),
    },
    "one symbol": {
        "content/examples/a.md": _page("a", symbol="flask.g"),
        "content/examples/b.md": _page("b", symbol="flask.g"),
    },
    "one alias": {
        "content/examples/a.md": _page("a", symbol="flask.g", aliases="flask.x"),
        "content/examples/b.md": _page("b", symbol="flask.h", aliases="flask.x"),
    },
    "one symbol in two languages": {
        "content/examples/a.md": _page("a", symbol="flask.g", lang="de"),
        "content/examples/b.md": _page("a", symbol="flask.g"),
    },
    "no symbol": {
        "content/examples/a.md": _example("flask.g", "500020001"),
        "content/pages/a.md": _page("a", sortorder="500021009"),
    },
    "a symbol in a post": {
        "content/examples/a.md": _page("a", symbol="flask.g"),
        "content/posts/b.md": _page("b", symbol="flask.g", date="2020-01-02", sortorder="500021009"),
    },
    "a bad name": {"content/pages/a b.md": "title: x\n\nText.\n"},
    "redirects": {
        "content/pages/a.md": _page("a", symbol="flask.g", aliases="flask.x"),
        "content/pages/b.md": _page("b", symbol="flask.h", aliases="flask.y"),
        "redirects.toml": '"/a.html" = "/b.html"\n"/c.html" = "/c.html"\n"/d.html" = "/e.html"\n"/f" = "/symbols.html"\n',
    },
    "links": {
        "content/pages/a.md": _page("a", "[a](/gone.html) [b](/B.html) [c]({filename}gone.md) [d]({static}gone.png)\n"),
        "content/pages/b.md": _page(
            "b", "[a]({tag}gone) [b](../x) [c](/a/) [d](/a) [e](/flask-x.html) [f](/old.html)\n"
        ),
        "content/examples/g.md": _example("flask.g", aliases="flask.x"),
        "redirects.toml": '"/old.html" = "/a.html"\n',
    },
    "nothing": {
        "content/pages/a.md": _page("a", "[a](/b.html) [b](/theme/css/callsite.css) [c](/llms.txt) [d](/) [e](a.md)\n"),
        "content/pages/b.md": _page("b", "[a](/symbols.html) [b](/libraries/flask.html) [c](/archives) [d](a#x)\n"),
        "content/examples/g.md": _example("flask.g"),
    },
}


@pytest.mark.parametrize("name", _FAULTS)
def test_a_check_says_what_a_build_says(site: SiteFolder, name: str) -> None:
    site.write({"content/pages/else.md": _page("else"), **_FAULTS[name]})
    site.set(SLUG_REGEX_SUBSTITUTIONS=[])
    if name == "a bad name":
        site.set(SLUGIFY_SOURCE="basename")
    said = {line for line in site.build().stderr.split("\n") if re.search(r": (?:S10|S11[04]|R10|M107)", line)}
    assert said or name in ("nothing", "one symbol in two languages", "a symbol in a post")
    codes = {
        "S101",
        "S102",
        "S103",
        "S104",
        "S107",
        "S108",
        "S110",
        "S114",
        "M107",
        *(f"R10{number}" for number in range(1, 9)),
    }
    found = set(plan_folder().tell(*codes))
    # An error stops a build before it looks at links and redirects.
    assert said <= found
    assert not {line for line in found - said if not re.search(": (?:S102|R10)", line)}


# Laws.


def test_every_rule_is_described() -> None:
    for rule in RULES:
        assert rule.manual.startswith({"warning": "**Warning.** ", "note": "**Note.** "}[rule.severity])
        for printed in rule.examples:
            assert re.match(rf"content/[\w/]+\.(?:md|png)(?::\d+)?: {rule.code} .+; .+", printed)
    notes = {rule.code for rule in RULES if rule.severity is Severity.NOTE}
    assert notes == {"S113", "S115", "S116", "S121"}
    assert {rule.code for rule in RULES} - notes == {"S102", "S112", "S114", "S117", "S118", "S119", "S120"}


@given(st.dictionaries(st.sampled_from([f"pages/{name}.md" for name in "abcd"]), rows(), max_size=4))
def test_any_site_can_be_checked(files: dict[str, str]) -> None:
    named = {path: f"title: {text}\nsortorder: 500010001\n\n[x]({text})\n{text}" for path, text in files.items()}
    for texts in (files, named):
        for problem in plan_pages(texts).problems:
            assert problem.message
            assert problem.hint


@pytest.mark.untraced
def test_a_large_site_takes_no_time() -> None:
    summaries = []
    for number in range(800):
        at = Place(f"content/{number}.md", 5)
        meta = Meta(
            title=f"p{number}",
            slug=f"lib-f{number}-examples",
            symbol=Symbol("lib", f"f{number}") if number % 2 else None,
        )
        links = [f"/lib-f{other}-examples.html#main" for other in range(number, number + 12)]
        links += [f"/gone{other}.html" for other in range(number, number + 12)]
        summaries.append(
            PageSummary(
                Page(meta, (), at), f"{number}.md", tuple(Link(link, at) for link in links), frozenset(), (), ()
            )
        )
    start = time.process_time()
    plan = plan_site(summaries, (), (), parse_site_settings({}))
    facts = SiteFacts(tuple(summaries), plan.paths, plan.host, (), Policy())
    found = [*apply_rules(RULES, facts), *find_site_problems(facts, plan.taken, plan.lists)]
    assert time.process_time() - start < 10  # half a second on an idle machine
    assert len(found) > 800 * 12
