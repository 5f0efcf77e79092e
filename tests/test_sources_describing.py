"""Which release a tree is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.harvest.release import Release, SourceFile
from callsite.sources.describing import find_metadata, make_release, parse_file_name, parse_pyproject, parse_tag
from callsite.sources.gathering import Tree

MIT = "MIT License\n\nCopyright (c) 2020 A. Body\n"


def _tree(papers: dict[str, str]) -> Tree:
    return Tree((), tuple(SourceFile(path, text.encode()) for path, text in sorted(papers.items())))


def test_a_release_is_what_its_metadata_says() -> None:
    metadata = (
        "Metadata-Version: 2.4\nName: Flask-X\nVersion: 1.0\nLicense-Expression: MIT\n"
        "Project-URL: Source, https://github.com/o/r\nProject-URL: Docs, https://example.org/d\n\nName: description\n"
    )
    release = make_release(_tree({"PKG-INFO": metadata, "LICENSE": MIT}), Release(""))
    assert (release.project, release.version, release.repository) == ("Flask-X", "1.0", "https://github.com/o/r")
    assert release.documentation == "https://example.org/d"
    assert (release.licence.expression, release.licence.path) == ("MIT", "LICENSE")
    assert release.licence.notices == ("Copyright (c) 2020 A. Body",)


def test_what_is_known_already_stays() -> None:
    known = Release("x", "2", "x.zip", "abc", "https://example.org/x", "def")
    release = make_release(_tree({"PKG-INFO": "Name: y\nVersion: 1\n"}), known)
    assert (release.project, release.version, release.artefact, release.sha256) == ("x", "2", "x.zip", "abc")
    assert (release.repository, release.revision) == ("https://example.org/x", "def")


def test_metadata_from_elsewhere_comes_first() -> None:
    assert make_release(_tree({"PKG-INFO": "Name: y\n"}), Release(""), "Name: z\n").project == "z"


def test_a_tree_that_says_nothing_is_nothing() -> None:
    release = make_release(Tree(()), Release(""))
    assert (release.project, release.version, release.licence.expression) == ("", "", "")


def test_a_name_stays_on_its_line() -> None:
    assert make_release(_tree({"PKG-INFO": f"Name: a\n b{'c' * 500}\n"}), Release("")).project == "a b" + "c" * 197


@pytest.mark.parametrize(
    ("papers", "name"),
    [
        ({"PKG-INFO": "Name: a", "pyproject.toml": "[project]\nname='b'"}, "Name: a"),
        ({"x-1.dist-info/METADATA": "Name: a", "x/vendor/y-1.dist-info/METADATA": "Name: y"}, "Name: a"),
        ({"x.egg-info/PKG-INFO": "Name: a"}, "Name: a"),
        ({"src/x.egg-info/PKG-INFO": "Name: a"}, "Name: a"),
        ({"pyproject.toml": "[project]\nname='b'"}, "name: b\n"),
        ({"tests/data/PKG-INFO": "Name: a", "pyproject.toml": "[project]\nname='b'"}, "name: b\n"),
        ({"tests/data/pyproject.toml": "[project]\nname='b'"}, ""),
        ({"LICENSE": MIT}, ""),
    ],
)
def test_which_metadata_is_the_project_s_own(papers: dict[str, str], name: str) -> None:
    assert find_metadata(_tree(papers)) == name.replace("name:", "Name:")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[project]\nname = 'x'\nversion = '1'\nlicense = 'MIT'\nclassifiers = ['A :: B', 'C']\n"
            "[project.urls]\nSource = 'https://example.org/x'",
            "License-Expression: MIT\nLicense: MIT\nName: x\nVersion: 1\nClassifier: A :: B\nClassifier: C\n"
            "Project-URL: Source, https://example.org/x\n",
        ),
        ("[project]\nname = 'x'\nlicense = {text = 'BSD'}\ndynamic = ['version']", "License: BSD\nName: x\n"),
        ("[project]\nname = 'x'\nlicense = {file = 'LICENSE'}", "Name: x\n"),
        ('[project]\nname = "x\\nLicense: MIT"', "Name: x License: MIT\n"),
        (
            "[tool.poetry]\nname = 'x'\nlicense = 'MIT'\nrepository = 'https://example.org/x'",
            "License-Expression: MIT\nLicense: MIT\nName: x\nProject-URL: repository, https://example.org/x\n",
        ),
        ("[project]\nversion = '1'\n[tool.poetry]\nname = 'x'", "Name: x\n"),
        ("[project]\nname = 3", ""),
        ("[project]\nname = 'x'\nclassifiers = 3\nurls = 4\nversion = 5\nlicense = 6", "Name: x\n"),
        ("project = 3\ntool = 4", ""),
        ("[build-system]", ""),
        ("not toml", ""),
        ("a = " + "[" * 5000, ""),
    ],
)
def test_static_metadata(text: str, expected: str) -> None:
    assert parse_pyproject(text) == expected


@given(st.text(max_size=200), st.binary(max_size=200))
def test_any_papers_give_a_release(text: str, data: bytes) -> None:
    paths = ("PKG-INFO", "LICENSE", "pyproject.toml")
    tree = Tree((), tuple(SourceFile(path, data) for path in paths))
    for metadata in ("", text, f"Name: {text}", f"License: {text}"):
        assert "\n" not in make_release(tree, Release(""), metadata).project


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Flask-Security-Too-4.0.1.tar.gz", ("Flask-Security-Too", "4.0.1")),
        ("flask_x-1.0-py2.py3-none-any.whl", ("flask-x", "1.0")),
        ("x-1.0-1.zip", ("x", "1.0-1")),
        ("x-main.tar.gz", ("x-main", "")),
        ("x.tgz", ("x", "")),
        ("x", ("x", "")),
    ],
)
def test_names_of_files(name: str, expected: tuple[str, str]) -> None:
    assert parse_file_name(name) == expected


@pytest.mark.parametrize(
    ("tag", "version"),
    [
        ("1.2", "1.2"),
        ("v1.2", "1.2"),
        ("V1.2rc1", "1.2rc1"),
        ("flask-x-1.2", "1.2"),
        ("Flask_X-v1.2", "1.2"),
        ("flask.x/1.2", "1.2"),
        ("release-1.2", "1.2"),
        ("rel_1_2_3", "1.2.3"),
        ("r7", "7"),
        ("other-1.2", ""),
        ("1.2-banana", ""),
        ("latest", ""),
        ("", ""),
    ],
)
def test_versions_of_tags(tag: str, version: str) -> None:
    assert parse_tag(tag, "Flask-X") == version
