"""`callsite new`: one page, from options alone or from answers typed on a terminal."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from callsite.page import parse_page
from tests.building import SiteFolder
from tests.trees import FROM_ALL, HARBOUR, Kitchen, make_project, write_files

PAGE = "examples/teapot/brew.md"
WRITTEN = (
    "content/examples/teapot/brew.md: written, 4 examples from 2 projects\n"
    "Next: say what only you know where it says TODO, and look at it with `callsite serve`.\n"
)


@pytest.fixture
def kitchen(site: SiteFolder, capsys: pytest.CaptureFixture[str]) -> Kitchen:
    return Kitchen(site, capsys)


# Without a terminal


def test_a_page_from_folders(kitchen: Kitchen) -> None:
    ran = kitchen.run("new", "teapot.brew", *FROM_ALL)
    assert (ran.code, ran.out, ran.err) == (0, WRITTEN, "")
    assert set(kitchen.pages) == {PAGE}
    page, problems = parse_page(kitchen.read(PAGE))
    assert problems == ()
    assert str(page.meta.symbol) == "teapot.brew"
    assert len(page.listings) == 4
    lines = [
        line for one in page.listings for line in one.snippet.lines if re.search(r"\bbrew\(|make_tea\(", line.text)
    ]
    assert len(lines) == 4
    assert all(line.marked for line in lines)


def test_it_is_the_page_that_harvest_writes(kitchen: Kitchen) -> None:
    kitchen.run("new", "teapot.brew", *FROM_ALL)
    by_new = kitchen.pages
    (kitchen.content / PAGE).unlink()
    kitchen.harvest("teapot.brew")
    assert kitchen.pages == by_new


def test_declared_sources_need_not_be_named(kitchen: Kitchen) -> None:
    kitchen.site.write({"sources.toml": '[sources]\ntea = "./code/teapot"\nship = "./code/harbour"\n'})
    assert kitchen.run("new", "teapot.cups.pour").code == 0
    assert set(kitchen.pages) == {"examples/teapot/cups-pour.md"}
    assert (kitchen.root / "sources.lock").exists()


def test_a_page_that_is_there_is_left_alone(kitchen: Kitchen) -> None:
    kitchen.site.write({"content/mine.md": "title: Mine\nsymbol: teapot.brewing.brew\nslug: mine\n\nMy words.\r\n"})
    before = kitchen.pages
    for words in ([], ["--empty"], ["--print"], ["--purpose", "x"]):
        ran = kitchen.run("new", "teapot.brew", *FROM_ALL, *words)
        hint = "`callsite harvest teapot.brew --diff` shows what could be added"
        assert (ran.code, ran.out, ran.err) == (1, "", f"callsite: content/mine.md: is there already; {hint}\n")
    assert kitchen.pages == before


def test_printing_writes_nothing(kitchen: Kitchen) -> None:
    ran = kitchen.run("new", "teapot.brew", *FROM_ALL, "--print")
    assert (ran.code, ran.err, kitchen.pages) == (0, "", {})
    assert kitchen.run("new", "teapot.brew", *FROM_ALL).code == 0
    assert kitchen.read(PAGE) == ran.out


def test_what_the_author_says_is_on_the_page(kitchen: Kitchen) -> None:
    words = ["--purpose", "Makes *tea* <b>now</b>.", "--docs", "https://teapot.test/brew"]
    assert kitchen.run("new", "teapot.brew", *FROM_ALL, *words).code == 0
    text = kitchen.read(PAGE)
    assert "docs: https://teapot.test/brew\n" in text
    assert "[`brew`](https://teapot.test/brew) is" in text
    assert "Makes \\*tea\\* &lt;b&gt;now&lt;/b&gt;." in text
    assert "Its documentation begins" not in text


@pytest.mark.parametrize(
    "address", ["teapot.test/brew", "javascript:alert(1)", "https://", "https://a b", "http\x1b://x"]
)
def test_an_address_that_readers_cannot_open(kitchen: Kitchen, address: str) -> None:
    ran = kitchen.run("new", "teapot.brew", *FROM_ALL, "--docs", address)
    shown = address.replace("\x1b", "<U+001B>")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"callsite: --docs: {shown} is no web address; write https://…\n"
    assert kitchen.pages == {}


def test_nothing_uses_it(kitchen: Kitchen) -> None:
    write_files(kitchen.root, {"code/office/notes.py": "'teapot smash'\n"})
    ran = kitchen.run("new", "teapot.cups.smash", *FROM_ALL)
    assert (ran.code, ran.out, kitchen.pages) == (1, "", {})
    assert ran.err == (
        "callsite: teapot.cups.smash: no use of it in the sources; 1 file with the word alone; "
        "name others with --from, or start without with --empty\n"
    )
    ran = kitchen.run("new", "teapot.cups.smash", *FROM_ALL, "--empty")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("content/examples/teapot/cups-smash.md: written, 0 examples from 0 projects\n")
    assert "`smash(cup)`" in kitchen.read("examples/teapot/cups-smash.md")
    assert kitchen.problems() == []


def test_nothing_that_can_be_shown(kitchen: Kitchen) -> None:
    make_project(kitchen.root / "closed", HARBOUR, licence="GPL-3.0-only")
    words = ["new", "teapot.brew", "--from", "closed", "--library", "code/teapot"]
    ran = kitchen.run(*words)
    assert (ran.code, ran.out, kitchen.pages) == (1, "", {})
    assert ran.err.startswith(
        "callsite: teapot.brew: 4 uses, but none that can be shown: closed harbour/breakfast.py: "
    )
    assert ran.err.endswith(" (and 1 more file)\n")
    assert kitchen.run(*words, "--allow", "copyleft").code == 0
    (kitchen.content / PAGE).unlink()
    (kitchen.root / "closed/harbour/cook.py").unlink()
    assert "more file" not in kitchen.run(*words).err


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("teapot", "teapot: is a module; name a symbol, or make pages for all of it with `callsite harvest teapot`"),
        ("teapot.cups", "teapot.cups: is a module; name a symbol, or "),
        ("teapot.empty", "teapot.empty: is a module; name a symbol, or "),
        ("teapot.brw", "teapot.brw: there is no such name in teapot; near are teapot.brew, "),
        ("tea pot", "tea pot: is no dotted name; "),
    ],
)
def test_names_that_are_no_symbol(kitchen: Kitchen, name: str, message: str) -> None:
    write_files(kitchen.root, {"code/teapot/teapot/empty.py": ""})
    ran = kitchen.run("new", name, *FROM_ALL)
    assert (ran.code, ran.out, kitchen.pages) == (2, "", {})
    assert ran.err.startswith(f"callsite: {message}")


def test_a_folder_of_pages_can_be_named(kitchen: Kitchen) -> None:
    (kitchen.root / "other\x1b[31m").mkdir()
    ran = kitchen.run("new", "teapot.brew", *FROM_ALL, "--content", "other\x1b[31m")
    assert ran.out.startswith("other<U+001B>[31m/examples/teapot/brew.md: written")
    assert (kitchen.root / "other\x1b[31m" / PAGE).exists()
    assert kitchen.pages == {}
    assert "\x1b" not in kitchen.run("new", "teapot.brew", *FROM_ALL, "--content", "other\x1b[31m").err
    ran = kitchen.run("new", "teapot.brew", *FROM_ALL, "--content", "none")
    assert (ran.code, ran.err) == (2, "callsite: none: no such folder of pages\n")


# On a terminal


# Only in a session of its own is Ctrl-C a signal.
_ON_TERMINAL = """
import os, sys
os.login_tty(0)
os.execv(sys.executable, [sys.executable, "-m", "callsite", *sys.argv[1:]])
"""


class Terminal:
    """A command on a pseudo-terminal: wait for what it shows, and type."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.number, far = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", _ON_TERMINAL, *words],
            cwd=folder,
            stdin=far,
            stdout=far,
            stderr=far,
            env=os.environ | {"TERM": "xterm", "COLUMNS": "200"},
        )
        os.close(far)
        self.seen = ""

    def wait_for(self, text: str) -> None:
        end = time.monotonic() + 30
        while text not in self.seen:
            assert time.monotonic() < end, self.seen
            if not self._read(1):
                raise AssertionError(f"ended without {text!r}: {self.seen}")
        self.seen = self.seen.partition(text)[2]

    def type(self, text: str) -> None:
        # Between a question and the reading of its answer a signal would be noted, and the answer still be waited for.
        # Nobody types as soon as that.
        time.sleep(0.3)
        os.write(self.number, text.encode())

    def finish(self) -> tuple[int, str]:
        """Its exit code, and all that it has shown since it was last waited for."""
        end = time.monotonic() + 30
        while self._read(1):
            assert time.monotonic() < end, self.seen
        return self.process.wait(timeout=30), self.seen

    def _read(self, seconds: float) -> bool:
        if not select.select([self.number], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.number, 65536)
        except OSError:  # how a terminal says that nobody writes to it any more
            return False
        self.seen += data.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(data)


