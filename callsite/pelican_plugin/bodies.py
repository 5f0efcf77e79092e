"""Bodies of pages, drawn when somebody asks for them: at most one of them is in memory at a time.

Pelican hands the whole HTML of each page from its reader to its generators, which look for two kinds of tags in it:
those that name a file of the content, and images. So the reader hands out a *gist*, which has these tags and no more,
and the content object draws its body anew whenever a template prints it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin, urlparse, urlunparse

from pelican.contents import Content

from callsite.file_links import replace_links

# How many links and addresses are remembered: pages link to the same ones again and again.
_MOST_KNOWN = 4096


def find_link_pattern(settings: dict[str, Any]) -> re.Pattern[str]:
    """Pelican's own pattern of links to files."""
    pattern: re.Pattern[str] = Content._get_intrasite_link_regex(SimpleNamespace(settings=settings))
    return pattern


def give_body(content: Content, draw: Callable[[str], str]) -> None:
    """Let a content object draw its body, by the path of its source, whenever it is asked for.

    What comes in the place of links to files is remembered as `content.replaced`.
    """
    links = content._get_intrasite_link_regex()
    content.replaced = {}

    def update(html: str, siteurl: str) -> str:
        def replace(match: re.Match[str]) -> str:
            content.replaced[match[0]] = found = replace_link(content, siteurl, match)
            return found

        return replace_links(html, links, replace)

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


def forget_bodies() -> None:
    """Let go of the bodies that Pelican has kept."""
    Content.__dict__["get_content"].cache.clear()
