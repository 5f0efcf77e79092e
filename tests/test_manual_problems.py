"""The list of problems: every message in it is what the programs say, and all there is to say is in it."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from callsite.check import across, external
from callsite.check.catalogue import CODES, PAGE_RULES
from callsite.check.claims import find_blocked_folders, find_collisions
from callsite.check.external import Answer, Outcome, Question, find_external_problems, judge_status
from callsite.check.facts import gather_facts
from callsite.check.hosting import Host, find_broken_links
from callsite.check.ignoring import find_idle_ignores, parse_ignores
from callsite.check.policy import Policy
from callsite.check.rule import Rule, apply_rules
from callsite.cli import main
from callsite.defaults import MARKDOWN
from callsite.external.targets import find_flaw
from callsite.inventories import read_inventories
from callsite.inventory import Inventory, Item, format_inventory
from callsite.model import Place, Problem, Severity
from callsite.page import parse_page
from callsite.prose.converting import ProseConverter
from callsite.publish.paths import check_paths
from callsite.publishing.output import read_output
from callsite.redirects import Redirect, format_hosting_redirects
from callsite.render import Link
from callsite.sources.fetching import Access
from callsite.wording import make_printable
from tests.building import Reader, SiteFolder
from tests.planning import plan_pages
from tests.publishing import write_output
from tests.serving_files import serve
from tests.test_checking import ELSEWHERE

ROOT = Path(__file__).parents[1]
MANUAL = ROOT / "content/pages/problems.md"

HEAD = b"title: T\nslug: t\n\n"

# A file of content for each code, its problem being the first of that code.
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

# More kinds of the same.
MORE_FAULTS = (
    ("M101", b"title:\n\nhello\n"),
    ("M104", HEAD.replace(b"\n\n", b"\ntoc: yes\n\n")),
    ("M104", HEAD.replace(b"\n\n", b"\nsymbol: a b\n\n")),
    ("M104", HEAD.replace(b"\n\n", b"\nstatus: drft\n\n")),
)

G = "title: A\nsymbol: flask.globals.g\n"
AT = "content/pages"
DECLARED = "redirects.toml"
SIMPLE: dict[str, object] = {"THEME": "simple", "DIRECT_TEMPLATES": ["index"]}

# The files and settings of one site for each message about a site as a whole.
FAULTY_SITES: list[tuple[str, dict[str, str], dict[str, object]]] = [
    ("M101", {"content/posts/a.md": "title: A\nslug: a\n"}, {}),
    (
        "M104",
        {f"{AT}/a.md": "title: A\nslug: a\ntoc: True\nsortorder: 1\nmeta: m\nlang: en\nauthor: a\ndate: tomorrow\n"},
        {},
    ),
    ("S101", {f"{AT}/a.md": "title: A\nslug: index\n"}, {}),
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
    ("R108", {f"{AT}/a.md": f"{G}aliases: flask.g\nslug: flask-globals-g\n"}, SIMPLE),
    ("X101", {}, {"CALLSITE_INVENTORIES": {"flask": 3}}),
    ("X102", {}, {"CALLSITE_INVENTORIES": {"flask": ("https://docs.example.org/", "flask.inv")}}),
    ("X103", {"flask.inv": "<html>"}, {"CALLSITE_INVENTORIES": {"flask": ("https://docs.example.org/", "flask.inv")}}),
]


PROSE = ProseConverter(MARKDOWN)


def write(rows: Mapping[int, str]) -> str:
    """A page with a row on each of these lines, and blank ones between them."""
    return "".join(f"{rows.get(line, '')}\n" for line in range(1, max(rows) + 1))


def about_g(rows: Mapping[int, str]) -> str:
    """A page about `flask.globals.g`."""
    return write({1: "title: A", 2: "symbol: flask.globals.g", **rows})


def with_code(*code: str, info: str = "python") -> str:
    """The same with a listing that begins on line 4."""
    return about_g({4: f"```{info}", **dict(enumerate(code, 5)), 5 + len(code): "```"})


def recorded(lines: int) -> str:
    info = "python project=Flask licence=MIT path=src/flask/ctx.py lines=31"
    return about_g({11: f"```{info}", 12: "x = 1", 13: "```", 15: f"{lines} lines"})


GITHUB = "https://github.com/pallets/flask/blob"

# Pages for each rule about one page, so that each of its messages is told at its place.
PAGES: dict[str, tuple[str, ...]] = {
    "M111": (about_g({4: "x"}), write({1: "title: Flask", 2: "symbol: flask", 4: "x"})),
    "M114": (write({1: "Title:Flask"}), about_g({3: "slug: g", 4: "meta: m", 5: "toc: true"})),
    "P102": (about_g({9: "### A"}), about_g({7: "## A", 9: "#### B"}), about_g({9: "# A"})),
    "P103": (
        about_g({12: "## Example 1 from A", 30: "## Example 3 from B"}),
        about_g({12: "## Example 2 from A"}),
        about_g({12: "## Example 1 from A", 30: "## Example 2 from B", 48: "## Example 2 from C"}),
    ),
    "P104": (
        about_g({9: "![](/img/flow.png)"}),
        about_g({9: '<img src="/img/flow.png">'}),
        about_g({9: "[![](/img/logo.png)](/x.html)"}),
    ),
    "P105": (about_g({14: "<!-- TODO: say what g is for, and when a reader wants it. -->"}),),
    "P106": (
        about_g({12: "## Setup", 30: '<p id="setup">x</p>'}),
        about_g({4: "```python", 5: "x", 6: "```", 9: '<p id="listing-1">x</p>'}),
    ),
    "P107": (about_g({9: "[the guide]()"}), about_g({9: "[]()"}), about_g({9: "[](/guide.html)"})),
    "P108": (about_g({9: "words {#intro}"}), about_g({9: "[the guide][guide]"})),
    "L109": (
        *(with_code(row, "~~g") for row in ("     ~~g.x", "g.x ~~", "~    g.x = 1", "~~~return g.x")),
        with_code("~~", "g"),
    ),
    "L110": (
        with_code("## source file abbreviated to get to g examples"),
        with_code("# .. source file .."),
        with_code("## ..."),
    ),
    "L111": (with_code("from flask.globals import g"),),
    "L112": (with_code("~~import os", "", "", "from flask.globals import g"), with_code("~~import os")),
    "L113": (with_code("from flask.globals import g", "~~g.x"),),
    "L114": (with_code("class A:", "", "", "x = 1"),),
    "L115": (with_code("~~g.x", info=""),),
    "O101": (about_g({4: f"[x]({GITHUB}/main/src/flask/ctx.py)"}),),
    "O102": (
        about_g({4: f"[x]({GITHUB}/3.1.0/src/./flask/ctx.py)"}),
        about_g({9: "```python path=src//flask/ctx.py", 10: "x", 11: "```"}),
    ),
    "O103": (about_g({9: "```python project=flask-security path=a.py", 10: "x", 11: "```"}),),
    "O104": (about_g({9: "```python project=flask-security licence=GPL-3.0-only", 10: "x", 11: "```"}),),
    "O105": (recorded(31), recorded(30)),
    "O106": (about_g({12: "AKIA" + "Q7ZT5W3NB2XK4VMR"}),),
    "O107": (about_g({5: "## Example 1 from Flask-Security", 9: "```python", 10: "x", 11: "```"}),),
}


def page_about(name: str, number: str = "", digits: str = "", body: str = "x") -> str:
    """An example page of a library."""
    keys = {1: f"title: {name}", 2: f"symbol: {name}", 3: f"slug: flask-{number or name.rpartition('.')[2]}-examples"}
    return write({**keys, **({4: f"sortorder: {digits}"} if digits else {}), 6: body})


def link(name: str) -> str:
    return f"[x](/flask-{name}-examples.html)"


def showing(*projects: str) -> str:
    return "\n".join(f"## Example from {project}\n\n```python project={project}\nx\n```\n" for project in projects)


def plain(name: str, **rows: str) -> str:
    """A page about nothing; the rows by their numbers."""
    return write({1: f"title: {name}", 2: f"slug: {name}", **{int(key[1:]): row for key, row in rows.items()}})


FLASK = {f"examples/flask/{name}.md": page_about(f"flask.globals.{name}") for name in "ghij"}
SHOWN = {
    "examples/flask/g.md": page_about("flask.g", body=showing("FlaskBB", "CTFd")),
    "examples/flask/h.md": page_about("flask.h", body=showing("FlaskBB")),
    "examples/flask/i.md": page_about("flask.i", body=showing("CTFd")),
    "examples/flask/j.md": page_about("flask.j", body=showing("indico")),
}
INDICO = {17: "## indico", 18: link("j")}

# The files of a site for each message of a rule about a site as a whole; those that are no text are copied.
SITES: dict[str, tuple[dict[str, str], ...]] = {
    "S102": ({"pages/a.md": plain("a", r4="[x](/nowhere.html)")},),
    "S112": (
        {"pages/a.md": plain("a", r4="[x](/b.html#part)"), "pages/b.md": plain("b", r4="## Parts")},
        {"pages/a.md": plain("a", r5="[x](#x)")},
    ),
    "S113": ({"pages/a.md": plain("a", r4="x")},),
    "S114": ({"pages/a.md": plain("a", r4="[x](/Flask.html)"), "pages/b.md": plain("flask", r4="x")},),
    "S115": (
        {f"examples/a/{name}.md": page_about(f"flask.{name}") for name in "bcd"},
        {"pages/a.md": write({1: "title: Flask", 2: "symbol: flask", 4: "x"}), **FLASK},
    ),
    "S116": ({"pages/a.md": plain("a", r4="x"), "images/a.png": ""},),
    "S117": (
        {
            "pages/a.md": write(
                {1: "title: A", 2: "symbol: flask", 4: link("g"), 6: link("h"), 7: link("i"), 9: link("g")}
            ),
            **FLASK,
        },
        {
            "pages/a.md": write(
                {
                    1: "title: A",
                    3: "## FlaskBB",
                    4: link("g"),
                    5: link("h"),
                    9: link("g"),
                    12: "## CTFd",
                    14: link("g"),
                    15: link("i"),
                    **INDICO,
                }
            ),
            **SHOWN,
        },
    ),
    "S118": (
        {
            "pages/a.md": write({1: "title: A", 2: "symbol: flask", 9: link("h"), 10: link("i"), 11: link("j")}),
            **FLASK,
        },
        {
            "pages/a.md": write(
                {1: "title: A", 8: "## FlaskBB", 9: link("h"), 12: "## CTFd", 13: link("g"), 14: link("i"), **INDICO}
            ),
            **SHOWN,
        },
    ),
    "S121": (
        {
            "pages/a.md": write(
                {
                    1: "title: A",
                    3: "## CTFd",
                    4: link("g"),
                    5: link("i"),
                    8: "## FlaskBB",
                    9: link("g"),
                    10: link("h"),
                    **INDICO,
                }
            ),
            **SHOWN,
        },
    ),
    "S119": (
        {
            "pages/a.md": page_about("flask.b", digits="500021011"),
            "pages/b.md": page_about("flask.a", digits="500021011"),
        },
    ),
    "S120": (
        {
            "pages/a.md": page_about("flask.a", digits="500031011"),
            **{f"pages/f{n}.md": page_about(f"flask.f{n}", digits=f"50002101{n}") for n in "123"},
            **{f"pages/d{n}.md": page_about(f"django.d{n}", digits=f"50003101{n}") for n in "123"},
        },
    ),
}

A = "content/pages/a.md"

# For each link to another site: where it is, what it says, and what is known of it.
LINKS: tuple[tuple[int, str, Answer], ...] = (
    (12, "https://docs.test/old", judge_status(404)),
    (14, "https://", Answer(Outcome.UNKNOWN)),
    (12, "https://docs.test/x", judge_status(500)),
    (12, "http://docs.test/x", Answer(Outcome.FINE, moved="https://docs.test/x")),
    (12, "https://docs.test/x#old", Answer(Outcome.FINE, anchors={"old": False})),
    (12, "https://docs.test/x", judge_status(403)),
    (14, "https://docs.test/y#z", Answer(Outcome.FINE, "the page is too large", anchors={"z": None})),
)


def find_in_page(rule: Rule[Any], text: str) -> Iterator[Problem]:
    """The problems of a rule on a page, whose listings are from files of 30 or 31 lines and must be under `MIT`."""
    original = "y\n" * (31 if "31 lines" in text else 30)
    policy = Policy(licences=("MIT",))
    facts = gather_facts(parse_page(text, A)[0], text, PROSE, policy, {0: original})
    return apply_rules([rule], facts)


def find_in_site(code: str, files: Mapping[str, str]) -> list[str]:
    """The messages with a code about a site."""
    pages = {path: text for path, text in files.items() if path.endswith(".md")}
    return plan_pages(pages, statics=[path for path in files if path not in pages]).tell(code)


def find_in_links() -> Iterator[str]:
    for line, target, answer in LINKS:
        address, _, anchor = target.partition("#")
        question = Question(Link(target, Place(A, line)), address, anchor, find_flaw(address))
        yield from map(str, find_external_problems([question], {address: answer}))


def find_in_ignores() -> Iterator[str]:
    for value in ("L111", "ignore=L111", "ignore=l111 x", "ignore=L999 x", "ignore=M107 x"):
        page, _ = parse_page(write({1: "title: A", 2: "slug: a", 3: f"check: {value}"}), A)
        yield from map(str, parse_ignores(page, CODES)[1])
    page, _ = parse_page(write({1: "title: A", 2: "slug: a", 3: "check: ignore=L111 x"}), A)
    ignores, _ = parse_ignores(page, CODES)
    yield from map(str, find_idle_ignores([(page, ignores)], (), {"L111"}))


def documented_problems() -> dict[str, str]:
    """What the manual says of each problem, by code."""
    text = MANUAL.read_text(encoding="utf-8")
    parts = re.split(r"^### (.*)$", text, flags=re.MULTILINE)
    found: dict[str, str] = {}
    for heading, body in zip(parts[1::2], parts[2::2], strict=True):
        match = re.fullmatch(r"([A-Z]\d{3}): .* \{ #([a-z]\d{3}) \}", heading)
        assert match, heading
        assert match[1].lower() == match[2]
        assert match[1] not in found, f"{match[1]} is explained twice"
        found[match[1]] = re.split(r"^## ", body, flags=re.MULTILINE)[0]
    return found


def shown_lines(section: str) -> list[str]:
    """The messages that a section of the manual shows."""
    page, _ = parse_page("\n" + section)
    return [line for listing in page.listings for line in listing.snippet.code.split("\n")]


def make_problem(code: str, text: bytes, folder: Path) -> Problem:
    """A problem of a kind, as a build finds it in a file of content that holds this text."""
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
        return next(find_broken_links([link], Host(frozenset(), {}), "t.html", "pages/a.md"))
    path = folder / "a.md"
    if code == "T100":
        path.symlink_to("nowhere")
    else:
        path.write_bytes(text)
    loaded = Reader({}).load_page(str(path))
    return next(problem for problem in loaded.problems if problem.code == code)


def load_script() -> ModuleType:
    loader = SourceFileLoader("sync_problems", str(ROOT / "scripts/sync-problems"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_the_list_is_that_of_the_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert load_script().main(["--check"]) == 0, capsys.readouterr().err
    assert list(documented_problems()) == list(CODES)
    for code, section in documented_problems().items():
        assert shown_lines(section) == list(CODES[code].examples)


def test_the_list_is_made_anew_between_what_is_written_by_hand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script, path = load_script(), tmp_path / "content/pages/problems.md"
    path.parent.mkdir(parents=True)
    before = MANUAL.read_text(encoding="utf-8")
    path.write_text(before.replace("**Warning.** ", "**Warning.** Old words. "), encoding="utf-8")
    old = path.read_bytes()
    assert script.main([str(tmp_path), "--check"]) == 1
    assert path.read_bytes() == old
    assert script.main([str(tmp_path)]) == 0
    assert path.read_text(encoding="utf-8") == before
    path.write_text(before.replace("## When there is no code", "## Codeless"), encoding="utf-8")
    assert script.main([str(tmp_path)]) == 1
    assert "no sections" in capsys.readouterr().err


def test_every_problem_says_how_bad_it_is() -> None:
    words = {Severity.ERROR: "**Error.**", Severity.WARNING: "**Warning.**", Severity.NOTE: "**Note.**"}
    for code, section in documented_problems().items():
        assert section.rpartition("```\n")[2].strip().startswith(words[CODES[code].severity]), code


def test_the_letters_of_codes_are_told() -> None:
    text = MANUAL.read_text(encoding="utf-8").partition("\n## ")[0]
    assert re.findall(r"^\| ([A-Z]) \|", text, re.MULTILINE) == list(dict.fromkeys(code[0] for code in CODES))


def test_the_manual_tells_what_stops_a_strict_build() -> None:
    section = MANUAL.read_text(encoding="utf-8").partition("## What stops a build\n")[2]
    told = re.findall(r"[A-Z]\d{3}", section.partition("these **warnings**")[2].partition(". When")[0])
    assert told == [
        code
        for code, rule in CODES.items()
        if rule.severity is Severity.WARNING and code[0] not in "HEC" and (rule.find is None or code == "S102")
    ]


def test_the_manual_tells_what_only_a_build_tells() -> None:
    section = MANUAL.read_text(encoding="utf-8").partition("## What stops a build\n")[2]
    told = section.partition("only show in a build")[2].partition("\n\n")[0]
    assert set(re.findall(r"[A-Z]\d{3}", told)) == ELSEWHERE.keys() - {"C101"}
    assert "inventories (X)" in told


@pytest.mark.parametrize("code", ["L103", "S102"])
def test_a_code_is_explained_in_the_words_of_the_manual(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--explain", code]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert all(line in printed for line in shown_lines(documented_problems()[code]))
    words = documented_problems()[code].rpartition("```\n")[2].replace("**", "")
    assert " ".join(words.split()) in printed


@pytest.mark.parametrize("code", [rule.code for rule in PAGE_RULES])
def test_what_rules_tell_of_a_page_is_shown(code: str) -> None:
    """And nothing else is shown; each message with its place."""
    found = [next(find_in_page(CODES[code], text), None) for text in PAGES[code]]
    assert [str(problem) for problem in found] == list(CODES[code].examples)
    assert {problem.severity for problem in found if problem} == {CODES[code].severity}


@pytest.mark.parametrize("code", [rule.code for rule in across.RULES])
def test_what_rules_tell_of_a_site_is_shown(code: str) -> None:
    found = [next(iter(find_in_site(code, files)), None) for files in SITES[code]]
    assert found == list(CODES[code].examples)


def test_what_is_told_of_links_to_other_sites_is_shown() -> None:
    assert list(find_in_links()) == [line for rule in external.RULES for line in rule.examples]


def test_what_is_told_of_ignores_is_shown() -> None:
    assert list(find_in_ignores()) == [line for code in ("M115", "C102") for line in CODES[code].examples]


@pytest.mark.parametrize(
    ("code", "text"),
    [*FAULTS.items(), *MORE_FAULTS, *((code, b"") for code in ("T100", "S101", "S102", "S103", "S104"))],
)
def test_problems_are_explained_in_the_words_they_are_reported_in(code: str, text: bytes, tmp_path: Path) -> None:
    section = documented_problems()[code]
    shown = shown_lines(section)
    problem = make_problem(code, text, tmp_path)
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
    assert line in shown_lines(section)
    assert ("**Error.**" if built.code else "**Warning.**") in section


def test_rules_that_only_one_host_has_no_room_for_stop_no_build(site: SiteFolder) -> None:
    declared = [Redirect(f"/old-{number}.html", "/", Place(DECLARED, number + 1)) for number in range(2003)]
    _, problems = format_hosting_redirects(declared, ())
    assert [str(problem) for problem in problems] == shown_lines(documented_problems()["R107"])
    long = f'"/{"old/" * 247}x.html" = "/x.html"\n'
    site.write({f"{AT}/x.md": "title: X\nslug: x\n", DECLARED: long})
    site.set(CALLSITE_SEARCH=False, CALLSITE_STRICT=True)
    built = site.build()
    assert (built.code, "R107" in built.stderr) == (0, False), built.stderr
    assert built.read("_redirects") == ""
    assert len([path for path in built.files if path.startswith("old/")]) == 1


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
        assert [line] == shown_lines(section)
        assert "**Warning.**" in section


def test_what_is_told_of_names_is_shown() -> None:
    paths = ("a\\b.html", "a\a.html", ".git/config", ".callsite-notes", "caf\u00e9.html", "cafe\u0301.html")
    found = {make_printable(str(problem)) for problem in check_paths(paths, "output")}
    assert found == set(CODES["U101"].examples)


def test_what_is_told_of_links_and_closed_files_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_output(tmp_path / "output", {"theme/a.css": "a", "a.html": "a", "images/a.png": "a"})
    (folder / "theme/x.png").symlink_to("/dev/null")
    (folder / "theme/all").symlink_to("../theme")
    opened, scanned = "callsite.publishing.output.open_file", os.scandir

    def refuse(path: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", lambda name: refuse(name) if str(name).endswith("images") else scanned(name))
    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as closed:
        open_file = read_output.__globals__["open_file"]
        closed.setattr(opened, lambda path: refuse(path) if path.name == "a.html" else open_file(path))
        problems = read_output(Path("output")).problems
    assert {str(problem) for problem in problems} == {*CODES["U102"].examples, *CODES["U103"].examples}


def test_every_problem_has_its_words_tried() -> None:
    """But for those that only a whole system brings about; what they say is tried where they arise."""
    tried = {
        *(*FAULTS, "T100", "S101", "S103", "S104", "X104", "X105"),
        *(code for code, _, _ in FAULTY_SITES),
        *(*PAGES, *SITES, "M115", "R107", "C102", "U101", "U102", "U103"),
        *(rule.code for rule in external.RULES),
    }
    assert {code for code in CODES if code[0] != "H"} - tried == {"M110", "S105", "S106", "C101", "C103"}
