"""What a plan sends, keeps and takes away, and in which stage. The laws of the order are in `test_publish_order`."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import pytest

from callsite.publish.kinds import Kind, plan_headers
from callsite.publish.manifest import Entry, Manifest, Retired
from callsite.publish.plan import UNKNOWN, Deletion, Plan, Stage, Upload, plan_publish
from tests.publishing import NOON, SITE

GRACE = timedelta(days=7)
SECOND = timedelta(seconds=1)


def entry(content: str, *, headers: tuple[tuple[str, str], ...] = ()) -> Entry:
    return Entry(hashlib.sha256(content.encode()).hexdigest(), len(content), headers)


def make(*paths: str, **contents: str) -> Manifest:
    """A published site; what is in a file is its path, or what a keyword says of the path without its ending."""
    files = {path: entry(contents.get(path.partition(".")[0], path)) for path in paths}
    return Manifest(files, site=SITE, release="20260101T000000Z-00000000", published=NOON - timedelta(days=1))


STYLE = f"theme/site.{entry('red').sha256[:12]}.css"
OTHER = f"theme/site.{entry('blue').sha256[:12]}.css"
RED = {STYLE: entry("red")}
BLUE = {OTHER: entry("blue")}


def plan(old: Manifest, new: Manifest, now: datetime = NOON, grace: timedelta = GRACE) -> Plan:
    return plan_publish(old, new, now, grace)


def list_steps(found: Plan) -> list[tuple[str, list[str]]]:
    return [
        (stage.name, [upload.path for upload in uploads] + [f"-{deletion.path}" for deletion in deletions])
        for stage, uploads, deletions in found.list_stages()
    ]


def test_the_first_publish_sends_all_of_it_and_the_index_last() -> None:
    new = make("index.html", "a.html", "a.md", "theme/a.png", "sitemap.xml", "robots.txt", "_headers")
    found = plan(Manifest(), Manifest({**new.files, **RED}, site=SITE))
    assert list_steps(found) == [
        ("FINGERPRINTED", [STYLE]),
        ("NEW_ASSETS", ["theme/a.png"]),
        ("NEW_PAGES", ["a.html", "a.md"]),
        ("NEW_ENTRIES", ["_headers", "sitemap.xml"]),
        ("ENTRIES", ["index.html", "robots.txt"]),
    ]
    assert all(upload.is_new and upload.was is None for upload in found.uploads)
    assert (found.unchanged, found.losses, found.is_empty) == (0, 0, False)
    assert found.size == sum(each.size for each in found.new.files.values())


def test_what_is_new_comes_before_what_changed_and_deletions_last() -> None:
    old = make("index.html", "a.html", "b.html", "c.html", "x.png", "y.png", "sitemap.xml", "old.xml", "same.html")
    new = make(
        "index.html", "a.html", "n.html", "x.png", "z.png", "sitemap.xml", "feed.xml", "same.html",
        index="2", a="2", x="2", sitemap="2",
    )  # fmt: skip
    found = plan(old, new)
    assert list_steps(found) == [
        ("NEW_ASSETS", ["z.png"]),
        ("ASSETS", ["x.png"]),
        ("NEW_PAGES", ["n.html"]),
        ("NEW_ENTRIES", ["feed.xml"]),
        ("CHANGED_PAGES", ["a.html"]),
        ("ENTRIES", ["index.html", "sitemap.xml"]),
        ("REMOVED_PAGES", ["-b.html", "-c.html"]),
        ("REMOVED_FILES", ["-old.xml", "-y.png"]),
    ]
    assert (found.unchanged, found.losses) == (1, 4)
    [changed] = [upload for upload in found.uploads if upload.path == "a.html"]
    assert changed == Upload("a.html", new.files["a.html"], Stage.CHANGED_PAGES, old.files["a.html"])
    assert not changed.changes_headers_only


def test_lists_that_lead_to_deleted_pages_go_with_them() -> None:
    found = plan(make("index.html", "a.html", "sitemap.xml", "_headers"), make("index.html"))
    assert list_steps(found) == [
        ("REMOVED_PAGES", ["-a.html", "-sitemap.xml"]),
        ("REMOVED_FILES", ["-_headers"]),
    ]


def test_an_index_that_was_not_there_comes_before_pages_that_may_lead_to_it() -> None:
    found = plan(make("a.html"), make("a.html", "index.html", a="2"))
    assert list_steps(found) == [("NEW_ENTRIES", ["index.html"]), ("CHANGED_PAGES", ["a.html"])]


def test_what_leads_to_the_sitemap_comes_after_it() -> None:
    found = plan(make("index.html"), make("index.html", "sitemap.xml", "robots.txt"))
    assert list_steps(found) == [("NEW_ENTRIES", ["sitemap.xml"]), ("ENTRIES", ["robots.txt"])]


def test_a_publish_that_changes_nothing_is_empty() -> None:
    old = make("index.html", "a.html")
    found = plan(old, Manifest(dict(reversed(list(old.files.items()))), site=SITE, commit="another"))
    assert found.is_empty
    assert (list_steps(found), found.unchanged, found.size) == ([], 2, 0)


def test_times_and_where_bytes_come_from_make_no_difference() -> None:
    old = make("index.html")
    new = Manifest({"index.html": Entry(old.files["index.html"].sha256, 10, (), "index.html.gz")}, site=SITE)
    assert plan(old, new).is_empty


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (Manifest(), Manifest()),  # nothing was ever published there
        (make("index.html"), Manifest(make("index.html").files, site="https://other.example.org")),
        (
            Manifest(make("index.html").files, coming={"index.html": None}, site=SITE, published=NOON),
            make("index.html"),
        ),
        (Manifest({**make("index.html").files, **RED}, site=SITE, published=NOON), make("index.html")),
    ],
)
def test_a_plan_without_files_may_still_have_something_to_note(old: Manifest, new: Manifest) -> None:
    assert not plan(old, new).is_empty


def test_a_change_of_headers_is_sent() -> None:
    page = plan_headers("a.html", Kind.PAGE)
    old = Manifest({"a.html": entry("x", headers=page)}, published=NOON)
    found = plan(old, Manifest({"a.html": entry("x", headers=(*page, ("x-robots-tag", "noindex")))}))
    [upload] = found.uploads
    assert upload.changes_headers_only
    assert upload.was == old.files["a.html"]
    assert plan(old, Manifest(old.files)).uploads == ()


def test_an_edit_of_the_same_size_is_sent() -> None:
    assert [upload.path for upload in plan(make("a.html", a="1"), make("a.html", a="2")).uploads] == ["a.html"]


def test_what_becomes_of_the_manifest() -> None:
    new = Manifest({"b.html": entry("b"), "a.html": entry("a")}, site=SITE, commit="c0ffee", release="?")
    now = datetime(2026, 1, 31, 23, 30, 5, 999999, tzinfo=timezone(timedelta(hours=12)))
    found = plan(make("index.html"), new, now).new
    assert list(found.files) == ["a.html", "b.html"]
    assert (found.site, found.commit, found.coming) == (SITE, "c0ffee", {})
    assert found.published == datetime(2026, 1, 31, 11, 30, 5, tzinfo=UTC)
    assert found.release.startswith("20260131T113005Z-")


def test_a_release_is_named_after_its_time_and_what_is_in_it() -> None:
    def name(manifest: Manifest, now: datetime = NOON) -> str:
        return plan(Manifest(), manifest, now).new.release

    page = make("a.html")
    served = Manifest({"a.html": entry("a.html", headers=(("cache-control", "no-store"),))})
    names = [name(page), name(make("a.html", a="2")), name(make("b.html", b="a.html")), name(served), name(Manifest())]
    assert len(set(names)) == 5
    assert name(page) == name(Manifest(page.files, site="https://other.example.org"))
    assert name(page, NOON + SECOND) > max(names)


# Grace.


def test_fingerprinted_files_stay_for_pages_in_caches() -> None:
    old = Manifest({**make("index.html").files, **RED}, site=SITE, published=NOON)
    new = Manifest({**make("index.html", index="2").files, **BLUE}, site=SITE)
    first = plan(old, new, NOON)
    assert list_steps(first) == [("FINGERPRINTED", [OTHER]), ("ENTRIES", ["index.html"])]
    assert first.new.retired == {STYLE: Retired(entry("red"), NOON)}
    assert first.losses == 0
    # Until then nothing changes, and the time does not begin anew.
    before = plan(first.new, new, NOON + GRACE - SECOND)
    assert before.is_empty
    assert before.new.retired == first.new.retired
    after = plan(first.new, new, NOON + GRACE)
    assert after.deletions == (Deletion(STYLE, Stage.REMOVED_FILES, is_expired=True),)
    assert (after.losses, after.new.retired, after.is_empty) == (0, {}, False)


def test_without_grace_they_go_at_once() -> None:
    old = Manifest({**make("index.html").files, **RED}, site=SITE, published=NOON)
    found = plan(old, make("index.html"), grace=timedelta())
    assert found.deletions == (Deletion(STYLE, Stage.REMOVED_FILES),)
    assert found.losses == 1


def test_a_name_that_only_looks_like_a_fingerprint_goes_at_once() -> None:
    old = Manifest({STYLE: entry("blue")}, published=NOON)
    assert plan(old, Manifest()).deletions == (Deletion(STYLE, Stage.REMOVED_FILES),)


def test_parts_of_the_search_stay() -> None:
    path = "pagefind/fragment/en_1213bd9.pf_fragment"
    found = plan(make("index.html", path), make("index.html"))
    assert found.new.retired.keys() == {path}


def test_compressed_files_stay_although_their_digest_is_another() -> None:
    said = plan_headers(STYLE, Kind.FINGERPRINTED, "gzip")
    packed = Entry(entry("packed").sha256, 6, said, f"{STYLE}.gz")
    first = plan(Manifest(), Manifest({STYLE: packed}))
    assert [upload.stage for upload in first.uploads] == [Stage.FINGERPRINTED]
    assert plan(first.new, Manifest()).new.retired == {STYLE: Retired(packed, NOON)}


def test_what_comes_back_is_not_sent_again_and_has_all_its_time_before_it() -> None:
    red, blue = Manifest(RED, site=SITE), Manifest(BLUE, site=SITE)
    first = plan(plan(Manifest(), red).new, blue, NOON)
    back = plan(first.new, red, NOON + timedelta(days=6))
    assert back.uploads == ()
    assert back.new.retired == {OTHER: Retired(entry("blue"), NOON + timedelta(days=6))}
    gone = plan(back.new, blue, NOON + timedelta(days=20))
    assert gone.new.retired[STYLE].since == NOON + timedelta(days=20)


def test_a_clock_that_was_wrong_keeps_nothing_for_ever() -> None:
    late = Retired(entry("red"), datetime(9999, 12, 31, tzinfo=UTC))
    found = plan(Manifest(retired={STYLE: late}, published=NOON), Manifest())
    assert found.new.retired == {STYLE: Retired(entry("red"), NOON)}


def test_a_file_of_the_site_that_was_noted_as_retired_begins_anew() -> None:
    old = Manifest(RED, {STYLE: Retired(entry("red"), NOON - timedelta(days=30))}, published=NOON)
    assert plan(old, Manifest()).new.retired == {STYLE: Retired(entry("red"), NOON)}


# What was cut short.


def test_what_is_in_doubt_is_sent_again() -> None:
    site = make("index.html", "a.html", "b.html")
    old = Manifest(site.files, coming={"a.html": site.files["a.html"]}, site=SITE, published=NOON)
    found = plan(old, site)
    [upload] = found.uploads
    assert (upload.path, upload.stage, upload.was, upload.is_new) == ("a.html", Stage.CHANGED_PAGES, None, False)
    assert not upload.changes_headers_only
    assert found.unchanged == 2


def test_what_was_on_its_way_and_is_not_wanted_goes() -> None:
    old = Manifest(
        make("index.html").files,
        coming={"n.html": entry("n"), "n.png": entry("p"), "gone.html": None, "gone.png": None},
        site=SITE,
        published=NOON,
    )
    found = plan(old, make("index.html"))
    assert list_steps(found) == [
        ("REMOVED_PAGES", ["-gone.html", "-n.html"]),
        ("REMOVED_FILES", ["-gone.png", "-n.png"]),
    ]
    assert found.losses == 0


def test_what_was_on_its_way_and_may_be_shown_in_caches_stays_but_is_not_believed() -> None:
    old = Manifest(make("index.html").files, coming={STYLE: entry("red")}, site=SITE, published=NOON)
    first = plan(old, make("index.html"))
    assert first.deletions == ()
    assert first.new.retired == {STYLE: Retired(Entry(UNKNOWN, 3), NOON)}
    # It stays for its time, and is sent when it is wanted.
    assert plan(first.new, make("index.html"), NOON + GRACE - SECOND).is_empty
    wanted = plan(first.new, Manifest({**make("index.html").files, **RED}, site=SITE))
    assert [upload.path for upload in wanted.uploads] == [STYLE]
    gone = plan(first.new, make("index.html"), NOON + GRACE)
    assert gone.deletions == (Deletion(STYLE, Stage.REMOVED_FILES, is_expired=True),)


def test_files_that_nobody_has_noted_are_nobodys_business() -> None:
    found = plan(Manifest(), make("index.html"))
    assert found.deletions == ()
    assert found.new.files.keys() == {"index.html"}
