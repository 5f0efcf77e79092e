"""Problems as workflow commands of GitHub Actions, which shows them beside the lines of a pull request.

    ::warning file=content/pages/a.md,line=41,title=L103: spaces before a mark::content/pages/a.md:41: L103 …

The log shows nothing of a command but its message, so that begins with the place. Of one step, GitHub shows ten errors,
ten warnings and ten notices beside the code; all of them are in the log. The last line is no command.
"""

from __future__ import annotations

import re

from callsite.model import Problem, Severity
from callsite.reports.report import Report, make_encodable, summarise
from callsite.wording import make_printable

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def format_github(report: Report) -> str:
    """Write a report as commands, one a line."""
    commands = [_format_command(problem, report.title(problem.code)) for problem in report.problems]
    return "".join(f"{line}\n" for line in (*commands, summarise(report)))


def _format_command(problem: Problem, title: str) -> str:
    properties = {
        "file": problem.at.path,
        "line": str(problem.at.line) if problem.at.line else "",
        "title": f"{problem.code}: {title}",
    }
    written = ",".join(f"{key}={_escape(value, '%:,')}" for key, value in properties.items() if value)
    return f"::{_COMMANDS[problem.severity]} {written}::{_escape(str(problem), '%')}"


def _escape(text: str, special: str) -> str:
    """Text on one line in which these characters mean themselves; line ends are shown by their numbers."""
    return re.sub(f"[{special}]", lambda found: f"%{ord(found[0]):02X}", make_encodable(make_printable(text)))
