"""Start a new site in a folder of its own.

Writes settings and a first example page into DIR. Files that are there already are left alone, and said so.
"""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

from callsite.errors import CallsiteError
from callsite.scaffold import plan_site, write_site


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("folder", metavar="DIR", help="the folder of the new site; it is made if need be")
    parser.add_argument("--name", help="what the site is called (default: the folder's name)")


def run(arguments: argparse.Namespace) -> int:
    """Write the files and say which; return 0."""
    if not arguments.folder:
        raise CallsiteError("DIR is empty; name the folder of the new site")
    folder = Path(arguments.folder)
    name = arguments.name or folder.resolve().name
    for path, written in write_site(folder, plan_site(name)):
        print(f"{path}: {'written' if written else 'is there already, left alone'}")
    print(f"\nNext: cd {shlex.quote(str(folder))} && callsite serve")
    return 0
