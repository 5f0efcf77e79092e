"""What a library offers: names and where they lead, public paths, signatures, summaries; and files that mean harm."""

from __future__ import annotations

import ast
import importlib
import os
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path

import griffe
import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.harvest.release import SourceFile
from callsite.harvest.summaries import find_summary
from callsite.harvest.surveys import write
from callsite.harvest.targets import Library, Target, find_library

FILES = {
    "lib/__init__.py": '''
        """A library."""
        from __future__ import annotations
        from . import ctx, json
        from .app import App
        from .ctx import after as after, g
        from .ctx import _hidden
        from other import thing
        __version__ = "1.0"
        limit = 10
    ''',
    "lib/app.py": '''
        import os
        from .ctx import after
        from .base import Base
        class App(Base):
            """The app. It does much."""
            debug: bool = False
            class Config: ...
            def __init__(self, name: str, *, debug=False) -> None: ...
            def run(self, port: int = 80) -> None:
                """Run."""
        class Empty(Unknown): ...
        class Inheriting(App): ...
        make = App
        also = make
        default = os.environ
        _private = 1
    ''',
    "lib/base.py": """
        class Base:
            def route(self, rule): ...
    """,
    "lib/ctx.py": '''
        def after(f: Callable[..., int]) -> Callable[..., int]:
            """Runs `f` after this request.

            More words.
            """
        g: Globals = Globals()
        """What a request keeps."""
        plain = Globals()
        def _hidden(): ...
    ''',
    "lib/json/__init__.py": """
        from .encode import *
        from json import loads
    """,
    "lib/json/encode.py": """
        from .deep import names
        from .deep.names import *
        __all__ = ["dumps", "TABLE"] + names.__all__
        TABLE = {}
        def dumps(x): ...
        def unlisted(x): ...
    """,
    "lib/json/deep/names.py": """
        __all__ = ("dive",)
        def dive(): ...
    """,
    "lib/listed.py": """
        __all__ = ["one"]
        __all__.extend(["two", "three"])
        __all__.append("four")
        __all__.extend(unknown)
        def one(): ...
        def two(): ...
        def unlisted(): ...
    """,
    "lib/tests/test_app.py": "def helper(): ...\nfrom lib import after",
    "lib/_impl.py": "def inner(): ...",
    "lib/api/__init__.py": "from .._impl import inner\nfrom ..ctx import after",
    "lib/lazy.py": "def __getattr__(name): ...",
    "lib/types.pyi": "def stub(): ...",
    "lib/data.json": "{}",
    "setup.py": "def setup(): ...",
}


def files(texts: dict[str, str]) -> tuple[SourceFile, ...]:
    def dedent(text: str) -> str:
        return "\n".join(line[8:] if line.startswith(" " * 8) else line for line in text.split("\n"))

    return tuple(SourceFile(path, dedent(text).encode()) for path, text in sorted(texts.items()))


@pytest.fixture
def library() -> Library:
    return find_library(files(FILES), "lib")


def find(library: Library, symbol: str) -> Target:
    target = library.find(symbol)
    assert target is not None
    assert target.symbol == symbol
    return target


@pytest.mark.parametrize("symbol", ["lib.after", "lib.ctx.after", "lib.app.after", "lib.api.after"])
def test_one_function_has_one_name_and_many_paths(library: Library, symbol: str) -> None:
    assert find(library, symbol) == Target(
        symbol,
        "lib.ctx.after",
        ("lib.after", "lib.ctx.after"),
        "function",
        "after(f: Callable[..., int]) -> Callable[..., int]",
        "Runs f after this request.",
        "lib/ctx.py",
        2,
    )


