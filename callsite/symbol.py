"""Dotted names: reading and writing them, in addresses too, and finding the one that a page is about."""

from __future__ import annotations

import re

from callsite.model import Meta, Symbol
from callsite.patterns import compile_later

_NAME = r"[^\W\d]\w*"
_DOTTED = compile_later(rf"{_NAME}(?:\.{_NAME})*")

# `flask.ctx after_this_request`, or the two run together: `flask.ctx.after_this_request`.
_PAIR = compile_later(rf"({_NAME}(?:\.{_NAME})*) ({_NAME}(?:\.{_NAME})*)")
_SUFFIX = compile_later(r" (?:Python )?(?:(?:Code )?Examples?|Example Code)\Z")

# A slug names a file, and file systems take 255 bytes.
_LONGEST_SLUG = 200


def parse_symbol(text: str) -> Symbol | None:
    """Read a dotted name; the last part is the name and all before it the module."""
    if not _DOTTED.fullmatch(text):
        return None
    module, _, name = text.rpartition(".")
    return Symbol(module, name)


def slug_name(name: str) -> str:
    """A dotted name as addresses spell it, `flask.Flask` as `flask-flask`; "" when it has no plain letter or digit."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_LONGEST_SLUG]


def find_symbol(meta: Meta) -> Symbol | None:
    """The symbol a page is about: the one its metadata names, else the one its titles spell out, else None.

    A title counts as a spelling when it says `module callable` (or the dotted name) followed by "Example Code",
    "Python Code Examples" or the like; a sidebar title also when its module has a dot in it, which no heading has.
    """
    if meta.symbol is not None:
        return meta.symbol
    short = meta.sidebartitle
    pair = _PAIR.fullmatch(short)
    if pair and "." in pair[1]:
        return parse_symbol(f"{pair[1]}.{pair[2]}")
    suffix = _SUFFIX.search(meta.title)
    if suffix is None:
        return None
    long = meta.title[: suffix.start()]
    pair = _PAIR.fullmatch(long)
    if pair and pair[1] == pair[1].lower():
        return parse_symbol(f"{pair[1]}.{pair[2]}")
    return parse_symbol(long) if "." in long else None
