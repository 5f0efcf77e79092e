"""Prose: its headings, images, links and ids, what is left to do in it, and where all of that stands."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from callsite.check.facts import PageFacts, gather_facts
from callsite.check.policy import Policy
from callsite.check.rule import Rule, apply_rules
from callsite.check.spots import Key, find_headings, pair
from callsite.check.stretches import read_prose
from callsite.check.writing import RULES
from callsite.defaults import MARKDOWN
from callsite.harvest.drafting import TODO
from callsite.model import Severity
from callsite.page import parse_page
from callsite.prose.converting import ProseConverter
from tests.strategies import texts

_PROSE = ProseConverter(MARKDOWN)
_RULES: dict[str, Rule[PageFacts]] = {rule.code: rule for rule in RULES}


def _gather(text: str) -> PageFacts:
    return gather_facts(parse_page(text, "a.md")[0], text, _PROSE, Policy())


def _check(code: str, body: str, header: str = "title: T") -> list[int]:
    """The lines of the body on which a rule finds something, 1 being its first; 0 is the header's last line."""
    text = f"{header}\n\n{body}"
    above = header.count("\n") + 2
    return [problem.at.line - above for problem in _RULES[code].apply(_gather(text))]


def _say(code: str, body: str) -> list[str]:
    found = _RULES[code].apply(_gather(f"title: T\n\n{body}"))
    return [f"{problem.at.line - 2}: {problem.message}; {problem.hint}" for problem in found]


LISTING = "```python\n# a comment\n## Example 7 from x\nx = 1  # TODO: y\n```\n"


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("### a\n", [1]),
        ("### a\n\n### b\n\n#### c\n", [1]),
        ("# a\n", [1]),
        ("words\n\n# a\n\n## b\n", [3]),
        ("# a\n\n### b\n", [1]),  # `# a` is to become `## a`
        ("## a\n\n#### b\n\n#### c\n\n##### d\n", [3]),
        ("## a\n\n### b\n\n##### c\n\n## d\n\n#### e\n", [5, 9]),
        ("## a\n\n#### b\n\n## a\n\n#### b\n", [3, 7]),
        ("a\n---\n\n#### b\n", [4]),
        ("a\n===\n", [1]),
        ("## a\n\n<h4>b</h4>\n", [3]),
        ("<h2>a</h2>\n\n<h4\n  class='x'>b</h4>\n", [3]),
        ("> ## a\n>\n> #### b\n", [3]),
        ("## a\n\n- x\n\n    #### b\n", [5]),
        ("## a\n" + LISTING + "\n#### b\n", [8]),
        ("## a\n\n<!--\n#### b\n-->\n\n#### b\n", [7]),
        ("## a\n\n    #### b\n\n#### b\n", [5]),
        ("## a\n\nx `y\n#### b` c\n", [4]),
        ("## a\n\n#### `b` [c](/d(e).html) &amp; *f* {#g}\n", [3]),
        ("## a\n\n#### " + "b" * 2000 + "\n", [3]),
        # All of this is fine.
        ("", []),
        ("words\n", []),
        ("## a\n\n### b\n\n#### c\n\n## d\n\n### e\n", []),
        ("## a\n\n## b\n", []),
        (LISTING, []),
        ("## a\n\n    #### b\n", []),
        ("## a\n\n`#### b`\n", []),
        ("## a\n\n<!-- #### b -->\n", []),
        ("## a\n\n<pre>\n#### b\n</pre>\n", []),
    ],
)
def test_levels_of_headings(body: str, lines: list[int]) -> None:
    assert _check("P102", body) == lines


def test_what_is_said_of_levels() -> None:
    assert _say("P102", "### a\n\n##### b\n\n# c\n") == [
        "1: the first heading has level 3, where the page's title has level 1; begin with `##`, and raise the headings "
        "below it as well",
        "3: this heading goes from level 3 to 5; begin it with `####`",
        "5: a heading of level 1 beside the page's title; begin it with `##`; only the title of the page has level 1",
    ]


def _examples(*numbers: int) -> str:
    return "\n".join(f"## Example {number} from x\n\n{LISTING}" for number in numbers)