@pytest.mark.parametrize(
    ("symbol", "canonical", "paths", "kind", "signature"),
    [
        ("lib.App", "lib.app.App", ("lib.App", "lib.app.App", "lib.app.also", "lib.app.make"), "class", "App(name: str, *, debug=False)"),
        ("lib.app.Empty", "lib.app.Empty", ("lib.app.Empty",), "class", "Empty"),
        ("lib.app.Inheriting", "lib.app.Inheriting", ("lib.app.Inheriting",), "class", "Inheriting(name: str, *, debug=False)"),
        ("lib.App.run", "lib.app.App.run", ("lib.App.run", "lib.app.App.run", "lib.app.also.run", "lib.app.make.run"), "function", "run(port: int = 80) -> None"),
        ("lib.App.Config", "lib.app.App.Config", ("lib.App.Config", "lib.app.App.Config", "lib.app.also.Config", "lib.app.make.Config"), "class", "Config"),
        ("lib.App.route", "lib.base.Base.route", ("lib.base.Base.route",), "function", "route(rule)"),
        ("lib.App.debug", "lib.app.App.debug", ("lib.App.debug", "lib.app.App.debug", "lib.app.also.debug", "lib.app.make.debug"), "attribute", "debug: bool"),
        ("lib.g", "lib.ctx.g", ("lib.g", "lib.ctx.g"), "attribute", "g: Globals"),
        ("lib.limit", "lib.limit", ("lib.limit",), "attribute", "limit = 10"),
        ("lib.app.default", "lib.app.default", ("lib.app.default",), "attribute", "default = os.environ"),
        ("lib.app.also", "lib.app.App", ("lib.App", "lib.app.App", "lib.app.also", "lib.app.make"), "class", "App(name: str, *, debug=False)"),
        ("lib.json.dumps", "lib.json.encode.dumps", ("lib.json.dumps", "lib.json.encode.dumps"), "function", "dumps(x)"),
        ("lib.json.deep", "lib.json.deep", ("lib.json.deep",), "module", ""),
        ("lib.json.dive", "lib.json.deep.names.dive", ("lib.json.dive", "lib.json.encode.dive", "lib.json.deep.names.dive"), "function", "dive()"),
        ("lib.ctx._hidden", "lib.ctx._hidden", ("lib.ctx._hidden",), "function", "_hidden()"),
        ("lib.api.inner", "lib._impl.inner", ("lib.api.inner",), "function", "inner()"),
        ("lib.ctx", "lib.ctx", ("lib.ctx",), "module", ""),
        ("lib", "lib", ("lib",), "module", ""),
        ("lib.thing", "other.thing", ("lib.thing",), "import", ""),
        ("lib.json.loads", "json.loads", ("lib.json.loads",), "import", ""),
    ],
)  # fmt: skip
def test_names(
    library: Library, symbol: str, canonical: str, paths: tuple[str, ...], kind: str, signature: str
) -> None:
    target = find(library, symbol)
    assert (target.canonical, target.paths, target.kind, target.signature) == (canonical, paths, kind, signature)


@pytest.mark.parametrize(
    "symbol",
    ["lib.nothing", "lib.app.nothing", "lib.App.nothing", "lib.limit.nothing", "lib.json.unlisted", "lib.lazy.made", "lib.types.stub", "nope", "", ".", "lib.", "lib..ctx", "1", "lib.ctx.after "],
)  # fmt: skip
def test_names_that_are_not_there(library: Library, symbol: str) -> None:
    assert library.find(symbol) is None


def test_modules_say_what_they_are(library: Library) -> None:
    target = find(library, "lib")
    assert (target.summary, target.path, target.line) == ("A library.", "lib/__init__.py", 0)
    assert find(library, "lib.g").summary == "What a request keeps."


def test_canonical_names(library: Library) -> None:
    assert library.canonical("lib.after") == "lib.ctx.after"
    assert library.canonical("lib.g.user.name") == "lib.ctx.g.user.name"
    assert library.canonical("lib.app.make.run") == "lib.app.App.run"
    assert library.canonical("lib.thing.x") == "other.thing.x"
    assert library.canonical("os.path") == "os.path"
    # What a module makes when it runs is not known, whatever it is called.
    assert library.canonical("lib.nothing") == library.canonical("lib.lazy.made.x") == library.canonical("") == ""


def test_star_imports(library: Library) -> None:
    assert library.exports("lib.json.encode") == {"dumps", "TABLE", "dive"}
    assert library.exports("lib.json") == {"dumps", "TABLE", "dive", "loads"}
    assert library.exports("lib.app") == {
        "os",
        "after",
        "Base",
        "App",
        "Empty",
        "Inheriting",
        "make",
        "also",
        "default",
    }
    assert library.exports("lib") == {"App", "after", "g", "thing", "limit"}
    assert library.exports("lib.listed") == {"one", "two", "three", "four"}
    assert library.exports("lib.App") == library.exports("lib.thing") == library.exports("lib.nothing") == frozenset()


