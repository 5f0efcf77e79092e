"""Where pages will be, against the real Pelican: its settings, its readers and whole builds."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pelican import signals
from pelican.contents import Article, Content, Page, Static
from pelican.readers import MarkdownReader, Readers
from pelican.settings import DEFAULT_CONFIG, read_settings

from callsite.addressing import (
    SiteSettings,
    complete_meta,
    list_asked,
    parse_site_settings,
    plan_metadata,
    plan_path,
    plan_site,
    plan_url,
    slugify,
)
from callsite.addressing.paths import plan_place, plan_static_path
from callsite.addressing.slugs import plan_group
from callsite.header import parse_header
from callsite.model import Meta
from callsite.redirects import parse_redirects
from tests.building import SiteFolder
from tests.planning import plan_folder, plan_pages, read_page
from tests.strategies import rows


def _meta(text: str) -> Meta:
    return parse_header(text.split("\n"), "a.md")[0]


# Settings.


def test_defaults_are_those_of_pelican() -> None:
    usual = parse_site_settings(DEFAULT_CONFIG)
    ours = SiteSettings()
    for name in SiteSettings.__dataclass_fields__:
        if name != "saved_as":
            assert getattr(usual, name) == getattr(ours, name), name
            is_own = name.startswith("callsite_")
            assert is_own or name.upper() in DEFAULT_CONFIG or getattr(ours, name) in ("", None), name
    assert usual.saved_as["index"] == "index.html"
    assert parse_site_settings({}) == ours


def test_settings_are_read_as_a_settings_file_leaves_them() -> None:
    found = parse_site_settings(
        {
            "SITEURL": "https://x.y/z/",
            "DEFAULT_LANG": "De",
            "PAGE_SAVE_AS": Path("{slug}.html"),
            "AUTHOR": None,
            "FEED_ALL_ATOM": None,
            "DIRECT_TEMPLATES": ["index", "404"],
            "ARCHIVES_SAVE_AS": "",
            "TAGS_SAVE_AS": "all/tags.html",
            "DEFAULT_PAGINATION": False,
            "PAGINATED_TEMPLATES": {"index": None, "tag": 5},
            "SLUG_REGEX_SUBSTITUTIONS": [("a", "b")],
            "EXTRA_PATH_METADATA": {"extra/robots.txt": {"path": "robots.txt"}},
            "DEFAULT_DATE": (2012, 3, 2, 14),
            "SLUGIFY_USE_UNICODE": 1,
            "DIRS": 1,
        }
    )
    assert (found.siteurl, found.default_lang, found.page_save_as) == ("https://x.y/z", "de", "{slug}.html")
    assert (found.author, found.feed_all_atom, found.default_pagination) == ("", "", 0)
    assert found.direct_templates == ("index", "404")
    assert found.saved_as["archives"] == ""
    assert found.saved_as["tags"] == "all/tags.html"
    assert found.paginated_templates == {"index": 0, "tag": 5}
    assert found.slug_regex_substitutions == (("a", "b"),)
    assert found.extra_path_metadata == {"extra/robots.txt": {"path": "robots.txt"}}
    assert found.default_date == "2012-03-02 14:00:00"
    assert found.slugify_use_unicode is True


@pytest.mark.parametrize(
    "values",
    [
        {"DIRECT_TEMPLATES": "index"},
        {"STATIC_PATHS": 3},
        {"SLUG_REGEX_SUBSTITUTIONS": [("a",)]},
        {"PAGINATION_PATTERNS": [1]},
        {"EXTRA_PATH_METADATA": ["a"]},
        {"PAGINATED_TEMPLATES": ["index"]},
        {"DEFAULT_METADATA": 4},
        {"DEFAULT_PAGINATION": "many"},
    ],
)
def test_a_setting_that_cannot_be_used_is_none(values: dict[str, object]) -> None:
    assert parse_site_settings(values) == SiteSettings()


# Pages and articles, one by one.


class _Pelican:
    """Pelican's own readers over one folder, with settings."""

    def __init__(self, folder: Path, **given: Any) -> None:
        theme = copy.deepcopy(DEFAULT_CONFIG["THEME"])
        self.given = given
        self.settings = read_settings(
            override={"PATH": str(folder), "TIMEZONE": "UTC", "THEME": theme, **copy.deepcopy(given)}
        )
        self._folder = folder

    def read(self, source: str, text: str, kind: type[Content]) -> Content:
        path = self._folder / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        how = {"fmt": "static"} if kind is Static else {}
        # Pelican takes every reader there is, ours too once a build has been in this process.
        own = dict.fromkeys(MarkdownReader.file_extensions, MarkdownReader)
        with signals.readers_init.muted():
            readers = Readers({**self.settings, "READERS": own})
        return readers.read_file(str(self._folder), source, content_class=kind, context={}, **how)

    def compare(self, source: str, text: str, is_article: bool) -> tuple[str, str]:
        """Where Pelican puts a file, and where we think it does."""
        content = self.read(source, f"{text}\n\nText.\n", Article if is_article else Page)
        read = parse_site_settings(self.given)
        assert plan_url(_meta(text), source, read, is_article) in (content.url, "")
        place = plan_place(_meta(text), source, read, is_article)
        assert place == content.save_as or (
            place.endswith("/") and f"/{content.save_as}".startswith(f"/{place.strip('/')}")
        )
        return content.save_as, plan_path(_meta(text), source, read, is_article)


