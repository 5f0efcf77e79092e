"""Which problems are not told: those that a page or a user does not want to hear of.

    check  = ignore { ignore }                          the metadata key `check` of a page
    ignore = "ignore=" code { "," code } " " reason     such as `ignore=L111 the listing shows what not to do`

A page cannot ignore what no page can be built with.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from callsite.check.rule import Rule
from callsite.model import Page, Place, Problem, Severity
from callsite.patterns import compile_later
from callsite.records import dataclass
from callsite.wording import nearest

# What rules are about that say what no page can be built or published with.
_BUILT_WITH = "TMPLSRXCU"

_IGNORE = compile_later(r"ignore=(\S*)\s*(.*?)\s*(?=\bignore=|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Ignore:
    """A rule that a page does not keep, and why."""

    code: str
    reason: str


def parse_ignores(page: Page, rules: Mapping[str, Rule[Any]]) -> tuple[tuple[Ignore, ...], tuple[Problem, ...]]:
    """What the page's `check` line says, and what is wrong with it; `rules` are all rules by code."""
    value = page.meta.check
    at = page.place("check")
    ignores: list[Ignore] = []
    problems: list[Problem] = []
    entries = list(_IGNORE.finditer(value))
    if value and (not entries or entries[0].start()):
        problems.append(_malformed(at, value, "write `ignore=`, codes and a reason, as in `ignore=L111 it shows …`"))
    for entry in entries:
        codes, reason = entry.groups()
        if not reason:
            problems.append(_malformed(at, entry[0].strip(), "say why, behind the codes"))
        for code in codes.split(","):
            rule = rules.get(code)
            if rule is None:
                known = nearest(code, rules)
                problems.append(
                    _malformed(at, code, f"did you mean `{known}`?" if known else "name codes such as L111,S102")
                )
            elif rule.find is None and rule.severity is Severity.ERROR and code[0] in _BUILT_WITH:
                problems.append(_malformed(at, code, "no page can be built with that; mend it"))
            elif reason:
                ignores.append(Ignore(code, reason))
    return tuple(ignores), tuple(problems)


def apply_ignores(
    problems: Iterable[Problem], ignored: Mapping[str, Collection[str]]
) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Divide problems into those to tell and those to ignore. `ignored` has, by the path of a page, the codes that it
    ignores.
    """
    told: list[Problem] = []
    left: list[Problem] = []
    for problem in problems:
        (left if problem.code in ignored.get(problem.at.path, ()) else told).append(problem)
    return tuple(told), tuple(left)


def find_idle_ignores(
    pages: Iterable[tuple[Page, Sequence[Ignore]]], ignored: Iterable[Problem], applied: Collection[str]
) -> Iterator[Problem]:
    """Codes that pages ignore although there is nothing to ignore. `ignored` are the problems that were left out, and
    `applied` the codes that were looked for at all.
    """
    used = {(problem.at.path, problem.code) for problem in ignored}
    for page, ignores in pages:
        for ignore in ignores:
            if ignore.code in applied and (page.at.path, ignore.code) not in used:
                message = f"nothing on this page breaks {ignore.code}, which it ignores"
                yield Problem(page.place("check"), "C102", message, "take the code out", Severity.NOTE)


def is_chosen(code: str, select: Sequence[str], ignore: Sequence[str]) -> bool:
    """Whether a rule is wanted: its code begins with one of `select`, or that is empty, and with none of `ignore`. The
    longer beginning wins, `ignore` when they are equally long.
    """
    wanted = max((len(start) for start in select if code.startswith(start)), default=-1 if select else 0)
    unwanted = max((len(start) for start in ignore if code.startswith(start)), default=-1)
    return wanted > unwanted


def _malformed(at: Place, value: str, hint: str) -> Problem:
    return Problem(at, "M115", f"`check` cannot be `{value}`", hint)
