"""Bodies that are drawn when somebody asks for them: links to files are found as Pelican finds them."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pelican.contents import Page, Static
from pelican.settings import DEFAULT_CONFIG

from callsite.file_links import find_file_links, find_gist
from callsite.pelican_plugin.bodies import find_link_pattern, replace_link
from tests.building import CONTENT, SiteFolder
from tests.growth import find_growth

USUAL = find_link_pattern({"INTRASITE_LINK_REGEX": DEFAULT_CONFIG["INTRASITE_LINK_REGEX"]})


def compare(html: str, links: re.Pattern[str] = USUAL) -> list[str]:
    """The links that are found in some HTML, which are those that the pattern finds."""
    found = [(match.span(), match.groups()) for match in find_file_links(html, links)]
    assert found == [(match.span(), match.groups()) for match in links.finditer(html)]
    return [groups[-1] for _, groups in found]


_PIECES = [
    *("<", ">", "<a ", "<img", "</a>", " href=", "src =", " content= ", "data=", "href", "=", '"', "'", "{", "}", "|"),
    *(
        "{filename}",
        "|static|",
        "{attach}a",
        '="{',
        "='|",
        "<p>",
        "\n",
        " ",
        "a",
        "x.md",
        '<a href="{filename}x.md">',
        "<a\nhref='|tag|x'>",
    ),
]


@given(st.lists(st.sampled_from(_PIECES), max_size=30).map("".join))
@example('<a <b href="{filename}x">')
@example('<a href="{x}" src="{y}">')
@example("""<a href="{a}' href='{b}'>""")
@example('< <a href="{a} > <a href="{b}">')
@example('<a href="{a}<b href="{c}">')
@example('<href="{a}">')
@example('href="{a}"><a href="{b}"')
@example('<a href="{a\n}b"><a href="{b}c">')
@example('<a href="|a|b" x="{c}"><img src={d}>')
@example("<>< src='{a}'")
@example('<a href="{a}x<a href="{b}y">')
def test_links_are_those_that_the_pattern_finds(html: str) -> None:
    compare(html)


@given(st.text(alphabet="<>{}|\"'= ahrefsc\n", max_size=60))
def test_links_in_any_text_are_those_that_the_pattern_finds(html: str) -> None:
    compare(html)


@given(
    st.lists(st.sampled_from([*_PIECES, "@", "@filename@", '="@', "[[", "]]"]), max_size=25).map("".join),
    st.sampled_from(
        ["@(?P<what>.*?)@", r"\[\[(?P<what>.*?)\]\]", "[{|](?P<what>.*?)[|}]?", "{(?P<what>x*)}", "(?P<what>)"]
    ),
)
def test_a_pattern_of_the_sites_own_is_gone_by(html: str, marks: str) -> None:
    compare(html, find_link_pattern({"INTRASITE_LINK_REGEX": marks}))


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", []),
        ("<p>Nothing to see, not even {filename}x.md</p>", []),
        ('<a href="{filename}x.md">x</a>', ["x.md"]),
        ("<a href='|filename|x.md'>x</a>", ["x.md"]),
        ('<img alt="" src="{static}/a.png">', ["/a.png"]),
        ('<a href="{filename}x.md">x</a> <a href="{filename}y.md">', ["x.md", "y.md"]),
        ('<a href="/x.html" title="{no}">', []),
        ('a > b <a href="{filename}x.md">', ["x.md"]),
        ('<pre>&lt;a href="{filename}x.md"&gt;</pre>', []),
        ('<meta content="{static}/a.png">', ["/a.png"]),
        ('<video poster="{static}/a.png" src="{static}/b.mp4">', ["/b.mp4"]),  # Pelican's own way: the last one
    ],
)
def test_links_of_a_body(html: str, expected: list[str]) -> None:
    assert compare(html) == expected


def test_many_links_cost_as_many_times_as_much() -> None:
    def make(size: int) -> Any:
        html = '<p>Words and <a href="{filename}x.md">x</a> and <code>f({"a": 1})</code></p>\n' * size
        return lambda: list(find_file_links(html, USUAL))

    assert find_growth(make, 2_000) < 30


def test_a_gist_has_all_that_pelican_looks_for_in_its_order() -> None:
    html = (
        "<p>Words</p><img src='a.png'><a href='{filename}x.md'>x</a>\n<IMG\nalt='' src='{static}/b.png'>"
        "<a href='/y.html'>y</a> <a href='{attach}c.txt'>c</a>"
    )
    gist = find_gist(html, USUAL)
    assert compare(html) == ["x.md", "/b.png", "c.txt"]
    assert compare(gist) == ["x.md", "/b.png", "c.txt", "/b.png"]  # one of them as a picture, too
    images = re.compile("<img[^>]*>", re.IGNORECASE)
    assert set(images.findall(gist)) == set(images.findall(html))
    assert "Words" not in gist
    assert "y.html" not in gist


@given(st.lists(st.sampled_from(_PIECES), max_size=30).map("".join))
def test_a_gist_has_the_links_of_the_whole(html: str) -> None:
    wanted = [match["path"] for match in USUAL.finditer(html)]
    found = [match["path"] for match in USUAL.finditer(find_gist(html, USUAL))]
    assert found[: len(wanted)] == wanted  # pictures follow


