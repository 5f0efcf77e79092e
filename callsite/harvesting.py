"""Harvesting a symbol: its uses in all sources, as candidates for the examples of its page.

The sources' files are in memory; what their names stand for is kept in an index between runs. Files that cannot have a
use are never parsed: the library's root and the symbol's name must both occur in them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from callsite.errors import CallsiteError
from callsite.harvest.choosing import Choice, Limits, choose_examples
from callsite.harvest.cutting import DEFAULT, Style
from callsite.harvest.drafting import Subject
from callsite.harvest.libraries import Libraries
from callsite.harvest.modules import Module, find_modules
from callsite.harvest.ranking import Candidate
from callsite.harvest.release import Source
from callsite.harvest.wanted import Wanted, find_parents, find_wanted, pick_uses
from callsite.model import Symbol
from callsite.names import Use
from callsite.records import dataclass, field
from callsite.symbol import parse_symbol
from callsite.uses.filters import make_filter
from callsite.uses.index import UseIndex

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What may be chosen, and how it is cut. `own` says that the library's own uses of its names count as well."""

    limits: Limits = field(default_factory=Limits)
    style: Style = DEFAULT
    allowed: tuple[str, ...] = ()
    own: bool = True


@dataclass(frozen=True, slots=True)
class Harvest:
    """What was found for a symbol: what its page is about, the choice of examples, and how many uses there are in all.

    `mentions` are the files that have its last name as a word, but no use of it: in text, or for something else.
    """

    subject: Subject
    choice: Choice
    uses: int
    mentions: tuple[str, ...]


