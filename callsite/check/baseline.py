r"""The problems that a site knows of and lives with for now: a file that has them, and what is new beside it.

    {"version": 1}
    {"path": "content/pages/a.md", "code": "L103", "print": "0c2f4e8b11aa9d37"}
    {"path": "content/pages/a.md", "code": "S102", "print": "9be1772d0f35c6e4", "times": 3}

A line of JSON for each finding, in the order of their paths, so that version control merges two such files line by
line; the order means nothing when the file is read. A finding is known by its path, its code and a fingerprint of what
its line says and what is said of it, without numbers of lines and the like: it stays known when it moves, or when other
lines change. `times` counts findings that are alike; one more than that is new.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from callsite.errors import CallsiteError
from callsite.model import Problem
from callsite.records import dataclass, field
from callsite.text import BOM

VERSION = 1

Rows = Callable[[str], Sequence[str]]

_PRINT = re.compile(r"[0-9a-f]{16}")

# What changes in a message when lines come and go: a number that is no part of a name, and the noun that goes with it.
# What stands between backticks is quoted, and stays.
_NUMBER = re.compile(r"(`[^`]*`)|(?<![\w.+])[0-9][0-9,]*(?!\w)(?: ([a-z]+?)s?\b)?")

_HINT = "merge it again, or write a new one"


class Entry(NamedTuple):
    """What a finding is known by: the file it is in, its rule, and the fingerprint of what it is about."""

    path: str
    code: str
    print: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """The findings that are known, each with the number of times it is."""

    entries: Mapping[Entry, int] = field(default_factory=dict)


class Compared(NamedTuple):
    """What became of a run's problems beside a baseline: those that are new, how many are known, and the entries that
    the baseline has more often than the run. An entry of a file that was not looked at is among them.
    """

    new: tuple[Problem, ...]
    known: int
    gone: tuple[Entry, ...]


def make_fingerprint(problem: Problem, row: str) -> str:
    """A fingerprint of a problem on a line that says `row`, in 16 hexadecimal digits."""
    message = _NUMBER.sub(lambda found: found[1] or f"# {found[2] or ''}", problem.message)
    return sha256(f"{row.strip()}\0{message}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def find_entries(problems: Iterable[Problem], rows: Rows) -> Iterator[Entry]:
    """What each of some problems is known by; `rows` gives the rows of a file, () when it has none to show."""
    path = None
    lines: Sequence[str] = ()
    for problem in problems:
        if problem.at.path != path:
            path = problem.at.path
            lines = rows(path)
        row = lines[problem.at.line - 1] if 0 < problem.at.line <= len(lines) else ""
        yield Entry(problem.at.path, problem.code, make_fingerprint(problem, row))


def apply_baseline(problems: Sequence[Problem], baseline: Baseline, rows: Rows) -> Compared:
    """Tell the problems that are new from those that are known; of some that are alike, the first are the known."""
    left = Counter(baseline.entries)
    new: list[Problem] = []
    for problem, entry in zip(problems, find_entries(problems, rows), strict=True):
        if left[entry] > 0:
            left[entry] -= 1
        else:
            new.append(problem)
    gone = tuple(sorted(entry for entry, times in left.items() if times > 0))
    return Compared(tuple(new), len(problems) - len(new), gone)


def format_baseline(problems: Iterable[Problem], rows: Rows, kept: Mapping[Entry, int] | None = None) -> str:
    """Write a baseline that knows all of these problems, and those that an older one has and nobody looked for."""
    lines: list[dict[str, object]] = [{"version": VERSION}]
    for entry, times in sorted((Counter(find_entries(problems, rows)) + Counter(kept)).items()):
        lines.append(entry._asdict() | ({"times": times} if times > 1 else {}))
    return "".join(f"{json.dumps(line, ensure_ascii=not _is_plain(line))}\n" for line in lines)


def parse_baseline(text: str, path: str) -> Baseline:
    """Read a baseline; an entry that is there twice, as after a merge, counts once.

    Raises CallsiteError, with the line, when it is none: what it says must not be guessed.
    """
    entries: dict[Entry, int] = {}
    version = None
    for number, line in enumerate(text.removeprefix(BOM).split("\n"), start=1):
        if not line.strip():
            continue
        at = f"{path}:{number}"
        found = _read_object(line, at)
        if type(found.get("version")) is int:
            version = found["version"]
            if version != VERSION:
                hint = f"this Callsite reads version {VERSION}; get the one that wrote it, or write a new one"
                raise CallsiteError(f"{at}: a baseline of version {str(version)[:20]}; {hint}")
        elif version is None:
            raise CallsiteError(f'{at}: a baseline begins with {{"version": {VERSION}}}; {_HINT}')
        else:
            entry, times = _read_entry(found, at)
            entries[entry] = max(times, entries.get(entry, 0))
    if version is None:
        raise CallsiteError(f"{path}: this is no baseline, it is empty; write a new one")
    return Baseline(entries)


def _read_object(line: str, at: str) -> dict[str, object]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise CallsiteError(f"{at}: this is no line of a baseline; {_HINT}") from error
    if not isinstance(found, dict):
        raise CallsiteError(f"{at}: this is no line of a baseline; {_HINT}")
    return found


def _read_entry(found: Mapping[str, object], at: str) -> tuple[Entry, int]:
    path, code, fingerprint, times = (found.get(key) for key in ("path", "code", "print", "times"))
    if not (isinstance(path, str) and isinstance(code, str)):
        raise CallsiteError(f"{at}: `path` or `code` is missing; {_HINT}")
    if not (isinstance(fingerprint, str) and _PRINT.fullmatch(fingerprint)):
        raise CallsiteError(f"{at}: `print` is not 16 hexadecimal digits; {_HINT}")
    if times is not None and (not isinstance(times, int) or times < 2):
        raise CallsiteError(f"{at}: `times` is no number above 1; {_HINT}")
    return Entry(path, code, fingerprint), times or 1


def _is_plain(line: Mapping[str, object]) -> bool:
    """Whether all text in an entry can be seen, so that it need not be escaped."""
    return all(str(value).isprintable() for value in line.values())
