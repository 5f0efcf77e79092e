"""Notation and pieces of templates that readers get to see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from callsite.check.facts import PageSummary
from callsite.check.hosting import SOURCE_LINK
from callsite.check.output.facts import FileFacts, FolderFacts, Leak, find_line
from callsite.check.rule import Finding, Rule
from callsite.model import Severity

MARK = "mark"
FENCE = "fence"
TEMPLATE = "template"
LISTING = "listing"
ADDRESS = "address"

# Elements that show what is in them as it is, or not at all; listings, whose captions and gaps do as well; and comments.
_KEPT = re.compile(
    r"<!--.*?(?:-->|\Z)|<(/?)(pre|code|kbd|samp|script|style|textarea|template|math|xmp|(?<=/)figure|figure(?= class=\"listing\"))\b",
    re.DOTALL | re.IGNORECASE,
)

# An address, which is looked at elsewhere; or a fence at the start of a line or of an element; a piece of a template; what
# `prose` puts in the place of a listing.
_LEAK = re.compile(
    r"""\b(?:href|src|srcset|poster|action|formaction)=(?:"[^"]*"|'[^']*')
    | (?P<fence>(?:^|(?<=>))[ \t]*(?:`{3,}|~{3,})[^\n<`]*)
    | (?P<template>\{\{[^{}<>]{0,300}\}\} | \{%[^%{}<>]{0,300}%\})
    | (?P<listing>\bcallsite\d+n\d+x)""",
    re.MULTILINE | re.VERBOSE,
)
_SIGNS = ("{{", "{%", "```", "~~~")
_TOKEN = re.compile(r"callsite\d+n\d+x")

# What typing and Markdown may change in words.
_LOOSE = re.compile(r"[\s\\]+")


def list_leaks(facts: FileFacts) -> Iterator[Leak]:
    """What in a page looks like notation or a piece of a template."""
    for reference, lead in facts.links:
        if lead.is_leaked:
            yield Leak(ADDRESS, reference.target, facts.place_reference(reference).line)
    for row in facts.markup.tildes:
        yield Leak(MARK, row, _find_row(facts.text, row))
    text = facts.text
    if any(sign in text for sign in _SIGNS) or _TOKEN.search(text):
        for start, end in _find_spoken(text):
            for found in _LEAK.finditer(text, start, end):
                if found.lastgroup:
                    line = text.count("\n", 0, found.start()) + 1
                    yield Leak(found.lastgroup, unescape(found[0]).strip(), line)


def find_leaks(facts: FolderFacts) -> Iterator[Finding]:
    """What looks like notation or a piece of a template, and is not what an author wrote to be read."""
    titles = ""
    for summary in facts.summaries.values():
        if not summary.leaks:
            continue
        titles = titles or _loosen(" ".join(map(_join_words, facts.expected.values())))
        page = facts.expected.get(summary.path)
        source = facts.get_source(page.page.at.path) if page else ""
        said = _loosen(source)
        for leak in summary.leaks:
            if leak.kind == MARK and f"\\{leak.text}" in source:
                continue
            if leak.kind == TEMPLATE and (_loosen(leak.text) in said or _loosen(leak.text) in titles):
                continue
            yield Finding(facts.place(summary.path, leak.line), *_describe(leak))


def _find_spoken(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of a page that are no code, from tag to tag."""
    at = 0
    inside = ""
    depth = 0
    for found in _KEPT.finditer(text):
        name = (found[2] or "").lower()
        if inside:
            if name == inside:
                depth += -1 if found[1] else 1
                if not depth:
                    inside = ""
                    at = found.end()
        elif not found[1]:
            yield at, found.start()
            at = found.end()
            if name:
                inside, depth = name, 1
    if not inside:
        yield at, len(text)


def _find_row(text: str, row: str) -> int:
    """The line of a page where a line of code begins as `row` does."""
    spellings = (start + row[:length] for start in ('class="line">', "") for length in (len(row), 2))
    return next(filter(None, (find_line(text, spelling) for spelling in spellings)), 0)


def _join_words(page: PageSummary) -> str:
    meta = page.page.meta
    return f"{meta.title} {meta.description} {meta.sidebartitle}"


def _loosen(text: str) -> str:
    return _LOOSE.sub("", text)


def _describe(leak: Leak) -> tuple[str, str]:
    shown = leak.text if len(leak.text) <= 60 else f"{leak.text[:60]}…"
    if leak.kind == ADDRESS:
        if SOURCE_LINK.match(leak.text):
            return f"the address `{shown}` is notation that nothing has replaced", "name a file that is there"
        return f"the address `{shown}` holds a piece of a template", "mend the template that wrote it"
    if leak.kind == MARK:
        hint = r"put the code into a listing; to show the tildes, write `\~~` there"
        return f"`{shown}` shows the tildes of a mark", hint
    if leak.kind == FENCE:
        return (
            f"`{shown}` is a fence that nothing has read",
            "begin it on a line of its own, with a blank line before it",
        )
    if leak.kind == TEMPLATE:
        return f"`{shown}` is a piece of a template that nothing has rendered", "mend the template that wrote it"
    return f"`{shown}` stands where a listing should", "take apart the lists or the HTML that the listing is in"


RULES: tuple[Rule[FolderFacts], ...] = (
    Rule(
        "H105",
        "notation that readers see",
        Severity.ERROR,
        find_leaks,
        (
            r"output/a.html:40: H105 `~~import shutil` shows the tildes of a mark; put the code into a listing; to show the tildes, write `\~~` there",
            "output/a.html:40: H105 `~~~ python` is a fence that nothing has read; begin it on a line of its own, with a blank line before it",
            "output/a.html:12: H105 `{{ SITEURL }}` is a piece of a template that nothing has rendered; mend the template that wrote it",
            "output/a.html:12: H105 the address `{filename}b.md` is notation that nothing has replaced; name a file that is there",
            "output/a.html:12: H105 the address `{{ SITEURL }}/b.html` holds a piece of a template; mend the template that wrote it",
            "output/a.html:40: H105 `callsite0n1x` stands where a listing should; take apart the lists or the HTML that the listing is in",
        ),
        r"""**Error.** The built page shows what should have been read: the tildes of a mark, a fence, an address such as
`{filename}b.md`, or a piece of a template, `{{ … }}`. What stands in code is left alone, and so is what an author has
written in a page, a title or a description. A mark or a fence is seen when the listing is not one: write it with its fence on
a line of its own and a blank line before it. To show two tildes in a listing, write `\~~`.""",
    ),
)
