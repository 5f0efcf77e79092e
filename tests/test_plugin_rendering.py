"""Templates that are rendered late, and files that come along from the build before instead."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pelican.writers import Writer

from callsite import last_build
from callsite.pelican_plugin import rendering
from callsite.pelican_plugin.run import end_run
from callsite.staging import Staging
from tests.building import CONTENT, SiteFolder

PAGE = "title: {0}\nslug: {0}\n\n{1}\n"


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(last_build, "_TICK", 0)
    yield
    end_run()


@pytest.fixture
def built(site: SiteFolder) -> SiteFolder:
    """A site of two pages that was built once."""
    site.set(CALLSITE_SEARCH=False, CALLSITE_PROCESSES=1)
    site.write({**CONTENT, "content/pages/one.md": PAGE.format("one", "Words.")})
    assert site.build().code == 0
    return site


def edit(site: SiteFolder, words: str = "Other words.") -> None:
    site.write({"content/pages/one.md": PAGE.format("one", words)})


def number(site: SiteFolder, name: str) -> int:
    return (site.output / name).stat().st_ino


def is_fresh(site: SiteFolder) -> bool:
    assert site.build("-e", "CALLSITE_CACHE=false", "-o", "fresh").code == 0
    return site.snapshot() == site.snapshot("fresh")


def test_what_has_not_changed_is_the_same_file(built: SiteFolder) -> None:
    before = {name: number(built, name) for name in ("about.html", "about.md", "symbols.html", "one.html", "one.md")}
    edit(built)
    built.build()
    same = {name for name, known in before.items() if number(built, name) == known}
    assert same == {"about.html", "about.md", "symbols.html"}
    assert "Other words." in built.build().read("one.html")
    assert is_fresh(built)


def test_where_a_disk_has_no_links_files_are_copied(built: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    time = (built.output / "about.html").stat().st_mtime_ns
    for words in ("Once.", "Twice."):
        edit(built, words)
        assert words in built.build().read("one.html")
        assert (built.output / "about.html").stat().st_mtime_ns == time
    assert is_fresh(built)


def test_files_that_cannot_come_along_are_made_anew(built: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    before = number(built, "about.html")
    edit(built)
    with monkeypatch.context() as patch:
        patch.setattr(os, "link", refuse)
        patch.setattr("shutil.copy2", refuse)
        assert built.build().code == 0
    assert number(built, "about.html") != before
    assert is_fresh(built)


def test_a_file_that_another_build_puts_there_meanwhile_does_not_come_along(
    built: SiteFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def link_late(old: str, new: str, **options: Any) -> None:
        if Path(old).name == "about.html":
            Path(old).unlink()
            Path(old).write_text("of another build")
        link(old, new, **options)

    edit(built)
    with monkeypatch.context() as patch:
        patch.setattr(os, "link", link_late)
        built.build()
    assert "another" not in (built.output / "about.html").read_text()
    assert is_fresh(built)


def test_a_file_that_another_build_puts_there_at_the_end_is_not_ours(
    built: SiteFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = Staging.commit

    def commit_and_lose(staging: Staging, *args: Any) -> None:
        commit(staging, *args)
        path = staging.target / "about.html"
        Path(f"{path} of another").write_text("of another build")
        Path(f"{path} of another").replace(path)
        (staging.target / "one.html").unlink()

    edit(built)
    with monkeypatch.context() as patch:
        patch.setattr(Staging, "commit", commit_and_lose)
        built.build()
    edit(built, "Words once more.")
    built.build()
    assert "another" not in (built.output / "about.html").read_text()
    assert is_fresh(built)


def test_a_damaged_record_of_what_was_written_is_none(built: SiteFolder) -> None:
    (path,) = (built.root / ".cache/build").glob("*.pages")
    whole = path.read_bytes()
    for at in range(20, len(whole), len(whole) // 8):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        edit(built, f"Words at {at}.")
        assert f"Words at {at}." in built.build().read("one.html")
    assert is_fresh(built)


def test_files_without_keys_are_rendered_every_time(built: SiteFolder) -> None:
    with (built.root / "pelicanconf.py").open("a") as file:
        file.write("JINJA_FILTERS = {'loud': str.upper}\n")
    built.build()
    before = number(built, "about.html")
    built.build()
    assert number(built, "about.html") != before
    assert is_fresh(built)


def test_a_list_whose_place_is_taken_is_not_written(built: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = Writer.__init__

    def begin_late(writer: Any, *args: Any, **kwargs: Any) -> None:
        """As if another file of that name had been written, and was there to stay."""
        begin(writer, *args, **kwargs)
        path = str(Path(writer.output_path, "symbols.html"))
        writer._written_files.add(path)
        writer._overridden_files.add(path)

    monkeypatch.setattr(Writer, "__init__", begin_late)
    edit(built)
    assert "symbols.html" not in built.build().files


def test_files_that_are_not_there_have_no_numbers(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    assert rendering._number(tmp_path, ("a",)) == ((tmp_path / "a").stat().st_ino,)
    assert rendering._number(tmp_path, ("a", "b")) == ()


def test_a_draft_has_no_twin_and_comes_along(built: SiteFolder) -> None:
    built.write({"content/pages/draft.md": "title: D\nslug: d\nstatus: draft\n\nx\n"})
    built.build()
    before = number(built, "drafts/pages/d.html")
    edit(built)
    assert "drafts/pages/d.md" not in built.build().files
    assert number(built, "drafts/pages/d.html") == before


def test_an_error_in_a_template_is_told_with_its_place_from_any_process(
    built: SiteFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "PORTION", 1)
    before = built.snapshot()
    built.write(
        {
            "tpl/page.html": "{% extends '!theme/page.html' %}\n{% block head %}{{ asset('css/colsite.css') }}{% endblock %}"
        }
    )
    built.set(THEME_TEMPLATES_OVERRIDES=["tpl"])
    told = []
    for processes in (1, 2):
        failed = built.build("-e", f"CALLSITE_PROCESSES={processes}")
        assert failed.code == 2
        told.append(failed.stderr)
    assert told[0] == told[1]
    assert told[0].startswith("callsite: tpl/page.html:2: asset() asks for `css/colsite.css`")
    assert built.snapshot() == before
    end_run()  # as the process does when it ends
    assert built.leftovers == []
    assert [path.name for path in (built.root / ".cache/build").glob(".callsite-*")] == []
