"""When pages were published and changed: what their metadata says, else what the history of their files says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pelican.contents import Content

from callsite.history import History
from callsite.model import Dates, Page


def find_dates(pages: Iterable[tuple[Content, Page]], history: History) -> dict[str, Dates]:
    """The dates of pages, by the page's path, as far as they are known.

    `date` and `modified` of the metadata come first: an author who gives them knows better than the history of a file,
    which also knows of mended commas and moved folders.
    """
    found: dict[str, Dates] = {}
    for content, page in pages:
        known = history.find(content.source_path)
        created = read_date(content, "date") or (known.created if known else None)
        changed = read_date(content, "modified") or (known.changed if known else created)
        if changed:
            found[page.at.path] = Dates(min(created, changed) if created else None, changed)
    return found


def read_date(content: Content, key: str) -> datetime | None:
    """A date of the metadata in UTC; Pelican has put it into the site's own time zone."""
    value: Any = content.metadata.get(key)
    if not isinstance(value, datetime):
        return None
    moment = getattr(content, key, value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
