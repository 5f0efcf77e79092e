"""What a check has found, written down for people and for other programs.

    Report ──format──▶ text | json | sarif | github | junit

Every text from a page may hold anything, and none of it acts: not on a terminal, not in the log of a workflow, and not
as JSON or XML of its own.
"""

from callsite.reports.github import format_github
from callsite.reports.json_report import format_json
from callsite.reports.junit import format_junit
from callsite.reports.report import Report, summarise
from callsite.reports.sarif import format_sarif
from callsite.reports.terminal import format_text

FORMATS = ("text", "json", "sarif", "github", "junit")

__all__ = [
    "FORMATS",
    "Report",
    "format_github",
    "format_json",
    "format_junit",
    "format_report",
    "format_sarif",
    "format_text",
    "summarise",
]


def format_report(report: Report, form: str, *, colour: bool = False, width: int = 80) -> str:
    """Write a report in one of `FORMATS`; colours and the width are for text alone."""
    if form == "text":
        return format_text(report, colour=colour, width=width)
    return {"json": format_json, "sarif": format_sarif, "github": format_github, "junit": format_junit}[form](report)
