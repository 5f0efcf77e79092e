"""Fixes: what is certain is put right, all else stays byte for byte, and patches of it apply."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callsite.check.fixing import Fixed, plan_fixes
from callsite.model import Listing, Meta, Prose
from callsite.page import format_page, parse_page
from callsite.text import BOM, split_ends
from tests.strategies import pages, texts

_ALL = """\
Title:  flask g Examples
slug: g

Look at [**views.py**](https://github.com/a/b/blob/master/x/./views.py).

```python url=https://example.org/a/./b.py path=a/./b.py
import flask
 ~~flask.g
## ... source code abbreviated to get to g examples
```

> ```python
>   ~~x
> ~~y
> ## source file continues with no further g examples
> ```
"""


def _fix(text: str) -> str:
    return plan_fixes(text, "a.md").text


def _inside(row: str, before: str = "", language: str = "") -> str:
    """A row of a listing after all fixes."""
    rows = _fix(f"title: x\n\n{before}```{language}\n{before}{row}\n{before}```\n").split("\n")
    return rows[3].removeprefix(before)


# What is put right.


def test_a_page_with_all_there_is_to_fix() -> None:
    fixed = plan_fixes(_ALL, "content/a.md")
    assert (
        fixed.text
        == """\
title: flask g Examples
slug: g

Look at [**views.py**](https://github.com/a/b/blob/master/x/views.py).

```python url=https://example.org/a/b.py path=a/b.py
import flask
~~ flask.g
## ... source code abbreviated to get to g examples ...
```

> ```python
> ~~  x
> ~~y
> ## ... source file continues with no further g examples ...
> ```
"""
    )
    assert list(map(str, fixed.changes)) == [
        "content/a.md:1: M114 now `title: flask g Examples`",
        "content/a.md:4: O102 took `/./` out of a link",
        "content/a.md:6: O102 took `/./` out of where the code is from",
        "content/a.md:8: L103 moved the spaces before the mark behind it",
        "content/a.md:9: L110 now `## ... source code abbreviated to get to g examples ...`",
        "content/a.md:13: L103 moved the spaces before the mark behind it",
        "content/a.md:15: L110 now `## ... source file continues with no further g examples ...`",
    ]


@pytest.mark.parametrize(
    ("row", "fixed"),
    [
        (" ~~x", "~~ x"),
        ("   ~~    x", "~~       x"),
        (" ~~", "~~ "),
        (" ~~~~x", "~~ ~~x"),
        (" ~~\\~", "~~ ~"),
        (" ~~\\\\~", "~~ \\~"),
        ("  ~~\\x", "~~  \\x"),
        (" ~~x\f~~y\u2028", "~~ x\f~~y\u2028"),
        (
            " ~~## source code abbreviated to get to g examples",
            " ## ... source code abbreviated to get to g examples ...",
        ),
    ],
)
@pytest.mark.parametrize("before", ["", "  ", "> ", ">> ", "> > ", ">"])
def test_spaces_before_a_mark_move_behind_it(row: str, fixed: str, before: str) -> None:
    if before == ">":
        before = "> "  # else the quote takes a space of the row
    assert _inside(row, before) == fixed
    assert _inside(fixed, before) == fixed


def test_spaces_of_lists_and_of_indented_fences_are_none_of_the_code() -> None:
    assert _fix("- a\n\n  ```\n   ~~x\n  ~~y\n  ```\n") == "- a\n\n  ```\n  ~~ x\n  ~~y\n  ```\n"
    assert _fix("1. > a\n   >\n   > ```\n   >   ~~x\n") == "1. > a\n   >\n   > ```\n   > ~~  x\n"
    assert _fix("  ~~~\n    ~~x\n ~~y\n  ~~~\n") == "  ~~~\n  ~~  x\n ~~y\n  ~~~\n"


@pytest.mark.parametrize(
    ("row", "fixed"),
    [
        ("[a](https://x.org/./b)", "[a](https://x.org/b)"),
        ("> - [a](<https://x.org/a/././b> \"t\") and <http://x.org/./?q=/./#/./>", "> - [a](<https://x.org/a/b> \"t\") and <http://x.org/?q=/./#/./>"),
        ("![`a`](https://x.org/./b_(c)) `https://x.org/./c`", "![`a`](https://x.org/b_(c)) `https://x.org/./c`"),
        ("[a]:  https://x.org/./b", "[a]:  https://x.org/b"),
        ("`` a ` b `` [a](https://x.org/./b) `", "`` a ` b `` [a](https://x.org/b) `"),
        ("`` a ` [a](https://x.org/./b)", "`` a ` [a](https://x.org/b)"),
        ("`a\n\nb [a](https://x.org/./b) `c", "`a\n\nb [a](https://x.org/b) `c"),
    ],
)  # fmt: skip
def test_links_take_no_steps_to_nowhere(row: str, fixed: str) -> None:
    assert _fix(f"title: x\n\n{row}\n") == f"title: x\n\n{fixed}\n"


def test_a_fence_line_keeps_its_spelling() -> None:
    row = '> ```  python\tversion=1  url="https://x.org/a b/./c"  path=./a/./b.py x=/./  '
    fixed = '> ```  python\tversion=1  url="https://x.org/a b/c"  path=a/b.py x=/./  '
    assert _fix(f"{row}\n> x\n") == f"{fixed}\n> x\n"


# What stays.


@pytest.mark.parametrize(
    "row",
    [
        "~~x",
        "~~ x",
        "    ~~x",
        "\t~~x",
        " ~~~",
        " \\~~x",
        "x ~~y",
        "## ... source file abbreviated to get to g examples ...",
        "\\## ... source code abbreviated ...",
        "# source code is here",
        "https://x.org/a/./b",
        "[a](https://x.org/a/./b)",
        "Title: x",
        "",
    ],
)
@pytest.mark.parametrize("before", ["", "> "])
def test_rows_of_listings_that_stay(row: str, before: str) -> None:
    assert _inside(row, before) == row


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        BOM,
        "title: x\n\n ~~not in a listing\n## source code abbreviated to get to g examples\n",
        "title: x\n\n`[a](https://x.org/./b)` and `` `[a](https://x.org/./b)\nx ``\n",
        "title: x\n\n    [a](https://x.org/./b)\n\n\t<https://x.org/./b>\n",
        "title: x\n\n[a](./b.md) [a](/a/./b.html) [a]({filename}/./a.md) https://x.org/./b\n",
        "title: x\n\n```x url=https://x.org/../b path=a//b url=https://x.org/./b\n```\n",
        '```x path="a\\\\/./b" project="path=a/./b" url=./\n```\n',
        "```x path=a/./b xpath=a/./b\n```\n",
        "> ```\n>\t~~x\n",
        # With a line number for each line, the comment is a line of the source.
        "```python lines=1-2\n## source code abbreviated to get to g examples\nx\n```\n",
    ],
)
def test_pages_that_stay(text: str) -> None:
    assert plan_fixes(text, "a.md") == Fixed(text)


def test_a_tab_that_stands_only_partly_in_the_listing_stays() -> None:
    text = "- a\n\n  ```\n\t~~x\n\t## source code abbreviated to get to g examples\n  ```\n"
    [listing] = parse_page(text)[0].listings
    assert listing.snippet.lines[0].text == "  x"
    assert listing.snippet.lines[0].marked
    assert plan_fixes(text, "a.md") == Fixed(text)


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"```\n ~~x\0\n```\n", "it holds NUL bytes"), (b"Title: \xe9\n\n```\n ~~x\n```\n", "it is not UTF-8")],
)
def test_a_damaged_file_is_never_touched(data: bytes, reason: str) -> None:
    text = data.decode("utf-8", "surrogateescape")
    assert plan_fixes(text, "a.md") == Fixed(text, (), reason)


def test_every_other_byte_stays() -> None:
    text = (
        BOM + "Title: e\u0301\u2028\fx \r\nslug: a\r\r\n[a](https://x.org/./b)\f\n```\r\n ~~x\x0b \r ~~y\n\f\r\n```\n\n"
        "```\nno end\r\n  ~~z"
    )
    assert _fix(text) == (
        BOM + "title: e\u0301\u2028\fx\r\nslug: a\r\r\n[a](https://x.org/b)\f\n```\r\n~~ x\x0b \r~~ y\n\f\r\n```\n\n"
        "```\nno end\r\n~~  z"
    )


@pytest.mark.untraced
def test_real_pages_get_what_they_need_and_nothing_else(shared: Path) -> None:
    found: dict[str, int] = {}
    for path in sorted([*shared.glob("seed/*.m*"), *shared.glob("corpus/p*/*.m*")]):
        text = path.read_bytes().decode()
        fixed = plan_fixes(text, str(path))
        for change in fixed.changes:
            found[change.code] = found.get(change.code, 0) + 1
        assert not (fixed.changes and plan_fixes(fixed.text, str(path)).changes)
    assert found == {"L103": 5, "O102": 65}


# Laws.

_hostile = texts(("\n", "\r\n", "\r"))


_SLIPS = [
    " ~~f()",
    "> ~~f()",
    ">   ~~f()",
    "   ~~",
    "\t~~f()",
    "## ... source code abbreviated",
    "> ~~# source file abbreviated x",
    "SLUG : a",
    "Toc:true",
    "[a](https://x/./y)",
    "```x path=./a",
    " > ```\n >   ~~\\~\n > ```",
    "- ```\n    ~~x",
]


@st.composite
def _slips(draw: st.DrawFn) -> str:
    """A page in which rows have got the slips that are fixed here."""
    text = draw(pages().map(format_page) | _hostile)
    lines = split_ends(text)
    for _ in range(draw(st.integers(1, 4))):
        number = draw(st.integers(0, len(lines)))
        slip = draw(st.sampled_from(_SLIPS))
        lines.insert(
            number,
            draw(st.sampled_from(["", "", "  ", "> "])) + slip + draw(st.sampled_from(["\n", "\r\n", "\r", "\n\n"])),
        )
    return draw(st.sampled_from(["", BOM])) + "".join(lines)


def _pick(meta: Meta) -> object:
    """What metadata says, but for what a status was meant to be."""
    return [(key, [value.lower() for value in values]) for key, values in meta.others], meta.title, meta.slug, meta.toc


@given(_hostile | _slips())
@example(_ALL)
def test_fixes_are_done_once_and_touch_nothing_else(text: str) -> None:
    fixed = plan_fixes(text, "a.md")
    assert fixed.refused or plan_fixes(fixed.text, "a.md") == Fixed(fixed.text)
    before, after = split_ends(text), split_ends(fixed.text)
    assert len(before) == len(after)
    changed = {change.at.line for change in fixed.changes}
    assert len(changed) == len(fixed.changes)
    for number, (old, new) in enumerate(zip(before, after, strict=True), start=1):
        assert (old != new) == (number in changed)
        assert old[len(old.rstrip("\r\n")) :] == new[len(new.rstrip("\r\n")) :]
    assert fixed.text.startswith(BOM) == text.startswith(BOM)


@given(_hostile | _slips())
@example(_ALL)
def test_the_page_stays_the_same(text: str) -> None:
    fixed = plan_fixes(text, "a.md")
    before, _ = parse_page(text, "a.md")
    after, problems = parse_page(fixed.text, "a.md")
    codes = {change.at.line: change.code for change in fixed.changes}
    assert _pick(before.meta) == _pick(after.meta)
    assert len(before.blocks) == len(after.blocks)
    for old, new in zip(before.blocks, after.blocks, strict=True):
        assert old.at == new.at
        if isinstance(old, Prose):
            assert isinstance(new, Prose)
            assert old.text.replace("/./", "/") == new.text.replace("/./", "/")
            continue
        assert isinstance(new, Listing)
        assert old.written
        rows = range(old.at.line + 1, old.at.line + old.written.text.count("\n") + 1)
        if "L110" not in {codes.get(row) for row in rows}:
            assert old.snippet == new.snippet
        assert old.words == new.words
        assert old.origin.lines == new.origin.lines
    left = {problem.at.line for problem in problems if problem.code == "L103"}
    assert left.isdisjoint(codes)


def test_it_takes_no_time_that_grows_with_the_square() -> None:
    parts = ["`" * (number % 40 + 1) + "](https://x/./y `<https://" for number in range(4_000)]
    rows = [" ~~" + "~ " * 2_000, "## " + ". " * 2_000, "## source code abbreviated" + " ." * 2_000 + "x"]
    text = "title: x\n\n" + "".join(parts) + "\n" + "\n\n".join(parts) + "\n\n```\n" + "\n".join(rows * 20) + "\n```\n"
    start = time.process_time()
    plan_fixes(text, "a.md")
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "text",
    [
        "<pre>\n[x](https://a.org/b/./c)\n</pre>\n",
        "<!-- [x](https://a.org/b/./c) -->\n",
        '<div data-x="](https://a.org/b/./d)">x</div>\n',
        "[w](https://web.archive.org/web/2020/https://a.org/./c)\n",
    ],
)
def test_addresses_that_are_shown_or_hold_others_stay(text: str) -> None:
    assert _fix(f"title: a\n\n{text}") == f"title: a\n\n{text}"


def test_what_a_page_ignores_stays() -> None:
    text = "Title: a\n\n[x](https://a.org/b/./c)\n"
    assert plan_fixes(text, "a.md", {"O102"}).text == "title: a\n\n[x](https://a.org/b/./c)\n"
