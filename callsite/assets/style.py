"""Style sheets: made small by rcssmin, as far as that changes nothing, and the addresses in them.

rcssmin takes out blanks and comments and knows little else of the language: it makes `a :hover` in an `@layer` into
`a:hover`, and takes the blanks out of some names of files. So both texts are parsed, and have to say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import rcssmin
import tinycss2

from callsite.assets.reference import Reference

# A comment; or an address in `url()`, quoted or bare, or behind `@import`; or any other quoted text, read past.
_PIECE = re.compile(
    rb"""/\*.*?(?:\*/|\Z)
    | \burl\(\s*+(?:"(?P<a>[^"\n\\]*)"|'(?P<b>[^'\n\\]*)'|(?P<c>[^\s"'()\\]+))\s*\)
    | @import\s*+(?:"(?P<d>[^"\n\\]*)"|'(?P<e>[^'\n\\]*)')
    | "(?:[^"\n\\]|\\.)*+"? | '(?:[^'\n\\]|\\.)*+'?""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)

# Signs that stand for themselves with or without blanks around them: between selectors, in ranges, before `important`.
_LOOSE = frozenset({",", ">", "~", "<", "=", "!"})


class _Unreadable(Exception):  # noqa: N818  # no error: the file stays as it is
    pass


def minify_style(text: str) -> str | None:
    """The same style sheet in fewer letters; None when that cannot be had for certain."""
    small = str(rcssmin.cssmin(text, keep_bang_comments=True))
    try:
        return small if _list_rules(_parse(text)) == _list_rules(_parse(small)) else None
    except (_Unreadable, RecursionError):
        return None


def find_style_references(data: bytes) -> Iterator[Reference]:
    """The addresses in a style sheet, which are resolved against its own."""
    for found in _PIECE.finditer(data):
        if found.lastgroup:
            start, end = found.span(found.lastgroup)
            yield Reference(start, end, data[start:end].decode())


def _parse(text: str) -> list[Any]:
    return list(tinycss2.parse_component_value_list(text, skip_comments=True))


def _list_rules(nodes: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What a style sheet or a block says: its rules and declarations, each without the blanks that mean nothing."""
    items: list[list[Any]] = [[]]
    for node in nodes:
        if node.type == "literal" and node.value == ";":
            items.append([])
            continue
        items[-1].append(node)
        if node.type == "{} block":
            items.append([])
    return [told for item in items if (told := _tell(item, is_declaration=_is_declaration(item)))]


def _is_declaration(item: Sequence[Any]) -> bool:
    return not any(node.type == "{} block" or node.type == "at-keyword" for node in item)


def _tell(nodes: Sequence[Any], *, is_declaration: bool = False) -> tuple[Any, ...]:
    """Component values, with a single blank where there may be some that counts."""
    told: list[Any] = []
    loose = True  # blanks at the beginning mean nothing
    for node in nodes:
        if node.type == "whitespace":
            if not loose:
                told.append(" ")
            loose = True
            continue
        is_colon = node.type == "literal" and node.value == ":"
        stands_alone = node.type == "{} block" or (node.type == "literal" and node.value in _LOOSE)
        # Before a colon, a blank between two selectors means a lot: `a :hover`.
        if told and told[-1] == " " and (stands_alone or (is_colon and is_declaration)):
            told.pop()
        told.append(_tell_one(node))
        loose = stands_alone or is_colon
    if told and told[-1] == " ":
        told.pop()
    return tuple(told)


def _tell_one(node: Any) -> Any:
    match node.type:
        case "error":
            raise _Unreadable
        case "{} block":
            return "{", tuple(_list_rules(node.content))
        case "() block" | "[] block":
            return node.type, _tell(node.content)
        case "function":
            return node.name, _tell(node.arguments)
        case "string" | "url":
            return node.type, node.value
        case _:
            return node.serialize()
