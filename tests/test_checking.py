"""Whole sites, checked: every kind of fault is found where it is, whatever pages hold, and no page holds up the others."""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsite.check.catalogue import CODES, PAGE_RULES
from callsite.check.ignoring import apply_ignores
from callsite.check.rule import Rule
from callsite.checking.files import find_files, find_templates, find_theme_files
from callsite.checking.pages import check_page
from callsite.checking.site import Checked, Content, check_content
from callsite.checking.starting import open_workers
from callsite.checking.tasks import PageTask
from callsite.cli import main
from callsite.cli.checking import leave_out
from callsite.configuration import Configuration, read_configuration
from callsite.errors import CallsiteError
from callsite.model import Problem, Severity
from callsite.settings import read_settings
from callsite.text import decode_text
from callsite.wording import make_printable
from callsite.workers import BOOT
from tests.building import SiteFolder
from tests.planted import CLEAN, DIP, GLAZE, GUIDE, PLANTS, SECRET, SHUTTLE, WEAVE, WEDGE, Plant, place, plant
from tests.strategies import texts
from tests.test_workers import boot

# What only building tells, and what no file can bring about.
ELSEWHERE = {
    "M110": "asks the theme for its templates, with Pelican's own rules",
    "S105": "a file that cannot be copied is known when it is copied",
    "S106": "where Pelican copies files to is known when it has read all",
    "S109": "there is no search before a build",
    "S111": "the files for other programs are written by a build",
    "R108": "asks the theme for its templates",
    "C101": "takes a page that nothing can be done with: see below",
}


def check(root: Path, named: Iterable[str] | None = None, processes: int = 0, boot: str = BOOT) -> Checked:
    """Check the site in a folder, in this process unless another number is given."""
    content = Content(
        root / "content",
        str(root / "pelicanconf.py"),
        read_settings(str(root / "pelicanconf.py")),
        read_configuration(root),
    )
    with open_workers(processes, boot) as workers:
        return check_content(content, None if named is None else [root / name for name in named], workers)


def find_told(root: Path) -> list[Problem]:
    """What a check of the whole site tells."""
    told, _ = leave_out(check(root).problems, check(root), ((), ()), {})
    return list(told)


def list_told(problems: Iterable[Problem]) -> list[tuple[str, str]]:
    return sorted((problem.code, str(problem.at)) for problem in problems)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# Faults, one by one and all at once.


def test_the_site_has_no_fault(root: Path) -> None:
    plant(root)
    checked = check(root)
    assert checked.problems == ()
    assert len(checked.checked) == len(checked.summaries) == sum(path.endswith(".md") for path in CLEAN) == 12


