"""Make pages from real call sites.

NAME is a library (all it offers), a module of one, or one symbol. Uses are looked for in the sources; for each symbol
the best are chosen, cut, marked and written as a page that an author only has to finish. A page that is there already
is never overwritten: what could be added to it is counted, shown with --diff and put in with --add. Nothing that is
found is imported or run. A harvest that was broken off goes on where it stopped when it is called again.
"""

from __future__ import annotations

import argparse

from callsite.cli.arguments.sourcing import add_choosing_arguments, add_content_arguments, add_source_arguments, natural


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("names", nargs="+", metavar="NAME", help="a library, a module of one, or a symbol")
    add_content_arguments(parser)
    parser.add_argument(
        "--limit",
        type=natural,
        metavar="N",
        help="stop after N pages, those there already included; the most used names come first",
    )
    parser.add_argument("--add", action="store_true", help="put new examples into pages that are there already")
    parser.add_argument("--diff", action="store_true", help="show what would be put into pages that are there already")
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    parser.add_argument("--explain", action="store_true", help="say why each example was chosen, and others were not")
    parser.add_argument("--json", action="store_true", help="print one JSON object for each page")
    add_source_arguments(parser)
    add_choosing_arguments(parser)
