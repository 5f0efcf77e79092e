"""Finding the way in whole builds: links in code, lists, redirects, dates, and the twins beside the pages."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from callsite.inventory import Inventory, Item, format_inventory
from callsite.pelican_plugin import phases
from tests.building import Built, SiteFolder


def page(symbol: str, *code: str, slug: str = "", **keys: str) -> str:
    """An example page; each of `code` is a listing."""
    meta = {"title": f"About {symbol}", "slug": slug or symbol.replace(".", "-"), "symbol": symbol, **keys}
    head = "".join(f"{key}: {value}\n" for key, value in meta.items())
    listings = "".join(
        f"\n## Example {n} from Shop\n\n```python\n{text}\n```\n" for n, text in enumerate(code, start=1)
    )
    return f"{head}\n\nWords.\n{listings}"


G = page("flask.globals.g", "~~from flask import g\n~~g.user = 1")
USER = page("flask.ctx.has", "from flask import g\n~~from flask.ctx import has\nif has():\n    print(g.user)")


def links(built: Built, path: str) -> list[tuple[str | None, str, str | None]]:
    """Where the links in the code of a page lead, with their words and titles."""
    found = LexborHTMLParser(built.read(path)).css(".listing .line a.xref")
    return [(link.attributes["href"], link.text(), link.attributes.get("title")) for link in found]


def test_names_in_code_lead_to_their_pages(site: SiteFolder) -> None:
    site.write({"content/examples/g.md": G, "content/examples/has.md": USER})
    built = site.build()
    assert (built.code, built.stderr) == (0, "")
    assert links(built, "flask-ctx-has.html") == [("/flask-globals-g.html", "g", "flask.globals.g")] * 2
    assert links(built, "flask-globals-g.html") == []
    related = LexborHTMLParser(built.read("flask-globals-g.html")).css("#also-used-in a")
    assert [link.attributes["href"] for link in related] == ["/flask-ctx-has.html#listing-1"]


@pytest.mark.parametrize("status", ["draft", "hidden"])
def test_nothing_leads_to_what_is_not_published(site: SiteFolder, status: str) -> None:
    site.write({"content/examples/g.md": G.replace("symbol:", f"status: {status}\nsymbol:")})
    site.write({"content/examples/has.md": USER})
    built = site.build()
    assert links(built, "flask-ctx-has.html") == []
    assert "flask.globals.g" not in built.read("symbols.html") + built.read("examples.json")
    assert "flask-globals-g.md" not in built.files


def test_relative_addresses_and_odd_file_names(site: SiteFolder) -> None:
    site.set(RELATIVE_URLS=True, PAGE_SAVE_AS="{slug}/index.html", PAGE_URL="{slug}/")
    site.write({"content/examples/a b/it's (ä).md": G, "content/examples/has.md": USER})
    built = site.build()
    assert (built.code, built.stderr) == (0, "")
    assert links(built, "flask-ctx-has/index.html")[0][0] == "../flask-globals-g/"
    assert "flask-globals-g/index.md" in built.files


def test_a_translation_claims_nothing(site: SiteFolder) -> None:
    german = G.replace("symbol:", "lang: de\nsymbol:")
    site.write({"content/examples/g.md": G, "content/examples/g-de.md": german, "content/examples/has.md": USER})
    built = site.build()
    assert (built.code, built.stderr) == (0, "")
    assert links(built, "flask-ctx-has.html")[0][0] == "/flask-globals-g.html"


def test_articles_link_but_are_no_destinations(site: SiteFolder) -> None:
    post = "title: flask.ctx has Example Code\ndate: 2026-01-31\nslug: post\n\n```python\nfrom flask import g\n```\n"
    site.write({"content/examples/g.md": G, "content/posts/post.md": post})
    built = site.build()
    assert [href for href, _, _ in links(built, "post.html")] == ["/flask-globals-g.html"]
    assert "flask.ctx.has" not in built.read("symbols.html")


def test_two_pages_for_one_symbol(site: SiteFolder) -> None:
    site.write({"content/examples/a.md": G, "content/examples/b.md": G.replace("slug: ", "slug: b-")})
    built = site.build()
    assert built.code == 0
    assert built.stderr.splitlines()[0] == (
        "content/examples/b.md:3: S107 `flask.globals.g` has a page already, content/examples/a.md:3, and links go there; "
        "make one page of the two, or give this one another symbol"
    )
    assert site.build("-e", "CALLSITE_STRICT=true").code == 1


def test_a_page_that_no_library_lists(site: SiteFolder) -> None:
    odd = "title: Something\nslug: odd\nsortorder: 500021050\n\nWords.\n"
    site.write(
        {"content/examples/g.md": G.replace("\n\n", "\nsortorder: 500021011\n\n", 1), "content/pages/odd.md": odd}
    )
    built = site.build()
    assert built.stderr.startswith("content/pages/odd.md:3: S108 its `sortorder` is that of a callable, but no symbol")
    assert "odd.html" in built.read("index.html")


def test_common_names_are_no_links(site: SiteFolder) -> None:
    site.set(CALLSITE_COMMON_NAMES=["flask.g"])
    site.write({"content/examples/g.md": G, "content/examples/has.md": USER})
    built = site.build()
    assert links(built, "flask-ctx-has.html") == []
    assert "#listing-1" in built.read("flask-globals-g.html"), "what uses the name is still known"


def test_names_without_pages_lead_to_their_documentation(site: SiteFolder) -> None:
    items = (Item("flask.Flask", "py", "class", 1, "api/#flask.Flask", "flask.Flask"),)
    site.write({"flask.inv": format_inventory(Inventory("Flask", "3.1", items))})
    site.set(CALLSITE_INVENTORIES={"flask": ("https://flask.example/", "flask.inv")})
    site.write({"content/examples/g.md": page("flask.globals.g", "from flask import Flask\n~~from flask import g")})
    built = site.build()
    assert (built.code, built.stderr) == (0, "")
    found = LexborHTMLParser(built.read("flask-globals-g.html")).css("a.xref")
    assert [(link.attributes["href"], link.attributes["rel"]) for link in found] == [
        ("https://flask.example/api/#flask.Flask", "external")
    ]


def test_an_inventory_that_cannot_be_read_is_left_out(site: SiteFolder) -> None:
    site.write({"bad.inv": b"<html>not found</html>", "content/examples/g.md": G})
    site.set(
        CALLSITE_INVENTORIES={"bad": ("https://b.example/", "bad.inv"), "gone": ("https://g.example/", "gone.inv")}
    )
    built = site.build()
    assert built.code == 0
    codes = [line.split()[1] for line in built.stderr.splitlines() if line.startswith("CALLSITE_INVENTORIES: ")]
    assert codes == ["X102", "X103"]


def test_redirects(site: SiteFolder) -> None:
    site.write({"content/examples/g.md": page("flask.globals.g", "x = 1", aliases="flask.g")})
    site.write({"redirects.toml": '"/old.html" = "/flask-globals-g.html"\n"/older/" = "/old.html"\n'})
    built = site.build()
    assert (built.code, built.stderr) == (0, "")
    for path in ("old.html", "older/index.html", "flask-g.html"):
        assert 'content="0; url=/flask-globals-g.html"' in built.read(path)
    rules = built.read("_redirects").splitlines()
    assert "/old.html /flask-globals-g.html 301" in rules
    assert "/flask-g.html /flask-globals-g.html 301" in rules


def test_redirects_are_relative_where_addresses_are(site: SiteFolder) -> None:
    site.set(RELATIVE_URLS=True)
    site.write({"content/examples/g.md": G, "redirects.toml": '"/a/b/" = "/flask-globals-g.html"\n'})
    assert 'url=../../flask-globals-g.html"' in site.build().read("a/b/index.html")


def test_redirects_in_a_circle_stop_the_build(site: SiteFolder) -> None:
    site.write({"content/examples/g.md": G, "redirects.toml": '"/a.html" = "/b.html"\n"/b.html" = "/a.html"\n'})
    built = site.build()
    assert built.code == 1
    assert built.stderr.startswith("redirects.toml:1: R102 redirects go round in a circle")
    assert not site.output.exists()


def test_a_file_of_redirects_that_is_none(site: SiteFolder) -> None:
    site.write({"content/examples/g.md": G, "redirects.toml": b"\xff\xfe = 1"})
    built = site.build()
    assert built.code == 1
    assert built.stderr.startswith("redirects.toml:1: ")
    (site.root / "redirects.toml").unlink()
    (site.root / "redirects.toml").mkdir()
    assert site.build().stderr.startswith("redirects.toml: T100 cannot be read: ")


def test_a_theme_without_a_template_for_redirects(site: SiteFolder) -> None:
    site.set(THEME="simple", DIRECT_TEMPLATES=["index"])
    site.write({"content/examples/g.md": page("flask.globals.g", "x = 1", aliases="flask.g")})
    built = site.build()
    assert built.stderr.startswith("content/examples/g.md:4: R108 the theme has no template `redirect`")
    assert not {"flask-g.html", "symbols.html"} & built.files
    assert "libraries/" not in built.read("llms.txt"), "nothing speaks of what is not there"


def test_a_site_may_bring_rules_and_twins_of_its_own(site: SiteFolder) -> None:
    site.set(EXTRA_PATH_METADATA={"extra/llms.txt": {"path": "llms.txt"}, "extra/_redirects": {"path": "_redirects"}})
    site.write({"content/extra/llms.txt": "mine", "content/extra/_redirects": "/x /y 301"})
    site.write({"content/examples/g.md": page("flask.globals.g", "x = 1", aliases="flask.g")})
    built = site.build()
    assert (built.code, built.stderr) == (0, "")
    assert (built.read("llms.txt"), built.read("_redirects")) == ("mine", "/x /y 301")


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"redirects.toml": '"/llms.txt" = "/flask-globals-g.html"\n'}, "R103"),
        ({"redirects.toml": '"/flask-globals-g.md/x.html" = "/flask-globals-g.html"\n'}, "R103"),
        ({"redirects.toml": '"/_redirects/x.html" = "/flask-globals-g.html"\n'}, "R103"),
        ({"content/pages/a.md": "title: A\nslug: llms.txt/x\n\nText\n"}, "S111"),
    ],
)
def test_what_stands_in_the_way_of_a_twin_is_told(site: SiteFolder, files: dict[str, str], code: str) -> None:
    site.write({"content/examples/g.md": G, **files})
    built = site.build()
    assert built.code == 1
    assert built.stderr.split()[1] == code


def test_redirects_may_lead_to_twins(site: SiteFolder) -> None:
    site.set(SITEURL="https://example.org")
    dated = G.replace("symbol:", "date: 2026-01-31\nsymbol:")
    lines = [f'"/old{n}.html" = "/{name}"\n' for n, name in enumerate(("changes.atom.xml", "llms.txt", "sitemap.xml"))]
    site.write({"content/examples/g.md": dated, "redirects.toml": "".join(lines)})
    built = site.build()
    assert (built.code, built.stderr) == (0, "")


def test_a_redirect_is_called_what_stands_there(site: SiteFolder) -> None:
    site.write({"content/examples/g.md": G, "redirects.toml": '"/old.html" = "/flask-globals-g.html#listing-1"\n'})
    assert ">About flask.globals.g</a>" in site.build().read("old.html")


def test_all_that_can_be_told_at_once_is(site: SiteFolder) -> None:
    site.set(CALLSITE_INVENTORIES=5)
    site.write({"content/examples/g.md": G.replace("slug:", "sulg:"), "redirects.toml": "nonsense"})
    codes = {line.split()[1] for line in site.build().stderr.splitlines()[:-1]}
    assert {"X101", "R101", "M103"} <= codes


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CALLSITE_COMMON_NAMES", 5),
        ("CALLSITE_COMMON_NAMES", "flask.g"),
        ("CALLSITE_COMMON_NAMES", ["flask.*"]),
        ("CALLSITE_COMMON_NAMES", [["x"]]),
        ("CALLSITE_SEARCH", "no"),
    ],
)
def test_settings_that_cannot_be_used(site: SiteFolder, name: str, value: object) -> None:
    site.set(**{name: value})
    site.write({"content/examples/g.md": G})
    built = site.build()
    assert built.code == 2
    assert built.stderr.startswith(f"callsite: {name} ")
    assert "mend the settings file" in built.stderr


def test_a_template_for_redirects_that_cannot_be_used(site: SiteFolder) -> None:
    site.set(THEME_TEMPLATES_OVERRIDES=["mine"])
    site.write(
        {"mine/redirect.html": "{{ nothing.at.all }}", "redirects.toml": '"/a.html" = "/flask-globals-g.html"\n'}
    )
    site.write({"content/examples/g.md": G})
    built = site.build()
    assert built.code == 2
    assert "the theme's template `redirect` cannot be used" in built.stderr


def test_a_library_itself_is_no_link(site: SiteFolder) -> None:
    site.write({"content/examples/flask.md": "title: Flask\nslug: flask\nsymbol: flask\n\nAll of it.\n"})
    site.write({"content/examples/g.md": G, "content/examples/has.md": USER})
    assert {word for _, word, _ in links(site.build(), "flask-ctx-has.html")} == {"g"}


def test_a_very_long_library(site: SiteFolder) -> None:
    site.write({"content/examples/x.md": page(f"{'f' * 300}.x", "x = 1", slug="x")})
    built = site.build()
    assert (built.code, built.stderr) == (0, "")
    assert [path for path in built.files if path.startswith("libraries/f")]


def test_days_are_those_of_the_site(site: SiteFolder) -> None:
    site.set(TIMEZONE="Europe/Berlin")
    site.write({"content/examples/g.md": G.replace("symbol:", "modified: 2024-03-01\nsymbol:")})
    site.write({"content/examples/has.md": USER.replace("symbol:", "modified: 0001-01-01\nsymbol:")})
    built = site.build()
    assert (built.code, built.stderr) == (0, "")
    assert re.findall(r"day-([\d-]+)", built.read("changes.html"))[0] == "2024-03-01"


def test_a_translation_speaks_for_nothing(site: SiteFolder) -> None:
    german = G.replace("symbol:", "lang: de\nsymbol:")
    site.write({"content/examples/a-de.md": german, "content/examples/g.md": G})
    site.set(SITEURL="https://example.org")
    built = site.build()
    data = json.loads(built.read("examples.json"))
    assert [each["page"] for each in data["symbols"]] == ["flask-globals-g.html"]
    assert "flask-globals-g-de.html" in built.read("sitemap.xml")


def test_twins_hold_links_that_lead_somewhere(site: SiteFolder) -> None:
    words = (
        "[a]({filename}/examples/has.md#x) [b](flask-ctx-has.html) [c](/flask-ctx-has.html) [d](https://x.example/) "
        "![e]({static}/images/e.png) [f]({filename}has.md) [g]({index}) [h]({filename}nowhere.md) [i](#x) [j]({tag}t)"
    )
    site.write({"content/examples/g.md": G.replace("Words.", words), "content/examples/has.md": USER})
    site.write({"content/images/e.png": b"png"})
    built = site.build()
    text = built.read("flask-globals-g.md")
    for link in ("[a](/flask-ctx-has", "[b](/flask-ctx-has", "[c](/flask-ctx-has", "[d](https://x.example/)"):
        assert link in text
    assert "![e](/images/e.png)" in text
    assert "[f](/flask-ctx-has" in text
    assert "[g](/)" in text
    assert "[h]({filename}nowhere.md)" in text
    assert "[j](/tag/t.html)" in text
    assert '<link rel="alternate" type="text/markdown" href="/flask-globals-g.md">' in built.read(
        "flask-globals-g.html"
    )


def test_data_tells_what_uses_what(site: SiteFolder) -> None:
    site.write({"content/examples/g.md": G, "content/examples/has.md": USER})
    data = json.loads(site.build().read("examples.json"))
    uses = {(each["page"], each["number"]): each["uses"] for each in data["excerpts"]}
    assert uses == {
        ("flask-ctx-has.html", 1): ["flask.ctx.has", "flask.globals.g"],
        ("flask-globals-g.html", 1): ["flask.globals.g"],
    }


def _commit(root: Path, when: str) -> None:
    env = {**os.environ, "GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when, "GIT_CONFIG_GLOBAL": os.devnull}
    name = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "content"], [*name, "commit", "-q", "-m", "x"]):
        subprocess.run(["git", *command], cwd=root, env=env, check=True)


def test_dates_come_from_the_history_unless_the_page_has_some(site: SiteFolder) -> None:
    site.set(SITEURL="https://example.org")
    dated = USER.replace("symbol:", "date: 2020-02-02\nmodified: 2021-03-03\nsymbol:")
    site.write({"content/examples/g.md": G, "content/examples/has.md": dated})
    _commit(site.root, "2024-05-06T07:08:09+00:00")
    built = site.build()
    assert (built.code, built.stderr) == (0, "")
    sitemap = built.read("sitemap.xml")
    assert "<lastmod>2024-05-06" in sitemap
    assert "<lastmod>2021-03-03" in sitemap
    assert "2020-02-02" in built.read("changes.atom.xml")
    assert 'href="https://example.org/changes.atom.xml"' in built.read("index.html")
    assert [
        heading.text(strip=True)
        for heading in LexborHTMLParser(built.read("changes.html")).css("h2 > span:first-child")
    ] == [
        "2024-05-06",
        "2021-03-03",
    ]


def test_articles_are_in_the_sitemap(site: SiteFolder) -> None:
    site.set(SITEURL="https://example.org")
    post = "title: {0}\ndate: 2026-01-31\nslug: {0}\n"
    site.write({"content/posts/a.md": post.format("a"), "content/posts/b.md": post.format("b") + "status: draft\n"})
    sitemap = site.build().read("sitemap.xml")
    assert "<loc>https://example.org/a.html</loc><lastmod>2026-01-31" in sitemap
    assert "example.org/b.html" not in sitemap


def test_what_chapters_show_is_no_example(site: SiteFolder) -> None:
    chapter = "title: Manual\nslug: manual\ntoc: True\n\n```python project=Made-up\n~~from flask import g\n```\n"
    site.write({"content/pages/manual.md": chapter, "content/examples/g.md": G})
    built = site.build()
    assert links(built, "manual.html") == [("/flask-globals-g.html", "g", "flask.globals.g")]
    assert "also-used-in" not in built.read("flask-globals-g.html")
    assert "Made-up" not in built.read("projects.html")


def test_without_dates_there_is_no_list_of_changes(site: SiteFolder) -> None:
    site.set(SITEURL="https://example.org")
    site.write({"content/examples/g.md": G})
    built = site.build()
    assert "changes.html" not in built.files
    assert "changes.atom.xml" not in built.read("index.html")
    assert "<lastmod>" not in built.read("sitemap.xml")


def test_a_search_that_cannot_be_made_is_told(site: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phases, "write_search", lambda *_: "it is broken; mend it")
    site.write({"content/examples/g.md": G})
    built = site.build()
    assert built.code == 0
    assert built.stderr.startswith("CALLSITE_SEARCH: S109 the site has no search; it is broken; mend it")


def test_a_site_may_do_without_search(site: SiteFolder) -> None:
    site.set(CALLSITE_SEARCH=False)
    site.write({"content/examples/g.md": G})
    built = site.build()
    assert not [path for path in built.files if path.startswith("pagefind/")]
    assert "pagefind" not in built.read("flask-globals-g.html")


def test_what_is_not_known_of_dates_is_said(site: SiteFolder) -> None:
    site.write({"content/examples/g.md": G})
    _commit(site.root, "2024-05-06T07:08:09+00:00")
    (site.root / ".git/HEAD").write_text("nonsense\n")
    built = site.build("-e", "CALLSITE_STRICT=true")
    assert built.code == 0, "it is no problem of the site's"
    assert "HEAD" in built.stderr
    assert "changes.html" not in built.files
