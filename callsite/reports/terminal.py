"""Problems for people: file by file, each with its line, at the width of their terminal.

    content/pages/a.md:41: warning L103 spaces before a mark; they are read as code
        -> begin the line with `~~`
        |  ~~flask.g

The first line of each begins as compilers write it, so that editors and terminals can jump there.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from callsite.model import Problem, Severity
from callsite.reports.report import Report, summarise
from callsite.reports.rows import show_row
from callsite.wording import make_printable

_INDENT = "    "

# The codes of "Select Graphic Rendition" (ECMA-48, 8.3.117).
_BOLD, _FAINT = "1", "2"
_COLOURS = {Severity.ERROR: "1;31", Severity.WARNING: "33", Severity.NOTE: "36"}

# Columns that a message needs beside its place.
_LEAST_ROOM = 24

# The most columns of a row of a file, however wide the terminal is.
_WIDEST = 160

_ARROW = "-> "
_BAR = "|  "


def format_text(report: Report, *, colour: bool = False, width: int = 80) -> str:
    """Write a report for a terminal of `width` columns, or for a file; one sentence when all is well."""
    width = max(width, 40)
    parts: list[str] = []
    for _, found in report.group():
        for problem, row in found:
            parts += _format_problem(problem, row, colour, width)
        parts.append("")
    worst = next((severity for severity in Severity if report.counts[severity]), None)
    style = _COLOURS[worst] if worst and colour else ""
    parts += [_paint(line, style) for line in textwrap.wrap(summarise(report), width)]
    return "".join(f"{line}\n" for line in parts)


def _format_problem(problem: Problem, row: str, colour: bool, width: int) -> Iterator[str]:
    place = f"{make_printable(str(problem.at))}:"
    what = f"{problem.severity} {problem.code}"
    start = f"{place} {what} "
    if len(start) + _LEAST_ROOM > width:
        first, *more = start, *_wrap(problem.message, _INDENT, _INDENT, width)
    else:
        first, *more = _wrap(problem.message, start, _INDENT, width)
    if colour:
        first = f"{_paint(place, _BOLD)} {_paint(what, _COLOURS[problem.severity])} {first.removeprefix(start)}"
    yield first.rstrip()
    yield from more
    yield from _wrap(problem.hint, _INDENT + _ARROW, _INDENT + " " * len(_ARROW), width)
    shown = show_row(row, min(width, _WIDEST) - len(_INDENT) - len(_BAR))
    if shown:
        yield f"{_INDENT}{_paint(_BAR + shown, _FAINT if colour else '')}"


def _wrap(text: str, first: str, later: str, width: int) -> list[str]:
    text = make_printable(text)
    if len(first) + len(text) <= width:
        return [first + text]
    rows = textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=later, break_long_words=False, break_on_hyphens=False
    )
    return rows or [first]


def _paint(text: str, style: str) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if style else text
