"""Problems that many files share: a fault of a template is on every page, and one page is enough to tell of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from callsite.model import Problem
from callsite.records import replace

# In so many files a problem may be, and is told of each.
_MOST = 10


def gather_alike(problems: Iterable[Problem]) -> list[Problem]:
    """The problems in order; of those that say the same of more than a few files, the first alone, which counts them."""
    found = sorted(problems)
    files: dict[tuple[str, str], set[str]] = defaultdict(set)
    for problem in found:
        files[problem.code, problem.message].add(problem.at.path)
    told: set[tuple[str, str]] = set()
    kept = []
    for problem in found:
        key = problem.code, problem.message
        others = len(files[key]) - 1
        if others < _MOST:
            kept.append(problem)
        elif key not in told:
            told.add(key)
            kept.append(replace(problem, hint=f"{problem.hint} (so it is in {others:,} other files)"))
    return kept
