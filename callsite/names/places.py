r"""Where the words of a tree stand in its text.

A tree tells where a node begins and ends, in bytes of UTF-8, and so where names and attributes end. It says nothing of
the words of a dotted name in an import, which may have spaces and `\` between them; these are read off the text. A word
that the text does not show where it ought to be has no place.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from unicodedata import normalize

from callsite.names.tokens import Token
from callsite.text import normalise_ends

_WORD = re.compile(r"\w+")


class Places:
    """Finds the words of a text's tree. One that has no place comes back with the size 0."""

    def __init__(self, text: str) -> None:
        self._lines = normalise_ends(text).split("\n")
        self._columns: dict[int, list[int]] = {}

    def find_last(self, word: str, node: ast.expr | ast.alias, name: str = "") -> Token:
        """The word that a node ends with, under another name if one is given."""
        line, offset = node.end_lineno or 0, node.end_col_offset or 0
        source = self._lines[line - 1]
        if source.isascii():
            size = len(word)
            start = offset - size
            return Token(name or word, line, start, size if source[start:offset] == word else 0)
        start = end = self._find_column(line, offset)
        while start and f"a{source[start - 1]}".isidentifier():
            start -= 1
        size = end - start if normalize("NFKC", source[start:end]) == word else 0
        return Token(name or word, line, start, size)

    def find_first(self, words: Iterable[str], node: ast.stmt | ast.alias) -> list[Token]:
        """The words that a node, which is a part of an import, begins with."""
        read = self._read_on(node.lineno, node.col_offset)
        found: list[Token] = []
        for word, token in zip(words, read, strict=False):
            found.append(token if token.text == word else Token(word, token.line, token.column, 0))
        return found

    def _read_on(self, line: int, offset: int) -> Iterator[Token]:
        column = self._find_column(line, offset)
        for number in range(line, len(self._lines) + 1):
            for match in _WORD.finditer(self._lines[number - 1], column):
                yield Token(normalize("NFKC", match[0]), number, match.start(), len(match[0]))
            column = 0

    def _find_column(self, line: int, offset: int) -> int:
        """The column, in characters, of a byte of a line."""
        source = self._lines[line - 1]
        if source.isascii():
            return offset
        if line not in self._columns:
            self._columns[line] = [at for at, sign in enumerate(source) for _ in sign.encode()] + [len(source)]
        return self._columns[line][offset]
