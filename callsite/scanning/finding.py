"""Which way a lexer can be read by, if by any."""

from __future__ import annotations

from functools import lru_cache, partial
from types import SimpleNamespace
from typing import Any, Protocol

from pygments.lexer import DelegatingLexer, ExtendedRegexLexer, Lexer, RegexLexer

from callsite.scanning.changing import Read, find_change
from callsite.scanning.placing import Reader
from callsite.scanning.scanner import RegexScanner, reads_by_rules
from callsite.scanning.tables import Token, find_tables


class Scanner(Protocol):
    """Reads text as a lexer of Pygments does."""

    def scan(self, text: str) -> list[Token]:
        """The types and texts of the tokens that the lexer's `get_tokens_unprocessed` gives, in the same order."""


class _Stream:
    """Scans by what gives tokens with their places."""

    def __init__(self, read: Read) -> None:
        self._read = read

    def scan(self, text: str) -> list[Token]:
        return [(kind, value) for _, kind, value in self._read(text)]


@lru_cache(maxsize=256)
def find_scanner(lexer: Lexer) -> Scanner | None:
    """The scanner of a lexer, the same one each time; None when it does what no scanner is known to do equally."""
    if reads_by_rules(lexer):
        tables = find_tables(lexer)
        return None if tables is None else RegexScanner(lexer, tables)
    read = _find_reader(lexer)
    return None if read is None else _Stream(read)


def _find_reader(lexer: Lexer) -> Read | None:
    """What gives a lexer's tokens with their places."""
    if isinstance(lexer, RegexLexer) and not isinstance(lexer, ExtendedRegexLexer):
        tables = find_tables(lexer)
        if tables is None or not tables.are_enough:
            return None
        return partial(Reader(lexer, tables).read, lexer) if reads_by_rules(lexer) else find_change(lexer, tables)
    if type(lexer).get_tokens_unprocessed is DelegatingLexer.get_tokens_unprocessed:
        return _find_delegation(lexer)
    return None


def _find_delegation(lexer: Any) -> Read | None:
    """What gives the tokens of a `DelegatingLexer`: its own code, with two lexers that are read by scanners."""
    root, language = _find_reader(lexer.root_lexer), _find_reader(lexer.language_lexer)
    if root is None and language is None:
        return None
    stand_in = SimpleNamespace(
        root_lexer=SimpleNamespace(get_tokens_unprocessed=root or lexer.root_lexer.get_tokens_unprocessed),
        language_lexer=SimpleNamespace(get_tokens_unprocessed=language or lexer.language_lexer.get_tokens_unprocessed),
        needle=lexer.needle,
    )
    delegate: Any = DelegatingLexer.get_tokens_unprocessed
    return partial(delegate, stand_in)