@pytest.mark.parametrize(
    ("numbers", "wrong"),
    [
        ((1, 3), [2]),
        ((2,), [1]),
        ((2, 3), [1]),
        ((1, 2, 2, 3), [3]),
        ((1, 2, 2, 4), [3]),
        ((1, 1, 1), [2, 3]),
        ((1, 3, 2, 4), [2, 3]),
        ((1, 22, 3, 4), [2]),
        ((1, 3, 4, 5), [2]),
        ((0, 1), [1]),
        ((2, 1), [1, 2]),
        # All of this is fine.
        ((), []),
        ((1,), []),
        (tuple(range(1, 30)), []),
    ],
)
def test_numbers_of_examples(numbers: tuple[int, ...], wrong: list[int]) -> None:
    assert _check("P103", _examples(*numbers)) == [(number - 1) * 8 + 1 for number in wrong]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("## Example 1\n\n## Words\n\n## Example 3 from y\n", [5]),
        ("## a\n\n### Example 1\n\n## b\n\n### Example 3\n", [7]),
        ("<h2>Example 2: a</h2>\n", [1]),
        # All of this is fine.
        ("## a\n\n### Example 1\n\n### Example 2\n\n## b\n\n### Example 1\n\n## c\n\n### Example 1\n", []),
        ("## a\n\n### Example 1\n\n### Example 2\n\n## b\n\n### Example 3\n", []),
        ("## Example 1\n\n### More\n\n## Example 2\n", []),
        ("## Examples\n\n## Example code\n\n## For example 3\n\n## Example 2x\n", []),
        ("Example 3 from x\n", []),
    ],
)
def test_numbers_among_other_headings(body: str, lines: list[int]) -> None:
    assert _check("P103", body) == lines


def test_what_is_said_of_numbers() -> None:
    assert _say("P103", "## Example 2\n\n## Example 4\n\n## Example 2\n") == [
        "1: Example 2 is the first; number the examples one after the other; this would be Example 1",
        "3: Example 4 follows Example 2; number the examples one after the other; this would be Example 2",
        "5: there are two examples with number 2, the first on line 3; number the examples one after the other",
    ]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("![](x.png)\n", [1]),
        ("![ ](x.png)\n", [1]),
        ("![](<x y.png> 'title')\n", [1]),
        ("words\nand ![](a&b.png) ![](c.png)\n", [2, 2]),
        ('<img src="x.png">\n', [1]),
        ("words <img\n  src='x.png'\n  width=3> words\n", [1]),
        ("[![](x.png)](/y.html)\n", [1]),
        ('[<img src="x.png" alt="">](/y.html)\n', [1]),
        ('<p>\n<a href="/y.html">\n<img src="x.png" alt=""></a></p>\n', [3]),
        ("![a](x.png)\n\n- ![](x.png)\n\n![b](x.png)\n", [3]),
        ("> ![](x.png)\n", [1]),
        ("| a |\n|---|\n| ![](x.png) |\n", [3]),
        ("![][x]\n\n[x]: x.png\n", [1]),
        ('`![](x.png)` \\![](x.png)\n<!-- ![](x.png) -->\n\n    ![](x.png)\n\n![](x.png)\n\n<img src="x.png" alt="">\n', [6]),
        # All of this is fine.
        ("![a](x.png)\n", []),
        ("![a][x]\n\n[x]: x.png\n", []),
        ('<img src="x.png" alt="a">\n', []),
        ('<img src="x.png" alt="">\n\n<img src="x.png" alt>\n', []),
        ('<img src="x.png" role="presentation"> <img src="x.png" aria-hidden="true">\n', []),
        ('<img src="x.png" aria-label="a">\n', []),
        ('[<img src="x.png" alt=""> words](/y.html)\n', []),
        ('[<img src="x.png" alt=""><img src="y.png" alt="a">](/y.html)\n', []),
        ('<a href="/y.html" aria-label="a"><img src="x.png" alt=""></a>\n', []),
        ("`![](x.png)`\n\n<pre>![](x.png)</pre>\n", []),
        ("```html\n<img src=x.png>\n```\n", []),
    ],
)  # fmt: skip
def test_images(body: str, lines: list[int]) -> None:
    assert _check("P104", body) == lines


