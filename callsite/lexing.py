"""Code to coloured tokens, run by run: Pygments' own, read by `scanning` where it knows how.

Every run between gaps is lexed on its own, so that a string or bracket left open by a cut cannot colour what follows;
what a cut has taken away in front of a run is found by `openings`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from operator import itemgetter

from pygments.lexer import Lexer
from pygments.lexers import get_all_lexers, get_lexer_by_name
from pygments.lexers.special import TextLexer
from pygments.token import Token
from pygments.util import ClassNotFound

from callsite.openings import Piece, find_reading
from callsite.patterns import compile_later
from callsite.scanning import find_scanner

# A longer line is shown without colours: some lexers need time that grows with the square of a line's length.
LONGEST_LINE = 20_000

# So is a longer run: Pygments needs some ten seconds for a million characters.
LONGEST_RUN = 500_000

# Pages about one library quote the same lines again and again, the first ones of a file above all: as many runs are
# remembered with their tokens, none of them longer.
MOST_KNOWN = 128
LONGEST_KNOWN = 2_000

_get_text = itemgetter(1)
_LINE_END = compile_later(r"(\n)")


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


@lru_cache(maxsize=256)
def find_names(language: str) -> tuple[str, ...]:
    """The names of the lexer that `find_lexer` finds, none when it finds none. The lexer is not made for that: it would
    compile all of its patterns.
    """
    name = language.lower()
    for _, names, _, _ in get_all_lexers(plugins=False):
        if name in names:
            return tuple(names)
    lexer = find_lexer(language)  # plain text, or one of a plugin
    return tuple(lexer.aliases) if lexer else ()


def is_too_long(code: str) -> bool:
    """Whether a run of code takes too long to colour, for its length or that of a line."""
    return len(code) > LONGEST_RUN or (len(code) > LONGEST_LINE and max(map(len, code.split("\n"))) > LONGEST_LINE)


def lex_run(code: str, lexer: Lexer, first: bool = True) -> list[Piece]:
    r"""Lex one run of code. Returns its tokens as (type, text), of which none is empty and each `\n` is one by itself;
    their texts joined are the code, whatever the lexer does.

    `first` says that the run begins its file, so that nothing can have stood in front of it.
    """
    return list(_lex_known(code, lexer, first)) if len(code) <= LONGEST_KNOWN else _lex_run(code, lexer, first)


@lru_cache(maxsize=MOST_KNOWN)
def _lex_known(code: str, lexer: Lexer, first: bool) -> tuple[Piece, ...]:
    return tuple(_lex_run(code, lexer, first))


def _lex_run(code: str, lexer: Lexer, first: bool) -> list[Piece]:
    pieces: list[Piece] = []
    if not is_too_long(code):
        try:
            pieces = _lex(code, lexer)
            if not first:
                pieces = find_reading(code, lexer.aliases, pieces, lambda opening: _lex(code, lexer, opening))
        except Exception:  # any of Pygments' 600 lexers may have a bug; no bug of theirs may cost a page
            pieces = []
    texts = [text for _, text in pieces]
    if "".join(texts) != code:
        return _split_lines([(Token.Text, code)])
    return pieces if texts.count("\n") == code.count("\n") else _split_lines(pieces)


def _lex(code: str, lexer: Lexer, opening: str = "") -> list[Piece]:
    """Tokens of `code` as they are behind `opening`; none is empty."""
    pieces = _scan(opening + code, lexer)
    if not opening:
        return pieces if all(map(_get_text, pieces)) else [piece for piece in pieces if piece[1]]
    found = []
    skip = len(opening)
    for kind, text in pieces:
        if skip < len(text):
            found.append((kind, text[skip:]))
        skip = max(0, skip - len(text))
    return found


def _scan(code: str, lexer: Lexer) -> list[Piece]:
    """All tokens of some code. This goes past Pygments' `get_tokens`, which would change line ends and drop a byte
    order mark.
    """
    scanner = find_scanner(lexer)
    if scanner is not None:
        return scanner.scan(code)
    return [(kind, text) for _, kind, text in lexer.get_tokens_unprocessed(code)]


def _split_lines(pieces: Iterable[Piece]) -> list[Piece]:
    """The same tokens, cut at the ends of lines."""
    found: list[Piece] = []
    for kind, text in pieces:
        if "\n" in text:
            found += [(kind, part) for part in _LINE_END.split(text) if part]
        else:
            found.append((kind, text))
    return found
