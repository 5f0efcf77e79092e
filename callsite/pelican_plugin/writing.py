"""Files that a run writes beside its pages."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from callsite.model import Place, Problem


def write_file(folder: Path, path: str, *pieces: bytes) -> Problem | None:
    """Write a file into the output; returns what is wrong when something else has its place."""
    target = folder / path
    try:
        with _open(target) as file:
            file.writelines(pieces)
    except (FileExistsError, IsADirectoryError, NotADirectoryError):
        message = f"the output file `{path}` cannot be made, what has its name or a part of it is in the way"
        return Problem(Place(path), "S111", message, "give the page or file there another name")
    return None


def _open(path: Path) -> BinaryIO:
    try:
        return open(path, "wb")
    except FileNotFoundError:  # its folder is not there yet
        path.parent.mkdir(parents=True, exist_ok=True)
        return open(path, "wb")
