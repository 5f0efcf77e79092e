"""Keys of output files: templates of a site's own may show anything, so anything counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from callsite import last_build
from callsite.pelican_plugin.keys import Keys
from callsite.pelican_plugin.run import end_run
from tests.building import CONTENT, SiteFolder

OWN = """{% extends "!theme/page.html" %}
{% block head %}<!--
{% for other in pages + hidden_pages + draft_pages + articles %}{{ other.title }} {{ other.url }} {{ other.colour }} {{ other.content }}
{% endfor %}-->{% endblock %}
"""

FILES = {
    **CONTENT,
    "content/pages/other.md": "title: Other\nslug: other\n\nWords of the other.\n",
    "content/pages/hidden.md": "title: Hidden\nslug: hidden\nstatus: hidden\n\nHidden words.\n",
    "content/pages/marked.html": "<html><head><title>Marked</title></head><body>Marked words.</body></html>",
    "content/posts/news.md": "title: News\nslug: news\ndate: 2024-01-01\n\nNew words.\n",
}


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(last_build, "_TICK", 0)
    yield
    end_run()


@pytest.fixture
def built(site: SiteFolder) -> SiteFolder:
    site.set(CALLSITE_SEARCH=False, CALLSITE_PROCESSES=1, CALLSITE_KEYS=["colour"])
    site.write(FILES)
    assert site.build().code == 0
    return site


def number(site: SiteFolder, name: str = "about.html") -> int:
    return (site.output / name).stat().st_ino


@pytest.mark.untraced
@pytest.mark.parametrize("name", [name for name in FILES if name not in CONTENT])
def test_a_template_of_the_sites_own_shows_what_is_new(built: SiteFolder, name: str) -> None:
    built.write({"tpl/page.html": OWN})
    built.set(THEME_TEMPLATES_OVERRIDES=["tpl"])
    assert "words" in built.build().read("about.html")
    built.write({name: FILES[name].replace("ords", "onders")})
    assert "onders" in built.build().read("about.html")
    built.write({name: FILES[name].replace("title: ", "title: A", 1).replace("<title>", "<title>A")})
    built.build()
    built.build("-e", "CALLSITE_CACHE=false", "-o", "fresh")
    assert built.snapshot() == built.snapshot("fresh")


def test_a_key_that_only_a_template_of_the_sites_own_knows_counts_there(built: SiteFolder) -> None:
    built.write({"tpl/page.html": OWN})
    built.set(THEME_TEMPLATES_OVERRIDES=["tpl"])
    built.build()
    built.write({"content/pages/other.md": f"colour: green\n{FILES['content/pages/other.md']}"})
    assert "green" in built.build().read("about.html")


def test_templates_of_the_theme_show_less_and_less_is_rendered(built: SiteFolder) -> None:
    before = number(built)
    built.write({"content/pages/other.md": FILES["content/pages/other.md"].replace("ords", "onders")})
    built.build()
    assert number(built) == before


def test_keys_are_found_anew_only_where_a_change_can_be_seen(
    built: SiteFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    find = Keys.find_page

    def note(keys: Keys, content: Any, twin: Any) -> bytes:
        asked.append(content.save_as)
        return find(keys, content, twin)

    monkeypatch.setattr(Keys, "find_page", note)
    text = FILES["content/pages/other.md"].replace("ords", "onders")
    built.write({"content/pages/other.md": text})
    built.build()
    assert asked == ["other.html"]
    built.write({"content/pages/other.md": text.replace("Other", "Another")})
    built.build()
    assert {"about.html", "other.html"} <= set(asked[1:])


def test_a_template_that_is_gone_counts(built: SiteFolder) -> None:
    built.write({"tpl/page.html": OWN, "tpl/none.html": "x"})
    built.set(THEME_TEMPLATES_OVERRIDES=["tpl"])
    built.build()
    (built.root / "tpl/page.html").unlink()
    assert "Words of the other" not in built.build().read("about.html")


def test_a_file_of_the_theme_that_is_gone_is_missed(built: SiteFolder) -> None:
    built.write(
        {
            "tpl/page.html": "{% extends '!theme/page.html' %}\n{% block head %}{{ asset('x.js') }}{% endblock %}",
            "extra/x.js": "x",
            "extra/y.js": "y",
        }
    )
    built.set(THEME_TEMPLATES_OVERRIDES=["tpl"], THEME_STATIC_PATHS=["static", str(built.root / "extra")])
    assert built.build().code == 0
    (built.root / "extra/x.js").unlink()
    failed = built.build()
    assert failed.code == 2
    assert failed.stderr.startswith(
        "callsite: tpl/page.html:2: asset() asks for `x.js`, and the theme has no such file"
    )


def test_an_article_more_is_on_every_page(built: SiteFolder) -> None:
    """The colophon says that there are articles."""
    before = number(built)
    (built.root / "content/posts/news.md").unlink()
    assert "All articles" not in built.build().read("about.html")
    assert number(built) != before


def test_the_address_of_a_translation_counts(built: SiteFolder) -> None:
    built.write({"content/pages/about-de.md": "title: Über\nslug: about\nlang: de\n\nx\n"})
    assert "about-de.html" in built.build().read("about.html")
    built.write({"content/pages/about-de.md": "title: Über\nslug: about\nlang: fr\n\nx\n"})
    assert "about-fr.html" in built.build().read("about.html")


def test_a_site_that_keeps_compiled_templates_itself_may_do_so(built: SiteFolder) -> None:
    with (built.root / "pelicanconf.py").open("a") as file:
        file.write("from jinja2 import FileSystemBytecodeCache\n")
        file.write("JINJA_ENVIRONMENT = {'bytecode_cache': FileSystemBytecodeCache('.')}\n")
    before = (built.output / "about.html").read_text()
    assert built.build().read("about.html") == before
    assert list(built.root.glob("__jinja2_*"))


CODE = "\n```python project={0}\n~~from flask import g\n~~g()\n```\n"

G = "title: flask g Example Code\nslug: flask-g\nsidebartitle: flask g\nsortorder: 500011001\n\nWords.\n"


def test_links_in_the_code_of_a_page_that_nobody_lists_are_followed(built: SiteFolder) -> None:
    """No list around a draft tells of what its code links to."""
    built.write(
        {
            "content/examples/g.md": G,
            "content/pages/draft.md": "title: Draft\nslug: draft\nstatus: draft\n" + CODE.format("Demo"),
        }
    )
    name = "drafts/pages/draft.html"
    assert 'href="/flask-g.html"' in built.build().read(name)
    before = number(built, name)
    built.write({"content/examples/g.md": G.replace("Words.", "Wonders.")})
    built.build()
    assert number(built, name) == before
    built.write({"content/examples/g.md": G.replace("slug: flask-g", "slug: flask-gee")})
    assert 'href="/flask-gee.html"' in built.build().read(name)
    built.write({"content/examples/g.md": f"symbol: flask.h\n{G}"})
    assert 'href="/flask-g' not in built.build().read(name)
    built.write(
        {"content/examples/g.md": G.replace("sidebartitle: flask g", "sidebartitle: flask h\naliases: flask.g")}
    )
    assert 'href="/flask-g.html"' in built.build().read(name)


def test_the_first_project_is_in_the_colophon_of_all_pages(built: SiteFolder) -> None:
    built.write({"content/examples/g.md": G})
    assert "/projects.html" not in built.build().read("about.html")
    built.write({"content/examples/g.md": G + CODE.format("Demo")})
    assert "/projects.html" in built.build().read("about.html")


def test_one_more_word_that_links_to_the_same_page_is_a_link(built: SiteFolder) -> None:
    code = CODE.format("Demo").replace("import g", "import g, h")
    built.write(
        {
            "content/examples/g.md": G,
            "content/pages/draft.md": f"title: Draft\nslug: draft\nstatus: draft\n{code}",
        }
    )
    before = built.build().read("drafts/pages/draft.html").count('href="/flask-g.html"')
    built.write({"content/examples/g.md": f"aliases: flask.h\n{G}"})
    assert built.build().read("drafts/pages/draft.html").count('href="/flask-g.html"') == before + 1
