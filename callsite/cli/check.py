"""How pages are checked, and what was built of them.

A process that is to look at pages imports what it needs while this one still does the same.
"""

from __future__ import annotations

import argparse
import os

from callsite.checking.starting import open_workers


def run(arguments: argparse.Namespace) -> int:
    """Check, or say what a code means; return 1 when there are errors or warnings."""
    with open_workers(os.cpu_count() or 1) as workers:
        if not arguments.explain and not arguments.diff:
            workers.start(1)
        from callsite.cli.checking import check, explain  # noqa: PLC0415  # see above

        return explain(arguments.explain) if arguments.explain else check(arguments, workers)
