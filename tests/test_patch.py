"""Patches: what they say, and that git takes them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.cli.patches import show_patch
from callsite.patch import format_patch
from callsite.text import BOM

_TEXT = "".join(f"{number}\n" for number in range(9))
_NAMES = ["a.md", "content/a b/é\u0301ü.md", 'a"b\\c\x01\x7f.md', "a\tb.md"]


def test_a_patch_reads_like_one_of_git() -> None:
    assert format_patch("a\r\nb\n" + _TEXT + "x", "A\r\nB\n" + _TEXT + "y", "/a b.md", context=1) == (
        "--- a/a b.md\t\n+++ b/a b.md\t\n"
        "@@ -1,3 +1,3 @@\n-a\r\n-b\n+A\r\n+B\n 0\n"
        "@@ -11,2 +11,2 @@\n 8\n-x\n\\ No newline at end of file\n+y\n\\ No newline at end of file\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "rows"),
    [
        ("a\nb\n", "a\nc\n", ["-b", "+c"]),
        ("a\r\nb\r\n", "a\r\nb\r\nc\r\n", ["+c\r"]),
        ("a\nb", "a\nb\n", ["-b", "\\ No newline at end of file", "+b"]),
        ("a\fb\n", "a\fb\nc\n", ["+c"]),
        ("a\rb\n", "a\rc\n", ["-a\rb", "+a\rc"]),
        ("", "a\n", ["+a"]),
    ],
)
def test_rows_are_those_of_git(old: str, new: str, rows: list[str]) -> None:
    shown = format_patch(old, new, "a.md").split("\n")
    assert [row for row in shown if row.startswith(("-", "+", "\\"))] == ["--- a/a.md", "+++ b/a.md", *rows]


def _git(folder: Path, *words: str) -> None:
    home = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
    done = subprocess.run(["git", *words], cwd=folder, env=home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", _NAMES)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_git_applies_patches(tmp_path: Path, name: str, ends: str) -> None:
    texts = [("a\nb\n" + _TEXT, "a\nB\n" + _TEXT + "end"), (BOM + "a\f\n" + _TEXT + "b", BOM + "a\f\nx\n" + _TEXT)]
    for number, pair in enumerate(texts):
        before, after = (text.replace("\n", ends) for text in pair)
        folder = tmp_path / str(number)
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes(before.encode())
        (folder / "x.patch").write_bytes(format_patch(before, after, name).encode())
        _git(folder, "init", "-q")
        _git(folder, "apply", "x.patch")
        assert (folder / name).read_bytes() == after.encode()
        _git(folder, "apply", "--reverse", "x.patch")
        assert (folder / name).read_bytes() == before.encode()


_rows = st.lists(st.sampled_from(["a", "b", "c\r", "", "a b"]), max_size=20)


@given(_rows, _rows, st.booleans(), st.integers(0, 4))
def test_a_patch_says_what_changes(old: list[str], new: list[str], ended: bool, context: int) -> None:
    end = "\n" if ended else ""
    before, after = ("\n".join(rows) + end if rows else "" for rows in (old, new))
    patch = format_patch(before, after, "a", context)
    assert bool(patch) == (before != after)
    lines, made, done = before.split("\n"), [], 0
    for hunk in patch.split("@@ -")[1:]:
        head, *rows = hunk.split("\n")[:-1]
        span = head.split(" ")[0].split(",")
        start, length = int(span[0]) - (span[1:] != ["0"]), int(span[1]) if span[1:] else 1
        body = [row for row in rows if not row.startswith("\\")]
        assert [row[1:] for row in body if row[0] != "+"] == lines[start : start + length]
        made += lines[done:start] + [row[1:] for row in body if row[0] != "-"]
        done = start + length
    assert [row for row in made + lines[done:] if row] == [row for row in after.split("\n") if row]


def test_programs_get_a_patch_as_it_is_and_people_see_what_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    show_patch("a\r\n", "b\x1b\r\n", tmp_path / "a.md")
    assert capsys.readouterr().out == "--- a/a.md\n+++ b/a.md\n@@ -1 +1 @@\n-a\r\n+b\x1b\r\n"
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    show_patch("a\n", "b\x1b\n", tmp_path / "a.md")
    assert capsys.readouterr().out == "--- a/a.md\n+++ b/a.md\n@@ -1 +1 @@\n-a\n+b<U+001B>\n"
