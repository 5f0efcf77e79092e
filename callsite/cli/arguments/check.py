"""Check pages, and what was built of them.

Looks at all pages, or at those that are named: metadata, marks, prose, where code is from, links between pages. With
--output the built site is read too, with --external links to other sites are followed. Everything that is found is told
in one run. Errors and warnings make the exit code 1, notes do not; what each code means is said by --explain. The table
[tool.callsite.check] of pyproject.toml beside the folder of content holds what is to be so in every run.
"""

from __future__ import annotations

import argparse

# What `callsite.reports` writes; importing that takes longer than all of this.
FORMATS = ("text", "json", "sarif", "github", "junit")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "pages", nargs="*", metavar="PAGE", help="the pages to check, or folders of them (default: all)"
    )
    parser.add_argument(
        "-s", "--settings", default="pelicanconf.py", help="the settings file (default: %(default)s)", metavar="FILE"
    )
    parser.add_argument("--content", help="the folder of pages (default: PATH in the settings)", metavar="DIR")
    parser.add_argument(
        "-o",
        "--output",
        nargs="?",
        const="",
        metavar="DIR",
        help="check the built site too (default folder: OUTPUT_PATH in the settings)",
    )
    parser.add_argument("--external", action="store_true", help="follow links to other sites too")
    parser.add_argument("--no-cache", action="store_true", help="use nothing of earlier checks, and keep nothing")
    fixes = parser.add_argument_group("fixes")
    fixes.add_argument("--fix", action="store_true", help="put right what is certain, then check")
    fixes.add_argument("--diff", action="store_true", help="show what --fix would change, and change nothing")
    told = parser.add_argument_group("what is told")
    told.add_argument("--format", choices=FORMATS, default="text", help="how it is written (default: %(default)s)")
    told.add_argument(
        "--select", action="append", default=[], metavar="CODES", help="only these codes, such as L,S102 for all of L"
    )
    told.add_argument("--ignore", action="append", default=[], metavar="CODES", help="all but these codes")
    told.add_argument("--baseline", metavar="FILE", help="tell only what this list of known problems does not have")
    told.add_argument("--write-baseline", action="store_true", help="make all that is found known, in that file")
    told.add_argument("--explain", metavar="CODE", help="say what a code means, and end; `all` for every one")
