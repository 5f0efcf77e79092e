"""Environments of Python that one tool is installed in each, made once and kept below a folder."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from benchmarking.measuring import measure

_STAMP = "made-of.json"


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment: its folder, and the version of each distribution in it, by its name in lower case with dashes."""

    folder: Path
    versions: Mapping[str, str]

    def find_program(self, name: str) -> Path:
        """The path of a program that was installed."""
        return self.folder / "bin" / name

    def plan_variables(self, home: Path) -> dict[str, str]:
        """The variables of the system that a measured program gets: nothing of whoever measures."""
        path = f"{self.folder / 'bin'}{os.pathsep}{os.defpath}"
        return {"PATH": path, "HOME": str(home), "LANG": "C.UTF-8", "TZ": "UTC", "TMPDIR": str(home)}


def make_environment(folder: Path, needs: Sequence[str], key: str = "") -> Environment:
    """Make an environment with `needs` in it, as pip takes them, unless it is there already; `key` is what else it
    hangs on. The newest releases are taken that fit, and kept: remove the folder for newer ones.

    Raises CommandError when it cannot be made.
    """
    stamp = folder / _STAMP
    made_of = json.dumps([sys.version, *needs, key])
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != made_of:
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        measure([sys.executable, "-m", "venv", folder], folder.parent)
        call_pip(folder, "install", *needs)
        stamp.write_text(made_of, encoding="utf-8")
    packages = [str(path) for path in folder.glob("lib/python*/site-packages")]
    found = {each.name.lower().replace("_", "-"): each.version for each in distributions(path=packages)}
    return Environment(folder, found)


def call_pip(folder: Path, *words: str) -> None:
    """Call the pip of an environment; it says nothing but what is wrong."""
    measure([folder / "bin/python", "-m", "pip", *words, "--quiet", "--disable-pip-version-check"], folder)
