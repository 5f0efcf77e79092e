"""Every scope of a module, with the names that it binds and reads.

The tests hold this against CPython's own `symtable`. The walk keeps lists of its own instead of recursing, so that no
depth of nesting ends it, and sees each node once.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

from callsite.names.binders import BINDERS, Nodes, bind_target, find_root
from callsite.names.scope import Scope, ScopeKind
from callsite.names.use import Kind


def find_scopes(tree: ast.Module) -> tuple[Scope, ...]:
    """Every scope of a tree, each behind those around it; the first is the module's."""
    walker = _Walker()
    walker.later(walker.open(ScopeKind.MODULE, "top", None), tree.body)
    while walker.blocks:
        walker.walk(*walker.blocks.pop())
    for scope in walker.scopes:
        scope.settle()
    return tuple(walker.scopes)


class _Children(dict[type, tuple[str, ...]]):
    """The fields of each class of nodes that can hold nodes to walk, found out when first asked for."""

    # Fields of the classes that no function below is for, and that hold names or marks instead of nodes.
    _leaves = frozenset(("arg", "conversion", "ctx", "is_async", "kwd_attrs", "op", "ops", "str", "type_comment"))

    def __missing__(self, node: type) -> tuple[str, ...]:
        fields: Iterable[str] = getattr(node, "_fields", ())
        found = self[node] = tuple(field for field in fields if field not in self._leaves)
        return found


_CHILDREN = _Children({ast.Constant: (), ast.MatchSingleton: ()})


