r"""Where the words of a tree stand in its text.

A tree tells where a node begins and ends, in bytes of UTF-8, and so where names and attributes end. It says nothing of
the words of a dotted name in an import, which may have spaces and `\` between them; these are read off the text. A word
that the text does not show where it ought to be has no place.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from unicodedata import normalize

from callsite.names.tokens import Token
from callsite.text import normalise_ends

# What dotted names in imports are made of: identifiers have more signs in them than `\w` knows.
_WORD = re.compile(r"[^\s.,;#()\\]+")


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
        line, column = node.lineno, self._find_column(node.lineno, node.col_offset)
        found: list[Token] = []
        for word in words:
            match = _WORD.search(self._lines[line - 1], column)
            while match is None:  # a backslash ended the line
                line, column = line + 1, 0
                match = _WORD.search(self._lines[line - 1])
            column = match.end()
            size = len(match[0]) if normalize("NFKC", match[0]) == word else 0
            found.append(Token(word, line, match.start(), size))
        return found

    def _find_column(self, line: int, offset: int) -> int:
        """The column, in characters, of a byte of a line."""
        source = self._lines[line - 1]
        if source.isascii():
            return offset
        if line not in self._columns:
            self._columns[line] = [at for at, sign in enumerate(source) for _ in sign.encode()] + [len(source)]
        return self._columns[line][offset]