def test_what_is_public(library: Library) -> None:
    listed = {target.symbol: target for target in library.list_public()}
    assert list(listed) == sorted(listed)
    assert set(listed) == {
        "lib.App", "lib.after", "lib.g", "lib.limit", "lib.app.Empty", "lib.app.Inheriting", "lib.base.Base",
        "lib.json.TABLE", "lib.json.dumps", "lib.json.dive", "lib.api.inner", "lib.listed.one", "lib.listed.two",
    }  # fmt: skip
    assert library.list_public() is library.list_public()
    for symbol, target in listed.items():
        assert library.find(symbol) == target
        assert library.canonical(symbol) == target.canonical
        assert target.paths[0] == symbol


def test_nearest_names(library: Library) -> None:
    assert library.nearest("lib.helpers.after")[0] == "lib.after"
    assert library.nearest("lib.afterr")[0] == "lib.after"
    assert library.nearest("lib.app.app")[:2] == ("lib.App", "lib.app.App")
    assert library.nearest("lib.ctxx")[0] == "lib.ctx"
    assert library.nearest("completely.different.words") == ()
    assert len(library.nearest("lib.a")) <= 5


@pytest.mark.parametrize(
    ("texts", "root", "symbol", "path"),
    [
        ({"six.py": "def u(s): ..."}, "six", "six.u", "six.py"),
        ({"src/lib/__init__.py": "", "src/lib/a.py": "def u(): ...", "tests/lib/__init__.py": "", "tests/lib/a.py": "def u(): ..."}, "lib", "lib.a.u", "src/lib/a.py"),
        ({"lib/src/lib/__init__.py": "def u(): ...", "lib/setup.py": "def u(): ..."}, "lib", "lib.u", "lib/src/lib/__init__.py"),
        ({"google/cloud/x.py": "def u(): ..."}, "google", "google.cloud.x.u", "google/cloud/x.py"),
        ({"lib/lib/__init__.py": "def u(): ...", "lib/__init__.py": "from .lib import u"}, "lib", "lib.u", "lib/lib/__init__.py"),
        ({"lib.py": "def u(): ...", "lib/__init__.py": "def u(): ..."}, "lib", "lib.u", "lib/__init__.py"),
        ({"pytest/__init__.py": "from _pytest.x import u", "_pytest/x.py": "def u(): ..."}, "pytest", "pytest.u", "_pytest/x.py"),
        ({"lib/2to3.py": "def u(): ...", "lib/__init__.py": "def u(): ..."}, "lib", "lib.u", "lib/__init__.py"),
        ({"vendor/lib/__init__.py": "def u(): ..."}, "lib", "lib.u", "vendor/lib/__init__.py"),
    ],
)  # fmt: skip
def test_layouts(texts: dict[str, str], root: str, symbol: str, path: str) -> None:
    library = find_library(files(texts), root)
    assert find(library, symbol).path == path
    assert [target.symbol for target in library.list_public()] == [symbol]


def test_a_library_that_is_not_there() -> None:
    library = find_library(files({"lib/__init__.py": "x = 1", "README": "other"}), "other")
    assert library.list_public() == ()
    assert library.nearest("other.x") == ()
    assert library.skipped == ()
    assert library.find("other") is None
    assert library.find("other.x") is None


def test_a_package_beside_the_library_offers_nothing_itself() -> None:
    library = find_library(
        files({"pytest/__init__.py": "from _pytest.x import *", "_pytest/x.py": "def u(): ...\ndef v(): ..."}), "pytest"
    )
    assert [target.paths for target in library.list_public()] == [("pytest.u",), ("pytest.v",)]
    assert find(library, "pytest.u").paths == ("pytest.u",)


def test_renamed_twice() -> None:
    library = find_library(
        files(
            {
                "lib/__init__.py": "from .b import third",
                "lib/a.py": "def first(): ...",
                "lib/b.py": "from .a import first as second\nthird = second",
            }
        ),
        "lib",
    )
    assert find(library, "lib.third").canonical == "lib.a.first"
    assert find(library, "lib.a.first").paths == ("lib.third", "lib.a.first", "lib.b.third")


