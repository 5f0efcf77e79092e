"""Whole sites through real Pelican: the pages people wrote, hostile input, and this repository's own content."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from markdown import Markdown
from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.building import Built, SiteFolder
from tests.conftest import REPOSITORY

SEED = "flask-ctx-after-this-request-examples.html"


def _listings(page: str) -> list[LexborNode]:
    return LexborHTMLParser(page).css("figure.listing")


def _code(listing: LexborNode) -> str:
    """A listing's visible text, as the HTML contract defines it."""
    copy = LexborHTMLParser(listing.html or "")
    for helper in copy.css(".visually-hidden, [aria-hidden]"):
        helper.decompose()
    return "".join(block.text() for block in copy.css(".highlight pre code"))


def _source_code(block: str) -> str:
    """The code of a fenced block by the letter of the notation, worked out apart from the code under test."""
    gap = re.compile(r"[ \t]*#+ ?\.\.\. .*?\.\.\.[ \t]*")
    runs: list[list[str]] = [[]]
    for line in block.removesuffix("\n").split("\n"):
        if gap.fullmatch(line):
            runs.append([])
        else:
            runs[-1].append(line)
    for number, run in enumerate(runs):
        while number > 0 and run and not run[0].strip():
            run.pop(0)
        while number < len(runs) - 1 and run and not run[-1].strip():
            run.pop()
    return "".join(re.sub(r"^( {0,3})~~", r"\1", line) + "\n" for run in runs for line in run)


def _words(html: str) -> list[str]:
    tree = LexborHTMLParser(html)
    for figure in tree.css("figure.listing, script, style"):
        figure.decompose()
    return (tree.body.text(separator=" ") if tree.body else "").split()