def test_the_site_builds_strictly(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    plant(root)
    assert main(["build", "--strict"]) == 0
    assert capfd.readouterr().err == ""


# Faults that are told with something that is none.
@pytest.mark.untraced
@pytest.mark.parametrize("each", PLANTS, ids=lambda each: each.name)
def test_a_planted_fault_is_found_where_it_is_and_nothing_else(root: Path, each: Plant) -> None:
    rows = plant(root, [each])
    found = find_told(root)
    assert list_told(found) == sorted((told.code, place(told, rows)) for told in each.told)
    for told in each.told:
        assert any(problem.code == told.code and told.has in str(problem) for problem in found)
    assert all(problem.severity is CODES[problem.code].severity for problem in found)


def test_every_code_has_a_planted_fault() -> None:
    planted = {each.code for each in PLANTS}
    assert planted | ELSEWHERE.keys() == {code for code in CODES if code[0] in "TMPLOSRC"}
    assert not planted & ELSEWHERE.keys()
    assert len({each.name for each in PLANTS}) == len(PLANTS)


# Faults that hide others, so that they are planted alone.
HIDING = {
    "R101": "a file that is no TOML declares nothing",
    "S108": "without its title, the page about shuttles is about no library",
    "S115-bare": "the page about weaving goes to another library",
    "S118": "another page takes the place in front of the one that is left out",
    "T100": "the page has no place, so it is led to by nothing",
}


def plant_many(root: Path) -> tuple[list[Plant], dict[str, list[str]]]:
    """Plant all the faults that can be together: which ones, and the rows of all files."""
    chosen: list[Plant] = []
    for each in PLANTS:
        if not {each.code, each.name} & HIDING.keys() and _fits(root, [*chosen, each]):
            chosen.append(each)
    return chosen, _plant_anew(root, chosen)


def test_faults_are_found_all_at_once(root: Path) -> None:
    chosen, rows = plant_many(root)
    expected = {(told.code, place(told, rows)) for each in chosen for told in each.told}
    found = check(root, processes=2)
    told, ignored = leave_out(found.problems, found, ((), ()), {})
    assert len(chosen) >= 50
    assert len({each.code for each in chosen}) >= 40
    assert (set(list_told(told)), ignored) == (expected, 0)


def _fits(root: Path, plants: Sequence[Plant]) -> bool:
    """Whether faults can be planted in one copy: none changes what another one changes, or stands on."""
    try:
        rows = _plant_anew(root, plants)
        return all(place(told, rows) for each in plants for told in each.told)
    except AssertionError:
        return False


def _plant_anew(root: Path, plants: Sequence[Plant]) -> dict[str, list[str]]:
    for entry in root.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    return dict(plant(root, plants))


@pytest.mark.untraced
def test_processes_find_what_this_one_does(root: Path) -> None:
    plant(root, [each for each in PLANTS if each.code in ("L103", "S112", "R105", "T103")][:4])
    assert check(root).problems == check(root, processes=2).problems != ()


def test_redirects_that_cannot_be_read(root: Path) -> None:
    plant(root)
    (root / "redirects.toml").write_bytes(b'"/a.html" = "/guide.html" # \xff\n')
    assert list_told(check(root).problems) == [("T101", "redirects.toml:1")]
    (root / "redirects.toml").unlink()
    (root / "redirects.toml").mkdir()
    assert list_told(check(root).problems) == [("T100", "redirects.toml")]
    (root / "redirects.toml").rmdir()
    assert check(root).problems == ()


def test_where_metadata_ends_too_early_nothing_is_said_to_be_missing_behind_that(root: Path) -> None:
    plant(root)
    page = root / WEAVE
    page.write_text(page.read_text().replace("meta: Code that", "Code that"))
    assert list_told(check(root).problems) == [("M106", f"{WEAVE}:4")]


# Pages as nobody should write them.


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site without a fault, for pages to be put into."""
    folder = tmp_path_factory.mktemp("desk")
    plant(folder)
    return folder


def summarise(desk: Path, data: bytes) -> list[Problem]:
    """What is told of a page; and what holds of every one."""
    path = desk / "content" / "pages" / "any.md"
    path.write_bytes(data)
    task = PageTask(
        str(path),
        "pages/any.md",
        data,
        ("title",),
        str(desk / "pelicanconf.py"),
        0,
        str(desk),
        read_configuration(desk),
    )
    start = time.process_time()
    summary = check_page(task)
    assert time.process_time() - start < 5
    text, _ = decode_text(data, "any.md")
    name = os.path.relpath(path)
    for problem in summary.problems:
        assert problem.code in CODES
        assert problem.severity is CODES[problem.code].severity
        assert problem.at.path.endswith("any.md")
        assert 0 <= problem.at.line <= text.count("\n") + 1
        assert problem.message.strip()
        assert problem.hint.strip()
        assert make_printable(str(problem)).isprintable() or "\u00a0" in str(problem) or " " in str(problem), name
        assert not {"\n", "\r"} & set(problem.message + problem.hint)
    assert list(summary.problems) == sorted(set(summary.problems))
    assert len(summary.marks) == len(summary.lines)
    return list(summary.problems)


@settings(max_examples=200)
@given(texts(("\n", "\r\n", "\r", "\u2028")) | st.binary(max_size=80).map(lambda data: data.decode("latin-1")))
def test_any_text_is_checked(desk: Path, text: str) -> None:
    summarise(desk, text.encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=200))
def test_any_bytes_are_checked(desk: Path, data: bytes) -> None:
    summarise(desk, b"title: x\nsymbol: kiln.Kiln\n\n```python\n" + data)


def _list_pages() -> list[bytes]:
    """The pages of the site, and some of those that people wrote where they are at hand."""
    own = [text.encode() for path, text in CLEAN.items() if isinstance(text, str) and path.endswith(".md")]
    shared = Path(os.environ.get("CALLSITE_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    found = sorted([*shared.glob("seed/*.md"), *shared.glob("corpus/p*/*")])
    return [*own, *(path.read_bytes() for path in found[:: max(1, len(found) // 4)])]


PAGES = _list_pages()
NOTATION = [
    *(
        "~~",
        "~",
        "  ~~",
        "```",
        "````",
        "~~~",
        "```python",
        "## ... source file abbreviated ...",
        "## source file abbreviated",
    ),
    *(
        "> ",
        "- ",
        "    ",
        "\t",
        "#",
        "####### ",
        "<div>",
        "<!--",
        "-->",
        "[",
        "](",
        "](#",
        "![](",
        "[^1]",
        "{#a}",
        "{: #a }",
    ),
    *(
        "title:",
        "check: ignore=",
        "sortorder: x",
        "lines=1-2",
        "url=",
        "TODO",
        "\0",
        "\ufeff",
        "\u202e",
        "\u2028",
        "\f",
        "\r",
        "\\",
    ),
    *("from kiln import Kiln", "@", "(", '"""', "class A:", "eyJ", "://a:b@", "/./", "|a|b|", "&#0;", "\ud800"),
]


