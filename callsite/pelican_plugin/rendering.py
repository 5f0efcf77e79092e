"""Templates of pages and lists, rendered side by side when all else is known.

A page or list that looks as it did in the build before is not rendered: its file is still there and comes along.
"""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from pelican.utils import sanitised_join
from pelican.writers import Writer

from callsite.cache import find_key
from callsite.forking import work_side_by_side
from callsite.making import PORTION
from callsite.pelican_plugin.bodies import forget_bodies
from callsite.pelican_plugin.keys import Keys
from callsite.pelican_plugin.run import current_run

# The record of all files that have waited, in the build before.
_WRITTEN = find_key("written")


@dataclass(frozen=True, slots=True)
class _Job:
    """A file that waits: its path below the output, what writes it, and its key, if it has one."""

    name: str
    write: Callable[[], None]
    key: bytes | None


class WaitingWriter(Writer):
    """Pelican's writer, but pages and lists wait until `write_waiting`.

    Which of two files with one name wins is settled when they come in, as Pelican has it.
    """

    def __init__(self, output_path: str, settings: dict[str, Any]) -> None:
        super().__init__(output_path, settings)
        self._waiting: list[tuple[str, Callable[[], None], dict[str, Any]]] = []
        self._is_writing = False
        self._written: list[_Job] = []
        current_run().writer = self

    def write_file(self, name: str, template: Any, context: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        """Render a template and write the file, now or later."""
        write = partial(super().write_file, name, template, context, *args, **kwargs)
        page = kwargs.get("page")
        if not ("listed" in kwargs or current_run().makes(page)):
            write()
            return
        if page is not None:
            # Links settle where static files go, in the order of pages and before those are copied.
            page._update_content(page._content, page.get_siteurl())
        path = sanitised_join(self.output_path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with self._open_w(path, "utf-8", override=bool(kwargs.get("override_output"))) as file:
            is_taken = file.name == os.devnull
        if not is_taken:
            self._waiting.append((name, write, kwargs))

    def write_waiting(self) -> None:
        """Write all that waits, or bring it along from the build before."""
        run = current_run()
        # In production what templates ask for is told by rendering them: it gets other names.
        keys = Keys(run, run.described) if run.described and not run.theme_files.is_production else None
        jobs = [_Job(name, write, _find_key(keys, kwargs)) for name, write, kwargs in self._waiting]
        self._waiting.clear()
        self._is_writing = True
        known = _read_written(run.cache.find(_WRITTEN))
        old, new = Path(run.output), Path(self.output_path)
        missing = [job for job in jobs if not _bring_along(job, known, old, new)]
        for asked in work_side_by_side(_write, missing, run.processes, PORTION):
            run.theme_files.asked |= asked
        self._written = jobs

    def note_written(self) -> None:
        """Remember the files that have waited as they are now, in the output."""
        run = current_run()
        written = {job.name: (job.key, *_stat(Path(run.output, job.name))) for job in self._written if job.key}
        run.cache.keep(_WRITTEN, pickle.dumps(written))

    def _open_w(self, filename: str, encoding: str, override: bool = False) -> TextIO:  # Pelican's
        if self._is_writing:  # whether it may be written was settled when it came in
            return open(filename, "w", encoding=encoding)
        file: TextIO = super()._open_w(filename, encoding, override=override)
        return file


def _bring_along(job: _Job, known: dict[str, tuple[Any, ...]], old: Path, new: Path) -> bool:
    """Whether a file is the same as in the build before, still there as that has left it, and now here."""
    if job.key is None or job.name not in known:
        return False
    try:
        if known[job.name] != (job.key, *_stat(old / job.name)):
            return False
        os.unlink(new / job.name)
        try:
            os.link(old / job.name, new / job.name)
        except OSError:  # there are no links on this disk
            shutil.copy2(old / job.name, new / job.name)
    except OSError:
        return False
    return True


def _write(job: _Job) -> frozenset[str]:
    """Write a file; returns the files of the theme that templates have asked for so far."""
    job.write()
    forget_bodies()
    return frozenset(current_run().theme_files.asked)


def _find_key(keys: Keys | None, told: dict[str, Any]) -> bytes | None:
    if keys is None:
        return None
    page = told.get("page")
    return keys.find_list(told["listed"], told["sidebar"]) if page is None else keys.find_page(page)


def _read_written(data: bytes | None) -> dict[str, tuple[Any, ...]]:
    return pickle.loads(data) if data else {}  # noqa: S301  # our own


def _stat(path: Path) -> tuple[int, int]:
    found = os.lstat(path)
    return found.st_size, found.st_mtime_ns
