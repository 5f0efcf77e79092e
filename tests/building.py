"""Whole builds in tests: write a small site, build it with the real Pelican, look at what came out."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import pelican.generators
import pytest
from pelican.log import LimitFilter

from callsite.build import Loader
from callsite.cli import main
from callsite.model import Page, Problem
from callsite.pelican_plugin import logs
from callsite.render import Rendered, Renderer
from callsite.scaffold import plan_site

CONTENT = {"content/pages/about.md": "title: About\nslug: about\n\nAbout this site.\n"}


_compiled: dict[tuple[object, ...], object] = {}


class _Environment(jinja2.Environment):
    """Compiles a template once for all builds of this process, which else would compile all of the theme's each time."""

    def compile(self, source: Any, name: Any = None, filename: Any = None, *more: Any, **options: Any) -> Any:
        assert not more
        assert not options
        names = (frozenset(self.extensions), frozenset(self.filters), frozenset(self.tests))
        key = (source, name, filename, self.autoescape, self.trim_blocks, self.lstrip_blocks, self.undefined, *names)
        if key not in _compiled:
            _compiled[key] = super().compile(source, name, filename)
        return _compiled[key]


pelican.generators.Environment = _Environment


@dataclass(frozen=True)
class Built:
    """How a build went: its exit code, what it printed, what Pelican logged, and its output by path."""

    code: int
    stdout: str
    stderr: str
    log: tuple[str, ...]
    output: Path

    def read(self, path: str) -> str:
        return (self.output / path).read_text(encoding="utf-8")

    @property
    def files(self) -> set[str]:
        return {str(path.relative_to(self.output)) for path in self.output.rglob("*") if path.is_file()}


@dataclass(frozen=True)
class Seen:
    """A file of content, loaded and rendered on its own, with all that was found on the way."""

    page: Page
    rendered: Rendered
    problems: tuple[Problem, ...]


class Reader:
    """Loads and renders files one by one, as a build does with no other pages about."""

    def __init__(self, options: Mapping[str, object], *keys: Collection[str]) -> None:
        self._loader = Loader(*keys)
        self._renderer = Renderer(options)

    def load_page(self, path: str, required: Collection[str] = ("title",)) -> Seen:
        loaded = self._loader.load_page(path, required)
        rendered = self._renderer.render_page(loaded.page)
        return Seen(loaded.page, rendered, tuple(sorted({*loaded.problems, *rendered.problems})))


def build_real_site(shared: Path, root: Path) -> Built:
    """A site of all the pages people wrote, as the command builds it. It is built once for all tests of a run, whichever
    process they are in; `root` is the folder for it.
    """
    told = root / "built.json"
    root.mkdir(exist_ok=True)
    with (root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            (root / "pelicanconf.py").write_text(plan_site("Real")["pelicanconf.py"], encoding="utf-8")
            for source in list_real_pages(shared):
                folder = root / "content" / ("posts" if source.parent.name == "posts" else "pages")
                folder.mkdir(parents=True, exist_ok=True)
                (folder / source.name).write_bytes(source.read_bytes())
            command = [sys.executable, "-m", "callsite", "build"]
            ran = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
            told.write_text(json.dumps((ran.returncode, ran.stdout, ran.stderr)), encoding="utf-8")
    code, stdout, stderr = json.loads(told.read_text(encoding="utf-8"))
    return Built(code, stdout, stderr, (), root / "output")


def list_real_pages(shared: Path) -> list[Path]:
    return sorted([*(shared / "corpus").glob("*/*.markdown"), *(shared / "seed").glob("*.md")])


def forget_log() -> None:
    """As in a new process: Pelican says nothing twice in one, nor more than a few things of one kind."""
    LimitFilter._raised_messages.clear()
    LimitFilter._group_count.clear()
    logs._counter.has_logged = False


class SiteFolder:
    """A site in a temporary folder, which is also the working directory."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
        self.root = root
        self.output = root / "output"
        self._capsys = capsys
        self._caplog = caplog
        self.write({"pelicanconf.py": plan_site("Test")["pelicanconf.py"]})

    def write(self, files: Mapping[str, str | bytes]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(text, bytes):
                path.write_bytes(text)
            else:
                path.write_text(text, encoding="utf-8", newline="")

    def set(self, **settings: object) -> None:
        """Add settings to the settings file."""
        with (self.root / "pelicanconf.py").open("a", encoding="utf-8") as file:
            file.writelines(f"{name} = {value!r}\n" for name, value in settings.items())

    def build(self, *arguments: str, content: str = "content") -> Built:
        """Build in this process, as the command `pelican` does."""
        return self._run(lambda: pelican.main([content, "-s", "pelicanconf.py", "-o", "output", *arguments]))

    def call(self, *words: str) -> Built:
        """Build in this process, as the command `callsite build` does."""

        def run_build(command: Sequence[str], stdout: object = None, call: str = "") -> int:
            patch.setenv("CALLSITE_CALL", call)
            try:
                pelican.main(command[3:])
            except SystemExit as stop:
                return int(stop.code or 0)
            return 0

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("callsite.cli.build.run_build", run_build)
            return self._run(lambda: sys.exit(main(["build", *words])))

    def _run(self, run: Callable[[], object]) -> Built:
        self._capsys.readouterr()
        self._caplog.clear()
        sys.modules.pop("pelicanconf", None)  # the settings of another site, for those that build on them
        forget_log()
        code = 0
        loggers = [logging.getLogger(name) for name in ("", "pelican")]
        levels = [logger.level for logger in loggers]
        try:
            run()
        except SystemExit as stop:
            code = int(stop.code or 0)
        finally:
            for logger, level in zip(loggers, levels, strict=True):  # --debug would be for all builds behind this one
                logger.setLevel(level)
        printed = self._capsys.readouterr()
        log = tuple(f"{record.levelname} {record.getMessage()}" for record in self._caplog.records)
        assert not any(record.exc_info for record in self._caplog.records), "a traceback was logged"
        return Built(code, printed.out, printed.err, log, self.output)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Begin a build in a process of its own."""
        command = [sys.executable, "-m", "pelican", "content", "-s", "pelicanconf.py", "-o", "output", *arguments]
        return subprocess.Popen(
            command,
            cwd=self.root,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **environment},
        )

    def snapshot(self, folder: str = "output") -> dict[str, bytes]:
        """What is in a folder: path to bytes."""
        base = self.root / folder
        return {str(path.relative_to(base)): path.read_bytes() for path in base.rglob("*") if path.is_file()}

    @property
    def leftovers(self) -> list[str]:
        """Staging folders that should not be there any more."""
        return [path.name for path in self.root.glob(".output.callsite-*")]