@st.composite
def broken_pages(draw: st.DrawFn) -> bytes:
    """A page of a site after slips of hand: lines that are gone, doubled or swapped, bytes cut, notation put in."""
    data = draw(st.sampled_from(PAGES))
    for _ in range(draw(st.integers(1, 5))):
        rows = data.split(b"\n")
        here, there = draw(st.integers(0, len(rows) - 1)), draw(st.integers(0, len(rows) - 1))
        match draw(st.sampled_from(["drop", "double", "swap", "cut", "insert", "insert", "indent"])):
            case "drop":
                del rows[here : here + 3]
            case "double":
                rows[here:here] = rows[there : there + 3]
            case "swap":
                rows[here], rows[there] = rows[there], rows[here]
            case "indent":
                rows[here] = (
                    draw(st.sampled_from([b" ", b"    ", b"\t", b"> ", b"- "])) * draw(st.integers(1, 9)) + rows[here]
                )
            case "cut":
                row = rows[here]
                at = draw(st.integers(0, len(row)))
                rows[here] = row[:at] + row[at + draw(st.integers(1, 9)) :]
            case _:
                word = draw(st.sampled_from(NOTATION)).encode("utf-8", "surrogatepass")
                at = draw(st.integers(0, len(rows[here])))
                rows[here] = rows[here][:at] + word + rows[here][at:]
        data = b"\n".join(rows)
    return data


@settings(max_examples=200)
@given(broken_pages())
def test_any_slip_of_hand_is_checked(desk: Path, data: bytes) -> None:
    summarise(desk, data)


_HEAD = "title: x\nsymbol: a.b\n\n"
_IN_CODE = f"{_HEAD}```python\nfrom a import b\n"


