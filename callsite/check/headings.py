"""Rules about a page's headings: their levels, and the numbers of its examples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from callsite.check.facts import PageFacts
from callsite.check.rule import Finding, Rule
from callsite.check.spots import HeadingSpot, find_headings, list_headings
from callsite.model import Severity

_EXAMPLE = re.compile(r"Example (\d{1,6})\b")


def find_skipped_levels(facts: PageFacts) -> Iterator[Finding]:
    """Headings that do not go on where the one above leaves off; the first goes on from the title, which is level 1."""
    levels = [int((node.tag or "")[1:]) for node, _ in list_headings(facts.tree)]
    above = [1, *(max(level, 2) for level in levels)]
    wrong = [number for number, level in enumerate(levels) if level == 1 or level > above[number] + 1]
    headings = find_headings(facts) if wrong else ()
    for number in wrong:
        level, at = levels[number], headings[number].at
        marks = "#" * (above[number] + 1)
        if level == 1:
            hint = "begin it with `##`; only the title of the page has level 1"
            yield Finding(at, "a heading of level 1 beside the page's title", hint)
        elif number == 0:
            hint = f"begin with `{marks}`, and raise the headings below it as well"
            yield Finding(at, f"the first heading has level {level}, where the page's title has level 1", hint)
        else:
            yield Finding(at, f"this heading goes from level {above[number]} to {level}", f"begin it with `{marks}`")


def find_wrong_numbers(facts: PageFacts) -> Iterator[Finding]:
    """Headings `Example 3 …` that are not the third, each once. Below every other heading of a higher level the count
    may begin anew or go on.
    """
    numbers = [int(match[1]) for _, text in list_headings(facts.tree) if (match := _EXAMPLE.match(text))]
    if numbers == list(range(1, len(numbers) + 1)):
        return
    group: list[tuple[int, HeadingSpot]] = []
    last = 0
    for heading in find_headings(facts):
        match = _EXAMPLE.match(heading.text)
        if match:
            group.append((int(match[1]), heading))
        elif group and heading.level < group[-1][1].level:
            yield from _check_group(group, last)
            last = group[-1][0]
            group = []
    yield from _check_group(group, last)


def _check_group(group: Sequence[tuple[int, HeadingSpot]], last: int) -> Iterator[Finding]:
    """Check the numbers of examples that stand together; `last` is the number of the one before them, 0 for none."""
    start = last + 1 if group and group[0][0] == last + 1 else 1
    seen: dict[int, HeadingSpot] = {}
    before = start - 1
    for place, (number, heading) in enumerate(group, start=start):
        if number in seen:
            message = f"there are two examples with number {number}, the first on line {seen[number].at.line}"
            yield Finding(heading.at, message, "number the examples one after the other")
        elif number not in (before + 1, place):
            follows = f"follows Example {before}" if before else "is the first"
            hint = f"number the examples one after the other; this would be Example {place}"
            yield Finding(heading.at, f"Example {number} {follows}", hint)
        seen.setdefault(number, heading)
        before = number


RULES: tuple[Rule[PageFacts], ...] = (
    Rule(
        "P102",
        "a heading that skips a level",
        Severity.WARNING,
        find_skipped_levels,
        (
            "content/pages/a.md:9: P102 the first heading has level 3, where the page's title has level 1; begin with "
            "`##`, and raise the headings below it as well",
            "content/pages/a.md:9: P102 this heading goes from level 2 to 4; begin it with `###`",
            "content/pages/a.md:9: P102 a heading of level 1 beside the page's title; begin it with `##`; only the "
            "title of the page has level 1",
        ),
        """\
**Warning.** The headings of a page are its table of contents, and people who listen to a page find
their way by the levels. The theme makes the title the one heading of level 1. So a page begins
with `##`, what belongs below that has `###`, and so on; going back up, any level is right.
If you chose the level for the size of its letters, leave that to the theme.
""",
    ),
    Rule(
        "P103",
        "an example with a wrong number",
        Severity.WARNING,
        find_wrong_numbers,
        (
            "content/pages/a.md:30: P103 Example 3 follows Example 1; number the examples one after the other; this "
            "would be Example 2",
            "content/pages/a.md:12: P103 Example 2 is the first; number the examples one after the other; this would be "
            "Example 1",
            "content/pages/a.md:48: P103 there are two examples with number 2, the first on line 30; number the "
            "examples one after the other",
        ),
        """\
**Warning.** The headings `Example 1 from …`, `Example 2 from …` do not count up. Most often an example
was taken out, put in or moved. Give each its number, or put back what is missing. Links
to a heading contain its number, so look for links to those that you change. Below another
heading of a higher level, the examples may begin again at 1.
""",
    ),
)
