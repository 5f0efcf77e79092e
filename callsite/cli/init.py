"""How a new site is started."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

from callsite.errors import CallsiteError
from callsite.scaffold import plan_site, write_site


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
