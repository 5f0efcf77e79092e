"""The files that listings were taken from: found in folders and archives, never fetched, never out of bounds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from callsite.errors import CallsiteError
from callsite.originals import Shelf, load_originals
from callsite.page import parse_page
from callsite.sources.gathering import LIMITS
from tests.trees import make_sdist, make_wheel

PAGE = """\
title: t

```python project=Own-Project path=src/a.py lines=1
a
```

```python
b
```

> ```html project=own_project path=templates/x.html
> <p>
> ```

```python project=other path=src/a.py
c
```

```python project=own.project
d
```

```python path=src/a.py
e
```
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project's folder beside things that are none of its."""
    project = tmp_path / "project"
    (project / "src").mkdir(parents=True)
    (project / "templates").mkdir()
    (project / "src/a.py").write_bytes(b"a\r\nb\rc\n")
    (project / "templates/x.html").write_bytes("\ufeff<p>ä\r\n".encode())
    (tmp_path / "secret.py").write_text("secret\n")
    return project


def test_texts_are_found_by_the_number_of_the_listing(folder: Path) -> None:
    page, _ = parse_page(PAGE)
    shelf = Shelf({"own project": "project", "third": str(folder)}, folder.parent)
    assert load_originals(page, shelf) == {0: "a\nb\nc\n", 2: "<p>ä\n"}
    assert load_originals(page, Shelf({})) == {}


def test_the_sites_own_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert Shelf({"own": "."}).load_text("own", "src/a.py") == "a\nb\nc\n"
    assert Shelf({"own": "./src"}).load_text("own", "a.py") == "a\nb\nc\n"
    assert Shelf({"own": "src"}).load_text("own", "./a.py") == "a\nb\nc\n"


@pytest.mark.parametrize(
    "path",
    ["src/b.py", "src", "", ".", "../secret.py", "src/../../secret.py", "src\\a.py", "a\0b", "x" * 5000, "src/a.py/b"],
)
def test_what_is_not_there_is_left_out(folder: Path, path: str) -> None:
    assert Shelf({"p": str(folder)}).load_text("p", path) is None


def test_nothing_outside_of_the_folder_is_read(folder: Path) -> None:
    (folder / "out.py").symlink_to("../secret.py")
    (folder / "up").symlink_to("..")
    (folder / "in.py").symlink_to("src/a.py")
    (folder / "loop.py").symlink_to("loop.py")
    os.mkfifo(folder / "pipe.py")
    (folder.parent / "project-2").mkdir()
    (folder.parent / "project-2/b.py").write_text("b\n")
    (folder / "beside.py").symlink_to("../project-2/b.py")
    shelf = Shelf({"p": str(folder)})
    assert shelf.load_text("p", str(folder.parent / "secret.py")) is None
    for path in ("out.py", "up/secret.py", "loop.py", "pipe.py", "beside.py"):
        assert shelf.load_text("p", path) is None
    assert shelf.load_text("p", "in.py") == "a\nb\nc\n"


def test_what_is_no_text_is_left_out(folder: Path) -> None:
    (folder / "a.py").write_bytes(b"# coding: nonsense\n")
    (folder / "b.py").write_bytes(b"a\0b\n")
    (folder / "c.py").write_bytes(b"# coding: latin-1\n# \xe9\n")
    (folder / "d.txt").write_bytes(b"\xe9\n")
    with (folder / "e.txt").open("wb") as file:
        file.truncate(LIMITS.file + 1)
    shelf = Shelf({"p": str(folder)})
    texts = {name: shelf.load_text("p", name) for name in ("a.py", "b.py", "c.py", "d.txt", "e.txt")}
    assert texts == {"a.py": None, "b.py": None, "c.py": "# coding: latin-1\n# é\n", "d.txt": None, "e.txt": None}


def test_files_in_archives(tmp_path: Path) -> None:
    """An archive is read when it is first asked for, and once."""
    files = {"own/a.py": "a\n"}
    for archive in (make_wheel(tmp_path, files, "own"), make_sdist(tmp_path, files, "own")):
        shelf = Shelf({"own": archive.name, "unasked": archive.name}, tmp_path)
        assert shelf.load_text("own", "own/a.py") == "a\n"
        archive.write_bytes(b"damaged")
        assert shelf.load_text("own", "own/a.py") == "a\n"
        assert shelf.load_text("own", "own/b.py") is None
        assert shelf.load_text("own", "../own/a.py") is None
        with pytest.raises(CallsiteError, match=f"{archive.name}: "):
            shelf.load_text("unasked", "own/a.py")


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("nowhere", r"sources: p: nowhere: there is no such folder; write .*"),
        ("./nowhere", r"sources: p: .*nowhere is no folder; name one, or an archive"),
        ("./file.py", r"sources: p: .*file\.py is no folder; name one, or an archive"),
        ("nowhere.whl", r"sources: p: there is no archive .*nowhere\.whl; name one, or a folder"),
        ("flask==3.1.0", r"sources: p: flask==3\.1\.0 may have to be fetched; name a folder or an archive"),
        ("installed", r"sources: p: installed may have to be fetched; name a folder or an archive"),
        (
            "git+https://me:word@example.org/r@main",
            r"sources: p: git\+https://[^:@]*example\.org/r@main may have to be fetched; name a folder or an archive",
        ),
        ("", r"sources: p: nothing: is no source; .*"),
    ],
)
def test_other_sources_are_refused(tmp_path: Path, spec: str, message: str) -> None:
    (tmp_path / "file.py").write_text("a\n")
    with pytest.raises(CallsiteError, match=rf"\A{message}\Z"):
        Shelf({"p": spec}, tmp_path)
