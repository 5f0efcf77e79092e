"""Builds in turn: every tool cold, warm and after an edit, then all of them again, so that what else the machine does
falls on all alike.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarking.contenders import CALLSITE, HUGO, Contender
from benchmarking.converting import edit_page, say_edit
from benchmarking.copying import copy_pages
from benchmarking.environments import Environment
from benchmarking.figures import COLD, EDITED, MORE, PHASES, WARM, Figures
from benchmarking.measuring import MB, CommandError, Cost, measure
from callsite.model import Page

Tell = Callable[[str], None]

# Sites of more pages are built once, with the eye on their memory; more rounds for sites are not worth their time.
_ONCE = MORE
_MOST_ROUNDS = 3

# The bytes of disk that a page may take, with all that is made of it.
_ROOM = 100_000

# How many pages of an output are read to see that it shows what it should.
_LOOKED_AT = 500

_STARTS = 21


class BadSiteError(Exception):
    """A site that cannot be made, or does not show what it should."""


@dataclass(slots=True)
class Stand:
    """A tool with a site of its own, and what has been measured of it. `page` is the one that is edited, `number` how
    many pages there are.
    """

    contender: Contender
    environment: Environment
    folder: Path
    page: Page
    number: int
    looked_at: Sequence[Page]
    runs: dict[str, list[Cost]] = field(default_factory=lambda: {phase: [] for phase in PHASES})
    memory: int = 0
    size: int = 0
    files: int = 0
    rewritten: dict[str, int] = field(default_factory=dict)

    @property
    def figures(self) -> Figures:
        """What has been measured so far."""
        return Figures(self.runs, self.memory, self.size, self.files, self.rewritten)

    def build(self, watched: bool = False) -> Cost:
        """Build the site, after all that was written before is on the disk."""
        program, *words = self.contender.command
        os.sync()
        command: list[str | Path] = [self.environment.find_program(program), *words]
        return measure(command, self.folder, self.environment.plan_variables(self.folder.parent), watched)

    def build_first(self, tell: Tell) -> Cost:
        """A cold build that counts for memory and size only, and shows that the tool does what it should."""
        cost = self.build(watched=True)
        output = self._list_output()
        self.memory, self.files = cost.memory, len(output)
        self.size = sum(size for size, _ in output.values())
        check_output(self.contender, self.folder / self.contender.output, self.looked_at)
        tell(f"{self.contender.title}: {self.number:,} pages, {self.memory / MB:,.0f} MB of memory")
        return cost

    def build_round(self, number: int, tell: Tell) -> None:
        """A cold build, one with nothing changed, and one with a page edited."""
        self.contender.clean(self.folder)
        self._record(COLD, self.build())
        self.build_again(number, tell)

    def build_again(self, number: int, tell: Tell) -> None:
        """A build with nothing changed, and one with a page edited."""
        for phase in (WARM, EDITED):
            if phase == EDITED:
                self.contender.write_page(self.folder, edit_page(self.page, number))
            before = self._list_output()
            self._record(phase, self.build())
            after = self._list_output()
            self.rewritten[phase] = sum(after[path] != before.get(path) for path in after)
        built = self.folder / self.contender.output / self.contender.plan_output(self.page)
        if say_edit(number) not in built.read_text(encoding="utf-8"):
            raise BadSiteError(f"{self.contender.title}: {built.name} does not show that it was edited")
        self.contender.write_page(self.folder, self.page)
        times = ", ".join(f"{phase} {self.runs[phase][-1].clock:.2f} s" for phase in PHASES)
        tell(f"{self.contender.title}: {self.number:,} pages, round {number}: {times}")

    def record_first(self, cost: Cost) -> None:
        """Let the first build count for its time too."""
        self._record(COLD, cost)

    def _record(self, phase: str, cost: Cost) -> None:
        self.runs[phase].append(cost)

    def _list_output(self) -> dict[str, tuple[int, int]]:
        """The bytes of each file, and when it was written."""
        return {
            entry.path: (entry.stat().st_size, entry.stat().st_mtime_ns)
            for entry in walk(self.folder / self.contender.output)
        }


def walk(folder: Path | str) -> Iterator[os.DirEntry[str]]:
    """All files in a folder and below."""
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from walk(entry.path)
        else:
            yield entry


def check_output(contender: Contender, output: Path, pages: Iterable[Page]) -> None:
    """See that every page was built, and shows all of its marked lines. Raises BadSiteError when one does not."""
    for page in pages:
        path = output / contender.plan_output(page)
        wanted = sum(len(listing.snippet.marks) for listing in page.listings)
        try:
            found = path.read_bytes().count(contender.mark)
        except FileNotFoundError:
            raise BadSiteError(f"{contender.title}: {path.name} was not built") from None
        if found != wanted:
            raise BadSiteError(f"{contender.title}: {path.name} has {found} marked lines, not {wanted}")


def compare(
    contenders: Mapping[Contender, Environment], pages: Sequence[Page], rounds: int, scratch: Path, tell: Tell
) -> tuple[dict[str, Figures], list[str]]:
    """Have all tools build the same pages: figures by name, and why those without any have none."""
    left_out, stands = [], []
    middle = pages[len(pages) // 2]
    for contender, environment in contenders.items():
        stand = Stand(contender, environment, scratch / contender.name, middle, len(pages), pages)
        try:
            contender.write_site(stand.folder, pages)
            stand.build_first(tell)
            stands.append(stand)
        except (CommandError, BadSiteError) as error:
            if contender.environment == CALLSITE.environment:
                raise
            left_out.append(f"{contender.title} is left out: {error}")
    for number in range(1, rounds + 1):
        for stand in stands:
            stand.build_round(number, tell)
    return {stand.contender.name: stand.figures for stand in stands}, left_out


def grow(
    callsite: Environment, pages: Sequence[Page], sizes: Sequence[int], rounds: int, scratch: Path, tell: Tell
) -> dict[int, Figures]:
    """Have Callsite build sites of several sizes, made out of the pages: figures by size."""
    stands = {}
    often = [size for size in sizes if size <= _ONCE]
    for size in often:
        stands[size] = _make_stand(CALLSITE, callsite, pages, size, scratch)
        stands[size].build_first(tell)
    for number in range(1, min(rounds, _MOST_ROUNDS) + 1):
        for size in often:
            stands[size].build_round(number, tell)
    for size in sizes:
        if size > _ONCE:
            stands[size] = _make_stand(CALLSITE, callsite, pages, size, scratch)
            stands[size].record_first(stands[size].build_first(tell))
            stands[size].build_again(1, tell)
    return {size: stands[size].figures for size in sizes}


def find_hugo_memory(hugo: Environment, pages: Sequence[Page], size: int, scratch: Path, tell: Tell) -> int:
    """The most memory that Hugo takes for a site of some size."""
    stand = _make_stand(HUGO, hugo, pages, size, scratch)
    stand.build_first(tell)
    return stand.memory


def measure_start(callsite: Environment, scratch: Path) -> tuple[float, float]:
    """The seconds of processors of `callsite --help` and of `python -c pass`, in turn."""
    commands: list[list[str | Path]] = [
        [callsite.find_program("callsite"), "--help"],
        [callsite.find_program("python"), "-c", "pass"],
    ]
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(_STARTS):
        for command, found in zip(commands, times, strict=True):
            found.append(measure(command, scratch, callsite.plan_variables(scratch)).processors)
    return median(times[0]), median(times[1])


def _make_stand(
    contender: Contender, environment: Environment, pages: Sequence[Page], size: int, scratch: Path
) -> Stand:
    """A tool with a site of some size, made out of the pages; the page that is edited is among the first.

    Raises BadSiteError when there is no room for it.
    """
    if shutil.disk_usage(scratch).free < size * _ROOM:
        need = f"{size * _ROOM / 1e9:.1f} GB for {size:,} pages"
        raise BadSiteError(
            f"{scratch.parent}: has no room of {need}; set TMPDIR to another folder, or name smaller --sizes"
        )
    folder = scratch / f"{contender.name}-{size}"
    contender.write_site(folder, copy_pages(pages, size))
    first = list(copy_pages(pages, min(size, len(pages))))
    return Stand(contender, environment, folder, first[len(first) // 2], size, first[:_LOOKED_AT])
