"""Code to coloured tokens, run by run, with Pygments.

Every run between gaps is lexed on its own, so that a string or bracket left open by a cut cannot colour what follows.
A cut can also fall inside a docstring or comment, so that a run starts in the middle of one; then its first lines are
prose, and its closing quotes would open a string that swallows the code below. `find_opening` sees that and says what
must have stood in front.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.lexers.special import TextLexer
from pygments.token import Comment, Name, String, Token, _TokenType, is_token_subtype
from pygments.util import ClassNotFound

# A longer line is shown without colours: some lexers need time that grows with the square of a line's length.
LONGEST_LINE = 20_000

# So is a longer run: Pygments needs some ten seconds for a million characters.
LONGEST_RUN = 500_000

Piece = tuple[_TokenType, str]

# Lines of a string that look like statements: what a docstring or template read inside out is full of.
_PYTHON_STATEMENT = re.compile(
    r"^\s*(?:@\w|def \w+\(|class \w+|return\b|import \w|from [\w.]+ import\b|(?:if|for|while|with|elif) .+:$|else:$"
    r"|try:$|except\b.*:$|raise \w|[\w.]+ = |[\w.]+\(.*\)$)",
    re.MULTILINE,
)

_C_STATEMENT = re.compile(
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


@lru_cache(maxsize=256)
def find_lexer(language: str) -> Lexer | None:
    """Pygments' lexer for one of its names; plain text for ""; None for a name it does not know."""
    if not language:
        return TextLexer(stripnl=False, ensurenl=False)
    try:
        lexer: Lexer = get_lexer_by_name(language.lower(), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    return lexer


def is_too_long(code: str) -> bool:
    """Whether a run of code takes too long to colour, for its length or that of a line."""
    return len(code) > LONGEST_RUN or (len(code) > LONGEST_LINE and max(map(len, code.split("\n"))) > LONGEST_LINE)


def lex_lines(code: str, lexer: Lexer, first: bool = True) -> list[list[Piece]]:
    r"""Lex one run of code. Returns, for each line (split on `\n` only), its tokens as (type, text) without line ends;
    their texts joined are the line, whatever the lexer does.

    `first` says that the run begins its file, so that nothing can have stood in front of it.
    """
    pieces = _read(code, lexer, first)
    lines: list[list[Piece]] = [[]]
    for kind, text in pieces:
        head, *tail = text.split("\n")
        if head:
            lines[-1].append((kind, head))
        lines += [[(kind, rest)] if rest else [] for rest in tail]
    return lines


def find_opening(code: str, lexer: Lexer, pieces: list[Piece]) -> str:
    """What must have stood in front of a run for it to read as code: an opening quote, comment or tag, or "".

    `pieces` are the run's tokens as read without it.
    """
    names = frozenset(lexer.aliases)
    if "php" in names:
        return "" if "<?" in code else "<?php\n"
    for opening, closing in (("/*", "*/"), ("<!--", "-->")):
        if (
            closing in code
            and _closes_first(code, opening, closing)
            and _closes_comment(code.find(closing) + len(closing), _lex(code, lexer, opening), iter(pieces))
        ):
            return opening
    for languages, openings, statement in _STRINGS:
        if names & languages:
            return _find_string(code, lexer, pieces, openings, statement)
    return ""


def _find_string(
    code: str, lexer: Lexer, pieces: list[Piece], openings: tuple[str, ...], statement: re.Pattern[str]
) -> str:
    """The opening with the least against it, if there is less than against none."""
    best, least = "", _count_oddities(pieces, statement)
    for opening in openings:
        if opening.strip() in code and least:
            oddities = _count_oddities(list(_lex(code, lexer, opening)), statement)
            if oddities < least:
                best, least = opening, oddities
    return best


def _read(code: str, lexer: Lexer, first: bool) -> list[Piece]:
    if not is_too_long(code):
        try:
            pieces = list(_lex(code, lexer))
            opening = "" if first else find_opening(code, lexer, pieces)
            if opening:
                pieces = list(_lex(code, lexer, opening))
        except Exception:  # any of Pygments' 600 lexers may have a bug; no bug of theirs may cost a page
            pieces = []
        if "".join(text for _, text in pieces) == code:
            return pieces
    return [(Token.Text, code)]


def _lex(code: str, lexer: Lexer, opening: str = "") -> Iterator[Piece]:
    """Tokens of `code` as they are behind `opening`. This goes past Pygments' `get_tokens`, which would change line
    ends and drop a byte order mark.
    """
    skip = len(opening)
    for _, kind, text in lexer.get_tokens_unprocessed(opening + code):
        if skip < len(text):
            yield kind, text[skip:]
        skip = max(0, skip - len(text))


def _closes_first(code: str, opening: str, closing: str) -> bool:
    start = code.find(opening)
    return start < 0 or code.find(closing) < start


def _closes_comment(end: int, behind: Iterator[Piece], plain: Iterator[Piece]) -> bool:
    """Whether what ends at character `end` of a run ends a comment in the reading `behind`, that behind an opening; and
    in the reading `plain` neither ends a comment nor stands in a string (`"*/*"`) or regular expression (`/.*/`).
    """

    def find_kind(pieces: Iterator[Piece]) -> _TokenType:
        seen, last = 0, Token
        while seen < end:
            last, text = next(pieces)
            seen += len(text)
        return last

    kind = find_kind(plain)
    told = is_token_subtype(kind, Comment) or is_token_subtype(kind, String)
    return not told and is_token_subtype(find_kind(behind), Comment)


def _count_oddities(pieces: list[Piece], statement: re.Pattern[str]) -> int:
    """How much speaks against a reading: two names side by side, as in prose, and statements in strings."""
    odd = 0
    name = False
    string: list[str] = []
    for kind, text in pieces:
        if is_token_subtype(kind, String):
            string.append("" if kind is String.Interpol else text)  # `${` would look like the end of a statement
            name = False
            continue
        if string:
            odd += len(statement.findall("".join(string)))
            string.clear()
        if is_token_subtype(kind, Name) and kind is not Name.Decorator:
            odd += name
            name = True
        elif text.strip(" \t"):
            name = False
    return odd + len(statement.findall("".join(string)))
