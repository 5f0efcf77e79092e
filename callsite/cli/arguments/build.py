"""Build the site.

Reads the settings file, builds beside the output folder and lets the two change places when all is well. Problems are
printed as `path:line: CODE what; what to do`; an error leaves the output as it was. The same as
`pelican content -s pelicanconf.py -o output`.
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_site_arguments(parser)
    parser.add_argument("--strict", action="store_true", help="make warnings errors, as publishing does")
    parser.add_argument("--no-cache", action="store_true", help="use nothing of earlier builds, and keep nothing")
    parser.add_argument(
        "--keep-search",
        action="store_true",
        help="leave the search as it is when only the text of pages has changed; a build without this makes it anew",
    )


def add_site_arguments(parser: argparse.ArgumentParser) -> None:
    """What every command takes that builds a site."""
    parser.add_argument("content", nargs="?", help="the folder of pages (default: PATH in the settings)")
    parser.add_argument(
        "-s", "--settings", default="pelicanconf.py", help="the settings file (default: %(default)s)", metavar="FILE"
    )
    parser.add_argument(
        "-o", "--output", help="the folder to build (default: OUTPUT_PATH in the settings)", metavar="DIR"
    )
