"""Production builds: what becomes of the theme's files, in the pages and in the browser."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest
from jinja2 import Environment
from playwright.sync_api import Browser, expect

from callsite.assets.minifying import find_references
from callsite.check.hosting import Host
from callsite.errors import CallsiteError
from callsite.pelican_plugin.assets import ThemeFiles, make_asset
from callsite.pelican_plugin.run import end_run
from callsite.publish.kinds import Kind, find_kind
from callsite.scaffold import plan_site
from callsite.theme import THEME
from tests.browsing import build_site, open_page, serve_folder
from tests.building import CONTENT, Built, SiteFolder

_PAGES = {
    **CONTENT,
    "content/examples/g.md": "title: flask.globals g Example Code\nslug: g\nsymbol: flask.globals.g\naliases: flask.g\n\n"
    "About `g`.\n\n## Example 1 from Flaskery\n\n```python project=Flaskery licence=MIT\n~~from flask import g\nprint(g)\n```\n",
    "content/posts/post.md": "title: A post\nslug: post\ndate: 2024-01-01\ntags: news\n\nNews\n",
}
_STATIC = ("css/callsite.css", "css/search.css", "favicon.svg", "js/callsite.js", "js/search.js")


def _build(site: SiteFolder, **settings: object) -> Built:
    site.write(_PAGES)
    site.set(CALLSITE_PRODUCTION=True, CALLSITE_STRICT=True, CALLSITE_SEARCH=False, **settings)
    return site.build()


def _copy_theme(site: SiteFolder, **files: str) -> Path:
    """Give the site a theme of its own, with some of its files changed."""
    shutil.copytree(THEME, site.root / "theme", dirs_exist_ok=True)
    site.set(THEME="theme", JINJA_ENVIRONMENT={"autoescape": True, "trim_blocks": True, "lstrip_blocks": True})
    return site.root / "theme"


def _told(built: Built) -> str:
    """What a build that failed has said; nothing of it is left."""
    end_run()  # as the end of the process does
    assert not list(built.output.parent.glob(".output.callsite-*"))
    return built.stderr + "\n".join(built.log)


def _plain(built: Built) -> dict[str, str]:
    """The theme's files: the name without its fingerprint to the name with it."""
    return {re.sub(r"\.[0-9a-f]{12}(?=\.)", "", path): path for path in built.files if path.startswith("theme/")}


def _find_dead(built: Built, address: str = "") -> list[str]:
    """The addresses in pages, style sheets and scripts that lead to nothing."""
    host = Host(built.files, {}, address)
    dead = []
    for path in sorted(built.files):
        if path.endswith(".html"):
            targets = re.findall(r'(?:href|src)="([^"]*)"', built.read(path))
        else:
            targets = [each.target for each in find_references(path, (built.output / path).read_bytes())]
        dead += [f"{path}: {target}" for target in targets if not host.finds(target, path, "")]
    return dead


def test_the_themes_files_are_small_and_their_names_say_what_is_in_them(site: SiteFolder) -> None:
    built = _build(site)
    assert (built.code, built.stderr) == (0, "")
    names = _plain(built)
    assert names.keys() == {f"theme/{path}" for path in _STATIC}
    for plain, name in names.items():
        data = (built.output / name).read_bytes()
        assert name != plain
        assert find_kind(name, hashlib.sha256(data).hexdigest()) is Kind.FINGERPRINTED
        assert len(data) <= os.path.getsize(os.path.join(THEME, "static", plain.removeprefix("theme/")))


@pytest.mark.parametrize(
    ("address", "relative"),
    [("https://example.org", False), ("https://example.org/sub", False), ("", True), ("", False)],
)
def test_every_address_leads_to_a_file(site: SiteFolder, address: str, relative: bool) -> None:
    built = _build(site, SITEURL=address, RELATIVE_URLS=relative)
    assert (built.code, built.stderr) == (0, "")
    names = _plain(built)
    assert _find_dead(built, address) == []
    pages = [path for path in built.files if path.endswith(".html")]
    assert {"index.html", "404.html", "g.html", "post.html", "tag/news.html", "libraries/flask.html"} <= set(pages)
    for path in pages:
        root = (os.path.relpath(".", os.path.dirname(path) or ".") if relative else address) + "/"
        page = built.read(path)
        assert f'<link rel="icon" href="{root}{names["theme/favicon.svg"]}"' in page
        if 'http-equiv="refresh"' in page:
            continue
        assert f'<script src="{root}{names["theme/js/callsite.js"]}">' in page
        assert f'<link rel="stylesheet" href="{root}{names["theme/css/callsite.css"]}">' in page


