"""Pages of which only the body has changed since the last build: all that stands around it comes from that build.

What a file of the output shows around the body of its page is its *shell*. It follows from what all pages show of each
other; where a page still says the same of itself, has the same headings and the same links, and speaks of the same
names, no other file has changed and neither has its shell. So the new body goes into the shell that is there, and
nothing of the rest of the site has to be known.

A build of the whole site leaves with its cache what is needed for that. What is more than a new body is not done here.
"""

from __future__ import annotations

import os
import pickle
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from callsite.build import Loader
from callsite.cache import Cache, find_key
from callsite.check.policy import Policy
from callsite.errors import CallsiteError
from callsite.file_links import find_gist, replace_links
from callsite.history import Committed, find_dates, settle_dates
from callsite.last_build import (
    Inputs,
    LastBuild,
    describe_file,
    find_changed,
    find_outputs,
    forget_last_build,
    write_last_build,
)
from callsite.linking import CodeLink
from callsite.making import Examined, Maker, Source, read_source
from callsite.model import Dates
from callsite.records import replace
from callsite.render import Renderer
from callsite.staging import replace_files
from callsite.twins import TwinPage, TwinSite, make_part, plan_common

# The record of how a site's pages are made.
_WORKSHOP = find_key("workshop")

# The record of what is told of all pages together.
_WHOLE = find_key("whole")

# With more pages than these, one build of all is as quick.
MOST_PAGES = 8


class Shell(NamedTuple):
    """The output of a page without its body.

    `path` is that of its HTML below the output, with `before` and `behind` so many bytes in front of and behind the
    body. `examined` is the key of what was known of the page, and `required` as in its `Source`. `links` are those of
    each listing; `replaced` says what stands in the body for each tag that leads to a file of the content.

    `document` is the path of its Markdown, "" when it has none; then `resolved` says where each link in it leads.
    `twin` has what its twins tell besides its outline, and `entry` is a digest of what the data has of it.
    """

    path: str
    before: int
    behind: int
    examined: bytes
    required: tuple[str, ...]
    links: tuple[tuple[CodeLink, ...], ...]
    replaced: Mapping[str, str]
    document: str = ""
    resolved: Mapping[str, str] = {}
    twin: tuple[Any, ...] | None = None
    entry: bytes = b""


class Dating(NamedTuple):
    """What the dates of a page come from: what commits say of its file, None when it is in no repository, and its
    metadata. `at` is the page's path.
    """

    at: str
    committed: Committed | None
    date: datetime | None
    modified: datetime | None


class Workshop(NamedTuple):
    """How the pages of a site are made: Markdown's `options`, the site's own metadata `keys`, and what `Maker` is told;
    `links` is the pattern of links to files. `site` is what twins are made from, without its pages. `shells` has the
    key of each page's shell, by the path of its source. `is_dated` says that dates of pages come from their files, and
    `has_search` that all of them go into a search.
    """

    options: Mapping[str, Any]
    keys: tuple[str, ...]
    policy: Policy
    environment: str
    roots: frozenset[str]
    links: re.Pattern[str]
    site: TwinSite
    shells: Mapping[str, bytes]
    is_dated: bool
    has_search: bool


class Whole(NamedTuple):
    """What is told of all pages together: the `site` that twins are made from, what the dates of pages come from by the
    path of the source, and the dates by the path of the page; the keys of what the data has of each page in the order
    of `sort_pages`, and the paths of all that is made of it. Times are those of `zone`.
    """

    site: TwinSite
    zone: str
    datings: Mapping[str, Dating]
    dates: Mapping[str, Dates]
    entries: tuple[bytes, ...]
    paths: frozenset[str]


class _Revision(NamedTuple):
    """The new bytes of output files, and whether a search is made from them."""

    files: Mapping[str, bytes]
    has_search: bool


class _CannotReviseError(Exception):
    """There is more to be done than to give a page another body."""


def keep_workshop(cache: Cache, workshop: Workshop) -> None:
    """Leave for the next build how pages are made."""
    cache.keep(_WORKSHOP, pickle.dumps(workshop, pickle.HIGHEST_PROTOCOL))


def keep_whole(cache: Cache, whole: Whole) -> None:
    """Leave for the next build what is told of all pages together, if pages are dated by their files."""
    cache.keep(_WHOLE, pickle.dumps(whole, pickle.HIGHEST_PROTOCOL))


def revise_site(cache: Path, last: LastBuild, inputs: Inputs, output: Path, *, keep_search: bool) -> int | None:
    """Give pages that have changed since the last build their new bodies; returns how many, and None, with the
    output as it was, when there is more to be done.

    `cache` is the file of what the last build has kept, and `output` the folder as it has left that. A search is made
    from all pages, so where there is one there is more to be done, unless it may stay as it is: `keep_search`.
    """
    paths = find_changed(cache, last, inputs)
    revision = _revise_pages(cache, paths, inputs, output, last) if paths else None
    if paths is None or revision is None or (revision.has_search and not keep_search):
        return None
    forget_last_build(cache)  # were this to end halfway, the next build is one of all
    try:
        replace_files(output, revision.files)
    except (CallsiteError, OSError, ValueError):
        return None
    outputs = find_outputs(output)
    if outputs:
        revised = tuple(sorted({*last.revised, *paths}))
        is_behind = last.is_behind or revision.has_search
        known = last._replace(inputs=inputs.digest, outputs=outputs, revised=revised, is_behind=is_behind)
        write_last_build(cache, known, inputs.files)
    return len(paths)


