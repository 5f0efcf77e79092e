"""What is wrong with a page's metadata, with pages side by side, and with links; files come in as sets of paths."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from callsite.address import is_web_address
from callsite.header import KEYS, PELICAN_KEYS
from callsite.model import Meta, Place, Problem, Severity
from callsite.render import Link
from callsite.text import CONTROL
from callsite.wording import nearest

STATUSES = ("published", "draft", "hidden", "skip")

# A path below the output, in characters that mean themselves in an address.
_PATH = re.compile(r"(?!\.+(?:/|$))[\w.~+@=,-]+(?:/(?!\.+(?:/|$))[\w.~+@=,-]+)*")

# Bytes in a file's name: the 255 that file systems take, less an ending that is still to come.
_LONGEST_NAME = 250

# `{filename}x.md`, or `|filename|x.md` as Pelican 3 wrote it; `{static}` and `{attach}` name files too.
SOURCE_LINK = re.compile(r"[{|](\w+)[|}](.*)", re.DOTALL)


def check_meta(
    meta: Meta, at: Place, *, required: Collection[str], own: Collection[str] = (), reserved: Collection[str] = ()
) -> Iterator[Problem]:
    """Check a page's metadata.

    `required` are the keys a page needs that nothing else provides, `own` the keys a site has made up for its theme,
    `reserved` the keys that would break Pelican's own objects.
    """
    present = {key for key, _ in meta.lines}
    for key in required:
        if not (meta.other(key) or getattr(meta, key, "")) and key not in present:
            yield Problem(Place(at.path, 1), "M101", f"no `{key}`", f"add a line `{key}: …` to the metadata")
    known = {*KEYS, *PELICAN_KEYS, *own}
    for key, values in dict(meta.others).items():
        place = Place(at.path, meta.line(key))
        slip = None if key in known else nearest(key, (*KEYS, *PELICAN_KEYS))
        if key not in known and (key in reserved or key.startswith(("_", "override_"))):
            yield Problem(place, "M109", f"`{key}` is a name Pelican needs for itself", "call it something else")
        elif slip:
            yield Problem(place, "M103", f"`{key}` is no key of the notation", f"did you mean `{slip}`?")
        elif key not in known:
            hint = "check the spelling, or list it in CALLSITE_KEYS if your theme uses it"
            yield Problem(place, "M105", f"`{key}` means nothing here", hint, Severity.WARNING)
        elif key in (*required, "save_as") and not getattr(meta, key, "") and not "".join(values).strip():
            yield Problem(place, "M101", f"`{key}` is empty", "write its value behind the colon")
    status = meta.other("status")
    if status and status not in STATUSES:
        yield Problem(
            Place(at.path, meta.line("status")), "M104", f"`status` cannot be `{status}`", f"write {_list(STATUSES)}"
        )
    if meta.docs and not is_web_address(meta.docs):
        yield Problem(
            Place(at.path, meta.line("docs")), "M104", f"`docs` cannot be `{meta.docs}`", "write an address, https://…"
        )
    for key, path in (("slug", meta.slug), ("save_as", meta.other("save_as"))):
        if path:
            yield from check_path(path, Place(at.path, meta.line(key)))


def check_path(path: str, at: Place) -> Iterator[Problem]:
    """Check a path that is to name a page, below the output or before its ending."""
    if not _PATH.fullmatch(path) or CONTROL.search(path) or posixpath.basename(path) == ".html":
        hint = "use letters, digits, `-`, `_` and `.`, with `/` between folders and none in front"
        yield Problem(at, "M107", f"`{path}` cannot name a page", hint)
    elif max(len(part.encode()) for part in path.split("/")) > _LONGEST_NAME:
        shown = f"{path[:40]}…"
        yield Problem(at, "M107", f"`{shown}` cannot name a page", f"a name has {_LONGEST_NAME} bytes at the most")


def find_collisions(
    claims: Iterable[tuple[str, Place]], noun: str, hint: str, taken: Mapping[str, str] | None = None
) -> Iterator[Problem]:
    """Names that are claimed twice, also when only case tells them apart: many file systems do not.

    `claims` holds each name with the place that claims it; every claim but the first is a problem. `taken` are names
    that no claim may have, each with what has it.
    """
    first = {name.casefold(): (name, owner) for name, owner in (taken or {}).items()}
    for name, place in sorted(claims, key=lambda claim: (claim[1], claim[0])):
        other, owner = first.setdefault(name.casefold(), (name, str(place)))
        if owner == str(place):
            continue
        if other == name:
            yield Problem(place, "S101", f"the {noun} `{name}` is taken by {owner}", hint)
        else:
            yield Problem(place, "S103", f"the {noun} `{name}` differs only in case from `{other}` of {owner}", hint)


def find_blocked_folders(claims: Iterable[tuple[str, Place]], hint: str, taken: Mapping[str, str]) -> Iterator[Problem]:
    """Output files that stand where another output file needs a folder; `claims` and `taken` are as in
    `find_collisions`.
    """
    held = sorted(claims, key=lambda claim: (claim[1], claim[0]))
    owners = [*((name, str(place)) for name, place in held), *taken.items()]
    folders = {folder: owner for name, owner in owners for folder in _find_folders(name)}
    files = {name.casefold(): owner for name, owner in taken.items()}
    for name, place in held:
        owner = folders.get(name.casefold())
        blocked = next((files[folder] for folder in _find_folders(name) if folder in files), None)
        if owner:
            yield Problem(place, "S104", f"the output file `{name}` stands where {owner} needs a folder", hint)
        elif blocked:
            yield Problem(place, "S104", f"the output file `{name}` needs a folder where {blocked} is", hint)


def _find_folders(name: str) -> Iterator[str]:
    """The folders above a file, without regard to case."""
    folder = posixpath.dirname(name.casefold())
    while folder.strip("/"):
        yield folder
        folder = posixpath.dirname(folder)


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


def _list(words: Collection[str]) -> str:
    *most, last = words
    return ", ".join(most) + " or " + last
