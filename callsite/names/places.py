r"""Where the words of a tree stand in its text.

A tree tells where a node begins and ends, in bytes of UTF-8, and so where names and attributes end. It says nothing of
the words of a dotted name in an import, which may have spaces and `\` between them; these are read off the text. A word
that the text does not show where it ought to be has no place.
"""

from __future__ import annotations

import ast
from unicodedata import normalize

from callsite.names.tokens import Token
from callsite.patterns import compile_later
from callsite.text import normalise_ends

# What dotted names in imports are made of: identifiers have more signs in them than `\w` knows.
_WORD = compile_later(r"[^\s.,;#()\\]+")


class Places:
    """Finds the words of a text's tree. One that has no place comes back with the size 0.

    `text` is the text with its line ends as this counts them.
    """

    def __init__(self, text: str) -> None:
        self.text = normalise_ends(text)
        self._lines = self.text.split("\n")
        self._is_ascii = text.isascii()
        self._columns: dict[int, list[int]] = {}

    def find_last(self, word: str, node: ast.expr | ast.alias, name: str = "") -> Token:
        """The word that a node ends with, under another name if one is given."""
        line, end = node.end_lineno or 0, node.end_col_offset or 0
        source = self._lines[line - 1]
        if self._is_ascii or source.isascii():
            size = len(word)
            start = end - size
            return Token(name or word, line, start, size if source[start:end] == word else 0)
        start = end = self._find_column(line, end)
        while start and f"a{source[start - 1]}".isidentifier():
            start -= 1
        size = end - start if normalize("NFKC", source[start:end]) == word else 0
        return Token(name or word, line, start, size)

    def find_first(self, name: str, node: ast.stmt | ast.alias) -> list[Token]:
        """The words of a dotted name that a node, which is a part of an import, begins with."""
        line, column = node.lineno, node.col_offset
        return self._find_words(name, line, column if self._is_ascii else self._find_column(line, column))

    def find_module(self, module: str, node: ast.ImportFrom) -> list[Token]:
        """The words of the module that something is imported from."""
        column = self._find_column(node.lineno, node.col_offset)
        if node.level == 0 and self._lines[node.lineno - 1].startswith("from ", column):
            return self._find_words(module, node.lineno, column + 5)
        return self._find_words(f"from.{module}", node.lineno, column)[1:]

    def _find_words(self, name: str, line: int, column: int) -> list[Token]:
        """The words of a dotted name that stand one behind the other from there on."""
        source = self._lines[line - 1]
        end = column + len(name)
        found: list[Token] = []
        if source.startswith(name, column) and not _WORD.match(source, end):
            if "." not in name:
                return [Token(name, line, column, len(name))]
            for word in name.split("."):
                found.append(Token(word, line, column, len(word)))
                column += len(word) + 1
            return found
        for word in name.split("."):
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
        if self._is_ascii or source.isascii():
            return offset
        if line not in self._columns:
            self._columns[line] = [at for at, sign in enumerate(source) for _ in sign.encode()] + [len(source)]
        return self._columns[line][offset]
