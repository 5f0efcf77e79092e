"""`callsite check`: what it tells and how, what it leaves out, what it mends, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

from callsite.check.catalogue import CODES
from callsite.checking.site import Checked, Content, check_content
from callsite.checking.starting import open_workers
from callsite.cli import check as command
from callsite.cli import checking as check
from callsite.cli import known, main
from callsite.configuration import Configuration
from callsite.errors import CallsiteError
from callsite.reports import FORMATS
from tests.planted import (
    ABOUT,
    CLEAN,
    DIP,
    GLAZE,
    GUIDE,
    OVEN,
    PLANTS,
    SECRET,
    SHUTTLE,
    TOOLS,
    WEAVE,
    WEDGE,
    plant,
)


@dataclass(frozen=True)
class Ran:
    """How a call ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> list[tuple[str, str]]:
        """The code and place of each finding of a report in JSON."""
        return [
            (each["code"], f"{each['path']}:{each['line']}" if each["line"] else each["path"])
            for each in json.loads(self.out)["problems"]
        ]


class Desk:
    """The planted site in the working directory, and the command."""

    def __init__(self, root: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self.keeps = False  # whether pages stay as they are from one call to the next
        self.kept: Checked | None = None
        self._capfd = capfd

    def plant(self, *names: str) -> None:
        """Write the site with the faults whose names begin so."""
        for name in names:
            assert any(each.name.startswith(name) for each in PLANTS), name
        plant(self.root, [each for each in PLANTS if each.name.startswith(names)] if names else [])

    def write(self, path: str, text: str | bytes) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text)

    def change(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text(encoding="utf-8")
        assert text.count(old) == 1
        self.write(path, text.replace(old, new))

    def configure(self, table: str) -> None:
        self.write("pyproject.toml", f"[tool.callsite.check]\n{table}\n")

    def run(self, *words: str) -> Ran:
        known.read_rows.cache_clear()  # each call is a process of its own otherwise
        self._capfd.readouterr()
        code = main(["check", *words])
        return Ran(code, *self._capfd.readouterr())

    def find(self, *words: str) -> list[tuple[str, str]]:
        """What a call tells, by code and place."""
        return self.run(*words, "--format", "json").told

    def snapshot(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in self.root.rglob("*")
            if path.is_file() and not {"__pycache__", ".cache"} & {*path.parts}
        }


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Desk:
    """A folder for the site, which is the working directory; pages are checked in this process, which is quicker."""

    desk = Desk(tmp_path, capfd)

    def check_here(*arguments: object) -> Checked:
        if not (desk.keeps and desk.kept):
            desk.kept = check_content(*arguments)  # type: ignore[arg-type]  # as it was called
        return desk.kept

    monkeypatch.setattr(check, "check_content", check_here)
    monkeypatch.setattr(command, "open_workers", lambda _: open_workers(0))
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.chdir(tmp_path)
    return desk


# How it ends.


def test_all_is_well(desk: Desk) -> None:
    desk.plant()
    before = desk.snapshot()
    assert desk.run() == Ran(0, "no problems in 12 files\n", "")
    assert desk.snapshot() == before


@pytest.mark.parametrize(
    ("name", "code", "summary"),
    [
        ("O106", 1, "1 error in 1 file"),
        ("L102", 1, "1 warning in 1 file"),
        ("M114", 0, "1 note in 1 file"),
        ("C102", 0, "1 note in 1 file"),
        ("S101", 1, "1 error in 1 file"),
        ("R105", 1, "1 warning in 1 file"),
        ("S116", 0, "1 note in 1 file"),
    ],
)
def test_errors_and_warnings_make_the_exit_code(desk: Desk, name: str, code: int, summary: str) -> None:
    desk.plant(name)
    ran = desk.run()
    assert (ran.code, ran.err) == (code, "")
    assert ran.out.endswith(f"\n\n{summary}\n")


def test_a_finding_is_told_with_its_place_its_row_and_what_to_do(desk: Desk) -> None:
    desk.plant("L102", "R105")
    assert desk.run().out == (
        "content/pages/guide.md:26: warning L102 Pygments knows no language `txet`\n"
        "    -> did you mean `text`?\n"
        "    |  ```txet\n"
        "\n"
        "redirects.toml:1: warning R105 `/old-guide.html` leads to `/giude.html`, which is not there\n"
        "    -> did you mean `/guide.html`?\n"
        '    |  "/old-guide.html" = "/giude.html"\n'
        "\n"
        "2 warnings in 2 files\n"
    )


def _run(root: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "callsite", "check", *words],
        cwd=root,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.untraced
def test_as_a_process(desk: Desk) -> None:
    desk.plant("L102", "S102", "P101", "T102")
    desk.write("content/images/bowl.png", b"")
    ran = _run(desk.root, "--format", "json")
    assert (ran.returncode, ran.stderr) == (1, "")
    here = desk.run("--format", "json")
    assert ran.stdout == here.out
    assert count_codes(here) == {"L102": 1, "S102": 2, "P101": 1, "T102": 1, "S116": 1}


def count_codes(ran: Ran) -> Mapping[str, int]:
    """How often each code is told."""
    codes = [code for code, _ in ran.told]
    return {code: codes.count(code) for code in codes}


@pytest.mark.parametrize("words", [["--format", "xml"], ["--nothing"], ["--baseline"]])
def test_a_wrong_call_ends_with_2(desk: Desk, words: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["check", *words])
    assert stop.value.code == 2
    assert "usage: callsite" in capfd.readouterr().err


def test_without_settings_there_is_no_site(desk: Desk) -> None:
    hint = "name one with --settings, or make a site with `callsite init DIR`"
    assert desk.run() == Ran(2, "", f"callsite: pelicanconf.py: no such settings file; {hint}\n")


def test_settings_that_speak_do_not_disturb(desk: Desk) -> None:
    desk.plant("L102")
    with (desk.root / "pelicanconf.py").open("a") as file:
        file.write("print('reading the settings')\n")
    ran = desk.run("--format", "json")
    assert ran.told == [("L102", f"{GUIDE}:26")]
    assert "reading the settings\n" in ran.err


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "PLUGINS = 'callsite.pelican_plugin'",
            "pelicanconf.py: PLUGINS cannot be 'callsite.pelican_plugin'; write a list",
        ),
        ("PLUGINS = []", "pelicanconf.py: the plugin is not switched on; "),
        ("PAGE_PATHS = 1", "PAGE_PATHS cannot be 1; write a list of paths in the settings file"),
        ("raise SystemExit(3)", "pelicanconf.py:4: SystemExit: 3; mend the settings file"),
        ("1 / 0", "pelicanconf.py:4: ZeroDivisionError: division by zero; mend the settings file"),
        ("1 +", "pelicanconf.py:4: SyntaxError: invalid syntax"),
    ],
)
def test_settings_that_cannot_be_used(desk: Desk, row: str, message: str) -> None:
    desk.plant()
    with (desk.root / "pelicanconf.py").open("a") as file:
        file.write(f"{row}\n")
    ran = desk.run()
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"callsite: {message}")
    assert ran.err.count("\n") == 1


