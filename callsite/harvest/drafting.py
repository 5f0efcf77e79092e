"""Drafting a page: everything an author would else type by hand, with a comment where only an author knows what to say.

What comes from other people (names, summaries, paths, notices) is written so that Markdown shows it as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from callsite.harvest.choosing import Candidate, Choice, Example
from callsite.harvest.nature import Nature, find_nature
from callsite.harvest.permalinks import format_permalink
from callsite.harvest.release import Release
from callsite.harvest.repository import find_project_key
from callsite.harvest.targets import Target
from callsite.model import Listing, Meta, Origin, Page, Prose, Symbol
from callsite.wording import count

# How many files that use the symbol, but are not shown, a page names.
_MOST_OTHERS = 10

# A signature of more characters than this tells a reader nothing at a glance.
_LONGEST_SIGNATURE = 300

# A licence's text of at most so many lines is carried in full; a longer one is linked.
_LONGEST_LICENCE = 60

# What an author has still to write is a comment that begins so.
TODO = "TODO:"

# The headings of what comes behind the examples.
OTHERS = "## More code that uses it"
TERMS = "## Copyright and licences"

# What may mean something to Markdown within a line.
_SPECIAL = re.compile(r"[\\`*_{}\[\]#|!~]")


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
        docs=subject.docs,
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
    uses = len([use for use in candidate.uses if use.kind.value != "import"]) or len(candidate.uses)
    place = f"{code(candidate.path)} of {_link(project, candidate.release.repository)}"
    version = f" {escape_markdown(candidate.release.version)}" if candidate.release.version else ""
    part = ", which is one of its tests," if find_nature(candidate.path) is Nature.TEST else ""
    licence = candidate.release.licence.expression
    terms = f" The project is provided under the licence {code(licence)}." if licence else ""
    rows = [
        "",
        f"## Example {number} from {escape_markdown(project)}",
        "",
        f"{place}{version}{part} uses {code(name)} {_times(uses)}.{terms}",
        "",
        f"<!-- {TODO} say what {_comment(project)} is, and what this code does. -->",
        "",
        "",
    ]
    return Prose("\n".join(rows)), make_listing(example)


def make_listing(example: Example) -> Listing:
    """The listing of an example, with where it comes from."""
    candidate = example.candidate
    return Listing(example.excerpt.snippet, make_origin(candidate.release, candidate.path, example.excerpt.lines))


def make_origin(release: Release, path: str, lines: tuple[tuple[int, int], ...]) -> Origin:
    """Where lines of a release's file come from, with an address if one is known that will go on showing them."""
    span = (lines[0][0], lines[-1][1]) if lines else None
    return Origin(
        project=release.project,
        version=release.version,
        path=path,
        revision=release.revision,
        url=format_permalink(release.repository, release.revision, path, span),
        licence=release.licence.expression,
        artefact=f"{release.artefact}#sha256={release.sha256}" if release.artefact and release.sha256 else "",
        lines=lines,
    )


def make_tail(name: str, choice: Choice) -> Iterator[str]:
    """What comes behind the examples: the files that are not shown, and the terms of those that are."""
    if choice.others:
        yield "\n".join(["", OTHERS, "", *_list_others(name, choice.others), ""])
    releases = {find_project_key(one.candidate.release): one.candidate.release for one in choice.examples}
    if releases:
        yield "\n".join(["", TERMS, "", *(row for one in releases.values() for row in format_terms(one))])


def format_terms(release: Release) -> Iterator[str]:
    """The terms of one project as rows of Markdown: its licence and how that is known, its notices, the text itself."""
    licence = release.licence
    name = f"{release.project} {release.version}".rstrip()
    yield f"**{escape_markdown(name)}**: {code(licence.expression)}, from {escape_markdown(licence.found)}."
    yield from (f"{escape_markdown(notice)}  " for notice in licence.notices)
    yield ""
    text = licence.text.strip("\n").split("\n")
    if licence.text and len(text) <= _LONGEST_LICENCE:
        # Raw HTML must not have a blank line, and nothing in it is Markdown.
        yield f"<details><summary>The licence of {_html(release.project)}</summary>"
        yield "<pre>"
        yield from (_html(row) if row.strip() else "&#32;" for row in text)
        yield "</pre></details>"
        yield ""
    elif re.fullmatch(r"[A-Za-z0-9.+-]+", licence.expression):
        yield f"[The text of the licence](https://spdx.org/licenses/{licence.expression}.html)"
        yield ""


def escape_markdown(text: str) -> str:
    """Text as Markdown that shows just that, on one line."""
    text = " ".join(text.split())
    return _html(_SPECIAL.sub(r"\\\g<0>", text))


def code(text: str) -> str:
    """Text as inline code, on one line; no Markdown is read in it."""
    text = " ".join(text.split())
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    space = " " * text.startswith("`") or " " * text.endswith("`")
    return f"{fence}{space}{text}{space}{fence}"


def _introduce(subject: Subject) -> Iterator[str]:
    symbol, target = subject.symbol, subject.target
    name = f"[{code(symbol.name)}]({subject.docs})" if subject.docs else code(symbol.name)
    kind = target.kind if target else "callable"
    article = "an" if kind[0] in "aeiou" else "a"
    project = subject.release.project if subject.release else symbol.library
    library = _link(project, subject.release.repository if subject.release else "")
    where = f"{article} {kind} in the module {code(symbol.module)} of {library}" if symbol.module else "a library"
    others = [code(path) for path in target.paths if path != str(symbol)] if target else []
    also = f" It can also be imported as {_join(others[:3])}." if others else ""
    yield f"{name} is {where}.{also}"
    if target and target.signature and len(target.signature) <= _LONGEST_SIGNATURE:
        yield f"It is called as {code(target.signature)}."
    if subject.purpose:
        yield escape_markdown(subject.purpose)
    elif target and target.summary:
        yield f"Its documentation begins: “{escape_markdown(target.summary)}”"
    yield f"<!-- {TODO} say what {_comment(symbol.name)} is for, and when a reader wants it. -->"


def _list_others(name: str, others: Sequence[Candidate]) -> Iterator[str]:
    for _, group in groupby(others[:_MOST_OTHERS], key=lambda one: one.release.project):
        files = list(group)
        release = files[0].release
        shown = (f"{_file_link(one)} ({count(len(one.uses), 'use')})" for one in files)
        yield f"- {_link(release.project, release.repository)}: {', '.join(shown)}"
    if len(others) > _MOST_OTHERS:
        left = others[_MOST_OTHERS:]
        uses = sum(len(one.uses) for one in left)
        yield f"- and {count(len(left), 'more file')} with {count(uses, 'use')} of {code(name)}"


def _file_link(candidate: Candidate) -> str:
    release = candidate.release
    first = candidate.uses[0]
    address = format_permalink(release.repository, release.revision, candidate.path, (first.first, first.last))
    return f"[{code(candidate.path)}]({address})" if address else code(candidate.path)


def _link(text: str, address: str) -> str:
    return f"[{escape_markdown(text)}]({address})" if address else escape_markdown(text)


def _join(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def _html(text: str) -> str:
    return escape(text, quote=False)


def _comment(text: str) -> str:
    """Text within an HTML comment, which `--` or `>` could end."""
    return re.sub(r"--+|>", "-", " ".join(text.split()))
