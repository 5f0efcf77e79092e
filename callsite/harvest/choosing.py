"""Choosing the examples of a page: which files, which uses in them, in which order, and why not the others.

The same candidates give the same choice, whatever order they come in. From the ranked files one is taken after
another, each time the best of those that show a new kind of call or come from a project that is not on the page yet.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from callsite.harvest.cutting import DEFAULT, Excerpt, Style, cut_excerpt
from callsite.harvest.licences import find_refusal
from callsite.harvest.likeness import ALIKE, Sketch, make_sketch, measure_likeness
from callsite.harvest.nature import Nature, find_nature
from callsite.harvest.ranking import Candidate, Ranked, identify_candidate, spread_ranks
from callsite.harvest.release import Skipped
from callsite.harvest.repository import find_project_key
from callsite.harvest.wanted import add_imports
from callsite.names import Kind, Use
from callsite.text import CONTROL
from callsite.wording import count


@dataclass(frozen=True, slots=True)
class Limits:
    """How many examples there may be: on a page, of one project, uses in one file; and the longest excerpt in lines.

    `tried` is how many files that differ are compared for one page at the most.
    """

    page: int = 5
    project: int = 2
    file: int = 3
    longest: int = 120
    tried: int = 16


@dataclass(frozen=True, slots=True)
class Example:
    """A chosen file, the uses in it that are shown, the excerpt, and why it was chosen."""

    candidate: Candidate
    uses: tuple[Use, ...]
    excerpt: Excerpt
    reason: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The examples of a page in their order, the files that would have done as well, and those that cannot be used."""

    examples: tuple[Example, ...]
    others: tuple[Candidate, ...]
    skipped: tuple[Skipped, ...]


def choose_examples(
    candidates: Iterable[Candidate],
    name: str,
    *,
    limits: Limits = Limits(),
    style: Style = DEFAULT,
    allowed: tuple[str, ...] = (),
) -> Choice:
    """Choose the examples for a symbol's page.

    `name` is the symbol's last name, for the gaps; `allowed` the licences beyond the permissive ones (see
    `find_refusal`). Whatever is not chosen is among `others` or `skipped`.
    """
    skipped: list[Skipped] = []
    fit: list[Ranked] = []
    for candidate in candidates:
        reason = _find_obstacle(candidate, allowed)
        if reason:
            skipped.append(Skipped(candidate.label, reason))
        else:
            fit.append(Ranked.of(candidate, limits.file))
    cut: list[_Cut] = []
    spare: list[Candidate] = []
    for ranked in spread_ranks(fit):
        if len(cut) == limits.tried:
            spare.append(ranked.candidate)
            continue
        tried = _find_twin(ranked.candidate, cut) or _try(ranked, cut, name, limits, style)
        if isinstance(tried, str):
            skipped.append(Skipped(ranked.candidate.label, tried))
        else:
            cut.append(tried)
    examples, left = _pick(cut, limits)
    return Choice(examples, tuple(sorted([*left, *spare], key=identify_candidate)), tuple(sorted(skipped)))


@dataclass(frozen=True, slots=True)
class _Cut:
    ranked: Ranked
    excerpt: Excerpt
    sketch: Sketch


# A line of more characters than this is data, or was written by a program; nobody reads on to its end.
_WIDEST = 1_000

# Nothing is cut out of files with more bytes than this, in all or on a line: they are data that looks like code.
_LARGEST = 1_000_000
_WIDEST_FILE = 100_000

# What a path cannot have on a fence line.
_UNWRITABLE = re.compile(rf"{CONTROL.pattern}|[\0\r\n]")


def _find_obstacle(candidate: Candidate, allowed: tuple[str, ...]) -> str:
    """Why a file cannot be quoted at all, or ""."""
    if find_nature(candidate.path) is Nature.VENDORED:
        return "vendored: a copy of another project's code"
    if _UNWRITABLE.search(candidate.path):
        return "invisible characters: its path has some"
    refusal = find_refusal(candidate.licence, allowed)
    return f"licence: {refusal}" if refusal else ""


