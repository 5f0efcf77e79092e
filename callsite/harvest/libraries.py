"""Which source holds a library's own code: the one named for it, one of those at hand, or one from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from packaging.utils import canonicalize_name

from callsite.harvest.modules import Module, find_modules
from callsite.harvest.release import Source
from callsite.harvest.targets import Library, find_library


class Libraries:
    """The libraries there are, by the names they are imported by; each is looked for once.

    `named` is a source that comes before all others, and `find_source` gives the source of a library that is none of
    the sources.
    """

    def __init__(
        self, sources: Sequence[Source], find_source: Callable[[str], Source | None], named: Source | None = None
    ) -> None:
        self._sources = sources
        self._find_source = find_source
        self._named = named
        self._roots: dict[str, list[tuple[Module, Source]]] | None = None
        self._opened: dict[str, tuple[Library, Source] | None] = {}

    def open(self, root: str) -> tuple[Library, Source] | None:
        """The library that is imported as `root`, and the source that has it; None when its code is not at hand."""
        if root not in self._opened:
            opened = ((find_library(source.files, root), source) for source in self._find_holders(root))
            self._opened[root] = next((pair for pair in opened if pair[0].find(root)), None)
        return self._opened[root]

    def _find_holders(self, root: str) -> Iterator[Source]:
        """The sources that may hold a library, the likeliest first. A project can have a module of the same name, and
        several can have modules below it (PEP 420).
        """
        if self._named is not None:
            yield self._named

        def rank(holder: tuple[Module, Source]) -> tuple[bool, bool]:
            module, source = holder
            is_called_so = canonicalize_name(source.release.project) == canonicalize_name(root)
            return not is_called_so, not module.is_package

        holders = sorted(self._list_roots().get(root, ()), key=rank)
        yield from (source for module, source in holders if module.name == root)
        other = self._find_source(root)
        if other is not None:
            yield other
        yield from (source for module, source in holders if module.name != root)

    def _list_roots(self) -> dict[str, list[tuple[Module, Source]]]:
        """By the first part of their names the outermost modules of each source."""
        if self._roots is None:
            self._roots = {}
            for source in self._sources:
                roots: dict[str, Module] = {}
                for module in find_modules(source):
                    root = module.name.partition(".")[0]
                    if root not in roots or module.name == root:
                        roots[root] = module
                for root, module in roots.items():
                    self._roots.setdefault(root, []).append((module, source))
        return self._roots
