"""What pages have to do with each other: which excerpts use a symbol, what is used together, which project they show.

Everything is worked out once for a whole site, in time proportional to its excerpts; what one page shows of it is for
`navigation` to cut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from callsite.credits import Credit, find_key
from callsite.outline import Outline, Shown
from callsite.records import dataclass

# An excerpt that uses more symbols than this says little about any two of them, and pairs grow with the square.
_MOST_TOGETHER = 30


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A listing of a page: the `number`-th, 1 being the first."""

    page: Outline
    number: int
    shown: Shown

    @property
    def credit(self) -> Credit:
        """Whose code it is."""
        return self.shown.credit


@dataclass(frozen=True, slots=True)
class Project:
    """A project that excerpts are taken from; `key` is its name without regard to spelling.

    Its licences are those of its excerpts, each once; its address is the first that an excerpt gives. `firsts` has the
    first excerpt on each page.
    """

    key: str
    name: str
    url: str
    licences: tuple[str, ...]
    excerpts: tuple[Excerpt, ...]
    firsts: tuple[Excerpt, ...]


class Relations:
    """The relations of a site's pages.

    `pages` come in reading order; `uses` has, by a page's path, those of the pages whose symbols each of its listings
    uses. What chapters show is there to explain something and no example of anything: their listings relate to nothing.
    """

    def __init__(self, pages: Sequence[Outline], uses: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self._excerpts: dict[str, tuple[Excerpt, ...]] = {}
        self._users: dict[str, list[Excerpt]] = {}
        self._together: dict[str, Counter[str]] = {}
        self._pages = {page.at.path: page for page in pages}
        projects: dict[str, list[Excerpt]] = {}
        for page in pages:
            excerpts = tuple(Excerpt(page, number, shown) for number, shown in enumerate(page.shown, start=1))
            self._excerpts[page.at.path] = excerpts
            if page.meta.toc:
                continue
            used = uses.get(page.at.path, ())
            for excerpt, those in zip(excerpts, used, strict=False):
                self._note_uses(excerpt, [path for path in those if path in self._pages])
            for excerpt in excerpts:
                if excerpt.credit.project:
                    projects.setdefault(find_key(excerpt.credit.project), []).append(excerpt)
        self.projects = tuple(_make_project(key, projects[key]) for key in sorted(projects))
        self._projects = {project.key: project for project in self.projects}

    def list_excerpts(self, page: Outline) -> tuple[Excerpt, ...]:
        """The excerpts of a page, in order."""
        return self._excerpts.get(page.at.path, ())

    def find_users(self, page: Outline) -> Sequence[Excerpt]:
        """The excerpts on other pages that use a page's symbol, in reading order."""
        return self._users.get(page.at.path, ())

    def find_companions(self, page: Outline) -> list[tuple[Outline, int]]:
        """The pages whose symbols occur in the same excerpts as a page's, with the number of those, most first; equals
        in the order they come in.
        """
        counted = self._together.get(page.at.path, Counter())
        return [(self._pages[path], number) for path, number in counted.most_common()]

    def find_projects(self, page: Outline) -> tuple[Project, ...]:
        """The projects that a page has excerpts from, in order."""
        keys = (find_key(excerpt.credit.project) for excerpt in self.list_excerpts(page) if excerpt.credit.project)
        return tuple(self._projects[key] for key in dict.fromkeys(keys) if key in self._projects)

    def _note_uses(self, excerpt: Excerpt, used: Sequence[str]) -> None:
        own = excerpt.page.at.path
        for path in used:
            if path != own:
                self._users.setdefault(path, []).append(excerpt)
        shows_own = excerpt.shown.marks and excerpt.page.symbol is not None
        together = dict.fromkeys([own, *used] if shows_own else used)
        if len(together) <= _MOST_TOGETHER:
            for path in together:
                counted = self._together.setdefault(path, Counter())
                counted.update(other for other in together if other != path)


def _make_project(key: str, excerpts: Sequence[Excerpt]) -> Project:
    names = Counter(excerpt.credit.project for excerpt in excerpts)
    return Project(
        key,
        names.most_common(1)[0][0],
        next((excerpt.credit.url for excerpt in excerpts if excerpt.credit.url), ""),
        tuple(dict.fromkeys(excerpt.credit.licence for excerpt in excerpts if excerpt.credit.licence)),
        tuple(excerpts),
        tuple({excerpt.page.at.path: excerpt for excerpt in reversed(excerpts)}.values())[::-1],
    )
