"""The theme's static files: where templates find them, and what a production build makes of them.

Templates say `{{ asset("css/callsite.css") }}`. In a local build that is the file's plain address. In a production
build the files are made small and named after what is in them as soon as the first template asks, so that no HTML has
to be changed afterwards; when all is written, they take the places of those that Pelican has copied.
"""

from __future__ import annotations

import os
import posixpath
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jinja2 import Template, Undefined, pass_context
from jinja2.runtime import Context
from pelican.utils import copy

from callsite.build import place_of
from callsite.errors import CallsiteError
from callsite.staging import list_files
from callsite.wording import nearest

if TYPE_CHECKING:
    from callsite.assets import Assets, Dead


class ThemeFiles:
    """The static files of a run's theme, by their paths below the folder that they are copied to."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self.asked: set[str] = set()  # by templates, so far
        self.is_production = bool(settings.get("CALLSITE_PRODUCTION", False))

    def find_url(self, path: str, root: str, where: Callable[[], str]) -> str:
        """The address of a file when that of the site is `root`; `where` gives the place in a template that asks.

        Raises CallsiteError when the theme has no such file.
        """
        if path not in self._files:
            guess = nearest(path, self._files)
            hint = f"did you mean `{guess}`?" if guess else "name one that is there, from the static folder on"
            raise CallsiteError(f"{where()}: asset() asks for `{path}`, and the theme has no such file; {hint}")
        self.asked.add(path)
        name = self._assets.names[path] if self.is_production else path
        return f"{root}/{posixpath.normpath(posixpath.join(self._settings['THEME_STATIC_DIR'], quote(name)))}"

    def write(self, output: Path) -> Iterator[str]:
        """Put the files of a production build in the place of those that Pelican has copied to the folder `output`.

        Gives what is good to know. Raises CallsiteError when one refers to what is not there, or is no longer the
        theme's.
        """
        if not self.is_production:
            return
        from callsite.assets import plan_outcome  # noqa: PLC0415  # parsers, which only production needs

        outcome = plan_outcome(self._assets, self.asked)
        if outcome.dead:
            raise CallsiteError(self._describe(outcome.dead))
        folder = output / self._settings["THEME_STATIC_DIR"]
        replaced = {path for path, data in self._files.items() if _read(folder / path) != data}
        for path in sorted(replaced):
            if path in outcome.removed:
                message = "the content has put another file in the place of this one of the theme"
                hint = "put that one into a folder of THEME_STATIC_PATHS"
                raise CallsiteError(f"{self._locate(path)}: {message}; {hint}")
        for path, data in outcome.written.items():
            if path not in replaced:
                (folder / path).unlink(missing_ok=True)  # it may be a link to a file of the content
                (folder / path).write_bytes(data)
        for path in outcome.removed:
            (folder / path).unlink()
        for path in self._assets.whole:
            yield f"{self._locate(path)}: stays as large as it is, it cannot be made smaller with certainty"

    @cached_property
    def _files(self) -> dict[str, bytes]:
        """The files and what is in them, copied as Pelican does it."""
        settings = self._settings
        with tempfile.TemporaryDirectory(prefix="callsite-") as folder:
            for path in settings["THEME_STATIC_PATHS"]:
                source = os.path.join(settings["THEME"], path)
                target = os.path.join(folder, os.path.basename(path)) if os.path.isfile(source) else folder
                copy(source, target, settings["IGNORE_FILES"])
            return {path: Path(folder, path).read_bytes() for path in sorted(list_files(Path(folder)))}

    @cached_property
    def _assets(self) -> Assets:
        from callsite.assets import name_assets  # noqa: PLC0415  # see `write`

        return name_assets(self._files)

    def _describe(self, dead: Sequence[Dead]) -> str:
        first = dead[0]
        more = f" (and {len(dead) - 1:,} more like it)" if len(dead) > 1 else ""
        where = f"{self._locate(first.path)}:{first.line}"
        return f"{where}: `{first.target}` leads to no file of the theme{more}; mend it, or add what it leads to"

    def _locate(self, path: str) -> str:
        """Where a file of the theme is, as the person who started the build would name it."""
        sources = [
            os.path.join(self._settings["THEME"], name) for name in reversed(self._settings["THEME_STATIC_PATHS"])
        ]
        places = [place for source in sources for place in (os.path.join(source, path), source)]
        return next((place_of(place).path for place in places if os.path.isfile(place) and place.endswith(path)), path)


def compress_output(settings: Mapping[str, Any], output: Path) -> None:
    """Write the compressed twins of a production build."""
    wanted = set(settings.get("CALLSITE_PRECOMPRESS", ()))
    if settings["CALLSITE_PRODUCTION"] and wanted:
        from callsite.compressing import ENDINGS, write_compressed  # noqa: PLC0415  # as for `callsite.assets`

        endings = [ending for ending in ENDINGS if ending.removeprefix(".") in wanted]
        write_compressed(output, list(list_files(output)), endings)


def make_asset(find: Any) -> Any:
    """The function `asset` of templates; `find` gives the ThemeFiles of the run."""

    @pass_context
    def asset(context: Context, path: str) -> str:
        root = context.resolve("SITEURL")
        if isinstance(root, Undefined):
            where, hint = _find_caller(), "import this template `with context`"
            raise CallsiteError(f"{where}: asset() does not know the address here; {hint}")
        return str(find().find_url(path, root, _find_caller))

    return asset


def _find_caller() -> str:
    """The place in a template that has called."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        template = frame.f_globals.get("__jinja_template__")
        if isinstance(template, Template) and template.filename:
            return str(place_of(template.filename, template.get_corresponding_lineno(frame.f_lineno)))
        frame = frame.f_back
    return "a template"


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
