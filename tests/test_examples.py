"""The example pages quote Callsite's own source to the letter, and mark what they are about."""

from __future__ import annotations

import importlib.util
import re
import shutil
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

from callsite import __version__
from callsite.model import Gap, Line, Listing, Page, Symbol
from callsite.page import lines_fit, parse_page
from callsite.snippet import split_rows
from callsite.symbol import find_symbol

ROOT = Path(__file__).parents[1]
LIBRARIES = sorted((ROOT / "content/examples").rglob("index.md"))
EXAMPLES = sorted(set((ROOT / "content/examples").rglob("*.md")) - set(LIBRARIES))

PAGE = """\
title: os path Example Code
slug: a\t

## Example

```python project=Callsite version=0.0.1 path=callsite/a.py licence=MIT lines=1-2,4 extra
~~import os
import re

#  ...  cut  ...
~~    return os.path.sep
```

```python
x = 1
```
"""

SOURCE = "import os\nimport re\n\n    return os.path.sep\n"


def read_page(path: Path) -> Page:
    page, problems = parse_page(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))
    assert problems == ()
    return page


PAGES = [pytest.param(read_page(path), id=path.stem) for path in EXAMPLES]
LISTINGS = [
    pytest.param(page, listing, id=f"{Path(page.at.path).stem}-{number}")
    for page in map(read_page, EXAMPLES)
    for number, listing in enumerate(page.listings, start=1)
]


