"""What speaks against a plan before anything is sent: an output that is empty, unfinished or of another site, and
deletions that look like a mistake.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator
from typing import Final

from callsite.publish.kinds import ENCODINGS
from callsite.publish.plan import Plan
from callsite.wording import count, make_printable

# How many of a hundred files at a destination may go without a question.
MOST_LOSSES: Final = 10


def find_doubts(plan: Plan, built: Collection[str] | None) -> Iterator[str]:
    """Find what should be asked about before a plan is applied, each as a sentence without its end.

    `built` are the paths that the build says it has written, None when there is no such list.
    """
    files = plan.new.files
    if not files:
        yield "the output is empty"
    elif "index.html" not in files:
        yield "the output has no `index.html`, so the site would have no first page"
    if built is None:
        yield "nothing says that the build came to its end (the output has no list of what was built)"
    else:
        missing = sorted(path for path in built if path not in files and not _is_twin(path, files))
        if missing:
            are = "is" if len(missing) == 1 else "are"
            example = make_printable(missing[0])
            yield f"the output is not whole: {count(len(missing), 'built file')} {are} not there, `{example}` for one"
    if plan.old.site and plan.old.site != plan.new.site:
        yield f"what stands there is the site {plan.old.site}, and this one is {plan.new.site or 'without an address'}"
    standing = len(plan.old.files)
    if plan.losses * 100 > standing * MOST_LOSSES:
        share = -(-plan.losses * 100 // standing)  # rounded up: what is over the limit does not look as if it were not
        yield f"{count(plan.losses, 'file')} of {standing:,} there would be deleted ({share} %)"


def _is_twin(path: str, files: Collection[str]) -> bool:
    """Whether a path is that of a compressed twin, which may be sent in the place of its file or not at all."""
    plain, ending = posixpath.splitext(path)
    return ending in ENCODINGS and plain in files
