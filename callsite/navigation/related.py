"""The lists below a page: its neighbours in its module, where its symbol is used, with what, and by which projects.

On a page each list is cut; the whole ones are in generated pages (see `lists`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from callsite.navigation.sheets import cut_sheets, find_places
from callsite.navigation.sidebar import find_window
from callsite.navigation.views import Entry, Group, ModuleView, Related, Sheet
from callsite.outline import Outline
from callsite.relations import Excerpt, Relations
from callsite.wording import count

# The most entries of each list on a page, and the most projects that have a list.
_MOST_SIBLINGS = 24
_MOST_USERS = 8
_MOST_COMPANIONS = 12
_MOST_PER_PROJECT = 5
_MOST_PROJECTS = 3

# The ids of lists, on a page and on the generated one.
_USERS = "also-used-in"
_COMPANIONS = "used-together-with"


class Relatives:
    """Makes the lists. `entries` has each page's entry by its path, `project_urls` each project's page by its key."""

    def __init__(self, relations: Relations, entries: Mapping[str, Entry], project_urls: Mapping[str, str]) -> None:
        self._relations = relations
        self._entries = entries
        self._project_urls = project_urls

    def list_related(self, page: Outline, module: ModuleView | None, at: int) -> tuple[Related, ...]:
        """The lists of a page that stands at `at` in a module; empty ones are left out."""
        lists = (self._list_siblings(module, at), *self._list_uses(page), *self._list_projects(page))
        return tuple(related for related in lists if related.entries)

    def list_uses(self, page: Outline) -> tuple[Sheet, ...]:
        """All uses of a page's symbol, on sheets of their own; none when the page itself shows them all."""
        users, companions = self._relations.find_users(page), self._relations.find_companions(page)
        if len(users) <= _MOST_USERS and len(companions) <= _MOST_COMPANIONS:
            return ()
        groups = (
            Group("Also used in", _USERS, self.list_excerpts(users), len(users)),
            Group("Used together with", _COMPANIONS, self._list_companions(companions), len(companions)),
        )
        url = self._entries[page.at.path].url
        name = url if url.endswith(".html") else f"{url}/index.html".lstrip("/").replace("//", "/")
        return cut_sheets(f"uses/{name}", [group for group in groups if group.entries])

    def list_excerpts(self, excerpts: Sequence[Excerpt]) -> tuple[Entry, ...]:
        """Excerpts, each under its page's name, with the project it is from."""
        return tuple(
            Entry(entry.title, f"{entry.url}#listing-{excerpt.number}", entry.symbol, note=excerpt.credit.project)
            for excerpt in excerpts
            if (entry := self._entries[excerpt.page.at.path])
        )

    def _list_siblings(self, module: ModuleView | None, at: int) -> Related:
        entries = module.entries if module else ()
        shown = find_window(entries, at, _MOST_SIBLINGS + 1)
        others = tuple(entry for number, entry in shown if number != at)
        url = module.url if module else ""
        return Related("in-this-module", "In this module", others, len(entries) - 1, url)

    def _list_uses(self, page: Outline) -> Iterator[Related]:
        places = find_places(self.list_uses(page))
        users, companions = self._relations.find_users(page), self._relations.find_companions(page)
        shown = self.list_excerpts(users[:_MOST_USERS])
        yield Related(_USERS, "Also used in", shown, len(users), places.get(_USERS, ""))
        others = self._list_companions(companions[:_MOST_COMPANIONS])
        yield Related(_COMPANIONS, "Used together with", others, len(companions), places.get(_COMPANIONS, ""))

    def _list_companions(self, companions: Iterable[tuple[Outline, int]]) -> tuple[Entry, ...]:
        return tuple(
            Entry(entry.title, entry.url, entry.symbol, note=count(number, "excerpt"))
            for other, number in companions
            if (entry := self._entries[other.at.path])
        )

    def _list_projects(self, page: Outline) -> Iterator[Related]:
        for project in self._relations.find_projects(page)[:_MOST_PROJECTS]:
            others = (excerpt for excerpt in project.firsts if excerpt.page.at != page.at)
            entries = self.list_excerpts(tuple(islice(others, _MOST_PER_PROJECT)))
            name = re.sub(r"\W+", "-", project.key)  # a key may be all signs
            yield Related(
                f"more-from-{name}",
                f"More from {project.name}",
                tuple(replace(entry, note="") for entry in entries),
                len(project.firsts) - 1,
                self._project_urls[project.key],
            )
