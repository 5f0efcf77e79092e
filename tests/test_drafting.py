"""Drafts: pages that build as they are, with where all code is from, its terms, and what is left for an author to say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from callsite.address import is_web_address
from callsite.check.metadata import check_meta
from callsite.defaults import MARKDOWN
from callsite.harvest.choosing import Choice, choose_examples
from callsite.harvest.drafting import OTHERS, TERMS, TODO, Subject, draft_page, make_terms
from callsite.harvest.quoting import make_plain
from callsite.harvest.ranking import Candidate
from callsite.harvest.release import Licence, Release
from callsite.harvest.targets import Target
from callsite.model import Listing, Page, Symbol
from callsite.page import format_page, lines_fit, parse_page
from callsite.render import Rendered, Renderer
from tests.harvested import MIT, hostile_texts, make_candidate, make_release

_RENDERER = Renderer(MARKDOWN)
_SYMBOL = Symbol("lib.core", "f")
_FULL = make_release(
    "demo",
    repository="https://github.com/ada/demo",
    revision="0123456789" * 4,
    artefact="demo-1.0.tar.gz",
    sha256="ab" * 32,
)


def _text(number: int) -> str:
    return f"from lib import f\n\nv{number} = {number}\nw{number} = v{number} + {number}\nf(v{number}, {number})\n"


def _choose(*candidates: Candidate) -> Choice:
    choice = choose_examples(candidates, "f")
    assert not choice.skipped
    return choice


def _draft(choice: Choice, subject: Subject | None = None) -> str:
    return format_page(draft_page(subject or Subject(_SYMBOL), choice, "lib-core-f-examples", "500010010"))


def _build(text: str) -> tuple[Page, Rendered]:
    """Build a page as a site does; nothing is wrong with it."""
    page, problems = parse_page(text, "a.md")
    assert problems == ()
    required = ("title", "category", "slug", "sortorder")
    assert list(check_meta(page.meta, page.at, required=required)) == []
    assert format_page(page) == text
    rendered = _RENDERER.render_page(page)
    assert rendered.problems == ()
    return page, rendered


def _tree(rendered: Rendered) -> LexborHTMLParser:
    return LexborHTMLParser(f"<body>{rendered.html}</body>")


def _shown(rendered: Rendered) -> str:
    """All words outside of listings, as they are seen."""
    tree = _tree(rendered)
    for figure in tree.css("figure"):
        figure.decompose()
    return " ".join(tree.css("body")[0].text().split())


_TARGET = Target("lib.core.f", "lib._core.f", ("lib.f", "lib.core.f"), "function", "f(a, *, b=1)", "Do it all.", "x", 1)


def test_a_draft_is_a_page_to_finish() -> None:
    text = _draft(
        _choose(make_candidate("from lib import f\n\n\ndef g():\n    f(1)\n", _FULL)),
        Subject(_SYMBOL, _TARGET, "https://lib.org/f", "", make_release("Lib", repository="https://github.com/l/l")),
    )
    assert (
        text
        == f"""\
title: lib.core f Example Code
category: page
slug: lib-core-f-examples
sortorder: 500010010
toc: False
sidebartitle: lib.core f
meta: Example code that shows how to use the function f of lib.core.
symbol: lib.core.f
aliases: lib.f
docs: https://lib.org/f


