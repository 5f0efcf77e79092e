"""A listing's HTML: what a reader sees is the code, and marks are where the author put them."""

from __future__ import annotations

from collections.abc import Iterable
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from callsite.highlight import RenderedListing, find_listing_problems, list_mark_ids, render_listing
from callsite.lexing import LONGEST_LINE, LONGEST_RUN, find_lexer, lex_run
from callsite.linking import CodeLink, Destination
from callsite.model import Gap, Line, Listing, Origin, Place, Severity, Snippet
from callsite.page import lines_fit, parse_page
from tests.strategies import origins, ranges, snippets

_AT = Place("a.md", 7)


def _render(
    *rows: Line | Gap,
    language: str = "",
    origin: Origin | None = None,
    number: int = 1,
    links: Iterable[CodeLink] = (),
) -> RenderedListing:
    return render_listing(Listing(Snippet(language, rows), origin or Origin(), at=_AT), number, links)


def _figure(html: str) -> LexborNode:
    figures = LexborHTMLParser(html).css("figure")
    assert len(figures) == 1
    return figures[0]


def _visible(node: LexborNode) -> str:
    for helper in node.css(".visually-hidden, [aria-hidden]"):
        helper.decompose()
    return node.text()


@settings(max_examples=80)
@given(
    snippets(
        "\r\0", st.sampled_from(["", "python", "html+jinja", "javascript", "rst", "no-such", "css", "pycon", "diff"])
    ),
    origins,
    ranges,
)
def test_the_contract(snippet: Snippet, origin: Origin, ranges: tuple[tuple[int, int], ...]) -> None:
    listing = Listing(snippet, origin, at=_AT)
    rendered = render_listing(listing, 3)
    figure = _figure(rendered.html)
    assert figure.attributes["class"] == "listing"
    assert figure.attributes["id"] == rendered.id == "listing-3"
    assert len(figure.css(".highlight[tabindex='0'][role]")) == 1
    runs = figure.css(".highlight pre code")
    assert len(runs) == len(snippet.runs)
    assert [gap.text() for gap in figure.css(".highlight > .gap > .gap-note")] == [
        row.note for row in snippet.rows if isinstance(row, Gap)
    ]
    assert not figure.css("pre .gap")
    marks = [line for line in snippet.lines if line.marked]
    marked = figure.css(".line.hll")
    assert [line.attributes["id"] for line in marked] == [f"listing-3-{number}" for number in range(1, len(marks) + 1)]
    assert all(len(line.css(".visually-hidden")) == 1 for line in marked)
    assert len(figure.css(".visually-hidden")) == len(marks)
    assert {node.attributes["id"] for node in figure.css("[id]")} == {
        f"listing-3-{n + 1}" for n in range(len(marks))
    } | ({"listing-3"} & {node.attributes["id"] for node in figure.css("[id]")})
    for element, run in zip(runs, snippet.runs, strict=True):
        lines = list(element.iter())
        assert ["line" in (node.attributes["class"] or "").split() for node in lines] == [True] * len(run)
        assert ["hll" in (node.attributes["class"] or "").split() for node in lines] == [line.marked for line in run]
        assert [_visible(node) for node in lines] == [line.text + "\n" for line in run]
        for node in lines:
            inside = {
                child.attributes.get("class") or child.tag for child in node.css("*") if child.mem_id != node.mem_id
            }
            assert not {name for name in inside if " " in str(name)}
    assert "".join(run.text() for run in runs) == "".join(line.text + "\n" for line in snippet.lines)
    told = {problem.code for problem in find_listing_problems(listing)}
    assert told == ({"L102"} if snippet.language == "no-such" else set())
    numbers = [node.attributes.get("data-n") for node in figure.css(".line")]
    if lines_fit(listing):
        expected = [n for first, last in origin.lines for n in range(first, last + 1)]
        assert numbers == [str(n) for n in expected]
    else:
        assert set(numbers) <= {None}


def test_line_numbers_are_those_of_the_file() -> None:
    rows = (Line("a"), Line("b", True), Gap("x"), Line("c"))
    html = _render(*rows, origin=Origin(lines=((9, 10), (40, 40)))).html
    assert [node.attributes["data-n"] for node in _figure(html).css(".line")] == ["9", "10", "40"]
    assert html.count('<pre class="numbered">') == 2
    for lines in (((9, 10),), ((9, 11), (40, 40)), ((9, 10), (40, 40), (50, 50)), ()):
        html = _render(*rows, origin=Origin(lines=lines)).html
        assert "data-n" not in html
        assert "numbered" not in html


