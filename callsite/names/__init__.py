"""Which dotted name each name in a piece of Python stands for.

`find_names` follows imports, renamings, attribute chains and assignments through Python's own rules of scope (the
language reference, "Naming and binding"), and says of each use what it is, where, and how sure that is. Nothing is
imported or run. Text that does not parse (Python 2, excerpts with holes) is read by its tokens and imports alone, and
what is found that way says so.

    text ──ast.parse──▶ tree ──scopes──▶ Scope* ──resolving──▶ Names
      └────tokens──▶ statements ──excerpts─────────────────────▶ Names      when it does not parse
"""

from __future__ import annotations

import ast
import warnings

from callsite.names.excerpts import find_in_tokens
from callsite.names.resolving import find_in_tree
from callsite.names.use import Certainty, Kind, Names, Use
from callsite.text import BOM

__all__ = ["Certainty", "Kind", "Names", "Use", "find_names"]


def find_names(text: str, module: str = "", is_package: bool = False) -> Names:
    """Find every use of an imported name in `text`. Any text gives an answer.

    `module` is the text's own dotted name, which relative imports start from; without it they resolve to names that
    begin with a dot, such as `.ctx.after_this_request`.

    What an instance has is not followed: `app.route` is no use of anything after `app = flask.Flask("x")`. Nor is the
    order of statements: what a scope binds holds in all of it.
    """
    text = text.removeprefix(BOM)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the text's own odd escapes
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return find_in_tokens(text, module, is_package, _describe(error))
    return find_in_tree(tree, module, is_package)


def _describe(error: Exception) -> str:
    """Why a text does not parse, in a few words."""
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {error.msg}" if error.lineno else error.msg
    return str(error) if isinstance(error, ValueError) else "nested too deep"