@pytest.mark.untraced
@pytest.mark.parametrize(
    "text",
    [
        "",
        "\ufeff",
        "x" * 300_000,
        f"{_HEAD}{'x' * 300_000}",
        f"{_IN_CODE}{'x ' * 150_000}",
        f"{_HEAD}{'> ' * 5_000}deep",
        f"{_HEAD}{'- ' * 5_000}deep",
        _HEAD + "".join(f"{' ' * 2 * depth}- deep\n" for depth in range(150)),
        f"{_HEAD}{'<div>' * 5_000}",
        f"{_HEAD}{'`' * 20_000}",
        f"{_HEAD}{'[]()' * 2_000}",
        f"{_HEAD}{'#### a {#a}' * 1_000}",
        _HEAD + "".join(f"## Example {number % 7}\n\n" for number in range(1_000)),
        _HEAD + "TODO: more\n" * 5_000,
        _HEAD + "<p id='a'>\n\n" * 500,
        f"{_HEAD}{'eyJ' * 20_000}{'://a:' * 20_000}",
        _HEAD + 'password="' * 20_000,
        f"{_HEAD}{'-----BEGIN PRIVATE KEY-----' * 5_000}",
        f"{_IN_CODE}{'(' * 20_000}",
        f"{_IN_CODE}{'~' * 20_000}",
        _IN_CODE + "~~x = b\n~~y = c\n\nz\n" * 5_000,
        _IN_CODE + "    ~~b\n" * 5_000,
        _IN_CODE + "## source file abbreviated\n" * 5_000,
        f"{_IN_CODE}# {'. ' * 20_000}a",
        _IN_CODE + "".join(f"{' ' * depth}if b:\n" for depth in range(300)),
        _IN_CODE + '"""' * 10_001,
        _IN_CODE + "@b\n" * 5_000,
        "title: x\n" * 5_000,
        f"title: x\naliases: {'a, ' * 5_000}a\n",
        f"title: x\ncheck: {'ignore=' * 5_000}\n",
        f"title: x\ncheck: ignore={'L111,' * 5_000} because\n",
        f"title: x\ncheck: {'ignore=L111 a ' * 3_000}\n",
    ],
    ids=lambda text: f"{text[-12:]!r}-{len(text)}",
)
def test_too_much_of_anything_is_checked_in_time(desk: Path, text: str) -> None:
    summarise(desk, text.encode())


# Pages that no process gets to the end of.

STRANGE = """\
if task.source.endswith("slow.md"): time.sleep(60)
if task.source.endswith("deadly.md"): os.kill(os.getpid(), 9)
if task.source.endswith("full.md"): raise MemoryError"""


def test_a_page_that_nothing_can_be_done_with_is_told_of_and_holds_up_no_other(root: Path) -> None:
    plant(root, [each for each in PLANTS if each.name.startswith("L103")])
    (root / "pyproject.toml").write_text("[tool.callsite.check]\ntime-limit = 2\n")
    for name in ("slow", "deadly", "full"):
        page = f"title: Page {name}\nslug: {name}\ntoc: True\n\n[Up](/guide.html) and [down](/nowhere.html).\n"
        (root / "content/pages" / f"{name}.md").write_text(page)
    about = root / "content/pages/about.md"
    about.write_text(about.read_text() + "\nSee [the slow one](/slow.html).\n")
    start = time.monotonic()
    checked = check(root, processes=2, boot=boot(STRANGE))
    assert time.monotonic() - start < 55
    told = {problem.at.path: problem for problem in checked.problems if problem.code == "C101"}
    assert list_told(checked.problems) == [
        ("C101", "content/pages/deadly.md"),
        ("C101", "content/pages/full.md"),
        ("C101", "content/pages/slow.md"),
        ("L103", f"{SHUTTLE}:11"),
        ("L114", f"{SHUTTLE}:11"),
    ]
    assert str(told["content/pages/slow.md"]) == (
        "content/pages/slow.md: C101 not checked: not done within 2 seconds; raise `time-limit` in"
        " [tool.callsite.check] if the machine is slow, else make the page shorter"
    )
    assert "was ended by signal 9" in told["content/pages/deadly.md"].message
    assert told["content/pages/slow.md"].severity is Severity.ERROR
    # Their metadata is known, and so are their addresses.
    assert checked.plan.paths["pages/slow.md"] == "slow.html"
    assert len(checked.checked) == 15


