"""A run is over before it begins when nothing has changed since the last one: neither what goes in nor what came out.

What goes in are the settings, the versions of all that makes pages, and the files of the content, the theme and the
site's folder; what came out are the files that the last build has listed. Of each file its size, its times and its
number on the disk count. Where something goes in that cannot be told from run to run, such as another plugin or an
inventory of another site, every run is a full one.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pelican import Pelican

from callsite.cache import find_key, name_cache
from callsite.environment import describe_tools, describe_value, has_own_extensions, read_version
from callsite.errors import CallsiteError
from callsite.git.references import find_layout, find_reference
from callsite.pelican_plugin.company import is_alone
from callsite.staging import MANIFEST
from callsite.storing import write_whole

# Where runs keep what the next ones can use, below the site's folder.
CACHE = ".cache/build"

# What the environment says of dates and of languages.
_VARIABLES = ("TZ", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_TIME", "LC_COLLATE")

# Nanoseconds: a file that was changed so shortly before a run may be changed once more without another time.
_TICK = 50_000_000


def run_if_changed(pelican: Pelican, run: Callable[[], None], described: str | None) -> None:
    """Run Pelican unless that would change nothing; `described` is what `describe` has said of its settings."""
    settings = pelican.settings
    began = time.time_ns()
    path = plan_cache(settings)
    state = path.with_suffix(".state") if path else None
    inputs = _find_inputs(settings, described, began) if described and state and _is_timeless(settings) else None
    if state and inputs:
        known = _read_state(state)
        if known.get("inputs") == inputs and known["outputs"] == _find_outputs(settings["OUTPUT_PATH"]):
            for line in known["told"]:
                print(line, file=sys.stderr)
            print("Done: nothing has changed since the last build.")
            return
        with contextlib.suppress(OSError):  # it is not there, or nothing that we have made
            state.unlink()
    from callsite.pelican_plugin import phases  # noqa: PLC0415  # it imports all that makes pages

    phases.connect()
    phases.prepare(pelican)
    told = phases.run(pelican, run, described)
    # What was changed while the run went on is for the next one to see.
    if state and described and inputs and told is not None and inputs == _find_inputs(settings, described, began):
        _write_state(state, {"inputs": inputs, "outputs": _find_outputs(settings["OUTPUT_PATH"]), "told": told})


def plan_cache(settings: Mapping[str, Any]) -> Path | None:
    """The file of what a run keeps for the next one with this output; None when it is to keep nothing."""
    named = settings.get("CALLSITE_CACHE", CACHE)
    if named and (not isinstance(named, str) or "\0" in named):
        raise CallsiteError(f"CALLSITE_CACHE is {named!r}, and no folder such as {CACHE!r}; mend the settings file")
    folder = Path(settings["PATH"]).parent
    return name_cache(folder / named, os.path.realpath(settings["OUTPUT_PATH"])) if named else None


def _read_state(path: Path) -> dict[str, Any]:
    """What the last run has left; nothing when that is damaged."""
    try:
        check, _, text = path.read_text(encoding="utf-8").partition("\n")
        state: dict[str, Any] = json.loads(text) if check == find_key(text).hex() else {}
    except (OSError, ValueError):
        return {}
    return state


def _write_state(path: Path, state: dict[str, Any]) -> None:
    text = json.dumps(state)
    with contextlib.suppress(CallsiteError, OSError):  # then the next run is a full one
        if state["outputs"]:
            write_whole(path, f"{find_key(text).hex()}\n{text}".encode())


def describe(settings: Mapping[str, Any]) -> str | None:
    """What goes into a run besides files; None when it cannot be told from run to run."""
    if not is_alone(settings) or has_own_extensions(settings["MARKDOWN"]):
        return None
    try:
        described = describe_value(dict(sorted(settings.items())))
    except TypeError:
        return None
    search = read_version("pagefind_bin") if settings["CALLSITE_SEARCH"] else ""
    variables = (f"{os.environ.get(name)}" for name in _VARIABLES)
    return "\0".join((describe_tools(), search, described, os.getcwd(), *variables))


def _is_timeless(settings: Mapping[str, Any]) -> bool:
    """Whether nothing but files goes into a run, and all of the output comes out of it: a production build looks at the
    whole repository, dates to come at the clock, inventories may be elsewhere and grow old, and what somebody else has
    put into the output may have to go.
    """
    has_more = settings["CALLSITE_PRODUCTION"] or settings.get("CALLSITE_INVENTORIES")
    has_more = has_more or settings["DELETE_OUTPUT_DIRECTORY"]
    return bool(settings["WITH_FUTURE_DATES"] and not has_more)


def _find_inputs(settings: Mapping[str, Any], described: str, began: int) -> str | None:
    """A digest of all that goes into a run; None when a file may change once more without anybody seeing it."""
    folder = Path(settings["PATH"]).parent
    try:
        files = list(_list_inputs(settings, folder))
    except OSError:  # one is gone while we look, or leads nowhere: the run will tell
        return None
    if any(max(found.st_mtime_ns, found.st_ctime_ns) > began - _TICK for _, found in files):
        return None
    stats = (f"{path} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}" for path, found in files)
    return find_key(described, _find_commit(folder), *stats).hex()


def _list_inputs(settings: Mapping[str, Any], folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    """The files that go into a run: those that settings name, and those that lie beside the content."""
    content, theme = settings["PATH"], settings["THEME"]
    named = [*settings["PAGE_PATHS"], *settings["ARTICLE_PATHS"], *settings["STATIC_PATHS"]]
    named += settings["TEMPLATE_PAGES"]
    roots = [content, *(os.path.join(content, path) for path in named)]
    roots += [theme, *(os.path.join(theme, path) for path in settings["THEME_STATIC_PATHS"])]
    listed: list[str] = []
    for root in map(os.path.normpath, (*roots, *settings["THEME_TEMPLATES_OVERRIDES"])):
        if not any(f"{root}{os.sep}".startswith(f"{other}{os.sep}") for other in listed):
            listed.append(root)
            yield from _list_files(root)
    beside = {entry.path for entry in os.scandir(folder) if entry.name.endswith((".py", ".toml"))}
    # Modules of the site's own that its settings import.
    modules = {getattr(module, "__file__", None) or "" for module in list(sys.modules.values())}
    beside |= {path for path in modules if path.startswith(f"{folder}{os.sep}") and "site-packages" not in path}
    for path in sorted(beside):
        yield path, os.stat(path)


def _list_files(root: str) -> Iterator[tuple[str, os.stat_result]]:
    if os.path.isfile(root):
        yield root, os.stat(root)
    for folder, folders, files in os.walk(root, followlinks=True):
        folders.sort()
        for name in sorted(files):
            path = os.path.join(folder, name)
            yield path, os.stat(path)


def _find_commit(folder: Path) -> str:
    """The commit of the repository that a site is in: the dates of its pages are told by it."""
    real = Path(os.path.realpath(folder))
    top = next((path for path in (real, *real.parents) if os.path.lexists(path / ".git")), None)
    try:
        return find_reference(find_layout(top), "HEAD") if top else ""
    except (CallsiteError, OSError):
        return "?"


def _find_outputs(output: str) -> str | None:
    """A digest of all files that the last build has written; None when some of them are missing."""
    try:
        listed = Path(output, MANIFEST).read_text(encoding="utf-8")
        stats = [os.lstat(os.path.join(output, name)) for name in (MANIFEST, *json.loads(listed))]
    except (OSError, ValueError, TypeError):
        return None
    return find_key(listed, *(f"{found.st_size} {found.st_mtime_ns} {found.st_ino}" for found in stats)).hex()
