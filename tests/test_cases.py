# ruff: noqa: RUF001, RUF002  # the quotation marks are there because no code uses them
"""The examples in tests/cases, which are the manual of the format.

Each file there holds cases between words about them. A case is a fence of backticks with a verb behind it:

    rows LANGUAGE     the inside of a listing, then the rows it is read as
    page              a whole page, then its metadata, blocks and problems
    html              a whole page, then the HTML of its listings
    code LANGUAGE     the inside of a listing that is left alone: each row is code, just as it stands
    prose             a page that is left alone: no metadata, no listing, no problem

In the first three a line `---->` parts what is written from what is read. `‹U+202E›` stands for that character and
`‹TAB›` for a tab. Run with CALLSITE_REWRITE=1 to write down what is read now, then look at the difference.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from callsite.fence import format_info
from callsite.header import list_entries
from callsite.model import Line, Prose, Row
from callsite.page import format_page, parse_page
from callsite.render import Renderer
from callsite.snippet import format_snippet, parse_snippet

_CASES = Path(__file__).parent / "cases"
_CASE = re.compile(r"^(`{5,}) (\w+) ?(.*)\n((?:.*\n)*?)\1$", re.MULTILINE)
_ARROW = re.compile(r"^---->\n", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    file: Path
    line: int
    verb: str
    language: str
    source: str
    expected: str

    def __str__(self) -> str:
        return f"{self.file.name}:{self.line}"


def _find_cases() -> list[Case]:
    found = []
    for file in sorted(_CASES.glob("*.txt")):
        text = file.read_text(encoding="utf-8")
        for match in _CASE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            source, *expected = _ARROW.split(match[4], maxsplit=1)
            found.append(Case(file, line, match[2], match[3], _expand(source), "".join(expected)))
    return found


def _expand(text: str) -> str:
    text = text.replace("‹TAB›", "\t")
    return re.sub(r"‹U\+([0-9A-F]{4,6})›", lambda match: chr(int(match[1], 16)), text)


def _shrink(text: str) -> str:
    """Characters that cannot be seen, as the cases write them."""
    text = text.replace("\t", "‹TAB›")
    return "".join(char if char.isprintable() or char == "\n" else f"‹U+{ord(char):04X}›" for char in text)


def _dump_rows(rows: tuple[Row, ...]) -> str:
    shown = []
    for row in rows:
        if isinstance(row, Line):
            shown.append(f"{'~' if row.marked else ' '} |{row.text}")
        else:
            shown.append(f"... {row.note}")
    return "".join(f"{row}\n" for row in shown)


def _dump_page(text: str) -> str:
    page, problems = parse_page(text, "")
    parts = [f"meta {key} = {' / '.join(values)}\n" for key, values in list_entries(page.meta)]
    for block in page.blocks:
        if isinstance(block, Prose):
            last = block.at.line + len(block.text.removesuffix("\n").split("\n")) - 1
            parts.append(f"prose {block.at.line}-{last}\n" if last > block.at.line else f"prose {last}\n")
        else:
            info = format_info(block.snippet.language, block.origin, block.words)
            parts.append(f"listing {block.at.line} {info}".rstrip() + "\n" + _dump_rows(block.snippet.rows))
    parts += [f"problem {problem.at.line}: {problem.code} {problem.message}\n" for problem in problems]
    return "".join(parts)


def _dump_html(text: str) -> str:
    page, _ = parse_page(text, "")
    return "".join(f"{listing.html}\n" for listing in Renderer({}).render_page(page).listings)


def _read(case: Case) -> str:
    if case.verb == "rows":
        snippet = parse_snippet(case.source, case.language)
        assert parse_snippet(format_snippet(snippet), case.language) == snippet
        return _dump_rows(snippet.rows)
    assert format_page(parse_page(case.source)[0]) == case.source
    return _dump_html(case.source) if case.verb == "html" else _dump_page(case.source)


_FOUND = _find_cases()


@pytest.mark.parametrize("case", _FOUND, ids=map(str, _FOUND))
def test_case(case: Case) -> None:
    if case.verb == "code":
        assert _dump_rows(parse_snippet(case.source, case.language).rows) == "".join(
            f"  |{row}\n" for row in case.source.removesuffix("\n").split("\n")
        ), str(case)
    elif case.verb == "prose":
        assert re.fullmatch(r"prose [\d-]+\n", _dump_page(case.source)), str(case)
    else:
        found = _shrink(_read(case))
        if os.environ.get("CALLSITE_REWRITE"):
            _rewrite(case, found)
        else:
            assert found == case.expected, str(case)


def _rewrite(case: Case, found: str) -> None:
    text = case.file.read_text(encoding="utf-8")

    def put(match: re.Match[str]) -> str:
        if _expand(_ARROW.split(match[4], maxsplit=1)[0]) != case.source or match[2] != case.verb:
            return match[0]
        source = _ARROW.split(match[4], maxsplit=1)[0]
        return f"{match[1]} {match[2]} {match[3]}".rstrip() + f"\n{source}---->\n{found}{match[1]}"

    case.file.write_text(_CASE.sub(put, text), encoding="utf-8")


def test_every_fence_in_the_cases_is_a_case() -> None:
    for file in _CASES.glob("*.txt"):
        text = file.read_text(encoding="utf-8")
        rest = _CASE.sub("", text)
        assert "`````" not in rest, file.name
        assert not _ARROW.search(rest), file.name


def test_a_third_of_the_cases_say_what_is_left_alone() -> None:
    alone = [case for case in _FOUND if case.verb in ("code", "prose")]
    assert len(_FOUND) > 60
    assert len(alone) * 3 >= len(_FOUND)
