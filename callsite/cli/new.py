"""How the page of one symbol is started."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter

from callsite.address import is_web_address
from callsite.build import place_of
from callsite.cli.progress import Progress, show_progress
from callsite.cli.sourcing import (
    make_options,
    open_harvester,
)
from callsite.content import PageFile
from callsite.errors import CallsiteError
from callsite.harvest.drafting import Subject
from callsite.harvesting import Harvest
from callsite.records import replace
from callsite.settings import read_folders
from callsite.shelf import Plan, Shelf
from callsite.symbol import parse_symbol
from callsite.wording import count, make_printable


def run(arguments: argparse.Namespace) -> int:
    """Write the page; return 0, or 1 when there is no example for it, or a page already."""
    if arguments.docs and not is_address(arguments.docs):
        raise CallsiteError(f"--docs: {make_printable(arguments.docs)} is no web address; write https://…")
    shelf = Shelf(read_folders(arguments.settings, arguments.content).content)
    symbol = parse_symbol(arguments.symbol)
    if symbol is not None and (held := shelf.find_page(Subject(symbol))):
        return refuse(held, arguments)
    if not arguments.sources and not os.path.exists(arguments.sources_file):
        answer = ask("Where to look for uses (a folder, an archive, NAME==VERSION, installed)?", "installed")
        arguments.sources = [answer] if answer else []
    with show_progress() as progress:
        harvest = find_examples(arguments, progress)
    subject, choice = harvest.subject, harvest.choice
    if held := shelf.find_page(subject):
        return refuse(held, arguments)
    if not choice.examples and not arguments.empty:
        print(f"callsite: {explain_nothing(harvest)}", file=sys.stderr)
        return 1
    for reason, number in sorted(Counter(left.reason.partition(":")[0] for left in choice.skipped).items()):
        print(f"callsite: {count(number, 'file')} left out: {reason}", file=sys.stderr)
    return write(shelf.plan_page(complete(subject, arguments), choice), shelf, arguments)


def refuse(held: PageFile, arguments: argparse.Namespace) -> int:
    """Say that there is a page already."""
    hint = f"`callsite harvest {arguments.symbol} --diff` shows what could be added"
    print(f"callsite: {make_printable(str(place_of(str(held.path))))}: is there already; {hint}", file=sys.stderr)
    return 1


def find_examples(arguments: argparse.Namespace, progress: Progress) -> Harvest:
    """Find and choose the examples of the one symbol."""
    with open_harvester(arguments, make_options(arguments), progress, not arguments.print) as (harvester, _):
        symbols = harvester.list_symbols(arguments.symbol)
        if [str(symbol) for symbol in symbols] != [arguments.symbol]:
            hint = f"name a symbol, or make pages for all of it with `callsite harvest {arguments.symbol}`"
            raise CallsiteError(f"{arguments.symbol}: is a module; {hint}")
        progress(f"finding uses of {arguments.symbol}", 0, 0)
        return harvester.harvest(symbols[0])


def explain_nothing(harvest: Harvest) -> str:
    """Why there is no example."""
    choice, symbol = harvest.choice, harvest.subject.symbol
    if choice.skipped:
        first = make_printable(str(choice.skipped[0]))
        more = f" (and {count(len(choice.skipped) - 1, 'more file')})" if len(choice.skipped) > 1 else ""
        return f"{symbol}: {count(harvest.uses, 'use')}, but none that can be shown: {first}{more}"
    text = f"; {count(len(harvest.mentions), 'file')} with the word alone" if harvest.mentions else ""
    return f"{symbol}: no use of it in the sources{text}; name others with --from, or start without with --empty"


def complete(subject: Subject, arguments: argparse.Namespace) -> Subject:
    """What the page is about, with what the author says of it."""
    target = subject.target
    purpose = arguments.purpose or ""
    if not purpose and not (target and target.summary):
        purpose = ask(f"What is {subject.symbol} for, in one sentence (Enter: say it later)?")
    docs = arguments.docs or subject.docs
    while not docs and (answer := ask("The address of its documentation, https://… (Enter: none)?")):
        docs = answer if is_address(answer) else ""
    return replace(subject, purpose=purpose, docs=docs)


def write(plan: Plan, shelf: Shelf, arguments: argparse.Namespace) -> int:
    """Write or print the page, and say what is next."""
    if arguments.print:
        print(plan.after, end="")
        return 0
    place = make_printable(str(plan.place))
    if ask(f"Write {place}?", "yes").lower()[:1] == "n":
        return 1
    shelf.write_page(plan)
    projects = len({example.candidate.release.project for example in plan.added})
    print(f"{place}: written, {count(len(plan.added), 'example')} from {count(projects, 'project')}")
    print("Next: say what only you know where it says TODO, and look at it with `callsite serve`.")
    return 0


def is_address(text: str) -> bool:
    """Whether a text can be the address of documentation as it stands."""
    return is_web_address(text) and text.isprintable() and " " not in text


def ask(question: str, default: str = "") -> str:
    """Ask on the terminal; elsewhere, and for an empty answer, it is the default. Ctrl-D breaks off as Ctrl-C does."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return default
    print(question + (f" [{default}]" if default else "") + " ", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    if not answer:
        raise KeyboardInterrupt
    return answer.strip() or default
