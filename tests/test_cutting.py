"""Excerpts: lines of the file, in order, that parse, with all that was chosen in them, and no more than is needed."""

from __future__ import annotations

import sysconfig
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.harvest.cutting import DEFAULT, Excerpt, Style, cut_excerpt, find_marks, mark_whole
from callsite.model import Gap, Line, Listing, Origin
from callsite.names import Use, find_names
from callsite.page import format_listing, lines_fit, parse_page
from callsite.snippet import split_rows
from callsite.text import decode_python
from tests.harvested import find_spots, make_import, make_use, parse, write_program

# Larger files are read as far as this, and most likely parse no more.
_LARGEST = 40_000

_STYLES = [DEFAULT, DEFAULT, Style(1, 0, 0), Style(5, 4, 2), Style(12, 8, 8, 1), Style(window=0), Style(window=3)]


def _show(excerpt: Excerpt) -> str:
    """An excerpt as one reads it: `>` for marks, `…` for gaps."""
    return "\n".join("…" if isinstance(row, Gap) else ">" * row.marked + row.text for row in excerpt.snippet.rows)


def _cut(text: str, *chosen: Use, style: Style = DEFAULT, others: tuple[Use, ...] = ()) -> str:
    return _show(cut_excerpt(text, "f", chosen, others=others, style=style))


def _hold(text: str, chosen: list[Use], excerpt: Excerpt, style: Style) -> None:
    """What every excerpt of every text must hold to."""
    rows = split_rows(text)
    numbers = [number for first, last in excerpt.lines for number in range(first, last + 1)]
    assert numbers == sorted(set(numbers))
    assert [rows[number - 1] for number in numbers] == [line.text for line in excerpt.snippet.lines]
    marked = {number for number, line in zip(numbers, excerpt.snippet.lines, strict=True) if line.marked}
    assert marked == {number for use in chosen for number in find_marks(use, style)}
    listing = Listing(excerpt.snippet, Origin(project="p", lines=excerpt.lines))
    assert lines_fit(listing)
    page, problems = parse_page(format_listing(listing))
    assert page.blocks == (listing,)
    assert {problem.code for problem in problems} <= {"L103", "T103"}
    if style.window is None and parse(text.rstrip(" \t\n")):
        assert excerpt.parses
    assert excerpt.parses == (parse(excerpt.snippet.code) is not None)


def _try(text: str, random: Random, times: int = 2) -> int:
    """Cut what was drawn from all places of a text; how often that was."""
    tree = parse(text)
    spots = find_spots(tree) if tree else []
    for _ in range(times if spots else 0):
        chosen = random.choices(spots, k=random.randint(1, 3))
        style = random.choice(_STYLES)
        _hold(text, chosen, cut_excerpt(text, "f", chosen, style=style), style)
    return times if spots else 0


@pytest.mark.untraced
@pytest.mark.parametrize("start", range(0, 300, 100))
def test_whatever_is_cut_out_of_made_up_python_parses(start: int) -> None:
    cut = [_try(write_program(seed), Random(seed)) for seed in range(start, start + 100)]
    assert sum(map(bool, cut)) > 95  # now and then one ends in a backslash, and is no program


@pytest.mark.untraced
def test_whatever_is_cut_out_of_real_python_parses() -> None:
    random = Random(7)
    files = [path for kind in ("stdlib", "purelib") for path in sorted(Path(sysconfig.get_path(kind)).rglob("*.py"))]
    read = 0
    for path in random.sample(files, min(len(files), 150)):
        try:
            text = decode_python(path.read_bytes()[:_LARGEST])
        except ValueError:
            continue
        read += bool(_try(text, random, 1))
        used = list(find_names(text).uses)
        if used:
            chosen = random.choices(used, k=2)
            _hold(text, chosen, cut_excerpt(text, "f", chosen), DEFAULT)
    assert read > 60


