"""`callsite mark`: what it prints of small files, and what it says when there is nothing to print."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from callsite.cli import main
from tests.trees import TEAPOT, Ran, make_project, make_wheel, write_files

COOK = '''\
"""Breakfast."""

import os
from teapot import brew


def serve(guests):
    for guest in guests:
        guest.give(brew("assam"))


def clear():
    """Puts all away."""
    os.sync()


# The rest is long.
A = 1
B = 2
C = 3
'''

WHOLE = '''\
"""Breakfast."""

import os
~~from teapot import brew


def serve(guests):
    for guest in guests:
~~        guest.give(brew("assam"))


def clear():
    """Puts all away."""
    os.sync()


# The rest is long.
A = 1
B = 2
C = 3
'''

CUT = """\
import os
~~from teapot import brew


def serve(guests):
    for guest in guests:
~~        guest.give(brew("assam"))


## ... source file continues with no further brew examples ...
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path, {"cook.py": COOK})


def mark(capsys: pytest.CaptureFixture[str], *words: str) -> Ran:
    capsys.readouterr()
    code = main(["mark", *words])
    printed = capsys.readouterr()
    return Ran(code, printed.out, printed.err)


def start(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "callsite", "mark", *words],
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_a_file_is_abbreviated_and_marked(capsys: pytest.CaptureFixture[str]) -> None:
    ran = mark(capsys, "teapot.brew", "cook.py")
    assert ran == Ran(0, f"```python path=cook.py lines=3-9\n{CUT}```\n", "")


def test_nothing_is_left_out_of_the_whole(capsys: pytest.CaptureFixture[str]) -> None:
    ran = mark(capsys, "teapot.brew", "cook.py", "--whole")
    assert ran == Ran(0, f"```python path=cook.py lines=1-20\n{WHOLE}```\n", "")


def test_without_its_fence(capsys: pytest.CaptureFixture[str]) -> None:
    assert mark(capsys, "teapot.brew", "cook.py", "--bare") == Ran(0, CUT, "")
    assert mark(capsys, "teapot.brew", "cook.py", "--bare", "--whole").out == WHOLE


def test_windows_of_lines(capsys: pytest.CaptureFixture[str]) -> None:
    ran = mark(capsys, "teapot.brew", "cook.py", "--window", "1")
    assert ran.out == (
        "```python path=cook.py lines=3-4,8-9\n"
        "import os\n~~from teapot import brew\n\n\n"
        "## ... source file abbreviated to get to brew examples ...\n\n\n"
        '    for guest in guests:\n~~        guest.give(brew("assam"))\n\n\n'
        "## ... source file continues with no further brew examples ...\n```\n"
    )
    with pytest.raises(SystemExit):
        main(["mark", "teapot.brew", "cook.py", "--window", "0"])


def test_the_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(COOK.encode())))
    assert mark(capsys, "teapot.brew", "-") == Ran(0, f"```python lines=3-9\n{CUT}```\n", "")


def test_a_part_of_a_file_that_does_not_parse(capsys: pytest.CaptureFixture[str]) -> None:
    text = "    from teapot import brew\n\n  print brew('x')\nbrew(\n"
    write_files(Path(), {"part.py": text})
    ran = mark(capsys, "teapot.brew", "part.py", "--bare")
    assert (ran.code, ran.out) == (0, "~~    from teapot import brew\n\n~~  print brew('x')\n~~brew(\n")
    assert ran.err.startswith("callsite: part.py: ")
    assert ran.err.endswith("; it does not parse, so its uses were found by words alone\n")
    assert ran.err.count("\n") == 1


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("data", "out"),
    [
        (b"from teapot import brew\r\nbrew()\r\n", "~~from teapot import brew\n~~brew()\n"),
        (b"\xef\xbb\xbffrom teapot import brew\nbrew()", "~~from teapot import brew\n~~brew()\n"),
        (
            b"# coding: latin-1\nfrom teapot import brew\nbrew('\xe9')\n",
            "# coding: latin-1\n~~from teapot import brew\n~~brew('\xe9')\n",
        ),
        (b"import teapot as t\n~t.brew\n", "~~import teapot as t\n~~~t.brew\n"),
        (
            b"from teapot import brew\n'''\n~~brew\n'''\nbrew()\n",
            "~~from teapot import brew\n'''\n\\~~brew\n'''\n~~brew()\n",
        ),
        (b"from teapot import (\n  Kettle,\n  brew,\n)\n", "from teapot import (\n  Kettle,\n~~  brew,\n)\n"),
    ],
)
def test_what_else_can_be_in_a_file(capsys: pytest.CaptureFixture[str], data: bytes, out: str) -> None:
    write_files(Path(), {"a.py": data})
    assert mark(capsys, "teapot.brew", "a.py", "--bare") == Ran(0, out, "")