def test_redirects_have_the_icon_too(site: SiteFolder) -> None:
    site.write({"redirects.toml": '"/old.html" = "/g.html"\n'})
    built = _build(site, SITEURL="https://example.org")
    assert _plain(built)["theme/favicon.svg"] in built.read("old.html")


def test_a_local_build_has_plain_names_and_whole_files(site: SiteFolder) -> None:
    site.write(_PAGES)
    built = site.build()
    assert _plain(built).keys() == set(_plain(built).values()) == {f"theme/{path}" for path in _STATIC}
    for path in _STATIC:
        assert (built.output / "theme" / path).read_bytes() == Path(THEME, "static", path).read_bytes()
    assert '<link rel="stylesheet" href="/theme/css/callsite.css">' in built.read("libraries/flask.html")


def test_two_builds_are_the_same(site: SiteFolder) -> None:
    _build(site, CALLSITE_PRECOMPRESS=["br", "gz"])
    before = site.snapshot()
    assert site.build().code == 0
    assert site.snapshot() == before


def test_a_byte_more_in_a_style_sheet_changes_the_names_of_what_leads_to_it(site: SiteFolder) -> None:
    theme = _copy_theme(site)
    before = _plain(_build(site))
    with (theme / "static/css/search.css").open("a", encoding="utf-8") as file:
        file.write("/* a comment says nothing */")
    assert _plain(site.build()) == before
    with (theme / "static/css/search.css").open("a", encoding="utf-8") as file:
        file.write("i{}")
    built = site.build()
    after = _plain(built)
    changed = {path for path in before if before[path] != after[path]}
    assert changed == {"theme/css/search.css", "theme/js/search.js", "theme/js/callsite.js"}
    assert _find_dead(built) == []


def test_files_that_no_template_asks_for_keep_their_names(site: SiteFolder) -> None:
    theme = _copy_theme(site)
    (theme / "static/css/print.css").write_text("a { b: url(callsite.css) } c { d: url(../e.png) }\n")
    (theme / "static/e.png").write_bytes(b"e")
    built = _build(site)
    names = _plain(built)
    assert names["theme/css/print.css"] == "theme/css/print.css"
    assert names["theme/e.png"] == "theme/e.png"
    own = os.path.basename(names["theme/css/callsite.css"])
    assert built.read("theme/css/print.css") == f"a{{b:url({own})}}c{{d:url(../e.png)}}"
    assert "theme/css/callsite.css" not in built.files


def test_a_theme_that_asks_for_nothing_keeps_all_its_names(site: SiteFolder) -> None:
    for name in ("base", "redirect"):
        path = site.root / f"overrides/{name}.html"
        path.parent.mkdir(exist_ok=True)
        text = Path(THEME, "templates", f"{name}.html").read_text()
        path.write_text(re.sub(r'asset\("([^"]+)"\)', r'SITEURL ~ "/theme/\1"', text))
    built = _build(site, THEME_TEMPLATES_OVERRIDES=["overrides"])
    assert (built.code, built.stderr) == (0, "")
    assert _plain(built).keys() == set(_plain(built).values()) == {f"theme/{path}" for path in _STATIC}
    assert _find_dead(built) == []
    assert len(built.read("theme/css/callsite.css")) < Path(THEME, "static/css/callsite.css").stat().st_size


