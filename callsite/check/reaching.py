"""Links between pages: where they lead nowhere, and what none of them leads to."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from callsite.check.facts import PageSummary, SiteFacts
from callsite.check.hosting import describe_dead, describe_nearly, find_dead_anchors
from callsite.check.rule import Finding
from callsite.check.status import find_status, list_written, make_site
from callsite.model import Place
from callsite.render import Link
from callsite.wording import nearest

IMAGES = (".png", ".jpg", ".jpeg", ".svg", ".gif", ".webp", ".avif")

# Browsers and other sites ask for these by name.
_ICONS = ("favicon", "apple-touch-icon", "android-chrome", "mstile", "icon-")

# Looking for what somebody may have meant takes a while.
_MOST_GUESSES = 20


def find_dead(facts: SiteFacts) -> Iterator[Finding]:
    """Links that lead nowhere in whatever case (S102)."""
    for link, near in _find_unanswered(facts):
        if not near:
            yield Finding(link.at, *describe_dead(link)[1:])


def find_nearly(facts: SiteFacts) -> Iterator[Finding]:
    """Links that lead nowhere but for their case (S114)."""
    for link, near in _find_unanswered(facts):
        if near:
            yield Finding(link.at, *describe_nearly(link, near)[1:])


def find_anchors(facts: SiteFacts) -> Iterator[Finding]:
    """Links to a place on a page that the page does not have (S112)."""
    anchors: dict[str, frozenset[str]] = {}
    for each in list_written(facts):
        path = facts.paths.get(each.source)
        if path and each.is_whole:
            anchors[path] = anchors.get(path, frozenset()) | each.anchors
    dead = (
        found
        for each in list_written(facts)
        for found in find_dead_anchors(each.links, facts.host, facts.paths.get(each.source, ""), each.source, anchors)
    )
    guesses = _MOST_GUESSES
    for link, path, wanted in dead:
        guess = nearest(wanted, anchors[path]) if guesses > 0 else None
        guesses -= 1
        hint = f"did you mean `#{guess}`?" if guess else "mend it, or give the heading there that id"
        yield Finding(link.at, f"the link to `{link.target}` leads to a place that its page does not have", hint)


def find_orphans(facts: SiteFacts) -> Iterator[Finding]:
    """Published pages that only the list of all topics leads to (S113): neither about a library nor in a chapter, and
    no other page links to them.
    """
    site = make_site(facts)
    loose = [page for page in site.topics if site.find_chapter(page) is None]
    if not loose:
        return
    sources = {each.page.at.path: each.source for each in facts.summaries}
    reached = {
        target
        for each in list_written(facts)
        if find_status(each.page) == "published"
        for target in _list_targets(each, facts)
        if target != facts.paths.get(each.source)
    }
    for page in loose:
        path = facts.paths.get(sources[page.at.path])
        if path and path not in reached:
            hint = "link to it, or give it `toc: True` or the `sortorder` of a chapter"
            yield Finding(Place(page.at.path, 1), "only the list of all topics leads to this page", hint)


def find_unused_images(facts: SiteFacts) -> Iterator[Finding]:
    """Images that are copied to the output though no page shows them or speaks of them (S116)."""
    images = [path for path in facts.statics if path.lower().endswith(IMAGES)]
    if not images:
        return
    used = {target for each in facts.summaries for target in _list_targets(each, facts)}
    spoken = {
        posixpath.basename(word)
        for each in facts.summaries
        for _, lines in each.page.meta.others
        for word in " ".join(lines).split()
    }
    folder = find_content(facts)
    for path in sorted(images):
        name = posixpath.basename(path)
        place = facts.host.sources.get(path, "")
        if place in facts.host.files and place not in used and name not in spoken and not name.startswith(_ICONS):
            hint = "take it away, or leave it if the theme or another site shows it"
            yield Finding(Place(folder + path), "no page shows this image", hint)


def _find_unanswered(facts: SiteFacts) -> Iterator[tuple[Link, str]]:
    """The links that lead nowhere, each with the file that it would lead to in another case, or ""."""
    for each in list_written(facts):
        page = facts.paths.get(each.source, "")
        for link in _list_links(each, facts):
            known = page or link.target.startswith(("/", "{", "|")) or "//" in link.target
            if known and not facts.host.finds(link.target, page, each.source):
                yield link, facts.host.find_near(link.target, page, each.source)


def _list_links(summary: PageSummary, facts: SiteFacts) -> Iterator[Link]:
    """The links in a page, and the address that it has given itself: lists link to it."""
    yield from summary.links
    url = summary.page.meta.other("url")
    if url:
        yield Link(url if "//" in url else facts.host.locate(url), summary.page.place("url"))


def _list_targets(summary: PageSummary, facts: SiteFacts) -> Iterator[str]:
    """The output files that a page links to."""
    page = facts.paths.get(summary.source, "")
    targets = (facts.host.resolve(link.target, page, summary.source) for link in summary.links)
    return (target for target in targets if target)


def find_content(facts: SiteFacts) -> str:
    """The folder of the content as messages spell it, with a slash behind; "" when no page tells."""
    paths = ((each.page.at.path.replace("\\", "/"), each.source) for each in facts.summaries)
    return next((path.removesuffix(source) for path, source in paths if path.endswith(source)), "")
