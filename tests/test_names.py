"""What names stand for, by Python's own rules of scope.

The texts say themselves what is in them: `#> call flask.Flask(_), base a.B` behind a line means that these uses begin
with their names on that line, and that nothing else does. A line without it has no use but imports. `?` is a use that
is one of several, `*` one that a star import may bring. Calls have their shape in brackets.
"""

from __future__ import annotations

import ast
import re
import sys
import sysconfig
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.names import Certainty, Kind, Names, Use, find_names, parse_python
from callsite.names.modules import find_absolute, join_name

_SIGNS = {Certainty.CERTAIN: "", Certainty.MAYBE: "?", Certainty.STAR: "*", Certainty.TEXT: ""}


def say(use: Use) -> str:
    """A use as the texts spell it."""
    is_call = use.kind is Kind.CALL or use.shape
    return f"{use.kind} {use.target}{_SIGNS[use.certainty]}{f'({use.shape})' if is_call else ''}"


def check(text: str, module: str = "pkg.mod", is_package: bool = False) -> Names:
    """Hold the uses in a text against what it says of itself."""
    names = find_names(text, module, is_package)
    found: dict[int, list[str]] = {}
    for use in names.uses:
        if use.kind is not Kind.IMPORT:
            found.setdefault(use.line, []).append(say(use))
    told = {}
    for number, line in enumerate(text.split("\n"), 1):
        _, sign, words = line.partition("#> ")
        if sign:
            told[number] = sorted(re.split(r" \| ", words))
    assert {line: sorted(said) for line, said in found.items()} == told
    return names


