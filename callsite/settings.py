"""A site's settings file, as far as commands need to know it before Pelican reads it for good."""

from __future__ import annotations

import contextlib
import os
import runpy
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from callsite.errors import CallsiteError

_PLUGIN = "callsite.pelican_plugin"


class SiteFolders(NamedTuple):  # no dataclass: `callsite build` would import `dataclasses` for this alone
    """Where a site's content is, where its output goes, and what else its pages are made from."""

    content: Path
    output: Path
    theme: tuple[Path, ...]


def read_folders(settings: str, content: str | None = None, output: str | None = None) -> SiteFolders:
    """Run a settings file and see which folders it names; `content` and `output` come first if they are given.

    As in Pelican, paths in the file are relative to it. Raises CallsiteError, with the place, when the file does not
    run, and when there is no folder of content.
    """
    return find_folders(read_settings(settings), settings, content, output)


def find_folders(
    values: Mapping[str, Any], settings: str, content: str | None = None, output: str | None = None
) -> SiteFolders:
    """The folders that a settings file names, by what it sets; all else is as in `read_folders`."""
    base = Path(settings).resolve().parent
    pages = Path(content) if content else base / str(values.get("PATH") or ".")
    if not pages.is_dir():
        named = "" if content else f" (PATH in {settings})"
        raise CallsiteError(f"{os.path.relpath(pages)}: no such folder of pages{named}")
    for key in ("PLUGINS", "THEME_TEMPLATES_OVERRIDES"):
        if not isinstance(values.get(key, ()), list | tuple | set | frozenset):
            raise CallsiteError(f"{settings}: {key} cannot be {values[key]!r}; write a list")
    if _PLUGIN not in values.get("PLUGINS", ()):
        raise CallsiteError(f'{settings}: the plugin is not switched on; add PLUGINS = ["{_PLUGIN}"]')
    theme = str(values.get("THEME") or "")
    if theme and not (base / theme).is_dir() and not (_find_pelican_themes() / theme).is_dir():
        raise CallsiteError(f"{settings}: there is no theme {theme}; THEME names a folder or one of Pelican's themes")
    themes = (base / str(folder) for folder in (theme, *values.get("THEME_TEMPLATES_OVERRIDES", ())))
    return SiteFolders(
        content=pages,
        output=Path(output) if output else base / str(values.get("OUTPUT_PATH") or "output"),
        theme=tuple(folder for folder in themes if folder.is_dir() and folder != base),
    )


def _find_pelican_themes() -> Path:
    """Where Pelican keeps its own themes, without importing it."""
    return Path(find_spec("pelican").origin).parent / "themes"  # type: ignore[union-attr, arg-type]  # it is installed


def read_settings(settings: str) -> dict[str, Any]:
    """Run a settings file and return what it sets. Raises CallsiteError, with the place, when it does not run."""
    if not Path(settings).is_file():
        hint = "name one with --settings, or make a site with `callsite init DIR`"
        raise CallsiteError(f"{settings}: no such settings file; {hint}")
    sys.path.insert(0, os.curdir)  # as Pelican does: one settings file may import another
    try:
        # What a program reads from this one must not have the settings' own words in it.
        with contextlib.redirect_stdout(sys.stderr):
            return runpy.run_path(settings)
    except (Exception, SystemExit) as error:
        import traceback  # noqa: PLC0415  # every build reads settings, and hardly any that do not run

        # The innermost line of the settings file is the one to look at.
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if os.path.abspath(frame.filename) == os.path.abspath(settings)]
        line = error.lineno if isinstance(error, SyntaxError) else lines[-1] if lines else None
        at = f"{settings}:{line}" if line else settings
        raise CallsiteError(f"{at}: {type(error).__name__}: {error}; mend the settings file") from error
    finally:
        sys.path.remove(os.curdir)
