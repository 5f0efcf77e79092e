"""All codes there are: each has one rule, which says what it means and shows how it is told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import callsite
from callsite.check.catalogue import CODES, PAGE_RULES, RULES
from callsite.check.rule import Finding, Rule, apply_rules, explain_rule
from callsite.check.stopping import ERROR_RULES
from callsite.model import Place, Severity

SOURCE = Path(callsite.__file__).parent
MANUAL = SOURCE.parent / "content" / "pages"

_EXAMPLE = re.compile(r"(?P<path>[^\s:]+)(?::\d+)?: (?P<code>[A-Z]\d{3}) (?P<message>.+); (?P<hint>.+)", re.DOTALL)
_WORDS = {Severity.ERROR: "**Error.** ", Severity.WARNING: "**Warning.** ", Severity.NOTE: "**Note.** "}


def test_each_code_has_one_rule() -> None:
    codes = [rule.code for rule in RULES]
    assert len(set(codes)) == len(codes) == len(CODES)
    assert all(code == rule.code for code, rule in CODES.items())


def test_codes_come_in_the_order_of_the_manual() -> None:
    letters = "".join(dict.fromkeys(code[0] for code in CODES))
    assert [letter for letter in "TMPLOSRXHEUC" if letter in letters] == list(letters)
    for letter in letters:
        own = [code for code in CODES if code[0] == letter]
        assert own == sorted(own)


def test_rules_for_pages_can_be_applied() -> None:
    assert all(rule.find for rule in PAGE_RULES)
    assert {rule.code[0] for rule in PAGE_RULES} == set("MPLO")
    assert {rule.code for rule in ERROR_RULES} == {"O104", "O106"}


def test_a_build_applies_all_rules_for_pages_that_are_errors() -> None:
    """They stand by themselves, so that a build need not import the rest."""
    assert tuple(rule for rule in PAGE_RULES if rule.severity is Severity.ERROR) == ERROR_RULES


def test_every_code_that_is_told_is_known() -> None:
    """Whoever makes a problem writes its code in quotes."""
    told = {
        code
        for path in SOURCE.rglob("*.py")
        for code in re.findall(r'"([TMPLSRXOHEUC]1\d\d)"', path.read_text(encoding="utf-8"))
    }
    letters = {code[0] for code in CODES}
    assert {code for code in told if code[0] in letters} <= CODES.keys()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_says_what_it_means(rule: Rule[Any]) -> None:
    assert rule.manual.startswith(_WORDS[rule.severity])
    assert not re.search(r"^#|^```", rule.manual, re.MULTILINE)
    assert rule.title == rule.title.strip()
    assert rule.title[0].islower() or not rule.title[:2].islower()
    assert not rule.title.endswith(".")
    assert rule.examples
    for example in rule.examples:
        found = _EXAMPLE.fullmatch(example)
        assert found, example
        assert found["code"] == rule.code
        assert "\n" not in example


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_is_explained_in_plain_words(rule: Rule[Any]) -> None:
    text = explain_rule(rule)
    assert text.startswith(f"{rule.code}: {rule.title}\n\n    {rule.examples[0]}\n")
    assert text.endswith("\n")
    words = text.rpartition("\n\n")[2]
    assert "]({filename}" not in words
    assert "**" not in words
    assert not re.search(r"\]\((?!…)[^)`]", re.sub(r"`[^`]*`", "", words))


def test_links_become_words_and_those_to_other_sites_keep_their_address() -> None:
    rule: Rule[object] = Rule(
        "Z100",
        "a made-up problem",
        Severity.NOTE,
        None,
        ("a.md:1: Z100 wrong; mend it", "a.md: Z100 all wrong; mend it all"),
        "**Note.** See [gaps]({filename}notation.md#gaps), [SPDX](https://spdx.org/licenses/) and\n"
        "[brackets](<https://example.org/a>).\n",
    )
    assert explain_rule(rule) == (
        "Z100: a made-up problem\n\n    a.md:1: Z100 wrong; mend it\n    a.md: Z100 all wrong; mend it all\n\n"
        "Note. See gaps, SPDX <https://spdx.org/licenses/> and\nbrackets <https://example.org/a>.\n"
    )


def test_rules_are_applied_in_order_and_tell_nothing_twice() -> None:
    def find(facts: str) -> list[Finding]:
        return [Finding(Place(facts, line), "wrong", "mend it") for line in (4, 4, 2)]

    rules: list[Rule[str]] = [
        Rule("Z101", "wrong", Severity.NOTE, find, (), ""),
        Rule("Z100", "wrong", Severity.ERROR, find, (), ""),
        Rule("Z102", "told by others", Severity.ERROR, None, (), ""),
    ]
    found = [(problem.code, problem.at.line, problem.severity) for problem in apply_rules(rules, "a.md")]
    assert found == [
        ("Z101", 4, Severity.NOTE),
        ("Z101", 2, Severity.NOTE),
        ("Z100", 4, Severity.ERROR),
        ("Z100", 2, Severity.ERROR),
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_links_in_the_manual_lead_somewhere(rule: Rule[Any]) -> None:
    for name in re.findall(r"\]\(\{filename\}([\w./-]+)", rule.manual):
        assert (MANUAL / name).is_file()
    for code in re.findall(r"\]\(#([a-z]\d{3})\)", rule.manual):
        assert code.upper() in CODES
