"""Pages side by side: once their addresses are known, what stands around each, and which lists are generated."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from markupsafe import Markup
from pelican.contents import Content, Page

from callsite.foreign import find_headings
from callsite.history import read_history
from callsite.model import Problem, Severity
from callsite.navigation import Entry, ListView, Navigation, PageView, nest_headings
from callsite.navigation.late import LateView
from callsite.pelican_plugin.dating import find_dates
from callsite.pelican_plugin.outputs import find_outline, place_content
from callsite.pelican_plugin.run import Run
from callsite.records import replace
from callsite.relations import Relations
from callsite.site import Site
from callsite.twins import FEED_PATH, find_markdown_path


def arrange_pages(run: Run, contents: Sequence[Content]) -> list[Problem]:
    """Work out the lists of a site, and what templates show around each of its pages; returns what is left out."""
    published = [content for content in contents if isinstance(content, Page) and content.status == "published"]
    listed = [(content, outline) for content in published if (outline := find_outline(content))]
    site = Site(tuple(page for _, page in listed))
    by_path = {page.at.path: content for content, page in listed}
    run.published = {by_path[page.at.path].source_path: by_path[page.at.path] for page in site.pages}
    run.history = history = read_history(Path(run.settings["PATH"]))
    run.note([history.notice] if history.notice else [])
    run.dates = find_dates(listed, history)
    run.relations = Relations(
        site.pages, {path: run.find_uses(content.source_path) for path, content in by_path.items()}
    )
    run.navigation = navigation = Navigation(
        site,
        run.relations,
        {path: content.url for path, content in by_path.items()},
        Entry(run.settings["SITENAME"], ""),
        run.dates,
        # Other readers hand out HTML.
        [Entry(Markup(page.title).striptags(), page.url) for page in published if not find_outline(page)],  # noqa: S704
    )
    run.context["callsite"] = navigation
    run.context["CALLSITE_FEED"] = FEED_PATH if run.dates and "//" in run.settings["SITEURL"] else ""
    for content in contents:
        content.example = LateView(partial(_describe, run, navigation, content))
    lists = tuple(navigation.list_generated()) if run.find_template("list") else ()
    own = {content.save_as: content for content in contents}
    run.lists = tuple(view for view in lists if view.url not in own)
    replaced = [_name_replaced(view, own[view.url]) for view in lists if view.url in own]
    unread = [
        Problem(
            page.place("sortorder"),
            "S108",
            "its `sortorder` is that of a callable, but no symbol can be read off it, so no library lists it",
            "add a line `symbol: …`",
            Severity.WARNING,
        )
        for page in site.unread
    ]
    return [*replaced, *unread]


def _describe(run: Run, navigation: Navigation, content: Content) -> PageView:
    """What templates show around a page in any format."""
    outline = find_outline(content)
    if outline is None:
        title = Markup(content.title)  # noqa: S704  # other readers hand out HTML
        headings = nest_headings(find_headings(content._content))
        return PageView(title.striptags(), title, headings=headings, breadcrumbs=(navigation.home,))
    view = navigation.view(outline, run.examined[content.source_path].headings, content.title)
    twin = find_markdown_path(content.url) if content.source_path in run.published else None
    return replace(view, twin=twin or "")


def _name_replaced(view: ListView, content: Content) -> Problem:
    place = place_content(content, "slug")
    message = f"this page takes the place of the list `{view.about.title}`, which is left out"
    return Problem(place, "S110", message, "choose another slug to have both", Severity.WARNING)
