"""All files that a build will write, as far as they can be told: what links may lead to, and what is in whose way."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from urllib.parse import unquote, urlsplit

from callsite.addressing.listed import list_others, list_written
from callsite.addressing.paths import find_slug, plan_foreign_place, plan_place, plan_static_path, plan_url
from callsite.addressing.settings import SiteSettings
from callsite.addressing.slugs import KINDS, plan_group
from callsite.check.facts import PageSummary
from callsite.check.hosting import SOURCE_LINK, Host
from callsite.check.status import find_status
from callsite.hostfiles import list_host_paths
from callsite.model import Problem
from callsite.navigation import Entry, Navigation
from callsite.outline import find_outline
from callsite.records import dataclass
from callsite.redirects import (
    Redirect,
    RedirectPlan,
    find_alias_redirects,
    format_hosting_redirects,
    plan_redirect_path,
    plan_redirects,
)
from callsite.relations import Relations
from callsite.site import Site
from callsite.twins import TwinPage, TwinSite, list_twin_paths

# What the generated lists and the search come to, as far as only building tells.
_LISTS = ("changes.html", "projects.html", "projects/", "uses/")
_SEARCH = "pagefind/"
_RULES = "_redirects"


@dataclass(frozen=True, slots=True)
class SitePlan:
    """What a build will write.

    `paths` has, by the source of each page and article, the path of its file below the output, "" where that cannot be
    told, and `urls` its address below the site's root. `host` is all that links may lead to. `lists` are the generated
    lists by path, each with its title, and `taken` the other files whose place no page can take, each with what it is.
    `problems` are those with redirects.
    """

    paths: Mapping[str, str]
    urls: Mapping[str, str]
    host: Host
    lists: Mapping[str, str]
    taken: Mapping[str, str]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Members:
    """The pages and articles that are written, the published ones of each kind, and where they will be, by source."""

    written: tuple[PageSummary, ...]
    posts: tuple[PageSummary, ...]
    pages: tuple[PageSummary, ...]
    places: Mapping[str, str]
    paths: Mapping[str, str]
    urls: Mapping[str, str]


def plan_site(
    summaries: Iterable[PageSummary],
    articles: Collection[str],
    statics: Collection[str],
    settings: SiteSettings,
    declared: Sequence[Redirect] = (),
    *,
    foreign: Collection[str] = (),
    theme: Collection[str] | None = None,
    templates: Collection[str] = ("list", "redirect"),
) -> SitePlan:
    """Plan what a build will write.

    `summaries` are all pages and articles, `articles` the sources of the latter. `statics` are the files that are
    copied, those that links ask for included (see `list_asked`), and `foreign` the pages in other formats, all as paths
    below the content. `declared` are the redirects that the site declares. `theme` are the theme's own files as paths
    below the output, None when they are not known, and `templates` those of its templates that this depends on.
    """
    members = _place_members(summaries, articles, settings)
    lists = _plan_lists(members) if "list" in templates else {}
    taken = _plan_taken(members, settings, theme or ())
    copied = {source: plan_static_path(source, settings) for source in statics}
    files = {
        *members.places.values(),
        *lists,
        *taken,
        *list_others(members.posts, settings),
        *(path or "/" for path in copied.values()),
        *_list_attached(members),
        *(plan_foreign_place(source, settings, source in articles) for source in foreign),
        *_plan_sources(members, settings),
        *list_twin_paths(_make_twin_site(members, settings)),
        *_list_host_paths(settings),
        *(_LISTS if "list" in templates else ()),
        *([] if theme else [f"{settings.theme_static_dir}/"]),
        _SEARCH,
    } - {""}
    plan = _plan_redirects(declared, members, files, settings)
    if "redirect" in templates:
        files |= {_RULES, *map(plan_redirect_path, plan.redirects)}
    sources = {**copied, **dict.fromkeys(foreign, ""), **members.paths}
    targets = {link.target for each in members.written for link in each.links}
    host = Host(files, sources, settings.siteurl, _find_groups(targets, files, settings), articles)
    return SitePlan(members.paths, members.urls, host, lists, taken, plan.problems)


def _list_host_paths(settings: SiteSettings) -> frozenset[str]:
    """The files for hosts, which a production build has."""
    is_public = settings.callsite_production
    return list_host_paths(settings.callsite_cname, settings.callsite_nginx_map) if is_public else frozenset()


def list_asked(summaries: Iterable[PageSummary]) -> frozenset[str]:
    """The files below the content that links ask Pelican to copy, `{static}x.png` and `{attach}x.png`, wherever they
    are; there may be no such files.
    """
    return frozenset(path for each in summaries for _, path in _list_asked(each))


def _list_asked(summary: PageSummary) -> Iterator[tuple[str, str]]:
    """What a page asks Pelican to copy, each with the word it does that with."""
    for link in summary.links:
        named = SOURCE_LINK.fullmatch(link.target) if link.target[:1] in "{|" else None
        if named and named[1] in ("static", "attach"):
            path = unquote(_cut(named[2]))
            folder = "" if path.startswith("/") else posixpath.dirname(summary.source)
            found = posixpath.normpath(posixpath.join(folder, path.lstrip("/")))
            if path and not found.startswith(".."):
                yield named[1], found


def _list_attached(members: _Members) -> Iterator[str]:
    """Where `{attach}` links move files: beside the page, with the folders between its source and theirs."""
    for each in members.written:
        for kind, path in _list_asked(each):
            if kind == "attach":
                beside = posixpath.relpath(path, posixpath.dirname(each.source) or ".")
                tail = posixpath.basename(path) if beside.startswith("../") else beside
                yield posixpath.join(posixpath.dirname(members.places[each.source]), tail)


def _place_members(summaries: Iterable[PageSummary], articles: Collection[str], settings: SiteSettings) -> _Members:
    written = tuple(each for each in summaries if find_status(each.page) != "skip")
    published = [each for each in written if find_status(each.page) == "published"]
    kinds = [(each.source, each.page.meta, each.source in articles) for each in written]
    places = {source: plan_place(meta, source, settings, is_article) for source, meta, is_article in kinds}
    return _Members(
        written,
        tuple(each for each in published if each.source in articles),
        tuple(each for each in published if each.source not in articles),
        places,
        {source: "" if place.endswith("/") else place for source, place in places.items()},
        {source: plan_url(meta, source, settings, is_article) for source, meta, is_article in kinds},
    )


def _plan_lists(members: _Members) -> dict[str, str]:
    """The generated lists whose names the pages themselves tell."""
    site = Site(tuple(find_outline(each.page) for each in members.pages))
    urls = {each.page.at.path: members.urls[each.source] or each.source for each in members.pages}
    navigation = Navigation(site, Relations(site.pages, {}), urls, Entry("", ""), {})
    return {view.url: view.about.title for view in navigation.list_generated()}


def _plan_taken(members: _Members, settings: SiteSettings, theme: Iterable[str]) -> dict[str, str]:
    """The files whose place no page can take, each with what it is."""
    own = dict(list_written(members.posts, settings))
    for each in members.written:
        if each.page.meta.other("save_as"):  # then Pelican lets it replace a list or an index
            own.pop(members.places[each.source], None)
    templates = {path: source for source, path in settings.template_pages.items()}
    return {**own, **templates, **dict.fromkeys(theme, "the theme")}


def _plan_sources(members: _Members, settings: SiteSettings) -> Iterator[str]:
    """The sources beside pages, when Pelican is asked for them."""
    for each in (*members.pages, *members.posts) if settings.output_sources else ():
        path = members.paths[each.source]
        if path:
            yield posixpath.splitext(path)[0] + settings.output_sources_extension


def _make_twin_site(members: _Members, settings: SiteSettings) -> TwinSite:
    """What the names of twins follow from; of a translated page the original speaks for all."""
    slugs = {each.source: find_slug(each.page.meta, each.source, settings) for each in members.pages}
    own = {each.source for each in members.pages if each.page.meta.other("lang") in ("", settings.default_lang)}
    originals = {slugs[source] for source in own}
    twins = tuple(
        TwinPage(each.page, members.urls[each.source], (), (), ())
        for each in members.pages
        if members.urls[each.source] and (each.source in own or slugs[each.source] not in originals)
    )
    return TwinSite("", "", settings.siteurl, settings.default_lang, (), twins)


def _plan_redirects(
    declared: Sequence[Redirect], members: _Members, files: Collection[str], settings: SiteSettings
) -> RedirectPlan:
    """The redirects that the site gets, and what is wrong with them, as a build tells it."""
    outputs = {path: f"`{path}`, which the build writes" for path in sorted(files) if not path.endswith("/")}
    outputs |= {path: each.page.at.path for each in members.written if (path := members.paths[each.source])}
    # What nobody can tell may well be there.
    host = Host(files, {})
    for redirect in declared:
        if redirect.is_inside and host.resolve(redirect.new, "", "") == "":
            outputs.setdefault(unquote(_cut(redirect.new)).lstrip("/"), "what the build may write")
    urls = {each.source: url for each in (*members.pages, *members.posts) if (url := members.urls[each.source])}
    listed = [each for each in members.pages if each.source in urls]
    aliases = find_alias_redirects([(find_outline(each.page), urls[each.source]) for each in listed])
    plan = plan_redirects(declared, aliases, outputs, urls, settings.siteurl)
    _, left = format_hosting_redirects(plan.redirects, outputs, _cut(settings.siteurl))
    return RedirectPlan(plan.redirects, (*plan.problems, *left))


def _find_groups(targets: Iterable[str], files: Collection[str], settings: SiteSettings) -> frozenset[str]:
    """Those of the addresses that name a category, tag or author with a list, as `{tag}x` and the like."""
    named = (match for target in targets if (match := SOURCE_LINK.fullmatch(target)) and match[1] in KINDS)
    found = ((match[1], unquote(_cut(match[2]))) for match in named)
    return frozenset(f"{{{kind}}}{name}" for kind, name in found if plan_group(kind, name, settings) in files)


def _cut(address: str) -> str:
    """The path of an address, "" when it is none."""
    try:
        return urlsplit(address).path
    except ValueError:
        return ""