@pytest.mark.parametrize(
    ("source", "text", "given", "expected"),
    [
        ("a.md", "title: A Title", {}, "pages/a-title.html"),
        ("a.md", "title: A Title\nslug: b/c", {}, "pages/b/c.html"),
        ("a.md", "title: Über <b>Straßen</b> & C++", {}, "pages/uber-strassen-c.html"),
        ("a.md", "title: Über 漢", {"SLUGIFY_USE_UNICODE": True}, "pages/über-漢.html"),
        ("a.md", "title: Über", {"SLUGIFY_PRESERVE_CASE": True}, "pages/Uber.html"),
        ("a.md", "title: C++ and C#", {"SLUG_REGEX_SUBSTITUTIONS": [(r"\+", "p"), ("#", " sharp"), (r"\s+", "_")]}, "pages/cpp_and_c_sharp.html"),
        ("d/A b.c.md", "title: x", {"SLUGIFY_SOURCE": "basename"}, "pages/a-bc.html"),
        ("a.md", "title: x\nslug: y\nlang: de", {}, "pages/y-de.html"),
        ("a.md", "title: x\nslug: y\nlang: en", {}, "pages/y.html"),
        ("a.md", "title: x\nslug: y\nlang: EN", {}, "pages/y-EN.html"),
        ("a.md", "title: x\nslug: y\nlang: de", {"DEFAULT_LANG": "DE"}, "pages/y.html"),
        ("a.md", "title: x\nslug: y\nstatus: draft", {}, "drafts/pages/y.html"),
        ("a.md", "title: x\nslug: y\nstatus: Draft\nlang: fr", {}, "drafts/pages/y-fr.html"),
        ("a.md", "title: x\nslug: y\nstatus: hidden", {}, "pages/y.html"),
        ("a.md", "title: x\nslug: y\nsave_as: z/w.html\nurl: z/w", {}, "z/w.html"),
        ("a.md", "title: x\nslug:\nstatus:", {}, "pages/x.html"),
        ("d/a.md", "title: x", {"PAGE_SAVE_AS": "{path}/{category}/{author}.html", "AUTHOR": "Me Too"}, "d/a.md/d/me-too.html"),
        ("a.md", "title: x\nauthors: A, B; C", {"PAGE_SAVE_AS": "{author}.html"}, "a-b.html"),
        ("a.md", "title: x\nauthor: A", {"PAGE_SAVE_AS": "{author}.html", "AUTHOR_REGEX_SUBSTITUTIONS": [("a", "z")]}, "z.html"),
        ("a.md", "title: x\ncategory: C d", {"PAGE_SAVE_AS": "{category}/{slug}.html"}, "c-d/x.html"),
        ("a.md", "title: x\nmood: good", {"PAGE_SAVE_AS": "{mood}-{title}.html"}, "good-x.html"),
        ("a.md", "title: x", {"PAGE_SAVE_AS": "{slug}/index.html", "PAGE_URL": "{slug}/"}, "x/index.html"),
        ("2020-01-31-x.md", "title: x", {"PAGE_SAVE_AS": "{date:%Y}/{date:%-m}/{slug}.html"}, "2020/1/x.html"),
        ("a.md", "title: x\ndate: 2020-03-04\nmodified: 2021-01-02 10:11", {"PAGE_SAVE_AS": "{date.year}/{modified:%H%M}%.html"}, "2020/1011%.html"),
        ("notes/a.md", "title: x", {"PATH_METADATA": "(?P<category>[^/]+)/(?P<slug>.*)[.]md", "PAGE_SAVE_AS": "{category}-{slug}.html"}, "notes-a.html"),
        ("d/e/a.md", "title: x", {"EXTRA_PATH_METADATA": {"d": {"slug": "one"}, "d/e/a.md": {"slug": "two"}, "d/e": {"lang": "fr"}}}, "pages/two-fr.html"),
        ("b.md", "title: x", {"FILENAME_METADATA": r"(?P<lang>\d)?(?P<slug>.*)"}, "pages/b.html"),
        ("a.md", "title: x", {"DEFAULT_METADATA": {"status": "draft"}}, "drafts/pages/x.html"),
        ("a.md", "title: x", {"DEFAULT_CATEGORY": "Odds & Ends", "PAGE_SAVE_AS": "{category}.html"}, "odds-ends.html"),
        ("d/a.md", "title: x", {"USE_FOLDER_AS_CATEGORY": False, "PAGE_SAVE_AS": "{category}.html"}, "misc.html"),
        ("d/a.md", "title: x", {"CATEGORY_SAVE_AS": "", "PAGE_SAVE_AS": "{category}.html"}, ".html"),
        ("a.md", "title: x", {"DEFAULT_DATE": (2012, 3, 2), "PAGE_SAVE_AS": "{date:%d}.html"}, "02.html"),
        ("a.md", "title: x", {"SLUGIFY_SOURCE": "none"}, "pages/.html"),
        # What depends on the language of the system or on the clock cannot be told.
        ("a.md", "title: x\ndate: 2020-03-04", {"PAGE_SAVE_AS": "{date:%Y}/{date:%b}/{slug}.html"}, ""),
        ("a.md", "title: x", {"PAGE_SAVE_AS": "{date:%Y}.html"}, ""),
        ("a.md", "title: x\ndate: 4 March 2020", {"PAGE_SAVE_AS": "{date:%Y}.html"}, ""),
        ("a.md", "title: x\ndate: 2020-03-04", {"PAGE_SAVE_AS": "{date}.html"}, ""),
        ("a.md", "title: x\ntags: a, b", {"PAGE_SAVE_AS": "{tags[0]}/{tags}.html"}, ""),
    ],
)  # fmt: skip
def test_pages_are_where_pelican_puts_them(
    tmp_path: Path, source: str, text: str, given: dict[str, Any], expected: str
) -> None:
    theirs, ours = _Pelican(tmp_path, **given).compare(source, text, False)
    assert ours == expected
    assert theirs == expected or not expected


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("title: A b\ndate: 2020-01-02", {}, "a-b.html"),
        ("title: x\ndate: 2020-01-02\nlang: de", {}, "x-de.html"),
        ("title: x\ndate: 2020-01-02\nstatus: draft", {}, "drafts/x.html"),
        ("title: x\nstatus: draft", {"DRAFT_SAVE_AS": "{date:%Y}.html"}, "9999.html"),
        ("title: x\nstatus: draft\nlang: de", {}, "drafts/x-de.html"),
        ("title: x\ndate: 2020-01-02", {"ARTICLE_SAVE_AS": "{date:%Y/%m/%d}/{slug}.html"}, "2020/01/02/x.html"),
        ("title: x\ndate: 2020-01-02 23:30:01+05:00", {"ARTICLE_SAVE_AS": "{date:%d-%H-%-S%s%k}.html"}, "02-23-1%s%k.html"),
        ("title: x\ndate: 2020-1-2T03:04", {"ARTICLE_SAVE_AS": "{date:%j %I %U %W %w %y %M %%}.html"}, "002 03 00 00 4 20 04 %.html"),
        ("title: x\ndate: 2020-01-02_10:20", {"ARTICLE_SAVE_AS": "{date:%H}.html"}, "10.html"),
    ],
)  # fmt: skip
def test_articles_are_where_pelican_puts_them(tmp_path: Path, text: str, given: dict[str, Any], expected: str) -> None:
    assert _Pelican(tmp_path, **given).compare("posts/a.md", text, True) == (expected, expected)