def test_other_names_of_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    write_files(Path(), {"a.py": "from kitchen.compat import make_tea\nmake_tea()\n"})
    assert mark(capsys, "teapot.brew", "a.py").code == 1
    ran = mark(capsys, "teapot.brew", "a.py", "--bare", "--alias", "x.y", "--alias", "kitchen.compat.make_tea")
    assert ran.out == "~~from kitchen.compat import make_tea\n~~make_tea()\n"


def test_a_library_itself(capsys: pytest.CaptureFixture[str]) -> None:
    write_files(Path(), {"a.py": "import teapot\nteapot.brew()\n"})
    assert mark(capsys, "teapot", "a.py", "--bare").out == "~~import teapot\n~~teapot.brew()\n"


def test_with_the_library_s_code_more_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    make_project(Path("teapot"), TEAPOT)
    wheel = make_wheel(Path(), TEAPOT, "teapot")
    write_files(
        Path(),
        {
            "right.py": "from teapot.brewing import brew\nbrew()\n",
            "wrong.py": "from teapot.cups import brew\nbrew()\n",
            "star.py": "from teapot.brewing import *\nbrew()\n",
        },
    )
    for library in ("./teapot", str(wheel)):
        words = ("teapot.brew", "--bare", "--library", library)
        assert mark(capsys, *words, "right.py").out == "~~from teapot.brewing import brew\n~~brew()\n"
        assert mark(capsys, *words, "star.py").out == "~~from teapot.brewing import *\n~~brew()\n"
        assert mark(capsys, *words, "wrong.py") == Ran(
            1,
            "",
            "callsite: wrong.py: nothing in it uses teapot.brew; brew is on line 1, 2, as text or as another name\n",
        )


def test_a_symbol_that_the_library_does_not_have(capsys: pytest.CaptureFixture[str]) -> None:
    make_project(Path("teapot"), TEAPOT)
    ran = mark(capsys, "teapot.brw", "cook.py", "--library", "./teapot")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("callsite: teapot.brw: there is no such name in teapot; near are teapot.brew, ")
    ran = mark(capsys, "teapot.qqqqqqqqqqqqqqqq", "cook.py", "--library", "./teapot")
    assert ran == Ran(2, "", "callsite: teapot.qqqqqqqqqqqqqqqq: there is no such name in teapot\n")


def test_an_installed_library_is_looked_up(capsys: pytest.CaptureFixture[str]) -> None:
    write_files(Path(), {"a.py": "from pluggy import HookimplMarker\nHookimplMarker('x')\n"})
    assert mark(capsys, "pluggy.HookimplMarker", "a.py").code == 0
    ran = mark(capsys, "pluggy.HookimplMarkr", "a.py")
    assert (ran.code, ran.out) == (2, "")
    assert "near are pluggy.HookimplMarker" in ran.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# brew tea\nbrewing()\n'''\nbrew\n'''\n", "brew is on line 1, 4, as text or as another name"),
        ("brew = 1\n" * 7, "brew is on line 1, 2, 3, 4, 5 …, as text or as another name"),
        ("from teapot import brw\nbrw()\n", "it uses teapot.brw"),
        ("x = 1\n", "is it the right file?"),
        ("", "is it the right file?"),
    ],
)
def test_nothing_found(capsys: pytest.CaptureFixture[str], text: str, said: str) -> None:
    write_files(Path(), {"a.py": text})
    assert mark(capsys, "teapot.brew", "a.py") == Ran(
        1, "", f"callsite: a.py: nothing in it uses teapot.brew; {said}\n"
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"from teapot import brew\nbrew('\xe9')\n", "line 2 is not utf-8"),
        (b"\x7fELF\0\0\x80", "invalid or missing encoding declaration"),
        (b"x = 1\n\0", "line 2 holds a NUL byte"),
        (b"# coding: klingon\n", "unknown encoding: klingon"),
        ("x".encode("utf-16"), "invalid or missing encoding declaration"),
    ],
)
def test_what_is_no_text(capsys: pytest.CaptureFixture[str], data: bytes, reason: str) -> None:
    write_files(Path(), {"a.py": data})
    assert mark(capsys, "teapot.brew", "a.py") == Ran(
        2, "", f"callsite: a.py: cannot be read, {reason}; save it as UTF-8\n"
    )


