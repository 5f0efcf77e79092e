"""The pages of a site as files: reading those there are, adding new ones, changing one without losing a byte of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from callsite.build import ENDINGS, place_of
from callsite.errors import CallsiteError
from callsite.model import Page
from callsite.opening import open_file
from callsite.page import parse_page
from callsite.records import dataclass
from callsite.storing import finish_file, new_file, sweep, write_whole


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
