"""Builds after builds: whatever is changed in between, the output is that of a build that knows nothing of the others."""

from __future__ import annotations

import copy
import dataclasses
import os
import random
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callsite import last_build, theme
from callsite.pelican_plugin import rendering
from callsite.pelican_plugin.run import end_run
from tests.building import Built, SiteFolder

# What the name of a library is followed by in `sortorder`, and its names.
LIBRARIES = {"flask": "500", "requests": "501", "numpy": "510"}


@dataclass
class Example:
    """A page of an example, as authors write it."""

    library: str
    name: str
    slug: str
    title: str = ""
    toc: bool = False
    place: int = 11
    more: dict[str, str] = field(default_factory=dict)
    body: str = "Words.\n"

    def __str__(self) -> str:
        known = {
            "title": self.title or f"{self.library} {self.name} Example Code",
            "slug": self.slug,
            "sortorder": f"{LIBRARIES[self.library]}{self.place:03}{len(self.name):03}",
            "toc": str(self.toc),
            "sidebartitle": f"{self.library} {self.name}",
            **self.more,
        }
        return "".join(f"{key}: {value}\n" for key, value in known.items()) + f"\n{self.body}"


def list_code(*names: str, project: str = "Demo") -> str:
    """A listing that uses names."""
    imports = "".join(f"~~import {name.partition('.')[0]}\n" for name in names)
    uses = "".join(f"~~{name}()\n" for name in names)
    return f"\n```python project={project} version=1.0 path=a.py lines=1-{2 * len(names)}\n{imports}{uses}```\n"


class Site:
    """A small site with one of everything, whose pages are changed as values."""

    def __init__(self, folder: SiteFolder, processes: int = 1) -> None:
        self.folder = folder
        self.processes = processes
        self.examples = {
            "f": Example(
                "flask", "f", "flask-f", body="See [g]({filename}g.md).\n" + list_code("flask.g", "requests.get")
            ),
            "g": Example("flask", "g", "flask-g", body="See [f](/flask-f.html).\n" + list_code("flask.f")),
            "h": Example("flask", "h", "flask-h", body=list_code("numpy.array", project="Other")),
            "get": Example(
                "requests", "get", "requests-get", body="![](/images/a.png) <a href='{static}/images/a.png'>a</a>\n"
            ),
            "put": Example("requests", "put", "requests-put", body=list_code("requests.get", "flask.f")),
            "array": Example("numpy", "array", "numpy-array", toc=True, body="## One\n\nx\n\n## Two\n\ny\n"),
        }
        self.files: dict[str, str | bytes] = {
            "content/pages/about.md": "title: About\nslug: about\n\nWords, [f]({filename}../examples/f.md).\n",
            "content/pages/hidden.md": "title: Hidden\nslug: hidden\nstatus: hidden\n\nWords.\n",
            "content/pages/draft.md": "title: Draft\nslug: draft\nstatus: draft\n\n[g]({filename}../examples/g.md)\n",
            "content/pages/about-de.md": "title: Über\nslug: about\nlang: de\n\n[f]({filename}../examples/f.md)\n",
            "content/pages/page.html": "<html><head><title>In HTML</title><meta name='slug' content='in-html'></head>"
            "<body><h2 id='x'>X</h2><a href='{filename}about.md'>a</a></body></html>",
            "content/posts/news.md": "title: News\nslug: news\ndate: 2024-05-01\ntags: one, two\n\n[f]({filename}../examples/f.md)\n",
            "content/images/a.png": b"\x89PNG one",
            "content/images/b.txt": "text",
            "content/redirects.toml": '"/old.html" = "/about.html"\n',
            "tpl/mine.html": "{% extends 'page.html' %}{% block head %}<!-- mine -->{% endblock %}\n",
        }
        self.settings: dict[str, object] = {"CALLSITE_SEARCH": False, "CALLSITE_PROCESSES": processes}
        shutil.rmtree(folder.root, ignore_errors=True)
        folder.root.mkdir()
        os.chdir(folder.root)
        SiteFolder.__init__(folder, folder.root, folder._capsys, folder._caplog)
        self.conf = (folder.root / "pelicanconf.py").read_text()
        self._written: dict[str, str | bytes] = {}
        self.write()

    def write(self) -> None:
        """Bring the folder to what is wanted; what has not changed is not touched."""
        wanted = dict(self.files)
        wanted |= {f"content/examples/{name}.md": str(example) for name, example in self.examples.items()}
        wanted["pelicanconf.py"] = self.conf + "".join(f"{key} = {value!r}\n" for key, value in self.settings.items())
        for path in self._written.keys() - wanted.keys():
            (self.folder.root / path).unlink()
        self.folder.write({path: data for path, data in wanted.items() if self._written.get(path) != data})
        self._written = wanted

    def build(self) -> Built:
        """Build what has come of changes; asserts that it is what a build without a cache makes of it."""
        self.write()
        built = self.folder.call()
        fresh = self.folder.build("-e", "CALLSITE_CACHE=false", "-o", "fresh")
        assert built.code == fresh.code
        assert built.stderr == fresh.stderr.replace("written to fresh", "written to output")
        assert self.folder.leftovers == []
        assert find_difference(self.folder.output, self.folder.root / "fresh") == {}
        return built


