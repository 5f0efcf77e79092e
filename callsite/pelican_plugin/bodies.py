"""Bodies of pages, drawn when somebody asks for them: at most one of them is in memory at a time.

Pelican hands the whole HTML of each page from its reader to its generators, which look for two kinds of tags in it:
those that name a file of the content, and images. So the reader hands out a *gist*, which has these tags and no more,
and the content object draws its body anew whenever a template prints it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin, urlparse, urlunparse

from pelican.contents import Content

# The tags that Pelican's readers look at besides links to files: it tells of images without a description.
_IMAGE = re.compile(r"<img[^>]*>", re.IGNORECASE)

# How Pelican marks links to its own files, unless a site has chosen otherwise.
_USUAL = "(?P<path>[{|](?P<what>.*?)[|}](?P<value>"

# How many links and addresses are remembered: pages link to the same ones again and again.
_MOST_KNOWN = 4096


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

    The pattern is `<[^>]+ attribute = quote {what}value quote`. So what it finds has an opening, a quote and a `{` or
    `|` behind it, and begins at the first `<` behind the last `>` before it: where `[^>]+` can begin at one `<`, it can
    begin at any before it.
    """
    if _USUAL not in links.pattern:
        yield from links.finditer(html)
        return
    behind = 0
    for at in _find_openings(html):
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
            parts += html[behind : match.start()], replace_link(content, siteurl, match)
            behind = match.end()
        return "".join((*parts, html[behind:])) if parts else html

    content._get_content = lambda: draw(content.source_path)
    content._update_content = update


def replace_link(content: Content, siteurl: str, match: re.Match[str]) -> str:
    """What Pelican's `_link_replacer` makes of a link.

    A link to a page by its path from the root of the content leads to the same address wherever it stands, and there is
    nothing to be told or settled on the way; all others are Pelican's.
    """
    value = match["value"]
    if match["what"] == "filename" and value.startswith("/"):
        linked = content._context["generated_content"].get(_parse(value).path[1:])
        if linked:
            quote = match["quote"]
            address = _join(siteurl, value, linked.url, bool(content.settings["RELATIVE_URLS"]))
            return f"{match['markup']}{quote}{address}{quote}"
    replaced: str = content._link_replacer(siteurl, match)
    return replaced


_parse = lru_cache(_MOST_KNOWN)(urlparse)


@lru_cache(_MOST_KNOWN)
def _join(siteurl: str, value: str, url: str, is_relative: bool) -> str:
    """The address of a page, whose own is `url`, with all else that the `value` of a link says."""
    joined = os.path.join(siteurl, url) if is_relative else urljoin(siteurl.removesuffix("/") + "/", url)
    return urlunparse(_parse(value)._replace(path=joined.replace("\\", "/")))


def _find_openings(html: str) -> list[int]:
    found = []
    for mark in "{|":
        at = html.find(mark, 1)
        while at > 0:
            if html[at - 1] in "\"'":
                found.append(at - 1)
            at = html.find(mark, at + 1)
    return sorted(found)


def forget_bodies() -> None:
    """Let go of the bodies that Pelican has kept."""
    Content.__dict__["get_content"].cache.clear()
