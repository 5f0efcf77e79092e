"""`callsite harvest`: many pages, whatever breaks it off, and nothing that an author wrote is lost."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time

import pytest

from callsite.harvesting import Harvest, Harvester
from callsite.model import Symbol
from callsite.page import parse_page
from tests.building import SiteFolder
from tests.trees import FROM_ALL, HARBOUR, TEAPOT, Kitchen, make_project, make_wheel, write_files

BREW = "examples/teapot/brew.md"
ALL = {f"examples/teapot/{name}.md" for name in ("brew", "kettle", "cups-pour", "settings")}
ALL_WRITTEN = """\
content/examples/teapot/brew.md: written, 4 examples from 2 projects
content/examples/teapot/kettle.md: written, 1 example from 1 project
content/examples/teapot/cups-pour.md: written, 1 example from 1 project
content/examples/teapot/settings.md: written, 1 example from 1 project

4 pages written
"""


@pytest.fixture
def kitchen(site: SiteFolder, capsys: pytest.CaptureFixture[str]) -> Kitchen:
    return Kitchen(site, capsys)


# What is made pages of


def test_a_library(kitchen: Kitchen) -> None:
    ran = kitchen.harvest("teapot")
    assert (ran.code, ran.out, ran.err) == (0, ALL_WRITTEN, "")
    assert set(kitchen.pages) == ALL
    assert kitchen.problems() == []


@pytest.mark.parametrize(
    ("names", "pages"),
    [
        (["teapot.cups"], ["cups-pour"]),
        (["teapot.brew"], ["brew"]),
        (["teapot.brewing.brew"], ["brewing-brew"]),
        (["teapot.Kettle", "teapot.cups"], ["cups-pour", "kettle"]),
        (["teapot.brew", "teapot.brewing.brew", "teapot.brew"], ["brew"]),
    ],
)
def test_modules_and_symbols(kitchen: Kitchen, names: list[str], pages: list[str]) -> None:
    assert kitchen.harvest(*names).code == 0
    assert sorted(kitchen.pages) == [f"examples/teapot/{name}.md" for name in pages]


def test_names_take_turns(kitchen: Kitchen) -> None:
    make_project(kitchen.root / "code/mugs", {"mugs/__init__.py": "def fill(): ...\n\n\ndef wash(): ...\n"})
    make_project(kitchen.root / "code/bar", {"bar.py": "import mugs\n\nmugs.fill()\nmugs.wash()\nmugs.fill()\n"})
    ran = kitchen.harvest("--from", "code/mugs", "--from", "code/bar", "teapot", "mugs", "--dry-run")
    assert [row.partition(":")[0] for row in ran.out.split("\n")[:4]] == [
        "content/examples/teapot/brew.md",
        "content/examples/mugs/fill.md",
        "content/examples/teapot/kettle.md",
        "content/examples/mugs/wash.md",
    ]


def test_a_library_that_nobody_uses(kitchen: Kitchen) -> None:
    ran = kitchen.run("harvest", "teapot.cups", "--from", "code/office", "--library", "code/teapot")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "callsite: teapot.cups: no use in the sources; name others with --from\n"


def test_a_symbol_without_an_example(kitchen: Kitchen) -> None:
    ran = kitchen.harvest("teapot.cups.smash")
    assert (ran.code, ran.out, ran.err) == (1, "\n1 symbol without an example that can be shown\n", "")
    assert kitchen.harvest("teapot.cups.smash", "teapot.brew").code == 0
    assert set(kitchen.pages) == {BREW}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("teapot.brw", "teapot.brw: there is no such name in teapot; near are teapot.brew, "),
        (
            "coffeepot",
            "coffeepot: its own code is not at hand; name one of its symbols, or add --library coffeepot==VERSION",
        ),
        ("tea\x1bpot", "tea<U+001B>pot: is no dotted name; "),
    ],
)
def test_names_that_stand_for_nothing(kitchen: Kitchen, name: str, message: str) -> None:
    ran = kitchen.harvest("teapot.brew", name)
    assert (ran.code, ran.out, kitchen.pages) == (2, "", {})
    assert ran.err.startswith(f"callsite: {message}")
    assert ran.err.count("\n") == 1


def test_a_library_whose_code_is_elsewhere_and_one_that_is_not_there(kitchen: Kitchen) -> None:
    clients = FROM_ALL[2:]
    assert kitchen.run("harvest", "teapot", *clients).code == 2
    ran = kitchen.run("harvest", "teapot.brew", *clients)
    assert (ran.code, "4 examples from 2 projects" in ran.out) == (0, True)
    assert "is a callable in the module `teapot`." in kitchen.read(BREW)
    (kitchen.content / BREW).unlink()
    wheel = make_wheel(kitchen.root, TEAPOT, "teapot")
    ran = kitchen.run("harvest", "teapot", *clients, "--library", wheel.name)
    assert (ran.code, set(kitchen.pages)) == (0, ALL - {"examples/teapot/settings.md"})


def test_an_installed_library_and_installed_sources(kitchen: Kitchen) -> None:
    ran = kitchen.run(
        "harvest", "--from", "installed:pluggy", "--from", "installed:iniconfig", "pluggy", "--limit", "2"
    )
    assert (ran.code, len(kitchen.pages)) == (0, 2)
    assert all(name.startswith("examples/pluggy/") for name in kitchen.pages)


def test_declared_sources(kitchen: Kitchen) -> None:
    kitchen.site.write({"sources.toml": '[sources]\ntea = "./code/teapot"\n[sources.ship]\nfrom = "./code/harbour"\n'})
    assert kitchen.run("harvest", "teapot.brew").code == 0
    assert set(json.loads((kitchen.root / "sources.lock").read_text())["sources"]) == {"ship", "tea"}
    (kitchen.root / "sources.toml").write_text("[sources]\nx = 1\n")
    ran = kitchen.run("harvest", "teapot.brew")
    assert (ran.code, ran.err.startswith("callsite: sources.toml: x ")) == (2, True)


# Options


def test_a_limit(kitchen: Kitchen) -> None:
    ran = kitchen.harvest("teapot", "--limit", "1")
    assert ran.out == (
        "content/examples/teapot/brew.md: written, 4 examples from 2 projects\n\n"
        "1 page written\n3 symbols beyond the limit\n"
    )
    ran = kitchen.harvest("teapot", "--limit", "2")
    assert ran.out == (
        "content/examples/teapot/kettle.md: written, 1 example from 1 project\n\n"
        "1 page written\n1 page with nothing to add\n2 symbols beyond the limit\n"
    )
    before = kitchen.pages
    assert kitchen.harvest("teapot", "--limit", "2").code == 0
    assert kitchen.pages == before
    assert set(kitchen.pages) == {BREW, "examples/teapot/kettle.md"}


@pytest.mark.parametrize(
    "words", [["--limit", "0"], ["--limit", "x"], ["--examples", "-1"], ["--window", "9999999"], ["--allow", "GLP-3"]]
)
def test_values_that_are_none(kitchen: Kitchen, words: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        kitchen.harvest("teapot", *words)
    assert stop.value.code == 2
    assert kitchen.pages == {}


def test_a_dry_run_writes_no_page(kitchen: Kitchen) -> None:
    ran = kitchen.harvest("teapot", "--dry-run")
    assert (ran.code, kitchen.pages) == (0, {})
    assert ran.out == ALL_WRITTEN.replace(": written", ": would be written").replace("s written", "s to be written")
    assert kitchen.harvest("teapot", "--dry-run", "--limit", "3").out.endswith(
        "\n3 pages to be written\n1 symbol beyond the limit\n"
    )


def test_the_reasons(kitchen: Kitchen) -> None:
    make_project(kitchen.root / "code/closed", HARBOUR | {"closed/_vendor/a.py": "x = 1\n"}, licence="GPL-3.0-only")
    write_files(kitchen.root, {"code/harbour/notes\u202e.py": "x = 1\n", "code/harbour/notes.py": "'teapot brew'\n"})
    os.symlink("nowhere", kitchen.root / "code/harbour/gone.py")
    ran = kitchen.harvest("--from", "code/closed", "teapot.brew")
    assert ran.out.endswith(
        "\n1 page written\n2 files left out: licence\n2 files of the sources left unread\n"
        "(--explain says which, and why)\n"
    )
    (kitchen.content / BREW).unlink()
    ran = kitchen.harvest("--from", "code/closed", "teapot.brew", "--explain")
    for row in (
        "  chosen: office office/desk.py: a call (certain) in its code, 5 lines, MIT\n",
        "  not needed: office office/compat.py: 1 use\n",
        "  left out: closed harbour/breakfast.py: licence: its licence GPL-3.0-only is copyleft, ",
        "  the word alone: harbour notes.py\n",
        "  harbour gone.py: a link out of the folder, or to nowhere\n",
        "  harbour notes<U+202E>.py: its name has invisible characters\n",
    ):
        assert row in ran.out
    assert "(--explain" not in ran.out
    ran = kitchen.harvest("teapot.brew", "teapot.cups.smash", "--explain")
    assert "content/examples/teapot/brew.md: nothing to add\n" in ran.out
    assert "office/desk.py: a call (certain) in its code, 5 lines, MIT (on the page already)\n" in ran.out
    assert "teapot.cups.smash: nothing to add\n" in ran.out
    ran = kitchen.harvest("--from", "code/closed", "teapot.brew", "--allow", "GPL-3.0-only", "--dry-run")
    assert "licence" not in ran.out


def test_records_for_other_programs(kitchen: Kitchen) -> None:
    make_project(kitchen.root / "code/closed", HARBOUR, name="cl\x9bosed\u202e", licence="GPL-3.0-only")
    os.symlink("nowhere", kitchen.root / "code/harbour/gone.py")
    words = ("--from", "code/closed", "teapot", "--json")
    ran = kitchen.harvest(*words, "--explain", "--diff")
    assert (ran.code, ran.err, ran.out.isascii()) == (0, "", True)
    records = [json.loads(row) for row in ran.out.splitlines()]
    assert [record["symbol"] for record in records] == [
        "teapot.brew",
        "teapot.Kettle",
        "teapot.cups.pour",
        "teapot.settings",
    ]
    first = records[0]
    assert (first["page"], first["outcome"], first["uses"]) == ("content/examples/teapot/brew.md", "written", 14)
    assert first["examples"][1] == {
        "project": "harbour",
        "version": "1.0",
        "path": "harbour/breakfast.py",
        "lines": [[3, 8]],
        "marked": [8],
        "licence": "MIT",
        "reason": "a call (certain) in its code, 6 lines, MIT, a new way to use it",
        "new": True,
    }
    assert first["others"] == [
        {"project": "office", "path": "office/compat.py", "uses": 1},
        {"project": "teapot", "path": "teapot/__init__.py", "uses": 1},
    ]
    assert [one["file"] for one in first["skipped"]] == [
        "cl\x9bosed\u202e harbour/breakfast.py",
        "cl\x9bosed\u202e harbour/cook.py",
    ]
    again = [json.loads(row) for row in kitchen.harvest(*words).out.splitlines()]
    assert {record["outcome"] for record in again} == {"complete"}
    assert not any(example["new"] for record in again for example in record["examples"])
    ran = kitchen.harvest("teapot.cups.smash", "--json")
    assert (ran.code, json.loads(ran.out)["outcome"]) == (1, "nothing")


def test_how_much_and_how_it_is_cut(kitchen: Kitchen) -> None:
    assert kitchen.harvest("teapot.brew", "--examples", "1", "--window", "1", "--no-own").code == 0
    page, _ = parse_page(kitchen.read(BREW))
    assert [one.origin.lines for one in page.listings] == [((3, 3), (7, 8))]
    (kitchen.content / BREW).unlink()
    assert kitchen.harvest("teapot.brew", "--per-project", "1", "--no-own").out.startswith(
        "content/examples/teapot/brew.md: written, 2 examples from 2 projects\n"
    )
    (kitchen.content / BREW).unlink()
    ran = kitchen.harvest("teapot.brew", "--longest", "5", "--no-own", "--marked", "2", "--explain")
    assert "left out: harbour harbour/breakfast.py: too long" in ran.out


def test_two_sources_of_one_project(kitchen: Kitchen) -> None:
    make_project(
        kitchen.root / "newer", HARBOUR | {"harbour/extra.py": "import teapot\n\nteapot.brew(1, 2, 3, 4)\n"}, "harbour"
    )
    ran = kitchen.harvest("--from", "newer", "--from", "code/harbour", "teapot.brew", "--explain")
    assert ran.code == 0
    page, _ = parse_page(kitchen.read(BREW))
    assert [one.origin.project for one in page.listings].count("harbour") == 2
    assert len({one.snippet.code for one in page.listings}) == len(page.listings)


# Pages that are there


def test_a_second_run_changes_no_byte(kitchen: Kitchen) -> None:
    kitchen.harvest("teapot")
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in kitchen.content.rglob("*.md")}
    for words in ([], ["--add"], ["--diff"], ["--add", "--diff"]):
        ran = kitchen.harvest("teapot", *words)
        assert (ran.code, ran.out, ran.err) == (0, "\n4 pages with nothing to add\n", "")
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in kitchen.content.rglob("*.md")} == before


AUTHORS = (
    "\ufefftitle: Tea\r\nslug: tea\r\nsymbol: teapot.brewing.brew\r\n\r\nMy *words*.\t \r\n\r\n~~~\r\nx\r\n~~~\r\nEnd"
)


def test_what_an_author_wrote_stays(kitchen: Kitchen) -> None:
    kitchen.site.write({"content/mine/tea.md": AUTHORS})
    (kitchen.content / "mine/tea.md").chmod(0o600)
    before = kitchen.pages
    for words in ([], ["--diff"], ["--dry-run"], ["--add", "--dry-run"], ["--json"]):
        ran = kitchen.harvest("teapot.brew", *words)
        assert (ran.code, kitchen.pages) == (0, before)
    ran = kitchen.harvest("teapot.brew")
    assert ran.out == (
        "content/mine/tea.md: 4 new examples (--diff shows, --add adds) from 2 projects\n\n1 page with new examples to add\n"
    )
    ran = kitchen.harvest("teapot.brew", "--diff")
    assert "\n+## Example 1 from office\r\n" in ran.out
    ran = kitchen.harvest("teapot.brew", "--add")
    assert ran.out == "content/mine/tea.md: 4 new examples added from 2 projects\n\n1 page with new examples added\n"
    data = kitchen.read("mine/tea.md")
    assert data.startswith(AUTHORS)
    assert data.count("\n") == data.count("\r\n")
    assert set(kitchen.pages) == {"mine/tea.md"}
    assert (kitchen.content / "mine/tea.md").stat().st_mode & 0o777 == 0o600
    assert kitchen.harvest("teapot.brew", "--add").out == "\n1 page with nothing to add\n"
    assert kitchen.read("mine/tea.md") == data


def test_new_examples_go_behind_the_old_and_the_rest_stays(kitchen: Kitchen) -> None:
    kitchen.harvest("teapot.brew", "--examples", "2")
    edited = kitchen.read(BREW).replace("<!-- TODO: say what brew is for", "It is for tea.\n\n<!-- TODO: say")
    edited = edited.replace("## Example 2 from harbour", "## The second one")
    (kitchen.content / BREW).write_text(edited)
    assert kitchen.harvest("teapot.brew", "--add").code == 0
    added = kitchen.read(BREW)
    rows = iter(added.split("\n"))
    assert all(row in rows for row in edited.split("\n"))
    headings = [row for row in added.split("\n") if row.startswith("## ") and "..." not in row]
    assert headings[:2] == ["## Example 1 from office", "## The second one"]
    assert len(headings) == len(set(headings)) == 6
    assert kitchen.problems() == []


def test_a_page_that_changes_meanwhile_is_not_overwritten(kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch) -> None:
    kitchen.harvest("teapot.brew", "--examples", "1")
    real = Harvester.harvest

    def harvest(self: Harvester, symbol: Symbol) -> Harvest:
        with (kitchen.content / BREW).open("a") as file:
            file.write("Saved in an editor.\n")
        return real(self, symbol)

    monkeypatch.setattr(Harvester, "harvest", harvest)
    ran = kitchen.harvest("teapot.brew", "--add")
    assert ran.code == 2
    assert ran.err == "callsite: content/examples/teapot/brew.md: was changed meanwhile; call the command again\n"
    assert kitchen.read(BREW).endswith("Saved in an editor.\n")
    assert kitchen.read(BREW).count("## Example") == 1


def test_a_page_that_is_no_text_ends_it_before_anything_is_written(kitchen: Kitchen) -> None:
    kitchen.site.write({"content/bad.md": b"title: caf\xe9\n"})
    ran = kitchen.harvest("teapot")
    assert ran.err == "callsite: content/bad.md:1: byte 0xe9 is not UTF-8; save the file as UTF-8\n"
    assert (ran.code, ran.out, set(kitchen.pages)) == (2, "", {"bad.md"})


# Breaking off

# A library of more names, so that there are moments to break off at.
COURSES = 12


def make_menu(kitchen: Kitchen) -> tuple[str, ...]:
    names = [f"course{number:02}" for number in range(COURSES)]
    make_project(kitchen.root / "menu", {"menu.py": "".join(f"def {name}(x): ...\n\n\n" for name in names)})
    calls = "".join(f"def serve_{name}():\n    menu.{name}({number})\n\n\n" for number, name in enumerate(names))
    make_project(kitchen.root / "inn", {"inn.py": f"import menu\n\n\n{calls}"})
    return "harvest", "menu", "--from", "menu", "--from", "inn", "--no-own"


STOPPED = """
import os, signal, sys
import {module} as module
from callsite.cli import main
real, calls = module.{name}, 0
def stop(*args, **more):
    global calls
    calls += 1
    if {late}:
        answer = real(*args, **more)
    if calls == {count}:
        os.kill(os.getpid(), signal.{signal})
    return answer if {late} else real(*args, **more)
