"""Start the page of one symbol, with examples from real projects.

Uses are found, chosen, cut and marked as `callsite harvest` does it; on a terminal it asks for what only an author
knows. A page that is there already is left alone.
"""

from __future__ import annotations

import argparse

from callsite.cli.arguments.sourcing import add_choosing_arguments, add_content_arguments, add_source_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("symbol", metavar="SYMBOL", help="the dotted name, such as flask.ctx.after_this_request")
    add_content_arguments(parser)
    parser.add_argument("--purpose", metavar="TEXT", help="a sentence on what it is for")
    parser.add_argument("--docs", metavar="URL", help="the address of its documentation")
    parser.add_argument("--empty", action="store_true", help="write the page even if there is no example for it")
    parser.add_argument("--print", action="store_true", help="print the page and write nothing")
    add_source_arguments(parser)
    add_choosing_arguments(parser)
