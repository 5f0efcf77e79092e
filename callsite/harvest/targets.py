"""What a library offers, told from its sources: the names, where else each is found, its signature and summary."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

import griffe

from callsite.harvest.modules import find_module
from callsite.harvest.namespaces import Found, Namespaces
from callsite.harvest.release import Skipped, SourceFile
from callsite.harvest.summaries import find_summary
from callsite.harvest.surveys import find_name_assigned, write
from callsite.records import dataclass

_LONGEST_SIGNATURE = 300
_LONGEST_VALUE = 60
_MOST_NEAR = 5

# Folders and files of a library whose names nobody is meant to import.
_NOT_OFFERED = re.compile(r"_.*|tests?|locale|vendor|vendored|extern|third_party|site_packages|conftest|test_.*|.*_pb2")
_NOT_THE_LIBRARY = re.compile(
    r"tests?|docs?|examples?|benchmarks?|build|.*\.egg-info|_vendor|vendor|third_party|site-packages"
)


@dataclass(frozen=True, slots=True)
class Target:
    """A name that a library offers.

    `symbol` is the name as it was asked for, `canonical` where the object is made, and `paths` where it may be
    imported from, the shortest first. `kind` is "module", "class", "function", "attribute" or, for what the library
    only passes on from another one, "import". `path` and `line` say where it is made.
    """

    symbol: str
    canonical: str
    paths: tuple[str, ...]
    kind: str
    signature: str = ""
    summary: str = ""
    path: str = ""
    line: int = 0


class Library:
    """The names of one library. Its files are read as questions need them; any files and names give an answer."""

    def __init__(self, root: str, files: dict[str, SourceFile]) -> None:
        self.root = root
        self._names = Namespaces(files)
        self._offered: dict[str, frozenset[str]] = {}
        self._renamed: dict[str, tuple[tuple[str, str], ...]] = {}
        self._modules: list[str] | None = None
        self._targets: dict[str, Target | None] = {}
        self._public: tuple[Target, ...] | None = None

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """The files that could not be read, and why, as far as they were needed until now."""
        return tuple(sorted(self._names.skipped))

    def find(self, symbol: str) -> Target | None:
        """The object that a dotted name stands for, None when the library has none."""
        if symbol not in self._targets:
            found = self._names.resolve(symbol) if self._names.is_module(symbol.partition(".")[0]) else None
            self._targets[symbol] = self._describe(symbol, found, self._find_paths(found)) if found else None
        return self._targets[symbol]

    def canonical(self, dotted: str) -> str:
        """The name of the place where the object of this name is made; "" when the library does not have it.

        What follows the object's own name stays as it is: `flask.g.user` is `flask.globals.g.user`.
        """
        parts = dotted.split(".")
        for end in range(len(parts), 0, -1):
            if found := self._names.resolve(".".join(parts[:end])):
                # A module without such a name is no answer; an object that may get it when it runs is one.
                is_module = found.thing is None and found.module
                return "" if is_module and end < len(parts) else ".".join([found.canonical, *parts[end:]])
        return ""

    def exports(self, module: str) -> frozenset[str]:
        """What `from module import *` gives; nothing for a module that the library does not have."""
        found = self._names.resolve(module)
        return self._names.exports(found.module) if found and found.module and found.thing is None else frozenset()

    def list_public(self) -> tuple[Target, ...]:
        """All functions, classes and objects that others are meant to import, by name, each once under its best path.

        An attribute counts when the library says so: when `__all__` or a package lists it or a docstring describes it.
        """
        if self._public is None:
            places: dict[str, tuple[Found, list[str]]] = {}
            for module in self._list_offered_modules():
                for name in self._offer(module):
                    found = self._names.resolve(f"{module}.{name}")
                    if found and self._is_listed(found, module):
                        places.setdefault(found.canonical, (found, []))[1].append(f"{module}.{name}")
            targets = (self._describe(min(paths, key=_rank), found, paths) for found, paths in places.values())
            self._public = tuple(sorted(targets, key=lambda target: target.symbol))
        return self._public

    def nearest(self, symbol: str) -> tuple[str, ...]:
        """The names most like one that does not exist: the same name elsewhere first, then similar spellings."""
        names = [path for target in self.list_public() for path in target.paths]
        last = symbol.rpartition(".")[2]
        same = sorted((name for name in names if name.rpartition(".")[2].lower() == last.lower()), key=_rank)
        near = difflib.get_close_matches(symbol[:200], [*names, *self._list_offered_modules()], _MOST_NEAR)
        return tuple(dict.fromkeys([*same, *near]))[:_MOST_NEAR]

    def _list_offered_modules(self) -> list[str]:
        if self._modules is None:
            names = sorted(name for name in self._names.files if name.split(".")[0] == self.root)
            self._modules = [name for name in names if self._is_offered(name)]
        return self._modules

    def _is_offered(self, path: str) -> bool:
        """Whether no part of a name says that others are not meant to import it; the root's own name is free to."""
        parts = path.split(".")
        return not any(_NOT_OFFERED.fullmatch(part) for part in (parts[1:] if parts[0] == self.root else parts))

    def _offer(self, module: str) -> frozenset[str]:
        """What a module offers by name: its `__all__`; without one what it makes itself and takes in by star import.

        A package also offers what it imports from its own modules, or from where nobody else is meant to.
        """
        if module not in self._offered:
            names = self._names.exports(module)
            if self._names.read(module).listed is None:
                taken = {
                    name: member.target_path
                    for name, member in self._names.read(module).members.items()
                    if isinstance(member, griffe.Alias)
                }
                if self._names.is_package(module):
                    taken = {
                        name: path
                        for name, path in taken.items()
                        if not path.startswith(f"{module}.") and self._is_offered(path)
                    }
                names -= taken.keys()
            self._offered[module] = frozenset(name for name in names if not name.startswith("_"))
        return self._offered[module]

    def _is_listed(self, found: Found, module: str) -> bool:
        if found.thing is None:
            return False
        if not isinstance(found.thing, griffe.Attribute):
            return True
        is_said = self._names.read(module).listed is not None or self._names.is_package(module)
        return is_said or found.thing.docstring is not None

    def _find_paths(self, found: Found) -> list[str]:
        """The places that offer an object; searched are only files that hold a name it is known under."""
        if not found.module:
            return []
        head = found.canonical if found.thing is None else _find_head(found)
        rest, paths = found.canonical[len(head) :], {head} if self._is_offered(head) else set()
        names = self._find_names(head.rpartition(".")[2])
        for module in self._list_offered_modules():
            data = self._names.files[module].data
            if b"import *" in data or any(name.encode() in data for name in names):
                for name in names & self._offer(module):
                    other = self._names.resolve(f"{module}.{name}")
                    if other and other.canonical == head:
                        paths.add(f"{module}.{name}")
        return sorted((path + rest for path in paths or {head}), key=_rank)

    def _find_names(self, name: str) -> set[str]:
        """The names that an object of this name may have elsewhere: those that imports and assignments give it."""
        names, waiting = {name}, [name]
        while waiting:
            name = waiting.pop()
            for module in self._list_offered_modules():
                if name.encode() in self._names.files[module].data:
                    others = [other for other, first in self._rename(module) if first == name and other not in names]
                    names.update(others)
                    waiting += others
        return names

    def _rename(self, module: str) -> tuple[tuple[str, str], ...]:
        """The names that a module gives to what has another name, each with the last part of the other name."""
        if module not in self._renamed:
            pairs = []
            for name, member in self._names.read(module).members.items():
                first = member.target_path if isinstance(member, griffe.Alias) else find_name_assigned(member)
                pairs.append((name, first.rpartition(".")[2]))
            self._renamed[module] = tuple((name, first) for name, first in pairs if first not in ("", name))
        return self._renamed[module]

    def _describe(self, symbol: str, found: Found, paths: Iterable[str]) -> Target:
        if not found.module:
            return Target(symbol, found.canonical, (symbol,), "import")
        thing = found.thing or self._names.read(found.module).tree
        file = self._names.files.get(found.module)
        return Target(
            symbol,
            found.canonical,
            tuple(sorted(paths, key=_rank)),
            thing.kind.value,
            self._write_signature(found),
            find_summary(thing.docstring.value) if thing.docstring else "",
            file.path if file else "",
            thing.lineno or 0 if found.thing else 0,
        )

    def _write_signature(self, found: Found) -> str:
        thing = found.thing
        text = ""
        match thing:
            case griffe.Function():
                text = _sign(thing, thing.name, True)
            case griffe.Class():
                init = self._names.find_member(found, "__init__")
                makes = init.thing if init else None
                text = _sign(makes, thing.name, False) if isinstance(makes, griffe.Function) else thing.name
            case griffe.Attribute():
                value = write(thing.value) if thing.value is not None else ""
                text = thing.name
                if thing.annotation is not None:
                    text += f": {write(thing.annotation)}"
                elif value and len(value) <= _LONGEST_VALUE:
                    text += f" = {value}"
        return text


