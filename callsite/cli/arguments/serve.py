"""Serve the site on this machine and rebuild it on every change.

Builds, prints the address, and tells browsers to reload after every saved change. A build that fails says why and
leaves the last good site up. Ctrl-C stops it.
"""

from __future__ import annotations

import argparse

from callsite.cli.arguments.build import add_site_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_site_arguments(parser)
    parser.add_argument(
        "-p", "--port", type=int, default=8000, help="the port to listen on; 0 for any (default: %(default)s)"
    )
