"""What a check keeps for the next one: it finds the same, and looks only into pages that have changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from callsite.cache import Cache
from callsite.check.policy import Policy
from callsite.checking import keeping, pages
from callsite.checking.keeping import FOLDER, open_kept
from callsite.checking.site import Content, check_content
from callsite.checking.starting import open_workers
from callsite.checking.tasks import PageTask
from callsite.configuration import Configuration, read_configuration
from callsite.model import Problem
from callsite.settings import read_settings
from tests.planted import ABOUT, TOOLS
from tests.test_checking import plant_many
from tests.test_workers import boot

Looked = list[str]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planted") / "site"
    folder.mkdir()
    plant_many(folder)
    (folder / "pyproject.toml").unlink()  # it says where quoted files are, of which nobody knows how they change
    return folder


@pytest.fixture
def root(planted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site with all the faults that can be together, and the working directory."""
    root = tmp_path / "site"
    shutil.copytree(planted, root, symlinks=True)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> Looked:
    """The pages that are looked into, as they are."""
    found: Looked = []
    real = pages.check_page

    def note(task: PageTask) -> object:
        found.append(task.source)
        return real(task)

    monkeypatch.setattr(pages, "check_page", note)
    return found


def check(root: Path, keeps: bool = True, **settings: object) -> tuple[Problem, ...]:
    """What is told of the site, and of its plan."""
    path = str(root / "pelicanconf.py")
    content = Content(root / "content", path, {**read_settings(path), **settings}, read_configuration(root))
    with open_workers(0) as workers:
        if not keeps:
            return check_content(content, None, workers).problems
        with open_kept(content.folder, content.values, content.configuration) as kept:
            return check_content(content, None, workers, kept=kept).problems


def kept_files(root: Path) -> list[Path]:
    return sorted((root / FOLDER).glob("*.pages"))


def test_the_next_check_finds_the_same_and_looks_into_nothing(root: Path, looked: Looked) -> None:
    (root / "content/pages/lost.md").symlink_to("nowhere.md")
    first = check(root, keeps=False)
    assert len(first) > 50
    assert not kept_files(root)
    looked.clear()
    assert check(root) == first
    assert len(kept_files(root)) == 1
    every = sorted(looked)
    assert "pages/about.md" in every
    looked.clear()
    assert check(root) == first
    # Nothing can be kept of what cannot be read.
    assert looked == ["pages/lost.md"]


def _change(root: Path) -> None:
    with (root / ABOUT).open("a") as file:
        file.write("\nA line with [a link](/nowhere-at-all.html) more.\n")


def _rename(root: Path) -> None:
    (root / ABOUT).rename(root / "content/pages/other.md")


def _delete(root: Path) -> None:
    (root / ABOUT).unlink()


def _add(root: Path) -> None:
    shutil.copy(root / ABOUT, root / "content/pages/again.md")


def _touch(root: Path) -> None:
    os.utime(root / ABOUT, (0, 0))


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("edit", "again"),
    [
        (_change, ["pages/about.md"]),
        (_rename, ["pages/other.md"]),
        (_delete, []),
        (_add, ["pages/again.md"]),
        (_touch, []),
    ],
)
def test_after_an_edit_only_that_page_is_looked_into(
    root: Path, looked: Looked, edit: Callable[[Path], None], again: list[str]
) -> None:
    check(root)
    looked.clear()
    check(root)
    always = list(looked)
    edit(root)
    looked.clear()
    told = check(root)
    assert sorted(looked) == sorted([*always, *again])
    assert told == check(root, keeps=False)


def _allow(root: Path) -> None:
    (root / "pyproject.toml").write_text('[tool.callsite.check]\nlicences = ["Zlib"]\n')


def _name_key(root: Path) -> None:
    with (root / "pelicanconf.py").open("a") as file:
        file.write('CALLSITE_KEYS = ["mood"]\n')


def _change_markdown(root: Path) -> None:
    with (root / "pelicanconf.py").open("a") as file:
        file.write('MARKDOWN = {"extension_configs": {"markdown.extensions.tables": {}}}\n')


