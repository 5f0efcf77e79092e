"""Metadata that could be better, and its canonical spelling."""

from __future__ import annotations

import re
from dataclasses import replace

import dateutil.parser
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callsite.check.facts import gather_facts
from callsite.check.metadata import RULES, check_meta
from callsite.check.spelling import find_mends, mend_entry
from callsite.defaults import MARKDOWN
from callsite.header import format_header, parse_header
from callsite.model import Meta, Place, Severity
from callsite.page import parse_page
from callsite.prose.converting import ProseConverter
from callsite.snippet import split_rows
from tests.strategies import metas, rows


@pytest.mark.parametrize(
    ("row", "mended"),
    [
        ("Title: x", "title: x"),
        ("TITLE:x", "title: x"),
        ("title:x", "title: x"),
        ("title:  x", "title: x"),
        ("title:\tx ", "title: x"),
        ("  title: x", "title: x"),
        ("Title:", "title:"),
        ("toc: true", "toc: True"),
        ("toc: FALSE", "toc: False"),
        ("symbol:   flask.g ", "symbol: flask.g"),
        ("aliases: a.b,c.d", "aliases: a.b, c.d"),
        ("aliases: a.b , c.d", "aliases: a.b, c.d"),
        ("Status: Published", "status: published"),
        ("status: DRAFT", "status: draft"),
        ("Mood: Good  Enough", "mood: Good  Enough"),
        ("Toc: yes", "toc: yes"),
        # All of this stays.
        ("title: x", None),
        ("title: x  ", None),
        ("title:", None),
        ("title: ", None),
        ("toc: True", None),
        ("toc: yes", None),
        ("sortorder: 12a", None),
        ("symbol: a b", None),
        ("symbol: flask . g", None),
        ("aliases: a.b, c d", None),
        ("aliases: a.b,", None),
        ("status: Publishd", None),
        ("sidebartitle: Published", None),
        ("title : x", None),
        ("    Title: x", None),
        ("---", None),
        ("Some words", None),
        ("", None),
    ],
)
def test_one_row(row: str, mended: str | None) -> None:
    assert mend_entry(row) == mended


def _mend(text: str) -> list[tuple[int, str]]:
    return list(find_mends(text.split("\n")))


def test_the_rows_of_a_page() -> None:
    assert _mend("Title: x\nslug: y\ntoc: true\n\nNote: this is prose.") == [(1, "title: x"), (3, "toc: True")]
    assert _mend("---\nTitle: x\n---\nSlug: y") == [(2, "title: x")]
    assert _mend("title: x\nslug: y\n\nNote: this is prose.") == []
    assert _mend("\nTitle: x") == []
    assert _mend("") == []


def test_a_value_is_mended_only_when_it_is_read_as_one() -> None:
    assert _mend("toc: true\n    x") == []
    assert _mend("toc:true\n    x") == [(1, "toc: true")]
    assert _mend("toc: True\nTOC: true") == [(2, "toc: true")]
    assert _mend("Status: Draft\n    x") == [(1, "status: Draft")]
    assert _mend("summary: a\n    Toc: true\ntoc: true") == [(3, "toc: True")]


_entries = st.builds(
    "{}{}:{}{}".format,
    st.sampled_from(["", "", " ", "   ", "    "]),
    st.sampled_from(["title", "Title", "toc", "TOC", "symbol", "aliases", "status", "Mood", "meta", "sortorder"]),
    st.sampled_from(["", " ", "  ", "\t", "\u00a0"]),
    st.sampled_from(["", "true", "False", "tr", " a.b", "a.b,c.d", "a b", "Hidden", "x  ", "12"]),
)


@given(st.lists(_entries | rows(), max_size=8))
@example(["toc: true", "    x"])
def test_mending_changes_no_meaning(header: list[str]) -> None:
    meta, end, problems = parse_header(header, "a.md")
    mended = list(header)
    for line, row in find_mends(header):
        mended[line - 1] = row
    again, same_end, others = parse_header(mended, "a.md")
    # A status has no meaning before, and the one its author meant after.
    statuses = [again.other("status"), meta.other("status").lower()]
    if statuses[0] != meta.other("status"):
        assert statuses[0] == statuses[1] in ("published", "draft", "hidden", "skip")
        again = _without_status(again)
        meta = _without_status(meta)
    assert (again, same_end, again.lines) == (meta, end, meta.lines)
    assert [(one.at, one.code) for one in others] == [(one.at, one.code) for one in problems]
    assert list(find_mends(mended)) == []


