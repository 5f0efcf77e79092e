"""`callsite refresh`: what it tells, what it rewrites, and what it leaves alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from callsite.errors import CallsiteError
from callsite.sources import naming
from callsite.sources.index_settings import IndexSettings
from callsite.sources.loading import Surroundings
from tests.building import SiteFolder
from tests.trees import FROM_ALL, HARBOUR, OFFICE, TEAPOT, Kitchen, make_project, make_wheel

BREW = "examples/teapot/brew.md"
UNCHANGED = "7 listings: 7 unchanged\n"


@pytest.fixture
def kitchen(site: SiteFolder, capsys: pytest.CaptureFixture[str]) -> Kitchen:
    """With pages of the whole library."""
    made = Kitchen(site, capsys)
    made.harvest("teapot")
    return made


def change(kitchen: Kitchen, path: str, old: str, new: str) -> None:
    file = kitchen.root / "code" / path
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def change_all(kitchen: Kitchen) -> None:
    """Let one listing move, one change, and one go."""
    change(kitchen, "harbour/harbour/breakfast.py", '"""Breakfast on board."""', "# One.\n# Two.")
    change(kitchen, "office/office/desk.py", '"earl grey", 4', '"oolong", 4')
    (kitchen.root / "code/office/tests/test_desk.py").write_text("x = 1\n")


def test_nothing_changed(kitchen: Kitchen) -> None:
    before = kitchen.pages
    for words in ([], ["--diff"], ["--apply"], ["--offline"]):
        ran = kitchen.run("refresh", *FROM_ALL, *words)
        assert (ran.code, ran.out, ran.err) == (0, UNCHANGED, "")
    assert kitchen.pages == before


def test_what_changed_is_told(kitchen: Kitchen) -> None:
    change_all(kitchen)
    before = kitchen.pages
    ran = kitchen.run("refresh", *FROM_ALL)
    assert (ran.code, ran.err, kitchen.pages) == (1, "", before)
    *told, last = ran.out.splitlines()
    assert re.fullmatch(r"7 listings: 4 unchanged, 1 moved, .*", last)
    assert all(re.match(r"content/examples/teapot/brew\.md:\d+: (moved|changed|gone) in 1\.0: ", row) for row in told)
    assert any(row.endswith("moved in 1.0: harbour harbour/breakfast.py, on other lines") for row in told)
    assert any(
        row.endswith("gone in 1.0: office tests/test_desk.py, tests/test_desk.py no longer uses brew") for row in told
    )


def test_the_lines_are_those_of_the_listings(kitchen: Kitchen) -> None:
    change_all(kitchen)
    rows = kitchen.read(BREW).split("\n")
    for said in kitchen.run("refresh", *FROM_ALL).out.splitlines()[:-1]:
        assert rows[int(said.split(":")[1]) - 1].startswith("```python project=")


def test_differences_are_shown_and_applied(kitchen: Kitchen) -> None:
    change_all(kitchen)
    before = kitchen.pages
    ran = kitchen.run("refresh", *FROM_ALL, "--diff")
    assert kitchen.pages == before
    removed = [row for row in ran.out.split("\n") if row.startswith("-") and not row.startswith("---")]
    added = [row for row in ran.out.split("\n") if row.startswith("+") and not row.startswith("+++")]
    assert any("lines=3-8" in row for row in removed)
    assert any("lines=4-9" in row for row in added)
    ran = kitchen.run("refresh", *FROM_ALL, "--apply")
    assert "content/examples/teapot/brew.md: rewritten; its words may still be about the older release\n" in ran.out
    assert ran.code == 1  # one is gone
    old, new = before[BREW].decode().split("\n"), kitchen.read(BREW).split("\n")
    assert [row[1:] for row in removed] == [row for row in old if row not in new]
    assert [row[1:] for row in added] == [row for row in new if row not in old]
    assert {name: data for name, data in kitchen.pages.items() if name != BREW} == {
        name: data for name, data in before.items() if name != BREW
    }
    assert kitchen.problems() == []
    after = kitchen.pages
    assert kitchen.run("refresh", *FROM_ALL, "--apply").code == 1
    assert kitchen.pages == after


def test_all_is_well_when_all_could_be_rewritten(kitchen: Kitchen) -> None:
    change(kitchen, "harbour/harbour/breakfast.py", '"""Breakfast on board."""', "# One.\n# Two.")
    assert kitchen.run("refresh", *FROM_ALL).code == 1
    assert kitchen.run("refresh", *FROM_ALL, "--apply").code == 0
    assert kitchen.run("refresh", *FROM_ALL).out == UNCHANGED


def test_pages_can_be_named(kitchen: Kitchen) -> None:
    change_all(kitchen)
    ran = kitchen.run("refresh", *FROM_ALL, "content/examples/teapot/kettle.md")
    assert (ran.code, ran.out) == (0, "1 listing: 1 unchanged\n")
    ran = kitchen.run("refresh", *FROM_ALL, "content/none.md")
    assert (ran.code, ran.err) == (
        2,
        "callsite: content/none.md: cannot be read, No such file or directory; make it readable\n",
    )


def test_every_other_byte_stays(kitchen: Kitchen) -> None:
    text = "\ufeff" + kitchen.read(BREW).replace("<!-- TODO", "Mine. \t<!-- TODO").replace("\n", "\r\n")
    (kitchen.content / BREW).write_bytes(text.rstrip().encode())
    (kitchen.content / BREW).chmod(0o640)
    change(kitchen, "harbour/harbour/breakfast.py", '"""Breakfast on board."""', "# One.\n# Two.")
    assert kitchen.run("refresh", *FROM_ALL, "--apply").code == 0
    # Which bytes the lines are from is said anew as well.
    name = re.compile(r"swh:1:cnt:\w+(?= licence=MIT lines=(?:3-8|4-9))")
    assert name.sub("", kitchen.read(BREW)) == name.sub("", text.rstrip().replace("lines=3-8", "lines=4-9"))
    assert (kitchen.content / BREW).stat().st_mode & 0o777 == 0o640


def test_a_page_that_changes_meanwhile_is_not_overwritten(kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch) -> None:
    change_all(kitchen)
    real = naming.load_sources

    def load(*args: object, **more: object) -> object:
        (kitchen.content / BREW).write_text("Saved in an editor.\n")
        return real(*args, **more)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr("callsite.cli.refresh.load_sources", load)
    ran = kitchen.run("refresh", *FROM_ALL, "--apply")
    assert (ran.code, ran.err) == (
        2,
        "callsite: content/examples/teapot/brew.md: was changed meanwhile; call the command again\n",
    )
    assert kitchen.read(BREW) == "Saved in an editor.\n"


def test_projects_that_are_not_at_hand(kitchen: Kitchen) -> None:
    ran = kitchen.run("refresh", "--from", "code/harbour", "--from", "code/teapot", "--offline")
    assert ran.code == 1
    assert ran.out.endswith("7 listings: 5 unchanged, 2 unknown\n")
    assert ": unknown: office office/desk.py, office is none of the sources; name one with --from\n" in ran.out
    assert ran.err == ""
    # Nothing is named, declared or installed.
    for words in ([], ["--apply"]):
        ran = kitchen.run("refresh", *words)
        assert (ran.code, ran.out.endswith("7 listings: 7 unknown\n")) == (1, True)
    assert not (kitchen.root / "sources.lock").exists()


def test_what_is_installed_is_found(kitchen: Kitchen) -> None:
    for path in kitchen.content.rglob("*.md"):
        path.unlink()
    words = ["--from", "installed:pluggy", "--from", "installed:iniconfig"]
    assert kitchen.run("harvest", "pluggy.HookimplMarker", *words).code == 0
    ran = kitchen.run("refresh")
    assert (ran.code, ran.err) == (0, "")
    assert re.fullmatch(r"(\d) listings?: \1 unchanged\n", ran.out)


def test_the_package_index_is_asked_for_newer_releases_of_what_came_from_there(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask() -> IndexSettings:
        asked.append("index")
        raise CallsiteError("the index: cannot be reached\x1b; try later")

    monkeypatch.setattr("callsite.cli.refresh.Surroundings", lambda cache: Surroundings(cache, ask_settings=ask))
    text = kitchen.read(BREW).replace(
        "project=office version=1.0", "project=office version=1.0 artefact=office-1.0.tar.gz#sha256=" + "0" * 64
    )
    (kitchen.content / BREW).write_text(text)
    words = ["refresh", "--from", "code/harbour", "--from", "code/teapot"]
    assert kitchen.run(*words, "--offline").err == ""
    assert asked == []
    ran = kitchen.run(*words)
    assert (ran.code, ran.err) == (1, "callsite: the index: cannot be reached<U+001B>; try later\n")
    assert asked == ["index"]  # once for a project


def test_of_several_releases_the_newest_counts(kitchen: Kitchen) -> None:
    changed = {name: text.replace("assam", "ceylon") for name, text in HARBOUR.items()}
    for version, files in (("10.0", changed), ("9.0", HARBOUR), ("unknown", HARBOUR)):
        make_project(kitchen.root / f"v{version}", files, name="harbour", version=version)
    for order in (["v10.0", "v9.0", "vunknown"], ["vunknown", "v9.0", "v10.0"]):
        words = [word for name in order for word in ("--from", name)]
        ran = kitchen.run("refresh", *words, "--from", "code/office", "--from", "code/teapot")
        assert "changed in 10.0: harbour harbour/breakfast.py" in ran.out


def test_pages_without_provenance(kitchen: Kitchen) -> None:
    for path in kitchen.content.rglob("*.md"):
        path.unlink()
    kitchen.site.write({"content/a.md": "title: A\nslug: a\n\n```python\n~~x\n```\n"})
    ran = kitchen.run("refresh", *FROM_ALL)
    assert (ran.code, ran.out) == (0, "no listing says where it is from\n")


# The lock file


def declare(kitchen: Kitchen) -> Path:
    """Sources in a file, one of them an archive, and their state."""
    for name, files in (("teapot", TEAPOT), ("harbour", HARBOUR), ("office", OFFICE)):
        make_wheel(kitchen.root, files, name)
    rows = [f'{name} = "{name}-1.0-py3-none-any.whl"\n' for name in ("teapot", "harbour", "office")]
    kitchen.site.write({"sources.toml": "[sources]\n" + "".join(rows)})
    for path in kitchen.content.rglob("*.md"):
        path.unlink()
    assert kitchen.run("harvest", "teapot").code == 0
    return kitchen.root / "sources.lock"


def test_the_lock_file_is_renewed_when_changes_are_applied(kitchen: Kitchen) -> None:
    lock = declare(kitchen)
    before = lock.read_bytes()
    changed = {name: text.replace("Breakfast on board.", "On\nboard.") for name, text in HARBOUR.items()}
    make_wheel(kitchen.root, changed, "harbour")
    for words in ([], ["--diff"]):
        ran = kitchen.run("refresh", *words)
        assert (ran.code, lock.read_bytes()) == (1, before)
        assert "1 moved" in ran.out
    ran = kitchen.run("refresh", "--offline")  # what is locked is there no more
    assert (ran.code, lock.read_bytes()) == (2, before)
    assert kitchen.run("refresh", "--apply").code == 0
    old, new = json.loads(before)["sources"], json.loads(lock.read_bytes())["sources"]
    assert {name for name in old if old[name] != new[name]} == {"harbour"}
    assert f"artefact=harbour-1.0-py3-none-any.whl#sha256={new['harbour']['sha256']}" in kitchen.read(BREW)
    assert kitchen.run("refresh", "--offline").code == 0
    after = lock.read_bytes()
    assert kitchen.run("refresh", "--apply").code == 0
    assert lock.read_bytes() == after


def test_without_a_lock_file_none_is_made_before_something_is_applied(kitchen: Kitchen) -> None:
    lock = declare(kitchen)
    lock.unlink()
    assert kitchen.run("refresh").code == 0
    assert not lock.exists()
    assert kitchen.run("refresh", "--apply").code == 0
    assert lock.exists()


def test_names_that_are_meant_to_harm(kitchen: Kitchen) -> None:
    make_project(kitchen.root / "code/bad", HARBOUR, name="b\x1b[31mad\u202e]x[/b]")
    for path in kitchen.content.rglob("*.md"):
        path.unlink()
    folder = kitchen.content / "x\x1b[/b]"
    folder.mkdir(parents=True)
    words = ["--from", "code/bad", "--from", "code/teapot"]
    assert kitchen.run("harvest", "teapot.brew", *words, "--content", str(folder)).code == 0
    change(kitchen, "bad/harbour/breakfast.py", "assam", "ceylon")
    for more in ([], ["--diff"], ["--apply"]):
        ran = kitchen.run("refresh", *words, *more)
        assert ran.out.startswith("content/x<U+001B>[/b]/examples/teapot/brew.md:")
        assert not re.search("[\x1b\u202e]", ran.out + ran.err)


@pytest.mark.parametrize("name", ["git+http://127.0.0.1:9/x", "../code", "/tmp", "a b"])
def test_a_project_s_name_is_no_place(kitchen: Kitchen, name: str) -> None:
    text = kitchen.read(BREW).replace("project=harbour", f'project="{name}"')
    (kitchen.content / BREW).write_text(text)
    ran = kitchen.run("refresh")
    assert (ran.code, ran.err) == (1, "")
    assert f"unknown: {name} harbour/" in ran.out


def test_a_folder_of_pages(kitchen: Kitchen) -> None:
    ran = kitchen.run("refresh", str(kitchen.content / "examples"), *FROM_ALL)
    assert (ran.code, ran.out) == (0, UNCHANGED)
