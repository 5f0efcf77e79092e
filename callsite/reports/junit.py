"""Problems as JUnit's XML, which most servers for continuous integration show.

A suite for each file, a case for each problem: an error is an error, a warning is a failure, and a note is a case that
passes and says something. Without any problem there is one case, and it passes.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from callsite.model import Problem, Severity
from callsite.reports.report import Report, make_encodable, summarise
from callsite.reports.rows import show_row
from callsite.wording import make_printable

# Characters that XML 1.0 (2.2) leaves out, other than those that `make_printable` names.
_NO_XML = re.compile("[\ufffe\uffff]")

# What is shown of a row.
_WIDTH = 120


def format_junit(report: Report) -> str:
    """Write a report as XML, well-formed whatever is in it."""
    root = Element("testsuites", name="callsite")
    total = [0, 0, 0]
    for path, found in report.group():
        suite = SubElement(root, "testsuite", name=_clean(path))
        for problem, row in found:
            _add_case(suite, problem, row)
        severities = [problem.severity for problem, _ in found]
        counts = [len(found), severities.count(Severity.WARNING), severities.count(Severity.ERROR)]
        _set_counts(suite, counts)
        total = [whole + part for whole, part in zip(total, counts, strict=True)]
    if not report.problems:
        suite = SubElement(root, "testsuite", name="callsite")
        SubElement(suite, "testcase", classname="callsite", name=summarise(report))
        total = [1, 0, 0]
        _set_counts(suite, total)
    _set_counts(root, total)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _add_case(suite: Element, problem: Problem, row: str) -> None:
    line = f" (line {problem.at.line})" if problem.at.line else ""
    case = SubElement(suite, "testcase", classname=_clean(problem.at.path))
    case.set("name", _clean(f"{problem.code} {problem.message}{line}"))
    case.set("file", _clean(problem.at.path))
    if problem.at.line:
        case.set("line", str(problem.at.line))
    if problem.severity is Severity.NOTE:
        told = SubElement(case, "system-out")
    else:
        told = SubElement(case, "error" if problem.severity is Severity.ERROR else "failure")
        told.set("type", problem.code)
        told.set("message", _clean(f"{problem.message}; {problem.hint}"))
    shown = show_row(row, _WIDTH)
    told.text = _clean(str(problem)) + (f"\n{_clean(shown)}" if shown else "")


def _set_counts(element: Element, counts: list[int]) -> None:
    for key, number in zip(("tests", "failures", "errors"), counts, strict=True):
        element.set(key, str(number))


def _clean(text: str) -> str:
    """Text on one line that XML can hold."""
    return _NO_XML.sub("\ufffd", make_encodable(make_printable(text)))
