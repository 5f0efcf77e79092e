"""Which of the files that use a symbol show most of it, and which of the uses in a file do.

Files are ranked by what they do with the name, how sure that is, whether they are a test or generated, how long the
excerpt gets, and how free the licence is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from callsite.harvest.licence_texts import find_notices
from callsite.harvest.licences import Class, classify, find_file_licence
from callsite.harvest.nature import Nature, find_nature
from callsite.harvest.release import Licence, Release
from callsite.harvest.repository import find_project_key
from callsite.names import Certainty, Kind, Use
from callsite.records import dataclass
from callsite.text import decode_python

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
        return _find_top(self.data)

    @property
    def licence(self) -> Licence:
        """Its licence: its project's, unless it states another one itself."""
        return find_terms(self.release, self.path, self.data)

    @property
    def count(self) -> int:
        """How often it uses the symbol, apart from importing it; how often it imports it when it does no more."""
        return len([use for use in self.uses if use.kind is not Kind.IMPORT]) or len(self.uses)

    @property
    def label(self) -> str:
        """How reports name it."""
        return f"{self.release.project} {self.path}"


def find_terms(release: Release, path: str, data: bytes) -> Licence:
    """The licence of a file of a release: the release's, unless the file states another one itself."""
    licence, top = release.licence, _find_top(data)
    own = find_file_licence(top)
    if own in ("", licence.expression):
        return licence
    return Licence(own, f"the SPDX line of {path}", find_notices([top]) or licence.notices)


def _find_top(data: bytes) -> str:
    return data[:_TOP].decode("latin-1")


_KINDS = (Kind.CALL, Kind.DECORATOR, Kind.BASE, Kind.REFERENCE, Kind.ANNOTATION, Kind.IMPORT)
_CERTAINTIES = (Certainty.CERTAIN, Certainty.MAYBE, Certainty.STAR, Certainty.TEXT)
_NATURES = tuple(Nature)
_CLASSES = tuple(Class)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate, the uses in it that are worth showing, and what they are ranked by."""

    candidate: Candidate
    uses: tuple[Use, ...]
    nature: Nature
    licence: str

    @classmethod
    def of(cls, candidate: Candidate, most: int) -> Ranked:
        """Rank a file, of which so many uses are shown at the most."""
        nature = find_nature(candidate.path, candidate.top)
        return cls(candidate, choose_uses(candidate.uses, most), nature, candidate.licence.expression)

    @property
    def best(self) -> Use:
        """The use that it is ranked by."""
        return self.uses[0]

    @property
    def shape(self) -> tuple[str, str]:
        """What it shows: the kind of the best use, and how it is called."""
        return self.best.kind, self.best.shape

    @property
    def weak(self) -> int:
        """Whether it shows little: uses that are not certain, or less still, an import that nothing in reach uses."""
        return 2 * (self.best.kind is Kind.IMPORT) + (self.best.certainty is not Certainty.CERTAIN)

    def key(self, size: int = 0) -> tuple[object, ...]:
        """What it is sorted by, the best first; `size` is that of its excerpt in lines, once it is known."""
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
            identify_candidate(self.candidate),
        )


def identify_candidate(candidate: Candidate) -> tuple[object, ...]:
    """What puts any two files in an order, whatever else they have in common."""
    release = candidate.release
    state = (release.version, candidate.path, release.repository, release.revision, release.artefact, release.sha256)
    return (release.project.lower(), release.project, *state, candidate.data)


def choose_uses(uses: Sequence[Use], most: int) -> tuple[Use, ...]:
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


def spread_ranks(fit: Iterable[Ranked]) -> list[Ranked]:
    """In order of rank, but the first file of every project and shape before the second of any."""
    seen: Counter[tuple[str, tuple[str, str]]] = Counter()
    turns: list[tuple[int, int, int, Ranked]] = []
    for place, ranked in enumerate(sorted(fit, key=lambda one: one.key())):
        kind = (find_project_key(ranked.candidate.release), ranked.shape)
        turns.append((ranked.weak, seen[kind], place, ranked))
        seen[kind] += 1
    return [ranked for _, _, _, ranked in sorted(turns, key=lambda turn: turn[:3])]
