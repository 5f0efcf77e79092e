"""Which characters a regular expression can begin with, read off its parsed form.

A set of characters is a number, a bit for each ASCII character, one for all others together (`OTHER`) and one for the
end of the text (`END`). What is told is never too little: a pattern that lacks a character cannot match where that one
comes next, whatever stands around it. So a scanner that asks only the patterns which have it finds what it would find
by asking all of them.

The parsed form is that of Python's `re`: a sequence of (operation, argument). An operation that is not known here may
begin with anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any

from callsite.records import dataclass

# Its names are private, but there is no other way to see a pattern as `re` does.
_parser: Any = import_module("re._parser")

# An item of a parsed pattern: the operation and what it is done with.
Item = tuple[Any, Any]

ASCII = (1 << 128) - 1
OTHER = 1 << 128
END = 1 << 129
ANYTHING = ASCII | OTHER | END

_UPPER = sum(1 << ord(char) for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_LOWER = _UPPER << 32
_NEWLINE = 1 << 10

_REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})
# Parsing leaves `^` alone; that it is to match behind line ends is a flag.
_FIRST = frozenset({"AT_BEGINNING", "AT_BEGINNING_STRING"})
_SINGLE = frozenset({"LITERAL", "NOT_LITERAL", "IN", "ANY"})

_DIGITS = sum(1 << code for code in range(128) if chr(code).isdecimal())
WORD = sum(1 << code for code in range(128) if chr(code).isalnum() or chr(code) == "_")
_SPACE = sum(1 << code for code in range(128) if chr(code).isspace())
_ASCII_SPACE = sum(1 << ord(char) for char in " \t\n\r\f\v")


def find_bit(char: str) -> int:
    """The bit of a character; that of the end of the text for ""."""
    if not char:
        return END
    return 1 << ord(char) if char < "\x80" else OTHER


@dataclass(frozen=True, slots=True)
class Beginnings:
    """What can come next where a pattern matches (`possible`); what it matches wherever that comes next, whatever
    stands around it (`certain`); where that match is the one character (`single`); whether it may take none (`empty`);
    and whether it matches at the beginning of lines alone (`first`).
    """

    possible: int
    certain: int
    single: int
    empty: bool
    first: bool


@lru_cache(maxsize=256)
def parse_pattern(pattern: re.Pattern[str]) -> Any:
    """The parsed form of a pattern, which takes about as long as all that is read off it."""
    return _parser.parse(pattern.pattern, pattern.flags)


def is_single(name: str) -> bool:
    """Whether an operation takes one character."""
    return name in _SINGLE


def is_repeat(name: str) -> bool:
    """Whether an operation repeats others."""
    return name in _REPEATS


def find_beginnings(pattern: re.Pattern[str]) -> Beginnings:
    """What a pattern can begin with."""
    tree = parse_pattern(pattern)
    items = list(_flatten(tree))
    certain = _find_certain(items)
    single = len(items) == 1 and items[0][0] in _SINGLE
    return Beginnings(
        find_first(tree.data, tree.state.flags),
        certain,
        certain & ASCII if single else 0,
        tree.getwidth()[0] == 0,
        bool(items) and items[0][0] == "AT" and items[0][1].name in _FIRST,
    )


def find_first(items: Sequence[Item], flags: int, rest: int = ANYTHING) -> int:
    """Everything that can come next where these items match and then something that begins with `rest`."""
    count = 0
    for operation, value in items:
        count += 1
        if operation.name in _SINGLE or (operation.name in _REPEATS and value[0]):
            break  # what is behind it, it hides
    for operation, value in reversed(items[:count]):
        rest = _find_first(operation.name, value, flags, rest)
    return rest


def _find_first(name: str, value: Any, flags: int, rest: int) -> int:
    if name in _SINGLE:
        return find_characters(name, value, flags)[0]
    if name in _REPEATS:
        least, _, body = value
        return find_first(body.data, flags) | (0 if least else rest)
    match name:
        case "SUBPATTERN":
            return find_first(value[3].data, combine_flags(flags, value), rest)
        case "ATOMIC_GROUP":
            return find_first(value.data, flags, rest)
        case "BRANCH":
            first = 0
            for choice in value[1]:
                first |= find_first(choice.data, flags, rest)
            return first
        case "AT":
            return rest & (END | _NEWLINE) if value.name == "AT_END" else rest
        case "ASSERT" if value[0] > 0:
            return rest & find_first(value[1].data, flags)
        case "ASSERT" | "ASSERT_NOT":
            return rest
    return ANYTHING


def _find_certain(items: list[tuple[str, Any, int]]) -> int:
    """What comes next where these items match whatever stands around. Only the first may need anything."""
    if not all(name in _REPEATS and value[0] == 0 for name, value, _ in items[1:]):
        return 0
    if not items:
        return ANYTHING
    name, value, flags = items[0]
    if name in _REPEATS:
        least, _, body = value
        if least == 0:
            return ANYTHING
        if least > 1 or len(body.data) > 1:
            return 0
        operation, value = body.data[0]
        name = operation.name
    return find_characters(name, value, flags)[1] if name in _SINGLE else 0


def combine_flags(flags: int, group: tuple[Any, int, int, Any]) -> int:
    """The flags inside of a group, which may switch some on or off."""
    _, added, removed, _ = group
    if added & _parser.TYPE_FLAGS:
        flags &= ~_parser.TYPE_FLAGS
    return (flags | added) & ~removed


def _flatten(tree: Any) -> Iterator[tuple[str, Any, int]]:
    """A pattern's items one after the other, each with its flags; groups are gone into."""
    waiting = [(tree.data, tree.state.flags)]
    while waiting:
        items, flags = waiting.pop()
        for index, (operation, value) in enumerate(items):
            if operation.name == "SUBPATTERN":
                waiting += [(items[index + 1 :], flags), (value[3].data, combine_flags(flags, value))]
                break
            yield operation.name, value, flags


