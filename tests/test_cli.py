"""The command line: what it prints, and what it ends with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from callsite import __version__
from callsite.cli import build, main
from tests.building import CONTENT, SiteFolder


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    printed = capsys.readouterr().out
    for command in ("build", "serve", "init"):
        assert f"\n    {command} " in printed


@pytest.mark.parametrize("command", ["build", "serve", "init"])
def test_each_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert f"usage: callsite {command}" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"callsite {__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["build", "--nothing"], ["serve", "--port", "x"], ["init"]])
def test_a_wrong_call_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "usage: callsite" in capsys.readouterr().err


@pytest.mark.untraced
def test_the_module_is_the_command() -> None:
    ran = subprocess.run([sys.executable, "-m", "callsite", "--version"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, f"callsite {__version__}\n")


@pytest.mark.untraced
def test_build_does_what_pelican_does(site: SiteFolder) -> None:
    site.write(CONTENT)
    assert main(["build"]) == 0
    by_command = site.snapshot()
    assert site.build().code == 0
    assert site.snapshot() == by_command


@pytest.mark.untraced
def test_build_takes_folders_and_settings(site: SiteFolder) -> None:
    site.write({"other/one.md": "title: One\nslug: one\n\n[gone](/gone.html)\n"})
    (site.root / "pelicanconf.py").rename(site.root / "conf.py")
    assert main(["build", "other", "-s", "conf.py", "-o", "public"]) == 0
    assert (site.root / "public/one.html").exists()
    assert main(["build", "other", "-s", "conf.py", "-o", "strict", "--strict"]) == 1
    assert not (site.root / "strict").exists()


def test_a_fault_of_the_surroundings_is_one_line(site: SiteFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "--settings", "none.py"]) == 2
    assert capsys.readouterr().err == (
        "callsite: none.py: no such settings file; name one with --settings, or make a site with `callsite init DIR`\n"
    )


def test_breaking_off_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "run", break_off)
    assert main(["build"]) == 130


def test_init_says_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new"
    assert main(["init", str(folder), "--name", "Mine"]) == 0
    printed = capsys.readouterr().out
    assert f"{folder}/pelicanconf.py: written\n" in printed
    assert f"Next: cd {folder} && callsite serve\n" in printed
    assert "SITENAME = 'Mine'" in (folder / "pelicanconf.py").read_text()
    assert main(["init", str(folder)]) == 0
    assert f"{folder}/pelicanconf.py: is there already, left alone\n" in capsys.readouterr().out


def test_init_needs_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", ""]) == 2
    assert capsys.readouterr().err == "callsite: DIR is empty; name the folder of the new site\n"


@pytest.mark.parametrize(
    ("how", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGHUP, 128 + signal.SIGHUP)],
)
def test_what_stops_a_build_stops_all_of_it(site: SiteFolder, how: signal.Signals, code: int) -> None:
    with (site.root / "pelicanconf.py").open("a") as file:
        # The command reads the settings, too; only the build is to be slow.
        file.write("import os, sys, time\nif 'pelican' in sys.modules:\n")
        file.write("    open('building', 'w').write(str(os.getpid()))\n    time.sleep(60)\n")
    site.write(CONTENT)
    command = [sys.executable, "-m", "callsite", "build"]
    with subprocess.Popen(command, cwd=site.root, stderr=subprocess.PIPE, text=True) as process:
        end = time.monotonic() + 30
        while not (site.root / "building").exists() or not (site.root / "building").read_text():
            assert time.monotonic() < end
            time.sleep(0.02)
        process.send_signal(how)
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (code, "")
    with pytest.raises(ProcessLookupError):
        os.kill(int((site.root / "building").read_text()), 0)
    assert not site.output.exists()
    assert site.leftovers == []
