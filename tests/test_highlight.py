"""A listing's HTML: what a reader sees is the code, and marks are where the author put them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from callsite.highlight import RenderedListing, render_listing
from callsite.lexing import LONGEST_LINE
from callsite.model import Gap, Line, Listing, Origin, Place, Severity, Snippet
from callsite.page import lines_fit
from tests.strategies import origins, ranges, snippets

_AT = Place("a.md", 7)


def _render(*rows: Line | Gap, language: str = "", origin: Origin | None = None, number: int = 1) -> RenderedListing:
    return render_listing(Listing(Snippet(language, rows), origin or Origin(), at=_AT), number)


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
    assert {problem.code for problem in rendered.problems} == ({"L102"} if snippet.language == "no-such" else set())
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
    (problem,) = rendered.problems
    assert (problem.at, problem.code, problem.severity) == (_AT, "L102", Severity.WARNING)
    assert language in problem.message
    assert problem.hint == hint
    assert '<span class="line">x = 1\n</span>' in rendered.html


def test_a_line_that_is_too_long_has_no_colours() -> None:
    long = "x" * (LONGEST_LINE + 1)
    rendered = _render(Line("x = 1"), Line(long), Gap("g"), Line("y = 2"), language="python")
    assert [problem.code for problem in rendered.problems] == ["L107"]
    assert f'<span class="line">{long}\n' in rendered.html
    assert '<span class="line">x = 1\n' in rendered.html
    assert '<span class="n">y</span>' in rendered.html


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
