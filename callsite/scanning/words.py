"""Which words a regular expression can match at.

A word is a run of ASCII letters, digits and `_` that is as long as it can be, with no other character than one of ASCII
behind it, and that does not begin with a digit. Most words of a language are names, and the pattern of names stands
behind all patterns of keywords. Those can match at a few words alone; any other is a name, without asking them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from callsite.scanning.beginnings import (
    ASCII,
    WORD,
    Item,
    combine_flags,
    find_characters,
    is_repeat,
    is_single,
    parse_pattern,
)

# Patterns with more beginnings of words than these are not looked at any further.
_MOST = 1024

# Nor are those that go on for longer than any word that a language has.
_LONGEST = 100

match_word = re.compile(r"[A-Za-z_][A-Za-z0-9_]*+(?![^\x00-\x7f])").match


def find_words(pattern: re.Pattern[str]) -> frozenset[str] | None:
    """All words at which a pattern can match; None when these may be too many."""
    tree = parse_pattern(pattern)
    found: set[str] = set()
    ends = _go_on(tree.data, tree.state.flags, {""}, found)
    return None if ends is None or ends else frozenset(found)


def takes_words(pattern: re.Pattern[str]) -> bool:
    """Whether a pattern matches just the whole of a word that begins with a character that it is certain to match."""
    tree = parse_pattern(pattern)
    items = list(tree.data)
    if len(items) != 2 or not is_single(items[0][0].name) or items[1][0].name != "MAX_REPEAT":
        return False
    least, most, body = items[1][1]
    if least or len(body.data) != 1 or not is_single(body.data[0][0].name) or most < (1 << 31):
        return False
    operation, value = body.data[0]
    possible, certain = find_characters(operation.name, value, tree.state.flags)
    return possible & ASCII == certain & ASCII == WORD


def _go_on(items: Sequence[Item], flags: int, heads: set[str], found: set[str]) -> set[str] | None:
    """What words can begin with where these items match behind `heads`; what is `found` is no beginning but a word,
    since what comes next is no part of one. None when there is too much of it.
    """
    for operation, value in items:
        name = operation.name
        after: set[str] | None
        if is_single(name):
            possible = find_characters(name, value, flags)[0]
            if possible & ASCII & ~WORD:
                found |= heads
            chars = _list_characters(possible & WORD)
            after = {head + char for head in heads for char in chars} if len(heads) * len(chars) <= _MOST else None
        elif is_repeat(name):
            after = _repeat(value, flags, heads, found)
        elif name == "SUBPATTERN":
            after = _go_on(value[3].data, combine_flags(flags, value), heads, found)
        elif name == "BRANCH":
            after = set()
            for choice in value[1]:
                ends = _go_on(choice.data, flags, heads, found)
                if ends is None:
                    return None
                after |= ends
        elif name == "AT" and value.name in ("AT_BOUNDARY", "AT_UNI_BOUNDARY"):
            found |= heads
            after = heads & {""}
        elif name in ("AT", "ASSERT", "ASSERT_NOT"):
            after = heads  # it can only keep the pattern from matching
        else:
            return None
        if after is None or len(after) > _MOST:
            return None
        heads = after
        if not heads:
            break
    return heads


@lru_cache(maxsize=256)
def _list_characters(bits: int) -> tuple[str, ...]:
    return tuple(chr(code) for code in range(128) if bits & 1 << code)


def _repeat(value: tuple[int, int, Any], flags: int, heads: set[str], found: set[str]) -> set[str] | None:
    least, most, body = value
    after: set[str] = set() if least else set(heads)
    for number in range(1, most + 1):
        ends = _go_on(body.data, flags, heads, found)
        if ends is None or len(ends) > _MOST or number > _LONGEST:
            return None
        if not ends or ends == heads:
            return after | ends
        if number >= least:
            after |= ends
        heads = ends
    return after
