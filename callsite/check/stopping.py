"""The rules that stop a build.

A build applies these to every page, and needs nothing of the others: those, with all that they look at, take longer to
import than a small site to build.
"""

from __future__ import annotations

from callsite.check import provenance, secrets
from callsite.check.facts import PageFacts
from callsite.check.rule import Rule
from callsite.model import Severity

ERROR_RULES: tuple[Rule[PageFacts], ...] = tuple(
    rule for rule in (*provenance.RULES, *secrets.RULES) if rule.severity is Severity.ERROR
)
