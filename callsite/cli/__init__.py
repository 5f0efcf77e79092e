"""The command line: `callsite COMMAND …`. One module a command, each with `add_arguments` and `run`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from callsite import __version__
from callsite.cli import build, init, serve
from callsite.errors import CallsiteError

_COMMANDS = (build, serve, init)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command. Returns 0 when all is well, 1 when content has problems, 2 when the call or its surroundings do,
    130 when the user broke it off.
    """
    parser = argparse.ArgumentParser(
        prog="callsite", description="Example-code pages, one per library callable, from annotated source snippets."
    )
    parser.add_argument("--version", action="version", version=f"callsite {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in _COMMANDS:
        name = module.__name__.rpartition(".")[2]
        summary, _, description = (module.__doc__ or "").partition("\n\n")
        command = commands.add_parser(name, help=summary.rstrip("."), description=f"{summary} {description}".strip())
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    arguments = parser.parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except CallsiteError as error:
        print(f"callsite: {error}", file=sys.stderr)
        return error.exitcode
    except KeyboardInterrupt:
        return 130
    return code
