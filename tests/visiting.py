"""A visitor of a site: asks for its pages, and for all that each of them shows and links to."""

from __future__ import annotations

import functools
import html
import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote, urljoin, urlsplit

from tests.versions import SITE

# How a path of the site is asked for; None when there is nothing.
Channel = Callable[[str], bytes | None]

# Where addresses stand in what a visitor's programs read.
_LINKS = {
    ".html": re.compile(r"""(?:href|src)="([^"]+)"|content="0; url=([^"]+)\""""),
    ".xml": re.compile(r"""href="([^"]+)"|<loc>([^<]+)"""),
    ".css": re.compile(r"url\(([^)]+)\)"),
    ".js": re.compile(r"""(?:import|fetch)\("([^"]+)"\)"""),
    ".md": re.compile(r"\]\(([^)]+)\)"),
    ".txt": re.compile(r"\]\(([^)]+)\)|^Sitemap: (\S+)", re.MULTILINE),
    ".json": re.compile(r""": ?"(/[^"]+)\""""),
    ".pf_meta": re.compile(r"^(\S+)$", re.MULTILINE),
    ".pf_fragment": re.compile(r'"url": "([^"]+)"'),
}
# Where everybody begins, and programs do.
DOORS = ("index.html", "sitemap.xml", "feeds/all.atom.xml", "llms.txt", "robots.txt", "pagefind/pagefind.js")
_PAGES = (".html", ".md", ".xml")


@dataclass
class Figures:
    """What faults and visitors have come to at a place: how many faults of how many kinds in publishes of so many steps,
    pages polled, links asked for, and failures seen. `parting` were seen on pages that nothing leads to any more, in
    the moment they are taken away.
    """

    place: str = ""
    faults: int = 0
    kinds: int = 0
    steps: int = 0
    pages: int = 0
    asked: int = 0
    failures: int = 0
    parting: int = 0

    def add(self, other: Figures) -> None:
        """Count another's in."""
        self.steps = max(self.steps, other.steps)
        for name in ("faults", "kinds", "pages", "asked", "failures", "parting"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def __str__(self) -> str:
        return (
            f"{self.place}: {self.faults:,} faults of {self.kinds} kinds in publishes of {self.steps} steps, "
            f"{self.pages:,} pages polled, {self.asked:,} links asked for, {self.failures} failures seen"
            f"{f' ({self.parting} on pages on their way out)' if self.parting else ''}"
        )


@dataclass
class Visitor:
    """Asks through a channel, and counts: begins where everybody does, and at further addresses that somebody has kept.

    `going` are paths that a publish takes away. From one such page, when nothing leads there any more, to another one a
    link may break in the moment they go: that is counted apart. What was seen broken is in `broken`.
    """

    channel: Channel
    addresses: Iterable[str] = ()
    going: frozenset[str] = frozenset()
    figures: Figures = field(default_factory=Figures)
    broken: list[str] = field(default_factory=list)
    doors: tuple[str, ...] = DOORS

    def visit(self) -> None:
        """Follow every link. What is missing counts as a failure if the page, asked for again, is still the same."""
        got: dict[str, bytes | None] = {}
        missing = self._follow((door for door in self.doors if door not in self.going), got)
        reached = set(got)
        missing += self._follow((*self.doors, *self.addresses), got)
        for page, body, link in missing:
            if self.channel(link) is None and self.channel(page) == body:
                if page not in reached and {page, link} <= self.going:
                    self.figures.parting += 1
                else:
                    self.figures.failures += 1
                    self.broken.append(f"{page} -> {link}")

    def _follow(self, start: Iterable[str], got: dict[str, bytes | None]) -> list[tuple[str, bytes, str]]:
        """Ask for what was not asked for yet, and all it leads to; gives pages with their links that lead nowhere."""
        missing = []
        waiting = list(start)
        for page in waiting:  # which grows
            if page in got:
                continue
            body = got[page] = self.channel(page)
            if body is None:
                continue
            self.figures.pages += posixpath.splitext(page)[1] in _LINKS
            for link in find_links(page, body):
                self.figures.asked += 1
                waiting.append(link)
                missing.append((page, body, link))
        return [each for each in missing if got[each[2]] is None]


@functools.lru_cache(4096)
def find_links(path: str, body: bytes) -> tuple[str, ...]:
    """The paths of the site that a file leads to or shows."""
    found = _LINKS.get(posixpath.splitext(path)[1])
    if found is None:
        return ()
    here = f"{SITE}/{path.replace('%', '%25').replace('?', '%3F').replace('#', '%23')}"
    links = [next(filter(None, match)) for match in (each.groups() for each in found.finditer(body.decode()))]
    addresses = [urljoin(here, html.unescape(link)) for link in links]
    paths = [unquote(urlsplit(each).path) for each in addresses if each.startswith(f"{SITE}/")]
    return tuple(dict.fromkeys(_complete(each.lstrip("/")) for each in paths))


def _complete(path: str) -> str:
    return f"{path}index.html" if not path or path.endswith("/") else path


def list_pages(paths: Iterable[str]) -> tuple[str, ...]:
    """Of the files of a site, those that people or programs keep the addresses of."""
    return tuple(path for path in paths if path.endswith(_PAGES))