def test_what_is_said_of_images() -> None:
    long = "a" * 70
    assert _say("P104", f'![](x.png)\n\n<img src="{long}">\n\n<a href="/"><img src="y" alt=""></a>\n\n<img>\n') == [
        "1: the image `x.png` has no text alternative; say what it shows between the brackets, `![…](…)`",
        f"3: the image `{long[:59]}…` has no text alternative; "
        'say what it shows in `alt="…"`, or write `alt=""` if it is only decoration',
        "5: the image `y` is all there is of a link, and has no text alternative; say where the link leads as the text "
        "alternative of the image",
        '7: the image `` has no text alternative; say what it shows in `alt="…"`, or write `alt=""` if it is only '
        "decoration",
    ]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (f"<!-- {TODO} say what x is, and what this code does. -->\n", [1]),
        ("words\n\n<!--\nTODO write this\n-->\n", [4]),
        ("<!--\nlong words\n  - todo: write this\n-->\n", [3]),
        ("words <!-- FIXME --> words\n", [1]),
        ("<!-- ask Ann. TODO(ann): find out -->\n", [1]),
        ("TODO: write\n", [1]),
        ("TODO write more about this\n", [1]),
        ("words\n\n- TODO\n- **TODO**\n- FIXME.\n", [3, 4, 5]),
        ("1. TODO - write\n", [1]),
        ("## TODO\n\n## TODO: explain\n", [1, 3]),
        ("> TBD\n", [1]),
        ("words TODO: write words\n", [1]),
        ("words **TODO:** write words\n", [1]),
        ("words TODO(ann) words\n", [1]),
        ("words [TODO] words [TBD: when]\n", [1]),
        ("It is from XXX: look it up.\n", [1]),
        ("It was released in TBD.\n", [1]),
        ("| a | b |\n|---|---|\n| c | TBD |\n", [3]),
        ("Lorem ipsum dolor sit amet\n", [1]),
        ("words lorem ipsum, dolor sit\n", [1]),
        ("words `TODO: a` TODO: b\n", [1]),
        (LISTING + "TODO: x\n" + LISTING, [6]),
        # All of this is fine.
        ("", []),
        (LISTING, []),
        ("A TODO list app. TODO lists are many. Each TODO counts.\n", []),
        ("TODO list apps are many.\n", []),
        ("TODO and FIXME are found.\n", []),
        ("It looks for each\nTODO before it goes on, and for each\nFIXME.\n", []),
        ("The todo: of TodoMVC, NOTODO: and TODOS: and autodoc: are names.\n", []),
        ("Put words in the place of each TODO. `grep -rn TODO: content` finds them.\n", []),
        ("`TODO: x` and ``TODO: ` x`` and <code>TODO: x</code>\n", []),
        ("words\n\n    TODO: code\n\n<pre>\nTODO: x\n</pre>\n", []),
        ("It makes lorem ipsum for a template, from `lorem_ipsum`.\n", []),
        ("Phone XXX-XXX, XXX and AXXX:, size XXX-large.\n", []),
        ("[TODO](/todo.html) [TODO][x]\n\n[x]: /todo.html\n", []),
        ("$TODO: #TODO: a.TODO: TODO::x\n", []),
        ("To be determined (TBD) is a phrase.\n", []),
        ("<!-- the todo of all this; not TODO as such -->\n", []),
    ],
)
def test_what_is_left_to_do(body: str, lines: list[int]) -> None:
    assert _check("P105", body) == lines


@pytest.mark.parametrize(
    ("header", "lines"),
    [
        ("title: TODO\nslug: x", [1]),
        ("title: T\nmeta: TODO: say what it is", [2]),
        ("title: T\nmeta: TBD\nsummary: words\n    TODO: more\nsidebartitle: Lorem ipsum", [2, 5]),
        ("title: TODO apps with Flask\nslug: todo\nmeta: How to write a TODO list.\ntags: TODO, FIXME", []),
        ("title: T\ntodo: yes", []),
    ],
)
def test_metadata_that_is_left_to_do(header: str, lines: list[int]) -> None:
    text = f"{header}\n\nwords\n"
    assert [problem.at.line for problem in _RULES["P105"].apply(_gather(text))] == lines
    assert [problem.at.line for problem in _RULES["P105"].apply(_gather(header))] == lines


