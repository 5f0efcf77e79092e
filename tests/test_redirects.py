"""Old addresses: what is read from a file and from aliases, what is planned of it, and what hosts and browsers get."""

from __future__ import annotations

import posixpath
import re
import time
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader

from callsite.model import Meta, Page, Place, Severity
from callsite.outline import Outline, find_outline
from callsite.page import parse_page
from callsite.redirects import (
    Redirect,
    RedirectPlan,
    find_alias_redirects,
    format_hosting_redirects,
    parse_redirects,
    plan_redirect_path,
    plan_redirects,
)
from callsite.redirects.address import BadAddressError, find_answers, fold, parse_new, parse_old, parse_url
from tests.strategies import rows, texts

TEMPLATES = Path(__file__).parents[1] / "theme/templates"


def _read(text: str) -> tuple[list[str], list[str]]:
    redirects, problems = parse_redirects(text, "r.toml")
    return [f"{each.at.line}: {each.old} {each.new}" for each in redirects], [str(problem) for problem in problems]


# The file.


def test_a_file_of_redirects() -> None:
    redirects, problems = _read(
        "# moved in spring\n"
        '"/old-page.html" = "/flask-g-examples.html"\n'
        "\n"
        "'/flask/g' = \"{filename}/examples/flask/g.md\" # by its source\n"
        '"/docs/" = "https://example.org/docs?x=1#y"\n'
        '"\\u002Fa b.html" = "/new.html#part"\n'
        '"/c%23.html" = """\\\n'
        '/s.html?q=a b"""\n'
        "\"/über.html\"='''/ü.html'''\n"
    )
    assert problems == []
    assert redirects == [
        "2: /old-page.html /flask-g-examples.html",
        "4: /flask/g {filename}/examples/flask/g.md",
        "5: /docs/ https://example.org/docs?x=1#y",
        "6: /a%20b.html /new.html#part",
        "7: /c%23.html /s.html?q=a%20b",
        "9: /%C3%BCber.html /%C3%BC.html",
    ]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# nothing\n", "\ufeff", '\ufeff"/a" = "/b"', '"/a" = "/b" # "/a" = "/c"\r\n']
)
def test_files_that_are_fine(text: str) -> None:
    redirects, problems = _read(text)
    assert problems == []
    assert redirects == (["1: /a /b"] if "/a" in text else [])


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ('\n"/a" = ', "r.toml:2: R101 this is no TOML: invalid value; write each redirect as \"/old.html\" ="),
        ('/a.html = "/b"', "r.toml:1: R101 this is no TOML: invalid statement; write each redirect as"),
        ('"/a" = """\n/b\n\n', "r.toml:2: R101 this is no TOML: unterminated string; "),
        ('"/a" = "/b"\n\n"/c" = "/d"\n"/a" = "/c"\n', "r.toml:4: R104 `/a` is redirected on line 1 already; keep one"),
        ("x = [\n'\"/a\" = 1',\n]\n'/a' = '/b'\n\"/a\" = 1", "r.toml:5: R104 `/a` is redirected on line 4 already; "),
        ("[a]\nb = 1\n[a]\n", "r.toml:3: R101 this is no TOML: cannot declare ('a',) twice; "),
        ('"/a" = ' + "[" * 5000, "r.toml: R101 this file cannot be read: it is nested too deep, or a number is; "),
        ('"/a" = 1' + "0" * 5000, "r.toml: R101 this file cannot be read: it is nested too deep, or a number is; "),
        # What is TOML, but no redirect.
        ('\n"/gone/*" = "/x"', "r.toml:2: R101 `/gone/*` is a pattern, which no file can answer; write a line for each"),
        ('"https://x.y/a" = "/x"', "r.toml:1: R101 `https://x.y/a` names a host, and old addresses are all on this one; "),
        ('"//x.y/a" = "/x"', "r.toml:1: R101 `//x.y/a` names a host"),
        ('"old.html" = "/x"', "r.toml:1: R101 `old.html` is no old address: it does not begin with a slash; write each"),
        ('old.html = "/x"\nold.htm = "/x"', "r.toml:2: R101 `old` is no old address: it does not begin with a slash; "),
        ('"/a?b" = "/x"', "r.toml:1: R101 `/a?b` has more than a path, which is all that hosts go by; leave out what"),
        ('"/a#b" = "/x"', "r.toml:1: R101 `/a#b` has more than a path"),
        ('"/a/../b" = "/x"', "r.toml:1: R101 `/a/../b` is no plain path; write it without `\\`, `//`, `.` and `..`"),
        ('"/a/%2e%2E/b" = "/x"', "r.toml:1: R101 `/a/%2e%2E/b` is no plain path"),
        ('"/a%2F..%2f..%2Fb" = "/x"', "r.toml:1: R101 `/a%2F..%2f..%2Fb` is no plain path"),
        ('"/a%5cb" = "/x"', "r.toml:1: R101 `/a%5cb` is no plain path"),
        ('"/a//b" = "/x"', "r.toml:1: R101 `/a//b` is no plain path"),
        ('"/.html" = "/x"', "r.toml:1: R101 `/.html` is no plain path"),
        ('"/..." = "/x"', "r.toml:1: R101 `/...` is no plain path"),
        ('"/a%00b" = "/x"', "r.toml:1: R101 `/a%00b` holds a character that cannot be seen; write it anew"),
        ('"/a\u202eb" = "/x"', "r.toml:1: R101 `/a\u202eb` holds a character that cannot be seen"),
        ('"/%ff" = "/x"', "r.toml:1: R101 `/%ff` is not in UTF-8; encode it as browsers do"),
        ('"/\ud800" = "/x"', "r.toml:1: R101 `/\ud800` is not in UTF-8"),
        ('"/a:b" = "/x"', 'r.toml:1: R101 `/a:b` cannot name a file: one of \\ : ? " < > | is in it; take it out'),
        ('"/a%3Fb" = "/x"', "r.toml:1: R101 `/a%3Fb` cannot name a file"),
        (f'"/{"a" * 251}" = "/x"', f"r.toml:1: R101 `/{'a' * 78}…` is too long: a name has 250 bytes at the most, and "),
        (f'"/{"é" * 126}" = "/x"', f"r.toml:1: R101 `/{'é' * 78}…` is too long"),
        (f'"{"/abcdefghi" * 101}" = "/x"', "r.toml:1: R101 `/abcdefghi/abcdefghi"),
        ('"/a" = 1', "r.toml:1: R101 `/a` leads to no text; write each redirect as"),
        ('"/a" = [\n"/b", # ]\n"/c"]', "r.toml:1: R101 `/a` leads to no text"),
        ('\n"/a" = { to = "/b" }', "r.toml:2: R101 `/a` leads to no text"),
        ("\n# [redirects]\n[ redirects ] # all\n\"/a\" = '/b'", "r.toml:3: R101 `redirects` is no old address"),
        ("\n[[redirects]]\n'a' = 1\n[[redirects]]", "r.toml:4: R101 `redirects` is no old address"),
        ('"/a" = "b.html"', "r.toml:1: R101 `b.html` is no address to lead to; write a path below the site's root"),
        ('"/a" = ""', "r.toml:1: R101 `` is no address to lead to"),
        ('"/a" = "/../x"', "r.toml:1: R101 `/../x` is no plain path"),
        ('"/a" = "{static}/x.pdf"', "r.toml:1: R101 `{static}/x.pdf` is no address to lead to"),
        ('"/a" = "{filename}"', "r.toml:1: R101 `{filename}` is no address to lead to"),
    ],
)  # fmt: skip
def test_what_cannot_be_read(text: str, start: str) -> None:
    redirects, problems = _read(text)
    assert redirects == []
    assert problems[0].startswith(start)
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ('"\\' * 9000, "r.toml:1: R101 this is no TOML: unescaped '\\' in a string; "),
        ('"/a" = "/b"\n' + '"\\\n' * 100_000, "r.toml:3: R101 this is no TOML: "),
        ('x = """' + '\\"\n' * 100_000, "r.toml:100000: R101 this is no TOML: unterminated string; "),
        ("x = '''" + "''\n" * 100_000, "r.toml:100000: R101 this is no TOML: "),
        ("\n" + "a.b." * 8000, "r.toml:2: R101 this line is too long to be read: it has more than 20,000 characters; "),
        ("\na" + ".b" * 51 + " = 1", "r.toml:2: R101 this line is too long to be read: it has more than 50 dots; write"),
        ("\n" * 4_000_001, "r.toml: R101 this file is too long to be read: it has more than 4,000,000 characters; take out"),
    ],
    ids=["quotes", "lines", "long", "longer", "line", "dots", "file"],
)  # fmt: skip
def test_what_is_too_much_takes_no_time(text: str, start: str) -> None:
    began = time.process_time()
    redirects, problems = _read(text)
    assert time.process_time() - began < 2
    assert redirects == []
    assert [problem[: len(start)] for problem in problems] == [start]


