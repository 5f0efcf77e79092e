"""What a check has found in each page, kept in `.cache/check/` for the next one.

A record is under a digest of the page's bytes and of all else that its check depends on. Only a check of all pages uses
it: what the last one has not used is not kept (see `cache`).
"""

from __future__ import annotations

import contextlib
import pickle
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from callsite.build import place_of
from callsite.cache import Cache, find_key, name_cache
from callsite.check.facts import PageSummary
from callsite.checking.tasks import PageTask
from callsite.configuration import Configuration
from callsite.environment import describe_tools, describe_value

FOLDER = ".cache/check"

# The settings that a page's own check depends on.
_SETTINGS = ("CALLSITE_KEYS", "MARKDOWN")

# Extensions that come with Markdown, whose version counts; nobody knows when others change.
_OWN = "markdown.extensions."


class Kept:
    """What was found in pages that are as they were, under the same circumstances."""

    def __init__(self, cache: Cache, circumstances: str) -> None:
        self._cache = cache
        self._circumstances = circumstances

    def find(self, task: PageTask) -> PageSummary | None:
        """What was found in a page; None when it has changed, or has not been checked before."""
        data = None if task.data is None else self._cache.find(self._find_key(task, task.data))
        return pickle.loads(data) if data else None  # noqa: S301  # it is our own

    def keep(self, task: PageTask, summary: PageSummary) -> None:
        """Keep what was found in a page, if there is room for it."""
        if task.data is not None:
            with contextlib.suppress(OSError):
                self._cache.keep(self._find_key(task, task.data), pickle.dumps(summary, pickle.HIGHEST_PROTOCOL))

    def _find_key(self, task: PageTask, data: bytes) -> bytes:
        return find_key(self._circumstances, place_of(task.path).path, task.source, *task.required, data)


@contextlib.contextmanager
def open_kept(content: Path, values: Mapping[str, Any], configuration: Configuration) -> Iterator[Kept | None]:
    """What is kept for the pages of a folder; None for a site whose checks depend on what is not known to be the same:
    on files that were quoted, and on extensions of Markdown that others have made.
    """
    circumstances = _describe(values, configuration)
    if circumstances is None:
        yield None
        return
    folder = content.resolve()
    cache = Cache(name_cache(folder.parent / FOLDER, str(folder)))
    try:
        yield Kept(cache, circumstances)
        cache.commit()
    finally:
        cache.close()


def _describe(values: Mapping[str, Any], configuration: Configuration) -> str | None:
    """All that the check of a page depends on besides its text; None when that cannot be told."""
    if configuration.sources:
        return None
    try:
        markdown = values.get("MARKDOWN", {})
        names = (*markdown.get("extensions", ()), *markdown.get("extension_configs", ()))
        if not all(name.startswith(_OWN) for name in names):
            return None
        described = describe_value([values.get(key) for key in _SETTINGS])
    except (AttributeError, TypeError):  # what is no text is none of ours, or is of no use to Markdown
        return None
    return "\0".join((describe_tools(), described, describe_value(configuration.policy)))
