"""Coloured tokens to HTML, in one pass over them: what of a listing takes most of the time.

Neighbours of one class share an element, and space needs none: so a line end, which is a token of its own, ends any.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from re import Match

from pygments.token import STANDARD_TYPES, Token, _TokenType

from callsite.openings import Piece
from callsite.text import CONTROL

# The type of what stands among tokens and is a tag, to be written as it is.
TAG = Token.Callsite.Tag

# As many tokens are remembered with their HTML, none of them longer: most of a text's are of a few.
MOST = 2**13
LONGEST = 24


def render_pieces(pieces: Iterable[Piece]) -> str:
    """The HTML of a run's tokens, and of tags among them."""
    parts: list[str] = []
    append = parts.append
    opened = ""  # the start tag of the element that the last token is in
    alone = ""  # the last token with its own start tag, while it is the only one in its element
    for piece in pieces:
        tag, html, started, whole = _shown[piece]
        if tag != opened:
            append(whole)
            opened, alone = tag, started
        elif not tag:
            append(html)
        else:
            if alone:
                parts[-1] = alone + html
                alone = ""
            else:
                parts[-1] = html
            append("</span>")
    return "".join(parts)


def render_text(text: str) -> str:
    """Text for HTML; a character that would change how the code looks is fenced in and given a name to show."""
    html = escape(text, quote=False)
    if html.isascii() and html.isprintable():  # as most texts are
        return html
    return CONTROL.sub(_show_control, html) if CONTROL.search(html) else html


def _show_control(match: Match[str]) -> str:
    return f'<span class="control" data-name="U+{ord(match[0]):04X}"><bdi>{match[0]}</bdi></span>'


class _Tags(dict[_TokenType, str]):
    """The start tag of each token type, with Pygments' short class for it; a type without one has that of the nearest
    type above it, and text has no element.
    """

    def __missing__(self, kind: _TokenType) -> str:
        near = kind
        while near not in STANDARD_TYPES:
            assert near.parent is not None  # `Token` itself is a standard type
            near = near.parent
        css = STANDARD_TYPES[near]
        self[kind] = tag = f'<span class="{css}">' if css else ""
        return tag


_TAGS = _Tags()


class _Shown(dict[Piece, tuple[str, str, str, str]]):
    """Tokens as they are shown: the start tag, the text, both of them, and all of it with its end tag."""

    def __missing__(self, piece: Piece) -> tuple[str, str, str, str]:
        kind, text = piece
        if kind is TAG:
            return "", text, text, text
        html = render_text(text)
        tag = "" if text.isspace() else _TAGS[kind]
        started = tag + html
        shown = tag, html, started, f"{started}</span>" if tag else html
        if len(text) <= LONGEST and len(self) < MOST:
            self[piece] = shown
        return shown


_shown = _Shown()