module.{name} = stop
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("how", "module", "name", "count", "late"),
    [
        pytest.param("SIGKILL", "callsite.uses.index", "find_answer", 2, False, marks=pytest.mark.untraced),
        pytest.param("SIGKILL", "os", "link", 1, False, marks=pytest.mark.untraced),
        pytest.param("SIGKILL", "os", "link", 5, True, marks=pytest.mark.untraced),
        pytest.param("SIGKILL", "os", "fsync", 3, False, marks=pytest.mark.untraced),
        pytest.param("SIGTERM", "os", "fsync", 3, False, marks=pytest.mark.untraced),
        ("SIGINT", "callsite.uses.index", "find_answer", 2, False),
        ("SIGINT", "os", "link", 1, False),
        ("SIGINT", "os", "link", 5, True),
        ("SIGINT", "os", "fsync", 3, False),
        ("SIGINT", "callsite.content", "sweep", 7, False),
    ],
)
def test_whatever_breaks_it_off_the_next_run_completes_it(
    kitchen: Kitchen, how: str, module: str, name: str, count: int, late: bool
) -> None:
    words = make_menu(kitchen)
    code = STOPPED.format(module=module, name=name, count=count, late=late, signal=how)
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
    assert done.returncode == (130 if how == "SIGINT" else -signal.Signals[how])
    assert "Traceback" not in done.stderr
    left = kitchen.pages
    pages = {name: data for name, data in left.items() if name.endswith(".md")}
    assert len(pages) < COURSES
    if how == "SIGINT":
        assert left == pages
    assert kitchen.run(*words).code == 0
    resumed = {name: data for name, data in kitchen.pages.items() if name.endswith(".md")}
    kitchen.content.rename(kitchen.root / "was")
    kitchen.content.mkdir()
    kitchen.run(*words, "--cache", "another")
    assert resumed == kitchen.pages
    assert len(resumed) == COURSES
    assert all(resumed[name] == data for name, data in pages.items())


