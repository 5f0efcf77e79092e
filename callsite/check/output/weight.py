"""How much readers have to load for a page."""

from __future__ import annotations

from collections.abc import Iterator

from callsite.check.output.facts import FolderFacts
from callsite.check.rule import Finding, Rule
from callsite.model import Severity

# What a file can be larger when it is compressed than when it is not.
_OVERHEAD = 100


def find_heavy_pages(facts: FolderFacts) -> Iterator[Finding]:
    """Pages that weigh more than the site allows, alone or with all that they load."""
    loaded: dict[tuple[str, ...], tuple[str, ...]] = {}
    policy = facts.policy
    for summary in facts.summaries.values():
        if summary.ids is None:
            continue
        if summary.loads not in loaded:
            loaded[summary.loads] = tuple(_follow(facts, summary.loads))
        files = loaded[summary.loads]
        weight = summary.packed or 0
        if weight > policy.page_weight:
            message = f"the page weighs {_format(weight)} compressed, and {_format(policy.page_weight)} are allowed"
            yield Finding(facts.place(summary.path), message, "show less on it, or divide it")
        # Packing takes time, and is left out where a page would be light enough without.
        if summary.size + sum(facts.files[path] for path in files) + _OVERHEAD * (len(files) + 1) <= policy.page_total:
            continue
        total = _pack(facts, summary.path) + sum(_pack(facts, path) for path in files)
        if total > policy.page_total:
            heaviest = max(files, key=lambda path: (_pack(facts, path), path), default="")
            message = (
                f"the page weighs {_format(total)} with all that it loads, and {_format(policy.page_total)} are allowed"
            )
            hint = f"`{heaviest}` weighs most, {_format(_pack(facts, heaviest))}" if heaviest else "show less on it"
            yield Finding(facts.place(summary.path), message, hint)


def _follow(facts: FolderFacts, loads: tuple[str, ...]) -> Iterator[str]:
    """The files that are loaded, and those that they load."""
    seen: set[str] = set()
    waiting = list(reversed(loads))
    while waiting:
        path = waiting.pop()
        if path not in seen and path in facts.files:
            seen.add(path)
            yield path
            summary = facts.summaries.get(path)
            if summary is not None and summary.ids is None:
                waiting += summary.loads


def _pack(facts: FolderFacts, path: str) -> int:
    summary = facts.summaries.get(path)
    if summary is not None and summary.packed is not None:
        return summary.packed
    return facts.get_weight(path)


def _format(size: int) -> str:
    return f"{size / 1000:,.0f} kB"


RULES: tuple[Rule[FolderFacts], ...] = (
    Rule(
        "H108",
        "a heavy page",
        Severity.WARNING,
        find_heavy_pages,
        (
            "output/a.html: H108 the page weighs 245 kB compressed, and 200 kB are allowed; show less on it, or divide it",
            "output/a.html: H108 the page weighs 1,310 kB with all that it loads, and 1,000 kB are allowed; `images/a.png` weighs most, 1,190 kB",
        ),
        """**Warning.** Readers have to load more for this page than the site wants them to. Sizes are those of the compressed
files, as hosts send them. A page alone is mostly too heavy because of very long listings: cut them, or make two pages of it.
With all that it loads, images are mostly to blame: make them smaller. The limits are `page-weight` and `page-total`, in bytes,
under `[tool.callsite.check]` in the site's `pyproject.toml`.""",
    ),
)
