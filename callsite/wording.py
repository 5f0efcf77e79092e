"""The words of messages: what somebody may have meant, how many there are, and nothing that a terminal would obey."""

from __future__ import annotations

import re
from collections.abc import Iterable

from callsite.text import CONTROL


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` is most likely a slip of the pen for, if there is one.

    Underscores, hyphens and case count for nothing. The same letters in another order always count; for the rest, the
    cutoff of 0.8 takes one wrong letter in five or two in ten, and leaves `subtitle` (0.77 from `title`) alone.
    """
    slip = re.sub(r"[-_]", "", word.lower())
    plain = {re.sub(r"[-_]", "", name.lower()): name for name in known}
    if slip in plain:
        return plain[slip]
    close = [name for name in plain if sorted(name) == sorted(slip)]
    if not close:
        from difflib import get_close_matches  # noqa: PLC0415  # few pages have slips

        close = get_close_matches(slip, plain, n=1, cutoff=0.8)
    return plain[close[0]] if close else None


def make_printable(text: str) -> str:
    """Text for a terminal, on one line: invisible characters and line ends are named, so that none of them acts."""
    return re.sub(f"{CONTROL.pattern}|[\\x00-\\x1f]", lambda match: f"<U+{ord(match[0]):04X}>", text)


def make_visible(text: str) -> str:
    """Text for a terminal, line by line: as `make_printable`, but line ends and tabs stay."""
    return re.sub(r"[^\n\t]+", lambda match: make_printable(match[0]), text)


def count(number: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
