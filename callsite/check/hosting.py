"""Where links lead on the host that will serve a site: a static host, as nearly all of them work.

/a.html   that file
/a        the file `a`, else `a.html`, else `a/index.html`
/a/       `a/index.html`
names     in the case that they are written in
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from callsite.model import Problem, Severity
from callsite.patterns import compile_later
from callsite.render import Link

# `{filename}x.md`, or `|filename|x.md` as Pelican 3 wrote it; `{static}` and `{attach}` name files too.
SOURCE_LINK = compile_later(r"[{|](\w+)[|}](.*)", re.DOTALL)

# Addresses that need no taking apart: from the site's root on, in characters that mean themselves.
_PLAIN = compile_later(r"/(?:[A-Za-z0-9_~-][A-Za-z0-9_.~-]*/)*(?:[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)?")

# Ids in every page of the theme, or in some that are not known here, besides those in what the author wrote.
_THEME_IDS = compile_later(
    r"main|sidebar|module-.+|more-from-.+|(?:in-this-module|also-used-in|used-together-with)(?:-title)?"
)

# What follows in a fragment is for the browser: `#:~:text=…` leads to a piece of text.
_DIRECTIVE = ":~:"


class _Way(NamedTuple):
    """What a link asks the host for: the names that it tries, the first that is there; or else a file of the content,
    or the `answer` that is known without looking.
    """

    names: tuple[str, ...] = ()
    source: str = ""
    answer: str | None = None


_ELSEWHERE = _Way(answer="")
_NOWHERE = _Way()


class Host:
    """What a site's addresses lead to.

    `files` are the paths below the output, with `/` between folders; one that ends in `/` is a folder of which nobody
    knows what will be in it ("/" is the whole site). `sources` has the files below the content that `{filename}` links
    can name, each with its path below the output, "" when that is not known. `address` is where the site will stand (""
    when it is not known). `groups` are the tags, categories and authors that can be named, as `{tag}x` and the like;
    `articles` are those of the sources that lists by date lead to.
    """

    def __init__(
        self,
        files: Iterable[str],
        sources: Mapping[str, str],
        address: str = "",
        groups: Collection[str] = (),
        articles: Collection[str] = (),
    ) -> None:
        self.files = frozenset(files)
        self.sources = sources
        self.address = address
        self.groups = groups
        self.articles = articles
        self._open = frozenset(path for path in self.files if path.endswith("/"))
        self._answers: dict[tuple[str, str, str], str | None] = {}  # so that several rules can ask for the same

    def resolve(self, target: str, page: str, source: str) -> str | None:
        """The output file that an address leads to, when it is written in the file `source` and stands on the page
        `page`. "" when it leads out of the site or to what is not known; None when it leads nowhere.
        """
        key = (target, "", "") if target.startswith("/") else (target, page, source)
        if key not in self._answers:
            self._answers[key] = self._answer(self._find_way(target, page, source))
        return self._answers[key]

    def finds(self, target: str, page: str, source: str) -> bool:
        """Whether an address leads somewhere; arguments are as in `resolve`."""
        return self.resolve(target, page, source) is not None

    def find_near(self, target: str, page: str, source: str) -> str:
        """The file, below the output or the content, that an address would lead to if case did not count; "" when there
        is none.
        """
        way = self._find_way(target, page, source)
        if way.source:
            return self._folded_sources.get(way.source.casefold(), "")
        return next(
            (self._folded_files[name] for name in map(str.casefold, way.names) if name in self._folded_files), ""
        )

    def locate(self, url: str) -> str:
        """An address below the site's root as one from the root of the host on."""
        return f"{self._root[1]}{url}"

    @cached_property
    def _folded_files(self) -> dict[str, str]:
        return {path.casefold(): path for path in sorted(self.files, reverse=True)}

    @cached_property
    def _folded_sources(self) -> dict[str, str]:
        return {path.casefold(): path for path in sorted(self.sources, reverse=True)}

    @cached_property
    def _root(self) -> tuple[str, str]:
        """The host of the site, and the path of its root there."""
        try:
            home = urlsplit(self.address)
        except ValueError:
            return "", "/"
        return home.netloc, home.path.rstrip("/") + "/"

    def _answer(self, way: _Way) -> str | None:
        if way.source:
            return self.sources.get(way.source)
        for name in way.names:
            if name in self.files:
                return name
        if self._open and way.names and any(folder in self._open for folder in _list_folders(way.names[0])):
            return ""
        return way.answer

    def _find_way(self, target: str, page: str, source: str) -> _Way:
        host, root = self._root
        if root == "/" and _PLAIN.fullmatch(target):
            return _try_names(target[1:])
        named = SOURCE_LINK.fullmatch(target)
        if named:
            return self._find_source(named[1], named[2], source)
        try:
            parts = urlsplit(target)
        except ValueError:
            return _NOWHERE
        if parts.scheme or parts.netloc:
            if not (host and parts.scheme in ("", "http", "https") and parts.netloc == host):
                return _ELSEWHERE
        elif not parts.path:
            return _Way(answer=page)
        path = posixpath.join(root, page, "..") if not parts.netloc else root
        path = posixpath.join(posixpath.normpath(path), unquote(parts.path))
        is_folder = path.endswith(("/", "/.", "/.."))
        path = posixpath.normpath(path).rstrip("/") + ("/" if is_folder else "")
        if f"{path}/" == root:
            path = root
        if not path.startswith(root):
            # A host holds more than this site, but a link from the site's root up to it is most likely a slip.
            return _ELSEWHERE if parts.netloc else _NOWHERE
        return _try_names(path.removeprefix(root))

    def _find_source(self, kind: str, rest: str, source: str) -> _Way:
        try:
            path = unquote(urlsplit(rest).path)
        except ValueError:
            return _NOWHERE
        if kind not in ("filename", "static", "attach"):
            return _ELSEWHERE if kind == "index" or f"{{{kind}}}{path}" in self.groups else _NOWHERE
        folder = "" if path.startswith("/") else posixpath.dirname(source)
        return _Way(source=posixpath.normpath(posixpath.join(folder, path.lstrip("/"))))