def test_another_settings_file_and_another_folder(desk: Desk) -> None:
    desk.plant("L102")
    (desk.root / "pelicanconf.py").rename(desk.root / "conf.py")
    (desk.root / "content").rename(desk.root / "texts")
    assert desk.run("-s", "conf.py").code == 2
    assert desk.find("-s", "conf.py", "--content", "texts") == [("L102", "texts/pages/guide.md:26")]
    with (desk.root / "conf.py").open("a") as file:
        file.write("PATH = 'texts'\n")
    assert desk.find("--settings", "conf.py") == [("L102", "texts/pages/guide.md:26")]


def test_from_another_folder(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.plant("L102", "R105")
    (desk.root / "work").mkdir()
    monkeypatch.chdir(desk.root / "work")
    assert desk.find("-s", "../pelicanconf.py") == [
        ("L102", "../content/pages/guide.md:26"),
        ("R105", "../redirects.toml:1"),
    ]


def test_a_content_without_pages(desk: Desk) -> None:
    desk.write("pelicanconf.py", str(CLEAN["pelicanconf.py"]))
    (desk.root / "content").mkdir()
    assert desk.run() == Ran(0, "no problems\n", "")
    assert desk.run("content") == Ran(0, "no problems\n", "")


def test_a_plain_folder_of_pages(desk: Desk) -> None:
    desk.write("pelicanconf.py", str(CLEAN["pelicanconf.py"]))
    desk.write("content/a.md", "title: A\nslug: a\n\n[B](/b.html)\n")
    desk.write("content/b.md", "title: B\nslug: b\n\n[A](/a.html) [C](/c.html)\n")
    assert desk.find() == [("S102", "content/b.md:4")]


def test_what_was_found_is_kept_unless_nothing_is_to_be(desk: Desk) -> None:
    desk.write("pelicanconf.py", str(CLEAN["pelicanconf.py"]))
    desk.write("content/pages/a.md", "title: A\nslug: a\n\n[B](/b.html)\n")
    first = desk.find("--no-cache")
    assert ("S102", "content/pages/a.md:4") in first
    assert desk.find("content/pages/a.md") == [("S102", "content/pages/a.md:4")]
    assert not (desk.root / ".cache").exists()
    assert desk.find() == desk.find() == first
    assert [path.suffix for path in sorted((desk.root / ".cache/check").iterdir())] == ["", ".pages"]


def test_breaking_off_is_no_fault(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(*arguments: object) -> None:
        raise KeyboardInterrupt

    desk.plant()
    monkeypatch.setattr(check, "check_content", break_off)
    assert desk.run() == Ran(130, "", "")


@pytest.mark.untraced
def test_control_c_ends_all_processes(desk: Desk) -> None:
    desk.plant()
    with (desk.root / "pelicanconf.py").open("a") as file:
        # The workers read the settings, too; only there it takes long.
        file.write("import os, sys, time\nif 'callsite.checking.pages' in sys.modules:\n")
        file.write("    open(f'busy-{os.getpid()}', 'w').close()\n    time.sleep(60)\n")
    command = [sys.executable, "-m", "callsite", "check"]
    with subprocess.Popen(command, cwd=desk.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        end = time.monotonic() + 30
        while not (busy := [int(path.name[5:]) for path in desk.root.glob("busy-*")]):
            assert time.monotonic() < end
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, "", "")
    for pid in busy:
        assert not _is_running(pid)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_who_reads_only_the_beginning_hears_no_complaint(desk: Desk) -> None:
    desk.plant(*(each.name for each in PLANTS if each.code in ("L102", "S116", "P102")))
    reader, writer = os.pipe()
    os.close(reader)
    ran = subprocess.run(
        [sys.executable, "-m", "callsite", "check"], cwd=desk.root, stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (ran.returncode, ran.stderr) == (141, b"")


# Which pages.


def test_named_pages_and_folders(desk: Desk) -> None:
    desk.plant("L102", "L103", "S102", "M114")
    guide, shuttle, oven, about = f"{GUIDE}:26", f"{SHUTTLE}:11", f"{OVEN}:5", f"{ABOUT}:6"
    everything = [
        ("M114", oven),
        ("L103", shuttle),
        ("L114", shuttle),
        ("S102", about),
        ("S102", f"{GUIDE}:23"),
        ("L102", guide),
    ]
    assert desk.find() == everything
    assert desk.find(GUIDE) == everything[-2:]
    assert desk.find("./content/pages/guide.md") == everything[-2:]
    assert desk.find(str(desk.root / GUIDE)) == everything[-2:]
    assert desk.find(SHUTTLE, GUIDE, SHUTTLE) == [*everything[1:3], *everything[-2:]]
    assert desk.find("content/examples") == everything[:3]
    assert desk.find("content/examples", OVEN) == everything[:3]
    assert desk.find("content") == everything
    assert desk.find(WEAVE) == []
    assert desk.run(WEAVE, DIP).out == "no problems in 2 files\n"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("content/pages/nowhere.md", "content/pages/nowhere.md: no such page; see how it is spelt"),
        (
            "content/images/kiln.png",
            "content/images/kiln.png: is no page; their names end in .md, .markdown, .mkd, .mdown",
        ),
        ("pelicanconf.py", "pelicanconf.py: is not below content, where the pages of this site are"),
        ("README.md", "README.md: is not below content, where the pages of this site are"),
        ("..", "..: is not below content, where the pages of this site are"),
    ],
)
def test_what_cannot_be_checked(desk: Desk, name: str, message: str) -> None:
    desk.plant("L102")
    desk.write("README.md", "Hello.\n")
    assert desk.run(GUIDE, name) == Ran(2, "", f"callsite: {message}\n")


def test_a_folder_with_a_page_that_is_no_text(desk: Desk) -> None:
    desk.plant("T101")
    row = [("T101", f"{ABOUT}:6")]
    assert desk.find() == row
    assert desk.find(ABOUT) == row


def test_a_named_folder_with_a_page_that_is_no_text(desk: Desk) -> None:
    desk.plant("T101")
    ran = desk.run("content/pages", "--format", "json")
    assert (ran.code, ran.err) == (1, "")


# Which codes.


def test_only_what_is_selected(desk: Desk) -> None:
    desk.plant("L102", "L103", "S102", "M114")
    shuttle = f"{SHUTTLE}:11"
    assert desk.find("--select", "L") == [("L103", shuttle), ("L114", shuttle), ("L102", f"{GUIDE}:26")]
    assert desk.find("--select", "L103,M") == [("M114", f"{OVEN}:5"), ("L103", shuttle)]
    assert desk.find("--select", "L103", "--select", " M ") == [("M114", f"{OVEN}:5"), ("L103", shuttle)]
    assert desk.find("--ignore", "S,L1") == [("M114", f"{OVEN}:5")]
    assert desk.find("--ignore", "L", "--select", "L103") == [("L103", shuttle)]
    assert desk.find("--select", "L", "--ignore", "L103,L102") == [("L114", shuttle)]
    assert desk.run("--select", "M").code == 0
    assert desk.run("--select", "R").out == "no problems in 12 files\n"


def test_what_the_site_selects_holds_until_the_call_says_otherwise(desk: Desk) -> None:
    desk.plant("L102", "L103", "S102", "M114")
    desk.configure('select = ["L"]\nignore = ["L103"]')
    shuttle = f"{SHUTTLE}:11"
    assert desk.find() == [("L114", shuttle), ("L102", f"{GUIDE}:26")]
    assert desk.find("--select", "M") == [("M114", f"{OVEN}:5")]
    assert desk.find("--ignore", "L114") == [("L103", shuttle), ("L102", f"{GUIDE}:26")]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--select", "L301"], "--select: no code begins with `L301`; did you mean L103?"),
        (["--ignore", "S102,nothing"], "--ignore: no code begins with `nothing`; `callsite check --explain all` shows"),
        (["--ignore", "S102,"], "--ignore: no code begins with ``; `callsite check --explain all` shows"),
        (["--select", ""], "--select: no code begins with ``; `callsite check --explain all` shows"),
    ],
)
def test_codes_that_nobody_knows(desk: Desk, words: list[str], message: str) -> None:
    desk.plant()
    ran = desk.run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"callsite: {message}")


