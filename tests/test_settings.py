"""What commands read of a settings file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from callsite.errors import CallsiteError
from callsite.settings import read_folders

# On the first line, so that faults keep their lines.
PLUGIN = "PLUGINS = ['callsite.pelican_plugin']; "


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "site" / "content").mkdir(parents=True)
    (tmp_path / "site" / "theme").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "site"


def test_paths_are_relative_to_the_settings(folder: Path) -> None:
    (folder / "conf.py").write_text(PLUGIN + "PATH = 'content'\nTHEME = 'theme'\nOUTPUT_PATH = 'out'\n")
    folders = read_folders("site/conf.py")
    assert (folders.content, folders.output, folders.theme) == (
        folder / "content",
        folder / "out",
        (folder / "theme",),
    )


def test_arguments_come_first(folder: Path) -> None:
    (folder / "conf.py").write_text(PLUGIN + "THEME = 'simple'\nTHEME_TEMPLATES_OVERRIDES = ['theme']\n")
    folders = read_folders("site/conf.py", "site/content", "elsewhere")
    assert (folders.content, folders.output, folders.theme) == (
        Path("site/content"),
        Path("elsewhere"),
        (folder / "theme",),
    )


def test_without_paths_pelicans_defaults_hold(folder: Path) -> None:
    (folder / "conf.py").write_text(PLUGIN)
    folders = read_folders("site/conf.py")
    assert (folders.content, folders.output, folders.theme) == (folder, folder / "output", ())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("PATH = 'content'\nnope\n", "site/conf.py:2: NameError: name 'nope' is not defined; mend the settings file"),
        ("PATH = 'content'\n(\n", "site/conf.py:2: SyntaxError: '(' was never closed"),
        ("import nothing_like_it\n", "site/conf.py:1: ModuleNotFoundError: No module named 'nothing_like_it'"),
        ("\0", "Error: source code string cannot contain null bytes; mend the settings file"),
        ("PATH = 'content'\nPLUGINS = []\n", 'site/conf.py: the plugin is not switched on; add PLUGINS = ["callsite'),
        ("PATH = 'content'\nTHEME = 'nope'\n", "site/conf.py: there is no theme nope; THEME names a folder or one of"),
        ("import sys\nsys.exit(0)\n", "site/conf.py:2: SystemExit: 0; mend the settings file"),
        ("PLUGINS = 5\n", "site/conf.py: PLUGINS cannot be 5; write a list"),
        ("THEME_TEMPLATES_OVERRIDES = None\n", "site/conf.py: THEME_TEMPLATES_OVERRIDES cannot be None; write a list"),
        ("PATH = 'gone'\n", "site/gone: no such folder of pages (PATH in site/conf.py)"),
    ],
)
def test_a_fault_in_the_settings_has_a_place(folder: Path, text: str, message: str) -> None:
    (folder / "conf.py").write_text(text if "PLUGINS" in text else PLUGIN + text)
    with pytest.raises(CallsiteError, match=re.escape(message)):
        read_folders("site/conf.py")


def test_missing_settings_say_what_to_do(folder: Path) -> None:
    with pytest.raises(CallsiteError, match=r"conf\.py: no such settings file; name one with --settings"):
        read_folders("conf.py")


def test_missing_content_is_named_as_it_was_given(folder: Path) -> None:
    (folder / "conf.py").write_text(PLUGIN)
    with pytest.raises(CallsiteError, match=r"^site/nothing: no such folder of pages$"):
        read_folders("site/conf.py", "site/nothing")


def test_what_settings_print_is_no_answer(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "conf.py").write_text(PLUGIN + "print('::error::hi')\n")
    read_folders("site/conf.py")
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "::error::hi\n")
