"""The path and the address of one page, article or other file, from its metadata and where its source is."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from callsite.addressing.settings import SiteSettings
from callsite.addressing.slugs import slugify, slugify_group, split_names
from callsite.header import list_entries
from callsite.model import Meta
from callsite.records import replace

# What stands in a path for what cannot be told; no file's name can have it.
OPEN = "\0"

_DATE = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:[T _](\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?"
)

# Keys whose empty value counts as none.
_NEVER_EMPTY = frozenset({"author", "category", "slug", "status"})


class _Unknown:
    """A value that cannot be told."""

    def __format__(self, form: str) -> str:
        return OPEN

    def __str__(self) -> str:
        return OPEN

    def __getattr__(self, name: str) -> _Unknown:
        return self

    def __getitem__(self, key: object) -> _Unknown:
        return self


class _Moment(datetime):
    """A date that is written as Pelican does, without what depends on the language of the system."""

    def __format__(self, form: str) -> str:
        return re.sub(r"%(-?)(.)", self._write, form) if form else OPEN

    def _write(self, directive: re.Match[str]) -> str:
        stripped, letter = directive.groups()
        if letter in "aAbBcpxXzZ":
            return OPEN
        if letter not in "dfGHIjmMSuUVwWyY%":
            return directive[0]
        text = self.strftime(f"%{letter}")
        return (text.lstrip("0") or "0") if stripped else text


class _Values(dict[str, Any]):
    def __missing__(self, key: str) -> _Unknown:
        return _Unknown()


def plan_metadata(source: str, settings: SiteSettings) -> dict[str, str]:
    """The metadata that the settings give a file by its path below the content; what is in the file itself comes
    before it.
    """
    given = dict(settings.default_metadata)
    if settings.category_save_as:
        given["category"] = settings.default_category
    if settings.default_date and settings.default_date != "fs":
        given["date"] = settings.default_date
    for path, metadata in sorted(settings.extra_path_metadata.items()):
        if source == path or source.startswith(posixpath.join(path, "")):
            given |= metadata
    folder, name = posixpath.split(source)
    checks = [
        (settings.filename_metadata, posixpath.splitext(name)[0]),
        (settings.path_metadata, source),
        ("(?P<category>.*)", posixpath.basename(folder))
        if settings.use_folder_as_category and settings.category_save_as
        else ("", ""),
    ]
    found: dict[str, str] = {}
    for pattern, text in checks:
        match = _match(pattern, text) if pattern and text else None
        for key, value in match.groupdict().items() if match else ():
            if value is not None:
                found.setdefault(key.lower(), value)
    given |= found
    return {key: value for key, value in given.items() if value.strip() or key not in _NEVER_EMPTY}


def complete_meta(meta: Meta, source: str, settings: SiteSettings) -> Meta:
    """A file's metadata with the language and status that the settings give it by its path."""
    given = plan_metadata(source, settings)
    keys = [key for key in ("lang", "status") if key in given and key not in dict(meta.others)]
    return replace(meta, others=(*meta.others, *((key, (given[key],)) for key in keys))) if keys else meta


def plan_path(meta: Meta, source: str, settings: SiteSettings, is_article: bool) -> str:
    """The path below the output of the file that Pelican writes for a page or article, whose source has the path
    `source` below the content. "" when there is none or it cannot be told.
    """
    return _only_whole(plan_place(meta, source, settings, is_article))


def plan_place(meta: Meta, source: str, settings: SiteSettings, is_article: bool) -> str:
    """As `plan_path`; where no more than the folder can be told, that with a slash behind."""
    values = _gather(meta, source, settings)
    return close_path(_plan("save_as", values, source, settings, "article" if is_article else "page"))


def plan_foreign_place(source: str, settings: SiteSettings, is_article: bool) -> str:
    """As `plan_place`, for a page in another format, whose metadata is not known."""
    values = {"slug": OPEN, **plan_metadata(source, settings)}
    return close_path(_plan("save_as", values, source, settings, "article" if is_article else "page"))


def plan_url(meta: Meta, source: str, settings: SiteSettings, is_article: bool) -> str:
    """The address of a page or article below the site's root, as in `plan_path`."""
    url = _plan("url", _gather(meta, source, settings), source, settings, "article" if is_article else "page")
    return "" if OPEN in url else url


