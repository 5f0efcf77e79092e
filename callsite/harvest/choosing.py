"""Choosing the examples of a page: which files, which uses in them, in which order, and why not the others.

The same candidates give the same choice, whatever order they come in. Files are ranked by what they do with the
name, how sure that is, whether they are a test or generated, how long the excerpt gets, and how free its licence is.
From the ranked files one is taken after another, each time the best of those that show a new kind of call or come
from a project that is not on the page yet.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from callsite.harvest.cutting import DEFAULT, Excerpt, Style, cut_excerpt
from callsite.harvest.licence_texts import find_notices
from callsite.harvest.licences import Class, classify, find_file_licence, find_refusal
from callsite.harvest.likeness import ALIKE, Sketch, make_sketch, measure_likeness
from callsite.harvest.nature import Nature, find_nature
from callsite.harvest.release import Licence, Release, Skipped
from callsite.harvest.repository import find_project_key
from callsite.harvest.wanted import add_imports
from callsite.names import Certainty, Kind, Use
from callsite.text import CONTROL, decode_python
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


# What of a file is looked at to tell what it is, in bytes: thirty lines and more.
_TOP = 4_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that uses the symbol. `data` are its bytes, and `uses` all its uses of the symbol, one at least.

    `own` says that it belongs to the symbol's own library.
    """

    release: Release
    path: str
    data: bytes
    uses: tuple[Use, ...]
    own: bool = False

    @property
    def text(self) -> str:
        r"""Its text with line ends as `\n`."""
        return decode_python(self.data)

    @property
    def top(self) -> str:
        """Its first lines, as far as they tell what the file is."""
        return self.data[:_TOP].decode("latin-1")

    @property
    def licence(self) -> Licence:
        """Its licence: its project's, unless it states another one itself."""
        licence = self.release.licence
        own = find_file_licence(self.top)
        if own in ("", licence.expression):
            return licence
        return Licence(own, f"the SPDX line of {self.path}", find_notices([self.top]) or licence.notices)

    @property
    def label(self) -> str:
        """How reports name it."""
        return f"{self.release.project} {self.path}"


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
    fit: list[_Ranked] = []
    for candidate in candidates:
        reason = _find_obstacle(candidate, allowed)
        if reason:
            skipped.append(Skipped(candidate.label, reason))
        else:
            fit.append(_Ranked.of(candidate, limits))
    cut: list[_Cut] = []
    spare: list[Candidate] = []
    for ranked in _spread(fit):
        if len(cut) == limits.tried:
            spare.append(ranked.candidate)
            continue
        tried = _find_twin(ranked.candidate, cut) or _try(ranked, cut, name, limits, style)
        if isinstance(tried, str):
            skipped.append(Skipped(ranked.candidate.label, tried))
        else:
            cut.append(tried)
    examples, left = _pick(cut, limits)
    return Choice(examples, tuple(sorted([*left, *spare], key=_identify)), tuple(sorted(skipped)))


_KINDS = (Kind.CALL, Kind.DECORATOR, Kind.BASE, Kind.REFERENCE, Kind.ANNOTATION, Kind.IMPORT)
_CERTAINTIES = (Certainty.CERTAIN, Certainty.MAYBE, Certainty.STAR, Certainty.TEXT)
_NATURES = tuple(Nature)
_CLASSES = tuple(Class)


@dataclass(frozen=True, slots=True)
class _Ranked:
    """A candidate, the uses in it that are worth showing, and what they are ranked by."""

    candidate: Candidate
    uses: tuple[Use, ...]
    nature: Nature
    licence: str

    @classmethod
    def of(cls, candidate: Candidate, limits: Limits) -> _Ranked:
        nature = find_nature(candidate.path, candidate.top)
        return cls(candidate, _choose_uses(candidate.uses, limits.file), nature, candidate.licence.expression)

    @property
    def best(self) -> Use:
        return self.uses[0]

    @property
    def shape(self) -> tuple[str, str]:
        return self.best.kind, self.best.shape

    @property
    def weak(self) -> int:
        """Whether it shows little: uses that are not certain, or less still, an import that nothing in reach uses."""
        return 2 * (self.best.kind is Kind.IMPORT) + (self.best.certainty is not Certainty.CERTAIN)

    def key(self, size: int = 0) -> tuple[object, ...]:
        return (
            self.weak,
            self.candidate.own,
            _KINDS.index(self.best.kind),
            _CERTAINTIES.index(self.best.certainty),
            _NATURES.index(self.nature),
            size,
            _CLASSES.index(classify(self.licence)),
            self.candidate.release.project.lower(),
            self.candidate.path,
            self.best.line,
            _identify(self.candidate),
        )


@dataclass(frozen=True, slots=True)
class _Cut:
    ranked: _Ranked
    excerpt: Excerpt
    sketch: Sketch


def _identify(candidate: Candidate) -> tuple[object, ...]:
    """What puts any two files in an order, whatever else they have in common."""
    release = candidate.release
    state = (release.version, candidate.path, release.repository, release.revision, release.artefact, release.sha256)
    return (release.project.lower(), release.project, *state, candidate.data)


# A line of more characters than this is data, or was written by a program; nobody reads on to its end.
_WIDEST = 1_000

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


def _choose_uses(uses: Sequence[Use], most: int) -> tuple[Use, ...]:
    """The uses of a file to show, the best first: one of each shape before a second of any.

    Imports are shown by themselves only when there is nothing else.
    """
    found = [use for use in uses if use.kind is not Kind.IMPORT] or list(uses)
    ranked = sorted(
        found,
        key=lambda use: (_KINDS.index(use.kind), _CERTAINTIES.index(use.certainty), use.last - use.first, use.line),
    )
    seen: Counter[tuple[str, str]] = Counter()
    turns: list[tuple[int, int, Use]] = []
    for place, use in enumerate(ranked):
        turns.append((seen[use.kind, use.shape], place, use))
        seen[use.kind, use.shape] += 1
    return tuple(use for _, _, use in sorted(turns)[:most])


def _spread(fit: Iterable[_Ranked]) -> list[_Ranked]:
    """In order of rank, but the first file of every project and shape before the second of any."""
    seen: Counter[tuple[str, tuple[str, str]]] = Counter()
    turns: list[tuple[int, int, int, _Ranked]] = []
    for place, ranked in enumerate(sorted(fit, key=lambda one: one.key())):
        kind = (find_project_key(ranked.candidate.release), ranked.shape)
        turns.append((ranked.weak, seen[kind], place, ranked))
        seen[kind] += 1
    return [ranked for _, _, _, ranked in sorted(turns, key=lambda turn: turn[:3])]


def _try(ranked: _Ranked, cut: Iterable[_Cut], name: str, limits: Limits, style: Style) -> _Cut | str:
    """A file's excerpt, or why it is not to be shown."""
    candidate = ranked.candidate
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
