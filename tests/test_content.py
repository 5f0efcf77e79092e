"""Pages as files: read as they are, added without replacing anything, changed without losing a byte."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from callsite.content import PageFile, change_page, load_page, load_pages, write_new
from callsite.errors import CallsiteError
from callsite.harvest.choosing import Choice
from callsite.harvest.drafting import Subject
from callsite.harvest.targets import Target
from callsite.model import Symbol
from callsite.shelf import Shelf

NOTHING = Choice((), (), ())

PAGE = "title: teapot brew Example Code\nslug: teapot-brew-examples\nsymbol: teapot.brew\n\nWords.\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(name: str, text: str | bytes = PAGE) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def names() -> list[str]:
    return sorted(str(path) for path in Path().rglob("*") if path.is_file())


def make_subject(name: str = "teapot.brew", *others: str, canonical: str = "") -> Subject:
    module, _, last = name.rpartition(".")
    target = Target(name, canonical or name, (name, *others), "function") if others or canonical else None
    return Subject(Symbol(module, last), target)


# Reading


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbftitle: x\r\n\r\ny", b"title: x\r\ry\r", "title: é\n".encode()])
def test_a_page_is_read_byte_by_byte(data: bytes) -> None:
    file = load_page(write("a.md", data))
    assert file.data == data
    assert file.text.encode() == data


def test_a_page_that_is_no_text_is_told_with_its_line() -> None:
    write("content/a.md", b"title: x\n\ncaf\xe9\n")
    with pytest.raises(CallsiteError) as error:
        load_page(Path("content/a.md"))
    assert str(error.value) == "content/a.md:3: byte 0xe9 is not UTF-8; save the file as UTF-8"


def test_a_page_that_is_not_there() -> None:
    with pytest.raises(CallsiteError) as error:
        load_page(Path("none.md"))
    assert str(error.value) == "none.md: cannot be read, No such file or directory; make it readable"


def test_what_is_no_file_is_not_waited_for() -> None:
    os.mkfifo("pipe.md")
    Path("folder.md").mkdir()
    for name in ("pipe.md", "folder.md"):
        with pytest.raises(CallsiteError, match="it is no regular file"):
            load_page(Path(name))


def test_pages_in_the_order_of_their_paths() -> None:
    for name in ("c/b/z.md", "c/b/a.markdown", "c/a.mkd", "c/z.mdown"):
        write(name)
    for name in ("c/.hidden.md", "c/.git/a.md", "c/notes.txt", "c/a.md~", "c/a.rst"):
        write(name, b"\xff")
    assert [str(file.path) for file in load_pages(Path("c"))] == ["c/a.mkd", "c/z.mdown", "c/b/a.markdown", "c/b/z.md"]


def test_folders_that_are_links_are_not_followed() -> None:
    write("c/a.md")
    os.symlink("..", "c/loop")
    assert len(list(load_pages(Path("c")))) == 1


# Writing


def test_a_new_file_is_as_open_as_others() -> None:
    old = os.umask(0o027)
    try:
        write_new(Path("c/d/a.md"), "é\n")
    finally:
        os.umask(old)
    assert Path("c/d/a.md").read_bytes() == "é\n".encode()
    assert Path("c/d/a.md").stat().st_mode & 0o777 == 0o640
    assert names() == ["c/d/a.md"]


@pytest.mark.parametrize("broken", [False, True])
def test_nothing_is_written_over(broken: bool) -> None:
    if broken:
        os.symlink("nowhere", "a.md")
    else:
        write("a.md", "old")
    with pytest.raises(CallsiteError) as error:
        write_new(Path("a.md"), "new")
    assert str(error.value) == "a.md: is there already, and stays as it is; call the command again"
    assert os.listdir() == ["a.md"]
    assert broken or Path("a.md").read_text() == "old"


def test_of_many_writers_one_wins() -> None:
    def try_it(text: str) -> None:
        try:
            write_new(Path("a.md"), text * 10_000)
            won.append(text)
        except CallsiteError:
            lost.append(text)

    won: list[str] = []
    lost: list[str] = []
    threads = [threading.Thread(target=try_it, args=(text,)) for text in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 7)
    assert Path("a.md").read_text() == won[0] * 10_000
    assert names() == ["a.md"]


def test_file_systems_without_links(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    write_new(Path("a.md"), "new")
    with pytest.raises(CallsiteError, match=r"a\.md: is there already"):
        write_new(Path("a.md"), "newer")
    assert Path("a.md").read_text() == "new"
    assert names() == ["a.md"]


FULL = """
import resource, sys
from pathlib import Path
from callsite.content import change_page, load_page, write_new
from callsite.errors import CallsiteError
old = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, old[1]))
for act in (lambda: write_new(Path("new.md"), "x" * size), lambda: change_page(load_page(Path("old.md")), "y" * size)):
    for size in (6000, 600_000):
        try:
            act()
        except CallsiteError as error:
            print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, old)
