"""Metadata: a codec, and the grammar of Markdown's own extension."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown import Markdown

from callsite.header import KEYS, PELICAN_KEYS, format_header, list_entries, parse_header, split_header
from callsite.model import Meta, Place, Symbol
from tests.strategies import metas, rows, texts


def _parse(text: str) -> tuple[Meta, int, list[tuple[int, str]]]:
    meta, end, problems = parse_header(text.split("\n"), "a.md")
    assert all(problem.at.path == "a.md" for problem in problems)
    return meta, end, [(problem.at.line, problem.code) for problem in problems]


@given(metas())
@example(Meta(title=":", others=(("status", ("",)), ("tags", ("", "a: b", "---")))))
@example(Meta(description="...", slug="---"))
def test_what_is_written_is_read(meta: Meta) -> None:
    written = format_header(meta)
    again, end, problems = _parse(written)
    assert (again, problems) == (meta, [])
    assert end == written.count("\n")
    assert format_header(again) == written


@given(texts())
def test_any_text_has_a_header_that_can_be_written_again(text: str) -> None:
    found = text.split("\n")
    meta, end, problems = parse_header(found, "")
    assert format_header(meta) == "".join(f"{row}\n" for row in found[:end])
    assert all(1 <= problem.at.line <= len(found) for problem in problems)
    assert all(1 <= line <= end for _, line in meta.lines)


@given(texts())
def test_the_first_rows_are_all_that_a_header_needs(text: str) -> None:
    assert parse_header(split_header(text), "a.md") == parse_header(text.split("\n"), "a.md")


def test_first_rows_end_with_a_blank_one_at_the_latest() -> None:
    assert split_header("") == []
    assert split_header("a: b") == split_header("a: b\n") == ["a: b"]
    assert split_header("a: b\n\nc")[:2] == ["a: b", ""]
    long = ["a: b", *["    c"] * 99]
    assert split_header("\n".join([*long, " ", *["d"] * 1000]))[:101] == [*long, " "]
    assert len(split_header("\n".join([*long, " ", *["d"] * 1000]))) < 200


_header_rows = st.sampled_from(
    """\
