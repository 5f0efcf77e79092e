"""Small made-up projects for the tests of harvesting: a library, clients of it, and commands called on them.

The library is `teapot`. Nothing of that name is installed, so its code is at hand only where a test puts it.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from callsite.cli import main
from callsite.harvest.licences import find_licence
from callsite.harvest.release import Release, Source, SourceFile
from callsite.model import Problem
from callsite.page import parse_page
from tests.building import SiteFolder

MIT_TEXT = """\
MIT License

Copyright (c) 2020 Ada Example

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND.
"""

TEAPOT = {
    "teapot/__init__.py": '''\
"""Tea for programs."""

from teapot.brewing import Kettle, brew
from teapot.state import settings

__all__ = ["Kettle", "brew", "settings"]
''',
    "teapot/brewing.py": '''\
"""How tea is made."""


def brew(leaf, minutes=3):
    """Brew tea from a leaf."""
    return f"{leaf} for {minutes} minutes"


class Kettle:
    """What water is boiled in."""

    def boil(self):
        return brew("nothing")
''',
    "teapot/state.py": '''\
"""What is set."""

settings = {}
"""The settings of the kitchen."""
''',
    "teapot/cups.py": '''\
"""What tea is drunk from."""


def pour(tea):
    """Pour tea into a cup."""
    return tea


def smash(cup):
    """Nobody uses this."""
''',
}

HARBOUR = {
    "harbour/breakfast.py": '''\
"""Breakfast on board."""

from teapot import brew


def serve(guests):
    for guest in guests:
        guest.give(brew("assam"))
''',
    "harbour/cook.py": '''\
import teapot as tp


def cook():
    cup = tp.cups.pour(tp.brew("mint", minutes=7))
    return cup


class Cook(tp.Kettle):
    """Has a kettle."""
''',
}

OFFICE = {
    "office/__init__.py": "",
    "office/compat.py": """\
try:
    from teapot import brew
except ImportError:
    brew = None
""",
    "office/desk.py": """\
from office.compat import brew as make_tea


def pause():
    return make_tea("earl grey", 4)
""",
    "tests/test_desk.py": """\
from teapot.brewing import brew


def test_brew():
    assert brew(
        "sencha",
        1,
    )
""",
}


def describe(name: str, licence: str = "MIT", version: str = "1.0", **urls: str) -> str:
    """A `pyproject.toml`."""
    rows = ["[project]", f"name = {_quote(name)}", f"version = {_quote(version)}"]
    rows += [f"license = {_quote(licence)}"] if licence else []
    rows += ["[project.urls]", *(f"{label} = {_quote(address)}" for label, address in urls.items())] if urls else []
    return "".join(f"{row}\n" for row in rows)


def make_project(
    folder: Path,
    files: Mapping[str, str | bytes],
    name: str = "",
    licence: str = "MIT",
    version: str = "1.0",
    **urls: str,
) -> Path:
    """A project as a folder; it is called like that unless it gets a `name`."""
    papers = {"pyproject.toml": describe(name or folder.name, licence, version, **urls)}
    papers |= {"LICENSE": MIT_TEXT} if licence == "MIT" else {}
    write_files(folder, papers | dict(files))
    return folder


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def make_wheel(folder: Path, files: Mapping[str, str], name: str, version: str = "1.0", licence: str = "MIT") -> Path:
    """A wheel in a folder."""
    metadata = f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\nLicense-Expression: {licence}\n"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in {f"{name}-{version}.dist-info/METADATA": metadata, **files}.items():
            archive.writestr(member, text)
    return path


def make_sdist(folder: Path, files: Mapping[str, str], name: str, version: str = "1.0", licence: str = "MIT") -> Path:
    """An sdist in a folder."""
    metadata = f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\nLicense-Expression: {licence}\n"
    path = folder / f"{name}-{version}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for member, text in {"PKG-INFO": metadata, **files}.items():
            info = tarfile.TarInfo(f"{name}-{version}/{member}")
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return path


def make_repository(folder: Path, files: Mapping[str, str], tag: str = "v1.0") -> Path:
    """A project in a git repository, with a tag on its only commit."""
    make_project(folder, files)
    for words in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "--all"],
        ["-c", "user.name=a", "-c", "user.email=a@b.test", "commit", "--quiet", "--message=x"],
        ["tag", tag],
    ):
        subprocess.run(["git", *words], cwd=folder, check=True, env=os.environ | {"GIT_CONFIG_GLOBAL": os.devnull})
    return folder


def make_source(name: str, files: Mapping[str, str | bytes], licence: str = "MIT", **changes: str) -> Source:
    """A source as the readers give it, without a disk."""
    metadata = f"Name: {name}\nLicense-Expression: {licence}\n" if licence else f"Name: {name}\n"
    release = Release(name, "1.0", licence=find_licence(metadata, {"LICENSE": MIT_TEXT} if licence == "MIT" else {}))
    kept = [SourceFile(path, text if isinstance(text, bytes) else text.encode()) for path, text in files.items()]
    return Source(changes.get("source", name), release, tuple(sorted(kept, key=lambda file: file.path)))


@dataclass(frozen=True)
class Ran:
    """What became of a command."""

    code: int
    out: str
    err: str


class Kitchen:
    """A site in a folder beside the library and two clients, and commands called in that folder.

    `teapot/`, `harbour/` and `office/` are folders of sources, `content/` that of pages.
    """

    def __init__(self, site: SiteFolder, capsys: pytest.CaptureFixture[str]) -> None:
        self.site = site
        self.root = site.root
        self.content = site.root / "content"
        self.content.mkdir()
        self._capsys = capsys
        for name, files in (("teapot", TEAPOT), ("harbour", HARBOUR), ("office", OFFICE)):
            make_project(self.root / "code" / name, files)

    def run(self, *words: str) -> Ran:
        """Call a command in this process."""
        self._capsys.readouterr()
        code = main(words)
        printed = self._capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    def harvest(self, *words: str) -> Ran:
        """Harvest from all three folders."""
        return self.run("harvest", *FROM_ALL, *words)

    @property
    def pages(self) -> dict[str, bytes]:
        return self.site.snapshot("content")

    def read(self, name: str) -> str:
        return (self.content / name).read_bytes().decode()

    def problems(self) -> list[Problem]:
        """What is wrong with the notation of the pages."""
        return [problem for name, data in self.pages.items() for problem in parse_page(data.decode(), name)[1]]

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        """Call a command in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "callsite", *words],
            cwd=self.root,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **environment},
        )


FROM_ALL = ("--from", "code/teapot", "--from", "code/harbour", "--from", "code/office")


def _quote(text: str) -> str:
    return '"' + "".join(f"\\u{ord(one):04x}" if one < " " or one in '"\\\x7f' else one for one in text) + '"'
