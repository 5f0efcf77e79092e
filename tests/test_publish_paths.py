"""Which paths can be published, and that none of them leads anywhere but below its root."""

from __future__ import annotations

import ntpath
import posixpath
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callsite.publish.manifest import MANIFEST
from callsite.publish.paths import RESERVED, check_paths, explain_path, is_safe


@pytest.mark.parametrize(
    "path",
    [
        "index.html", "a/b/c.html", "a b.html", " a", "100%.html", "%2e%2e/x", "what?.html", "a#b.html", "a&b=c.html",
        ".nojekyll", ".well-known/security.txt", ".gitignore", ".github/x", "..a", "a..b", "...a", "-rf", "~root/x",
        "café.html", "cafe\u0301.html", "日本語/頁.html", "🧵.html", "שלום.html", "a\u200db", "ab:c/d", "a/b:c", "a*b", "a|b",
        "'\"`$(x)`", "CON", "aux.html", "a.", "docs/.callsite-notes", ".callsite", "git~2",
        "x" * 255, "é" * 127, f"{'x' * 250}/{'y' * 255}", "/".join(["x" * 255] * 4),
    ],
)  # fmt: skip
def test_these_names_survive(path: str) -> None:
    assert explain_path(path) == ""
    assert is_safe(path)
    assert list(check_paths([path], "output")) == []


@pytest.mark.parametrize(
    ("path", "why"),
    [
        *((path, "does not name a file below the site") for path in (
            "", ".", "..", "/", "/etc/passwd", "//x", "a//b", "a/", "../x", "a/../../x", "a/..", "./a", "a/./b", "...",
            ". ", ".. /x", "a/ /b", " ",
        )),
        *((path, "has a backslash in it, which separates folders elsewhere") for path in ("a\\b", "..\\x", "\\\\host\\x")),
        *((path, "begins as the name of a drive does elsewhere") for path in ("C:/x", "c:x", "Z:", "a:b.html")),
        *((path, "has a character in it that cannot be seen") for path in (
            "a\0b", "a\nb", "a\rb", "a\tb", "a\x1b[2Jb", "\x7f", "\x85", "a\u2028b", "a\u202eb", "a\u2066b", "a\udcffb",
            "\ud800",
        )),
        *((path, "would be taken for git's own files") for path in (
            ".git", ".git/config", "a/.git/hooks/pre-push", ".GIT/x", ".Git", ".git /x", ".git./x", "git~1/x", "GIT~1",
            ".git::$INDEX_ALLOCATION/x", ".g\u200cit/config", ".\ufeffgit", "a/.gi\u200dt",
        )),
        *((path, "is kept for what a publish notes beside the site") for path in (
            MANIFEST, ".callsite-kept/x", ".callsite-manifest", ".Callsite-Published.json", ".call\u017fite-lock",
            ".callsite-", ".call\u200bsite-published.json",
        )),
        ("x" * 256, "has a name of more than 255 bytes in it"),
        ("a/" + "é" * 128, "has a name of more than 255 bytes in it"),
        ("/".join(["x" * 255] * 5), "has more than 1024 bytes"),
        ("/".join("é" * 600), "has more than 1024 bytes"),
    ],
)  # fmt: skip
def test_these_do_not_go_out(path: str, why: str) -> None:
    assert explain_path(path) == why
    assert not is_safe(path)
    [problem] = check_paths([path, "index.html"], "output")
    assert (problem.code, problem.message, problem.hint) == ("U101", f"the name {why}", "give it another name")
    assert problem.at.path == f"output/{path}"


def test_a_path_of_1024_bytes_is_the_longest() -> None:
    longest = "/".join(["x" * 255] * 4) + "y"
    assert len(longest) == 1024
    assert explain_path(longest[:-1]) == ""
    assert explain_path("/".join(["x" * 204] * 5)) == ""
    assert explain_path("/".join(["x" * 204] * 5) + "y") == "has more than 1024 bytes"


def test_two_spellings_of_one_name_are_told_once() -> None:
    paths = ["café.html", "cafe\u0301.html", "cafe.html", "CAFÉ.html"]
    assert [str(problem) for problem in check_paths(paths, "output")] == [
        "output/café.html: U101 the name differs from `cafe\u0301.html` only in how its letters are put together; "
        "give it another name"
    ]
    assert list(check_paths(paths[1:], "output")) == []
    assert list(check_paths([paths[0]] * 2, "output")) == []


def test_a_file_is_no_folder() -> None:
    assert [str(problem) for problem in check_paths(["a/b/c.html", "a/b", "a.html"], "output")] == [
        "output/a/b: U101 the name is that of a folder as well; give it another name"
    ]


paths = st.text() | st.lists(
    st.sampled_from(["..", ".", "", "a", ".git", "C:", "\\", "\0", "é", " ", RESERVED, "...", "git~1", "\u200d"])
    | st.text(max_size=3)
).map("/".join)


@given(paths)
@example("a/. ./b")
@example(".g\u200ci\u200dt")
def test_what_is_safe_stays_below_its_root(path: str) -> None:
    if not is_safe(path):
        return
    for module, root in ((posixpath, "/srv/site"), (ntpath, "D:\\srv\\site")):
        full = module.normpath(module.join(root, path))
        assert full.startswith(root + module.sep)
        assert module.normpath(path) == path.replace("/", module.sep)
    assert "\\" not in path
    folded = unicodedata.normalize("NFC", path.casefold()).split("/")
    assert ".git" not in folded
    assert not folded[0].startswith(RESERVED)
    assert path.encode().decode() == path
    assert len(path.encode()) <= 1024


@given(st.lists(paths, max_size=5))
def test_each_path_that_is_not_safe_is_told(found: list[str]) -> None:
    told = {problem.at.path.removeprefix("output/") for problem in check_paths(found, "output")}
    assert {path for path in found if not is_safe(path)} <= told <= set(found)
