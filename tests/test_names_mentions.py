"""Words that stand for something imported, and where they stand.

The texts say themselves what is in them: `#> flask.g v=flask.views` behind a line means that these words stand on it, in
this order, and no others; a word that is not spelt like the end of what it stands for is in front of `=`. Behind what it
stands for, `?` is one meaning of several, `*` what a star import may bring; several meanings have `/` between them.
"""

from __future__ import annotations

import ast
import gc
import io
import sys
import sysconfig
import tokenize
import warnings
from collections.abc import Callable, Collection
from itertools import count
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callsite.names import Certainty, Kind, Mention, find_mentions, find_names
from callsite.names.mentions import find_mentions_in_tree
from callsite.names.scope import Scope
from callsite.text import BOM, normalise_ends
from tests.growth import find_growth
from tests.strategies import texts
from tests.test_names import HOSTILE, broken_texts

_SIGNS = {Certainty.CERTAIN: "", Certainty.MAYBE: "?", Certainty.STAR: "*", Certainty.TEXT: ""}

_KNOWS_STRINGS = sys.version_info >= (3, 12)


def cut(lines: list[str], mention: Mention) -> str:
    """The word of a mention, as Python reads it."""
    return normalize("NFKC", lines[mention.line - 1][mention.start : mention.end])


def say(text: str, mention: Mention) -> str:
    """A mention as the texts spell it."""
    word = cut(text.split("\n"), mention)
    spelling = "" if mention.targets[0].rpartition(".")[2] == word else f"{word}="
    return spelling + "/".join(mention.targets) + _SIGNS[mention.certainty]


def check(text: str, module: str = "pkg.mod", is_package: bool = False) -> tuple[Mention, ...]:
    """Hold the mentions in a text against what it says of itself."""
    mentions = find_mentions(text, module, is_package)
    found: dict[int, list[str]] = {}
    for mention in mentions:
        found.setdefault(mention.line, []).append(say(text, mention))
    told = {}
    for number, line in enumerate(text.split("\n"), 1):
        _, sign, words = line.partition("#> ")
        if sign:
            told[number] = words.split()
    assert found == told
    return mentions


