"""Output folders on the disk: what a real build leaves behind, planted faults, and files that nobody should have made."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import callsite.outputs
from callsite.check.facts import PageSummary
from callsite.check.output.facts import FileSummary
from callsite.check.policy import Policy
from callsite.errors import CallsiteError
from callsite.outputs import LARGEST, Portion, check_portion, find_output_problems
from callsite.staging import MANIFEST
from callsite.workers import Failure, Workers
from tests.building import SiteFolder
from tests.test_check_output import page, summary

EXAMPLE = """title: json loads Examples
slug: json-loads
sortorder: 500010001
meta: Shows how json.loads is called, with {{ braces }} in its description.

## One

See [another]({filename}/pages/about.md#more), or [a mark](#listing-1-1).

```python
# one.py
~~import json
## ... source file abbreviated to get to loads examples ...
def read(text):
~~    return json.loads(text)
\\~~
```
"""
ABOUT = "title: About\nslug: about\n\nAbout this site, and ![a dot]({static}/images/dot.png).\n\n## More\n"
CONF = 'from pelicanconf import *\nSITEURL = "https://example.org/docs"\n'
SITE = "https://example.org/docs"


def _say(folder: Path, address: str = "", expected: dict[str, PageSummary] | None = None, **policy: int) -> list[str]:
    found = find_output_problems(folder, expected or {}, address, Policy(**policy))  # type: ignore[arg-type]  # numbers only
    return [f"{problem.at}: {problem.code} {problem.message}" for problem in found]


def _write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An output folder below the working directory."""
    monkeypatch.chdir(tmp_path)
    return _write(tmp_path / "out", {"index.html": page()}).relative_to(tmp_path)


def _expect() -> dict[str, PageSummary]:
    """What the two pages of the site below come to."""
    marks = (("import json", "    return json.loads(text)"),)
    example = summary("content/examples/json/loads.md", EXAMPLE.partition("\n\n")[0], marks, (5,))
    return {"json-loads.html": example, "about.html": summary("content/pages/about.md", ABOUT.partition("\n\n")[0])}


# What is changed in a file of the output, and what is told of it, on the line of the change.
FAULTS = (
    ("json-loads.html", "/theme/js/callsite.js", "/theme/js/Callsite.js", "H101"),
    ("json-loads.html", 'href="#listing-1-1"', 'href="#listing-1-9"', "H102"),
    ("json-loads.html", '<div class="gap"', '<div id="main" class="gap"', "H103"),
    ("json-loads.html", "<p>See ", "<p>{{ title }} See ", "H105"),
    ("json-loads.html", '<figure class="listing" id="listing-1"', '<figure class="listing" id="listing-1" data-x', ""),
    ("json-loads.html", '<span class="line hll" id="listing-1-2"', '<span class="line" id="listing-1-2"', ""),
    ("json-loads.html", f'canonical" href="{SITE}/json-loads.html', f'canonical" href="{SITE}/about.html', "H107"),
    ("about.html", "images/dot.png", "images/dots.png", "H101"),
    ("about.html", 'popovertarget="sidebar"', 'popovertarget="side"', "H104"),
    ("about.html", 'alt="a dot"', "", "H113"),
    ("index.html", "</html>", "", ""),
    ("sitemap.xml", f"<loc>{SITE}/about.html", f"<loc>{SITE}/abouts.html", "H107"),
    ("changes.atom.xml", "<updated>", "<updated>on ", "H109"),
    ("examples.json", '"version": 1,', '"version": 1,,', "H110"),
    ("theme/css/callsite.css", "{", "{ background: url(gone.png);", "H101"),
)


def test_a_build_has_no_problems_until_something_is_broken(site: SiteFolder) -> None:
    """Each planted fault is found in one run, with its file and line."""
    conf = (site.root / "pelicanconf.py").read_text(encoding="utf-8")
    site.write({"pelicanconf.py": f"{conf}\nSITEURL = {SITE!r}\n", "content/images/dot.png": b"png"})
    dated = EXAMPLE.replace("slug:", "date: 2024-01-01\nslug:")
    site.write({"content/examples/json/loads.md": dated, "content/pages/about.md": ABOUT})
    built = site.build()
    assert built.code == 0, built.stderr
    folder = Path("output")
    assert _say(folder, SITE, _expect()) == []
    wanted = set()
    for name, old, new, code in FAULTS:
        text = built.read(name)
        site.write({f"output/{name}": text.replace(old, new, 1)})
        if code:
            wanted.add((f"output/{name}:{text.count(chr(10), 0, text.index(old)) + 1}:", code))
    site.write({"output/404.html": "", "output/left.html": page()})
    os.remove("output/objects.inv")
    os.utime("content/pages/about.md", (time.time() + 10, time.time() + 10))
    rows = built.read("json-loads.html").split("\n")
    figure = next(number for number, row in enumerate(rows, start=1) if '<figure class="listing"' in row)
    last = built.read("index.html").rstrip().count("\n") + 1
    wanted |= {
        (f"output/json-loads.html:{figure}:", "H106"),
        (f"output/index.html:{last}:", "H112"),
        ("output/404.html:", "H112"),
        ("output/left.html:", "H114"),
        ("output/objects.inv:", "H111"),
        ("output:", "H111"),
    }
    found = [line.split(" ")[:2] for line in _say(folder, SITE, _expect())]
    assert wanted - {(place, code) for place, code in found} == set()
    # What follows from a fault is found with it: a page that calls another address its own, and a sitemap without it.
    assert len(found) <= len(wanted) + 4


def test_nothing_is_told_of_an_empty_folder(out: Path) -> None:
    (out / "index.html").unlink()
    assert _say(out) == []
    with pytest.raises(
        CallsiteError, match=r"^gone: there is no output here; build the site first, with `callsite build`$"
    ):
        _say(Path("gone"))


def test_files_that_cannot_be_read(out: Path) -> None:
    _write(
        out,
        {"a.css": "p {}", "latin.html": page("\xe9").encode("latin-1"), "b.html": page().encode()[:-10] + b"\n\xff"},
    )
    _write(out, {"c.html": page("\xe9", '<meta charset="iso-8859-1">').encode("latin-1")})
    _write(out, {"d.html": page("\xe9", "<meta charset=no-such-encoding>").encode("latin-1")})
    os.symlink("gone.html", out / "dangling.html")
    os.symlink(".", out / "folder.html")
    os.mkfifo(out / "pipe.xml")
    with open(out / "large.json", "wb") as file:
        file.truncate(LARGEST + 1)
    assert _say(out) == [
        "out/b.html:8: H112 the page ends before `</html>`",
        "out/b.html:8: H115 byte 0xff is not UTF-8",
        "out/dangling.html: H115 cannot be read: No such file or directory",
        "out/folder.html: H115 cannot be read: Not a file",
        "out/large.json: H115 has 32 MB, and no more than 32 are looked into",
        "out/latin.html:6: H115 byte 0xe9 is not UTF-8",
        "out/pipe.xml: H115 cannot be read: Not a file",
    ]  # fmt: skip


def test_weights_are_those_of_the_files(out: Path) -> None:
    head = '<link rel="stylesheet" href="s.css"><link rel="icon" href="folder.ico"><link rel="icon" href="gone.ico">'
    _write(out, {"index.html": page(head=head), "s.css": os.urandom(20_000).hex()})
    os.symlink(".", out / "folder.ico")
    os.symlink("gone", out / "gone.ico")
    [found] = _say(out, page_total=10_000)
    assert re.fullmatch(
        r"out/index.html: H108 the page weighs 2\d kB with all that it loads, and 10 kB are allowed", found
    )


@pytest.mark.parametrize("text", ["", "{}", "[1]", "[" * 100_000, None])
def test_a_manifest_that_nobody_can_read_says_nothing(out: Path, text: str | None) -> None:
    if text is not None:
        _write(out, {MANIFEST: text})
    assert _say(out) == []


def test_pages_that_changed_since_the_build(out: Path) -> None:
    made = {"index.html": summary("a.md"), "b.html": summary("gone.md")}
    _write(out, {MANIFEST: '["index.html", "b.html"]', "../a.md": "x"})
    missing = "out/b.html: H111 the last build has written this file, and it is not here"
    before = time.time() - 100
    os.utime("a.md", (before, before))
    assert _say(out, expected=made) == [missing]
    os.utime("a.md", (before + 200, before + 200))
    assert _say(out, expected=made) == ["out: H111 a.md has changed since this was built", missing]


def test_the_words_of_an_author_are_read_where_they_stand(out: Path) -> None:
    _write(out, {"index.html": page("<p>{{ a }} and {{ b }}</p>"), "../a.md": "Write {{ a }}"})
    assert _say(out, expected={"index.html": summary("a.md")}) == [
        "out/index.html:6: H105 `{{ b }}` is a piece of a template that nothing has rendered"
    ]


def test_many_pages_are_read_side_by_side(out: Path) -> None:
    side = "".join(f'<li><a href="/p{number}.html">{"x" * 300}</a></li>\n' for number in range(60))
    _write(out, {f"p{number}.html": page(f"{side}<b id=x></b>") for number in range(60)})
    _write(out, {"p7.html": page(f'{side}<a href="p8.html#y">'), "sub/q.html": page(f'{side}<a href="p8.html">')})
    expected = [
        "out/p7.html:66: H102 `p8.html#y` leads to a place that `p8.html` does not have",
        "out/sub/q.html:66: H101 `p8.html` leads to nothing in the output",
    ]
    for workers in (2, 1, 0):
        found = find_output_problems(out, {}, "", Policy(), workers)
        assert [f"{problem.at}: {problem.code} {problem.message}" for problem in found] == expected


def test_a_page_that_takes_for_ever_is_a_problem(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elements deep inside each other keep the parser busy for a time that grows with the square of their number."""
    _write(out, {"deep.html": "<div>" * 400_000, "b.html": page('<a href="gone">')})
    monkeypatch.setattr(callsite.outputs, "_LIMIT", 4.0)
    began = time.monotonic()
    first, *others = _say(out)
    assert first == "out/b.html:6: H101 `gone` leads to nothing in the output"
    assert [line.rpartition(": ")[0] for line in others] == ["out/deep.html: H115 cannot be looked into"]
    assert time.monotonic() - began < 30


class _Weak(Workers[Portion, tuple[FileSummary, ...]]):
    """Workers that die of several pages at once, and of one that is called so."""

    def work(self, tasks: Sequence[Portion]) -> Iterator[tuple[int, tuple[FileSummary, ...] | Failure]]:
        for number, portion in enumerate(tasks):
            is_deadly = len(portion.names) > 1 or portion.names == ("deadly.html",)
            yield number, Failure("it died") if is_deadly else check_portion(portion)


def test_what_a_worker_dies_of_is_found_out(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(out, {"deadly.html": page("x" * 70_000), "b.html": page('<a href="gone">')})
    monkeypatch.setattr(callsite.outputs, "Workers", _Weak)
    expected = [
        "out/b.html:6: H101 `gone` leads to nothing in the output",
        "out/deadly.html: H115 cannot be looked into: it died",
    ]
    assert _say(out) == expected
    _write(out, {"deadly.html": page("x" * 1_000_000)})
    assert _say(out) == expected


def test_a_process_is_spared_what_it_might_choke_on(out: Path) -> None:
    _write(out, {"huge.html": page("x" * 1_000_000)})
    portion = Portion(str(out), frozenset({"huge.html"}), ("huge.html",), {}, "", Policy(), os.getpid())
    [found] = check_portion(portion)
    assert [problem.message for problem in found.problems] == [
        "cannot be looked into: no process could be started for it"
    ]
    (out / "index.html").unlink()
    assert _say(out) == []


def test_a_portion_can_be_checked_alone(out: Path) -> None:
    portion = Portion(str(out), frozenset({"index.html"}), ("index.html", "gone.html"), {}, "", Policy())
    assert [(each.path, [problem.code for problem in each.problems]) for each in check_portion(portion)] == [
        ("index.html", []),
        ("gone.html", ["H115"]),
    ]
