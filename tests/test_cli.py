"""The command line: what it prints, and what it ends with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import pytest

from callsite import __version__
from callsite.cli import COMMANDS, arguments, build, main
from callsite.settings import SiteFolders
from tests.building import CONTENT, SiteFolder
from tests.servers import wait_for


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    for word in ("--help", "-h"):
        assert main([word]) == 0
        printed = capsys.readouterr().out
        assert printed.startswith("usage: callsite ")
        rows = " ".join(printed.split())
        for command, summary in COMMANDS.items():
            assert f"\n    {command:<9} {summary[:20]}" in printed
            assert f" {command} {summary}" in rows


def test_help_fits_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert max(map(len, rows)) <= 80
    assert rows[-2:] == [
        "              use a symbol",
        "    refresh   Look up again where the listings of pages were taken from",
    ]


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_said_of_a_command_is_how_its_own_help_begins(command: str) -> None:
    summary, _, description = str(import_module(f"callsite.cli.arguments.{command}").__doc__).partition("\n\n")
    assert summary == f"{COMMANDS[command]}."
    assert description


def test_there_is_no_command_that_the_help_does_not_name() -> None:
    folder = Path(arguments.__file__).parent
    assert {path.stem for path in folder.glob("*.py")} == {*COMMANDS, "sourcing", "__init__"}


# What takes longer to import than all that is needed to show help, and what stands for all else of that kind.
HEAVY = ("dataclasses", "inspect", "difflib", "pathlib", "typing", "callsite.model", "callsite.settings", "packaging")


def list_imported(*words: str) -> set[str]:
    """What Python imports for a call."""
    command = [sys.executable, "-X", "importtime", "-m", "callsite", *words]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0
    return {row.rpartition("|")[2].strip() for row in ran.stderr.splitlines() if row.startswith("import time:")}


@pytest.mark.untraced
@pytest.mark.parametrize("word", ["--help", "--version"])
def test_the_overview_imports_next_to_nothing(word: str) -> None:
    bare = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "callsite.errors"], capture_output=True, text=True, check=True
    )
    needed = {row.rpartition("|")[2].strip() for row in bare.stderr.splitlines()}
    assert list_imported(word) - needed <= {"callsite.cli", "errno", "__future__", "collections.abc"}


@pytest.mark.untraced
@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_imports_nothing_that_only_its_run_needs(command: str) -> None:
    imported = list_imported(command, "--help")
    assert "argparse" in imported
    assert imported.isdisjoint(HEAVY)
    own = {name for name in imported if name.startswith("callsite") and not name.startswith("callsite.cli.arguments")}
    assert own == {"callsite", "callsite.cli", "callsite.cli.calling", "callsite.errors"}


@pytest.mark.parametrize("command", ["build", "serve", "init"])
def test_each_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert f"usage: callsite {command}" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"callsite {__version__}\n"


def test_a_command_that_there_is_not_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    known = "build, serve, check, publish, init, new, harvest, mark, refresh"
    for words, told in (([], "no COMMAND"), (["bui\x1bld"], "there is no command `bui<U+001B>ld`")):
        with pytest.raises(SystemExit) as stop:
            main(words)
        assert stop.value.code == 2
        assert capsys.readouterr().err == (
            f"usage: callsite [-h] [--version] COMMAND ...\ncallsite: error: {told}; it is one of {known}\n"
        )


@pytest.mark.parametrize(
    "words", [[], [""], ["nothing"], ["--nothing", "build"], ["build", "--nothing"], ["serve", "--port", "x"], ["init"]]
)
def test_a_wrong_call_ends_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(words)
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


@pytest.mark.untraced
def test_build_keeps_nothing_if_that_is_wanted(site: SiteFolder) -> None:
    site.write(CONTENT)
    kept = site.root / ".cache/build"
    assert main(["build", "--no-cache"]) == 0
    plain = site.snapshot()
    assert not kept.exists()
    assert main(["build"]) == 0
    assert list(kept.glob("*.pages"))
    assert site.snapshot() == plain


def test_what_pelican_is_told() -> None:
    folders = SiteFolders(Path("a"), Path("b"), ())
    usual = [sys.executable, "-m", "pelican", "a", "-s", "c.py", "-o", "b"]
    assert build.make_command("c.py", folders) == usual
    assert build.make_command("c.py", folders, strict=True) == [*usual, "-e", "CALLSITE_STRICT=true"]
    assert build.make_command("c.py", folders, cache=False) == [*usual, "-e", "CALLSITE_CACHE=false"]
    assert build.make_command("c.py", folders, production=True, cache=False) == [
        *usual, "-e", "CALLSITE_STRICT=true", "CALLSITE_PRODUCTION=true", "CALLSITE_CACHE=false"
    ]  # fmt: skip


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


@pytest.mark.usefixtures("as_in_a_terminal")
@pytest.mark.untraced
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


@pytest.mark.usefixtures("as_in_a_terminal")
@pytest.mark.untraced
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_what_stops_pages_in_the_making_leaves_nothing_of_them(site: SiteFolder, how: signal.Signals) -> None:
    with (site.root / "pelicanconf.py").open("a") as file:
        file.write("CALLSITE_PROCESSES = 2\nimport os, sys, time\nif 'pelican' in sys.modules:\n")
        file.write("    from callsite.making import Maker\n")
        file.write("    def draw(*given):\n        open(f'at-work-{os.getpid()}', 'w').close()\n")
        file.write("        time.sleep(60)\n    Maker.draw = draw\n")
    site.write({f"content/pages/{number}.md": f"title: {number}\nslug: p{number}\n\nWords.\n" for number in range(9)})
    with subprocess.Popen([sys.executable, "-m", "callsite", "build"], cwd=site.root) as process:
        wait_for(lambda: len(list(site.root.glob("at-work-*"))) == 2, "the making of pages")
        process.send_signal(how)
        assert process.wait(30) == (130 if how == signal.SIGINT else 128 + how)
    for number in (path.name.rpartition("-")[2] for path in site.root.glob("at-work-*")):
        with pytest.raises(ProcessLookupError):
            os.kill(int(number), 0)
    assert not site.output.exists()
    assert site.leftovers == []
    assert [path.name for path in (site.root / ".cache/build").iterdir()] == [".gitignore"]
