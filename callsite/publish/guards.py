"""What speaks against a plan before anything is sent: an output that is empty, unfinished or of another site, files
that are somebody else's, and deletions that look like a mistake.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from callsite.publish.plan import Plan
from callsite.records import dataclass
from callsite.wording import count, make_printable

# How many of a hundred files at a destination may go without a question.
MOST_LOSSES: Final = 10


@dataclass(frozen=True, slots=True)
class Doubt:
    """What should be asked about, as a sentence without its end, and the option of the command that answers it."""

    text: str
    option: str


def find_doubts(plan: Plan, built: Collection[str] | None, foreign: Collection[str] = ()) -> tuple[Doubt, ...]:
    """Find what should be asked about before a plan is applied.

    `built` are the paths that the build says it has written, None when there is no such list; `foreign` those of the
    files at the destination that nobody knows of.
    """
    found = [Doubt(text, f"--allow-delete {plan.losses}") for text in _find_losses(plan, built)]
    if plan.old.site and plan.old.site != plan.new.site:
        text = f"what stands there is the site {plan.old.site}, and this one is {plan.new.site or 'without an address'}"
        found.append(Doubt(text, "--allow-other-site"))
    replaced = sorted(upload.path for upload in plan.uploads if upload.path in foreign)
    if replaced:
        are = "is" if len(replaced) == 1 else "are"
        example = make_printable(replaced[0])
        text = f"{count(len(replaced), 'file')} there that {are} not this site's would be replaced, `{example}` for one"
        found.append(Doubt(text, "--adopt"))
    return tuple(found)


def _find_losses(plan: Plan, built: Collection[str] | None) -> Iterator[str]:
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
            are = "is" if len(missing) == 1 else "are"
            example = make_printable(missing[0])
            yield f"the output is not whole: {count(len(missing), 'built file')} {are} not there, `{example}` for one"
    standing = len(plan.old.files)
    if plan.losses * 100 > standing * MOST_LOSSES:
        share = -(-plan.losses * 100 // standing)  # rounded up: what is over the limit does not look as if it were not
        yield f"{count(plan.losses, 'file')} of {standing:,} there would be deleted ({share} %)"