_KEYS = st.fixed_dictionaries(
    {"title": st.sampled_from(["A Title", "Ünï & <i>c</i>ode", "x_y - z", "漢字", "C++ 3.11"])},
    optional={
        "slug": st.sampled_from(["s", "a/b", "", " t "]),
        "lang": st.sampled_from(["en", "de", "EN"]),
        "status": st.sampled_from(["published", "draft", "hidden", ""]),
        "date": st.sampled_from(["2020-01-02", "2021-12-31 23:59", "1 May 2020"]),
        "category": st.sampled_from(["Cat", ""]),
        "author": st.sampled_from(["An Author", ""]),
        "authors": st.sampled_from(["B, C", "D; E, F"]),
        "save_as": st.sampled_from(["own.html", "own/x.html"]),
        "url": st.sampled_from(["own", "https://elsewhere/x"]),
    },
)
_PATTERNS = st.sampled_from(
    ["{slug}.html", "{slug}/index.html", "{category}/{slug}-{lang}.html", "{date:%Y}/{slug}.html", "{author}/{path}.html", "{date:%b}/x.html"]
)  # fmt: skip
_GIVEN = st.fixed_dictionaries(
    {},
    optional={
        **{f"{kind}{name}": _PATTERNS for kind in ("PAGE_", "PAGE_LANG_", "DRAFT_PAGE_", "ARTICLE_", "ARTICLE_LANG_", "DRAFT_", "DRAFT_LANG_") for name in ("SAVE_AS", "URL")},
        "SLUGIFY_SOURCE": st.sampled_from(["title", "basename"]),
        "SLUGIFY_USE_UNICODE": st.booleans(),
        "SLUGIFY_PRESERVE_CASE": st.booleans(),
        "SLUG_REGEX_SUBSTITUTIONS": st.just([("[^a-z]", "-")]),
        "CATEGORY_REGEX_SUBSTITUTIONS": st.just([("c", "K")]),
        "DEFAULT_LANG": st.sampled_from(["en", "DE"]),
        "AUTHOR": st.just("Some One"),
        "FILENAME_METADATA": st.sampled_from(["(?P<slug>.*)", "(?P<lang>..)-.*", ""]),
        "EXTRA_PATH_METADATA": st.just({"d": {"lang": "de"}}),
    },
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_KEYS, _GIVEN, st.sampled_from(["a.md", "d/de-b.md", "2019-05-06-c.md"]), st.booleans())
def test_whatever_is_set_pelican_agrees_or_nothing_is_told(
    tmp_path: Path, keys: dict[str, str], given: dict[str, Any], source: str, is_article: bool
) -> None:
    text = "\n".join(f"{key}: {value}" for key, value in keys.items())
    theirs, ours = _Pelican(tmp_path, **given).compare(source, text, is_article)
    assert ours in (theirs, "")
    patterns = json.dumps(given)
    if "date:" not in patterns:
        assert ours == theirs