[`f`](https://lib.org/f) is a function in the module `lib.core` of [Lib](https://github.com/l/l). It can also be imported as `lib.f`.

It is called as `f(a, *, b=1)`.

Its documentation begins: “Do it all.”

<!-- {TODO} say what f is for, and when a reader wants it. -->

## Example 1 from demo

`demo/a.py` of [demo](https://github.com/ada/demo) 1.0 uses `f` once. The project is provided under the licence `MIT`.

<!-- {TODO} say what demo is, and what this code does. -->

```python project=demo version=1.0 path=demo/a.py rev={"0123456789" * 4} url=https://github.com/ada/demo/blob/{"0123456789" * 4}/demo/a.py#L1-L5 licence=MIT artefact=demo-1.0.tar.gz#sha256={"ab" * 32} lines=1-5
~~from lib import f


def g():
~~    f(1)
```

{TERMS}

**demo 1.0**: `MIT`, from License-Expression in its metadata.{"  "}
Copyright (c) 2020 Ada{"  "}

<details><summary>The licence of demo</summary>
<pre>
Permission is granted.
</pre></details>

"""
    )
    page, rendered = _build(text)
    assert _shown(rendered).count("TODO") == 0
    assert [heading.text for heading in rendered.headings] == ["Example 1 from demo", "Copyright and licences"]
    assert lines_fit(page.listings[0])


def test_what_is_not_known_is_not_said() -> None:
    text = _draft(_choose(make_candidate(_text(1), make_release(version=""))))
    page, rendered = _build(text)
    assert page.meta.docs == ""
    assert page.meta.aliases == ()
    assert page.listings[0].origin.url == ""
    assert page.listings[0].origin.artefact == ""
    assert _tree(rendered).css("p")[0].text() == "f is a callable in the module lib.core."
    assert _tree(rendered).css("p")[1].text() == (
        "demo/a.py of demo uses f once. The project is provided under the licence MIT."
    )
    assert "documentation" not in text
    assert rendered.links == ()


def test_the_page_of_a_library_itself() -> None:
    page = draft_page(Subject(Symbol("", "lib")), Choice((), (), ()), "lib-examples")
    text = format_page(page)
    assert "title: lib Example Code\n" in text
    assert "meta: Example code that shows how to use the callable lib of lib.\n" in text
    assert "`lib` is a library." in text
    assert TERMS not in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "attribute"}, "f is an attribute in the module"),
        ({"paths": ("lib.core.f",)}, "lib.core. It is called as"),
        ({"kind": "attribute", "signature": "f = 1"}, "It is defined as f = 1."),
        ({"kind": "attribute", "signature": "f"}, "lib.f. Its documentation begins"),
        ({"kind": "class", "signature": "f"}, "lib.f. Its documentation begins"),
        ({"paths": ("lib.f", "lib.core.f", "lib.x.f")}, "imported as lib.f or lib.x.f."),
        ({"paths": tuple(f"lib.{name}.f" for name in "abcd")}, "imported as lib.a.f, lib.b.f or lib.c.f."),
        ({"signature": "", "summary": ""}, "imported as lib.f."),
    ],
)
def test_what_the_library_says_of_it(change: dict[str, str], words: str) -> None:
    target = replace(_TARGET, **change)  # type: ignore[arg-type]  # the fields are those of Target
    _, rendered = _build(_draft(_choose(make_candidate(_text(1))), Subject(_SYMBOL, target)))
    assert words in _shown(rendered)


def test_an_authors_words_come_before_the_documentations() -> None:
    _, rendered = _build(
        _draft(_choose(make_candidate(_text(1))), Subject(_SYMBOL, _TARGET, purpose="It does *this*."))
    )
    assert "It does *this*." in _shown(rendered)
    assert "Do it all" not in _shown(rendered)


@pytest.mark.parametrize(("calls", "words"), [(1, "uses f once"), (2, "uses f twice"), (1234, "uses f 1,234 times")])
def test_uses_are_counted(calls: int, words: str) -> None:
    candidate = make_candidate("from lib import f\n" + "f(1)\n" * calls)
    _, rendered = _build(_draft(_choose(candidate)))
    assert words in _shown(rendered)
    only_imports = replace(candidate, uses=candidate.uses[:1])
    assert "uses f once" in _shown(_build(_draft(_choose(only_imports)))[1])


def test_a_test_says_that_it_is_one() -> None:
    _, rendered = _build(_draft(_choose(make_candidate(_text(1), path="tests/test_a.py"))))
    assert "tests/test_a.py of demo 1.0, which is one of its tests, uses f once." in _shown(rendered)


def test_examples_are_numbered() -> None:
    choice = _choose(*(make_candidate(_text(number), make_release(f"p{number}")) for number in (1, 2, 3)))
    page, rendered = _build(_draft(choice))
    headings = [heading.text for heading in rendered.headings if heading.level == 2]
    assert headings == ["Example 1 from p1", "Example 2 from p2", "Example 3 from p3", "Copyright and licences"]
    assert [listing.origin.project for listing in page.listings] == ["p1", "p2", "p3"]


def test_files_that_are_not_shown_are_named() -> None:
    files = [make_candidate(_text(number), _FULL, f"demo/a{number:02}.py") for number in range(14)]
    files += [make_candidate(_text(77), make_release("zoo"), "zoo.py")]
    choice = _choose(*files)
    _, rendered = _build(_draft(choice))
    entries = [" ".join(item.text().split()) for item in _tree(rendered).css("ul li")]
    assert entries[0].startswith("demo: demo/a02.py (1 use), demo/a03.py (1 use), ")
    assert entries[1:] == ["and 2 more files with 2 uses of f"]
    links = [link.target for link in rendered.links if "a02.py" in link.target]
    assert links == [f"https://github.com/ada/demo/blob/{'0123456789' * 4}/demo/a02.py#L1"]
    few = _draft(replace(choice, others=choice.others[:2]))
    assert few.count("\n- ") == 1
    assert OTHERS not in _draft(replace(choice, others=()))


def test_terms_are_given_once_for_each_project() -> None:
    other = make_release(
        "other", repository=_FULL.repository, licence=Licence("ISC", "LICENSE", ("(c) 2021 Bob",), "x")
    )
    files = [
        make_candidate(_text(1), _FULL, "a.py"),
        make_candidate(_text(2), replace(_FULL, version="2.0"), "b.py"),
        make_candidate(_text(3), other, "c.py"),
    ]
    terms = make_terms(files)
    assert terms.count("**demo 1.0**: `MIT`") == 1
    assert "2.0" not in terms
    # One repository can hold several projects, each with terms of its own.
    assert "**other 1.0**: `ISC`, from LICENSE." in terms
    assert "(c) 2021 Bob" in terms


def test_a_file_with_terms_of_its_own_has_them_on_the_page() -> None:
    top = "# Copyright 2019 Carl\n# SPDX-License-Identifier: BSD-2-Clause\n"
    choice = _choose(make_candidate(_text(1)), make_candidate(top + _text(2), path="own.py"))
    page, rendered = _build(_draft(choice))
    assert [listing.origin.licence for listing in page.listings] == ["MIT", "BSD-2-Clause"]
    shown = _shown(rendered)
    assert "The file is provided under the licence BSD-2-Clause." in shown
    assert "demo 1.0: BSD-2-Clause, from the SPDX line of own.py. Copyright 2019 Carl" in shown
    assert "demo 1.0: MIT, from License-Expression in its metadata. Copyright (c) 2020 Ada" in shown


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("Apache-2.0", ["Apache-2.0"]),
        ("MIT OR Apache-2.0", ["MIT", "Apache-2.0"]),
        ("(MIT AND ISC) OR Apache-2.0 WITH LLVM-exception", ["MIT", "ISC", "Apache-2.0", "LLVM-exception"]),
        ("GPL-2.0+", ["GPL-2.0"]),
        ("LicenseRef-Own", []),
        ("MIT AND LicenseRef-Own.1", ["MIT"]),
    ],
)
def test_long_licences_are_linked(expression: str, names: list[str]) -> None:
    for text in ("", "words\n" * 61):
        licence = Licence(expression, "LICENSE", (), text)
        candidate = make_candidate(_text(1), make_release(licence=licence))
        found = [f"https://spdx.org/licenses/{name}.html" for name in names]
        page, _ = parse_page(f"title: x\n\n{make_terms([candidate])}")
        assert [link.target for link in _RENDERER.render_page(page).links] == found


def test_a_licence_is_carried_to_the_letter() -> None:
    text = "\n\nThe <b>Licence</b>\n==========\n\n  1. & so on\n\f\n```\n# not a heading\n```\n~~~\n</pre></details>\r\nend\n\n"
    choice = _choose(make_candidate(_text(1), make_release(licence=replace(MIT, text=text))))
    _, rendered = _build(_draft(choice))
    kept = [pre.text() for pre in _tree(rendered).css("details pre")]
    assert [row.strip() for row in kept[0].strip().split("\n")] == [
        row.strip() for row in text.replace("\r", "").strip().split("\n")
    ]


_ALLOWED = frozenset(["p", "a", "code", "h2", "ul", "li", "strong", "br", "details", "summary", "pre"])

_releases = st.builds(
    Release,
    project=hostile_texts().filter(make_plain),
    version=hostile_texts(),
    artefact=hostile_texts(),
    sha256=st.sampled_from(["", "ab" * 32]),
    repository=st.sampled_from(
        ["", "https://github.com/a/b", "javascript://github.com/a", "https://github.com/a)b/(c", "https://gitlab.x/a b"]
    )
    | hostile_texts().map("https://github.com/a/{}".format),
    revision=st.sampled_from(["", "0" * 40, "main"]),
    licence=st.builds(
        Licence,
        expression=st.sampled_from(["MIT", "Apache-2.0 OR MIT"]),
        found=hostile_texts(),
        notices=st.lists(hostile_texts(), max_size=2).map(tuple),
        text=hostile_texts() | hostile_texts().map(lambda text: f"{text}\n" * 61),
    ),
)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(_releases, hostile_texts()), min_size=1, max_size=7),
    hostile_texts(),
    hostile_texts(),
    hostile_texts() | hostile_texts().map("https://{}".format),
)
@example([(make_release("a", repository="javascript://github.com/%0aalert(1)", revision="0" * 40), "a.py")], "", "", "")
@example([(make_release("-- > --><script>"), "a`b```.py")], "# a\n- b", "f(a='`')", "https://a.b/\nslug: c")
def test_nothing_a_stranger_wrote_is_more_than_text(
    found: list[tuple[Release, str]], summary: str, signature: str, docs: str
) -> None:
    files = [
        make_candidate(_text(number), release, f"{path}{number}.py")
        for number, (release, path) in enumerate(found, start=1)
    ]
    choice = choose_examples(files, "f")
    target = replace(_TARGET, summary=summary, signature=signature)
    text = _draft(choice, Subject(_SYMBOL, target, docs, "", found[0][0]))
    page, problems = parse_page(text, "a.md")
    assert problems == ()
    assert list(check_meta(page.meta, page.at, required=("title", "slug"))) == []
    assert page.meta.slug == "lib-core-f-examples"
    assert len(page.listings) == len(choice.examples)
    for listing, shown in zip(page.listings, choice.examples, strict=True):
        _is_true_to(listing, shown.candidate)
        assert listing.snippet == shown.excerpt.snippet
    rendered = _RENDERER.render_page(page)
    assert all(is_web_address(link.target) for link in rendered.links)
    tree = _tree(rendered)
    headings = [heading.text() for heading in tree.css("h2")]
    assert [" ".join(heading.split()) for heading in headings[: len(choice.examples)]] == [
        f"Example {number} from {make_plain(shown.candidate.release.project)}"
        for number, shown in enumerate(choice.examples, start=1)
    ]
    for figure in tree.css("figure"):
        figure.decompose()
    assert {node.tag for node in tree.css("body *")} <= _ALLOWED
    words = _shown(rendered)
    for shown in choice.examples:
        for notice in shown.candidate.licence.notices:
            assert make_plain(notice) in words
        assert make_plain(shown.candidate.path) in words
    assert make_plain(summary) in words or len(make_plain(signature)) > 300


def _is_true_to(listing: Listing, candidate: Candidate) -> None:
    origin, release = listing.origin, candidate.release
    assert origin.project == make_plain(release.project)
    assert origin.version == make_plain(release.version)
    assert origin.path == candidate.path
    assert origin.licence == candidate.licence.expression
    assert origin.url == "" or is_web_address(origin.url)
    assert lines_fit(listing)
    rows = candidate.text.split("\n")
    assert [rows[number - 1] for first, last in origin.lines for number in range(first, last + 1)] == [
        line.text for line in listing.snippet.lines
    ]
