"""Files of content to pages: the loading phase of a build, without Pelican."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Collection
from dataclasses import dataclass

from callsite.check.metadata import check_meta
from callsite.header import RESERVED
from callsite.model import Page, Place, Problem
from callsite.page import parse_page
from callsite.text import decode_text


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file of content, read and checked; `problems` are all that was found on the way, by line."""

    page: Page
    problems: tuple[Problem, ...]


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
        at = place_of(path)
        try:
            if not stat.S_ISREG(os.stat(path).st_mode):  # a pipe would keep the build waiting for ever
                raise OSError(errno.EINVAL, "Not a file")
            with open(path, "rb") as file:
                data = file.read()
        except OSError as error:
            problems = (Problem(at, "T100", f"cannot be read: {error.strerror}", "make it readable"),)
            return Loaded(Page(parse_page("")[0].meta, (), at), problems)
        text, found = decode_text(data, at.path)
        page, parsed = parse_page(text, at.path)
        checked = check_meta(page.meta, at, required=required, own=self._own, reserved=RESERVED)
        return Loaded(page, tuple(sorted({*found, *parsed, *checked})))


def place_of(path: str, line: int = 0) -> Place:
    """Where a file stands, as the person who started the build would name it."""
    near = os.path.relpath(path)
    return Place(path if near.startswith(os.pardir + os.sep + os.pardir) else near, line)
