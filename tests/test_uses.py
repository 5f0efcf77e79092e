"""The kept index of all uses: its answers, what it keeps, and what it survives."""

from __future__ import annotations

import contextlib
import functools
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callsite.harvest.modules import Module, find_module, find_modules
from callsite.harvest.release import Skipped, SourceFile
from callsite.names import Certainty, Kind, Use, find_names
from callsite.text import decode_python
from callsite.uses import index as indexing
from callsite.uses import store
from callsite.uses.answers import Answer, Task, find_answer, pack_uses, unpack_uses
from callsite.uses.filters import make_filter
from callsite.uses.index import UseIndex, find_apart
from callsite.workers import Failure, Workers
from tests.test_workers import DIE
from tests.trees import make_source

CALLSITE = Path(indexing.__file__).parents[1]

APP = """\
from flask import Flask, current_app as here
from flask.ctx import after_this_request
import flask_login

app = Flask(__name__)

def view():
    here.logger.info("x")
    @after_this_request
    def later(response): ...
    flask_login.logout_user()
"""


def make_modules(texts: Mapping[str, str | bytes], source: str = "src") -> tuple[Module, ...]:
    files = [SourceFile(path, text.encode() if isinstance(text, str) else text) for path, text in texts.items()]
    return tuple(Module(source, file, *find_module(file.path, texts.keys())) for file in files)


def own_modules() -> tuple[Module, ...]:
    """Some of Callsite's own sources: real code."""
    paths = sorted([*CALLSITE.glob("*.py"), *CALLSITE.glob("uses/*.py")])
    return make_modules({f"callsite/{path.relative_to(CALLSITE)}": path.read_bytes() for path in paths})


def spell(found: Iterable[tuple[Module, Use]]) -> list[str]:
    return [f"{module.file.path}:{use.line} {use.kind} {use.target}" for module, use in found]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "uses.db"


class Counting:
    """Progress that can be looked at, and that stops the run after so many texts."""

    def __init__(self, stop: int | None = None) -> None:
        self.seen: list[tuple[int, int]] = []
        self.stop = stop

    def __call__(self, done: int, total: int) -> None:
        self.seen.append((done, total))
        if done == self.stop:
            raise KeyboardInterrupt


# What it answers


def test_a_target_is_found_with_what_belongs_to_it() -> None:
    with UseIndex() as index:
        assert index.update(make_modules({"app.py": APP})) == ()
        assert spell(index.find(["flask.current_app"])) == [
            "app.py:1 import flask.current_app",
            "app.py:8 call flask.current_app.logger.info",
        ]
        assert spell(index.find(["flask.ctx.after_this_request"])) == [
            "app.py:2 import flask.ctx.after_this_request",
            "app.py:9 decorator flask.ctx.after_this_request",
        ]
        assert len(index.find(["flask"])) == 6
        assert index.find(["flask"]) == index.find(["flask.ctx", "flask", "flask.Flask", "flask"])


@pytest.mark.parametrize(
    "target",
    ["fla", "flask.", "flask.F", "flask.flask", "Flask", "flask.current_app.log", "flask%", "flask.*", "", "."],
)
def test_what_only_looks_alike_is_not_found(target: str) -> None:
    with UseIndex() as index:
        index.update(make_modules({"app.py": APP}))
        assert index.find([target]) == ()
        assert index.find([]) == ()


def test_uses_come_in_the_order_of_modules_and_lines() -> None:
    text = "import json\njson.dumps(json.loads(\n    json))\n"
    with UseIndex() as index:
        index.update(make_modules({"z.py": text}))
        index.update(make_modules({"a.py": text}, "other"))
        lines = spell(index.find(["json.loads", "json"]))
    expected = [":1 import json", ":2 call json.loads", ":2 call json.dumps", ":3 reference json"]
    assert sorted(lines[:4]) == sorted(f"z.py{line}" for line in expected)
    assert [line[4] for line in lines] == list(":" * 8)
    assert [line[:6] for line in lines] == [f"{name}.py:{line}" for name in "za" for line in "1223"]


def test_a_target_can_be_asked_for_alone() -> None:
    with UseIndex() as index:
        index.update(make_modules({"app.py": APP}))
        assert spell(index.find_own(["flask.current_app", "flask", "flask_login"])) == [
            "app.py:1 import flask.current_app",
            "app.py:3 import flask_login",
        ]


