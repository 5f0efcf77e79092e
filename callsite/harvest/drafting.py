"""Drafting a page: everything an author would else type by hand, with a comment where only an author knows what to say.

What comes from other people (names, summaries, paths, notices) is written so that Markdown shows it as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from callsite.harvest.choosing import Choice, Example
from callsite.harvest.nature import Nature, find_nature
from callsite.harvest.permalinks import format_permalink, format_swhid
from callsite.harvest.quoting import (
    escape_comment,
    escape_markdown,
    escape_raw,
    format_code,
    format_link,
    make_address,
    make_plain,
)
from callsite.harvest.ranking import Candidate
from callsite.harvest.release import Licence, Release
from callsite.harvest.targets import Target
from callsite.model import Listing, Meta, Origin, Page, Prose, Symbol
from callsite.records import dataclass, replace
from callsite.text import normalise_ends
from callsite.wording import count

# How many files that use the symbol, but are not shown, a page names.
_MOST_OTHERS = 10

# A licence's text of at most so many lines is carried in full; a longer one is linked.
_LONGEST_LICENCE = 60

# What an author has still to write is a comment that begins so.
TODO = "TODO:"

# The headings of what comes behind the examples.
OTHERS = "## More code that uses it"
TERMS = "## Copyright and licences"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a page is about.

    `target` is what the library's own sources say of the symbol, None when they are not at hand; `docs` is an address
    of its documentation and `purpose` a sentence on what it is for, both "" when not known. `release` is the library's
    own.
    """

    symbol: Symbol
    target: Target | None = None
    docs: str = ""
    purpose: str = ""
    release: Release | None = None


def draft_page(subject: Subject, choice: Choice, slug: str, sortorder: str = "") -> Page:
    """Draft a page with the chosen examples, ready to be written by `format_page`."""
    symbol = subject.symbol
    target = subject.target
    title = f"{symbol.module} {symbol.name}".strip()
    known = [path for path in target.paths if path != str(symbol)] if target else []
    kind = target.kind if target else "callable"
    meta = Meta(
        title=f"{title} Example Code",
        category="page",
        slug=slug,
        sortorder=sortorder,
        toc=False,
        sidebartitle=title,
        description=f"Example code that shows how to use the {kind} {symbol.name} of {symbol.module or symbol.name}.",
        symbol=symbol,
        aliases=tuple(known),
        docs=make_address(subject.docs),
    )
    blocks: list[Prose | Listing] = [Prose("\n\n" + "\n\n".join(_introduce(subject)) + "\n")]
    for number, example in enumerate(choice.examples, start=1):
        blocks += make_section(number, example, symbol.name)
    blocks += [Prose(text) for text in make_tail(symbol.name, choice)]
    return Page(meta, tuple(blocks))


def make_section(number: int, example: Example, name: str) -> tuple[Prose, Listing]:
    """The section of one example: a heading, a paragraph on where it is from, and the listing."""
    candidate = example.candidate
    project = candidate.release.project
    place = f"{format_code(candidate.path)} of {format_link(escape_markdown(project), candidate.release.repository)}"
    version = f" {escape_markdown(candidate.release.version)}" if candidate.release.version else ""
    part = ", which is one of its tests," if find_nature(candidate.path) is Nature.TEST else ""
    licence = candidate.licence
    provided = "project" if licence == candidate.release.licence else "file"
    terms = f" The {provided} is provided under the licence {format_code(licence.expression)}."
    rows = [
        "",
        f"## Example {number} from {escape_markdown(project)}",
        "",
        f"{place}{version}{part} uses {format_code(name)} {_times(candidate.count)}.{terms}",
        "",
        f"<!-- {TODO} say what {escape_comment(project)} is, and what this code does. -->",
        "",
        "",
    ]
    return Prose("\n".join(rows)), make_listing(example)


def make_listing(example: Example) -> Listing:
    """The listing of an example, with where it comes from."""
    candidate = example.candidate
    lines = example.excerpt.lines
    origin = make_origin(candidate.release, candidate.path, lines, candidate.licence.expression)
    return Listing(example.excerpt.snippet, identify(origin, candidate.data))


def make_origin(release: Release, path: str, lines: tuple[tuple[int, int], ...], licence: str) -> Origin:
    """Where lines of a release's file come from, with an address if one is known that will go on showing them."""
    address = format_permalink(release.repository, release.revision, path, (lines[0][0], lines[-1][1]))
    artefact = f"{release.artefact}#sha256={release.sha256}" if release.artefact and release.sha256 else ""
    return Origin(
        project=make_plain(release.project),
        version=make_plain(release.version),
        path=path,
        revision=release.revision,
        url=make_address(address),
        licence=licence,
        artefact=make_plain(artefact),
        lines=lines,
    )


