"""The plugin inside real Pelican builds."""

from __future__ import annotations

import errno
import fcntl
import gc
import json
import os
import re
import subprocess
import sys
import tempfile

import pelican
import pytest
from pelican import signals
from pelican.contents import Article, Page
from pelican.settings import read_settings

from callsite.header import RESERVED
from callsite.pelican_plugin import phases
from callsite.pelican_plugin.run import current_run, end_run, find_run, note_error
from callsite.staging import MANIFEST
from callsite.storing import Growing
from tests.building import CONTENT, SiteFolder

EXAMPLE = """\
title: flask.ctx thing Example Code
slug: flask-ctx-thing-examples
sortorder: 500021011
toc: False
sidebartitle: flask.ctx thing
meta: How thing is used.


A thing.

## Example 1 from Somewhere

```python project=Somewhere version=1.0 path=src/some.py url=https://example.org/some.py licence=MIT lines=3-4
~~from flask.ctx import thing
thing()
```
"""


def heading(page: str) -> str:
    """What stands in a page's <h1>."""
    match = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert match is not None
    return match[1].strip()


def test_a_page_becomes_a_finished_page(site: SiteFolder) -> None:
    site.write({**CONTENT, "content/examples/flask/thing.md": EXAMPLE})
    built = site.build()
    assert (built.code, built.stderr) == (0, "")
    page = built.read("flask-ctx-thing-examples.html")
    assert '<figure class="listing" id="listing-1">' in page
    assert 'class="line hll" id="listing-1-1" data-n="3"' in page
    assert "<title>flask.ctx thing Example Code" in page
    assert 'content="How thing is used."' in page
    assert {"index.html", "404.html", "about.html", "libraries/flask.html", "theme/css/callsite.css"} <= built.files
    assert "flask-ctx-thing-examples.html" in built.read("libraries/flask.html")
    assert site.leftovers == []


def test_the_manifest_lists_what_was_built(site: SiteFolder) -> None:
    site.write(CONTENT)
    built = site.build()
    assert set(json.loads(built.read(MANIFEST))) == built.files - {MANIFEST}


def test_every_problem_is_printed_and_the_output_stays(site: SiteFolder) -> None:
    site.write(CONTENT)
    site.build()
    before = site.snapshot()
    inode = (site.output / "about.html").stat().st_ino
    site.write(
        {
            "content/pages/about.md": "title: Changed\nslug: about\n\nText\n",
            "content/pages/one.md": "sortodrer: 1\nslug: one\n\nText\n",
            "content/pages/two.md": "title: Two\nslug: ../../x\n\n```python\nnever closed\n",
            "content/posts/post.md": "title: Post\n\nText\n",
        }
    )
    built = site.build()
    assert built.code == 1
    assert built.stderr.splitlines() == [
        "content/pages/one.md:1: M101 no `title`; add a line `title: …` to the metadata",
        "content/pages/one.md:1: M103 `sortodrer` is no key of the notation; did you mean `sortorder`?",
        "content/pages/two.md:2: M107 `../../x` cannot name a page; "
        "use letters, digits, `-`, `_` and `.`, with `/` between folders and none in front",
        "content/pages/two.md:4: L101 this fence is never closed; end the listing with the line ```",
        "content/posts/post.md:1: M101 no `date`; add a line `date: …`; an article needs one",
        "callsite: 5 errors; nothing was written to output",
    ]
    assert built.log == ()
    assert site.snapshot() == before
    assert (site.output / "about.html").stat().st_ino == inode
    assert site.leftovers == []


def test_links_that_lead_nowhere_are_reported_and_do_not_stop_a_build(site: SiteFolder) -> None:
    site.write(
        {
            "content/pages/links.md": "title: Links\nslug: links\n\n[gone](/gone.html) and [here](/links.html)\n"
            'and <a href="/away.html">raw</a>\n\n[file]({filename}nowhere.md), [ok]({filename}about.md)\n'
            "[outside](https://example.org/) ![image](/images/no.png)\n",
            **CONTENT,
        }
    )
    built = site.build()
    assert built.code == 0
    assert [line.partition(";")[0] for line in built.stderr.splitlines()] == [
        "content/pages/links.md:4: S102 the link to `/gone.html` leads nowhere",
        "content/pages/links.md:5: S102 the link to `/away.html` leads nowhere",
        "content/pages/links.md:7: S102 the link to `{filename}nowhere.md` leads nowhere",
        "content/pages/links.md:8: S102 the link to `/images/no.png` leads nowhere",
        "4 warnings above",
    ]
    assert "Unable to find" not in built.stdout
    assert 'href="/about.html"' in built.read("links.html")


