"""What speaks against a plan before anything is sent: an output that is empty, unfinished or of another site, and
deletions that look like a mistake.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from callsite.publish.plan import Plan
from callsite.wording import count

# Part of the files at a destination that may go without a question.
MOST_LOSSES: Final = 0.1


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
        missing = sorted(path for path in built if path not in files)
        if missing:
            yield f"the output is not whole: {count(len(missing), 'built file')} is not there, `{missing[0]}` for one"
    if plan.old.site and plan.old.site != plan.new.site:
        yield f"what stands there is the site {plan.old.site}, and this one is {plan.new.site or 'without an address'}"
    standing = len(plan.old.files)
    if plan.losses > standing * MOST_LOSSES:
        share = plan.losses * 100 // standing if standing else 100
        yield f"{count(plan.losses, 'file')} of {standing} there would be deleted ({share} %)"