@pytest.mark.untraced
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_at_any_moment(kitchen: Kitchen, how: signal.Signals) -> None:
    words = make_menu(kitchen)
    kitchen.run(*words)
    whole = kitchen.pages
    for number, delay in enumerate((0.02, 0)):
        kitchen.content.rename(kitchen.root / f"was{number}")
        kitchen.content.mkdir()
        with kitchen.start(*words) as process:
            assert process.stdout is not None
            process.stdout.readline()  # the first page is written
            time.sleep(delay)
            process.send_signal(how)
            try:
                _, errors = process.communicate(timeout=30)
            finally:
                process.kill()  # one that hangs is a failure, and not the end of all other tests
        assert "Traceback" not in errors
        left = {name: data for name, data in kitchen.pages.items() if name.endswith(".md")}
        assert left
        assert left.items() <= whole.items()
        kitchen.run(*words)
        assert {name: data for name, data in kitchen.pages.items() if name.endswith(".md")} == whole


def test_breaking_off_tells_what_was_done(kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Harvester.harvest

    def harvest(self: Harvester, symbol: Symbol) -> Harvest:
        if symbol.name == "Kettle":
            raise KeyboardInterrupt
        return real(self, symbol)

    monkeypatch.setattr(Harvester, "harvest", harvest)
    ran = kitchen.harvest("teapot")
    assert (ran.code, ran.err, set(kitchen.pages)) == (
        130,
        "callsite: stopped; call the same command again to go on\n",
        {BREW},
    )
    assert ran.out.endswith("\n\n1 page written\n")


@pytest.mark.untraced
def test_two_at_once(kitchen: Kitchen) -> None:
    words = make_menu(kitchen)
    kitchen.run(*words, "--cache", "another")
    whole = kitchen.pages
    kitchen.content.rename(kitchen.root / "was")
    kitchen.content.mkdir()
    running = [kitchen.start(*words) for _ in range(2)]
    for process in running:
        _, errors = process.communicate(timeout=60)
        # Who comes second to a page says so, and has written nothing over it.
        assert (process.returncode, errors) == (0, "") or re.fullmatch(
            r"callsite: content/\S+: is there already, and stays as it is; call the command again\n", errors
        )
    kitchen.run(*words)
    assert kitchen.pages == whole


@pytest.mark.untraced
@pytest.mark.parametrize("seed", ["0", "4711"])
def test_hashes_do_not_matter(kitchen: Kitchen, seed: str) -> None:
    kitchen.harvest("teapot", "--explain", "--json", "--cache", "another")
    whole = kitchen.pages
    kitchen.content.rename(kitchen.root / "was")
    kitchen.content.mkdir()
    with kitchen.start("harvest", *FROM_ALL, "teapot", PYTHONHASHSEED=seed) as process:
        out, errors = process.communicate(timeout=60)
    assert (process.returncode, out, errors) == (0, ALL_WRITTEN, "")
    assert kitchen.pages == whole


# Surroundings that fail


def test_a_folder_that_cannot_be_written_to(kitchen: Kitchen) -> None:
    kitchen.site.write({"content/examples": "in the way"})
    ran = kitchen.harvest("teapot")
    assert (ran.code, ran.out) == (2, "")
    assert re.fullmatch(r"callsite: \S+/content/examples/teapot: cannot be written, Not a directory; .*\n", ran.err)
    assert set(kitchen.pages) == {"examples"}


FULL = """
import resource, sys
from callsite.cli import main
old = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, old[1]))
code = main(sys.argv[1:])
resource.setrlimit(resource.RLIMIT_FSIZE, old)
sys.exit(code)
"""


def test_a_disk_that_is_full(kitchen: Kitchen) -> None:
    command = [sys.executable, "-c", FULL, "harvest", "teapot", *FROM_ALL]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("callsite: content/examples/teapot/brew.md: cannot be written, ")
    assert kitchen.pages == {}


def test_an_index_that_cannot_be_kept(kitchen: Kitchen) -> None:
    kitchen.site.write({"cache": "in the way"})
    ran = kitchen.harvest("teapot", "--cache", "cache")
    assert (ran.code, ran.out) == (0, ALL_WRITTEN)
    assert ran.err.startswith("callsite: cache/uses.sqlite3: the index of uses is not kept this time, ")


def test_an_index_that_is_damaged_is_made_anew(kitchen: Kitchen) -> None:
    kitchen.harvest("teapot")
    whole = kitchen.pages
    for data in (b"", b"no index", b"SQLite format 3\0" + bytes(1000)):
        kitchen.content.rename(kitchen.root / f"was{len(data)}")
        kitchen.content.mkdir()
        (kitchen.root / ".cache/harvest/uses.sqlite3").write_bytes(data)
        assert kitchen.harvest("teapot").out == ALL_WRITTEN
        assert kitchen.pages == whole


def test_a_reader_that_has_had_enough(kitchen: Kitchen) -> None:
    words = make_menu(kitchen)
    kitchen.run(*words)
    whole = kitchen.pages
    kitchen.content.rename(kitchen.root / "was")
    kitchen.content.mkdir()
    with kitchen.start(*words) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=30) == 141
    assert kitchen.pages.items() <= whole.items()


