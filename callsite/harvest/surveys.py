"""What one file of a library says, read from its text by griffe: the names it binds, its star imports, its `__all__`.

Nothing is imported or run.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, cast

import griffe

from callsite.harvest.release import SourceFile
from callsite.records import dataclass, replace
from callsite.text import decode_python

# A file longer than this is data.
_LONGEST_FILE = 1_500_000

# griffe looks for the docstring of an assignment among all its neighbours: the square of their number. A body longer
# than this is a table of constants.
_LONGEST_BODY = 2500

_GUARD = re.compile(rb"^if (?:\w+\.)?TYPE_CHECKING:.*\n(?:(?:[ \t#].*)?\r?\n)*", re.MULTILINE)

# What griffe does not read: names that are added to `__all__` by a call.
_ADDED = re.compile(rb"^__all__\.(?:append|extend)\(([\s\w\"',\[(]*)", re.MULTILINE)
_QUOTED = re.compile(rb"[\"'](\w+)[\"']")

_NO_EXTENSIONS = griffe.Extensions()


@dataclass(frozen=True, slots=True)
class Survey:
    """What one file says: the names it binds, the modules it imports everything from, its `__all__` if it has one.

    `listers` are the modules whose `__all__` it takes into its own, as it names them; `unreal` are names that only
    type checkers see.
    """

    tree: griffe.Module
    members: Mapping[str, griffe.Object | griffe.Alias]
    stars: tuple[str, ...]
    listed: frozenset[str] | None
    listers: tuple[str, ...] = ()
    unreal: frozenset[str] = frozenset()
    unread: str = ""


NOTHING = Survey(griffe.Module(""), {}, (), None)


def parse_survey(module: str, file: SourceFile) -> Survey:
    """Read a file that is imported as `module`. Any file gives an answer."""
    if len(file.data) > _LONGEST_FILE:
        return replace(NOTHING, unread="it is too long to be a module that people import from")
    try:
        with warnings.catch_warnings(), griffe.logger.disable():
            warnings.simplefilter("ignore")  # they are about other people's code
            code = decode_python(file.data)
            if file.data.count(b"=") > _LONGEST_BODY and _find_longest_body(code) > _LONGEST_BODY:
                return replace(NOTHING, unread="it is a table of constants")
            package, _, name = module.rpartition(".")
            path = cast("Path", PurePosixPath(file.path))
            tree = griffe.visit(name, path, code, extensions=_NO_EXTENSIONS, parent=_make_parents(package))
    except Exception as error:  # whatever stops the parser or griffe on somebody's file, the others go on
        return replace(NOTHING, unread=f"it does not parse ({type(error).__name__})")
    return _survey(tree, file.data)


def write(thing: object, how: Callable[[Any], str] = str) -> str:
    """An expression or signature on one line; "" when it is nested too deeply to be written."""
    try:
        return " ".join(how(thing).split())
    except RecursionError:
        return ""


def find_name_assigned(thing: object) -> str:
    """The dotted name that an assignment gives another name to; "" when it assigns anything else."""
    value = thing.value if isinstance(thing, griffe.Attribute) else None
    return write(value) if isinstance(value, griffe.ExprName | griffe.ExprAttribute) else ""


def _survey(tree: griffe.Module, data: bytes) -> Survey:
    members: dict[str, griffe.Object | griffe.Alias] = {}
    stars: list[str] = []
    for name, member in tree.members.items():
        if not isinstance(member, griffe.Alias):
            members[name] = member
        elif member.wildcard:
            stars.append(member.wildcard)
        elif not member.target_path.startswith("__future__."):
            members[name] = member
    guards = [(data.count(b"\n", 0, at.start()) + 1, data.count(b"\n", 0, at.end())) for at in _GUARD.finditer(data)]
    unreal = (name for name, member in members.items() if any(a <= _find_line(member) <= b for a, b in guards))
    if tree.exports is None:
        return Survey(tree, members, tuple(stars), None, (), frozenset(unreal))
    added = {name.decode() for call in _ADDED.findall(data) for name in _QUOTED.findall(call)}
    listed = added.union(entry for entry in tree.exports if isinstance(entry, str))
    others = (entry.canonical_path for entry in tree.exports if not isinstance(entry, str))
    listers = tuple(other.removesuffix(".__all__") for other in others)
    return Survey(tree, members, tuple(stars), frozenset(listed), listers, frozenset(unreal))


def _find_line(member: griffe.Object | griffe.Alias) -> int:
    return (member.alias_lineno if isinstance(member, griffe.Alias) else member.lineno) or 0


def _find_longest_body(code: str) -> int:
    fields = (value for node in ast.walk(ast.parse(code)) for _, value in ast.iter_fields(node))
    return max(
        (len(value) for value in fields if isinstance(value, list) and value and isinstance(value[0], ast.stmt)),
        default=0,
    )


def _make_parents(package: str) -> griffe.Module | None:
    """The packages around a module, empty but for their names: relative imports are counted from there."""
    parent = None
    for name in package.split(".") if package else ():
        parent = griffe.Module(name, filepath=cast("Path", PurePosixPath(name, "__init__.py")), parent=parent)
    return parent
