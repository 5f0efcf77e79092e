"""Whose code a listing shows: what its fence line says of it, else what the author wrote around it.

    ## Example 1 from Flask AppBuilder                          the project: a heading that says so
    [Flask-AppBuilder](https://…) … under the [MIT license](…)  its address and licence: links of that section

Nothing is guessed: a listing below another kind of heading has no project.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from urllib.parse import urlsplit

from callsite.address import is_web_address
from callsite.licence_names import PERMISSIVE, SPELLINGS
from callsite.model import Listing, Origin, Page, Prose
from callsite.patterns import compile_later
from callsite.records import dataclass


@dataclass(frozen=True, slots=True)
class Credit:
    """A project, where it lives, and its licence: an SPDX expression where the words for it are known, else those
    words. What is not known is empty.
    """

    project: str = ""
    url: str = ""
    licence: str = ""


# Headings as Python-Markdown sees them, each with the line end in front of it: signs at the very start of a line, or a
# line with others below it that begins a paragraph.
_HEADING = compile_later(r"\n(?:(#{1,6})(.*)|(?<![^\n]\n)([^\s#].*)\n(=+|-+) *$)", re.MULTILINE)
_FROM = compile_later(r"Examples?(?: \d+)? from (.+)", re.IGNORECASE)
_ATTRIBUTES = compile_later(r"\{[^{}]*\}\s*\Z")
_LINK = compile_later(r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(\s*<?([^()\s<>]++)>?[^()]*\)")
_LINK_OR_IMAGE = compile_later(f"!?{_LINK.pattern}")
_SIGNS = compile_later(r"</?[A-Za-z][^<>]*>|\*{1,3}|`+|\\(?=[_*#])")
_BEHIND = compile_later(r"\s+licen[sc]e\b", re.IGNORECASE)
_LICENCE_FILE = compile_later(r"/(?:LICEN[SC]E|COPYING)[^/]*\Z", re.IGNORECASE)
_LICENCE = compile_later(r"\blicen[sc]e\b", re.IGNORECASE)

# Words around a licence's name in a sentence, and what its own name has in quotes.
_FILLING = compile_later(
    r'["“][^"“”]*["”](?: or ["“][^"“”]*["”])?|\b(?:open[- ]sourced?|free|under|the|an?|terms|of)\b', re.IGNORECASE
)
_KNOWN = {**{identifier.lower(): identifier for identifier in PERMISSIVE}, **SPELLINGS}

# What a forge puts between a repository, whose name has two parts or more, and a file in it.
_FILE = compile_later(r"(/[^/]+/[^/]+(?:/[^/]+)*?)/(?:-/)?(?:blob|raw|src|tree)/")


def find_credits(page: Page) -> tuple[Credit, ...]:
    """The credit of each listing of a page, in order."""
    found: list[Credit] = []
    section = Credit()
    depth = 0
    for block in page.blocks:
        if isinstance(block, Listing):
            found.append(_credit(block.origin, section))
            continue
        for level, heading, text in _split(block):
            if level:
                named = _FROM.fullmatch(_plain(heading))
                if named:
                    section, depth = _read_links(Credit(named[1]), heading), level
                elif level <= depth:
                    section, depth = Credit(), 0
            if section.project:
                section = _read_links(section, text)
    return tuple(found)


@lru_cache(maxsize=1024)
def find_key(project: str) -> str:
    """What two spellings of a project's name have in common: its letters and digits in lower case, and the signs that
    tell C, C++ and C# apart.
    """
    return re.sub(r"[^\w+#]+|_+", "", project.lower()) or project


def _credit(origin: Origin, section: Credit) -> Credit:
    is_same = find_key(origin.project) in ("", find_key(section.project))
    around = section if is_same else Credit()
    return Credit(
        origin.project or around.project,
        _find_home(origin.url) or around.url,
        origin.licence or around.licence,
    )


def _split(block: Prose) -> Iterator[tuple[int, str, str]]:
    """A piece of prose by its headings: the level and text of each, and what follows; first, at level 0, what stands
    before.
    """
    level, heading, start = 0, "", 1
    text = f"\n{block.text}"
    for match in _HEADING.finditer(text):
        yield level, heading, text[start : match.start() + 1]
        signs, first, second, line = match.groups()
        level, heading = (len(signs), first.rstrip("# \t")) if signs else (1 if line[0] == "=" else 2, second)
        start = match.end()
    yield level, heading, text[start:]


def _read_links(section: Credit, text: str) -> Credit:
    url, licence = section.url, section.licence
    for match in _LINK.finditer(text):
        label = _plain(match[1])
        if find_key(label) == find_key(section.project):
            url = url or (match[2] if is_web_address(match[2]) else "")
        elif not licence:
            behind = _BEHIND.match(text, match.end())
            is_named = bool(_LICENCE.search(label) or behind)
            if is_named or _LICENCE_FILE.search(match[2]):
                licence = _read_licence(f"{label} license" if behind else label, is_named)
    return Credit(section.project, url, licence)


@lru_cache(maxsize=1024)
def _read_licence(label: str, is_named: bool) -> str:
    """`BSD 3-Clause "New" or "Revised" License` is `BSD-3-Clause`; "this license" says nothing. Words that do not say
    that they name a licence have to be a known one's.
    """
    name = re.sub(r"\blicence\b", "license", " ".join(_FILLING.sub(" ", label).split()).lower())
    known = _KNOWN.get(name) or _KNOWN.get(name.removesuffix(" license"))
    label = re.sub(r"(?<=License )(?:v|version )?(\d)(?:\.0)?\Z", r"v\1.0", label)
    return known or (label if is_named and name not in ("", "license", "this license") else "")


def _find_home(url: str) -> str:
    """The repository that the address of a file is in."""
    try:
        parts = urlsplit(url)
    except ValueError:  # brackets, or signs in a host's name that no host has
        return ""
    found = _FILE.match(parts.path) if is_web_address(url) else None
    return f"{parts.scheme}://{parts.netloc}{found[1]}" if found else ""


@lru_cache(maxsize=1024)
def _plain(text: str) -> str:
    """The words of a piece of Markdown: links, emphasis, tags and code without their marks."""
    text = _LINK_OR_IMAGE.sub(r"\1", _ATTRIBUTES.sub("", text))
    return " ".join(unescape(_SIGNS.sub("", text)).split())
