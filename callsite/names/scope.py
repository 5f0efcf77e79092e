"""A part of a text with names of its own, and whose name is meant where.

The rules are those of the language reference, "Naming and binding":

    module ─┬─ class ──── function ...      what stands in a function sees through functions, never through classes
            └─ types ──── function ...      type parameters and aliases (Python 3.12) also see the class around them
"""

from __future__ import annotations

import ast
from collections.abc import Set
from enum import StrEnum

from callsite.names.use import Kind

# A name that is read: the name, what is done with it, the node whose lines count (a whole call or decorator), and the
# name together with the attributes that follow it.
Read = tuple[str, Kind, ast.expr, ast.expr]

# Something that is imported: its dotted name, which may begin with dots, and its place in its statement.
Import = tuple[str, ast.alias, ast.Import | ast.ImportFrom]

# What a name is bound to: the dotted name that an import brings, with its dots in front when it is relative; a name
# with attributes that is assigned, with the scope it is read in; None for everything else.
Binding = str | tuple["Scope", ast.expr] | None

_NONE: Set[str] = frozenset()


class ScopeKind(StrEnum):
    """What makes a scope. Lambdas are functions."""

    MODULE = "module"
    CLASS = "class"
    FUNCTION = "function"
    COMPREHENSION = "comprehension"
    TYPES = "types"


class Scope:
    """A part of a text with names of its own.

    `name` is that of the class or function, or what `symtable` calls it; `qualified` the dotted name of the classes and
    functions around, its own included. `bindings` are the names bound here, with all that they are bound to; `reads`
    the names read here; `formatted` the f-strings. Names in `bindings` are spelt as Python keeps them, `mangle` tells
    how. `aliases`, as written, are one list for all scopes of a text: each name that a name is assigned to, perhaps
    with attributes, and that name.
    """

    __slots__ = (
        "aliases",
        "bindings",
        "formatted",
        "global_names",
        "imports",
        "kind",
        "name",
        "nonlocal_names",
        "parent",
        "private",
        "qualified",
        "reads",
        "stars",
    )

    def __init__(self, kind: ScopeKind, name: str, parent: Scope | None) -> None:
        self.kind = kind
        self.name = name
        self.parent = parent
        self.private: str = parent.private if parent else ""
        self.qualified: str = parent.qualified if parent else ""
        self.bindings: dict[str, list[Binding]] = {}
        self.reads: list[Read] = []
        self.imports: list[Import] = []
        self.formatted: list[ast.JoinedStr] = []
        self.stars: list[str] = []
        self.aliases: list[tuple[str, str]] = parent.aliases if parent else []
        self.global_names: Set[str] = _NONE
        self.nonlocal_names: Set[str] = _NONE

    def mangle(self, name: str) -> str:
        """How a name is kept here: `__x` in a class `A` is `_A__x`."""
        if self.private and name.startswith("__") and not name.endswith("__"):
            return f"_{self.private}{name}"
        return name

    def bind(self, name: str, binding: Binding) -> None:
        """Note that `name`, as written, gets a meaning here."""
        if self.private:
            name = self.mangle(name)
        known = self.bindings.get(name)
        if known is None:
            self.bindings[name] = [binding]
        else:
            known.append(binding)

    def own(self, name: str) -> None:
        """Note that `name`, as written, belongs here without getting a meaning: `del x`, `x: int`."""
        self.bindings.setdefault(self.mangle(name), [])

    def find(self, name: str) -> Scope | None:
        """The scope whose binding a name, as it is kept, has here; None when no scope binds it, so that it is a builtin
        or comes from a star import. In a method, `__class__` is bound by the class.
        """
        scope: Scope | None = self
        sees_class = True
        while scope is not None:
            if scope.kind is ScopeKind.CLASS and not sees_class:
                if name == "__class__":
                    return scope
            elif name in scope.bindings:
                return scope
            elif name in scope.global_names:
                module = scope.module
                return module if name in module.bindings else None
            sees_class = sees_class and scope.kind is ScopeKind.TYPES
            scope = scope.parent
        return None

    def settle(self) -> None:
        """Hand what is bound here for others, by `global` and `nonlocal`, to them. The scopes around come first."""
        if self.parent is None:
            return
        for name in self.global_names & self.bindings.keys():
            self.module.bindings.setdefault(name, []).extend(self.bindings.pop(name))
        for name in self.nonlocal_names & self.bindings.keys():
            found = self.bindings.pop(name)
            owner = self.find(name)
            if owner is None:
                self.bindings[name] = found  # Python would not take it
            elif owner.kind is not ScopeKind.CLASS:  # whose `__class__` is no name of its body
                owner.bindings[name].extend(found)

    @property
    def module(self) -> Scope:
        """The outermost scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope
