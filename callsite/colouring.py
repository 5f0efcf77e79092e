"""Coloured tokens to HTML, in one pass over them: what of a listing takes most of the time.

Neighbours of one class share an element, and space needs none: so a line end, which is a token of its own, ends any.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from re import Match

from pygments.token import STANDARD_TYPES, _TokenType

from callsite.openings import Piece
from callsite.text import CONTROL


def render_pieces(pieces: list[Piece], tags: Iterable[tuple[int, str]] = ()) -> str:
    """The HTML of a run's tokens.

    `tags` are what else is to stand among them, each with the position of an empty token that keeps its place.
    """
    texts = _render_texts([text for _, text in pieces])
    for place, tag in tags:
        texts[place] = tag
    parts: list[str] = []
    opened = end = ""  # the tags of the element that is open
    for (kind, text), html in zip(pieces, texts, strict=True):
        tag = "" if text.isspace() else _TAGS[kind]
        if tag == opened:
            parts.append(html)
        else:
            parts += end, tag, html
            opened, end = tag, "</span>" if tag else ""
    parts.append(end)
    return "".join(parts)


def render_text(text: str) -> str:
    """Text for HTML; a character that would change how the code looks is fenced in and given a name to show."""
    html = escape(text, quote=False)
    return CONTROL.sub(_show_control, html) if CONTROL.search(html) else html


def _render_texts(texts: list[str]) -> list[str]:
    """Each of some texts for HTML, all at once: that is what it comes to, since each character is shown by itself, and
    NUL, which stands between them, as it is.
    """
    joined = "\0".join(texts)
    html = render_text(joined)
    if html == joined:
        return texts
    if joined.count("\0") >= len(texts):  # some of it is code
        return [render_text(text) for text in texts]
    return html.split("\0")


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
