"""Lexers that change the tokens of their rules: C and its family, PHP, Lua, Swift.

Their `get_tokens_unprocessed` asks that of a class below them, by the class's name, and goes over what it gets. Here a
copy of the function runs in which that name stands for a scanner: the lexer's own code, over the same tokens.

That is done for functions of Pygments, when they keep nothing but in variables of their own, so that it is all the same
how far the rules are ahead of them; and when they need the names of other lexers for nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import pairwise
from types import CodeType, FunctionType, SimpleNamespace
from typing import Any

from pygments.lexer import RegexLexer

from callsite.scanning.placing import Reader
from callsite.scanning.scanner import PlacedToken
from callsite.scanning.tables import Tables, Token

Read = Callable[..., Iterable[PlacedToken]]

_METHOD = "get_tokens_unprocessed"
_KEEPING = frozenset(
    {"STORE_ATTR", "STORE_DEREF", "STORE_GLOBAL", "STORE_SUBSCR", "DELETE_ATTR", "DELETE_GLOBAL", "DELETE_SUBSCR"}
)


class _OwnRules(Reader):
    """The rules of such a lexer. Where it reads a part of a text by itself, it changes the tokens there, too."""

    change: Read

    def _use_itself(self, text: str, arguments: dict[str, Any]) -> list[Token]:
        return self._collect(text, self.change(text, **arguments))


def find_change(lexer: RegexLexer, tables: Tables) -> Read | None:
    """What gives the tokens of such a lexer, with their places, as its `get_tokens_unprocessed` does."""
    rules = _OwnRules(lexer, tables)
    change = _copy(type(lexer).get_tokens_unprocessed, rules.read)
    if change is None:
        return None
    rules.change = partial(change, lexer)
    return rules.change


def _copy(function: Any, read: Read) -> Read | None:
    """The function with `read` where it asks the classes below; None when it may do more than that."""
    if not isinstance(function, FunctionType) or not function.__module__.startswith("pygments.lexers."):
        return None
    names = _find_asked(function.__code__, function.__globals__)
    below = {name: _find_below(function.__globals__[name], read) for name in names or ()}
    if not below or None in below.values():
        return None
    stand_ins = {name: SimpleNamespace(**{_METHOD: reader}) for name, reader in below.items()}
    copy = FunctionType(
        function.__code__,
        {**function.__globals__, **stand_ins},
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy


def _find_below(below: type[RegexLexer], read: Read) -> Read | None:
    function = below.get_tokens_unprocessed
    return read if function is RegexLexer.get_tokens_unprocessed else _copy(function, read)


def _find_asked(code: CodeType, names: dict[str, Any]) -> frozenset[str] | None:
    """The names of lexers that a function asks for tokens; None when it keeps something, or uses a lexer otherwise."""
    asked: set[str] = set()
    from dis import get_instructions  # noqa: PLC0415  # few lexers ask others for tokens

    for now, following in pairwise(get_instructions(code)):
        if now.opname in _KEEPING:
            return None
        if now.opname == "LOAD_GLOBAL":
            value = names.get(now.argval)
            if isinstance(value, type) and issubclass(value, RegexLexer):
                if following.argval != _METHOD:
                    return None
                asked.add(now.argval)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            inner = _find_asked(constant, names)
            if inner is None:
                return None
            asked |= inner
    return frozenset(asked)