@pytest.mark.parametrize("named", [None, ["content/pages/about.md"]])
def test_nobody_knows_the_places_on_a_page_that_could_not_be_checked(root: Path, named: list[str] | None) -> None:
    plant(root)
    (root / "pyproject.toml").write_text("[tool.callsite.check]\ntime-limit = 2\n")
    (root / "content/pages/slow.md").write_text("title: Slow\nslug: slow\ntoc: True\n\n## There\n")
    about = root / "content/pages/about.md"
    about.write_text(about.read_text() + "\nSee [a place](/slow.html#there).\n")
    assert {each.code for each in check(root, named, processes=2, boot=boot(STRANGE)).problems} <= {"C101"}


def test_progress_counts_the_pages(root: Path) -> None:
    plant(root)
    told: list[tuple[int, int]] = []
    content = Content(root / "content", "pelicanconf.py", read_settings("pelicanconf.py"), Configuration())
    with open_workers(0) as workers:
        check_content(content, None, workers, lambda done, whole: told.append((done, whole)))
    assert told == [(number, 12) for number in range(1, 13)]


# What a page says and needs.


def test_ignores_stay_with_their_page(root: Path) -> None:
    plant(root, [each for each in PLANTS if each.code in ("L103", "L113")][:1])
    checked = check(root)
    shuttle = checked.summaries["examples/loom/shuttle.md"]
    assert shuttle.ignores == ()
    told, left = apply_ignores(checked.problems, {SHUTTLE: {"L103", "L114"}})
    assert (told, Counter(problem.code for problem in left)) == ((), {"L103": 1, "L114": 1})


def test_keys_of_the_site_are_known(root: Path) -> None:
    plant(root, [each for each in PLANTS if each.code == "M105"])
    with (root / "pelicanconf.py").open("a") as file:
        file.write('CALLSITE_KEYS = ["headerimage"]\n')
    assert check(root).problems == ()


def test_what_paths_tell_of_pages_need_not_be_in_them(root: Path) -> None:
    plant(root)
    with (root / "pelicanconf.py").open("a") as file:
        file.write('FILENAME_METADATA = r"(?P<date>\\d{4}-\\d{2}-\\d{2})-(?P<slug>.*)"\n')
        file.write('EXTRA_PATH_METADATA = {"pages/nameless.md": {"title": "Nameless"}}\n')
    post = root / "content/posts/opening.md"
    text = post.read_text().replace("date: 2026-01-31\n", "").replace("slug: opening\n", "")
    (root / "content/posts/2026-01-31-opening.md").write_text(text)
    post.unlink()
    (root / "content/pages/nameless.md").write_text("slug: nameless\ntoc: True\n\nLook.\n")
    assert check(root).problems == ()


def test_a_plain_folder_of_pages_is_a_site(root: Path) -> None:
    (root / "content").mkdir()
    (root / "pelicanconf.py").write_text(str(CLEAN["pelicanconf.py"]))
    (root / "content/a.md").write_text("title: A\nslug: a\n\n[B]({filename}b.md) [C]({filename}c.md)\n")
    (root / "content/b.md").write_text("title: B\nslug: b\n\n[A]({filename}a.md)\n")
    checked = check(root)
    assert list_told(checked.problems) == [("S102", "content/a.md:4")]
    assert checked.checked == ("a.md", "b.md")


def test_a_content_without_pages_has_no_problem(root: Path) -> None:
    plant(root)
    shutil.rmtree(root / "content")
    (root / "content").mkdir()
    (root / "redirects.toml").unlink()
    assert check(root).problems == ()
    assert check(root).checked == ()