def test_what_is_said_of_things_to_do() -> None:
    assert _say("P105", "words <!-- TODO: say so. -->\n\n> TODO: " + "a" * 60) == [
        "1: `TODO: say so.` is left to do; write what is to stand here, or delete the note",
        f"3: `TODO: {'a' * 53}…` is left to do; write what is to stand here, or delete the note",
    ]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("## a {#x}\n\n## b {#x}\n", [3]),
        ("## a {#x}\n\n## b { #x }\n\nwords\n{: .y #x}\n", [3, 6]),
        ("## b {#a}\n\n<p id=a>words</p>\n\n<p id='a'>words</p>\n", [3, 5]),
        ("<a id='x'></a>\n\n## x\n", [3]),
        ("## a {#x}\n\n[a](/b){#x}\n", [3]),
        ('<p id="listing-1">a</p>\n\n' + LISTING, [1]),
        (LISTING + "\n## a {#listing-1}\n", [7]),
        ("```python\n~~a\n```\n\n## a {#listing-1-1}\n\n## b {#listing-1-1}\n", [5, 7]),
        ("## a {#x}\n\n`{#x}` <!-- <p id=x> -->\n\n    <p id=x>\n\n<p id=x>a</p>\n", [7]),
        # All of this is fine.
        ("## a\n\n## a\n\n## a\n\n## b {#a}\n\n[c](/d){#b}\n", []),
        ("## a {#x}\n\n## b {#X}\n\n<p id=''>c</p>\n\n<p id>d</p>\n", []),
        ("words[^1] more[^1]\n\n[^1]: note\n", []),
        (LISTING + "\n## a {#listing-2}\n", []),
        ("```html\n<p id=x>\n```\n\n<p id=x>a</p>\n", []),
    ],
)
def test_ids(body: str, lines: list[int]) -> None:
    assert _check("P106", body) == lines


def test_what_is_said_of_ids() -> None:
    assert _say("P106", "## a {#x}\n\n## b {#x}\n\n" + LISTING + "\n<p id='listing-1'>c</p>\n") == [
        "11: the id `listing-1` is taken by line 7; choose another one",
        "3: the id `x` is taken by line 3; give one of the two another id",
    ]


def test_an_id_nobody_wrote_is_told_of_all_the_same() -> None:
    # Markdown makes this id from a footnote; nothing but the page itself can be named.
    assert _check("P106", "words[^x]\n\n[^x]: note\n\n<p id='fn:x'>a</p>\n") == [-1]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("[x]()\n", [1]),
        ("[x](<>)\n", [1]),
        ('words\n[x]( "title")\n', [2]),
        ("[](/x.html)\n", [1]),
        ("[ ](</x.html>)\n", [1]),
        ("[]()\n", [1]),
        ("<a>x</a>\n", [1]),
        ("<p>\n<a href=''>x</a>\n</p>\n", [2]),
        ("<p>\n<a\n href='/x'></a>\n</p>\n", [2]),
        ("[a](/a) [x]() [b](/b)\n\n[x](/x)\n\n[x]() [y]()\n", [1, 5, 5]),
        ("<a href='/y'>y</a>\n\n[x]()\n", [3]),
        ("`[x]()` <!-- [x]() -->\n\n[![y](/z)]()\n\n[x]()\n", [3, 5]),
        ("[x][y]\n\n[y]: <>\n", [-1]),
        # All of this is fine.
        ("[x](/x.html) <https://x.y> [top](#)\n", []),
        ("<a id='x'></a> <a name='y'></a>\n", []),
        ("<a href='/x' aria-label='x'></a> <a href='/x' title='x'></a>\n", []),
        ("<a href='/x'><svg></svg></a> [![](x.png)](/x)\n", []),
        ("<a role='button' tabindex=0>x</a>\n", []),
        ("words[^1]\n\n[^1]: note\n", []),
        ("`[x]()` f[x]() \\[x]()\n", [1]),
        ("`[x]()`\n\n```\n[x]()\n```\n", []),
    ],
)
def test_links(body: str, lines: list[int]) -> None:
    assert _check("P107", body) == lines


