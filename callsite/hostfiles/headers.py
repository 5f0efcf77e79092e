"""`_headers`: how Netlify and Cloudflare Pages are to serve each file.

    /theme/css/callsite.0123456789ab.css            a path, or a pattern: `*` stands for anything, slashes included
      cache-control: public, max-age=31536000, immutable

Cloudflare gives an answer the headers of all rules that fit and joins those of one name with commas; it reads no more
than 100 rules, and no line of more than 2,000 characters (https://developers.cloudflare.com/pages/configuration/headers/).
Netlify tells neither upper from lower case nor, in a pattern, a dot from any other character
(https://docs.netlify.com/manage/routing/headers/). So no two rules here give one address the same header, however
either host reads them. Both have browsers ask each time for what no rule is for, which is right for pages and feeds.

There is no content security policy: pages may hold any HTML, and images, films and scripts of other sites with it.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import quote

from callsite.publish.kinds import ENCODINGS, Kind, find_kind, plan_headers
from callsite.redirects import quote_prefix

# What holds for every answer and can break no page. A browser takes no type but the one it is told, and tells other
# sites no more than where a reader comes from.
SECURITY: Final = (("x-content-type-options", "nosniff"), ("referrer-policy", "strict-origin-when-cross-origin"))

_MOST_RULES: Final = 100
_LONGEST_LINE: Final = 2000

# So many files get one pattern instead of a rule each.
_MANY: Final = 4

# Of these a page says itself that they are in UTF-8, for its styles and scripts as well.
_TOLD = ("text/html", "text/css", "text/javascript")

# Characters that every program writes in one way, as they are or percent-encoded, and that mean nothing in a pattern.
_PLAIN = re.compile(r"[\w /.~-]+")


def format_headers(files: Mapping[str, str], prefix: str = "") -> str:
    """Write the rules for the files of an output, each given with its SHA-256 ("" for one that needs none, because its
    name is no fingerprint); `prefix` is the path of the site's root, "" or "/docs".

    Fingerprinted files have a rule each, so that nobody keeps the answer that there is no such file. Where there is no
    room for more rules the last ones are left out: browsers then ask each time.
    """
    served: dict[str, dict[str, str]] = {}
    groups: dict[Kind, list[str]] = defaultdict(list)
    for path, digest in sorted(files.items()):
        if not _is_twin(path, files):
            kind = find_kind(path, digest)
            served[path] = dict(plan_headers(path, kind))
            groups[kind].append(path)
    texts = [path for path, said in served.items() if said["content-type"].startswith("text/")]
    texts = [path for path in texts if not served[path]["content-type"].startswith(_TOLD)]
    rules: dict[str, dict[str, str]] = defaultdict(dict)
    rules["/*"].update(SECURITY)
    asked = (
        ("cache-control", groups[Kind.FINGERPRINTED], False),
        ("content-type", sorted({*texts} - {*groups[Kind.CONTROL]}), True),
        ("cache-control", groups[Kind.ASSET], True),
    )
    for name, paths, by_pattern in asked:
        wanted = {path: served[path][name] for path in paths}
        for pattern, value in _find_rules(wanted, served) if by_pattern else _list_files(wanted, served):
            rules[pattern][name] = value
    root = quote_prefix(prefix)
    lines = [(quote(f"{root}{pattern}", safe="/%*~"), headers) for pattern, headers in rules.items()]
    fitting = [_format_rule(pattern, headers) for pattern, headers in lines if len(pattern) <= _LONGEST_LINE]
    return "\n".join(fitting[:_MOST_RULES])


def _is_twin(path: str, files: Collection[str]) -> bool:
    """Whether a file is another one in a compressed form."""
    stem, ending = posixpath.splitext(path)
    return ending in ENCODINGS and stem in files


def _find_rules(wanted: Mapping[str, str], paths: Collection[str]) -> Iterator[tuple[str, str]]:
    """Give patterns, and paths, for a header with its value for each of the paths that it is `wanted` for. No two of
    them are for one file, and none is for another file of the site.
    """
    left = dict(wanted)
    for pattern, found in (*_find_endings(wanted, paths), *_find_folders(wanted, paths)):
        values = {left.get(path) for path in found}
        value = values.pop()
        if value and not values:
            left = {path: value for path, value in left.items() if path not in found}
            yield pattern, value
    yield from _list_files(left, paths)


def _find_endings(wanted: Iterable[str], paths: Collection[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Patterns for the endings that many of the wanted files have, each with all files that it could be for."""
    endings = Counter(posixpath.splitext(path)[1].lower() for path in wanted)
    for ending, many in sorted(endings.items()):
        if many >= _MANY and _PLAIN.fullmatch(ending):
            # Any character stands for the dot, and an address may leave `.html` out.
            loose = re.compile(rf".{re.escape(ending[1:])}(?:\.html?|/index\.html?)?\Z", re.IGNORECASE | re.DOTALL)
            yield f"/*{ending}", frozenset(path for path in paths if loose.search(f"/{path}"))


def _find_folders(wanted: Iterable[str], paths: Collection[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Patterns for the folders that have many of the wanted files below them, outer ones first, each with all files
    that it could be for.
    """
    below: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        for folder in _find_above(path.lower()):
            below[folder].add(path)
        below[posixpath.splitext(path.lower())[0]].add(path)  # a page beside the folder, asked for by its short address
    folders = Counter(folder for path in wanted for folder in _find_above(path))
    for folder, many in sorted(folders.items()):
        if many >= _MANY and _PLAIN.fullmatch(folder):
            yield f"/{folder}/*", frozenset(below[folder.lower()])


def _find_above(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def _list_files(wanted: Mapping[str, str], paths: Collection[str]) -> Iterator[tuple[str, str]]:
    """The files that a rule of their own can be for, and for no other one."""
    spelt = Counter(path.lower() for path in paths)
    for path, value in wanted.items():
        if _PLAIN.fullmatch(path) and spelt[path.lower()] == 1:
            yield f"/{path}", value


def _format_rule(pattern: str, headers: Mapping[str, str]) -> str:
    return f"{pattern}\n" + "".join(f"  {name}: {value}\n" for name, value in headers.items())
