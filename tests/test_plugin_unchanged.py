"""A run that would change nothing does nothing, and any other one does all that it should."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pelican import signals

from callsite import last_build, theme
from callsite.environment import read_version
from callsite.errors import CallsiteError
from callsite.pelican_plugin import unchanged
from callsite.pelican_plugin.run import end_run
from callsite.staging import MANIFEST
from tests.building import CONTENT, Built, SiteFolder

NOTHING = "Done: nothing has changed since the last build.\n"

PAGE = "title: {0}\nslug: {0}\n\nWords.\n"


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What was changed a moment ago counts as settled: a build takes long enough for another time."""
    monkeypatch.setattr(last_build, "_TICK", 0)
    yield
    end_run()


@pytest.fixture
def built(site: SiteFolder) -> SiteFolder:
    """A site that was built once."""
    site.set(CALLSITE_SEARCH=False)
    site.write({**CONTENT, "content/images/a.txt": "a", "content/redirects.toml": '"/old.html" = "/about.html"\n'})
    assert site.build().code == 0
    return site


def is_full(built: Built) -> bool:
    assert built.code == 0
    return NOTHING not in built.stdout


def look(site: SiteFolder) -> dict[str, tuple[int, int, int]]:
    found = {str(path): path.lstat() for path in (site.output, *site.output.rglob("*"))}
    return {path: (each.st_ino, each.st_mtime_ns, each.st_ctime_ns) for path, each in found.items()}


def test_nothing_is_touched_when_nothing_has_changed(built: SiteFolder) -> None:
    before = look(built)
    for _ in range(2):
        again = built.build()
        assert (again.code, again.stdout, again.stderr) == (0, NOTHING, "")
    assert look(built) == before
    assert built.leftovers == []


def test_what_a_killed_build_left_is_swept_away_all_the_same(built: SiteFolder) -> None:
    for build in (built.build, built.call, built.call):
        built.write({".output.callsite-left/about.html": "half a pa"})
        assert build().stdout.endswith(NOTHING)
        assert built.leftovers == []


def test_warnings_are_told_again(built: SiteFolder) -> None:
    built.write({"content/pages/x.md": PAGE.format("x") + "\n[gone](/gone.html)\n"})
    first = built.build()
    assert "S102 the link to `/gone.html` leads nowhere" in first.stderr
    again = built.build()
    assert again.stdout == NOTHING
    assert again.stderr == first.stderr


def test_what_pelican_logs_is_logged_in_every_run(built: SiteFolder) -> None:
    """Nobody but Pelican can say it again."""
    built.write(
        {"content/pages/x.html": "<html><head><title>X</title></head><body><img src='a.png' alt=''></body></html>"}
    )
    assert is_full(built.build())
    assert is_full(built.build())