def test_the_files_of_a_site(root: Path) -> None:
    for path in (
        *("pages/a.md", "pages/b.markdown", "pages/c.txt", "pages/d.rst", "pages/.e.md", "pages/deep/f.mkd", "g.md"),
        *("posts/h.mdown", "posts/out/i.md", "images/j.png", "images/k.md", "single.png", ".git/l.png"),
    ):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("")
    (root / "pages/loop").symlink_to(root, target_is_directory=True)
    settings = {
        "PAGE_PATHS": "pages",
        "ARTICLE_PATHS": ["posts"],
        "ARTICLE_EXCLUDES": ["posts/out"],
        "STATIC_PATHS": ["images", "single.png", "nowhere"],
        "IGNORE_FILES": [".*"],
    }
    files = find_files(root, settings)
    assert files.pages == ("pages/a.md", "pages/b.markdown", "pages/deep/f.mkd")
    assert files.articles == ("posts/h.mdown",)
    assert files.foreign == ("pages/d.rst",)
    assert files.statics == ("images/j.png", "images/k.md", "single.png")


@pytest.mark.parametrize("key", ["PAGE_PATHS", "ARTICLE_EXCLUDES", "STATIC_PATHS", "IGNORE_FILES"])
@pytest.mark.parametrize("value", [1, None, {"pages": 1}, ["a\0b"], "a\0b"])
def test_paths_that_are_none(root: Path, key: str, value: object) -> None:
    with pytest.raises(CallsiteError, match=f"^{key} cannot be .*; write a list of paths in the settings file$"):
        find_files(root, {key: value})


def test_a_folder_that_cannot_be_read_is_no_empty_one(root: Path) -> None:
    name = "x" * 300  # longer than any file's name
    with pytest.raises(CallsiteError, match=rf"^{name}: cannot be read: .*; make it readable$"):
        find_files(root, {"PAGE_PATHS": [name]})
    (root / "pages.md").write_text("")
    files = find_files(root, {"PAGE_PATHS": ["nowhere", "pages.md", "pages.md/below"], "ARTICLE_PATHS": ["nowhere"]})
    assert files.pages == ("pages.md",)


def test_the_files_of_a_theme(root: Path) -> None:
    (root / "theme/templates").mkdir(parents=True)
    (root / "theme/static/css").mkdir(parents=True)
    (root / "theme/templates/list.html").write_text("")
    (root / "theme/static/css/main.css").write_text("")
    theme = str(root / "theme")
    assert find_theme_files(theme, {}) == frozenset({"theme/css/main.css"})
    assert find_theme_files(theme, {"THEME_STATIC_DIR": "look"}) == frozenset({"look/css/main.css"})
    assert find_theme_files("nowhere", {}) is None
    assert find_templates(theme) == {"list"}
    assert find_templates("nowhere") == {"list", "redirect"}


def test_a_broken_source_is_told_at_each_page_that_needs_it(root: Path) -> None:
    plant(root, [each for each in PLANTS if each.code == "C103"])
    [problem] = check(root).problems
    assert problem.message.startswith("its sources cannot be read: ")
    assert problem.severity is Severity.WARNING


@pytest.mark.parametrize("rule", PAGE_RULES, ids=lambda rule: rule.code)
def test_rules_leave_good_pages_alone(desk: Path, rule: Rule[object]) -> None:
    for data in PAGES[:12]:
        assert rule.code not in {problem.code for problem in summarise(desk, data)}


def test_pages_that_are_not_asked_for_are_not_told_of(root: Path) -> None:
    plant(root, [each for each in PLANTS if each.code in ("L103", "L102")])
    assert list_told(check(root, [GUIDE]).problems) == [("L102", f"{GUIDE}:26")]
    assert check(root, [WEAVE, DIP]).problems == ()


# A build goes by the same errors.


