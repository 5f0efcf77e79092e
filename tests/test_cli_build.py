"""`callsite build` where nothing has changed: Pelican is not asked."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from callsite import last_build
from callsite.cli import build, main
from callsite.last_build import DONE
from tests.building import CONTENT, SiteFolder

WARNED = "title: Warned\nslug: warned\n\nA [link](nowhere.html).\n"


@pytest.fixture
def built(site: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> SiteFolder:
    """A site that `callsite build` has built, with a warning."""
    monkeypatch.setattr(last_build, "_TICK", 0)
    site.set(CALLSITE_SEARCH=False)
    site.write({**CONTENT, "content/pages/warned.md": WARNED})
    build_here(site, monkeypatch)
    return site


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Pelican is asked for; here it does nothing."""
    found: list[str] = []

    def note(command: list[str], stdout: object = None, call: str = "") -> int:
        found.append(call)
        return 0

    monkeypatch.setattr(build, "run_build", note)
    return found


def build_here(site: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """`callsite build`, but Pelican is run in this process."""

    def run(command: list[str], stdout: object = None, call: str = "") -> int:
        with monkeypatch.context() as patch:
            patch.setenv("CALLSITE_CALL", call)
            return site.build(*command[4:], content=command[3]).code

    with monkeypatch.context() as patch:
        patch.setattr(build, "run_build", run)
        assert main(["build"]) == 0


def call(site: SiteFolder, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "callsite", "build", *words]
    ran = subprocess.run(command, cwd=site.root, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran


def test_nothing_is_done_and_the_same_is_told(
    built: SiteFolder, asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = built.snapshot()
    assert main(["build"]) == 0
    assert asked == []
    out, err = capsys.readouterr()
    assert out == f"{DONE}\n"
    assert err.startswith("content/pages/warned.md:4: S102 the link to `nowhere.html` leads nowhere")
    assert built.snapshot() == before


def test_it_takes_little_to_see_that(built: SiteFolder) -> None:
    code = (
        "import sys\n"
        "from callsite.cli import main\n"
        "main(['build'])\n"
        "print([name for name in ('pelican', 'jinja2', 'markdown') if name in sys.modules])\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=built.root, check=True, capture_output=True, text=True)
    assert ran.stdout == f"{DONE}\n[]\n"


def spoil_state(root: Path) -> None:
    (state,) = (root / ".cache/build").glob("*.state")
    state.write_bytes(state.read_bytes().replace(b"]", b"}", 1))


CHANGES: dict[str, Callable[[Path], object]] = {
    "a page": lambda root: (root / "content/pages/about.md").write_text("title: A\nslug: about\n\nMore.\n"),
    "a new page": lambda root: (root / "content/pages/new.md").write_text("title: N\nslug: new\n\nMore.\n"),
    "a page that is gone": lambda root: (root / "content/pages/about.md").unlink(),
    "a setting": lambda root: (root / "pelicanconf.py").write_text(
        (root / "pelicanconf.py").read_text() + "SITENAME = 'Another'\n"
    ),
    "a setting of another file": lambda root: (root / "pyproject.toml").write_text(""),
    "an output that is gone": lambda root: (root / "output/about.html").unlink(),
    "an output that is another one": lambda root: (root / "output/about.html").write_text("mine"),
    "what was left": spoil_state,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_has_changed_is_for_pelican(
    built: SiteFolder, asked: list[str], change: Callable[[Path], object]
) -> None:
    change(built.root)
    assert main(["build"]) == 0
    assert len(asked) == 1
    assert asked[0]


@pytest.mark.parametrize("words", [("--strict",), ("-o", "elsewhere"), ("--no-cache",)])
def test_another_call_is_for_pelican(built: SiteFolder, asked: list[str], words: tuple[str, ...]) -> None:
    assert main(["build", *words]) == 0
    assert len(asked) == 1
    assert bool(asked[0]) == (words != ("--no-cache",))


@pytest.mark.parametrize("name", ["TZ", "LANG"])
def test_another_environment_is_for_pelican(
    built: SiteFolder, asked: list[str], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "C" if os.environ.get(name) != "C" else "POSIX")
    assert main(["build"]) == 0
    assert len(asked) == 1


def test_a_setting_that_comes_from_elsewhere_is_seen(
    built: SiteFolder, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with (built.root / "pelicanconf.py").open("a") as file:
        file.write("import os\nSITENAME = os.environ.get('NAME_OF_THE_SITE', 'None')\n")
    call(built)
    assert main(["build"]) == 0
    assert asked == []
    monkeypatch.setenv("NAME_OF_THE_SITE", "Other")
    assert main(["build"]) == 0
    assert len(asked) == 1


def test_settings_that_cannot_be_told_are_for_pelican(built: SiteFolder, asked: list[str]) -> None:
    with (built.root / "pelicanconf.py").open("a") as file:
        file.write("JINJA_FILTERS = {'loud': str.upper}\n")
    call(built)
    assert main(["build"]) == 0
    assert asked == [""]


def test_a_site_without_a_cache_is_for_pelican(built: SiteFolder, asked: list[str]) -> None:
    built.set(CALLSITE_CACHE=False)
    call(built)
    assert main(["build"]) == 0
    assert len(asked) == 1


def test_what_pelican_itself_has_built_is_known_from_the_next_call_on(built: SiteFolder, asked: list[str]) -> None:
    built.write({"content/pages/about.md": "title: A\nslug: about\n\nOther words.\n"})
    command = [sys.executable, "-m", "pelican", "content", "-s", "pelicanconf.py", "-o", "output"]
    subprocess.run(command, cwd=built.root, check=True, capture_output=True)
    assert main(["build"]) == 0
    assert len(asked) == 1
    call(built)
    assert main(["build"]) == 0
    assert len(asked) == 1