@pytest.mark.parametrize("how", ["setting", "argument"])
def test_a_strict_build_stops_on_warnings(site: SiteFolder, how: str) -> None:
    site.write(CONTENT)
    site.build()
    before = site.snapshot()
    site.write({"content/pages/about.md": "title: About\nslug: about\n\n[gone](/gone.html)\n"})
    if how == "setting":
        site.set(CALLSITE_STRICT=True)
        built = site.build()
    else:
        built = site.build("-e", "CALLSITE_STRICT=true")
    assert built.code == 1
    assert "content/pages/about.md:4: S102" in built.stderr
    assert site.snapshot() == before


def test_a_plain_folder_of_pages_is_a_site(site: SiteFolder) -> None:
    site.write({"plain/one.md": "title: One\nslug: one\n\nText\n", "plain/deep/two.markdown": "title: Two\n\nText\n"})
    built = site.build(content="plain")
    assert (built.code, built.stderr) == (0, "")
    assert {"one.html", "two.html"} <= built.files


def test_articles_feeds_and_lists_of_articles(site: SiteFolder) -> None:
    article = "title: News & more\nslug: news\ndate: 2026-01-31\ncategory: post\ntags: a, b\nauthor: Ann\nsummary: *Short*\n\nText\n"
    site.set(SITEURL="https://example.org/sub", FEED_ALL_ATOM="feeds/all.atom.xml")
    site.write({"content/posts/news.md": article, **CONTENT})
    built = site.build()
    assert (built.code, built.stderr) == (0, "")
    assert {"news.html", "feeds/all.atom.xml", "tag/a.html", "author/ann.html", "category/post.html"} <= built.files
    assert heading(built.read("news.html")) == "News &amp; more"
    assert "https://example.org/sub/news.html" in built.read("feeds/all.atom.xml")


def test_without_articles_there_is_no_feed(site: SiteFolder) -> None:
    site.set(SITEURL="https://example.org", FEED_ALL_ATOM="feeds/all.atom.xml", FEED_RSS="feeds/x.xml")
    site.write(CONTENT)
    built = site.build()
    assert not [path for path in built.files if path.startswith("feeds/")]
    assert "feeds/all.atom.xml" not in built.read("index.html")


def test_other_formats_go_on_working(site: SiteFolder) -> None:
    site.write(
        {
            "content/pages/rest.rst": "A & B\n#####\n\n:slug: rest\n\nText, `gone </gone.html>`_.\n",
            "content/pages/plain.html": "<html><head><title>Plain &lt;b&gt;</title><meta name='slug' content='plain'></head><body><p>Text</p></body></html>",
        }
    )
    built = site.build()
    assert built.code == 0
    assert built.stderr.splitlines()[0].startswith("content/pages/rest.rst:6: S102 the link to `/gone.html`")
    assert "<title>A &amp; B" in built.read("rest.html")
    assert "<title>Plain &lt;b&gt;" in built.read("plain.html")
    assert 'href="/rest.html">A &amp; B</a>' in built.read("index.html")


def test_static_files_and_attachments(site: SiteFolder) -> None:
    site.write(
        {
            "content/pages/sub/page.md": "title: Page\nslug: sub/page\n\n![a]({attach}pic.png) [s]({static}/extra/s.txt)\n",
            "content/pages/sub/pic.png": b"PNG",
            "content/extra/s.txt": "s",
            "content/images/i.png": b"PNG",
        }
    )
    built = site.build()
    assert (built.code, built.stderr) == (0, "")
    assert {"sub/page.html", "sub/pic.png", "extra/s.txt", "images/i.png"} <= built.files