def _revise_pages(kept: Path, paths: Sequence[str], inputs: Inputs, output: Path, last: LastBuild) -> _Revision | None:
    """The new bytes of output files whose pages have changed; None when there is more to be done."""
    if len(paths) > MOST_PAGES:
        return None
    cache = Cache(kept)
    try:
        workshop: Workshop = _find(cache, _WORKSHOP)
        shells: list[Shell] = [_find(cache, workshop.shells.get(path, b"")) for path in paths]
        sources = [_read(path, shell, inputs) for path, shell in zip(paths, shells, strict=True)]
        maker = _make_maker(workshop, cache)
        files: dict[str, bytes] = {}
        for source, shell, new in zip(sources, shells, maker.examine_all(sources, 1), strict=True):
            old: Examined = _find(cache, shell.examined)
            if not _is_alike(old, new, bool(last.told)):
                return None
            files |= _revise(workshop, maker, source, shell, new, output)
        files |= _date(cache, {*paths, *last.revised}) if workshop.is_dated else {}
        return _Revision(files, workshop.has_search)
    except (_CannotReviseError, CallsiteError, OSError):  # a build of all tells what is wrong
        return None
    finally:
        cache.close()


def _find(cache: Cache, key: bytes) -> Any:
    data = cache.find(key)
    if data is None:
        raise _CannotReviseError
    return pickle.loads(data)  # noqa: S301  # our own


def _read(path: str, shell: Shell, inputs: Inputs) -> Source:
    """A page as it is now, which is as `inputs` have it."""
    source = read_source(path, shell.required)
    if describe_file(os.stat(path)) != inputs.files[path]:
        raise _CannotReviseError
    return source


def _make_maker(workshop: Workshop, cache: Cache) -> Maker:
    return Maker(
        Loader(workshop.keys),
        Renderer(workshop.options),
        workshop.policy,
        cache,
        workshop.environment,
        workshop.roots,
        partial(find_gist, links=workshop.links),
    )


def _is_alike(old: Examined, new: Examined, has_told: bool) -> bool:
    """Whether a page is to all others what it was, and there is the same to be told of it: when nothing is, what it has
    may stand on other lines.
    """
    same = (
        (old.outline, old.spellings, old.spoken, old.gist, old.headings, old.problems, old.ignored)
        == (new.outline, new.spellings, new.spoken, new.gist, new.headings, new.problems, new.ignored)
    )  # fmt: skip
    if has_told:
        return same and (old.links, old.outline.meta.lines) == (new.links, new.outline.meta.lines)
    return same and [link.target for link in old.links] == [link.target for link in new.links]


def _revise(
    workshop: Workshop, maker: Maker, source: Source, shell: Shell, examined: Examined, output: Path
) -> dict[str, bytes]:
    body = maker.draw(source, examined, shell.links)
    html = replace_links(body, workshop.links, lambda match: _get(shell.replaced, match[0]))
    old = (output / shell.path).read_bytes()
    files = {shell.path: b"".join((old[: shell.before], html.encode(), old[len(old) - shell.behind :]))}
    if shell.twin is not None:
        twin = TwinPage(examined.outline, *shell.twin)
        part = make_part(twin, maker.load(source), workshop.site, lambda _, target: _get(shell.resolved, target))
        if find_key(part.entry) != shell.entry:
            raise _CannotReviseError
        if shell.document:
            files[shell.document] = part.document
    return files


def _date(cache: Cache, paths: Iterable[str]) -> dict[str, bytes]:
    """What tells the dates of all pages, some of whose files have been written since the last build of all."""
    from callsite.navigation.lists import rank_changes  # noqa: PLC0415  # few need the whole of navigation

    whole: Whole = _find(cache, _WHOLE)
    zone, changed = ZoneInfo(whole.zone), {}
    for path in paths:
        if path in whole.datings:  # as all pages are that others speak of
            at, committed, date, modified = whole.datings[path]
            known = find_dates(Path(path), committed) if committed else None
            changed[at] = settle_dates(date, modified, known, zone)
    dates = {at: found for at, found in {**whole.dates, **changed}.items() if found}
    if dates.keys() != whole.dates.keys() or rank_changes(dates) != rank_changes(whole.dates):
        raise _CannotReviseError
    pages = tuple(
        replace(twin, created=found.created, changed=found.changed) if (found := dates.get(twin.page.at.path)) else twin
        for twin in whole.site.pages
    )
    entries = [cache.find(key) for key in whole.entries]
    if None in entries:
        raise _CannotReviseError
    planned = plan_common(replace(whole.site, pages=pages), filter(None, entries))
    return {path: b"".join(pieces) for path, pieces in planned if path in whole.paths}


def _get(known: Mapping[str, str], name: str) -> str:
    if name not in known:
        raise _CannotReviseError
    return known[name]