"""


def test_a_disk_that_is_full() -> None:
    write("old.md")
    done = subprocess.run([sys.executable, "-c", FULL], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        *["new.md: cannot be written, File too large; make room, or name another folder"] * 2,
        *[f"{Path('old.md').resolve()}: cannot be written, File too large; choose another folder or make room"] * 2,
    ]
    assert names() == ["old.md"]
    assert Path("old.md").read_text() == PAGE


def test_a_folder_that_cannot_be_written_to() -> None:
    write("c")
    with pytest.raises(CallsiteError) as error:
        write_new(Path("c/d/a.md"), "x")
    assert str(error.value) == "c/d: cannot be written, Not a directory; choose another folder or make room"


def test_a_changed_page_keeps_its_place_and_its_mode() -> None:
    write("real.md").chmod(0o600)
    os.symlink("real.md", "a.md")
    change_page(load_page(Path("a.md")), "new")
    assert Path("a.md").is_symlink()
    assert Path("real.md").read_text() == "new"
    assert Path("real.md").stat().st_mode & 0o777 == 0o600
    assert names() == ["a.md", "real.md"]


def test_what_somebody_changed_meanwhile_is_not_lost() -> None:
    file = load_page(write("a.md"))
    write("a.md", PAGE + "More.\n")
    with pytest.raises(CallsiteError) as error:
        change_page(file, "new")
    assert str(error.value) == "a.md: was changed meanwhile; call the command again"
    assert Path("a.md").read_text() == PAGE + "More.\n"
    Path("a.md").unlink()
    with pytest.raises(CallsiteError, match="No such file"):
        change_page(file, "new")
    assert names() == []


# Where pages go


@pytest.mark.parametrize(
    "head",
    [
        "symbol: teapot.brew",
        "symbol: teapot.brewing.brew\naliases: teapot.brew",
        "sidebartitle: teapot brew\ntitle: teapot brew Example Code",
        "symbol: teapot.brewing.brew",
        "symbol: teapot._inner.brew",
    ],
)
def test_the_page_of_a_symbol_is_found_under_all_its_names(head: str) -> None:
    write("c/x.md", f"{head}\nslug: x\n\nWords.\n")
    shelf = Shelf(Path("c"))
    found = shelf.find_page(make_subject("teapot.brew", "teapot.brewing.brew", canonical="teapot._inner.brew"))
    assert found is not None
    assert found.path == Path("c/x.md")
    assert shelf.find_page(make_subject("teapot.boil")) is None


@pytest.mark.parametrize("head", ["title: teapot", "symbol: teapot", "title: About", "slug: teapot-brew-examples"])
def test_other_pages_are_not_the_page_of_a_symbol(head: str) -> None:
    write("c/x.md", f"{head}\n\nWords on teapot.brew.\n")
    plan = Shelf(Path("c")).plan_page(make_subject(), NOTHING)
    assert plan.is_new


def test_a_page_that_is_there_and_lacks_nothing() -> None:
    write("c/x.md")
    plan = Shelf(Path("c")).plan_page(make_subject(), NOTHING)
    assert isinstance(plan.before, PageFile)
    assert (plan.is_new, plan.added, plan.after, str(plan.place)) == (False, (), PAGE, "c/x.md")


def test_a_new_page_is_known_at_once() -> None:
    Path("c").mkdir()
    shelf = Shelf(Path("c"))
    first = shelf.plan_page(make_subject(), NOTHING)
    assert (first.is_new, str(first.place)) == (True, "c/examples/teapot/brew.md")
    shelf.write_page(first)
    assert Path("c/examples/teapot/brew.md").read_text() == first.after
    assert not shelf.plan_page(make_subject(), NOTHING).is_new
    # Upper case is another symbol, but no other file and address everywhere.
    other = shelf.plan_page(make_subject("teapot.Brew"), NOTHING)
    assert "slug: teapot-brew-2-examples\n" in other.after
    assert str(other.place) == "c/examples/teapot/brew-2.md"


def test_files_that_are_in_the_way_are_gone_around() -> None:
    write("c/examples/teapot/brew.md", "title: Something else\nslug: else\n\n")
    write("c/examples/teapot/brew-2.md", "title: Something other\nslug: other\n\n")
    plan = Shelf(Path("c")).plan_page(make_subject(), NOTHING)
    assert str(plan.place) == "c/examples/teapot/brew-3.md"
    assert "slug: teapot-brew-examples\n" in plan.after


def test_what_a_killed_run_left_is_swept_up() -> None:
    left = write("c/examples/teapot/.callsite-old", "half a pa")
    os.utime(left, (0, 0))
    shelf = Shelf(Path("c"))
    shelf.write_page(shelf.plan_page(make_subject(), NOTHING))
    assert names() == ["c/examples/teapot/brew.md"]


def test_a_page_that_another_run_wrote_meanwhile_is_the_page() -> None:
    Path("c").mkdir()
    first, second = Shelf(Path("c")), Shelf(Path("c"))
    first.write_page(first.plan_page(make_subject(), NOTHING))
    assert not second.plan_page(make_subject(), NOTHING).is_new


def test_a_page_that_comes_up_meanwhile_stays() -> None:
    Path("c").mkdir()
    shelf = Shelf(Path("c"))
    plan = shelf.plan_page(make_subject(), NOTHING)
    write("c/examples/teapot/brew.md", "Somebody else's.")
    with pytest.raises(CallsiteError, match="is there already, and stays as it is"):
        shelf.write_page(plan)
    assert Path("c/examples/teapot/brew.md").read_text() == "Somebody else's."


def test_links_to_nowhere_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("title: A\n")
    (tmp_path / "b.md").symlink_to("nowhere")
    assert [file.path.name for file in load_pages(tmp_path)] == ["a.md"]
