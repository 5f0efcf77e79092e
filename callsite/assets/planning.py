"""Which names the files of a theme get, and what is in them then.

A name says what is in a file, and a file has the names of others in it. So names are given from the leaves on: first to
the files that refer to no other, then to those that refer only to these. Files that refer to each other in a circle
cannot be named after what is in them, and keep their names.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from graphlib import TopologicalSorter
from urllib.parse import quote

from callsite.assets.minifying import find_references, minify
from callsite.assets.reference import Reference, rename, replace_all, resolve
from callsite.publish.kinds import FINGERPRINT
from callsite.publish.paths import LONGEST_NAME
from callsite.records import dataclass

# What lists the original lines of a file names it, but asks for nothing.
_MAPS = ".map"

# No text has a zero byte so near to its beginning, and images, fonts and programs have.
_BEGINNING = 8192


@dataclass(frozen=True, slots=True)
class Dead:
    """An address in the file `path` that leads to nothing; `line` is that of the file as it was written."""

    path: str
    line: int
    target: str


@dataclass(frozen=True, slots=True)
class Assets:
    """The files of a theme, by their paths below its static folder.

    `names` has the path that each gets when it is asked for, `data` what is in it then, `links` the files that it
    refers to, `dead` the addresses that lead to nothing. `small` are the files without what they say to nobody, `whole`
    are those that could not be made smaller with certainty.
    """

    names: Mapping[str, str]
    data: Mapping[str, bytes]
    small: Mapping[str, bytes]
    links: Mapping[str, tuple[tuple[Reference, str], ...]]
    dead: tuple[Dead, ...]
    whole: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of the files of a theme: those to be written, by their paths, and those to be taken away."""

    written: Mapping[str, bytes]
    removed: tuple[str, ...]
    dead: tuple[Dead, ...]


def name_assets(files: Mapping[str, bytes]) -> Assets:
    """Make the files of a theme small, and give them names."""
    small: dict[str, bytes] = {}
    whole: list[str] = []
    links: dict[str, tuple[tuple[Reference, str], ...]] = {}
    for path in sorted(files):
        made = minify(path, files[path])
        if made is None:
            whole.append(path)
        small[path] = files[path] if made is None else made
        links[path] = tuple(_find_links(path, small[path], files))
    data: dict[str, bytes] = {}
    circles = _find_circles({path: {to for _, to in found} for path, found in links.items()})
    names = {path: path for path in circles}
    rest = {path: {to for _, to in links[path]} - circles for path in links if path not in circles}
    for path in TopologicalSorter(rest).static_order():
        data[path] = _rewrite(small[path], links[path], names)
        names[path] = _plan_name(path, data[path])
    for path in sorted(circles):
        data[path] = _rewrite(small[path], links[path], names)
    return Assets(names, data, small, links, tuple(_find_dead(files)), tuple(whole))


def plan_outcome(assets: Assets, asked: Iterable[str]) -> Outcome:
    """What becomes of a theme's files when the templates have asked for some of them.

    These and what they refer to get their new names. The others keep theirs, and refer to the new ones. A file stays
    under its old name as well when another one speaks of it in a way that could not be rewritten.
    """
    renamed: set[str] = set()
    waiting = sorted(asked)
    while waiting:
        path = waiting.pop()
        if path not in renamed:
            renamed.add(path)
            waiting += (to for _, to in assets.links[path])
    names = {path: assets.names[path] if path in renamed else path for path in assets.names}
    written = {
        names[path]: assets.data[path] if path in renamed else _rewrite(assets.small[path], assets.links[path], names)
        for path in assets.names
    }
    gone = {path for path, name in names.items() if name != path}
    texts = [data for name, data in written.items() if not name.endswith(_MAPS) and b"\0" not in data[:_BEGINNING]]
    words = {path: {name.encode(), quote(name).encode()} for path in gone for name in [posixpath.basename(path)]}
    spoken = _find_spoken({word for those in words.values() for word in those}, texts)
    for path in sorted(gone):
        if not spoken.isdisjoint(words[path]):
            written[path] = assets.data[path]
            gone.discard(path)
    return Outcome(written, tuple(sorted(gone)), tuple(dead for dead in assets.dead if dead.path in renamed))


def _find_spoken(words: Iterable[bytes], texts: Iterable[bytes]) -> set[bytes]:
    """Those of the words that are in one of the texts. All are names with an ending, so that only what stands before
    an ending has to be looked at: the time it takes grows with the texts, and not with the words as well.
    """
    known, found = set(words), set[bytes]()
    lengths: dict[bytes, set[int]] = defaultdict(set)
    for word in known:
        lengths[posixpath.splitext(word)[1]].add(len(word))
    for text in texts:
        for ending, those in lengths.items():
            for match in re.finditer(re.escape(ending), text):
                found |= known & {text[max(match.end() - length, 0) : match.end()] for length in those}
    return found


def _plan_name(path: str, data: bytes) -> str:
    stem, ending = posixpath.splitext(path)
    name = f"{stem}.{hashlib.sha256(data).hexdigest()[:FINGERPRINT]}{ending}"
    return name if ending and len(posixpath.basename(name).encode()) <= LONGEST_NAME else path


def _find_links(path: str, data: bytes, files: Mapping[str, bytes]) -> Iterator[tuple[Reference, str]]:
    for reference in find_references(path, data):
        to = resolve(reference.target, path)
        if to in files:
            yield reference, to


def _find_dead(files: Mapping[str, bytes]) -> Iterator[Dead]:
    for path, data in sorted(files.items()):
        for reference in find_references(path, data):
            to = resolve(reference.target, path)
            if to and to not in files:
                yield Dead(path, data.count(b"\n", 0, reference.start) + 1, reference.target)


def _rewrite(data: bytes, links: Iterable[tuple[Reference, str]], names: Mapping[str, str]) -> bytes:
    changes = [
        (reference, rename(reference.target, posixpath.basename(names[to])))
        for reference, to in links
        if names[to] != to
    ]
    return replace_all(data, changes)


def _find_circles(links: Mapping[str, set[str]]) -> frozenset[str]:
    """The files that lead back to themselves."""
    return frozenset(path for path in links if path in _reach(path, links))


def _reach(path: str, links: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = list(links[path])
    while waiting:
        other = waiting.pop()
        if other not in reached:
            reached.add(other)
            waiting += links[other]
    return reached
