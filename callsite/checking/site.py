"""A whole site, checked: its pages side by side in processes of their own, then what they are to each other.

    files ──check_page, in workers──▶ PageSummary* ──plan_site──▶ SiteFacts ──rules──▶ Problem*

When only some pages are asked for, the others are read as far as their metadata, and whole where a page that was asked
for links to a place in them. What was built, and links to other sites, are checked elsewhere (`outputs`, `external`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callsite.addressing import (
    SitePlan,
    SiteSettings,
    complete_meta,
    list_asked,
    parse_site_settings,
    plan_metadata,
    plan_site,
)
from callsite.build import load_head, place_of
from callsite.check.across import RULES, find_site_problems
from callsite.check.facts import PageSummary, SiteFacts
from callsite.check.hosting import Host
from callsite.check.rule import apply_rules
from callsite.checking.files import ContentFiles, find_files, find_templates, find_theme_files, list_all
from callsite.checking.pages import open_tools
from callsite.checking.tasks import PageTask
from callsite.configuration import Configuration
from callsite.model import Problem
from callsite.opening import open_file
from callsite.records import dataclass, replace
from callsite.redirect_file import read_redirects
from callsite.render import Link
from callsite.workers import Failure, Workers

if TYPE_CHECKING:
    from callsite.checking.keeping import Kept

# The rules that are told only when all pages are checked: they depend on what is in every one of them.
_WHOLE = frozenset({"S113", "S115", "S116", "S117", "S118", "S121"})


# Those that are told of one page though another one is part of it.
_CLAIMS = frozenset({"S101", "S103", "S104", "S107", "S119"})


@dataclass(frozen=True, slots=True)
class Content:
    """What to check: the folder of content of a site, its settings file and what that sets, and what the site asks of
    its checks.
    """

    folder: Path
    settings: str
    values: Mapping[str, Any]
    configuration: Configuration


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found, in the order of places; and the site as it was seen, for the checks that come after.

    `summaries` has every page by its source, `checked` the sources of those that were checked.
    """

    problems: tuple[Problem, ...]
    summaries: Mapping[str, PageSummary]
    checked: tuple[str, ...]
    plan: SitePlan


def prepare(content: Content) -> None:
    """See that pages can be read with a site's settings. Raises CallsiteError, once and not of every page, if not."""
    open_tools(
        os.path.abspath(content.settings),
        os.stat(content.settings).st_mtime_ns,
        str(content.folder.resolve().parent),
        tuple(content.configuration.sources.items()),
    )


def check_content(
    content: Content,
    named: Collection[Path] | None,
    workers: Workers[PageTask, PageSummary],
    tell: Callable[[int, int], None] = lambda *_: None,
    kept: Kept | None = None,
) -> Checked:
    """Check the pages at the paths `named`, or all pages, and what they are to each other. The workers are free to go
    when all pages are read. What is `kept` of pages is not found again.

    `tell` is called with how many pages are done, and how many there are.
    """
    settings = parse_site_settings(content.values)
    files = find_files(content.folder, content.values)
    sources = (*files.pages, *files.articles)
    asked = None if named is None else {os.path.realpath(path) for path in named}
    wanted = [source for source in sources if asked is None or os.path.realpath(content.folder / source) in asked]
    prepare(content)
    workers.limit = content.configuration.time_limit
    reader = _Reader(content, settings, files, workers, tell, kept)
    found = reader.read(wanted)
    if asked is not None:
        found |= reader.read_others(sources, found)
    workers.dismiss()
    summaries = tuple(found[source] for source in sources)
    folder = content.folder.resolve()
    redirects, declared = read_redirects(str(folder))
    asked_for = [path for path in list_asked(summaries) if os.path.isfile(content.folder / path)]
    if asked is not None:
        asked_for += list_all(content.folder)  # nobody knows what the other pages ask for
    theme = _find_theme(content)
    plan = plan_site(
        summaries,
        frozenset(files.articles),
        tuple(dict.fromkeys([*files.statics, *asked_for])),
        settings,
        redirects,
        foreign=files.foreign,
        theme=find_theme_files(theme, content.values),
        templates=find_templates(theme),
    )
    facts = SiteFacts(summaries, plan.paths, plan.host, files.statics, content.configuration.policy)
    problems = {
        *declared,
        *plan.problems,
        *find_site_problems(facts, plan.taken, plan.lists, settings.default_lang),
        *apply_rules(RULES, facts),
    }
    if asked is not None:
        paths = {found[source].page.at.path for source in wanted}
        problems = {problem for problem in problems if _concerns(problem, paths)}
    return Checked(tuple(sorted({*reader.problems, *problems})), found, tuple(wanted), plan)


