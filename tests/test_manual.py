"""The manual says what the programs say: every command, every option, every setting, every make target.

The list of problems is looked at in `test_manual_problems`.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest
from selectolax.lexbor import LexborHTMLParser

from callsite import configuration, history, relations
from callsite.check import fixing
from callsite.check.catalogue import CODES
from callsite.check.external import ExternalSettings
from callsite.check.ignoring import is_chosen, parse_ignores
from callsite.cli import COMMANDS, main
from callsite.cli.arguments.sourcing import add_choosing_arguments
from callsite.configuration import Configuration, parse_configuration
from callsite.credits import Credit, find_credits
from callsite.fence import KEYS as FENCE_KEYS
from callsite.harvest.licences import Class
from callsite.harvest.nature import Nature, find_nature
from callsite.harvest.permalinks import is_forge
from callsite.harvest.refreshing import State
from callsite.header import KEYS, PELICAN_KEYS
from callsite.hostfiles import list_host_paths
from callsite.inventories import reading
from callsite.model import Listing, Page, Place, Problem, Prose
from callsite.names import Certainty, Kind
from callsite.navigation import Navigation, lists, related, sheets, sidebar, views
from callsite.page import parse_page
from callsite.redirects import hosting, parse_redirects
from callsite.reports import FORMATS, Report, format_report
from callsite.scaffold import plan_site
from callsite.sources.declared import Declared, parse_declared
from callsite.sources.gathering import LIMITS
from callsite.sources.spec import SUFFIXES, Spec, parse_spec
from callsite.twins import feed, llms, sitemap
from callsite.wording import count
from tests.building import SiteFolder

ROOT = Path(__file__).parents[1]
MANUAL = ROOT / "content/pages"
PATHS = sorted(MANUAL.glob("*.md"))

G = "title: A\nsymbol: flask.globals.g\n"
AT = "content/pages"
DECLARED = "redirects.toml"


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


def describe(action: argparse.Action) -> str:
    """An option as `--help` describes it."""
    names = [
        f"{name} {action.metavar or action.dest.upper()}" if action.nargs != 0 else name
        for name in action.option_strings
    ]
    names = names or [str(action.metavar or action.dest)]
    assert action.help
    return (", ".join(names) + ": " + action.help % {"default": action.default}).replace("`", "")


def make_parser(module: ModuleType) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    module.add_arguments(parser)
    return parser


def said_options(section: str) -> list[str]:
    """The options that a section of the manual describes."""
    return [line.removeprefix("- ").replace("`", "") for line in section.splitlines() if line.startswith("- `")]


# Groups of options that are a command's own.
OWN_GROUPS = ("positional arguments", "options", "going back", "fixes", "what is told")


def shared_groups(parser: argparse.ArgumentParser) -> list[argparse._ArgumentGroup]:
    """The groups of options that several commands have."""
    return [group for group in parser._action_groups if group.title not in OWN_GROUPS]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_manual_has_every_option_of_a_command(name: str) -> None:
    """Those that several commands have are in sections of their own, which the command's section names."""
    parser = make_parser(import_module(f"callsite.cli.arguments.{name}"))
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


