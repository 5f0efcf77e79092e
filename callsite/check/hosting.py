"""Where links lead on the host that will serve a site."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from callsite.model import Problem, Severity
from callsite.render import Link

# `{filename}x.md`, or `|filename|x.md` as Pelican 3 wrote it; `{static}` and `{attach}` name files too.
SOURCE_LINK = re.compile(r"[{|](\w+)[|}](.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Host:
    """What a site's addresses lead to.

    `files` are the paths below the output, `sources` those below the content that `{filename}` links can name, both
    with `/` between folders. `address` is where the site will stand ("" when it is not known). `groups` are the tags,
    categories and authors that can be named, as `{tag}x` and the like.
    """

    files: frozenset[str]
    sources: frozenset[str]
    address: str = ""
    groups: frozenset[str] = frozenset()

    def finds(self, target: str, page: str, source: str) -> bool:
        """Whether an address, written in the file `source` and standing on the page `page`, leads somewhere; what is
        outside the site counts as leading somewhere.
        """
        named = SOURCE_LINK.fullmatch(target)
        if named:
            kind, path = named[1], unquote(urlsplit(named[2]).path)
            if kind not in ("filename", "static", "attach"):
                return kind == "index" or f"{{{kind}}}{path}" in self.groups
            folder = "" if path.startswith("/") else posixpath.dirname(source)
            return posixpath.normpath(posixpath.join(folder, path.lstrip("/"))) in self.sources
        try:
            parts = urlsplit(target)
            home = urlsplit(self.address)
        except ValueError:
            return False
        if parts.scheme or parts.netloc:
            if not (home.netloc and parts.scheme in ("", "http", "https") and parts.netloc == home.netloc):
                return True
        elif not parts.path:
            return True
        root = home.path.rstrip("/") + "/"
        path = posixpath.join(root, page, "..") if not parts.netloc else root
        path = posixpath.join(posixpath.normpath(path), unquote(parts.path))
        is_folder = path.endswith(("/", "/.", "/.."))
        path = posixpath.normpath(path).rstrip("/") + ("/" if is_folder else "")
        if f"{path}/" == root:
            path = root
        if not path.startswith(root):
            # A host holds more than this site, but a link from the site's root up to it is most likely a slip.
            return bool(parts.netloc)
        path = path.removeprefix(root)
        if not path or is_folder:
            return f"{path.rstrip('/')}/index.html".lstrip("/") in self.files
        return not self.files.isdisjoint((path, f"{path}.html", f"{path}/index.html"))


def find_broken_links(links: Iterable[Link], host: Host, page: str, source: str) -> Iterator[Problem]:
    """The links of one page that lead nowhere; `page` is its path below the output, `source` that below the content."""
    for link in sorted(set(links), key=lambda link: (link.at, link.target)):
        if not host.finds(link.target, page, source):
            yield Problem(
                link.at,
                "S102",
                f"the link to `{link.target}` leads nowhere",
                "mend it, or add what it leads to",
                Severity.WARNING,
            )