@pytest.mark.untraced
@pytest.mark.parametrize("edit", [_allow, _name_key, _change_markdown])
def test_under_other_circumstances_all_is_looked_into(root: Path, looked: Looked, edit: Callable[[Path], None]) -> None:
    check(root)
    every = sorted(looked)
    edit(root)
    looked.clear()
    told = check(root)
    assert sorted(looked) == every
    assert told == check(root, keeps=False)


def test_what_is_damaged_is_looked_into_again(root: Path, looked: Looked) -> None:
    first = check(root)
    every = sorted(looked)
    [path] = kept_files(root)
    data = bytearray(path.read_bytes())
    for at in range(len(data) // 2, len(data), 101):
        data[at] ^= 1
    path.write_bytes(data)
    looked.clear()
    assert check(root) == first
    assert sorted(looked) == every


def test_what_was_not_used_is_not_kept(root: Path, looked: Looked) -> None:
    check(root)
    (root / ABOUT).rename(root / "about.md")
    check(root)
    (root / "about.md").rename(root / ABOUT)
    looked.clear()
    check(root)
    assert "pages/about.md" in looked


def test_a_check_of_some_pages_keeps_and_uses_nothing(root: Path) -> None:
    content = Content(root / "content", "pelicanconf.py", read_settings("pelicanconf.py"), Configuration())
    with open_workers(0) as workers:
        check_content(content, [root / TOOLS], workers)
    assert not (root / ".cache").exists()


def test_a_page_that_nothing_can_be_done_with_is_tried_again(root: Path) -> None:
    (root / "content/pages/deadly.md").write_text("title: Deadly\nslug: deadly\n\nText.\n")
    content = Content(root / "content", "pelicanconf.py", read_settings("pelicanconf.py"), Configuration())
    strange = boot('if task.source.endswith("deadly.md"): os.kill(os.getpid(), 9)')
    codes = []
    for script in (strange, boot("")):
        with (
            open_workers(1, script) as workers,
            open_kept(content.folder, content.values, content.configuration) as kept,
        ):
            told = check_content(content, None, workers, kept=kept).problems
            codes.append({problem.code for problem in told if problem.at.path.endswith("deadly.md")})
    assert "C101" in codes[0]
    assert "C101" not in codes[1]


def test_a_check_that_fails_leaves_what_was_kept(root: Path) -> None:
    check(root)
    [path] = kept_files(root)
    before = path.read_bytes()
    _change(root)

    def fail() -> None:
        with open_kept(root / "content", {}, Configuration()):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir() if each.name != ".gitignore"] == [path.name]


def test_without_room_a_check_is_a_check_all_the_same(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = check(root, keeps=False)

    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Cache, "keep", fail)
    assert check(root) == first
    assert check(root) == first


@pytest.mark.parametrize(
    ("values", "configuration"),
    [
        ({}, Configuration(sources={"flask": "."})),
        ({"MARKDOWN": {"extensions": ["pymdownx.superfences"]}}, Configuration()),
        ({"MARKDOWN": {"extensions": ["toc"]}}, Configuration()),
        ({"MARKDOWN": {"extensions": [object()]}}, Configuration()),
        ({"MARKDOWN": {"extension_configs": {"mine": {}}}}, Configuration()),
        ({"MARKDOWN": {"extension_configs": {"markdown.extensions.toc": {"slugify": len}}}}, Configuration()),
        ({"MARKDOWN": {"extensions": None}}, Configuration()),
        ({"MARKDOWN": None}, Configuration()),
    ],
)
def test_where_nobody_knows_what_changes_nothing_is_kept(
    tmp_path: Path, values: Mapping[str, Any], configuration: Configuration
) -> None:
    (tmp_path / "content").mkdir()
    with open_kept(tmp_path / "content", values, configuration) as kept:
        assert kept is None
    assert not (tmp_path / FOLDER).exists()


def test_every_part_of_the_policy_counts(tmp_path: Path) -> None:
    told = {
        keeping._describe({}, replace(Configuration(), policy=policy))
        for policy in (Policy(), Policy(("MIT",)), Policy(page_weight=1), Policy(page_total=1), Policy(moving=("x",)))
    }
    assert len(told) == 5
    assert None not in told
