"""The feed and the sitemap, valid by schemas of their own."""

from __future__ import annotations

import pytest
from lxml import etree

from callsite.twins import TwinPage, sitemap
from callsite.twins.feed import format_feed
from callsite.twins.sitemap import plan_sitemaps
from tests.twinning import ADDRESS, day, load_schema, read_valid, site_of, twin


def _feed(*pages: TwinPage, **facts: str) -> etree._Element:
    root = read_valid(format_feed(site_of(*pages, **facts), "changes.atom.xml").encode(), "atom")
    # What the RFC says in words only.
    ids = [str(entry.findtext("{*}id")) for entry in root.iter("{*}entry")]
    assert len(set(ids)) == len(ids)
    assert root.findtext("{*}author/{*}name")
    assert all(entry.findall("{*}link[@rel='alternate']") for entry in root.iter("{*}entry"))
    return root


def test_a_feed() -> None:
    page = twin("title: About <g>\nslug: g\nmeta: What g\n    is for.", created=day(1), changed=day(3))
    root = _feed(page)
    assert root.findtext("{*}id") == f"{ADDRESS}/changes.atom.xml"
    assert [link.get("href") for link in root.findall("{*}link")] == [f"{ADDRESS}/changes.atom.xml", f"{ADDRESS}/"]
    assert (root.findtext("{*}title"), root.findtext("{*}subtitle")) == ("Callsite", "Real call sites")
    assert root.findtext("{*}updated") == "2026-01-03T12:30:00Z"
    (entry,) = root.iter("{*}entry")
    assert [(etree.QName(child).localname, child.text) for child in entry] == [
        ("id", f"{ADDRESS}/g.html"),
        ("title", "About <g>"),
        ("updated", "2026-01-03T12:30:00Z"),
        ("published", "2026-01-01T12:30:00Z"),
        ("link", None),
        ("summary", "What g is for."),
    ]


def test_newest_first_and_no_more_than_fifty() -> None:
    pages = [twin(f"title: {n}\nslug: p{n}", changed=day(1 + n % 30)) for n in range(70)]
    titles = [entry.findtext("{*}title") for entry in _feed(*pages).iter("{*}entry")]
    assert len(titles) == 50
    assert titles[:4] == ["29", "59", "28", "58"]


def test_pages_without_dates_are_left_out() -> None:
    pages = [twin("title: A\nslug: a"), twin("title: B\nslug: b", created=day(2)), twin("slug: c", changed=day(1))]
    entries = list(_feed(*pages).iter("{*}entry"))
    assert [entry.findtext("{*}title") for entry in entries] == ["B", f"{ADDRESS}/c.html"]
    assert [entry.findtext("{*}updated") for entry in entries] == ["2026-01-02T12:30:00Z", "2026-01-01T12:30:00Z"]
    assert [entry.findtext("{*}published") for entry in entries] == ["2026-01-02T12:30:00Z", None]
    assert format_feed(site_of(pages[0]), "f.xml") == ""


def test_a_site_without_words() -> None:
    root = _feed(twin("title: A", changed=day(1)), name="", summary=" ", language="")
    assert root.findtext("{*}author/{*}name") == f"{ADDRESS}/"
    assert root.find("{*}subtitle") is None


def test_an_id_stays_when_a_page_changes() -> None:
    ids = [
        _feed(twin(f"title: {n}\nslug: ñ", created=day(1), changed=day(n))).findtext("{*}entry/{*}id") for n in (1, 9)
    ]
    assert ids == [f"{ADDRESS}/%C3%B1.html"] * 2


