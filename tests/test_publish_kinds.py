"""What kind of file each path is, and how it is to be served."""

from __future__ import annotations

import hashlib

import pytest

from callsite.publish.kinds import IMMUTABLE, Kind, find_kind, find_type, outlasts, plan_headers, seems_fingerprinted

DIGEST = hashlib.sha256(b"p { color: red }").hexdigest()
OTHER = hashlib.sha256(b"p { color: blue }").hexdigest()
STYLE = f"theme/css/site.{DIGEST[:12]}.css"


@pytest.mark.parametrize(
    "path",
    [
        STYLE, f"{DIGEST[:12]}.{DIGEST[:12]}.js", f"a/b.c/d.{DIGEST[:12]}.woff2",
    ],
)  # fmt: skip
def test_a_name_that_says_what_is_in_the_file_is_a_fingerprint(path: str) -> None:
    assert find_kind(path, DIGEST) is Kind.FINGERPRINTED


@pytest.mark.parametrize(
    ("path", "digest"),
    [
        (STYLE, OTHER),  # it says something else
        (STYLE, ""),  # nobody knows
        (f"theme/css/site.{DIGEST[:11]}.css", DIGEST),
        (f"theme/css/site.{DIGEST[:13]}.css", DIGEST),
        (f"theme/css/site.{DIGEST[:12].upper()}.css", DIGEST),
        (f"theme/css/site-{DIGEST[:12]}.css", DIGEST),
        (f"theme/site.{DIGEST[:12]}", DIGEST),  # no ending behind it
        (f"theme/site.{DIGEST[:12]}.d/site.css", DIGEST),  # a folder
        (f"theme/site.{DIGEST[:12]}.js.map", DIGEST),
        ("images/20240102030405.png", DIGEST),
    ],
)
def test_a_name_that_says_something_else_is_none(path: str, digest: str) -> None:
    assert find_kind(path, digest) is Kind.ASSET


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("index.html", Kind.ENTRY),
        ("sitemap.xml", Kind.ENTRY),
        ("sitemap-2.xml", Kind.ENTRY),
        ("sitemaps/sitemap_index.xml", Kind.ENTRY),
        ("feeds/all.atom.xml", Kind.ENTRY),
        ("feeds/flask.rss.xml", Kind.ENTRY),
        ("feeds/flask.rss", Kind.ENTRY),
        ("atom.xml", Kind.ENTRY),
        ("blog/feed.xml", Kind.ENTRY),
        ("feed.json", Kind.ENTRY),
        ("robots.txt", Kind.ENTRY),
        ("llms.txt", Kind.ENTRY),
        ("objects.inv", Kind.ENTRY),
        ("build.json", Kind.ENTRY),
        ("pagefind/pagefind.js", Kind.ENTRY),
        ("pagefind/pagefind-entry.json", Kind.ENTRY),
        ("a.html", Kind.PAGE),
        ("A.HTM", Kind.PAGE),
        ("404.html", Kind.PAGE),
        ("flask/index.html", Kind.PAGE),
        ("flask.md", Kind.PAGE),  # it links to pages
        ("_headers", Kind.CONTROL),
        ("_redirects", Kind.CONTROL),
        (".nojekyll", Kind.CONTROL),
        ("CNAME", Kind.CONTROL),
        ("docs/CNAME", Kind.ASSET),
        ("docs/robots.txt", Kind.ASSET),
        ("theme/a.css", Kind.ASSET),
        ("images/a.html.png", Kind.ASSET),
        ("feedback.xml", Kind.ASSET),
        ("atom", Kind.ASSET),
        ("html", Kind.ASSET),
        ("pagefind/fragment/en_12ab.pf_fragment", Kind.ASSET),
        ("pagefind/pagefind-worker.js", Kind.ASSET),
    ],
)
def test_kinds_by_name(path: str, kind: Kind) -> None:
    assert find_kind(path, DIGEST) is kind


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (f"{STYLE}.gz", Kind.FINGERPRINTED),
        (f"{STYLE}.br", Kind.FINGERPRINTED),
        ("index.html.br", Kind.ENTRY),
        ("sitemap.xml.gz", Kind.ENTRY),
        ("a.html.gz", Kind.PAGE),
        ("data.tar.gz", Kind.ASSET),
        ("backup.gz", Kind.ASSET),
        ("folder.html/backup.gz", Kind.ASSET),
        (".gz", Kind.ASSET),
        ("backup.202401020304.sql.gz", Kind.ASSET),  # a date is as likely
        (f"{STYLE}.zst", Kind.ASSET),
    ],
)
def test_a_twin_is_of_the_kind_of_what_it_stands_for(path: str, kind: Kind) -> None:
    assert find_kind(path, OTHER) is kind


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("a.html", "text/html; charset=utf-8"),
        ("A.HTML", "text/html; charset=utf-8"),
        ("theme/a.css", "text/css; charset=utf-8"),
        ("theme/a.js", "text/javascript; charset=utf-8"),
        ("a.md", "text/markdown; charset=utf-8"),
        ("a.json", "application/json"),
        ("a.svg", "image/svg+xml; charset=utf-8"),
        ("a.xml", "application/xml; charset=utf-8"),
        ("feeds/all.atom.xml", "application/atom+xml; charset=utf-8"),
        ("feeds/all.rss", "application/rss+xml; charset=utf-8"),
        (".atom.xml", "application/xml; charset=utf-8"),
        ("a.woff2", "font/woff2"),
        ("_headers", "text/plain; charset=utf-8"),
        ("folder/_redirects", "text/plain; charset=utf-8"),
        ("a.tar.gz", "application/gzip"),
        ("a.html.br", "application/octet-stream"),
        ("LICENSE", "application/octet-stream"),
        ("folder.html/x", "application/octet-stream"),
        (".nojekyll", "application/octet-stream"),
        ("pagefind/wasm.en.pagefind", "application/octet-stream"),  # compressed in a way of its own
    ],
)
def test_types(path: str, said: str) -> None:
    assert find_type(path) == said