def test_folders_of_the_sites_own(site: SiteFolder) -> None:
    theme = _copy_theme(site)
    site.write(
        {
            "theme/more/css/search.css": "a { b: c }\n",
            "theme/more/css/.hidden.css": "",
            "theme/alone.css": "d { e: url(css/search.css) }\n",
            "overrides/page.html": '{% extends "!theme/page.html" %}\n'
            '{% block head %}<link rel="stylesheet" href="{{ asset("alone.css") }}">{% endblock %}\n',
        }
    )
    assert theme.is_dir()
    static = {"THEME_STATIC_DIR": "static/files/", "THEME_STATIC_PATHS": ["static", "more", "alone.css", "gone"]}
    built = _build(site, THEME_TEMPLATES_OVERRIDES=["overrides"], **static)
    assert (built.code, built.stderr) == (0, "")
    assert not any(path.startswith("theme/") for path in built.files)
    name = re.search(r'<link rel="stylesheet" href="/(static/files/alone\.\w+\.css)">', built.read("g.html"))
    assert name is not None
    search = re.fullmatch(r"d\{e:url\((css/search\.\w+\.css)\)\}", built.read(name[1]))
    assert search is not None
    assert built.read(f"static/files/{search[1]}") == "a{b:c}"
    assert _find_dead(built) == []


@pytest.mark.parametrize("production", [True, False])
def test_a_file_that_is_not_there_is_told_with_its_place(site: SiteFolder, production: bool) -> None:
    site.write(
        {
            **CONTENT,
            "overrides/page.html": '{% extends "!theme/page.html" %}\n{% block head %}\n\n'
            '<link href="{{ asset("css/calsite.css") }}">{% endblock %}\n',
        }
    )
    site.set(CALLSITE_PRODUCTION=production, CALLSITE_SEARCH=False, THEME_TEMPLATES_OVERRIDES=["overrides"])
    built = site.build()
    message = (
        "overrides/page.html:4: asset() asks for `css/calsite.css`, and the theme has no such file; "
        "did you mean `css/callsite.css`?"
    )
    assert (built.code, built.files if site.output.exists() else set()) == (2, set())
    assert message in _told(built)


def test_a_name_like_no_other(site: SiteFolder) -> None:
    site.write({**CONTENT, "overrides/page.html": '{{ asset("zzz") }}'})
    site.set(CALLSITE_SEARCH=False, THEME_TEMPLATES_OVERRIDES=["overrides"])
    built = site.build()
    assert (
        "overrides/page.html:1: asset() asks for `zzz`, and the theme has no such file; name one that is there, "
        in _told(built)
    )


def test_a_template_that_is_imported_alone_does_not_know_the_address(site: SiteFolder) -> None:
    site.write(
        {
            **CONTENT,
            "overrides/page.html": '{% from "parts.html" import icon %}\n{{ icon() }}\n',
            "overrides/parts.html": '\n{% macro icon() %}{{ asset("favicon.svg") }}{% endmacro %}\n',
        }
    )
    site.set(CALLSITE_SEARCH=False, THEME_TEMPLATES_OVERRIDES=["overrides"])
    built = site.build()
    assert built.code == 2
    message = "overrides/parts.html:2: asset() does not know the address here; import this template `with context`"
    assert message in _told(built)


def test_an_address_in_a_file_of_the_theme_that_leads_to_nothing(site: SiteFolder) -> None:
    theme = _copy_theme(site)
    with (theme / "static/css/callsite.css").open("a", encoding="utf-8") as file:
        file.write("a { b: url(gone.png) }\nc { d: url(../e.png) }\n")
    lines = (theme / "static/css/callsite.css").read_text().count("\n")
    built = _build(site)
    assert built.code == 2
    message = (
        f"theme/static/css/callsite.css:{lines - 1}: `gone.png` leads to no file of the theme (and 1 more like it); "
        "mend it, or add what it leads to"
    )
    assert message in _told(built)
    assert not site.output.exists()


def test_what_cannot_be_made_smaller_is_noted_and_does_not_stop_a_build(site: SiteFolder) -> None:
    theme = _copy_theme(site)
    (theme / "static/own.css").write_text("@layer x { a :hover { b: c } }\n")
    built = _build(site)
    assert built.code == 0
    expected = "theme/static/own.css: stays as large as it is, it cannot be made smaller with certainty\n"
    assert built.stderr == expected
    assert built.read("theme/own.css") == "@layer x { a :hover { b: c } }\n"


