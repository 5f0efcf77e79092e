"""The quicker ways through Markdown make what its own make, whatever the text and the extensions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from xml.etree.ElementTree import Element, SubElement

import markdown
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown.blockprocessors import BlockProcessor, HashHeaderProcessor
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor, SimpleTagInlineProcessor, SimpleTextInlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from callsite.page import parse_page
from callsite.prose import known
from callsite.prose.converting import ProseConverter
from callsite.prose.known import is_own, is_read, is_written
from callsite.prose.needs import find_needs
from callsite.prose.plain import plan_texts, write_plain
from callsite.prose.raw import part_text
from callsite.prose.tokens import find_stem
from tests.growth import find_growth
from tests.strategies import texts


class _Shouting(InlineProcessor):
    """A pattern of a site: `!!words!!`; it adds another one when it has found something."""

    def handleMatch(self, m: re.Match[str], data: str) -> Any:  # type: ignore[override]  # noqa: N802  # its name
        assert self.md is not None
        self.md.inlinePatterns.register(SimpleTextInlineProcessor(r"\?\?(\w+)"), "asking", 300)
        found = Element("strong")
        found.text = m[1]
        SubElement(found, "kbd").text = AtomicString("*!*")
        return found, m.start(), m.end()


class _Box(BlockProcessor):
    """A kind of block of a site: what follows `%box` is in a box; it adds another kind when it has found one."""

    def test(self, parent: Element, block: str) -> bool:
        return block.startswith("%box")

    def run(self, parent: Element, blocks: list[str]) -> bool | None:
        text = blocks.pop(0).removeprefix("%box").strip()
        self.parser.blockprocessors.register(_Wall(self.parser), "wall", 200)
        if not text:
            blocks.insert(0, "no box")
            return False
        self.parser.parseBlocks(SubElement(parent, "div", {"class": "box"}), [text])
        return None


class _Swap(BlockProcessor):
    """A kind of block that refuses what it is asked about, when it has made something else of it."""

    def test(self, parent: Element, block: str) -> bool:
        return block.startswith("%swap")

    def run(self, parent: Element, blocks: list[str]) -> bool:
        blocks[0] = blocks[0].removeprefix("%swap").strip()
        return False


class _Hesitant(BlockProcessor):
    """A kind of block that only the second question makes sure of."""

    asked = 0

    def test(self, parent: Element, block: str) -> bool:
        self.asked += 1
        return self.asked % 2 == 0

    def run(self, parent: Element, blocks: list[str]) -> None:
        SubElement(parent, "p").text = blocks.pop(0)


class _Nameless(Treeprocessor):
    """Takes the ids of small headings away."""

    def run(self, root: Element) -> None:
        for heading in root.iter("h6"):
            heading.attrib.pop("id")


class _Wall(BlockProcessor):
    def test(self, parent: Element, block: str) -> bool:
        return block.startswith("%wall")

    def run(self, parent: Element, blocks: list[str]) -> None:
        blocks.pop(0)
        SubElement(parent, "hr")


class _Site(Extension):
    """What a site may add: patterns old and new, blocks, and something at the end and the beginning."""

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802  # Markdown's own name
        md.inlinePatterns.register(_Shouting(r"!!(.+?)!!", md), "shouting", 185)
        md.inlinePatterns.register(SimpleTagInlineProcessor(r"()\+\+(.*?)\+\+", "ins"), "inserted", 65)
        md.inlinePatterns.register(SimpleTagInlineProcessor(r"(?i)()(oh)", "b"), "oh", 64)
        md.parser.blockprocessors.register(_Box(md.parser), "box", 72)
        md.parser.blockprocessors.register(_Swap(md.parser), "swap", 71)
        md.treeprocessors.register(_Nameless(md), "nameless", 3)


class _Unsure(Extension):
    """Paragraphs of another kind."""

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802  # Markdown's own name
        md.parser.blockprocessors.register(_Hesitant(md.parser), "paragraph", 10)


class _Late(Extension):
    """Patterns that come before code and behind links, and need what is in no placeholder."""

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802  # Markdown's own name
        md.inlinePatterns.register(SimpleTagInlineProcessor(r"()\^\^(.*?)\^\^", "sup"), "sup", 195)
        md.inlinePatterns.register(SimpleTagInlineProcessor(r"()==(.*?)==", "mark"), "mark", 165)
        md.inlinePatterns.register(SimpleTagInlineProcessor(r"()~~(.*?)~~", "del"), "del", 65)


OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "usual": {"extension_configs": {"markdown.extensions.extra": {}}, "output_format": "html5"},
    "rich": {"extensions": ["extra", "admonition", "sane_lists", "smarty", "wikilinks", "nl2br"]},
    "narrow": {"extensions": ["attr_list", "tables", "footnotes", "abbr"], "tab_length": 2, "output_format": "html"},
    "contents": {
        "extensions": ["md_in_html", "def_list", "legacy_em", "legacy_attrs"],
        "extension_configs": {"toc": {"permalink": True, "title": "In here", "toc_depth": "2-3", "baselevel": 2}},
    },
    "anchors": {"extensions": ["fenced_code"], "extension_configs": {"toc": {"anchorlink": True, "marker": ""}}},
    "site": {"extensions": ["extra", _Site()]},
    "unsure": {"extensions": [_Unsure()]},
    "late": {"extensions": ["footnotes", _Late()]},
}


@contextmanager
def _slowly() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("callsite.prose.converting.quicken", lambda _: None)
        yield


def _make(name: str) -> tuple[ProseConverter, ProseConverter]:
    with _slowly():
        slow = ProseConverter(OPTIONS[name])
    return ProseConverter(OPTIONS[name]), slow


PAIRS = {name: _make(name) for name in OPTIONS}

WORDS = st.sampled_from(
    [
        *("word", " ", " ", "\n", "\n\n", "  \n", "    ", "\t", "a_b_c", "1. ", "- ", "* ", "> ", "# ", "## ", "+ "),
        *("`", "``", "```", "~~~", "*", "**", "_", "__", "***", "\\", "\\`", "\\[", "[", "]", "(", ")", "![", "]("),
        *(
            "[a](/b)",
            "[`a`](/b)",
            "`a`",
            "[^1]",
            "[^1]: note",
            "[a]: /b",
            "[a]",
            "[a][a]",
            "[TOC]",
            "*[HTML]: x",
            "HTML",
        ),
        *("<", ">", "&", "&amp;", "&#32;", "&#x26;", "<b>", "</b>", "<div>", "</div>", "<pre>", "</pre>", "<!-- c -->"),
        *("<div markdown>", "<p markdown=1>", "<br/>", "<hr>", "<?p?>", "<![CDATA[x]]>", "<https://a.b>", "<a@b.c>"),
        *("a | b\n--|--\n1 | 2", "|", "---", "===", "\n---\n", ": ", "term\n: what", "{: .x }", "{#id}", "{", "}", '"'),
        *(
            "!!a!!",
            "??b",
            "%box a",
            "%box",
            "%wall",
            "++a++",
            "oh",
            "==a==",
            "^^a^^",
            "~~a~~",
            "!!! note",
            '"q"',
            "'",
            "...",
        ),
        *(
            "\x02",
            "\x03",
            "\0",
            "klzzwxh:0",
            "é",
            "漢",
            "(c)",
            "://",
            "callsite0n0x",
            "<script>",
            "</script>",
            "<!--",
            "-->",
        ),
    ]
)

# What stands at the beginnings of lines, and raw HTML more than anything.
LINES = st.sampled_from(
    [
        *(
            "\n",
            "\n\n",
            "\n\n",
            "<div>",
            "</div>\n\n",
            '<p class="a">',
            "</p>\n\n",
            "<details><summary>s</summary>\n<pre>\n",
        ),
        *(
            "</pre></details>\n\n",
            "<!-- a - b -->\n\n",
            "<!-- a -->",
            "&#32;\n",
            "&amp;",
            "&",
            "&#",
            "&#9 ",
            " ",
            "text",
            "`<b>`",
        ),
        *(
            '<img src="a">',
            "<br />",
            "<hr />\n\n",
            "<li>",
            "</li>",
            "<B>",
            "</B>",
            "<!---->",
            "<!-->",
            "<title>",
            "</a b>",
        ),
        *(
            "\n**a** b  \nc *d*\n",
            "\n*a **b** c*",
            "\n**a*",
            "**[a](/b)**",
            "*`a` b*",
            " **a**, ",
            "[**a**](/b)",
            "[](/b)",
        ),
        *(
            "\n- a\n- b\n",
            "\n1. a\n",
            "\n> a\n",
            "\n    code\n",
            "\nA\n===\n",
            "\nA\n---\n",
            "\n***\n",
            "\n- - -\n",
            "\n\t\n",
            "\r\n",
        ),
    ]
)


@pytest.mark.parametrize("name", OPTIONS)
@settings(max_examples=60)
@given(st.lists(WORDS, max_size=30).map("".join) | st.lists(LINES, max_size=20).map("".join))
def test_any_markdown_becomes_the_same(name: str, text: str) -> None:
    quickly, slowly = PAIRS[name]
    assert quickly.convert_text(text) == slowly.convert_text(text)


@pytest.mark.parametrize("name", OPTIONS)
@settings(max_examples=20)
@given(texts())
def test_any_page_becomes_the_same(name: str, text: str) -> None:
    quickly, slowly = PAIRS[name]
    page, _ = parse_page(text)
    assert quickly.convert(page) == slowly.convert(page)


CASES = (
    # code, links, line breaks, emphasis
    "plain words, nothing else",
    "`a` and ``b ` c`` and [text](/x) and [`a` b](/x#y) and [](/z) and [ ](/z)",
    "**bold** and *leaning*, **`a` b** and *[a](/b)*  \nnext line  \n**last**",
    "**a** *b*",
    "[a*b*c](/x) and [a  \nb](/x)",
    "a_b `c_d` [e](/f_g) h_i_j",
    "*a **b** c* and ***d*** and **e* f and a * b * c and **a**b and a**b**",
    "*a  \nb* c",
    "one `tick and ``two` and ```` `",
    "\\*a\\* `\\` \\[b](/c) ![image](/x.png) ![image][x] [x][x] [x]\n\n[x]: /y 'title'",
    "[a](<b c>) [a](/b 'title') [a](/b (c)) [a[b]](/c) [a](/b",
    "<https://a.b/_c_> <me@a.b> <b>x</b> &amp; & x < y &#38; [^1] a [^1]: b\n\n[^1]: note *one*\n\n    more",
    "`a` **b**\n\n- *a **b** c**`a` b*[](/b)",  # where Markdown shows a placeholder by mistake
    "a \0 `b` c",
    "a \x02klzzwxh:0000\x03 `b`",
    "- a `b`\n    - c **d** <b>e</b>\n\n    f *g* <i>h</i> k\n- l\n\n    ## m\n    n *o* p",
    "<div markdown>*a* <b>b</b> `c` & d <p>e *f* g</p> h *i*\n</div>",
    "a *b **c `d` e** f* g <b>*h*</b> ~~[x](/y)~~",
    "- # A\nb `c` *d*\n- e\n",
    # blocks
    "# A\n\ntext\n\n## A # \n### *B* `c` {#own .x}\n#### <b>D</b> & e\n##### [^1]\n\n[^1]: x",
    "A\n===\n\nB\n---\ntext\n***\n- - -\n_ _ _\n",
    "1. a\n2. b\n\n3) c\n\n٣. d\n\n* a\n+ b\n- c\n\n> quote\n> > inner\nlazy\n",
    "    code\n\n\n    more\n\ntext\n\n\n\n\ttab\n",
    "a | b\n--|--\n1 | `2|3`\n\n| a |\n|---|\n| 1 |\n\nno | table",
    "term\n: what\n\n    more\n\n: again\n\n:  no\n\n*[HTML]: Hyper\n\nHTML here",
    "[TOC]\n\n# A\n\n## B\n\n# C {data-toc-label='D'}\n\n- x {: .y }\n\ntext\n{: #z title='a > b' }",
    "# A\n\n# A\n\n## [TOC]\n\n# B \\> c\n\nSetext \\*\n---\n\n###### F",
    "%box *a*\n\n%box\n\n%wall\n\n!!a!! ??b oh\n\n!!! note\n    in *it*\n\n    too",
    "%swap\n\n%swap # h\n\n%swap - a",
    # white space and fences
    "a\r\nb\tc\n   \nd \x02 e",
    "```py\nx <b>\n```\n\n~~~\ny\n~~~\n",
    # raw HTML
    "<!-- a -->\n\ntext\n<!-- b - c -->\n\n<!-- d -->\ntext",
    '<details><summary>s</summary>\n<pre>\na &#32; & b &lt;\n<br/><img src="x">\n</pre></details>\n\ntext',
    "text &amp; &#38; &\n<div>\n<p>a<p>b <!-- c --> </q>\n</div>\n\n<!-- e -->\n\ntext",
    "<div>\nnever closed",
    "</div>\n\ntext",
    "<div>a</div> tail\n\n<div>b</div>\ntail\n\n</div>\n\n<div/>\n\n<hr>\n\n<b>c</b>\n\nd <div>e</div>\n\n",
    "<div><script>a</script></div>\n\n<div></script></div>\n\n<div></div >\n\n<div markdown='1'>*a*</div>\n\n",
    "a &#38 b\n\n<div>&#38 b</div>\n\n",
    "<p>\x02wzxhzdk:9\x03</p>\n\nwzxhzdk:0 <b>x</b>\n\n<b>y</b>\n\n<p>z</p>\n\n",
)


@pytest.mark.parametrize("text", CASES)
@pytest.mark.parametrize("name", OPTIONS)
def test_it_is_the_same_html(name: str, text: str) -> None:
    quickly, slowly = PAIRS[name]
    expected = slowly.convert_text(text)
    assert quickly.convert_text(text) == expected
    page, _ = parse_page(f"\n{text}\n\n```\nx\n```\n\n{text}\n")
    assert quickly.convert(page) == slowly.convert(page)


def test_what_is_quick_means_what_it_should() -> None:
    quickly, _ = PAIRS["usual"]
    assert quickly.convert_text(CASES[1]) == (
        '<p><code>a</code> and <code>b ` c</code> and <a href="/x">text</a> and <a href="/x#y"><code>a</code> b</a> and '
        '<a href="/z"></a> and <a href="/z"> </a></p>'
    )
    assert quickly.convert_text("**a `b`**  \n*[c](/d)*") == (
        '<p><strong>a <code>b</code></strong><br>\n<em><a href="/d">c</a></em></p>'
    )
    assert (
        quickly.convert_text("<!-- a -->\n\n<div>b &amp; c</div>\n\nd")
        == "<!-- a -->\n\n<div>b &amp; c</div>\n\n<p>d</p>"
    )


@pytest.mark.parametrize("name", ["plain", "usual"])
def test_placeholders_of_nothing_stay(name: str) -> None:
    text = "a \x02wzxhzdk:7\x03 <p>\x02wzxhzdk:0\x03</p> \x02wzxhzdk:x <p>\x02wzxhzdk:7\x03</p>"
    shown = []
    for converter in PAIRS[name]:
        assert converter.convert_text("<b>x</b>") == "<p><b>x</b></p>"
        shown.append(converter._markdown.postprocessors["raw_html"].run(text))
    assert shown == ["a \x02wzxhzdk:7\x03 <p><b></p> \x02wzxhzdk:x <p>\x02wzxhzdk:7\x03</p>"] * 2


def test_attributes_without_a_value_are_left_to_markdown() -> None:
    for name in ("usual", "plain"):
        quickly, slowly = PAIRS[name]
        assert quickly.convert_text("text {: hidden x }\n\n[a](/b){: download }") == slowly.convert_text(
            "text {: hidden x }\n\n[a](/b){: download }"
        )


@pytest.mark.parametrize(
    ("expression", "needs"),
    [
        ("abc", ("abc",)),
        ("a+b", ("a",)),
        ("a*bc", ("bc",)),
        (r"\*|_", ("*", "_")),
        ("(?:ab|cd)", ("ab", "cd")),
        ("x(?:ab|cde)y?", ("ab", "cde")),
        ("(?>ab)+", ("ab",)),
        ("(?=ab)", ("ab",)),
        ("[ab]c", ("c",)),
        ("[ab]", ("a", "b")),
        ("ab{2,3}c", ("ab",)),
        ("(ab){1,}+", ("ab",)),
        # Nothing to be told.
        ("", ()),
        ("a*", ()),
        ("(?:ab)?", ()),
        ("a|b*", ()),
        ("[^a]", ()),
        ("[a-c]", ()),
        (r"\d", ()),
        ("(?!a)", ()),
        ("(?i)ab", ()),
        ("(?i:ab)", ()),
        ("[abcdefghi]", ()),
        ("a|b|c|d|e|f|g|h|ij", ()),
    ],
)
def test_what_a_match_needs(expression: str, needs: tuple[str, ...]) -> None:
    assert find_needs(re.compile(expression)) == needs


def test_expressions_of_other_engines_need_nothing() -> None:
    assert find_needs(cast("Any", object())) == ()


def test_warnings_of_an_expression_are_not_told_twice() -> None:
    with pytest.warns(FutureWarning):
        expression = re.compile("[[a]b")
    assert find_needs(expression) == ("b]",) or find_needs(expression) == ("b",)


_EXPRESSIONS = [
    *(r"(?:(?<!\\)((?:\\{2})+)(?=`+)|(?<!\\)`)", r"\*\*|__", r"<([^<> !]+@[^@<> ]+)>", r"&(?:\#[0-9]+|[a-z]+);"),
    *("(ab|a)(?:b|ba)+", "a?b{2}", "(?:a|b*)a", "(?=ab)a", "(?<=a)b", "^(?:a|b)$", "(a)?(?(1)b|ab)", "[ab]{2,}?;"),
]


@given(st.sampled_from(_EXPRESSIONS), st.text("ab`*_<>&@;#1\\", max_size=12))
def test_every_match_has_what_is_needed(expression: str, text: str) -> None:
    compiled = re.compile(expression)
    needs = find_needs(compiled)
    assert not compiled.search(text) or not needs or any(need in text for need in needs)


def test_this_markdown_is_one_that_was_read() -> None:
    if not is_read():
        pytest.skip("this release of Markdown goes its own, slower ways: read it, and add its digest in prose/known.py")
    assert any(type(part).__name__.startswith("Quick") for part in ProseConverter({})._markdown.treeprocessors)


def test_another_markdown_goes_its_own_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "_READ", {})
    is_read.cache_clear()
    try:
        converter = ProseConverter(OPTIONS["usual"])
        parts = (*converter._markdown.treeprocessors, *converter._markdown.preprocessors, converter._markdown.parser)
        assert not any(type(part).__name__.startswith("Quick") for part in parts)
        assert converter.convert_text("*a* `b`") == "<p><em>a</em> <code>b</code></p>"
    finally:
        is_read.cache_clear()


def test_files_that_are_not_there_were_not_read(tmp_path: Path) -> None:
    assert known._digest(tmp_path) == ""


def test_what_was_replaced_is_not_markdowns_own(monkeypatch: pytest.MonkeyPatch) -> None:
    processor = HashHeaderProcessor(markdown.Markdown().parser)
    known._load.cache_clear()
    assert is_own(processor, HashHeaderProcessor)
    assert not is_own(processor, BlockProcessor)
    assert is_written(HashHeaderProcessor.RE, HashHeaderProcessor)
    assert not is_written(re.compile("#+"), HashHeaderProcessor)
    vars(processor)["RE"] = re.compile("#+")  # as an extension might
    assert not is_own(processor, HashHeaderProcessor)
    monkeypatch.setattr(HashHeaderProcessor, "test", lambda self, parent, block: False)
    assert not is_own(HashHeaderProcessor(markdown.Markdown().parser), HashHeaderProcessor)
    assert ProseConverter({}).convert_text("# a") == "<p># a</p>"


def test_expressions_that_were_replaced_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HashHeaderProcessor, "RE", re.compile(r"(?:^|\n)(?P<level>%{1,6})(?P<header>.*?)%*(?:\n|$)"))
    assert ProseConverter({}).convert_text("% a") == '<h1 id="a">a</h1>'


@pytest.mark.parametrize(
    "change",
    [
        lambda md: md.inlinePatterns.deregister("link"),
        lambda md: md.inlinePatterns.deregister("backtick"),
        lambda md: md.inlinePatterns.deregister("em_strong"),
        lambda md: md.inlinePatterns.deregister("linebreak"),
        lambda md: setattr(md.inlinePatterns["backtick"], "tag", "kbd"),
        lambda md: setattr(md.inlinePatterns["linebreak"], "tag", "hr"),
        lambda md: md.delimiters.add("*", "b,i"),
        lambda md: md.delimiters.add("~", "sub"),
        lambda md: md.inlinePatterns.register(SimpleTextInlineProcessor("(klz)", md), "klz", 5),
        lambda md: md.inlinePatterns.register(md.inlinePatterns["link"], "link", 195),
        lambda md: md.block_level_elements.append("b"),
    ],
)
def test_what_extensions_change_in_markdown_holds(change: Callable[[Any], Any]) -> None:
    class Changing(Extension):
        def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802  # Markdown's own name
            change(md)

    with _slowly():
        slowly = ProseConverter({"extensions": [Changing()]})
    quickly = ProseConverter({"extensions": [Changing()]})
    for text in (*CASES, "<b>\n\n*a*</b>\n\nklz `a`"):
        assert quickly.convert_text(text) == slowly.convert_text(text)


def test_emphasis_is_left_alone_behind_what_is_left_over_of_a_text() -> None:
    patterns = markdown.Markdown().inlinePatterns
    plan, emphasis = plan_texts(list(patterns)), patterns["em_strong"]
    texts = ("a *b*", "a `b`")
    assert [write_plain(Element("p"), text, plan, {}) for text in texts] == [True, True]
    emphasis.regions.append((0, 1, 2, 3, ("strong", "em"), 1))  # type: ignore[attr-defined]  # not all releases have it
    assert [write_plain(Element("p"), text, plan, {}) for text in texts] == [False, True]


@pytest.mark.parametrize(
    "make",
    [
        lambda size: "**a** `b` [c](/d)  \n" * size,
        lambda size: "**a" * size,
        lambda size: "`" * size + "a",
        lambda size: "[" * size,
        lambda size: "<!-- " * size,
        lambda size: "<!--" + "- " * size,
        lambda size: "<div>\n" + "&#32; <p>a</p>\n" * size + "</div>\n\n",
        lambda size: "<!-- a -->\n\n" * size,
        lambda size: "callsite0n0x " * size,
        lambda size: "".join(f"callsite{number}n" for number in range(size)),
    ],
)
@pytest.mark.untraced
def test_time_grows_with_the_text(make: Callable[[int], str]) -> None:
    blocks = markdown.Markdown().block_level_elements
    plan = plan_texts(list(markdown.Markdown().inlinePatterns))

    def work(size: int) -> Callable[[], object]:
        text = make(size)
        return lambda: (part_text(text, blocks), write_plain(Element("p"), text, plan, {}), find_stem(text))

    assert find_growth(work, 2_000) < 40


@pytest.mark.parametrize(
    "unit", ["```\nx\n```\n", "a\n```\nx\n```\nb\n", "> ```\n> x\n> ```\n", "text\n- a\n", "# a\n", "a `b` *c*\n\n"]
)
@pytest.mark.untraced
def test_time_grows_with_a_page(unit: str) -> None:
    def work(size: int) -> Callable[[], object]:
        page, _ = parse_page("\n" + unit * size)
        return lambda: PAIRS["usual"][0].convert(page)

    assert find_growth(work, 150) < 50


def test_long_blocks_become_the_same() -> None:
    text = "\n" + "a *b* `c`\n- d\n> e\n```\nx\n```\n" * 120 + "| a | b\n|---|---\n" + "| 1 | 2\n" * 300
    page, _ = parse_page(text)
    for quickly, slowly in PAIRS.values():
        assert quickly.convert(page) == slowly.convert(page)
