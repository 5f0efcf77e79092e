"""The search index of a built site: what is in it, and how a build goes on without one."""

from __future__ import annotations

import errno
import fcntl
import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite import searching
from callsite.searching import find_program, write_search
from callsite.searching.packing import format_packed, parse_packed
from callsite.staging import sweep

_PAGE = """<!doctype html><html lang="en"><head><title>T</title></head><body><nav>Sidebar</nav><main>
<h1 data-pagefind-body data-pagefind-meta="title" data-pagefind-weight="10">web.ctx {name} Example Code</h1>
<ul class="facts"><li>Facts</li></ul>
<article data-pagefind-body><p>Prose about it.</p><figure class="listing"><figcaption>
<span class="listing-title">cart.py</span> <span class="listing-language">Python</span>
<span class="origin-project">Somewhere</span> <span class="origin-version">2.1</span> <span class="origin-licence">MIT</span>
</figcaption><pre><code><span class="line hll"><span class="visually-hidden">Marked line: </span>{name}(x)</span></code></pre>
<div class="gap">left out</div></figure></article>
<div data-pagefind-ignore hidden><span data-pagefind-filter="symbol" data-pagefind-meta="symbol">web.ctx.{name}</span>
<span data-pagefind-filter="project">Somewhere</span></div></main></body></html>
"""
_LIST = "<!doctype html><html lang=en><body><main><h1>All symbols</h1><p>A list</p></main></body></html>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "libraries").mkdir(parents=True)
    for name in ("after_this_request", "Blueprint"):
        (folder / f"{name}.html").write_text(_PAGE.format(name=name), encoding="utf-8")
    (folder / "symbols.html").write_text(_LIST, encoding="utf-8")
    (folder / "libraries/web.html").write_text(_LIST, encoding="utf-8")
    return folder


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _pages(folder: Path) -> list[dict[str, object]]:
    """What the index says of each page, by address."""
    found = [gzip.decompress(path.read_bytes()) for path in (folder / "pagefind/fragment").iterdir()]
    pages: list[dict[str, object]] = [json.loads(data.removeprefix(b"pagefind_dcd")) for data in found]
    return sorted(pages, key=lambda page: str(page["url"]))


def test_pages_are_in_the_index_and_lists_are_not(folder: Path) -> None:
    before = _files(folder)
    assert write_search(folder) == ""
    first, second = _pages(folder)
    assert (first["url"], second["url"]) == ("/Blueprint.html", "/after_this_request.html")
    assert second["meta"] == {
        "title": "web.ctx after_this_request Example Code",
        "symbol": "web.ctx.after_this_request",
    }
    assert second["filters"] == {"symbol": ["web.ctx.after_this_request"], "project": ["Somewhere"]}
    assert {path: data for path, data in _files(folder).items() if not path.startswith("pagefind/")} == before


def test_only_what_a_page_says_is_in_the_index(folder: Path) -> None:
    write_search(folder)
    words = str(_pages(folder)[1]["content"]).split()
    head = ["web.ctx", "after_this_request", "Example", "Code."]
    assert words == [*head, "Prose", "about", "it.", "cart.py", "Somewhere", "after_this_request(x)"]


def test_only_what_the_site_loads_is_written(folder: Path) -> None:
    write_search(folder)
    names = {path.name for path in (folder / "pagefind").iterdir()}
    meta = next(name for name in names if name.endswith(".pf_meta"))
    assert names - {meta} == {
        "pagefind.js",
        "pagefind-worker.js",
        "pagefind-entry.json",
        "wasm.en.pagefind",
        "fragment",
        "index",
        "filter",
    }


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A site with filters of many values, which Pagefind leaves in an order of the moment."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(30):
        page = _PAGE.format(name=f"name{number}").replace("Somewhere", f"Project {number % 7}")
        (folder / f"{number}.html").write_text(page, encoding="utf-8")
    return folder


def test_the_same_site_has_the_same_index(many: Path, tmp_path: Path) -> None:
    assert write_search(many) == ""
    other = tmp_path / "other"
    other.mkdir()
    for path in sorted(many.glob("*.html"), reverse=True):
        (other / path.name).write_bytes(path.read_bytes())
    assert write_search(other) == ""
    assert _files(other) == _files(many)