@pytest.mark.untraced
def test_what_is_long_is_read() -> None:
    text = f'# {"." * 99}\n"/a" = "/{"b" * 19_990}"\n"/c" = "https://{"x." * 49}y/z"\n# {"d" * 19_998}'
    redirects, problems = _read(text)
    assert problems == []
    assert [redirect[:6] for redirect in redirects] == ["2: /a ", "3: /c "]
    redirects, problems = _read("".join(f'"/{number}" = "/x"\n' for number in range(20_000)))
    assert (len(redirects), problems) == (20_000, [])
    assert redirects[-1] == "20000: /19999 /x"


def test_what_can_be_read_stays() -> None:
    redirects, problems = _read('"/a" = "/b"\n"/c*" = "/d"\n"/e" = "nowhere"\n"/f" = "/g"\n')
    assert redirects == ["1: /a /b", "4: /f /g"]
    assert [problem[:14] for problem in problems] == ["r.toml:2: R101", "r.toml:3: R101"]


_EVIL = (
    *(
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:x",
        "java\tscript:x",
        "data:text/html,x",
        "vbscript:x",
    ),
    *(
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "///evil.example",
    ),
    *("https:evil.example", "https:/evil.example", "https:///evil.example", "https://", "https://a@evil.example/"),
    *("https://good.example\\@evil.example", "https://evil。example", "ftp://evil.example", "HTTPS://x.y", "/%5Cevil"),
    *(
        "/%2Fevil.example",
        "/%2f/evil",
        "?//evil",
        "#x",
        "{filename}\n",
        "{filename}#x",
        "|filename|/x.md",
        "mailto:a@b",
    ),
)


