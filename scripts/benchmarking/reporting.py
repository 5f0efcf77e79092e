"""What is told of figures: tables in Markdown, for a terminal and for BENCHMARKS.md.

All of it is pure; the text around the tables is `report.md`, beside this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Template

from benchmarking.figures import COLD, EDITED, FEWER, MORE, PHASES, WARM, Figures, Results, find_verdicts
from benchmarking.measuring import MB

_NONE = "-"


def format_tables(results: Results, titles: Mapping[str, str]) -> dict[str, str]:
    """The tables by name; "" for one of which nothing was measured. `titles` are those of the tools, by name."""
    compared = {titles[name]: figures for name, figures in results.compared.items()}
    hugo = results.compared.get("hugo")
    return {
        "clock": _format_times(compared, hugo, "clock"),
        "processors": _format_times(compared, hugo, "processors"),
        "outputs": _format_outputs(compared, hugo),
        "sizes": _format_sizes(results),
        "verdicts": _format_verdicts(results),
    }


def format_report(template: str, values: Mapping[str, str]) -> str:
    """The template with values in place of its names."""
    return Template(template).substitute(values)


def format_table(rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, as wide as its longest cells; the first row is its head, and numbers stand to the right."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(f"| {' | '.join(cells)} |")
    rule = [f"{'-' * (width - 1)}:" if at else "-" * width for at, width in enumerate(widths)]
    return "\n".join([lines[0], f"| {' | '.join(rule)} |", *lines[1:]])


def format_seconds(seconds: float) -> str:
    """Seconds with three digits that count."""
    return f"{seconds:,.2f} s" if seconds < 10 else f"{seconds:,.1f} s" if seconds < 100 else f"{seconds:,.0f} s"


def format_ratio(figure: float, other: float) -> str:
    """How many times another a figure is."""
    return f"{figure / other:.2f}" if other else _NONE


def _format_times(compared: Mapping[str, Figures], hugo: Figures | None, what: str) -> str:
    if not compared:
        return ""
    rows = [["", *(cell for phase in PHASES for cell in (phase, "of Hugo's"))]]
    for title, figures in compared.items():
        row = [title]
        for phase in PHASES:
            median = getattr(figures, what)(phase)
            row += [format_seconds(median), format_ratio(median, getattr(hugo, what)(phase) if hugo else 0)]
        rows.append(row)
    return format_table(rows)


def _format_outputs(compared: Mapping[str, Figures], hugo: Figures | None) -> str:
    if not compared:
        return ""
    rows = [["", "memory", "of Hugo's", "output", "files", f"written: {WARM}", f"written: {EDITED}", "spread"]]
    for title, figures in compared.items():
        rows.append(
            [
                title,
                _format_memory(figures.memory),
                format_ratio(figures.memory, hugo.memory if hugo else 0),
                f"{figures.size / MB:,.1f} MB",
                f"{figures.files:,}",
                *(f"{figures.rewritten.get(phase, 0):,}" for phase in (WARM, EDITED)),
                _format_spread(figures),
            ]
        )
    return format_table(rows)


def _format_spread(figures: Figures) -> str:
    """The quickest and the slowest cold build, by the clock."""
    clocks = [cost.clock for cost in figures.runs[COLD]]
    return f"{min(clocks):.2f} to {max(clocks):.2f} s"


def _format_memory(size: int) -> str:
    return f"{size / MB:,.0f} MB" if size else _NONE


def _format_sizes(results: Results) -> str:
    if not results.grown:
        return ""
    rows = [["pages", COLD, "of processors", WARM, EDITED, "memory", "output", "files"]]
    for size, figures in results.grown.items():
        rows.append(
            [
                f"{size:,}",
                format_seconds(figures.clock(COLD)),
                format_seconds(figures.processors(COLD)),
                *(format_seconds(figures.clock(phase)) for phase in (WARM, EDITED)),
                _format_memory(figures.memory),
                f"{figures.size / MB:,.0f} MB",
                f"{figures.files:,}",
            ]
        )
    fewer, more = results.grown.get(FEWER), results.grown.get(MORE)
    if fewer and more:
        ratios = [
            more.clock(COLD) / fewer.clock(COLD),
            more.processors(COLD) / fewer.processors(COLD),
            *(more.clock(phase) / fewer.clock(phase) for phase in (WARM, EDITED)),
        ]
        rest = [(more.memory, fewer.memory), (more.size, fewer.size), (more.files, fewer.files)]
        cells = [*(f"{ratio:.2f}" for ratio in ratios), *(format_ratio(*pair) for pair in rest)]
        rows.append([f"{MORE:,} / {FEWER:,}", *cells])
    if results.hugo_memory:
        rows.append([f"Hugo, {MORE:,}", *[""] * 4, _format_memory(results.hugo_memory), "", ""])
    return format_table(rows)


def _format_verdicts(results: Results) -> str:
    verdicts = find_verdicts(results)
    if not verdicts:
        return ""
    rows = [["what must hold", "measured", "at most", ""]]
    for verdict in verdicts:
        form = ",.0f" if verdict.unit else ".2f"
        figures = [f"{figure:{form}}{verdict.unit}" for figure in (verdict.figure, verdict.limit)]
        rows.append([verdict.what, *figures, "holds" if verdict.is_good else "OVER ITS LIMIT"])
    return format_table(rows)