def test_what_is_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("folder").mkdir()
    os.mkfifo("pipe")
    for name, reason in {
        "none.py": "No such file or directory",
        "folder": "it is no regular file",
        "pipe": "it is no regular file",
        "/dev/zero": "it is no regular file",
        "": "it is no regular file",
    }.items():
        said = f"callsite: {name}: cannot be read, {reason}; name a Python file, or -\n"
        assert mark(capsys, "teapot.brew", name) == Ran(2, "", said)


@pytest.mark.parametrize("symbol", ["", "teapot..brew", "teapot.brew()", "teapot.class ", "1.2", "-"])
def test_what_is_no_name(capsys: pytest.CaptureFixture[str], symbol: str) -> None:
    said = f"callsite: {symbol}: is no dotted name; write one such as flask.ctx.after_this_request\n"
    assert mark(capsys, "--", symbol, "cook.py") == Ran(2, "", said)


@pytest.mark.untraced
def test_names_of_files_do_nothing_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "a\x1b]0;x\x07\u202e`~ b.py"
    ran = mark(capsys, "teapot.brew", hostile)
    assert ran.err.startswith("callsite: a<U+001B>]0;x<U+0007><U+202E>`~ b.py: cannot be read")
    write_files(Path(), {hostile: "x = 1\n", hostile + "2": "print brew\n"})
    for name in (hostile, hostile + "2"):
        assert "\x1b" not in mark(capsys, "teapot.brew", name).err
    write_files(Path(), {hostile: COOK, hostile + "2": "from teapot import brew\nprint brew()\n"})
    for name in (hostile, hostile + "2"):
        ran = mark(capsys, "teapot.brew", name)
        assert ran.code == 0
        assert "\x1b" not in ran.out + ran.err
        assert "\u202e" not in ran.out + ran.err


@pytest.mark.untraced
@pytest.mark.parametrize("environment", [{}, {"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_what_is_printed_is_utf_8(environment: dict[str, str]) -> None:
    write_files(Path(), {"a.py": "from teapot import brew\nbrew('é…')\n"})
    done = subprocess.run(
        [sys.executable, "-m", "callsite", "mark", "teapot.brew", "a.py", "--bare"],
        capture_output=True,
        check=True,
        env=os.environ | environment,
    )
    assert done.stdout.decode() == "~~from teapot import brew\n~~brew('é…')\n"


@pytest.mark.untraced
def test_a_name_that_is_no_text() -> None:
    name = os.fsencode("caf\udce9.py")
    Path(os.fsdecode(name)).write_text(COOK)
    command = [sys.executable.encode(), b"-m", b"callsite", b"mark", b"teapot.brew"]
    done = subprocess.run([*command, name], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().endswith(f"{CUT}```\n")
    done = subprocess.run([*command, b"no" + name], capture_output=True, check=False)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


@pytest.mark.untraced
@pytest.mark.parametrize("size", [1, 10_000])
def test_a_reader_that_has_had_enough(size: int) -> None:
    write_files(Path(), {"a.py": "from teapot import brew\n" + "brew()\n" * size})
    with start("teapot.brew", "a.py", "--whole") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=30) == 141


@pytest.mark.untraced
def test_breaking_off_the_standard_input() -> None:
    with start("teapot.brew", "-") as process:
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (1, "")
    assert err == "callsite: -: nothing in it uses teapot.brew; is it the right file?\n"


def test_printing_to_what_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    assert main(["mark", "teapot.brew", "cook.py", "--bare"]) == 0
    assert out.getvalue() == CUT


def test_a_file_too_large_to_be_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"# x\n" * 1_000_001)
    assert main(["mark", "lib.f", str(path)]) == 2
    assert capsys.readouterr().err == f"callsite: {path}: is larger than 4,000,000 bytes; mark a piece of it\n"


@pytest.mark.parametrize(
    "closed", [*(pytest.param(one, marks=pytest.mark.untraced) for one in ("<&-", ">&-", "2>&-")), ">/dev/full"]
)
def test_streams_that_are_closed_or_full(tmp_path: Path, closed: str) -> None:
    (tmp_path / "a.py").write_text("import shutil\nshutil.copymode(1, 2)\n")
    script = f'"$0" -m callsite mark shutil.copymode a.py {closed}'
    ran = subprocess.run(
        ["sh", "-c", script, sys.executable], check=False, cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.returncode == (2 if "full" in closed else 0)
    assert ran.stderr == ("callsite: No space left on device; make room\n" if "full" in closed else "")


def test_other_trouble_of_the_system_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> str:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("callsite.cli.mark.read_text", fail)
    with pytest.raises(OSError, match="Input/output error"):
        main(["mark", "lib.f", "a.py"])
