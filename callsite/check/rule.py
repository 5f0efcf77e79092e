"""What a rule is: a code, how bad it is, a function that finds where it is broken, and what the manual says of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, NamedTuple, TypeVar

from callsite.model import Place, Problem, Severity
from callsite.records import dataclass

Facts = TypeVar("Facts")


class Finding(NamedTuple):
    """A place where a rule is broken: where, what is wrong there, what to do about it."""

    at: Place
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Rule(Generic[Facts]):
    """One kind of problem.

    `title` says in a few words what is wrong. `find` gives the places where a page, a site or its output breaks the
    rule; it is None for what reading or building tells. `examples` are whole messages as they are printed, one or more
    for each kind there is. `manual` is Markdown: what the problem means and how to mend it.
    """

    code: str
    title: str
    severity: Severity
    find: Callable[[Facts], Iterable[Finding]] | None
    examples: tuple[str, ...]
    manual: str

    def apply(self, facts: Facts) -> Iterator[Problem]:
        """Find every place where the rule is broken."""
        for finding in self.find(facts) if self.find else ():
            yield Problem(finding.at, self.code, finding.message, finding.hint, self.severity)


def explain_rule(rule: Rule[Any]) -> str:
    """What the manual says of a rule, as plain text."""
    words = re.sub(r"\[([^\]]*)\]\(<?(https?://[^()\s>]*)>?\)", r"\1 <\2>", rule.manual)
    words = re.sub(r"\[([^\]]*)\]\([^()\s]*\)", r"\1", words).replace("**", "")
    examples = "".join(f"    {example}\n" for example in rule.examples)
    return f"{rule.code}: {rule.title}\n\n{examples}\n{words.strip()}\n"


def apply_rules(rules: Iterable[Rule[Facts]], facts: Facts) -> Iterator[Problem]:
    """Find every place where one of the rules is broken, each once."""
    return iter(dict.fromkeys(problem for rule in rules for problem in rule.apply(facts)))
