"""Choosing the examples of a page: which files, which uses in them, in which order, and why not the others.

The same candidates give the same choice, whatever order they come in. Files are ranked by what they do with the
name, how sure that is, whether they are a test or generated, how long the excerpt gets, and how free its licence is.
From the ranked files one is taken after another, each time the best of those that show a new kind of call or come
from a project that is not on the page yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from callsite.harvest.cutting import DEFAULT, Excerpt, Style, cut_excerpt
from callsite.harvest.licences import classify, find_file_licence, find_refusal
from callsite.harvest.likeness import ALIKE, Sketch, make_sketch, measure_likeness
from callsite.harvest.nature import Nature, find_nature
from callsite.harvest.release import Release, Skipped
from callsite.harvest.repository import find_project_key
from callsite.names import Certainty, Kind, Use
from callsite.text import CONTROL, decode_python
from callsite.wording import count


@dataclass(frozen=True, slots=True)
class Limits:
    """How many examples there may be: on a page, of one project, uses in one file; and the longest excerpt in lines.

    `tried` is how many files are cut and compared for one page at the most.
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
    """A file that uses the symbol. `data` are its bytes, and `uses` all its uses of the symbol.

    `imports` are its imports of modules that the symbol is reached through (`import flask`), and `own` says that it
    belongs to the symbol's own library.
    """

    release: Release
    path: str
    data: bytes
    uses: tuple[Use, ...]
    imports: tuple[Use, ...] = ()
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
        excerpt = _cut(ranked, name, style)
        reason = _find_fault(excerpt, limits) or _find_copy(excerpt, cut)
        if reason:
            skipped.append(Skipped(ranked.candidate.label, reason))
        else:
            cut.append(_Cut(ranked, excerpt, make_sketch(excerpt.snippet.code)))
    examples, left = _pick(cut, limits)
    others = sorted([*left, *spare], key=lambda one: (one.release.project.lower(), one.release.version, one.path))
    return Choice(examples, tuple(others), tuple(sorted(skipped)))


_KINDS = (Kind.CALL, Kind.DECORATOR, Kind.BASE, Kind.REFERENCE, Kind.ANNOTATION, Kind.IMPORT)
_CERTAINTIES = (Certainty.CERTAIN, Certainty.MAYBE, Certainty.STAR, Certainty.TEXT)
_NATURES = tuple(Nature)


@dataclass(frozen=True, slots=True)
class _Ranked:
    """A candidate, the uses in it that are worth showing, and what they are ranked by."""

    candidate: Candidate
    uses: tuple[Use, ...]
    nature: Nature
    licence: str

    @classmethod
    def of(cls, candidate: Candidate, limits: Limits) -> _Ranked:
        top = candidate.top
        licence = find_file_licence(top) or candidate.release.licence.expression
        return cls(candidate, _choose_uses(candidate.uses, limits.file), find_nature(candidate.path, top), licence)

    @property
    def best(self) -> Use:
        return self.uses[0]

    @property
    def shape(self) -> tuple[str, str]:
        return self.best.kind, self.best.shape

    @property
    def weak(self) -> bool:
        """Whether it shows little: an import that nothing in reach uses, or uses that are not certain."""
        return self.best.kind is Kind.IMPORT or self.best.certainty is not Certainty.CERTAIN

    def key(self, size: int = 0) -> tuple[object, ...]:
        return (
            self.weak,
            self.candidate.own,
            _KINDS.index(self.best.kind),
            _CERTAINTIES.index(self.best.certainty),
            _NATURES.index(self.nature),
            size,
            tuple(type(classify(self.licence))).index(classify(self.licence)),
            self.candidate.release.project.lower(),
            self.candidate.path,
            self.best.line,
            self.candidate.release.version,
        )


@dataclass(frozen=True, slots=True)
class _Cut:
    ranked: _Ranked
    excerpt: Excerpt
    sketch: Sketch


def _find_obstacle(candidate: Candidate, allowed: tuple[str, ...]) -> str:
    """Why a file cannot be quoted at all, or ""."""
    if find_nature(candidate.path) is Nature.VENDORED:
        return "vendored: a copy of another project's code"
    licence = candidate.release.licence
    own = find_file_licence(candidate.top)
    if own:
        licence = replace(licence, expression=own, found="the SPDX line of the file itself")
    refusal = find_refusal(licence, allowed)
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
    turns: list[tuple[bool, int, int, _Ranked]] = []
    for place, ranked in enumerate(sorted(fit, key=lambda one: one.key())):
        kind = (find_project_key(ranked.candidate.release), ranked.shape)
        turns.append((ranked.weak, seen[kind], place, ranked))
        seen[kind] += 1
    return [ranked for _, _, _, ranked in sorted(turns, key=lambda turn: turn[:3])]


def _cut(ranked: _Ranked, name: str, style: Style) -> Excerpt:
    candidate = ranked.candidate
    around = [use for use in candidate.uses if use.kind is Kind.IMPORT and _reaches(use, ranked.uses)]
    through = [] if around else [use for use in candidate.imports if _reaches(use, ranked.uses)][:1]
    chosen = sorted({*ranked.uses, *around})
    others = [use for use in candidate.uses if use not in chosen]
    return cut_excerpt(candidate.text, name, chosen, others=others, shown=through, style=style)


def _reaches(binding: Use, uses: Iterable[Use]) -> bool:
    """Whether an import holds where one of the uses stands: in its own scope or one inside it."""
    return any(not binding.scope or f"{use.scope}.".startswith(f"{binding.scope}.") for use in uses)


def _find_fault(excerpt: Excerpt, limits: Limits) -> str:
    if excerpt.size > limits.longest:
        return f"too long: the shortest excerpt has {count(excerpt.size, 'line')}"
    hidden = CONTROL.search(excerpt.snippet.code)
    return f"invisible characters: the excerpt has U+{ord(hidden[0]):04X}" if hidden else ""


def _find_copy(excerpt: Excerpt, cut: Iterable[_Cut]) -> str:
    sketch = make_sketch(excerpt.snippet.code)
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
