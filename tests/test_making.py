"""Pages in the making: worked out once, and kept for the next build."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pytest

from callsite import making
from callsite.build import Loaded, Loader, read_again
from callsite.cache import Cache, find_key
from callsite.check.policy import Policy
from callsite.linking import CodeLink, Destination
from callsite.making import Examined, Maker, Source, read_source
from callsite.model import Place, Problem
from callsite.render import Renderer

PAGE = b"""title: flask f Example Code
slug: flask-f
sidebartitle: flask f

Words with <b>HTML</b>.

## Example 1

```python project=Demo version=1.0
import flask
~~flask.f()
```

```python
import os
```
"""


def find_tags(html: str) -> str:
    return "".join(re.findall("<i[^>]*>", html))


class Counting(Loader):
    """A loader that tells what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def read_page(self, path: str, data: bytes, required: Collection[str] = ("title",)) -> Loaded:
        self.asked.append(path)
        return super().read_page(path, data, required)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


class Build:
    """A build of some pages with the cache that builds before have left."""

    def __init__(
        self, environment: str = "", roots: tuple[str, ...] = ("flask",), policy: Policy | None = None
    ) -> None:
        self.loader = Counting()
        self.cache = Cache(Path("cache/site.pages"))
        renderer = Renderer({"extensions": [], "output_format": "html5"})
        self.maker = Maker(self.loader, renderer, policy or Policy(), self.cache, environment, roots, find_tags)

    def examine(self, *sources: Source, processes: int = 1) -> list[Examined]:
        found = list(self.maker.examine_all(sources, processes))
        assert len(found) == len(sources)
        return found

    def end(self) -> None:
        self.cache.commit()
        self.cache.close()


@pytest.fixture
def build() -> Iterator[Build]:
    build = Build()
    yield build
    build.end()


def source(data: bytes = PAGE, name: str = "f") -> Source:
    return Source(str(Path.cwd() / f"content/{name}.md"), data)


def test_what_is_known_of_a_page(build: Build) -> None:
    (found,) = build.examine(source())
    assert found.outline.meta.title == "flask f Example Code"
    assert str(found.outline.symbol) == "flask.f"
    assert found.outline.at == Place("content/f.md", 1)
    assert [shown.marks for shown in found.outline.shown] == [1, 0]
    assert [heading.text for heading in found.headings] == ["Example 1"]
    assert found.problems == ()
    words = build.maker.find_words(source(), found)
    assert len(words) == 2
    assert words[0]
    assert words[1] == ()


def test_what_readers_look_for_is_found_in_the_prose(build: Build) -> None:
    text = PAGE + b"\nLook: ![one](/i.png) [two](/two.html) <i>x</i>\n\n```python\n'<i class=code>'\n```\n"
    (found,) = build.examine(source(text))
    assert found.gist == '<img alt="one" src="/i.png"><i>'
    assert [link.target for link in found.links] == ["/two.html", "/i.png"]


def test_what_others_show_of_a_page_has_a_digest(build: Build) -> None:
    (first,) = build.examine(source())
    (more,) = build.examine(source(PAGE.replace(b"Words with", b"More words with")))
    (retitled,) = build.examine(source(PAGE.replace(b"title: flask f E", b"title: flask f, an E")))
    (unmarked,) = build.examine(source(PAGE.replace(b"~~", b"  ")))
    assert first.seen == more.seen
    assert first.key != more.key
    assert len({first.seen, retitled.seen, unmarked.seen}) == 3


def test_prose_whose_record_is_gone_is_converted_again(build: Build) -> None:
    (found,) = build.examine(source())
    drawn = build.maker.draw(source(), found, [[], []])
    build.cache.forget(find_key(found.key, "prose"))
    assert build.maker.draw(source(), found, [[], []]) == drawn


def test_a_body_is_drawn_with_the_links_of_each_listing(build: Build) -> None:
    (found,) = build.examine(source())
    plain = build.maker.draw(source(), found, [[], []])
    assert plain.count('<figure class="listing"') == 2
    assert "Words with <b>HTML</b>." in plain
    assert "<a " not in plain.partition('<figure class="listing"')[2].partition("<pre")[2].partition("</pre>")[0]
    words = [word for word in build.maker.find_words(source(), found)[0] if "flask.f" in word.targets]
    links = [CodeLink(word.line, word.start, word.end, Destination("{filename}/f.md", "flask.f")) for word in words]
    linked = build.maker.draw(source(), found, [links, []])
    first, second = linked.split('<figure class="listing"')[1:]
    assert 'href="{filename}/f.md"' in first
    assert "{filename}" not in second


def test_problems_come_in_with_the_page(build: Build) -> None:
    (found,) = build.examine(source(b"sortodrer: 1\n\n```python\nnever closed\n"))
    assert [problem.code for problem in sorted(found.problems)] == ["M101", "M103", "L101"]