@pytest.mark.parametrize(
    "feed",
    [
        "<feed/>",
        "<feed xmlns='http://www.w3.org/2005/Atom'><id>https://x.example/</id><title/></feed>",
        "<feed xmlns='http://www.w3.org/2005/Atom'><id>x</id><title/><updated>2026-01-01T00:00:00Z</updated></feed>",
        "<feed xmlns='http://www.w3.org/2005/Atom'><id>x:y</id><title/><updated>2026-01-01</updated></feed>",
        "<feed xmlns='http://www.w3.org/2005/Atom'><id>x:y</id><title/><title/><updated>2026-01-01T00:00:00Z</updated></feed>",
    ],
)
def test_the_schema_of_feeds_refuses_what_is_none(feed: str) -> None:
    assert not load_schema("atom").validate(etree.fromstring(feed))


def _read(data: str) -> list[tuple[str, str | None]]:
    root = read_valid(data.encode(), "sitemap")
    return [(str(item.findtext("{*}loc")), item.findtext("{*}lastmod")) for item in root]


def test_a_sitemap() -> None:
    pages = [
        twin("title: A\nslug: b", created=day(1), changed=day(2)),
        twin("title: A\nslug: a-&-'b'", created=day(1)),
        twin("title: A\nslug: ñ"),
    ]
    files = plan_sitemaps(
        site_of(*pages, others=(("", None), ("libraries/flask.html", day(9)), ("b.html", None))), "sitemap"
    )
    assert list(files) == ["sitemap.xml"]
    assert _read(files["sitemap.xml"]) == [
        (f"{ADDRESS}/", None),
        (f"{ADDRESS}/%C3%B1.html", None),
        (f"{ADDRESS}/a-&-'b'.html", "2026-01-01T12:30:00Z"),
        (f"{ADDRESS}/b.html", "2026-01-02T12:30:00Z"),
        (f"{ADDRESS}/libraries/flask.html", "2026-01-09T12:30:00Z"),
    ]


def test_no_addresses_no_sitemap() -> None:
    assert plan_sitemaps(site_of(), "sitemap") == {}


def test_an_address_that_is_too_long_is_left_out() -> None:
    others = (("x" * (2047 - len(ADDRESS) - 1), None), ("y" * (2048 - len(ADDRESS) - 1), None))
    assert [url[-1] for url, _ in _read(plan_sitemaps(site_of(others=others), "sitemap")["sitemap.xml"])] == ["x"]


def test_more_addresses_than_a_file_may_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (sitemap.MOST_URLS, sitemap.MOST_BYTES) == (50_000, 52_428_800)
    monkeypatch.setattr(sitemap, "MOST_URLS", 50)
    others = tuple((f"p{number:05}.html", None) for number in range(51))
    files = plan_sitemaps(site_of(twin("title: A\nslug: p00000", changed=day(4)), others=others), "sitemap")
    assert list(files) == ["sitemap.xml", "sitemap-1.xml", "sitemap-2.xml"]
    assert _read(files["sitemap.xml"]) == [
        (f"{ADDRESS}/sitemap-1.xml", "2026-01-04T12:30:00Z"),
        (f"{ADDRESS}/sitemap-2.xml", None),
    ]
    assert [len(_read(files[f"sitemap-{number}.xml"])) for number in (1, 2)] == [50, 1]


def test_more_bytes_than_a_file_may_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "MOST_BYTES", 300)
    files = plan_sitemaps(site_of(others=tuple((f"p{number}.html", None) for number in range(9))), "sitemap")
    parts = [data for path, data in files.items() if path != "sitemap.xml"]
    assert all(len(data.encode()) <= 300 for data in parts)
    assert [url[-7:-5] for data in parts for url, _ in _read(data)] == [f"p{number}" for number in range(9)]
    assert len(parts) == 3


@pytest.mark.parametrize(
    "text",
    [
        "<urlset/>",
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'/>",
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>/x.html</loc></url></urlset>",
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>https://x.example/</loc><lastmod>now</lastmod></url></urlset>",
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>https://x.example/</loc><lastmod>2026-01-01T00:00:00</lastmod></url></urlset>",
    ],
)
def test_the_schema_of_sitemaps_refuses_what_is_none(text: str) -> None:
    assert not load_schema("sitemap").validate(etree.fromstring(text))
