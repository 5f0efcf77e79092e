"""What a site asks of Callsite: the tables `[tool.callsite.…]` of the `pyproject.toml` beside its folder of content."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callsite.build import place_of
from callsite.check.external import ExternalSettings
from callsite.check.policy import USUAL, Policy
from callsite.errors import CallsiteError
from callsite.opening import open_file
from callsite.wording import nearest

if TYPE_CHECKING:
    from callsite.publish.settings import PublishSettings

FILE = "pyproject.toml"

_EXTERNAL = ExternalSettings()


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a site's check goes by.

    `select` and `ignore` are codes or beginnings of codes. `sources` say where the files of a project are, as
    `harvest --from` takes it. `baseline` is the path of the list of known problems from the folder of that file, ""
    for none. `time_limit` is how many seconds a page may take. `external` says how links to other sites are checked.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    policy: Policy = USUAL
    sources: Mapping[str, str] = field(default_factory=dict)
    baseline: str = ""
    time_limit: float = 10.0
    external: ExternalSettings = _EXTERNAL


def read_configuration(folder: Path) -> Configuration:
    """Read how the site in a folder is checked; as usual when there is no such file or table.

    Raises CallsiteError when the file cannot be read, and for what it should not hold.
    """
    return parse_configuration(_read_table(folder, "check"), place_of(str(folder / FILE)).path)


def read_publish_settings(folder: Path) -> PublishSettings:
    """Read where the site in a folder is published to. Raises CallsiteError as `read_configuration` does."""
    from callsite.publish.settings import parse_publish_settings  # noqa: PLC0415  # builds and checks can do without

    return parse_publish_settings(_read_table(folder, "publish"), place_of(str(folder / FILE)).path)


def _read_table(folder: Path, name: str) -> Mapping[str, Any]:
    path = folder / FILE
    at = place_of(str(path))
    try:
        with open_file(path) as file:
            import tomllib  # noqa: PLC0415  # most folders have no such file

            values = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise CallsiteError(f"{at}: cannot be read: {error.strerror}; make it readable") from error
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is one; so is a number that is too long
        raise CallsiteError(f"{at}: this is no TOML: {error}; mend it") from error
    table: Any = values
    for key in ("tool", "callsite", name):
        table = table.get(key, {})
        if not isinstance(table, dict):
            raise CallsiteError(f"{at}: `{key}` is no table; write [tool.callsite.{name}]")
    return table  # type: ignore[no-any-return]  # the loop has seen to it


def parse_configuration(table: Mapping[str, Any], where: str) -> Configuration:
    """Read the table; `where` names its file. Raises CallsiteError for keys it does not know, and for values of
    another kind.
    """
    found: dict[str, Any] = {}
    for key, value in table.items():
        known = _KEYS.get(key)
        if known is None:
            near = nearest(key, _KEYS)
            hint = f"did you mean `{near}`?" if near else f"known are {', '.join(_KEYS)}"
            raise CallsiteError(f"{where}: [tool.callsite.check] has no `{key}`; {hint}")
        fits, kind = known
        if not fits(value):
            raise CallsiteError(f"{where}: [tool.callsite.check] `{key}` cannot be {value!r}; write {kind}")
        found[key] = tuple(value) if isinstance(value, list) else value
    return Configuration(
        select=found.get("select", ()),
        ignore=found.get("ignore", ()),
        policy=Policy(
            licences=found.get("licences", ()),
            page_weight=found.get("page-weight", USUAL.page_weight),
            page_total=found.get("page-total", USUAL.page_total),
            moving=found.get("moving-branches", ()),
        ),
        sources=found.get("sources", {}),
        baseline=found.get("baseline", ""),
        time_limit=float(found.get("time-limit", Configuration().time_limit)),
        external=_parse_external(found.get("external", {}), where),
    )


def _parse_external(table: Mapping[str, Any], where: str) -> ExternalSettings:
    """Read the table of how links to other sites are checked: each field under its name with hyphens."""
    known = {field.name.replace("_", "-"): field for field in fields(ExternalSettings)}
    found: dict[str, Any] = {}
    for key, value in table.items():
        at = f"{where}: [tool.callsite.check.external]"
        if key not in known:
            near = nearest(key, known)
            hint = f"did you mean `{near}`?" if near else f"known are {', '.join(known)}"
            raise CallsiteError(f"{at} has no `{key}`; {hint}")
        usual = known[key].default
        fits, kind = next(each for sort, each in _SORTS if isinstance(usual, sort))
        if not fits(value):
            raise CallsiteError(f"{at} `{key}` cannot be {value!r}; write {kind}")
        found[known[key].name] = tuple(value) if isinstance(value, list) else value
    return ExternalSettings(**found)


def _is_words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) and word for word in value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 10**12


def _is_whole(value: object) -> bool:
    return _is_number(value) and isinstance(value, int)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**9


def _is_mapping(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(word, str) and word for word in value.values())


# By what a field usually holds: what else it may hold.
_SORTS: tuple[tuple[type, tuple[Callable[[object], bool], str]], ...] = (
    (tuple, (_is_words, "a list of regular expressions")),
    (str, (lambda value: isinstance(value, str) and bool(value), "a word")),
    (int, (_is_count, "a whole number")),
    (float, (_is_number, "a number")),
)

_KEYS: dict[str, tuple[Callable[[object], bool], str]] = {
    "select": (_is_words, 'a list of codes or their beginnings, such as ["L", "S102"]'),
    "ignore": (_is_words, 'a list of codes or their beginnings, such as ["L113"]'),
    "baseline": (lambda value: isinstance(value, str) and "\0" not in value, "the path of a file"),
    "time-limit": (_is_number, "seconds"),
    "licences": (_is_words, 'a list of SPDX identifiers, such as ["MIT", "BSD-3-Clause"]'),
    "page-weight": (_is_whole, "a number of bytes"),
    "page-total": (_is_whole, "a number of bytes"),
    "moving-branches": (_is_words, 'a list of names, such as ["next"]'),
    "sources": (_is_mapping, 'a table of projects and folders or archives, such as { flask = "../flask" }'),
    "external": (lambda value: isinstance(value, dict), "a table, [tool.callsite.check.external]"),
}