title: x|title: y|toc: True|toc: maybe|sortorder: 12|sortorder: 1.2|symbol: a.b|symbol: a b|aliases: a, b.c|aliases: a,,b
Slug:x|   meta: a b |date:|date: 2020-01-01|x_y-1:z|k: v: w|    more|      and more |    k: v|---|...|--- x|----|| |plain
 : x|a b: c|é: x""".replace("\n", "|").split("|")
)


@given(st.lists(_header_rows, max_size=7) | st.lists(rows("\r"), max_size=4))
def test_the_grammar_is_markdowns(found: list[str]) -> None:
    """On a header that is read without complaint both see the same keys and values, and the same body below."""
    meta, end, problems = parse_header(found, "")
    if (
        end == 0
        or any(problem.code == "M106" for problem in problems)
        or any("\x02" in r or "\x03" in r for r in found)
    ):
        return
    markdown = Markdown(extensions=["meta"])
    # Markdown ends the header at anything that begins with three dashes or dots.
    if any(row.startswith(("---", "...")) for row in found[end - 1 : end + 1]):
        found = [row for row in found[:end] if not row.startswith(("---", "..."))]
    markdown.convert("\n".join(found))
    theirs = {key: [line for line in values if line] for key, values in markdown.Meta.items()}  # type: ignore[attr-defined]
    ours: dict[str, list[str]] = {}
    for row in found[:end]:
        key, colon, value = row.partition(":")
        if not row.startswith("    ") and colon:
            current = ours.setdefault(key.strip().lower(), [])
            current.append(value.strip())
        elif row.startswith("    "):
            current.append(row.strip())
    assert {key: [line for line in values if line] for key, values in ours.items()} == theirs
    assert {key for key, _ in meta.lines} == set(theirs)
    for key, values in list_entries(meta):
        if key not in ("toc", "aliases"):
            assert " ".join(values).split() == " ".join(theirs[key]).split() or len(theirs[key]) > 1


def test_the_seven_keys_and_the_new_ones() -> None:
    text = (
        "title: T: x\ncategory: page\nSLUG: s\nsortorder: 0500\ntoc: false\nsidebartitle: st\n"
        "meta: about\n    more\nsymbol: a.b\naliases: a.c, d\ndocs: https://x/\ncheck: ignore=L111 so\ndate: 2020\n"
    )
    meta, end, problems = _parse(text + "\nbody")
    assert problems == []
    assert end == 13
    assert meta == Meta(
        title="T: x",
        category="page",
        slug="s",
        sortorder="0500",
        toc=False,
        sidebartitle="st",
        description="about more",
        symbol=Symbol("a", "b"),
        aliases=("a.c", "d"),
        docs="https://x/",
        check="ignore=L111 so",
        others=(("date", ("2020",)),),
    )
    assert [meta.line(key) for key in ("title", "meta", "symbol", "date", "absent")] == [1, 7, 9, 13, 1]
    assert [key for key, _ in list_entries(meta)] == [*KEYS, "date"]
    assert not set(KEYS) & set(PELICAN_KEYS)


def test_what_changed_is_written_anew() -> None:
    meta, _, _ = _parse("---\nTitle:  A\nslug: b\ntags: x\n    y\n---\n\nbody")
    assert format_header(meta) == "---\nTitle:  A\nslug: b\ntags: x\n    y\n---\n"
    changed = Meta(title="B", slug=meta.slug, others=meta.others, written=meta.written)
    assert format_header(changed) == "title: B\nslug: b\ntags: x\n    y\n"


@pytest.mark.parametrize(
    ("text", "end", "problems"),
    [
        ("title: a\ntitle: b\n", 2, [(2, "M102")]),
        ("title: a\nTITLE:\n", 2, [(2, "M102")]),
        ("sortorder: 12a\n", 1, [(1, "M104")]),
        ("sortorder: -1\n", 1, [(1, "M104")]),
        ("sortorder: ٣\n", 1, [(1, "M104")]),
        ("title: a\ntoc: yes\n", 2, [(2, "M104")]),
        ("symbol: a b\n", 1, [(1, "M104")]),
        ("aliases: a.b, c-d\n", 1, [(1, "M104")]),
        ("title: a\nbody\n", 1, [(2, "M106")]),
        ("title: a\n# h\n", 1, [(2, "M106")]),
        ("title: a\n" + "x" * 99 + "\n", 1, [(2, "M106")]),
        ("---\ntitle: a\nb\n", 2, [(3, "M106")]),
        # No metadata, or none that is wrong.
        ("", 0, []),
        ("\ntitle: a\n", 0, []),
        ("# Heading\ntitle: a\n", 0, []),
        ("---\n\ntitle: a\n", 0, []),
        ("---\n---\n", 0, []),
        ("...\ntitle: a\n", 0, []),
        ("    title: a\n", 0, []),
        ("title : a\n", 0, []),
        ("title: a\n\nslug: b\n", 1, []),
        ("title: a\n \nslug: b\n", 1, []),
        ("title: a\n...\nslug: b\n", 2, []),
        ("---\ntitle: a\n--- end\nslug: b\n", 3, []),
        ("sortorder:\ntoc:\nsymbol:\naliases:\n", 4, []),
        ("toc: TRUE\n", 1, []),
    ],
)
def test_headers(text: str, end: int, problems: list[tuple[int, str]]) -> None:
    meta, found_end, found = _parse(text)
    assert (found_end, found) == (end, problems)
    assert format_header(meta) == "".join(f"{row}\n" for row in text.split("\n")[:end])


def test_a_value_that_cannot_be_read_is_kept() -> None:
    meta, _, _ = _parse("sortorder: x\nsortorder: 5\ntoc: perhaps\n    so")
    assert meta == Meta(others=(("sortorder", ("x",)), ("sortorder", ("5",)), ("toc", ("perhaps", "so"))))
    assert meta.other("toc") == "perhaps so"
    meta, _, _ = _parse("tags: a \n    b \t\n      \tc\ndate:\t2020")
    assert meta.others == (("tags", ("a", "b", "c")), ("date", ("2020",)))
    assert meta.line("sortorder") == 1


def test_a_long_line_is_shown_in_part() -> None:
    _, _, problems = parse_header(["title: a", "y" * 41], "a.md")
    assert str(problems[0]).startswith(f"a.md:2: M106 `{'y' * 39}…` is not")
    _, _, problems = parse_header(["title: a", "y" * 40], "a.md")
    assert f"`{'y' * 40}`" in problems[0].message


def test_places() -> None:
    assert Place("a", 1) < Place("a", 2) < Place("b", 0)
