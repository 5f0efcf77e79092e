"""Lists of the projects whose code a library's pages show, with links to these pages below a heading for each project.

### FlaskBB
* [flask.ctx after_this_request](/flask-ctx-after-this-request-examples.html)
* …
"""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from callsite.check.facts import PageSummary
from callsite.check.rule import Finding
from callsite.credits import find_key
from callsite.model import Place
from callsite.records import dataclass
from callsite.render import Link

# A page lists projects when the headings of so many have links to a library's pages below them.
_FEWEST = 3

# Names in a message.
_MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class Section:
    """What stands below the heading of a project: its line, the project's name, and its links to example pages, by the
    paths of the files that they lead to or would lead to.
    """

    line: int
    project: str
    entries: Mapping[str, Sequence[Link]]

    @property
    def last(self) -> Place:
        """The last of the entries."""
        return max(link.at for links in self.entries.values() for link in links)


def find_sections(
    summary: PageSummary, entries: Mapping[str, Sequence[Link]], projects: Iterable[str]
) -> tuple[Section, ...]:
    """The sections of a page that lists projects; none when it does not. `entries` are all links of the page to example
    pages, and `projects` the keys of those that example pages show (see `find_key`).
    """
    starts = [line for line, _ in summary.headings]
    below: dict[int, dict[str, list[Link]]] = defaultdict(lambda: defaultdict(list))
    for path, links in entries.items():
        for link in links:
            below[bisect(starts, link.at.line) - 1][path].append(link)
    found = tuple(Section(*summary.headings[number], below[number]) for number in range(len(starts)) if number in below)
    known = frozenset(projects)
    is_list = sum(find_key(section.project) in known for section in found) >= _FEWEST
    return found if is_list else ()


def find_doubles(sections: Iterable[Section]) -> Iterator[Finding]:
    """Pages that are listed twice below one heading."""
    for section in sections:
        for links in section.entries.values():
            if len(links) > 1:
                first, second = sorted(links, key=lambda link: link.at)[:2]
                message = f"`{second.target}` is listed below `{section.project}` already, on line {first.at.line}"
                yield Finding(second.at, message, "keep one of them")


def find_repeats(sections: Iterable[Section]) -> Iterator[Finding]:
    """Pages that are listed below several headings."""
    found: dict[str, list[tuple[Link, str]]] = defaultdict(list)
    for section in sections:
        for path, links in section.entries.items():
            found[path].append((links[0], section.project))
    for entries in found.values():
        if len(entries) > 1:
            link = entries[1][0]
            names = ", ".join(name for _, name in entries[:_MOST_NAMES])
            more = f" and {len(entries) - _MOST_NAMES} more" if len(entries) > _MOST_NAMES else ""
            message = f"`{link.target}` is listed below {len(entries)} headings: {names}{more}"
            yield Finding(link.at, message, "see that each of these projects is shown there")


def find_missing(sections: Iterable[Section], shown: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
    """Pages that show code of a project and are not listed below its heading; `shown` has, by the key of each project,
    the addresses of these pages by the paths of their files.
    """
    for section in sections:
        for path, address in shown.get(find_key(section.project), {}).items():
            if path not in section.entries:
                message = f"`{address}` shows code of {section.project} and is not listed below its heading"
                yield Finding(section.last, message, f"link to `{address}`")
