"""Bytes to text, text to lines."""

from __future__ import annotations

import ast
import re
import tokenize
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callsite.model import Place, Problem, Severity
from callsite.text import CONTROL, decode_python, decode_text, holds_control, normalise_ends, split_ends
from tests.strategies import texts


@given(texts(("\n", "\r\n", "\r")))
@example("\r\n\r\r\n\n\r")
def test_lines_joined_are_the_text(text: str) -> None:
    lines = split_ends(text)
    assert "".join(lines) == text
    assert all(re.fullmatch(r"[^\r\n]*(\r\n|\r|\n)", line) for line in lines[:-1])
    assert all(lines)
    assert len(lines) == len(normalise_ends(text).removesuffix("\n").split("\n")) or text == ""


@given(texts(("\n", "\r\n", "\r")))
def test_good_bytes_are_read_as_they_are(text: str) -> None:
    for mark in (b"", b"\xef\xbb\xbf"):
        decoded, problems = decode_text(mark + text.removeprefix("\ufeff").encode(), "a.md")
        assert decoded == normalise_ends(text.removeprefix("\ufeff"))
        assert problems == ()


@given(st.binary(max_size=80) | texts(("\n", "\r\n", "\r")).map(str.encode), st.integers(0, 80), st.binary(max_size=3))
def test_any_bytes_give_text(data: bytes, where: int, put_in: bytes) -> None:
    data = data[:where] + put_in + data[where:]
    text, problems = decode_text(data, "a.md")
    assert "\r" not in text
    assert "\0" not in text
    for problem in problems:
        assert 1 <= problem.at.line <= text.count("\n") + 1
        assert "\ufffd" in text.split("\n")[problem.at.line - 1]
    assert bool(problems) == (_is_not_utf8(data) or b"\0" in data)


def _is_not_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return True
    return False


@pytest.mark.parametrize(
    ("data", "line", "code", "message"),
    [
        (b"a\nb\xffc\n", 2, "T101", "byte 0xff is not UTF-8"),
        (b"\xef\xbb\xbf\n\n\xe9\n", 3, "T101", "byte 0xe9 is not UTF-8"),
        (b"\r\r\n\n\xc3", 4, "T101", "byte 0xc3 is not UTF-8"),
        (b"\xff\xfea\0", 1, "T101", "byte 0xff is not UTF-8"),
        (b"a\r\nb\0\0\nc\0", 2, "T102", "a NUL byte in the text"),
    ],
)
def test_bad_bytes_have_a_place(data: bytes, line: int, code: str, message: str) -> None:
    _, problems = decode_text(data, "a.md")
    found = problems[0]
    assert (found.at, found.code, found.message) == (Place("a.md", line), code, message)
    assert str(found).startswith(f"a.md:{line}: {code} {message}; ")


def test_what_is_seen_as_invisible() -> None:
    hidden = (
        "\u202a\u202e\u2066\u2069\u200b\u200e\u200f\u061c\u00ad\ufeff\x00\x01\x0b\x1b\x7f\x85\u2028\u2029\u3164\u180e"
    )
    assert [char for char in hidden if not CONTROL.match(char)] == ["\x00"]
    assert not CONTROL.search("\t\n\f\r é\u00a0\u200c\u200d漢👩\u200d💻\u3000")


def test_a_text_holds_a_character_when_it_is_found_in_it() -> None:
    for char in map(chr, (*range(0x3000), 0x3164, 0xD800, 0xFEFF, 0xFFA0, 0x1F4BB, 0xE0001, 0xE01F0)):
        assert holds_control(f"a\n{char}é") == bool(CONTROL.search(char)), hex(ord(char))
    assert not holds_control("plain")


@given(st.text())
def test_any_text_holds_a_character_when_it_is_found_in_it(text: str) -> None:
    assert holds_control(text) == bool(CONTROL.search(text))


def test_places_and_problems_are_written_the_way_editors_read_them() -> None:
    assert str(Place("a.md", 3)) == "a.md:3"
    assert str(Place("a.md")) == "a.md"
    problem = Problem(Place("a.md", 3), "X1", "what", "do", Severity.WARNING)
    assert str(problem) == "a.md:3: X1 what; do"
    assert sorted([problem, Problem(Place("a.md", 2), "Z", "", "")])[1] is problem


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"x = '\xc3\xa9'", "x = 'é'"),
        (b"\xef\xbb\xbfx = 1\r\ny = 2\rz = 3\n", "x = 1\ny = 2\nz = 3\n"),
        (b"\xef\xbb\xbf# coding: utf-8\n", "# coding: utf-8\n"),
        (b"# -*- coding: latin-1 -*-\n'\xe9'", "# -*- coding: latin-1 -*-\n'é'"),
        (
            b"#!/usr/bin/python\r# vim: set fileencoding=cp1252 :\r'\x80'",
            "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'€'",
        ),
        (b"# coding: shift_jis\n'\x93\xfa'", "# coding: shift_jis\n'日'"),
        # not a cookie: on the third line, after code, in a string
        (b"\n\n# coding: latin-1\n'\xc3\xa9'", "\n\n# coding: latin-1\n'é'"),
        (b"x = 1\n# coding: latin-1\n'\xc3\xa9'", "x = 1\n# coding: latin-1\n'é'"),
        (b"'# coding: latin-1 \xc3\xa9'", "'# coding: latin-1 é'"),
        (b"a\x0cb\xe2\x80\xa8c", "a\x0cb\u2028c"),
    ],
)
def test_python_is_decoded_as_python_does(data: bytes, text: str) -> None:
    assert decode_python(data) == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a\r\nb\rc = '\xe9'", "line 3 is not utf-8"),
        (b"# coding: ascii\n\n'\xe9'", "line 3 is not ascii"),
        (b"# coding: nope\n", "unknown encoding: nope"),
        (b"# coding: hex\n61", "hex is no encoding for source files"),
        (b"# coding: Unicode-Escape\n'\\d'", "Unicode-Escape is no encoding for source files"),
        (b"# coding: utf_7\n'+AOk-'", "utf_7 is no encoding for source files"),
        (b"# coding: u16\n", "u16 is no encoding for source files"),
        (b"# coding: punycode\n" + b"a" * 100_000, "punycode is no encoding for source files"),
        (b"\xef\xbb\xbf# coding: latin-1\n", "encoding problem: utf-8"),
        (b"\xff\xfex\x00", "invalid or missing encoding declaration"),
        (b"a = 1\r\nb = '\x00'\n", "line 2 holds a NUL byte"),
    ],
)
def test_what_python_cannot_read_has_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason) + "$"):
        decode_python(data)


@given(
    st.binary(max_size=40), st.sampled_from([b"", b"# coding: latin-1\n", b"\n# coding: gb18030\r", b"#coding=gbk\r\n"])
)
def test_any_bytes_are_python_or_have_a_reason(data: bytes, head: bytes) -> None:
    try:
        text = decode_python(head + data)
    except ValueError as error:
        assert str(error)  # noqa: PT017  # both ways out are right
    else:
        assert "\r" not in text
        assert "\0" not in text
        text.encode()  # whole characters only


def test_the_standard_library_reads_the_same_both_ways() -> None:
    folder = Path(ast.__file__).parent
    paths = sorted(folder.glob("*.py"))[:100]
    for path in paths:
        with tokenize.open(path) as file:
            assert decode_python(path.read_bytes()) == file.read()
