"""Rules about listings: where their lines stand, gaps that are not read, marks that are misplaced, missing or wrong."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callsite.check.facts import PageFacts, gather_facts
from callsite.check.gaps import mend_gap
from callsite.check.listings import RULES
from callsite.check.places import place_lines, place_rows
from callsite.check.policy import Policy
from callsite.check.rule import Rule, apply_rules
from callsite.defaults import MARKDOWN
from callsite.model import Gap, Line, Listing, Place, Snippet
from callsite.page import parse_page
from callsite.prose.converting import ProseConverter
from callsite.snippet import find_gap_note, split_rows
from callsite.text import normalise_ends
from tests.strategies import rows, texts


@given(texts(ends=("\n", "\r\n", "\r")))
@example("```python\r\n~~a\r\n\r\n## ... x ...\r\n\r\n\\~~b\r\n```\r\n")
@example("> - ```\n>   > a\n>   ~~\n>\n>   # ... x ...\n>\n>   ~~~\n>   ```\n")
@example("- ```\n  a\n\n\n  # ... x ...\n\n      b\n\n  # ... y ...")
@example("> ```\n>\n> # ... x ...\n>\n>> \n>b\n")
@example("```\n# ... x ...\n>\n```\n")
def test_each_line_stands_where_it_is_said_to(text: str) -> None:
    page, _ = parse_page(text)
    file = split_rows(normalise_ends(text.removeprefix("\ufeff")))
    for listing in page.listings:
        places = place_rows(listing)
        assert list(places) == sorted(set(places))
        for row, place in zip(listing.snippet.rows, places, strict=True):
            written = file[place - 1]
            if isinstance(row, Gap):
                assert row.note in written
            else:
                assert _bare(row.text) in _bare(written)
                assert not row.marked or "~~" in written
        lines = [place for row, place in zip(listing.snippet.rows, places, strict=True) if isinstance(row, Line)]
        assert list(place_lines(listing)) == lines


def _bare(text: str) -> str:
    """A row without spaces, tabs, tildes and backslashes, which notation and indentation change, and NUL."""
    return "".join(character for character in text if character not in " \t~\\\0\ufffd")


def test_lines_of_a_listing_that_no_file_has_yet() -> None:
    snippet = Snippet("python", (Line("a"), Gap("x"), Line("b", marked=True)))
    assert place_rows(Listing(snippet, at=Place("a.md", 10))) == (11, 14, 17)
    assert place_lines(Listing(snippet, at=Place("a.md", 10))) == (11, 17)


def test_lines_around_gaps_and_quotes() -> None:
    page, _ = parse_page("> ```\n> a\n>\n>  \n> # ... x ...\n>\n> > b\n> ```\n")
    assert place_rows(page.listings[0]) == (2, 5, 7)


@pytest.mark.parametrize(
    ("row", "mended"),
    [
        (
            "# ... source file abbreviated to get to x examples",
            "# ... source file abbreviated to get to x examples ...",
        ),
        ("## source code abbreviated to get to g.x", "## ... source code abbreviated to get to g.x ..."),
        ("## .. source file continues ..", "## ... source file continues ..."),
        ("#  .. source continues with more g examples ..", "# ... source continues with more g examples ..."),
        (
            "## source file continues with no further examples",
            "## ... source file continues with no further examples ...",
        ),
        ("##... source file abbreviated to get to x..", "## ... source file abbreviated to get to x ..."),
        ("# ....source file abbreviated.", "# ... source file abbreviated ..."),
        ("~~## ... source file abbreviated ...", "## ... source file abbreviated ..."),
        ("... source file continues with more g examples ...", "## ... source file continues with more g examples ..."),
        ("    // . . . rest of the code omitted", "    // ... rest of the code omitted ..."),
        ("/* source file abbreviated */", "/* ... source file abbreviated ... */"),
        ("<!-- … source file continues -->", "<!-- ... source file continues ... -->"),
    ],
)
def test_a_gap_is_put_right(row: str, mended: str) -> None:
    assert mend_gap(row) == mended
    assert find_gap_note(mended) is not None


@pytest.mark.parametrize(
    "row",
    [
        "## ... source file abbreviated to get to g ...",
        "\\## ... source file abbreviated to get to g ...",
        "#...source file continues…",
        "",
        "...",
        "# ...",
        "## ..",
        "# source files are skipped...",
        "# file skipped ...",
        "# the source code continues with a table",
        "# ...unless all items with that slug are translations",
        "# first, source code is found...",
        "    source file abbreviated",
        "... source file abbreviated",
        "x = 1  # ... source file abbreviated",
        "/* ... source file abbreviated",
        "# `translation` metadata will be used as translations...",
        "# .. code-block:: python ..",
        "## source file abbreviated " + "x" * 300,
    ],
)
def test_what_is_most_likely_no_gap_is_left_alone(row: str) -> None:
    assert mend_gap(row) is None


@given(
    rows()
    | st.lists(
        st.sampled_from(
            [
                "#",
                "##",
                "/*",
                "*/",
                "~~",
                " ",
                "...",
                "..",
                "…",
                "source",
                "source file",
                "abbreviated",
                "continues",
                "the",
                "x",
                ".",
            ]
        )
    ).map(" ".join)
)
def test_what_is_put_right_is_a_gap(row: str) -> None:
    mended = mend_gap(row)
    if mended is not None:
        assert find_gap_note(row) is None
        assert find_gap_note(mended) is not None
        assert mend_gap(mended) is None


_PROSE = ProseConverter(MARKDOWN)
_RULES: dict[str, Rule[PageFacts]] = {rule.code: rule for rule in RULES}


def _gather(text: str) -> PageFacts:
    return gather_facts(parse_page(text, "content/pages/a.md")[0], text, _PROSE, Policy())


def _check(
    code: str, listing: str, symbol: str = "flask.globals.g", language: str = "python", more: str = ""
) -> list[str]:
    """The lines of the listing on which a rule finds something, 1 being the first below the fence, with the message."""
    head = f"symbol: {symbol}\n" if symbol else "title: T\n"
    text = f"{head}{more}\n```{language}\n{listing}```\n"
    above = text.count("\n", 0, text.index("```")) + 1
    return [f"{problem.at.line - above} {problem.message}" for problem in _RULES[code].apply(_gather(text))]


def _lines(found: list[str]) -> list[int]:
    return [int(message.partition(" ")[0]) for message in found]


# Tildes.


@pytest.mark.parametrize(
    ("listing", "found"),
    [
        ("x\n    ~~g.x\n", "2 `~~` behind spaces or a tab is code"),
        ("\t~~g.x\n", "1 `~~` behind spaces or a tab is code"),
        ("f(\n    ~~g.x,\n)\n", "2 `~~` behind spaces or a tab is code"),
        ("~~    ~~g.x\n", "1 `~~` behind spaces or a tab is code"),
        ("g.x = 1~~\n", "1 `~~` at the end of a line is code"),
        ("~~g.x = 1~~  \n", "1 `~~` at the end of a line is code"),
        ("x\n~from flask import g\n", "2 one tilde is no mark"),
        ("~    g.x = 1\n", "1 one tilde is no mark"),
        ("~@app.route('/')\n", "1 one tilde is no mark"),
        ("~~~return g.x\n", "1 three tildes are no mark"),
        ("x\n~~\ny\n", "2 a mark with nothing behind it"),
        ("~~x\n~~\n~~\n\n# ... more code ...\n\nz\n", "2 a mark with nothing behind it"),
        ("# ... more code ...\n\n~~  \n~~x\n", "3 a mark with nothing behind it"),
    ],
)
def test_tildes_that_are_no_mark(listing: str, found: str) -> None:
    assert _check("L109", listing) == [found]


@pytest.mark.parametrize(
    ("language", "listing"),
    [
        ("python", "~~g.x\n~~\n~~g.y\n"),
        ("python", " ~~g.x\n"),  # L103
        ("python", "x = ~~y\nz = ~mask\n"),
        ("python", "x = [\n~f(y)\n]\n"),
        ("python", "~mask\n~x | y\n"),
        ("python", '"""\nTitle\n~~~~~\n    ~~~~~\n    ~~\n"""\n'),
        ("python", "# ~~old~~ words ~~\n# a line ~~\n    ~~old~~ words\n"),
        ("python", "x = 1  # ~~~~\n"),
        ("bash", "~/bin/x\n    ~~x\ncp a a~~\n"),
        ("markdown", "    ~~x\n~~x~~\nx~~\n"),
        ("", "    ~~x\n"),
        ("no-such-language", "    ~~x\n"),
        ("javascript", "const x =\n    ~~(y / 2);\n~f(x)\n"),
        ("c++", "~Foo()\n~Foo() {\n"),
        ("rst", "Title\n~~~~~\n"),
    ],
)
def test_tildes_that_are_right(language: str, listing: str) -> None:
    assert _check("L109", listing, language=language) == []


def test_a_mark_further_right_in_another_language() -> None:
    assert _lines(_check("L109", "int x;\n    ~~f();\n", language="c")) == [2]


# Gaps.


@pytest.mark.parametrize(
    ("listing", "lines"),
    [
        ("x\n\n# ... source file abbreviated to get to g examples\n\ny\n", [3]),
        ("x\n~~## ... source file abbreviated ...\n", [2]),
        ("## source code abbreviated to get to g\n## .. source file continues ..\n", [1, 2]),
        ("# .. and so on ...\n", [1]),
        ("# . . . and so on . . .\n", [1]),
        ("x\n\n## ...\n\ny\n", [3]),
        ("x\n\n## ....\n", [3]),
        ("    ... source file continues with more g examples ..\n", [1]),
    ],
)
def test_a_gap_that_is_not_read(listing: str, lines: list[int]) -> None:
    assert _lines(_check("L110", listing)) == lines


def test_the_hint_is_the_gap() -> None:
    text = "title: T\n\n> ```\n>   # source file abbreviated to get to g\n> ```\n"
    [problem] = _RULES["L110"].apply(_gather(text))
    assert (problem.at.line, problem.hint) == (4, "write `# ... source file abbreviated to get to g ...`")


@pytest.mark.parametrize(
    "listing",
    [
        "x\n\n## ... source file abbreviated to get to g examples ...\n\ny\n",
        "\\## ... source file abbreviated ...\n",
        "class A:\n    ...\n    # ...\n",
        "# ...\n",
        "x\n## ...\ny\n",
        "~~# ... or else ...\n",
        "# .. versionadded:: 2.0 ..\n",
        "# ...unless all of them are\n# and so on...\n",
        "# source file\nsource = 1\n",
        "print('...')\n",
        f"# .. {'x ' * 200} ..\n",
    ],
)
def test_what_is_no_gap(listing: str) -> None:
    assert _check("L110", listing) == []


# Listings without marks, and without a language.


def test_a_listing_without_a_mark() -> None:
    assert _check("L111", "from flask import g\n") == ["0 no line of this listing is marked"]
    assert _check("L111", "<p>\n", language="html project=x") == ["0 no line of this listing is marked"]


@pytest.mark.parametrize(
    ("listing", "symbol", "language", "more"),
    [
        ("~~from flask import g\n", "flask.globals.g", "python", ""),
        ("from flask import g\n", "", "python", ""),
        ("from flask import g\n", "flask", "python", ""),
        ("from flask import g\n", "flask.globals.g", "python", "toc: True\n"),
        ("pip install flask\n", "flask.globals.g", "bash", ""),
        ("42\n", "flask.globals.g", "", ""),
        (">>> g.x\n42\n", "flask.globals.g", "python", ""),
        (">>> g.x\n42\n", "flask.globals.g", "pycon", ""),
        ("\n  \n", "flask.globals.g", "python", ""),
    ],
)
def test_a_listing_that_needs_no_mark(listing: str, symbol: str, language: str, more: str) -> None:
    assert _check("L111", listing, symbol, language, more) == []


@pytest.mark.parametrize("listing", ["~~g.x\n", "x\n\n## ... source file abbreviated ...\n"])
def test_code_without_a_language(listing: str) -> None:
    assert _check("L115", listing, language="") == ["0 this listing says no language, and is shown without colours"]


def test_the_language_goes_behind_the_fence() -> None:
    [problem] = _RULES["L115"].apply(_gather('symbol: a.b\n\n~~~~ project="a b"\nx\n~~~~\n'))
    assert (problem.at.line, problem.hint) == (3, "write it behind the fence: ~~~~python")


def test_what_may_go_without_a_language() -> None:
    assert _check("L115", "pip install flask\n", language="") == []
    assert _check("L115", "~~g.x\n", language="text") == []
    assert _check("L115", "~~g.x\n", language="", symbol="") == []


# What marks have to do with the page.


@pytest.mark.parametrize(
    ("listing", "lines"),
    [
        ("~~import os\n~~import sys\n\n~~from flask import g\n~~g.x\n", [1]),
        ("from flask import g\n~~g.x\n\n\n~~# this:\n~~y = 2\n~~z = 3\n", [6]),
        ("~~from flask import Blueprint\nfrom flask import g\n~~g.x\n", [1]),
        ("~~from flask import g\n\ndef a():\n~~    return g.x\n\ndef b():\n~~    return 2\n", [7]),
        ("~~from flask import g\n\n\n## ... more code ...\n\n~~y = 2\n", [6]),
        ("~~from flask import (\n~~    g)\nclass A:\n    def a(self): g.x\n    def b(self):\n~~        y\n", [6]),
        ("from flask import g\nprint g.x\n~~y = 2\n", [3]),  # what does not parse
        ("import flask\nflask.g.x\n~~flask.Flask()\n", [3]),
        ("from flask import g\nif x:\n~~    y = 1\nelse:\n    g.x\n", [3]),
    ],
)
def test_marks_that_have_nothing_to_do_with_the_page(listing: str, lines: list[int]) -> None:
    assert _lines(_check("L112", listing)) == lines


@pytest.mark.parametrize("listing", ["x\n~~import os\ny\n~~os.path\n", "x\n~~y\n\n# ... more code ...\n\n~~z\n"])
def test_a_listing_that_has_nothing_to_do_with_the_page(listing: str) -> None:
    assert _check("L112", listing) == ["2 no line of this listing mentions `flask.globals.g`"]


@pytest.mark.parametrize(
    "listing",
    [
        # It says the name, in whatever way.
        "~~from flask import g\n~~g.x = 1\n",
        "~~from flask import g as h\ny\n~~h.x\n",
        "~~import flask.globals\ny\n~~flask.globals.g.x\n",
        "~~import flask\ny\n~~flask.g.x\n",
        "~~from flask import *\ny\n~~g.x\n",
        "~~from .compat import g\ny\n~~g.x\n",
        "~~from . import globals\ny\n~~globals.g.x\n",
        "~~from my import things\ny\n~~things.g.x\n",
        "y\n~~self.g(2)\n",
        "~~from flask import (\n~~    Flask,\n~~    g,\n~~)\n",
        "from flask import (\n~~    Flask,\n    g,\n)\n",
        # It belongs to a statement that does.
        "from flask import g\ng.execute('''\n~~SELECT 1\n''')\n",
        "from flask import g\nf(g,\n~~  y,\n  z)\n",
        "from flask import g\n@g.use\n~~def f(x):\n~~    return x\n",
        "from flask import g\n~~@other\ndef f(x):\n    return g.x\n",
        "from flask import g\n@g.use\n@other\nclass A:\n    def f(self, x):\n~~        return x\n",
        "from flask import g\n~~async def f(x):\n    return g.x\n",
        "from flask import g\ndef f(x):\n    y = g.x\n~~    return y + 1\n",
        "from flask import g\ndef f():\n    def h():\n~~        return 1\n    return g.x\n",
        "from flask import g\nwith g.x:\n~~    y = 1\n",
        "from flask import g\n~~if x:\n    g.x\n",
        # It stands in a class that is made with it.
        "from flask import g\nclass A:\n    x = g.x\n\n    class Meta:\n~~        y = 1\n",
        "from flask import g\nclass A(g.Base):\n    def f(self):\n~~        return 1\n",
        # It uses what was made of it.
        "from flask import g\napp = g.x\n@app.route('/')\ndef f():\n    pass\n~~app.run()\n",
        "from flask import g\nself.app: App = g.x\nclient = self.app.test()\n\n~~client.get('/')\n",
        "from flask import g\nwith g.x as y:\n    pass\n~~y.close()\n",
        "from flask import g\nif (y := g.x): pass\n~~y.close()\n",
        "from flask import g\nfor a, (b, c) in g.x: pass\n~~c.close()\n",
        "from flask import g\ndef f():\n    return g.x\n\n~~f()\n",
        "from flask import g\nclass A:\n    def f(self):\n        return g.x\n\n~~class B(A):\n~~    pass\n",
        "~~from my import form\nfrom flask import g\ny\n~~g.x(form)\n",
        # The beginning of what it stands in was left out.
        "    g.x = 1\n    y = 2\n~~    return y\n",
        # It is no code.
        "from flask import g\ng.x(\ny\n~~)\n",
        "from flask import g\n~~g.x\n\n~~# a comment\n",
        "~~of a text.\n\n    import a\n'''\nfrom flask import g\nimport x\nx = g.y\n",
        "~~# a comment\n",
        "y = 1\n",
    ],
)
def test_marks_that_something_ties_to_the_page(listing: str) -> None:
    assert _check("L112", listing) == []


@pytest.mark.parametrize(
    ("symbol", "language"),
    [("", "python"), ("flask", "python"), ("flask.globals.g", "bash"), ("flask.globals.g", "pycon")],
)
def test_marks_are_looked_at_only_in_python_about_a_symbol(symbol: str, language: str) -> None:
    assert _check("L112", "from flask import g\ny\n~~import os\n", symbol, language) == []


def test_marks_that_use_what_is_below_a_module() -> None:
    listing = "~~from django.db import migrations as m\ny\n~~m.RunPython(x)\nz\n~~m.x.y\n\n\n~~import os\n"
    assert _lines(_check("L112", listing, "django.db.migrations")) == [8]


def test_marks_by_an_alias() -> None:
    listing = "import os\n~~from flask import h\ny\n~~h.x\n"
    assert len(_check("L112", listing)) == 1
    assert _check("L112", listing, more="aliases: flask.h\n") == []


@pytest.mark.parametrize(
    ("listing", "lines"),
    [
        ("from flask import g\n~~g.x\n", [1]),
        ("from flask.globals import g as h\n~~h.x\n", [1]),
        ("from flask import (\n    Flask,  # (\n    g,\n)\n~~g.x\n", [3]),
        ("from flask import Flask, \\\n    g\n~~g.x\n", [2]),
        ("def f():\n    from flask import g\n~~    g.x\n", [2]),
        ("from flask import g\n~~g.x\nfrom flask import g\n", [1, 3]),
    ],
)
def test_an_import_that_is_not_marked(listing: str, lines: list[int]) -> None:
    assert _check("L113", listing) == [f"{line} this import of `flask.globals.g` is not marked" for line in lines]


@pytest.mark.parametrize(
    "listing",
    [
        "~~from flask import g\ng.x\n",
        "from flask import Flask\n",
        "import flask\n~~flask.g.x\n",
        "from flask.other import g\n",
        "from flask import (\n~~    g,\n)\nx = {\n    1: g,\n}\n",
        "~~from flask import Flask, \\\n~~    g\nx = g\n",
    ],
)
def test_imports_that_may_stay_as_they_are(listing: str) -> None:
    assert _check("L113", listing) == []
    assert _check("L113", listing, symbol="flask") == []


# What does not parse.


@pytest.mark.parametrize(
    ("listing", "line"),
    [
        ("class A:\n\n\nclass B:\n    x = 1\n", 4),
        ("import a\nx = f(1,\ndef g():\n    pass\n", 2),
        ("x = 1\n\n# ... more code ...\n\n    def f(self):\n        return 1\n    y == = 2\n", 7),
        ("x = 1\n\n# ... more code ...\n\n        y = 1\n# a\n    def f(self):\n        x\n    z = )\n", 9),
        ("def f():\n\tif x:\n\t\treturn 1\n\telse\n\t\treturn 2\n", 4),
        ("from a import b\nfoo(a b)\n~~x\n", 2),
        ("import a\nx = '\ny = 2\n", 2),
        ("import a\nx y\n\n# ... more code ...\n\nimport b c\n", 2),
    ],
)
def test_code_that_cannot_be_read(listing: str, line: int) -> None:
    assert _lines(_check("L114", listing)) == [line]


def test_lines_in_the_words_of_python_are_those_of_the_file() -> None:
    text = "title: T\n\nx\n\n```python\na = 1\n\n## ... b ...\n\nclass C:\n\nd = 2\n```\n"
    [problem] = _RULES["L114"].apply(_gather(text))
    assert problem.at.line == 12
    assert problem.message.endswith(" on line 10")


@pytest.mark.parametrize(
    ("language", "listing"),
    [
        ("python", "import a\n\n\ndef f():\n    return a\n"),
        ("python", "import a\n\n# ... more code ...\n\n        return a\n    def f(self):\n        pass\n"),
        ("python", "import a\nclass A:\n    def f(self):\n\n\n# ... more code ...\n\n        return 1\n"),
        ("python", "import a\nx = [\n    1,\n"),
        ("python", 'import a\nx = """\nimport b c\n'),
        ("python", "import a\ntry:\n    x\n"),
        ("python", "import a\n@decorator\n\n# ... more code ...\n\n    x,\n)\ny = (1, 2)\n"),
        ("python", "of a docstring.\n\n    import x y\n"),
        ("python", "import x\nof a docstring.\n'''\ny = 1\n"),
        ("python", "else:\n    x = y z\n"),
        ("python", "# a.py\n    import a\n    if a:\n        pass\n"),
        ("python", "import a\nprint 'x'\n"),
        ("python", "import a\nprint\nx y\n"),
        ("python", "import a\ntry:\n    x\nexcept A, b:\n    y\n"),
        ("python", "import a\nx = 0777\n"),
        ("python", "import a\nx = `y`\n"),
        ("python", "import a\nx = f'{a b}'\n"),
        ("python", "import a\nclass {{ name }}(A):\n    pass\n"),
        ("python", "import a\nkey = <your key>\n"),
        ("python", ">>> import a\na\n>>> x y\n"),
        ("python", "import a\n%matplotlib inline\n"),
        ("python", "import a\nif x:\n\ty\n        z\n"),
        ("python", "import " + "a." * 300 + "b\nx y\n"),
        ("pycon", ">>> x y\n"),
        ("bash", "x y\n"),
        ("python", ""),
    ],
)
def test_code_that_is_not_sure_to_be_wrong(language: str, listing: str) -> None:
    assert _check("L114", listing, language=language) == []


