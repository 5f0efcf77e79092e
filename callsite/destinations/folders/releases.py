"""What a folder of releases looks like, on this machine or behind ssh, and what has to be done to it. Nothing here
touches a destination.

    releases/<name>/          a state of the site, whole: its files, and those kept for pages in caches
    releases/.<name>.….partial  one that is being made, or was when somebody was killed
    releases/.<name>.gone     one that is being taken away
    current                   a symbolic link to releases/<name>, which is what visitors are shown
    .callsite/<name>.json     the manifest of each release
    .callsite/lock            who is publishing

A release is never changed once it is whole, but for files that are added to it before it is gone back to. Files that
are the same in two releases are one file with two names, so nothing is ever written to a file that has its name.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Final

from callsite.destinations.destination import MovedError, Release, Standing
from callsite.errors import CallsiteError
from callsite.publish.manifest import Entry, Manifest, parse_manifest
from callsite.publish.plan import Plan

RELEASES: Final = "releases"
CURRENT: Final = "current"
OWN: Final = ".callsite"
LOCK: Final = "lock"

_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")
_UNFINISHED = re.compile(r"\.[0-9A-Za-z_-]{1,64}\.(?:[0-9a-f]{8}\.partial|gone)")
_LIST = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}(?:\.json|\.json\.part|\.part)")


_REASONS = {
    errno.ENOSPC: "the disk is full; make room there, and try again",
    errno.EDQUOT: "your share of the disk is used up; make room there, and try again",
    errno.EACCES: "permission denied; see to the rights of the folder, and try again",
    errno.EPERM: "that is not allowed; see to the rights of the folder, and try again",
    errno.EROFS: "the file system is read-only; make it writable, and try again",
}


def is_release(name: str) -> bool:
    """Whether a folder of that name may be a release of ours."""
    return bool(_NAME.fullmatch(name))


def find_release(link: str) -> str:
    """The name of the release that the link `current` leads to; "" when it leads to none of ours."""
    folder, _, name = link.partition("/")
    return name if folder == RELEASES and is_release(name) else ""


def find_unfinished(names: Iterable[str], ending: str) -> list[str]:
    """The names among those in `releases` that are left from runs that were killed: ".partial" or ".gone"."""
    return sorted(name for name in names if name.endswith(ending) and _UNFINISHED.fullmatch(name))


def find_loose(names: Iterable[str], folders: Collection[str]) -> list[str]:
    """The files among those in `.callsite` that killed runs have left: lists of releases that are not there."""
    ours = (name for name in names if _LIST.fullmatch(name))
    return sorted(name for name in ours if name.endswith(".part") or name.removesuffix(".json") not in folders)


def find_outdated(names: Iterable[str], present: str, keep: int) -> list[str]:
    """The releases to take away so that `keep` of them stay: the last of those to go back to, never the present one."""
    return _sort(names, present)[max(keep - 1, 0) :]


def find_unchanged(plan: Plan) -> dict[str, Entry]:
    """The files of the new state whose bytes stand in the present release: of the site, and kept besides."""
    sent = {upload.path for upload in plan.uploads if not upload.changes_headers_only}
    return {path: entry for path, entry in plan.new.files.items() if path not in sent}


def make_standing(title: str, link: str | None, data: bytes | None, is_there: bool) -> Standing:
    """What stands at a destination: `link` is where `current` leads, `data` the manifest of that release.

    Without a manifest nobody knows what is in a release, so all of the site is sent to a new one. Raises CallsiteError
    when it is none of our releases, or the manifest cannot be read: that one may still be mended.
    """
    check_link(title, link)
    if link is None:
        return Standing(Manifest(), "", is_known=False)
    name = find_release(link)
    if not is_there or data is None:
        return Standing(Manifest(), name, is_known=False)
    return Standing(read_manifest(title, name, data), name)


def check_link(title: str, link: str | None) -> None:
    """Raise CallsiteError when the link `current` does not lead to a release of ours."""
    if link is not None and not find_release(link):
        hint = "move it away, or choose another folder"
        raise CallsiteError(f"{title}: `{CURRENT}` there leads to none of our releases; {hint}")


def read_manifest(title: str, name: str, data: bytes | None) -> Manifest:
    """Read the manifest of a release. Raises CallsiteError when it is missing, damaged or another one's."""
    where = f"{title}/{OWN}/{name}.json"
    if data is None:
        raise CallsiteError(f"{where}: the list of what was published is not there; bring it back")
    hint = "bring back the right one, or move this file away, and the next publish sends all of the site"
    try:
        manifest, _ = parse_manifest(data, where)
    except CallsiteError as error:
        raise CallsiteError(f"{where}: this is no list of what was published; {hint}") from error
    if manifest.release != name:
        raise CallsiteError(f"{where}: this is the list of another release; {hint}")
    return manifest


def make_releases(manifests: Iterable[Manifest], present: str) -> tuple[Release, ...]:
    """The releases that can be gone back to, the one to go back to first."""
    found = {
        manifest.release: Release(manifest.release, manifest.published, manifest.commit, len(manifest.files))
        for manifest in manifests
        if manifest.published is not None
    }
    return tuple(found[name] for name in _sort(found, present))


def _sort(names: Iterable[str], present: str) -> list[str]:
    """Releases by their names, which begin with when they were made: those before the present one, the newest first,
    then those after it, which were gone back from, or made when a clock was wrong.
    """
    return sorted((name for name in names if name != present), key=lambda name: (name < present, name), reverse=True)


def check_token(title: str, token: object, present: str) -> None:
    """Raise MovedError when another release is the present one than the one that was planned for."""
    if token != present:
        raise MovedError(f"{title}: somebody else has published since this was planned; publish again")


def check_new(title: str, plan: Plan, present: str) -> None:
    """Raise CallsiteError when the new release could not be told from the present one."""
    name = plan.new.release
    if not is_release(name) or name == present:
        raise CallsiteError(f"{title}: a release of the name {name!r:.80} cannot be made; publish again in a second")


def find_root(path: str, base: Path) -> Path:
    """The folder of a destination on this machine: one that is not absolute begins at `base`.

    Raises CallsiteError for the home of somebody who is not known here.
    """
    expanded = os.path.expanduser(path)
    if expanded.startswith("~"):
        user = expanded.split("/")[0]
        hint = f"write a `path` with the name of a user, or `./{user}` for a folder of that name"
        raise CallsiteError(f"{path}: no user `{user[1:]}` is known here; {hint}")
    root = base / expanded
    # Where there is a link in the way to it, what comes before `..` counts.
    plain = Path(os.path.normpath(root))
    return plain if os.path.realpath(plain) == os.path.realpath(root) else root


def check_apart(title: str, root: Path, others: Mapping[str, Path], *, may_be_inside: bool = False) -> None:
    """Raise CallsiteError when the destination and one of the other folders, by what they are called, are one inside
    the other; with `may_be_inside` the destination may be in the other one, though not be it.
    """
    own = os.path.realpath(root)
    for name, folder in others.items():
        other = os.path.realpath(folder)
        common = os.path.commonpath((own, other))
        if common == own or (common == other and not may_be_inside):
            what = f"this is {name}" if own == other else f"{name} is in it" if common == own else f"this is in {name}"
            raise CallsiteError(f"{title}: {what}; a published site needs a folder of its own, so write another `path`")


def explain(error: OSError) -> str:
    """Why something could not be done at a destination, and what to do."""
    return _REASONS.get(error.errno or 0, f"{error.strerror}; see what stands there, and try again")
