"""All rules, and every code that Callsite can tell of: what the manual, reports and `check: ignore=` go by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callsite.check import across, external, listings, metadata, provenance, secrets, writing
from callsite.check.facts import PageFacts
from callsite.check.output import rules as output
from callsite.check.rule import Rule
from callsite.check.told import building, checking, inventories, publishing, reading

# The rules for one page, in the order of what they are about.
PAGE_RULES: tuple[Rule[PageFacts], ...] = (
    *metadata.RULES,
    *writing.RULES,
    *listings.RULES,
    *provenance.RULES,
    *secrets.RULES,
)

RULES: tuple[Rule[Any], ...] = (
    *PAGE_RULES,
    *across.RULES,
    *output.RULES,
    *external.RULES,
    *reading.RULES,
    *building.RULES,
    *inventories.RULES,
    *checking.RULES,
    *publishing.RULES,
)

# Every rule by its code, in the order of the manual.
CODES: Mapping[str, Rule[Any]] = {
    rule.code: rule
    for letter in "TMPLOSRXHEUC"
    for rule in sorted(RULES, key=lambda rule: rule.code)
    if rule.code[0] == letter
}
