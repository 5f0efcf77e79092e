"""What can come behind a run of one character where a regular expression matches, read off its parsed form.

Most of what a lexer's rules are tried at in vain begins with a character that several of them can begin with: at the
blanks in front of a line `match x:` can be, or a docstring. What comes behind the run tells nearly always that it is
none of them. As in `beginnings`, what is told is never too little.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from callsite.scanning.beginnings import (
    ANYTHING,
    END,
    Item,
    combine_flags,
    find_bit,
    find_characters,
    is_repeat,
    is_single,
    parse_pattern,
)

_NEWLINE = find_bit("\n")


def find_behind(pattern: re.Pattern[str], bit: int) -> int:
    """All that can come behind the longest run of a character, by its bit, where a pattern matches at that run's
    beginning. That is anything when the match may end in the run.
    """
    tree = parse_pattern(pattern)
    return _find_all(tree.data, tree.state.flags, bit, ANYTHING)


def _find_all(items: Sequence[Item], flags: int, bit: int, rest: int) -> int:
    """What can come behind the run where these items match anywhere in it, or at its end, and then something behind
    which `rest` can come.
    """
    for operation, value in reversed(items):
        name = operation.name
        if is_single(name):
            possible = find_characters(name, value, flags)[0]
            rest = possible & ~bit | (rest if possible & bit else 0)
        elif is_repeat(name):
            least, _, body = value
            rest = _find_all(body.data, flags, bit, rest) | (0 if least else rest)
        elif name == "SUBPATTERN":
            rest = _find_all(value[3].data, combine_flags(flags, value), bit, rest)
        elif name == "ATOMIC_GROUP":
            rest = _find_all(value.data, flags, bit, rest)
        elif name == "BRANCH":
            choices = value[1]
            found = 0
            for choice in choices:
                found |= _find_all(choice.data, flags, bit, rest)
            rest = found
        elif name == "AT" and value.name == "AT_END" and bit != _NEWLINE:
            rest &= END | _NEWLINE
        elif name not in ("AT", "ASSERT", "ASSERT_NOT"):  # those can only keep the pattern from matching
            rest = ANYTHING
    return rest
