"""Paths of files below a folder, with `/` between folders."""

from __future__ import annotations

from collections.abc import Iterator


def list_folders(path: str) -> Iterator[str]:
    """The folders that a file is in, the innermost first; none for one at the top."""
    while path := path.rpartition("/")[0]:
        yield path