# What is shown


@pytest.mark.untraced
def test_no_escape_codes_where_there_is_no_terminal(kitchen: Kitchen) -> None:
    environment = {"FORCE_COLOR": "1", "TTY_COMPATIBLE": "1", "CLICOLOR_FORCE": "1", "TERM": "xterm-256color"}
    with kitchen.start("harvest", *FROM_ALL, "teapot", **environment) as process:
        out, errors = process.communicate(timeout=30)
    assert (out, errors) == (ALL_WRITTEN, "")


@pytest.mark.untraced
def test_progress_is_shown_on_a_terminal_and_results_beside_it(kitchen: Kitchen) -> None:
    near, far = pty.openpty()
    command = [sys.executable, "-m", "callsite", "harvest", *FROM_ALL, "teapot", "--json"]
    with subprocess.Popen(
        command, cwd=kitchen.root, stdout=subprocess.PIPE, stderr=far, env=os.environ | {"TERM": "xterm"}
    ) as process:
        os.close(far)
        assert process.stdout is not None
        out = process.stdout.read().decode()
        shown = b""
        while data := _read(near):
            shown += data
    os.close(near)
    assert len([json.loads(row) for row in out.splitlines()]) == 4
    assert b"teapot." in shown
    assert b'"symbol"' not in shown