def _filters(folder: Path) -> dict[str, list[list[object]]]:
    """The values of each filter with the numbers of their pages, as a reader's browser finds them."""
    index = folder / "pagefind"
    [entry] = json.loads((index / "pagefind-entry.json").read_bytes())["languages"].values()
    meta = parse_packed(gzip.decompress((index / f"pagefind.{entry['hash']}.pf_meta").read_bytes()))
    files = [index / f"filter/{number}.pf_filter" for _, number in meta[3]]
    assert sorted(files) == sorted((index / "filter").iterdir())
    values = dict(parse_packed(gzip.decompress(file.read_bytes())) for file in files)
    assert list(values) == [name for name, _ in meta[3]]
    return values


def test_filters_are_in_order(many: Path) -> None:
    write_search(many)
    filters = _filters(many)
    assert list(filters) == ["project", "symbol"]
    assert [value for value, _ in filters["project"]] == [f"Project {number}" for number in range(7)]
    assert [value for value, _ in filters["symbol"]] == sorted(f"web.ctx.name{number}" for number in range(30))
    assert sorted(number for _, numbers in filters["symbol"] for number in numbers) == list(range(30))  # type: ignore[attr-defined]  # lists of numbers


@pytest.mark.parametrize("packed", [{"never": "seen"}, ["1.5", [], [], [["project"]]], ["1.5", [], [], [7]], 7])
def test_filters_packed_in_another_way_stay_as_they_are(
    folder: Path, monkeypatch: pytest.MonkeyPatch, packed: object
) -> None:
    def parse(data: bytes) -> object:
        if isinstance(packed, dict):
            raise ValueError("packed in another way")
        return packed

    monkeypatch.setattr(searching, "parse_packed", parse)
    assert write_search(folder) == ""
    monkeypatch.undo()
    assert sorted(map(len, _filters(folder).values())) == [1, 2]


def test_a_disk_that_is_full_in_the_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(searching, "_settle_order", fail)
    assert write_search(folder) == "what Pagefind has written is not whole; see that there is room on the disk"
    assert not (folder / "pagefind").exists()


_VALUES = st.recursive(
    st.integers(0, 2**64 - 1) | st.text(max_size=300), lambda items: st.lists(items, max_size=30), max_leaves=40
)


@given(_VALUES)
def test_what_is_packed_comes_back(value: object) -> None:
    assert parse_packed(format_packed(value)) == value


@given(st.binary(max_size=40))
def test_whatever_comes_is_packed_or_not(data: bytes) -> None:
    packed = b"pagefind_dcd" + data
    try:
        value = parse_packed(packed)
    except ValueError:
        return
    assert format_packed(value) == packed


@pytest.mark.parametrize(
    ("packed", "value"),
    [(b"\x17", 23), (b"\x18\x18", 24), (b"\x19\x01\x00", 256), (b"\x62\xc3\xa9", "é"), (b"\x82\x00\x80", [0, []])],
)
def test_packed_values(packed: bytes, value: object) -> None:
    assert parse_packed(b"pagefind_dcd" + packed) == value


@pytest.mark.parametrize(
    "data", [b"", b"pagefind_dcd", b"pagefind_dcd\x18\x01", b"pagefind_dcd\x00\x00", b"\x00" * 12 + b"\x00", b"pagefind_dcd" + b"\x81" * 5000, b"pagefind_dcd\xa0"]
)  # fmt: skip
def test_what_is_not_packed_so(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"cut short|in another way|unknown kind"):
        parse_packed(data)


@pytest.mark.parametrize(
    ("language", "code", "engine"),
    [
        ("de", "de", "wasm.de.pagefind"),
        ("pt_BR", "pt-br", "wasm.pt-br.pagefind"),
        ("xx", "xx", "wasm.unknown.pagefind"),
        ("../x", "unknown", "wasm.unknown.pagefind"),
    ],
)
def test_there_is_one_index_in_the_language_of_the_site(folder: Path, language: str, code: str, engine: str) -> None:
    (folder / "Blueprint.html").write_text(_PAGE.format(name="Blueprint").replace('lang="en"', 'lang="fr"'))
    assert write_search(folder, language) == ""
    entry = json.loads((folder / "pagefind/pagefind-entry.json").read_text())
    assert {name: each["page_count"] for name, each in entry["languages"].items()} == {code: 2}
    assert [path.name for path in (folder / "pagefind").glob("wasm.*")] == [engine]


