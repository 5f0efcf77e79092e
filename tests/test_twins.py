"""All twins of a site together: which files there are, and that they hold for any site."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt

from callsite.model import Page
from callsite.page import parse_page
from callsite.text import normalise_ends
from callsite.twins import TwinPage, find_documents, list_twin_paths, make_part, plan_common, sort_pages
from callsite.twins.escaping import escape_line, escape_words, format_element, make_line
from callsite.twins.pages import encode_url, find_markdown_path, format_time
from tests.growth import find_growth
from tests.strategies import pages
from tests.test_twins_examples import assert_valid
from tests.twinning import day, files_of, leave, read_valid, site_of, twin, twin_of

_HOSTILE = "]]>\x00\x01\x0b\x1f\ufffe\uffff\u202e\u200b </title> &amp; \"'<b>` *x* [a](b) \x85\u2028 \U0001f600"


def test_the_files_of_a_site() -> None:
    flask = twin("title: g\nslug: flask-g\nsymbol: flask.g", changed=day(1))
    site = site_of(flask, twin("title: Home", url="guide/"))
    files = files_of(site, leave)
    assert sorted(files) == [
        "changes.atom.xml",
        "examples.json",
        "examples.schema.json",
        "flask-g.md",
        "guide/index.md",
        "llms.txt",
        "objects.inv",
        "sitemap.xml",
    ]
    assert list_twin_paths(site) == set(files)


def test_without_an_address_there_are_no_feed_and_no_sitemap() -> None:
    files = files_of(site_of(twin("title: g\nslug: g", changed=day(1)), address=""), leave)
    assert not {"changes.atom.xml", "sitemap.xml"} & set(files)
    assert "(/g.md)" in files["llms.txt"].decode()


def test_a_site_without_anything() -> None:
    files = files_of(site_of(name="", summary=""), leave)
    assert sorted(files) == ["examples.json", "examples.schema.json", "llms.txt", "objects.inv"]
    assert_valid(json.loads(files["examples.json"]))


def test_nothing_depends_on_the_order_of_sets_or_the_time_of_day() -> None:
    site = site_of(twin("title: g\nslug: g", "```\nx\n```\n", changed=day(1), uses=(("b.c", "a.b", "b.c"),)))
    once, again = (
        {path: hashlib.sha256(content).digest() for path, content in files_of(site, leave).items()} for _ in range(2)
    )
    assert once == again


def test_texts_end_in_one_line_end() -> None:
    page = twin("title: g\nslug: g", "\n\n\nwords\n\n\n\n", changed=day(1))
    files = files_of(site_of(page), leave)
    texts = [content for path, content in files.items() if path != "objects.inv"]
    assert all(text.endswith(b"\n") and not text.endswith(b"\n\n") for text in texts)


def test_a_site_is_the_sum_of_its_pages_parts_and_what_they_have_in_common() -> None:
    """Each part is made from its page alone; what is about all of them needs no more of a page than its metadata."""
    body = "[a](b)\n\n```py\nx\n```\n"
    whole = [twin(f"title: {name}\nslug: {name}\nsymbol: m.{name}", body, changed=day(1)) for name in "cab"]
    site = site_of(*whole)
    known = [replace(each, page=replace(_page(each), blocks=())) for each in whole]
    light = site_of(*known)
    parts = {each.url: make_part(each, _page(other), light, leave) for each, other in zip(known, whole, strict=True)}
    files = {path: parts[each.url].document for path, each in find_documents(light).items()}
    entries = (parts[each.url].entry for each in sort_pages(light))
    files |= {path: b"".join(pieces) for path, pieces in plan_common(light, entries)}
    assert files == files_of(site, leave)


def test_entries_are_asked_for_one_by_one() -> None:
    site = site_of(twin("title: a", "```\nx\n```\n", url="a"), twin("title: b", "```\ny\n```\n", url="b"))
    told: list[str] = []

    def make_entries() -> Iterator[bytes]:
        for each in sort_pages(site):
            told.append(each.url)
            yield make_part(each, _page(each), site, leave).entry

    files = dict(plan_common(site, make_entries()))
    assert told == []
    pieces = iter(files["examples.json"])
    while b'"number": 1' not in next(pieces):
        pass
    assert told == ["a"]
    assert b'"y"' in b"".join(pieces)
    assert told == ["a", "b"]


def _page(twin: TwinPage) -> Page:
    assert isinstance(twin.page, Page)
    return twin.page


@pytest.mark.untraced
def test_what_pages_have_in_common_takes_no_more_than_their_number() -> None:
    def make(times: int) -> Callable[[], object]:
        pages = (twin(f"title: {n}\nslug: p{n}\nsymbol: m{n % 9}.n{n}", changed=day(1)) for n in range(times))
        site = site_of(*pages)
        return lambda: [b"".join(pieces) for _, pieces in plan_common(site, [b"{}"] * times)]

    assert find_growth(make, 100) < 40


@given(st.text())
def test_a_line_is_what_it_would_be_if_it_were_not_plain(text: str) -> None:
    assert make_line(text) == make_line("\0" + text)


def test_of_two_pages_for_one_file_the_first_has_it() -> None:
    files = files_of(site_of(twin("title: First", url="x.html"), twin("title: Second", url="x")), leave)
    assert files["x.md"].startswith(b"# First")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("flask-g-examples.html", "flask-g-examples.md"),
        ("x/index.html", "x/index.md"),
        ("x/", "x/index.md"),
        ("", "index.md"),
        ("x", "x.md"),
        ("über/ñ.html", "über/ñ.md"),
        ("v1.2/x.htm", "v1.2/x.htm.md"),
        ("../x.html", None),
        ("/x.html", None),
        ("https://elsewhere.example/x.html", None),
        ("a//b.html", None),
        ("x.html?y", None),
        ("a b.html", None),
    ],
)
def test_where_the_markdown_of_a_page_goes(url: str, path: str | None) -> None:
    assert find_markdown_path(url) == path


def test_a_page_elsewhere_has_no_markdown_and_harms_nothing() -> None:
    files = files_of(site_of(twin("title: x", url="../x.html", changed=day(1))), leave)
    assert [path for path in files if path.endswith(".md")] == []
    assert json.loads(files["examples.json"])["pages"][0]["markdown"] is None


def test_addresses_are_written_in_their_own_characters() -> None:
    assert encode_url("a/b-c_1.html") == "a/b-c_1.html"
    assert encode_url("ñ é$.html") == "%C3%B1%20%C3%A9%24.html"
    assert encode_url("50%25.html") == "50%25.html"


def test_dates_are_in_utc() -> None:
    assert format_time(day(2)) == "2026-01-02T12:30:00Z"
    assert format_time(datetime(2026, 1, 2, 3, 4, 5, 678)) == "2026-01-02T03:04:05Z"
    assert format_time(datetime(2026, 1, 2, 1, tzinfo=timezone(timedelta(hours=2)))) == "2026-01-01T23:00:00Z"
    assert format_time(datetime(33, 1, 2)) == "0033-01-02T00:00:00Z"


def test_hostile_words_are_words_everywhere() -> None:
    header = "title: x\nslug: x\nsymbol: a.b"
    page = twin(header, "```py\nx\n```\n", created=day(1))
    meta = replace(page.page.meta, title=_HOSTILE, description=_HOSTILE)
    hostile = replace(page, page=replace(_page(page), meta=meta))
    libraries = (("a", "libraries/a.html", _HOSTILE),)
    files = files_of(site_of(hostile, name=_HOSTILE, summary=_HOSTILE, libraries=libraries), leave)
    feed = read_valid(files["changes.atom.xml"], "atom")
    title = feed.findtext("{*}entry/{*}title")
    assert title == "]]> </title> &amp; \"'<b>` *x* [a](b) \U0001f600"
    read_valid(files["sitemap.xml"], "sitemap")
    data = json.loads(files["examples.json"])
    assert_valid(data)
    assert data["pages"][0]["title"] == _HOSTILE
    assert not re.search(rb"[\x00-\x09\x0b-\x1f]", files["llms.txt"] + files["x.md"])
    assert files["x.md"].count(b"\n# ") == 0


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("flask.ctx after_this_request Example Code", "flask.ctx after_this_request Example Code"),
        ("C# and F#, a < b", "C# and F#, a \\< b"),
        ("__init__ of *x*", "\\_\\_init\\_\\_ of \\*x\\*"),
        ("# 1", "\\# 1"),
        ("- x", "\\- x"),
        ("1. x", "1\\. x"),
        ("0.1.0", "0\\.1.0"),
        ("a\\b `c` [d](e)", "a\\\\b \\`c\\` \\[d\\](e)"),
        ("&amp; & &c", "\\&amp; & &c"),
        ("a ~~b~~ ~c", "a \\~~b\\~~ ~c"),
        ("a ##", "a \\##"),
        ("a \n\t b\u2028c", "a b c"),
        ("", ""),
    ],
)
def test_words_in_markdown(words: str, shown: str) -> None:
    assert escape_line(words) == shown


def test_words_inside_a_line_need_less() -> None:
    assert escape_words("0.1.0") == "0.1.0"


@given(st.text())
def test_any_line_of_markdown_shows_its_words(text: str) -> None:
    tokens = MarkdownIt("commonmark").parse(f"# {escape_line(text)}\n\n{escape_line(text)}\n")
    shown = ["".join(child.content for child in token.children or ()) for token in tokens if token.type == "inline"]
    line = make_line(text).replace("\0", "\ufffd")
    assert shown == ([line, line] if line else [""])


@given(st.text())
def test_any_text_can_stand_in_xml(text: str) -> None:
    element = etree.fromstring(format_element("a", text, {"b": text}))
    kept = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)
    assert element.get("b") == kept
    assert (element.text or "") == normalise_ends(kept)


@settings(max_examples=30)
@given(st.lists(pages(), max_size=3))
def test_any_site_has_valid_twins(found: list[Page]) -> None:
    twins = [twin_of(page, f"{number}.html", changed=day(1 + number)) for number, page in enumerate(found)]
    files = files_of(site_of(*twins), leave)
    assert_valid(json.loads(files["examples.json"]))
    if twins:
        read_valid(files["changes.atom.xml"], "atom")
        read_valid(files["sitemap.xml"], "sitemap")


@pytest.mark.untraced
def test_real_pages(shared: Path) -> None:
    twins: list[TwinPage] = []
    for path in sorted([*shared.glob("seed/*.md"), *shared.glob("corpus/p*/*.markdown")]):
        page, _ = parse_page(path.read_text(encoding="utf-8"), path.name)
        twins.append(twin_of(page, f"{page.meta.slug}.html", created=day(1)))
    files = files_of(site_of(*twins, libraries=(("flask", "flask.html", ""),)), leave)
    assert len(twins) > 40
    assert len([path for path in files if path.endswith(".md")]) == len(twins)
    data = json.loads(files["examples.json"])
    assert_valid(data)
    assert len(data["excerpts"]) == sum(len(_page(twin).listings) for twin in twins)
    assert b"\n~~" not in b"".join(content for path, content in files.items() if path.endswith(".md"))