def _read(number: int) -> bytes:
    try:
        return os.read(number, 65536)
    except OSError:  # how a terminal says that nobody writes to it any more
        return b""


HOSTILE_NAMES = [
    "<script>alert(1)</script>",
    "a](javascript:alert(1)) *b* `c` --> {filename}x.md {static}y |z|",
    "\x1b[31mred\x1b]0;title\x07\u202egnp",
    "x" * 3000,
    "{{ 7 * 7 }} {% raw %} &lt;",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_names_that_are_meant_to_harm(kitchen: Kitchen, name: str) -> None:
    said = "".join(one for one in name if one.isprintable())
    teapot = f'def brew(leaf="{said}", *, x="--><b>"):\n    """{said} <b> --> `"""\n'
    client = {
        'a b/--> `{filename}"<b>.py': f"from teapot import brew\n\nbrew('</pre></script>{said[:900]}')\n",
        "b/plain.py": "from teapot import brew\n\n'''~~\n## ... x ...\n```\n~~~\n'''\nbrew(1, 2, [3])\n",
        "b/wide.py": f"from teapot import brew\n\nbrew(*'{'y' * 20_000}')\n",
        "b/hidden.py": "from teapot import brew\n\nbrew(**'\x1b[31m')\n",
        "LICENSE": f"MIT License\n\nCopyright (c) 2020 {name}\n\n"
        + "</pre></details><script>\n--> ``` {filename}\n" * 9,
    }
    code = kitchen.root / "code"
    make_project(code / "one", {"teapot/__init__.py": teapot}, name, version=name[:10], homepage="javascript:alert(1)")
    make_project(code / "two", client, name, homepage='https://x.test/")<b>', repository="https://github.com/a/b)c")
    words = ["teapot", "--from", "code/one", "--from", "code/two"]
    ran = kitchen.run("harvest", *words, "--explain", "--diff")
    assert (ran.code, ran.err) == (0, "")
    assert "b/wide.py: too long: the excerpt has a line of 20,0" in ran.out
    assert "b/hidden.py: invisible characters: the excerpt has U+001B" in ran.out
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", ran.out)
    assert set(kitchen.pages) == {BREW}
    assert kitchen.problems() == []
    built = kitchen.site.build("-e", "CALLSITE_STRICT=true")
    assert (built.code, built.stderr) == (0, "")
    html = built.read("teapot-brew-examples.html")
    assert html.count('<figure class="listing"') == 2
    for harm in ("<script>alert", 'href="javascript', "\x1b", "\u202e", "<b>"):
        assert harm not in html


def test_a_site_of_harvested_pages_builds_without_a_word(kitchen: Kitchen) -> None:
    kitchen.harvest("teapot")
    built = kitchen.site.build("-e", "CALLSITE_STRICT=true")
    assert (built.code, built.stderr) == (0, "")
    assert {f"teapot-{name}-examples.html" for name in ("brew", "kettle", "cups-pour", "settings")} <= built.files