@pytest.mark.parametrize("target", _EVIL)
def test_what_is_no_plain_address_is_no_target(target: str) -> None:
    with pytest.raises(BadAddressError):
        parse_new(target)


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("/", "/"),
        ("/a/", "/a/"),
        ("/a.html#b c", "/a.html#b%20c"),
        ("/a%20b%C3%BC.html?x=%20&y=100%#z", "/a%20b%C3%BC.html?x=%20&y=100%25#z"),
        ("/a:b*c.html", "/a%3Ab%2Ac.html"),
        ("/a?x=//b", "/a?x=//b"),
        ("https://x.y", "https://x.y"),
        ("http://x.y:8080/a b?c#d", "http://x.y:8080/a%20b?c#d"),
        ("https://x-y.z#<a>\"'", "https://x-y.z#%3Ca%3E%22'"),
        ("https://x.y/wiki/Help:Contents", "https://x.y/wiki/Help:Contents"),
        ("{filename}a b.md", "{filename}/a%20b.md"),
        ("{filename}//a.md#x", "{filename}/a.md#x"),
    ],
)
def test_targets_have_one_spelling(target: str, address: str) -> None:
    assert parse_new(target).replace("%20", " ") == address.replace("%20", " ")
    assert parse_new(parse_new(target)) == parse_new(target)


_addresses = rows() | texts() | st.text("/.\\%2eF5cC:*?#a\t\n\u202e@[]{}", max_size=12).map("/".__add__)


@given(_addresses)
@example("https://x.y/z")
def test_an_address_that_is_taken_is_one_word_and_leads_where_it_says(text: str) -> None:
    try:
        address = parse_new(text)
    except BadAddressError:
        return
    assert address.isascii()
    assert not re.search(r"[\s\"<>\\]", address.removeprefix("{filename}"))
    assert parse_new(address) == address
    if address.startswith("/"):
        whole = urlsplit(urljoin("https://here.example/", address))
        assert whole.netloc == "here.example"
        assert whole.path == urlsplit(address).path
    else:
        assert re.match(r"https?://[\w.-]+(?::\d+)?(?:[/?#]|$)|\{filename\}/[^/]", address)


@given(_addresses)
@example("/x.html/")
@example("/" + "é" * 125)
def test_every_redirect_page_is_inside_the_output(text: str) -> None:
    try:
        old = parse_old(text)
    except BadAddressError:
        return
    assert parse_old(old) == old
    path = plan_redirect_path(Redirect(old, "/"))
    assert posixpath.normpath(posixpath.join("/out", path)) == f"/out/{path}"
    assert all(len(name.encode()) <= 255 for name in path.split("/"))
    assert path.endswith((".html", ".htm"))
    assert not re.search(r"[?#*:\s\"<>\\]", old)


_lines = st.lists(
    st.sampled_from(
        ['"/a" = "/b"', "'/c' = '/d'", "# x", "", "[x]", "[[x]]", '"/e" = [', '"""', "'''", '"/f" = """', "]", "}", "{"]
    )
    | st.text("\"'=[]{}#/a \\\n", max_size=8),
    max_size=8,
).map("\n".join)


@given(rows() | texts() | _lines)
@example('"/a" = """"""\n"/b" = \'\'\'x\'\'\'\'\'\n"/c" = "\\""\n"/d" = "/e"')
def test_reading_is_total_and_finds_every_line(text: str) -> None:
    redirects, problems = parse_redirects(text, "r.toml")
    count = text.count("\n") + 1
    assert all(problem.at.path == "r.toml" and 0 <= problem.at.line <= count for problem in problems)
    for redirect in redirects:
        assert 1 <= redirect.at.line <= count
        # A key never spans lines, and its own line says it in some way.
        assert "=" in text.split("\n")[redirect.at.line - 1]


_values = st.sampled_from(['"/x"', "'/x'", '"""/x"""', "'''\n/x'''", '"""\\\n\n  /x"""', '"/x" # "/a" = "/b"'])
_keys = st.sampled_from(['"/{}"', "'/{}'", '"\\u002f{}"', ' "/{}" ', '\t"/{}"'])