def test_the_ids_of_marks_are_known_without_rendering() -> None:
    rows = (Line("a", True), Gap("x"), Line("b"), Line("c", True))
    html = _render(*rows, number=4).html
    ids = list_mark_ids(Listing(Snippet("", rows)), 4)
    assert ids == ("listing-4-1", "listing-4-2") == tuple(x.attributes["id"] for x in _figure(html).css(".hll"))


def test_the_whole_of_a_small_listing() -> None:
    origin = Origin("Demo & co", "1.0", "src/a.py", "abc", "https://x.y/?a&b", "MIT", "", ((3, 4), (9, 9)))
    rows = (Line("# a.py"), Line("x = '<&>'\f", True), Gap("a <b> & c"), Line("\ty"))
    rendered = _render(*rows, language="python", origin=origin, number=2)
    assert rendered.label == "Listing 2: a.py"
    assert rendered.html == (
        '<figure class="listing" id="listing-2">\n'
        "<figcaption>\n"
        '<span class="listing-title">a.py</span>\n'
        '<span class="listing-language">Python</span>\n'
        '<span class="listing-origin"><span class="origin-project">Demo &amp; co</span>\n'
        '<span class="origin-version">1.0</span>\n'
        '<span class="origin-licence">MIT</span>\n'
        '<a class="origin-path" href="https://x.y/?a&amp;b" rel="external">src/a.py</a></span>\n'
        "</figcaption>\n"
        '<div class="highlight" tabindex="0" role="group" aria-label="Listing 2: a.py">\n'
        '<pre class="numbered"><code><span class="line" data-n="3"><span class="c1"># a.py</span>\n'
        '</span><span class="line hll" id="listing-2-1" data-n="4"><span class="visually-hidden">Marked line: </span>'
        '<span class="n">x</span> <span class="o">=</span> <span class="s1">&#x27;&lt;&amp;&gt;&#x27;</span>\f\n'
        "</span></code></pre>\n"
        '<div class="gap"><span class="gap-note">a &lt;b&gt; &amp; c</span></div>\n'
        '<pre class="numbered"><code><span class="line" data-n="9">\t<span class="n">y</span>\n'
        "</span></code></pre>\n"
        "</div>\n</figure>"
    ).replace("&#x27;", "'")


@pytest.mark.parametrize(
    ("origin", "parts"),
    [
        (Origin(), []),
        (Origin(project="p"), ['<span class="origin-project">p</span>']),
        (Origin(path="a/b.py"), ['<span class="listing-title">b.py</span>', '<span class="origin-path">a/b.py</span>']),
        (Origin(url="https://x.y"), ['<a class="origin-path" href="https://x.y" rel="external">https://x.y</a>']),
        (Origin(url="javascript:x"), []),
        (Origin(url='javascript:"', path="d/p"), ['<span class="origin-path">d/p</span>']),
        (Origin(path="p.py"), ['<figcaption>\n<span class="listing-title">p.py</span>\n</figcaption>']),
        (Origin(url='https://"><script>', project="<i>"), ["&quot;&gt;&lt;script&gt;", "&lt;i&gt;"]),
        (Origin(revision="abc"), []),
    ],
)
def test_only_what_is_known_is_shown(origin: Origin, parts: list[str]) -> None:
    html = _render(Line("x"), origin=origin).html
    assert all(part in html for part in parts)
    assert ("<figcaption>" in html) == bool(parts)
    assert "javascript" not in html
    assert not _figure(html).css("script, i")


def test_titles_and_labels() -> None:
    assert _render(Line("x")).label == "Listing 1"
    assert _render(Line("# b.py"), origin=Origin(path="a.py")).label == "Listing 1: b.py"
    assert 'aria-label="Listing 1: &quot;a&quot;.py"' in _render(Line("x"), origin=Origin(path='"a".py')).html


def test_plain_text_needs_no_name() -> None:
    for language in ("", "text", "no-such-language"):
        assert "listing-language" not in _render(Line("x"), language=language).html


@pytest.mark.parametrize(
    ("language", "hint"),
    [
        ("pyhton", "did you mean `python`?"),
        ("zzzzzz", "use one of Pygments' names, or none for plain text"),
    ],
)
def test_an_unknown_language_is_plain_text_and_a_problem(language: str, hint: str) -> None:
    rendered = _render(Line("x = 1"), language=language)
    (problem,) = find_listing_problems(Listing(Snippet(language, (Line("x = 1"),)), at=_AT))
    assert (problem.at, problem.code, problem.severity) == (_AT, "L102", Severity.WARNING)
    assert language in problem.message
    assert problem.hint == hint
    assert '<span class="line">x = 1\n</span>' in rendered.html


