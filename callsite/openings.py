"""What stood in front of a run of code that begins in the middle of a string, a comment or a page.

A cut can fall inside a docstring or comment. Then the first lines of what follows are prose, and its closing quotes
would open a string that swallows the code below. `find_reading` sees that and reads the run behind what must have stood
in front of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from functools import cache
from itertools import accumulate

from pygments.token import Comment, Name, String, _TokenType, is_token_subtype

from callsite.patterns import compile_later

Piece = tuple[_TokenType, str]

# Lines of a string that look like statements: what a docstring or template read inside out is full of.
_PYTHON_STATEMENT = compile_later(
    r"^\s*(?:@\w|def \w+\(|class \w+|return\b|import \w|from [\w.]+ import\b|(?:if|for|while|with|elif) .+:$|else:$"
    r"|try:$|except\b.*:$|raise \w|[\w.]+ = |[\w.]+\(.*\)$)",
    re.MULTILINE,
)

_C_STATEMENT = compile_later(
    r"^\s*(?:(?:const|let|var|val|func|fun|function|class|export|import|package|return) .*|.*[;{]$|\}[);,]*$"
    r"|[\w.]+\(.*\)$)",
    re.MULTILINE,
)

# Languages with strings over several lines: what opens one, and what a statement looks like.
_STRINGS = (
    ({"python", "python2", "cython", "sage", "pycon"}, ('"""\n', "'''\n"), _PYTHON_STATEMENT),
    ({"javascript", "typescript", "jsx", "tsx", "go"}, ("`\n",), _C_STATEMENT),
    ({"java", "kotlin", "scala", "swift", "groovy"}, ('"""\n',), _C_STATEMENT),
)

_COMMENTS = (("/*", "*/"), ("<!--", "-->"))


def find_reading(
    code: str, languages: Collection[str], plain: list[Piece], lex: Callable[[str], list[Piece]]
) -> list[Piece]:
    """The tokens of a run behind what must have stood in front of it: an opening quote, comment or tag, or nothing.

    `languages` are the names of its language, `plain` its tokens behind nothing, and `lex` gives those behind any text.
    """
    if "php" in languages:
        return plain if "<?" in code else lex("<?php\n")
    for opening, closing in _COMMENTS:
        if closing in code and _closes_first(code, opening, closing):
            end = code.find(closing) + len(closing)
            kind = _find_kind(plain, end)
            # What ends a comment here, or stands in a string (`"*/*"`) or regular expression (`/.*/`), tells nothing.
            if not is_token_subtype(kind, Comment) and not is_token_subtype(kind, String):
                behind = lex(opening)
                if is_token_subtype(_find_kind(behind, end), Comment):
                    return behind
    for named, openings, statement in _STRINGS:
        if not named.isdisjoint(languages):
            possible = [opening for opening in openings if opening.strip() in code]
            return _find_string(plain, possible, statement, lex) if possible else plain
    return plain


def _closes_first(code: str, opening: str, closing: str) -> bool:
    start = code.find(opening)
    return start < 0 or code.find(closing) < start


def _find_kind(pieces: Iterable[Piece], end: int) -> _TokenType:
    """The type of the token that the character before `end` is in."""
    ends = accumulate(len(text) for _, text in pieces)
    return next(kind for (kind, _), behind in zip(pieces, ends, strict=True) if behind >= end)


def _find_string(
    plain: list[Piece], openings: Iterable[str], statement: re.Pattern[str], lex: Callable[[str], list[Piece]]
) -> list[Piece]:
    """The reading with the least against it, `plain` if none has less."""
    best, least = plain, _count_oddities(plain, statement)
    for opening in openings:
        if least:
            behind = lex(opening)
            oddities = _count_oddities(behind, statement)
            if oddities < least:
                best, least = behind, oddities
    return best


def _count_oddities(pieces: list[Piece], statement: re.Pattern[str]) -> int:
    """How much speaks against a reading: two names side by side, as in prose, and statements in strings."""
    odd = 0
    name = False
    string: list[str] = []
    for kind, text in pieces:
        role = _find_role(kind)
        if role is String:
            string.append("" if kind is String.Interpol else text)  # `${` would look like the end of a statement
            name = False
            continue
        if string:
            odd += len(statement.findall("".join(string)))
            string.clear()
        if role is Name:
            odd += name
            name = True
        elif name and text.strip(" \t"):
            name = False
    return odd + len(statement.findall("".join(string)))


@cache
def _find_role(kind: _TokenType) -> _TokenType | None:
    """Whether a token is part of a string, a name, or neither."""
    if is_token_subtype(kind, String):
        return String
    return Name if is_token_subtype(kind, Name) and kind is not Name.Decorator else None