def identify(origin: Origin, data: bytes) -> Origin:
    """Say which bytes a file has that neither a commit nor an archive's hash tells of: by their own identifier."""
    return origin if origin.revision or origin.artefact else replace(origin, revision=format_swhid(data))


def make_tail(name: str, choice: Choice) -> Iterator[str]:
    """What comes behind the examples: the files that are not shown, and the terms of those that are."""
    if choice.others:
        yield "\n".join(["", OTHERS, "", *_list_others(name, choice.others), ""])
    if choice.examples:
        yield f"\n{TERMS}\n\n{make_terms(one.candidate for one in choice.examples)}"


def make_terms(candidates: Iterable[Candidate]) -> str:
    """The terms of files as Markdown: once for each project, and again where a file of it has other ones."""
    terms: dict[tuple[str, Licence], str] = {}
    for one in candidates:
        rows = _format_terms(one.release, one.licence)
        terms.setdefault((one.release.project.lower(), one.licence), "".join(f"{row}\n" for row in rows))
    return "".join(terms.values())


def _format_terms(release: Release, licence: Licence) -> Iterator[str]:
    """The terms of one project as rows of Markdown: its licence and how that is known, its notices, the text itself."""
    name = f"{release.project} {release.version}".rstrip()
    yield f"**{escape_markdown(name)}**: {format_code(licence.expression)}, from {escape_markdown(licence.found)}.  "
    yield from (f"{escape_markdown(notice)}  " for notice in licence.notices)
    yield ""
    text = normalise_ends(licence.text).strip("\n").split("\n")
    if licence.text and len(text) <= _LONGEST_LICENCE:
        # Raw HTML must not have a blank line, and nothing in it is Markdown.
        yield f"<details><summary>The licence of {escape_raw(make_plain(release.project))}</summary>"
        yield "<pre>"
        yield from (escape_raw(row) for row in text)
        yield "</pre></details>"
        yield ""
    else:
        names = [name for name in _NAME.findall(licence.expression) if name not in ("AND", "OR", "WITH")]
        yield from (f"[The text of {name}](https://spdx.org/licenses/{name}.html)  " for name in names)
        yield ""


# The names in a licence expression that have a page; `LicenseRef-x` has none, and a `+` belongs to no name.
_NAME = re.compile(r"(?<![\w.:+-])(?!LicenseRef-|DocumentRef-)[A-Za-z0-9.-]+(?![\w.:-])")


def _introduce(subject: Subject) -> Iterator[str]:
    symbol, target = subject.symbol, subject.target
    name = format_link(format_code(symbol.name), subject.docs)
    kind = target.kind if target else "callable"
    article = "an" if kind[0] in "aeiou" else "a"
    release = subject.release
    of = f" of {format_link(escape_markdown(release.project), release.repository)}" if release else ""
    where = f"{article} {kind} in the module {format_code(symbol.module)}{of}" if symbol.module else "a library"
    others = [format_code(path) for path in target.paths if path != str(symbol)] if target else []
    also = f" It can also be imported as {_join(others[:3])}." if others else ""
    yield f"{name} is {where}.{also}"
    if target and "(" in target.signature and target.kind != "attribute":
        yield f"It is called as {format_code(target.signature)}."
    elif target and target.signature != symbol.name and target.kind == "attribute":
        yield f"It is defined as {format_code(target.signature)}."
    if subject.purpose:
        yield escape_markdown(subject.purpose)
    elif target and target.summary:
        yield f"Its documentation begins: “{escape_markdown(target.summary)}”"
    thing = escape_comment(symbol.name)
    left = f"when a reader wants {thing}" if subject.purpose else f"what {thing} is for, and when a reader wants it"
    yield f"<!-- {TODO} say {left}. -->"


def _list_others(name: str, others: Sequence[Candidate]) -> Iterator[str]:
    for _, group in groupby(others[:_MOST_OTHERS], key=lambda one: one.release.project):
        files = list(group)
        release = files[0].release
        shown = (f"{_link_file(one)} ({count(one.count, 'use')})" for one in files)
        yield f"- {format_link(escape_markdown(release.project), release.repository)}: {', '.join(shown)}"
    if len(others) > _MOST_OTHERS:
        left = others[_MOST_OTHERS:]
        uses = sum(one.count for one in left)
        yield f"- and {count(len(left), 'more file')} with {count(uses, 'use')} of {format_code(name)}"


def _link_file(candidate: Candidate) -> str:
    release = candidate.release
    first = candidate.uses[0]
    address = format_permalink(release.repository, release.revision, candidate.path, (first.first, first.last))
    return format_link(format_code(candidate.path), address)


def _join(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")
