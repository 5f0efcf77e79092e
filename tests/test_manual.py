"""The manual says what the programs say: every problem, every command, every option, every make target."""

from __future__ import annotations

import argparse
import json
import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest

from callsite.check import Host, find_blocked_folders, find_broken_links, find_collisions
from callsite.cli import COMMANDS, main
from callsite.cli.sourcing import add_choosing_arguments
from callsite.fence import KEYS
from callsite.harvest.licences import Class
from callsite.harvest.nature import Nature, find_nature
from callsite.harvest.permalinks import is_forge
from callsite.harvest.refreshing import State
from callsite.model import Listing, Page, Place, Problem, Severity
from callsite.names import Certainty, Kind
from callsite.page import parse_page
from callsite.render import Link
from callsite.scaffold import plan_site
from callsite.sources.declared import Declared, parse_declared
from callsite.sources.gathering import LIMITS
from callsite.sources.spec import SUFFIXES, Spec, parse_spec
from tests.building import Reader

ROOT = Path(__file__).parents[1]
MANUAL = ROOT / "content/pages"
PATHS = sorted(MANUAL.glob("*.md"))

HEAD = b"title: T\nslug: t\n\n"

# One file of content for each code, its problem being the first of that code.
FAULTS = {
    "T101": HEAD + b"caf\xe9\n",
    "T102": HEAD + b"a\0b\n",
    "T103": HEAD + "a\u202eb\n".encode(),
    "M101": b"slug: t\n\nhello\n",
    "M102": b"title: a\ntitle: b\n\nhello\n",
    "M103": b"title: a\nslug: t\nsortodrer: 12\n\nhello\n",
    "M104": b"title: a\nslug: t\nsortorder: 12a\n\nhello\n",
    "M105": b"title: a\nslug: t\nheaderimage: /x.png\n\nhello\n",
    "M106": b"title: a\nslug: t\nSome prose at once.\n\nhello\n",
    "M107": b"title: a\nslug: ../../x\n\nhello\n",
    "M109": b"title: a\nslug: t\ncontent: x\n\nhello\n",
    "P101": HEAD + b"- " * 2_000 + b"hello\n",
    "L101": HEAD + b"```python\nx = 1\n",
    "L102": HEAD + b"```pyhton\nx = 1\n```\n",
    "L103": HEAD + b"```python\n ~~x = 1\n```\n",
    "L104": HEAD + b"```python projcet=x\nx = 1\n```\n",
    "L105": HEAD + b"```python lines=1-3\nx = 1\n```\n",
    "L106": HEAD + b"```python url=www.example.org\nx = 1\n```\n",
    "L107": HEAD + b"```python\n" + b"a" * 20_001 + b"\n```\n",
    "L108": HEAD + b"<div>\n```python\nx = 1\n```\n</div>\n",
}


def read_page(name: str) -> Page:
    page, problems = parse_page((MANUAL / name).read_text(encoding="utf-8"), name)
    assert problems == ()
    return page


def sections(name: str, level: int) -> dict[str, str]:
    """The text under each heading of a level, by heading."""
    text = (MANUAL / name).read_text(encoding="utf-8")
    parts = re.split(rf"^{'#' * level} (.*)$", text, flags=re.MULTILINE)
    return {
        heading: re.split(r"^##? ", body, flags=re.MULTILINE)[0]
        for heading, body in zip(parts[1::2], parts[2::2], strict=True)
    }


def listings_of(section: str) -> Iterator[Listing]:
    page, _ = parse_page("\n" + section)
    yield from page.listings


def documented_problems() -> dict[str, str]:
    """What the manual says of each problem, by code."""
    found: dict[str, str] = {}
    for heading, body in sections("problems.md", 3).items():
        match = re.fullmatch(r"([A-Z]\d{3}): .* \{ #([a-z]\d{3}) \}", heading)
        assert match, heading
        assert match[1].lower() == match[2]
        assert match[1] not in found, f"{match[1]} is explained twice"
        found[match[1]] = body
    return found