def test_marks_of_a_sites_own_are_gone_by() -> None:
    marked = find_link_pattern({"INTRASITE_LINK_REGEX": "@(?P<what>.*?)@"})
    assert compare('<a href="@filename@x.md">x</a> <a href="{filename}y.md">', marked) == ["x.md"]


# Addresses ----------------------------------------------------------------------------------------------------------


def make_page(source: str, context: dict[str, Any], **settings: Any) -> Page:
    known = {**DEFAULT_CONFIG, "PATH": "/site", "DEFAULT_LANG": "en", "PAGE_URL": "in/{slug}.html", **settings}
    return Page("", {"title": "A page", "slug": "a-page"}, known, f"/site/{source}", context)


_VALUES = ["/", "x.md", "y z.md", "y%20z.md", "a/", "..", "#top", "?q=1", ";p", "&amp;", "http:", "[", "\\", "s.png"]


@given(
    st.sampled_from(["filename", "static", "attach", "index", "tag", "else"]),
    st.lists(st.sampled_from(_VALUES), min_size=1, max_size=5).map("".join) | st.just("/x.md#top"),
    st.sampled_from(["", "/", "..", "../..", "https://x.example", "https://x.example/site/", "//x.example"]),
    st.booleans(),
    st.sampled_from(["to.html", "a\\b.html", "", "/rooted/", "https://y.example/", "x:y", "?a"]),
)
@example("filename", "/x.md?q=1;p#top", "https://x.example/site", False, "in/to.html")
@example("filename", "//[", "", False, "to.html")
def test_links_are_replaced_as_pelican_replaces_them(
    what: str, value: str, siteurl: str, is_relative: bool, url: str
) -> None:
    context: dict[str, Any] = {}
    page = make_page("a/own.md", context, RELATIVE_URLS=is_relative)
    linked = make_page("x.md", context)
    linked.override_url = url
    static = Static("", {"title": "S"}, page.settings, "/site/s.png", context)
    context |= {
        "generated_content": {"x.md": linked, "a/x.md": page, "y z.md": linked, "a/y%20z.md": None},
        "static_content": {"s.png": static, "a/s.png": static},
    }
    match = USUAL.match(f'<a href="{{{what}}}{value}"')
    assert match

    def find(replace: Any) -> str:
        try:
            return str(replace())
        except ValueError as error:
            return f"! {error}"

    with pytest.MonkeyPatch.context() as patch:
        for name in ("contents", "urlwrappers"):  # they say nothing twice in one process
            patch.setattr(f"pelican.{name}.logger", logging.getLogger("unheard"))
        assert find(lambda: replace_link(page, siteurl, match)) == find(lambda: page._link_replacer(siteurl, match))


# In builds ----------------------------------------------------------------------------------------------------------

PAGE = "title: {0}\nslug: {0}\n\n{1}\n"


@pytest.fixture
def files(site: SiteFolder) -> SiteFolder:
    site.set(CALLSITE_SEARCH=False, CALLSITE_PROCESSES=1)
    site.write({**CONTENT, "content/images/a.png": b"\x89PNG", "content/images/b.txt": "b"})
    return site


def build_in_both_ways(site: SiteFolder, *kept: str) -> dict[str, str]:
    """The pages of a build whose bodies are drawn late, which are those of one whose bodies are there from the start: a
    signal that somebody listens to makes it so.
    """
    late = site.build()
    assert late.code == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("callsite.pelican_plugin.run.is_alone", lambda settings: False)
        early = site.build("-o", "early")
    assert early.code == 0
    assert early.stderr == late.stderr
    assert early.log == late.log
    assert site.snapshot() == site.snapshot("early")
    return {name: late.read(name) for name in kept}


def test_links_to_files_lead_to_their_places(files: SiteFolder) -> None:
    files.write(
        {
            "content/pages/one.md": PAGE.format(
                "one",
                "[f]({filename}about.md#x) [s]({static}/images/a.png) [a]({attach}mine.txt) ![i]({static}/images/a.png)"
                " [t]({tag}x y) [c]({category}misc) [i]({index}) [|f|](|filename|about.md) [no]({filename}gone.md)"
                " [nor]({filename}/none.md) [rooted]({filename}/pages/raw.md?q=1#x)",
            ),
            "content/pages/mine.txt": "mine",
            "content/pages/raw.md": PAGE.format("raw", "<a class='x' href='{filename}one.md'>one</a>"),
        }
    )
    files.set(STATIC_PATHS=["images", "pages"], PAGE_SAVE_AS="deep/{slug}.html", PAGE_URL="deep/{slug}.html")
    read = build_in_both_ways(files, "deep/one.html", "deep/raw.html")
    page = read["deep/one.html"]
    for wanted in (
        'href="/deep/about.html#x"',
        'href="/images/a.png"',
        'href="/deep/mine.txt"',
        'src="/images/a.png"',
        'href="{filename}gone.md"',
        'href="{filename}/none.md"',
        'href="/deep/raw.html?q=1#x"',
    ):
        assert wanted in page
    assert "href='/deep/one.html'" in read["deep/raw.html"]
    assert (files.output / "deep/mine.txt").read_text() == "mine"