def test_a_line_that_is_too_long_has_no_colours() -> None:
    long = "x" * (LONGEST_LINE + 1)
    rows = (Line("x = 1"), Line(long), Gap("g"), Line("y = 2"))
    rendered = _render(*rows, language="python")
    assert [problem.code for problem in find_listing_problems(Listing(Snippet("python", rows)))] == ["L107"]
    assert f'<span class="line">{long}\n' in rendered.html
    assert '<span class="line">x = 1\n' in rendered.html
    assert '<span class="n">y</span>' in rendered.html


def test_each_run_that_is_too_long_is_a_problem() -> None:
    line = Line("x = 1")
    many = (line,) * (LONGEST_RUN // 12)
    rows: tuple[Line | Gap, ...] = (*many, *many, line, line, Gap("g"), line, Gap("h"), Line("x" * (LONGEST_LINE + 1)))
    assert [problem.code for problem in find_listing_problems(Listing(Snippet("python", rows)))] == ["L107", "L107"]
    assert not list(find_listing_problems(Listing(Snippet("python", (*many, Gap("g"), *many)))))


def test_characters_that_deceive_are_named_and_fenced_in() -> None:
    rendered = _render(Line("a\u202eb"), Gap("c\u2066"), origin=Origin(project="\u200b"))
    for name, char in (("202E", "\u202e"), ("2066", "\u2066"), ("200B", "\u200b")):
        assert f'<span class="control" data-name="U+{name}"><bdi>{char}</bdi></span>' in rendered.html
    assert rendered.html.count("<bdi>") == 3


def test_colours_do_not_run_over_a_gap() -> None:
    html = _render(Line("x = '''open"), Gap("g"), Line("def f(): pass"), language="python").html
    assert '<span class="k">def</span>' in html
    html = _render(
        Line("of a docstring."), Line('"""'), Gap("g"), Line("more of one."), Line('"""'), language="python"
    ).html
    first, second = _figure(html).css("pre")
    assert first.css(".n")
    assert not second.css(".n")


def test_neighbours_of_one_class_share_an_element() -> None:
    assert '<span class="c1"># a b</span>\n' in _render(Line("# a b"), language="python").html
    assert '<span class="o">&lt;&lt;</span>' in _render(Line("<<"), language="python").html


def test_token_types_without_a_class_have_their_parents() -> None:
    html = _render(Line("<a>&x;"), language="html+jinja").html
    assert '<span class="nt">a</span>' in html
    assert 'class="Token' not in html
    # A type that only one lexer knows, below that of strings.
    assert '<span class="s">b</span>' in _render(Line("a :- b."), language="prolog").html


# Links.


class _Nesting(HTMLParser):
    """Fails on an element that is closed out of turn, or not at all, and on a link inside a link."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag != "a" or "a" not in self.open
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _check_nesting(html: str) -> None:
    parser = _Nesting()
    parser.feed(html)
    parser.close()
    assert parser.open == []


_PLACES = st.builds(
    Destination,
    st.sampled_from(["{filename}/a.md", "/b.html", 'https://x.y/?a="&b', "c'd"]),
    st.sampled_from(["flask.g", 'a "quoted" <b> & c', "{filename}x.md"]),
    st.booleans(),
)


@st.composite
def _linked(draw: st.DrawFn) -> tuple[Snippet, list[CodeLink]]:
    """A snippet with links anywhere in it, in order, none of which shares a character with another."""
    spoken = st.sampled_from(["", "python", "pycon", "html+jinja", "no-such"])
    texts = st.lists(
        st.sampled_from(
            ["from x import y", "z.y", " ", "\t", "# z", "'z'", "é", "\u202e", "\f", "&<", ">>> ", "f(", "\n"]
        ),
        max_size=6,
    ).map(lambda parts: "".join(parts).replace("\n", ""))
    code = st.lists(st.builds(Line, texts, st.booleans()) | st.builds(Gap, st.just("gap")), max_size=6)
    snippet = draw(snippets("\r\0", spoken) | st.builds(lambda x, rows: Snippet(x, _drop(rows)), spoken, code))
    found = []
    for number, line in enumerate(snippet.lines):
        cuts = sorted(draw(st.sets(st.integers(0, len(line.text)), max_size=8)))
        spans = list(pairwise(cuts))
        kept = draw(st.lists(st.booleans(), min_size=len(spans), max_size=len(spans)))
        found += [CodeLink(number, *span, draw(_PLACES)) for span, is_kept in zip(spans, kept, strict=True) if is_kept]
    return snippet, found


def _drop(rows: list[Line | Gap]) -> tuple[Line | Gap, ...]:
    return tuple(row for row in rows if isinstance(row, Gap) or not row.blank)


def _is_name(kind: object) -> bool:
    return not any(word in repr(kind) for word in ("Comment", "String", "Output"))


def _find_names(snippet: Snippet) -> list[list[bool]]:
    """For each character of each line whether it is anything but a string, a comment or output."""
    lexer = find_lexer(snippet.language) or find_lexer("")
    assert lexer is not None
    found: list[list[bool]] = []
    for number, run in enumerate(snippet.runs):
        first = number == 0 and isinstance(snippet.rows[0], Line)
        found.append([])
        for kind, text in lex_run("\n".join(line.text for line in run), lexer, first):
            if text == "\n":
                found.append([])
            else:
                found[-1] += [_is_name(kind)] * len(text)
    return found


@settings(max_examples=150)
@given(_linked())
def test_links_change_nothing_but_what_they_link(made: tuple[Snippet, list[CodeLink]]) -> None:
    snippet, links = made
    listing = Listing(snippet, at=_AT)
    plain, rendered = render_listing(listing, 1), render_listing(listing, 1, links)
    _check_nesting(rendered.html)
    assert (rendered.id, rendered.label) == (plain.id, plain.label)
    before, after = _figure(plain.html), _figure(rendered.html)
    facts = [[(line.attributes, len(line.css(".visually-hidden"))) for line in x.css(".line")] for x in (before, after)]
    assert facts[0] == facts[1]
    seen = []
    for number, line in enumerate(after.css(".line")):
        assert _visible(line) == snippet.lines[number].text + "\n"
        at = 0
        for node in line.traverse(include_text=True):
            if node.tag == "-text":
                at += len(node.text())
            elif node.tag == "a":
                seen.append((number, at, at + len(node.text()), node))
    names = _find_names(snippet)
    whole = [link for link in links if all(names[link.line][link.start : link.end])]
    places = {(number, start, end): node.attributes for number, start, end, node in seen}
    assert len(places) == len(seen)
    for link in whole:
        found = places[link.line, link.start, link.end]
        assert (found["class"], found["href"], found["title"]) == ("xref", link.to.href, link.to.title)
        assert found.get("rel") == ("external" if link.to.external else None)
    for number, start, end, _ in seen:
        assert all(names[number][start:end])
        (around,) = [link for link in links if link.line == number and link.start <= start and end <= link.end]
        assert around in whole or not all(names[number][around.start : around.end])
    stops: set[str | None] = set()
    for *_, node in seen:
        assert node.attributes.get("tabindex") == ("-1" if node.attributes["href"] in stops else None)
        stops.add(node.attributes["href"])


_G = Destination('/g.html?"x', "flask.<g>")


def test_the_whole_of_a_link() -> None:
    rows = (Line("from flask import g"), Gap("x"), Line("g.x = é(g)", True))
    links = [
        CodeLink(0, 18, 19, _G),
        CodeLink(1, 0, 1, _G),
        CodeLink(1, 8, 9, Destination("{filename}/a.md", "a", True)),
    ]
    html = _render(*rows, language="python", links=links).html
    assert (
        '<span class="kn">import</span> <a class="xref" href="/g.html?&quot;x" title="flask.&lt;g&gt;">'
        '<span class="n">g</span></a>\n</span>'
    ) in html
    assert (
        '<span class="visually-hidden">Marked line: </span><a class="xref" href="/g.html?&quot;x" '
        'title="flask.&lt;g&gt;" tabindex="-1"><span class="n">g</span></a><span class="o">.</span>'
    ) in html
    assert (
        '<span class="p">(</span><a class="xref" href="{filename}/a.md" title="a" rel="external">'
        '<span class="n">g</span></a><span class="p">)</span>\n</span>'
    ) in html


def test_links_stand_where_their_words_are_in_a_run() -> None:
    rows = (Line("a = 1"), Line(""), Line("b.c = '''x"), Line("y''' + d"), Gap("g"), Line("e"))
    spots = ((0, 0, 1), (2, 2, 3), (3, 7, 8), (4, 0, 1))
    html = _render(*rows, language="python", links=[CodeLink(*spot, _G) for spot in spots]).html
    assert [[node.text() for node in line.css("a.xref")] for line in _figure(html).css(".line")] == [
        ["a"],
        [],
        ["c"],
        ["d"],
        ["e"],
    ]


def test_a_link_ends_with_its_line() -> None:
    links = [CodeLink(0, 1, 90, _G), CodeLink(1, 5, 90, _G), CodeLink(2, 0, 1, _G)]
    html = _render(Line("ab"), Line("c"), Line("d"), links=links).html
    assert [node.text() for node in _figure(html).css("a.xref")] == ["b", "d"]


def test_a_link_is_cut_where_a_string_is_in_it() -> None:
    html = _render(Line("a'x'b"), language="python", links=[CodeLink(0, 0, 5, _G)]).html
    assert [node.text() for node in _figure(html).css("a.xref")] == ["a", "b"]


def test_a_title_of_several_lines_breaks_no_line_of_code() -> None:
    html = _render(Line("a"), Line("b"), links=[CodeLink(0, 0, 1, Destination("/a", "x\ny"))]).html
    assert [node.attributes["title"] for node in _figure(html).css("a.xref")] == ["x\ny"]
    assert [line.text() for line in _figure(html).css(".line")] == ["a\n", "b\n"]


def test_each_listing_has_a_stop_of_its_own() -> None:
    for number in (1, 2):
        assert 'tabindex="-1' not in _render(Line("g"), number=number, links=[CodeLink(0, 0, 1, _G)]).html


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("python", "# g"),
        ("python", "'g'"),
        ("python", '"""g'),
        ("python", "'%(g)s' % x"),
        ("python", "'{g}'.format(x)"),
        ("html", "<!-- g -->"),
    ],
)
def test_comments_strings_and_output_have_no_links(language: str, line: str) -> None:
    at = line.index("g")
    html = _render(Line(line), language=language, links=[CodeLink(0, at, at + 1, _G)]).html
    assert "<a" not in html
    assert html == _render(Line(line), language=language).html