def test_names_that_end_alike_are_found_loosely() -> None:
    text = "import a.b, ab\na.b.c.run.now()\na.run()\na.runner()\nab.run()\nab.a.run()\n"
    with UseIndex() as index:
        index.update(make_modules({"m.py": text}))
        assert spell(index.find_loose("a", "run")) == ["m.py:2 call a.b.c.run.now", "m.py:3 call a.run"]
        assert index.find_loose("a", "a") == ()
        assert index.find_loose("run", "a") == ()


def test_names_that_a_project_passes_on() -> None:
    texts = {
        "pkg/__init__.py": "from .compat import loads\n",
        "pkg/compat.py": "from json import loads, dumps as write\nfrom json import tool as _tool\n",
        "pkg/star.py": "from json import *\nfrom .compat import *\nimport json\n",
    }
    with UseIndex() as index:
        index.update(make_modules(texts))
        exports = [(module.name, name, target) for module, name, target in index.exports(["json.dumps", "json.loads"])]
        assert exports == [("pkg.compat", "loads", "json.loads"), ("pkg.compat", "write", "json.dumps")]
        assert [(module.name, name) for module, name, _ in index.exports(["pkg.compat.loads"])] == [("pkg", "loads")]
        assert index.exports(["json.tool", "jso", "loads"]) == ()
        stars = [(module.name, name) for module, name in index.stars(["pkg.compat", "json", "json.tool"])]
        assert stars == [("pkg.star", "json"), ("pkg.star", "pkg.compat")]


def test_names_of_a_library_are_counted() -> None:
    with UseIndex() as index:
        index.update(make_modules({"app.py": APP}))
        index.update(make_modules({"app.py": APP, "x.py": "import flask.ctx, flask_login\n"}, "other"))
        assert index.count_targets("flask") == {
            "flask.Flask": 4,
            "flask.ctx": 1,
            "flask.ctx.after_this_request": 4,
            "flask.current_app": 2,
            "flask.current_app.logger.info": 2,
        }
        assert index.count_targets("flas") == {}


def test_every_use_is_as_the_resolver_tells_it() -> None:
    modules = own_modules()
    texts = [(module, decode_python(module.file.data)) for module in modules]
    every = [(module, use) for module, text in texts for use in find_names(text, module.name, module.is_package).uses]
    with UseIndex() as index:
        index.update(modules)
        for root in ("callsite", "re", "dataclasses", "collections"):
            expected = [(module, use) for module, use in every if f"{use.target}.".startswith(f"{root}.")]
            assert expected
            assert set(index.find([root])) == set(expected)
            assert len(index.find([root])) == len(expected)


def test_the_name_of_the_module_decides_what_relative_imports_mean() -> None:
    text = "from . import x\n"
    with UseIndex() as index:
        index.update(make_modules({"a/__init__.py": text, "a/b.py": text, "c/b.py": text, "c/__init__.py": ""}))
        assert spell(index.find(["a.x"])) == ["a/__init__.py:1 import a.x", "a/b.py:1 import a.x"]
        assert spell(index.find(["c"])) == ["c/b.py:1 import c.x"]


def test_what_cannot_be_read_or_parsed_is_reported() -> None:
    texts: dict[str, str | bytes] = {
        "a.py": "import os\n",
        "b.py": b"\xff",
        "c.py": "import os\nprint 'x'\n",
        "d.py": b"\0",
    }
    with UseIndex() as index:
        skipped = index.update(make_modules(texts))
        assert skipped == (
            Skipped("src/b.py", "invalid or missing encoding declaration"),
            Skipped("src/d.py", "line 1 holds a NUL byte"),
        )
        assert [each.what for each in index.unparsed()] == ["src/c.py"]
        assert index.update(make_modules({"e.py": ""})) == skipped


