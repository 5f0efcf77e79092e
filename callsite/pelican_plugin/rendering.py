"""Templates of pages and lists, rendered side by side when all else is known.

A page or list that looks as it did in the build before is not rendered: its file is still there and comes along.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TextIO

from pelican.contents import Content
from pelican.utils import sanitised_join
from pelican.writers import Writer

from callsite.cache import find_key
from callsite.forking import work_side_by_side
from callsite.making import PORTION
from callsite.model import Problem
from callsite.pelican_plugin.bodies import forget_bodies
from callsite.pelican_plugin.keys import Keys
from callsite.pelican_plugin.run import Run, current_run
from callsite.pelican_plugin.shells import Shells
from callsite.pelican_plugin.twinning import Twins, TwinsOfPage
from callsite.records import dataclass, replace

# The record of all files that have waited, in the build before.
_WRITTEN = find_key("written")


@dataclass(frozen=True)
class _Job:
    """A file that waits: its path below the output, what writes it, and its hint and what finds its key, if it can have
    those. `page` is the page that it shows; `source` is that of a page with twins, and `document` where its Markdown
    goes.
    """

    name: str
    write: Callable[[], None]
    hint: bytes = b""
    find_key: Callable[[], bytes] | None = None
    page: Content | None = None
    source: str = ""
    document: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """All files that are written."""
        return (self.name, self.document) if self.document else (self.name,)

    @cached_property
    def key(self) -> bytes | None:
        """What tells the files from all others."""
        return self.find_key() if self.find_key else None


class WaitingWriter(Writer):
    """Pelican's writer, but pages and lists wait in the run until `write_waiting`.

    Which of two files with one name wins is settled when they come in, as Pelican has it.
    """

    def write_file(self, name: str, template: Any, context: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        """Render a template and write the file, now or later."""
        write = partial(super().write_file, name, template, context, *args, **kwargs)
        page, run = kwargs.get("page"), current_run()
        if not ("listed" in kwargs or run.makes(page)):
            write()
            return
        if page is not None:
            # Links settle where static files go, in the order of pages and before those are copied.
            page._update_content(page._content, page.get_siteurl())
        if self._claim(sanitised_join(self.output_path, name), override=bool(kwargs.get("override_output"))):
            run.waiting.append((name, write, kwargs))

    def _claim(self, path: str, override: bool) -> bool:
        """Whether a file is for whoever asks for it here. Pelican decides, when another has asked for it."""
        if not override and path not in self._written_files:  # so are those that are overridden
            self._written_files.add(path)
            return True
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with self._open_w(path, "utf-8", override=override) as file:
            is_ours: bool = file.name != os.devnull
        return is_ours

    def _open_w(self, filename: str, encoding: str, override: bool = False) -> TextIO:  # Pelican's
        if current_run().is_writing:  # whether it may be written was settled when it came in
            return open(filename, "w", encoding=encoding)
        file: TextIO = super()._open_w(filename, encoding, override=override)
        return file


def write_waiting(run: Run, twins: Twins) -> Iterator[Problem]:
    """Write all that waits and the twins of pages, or bring it along from the build before; gives what cannot be
    written. Where nothing waits, since another plugin may change what is written, the twins are made here.
    """
    # In production what templates ask for is told by rendering them: it gets other names.
    keys = Keys(run, run.described) if run.described and not run.theme_files.is_production else None
    known = _read_written(run.cache.find(_WRITTEN))
    jobs = tuple(_plan(name, write, told, keys, known, twins) for name, write, told in run.waiting)
    run.waiting.clear()
    brought = [job for job in jobs if job.name in known and _bring_along(job, known, run)]
    run.written = {job.name: (job.hint, job.key, job.names) for job in brought if job.key}
    missing = [job for job in jobs if job.name not in run.written]
    run.is_writing = True
    shells = Shells(run, twins, keys)

    def work(job: _Job) -> tuple[frozenset[str], bytes | None, bytes, bytes, tuple[Problem, ...]]:
        job.write()
        made = twins.write(job.source) if job.source else TwinsOfPage()
        shell = shells.make(job.page, job.name, made) if job.page else b""
        forget_bodies()
        gc.collect(0)  # what a template makes refers to itself, and nobody else looks for that during a run
        return frozenset(run.theme_files.asked), job.key, made.entry, shell, made.problems

    entries = {job.source: _name_entry(job.source, job.key) for job in brought if job.source}
    done = work_side_by_side(work, missing, run.processes, PORTION)
    for job in brought:
        if job.page:
            shells.keep(job.page.source_path, job.key, None)
    for job, (asked, key, entry, shell, wrong) in zip(missing, done, strict=True):
        run.theme_files.asked |= asked
        yield from wrong
        if key:
            run.written[job.name] = job.hint, key, job.names
        if job.source:
            entries[job.source] = _name_entry(job.source, key)
            run.cache.keep(entries[job.source], entry)
        if job.page:
            shells.keep(job.page.source_path, key, shell)
    run.is_writing = False
    late: list[Problem] = []

    def find_entry(source: str) -> bytes:
        entry = run.cache.find(entries[source]) if source in entries else None
        if entry is None:  # it has not waited, or its record is damaged
            made = twins.write(source)
            late.extend(made.problems)
            return made.entry
        return entry

    yield from twins.write_common(find_entry)
    yield from late
    shells.finish(entries)


def number_written(run: Run) -> dict[str, tuple[int, ...]]:
    """The numbers on the disk of the files that have waited, in the staging folder."""
    return {name: _number(run.staging.path, names) for name, (_, _, names) in run.written.items()}


def note_written(run: Run, numbers: Mapping[str, tuple[int, ...]]) -> None:
    """Remember the files that have waited as they are now, in the output; `numbers` are those that they had before they
    came there, since another build may have put its own in their place.
    """
    written = {
        name: (hint, key, *_stat(run.output, names))
        for name, (hint, key, names) in run.written.items()
        if _number(run.output, names) == numbers[name]
    }
    run.cache.keep(_WRITTEN, pickle.dumps(written))


def _plan(
    name: str,
    write: Callable[[], None],
    told: dict[str, Any],
    keys: Keys | None,
    known: Mapping[str, tuple[Any, ...]],
    twins: Twins,
) -> _Job:
    """The job of a file that waits; `told` are the words that its template is told, `known` says what was written
    before.
    """
    page = told.get("page")
    twin = twins.find(page.source_path) if page else None
    job = _Job(name, write, page=page)
    if page and twin:
        job = replace(job, source=page.source_path, document=twins.find_document(page.source_path))
    if keys is None:
        return job
    find: Callable[[], bytes]
    if page:
        hint, find = keys.hint_page(page), partial(keys.find_page, page, twin)
    else:
        hint, find = keys.hint_list(told["listed"]), partial(keys.find_list, told["listed"], told["sidebar"])
    before = known.get(name)
    return replace(job, hint=hint, find_key=(lambda: before[1]) if before and before[0] == hint else find)


def _bring_along(job: _Job, known: Mapping[str, tuple[Any, ...]], run: Run) -> bool:
    """Whether files are the same as in the build before, still there as that has left them, and now here."""
    if job.key is None or (job.source and not run.cache.has(_name_entry(job.source, job.key))):
        return False
    is_here = False
    with contextlib.suppress(OSError):
        if known[job.name][1:] == (job.key, *_stat(run.output, job.names)):
            for name in job.names:
                _link(os.path.join(run.output, name), os.path.join(run.staging.path, name))
            # Another build may have put its own in their place meanwhile.
            is_here = known[job.name][1:] == (job.key, *_stat(run.staging.path, job.names))
    if not is_here:
        for name in job.names:  # what is written next must not go into the files of the output
            Path(run.staging.path, name).unlink(missing_ok=True)
    return is_here


def _link(old: str, new: str) -> None:
    """Let a file stand here, too. Raises OSError when that cannot be, and then there is none."""
    try:
        os.link(old, new)
    except OSError:  # its folder is not there yet, something else stands here, or there are no links on this disk
        os.makedirs(os.path.dirname(new), exist_ok=True)
        Path(new).unlink(missing_ok=True)
        try:
            os.link(old, new)
        except OSError:
            shutil.copy2(old, new)


def _name_entry(source: str, key: bytes | None) -> bytes:
    return find_key("entry", key or source)


def _read_written(data: bytes | None) -> dict[str, tuple[Any, ...]]:
    return pickle.loads(data) if data else {}  # noqa: S301  # our own


def _number(folder: str | Path, names: tuple[str, ...]) -> tuple[int, ...]:
    try:
        return tuple(os.lstat(os.path.join(folder, name)).st_ino for name in names)
    except OSError:
        return ()


def _stat(folder: str | Path, names: tuple[str, ...]) -> tuple[int, ...]:
    """The sizes and times of files in a folder."""
    found = [os.lstat(os.path.join(folder, name)) for name in names]
    return tuple(figure for each in found for figure in (each.st_size, each.st_mtime_ns))