def test_what_a_page_wants_to_hear_nothing_of_is_known(build: Build) -> None:
    (found,) = build.examine(source(b"check: ignore=L111 it shows what not to do\n" + PAGE))
    assert found.ignored == {"L111"}


def test_a_page_is_examined_once(build: Build) -> None:
    first = build.examine(source(), source(name="g"))
    build.end()
    again = Build()
    assert again.examine(source(), source(name="g")) == first
    assert again.maker.find_words(source(), first[0])
    assert again.loader.asked == []
    again.end()


@pytest.mark.parametrize(
    "other",
    [
        lambda: (Build(environment="another version"), source()),
        lambda: (Build(roots=("flask", "os")), source()),
        lambda: (Build(), source(PAGE + b"\n")),
        lambda: (Build(), source(name="g")),
        lambda: (Build(), Source(source().path, PAGE, ("title", "date"))),
    ],
)
def test_what_goes_into_a_page_makes_another_one(other: Callable[[], tuple[Build, Source]]) -> None:
    one = Build()
    one.examine(source())
    one.end()
    build, changed = other()
    build.examine(changed)
    assert build.loader.asked == [changed.path]
    build.end()


def test_what_no_build_has_asked_for_is_there_for_the_next_one() -> None:
    for _ in range(3):
        build = Build()
        (found,) = build.examine(source())
        build.end()
    build = Build()
    assert all(build.cache.has(find_key(found.key, name)) for name in ("words", "prose"))
    build.cache.close()


def test_a_damaged_record_is_worked_out_again() -> None:
    one = Build()
    (found,) = one.examine(source())
    words = one.maker.find_words(source(), found)
    one.end()
    path = Path("cache/site.pages")
    whole = path.read_bytes()
    for at in range(0, len(whole), len(whole) // 40):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        build = Build()
        assert build.examine(source()) == [found]
        assert build.maker.find_words(source(), found) == words
        build.cache.close()


def test_many_pages_are_examined_side_by_side_as_by_one_process() -> None:
    sources = [source(PAGE.replace(b"flask-f", b"f%d" % number), f"f{number}") for number in range(20)]
    one, two = Build(), Build()
    assert one.examine(*sources) == two.examine(*sources, processes=2)
    assert len(one.loader.asked) == 20
    assert two.loader.asked == []  # copies have done it
    for build in (one, two):
        build.cache.close()


def test_a_file_that_cannot_be_read_says_so(build: Build) -> None:
    Path("content").mkdir()
    Path("content/loop.md").symlink_to("loop.md")
    loop = read_source(str(Path("content/loop.md").absolute()), ("title", "date"))
    assert (loop.data, loop.required) == (b"", ("title", "date"))
    (found,) = build.examine(loop)
    assert [str(problem) for problem in found.problems] == [
        "content/loop.md: T100 cannot be read: Too many levels of symbolic links; make it readable"
    ]


def test_a_file_that_can_be_read_is_as_it_is() -> None:
    Path("a.md").write_bytes(b"\xff\0\r\n")
    assert read_source("a.md") == Source("a.md", b"\xff\0\r\n")


def test_an_empty_file_is_not_one_that_cannot_be_read() -> None:
    """Both have no data, and a title may come from the name of the file."""
    empty = Source(source().path, b"", ())
    wrong = Problem(Place("content/f.md", 1), "T100", "cannot be read: Permission denied", "make it readable")
    for first, second in (
        (empty, Source(empty.path, b"", (), (wrong,))),
        (Source(empty.path, b"", (), (wrong,)), empty),
    ):
        one = Build()
        one.examine(first)
        one.end()
        two = Build()
        (found,) = two.examine(second)
        assert [problem for problem in found.problems if problem.code == "T100"] == list(second.trouble)
        two.cache.close()
        Path("cache/site.pages").unlink()


def test_a_page_that_is_asked_for_in_turn_is_loaded_once(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(making, "read_again", lambda path, data: (asked.append(path), read_again(path, data))[1])  # type: ignore[func-returns-value]  # notes what it is asked for
    first, second = source(), source(name="g")
    pages = [build.maker.load(each) for each in (first, first, second, first)]
    assert pages[0] is pages[1]
    assert pages[0] == pages[3]
    assert asked == [first.path, second.path, first.path]


def test_a_page_that_could_not_be_read_has_nothing_to_draw(build: Build) -> None:
    wrong = Problem(Place("content/f.md", 1), "P105", "it cannot be read", "mend it")
    loaded = build.maker.load(Source(source().path, b"", (), (wrong,)))
    assert (loaded.at.path, loaded.blocks) == ("content/f.md", ())


def test_what_lexers_work_out_is_there_before_pages_are_drawn(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    done: list[int] = []
    monkeypatch.setattr(making, "render_listings", lambda page: drawn.append(page.at.path))
    sources = [source(name=f"f{number}") for number in range(20)]
    assert len(list(build.maker.examine_all(sources, 2, lambda: done.append(len(drawn))))) == 20
    assert done == [0]
    assert drawn == [f"content/f{number}.md" for number in range(making.PORTION)]
