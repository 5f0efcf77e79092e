"""The manual says what the programs say: every problem, every command, every option, every make target."""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest
from selectolax.lexbor import LexborHTMLParser

from callsite import history, inventories, relations
from callsite.check.claims import find_blocked_folders, find_collisions
from callsite.check.hosting import Host, find_broken_links
from callsite.cli import COMMANDS, main
from callsite.cli.sourcing import add_choosing_arguments
from callsite.credits import Credit, find_credits
from callsite.fence import KEYS
from callsite.harvest.licences import Class
from callsite.harvest.nature import Nature, find_nature
from callsite.harvest.permalinks import is_forge
from callsite.harvest.refreshing import State
from callsite.inventories import read_inventories
from callsite.inventory import Inventory, Item, format_inventory
from callsite.model import Listing, Page, Place, Problem, Prose, Severity
from callsite.names import Certainty, Kind
from callsite.navigation import Navigation, lists, related, sheets, sidebar, views
from callsite.page import parse_page
from callsite.redirects import hosting, parse_redirects
from callsite.render import Link
from callsite.scaffold import plan_site
from callsite.sources.declared import Declared, parse_declared
from callsite.sources.fetching import Access
from callsite.sources.gathering import LIMITS
from callsite.sources.spec import SUFFIXES, Spec, parse_spec
from callsite.twins import feed, llms, sitemap
from callsite.wording import count
from tests.building import Reader, SiteFolder
from tests.serving_files import serve

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

G = "title: A\nsymbol: flask.globals.g\n"
AT = "content/pages"
DECLARED = "redirects.toml"
SIMPLE: dict[str, object] = {"THEME": "simple", "DIRECT_TEMPLATES": ["index"]}

# The files and settings of one site for each message about a site as a whole.
FAULTY_SITES: list[tuple[str, dict[str, str], dict[str, object]]] = [
    ("S107", {f"{AT}/a.md": f"{G}slug: a\n", f"{AT}/b.md": f"{G}slug: b\n"}, {}),
    (
        "S108",
        {
            f"{AT}/a.md": "title: Something\nslug: a\nsortorder: 500021050\n",
            f"{AT}/b.md": f"{G}slug: b\nsortorder: 500021011\n",
        },
        {},
    ),
    ("S109", {f"{AT}/a.md": f"{G}slug: a\n"}, {"CALLSITE_SEARCH": True}),
    ("S110", {f"{AT}/a.md": "title: A\nslug: symbols\n"}, {}),
    ("S111", {f"{AT}/a.md": "title: A\nslug: llms.txt/x\n"}, {}),
    ("R101", {DECLARED: '/old.html = "/new.html"'}, {}),
    ("R101", {DECLARED: '"/old/*" = "/new.html"'}, {}),
    ("R101", {DECLARED: '"/old.html?x=1" = "/new.html"'}, {}),
    ("R101", {DECLARED: '"old.html" = "/new.html"'}, {}),
    ("R101", {DECLARED: '"/old.html" = "new.html"'}, {}),
    ("R102", {DECLARED: '"/a.html" = "/b.html"\n"/b.html" = "/a.html"\n'}, {}),
    ("R103", {DECLARED: '"/a.html" = "/index.html"', f"{AT}/a.md": "title: A\nslug: a\n"}, {}),
    ("R104", {DECLARED: '"/a.html" = "/index.html"\n"/a.html" = "/404.html"\n'}, {}),
    ("R104", {DECLARED: '"/a" = "/index.html"\n"/a.html" = "/404.html"\n'}, {}),
    ("R105", {DECLARED: '"/old.html" = "/neew.html"', f"{AT}/a.md": "title: A\nslug: new\n"}, {}),
    (
        "R106",
        {
            f"{AT}/a.md": f"{G}aliases: flask.g\nslug: flask-globals-g\n",
            f"{AT}/b.md": "title: A\nsymbol: flask.ctx.g\naliases: flask.g\nslug: flask-ctx-g\n",
        },
        {},
    ),
    ("R107", {DECLARED: "".join(f'"/old-{number}.html" = "/"\n' for number in range(2003))}, {}),
    ("R108", {f"{AT}/a.md": f"{G}aliases: flask.g\nslug: flask-globals-g\n"}, SIMPLE),
    ("X101", {}, {"CALLSITE_INVENTORIES": {"flask": 3}}),
    ("X102", {}, {"CALLSITE_INVENTORIES": {"flask": ("https://docs.example.org/", "flask.inv")}}),
    ("X103", {"flask.inv": "<html>"}, {"CALLSITE_INVENTORIES": {"flask": ("https://docs.example.org/", "flask.inv")}}),
]


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