@given(rows(), rows(), rows())
@example("title: x\ndate: 2020-13-45", "{date:%Y}", "a.md")
@example("title: x", "{", "a.md")
@example("title: x", "{0}", "a.md")
@example("title: x", "{slug.x}", "a.md")
@example("title: x", "{slug:d}", "a.md")
def test_any_page_has_a_place_or_none(text: str, pattern: str, source: str) -> None:
    given = SiteSettings(page_save_as=pattern, page_url=pattern, static_save_as=pattern)
    path = plan_path(_meta(text), source, given, False)
    assert path == "" or plan_place(_meta(text), source, given, False) == path
    plan_url(_meta(text), source, given, False)
    plan_static_path(source, given)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a/{nobody}.html", "a/"),
        ("a/{nobody.knows[it]}/x.html", "a/"),
        ("a/{date!s}.html", "a/"),
        ("a/b{date.year}/c.html", "a/"),
        ("a/b/c-{slug}-{date:%d}.html", "a/b/"),
        ("a/{slug", "/"),
        ("a/{slug:5000000000000000000000}", "/"),
        ("a/{slug}.html", "a/s.html"),
    ],
)
def test_as_much_is_told_as_can_be(pattern: str, expected: str) -> None:
    assert plan_place(_meta("title: x\nslug: s"), "x.md", SiteSettings(page_save_as=pattern), False) == expected