class _Walker:
    """Collects scopes. What waits to be walked stands in blocks: a scope, what bare names in it are, and nodes."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []
        self.blocks: list[tuple[Scope, Kind, list[Any]]] = []

    def open(self, kind: ScopeKind, name: str, parent: Scope | None) -> Scope:
        scope = Scope(kind, name, parent)
        self.scopes.append(scope)
        return scope

    def later(self, scope: Scope, nodes: Nodes, kind: Kind = Kind.REFERENCE) -> None:
        waiting = [node for node in nodes if node is not None]
        if waiting:
            self.blocks.append((scope, kind, waiting))

    def walk(self, scope: Scope, kind: Kind, nodes: list[Any]) -> None:
        """Walk nodes of one scope. The loop sees nearly every node of a text, and is written to be quick."""
        binders, seers, children = BINDERS, _SEERS, _CHILDREN
        reads, take, put = scope.reads, nodes.pop, nodes.append
        name_node, attribute, call_node, load, call = ast.Name, ast.Attribute, ast.Call, ast.Load, Kind.CALL
        while nodes:
            node = take()
            cls = node.__class__
            if cls is name_node:
                if node.ctx.__class__ is load:
                    reads.append((node.id, kind, node, node))
                elif node.ctx.__class__ is ast.Store:
                    scope.bind(node.id, None)
                else:
                    scope.own(node.id)
            elif cls is attribute:
                root = node.value
                while root.__class__ is attribute:
                    root = root.value
                if root.__class__ is name_node:
                    reads.append((root.id, kind, node, node))
                else:
                    put(root)
            elif cls is call_node:
                root = chain = node.func
                while root.__class__ is attribute:
                    root = root.value
                if root.__class__ is name_node:
                    reads.append((root.id, call, node, chain))
                else:
                    put(root)
                if kind is Kind.ANNOTATION:
                    self.later(scope, _given(node))
                else:
                    nodes += node.args
                    for keyword in node.keywords:
                        put(keyword.value)
            elif cls in binders:
                nodes += binders[cls](node, scope)
            elif (see := seers[cls]) is not None:
                nodes += see(self, node, scope)
            else:
                for field in children[cls]:
                    child = getattr(node, field)
                    if child.__class__ is list:
                        nodes += child
                    elif child is not None:
                        put(child)

    def see_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> Nodes:
        scope.bind(node.name, None)
        outer = self.open_types(node, scope)
        inner = self.open_function(node.name, outer, node.args)
        inner.qualified = f"{outer.qualified}.{node.name}".lstrip(".")
        self.later(outer, [*(arg.annotation for arg in _parameters(node.args)), node.returns], Kind.ANNOTATION)
        self.later(inner, node.body)
        return [*_read_decorators(node.decorator_list, scope), *node.args.defaults, *node.args.kw_defaults]

    def see_lambda(self, node: ast.Lambda, scope: Scope) -> Nodes:
        self.later(self.open_function("lambda", scope, node.args), [node.body])
        return [*node.args.defaults, *node.args.kw_defaults]

    def open_function(self, name: str, outer: Scope, args: ast.arguments) -> Scope:
        inner = self.open(ScopeKind.FUNCTION, name, outer)
        for arg in _parameters(args):
            inner.bind(arg.arg, None)
        return inner

    def see_class(self, node: ast.ClassDef, scope: Scope) -> Nodes:
        scope.bind(node.name, None)
        outer = self.open_types(node, scope)
        inner = self.open(ScopeKind.CLASS, node.name, outer)
        inner.private = node.name.lstrip("_")
        if outer is not scope:
            outer.private = inner.private
        inner.qualified = f"{outer.qualified}.{node.name}".lstrip(".")
        rest: list[ast.AST | None] = [keyword.value for keyword in node.keywords]
        for base in node.bases:
            if isinstance(base, ast.Subscript):
                rest += [*_read(base.value, base.value, Kind.BASE, outer), base.slice]
            elif isinstance(base, ast.Name | ast.Attribute):
                rest += _read(base, base, Kind.BASE, outer)
            else:
                rest.append(base)
        self.later(outer, rest)
        self.later(inner, node.body)
        return _read_decorators(node.decorator_list, scope)

    def see_comprehension(self, node: Any, scope: Scope) -> Nodes:
        first, *rest = node.generators
        inner = self.open(ScopeKind.COMPREHENSION, _COMPREHENSIONS[node.__class__], scope)
        results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self.later(inner, [first.target, *first.ifs, *rest, *results])
        return (first.iter,)

    def see_annotated(self, node: ast.AnnAssign, scope: Scope) -> Nodes:
        self.later(scope, [node.annotation], Kind.ANNOTATION)
        if node.value is not None:
            return [*bind_target(node.target, node.value, scope, scope), node.value]
        if not isinstance(node.target, ast.Name):
            return (node.target,)
        if node.simple:
            scope.own(node.target.id)
        return ()

    def open_types(self, node: Any, scope: Scope) -> Scope:
        """The scope of the type parameters of a function, class or alias; `scope` when there are none."""
        parameters = getattr(node, "type_params", ())
        if not parameters:
            return scope
        outer = self.open(ScopeKind.TYPES, getattr(node.name, "id", node.name), scope)
        self.later(outer, parameters)
        return outer

    def see_type_parameter(self, node: Any, scope: Scope) -> Nodes:
        scope.bind(node.name, None)
        for field in ("bound", "default_value"):
            value = getattr(node, field, None)
            if value is not None:
                self.later(self.open(ScopeKind.TYPES, node.name, scope), [value], Kind.ANNOTATION)
        return ()

    def see_type_alias(self, node: Any, scope: Scope) -> Nodes:
        outer = self.open_types(node, scope)
        self.later(self.open(ScopeKind.TYPES, node.name.id, outer), [node.value], Kind.ANNOTATION)
        return (node.name,)


_See = Callable[[_Walker, Any, Scope], Nodes]


class _Seers(dict[type, _See | None]):
    """What is to be done about each class of nodes; None when only what it holds matters."""

    # Of Python 3.12.
    _newer: ClassVar[dict[str, _See]] = {
        "TypeAlias": _Walker.see_type_alias,
        "TypeVar": _Walker.see_type_parameter,
        "ParamSpec": _Walker.see_type_parameter,
        "TypeVarTuple": _Walker.see_type_parameter,
    }

    def __missing__(self, node: type) -> _See | None:
        found = self[node] = self._newer.get(node.__name__)
        return found


_SEERS = _Seers(
    {
        ast.FunctionDef: _Walker.see_function,
        ast.AsyncFunctionDef: _Walker.see_function,
        ast.Lambda: _Walker.see_lambda,
        ast.ClassDef: _Walker.see_class,
        ast.ListComp: _Walker.see_comprehension,
        ast.SetComp: _Walker.see_comprehension,
        ast.DictComp: _Walker.see_comprehension,
        ast.GeneratorExp: _Walker.see_comprehension,
        ast.AnnAssign: _Walker.see_annotated,
    }
)

# Their names in `symtable`.
_COMPREHENSIONS = {
    ast.ListComp: "listcomp",
    ast.SetComp: "setcomp",
    ast.DictComp: "dictcomp",
    ast.GeneratorExp: "genexpr",
}


def _parameters(args: ast.arguments) -> Iterator[ast.arg]:
    yield from args.posonlyargs
    yield from args.args
    yield from args.kwonlyargs
    if args.vararg is not None:
        yield args.vararg
    if args.kwarg is not None:
        yield args.kwarg


def _given(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _read(node: ast.expr, chain: ast.expr, kind: Kind, scope: Scope) -> Nodes:
    """Note that a chain is read, if it begins with a name; else give back what it begins with."""
    root = find_root(chain)
    if isinstance(root, ast.Name):
        scope.reads.append((root.id, kind, node, chain))
        return ()
    return (root,)


def _read_decorators(decorators: list[ast.expr], scope: Scope) -> Nodes:
    for decorator in decorators:
        if isinstance(decorator, ast.Call):
            yield from _read(decorator, decorator.func, Kind.DECORATOR, scope)
            yield from _given(decorator)
        else:
            yield from _read(decorator, decorator, Kind.DECORATOR, scope)