# All of them.

_PLANTED = (
    "x\n    ~~g.x\n",
    "x\ng.x = 1~~\n",
    "x\n~g.x = 1\n",
    "x\n~~~g.x = 1\n",
    "x\n~~\n",
    "## ... source file abbreviated to get to g examples\n",
    "# .. and so on ..\n",
    "x\n\n## ...\n",
    "from flask import g\n",
    "~~from flask import g\n\n\n~~import os\n",
    "~~import os\n",
    "from flask import g\n~~g.x\n",
)


def test_examples_are_what_is_printed() -> None:
    """Every message among the examples, but for its place, is one that a page gets, and there are no others."""
    bodies = [*(f"```python\n{listing}```\n" for listing in _PLANTED), "```\n~~g.x\n```\n"]
    facts = [_gather(f"symbol: flask.globals.g\n\n{body}") for body in bodies]
    said = {str(problem).partition(" ")[2] for page in facts for problem in apply_rules(RULES, page)}
    examples = [example for rule in RULES for example in rule.examples if rule.code != "L114"]
    assert {example.partition(" ")[2] for example in examples} == said
    assert all(re.match(r"content/pages/a\.md:\d+: ", example) for example in examples)


@given(texts())
@example("```python\n~~\r\n```")
@example("```python\n\n~~async\n~~@\n~~def\n~~from\n~~for in\n```")
def test_any_page_can_be_looked_at(text: str) -> None:
    page = f"symbol: a.b1\n\n{text}"
    places = [problem.at for problem in apply_rules(RULES, _gather(page))]
    assert all(1 <= place.line <= len(split_rows(page)) for place in places)


