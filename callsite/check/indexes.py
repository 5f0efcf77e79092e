"""Lists of a library's pages that people keep by hand: of all of them, or of those that show code of each project."""

from __future__ import annotations

import posixpath
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import unquote

from callsite.check.facts import PageSummary, SiteFacts
from callsite.check.project_indexes import Section, find_doubles, find_missing, find_repeats, find_sections
from callsite.check.rule import Finding
from callsite.check.status import find_status, list_written, make_site
from callsite.credits import find_key
from callsite.model import Page, Place
from callsite.records import dataclass
from callsite.render import Link
from callsite.site import Library
from callsite.symbol import find_symbol, slug_name

# A page is an index of a library when its links lead to so many of the library's pages, and to such a part of them: to
# half of them when it is the library's own page, else to three quarters.
_FEWEST = 3
_OWN_PART = 0.5
_OTHER_PART = 0.75


@dataclass(frozen=True, slots=True)
class _Index:
    """A page that lists a library's pages.

    `members` are these by the paths of their output files, in reading order. `entries` are the links by what they lead
    to: one of these paths, or one where nothing is though it is spelt like them. One that lists projects
    has `sections`, and need not list every page.
    """

    summary: PageSummary
    library: Library[Page]
    members: Mapping[str, Page]
    entries: Mapping[str, Sequence[Link]]
    sections: tuple[Section, ...] = ()


def find_double_entries(facts: SiteFacts) -> Iterator[Finding]:
    """Pages that an index lists more than once (S117)."""
    for index in _find_indexes(facts):
        yield from find_doubles(index.sections)
        for links in () if index.sections else index.entries.values():
            whole = sorted(link.at.line for link in links if "#" not in link.target)
            if len(whole) > 1:
                times = "twice" if len(whole) == 2 else f"{len(whole)} times"
                lines = f"lines {', '.join(map(str, whole[:-1]))} and {whole[-1]}"
                message = f"this index of `{index.library.name}` lists `{links[0].target}` {times}, on {lines}"
                yield Finding(Place(index.summary.page.at.path, whole[1]), message, "keep one of them")


def find_repeated_entries(facts: SiteFacts) -> Iterator[Finding]:
    """Pages that an index of projects lists below several of them (S121)."""
    for index in _find_indexes(facts):
        yield from find_repeats(index.sections)


def find_missing_entries(facts: SiteFacts) -> Iterator[Finding]:
    """Pages that an index leaves out, each at the entry that it would follow (S118)."""
    for index in _find_indexes(facts):
        if index.sections:
            shown: dict[str, dict[str, str]] = defaultdict(dict)
            for each in facts.summaries:
                path = facts.paths.get(each.source, "")
                for project in each.projects if path in index.members else ():
                    shown[find_key(project)][path] = facts.host.locate(path)
            yield from find_missing(index.sections, shown)
            continue
        order = {path: number for number, path in enumerate(index.members)}
        places = {path: min(link.at for link in links) for path, links in index.entries.items()}
        listed = sorted((order[path], at) for path, at in places.items() if path in order)
        for path, page in index.members.items():
            if path not in index.entries:
                before = bisect(listed, (order[path],))
                at = listed[before - 1][1] if before else min(places.values())
                message = f"this index of `{index.library.name}` leaves out `{find_symbol(page.meta)}`"
                yield Finding(at, message, f"link to `{facts.host.locate(path)}`")


def _find_indexes(facts: SiteFacts) -> Iterator[_Index]:
    summaries = {each.page.at.path: each for each in list_written(facts)}
    paths = {at: path for at, each in summaries.items() if (path := facts.paths.get(each.source))}
    libraries = {library.name: library for library in make_site(facts).libraries}
    members: dict[tuple[str, str], dict[str, Page]] = defaultdict(dict)  # of each library, by language
    projects: dict[tuple[str, str], set[str]] = defaultdict(set)
    owners: dict[str, str] = {}
    for library in libraries.values():
        for page in library.pages:
            if page.at.path in paths:
                key = (library.name, page.meta.other("lang"))
                members[key][paths[page.at.path]] = page
                projects[key].update(map(find_key, summaries[page.at.path].projects))
                owners[paths[page.at.path]] = library.name
    shown = {key: frozenset(keys) for key, keys in projects.items()}
    spellings = _Spellings(libraries.values(), paths)
    for at, each in summaries.items():
        here = paths.get(at)
        if here is None or here in owners or find_status(each.page) != "published":
            continue
        for name, entries in _find_entries(each, here, facts, owners, spellings).items():
            key = (name, each.page.meta.other("lang"))
            library, listed = libraries[name], members[key]
            is_own = library.home is not None and library.home.at.path == at
            known = len(listed) + sum(path not in listed for path in entries)
            sections = find_sections(each, entries, shown.get(key, ()))
            if sections:
                yield _Index(each, library, listed, entries, sections)
            elif len(entries) >= max(_FEWEST, known * (_OWN_PART if is_own else _OTHER_PART)):
                yield _Index(each, library, listed, entries)


def _find_entries(
    summary: PageSummary, here: str, facts: SiteFacts, owners: Mapping[str, str], spellings: _Spellings
) -> Mapping[str, Mapping[str, Sequence[Link]]]:
    """The links of a page to the pages of libraries, by library and then by what they lead to."""
    found: dict[str, dict[str, list[Link]]] = defaultdict(lambda: defaultdict(list))
    for link in summary.links:
        path = facts.host.resolve(link.target, here, summary.source)
        if path is None:
            path = _flatten(link.target, here)
            name = spellings.find(path)
        else:
            name = owners.get(path, "")
        if name:
            found[name][path].append(link)
    return found


class _Spellings:
    """How libraries spell the addresses of their pages: `flask-ctx-g-examples.html` is `flask-…` and `-examples.html`.

    A library has a spelling when at least half of its pages have it and more than the library's name and `.html` stands
    in it, which any page might have.
    """

    def __init__(self, libraries: Iterable[Library[Page]], paths: Mapping[str, str]) -> None:
        self._names: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        for library in libraries:
            spelt: Counter[tuple[str, str]] = Counter()
            for page in library.pages:
                slug, path = slug_name(str(find_symbol(page.meta))), paths.get(page.at.path, "")
                if slug and slug in path:
                    before, _, behind = path.partition(slug)
                    spelt[before, behind] += 1
            for spelling, times in spelt.most_common(1):
                if 2 * times >= len(library.pages) and spelling != ("", ".html"):
                    self._names[spelling][slug_name(library.name)] = library.name

    def find(self, path: str) -> str:
        """The library whose spelling a path has; "" when there is none."""
        for (before, behind), names in self._names.items():
            if path.startswith(before) and path.endswith(behind):
                slug = path[len(before) : len(path) - len(behind)]
                while "-" in slug:
                    slug = slug.rpartition("-")[0]
                    if slug in names:
                        return names[slug]
        return ""


def _flatten(target: str, page: str) -> str:
    """The path below the output that a dead link means, as far as that is needed to know it again."""
    path = unquote(target.partition("#")[0].partition("?")[0])
    return posixpath.normpath(posixpath.join("/", page, "..", path)).lstrip("/")
