"""Addresses in pages and stylesheets that lead to nothing."""

from __future__ import annotations

from collections.abc import Iterator

from callsite.check.output.facts import STYLES, FileFacts, Lead
from callsite.check.output.styles import find_style_spots
from callsite.check.rule import Finding, Rule
from callsite.model import Severity

# What is asked for at once, so that an empty address asks for the page itself.
_FETCHED = frozenset({"src", "srcset", "imagesrcset", "poster"})

_HINT = "mend it, or add what it leads to"


def find_dead_references(facts: FileFacts) -> Iterator[Finding]:
    """Addresses to files that are not in the output."""
    for reference, lead in facts.links:
        if not reference.target and (reference.attribute in _FETCHED or reference.tag == "link"):
            message = f"the `{reference.attribute}` of `<{reference.tag}>` is empty"
            yield Finding(facts.place_reference(reference), message, "write an address, or take the attribute out")
        elif lead.path is None:
            yield Finding(facts.place_reference(reference), *_describe(reference.target, lead))
    if facts.path.lower().endswith(STYLES):
        for target, at in find_style_spots(facts.text):
            lead = facts.leads.find(target, facts.path)
            if lead.path is None:
                yield Finding(facts.place(facts.text.count("\n", 0, at) + 1), *_describe(target, lead))


def list_loaded(facts: FileFacts) -> tuple[str, ...]:
    """The files of the output that a page or stylesheet loads, each once."""
    paths = [lead.path for reference, lead in facts.links if reference.is_loaded]
    if facts.path.lower().endswith(STYLES):
        paths += [facts.leads.find(target, facts.path).path for target, _ in find_style_spots(facts.text)]
    return tuple(dict.fromkeys(path for path in paths if path and path != facts.path))


def _describe(target: str, lead: Lead) -> tuple[str, str]:
    if lead.near:
        message = f"`{target}` differs only in case from the file `{lead.near}`, so most hosts do not find it"
        return message, "write it as the file is called"
    return f"`{target}` leads to nothing in the output", _HINT


RULES: tuple[Rule[FileFacts], ...] = (
    Rule(
        "H101",
        "an address that leads to nothing",
        Severity.ERROR,
        find_dead_references,
        (
            "output/a.html:12: H101 `/b.html` leads to nothing in the output; mend it, or add what it leads to",
            "output/a.html:12: H101 `/B.html` differs only in case from the file `b.html`, so most hosts do not find it; write it as the file is called",
            "output/a.html:12: H101 the `src` of `<img>` is empty; write an address, or take the attribute out",
        ),
        """**Error.** A link, image, script, stylesheet or form of the built site has an address below the site's root, and
no file of the output answers it. Addresses are followed as a static host does it: `/a` finds `a.html` and `a/index.html`,
`/a/` finds `a/index.html`, and upper and lower case are not the same. Mend the address where it is written: in the page,
or in the theme when all pages have it. Links to other sites are not followed.""",
    ),
)
