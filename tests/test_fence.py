"""The words on a fence line."""

from __future__ import annotations

import pytest
from hypothesis import example, given

from callsite.fence import KEYS, format_info, format_lines, parse_info, parse_lines
from callsite.model import Origin
from tests.strategies import infos, ranges, rows, texts

Info = tuple[str, Origin, tuple[str, ...]]


@given(infos())
@example(("", Origin(project='a "b" \\c', path="\\", url='"'), ()))
@example(("python", Origin(version=" ", licence="\u2028", lines=((1, 1), (2, 900))), ("lines=3-2", 'title="a b')))
def test_what_is_written_is_read(info: Info) -> None:
    assert parse_info(format_info(*info)) == info


@given(rows() | texts())
def test_any_words_can_be_read_and_written_again(text: str) -> None:
    info = parse_info(text)
    assert parse_info(format_info(*info)) == info


@given(rows())
def test_nothing_is_lost(text: str) -> None:
    """What is left of a line when all that was read is taken away is the words that were not."""
    language, origin, words = parse_info(text)
    rest = "".join(text.split())
    for word in (language, *words):
        assert "".join(word.split()) in rest
    assert sum(map(len, (language, *words))) <= len(text)
    if origin == Origin():
        assert "".join([language, *words]).split() == rest.split()


@given(ranges)
def test_lines_are_read_as_written(lines: tuple[tuple[int, int], ...]) -> None:
    assert parse_lines(format_lines(lines)) == lines


@pytest.mark.parametrize(
    "value",
    [
        "",
        "0",
        "0-3",
        "5-3",
        "3,2",
        "3-5,5",
        "3-5,4-8",
        "a",
        "1-",
        "-1",
        "1,,2",
        "1 -2",
        "+1",
        "1-2-3",
        "٣",
        "1" * 10,
        "01",
    ],
)
def test_lines_that_cannot_be(value: str) -> None:
    assert parse_lines(value) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("", Origin(), ())),
        ("python", ("python", Origin(), ())),
        ("project=x", ("", Origin(project="x"), ())),
        ("py project=a project=b", ("py", Origin(project="a"), ("project=b",))),
        ("py project= path=x", ("py", Origin(path="x"), ("project=",))),
        ('py path="a b.py" rev=1', ("py", Origin(path="a b.py", revision="1"), ())),
        ('py path="a \\"b\\" \\\\"', ("py", Origin(path='a "b" \\'), ())),
        ('py path="a b rev=1', ("py", Origin(), ('path="a b rev=1',))),
        ('py path="a"b', ("py", Origin(), ('path="a"b',))),
        ('py path=""', ("py", Origin(), ('path=""',))),
        ("py lines=2-3 lines=4", ("py", Origin(lines=((2, 3),)), ("lines=4",))),
        ("py lines=x lines=4", ("py", Origin(lines=((4, 4),)), ("lines=x",))),
        ("py hl_lines=3 foo", ("py", Origin(), ("hl_lines=3", "foo"))),
        ('"py" x', ("", Origin(), ('"py"', "x"))),
        ("path=C:\\x", ("", Origin(path="C:\\x"), ())),
        ("Project=x", ("", Origin(), ("Project=x",))),
    ],
)
def test_words(text: str, expected: Info) -> None:
    assert parse_info(text) == expected


def test_the_keys_in_the_order_they_are_written() -> None:
    origin = Origin("p", "1", "a.py", "r", "https://x", "MIT", "p-1.tar.gz#sha256=0", ((1, 2),))
    assert format_info("python", origin, ("x",)) == (
        "python project=p version=1 path=a.py rev=r url=https://x licence=MIT artefact=p-1.tar.gz#sha256=0 lines=1-2 x"
    )
    assert KEYS == ("project", "version", "path", "rev", "url", "licence", "artefact", "lines")


def test_a_value_with_blanks_or_quotes_is_quoted() -> None:
    origin = Origin(project='a "b" \\c', path="a\\b.py")
    assert format_info("py", origin, ()) == r'py project="a \"b\" \\c" path=a\b.py'
    assert parse_info(r'py project="a \"b\" \\c" path=a\b.py') == ("py", origin, ())
