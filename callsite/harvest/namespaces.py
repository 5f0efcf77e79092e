"""Which object of a library a dotted name stands for, told from the library's sources.

Names are followed through from-imports, star imports, `__all__`, plain assignments and base classes. The sources are
texts in memory and each is read only where a question needs it. Nothing is imported or run, so what a module makes up
while it runs (`__getattr__`, names put into `globals()`) is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import griffe

from callsite.harvest.release import Skipped, SourceFile
from callsite.harvest.surveys import NOTHING, Survey, find_name_assigned, parse_survey, write
from callsite.records import dataclass

# One name is followed through no more imports, modules and base classes than these.
_MOST_STEPS = 100
_MOST_STARS = 100
_MOST_BASES = 30
_MOST_NESTED = 20
_MOST_INNER = 2

_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")

_Further = tuple[str, list[str]]


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
        self._packages = {
            ".".join(parts[:end]) for parts in (name.split(".") for name in files) for end in range(1, len(parts))
        }
        self._roots = {name.split(".")[0] for name in files}
        self._nested = 0
        self._read: dict[str, Survey] = {}
        self._exports: dict[str, frozenset[str]] = {}
        self._found: dict[str, Found | None] = {}

    def is_module(self, name: str) -> bool:
        """Whether the library has a module or package of this name."""
        return name in self.files or name in self._packages

    def is_package(self, name: str) -> bool:
        """Whether the name is that of a package, whose file is there to gather names for others."""
        return name in self.files and self.files[name].path.endswith("__init__.py")

    def read(self, module: str) -> Survey:
        """A module's own definitions and imports; nothing when it has no file or cannot be parsed."""
        if module not in self._read:
            file = self.files.get(module)
            self._read[module] = survey = parse_survey(module, file) if file else NOTHING
            if file and survey.unread:
                self.skipped.append(Skipped(file.path, survey.unread))
        return self._read[module]

    def exports(self, module: str) -> frozenset[str]:
        """What `from module import *` gives: the names in its `__all__`, else all that do not begin with `_`."""
        if module not in self._exports and self._nested < _MOST_NESTED:
            self._exports[module] = frozenset()  # what modules that import each other see of a half-read one
            self._nested += 1
            self._exports[module] = self._gather(module)
            self._nested -= 1
        return self._exports.get(module, frozenset())

    def resolve(self, dotted: str) -> Found | None:
        """What a dotted name stands for; None when the library has no such name.

        It is read as an attribute first (a package may bind a name that one of its modules has too), then as an import.
        """
        if dotted not in self._found:
            root, *names = dotted.split(".")
            found = None
            if _DOTTED.fullmatch(dotted):
                found = self._follow(root, names, 0) or self._follow(*self._find_start(dotted), 0)
            self._found[dotted] = found
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
                found = self._follow(here.module, match[0].split("."), depth + 1) if match else None
                if found and found.canonical not in seen:
                    seen.add(found.canonical)
                    waiting.append(found)
        return None

    def _gather(self, module: str) -> frozenset[str]:
        names: set[str] = set()
        waiting, seen = [module], {module}
        while waiting and len(seen) < _MOST_STARS:
            name = waiting.pop()
            here = self.read(name)
            more: Iterable[str] = here.stars
            if here.listed is None:
                names.update(name for name in here.members.keys() - here.unreal if not name.startswith("_"))
            else:
                names |= here.listed
                more = [self._find_lister(name, lister) for lister in here.listers]
            waiting += [other for other in more if other not in seen and self.is_module(other)]
            seen.update(more)
        return frozenset(names)

    def _find_lister(self, module: str, owner: str) -> str:
        """The module whose `__all__` is meant by `owner`, as `module` sees it."""
        found = self.resolve(owner if owner.partition(".")[0] in self._roots else f"{module}.{owner}")
        return found.module if found and found.thing is None else ""

    def _find_start(self, dotted: str) -> tuple[str, list[str]]:
        """Where an import begins to look: in the module before the last dot when there is one, else at the root."""
        module, _, name = dotted.rpartition(".")
        if self.is_module(module):
            return module, [name]
        root, *names = dotted.split(".")
        return root, names

    def _follow(self, module: str, names: list[str], depth: int) -> Found | None:
        """Follow a name step by step until it is made somewhere, or leaves the library, or goes round in circles."""
        seen: set[tuple[str, ...]] = set()
        named: Found | None = None  # an assignment on the way: it counts unless it assigns the library's own work
        while (module, *names) not in seen and len(seen) < _MOST_STEPS:
            seen.add((module, *names))
            further, found = self._step(module, names, depth)
            if further is None:
                is_named = found and (found.thing is None or isinstance(found.thing, griffe.Attribute))
                return named if named and (is_named or not found) else found
            named, (module, names) = named or found, further
        return named

    def _step(self, module: str, names: list[str], depth: int) -> tuple[_Further | None, Found | None]:
        """Go one step: to where this name is another name of, None when there is no such place; what was found here."""
        if module.partition(".")[0] not in self._roots:
            return None, Found(".".join([module, *names]))
        for place, name in enumerate(names):
            here, rest = f"{module}.{name}", names[place + 1 :]
            member = self.read(module).members.get(name)
            if isinstance(member, griffe.Alias) and member.target_path != here:
                start, first = self._find_start(member.target_path)
                return (start, [*first, *rest]), None
            if isinstance(member, griffe.Object):
                return self._look_inside(Found(here, module, member), rest, depth)
            for star in self.read(module).stars:
                if f"{star}.{name}" != here and name in self.exports(star):
                    return (star, [name, *rest]), None
            if not self.is_module(here):
                return None, None
            module = here
        return None, Found(module, module) if self.is_module(module) else None

    def _look_inside(self, found: Found, rest: list[str], depth: int) -> tuple[_Further | None, Found | None]:
        """Go on inside of an object: to the members of a class, to what a plain assignment assigns."""
        if assigned := find_name_assigned(found.thing):
            names = assigned.split(".")
            if self._binds(found.module, names[0]):
                return (found.module, [*names, *rest]), None if rest else found
        for name in rest:
            inner = self.find_member(found, name, depth)
            if inner is None:
                return None, None
            found = inner
        return None, found

    def _binds(self, module: str, name: str) -> bool:
        return name in self.read(module).members or any(name in self.exports(star) for star in self.read(module).stars)
