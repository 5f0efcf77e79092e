"""The tokens of a text, by tables instead of rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from pygments.lexer import Lexer, RegexLexer
from pygments.token import Error, Whitespace, _TokenType

from callsite.scanning.actions import Using
from callsite.scanning.rules import Definitions, Move, Rule, find_rules
from callsite.scanning.table import Table

Token = tuple[_TokenType, str]


class Scanner(Protocol):
    """Reads text as a lexer of Pygments does."""

    def scan(self, text: str) -> list[Token]:
        """The types and texts of the tokens that the lexer's `get_tokens_unprocessed` gives, in the same order."""


class Tables(dict[str, Table]):
    """The tables of a lexer's states, made when a state is first come to."""

    def __init__(self, source: object, states: dict[str, tuple[Rule, ...]]) -> None:
        super().__init__()
        self.source = source
        self.is_stateless = all(rule.groups is not None for rules in states.values() for rule in rules)
        self._states = states

    def __missing__(self, state: str) -> Table:
        """Begin a table."""
        self[state] = table = Table(self._states[state])
        return table


class RegexScanner:
    """Scans for a `RegexLexer`."""

    def __init__(self, lexer: RegexLexer, tables: Tables) -> None:
        self._lexer = lexer
        self._tables = tables
        self._others: dict[int, tuple[dict[str, Any], RegexScanner]] = {}

    @property
    def is_stateless(self) -> bool:
        """Whether what it has read before cannot matter: nothing but its rules has a part in it."""
        return self._tables.is_stateless

    def scan(self, text: str, stack: Iterable[str] = ("root",)) -> list[Token]:
        """The tokens of `text`, from the state at the top of the stack."""
        tokens: list[Token] = []
        append = tokens.append
        tables = self._tables
        states = list(stack)
        table = tables[states[-1]]
        size = len(text)
        position = 0
        while True:
            match, kind, rest = table[text[position] if position < size else ""]
            if match is None:
                append(rest)
                position += 1
                continue
            if kind is not None:
                found = match(text, position)
                if found is not None:
                    append((kind, found[0]))
                    position = found.end()
                    continue
            else:
                for step, kind, rule in rest:  # noqa: B007  # what is found last is used below
                    found = step(text, position)
                    if found is not None:
                        break
                else:
                    found = None
                if found is not None:
                    if kind is not None:
                        append((kind, found[0]))
                        position = found.end()
                        continue
                    self._act(rule, found, tokens)
                    end = found.end()
                    move = rule.move
                    if move is not None:
                        _move(states, move)
                        table = tables[states[-1]]
                    elif end == position and rule.groups is not None:
                        raise RuntimeError(f"{self._lexer.name} stays at character {position} for ever")
                    position = end
                    continue
            if position >= size:
                return tokens
            if text[position] == "\n":
                states = ["root"]
                table = tables["root"]
                append((Whitespace, "\n"))
            else:
                append((Error, text[position]))
            position += 1

    def _act(self, rule: Rule, found: re.Match[str], tokens: list[Token]) -> None:
        """Add the tokens that a rule makes of its match."""
        if rule.groups is None:
            tokens += [(kind, value) for _, kind, value in rule.action(self._lexer, found)]
            return
        for number, what in rule.groups:
            value = found[number]
            if not isinstance(what, Using):
                if value or not number:
                    tokens.append((what, value))
            elif value is not None:
                tokens += self._use(what, value)

    def _use(self, using: Using, text: str) -> list[Token]:
        """The tokens of a text as `using` has them read."""
        if using.other is None and not using.options:
            return self.scan(text, **using.arguments)
        using.options.update(self._lexer.options)  # as Pygments does it: the next lexer that asks finds them there
        options, scanner = self._others.get(id(using), (None, None))
        if scanner is None or options != using.options:
            lexer = (using.other or type(self._lexer))(**using.options)
            scanner = make_scanner(lexer)
            if scanner is None or not scanner.is_stateless:
                return [(kind, value) for _, kind, value in lexer.get_tokens_unprocessed(text, **using.arguments)]
            self._others[id(using)] = dict(using.options), scanner
        return scanner.scan(text, **using.arguments)


def make_scanner(lexer: Lexer) -> RegexScanner | None:
    """A scanner for a `RegexLexer` whose tokens are all from its rules; None for any other."""
    if not isinstance(lexer, RegexLexer) or type(lexer).get_tokens_unprocessed is not RegexLexer.get_tokens_unprocessed:
        return None
    definitions: Definitions = getattr(lexer, "_tokens")  # noqa: B009  # it is there, but its types do not say so
    tables = _tables.get(type(lexer))
    if tables is None or tables.source is not definitions:
        states = find_rules(definitions)
        if states is None:
            return None
        _tables[type(lexer)] = tables = Tables(definitions, states)
    return RegexScanner(lexer, tables)


# Those of each class of lexers, as its rules last were.
_tables: WeakKeyDictionary[type[Lexer], Tables] = WeakKeyDictionary()


def _move(states: list[str], move: Move) -> None:
    """Go on to other states, as a rule says; the last one is never left."""
    if isinstance(move, tuple):
        for state in move:
            if state == "#pop":
                if len(states) > 1:
                    states.pop()
            else:
                states.append(states[-1] if state == "#push" else state)
    elif isinstance(move, int):
        if -move >= len(states):
            del states[1:]
        else:
            del states[move:]
    else:
        states.append(states[-1])
