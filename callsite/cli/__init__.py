"""The command line: `callsite COMMAND …`. One module a command, each with `add_arguments` and `run`."""

from __future__ import annotations

import argparse
import errno
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from callsite import __version__
from callsite.errors import CallsiteError
from callsite.wording import make_printable

COMMANDS = ("build", "serve", "check", "publish", "init", "new", "harvest", "mark", "refresh")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command. Returns 0 when all is well, 1 when content has problems, 2 when the call or its surroundings do,
    130 when the user broke it off, 141 when nobody wants to read on.
    """
    # A stream that was closed before the start is None; what is written to it is lost, as was wanted.
    sys.stdin, sys.stdout, sys.stderr = (
        stream or open(os.devnull, mode)  # noqa: SIM115  # to the end of the process
        for stream, mode in ((sys.stdin, "r"), (sys.stdout, "w"), (sys.stderr, "w"))
    )
    words = sys.argv[1:] if argv is None else argv
    # A command's module is only imported when it is called: some of them need much that others need not wait for.
    called = [name for name in COMMANDS if words and words[0] == name]
    parser = argparse.ArgumentParser(
        prog="callsite", description="Example-code pages, one per library callable, from annotated source snippets."
    )
    parser.add_argument("--version", action="version", version=f"callsite {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in called or COMMANDS:
        module = import_module(f"callsite.cli.{name}")
        summary, _, description = (module.__doc__ or "").partition("\n\n")
        command = commands.add_parser(name, help=summary.rstrip("."), description=f"{summary} {description}".strip())
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    arguments = parser.parse_args(words)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Pages are in UTF-8, whatever the terminal is set to; names of files may be no text at all.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except CallsiteError as error:
        print(make_printable(f"callsite: {error}"), file=sys.stderr)
        return error.exitcode
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # What is still to be written goes nowhere, or Python would try once more at its end and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"callsite: {error.strerror}; make room", file=sys.stderr)
        return 2
    return code
