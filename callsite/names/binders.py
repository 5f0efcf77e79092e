"""What nodes that open no scope bind in the one they stand in.

Each of these functions notes that in the scope and gives back what is left to walk.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from callsite.names.modules import join_name
from callsite.names.scope import Scope, ScopeKind

Nodes = Iterable[ast.AST | None]


def find_root(chain: ast.expr) -> ast.expr:
    """What a chain of attributes begins with: the `a` of `a.b.c`."""
    while isinstance(chain, ast.Attribute):
        chain = chain.value
    return chain


def bind_target(target: ast.expr, value: ast.expr, scope: Scope, reader: Scope) -> Nodes:
    """Bind a target in `scope` to a value read in `reader`; a value that is no chain of names says nothing of it."""
    if not isinstance(target, ast.Name):
        return (target,)
    root = find_root(value)
    if isinstance(root, ast.Name):
        scope.aliases.append((target.id, root.id))
        scope.bind(target.id, (reader, value))
    else:
        scope.bind(target.id, None)
    return ()


def _bind_import(node: ast.Import, scope: Scope) -> Nodes:
    for alias in node.names:
        scope.imports.append((alias.name, alias, node))
        if alias.asname:
            scope.bind(alias.asname, alias.name)
        else:
            first = alias.name.partition(".")[0]
            scope.bind(first, first)
    return ()


def _bind_import_from(node: ast.ImportFrom, scope: Scope) -> Nodes:
    module = "." * node.level + (node.module or "")
    for alias in node.names:
        if alias.name == "*":
            scope.imports.append((module, alias, node))
            scope.stars.append(module)
        else:
            target = join_name(module, alias.name)
            scope.imports.append((target, alias, node))
            scope.bind(alias.asname or alias.name, target)
    return ()


def _bind_assign(node: ast.Assign, scope: Scope) -> Nodes:
    left = [rest for target in node.targets for rest in bind_target(target, node.value, scope, scope)]
    return [*left, node.value]


def _bind_walrus(node: ast.NamedExpr, scope: Scope) -> Nodes:
    owner = scope
    while owner.kind is ScopeKind.COMPREHENSION and owner.parent is not None:
        owner = owner.parent
    if owner is not scope:
        scope.nonlocal_names = {*scope.nonlocal_names, scope.mangle(node.target.id)}
    bind_target(node.target, node.value, owner, scope)
    return (node.value,)


def _bind_handler(node: ast.ExceptHandler, scope: Scope) -> Nodes:
    if node.name is not None:
        scope.bind(node.name, None)
    return [node.type, *node.body]


def _bind_as(node: ast.MatchAs, scope: Scope) -> Nodes:
    if node.name is not None:
        scope.bind(node.name, None)
    return (node.pattern,)


def _bind_star(node: ast.MatchStar, scope: Scope) -> Nodes:
    if node.name is not None:
        scope.bind(node.name, None)
    return ()


def _bind_mapping(node: ast.MatchMapping, scope: Scope) -> Nodes:
    if node.rest is not None:
        scope.bind(node.rest, None)
    return [*node.keys, *node.patterns]


def _bind_global(node: ast.Global, scope: Scope) -> Nodes:
    scope.global_names = {*scope.global_names, *map(scope.mangle, node.names)}
    return ()


def _bind_nonlocal(node: ast.Nonlocal, scope: Scope) -> Nodes:
    scope.nonlocal_names = {*scope.nonlocal_names, *map(scope.mangle, node.names)}
    return ()


def _note_formatted(node: ast.JoinedStr, scope: Scope) -> Nodes:
    scope.formatted.append(node)
    return node.values


BINDERS: dict[type, Callable[[Any, Scope], Nodes]] = {
    ast.Import: _bind_import,
    ast.ImportFrom: _bind_import_from,
    ast.Assign: _bind_assign,
    ast.NamedExpr: _bind_walrus,
    ast.ExceptHandler: _bind_handler,
    ast.MatchAs: _bind_as,
    ast.MatchStar: _bind_star,
    ast.MatchMapping: _bind_mapping,
    ast.Global: _bind_global,
    ast.Nonlocal: _bind_nonlocal,
    ast.JoinedStr: _note_formatted,
}
