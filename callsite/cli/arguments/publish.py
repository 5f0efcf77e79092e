"""Bring the site to where visitors find it.

Builds for production, checks pages and output, plans, and sends only what changed, in an order that is never seen half
done. Where to is said by [tool.callsite.publish] in the pyproject.toml beside the folder of content. A publish that was
broken off goes on where it stopped; one with nothing to do sends nothing. --dry-run shows the plan and changes nothing.
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "name",
        nargs="?",
        default="",
        help="the destination, a table [tool.callsite.publish.to.NAME] (default: the usual)",
    )
    parser.add_argument(
        "-s", "--settings", default="publishconf.py", help="the settings file (default: %(default)s)", metavar="FILE"
    )
    parser.add_argument(
        "-o", "--output", help="the folder to build (default: OUTPUT_PATH in the settings)", metavar="DIR"
    )
    parser.add_argument("--no-build", action="store_true", help="publish what was built before, as it is")
    parser.add_argument("-n", "--dry-run", action="store_true", help="show the plan, and change nothing there")
    parser.add_argument(
        "--allow-delete", type=parse_count, metavar="N", help="do not ask: up to N files there may be deleted"
    )
    parser.add_argument(
        "--allow-other-site", action="store_true", help="do not ask: a site with another address may be replaced"
    )
    parser.add_argument(
        "--verify",
        action="store_true",
        help="see whether all files are there, and as large as what was sent, and mend them",
    )
    parser.add_argument(
        "--adopt",
        action="store_true",
        help="take what another program has put there for the site's own: replace it, and delete the rest",
    )
    parser.add_argument(
        "--wait",
        type=parse_count,
        default=90,
        metavar="SECONDS",
        help="wait so long for another publish to end (default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="tell programs what was done")
    back = parser.add_argument_group("going back")
    back.add_argument(
        "--rollback", nargs="?", const="", metavar="RELEASE", help="bring back a release (default: the one before)"
    )
    back.add_argument("--releases", action="store_true", help="list the releases that can be brought back")


def parse_count(word: str) -> int:
    """A number from 0 on. Raises ArgumentTypeError for anything else."""
    if not word.isascii() or not word.isdigit() or len(word) > 9:
        raise argparse.ArgumentTypeError(f"`{word}` is no whole number from 0 on")
    return int(word)