@pytest.mark.parametrize("key", ["select", "ignore"])
def test_codes_of_the_site_that_nobody_knows(desk: Desk, key: str) -> None:
    desk.plant()
    desk.configure(f'{key} = ["L", "Q"]')
    hint = "`callsite check --explain all` shows the codes there are"
    message = f"pyproject.toml: [tool.callsite.check] `{key}`: no code begins with `Q`; {hint}"
    assert desk.run() == Ran(2, "", f"callsite: {message}\n")


# What pages ignore.


def test_what_a_page_ignores_is_counted_and_not_told(desk: Desk) -> None:
    desk.plant("L102", "S102")
    desk.change(
        GUIDE, "toc: True\n", "toc: True\ncheck: ignore=L102 a made-up language ignore=S102 the bath is to come\n"
    )
    ran = desk.run()
    assert ran.code == 1
    assert ran.out.endswith("1 warning in 1 file; 2 ignored\n")
    assert desk.find() == [("S102", f"{ABOUT}:6")]
    assert desk.run(GUIDE) == Ran(0, "no problems in 1 file; 2 ignored\n", "")


def test_what_is_ignored_for_nothing_is_a_note(desk: Desk) -> None:
    desk.plant()
    desk.change(GUIDE, "toc: True\n", "toc: True\ncheck: ignore=L102,S102,H101,E102,P104 because\n")
    assert desk.run().code == 0
    # What the site as a whole, its output and other sites tell is not known to be gone.
    assert desk.find() == [("C102", f"{GUIDE}:6")] * 2
    assert desk.run("--ignore", "C102").out == "no problems in 12 files\n"
    assert desk.run("--select", "S").out == "no problems in 12 files\n"
    assert desk.find("--ignore", "L102") == [("C102", f"{GUIDE}:6")]


