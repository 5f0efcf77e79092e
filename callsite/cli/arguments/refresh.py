"""Look up again where the listings of pages were taken from.

For each listing that says its project and file, the newest release is read and held against it: unchanged, moved (the
same lines elsewhere), changed (the name is used in other lines now) or gone. --diff shows what would be rewritten and
--apply does it, listing by listing; every other byte of a page stays as it is. Declared sources are looked up anew,
whatever the lock file says, unless --offline keeps them as they are.
"""

from __future__ import annotations

import argparse

from callsite.cli.arguments.sourcing import add_content_arguments, add_licence_argument, add_source_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "pages", nargs="*", metavar="PAGE", help="the pages to look at, or folders of them (default: all)"
    )
    add_content_arguments(parser)
    parser.add_argument("--diff", action="store_true", help="show what would be rewritten")
    parser.add_argument("--apply", action="store_true", help="rewrite the listings that moved or changed")
    parser.add_argument("--offline", action="store_true", help="do not ask the package index for newer releases")
    add_source_arguments(parser)
    add_licence_argument(parser)