def test_what_a_program_prints_has_no_links() -> None:
    links = [CodeLink(number, at, at + 1, _G) for number, at in ((0, 4), (1, 1))]
    html = _render(Line(">>> g"), Line("<g of x>"), Line(">>> x"), language="pycon", links=links).html
    assert [len(line.css("a.xref")) for line in _figure(html).css(".line")] == [1, 0, 0]


def test_what_is_read_in_an_f_string_is_a_name() -> None:
    html = _render(Line("f'{g}'"), language="python", links=[CodeLink(0, 3, 4, _G)]).html
    assert [node.text() for node in _figure(html).css("a.xref")] == ["g"]


def test_a_link_that_is_not_made_takes_no_stop_from_another() -> None:
    links = [CodeLink(0, 2, 3, _G), CodeLink(1, 0, 1, _G), CodeLink(2, 0, 1, _G)]
    html = _render(Line("# g"), Line("g"), Line("g"), language="python", links=links).html
    assert [node.attributes.get("tabindex") for node in _figure(html).css("a.xref")] == [None, "-1"]


def test_links_that_touch_are_two() -> None:
    links = [CodeLink(0, start, start + 1, _G) for start in range(3)]
    html = _render(Line("abcd"), links=links).html
    assert [node.text() for node in _figure(html).css("a.xref")] == ["a", "b", "c"]


def test_a_link_over_several_tokens_is_one() -> None:
    html = _render(Line("a.b c"), language="python", links=[CodeLink(0, 0, 3, _G)]).html
    assert [node.text() for node in _figure(html).css("a.xref")] == ["a.b"]


def test_a_line_without_colours_has_links() -> None:
    long = "x" * LONGEST_LINE + " g"
    html = _render(Line(long), language="python", links=[CodeLink(0, LONGEST_LINE + 1, LONGEST_LINE + 2, _G)]).html
    assert [node.text() for node in _figure(html).css("a.xref")] == ["g"]


def test_links_are_those_of_the_lines_whatever_the_gaps() -> None:
    page, _ = parse_page("title: x\n\n```python\n## ... one two ...\na\n\n## ... three ...\n\n\n~~b\nc\n```\n")
    links = [CodeLink(number, 0, 1, Destination(f"/{number}", "x")) for number in range(3)]
    found = _figure(render_listing(page.listings[0], 1, links).html).css("a.xref")
    assert [(node.text(), node.attributes["href"]) for node in found] == [("a", "/0"), ("b", "/1"), ("c", "/2")]
