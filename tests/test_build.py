"""Files to pages: bad input gives problems with a place, odd sizes take no odd time, and nothing is lost."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from callsite.build import Loader, load_head, place_of, read_again
from callsite.model import Meta, Place, Problem, Severity
from callsite.page import format_page
from callsite.text import decode_text
from tests.building import Reader, Seen

_MUST_FAIL = Path(__file__).parent / "must_fail"
_SITE_KEYS = ("mood",)


def _loader() -> Reader:
    return Reader({"extension_configs": {"markdown.extensions.extra": {}}}, _SITE_KEYS)


def _expectations() -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for row in (_MUST_FAIL / "expected.txt").read_text().splitlines():
        name, _, rest = row.partition(":")
        if rest:
            found.setdefault(name, []).append(rest)
    return list(found.items())


@pytest.mark.parametrize(("name", "expected"), _expectations(), ids=[name for name, _ in _expectations()])
def test_pages_that_must_fail(name: str, expected: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """`expected.txt` has a line for each problem: file:line: CODE, and `warning` for those that stop only strict builds."""
    monkeypatch.chdir(_MUST_FAIL)
    loaded = _loader().load_page(name)
    assert [_show(problem) for problem in loaded.problems] == [f"{name}:{row}" for row in expected]
    text, _ = decode_text((_MUST_FAIL / name).read_bytes(), name)
    assert format_page(loaded.page) == text
    assert len(LexborHTMLParser(loaded.rendered.html).css("figure.listing")) == len(loaded.page.listings)


def _show(problem: Problem) -> str:
    return f"{problem.at}: {problem.code}" + " warning" * (problem.severity is Severity.WARNING)


def test_each_page_that_must_fail_is_expected_to() -> None:
    files = {path.name for path in _MUST_FAIL.glob("*.md")}
    assert files == {name for name, _ in _expectations()}


def _load(folder: Path, data: bytes | str) -> Seen:
    path = folder / "page.md"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return _loader().load_page(str(path))


def _codes(loaded: Seen) -> list[str]:
    return [problem.code for problem in loaded.problems]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks_are_no_problem(tmp_path: Path, end: str, mark: str) -> None:
    text = "title: x\nslug: y\n\nWords.\n\n```python\nx\n~~y\n\n\tz\n```\n"
    loaded = _load(tmp_path, mark + text.replace("\n", end))
    assert loaded.problems == ()
    assert loaded.page.meta == Meta(title="x", slug="y")
    assert loaded.rendered == _load(tmp_path, text).rendered
    assert loaded.page.listings[0].snippet.code == "x\ny\n\n\tz"


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    loaded = _loader().load_page("gone.md")
    assert [str(problem) for problem in loaded.problems] == [
        "gone.md: T100 cannot be read: No such file or directory; make it readable"
    ]
    assert loaded.page.blocks == ()
    assert loaded.rendered.html == ""
    assert _codes(_loader().load_page(str(tmp_path))) == ["T100"]


def test_required_keys(tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_text("slug: x\n")
    loader = _loader()
    assert [problem.code for problem in loader.load_page(str(path)).problems] == ["M101"]
    assert loader.load_page(str(path), []).problems == ()
    assert [problem.code for problem in loader.load_page(str(path), ["title", "date"]).problems] == ["M101", "M101"]


def test_keys_of_the_site(tmp_path: Path) -> None:
    assert _codes(_load(tmp_path, "title: x\nmood: y\ncontent: z\nother: w\n")) == ["M109", "M105"]


def test_a_problem_found_twice_is_told_once(tmp_path: Path) -> None:
    long = "x" * 20_001
    assert _codes(_load(tmp_path, f"title: x\n\n```python\n{long}\n## ... y ...\n{long}\n```\n")) == ["L107"]


def test_places_are_named_from_where_the_person_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    assert place_of(str(tmp_path / "a" / "b" / "c.md"), 3) == Place("c.md", 3)
    assert place_of(str(tmp_path / "a" / "c.md")) == Place("../c.md")
    assert place_of(str(tmp_path / "c.md")) == Place(str(tmp_path / "c.md"))
    assert str(place_of("x/../c.md", 1)) == "c.md:1"


# Sizes. Not a measurement: a minute is many times what any of these takes, and less than what grew with the square of
# the input took.

_HEAD = "title: x\n\n"
_SIZES = {
    "a page of 5 MB, all prose": (_HEAD + ("word " * 12 + "\n") * 85_000, []),
    "a page of 5 MB, all one listing": (
        _HEAD + "```python\n" + "x = foo(1, 'abc') # and words that make the line longer\n" * 100_000 + "```\n",
        ["L107"],
    ),
    "a line of 200,000 characters": (_HEAD + "```python\nx = 1\n" + "f(" * 100_000 + "\n```\n", ["L107"]),
    "10,000 marks": (_HEAD + "```python\n" + "~~x = 1\n" * 10_000 + "```\n", []),
    "10,000 gaps": (_HEAD + "```python\n" + "x = 1\n## ... y ...\n" * 10_000 + "```\n", []),
    "5,000 listings": (_HEAD + "```python\nx = 1\n```\ntext\n\n" * 5_000, []),
    "5,000 quotes in each other": (_HEAD + ">" * 5_000 + " a\n", []),
    "5,000 quotes and a fence": (_HEAD + ">" * 5_000 + " ```\n" + ">" * 5_000 + " x\n\n", ["P101"]),
    "1,500 lists in each other": (_HEAD + "- " * 1_500 + "a\n", ["P101"]),
    "5,000 links among listings": (_HEAD + "".join(f"[a](/x{n})\n\n```\nx\n```\n\n" for n in range(5_000)), []),
    "20,000 metadata keys": ("title: x\n" + "".join(f"tags: {n}\n" for n in range(20_000)), ["M102"] * 19_999),
    "200,000 more lines of a value": ("title: x\n" + "    y\n" * 200_000, []),
    "40,000 quotes": (_HEAD + "```python\n" + '"""\n' * 40_000 + "```\n", []),
    "100,000 fences in a longer one": (_HEAD + "````\n" + "```\n" * 100_000 + "````\n", []),
    "50,000 words on a fence line": (_HEAD + "```py " + 'project="b" ' * 50_000 + "\n```\n", ["L104"] * 1),
    "100,000 backticks": (_HEAD + "`" * 100_000 + "\n", ["L101"]),
}


