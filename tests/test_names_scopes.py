"""Scopes of names, held against CPython's own."""

from __future__ import annotations

import ast
import re
import symtable
import sys
import sysconfig
import warnings
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from callsite.names.scope import Scope, ScopeKind
from callsite.names.scopes import find_scopes

# Names that the compiler makes up for itself.
_OWN = {".0", ".defaults", ".generic_base", ".kwdefaults", ".type_params", "__classdict__", "__type_params__"}

_SCOPES = {1: "local", 2: "global", 3: "global", 4: "free", 5: "cell"}

# With this the compiler leaves annotations out, for they are strings then.
_FUTURE = re.compile(r"^(from __future__ import .*?)\bannotations\b", re.MULTILINE)

# From Python 3.12 on, the tables of most comprehensions are merged into those around them (PEP 709).
_INLINES = sys.version_info >= (3, 12)


class _Comparison:
    """All scopes of a text, ours beside those of `symtable`."""

    def __init__(self, text: str) -> None:
        text = _FUTURE.sub(r"\1division as annotations", text)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
            self.top = symtable.symtable(text, "<text>", "exec")
        scopes = find_scopes(tree)
        self.module = scopes[0]
        self.inlined: dict[Scope, set[str]] = defaultdict(set)
        self.hidden: set[str] = set()  # assigned by `:=` in tables that are gone
        self.merged: dict[Scope, set[str]] = defaultdict(set)
        self.children: dict[Scope, list[Scope]] = defaultdict(list)
        self.captured: set[tuple[Scope, str]] = set()
        for scope in scopes[1:]:
            assert scope.parent is not None
            self.children[self.host(scope.parent)].append(scope)
            if self.host(scope) is not scope:
                self.inlined[self.host(scope)] |= scope.bindings.keys()
                self.merged[self.host(scope)] |= self.names(scope)
                self.hidden |= scope.nonlocal_names
        self.inside: dict[Scope, set[str]] = defaultdict(set)
        for scope in reversed(scopes[1:]):
            assert scope.parent is not None
            self.inside[scope.parent] |= self.names(scope) | self.inside[scope]
        for scope in scopes:
            for name in self.names(scope):
                owner = scope.find(name)
                if owner is not None and owner.kind is not ScopeKind.CLASS and self.host(owner) is not self.host(scope):
                    self.captured.add((owner, name))
        self.bound = {symbol.get_name() for symbol in self.top.get_symbols() if _is_bound(symbol)}
        self.bound |= {
            symbol.get_name()
            for table in _walk(self.top)
            for symbol in table.get_symbols()
            if symbol.is_declared_global() and _is_bound(symbol)
        }
        self.count = 0

    def host(self, scope: Scope) -> Scope:
        """The scope whose table has the names of `scope`."""
        while _INLINES and scope.kind is ScopeKind.COMPREHENSION and scope.name != "genexpr":
            assert scope.parent is not None
            if scope.parent.kind is ScopeKind.TYPES and _sees_class(scope.parent):
                break
            scope = scope.parent
        return scope

    def names(self, scope: Scope) -> set[str]:
        return (
            {scope.mangle(read[0]) for read in scope.reads}
            | set(scope.bindings)
            | set(scope.global_names)
            | set(scope.nonlocal_names)
        )

    def say(self, scope: Scope, name: str) -> str:
        """What `symtable` should say of a name."""
        owner = scope.find(name)
        if owner is None or owner is self.module:
            return "global"
        if owner is scope:
            return "cell" if (scope, name) in self.captured else "local"
        return "global" if owner.kind is ScopeKind.CLASS and name != "__class__" else "free"

    def differ(self, scope: Scope, table: symtable.SymbolTable) -> str:
        """The first difference between a scope, with those in it, and a table; "" when there is none."""
        theirs = {symbol.get_name(): symbol for symbol in table.get_symbols() if symbol.get_name() not in _OWN}
        ours = self.names(scope) | self.merged[scope]
        if ours - theirs.keys():
            return f"{scope.qualified}: {sorted(ours - theirs.keys())} are only ours"
        for name, symbol in theirs.items():
            if name in self.inlined[scope]:
                continue
            said = _SCOPES[vars(symbol)["_Symbol__scope"]]
            passes = symbol.is_declared_global() if table is self.top else said == "free" and name in self.inside[scope]
            if name not in ours and not passes and name != "__class__":  # which `super` may stand for
                return f"{scope.qualified}: {name} is only theirs"
            if said == "local" and table is self.top:
                said = "global"
            if self.say(scope, name) != said:
                return f"{scope.qualified}: {name} is {said}, not {self.say(scope, name)}"
            bound = name in self.module.bindings
            if said == "global" and bound != (name in self.bound) and name not in self.hidden:
                return f"{scope.qualified}: {name} is bound in the module, or not"
            self.count += 1
        pairs = [(_kind(child), child.get_name(), child) for child in table.get_children()]
        rest = [scope for scope in self.children[scope] if self.host(scope) is scope]
        if len(rest) != len(pairs):
            return f"{scope.qualified}: {len(pairs)} scopes in it, not {len(rest)}"
        for kind, name, child in pairs:
            count, said = self.count, f"{scope.qualified}: {name} is no scope of ours"
            for own in rest:
                if own.name == name and (own.kind is kind or own.kind is ScopeKind.COMPREHENSION):
                    said = self.differ(own, child)
                    if not said:
                        rest.remove(own)
                        break
                    self.count = count
            if said:
                return said
        return ""


