"""A publish with a fault in it, what visitors see of that, and what the next publish makes of it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from callsite.publish.kinds import find_kind, outlasts, plan_headers
from tests.faulty_store import Kept
from tests.publish_faults import Fault, Job, Outcome, Publisher
from tests.publish_grounds import Ground, ask_over_http, serve_ground
from tests.stores import SECRETS
from tests.versions import Version, write_site
from tests.visiting import DOORS, Channel, Figures, Visitor, list_pages

# Every step of every fault is tried, which takes minutes, instead of some.
ALL: Final = os.environ.get("CALLSITE_FAULTS") == "all"


@dataclass
class Site:
    """A version, written to a folder."""

    version: Version
    output: Path
    files: Mapping[str, bytes]


def make_site_folder(version: Version, folder: Path) -> Site:
    """Write a version of the site."""
    return Site(version, folder, write_site(version, folder))


@dataclass
class Trials:
    """Faults at one place, while `old` becomes `new`. What is wrong is in `problems`, what was seen in `figures`."""

    ground: Ground
    publisher: Publisher
    base: Path
    old: Site | None
    new: Site
    figures: Figures = field(default_factory=Figures)
    problems: list[str] = field(default_factory=list)
    _broken: list[str] = field(default_factory=list)
    _kinds: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if self.old is not None:
            outcome = self.publisher.run(self.make_job(self.old))
            assert outcome.end == "done", outcome
        self.ground.save()

    def make_job(self, site: Site, fault: Fault | None = None, *, tells: bool = False) -> Job:
        """The publish of a site."""
        return Job(
            self.ground.settings,
            str(self.base),
            str(site.output),
            site.version.caching,
            fault,
            tells,
            self.ground.environment,
        )

    def make_visitor(self, channel: Channel | None = None) -> Visitor:
        """A visitor who knows the addresses of the old site; of a new one nobody knows but where it begins."""
        old = self.old.files if self.old else {}
        doors = tuple(door for door in DOORS if door in old) or DOORS[:1]
        going = frozenset({*old, *self.new.files} - {*self.new.files})
        return Visitor(channel or self.ground.get, list_pages(old), going, self.figures, self._broken, doors)

    def go(self) -> None:
        """Publish without a fault, with one visitor between any two steps and another one all the time, over HTTP."""
        self.ground.restore()
        visitor = self.make_visitor()
        with self.poll():
            outcome = self.publish(visitor)
        if outcome.end != "done":
            self.problems.append(f"without a fault: it ends with {outcome}")
        self.figures.steps = max(self.figures.steps, outcome.steps)
        self.end(visitor, "without a fault")

    def count(self) -> int:
        """How many steps a publish has."""
        self.ground.restore()
        outcome = self.publish()
        assert outcome.end == "done", outcome
        self.figures.steps = max(self.figures.steps, outcome.steps)
        return outcome.steps

    def publish(self, visitor: Visitor | None = None) -> Outcome:
        """Publish without a fault, with a visitor between any two steps; gives the number of steps besides."""
        if visitor is None:
            return self.publisher.run(self.make_job(self.new))
        return self.publisher.run(self.make_job(self.new, tells=True), visitor.visit)

    @contextlib.contextmanager
    def poll(self) -> Iterator[None]:
        """Visit over HTTP, again and again, until the end of the block."""
        is_over = threading.Event()
        with serve_ground(self.ground) as address, ask_over_http(address) as channel:
            visitor = replace(self.make_visitor(channel), figures=Figures())

            def poll() -> None:
                while not is_over.is_set():
                    visitor.visit()

            thread = threading.Thread(target=poll)
            thread.start()
            try:
                yield
            finally:
                is_over.set()
                thread.join()
        self.figures.add(visitor.figures)

    def strike(
        self,
        what: str,
        fault: Fault | None,
        expected: Collection[str],
        during: Callable[[], Outcome] | None = None,
        then: Site | None = None,
    ) -> Outcome:
        """Publish with a fault, look, publish again, and look again.

        `during` is what publishes, if it is not a job with that fault, `expected` how it may end, and `then` the site
        that is published next, if it is another one.
        """
        self.ground.restore()
        before = self.ground.read()
        self.figures.faults += 1
        self._kinds.add(what.partition(" at ")[0])
        self.figures.kinds = len(self._kinds)
        visitor = self.make_visitor()
        outcome = during() if during else self.publisher.run(self.make_job(self.new, fault))
        if outcome.end not in expected:
            self.problems.append(f"{what}: it ends with {outcome}")
        if any(secret in f"{outcome}" for secret in SECRETS):
            self.problems.append(f"{what}: it tells a secret")
        visitor.visit()
        now = self.ground.read()
        lost = [path for path in self.new.files if path in before and path not in now]
        if lost:
            self.problems.append(f"{what}: the new site needs what was deleted: {lost}")
        if then:
            visitor = replace(visitor, going=visitor.going | ({*before, *self.new.files} - {*then.files}))
        with self.watch(visitor):
            # On the other side of a broken connection, it takes a moment until all has ended.
            again = self.publisher.run(replace(self.make_job(then or self.new), wait=8))
        if again.end not in ("done", "nothing"):
            self.problems.append(f"{what}: the next publish ends with {again}")
        self.end(visitor, what, then)
        return outcome

    @contextlib.contextmanager
    def watch(self, visitor: Visitor) -> Iterator[None]:
        """Have somebody look whenever something changes, where that is seen."""
        yield
        visitor.visit()

    def end(self, visitor: Visitor, what: str, then: Site | None = None) -> None:
        """See that the new site stands there, and what is kept for caches, and nothing else."""
        visitor.visit()
        site = then or self.new
        replace(visitor, addresses=list_pages(site.files), doors=DOORS).visit()
        if self._broken:
            seen = sorted(set(self._broken))
            self.problems.append(f"{what}: {len(self._broken)} times a visitor saw something broken: {seen}")
            self._broken.clear()
        found = self.ground.read()
        old = self.old.files if self.old else {}
        wanted = {**{path: data for path, data in old.items() if _outlasts(path, data)}, **site.files}
        # Of a site that was never complete, such files may be there or not.
        allowed = {**{path: data for path, data in self.new.files.items() if _outlasts(path, data)}, **wanted}
        differing = (wanted.keys() - found.keys()) | (found.keys() - allowed.keys())
        if differing:
            self.problems.append(f"{what}: in the end these are too many or too few: {differing}")
        other = [path for path in found.keys() & allowed.keys() if found[path].data != allowed[path]]
        other += [
            f"{path} (headers)" for path in site.files if path in found and not _is_served(path, site, found[path])
        ]
        if other:
            self.problems.append(f"{what}: in the end these are others: {other}")
        strays = self.ground.list_strays()
        if strays:
            self.problems.append(f"{what}: in the end there is besides: {strays}")


def _is_served(path: str, site: Site, found: Kept) -> bool:
    """Whether a file has the headers that it should have, where files have any."""
    headers = dict(plan_headers(path, find_kind(path, hashlib.sha256(site.files[path]).hexdigest())))
    if site.version.caching and path.endswith("o.svg"):
        headers["cache-control"] = site.version.caching
    return not found.headers or headers.items() <= found.headers.items()


def _outlasts(path: str, data: bytes) -> bool:
    return outlasts(path, find_kind(path, hashlib.sha256(data).hexdigest()))


def choose(steps: int, most: int, what: str = "") -> list[int]:
    """Steps to try a fault at: all of them, or so many, which differ with what is tried."""
    if ALL or steps <= most:
        return list(range(1, steps + 1))
    start = zlib.crc32(what.encode()) % 100 / 100
    return [1 + int((number + start) * steps / most) for number in range(most)]
