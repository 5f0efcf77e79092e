"""The uses of one symbol among all uses of names in a text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from callsite.harvest.targets import Library
from callsite.model import Symbol
from callsite.names import Certainty, Kind, Use
from callsite.records import dataclass, replace


@dataclass(frozen=True, slots=True)
class Wanted:
    """The names a symbol goes by.

    `paths` are its dotted names. `known` says that they are all that are meant to be used, since the library's own
    sources were read; else any name with the same root package and last part counts, as less certain. `starred` are the
    modules whose `import *` brings it, and `library` tells of further names whether they lead to it.
    """

    symbol: Symbol
    paths: frozenset[str]
    known: bool = False
    starred: frozenset[str] = frozenset()
    library: Library | None = None


def find_wanted(symbol: Symbol, library: Library | None, aliases: Iterable[str] = ()) -> Wanted:
    """The names that a symbol goes by: its own, those its page tells of, and those its library's sources show."""
    paths = {str(symbol), *aliases}
    target = library.find(str(symbol)) if library else None
    if library is None or target is None:
        return Wanted(symbol, frozenset(paths))
    paths |= {target.canonical, *target.paths}
    modules = {path.rpartition(".")[0] for path in paths}
    starred = frozenset(module for module in modules if module and symbol.name in library.exports(module))
    return Wanted(symbol, frozenset(paths), True, starred, library)


def pick_uses(uses: Collection[Use], wanted: Wanted, local: Iterable[str] = ()) -> tuple[Use, ...]:
    """The uses of the symbol, in the order of their lines, and the imports of modules that they reach it through.

    `local` are further names of it, which only the project that the text is from knows. A use of something that
    belongs to the symbol (`current_app.logger` when `current_app` is wanted) is a reference to the symbol.
    """
    paths = wanted.paths.union(local)
    found: list[Use] = []
    for use in (use for use in uses if len(use.target) <= _LONGEST):
        path = _find_prefix(use.target, paths) or _find_inner_name(use.target, wanted)
        if path:
            if use.certainty is Certainty.STAR and wanted.known and path.rpartition(".")[0] not in wanted.starred:
                continue
            found.append(_belittle(use) if path != use.target else use)
        elif not wanted.known and _is_like(use.target, wanted.symbol):
            whole = use.target.endswith(f".{wanted.symbol.name}")
            certainty = max(use.certainty, Certainty.MAYBE, key=_ORDER.index)
            found.append(replace(use if whole else _belittle(use), certainty=certainty))
    return tuple(sorted({*found, *_find_ways(uses, found, paths)}))


def find_parents(paths: Iterable[str]) -> frozenset[str]:
    """The modules and classes that names can be reached through: `flask` and `flask.ctx` for `flask.ctx.g`."""
    parents: set[str] = set()
    for path in paths:
        while path := path.rpartition(".")[0]:
            parents.add(path)
    return frozenset(parents)


def _find_ways(uses: Collection[Use], found: Sequence[Use], paths: Iterable[str]) -> Iterator[Use]:
    """The imports of modules that uses reach the symbol through: `import flask` for `flask.g`.

    A use that can see an import of the symbol itself is taken to go through that; of several modules the innermost is
    taken. What a star import brings came through one, and nothing else did.
    """
    parents = find_parents(paths)
    direct = [use for use in found if use.kind is Kind.IMPORT]
    ways = [use for use in uses if use.kind is Kind.IMPORT and use.target in parents]
    for use in found:
        star = use.certainty is Certainty.STAR
        if use.kind is Kind.IMPORT or (not star and any(is_visible(way, use) for way in direct)):
            continue
        seen = [way for way in ways if is_visible(way, use) and (way.certainty is Certainty.STAR) == star]
        longest = max((len(way.target) for way in seen), default=0)
        yield from (way for way in seen if len(way.target) == longest)


def add_imports(chosen: Iterable[Use], uses: Iterable[Use]) -> tuple[Use, ...]:
    """Some of the uses in a file together with the imports that they see."""
    shown = set(chosen)
    seen = {one for one in uses if one.kind is Kind.IMPORT and any(is_visible(one, use) for use in shown)}
    return tuple(sorted(shown | seen))


def is_visible(binding: Use, use: Use) -> bool:
    """Whether an import holds where a use stands: in its own scope, or in one inside of it."""
    return not binding.scope or f"{use.scope}.".startswith(f"{binding.scope}.")


_ORDER = tuple(Certainty)


# No name in any program is longer, in characters.
_LONGEST = 1_000


def _find_prefix(target: str, paths: frozenset[str]) -> str:
    """The longest of the paths that a target is, or is an attribute of; "" when it is none."""
    while target and target not in paths:
        target = target.rpartition(".")[0]
    return target


def _find_inner_name(target: str, wanted: Wanted) -> str:
    """The part of a target that leads to the symbol by a way that is not meant for others, `flask.app.g`; or ""."""
    library, symbol, parts = wanted.library, wanted.symbol, target.split(".")
    if library is None or not _is_like(target, symbol):
        return ""
    canonical = library.canonical(str(symbol))
    inner = (".".join(parts[:end]) for end in range(2, len(parts) + 1) if parts[end - 1] == symbol.name)
    return next((name for name in inner if library.canonical(name) == canonical), "")


def _is_like(target: str, symbol: Symbol) -> bool:
    parts = target.split(".")
    return parts[0] == symbol.library and symbol.name in parts[1:]


def _belittle(use: Use) -> Use:
    if use.kind in (Kind.IMPORT, Kind.ANNOTATION):
        return use
    return replace(use, first=use.line, last=use.line, kind=Kind.REFERENCE, shape="")
