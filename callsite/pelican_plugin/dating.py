"""When pages were published and changed: what their metadata says, else what the history of their files says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pelican.contents import Content

from callsite.history import History, settle_dates
from callsite.model import Dates
from callsite.outline import Outline


def find_dates(pages: Iterable[tuple[Content, Outline]], history: History) -> dict[str, Dates]:
    """The dates of pages, by the page's path, as far as they are known.

    `date` and `modified` of the metadata come first: an author who gives them knows better than the history of a file,
    which also knows of mended commas and moved folders. All are in the site's own zone, whose days readers count by.
    """
    found: dict[str, Dates] = {}
    for content, page in pages:
        zone = ZoneInfo(content.settings["TIMEZONE"])
        known = history.find(content.source_path)
        dates = settle_dates(read_date(content, "date"), read_date(content, "modified"), known, zone)
        if dates:
            found[page.at.path] = dates
    return found


def read_date(content: Content, key: str) -> datetime | None:
    """A date of the metadata, in the zone that Pelican has put it into: the site's own."""
    value: Any = content.metadata.get(key)
    if not isinstance(value, datetime):
        return None
    moment = getattr(content, key, value)
    if not 1 < moment.year < 9999:
        return None  # in another zone it might have no date at all
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