@pytest.mark.untraced
@pytest.mark.parametrize("name", _SIZES)
def test_sizes(tmp_path: Path, name: str) -> None:
    text, codes = _SIZES[name]
    start = time.process_time()
    loaded = _load(tmp_path, text)
    assert format_page(loaded.page) == text
    assert time.process_time() - start < 60
    assert _codes(loaded) == codes
    shown = LexborHTMLParser(loaded.rendered.html)
    assert len(shown.css(".line")) == sum(len(listing.snippet.lines) for listing in loaded.page.listings)
    assert len(shown.css(".hll")) == sum(len(listing.snippet.marks) for listing in loaded.page.listings)


def test_a_page_after_one_that_was_too_deep_is_as_ever(tmp_path: Path) -> None:
    loader = _loader()
    good, deep = tmp_path / "good.md", tmp_path / "deep.md"
    good.write_text("title: x\n\n# A\n\n- a\n\n      b\n\n[^1]\n\n[^1]: c\n")
    deep.write_text("title: x\n\n" + "- " * 1_500 + "a\n")
    first = loader.load_page(str(good))
    loader.load_page(str(deep))
    assert loader.load_page(str(good)) == first


@pytest.mark.untraced
def test_shared_pages_load_without_errors(shared: Path) -> None:
    loader = _loader()
    pages = [*shared.glob("seed/*"), *shared.glob("corpus/p*/*")]
    assert len(pages) > 40
    strays = 0
    for path in pages:
        loaded = loader.load_page(str(path))
        assert all(problem.severity is Severity.WARNING for problem in loaded.problems)
        strays += _codes(loaded).count("L103")
    assert strays == 5


def test_a_pipe_is_no_page(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    loaded = Loader().load_page(str(tmp_path / "a.md"))
    assert [(problem.code, problem.message) for problem in loaded.problems] == [
        ("T100", "cannot be read: it is no regular file")
    ]


def test_the_head_of_a_page_is_its_metadata_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"title: A\nslug: caf\xe9\n\n```python\nx\n")
    assert load_head(str(path)).meta.title == "A"
    assert load_head(str(path)).blocks == ()
    assert load_head(str(tmp_path / "gone.md")).meta.lines == ()


def test_a_page_is_read_again_without_looking_for_what_is_wrong() -> None:
    data = b"\xef\xbb\xbftitel: x\r\n\r\n```python lines=9\r\n~~x\xff\r\n"
    loaded = Loader().read_page("a.md", data)
    assert loaded.problems
    assert repr(read_again("a.md", data)) == repr(loaded.page)
