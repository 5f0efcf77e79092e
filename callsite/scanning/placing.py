"""Tokens with their places, for lexers that go over the tokens of others or of their own rules.

A scanner does not know where its tokens stand. But where they are the text, one directly behind the other, their
lengths tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pygments.lexer import Lexer, RegexLexer

from callsite.scanning.rules import Rule
from callsite.scanning.scanner import PlacedToken, RegexScanner
from callsite.scanning.tables import Tables, Token

_read_by_rules = RegexLexer.get_tokens_unprocessed


class Scattered(Exception):  # noqa: N818  # nothing is wrong with such a text
    """Between the tokens there is text that belongs to none, or some that belongs to several."""


class GaplessScanner(RegexScanner):
    """Scans texts whose tokens are the text, one directly behind the other; raises `Scattered` at any other."""

    def _act(self, rule: Rule, found: re.Match[str], tokens: list[Token]) -> None:
        position = found.start()
        for number, _ in rule.groups or ():
            if found[number]:
                if found.start(number) != position:
                    raise Scattered
                position = found.end(number)
        if position != found.end():
            raise Scattered
        super()._act(rule, found, tokens)

    def _make_other(self, lexer: Lexer, tables: Tables) -> RegexScanner:
        return GaplessScanner(lexer, tables)

    def _collect(self, text: str, tokens: Iterable[PlacedToken]) -> list[Token]:
        collected = []
        position = 0
        for place, kind, value in tokens:
            if place != position:
                raise Scattered
            position += len(value)
            collected.append((kind, value))
        if position != len(text):
            raise Scattered
        return collected


class Reader(GaplessScanner):
    """Gives the tokens of a lexer's rules with their places, whatever the text."""

    def read(self, lexer: RegexLexer, text: str, stack: Iterable[str] = ("root",)) -> Iterator[PlacedToken]:
        """What the `get_tokens_unprocessed` of a `RegexLexer` gives."""
        if lexer is not self._lexer:
            return _read_by_rules(lexer, text, stack)
        try:
            tokens = self.scan(text, stack)
        except Scattered:
            return _read_by_rules(lexer, text, stack)
        return _place(tokens)


def _place(tokens: Iterable[Token]) -> Iterator[PlacedToken]:
    position = 0
    for kind, value in tokens:
        yield position, kind, value
        position += len(value)