def test_status_is_respected(site: SiteFolder) -> None:
    site.write(
        {
            "content/pages/draft.md": EXAMPLE.replace("toc:", "status: draft\ntoc:"),
            "content/pages/hidden.md": "title: Hidden\nslug: hidden\nstatus: hidden\n\nText\n",
            "content/pages/skip.md": "title: Skip\nslug: hidden\nstatus: skip\n\nText\n",
            "content/posts/draft.md": "title: Draft\nslug: post\nstatus: draft\n\nText\n",
        }
    )
    built = site.build()
    assert (built.code, built.stderr) == (0, "")
    assert {"drafts/pages/flask-ctx-thing-examples.html", "hidden.html", "drafts/post.html"} <= built.files
    assert "libraries/flask.html" not in built.files
    assert "Hidden" not in built.read("index.html")


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        (
            {"content/pages/b.md": "title: B\nslug: a\n", "content/pages/a.md": "title: A\nslug: a\n"},
            "content/pages/b.md:2: S101 the slug `a` is taken by content/pages/a.md:2",
        ),
        (
            {"content/pages/b.md": "title: B\nslug: A\n", "content/pages/a.md": "title: A\nslug: a\n"},
            "content/pages/b.md:2: S103 the slug `A` differs only in case from `a` of content/pages/a.md:2",
        ),
        (
            {"content/pages/a.rst": "A\n#\n\n:slug: a\n", "content/pages/b.md": "title: B\nslug: a\n"},
            "content/pages/b.md:2: S101 the output file `a.html` is taken by content/pages/a.rst",
        ),
        (
            {"content/pages/a.md": "title: A\nslug: index\n"},
            "content/pages/a.md:2: S101 the output file `index.html` is taken by the site's index page",
        ),
        (
            {"content/pages/a.md": "title: A\nslug: Libraries/flask\n", "content/pages/b.md": EXAMPLE},
            "content/pages/a.md:2: S103 the output file `Libraries/flask.html` differs only in case from "
            "`libraries/flask.html` of the list `flask examples`",
        ),
        (
            {"content/pages/a.md": "title: A\nsave_as: theme/css/callsite.css\n"},
            "content/pages/a.md:1: S101 the output file `theme/css/callsite.css` is taken by the theme",
        ),
        (
            {"content/pages/a.md": "title: A\nslug: a\n", "content/pages/b.md": "title: B\nslug: a.html/b\n"},
            "content/pages/a.md:2: S104 the output file `a.html` stands where content/pages/b.md:2 needs a folder",
        ),
        (
            {"content/pages/a.md": "title: A\nsave_as: libraries\n", "content/pages/b.md": EXAMPLE},
            "content/pages/a.md:1: S104 the output file `libraries` stands where the list `flask examples` needs a folder",
        ),
        (
            {"content/pages/a.md": "title: A\nslug: index.html/a\n"},
            "content/pages/a.md:2: S104 the output file `index.html/a.html` needs a folder where the site's index page is",
        ),
        (
            {"content/pages/a.md": "title: A\nslug: extra/a\n", "content/extra/a.html": "static"},
            "content/extra/a.html: S101 the output file `extra/a.html` is taken by content/pages/a.md",
        ),
        (
            {
                "content/pages/a.md": "title: A\nslug: category/post\n",
                "content/posts/p.md": "title: P\ndate: 2026-01-31\ncategory: post\ntags: t\n",
            },
            "content/pages/a.md:2: S101 the output file `category/post.html` is taken by the list of articles under post",
        ),
    ],
)
def test_no_page_overwrites_another_file(site: SiteFolder, files: dict[str, str], problem: str) -> None:
    site.write(files)
    built = site.build()
    assert built.code == 1
    *found, end = built.stderr.splitlines()
    assert [line.partition(";")[0] for line in found] == [problem]
    assert end == "callsite: 1 error; nothing was written to output"
    assert not site.output.exists()