_BITS = (
    *(
        "~~",
        "    ",
        " ",
        "\n",
        "\n",
        "\n~~",
        "\n    ",
        "def f():",
        "class A:",
        "@a.b1",
        "b1",
        "x",
        "=",
        "(",
        ")",
        "import ",
    ),
    *("from a import ", "as ", "for ", "in ", ":", "# ... x ...", "'''", "\\", ";", "async "),
)


@given(st.lists(st.sampled_from(_BITS), max_size=60).map("".join))
def test_any_listing_can_be_looked_at(listing: str) -> None:
    page = f"symbol: a.b1\n\n```python\nb1\n{listing}\n```\n"
    assert all(problem.at.line >= 3 for problem in apply_rules(RULES, _gather(page)))


@pytest.mark.untraced
@pytest.mark.parametrize(
    "listing",
    [
        "".join(f"{' ' * depth}if b1:\n~~{' ' * depth} x\n" for depth in range(900)),
        "".join(f"{' ' * (900 - depth)}b1 = 2\n~~y\n" for depth in range(900)),
        "b1\n" + "y\n~~x = x\n" * 5_000,
        "b1\n" + "@a\n" * 5_000 + "~~y\n",
        "from x import (\n" + "~~y\n\n" * 5_000 + "from a import b1\n",
        "x = " + "a." * 5_000 + "b1\n\n~~y\n",
        "~~from" + " ." * 5_000 + "\n~~" + "a " * 5_000 + "\nb1\n~~y\n",
        "x = " + "(" * 5_000 + "\ny\n",
        "# " + ". " * 5_000 + "x\n" + "    ~~" * 3_000 + "\n",
    ],
    ids=["deep", "rising", "names", "decorators", "imports", "chain", "from", "brackets", "dots"],
)
def test_hostile_listings_take_no_long_time(listing: str) -> None:
    facts = _gather(f"symbol: a.b1\n\n```python\n{listing}```\n")
    assert facts.words is not None
    start = time.process_time()
    list(apply_rules(RULES, facts))
    assert time.process_time() - start < 4
