"""All files that a build will write, as far as they can be told: what links may lead to, and what is in whose way."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from callsite.addressing.listed import list_others, list_written
from callsite.addressing.paths import plan_foreign_place, plan_place, plan_static_path, plan_url
from callsite.addressing.settings import SiteSettings
from callsite.addressing.slugs import KINDS, plan_group
from callsite.check.facts import PageSummary
from callsite.check.hosting import SOURCE_LINK, Host
from callsite.check.status import find_status
from callsite.model import Problem
from callsite.navigation import Entry, Navigation
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


def plan_site(
    summaries: Sequence[PageSummary],
    settings: SiteSettings,
    *,
    articles: Collection[str] = (),
    statics: Collection[str] = (),
    foreign: Collection[str] = (),
    declared: Sequence[Redirect] = (),
    theme: Collection[str] | None = None,
    templates: Collection[str] = ("list", "redirect"),
) -> SitePlan:
    """Plan what a build will write.

    `summaries` are all pages and articles, `articles` the sources of the latter. `statics` are the files that are
    copied, those that links ask for included (see `list_asked`), and `foreign` the pages in other formats, all as paths
    below the content. `theme` are the theme's own files as paths below the output, None when they are not known, and
    `templates` those of its templates that anything here depends on.
    """
    written = [each for each in summaries if find_status(each.page) != "skip"]
    places = {
        each.source: plan_place(each.page.meta, each.source, settings, each.source in articles) for each in written
    }
    paths = {source: "" if place.endswith("/") else place for source, place in places.items()}
    urls = {each.source: plan_url(each.page.meta, each.source, settings, each.source in articles) for each in written}
    published = [each for each in written if find_status(each.page) == "published"]
    posts = [each for each in published if each.source in articles]
    pages = [each for each in published if each.source not in articles and urls[each.source]]
    lists = _plan_lists(pages, urls) if "list" in templates else {}
    own = dict(list_written(posts, settings))
    for each in written:
        if each.page.meta.other("save_as"):  # then Pelican lets it replace a list or an index
            own.pop(places[each.source], None)
    copied = {
        **{path: source for source, path in settings.template_pages.items()},
        **dict.fromkeys(theme or (), "the theme"),
    }
    taken = {**own, **copied}
    sources = {
        **{source: plan_static_path(source, settings) for source in statics},
        **dict.fromkeys(foreign, ""),
        **paths,
    }
    files = {*places.values(), *lists, *taken, *list_others(posts, settings)}
    files |= {plan_static_path(source, settings) or "/" for source in statics}
    files |= {plan_foreign_place(source, settings, source in articles) for source in foreign}
    files |= _plan_sources(paths.values(), settings)
    files |= list_twin_paths(_make_twin_site(pages, urls, settings))
    files |= {*(_LISTS if "list" in templates else ()), _SEARCH, *([] if theme else [f"{settings.theme_static_dir}/"])}
    files -= {""}
    plan = _plan_redirects(declared, written, pages, urls, paths, files, settings)
    if "redirect" in templates:
        files |= {_RULES, *map(plan_redirect_path, plan.redirects)}
    groups = _find_groups({link.target for each in written for link in each.links}, files, settings)
    host = Host(files, sources, settings.siteurl, groups, articles)
    return SitePlan(paths, urls, host, lists, taken, plan.problems)


def list_asked(summaries: Iterable[PageSummary]) -> frozenset[str]:
    """The files below the content that links ask Pelican to copy, `{static}x.png` and `{attach}x.png`, wherever they
    are; there may be no such files.
    """
    return frozenset(_list_asked(summaries))


def _list_asked(summaries: Iterable[PageSummary]) -> Iterator[str]:
    for each in summaries:
        for link in each.links:
            named = SOURCE_LINK.fullmatch(link.target) if link.target[:1] in "{|" else None
            if named and named[1] in ("static", "attach"):
                path = unquote(_cut(named[2]))
                folder = "" if path.startswith("/") else posixpath.dirname(each.source)
                found = posixpath.normpath(posixpath.join(folder, path.lstrip("/")))
                if not found.startswith(".."):
                    yield found


def _plan_lists(pages: Sequence[PageSummary], urls: Mapping[str, str]) -> dict[str, str]:
    """The generated lists whose names the pages themselves tell."""
    site = Site(tuple(each.page for each in pages))
    addresses = {each.page.at.path: urls[each.source] for each in pages}
    navigation = Navigation(site, Relations(site.pages, {}), addresses, Entry("", ""), {})
    return {view.url: view.about.title for view in navigation.list_generated()}


def _plan_sources(paths: Iterable[str], settings: SiteSettings) -> set[str]:
    """The sources beside pages, when Pelican is asked for them."""
    if not settings.output_sources:
        return set()
    return {posixpath.splitext(path)[0] + settings.output_sources_extension for path in paths if path}


def _make_twin_site(pages: Iterable[PageSummary], urls: Mapping[str, str], settings: SiteSettings) -> TwinSite:
    twins = tuple(TwinPage(each.page, urls[each.source], (), (), ()) for each in pages)
    return TwinSite("", "", settings.siteurl, settings.default_lang, (), twins)


def _plan_redirects(
    declared: Sequence[Redirect],
    written: Iterable[PageSummary],
    pages: Iterable[PageSummary],
    urls: Mapping[str, str],
    paths: Mapping[str, str],
    files: Collection[str],
    settings: SiteSettings,
) -> RedirectPlan:
    """The redirects that the site gets, and what is wrong with them, as a build tells it."""
    outputs = {path: f"`{path}`, which the build writes" for path in sorted(files) if not path.endswith("/")}
    outputs |= {paths[each.source]: each.page.at.path for each in written if paths[each.source]}
    # What nobody can tell may well be there.
    host = Host((*files, _RULES), {})
    for redirect in declared:
        if redirect.is_inside and host.resolve(redirect.new, "", "") == "":
            outputs[unquote(_cut(redirect.new)).lstrip("/")] = "what a build may write"
    sources = {
        each.source: urls[each.source]
        for each in written
        if find_status(each.page) == "published" and urls[each.source]
    }
    aliases = find_alias_redirects([(each.page, urls[each.source]) for each in pages])
    plan = plan_redirects(declared, aliases, outputs, sources, settings.siteurl)
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