def test_what_is_skipped_has_no_place() -> None:
    assert plan_place(_meta("title: x\nstatus: skip"), "a.md", SiteSettings(), False) == ""


@pytest.mark.parametrize("key", ["FILENAME_METADATA", "PATH_METADATA"])
def test_expressions_that_cannot_be_read_find_nothing(key: str) -> None:
    read = parse_site_settings({key: "(", "SLUG_REGEX_SUBSTITUTIONS": [("(", "")], "CATEGORY_SAVE_AS": ""})
    assert plan_metadata("2020-01-02.md", read) == ({"date": "2020-01-02"} if key == "PATH_METADATA" else {})
    assert slugify("A b", read) == ""


def test_what_paths_tell_of_pages_is_known_before_they_are_read() -> None:
    read = parse_site_settings(
        {
            "FILENAME_METADATA": r"(?P<date>\d{4}-\d\d-\d\d)-(?P<title>.*)",
            "EXTRA_PATH_METADATA": {"drafts": {"status": "draft", "lang": "de"}},
        }
    )
    assert plan_metadata("drafts/2020-01-02-x.md", read) == {
        "category": "drafts",
        "date": "2020-01-02",
        "title": "x",
        "status": "draft",
        "lang": "de",
    }
    assert complete_meta(_meta("title: x\nlang: fr"), "drafts/a.md", read).others == (
        ("lang", ("fr",)),
        ("status", ("draft",)),
    )
    meta = _meta("title: x")
    assert complete_meta(meta, "a.md", read) is meta


def test_static_files(tmp_path: Path) -> None:
    given = {
        "EXTRA_PATH_METADATA": {"extra/robots.txt": {"path": "robots.txt"}, "extra/x": {"save_as": "./y"}},
        "STATIC_SAVE_AS": "s/{path}",
    }
    pelican = _Pelican(tmp_path, **given)
    read = parse_site_settings(given)
    for source, expected in (
        ("images/a b.png", "s/images/a b.png"),
        ("extra/robots.txt", "s/robots.txt"),
        ("extra/x", "y"),
    ):
        content = pelican.read(source, "", Static)
        assert plan_static_path(source, read) == expected == str(Path(content.save_as))
    assert plan_static_path("x", SiteSettings(static_save_as="{date:%Y}/x")) == ""


def test_groups() -> None:
    read = parse_site_settings(
        {"TAG_REGEX_SUBSTITUTIONS": [(" ", "_")], "AUTHOR_SAVE_AS": "", "CATEGORY_SAVE_AS": "{x}"}
    )
    assert plan_group("tag", " A b ", read) == "tag/a_b.html"
    assert plan_group("author", "A", read) == ""
    assert plan_group("category", "A", read) == ""


# Whole sites, against what is built of them.

