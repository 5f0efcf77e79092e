"""One page of a site, checked: the work that processes do side by side."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from callsite.build import Loader
from callsite.check.catalogue import CODES, PAGE_RULES
from callsite.check.facts import PageSummary, gather_facts
from callsite.check.ignoring import parse_ignores
from callsite.check.rule import apply_rules
from callsite.check.summary import summarise
from callsite.checking.tasks import PageTask
from callsite.errors import CallsiteError
from callsite.model import Page, Problem, Severity
from callsite.prose.converting import ProseConverter
from callsite.records import dataclass
from callsite.settings import read_settings

# What Pelican 4.12 gives Markdown when a site does not say.
_USUAL: Mapping[str, Any] = {
    "extension_configs": {"markdown.extensions.extra": {}, "markdown.extensions.meta": {}},
    "output_format": "html5",
}


@dataclass(frozen=True, slots=True)
class _Tools:
    """What a process keeps from one page to the next."""

    loader: Loader
    prose: ProseConverter
    shelf: Any  # an `originals.Shelf`, None when the site names no sources


def check_page(task: PageTask) -> PageSummary:
    """Load a page and apply the rules for pages to it."""
    tools = open_tools(
        os.path.abspath(task.settings), task.changed, task.base, tuple(task.configuration.sources.items())
    )
    loader = tools.loader
    loaded = (
        loader.load_page(task.path, task.required)  # which tells why it cannot be read
        if task.data is None
        else loader.read_page(task.path, task.data, task.required)
    )
    page, policy = loaded.page, task.configuration.policy
    originals, unread = _load_originals(page, tools.shelf) if task.applies and tools.shelf else ({}, ())
    facts = gather_facts(page, loaded.text, tools.prose, policy, originals)
    ignores, malformed = parse_ignores(page, CODES)
    found = {*loaded.problems, *facts.problems, *malformed, *unread}
    if task.applies:
        found.update(apply_rules(PAGE_RULES, facts))
        if any(problem.code == "M106" for problem in found):
            # The metadata ends there, so nobody knows what it has.
            found = {problem for problem in found if problem.code != "M111"}
    return summarise(facts, task.source, tuple(sorted(found)), ignores)


def _open_shelf(sources: tuple[tuple[str, str], ...], base: str) -> Any:
    if not sources:
        return None
    from callsite.originals import Shelf  # noqa: PLC0415  # it takes a tenth of a second, which few need

    return Shelf(dict(sources), Path(base))


def _load_originals(page: Page, shelf: Any) -> tuple[dict[int, str], tuple[Problem, ...]]:
    from callsite.originals import load_originals  # noqa: PLC0415  # as above

    try:
        return load_originals(page, shelf), ()
    except CallsiteError as error:
        hint = "mend `sources` in the site's pyproject.toml"
        return {}, (Problem(page.at, "C103", f"its sources cannot be read: {error}", hint, Severity.WARNING),)


@lru_cache(maxsize=1)
def open_tools(settings: str, changed: int, base: str, sources: tuple[tuple[str, str], ...]) -> _Tools:  # noqa: ARG001  # `changed` is for the cache
    """What all pages of a site are read with. Raises CallsiteError for settings that cannot be used."""
    values = read_settings(settings)
    keys = values.get("CALLSITE_KEYS", ())
    if not isinstance(keys, list | tuple | set | frozenset):
        raise CallsiteError(f"CALLSITE_KEYS cannot be {keys!r}; write a list of names in the settings file")
    try:
        prose = ProseConverter(values.get("MARKDOWN", _USUAL))
    except (ImportError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise CallsiteError(f"MARKDOWN cannot be used, {error}; mend the settings file") from error
    return _Tools(Loader(keys), prose, _open_shelf(sources, base))