def test_what_cannot_be_ignored_is_an_error(desk: Desk) -> None:
    desk.plant("M107")
    desk.change(TOOLS, "sortorder: 10090\n", "sortorder: 10090\ncheck: ignore=M107 it has to be there\n")
    assert desk.find() == [("M107", f"{TOOLS}:2"), ("M115", f"{TOOLS}:4")]


def test_an_ignore_without_a_reason_ignores_nothing(desk: Desk) -> None:
    desk.plant("L102")
    desk.change(GUIDE, "toc: True\n", "toc: True\ncheck: ignore=L102\n")
    assert desk.find() == [("M115", f"{GUIDE}:6"), ("L102", f"{GUIDE}:27")]


def test_a_secret_can_be_ignored_with_a_reason(desk: Desk) -> None:
    desk.plant("O106")
    desk.change(WEDGE, "sidebartitle", "check: ignore=O106 it opened nothing but a cupboard\nsidebartitle")
    assert desk.run() == Ran(0, "no problems in 12 files; 1 ignored\n", "")


# What is known already.


def test_a_baseline_lets_an_old_site_begin(desk: Desk) -> None:
    desk.plant("L102", "S102", "M114", "S116")
    assert desk.run("--baseline", "known.json", "--write-baseline") == Ran(
        0, "known.json: 5 findings known from now on\n", ""
    )
    assert desk.run().code == 1
    assert desk.run("--baseline", "known.json") == Ran(
        0, "no problems in 12 files; 5 known findings are in the baseline\n", ""
    )
    assert desk.find("--baseline", "known.json") == []
    # Lines come and go above them.
    desk.change(GUIDE, "Two libraries", "\n\nTwo libraries")
    assert desk.run("--baseline", "known.json").code == 0
    # Something new, of a kind that is known.
    desk.change(GUIDE, "warp over weft\n", "warp over weft\n```\n\n```pyhton\n")
    assert desk.find("--baseline", "known.json") == [("L102", f"{GUIDE}:32")]
    assert desk.run("--baseline", "known.json").code == 1
    # Something is mended.
    desk.change(GUIDE, "```pyhton", "```python")
    desk.change(OVEN, "Toc:false", "toc: False")
    ran = desk.run("--baseline", "known.json")
    assert ran == Ran(
        0, "no problems in 12 files; 4 known findings are in the baseline; 1 of the baseline is gone\n", ""
    )


