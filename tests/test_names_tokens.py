"""What names stand for in text that does not parse: excerpts with holes, text cut short, Python 2.

The texts say what is in them, as in the tests of `find_names`; none of them parses.
"""

from __future__ import annotations

import re
import sysconfig
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given

from callsite.model import Gap, Line
from callsite.names import Certainty, Kind, Use, find_names
from callsite.names.excerpts import find_in_tokens
from callsite.names.tokens import find_statements
from callsite.page import parse_page
from callsite.symbol import find_symbol
from tests.growth import find_growth
from tests.strategies import texts
from tests.test_names import check

CASES = {
    "Python 2": """
import urllib2, flask
from models import User
print "x", flask.g.x  #> reference flask.g.x
try:
    urllib2.urlopen(ur"x", 0777)  #> call urllib2.urlopen(_, _)
except urllib2.HTTPError, e:  #> reference urllib2.HTTPError
    raise User, `flask.x`, 10L  #> reference models.User | reference flask.x
exec "flask.g" in flask.y  #> reference flask.y
print >>flask.log, 1 <> 2  #> reference flask.log
""",
    "a block cut open": """
import flask
    def f(self):
        return flask.g()  #> call flask.g()
  x
flask.h  #> reference flask.h
""",
    "calls": """
from a import f, g as h
)
f()  #> call a.f()
f(1, b=2, a=f)  #> call a.f(_, a=, b=) | reference a.f
f(*x, 1, **y).g(f(h[f, 1], {2: 3}))  #> call a.f(_, *, **) | call a.f(_, _) | reference a.g | reference a.f
f(x for x, f in h)  #> call a.f(_) | reference a.g
f(lambda a, f=1, *h: (1, 2), f)  #> call a.f(_, _) | reference a.f
f(-1, not 2, "a" "b", c == f, (d, e), g=1)  #> call a.f(_, _, _, _, _, g=) | reference a.f
f.x.y().f.z  #> call a.f.x.y()
x.f(), x().f, [].f, f .x  #> reference a.f.x
""",
    "calls cut open": """
from a import f, g
f(1, f(  #> call a.f(_, _) | call a.f()
def x(): g(  #> call a.g()
class y(f(1:  #> call a.f(_)
return g(1, z=  #> call a.g(_, z=)
""",
    "decorators": """
import flask, app
)
@flask.after_this_request  #> decorator flask.after_this_request
@flask.route("/", methods=[flask.GET])  #> decorator flask.route(_, methods=) | reference flask.GET
@flask.Blueprint("x").route("/")  #> call flask.Blueprint(_)
@x.route(flask.y)  #> reference flask.y
async def view(): ...
@flask.cut(  #> decorator flask.cut
""",
    "bases": """
from a import A, B
)
class C(A, B.D, metaclass=A, *x): pass  #> base a.A | base a.B.D | reference a.A
class C(A[B], B(1)): x = A  #> base a.A | reference a.B | call a.B(_) | reference a.A
class (A): A  #> reference a.A | reference a.A
class C:
    A.x  #> reference a.A.x
""",
    "annotations": """
from a import A, B, C
)
def f(x: A, *y: B.x[A, C] = C, z: A() = 1) -> B[A, C]: C  #> annotation a.A | annotation a.B.x | annotation a.A | annotation a.C | reference a.C | call a.A() | annotation a.B | annotation a.A | annotation a.C | reference a.C
x: A = B  #> annotation a.A | reference a.B
x.y: A  #> annotation a.A
x[1]: A  #> reference a.A
else: A  #> reference a.A
{x: A, "y": B}  #> reference a.A | reference a.B
x[A:B]  #> reference a.A | reference a.B
async def g(x=A): B  #> reference a.A | reference a.B
""",
    "bound": """
from a import A, B
)
A = B = 1
A += 2
A.x = B.y == A  #> reference a.A.x | reference a.B.y | reference a.A
for A in B: A  #> reference a.B | reference a.A
for x, A in [A for A in B]: pass  #> reference a.A | reference a.B
with x as A: pass
def A(): pass
class B: pass
global A
if (A := B): pass  #> reference a.B
x(A=B)  #> reference a.B
x(A == B, A != B)  #> reference a.A | reference a.B | reference a.A | reference a.B
lambda A, B=1: 0
""",
    "parameters": """
from a import A, B
)
A  #> reference a.A
def f(self, A, b=B, *c, **d):  #> reference a.B
    A.x
    def g(): A
    if A(B): B  #> reference a.B | reference a.B
@B(A)  #> decorator a.B(_) | reference a.A
def g(*A, **B): return A, B
def h((A, x), B): A  #> reference a.A | reference a.A
class C:
    def k(A):
        A

    # A
    A  #> reference a.A
A  #> reference a.A
""",
    "a parameter of a function that a hole ends": """
from a import A
)
def f(A):
    A.x

# ... source file abbreviated to get to A examples ...

        A.y  #> reference a.A.y
""",
    "strings and comments": r"""
from a import A
)
"A" 'A' b'A' ur"A\" A" f"{A}"  # A
'''A
 A \''' A''' + A  #> reference a.A
x = "A \
A" + A  #> reference a.A
y = "A
A  #> reference a.A
z = 'it"s A
# ... A
#... x A …
A"A"  #> reference a.A
""",
    "cut in a string": '''
from a import A
)
A.b  #> reference a.A.b
def f():
    """The A
    A()
''',
    "a docstring without its beginning": '''
from a import A

## ... source file abbreviated ...

    words of the docstring of A
    """
    x = A(1)  #> call a.A(_)
    return x

def f():
    """It's A."""
    A.y  #> reference a.A.y
''',
    "docstrings without beginning and end": """
from a import A

# ... abbreviated ...

    words
    '''
    @A  #> decorator a.A
    def f(): return A  #> reference a.A
    '''
    More words of A,
    A(words)

# ... abbreviated ...

A  #> reference a.A
""",
    "a docstring with code in it": '''
from a import A
)
def f():
    """Do this::

        A()
        if A: return A
    """
    return A  #> reference a.A
x = A()  #> call a.A()
if x: return A  #> reference a.A
''',
    "prompts": """
>>> import flask
>>> @flask.x  #> decorator flask.x
... def f():
...     return flask.g  #> reference flask.g
'a result of flask
>>> flask.y(  #> call flask.y(_)
...     1)
""",
    "continued lines": """
from a import \\
    A
)
A \\
    .x  #> reference a.A
(A  #> reference a.A.x
    .x)
""".replace("A \\\n    .x  #> reference a.A\n", ""),
    "brackets that never close": """
import a
x = (a.b, [  #> reference a.b
@a.c  #> decorator a.c
def f(y, {
    return a.d  #> reference a.d
z)]} = a.e  #> reference a.e
""",
    "short statements": """
import a; a.b; import c  #> reference a.b
try: import d
except: c.x; d.y(  #> reference c.x | call d.y()
""",
    "two imports": """
try:
    import simplejson as json
except ImportError:
    import json
json.x(  #> call json.x() | call simplejson.x()
""",
    "not imported": """
)
Flask(x)
flask.Flask
from flask
import
from flask import
from .flask import Flask Flask
import this module
from import x
import a as
import a.
import 1
from a import b.c, *, 2 as z
from a.b imports
b, c, z, module, this, x, a, Flask
""",
    "a star": """
from flask import *
)
Flask()
""",
    "other alphabets": """
from a import ﬁn
)
fin.ﬁn  #> reference a.fin.fin
""",
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_names_are_followed(text: str) -> None:
    names = check(text)
    assert names.unparsed
    assert all(use.certainty is Certainty.TEXT for use in names.uses)


def test_uses_have_lines_and_scopes() -> None:
    names = find_names(
        """\
import flask.views
from flask import (g,
    request as r, # one
    # two
    h,
class A(
    flask.View,
):
    @flask.x
    def f(self, y=r):
        def h():
            return [flask.Flask(
                1, z
            ) for z in g]
        return (
            flask
            .a
            .b
        )
    async def k(self): from b import c; flask.k(1,
        2

# ... abbreviated ...

        flask.m()
"""
    )
    assert [(use.first, use.last, use.line, use.scope, use.kind.value, use.target) for use in names.uses] == [
        (1, 1, 1, "", "import", "flask.views"),
        (2, 2, 2, "", "import", "flask.g"),
        (3, 3, 3, "", "import", "flask.request"),
        (5, 5, 5, "", "import", "flask.h"),
        (7, 7, 7, "", "base", "flask.View"),
        (9, 9, 9, "A", "decorator", "flask.x"),
        (10, 10, 10, "A", "reference", "flask.request"),
        (12, 14, 12, "A.f.h", "call", "flask.Flask"),
        (14, 14, 14, "A.f.h", "reference", "flask.g"),
        (16, 18, 16, "A.f", "reference", "flask.a.b"),
        (20, 20, 20, "A.k", "import", "b.c"),
        (20, 21, 20, "A.k", "call", "flask.k"),
        (25, 25, 25, "", "call", "flask.m"),
    ]


def test_a_module_offers_its_imported_names() -> None:
    text = "from .app import Flask, _x\nfrom .ctx import *\ndef f():\n  import os\nimport a.b; from a import *\n)"
    names = find_names(text, "flask", is_package=True)
    assert names.exports == (("Flask", "flask.app.Flask"), ("a", "a"))
    assert names.stars == ("flask.ctx", "a")
    assert [use.target for use in names.uses] == ["flask.app.Flask", "flask.app._x", "flask.ctx", "os", "a", "a.b"]


@given(texts())
def test_any_text_has_statements(text: str) -> None:
    statements = list(find_statements(text))
    lines = [token.line for statement in statements for token in statement.tokens]
    assert lines == sorted(lines)
    assert all(statement.tokens for statement in statements)


_LONG = {
    "brackets": "(",
    "quotes": "'",
    "double quotes": '"',
    "both quotes": "\"'",
    "long strings": "\"\"\"'''",
    "escaped long strings": "'''\\",
    "backslashes": "\\",
    "line ends": "\\\n",
    "hashes": "#",
    "holes": "# ... x ...\n",
    "hole": "# ... ",
    "dots": ".",
    "prompts": "\n>>>",
    "spaces": " ",
    "blank lines": " \n",
    "names": "a",
    "numbers": "1.",
    "chain": "a.",
    "calls": "a(",
    "decorators": "\n@a(",
    "functions": "def a(a):",
    "imports": "import a,",
    "from": "from a.",
    "statements": "'''\na = (a,\n",
    "colons": "\nif a:",
    "prefixes": "rb",
    "for": "for ",
    "lambda": "lambda a,",
}


@pytest.mark.untraced
@pytest.mark.parametrize("part", _LONG.values(), ids=_LONG)
def test_time_grows_with_length_alone(part: str) -> None:
    def make(size: int) -> Callable[[], object]:
        text = "import a\n)" + part * (size // len(part))
        return lambda: find_in_tokens(text, "", False, "")

    assert find_growth(make, 4_000) < 40  # the square would be a hundred


def _place(use: Use) -> tuple[object, ...]:
    return use.first, use.last, use.line, use.target, use.kind, use.scope, use.shape


def _compare(text: str) -> tuple[int, int, int, int]:
    """How many uses the rules of scope find, how many the tokens, how many places both, how many uses both."""
    exact = find_names(text, "p.m")
    rough = find_in_tokens(text, "p.m", False, "")
    known = Counter((use.line, use.target) for use in exact.uses if use.kind is Kind.IMPORT or use.certainty != "star")
    found = Counter((use.line, use.target) for use in rough.uses)
    same = {_place(use) for use in exact.uses} & {_place(use) for use in rough.uses}
    return len(known), len(found), len(known.keys() & found.keys()), len({(place[2], place[3]) for place in same})


@pytest.mark.untraced
def test_tokens_tell_nearly_what_the_rules_of_scope_tell() -> None:
    """On the standard library, which parses: most of what they miss stands in f-strings or has got a second name."""
    library = Path(sysconfig.get_path("stdlib"))
    files = [path for path in sorted(library.rglob("*.py")) if not re.search("test|site-packages", str(path))]
    known = found = both = same = 0
    for path in files[::5]:
        counts = _compare(path.read_text(encoding="utf-8", errors="replace"))
        known, found, both, same = known + counts[0], found + counts[1], both + counts[2], same + counts[3]
    assert known > 1000
    assert both / known > 0.95
    assert both / found > 0.95
    assert same / both > 0.99


@pytest.mark.untraced
def test_holes_take_little_away(shared: Path) -> None:
    """In the cut listings of real pages, nearly each line that people have marked has a use of the page's symbol."""
    marked = found = both = 0
    for path in sorted(shared.glob("corpus/pages/*")):
        page, _ = parse_page(path.read_text(encoding="utf-8"))
        symbol = find_symbol(page.meta)
        for listing in page.listings if symbol is not None else ():
            assert symbol is not None
            rows = [f"# ... {row.note} ..." if isinstance(row, Gap) else row.text for row in listing.snippet.rows]
            marks = {at for at, row in enumerate(listing.snippet.rows, 1) if isinstance(row, Line) and row.marked}
            names = find_names("\n".join(rows))
            targets = [(use.line, use.target.split(".")) for use in names.uses]
            lines = {line for line, (root, *rest) in targets if root == symbol.library and symbol.name in rest}
            if names.unparsed and listing.snippet.language == "python":
                marked, found, both = marked + len(marks), found + len(lines), both + len(marks & lines)
    assert marked > 150
    assert both / marked > 0.9
    assert both / found > 0.9