def load_script() -> ModuleType:
    loader = SourceFileLoader("sync_examples", str(ROOT / "scripts/sync-examples"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def symbol_of(page: Page) -> Symbol:
    symbol = find_symbol(page.meta)
    assert symbol
    return symbol


def names(text: str, symbol: Symbol) -> bool:
    """Whether a line names a symbol, or imports the module it is called through."""
    if re.search(rf"\b{re.escape(symbol.name)}\b", text):
        return True
    package, _, module = symbol.module.rpartition(".")
    return text in (f"import {symbol.module}", f"from {package} import {module}")


def uses(text: str, name: str) -> bool:
    """Whether a line calls something, derives from it or reaches into it; an annotation or a comment does not."""
    return re.search(rf"(?<!: )(?<![-`\w]){name}(?:[()]|\.\w)", text) is not None


def source_of(listing: Listing) -> list[str]:
    return split_rows((ROOT / listing.origin.path).read_text(encoding="utf-8"))


def test_there_are_example_pages() -> None:
    assert len(PAGES) >= 8
    libraries = {symbol_of(read_page(path)).library for path in EXAMPLES}
    assert libraries >= {"pelican", "markdown", "pygments", "jinja2", "bs4"}


@pytest.mark.parametrize("page", PAGES)
def test_pages_have_the_shape_of_the_reference_page(page: Page) -> None:
    meta, symbol = page.meta, symbol_of(page)
    assert meta.title == f"{symbol.module} {symbol.name} Example Code"
    assert meta.sidebartitle == f"{symbol.module} {symbol.name}"
    assert re.fullmatch(r"[a-z0-9-]+-examples", meta.slug)
    assert re.fullmatch(r"\d{9}", meta.sortorder)
    assert meta.category == "page"
    assert meta.toc is False
    assert symbol.name in meta.description
    assert meta.docs.startswith("https://")
    assert Path(page.at.path).parent.name == symbol.library.replace("_", "-")
    text = (ROOT / page.at.path).read_text(encoding="utf-8")
    assert len(re.findall(r"^## Example \d+ from Callsite$", text, re.MULTILINE)) == len(page.listings) >= 1


def test_pages_have_places_of_their_own() -> None:
    metas = [read_page(path).meta for path in EXAMPLES]
    assert len({meta.sortorder for meta in metas}) == len(metas)
    libraries = {(symbol_of(read_page(path)).library, read_page(path).meta.sortorder[:5]) for path in EXAMPLES}
    assert len(libraries) == len({library for library, _ in libraries}) == len({digits for _, digits in libraries})


def test_each_library_has_a_page_of_its_own() -> None:
    pages = {path.parent: read_page(path) for path in LIBRARIES}
    assert {symbol_of(page).library for page in pages.values()} == {
        symbol_of(read_page(path)).library for path in EXAMPLES
    }
    for folder, page in pages.items():
        meta = page.meta
        assert str(symbol_of(page)) == meta.sidebartitle == folder.name.replace("-", "_")
        assert meta.slug == folder.name
        examples = {read_page(path).meta.sortorder[:5] for path in EXAMPLES if path.parent == folder}
        assert examples == {meta.sortorder[:5]}
        assert meta.sortorder == f"{meta.sortorder[:5]}0000"
        assert meta.description
        assert page.listings == ()
        text = (ROOT / page.at.path).read_text(encoding="utf-8")
        assert f"]({meta.docs})" in text
        assert "Callsite" in text


@pytest.mark.parametrize(("page", "listing"), LISTINGS)
def test_excerpts_equal_the_source(page: Page, listing: Listing) -> None:
    origin = listing.origin
    assert (origin.project, origin.version, origin.licence) == ("Callsite", __version__, "MIT"), listing.at
    assert lines_fit(listing)
    rows = source_of(listing)
    for (first, last), run in zip(origin.lines, listing.snippet.runs, strict=True):
        assert [line.text for line in run] == rows[first - 1 : last], f"{listing.at}: run scripts/sync-examples"


@pytest.mark.parametrize(("page", "listing"), LISTINGS)
def test_marked_lines_name_what_the_page_is_about(page: Page, listing: Listing) -> None:
    symbol = symbol_of(page)
    rows = [row for row in listing.snippet.rows if isinstance(row, Line)]
    marked = [row.text for row in rows if row.marked]
    assert len(marked) >= 2, "one line imports it, another uses it"
    assert any("import" in text for text in marked)
    assert [text for text in marked if not names(text, symbol)] == []
    assert [row.text for row in rows if not row.marked and uses(row.text, symbol.name)] == []


@pytest.mark.parametrize(("page", "listing"), LISTINGS)
def test_gaps_tell_the_truth(page: Page, listing: Listing) -> None:
    name = symbol_of(page).name
    rest = source_of(listing)[listing.origin.lines[-1][1] :]
    assert [row for row in rest if uses(row, name)] == []
    notes = [row.note for row in listing.snippet.rows if isinstance(row, Gap)]
    if any(row.strip() for row in rest):
        assert isinstance(listing.snippet.rows[-1], Gap), "the file goes on"
        assert notes.pop() == f"source file continues with no further {name} examples"
    assert notes == [f"source file abbreviated to get to {name} examples"] * (len(listing.snippet.runs) - 1)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "content").mkdir()
    (tmp_path / "callsite").mkdir()
    (tmp_path / "content/a.md").write_bytes(PAGE.replace("\n", "\r\n").encode())
    (tmp_path / "callsite/a.py").write_text(SOURCE, encoding="utf-8")
    return tmp_path


def test_sync_changes_the_fence_line_and_no_other_byte(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script, page = load_script(), repository / "content/a.md"
    (repository / "callsite/a.py").write_text('"""New."""\n\n' + SOURCE.replace("\n\n", "\n\n\n"), encoding="utf-8")
    old = page.read_bytes()
    assert script.main([str(repository), "--check"]) == 1
    assert page.read_bytes() == old
    assert script.main([str(repository)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == said[1]
    assert re.search(r"a\.md:6: lines=1-2,4 is now lines=3-4,7; version=0\.0\.1 is now version=", said[0])
    new = page.read_bytes()
    assert script.main([str(repository), "--check"]) == 0
    before, after = old.split(b"```"), new.split(b"```")
    assert before[0] == after[0]
    assert before[2:] == after[2:]
    assert b"lines=3-4,7 extra\r\n" in after[1]
    assert f"version={__version__}".encode() in after[1]


def test_sync_reports_what_is_gone(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script, page = load_script(), repository / "content/a.md"
    old = page.read_bytes()
    (repository / "callsite/a.py").write_text(SOURCE.replace("sep", "pathsep"), encoding="utf-8")
    assert script.main([str(repository)]) == 1
    assert re.search(r"a\.md:6: the lines from `return os\.path\.sep` on are no longer in", capsys.readouterr().out)
    (repository / "callsite/a.py").write_text("    return os.path.sep\nimport os\nimport re\n", encoding="utf-8")
    assert script.main([str(repository)]) == 1
    assert re.search(r"a\.md:6: .* another order", capsys.readouterr().out)
    shutil.rmtree(repository / "callsite")
    assert script.main([str(repository)]) == 1
    assert re.search(r"a\.md:6: callsite/a\.py cannot be read", capsys.readouterr().out)
    assert page.read_bytes() == old


def test_of_several_places_the_nearest_is_taken(repository: Path) -> None:
    script, page = load_script(), repository / "content/a.md"
    (repository / "callsite/a.py").write_text("    return os.path.sep\n" + SOURCE * 2, encoding="utf-8")
    assert script.main([str(repository)]) == 0
    assert b" lines=2-3,5 " in page.read_bytes()


def test_everything_is_in_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert load_script().main(["--check"]) == 0, capsys.readouterr().out