def test_the_site_may_name_its_baseline(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.plant("L102")
    desk.configure('baseline = "known.json"')
    assert desk.run("--write-baseline") == Ran(0, "known.json: 1 finding known from now on\n", "")
    assert desk.run() == Ran(0, "no problems in 12 files; 1 known finding is in the baseline\n", "")
    (desk.root / "other.json").write_bytes((desk.root / "known.json").read_bytes())
    (desk.root / "known.json").write_text("not this one")
    assert desk.run("--baseline", "other.json").code == 0
    assert desk.run().code == 2


def test_the_baseline_stands_beside_the_content(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.plant("L102")
    desk.configure('baseline = "known.json"')
    (desk.root / "work").mkdir()
    monkeypatch.chdir(desk.root / "work")
    assert desk.run("-s", "../pelicanconf.py", "--write-baseline").out == "../known.json: 1 finding known from now on\n"
    assert (desk.root / "known.json").exists()
    assert desk.run("-s", "../pelicanconf.py").code == 0


def test_a_baseline_needs_a_name(desk: Desk) -> None:
    desk.plant()
    message = "--write-baseline: no name for it; add --baseline FILE, or `baseline` to pyproject.toml"
    assert desk.run("--write-baseline") == Ran(2, "", f"callsite: {message}\n")


def test_baselines_that_cannot_be_read(desk: Desk) -> None:
    desk.plant()
    assert desk.run("--baseline", "none.json") == Ran(
        2, "", "callsite: none.json: no such baseline; make one with --write-baseline\n"
    )
    desk.write("broken.json", "{")
    ran = desk.run("--baseline", "broken.json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("callsite: broken.json")
    desk.write("latin.json", b"\xff")
    ran = desk.run("--baseline", "latin.json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("callsite: latin.json: cannot be read, ")
    ran = desk.run("--baseline", "content")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("callsite: content: cannot be read, ")
    # A broken one can be written anew.
    assert desk.run("--baseline", "broken.json", "--write-baseline").code == 0
    assert desk.run("--baseline", "broken.json").code == 0


def test_of_pages_that_were_not_asked_for_nothing_is_gone(desk: Desk) -> None:
    desk.plant("L102", "M114")
    desk.run("--baseline", "known.json", "--write-baseline")
    assert (
        desk.run("--baseline", "known.json", GUIDE).out == "no problems in 1 file; 1 known finding is in the baseline\n"
    )


def test_of_codes_that_were_not_asked_for_nothing_is_gone(desk: Desk) -> None:
    desk.plant("L102", "M114")
    desk.run("--baseline", "known.json", "--write-baseline")
    ran = desk.run("--baseline", "known.json", "--select", "L")
    assert ran.out == "no problems in 12 files; 1 known finding is in the baseline\n"


@pytest.mark.parametrize("words", [[GUIDE], ["--select", "L"]])
def test_a_part_of_the_site_does_not_make_the_rest_unknown(desk: Desk, words: list[str]) -> None:
    desk.plant("L102", "M114")
    desk.run("--baseline", "known.json", "--write-baseline")
    desk.run("--baseline", "known.json", "--write-baseline", *words)
    assert desk.run("--baseline", "known.json").out.startswith("no problems in 12 files; 2 known findings")


# What is certain.


def test_what_is_certain_is_mended_and_nothing_else(desk: Desk) -> None:
    desk.plant("M114", "L103-", "L110")
    data = (desk.root / GUIDE).read_bytes().replace(b"\n", b"\r\n").replace(b"toc: True", b"TOC:  true")
    desk.write(
        GUIDE, b"\xef\xbb\xbf" + data.replace(b"Two libraries", "Zwei B\u00fccher\f".encode()).removesuffix(b"\r\n")
    )
    before = desk.snapshot()
    shown = desk.run("--diff")
    assert (shown.code, shown.err) == (1, "")
    assert desk.snapshot() == before
    ran = desk.run("--fix")
    after = desk.snapshot()
    # The space before the mark is code, which Python cannot read.
    assert ran.out.endswith("1 note in 1 file; 4 fixed\n")
    assert desk.find() == [("L114", f"{SHUTTLE}:11")]
    expected = {
        OVEN: before[OVEN]
        .replace(b"Toc:false", b"toc: False")
        .replace(
            b"## source file abbreviated to get to Kiln examples",
            b"## ... source file abbreviated to get to Kiln examples ...",
        ),
        SHUTTLE: before[SHUTTLE].replace(b"  ~~shuttle", b"~~  shuttle"),
        GUIDE: before[GUIDE].replace(b"TOC:  true", b"toc: True"),
    }
    assert {path: data for path, data in after.items() if data != before[path]} == expected
    # What was shown is what was done.
    for path, data in before.items():
        desk.write(path, data)
    desk.write("shown.patch", shown.out)
    subprocess.run(["git", "apply", "shown.patch"], cwd=desk.root, check=True)
    (desk.root / "shown.patch").unlink()
    assert desk.snapshot() == after
    assert desk.run("--diff") == Ran(0, "", "")
    assert desk.run("--fix").out.endswith("1 note in 1 file\n")


def test_only_named_pages_are_mended(desk: Desk) -> None:
    desk.plant("M114", "L103-")
    before = desk.snapshot()
    assert OVEN not in desk.run("--diff", SHUTTLE).out
    assert desk.run("--diff", "--fix", SHUTTLE).code == 1
    assert desk.snapshot() == before
    assert desk.run("--fix", SHUTTLE).code == 0
    assert [path for path, data in desk.snapshot().items() if data != before[path]] == [SHUTTLE]


def test_a_page_that_is_no_text_is_left_as_it_is(desk: Desk) -> None:
    desk.plant("T101", "T102", "M114")
    desk.change(DIP, "sidebartitle: ", "sidebartitle:")
    before = desk.snapshot()
    ran = desk.run("--fix", "--format", "json")
    assert ran.code == 1
    assert count_codes(ran) == {"M114": 1, "T101": 1, "T102": 1}
    assert [path for path, data in desk.snapshot().items() if data != before[path]] == [OVEN]


def test_a_diff_on_a_terminal_does_nothing_there(desk: Desk) -> None:
    desk.plant("M114")
    desk.change(OVEN, "sidebartitle: kiln Kiln", "sidebartitle:  kiln\u202e Kiln")
    out = _on_terminal(desk.root, "--diff")
    assert "<U+202E>" in out
    assert "\u202e" not in out
    assert "+toc: False\n" in out.replace("\r\n", "\n")


# How it is written.


def _on_terminal(root: Path, *words: str, **environment: str) -> str:
    ours, theirs = pty.openpty()
    given = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    with subprocess.Popen(
        [sys.executable, "-m", "callsite", "check", *words],
        cwd=root,
        env={**given, "TERM": "xterm", "COLUMNS": "300", **environment},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        printed = b"".join(_read_all(ours))
    os.close(ours)
    assert process.returncode in (0, 1)
    return printed.decode()


def _read_all(descriptor: int) -> Iterator[bytes]:
    while True:
        try:
            data = os.read(descriptor, 65536)
        except OSError:  # the other side is closed
            return
        if not data:
            return
        yield data


def test_colours_and_progress_are_for_terminals(desk: Desk) -> None:
    desk.plant("L102", "T103")
    desk.change(ABOUT, "Written", "\x1b]0;owned\x07Written TODO: \x1b[2J")
    assert "\x1b" not in desk.run().out
    printed = _on_terminal(desk.root)
    assert "\x1b[33mwarning L102\x1b[0m" in printed
    assert "checking pages" in printed
    # Nothing that a page holds acts there.
    assert "<U+001B>]0;owned" in printed
    assert "\x1b]0" not in printed
    assert "\x1b[2J" not in printed
    assert "\u202e" not in printed


def test_colours_can_be_declined(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.plant("L102")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[33mwarning L102\x1b[0m" in desk.run().out
    assert "\x1b" not in desk.run("--format", "github").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in desk.run().out


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("fault", [None, "L102"])
def test_each_format_can_be_read(desk: Desk, form: str, fault: str | None) -> None:
    desk.plant(*filter(None, [fault]))
    ran = desk.run("--format", form)
    assert (ran.code, ran.err) == (int(fault is not None), "")
    assert ("L102" in ran.out) == (fault is not None)
    if form == "json":
        assert len(json.loads(ran.out)["problems"]) == (fault is not None)
    elif form == "sarif":
        [found] = json.loads(ran.out)["runs"]
        assert len(found["results"]) == (fault is not None)
    elif form == "junit":
        assert len(ElementTree.fromstring(ran.out).findall(".//failure")) == (fault is not None)
    elif form == "github":
        assert ran.out.startswith("::warning file=content/pages/guide.md,line=26") == (fault is not None)


SECRETS = {
    "prose": (ABOUT, "Written by", f"{SECRET} by"),
    "code": (WEDGE, "lump, turns=40", f"lump, key='{SECRET}'"),
    "beside another finding": (SHUTTLE, '~~shuttle = Shuttle("red")', f'  ~~shuttle = Shuttle("{SECRET}")'),
    "below another finding": (SHUTTLE, "~~from loom import Shuttle\n", f"from loom import Shuttle  # {SECRET}\n"),
}
IN_MESSAGES = {
    "a thing to do": (ABOUT, "Written by", f"TODO: take {SECRET} out. Written by"),
    "a dead link": (ABOUT, "/opening.html", f"/openign.html?key={SECRET}"),
    "a link to a branch": (OVEN, "https://kiln.example.org/api.html", f"https://github.com/a/b/blob/main/{SECRET}.py"),
    "metadata that cannot be read": (ABOUT, "slug: about\n", f"slug: about\nstatus: {SECRET}\n"),
    "metadata in an unusual spelling": (ABOUT, "meta: Who", f"meta:  {SECRET} Who"),
    "a line that is no metadata": (ABOUT, "slug: about\n", f"slug: about\n{SECRET}\n"),
}


def _keep_secret(desk: Desk, path: str, old: str, new: str) -> None:
    desk.plant()
    desk.change(path, old, new)
    desk.keeps = True
    for form in FORMATS:
        ran = desk.run("--format", form)
        assert ran.code == 1
        assert SECRET not in ran.out + ran.err
    desk.run("--baseline", "known.json", "--write-baseline")
    assert SECRET not in (desk.root / "known.json").read_text()
    assert SECRET not in desk.run("--baseline", "known.json").out


@pytest.mark.parametrize("name", ["prose", "code"])
def test_a_secret_is_shown_to_nobody(desk: Desk, name: str) -> None:
    _keep_secret(desk, *SECRETS[name])
    assert "O106" in {code for code, _ in desk.find()}


@pytest.mark.parametrize("name", ["beside another finding", "below another finding"])
def test_a_secret_beside_another_finding_is_shown_to_nobody(desk: Desk, name: str) -> None:
    _keep_secret(desk, *SECRETS[name])


@pytest.mark.parametrize("name", IN_MESSAGES)
def test_a_secret_that_another_finding_quotes_is_shown_to_nobody(desk: Desk, name: str) -> None:
    _keep_secret(desk, *IN_MESSAGES[name])


# What codes mean.


def test_a_code_is_explained(desk: Desk) -> None:
    ran = desk.run("--explain", "L103")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("L103: spaces before a mark\n\n    content/pages/a.md:5: L103 ")
    assert "\n\nWarning. " in ran.out


def test_all_codes_are_explained(desk: Desk) -> None:
    ran = desk.run("--explain", "all")
    assert (ran.code, ran.err) == (0, "")
    headings = [row.partition(":")[0] for row in ran.out.split("\n") if row[:1].isupper() and row[1:4].isdigit()]
    assert [code for code in headings if code in CODES] == list(CODES)


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("L301", "did you mean L103?"),
        ("nothing", "`callsite check --explain all` shows the codes there are"),
    ],
)
def test_a_code_that_nobody_knows_cannot_be_explained(desk: Desk, code: str, hint: str) -> None:
    assert desk.run("--explain", code) == Ran(2, "", f"callsite: --explain: there is no code `{code}`; {hint}\n")


# What the site asks of its checks.


def test_settings_that_make_no_sense_end_the_run_before_anything_is_done(desk: Desk) -> None:
    desk.plant("M114")
    before = desk.snapshot()
    for table, message in (
        ("selct = []", "pyproject.toml: [tool.callsite.check] has no `selct`; did you mean `select`?"),
        ("time-limit = 0", "pyproject.toml: [tool.callsite.check] `time-limit` cannot be 0; write seconds"),
        ('sources = { pots = "nowhere" }', "sources: pots: "),
        ('baseline = "none.json"', "none.json: no such baseline; make one with --write-baseline"),
        ('select = ["Q1"]', "pyproject.toml: [tool.callsite.check] `select`: no code begins with `Q1`"),
    ):
        desk.configure(table)
        ran = desk.run("--fix")
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith(f"callsite: {message}")
        assert ran.err.count("\n") == 1
        desk.write("pyproject.toml", before["pyproject.toml"])
        assert desk.snapshot() == before


def test_what_the_site_asks_is_asked(desk: Desk) -> None:
    desk.plant()
    desk.change(OVEN, "/blob/7c1e0f3ab24d59866e10f4c8d2b7a3915f60e8d1/potbank/shed.py", "/blob/slip/potbank/shed.py")
    assert desk.find() == []
    desk.configure('licences = ["BSD-3-Clause"]\nmoving-branches = ["slip"]')
    told = desk.find()
    assert ("O101", f"{OVEN}:16") in told
    assert ("O104", f"{GLAZE}:10") in told


# What was built.


def test_an_output_that_is_not_there(desk: Desk) -> None:
    desk.plant()
    hint = "build it with `callsite build`"
    assert desk.run("--output") == Ran(2, "", f"callsite: output: no such output; {hint}\n")
    assert desk.run("-o", "public") == Ran(2, "", f"callsite: public: no such output; {hint}\n")
    assert desk.run("-o", "pelicanconf.py").code == 2


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of the site."""
    root = tmp_path_factory.mktemp("built")
    plant(root)
    ran = subprocess.run(
        [sys.executable, "-m", "callsite", "build"], cwd=root, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return root / "output"


def _copy(built: Path, desk: Desk) -> None:
    """Put an output where it is looked for, newer than the pages."""
    for path in built.rglob("*"):
        if path.is_file():
            desk.write(f"output/{path.relative_to(built)}", path.read_bytes())


@pytest.mark.untraced
def test_the_output_is_checked_too(desk: Desk, built: Path) -> None:
    desk.plant()
    _copy(built, desk)
    assert desk.run("--output") == Ran(0, "no problems in 12 files\n", "")
    assert desk.run("--output", "output") == Ran(0, "no problems in 12 files\n", "")


def test_what_a_page_ignores_counts_for_what_was_built_of_it(desk: Desk, built: Path) -> None:
    desk.plant()
    _copy(built, desk)
    desk.change("output/about.html", "/opening.html", "/openign.html")
    [(code, place)] = desk.find("--output")
    assert (code, place.split(":")[0]) == ("H101", "output/about.html")
    desk.change(ABOUT, "slug: about\n", "slug: about\ncheck: ignore=H101 the article is to come\n")
    os.utime(desk.root / ABOUT, (0, 0))  # else the output is out of date
    assert desk.run("--output") == Ran(0, "no problems in 12 files; 1 ignored\n", "")
    # Whoever does not look at the output does not know.
    assert desk.run() == Ran(0, "no problems in 12 files\n", "")


def test_named_pages_and_the_output(desk: Desk, built: Path) -> None:
    desk.plant("L102")
    _copy(built, desk)
    assert desk.find(GUIDE, "--output", "output") == [("L102", f"{GUIDE}:26")]


# Links to other sites.


def test_links_to_other_sites_are_asked_for_only_when_asked_to(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from callsite import external

    asked: list[str] = []

    def note(links: object, settings: object, cache: Path, progress: object) -> list[object]:
        asked.extend(link.target for link in links)  # type: ignore[attr-defined]  # links
        assert cache == desk.root / ".cache" / "links"
        progress(1, 2)  # type: ignore[operator]  # a function
        return []

    monkeypatch.setattr(external, "check_external", note)
    monkeypatch.setattr(check, "check_external", note, raising=False)
    desk.plant()
    assert desk.run().code == 0
    assert asked == []
    assert desk.run("--external").code == 0
    assert "https://guild.example.org/" in asked
    asked.clear()
    assert desk.run("--external", WEDGE).code == 0
    assert asked == []


def test_what_is_wrong_with_a_call_is_one_error(desk: Desk) -> None:
    desk.plant()
    with pytest.raises(CallsiteError):
        check.find_named(["nowhere.md"], Content(desk.root / "content", "pelicanconf.py", {}, Configuration()))


def test_rows_that_cannot_be_read_are_none(desk: Desk) -> None:
    known.read_rows.cache_clear()
    assert known.read_rows("nowhere.md") == ()
    desk.write("a.md", b"a\r\n\xff\n")
    assert known.read_rows("a.md") == ("a", "\ufffd")


def test_codes_are_known_in_small_letters(desk: Desk) -> None:
    desk.plant("L102", "M114")
    assert [code for code, _ in desk.find("--select", "l102")] == ["L102"]
    assert desk.run("--explain", "l103").out.startswith("L103: ")


def test_the_folder_of_pages_is_no_output(desk: Desk) -> None:
    desk.plant()
    ran = desk.run("--output", GUIDE)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        f"callsite: --output {GUIDE}: this is where the pages are; name pages before --output, or the folder of the"
        " built site behind it\n"
    )


def test_a_baseline_is_the_same_from_everywhere(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.plant("L102", "M114")
    desk.run("--baseline", "known.json", "--write-baseline")
    monkeypatch.chdir(desk.root / "content")
    ran = desk.run("--settings", "../pelicanconf.py", "--baseline", "../known.json")
    assert (ran.code, ran.out) == (0, "no problems in 12 files; 2 known findings are in the baseline\n")


def test_each_fix_is_told(desk: Desk) -> None:
    desk.plant("M114")
    ran = desk.run("--fix")
    assert ran.out.startswith(f"fixed: {OVEN}:5: M114 now `toc: False`\n")