def _try(ranked: Ranked, cut: Iterable[_Cut], name: str, limits: Limits, style: Style) -> _Cut | str:
    """A file's excerpt, or why it is not to be shown."""
    candidate = ranked.candidate
    if len(candidate.data) > _LARGEST or max(map(len, candidate.data.split(b"\n"))) > _WIDEST_FILE:
        return "too long: the file is larger than any that people write"
    chosen = add_imports(ranked.uses, candidate.uses)
    others = [use for use in candidate.uses if use not in chosen]
    excerpt = cut_excerpt(candidate.text, name, chosen, others=others, style=style)
    sketch = make_sketch(excerpt.snippet.code)
    return _find_fault(excerpt, limits) or _find_copy(sketch, cut) or _Cut(ranked, excerpt, sketch)


def _find_fault(excerpt: Excerpt, limits: Limits) -> str:
    if excerpt.size > limits.longest:
        return f"too long: the shortest excerpt has {count(excerpt.size, 'line')}"
    width = max(map(len, excerpt.snippet.code.split("\n")))
    if width > _WIDEST:
        return f"too long: the excerpt has a line of {count(width, 'character')}"
    hidden = CONTROL.search(excerpt.snippet.code)
    return f"invisible characters: the excerpt has U+{ord(hidden[0]):04X}" if hidden else ""


def _find_twin(candidate: Candidate, cut: Iterable[_Cut]) -> str:
    twin = next((one.ranked.candidate for one in cut if one.ranked.candidate.data == candidate.data), None)
    return f"copies: the same as {twin.label}" if twin else ""


def _find_copy(sketch: Sketch, cut: Iterable[_Cut]) -> str:
    for other in cut:
        if measure_likeness(sketch, other.sketch) >= ALIKE:
            return f"copies: nearly the same as {other.ranked.candidate.label}"
    return ""


def _pick(cut: Iterable[_Cut], limits: Limits) -> tuple[tuple[Example, ...], list[Candidate]]:
    """Take one after another: what shows something new first, then what comes from elsewhere, then by rank."""
    pool = sorted(cut, key=lambda one: one.ranked.key(one.excerpt.size))
    shown: Counter[tuple[str, str]] = Counter()
    projects: Counter[str] = Counter()
    examples: list[Example] = []
    while pool and len(examples) < limits.page:
        open_ = [one for one in pool if projects[find_project_key(one.ranked.candidate.release)] < limits.project]
        if not open_:
            break
        best = min(
            open_,
            key=lambda one: (
                one.ranked.weak,
                one.ranked.best.kind in (Kind.REFERENCE, Kind.ANNOTATION),
                one.ranked.candidate.own,
                one.ranked.nature is not Nature.PROGRAM,
                shown[one.ranked.shape],
                projects[find_project_key(one.ranked.candidate.release)],
                pool.index(one),
            ),
        )
        if examples and best.ranked.best.kind is Kind.IMPORT:
            break  # a name that is brought in and not used shows nothing, unless it is all there is
        pool.remove(best)
        examples.append(Example(best.ranked.candidate, best.ranked.uses, best.excerpt, _explain(best, shown)))
        shown[best.ranked.shape] += 1
        projects[find_project_key(best.ranked.candidate.release)] += 1
    return tuple(examples), [one.ranked.candidate for one in pool]


def _explain(cut: _Cut, shown: Counter[tuple[str, str]]) -> str:
    best = cut.ranked.best
    new = "" if shown[cut.ranked.shape] else ", a new way to use it" if shown else ""
    article = "an" if best.kind[0] in "aeiou" else "a"
    return (
        f"{article} {best.kind} ({best.certainty}) in {cut.ranked.nature}, "
        f"{count(cut.excerpt.size, 'line')}, {cut.ranked.licence}{new}"
    )
