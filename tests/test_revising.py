"""A page of which only the body has changed gets the new one into its file, and nothing else of the site is built."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from callsite import last_build, making, revising, staging
from callsite.last_build import DONE
from callsite.revising import MOST_PAGES
from tests.building import Built, SiteFolder

REVISED = "Done: 1 page revised, and nothing else has changed since the last build.\n"

LISTING = """```python project=Demo version=1.0 path=a.py lines=1-3
~~import flask
x = 1
~~flask.g.get()
```
"""

G = f"""title: flask g
slug: flask-g
symbol: flask.g
author: A

Words of [f]({{filename}}f.md), [a file]({{static}}/images/a.txt) and [another](about.html).

## Heading

{LISTING}
"""

F = f"title: flask f\nslug: flask-f\nsymbol: flask.f\n\nWords.\n\n{LISTING}"

FILES: dict[str, str | bytes] = {
    "content/examples/g.md": G,
    "content/examples/f.md": F,
    "content/pages/about.md": "title: About\nslug: about\n\nAbout this site.\n",
    "content/pages/draft.md": "title: Draft\nslug: draft\nstatus: draft\n\nA [draft]({filename}about.md).\n",
    "content/pages/empty.md": "title: Empty\nslug: empty\n",
    "content/pages/page.html": "<html><head><title>In HTML</title></head><body>Words.</body></html>",
    "content/posts/news.md": "title: News\nslug: news\ndate: 2024-05-01\n\nWords.\n",
    "content/images/a.txt": "a",
}


@pytest.fixture
def built(site: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> SiteFolder:
    """A site that has been built."""
    monkeypatch.setattr(last_build, "_TICK", 0)
    site.set(CALLSITE_SEARCH=False, CALLSITE_PROCESSES=1)
    site.write(FILES)
    assert site.call().code == 0
    return site


def replace(site: SiteFolder, name: str, old: str, new: str) -> None:
    path = site.root / name
    text = path.read_text()
    assert old in text
    site.write({name: text.replace(old, new)})


def call(site: SiteFolder) -> Built:
    """A build, which makes what one makes that knows nothing of the others."""
    built = site.call()
    fresh = site.build("-e", "CALLSITE_CACHE=false", "-o", "fresh")
    assert (built.code, built.stderr) == (fresh.code, fresh.stderr.replace("written to fresh", "written to output"))
    if not built.code:
        assert site.snapshot() == site.snapshot("fresh")
    return built


def find_written(before: dict[str, int], site: SiteFolder) -> set[str]:
    found = {name for name, number in number_files(site).items() if before.get(name) != number}
    return found - {staging.MANIFEST}


def number_files(site: SiteFolder) -> dict[str, int]:
    return {name: (site.output / name).stat().st_ino for name in site.snapshot()}


REVISIONS: dict[str, tuple[str, str, str, set[str]]] = {
    "words": ("examples/g.md", "Words of", "Other wörds of", {"flask-g.html", "flask-g.md"}),
    "words behind a listing": ("examples/g.md", "get()\n```\n", "get()\n```\n\nMore.\n", {"flask-g.html", "flask-g.md"}),
    "a row more": ("examples/g.md", "Words of", "More.\n\nWords of", {"flask-g.html", "flask-g.md"}),
    "code that says the same": ("examples/f.md", "Words.\n", "W. `code` <b>x</b>\n", {"flask-f.html", "flask-f.md"}),
    "a chapter": ("pages/about.md", "this site", "what this is", {"about.html", "about.md"}),
    "a draft": ("pages/draft.md", "A [draft]", "Some [draft]", {"drafts/pages/draft.html"}),
    "nothing but the order of metadata": ("examples/g.md", "slug: flask-g\nsymbol: flask.g", "symbol: flask.g\nslug: flask-g", set()),
}  # fmt: skip


@pytest.mark.parametrize("name", REVISIONS)
def test_a_page_gets_another_body(built: SiteFolder, name: str) -> None:
    path, old, new, written = REVISIONS[name]
    before = number_files(built)
    replace(built, f"content/{path}", old, new)
    assert call(built).stdout == REVISED
    assert find_written(before, built) == {*written}
    assert built.leftovers == []


def test_several_pages_and_the_same_one_again(built: SiteFolder) -> None:
    for number in range(3):
        replace(built, "content/examples/g.md", "Words", f"{number} Words")
        replace(built, "content/pages/about.md", "About this", f"{number} About this")
        assert call(built).stdout == REVISED.replace("1 page", "2 pages")
    assert built.call().stdout == f"{DONE}\n"
    assert built.build().stdout == f"{DONE}\n"


def test_a_build_of_all_comes_to_the_same(built: SiteFolder) -> None:
    replace(built, "content/examples/g.md", "Words", "Other words")
    assert call(built).stdout == REVISED
    before = number_files(built)
    replace(built, "content/examples/f.md", "title: flask f", "title: flask, its f")
    assert "Processed" in call(built).stdout
    assert "about.html" not in find_written(before, built)
    replace(built, "content/examples/g.md", "Other words", "Still others")
    assert call(built).stdout == REVISED


def test_pages_that_a_build_has_brought_along_are_revised_as_well(built: SiteFolder) -> None:
    replace(built, "content/examples/f.md", "title: flask f", "title: flask, its f")
    call(built)
    replace(built, "content/pages/about.md", "this site", "that site")
    assert call(built).stdout == REVISED


def test_what_was_told_is_told_again(built: SiteFolder) -> None:
    replace(built, "content/pages/about.md", "About this", "[Gone](gone.html), and about this")
    assert "S102" in call(built).stderr
    replace(built, "content/pages/about.md", "and about", "or about")
    again = call(built)
    assert again.stdout == REVISED
    assert again.stderr.startswith("content/pages/about.md:4: S102")
    replace(built, "content/pages/about.md", "[Gone]", "\nThis is [gone]")
    assert "Processed" in call(built).stdout


def begin_repository(site: SiteFolder) -> None:
    site.set(SITEURL="https://example.org")
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for words in (("init", "-q"), ("add", "content"), (*identity, "commit", "-q", "-m", "pages")):
        when = {"GIT_AUTHOR_DATE": "2024-05-01T12:00:00Z", "GIT_COMMITTER_DATE": "2024-05-01T12:00:00Z"}
        subprocess.run(["git", *words], cwd=site.root, check=True, env={**os.environ, **when})
    assert site.call().code == 0


def write_at(site: SiteFolder, name: str, second: int) -> None:
    """Let a file have been written at some second of a day."""
    os.utime(site.root / name, (1_750_000_000 + second,) * 2)


def test_a_page_that_has_changed_today_has_another_time(built: SiteFolder) -> None:
    """It is the last one that was changed, and stays that: other pages show the day of that and no time."""
    begin_repository(built)
    for number in range(3):
        replace(built, "content/examples/g.md", "Words", f"{number} words, Words")
        write_at(built, "content/examples/g.md", number)
        before = number_files(built)
        made = call(built)
        assert ("revised" in made.stdout) == (number > 0)
        if number:
            twins = {"changes.atom.xml", "examples.json", "sitemap.xml"}
            assert find_written(before, built) == {"flask-g.html", "flask-g.md", *twins}


def test_several_pages_that_have_changed_today(built: SiteFolder) -> None:
    begin_repository(built)
    names = ("content/pages/about.md", "content/examples/g.md", "content/examples/f.md")
    for number, name in enumerate(names):
        replace(built, name, "title: ", "title: The ")
        write_at(built, name, -number)
    call(built)
    replace(built, names[0], "this", "that")
    write_at(built, names[0], 2)
    assert "revised" in call(built).stdout
    replace(built, names[1], "Words", "Other words")
    write_at(built, names[1], 1)
    assert "revised" in call(built).stdout  # and the first one keeps the time that it has got since
    replace(built, names[2], "Words", "Other words")
    write_at(built, names[2], 9)
    assert "revised" not in call(built).stdout  # it is before the others now


def test_a_draft_in_a_repository_is_dated_nowhere(built: SiteFolder) -> None:
    begin_repository(built)
    replace(built, "content/pages/draft.md", "A [draft]", "Some [draft]")
    assert "revised" in call(built).stdout


def test_a_page_that_a_link_leads_to_is_in_no_repository(
    built: SiteFolder, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / "own.md").write_text("title: Own\nslug: own\n\nWords.\n")
    (built.root / "content/pages/own").symlink_to(folder)
    begin_repository(built)
    replace(built, "content/pages/own/own.md", "Words", "Other words")
    assert "revised" in call(built).stdout


def test_a_page_without_markdown_of_its_own(built: SiteFolder) -> None:
    """Another page has a file of that name."""
    two = "title: About two\nslug: about-two\nurl: about\nsave_as: about/index.html\n\nWords.\n"
    built.write({"content/pages/about-two.md": two})
    call(built)
    before = number_files(built)
    replace(built, "content/pages/about-two.md", "Words", "Other words")
    assert call(built).stdout == REVISED
    assert find_written(before, built) == {"about/index.html"}


def test_what_is_not_known_is_for_a_build_of_all() -> None:
    with pytest.raises(revising._CannotReviseError):
        revising._get({}, "x")


def test_another_build_may_have_begun(built: SiteFolder, tmp_path: Path) -> None:
    inputs = last_build.Inputs("", {})
    ingredients = last_build.Ingredients("", "", "", (), ())
    assert last_build.find_changed(tmp_path, last_build.LastBuild(ingredients, "", "", ()), inputs) is None


def test_a_search_may_be_left_as_it_is(built: SiteFolder) -> None:
    with_setting(CALLSITE_SEARCH=True)(built)
    call(built)
    replace(built, "content/pages/about.md", "that", "such a")
    before = number_files(built)
    for _ in range(2):
        assert built.call("--keep-search").code == 0
        assert find_written(before, built) == {"about.html", "about.md"}
    for build in (built.build, built.call):  # whoever builds next does what was left
        replace(built, "content/pages/about.md", "such", "such and such")
        assert built.call("--keep-search").stdout == REVISED
        assert "Processed" in build().stdout
        assert call(built).stdout == f"{DONE}\n"


def in_repository(site: SiteFolder) -> None:
    begin_repository(site)
    replace(site, "content/pages/about.md", "this", "that")
    write_at(site, "content/pages/about.md", 1)


def as_committed(site: SiteFolder) -> None:
    """A page whose changes are taken back has the date of its commit again."""
    in_repository(site)
    site.call()
    replace(site, "content/pages/about.md", "that", "this")


def with_damage(old: bytes, new: bytes) -> Callable[[SiteFolder], None]:
    """A record of the cache is damaged, and all others are not."""

    def do(site: SiteFolder) -> None:
        in_repository(site)
        site.call()
        (path,) = (site.root / ".cache/build").glob("*.pages")
        data = path.read_bytes()
        path.write_bytes(data.replace(old, new))
        assert path.read_bytes() != data
        replace(site, "content/pages/about.md", "that", "which")
        write_at(site, "content/pages/about.md", 4)

    return do


def many(site: SiteFolder) -> None:
    names = [f"content/pages/p{number}.md" for number in range(MOST_PAGES + 1)]
    site.write({name: f"title: P{at}\nslug: p{at}\n\nWords.\n" for at, name in enumerate(names)})
    site.call()
    for name in names:
        replace(site, name, "Words", "Other words")


def twice(site: SiteFolder) -> None:
    """What a page says stands in another place of its file as well, so where its body is nobody can say."""
    site.write({"content/pages/about.md": "title: Over\nslug: about\n\n</article>\n"})
    site.call()
    replace(site, "content/pages/about.md", "</article>", "</article >")


def damaged(site: SiteFolder) -> None:
    (pages,) = (site.root / ".cache/build").glob("*.pages")
    pages.write_bytes(b"")
    replace(site, "content/pages/about.md", "this", "that")


def without_list(site: SiteFolder) -> None:
    (state,) = (site.root / ".cache/build").glob("*.state")
    state.write_text(state.read_text().rpartition("\n")[0] + "\n[]")
    replace(site, "content/pages/about.md", "this", "that")


def another_template(site: SiteFolder) -> None:
    """A page that shows nothing of its body, which stands in it all the same."""
    site.write({"content/pages/about.md": "title: About\nslug: about\ntemplate: base\n\n</html>\n"})
    site.call()
    replace(site, "content/pages/about.md", "</html>", "<b>x</b>")


def overlapping(site: SiteFolder) -> None:
    """A body that stands twice, one beginning in the other."""
    row = '<article class="prose">'
    site.write({"content/pages/about.md": f"title: Over\nslug: about\n\n{row}\n{row}\n"})
    site.call()
    replace(site, "content/pages/about.md", f"{row}\n{row}", "Words.")


def told_by_another(site: SiteFolder) -> None:
    """What is told of one page names the line of another."""
    site.write({"content/examples/f2.md": "title: flask other f\nslug: flask-f2\nsymbol: flask.f\n\nWords.\n"})
    assert "content/examples/f.md:3" in site.call().stderr
    swapped = "symbol: flask.f\nslug: flask-f"
    replace(site, "content/examples/f.md", "slug: flask-f\nsymbol: flask.f", swapped)


def without_date(site: SiteFolder) -> None:
    """A file that a link leads to has no date, and was too old to be among the last."""
    site.write(
        {f"content/pages/p{at}.md": f"title: P{at}\nslug: p{at}\nmodified: 2024-06-01\n\nx\n" for at in range(101)}
    )
    begin_repository(site)
    path = site.root / "content/pages/about.md"
    path.rename(site.root / "content/about.txt")
    path.symlink_to("../about.txt")


def inner_repository(site: SiteFolder) -> None:
    (site.root / "content/own").mkdir()
    site.write({"content/own/own.md": "title: Own\nslug: own\n\nWords.\n"})
    site.set(PAGE_PATHS=["pages", "examples", "own"])
    subprocess.run(["git", "init", "-q"], cwd=site.root / "content/own", check=True)
    site.call()
    replace(site, "content/own/own.md", "Words", "Other words")


def with_setting(**values: object) -> Callable[[SiteFolder], None]:
    def do(site: SiteFolder) -> None:
        site.set(**values)
        site.call()
        replace(site, "content/pages/about.md", "this", "that")

    return do


def own_template(site: SiteFolder) -> None:
    site.write({"tpl/page.html": '{% extends "!theme/page.html" %}'})
    with_setting(THEME_TEMPLATES_OVERRIDES=["tpl"])(site)


def template_page(site: SiteFolder) -> None:
    site.write({"content/all.html": "{% for page in pages %}{{ page.content }}{% endfor %}"})
    with_setting(TEMPLATE_PAGES={"all.html": "all.html"})(site)


def copied(site: SiteFolder) -> None:
    with_setting(STATIC_PATHS=["images", "pages"], STATIC_EXCLUDE_SOURCES=False)(site)


def swap_words(name: str, old: str, new: str) -> Callable[[SiteFolder], None]:
    return lambda site: replace(site, f"content/{name}", old, new)


OTHERS: dict[str, Callable[[SiteFolder], None]] = {
    "a title": swap_words("examples/g.md", "title: flask g", "title: Flask's g"),
    "a key of no meaning": swap_words("examples/g.md", "author: A", "author: B"),
    "a heading": swap_words("examples/g.md", "## Heading", "## Another"),
    "a link": swap_words("examples/g.md", "about.html", "flask-f.html"),
    "a link to a file": swap_words("examples/g.md", "{filename}f.md", "{filename}../pages/about.md"),
    "a picture": swap_words("examples/g.md", "Words of", "![x]({static}/images/a.txt)"),
    "a word in code": swap_words("examples/g.md", "flask.g.get()", "flask.f()"),
    "code": swap_words("examples/g.md", "x = 1", "x = 2"),
    "a mark": swap_words("examples/g.md", "x = 1", "~~x = 1"),
    "a warning": swap_words("pages/about.md", "this site", "\n```python\n~~x"),
    "an error": swap_words("pages/about.md", "title: About\n", ""),
    "an article": swap_words("posts/news.md", "Words.", "Others."),
    "a page in HTML": swap_words("pages/page.html", "Words.", "Others."),
    "an empty page": swap_words("pages/empty.md", "empty\n", "empty\n\nWords.\n"),
    "a file": swap_words("images/a.txt", "a", "b"),
    "a page and another file": lambda site: [swap_words("pages/about.md", "this", "that")(site), swap_words("images/a.txt", "a", "b")(site)][0],
    "another file of settings": lambda site: site.write({"pyproject.toml": ""}),
    "a page more": lambda site: site.write({"content/pages/more.md": "title: M\nslug: m\n\nWords.\n"}),
    "a page less": lambda site: (site.root / "content/pages/about.md").unlink(),
    "many pages": many,
    "in a repository": in_repository,
    "as it was committed": as_committed,
    "damaged records": with_damage(b"callsite.revising\x94\x8c\x05Whole", b"callsite.revising\x94\x8c\x05Whale"),
    "a damaged entry": with_damage(b'"page": "flask-f.html"', b'"page": "flask-g.html"'),
    "a template that shows no body": another_template,
    "bodies that overlap": overlapping,
    "a line that another page is told of": told_by_another,
    "no date any more": without_date,
    "a repository within": inner_repository,
    "dates of files": with_setting(DEFAULT_DATE="fs"),
    "copies of sources": with_setting(OUTPUT_SOURCES=True),
    "a body that stands twice": twice,
    "a damaged cache": damaged,
    "no list of files": without_list,
    "a search": with_setting(CALLSITE_SEARCH=True),
    "pages that are copied": copied,
    "a template of the site's own": own_template,
    "a template among the pages": template_page,
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_more_than_a_body_is_for_a_build_of_all(built: SiteFolder, name: str) -> None:
    before = built.snapshot()
    OTHERS[name](built)
    made = call(built)
    assert "revised" not in made.stdout
    assert ("Processed" in made.stdout) == (made.code == 0)
    assert made.code or built.snapshot() != before or name in ("another file of settings", "a key of no meaning")


def test_a_page_that_changes_while_it_is_read_is_for_a_build_of_all(
    built: SiteFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, path = making.read_source, built.root / "content/pages/about.md"

    def change(*args: object) -> object:
        path.write_text(path.read_text().replace("that", "which"))
        return read(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(revising, "read_source", change)
    replace(built, "content/pages/about.md", "this", "that")
    made = built.call()
    assert "Processed" in made.stdout
    assert "which" in made.read("about.html")


@pytest.mark.parametrize("name", ["callsite.staging.swap", "os.link"])
def test_what_cannot_be_written_is_for_a_build_of_all(
    built: SiteFolder, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    tries = []

    def refuse(*args: Any, **kwargs: Any) -> object:
        tries.append(args)
        if len(tries) == 1:
            raise OSError(28, "No space left on device")
        return do(*args, **kwargs)

    do: Callable[..., object] = staging.swap if name.endswith("swap") else os.link
    replace(built, "content/pages/about.md", "this", "that")
    with monkeypatch.context() as patch:
        patch.setattr(name, refuse)
        made = built.call()
    assert "Processed" in made.stdout
    assert "that" in made.read("about.html")
    assert "that" in made.read("about.md")
    assert built.leftovers == []


def test_after_a_stop_halfway_the_next_build_is_one_of_all(built: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    replace(built, "content/pages/about.md", "this", "that")
    with monkeypatch.context() as patch:
        patch.setattr("callsite.revising.replace_files", stop)
        assert built.call().code == 130
    assert "Processed" in call(built).stdout


def stop(*args: object) -> None:
    raise KeyboardInterrupt


def test_an_output_that_is_gone_in_the_end_is_for_a_build_of_all(
    built: SiteFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace(built, "content/pages/about.md", "this", "that")
    with monkeypatch.context() as patch:
        patch.setattr(revising, "find_outputs", lambda output: None)
        assert built.call().stdout == REVISED
    assert "Processed" in call(built).stdout


def test_a_page_that_takes_its_own_name_from_an_attached_file_is_revised(built: SiteFolder) -> None:
    """Where the file goes is settled by the link to it."""
    replace(built, "content/examples/g.md", "{static}", "{attach}")
    call(built)
    replace(built, "content/examples/g.md", "Words of", "All of")
    assert call(built).stdout == REVISED


def test_files_of_an_output_are_replaced_all_at_once(tmp_path: Path) -> None:
    output = tmp_path / "output"
    (output / "deep").mkdir(parents=True)
    names = ("a", "b", "deep/c")
    for name in (*names, "mine"):
        (output / name).write_bytes(b"old")
    (output / staging.MANIFEST).write_text(json.dumps(names))
    (output / "a").chmod(0o640)
    numbers = [(output / name).stat().st_ino for name in (*names, "mine")]
    staging.replace_files(output, {"a": b"new", "b": b"old"})
    assert [(output / name).read_bytes() for name in (*names, "mine")] == [b"new", b"old", b"old", b"old"]
    assert (output / "a").stat().st_mode & 0o777 == 0o640
    assert [(output / name).stat().st_ino for name in (*names, "mine")][1:] == numbers[1:]
    for wrong in ({"a": b"x", "gone": b"new"}, {"a": b"x", "deep": b"new"}):
        with pytest.raises(OSError, match=r"gone|deep"):
            staging.replace_files(output, wrong)
    (output / staging.MANIFEST).write_text("[")
    with pytest.raises(ValueError, match="Expecting"):
        staging.replace_files(output, {"a": b"x"})
    assert (output / "a").read_bytes() == b"new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["output"]


# Builds at the same time ---------------------------------------------------------------------------------------------


def test_a_build_waits_until_another_one_has_said_what_it_has_done(
    built: SiteFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one revises, another puts nothing in its place; neither is taken for the other's."""
    replace(built, "content/pages/about.md", "this", "that")
    swap = staging.swap
    waited: list[subprocess.Popen[str]] = []

    def start_another(one: Path, other: Path) -> None:
        if not waited:
            replace(built, "content/pages/about.md", "title: About", "title: Another")
            process = built.start()
            waited.append(process)
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(4)
        swap(one, other)

    monkeypatch.setattr(staging, "swap", start_another)
    assert built.call().stdout == REVISED
    assert "that" in (built.output / "about.html").read_text()
    assert waited[0].wait(60) == 0
    waited[0].communicate()
    built.call()
    assert "<title>Another" in call(built).read("about.html")


def test_an_output_that_cannot_be_locked_is_nobody_elses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with staging.OutputLock(tmp_path / "gone" / "output") as lock:
        lock.take()
    with staging.OutputLock(tmp_path / "output"):
        pass
