"""The settings of Pelican that decide which files a site has and what their addresses are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any

# A regular expression and what takes the place of what it finds.
Substitutions = tuple[tuple[str, str], ...]

_SLUG: Substitutions = ((r"[^\w\s-]", ""), (r"(?u)\A\s*", ""), (r"(?u)\s*\Z", ""), (r"[-\s]+", "-"))
_PAGES = ((1, "{name}{extension}", "{name}{extension}"), (2, "{name}{number}{extension}", "{name}{number}{extension}"))


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """Each field is a setting of Pelican in small letters, and its default is that of Pelican 4.12; a setting that is
    None or False there is "". The last ones are Callsite's own.

    `saved_as` has, by the name of a direct template, the path that a setting such as `TAGS_SAVE_AS` gives it.
    """

    siteurl: str = ""
    default_lang: str = "en"
    author: str = ""

    page_paths: tuple[str, ...] = ("pages",)
    page_excludes: tuple[str, ...] = ()
    article_paths: tuple[str, ...] = ("",)
    article_excludes: tuple[str, ...] = ()
    static_paths: tuple[str, ...] = ("images",)
    static_excludes: tuple[str, ...] = ()
    static_exclude_sources: bool = True
    ignore_files: tuple[str, ...] = ("**/.*",)

    page_url: str = "pages/{slug}.html"
    page_save_as: str = "pages/{slug}.html"
    page_lang_url: str = "pages/{slug}-{lang}.html"
    page_lang_save_as: str = "pages/{slug}-{lang}.html"
    draft_page_url: str = "drafts/pages/{slug}.html"
    draft_page_save_as: str = "drafts/pages/{slug}.html"
    draft_page_lang_url: str = "drafts/pages/{slug}-{lang}.html"
    draft_page_lang_save_as: str = "drafts/pages/{slug}-{lang}.html"
    article_url: str = "{slug}.html"
    article_save_as: str = "{slug}.html"
    article_lang_url: str = "{slug}-{lang}.html"
    article_lang_save_as: str = "{slug}-{lang}.html"
    draft_url: str = "drafts/{slug}.html"
    draft_save_as: str = "drafts/{slug}.html"
    draft_lang_url: str = "drafts/{slug}-{lang}.html"
    draft_lang_save_as: str = "drafts/{slug}-{lang}.html"
    static_url: str = "{path}"
    static_save_as: str = "{path}"

    category_save_as: str = "category/{slug}.html"
    tag_save_as: str = "tag/{slug}.html"
    author_save_as: str = "author/{slug}.html"
    year_archive_save_as: str = ""
    month_archive_save_as: str = ""
    day_archive_save_as: str = ""
    direct_templates: tuple[str, ...] = ("index", "tags", "categories", "authors", "archives")
    saved_as: Mapping[str, str] = field(default_factory=dict)
    template_pages: Mapping[str, str] = field(default_factory=dict)
    theme_static_dir: str = "theme"
    output_sources: bool = False
    output_sources_extension: str = ".text"
    default_pagination: int = 0
    paginated_templates: Mapping[str, int] = field(
        default_factory=lambda: {"index": 0, "tag": 0, "category": 0, "author": 0}
    )
    pagination_patterns: tuple[tuple[int, str, str], ...] = _PAGES

    feed_atom: str = ""
    feed_rss: str = ""
    feed_all_atom: str = "feeds/all.atom.xml"
    feed_all_rss: str = ""
    category_feed_atom: str = "feeds/{slug}.atom.xml"
    category_feed_rss: str = ""
    author_feed_atom: str = "feeds/{slug}.atom.xml"
    author_feed_rss: str = "feeds/{slug}.rss.xml"
    tag_feed_atom: str = ""
    tag_feed_rss: str = ""
    translation_feed_atom: str = "feeds/all-{lang}.atom.xml"
    translation_feed_rss: str = ""

    default_category: str = "misc"
    default_date: str = ""
    default_metadata: Mapping[str, str] = field(default_factory=dict)
    extra_path_metadata: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    filename_metadata: str = r"(?P<date>\d{4}-\d{2}-\d{2}).*"
    path_metadata: str = ""
    use_folder_as_category: bool = True
    slugify_source: str = "title"
    slugify_use_unicode: bool = False
    slugify_preserve_case: bool = False
    slug_regex_substitutions: Substitutions = _SLUG
    category_regex_substitutions: Substitutions | None = None
    tag_regex_substitutions: Substitutions | None = None
    author_regex_substitutions: Substitutions | None = None

    callsite_production: bool = False
    callsite_cname: str = ""
    callsite_nginx_map: str = ""


def parse_site_settings(values: Mapping[str, Any]) -> SiteSettings:
    """Read the settings from what a settings file leaves behind. A value that Pelican could not use either counts as
    not given.
    """
    read = {
        each.name: _read(each, values[name]) for each in fields(SiteSettings) if (name := each.name.upper()) in values
    }
    given = {name: value for name, value in read.items() if value is not None}
    given["siteurl"] = str(given.get("siteurl", "")).removesuffix("/")
    given["default_lang"] = str(given.get("default_lang", "en")).lower()
    saved = {
        key.removesuffix("_SAVE_AS").lower(): _text(path) for key, path in values.items() if key.endswith("_SAVE_AS")
    }
    return SiteSettings(**{**given, "saved_as": saved})


def _read(each: Field[Any], value: Any) -> Any:
    """The value of a setting in the form that its field has; None when it has none."""
    try:
        if each.name == "default_date" and isinstance(value, tuple | list):
            year, month, day, *time = (int(number) for number in value)
            return f"{year}-{month:02}-{day:02} " + ":".join(f"{number:02}" for number in [*time, 0, 0, 0][:3])
        if each.name == "pagination_patterns":
            return tuple((int(first), str(url), str(path)) for first, url, path in value)
        if each.name.endswith("_substitutions"):
            return tuple((str(found), str(put)) for found, put in value)
        if each.name == "extra_path_metadata":
            return {str(path): _texts(found) for path, found in value.items()}
        if each.name == "paginated_templates":
            return {str(name): int(number or 0) for name, number in value.items()}
        default = each.default if each.default is not MISSING else {}
        if isinstance(default, tuple):
            return None if isinstance(value, str) or not isinstance(value, Iterable) else tuple(map(str, value))
        if isinstance(default, bool):
            return bool(value)
        if isinstance(default, int):
            return int(value or 0)
        return _texts(value) if isinstance(default, dict) else _text(value)
    except (AttributeError, TypeError, ValueError):
        return None


def _texts(values: Any) -> dict[str, str]:
    return {str(key): _text(value) for key, value in dict(values).items()}


def _text(value: Any) -> str:
    return "" if value is None or value is False else str(value)
