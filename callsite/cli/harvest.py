"""How pages are made from real call sites."""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections import Counter
from itertools import zip_longest

from callsite.cli.patches import show_patch
from callsite.cli.progress import Progress, show_progress
from callsite.cli.sourcing import (
    make_options,
    open_harvester,
)
from callsite.harvest.release import Skipped
from callsite.harvesting import Harvest, Harvester
from callsite.model import Symbol
from callsite.settings import read_folders
from callsite.shelf import Plan, Shelf
from callsite.wording import count, make_printable


def run(arguments: argparse.Namespace) -> int:
    """Write the pages and say what was done; return 0, or 1 when nothing was found."""
    shelf = Shelf(read_folders(arguments.settings, arguments.content).content)
    report = Report(arguments)
    try:
        with (
            show_progress() as progress,
            open_harvester(arguments, make_options(arguments), progress, not arguments.dry_run) as (harvester, skipped),
        ):
            report.unread = skipped
            symbols = list_symbols(harvester, arguments, progress)
            if not symbols:
                hint = "name others with --from"
                print(f"callsite: {', '.join(arguments.names)}: no use in the sources; {hint}", file=sys.stderr)
            gc.freeze()  # what is loaded by now stays; looking at it again and again takes a fifth of the time
            most = arguments.limit or len(symbols)
            for number, symbol in enumerate(symbols):
                progress(str(symbol), report.pages if arguments.limit else number, min(len(symbols), most))
                if report.pages == arguments.limit:
                    report.counts["beyond"] += len(symbols) - number
                    break
                harvest = harvester.harvest(symbol)
                plan = shelf.plan_page(harvest.subject, harvest.choice)
                if plan.added and not arguments.dry_run and (plan.is_new or arguments.add):
                    shelf.write_page(plan)
                report.tell(harvest, plan)
    except KeyboardInterrupt:
        print("callsite: stopped; call the same command again to go on", file=sys.stderr)
        raise
    finally:
        report.close()
    return 0 if report.pages else 1


def list_symbols(harvester: Harvester, arguments: argparse.Namespace, progress: Progress) -> list[Symbol]:
    """The symbols that the names stand for, each once: the first of every name, then the second, and so on."""

    def show(done: int, whole: int) -> None:
        progress("finding uses", done, whole)

    lists = [harvester.list_symbols(name, show) for name in arguments.names]
    turns = (symbol for turn in zip_longest(*lists) for symbol in turn if symbol is not None)
    return list(dict.fromkeys(turns))


class Report:
    """What a harvest has done so far, told page by page and in the end as a whole."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.unread: tuple[Skipped, ...] = ()
        self.counts: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()
        self._arguments = arguments

    @property
    def pages(self) -> int:
        """How many symbols have a page, or would have one."""
        return sum(self.counts[outcome] for outcome in _OUTCOMES if outcome not in ("nothing", "beyond"))

    def tell(self, harvest: Harvest, plan: Plan) -> None:
        """Tell of one symbol."""
        outcome = self._find_outcome(plan)
        self.counts[outcome] += 1
        self._reasons.update(skipped.reason.partition(":")[0] for skipped in harvest.choice.skipped)
        if self._arguments.json:
            print(json.dumps(make_record(harvest, plan, outcome)), flush=True)
            return
        if plan.added:
            examples = count(len(plan.added), "example" if plan.is_new else "new example")
            projects = count(len({one.candidate.release.project for one in plan.added}), "project")
            print(
                f"{make_printable(str(plan.place))}: {_OUTCOMES[outcome][0].format(examples)} from {projects}",
                flush=True,
            )
        if self._arguments.explain:
            self._explain(harvest, plan)
        if self._arguments.diff and plan.added and plan.before:
            show_patch(plan.before.text, plan.after, plan.before.path)

    def close(self) -> None:
        """Tell of the whole."""
        if self._arguments.json or not (self.counts or self.unread):
            return
        print()
        for outcome, (_, noun, words) in _OUTCOMES.items():
            if self.counts[outcome]:
                print(f"{count(self.counts[outcome], noun)} {words}")
        for reason, number in sorted(self._reasons.items()):
            print(f"{count(number, 'file')} left out: {reason}")
        if self.unread:
            print(f"{count(len(self.unread), 'file')} of the sources left unread")
        if self._arguments.explain:
            for skipped in self.unread:
                print(make_printable(f"  {skipped}"))
        elif self._reasons or self.unread:
            print("(--explain says which, and why)")

    def _find_outcome(self, plan: Plan) -> str:
        arguments = self._arguments
        if not plan.added:
            return "nothing" if plan.is_new else "complete"
        if plan.is_new:
            return "planned" if arguments.dry_run else "written"
        return "added" if arguments.add and not arguments.dry_run else "proposed"

    def _explain(self, harvest: Harvest, plan: Plan) -> None:
        choice = harvest.choice
        if not plan.added:
            print(make_printable(f"{harvest.subject.symbol if plan.is_new else plan.place}: nothing to add"))
        for example in choice.examples:
            known = "" if example in plan.added else " (on the page already)"
            print(make_printable(f"  chosen: {example.candidate.label}: {example.reason}{known}"))
        for other in choice.others:
            print(make_printable(f"  not needed: {other.label}: {count(other.count, 'use')}"))
        for skipped in choice.skipped:
            print(make_printable(f"  left out: {skipped}"))
        for mention in harvest.mentions:
            print(make_printable(f"  the word alone: {mention}"))


# What became of a page: the words for it, and those for all of its kind.
_OUTCOMES = {
    "written": ("written, {}", "page", "written"),
    "planned": ("would be written, {}", "page", "to be written"),
    "added": ("{} added", "page", "with new examples added"),
    "proposed": ("{} (--diff shows, --add adds)", "page", "with new examples to add"),
    "complete": ("", "page", "with nothing to add"),
    "nothing": ("", "symbol", "without an example that can be shown"),
    "beyond": ("", "symbol", "beyond the limit"),
}


def make_record(harvest: Harvest, plan: Plan, outcome: str) -> dict[str, object]:
    """What is known of one symbol, for other programs."""
    choice = harvest.choice
    return {
        "symbol": str(harvest.subject.symbol),
        "page": str(plan.place),
        "outcome": outcome,
        "uses": harvest.uses,
        "examples": [
            {
                "project": example.candidate.release.project,
                "version": example.candidate.release.version,
                "path": example.candidate.path,
                "lines": example.excerpt.lines,
                "marked": [use.line for use in example.uses],
                "licence": example.candidate.licence.expression,
                "reason": example.reason,
                "new": example in plan.added,
            }
            for example in choice.examples
        ],
        "others": [{"project": one.release.project, "path": one.path, "uses": one.count} for one in choice.others],
        "skipped": [{"file": skipped.what, "reason": skipped.reason} for skipped in choice.skipped],
        "mentions": harvest.mentions,
    }