@pytest.mark.parametrize(
    ("files", "problems"),
    [
        (
            {"content/pages/a.md": "title: A\nslug: a\ntemplate: wide\n"},
            ["content/pages/a.md:3: M110 the theme has no template `wide`; name another one, or leave the line out"],
        ),
        (
            {"content/pages/a.md": "title: A\nslug: a\ntemplate: page\n    wide\nlang: de\n    at\n"},
            [
                "content/pages/a.md:3: M104 `template` cannot be `page wide`; write it on one line",
                "content/pages/a.md:5: M104 `lang` cannot be `de at`; write it on one line",
            ],
        ),
        (
            {"content/pages/a.md": "title: 🎉\n"},
            [
                "content/pages/a.md:1: M107 `.html` cannot name a page; "
                "use letters, digits, `-`, `_` and `.`, with `/` between folders and none in front"
            ],
        ),
        (
            {"content/pages/a.md": "title: A\nslug: a\nlang: ../../x\n"},
            [
                "content/pages/a.md:2: M107 `a-../../x.html` cannot name a page; "
                "use letters, digits, `-`, `_` and `.`, with `/` between folders and none in front"
            ],
        ),
        (
            {"content/pages/a.md": f"title: {'long ' * 80}\n"},
            [f"content/pages/a.md:1: M107 `{'long-' * 8}…` cannot name a page; a name has 250 bytes at the most"],
        ),
        (
            {"content/pages/a.md": "title: A\nslug: a\n\n[x]({static}../../secret.txt)\n", "secret.txt": "mine"},
            [
                "secret.txt: S106 this file would be copied to `../secret.txt`, outside the output; "
                "put it into the content, or give it another path"
            ],
        ),
        (
            {
                "content/pages/a.md": "title: A\nslug: images\nsave_as: images\n\n[b](/b.html)\n",
                "content/pages/b.md": "title: B\nslug: b\n\nWords.\n",
                "content/images/x.txt": "x",
            },
            [
                "content/images/x.txt: S104 the output file `images/x.txt` needs a folder where content/pages/a.md is; "
                "rename the file, or give the page another slug"
            ],
        ),
    ],
)
def test_what_would_be_lost_or_land_elsewhere_stops_the_build(
    site: SiteFolder, files: dict[str, str], problems: list[str]
) -> None:
    site.write(files)
    built = site.build()
    assert built.code == 1
    assert built.stderr.splitlines()[:-1] == problems
    assert not site.output.exists()


def test_texts_need_room_on_the_disk(site: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(Growing):
        def add(self, data: bytes) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    site.write(CONTENT)
    with monkeypatch.context() as patch:
        patch.setattr("callsite.pelican_plugin.run.Growing", Full)
        built = site.build()
    assert built.code
    assert (
        f"{tempfile.gettempdir()}: cannot be written, No space left on device; make room, or set TMPDIR" in built.stderr
    )
    assert not site.output.exists()


def test_a_static_file_that_cannot_be_copied_stops_the_build(site: SiteFolder) -> None:
    site.write({**CONTENT, "content/images/x.txt": "x"})
    (site.root / "content/images/y.txt").symlink_to("nowhere")
    built = site.build()
    assert built.code == 1
    assert "content/images/y.txt: S105 this file could not be copied; make it readable" in built.stderr


def test_links_to_groups_and_to_ones_own_address_are_checked(site: SiteFolder) -> None:
    site.write(
        {
            "content/posts/p.md": "title: P\ndate: 2026-01-31\ntags: two words\ncategory: c\nauthor: Ann\nslug: p\n\n"
            "[a]({tag}two%20words) [b]({category}c) [c]({author}Ann) [d]({index})\n"
            "[e]({tag}none) [f]({category}none) [g]({author}none)\n[h]({static}none.txt) [i]({attach}none.txt)\n",
            "content/pages/elsewhere.md": "title: E\nslug: e\nurl: elsewhere.html\n",
            "content/pages/far.md": "title: F\nslug: f\nurl: https://example.org/f.html\n",
        }
    )
    built = site.build()
    assert built.code == 0
    assert [line.partition(" leads")[0] for line in built.stderr.splitlines()[:-1]] == [
        "content/pages/elsewhere.md:3: S102 the link to `/elsewhere.html`",
        "content/posts/p.md:9: S102 the link to `{author}none`",
        "content/posts/p.md:9: S102 the link to `{category}none`",
        "content/posts/p.md:9: S102 the link to `{tag}none`",
        "content/posts/p.md:10: S102 the link to `{attach}none.txt`",
        "content/posts/p.md:10: S102 the link to `{static}none.txt`",
    ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"MARKDOWN": 5}, "MARKDOWN or CALLSITE_KEYS cannot be used"),
        ({"MARKDOWN": {"extensions": ["no_such_extension"]}}, "No module named 'no_such_extension'"),
        ({"MARKDOWN": {"extension_configs": {"markdown.extensions.toc": {"nope": 1}}}}, "cannot be used"),
        ({"CALLSITE_KEYS": 5}, "CALLSITE_KEYS is no list of names"),
        ({"CALLSITE_KEYS": "abc"}, "CALLSITE_KEYS is no list of names"),
        ({"TIMEZONE": "Mars/Olympus"}, "TIMEZONE is 'Mars/Olympus', and no time zone, such as 'Europe/Berlin'"),
        ({"TIMEZONE": "/etc"}, "TIMEZONE is '/etc', and no time zone"),
        ({"TIMEZONE": "Europe"}, "TIMEZONE is 'Europe', and no time zone"),
        ({"TIMEZONE": None}, "TIMEZONE is None, and no time zone"),
        ({"CALLSITE_PROCESSES": 0}, "CALLSITE_PROCESSES is 0, and no number of processes, such as 2"),
        ({"CALLSITE_PROCESSES": True}, "CALLSITE_PROCESSES is True, and no number of processes"),
        ({"CALLSITE_PROCESSES": "2"}, "CALLSITE_PROCESSES is '2', and no number of processes"),
        ({"CALLSITE_CACHE": 7}, "CALLSITE_CACHE is 7, and no folder such as '.cache/build'"),
        ({"CALLSITE_CACHE": "a\0b"}, "CALLSITE_CACHE is 'a\\x00b', and no folder"),
    ],
)
def test_settings_that_cannot_be_used_are_one_line(site: SiteFolder, settings: dict[str, object], message: str) -> None:
    site.set(**settings)
    site.write(CONTENT)
    built = site.build()
    assert (built.code, built.log) == (2, ())
    assert built.stderr.startswith("callsite: ")
    assert message in built.stderr
    assert built.stderr.endswith("mend the settings file\n")
    assert site.leftovers == []