def _is_bound(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported()


def _sees_class(scope: Scope) -> bool:
    around = scope.parent
    while around is not None and around.kind is ScopeKind.TYPES:
        around = around.parent
    return around is not None and around.kind is ScopeKind.CLASS


def _kind(table: symtable.SymbolTable) -> ScopeKind:
    kinds = {"class": ScopeKind.CLASS, "function": ScopeKind.FUNCTION}
    return kinds.get(str(table.get_type()), ScopeKind.TYPES)


def _walk(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _walk(child)


def _differ(text: str) -> tuple[str, int]:
    """The first difference in a text, and how many names were compared."""
    comparison = _Comparison(text)
    return comparison.differ(comparison.module, comparison.top), comparison.count


_LIBRARY = Path(sysconfig.get_path("stdlib"))

# Files of Python's own tests that are about scopes, as far as they are installed; of all others, one in seven.
_TRICKY = ("listcomps", "named_expressions", "patma", "scope", "super", "symtable", "syntax", "type_params")
_PICKED = {_LIBRARY / "test" / f"test_{name}.py" for name in _TRICKY}


def _pick_files() -> list[Path]:
    files = [path for path in sorted(_LIBRARY.rglob("*.py")) if "site-packages" not in path.parts]
    return sorted({*files[::7], *_PICKED.intersection(files)})


@pytest.mark.untraced
def test_every_name_of_the_standard_library_is_where_python_has_it() -> None:
    problems, names, files = [], 0, 0
    for path in _pick_files():
        try:
            problem, count = _differ(path.read_text(encoding="utf-8"))
        except (SyntaxError, UnicodeDecodeError):
            continue  # what Python's own tests hold against it
        files += 1
        names += count
        if problem:
            problems.append(f"{path}: {problem}")
    assert problems == []
    assert files > 80
    assert names > 20_000


_TEXTS = {
    "module": "x = 1\nprint(x, y)\ndel z",
    "parameters": "def f(a, /, b, *c, d=e, **g): return a, b, c, d, e, f, g, h",
    "annotations": "def f(a: b, *c: d, **e: g) -> h: x: y = 1; u: v; (s): t; (q): r = 1; return u, s, q",
    "class": "class A(B, metaclass=C):\n x = 1\n def f(self): return x, self, A\n y = x\n z = [x for x in x if x]",
    "comprehensions": "def f(a): return [b for b in a], {c: a for c in b}, {d for e in a for d in e}, (g for g in a)",
    "comprehension in class": "class A:\n x = 1\n y = (x for z in x)\n u = [lambda: (x, v) for v in x]",
    "walrus": "def f(a):\n [b := c for c in a]\n [[d := b for e in a] for g in a]\n return lambda: (b, d)",
    "walrus in module": "[b := c for c in a]\n[lambda: (e := 1) for d in b]",
    "walrus of a global": "def f():\n global g\n [g := c for c in a]",
    "global": "def f():\n global x\n x = 1\n def g(): return x\n class A: print(x)\nclass B:\n global y\n y = 1\n def f(s): y",
    "nonlocal": "def f():\n x = 1\n def g():\n  nonlocal x\n  x = 2\n  def h():\n   nonlocal x\n   x = 3\n return x",
    "nonlocal in class": "def f():\n x = 1\n class A:\n  nonlocal x\n  x = 2\n  def g(self): return x",
    "mangling": "class _A:\n import __a, b as __c\n def f(self, __x): __x, __y, __z__, self.__x\n class __: __q = 1\n"
    " def __g(self):\n  global __h\n  __h = 1\n  try: pass\n  except E as __e: __e",
    "__class__": "class A:\n def f(self): return __class__\n def g(self): return super().g, lambda: __class__\n x = __class__",
    "nonlocal __class__": "class A:\n def f(self):\n  nonlocal __class__\n  __class__ = 1",
    "match": "match a:\n case B(c, d=e) | [e, *c]: pass\n case {f.g: h, **i}: pass\n case None | 'k' | -1: pass\n case j if k: pass\n"
    " case [*_]: pass\n case {}: pass",
    "statements": "for a, (b, *c) in d: pass\nwith e as f, g() as (h, i): pass\nj += k\nimport l.m, n.o as p\nfrom .q import r, s as t\n"
    "try: pass\nexcept (u, v): pass\nexcept w as x: pass\nexcept: pass",
    "lambda": "f = lambda a, *b, c=d, **e: (a, b, c, d, e, f)\ndef g(x): return lambda: lambda y: (x, y)",
    "future": "from __future__ import annotations\ndef f(a: b) -> [c for c in d]: e: (lambda: g)",
    "f-strings": "def f(a): return f'{a!r:{b}} {[c for c in a]}'",
}


@pytest.mark.parametrize("text", _TEXTS.values(), ids=_TEXTS)
def test_names_are_where_python_has_them(text: str) -> None:
    problem, count = _differ(text)
    assert problem == ""
    assert count > 2


_TYPES = {
    "function": "def f[T: A, *U, **V](a: T, b=T) -> U:\n x = T\n def g(): return T, V\n return g",
    "class": "class C[T](B[T], metaclass=M):\n x: T\n def f(self) -> T: return T\nclass D[__T]:\n y = __T",
    "alias": "type X = list[X]\ntype Y[T: (A, B)] = dict[T, Y]\nX",
    "in class": "class C:\n T = int\n type U = T\n def f[S: T](self, a: T, b: S): return T\n type V[W] = (T, W, U)",
    "in function": "def f():\n T = 1\n type U = T\n def g[S: T](): return T, S, U\n return [T for T in T]",
    "comprehension": "def f():\n type A[T: ([T for T in T], T)] = [T for T in T]",
}


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters are of Python 3.12")
@pytest.mark.parametrize("text", _TYPES.values(), ids=_TYPES)
def test_type_parameters_are_where_python_has_them(text: str) -> None:
    problem, count = _differ(text)
    assert problem == ""
    assert count > 2


class TypeVar(ast.AST):
    """A type parameter as Python 3.12 and 3.13 have them; the walk knows it by its name."""

    _fields = ("name", "bound", "default_value")

    def __init__(self, **fields: Any) -> None:
        super().__init__()
        vars(self).update(fields)


class TypeAlias(ast.stmt):
    """A type alias as Python 3.12 has them."""

    _fields = ("name", "type_params", "value")

    def __init__(self, **fields: Any) -> None:
        super().__init__()
        vars(self).update(fields)


def test_older_pythons_can_read_a_newer_tree() -> None:
    tree = ast.parse("class _A(B):\n def f(self, a: T) -> U: return T\nX\ndict")
    cls, name, value = tree.body
    assert isinstance(cls, ast.ClassDef)
    assert isinstance(name, ast.Expr)
    assert isinstance(name.value, ast.Name)
    assert isinstance(value, ast.Expr)
    name.value.ctx = ast.Store()
    bound = ast.Name("C", ast.Load(), lineno=1, col_offset=0)
    vars(cls)["type_params"] = [TypeVar(name="__T", bound=bound, default_value=None)]
    vars(cls.body[0])["type_params"] = [TypeVar(name="T", bound=None, default_value=None)]
    tree.body[1:] = [TypeAlias(name=name.value, type_params=[], value=value.value)]
    scopes = find_scopes(tree)
    found = {(scope.kind.value, scope.qualified, *sorted(scope.bindings)) for scope in scopes}
    assert found == {
        ("module", "", "X", "_A"),
        ("types", "", "_A__T"),  # the parameters of the class
        ("types", ""),  # the bound of one, and the value of the alias
        ("class", "_A", "f"),
        ("types", "_A", "T"),
        ("function", "_A.f", "a", "self"),
    }
    assert [scope.find("T") is not None for scope in scopes if scope.name == "f"] == [True, True]
    assert {read[0] for scope in scopes if scope.kind == "types" for read in scope.reads} == {
        "B",
        "C",
        "T",
        "U",
        "dict",
    }
