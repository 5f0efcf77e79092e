"""The command line: `callsite COMMAND …`. One module a command with `run`; in `arguments` one each with what it takes.

Who asks what commands there are gets the answer before anything is imported that takes longer than Python's own start.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator, Sequence

from callsite import __version__

# What there is to call, and the first line of each command's help.
COMMANDS = {
    "build": "Build the site",
    "serve": "Serve the site on this machine and rebuild it on every change",
    "check": "Check pages, and what was built of them",
    "publish": "Bring the site to where visitors find it",
    "init": "Start a new site in a folder of its own",
    "new": "Start the page of one symbol, with examples from real projects",
    "harvest": "Make pages from real call sites",
    "mark": "Print a Python file in the notation, with the lines marked that use a symbol",
    "refresh": "Look up again where the listings of pages were taken from",
}

USAGE = "usage: callsite [-h] [--version] COMMAND ..."


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
    code = 0
    try:
        if words and words[0] in ("-h", "--help"):
            print(format_overview(), end="")
        elif words and words[0] == "--version":
            print(f"callsite {__version__}")
        else:
            from callsite.cli.calling import call  # noqa: PLC0415  # it takes as long to import as Python to start

            code = call(words)
        sys.stdout.flush()
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


def format_overview() -> str:
    """What there is to call, for a terminal of 80 columns."""
    commands = (row for name, summary in COMMANDS.items() for row in _fill(f"    {name:<9}", summary))
    return "\n".join(
        (
            USAGE,
            "",
            "Example-code pages, one per library callable, from annotated source snippets.",
            "",
            "options:",
            "  -h, --help  show this help message and exit",
            "  --version   show program's version number and exit",
            "",
            "commands:",
            "  COMMAND",
            *commands,
            "",
        )
    )


def _fill(head: str, text: str) -> Iterator[str]:
    """Rows of a text behind a head, each of 80 columns at most."""
    row = head
    for word in text.split():
        if len(row) + 1 + len(word) > 80:
            yield row
            row = " " * len(head)
        row += f" {word}"
    yield row