def find_difference(one: Path, other: Path) -> dict[str, str]:
    """The files of two folders that are not the same, and how."""
    found: dict[str, str] = {}
    if not one.exists() and not other.exists():
        return found
    files = [{str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()} for root in (one, other)]
    for name in files[0] ^ files[1]:
        found[name] = f"only in {one if name in files[0] else other}"
    for name in files[0] & files[1]:
        first, second = (one / name).read_bytes(), (other / name).read_bytes()
        if first != second:
            at = next((at for at in range(min(len(first), len(second))) if first[at] != second[at]), 0)
            found[name] = f"{first[max(at - 60, 0) : at + 60]!r} is not {second[max(at - 60, 0) : at + 60]!r}"
    return found


@pytest.fixture(autouse=True)
def _forks_for_few_pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Small sites are built as large ones are, and what was changed a moment ago counts as settled: a build takes long
    enough for another time.
    """
    monkeypatch.setattr(rendering, "PORTION", 2)
    monkeypatch.setattr("callsite.making.PORTION", 2)
    monkeypatch.setattr(last_build, "_TICK", 0)
    yield
    end_run()


# Every kind of change ------------------------------------------------------------------------------------------------

Change = Callable[[Site], None]


CHANGES: dict[str, Change] = {}


def _set(name: str, **values: object) -> Change:
    def do(site: Site) -> None:
        if name in site.examples:
            site.examples[name] = dataclasses.replace(site.examples[name], **values)  # type: ignore[arg-type]

    return do


def _tell(name: str, **more: str) -> Change:
    def do(site: Site) -> None:
        if name in site.examples:
            site.examples[name].more |= more

    return do


def _file(path: str, data: str | bytes) -> Change:
    def do(site: Site) -> None:
        site.files[path] = data

    return do


def _setting(**values: object) -> Change:
    def do(site: Site) -> None:
        site.settings |= values

    return do


def _replace(path: str, old: str, new: str) -> Change:
    def do(site: Site) -> None:
        text = site.files[path]
        assert isinstance(text, str)
        site.files[path] = text.replace(old, new)

    return do


def _without(name: str) -> Change:
    def do(site: Site) -> None:
        site.examples.pop(name, None)

    return do


def _add(name: str, example: Example) -> Change:
    def do(site: Site) -> None:
        site.examples[name] = dataclasses.replace(example, more=dict(example.more))

    return do


def _rename(old: str, new: str) -> Change:
    def do(site: Site) -> None:
        if old in site.examples:
            site.examples[new] = site.examples.pop(old)

    return do


def _own_theme(site: Site) -> None:
    if "THEME" not in site.settings:
        shutil.copytree(theme.THEME, site.folder.root / "theme", dirs_exist_ok=True)
        site.settings["THEME"] = "theme"


def _edit_theme(name: str, text: str) -> Change:
    def do(site: Site) -> None:
        _own_theme(site)
        path = site.folder.root / "theme" / name
        path.write_text(path.read_text() + text)

    return do


_EVERYTHING = """{% extends "!theme/page.html" %}
{% block head %}{% for other in pages + hidden_pages + draft_pages %}{{ other.title }} {{ other.url }} {{ other.content|length }}
{{ other.example.symbol }} {{ other.example.projects|join }} {% endfor %}
{% for article in articles %}{{ article.title }} {{ article.content|length }}{% endfor %}
{{ page.example.library.count if page.example.library }} {{ page.example.module.entries|length if page.example.module }}
{% for library in callsite.all_libraries %}{{ library.name }} {{ library.count }} {{ library.description }}{% endfor %}
{{ super() }}{% endblock %}
"""

_ALL_LISTED = """{% extends "!theme/list.html" %}
{% block head %}{% for other in pages %}{{ other.content|length }}{% endfor %}{{ listed.about.library.count if listed.about.library }}
{{ super() }}{% endblock %}
"""

CHANGES |= {
    "nothing": lambda site: None,
    "body": _set("h", body="Other words.\n" + list_code("flask.f", "flask.g", project="Other")),
    "words": _set("h", body="Many more words.\n" + list_code("numpy.array", project="Other")),
    "words of a page with links": _set(
        "f", body="Now see [g]({filename}g.md).\n\n" + list_code("flask.g", "requests.get") + "\nMore <i>words</i>.\n"
    ),
    "words around other words": _replace("content/pages/about.md", "Words,", "Words for\n\n- a draft,\n-"),
    "words of a draft": _replace("content/pages/draft.md", "[g]", "See this: [g]"),
    "words of a translation": _replace("content/pages/about-de.md", "[f]", "Siehe [f]"),
    "a name less in code": _set("g", body="See [f](/flask-f.html).\n" + list_code("print")),
    "a name of an address that nobody follows": _set("f", body="Words.\n\n[x]: {filename}g.md\n"),
    "body of a page with links": _set(
        "f", body="See [the other]({filename}put.md#listing-1) and [about]({filename}../pages/about.md).\n"
    ),
    "a heading": _set("array", body="## One\n\nx\n\n## Three\n\ny\n"),
    "a listing more": _set("array", body=list_code("numpy.array") + list_code("flask.h", project="Third")),
    "a project": _set("put", body=list_code("requests.get", project="Fourth")),
    "a title": _set("g", title="flask g, seen anew"),
    "a slug": _set("g", slug="flask-gee"),
    "a slug of a linked page": _set("f", slug="flask-eff"),
    "two slugs change places": lambda site: (_set("f", slug="flask-g")(site), _set("g", slug="flask-f")(site))[0],
    "a symbol": _tell("g", symbol="flask.ctx.g"),
    "an alias": _tell("f", aliases="flask.ff, flask.app.f"),
    "an old address": _tell("f", symbol="flask.x.f"),
    "a description": _tell("array", meta="What array is for & more."),
    "documentation": _tell("get", docs="https://example.org/get"),
    "a name in the sidebar": _tell("put", sidebartitle="requests put it"),
    "a place in the order": _set("h", place=1),
    "the first of a library": _tell("array", sortorder="510000000"),
    "a chapter": _set("get", toc=True),
    "no chapter": _set("array", toc=False),
    "a draft": _tell("g", status="draft"),
    "hidden": _tell("f", status="hidden"),
    "published again": _tell("g", status="published"),
    "a date": _tell("h", date="2024-01-02", modified="2024-02-03"),
    "another date": _tell("h", modified="2025-02-03"),
    "a template": lambda site: (_setting(THEME_TEMPLATES_OVERRIDES=["tpl"])(site), _tell("h", template="mine")(site))[
        0
    ],
    "a key that nobody knows": _tell("h", colour="green"),
    "another library": _set("h", library="numpy"),
    "a page less": _without("put"),
    "a page less that is linked": _without("f"),
    "all pages of a library less": lambda site: (_without("get")(site), _without("put")(site))[0],
    "a page more": _add("dumps", Example("flask", "dumps", "flask-dumps", body=list_code("flask.f", "flask.g"))),
    "a page more in a new module": _add("run", Example("numpy", "linalg.norm", "numpy-norm", body="Words.\n")),
    "a file renamed": _rename("g", "gee"),
    "a file renamed that is linked to": _rename("f", "a"),
    "an error": _tell("h", sortodrer="1"),
    "two pages with one slug": _set("h", slug="requests-put"),
    "a page of an error": _file("content/pages/about.md", "slug: about\n\nWords.\n"),
    "a translation": _replace("content/pages/about-de.md", "lang: de", "lang: fr"),
    "an original": _replace("content/pages/about.md", "title: About", "title: About us"),
    "a topic more": _file(
        "content/pages/topic.md", "title: Topic\nslug: topic\n\n{static} [b]({static}/images/b.txt)\n"
    ),
    "a file attached": _file(
        "content/pages/topic.md", "title: Topic\nslug: deep/topic\n\n[b]({attach}/images/b.txt)\n"
    ),
    "a page in HTML": _replace("content/pages/page.html", "In HTML", "In HTML, anew"),
    "a page in HTML less": lambda site: (site.files.pop("content/pages/page.html", None), None)[1],
    "an article": _replace("content/posts/news.md", "tags: one, two", "tags: one"),
    "no article": lambda site: (site.files.pop("content/posts/news.md", None), None)[1],
    "another article": _file("content/posts/old.md", "title: Old\nslug: old-news\ndate: 2020-05-01\n\nx\n"),
    "a picture": _file("content/images/a.png", b"\x89PNG two"),
    "no picture": lambda site: (site.files.pop("content/images/b.txt", None), None)[1],
    "redirects": _file("content/redirects.toml", '"/old.html" = "/requests-get.html"\n"/older.html" = "/about.html"\n'),
    "wrong redirects": _file("content/redirects.toml", "nothing\n"),
    "the name of the site": _setting(SITENAME="Other & more"),
    "the address of the site": _setting(SITEURL="https://example.org/sub"),
    "relative addresses": _setting(RELATIVE_URLS=True),
    "how Markdown is read": _setting(
        MARKDOWN={"extensions": ["markdown.extensions.extra", "markdown.extensions.nl2br"], "output_format": "html5"}
    ),
    "names that everybody uses": _setting(CALLSITE_COMMON_NAMES=["flask.g"]),
    "keys of the site": _setting(CALLSITE_KEYS=["colour"]),
    "addresses of pages": _setting(PAGE_URL="p/{slug}.html", PAGE_SAVE_AS="p/{slug}.html"),
    "a menu": _setting(MENUITEMS=[("Elsewhere", "https://example.org/")]),
    "a feed": _setting(SITEURL="https://example.org", FEED_ALL_ATOM="feeds/all.atom.xml"),
    "the zone of dates": _setting(TIMEZONE="Asia/Tokyo"),
    "the language": _setting(DEFAULT_LANG="de"),
    "a function in the settings": lambda site: setattr(
        site, "conf", site.conf + "JINJA_FILTERS = {'loud': str.upper}\n"
    ),
    "strictness": _setting(CALLSITE_STRICT=True),
    "policy": _file("pyproject.toml", "[tool.callsite.check]\nignore = []\n"),
    "a theme of the site's own": _own_theme,
    "a template of the theme": _edit_theme("templates/page.html", "{# #}<!-- page -->"),
    "a frame of the theme": _edit_theme("templates/base.html", "<!-- base -->\n"),
    "a list of the theme": _edit_theme("templates/list.html", "{% block head %}<!-- list -->{% endblock %}\n"),
    "a macro of the theme": _edit_theme("templates/_macros.html", "{# words #}"),
    "a style of the theme": _edit_theme("static/css/callsite.css", "\n/* mine */\n"),
    "a template that shows everything": lambda site: (
        _setting(THEME_TEMPLATES_OVERRIDES=["tpl"])(site),
        _file("tpl/page.html", _EVERYTHING)(site),
        _file("tpl/list.html", _ALL_LISTED)(site),
    )[0],
}


def _pick_output(site: Site, number: int) -> Path | None:
    files = sorted(path for path in site.folder.output.rglob("*.html") if path.is_file())
    return files[number % len(files)] if files else None


def _touch(number: int) -> Change:
    def do(site: Site) -> None:
        path = _pick_output(site, number)
        if path:
            os.utime(path)

    return do


def _overwrite(number: int) -> Change:
    def do(site: Site) -> None:
        path = _pick_output(site, number)
        if path:
            path.write_bytes(path.read_bytes()[::-1])

    return do


def _remove(number: int) -> Change:
    def do(site: Site) -> None:
        path = _pick_output(site, number)
        if path:
            path.unlink()

    return do


def _lose_cache(site: Site) -> None:
    shutil.rmtree(site.folder.root / ".cache", ignore_errors=True)


def _damage_cache(number: int) -> Change:
    def do(site: Site) -> None:
        for path in (site.folder.root / ".cache" / "build").glob("*.*"):
            data = bytearray(path.read_bytes())
            if data:
                data[number * 997 % len(data)] ^= 0x40
                path.write_bytes(data)

    return do


for _number in range(2):
    CHANGES[f"output touched {_number}"] = _touch(_number * 7)
    CHANGES[f"output overwritten {_number}"] = _overwrite(_number * 5)
    CHANGES[f"output removed {_number}"] = _remove(_number * 3)
    CHANGES[f"cache damaged {_number}"] = _damage_cache(_number)
CHANGES["no output"] = lambda site: shutil.rmtree(site.folder.output, ignore_errors=True)
CHANGES["no cache"] = _lose_cache


def apply(made: Site, names: Iterable[str]) -> None:
    """Make changes one after the other with a build after each; what ends a build with an error is undone."""
    for name in names:
        before = copy.deepcopy((made.examples, made.files, made.settings, made.conf))
        CHANGES[name](made)
        if made.build().code:
            made.examples, made.files, made.settings, made.conf = before
            made.build()


# So many chains of changes have all of them between them; every other one is built by two processes.
_CHAINS = 6


@pytest.mark.untraced
@pytest.mark.parametrize("number", range(_CHAINS))
def test_after_each_kind_of_change_the_output_is_that_of_a_fresh_build(site: SiteFolder, number: int) -> None:
    names = sorted(CHANGES)
    random.Random(7).shuffle(names)
    made = Site(site, processes=1 + number % 2)
    made.build()
    apply(made, names[number::_CHAINS])


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(CHANGES)), min_size=2, max_size=4), st.integers(1, 2))
def test_after_any_changes_the_output_is_that_of_a_fresh_build(
    site: SiteFolder, names: list[str], processes: int
) -> None:
    made = Site(site, processes)
    made.build()
    apply(made, names)


# What is rendered ---------------------------------------------------------------------------------------------------


@pytest.fixture
def made(site: SiteFolder) -> Site:
    """A site that has been built once; its pages have no listings but where they are said to have."""
    made = Site(site)
    made.files = {"content/pages/about.md": "title: About\nslug: about\n\nWords.\n"}
    for example in made.examples.values():
        example.body = "Words.\n"
    made.examples["array"].toc = False
    made.examples["f"].body = list_code("flask.g")
    made.build()
    return made


def find_rendered(made: Site, *names: str) -> tuple[set[str], set[str]]:
    """The pages and lists that are rendered when changes are made, and those of them that look as they did."""
    made.folder.build()
    before = made.folder.snapshot()
    for name in names:
        CHANGES[name](made)
    made.write()
    rendered: set[str] = set()
    render = jinja2.Template.render

    def note(template: jinja2.Template, *args: Any, **more: Any) -> str:
        if template.name in {"page.html", "list.html"}:
            rendered.add(args[0]["output_file"])
        return render(template, *args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jinja2.Template, "render", note)
        assert made.folder.build().code == 0
    after = made.folder.snapshot()
    changed = {path for path in after if path.endswith(".html") and after[path] != before.get(path)}
    return rendered, {path for path in rendered if path not in changed}


OF_FLASK = {"flask-f.html", "flask-g.html", "flask-h.html"}


@pytest.mark.parametrize(
    ("name", "rendered"),
    [
        ("nothing", set()),
        ("a heading", {"numpy-array.html"}),
        ("a picture", set()),
        ("a description", {"numpy-array.html", "libraries/numpy.html"}),
        ("redirects", set()),
    ],
)
def test_what_does_not_show_what_has_changed_is_not_rendered(made: Site, name: str, rendered: set[str]) -> None:
    assert find_rendered(made, name) == (rendered, set())


def test_a_title_is_shown_by_its_page_its_library_and_lists(made: Site) -> None:
    rendered, unneeded = find_rendered(made, "a title")
    assert {"flask-g.html", "libraries/flask.html", "symbols.html"} <= rendered
    assert not rendered & {"requests-get.html", "requests-put.html", "numpy-array.html", "libraries/numpy.html"}
    assert unneeded == set()


def test_a_slug_is_shown_by_what_links_to_its_page(made: Site) -> None:
    rendered, unneeded = find_rendered(made, "a slug")
    assert {"flask-gee.html", *OF_FLASK - {"flask-g.html"}, "symbols.html"} <= rendered
    assert not rendered & {"requests-get.html", "requests-put.html", "numpy-array.html", "libraries/numpy.html"}
    assert unneeded == set()


def test_a_new_page_is_shown_by_its_library_and_lists(made: Site) -> None:
    rendered, unneeded = find_rendered(made, "a page more")
    assert {"flask-dumps.html", "flask-f.html", "libraries/flask.html", "symbols.html"} <= rendered
    assert not rendered & {"requests-get.html", "requests-put.html", "numpy-array.html", "libraries/numpy.html"}
    assert unneeded == set()


@pytest.mark.parametrize("name", ["the name of the site", "a menu", "the address of the site"])
def test_what_all_pages_show_is_rendered_anew_everywhere(made: Site, name: str) -> None:
    rendered, unneeded = find_rendered(made, name)
    assert {*OF_FLASK, "about.html", "requests-get.html", "libraries/numpy.html", "symbols.html"} <= rendered
    assert unneeded == set()


def test_an_output_file_that_somebody_has_changed_is_rendered_anew(made: Site) -> None:
    made.folder.build()
    path = made.folder.output / "flask-f.html"
    path.write_text("mine")
    os.utime(made.folder.output / "flask-g.html", (1_000, 1_000))
    (made.folder.output / "flask-h.html").unlink()
    assert find_rendered(made) == (set(), set())  # the first build in it has mended all
    assert "mine" not in path.read_text()
    assert find_difference(made.folder.output, made.folder.output) == {}


# Cases that changes of one site do not come upon -----------------------------------------------------------------------


def test_a_site_with_marks_of_its_own_for_links_follows_them(made: Site) -> None:
    made.settings["INTRASITE_LINK_REGEX"] = "@(?P<what>.*?)@"
    made.examples["get"].body = "<a href='@filename@array.md'>numpy</a>\n"
    assert "/numpy-array.html" in made.build().read("requests-get.html")
    made.examples["array"].slug = "numpy-anew"
    assert "/numpy-anew.html" in made.build().read("requests-get.html")


def test_an_edit_while_a_build_runs_is_seen_by_the_next_one(made: Site) -> None:
    path = made.folder.root / "content/examples/array.md"
    begin = rendering.write_waiting

    def edit(*args: Any) -> Any:
        path.write_text(path.read_text().replace("Words.", "Later words."))
        return begin(*args)

    made.examples["get"].body = "Something to do.\n"
    made.write()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("callsite.pelican_plugin.phases.write_waiting", edit)
        assert "Later words." not in made.folder.build().read("numpy-array.html")
    assert "Later words." in made.folder.build().read("numpy-array.html")
    assert "nothing has changed" in made.folder.build().stdout


def test_builds_of_two_outputs_do_not_disturb_each_other(made: Site) -> None:
    made.folder.build("-o", "second")
    made.examples["array"].body = "Other words.\n"
    made.write()
    made.folder.build()
    made.folder.build("-o", "second")
    assert find_difference(made.folder.output, made.folder.root / "second") == {}
    assert "nothing has changed" in made.folder.build().stdout
    assert "nothing has changed" in made.folder.build("-o", "second").stdout


def test_a_build_that_fails_leaves_what_the_next_one_can_use(made: Site) -> None:
    made.folder.build()
    made.examples["array"].more["sortodrer"] = "1"
    made.write()
    assert made.folder.build().code == 1
    del made.examples["array"].more["sortodrer"]
    assert find_rendered(made, "nothing") == (set(), set())


def test_a_folder_for_the_cache_that_is_a_file_makes_every_build_a_full_one(made: Site) -> None:
    shutil.rmtree(made.folder.root / ".cache")
    made.folder.write({".cache": "mine"})
    for body in ("One.\n", "Two.\n"):
        made.examples["array"].body = body
        assert made.build().code == 0
    assert (made.folder.root / ".cache").read_text() == "mine"


@pytest.mark.parametrize("folder", [False, None, ""])
def test_a_site_can_do_without_a_cache(site: SiteFolder, folder: object) -> None:
    made = Site(site)
    shutil.rmtree(site.root / ".cache", ignore_errors=True)
    made.settings["CALLSITE_CACHE"] = folder
    made.build()
    assert "nothing has changed" not in made.build().stdout
    assert not (site.root / ".cache").exists()


def test_no_file_of_a_build_is_left_in_the_cache(made: Site) -> None:
    made.folder.build()
    made.examples["array"].body = "Other words.\n"
    made.build()
    end_run()
    kept = sorted(path.name for path in (made.folder.root / ".cache/build").iterdir())
    assert [Path(name).suffix for name in kept] == ["", ".pages", ".state"]
    assert kept[0] == ".gitignore"