@given(st.lists(st.tuples(_keys, _values, st.sampled_from(["", "\n", '# \' """ [\n', "  \n"])), max_size=9))
def test_lines_are_those_that_keys_stand_on(parts: list[tuple[str, str, str]]) -> None:
    text, expected = "", []
    for number, (key, value, before) in enumerate(parts):
        text += before
        expected.append((f"/k{number}", text.count("\n") + 1))
        text += f"{key.format(f'k{number}')} = {value}\n"
    redirects, problems = parse_redirects(text, "r.toml")
    assert problems == ()
    assert [(redirect.old, redirect.at.line) for redirect in redirects] == expected


# Aliases.


def _page(symbol: str, aliases: str, path: str = "a.md") -> Page:
    page, _ = parse_page(f"title: x\nsymbol: {symbol}\naliases: {aliases}\n\nText.\n", path)
    return page


@pytest.mark.parametrize(
    ("symbol", "alias", "url", "old"),
    [
        ("flask.ctx.after_this_request", "flask.after_this_request", "flask-ctx-after-this-request-examples.html",
         "/flask-after-this-request-examples.html"),
        ("flask.ctx.g", "flask.g", "flask-ctx-g-2-examples.html", "/flask-g-2-examples.html"),
        ("flask.ctx.g", "flask.g", "flask.ctx.g.html", "/flask-g.html"),
        ("flask.ctx.g", "flask.g", "code/flask-ctx-g.html", "/code/flask-g.html"),
        ("flask.ctx.g", "flask.g", "code/flask/ctx/g/", "/flask-g.html"),
        ("flask.ctx.g", "flask.G", "own-words.html", "/flask-g.html"),
        ("a.b", "c.d", "data-basics.html", "/c-d.html"),
        ("a.b", "c.d", "a-b-a-b.html", "/c-d-a-b.html"),
        ("é.É", "c.d", "-examples.html", "/c-d.html"),
        ("a.b", "c.d", "https://x.y/a-b.html", "/c-d.html"),
        ("a.b", "c.d", "../a-b.html", None),
        ("a.b", "é.É", "a-b.html", None),
        ("a.b", "日本.x", "words.html", None),
        ("a.b", "naïve.x", "a-b.html", None),
        ("a.b", "c.d", "a-b.html?x=/y", "/c-d.html"),
        ("a.b", "c.d", "x/?p=a/b", "/c-d.html"),
    ],
)  # fmt: skip
def test_aliases_imply_old_addresses(symbol: str, alias: str, url: str, old: str | None) -> None:
    redirects = find_alias_redirects([(find_outline(_page(symbol, alias)), url)])
    assert redirects == ((Redirect(old, parse_url(url)),) if old else ())
    assert all(redirect.at == Place("a.md", 3) for redirect in redirects)


def test_aliases_of_pages_without_a_symbol_and_aliases_that_come_to_the_same() -> None:
    page = Page(Meta(title="Some words", aliases=("a.B", "a.b", "a.c")), ())
    assert [each.old for each in find_alias_redirects([(find_outline(page), "words.html")])] == [
        "/a-b.html",
        "/a-c.html",
    ]
    assert find_alias_redirects([(Outline(Meta(title="x")), "x.html")]) == ()
    assert find_alias_redirects([]) == ()


def test_an_address_of_pelican_becomes_one_of_ours() -> None:
    assert parse_url("") == "/"
    assert parse_url("a b/ü.html") == "/a%20b/%C3%BC.html"
    assert parse_url("//evil.example") == "/evil.example"
    assert parse_url("javascript:x") == "/javascript%3Ax"
    assert parse_url("https://x.y/a b") == "https://x.y/a%20b"
    assert parse_url("a b.html?x=/ y%20#z%") == "/a%20b.html?x=/%20y%20#z%25"
    assert parse_url("?p=a") == "/?p=a"
    assert parse_url("a%3Fb.html") == "/a%3Fb.html"


# The plan.

OUTPUTS = {
    "index.html": "the site's index page",
    "flask.html": "content/flask.md:1",
    "flask-g-examples.html": "content/g.md:3",
    "code/index.html": "content/code.md:1",
    "über.html": "content/ü.md:1",
    "data": "content/extra/data",
}
SOURCES = {
    "examples/flask/g.md": "flask-g-examples.html",
    "ü b.md": "über.html",
    "away.md": "https://x.y/z",
    "asked.md": "flask.html?x#y",
}


def _declare(*pairs: tuple[str, str]) -> list[Redirect]:
    return [Redirect(old, new, Place("r.toml", line)) for line, (old, new) in enumerate(pairs, start=1)]


def _plan(*pairs: tuple[str, str], implied: tuple[tuple[str, str], ...] = (), address: str = "") -> RedirectPlan:
    more = [Redirect(old, new, Place(f"{line}.md", 4)) for line, (old, new) in enumerate(implied, start=1)]
    return plan_redirects(_declare(*pairs), more, OUTPUTS, SOURCES, address)


def _pairs(plan: RedirectPlan) -> list[tuple[str, str]]:
    return [(redirect.old, redirect.new) for redirect in plan.redirects]