def make_problem(code: str, folder: Path) -> Problem:
    """A problem of a kind, as a build finds it in a file of content."""
    near, far = Place("content/pages/a.md", 2), Place("content/pages/b.md", 2)
    hint = "give one of the two another slug"
    if code == "S101":
        return next(find_collisions([("t", near), ("t", far)], "slug", hint))
    if code == "S103":
        return next(find_collisions([("t", near), ("T", far)], "slug", hint))
    if code == "S104":
        claims = [("a.html", near), ("a.html/b.html", far)]
        return next(find_blocked_folders(claims, "choose another slug", {}))
    if code == "S102":
        link = Link("/nowhere.html", Place("content/pages/a.md", 4))
        return next(find_broken_links([link], Host(frozenset(), frozenset()), "t.html", "pages/a.md"))
    path = folder / "a.md"
    if code == "T100":
        path.symlink_to("nowhere")
    else:
        path.write_bytes(FAULTS[code])
    loaded = Reader({}, (), ["content"]).load_page(str(path))
    return next(problem for problem in loaded.problems if problem.code == code)


def test_the_manual_explains_every_problem_there_is() -> None:
    codes = {
        code
        for path in sorted((ROOT / "callsite").rglob("*.py"))
        for code in re.findall(r'"([A-Z]\d{3})"', path.read_text(encoding="utf-8"))
    }
    assert len(codes) > 15
    assert set(documented_problems()) == codes


@pytest.mark.parametrize("code", sorted({*FAULTS, "T100", "S101", "S102", "S103", "S104"}))
def test_problems_are_explained_in_the_words_they_are_reported_in(code: str, tmp_path: Path) -> None:
    section = documented_problems()[code]
    shown = [line for listing in listings_of(section) for line in listing.snippet.code.split("\n")]
    problem = make_problem(code, tmp_path)
    said = f"{code} {problem.message}; {problem.hint}"
    if code == "T100":  # why a file cannot be read is up to the system
        said = re.sub(r"read: [^;]+", "read: Permission denied", said)
    assert any(line.endswith(f" {said}") for line in shown), said
    word = "**Error.**" if problem.severity is Severity.ERROR else "**Warning.**"
    assert word in section


def describe(action: argparse.Action) -> str:
    """An option as `--help` describes it."""
    names = [
        f"{name} {action.metavar or action.dest.upper()}" if action.nargs != 0 else name
        for name in action.option_strings
    ]
    names = names or [str(action.metavar or action.dest)]
    assert action.help
    return ", ".join(names) + ": " + action.help % {"default": action.default}


def make_parser(module: ModuleType) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    module.add_arguments(parser)
    return parser


def said_options(section: str) -> list[str]:
    """The options that a section of the manual describes."""
    return [line.removeprefix("- ").replace("`", "") for line in section.splitlines() if line.startswith("- `")]


