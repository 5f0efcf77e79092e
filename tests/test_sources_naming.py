"""Sources as commands name them, and the states of the declared ones."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from callsite.errors import CallsiteError
from callsite.sources.loading import Surroundings
from callsite.sources.naming import Loaded, load_installed_library, load_named, load_sources, write_states
from tests.trees import HARBOUR, OFFICE, make_project, make_repository, make_sdist, make_wheel, write_files

DECLARED = Path("sources.toml")
SURROUNDINGS = Surroundings(Path("cache"))


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make_project(Path("harbour"), HARBOUR)


def load(*texts: str, path: Path = DECLARED, renew: bool = False) -> Loaded:
    return load_sources(texts, path, SURROUNDINGS, renew=renew)


def names(loaded: Loaded) -> list[str]:
    return [source.name for source in loaded.sources]


def declare(text: str, path: Path = DECLARED) -> None:
    write_files(Path(), {str(path): f"[sources]\n{text}"})


def install(monkeypatch: pytest.MonkeyPatch, *projects: str) -> None:
    """Have nothing installed but these, each with a module of its name."""
    for name in projects:
        files = {
            f"{name}.py": "x = 1\n",
            f"{name}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
            f"{name}-1.0.dist-info/RECORD": f"{name}.py,,\n",
            f"{name}-1.0.dist-info/top_level.txt": f"{name}\n",
        }
        write_files(Path("site"), files)
    monkeypatch.setattr("sys.path", [str(Path("site").resolve())])


def test_places_are_read_in_their_order() -> None:
    make_wheel(Path(), OFFICE, "office")
    make_sdist(Path(), OFFICE, "bureau", "2.0")
    make_repository(Path("repo"), OFFICE)
    loaded = load("office-1.0-py3-none-any.whl", "./harbour", "bureau-2.0.tar.gz", "git+./repo@v1.0")
    assert names(loaded) == ["office", "harbour", "bureau", "repo"]
    assert [source.release.version for source in loaded.sources] == ["1.0", "1.0", "2.0", "1.0"]
    assert len(loaded.sources[3].release.revision) == 40
    assert loaded.locked == {}
    write_states(DECLARED, loaded)
    assert not Path("sources.lock").exists()


def test_two_of_one_name_are_told_apart() -> None:
    make_wheel(Path(), HARBOUR, "harbour", "2.0")
    loaded = load("harbour", "harbour-2.0-py3-none-any.whl", "harbour")
    assert names(loaded) == ["harbour", "harbour (2)", "harbour (3)"]


def test_what_was_left_out_is_told_with_its_source() -> None:
    os.symlink("/etc/hostname", "harbour/link.py")
    loaded = load("harbour", "harbour")
    assert [str(one) for one in loaded.skipped] == [
        f"harbour{number} link.py: a link out of the folder, or to nowhere" for number in ("", " (2)")
    ]


def test_without_any_name_all_that_is_declared_is_read() -> None:
    make_project(Path("office"), OFFICE)
    declare('one = "./harbour"\ntwo = "./office"\n')
    assert names(load()) == ["one", "two"]
    assert names(load("two")) == ["two"]
    # A folder of that name lies there, but what is declared comes first.
    declare('harbour = "./office"\n')
    assert load("harbour").sources[0].release.project == "office"
    assert load("./harbour").sources[0].release.project == "harbour"


def test_without_a_file_of_sources_it_is_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "beans", "crops")
    write_files(Path("site"), {"bare-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: bare\nVersion: 1\n"})
    loaded = load()
    assert names(loaded) == ["beans", "crops"]
    assert [one.what for one in loaded.skipped] == ["installed:bare"]
    assert names(load("installed", "./harbour")) == ["beans", "crops", "harbour"]


def test_declared_paths_are_relative_to_their_file_and_named_ones_are_not() -> None:
    make_project(Path("far/office"), OFFICE)
    declare('one = "./office"\n', Path("far/sources.toml"))
    assert names(load("one", "./harbour", path=Path("far/sources.toml"))) == ["one", "harbour"]
    with pytest.raises(CallsiteError, match="no such folder"):
        load("./office", path=Path("far/sources.toml"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nosuch", "nosuch: there is no such folder; write nosuch==VERSION for the package index"),
        ("./nosuch", "nosuch: no such folder; name one with Python files in it"),
        ("", "nothing: is no source; "),
        ("nosuch.whl", "nosuch.whl: "),
        ("installed:nosuchthing", "installed:nosuchthing: not installed; "),
    ],
)
def test_what_is_no_source(text: str, message: str) -> None:
    for read in (lambda: load(text), lambda: load_named(text, SURROUNDINGS)):
        with pytest.raises(CallsiteError) as error:
            read()
        assert str(error.value).startswith(message)
    assert [path.name for path in Path().iterdir()] == ["harbour"]


def test_progress() -> None:
    seen: list[tuple[int, int]] = []
    load_sources(["harbour", "harbour"], DECLARED, SURROUNDINGS, tell=lambda done, whole: seen.append((done, whole)))
    assert seen == [(0, 2), (1, 2)]


# States


def commit(folder: Path, files: dict[str, str]) -> str:
    write_files(folder, files)
    who = ["-c", "user.name=a", "-c", "user.email=a@b.test"]
    for words in (["add", "--all"], [*who, "commit", "--quiet", "--message=x"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True).stdout


def test_declared_sources_are_read_as_they_were_locked_until_they_are_renewed() -> None:
    make_repository(Path("repo"), OFFICE)
    declare('office = "git+./repo"\nharbour = "./harbour"\n')
    first = load()
    write_states(DECLARED, first)
    commit(Path("repo"), {"office/new.py": "x = 1\n"})
    assert load().sources[0].release.revision == first.sources[0].release.revision
    assert load().sources[0].files == first.sources[0].files
    newer = load(renew=True)
    assert newer.sources[0].release.revision != first.sources[0].release.revision
    assert json.loads(Path("sources.lock").read_text())["sources"]["office"]["revision"] == (
        first.sources[0].release.revision
    )
    # The same place on the command line is no declared source, and is not locked.
    assert load("git+./repo").sources[0].release.revision == newer.sources[0].release.revision


def test_states_of_some_leave_those_of_others_and_drop_what_is_no_more_declared() -> None:
    make_project(Path("office"), OFFICE)
    declare('one = "./harbour"\ntwo = "./office"\n')
    write_states(DECLARED, load())
    before = Path("sources.lock").read_bytes()
    write_states(DECLARED, load("two"))
    assert Path("sources.lock").read_bytes() == before
    declare('two = "./office"\n')
    write_states(DECLARED, load("two"))
    assert set(json.loads(Path("sources.lock").read_text())["sources"]) == {"two"}


def test_an_archive_that_is_another_by_now_is_refused() -> None:
    make_wheel(Path(), OFFICE, "office")
    declare('office = "office-1.0-py3-none-any.whl"\n')
    write_states(DECLARED, load())
    make_wheel(Path(), HARBOUR, "office")
    with pytest.raises(CallsiteError, match=r"office.*whl: "):
        load()
    assert names(load(renew=True)) == ["office"]


@pytest.mark.parametrize("text", ["", "{}", "[" * 10_000])
def test_a_lock_file_that_is_none_is_not_guessed_at(text: str) -> None:
    declare('harbour = "./harbour"\n')
    Path("sources.lock").write_text(text)
    with pytest.raises(CallsiteError, match=r"sources\.lock: "):
        load()
    assert names(load(renew=True)) == ["harbour"]
    assert names(load("./harbour")) == ["harbour"]


# Libraries


def test_an_installed_library_by_the_name_it_is_imported_by(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "beans")
    write_files(Path("site"), {"beans-1.0.dist-info/top_level.txt": "lentils\n"})
    source = load_installed_library("lentils", SURROUNDINGS)
    assert source is not None
    assert source.release.project == "beans"
    assert load_installed_library("beans", SURROUNDINGS) is None


def test_an_installed_library_that_cannot_be_read_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "beans")
    Path("site/beans-1.0.dist-info/RECORD").unlink()
    assert load_installed_library("beans", SURROUNDINGS) is None
