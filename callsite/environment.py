"""What pages are made with: the sources of Callsite, the versions of what it leans on, and values of settings."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from callsite.cache import find_key
from callsite.records import find_fields

# What the bytes of a page come from, besides Callsite itself.
_TOOLS = (
    "jinja2", "markdown", "markdown-it-py", "markupsafe", "packaging", "pelican", "pygments", "python-dateutil",
    "selectolax",
)  # fmt: skip


@cache
def describe_tools() -> str:
    """Tells Callsite's own sources, Python, and the versions of what makes pages from all others."""
    versions = [f"{name} {read_version(name)}" for name in _TOOLS]
    return find_key(sys.version, *versions, *_list_sources(Path(__file__).parent)).hex()


def describe_value(value: Any) -> str:
    """Tells a value of settings from others. Raises TypeError for what is another one in each run, like a function."""
    if value is None or isinstance(value, bool | int | float | str | bytes | os.PathLike):
        return repr(value)
    if isinstance(value, Mapping):
        parts = [f"{describe_value(key)}: {describe_value(part)}" for key, part in value.items()]
    elif isinstance(value, list | tuple):
        parts = [describe_value(part) for part in value]
    elif isinstance(value, set | frozenset):
        parts = sorted(describe_value(part) for part in value)
    elif (names := find_fields(type(value))) is not None:
        parts = [f"{name}: {describe_value(getattr(value, name))}" for name in names]
    else:
        raise TypeError(f"{value!r} is another one in each run")
    return f"{type(value).__name__}({', '.join(parts)})"


def has_own_extensions(options: Any) -> bool:
    """Whether a site's Markdown options name extensions that are not Markdown's own, since nobody knows what those
    read, or have some count the pages that were there before.
    """
    try:
        configured = options.get("extension_configs", {})
        named = [*options.get("extensions", ()), *configured]
        if any(isinstance(each, Mapping) and each.get("UNIQUE_IDS") for each in dict(configured).values()):
            return True
    except (AttributeError, TypeError, ValueError):  # no options at all: Markdown will say so
        return True
    return not all(isinstance(name, str) and _is_markdowns_own(name) for name in named)


def _is_markdowns_own(name: str) -> bool:
    module = name.partition(":")[0]
    return module.startswith("markdown.extensions.") or ("." not in name and name in _list_extensions())


@cache
def _list_extensions() -> frozenset[str]:
    """The short names of Markdown's own extensions."""
    from importlib.metadata import entry_points  # noqa: PLC0415  # it takes long, and most sites name them in full

    entries = entry_points(group="markdown.extensions")
    return frozenset(entry.name for entry in entries if entry.value.startswith("markdown.extensions."))


def _list_sources(folder: Path) -> Iterator[str]:
    """The source files below a folder, each with its size and time: who changes them sees what that does."""
    for root, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            if name.endswith(".py"):
                found = os.stat(os.path.join(root, name))
                yield f"{root}/{name} {found.st_size} {found.st_mtime_ns}"


def read_version(name: str) -> str:
    """The version of what is installed under a name; "" when nothing says it."""
    found = _list_versions().get(_normalise(name))
    if found:
        return found
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  # for odd ways to be installed

    try:
        return version(name)
    except PackageNotFoundError:
        return ""


@cache
def _list_versions() -> dict[str, str]:
    """What the folders that Python imports from say is installed, by name: that of what comes first. Each release has a
    folder `name-version.dist-info` of its own, so that the names of these tell without a look into them.
    """
    found: dict[str, str] = {}
    for folder in sys.path:
        with contextlib.suppress(OSError):
            for entry in os.listdir(folder or "."):
                name, _, version = entry.removesuffix(".dist-info").partition("-")
                if entry.endswith(".dist-info"):
                    found.setdefault(_normalise(name), version)
    return found


def _normalise(name: str) -> str:
    return name.lower().replace("-", "_").replace(".", "_")
