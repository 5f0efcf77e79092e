"""The files that Pelican writes about articles: the first page and its like, lists by tag or year, feeds."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from callsite.addressing.paths import close_path, list_groups, read_date
from callsite.addressing.settings import SiteSettings
from callsite.addressing.slugs import plan_group, slugify_group
from callsite.check.facts import PageSummary

_FEEDS = ("atom", "rss")


def list_written(articles: Sequence[PageSummary], settings: SiteSettings) -> Iterator[tuple[str, str]]:
    """The files whose place no page can take, each with what it is; `articles` are those that are published."""
    for name in settings.direct_templates:
        path = settings.saved_as.get(name.lower(), f"{name}.html")
        if path:
            yield path, f"the site's {name} page"
    for kind, name in _count_groups(articles, settings):
        path = plan_group(kind, name, settings)
        if path:
            yield path, f"the list of articles under {name}"


def list_others(articles: Sequence[PageSummary], settings: SiteSettings) -> Iterator[str]:
    """The other files: further pages of long lists, archives of a year, month or day, and feeds. A path that ends in a
    slash is a folder of which no more can be told.
    """
    groups = _count_groups(articles, settings)
    for name in settings.direct_templates:
        path = settings.saved_as.get(name.lower(), f"{name}.html")
        yield from _list_pages(path, name, len(articles), settings)
    for (kind, name), members in groups.items():
        yield from _list_pages(plan_group(kind, name, settings), kind, members, settings)
    patterns = (settings.year_archive_save_as, settings.month_archive_save_as, settings.day_archive_save_as)
    for pattern in filter(None, patterns):
        dates = {read_date(each.page.meta, each.source, settings) for each in articles}
        yield from {close_path(_fill(pattern, date=date)) for date in dates}
    if articles:
        yield from (getattr(settings, f"feed_{scope}{kind}") for kind in _FEEDS for scope in ("", "all_"))
    for kind in _FEEDS:
        for group, name in groups:
            yield _fill(getattr(settings, f"{group}_feed_{kind}"), slug=slugify_group(group, name, settings))
        for lang in {each.page.meta.other("lang") or settings.default_lang for each in articles}:
            yield _fill(getattr(settings, f"translation_feed_{kind}"), lang=lang)


def _count_groups(articles: Iterable[PageSummary], settings: SiteSettings) -> Counter[tuple[str, str]]:
    """The categories, tags and authors, each with how many articles it has."""
    return Counter(group for each in articles for group in list_groups(each.page.meta, each.source, settings))


def _list_pages(path: str, template: str, most: int, settings: SiteSettings) -> Iterator[str]:
    """The second and later pages of a list of at most so many articles."""
    size = settings.paginated_templates.get(template, 0) or settings.default_pagination
    if not path or template not in settings.paginated_templates or size < 1:
        return
    folder, name = posixpath.split(path)
    stem, extension = posixpath.splitext(path)
    for number in range(2, -(-most // size) + 1):
        for _, _, pattern in settings.pagination_patterns:
            found = _fill(
                pattern,
                save_as=path,
                url=path,
                name=stem,
                base_name=folder if name in ("index.htm", "index.html") else stem,
                extension=extension,
                number=number,
            )
            yield found.removeprefix("/")


def _fill(pattern: str, **values: object) -> str:
    try:
        return pattern.format(**values)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return ""
