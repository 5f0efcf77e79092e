"""Problems for other programs: one JSON document.

    {"version": 1,
     "problems": [{"path": "content/pages/a.md", "line": 41, "code": "L103", "severity": "warning",
                   "title": "spaces before a mark", "message": "…", "hint": "…"}],
     "counts": {"errors": 0, "warnings": 1, "notes": 0, "files": 12,
                "known": 40, "gone": 0, "ignored": 0, "fixed": 0}}

`line` is 0 for what is about a whole file. Of `counts`, `files` are those that were looked at, `known` the problems
that are in the baseline and `gone` its entries that are no longer found, `ignored` those that pages silence, and
`fixed` the rows put right; none of these are among `problems`. The order is that of paths and lines. As long as
`version` is 1, keys may be added, and none goes away or means something else.
"""

from __future__ import annotations

import json

from callsite.model import Severity
from callsite.reports.report import Report, make_encodable

VERSION = 1


def format_json(report: Report) -> str:
    """Write a report as JSON; the same report gives the same bytes."""
    problems = [
        {
            "path": make_encodable(problem.at.path),
            "line": problem.at.line,
            "code": problem.code,
            "severity": problem.severity.value,
            "title": report.title(problem.code),
            "message": make_encodable(problem.message),
            "hint": make_encodable(problem.hint),
        }
        for problem in report.problems
    ]
    counts = {
        **{f"{severity}s": report.counts[severity] for severity in Severity},
        **{key: getattr(report, key) for key in ("files", "known", "gone", "ignored", "fixed")},
    }
    return json.dumps({"version": VERSION, "problems": problems, "counts": counts}, indent=2) + "\n"
