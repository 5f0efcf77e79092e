"""Addresses that go on showing the same lines."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.harvest.permalinks import find_blob_sha, format_permalink, format_swhid, is_forge

SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("repository", "one", "several"),
    [
        ("https://github.com/o/n", f"/blob/{SHA}/src/a.py#L3", f"/blob/{SHA}/src/a.py#L3-L9"),
        ("https://gitlab.com/o/g/n", f"/-/blob/{SHA}/src/a.py#L3", f"/-/blob/{SHA}/src/a.py#L3-9"),
        ("https://gitlab.example.org/n", f"/-/blob/{SHA}/src/a.py#L3", f"/-/blob/{SHA}/src/a.py#L3-9"),
        ("https://codeberg.org/o/n", f"/src/commit/{SHA}/src/a.py#L3", f"/src/commit/{SHA}/src/a.py#L3-L9"),
        ("http://gitea.example.org/o/n", f"/src/commit/{SHA}/src/a.py#L3", f"/src/commit/{SHA}/src/a.py#L3-L9"),
        ("https://bitbucket.org/o/n", f"/src/{SHA}/src/a.py#lines-3", f"/src/{SHA}/src/a.py#lines-3:9"),
        ("https://git.sr.ht/~o/n", f"/tree/{SHA}/item/src/a.py#L3", f"/tree/{SHA}/item/src/a.py#L3-9"),
    ],
)
def test_forges(repository: str, one: str, several: str) -> None:
    assert format_permalink(repository, SHA, "src/a.py", (3, 3)) == repository + one
    assert format_permalink(repository + "/", SHA, "src/a.py", (3, 9)) == repository + several
    assert format_permalink(repository, SHA, "src/a.py") == repository + one.partition("#")[0]


@pytest.mark.parametrize(
    "revision", ["", "main", "v1.0", SHA[:7], SHA[:-1], SHA + "0", SHA.upper(), SHA + "\n", "g" * 40]
)
def test_only_whole_commits_are_linked(revision: str) -> None:
    assert format_permalink("https://github.com/o/n", revision, "a.py", (1, 2)) == ""


@pytest.mark.parametrize(
    "repository", ["", "https://example.org/o/n", "github.com/o/n", "https://[/o/n", "https://notgitlab.org/n"]
)
def test_unknown_forges_are_not_linked(repository: str) -> None:
    assert format_permalink(repository, SHA, "a.py") == ""


def test_a_link_needs_a_path() -> None:
    assert format_permalink("https://github.com/o/n", SHA, "") == ""


def test_long_hashes_and_strange_paths() -> None:
    link = format_permalink("https://github.com/o/n", SHA + SHA[:24], "a b/é#1?{}.py", (1, 1))
    assert link == f"https://github.com/o/n/blob/{SHA}{SHA[:24]}/a%20b/%C3%A9%231%3F%7B%7D.py#L1"


@pytest.mark.parametrize(
    ("host", "known"), [("GitHub.com", True), ("gitlab.x", True), ("example.org", False), ("", False)]
)
def test_hosts(host: str, known: bool) -> None:
    assert is_forge(host) is known


def test_identifiers_of_contents() -> None:
    # The values that git itself gives for no bytes and for this line.
    assert find_blob_sha(b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert format_swhid(b"hello world\n") == "swh:1:cnt:3b18e512dba79e4c8300dd08aeb37f8e728b8dad"
    assert format_swhid(b"hello world\n", (1, 1)) == "swh:1:cnt:3b18e512dba79e4c8300dd08aeb37f8e728b8dad;lines=1"
    assert format_swhid(b"", (10, 20)) == "swh:1:cnt:e69de29bb2d1d6434b8b29ae775ad8c2e48c5391;lines=10-20"


def test_git_agrees() -> None:
    data = "x = 'é'\r\n\0".encode()
    git = subprocess.run(["git", "hash-object", "--stdin", "--no-filters"], input=data, capture_output=True, check=True)
    assert git.stdout.decode().strip() == find_blob_sha(data)


@given(st.text(), st.text(), st.text())
def test_any_words_give_an_answer(repository: str, revision: str, path: str) -> None:
    link = format_permalink(f"https://github.com/{repository}", SHA, path)
    assert link.isascii() or not repository.isascii()
    assert format_permalink(repository, revision, path) == ""