def shared_groups(parser: argparse.ArgumentParser) -> list[argparse._ArgumentGroup]:
    """The groups of options that several commands have."""
    return [group for group in parser._action_groups if group.title not in ("positional arguments", "options")]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_manual_has_every_option_of_a_command(name: str) -> None:
    """Those that several commands have are in sections of their own, which the command's section names."""
    parser = make_parser(import_module(f"callsite.cli.{name}"))
    chapter = sections("command-line.md", 2)
    section = chapter[f"callsite {name}"]
    shared = shared_groups(parser)
    elsewhere = [action for group in shared for action in group._group_actions]
    assert said_options(section) == [describe(action) for action in parser._actions if action not in elsewhere]
    named = re.findall(r"^The options for \[(.*)\]\(#(.*)\) as well\.$", section, re.MULTILINE)
    assert named == [(str(group.title), str(group.title).replace(" ", "-")) for group in shared]
    for group in shared:
        said = said_options(chapter[str(group.title).capitalize()])
        assert said == [describe(action) for action in group._group_actions]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_manual_describes_a_command_as_its_help_does(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([name, "--help"])
    printed = capsys.readouterr().out.split("\n\n")[1]
    description = " ".join(printed.split())
    assert description.count(".") > 1
    section = " ".join(sections("command-line.md", 2)[f"callsite {name}"].split())
    assert section.startswith(description)


def test_the_manual_has_every_command_and_no_other() -> None:
    named = {heading.removeprefix("callsite ") for heading in sections("command-line.md", 2) if "callsite" in heading}
    assert named == set(COMMANDS)


def test_the_manual_has_every_make_target() -> None:
    menu = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    rows = re.findall(r"^\| `make ([a-z-]+)`", sections("command-line.md", 2)["make"], re.MULTILINE)
    assert rows == [target for target in menu if target != "help"]


def test_the_manual_names_the_files_of_a_new_site() -> None:
    text = (MANUAL / "getting-started.md").read_text(encoding="utf-8")
    written = re.findall(r"^\.\./my-examples/(\S+): written$", text, re.MULTILINE)
    assert written == list(plan_site("x"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_chapters_are_in_the_table_of_contents(path: Path) -> None:
    page = read_page(path.name)
    meta = page.meta
    assert meta.toc is True
    assert meta.title
    assert meta.sidebartitle
    assert meta.description
    assert meta.slug == path.stem
    assert re.fullmatch(r"01\d\d", meta.sortorder)


def test_chapters_have_places_of_their_own() -> None:
    places = [read_page(path.name).meta.sortorder for path in PATHS]
    assert sorted(places) == [f"01{number:02}" for number in range(1, len(PATHS) + 1)]


@pytest.mark.parametrize(("name", "least"), [("notation.md", 10), ("writing-a-page.md", 1)])
def test_what_is_shown_is_what_it_becomes(name: str, least: int) -> None:
    """Where an example is followed by "becomes", the listings it shows as text are the listings below it."""
    page = read_page(name)
    blocks = list(page.blocks)
    compared = 0
    for index, block in enumerate(blocks):
        if isinstance(block, Listing) or not re.search(
            r"^becomes$|becomes this:$|in the browser:$", block.text, re.MULTILINE
        ):
            continue
        shown = blocks[index - 1]
        assert isinstance(shown, Listing)
        inner, _ = parse_page(f"\n{shown.snippet.code}\n")
        made = [found for found in blocks[index + 1 :] if isinstance(found, Listing)][: len(inner.listings)]
        assert [(x.snippet, x.origin) for x in made] == [(x.snippet, x.origin) for x in inner.listings], shown.at
        compared += 1
    assert compared >= least


def rows_of(heading: str, level: int, chapter: str = "harvesting.md") -> list[list[str]]:
    """The rows of the first table below a heading, without its own head."""
    table = re.search(r"^(?:\|.*\n)+", sections(chapter, level)[heading], re.MULTILINE)
    assert table
    rows = [line.strip("| ").split(" | ") for line in table[0].splitlines()[2:]]
    return [[cell.strip().replace("`", "") for cell in row] for row in rows]


def test_harvesting_shows_what_the_commands_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The chapter read as what it tells: files are written, and what is called prints what is shown below it."""
    site = tmp_path / "my-examples"
    main(["init", str(site)])
    monkeypatch.chdir(site)
    capsys.readouterr()
    listings = read_page("harvesting.md").listings
    called = []
    for listing, below in zip(listings, [*listings[1:], None], strict=True):
        code, path = listing.snippet.code, listing.origin.path
        if path and not listing.origin.project:
            file = site / path if "/" not in path else tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{code}\n", encoding="utf-8")
        elif below is not None and listing.snippet.language == "sh" and below.snippet.language in ("text", "json"):
            command, *words = shlex.split(code)
            assert command == "callsite"
            assert main(words) in (0, 1)
            printed = capsys.readouterr()
            # A last line of dots stands for more of the same.
            shown, _, more = f"{below.snippet.code}\n".partition("…\n")
            assert more == ""
            out = printed.out[: len(shown)] if "…" in below.snippet.code else printed.out
            assert (out, printed.err) == (shown, ""), below.at
            called.append(words[0])
    assert len(called) > 8
    assert set(called) == {"new", "harvest", "refresh", "mark"}
    page = (site / "content/examples/shutil/copymode.md").read_text(encoding="utf-8")
    comments = next(one for one in listings if one.snippet.language == "html").snippet.code
    assert all(comment in page for comment in comments.split("\n"))


def test_the_excerpt_that_harvesting_shows_is_that_of_its_file() -> None:
    listings = read_page("harvesting.md").listings
    shown = next(one for one in listings if one.origin.project)
    file = next(one for one in listings if one.origin.path.endswith(shown.origin.path))
    rows = file.snippet.code.split("\n")
    runs = [tuple(rows[first - 1 : last]) for first, last in shown.origin.lines]
    assert runs == [tuple(line.text for line in run) for run in shown.snippet.runs]


def test_harvesting_has_every_form_of_a_source() -> None:
    forms = [text for text, _ in rows_of("Sources", 2)]
    named = {"NAME==VERSION": "x==1.0", "git+ADDRESS@REVISION": "git+https://example.org/x@v1"}
    assert [type(parse_spec(named.get(form, form))) for form in forms] == list(get_args(Spec))
    archive = next(row[1] for row in rows_of("Sources", 2) if row[0] == "project.whl")
    assert tuple(re.findall(r"\.[a-z0-9.]+", archive)) == SUFFIXES


def test_harvesting_has_every_key_of_the_sources_file() -> None:
    section = sections("harvesting.md", 3)["The sources file"]
    assert [key for key, _ in rows_of("The sources file", 3)] == ["from", "licence", "repository", "exclude"]
    texts = [one.snippet.code for one in listings_of(section) if one.snippet.language == "toml"]
    found = [declared for text in texts for declared in parse_declared(text)]
    assert Declared("tidy", parse_spec("../tidy")) in found
    assert [one.name for one in found if one.licence and one.repository and one.exclude] == ["tidy"]


def test_harvesting_says_how_much_is_read() -> None:
    rows = dict(rows_of("Limits, and what is left out", 3))
    mb = 2**20
    assert rows == {
        "entries in an archive": f"{LIMITS.members:,}",
        "files that are read": f"{LIMITS.members:,}",
        "files that are looked at in a folder or repository": f"{LIMITS.listed:,}",
        "all Python and licence files together": f"{LIMITS.kept // mb} MB",
        "what an archive unpacks to": f"{LIMITS.ratio} times its own size, or {LIMITS.unpacked_freely // mb} MB "
        f"if that is more, but never more than {LIMITS.unpacked // mb:,} MB",
    }
    section = sections("harvesting.md", 3)["Limits, and what is left out"]
    assert f"more than {LIMITS.file // mb} MB," in section


def test_harvesting_has_every_knob_with_its_default() -> None:
    parser = argparse.ArgumentParser(add_help=False)
    add_choosing_arguments(parser)
    known = {action.option_strings[0]: action for action in parser._actions}
    rows = rows_of("Every knob", 3)
    for option, default, words in rows:
        action = known.pop(option)
        assert str(action.default) == default
        assert action.help == f"{words} (default: %(default)s)"
    section = sections("harvesting.md", 3)["Every knob"]
    assert set(re.findall(r"(?<!\| )`(--[a-z-]+)`", section)) == set(known)


def test_harvesting_has_every_word_of_the_reports() -> None:
    assert [row[0] for row in rows_of("How uses are found", 2)] == [str(kind) for kind in Kind]
    assert [row[0] for row in rows_of("How sure it is", 3)] == [str(word) for word in Certainty]
    assert [row[0] for row in rows_of("Refreshing", 2)] == [str(state) for state in State]
    allowed = [row[0] for row in rows_of("Licences and provenance", 2)]
    assert allowed[1:] == [str(one) for one in Class if one not in (Class.PERMISSIVE, Class.UNKNOWN)]


def test_harvesting_names_folders_of_other_projects_and_known_forges() -> None:
    chapter = (MANUAL / "harvesting.md").read_text(encoding="utf-8")
    folders = re.search(r"hold other projects' code \(([^)]*)\)", chapter)
    assert folders
    names = re.findall(r"`([^`]+)`", folders[1])
    assert len(names) > 5
    assert all(find_nature(f"{name}/x.py") is Nature.VENDORED for name in names)
    hosts = {"GitHub": "github.com", "GitLab": "gitlab.com", "Codeberg": "codeberg.org", "Bitbucket": "bitbucket.org"}
    for word, host in (hosts | {"SourceHut": "git.sr.ht"}).items():
        assert word in chapter
        assert is_forge(host)


def test_harvesting_has_every_key_of_the_json() -> None:
    rows = dict(rows_of("For other programs", 2))
    shown = [one for one in read_page("harvesting.md").listings if one.snippet.language == "json"]
    record = json.loads(shown[-1].snippet.code)
    assert list(rows) == list(record)
    example = re.findall(r"[a-z]+", rows["examples"].partition("with ")[2].replace(" and ", " "))
    assert example == list(record["examples"][0])


def test_the_notation_has_every_key_of_the_fence_line() -> None:
    rows = rows_of("Where the code comes from", 2, "notation.md")
    assert sorted(row[0] for row in rows) == sorted(KEYS)


def test_contributing_names_every_module() -> None:
    package = ROOT / "callsite"
    modules = {path.stem for path in package.glob("*.py") if not path.stem.startswith("__")}
    modules |= {path.parent.name for path in package.glob("*/__init__.py")}
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| [a-z ]+ \| (.*?) \| (?:yes|no)", text, re.MULTILINE)
    told = re.findall(r"`(\w+)/?`", " ".join(rows))
    assert set(told) - {"sourcing"} == modules
    assert len(told) == len(set(told))