_CODE = "\n\n```python project=Flaskex url=https://example.org/x.py\n~~from flask import g\n```\n"
_SITE: dict[str, str | bytes] = {
    "content/pages/home.md": "title: Flask\nsymbol: flask\nslug: flask\nsortorder: 010010000\nmeta: All of it.\n\nText.\n",
    "content/pages/chapter.md": "title: Start\nslug: start\ntoc: True\nsortorder: 01\n\n[x]({attach}../figures/x.png) {{static}}\n",
    "content/pages/loose.md": "title: A Loose Page\n\n[x]({static}/figures/y.png) [t]({tag}two words) [c]({category}notes)\n",
    "content/pages/hidden.md": "title: Hidden\nstatus: hidden\n\n[i]({index})\n",
    "content/pages/draft.md": "title: Draft\nstatus: draft\n\nx\n",
    "content/pages/skipped.md": "title: Skipped\nstatus: skip\n\nx\n",
    "content/pages/de.md": "title: Start\nslug: start\nlang: de\n\nx\n",
    "content/pages/own.md": "title: Own\nsave_as: own/place.html\nurl: own/place.html\n\nx\n",
    "content/pages/other.rst": "Other\n#####\n\nText.\n",
    "content/examples/flask/g.md": f"title: flask.globals g Examples\nslug: flask-globals-g-examples\naliases: flask.g{_CODE}",
    "content/examples/jinja/t.md": f"title: jinja2 Template Examples\nsymbol: jinja2.Template{_CODE}",
    "content/posts/2020-01-02-one.md": "title: One\ntags: a, two words\nauthor: An Author\ncategory: Notes\n\n[x](/one.html)\n",
    "content/posts/2021-03-04-two.md": "title: Two\ntags: a\nauthors: B; C, D\n\nx\n",
    "content/posts/2021-03-05-three.md": "title: Three\nlang: de\n\nx\n",
    "content/posts/2021-03-06-four.md": "title: Four\nstatus: draft\n\nx\n",
    "content/images/a.png": b"x",
    "content/extra/robots.txt": b"x",
    "content/extra/frame.html": "{{ SITENAME }}",
    "content/figures/x.png": b"x",
    "content/figures/y.png": b"x",
    "content/figures/z.png": b"x",
    "redirects.toml": '"/old.html" = "/start.html"\n"/older/" = "{filename}/pages/own.md"\n"/p.html" = "/projects/flaskex.html"\n',
}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"SITEURL": "https://x.y/sub", "FEED_ALL_ATOM": "feeds/all.atom.xml", "TAG_FEED_RSS": "feeds/{slug}.rss.xml"},
        {
            "PAGE_SAVE_AS": "{slug}/index.html",
            "PAGE_URL": "{slug}/",
            "ARTICLE_SAVE_AS": "posts/{date:%Y}/{slug}.html",
            "ARTICLE_URL": "posts/{date:%Y}/{slug}.html",
            "DEFAULT_PAGINATION": 1,
            "YEAR_ARCHIVE_SAVE_AS": "posts/{date:%Y}/index.html",
            "DAY_ARCHIVE_SAVE_AS": "posts/{date:%Y}/{date:%b}/{date:%d}/index.html",
            "EXTRA_PATH_METADATA": {"extra/robots.txt": {"path": "robots.txt"}},
            "TEMPLATE_PAGES": {"extra/frame.html": "frame.html"},
            "OUTPUT_SOURCES": True,
            "DIRECT_TEMPLATES": ["index", "archives", "tags"],
            "ARCHIVES_SAVE_AS": "",
            "TAGS_SAVE_AS": "all-tags.html",
            "PAGINATION_PATTERNS": [
                (1, "{url}", "{save_as}"),
                (2, "{base_name}/page/{number}/", "{base_name}/page/{number}/index.html"),
            ],
        },
    ],
)
def test_what_is_planned_is_what_is_built(site: SiteFolder, given: dict[str, Any]) -> None:
    site.write(_SITE)
    site.set(**given)
    planned = plan_folder()
    built = site.build()
    assert built.code == 0, built.stderr
    files = {path for path in built.files if path != ".callsite-manifest"}
    host = planned.plan.host
    # Everything that is there can be linked to.
    assert not [path for path in sorted(files) if host.resolve(path, "index.html", "") not in (path, "")]
    # And nothing counts as there that is not, but the lists of which only a build knows whether they are needed.
    open_ended = ("projects.html", "changes.html", "changes.atom.xml", "images/", "figures/")
    assert not {path for path in host.files - files if not path.endswith("/") and not path.startswith(open_ended)}
    assert set(planned.plan.paths) == {
        source
        for name in _SITE
        if name.endswith(".md") and "skipped" not in name and (source := name.removeprefix("content/"))
    }
    assert all(path in files for path in planned.plan.paths.values())
    assert {path for path in planned.plan.urls.values() if not path.startswith("own")} == {
        path.removesuffix("index.html") for path in planned.plan.paths.values() if not path.startswith("own")
    }


