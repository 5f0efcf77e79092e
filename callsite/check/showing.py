"""What messages show of the text they are about."""

from __future__ import annotations

# How many characters of it fit into a message.
_MOST = 60


def shorten(text: str) -> str:
    """The text, or its beginning where it is long."""
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"
