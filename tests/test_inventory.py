"""Inventories: what we write we read again, and so does Sphinx; what others write is read as Sphinx reads it."""

from __future__ import annotations

import io
import subprocess
import sys
import time
import tracemalloc
import warnings
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite import inventory
from callsite.inventory import Inventory, Item, format_inventory, parse_inventory

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what Sphinx and what it stands on warn each other of is not ours to mend
    from sphinx.util.inventory import InventoryFile

HEADER = b"# Sphinx inventory version 2\n# Project: A b\n# Version: 1.0\n# The rest is compressed using zlib.\n"

REQUEST = Item("flask.Request", "py", "class", 1, "api/#flask.Request", "flask.Request")
LABEL = Item("two words", "std", "label", -1, "index.html#two-words", "Two words, and more")


def _make(body: str | bytes, header: bytes = HEADER) -> bytes:
    return header + zlib.compress(body.encode() if isinstance(body, str) else body)


def _parse(line: str) -> tuple[Item, ...]:
    return parse_inventory(_make(line)).items


def _sphinx(data: bytes) -> dict[tuple[str, str], tuple[str, str]]:
    """What Sphinx makes of an inventory: where each name of each kind is, and its title."""
    read = InventoryFile.load(io.BytesIO(data), "", lambda base, path: path)
    return {(kind, name): (item.uri, item.display_name) for kind, items in read.items() for name, item in items.items()}


def _refusal(data: bytes) -> str:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the callers compare the whole message
        parse_inventory(data)
    return str(caught.value)


def test_the_parts_of_a_line() -> None:
    read = parse_inventory(
        _make("flask.Request py:class 1 api/#$ -\ntwo words std:label -1 index.html#two-words Two words, and more\n")
    )
    assert read == Inventory("A b", "1.0", (REQUEST, LABEL))
    assert read.skipped == 0


@pytest.mark.parametrize(
    ("line", "name", "kind", "location", "title"),
    [
        ("a py:f 1 u t", "a", ("py", "f"), "u", "t"),
        ("a py:f 1 u t with  spaces ", "a", ("py", "f"), "u", "t with  spaces"),
        ("a  b\tc  py:f  1 u t", "a  b\tc", ("py", "f"), "u", "t"),
        ("of 3 things std:term 1 u t", "of 3 things", ("std", "term"), "u", "t"),
        ("a py:f 1 $ -", "a", ("py", "f"), "a", "a"),
        ("a py:f 1 u$v -", "a", ("py", "f"), "u$v", "a"),
        ("a py:f 1 u -x", "a", ("py", "f"), "u", "-x"),
        ("a py:f 1  t and more", "a", ("py", "f"), "", "t and more"),
        ("a py:f:g 1 u t", "a", ("py", "f:g"), "u", "t"),
        ("a\xa0b :x 1 u t", "a\xa0b", ("", "x"), "u", "t"),
        ("é std:label 007 u ü", "é", ("std", "label"), "u", "ü"),
    ],
)
def test_odd_lines_are_read_as_sphinx_reads_them(
    line: str, name: str, kind: tuple[str, str], location: str, title: str
) -> None:
    (item,) = _parse(line)
    assert (item.name, (item.domain, item.role), item.location, item.title) == (name, kind, location, title)
    theirs = {key: (uri, key[1] if shown == "-" else shown) for key, (uri, shown) in _sphinx(_make(line)).items()}
    assert theirs == {(":".join(kind), name): (location, title)}


@pytest.mark.parametrize(
    "line", ["a", "a py:f 1", "a py:f 1 u", "a py:f x u t", "py:f 1 u t", "a pyf 1 u t", "f(int x) = 0 cpp:f 1 u t"]
)
def test_lines_that_make_no_sense_are_left_out_as_in_sphinx_and_counted(line: str) -> None:
    data = _make(f"a py:f 1 u t\n{line}\n\n  \nb py:f 1 u t\n{line}")
    read = parse_inventory(data)
    assert [item.name for item in read.items] == ["a", "b"] == [name for _, name in _sphinx(data)]
    assert read.skipped == 2


def test_a_number_of_too_many_digits_is_no_priority() -> None:
    assert parse_inventory(_make(f"a py:f {'9' * 5000} u t\na py:f 999999999 u t")).skipped == 1


def test_what_is_the_same_for_both_ways_of_ending_lines() -> None:
    header = HEADER.replace(b"\n", b"\r\n")
    assert parse_inventory(_make("a py:f 1 u t\r\nb py:f 1 u t\r\n", header)) == parse_inventory(
        _make("a py:f 1 u t\nb py:f 1 u t\n")
    )


def test_names_that_occur_twice_are_all_kept() -> None:
    assert [item.location for item in _parse("a py:f 1 u t\na py:f 1 v t\n")] == ["u", "v"]


def test_headers_without_values() -> None:
    header = b"# Sphinx inventory version 2 \n# Project: \n# Version:\n# zlib\n"
    assert parse_inventory(_make("", header)) == Inventory("", "", ())


