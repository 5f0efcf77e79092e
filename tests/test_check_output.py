"""What is wrong with a built site, and what is not: each rule on small outputs, as text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsite.check.facts import PageSummary
from callsite.check.hosting import Host
from callsite.check.output.alike import gather_alike
from callsite.check.output.data import FIELDS
from callsite.check.output.elements import Element, parse_elements
from callsite.check.output.facts import READ, Expected, FileFacts, FolderFacts, Leads
from callsite.check.output.markup import parse_markup
from callsite.check.output.rules import FILE_RULES, FOLDER_RULES, RULES, check_file
from callsite.check.output.styles import find_style_addresses
from callsite.check.output.tags import Tags, find_tags
from callsite.check.policy import Policy
from callsite.check.rule import apply_rules
from callsite.header import parse_header
from callsite.highlight import render_listing
from callsite.model import Page, Place, Problem, Severity
from callsite.page import format_page
from callsite.twins.examples import SCHEMA
from tests.strategies import pages

SITE = "https://example.org/docs"

Files = Mapping[str, str]


def page(body: str = "", head: str = "") -> str:
    """A page that is as it should be; its head is on line 3 and its body on line 6."""
    return f'<!doctype html>\n<html lang="en">\n<head><title>A title</title>{head}</head>\n<body>\n\n{body}\n</body>\n</html>\n'


def summary(
    path: str, meta: str = "title: A title", marks: tuple[tuple[str, ...], ...] = (), lines: tuple[int, ...] = ()
) -> PageSummary:
    parsed, _, _ = parse_header(meta.split("\n"), path)
    return PageSummary(Page(parsed, (), Place(path, 1)), path, (), frozenset(), marks, lines)


def check(
    files: Files,
    address: str = "",
    expected: Mapping[str, PageSummary] | None = None,
    sources: Files | None = None,
    policy: Policy | None = None,
    written: frozenset[str] | None = None,
    newer: tuple[str, ...] = (),
) -> list[str]:
    """Everything that is wrong with an output of these files, as it is told, without what to do."""
    policy = policy or Policy()
    expected = expected or {}
    leads = Leads(Host(files, {}, address))
    asked = {path: Expected(made.page.at.path, made.lines, made.marks) for path, made in expected.items()}
    summaries = {
        path: check_file(
            FileFacts(path, f"out/{path}", text, len(text.encode()), leads, address, policy, asked.get(path))
        )
        for path, text in sorted(files.items())
        if path.endswith(READ)
    }
    facts = FolderFacts(
        at="out",
        files={path: len(text.encode()) for path, text in files.items()},
        summaries=summaries,
        expected=expected,
        address=address,
        policy=policy,
        leads=leads,
        get_text=lambda path: files.get(path, ""),
        get_source=lambda path: (sources or {}).get(path, ""),
        get_weight=lambda path: len(files.get(path, "")),
        written=written,
        newer=newer,
    )
    found = [problem for made in summaries.values() for problem in made.problems]
    found += apply_rules(FOLDER_RULES, facts)
    return [f"{problem.at}: {problem.code} {problem.message}" for problem in sorted(found)]


def on_a_page(body: str, head: str = "", **others: str) -> list[str]:
    """What is wrong with `a.html`, beside which there are a few files more."""
    files = {
        "index.html": page(),
        "b.html": page('<h2 id="one">1</h2>'),
        "sub/index.html": page(),
        "sub/c.html": page(),
    }
    files |= {"i/x.png": "", "i/a b.png": "", "s.css": "p { color: red }", "a.html": page(body, head)}
    return [line.removeprefix("out/a.html:") for line in check(files | others)]


# H101: what leads to nothing.


@pytest.mark.parametrize(
    "written",
    [
        '<a href="/gone.html">',
        "<a href=gone.html>",
        "<a\nhref='sub/gone'>",
        '<a href="/b.html/">',
        '<a href="../../gone.html">',
        '<a href="/sub/c/">',
        '<a href="/i/">',
        '<img alt="" src="i/gone.png">',
        '<img alt="" src="/i/x.png" srcset="/i/x.png 1x, /i/gone.png 2x">',
        '<img alt="" src="/i/x.png" srcset=" /i/x.png, /i/gone.png">',
        '<video poster="i/gone.png"></video>',
        '<form action="/gone"></form>',
        '<form><button formaction="/gone">go</button></form>',
        '<object data="/gone.pdf"></object>',
        '<script src="/gone.js"></script>',
        '<p style="background: url(i/gone.png)">',
        '<svg><use href="/gone.svg#a"></use></svg>',
        '<svg><use xlink:href="/gone.svg#a"></use></svg>',
        '<map name="m"><area href="/gone.html" alt=""></map>',
        '<a href="/gone.html?x=1&amp;y=2#z">',
        '<a href="/gone%2Ehtml">',
        '<iframe src="/gone"></iframe>',
        '<p title="<a href=" id="x"><a href="/gone.html">',
    ],
)
def test_an_address_to_nothing(written: str) -> None:
    [found] = on_a_page(written)
    assert (
        re.fullmatch(r"[67]: H101 `[^`]*gone[^`]*` leads to nothing in the output", found)
        or "/b.html/" in found
        or "/sub/c/" in found
        or "/i/" in found
    )


@pytest.mark.parametrize(
    "written",
    [
        '<a href="/">', '<a href="b.html">', '<a href="/b">', '<a href="b?x=1">', '<a href="sub/">', '<a href="/sub">', '<a href="./sub/../b.html">',
        '<a href="">', '<a href="#">', '<a href="#top">', '<a href="#TOP">', '<a href="?x=1">', "<a href>", "<a>", '<a href=" /b.html\n">',
        '<a href="https://example.com/gone.html">', '<a href="mailto:a@example.com">', '<a href="javascript:void(0)">',
        '<a href="data:text/plain,x">', '<a href="//example.com/gone">', '<a href="tel:1">',
        '<img alt="" src="/i/a%20b.png">', '<img alt="" src="/i/a b.png">', '<img alt="" src="data:image/png;base64,AAAA">',
        '<img alt="" src="/i/x.png" srcset="/i/x.png 1x,/i/a%20b.png 2x, data:image/gif;base64,AA 3x">',
        '<img alt="" src="/i/x.png" srcset="">', '<form action=""></form>', "<form></form>",
        '<p data-href="/gone" cite="/gone" data="/gone" action="/gone">', '<script>"<a href=/gone>"</script>',
        '<!-- <a href="/gone"> -->', '<pre>&lt;a href="/gone"&gt;</pre>', '<template><a href="/gone"></a></template>',
        '<p style="color: red">', '<p style="background: url(\'/i/x.png\')">',
    ],
)  # fmt: skip
def test_an_address_that_is_right(written: str) -> None:
    assert on_a_page(written) == []


def test_case_is_told_apart() -> None:
    assert on_a_page('<a href="/B.html">') == [
        "6: H101 `/B.html` differs only in case from the file `b.html`, so most hosts do not find it"
    ]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<link rel="stylesheet" href="/gone.css">', ["3: H101 `/gone.css` leads to nothing in the output"]),
        ('<link rel="icon" href="">', ["3: H101 the `href` of `<link>` is empty"]),
        ('<link rel="preload" as="image" imagesrcset="/gone.png 1x" href="/i/x.png">', ["3: H101 `/gone.png` leads to nothing in the output"]),
        ('<meta http-equiv="Refresh" content="0; url=/gone.html">', ["3: H101 `/gone.html` leads to nothing in the output"]),
        ('<meta http-equiv="refresh" content="0;URL=\'/gone.html\'">', ["3: H101 `/gone.html` leads to nothing in the output"]),
        ('<meta property="og:image" content="/gone.png">', ["3: H101 `/gone.png` leads to nothing in the output"]),
        ("<style>@import '/gone.css'; p { src: url( \"/gone.woff\" ) }</style>", [
            "3: H101 `/gone.css` leads to nothing in the output", "3: H101 `/gone.woff` leads to nothing in the output",
        ]),
        # All of this is fine.
        ('<link rel="stylesheet" href="/s.css">', []),
        ('<link rel="preconnect" href="/gone">', []),
        ("<link><link rel=stylesheet>", []),
        ('<meta http-equiv="refresh" content="30">', []),
        ('<meta http-equiv="refresh" content="">', []),
        ('<meta name="description" content="/gone">', []),
        ('<meta property="og:image" content=" ">', []),
        ("<style>/* url(/gone) */ p { content: 'url(/gone)'; background: url(/i/x.png) }</style>", []),
    ],
)  # fmt: skip
def test_addresses_in_the_head(head: str, expected: list[str]) -> None:
    assert on_a_page("", head) == expected


def test_an_empty_address_is_fetched() -> None:
    assert on_a_page('<img alt="" src="">') == ["6: H101 the `src` of `<img>` is empty"]


def test_what_addresses_are_relative_to() -> None:
    assert on_a_page('<a href="c.html">', '<base href="/sub/">') == []
    assert on_a_page('<a href="b.html">', '<base href="/sub/"><base href="/">') == [
        "6: H101 `b.html` leads to nothing in the output"
    ]
    assert on_a_page('<a href="c.html">', '<base href="https://[x/">') == [
        "6: H101 `c.html` leads to nothing in the output"
    ]


def test_a_folder_is_where_relative_addresses_begin() -> None:
    files = {"a.html": page('<a href="x.html">x</a>'), "x.html": page(), "sub/a.html": page('<a href="x.html">x</a>')}
    assert check(files) == ["out/sub/a.html:6: H101 `x.html` leads to nothing in the output"]


def test_the_path_of_the_site() -> None:
    files = {
        "index.html": page(f'<a href="{SITE}/b.html"><a href="/docs/b.html"><a href="/b.html"><a href="{SITE}">'),
        "b.html": page(),
    }
    assert check(files, SITE) == ["out/index.html:6: H101 `/b.html` leads to nothing in the output"]
    files = {"index.html": page(f'<a href="{SITE}/gone.html">\n<a href="https://example.org/other/">')}
    assert check(files, SITE) == [f"out/index.html:6: H101 `{SITE}/gone.html` leads to nothing in the output"]


def test_stylesheets() -> None:
    style = "a { b: url(x.png) }\n/* url(gone) */\nb { c: URL('../t/\\67 one.png') }\n@import \"more.css\";\n"
    files = {"t/s.css": style, "t/x.png": "", "t/more.css": "p { background: url(data:x) }"}
    assert check(files) == ["out/t/s.css:3: H101 `../t/gone.png` leads to nothing in the output"]
    assert list(find_style_addresses(r"x: url(a\)b) url(\110000 x) url(\0 y) url('a\'b') " + "y: url('a\\\nb')")) == [
        "a)b", "\ufffdx", "\ufffdy", "a'b", "ab", ]  # fmt: skip


# H102, H103, H104: ids.


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('<a href="#gone">', ["6: H102 `#gone` leads to a place that `a.html` does not have"]),
        ('<a href="/b.html#gone">', ["6: H102 `/b.html#gone` leads to a place that `b.html` does not have"]),
        ('<a href="b#One">', ["6: H102 `b#One` leads to a place that `b.html` does not have"]),
        ('<p>x</p>\n<a href="?x#gone">', ["7: H102 `?x#gone` leads to a place that `a.html` does not have"]),
        ('<a href="#gone:~:text=x">', ["6: H102 `#gone:~:text=x` leads to a place that `a.html` does not have"]),
        # All of this is fine.
        ('<a href="/b#one">', []),
        ('<a href="/b#%6Fne">', []),
        ('<a href="b.html#one:~:text=x">', []),
        ('<a href="b.html#:~:text=x">', []),
        ('<a href="b.html#top">', []),
        ('<a href="/i/x.png#gone">', []),
        ('<a href="https://example.com/#gone">', []),
        ('<p id="é"></p><a href="#%C3%A9"></a><a href="#é">', []),
        ('<p id="a%20b"></p><a href="#a%20b">', []),
        ('<a name="old"></a><a href="#old">', []),
        ('<svg><path id="p"/><use href="#p"/></svg>', []),
    ],
)
def test_places(written: str, expected: list[str]) -> None:
    assert on_a_page(written) == expected


def test_what_leads_on_takes_the_place_along() -> None:
    moved = page(head='<meta http-equiv="refresh" content="0; url=/b.html">')
    assert on_a_page('<a href="/old.html#one">', **{"old.html": moved}) == []


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('<p id="x">\n<p id="x">\n<p id="x"><p id="y">', ["7: H103 the id `x` is given 3 times"]),
        ('<p id=x><p\nid=" x">', []),
        ('<p id="x"><p id="X">', []),
        ('<svg id="x"></svg><template><p id="x"></template>', []),
    ],
)
def test_ids_given_twice(written: str, expected: list[str]) -> None:
    assert on_a_page(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('<label for="x">', ["6: H104 `for` names the id `x`, which nothing here has"]),
        (
            '<p id="a">\n<p aria-labelledby="a\nb">',
            ["7: H104 `aria-labelledby` names the id `b`, which nothing here has"],
        ),
        ('<p aria-describedby="x">', ["6: H104 `aria-describedby` names the id `x`, which nothing here has"]),
        ('<p aria-controls="x">', ["6: H104 `aria-controls` names the id `x`, which nothing here has"]),
        ("<table><tr><td headers=x></table>", ["6: H104 `headers` names the id `x`, which nothing here has"]),
        ('<input list="x">', ["6: H104 `list` names the id `x`, which nothing here has"]),
        ('<input form="x">', ["6: H104 `form` names the id `x`, which nothing here has"]),
        ('<button popovertarget="x">', ["6: H104 `popovertarget` names the id `x`, which nothing here has"]),
        # All of this is fine.
        ('<label for="y"><input id="y" list="l" form="f"><datalist id="l"></datalist><form id="f">', []),
        ('<p for="x" list="x" form="x" headers="x">', []),
        ('<label for="">', []),
        ('<p aria-label="x" aria-hidden="true">', []),
    ],
)
def test_ids_that_nothing_has(written: str, expected: list[str]) -> None:
    assert on_a_page(written) == expected


# H105: notation and templates.


def listing(*rows: str, marked: tuple[int, ...] = (), name: str = "listing-1") -> str:
    """A listing as pages have it."""
    cue = '<span class="visually-hidden">Marked line: </span>'
    lines = [
        f'<span class="line hll" id="{name}-{number}">{cue}{row}\n</span>'
        if number in marked
        else f'<span class="line">{row}\n</span>'
        for number, row in enumerate(rows, start=1)
    ]
    return f'<figure class="listing" id="{name}">\n<div class="highlight"><pre><code>{"".join(lines)}</code></pre></div>\n</figure>'


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (listing("import a", "~~a.b()"), ["8: H105 `~~a.b()` shows the tildes of a mark"]),
        ("<pre>x\n~~import a\n</pre>", ["7: H105 `~~import a` shows the tildes of a mark"]),
        ("<p><code>python\n~~import a</code></p>", ["7: H105 `~~import a` shows the tildes of a mark"]),
        ("<p>```python\nx</p>", ["6: H105 ````python` is a fence that nothing has read"]),
        ("<p>x\n~~~ text\nx</p>", ["7: H105 `~~~ text` is a fence that nothing has read"]),
        ("<p>{{ page.title }}</p>", ["6: H105 `{{ page.title }}` is a piece of a template that nothing has rendered"]),
        ("<p>\n{% if x %}", ["7: H105 `{% if x %}` is a piece of a template that nothing has rendered"]),
        ('<p title="{{ x|default(&quot;y&quot;) }}">', ['6: H105 `{{ x|default("y") }}` is a piece of a template that nothing has rendered']),
        ("<p>callsite0n1x</p>", ["6: H105 `callsite0n1x` stands where a listing should"]),
        ('<a href="{filename}x.md">', ["6: H105 the address `{filename}x.md` is notation that nothing has replaced"]),
        ('<a href="|filename|x.md">', ["6: H105 the address `|filename|x.md` is notation that nothing has replaced"]),
        ('<img alt="" src="{static}/x.png">', ["6: H105 the address `{static}/x.png` is notation that nothing has replaced"]),
        ('<a href="%7B%7B x }}/y">', ["6: H105 the address `%7B%7B x }}/y` holds a piece of a template"]),
        ("<code>{{ x }}</code> {{ y }}", ["6: H105 `{{ y }}` is a piece of a template that nothing has rendered"]),
        ("<code><code>x</code></code>{{ y }}<code>", ["6: H105 `{{ y }}` is a piece of a template that nothing has rendered"]),
        ('<a href="{{ SITEURL }}/b.html">', ["6: H105 the address `{{ SITEURL }}/b.html` holds a piece of a template"]),
        ("<p>{{ " + "x" * 80 + " }}", [f"6: H105 `{{{{ {'x' * 57}…` is a piece of a template that nothing has rendered"]),
        # All of this is fine.
        (listing("~~~~~", "~~~", "a ~~ b", " ~~x"), []),
        ("<pre>~~~</pre><p><code>~~</code> and <code>~~x</code> and ~~y</p>", []),
        ("<pre>{{ x }} {% y %}\n```\ncallsite0n1x</pre>", []),
        ("<code>{{ x }}</code><kbd>{{ x }}</kbd><script>'{{ x }}'</script><textarea>{{ x }}</textarea>", []),
        ("<!-- {{ x }} --> <!-- {% x", []),
        ("<p>{ {x} } {x} {{</p><p>}} {% and %</p>", []),
        ("<p>a ``` b and ~~~ c</p>", []),
        ('<a href="https://example.com/{{cookiecutter.name}}/x">', []),
        ("<p>callsite 0 and callsite1n</p>", []),
    ],
)  # fmt: skip
def test_notation_that_shows(written: str, expected: list[str]) -> None:
    assert on_a_page(written) == expected


def test_what_an_author_has_written_is_no_leak() -> None:
    """In the page itself, or in the titles and descriptions that lists show."""
    made = {
        "a.html": summary("c/a.md", marks=((),), lines=(1,)),
        "b.html": summary("c/b.md", "title: All of {{ block.super }}\nmeta: Shows {% url %}"),
    }
    files = {
        "a.html": page(f"<p>Write {{{{ x }}}} here</p>{listing('~~x = 1')}"),
        "list.html": page("<p>All of {{ block.super }}: Shows {% url %}</p>"),
    }
    files["b.html"] = page()
    sources = {"c/a.md": "Write `\\{{ x\n}}` here\n\n```\n\\~~x = 1\n```\n"}
    assert check(files, expected=made, sources=sources) == []
    assert check(files, expected=made) == [
        "out/a.html:6: H105 `{{ x }}` is a piece of a template that nothing has rendered",
        "out/a.html:7: H105 `~~x = 1` shows the tildes of a mark",
    ]


def test_a_mark_whose_line_is_split_by_colours() -> None:
    coloured = '<figure class="listing"><pre><code><span class="line">~~<b>def</b> x</span></code></pre></figure>'
    assert on_a_page(f"<p>x ~~ y\n{coloured}") == ["7: H105 `~~def x` shows the tildes of a mark"]


# H106: marks.


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (listing("a", "b  ", "c", marked=(2,)), []),
        (listing("a", "b  ", marked=(2,)), ["6: H106 listing 1 has 2 lines here and 3 in c/a.md"]),
        (listing("a", "b  ", "c", marked=(1, 2)), ["6: H106 listing 1 has 2 marks here and 1 in c/a.md"]),
        (listing("a", "b  ", "c"), ["6: H106 listing 1 has 0 marks here and 1 in c/a.md"]),
        (listing("a", "b  ", "c", marked=(3,)), ["6: H106 listing 1 marks `c` here and `b` in c/a.md"]),
        (listing("a", "b", "c" * 99, marked=(3,)), [f"6: H106 listing 1 marks `{'c' * 60}…` here and `b` in c/a.md"]),
        ("", [" H106 0 listings here and 1 in c/a.md"]),
        (listing("a", "<span aria-hidden=true>¶</span>b  ", "c", marked=(2,)), []),
    ],
)  # fmt: skip
def test_marks_are_those_of_the_source(shown: str, expected: list[str]) -> None:
    made = {"a.html": summary("c/a.md", marks=(("b  ",),), lines=(3,))}
    found = check({"a.html": page(shown), "other.html": page(listing("x"))}, expected=made)
    assert [line.removeprefix("out/a.html:") for line in found] == expected


@settings(max_examples=50)
@given(pages())
def test_any_listing_shows_the_lines_and_marks_that_it_has(made: Page) -> None:
    shown = "\n".join(render_listing(each, number).html for number, each in enumerate(made.listings, start=1))
    marks = tuple(tuple(line.text for line in each.snippet.lines if line.marked) for each in made.listings)
    lines = tuple(len(each.snippet.lines) for each in made.listings)
    source = {"c/a.md": format_page(made)}
    expected = {"a.html": summary("c/a.md", marks=marks, lines=lines)}
    found = check({"a.html": page(shown)}, expected=expected, sources=source)
    assert [line for line in found if "H101" not in line] == []


# H107: addresses.


def sitemap(*addresses: str) -> str:
    rows = "".join(f"<url><loc>{address}</loc></url>\n" for address in addresses)
    return f'<?xml version="1.0"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}</urlset>\n'


def canonical(address: str) -> str:
    return f'<link rel="canonical" href="{address}">'


def test_addresses_that_agree() -> None:
    files = {
        "index.html": page(head=canonical(f"{SITE}/")),
        "a.html": page(head=canonical(f"{SITE}/a.html")),
        "b/index.html": page(head=canonical(f"{SITE}/b/")),
        "c.html": page(head=canonical(f"{SITE}/c")),
        "bare.html": page(),
        "x.pdf": "",
        "draft.html": page(head=canonical(f"{SITE}/draft.html")),
        "hidden.html": page(head=canonical(f"{SITE}/hidden.html") + '<meta name="robots" content="noindex, follow">'),
        "old.html": page(
            head=canonical(f"{SITE}/a.html") + f'<meta http-equiv="refresh" content="0; url={SITE}/a.html">'
        ),
        "sitemap.xml": sitemap(*(f"{SITE}/{url}" for url in ("", "a.html", "b/", "c", "bare.html", "x.pdf"))),
    }
    made = {path: summary(f"c/{path}") for path in ("a.html", "c.html", "hidden.html", "old.html", "bare.html")}
    made["draft.html"] = summary("c/draft.md", "title: x\nstatus: draft")
    assert check(files, SITE, made) == []


def test_a_site_whose_address_is_not_known() -> None:
    files = {"a.html": page(head=canonical("/a.html")), "b.html": page(head=canonical("/a.html"))}
    assert check(files) == ["out/b.html:3: H107 the canonical address `/a.html` is not that of this page"]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (canonical(f"{SITE}/b.html"), f"the canonical address `{SITE}/b.html` is not that of this page"),
        (canonical(f"{SITE}/gone.html"), f"the canonical address `{SITE}/gone.html` is not that of this page"),
        (
            canonical("http://localhost/a.html"),
            f"the canonical address `http://localhost/a.html` is not below `{SITE}`",
        ),
        (canonical(f"{SITE}more/a.html"), f"the canonical address `{SITE}more/a.html` is not below `{SITE}`"),
        (canonical(f"{SITE}/a.html") * 2, "the page has 2 canonical addresses"),
        ("<link rel=canonical>", f"the canonical address `` is not below `{SITE}`"),
    ],
)
def test_a_page_that_calls_another_address_its_own(head: str, expected: str) -> None:
    files = {"a.html": page(head=head), "b.html": page(head=canonical(f"{SITE}/b.html"))}
    [found] = check(files, SITE)
    assert found in (f"out/a.html:3: H107 {expected}", f"out/a.html: H107 {expected}")


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (["a.html", "a.html"], ["out/sitemap.xml:4: H107 the sitemap has `{}/a.html`, listed before"]),
        (["a.html", "gone.html"], ["out/sitemap.xml:4: H107 the sitemap has `{}/gone.html`, which leads to nothing in the output"]),
        (["a.html", "a"], ["out/sitemap.xml:4: H107 the sitemap has `{}/a`, and the page there calls `{0}/a.html` its address"]),
        (["a.html", "h.html"], ["out/sitemap.xml:4: H107 the sitemap has `{}/h.html`, and the page there tells search engines to leave it out"]),
        (["a.html", "old.html"], ["out/sitemap.xml:4: H107 the sitemap has `{}/old.html`, and the page there leads on to another one"]),
        (["h.html"], [
            "out/a.html:3: H107 the sitemap does not have `{}/a.html`",
            "out/sitemap.xml:3: H107 the sitemap has `{}/h.html`, and the page there tells search engines to leave it out",
        ]),
    ],
)  # fmt: skip
def test_a_sitemap_that_differs(entries: list[str], expected: list[str]) -> None:
    files = {
        "a.html": page(head=canonical(f"{SITE}/a.html")),
        "h.html": page(head='<meta name="robots" content="NONE">'),
        "old.html": page(head=f'<meta http-equiv="refresh" content="0; url={SITE}/a.html">'),
        "sitemap.xml": sitemap(*(f"{SITE}/{url}" for url in entries)),
    }
    made = {"a.html": summary("c/a.md"), "gone.html": summary("c/gone.md", "title: x\nstatus: draft")}
    assert check(files, SITE, made) == [line.replace("{}", SITE).replace("{0}", SITE) for line in expected]


def test_a_sitemap_of_another_site() -> None:
    found = check({"a.html": page(), "sitemap.xml": sitemap("https://example.com/a.html")}, SITE)
    assert found == [
        f"out/sitemap.xml:3: H107 the sitemap has `https://example.com/a.html`, which is not below `{SITE}`"
    ]


# H108: weight.


def test_weight() -> None:
    words = " ".join(map(str, range(5000)))
    files = {"a.html": page(words), "b.html": page()}
    light = Policy(page_weight=1000)
    [found] = check(files, policy=light)
    assert re.fullmatch(r"out/a.html: H108 the page weighs 1\d kB compressed, and 1 kB are allowed", found)
    assert check(files, policy=Policy(page_weight=20_000)) == []  # compressed it is light enough


def test_weight_with_all_that_is_loaded() -> None:
    head = '<link rel="stylesheet" href="s.css"><link rel="canonical" href="a.html"><script src="s.js"></script>'
    files = {
        "a.html": page('<img alt="" src="x.png"><a href="big.zip"><a href="a.html"><script src="https://example.com/y.js"></script>', head),
        "b.html": page(words := "x" * 30_000),
        "s.css": "@import 'more.css'; p { background: url(f.woff) }",
        "more.css": "@import 's.css'; q { background: url(s.css) }",
        "f.woff": "f" * 5_000,
        "x.png": "x" * 10_000,
        "s.js": "",
        "big.zip": words * 10,
    }  # fmt: skip
    policy = Policy(page_total=14_000)
    assert check(files, policy=policy) == [
        "out/a.html: H108 the page weighs 15 kB with all that it loads, and 14 kB are allowed",
        "out/b.html: H108 the page weighs 30 kB with all that it loads, and 14 kB are allowed",
    ]
    assert check(files, policy=Policy(page_total=31_000)) == []
    # What is large only until it is compressed passes.
    assert check({"b.html": page(words)}, policy=Policy(page_weight=20_000, page_total=20_000)) == []


# H109: feeds.

ENTRY = "<entry><id>i</id><title>t</title><updated>2024-02-29T10:00:00Z</updated>{}</entry>"


def atom(inside: str) -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><id>f</id><title type="xhtml"><div>t</div></title>\n<updated>2024-01-01T00:00:00+01:00</updated>\n{inside}\n</feed>\n'


def rss(inside: str) -> str:
    return f'<rss version="2.0"><channel><title>t</title><link>{SITE}/</link><description>d</description>\n{inside}\n</channel></rss>\n'


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("feed.xml", "<feed>\n<x></feed>", ["2: H109 the XML cannot be read: mismatched tag"]),
        ("other.xml", "<feed>\n&nbsp;</feed>", ["2: H109 the XML cannot be read: undefined entity"]),
        ("feeds/all.xml", "", ["1: H109 the XML cannot be read: no element found"]),
        ("feed.xml", '<!DOCTYPE x [<!ENTITY a "b">]>\n<feed>&a;</feed>', ["1: H109 the XML cannot be read: it has a document type"]),
        ("x.atom", "<feed/>", [f"1: H109 the feed has no `{name}`" for name in ("id", "title", "updated")]),
        ("x.xml", atom("<entry/>"), [f"3: H109 an entry has no `{name}`" for name in ("id", "title", "updated")]),
        ("x.xml", atom(f"{ENTRY.format('')}\n{ENTRY.format('')}"), ["4: H109 two entries have the id `i`"]),
        ("x.xml", atom(ENTRY.format("<published>2024-02-30T10:00:00Z</published>")), ["3: H109 `2024-02-30T10:00:00Z` is no date and time as Atom has them"]),
        ("x.xml", atom(ENTRY.format("<published>2024-02-28</published>")), ["3: H109 `2024-02-28` is no date and time as Atom has them"]),
        ("x.xml", atom(ENTRY.format('<link href="/a.html"/>')), ["3: H109 `/a.html` is no whole address"]),
        ("x.xml", atom(ENTRY.format(f'<link href="{SITE}/gone.html"/>')), [f"3: H109 `{SITE}/gone.html` leads to nothing in the output"]),
        ("x.rss", "<rss/>", ["1: H109 the feed has no `channel`"]),
        ("x.rss", "<rss><channel>\n<item/></channel></rss>", [
            "1: H109 the feed has no `description`", "1: H109 the feed has no `link`", "1: H109 the feed has no `title`", "2: H109 an entry has no `title`",
        ]),
        ("x.xml", rss("<item><title>t</title><guid>g</guid></item>\n<item><title>t</title><guid>g</guid></item>"), ["3: H109 two entries have the id `g`"]),
        ("x.xml", rss("<item><title>t</title><pubDate>2024</pubDate><link>x</link></item>"), ["2: H109 `2024` is no date as RSS has them", "2: H109 `x` is no whole address"]),
        ("sitemap.xml", "<urlset><url/>\n<url><loc>a</loc><lastmod>2024-13</lastmod></url></urlset>", [
            "1: H109 an entry has no `loc`", f"2: H107 the sitemap has `a`, which is not below `{SITE}`",
            "2: H109 `2024-13` is no date as sitemaps have them", "2: H109 `a` is no whole address",
        ]),
        ("sitemap.xml", "<urlset><url><loc> </loc><lastmod>now</lastmod></url></urlset>", ["1: H109 `now` is no date as sitemaps have them", "1: H109 an entry has no `loc`"]),
        ("sitemap.xml", f"<sitemapindex><sitemap><loc>{SITE}/gone.xml</loc></sitemap></sitemapindex>", [f"1: H109 `{SITE}/gone.xml` leads to nothing in the output"]),
        # All of this is fine.
        ("x.xml", atom(ENTRY.format(f'<link href="{SITE}/a.html"/><link href="https://example.com"/><published>2024-01-01t00:00:00.5z</published>')), []),
        ("x.xml", rss(f"<item><description>d</description><link>{SITE}/a.html</link><pubDate>Mon, 01 Jan 2024 00:00:00 +0000</pubDate></item>"), []),
        ("x.xml", rss("<item><title>t</title><link/></item><item><title>u</title></item>"), []),
        ("x.xml", f'<rss xmlns:a="b"><channel><a:link/><title>t</title><link>{SITE}/</link><description/></channel></rss>', []),
        *(("sitemap.xml", f"<urlset><url><loc>{SITE}/a.html</loc><lastmod>{date}</lastmod></url></urlset>", []) for date in (
            "2024", "2024-02", "2024-02-29", "2024-02-29T10:00Z", "2024-02-29T10:00:00.5+01:00",
        )),
        ("data.xml", "<data>&nbsp;</data>", []),
        ("data.xml", "<!DOCTYPE data>\n<data/>", []),
        ("data.xml", "<data/>", []),
        ("data.xml", "no data", []),
    ],
)  # fmt: skip
def test_feeds(name: str, text: str, expected: list[str]) -> None:
    found = check({name: text, "a.html": page(), "index.html": page()}, SITE)
    assert [line.removeprefix(f"out/{name}:") for line in found] == expected


def test_a_feed_of_a_site_without_an_address() -> None:
    assert check({"x.xml": atom(ENTRY.format('<link href="/a.html"/>')), "a.html": page()}) == []


def test_nothing_grows_in_xml() -> None:
    bomb = (
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY a{n} "&a{n - 1};&a{n - 1};">' for n in range(1, 40))
        + "]><feed>&a39;</feed>"
    )
    assert not isinstance(parse_elements(bomb), Element)
    deep = parse_elements("<a>" * 50_000 + "</a>" * 50_000)
    assert isinstance(deep, Element)
    assert deep.say("b") == deep.text == ""


# H110: data.


def examples(**changes: object) -> str:
    excerpt = {
        "page": "a.html", "number": 1, "anchor": "listing-1", "title": "", "language": "", "code": "a\nb", "marks": [2], "runs": [], "gaps": [],
        "provenance": {}, "uses": [],
    }  # fmt: skip
    record = {
        "url": "a.html",
        "markdown": None,
        "title": "",
        "description": "",
        "symbol": None,
        "docs": None,
        "created": None,
        "changed": None,
    }
    data: dict[str, Any] = {
        "generator": "Callsite 1", "site": {"name": "", "summary": "", "address": SITE, "language": ""},
        "symbols": [{"name": "a", "aliases": [], "page": "a.html"}], "pages": [record], "excerpts": [excerpt],
    }  # fmt: skip
    for key, value in changes.items():
        name, _, field = key.partition("__")
        if not field:
            data[name] = value
        else:
            target = data[name] if name == "site" else data[name][0]
            target[field] = value
            if value is ...:
                del target[field]
    rows = (
        f'"{key}": '
        + (json.dumps(value) if not isinstance(value, list) else "[\n" + ",\n".join(map(json.dumps, value)) + "\n]")
        for key, value in data.items()
    )
    return "{\n" + ",\n".join(rows) + "\n}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (examples(), []),
        (examples(site__address="https://example.com"), ["3: H110 `site` says that the site stands at `https://example.com`"]),
        (examples(site=[]), ["3: H110 `site` is no object"]),
        (examples(symbols={}), ["4: H110 `symbols` is no list"]),
        (examples(pages__title=...), ["8: H110 record 1 of `pages` has no `title`"]),
        (examples(pages__title=1), ["8: H110 record 1 of `pages` has a `title` of the wrong type"]),
        (examples(excerpts__number=True), ["11: H110 record 1 of `excerpts` has a `number` of the wrong type"]),
        (examples(pages__url="b.html"), [
            "11: H110 record 1 of `excerpts` names the page `a.html`, which is not among `pages`",
            "5: H110 record 1 of `symbols` names the page `a.html`, which is not among `pages`",
            "8: H110 record 1 of `pages` names `b.html`, which is not in the output",
        ]),
        (examples(pages__markdown="a.md"), ["8: H110 record 1 of `pages` names `a.md`, which is not in the output"]),
        (examples(excerpts__marks=[3]), ["11: H110 record 1 of `excerpts` marks lines that it does not have"]),
        (examples(excerpts__marks=["x"]), ["11: H110 record 1 of `excerpts` marks lines that it does not have"]),
        (examples(symbols__page="").replace("\n", " "), [" H110 record 1 of `symbols` names the page ``, which is not among `pages`"]),
        (examples(symbols__page="").replace("[\n", "[ "), ["4: H110 record 1 of `symbols` names the page ``, which is not among `pages`"]),
        ('{"generator": "another"}', []),
        ("[]", []),
    ],
)  # fmt: skip
def test_the_data_of_the_site(text: str, expected: list[str]) -> None:
    found = check({"examples.json": text, "a.html": page()}, SITE)
    assert sorted(line.removeprefix("out/examples.json:") for line in found) == expected


def test_the_data_have_what_their_schema_says() -> None:
    schema = json.loads(SCHEMA)
    shapes = {
        "site": schema["properties"]["site"],
        **{f"{name}s": schema["$defs"][name] for name in ("symbol", "page", "excerpt")},
    }
    assert {key: list(fields) for key, fields in FIELDS.items()} == {
        key: shape["required"] for key, shape in shapes.items()
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{\n"a": }', ["2: H110 the JSON cannot be read: Expecting value"]),
        ("", ["1: H110 the JSON cannot be read: Expecting value"]),
        ("[NaN]", ["1: H110 the JSON cannot be read: NaN is no number"]),
        ("[" * 100_000, ["1: H110 the JSON cannot be read: it is too deep"]),
        (
            "9" * 5000,
            [
                "1: H110 the JSON cannot be read: Exceeds the limit (4300 digits) for integer string conversion: value has 5000 digits"
            ],
        ),
        ("\ufeff{}", []),
        ("[1e999]", []),
    ],
)
def test_json(text: str, expected: list[str]) -> None:
    assert [line.removeprefix("out/x.json:") for line in check({"x.json": text})] == expected


def test_linked_data() -> None:
    good = '<script type="application/ld+json">{"a": "</b>"}</script>'
    bad = '<script>var x = {</script>\n<script type="application/LD+json">{\n"a" 1}</script>'
    assert on_a_page(f"{good}\n{bad}") == ["9: H110 the linked data cannot be read: Expecting ':' delimiter"]
    assert on_a_page("<svg><script type='application/ld+json'>{</script></svg>") == [
        "6: H110 the linked data cannot be read: Expecting property name enclosed in double quotes"
    ]


# H111 and H114: what is old.


def test_output_that_is_old() -> None:
    made = {
        "a.html": summary("c/a.md"), "new.html": summary("c/new.md"), "draft.html": summary("c/d.md", "title: x\nstatus: draft"),
        "gone.html": summary("c/gone.md"),
    }  # fmt: skip
    files = {"a.html": page(), "left.html": page(), "CNAME": "", ".callsite-manifest": ""}
    written = frozenset({"a.html", "gone.html", "t/x.css"})
    assert check(files, expected=made, written=written, newer=("c/a.md", "c/new.md")) == [
        "out: H111 c/a.md and 1 other page have changed since this was built",
        "out/gone.html: H111 the last build has written this file, and it is not here",
        "out/left.html: H114 the last build has not written this page",
        "out/new.html: H111 c/new.md should be here, and is not",
        "out/t/x.css: H111 the last build has written this file, and it is not here",
    ]
    assert check(files, newer=("c/a.md",)) == ["out: H111 c/a.md has changed since this was built"]
    assert check(files, written=frozenset(files)) == []


# H112 and H113: the shape of pages.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [": H112 the page is empty"]),
        (" \n", [": H112 the page is empty"]),
        (page("x")[:-20], [":4: H112 the page ends before `</html>`"]),
        (page().replace("A title", " "), [":1: H112 the page has no title"]),
        ("<!doctype html><html lang=en></HTML >", [":1: H112 the page has no title"]),
        ("<!DOCTYPE html><title>x</title><p>", [":1: H112 the page ends before `</html>`", ":1: H113 the page does not say its language"]),
        (page().replace(' lang="en"', ""), [":1: H113 the page does not say its language"]),
        (page().replace("en", " "), [":1: H113 the page does not say its language"]),
        (page('<img src="/">\n<img alt src="/">\n<img src="/">'), [":6: H113 the image `/` has no `alt`", ":8: H113 the image `/` has no `alt`"]),
        # All of this is fine.
        (page() + "<!-- " + "x" * 200 + "</b> -->", []),
        ("google-site-verification: google0123456789.html", []),
        ("<p>A piece of a page, <b>to be put into others", []),
        (page('<img src="/" alt=""><img src="/" alt="x"><img src="/" role="none"><img src="/" aria-hidden="true"><img src="/" aria-label="x">'), []),
        (page('<b id="x">x</b><img src="/" aria-labelledby="x">'), []),
        ('<html><head><title>x</title><meta http-equiv="refresh" content="0; url=/"></head></html>', []),
        ('<html xml:lang="de"><title>x</title></html>', []),
    ],
)  # fmt: skip
def test_the_shape_of_a_page(text: str, expected: list[str]) -> None:
    found = check({"a.html": text, "index.html": page()})
    assert [line.removeprefix("out/a.html") for line in found] == expected


def test_a_page_of_ours_is_whole_or_wrong() -> None:
    made = {"a.html": summary("c/a.md")}
    assert check({"a.html": "<p>x"}, expected=made) == [
        "out/a.html:1: H112 the page ends before `</html>`",
        "out/a.html:1: H112 the page has no title",
        "out/a.html:1: H113 the page does not say its language",
    ]


# What the rules go by.


def test_tags_and_their_lines() -> None:
    text = "<p>\n<!-- <b> -->\n<A HREF=x Href='y'\n title=\"a > b &amp; c\">\n<script>'<i>'\n</SCRIPT>\n<br/><style><u></style><title><s>"
    assert [(tag.name, tag.attributes, tag.line) for tag in find_tags(text)] == [
        ("p", {}, 1), ("a", {"href": "x", "title": "a > b & c"}, 3), ("script", {}, 5), ("br", {}, 7), ("style", {}, 7), ("title", {}, 7),
    ]  # fmt: skip
    assert [tag.line for tag in find_tags("<!-- x\n<b>")] == []
    tags = Tags("<a id=x>\n<a id=x>")
    assert [
        tags.find_line("id", " x "),
        tags.find_line("id", "x", 1),
        tags.find_line("id", "x", 2),
        tags.find_line("id", "y"),
    ] == [1, 2, 0, 0]


def test_listings_in_pages() -> None:
    shown = parse_markup(listing("a\tb", "", "c", marked=(1, 2))).listings
    assert [(each.id, each.lines, each.marks) for each in shown] == [("listing-1", 3, ("a\tb", ""))]


def test_what_is_on_many_pages_is_told_once() -> None:
    def make(path: str, message: str, line: int = 1) -> Problem:
        return Problem(Place(path, line), "H101", message, "mend it")

    many = [make(f"{number}.html", "x") for number in range(12)]
    few = [make(f"{number}.html", "y") for number in range(10)]
    assert gather_alike(reversed([*many, *few, many[0]])) == sorted(
        [*few, Problem(Place("0.html", 1), "H101", "x", "mend it (so it is in 11 other files)")]
    )
    same = [make("a.html", "x", line) for line in range(20)]
    assert gather_alike(same) == same


def test_each_rule_says_what_it_looks_like() -> None:
    assert [rule.code for rule in sorted(RULES, key=lambda rule: rule.code)] == [
        f"H{number}" for number in range(101, 116)
    ]
    assert len(RULES) == len(FILE_RULES) + len(FOLDER_RULES) + 1
    for rule in RULES:
        for example in rule.examples:
            assert re.fullmatch(rf"output(/[\w.]+(:\d+)?)?: {rule.code} [^;]+; .+", example), example
        first = {Severity.ERROR: "**Error.**", Severity.WARNING: "**Warning.**", Severity.NOTE: "**Note.**"}[
            rule.severity
        ]
        assert rule.manual.startswith(first)


_pieces = st.sampled_from(
    [
        *(
            "<a href=",
            '"',
            "'",
            ">",
            "<",
            "</",
            "<img src=",
            "<pre>",
            "<code>",
            "</code>",
            "<figure class=listing>",
            "</figure>",
        ),
        *(
            '<span class="line hll">',
            "~~x",
            "{{ x }}",
            "```",
            "<!--",
            "-->",
            "<script type=application/ld+json>",
            "</script>",
            "{",
            "&#0;",
        ),
        *(
            "<base href=",
            "https://[",
            "//",
            "#a",
            "?",
            "%",
            "%zz",
            "{filename}",
            "id=x",
            "<style>",
            "url(",
            ")",
            "\\",
            "\0",
            "\n",
            " ",
        ),
        *(
            "<link rel=canonical href=",
            "<meta http-equiv=refresh content=0;url=",
            "srcset=",
            ",",
            "aria-labelledby=x",
            "<svg>",
            "<template>",
        ),
    ]
)
_texts = st.lists(_pieces | st.text(max_size=5), max_size=40).map("".join)


@given(
    _texts,
    st.sampled_from(["a.html", "a.css", "feed.xml", "a.json", "examples.json"]),
    st.sampled_from(["", SITE, "https://["]),
)
def test_anything_can_be_checked(text: str, name: str, address: str) -> None:
    found = check({name: text, "index.html": page()}, address, {name: summary("c/a.md", marks=(("x",),), lines=(1,))})
    lines = text.count("\n") + 1
    for problem in found:
        number = re.match(r"[\w/.]+:(\d+):", problem)
        assert number is None or 1 <= int(number[1]) <= max(lines, 8)


@given(_texts)
def test_a_good_page_stays_good_around_comments(text: str) -> None:
    comment = text.replace("-->", "").replace("--", "").replace(">", "")
    assert check({"a.html": page(f"<!-- {comment} --><p>x</p>")}) == []
