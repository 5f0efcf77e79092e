"""Print a Python file in the notation, with the lines marked that use a symbol.

The rest of the file is abbreviated. What comes out is a listing that can go into a page. FILE may be a part of a file,
also one that does not parse; `-` reads it from the standard input.
"""

from __future__ import annotations

import argparse

from callsite.cli.arguments.sourcing import natural


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "symbol", metavar="SYMBOL", help="the dotted name to mark, such as flask.ctx.after_this_request"
    )
    parser.add_argument("file", metavar="FILE", help="the Python file, or - for the standard input")
    parser.add_argument(
        "--alias",
        action="append",
        default=[],
        metavar="NAME",
        help="another name of the same thing; may be given again",
    )
    parser.add_argument(
        "--library", metavar="SOURCE", help="where the library's own code is (default: if it is installed, from there)"
    )
    parser.add_argument(
        "--window", type=natural, metavar="N", help="keep N lines around each mark, not whole statements"
    )
    parser.add_argument("--whole", action="store_true", help="leave nothing out")
    parser.add_argument("--bare", action="store_true", help="leave out the fence around the listing")
    parser.add_argument(
        "--cache", default=".cache/harvest", metavar="DIR", help="where downloads are kept (default: %(default)s)"
    )
