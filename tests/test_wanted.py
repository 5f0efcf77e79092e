"""Which uses are those of a symbol: under its own names, its library's and its project's, and nothing that only sounds like it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callsite.harvest.release import SourceFile
from callsite.harvest.targets import Library, find_library
from callsite.harvest.wanted import Wanted, add_imports, find_parents, find_wanted, is_visible, pick_uses
from callsite.model import Symbol
from callsite.names import Certainty, Kind, Use, find_names
from callsite.symbol import parse_symbol
from tests.harvested import make_import, make_use

_FILES = {
    "lib/__init__.py": "from .core import f, Base\nfrom .values import proxy\n__all__ = ['f', 'Base', 'proxy']\n",
    "lib/core.py": "from .inner import helper\n\ndef f(a):\n    '''Do it.'''\n\nclass Base:\n    def run(self):\n        pass\n",
    "lib/inner.py": "def helper():\n    pass\n",
    "lib/values.py": "proxy = object()\n'''What is at hand.'''\n",
    "lib/app.py": "from .core import f\n\nf(1)\n",
    "lib/plain.py": "from .core import f as _f\n\ndef f():\n    pass\n",
    "lib/chosen.py": "from .core import *\n__all__ = ['Base']\n",
}


def _library(root: str = "lib") -> Library:
    return find_library(tuple(SourceFile(path, text.encode()) for path, text in _FILES.items()), root)


def _symbol(name: str) -> Symbol:
    symbol = parse_symbol(name)
    assert symbol is not None
    return symbol


def _pick(text: str, name: str = "lib.f", *, known: bool = True, local: tuple[str, ...] = ()) -> list[str]:
    """The uses of a symbol in a text, each as `line kind certainty`; what is certain says no more."""
    wanted = find_wanted(_symbol(name), _library() if known else None)
    found = pick_uses(find_names(text, "app.views").uses, wanted, local)
    assert list(found) == sorted(found)
    return [f"{use.line} {use.kind} {use.certainty}".removesuffix(" certain") for use in found]


def test_a_symbol_goes_by_all_its_names() -> None:
    library = _library()
    for name in ("lib.f", "lib.core.f"):
        wanted = find_wanted(_symbol(name), library)
        assert wanted.symbol == _symbol(name)
        assert {"lib.f", "lib.core.f"} <= wanted.paths
        assert "lib.plain.f" not in wanted.paths
        assert wanted.known
    assert "old.f" in find_wanted(_symbol("lib.f"), library, ["old.f"]).paths


def test_without_the_library_there_are_only_the_names_that_were_given() -> None:
    assert find_wanted(_symbol("lib.f"), None, ["lib.x.f"]) == Wanted(_symbol("lib.f"), frozenset({"lib.f", "lib.x.f"}))
    assert find_wanted(_symbol("lib.nothing"), _library()) == Wanted(_symbol("lib.nothing"), frozenset({"lib.nothing"}))
    assert not find_wanted(_symbol("lib.nothing"), _library()).known


def test_stars_bring_what_modules_export() -> None:
    assert {"lib", "lib.core"} <= find_wanted(_symbol("lib.f"), _library()).starred
    assert "lib.chosen" not in find_wanted(_symbol("lib.f"), _library()).starred


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from lib import f\nf(1)\n", ["1 import", "2 call"]),
        ("from lib.core import f as g\n@g\ndef h(): pass\n", ["1 import", "2 decorator"]),
        ("import lib\nlib.f(1)\n", ["1 import", "2 call"]),
        ("import lib.core as c\nx = c.f\n", ["1 import", "2 reference"]),
        ("from lib import core\ncore.f(1)\n", ["1 import", "2 call"]),
        (
            "import lib\ndef g():\n    from lib import f\n    f(1)\nlib.f\n",
            ["1 import", "3 import", "4 call", "5 reference"],
        ),
        # By a way that is not meant for others.
        ("from lib.app import f\nf(1)\n", ["1 import", "2 call"]),
        ("import lib.app\nlib.app.f(1)\nlib.app.f.more(1)\n", ["2 call", "3 reference"]),
        ("try:\n    from lib import f\nexcept ImportError:\n    f = None\nf(1)\n", ["2 import", "5 call maybe"]),
        # What does not parse is read by its tokens.
        ("from lib import f\nprint 'x'\nf(1)\n", ["1 import text", "3 call text"]),
        # Something else.
        ("import lib\nlib.g(1)\n", []),
        ("from lib.plain import f\nf(1)\n", []),
        ("from lib.nothing import f\nf(1)\n", []),
        ("from other import f\nf(1)\n", []),
        ("from library import f\nf(1)\n", []),
        ("from .lib import f\nf(1)\n", []),
        ("from lib import f\ndef g(f):\n    f(1)\n", ["1 import"]),
        ("from lib import full, h\nfull(1)\nh.f(1)\n", []),
        ("import lib\nlib.full(1)\nlib.ff\nlib.g.f.f(1)\n", []),
        ("'lib.f'\n# lib.f()\n", []),
        ("", []),
    ],
)
def test_uses_of_a_function(text: str, found: list[str]) -> None:
    assert _pick(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from lib import *\nf(1)\n", ["1 import star", "2 call star"]),
        ("from lib.core import *\nf(1)\n", ["1 import star", "2 call star"]),
        ("import lib\nfrom lib import *\nf(1)\n", ["2 import star", "3 call star"]),
        ("import lib\nfrom lib import *\nlib.f(1)\n", ["1 import", "3 call"]),
        ("from lib import f as g\nfrom lib import *\nf(1)\n", ["1 import", "2 import star", "3 call star"]),
        # Neither of these gives it.
        ("from lib.chosen import *\nf(1)\n", []),
        ("from other import *\nf(1)\n", []),
        ("from lib import *\ndef f(): pass\nf(1)\n", []),
    ],
)
def test_stars(text: str, found: list[str]) -> None:
    assert _pick(text) == found


def test_what_belongs_to_a_symbol_is_a_reference_to_it() -> None:
    text = "from lib import proxy\n\nproxy.log.info(\n    1\n)\n\n@proxy.route\ndef g(x: proxy.Thing): pass\nproxy()\n"
    wanted = find_wanted(_symbol("lib.proxy"), _library())
    found = pick_uses(find_names(text).uses, wanted)
    assert [(use.kind, use.first, use.last, use.shape) for use in found] == [
        (Kind.IMPORT, 1, 1, ""),
        (Kind.REFERENCE, 3, 3, ""),
        (Kind.REFERENCE, 7, 7, ""),
        (Kind.ANNOTATION, 8, 8, ""),
        (Kind.CALL, 9, 9, ""),
    ]


def test_a_class_is_used_as_a_base_and_by_its_methods() -> None:
    text = "from lib import Base\n\nclass A(Base): pass\n\nBase.run(A())\n"
    assert _pick(text, "lib.Base") == ["1 import", "3 base", "5 reference"]
    assert _pick(text, "lib.Base.run") == ["1 import", "5 call"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from lib import f\nf(1)\n", ["1 import", "2 call"]),
        ("from lib.deep.er import f\nf(1)\n", ["1 import maybe", "2 call maybe"]),
        ("from lib.deep import f\nf.more(1)\n", ["1 import maybe", "2 reference maybe"]),
        ("from lib.deep import *\nf(1)\n", ["2 call star"]),
        ("import lib.deep\nlib.deep.f(1)\n", ["2 call maybe"]),
        ("from other.lib import f\nf(1)\n", []),
        ("from library import f\nf(1)\n", []),
        ("from lib import g\ng(1)\n", []),
        ("from lib.f import g\ng(1)\n", ["1 import", "2 reference"]),
    ],
)
def test_without_the_library_any_name_like_it_may_be_meant(text: str, found: list[str]) -> None:
    assert _pick(text, known=False) == found


def test_a_project_has_names_of_its_own_for_it() -> None:
    text = "from app.tools import f\nfrom .tools import f as g\nimport app.tools\nf(1)\ng(2)\napp.tools.f(3)\n"
    assert _pick(text) == []
    found = _pick(text, local=("app.tools.f",))
    assert found == ["1 import", "2 import", "4 call", "5 call", "6 call"]
    assert _pick("import app.tools\napp.tools.f(3)\n", local=("app.tools.f",)) == ["1 import", "2 call"]


def test_the_way_to_a_symbol_is_the_innermost_import_that_can_be_seen() -> None:
    text = "import lib\nimport lib.core\n\ndef g():\n    import lib\n    lib.core.f(1)\n\ndef h():\n    lib.f(2)\n"
    assert _pick(text) == ["2 import", "6 call", "9 call"]
    text = "def g():\n    import lib\n\ndef h():\n    import lib\n    lib.f(2)\n"
    assert _pick(text) == ["5 import", "6 call"]


def test_parents_are_all_that_a_name_can_be_reached_through() -> None:
    assert find_parents(["a.b.c", "a.d", "e"]) == {"a", "a.b"}
    assert find_parents([]) == frozenset()


@pytest.mark.parametrize(
    ("binding", "use", "visible"),
    [
        ("", "", True),
        ("", "g.h", True),
        ("g", "g", True),
        ("g", "g.h", True),
        ("g", "", False),
        ("g", "gh", False),
        ("g.h", "g", False),
    ],
)
def test_an_import_is_seen_in_its_scope_and_those_within(binding: str, use: str, visible: bool) -> None:
    assert is_visible(make_import(1, scope=binding), make_use(2, scope=use)) is visible


def test_uses_are_shown_with_the_imports_they_see() -> None:
    top, inner, other = make_import(1), make_import(5, scope="g"), make_import(9, scope="h")
    use = make_use(7, scope="g")
    assert add_imports([use], [other, use, inner, top]) == (top, inner, use)
    assert add_imports([other], [other, use]) == (other,)
    assert add_imports([], [top]) == ()


def test_what_is_found_keeps_how_sure_it_is() -> None:
    wanted = Wanted(_symbol("lib.f"), frozenset({"lib.f"}))
    for certainty in Certainty:
        use: Use = make_use(1, certainty=certainty)
        assert pick_uses([use], wanted) == (use,)
        loose = pick_uses([replace(use, target="lib.x.f")], wanted)
        assert [one.certainty for one in loose] == [Certainty.MAYBE if certainty is Certainty.CERTAIN else certainty]


def test_names_that_never_end_are_no_uses() -> None:
    assert _pick(f"import lib\nlib.f{'.a' * 10}()\nlib.f{'.a' * 1_000}()\n") == ["1 import", "2 reference"]