def find_characters(name: str, value: Any, flags: int) -> tuple[int, int]:
    """What an item that takes one character may match, and what of that it matches for certain."""
    match name:
        case "ANY":
            every = ASCII if flags & re.DOTALL else ASCII & ~_NEWLINE
            return every | OTHER, every
        case "LITERAL":
            return _find_in_set([("LITERAL", value)], flags)
        case "NOT_LITERAL":
            return _find_in_set([("NEGATE", None), ("LITERAL", value)], flags)
    return _find_in_set([(operation.name, argument) for operation, argument in value], flags)


def _find_in_set(items: list[tuple[str, Any]], flags: int) -> tuple[int, int]:
    may, beyond, beyond_by_name = 0, False, False
    for name, value in items:
        match name:
            case "LITERAL":
                may |= 1 << value if value < 128 else 0
                beyond_by_name |= value > 127
            case "RANGE":
                low, high = value
                may |= ((2 << min(high, 127)) - 1) & ~((1 << min(low, 128)) - 1)
                beyond_by_name |= high > 127
            case "CATEGORY":
                may |= _find_category(value.name, flags)
                beyond = True
    must = may
    if flags & re.IGNORECASE:
        # Case goes beyond ASCII: `K` is also the sign of the kelvin, and `s` an old long s.
        beyond_by_name |= bool(may & (_UPPER | _LOWER))
        must |= (may & _UPPER) << 32 | (may & _LOWER) >> 32
        may = must | _UPPER | _LOWER if any(_reaches_beyond(*item) for item in items) else must
    if items[0][0] == "NEGATE":
        return ASCII & ~must | OTHER, ASCII & ~may
    return may | (OTHER if beyond or beyond_by_name else 0), must


def _reaches_beyond(name: str, value: Any) -> bool:
    return (name == "LITERAL" and value > 127) or (name == "RANGE" and value[1] > 127)


def _find_category(name: str, flags: int) -> int:
    space = _ASCII_SPACE if flags & re.ASCII else _SPACE
    category = {"DIGIT": _DIGITS, "WORD": WORD, "SPACE": space}[name.rpartition("_")[2]]
    return ASCII & ~category if "_NOT_" in name else category
