"""What a lexer's rule does with what it has matched, read off the rule, so that it needs no generator of Pygments'.

`bygroups` and `using` hand out functions that close over what they were given. They are told by their code, which only
those have, and what they close over is taken from there. Any other function is called as Pygments calls it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from pygments.lexer import Lexer, bygroups, this, using
from pygments.token import _TokenType

from callsite.records import dataclass

# What a rule can do with a match besides giving it a type: Pygments calls it with the lexer and the match.
Callback = Callable[[Lexer, re.Match[str]], Iterable[tuple[int, _TokenType, str]]]


@dataclass(frozen=True, slots=True)
class Using:
    """A piece of text that another lexer reads, or the same one from another state: `using`.

    `other` is None for the lexer itself; `options` are those of the new lexer, and `arguments` what its method is
    called with besides the text.
    """

    other: type[Lexer] | None
    options: dict[str, Any]
    arguments: dict[str, Any]


# What is done with one group of a match: its number, and its type or how it is read. 0 is the match itself.
Group = tuple[int, _TokenType | Using]

_make_bygroups: Any = bygroups  # they have no types
_make_using: Any = using
_GROUPS_CODE = _make_bygroups().__code__
_USING_CODES = (_make_using(this).__code__, _make_using(Lexer).__code__)


def find_groups(action: object) -> tuple[Group, ...] | None:
    """What is done with each group of a match, when that is all that `action` does; else None."""
    if action is None:
        return ()
    if getattr(action, "__code__", None) is not _GROUPS_CODE:
        whole = _find_one(action)
        return None if whole is None else ((0, whole),)
    groups: list[Group] = []
    for number, part in enumerate(_find_closed_over(action)["args"], start=1):
        if part is not None:
            one = _find_one(part)
            if one is None:
                return None
            groups.append((number, one))
    return tuple(groups)


def _find_one(action: Any) -> _TokenType | Using | None:
    if type(action) is _TokenType:
        return action
    if getattr(action, "__code__", None) not in _USING_CODES:
        return None
    closed = _find_closed_over(action)
    return Using(closed.get("_other"), closed["kwargs"], closed["gt_kwargs"])


def _find_closed_over(function: Any) -> dict[str, Any]:
    cells = zip(function.__code__.co_freevars, function.__closure__, strict=True)
    return {name: cell.cell_contents for name, cell in cells}
