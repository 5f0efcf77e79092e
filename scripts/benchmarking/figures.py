"""What was measured, and what may be said of it: medians, ratios, and whether they are within their limits.

All of it is pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarking.measuring import MB, Cost

# The kinds of build: no output and no cache, nothing changed since, one page changed by a sentence.
COLD, WARM, EDITED = PHASES = ("cold", "warm", "edited")

# The most that a build may take of what Hugo takes for the same, by the clock, on so many pages or more.
LIMITS = {COLD: 0.5, WARM: 0.1, EDITED: 0.15}
ENOUGH = 500

# Of pages, and how many times the time of the fewer the more may take; the most memory for the more.
FEWER, MORE = 1_000, 10_000
GROWTH = 10.5
MEMORY = 1e9

# How many times as long as `python -c pass` it may take to print the help.
START = 2.5


@dataclass(frozen=True, slots=True)
class Figures:
    """How a site was built: the costs of all builds of each kind, the most memory of a cold one, the bytes and files of
    its output, and how many files were written anew by builds that were not cold.
    """

    runs: Mapping[str, Sequence[Cost]]
    memory: int
    size: int
    files: int
    rewritten: Mapping[str, int] = field(default_factory=dict)

    def clock(self, phase: str) -> float:
        """The median of seconds by the clock."""
        return median(cost.clock for cost in self.runs[phase])

    def processors(self, phase: str) -> float:
        """The median of seconds of all processors."""
        return median(cost.processors for cost in self.runs[phase])


@dataclass(frozen=True, slots=True)
class Results:
    """All that was measured: sites of the same pages by the name of the tool, sites of Callsite alone by their number
    of pages, Hugo's memory for MORE pages (0 when that was not measured), and the seconds of `callsite --help` and of
    Python alone.
    """

    pages: int
    compared: Mapping[str, Figures]
    grown: Mapping[int, Figures]
    hugo_memory: int = 0
    start: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A figure and the limit that it must not be over; `unit` follows both."""

    what: str
    figure: float
    limit: float
    unit: str = ""

    @property
    def is_good(self) -> bool:
        """Whether it is within its limit."""
        return self.figure <= self.limit


def find_verdicts(results: Results) -> list[Verdict]:
    """Judge what must hold, as far as it was measured."""
    found = []
    callsite, hugo = results.compared.get("callsite"), results.compared.get("hugo")
    if callsite and hugo and results.pages >= ENOUGH:
        for phase, limit in LIMITS.items():
            ratio = callsite.clock(phase) / hugo.clock(phase)
            found.append(Verdict(f"{phase} build of {results.pages:,} pages, of Hugo's time", ratio, limit))
    fewer, more = results.grown.get(FEWER), results.grown.get(MORE)
    if fewer and more:
        times = more.clock(COLD) / fewer.clock(COLD)
        found.append(Verdict(f"cold build of {MORE:,} pages, times that of {FEWER:,}", times, GROWTH))
    if more and more.memory:
        what = f"memory at {MORE:,} pages"
        found.append(Verdict(what, more.memory / MB, MEMORY / MB, " MB"))
        if results.hugo_memory:
            found.append(Verdict(f"{what}, below Hugo's", more.memory / MB, results.hugo_memory / MB, " MB"))
    if all(results.start):
        found.append(Verdict("`callsite --help`, times `python -c pass`", results.start[0] / results.start[1], START))
    return found
