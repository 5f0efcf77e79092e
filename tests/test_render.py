"""Pages to HTML, and the facts that come with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from callsite.linking import CodeLink, Destination
from callsite.model import Listing, Meta, Page, Place, Prose, Severity
from callsite.page import parse_page
from callsite.render import Link, Renderer, _find_pieces, _look_up, _search, find_links, parse_prose
from callsite.snippet import split_rows
from tests.growth import find_growth
from tests.strategies import pages, texts

_RENDERER = Renderer({})


def _links(text: str) -> list[tuple[str, int]]:
    page, _ = parse_page(text, "a.md")
    return [(link.target, link.at.line) for link in _RENDERER.render_page(page).links]


@settings(max_examples=60)
@given(texts() | pages().map(lambda page: "\n" + "".join(b.text for b in page.blocks if isinstance(b, Prose))))
def test_any_page_can_be_rendered(text: str) -> None:
    page, _ = parse_page(text, "a.md")
    rendered = _RENDERER.render_page(page)
    assert _RENDERER.render_page(page) == rendered
    assert [listing.id for listing in rendered.listings] == [f"listing-{n + 1}" for n in range(len(page.listings))]
    assert all(problem.at in {listing.at for listing in page.listings} for problem in rendered.problems)
    assert all(link.at == page.at or link.at.line <= text.count("\n") + 1 for link in rendered.links)


@settings(max_examples=30)
@given(pages())
def test_ids_are_unique_and_code_is_shown(page: Page) -> None:
    rendered = _RENDERER.render_page(page)
    tree = LexborHTMLParser(rendered.html)
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(ids) == len(set(ids))
    for helper in tree.css(".visually-hidden"):
        helper.decompose()
    shown = [figure.css(".highlight pre") for figure in tree.css("figure.listing")]
    assert ["".join(run.text() for run in runs) for runs in shown] == [
        "".join(line.text + "\n" for line in listing.snippet.lines) for listing in page.listings
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\n\n[a](/x.html) and [b](/y.html)\n", [("/x.html", 3), ("/y.html", 3)]),
        ("\n[a](/x.html)\n\n[a](/x.html)\n", [("/x.html", 2), ("/x.html", 4)]),
        ("\n[a](/x.html) [a](/x.html)\n", [("/x.html", 2), ("/x.html", 2)]),
        ("\n[a][1]\n\n[b][1]\n\n[1]: /x.html\n", [("/x.html", 6)]),
        ("\n<a\nhref='/x.html'>a</a>\n", [("/x.html", 3)]),
        ("\n<a href=/x.html>a</a>\n", [("/x.html", 2)]),
        ("\n![a](/x.png 'title')\n", [("/x.png", 2)]),
        ('\n<video src="/v.mp4"></video>\n', [("/v.mp4", 2)]),
        ("\n<https://a.b/c_d>\n", [("https://a.b/c_d", 2)]),
        ("\n[a]({filename}x.md)\n", [("{filename}x.md", 2)]),
        ("\n[a](<{filename}/a b.md>)\n", [("{filename}/a b.md", 2)]),
        ("\n[a](/x?a=1&b=2)\n[b](/y?a=1&amp;b=2)\n", [("/x?a=1&b=2", 2), ("/y?a=1&b=2", 3)]),
        ("\n[a](/x\\_y.html)\n", [("/x_y.html", 2)]),
        ("\n[a](/x_(y).html)\n", [("/x_(y).html", 2)]),
        ("\n[a](#b)\n", [("#b", 2)]),
        ("\n[a](/x.html)\n\n`/x.html`\n", [("/x.html", 2)]),
        ("\n/x.html:80 )/x.html\n\n[a](/x.html)\n", [("/x.html", 4)]),
        ("\nlonger\n\n<a href='=longer'>a</a>\n\n", [("=longer", 4)]),
        ("\n/x.html/y\n\n[a](/x.html)\n", [("/x.html", 4)]),
        ("\nx/x.html\n\n[a](/x.html)\n", [("/x.html", 4)]),
        ("\n- a\n\n    ```\n    x\n    ```\n\n    [a](/x.html)\n", [("/x.html", 8)]),
        # Not to be seen in the text: somewhere in the file.
        ("\n<a href='&#47;x'>a</a>\n", [("/x", 1)]),
        ("\n<a href='('>a</a>\n", [("(", 1)]),
        ("\n<a href=''>a</a>[b]()\n", []),
        # No links.
        ("\n`[a](/x.html)`\n", []),
        ("\n```\n[a](/x.html)\n<a href='/x'>\n```\n", []),
        ("\n```py url=https://a.b/c\nx\n```\n", []),
        ("\n    [a](/x.html)\n", []),
        ("\n/x.html\n", []),
    ],
)
def test_links_with_their_lines(text: str, expected: list[tuple[str, int]]) -> None:
    assert _links(text) == expected


def test_the_same_link_in_two_spellings_is_found_in_order() -> None:
    assert _links("\n[a](/x\\_y)\n\n[a](/x_y)\n[a](/x\\_y)\n") == [("/x_y", 2), ("/x_y", 4), ("/x_y", 5)]


@given(st.lists(st.sampled_from(["[a](/x)", "`/x`", "text", "", "[b](/y)", "</x>", "[c]: /x"]), max_size=8))
def test_a_link_is_found_on_a_line_that_has_it(rows: list[str]) -> None:
    text = "\n" + "\n".join(rows)
    for target, line in _links(text):
        assert target in split_rows(text)[line - 1]


def test_links_of_other_pages_than_ours() -> None:
    at = Place("a.rst", 1)
    tree = parse_prose('<a href="/x">a</a><figure class="listing"><a href="/y">b</a></figure>')
    found = find_links(tree, Page(Meta(), (), at))
    assert list(found) == [Link("/x", at)]
    found = find_links(parse_prose('<a href="/x">a</a>'), Page(Meta(), (Prose("Words\n`a </x>`_\n", at),), at))
    assert list(found) == [Link("/x", Place("a.rst", 2))]


@given(
    st.lists(st.sampled_from([*"/x=a:(<'\"`)> \n\t#", "/x", "=a", "a b", "/x.html", "\n\n", "aa"]), max_size=40).map(
        "".join
    ),
    st.lists(st.sampled_from([*"/x=a: \n", "/x", "=a", "a b", "/x.html", "aa"]), min_size=1, max_size=5).map("".join),
)
def test_few_addresses_are_found_where_many_are(text: str, spelling: str) -> None:
    middle = len(text) // 2
    prose = [Prose(text[:middle], Place("a.md", 3)), Prose(text[middle:], Place("a.md", 90))]
    assert list(_search(prose, spelling)) == sorted(_look_up(_find_pieces(prose), spelling))


def test_addresses_are_found_in_order_wherever_they_stand() -> None:
    prose = [Prose("/x x/x\n=/x =/x (/x) /x:\n", Place("a.md", 2)), Prose("/x", Place("a.md", 7))]
    expected = [(2, 0), (3, 1), (3, 5), (3, 9), (7, 0)]
    assert list(_search(prose, "/x")) == list(_look_up(_find_pieces(prose), "/x")) == expected
    assert list(_search(prose, "=/x")) == list(_look_up(_find_pieces(prose), "=/x")) == [(3, 0), (3, 4)]
    for nothing in ("=", "/x\n=/x", "/y", "x"):
        assert list(_search(prose, nothing)) == list(_look_up(_find_pieces(prose), nothing)) == []


def test_a_page_full_of_addresses_has_each_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n" + "".join(f"[a](/x-{number}) [b](/y)\n" for number in range(30))
    expected = _links(text)
    assert expected[:2] == [("/x-0", 2), ("/y", 2)]
    assert sorted(expected)[-30:] == [("/y", line) for line in range(2, 32)]
    monkeypatch.setattr("callsite.render._MOST_AT_ONCE", 0)
    assert _links(text) == expected


@pytest.mark.untraced
@pytest.mark.parametrize(
    "make",
    [
        lambda size: "".join(f"[a](/x?id={number})\n" for number in range(size)),
        lambda size: "[a](/x)\n" * size,
        lambda size: "[a](</a a a a>)\n" + "a " * size,
        lambda size: f"[a](/{'a' * size}) " + "a" * size,
    ],
)
def test_time_to_find_addresses_grows_with_the_text(make: Callable[[int], str]) -> None:
    def work(size: int) -> Callable[[], object]:
        text = make(size)
        page = Page(Meta(), (Prose(text, Place("a.md", 1)),), Place("a.md", 1))
        tree = parse_prose("".join(f'<a href="{href}">' for href in re.findall(r"\]\(<?([^)>]*)", text)))
        return lambda: list(find_links(tree, page))

    assert find_growth(work, 400) < 40


def test_facts_of_a_page() -> None:
    text = (
        "## Example 1 from Demo\n\n```python project=Demo\nx\n```\n\n### More\n\n```pyhton project=Demo\nx\n```\n"
        "```py project=Other\nx\n```\n\n## Nothing\n\n```\nx\n```\n"
    )
    rendered = _RENDERER.render_page(parse_page(text, "a.md")[0])
    assert [(heading.text, heading.level, heading.projects) for heading in rendered.headings] == [
        ("Example 1 from Demo", 2, ("Demo",)),
        ("More", 3, ("Demo", "Other")),
        ("Nothing", 2, ()),
    ]
    assert [(problem.code, problem.at) for problem in rendered.problems] == [("L102", Place("a.md", 9))]
    assert [listing.label for listing in rendered.listings] == [f"Listing {number}" for number in (1, 2, 3, 4)]


def test_a_page_too_deep_is_a_problem_with_a_place() -> None:
    rendered = _RENDERER.render_page(parse_page("\n" + "1. " * 2000 + "a\n", "a.md")[0])
    (problem,) = rendered.problems
    assert (problem.code, problem.at, problem.severity) == ("P101", Place("a.md", 1), Severity.ERROR)


def test_small_texts() -> None:
    assert Renderer({}).render_text("*a* <b>") == "<p><em>a</em> <b></p>"


def test_braces_and_entities_mean_nothing() -> None:
    code = "{{ x }} {% y %} {# z #} &amp; &lt; <script>alert(1)</script> {filename}a |filename|b"
    page, problems = parse_page(f"\n```html+jinja\n{code}\n```\n", "a.md")
    rendered = _RENDERER.render_page(page)
    assert problems == rendered.problems == ()
    tree = LexborHTMLParser(rendered.html)
    assert [node.text() for node in tree.css("pre")] == [code + "\n"]
    assert not tree.css("script")


# The seed page and pages like it, read by a reference that knows nothing of the modules under test.


def _read_by_hand(text: str) -> list[tuple[list[str], int]]:
    """Code and number of marks of each fenced block, for pages whose fences all stand at the margin."""
    found = []
    for block in re.findall(r"^```[^\n]*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        rows = block.split("\n")[:-1]
        gaps = [n for n, row in enumerate(rows) if re.match(r"\s*#+ ?\.\.\. .*\.\.\.$", row)]
        dropped = set(gaps)
        for gap in gaps:
            for step in (-1, 1):
                near = gap + step
                while 0 <= near < len(rows) and not rows[near].strip():
                    dropped.add(near)
                    near += step
        kept = [row for n, row in enumerate(rows) if n not in dropped]
        marks = sum(bool(re.match(r" {0,3}~~", row)) for row in kept)
        found.append(([re.sub(r"^( {0,3})~~", r"\1", row) for row in kept], marks))
    return found


@pytest.mark.untraced
def test_shared_pages_show_all_of_their_code(shared: Path) -> None:
    renderer = Renderer({"extension_configs": {"markdown.extensions.extra": {}}})
    listings = 0
    for path in [*shared.glob("seed/*"), *shared.glob("corpus/p*/*")]:
        text = path.read_text(encoding="utf-8")
        if re.search(r"^ +```", text, re.MULTILINE):
            continue
        rendered = renderer.render_page(parse_page(text, path.name)[0])
        tree = LexborHTMLParser(rendered.html)
        for helper in tree.css(".visually-hidden"):
            helper.decompose()
        shown = []
        for figure in tree.css("figure.listing"):
            code = "".join(run.text() for run in figure.css("pre"))
            shown.append((code.removesuffix("\n").split("\n"), len(figure.css(".hll"))))
            assert "~~" not in code
            assert not re.search("source file (abbreviated|continues)", code)
        assert shown == _read_by_hand(text), path.name
        assert "~~" not in rendered.html
        listings += len(shown)
        assert not [listing for listing in rendered.problems if listing.severity is Severity.ERROR]
    assert listings > 100


def test_the_seed_page_has_five_marks(shared: Path) -> None:
    (path,) = shared.glob("seed/*")
    page, problems = parse_page(path.read_text(encoding="utf-8"))
    assert sum(len(listing.snippet.marks) for listing in page.listings) == 5
    assert problems == ()
    assert LexborHTMLParser(_RENDERER.render_page(page).html).css(".hll").__len__() == 5


def test_listings_of_a_page_are_those_of_its_blocks() -> None:
    page, _ = parse_page("a\n\n```\nx\n```\n\nb\n\n~~~\ny\n~~~\n")
    assert page.listings == tuple(block for block in page.blocks if isinstance(block, Listing))


def test_links_in_code_are_those_of_each_listing() -> None:
    page, _ = parse_page("[a](/a.html)\n\n```python\ng\n```\n\n```python\nx.g\n```\n\n```\ng\n```\n", "a.md")
    to = Destination("/g.html", "g")
    rendered = _RENDERER.render_page(page, [[CodeLink(0, 0, 1, to)], iter([CodeLink(0, 2, 3, to)]), ()])
    figures = LexborHTMLParser(rendered.html).css("figure")
    assert [[node.text() for node in figure.css("a.xref")] for figure in figures] == [["g"], ["g"], []]
    # What an author has written is checked; what was computed is not.
    assert [link.target for link in rendered.links] == ["/a.html"]
    plain = _RENDERER.render_page(page)
    assert "xref" not in plain.html
    assert (plain.headings, plain.links, plain.problems) == (rendered.headings, rendered.links, rendered.problems)


def test_a_page_has_links_for_all_of_its_listings() -> None:
    page, _ = parse_page("```\nx\n```\n\n```\ny\n```\n")
    with pytest.raises(ValueError, match="shorter"):
        _RENDERER.render_page(page, [()])
    assert _RENDERER.render_page(page, [(), ()]) == _RENDERER.render_page(page)