@pytest.mark.parametrize("name", ["O106", "O104", "M115-about", "S101", "L101", "R102"])
def test_an_error_stops_a_build_with_the_same_words(site: SiteFolder, name: str) -> None:
    plant(site.root, [each for each in PLANTS if each.name.startswith(name)][:1])
    [problem] = check(site.root).problems
    assert problem.severity is Severity.ERROR
    built = site.build()
    assert built.code == 1
    assert built.stderr == f"{make_printable(str(problem))}\ncallsite: 1 error; nothing was written to output\n"
    assert not built.output.exists()
    assert SECRET not in built.stderr


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("name", "path"),
    [("O106", WEDGE), ("O104", GLAZE), ("L102", GUIDE), ("S102-guide", GUIDE), ("L103", SHUTTLE), ("T103", WEAVE)],
)
def test_what_a_page_ignores_neither_stops_a_build_nor_is_told(site: SiteFolder, name: str, path: str) -> None:
    [planted, *_] = [each for each in PLANTS if each.name.startswith(name)]
    plant(site.root, [planted])
    assert site.build("--settings", "pelicanconf.py").stderr != ""
    page = site.root / path
    page.write_bytes(page.read_bytes().replace(b"\n", f"\ncheck: ignore={planted.code} as it has to be\n".encode(), 1))
    site.set(CALLSITE_STRICT=True)
    built = site.build()
    assert (built.code, built.stderr) == (0, "")


def test_what_another_page_ignores_is_told(site: SiteFolder) -> None:
    plant(site.root, [each for each in PLANTS if each.name.startswith("O106")])
    about = site.root / "content/pages/about.md"
    about.write_text(about.read_text().replace("slug: about\n", "slug: about\ncheck: ignore=O106 none of mine\n"))
    built = site.build()
    assert built.code == 1
    assert f"{WEDGE}:7: O106 `AKIA…` looks like an access key of AWS" in built.stderr


def test_licences_are_asked_for_only_where_the_site_says_so(site: SiteFolder) -> None:
    plant(site.root, [each for each in PLANTS if each.name.startswith("O104")])
    (site.root / "pyproject.toml").unlink()
    built = site.build()
    assert (built.code, built.stderr) == (0, "")


def test_a_build_of_a_site_whose_settings_make_no_sense_ends_in_a_line(site: SiteFolder) -> None:
    plant(site.root)
    (site.root / "pyproject.toml").write_text("[tool.callsite.check]\nlicenses = []\n")
    built = site.build()
    message = "callsite: pyproject.toml: [tool.callsite.check] has no `licenses`; did you mean `licences`?\n"
    assert (built.code, built.stderr) == (2, message)
    assert not built.output.exists()
    assert site.leftovers == []


def test_what_a_build_tells_a_check_has_told(site: SiteFolder) -> None:
    plant_many(site.root)
    built = site.build()
    *told, last = built.stderr.splitlines()
    assert last.endswith("nothing was written to output")
    checked = {make_printable(str(problem)): problem for problem in check(site.root).problems}
    assert set(told) <= checked.keys()
    # What is wrong with pages of themselves stops a build at once.
    fatal = {
        row for row, problem in checked.items() if problem.severity is Severity.ERROR and problem.code[0] in "TMLPO"
    }
    assert len(fatal) >= 15
    assert fatal <= set(told)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("MARKDOWN = 5", "MARKDOWN cannot be used, "),
        ("MARKDOWN = {'extensions': ['nowhere']}", "MARKDOWN cannot be used, "),
        ("CALLSITE_KEYS = 5", "CALLSITE_KEYS cannot be 5; write a list of names in the settings file"),
    ],
)
def test_settings_that_no_page_can_be_read_with_are_told_once(root: Path, setting: str, message: str) -> None:
    plant(root)
    settings_file = root / "pelicanconf.py"
    settings_file.write_text(f"{settings_file.read_text()}\n{setting}\n")
    with pytest.raises(CallsiteError, match=message):
        check(root)
