"""What the last build was made from and what came of it. When both are as they were, the next one has nothing to do.

What goes in are the settings, the versions of all that makes pages, and the files of the content, the theme and the
site's folder; what came out are the files that the build has listed. Of each file its size, its times and its number on
the disk count. A build leaves this for the next one in a file beside its cache: a line with a digest, one with what
there is to know, and one with all files that have gone in, which is read when some of them have changed.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from callsite.cache import find_key, name_cache
from callsite.environment import describe_tools, read_version
from callsite.errors import CallsiteError
from callsite.git.references import find_layout, find_reference
from callsite.staging import MANIFEST
from callsite.storing import write_whole

# Where builds keep what the next ones can use, below the site's folder.
CACHE = ".cache/build"

# The words of a build that has nothing to do.
DONE = "Done: nothing has changed since the last build."

# What the environment says of dates and of languages.
_VARIABLES = ("TZ", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_TIME", "LC_COLLATE")

# Nanoseconds: a file that was changed so short a time ago may be changed once more without another time. Linux takes
# the times of files from a clock that ticks a hundred times a second at the least.
_TICK = 20_000_000


class Ingredients(NamedTuple):
    """What a build is made from: a digest of all that is no file, the folder of the site and that of its content, the
    files and folders that its settings name, and the modules that those import.
    """

    described: str
    folder: str
    content: str
    roots: tuple[str, ...]
    modules: tuple[str, ...]


class Inputs(NamedTuple):
    """What goes into a build: a digest of it all, and for each file by its path what tells it from what it was."""

    digest: str
    files: Mapping[str, str]


class LastBuild(NamedTuple):
    """A build that has come to its end: what it was made from, digests of those files and of its output, and what it
    has told. `call` is a digest of what it was called with, "" when nobody said it; `revised` are the files of pages
    that have got other bodies since, and `is_behind` says that the search does not know of that.
    """

    ingredients: Ingredients
    inputs: str
    outputs: str
    told: tuple[str, ...]
    call: str = ""
    revised: tuple[str, ...] = ()
    is_behind: bool = False


def plan_cache(settings: Mapping[str, Any]) -> Path | None:
    """The file of what a build keeps for the next one with this output; None when it is to keep nothing.

    Of settings, PATH, OUTPUT_PATH and CALLSITE_CACHE are looked at. Raises CallsiteError when the last is no folder.
    """
    named = settings.get("CALLSITE_CACHE", CACHE)
    if named and (not isinstance(named, str) or "\0" in named):
        raise CallsiteError(f"CALLSITE_CACHE is {named!r}, and no folder such as {CACHE!r}; mend the settings file")
    folder = Path(settings["PATH"]).parent
    return name_cache(folder / named, os.path.realpath(settings["OUTPUT_PATH"])) if named else None


def describe_surroundings() -> tuple[str, ...]:
    """What goes into every build and is neither a setting nor a file of the site."""
    variables = (f"{os.environ.get(name)}" for name in _VARIABLES)
    return describe_tools(), read_version("pagefind_bin"), os.getcwd(), *variables


def find_inputs(ingredients: Ingredients) -> Inputs | None:
    """All that goes into a build which begins now. A file may have been changed so short a time ago that nobody would
    see it changed once more; then that time is waited for, once. None when it is changed meanwhile, or in times to
    come.
    """
    has_waited = False
    while True:
        now = time.time_ns()
        try:
            files = list(_list_inputs(ingredients))
        except OSError:  # one is gone while we look, or leads nowhere: the build will tell
            return None
        last = max((max(found.st_mtime_ns, found.st_ctime_ns) for _, found in files), default=0)
        early = last + _TICK - now
        if early <= 0:
            stats = {path: describe_file(found) for path, found in files}
            return Inputs(_find_digest(ingredients, stats), stats)
        if has_waited or early > _TICK:
            return None
        time.sleep(early / 1e9)
        has_waited = True


def describe_file(found: os.stat_result) -> str:
    """Tells a file that goes into a build from what it was."""
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"


def _find_digest(ingredients: Ingredients, files: Mapping[str, str]) -> str:
    listed = (f"{path} {found}" for path, found in files.items())
    return find_key(ingredients.described, _find_commit(ingredients.content), *listed).hex()


def find_outputs(output: str | Path) -> str | None:
    """A digest of all files that the last build has written; None when some of them are missing."""
    try:
        listed = Path(output, MANIFEST).read_text(encoding="utf-8")
        folder = os.path.join(output, "")
        stats = [os.lstat(folder + name) for name in (MANIFEST, *json.loads(listed))]
    except (OSError, ValueError, TypeError):
        return None
    return find_key(listed, *(f"{found.st_size} {found.st_mtime_ns} {found.st_ino}" for found in stats)).hex()


def list_roots(folders: Sequence[str]) -> tuple[str, ...]:
    """Files and folders without those that lie in others of them."""
    listed: list[str] = []
    for root in map(os.path.normpath, folders):
        if not any(f"{root}{os.sep}".startswith(f"{other}{os.sep}") for other in listed):
            listed.append(root)
    return tuple(listed)


def read_last_build(cache: Path) -> LastBuild | None:
    """What the last build has left beside its cache; None when it has left nothing, or that is damaged."""
    try:
        text, _ = _read_state(cache)
        ingredients, inputs, outputs, told, call, revised, is_behind = json.loads(text)
        described, folder, content, roots, modules = ingredients
        made_from = Ingredients(described, folder, content, tuple(roots), tuple(modules))
        return LastBuild(made_from, inputs, outputs, tuple(told), call, tuple(revised), is_behind)
    except (OSError, ValueError, TypeError):
        return None


def find_changed(cache: Path, last: LastBuild, inputs: Inputs) -> list[str] | None:
    """The files that have changed since the last build; None when something else has, or they are other files."""
    try:
        _, listed = _read_state(cache)
        files = json.loads(listed)
        is_known = files.keys() == inputs.files.keys() and _find_digest(last.ingredients, files) == last.inputs
    except (OSError, ValueError):  # another build has begun
        return None
    return [path for path, found in inputs.files.items() if found != files[path]] if is_known else None


def write_last_build(cache: Path, last: LastBuild, files: Mapping[str, str]) -> None:
    """Leave this for the next build, with the files of its `Inputs`. What cannot be written is not there, and then that
    one is a full one.
    """
    text = f"{json.dumps(last)}\n{json.dumps(files)}"
    with contextlib.suppress(CallsiteError, OSError):
        write_whole(_name_state(cache), f"{find_key(text).hex()}\n{text}".encode())


def forget_last_build(cache: Path) -> None:
    """Leave nothing for the next build."""
    with contextlib.suppress(OSError):  # it is not there, or nothing that we have made
        _name_state(cache).unlink()


def _name_state(cache: Path) -> Path:
    return cache.with_suffix(".state")


def _read_state(cache: Path) -> list[str]:
    """What the last build has left, and the files that went into it, as JSON. Raises ValueError for what is damaged."""
    check, _, text = _name_state(cache).read_text(encoding="utf-8").partition("\n")
    if check != find_key(text).hex():
        raise ValueError
    return text.split("\n")


def _list_inputs(ingredients: Ingredients) -> Iterator[tuple[str, os.stat_result]]:
    """The files that go into a build: those that settings name, and those that lie beside the content."""
    for root in ingredients.roots:
        yield from _list_files(root)
    names: Collection[str] = [entry.path for entry in os.scandir(ingredients.folder)]
    beside = {name for name in names if name.endswith((".py", ".toml"))}
    for path in sorted({*beside, *ingredients.modules}):
        yield path, os.stat(path)


def _list_files(root: str) -> Iterator[tuple[str, os.stat_result]]:
    if os.path.isfile(root):
        yield root, os.stat(root)
    for folder, folders, files in os.walk(root, followlinks=True):
        if folder != root and (".git" in folders or ".git" in files):
            raise OSError(f"{folder}: a repository of its own, whose commits nobody has asked for")
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(files):
            path = os.path.join(folder, name)
            yield path, os.stat(path)


def _find_commit(content: str) -> str:
    """The repository that the content of a site is in, its commit and where its history is cut off, which tell the
    dates of pages; "" when it is in none.
    """
    real = Path(os.path.realpath(content))
    top = next((path for path in (real, *real.parents) if os.path.lexists(path / ".git")), None)
    try:
        if top is None:
            return ""
        layout = find_layout(top)
        cut = layout.common / "shallow"
        return f"{top} {find_reference(layout, 'HEAD')} {describe_file(cut.stat()) if cut.exists() else ''}"
    except (CallsiteError, OSError):
        return "?"