def test_files_for_hosts_are_only_there_in_production(site: SiteFolder) -> None:
    site.write(_SITE)
    names = {"robots.txt", "_headers", ".nojekyll", "build.json", "CNAME", "old.map"}
    site.set(CALLSITE_CNAME="example.org", CALLSITE_NGINX_MAP="old.map", SITEURL="https://example.org")
    assert not names & plan_folder().plan.host.files
    site.set(CALLSITE_PRODUCTION=True)
    assert names <= plan_folder().plan.host.files
    assert names <= site.build().files


# What can be told of sites without building them.

_PAGE = "title: {0}\nslug: {0}\n\nText.\n"


def test_pages_whose_place_cannot_be_told_make_no_link_a_dead_one() -> None:
    texts = {
        "posts/a.md": "title: x\nslug: a\ndate: May 2020\n\n[x](/2020/a.html) [y](/posts/b.html) [z](/posts/2020/c.html)\n"
    }
    planned = plan_pages(texts, ["posts/a.md"], ARTICLE_SAVE_AS="posts/{date:%Y}/{slug}.html")
    assert planned.plan.paths == {"posts/a.md": ""}
    assert "posts/" in planned.plan.host.files
    assert planned.tell("S102") == [
        "content/posts/a.md:5: S102 the link to `/2020/a.html` leads nowhere; mend it, or add what it leads to"
    ]
    assert planned.plan.host.resolve("{filename}a.md", "", "posts/b.md") == ""
    anywhere = plan_pages(texts, ["posts/a.md"], ARTICLE_SAVE_AS="{date:%Y}/{slug}.html")
    assert anywhere.tell("S102") == []


def test_links_from_a_page_whose_place_cannot_be_told_are_looked_at_where_that_makes_no_difference() -> None:
    text = "title: x\nslug: a\n\n[x](b.html) [y](/gone.html) [z]({filename}gone.md) [w](#x)\n"
    planned = plan_pages({"pages/a.md": text}, PAGE_SAVE_AS="x/{date:%Y}/{slug}.html")
    assert [line.partition("`")[2].partition("`")[0] for line in planned.tell("S102", "S112")] == [
        "/gone.html",
        "{filename}gone.md",
    ]


def test_pages_in_other_formats_are_somewhere() -> None:
    texts = {"pages/a.md": "title: a\n\n[x](/sub/b.html) [y]({filename}b.rst) [z]({filename}c.rst) [w](/d.html)\n"}
    planned = plan_pages(texts, foreign=["pages/b.rst"], PAGE_SAVE_AS="sub/{slug}.html")
    assert [problem.message for problem in planned.problems if problem.code == "S102"] == [
        "the link to `/d.html` leads nowhere",
        "the link to `{filename}c.rst` leads nowhere",
    ]
    named = plan_pages(texts, foreign=["pages/b.rst"], FILENAME_METADATA="(?P<slug>.*)")
    assert "b.html" in named.plan.host.files


def test_patterns_that_cannot_be_used_name_no_files() -> None:
    texts = {"posts/a.md": "title: a\ndate: May 2020\nslug: a\ntags: t\n\nx\n"}
    unusable: dict[str, Any] = {
        "TAG_FEED_RSS": "feeds/{x}",
        "YEAR_ARCHIVE_SAVE_AS": "{",
        "TAG_SAVE_AS": "",
        "OUTPUT_SOURCES": True,
    }
    planned = plan_pages(texts, ["posts/a.md"], ARTICLE_SAVE_AS="{date:%Y}/{slug}.html", **unusable)
    usual = plan_pages(texts, ["posts/a.md"], ARTICLE_SAVE_AS="{date:%Y}/{slug}.html", TAG_SAVE_AS="")
    assert planned.plan.host.files == usual.plan.host.files