def test_what_is_said_of_links() -> None:
    assert _say("P107", "[the *x*]()\n\n[](/y)\n\n<a></a>\n") == [
        "1: the link on `the x` has no address; write it, or take the link away",
        "3: the link to `/y` has no text; say where it leads, or take it away",
        "5: a link without text has no address; write it, or take the link away",
    ]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("words ```python\n\ncode\n", [1]),
        ("words\n\nmore {#x}\n", [3]),
        ("words {: .note}\n", [1]),
        ("## a {#x} b\n", [1]),
        ("words\n\n   ## a\n", [3]),
        ("- a\n\n  ### b\n", [3]),
        ("see [the guide][guide]\n", [1]),
        ("see [the guide][]\n", [1]),
        ("see [that guide][], [that\nother guide][one] and [the third][]\n\n[That  Guide]: /x\n", [1, 2]),
        ("![a](b) ![c][d]\n", [1]),
        ("words[^1] and [^2]\n\n[^2]: note\n", [1]),
        ("`{#x}`\n\nwords {#x}\n", [3]),
        # All of this is fine.
        ("## a {#x}\n\nwords\n{: .note}\n\n[x](/y){.z}\n", []),
        ("`{#x}` ` ``` ` `[a][b]` `[^1]`\n", []),
        ("``` x ``` and \\`\\`\\`\n", []),
        ("[a][b] words[^1]\n\n[b]: /x\n[^1]: note\n", []),
        ("![a][b] [B][]\n\n" + LISTING + "\n> [b]: /x\n", []),
        ("a[i][j] and [1][2] and \\[a][b]\n", []),
        ("In Svelte, write {#if}\n", []),
        ("{{ x }} {% raw %} {# comment #}\n", []),
        ("words\n\n    ## code {#x}\n", []),
        ("<pre>\nwords {#x}\n</pre>\n\n<!-- words {#x} -->\n", []),
        ("#1 of #2 and\n \\## a\n", []),
        (LISTING, []),
    ],
)
def test_leaked_markup(body: str, lines: list[int]) -> None:
    assert _check("P108", body) == lines


def test_what_is_said_of_leaked_markup() -> None:
    assert _say("P108", "words {#x}\n\n[a\nb][C d]\n") == [
        "1: `` {#x} `` is not read as markup, and readers see it; leave no more than one space before it, and nothing "
        "behind it",
        "3: `` [a b][C d] `` is not read as markup, and readers see it; add the line `[c d]: address`, or write the "
        "address itself in round brackets",
    ]


def test_a_page_that_is_too_deep_is_left_to_others() -> None:
    assert _check("P108", "words {#x}\n\n" + "- " * 2000 + "a\n") == []


# Where headings are: pages made of pieces that are headings, each with its own row, or only look like some.

_WORDS = [
    "a",
    "b",
    "Example 1 from x",
    "`code` *and* [a](/b) &amp; c",
    "A_b \\*",
    "",
    "![x](y.png) z",
    "1. a",
    "É {#i}",
]
_HEADINGS = st.builds(
    lambda form, words, level: (
        form.format(words or "c", "#" * level, level),
        level if "{2}" in form or "{1}" in form else 2,
    ),
    st.sampled_from(
        ["{1} {0}\n", "{1}{0} {1}\n", "<h{2}>{0}</h{2}>\n", "<h{2} class='x'\n  title='y'>{0}</h{2}>\n", "{0}\n---\n"]
    ),
    st.sampled_from(["a", "b", "Example 1 from x", "É b"]),
    st.integers(1, 6),
)
_RICH = st.builds(
    lambda lead, words, level: (f"{lead}{'#' * level} {words}\n", level),
    st.sampled_from(["", "> ", "- ", "1. "]),
    st.sampled_from(_WORDS),
    st.integers(1, 6),
)
_OTHERS = st.sampled_from(
    ["words\n", "`# a`\n", "<!--\n# a\n\n## b\n-->\n", "<pre>\n## a\n</pre>\n", "\\# a\n", " ## a\n",
     LISTING, "> quoted\n", "    ## a\n", "words <code># a</code>\n", "<p>\n</p>\n", "words ` words\n"]
)  # fmt: skip


