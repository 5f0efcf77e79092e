"""The hook for commits: which files it looks at, and that looking at a few pages tells of them what looking at all does."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsite import addressing
from callsite.build import ENDINGS
from callsite.check.catalogue import CODES
from callsite.checking import pages, site
from callsite.checking.tasks import PageTask
from callsite.cli import COMMANDS, main
from callsite.model import Problem
from tests.conftest import REPOSITORY
from tests.planted import ABOUT, CLEAN, DIP, GUIDE, OVEN, PLANTS, SHUTTLE, TOOLS, WEAVE, WEDGE, plant
from tests.test_checking import check, list_told, plant_many

SOURCES = [path for path in CLEAN if path.endswith(".md")]


def read_hooks() -> list[dict[str, str]]:
    """The hooks of this repository: a list of plain keys and values, of which YAML takes no more than a line each."""
    found: list[dict[str, str]] = []
    for row in (REPOSITORY / ".pre-commit-hooks.yaml").read_text(encoding="utf-8").splitlines():
        if row.startswith("#"):
            continue
        match = re.fullmatch(r"(- |  )([a-z_]+): ([^\s#:&*!|>'\"%@`{}\[\],][^#]*?)( #.*)?", row)
        assert match, row
        if match[1] == "- ":
            found.append({})
        assert match[2] not in found[-1]
        assert ": " not in match[3]
        found[-1][match[2]] = match[3]
    return found


def test_the_hook_is_one() -> None:
    [hook] = read_hooks()
    assert {"id", "name", "entry", "language", "files"} <= hook.keys()
    assert hook["id"] == "callsite-check"
    assert hook["language"] == "python"  # so that pre-commit installs this package
    program, command, *words = shlex.split(hook["entry"])
    assert (program, words) == ("callsite", [])
    assert command in COMMANDS
    # Or pre-commit would start several, none of which knows what the others are told to look at.
    assert hook["require_serial"] == "true"
    assert hook.get("pass_filenames", "true") == "true"


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_hook_looks_at_pages(ending: str) -> None:
    [hook] = read_hooks()
    for path in ("content/a", "content/pages/a", "content/examples/flask/a.b", "content/posts/2026/a b"):
        assert re.search(hook["files"], path + ending)


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "docs/content/a.md",
        "my-content/a.md",
        "content.md",
        "content/images/a.png",
        "content/a.md.orig",
        "content/a.mdx",
        "content/amd",
        "pelicanconf.py",
        "redirects.toml",
        "theme/templates/page.html",
    ],
)
def test_the_hook_looks_at_nothing_else(path: str) -> None:
    [hook] = read_hooks()
    assert not re.search(hook["files"], path)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(root: Path, *names: str) -> None:
    plant(root, [each for each in PLANTS if each.name.startswith(names)])


def test_a_commit_with_a_fault_is_held_up(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    put(root, "L102", "S102", "L103")
    [hook] = read_hooks()
    words = shlex.split(hook["entry"])[1:]
    assert main([*words, GUIDE, WEAVE]) == 1
    printed = capfd.readouterr()
    assert f"{GUIDE}:26: warning L102" in printed.out
    assert SHUTTLE not in printed.out
    assert printed.err == ""
    assert main([*words, WEAVE]) == 0


# What one page is to the others.


def test_names_that_another_page_has_are_told(root: Path) -> None:
    put(root, "S101", "S107")
    assert list_told(check(root, [TOOLS]).problems) == [("S101", f"{TOOLS}:2")]
    assert ("S107", f"{WEDGE}:4") in list_told(check(root, [WEDGE]).problems)


def test_names_that_differ_only_in_case_are_told(root: Path) -> None:
    put(root, "S103")
    assert list_told(check(root, [TOOLS]).problems) == [("S103", f"{TOOLS}:2")]


def test_the_same_place_and_the_place_of_another_library_are_told(root: Path) -> None:
    put(root, "S119", "S120")
    assert list_told(check(root, [WEAVE]).problems) == [("S119", f"{WEAVE}:3")]
    assert list_told(check(root, [WEDGE]).problems) == [("S120", f"{WEDGE}:3")]


def test_a_new_page_that_takes_the_name_of_an_old_one_is_told(root: Path) -> None:
    plant(root)
    (root / "content/pages/aaa.md").write_text("title: New\nslug: tools\ntoc: True\n\nNew.\n")
    assert {problem.code for problem in check(root, ["content/pages/aaa.md"]).problems} == {"S101"}


def test_links_to_pages_that_are_not_looked_at(root: Path) -> None:
    put(root, "S102", "S114")
    assert list_told(check(root, [GUIDE]).problems) == [("S102", f"{GUIDE}:23"), ("S114", f"{GUIDE}:9")]
    assert list_told(check(root, [ABOUT]).problems) == [("S102", f"{ABOUT}:6")]


def test_places_on_pages_that_are_not_looked_at(root: Path) -> None:
    plant(root)
    about = root / ABOUT
    links = "[a](/guide.html#drying) [b](/kiln-kiln-examples.html#listing-1-2) [c]({filename}guide.md#thread) [d](guide#clay)"
    about.write_text(
        f"{about.read_text()}\n{links}\n\n[e](/guide.html#nowhere) [f]({{filename}}/examples/loom/dip.md#x)\n"
    )
    assert list_told(check(root, [ABOUT]).problems) == [("S112", f"{ABOUT}:12"), ("S112", f"{ABOUT}:12")]


def test_only_pages_with_places_that_are_linked_to_are_read_in_full(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(root)
    read: list[tuple[str, bool]] = []
    real = pages.check_page

    def note(task: PageTask) -> object:
        read.append((task.source, task.applies))
        return real(task)

    monkeypatch.setattr(pages, "check_page", note)
    assert check(root, [ABOUT]).checked == ("pages/about.md",)
    assert read == [("pages/about.md", True)]
    read.clear()
    assert check(root, [GUIDE]).checked == ("pages/guide.md",)
    assert read == [("pages/guide.md", True), ("examples/kiln/kiln.md", False)]
    read.clear()
    assert len(check(root, [GUIDE, OVEN, DIP]).checked) == 3
    assert sorted(read) == [("examples/kiln/kiln.md", True), ("examples/loom/dip.md", True), ("pages/guide.md", True)]


@pytest.mark.parametrize(
    ("link", "asked"),
    [
        ("/guide.html", False),
        ("https://example.org/guide.html#drying", False),
        ("mailto:a@example.org#x", False),
        ("/guide.html#drying", True),
        ("{filename}guide.md#thread", True),
        ("#here", True),  # another page may be meant to stand at the same place
        ("https://looms.example.org/guide.html#drying", True),
    ],
)
def test_where_others_will_stand_is_asked_only_if_a_link_may_lead_to_a_place_there(
    root: Path, monkeypatch: pytest.MonkeyPatch, link: str, asked: bool
) -> None:
    plant(root)
    with (root / "pelicanconf.py").open("a") as file:
        file.write('SITEURL = "https://looms.example.org"\n')
    (root / ABOUT).write_text(f"title: About\nslug: about\ntoc: True\nmeta: It is.\n\n[a]({link})\n\n## Here\n")
    plans = []
    real = addressing.plan_site

    def note(*arguments: object, **more: object) -> object:
        plans.append(arguments)
        return real(*arguments, **more)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(site, "plan_site", note)
    check(root, [ABOUT])
    assert len(plans) == 1 + asked


def test_faults_of_pages_that_are_read_for_their_places_are_not_told(root: Path) -> None:
    put(root, "P103-kiln", "L110", "O107")
    assert check(root, [GUIDE]).problems == ()


def test_files_that_another_page_asks_for(root: Path) -> None:
    plant(root)
    (root / "content/files").mkdir()
    (root / "content/files/plan.pdf").write_bytes(b"")
    for path, link in ((ABOUT, "{static}/files/plan.pdf"), (TOOLS, "/files/plan.pdf")):
        (root / path).write_text(f"{(root / path).read_text()}\n[The plan]({link})\n")
    assert check(root).problems == ()
    assert check(root, [TOOLS]).problems == ()


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Problem, ...]]:
    """The site with all the faults that can be together, and what a check of all of it finds."""
    root = tmp_path_factory.mktemp("faulty")
    plant_many(root)
    return root, check(root).problems


@settings(max_examples=30)
@given(named=st.sets(st.sampled_from(SOURCES), min_size=1))
def test_a_few_pages_are_told_what_all_are(faulty: tuple[Path, tuple[Problem, ...]], named: set[str]) -> None:
    root, problems = faulty
    found = check(root, sorted(named))
    ours = {source.removeprefix("content/") for source in named}
    paths = {found.summaries[source].page.at.path for source in ours}
    expected = [problem for problem in problems if site._concerns(problem, paths)]
    assert list(found.problems) == expected
    assert set(found.checked) == ours


def test_what_depends_on_every_page_is_told_of_sites_only() -> None:
    assert {code for code in site._WHOLE if code in CODES and CODES[code].find} == site._WHOLE
    assert all(code[0] == "S" for code in site._WHOLE)