def test_why_another_reader_failed_is_said(site: SiteFolder) -> None:
    site.write({"content/pages/r.rst": b"Title\n#####\n\nbad \xff\n"})
    built = site.build()
    assert built.code == 1
    assert "Could not process pages/r.rst: 'utf-8' codec can't decode byte 0xff" in built.log[0]


def test_an_error_that_is_logged_before_any_run_is_nobodys() -> None:
    end_run()
    note_error()
    with pytest.raises(AssertionError):
        current_run()


def test_the_end_of_a_process_looks_through_nothing(site: SiteFolder) -> None:
    """A run that came to no end is swept away all the same."""
    frozen = gc.get_freeze_count()
    try:
        phases._end()
        assert gc.get_freeze_count() > frozen
    finally:
        gc.unfreeze()
    assert find_run() is None


def test_a_full_disk_is_one_line(site: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    site.write(CONTENT)
    site.build()
    before = site.snapshot()
    site.write({name: f"{text}\nMore.\n" for name, text in CONTENT.items()})  # else there may be nothing to write
    monkeypatch.setattr("pelican.writers.Writer.write_file", full)
    built = site.build()
    assert (built.code, built.log) == (1, ())
    assert built.stderr == "callsite: [Errno 28] No space left on device\n"
    assert site.snapshot() == before


@pytest.mark.parametrize("text", ["{% if %}", "{{ x"])
def test_a_template_with_a_slip_has_a_place(site: SiteFolder, text: str) -> None:
    site.set(THEME_TEMPLATES_OVERRIDES=["mine"])
    site.write({**CONTENT, "mine/page.html": f"line 1\n{text}\n"})
    built = site.build()
    assert (built.code, built.log) == (1, ())
    assert re.match(r"callsite: .*mine/page\.html:[23]: ", built.stderr)


def test_a_page_may_be_the_index_when_it_says_so(site: SiteFolder) -> None:
    site.write({"content/pages/a.md": "title: My own\nslug: home\nsave_as: index.html\nurl: \n\nText\n"})
    built = site.build()
    assert built.code == 0
    assert heading(built.read("index.html")) == "My own"


@pytest.mark.parametrize("name", ["symbols", "libraries/flask"])
def test_a_page_takes_the_place_of_a_list_and_the_build_says_so(site: SiteFolder, name: str) -> None:
    site.write({"content/pages/a.md": f"title: My own\nslug: {name}\n\nText\n", "content/pages/b.md": EXAMPLE})
    built = site.build()
    assert built.code == 0
    assert built.stderr.startswith("content/pages/a.md:2: S110 this page takes the place of the list `")
    assert heading(built.read(f"{name}.html")) == "My own"


def test_template_pages_are_taken_too(site: SiteFolder) -> None:
    site.set(TEMPLATE_PAGES={"extra/t.html": "a.html"})
    site.write({"content/extra/t.html": "template", "content/pages/a.md": "title: A\nslug: a\n"})
    built = site.build()
    assert "S101 the output file `a.html` is taken by extra/t.html" in built.stderr


def test_an_author_may_write_the_page_of_a_library(site: SiteFolder) -> None:
    site.write(
        {
            "content/examples/flask/thing.md": EXAMPLE,
            "content/examples/flask/index.md": "title: Flask\nslug: flask\nsymbol: flask\nmeta: All of Flask.\n\nMine.\n",
        }
    )
    built = site.build()
    assert "libraries/flask.html" not in built.files
    home = built.read("flask.html")
    assert "Mine." in home
    assert "flask-ctx-thing-examples.html" in home


def test_another_theme_works(site: SiteFolder) -> None:
    site.set(THEME="simple", DIRECT_TEMPLATES=["index", "archives"])
    site.write({"content/examples/flask/thing.md": EXAMPLE})
    built = site.build()
    assert (built.code, built.stderr) == (0, "")
    assert 'class="line hll"' in built.read("flask-ctx-thing-examples.html")
    assert "libraries/flask.html" not in built.files


def test_what_pelican_only_logs_stops_the_build(site: SiteFolder) -> None:
    site.write({"content/posts/post.rst": "Post\n####\n\nno date\n", **CONTENT})
    built = site.build()
    assert built.code == 1
    assert "could not find information about 'date'" in built.log[0]
    assert built.stderr == "callsite: 1 error above; nothing was written to output\n"
    assert not site.output.exists()


def test_removed_pages_go_and_other_peoples_files_stay(site: SiteFolder) -> None:
    site.write({**CONTENT, "content/pages/old.md": "title: Old\nslug: old\n\nText\n"})
    site.build()
    site.write({"output/CNAME": "example.org", "output/.git/HEAD": "ref"})
    (site.root / "content/pages/old.md").unlink()
    built = site.build()
    assert "old.html" not in built.files
    assert {"CNAME", ".git/HEAD", "about.html"} <= built.files


def test_pelicans_own_settings_for_old_files_are_respected(site: SiteFolder) -> None:
    site.set(DELETE_OUTPUT_DIRECTORY=True, OUTPUT_RETENTION=[".git"])
    site.write({**CONTENT, "output/CNAME": "example.org", "output/.git/HEAD": "ref"})
    built = site.build()
    assert ".git/HEAD" in built.files
    assert "CNAME" not in built.files


@pytest.mark.parametrize("output", [".", "content", ".."])
def test_a_folder_with_other_things_in_it_is_no_output(site: SiteFolder, output: str) -> None:
    site.write(CONTENT)
    built = site.build("-o", output)
    assert built.code == 2
    assert "cannot build here" in built.stderr
    assert (site.root / "content/pages/about.md").exists()


def test_metadata_reach_pelican_as_its_own_reader_reads_them(site: SiteFolder) -> None:
    seen: dict[str, object] = {}

    def note(content: object) -> None:
        seen.update(getattr(content, "metadata", {}))

    signals.content_object_init.connect(note)
    site.set(CALLSITE_KEYS=["colour"])
    site.write(
        {
            "content/posts/a.md": "Title: A\nDate: 2026-01-31 18:00\nTags: x, y\nSummary: *Short*\ncolour: red\n    blue\n"
            "toc: true\naliases: a.b, c.d\n\nText\n"
        }
    )
    built = site.build()
    signals.content_object_init.disconnect(note)
    assert (built.code, built.stderr) == (0, "")
    assert seen["summary"] == "<p><em>Short</em></p>"
    assert seen["colour"] == ["red", "blue"]
    assert (seen["toc"], seen["aliases"]) == ("True", "a.b, c.d")
    assert str(seen["tags"]) == "[<Tag 'x'>, <Tag 'y'>]"
    assert str(seen["date"]) == "2026-01-31 18:00:00"


def test_metadata_that_pelican_cannot_read_have_a_place(site: SiteFolder) -> None:
    site.write(
        {
            "content/pages/a.md": "title: A\ndate: soon\nslug: a\n\nText\n",
            "content/pages/b.md": "title: B\ncontent: mine\nstatus: publshed\n\nText\n",
            "content/pages/c.md": "title: C\ndate: 2026-01-31\n    2026-02-28\n\nText\n",
            "content/posts/d.md": "title: D\ndate: never\n\nText\n",
        }
    )
    built = site.build()
    assert built.code == 1
    assert [line.partition(";")[0] for line in built.stderr.splitlines()] == [
        "content/pages/a.md:2: M104 `date` cannot be `soon`",
        "content/pages/b.md:2: M109 `content` is a name Pelican needs for itself",
        "content/pages/b.md:3: M104 `status` cannot be `publshed`",
        "content/pages/c.md:2: M104 `date` cannot be `2026-01-31 2026-02-28`",
        "content/posts/d.md:2: M104 `date` cannot be `never`",
        "callsite: 5 errors",
    ]


def test_metadata_may_come_from_paths(site: SiteFolder) -> None:
    site.set(FILENAME_METADATA=r"(?P<date>\d{4}-\d{2}-\d{2})_(?P<title>.*)")
    site.write({"content/posts/2026-01-31_hello.md": "slug: hi\n\nText\n"})
    built = site.build()
    assert (built.code, built.stderr) == (0, "")
    assert heading(built.read("hi.html")) == "hello"


def test_a_file_written_while_the_build_runs_is_read(site: SiteFolder) -> None:
    def add(generator: object) -> None:
        site.write({"content/pages/late.md": "title: Late\nslug: late\n\nText\n"})

    signals.page_generator_init.connect(add)
    site.write(CONTENT)
    built = site.build()
    signals.page_generator_init.disconnect(add)
    assert built.code == 0
    assert "late.html" in built.files


def test_pelicans_cache_is_left_alone(site: SiteFolder) -> None:
    site.set(CACHE_CONTENT=True, LOAD_CONTENT_CACHE=True)
    site.write(CONTENT)
    site.build()
    site.write({"content/pages/about.md": "title: About\nslug: about\n\nSomething else.\n"})
    assert "Something else." in site.build().read("about.html")


def test_one_pelican_object_can_build_again_and_again(site: SiteFolder) -> None:
    site.write(CONTENT)
    runner = pelican.Pelican(read_settings("pelicanconf.py"))
    runner.run()
    site.write({"content/pages/about.md": "slug: about\n\nNo title\n"})
    with pytest.raises(Exception, match="1 error; nothing was written to output"):
        runner.run()
    site.write({"content/pages/about.md": "title: Better\nslug: about\n\nText\n"})
    runner.run()
    assert "Better" in (site.output / "about.html").read_text(encoding="utf-8")
    assert site.leftovers == []


def test_a_template_that_fails_leaves_the_output_alone(site: SiteFolder) -> None:
    site.write(CONTENT)
    site.build()
    before = site.snapshot()
    site.set(THEME_TEMPLATES_OVERRIDES=[str(site.root / "mine")])
    site.write({"mine/page.html": "{{ page.nothing.at.all }}"})
    process = site.start()
    process.communicate(timeout=60)
    assert process.returncode == 1
    assert site.snapshot() == before
    assert site.leftovers == []


@pytest.mark.untraced
def test_two_builds_are_byte_identical(site: SiteFolder) -> None:
    site.set(SITEURL="https://example.org", FEED_ALL_ATOM="feeds/all.atom.xml")
    files = {
        f"content/examples/lib{n % 3}/m{n}/page.md": EXAMPLE.replace("flask", f"lib{n % 3}").replace(
            "thing", f"thing{n}"
        )
        for n in range(12)
    }
    posts = {
        f"content/posts/p{n}.md": f"title: Post {n}\ndate: 2026-01-31\ncategory: c{n % 2}\ntags: x, y\nauthor: A{n % 3}\n\nText\n"
        for n in range(6)
    }
    site.write({**files, **posts, **CONTENT})
    outputs = []
    for seed in ("1", "2", "3"):
        process = site.start(PYTHONHASHSEED=seed)
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, ""), _
        outputs.append(site.snapshot())
    assert len(outputs[0]) > 30
    assert outputs[0] == outputs[1] == outputs[2]


