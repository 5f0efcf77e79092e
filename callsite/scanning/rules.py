"""The rules of a Pygments lexer, as it has worked them out, and what each does."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any

from pygments.token import _TokenType

from callsite.records import dataclass
from callsite.scanning.actions import Group, find_groups
from callsite.scanning.beginnings import Beginnings, find_beginnings
from callsite.scanning.words import find_words, takes_words

Matcher = Callable[[str, int], "re.Match[str] | None"]

# Where a rule leads: states to go into, where `#pop` and `#push` have their meaning; how many to leave, below nought;
# the same once more (`#push`); or nowhere.
Move = tuple[str, ...] | int | str | None

# The rules of a lexer's states as Pygments has worked them out: what matches, what is done with it, where it leads.
Definitions = dict[str, list[tuple[Any, Any, Move]]]


@dataclass(frozen=True, eq=False)
class Rule:
    """One rule of a state. `groups` is what it does with the groups of its match; None when only `action` knows."""

    pattern: re.Pattern[str]
    match: Matcher
    action: Any
    move: Move
    groups: tuple[Group, ...] | None

    @cached_property
    def beginnings(self) -> Beginnings:
        """What can come next where the rule matches."""
        return find_beginnings(self.pattern)

    @cached_property
    def words(self) -> frozenset[str] | None:
        """All words that the rule can match at; None when these may be too many."""
        return find_words(self.pattern)

    @cached_property
    def takes_words(self) -> bool:
        """Whether the rule matches just the whole of a word."""
        return takes_words(self.pattern)

    @property
    def kind(self) -> _TokenType | None:
        """The type of the one token that the rule gives, when it does nothing else and always takes some text."""
        plain = type(self.action) is _TokenType and self.move is None
        return self.action if plain and not self.beginnings.empty else None


def find_rules(definitions: Definitions) -> dict[str, tuple[Rule, ...]] | None:
    """The rules of each state; None when one of them is not matched by a regular expression itself."""
    known: dict[int, Rule] = {}  # states that include others have the very same rules
    states = {}
    for state, rules in definitions.items():
        for definition in rules:
            if id(definition) not in known:
                match, action, move = definition
                pattern = getattr(match, "__self__", None)
                if not isinstance(pattern, re.Pattern) or match != pattern.match or isinstance(pattern.pattern, bytes):
                    return None
                known[id(definition)] = Rule(pattern, match, action, move, find_groups(action))
        states[state] = tuple(known[id(definition)] for definition in rules)
    return states