def _concerns(problem: Problem, paths: Collection[str]) -> bool:
    """Whether a problem of the site is one of the pages at these paths: it is there, or it is about what both they and
    another page claim.
    """
    if problem.code in _CLAIMS and any(f"{path}:" in f"{problem.message}:" for path in paths):
        return True
    return problem.at.path in paths and problem.code not in _WHOLE


def _find_theme(content: Content) -> str:
    """The folder of the site's theme; one of Pelican's own is known by its name alone."""
    return os.path.join(
        os.path.dirname(os.path.abspath(content.settings)), str(content.values.get("THEME") or "notmyidea")
    )


class _Reader:
    """Reads the pages of a site as far as is needed, and gathers what is wrong with those that are checked."""

    def __init__(
        self,
        content: Content,
        settings: SiteSettings,
        files: ContentFiles,
        workers: Workers[PageTask, PageSummary],
        tell: Callable[[int, int], None],
        kept: Kept | None,
    ) -> None:
        self.problems: list[Problem] = []
        self._content = content
        self._settings = settings
        self._nothing = Host((), {}, settings.siteurl)  # what it says leads out of the site does so on any host there
        self._articles = frozenset(files.articles)
        self._workers = workers
        self._tell = tell
        self._kept = kept
        self._changed = os.stat(content.settings).st_mtime_ns

    def read(self, sources: Sequence[str]) -> dict[str, PageSummary]:
        """Check pages; what is known of each then, by source."""
        found: dict[str, PageSummary] = {}
        for done, (source, summary) in enumerate(self._work(sources, applies=True), 1):
            if isinstance(summary, Failure):
                at = place_of(str(self._content.folder / source))
                hint = "raise `time-limit` in [tool.callsite.check] if the machine is slow, else make the page shorter"
                self.problems.append(Problem(at, "C101", f"not checked: {summary}", hint))
                found[source] = self._read_head(source)
            else:
                self.problems += summary.problems
                found[source] = self._complete(source, summary)
            self._tell(done, len(sources))
        return found

    def read_others(self, sources: Iterable[str], found: Mapping[str, PageSummary]) -> dict[str, PageSummary]:
        """Read the pages that are not checked, whole where one that is links to a place in them."""
        others = {source: self._read_head(source) for source in sources if source not in found}
        if not any(self._may_point(link, source) for source, summary in found.items() for link in summary.links):
            return others
        plan = plan_site([*found.values(), *others.values()], self._articles, (), self._settings)
        owners = {path: source for source, path in plan.paths.items() if source in others}
        linked = {
            owners[path]
            for source, summary in found.items()
            for link in summary.links
            if "#" in link.target
            and (path := plan.host.resolve(link.target, plan.paths.get(source, ""), source)) in owners
        }
        for source, summary in self._work(sorted(linked), applies=False):
            if not isinstance(summary, Failure):
                others[source] = self._complete(source, summary)
        return others

    def _may_point(self, link: Link, source: str) -> bool:
        """Whether a link can lead to a place in a page of this site, as far as can be told without a plan of it."""
        return "#" in link.target and self._nothing.resolve(link.target, source, source) != ""

    def _work(self, sources: Sequence[str], applies: bool) -> Iterator[tuple[str, PageSummary | Failure]]:
        tasks = []
        for source in sources:
            task = self._make_task(source, applies)
            known = self._kept.find(task) if self._kept and applies else None
            if known is None:
                tasks.append(task)
            else:
                yield source, known
        for number, summary in self._workers.work(tasks):
            if self._kept and applies and not isinstance(summary, Failure):
                self._kept.keep(tasks[number], summary)
            yield tasks[number].source, summary

    def _make_task(self, source: str, applies: bool) -> PageTask:
        path = self._content.folder / source
        given = plan_metadata(source, self._settings)
        needed = ("title", "date") if source in self._articles else ("title",)
        return PageTask(
            path=str(path),
            source=source,
            data=_read(path),
            required=tuple(key for key in needed if key not in given),
            settings=self._content.settings,
            changed=self._changed,
            base=str(self._content.folder.resolve().parent),
            configuration=self._content.configuration,
            applies=applies,
        )

    def _read_head(self, source: str) -> PageSummary:
        page = load_head(str(self._content.folder / source))
        return self._complete(source, PageSummary(page, source, (), frozenset(), (), (), is_whole=False))

    def _complete(self, source: str, summary: PageSummary) -> PageSummary:
        """The same with the metadata that the settings give a page by its path."""
        page = summary.page
        return replace(summary, page=replace(page, meta=complete_meta(page.meta, source, self._settings)))


def _read(path: Path) -> bytes | None:
    try:
        with open_file(path) as file:
            return file.read()
    except OSError:
        return None