def _without_status(meta: Meta) -> Meta:
    return replace(meta, others=tuple(entry for entry in meta.others if entry[0] != "status"))


@given(metas())
def test_what_the_notation_writes_is_canonical(meta: Meta) -> None:
    written = split_rows(format_header(meta))
    assert [row for line, row in find_mends(written) if not row.startswith("status:")] == []


def _check(code: str, header: str) -> list[str]:
    text = f"{header}\n\nwords\n"
    facts = gather_facts(parse_page(text, "a.md")[0], text, ProseConverter(MARKDOWN))
    [rule] = [rule for rule in RULES if rule.code == code]
    return [str(problem) for problem in rule.apply(facts)]


DESCRIBE = "add a line `meta: …` to the metadata, a sentence for search results and previews"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("title: flask.ctx f Example Code", f"1: M111 this example page has no description; {DESCRIBE}"),
        ("title: T\nsymbol: flask.g", f"1: M111 this example page has no description; {DESCRIBE}"),
        ("title: T\nsymbol: flask\nstatus: published", f"1: M111 this library's page has no description; {DESCRIBE}"),
        ("title: T\nsymbol: flask.g\nmeta:", f"3: M111 this example page has no description; {DESCRIBE}"),
        # All of this is fine.
        ("title: flask.ctx f Example Code\nmeta: What f is for.", None),
        ("title: T", None),
        ("title: Web frameworks\ncategory: page\ntoc: True", None),
        ("title: T\nsymbol: flask.g\nstatus: draft", None),
        ("title: T\nsymbol: flask.g\nstatus: hidden", None),
        ("title: T\nsymbol: flask.g\nmeta: a\n    b", None),
    ],
)
def test_descriptions(header: str, found: str | None) -> None:
    assert _check("M111", header) == ([f"a.md:{found}"] if found else [])


def test_spellings_are_told_by_line() -> None:
    long = "a" * 70
    assert _check("M114", f"Title: x\nslug: y\nmeta:{long}\nTOC: true") == [
        "a.md:1: M114 `Title: x` is an unusual spelling; write `title: x`, or let `callsite check --fix` do it",
        f"a.md:3: M114 `meta:{'a' * 54}…` is an unusual spelling; write `meta: {'a' * 53}…`, or let `callsite check --fix` "
        "do it",
        "a.md:4: M114 `TOC: true` is an unusual spelling; write `toc: True`, or let `callsite check --fix` do it",
    ]
    assert _check("M114", "title: x\nslug: y  \ntoc: False\ntags: a,b\nstatus: draft\nNote : x") == []


def test_rules_explain_themselves() -> None:
    for rule in RULES:
        assert rule.severity is Severity.NOTE
        assert rule.manual.startswith("**Note.** ")
        assert all(re.fullmatch(rf"content/pages/a\.md:\d+: {rule.code} [^;]+; .+", text) for text in rule.examples)


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("title: x", True),
        ("title: x\nstatus: hidden", True),
        ("title: x\ndate: 2020-01-01", False),
        ("title: x\nstatus: draft", False),
        ("title: x\nstatus: skip", False),
    ],
)
def test_only_what_is_published_needs_a_date(header: str, missing: bool) -> None:
    meta, _, _ = parse_header(header.split("\n"), "a.md")
    found = [str(problem) for problem in check_meta(meta, Place("a.md"), required=("title", "date"))]
    assert found == ["a.md:1: M101 no `date`; add a line `date: …`; an article needs one"] * missing


def _reads(text: str) -> bool:
    try:
        dateutil.parser.parse(text)
    except (ValueError, OverflowError):
        return False
    return True


@given(
    st.from_regex(r"[0-2][0-9]{3}-[01][0-9]-[0-3][0-9](?:[ _T][0-2][0-9]:[0-6][0-9](?::[0-6][0-9])?)?", fullmatch=True)
)
@example("2026-01-31")
@example("2026-02-30")
@example("2026-01-31 18:00")
@example("2026-01-31 24:00")
@example("2026-01-31 23:59:60")
@example("1000-12-31 00:00:00")
@example("0999-12-31")
@example("2026-13-01")
@example("soon")
def test_dates_are_what_pelican_reads_as_such(text: str) -> None:
    meta = Meta(title="a", others=(("date", (text,)),))
    found = [problem for problem in check_meta(meta, Place("a.md", 1), required=()) if "`date`" in problem.message]
    assert (not found) == _reads(text.replace("_", " "))
