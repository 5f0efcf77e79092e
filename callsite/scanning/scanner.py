"""The tokens of a text, by tables instead of rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pygments.lexer import Lexer, RegexLexer
from pygments.token import Error, Whitespace, _TokenType

from callsite.scanning.actions import Using
from callsite.scanning.rules import Move, Rule
from callsite.scanning.tables import Tables, Token, find_tables

# One with its place in front, as lexers give them.
PlacedToken = tuple[int, _TokenType, str]


class RegexScanner:
    """Scans for a `RegexLexer` whose tokens are all from its rules."""

    def __init__(self, lexer: Lexer, tables: Tables) -> None:
        self._lexer = lexer
        self._tables = tables
        self._others: dict[int, tuple[dict[str, Any], RegexScanner]] = {}

    def scan(self, text: str, stack: Iterable[str] = ("root",)) -> list[Token]:
        """The tokens of `text`, from the state at the top of the stack."""
        tokens: list[Token] = []
        append: Any = tokens.append  # the types of entries go together, which cannot be said
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
                    token = (kind, found[0]) if rest is None else kind[found[0]]
                    if token is not None:
                        append(token)
                        position = found.end()
                        continue
                    rest = kind.steps[found[0]]
            if rest is not None:
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
            return self._use_itself(text, using.arguments)
        using.options.update(self._lexer.options)  # as Pygments does it: the next lexer that asks finds them there
        options, scanner = self._others.get(id(using), (None, None))
        if scanner is None or options != using.options:
            lexer = (using.other or type(self._lexer))(**using.options)
            tables = find_tables(lexer) if reads_by_rules(lexer) else None
            if tables is None or not tables.are_enough:
                return self._collect(text, lexer.get_tokens_unprocessed(text, **using.arguments))
            scanner = self._make_other(lexer, tables)
            self._others[id(using)] = dict(using.options), scanner
        return scanner.scan(text, **using.arguments)

    def _use_itself(self, text: str, arguments: dict[str, Any]) -> list[Token]:
        return self.scan(text, **arguments)

    def _make_other(self, lexer: Lexer, tables: Tables) -> RegexScanner:
        return RegexScanner(lexer, tables)

    def _collect(self, text: str, tokens: Iterable[PlacedToken]) -> list[Token]:
        """The tokens that another lexer finds in a text."""
        del text
        return [(kind, value) for _, kind, value in tokens]


def reads_by_rules(lexer: Lexer) -> bool:
    """Whether the tokens of a lexer are those of its rules, as they are."""
    return isinstance(lexer, RegexLexer) and type(lexer).get_tokens_unprocessed is RegexLexer.get_tokens_unprocessed


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