def test_only_what_is_wanted_is_resolved() -> None:
    texts = {"a.py": "import os\nos.getcwd()\n", "b.py": "import os\n", "c.py": "import ossaudiodev\n"}
    progress = Counting()
    with UseIndex() as index:
        index.update(make_modules(texts), make_filter("os", ["getcwd"]), progress)
        assert progress.seen == [(1, 1)]
        assert {module.file.path for module, _ in index.find(["os"])} == {"a.py"}
        index.update(make_modules(texts), make_filter("os"), progress)
        assert progress.seen == [(1, 1), (1, 2), (2, 2)]
        assert [module.file.path for module, use in index.find(["os"]) if use.kind is Kind.IMPORT] == ["a.py", "b.py"]


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"from flask import g", True),
        (b"import flask_login; flask_login.g()", True),
        (b"# flask gg", True),
        (b"from flask import a", False),
        (b"g = 1", False),
        (b"", False),
    ],
)
def test_the_filter_looks_for_both_names(data: bytes, wanted: bool) -> None:
    assert make_filter("flask", ["x_x", "g"])(data) == wanted
    assert make_filter("flask")(data) == (b"flask" in data)


@pytest.mark.untraced
def test_the_filter_loses_no_use() -> None:
    modules = own_modules()
    with UseIndex() as every:
        every.update(modules)
        for target in ("dataclasses.dataclass", "callsite.model.Place", "os.path.join", "re.compile"):
            with UseIndex() as index:
                index.update(modules, make_filter(target.split(".")[0], [target.split(".")[-1]]))
                assert index.find([target]) == every.find([target]) != ()


def test_targets_apart() -> None:
    assert find_apart(["a.b", "a.bc", "a.b.c", "x", "a.b", "x.a.b"]) == ("a.b", "a.bc", "x")


_WORDS = st.text(max_size=5)
_USES = st.builds(
    Use,
    st.integers(1),
    st.integers(1),
    st.integers(1),
    st.sampled_from(["a", "a.b", "ä"]),
    st.sampled_from(Kind),
    st.sampled_from(["", "f.g"]),
    st.sampled_from(Certainty),
    _WORDS,
)


@given(st.lists(_USES, max_size=6))
def test_what_is_unpacked_was_packed(uses: list[Use]) -> None:
    packed = pack_uses(tuple(uses))
    assert len({target for target, _, _ in packed}) == len(packed)
    assert all(len(unpack_uses(target, text)) == count for target, count, text in packed)
    assert sorted(use for target, _, text in packed for use in unpack_uses(target, text)) == sorted(uses)


@given(st.text(max_size=20))
@example("[[1,1,1,99,0,0,0]]")
@example("[[1,1,1]]")
@example("7")
@example("[[1,1,1,[],0,0,0]]")
def test_other_text_is_not_unpacked(packed: str) -> None:
    try:
        assert unpack_uses("a", packed) == ()
    except ValueError:
        assert packed not in ("[]", "{}", '""')


# What it keeps


def test_what_was_found_is_not_looked_for_again(path: Path) -> None:
    progress = Counting()
    with UseIndex(path) as index:
        index.update(make_modules({"app.py": APP, "bad.py": b"\xff", "two.py": "print 2"}), None, progress)
        first = index.find(["flask"])
    assert progress.seen == [(1, 3), (2, 3), (3, 3)]
    with UseIndex(path) as index:
        skipped = index.update(make_modules({"app.py": APP, "bad.py": b"\xff", "two.py": "print 2"}), None, progress)
        assert [each.what for each in skipped] == ["src/bad.py"]
        assert [each.what for each in index.unparsed()] == ["src/two.py"]
        assert index.find(["flask"]) == first
        assert index.notice == ""
    assert len(progress.seen) == 3


def test_a_text_is_known_wherever_it_lies(path: Path) -> None:
    progress = Counting()
    with UseIndex(path) as index:
        index.update(make_modules({"app.py": APP}), None, progress)
        index.update(make_modules({"app.py": APP}), None, progress)
        index.update(make_modules({"app.py": APP, "src/app.py": APP}, "version 2"), None, progress)
        assert progress.seen == [(1, 1)]
        found = index.find(["flask_login.logout_user"])
    assert [str(module) for module, _ in found] == ["src/app.py", "version 2/app.py", "version 2/src/app.py"]


