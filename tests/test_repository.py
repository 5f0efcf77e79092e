"""Where projects live: repositories and documentation told from metadata, and when two releases are of one project."""

from __future__ import annotations

import pytest
from hypothesis import given

from callsite.harvest.release import Release
from callsite.harvest.repository import find_documentation, find_project_key, find_repository, normalise_repository
from tests.strategies import texts

GITHUB = "https://github.com/o/n"


def metadata(*lines: str) -> str:
    return "\n".join(["Metadata-Version: 2.1", "Name: x", *lines, "", f"Project-URL: Source, {GITHUB}"])


@pytest.mark.parametrize(
    ("lines", "repository"),
    [
        ([f"Project-URL: Source, {GITHUB}"], GITHUB),
        ([f"Project-URL: Source Code,{GITHUB}.git"], GITHUB),
        ([f"Project-URL: GitHub , {GITHUB}/"], GITHUB),
        ([f"Project-URL: Git-Lab, {GITHUB}"], GITHUB),
        (["Project-URL: Homepage, https://x.org", f"Project-URL: repository, {GITHUB}/tree/main/packages/n"], GITHUB),
        (["Project-URL: Source, https://svn.example.org/x/trunk"], "https://svn.example.org/x/trunk"),
        (["Project-URL: Source, not an address", f"Project-URL: Source, {GITHUB}"], GITHUB),
        ([f"Project-URL: Code, {GITHUB}2", f"Project-URL: Source, {GITHUB}"], GITHUB),
        ([f"Home-page: {GITHUB}"], GITHUB),
        (["Home-page: https://x.org", f"Project-URL: Homepage, {GITHUB}#readme"], GITHUB),
        (["Home-page: UNKNOWN", f"Project-URL: Bug Tracker, {GITHUB}/issues"], GITHUB),
        (["Project-URL: Changelog, https://gitlab.com/g/s/n/-/blob/main/CHANGES"], "https://gitlab.com/g/s/n"),
        # Pages that are no repositories.
        (["Project-URL: Homepage, https://x.org/n"], ""),
        (["Home-page: https://x.org/github.com/o/n"], ""),
        ([f"Project-URL: Funding, {GITHUB}"], ""),
        (["Project-URL: Source"], ""),
        (["Project-URL: Source, https://github.com/sponsors"], ""),
        (["Project-URL: Source, javascript:alert(1)"], ""),
        ([], ""),
    ],
)
def test_repositories(lines: list[str], repository: str) -> None:
    assert find_repository(metadata(*lines)) == repository


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("git+https://github.com/o/n.git", GITHUB),
        ("git@github.com:o/n.git", GITHUB),
        ("ssh://git@github.com/o/n.git", GITHUB),
        ("ssh://git@github.com:22/o/n", GITHUB),
        ("git://github.com/o/n", GITHUB),
        ("http://www.GitHub.com/o/n/issues?q=1", GITHUB),
        ("https://me:secret@github.com/o/n", GITHUB),
        ("https://git.sr.ht/~o/n/tree", "https://git.sr.ht/~o/n"),
        ("https://gitlab.com/g/s/n/-/issues", "https://gitlab.com/g/s/n"),
        ("http://code.example.org:8080/n.git", "http://code.example.org:8080/n"),
        ("", ""),
        ("https://github.com/o", ""),
        ("https://example.org", ""),
        ("https://example.org:99999/n", ""),
        ("https://[::1/n", ""),
        ("https://:80/n", ""),
        ("file:///etc/passwd", ""),
        ("https://github.com/o/n<script>", ""),
        ("https://github.com/" + "o" * 500, ""),
    ],
)
def test_one_address(url: str, address: str) -> None:
    assert normalise_repository(url) == address


@pytest.mark.parametrize(
    ("lines", "documentation"),
    [
        (["Project-URL: Documentation, https://x.org/docs/"], "https://x.org/docs/"),
        (["Project-URL: API, https://x.org/api", "Project-URL: docs, https://x.org"], "https://x.org"),
        (["Project-URL: Docs, none", "Project-URL: Read the Docs, https://x.org"], "https://x.org"),
        (["Home-page: https://x.org"], ""),
        (["Project-URL: Documentation, javascript:alert(1)"], ""),
    ],
)
def test_documentation(lines: list[str], documentation: str) -> None:
    assert find_documentation(metadata(*lines)) == documentation


@given(texts())
def test_any_text_gives_an_answer(text: str) -> None:
    for found in (find_repository(f"Project-URL: Source, {text}"), find_repository(text), normalise_repository(text)):
        assert found == "" or found.startswith(("https://", "http://"))
        assert normalise_repository(found) == found


def test_two_releases_of_one_project() -> None:
    one = Release("Flask", "1.0", repository="https://github.com/Pallets/flask")
    two = Release("flask-next", "2.0", repository="https://github.com/pallets/flask")
    assert find_project_key(one) == find_project_key(two) != find_project_key(Release("Flask"))
    assert find_project_key(Release("My_Project.x")) == find_project_key(Release("my-project-x")) == "my-project-x"