class Harvester:
    """Sources in memory, the index of what their names stand for, and the libraries that names belong to."""

    def __init__(self, sources: Sequence[Source], index: UseIndex, options: Options, libraries: Libraries) -> None:
        self._index = index
        self._options = options
        self._libraries = libraries
        self._modules = tuple(module for source in sources for module in find_modules(source))
        self._sources = {source.name: source for source in sources}
        self._complete: set[str] = set()
        self._near: dict[str, tuple[Module, ...]] = {}

    def list_symbols(self, name: str, progress: Progress | None = None) -> tuple[Symbol, ...]:
        """The symbols that a name stands for: itself, or all that is used of the library or module it names, the most
        used first.

        Raises CallsiteError, with the nearest names, when the library has no such name.
        """
        symbol = parse_symbol(name)
        if symbol is None:
            raise CallsiteError(f"{name}: is no dotted name; write one such as flask.ctx.after_this_request")
        opened = self._libraries.open(symbol.library)
        if opened is None:
            if symbol.module:
                return (symbol,)
            raise CallsiteError(
                f"{name}: its own code is not at hand; name one of its symbols, or add --library {name}==VERSION"
            )
        library, _ = opened
        target = library.find(name)
        if target is None:
            near = ", ".join(library.nearest(name))
            raise CallsiteError(
                f"{name}: there is no such name in {symbol.library}" + (f"; near are {near}" if near else "")
            )
        if target.kind != "module":
            return (symbol,)
        self._index.update(self._find_near(symbol.library), None, progress)
        self._complete.add(symbol.library)
        counts = self._index.count_targets(symbol.library)
        below = f"{target.canonical}."
        offered = [
            one for one in library.list_public() if any(path.startswith((below, f"{name}.")) for path in one.paths)
        ]
        symbols = {path: one.symbol for one in offered for path in (one.canonical, *one.paths)}
        used: Counter[str] = Counter()
        for path, number in counts.items():
            # What is used of an object, `settings.DEBUG`, is a use of the object.
            named = next((one for one in (path, *_list_parents(path)) if one in symbols), "")
            used[symbols.get(named, "")] += number
        names = sorted((one for one in used if one), key=lambda one: (-used[one], one))
        return tuple(found for one in names if (found := parse_symbol(one)) is not None)

    def harvest(self, symbol: Symbol, aliases: Iterable[str] = ()) -> Harvest:
        """Find all uses of a symbol and choose among them."""
        library, source = self._libraries.open(symbol.library) or (None, None)
        wanted = find_wanted(symbol, library, aliases)
        found = dict(self._find_uses(wanted, source.name if source else ""))
        candidates = list(self._make_candidates(found, source))
        options = self._options
        choice = choose_examples(
            candidates, symbol.name, limits=options.limits, style=options.style, allowed=options.allowed
        )
        target = library.find(str(symbol)) if library else None
        release = source.release if source else None
        subject = Subject(symbol, target, release.documentation if release else "", release=release)
        word = re.compile(rb"\b%b\b" % re.escape(symbol.name.encode()))
        others = (one for one in self._find_near(symbol.library) if source is None or one.source != source.name)
        near = (one for one in others if one not in found and word.search(one.file.data))
        mentions = tuple(f"{self._sources[one.source].release.project} {one.file.path}" for one in near)
        return Harvest(subject, choice, sum(map(len, found.values())), mentions)

    def _find_near(self, root: str) -> tuple[Module, ...]:
        """The modules that have a library's name in them, and its own, which can do without."""
        if root not in self._near:
            is_near = make_filter(root)
            self._near[root] = tuple(
                module for module in self._modules if module.name.partition(".")[0] == root or is_near(module.file.data)
            )
        return self._near[root]

    def _make_candidates(self, found: Mapping[Module, tuple[Use, ...]], library: Source | None) -> Iterator[Candidate]:
        for module, uses in found.items():
            source = self._sources[module.source]
            own = library is not None and source.name == library.name
            if self._options.own or not own:
                yield Candidate(source.release, module.file.path, module.file.data, uses, own=own)

    def _find_uses(self, wanted: Wanted, library: str) -> Iterator[tuple[Module, tuple[Use, ...]]]:
        """The modules that use a symbol, under its own names or under those that their project gives it."""
        symbol = wanted.symbol
        if symbol.library not in self._complete:
            leaves = {path.rpartition(".")[2] for path in wanted.paths}
            self._index.update(self._find_near(symbol.library), make_filter("", leaves))
        found: dict[Module, list[Use]] = defaultdict(list)
        for module, use in self._index.find(wanted.paths):
            found[module].append(use)
        for module, use in self._index.find_loose(symbol.library, symbol.name):
            found[module].append(use)
        for module, use in self._index.find_own(find_parents(wanted.paths)):
            if module in found:
                found[module].append(use)
        local = self._find_local_names(wanted.paths, library)
        for source, names in local.items():
            for module, use in (*self._index.find(names), *self._index.find_own(find_parents(names))):
                if module.source == source:
                    found[module].append(use)
        for module, uses in found.items():
            picked = pick_uses(set(uses), wanted, local.get(module.source, ()))
            if picked:
                yield module, picked

    def _find_local_names(self, paths: Iterable[str], library: str) -> dict[str, set[str]]:
        """By source, the names that its own modules offer a symbol under: `superset.extensions.cache`."""
        local: dict[str, set[str]] = defaultdict(set)
        news: dict[str, set[str]] = {"": set(paths)}
        while news:
            offers = [
                (module, f"{module.name}.{public}")
                for origin, targets in news.items()
                for module, public, _ in self._index.exports(targets)
                if module.name and module.source != library and origin in ("", module.source)
            ]
            news = defaultdict(set)
            for module, name in offers:
                if name not in local[module.source]:
                    local[module.source].add(name)
                    news[module.source].add(name)
            for source, names in news.items():
                self._index.update((one for one in self._modules if one.source == source), _make_local_filter(names))
        return local


def _make_local_filter(names: Iterable[str]) -> Callable[[bytes], bool]:
    """Whether a text can use one of the names: it has the last part, and the module's or a relative import."""
    modules: dict[bytes, set[bytes]] = defaultdict(set)
    for name in names:
        module, _, leaf = name.rpartition(".")
        modules[leaf.encode()].update((module.rpartition(".")[2].encode(), b". import"))  # from . or from ..
    return lambda data: any(leaf in data and any(one in data for one in near) for leaf, near in modules.items())


def _list_parents(path: str) -> Iterator[str]:
    """What a dotted name belongs to, the nearest first."""
    while path := path.rpartition(".")[0]:
        yield path
