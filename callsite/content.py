"""The pages of a site as files: reading those there are, adding new ones, changing one without losing a byte of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from callsite.build import ENDINGS, place_of
from callsite.errors import CallsiteError
from callsite.harvest.choosing import Choice, Example
from callsite.harvest.drafting import Subject, draft_page
from callsite.harvest.merging import add_examples, find_new
from callsite.harvest.slugs import plan_path, plan_slug, plan_sortorder
from callsite.model import Page, Place
from callsite.opening import open_file
from callsite.page import format_page, parse_page
from callsite.storing import finish_file, new_file, sweep, write_whole
from callsite.symbol import find_symbol


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file of content: where it is, its bytes as they are on the disk, and the page they hold."""

    path: Path
    data: bytes
    page: Page

    @property
    def text(self) -> str:
        """The text of the file, line ends and byte order mark included."""
        return self.data.decode()


def load_page(path: Path) -> PageFile:
    """Read one page. Raises CallsiteError, with the place, when it cannot be read or is not UTF-8."""
    at = place_of(str(path))
    try:
        with open_file(path) as file:
            data = file.read()
        text = data.decode()
    except OSError as error:
        raise CallsiteError(f"{at}: cannot be read, {error.strerror}; make it readable") from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CallsiteError(
            f"{at}:{line}: byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8"
        ) from error
    page, _ = parse_page(text, at.path)
    return PageFile(path, data, page)


def load_pages(folder: Path) -> Iterator[PageFile]:
    """All Markdown pages below a folder, in the order of their paths; links to folders are not followed."""
    for root, folders, names in os.walk(folder):
        folders.sort()
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in sorted(names):
            # A link to nowhere is for the build to report; no new page needs it.
            if name.endswith(ENDINGS) and not name.startswith(".") and os.path.exists(os.path.join(root, name)):
                yield load_page(Path(root, name))


def write_new(path: Path, text: str) -> None:
    """Write a file that must not be there yet. Raises CallsiteError when it is, and when it cannot be written."""
    place = place_of(str(path))
    try:
        with new_file(path.parent) as (file, part):
            file.write(text.encode())
            finish_file(file, part)
            _name(part, path)
    except FileExistsError as error:
        raise CallsiteError(f"{place}: is there already, and stays as it is; call the command again") from error
    except OSError as error:
        raise CallsiteError(
            f"{place}: cannot be written, {error.strerror}; make room, or name another folder"
        ) from error
    sweep(path.parent)


def _name(part: Path, path: Path) -> None:
    """Give a file a name that is still free."""
    try:
        os.link(part, path)  # unlike renaming, this never replaces a file
    except FileExistsError:
        raise
    except OSError:  # some file systems have no links
        with path.open("xb"):
            part.replace(path)


def change_page(file: PageFile, text: str) -> None:
    """Give a page new text, in one step. Raises CallsiteError when somebody has changed the file since it was read."""
    if load_page(file.path).data != file.data:
        raise CallsiteError(f"{place_of(str(file.path))}: was changed meanwhile; call the command again")
    path = file.path.resolve()
    mode = path.stat().st_mode
    write_whole(path, text.encode())
    with contextlib.suppress(OSError):  # it is written, and that counts
        path.chmod(mode & 0o777)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done with the page of a symbol.

    `path` is where it is or will be, `before` the file as it is now (None when there is none), `after` the text it
    should have, and `added` the examples that this brings.
    """

    path: Path
    before: PageFile | None
    after: str
    added: tuple[Example, ...]

    @property
    def is_new(self) -> bool:
        """Whether there is no page yet."""
        return self.before is None

    @property
    def place(self) -> Place:
        """The file as the user would name it."""
        return place_of(str(self.path))


class Shelf:
    """The pages of a site that new ones have to fit in with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = list(load_pages(folder))

    def find_page(self, subject: Subject) -> PageFile | None:
        """The page about a symbol, under any of its names."""
        target = subject.target
        names = {str(subject.symbol), *((target.canonical, *target.paths) if target else ())}
        for file in self._files:
            symbol = find_symbol(file.page.meta)
            if symbol is not None and symbol.module and not {str(symbol), *file.page.meta.aliases}.isdisjoint(names):
                return file
        return None

    def plan_page(self, subject: Subject, choice: Choice) -> Plan:
        """Plan the page of a symbol: a draft, or the page that is there with what it does not have yet."""
        symbol = subject.symbol
        held = self.find_page(subject)
        if held is not None:
            added = find_new(held.page, choice.examples)
            return Plan(
                held.path,
                held,
                add_examples(held.text, added, symbol.name, str(place_of(str(held.path)))) if added else held.text,
                added,
            )
        metas = [file.page.meta for file in self._files]
        slug = plan_slug(symbol, {meta.slug for meta in metas})
        taken, path = _find_free(self.folder / plan_path(symbol, slug))
        known = {file.path for file in self._files}
        news = [one for one in taken if one.is_file() and one not in known]
        if news:  # another run has written them by now
            self._files += map(load_page, news)
            return self.plan_page(subject, choice)
        page = draft_page(subject, choice, slug, plan_sortorder(symbol, metas))
        return Plan(path, None, format_page(page), choice.examples)

    def write_page(self, plan: Plan) -> None:
        """Do what was planned. Raises CallsiteError when somebody else has written the file since."""
        if plan.before is not None:
            change_page(plan.before, plan.after)
            return
        write_new(plan.path, plan.after)
        self._files.append(load_page(plan.path))


def _find_free(wanted: Path) -> tuple[list[Path], Path]:
    """The paths that something is at already, and the first free one after them; the first of all is `wanted`."""
    taken: list[Path] = []
    path = wanted
    while path.exists():
        taken.append(path)
        path = wanted.with_stem(f"{wanted.stem}-{len(taken) + 1}")
    return taken, path
