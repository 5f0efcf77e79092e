"""Which object of a library a dotted name stands for, told from the library's sources.

Names are followed through from-imports, star imports, `__all__`, plain assignments and base classes. The sources are
texts in memory; griffe reads each one's syntax, and only where a question needs it. Nothing is imported or run, so
what a module makes up while it runs (`__getattr__`, names put into `globals()`) is not known.
"""

from __future__ import annotations

import importlib.util
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import cast

import griffe

from callsite.harvest.release import Skipped, SourceFile

# A file longer than this is data; one name is followed through no more imports, modules and base classes than these.
_LONGEST_FILE = 1_500_000
_MOST_STEPS = 100
_MOST_STARS = 500
_MOST_BASES = 30
_MOST_NESTED = 20
_MOST_INNER = 2

_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_NO_EXTENSIONS = griffe.Extensions()
_NO_FILE = griffe.Module("")


@dataclass(frozen=True, slots=True)
class Found:
    """Where a name leads: to an object of the library in `module`, to that module itself, or out of the library.

    `thing` is None for a module; `module` is "" for what is not the library's own.
    """

    canonical: str
    module: str = ""
    thing: griffe.Object | None = None


class Namespaces:
    """The modules of a library by their dotted names, read as they are needed."""

    def __init__(self, files: Mapping[str, SourceFile]) -> None:
        self.files = files
        self.skipped: list[Skipped] = []
        self._packages = {".".join(parts[:end]) for parts in map(_split, files) for end in range(1, len(parts))}
        self._roots = {_split(name)[0] for name in files}
        self._nested = 0
        self._trees: dict[str, griffe.Module] = {}
        self._exports: dict[str, frozenset[str]] = {}
        self._found: dict[str, Found | None] = {}

    def is_module(self, name: str) -> bool:
        """Whether the library has a module or package of this name."""
        return name in self.files or name in self._packages

    def is_package(self, name: str) -> bool:
        """Whether the name is that of a package, whose file is there to gather names for others."""
        return name in self.files and self.files[name].path.endswith("__init__.py")

    def read(self, module: str) -> griffe.Module:
        """A module's own definitions and imports; nothing when it has no file or cannot be parsed."""
        if module not in self._trees:
            file = self.files.get(module)
            self._trees[module] = self._visit(module, file) if file else _NO_FILE
        return self._trees[module]

    def members(self, module: str) -> dict[str, griffe.Object | griffe.Alias]:
        """What a module binds by name, star imports apart."""
        return {
            name: member
            for name, member in self.read(module).members.items()
            if "/" not in name
            and not (isinstance(member, griffe.Alias) and member.target_path.startswith("__future__."))
        }

    def stars(self, module: str) -> list[str]:
        """The modules that a module imports everything from."""
        aliases = [member for member in self.read(module).members.values() if isinstance(member, griffe.Alias)]
        return [alias.wildcard for alias in aliases if alias.wildcard]

    def exports(self, module: str) -> frozenset[str]:
        """What `from module import *` gives: the names in its `__all__`, else all that do not begin with `_`."""
        if module not in self._exports and self._nested < _MOST_NESTED:
            self._exports[module] = frozenset()  # what modules that import each other see of a half-read one
            self._nested += 1
            self._exports[module] = self._gather(module)
            self._nested -= 1
        return self._exports.get(module, frozenset())

    def resolve(self, dotted: str) -> Found | None:
        """What a dotted name stands for; None when the library has no such name."""
        if dotted not in self._found:
            self._found[dotted] = self._follow(dotted, 0) if _DOTTED.fullmatch(dotted) else None
        return self._found[dotted]

    def find_member(self, owner: Found, name: str, depth: int = 0) -> Found | None:
        """A class's member, its own or that of a base class in the library."""
        waiting, seen = [owner], {owner.canonical}
        while waiting and len(seen) < _MOST_BASES:
            here = waiting.pop(0)
            if not isinstance(here.thing, griffe.Class):
                continue
            member = here.thing.members.get(name)
            if isinstance(member, griffe.Object):
                return Found(f"{here.canonical}.{name}", here.module, member)
            for base in here.thing.bases if depth < _MOST_INNER else ():
                match = _DOTTED.match(write(base))
                found = self._follow(f"{here.module}.{match[0]}", depth + 1) if match else None
                if found and found.canonical not in seen:
                    seen.add(found.canonical)
                    waiting.append(found)
        return None

    def _gather(self, module: str) -> frozenset[str]:
        names: set[str] = set()
        waiting, seen = [module], {module}
        while waiting and len(seen) < _MOST_STARS:
            name = waiting.pop()
            listed = self.read(name).exports
            if listed is None:
                names.update(member for member in self.members(name) if not member.startswith("_"))
                more = self.stars(name)
            else:
                names.update(entry for entry in listed if isinstance(entry, str))
                others = [str(entry.canonical_path) for entry in listed if not isinstance(entry, str)]
                more = [self._find_lister(name, other) for other in others]
            waiting += [other for other in more if other not in seen and self.is_module(other)]
            seen.update(more)
        return frozenset(names)

    def _visit(self, module: str, file: SourceFile) -> griffe.Module:
        if len(file.data) > _LONGEST_FILE:
            self.skipped.append(Skipped(file.path, "it is too long to be a module that people import from"))
            return _NO_FILE
        package, _, name = module.rpartition(".")
        try:
            with warnings.catch_warnings(), griffe.logger.disable():
                warnings.simplefilter("ignore")  # they are about other people's code
                code = importlib.util.decode_source(file.data)
                path = cast("Path", PurePosixPath(file.path))
                return griffe.visit(name, path, code, extensions=_NO_EXTENSIONS, parent=_make_parents(package))
        except Exception as error:  # whatever stops the parser or griffe on somebody's file, the others go on
            self.skipped.append(Skipped(file.path, f"it does not parse ({type(error).__name__})"))
            return _NO_FILE

    def _find_lister(self, module: str, path: str) -> str:
        """The module whose `__all__` is meant by `path`, as `module` sees it."""
        owner = path.removesuffix(".__all__")
        found = self.resolve(owner if _split(owner)[0] in self._roots else f"{module}.{owner}")
        return found.module if found and found.thing is None else ""

    def _follow(self, dotted: str, depth: int) -> Found | None:
        """Follow a name step by step until it is made somewhere, or leaves the library, or goes round in circles."""
        seen: set[str] = set()
        named: Found | None = (
            None  # an assignment that gave the name: it stands when what is assigned is not the library's
        )
        while dotted not in seen and len(seen) < _MOST_STEPS:
            seen.add(dotted)
            further, found = self._step(dotted, depth)
            if not further:
                is_named = found and (found.thing is None or isinstance(found.thing, griffe.Attribute))
                return named if named and (is_named or not found) else found
            named, dotted = named or found, further
        return named

    def _step(self, dotted: str, depth: int) -> tuple[str, Found | None]:
        """Go one step: the name that this one is another name of, "" when there is none, and what was found here."""
        module, *names = _split(dotted)
        if module not in self._roots:
            return "", Found(dotted)
        for place, name in enumerate(names):
            here, rest = f"{module}.{name}", names[place + 1 :]
            member = self.read(module).members.get(name)
            if isinstance(member, griffe.Alias) and member.target_path != here:
                return ".".join([member.target_path, *rest]), None
            if isinstance(member, griffe.Object):
                return self._look_inside(Found(here, module, member), rest, depth)
            for star in self.stars(module):
                if f"{star}.{name}" != here and name in self.exports(star):
                    return ".".join([star, name, *rest]), None
            if not self.is_module(here):
                return "", None
            module = here
        return "", Found(module, module) if self.is_module(module) else None

    def _look_inside(self, found: Found, rest: list[str], depth: int) -> tuple[str, Found | None]:
        """Go on inside of an object: to the members of a class, to what a plain assignment assigns."""
        thing = found.thing
        if isinstance(thing, griffe.Attribute) and isinstance(thing.value, griffe.ExprName | griffe.ExprAttribute):
            value = write(thing.value)
            if _DOTTED.fullmatch(value) and self._binds(found.module, _split(value)[0]):
                return ".".join([found.module, value, *rest]), None if rest else found
        for name in rest:
            inner = self.find_member(found, name, depth)
            if inner is None:
                return "", None
            found = inner
        return "", found

    def _binds(self, module: str, name: str) -> bool:
        return name in self.read(module).members or any(name in self.exports(star) for star in self.stars(module))


def write(expression: object) -> str:
    """An expression or signature on one line; "" when it is nested too deeply to be written."""
    try:
        return " ".join(str(expression).split())
    except RecursionError:
        return ""


def _make_parents(package: str) -> griffe.Module | None:
    """The packages around a module, empty but for their names: relative imports are counted from there."""
    parent = None
    for name in _split(package) if package else ():
        parent = griffe.Module(name, filepath=cast("Path", PurePosixPath(name, "__init__.py")), parent=parent)
    return parent


def _split(dotted: str) -> list[str]:
    return dotted.split(".")
