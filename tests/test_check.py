"""Metadata, pages side by side: what is a problem and what is not."""

from __future__ import annotations

import posixpath
from collections.abc import Collection
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from callsite.check.claims import find_blocked_folders, find_collisions
from callsite.check.metadata import check_meta
from callsite.header import parse_header
from callsite.model import Place, Severity
from tests.strategies import metas, rows


def _check(text: str, required: Collection[str] = ("title",), **keys: Collection[str]) -> list[str]:
    meta, _, _ = parse_header(text.split("\n"), "a.md")
    found = check_meta(meta, Place("a.md"), required=required, **keys)
    return [f"{problem.at.line}: {problem.code}" + "w" * (problem.severity is Severity.WARNING) for problem in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("slug: x", ["1: M101"]),
        ("", ["1: M101"]),
        ("slug: x\ntitle:", ["2: M101"]),
        ("title: x\nsortodrer: 1", ["2: M103"]),
        ("title: x\nSort-Order: 1", ["2: M103"]),
        ("titel: x", ["1: M101", "1: M103"]),
        ("title: x\ndatee: 2020", ["2: M103"]),
        ("title: x\nmood: good", ["2: M105w"]),
        ("title: x\nstatus: publshed", ["2: M104"]),
        ("title: x\ndocs: javascript:alert(1)", ["2: M104"]),
        ("title: x\ndocs: flask.palletsprojects.com", ["2: M104"]),
        *((f"title: x\nslug: {slug}", ["2: M107"]) for slug in (
            *("../../x", "/etc/x", "a/../b", "..", ".", "a//b", "a/", "a b", "a\\b", "C:x", "x?y", "x#y", "x%2e", "<x>"),
            *("...", "a/.", "{x}", "x\u202ey", "\u200b", "x\u3164", "~x/../y", "x|y", "x*", "'x'"),
        )),
        ("title: x\nsave_as: ../x.html", ["2: M107"]),
        (f"title: x\nslug: {'a' * 251}", ["2: M107"]),
        (f"title: x\nslug: b/{'é' * 126}/c", ["2: M107"]),
        (f"title: x\nslug: {'a' * 250}/{'é' * 125}/b", []),
        ("title: x\nsave_as: /x.html", ["2: M107"]),
        # All of this is fine.
        ("title: x", []),
        ("title: x\ncategory: page\nsortorder: 1\ntoc: True\nsidebartitle: y\nmeta: z\nsymbol: a.b\naliases: c.d", []),
        ("title: x\ndate: 2020-01-01\ntags: a, b\nauthors: c\nlang: en\ntemplate: t\nstatus: draft", []),
        *((f"title: x\nslug: {slug}", []) for slug in ("a", "a/b", ".a", "a..b", "...a", "über", "漢", "a.b-c_d~e+f@g=h,i")),
        ("title: x\nsave_as: a/b.html", []),
        ("title: x\nstatus:\nslug:\nurl:", []),
        ("title: x\nsave_as:", ["2: M101"]),
        ("title: x\n_content: y", ["2: M109"]),
        ("title: x\noverride_save_as: y", ["2: M109"]),
        ("title: x\nsave_as: .html", ["2: M107"]),
        ("title: x\ntitle:", []),
        ("title: x\ndocs: https://a.b/c", []),
        ("title: x\ntitles_own_key: y", ["2: M105w"]),
    ],
)  # fmt: skip
def test_metadata(text: str, expected: list[str]) -> None:
    assert _check(text) == expected


def test_keys_of_a_site() -> None:
    assert _check("title: x\nmood: y\nsortordre: z", own=("mood", "sortordre")) == []
    assert _check("title: x\ncontent: y", reserved=("content", "title")) == ["2: M109"]
    assert _check("title: x\ncontent: y", own=("content",), reserved=("content",)) == []
    assert _check("title: x\ndates: y", reserved=("dates",)) == ["2: M109"]
    assert _check("", required=()) == []
    assert _check("title: x", required=("title", "date", "meta", "toc")) == ["1: M101", "1: M101", "1: M101"]
    assert _check("title: x\ndate: 2020\nmeta: y\ntoc: False", required=("title", "date", "meta", "toc")) == []
    assert _check("title: x\ndate:\n", required=("date",)) == ["2: M101"]