def find_broken_links(links: Iterable[Link], host: Host, page: str, source: str) -> Iterator[Problem]:
    """The links of one page that lead nowhere; `page` is its path below the output, `source` that below the content."""
    dead = {link for link in links if not host.finds(link.target, page, source)}
    for link in sorted(dead, key=lambda link: (link.at, link.target)):
        near = host.find_near(link.target, page, source)
        code, message, hint = describe_nearly(link, near) if near else describe_dead(link)
        yield Problem(link.at, code, message, hint, Severity.WARNING)


def find_dead_anchors(
    links: Iterable[Link], host: Host, page: str, source: str, anchors: Mapping[str, Collection[str]]
) -> Iterator[tuple[Link, str, str]]:
    """The links of one page that lead to a place which is not there: the link, the page it leads to, and the id that
    it asks for. `anchors` has the ids of pages by their path below the output; others are not looked at.
    """
    pointed = {link for link in links if "#" in link.target}
    for link in sorted(pointed, key=lambda link: (link.at, link.target)):
        wanted = link.target.partition("#")[2].partition(_DIRECTIVE)[0]
        if not wanted or wanted.lower() == "top":
            continue
        path = host.resolve(link.target, page, source)
        if not path or path not in anchors:
            continue
        # Browsers look for the fragment as it is written, then for what it encodes.
        names = (wanted, unquote(wanted))
        if not any(name in anchors[path] or _THEME_IDS.fullmatch(name) for name in names):
            yield link, path, names[1]


def describe_dead(link: Link) -> tuple[str, str, str]:
    """Code, message and hint of a link that leads nowhere."""
    return "S102", f"the link to `{link.target}` leads nowhere", "mend it, or add what it leads to"


def describe_nearly(link: Link, near: str) -> tuple[str, str, str]:
    """Code, message and hint of a link that leads nowhere because of its case; `near` is the file that it means."""
    message = f"the link to `{link.target}` differs only in case from `{near}`, so most hosts do not find it"
    return "S114", message, "write it as the file is called"


def _try_names(path: str) -> _Way:
    if not path or path.endswith("/"):
        return _Way((f"{path.rstrip('/')}/index.html".lstrip("/"),))
    return _Way((path, f"{path}.html", f"{path}/index.html"))


def _list_folders(name: str) -> Iterator[str]:
    """The folders that a file is in, each with a slash behind, and "/" for the whole site."""
    while "/" in name:
        name = name.rpartition("/")[0]
        yield f"{name}/"
    yield "/"