@pytest.mark.parametrize(
    ("target", "end"),
    [
        ("/flask.html", "/flask.html"),
        ("/flask", "/flask"),
        ("/flask.html?x#y", "/flask.html?x#y"),
        ("/", "/"),
        ("/code", "/code"),
        ("/code/", "/code/"),
        ("/%C3%BCber.html", "/%C3%BCber.html"),
        ("https://x.y/z", "https://x.y/z"),
        ("{filename}/examples/flask/g.md", "/flask-g-examples.html"),
        ("{filename}/examples/flask/g.md#x", "/flask-g-examples.html#x"),
        ("{filename}/%C3%BC%20b.md", "/%C3%BCber.html"),
        ("{filename}/away.md", "https://x.y/z"),
        ("{filename}/asked.md", "/flask.html?x#y"),
        ("{filename}/asked.md#z", "/flask.html?x#z"),
        ("https://here.example/flask.html#x", "/flask.html#x"),
        ("http://Here.Example:80/flask.html", "/flask.html"),
        ("https://here.example:0443?x", "/?x"),
        ("https://here.example:/#x", "/#x"),
        ("https://here.example:80/flask.html", "https://here.example:80/flask.html"),
        ("http://here.example:8080/flask.html", "http://here.example:8080/flask.html"),
        ("https://here.example", "/"),
        ("https://here.example/", "/"),
        ("https://here.example.org/flask.html", "https://here.example.org/flask.html"),
        ("https://here.example//x", "https://here.example//x"),
    ],
)
def test_targets_that_are_there(target: str, end: str) -> None:
    plan = _plan(("/old.html", target), address="https://here.example")
    assert plan.problems == ()
    assert _pairs(plan) == [("/old.html", end)]
    assert plan.redirects[0].at == Place("r.toml", 1)


def test_targets_that_are_not_there_are_warnings_with_a_guess() -> None:
    plan = _plan(
        ("/a", "/flask-g-example.html"),
        ("/b", "{filename}/examples/flask/h.md"),
        ("/c", "/nothing-like-it"),
        ("/d", "/b"),
    )
    assert [str(problem) for problem in plan.problems] == [
        "r.toml:1: R105 `/a` leads to `/flask-g-example.html`, which is not there; did you mean `/flask-g-examples.html`?",
        "r.toml:2: R105 `/b` leads to `{filename}/examples/flask/h.md`, which is not there; did you mean "
        "`{filename}/examples/flask/g.md`?",
        "r.toml:3: R105 `/c` leads to `/nothing-like-it`, which is not there; mend it, or add what it leads to",
    ]
    assert all(problem.severity is Severity.WARNING for problem in plan.problems)
    # A source that is not known has no address to lead to.
    assert _pairs(plan) == [("/a", "/flask-g-example.html"), ("/c", "/nothing-like-it"), ("/d", "/b")]


def test_guesses_are_few() -> None:
    plan = _plan(*((f"/a{number}", "/flask.htm") for number in range(30)))
    hints = [problem.hint for problem in plan.problems]
    assert hints == ["did you mean `/flask.html`?"] * 5 + ["mend it, or add what it leads to"] * 25


def test_chains_lead_to_their_end() -> None:
    plan = _plan(("/a", "/b#x"), ("/b", "/c/"), ("/c", "/d.html"), ("/d.html", "/flask.html?y#z"), ("/e", "/B"))
    assert plan.problems == ()
    assert dict(_pairs(plan)) == dict.fromkeys(("/a", "/b", "/c", "/d.html", "/e"), "/flask.html?y#z")
    plan = _plan(("/a", "/b#x"), ("/b", "https://x.y/z"), ("/c", "/a"))
    assert _pairs(plan) == [("/a", "https://x.y/z#x"), ("/b", "https://x.y/z"), ("/c", "https://x.y/z#x")]


@pytest.mark.untraced
def test_a_long_chain_takes_no_time() -> None:
    pairs = [(f"/{number}", f"/{number + 1}") for number in range(5000)]
    plan = _plan(*pairs, ("/5000", "/flask.html"))
    assert plan.problems == ()
    assert {redirect.new for redirect in plan.redirects} == {"/flask.html"}


