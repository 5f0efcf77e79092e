"""Names of modules, read off the paths of a project."""

from __future__ import annotations

import json
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.harvest.modules import Module, find_module, find_modules
from callsite.harvest.release import Release, Source, SourceFile

SETUP = "packages/one/setup.py"


@pytest.mark.parametrize(
    ("path", "others", "name"),
    [
        # folders with __init__.py
        ("flask/app.py", "flask/__init__.py", "flask.app"),
        ("flask/json/tag.py", "flask/__init__.py flask/json/__init__.py", "flask.json.tag"),
        ("src/flask/app.py", "src/flask/__init__.py", "flask.app"),
        (
            "lib/sqlalchemy/orm/base.py",
            "lib/sqlalchemy/__init__.py lib/sqlalchemy/orm/__init__.py",
            "sqlalchemy.orm.base",
        ),
        ("python/ray/data.py", "python/ray/__init__.py", "ray.data"),
        ("sdk/python/ray/data.py", "sdk/python/ray/__init__.py", "ray.data"),
        ("foo-1.0.data/purelib/foo/a.py", "foo-1.0.data/purelib/foo/__init__.py", "foo.a"),
        ("foo-1.0/foo/a.py", "foo-1.0/foo/__init__.py", "foo.a"),
        # single files
        ("six.py", "", "six"),
        ("src/six.py", "", "six"),
        ("setup.py", "", "setup"),
        ("tests/test_x.py", "", "tests.test_x"),
        ("tests/unit/test_x.py", "tests/unit/__init__.py", "tests.unit.test_x"),
        ("docs/conf.py", "", "docs.conf"),
        (".github/scripts/x.py", "", "scripts.x"),
        ("stubs/thing.pyi", "", "stubs.thing"),
        # namespace packages
        ("google/cloud/storage/blob.py", "google/cloud/storage/__init__.py", "google.cloud.storage.blob"),
        ("src/zope/interface/ro.py", "src/zope/interface/__init__.py", "zope.interface.ro"),
        ("google-cloud-x/google/cloud/x/y.py", "google-cloud-x/google/cloud/x/__init__.py", "google.cloud.x.y"),
        ("ns/part/mod.py", "", "ns.part.mod"),
        # projects side by side
        ("packages/foo/foo/a.py", "packages/foo/foo/__init__.py", "foo.a"),
        ("packages/foo/src/foo/a.py", "packages/foo/src/foo/__init__.py", "foo.a"),
        ("packages/foo/bar/a.py", "packages/foo/bar/__init__.py", "bar.a"),
        ("libs/core/langchain_core/load.py", "libs/core/langchain_core/__init__.py", "langchain_core.load"),
        ("examples/tutorial/flaskr/db.py", "examples/tutorial/flaskr/__init__.py", "flaskr.db"),
        ("packages/foo/tests/test_a.py", "packages/foo/foo/__init__.py", "tests.test_a"),
        ("packages/foo/tests/test_a.py", "packages/foo/src/foo/__init__.py", "tests.test_a"),
        ("packages/one/google/x/a.py", f"{SETUP} packages/one/google/x/__init__.py", "google.x.a"),
        ("packages/one/tests/test_a.py", SETUP, "tests.test_a"),
        ("foo/foo/a.py", "foo/foo/__init__.py", "foo.a"),
        # folders that look like something else, and are packages
        ("src/flask/app.py", "src/__init__.py src/flask/__init__.py", "src.flask.app"),
        ("packages/foo/a.py", "packages/__init__.py packages/foo/__init__.py", "packages.foo.a"),
        ("foo/foo/a.py", "foo/__init__.py foo/foo/__init__.py", "foo.foo.a"),
        ("foo/lib/a.py", "foo/__init__.py foo/lib/__init__.py", "foo.lib.a"),
        # a folder without __init__.py inside of a package is a namespace again
        ("foo/data/a.py", "foo/__init__.py", "foo.data.a"),
        ("foo/vendor/x/a.py", "foo/__init__.py foo/vendor/x/__init__.py", "foo.vendor.x.a"),
        ("foo/lib/x/a.py", "foo/__init__.py foo/lib/x/__init__.py", "foo.lib.x.a"),
        ("foo/a-template/x/a.py", "foo/__init__.py foo/a-template/x/__init__.py", "x.a"),
        # not to be imported by a statement
        ("foo/migrations/0001_initial.py", "foo/__init__.py foo/migrations/__init__.py", ""),
        ("run-me.py", "", ""),
        ("foo/bar-baz/a.py", "foo/__init__.py foo/bar-baz/__init__.py", ""),
        ("README", "", ""),
        ("a.b.py", "", ""),
        (".py", "", ""),
        ("", "", ""),
    ],
)
def test_names_of_modules(path: str, others: str, name: str) -> None:
    assert find_module(path, frozenset([path, *others.split()])) == (name, False)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("flask/__init__.py", "flask"),
        ("src/flask/__init__.py", "flask"),
        ("google/cloud/__init__.py", "google.cloud"),
        ("foo/foo/__init__.py", "foo"),
        ("packages/a/b/__init__.py", "b"),
        ("src/__init__.py", "src"),
        ("foo-bar/__init__.py", ""),
        ("__init__.py", ""),
        ("backend/one/__init__.py", "one"),
        ("examples/__init__.py", "examples"),
    ],
)
def test_names_of_packages(path: str, name: str) -> None:
    assert find_module(path, frozenset([path])) == (name, True)


_FOLDERS = st.lists(st.sampled_from(["src", "foo", "bar", "packages", "a-b", "tests", "lib", ""]), max_size=4)
_PATHS = st.builds(
    lambda folders, file: "/".join([*folders, file]),
    _FOLDERS,
    st.sampled_from(["a.py", "__init__.py", "setup.py", "x-y.py"]),
)


@given(st.frozensets(_PATHS, max_size=8))
def test_a_name_is_the_end_of_its_path(paths: frozenset[str]) -> None:
    for path in paths:
        name, is_package = find_module(path, paths)
        assert is_package == path.endswith("__init__.py")
        if name:
            file = name.replace(".", "/") + ("/__init__.py" if is_package else ".py")
            assert f"/{path}".endswith(f"/{file}")
            above = path.removesuffix(file).rstrip("/")
            assert not above or f"{above}/__init__.py" not in paths


def test_the_standard_library_has_its_own_names() -> None:
    folder = Path(sysconfig.get_path("stdlib"))
    names = ["json/__init__.py", "json/decoder.py", "xml/dom/minidom.py", "os.py", "importlib/metadata/__init__.py"]
    paths = frozenset(str(path.relative_to(folder)) for path in folder.rglob("*.py") if "-" not in str(path))
    assert [find_module(name, paths)[0] for name in names] == [
        "json",
        "json.decoder",
        "xml.dom.minidom",
        "os",
        "importlib.metadata",
    ]
    assert json.decoder.__name__ == "json.decoder"


def test_every_file_of_a_source_is_a_module() -> None:
    files = tuple(SourceFile(path, b"") for path in ("foo/__init__.py", "foo/a.py", "setup.py"))
    modules = find_modules(Source("foo-1.0", Release("foo"), files))
    assert modules == (
        Module("foo-1.0", files[0], "foo", True),
        Module("foo-1.0", files[1], "foo.a", False),
        Module("foo-1.0", files[2], "setup", False),
    )
    assert [str(module) for module in modules[:2]] == ["foo-1.0/foo/__init__.py", "foo-1.0/foo/a.py"]
    assert str(Module("", files[2], "setup", False)) == "setup.py"