@pytest.mark.untraced
def test_all_real_pages_build_without_change(real: Built) -> None:
    assert real.code == 0
    sources = sorted((real.output.parent / "content").rglob("*.m*"))
    assert len(sources) >= 51
    fence = re.compile(r"^(`{3,})(\w*)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
    compared = 0
    for source in sources:
        text = source.read_text(encoding="utf-8")
        slug = re.search(r"^slug: (.*)$", text, re.MULTILINE)
        assert slug
        page = real.read(f"{slug[1]}.html")
        blocks = [match[3] for match in fence.finditer(text)]
        listings = _listings(page)
        assert len(listings) == len(blocks), source.name
        for block, listing in zip(blocks, listings, strict=True):
            code = _code(listing)
            assert code == _source_code(block), source.name
            assert len(listing.css(".line.hll")) == len(re.findall(r"^ {0,3}~~(?!~)", block, re.MULTILINE))
            assert not re.search(r"\.\.\. source file", code)
            compared += 1
        assert "~~" not in page, source.name
    assert compared >= 178


@pytest.mark.untraced
def test_prose_is_neither_lost_nor_reordered(real: Built) -> None:
    compared = 0
    for source in sorted((real.output.parent / "content").rglob("*.m*")):
        text = source.read_text(encoding="utf-8")
        slug = re.search(r"^slug: (.*)$", text, re.MULTILINE)
        assert slug
        # Pelican's own way, without the listings.
        body = re.sub(r"^(`{3,})\w*\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
        plain = Markdown(extensions=["extra", "meta"], output_format="html").convert(body)
        article = LexborHTMLParser(real.read(f"{slug[1]}.html")).css_first("article.prose")
        assert article
        assert _words(article.html or "") == _words(plain), source.name
        compared += len(_words(plain))
    assert compared > 15_000


@pytest.mark.untraced
def test_the_seed_page_has_five_marks(real: Built) -> None:
    page = real.read(SEED)
    marked = [line.text().removeprefix("Marked line: ").strip() for line in _listings(page)[0].css(".line.hll")]
    assert (
        marked
        == ["from flask import abort, after_this_request, request, session"] + ["after_this_request(_commit)"] * 4
    )
    assert len(_listings(page)[0].css(".gap")) == 5


@pytest.mark.untraced
def test_the_seed_page_is_light(real: Built) -> None:
    # A first visitor's transfer: the page with its one stylesheet and its one script. 25 kB is what Furo's own files
    # come to on a smaller page.
    files = [SEED, *(path for path in real.files if path.startswith("theme/") and path.endswith((".css", ".js")))]
    assert sum(len(gzip.compress((real.output / path).read_bytes())) for path in files) <= 25_000


@pytest.mark.untraced
def test_links_to_pages_that_are_not_there_have_a_place(real: Built) -> None:
    seen = set()
    pattern = re.compile(r"(content/\S+):(\d+): S102 the link to `(.*)` leads nowhere; .*")
    for line in real.stderr.splitlines():
        match = pattern.fullmatch(line)
        if match:
            path, number, target = match.groups()
            text = (real.output.parent / path).read_text(encoding="utf-8").split("\n")
            assert target in text[int(number) - 1], line
            assert not (real.output / target.lstrip("/")).exists()
            seen.add((path, target))
    assert len(seen) > 100
    # The other way round: every address of a page that is not there has been named.
    for source in sorted((real.output.parent / "content").rglob("*.m*")):
        for target in re.findall(r"\]\((/[\w./-]+\.html)\)", source.read_text(encoding="utf-8")):
            name = str(source.relative_to(real.output.parent))
            assert (real.output / target[1:]).exists() != ((name, target) in seen), (name, target)


@pytest.mark.untraced
def test_strict_builds_make_them_errors(real: Built) -> None:
    command = [sys.executable, "-m", "callsite", "build", "content/posts", "--strict", "--output", "strict"]
    ran = subprocess.run(command, cwd=real.output.parent, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "M105" in ran.stderr  # the first that there are to stop on
    assert ran.stderr.endswith("errors; nothing was written to strict\n")
    assert not (real.output.parent / "strict").exists()


HOSTILE = """<script>alert(1)</script> {{ 7*7 }} {% raw %} {filename}x |filename|x &amp; &lt;b&gt; "quoted" 'single'"""


def test_hostile_text_is_only_text(site: SiteFolder) -> None:
    site.write(
        {
            "content/pages/a.md": f"title: {HOSTILE}\nslug: a\ntoc: True\nsidebartitle: {HOSTILE}\nmeta: {HOSTILE}\n\n"
            'Text\n\n```html project="<script>alert(2)</script>" path="{{x}}<b>.html"\n'
            f"~~{HOSTILE}\n{HOSTILE}\n"
            f"## ... {HOSTILE} ...\n{HOSTILE}\n```\n",
        }
    )
    built = site.build()
    assert built.code == 0
    page = built.read("a.html")
    assert "alert(1)</script>" not in page
    assert "alert(2)</script>" not in page
    tree = BeautifulSoup(page, "html.parser")
    assert tree.h1
    assert HOSTILE in " ".join(tree.h1.get_text().split())
    assert tree.title
    assert HOSTILE in tree.title.get_text()
    description = tree.select_one('meta[name="description"]')
    assert description
    assert description["content"] == HOSTILE
    assert _code(_listings(page)[0]) == f"{HOSTILE}\n{HOSTILE}\n{HOSTILE}\n"
    linked_data = tree.select('script[type="application/ld+json"]')
    assert linked_data
    for script in linked_data:
        assert HOSTILE in json.dumps(json.loads(script.get_text()), ensure_ascii=False).replace('\\"', '"')
    assert len(tree.select("script:not([type])")) == 1  # the theme's own
    assert HOSTILE in BeautifulSoup(built.read("index.html"), "html.parser").get_text()


def test_bidirectional_controls_are_shown_and_reported(site: SiteFolder) -> None:
    site.write({"content/pages/a.md": "title: A\nslug: a\n\n```python\nif a: # \u202e x\n    pass\n```\n"})
    built = site.build()
    assert built.code == 0
    assert built.stderr.startswith("content/pages/a.md:5: T103 invisible character U+202E in column 9;")
    page = built.read("a.html")
    assert 'data-name="U+202E"><bdi>\u202e</bdi>' in page


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"title: A\nslug: a\n\nText \xff\n", "4: T101 byte 0xff is not UTF-8"),
        ("title: A\nslug: a\n\nText\n".encode("utf-16"), "1: T101"),
        (b"title: A\nslug: a\n\nText \0\n", "4: T102 a NUL byte"),
        (b"title: A\r\nslug: a\r\n\r\n```python\r\nx\r\n", "4: L101 this fence is never closed"),
        (b"title: A\rslug: a\r\r```python\rx\r", "4: L101 this fence is never closed"),
        (b"slug: a\n\nText\n", "1: M101 no `title`"),
        (b"title: A\nslug: a\ntitle: B\n\nText\n", "3: M102 `title` is set twice, first on line 1"),
        (b"title: A\nslgu: a\n\nText\n", "2: M103 `slgu` is no key of the notation; did you mean `slug`?"),
        (b"title: A\nslug: a\nsortorder: first\n\nText\n", "3: M104 `sortorder` cannot be `first`"),
        (b"title: A\nslug a\n\nText\n", "2: M106 `slug a` is not `key: value`"),
        (b"title: A\nslug: /etc/passwd\n\nText\n", "2: M107 `/etc/passwd` cannot name a page"),
        (b"title: A\nslug: a\nsave_as: ../a.html\n\nText\n", "3: M107 `../a.html` cannot name a page"),
        (b"", "1: M101 no `title`"),
    ],
)
def test_bad_input_has_a_place_and_nothing_is_written(site: SiteFolder, data: bytes, problem: str) -> None:
    site.write({"content/pages/a.md": data})
    built = site.build()
    assert built.code == 1
    assert f"content/pages/a.md:{problem}" in built.stderr
    assert not built.output.exists()


