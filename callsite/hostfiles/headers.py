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
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import Final
from urllib.parse import quote

from callsite.paths import list_folders
from callsite.patterns import compile_later
from callsite.publish.kinds import ENCODINGS, Kind, find_kind, plan_headers
from callsite.redirects import quote_prefix

# What holds for every answer and can break no page. A browser takes no type but the one it is told, and tells other
# sites no more than where a reader comes from.
SECURITY: Final = (("x-content-type-options", "nosniff"), ("referrer-policy", "strict-origin-when-cross-origin"))

_MOST_RULES: Final = 100
_LONGEST_LINE: Final = 2000

# So many files get one pattern instead of a rule each.
_MANY: Final = 4

# What the search has one or more files of for each page, under names that change with it.
_SEARCHED = frozenset({"/*.pf_fragment", "/*.pf_index", "/*.pf_filter", "/*.pf_meta"})

# What an address may leave out.
_PAGE = compile_later(r"(?:\.html?|/index\.html?)\Z")

# Of these a page says itself that they are in UTF-8, for its styles and scripts as well.
_TOLD = ("text/html", "text/css", "text/javascript")

# Characters that every program writes in one way, as they are or percent-encoded, and that mean nothing in a pattern.
_PLAIN = compile_later(r"[\w /.~-]+")


def format_headers(files: Mapping[str, str], prefix: str = "") -> tuple[str, int]:
    """Write the rules for the files of an output, each given with its SHA-256 ("" for one that needs none, because its
    name is no fingerprint), and count those that there is no room for; `prefix` is the path of the site's root, "" or
    "/docs".

    Fingerprinted files have a rule each, so that nobody keeps the answer that there is no such file. They come first,
    then what is for many files. Those without a rule are as safe with it as without: browsers ask for them each time.
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
    first = {f"/{path}" for path in groups[Kind.FINGERPRINTED]}
    ordered = sorted(rules, key=lambda pattern: "*" not in pattern and pattern not in first)
    root = quote_prefix(prefix)
    lines = ((quote(f"{root}{pattern}", safe="/%*~"), rules[pattern]) for pattern in ordered)
    fitting = (_format_rule(pattern, headers) for pattern, headers in lines if len(pattern) <= _LONGEST_LINE)
    told = list(islice(fitting, _MOST_RULES))
    return "\n".join(told), len(rules) - len(told)


def _is_twin(path: str, files: Collection[str]) -> bool:
    """Whether a file is another one in a compressed form."""
    stem, ending = posixpath.splitext(path)
    return ending in ENCODINGS and stem in files


def _find_rules(wanted: Mapping[str, str], paths: Collection[str]) -> Iterator[tuple[str, str]]:
    """Give patterns, and paths, for a header with its value for each of the paths that it is `wanted` for. No two of
    them are for one file, and none is for another file of the site.
    """
    covered: set[str] = set()
    for pattern, found in _find_patterns(wanted, paths):
        values = {wanted.get(path) for path in found}
        value = values.pop() if len(values) == 1 else None
        if value and covered.isdisjoint(found):
            covered |= found
            yield pattern, value
    yield from _list_files({path: value for path, value in wanted.items() if path not in covered}, paths)


def _find_patterns(wanted: Collection[str], paths: Collection[str]) -> list[tuple[str, set[str]]]:
    """Patterns that may be worth a rule, each with all files that it could be for. Those of the search come first,
    so that they stay when its files change with a page; then those for the most files.
    """
    found = {**_find_folders(wanted, paths), **_find_endings(wanted, paths)}
    return sorted(found.items(), key=lambda each: (each[0] not in _SEARCHED, -len(each[1]), each[0]))


def _find_endings(wanted: Iterable[str], paths: Iterable[str]) -> dict[str, set[str]]:
    """Patterns for the endings that many of the wanted files have."""
    endings = Counter(posixpath.splitext(path)[1].lower() for path in wanted)
    found: dict[str, set[str]] = {
        f"/*{ending}": set()
        for ending, many in endings.items()
        if (many >= _MANY or f"/*{ending}" in _SEARCHED) and len(ending) > 1 and _PLAIN.fullmatch(ending)
    }
    lengths = {len(pattern) - len("/*.") for pattern in found}
    for path in paths:
        asked = f"/{path.lower()}"
        for address in {asked, _PAGE.sub("", asked)}:  # an address may leave `.html` out
            for length in lengths:
                # Any character stands for the dot.
                if length < len(address) and (pattern := f"/*.{address[-length:]}") in found:
                    found[pattern].add(path)
    return found


def _find_folders(wanted: Iterable[str], paths: Iterable[str]) -> dict[str, set[str]]:
    """Patterns for the folders that have many of the wanted files below them."""
    many = Counter(folder for path in wanted for folder in list_folders(path))
    folders = [folder for folder in many if many[folder] >= _MANY and _PLAIN.fullmatch(folder)]
    below: dict[str, set[str]] = {folder.lower(): set() for folder in folders}
    for path in paths:
        asked = path.lower()
        # A page beside the folder is asked for by its short address.
        for folder in (*list_folders(asked), posixpath.splitext(asked)[0]):
            if folder in below:
                below[folder].add(path)
    return {f"/{folder}/*": below[folder.lower()] for folder in folders}


def _list_files(wanted: Mapping[str, str], paths: Collection[str]) -> Iterator[tuple[str, str]]:
    """The files that a rule of their own can be for, and for no other one."""
    spelt = Counter(path.lower() for path in paths)
    for path, value in wanted.items():
        if _PLAIN.fullmatch(path) and spelt[path.lower()] == 1:
            yield f"/{path}", value


def _format_rule(pattern: str, headers: Mapping[str, str]) -> str:
    return f"{pattern}\n" + "".join(f"  {name}: {value}\n" for name, value in headers.items())
