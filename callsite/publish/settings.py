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
from callsite.publish.values import (
    read_branch,
    read_choice,
    read_duration,
    read_filled,
    read_folder,
    read_host,
    read_keys,
    read_remote,
    read_tables,
    read_text,
    read_truth,
    read_url,
    read_whole,
    show,
)
from callsite.wording import make_printable, nearest

_WEEK = timedelta(days=7)
_MOST_KEPT = 10_000

# What somebody can call a destination, in a table and on a command line.
_NAME = re.compile(r"[^\W_][\w.-]{0,59}")


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
    """How a site is published: the targets by name, and the one that is meant when none is named, "" for none."""

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
            hint = f"did you mean `{near}`?" if near else f"the destinations are {known}"
            raise CallsiteError(f"{where}: there is no destination `{chosen}`; {hint}")
        raise CallsiteError(f"{where}: there is more than one destination; name one of {known}, or set `default`")


def parse_publish_settings(table: Mapping[str, Any], where: str) -> PublishSettings:
    """Read the table; `where` names its file. Raises CallsiteError for keys it does not know, for those that are
    missing, and for values of another kind.
    """
    at = f"{where}: [tool.callsite.publish]"
    misplaced = [name for name in table if name not in ("default", "to")]
    if misplaced and (isinstance(table[misplaced[0]], dict) or "kind" in misplaced):
        name = "live" if "kind" in misplaced else make_printable(misplaced[0])[:40]
        raise CallsiteError(f"{at} does not say which destination this is; write [tool.callsite.publish.to.{name}]")
    found = read_keys(table, {"default": read_text, "to": read_tables}, at)
    targets = {}
    for name, each in found.get("to", {}).items():
        if not _NAME.fullmatch(name):
            hint = "begin with a letter or digit, and take letters, digits, `.`, `_` and `-`"
            raise CallsiteError(f"{at} a destination cannot be called `{make_printable(name):.60}`; {hint}")
        targets[name] = _parse_target(each, f"{where}: [tool.callsite.publish.to.{name}]")
    settings = PublishSettings(targets, found.get("default", ""))
    if settings.default:
        settings.choose("", at)
    return settings


def _parse_target(table: object, at: str) -> Target:
    if not isinstance(table, dict):
        raise CallsiteError(f"{at} cannot be {show(table)}; make it a table")
    if "kind" not in table:
        raise CallsiteError(f"{at} has no `kind`; write one of {', '.join(KINDS)}")
    kind = table["kind"]
    known = KINDS.get(kind) if isinstance(kind, str) else None
    if known is None:
        raise CallsiteError(f"{at} `kind` cannot be {show(kind)}; write one of {', '.join(KINDS)}")
    keys = {each.name: each for each in fields(known)}
    rest = {name: value for name, value in table.items() if name != "kind"}
    readers = {name: _find_reader(each) for name, each in keys.items()}
    if known in (DirectorySettings, SshSettings):
        readers["keep"] = read_whole(1, _MOST_KEPT)  # the present release is one of them
    found = read_keys(rest, readers, at)
    missing = [name for name, each in keys.items() if each.default is MISSING and name not in found]
    if missing:
        raise CallsiteError(f"{at} has no `{missing[0]}`; add it")
    return known(**found)


def _find_reader(each: Field[Any]) -> Callable[[Any], Any]:
    usual = {"bool": read_truth, "timedelta": read_duration}.get(str(each.type), read_text)
    return _READERS.get(each.name, usual)


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "path": read_filled,
    "host": read_host,
    "remote": read_remote,
    "branch": read_branch,
    "folder": read_folder,
    "url": read_url,
    "port": read_whole(0, 65535),
    "keep": read_whole(0, _MOST_KEPT),
    "parallel": read_whole(1, 256),
    "encoding": read_choice("gzip", "br", ""),
}