def find_library(files: tuple[SourceFile, ...], root: str) -> Library:
    """The library that is imported as `root`, from the files of its project.

    When several folders hold a package of that name, the one that looks least like somebody else's counts. What lies
    beside the package is known too, since a library may make its names there, as `pytest` does in `_pytest`.
    """
    paths = frozenset(file.path for file in files)
    places: dict[str, dict[str, SourceFile]] = {}
    for file in files:
        name, is_package = find_module(file.path, paths)
        if name and file.path.endswith(".py"):
            parts = file.path.split("/")
            folder = "/".join(parts[: len(parts) - name.count(".") - 1 - is_package])
            modules = places.setdefault(folder, {})
            if is_package or name not in modules:
                modules[name] = file

    def rank(folder: str) -> tuple[bool, bool, int, str]:
        is_other = any(_NOT_THE_LIBRARY.fullmatch(part) for part in folder.split("/"))
        return is_other, root not in places[folder], folder.count("/"), folder

    holding = [folder for folder, modules in places.items() if any(name.partition(".")[0] == root for name in modules)]
    return Library(root, places[min(holding, key=rank)] if holding else {})


def _find_head(found: Found) -> str:
    """The name of the function, class or attribute in the module that an object is or lies in."""
    return ".".join(found.canonical.split(".")[: found.module.count(".") + 2])


def _sign(function: griffe.Function, name: str, is_answering: bool) -> str:
    """A signature on one line: in full when it is short enough, else by the names of its parameters."""
    text = write(function, lambda function: function.signature(name=name, return_type=is_answering))
    if 0 < len(text) <= _LONGEST_SIGNATURE:
        return text
    parameters = [parameter for parameter in function.parameters if parameter.name not in ("self", "cls")]
    marks = {griffe.ParameterKind.var_positional: "*", griffe.ParameterKind.var_keyword: "**"}
    names = ", ".join(marks.get(parameter.kind, "") + parameter.name for parameter in parameters)
    return f"{name}({names if len(names) <= _LONGEST_SIGNATURE else ''}…)"


def _rank(path: str) -> tuple[int, int, str]:
    return path.count("."), len(path), path
