"""From the names that scopes read to what they stand for."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Iterator

from callsite.names.binders import find_root
from callsite.names.modules import find_absolute, join_name
from callsite.names.scope import Read, Scope, ScopeKind
from callsite.names.scopes import find_scopes
from callsite.names.use import Certainty, Kind, Names, Use

# What a name can mean: dotted names, and whether one of them is meant for sure.
_Meaning = tuple[tuple[str, ...], bool]
_UNKNOWN: _Meaning = ((), False)

# How many assignments from name to name are followed, how many meanings a name may have, and how many star imports may
# bring it: real code stays far below, and made-up code must not take forever.
_LONGEST = 20
_MOST = 8
_MOST_STARS = 16

_BUILTIN = frozenset(dir(builtins))

_Row = tuple[int, int, int, str, Kind, str, Certainty, str]


def find_in_tree(tree: ast.Module, module: str, is_package: bool) -> Names:
    """Every use of an imported name in a tree, by the rules of scope."""
    resolver = Resolver(tree, module, is_package)
    rows: list[_Row] = []
    for scope in resolver.scopes:
        rows += _find_imports(resolver, scope)
        rows += _find_reads(resolver, scope)
    rows.sort()
    exports = tuple(sorted(resolver.find_exports()))
    resolver.close()
    return Names(tuple(Use(*row) for row in rows), exports, resolver.stars)


def _find_imports(resolver: Resolver, scope: Scope) -> Iterator[_Row]:
    for target, alias, _ in scope.imports:
        certainty = Certainty.STAR if alias.name == "*" else Certainty.CERTAIN
        last = alias.end_lineno or alias.lineno
        yield alias.lineno, last, alias.lineno, resolver.absolute(target), Kind.IMPORT, scope.qualified, certainty, ""


def _find_reads(resolver: Resolver, scope: Scope) -> Iterator[_Row]:
    for (_, kind, node, chain), targets, certainty in resolver.find_reads(scope):
        shape = find_shape(node) if isinstance(node, ast.Call) else ""
        attributes = find_attributes(scope, chain)
        last = node.end_lineno or node.lineno
        for target in targets:
            yield node.lineno, last, chain.lineno, target + attributes, kind, scope.qualified, certainty, shape


class Resolver:
    """Tells what the names in a tree stand for. `stars` are the modules that its module takes everything from.

    With `roots`, nothing is told of names that stand for nothing below one of these packages.
    """

    def __init__(self, tree: ast.Module, module: str, is_package: bool, roots: Collection[str] | None = None) -> None:
        self.scopes = find_scopes(tree)
        self.module = module
        self.is_package = is_package
        self.roots = roots
        self.stars = tuple(dict.fromkeys(map(self.absolute, self.scopes[0].stars)))
        self.known: dict[tuple[Scope, str], _Meaning] = {}
        self.names = self._find_names() if roots is not None else None

    def _find_names(self) -> set[str] | None:
        """The names, as written, that may stand for something below the roots; None when those cannot be told apart.

        Where no star brings it, such a name is bound by an import, or to another such name.
        """
        if any(map(self.is_below, self.stars)):
            return None
        imports = [(target, alias) for scope in self.scopes for target, alias, _ in scope.imports]
        names = {alias.asname or alias.name.partition(".")[0] for target, alias in imports if self.is_below(target)}
        aliases: dict[str, list[str]] = {}
        for name, source in self.scopes[0].aliases if names else ():
            aliases.setdefault(source, []).append(name)
        waiting = list(names)
        while waiting:
            new = [name for name in aliases.get(waiting.pop(), ()) if name not in names]
            names.update(new)
            waiting += new
        return None if any("__" in name for name in names) else names  # private names are kept under others

    def absolute(self, written: str) -> str:
        """The absolute form of a dotted name that is relative to the tree's own module."""
        return find_absolute(written, self.module, self.is_package)

    def is_below(self, written: str) -> bool:
        """Whether a dotted name is below one of the roots."""
        absolute = self.absolute(written) if written[0] == "." else written
        return self.roots is None or absolute.partition(".")[0] in self.roots

    def find_reads(self, scope: Scope) -> Iterator[tuple[Read, tuple[str, ...], Certainty]]:
        """What is read in a scope and stands for something imported, with what its name may mean."""
        names = self.names
        known: dict[str, tuple[tuple[str, ...], Certainty]] = {}
        for read in scope.reads:
            if names is None or read[0] in names:
                meaning = known.get(read[0])
                if meaning is None:
                    targets, certainty = self._find_targets(scope, scope.mangle(read[0]))
                    meaning = known[read[0]] = targets if any(map(self.is_below, targets)) else (), certainty
                if meaning[0]:
                    yield read, *meaning

    def _find_targets(self, scope: Scope, name: str) -> tuple[tuple[str, ...], Certainty]:
        owner = scope.find(name)
        if owner is None:
            if name in _BUILTIN or (name.startswith("__") and name.endswith("__")):
                return (), Certainty.STAR
            return tuple(join_name(star, name) for star in self.stars[:_MOST_STARS]), Certainty.STAR
        targets, sure = self.find_meaning(owner, name, 0)
        return targets, Certainty.CERTAIN if sure else Certainty.MAYBE

    def find_meaning(self, owner: Scope, name: str, steps: int) -> _Meaning:
        """What a name that `owner` binds stands for, `steps` assignments away from the name that was asked for."""
        key = owner, name
        if key in self.known:
            return self.known[key]
        self.known[key] = _UNKNOWN  # for a name that is assigned to itself in the end
        targets: dict[str, None] = {}
        sure = True
        for binding in owner.bindings.get(name, ()):  # a class has no binding for `__class__`
            if isinstance(binding, str):
                targets[self.absolute(binding)] = None
            elif binding is None or steps == _LONGEST:
                sure = False
            else:
                found, is_sure = self._find_assigned(owner, name, *binding, steps)
                sure = sure and is_sure
                targets.update(dict.fromkeys(found))
        meaning = self.known[key] = tuple(targets)[:_MOST], sure and len(targets) == 1
        return meaning

    def _find_assigned(self, owner: Scope, name: str, reader: Scope, chain: ast.expr, steps: int) -> _Meaning:
        root = find_root(chain)
        assert isinstance(root, ast.Name)
        source = reader.mangle(root.id)
        # `x = x` in the body of a class reads the `x` around the class.
        start = reader.parent if source == name and owner is reader and owner.kind is ScopeKind.CLASS else reader
        found = start.find(source) if start is not None else None
        if found is None:
            return _UNKNOWN
        targets, sure = self.find_meaning(found, source, steps + 1)
        attributes = find_attributes(reader, chain)
        return tuple(target + attributes for target in targets), sure

    def close(self) -> None:
        """Let go of the tree: scopes hold bindings that hold scopes, and a process may live without a collector."""
        for scope in self.scopes:
            scope.bindings.clear()

    def find_exports(self) -> Iterator[tuple[str, str]]:
        """The public names that the module itself binds to something imported, each with what it may mean."""
        top = self.scopes[0]
        for name, bindings in top.bindings.items():
            if not name.startswith("_") and any(binding is not None for binding in bindings):
                for target in self.find_meaning(top, name, 0)[0]:
                    yield name, target


def find_attributes(scope: Scope, chain: ast.expr) -> str:
    """The attributes of a chain, each behind its dot."""
    names: list[str] = []
    while isinstance(chain, ast.Attribute):
        names.append("." + scope.mangle(chain.attr))
        chain = chain.value
    return "".join(reversed(names))


def find_shape(call: ast.Call) -> str:
    """What is passed to a call, as `Use.shape` has it."""
    starred = any(isinstance(arg, ast.Starred) for arg in call.args)
    names = sorted(keyword.arg for keyword in call.keywords if keyword.arg is not None)
    parts = ["_" for arg in call.args if not isinstance(arg, ast.Starred)]
    parts += [f"{name}=" for name in names]
    parts += ["*"] * starred
    parts += ["**"] * (len(names) < len(call.keywords))
    return ", ".join(parts)
