"""Which files of a site's content are pages, which are articles, and which are copied as they are.

The rules are those of Pelican 4.12 (`Generator.get_files`, and the part of its settings that keeps pages and articles
apart).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from callsite.build import ENDINGS, place_of
from callsite.errors import CallsiteError
from callsite.records import dataclass

# Pelican's own values of the settings that are not set.
_USUAL = {
    "THEME_STATIC_PATHS": ("static",),
    "PAGE_PATHS": ("pages",),
    "ARTICLE_PATHS": ("",),
    "STATIC_PATHS": ("images",),
    "IGNORE_FILES": ("**/.*",),
}


# The endings of Pelican's other readers.
_FOREIGN = (".rst", ".html", ".htm")


@dataclass(frozen=True, slots=True)
class ContentFiles:
    """The files of a site as paths below its folder of content, with `/` between folders, in order. Those that are
    `foreign` are pages and articles in other formats, which Pelican reads by itself.
    """

    pages: tuple[str, ...]
    articles: tuple[str, ...]
    foreign: tuple[str, ...]
    statics: tuple[str, ...]


def find_files(content: Path, settings: Mapping[str, Any]) -> ContentFiles:
    """Look for the files that a site is made from; `settings` are those that its settings file sets."""
    pages, articles = _read(settings, "PAGE_PATHS"), _read(settings, "ARTICLE_PATHS")
    if not any(os.path.exists(content / folder) for folder in (*pages, *articles)):
        pages = [""]  # a plain folder of pages
    ignored = _read(settings, "IGNORE_FILES")
    found = {
        "page": sorted(set(_walk(content, pages, (*_read(settings, "PAGE_EXCLUDES"), *articles), ignored))),
        "article": sorted(set(_walk(content, articles, (*_read(settings, "ARTICLE_EXCLUDES"), *pages), ignored))),
        "static": sorted(
            set(_walk(content, _read(settings, "STATIC_PATHS"), _read(settings, "STATIC_EXCLUDES"), ignored))
        ),
    }
    own = {kind: tuple(path for path in found[kind] if path.endswith(ENDINGS)) for kind in ("page", "article")}
    foreign = tuple(path for kind in own for path in found[kind] if path.endswith(_FOREIGN))
    sources = {*own["page"], *own["article"], *foreign} if settings.get("STATIC_EXCLUDE_SOURCES", True) else set()
    statics = tuple(path for path in found["static"] if path not in sources)
    return ContentFiles(own["page"], own["article"], foreign, statics)


def list_all(content: Path) -> list[str]:
    """All files below a folder of content that are no pages, whether they are copied or not."""
    return [path for path in _walk(content, [""], (), ()) if not path.endswith((*ENDINGS, *_FOREIGN))]


def find_theme_files(theme: str, settings: Mapping[str, Any]) -> frozenset[str] | None:
    """A theme's own files as paths below the output; None when the theme is not known."""
    if not os.path.isdir(theme):
        return None
    name = str(settings.get("THEME_STATIC_DIR", "theme"))
    folders = _read(settings, "THEME_STATIC_PATHS")
    files = (f"{name}/{path}" for folder in folders for path in _walk(Path(theme, folder), [""], (), ()))
    return frozenset(files)


def find_templates(theme: str) -> frozenset[str]:
    """The names of a theme's templates, without their ending; those that Callsite asks for when it is not known."""
    try:
        return frozenset(os.path.splitext(name)[0] for name in os.listdir(os.path.join(theme, "templates")))
    except OSError:
        return frozenset({"list", "redirect"})


def _read(settings: Mapping[str, Any], key: str) -> list[str]:
    value = settings.get(key, _USUAL.get(key, ()))
    paths = [value] if isinstance(value, str) else value
    if not isinstance(paths, list | tuple | set | frozenset) or any("\0" in str(path) for path in paths):
        raise CallsiteError(f"{key} cannot be {value!r}; write a list of paths in the settings file")
    return [str(path) for path in paths]


def _stop(error: OSError) -> None:
    """A folder that cannot be read may hold pages: without them, all would seem well."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return  # settings may name folders that are not there
    place = place_of(str(error.filename))
    raise CallsiteError(f"{place}: cannot be read: {error.strerror}; make it readable") from error


def _walk(content: Path, folders: Iterable[str], excluded: Iterable[str], ignored: Iterable[str]) -> Iterator[str]:
    shut = {os.path.join(content, path) for path in excluded if path}
    for folder in folders:
        start = os.path.join(content, folder) if folder else str(content)
        if os.path.isfile(start):
            yield folder
        for root, inside, names in os.walk(start, onerror=_stop, followlinks=True):
            here = os.path.realpath(root) + os.sep
            inside[:] = [
                name
                for name in inside
                if os.path.join(root, name) not in shut
                and not any(fnmatch(name, pattern) for pattern in ignored)
                # A link to a folder around it would be followed for ever.
                and not here.startswith(os.path.realpath(os.path.join(root, name)) + os.sep)
            ]
            for name in names:
                if not any(fnmatch(name, pattern) for pattern in ignored):
                    yield os.path.relpath(os.path.join(root, name), content).replace(os.sep, "/")