CASES = {
    "from-import": """
from flask import Flask, g as flask_g
app = Flask(__name__)  #> call flask.Flask(_)
flask_g.user = 1  #> reference flask.g.user
g, flask
""",
    "module": """
import flask
import flask.views as v, os.path
flask.views.View  #> reference flask.views.View
v.View()  #> call flask.views.View()
os.path.join("a", *b, sep=1, **c)  #> call os.path.join(_, sep=, *, **)
os.sep  #> reference os.sep
os  #> reference os
path, views
""",
    "longest chain": """
import flask
flask.current_app.logger.info("x")  #> call flask.current_app.logger.info(_)
flask.Flask(x).run().y  #> call flask.Flask(_)
flask.request.args["x"].lower()  #> reference flask.request.args
(flask.g or flask.h).x  #> reference flask.g | reference flask.h
"".join(flask.a.b)  #> reference flask.a.b
""",
    "several lines": """
import flask
(flask  #> call flask.Flask(_)
    .Flask(
        1,
    ))
""",
    "decorators": """
import flask, app
from .web import route
@flask.after_this_request  #> decorator flask.after_this_request
@route("/", *a, methods=[flask.GET])  #> decorator pkg.web.route(_, methods=, *) | reference flask.GET
@app.app.route("/")  #> decorator app.app.route(_)
@flask.Blueprint("x").route("/")  #> call flask.Blueprint(_)
@(lambda f: flask.x(f))  #> call flask.x(_)
def view(): ...
@flask.c()  #> decorator flask.c
class A: ...
""",
    "a class of the same name": """
from flask.views import View
class View(View): ...  #> base flask.views.View?
""",
    "no decorator": """
import flask
app = flask.Flask("x")  #> call flask.Flask(_)
@app.route("/")
def view(): ...
""",
    "bases": """
from flask.views import View, Meta
import typing as t
class A(View, t.Generic[t.T], metaclass=Meta):  #> base flask.views.View | base typing.Generic | reference typing.T | reference flask.views.Meta
    ...
class B(View(1), object, *View): ...  #> call flask.views.View(_) | reference flask.views.View
""",
    "annotations": """
import flask as f
x: f.X = f.y(1)  #> annotation flask.X | call flask.y(_)
z.y: f.X  #> annotation flask.X
def view(a: f.A, *b: list[f.B], c: "f.C" = f.d, **e: f.E | None) -> f.R:  #> annotation flask.A | annotation flask.B | reference flask.d | annotation flask.E | annotation flask.R
    q: f.Q[f.call(f.g)]  #> annotation flask.Q | call flask.call(_) | reference flask.g
""",
    "strings": """
'''flask.Flask()'''
from flask import Flask
__all__ = ["Flask"]
"Flask()"
# Flask()
def f() -> "Flask": "Flask"
f"{Flask} Flask() {Flask('x')!r:{Flask.y}}"  #> reference flask.Flask | call flask.Flask(_) | reference flask.Flask.y
getattr(f, "Flask")
""",
    "in a function": """
def f():
    from flask import g
    g.x  #> reference flask.g.x
    def h():
        g()  #> call flask.g()
g.x
class A:
    from flask import g
    g.y  #> reference flask.g.y
    z = [g for x in g]  #> reference flask.g
    def f(self): return g
""",
    "type checking": """
from typing import TYPE_CHECKING
if TYPE_CHECKING:  #> reference typing.TYPE_CHECKING
    from flask import Flask
else:
    import json
def f(app: Flask): json.x  #> annotation flask.Flask | reference json.x
""",
    "two imports": """
try:
    import simplejson as json
    from a import same
except ImportError:
    import json
    from a import same
try:
    import yaml
except ImportError:
    yaml = None
try:
    from flask import escape
except ImportError:
    def escape(x): ...
json.loads(x)  #> call json.loads?(_) | call simplejson.loads?(_)
same, yaml.z  #> reference a.same | reference yaml.z?
escape()  #> call flask.escape?()
import a.b
import a.c
a.b.x  #> reference a.b.x
""",
    "aliases": """
import flask
bp = flask.Blueprint  #> reference flask.Blueprint
bp("x")  #> call flask.Blueprint(_)
b: type = bp  #> reference flask.Blueprint
def f():
    d = b.y  #> reference flask.Blueprint.y
    d.z()  #> call flask.Blueprint.y.z()
    (e := flask.e)  #> reference flask.e
    [h := flask.h for x in y]  #> reference flask.h
    e, h()  #> reference flask.e | call flask.h()
one, two = flask.one, flask.two  #> reference flask.one | reference flask.two
one()
self.x = flask.x  #> reference flask.x
self.x()
n = flask.f()  #> call flask.f()
n.x
""",
    "aliases that go round": """
a = b
b = a
a()
x = x.y
import z
z = z.y  #> reference z.y?
z.w  #> reference z.w?
def f(): return q.r
q = f.q
from m import n
class A:
    n = n  #> reference m.n
    n.o  #> reference m.n.o
""",
    "shadowed": """
from flask import g, h
def parameters(g, /, h): return g, h
def others(*g, **h): return g, h
def default(g=g): return g  #> reference flask.g
def assigned():
    g.x
    g = 1
    h: int
    return h
def changed():
    g += 1
    for h in x: h.y
def bound():
    with x as g, y as (h, z): g, h
def handled():
    try: ...
    except E as g: g
    def h(): ...
    h()
def matched(x):
    match x:
        case {"a": g, **h}: g, h
def more(x):
    match x:
        case [g, *h]: g, h
        case A(): ...
def deleted():
    del g
    g
def walrus():
    [g := 1 for x in y]
    g
    class h: ...
    h
lambda g: (g, h)  #> reference flask.h
[g.x for g in g]  #> reference flask.g
{g: h for g, h in z}
def imported():
    import g, k as h
    g.x, h.x  #> reference g.x | reference k.x
class A:
    g = 1
    g.x
    def f(self): return g  #> reference flask.g
""",
    "matched": """
import ast, flask
match x:
    case ast.Name(id=flask.X): ...  #> reference ast.Name | reference flask.X
    case flask.Y | {flask.Z: 1}: ...  #> reference flask.Y | reference flask.Z
    case _ if ast.z: ...  #> reference ast.z
""",
    "global": """
def f():
    global g
    from flask import g
def h():
    g()  #> call flask.g()
def k():
    global z
    z = 1
from a import z
z  #> reference a.z?
""",
    "nonlocal": """
def f():
    from flask import g, h
    def k():
        nonlocal h
        h = 1
        return g, h  #> reference flask.g | reference flask.h?
    h()  #> call flask.h?()
""",
    "private": """
import flask as __f
class A:
    import flask as __g
    def f(self): __f.x
    __g.__x  #> reference flask._A__x
__f.__x  #> reference flask.__x
""",
    "star": """
from flask import *
from .models import *
import a
Flask(x, len(y))  #> call flask.Flask*(_, _) | call pkg.models.Flask*(_, _) | reference flask.x* | reference flask.y* | reference pkg.models.x* | reference pkg.models.y*
print(a, __name__, __file__)  #> reference a
def f(b): return b
f(b.c)  #> reference flask.b.c* | reference pkg.models.b.c*
""",
    "no star": """
from flask import g
Flask(x)
""",
    "Python's own names": """
import builtins, sys
class A:
    def f(self): return __class__, super().f()
    def g(self):
        nonlocal __class__
        __class__ = sys.x  #> reference sys.x
        return __class__.y
print(len(int))
""",
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_names_are_followed(text: str) -> None:
    assert check(text).unparsed == ""


def test_uses_have_lines_and_scopes() -> None:
    names = find_names(
        """\
import flask.views
from flask import (g,
    request as r)

@flask.route("/",
    methods=[])
class A(
    flask.View,
):
    @flask.x
    def f(self, y=lambda: r):
        def h():
            return [flask.Flask(
                1, z
            ) for z in g]
        return (
            flask
            .a
            .b
        )
    async def k(self) -> flask.K: ...
"""
    )
    assert [(use.first, use.last, use.line, use.scope, say(use)) for use in names.uses] == [
        (1, 1, 1, "", "import flask.views"),
        (2, 2, 2, "", "import flask.g"),
        (3, 3, 3, "", "import flask.request"),
        (5, 6, 5, "", "decorator flask.route(_, methods=)"),
        (8, 8, 8, "", "base flask.View"),
        (10, 10, 10, "A", "decorator flask.x"),
        (11, 11, 11, "A", "reference flask.request"),
        (13, 15, 13, "A.f.h", "call flask.Flask(_, _)"),
        (15, 15, 15, "A.f.h", "reference flask.g"),
        (17, 19, 17, "A.f", "reference flask.a.b"),
        (21, 21, 21, "A", "annotation flask.K"),
    ]


def test_a_name_in_brackets_of_its_own_begins_below_its_call() -> None:
    use = find_names("import flask\n(\nflask.g\n)(\n1)").uses[-1]
    assert (use.first, use.last, use.line) == (2, 5, 3)


def test_calls_are_told_apart_by_what_they_are_passed() -> None:
    text = "from a import f\nf()\nf(1, b=2, a=3)\nf(*x, 1, *y, **z, **w)\nf(x for x in y)\nf(**z)"
    shapes = [use.shape for use in find_names(text).uses if use.kind is Kind.CALL]
    assert shapes == ["", "_, a=, b=", "_, *, **", "_", "**"]


@pytest.mark.parametrize(
    ("text", "module", "is_package", "targets"),
    [
        ("from . import a", "p.q.m", False, ["p.q.a"]),
        ("from . import a", "p.q", True, ["p.q.a"]),
        ("from .x.y import a as b", "p.q.m", False, ["p.q.x.y.a"]),
        ("from .. import a", "p.q.m", False, ["p.a"]),
        ("from ..x import a", "p.q", True, ["p.x.a"]),
        ("import a.b, c", "p.q", True, ["a.b", "c"]),
        ("from .x import *", "p.q.m", False, ["p.q.x"]),
        # Names of modules that are not known, or not deep enough, stay relative.
        ("from . import a", "", False, [".a"]),
        ("from .ctx import after_this_request", "", False, [".ctx.after_this_request"]),
        ("from ... import a", "p.q.m", False, ["...a"]),
        ("from . import a", "m", False, [".a"]),
        ("from ..x import *", "", False, ["..x"]),
    ],
)
def test_relative_imports_start_from_the_module(text: str, module: str, is_package: bool, targets: list[str]) -> None:
    for source in (text, text + "\n)"):  # the second does not parse
        names = find_names(source, module, is_package)
        assert [use.target for use in names.uses] == targets
        assert {use.kind for use in names.uses} == {Kind.IMPORT}


def test_dots_join_without_one_more() -> None:
    assert join_name(".", "a") == ".a"
    assert join_name("..b", "a") == "..b.a"
    assert find_absolute(".", "p.m", False) == "p"
    assert find_absolute("a.b", "p.m", False) == "a.b"


def test_a_module_offers_its_imported_names() -> None:
    text = """\
from .app import Flask as Flask, Blueprint as _Blueprint
from .ctx import *
import os.path
try:
    from a import x
except ImportError:
    from b import x
Alias = Flask.inner
Made = Flask()
def f():
    from .views import hidden
    global told
    from .views import told
own = 1
if own:
    from star import *
    from .ctx import *
"""
    names = find_names(text, "flask", is_package=True)
    assert names.exports == (
        ("Alias", "flask.app.Flask.inner"),
        ("Flask", "flask.app.Flask"),
        ("os", "os"),
        ("told", "flask.views.told"),
        ("x", "a.x"),
        ("x", "b.x"),
    )
    assert names.stars == ("flask.ctx", "star")
    stars = [use for use in names.uses if use.certainty is Certainty.STAR]
    assert [(use.line, say(use)) for use in stars] == [
        (2, "import flask.ctx*"),
        (16, "import star*"),
        (17, "import flask.ctx*"),
    ]


@pytest.mark.parametrize("count", [8, 25, 3000])
def test_long_ways_from_name_to_name_end(count: int) -> None:
    """They end in time, and are followed as far as anybody would write them."""
    steps = "".join(f"a{number + 1} = a{number}.x\n" for number in range(count))
    names = find_names(f"import flask as a0\n{steps}a{count}()")
    found = [use.target for use in names.uses if use.kind is Kind.CALL]
    assert found == (["flask" + ".x" * count] if count == 8 else [])


def test_a_name_has_not_ever_more_meanings() -> None:
    doubled = "".join(f"if x: a{n + 1} = a{n}.x\nelse: a{n + 1} = a{n}.y\n" for n in range(15))
    names = find_names(f"import flask as a0\n{doubled}a15()")
    assert len([use for use in names.uses if use.kind is Kind.CALL]) == 8


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters are of Python 3.12")
def test_type_parameters_hide_names() -> None:
    check(
        """
from typing import T, Sequence
def f[T: Sequence](x: T) -> Sequence[T]: return T  #> annotation typing.Sequence | annotation typing.Sequence
class C[T](Sequence[T]): x: T  #> base typing.Sequence
type A[T] = Sequence[T]  #> annotation typing.Sequence
type Sequences = T  #> annotation typing.T
T  #> reference typing.T
"""
    )


HOSTILE = {
    "empty": "",
    "NUL": "import a\0\na.b",
    "surrogate": "import a\na.b('\ud800')",
    "minus": "-" * 100_000,
    "brackets": "(" * 10_000,
    "closed brackets": "(" * 5000 + ")" * 5000,
    "attributes": "a" + ".b" * 100_000,
    "sum": "x = " + "1+" * 100_000 + "1",
    "short sum": "import a\nx = " + "a.b+" * 900 + "1",
    "lambdas": "lambda: " * 5000 + "0",
    "few lambdas": "lambda: " * 60 + "0",
    "blocks": "".join(" " * depth + "if x:\n" for depth in range(200)),
    "calls": "import f\n" + "f(" * 20_000,
    "digits": "1" * 100_000,
    "indent": "if x:\n\ty\n        z",
    "escapes": "'\\d'\n\"\\w\"",
    "return": "return\nbreak\nnonlocal x\nglobal y\nawait z\nx = yield\n*a = b\nfrom a import *",
    "nonlocal": "x = 1\ndef f():\n nonlocal y\n y = x\nclass A:\n nonlocal x\n x = 2",
    "mark": "\ufeffimport a\na.b",
    "line ends": "import a\r\na.b\ra.c\x0c\x1c\u2028",
}


@pytest.mark.untraced
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_text_gives_an_answer(text: str) -> None:
    names = find_names(text)
    assert names.uses == tuple(sorted(names.uses))
    lines = text.count("\n") + text.count("\r") + 1
    assert all(1 <= use.first <= use.line <= use.last <= lines for use in names.uses)


def test_a_byte_order_mark_is_no_code() -> None:
    assert [use.target for use in find_names(HOSTILE["mark"]).uses] == ["a", "a.b"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import a", ""),
        ("x\n  y", "line 2: unexpected indent"),
        ("-" * 100_000, "nested too deep"),
        ("'\ud800'", "'utf-8' codec can't encode character"),
    ],
)
def test_what_does_not_parse_says_why(text: str, reason: str) -> None:
    unparsed = find_names(text).unparsed
    assert unparsed.startswith(reason)
    assert bool(unparsed) == bool(reason)


