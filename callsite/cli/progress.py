"""What a long run shows on a terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from callsite.wording import make_printable

# Called with what is going on, how much of it is done, and how much there is (0: not known).
Progress = Callable[[str, int, int], None]


@contextlib.contextmanager
def show_progress() -> Iterator[Progress]:
    """A progress display on the terminal; elsewhere nothing is shown."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    # Importing it takes as long as a short run.
    from rich import console as consoles  # noqa: PLC0415  # see above
    from rich import progress as bars  # noqa: PLC0415  # see above

    columns = (
        bars.TextColumn("{task.description}", markup=False),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeElapsedColumn(),
    )
    # What is printed meanwhile goes above the display when both are on the terminal; else it must go where it is meant.
    with bars.Progress(
        *columns,
        console=consoles.Console(stderr=True, soft_wrap=True),  # paths must not be broken
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    ) as display:
        task = display.add_task("", total=None)

        def show(what: str, done: int, whole: int) -> None:
            display.update(task, description=make_printable(what), completed=done, total=whole or None)

        yield show