def test_version_1_is_read_as_sphinx_reads_it() -> None:
    data = "# Sphinx inventory version 1\n# Project: É\n# Version: 2\nx mod x.html\nx.f function a b.html\n".encode()
    read = parse_inventory(data)
    assert read == Inventory(
        "É",
        "2",
        (
            Item("x", "py", "module", 1, "x.html#module-x", "x"),
            Item("x.f", "py", "function", 1, "a b.html#x.f", "x.f"),
        ),
    )
    assert {(f"{item.domain}:{item.role}", item.name): item.location for item in read.items} == {
        key: uri for key, (uri, _) in _sphinx(data).items()
    }
    assert parse_inventory(data + b"nonsense\n").skipped == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is no inventory: it is empty"),
        (b" \n", "is no inventory: it is empty"),
        (b"\n<!DOCTYPE html>\n<p>404", "is no inventory: it is a web page"),
        (b"# Sphinx inventory version 3\n", "is no inventory: version 3 is not known"),
        (b"# Sphinx inventory version \x1b[1m\n", "is no inventory: line 1 does not say that it is one"),
        (b"\x00\xff", "is no inventory: line 1 does not say that it is one"),
        (b"# Sphinx inventory version 2", "is no inventory: line 2 does not begin with `# Project:`"),
        (HEADER.replace(b"# V", b"V"), "is no inventory: line 3 does not begin with `# Version:`"),
        (HEADER.replace(b"A b", b"\xff"), "is damaged: line 2 is not UTF-8"),
        (HEADER.replace(b"1.0", b"\xc3"), "is damaged: line 3 is not UTF-8"),
        (
            HEADER.replace(b"zlib", b"zip"),
            "is no inventory: line 4 does not say that what follows is compressed using zlib",
        ),
        (HEADER, "is damaged: it breaks off"),
        (HEADER + b"a py:f 1 u t", "is damaged: what is compressed in it cannot be read"),
        (_make("a py:f 1 u t\n" * 100)[:-5], "is damaged: it breaks off"),
        (_make(b"a py:f 1 u t\nb\xff py:f 1 u t"), "is damaged: line 6 is not UTF-8"),
        (_make(b"a py:f 1 u t\nb py:f 1 u \xc3"), "is damaged: line 6 is not UTF-8"),
        (b"# Sphinx inventory version 1\n# Project: x\n# Version: 1\nx mod u\n\xff", "is damaged: line 5 is not UTF-8"),
    ],
)
def test_what_is_no_inventory_and_why(data: bytes, reason: str) -> None:
    assert _refusal(data) == reason


def test_far_too_large_is_told_before_it_is_unpacked() -> None:
    stream = zlib.compressobj(9)
    line = b"a" * (2**20 - 1) + b"\n"
    bomb = HEADER + b"".join(stream.compress(line) for _ in range(70)) + stream.flush()
    assert len(bomb) < 2**20
    tracemalloc.start()
    try:
        assert _refusal(bomb) == "is too large: it holds more than 64 MB"
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()
    assert _refusal(b"x" * (64 * 2**20 + 1)) == "is too large: it holds more than 64 MB"


def test_far_too_many_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory, "_MOST", 3)
    assert len(_parse("a py:f 1 u t\n" * 3)) == 3  # and an empty line, which is none
    assert _refusal(_make("a py:f 1 u t\n" * 2 + "\n\nb")) == "is too large: it holds more than 3 lines"


def test_one_endless_line_is_refused_and_a_very_long_one_takes_no_endless_time() -> None:
    assert _refusal(_make("a" * 2**21)) == "is no inventory to use: a line in it does not end"
    for line in ("a " * 2**19, "a" * 2**20, " " * 2**19 + "a", "a b:c 1" + " " * 2**19 + "1" * 2**18):
        begin = time.monotonic()
        assert len(_parse(line)) + parse_inventory(_make(line)).skipped == 1
        assert time.monotonic() - begin < 10