def test_circles_are_errors_that_name_all_of_them() -> None:
    plan = _plan(("/in", "/b"), ("/a", "/c"), ("/b", "/a.html#x"), ("/c", "/b/"), ("/d", "/flask.html"), ("/e", "/e#x"))
    assert [str(problem) for problem in plan.problems] == [
        "r.toml:2: R102 redirects go round in a circle: `/a` → `/c` → `/b` → `/a`; let one of them lead to a page",
        "r.toml:6: R102 redirects go round in a circle: `/e` → `/e`; let one of them lead to a page",
    ]
    assert all(problem.severity is Severity.ERROR for problem in plan.problems)
    assert _pairs(plan) == [("/d", "/flask.html")]


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("https://e.org", "https://e.org/a.html"),
        ("https://e.org", "http://e.org/a.html"),
        ("https://e.org", "https://E.org/a.html"),
        ("https://e.org", "https://e.org:443/a.html"),
        ("https://e.org", "http://E.ORG:80/a"),
        ("http://E.org:80", "https://e.org/a.html?x#y"),
        ("https://e.org:8000", "http://e.org:8000/a.html"),
        ("https://e.org/sub", "http://e.org/sub/a.html"),
        ("https://e.org/sub~ü/dir", "http://e.org/sub%7e%C3%BC/dir/a.html"),
    ],
)
def test_circles_through_the_site_s_own_address(address: str, target: str) -> None:
    plan = _plan(("/a.html", target), address=address)
    assert [str(problem) for problem in plan.problems] == [
        "r.toml:1: R102 redirects go round in a circle: `/a.html` → `/a.html`; let one of them lead to a page"
    ]
    assert plan.redirects == ()


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("", "https://e.org/a.html"),
        ("/sub", "https://e.org/sub/a.html"),
        ("https://e.org", "https://www.e.org/a.html"),
        ("https://e.org", "https://e.org:8000/a.html"),
        ("https://e.org/sub", "https://e.org/a.html"),
        ("https://e.org/sub", "https://e.org/subway/a.html"),
        ("https://e.org/sub", "https://e.org/Sub/a.html"),
        ("https://e.org/sub", "https://e.org"),
        ("https://e.org/sub", "https://e.org?/sub/a.html"),
    ],
)
def test_other_sites_are_no_circles(address: str, target: str) -> None:
    assert _plan(("/a.html", target), address=address) == RedirectPlan((Redirect("/a.html", target),), ())


def test_a_great_circle_is_told_in_short() -> None:
    plan = _plan(*((f"/{number}", f"/{(number + 1) % 5000}") for number in range(5000)))
    assert [str(problem) for problem in plan.problems] == [
        "r.toml:1: R102 redirects go round in a circle: `/0` → `/1` → `/2` → … and 4,996 more → `/4999` → `/0`; let one of "
        "them lead to a page"
    ]
    (problem,) = _plan(*((f"/{number}", f"/{(number + 1) % 8}") for number in range(8))).problems
    assert "more" not in problem.message


@pytest.mark.parametrize(
    ("old", "owner"),
    [
        ("/flask.html", "content/flask.md:1"),
        ("/Flask.html", "content/flask.md:1"),
        ("/flask", "content/flask.md:1"),
        ("/u%CC%88ber.html", "content/ü.md:1"),
        ("/", "the site's index page"),
        ("/index.html", "the site's index page"),
        ("/code", "content/code.md:1"),
        ("/code/", "content/code.md:1"),
        ("/data", "content/extra/data"),
        ("/data/", "content/extra/data"),
        ("/data/a/b.html", "content/extra/data"),
        ("/flask.html/a", "content/flask.md:1"),
    ],
)
def test_what_is_written_cannot_be_redirected(old: str, owner: str) -> None:
    plan = _plan((old, "/flask-g-examples.html"))
    assert [str(problem) for problem in plan.problems] == [
        f"r.toml:1: R103 `{unquote(old)}` is taken by {owner}; take the redirect out, or give the page another slug"
    ]
    assert plan.redirects == ()
    # What an alias implies gives way without a word.
    assert _plan(implied=((old, "/x.html"),)) == RedirectPlan((), ())


@pytest.mark.parametrize(
    "old", ["/flask/", "/flask/x", "/flask/index.html", "/code.html", "/code/x", "/data.html", "/über", "/flask.php"]
)
def test_addresses_beside_pages_are_free(old: str) -> None:
    plan = _plan((parse_old(old), "/flask.html"))
    if old == "/über":
        assert [problem.code for problem in plan.problems] == ["R103"]
    else:
        assert _pairs(plan) == [(old, "/flask.html")]


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ("/x", "/x.html", True),
        ("/x", "/x/", True),
        ("/x.html", "/X.html", True),
        ("/x/", "/x/index.html", True),
        ("/x.html", "/x.html/y", True),
        ("/stra%C3%9Fe", "/STRASSE.html", True),
        ("/x", "/x", True),
        ("/x.html", "/x/", False),
        ("/x", "/x/y", False),
        ("/x.php", "/x", False),
        ("/x.htm", "/x.html", False),
    ],
)
def test_two_for_the_same_address(one: str, other: str, clash: bool) -> None:
    for pair in ((one, other), (other, one)):
        plan = _plan(*((old, "/flask.html") for old in pair))
        spelt = "" if one == other else f", as `{unquote(pair[0])}`"
        message = f"r.toml:2: R104 `{unquote(pair[1])}` is redirected by r.toml:1 already{spelt}; keep one of the two"
        assert [str(problem) for problem in plan.problems] == [message] * clash
        assert [redirect.old for redirect in plan.redirects] == list(pair)[: 1 if clash else 2]