@contextlib.contextmanager
def terminal(kitchen: Kitchen, *words: str) -> Iterator[Terminal]:
    opened = Terminal(kitchen.root, *words)
    try:
        yield opened
    finally:
        opened.process.kill()
        opened.process.wait()
        os.close(opened.number)


SOURCES = "Where to look for uses (a folder, an archive, NAME==VERSION, installed)? [installed] "
PURPOSE = "What is teapot.cups.pour for, in one sentence (Enter: say it later)? "
DOCS = "The address of its documentation, https://… (Enter: none)? "
WRITE = "Write content/examples/teapot/cups-pour.md? [yes] "


def test_all_that_can_be_asked(kitchen: Kitchen) -> None:
    (kitchen.root / "code/teapot/teapot/cups.py").write_text("def pour(tea): ...\n")
    with terminal(kitchen, "new", "teapot.cups.pour", "--library", "code/teapot") as asked:
        asked.wait_for(SOURCES)
        asked.type("code/harbour\n")
        asked.wait_for(PURPOSE)
        asked.type("Fills a cup.\n")
        asked.wait_for(DOCS)
        asked.type("teapot.test\n")  # is no address
        asked.wait_for(DOCS)
        asked.type("https://teapot.test/pour\n")
        asked.wait_for(WRITE)
        asked.type("\n")
        code, seen = asked.finish()
    assert (code, "content/examples/teapot/cups-pour.md: written, 1 example from 1 project" in seen) == (0, True)
    text = kitchen.read("examples/teapot/cups-pour.md")
    assert "\nFills a cup.\n" in text
    assert "docs: https://teapot.test/pour\n" in text