def test_lines_across_the_pieces_it_is_unpacked_in(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "é\u2028a b py:f 1 u#$ ü\r\nb py:g 2 v -\x0c\r\n"
    whole = parse_inventory(_make(text))
    assert [item.name for item in whole.items] == ["a b", "b"]
    for size in range(1, 9):
        monkeypatch.setattr(inventory, "_PIECE", size)
        assert (parse_inventory(_make(text)), whole.skipped) == (whole, 1)


def test_what_follows_the_end_of_the_compressed_part_does_not_matter() -> None:
    assert parse_inventory(_make("a py:f 1 u t") + b"more") == parse_inventory(_make("a py:f 1 u t"))


def test_what_is_written() -> None:
    data = format_inventory(Inventory("A b", "1.0", (REQUEST, LABEL)))
    header, body = data[: data.index(b"zlib.\n") + 6], data[data.index(b"zlib.\n") + 6 :]
    assert header.decode().splitlines() == [
        "# Sphinx inventory version 2",
        "# Project: A b",
        "# Version: 1.0",
        "# The remainder of this file is compressed using zlib.",
    ]
    assert zlib.decompress(body).decode().splitlines() == [
        "flask.Request py:class 1 api/#$ -",
        "two words std:label -1 index.html#two-words Two words, and more",
    ]
    assert format_inventory(Inventory("A b", "1.0", (REQUEST, LABEL))) == data


@pytest.mark.parametrize(
    "item",
    [
        Item("", "std", "label", 1, "u", "t"),
        Item("a\nb", "std", "label", 1, "u", "t"),
        Item("a\u2028b", "std", "label", 1, "u", "t"),
        Item("a x:y 1 u t", "std", "label", 1, "u", "t"),
        Item("a", "st:d", "label", 1, "u", "t"),
        Item("a", "std", "la bel", 1, "u", "t"),
        Item("a", "std", "label", 10**9, "u", "t"),
        Item("a", "std", "label", 1, "u v", "t"),
        Item("a", "std", "label", 1, "u$", "t"),
        Item("a", "std", "label", 1, "u", ""),
        Item("a", "std", "label", 1, "u", "-"),
        Item("a", "std", "label", 1, "u", " t"),
        Item("a", "std", "label", 1, "u", "t\nb std:label 1 u t"),
    ],
)
def test_what_the_format_cannot_say_is_refused(item: Item) -> None:
    with pytest.raises(ValueError, match="cannot be in an inventory"):
        format_inventory(Inventory("", "", (item,)))


def test_numbers_in_names_and_titles_do_no_harm() -> None:
    given = Inventory("", "", (Item("a 1 b", "std", "label", 1, "u", "t b 2"),))
    assert parse_inventory(format_inventory(given)) == given


@pytest.mark.parametrize(("project", "version"), [("a\nb", "1"), ("a", "1\n"), (" a ", "1"), ("a", "1\r")])
def test_a_header_that_the_format_cannot_say_is_refused(project: str, version: str) -> None:
    with pytest.raises(ValueError, match=r"^project .* cannot be in an inventory$"):
        format_inventory(Inventory(project, version, ()))


_ANYTHING = st.text(st.characters(codec="utf-8"), max_size=8) | st.text("a1:$- \n\x0c\x85", max_size=8)
_WORD = st.text(st.characters(categories=["L", "N", "P", "S"], codec="utf-8"), min_size=1, max_size=8)


@given(
    st.builds(
        Inventory,
        _ANYTHING,
        _ANYTHING,
        st.lists(st.builds(Item, _ANYTHING, _ANYTHING, _ANYTHING, st.integers(), _ANYTHING, _ANYTHING), max_size=2).map(
            tuple
        ),
    )
)
def test_whatever_is_written_is_read_again(given: Inventory) -> None:
    try:
        data = format_inventory(given)
    except ValueError:
        return
    assert parse_inventory(data) == given


def _make_item(name: str, anchor: str, title: list[str], priority: int) -> Item:
    return Item(name, "std", "label", priority, f"page.html#{anchor}{name}", " ".join(title))


@given(
    st.text("ab_.", min_size=1, max_size=6),
    _WORD,
    st.lists(
        st.builds(
            _make_item,
            _WORD,
            st.text("ab-", max_size=3),
            st.lists(_WORD, min_size=1, max_size=3).filter(lambda words: words != ["-"]),
            st.integers(-1, 3),
        ),
        max_size=5,
        unique_by=lambda item: item.name,
    ).map(tuple),
)
def test_names_as_they_are_can_be_written_and_sphinx_reads_the_same(
    project: str, version: str, items: tuple[Item, ...]
) -> None:
    given = Inventory(project, version, items)
    data = format_inventory(given)
    assert parse_inventory(data) == given
    assert _sphinx(data) == {
        ("std:label", item.name): (item.location, "-" if item.title == item.name else item.title) for item in items
    }


@pytest.mark.untraced
def test_what_sphinx_itself_writes_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text("project = 'The  Project'\nversion = '1.2'\n")
    (tmp_path / "index.rst").write_text(
        "Title\n=====\n\n.. _a-label:\n\nHas a label\n-----------\n\n.. py:module:: pkg\n\n.. py:class:: C\n\n   .. py:method:: m\n\n"
        ".. glossary::\n\n   two words\n      x\n"
    )
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", str(tmp_path), str(tmp_path / "out")]
    subprocess.run(command, check=True, capture_output=True)
    data = (tmp_path / "out" / "objects.inv").read_bytes()
    read = parse_inventory(data)
    assert (read.project, read.version, read.skipped) == ("The Project", "1.2", 0)
    assert {
        Item("pkg", "py", "module", 0, "index.html#module-pkg", "pkg"),
        Item("pkg.C", "py", "class", 1, "index.html#pkg.C", "pkg.C"),
        Item("pkg.C.m", "py", "method", 1, "index.html#pkg.C.m", "pkg.C.m"),
        Item("a-label", "std", "label", -1, "index.html#a-label", "Has a label"),
        Item("two words", "std", "term", -1, "index.html#term-two-words", "two words"),
    } <= set(read.items)
    assert {(f"{item.domain}:{item.role}", item.name) for item in read.items} == set(_sphinx(data))
    assert _sphinx(format_inventory(read)) == _sphinx(data)