def plan_static_path(source: str, settings: SiteSettings) -> str:
    """The path below the output of a file that is copied there; "" when it cannot be told."""
    path = close_path(_plan("save_as", plan_metadata(source, settings), source, settings, "static"))
    return posixpath.normpath(path) if _only_whole(path) else ""


def close_path(path: str) -> str:
    """A path, or the folder of one with something in it that cannot be told, with a slash behind."""
    known, rest, _ = path.partition(OPEN)
    return known.rpartition("/")[0] + "/" if rest else path


def read_date(meta: Meta, source: str, settings: SiteSettings) -> datetime | None:
    """The date of an article, None when it has none or it cannot be read here."""
    moment = _read_moment(_gather(meta, source, settings).get("date", ""))
    return moment if isinstance(moment, datetime) else None


def find_slug(meta: Meta, source: str, settings: SiteSettings) -> str:
    """The slug of a page or article, by which its translations know each other."""
    return _find_slug(_gather(meta, source, settings), source, settings)


def list_groups(meta: Meta, source: str, settings: SiteSettings) -> list[tuple[str, str]]:
    """The categories, tags and authors of an article: which of these, and its name."""
    values = _gather(meta, source, settings)
    groups = [("category", values["category"])] if "category" in values else []
    groups += [("tag", tag) for tag in split_names(values.get("tags", ""))]
    return [*groups, *(("author", author) for author in _list_authors(values, settings))]


def _gather(meta: Meta, source: str, settings: SiteSettings) -> dict[str, str]:
    """All metadata of a file, the values with several lines left out as no part of an address."""
    own: dict[str, str] = {}
    for key, lines in list_entries(meta):
        if len(lines) == 1 and (lines[0].strip() or key not in _NEVER_EMPTY):
            own.setdefault(key, lines[0].strip())
    return {**plan_metadata(source, settings), **own}


def _plan(what: str, values: Mapping[str, str], source: str, settings: SiteSettings, kind: str) -> str:
    if what in values:
        return values[what]
    status = values.get("status", "published").lower()
    if status == "skip":
        return ""
    if status == "draft" and kind != "static":
        kind = {"page": "draft_page", "article": "draft"}[kind]
    lang = values.get("lang", settings.default_lang)
    # A file of the site's own language says so in small letters, as Pelican keeps the setting.
    name = f"{kind}_{what}" if lang == settings.default_lang or kind == "static" else f"{kind}_lang_{what}"
    authors = _list_authors(values, settings)
    category = values.get("category")
    described = _Values(values)
    described |= {
        "path": values.get("path", source),
        "slug": _find_slug(values, source, settings),
        "lang": lang,
        "date": _read_moment(values.get("date", "9999-12-31" if kind == "draft" else "")),
        "modified": _read_moment(values.get("modified", "")),
        "author": slugify_group("author", authors[0], settings) if authors else "",
        "category": "" if category is None else slugify_group("category", category, settings),
        "tags": _Unknown(),
        "authors": _Unknown(),
    }
    try:
        return str(getattr(settings, name)).format_map(described)
    except (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError):
        return OPEN


def _find_slug(values: Mapping[str, str], source: str, settings: SiteSettings) -> str:
    if "slug" in values:
        return values["slug"].strip()
    if settings.slugify_source == "title" and "title" in values:
        return slugify(values["title"], settings)
    if settings.slugify_source == "basename":
        return slugify(posixpath.splitext(posixpath.basename(source))[0], settings)
    return ""


def _list_authors(values: Mapping[str, str], settings: SiteSettings) -> list[str]:
    """The authors of a file; `author` comes first where one of them is asked for."""
    names = [values["author"]] if "author" in values else list(split_names(values.get("authors", "")))
    return names or [name for name in (settings.author,) if name]


def _read_moment(text: str) -> _Moment | _Unknown:
    match = _DATE.fullmatch(text.strip())
    if not match:
        return _Unknown()
    year, month, day, hour, minute, second = (int(number) for number in match.groups("0"))
    try:
        return _Moment(year, month, day, hour, minute, second)
    except ValueError:
        return _Unknown()


def _only_whole(path: str) -> str:
    return "" if path.endswith("/") else path


def _match(pattern: str, text: str) -> re.Match[str] | None:
    try:
        return re.match(pattern, text)
    except re.error:
        return None
