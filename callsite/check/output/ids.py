"""Ids: links to places in pages, ids that are given twice, and those that other elements ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from callsite.check.output.facts import FileFacts, FolderFacts, Fragment
from callsite.check.rule import Finding, Rule
from callsite.model import Severity


def list_fragments(facts: FileFacts) -> Iterator[Fragment]:
    """The addresses that lead to a place in a page of the output. `#top` and `#` lead to the top of any."""
    for reference, lead in facts.links:
        if lead.path and lead.fragment and lead.fragment.lower() != "top":
            yield Fragment(reference.target, lead.path, lead.fragment)


def find_dead_fragments(facts: FolderFacts) -> Iterator[Finding]:
    """Links to places that are not there. What only leads on takes the place along, so nothing is asked of it."""
    for summary in facts.summaries.values():
        for fragment in dict.fromkeys(summary.fragments):
            page = facts.summaries.get(fragment.path)
            if page is None or page.ids is None or page.refresh:
                continue
            # Browsers look for it as it is written, then for what it encodes.
            if page.ids.isdisjoint((fragment.wanted, fragment.target.partition("#")[2].partition(":~:")[0])):
                place = facts.place_attribute(summary.path, "href", fragment.target)
                message = f"`{fragment.target}` leads to a place that `{fragment.path}` does not have"
                yield Finding(
                    place, message, f"there is no id `{fragment.wanted}`; mend the link, or give the place that id"
                )


def find_repeated_ids(facts: FileFacts) -> Iterator[Finding]:
    """Ids that several elements have."""
    ids = facts.markup.ids
    if len(set(ids)) == len(ids):
        return
    for name, times in Counter(ids).items():
        if times > 1:
            place = facts.place(facts.tags.find_line("id", name, 1))
            yield Finding(place, f"the id `{name}` is given {times} times", "links find the first; rename the others")


def find_missing_ids(facts: FileFacts) -> Iterator[Finding]:
    """Elements that ask for an id that no element has."""
    ids = frozenset(facts.markup.ids)
    for attribute, name in facts.markup.wanted:
        if name not in ids:
            tags = facts.tags.having(attribute)
            lines = (tag.line for tag in tags if name in tag.attributes[attribute].split())
            place = facts.place(next(lines, 0))
            hint = "give the element it means that id, or take the attribute out"
            yield Finding(place, f"`{attribute}` names the id `{name}`, which nothing here has", hint)


FILE_RULES: tuple[Rule[FileFacts], ...] = (
    Rule(
        "H103",
        "an id that is given twice",
        Severity.ERROR,
        find_repeated_ids,
        ("output/a.html:40: H103 the id `main` is given 2 times; links find the first; rename the others",),
        """**Error.** Two elements of a page have the same `id`. A link to it finds the first, labels and scripts may take
either. Headings, listings and marks get ids of their own, so look at raw HTML in the page and at the theme's templates.""",
    ),
    Rule(
        "H104",
        "an id that nothing has",
        Severity.ERROR,
        find_missing_ids,
        (
            "output/a.html:12: H104 `aria-labelledby` names the id `title`, which nothing here has; give the element it means that id, or take the attribute out",
        ),
        """**Error.** An attribute such as `for`, `aria-labelledby`, `aria-controls`, `headers`, `list` or `popovertarget` names
another element of the page by its id, and there is no such element. Then a field has no label, or a button does nothing.
Mostly one of the two was renamed. If a script makes the element later, let it set the attribute as well.""",
    ),
)

FOLDER_RULES: tuple[Rule[FolderFacts], ...] = (
    Rule(
        "H102",
        "a link to a place that is not there",
        Severity.ERROR,
        find_dead_fragments,
        (
            "output/a.html:12: H102 `/b.html#listing-9` leads to a place that `b.html` does not have; there is no id `listing-9`; mend the link, or give the place that id",
        ),
        """**Error.** The page that the link leads to is there, but nothing on it has the id that stands behind the `#`, so
readers end at the top. Often a heading was reworded, which changes its id, or listings were added before the one that is
meant. Copy the address anew from the page, or give the heading an id that stays: `## Title { #name }`.""",
    ),
)
