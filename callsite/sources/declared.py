"""`sources.toml`: the sources that a site's pages are harvested from, each with a name.

[sources]
flask-security = "Flask-Security-Too==4.0.1"

[sources.superset]
from = "git+https://example.org/superset@4.0.0"
licence = "Apache-2.0"
exclude = ["superset/migrations"]
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from callsite.address import is_web_address
from callsite.errors import CallsiteError
from callsite.opening import open_file
from callsite.records import dataclass
from callsite.sources.spec import Spec, describe_spec, parse_spec
from callsite.text import CONTROL
from callsite.wording import nearest

NAME = "sources.toml"


@dataclass(frozen=True, slots=True)
class Declared:
    """A source as its author declared it. What is said here of licence and repository comes before what is found.

    `exclude` are patterns of paths to leave out, `*` for anything, slashes included; a folder's stands for all in it.
    """

    name: str
    spec: Spec
    licence: str = ""
    repository: str = ""
    exclude: tuple[str, ...] = ()


def parse_declared(text: str, path: str = NAME, exists: Callable[[str], bool] | None = None) -> tuple[Declared, ...]:
    """Read the declarations, in the order of the file. `exists` says whether there is something at a path.

    Raises CallsiteError, with the file and the key, for anything that is not meant to be there.
    """
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CallsiteError(f"{path}: is no TOML, {error}; mend it") from error
    _check_keys(document, ("sources",), path)
    entries = document.get("sources", {})
    if not isinstance(entries, dict):
        raise CallsiteError(f'{path}: sources is no table; write [sources] and below it NAME = "SOURCE"')
    found: dict[str, Declared] = {}
    for name, entry in entries.items():
        declared = _parse_entry(name, entry, path, exists)
        said = describe_spec(declared.spec)
        if said in found:
            raise CallsiteError(f"{path}: {name} is the same source as {found[said].name}; remove one of them")
        found[said] = declared
    return tuple(found.values())


def load_declared(path: Path) -> tuple[Declared, ...]:
    """Read a file of declarations. Paths in it are relative to its folder."""
    try:
        with open_file(path) as file:
            text = file.read().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise CallsiteError(f"{path}: cannot be read, {reason}; write it, or name sources with --from") from error
    return parse_declared(text, str(path), lambda name: os.path.exists(path.parent / os.path.expanduser(name)))


def _parse_entry(name: str, entry: object, path: str, exists: Callable[[str], bool] | None) -> Declared:
    if not name.strip() or any(ord(character) < 32 for character in name) or CONTROL.search(name):
        raise CallsiteError(f"{path}: {name!r} is no name for a source; choose another")
    table = {"from": entry} if isinstance(entry, str) else entry
    if not isinstance(table, dict):
        raise CallsiteError(f'{path}: {name} is neither text nor a table; write {name} = "SOURCE"')
    _check_keys(table, ("from", "licence", "repository", "exclude"), f"{path}: {name}")
    spec, licence, repository = (_take_text(table, key, f"{path}: {name}") for key in ("from", "licence", "repository"))
    exclude = table.get("exclude", [])
    if not isinstance(exclude, list) or not all(isinstance(pattern, str) and pattern for pattern in exclude):
        raise CallsiteError(f'{path}: {name}: exclude is no list of patterns; write exclude = ["tests/*"]')
    if not spec:
        raise CallsiteError(f'{path}: {name} does not say where it comes from; add from = "SOURCE"')
    if repository and not is_web_address(repository):
        raise CallsiteError(f"{path}: {name}: repository is no address a reader can open; write https://…")
    try:
        return Declared(
            name=name,
            spec=parse_spec(spec, exists),
            licence=canonicalize_license_expression(licence) if licence else "",
            repository=repository,
            exclude=tuple(exclude),
        )
    except InvalidLicenseExpression as error:
        raise CallsiteError(
            f"{path}: {name}: licence {licence} is no SPDX expression; write one such as MIT"
        ) from error
    except CallsiteError as error:
        raise CallsiteError(f"{path}: {name}: {error}") from error


def _take_text(table: dict[str, Any], key: str, where: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise CallsiteError(f'{where}: {key} is no text; write {key} = "…"')
    return value


def _check_keys(table: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            meant = nearest(key, known)
            hint = f"did you mean {meant}?" if meant else f"known are {', '.join(known)}"
            raise CallsiteError(f"{where}: {key} is not known here; {hint}")
