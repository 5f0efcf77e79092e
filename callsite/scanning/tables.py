"""What a lexer's states do at each character: tables that grow as characters are met.

Pygments tries a state's rules in turn, and the first that matches has the text. Here only those are tried, in the same
order, that can begin with the next character; and none behind one that is certain to match there. Both leave out only
what could not have been chosen, so the choice is the same.

An entry is one of these, with what is cheapest to tell first:

    (None, None, (type, character))     the character itself is the token
    (match, type, None)                 one rule to try, which gives one token and stays in the state
    (match, words, steps)               a word, whose token may be among `words`, or a text that no other rule than one
                                        can match at; if it is neither, steps to try in turn
    (match, None, steps)                steps to try in turn; the first `match` is not used

and a step is (match, type, rule); `type` is that of the one token that the rule gives, when it gives no more and stays
in the state, else None.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from pygments.lexer import Lexer
from pygments.token import _TokenType

from callsite.scanning.beginnings import ASCII, OTHER, find_bit
from callsite.scanning.rules import Definitions, Matcher, Rule, find_rules
from callsite.scanning.runs import find_behind
from callsite.scanning.words import match_word

# The type and the text of a token.
Token = tuple[_TokenType, str]

Step = tuple[Matcher, _TokenType | None, Rule]
Entry = tuple[Any, "_TokenType | Words | None", Any]


# How many tokens are found by all rules of a state before its table is begun, for each character of its patterns: some
# part of those that could be found in the time that it takes to see what the patterns can begin with. Most states of
# most lexers never have so many.
WAIT = 0.125

# As many words are remembered for each character that they can begin with, none of them longer.
MOST_WORDS = 1024
LONGEST_WORD = 64

# What comes behind a run of a character is looked at when no more of ASCII's characters than these have other rules
# asked, and when the rule that has the run else is no longer than this: it is compiled once more.
_MOST_SPECIAL = 64
_LONGEST = 200


class Words(dict[str, Token | None]):
    """The tokens of words that begin with one character: None where rules have to be asked, those of `steps`."""

    def __init__(self, steps: dict[str, tuple[Step, ...]], kind: _TokenType) -> None:
        super().__init__(dict.fromkeys(steps))
        self.steps = steps
        self._most = len(self) + MOST_WORDS
        self._kind = kind

    def __missing__(self, word: str) -> Token:
        """A word that is what most are."""
        token = self._kind, word
        if len(self) < self._most and len(word) <= LONGEST_WORD:
            self[word] = token
        return token


class Table(dict[str, Entry]):
    """Entries by the next character; "" is the end of the text. All characters beyond ASCII share one."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        super().__init__()
        self._rules = rules
        self._wait = int(WAIT * sum(len(rule.pattern.pattern) for rule in rules))
        self._all: Entry = (_no_match, None, tuple((rule.match, None, rule) for rule in rules))

    def __missing__(self, char: str) -> Entry:
        """What a character's entry is, as long as it is not in the table."""
        if self._wait:
            self._wait -= 1
            return self._all
        key = char if char < "\x80" else "\x80"
        entry = self.get(key)
        if entry is None:
            entry = self[key] = self._find_entry(key)
        return entry

    def _find_entry(self, char: str) -> Entry:
        bit = find_bit(char)
        rules: dict[Any, Rule] = {}  # where a pattern does not match, it does not match a second time
        for rule in self._rules:
            if rule.beginnings.possible & bit:
                rules.setdefault(rule.pattern, rule)
                if rule.beginnings.certain & bit:
                    break
        choices = tuple(rules.values())
        if choices and choices[0].kind is not None:
            if choices[0].beginnings.single & bit:
                return None, None, (choices[0].kind, char)
            if len(choices) == 1:
                return choices[0].match, choices[0].kind, None
        steps = tuple((rule.match, rule.kind, rule) for rule in choices)
        if len(choices) > 1:
            words = _find_words(char, choices, steps) if match_word(char, 0) else None
            if words is not None:
                return match_word, words, steps
            alone = _find_alone(char, choices)
            if alone is not None:
                return *alone, steps
        return _no_match, None, steps


def _find_words(char: str, rules: Sequence[Rule], steps: Sequence[Step]) -> Words | None:
    """The tokens of words that begin with a character, where the last of some rules is certain to match; None when
    that is not known.
    """
    *others, last = rules
    if last.kind is None or not last.takes_words or not last.beginnings.certain & find_bit(char):
        return None
    asked: dict[str, list[Step]] = {}
    for rule, step in zip(others, steps, strict=False):
        if rule.words is None:
            return None
        for word in rule.words:
            if word.startswith(char):
                asked.setdefault(word, []).append(step)
    return Words({word: (*its, steps[-1]) for word, its in asked.items()}, last.kind)


def _find_alone(char: str, rules: Sequence[Rule]) -> tuple[Matcher, Words] | None:
    """What matches as the last of some rules does at a character, but only where none of the others can, and the tokens
    of that; None when such places cannot be told.
    """
    *others, last = rules
    # What stands around it would come before its flags, or behind a comment.
    pattern, flags = last.pattern.pattern, last.pattern.flags
    if last.kind is None or pattern.startswith("(?") or flags & re.VERBOSE or len(pattern) > _LONGEST:
        return None
    where = ["(?<=[^\n])"] if all(rule.beginnings.first for rule in others) else []
    bit = find_bit(char)
    if char and bit != OTHER:
        special = bit
        for rule in others:
            special |= find_behind(rule.pattern, bit)
        if (special & ASCII).bit_count() <= _MOST_SPECIAL:
            rest = "".join(re.escape(chr(code)) for code in range(128) if not special & 1 << code)
            where.append(f"(?-i:(?={re.escape(char)}++[{rest}]))")
    return (re.compile(f"(?:{'|'.join(where)})(?:{pattern})", flags).match, Words({}, last.kind)) if where else None


def _no_match(text: str, position: int) -> None:
    """Stand in front of steps."""


class Tables(dict[str, Table]):
    """The tables of a lexer's states, each made when its state is first come to.

    They `are_enough` when nothing else has a part in the tokens: no function of the lexer's own, which could remember
    what it has read before.
    """

    def __init__(self, source: Definitions, states: dict[str, tuple[Rule, ...]]) -> None:
        super().__init__()
        self.source = source
        self.are_enough = all(rule.groups is not None for rules in states.values() for rule in rules)
        self._states = states

    def __missing__(self, state: str) -> Table:
        """Begin a table."""
        self[state] = table = Table(self._states[state])
        return table


# Those of each class of lexers, as its rules last were.
_tables: WeakKeyDictionary[type[Lexer], Tables] = WeakKeyDictionary()


def find_tables(lexer: Lexer) -> Tables | None:
    """The tables of a `RegexLexer`, the same for all of its class; None when its rules are no regular expressions."""
    source: Definitions = getattr(lexer, "_tokens")  # noqa: B009  # it is there, but its types do not say so
    tables = _tables.get(type(lexer))
    if tables is None or tables.source is not source:
        states = find_rules(source)
        if states is None:
            return None
        _tables[type(lexer)] = tables = Tables(source, states)
    return tables
