"""Problems as SARIF 2.1.0 (the OASIS standard for results of analyses), which code scanning and editors read.

Code scanning on GitHub takes 25,000 results of a run, refuses a file with more, and shows the first 5,000 of them; a
baseline brings an old site below that. It follows a result from run to run by `primaryLocationLineHash`, which its
own upload computes from the source, and complains of any other value there. So that key is only written for what is
about a whole file, and results on lines carry our own, which says the same as an entry of a baseline.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any
from urllib.parse import quote

from callsite import __version__
from callsite.check.baseline import make_fingerprint
from callsite.model import Problem
from callsite.reports.report import Report, make_encodable

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"
_PRINT = "callsiteFinding/v1"

# What GitHub shows of a description.
_LONGEST = 1000

_LINK = re.compile(r"\[([^\]\[]*)\]\(([^()\s]*)\)")


def format_sarif(report: Report) -> str:
    """Write a report as SARIF; the same report gives the same bytes."""
    codes = sorted({problem.code for problem in report.problems})
    results: list[dict[str, Any]] = []
    for _, found in report.group():
        seen: Counter[str] = Counter()
        for problem, row in found:
            fingerprint = make_fingerprint(problem, row)
            seen[problem.code + fingerprint] += 1
            number = seen[problem.code + fingerprint]
            results.append(_describe_result(problem, codes.index(problem.code), f"{fingerprint}:{number}"))
    driver = {
        "name": "Callsite",
        "semanticVersion": __version__,
        "rules": [_describe_rule(report, code) for code in codes],
    }
    bases = {_ROOT: {"description": {"text": "The folder that the check ran in."}}}
    run = {
        "tool": {"driver": driver},
        "originalUriBaseIds": bases,
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _describe_rule(report: Report, code: str) -> dict[str, Any]:
    title = report.title(code)
    rule = report.rules.get(code)
    # Links between pages of the manual lead nowhere from here.
    manual = _LINK.sub(_keep_address, rule.manual if rule else title).strip()
    plain = " ".join(_LINK.sub(r"\1", manual).replace("**", "").split())
    return {
        "id": code,
        "name": "".join(word[:1].upper() + word[1:] for word in re.findall(r"\w+", title)),
        "shortDescription": {"text": title[:1].upper() + title[1:]},
        "fullDescription": {"text": plain[:_LONGEST]},
        "help": {"text": plain, "markdown": manual},
        "defaultConfiguration": {"level": rule.severity.value if rule else "warning"},
    }


def _keep_address(link: re.Match[str]) -> str:
    return link[0] if link[2].startswith(("https://", "http://")) else link[1]


def _describe_result(problem: Problem, index: int, fingerprint: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": problem.code,
        "ruleIndex": index,
        "level": problem.severity.value,
        "message": {"text": make_encodable(f"{problem.message}; {problem.hint}")},
        "partialFingerprints": {_PRINT: fingerprint},
    }
    if problem.at.path:
        place: dict[str, Any] = {"artifactLocation": _describe_file(problem.at.path)}
        if problem.at.line:
            place["region"] = {"startLine": problem.at.line}
        result["locations"] = [{"physicalLocation": place}]
    if not problem.at.line:
        result["partialFingerprints"]["primaryLocationLineHash"] = fingerprint
    return result


def _describe_file(path: str) -> dict[str, str]:
    address = quote(make_encodable(path), safe="/")
    return {"uri": f"file://{address}"} if path.startswith("/") else {"uri": address, "uriBaseId": _ROOT}