@pytest.mark.untraced
def test_only_what_is_not_known_is_asked(kitchen: Kitchen) -> None:
    words = ["new", "teapot.cups.pour", *FROM_ALL]
    with terminal(kitchen, *words) as asked:  # its docstring says what it is for
        asked.wait_for(DOCS)
        asked.type("\n")
        asked.wait_for(WRITE)
        asked.type("yes\n")
        code, seen = asked.finish()
    assert code == 0
    assert not re.search("What is|Where to", seen)
    (kitchen.content / "examples/teapot/cups-pour.md").unlink()
    with terminal(kitchen, *words, "--docs", "https://teapot.test", "--purpose", "x", "--print") as asked:
        code, seen = asked.finish()
    assert (code, "Enter" in seen, "[yes]" in seen) == (0, False, False)
    assert kitchen.pages == {}


@pytest.mark.untraced
def test_a_page_that_is_there_is_told_before_anything_is_asked(kitchen: Kitchen) -> None:
    kitchen.run("new", "teapot.cups.pour", *FROM_ALL)
    with terminal(kitchen, "new", "teapot.cups.pour", *FROM_ALL) as asked:
        code, seen = asked.finish()
    assert (code, "is there already" in seen, "Enter" in seen) == (1, True, False)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("n\n", 1, marks=pytest.mark.untraced, id="n"),
        pytest.param("No\n", 1, id="no"),
        pytest.param("\x04", 130, marks=pytest.mark.untraced, id="Ctrl-D"),
        pytest.param("\x03", 130, id="Ctrl-C"),
    ],
)
def test_who_does_not_want_it_gets_nothing(kitchen: Kitchen, typed: str, expected: int) -> None:
    with terminal(kitchen, "new", "teapot.cups.pour", *FROM_ALL) as asked:
        asked.wait_for(DOCS)
        asked.type("\n")
        asked.wait_for(WRITE)
        asked.type(typed)
        code, seen = asked.finish()
    assert code == expected
    assert "Traceback" not in seen
    assert "written" not in seen
    assert kitchen.pages == {}
    assert list(kitchen.content.iterdir()) == []


@pytest.mark.parametrize(
    "typed",
    [pytest.param("\x04", id="Ctrl-D"), pytest.param("\x03", marks=pytest.mark.untraced, id="Ctrl-C")],
)
def test_breaking_off_at_the_first_question(kitchen: Kitchen, typed: str) -> None:
    with terminal(kitchen, "new", "teapot.cups.pour") as asked:
        asked.wait_for(SOURCES)
        asked.type(typed)
        code, seen = asked.finish()
    assert (code, seen.replace("^C", "").strip()) == (130, "")
    assert list(kitchen.content.iterdir()) == []


@pytest.mark.untraced
def test_results_go_where_they_are_meant_although_progress_is_shown(kitchen: Kitchen) -> None:
    """Only the standard error is a terminal: the page must be in the file, and nothing of the display."""
    number, far = pty.openpty()
    with (kitchen.root / "out.md").open("wb") as out:
        done = subprocess.run(
            [sys.executable, "-m", "callsite", "new", "teapot.brew", *FROM_ALL, "--print"],
            cwd=kitchen.root,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=far,
            check=False,
        )
    os.close(far)
    os.close(number)
    assert done.returncode == 0
    assert (kitchen.root / "out.md").read_text() == kitchen.run("new", "teapot.brew", *FROM_ALL, "--print").out


@pytest.mark.untraced
def test_what_stops_it_leaves_nothing_behind(kitchen: Kitchen) -> None:
    with terminal(kitchen, "new", "teapot.cups.pour", *FROM_ALL) as asked:
        asked.wait_for(DOCS)
        asked.process.send_signal(signal.SIGTERM)
        asked.finish()
    assert list(kitchen.content.iterdir()) == []


def test_what_is_left_out_is_told(kitchen: Kitchen) -> None:
    make_project(
        kitchen.root / "code/strict", {"strict/a.py": "import teapot\nteapot.brew(1)\n"}, "strict", "GPL-3.0-only"
    )
    ran = kitchen.run("new", "teapot.brew", *FROM_ALL, "--from", "code/strict")
    assert (ran.code, ran.err) == (0, "callsite: 1 file left out: licence\n")


def test_printing_locks_nothing(kitchen: Kitchen) -> None:
    write_files(kitchen.root, {"sources.toml": '[sources]\noffice = "code/office"\n'})
    assert kitchen.run("new", "teapot.brew", "--print").code == 0
    assert not (kitchen.root / "sources.lock").exists()
    assert kitchen.run("new", "teapot.brew").code == 0
    assert (kitchen.root / "sources.lock").exists()
