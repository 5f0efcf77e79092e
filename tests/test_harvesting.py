"""Finding the uses of a symbol in all sources: by every way that real projects reach it, and by no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from callsite.errors import CallsiteError
from callsite.harvest.choosing import Limits
from callsite.harvest.libraries import Libraries
from callsite.harvest.release import Source
from callsite.harvesting import Harvest, Harvester, Options
from callsite.symbol import parse_symbol
from callsite.uses.index import UseIndex
from tests.trees import HARBOUR, OFFICE, TEAPOT, make_source

Files = Mapping[str, str | bytes]

EVERYTHING = Limits(page=50, project=50, file=50)


@pytest.fixture
def index() -> Iterator[UseIndex]:
    with UseIndex() as opened:
        yield opened


class Desk:
    """Harvests from sources that are made on the spot; the library is among them unless it is left out."""

    def __init__(self, index: UseIndex, *sources: Source, teapot: bool = True, named: Source | None = None) -> None:
        self.asked: list[str] = []
        self.all = (*([make_source("teapot", TEAPOT)] if teapot else []), *sources)
        self.options = Options(EVERYTHING)
        self.libraries = Libraries(self.all, self._find, named)
        self.harvester = Harvester(self.all, index, self.options, self.libraries)

    def _find(self, root: str) -> Source | None:
        self.asked.append(root)
        return None

    def find(self, name: str = "teapot.brew", *aliases: str) -> Harvest:
        symbol = parse_symbol(name)
        assert symbol is not None
        return self.harvester.harvest(symbol, aliases)

    def marked(self, name: str = "teapot.brew", *aliases: str) -> dict[str, list[int]]:
        """The lines with uses, by file, of all that is no part of the library."""
        choice = self.find(name, *aliases).choice
        candidates = [example.candidate for example in choice.examples] + list(choice.others)
        return {one.path: [use.line for use in one.uses] for one in candidates if not one.own}


def use(index: UseIndex, files: Files, name: str = "teapot.brew", *aliases: str) -> dict[str, list[int]]:
    return Desk(index, make_source("client", files)).marked(name, *aliases)


def test_uses_in_all_sources(index: UseIndex) -> None:
    desk = Desk(index, make_source("harbour", HARBOUR), make_source("office", OFFICE))
    assert desk.marked() == {
        "harbour/breakfast.py": [3, 8],
        "harbour/cook.py": [1, 5],
        "office/compat.py": [2],
        "office/desk.py": [1, 5],
        "tests/test_desk.py": [1, 5],
    }
    found = desk.find()
    assert found.uses == 10
    assert found.subject.target is not None
    assert found.subject.target.paths == ("teapot.brew", "teapot.brewing.brew")
    assert found.subject.release is not None
    assert found.subject.release.project == "teapot"
    assert desk.asked == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("from teapot import brew\nbrew()\n", [1, 2]),
        ("from teapot import brew as b\nb()\n", [1, 2]),
        ("from teapot.brewing import brew\nbrew()\n", [1, 2]),
        ("import teapot\nteapot.brew()\n", [1, 2]),
        ("import teapot as t\nt.brewing.brew()\n", [1, 2]),
        ("import teapot.brewing\nteapot.brewing.brew()\n", [1, 2]),
        ("from teapot import brewing\nbrewing.brew()\n", [1, 2]),
        ("from teapot import *\nbrew()\n", [1, 2]),
        ("from teapot.brewing import *\nbrew()\n", [1, 2]),
        ("def f():\n    from teapot import brew\n    return brew()\n", [2, 3]),
        ("import teapot\nteapot.brew.cache_clear()\n", [1, 2]),
        # Leave these alone.
        ("from teapot import *\n", []),
        ("from teapot.cups import brew\n", []),
        ("from teapot.state import *\nbrew()\n", []),
        ("from teapots import brew\nbrew()\n", []),
        ("from teapot import brew\ndef f(brew):\n    return brew()\n", [1]),
        ("'teapot.brew'\n# teapot.brew\n", []),
        ("import teapot\ngetattr(teapot, 'brew')()\n", []),
        ("def brew(): 'teapot'\nbrew()\n", []),
        ("from teapot.brewing import brewer as brew\nbrew()\n", []),
    ],
)
def test_ways_to_a_symbol(index: UseIndex, text: str, lines: list[int]) -> None:
    assert use(index, {"client.py": text}) == ({"client.py": lines} if lines else {})


def test_ways_by_inner_modules_count_when_the_library_shows_them(index: UseIndex) -> None:
    inner = TEAPOT | {"teapot/app.py": "from .brewing import brew\n\ndef run():\n    return brew('x')\n"}
    client = make_source("client", {"client.py": "from teapot.app import brew\nbrew()\n"})
    desk = Desk(index, make_source("teapot", inner), client, teapot=False)
    assert desk.marked() == {"client.py": [1, 2]}


@pytest.mark.parametrize(
    ("there", "name"),
    [
        ("proj/compat.py", "from proj.compat import brew"),
        ("proj/compat.py", "from .compat import brew"),
        ("proj/compat.py", "from proj.compat import brew as b, brew"),
        ("proj/__init__.py", "from proj import brew"),
        ("proj/__init__.py", "from . import brew"),
        ("src/proj/compat.py", "from proj.compat import brew"),
    ],
)
def test_a_project_s_own_module_passes_a_symbol_on(index: UseIndex, there: str, name: str) -> None:
    folder = there.rpartition("/")[0]
    files = {f"{folder}/__init__.py": "", there: "from teapot import brew\n", f"{folder}/a.py": f"{name}\nbrew()\n"}
    assert use(index, files) == {there: [1], f"{folder}/a.py": [1, 2]}


def test_passed_on_to_packages_below(index: UseIndex) -> None:
    files = {
        "proj/__init__.py": "from teapot import brew\n",
        "proj/sub/__init__.py": "",
        "proj/sub/a.py": "from .. import brew\n\nbrew()\n",
    }
    assert use(index, files) == {"proj/__init__.py": [1], "proj/sub/a.py": [1, 3]}


def test_passed_on_and_on_under_other_names(index: UseIndex) -> None:
    files = {
        "proj/one.py": "from teapot import brew as make\n",
        "proj/two.py": "from .one import make as cook\n",
        "proj/three.py": "from .two import cook\n\ncook('x')\n",
        "proj/four.py": "from proj import two\n\ntwo.cook('x')\n",
    }
    assert use(index, files) == {
        "proj/one.py": [1],
        "proj/two.py": [1],
        "proj/three.py": [1, 3],
        "proj/four.py": [1, 3],
    }


def test_modules_that_pass_on_to_each_other_come_to_an_end(index: UseIndex) -> None:
    files = {
        "proj/one.py": "try:\n    from teapot import brew\nexcept ImportError:\n    from .two import brew\n",
        "proj/two.py": "from .one import brew\n",
    }
    assert use(index, files) == {"proj/one.py": [2, 4], "proj/two.py": [1]}


def test_what_one_project_passes_on_is_nothing_to_another(index: UseIndex) -> None:
    one = make_source("one", {"compat.py": "from teapot import brew\n"})
    other = make_source("other", {"compat.py": "def brew(): 'teapot'\n", "a.py": "from compat import brew\nbrew()\n"})
    assert Desk(index, one, other).marked() == {"compat.py": [1]}


def test_private_names_are_not_passed_on(index: UseIndex) -> None:
    files = {
        "proj/compat.py": "from teapot import brew as _brew\n",
        "proj/a.py": "from .compat import _brew\n_brew()\n",
    }
    assert use(index, files) == {"proj/compat.py": [1]}


def test_names_that_a_page_tells_of(index: UseIndex) -> None:
    files = {"a.py": "from kitchen import make_tea, teapot\nmake_tea()\n"}
    assert use(index, files) == {}
    assert use(index, files, "teapot.brew", "kitchen.make_tea") == {"a.py": [1, 2]}


def test_a_library_s_own_uses(index: UseIndex) -> None:
    files = TEAPOT | {
        "teapot/absolute.py": "from teapot.brewing import brew\n\nbrew('x')\n",
        "teapot/relative.py": "from .brewing import brew\n\nbrew('y')\n",
    }
    teapot = make_source("teapot", files)
    desk = Desk(index, teapot, teapot=False)
    assert {one.candidate.path for one in desk.find().choice.examples if one.candidate.own} >= {
        "teapot/absolute.py",
        "teapot/relative.py",
    }
    without = Harvester([teapot], index, Options(own=False), desk.libraries)
    choice = without.harvest(parse_symbol("teapot.brew"))  # type: ignore[arg-type]  # it is one
    assert (choice.choice.examples, choice.choice.others) == ((), ())


def test_other_projects_come_before_the_library_itself(index: UseIndex) -> None:
    files = TEAPOT | {"teapot/relative.py": "from .brewing import brew\n\nbrew('y')\n"}
    client = make_source("zebra", {"z.py": "from teapot import brew\n\nbrew(1, 2, 3)\n"})
    found = Desk(index, make_source("teapot", files), client, teapot=False).find()
    assert found.choice.examples[0].candidate.release.project == "zebra"


def test_vendored_copies_are_left_out_and_tests_are_told(index: UseIndex) -> None:
    text = "from teapot import brew\n\nbrew({})\n"
    client = make_source(
        "client",
        {
            "client/_vendor/tea/a.py": text.format(1),
            "client/a.py": text.format("'mint'"),
            "tests/test_a.py": text.format("x=3"),
        },
    )
    choice = Desk(index, client).find().choice
    reasons = {one.candidate.path: one.reason for one in choice.examples}
    assert "in its code" in reasons["client/a.py"]
    assert "in its tests" in reasons["tests/test_a.py"]
    assert [str(one) for one in choice.skipped] == [
        "client client/_vendor/tea/a.py: vendored: a copy of another project's code"
    ]


@pytest.mark.parametrize(
    ("licence", "allowed", "reason"),
    [
        ("MIT", (), ""),
        ("GPL-3.0-only", (), "licence"),
        ("GPL-3.0-only", ("copyleft",), ""),
        ("GPL-3.0-only", ("GPL-3.0-only",), ""),
        ("LGPL-2.1-only", ("weak-copyleft",), ""),
        ("LGPL-2.1-only", ("GPL-3.0-only",), "licence"),
        ("", (), "licence"),
        ("", ("copyleft",), "licence"),
    ],
)
def test_licences(index: UseIndex, licence: str, allowed: tuple[str, ...], reason: str) -> None:
    teapot, client = make_source("teapot", TEAPOT), make_source("harbour", HARBOUR, licence)
    harvester = Harvester(
        [teapot, client], index, Options(allowed=allowed, own=False), Libraries([teapot], lambda root: None)
    )
    choice = harvester.harvest(parse_symbol("teapot.brew")).choice  # type: ignore[arg-type]  # it is one
    assert {one.reason.partition(":")[0] for one in choice.skipped} == ({reason} if reason else set())
    assert bool(choice.examples) is not bool(reason)


def test_without_the_library_s_code_names_count_as_maybe(index: UseIndex) -> None:
    files = {
        "a.py": "from teapot import brew\nbrew()\n",
        "b.py": "from teapot.elsewhere import brew\nbrew()\n",
        "c.py": "from coffeepot import brew\nbrew('teapot')\n",
    }
    desk = Desk(index, make_source("client", files), teapot=False)
    assert desk.marked() == {"a.py": [1, 2], "b.py": [1, 2]}
    reasons = {one.candidate.path: one.reason for one in desk.find().choice.examples}
    assert "(certain)" in reasons["a.py"]
    assert "(maybe)" in reasons["b.py"]
    assert desk.asked == ["teapot"]
    assert desk.find().subject.target is None


def test_files_that_only_name_it(index: UseIndex) -> None:
    files = {
        "text.py": "'''Has nothing to do with teapot, or its brew.'''\n",
        "uses.py": "from teapot import brew\nbrew()  # teapot\n",
        "far.py": "'brew'\n",
    }
    assert Desk(index, make_source("client", files)).find().mentions == ("client text.py",)


@pytest.mark.untraced
def test_files_that_do_not_parse_are_read_by_their_words(index: UseIndex) -> None:
    files: Files = {
        "old.py": "from teapot import brew\nprint brew('x')\n",
        "latin.py": "# coding: latin-1\nfrom teapot import brew\nbrew('\xe9')\n".encode("latin-1"),
        "broken.py": b"from teapot import brew\nbrew('\xe9')\n",
        "zero.py": b"from teapot import brew\nbrew('\0')\n",
        "deep.py": f"from teapot import brew\nbrew({'-' * 100_000}1)\n",
    }
    found = use(index, files)
    assert found["old.py"] == [1, 2]
    assert found["latin.py"] == [2, 3]
    assert not {"broken.py", "zero.py"} & set(found)


# Which symbols a name stands for


def names(desk: Desk, name: str) -> list[str]:
    return [str(symbol) for symbol in desk.harvester.list_symbols(name)]


def test_a_library_stands_for_all_that_is_used_of_it(index: UseIndex) -> None:
    desk = Desk(index, make_source("harbour", HARBOUR), make_source("office", OFFICE))
    assert names(desk, "teapot") == ["teapot.brew", "teapot.Kettle", "teapot.cups.pour", "teapot.settings"]
    assert names(desk, "teapot.cups") == ["teapot.cups.pour"]
    assert names(desk, "teapot.brewing.brew") == ["teapot.brewing.brew"]
    assert names(desk, "teapot.cups.smash") == ["teapot.cups.smash"]


def test_what_is_used_of_an_object_is_a_use_of_it(index: UseIndex) -> None:
    text = "import teapot\n" + "teapot.settings.get('x')\n" * 9 + "teapot.brew()\n"
    desk = Desk(index, make_source("client", {"a.py": text}))
    assert names(desk, "teapot")[0] == "teapot.settings"


def test_progress_of_looking_through_a_library(index: UseIndex) -> None:
    seen: list[tuple[int, int]] = []
    Desk(index).harvester.list_symbols("teapot", lambda done, whole: seen.append((done, whole)))
    assert seen
    assert all(done <= whole for done, whole in seen)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("teapot..brew", "teapot..brew: is no dotted name; write one such as flask.ctx.after_this_request"),
        ("", ": is no dotted name; write one such as flask.ctx.after_this_request"),
        ("teapot.brw", "teapot.brw: there is no such name in teapot; near are teapot.brew, "),
        ("teapot.boil.brew", "teapot.boil.brew: there is no such name in teapot; near are teapot.brew, "),
        ("teapot.xyzzyxyzzy", "teapot.xyzzyxyzzy: there is no such name in teapot"),
        (
            "coffeepot",
            "coffeepot: its own code is not at hand; name one of its symbols, or add --library coffeepot==VERSION",
        ),
    ],
)
def test_names_that_stand_for_nothing(index: UseIndex, name: str, message: str) -> None:
    with pytest.raises(CallsiteError) as error:
        names(Desk(index), name)
    assert str(error.value).startswith(message)


def test_a_symbol_of_a_library_that_is_not_at_hand_stands_for_itself(index: UseIndex) -> None:
    assert names(Desk(index), "coffeepot.grind") == ["coffeepot.grind"]


def test_the_result_does_not_depend_on_what_was_asked_before(index: UseIndex) -> None:
    sources = (make_source("harbour", HARBOUR), make_source("office", OFFICE))
    first = Desk(index, *sources).find()
    desk = Desk(index, *sources)
    for name in names(desk, "teapot"):
        desk.find(name)
    assert desk.find() == first


def test_two_sources_of_one_project(index: UseIndex) -> None:
    one = make_source("office", OFFICE)
    other = make_source("office", OFFICE, source="office (2)")
    choice = Desk(index, one, other).find().choice
    assert len({one.candidate.data for one in choice.examples}) == len(choice.examples)


# Where a library's own code is


def test_the_source_that_is_named_comes_first(index: UseIndex) -> None:
    other = make_source("teapot", {"teapot/__init__.py": "def steep(): ...\n"})
    desk = Desk(index, named=other)
    with pytest.raises(CallsiteError, match="there is no such name in teapot"):
        names(desk, "teapot.brew")
    assert names(desk, "teapot.steep") == ["teapot.steep"]


def test_another_library_s_code_does_not_hide_the_one_at_hand(index: UseIndex) -> None:
    other = make_source("coffeepot", {"coffeepot/__init__.py": "def grind(): ...\n"})
    desk = Desk(index, make_source("harbour", HARBOUR), named=other)
    assert "teapot.brew" in names(desk, "teapot")


@pytest.mark.parametrize("stub", ["teapot.py", "teapot/__init__.py"])
def test_a_client_s_module_of_the_same_name_is_not_the_library(index: UseIndex, stub: str) -> None:
    client = make_source("abacus", {stub: "from unittest import mock\n"})
    desk = Desk(index, client, make_source("teapot", TEAPOT), teapot=False)
    assert names(desk, "teapot.brew") == ["teapot.brew"]


def test_what_is_found_elsewhere_is_asked_for_once(index: UseIndex) -> None:
    asked: list[str] = []

    def find(root: str) -> Source | None:
        asked.append(root)
        return make_source("teapot", TEAPOT)

    sources = [make_source("harbour", HARBOUR)]
    harvester = Harvester(sources, index, Options(), Libraries(sources, find))
    for _ in range(2):
        assert str(harvester.list_symbols("teapot")[0]) == "teapot.brew"
    assert asked == ["teapot"]
    # Its own code is no source: nothing is quoted from there.
    found = harvester.harvest(parse_symbol("teapot.brew"))  # type: ignore[arg-type]  # it is one
    assert {one.candidate.release.project for one in found.choice.examples} == {"harbour"}
    assert found.subject.target is not None


def test_a_library_in_a_namespace_of_several(index: UseIndex) -> None:
    one = make_source("corp-tea", {"src/corp/tea/__init__.py": "def brew(): ...\n"})
    client = make_source("client", {"client.py": "from corp.tea import brew\n\nbrew()\n"})
    desk = Desk(index, client, one)
    assert names(desk, "corp") == names(desk, "corp.tea") == ["corp.tea.brew"]
    assert desk.marked("corp.tea.brew") == {"client.py": [1, 3]}


def test_a_client_s_folder_of_the_same_name_does_not_hide_what_is_elsewhere(index: UseIndex) -> None:
    client = make_source("client", {"teapot/notes.py": "x = 1\n"})
    harvester = Harvester([client], index, Options(), Libraries([client], lambda root: make_source("teapot", TEAPOT)))
    assert [str(symbol) for symbol in harvester.list_symbols("teapot.brew")] == ["teapot.brew"]
