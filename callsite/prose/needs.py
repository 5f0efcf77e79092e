"""What a text must hold for a regular expression to find something in it, read off the expression itself.

Looking for a few characters in a text takes a tenth of the time of searching it by an expression. The answer is on the
safe side: a text without what is needed holds no match, and one with it may hold one.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from functools import lru_cache
from re import _constants as codes  # type: ignore[attr-defined]  # how `re` reads expressions; it has no public name
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)

# Looking for more than so many takes longer than the search.
_MOST = 8


@lru_cache(maxsize=512)
def find_needs(pattern: re.Pattern[str]) -> tuple[str, ...]:
    """Strings of which each text holds one at least that the pattern matches somewhere; () when there may be none."""
    if not isinstance(pattern, re.Pattern) or pattern.flags & re.IGNORECASE:  # some extensions bring another engine
        return ()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they were told when the pattern was compiled
        return _find(parser.parse(pattern.pattern, pattern.flags))


def _find(items: Sequence[tuple[Any, Any]]) -> tuple[str, ...]:
    """The needs of one expression behind the other: of all their needs the longest."""
    found: list[tuple[str, ...]] = [(text,) for text in _list_texts(items) if text]
    found += [needs for code, value in items if (needs := _find_one(code, value))]
    return max(found, key=lambda needs: (min(map(len, needs)), -len(needs)), default=())


def _list_texts(items: Sequence[tuple[Any, Any]]) -> Iterator[str]:
    """The texts that stand in an expression as they are, the first of what is repeated included."""
    text = ""
    for code, value in items:
        if code is codes.LITERAL:
            text += chr(value)
        elif code in _REPEATS and value[0] and len(value[2]) == 1 and value[2][0][0] is codes.LITERAL:
            yield text + chr(value[2][0][1])
            text = ""
        else:
            yield text
            text = ""
    yield text


def _find_one(code: Any, value: Any) -> tuple[str, ...]:
    """The needs of one part of an expression."""
    if code is codes.SUBPATTERN:
        _, added, _, items = value
        return () if added & re.IGNORECASE else _find(items)
    if code is codes.ATOMIC_GROUP:
        return _find(value)
    if code is codes.ASSERT:
        return _find(value[1])
    if code in _REPEATS:
        least, _, items = value
        return _find(items) if least else ()
    if code is codes.BRANCH:
        each = [_find(items) for items in value[1]]
        some = tuple(dict.fromkeys(text for needs in each for text in needs))
        return some if all(each) and len(some) <= _MOST else ()
    if code is codes.IN and len(value) <= _MOST and all(kind is codes.LITERAL for kind, _ in value):
        return tuple(chr(number) for _, number in value)
    return ()