def test_odd_escapes_are_not_our_business() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert find_names("x = '\\d'; assert (x, 1); 1 is 1").unparsed == ""


_STDLIB = Path(sysconfig.get_path("stdlib"))
_TEXTS = [
    path.read_text(encoding="utf-8")
    for path in [
        _STDLIB / name for name in ("argparse.py", "dataclasses.py", "json/__init__.py", "typing.py", "ast.py")
    ]
]

_NOISE = (
    "import |from |a|.b| as c|(|)|[|]|,|=|:|\n|\n    | |def |class |@|lambda |for | in |\"\"\"|'''|\"|'|\\|#|f'|{|}|:=|->"
    "|*|**|;|async |# ... x ...\n|>>> |nonlocal |global |del |with |match x:\n case |type X = |\ud800|\0"
)
_PIECES = st.sampled_from(_NOISE.split("|"))


@st.composite
def broken_texts(draw: st.DrawFn) -> str:
    """A part of a real module, with a part of another or some noise put into it."""
    text, other = draw(st.sampled_from(_TEXTS)), draw(st.sampled_from(_TEXTS))
    start, size = draw(st.integers(0, len(text))), draw(st.integers(0, 6000))
    middle, more = draw(st.integers(0, size)), draw(st.integers(0, len(other)))
    noise = draw(st.lists(_PIECES, max_size=5).map("".join))
    cut = text[start : start + size]
    return cut[:middle] + noise + other[more : more + draw(st.integers(0, 500))] + cut[middle:]


