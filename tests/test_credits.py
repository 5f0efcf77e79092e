"""Whose code a listing shows, as its page says it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsite.credits import Credit, find_credits, find_key
from callsite.model import Page
from callsite.page import parse_page
from callsite.render import Renderer
from tests.strategies import pages, texts

_RENDERER = Renderer({"extensions": ["extra"]})
_LISTING = "```python\nx\n```\n"


def _page(body: str) -> Page:
    return parse_page(f"title: x\n\n{body}", "a.md")[0]


def _credit(prose: str, words: str = "") -> Credit:
    """The credit of one listing below some prose, with words on its fence line."""
    (credit,) = find_credits(_page(f"{prose}\n\n```python {words}\nx\n```\n"))
    return credit


SECTION = """
## Example 1 from Flask AppBuilder
[Flask-AppBuilder](https://github.com/o/Flask-AppBuilder) builds
applications ([project documentation](https://d.e/), [demo](http://f.g)).
It is open source under the
[BSD 3-Clause "New" or "Revised" license](https://github.com/o/Flask-AppBuilder/blob/master/LICENSE).
"""


def test_a_section_credits_its_listings() -> None:
    credit = Credit("Flask AppBuilder", "https://github.com/o/Flask-AppBuilder", "BSD-3-Clause")
    assert _credit(SECTION) == credit
    between = f"{SECTION}\n{_LISTING}\nMore words.\n\n### What it does\n\n{_LISTING}\n## Example 2 from X\n\n{_LISTING}"
    assert find_credits(_page(f"{_LISTING}\n{between}")) == (Credit(), credit, credit, Credit("X"))


def test_words_between_two_listings_still_tell() -> None:
    body = f"## Example from P\n\n{_LISTING}\n[p](https://p.q) has the [MIT license](/m).\n\n{_LISTING}"
    assert find_credits(_page(body)) == (Credit("P"), Credit("P", "https://p.q", "MIT"))


@pytest.mark.parametrize(
    ("heading", "project"),
    [
        ("## Example 1 from Flask AppBuilder", "Flask AppBuilder"),
        ("# Example from x", "x"),
        ("###### examples from x", "x"),
        ("##   Example 12 from  a   b  ##", "a b"),
        ("##Example from x", "x"),
        ("## Example 1 from *x* and **`y_z`**", "x and y_z"),
        ("## Example 1 from x\\_y", "x_y"),
        ("## Example 1 from x {#one .two}", "x"),
        ("## Example 1 from [x][y]", "[x][y]"),
        ("Example 1 from x\n================", "x"),
        ("Example 1 from x\n-", "x"),
        ("## Example 1 from x\r\n", "x"),
        # No project: another kind of heading, or none.
        ("## Example 1", ""),
        ("## Examples", ""),
        ("## An example from x", ""),
        ("## Example 1 from", ""),
        ("## Example one from x", ""),
        ("Example 1 from x", ""),
        ("####### Example 1 from x", ""),
        ("    ## Example 1 from x", ""),
        (" ## Example 1 from x", ""),
        ("Words\nExample 1 from x\n---", ""),
        ("`## Example 1 from x`", ""),
        ("Example 1 from x\n\n---", ""),
        ("# Other\nExample 1 from x\n---", ""),
        ("Example 1 from x\n---\nOther\n---", "x"),
    ],
)
def test_headings(heading: str, project: str) -> None:
    assert _credit(heading) == Credit(project)


def test_a_link_in_the_heading_is_the_projects() -> None:
    assert _credit("## Example 1 from [the x](https://a.b/c)") == Credit("the x", "https://a.b/c")
    assert _credit("## [Example 1 from x](https://a.b/c)") == Credit("x")
    assert _credit("## Example 1 from ![the x](https://a.b/c)") == Credit("the x", "https://a.b/c")


@pytest.mark.parametrize("heading", ["## Other", "# Other", "##", "Other\n-----", "## Example 2", "Other\n===\n"])
def test_a_section_ends_at_the_next_heading_of_its_level(heading: str) -> None:
    assert find_credits(_page(f"## Example 1 from x\n\n{heading}\n\n{_LISTING}")) == (Credit(),)


@pytest.mark.parametrize("heading", ["### Other", "##### Other", "Other", "- - -", "---", "\\## Other", "x\n## y {z}"])
def test_nothing_else_ends_it(heading: str) -> None:
    ends = heading.startswith("x")  # a heading needs no blank line before it
    assert find_credits(_page(f"## Example 1 from x\n\n{heading}\n\n{_LISTING}")) == (Credit("" if ends else "x"),)


_BLOCKS = [
    *(
        "## Example 1 from P",
        "### Example 2 from Q",
        "# Other",
        "### Deeper",
        "##",
        "Words",
        "-",
        "===",
        "#",
        "##### x #",
    ),
    *("Example from T\n---", "Other\n===", "Words\n## Example from U", " ## y", "\t# z", "## Example from R {#r}"),
    *("#Example from S#", "- item", "Words\nExample from W\n---", _LISTING),
]


@settings(max_examples=120)
@given(st.lists(st.sampled_from(_BLOCKS), max_size=9))
def test_a_page_has_the_headings_that_a_reader_sees(blocks: list[str]) -> None:
    """What is credited is what stands in the nearest heading that the page shows of the same level or above."""
    page = _page("\n\n".join([*blocks, _LISTING]))
    shown = _RENDERER.render_page(page)
    levels = {}
    for heading in shown.headings:
        before = shown.html.index(f'id="{heading.id}"')
        levels[before] = heading
    for number, credit in enumerate(find_credits(page), start=1):
        here = shown.html.index(f'id="listing-{number}"')
        project, depth = "", 0
        for _, heading in sorted(pair for pair in levels.items() if pair[0] < here):
            words = heading.text.split(" from ")
            if len(words) == 2:
                project, depth = words[1], heading.level
            elif heading.level <= depth:
                project, depth = "", 0
        assert credit == Credit(project)


@pytest.mark.parametrize(
    ("label", "licence"),
    [
        ("MIT license", "MIT"),
        ("MIT licence", "MIT"),
        ("the MIT License", "MIT"),
        ("**MIT** license", "MIT"),
        ("MIT open source license", "MIT"),
        ("open-sourced under the terms of the MIT license", "MIT"),
        ('BSD 3-Clause "New" or "Revised" License', "BSD-3-Clause"),
        ("BSD 3-Clause “New” or “Revised” License", "BSD-3-Clause"),
        ('BSD 2-Clause "Simplified" License', "BSD-2-Clause"),
        ("Apache License 2.0", "Apache-2.0"),
        ("Apache-2.0 license", "Apache-2.0"),
        ("Apache2 license", "Apache-2.0"),
        ("MPL 2.0 licence", "MPL-2.0"),
        ("ISC License", "ISC"),
        # Words that name no one licence stay words.
        ("BSD license", "BSD license"),
        ("GNU General Public License v3.0", "GNU General Public License v3.0"),
        ("License: MIT", "License: MIT"),
        ("Licence of our own", "Licence of our own"),
        # These say nothing.
        ("license", ""),
        ("This licence", ""),
        ("LICENSE", ""),
        ("under the open source license", ""),
        ("licensed", ""),
        ("MIT", ""),
    ],
)
def test_licences(label: str, licence: str) -> None:
    assert _credit(f"## Example 1 from x\n\nIt has [{label}](https://a.b/c).") == Credit("x", "", licence)


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("the [MIT](https://a.b/c) license", "MIT"),
        ("the [BSD 3-Clause](/c)\nlicence.", "BSD-3-Clause"),
        ("the [Very Own](/c) License", "Very Own license"),
        ("[MIT](https://a.b/c/LICENSE)", "MIT"),
        ("[Apache 2.0](https://a.b/blob/x/COPYING.md)", "Apache-2.0"),
        ("[the terms](https://a.b/c/LICENSE.txt)", ""),
        ("the [docs](/d) and [MIT](/m) license", "MIT"),
        ("the [MIT](https://a.b/LICENSE/c)", ""),
        ("[MIT](/m) licensed", ""),
        ("MIT license", ""),
    ],
)
def test_words_beside_a_link_and_its_address_tell_of_a_licence(text: str, licence: str) -> None:
    assert _credit(f"## Example 1 from x\n\n{text}") == Credit("x", "", licence)


def test_the_first_of_two_counts() -> None:
    text = "[x](https://one) [X](https://two) [this license](/l) [MIT license](/m) [ISC license](/i)"
    assert _credit(f"## Example 1 from x\n\n{text}") == Credit("x", "https://one", "MIT")


def test_a_project_whose_name_speaks_of_licences() -> None:
    text = "[License Manager](https://one) under the [MIT license](/m)"
    assert _credit(f"## Example 1 from License Manager\n\n{text}") == Credit("License Manager", "https://one", "MIT")


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("[x](https://a.b/c)", "https://a.b/c"),
        ("[**x**](<https://a.b/c>)", "https://a.b/c"),
        ("[`X`](https://a.b/c 'title (of) it')", ""),  # brackets in a title are too odd
        ('[x]( http://a.b "title" )', "http://a.b"),
        ("![x](https://a.b/c.svg)", "https://a.b/c.svg"),
        ("[x](/x.html)", ""),
        ("[x](javascript:alert)", ""),
        ("[xy](https://a.b/c)", ""),
        ("[x][1]\n\n[1]: https://a.b/c", ""),
        ("[x](https://a.b/c", ""),
        ("[x] (https://a.b/c)", ""),
    ],
)
def test_where_a_project_lives(link: str, url: str) -> None:
    assert _credit(f"## Example 1 from x\n\n{link}") == Credit("x", url)


def test_links_outside_of_a_section_say_nothing() -> None:
    assert _credit("[x](https://a.b/c) [MIT license](/m)\n\n## Example 1 from x") == Credit("x")
    assert _credit("## Example 1\n\n[x](https://a.b/c) [MIT license](/m)") == Credit()


@pytest.mark.parametrize(
    ("url", "home"),
    [
        ("https://github.com/o/r/blob/abc/src/a.py", "https://github.com/o/r"),
        ("https://github.com/openbsd/src/blob/master/a.c", "https://github.com/openbsd/src"),
        ("https://github.com/tree/raw/blob/master/a.c", "https://github.com/tree/raw"),
        ("https://gitlab.com/a/b/c/-/blob/abc/x.py#L3", "https://gitlab.com/a/b/c"),
        ("https://codeberg.org/o/r/src/commit/abc/x.py", "https://codeberg.org/o/r"),
        ("https://bitbucket.org/o/r/src/abc/blob/x.py", "https://bitbucket.org/o/r"),
        ("https://git.sr.ht/~o/r/tree/abc/item/x.py", "https://git.sr.ht/~o/r"),
        ("http://git.example:8080/o/r/raw/abc/x.py?a=/b/c/blob/d", "http://git.example:8080/o/r"),
        # Nothing to go by.
        ("https://github.com/o/r", ""),
        ("https://example.org/r/blob/abc", ""),
        ("https://example.org/?x=/o/r/blob/abc", ""),
        ("https://example.org/o/r/blobs/abc", ""),
        ("javascript://x/o/r/blob/abc", ""),
        ("/o/r/blob/abc", ""),
        ("https://[x/o/r/blob/abc", ""),
        ("https://\u2100.example/o/r/blob/abc", ""),
        ("https://", ""),
    ],
)
def test_the_repository_that_a_file_is_in(url: str, home: str) -> None:
    assert _credit("", f'url="{url}"') == Credit("", home)


def test_a_fence_line_goes_before_what_stands_around_it() -> None:
    around = "## Example 1 from Demo\n\n[demo](https://one) under the [MIT license](/m)"
    whole = "project=other url=https://github.com/o/r/blob/a/b.py licence=ISC"
    assert _credit(around, whole) == Credit("other", "https://github.com/o/r", "ISC")
    assert _credit(around, "licence=ISC") == Credit("Demo", "https://one", "ISC")
    assert _credit(around, "project=de-mo") == Credit("de-mo", "https://one", "MIT")
    # What is known of one project says nothing of another.
    assert _credit(around, "project=other") == Credit("other")
    assert _credit(around, "project=other licence=ISC") == Credit("other", "", "ISC")
    assert _credit("", "project=other") == Credit("other")


def test_spellings_of_one_project() -> None:
    assert len({find_key(name) for name in ("Flask AppBuilder", "flask-appbuilder", "Flask_App.Builder")}) == 1
    assert find_key("Ünïcode 2") == "ünïcode2"
    assert find_key("+++") == "+++" != find_key("++")
    assert find_key("") == ""


@settings(max_examples=150)
@given(texts() | texts().map(lambda text: f"title: x\n\n## Example 1 from x\n\n{text}\n\n```py url={text[:9]}\n```\n"))
def test_any_page_has_a_credit_for_each_listing(text: str) -> None:
    page = parse_page(text, "a.md")[0]
    found = find_credits(page)
    assert len(found) == len(page.listings)
    for credit, listing in zip(found, page.listings, strict=True):
        assert listing.origin.project in ("", credit.project)
        assert listing.origin.licence in ("", credit.licence)
        assert credit.url == "" or credit.url.startswith(("http://", "https://"))


@settings(max_examples=50)
@given(pages())
def test_pages_in_canonical_form_have_too(page: Page) -> None:
    assert len(find_credits(page)) == len(page.listings)


@pytest.mark.untraced
@pytest.mark.parametrize(
    "text",
    [
        "[x](" + "a" * 60_000,
        "[" * 60_000,
        "[a [b] " * 9_000,
        "## x" + " #" * 30_000 + "y",
        "## Example from " + " " * 60_000,
        "[" + " " * 60_000 + "x](y)",
        "[license " + "{" * 60_000 + "](y)",
        "a\n" * 9_000,
        '[license "' * 6_000 + "](y)",
    ],
    ids=range(9),
)
def test_odd_text_takes_no_time(text: str) -> None:
    page = _page(f"## Example 1 from x\n\n{text}\n\n{_LISTING}")
    start = time.process_time()
    find_credits(page)
    assert time.process_time() - start < 2
