"""The generated pages: all symbols, projects, libraries, chapters and topics, what has changed, all uses of a symbol.

Each list is cut into sheets, so that none grows without bounds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from itertools import groupby

from callsite.model import Dates
from callsite.navigation.related import Relatives
from callsite.navigation.sheets import cut_sheets, find_places, list_views
from callsite.navigation.views import About, Entry, Group, LibraryView, ListView, ModuleView
from callsite.outline import Outline
from callsite.records import replace
from callsite.relations import Project
from callsite.site import Library
from callsite.wording import count

SYMBOLS = "symbols.html"
PROJECTS = "projects.html"
LIBRARIES = "libraries.html"
CONTENTS = "contents.html"
TOPICS = "topics.html"
CHANGES = "changes.html"
_LIBRARY = "libraries/{}.html"
_PROJECT = "projects/{}.html"

# How many changes are listed.
MOST_CHANGES = 100

_LONGEST_NAME = 80
_LONGEST_FILE = 200

# What names stand under that begin with no letter.
_NO_LETTER = "0-9"


def make_library(library: Library[Outline], entries: Mapping[str, Entry]) -> LibraryView:
    """A library and the sheets of its list. Its own page, if there is one, has the first sheet."""
    home = library.home
    url = _LIBRARY.format(_shorten(library.name))
    home_url = entries[home.at.path].url if home else ""
    groups = []
    for module in library.modules:
        listed = tuple(entries[page.at.path] for page in module.pages)
        groups.append(Group(module.name, f"module-{module.name}", listed, len(listed)))
    sheets = cut_sheets(url, groups, home_url)
    places = find_places(url, {group.anchor: group.total for group in groups}, home_url)
    return LibraryView(
        name=library.name,
        title=library.name,
        url=home_url or url,
        description=home.meta.description if home else "",
        modules=tuple(ModuleView(group.title, group.anchor, places[group.anchor], group.entries) for group in groups),
        written=home is not None,
        sheets=sheets,
    )


def list_library(library: LibraryView, home: Entry) -> Iterator[ListView]:
    """The generated pages of a library: all but the one that an author has written."""
    words = f"{count(library.count, 'example')} in {count(len(library.modules), 'module')}"
    about = About(
        f"{library.title} examples",
        library.description,
        (home, Entry("Libraries", LIBRARIES)),
        facts=(Entry(words, ""),),
        code=True,
        library=library,
    )
    views = list_views(about, library.sheets)
    return (view for number, view in enumerate(views) if number or not library.written)


def list_symbols(entries: Iterable[Entry], home: Entry) -> Iterator[ListView]:
    """All symbols, A to Z by their last name."""
    named = sorted((entry for entry in entries if entry.symbol), key=_by_name)
    groups = []
    for letter, members in groupby(named, key=_find_letter):
        listed = tuple(
            Entry(entry.title, entry.url, entry.symbol, note=entry.symbol.rpartition(".")[0]) for entry in members
        )
        groups.append(Group(letter, f"letter-{letter}", listed, len(listed)))
    about = About("All symbols", "Every function, class and object with examples, by name.", (home,))
    return list_views(about, cut_sheets(SYMBOLS, groups))


def list_projects(projects: Iterable[Project], urls: Mapping[str, str], home: Entry) -> Iterator[ListView]:
    """All projects by name, each with its licence and number of excerpts."""
    listed = tuple(
        Entry(
            project.name,
            urls[project.key],
            description=", ".join(project.licences),
            note=count(len(project.excerpts), "excerpt"),
        )
        for project in sorted(projects, key=lambda project: (project.name.lower(), project.key))
    )
    about = About("All projects", "The projects whose code the examples are taken from.", (home,))
    return list_views(about, cut_sheets(PROJECTS, [Group("", "", listed, len(listed))]))


def list_project(project: Project, url: str, relatives: Relatives, home: Entry) -> Iterator[ListView]:
    """The excerpts of one project, by the page they are on, with its address and licence."""
    groups: list[Group] = []
    for _, excerpts in groupby(project.excerpts, key=lambda excerpt: excerpt.page.at.path):
        members = tuple(excerpts)
        entries = relatives.list_excerpts(members)
        listed = tuple(
            Entry(
                excerpt.shown.name or f"Listing {excerpt.number}",
                entry.url,
                note=excerpt.shown.version,
            )
            for excerpt, entry in zip(members, entries, strict=True)
        )
        groups.append(Group(entries[0].symbol or entries[0].title, f"page-{len(groups) + 1}", listed, len(listed)))
    facts = [Entry(project.url.partition("://")[2].rstrip("/"), project.url)] if project.url else []
    facts += [Entry(licence, "") for licence in project.licences]
    facts.append(Entry(count(len(project.excerpts), "excerpt"), ""))
    about = About(
        project.name,
        f"Examples taken from {project.name}.",
        (home, Entry("Projects", PROJECTS)),
        tuple(facts),
        code=True,
    )
    return list_views(about, cut_sheets(url, groups))


def list_libraries(libraries: Iterable[LibraryView], home: Entry) -> Iterator[ListView]:
    """All libraries by name."""
    listed = tuple(
        Entry(library.title, library.url, library.name, library.description, count(library.count, "example"))
        for library in libraries
    )
    about = About("All libraries", "The libraries that examples show the use of.", (home,))
    return list_views(about, cut_sheets(LIBRARIES, [Group("", "", listed, len(listed))]))


def list_pages(title: str, description: str, url: str, entries: Sequence[Entry], home: Entry) -> Iterator[ListView]:
    """Chapters or topics in reading order."""
    about = About(title, description, (home,))
    return list_views(about, cut_sheets(url, [Group("", "", tuple(entries), len(entries))]))


def find_changes(
    pages: Iterable[Outline], entries: Mapping[str, Entry], dates: Mapping[str, Dates]
) -> tuple[Group, ...]:
    """The pages that were changed last, by day, the newest first."""
    ranked = rank_changes({page.at.path: dates[page.at.path] for page in pages if page.at.path in dates})
    groups: list[Group] = []
    for day, members in groupby(ranked, key=lambda ranked: ranked[0]):
        listed = tuple(replace(entries[path], note="new" if is_new else "") for _, path, is_new in members)
        groups.append(Group(day.isoformat(), f"day-{day.isoformat()}", listed, len(listed)))
    return tuple(groups)


def rank_changes(dates: Mapping[str, Dates]) -> list[tuple[date, str, bool]]:
    """The paths of the pages that were changed last, the newest first: each with the day, and whether the page was new
    on it.
    """
    dated = sorted(
        dates.items(),
        # By day first: of times in several zones, a later one can be on an earlier day.
        key=lambda item: (-item[1].changed.toordinal(), -item[1].changed.timestamp(), item[0]),
    )
    return [
        (day := known.changed.date(), path, known.created is not None and known.created.date() == day)
        for path, known in dated[:MOST_CHANGES]
    ]


def list_changes(groups: Sequence[Group], home: Entry) -> Iterator[ListView]:
    """What `find_changes` has found."""
    about = About("Recently changed", "The newest pages, and those that were changed last.", (home,))
    return list_views(about, cut_sheets(CHANGES, groups))


def list_uses(page: Outline, relatives: Relatives, breadcrumbs: tuple[Entry, ...]) -> Iterator[ListView]:
    """All excerpts that use a page's symbol, and all symbols it is used together with; none when the page itself shows
    them all.
    """
    sheets = relatives.list_uses(page)
    if sheets:
        name = str(page.symbol or page.meta.title)
        about = About(f"Uses of {name}", f"All examples that use {name}, and what they use it with.", breadcrumbs)
        yield from list_views(about, sheets)


def plan_project_urls(projects: Iterable[Project]) -> dict[str, str]:
    """The address of each project's page, by its key."""
    urls: dict[str, str] = {}
    taken: dict[str, int] = {}  # with the last number that was tried behind each
    for project in projects:
        stem = name = re.sub(r"[^a-z0-9]+", "-", project.name.lower())[:_LONGEST_NAME].strip("-") or "project"
        while name in taken:
            taken[stem] += 1
            name = f"{stem}-{taken[stem]}"
        taken[name] = 1
        urls[project.key] = _PROJECT.format(name)
    return urls


def _by_name(entry: Entry) -> tuple[bool, str, str, str]:
    letter = _find_letter(entry)
    return letter != _NO_LETTER, letter, entry.title.lower().lstrip("_"), entry.symbol


def _find_letter(entry: Entry) -> str:
    first = entry.title.lstrip("_")[:1].upper()
    return first if first.isalpha() else _NO_LETTER


def _shorten(name: str) -> str:
    """A library's name as that of a file, of which file systems take 255 bytes."""
    if len(name.encode()) <= _LONGEST_FILE:
        return name
    return f"{name[: _LONGEST_NAME // 2]}-{sha256(name.encode()).hexdigest()[:12]}"
