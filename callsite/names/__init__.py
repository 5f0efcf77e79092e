"""Which dotted name each name in a piece of Python stands for.

`find_names` follows imports, renamings, attribute chains and assignments through Python's own rules of scope (the
language reference, "Naming and binding"), and says of each use what it is, where, and how sure that is. Nothing is
imported or run. Text that does not parse (Python 2, excerpts with holes) is read by its tokens and imports alone, and
what is found that way says so. `find_mentions` tells the same word by word, with columns.

    text ──ast.parse──▶ tree ──scopes──▶ Scope* ──resolving──▶ Names, or with places: ──mentions──▶ Mention*
      └────tokens──▶ statements ──excerpts───────────────────▶ the same, when it does not parse
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Collection
from functools import lru_cache

from callsite.names.excerpts import find_in_tokens
from callsite.names.glance import may_import
from callsite.names.mentions import find_mentions_in_tokens, find_mentions_in_tree, move_right
from callsite.names.resolving import find_in_tree
from callsite.names.use import Certainty, Kind, Mention, Names, Use
from callsite.patterns import compile_later
from callsite.text import BOM

__all__ = ["Certainty", "Kind", "Mention", "Names", "Use", "find_mentions", "find_names", "parse_python"]


def find_names(text: str, module: str = "", is_package: bool = False) -> Names:
    """Find every use of an imported name in `text`. Any text gives an answer.

    `module` is the text's own dotted name, which relative imports start from; without it they resolve to names that
    begin with a dot, such as `.ctx.after_this_request`.

    What an instance has is not followed: `app.route` is no use of anything after `app = flask.Flask("x")`. Nor is the
    order of statements: what a scope binds holds in all of it.
    """
    text = text.removeprefix(BOM)
    tree = parse_python(text)
    if isinstance(tree, ast.Module):
        return find_in_tree(tree, module, is_package)
    return find_in_tokens(text, module, is_package, _describe(tree))


def find_mentions(
    text: str, module: str = "", is_package: bool = False, roots: Collection[str] | None = None
) -> tuple[Mention, ...]:
    """Find every word in `text` that stands for something imported, in order; no two share a character.

    Each word of `flask.g.user` is one: they stand for `flask`, `flask.g` and `flask.g.user`. So is each word of a
    dotted name in an import, and the name behind `as`; a name that is assigned to is none. The last word of a use that
    `find_names` finds has its target and certainty.

    With `roots`, only words that may stand for something below one of these packages are found.

    Words in f-strings are left out before Python 3.12, which does not tell where they stand, and so are words whose
    targets are longer than 500 characters.
    """
    code = text.removeprefix(BOM)
    if roots is not None and not may_import(code, module, roots):
        return ()
    tree = parse_python(code)
    if isinstance(tree, ast.Module):
        mentions = find_mentions_in_tree(tree, code, module, is_package, roots)
    else:
        mentions = find_mentions_in_tokens(code, module, is_package, roots)
    return tuple(mentions if code is text else move_right(mentions, len(BOM)))


# An import from a hundred packages deep. CPython keeps each beginning of such a name while it parses: 300 kB of
# `import a.a.a...` would take 20 GB. The first of these, which any other chain matches too, is the quicker one.
_WORD = r"[^\0-/:-@\[-^`{-\x7f]++"  # of letters, digits and `_`, and of all that is not ASCII
_CHAIN = compile_later(rf"\.[\s\\]*+(?:{_WORD}[\s\\]*+\.[\s\\]*+){{99}}")
_DEEP = compile_later(rf"(?:\b(?:import|from)\b|,)[\s\\.]*+(?:{_WORD}[\s\\]*+\.[\s\\]*+){{100}}")


def parse_python(text: str) -> ast.Module | Exception:
    """The tree of a text, or the error that tells why there is none. Trees are shared: nobody may change one."""
    return _parse_small(text) if len(text) < _SMALL else _parse(text)


# A page's listings are looked at by several rules; a few of their trees take little room.
_SMALL = 30_000


@lru_cache(maxsize=16)
def _parse_small(text: str) -> ast.Module | Exception:
    return _parse(text)


def _parse(text: str) -> ast.Module | Exception:
    if text.count(".") >= 100 and _CHAIN.search(text) and _DEEP.search(text):
        return RecursionError()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the text's own odd escapes
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return error


def _describe(error: Exception) -> str:
    """Why a text does not parse, in a few words."""
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {error.msg}" if error.lineno else error.msg
    return str(error) if isinstance(error, ValueError) else "nested too deep"