@pytest.mark.parametrize(
    ("code", "files", "settings"),
    FAULTY_SITES,
    ids=[f"{code}-{number}" for number, (code, _, _) in enumerate(FAULTY_SITES)],
)
def test_problems_of_sites_are_explained_in_the_words_they_are_reported_in(
    code: str,
    files: dict[str, str],
    settings: dict[str, object],
    site: SiteFolder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "pagefind_bin" else find_spec(name))
    site.set(**{"CALLSITE_SEARCH": False, **settings})
    site.write({f"{AT}/x.md": "title: X\nslug: x\n", **files})
    built = site.build()
    (line,) = [line for line in built.stderr.splitlines() if f": {code} " in line]
    section = documented_problems()[code]
    assert line in [line for listing in listings_of(section) for line in listing.snippet.code.split("\n")]
    assert ("**Error.**" if built.code else "**Warning.**") in section


def test_problems_with_keeping_inventories_are_explained_in_their_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    item = Item("flask.g", "py", "data", 1, "api/#flask.g", "flask.g")
    said: list[str] = []
    monkeypatch.chdir(tmp_path)
    with serve() as web:
        web.put("/objects.inv", format_inventory(Inventory("Flask", "3.1", (item,))))
        setting = {"flask": web.address + "/"}

        def read(folder: str, days: int) -> None:
            later = time.time() + days * 24 * 60 * 60
            found = read_inventories(
                setting,
                Path(folder),
                Place("CALLSITE_INVENTORIES"),
                access=Access(timeout=5, pauses=()),
                clock=lambda: later,
            )
            assert list(found.links) == ["flask.g"]
            assert all(problem.severity is Severity.WARNING for problem in found.problems)
            said.extend(str(problem).replace(web.address, "https://docs.example.org") for problem in found.problems)

        read("", 0)
        web.files.clear()
        read("", 8)
        web.put("/objects.inv", format_inventory(Inventory("Flask", "3.1", (item,))))
        shutil.rmtree(".cache")
        Path(".cache").write_bytes(b"")
        read("", 0)
    for code, line in zip(("X104", "X105"), said, strict=True):
        section = documented_problems()[code]
        assert [line] == [listing.snippet.code for listing in listings_of(section)]
        assert "**Warning.**" in section


def test_every_problem_has_its_words_tried() -> None:
    """But for those that only a whole system brings about; what they say is tried where they arise."""
    tried = {*FAULTS, "T100", "S101", "S102", "S103", "S104", *(code for code, _, _ in FAULTY_SITES), "X104", "X105"}
    assert set(documented_problems()) - tried == {"M110", "S105", "S106"}


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


def rows_of(heading: str, level: int, chapter: str = "harvesting.md", number: int = 0) -> list[list[str]]:
    """The rows of a table below a heading, of the first one unless said otherwise, without its own head."""
    return rows_in(sections(chapter, level)[heading], number)


def rows_in(text: str, number: int = 0) -> list[list[str]]:
    tables = re.findall(r"^(?:\|.*\n)+", text, re.MULTILINE)
    rows = [line.strip("| ").split(" | ") for line in tables[number].splitlines()[2:]]
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