def test_addresses_are_relative_where_a_site_wants_them_so(files: SiteFolder) -> None:
    files.write(
        {
            "content/pages/one.md": "title: One\nslug: one\nsave_as: a/b/one.html\nurl: a/b/one.html\n\n"
            "[f]({filename}about.md) [s]({static}/images/a.png)\n"
        }
    )
    files.set(RELATIVE_URLS=True)
    page = build_in_both_ways(files, "a/b/one.html")["a/b/one.html"]
    assert 'href="../../about.html"' in page
    assert 'href="../../images/a.png"' in page


def test_the_first_page_that_attaches_a_file_has_it(files: SiteFolder) -> None:
    for name, folder in (("one", "x"), ("two", "y")):
        text = f"title: {name}\nslug: {name}\nsave_as: {folder}/{name}.html\nurl: {folder}/{name}.html\n\n[b]({{attach}}/images/b.txt)\n"
        files.write({f"content/pages/{name}.md": text})
    read = build_in_both_ways(files, "x/one.html", "y/two.html")
    assert 'href="/x/b.txt"' in read["x/one.html"]
    assert 'href="/x/b.txt"' in read["y/two.html"]
    assert (files.output / "x/b.txt").is_file()


def test_all_files_that_a_page_attaches_are_where_it_is(files: SiteFolder) -> None:
    links = (
        "[b]({attach}/images/b.txt) [c]({attach}/images/c.txt) ![a]({attach}/images/a.png) [d]({attach}/images/d.txt)"
    )
    files.write(
        {
            "content/pages/one.md": f"title: One\nslug: one\nsave_as: x/one.html\nurl: x/one.html\n\n{links}\n",
            "content/images/c.txt": "c",
            "content/images/d.txt": "d",
        }
    )
    page = build_in_both_ways(files, "x/one.html")["x/one.html"]
    for name in ("a.png", "b.txt", "c.txt", "d.txt"):
        assert f'"/x/{name}"' in page
        assert (files.output / "x" / name).is_file()


def test_pictures_without_words_are_told_of(files: SiteFolder) -> None:
    files.write({"content/pages/one.md": PAGE.format("one", "<img src='/images/a.png'>\n\n![]({static}/images/a.png)")})
    build_in_both_ways(files)
    told = [line for line in files.build("-o", "third").log if "alt" in line]
    assert told == [line for line in told if "a.png" in line] != []


def test_drafts_hidden_pages_and_articles_have_bodies(files: SiteFolder) -> None:
    files.write(
        {
            "content/pages/draft.md": "title: Draft\nslug: draft\nstatus: draft\n\nDrafted [f]({filename}about.md)\n",
            "content/pages/hidden.md": "title: Hidden\nslug: hidden\nstatus: hidden\n\nConcealed [f]({filename}about.md)\n",
            "content/posts/post.md": "title: Post\nslug: post\ndate: 2024-01-01\n\nPosted [f]({filename}../pages/about.md)\n",
            "content/posts/idea.md": "title: Idea\nslug: idea\ndate: 2024-01-01\nstatus: draft\n\nThought [f]({filename}post.md)\n",
            "content/pages/other.html": "<html><head><title>Other</title></head><body>Marked <a href='{filename}about.md'>f</a></body></html>",
        }
    )
    read = build_in_both_ways(
        files, "drafts/pages/draft.html", "hidden.html", "post.html", "drafts/idea.html", "other.html"
    )
    for text, word in zip(read.values(), ("Drafted", "Concealed", "Posted", "Thought", "Marked"), strict=True):
        assert word in text
        assert re.search(r"""href=["']/(about|post)\.html""", text)


def test_a_summary_of_the_metadata_has_its_links(files: SiteFolder) -> None:
    files.write(
        {
            "content/posts/post.md": "title: P\nslug: p\ndate: 2024-01-01\nsummary: See [f]({filename}../pages/about.md)\n\nx\n"
        }
    )
    build_in_both_ways(files)


def test_code_is_no_link_and_a_link_in_code_is_one(files: SiteFolder) -> None:
    listing = '```html\n<a href="{filename}about.md">about</a>\n```\n\n`<a href="{filename}about.md">`\n'
    code = "\n```python\nfrom flask import g\ng()\n```\n"
    files.write(
        {
            "content/pages/one.md": PAGE.format("one", listing),
            "content/examples/g.md": "title: flask g Example Code\nslug: flask-g\nsidebartitle: flask g\nsortorder: 500011001\n\nx\n",
            "content/examples/h.md": f"title: flask h Example Code\nslug: flask-h\nsidebartitle: flask h\nsortorder: 500011002\n{code}",
        }
    )
    read = build_in_both_ways(files, "one.html", "flask-h.html")
    assert "/about.html" not in read["one.html"].partition("<article")[2].partition("</article>")[0]
    assert 'href="/flask-g.html"' in read["flask-h.html"].partition("<article")[2].partition("</article>")[0]