def test_a_package_that_hides_its_module() -> None:
    library = find_library(files({"bar/__init__.py": "from .bar import bar", "bar/bar.py": "def bar(): ..."}), "bar")
    assert find(library, "bar.bar").kind == "function"
    assert find(library, "bar.bar.bar").canonical == find(library, "bar.bar").canonical == "bar.bar.bar"
    assert find(library, "bar.bar").paths == ("bar.bar", "bar.bar.bar")


LONG = "def f(self, " + ", ".join(f"{name}: Annotated[int, '{'x' * 40}'] = 1" for name in "abcdefghijklmnop")
SIGNATURES = f"""
{LONG}, *args, **kwargs): ...
def many({", ".join(f"parameter{number}" for number in range(300))}): ...
big = {list(range(100))}
both: int = 3
alone: str
def two(a=1, /, b=2, *, c,
        d='''x
y''') -> None: ...
"""


@pytest.mark.parametrize(
    ("name", "signature"),
    [
        ("f", "f(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, *args, **kwargs…)"),
        ("many", "many(…)"),
        ("big", "big"),
        ("both", "both: int"),
        ("alone", "alone: str"),
        ("two", "two(a=1, /, b=2, *, c, d='x\\ny') -> None"),
    ],
)
def test_signatures(name: str, signature: str) -> None:
    assert find(find_library(files({"lib.py": SIGNATURES}), "lib"), f"lib.{name}").signature == signature


def test_what_is_nested_too_deeply_is_not_written() -> None:
    def fail(thing: object) -> str:
        raise RecursionError

    assert write("a\n  b") == "a b"
    assert write("a", fail) == ""


@pytest.mark.parametrize(
    ("docstring", "summary"),
    [
        ("Do it. Then more.", "Do it."),
        ("Do it\nwell, e.g. This way. Then more.", "Do it well, e.g. This way."),
        ("Version 1.0 does.", "Version 1.0 does."),
        ("\n    Do it.\n\n    More.\n", "Do it."),
        ("Is it? Yes.", "Is it?"),
        ("See :func:`~lib.ctx.after` and :meth:`run`.", "See after and run."),
        ("See :py:class:`the app <lib.App>` here.", "See the app here."),
        ("Uses ``x`` and `y` and `z <https://x.org>`_ and `w`_.", "Uses x and y and z and w."),
        (
            "A [link](https://x.org), ![image](y.png) and **bold** or *thin* words.",
            "A link, image and bold or thin words.",
        ),
        ("f(*args, **kwargs) and a*b*c stay.", "f(*args, **kwargs) and a*b*c stay."),
        ("Title\n=====\n\nWords.", "Words."),
        ("# Title", "Title"),
        (".. deprecated:: 1.0\n   Not now.\n\nWords.", "Words."),
        (":param x: y\n\nWords.", "Words."),
        ("!!! note\n    Not this.\n\nWords.", "Words."),
        (">>> f()\n1", ""),
        ("", ""),
        ("   \n\n  ", ""),
        ("word " * 200, "word " * 58 + "word…"),
    ],
)
def test_summaries(docstring: str, summary: str) -> None:
    assert find_summary(docstring) == summary


@given(st.text(st.sampled_from("ab.!:`*_<>[]()|\\~# \n\té")))
def test_any_docstring_has_a_summary(docstring: str) -> None:
    summary = find_summary(docstring)
    assert "\n" not in summary
    assert len(summary) <= 300


def test_huge_docstrings() -> None:
    for part in ("`", "*a", "[a](", ":a", "|", "\\", "<", ".. ", "\n\n", "a <", ":a:`a"):
        assert len(find_summary(part * 200_000)) <= 300


def many(count: int, text: str) -> dict[str, str]:
    return {f"lib/m{number}.py": text.format(number, number + 1, (number + 1) % count) for number in range(count)}


