"""The lists below a page: its neighbours in its module, where its symbol is used, with what, and by which projects.

On a page each list is cut; the whole ones are in generated pages (see `lists`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sized

from callsite.navigation.sheets import cut_sheets, find_places
from callsite.navigation.sidebar import find_start
from callsite.navigation.views import Entry, Group, ModuleView, Related, Sheet
from callsite.outline import Outline
from callsite.patterns import compile_later
from callsite.records import dataclass
from callsite.relations import Excerpt, Project, Relations
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

_SIGNS = compile_later(r"\W+")  # all that a project's key has, perhaps


@dataclass(frozen=True, slots=True)
class _Project:
    """What the lists of a project have in common: their id and title, the address of all its excerpts, and the first of
    them, each with the path of its page.
    """

    id: str
    title: str
    url: str
    firsts: tuple[tuple[str, Entry], ...]


class Relatives:
    """Makes the lists. `entries` has each page's entry by its path, `project_urls` each project's page by its key."""

    def __init__(self, relations: Relations, entries: Mapping[str, Entry], project_urls: Mapping[str, str]) -> None:
        self._relations = relations
        self._entries = entries
        self._project_urls = project_urls
        # An excerpt is in several lists, and its entry is the same in each.
        self._excerpts: dict[tuple[str, int], Entry] = {}
        self._companions: dict[tuple[str, int], Entry] = {}
        self._projects: dict[str, _Project] = {}

    def list_related(self, page: Outline, module: ModuleView | None, at: int) -> tuple[Related, ...]:
        """The lists of a page that stands at `at` in a module; empty ones are left out."""
        lists = (self._list_siblings(module, at), *self._list_uses(page), *self._list_projects(page))
        return tuple(related for related in lists if related.entries)

    def list_uses(self, page: Outline) -> tuple[Sheet, ...]:
        """All uses of a page's symbol, on sheets of their own; none when the page itself shows them all."""
        users, companions = self._relations.find_users(page), self._relations.find_companions(page)
        if _is_all_shown(users, companions):
            return ()
        groups = (
            Group("Also used in", _USERS, self.list_excerpts(users), len(users)),
            Group("Used together with", _COMPANIONS, self._list_companions(companions), len(companions)),
        )
        return cut_sheets(self._plan_url(page), [group for group in groups if group.entries])

    def list_excerpts(self, excerpts: Iterable[Excerpt]) -> tuple[Entry, ...]:
        """Excerpts, each under its page's name, with the project it is from."""
        return tuple([self._list_excerpt(excerpt) for excerpt in excerpts])

    def _list_excerpt(self, excerpt: Excerpt) -> Entry:
        key = excerpt.page.at.path, excerpt.number
        listed = self._excerpts.get(key)
        if listed is None:
            entry = self._entries[key[0]]
            url = f"{entry.url}#listing-{excerpt.number}"
            listed = self._excerpts[key] = Entry(entry.title, url, entry.symbol, note=excerpt.credit.project)
        return listed

    def _list_siblings(self, module: ModuleView | None, at: int) -> Related:
        entries = module.entries if module else ()
        start = find_start(len(entries), at, _MOST_SIBLINGS + 1)
        others = (*entries[start:at], *entries[at + 1 : start + _MOST_SIBLINGS + 1])
        url = module.url if module else ""
        return Related("in-this-module", "In this module", others, len(entries) - 1, url)

    def _list_uses(self, page: Outline) -> Iterator[Related]:
        users, companions = self._relations.find_users(page), self._relations.find_companions(page)
        places: Mapping[str, str] = {}
        if not _is_all_shown(users, companions):
            sizes = {_USERS: len(users), _COMPANIONS: len(companions)}
            places = find_places(self._plan_url(page), {anchor: size for anchor, size in sizes.items() if size})
        shown = self.list_excerpts(users[:_MOST_USERS])
        yield Related(_USERS, "Also used in", shown, len(users), places.get(_USERS, ""))
        others = self._list_companions(companions[:_MOST_COMPANIONS])
        yield Related(_COMPANIONS, "Used together with", others, len(companions), places.get(_COMPANIONS, ""))

    def _plan_url(self, page: Outline) -> str:
        """The address of the list of a page's uses."""
        url = self._entries[page.at.path].url
        return f"uses/{url}" if url.endswith(".html") else f"uses/{f'{url}/index.html'.lstrip('/').replace('//', '/')}"

    def _list_companions(self, companions: Iterable[tuple[Outline, int]]) -> tuple[Entry, ...]:
        return tuple([self._list_companion(other.at.path, number) for other, number in companions])

    def _list_companion(self, path: str, number: int) -> Entry:
        listed = self._companions.get((path, number))
        if listed is None:
            entry = self._entries[path]
            note = count(number, "excerpt")
            listed = self._companions[path, number] = Entry(entry.title, entry.url, entry.symbol, note=note)
        return listed

    def _list_projects(self, page: Outline) -> Iterator[Related]:
        path = page.at.path
        for project in self._relations.find_projects(page)[:_MOST_PROJECTS]:
            shown = self._projects.get(project.key)
            if shown is None:
                shown = self._projects[project.key] = self._show_project(project)
            others = [entry for own, entry in shown.firsts if own != path]
            yield Related(shown.id, shown.title, tuple(others[:_MOST_PER_PROJECT]), len(project.firsts) - 1, shown.url)

    def _show_project(self, project: Project) -> _Project:
        firsts: list[tuple[str, Entry]] = []
        for excerpt in project.firsts[: _MOST_PER_PROJECT + 1]:  # one may be on the page that lists them
            entry = self._list_excerpt(excerpt)
            # This list says already which project they are from.
            firsts.append((excerpt.page.at.path, Entry(entry.title, entry.url, entry.symbol)))
        return _Project(
            f"more-from-{_SIGNS.sub('-', project.key)}",
            f"More from {project.name}",
            self._project_urls[project.key],
            tuple(firsts),
        )


def _is_all_shown(users: Sized, companions: Sized) -> bool:
    """Whether a page itself shows all uses."""
    return len(users) <= _MOST_USERS and len(companions) <= _MOST_COMPANIONS