@settings(max_examples=300)
@given(
    st.lists(_HEADINGS | _RICH | st.just(("words `\n## a` b\n", 2)) | _OTHERS.map(lambda text: (text, 0)), max_size=12)
)
def test_headings_are_found_where_they_are(pieces: list[tuple[str, int]]) -> None:
    text = "title: T\n"
    expected: list[tuple[int, int]] = []
    for piece, level in pieces:
        text += "\n<!-- -->\n\n"  # ends a list or quote, so that each piece is what it looks like
        if level:
            expected.append((level, text.count("\n") + 1 + piece.startswith("words")))
        text += piece
    assert [(heading.level, heading.at.line) for heading in find_headings(_gather(text))] == expected


_kinds = st.sampled_from(["h1", "h2"])
_keys = st.lists(st.builds(Key, _kinds, st.sampled_from(["a", "b", ""])), max_size=9)


@given(_keys, _keys)
def test_pairs(wanted: list[Key], spots: list[Key]) -> None:
    found = pair(wanted, spots)
    taken = [number for number in found if number is not None]
    assert len(found) == len(wanted)
    assert len(set(taken)) == len(taken)
    assert all(number is None or spots[number].kind == key.kind for key, number in zip(wanted, found, strict=True))
    # What has its equal is never left out, and the equal ones keep their order.
    for key in set(wanted):
        own = [number for one, number in zip(wanted, found, strict=True) if one == key and number is not None]
        exact = [number for number in own if spots[number] == key]
        assert exact == sorted(exact)
        assert len(exact) >= min(wanted.count(key), spots.count(key))
    assert pair(spots, spots) == tuple(range(len(spots)))


@settings(max_examples=150)
@given(texts())
@example("title: x\n\n" + "> " * 40 + "\t" + LISTING)
@example("[![" * 40 + "](" * 40 + "`<!--<pre>" * 40)
@example("<a href=x><object>" * 200 + "<pre>" * 200)
def test_any_page_can_be_checked(text: str) -> None:
    facts = _gather(text)
    for problem in apply_rules(RULES, facts):
        assert problem.at.path == "a.md"
        assert 1 <= problem.at.line <= max(len(facts.rows), 1)
        assert "\n" not in problem.message + problem.hint
    for stretch in read_prose(facts):
        for shown in (stretch.text, stretch.comments):
            assert len(shown) == len(stretch.written)
            assert all(one in (" ", other) for one, other in zip(shown, stretch.written, strict=True))


@pytest.mark.parametrize(
    "piece", ["`a", "<!--", "<pre>", "<h2>", "<a>", "![", "[](", "]()", "{:", "# {#a", "> ", "- ", " ", "TODO ", "[a]", "[x", "a ``` ", "](" + " " * 9000, "    - ", "{: "]
)  # fmt: skip
def test_time_grows_with_the_page(piece: str) -> None:
    html = "<h1>a</h1><a href=''>x</a><a href=x></a><img><p id=x></p><p id=x></p><pre>x</pre><p>```][a]</p>"
    text = piece * (30_000 // len(piece))
    facts = PageFacts(parse_page(f"\n{text}", "a.md")[0], f"\n{text}", html, ())
    start = time.process_time()
    list(apply_rules(RULES, facts))
    assert time.process_time() - start < 3  # 0.5 s or less; what grows with the square takes minutes


def test_rules_explain_themselves() -> None:
    for rule in RULES:
        assert rule.severity is Severity.WARNING
        assert rule.manual.startswith("**Warning.** ")
        assert all(re.fullmatch(rf"content/pages/a\.md:\d+: {rule.code} [^;]+; .+", text) for text in rule.examples)


def test_good_pages_stay_alone(shared: Path) -> None:
    found = [
        f"{path.name}:{problem.at.line} {problem.code}"
        for path in sorted([*shared.glob("seed/*.md"), *shared.glob("corpus/p*/*.markdown")])
        for problem in apply_rules(RULES, _gather(path.read_text(encoding="utf-8")))
    ]
    assert found == [
        "01-web-frameworks.markdown:19 P102",
        "03-flask.markdown:18 P102",
        "django-extensions-plug-ins.markdown:26 P102",
        "django-forms-typedchoicefield.markdown:63 P102",
    ]