# Builds begin where all is imported already, so that nearly every moment to be killed at is one of the build.
_BUILD_AND_KILL = """
import os, select, signal, sys
import pelican, callsite.pelican_plugin
for delay in map(float, sys.argv[1:]):
    end, printed = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(printed, 1)
        os.dup2(printed, 2)
        pelican.main(["content", "-s", "pelicanconf.py", "-o", "output"])
        os._exit(0)
    os.close(printed)
    while select.select([end], [], [], delay)[0] and os.read(end, 65536):
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while os.read(end, 65536):  # what the build has started may go on for a moment
        pass
    os.close(end)
    print(delay, flush=True)
    sys.stdin.readline()
"""


@pytest.mark.untraced
def test_killing_a_build_leaves_one_whole_output(site: SiteFolder) -> None:
    def content(word: str) -> dict[str, str]:
        pages = {f"content/pages/{n}.md": f"title: Page {n}\nslug: page-{n}\n\n{word}\n" for n in range(40)}
        return {**pages, f"content/pages/{word}.md": f"title: {word}\nslug: {word}\n\nText\n"}

    site.write(content("old"))
    assert site.build().code == 0
    old = site.snapshot()
    site.write(content("new"))
    (site.root / "content/pages/old.md").unlink()
    assert site.build().code == 0
    new = site.snapshot()
    assert old.keys() != new.keys()
    _put_back(site, old)
    # From the start to well behind the end of the build.
    delays = [str(step / 25) for step in range(15)] + ["60"]
    command = [sys.executable, "-c", _BUILD_AND_KILL, *delays]
    ends = []
    with subprocess.Popen(command, cwd=site.root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        for _ in process.stdout:
            left = site.snapshot()
            assert left in (old, new), sorted(left)
            ends.append(left == new)
            process.stdin.write("\n")
            process.stdin.flush()
    assert len(ends) == len(delays)
    assert set(ends) == {False, True}  # both ends of the build were seen
    for name in site.leftovers:  # a process at work for a killed build may be about to end when it has closed all else
        folder = os.open(site.root / name, os.O_RDONLY)
        fcntl.flock(folder, fcntl.LOCK_EX)
        os.close(folder)
    assert site.build().code == 0
    assert site.leftovers == []


def test_a_site_that_names_no_time_zone_has_its_dates_in_utc(site: SiteFolder) -> None:
    with (site.root / "pelicanconf.py").open("a") as file:
        file.write("del TIMEZONE\n")
    site.write({"content/pages/about.md": "title: About\nslug: about\ndate: 2024-05-01 23:30\n\nText\n"})
    built = site.build()
    assert built.code == 0, built.stderr
    assert "2024-05-01T23:30:00+00:00" in built.read("about.html")


def _put_back(site: SiteFolder, files: dict[str, bytes]) -> None:
    for path in sorted(site.output.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    site.write({f"output/{name}": data for name, data in files.items()})


def test_the_names_that_pelican_needs_are_known() -> None:
    attributes = {name for name in (*dir(Article), *dir(Page)) if not name.startswith("_")}
    assert attributes <= RESERVED
    held = {"relative_source_path", "settings", "source_path", "timezone", "translations", "metadata"}  # by instances
    assert attributes | held | {"callsite", "example"} == RESERVED


def test_a_configuration_that_cannot_be_read_stops_the_build(site: SiteFolder) -> None:
    site.write({"content/pages/a.md": "title: A\nslug: a\n\nText\n", "pyproject.toml": "[tool.callsite.check\n"})
    built = site.build()
    assert built.code == 2
    assert built.stderr.startswith("callsite: pyproject.toml: this is no TOML: ")
    assert not site.output.exists()