def test_a_theme_without_lists_and_redirects_has_none() -> None:
    texts = {
        "pages/a.md": "title: flask.ctx g Examples\nslug: flask-ctx-g\naliases: flask.g\n\n[x](/symbols.html) [y](/flask-g.html)\n"
    }
    assert plan_pages(texts).tell("S102") == []
    plan = plan_pages(texts).plan
    assert plan.lists == {
        "symbols.html": "All symbols",
        "libraries.html": "All libraries",
        "libraries/flask.html": "flask examples",
    }
    assert {"flask-g.html", "_redirects", "projects/"} <= plan.host.files
    bare = plan_site(
        [read_page(*item) for item in texts.items()], (), (), SiteSettings(), theme=["theme/x.css"], templates=()
    )
    assert bare.lists == {}
    assert sorted(bare.host.files) == [
        "archives.html",
        "authors.html",
        "categories.html",
        "examples.json",
        "examples.schema.json",
        "index.html",
        "llms.txt",
        "objects.inv",
        "pagefind/",
        "pages/flask-ctx-g.html",
        "pages/flask-ctx-g.md",
        "tags.html",
        "theme/x.css",
    ]
    assert bare.taken["theme/x.css"] == "the theme"


def test_redirects_are_planned_as_a_build_does_and_what_nobody_knows_may_be_there() -> None:
    declared, _ = parse_redirects(
        '"/a.html" = "/b.html"\n"/b.html" = "/a.html"\n"/c.html" = "/gone.html"\n"/d.html" = "/projects/x.html"\n'
        '"/page.html" = "/"\n"/e.html" = "{filename}/pages/page.md"\n',
        "redirects.toml",
    )
    planned = plan_pages({"pages/page.md": _PAGE.format("page")}, declared=declared)
    assert planned.tell("R102", "R103", "R105") == [
        "redirects.toml:1: R102 redirects go round in a circle: `/a.html` → `/b.html` → `/a.html`; let one of them lead to a page",
        "redirects.toml:3: R105 `/c.html` leads to `/gone.html`, which is not there; mend it, or add what it leads to",
        "redirects.toml:5: R103 `/page.html` is taken by content/pages/page.md; take the redirect out, or give the page another slug",
    ]
    assert {"c.html", "d.html", "e.html"} <= planned.plan.host.files
    assert "a.html" not in planned.plan.host.files


def test_what_links_ask_pelican_to_copy_is_listed() -> None:
    text = "title: x\n\n[a]({static}a%20b.png) [b]({attach}/c/d.png) [c](|static|e.png) [d]({filename}f.md) [e]({static}../../g.png) [f]({static}//[x)\n"
    assert list_asked([read_page("pages/x.md", text)]) == {"pages/a b.png", "c/d.png", "pages/e.png"}


def test_files_go_beside_the_page_that_attaches_them() -> None:
    text = "title: x\nslug: x\n\n[a]({attach}deep/a.png) [b]({attach}/other/b.png) [c](/sub/deep/a.png) [d](/sub/b.png) [e](/sub/gone.png)\n"
    planned = plan_pages(
        {"pages/x.md": text}, statics=["pages/deep/a.png", "other/b.png"], PAGE_SAVE_AS="sub/{slug}.html"
    )
    assert [problem.message for problem in planned.problems if problem.code == "S102"] == [
        "the link to `/sub/gone.png` leads nowhere"
    ]


def test_groups_can_be_named_when_somebody_belongs_to_them() -> None:
    texts = {
        "posts/a.md": "title: a\ndate: 2020-01-01\ntags: One Tag\nauthor: Me\ncategory: News\n\nx\n",
        "pages/b.md": "title: b\n\n[a]({tag}one-tag) [b]({tag}two) [c]({author}Me) [d]({category}news) [e]({author}You) [f]({tag}//[x)\n",
    }
    planned = plan_pages(texts, ["posts/a.md"])
    assert [problem.message for problem in planned.problems if problem.code == "S102"] == [
        "the link to `{author}You` leads nowhere",
        "the link to `{tag}//[x` leads nowhere",
        "the link to `{tag}two` leads nowhere",
    ]
