"""What a check has found, and what it amounts to in a sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from callsite.check.baseline import Rows
from callsite.check.rule import Rule
from callsite.model import Problem, Severity
from callsite.wording import count

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Report:
    """The problems of a run, in order, and what it takes to tell of them.

    `rules` are all rules by code; `rows` gives the rows of a file, () when there is nothing to show of it. `files` are
    how many files were looked at, 0 when nobody counted. Of the problems that are not among these, `known` are in a
    baseline, `ignored` are silenced in their pages, and `fixed` are put right; `gone` entries of the baseline are no
    longer found.
    """

    problems: Sequence[Problem]
    rules: Mapping[str, Rule[Any]]
    rows: Rows
    files: int = 0
    known: int = 0
    gone: int = 0
    ignored: int = 0
    fixed: int = 0
    counts: Counter[Severity] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", Counter(problem.severity for problem in self.problems))

    def title(self, code: str) -> str:
        """What a rule is about, in a few words; the code itself when nobody knows it."""
        return self.rules[code].title if code in self.rules else code

    def group(self) -> Iterator[tuple[str, list[tuple[Problem, str]]]]:
        """The files with problems, each with its problems and the rows they are on."""
        for path, problems in groupby(self.problems, key=lambda problem: problem.at.path):
            rows = self.rows(path)
            yield path, [(problem, find_row(problem, rows)) for problem in problems]


def find_row(problem: Problem, rows: Sequence[str]) -> str:
    """The row that a problem is on, "" when it is about a whole file."""
    return rows[problem.at.line - 1] if 0 < problem.at.line <= len(rows) else ""


def summarise(report: Report) -> str:
    """`3 errors, 2 notes in 5 files; 40 known findings are in the baseline`."""
    told = [count(number, severity.value) for severity in Severity if (number := report.counts[severity])]
    files = len({problem.at.path for problem in report.problems})
    if told:
        parts = [f"{', '.join(told)} in {count(files, 'file')}"]
    else:
        parts = [f"no problems in {count(report.files, 'file')}" if report.files else "no problems"]
    if report.known:
        verb = "is" if report.known == 1 else "are"
        parts.append(f"{count(report.known, 'known finding')} {verb} in the baseline")
    if report.gone:
        verb = "is" if report.gone == 1 else "are"
        parts.append(f"{report.gone:,} of the baseline {verb} gone")
    if report.ignored:
        parts.append(f"{report.ignored:,} ignored")
    if report.fixed:
        parts.append(f"{report.fixed:,} fixed")
    return "; ".join(parts)


def make_encodable(text: str) -> str:
    """Text that every encoding of Unicode takes: what stands for bytes that are no text becomes U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)