def test_what_aliases_imply_gives_way() -> None:
    plan = _plan(("/a", "/code/"), implied=(("/a.html", "/flask.html"), ("/z.html", "/flask.html"), ("/b", "/flask")))
    assert plan.problems == ()
    assert _pairs(plan) == [("/a", "/code/"), ("/b", "/flask"), ("/z.html", "/flask.html")]
    plan = _plan(implied=(("/a.html", "/flask.html"), ("/A.html/b", "/code/")))
    assert _pairs(plan) == [("/a.html", "/flask.html")]


def test_two_pages_that_imply_the_same() -> None:
    implied = (
        ("/a.html", "/flask.html"),
        ("/A.html", "/code/"),
        ("/a.html", "/flask.html"),
        ("/c.html", "/flask.html"),
    )
    plan = _plan(implied=implied)
    assert [str(problem) for problem in plan.problems] == [
        "2.md:4: R106 `/A.html` could lead here or to the page of 1.md:4, so it leads nowhere; take the alias out of one of "
        "the two, or say in redirects.toml where it leads"
    ]
    assert plan.problems[0].severity is Severity.WARNING
    assert _pairs(plan) == [("/c.html", "/flask.html")]
    plan = _plan(("/a.html", "/code/"), implied=implied)
    assert plan.problems == ()
    assert _pairs(plan) == [("/a.html", "/code/"), ("/c.html", "/flask.html")]


_olds = st.sampled_from(
    ["/a", "/A", "/a.html", "/a/", "/b", "/b.html", "/c.html", "/c/d", "/c.html/d", "/flask/", "/flask"]
)
_news = _olds | st.sampled_from(
    ["/flask.html", "/code", "/gone", "https://x.y/", "https://here.example/b", "/b#x", "/a?y"]
)
_several = st.lists(st.builds(Redirect, _olds, _news, st.builds(Place, st.just("r"), st.integers(1, 9))), max_size=7)
_sources = st.sampled_from(["{filename}/examples/flask/g.md", "{filename}/gone.md"])
_declared = st.lists(st.builds(Redirect, _olds, _news | _sources), max_size=7)


@given(_declared, _several, st.randoms())
def test_a_plan_holds(declared: list[Redirect], implied: list[Redirect], chance: object) -> None:
    plan = plan_redirects(declared, implied, OUTPUTS, SOURCES, "https://here.example")
    shuffled = list(implied)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis hands out a Random without saying so
    assert plan_redirects(declared, shuffled, OUTPUTS, SOURCES, "https://here.example") == plan
    # Every page has a file of its own, and none is in the way of another or of what is written already.
    paths = [fold(path) for path in (*OUTPUTS, *map(plan_redirect_path, plan.redirects))]
    assert len(set(paths)) == len(paths)
    assert not any(one.startswith(f"{other}/") for one in paths for other in paths)
    # No target is the old address of another redirect, whatever a host tries first.
    made = {fold(plan_redirect_path(redirect)) for redirect in plan.redirects}
    for redirect in plan.redirects:
        if redirect.is_inside:
            tried = find_answers(redirect.new.partition("#")[0].partition("?")[0])
            answer = next((name for name in tried if name in OUTPUTS or fold(name) in made), None)
            assert answer is None or answer in OUTPUTS
        else:
            assert redirect.new.startswith("https://x.y/")
    # What is left out without a word is only what aliases imply.
    spoken = {problem.code for problem in plan.problems}
    assert spoken <= {"R102", "R103", "R104", "R105", "R106"}
    if not spoken:
        assert [each.old for each in plan.redirects][: len(declared)] == [each.old for each in declared]
    # Rules for hosts: one word each, one rule for an address, none for the address of a page.
    text, problems = format_hosting_redirects(plan.redirects, OUTPUTS)
    assert problems == ()
    froms = [line.split(" ")[0] for line in text.splitlines()]
    assert all(re.fullmatch(r"/[^\s*:]* \S+ 301", line) for line in text.splitlines())
    assert len(set(froms)) == len(froms)
    assert set(froms) >= {redirect.old for redirect in plan.redirects}
    for start in froms:
        assert {fold(name) for name in find_answers(start)}.isdisjoint(map(fold, OUTPUTS))


# What hosts get.


def test_rules_for_hosts() -> None:
    text, problems = format_hosting_redirects(
        _declare(
            ("/old.html", "/new.html#x"),
            ("/a", "/docs/index.html"),
            ("/b/", "/docs/index.html?x=a:b*"),
            ("/c/index.html", "https://x.y:80/Help:All*/index.html"),
            ("/d.htm", "http://x.y"),
            ("/", "/a%20b%3Ac.html"),
            ("/index.html", "/x"),
            ("/e.php", "/e:f"),
        ),
        (),
    )
    assert problems == ()
    assert text.splitlines() == [
        "/old.html /new.html#x 301",
        "/a /docs/ 301",
        "/b/ /docs/?x=a%3Ab%2A 301",
        "/c/index.html https://x.y:80/Help%3AAll%2A/index.html 301",
        "/d.htm http://x.y 301",
        "/ /a%20b%3Ac.html 301",
        "/index.html /x 301",
        "/e.php /e%3Af 301",
        "/old /new.html#x 301",
        "/a/ /docs/ 301",
        "/b /docs/?x=a%3Ab%2A 301",
        "/c/ https://x.y:80/Help%3AAll%2A/index.html 301",
        "/c https://x.y:80/Help%3AAll%2A/index.html 301",
        "/e.php/ /e%3Af 301",
    ]
    assert format_hosting_redirects((), OUTPUTS) == ("", ())


