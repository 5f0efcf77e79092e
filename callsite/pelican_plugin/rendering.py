"""Templates of pages and lists, rendered side by side when all else is known."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TextIO

from pelican.contents import Page
from pelican.utils import sanitised_join
from pelican.writers import Writer

from callsite.forking import work_side_by_side
from callsite.making import PORTION
from callsite.pelican_plugin.bodies import forget_bodies
from callsite.pelican_plugin.run import current_run

# Writes a file.
Job = Callable[[], None]


class WaitingWriter(Writer):
    """Pelican's writer, but pages and lists wait until `write_waiting`.

    Which of two files with one name wins is settled when they come in, as Pelican has it.
    """

    def __init__(self, output_path: str, settings: dict[str, Any]) -> None:
        super().__init__(output_path, settings)
        self._waiting: list[tuple[Job, Page | None]] = []
        self._is_writing = False
        current_run().writer = self

    def write_file(self, name: str, template: Any, context: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        """Render a template and write the file, now or later."""
        job = partial(super().write_file, name, template, context, *args, **kwargs)
        page = kwargs.get("page")
        if not ("listed" in kwargs or current_run().makes(page)):
            job()
            return
        if page is not None:
            # Links settle where static files go, in the order of pages and before those are copied.
            page._update_content(page._content, page.get_siteurl())
        path = sanitised_join(self.output_path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with self._open_w(path, "utf-8", override=bool(kwargs.get("override_output"))) as file:
            is_taken = file.name == os.devnull
        if not is_taken:
            self._waiting.append((job, page))

    def write_waiting(self, also: Callable[[Page], Any], processes: int) -> Iterator[Any]:
        """Write all that waits, and do `also` for each page among it, in the same process; gives what that returns."""

        def write(item: tuple[Job, Page | None]) -> Any:
            job, page = item
            job()
            forget_bodies()
            return also(page) if page is not None else None

        self._is_writing = True
        waiting, self._waiting = self._waiting, []
        results = work_side_by_side(write, waiting, processes, PORTION)
        return (result for (_, page), result in zip(waiting, results, strict=True) if page is not None)

    def _open_w(self, filename: str, encoding: str, override: bool = False) -> TextIO:  # Pelican's
        if self._is_writing:  # whether it may be written was settled when it came in
            return open(filename, "w", encoding=encoding)
        file: TextIO = super()._open_w(filename, encoding, override=override)
        return file
