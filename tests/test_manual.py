"""The manual says what the programs say: every problem, every command, every option, every make target."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from callsite.build import Loader
from callsite.check import Host, find_blocked_folders, find_broken_links, find_collisions
from callsite.cli import _COMMANDS
from callsite.model import Listing, Page, Place, Problem, Severity
from callsite.page import parse_page
from callsite.render import Link
from callsite.scaffold import plan_site

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
    loaded = Loader({}, reserved=["content"]).load_page(str(path))
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


@pytest.mark.parametrize("command", _COMMANDS, ids=lambda command: command.__name__.rpartition(".")[2])
def test_the_manual_has_every_option_of_a_command(command: object) -> None:
    name = command.__name__.rpartition(".")[2]  # type: ignore[attr-defined]  # a module
    parser = argparse.ArgumentParser(add_help=False)
    command.add_arguments(parser)  # type: ignore[attr-defined]
    section = sections("command-line.md", 2)[f"callsite {name}"]
    summary, _, _ = (command.__doc__ or "").partition("\n\n")
    assert summary in section
    said = [line.removeprefix("- ").replace("`", "") for line in section.splitlines() if line.startswith("- `")]
    assert said == [describe(action) for action in parser._actions]


def test_the_manual_has_every_command_and_no_other() -> None:
    named = {heading.removeprefix("callsite ") for heading in sections("command-line.md", 2) if "callsite" in heading}
    assert named == {command.__name__.rpartition(".")[2] for command in _COMMANDS}


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