@pytest.mark.parametrize(
    ("texts", "symbol"),
    [
        ({"lib/__init__.py": "from . import x\nfrom .x import x", "lib/x.py": "from . import x"}, "lib.x.x"),
        ({"lib/a.py": "from .b import *", "lib/b.py": "from .a import *"}, "lib.a.x"),
        ({"lib/a.py": "from .b import x", "lib/b.py": "from .a import x"}, "lib.a.x"),
        ({"lib/a.py": "x = y\ny = x"}, "lib.a.x"),
        ({"lib/a.py": "from . import a\nfrom . import b\n__all__ = b.__all__", "lib/b.py": "from . import a\n__all__ = a.__all__\nfrom .a import *"}, "lib.a.x"),
        ({"lib/a.py": "class A(B): ...\nclass B(A): ...\nclass C(A.B.C, C): ..."}, "lib.a.A.x"),
        ({"lib/a.py": "\n".join(f"class A{number}({', '.join(f'A{other}.X' for other in range(30))}): ..." for number in range(30))}, "lib.a.A1.x"),
        (many(300, "from .m{1} import x"), "lib.m0.x"),
        (many(300, "from .m{2} import *\nfrom . import m{2}\n__all__ = m{2}.__all__ + ['x']"), "lib.m0.x"),
        (many(300, "from .m{2} import *"), "lib.m0.x"),
        ({"lib.py": "from lib import *\nfrom lib import lib\nimport lib.lib"}, "lib.lib.lib.x"),
    ],
)  # fmt: skip
def test_names_that_go_round_in_circles(texts: dict[str, str], symbol: str) -> None:
    library = find_library(files(texts), "lib")
    found = library.find(symbol)
    assert found is None or found.canonical
    assert found is None or library.canonical(symbol) == found.canonical
    assert library.list_public() == library.list_public()
    assert library.nearest(symbol) == library.nearest(symbol)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"print 'hello'", "it does not parse (SyntaxError)"),
        (b"-" * 100_000 + b"1", "it does not parse (MemoryError)"),
        (b"x = " + b"+".join([b"y"] * 5000), "it does not parse (RecursionError)"),
        (b"\0", "it does not parse (ValueError)"),
        (b"# coding: nonsense\n", "it does not parse (ValueError)"),
        (b"\xff\xfe", "it does not parse (ValueError)"),
        (b"#" * 2_000_000, "it is too long to be a module that people import from"),
        (b"".join(b"a%d=1\n" % number for number in range(20_000)), "it is a table of constants"),
        (b"class A:\n" + b" a=1\n" * 20_000, "it is a table of constants"),
    ],
)
def test_files_that_cannot_be_read(text: bytes, reason: str, capfd: pytest.CaptureFixture[str]) -> None:
    library = find_library(
        (SourceFile("lib/__init__.py", b"from .bad import *\ndef f(): ..."), SourceFile("lib/bad.py", text)), "lib"
    )
    assert [target.symbol for target in library.list_public()] == ["lib.f"]
    (skipped,) = library.skipped
    assert skipped.what == "lib/bad.py"
    # How CPython refuses a deep nesting differs from version to version.
    deep = ["it does not parse (MemoryError)", "it does not parse (RecursionError)"]
    assert skipped.reason in (deep if reason in deep else [reason])
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "text",
    [
        "x = '\\d'\nif 1 is 1: pass",
        "__all__ = [x for x in y]",
        "__all__ = 3\n__all__ += z.__all__",
        "__all__ += ['x']",
        "__all__ = ['x' 'y', *z, w()]",
        "def f(a=" + "(" * 150 + ")" * 150 + "): ...",
        "\n".join(f"{' ' * depth}class A{depth}:" for depth in range(90)) + f"\n{' ' * 90}x = 1",
        "a = " * 3000 + "1",
        "x: " + "a[" * 90 + "b" + "]" * 90 + " = 1",
        "lambda = 1",
        "x = 1\n" * 2000 + "=" * 5000,
        "x = '" + "=" * 5000 + "'",
    ],
)
def test_strange_modules(text: str, capfd: pytest.CaptureFixture[str]) -> None:
    library = find_library(files({"lib/__init__.py": f"from .bad import *\n{text}", "lib/bad.py": text}), "lib")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert all(library.find(target.symbol) == target for target in library.list_public())
        assert library.exports("lib") == library.exports("lib")
    assert capfd.readouterr() == ("", "")


