"""Slugs as Pelican makes them, and the tags, categories and authors that articles are listed under."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from markupsafe import Markup
from unidecode import unidecode

from callsite.addressing.settings import SiteSettings, Substitutions

KINDS = ("category", "tag", "author")


def slugify(text: str, settings: SiteSettings, substitutions: Substitutions | None = None) -> str:
    """A text as part of an address; `substitutions` are those of the site unless others are given. "" when they cannot
    be used.
    """
    value = unicodedata.normalize("NFKC", Markup(text).striptags())  # noqa: S704  # to take markup out, not to show it
    if not settings.slugify_use_unicode:
        value = unidecode(value)
    try:
        for found, put in settings.slug_regex_substitutions if substitutions is None else substitutions:
            pattern = unicodedata.normalize("NFKC", found)
            value = re.sub(pattern, unicodedata.normalize("NFKC", put), value, flags=re.IGNORECASE)
    except (re.error, IndexError):
        return ""
    return (value if settings.slugify_preserve_case else value.lower()).strip()


def slugify_group(kind: str, name: str, settings: SiteSettings) -> str:
    """The slug of a category, tag or author; `kind` is which."""
    return slugify(name.strip() if kind == "tag" else name, settings, getattr(settings, f"{kind}_regex_substitutions"))


def plan_group(kind: str, name: str, settings: SiteSettings) -> str:
    """The path of the list of articles under a category, tag or author; "" when it has none."""
    try:
        return str(getattr(settings, f"{kind}_save_as")).format(slug=slugify_group(kind, name, settings), name=name)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return ""


def split_names(text: str) -> Iterable[str]:
    """Several tags or authors in one value: between semicolons if there are any, else between commas."""
    names = (name.strip() for name in text.split(";" if ";" in text else ","))
    return dict.fromkeys(filter(None, names))
