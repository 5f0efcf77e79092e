"""The problems that a site knows of, as a list that a check is compared with."""

from __future__ import annotations

import argparse
import os
from collections.abc import Collection, Sequence
from functools import lru_cache
from pathlib import Path

from callsite.check.baseline import Baseline, Compared, Entry, Rows, apply_baseline, format_baseline, parse_baseline
from callsite.check.secrets import hide_secrets
from callsite.configuration import FILE, Configuration
from callsite.errors import CallsiteError
from callsite.model import Problem
from callsite.opening import open_file
from callsite.records import replace
from callsite.snippet import split_rows
from callsite.storing import write_whole
from callsite.text import decode_text
from callsite.wording import count


class Known:
    """The list of problems that the site knows of, if there is one. Its paths start from the site's folder, wherever
    the command is called.
    """

    def __init__(self, arguments: argparse.Namespace, configuration: Configuration, base: Path) -> None:
        named = arguments.baseline or (configuration.baseline and os.path.relpath(base / configuration.baseline))
        if arguments.write_baseline and not named:
            raise CallsiteError(f"--write-baseline: no name for it; add --baseline FILE, or `baseline` to {FILE}")
        self._base = base
        self._path = Path(named) if named else None
        self._baseline = Baseline()
        if self._path:
            try:
                with open_file(self._path) as file:
                    self._baseline = parse_baseline(file.read().decode(), str(self._path))
            except FileNotFoundError as error:
                if arguments.write_baseline:
                    return
                hint = "make one with --write-baseline"
                raise CallsiteError(f"{self._path}: no such baseline; {hint}") from error
            except (OSError, UnicodeDecodeError) as error:
                raise CallsiteError(f"{self._path}: cannot be read, {error}; mend it or write a new one") from error
            except CallsiteError:
                if not arguments.write_baseline:
                    raise

    def compare(self, problems: Sequence[Problem]) -> Compared:
        """Tell which problems are new."""
        if not self._baseline.entries:
            return Compared(tuple(problems), 0, ())  # and no file is read again for that
        moved, rows = self._move(problems)
        compared = apply_baseline([each for each, _ in moved], self._baseline, rows)
        new = {id(each) for each in compared.new}
        return compared._replace(new=tuple(problem for each, problem in moved if id(each) in new))

    def _move(self, problems: Sequence[Problem]) -> tuple[list[tuple[Problem, Problem]], Rows]:
        """Problems with paths from the site's folder, each with the problem as it was, and where their rows are."""
        paths = {problem.at.path: os.path.relpath(problem.at.path, self._base) for problem in problems}
        back = {there: here for here, there in paths.items()}
        moved = [(replace(each, at=replace(each.at, path=paths[each.at.path])), each) for each in problems]
        return moved, lambda path: read_rows(back[path])

    def write(self, problems: Sequence[Problem], codes: Collection[str], paths: Collection[str] | None) -> None:
        """Make problems known; what nobody looked for stays known."""
        assert self._path is not None  # else it was told before
        kept = {
            entry: times for entry, times in self._baseline.entries.items() if not is_looked_for(entry, codes, paths)
        }
        moved, rows = self._move(problems)
        write_whole(self._path, format_baseline([each for each, _ in moved], rows, kept).encode())
        print(f"{self._path}: {count(len(problems), 'finding')} known from now on")


def is_looked_for(entry: Entry, codes: Collection[str], paths: Collection[str] | None) -> bool:
    """Whether a known problem would have been found if it was still there."""
    return entry.code in codes and (paths is None or entry.path in paths)


@lru_cache(maxsize=16)
def read_rows(path: str) -> tuple[str, ...]:
    """The rows of a file that a problem is in; () when it is none that can be read."""
    try:
        with open_file(Path(path)) as file:
            return tuple(split_rows(hide_secrets(decode_text(file.read(), path)[0])))
    except OSError:
        return ()