def test_a_file_of_the_content_in_the_place_of_one_that_is_asked_for(site: SiteFolder) -> None:
    site.write({"content/extra/callsite.css": "a { b: c }\n"})
    built = _build(site, EXTRA_PATH_METADATA={"extra/callsite.css": {"path": "theme/css/callsite.css"}})
    assert built.code == 2
    assert (
        "static/css/callsite.css: the content has put another file in the place of this one of the theme; "
        "put that one into a folder of THEME_STATIC_PATHS"
    ) in _told(built)


def test_a_file_of_the_content_in_the_place_of_any_other_stays(site: SiteFolder) -> None:
    theme = _copy_theme(site)
    (theme / "static/own.css").write_text("d { e: f }\n")
    site.write({"content/extra/own.css": "a { b: c }\n"})
    site.set(EXTRA_PATH_METADATA={"extra/own.css": {"path": "theme/own.css"}}, STATIC_CREATE_LINKS=True)
    built = _build(site)
    assert (built.code, built.read("theme/own.css")) == (0, "a { b: c }\n")
    (theme / "static/own.css").write_text("a { b: c }\n")
    built = site.build()
    assert (built.code, built.read("theme/own.css")) == (0, "a{b:c}")
    assert (site.root / "content/extra/own.css").read_text() == "a { b: c }\n"


def test_a_function_of_the_sites_own_is_left_alone(site: SiteFolder) -> None:
    site.write({**CONTENT, "overrides/page.html": '{{ asset("own") }}'})
    with (site.root / "pelicanconf.py").open("a") as file:
        file.write("JINJA_GLOBALS = {'asset': '<{}>'.format}\n")
    site.set(CALLSITE_SEARCH=False, THEME_TEMPLATES_OVERRIDES=["overrides"])
    assert site.build().read("about.html").startswith("&lt;own&gt;")


def test_compressed_twins_on_request(site: SiteFolder) -> None:
    built = _build(site, CALLSITE_PRECOMPRESS=("gz", "br"))
    assert built.code == 0
    for path in ("index.html", "g.html", _plain(built)["theme/css/callsite.css"]):
        data = (built.output / path).read_bytes()
        assert gzip.decompress((built.output / f"{path}.gz").read_bytes()) == data
        assert brotli.decompress((built.output / f"{path}.br").read_bytes()) == data
    assert not any(path.startswith("_") or path.endswith(".gz.br") for path in built.files if path.endswith(".br"))
    for path in built.files:
        if path.endswith((".gz", ".br")):
            assert (built.output / path).stat().st_size < (built.output / path[:-3]).stat().st_size


@pytest.mark.parametrize("settings", [{}, {"CALLSITE_PRECOMPRESS": ["gz"], "CALLSITE_PRODUCTION": False}])
def test_no_twins_without_a_request(site: SiteFolder, settings: dict[str, object]) -> None:
    site.write(_PAGES)
    site.set(**{"CALLSITE_PRODUCTION": True, "CALLSITE_SEARCH": False, **settings})
    built = site.build()
    assert built.code == 0
    assert not any(path.endswith((".gz", ".br")) for path in built.files)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("CALLSITE_PRECOMPRESS", "gz", 'CALLSITE_PRECOMPRESS is \'gz\', and no list of "gz" and "br"'),
        ("CALLSITE_PRECOMPRESS", ["zip"], "CALLSITE_PRECOMPRESS is ['zip'], and no list"),
        ("CALLSITE_PRECOMPRESS", [["gz"]], "CALLSITE_PRECOMPRESS is [['gz']], and no list"),
        ("CALLSITE_PRECOMPRESS", None, "CALLSITE_PRECOMPRESS is None, and no list"),
        ("CALLSITE_PRECOMPRESS", [".gz"], "CALLSITE_PRECOMPRESS is ['.gz'], and no list"),
        ("CALLSITE_PRODUCTION", "yes", "CALLSITE_PRODUCTION is neither True nor False"),
        ("CALLSITE_PRODUCTION", "no", "CALLSITE_PRODUCTION is neither True nor False"),
        ("CALLSITE_PRODUCTION", 1, "CALLSITE_PRODUCTION is neither True nor False"),
        ("CALLSITE_PRODUCTION", None, "CALLSITE_PRODUCTION is neither True nor False"),
    ],
)
def test_settings_that_cannot_be_used(site: SiteFolder, name: str, value: object, message: str) -> None:
    site.write(CONTENT)
    site.set(**{name: value})
    built = site.build()
    assert built.code == 2
    assert message in _told(built)
    assert not site.output.exists()


