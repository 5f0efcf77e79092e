"""Where a site is published to: `[tool.callsite.publish]` of its `pyproject.toml`.

    [tool.callsite.publish]
    default = "live"                  # for when there are several

    [tool.callsite.publish.to.live]
    kind = "directory"                # or "ssh", "branch", "store"
    path = "/var/www/examples"

No table takes a password or key: those come from the environment or from the files of the tools themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import timedelta
from typing import Any, Final

from callsite.errors import CallsiteError
from callsite.wording import nearest

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DirectorySettings:
    """A folder on this machine: releases and a link to the present one. `keep` is how many releases stay."""

    path: str
    keep: int = 5
    grace: timedelta = _WEEK


@dataclass(frozen=True, slots=True)
class SshSettings:
    """A folder on a machine that is reached by ssh and has rsync. `host` is what ssh takes, `user@host` or a name of
    its configuration; `port` 0 leaves the port to ssh; `identity` is the path of a key file, "" for ssh's own choice.
    """

    host: str
    path: str
    port: int = 0
    identity: str = ""
    keep: int = 5
    grace: timedelta = _WEEK


@dataclass(frozen=True, slots=True)
class BranchSettings:
    """A branch that a host serves. `remote` is the name or address of a git repository; `folder` is where in the branch
    the site stands, "" for its root. Without `history` the branch has one commit.
    """

    remote: str = "origin"
    branch: str = "gh-pages"
    folder: str = ""
    history: bool = True
    message: str = ""
    keep: int = 5
    grace: timedelta = _WEEK


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """An object store.

    `url` is `s3://bucket/folder`, `gs://bucket/folder` or `az://container/folder`. `endpoint` and `region` are for
    stores that are like S3 without being it. `encoding` sends files compressed ("gzip" or "br"), with the header that
    says so. `redirects` makes redirects of the store's own (S3 alone). `cloudfront` is the id of a distribution whose
    copies of changed paths are to be forgotten. `keep` is how many states can be gone back to, `parallel` how many
    files are sent at once. `conditional` tells that the store can refuse a write when somebody else was quicker.
    """

    url: str
    region: str = ""
    endpoint: str = ""
    encoding: str = ""
    redirects: bool = False
    cloudfront: str = ""
    keep: int = 5
    parallel: int = 16
    conditional: bool = True
    grace: timedelta = _WEEK


Target = DirectorySettings | SshSettings | BranchSettings | StoreSettings

KINDS: Final[Mapping[str, type[Target]]] = {
    "directory": DirectorySettings,
    "ssh": SshSettings,
    "branch": BranchSettings,
    "store": StoreSettings,
}


@dataclass(frozen=True, slots=True)
class PublishSettings:
    """How a site is published: the settings file of the production build, the targets by name, and the one that is
    meant when none is named, "" for none.
    """

    settings: str = "publishconf.py"
    targets: Mapping[str, Target] = field(default_factory=dict)
    default: str = ""

    def choose(self, name: str, where: str) -> Target:
        """The target of that name, or the usual one for "". Raises CallsiteError when there is none."""
        chosen = name or self.default or (next(iter(self.targets)) if len(self.targets) == 1 else "")
        if chosen in self.targets:
            return self.targets[chosen]
        known = ", ".join(self.targets)
        if not self.targets:
            hint = "add a table [tool.callsite.publish.to.live] with a `kind` and what belongs to it"
            raise CallsiteError(f"{where}: nothing says where to publish to; {hint}")
        if chosen:
            near = nearest(chosen, self.targets)
            hint = f"did you mean `{near}`?" if near else f"there are {known}"
            raise CallsiteError(f"{where}: there is no destination `{chosen}`; {hint}")
        raise CallsiteError(f"{where}: there is more than one destination; name one of {known}, or set `default`")


def parse_publish_settings(table: Mapping[str, Any], where: str) -> PublishSettings:
    """Read the table; `where` names its file. Raises CallsiteError for keys it does not know, for those that are
    missing, and for values of another kind.
    """
    at = f"{where}: [tool.callsite.publish]"
    found = _read_keys(table, {"settings": _text, "default": _text, "to": _table}, at)
    targets = {
        name: _parse_target(each, f"{where}: [tool.callsite.publish.to.{name}]")
        for name, each in found.get("to", {}).items()
    }
    settings = PublishSettings(found.get("settings", "publishconf.py"), targets, found.get("default", ""))
    if settings.default:
        settings.choose("", at)
    return settings


def _parse_target(table: object, at: str) -> Target:
    if not isinstance(table, dict):
        raise CallsiteError(f"{at} cannot be {table!r:.60}; make it a table")
    kind = table.get("kind")
    known = KINDS.get(kind) if isinstance(kind, str) else None
    if known is None:
        raise CallsiteError(f"{at} `kind` cannot be {kind!r:.60}; write one of {', '.join(KINDS)}")
    keys = {each.name: each for each in fields(known)}
    rest = {name: value for name, value in table.items() if name != "kind"}
    found = _read_keys(rest, {name: _find_reader(each) for name, each in keys.items()}, at)
    missing = [name for name, each in keys.items() if each.default is MISSING and name not in found]
    if missing:
        raise CallsiteError(f"{at} has no `{missing[0]}`; add it")
    return known(**found)


def _read_keys(table: Mapping[str, Any], known: Mapping[str, Callable[[Any], Any]], at: str) -> dict[str, Any]:
    found = {}
    for key, value in table.items():
        if key not in known:
            near = nearest(key, known)
            hint = f"did you mean `{near}`?" if near else f"known are {', '.join(known)}"
            raise CallsiteError(f"{at} has no `{key}`; {hint}")
        try:
            found[key] = known[key](value)
        except ValueError as error:
            raise CallsiteError(f"{at} `{key}` cannot be {value!r:.60}; write {error}") from error
    return found


def _find_reader(each: Field[Any]) -> Callable[[Any], Any]:
    if each.name in _READERS:
        return _READERS[each.name]
    return {"int": _whole, "bool": _truth, "timedelta": _duration}.get(str(each.type), _text)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError("a text")
    return value


def _table(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("tables, [tool.callsite.publish.to.NAME]")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= 65535:
        raise ValueError("a whole number, 65535 at the most")
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _duration(value: Any) -> timedelta:
    said = re.fullmatch(r"(\d{1,4}) ?(hours?|days?|weeks?)", value) if isinstance(value, str) else None
    if said is None:
        raise ValueError('a time such as "12 hours", "7 days" or "4 weeks"')
    return timedelta(**{said[2].rstrip("s") + "s": int(said[1])})


def _choice(*words: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(" or ".join(f'"{word}"' for word in words))
        return str(value)

    return read


def _parallel(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= 256:
        raise ValueError("a whole number from 1 to 256")
    return value


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {"encoding": _choice("gzip", "br", ""), "parallel": _parallel}
