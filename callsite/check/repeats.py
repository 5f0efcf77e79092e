"""What is told of a page need not be told of what was built of it once more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from callsite.model import Problem

# Rules about addresses of pages, and those about the same addresses in the output; each names the address first.
_OF_PAGES = frozenset({"S102", "S112", "S114"})
_OF_OUTPUT = frozenset({"H101", "H102"})

_NAMED = re.compile(r"`([^`]*)`")


def leave_out_repeats(
    output: Iterable[Problem], content: Iterable[Problem], built: Mapping[str, str]
) -> Iterator[Problem]:
    """The problems of an output without those that pages have been told of. `built` has, by the path of an output
    file, that of the page it was built of, both as problems have them.
    """
    known = {(problem.at.path, _find_named(problem)) for problem in content if problem.code in _OF_PAGES}
    for problem in output:
        page = built.get(problem.at.path)
        if not (problem.code in _OF_OUTPUT and page and (page, _find_named(problem)) in known):
            yield problem


def _find_named(problem: Problem) -> str:
    """The first thing that a message has between backticks."""
    named = _NAMED.search(problem.message)
    return named[1] if named else ""
