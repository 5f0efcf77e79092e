"""Bodies of pages, drawn when somebody asks for them: at most one of them is in memory at a time.

Pelican hands the whole HTML of each page from its reader to its generators, which look for two kinds of tags in it:
those that name a file of the content, and images. So the reader hands out a *gist*, which has these tags and no more,
and the content object draws its body anew whenever a template prints it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from pelican.contents import Content

# The tags that Pelican's readers look at besides links to files: it tells of images without a description.
_IMAGE = re.compile(r"<img[^>]*>", re.IGNORECASE)

# How Pelican marks links to its own files, unless a site has chosen otherwise, and what each of them begins with.
_USUAL = "(?P<path>[{|](?P<what>.*?)[|}](?P<value>"
_OPENING = re.compile("[\"'][{|]")


def find_link_pattern(settings: dict[str, Any]) -> re.Pattern[str]:
    """Pelican's own pattern of links to files."""
    pattern: re.Pattern[str] = Content._get_intrasite_link_regex(SimpleNamespace(settings=settings))
    return pattern


def find_gist(html: str, links: re.Pattern[str]) -> str:
    """The tags of some HTML that Pelican looks for; `links` is its own pattern of links to files, which would look for
    the last one in a tag that does not end.
    """
    return "\n".join([*(f"{match[0]}>" for match in find_file_links(html, links)), *_IMAGE.findall(html)])


def find_file_links(html: str, links: re.Pattern[str]) -> Iterator[re.Match[str]]:
    r"""What `links.finditer` finds in some HTML, only quicker.

    The pattern is `<[^>]+ attribute = quote {what}value quote`. So what it finds has an opening, and begins at the
    first `<` behind the last `>` before it: where `[^>]+` can begin at one `<`, it can begin at any before it.
    """
    if _USUAL not in links.pattern:
        yield from links.finditer(html)
        return
    behind = 0
    for opening in _OPENING.finditer(html):
        at = opening.start()
        if at < behind:
            continue
        start = html.find("<", max(html.rfind(">", behind, at) + 1, behind), at)
        match = links.match(html, start) if start >= 0 else None
        if match:
            yield match
            behind = match.end()


def give_body(content: Content, draw: Callable[[str], str]) -> None:
    """Let a content object draw its body, by the path of its source, whenever it is asked for."""
    links = content._get_intrasite_link_regex()

    def update(html: str, siteurl: str) -> str:
        parts: list[str] = []
        behind = 0
        for match in find_file_links(html, links):
            parts += html[behind : match.start()], content._link_replacer(siteurl, match)
            behind = match.end()
        return "".join((*parts, html[behind:]))

    content._get_content = lambda: draw(content.source_path)
    content._update_content = update


def forget_bodies() -> None:
    """Let go of the bodies that Pelican has kept."""
    Content.__dict__["get_content"].cache.clear()