def test_only_what_never_changes_is_kept_without_asking() -> None:
    kept = {kind: dict(plan_headers("a.css", kind))["cache-control"] for kind in Kind}
    assert [kind for kind, said in kept.items() if "immutable" in said] == [Kind.FINGERPRINTED]
    assert kept[Kind.FINGERPRINTED] == IMMUTABLE
    assert all("must-revalidate" in kept[kind] for kind in (Kind.ASSET, Kind.PAGE, Kind.ENTRY))
    assert "max-age=0" in kept[Kind.PAGE]
    assert kept[Kind.CONTROL] == "no-store"


def test_what_is_compressed_says_so_and_keeps_its_type() -> None:
    plain = plan_headers("a.html", Kind.PAGE)
    assert plain == (
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "public, max-age=0, must-revalidate"),
    )
    assert plan_headers("a.html", Kind.PAGE, "br") == (*plain, ("content-encoding", "br"))


@pytest.mark.parametrize(
    ("path", "kind", "expected"),
    [
        (STYLE, Kind.FINGERPRINTED, True),
        ("pagefind/fragment/en_12ab.pf_fragment", Kind.ASSET, True),
        ("docs/pagefind/index/en_12ab.pf_index", Kind.ASSET, True),
        ("pagefind/filter/en_12ab.pf_filter", Kind.ASSET, True),
        ("pagefind/pagefind.en_12ab.pf_meta", Kind.ASSET, True),
        ("pagefind/pagefind.js", Kind.ENTRY, False),
        ("pagefind/pagefind-entry.json", Kind.ENTRY, False),
        ("my-pagefind/fragment/x", Kind.ASSET, False),
        ("theme/a.css", Kind.ASSET, False),
        ("a.html", Kind.PAGE, False),
    ],
)
def test_what_pages_in_caches_may_still_ask_for(path: str, kind: Kind, expected: bool) -> None:
    assert outlasts(path, kind) is expected


@pytest.mark.parametrize(("path", "expected"), [(STYLE, True), ("theme/site.css", False), (f"{STYLE}.map", False)])
def test_names_that_need_a_digest(path: str, expected: bool) -> None:
    assert seems_fingerprinted(path) is expected
