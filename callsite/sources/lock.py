"""The lock file: which state of each declared source was read. JSON in one canonical form."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from callsite.errors import CallsiteError
from callsite.storing import write_whole

NAME = "sources.lock"


@dataclass(frozen=True, slots=True)
class Locked:
    """What a source came down to; what does not apply is empty.

    `spec` is where it comes from, in the words of its declaration and without credentials: once those change, the rest
    says nothing any more. `artefact` is the name of a file, `sha256` its hash and `address` where it was fetched from;
    `revision` the commit of a repository.
    """

    spec: str
    version: str = ""
    artefact: str = ""
    sha256: str = ""
    address: str = ""
    revision: str = ""


def parse_lock(text: str, path: str = NAME) -> dict[str, Locked]:
    """Read a lock file. Raises CallsiteError when it is none: what it cannot say must not be guessed."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CallsiteError(f"{path}: is no lock file, {error}; {_HINT}") from error
    entries = document.get("sources") if isinstance(document, dict) else None
    if not isinstance(entries, dict) or document.get("version") != 1:
        raise CallsiteError(f"{path}: is no lock file of this version of Callsite; {_HINT}")
    return {name: _parse_entry(name, entry, path) for name, entry in entries.items()}


def format_lock(locked: Mapping[str, Locked]) -> str:
    """Write a lock file, in the order of the names, without what is empty."""
    entries = {name: {key: value for key, value in asdict(entry).items() if value} for name, entry in locked.items()}
    return json.dumps({"version": 1, "sources": entries}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def load_lock(path: Path) -> dict[str, Locked]:
    """Read the lock file at a path; without one nothing is locked."""
    try:
        return parse_lock(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise CallsiteError(f"{path}: cannot be read, {error}; {_HINT}") from error


def write_lock(path: Path, locked: Mapping[str, Locked]) -> None:
    """Write the lock file in one step; one that says the same already is left alone."""
    data = format_lock(locked).encode("utf-8")
    if not path.is_file() or path.read_bytes() != data:
        write_whole(path, data)


_HINT = "remove it to look the sources up again"

_FORMS = {"sha256": r"[0-9a-f]{64}", "revision": r"[0-9a-f]{40}|[0-9a-f]{64}", "artefact": r"[^/\0]+"}


def _parse_entry(name: str, entry: object, path: str) -> Locked:
    known = [field.name for field in fields(Locked)]
    if not isinstance(entry, dict) or "spec" not in entry:
        raise CallsiteError(f"{path}: {name} does not say what was locked; {_HINT}")
    for key, value in entry.items():
        if key not in known or not isinstance(value, str) or not re.fullmatch(_FORMS.get(key, "[^\0]*"), value):
            raise CallsiteError(f"{path}: {key} of {name} makes no sense; {_HINT}")
    return Locked(**entry)