def test_settings_from_elsewhere_are_not_heard(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (tmp_path, folder):
        (place / "pagefind.toml").write_text('glob = "nothing"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAGEFIND_OUTPUT_SUBDIR", "elsewhere")
    monkeypatch.setenv("PAGEFIND_SERVE", "true")
    assert write_search(Path("site")) == ""
    assert len(_pages(folder)) == 2
    assert not (folder / "elsewhere").exists()


def test_a_site_without_pages_has_no_index(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("after_this_request", "Blueprint"):
        (folder / f"{name}.html").unlink()
    (folder / "gone.html").symlink_to("nowhere")
    monkeypatch.setattr(searching, "find_program", lambda: pytest.fail("there is nothing to do"))
    before = sorted(folder.rglob("*"))
    assert write_search(folder) == ""
    assert sorted(folder.rglob("*")) == before


def test_a_folder_of_the_sites_own_stays_as_it_is(folder: Path) -> None:
    (folder / "pagefind").mkdir()
    (folder / "pagefind/notes.txt").write_text("mine")
    before = _files(folder)
    assert (
        write_search(folder) == "the site has a `pagefind` of its own, where the index would go; give it another name"
    )
    assert _files(folder) == before


@pytest.fixture
def pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Let a script stand in for Pagefind."""

    def pretend(script: str) -> Path:
        program = tmp_path / "package/pagefind"
        program.parent.mkdir()
        program.write_text(script)
        program.chmod(0o755)
        monkeypatch.setattr(searching, "find_program", lambda: program)
        return program

    return pretend


def _begin(then: str) -> str:
    """A script that begins an index where it is told to, and goes on with `then`."""
    find = 'for word; do case $word in --site=*) site=${word#--site=};; esac; done\nmkdir "$site/pagefind"\n'
    return f'#!/bin/sh\n{find}touch "$site/pagefind/pagefind.js"\n{then}\n'


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (
            "#!/bin/sh\necho 'Error:'\necho '  no such thing' >&2\nexit 3\n",
            "Pagefind ended with 3, Error: no such thing; see whether `pagefind-bin` fits this system",
        ),
        (_begin("exit 1"), "Pagefind ended with 1, without a word; see whether `pagefind-bin` fits this system"),
        (_begin("kill -9 $$"), "Pagefind was ended by signal 9; see that there is memory to spare"),
        (_begin(""), "what Pagefind has written is not whole; see that there is room on the disk"),
        ("no program", "Pagefind cannot be started, Exec format error; install `pagefind-bin` again"),
        ("#!/no/such/shell\n", "Pagefind cannot be started, No such file or directory; install `pagefind-bin` again"),
    ],
)
def test_a_program_that_fails(folder: Path, pretend: Callable[[str], Path], script: str, reason: str) -> None:
    before = _files(folder)
    pretend(script)
    assert write_search(folder) == reason
    assert _files(folder) == before
    assert not (folder / "pagefind").exists()


def test_a_program_that_may_not_be_run(folder: Path, pretend: Callable[[str], Path]) -> None:
    pretend("#!/bin/sh\n").chmod(0o644)
    assert write_search(folder) == "Pagefind cannot be started, Permission denied; install `pagefind-bin` again"


def test_a_program_that_does_not_end(
    folder: Path, pretend: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(_begin("exec sleep 600"))
    monkeypatch.setattr(searching, "_TIMEOUT", 0.5)
    started = time.monotonic()
    assert write_search(folder) == "Pagefind was not done in 0.5 seconds; build when there is less to do"
    assert time.monotonic() - started < 20
    assert not (folder / "pagefind").exists()


@pytest.mark.parametrize("spec", ["no package", "no places", "no program"])
def test_a_program_that_is_not_there(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spec: str) -> None:
    found = None if spec == "no package" else ModuleSpec("pagefind_bin", None, is_package=spec == "no program")
    if found and found.submodule_search_locations is not None:
        found.submodule_search_locations.append(str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", {"pagefind_bin": found}.get)
    assert write_search(folder) == "Pagefind is not there; install `pagefind-bin` again"
    assert not (folder / "pagefind").exists()


def test_the_program_is_found_without_importing_anything() -> None:
    code = "import sys; from callsite import searching; print(searching.find_program()); print('pagefind_bin' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == [str(find_program()), "False"]


@pytest.mark.parametrize(
    "spoil",
    [
        "rm pagefind-entry.json",
        ": > pagefind-entry.json",
        "echo '[]' > pagefind-entry.json",
        'echo \'{"languages": {"en": null}}\' > pagefind-entry.json',
        "for file in fragment/*; do head -c 40 $file > x && mv x $file; done",
        "for file in index/*; do : > $file; done",
        "for file in filter/*; do echo no > $file; done",
        "rm wasm.en.pagefind",
        ": > wasm.en.pagefind",
        ": > pagefind.js",
        "rm $(ls -d fragment/* | head -n 1)",
    ],
)
def test_an_index_that_is_not_whole_is_none(folder: Path, pretend: Callable[[str], Path], spoil: str) -> None:
    real = find_program()
    find = "for word; do case $word in --site=*) site=${word#--site=};; esac; done\n"
    pretend(f'#!/bin/sh\n{find}"{real}" "$@" && cd "$site/pagefind" && {spoil}\n')
    before = _files(folder)
    assert write_search(folder) == "what Pagefind has written is not whole; see that there is room on the disk"
    assert _files(folder) == before


@pytest.mark.untraced
def test_an_interrupt_ends_the_program_and_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    program = tmp_path / "pagefind"
    # Deaf to the interrupt itself, as a program in the middle of its work may be.
    program.write_text(_begin("trap '' INT\necho $$ > \"$site/number\"\nwhile :; do sleep 0.1; done"))
    program.chmod(0o755)
    code = (
        "import sys, pathlib; from callsite import searching\n"
        f"searching.find_program = lambda: pathlib.Path({str(program)!r})\n"
        f"searching.write_search(pathlib.Path({str(folder)!r}))\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) as build:
        number = folder / "number"
        deadline = time.monotonic() + 20
        while not (number.exists() and number.read_text().strip()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        build.send_signal(signal.SIGINT)
        assert "KeyboardInterrupt" in build.communicate(timeout=20)[1]
    with pytest.raises(ProcessLookupError):
        os.kill(int(number.read_text()), 0)
    assert not (folder / "pagefind").exists()


def test_a_folder_is_in_use_until_the_program_of_a_killed_build_has_ended(tmp_path: Path) -> None:
    """What still writes into a folder that others remove would make it anew, for nobody."""
    program, output, may_end = tmp_path / "pagefind", tmp_path / "output", tmp_path / "may end"
    os.mkfifo(may_end)
    program.write_text(_begin(f'echo $$ > "$site/number"\nread word < \'{may_end}\'\nmkdir -p "$site/pagefind/late"'))
    program.chmod(0o755)
    code = (
        "import pathlib; from callsite import searching; from callsite.staging import open_staging\n"
        f"searching.find_program = lambda: pathlib.Path({str(program)!r})\n"
        f"new = open_staging({str(output)!r}, [])\n"
        f"(new.path / 'a.html').write_text({_PAGE.format(name='x')!r})\n"
        "searching.write_search(new.path, held=new.held)\n"
    )
    deadline = time.monotonic() + 20
    with subprocess.Popen([sys.executable, "-c", code]) as build:
        while not any(path.read_text().strip() for path in tmp_path.glob(".output.callsite-*/number")):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        build.kill()
    (left,) = tmp_path.glob(".output.callsite-*")
    sweep(output)
    assert left.exists()
    folder = os.open(left, os.O_RDONLY)
    may_end.write_text("now\n")
    fcntl.flock(folder, fcntl.LOCK_EX)
    os.close(folder)
    assert (left / "pagefind/late").exists()
    sweep(output)
    assert not left.exists()