@given(
    st.lists(
        st.sampled_from(["", " ", "x = (", "f()", "~~f()", "## ... x ...", "\\~~a", "\f", "'''", "    )"]), min_size=1
    ),
    st.data(),
)
def test_any_text_can_be_cut(rows: list[str], data: st.DataObject) -> None:
    text = "\n".join([*rows, "print 'x'"])
    first = data.draw(st.integers(1, len(rows)))
    chosen = [make_use(first, data.draw(st.integers(first, len(rows))))]
    style = data.draw(st.sampled_from(_STYLES))
    assert parse(text) is None
    _hold(text, chosen, cut_excerpt(text, "f", chosen, style=style), style)


_FILE = """\
import os
from lib import f
import sys


def one():
    pass


class Long:
    def two(self):
        x = 1
        if x:
            y = 2
            f(y)
            z = 3
        else:
            y = 4

    def three(self):
        return 3


def four():
    pass
"""


def test_short_things_are_kept_whole() -> None:
    assert _cut(_FILE, make_import(2), make_use(15)) == (
        "import os\n>from lib import f\nimport sys\n…\n"
        "class Long:\n    def two(self):\n        x = 1\n        if x:\n            y = 2\n>            f(y)\n"
        "            z = 3\n        else:\n            y = 4\n\n    def three(self):\n        return 3\n…"
    )


def test_long_things_are_opened() -> None:
    style = Style(whole=6, around=3)
    assert _cut(_FILE, make_use(15), style=style) == (
        "class Long:\n    def two(self):\n        x = 1\n        if x:\n            y = 2\n>            f(y)\n"
        "            z = 3\n        else:\n            y = 4\n…"
    )
    assert _cut(_FILE, make_use(15), style=Style(whole=1, around=0)) == (
        "class Long:\n    def two(self):\n        x = 1\n        if x:\n            y = 2\n>            f(y)\n…"
    )


def test_neighbours_are_the_nearest_after_and_before_in_turn() -> None:
    text = "".join(f"a{number} = {number}\n" for number in range(1, 40))
    shown = _cut(text, make_use(20), style=Style(around=4))
    assert shown == "a19 = 19\n>a20 = 20\na21 = 21\na22 = 22\n…"
    assert _cut("def g():\n    pass\nf()\ndef h():\n    pass\n" + "x\n" * 9, make_use(3)) == ">f()\n…"


def test_an_import_has_imports_around_it() -> None:
    text = "'''Words.'''\n\n\n\n\n\nimport a\nimport b\nx = 1\n\n\n\n\n\ny = 2\n"
    assert _cut(text, make_import(8)) == "import a\n>import b\n…"
    many = "".join(f"import a{number}\n" for number in range(20)) + "\n" * 5
    assert len(cut_excerpt(many, "f", [make_import(10)]).snippet.lines) == 8


def test_a_use_in_a_header_brings_the_start_of_the_body() -> None:
    body = "".join(f"    x{number}\n" for number in range(60))
    assert _cut("@f\ndef g():\n" + body, make_use(1), style=Style(around=2)) == ">@f\ndef g():\n    x0\n    x1\n…"
    text = "match f():\n    case 1:\n" + body.replace("    ", "        ")
    assert _cut(text, make_use(1), style=Style(around=1)) == ">match f():\n    case 1:\n        x0\n…"
    text = "if a:\n" + body + "elif f():\n" + body
    assert _cut(text, make_use(62), style=Style(around=1)) == "if a:\n    x0\n…\n>elif f():\n    x0\n…"
    whole = "if f():\n" + "    a = (\n" + "    1,\n" * 60 + "    )\n"
    assert len(cut_excerpt(whole, "f", [make_use(1)]).snippet.lines) == 63
    assert _cut("def f():\n    x0\n    x1\ny\n", make_use(1), style=Style(whole=1, around=9)) == (
        ">def f():\n    x0\n    x1\n…"
    )


def test_what_is_in_no_statement_comes_alone() -> None:
    assert _cut("x\n" * 9 + "# f()\n", make_use(10)) == "># f()"


def test_comments_that_lead_to_a_statement_come_with_it() -> None:
    text = "x\n" * 9 + "\n# why\n# f\nf()\n# of the next\ny\n" + "z\n" * 9
    assert _cut(text, make_use(13), style=Style(around=0)) == "…".join(["", "# why\n# f\n>f()\n…"])[1:]


