"""The index of all uses as others see it: modules go in, and questions about them are answered."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from callsite.harvest.modules import Module
from callsite.harvest.release import Skipped
from callsite.names import Use
from callsite.uses.answers import Answer, Task, find_answer, unpack_uses
from callsite.uses.store import DamageError, discard_file, find_key, is_damage, open_file, open_memory
from callsite.workers import Failure, Workers

# Below so many bytes of text this process is done before workers have started.
WORTH_WORKERS = 1_500_000

# A text of so many bytes may be one that takes for ever, or all the memory; workers have limits to both.
_WORTH_LIMITS = 300_000

# How many texts are written at once, and so how many are lost at most when a run is interrupted.
_BATCH = 250

_T = TypeVar("_T")


class UseIndex:
    """What is known of the uses of names in the modules that `update` was given, whatever else the file holds.

    Without a path, or where the file cannot be used, the index is in memory; `notice` then says why it is not kept.
    `processes` is how many are used when there is much to do, as many as there are processors when not given. Leaving
    the context closes the file.
    """

    def __init__(self, path: Path | None = None, processes: int | None = None) -> None:
        self.notice = ""
        self._path = path
        self._processes = processes or os.cpu_count() or 1
        self._places: set[tuple[str, str]] = set()
        # Modules with the same text share its key; the numbers keep them in the order they came in.
        self._modules: dict[bytes, list[tuple[int, Module]]] = {}
        self._texts: dict[int, bytes] = {}
        self._skipped: dict[bytes, str] = {}
        self._unparsed: dict[bytes, str] = {}
        self._lost: dict[bytes, str] = {}
        try:
            self._store = open_file(path) if path else open_memory()
        except (OSError, sqlite3.DatabaseError) as error:
            self._store = open_memory()
            self._give_up(error)

    def __enter__(self) -> UseIndex:
        return self

    def __exit__(self, *args: object) -> None:
        self._store.close()

    def update(
        self,
        modules: Iterable[Module],
        wanted: Callable[[bytes], bool] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> tuple[Skipped, ...]:
        """Take modules in, and resolve what the index does not know yet. Questions are about all modules taken in.

        `wanted` says by its bytes whether a text matters; see `make_filter`. `progress` is told how many texts of how
        many are done. Returns what could not be read at all, of all modules so far.
        """
        for module in modules:
            place = module.source, module.file.path
            if place not in self._places and (wanted is None or wanted(module.file.data)):
                key = find_key(module.file.data, module.name, module.is_package)
                self._modules.setdefault(key, []).append((len(self._places), module))
                self._places.add(place)
        self._ask(lambda: self._fill(progress))
        return self._report(self._skipped | self._lost)

    def unparsed(self) -> tuple[Skipped, ...]:
        """The modules that did not parse, and why. What is known of them was read off their tokens."""
        return self._report(self._unparsed)

    def find(self, targets: Iterable[str]) -> tuple[tuple[Module, Use], ...]:
        """Every use of a target, or of something that belongs to it: of `flask.ctx.f` when `flask.ctx` is asked for.

        They are in the order of the modules, and in each in the order of its lines.
        """
        apart = find_apart(targets)
        return self._ask(lambda: self._unpack(row for target in apart for row in self._store.uses(target)))

    def find_own(self, targets: Iterable[str]) -> tuple[tuple[Module, Use], ...]:
        """Every use of one of the targets itself, and of nothing that belongs to it."""
        wanted = sorted(set(targets))
        return self._ask(lambda: self._unpack(row for target in wanted for row in self._store.own_uses(target)))

    def find_loose(self, root: str, last: str) -> tuple[tuple[Module, Use], ...]:
        """Every use of something below the package `root` that has `last` among the parts of its name."""
        return self._ask(lambda: self._unpack(self._store.loose_uses(root, last)))

    def exports(self, targets: Iterable[str]) -> tuple[tuple[Module, str, str], ...]:
        """The modules that offer one of the targets itself under a name of their own: module, name, target."""
        wanted = sorted(set(targets))
        rows = self._ask(lambda: [(*row, target) for target in wanted for row in self._store.exports(target)])
        found = [(at, public, target, module) for text, public, target in rows for at, module in self._find(text)]
        return tuple((module, public, target) for _, public, target, module in sorted(found, key=lambda row: row[:3]))

    def stars(self, modules: Iterable[str]) -> tuple[tuple[Module, str], ...]:
        """The modules that take everything from one of the modules named: module, name."""
        wanted = sorted(set(modules))
        rows = self._ask(lambda: [(text, name) for name in wanted for text in self._store.stars(name)])
        found = [(at, name, module) for text, name in rows for at, module in self._find(text)]
        return tuple((module, name) for _, name, module in sorted(found, key=lambda row: row[:2]))

    def count_targets(self, root: str) -> dict[str, int]:
        """How often each dotted name below the package `root` is used, in the order of the names."""
        counts: Counter[str] = Counter()
        for text, target, count in self._ask(lambda: self._store.counts(root)):
            counts[target] += count * len(self._find(text))
        return {target: counts[target] for target in sorted(+counts)}

    def _find(self, text: int) -> Sequence[tuple[int, Module]]:
        """The modules with a text, by its number in the file, with their own; none when it is not in this index."""
        key = self._texts.get(text)
        return self._modules[key] if key else ()

    def _unpack(self, rows: Iterable[tuple[int, str, str]]) -> tuple[tuple[Module, Use], ...]:
        found: list[tuple[int, Use, Module]] = []
        for text, target, packed in rows:
            places = self._find(text)
            try:
                uses = unpack_uses(target, packed) if places else ()
            except ValueError as error:
                raise DamageError(f"what is kept of {target} cannot be read: {error}") from error
            found += [(at, use, module) for use in uses for at, module in places]
        found.sort(key=_find_order)
        return tuple((module, use) for _, use, module in found)

    def _report(self, reasons: dict[bytes, str]) -> tuple[Skipped, ...]:
        found = [(at, str(module), why) for key, why in reasons.items() for at, module in self._modules[key]]
        return tuple(Skipped(what, why) for _, what, why in sorted(found))

    def _fill(self, progress: Callable[[int, int], None] | None) -> None:
        """Resolve what is not known yet."""
        known = set(self._texts.values())
        self._recall(key for key in self._modules if key not in known)
        known = {*self._texts.values(), *self._lost}
        keys = [key for key in self._modules if key not in known]
        modules = [self._modules[key][0][1] for key in keys]
        tasks = [(module.file.data, module.name, module.is_package) for module in modules]
        batch: list[tuple[bytes, Answer]] = []
        with contextlib.closing(resolve(tasks, self._processes)) as answers:
            for done, (number, answer) in enumerate(answers, 1):
                if isinstance(answer, Failure):
                    self._lost[keys[number]] = answer
                else:
                    batch.append((keys[number], answer))
                if len(batch) == _BATCH or done == len(tasks):
                    self._store.write(batch)
                    self._recall(key for key, _ in batch)
                    batch.clear()
                if progress:
                    progress(done, len(tasks))

    def _recall(self, keys: Iterable[bytes]) -> None:
        """Note what the file knows of these texts."""
        for key, (number, skipped, unparsed) in self._store.find_texts(keys).items():
            self._texts[number] = key
            if skipped:
                self._skipped[key] = skipped
            if unparsed:
                self._unparsed[key] = unparsed

    def _ask(self, question: Callable[[], _T]) -> _T:
        """Get an answer from the file. When that fails, all is found again in memory, and the question asked once more:
        a kept index saves time, and is never a reason to stop.
        """
        try:
            return question()
        except sqlite3.ProgrammingError:
            raise  # this program's own, not the file's
        except sqlite3.DatabaseError as error:
            self._store.close()
            self._store = open_memory()
            self._give_up(error)
            self._texts.clear()
            self._fill(None)
            return question()

    def _give_up(self, error: Exception) -> None:
        """Say why there is no file from now on. When the file itself is at fault, the next run makes a new one."""
        why = error.strerror if isinstance(error, OSError) else str(error)
        hint = "choose another place for it, or see that it can be written"
        if self._path and is_damage(error):
            with contextlib.suppress(OSError):
                discard_file(self._path)
            hint = "the next run makes it anew"
        self.notice = f"{self._path}: the index of uses is not kept this time, {why}; {hint}"


def find_apart(targets: Iterable[str]) -> tuple[str, ...]:
    """The targets without those that belong to another one."""
    every = set(targets)
    return tuple(sorted(target for target in every if every.isdisjoint(_find_parents(target))))


def _find_parents(target: str) -> Iterator[str]:
    while target := target.rpartition(".")[0]:
        yield target


def resolve(tasks: Sequence[Task], processes: int) -> Generator[tuple[int, Answer | Failure]]:
    """The number of each task with its answer, or why there is none; by workers, when there is enough to do."""
    sizes = [len(data) for data, _, _ in tasks]
    if sum(sizes) < WORTH_WORKERS and max(sizes, default=0) < _WORTH_LIMITS:
        for number, task in enumerate(tasks):
            yield number, find_answer(task)
        return
    workers: Workers[Task, Answer] = Workers(processes, "callsite.uses.answers:find_answer", lambda task: len(task[0]))
    with workers:
        yield from workers.work(tasks)


def _find_order(row: tuple[int, Use, Module]) -> tuple[int, int, int, int, str]:
    at, use, _ = row
    return at, use.first, use.last, use.line, use.target
