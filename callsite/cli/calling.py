"""A call of one command: its words are read, and it runs."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from importlib import import_module

from callsite.cli import COMMANDS, USAGE
from callsite.errors import CallsiteError


def call(words: Sequence[str]) -> int:
    """Run the command that the words name, and return its exit code; SystemExit when they name none, or when the
    command knows no such arguments.
    """
    name, arguments = parse_call(words)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Pages are in UTF-8, whatever the terminal is set to; names of files may be no text at all.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        # Only now, since most commands need much that their help need not wait for.
        code: int = import_module(f"callsite.cli.{name}").run(arguments)
    except CallsiteError as error:
        _complain(str(error))
        return error.exitcode
    return code


def parse_call(words: Sequence[str]) -> tuple[str, argparse.Namespace]:
    """The command that is called, and its arguments. Ends the process, as argparse does, when there is none."""
    name = words[0] if words else ""
    if name not in COMMANDS:
        wrong = f"there is no command `{name}`" if name else "no COMMAND"
        print(USAGE, file=sys.stderr)
        _complain(f"error: {wrong}; it is one of {', '.join(COMMANDS)}")
        raise SystemExit(2)
    module = import_module(f"callsite.cli.arguments.{name}")
    summary, _, description = (module.__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(prog=f"callsite {name}", description=f"{summary} {description}".strip())
    module.add_arguments(parser)
    return name, parser.parse_args(words[1:])


def _complain(message: str) -> None:
    from callsite.wording import make_printable  # noqa: PLC0415  # a call that is as it should be does not wait for it

    print(make_printable(f"callsite: {message}"), file=sys.stderr)