def test_rules_leave_pages_alone() -> None:
    redirects = _declare(("/flask/", "/code/"), ("/code.html", "/flask.html"), ("/x/", "/"), ("/x.html", "/flask"))
    text, _ = format_hosting_redirects(redirects, OUTPUTS, "/sub dir/")
    assert text.splitlines() == [
        "/sub%20dir/flask/ /sub%20dir/code/ 301",
        "/sub%20dir/code.html /sub%20dir/flask.html 301",
        "/sub%20dir/x/ /sub%20dir/ 301",
        "/sub%20dir/x.html /sub%20dir/flask 301",
        "/sub%20dir/x /sub%20dir/ 301",
    ]
    text, _ = format_hosting_redirects(_declare(("/x", "https://x.y/")), OUTPUTS, "/sub")
    assert text == "/sub/x https://x.y/ 301\n/sub/x/ https://x.y/ 301\n"


def test_rules_have_limits_and_pages_have_none() -> None:
    many = _declare(*((f"/{number}.html", "/flask.html") for number in range(1500)))
    text, problems = format_hosting_redirects(many, OUTPUTS)
    lines = text.splitlines()
    assert problems == ()
    assert len(lines) == 2000
    assert lines[1499:1501] == ["/1499.html /flask.html 301", "/0 /flask.html 301"]
    many = _declare(*((f"/{number}.html", "/flask.html") for number in range(2003)))
    text, problems = format_hosting_redirects(many, OUTPUTS)
    assert len(text.splitlines()) == 2000
    assert [str(problem) for problem in problems] == [
        "r.toml:2001: R107 3 redirects from here on have no rule, so their pages alone have to do; Cloudflare Pages takes "
        "2,000 rules; take out what nobody follows any more"
    ]
    assert problems[0].severity is Severity.NOTE
    text, problems = format_hosting_redirects(_declare((f"/{'a' * 200}", f"https://x.y/{'b' * 800}"), ("/c", "/")), ())
    assert text == "/c / 301\n/c/ / 301\n"
    assert [str(problem) for problem in problems] == [
        f"r.toml:1: R107 the redirect from `/{'a' * 59}…` is too long for a rule, so its page alone has to do; Cloudflare "
        "Pages takes 1,000 characters at the most"
    ]
    # A rule may have just enough room, and its longer spelling none.
    text, problems = format_hosting_redirects(_declare((f"/{'a' * 200}", f"https://x.y/{'b' * 782}")), ())
    assert [len(line) for line in text.splitlines()] == [1000]
    assert problems == ()


# What browsers get.


_TEMPLATE = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
).get_template("redirect.html", globals={"asset": "/theme/{}".format})


def _render(target: str, title: str = "flask.g", address: str = "") -> str:
    return _TEMPLATE.render(target=target, title=title, SITENAME="Site & Co", SITEURL=address, DEFAULT_LANG="en")


def test_the_page_at_an_old_address() -> None:
    page = _render("/new.html#x", address="https://x.y/sub")
    assert page.startswith("<!doctype html>\n")
    assert '<meta http-equiv="refresh" content="0; url=https://x.y/sub/new.html#x">' in page
    assert '<link rel="canonical" href="https://x.y/sub/new.html">' in page
    assert '<a href="https://x.y/sub/new.html#x">flask.g</a>' in page
    assert "<title>flask.g · Site &amp; Co</title>" in page
    assert 'name="robots" content="noindex"' in page
    assert len(page) < 1200
    assert 'url=/new.html">' in _render("/new.html")
    assert 'url=https://z.z/a">' in _render("https://z.z/a", address="https://x.y")


@given(_addresses, rows())
@example("/a'b\"c;d", "</title><script>alert(1)</script>")
def test_nothing_breaks_out_of_the_page(text: str, title: str) -> None:
    try:
        target = parse_new(text)
    except BadAddressError:
        return
    page = _render(target, title)
    refresh = re.search(r'<meta http-equiv="refresh" content="0; url=([^"<>]*)">', page)
    assert refresh
    assert refresh[1].replace("&amp;", "&").replace("&#39;", "'") == target
    assert page.count("<script") == page.count("</script>") == 1


def test_the_script_is_the_same_on_every_page() -> None:
    scripts = {tuple(re.findall(r"<script>.*?</script>", _render(to, to))) for to in ("/a", "https://x.y/")}
    assert len(scripts) == 1
