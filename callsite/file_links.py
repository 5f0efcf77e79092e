"""Links to files of the content in HTML, as Pelican has them: `<a href="{filename}x.md">`.

A *gist* of some HTML has the tags that Pelican's readers and generators look for in it, and no more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from callsite.patterns import compile_later

# The tags that Pelican's readers look at besides links to files: it tells of images without a description.
_IMAGE = compile_later(r"<img[^>]*>", re.IGNORECASE)

# What names a file in Markdown, as `{filename}x.md` does.
_NAMED = compile_later(r"[{|]\w+[}|]")

# How Pelican marks links to its own files, unless a site has chosen otherwise.
_USUAL = "(?P<path>[{|](?P<what>.*?)[|}](?P<value>"


def find_gist(html: str, links: re.Pattern[str]) -> str:
    """The tags of some HTML that Pelican looks for; `links` is its own pattern of links to files, which would look for
    the last one in a tag that does not end.
    """
    return "\n".join([*(f"{match[0]}>" for match in find_file_links(html, links)), *_IMAGE.findall(html)])


def may_name_files(text: str) -> bool:
    """Whether some Markdown may name a file of the content, also where no link comes of it."""
    return _NAMED.search(text) is not None


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


def replace_links(html: str, links: re.Pattern[str], replace: Callable[[re.Match[str]], str]) -> str:
    """Some HTML with something else in the place of each thing that `find_file_links` finds in it."""
    parts: list[str] = []
    behind = 0
    for match in find_file_links(html, links):
        parts += html[behind : match.start()], replace(match)
        behind = match.end()
    return "".join((*parts, html[behind:])) if parts else html


def _find_openings(html: str) -> list[int]:
    found = []
    for mark in "{|":
        at = html.find(mark, 1)
        while at > 0:
            if html[at - 1] in "\"'":
                found.append(at - 1)
            at = html.find(mark, at + 1)
    return sorted(found)
