"""Metadata that could be better, and its canonical spelling."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callsite.check.spelling import find_mends, mend_entry
from callsite.header import format_header, parse_header
from callsite.model import Meta
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