def test_messages() -> None:
    meta, _, _ = parse_header(["sortodrer: 1", "status: publshed", "slug: ../x", "content: y", "mood: z"], "a.md")
    found = check_meta(meta, Place("a.md"), required=["title"], reserved=["content"])
    assert [str(problem) for problem in sorted(found)] == [
        "a.md:1: M101 no `title`; add a line `title: …` to the metadata",
        "a.md:1: M103 `sortodrer` is no key of the notation; did you mean `sortorder`?",
        "a.md:2: M104 `status` cannot be `publshed`; write published, draft, hidden or skip",
        "a.md:3: M107 `../x` cannot name a page; use letters, digits, `-`, `_` and `.`, with `/` between folders and none "
        "in front",
        "a.md:4: M109 `content` is a name Pelican needs for itself; call it something else",
        "a.md:5: M105 `mood` means nothing here; check the spelling, or list it in CALLSITE_KEYS if your theme uses it",
    ]


@given(metas())
def test_any_metadata_can_be_checked(meta: object) -> None:
    list(check_meta(meta, Place("a.md"), required=["title", "slug"]))  # type: ignore[arg-type]


@settings(max_examples=200)
@given(rows() | st.text("./\\~a%\u202e", max_size=7))
@example("a/../b")
def test_a_slug_that_passes_stays_below_the_output(slug: str) -> None:
    assume(slug == slug.strip() != "" and "\r" not in slug)
    if not _check(f"title: x\nslug: {slug}"):
        path = posixpath.normpath(posixpath.join("/site/output", slug + ".html"))
        assert path == f"/site/output/{slug}.html"
        assert urlsplit(urljoin("https://x.y/z/", f"{slug}.html")).path == f"/z/{slug}.html"


_places = st.builds(Place, st.sampled_from(["a.md", "b.md", "c.md"]), st.integers(0, 3))
_names = st.sampled_from(["x.html", "X.html", "y.html", "straße", "STRASSE", "z"])


@given(
    st.lists(st.tuples(_names, _places)),
    st.dictionaries(_names, st.sampled_from(["the theme", "a library"])),
    st.randoms(),
)
def test_collisions(claims: list[tuple[str, Place]], taken: dict[str, str], chance: object) -> None:
    found = list(find_collisions(claims, "slug", "mend it", taken))
    shuffled = list(claims)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert list(find_collisions(shuffled, "slug", "mend it", taken)) == found
    # One problem for each claim but the first of each name, or all of those on a name that is taken.
    owners: dict[str, set[Place]] = {}
    expected = 0
    first: dict[str, Place] = {}
    lowered = {name.casefold() for name in taken}
    for name, place in sorted(claims, key=lambda claim: (claim[1], claim[0])):
        key = name.casefold()
        owners.setdefault(key, set()).add(place)
        if key in lowered or first.setdefault(key, place) != place:
            expected += 1
    assert len(found) == expected
    assert all(problem.code in ("S101", "S103") and problem.hint == "mend it" for problem in found)


def _collide(*claims: tuple[str, str], **taken: str) -> list[str]:
    problems = find_collisions([(name, Place(path, 1)) for name, path in claims], "slug", "do", taken)
    return [str(problem) for problem in problems]


def test_collisions_say_who_was_first() -> None:
    assert _collide(("x", "b.md"), ("x", "a.md"), ("y", "c.md")) == ["b.md:1: S101 the slug `x` is taken by a.md:1; do"]
    assert _collide(("x", "b.md"), ("X", "a.md")) == [
        "b.md:1: S103 the slug `x` differs only in case from `X` of a.md:1; do"
    ]
    assert _collide(("x", "b.md"), x="the theme") == ["b.md:1: S101 the slug `x` is taken by the theme; do"]
    assert _collide(("x", "b.md"), X="the theme") == [
        "b.md:1: S103 the slug `x` differs only in case from `X` of the theme; do",
    ]
    assert _collide(("x", "b.md"), ("y", "b.md"), ("x", "b.md")) == []


def _block(*claims: tuple[str, str], **taken: str) -> list[str]:
    named = {name.replace("_", "."): owner for name, owner in taken.items()}
    problems = find_blocked_folders([(name, Place(path, 1)) for name, path in claims], "do", named)
    return [str(problem) for problem in problems]


def test_a_file_cannot_stand_where_a_folder_has_to() -> None:
    assert _block(("a.html", "a.md"), ("A.html/b/c.html", "b.md")) == [
        "a.md:1: S104 the output file `a.html` stands where b.md:1 needs a folder; do"
    ]
    assert _block(("a.html/b.html", "a.md"), a_html="the theme") == [
        "a.md:1: S104 the output file `a.html/b.html` needs a folder where the theme is; do"
    ]
    assert _block(("x/a.html", "a.md"), ("x/b.html", "b.md"), ("x.html", "c.md"), y_html="the theme") == []
    assert _block(("/a/b.html", "a.md"), ("//a", "b.md"), ("", "c.md")) == []