def play(chapter: str, site: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Read a chapter as what it tells: files are written, and what is called prints what is shown below it. Returns the
    names of the commands that were called.
    """
    main(["init", str(site)])
    capsys.readouterr()
    os.chdir(site)
    listings = read_page(chapter).listings
    called = []
    for listing, below in zip(listings, [*listings[1:], None], strict=True):
        code, path = listing.snippet.code, listing.origin.path
        if path and not listing.origin.project:
            file = site / path if "/" not in path or path.startswith("content/") else site.parent / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{code}\n", encoding="utf-8")
        elif below is not None and listing.snippet.language == "sh" and below.snippet.language in PRINTED:
            command, *words = shlex.split(code)
            assert command == "callsite"
            if "--external" in words:  # nothing is asked for in tests
                continue
            assert main(words) in (0, 1)
            printed = capsys.readouterr()
            # A last line of dots stands for more of the same.
            shown, _, more = f"{below.snippet.code}\n".partition("…\n")
            assert more == ""
            out = printed.out[: len(shown)] if "…" in below.snippet.code else printed.out
            assert (out, printed.err) == (shown, ""), below.at
            called.append(words[0])
    return called


# Languages of what commands print.
PRINTED = ("text", "json", "diff")


@pytest.mark.untraced
def test_harvesting_shows_what_the_commands_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    site = tmp_path / "my-examples"
    called = play("harvesting.md", site, capsys)
    assert len(called) > 8
    assert set(called) == {"new", "harvest", "refresh", "mark"}
    page = (site / "content/examples/shutil/copymode.md").read_text(encoding="utf-8")
    comments = next(one for one in read_page("harvesting.md").listings if one.snippet.language == "html").snippet.code
    assert all(comment in page for comment in comments.split("\n"))


def test_checking_shows_what_the_command_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    assert play("checking.md", tmp_path / "my-examples", capsys) == ["check"] * 6


def test_checking_shows_what_is_said_of_links_to_other_sites() -> None:
    section = sections("checking.md", 2)["Links to other sites"]
    (shown,) = [one for one in listings_of(section) if one.snippet.language == "text"]
    found = []
    for rule in (CODES["E101"], CODES["E103"]):
        match = re.fullmatch(r"(.*?):(\d+): E\d+ (.*); (.*)", rule.examples[0])
        assert match
        path, line, message, hint = match.groups()
        found.append(Problem(Place(path, int(line)), rule.code, message, hint, rule.severity))
    text = format_report(Report(found, CODES, lambda _: ()), "text")
    assert text.partition("\n\n")[0] == shown.snippet.code


def test_checking_has_every_key_of_the_json() -> None:
    section = sections("checking.md", 3)["JSON"]
    (shown,) = [json.loads(one.snippet.code) for one in listings_of(section) if one.snippet.language == "json"]
    keys = [[row[0] for row in rows_in(section, number)] for number in range(3)]
    assert keys == [list(shown), list(shown["problems"][0]), list(shown["counts"])]
    assert dict(rows_in(section))["version"].endswith(f"now {shown['version']}")


def test_checking_has_every_format_and_every_fix() -> None:
    chapter = (MANUAL / "checking.md").read_text(encoding="utf-8")
    assert [name for name in FORMATS if f"`--format {name}`" not in chapter and f"--format {name} " not in chapter] == [
        "text"  # what is printed without the option
    ]
    fixed = [row[0] for row in rows_of("Fix what is certain", 2, "checking.md")]
    assert sorted(fixed) == sorted(set(re.findall(r"^    ([A-Z]\d{3})  ", str(fixing.__doc__), re.MULTILINE)))


def test_checking_shows_what_a_page_can_ignore() -> None:
    section = sections("checking.md", 2)["Leaving something out"]
    (line,) = [one.snippet.code for one in listings_of(section) if one.snippet.code.startswith("check: ")]
    page, _ = parse_page(f"title: A\n{line}\n\n", "a.md")
    ignores, problems = parse_ignores(page, CODES)
    assert problems == ()
    assert [ignore.code for ignore in ignores] == ["L111", "L112"]
    chosen = [code for code in CODES if is_chosen(code, ["L", "L103"], ["L1"])]
    assert "`--select L --ignore L1 --select L103` shows\nonly L103" in section
    assert chosen == ["L103"]


def test_checking_shows_the_hook_and_the_workflow_of_this_repository() -> None:
    texts = {one.origin.path: one.snippet.code for one in read_page("checking.md").listings if one.origin.path}
    (hook,) = re.findall(r"^- id: (.*)$", (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"), re.MULTILINE)
    assert f"- id: {hook}" in texts[".pre-commit-config.yaml"]
    own = (ROOT / ".github/workflows/check.yml").read_text(encoding="utf-8")
    (step,) = re.findall(r"callsite (check .*?)(?: +#|$)", own, re.MULTILINE)
    assert f"callsite {step}" in texts[".github/workflows/check.yml"]
    assert texts[".github/workflows/check.yml"].partition("    steps:")[0] == re.sub(
        r".*timeout-minutes.*\n", "", own.partition("    steps:")[0]
    )


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
    assert sorted(row[0] for row in rows) == sorted(FENCE_KEYS)


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


@pytest.mark.untraced
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


@pytest.mark.untraced
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


@pytest.mark.untraced
def test_finding_has_every_page_that_is_made(public: Path) -> None:
    rows = rows_of("Pages that Callsite makes", 2, "finding.md")
    patterns = {page: page.replace("NAME", "*").replace("PAGE", "*") for page, _, _ in rows}
    constants = [lists.SYMBOLS, lists.LIBRARIES, lists.PROJECTS, lists.CONTENTS, lists.TOPICS, lists.CHANGES]
    assert set(constants) < set(patterns)
    pages = {str(path.relative_to(public)) for path in public.rglob("*.html") if "theme" not in path.parts}
    made = {page: {path for path in pages if fnmatch(path, pattern)} for page, pattern in patterns.items()}
    # The others are for what this site does not have so much of, or has written pages for.
    absent = {page for page, found in made.items() if not found}
    assert absent <= {lists.CONTENTS, lists.TOPICS, "uses/PAGE.html", "libraries/NAME.html"}
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
    assert (reading._FRESH, reading._PATIENCE) == (7 * 24 * 60 * 60, 30)
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


@pytest.mark.untraced
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
    # For templates, and from us to git and to Pelican.
    others = {"CALLSITE_FEED", "CALLSITE_GIT_USER", "CALLSITE_GIT_PASSWORD", "CALLSITE_CALL"}
    assert told == read - others
    words = {7: "seven", 8: "eight", 9: "nine", 10: "ten", 11: "eleven", 12: "twelve"}
    assert f"has {words[len(told)]} of its own" in (MANUAL / "settings.md").read_text(encoding="utf-8")
    for name in told:
        shown = [one.snippet.code for one in listings_of(sections("settings.md", 2)[name])]
        assert any(code.startswith(f"{name} = ") for code in shown)
        for code in shown:
            compile(code, name, "exec")


def read_default(cell: str, usual: object) -> object:
    """A default as a table of the manual has it."""
    if cell in ("none", "all codes", "any licence"):
        return type(usual)()
    return type(usual)(cell)  # type: ignore[call-arg]  # a number or a word


def test_settings_has_every_key_of_the_check() -> None:
    usual = Configuration()
    values = {
        **{name: getattr(usual, name.replace("-", "_")) for name in ("select", "ignore", "sources", "baseline")},
        "time-limit": usual.time_limit,
        "licences": usual.policy.licences,
        "moving-branches": usual.policy.moving,
        "page-weight": usual.policy.page_weight,
        "page-total": usual.policy.page_total,
    }
    section = sections("settings.md", 2)["The settings of the check"]
    rows = {key: default for key, _, default in rows_in(section)}
    assert set(rows) == configuration._KEYS.keys() - {"external"}
    assert {key: read_default(rows[key], value) for key, value in values.items()} == values
    external = {key: default for key, _, default in rows_in(section, 1)}
    known = {field.name.replace("_", "-"): field.default for field in dataclasses.fields(ExternalSettings)}
    assert list(external) == list(known)
    assert {key: read_default(external[key], value) for key, value in known.items()} == known


@pytest.mark.parametrize("chapter", ["settings.md", "checking.md"])
def test_settings_of_the_check_that_are_shown_can_be_read(chapter: str) -> None:
    tables = [
        tomllib.loads(one.snippet.code)["tool"]["callsite"]["check"]
        for one in read_page(chapter).listings
        if one.snippet.language == "toml" and "[tool.callsite.check" in one.snippet.code
    ]
    assert len(tables) == 2
    for table in tables:
        read = parse_configuration(table, "pyproject.toml")
        assert read != Configuration()
        assert all(re.compile(pattern) for pattern in read.external.ignore)
        assert all(any(code.startswith(start) for code in CODES) for start in read.ignore)


def test_the_notation_has_every_key_of_metadata() -> None:
    section = sections("notation.md", 2)["Metadata"]
    assert sorted(row[0] for row in rows_in(section)) == sorted(KEYS)
    assert set(re.findall("`(.*?)`", section.partition("belong to Pelican")[2].partition(".")[0])) == set(PELICAN_KEYS)


def attributes_of(kind: type) -> set[str]:
    own = {
        name
        for name, value in vars(kind).items()
        if isinstance(value, (property, cached_property)) and not name.startswith("_")
    }
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
        *("all_chapters", "all_libraries", "all_topics", "home", "once"),
    }
    assert names[3] == ["CALLSITE_SEARCH", "CALLSITE_FEED"]
    own = re.findall(r"^`([\w.]+)`\n:", section, re.MULTILINE)
    assert all((ROOT / "theme/templates" / name).is_file() for name in own)
    assert len(own) == 3


@pytest.mark.untraced
def test_twins_has_every_file(mine: Path, site: SiteFolder) -> None:
    rows = rows_in((MANUAL / "twins.md").read_text(encoding="utf-8"))
    patterns = {file.replace("PAGE", "pathlib-path-examples"): when for file, _, when in rows}
    site.write({"content/examples/path.md": plan_site("x")["content/examples/pathlib/path.md"]})
    files = site.build().files
    for file, when in patterns.items():
        assert (mine / file).is_file()
        assert (file in files) == (when == "always")
    beside = {path.name for path in mine.iterdir() if path.is_file() and path.suffix != ".html"}
    assert beside == {*patterns, ".callsite-manifest", *list_host_paths()}


@pytest.mark.untraced
def test_twins_shows_what_they_hold(mine: Path) -> None:
    listings = {one.origin.path: one.snippet.code for one in read_page("twins.md").listings}
    for path in ("pathlib-path-examples.md", "llms.txt"):
        assert f"{listings[path]}\n" == (mine / path).read_text(encoding="utf-8")
    assert listings["changes.atom.xml"] in (mine / "changes.atom.xml").read_text(encoding="utf-8")
    assert listings["robots.txt"] + "\n" == (mine / "robots.txt").read_text(encoding="utf-8")
    address = listings["robots.txt"].partition("Sitemap: ")[2]
    assert (mine / address.removeprefix("https://example.org/")).is_file()
    assert "<lastmod>2026-01-31" in (mine / "sitemap.xml").read_text(encoding="utf-8")
    (named,) = parse(mine / "index.html").css('link[type="application/atom+xml"]')
    assert named.attributes["href"] == "https://example.org/changes.atom.xml"


@pytest.mark.untraced
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


@pytest.mark.untraced
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


@pytest.mark.untraced
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