@given(st.dictionaries(st.sampled_from(["lib.py", "lib/__init__.py", "lib/a.py", "src/lib/b.py", "lib/lib/__init__.py", "/", ""]), st.binary(max_size=30) | st.lists(st.sampled_from(["from .a import *\n", "from . import lib\n", "from lib import a, b as c\n", "a = b\n", "class a(b): ...\n", "__all__ = ['a']\n", "__all__ += b.__all__\n", "def b(): ...\n"])).map(lambda parts: "".join(parts).encode())), st.sampled_from(["lib.a", "lib.a.b", "lib.b.c", "lib.lib", "lib"]))  # fmt: skip
def test_any_files_give_an_answer(texts: dict[str, bytes], symbol: str) -> None:
    library = find_library(tuple(SourceFile(path, data) for path, data in texts.items()), "lib")
    target = library.find(symbol)
    assert (target.canonical if target else "") in (library.canonical(symbol), "")
    for listed in library.list_public():
        assert library.canonical(listed.symbol) == listed.canonical
    assert library.nearest(symbol) == library.nearest(symbol)
    library.exports(symbol)


def read(folder: Path, names: Iterable[Path]) -> tuple[SourceFile, ...]:
    return tuple(SourceFile(str(name.relative_to(folder)), name.read_bytes()) for name in sorted(names))


def test_a_real_library() -> None:
    package = Path(jinja2.__file__).parent
    library = find_library(read(package.parent, package.glob("**/*.py")), "jinja2")
    listed = {target.symbol: target for target in library.list_public()}
    # Without `__all__` a package offers what it imports from its own modules: all of it is really there.
    offered = {
        name
        for name, value in vars(jinja2).items()
        if not name.startswith("_") and getattr(value, "__module__", "").startswith("jinja2.")
    }
    assert {symbol.removeprefix("jinja2.") for symbol in listed if symbol.count(".") == 1} == offered
    for target in listed.values():
        module, _, name = target.canonical.rpartition(".")
        assert hasattr(importlib.import_module(module), name)
    assert find(library, "jinja2.Environment").paths == ("jinja2.Environment", "jinja2.environment.Environment")
    assert library.skipped == ()


@pytest.mark.parametrize("root", ["json", "email", "unittest", "ast", "logging"])
def test_the_standard_library(root: str) -> None:
    folder = Path(os.__file__).parent
    library = find_library(read(folder, [*folder.glob(f"{root}/**/*.py"), *folder.glob(f"{root}.py")]), root)
    module = __import__(root)
    listed = [target.symbol.rpartition(".")[2] for target in library.list_public() if target.symbol.count(".") == 1]
    assert listed
    assert [name for name in listed if not hasattr(module, name)] == []
    assert library.exports(root) >= set(getattr(module, "__all__", ()))
    assert library.skipped == ()


def test_names_for_type_checkers_only_are_not_offered() -> None:
    text = """
        import typing as t
        if t.TYPE_CHECKING:
            from .a import A
            # Words.

            class B: ...
        if TYPE_CHECKING:  # no
            C = 1
        class D(B): ...
    """
    library = find_library(files({"lib/__init__.py": text, "lib/a.py": "class A: ..."}), "lib")
    assert [target.symbol for target in library.list_public()] == ["lib.D", "lib.a.A"]
    assert library.exports("lib") == {"t", "D"}
    assert library.canonical("lib.A") == "lib.a.A"


def test_griffe_is_not_silenced_for_others(caplog: pytest.LogCaptureFixture) -> None:
    find_library(files({"lib.py": "__all__ = [x for x in y]"}), "lib").list_public()
    griffe.logger.warning("heard")
    assert [record.message for record in caplog.records] == ["heard"]


def test_nothing_is_imported_or_run(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    code = f"open({str(trace)!r}, 'w')\ndef f(x=open({str(trace)!r}, 'w')): ...\n"
    assert ast.parse(code)
    library = find_library((SourceFile("lib/__init__.py", code.encode()),), "lib")
    assert [target.symbol for target in library.list_public()] == ["lib.f"]
    assert not trace.exists()
    assert "lib" not in sys.modules


def test_files_that_do_not_have_the_library_know_nothing_of_it() -> None:
    library = find_library((SourceFile("other/__init__.py", b"from lib import f\n"),), "lib")
    assert library.find("lib") is None
    assert library.find("lib.f") is None
    assert library.list_public() == ()
