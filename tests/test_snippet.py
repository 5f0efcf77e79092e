"""The notation inside a listing, as laws. Examples of it are in tests/cases."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callsite.model import Gap, Line, Row, Snippet
from callsite.snippet import (
    find_gap_note,
    find_title,
    format_snippet,
    is_mark,
    is_stray_mark,
    parse_snippet,
    split_rows,
)
from tests.strategies import rows, snippets, texts


@given(snippets())
@example(Snippet("", (Line("~", True), Line("~~", True), Line("\\~", True), Line("~~"), Line("\\~~"), Line("\\\\~~x"))))
@example(
    Snippet("", (Line("~ ", True), Line("\\\\", True), Line("~~~", True), Line("~~~"), Line(" ~~"), Line("    ~~")))
)
@example(Snippet("", (Line("## ... x ..."), Line("## ... x ...", True), Line("\\## ... x ..."), Gap("x"), Gap("y"))))
@example(Snippet("css", (Gap("a */ b"), Line("/* ... x ... */"), Gap("{} %s"))))
@example(Snippet("", (Line(""), Line(" "), Line("", True), Gap("x"), Line("", True), Gap("é… a"))))
def test_what_is_written_is_read(snippet: Snippet) -> None:
    assert parse_snippet(format_snippet(snippet), snippet.language) == snippet


@given(texts() | st.lists(rows(), max_size=9).map("\n".join))
def test_any_text_gives_a_snippet_that_can_be_written(text: str) -> None:
    snippet = parse_snippet(text)
    assert parse_snippet(format_snippet(snippet)) == snippet
    assert format_snippet(parse_snippet(format_snippet(snippet))) == format_snippet(snippet)


@given(texts() | st.lists(rows(), max_size=9).map("\n".join))
def test_nothing_is_lost_or_reordered(text: str) -> None:
    """Each row is a line or a gap, in order; only blank rows may go, and only beside a gap."""
    found = list(parse_snippet(text).rows)
    for row in split_rows(text):
        if found and isinstance(found[0], Line):
            line = found[0]
            kept = {line.text} if not line.marked else {f"~~{line.text}", f"~~\\{line.text}", _stray(line.text)}
            if row in kept or row == "\\" + line.text:
                found.pop(0)
                continue
        elif found and isinstance(found[0], Gap) and find_gap_note(row) == found[0].note:
            found.pop(0)
            continue
        assert not row.strip(" \t"), f"{row!r} is lost"
    assert not found


def _stray(text: str) -> str:
    """` ~~x` is read as ` x`."""
    spaces = len(text) - len(text.lstrip(" "))
    return " " * min(spaces, 3) + "~~" + text[min(spaces, 3) :] if spaces else "~~" + text


@given(rows())
def test_a_row_with_a_backslash_more_means_what_it_says(row: str) -> None:
    """An escaped row is never notation."""
    if is_mark(row) or find_gap_note(row) is not None:
        assert parse_snippet("\\" + row).rows == (Line(row),)


@given(snippets())
def test_runs_hold_the_lines(snippet: Snippet) -> None:
    assert tuple(line for run in snippet.runs for line in run) == snippet.lines
    assert all(snippet.runs)
    assert snippet.code.split("\n") == ([line.text for line in snippet.lines] or [""])
    assert [snippet.lines[index] for index in snippet.marks] == [line for line in snippet.lines if line.marked]


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("", "## ... x ..."),
        ("python", "## ... x ..."),
        ("JavaScript", "// ... x ..."),
        ("sql", "-- ... x ..."),
        ("lisp", "; ... x ..."),
        ("tex", "% ... x ..."),
        ("css", "/* ... x ... */"),
        ("html", "<!-- ... x ... -->"),
    ],
)
def test_a_gap_is_written_as_a_comment_of_its_language(language: str, written: str) -> None:
    assert format_snippet(Snippet(language, (Line("a"), Gap("x"), Line("b")))) == f"a\n\n\n{written}\n\n\nb\n"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("~~a\n  ~~b\n~~\n~~\\~\n~~\\a\n", [Line(x, True) for x in ("a", "  b", "", "~", "\\a")]),
        ("\\~~a\n\\\\~~~x\n\\# ... a ...\n", [Line("~~a"), Line("\\~~~x"), Line("# ... a ...")]),
        ("a\n\n \n/* … b… */\n\t\n\n~~ \nc\n", [Line("a"), Gap("b"), Line(" ", True), Line("c")]),
        ("\n# ... a ...\n\n<!-- ... b ... -->\n", [Gap("a"), Gap("b")]),
        # Neither marks nor gaps.
        ("~~~\n ~~~~ \n    ~~a\na ~~b\n\n", [Line(x) for x in ("~~~", " ~~~~ ", "    ~~a", "a ~~b", "")]),
        ("# ... a\n# a ...\n# ... ...\n", [Line("# ... a"), Line("# a ..."), Line("# ... ...")]),
        ("# ... - ...\n", [Line("# ... - ...")]),
        ("/* ... a ...\n... a ...\n\\a...\n", [Line("/* ... a ..."), Line("... a ..."), Line("\\a...")]),
    ],
)
def test_rows(text: str, rows: list[Row]) -> None:
    assert list(parse_snippet(text).rows) == rows
    assert parse_snippet(format_snippet(Snippet("", tuple(rows)))).rows == tuple(rows)


def test_stray_marks() -> None:
    assert [is_stray_mark(row) for row in ("~~x", " ~~x", "   ~~x", "    ~~x", "\t~~x", " ~~~", " x")] == [
        *(False, True, True),
        *(False, False, False, False),
    ]


@pytest.mark.parametrize(
    ("first", "title"),
    [
        ("# views.py", "views.py"),
        ("# flask_security/views.py", "flask_security/views.py"),
        ("// src/main.rs", "src/main.rs"),
        ("/* base.css */", "base.css"),
        ("<!-- base.html -->", "base.html"),
        ("-- a.sql", "a.sql"),
        ("## ./x.py", "./x.py"),
        ("# Makefile", "Makefile"),
        ("# docs/Makefile", "docs/Makefile"),
        ("# views.py ", "views.py"),
        ("# see views.py", ""),
        ("# done.", ""),
        ("# 3.11", ""),
        ("# ...", ""),
        ("# .travis.yml", ".travis.yml"),
        ("# .x", ""),
        ("#!/bin/run.sh", ""),
        ("/* base.css", "base.css"),  # of a comment that goes on
        ("views.py", ""),
        ("#", ""),
        ("", ""),
    ],
)
def test_titles(first: str, title: str) -> None:
    assert find_title(Snippet("", (Line(first), Line("x = 1")))) == title


def test_a_listing_without_a_first_line_has_no_title() -> None:
    assert find_title(Snippet("", ())) == ""
    assert find_title(Snippet("", (Gap("views.py"), Line("# views.py")))) == ""