@given(st.lists(_PIECES, max_size=40).map("".join) | st.text(max_size=60) | broken_texts(), st.booleans())
def test_no_text_is_too_odd(text: str, is_package: bool) -> None:
    names = find_names(text, "p.m", is_package)
    lines = len(re.findall(r"\r\n|\r|\n", text)) + 1
    assert names.uses == tuple(sorted(names.uses))
    for use in names.uses:
        assert 1 <= use.first <= use.line <= use.last <= lines
        assert (use.certainty is Certainty.TEXT) == bool(names.unparsed)
        assert use.target
    assert all(not name.startswith("_") and target for name, target in names.exports)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("x = 1)", SyntaxError),
        (" x", IndentationError),
        ("\ud800", ValueError),
        ("import " + "a." * 200 + "b", RecursionError),
    ],
)
def test_why_a_text_does_not_parse(text: str, error: type[Exception]) -> None:
    assert isinstance(parse_python(text), error)
    assert isinstance(parse_python("x = '\\d'"), ast.Module)


@pytest.mark.untraced
def test_every_import_of_the_standard_library_is_a_use() -> None:
    for text in _TEXTS:
        imports = [
            alias.lineno
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        ]
        assert sorted(imports) == [use.line for use in find_names(text).uses if use.kind is Kind.IMPORT]
