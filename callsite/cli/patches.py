"""How commands show what they would change in a page."""

from __future__ import annotations

import sys
from pathlib import Path

from callsite.build import place_of
from callsite.patch import format_patch
from callsite.wording import make_visible


def show_patch(before: str, after: str, path: Path) -> None:
    """Print a patch of the file at a path: as it is where a program reads it, with invisible characters named on a
    terminal.
    """
    patch = format_patch(before, after, str(place_of(str(path))))
    if sys.stdout.isatty():
        print(make_visible(patch), end="", flush=True)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(patch.encode("utf-8", "surrogateescape"))
        sys.stdout.buffer.flush()