def test_what_pelican_keeps_to_itself_in_a_later_run_is_not_forgotten(
    built: SiteFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says nothing twice in one process, which may be one that listens."""
    built.write(
        {"content/pages/x.html": "<html><head><title>X</title></head><body><img src='a.png' alt=''></body></html>"}
    )
    assert len(built.build().log) == 1
    with monkeypatch.context() as patch:
        patch.setattr("tests.building.forget_log", lambda: None)
        silent = built.build()
    assert silent.log == ()
    assert is_full(silent)
    assert len(built.build().log) == 1


def test_after_errors_the_errors_are_told_again(built: SiteFolder) -> None:
    built.write({"content/pages/x.md": "slug: x\n\nWords.\n"})
    told = [built.build() for _ in range(2)]
    assert [each.code for each in told] == [1, 1]
    assert told[0].stderr == told[1].stderr != ""
    (built.root / "content/pages/x.md").unlink()
    assert is_full(built.build())
    assert not is_full(built.build())


def edit(name: str, text: str = "") -> Callable[[SiteFolder], object]:
    return lambda site: site.write({name: text or (site.root / name).read_text().replace("About", "Abaut")})


CHANGES: dict[str, Callable[[SiteFolder], object]] = {
    "a page": edit("content/pages/about.md"),
    "a page of the same size": lambda site: site.write(
        {"content/pages/about.md": "title: Other\nslug: about\n\nAbout this site.\n"}
    ),
    "a page written anew": lambda site: site.write(
        {"content/pages/about.md": (site.root / "content/pages/about.md").read_text()}
    ),
    "a new page": edit("content/pages/new.md", PAGE.format("new")),
    "a page in another format": edit(
        "content/pages/new.html", "<html><head><title>x</title></head><body>x</body></html>"
    ),
    "a static file": edit("content/images/a.txt", "b"),
    "a new static file": edit("content/images/b.txt", "b"),
    "redirects": edit("content/redirects.toml", '"/older.html" = "/about.html"\n'),
    "no redirects": lambda site: (site.root / "content/redirects.toml").unlink(),
    "the settings file": lambda site: site.set(SITENAME="Other"),
    "policy": edit("pyproject.toml", "[tool.callsite.check]\n"),
    "a module beside the content": edit("helpers.py", "x = 1\n"),
    "the time of a page": lambda site: os.utime(site.root / "content/pages/about.md"),
    "a renamed page": lambda site: (site.root / "content/pages/about.md").rename(site.root / "content/pages/other.md"),
    "the name of a folder": lambda site: (site.root / "content/images").rename(site.root / "content/extra"),
    "an output file": lambda site: (site.output / "about.html").write_text("mine"),
    "an output file of the same size and time": lambda site: _replace(site.output / "about.html"),
    "an output file less": lambda site: (site.output / "about.html").unlink(),
    "a style less": lambda site: (site.output / "theme/css/callsite.css").unlink(),
    "the time of an output file": lambda site: os.utime(site.output / "index.html", (1, 1)),
    "no list of files": lambda site: (site.output / MANIFEST).unlink(),
    "another list of files": lambda site: (site.output / MANIFEST).write_text("[1]"),
    "no output": lambda site: shutil.rmtree(site.output),
    "no cache": lambda site: shutil.rmtree(site.root / ".cache"),
}


def _replace(path: Path) -> None:
    found = path.stat()
    data = path.read_bytes()
    path.rename(f"{path} keeps the number")  # else the new file may get it
    path.write_bytes(data[::-1])
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


@pytest.mark.parametrize("number", range(4))
def test_a_change_makes_a_full_run(built: SiteFolder, number: int) -> None:
    assert not is_full(built.build())
    for name in list(CHANGES)[number::4]:
        CHANGES[name](built)
        assert is_full(built.build()), name
        assert not is_full(built.build()), name


@pytest.mark.parametrize(
    "arguments", [("-e", 'SITENAME="Other"'), ("-e", "CALLSITE_STRICT=true"), ("-o", "second"), ("-D",)]
)
def test_other_arguments_make_a_full_run(built: SiteFolder, arguments: tuple[str, ...]) -> None:
    assert not is_full(built.build())
    assert is_full(built.build(*arguments))


@pytest.mark.parametrize("name", ["TZ", "LANG"])
def test_another_environment_makes_a_full_run(built: SiteFolder, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_full(built.build())
    monkeypatch.setenv(name, "C")
    assert is_full(built.build())


def test_other_sources_of_callsite_make_a_full_run(built: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_full(built.build())
    monkeypatch.setattr(last_build, "describe_tools", lambda: "others")
    assert is_full(built.build())


def test_files_that_are_nobodys_business_do_not_make_a_run(built: SiteFolder) -> None:
    built.write({"notes.txt": "x", "output/theirs": "x", "other/x.md": "x", "fresh/index.html": "x"})
    assert not is_full(built.build())
    assert (built.output / "theirs").read_text() == "x"


def test_a_theme_of_the_sites_own_is_looked_at(built: SiteFolder) -> None:
    shutil.copytree(theme.THEME, built.root / "theme")
    built.set(THEME="theme", THEME_TEMPLATES_OVERRIDES=["tpl"])
    built.write({"tpl/x.html": "x"})
    assert is_full(built.build())
    assert not is_full(built.build())
    for name in ("theme/templates/page.html", "theme/static/css/callsite.css", "tpl/x.html"):
        with (built.root / name).open("a") as file:
            file.write("\n")
        assert is_full(built.build())
        assert not is_full(built.build())


def test_content_elsewhere_is_looked_at(built: SiteFolder) -> None:
    files = {"more/page.md": PAGE.format("page"), "files/a.txt": "a", "news/n.md": "title: N\ndate: 2024-01-01\n\nx\n"}
    files |= {"styles/mine.css": "a {}", "raw/x.html": "x"}
    built.write(files)
    built.set(
        PAGE_PATHS=["pages", "../more"],
        ARTICLE_PATHS=["../news"],
        STATIC_PATHS=["images", "../files/a.txt"],
        THEME_STATIC_PATHS=["static", str(built.root / "styles")],
        EXTRA_PATH_METADATA={"../files/a.txt": {"path": "a.txt"}},
        TEMPLATE_PAGES={"../raw/x.html": "x.html"},
    )
    assert is_full(built.build())
    for name in files:
        built.write({name: f"{files[name]}\n"})
        assert is_full(built.build()), name
        assert not is_full(built.build()), name


def test_a_search_that_comes_later_is_no_nothing(built: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is told that the site has no search, and what to install, does so and builds again."""
    built.set(CALLSITE_SEARCH=True)
    with monkeypatch.context() as patch:
        patch.setattr(last_build, "read_version", lambda name: "")
        built.build()
        assert not is_full(built.build())
    assert is_full(built.build()) == bool(read_version("pagefind_bin"))


@pytest.mark.parametrize("folder", [True, 7, ["a"], b".cache"])
def test_a_folder_that_is_none_is_a_mistake_in_the_settings(built: SiteFolder, folder: object) -> None:
    built.set(CALLSITE_CACHE=folder)
    told = built.build()
    assert told.code == 2
    assert told.stderr.startswith(f"callsite: CALLSITE_CACHE is {folder!r}, and no folder such as '.cache/build'")


def test_a_module_that_the_settings_import_is_looked_at(built: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    built.write({"deep/__init__.py": "", "deep/words.py": "NAME = 'One'\n", "site-packages/lib_of_test.py": "X = 1\n"})
    monkeypatch.syspath_prepend(str(built.root / "site-packages"))
    with (built.root / "pelicanconf.py").open("a") as file:
        file.write("import lib_of_test\nfrom deep.words import NAME as SITENAME\n")
    try:
        assert is_full(built.build())
        assert not is_full(built.build())
        built.write({"deep/words.py": "NAME = 'Other'\n"})
        for module in ("deep.words", "deep"):
            sys.modules.pop(module)
        assert "Other" in built.build().read("about.html")
        assert not is_full(built.build())
        built.write({"site-packages/lib_of_test.py": "X = 2\n"})
        assert not is_full(built.build())  # what is installed is known by its version
    finally:
        for module in ("deep.words", "deep", "lib_of_test"):
            sys.modules.pop(module, None)


def test_a_commit_makes_a_full_run(built: SiteFolder) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
        subprocess.run(["git", *who, *arguments], cwd=built.root, check=True, capture_output=True)

    git("init", "-q")
    built.build()
    git("add", "content")
    git("commit", "-q", "-m", "pages")
    assert is_full(built.build())
    assert not is_full(built.build())
    # Where a history is cut off, it may be fetched later.
    (built.root / ".git/shallow").write_text(f"{'0' * 40}\n")
    assert is_full(built.build())


def test_a_repository_that_cannot_be_read_has_no_commit(built: SiteFolder, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert last_build._find_commit(str(tmp_path)) in (f"{tmp_path}  ", "?")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(last_build, "find_layout", _refuse)
        assert last_build._find_commit(str(tmp_path)) == "?"


def _refuse(top: Path) -> None:
    raise CallsiteError(f"{top}: no repository")


@pytest.mark.parametrize(
    "settings",
    [
        {"JINJA_FILTERS": "{'loud': str.upper}"},
        {"PLUGINS": "['callsite.pelican_plugin', 'another_plugin_of_test']"},
        {"WITH_FUTURE_DATES": "False"},
        {"CALLSITE_PRODUCTION": "True", "SITEURL": "'https://example.org'"},
        {"CALLSITE_CACHE": "False"},
        {"MARKDOWN": "{'extensions': ['own_extension_of_test'], 'output_format': 'html5'}"},
        {"DELETE_OUTPUT_DIRECTORY": "True"},
    ],
)
def test_what_cannot_be_told_from_run_to_run_makes_every_run_a_full_one(
    built: SiteFolder, settings: dict[str, str]
) -> None:
    extension = (
        "from markdown import Extension\n\n\nclass Own(Extension):\n    def extendMarkdown(self, md):\n        pass\n"
    )
    extension += "\n\ndef makeExtension(**options):\n    return Own(**options)\n"
    built.write({"another_plugin_of_test.py": "def register():\n    pass\n", "own_extension_of_test.py": extension})
    with (built.root / "pelicanconf.py").open("a") as file:
        file.writelines(f"{key} = {value}\n" for key, value in settings.items())
    try:
        for _ in range(2):
            assert is_full(built.build())
        built.build("-e", "CALLSITE_CACHE=false", "-o", "fresh")
        assert built.snapshot() == built.snapshot("fresh")
    finally:
        for module in ("another_plugin_of_test", "own_extension_of_test"):
            sys.modules.pop(module, None)


def test_somebody_who_listens_makes_every_run_a_full_one(built: SiteFolder) -> None:
    def shout(content: Any) -> None:
        if content._content:
            content._content = content._content.replace("About", "ABOUT")

    signals.content_object_init.connect(shout)
    try:
        for _ in range(2):
            again = built.build()
            assert is_full(again)
            assert "ABOUT this site" in again.read("about.html")
    finally:
        signals.content_object_init.disconnect(shout)
    assert "ABOUT this site" not in built.build().read("about.html")
    assert not is_full(built.build())


class TestAMomentAgo:
    """A file that was changed just now could be changed once more without another time."""

    @pytest.fixture
    def waited(self, built: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        """How long was waited; a file of the site has been changed just before."""
        found: list[float] = []
        monkeypatch.setattr(last_build, "_TICK", 10**13)
        monkeypatch.setattr("callsite.last_build.time.sleep", found.append)
        built.write({"content/pages/about.md": PAGE.format("about")})
        return found

    def test_is_waited_for(self, built: SiteFolder, waited: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
        def wait(seconds: float) -> None:
            waited.append(seconds)
            monkeypatch.setattr(last_build, "_TICK", 0)

        monkeypatch.setattr("callsite.last_build.time.sleep", wait)
        assert is_full(built.build())
        assert len(waited) == 1
        assert 9_000 < waited[0] <= 10_000
        assert not is_full(built.build())

    def test_is_not_waited_for_twice(self, built: SiteFolder, waited: list[float]) -> None:
        assert is_full(built.build())
        assert is_full(built.build())
        assert len(waited) == 2

    def test_is_no_time_to_come(self, built: SiteFolder, waited: list[float]) -> None:
        os.utime(built.root / "content/pages/about.md", (2**33, 2**33))
        assert is_full(built.build())
        assert is_full(built.build())
        assert not waited


def test_a_change_while_a_run_goes_on_is_for_the_next_one(built: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    from callsite.pelican_plugin import phases

    run = phases.run

    def edit_late(*args: Any) -> Any:
        told = run(*args)
        built.write({"content/pages/about.md": PAGE.format("about")})
        return told

    built.write({"content/pages/x.md": PAGE.format("x")})
    with monkeypatch.context() as patch:
        patch.setattr(phases, "run", edit_late)
        assert is_full(built.build())
    assert is_full(built.build())
    assert not is_full(built.build())


def test_a_file_that_leads_nowhere_makes_every_run_a_full_one(built: SiteFolder) -> None:
    (built.root / "content/images/gone.txt").symlink_to("nowhere")
    for _ in range(2):
        assert NOTHING not in built.build().stdout


def damage(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


@pytest.mark.untraced
@pytest.mark.parametrize(
    "spoil",
    [
        damage(b""),
        damage(b"{}"),
        damage(b"\xff"),
        damage(b"null\nnull"),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(path.read_bytes().replace(b"content", b"kontent")),
        lambda path: (path.unlink(), path.mkdir()),
    ],
)
def test_a_damaged_record_of_the_last_run_is_none(built: SiteFolder, spoil: Callable[[Path], object]) -> None:
    assert not is_full(built.build())
    (state,) = (built.root / ".cache/build").glob("*.state")
    spoil(state)
    again = built.build()
    assert is_full(again)
    assert again.stderr == ""


@pytest.mark.untraced
def test_no_byte_of_the_record_can_be_another_one(built: SiteFolder) -> None:
    (state,) = (built.root / ".cache/build").glob("*.state")
    whole = bytearray(state.read_bytes())
    cache = state.with_suffix(".pages")
    known = last_build.read_last_build(cache)
    assert known
    assert known.ingredients.roots[0] == str(built.root / "content")
    for at in range(len(whole)):
        whole[at] ^= 0x41
        state.write_bytes(whole)
        whole[at] ^= 0x41
        assert last_build.read_last_build(cache) in (None, known)


def test_an_output_that_is_gone_at_the_end_is_not_what_was_written(
    built: SiteFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_full(built.build())
    monkeypatch.setattr(unchanged, "find_outputs", lambda output: None)
    for _ in range(2):
        built.write({"content/pages/about.md": PAGE.format("about")})
        assert is_full(built.build())
        assert is_full(built.build())


@pytest.mark.untraced
def test_a_run_that_changes_nothing_imports_little(built: SiteFolder) -> None:
    time.sleep(0.06)  # in a process of its own, nothing is settled before
    for _ in range(2):
        with built.start() as running:
            assert running.communicate()[1] == ""
        assert running.returncode == 0
    code = (
        "import sys, pelican\n"
        "pelican.main(['content', '-s', 'pelicanconf.py', '-o', 'output'])\n"
        "print([name for name in ('callsite.render', 'callsite.pelican_plugin.phases') if name in sys.modules])\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=built.root, check=True, capture_output=True, text=True)
    assert ran.stdout == f"{NOTHING}[]\n"


def test_the_manifest_is_what_outputs_are_known_by(built: SiteFolder) -> None:
    listed = json.loads((built.output / MANIFEST).read_text())
    assert "about.html" in listed
    assert last_build.find_outputs(str(built.output)) == last_build.find_outputs(str(built.output))