def build(folder: Path, *arguments: str, **environment: str) -> Path:
    """Build a site for the public, warnings being errors; gives its output."""
    command = [sys.executable, "-m", "callsite", "build", "--settings", "publishconf.py", "--strict", *arguments]
    built = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    return folder / "output"


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository's own site, built for the public from a copy with a history."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "content", folder / "content")
    for name in ("pelicanconf.py", "publishconf.py"):
        shutil.copy(ROOT / name, folder)
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "content"], [*author, "commit", "-q", "-m", "x"]):
        subprocess.run(["git", *command], cwd=folder, env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}, check=True)
    return build(folder, SITEURL="https://callsite.example")


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site that the chapter on twins shows, built for the public."""
    folder = tmp_path_factory.mktemp("my-examples")
    for name, text in plan_site("My examples").items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("\nmeta: ", "\ndate: 2026-01-31\nmeta: "), encoding="utf-8")
    return build(folder)


def parse(path: Path) -> LexborHTMLParser:
    return LexborHTMLParser(path.read_text(encoding="utf-8"))


def test_links_in_the_manual_lead_to_places_that_are_there(public: Path) -> None:
    """Builds check that the pages are there; this is about what follows the `#`."""
    seen = 0
    for chapter in PATHS:
        for link in parse(public / f"{chapter.stem}.html").css("main a[href]"):
            page, _, anchor = str(link.attributes["href"]).partition("#")
            if anchor and (not page or page.startswith("https://callsite.example/")):
                target = page.removeprefix("https://callsite.example/") or f"{chapter.stem}.html"
                assert parse(public / target).css_matches(f'[id="{anchor}"]'), f"{chapter.name}: {page}#{anchor}"
                seen += 1
    assert seen > 50


def test_finding_shows_links_in_code(public: Path) -> None:
    listing = parse(public / "finding.html").css(".listing")[0]
    found = [
        (link.text(), str(link.attributes["href"]).removeprefix("https://callsite.example"))
        for link in listing.css("a.xref")
    ]
    markup, function = "/markupsafe-markup-examples.html", "/pygments-lexers-get-lexer-by-name-examples.html"
    assert found == [("Markup", markup), ("get_lexer_by_name", function), ("Markup", markup)]
    assert "three words are links" in sections("finding.md", 2)["Links in code"]
    prose = {link.attributes["href"] for link in parse(public / "finding.html").css("article p a")}
    assert {f"https://callsite.example{path}" for path in (markup, function)} <= prose


def test_finding_has_every_page_that_is_made(public: Path) -> None:
    rows = rows_of("Pages that Callsite makes", 2, "finding.md")
    patterns = {page: page.replace("NAME", "*").replace("PAGE", "*") for page, _, _ in rows}
    constants = [lists.SYMBOLS, lists.LIBRARIES, lists.PROJECTS, lists.CONTENTS, lists.TOPICS, lists.CHANGES]
    assert set(constants) < set(patterns)
    pages = {str(path.relative_to(public)) for path in public.rglob("*.html") if "theme" not in path.parts}
    made = {page: {path for path in pages if fnmatch(path, pattern)} for page, pattern in patterns.items()}
    # The others are for what this site does not have so much of.
    assert {page for page, found in made.items() if not found} <= {lists.CONTENTS, lists.TOPICS, "uses/PAGE.html"}
    written = {f"{parse_page(path.read_text('utf-8'))[0].meta.slug}.html" for path in (ROOT / "content").rglob("*.md")}
    assert pages - set().union(*made.values()) == written | {"index.html", "404.html", "archives.html"}


def test_finding_says_how_long_lists_are() -> None:
    rows = {row[0]: row[2] for row in rows_of("Lists below a page", 2, "finding.md")}
    assert rows == {
        "In this module": str(related._MOST_SIBLINGS),
        "Also used in": str(related._MOST_USERS),
        "Used together with": str(related._MOST_COMPANIONS),
        "More from …": str(related._MOST_PER_PROJECT),
    }
    chapter = " ".join((MANUAL / "finding.md").read_text(encoding="utf-8").split())
    assert related._MOST_PROJECTS == 3
    assert "for the page's first three projects" in chapter
    assert f"more than {relations._MOST_TOGETHER} symbols" in chapter
    assert f"the last {lists.MOST_CHANGES} pages that are new or were changed" in chapter
    assert f"more than {sheets.MOST_ENTRIES} entries" in chapter
    assert f"up to {sidebar.MOST_ENTRIES} entries on each level" in chapter
    on_index, changes = lists_on_index()
    assert chapter.count(f"if there are more than {on_index}") == 2
    assert f"up to {on_index} chapters, libraries and topics, and the last {changes} changes" in chapter
    assert f"up to {hosting._MOST_RULES:,} rules with up to {hosting._LONGEST_RULE:,} characters" in chapter
    assert (inventories._FRESH, inventories._PATIENCE) == (7 * 24 * 60 * 60, 30)
    assert "used for seven days" in chapter
    assert "half a minute at the most" in chapter
    twins = " ".join((MANUAL / "twins.md").read_text(encoding="utf-8").split())
    assert f"more than {llms.MOST_LINKS:,} links" in twins
    assert f"the last {feed.MOST_ENTRIES} pages" in twins
    assert f"more than {sitemap.MOST_URLS:,} addresses" in twins


def lists_on_index() -> tuple[int, int]:
    module = import_module("callsite.navigation")
    return module._MOST_ON_INDEX, module._MOST_CHANGES_ON_INDEX


def test_finding_shows_redirects_that_can_be_read(site: SiteFolder) -> None:
    (shown,) = [one for one in read_page("finding.md").listings if one.origin.path == DECLARED]
    redirects, problems = parse_redirects(shown.snippet.code, DECLARED)
    assert problems == ()
    assert [redirect.old for redirect in redirects] == ["/flask-g.html", "/flask/g", "/docs.html"]
    site.set(CALLSITE_SEARCH=False)
    page = f"{G}slug: flask-globals-g-examples\naliases: flask.g\n"
    site.write({DECLARED: shown.snippet.code, "content/examples/flask/g.md": page})
    built = site.build()
    assert (built.code, built.stderr) == (0, "")
    assert {"flask-g.html", "flask/g/index.html", "docs.html", "flask-g-examples.html", "_redirects"} <= built.files
    assert "/flask-g-examples.html /flask-globals-g-examples.html 301\n" in built.read("_redirects")
    site.write({"content/examples/flask/g.md": page.replace("slug: flask-globals-g-examples", "slug: other")})
    (site.root / DECLARED).unlink()
    assert "/flask-g.html /other.html 301\n" in site.build().read("_redirects")


def test_finding_says_whose_code_a_listing_is() -> None:
    blocks = read_page("finding.md").blocks
    starts = [isinstance(block, Listing) and block.snippet.code.startswith("## Example 1 from") for block in blocks]
    shown, below = blocks[starts.index(True) : starts.index(True) + 2]
    assert isinstance(shown, Listing)
    assert isinstance(below, Prose)
    page, _ = parse_page(f"\n{shown.snippet.code}\n")
    (credit,) = find_credits(page)
    home = "https://github.com/dpgaspar/Flask-AppBuilder"
    assert credit == Credit("Flask AppBuilder", home, "BSD-3-Clause")
    assert all(word in below.text for word in (credit.project, f"`{home}`", f"`{credit.licence}`"))


def test_finding_shows_what_is_said_of_a_history_that_is_cut_short() -> None:
    (shown,) = listings_of(sections("finding.md", 2)["Dates"])
    assert shown.snippet.code == history._CUT_SHORT.format(count(27, "file"))


def test_what_a_search_can_be_narrowed_down_by(public: Path) -> None:
    found = {
        str(part.attributes["data-pagefind-filter"])
        for page in public.glob("*-examples.html")
        for part in parse(page).css("[data-pagefind-filter]")
    }
    section = sections("settings.md", 3)["What a theme can rely on"]
    told = re.search(r"Pagefind's attributes\]\([^)]*\):([^.]*)\.", section)
    assert told
    assert set(re.findall(r"`(\w+)`", told[1])) == found


def test_settings_has_every_setting() -> None:
    read = {
        name
        for path in sorted((ROOT / "callsite").rglob("*.py"))
        for name in re.findall(r"\bCALLSITE_[A-Z_]+\b", path.read_text(encoding="utf-8"))
    }
    told = {heading for heading in sections("settings.md", 2) if heading.startswith("CALLSITE_")}
    assert told == read - {"CALLSITE_FEED"}  # this one is for templates
    words = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven"}
    assert f"has {words[len(told)]} of its own" in (MANUAL / "settings.md").read_text(encoding="utf-8")
    for name in told:
        shown = [one.snippet.code for one in listings_of(sections("settings.md", 2)[name])]
        assert any(code.startswith(f"{name} = ") for code in shown)
        for code in shown:
            compile(code, name, "exec")


def attributes_of(kind: type) -> set[str]:
    own = {name for name, value in vars(kind).items() if isinstance(value, property) and not name.startswith("_")}
    return own | {field.name for field in dataclasses.fields(kind)} if dataclasses.is_dataclass(kind) else own


def test_settings_has_all_that_templates_get() -> None:
    tables = [rows_of("What a theme can rely on", 3, "settings.md", number) for number in range(4)]
    names = [[name for row in table for name in row[0].split(", ")] for table in tables]
    assert sorted(names[0]) == sorted(attributes_of(views.PageView))
    kinds: dict[str, Any] = {
        "entry": views.Entry,
        "heading": views.HeadingView,
        "library": views.LibraryView,
        "module": views.ModuleView,
        "side": views.Side,
        "item": views.SideItem,
        "related": views.Related,
        "list": views.ListView,
        "about": views.About,
        "sheet": views.Sheet,
        "group": views.Group,
    }
    section = sections("settings.md", 3)["What a theme can rely on"]
    told = dict(re.findall(r"^\| (\w+) \| (`.*) \|$", section, re.MULTILINE))
    assert {value: set(re.findall("`(.*?)`", cell)) for value, cell in told.items()} == {
        value: attributes_of(kind) for value, kind in kinds.items()
    }
    assert set(names[2]) == attributes_of(Navigation) | {
        *("all_chapters", "all_libraries", "all_topics", "home"),
    }
    assert names[3] == ["CALLSITE_SEARCH", "CALLSITE_FEED"]
    own = re.findall(r"^`([\w.]+)`\n:", section, re.MULTILINE)
    assert all((ROOT / "theme/templates" / name).is_file() for name in own)
    assert len(own) == 3


def test_twins_has_every_file(mine: Path, site: SiteFolder) -> None:
    rows = rows_in((MANUAL / "twins.md").read_text(encoding="utf-8"))
    patterns = {file.replace("PAGE", "pathlib-path-examples"): when for file, _, when in rows}
    site.write({"content/examples/path.md": plan_site("x")["content/examples/pathlib/path.md"]})
    files = site.build().files
    for file, when in patterns.items():
        assert (mine / file).is_file()
        assert (file in files) == (when == "always")
    beside = {path.name for path in mine.iterdir() if path.is_file() and path.suffix != ".html"}
    assert beside == {*patterns, ".callsite-manifest"}


def test_twins_shows_what_they_hold(mine: Path) -> None:
    listings = {one.origin.path: one.snippet.code for one in read_page("twins.md").listings}
    for path in ("pathlib-path-examples.md", "llms.txt"):
        assert f"{listings[path]}\n" == (mine / path).read_text(encoding="utf-8")
    assert listings["changes.atom.xml"] in (mine / "changes.atom.xml").read_text(encoding="utf-8")
    address = listings["robots.txt"].removeprefix("Sitemap: ")
    assert (mine / address.removeprefix("https://example.org/")).is_file()
    assert "<lastmod>2026-01-31" in (mine / "sitemap.xml").read_text(encoding="utf-8")
    (named,) = parse(mine / "index.html").css('link[type="application/atom+xml"]')
    assert named.attributes["href"] == "https://example.org/changes.atom.xml"


def test_the_programs_that_twins_shows_run(mine: Path, public: Path) -> None:
    listings = read_page("twins.md").listings
    called = next(number for number, one in enumerate(listings) if one.snippet.code.startswith("python read_"))
    for name in ("read_examples.py", "check_examples.py"):
        (program,) = [one.snippet.code for one in listings if one.origin.path == name]
        for folder in (mine.parent, public.parent):
            (folder / name).write_text(program, encoding="utf-8")

    def run(folder: Path, *words: str) -> str:
        ran = subprocess.run([sys.executable, *words], cwd=folder, capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stderr) == (0, "")
        return ran.stdout

    words = shlex.split(listings[called].snippet.code)[1:]
    assert run(mine.parent, *words) == f"{listings[called + 1].snippet.code}\n"
    assert "uses markupsafe.Markup" in run(public.parent, *words)
    for folder in (mine.parent, public.parent):
        assert run(folder, "check_examples.py") == ""


def test_twins_has_every_field(mine: Path) -> None:
    schema = json.loads((mine / "examples.schema.json").read_text(encoding="utf-8"))
    kinds = schema["$defs"]
    for heading, level, kind in (
        ("examples.json", 2, schema),
        ("A symbol", 3, kinds["symbol"]),
        ("A page", 3, kinds["page"]),
        ("An excerpt", 3, kinds["excerpt"]),
        ("Its provenance", 3, kinds["provenance"]),
    ):
        assert [row[0] for row in rows_of(heading, level, "twins.md")] == list(kind["properties"])
    told = dict(rows_of("examples.json", 2, "twins.md"))
    assert told["version"].endswith(f"now {schema['properties']['version']['const']}")
    assert re.findall(r"\w+", told["site"].partition("'s")[2].replace(" and ", " ")) == list(
        schema["properties"]["site"]["properties"]
    )


def test_sphinx_follows_the_references_that_twins_shows(mine: Path, tmp_path: Path) -> None:
    listings = read_page("twins.md").listings
    texts = {one.origin.path: one.snippet.code for one in listings}
    local = texts["conf.py"].replace("None", repr(str(mine / "objects.inv")))
    assert local != texts["conf.py"]
    (unlinked,) = [one.snippet.code for one in listings if one.snippet.language == "rst" and not one.origin.path]
    (tmp_path / "conf.py").write_text(local, encoding="utf-8")
    (tmp_path / "index.rst").write_text(f"{texts['index.rst']}\n\n{unlinked}\n", encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "--no-color", "-q", "-n", str(tmp_path), str(tmp_path / "html")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert [line.partition("WARNING: ")[2] for line in ran.stderr.splitlines()] == [
        "py:class reference target not found: pathlib.Path [ref.class]"
    ]
    found = [(link.attributes["href"], link.text()) for link in parse(tmp_path / "html/index.html").css("a.external")]
    page = "https://example.org/pathlib-path-examples.html"
    assert found[:3] == [(page, "pathlib.Path"), (page, "some examples"), (page, "pathlib.Path")]


def test_a_file_of_ones_own_stays_as_twins_tells(site: SiteFolder) -> None:
    (shown,) = listings_of(sections("twins.md", 2)["Your own files stay"])
    with (site.root / "pelicanconf.py").open("a", encoding="utf-8") as file:
        file.write(shown.snippet.code)
    site.write({"content/extra/llms.txt": "mine", "content/extra/robots.txt": "Sitemap: x", f"{AT}/a.md": "title: A\n"})
    built = site.build()
    assert (built.code, built.stderr) == (0, "")
    assert (built.read("llms.txt"), built.read("robots.txt")) == ("mine", "Sitemap: x")