def test_what_was_kept_for_others_is_not_told(path: Path) -> None:
    with UseIndex(path) as index:
        index.update(
            make_modules({"app.py": APP, "pkg/compat.py": "from flask import *\nfrom flask import Flask as f\n"})
        )
    with UseIndex(path) as index:
        index.update(make_modules({"x.py": "import flask.ctx\n", "app.py": f"{APP}#"}))
        assert {str(module) for module, _ in index.find(["flask"])} == {"src/x.py", "src/app.py"}
        assert {str(module) for module, *_ in index.exports(["flask.Flask"])} == {"src/app.py"}
        assert index.stars(["flask"]) == ()
        assert index.count_targets("flask")["flask.Flask"] == 2


def test_an_interrupted_run_goes_on_where_it_stopped(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "_BATCH", 4)
    modules = make_modules({f"m{number}.py": f"import os\nos.x{number}()\n" for number in range(10)})
    with UseIndex(path) as index, pytest.raises(KeyboardInterrupt):
        index.update(modules, None, Counting(stop=7))
    progress = Counting()
    with UseIndex(path) as index:
        index.update(modules, None, progress)
        assert progress.seen[0] == (1, 6)
        assert len(index.count_targets("os")) == 10


def test_another_resolver_has_other_answers(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with UseIndex(path) as index:
        index.update(make_modules({"app.py": APP}))
    monkeypatch.setattr(store, "load_stamp", lambda: "another")
    for seen in ([(1, 1)], []):
        progress = Counting()
        with UseIndex(path) as index:
            index.update(make_modules({"app.py": APP}), None, progress)
            assert (progress.seen, index.notice, len(index.find(["flask"]))) == (seen, "", 6)


def test_the_stamp_is_of_the_resolver_and_the_grammar(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stamp = store.load_stamp()
    assert stamp == store.load_stamp()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "version_info", (3, 99, 0, "final", 0))
        assert store.load_stamp() != stamp
    read = Path.read_bytes
    for changed in ("scopes.py", "text.py", "answers.py"):
        with monkeypatch.context() as patch:
            patch.setattr(Path, "read_bytes", lambda path: read(path) + b"#" * (path.name == changed))  # noqa: B023
            assert store.load_stamp() != stamp
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", lambda path: read(path) + b"#" * (path.name == "page.py"))
        assert store.load_stamp() == stamp


# What it survives


def _make_database(path: Path, sql: str) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(sql)
    connection.close()


def _replace_database(path: Path, sql: str) -> None:
    path.unlink()
    _make_database(path, sql)


def _write(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: _write(path, lambda data: b""),
    "no database": lambda path: _write(path, lambda data: b"hello " * 1000),
    "half a header": lambda path: _write(path, lambda data: data[:50]),
    "first page only": lambda path: _write(path, lambda data: data[:4096]),
    "cut short": lambda path: _write(path, lambda data: data[: len(data) // 2]),
    "one byte short": lambda path: _write(path, lambda data: data[:-1]),
    "first page overwritten": lambda path: _write(path, lambda data: data[:100].ljust(4096, b"\xff") + data[4096:]),
    "of another program": lambda path: _replace_database(path, "CREATE TABLE text (id); PRAGMA user_version = 3"),
    "of another time": lambda path: _replace_database(
        path, f"CREATE TABLE a (b); PRAGMA application_id = {0x63737573}"
    ),
    "without its stamp": lambda path: _make_database(path, "DELETE FROM stamp"),
    "a log of something else": lambda path: Path(f"{path}-wal").write_bytes(b"\x37\x7f\x06\x82" + b"x" * 9000),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_of_no_use_is_made_anew(path: Path, damage: str) -> None:
    modules = make_modules({"app.py": APP})
    with UseIndex(path) as index:
        index.update(modules)
        expected = index.find(["flask"])
    DAMAGES[damage](path)
    for _ in range(2):
        with UseIndex(path) as index:
            index.update(modules)
            assert (index.find(["flask"]), index.notice) == (expected, "")
    progress = Counting()
    with UseIndex(path) as index:
        index.update(modules, None, progress)
    assert progress.seen == []


def test_a_file_that_has_grown_too_large_is_made_anew(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with UseIndex(path) as index:
        index.update(make_modules({f"m{number}.py": f"import os\nos.x{number}()\n" * 500 for number in range(10)}))
    size = path.stat().st_size
    monkeypatch.setattr(store, "_LARGEST", 60_000)
    with UseIndex(path) as index:
        index.update(make_modules({"app.py": APP}))
        assert len(index.find(["flask"])) == 6
    assert path.stat().st_size < 60_000 < size


def _break_pages(path: Path) -> None:
    """Everything but the first two pages: opening it goes well."""
    data = path.read_bytes()
    path.write_bytes(data[:8192] + b"\xa5" * (len(data) - 8192))


@pytest.mark.parametrize(
    "damage",
    [
        _break_pages,
        lambda path: _make_database(path, "DROP TABLE posting"),
        lambda path: _make_database(path, "UPDATE posting SET uses = '[[1]]'"),
        lambda path: _make_database(path, "UPDATE posting SET uses = 7"),
        lambda path: _make_database(path, "UPDATE posting SET uses = '[1'"),
    ],
    ids=["pages", "table", "row", "number", "text"],
)
def test_damage_that_shows_later_costs_time_only(path: Path, damage: Callable[[Path], None]) -> None:
    modules = make_modules({"app.py": APP, "bad.py": b"\xff"})
    with UseIndex(path) as index:
        index.update(modules)
        expected = index.find(["flask"])
    damage(path)
    with UseIndex(path) as index:
        assert [each.what for each in index.update(modules)] == ["src/bad.py"]
        assert index.find(["flask"]) == expected
        assert index.notice.startswith(f"{path}: the index of uses is not kept this time, ")
        assert index.notice.endswith("; the next run makes it anew")
        index.update(make_modules({"b.py": "import flask\n"}))
        assert len(index.find(["flask"])) == len(expected) + 1
    with UseIndex(path) as index:
        index.update(modules)
        assert (index.find(["flask"]), index.notice) == (expected, "")


@pytest.mark.parametrize("place", ["file/uses.db", "folder", "long" * 100])
def test_where_no_file_can_be_the_index_is_in_memory(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine").write_text("mine")
    with UseIndex(tmp_path / place) as index:
        assert index.notice.startswith(f"{tmp_path / place}: the index of uses is not kept this time, ")
        assert index.notice.endswith("; choose another place for it, or see that it can be written")
        index.update(make_modules({"app.py": APP}))
        assert len(index.find(["flask"])) == 6
    assert (tmp_path / "file").read_text() == "mine"
    assert (tmp_path / "folder" / "mine").read_text() == "mine"


def test_a_full_disk_is_no_damage(path: Path) -> None:
    with UseIndex(path) as index:
        index.update(make_modules({"app.py": APP}))
        index._store._connection.execute("PRAGMA max_page_count = 1")
        many = make_modules({f"m{number}.py": f"import os\nos.x{number}.{'y' * 3000}()\n" for number in range(50)})
        index.update(many)
        assert "not kept this time, database or disk is full; choose another place" in index.notice
        assert len(index.find(["os"])) == 100
        assert len(index.find(["flask"])) == 6
    with UseIndex(path) as index:
        progress = Counting()
        index.update(make_modules({"app.py": APP}), None, progress)
        assert progress.seen == []


def test_a_writer_that_does_not_end_is_not_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_PATIENCE", 0.05)
    with UseIndex(path) as index:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        index.update(make_modules({"app.py": APP}))
        other.close()
        assert "not kept this time, database is locked" in index.notice
        assert len(index.find(["flask"])) == 6
    assert path.exists()


def test_what_is_interrupted_while_it_is_written_is_not_written(path: Path) -> None:
    def interrupt() -> Iterator[tuple[bytes, Answer]]:
        yield b"1", find_answer((b"import a\n", "m", False))
        yield b"2", find_answer((b"import b\n", "m", False))
        raise KeyboardInterrupt

    with contextlib.closing(store.open_file(path)) as opened:
        with pytest.raises(KeyboardInterrupt):
            opened.write(interrupt())
        assert opened.find_texts([b"1", b"2"]) == {}
        opened.write([(b"2", find_answer((b"import b\nimport a\n", "m", False)))])
        opened.write([(b"2", find_answer((b"import x\n", "m", False)))])  # known already
        assert opened.find_texts([b"1", b"2"]) == {b"2": (1, "", "")}
        assert [(text, target) for text, target, _ in opened.uses("a") + opened.uses("b")] == [(1, "a"), (1, "b")]
        assert opened.uses("x") == []


def test_a_mistake_of_the_caller_is_no_damage(path: Path) -> None:
    with UseIndex(path) as index:
        index.update(make_modules({"app.py": APP}))
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        index.find(["flask"])
    assert path.exists()


def test_a_file_thrown_away_under_a_running_index_does_it_no_harm(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modules = make_modules({"app.py": APP})
    with UseIndex(path) as old:
        old.update(modules)
        with monkeypatch.context() as patch:
            patch.setattr(store, "load_stamp", lambda: "another")
            with UseIndex(path) as new:
                new.update(modules)
                old.update(make_modules({"b.py": "import flask\n"}))
                assert len(old.find(["flask"])) == 7
                assert len(new.find(["flask"])) == 6
            with UseIndex(path) as new:
                old.__exit__()
                progress = Counting()
                new.update(modules, None, progress)
                assert (progress.seen, new.notice) == ([], "")


RUN = """
import sys, time
from pathlib import Path
from callsite.harvest.modules import Module
from callsite.harvest.release import SourceFile
from callsite.uses import index
from callsite.uses.index import UseIndex
index._BATCH = 3
first = int(sys.argv[2])
texts = {f"m{n}.py": f"import os, shared\\nos.x{n}()\\nshared.y{n % 7}()\\n" for n in range(first, first + 60)}
with UseIndex(Path(sys.argv[1])) as index:
    print("open", flush=True)
    sys.stdin.readline()
    index.update([Module("s", SourceFile(path, text.encode()), path[:-3], False) for path, text in texts.items()])
    print(len(index.find(["os"])), len(index.find(["shared.y3"])), index.notice)
"""


@pytest.mark.untraced
def test_processes_share_the_file(path: Path) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", RUN, str(path), str(first)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for first in (0, 30, 30, 60)
    ]
    for process in running:
        assert process.stdout
        assert process.stdout.readline() == "open\n"
    for process in running:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    outputs = [process.communicate()[0].split() for process in running]
    assert [output[0] for output in outputs] == ["120"] * 4
    assert all(len(output) == 2 for output in outputs)
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*), count(DISTINCT key) FROM text").fetchone() == (120, 120)
    assert connection.execute("SELECT count(*), count(DISTINCT target) FROM name").fetchone() == (129, 129)
    assert connection.execute("SELECT count(*) FROM posting").fetchone() == (480,)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_much_work_goes_to_workers_and_the_lost_are_reported(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "WORTH_WORKERS", 0)
    monkeypatch.setattr(indexing, "Workers", functools.partial(Workers, boot=DIE))
    modules = make_modules({"app.py": APP, "die.py": "die = 1\n"})
    for _ in range(2):
        progress = Counting()
        with UseIndex(path, processes=2) as index:
            skipped = index.update(modules, None, progress)
            assert skipped == (Skipped("src/die.py", "the process that did it was ended by signal 9"),)
            assert index.update(modules, None, progress) == skipped
            assert len(index.find(["flask"])) == 6
        assert progress.seen[-1][0] == progress.seen[-1][1] == len(progress.seen)


# The benchmark


def test_the_benchmark_runs(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "demo-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("demo/__init__.py", "")
        wheel.writestr("demo/app.py", APP)
        wheel.writestr("demo-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n")
    script = CALLSITE.parent / "scripts" / "bench-harvest"
    done = subprocess.run([sys.executable, script, tmp_path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1, with 2 Python files" in done.stdout
    assert "for 2 uses" in done.stdout
    assert "OVER" not in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo-1.0-py3-none-any.whl"]


def test_the_benchmark_needs_something_to_measure(tmp_path: Path) -> None:
    script = CALLSITE.parent / "scripts" / "bench-harvest"
    done = subprocess.run([sys.executable, script, tmp_path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{tmp_path}: holds no wheels or sdists\n"


@pytest.mark.untraced
def test_a_large_text_is_for_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    called = []
    real = Workers.work

    def work(self: Workers[Task, Answer], tasks: Sequence[Task]) -> Iterator[tuple[int, Answer | Failure]]:
        called.append(len(tasks))
        return real(self, tasks)

    monkeypatch.setattr(Workers, "work", work)
    with UseIndex() as index:
        index.update(find_modules(make_source("x", {"x/a.py": "import lib\n", "x/b.py": "import lib\n" * 30_000})))
        assert called == [2]
