"""The addresses in a stylesheet."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A comment; or an address in `url()`, quoted or bare, or behind `@import`; or any other quoted text, read past.
_PIECE = re.compile(
    r"""/\*.*?(?:\*/|\Z)
    | \burl\(\s*+(?:"(?P<a>(?:[^"\n\\]|\\.)*)"|'(?P<b>(?:[^'\n\\]|\\.)*)'|(?P<c>(?:[^\s"'()\\]|\\[0-9a-f]{1,6}\s|\\.)*))
    | @import\s++(?:"(?P<d>(?:[^"\n\\]|\\.)*)"|'(?P<e>(?:[^'\n\\]|\\.)*)')
    | "(?:[^"\n\\]|\\.)*+"? | '(?:[^'\n\\]|\\.)*+'?""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)


def find_style_addresses(text: str) -> Iterator[str]:
    """The addresses in a stylesheet or in the value of a `style` attribute, in order."""
    return (target for target, _ in find_style_spots(text))


def find_style_spots(text: str) -> Iterator[tuple[str, int]]:
    """The same, each with where it begins in the text."""
    for found in _PIECE.finditer(text):
        if found.lastgroup:
            yield _ESCAPE.sub(_unescape, found[found.lastgroup]).strip(), found.start()


def _unescape(found: re.Match[str]) -> str:
    if found[1]:
        number = int(found[1], 16)
        return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    return "" if found[2] == "\n" else found[2]