CASES = {
    "chains": """
import flask  #> flask
flask.ctx.g.user  #> flask flask.ctx flask.ctx.g flask.ctx.g.user
flask.Flask(flask.x).run().y  #> flask flask.Flask flask flask.x
(flask) . g [flask.h].x  #> flask flask.g flask flask.h
flask.g = flask.h = 1  #> flask flask.g flask flask.h
del flask.g.x  #> flask flask.g flask.g.x
""",
    "imports": """
import a.b.c as d, e, f.g  #> a a.b a.b.c d=a.b.c e f f.g
import a . b  #> a a.b
from a.b import c as d, e  #> a a.b a.b.c d=a.b.c a.b.e
from a import *  #> a
from sqlalchemy.dialects.mssql import VARCHAR as V  #> sqlalchemy sqlalchemy.dialects sqlalchemy.dialects.mssql sqlalchemy.dialects.mssql.VARCHAR V=sqlalchemy.dialects.mssql.VARCHAR
from from_ import a as a; from b.from_ import b  #> from_ from_.a from_.a b b.from_ b.from_.b
from a.b import (  #> a a.b
    # c, d
    c, d as e,  #> a.b.c a.b.d e=a.b.d
    f as  #> a.b.f
        g,  #> g=a.b.f
)
""",
    "relative imports": """
from . import x  #> pkg.x
from .ctx import g as h  #> pkg.ctx pkg.ctx.g h=pkg.ctx.g
from . a . b import(c)  #> pkg.a pkg.a.b pkg.a.b.c
from .b import *  #> pkg.b
from .. import y  #> ..y
from ... z import y  #> ...z ...z.y
x, h.y  #> pkg.x h=pkg.ctx.g pkg.ctx.g.y
""",
    "renamed": """
import flask as f, os.path  #> flask f=flask os os.path
f.g  #> f=flask flask.g
os.path.join  #> os os.path os.path.join
os.sep  #> os os.sep
bp = f.Blueprint  #> f=flask flask.Blueprint
bp.x()  #> bp=flask.Blueprint flask.Blueprint.x
flask.g, path
""",
    "every kind of use": """
from a import b, c  #> a a.b a.c
@b.d  #> a.b a.b.d
@c(x=c)  #> a.c a.c
class A(b.B, c[b]):  #> a.b a.b.B a.c a.b
    x: b.X = c  #> a.b a.b.X a.c
    async def f(self, b: b.T = b, *c: c.T) -> b:  #> a.b a.b.T a.b a.c a.c.T a.b
        b.x, c
    lambda b: (b, c)  #> a.c
    [b for d in c for b in d]  #> a.c
""",
    "not mentioned": """
import flask  #> flask
'''flask.g'''
"flask", b"flask", r"flask.g"  # flask.g
app = flask.Flask()  #> flask flask.Flask
app.flask.g, flask_g, self.flask
f(flask=1).flask
def flask_(flask): flask.g
for app.g in flask_: app.flask
x: "flask.Flask"
""",
    "several meanings": """
try:
    import simplejson as json  #> simplejson json=simplejson
except ImportError:
    import json  #> json
try:
    import yaml  #> yaml
except ImportError:
    yaml = None
json.loads(x)  #> json/simplejson? json.loads/simplejson.loads?
yaml.load(x)  #> yaml? yaml.load?
import a.b  #> a a.b
import a.c  #> a a.c
a.b  #> a a.b
""",
    "names bound to other things": """
from a import b, c  #> a a.b a.c
b.x, c.y  #> a.b? a.b.x? a.c? a.c.y?
b = 1
def c(): ...
""",
    "stars": """
from flask import *  #> flask
from .models import *  #> pkg.models
Flask(x.y, len(z))  #> flask.Flask/pkg.models.Flask* flask.x/pkg.models.x* flask.x.y/pkg.models.x.y* flask.z/pkg.models.z*
def f(b): return b
""",
    "private": """
import flask  #> flask
class A:
    flask.__x.y  #> flask __x=flask._A__x flask._A__x.y
    import flask as __f  #> flask __f=flask
    __f.g, __f.__g  #> __f=flask flask.g __f=flask __g=flask._A__g
""",
    "other alphabets": """
from é import ﬁn as ü, 变量  #> é é.fin ü=é.fin é.变量
"😀", ü.x, ü . ﬁ, "é"; fin; ü  #> ü=é.fin é.fin.x ü=é.fin é.fin.fi ü=é.fin
变量.हिन्दी.x  #> é.变量 é.变量.हिन्दी é.变量.हिन्दी.x
import e\u0301.x as \U0001d41f  #> é é.x f=é.x
\U0001d41f.\U0001d420, f  #> f=é.x é.x.g f=é.x
""",
    "tabs and form feeds": """
import a  #> a
\x0cif a :  #> a
\ta\t.\x0cb  #> a a.b
\x0c\ta.c\x0c  #> a a.c
""",
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_words_are_found(text: str) -> None:
    mentions = check(text)
    assert all(mention.certainty is not Certainty.TEXT for mention in mentions)


BROKEN = {
    "Python 2": """
import urllib2, flask.views as v, os . path  #> urllib2 flask flask.views v=flask.views os os.path
print "urllib2", v.x  #> v=flask.views flask.views.x
except urllib2.HTTPError, e: # urllib2  #> urllib2 urllib2.HTTPError
""",
    "imports": """
from . import x  #> pkg.x
from .ctx import g as h, i  #> pkg.ctx pkg.ctx.g h=pkg.ctx.g pkg.ctx.i
from ..y import *  #> ..y
from a.b import (c,  #> a a.b a.b.c
    # d
    d as e,  #> a.b.d e=a.b.d
from a import 1, b  #> a a.b
f = x.g(e)  #> pkg.x pkg.x.g e=a.b.d
from a import
""",
    "several meanings": """
try:
    import simplejson as json  #> simplejson json=simplejson
except ImportError:
    import json  #> json
json.loads(  #> json/simplejson json.loads/simplejson.loads
""",
    "chains": """
from flask import ctx  #> flask flask.ctx
)
(ctx . g.x[ctx].y).z(a.ctx, ctx=ctx.y  #> flask.ctx flask.ctx.g flask.ctx.g.x flask.ctx flask.ctx flask.ctx.y
)
def f(ctx): ctx.x
ctx = 1
f"{ctx}", "ctx"
""",
    "prompts": """
>>> import flask  #> flask
>>> flask.g  #> flask flask.g
... flask.h  #> flask flask.h
flask.i  #> flask flask.i
""",
    "a hole": """
import flask  #> flask
def f(
# ... abbreviated ...
    '''x flask.g
    ''' + flask.g  #> flask flask.g
""",
    "other alphabets": """
from é import ﬁn  #> é é.fin
)
"😀", fin.ﬁ  #> é.fin é.fin.fi
""",
    "not imported": """
from flask import *  #> flask
)
Flask, flask.g
""",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_words_are_found_in_what_does_not_parse(text: str) -> None:
    mentions = check(text)
    assert all(mention.certainty is Certainty.TEXT for mention in mentions)


def test_a_mention_tells_its_place() -> None:
    for text, certainty in (("import a.b as c\n c.d", Certainty.TEXT), ("import a.b as c\nx;c.d", Certainty.CERTAIN)):
        line, start = (2, text.split("\n")[1].index("c"))
        assert find_mentions(text) == (
            Mention(1, 7, 8, ("a",), certainty, True),
            Mention(1, 9, 10, ("a.b",), certainty, True),
            Mention(1, 14, 15, ("a.b",), certainty, True),
            Mention(line, start, start + 1, ("a.b",), certainty, False),
            Mention(line, start + 2, start + 3, ("a.b.d",), certainty, False),
        )


def test_names_that_go_over_several_lines() -> None:
    text = """\
import a \\
  .b \\
    as c
from \\
... x.\\
y import (z
    as w)
(c
  # c
  .d.

    e).f
"""
    expected = [
        (1, 7, "a"),
        (2, 3, "a.b"),
        (3, 7, "c=a.b"),
        (5, 4, "...x"),
        (6, 0, "...x.y"),
        (6, 10, "...x.y.z"),
        (7, 7, "w=...x.y.z"),
        (8, 1, "c=a.b"),
        (10, 3, "a.b.d"),
        (12, 4, "a.b.d.e"),
        (12, 7, "a.b.d.e.f"),
    ]
    assert [(mention.line, mention.start, say(text, mention)) for mention in find_mentions(text)] == expected


def test_relative_names_stay_relative_where_the_module_is_not_known() -> None:
    for text in ("from .a import b\nb", "from .a import b\nb)"):
        assert [mention.targets for mention in find_mentions(text)] == [(".a",), (".a.b",), (".a.b",)]
        targets = [mention.targets for mention in find_mentions(text, "p", is_package=True)]
        assert targets == [("p.a",), ("p.a.b",), ("p.a.b",)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=repr)
@pytest.mark.parametrize("rest", ["", ")"], ids=["parsed", "unparsed"])
def test_any_line_end_ends_a_line(end: str, rest: str) -> None:
    lines = ["import a", "'''", "x''', a.é.b", "\x0c", "\u2028" if rest else "", "a.c", rest]
    found = [(mention.line, mention.start, mention.end) for mention in find_mentions(end.join(lines))]
    assert found == [(1, 7, 8), (3, 6, 7), (3, 8, 9), (3, 10, 11), (6, 0, 1), (6, 2, 3)]


@pytest.mark.parametrize("rest", ["", ")"], ids=["parsed", "unparsed"])
def test_a_byte_order_mark_has_a_column(rest: str) -> None:
    found = [(mention.line, mention.start, mention.end) for mention in find_mentions(f"{BOM}import a\na.b{rest}")]
    assert found == [(1, 8, 9), (2, 0, 1), (2, 2, 3)]


def test_words_in_strings_are_found_where_python_tells_their_places() -> None:
    text = """\
import a, b
é = a.x, f"a {a.x!r:{b}} {b.y=}" 'a' f"{[a for c in b]} {(lambda: a.z)()}", b
f'''
a {a.x:>{
b}} {{a}} é { b . y = } {f"{a}"}''', a
"""
    outside = [(1, 7), (1, 10), (2, 4), (2, 6), (2, 76), (5, 37)]
    inside = [(2, 14), (2, 16), (2, 21), (2, 26), (2, 28), (2, 41), (2, 52), (2, 66), (2, 68)]
    inside += [(4, 3), (4, 5), (5, 0), (5, 14), (5, 18), (5, 28)]
    found = [(mention.line, mention.start) for mention in find_mentions(text)]
    assert found == sorted(outside + inside if _KNOWS_STRINGS else outside)


def test_names_longer_than_any_are_left_out() -> None:
    long = "a" * 300
    for rest in ("", ")"):
        text = f"import {long}.{long} as b, c\nb\nc.{long}.d.{long}\nc.d{rest}"
        found = [(mention.line, len(mention.targets[0])) for mention in find_mentions(text)]
        assert found == [(1, 300), (1, 1), (3, 1), (3, 302), (3, 304), (4, 1), (4, 3)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from a.b import c\nc . d.e", [(1, 5), (1, 7), (1, 16), (2, 0), (2, 4), (2, 6)]),
        ("from a.z import c\nz . d.e", [(1, 5), (1, 16), (2, 4), (2, 6)]),
        ("from a.b import c\nc . xdé", [(1, 5), (1, 7), (1, 16), (2, 0)]),
        ("from é.b import z\né . ﬀ.e", [(1, 7)]),
    ],
)
def test_a_place_without_its_word_is_left_out(text: str, found: list[tuple[int, int]]) -> None:
    """Trees have told wrong places before."""
    tree = ast.parse("from a.b import c\nc . d.e")
    mentions = find_mentions_in_tree(tree, text, "", False)
    assert [(mention.line, mention.start) for mention in mentions] == found


def find_strings(text: str) -> set[int]:
    """The lines with f-strings in a text that parses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        nodes = [node for node in ast.walk(ast.parse(text.removeprefix(BOM))) if isinstance(node, ast.JoinedStr)]
    return {line for node in nodes for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}


def hold(text: str, module: str = "p.m", is_package: bool = False) -> tuple[Mention, ...]:
    """Hold the mentions in a text to the laws that are true of all texts."""
    mentions = find_mentions(text, module, is_package)
    lines = normalise_ends(text).split("\n")
    end = (0, 0)
    places: dict[tuple[str, Certainty], set[int]] = {}
    for mention in mentions:
        assert cut(lines, mention).isidentifier()
        assert len(set(mention.targets)) == len(mention.targets) > 0
        assert (mention.line, mention.start) >= end
        end = mention.line, mention.end
        for target in mention.targets:
            places.setdefault((target, mention.certainty), set()).add(mention.line)
    names = find_names(text, module, is_package)
    lost = set() if _KNOWS_STRINGS or names.unparsed else find_strings(text)
    for use in names.uses:
        is_star = use.kind is Kind.IMPORT and use.certainty is Certainty.STAR
        if not is_star and len(use.target) <= 500 and use.line not in lost:
            found = places.get((use.target, use.certainty), set())
            assert use.line in found or not found.isdisjoint(range(use.line, use.last + 1)), use
    return mentions


@pytest.mark.untraced
@pytest.mark.parametrize("word", ["import ", "from ", "if x:\n    from\\\n ....", "x; import x, "], ids=repr)
def test_no_import_is_too_deep(word: str) -> None:
    """CPython takes gigabytes for these."""
    for deep, is_parsed in ((99, True), (100, False), (50_000, False)):
        text = f"import a\n{word}{'a . ' * deep}a{' import b' if 'from' in word else ''}\na.c"
        assert bool(find_names(text).unparsed) is not is_parsed
        assert find_mentions(text)[-1].targets == ("a.c",)
    assert not find_names(f"import b\nb{'.a' * 200}").unparsed


@given(st.booleans(), texts() | broken_texts())
@example(False, "import a\na.b\x0c.c\n")
@example(False, "from a import\\\n b\nb")
@example(True, "import é, aé\r\né\x0c.é.\ré")
def test_words_keep_the_laws_in_any_text(is_package: bool, text: str) -> None:
    hold(text, "p.m", is_package)


@pytest.mark.untraced
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_text_gives_an_answer(text: str) -> None:
    hold(text)


_STDLIB = Path(sysconfig.get_path("stdlib"))


def find_words(text: str) -> set[tuple[int, int, int]]:
    """Where the words of a text stand, by Python's own tokens."""
    read = io.StringIO(normalise_ends(text)).readline
    words = (token for token in tokenize.generate_tokens(read) if token.type == tokenize.NAME)
    return {(*word.start, word.end[1]) for word in words}


def check_below(text: str, roots: Collection[str], module: str = "") -> tuple[Mention, ...]:
    """Hold the words below some packages against all words."""
    words = find_mentions(text, module, roots=roots)
    every = find_mentions(text, module)
    assert words == tuple(each for each in every if any(name.partition(".")[0] in roots for name in each.targets))
    return words


# Texts, and how many words of each stand for something below `d`.
BELOW = {
    "import a.b as c, d\nfrom d.e import f\nc.x, d.y, f\n": 7,
    "if x:\n    from a import b\nelse:\n    from d import b\nb.c\n": 4,
    "import a, b.c\na.b\n": 0,
    # Other names for it, and for what it is in; names that are assigned in a circle.
    "from d import x\ny = x.z\nw = y\nw.v, y, u\n": 8,
    "import d as a, b\nclass A:\n    e = a.f\n    b = b.c\na = e = a\na.g\n": 7,
    "x = y\ny = x\nz = unknown\nimport d as x\ny.z, z\n": 6,
    # Names that are kept under others.
    "import d as __e\nclass A:\n    import d as __f\n    __f.g\n    def h(self): __e, __f, _A__f\n": 6,
    "class A:\n    def g(self): return __f.x\nimport d as _A__f\n": 4,
    "import d\ndef f():\n    nonlocal d\n    d = 1\n": 1,
    "import d\ndef f():\n    nonlocal e\n    e = d\n    e.g\n": 4,
    # Stars bring anything.
    "from d import *\nfrom e import *\nx.y\n": 3,
    "from e import *\nx.y\nimport d\n": 1,
    "def f():\n    from d import *\n    x\n": 1,
    # Spaces between the words of imports.
    "from\\\n d import a\nimport\td\nimport b, \\\n d as c\nimport b,d": 6,
    "import (a, # comment\n d\n": 1,
    "import b [\n, d\n": 1,
    "import b,\\\n  d\n)": 1,
    ">>> from \\\n... d import a, d\nd.b\n": 5,
    "import a; x = 1,; from d import y, z)": 3,
    # No imports of it.
    "import a, b; import e\nd.x\n": 0,
    "from a import d; d.x": 0,
    "from .d import x\nfrom . import d": 0,
    "'''import d'''\nx = 'import', d\n": 0,
    "import\n": 0,
    # Letters that say the same.
    "import \U0001d41d\n\U0001d41d.x\n": 3,
    # Not all that does not parse is about it.
    "import a, d\na.x, d.y, (d.z\ndef f(d, *, x=d.w): d\n": 7,
}


@pytest.mark.parametrize(("text", "number"), BELOW.items(), ids=repr)
def test_words_below_a_package(text: str, number: int) -> None:
    assert len(check_below(text, {"d"})) == number
    assert check_below(text, {"other"}) == ()


def test_words_below_a_package_in_a_module() -> None:
    text = "from .d import x\nfrom . import y as z\nimport e\nx, e.d, z"
    assert [len(check_below(text, {"p"}, module)) for module in ("p.m", "q.p", "p", "")] == [6, 0, 0, 0]
    assert [len(check_below(text, roots, "")) for roots in ({""}, {"", "e"})] == [6, 9]


@given(texts() | broken_texts(), st.frozensets(st.sampled_from(["a", "b", "d", "flask", "lib", "os", ""])))
def test_words_below_some_packages_are_those_of_all_words(text: str, roots: frozenset[str]) -> None:
    check_below(text, roots)
    check_below(text, roots, "a.b")


def test_nothing_is_left_for_the_collector() -> None:
    """Processes that live for a short time have none at work, and trees are large."""
    text = "import d\ne = d.f\ndef g():\n    global h\n    h = e\n    i = h\n"
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        assert len(find_mentions(text, roots={"d"})) == 5
        assert find_names(text).uses
        gc.collect()
        left = [each for each in gc.garbage if isinstance(each, ast.AST | Scope)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
    assert not left


# fmt: off
_PIECES_OF_IMPORTS = [
    "import", "from", "as", "d", "e", "*", ".", "..", ",", ";", "(", ")", "[", "\\", "#", ":", "=", "class A:", "_A__d",
    "__d", "def f(d):", "lambda", "nonlocal", "global", "import d\n", "import d, e\n", "from d import e\n", "d.e\n",
    "from d import *\n", "e=d\n", "f=e.g\n", "e\n", ">>> ", "... ", "import(d)", "'''", "if x:\n", "try:\n", "\n", "\n",
    "\n ", " ", " ", " ", "\\\n", "\t", "\r",
]
# fmt: on


@given(st.lists(st.sampled_from(_PIECES_OF_IMPORTS), max_size=25).map("".join))
def test_words_below_some_packages_are_found_in_any_imports(text: str) -> None:
    check_below(text, {"d"})


@pytest.mark.untraced
def test_words_keep_the_laws_in_the_standard_library() -> None:
    """Each stands where Python's own tokens have a word, and nothing that is used is left out."""
    files = [path for path in sorted(_STDLIB.rglob("*.py")) if not {"test", "tests", "site-packages"} & set(path.parts)]
    count = 0
    for path in files[::23]:
        text = path.read_text(encoding="utf-8", errors="replace")
        mentions = hold(text)
        count += len(mentions)
        hold(text + "\n)")
        if mentions and mentions[0].certainty is not Certainty.TEXT:
            assert {(mention.line, mention.start, mention.end) for mention in mentions} <= find_words(text)
    assert count > 1000


_LONG = {
    "chain": "a.",
    "lines": "a.b.c\n",
    "calls": "a.b(",
    "letters": "é+a.é+",
    "letters in a row": "é.a.é;",
    "imports": "import a.b.c as d, e\n",
    "import": "a.b as c,",
    "deep imports": "b.",
    "words": "a.b ",
    "commas": "import from,",
    "words of imports": "import.from.",
    "dots of imports": "from . ",
    "strings": 'f"{a.b}"\n',
    "functions": "def f(): import a; a.b\n",
}


@pytest.mark.untraced
@pytest.mark.parametrize("rest", ["", "\n)"], ids=["parsed", "unparsed"])
@pytest.mark.parametrize("part", _LONG.values(), ids=_LONG)
def test_time_grows_with_length_alone(part: str, rest: str) -> None:
    turns = count()

    def make(size: int) -> Callable[[], object]:
        # Each text is another one: trees of texts seen before are kept.
        start = f"# {next(turns)}\n" + ("import " if part in ("a.b as c,", "b.") else "import a, é\n")
        text = start + part * (size // len(part)) + "a" + rest
        return lambda: find_mentions(text)

    assert find_growth(make, 4_000) < 40  # the square would be a hundred
