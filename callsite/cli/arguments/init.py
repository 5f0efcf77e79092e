"""Start a new site in a folder of its own.

Writes settings and a first example page into DIR. Files that are there already are left alone, and said so.
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("folder", metavar="DIR", help="the folder of the new site; it is made if need be")
    parser.add_argument("--name", help="what the site is called (default: the folder's name)")