def test_small_holes_are_no_gaps() -> None:
    text = "f()\nx1\nx2\nx3\nf()\nx1\nx2\nx3\nx4\nf()\n\n\n\n\n\nf()\n"
    style = Style(around=0)
    assert _cut(text, make_use(1), make_use(5), make_use(10), make_use(16), style=style) == (
        ">f()\nx1\nx2\nx3\n>f()\n…\n>f()\n\n\n\n\n\n>f()"
    )


def test_a_short_call_is_marked_whole_and_a_long_one_where_its_name_is() -> None:
    assert list(find_marks(make_use(3, 8))) == [3, 4, 5, 6, 7, 8]
    assert list(find_marks(make_use(3, 9))) == [3]
    assert list(find_marks(make_use(3, 9, line=5))) == [5]
    assert list(find_marks(make_use(3, 4), Style(marked=1))) == [3]


def test_other_uses_are_marked_where_they_are_seen() -> None:
    text = "f(1)\nf(2)\n" + "x\n" * 30 + "f(3)\n"
    shown = cut_excerpt(text, "f", [make_use(1)], others=[make_use(2), make_use(33)], style=Style(around=3))
    assert _show(shown) == ">f(1)\n>f(2)\nx\n…"
    assert shown.snippet.rows[-1] == Gap("source file continues with more f examples")
    last = cut_excerpt(text, "f", [make_use(1)], others=[make_use(2)], style=Style(around=3))
    assert last.snippet.rows[-1] == Gap("source file continues with no further f examples")


def test_gaps_say_what_is_left_out() -> None:
    excerpt = cut_excerpt("f()\n" + "x\n" * 20 + "f()\n", "f", [make_use(1), make_use(22)], style=Style(around=0))
    assert excerpt.snippet.rows == (
        Line("f()", True),
        Gap("source file abbreviated to get to f examples"),
        Line("f()", True),
    )
    assert excerpt.lines == ((1, 1), (22, 22))
    assert excerpt.size == 2
    assert excerpt.snippet.language == "python"


def test_windows_of_lines() -> None:
    text = "".join(f"x{number}\n" for number in range(1, 30))
    assert (
        _cut(text, make_use(3), make_use(20), style=Style(window=2))
        == "x1\nx2\n>x3\nx4\nx5\n…\nx18\nx19\n>x20\nx21\nx22\n…"
    )
    broken = "print 'x'\n" * 40
    assert [row.count("print") for row in [_cut(broken, make_use(20))]] == [21]
    assert not cut_excerpt(broken, "f", [make_use(20)]).parses


def test_blank_lines_beside_a_gap_belong_to_it() -> None:
    text = "x\n\n\nf()\n\n\ny\n"
    assert _cut(text, make_use(4), style=Style(window=1)) == ">f()\n…"
    assert _cut(text, make_use(4), style=Style(window=2)) == ">f()\n…"
    assert _cut(text, make_use(4), style=Style(window=3)) == "x\n\n\n>f()\n\n\ny"
    assert _cut("f(\n\n)\n\n\n", make_use(1, 3)) == ">f(\n>\n>)"


def test_the_whole_text_marked() -> None:
    excerpt = mark_whole("\n\nimport lib\n\nlib.f(\n)\n\n", [make_import(3), make_use(5, 6)])
    assert _show(excerpt) == ">import lib\n\n>lib.f(\n>)"
    assert excerpt.lines == ((3, 6),)
    assert excerpt.parses
    assert not mark_whole("print 'x'\n", []).parses


def test_nothing_can_be_cut_where_nothing_is() -> None:
    for chosen in ([], [make_use(0)], [make_use(2)], [make_use(1, 2)]):
        with pytest.raises(ValueError, match="must be in the text"):
            cut_excerpt("f()\n", "f", chosen)


def test_a_text_that_ends_in_a_backslash_is_what_it_is() -> None:
    # Python reads this, but only for the blank line, which is no line of code to show.
    assert parse("f() \\\n\n")
    assert not cut_excerpt("f() \\\n\n", "f", [make_use(1)]).parses