@pytest.mark.untraced
@pytest.mark.parametrize("ends", ["\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks_make_no_difference(site: SiteFolder, ends: str, mark: str) -> None:
    text = "title: A\nslug: a\n\nText\n\n```python\n~~import a\n\tb\n```\n"
    site.write({"content/pages/a.md": text})
    plain = site.build().read("a.html")
    site.write({"content/pages/a.md": (mark + text.replace("\n", ends)).encode()})
    built = site.build()
    assert (built.code, built.stderr) == (0, "")
    assert built.read("a.html") == plain


@pytest.mark.untraced
def test_large_input_builds(site: SiteFolder) -> None:
    line = "word " * 15 + "[link](/large.html)\n"
    listing = "```python\n" + "~~import this\n" * 10_000 + "```\n"
    section = "## Example\n\n```python\nx = 1\n```\n\n"
    site.write(
        {
            "content/pages/large.md": f"title: Large\nslug: large\n\n{(line * 4 + chr(10)) * 13_500}",
            "content/pages/long.md": f"title: Long\nslug: long\n\n```python\nx = '{'a' * 200_000}'\n```\n",
            "content/pages/marks.md": f"title: Marks\nslug: marks\n\n{listing}",
            "content/pages/many.md": f"title: Many\nslug: many\n\n{section * 5_000}",
        }
    )
    assert (site.root / "content/pages/large.md").stat().st_size > 5_000_000
    built = site.build()
    assert built.code == 0
    assert built.stderr.splitlines() == [
        "content/pages/long.md:4: L107 more than 20,000 characters in a line, or 500,000 in a run, are shown without "
        "colours; cut it if its colours matter",
        "1 warning above",
    ]
    assert built.read("large.html").count('href="/large.html"') >= 13_500 * 4
    assert "a" * 200_000 in built.read("long.html")
    assert built.read("marks.html").count('class="line hll"') == 10_000
    assert built.read("many.html").count("<figure") == 5_000


@pytest.mark.untraced
def test_the_projects_own_site_builds_strictly(tmp_path: Path) -> None:
    outputs = []
    for settings, address in (("pelicanconf.py", ""), ("publishconf.py", "https://example.org/sub")):
        output = tmp_path / settings
        ran = subprocess.run(
            [sys.executable, "-m", "callsite", "build", "-s", settings, "-o", str(output), "--strict"],
            cwd=REPOSITORY,
            env={**os.environ, "SITEURL": address},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        outputs.append(output)
    local, public = outputs
    assert {path.name for path in local.iterdir()} <= {path.name for path in public.iterdir()}
    for page in public.rglob("*.html"):
        canonical = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").select_one('link[rel="canonical"]')
        if page.name != "404.html":
            assert canonical, page
            assert canonical["href"] == f"https://example.org/sub/{page.relative_to(public)}".removesuffix("index.html")