@pytest.mark.parametrize("word", ["true", "false", '"no"'])
def test_a_build_can_be_told_to_be_for_production_on_the_command_line(site: SiteFolder, word: str) -> None:
    site.write(CONTENT)
    site.set(CALLSITE_SEARCH=False, CALLSITE_PRODUCTION=word != "true")
    built = site.build("-e", f"CALLSITE_PRODUCTION={word}")
    assert built.code == (2 if word == '"no"' else 0)
    assert ("robots.txt" in built.files) is (word == "true")
    assert ("neither True nor False" in built.stderr) is (word == '"no"')


def test_a_file_that_has_gone_from_the_output_meanwhile(tmp_path: Path) -> None:
    settings = {"THEME_STATIC_PATHS": ["static"], "THEME_STATIC_DIR": "theme", "IGNORE_FILES": ["*.svg"]}
    files = ThemeFiles({"THEME": THEME, "CALLSITE_PRODUCTION": True, **settings})
    assert list(files.write(tmp_path)) == []
    assert files.find_url("css/search.css", "..", lambda: "a.html:1").startswith("../theme/css/search.")
    with pytest.raises(CallsiteError, match=r"search\.css: the content has put another file in the place"):
        list(files.write(tmp_path))
    with pytest.raises(CallsiteError, match=r"^a\.html:1: asset\(\) asks for `favicon\.svg`"):
        files.find_url("favicon.svg", "..", lambda: "a.html:1")


def test_who_asks_is_no_file() -> None:
    asset = make_asset(lambda: None)
    template = Environment(autoescape=True).from_string("{{ asset('a') }}", {"asset": asset})
    with pytest.raises(CallsiteError, match=r"^<template>:1: asset\(\) does not know the address here"):
        template.render()
    with pytest.raises(CallsiteError, match=r"^a template: asset\(\) does not know the address here"):
        asset(template.new_context(), "a")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("production")
    conf = plan_site("Shelf")["pelicanconf.py"] + "CALLSITE_PRODUCTION = True\nCALLSITE_STRICT = True\n"
    build_site(root, {**_PAGES, "pelicanconf.py": conf})
    with serve_folder(root / "output") as url:
        yield url


@pytest.mark.browser
def test_the_search_works(browser: Browser, address: str) -> None:
    with open_page(browser, address) as page:
        page.keyboard.press("/")
        field = page.get_by_role("combobox", name="Search this site")
        expect(field).to_be_focused()
        assert page.get_by_role("dialog").evaluate("it => getComputedStyle(it).borderRadius") == "8px"
        field.fill("flask.g")
        expect(page.get_by_role("option").first).to_contain_text("flask.globals.g")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}g.html")


@pytest.mark.browser
def test_the_theme_switch_works(browser: Browser, address: str) -> None:
    with open_page(browser, f"{address}g.html", color_scheme="light") as page:
        colour = "getComputedStyle(document.documentElement).backgroundColor"
        assert page.evaluate(colour) == "rgb(255, 255, 255)"
        page.get_by_role("button", name="Theme: system").click()
        assert page.evaluate(colour) == "rgb(17, 21, 28)"
        page.reload()
        assert page.evaluate(colour) == "rgb(17, 21, 28)"


@pytest.mark.browser
def test_the_copy_button_works(browser: Browser, address: str) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    with open_page(browser, f"{address}g.html", permissions=permissions) as page:
        page.locator(".copy").click()
        expect(page.get_by_role("status").first).to_contain_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == "from flask import g\nprint(g)\n"
