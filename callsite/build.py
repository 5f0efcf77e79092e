"""Files of content to pages: the loading phase of a build, without Pelican."""

from __future__ import annotations

import os
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

from callsite.check.metadata import check_meta
from callsite.header import RESERVED
from callsite.model import Meta, Page, Place, Problem
from callsite.opening import open_file
from callsite.page import parse_head, parse_page, parse_page_again
from callsite.records import dataclass
from callsite.text import decode_text

# The endings Pelican knows Markdown files by.
ENDINGS = (".md", ".markdown", ".mkd", ".mdown")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file of content, read and checked; `problems` are all that was found on the way, by line. `text` is what the
    page was read from.
    """

    page: Page
    problems: tuple[Problem, ...]
    text: str = ""


class Loader:
    """Loads pages.

    `own` are the metadata keys the site has made up.
    """

    def __init__(self, own: Collection[str] = ()) -> None:
        self._own = own

    def load_page(self, path: str, required: Collection[str] = ("title",)) -> Loaded:
        """Load one file; whatever is in it, or if it cannot be read, there is a page and there are problems.

        `required` are the metadata keys that the file itself has to have.
        """
        data, trouble = read_file(path)
        if trouble:
            return Loaded(Page(Meta(), (), place_of(path)), trouble)
        return self.read_page(path, data, required)

    def read_page(self, path: str, data: bytes, required: Collection[str] = ("title",)) -> Loaded:
        """As `load_page`, from what is in the file."""
        at = place_of(path)
        text, found = decode_text(data, at.path)
        page, parsed = parse_page(text, at.path)
        checked = check_meta(page.meta, at, required=required, own=self._own, reserved=RESERVED)
        return Loaded(page, tuple(sorted({*found, *parsed, *checked})), text)


def read_again(path: str, data: bytes) -> Page:
    """The page of `Loader.read_page`, when what is wrong with it is known."""
    at = place_of(path)
    return parse_page_again(decode_text(data, at.path)[0], at.path)


def read_file(path: str) -> tuple[bytes, tuple[Problem, ...]]:
    """What is in a file of content. One that cannot be read has nothing in it, and a problem that says why."""
    try:
        with open_file(Path(path)) as file:
            return file.read(), ()
    except OSError as error:
        return b"", (Problem(place_of(path), "T100", f"cannot be read: {error.strerror}", "make it readable"),)


def load_head(path: str) -> Page:
    """Read the metadata of a page alone, whatever else is in the file; none when it cannot be read."""
    data, _ = read_file(path)
    return read_head(path, data)


def read_head(path: str, data: bytes) -> Page:
    """As `load_head`, from what is in the file."""
    at = place_of(path, 1)
    text, _ = decode_text(data, at.path)
    return Page(parse_head(text, at.path), (), at)


def place_of(path: str, line: int = 0) -> Place:
    """Where a file stands, as the person who started the build would name it."""
    return Place(_shorten(path, os.getcwd()), line)


@lru_cache(maxsize=2**14)  # a build asks for each of its files again and again
def _shorten(path: str, folder: str) -> str:
    near = os.path.relpath(path, folder)
    return path if near.startswith(os.pardir + os.sep + os.pardir) else near
