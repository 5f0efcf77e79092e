"""Plans in words and as values."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from callsite.publish.manifest import Entry, Manifest
from callsite.publish.plan import plan_publish
from callsite.publish.telling import describe_plan, format_grace, format_plan, format_size, format_totals
from tests.publishing import NOON, SITE

GRACE = timedelta(days=7)
OLD, NEW = "a" * 64, "b" * 64
STYLE = f"theme/site.{OLD[:12]}.css"


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (9_940, "9.9 kB"), (9_960, "10 kB"),
        (340_400, "340 kB"), (999_400, "999 kB"), (999_600, "1.0 MB"), (1_234_567, "1.2 MB"),
        (5 * 10**9, "5.0 GB"), (3 * 10**15, "3000 TB"),
    ],
)  # fmt: skip
def test_sizes(size: int, said: str) -> None:
    assert format_size(size) == said


@pytest.mark.parametrize(
    ("hours", "said"),
    [(0, "0 days"), (1, "1 hour"), (12, "12 hours"), (24, "1 day"), (36, "36 hours"), (168, "7 days")],
)
def test_times(hours: int, said: str) -> None:
    assert format_grace(timedelta(hours=hours)) == said


def make_manifests() -> tuple[Manifest, Manifest]:
    old = {
        "index.html": Entry(OLD, 10),
        "gone.html": Entry(OLD, 10),
        "gone.png": Entry(OLD, 10),
        "same.html": Entry(OLD, 10),
        "header.html": Entry(OLD, 10, (("cache-control", "no-store"),)),
        STYLE: Entry(OLD, 10),
    }
    new = {
        "index.html": Entry(NEW, 1_500),
        "new\x1b.html": Entry(NEW, 20),
        "same.html": Entry(OLD, 10),
        "header.html": Entry(OLD, 10, (("cache-control", "no-cache"),)),
        "feed.atom.xml": Entry(NEW, 5),
        "a.png": Entry(NEW, 5),
    }
    return Manifest(old, site=SITE, published=NOON), Manifest(new, site=SITE, commit="c0ffee")


def test_a_plan_is_told_in_its_order() -> None:
    old, new = make_manifests()
    plan = plan_publish(old, new, NOON, GRACE)
    assert list(format_plan(plan, GRACE)) == [
        "new assets: 1 file, 5 bytes",
        "  + a.png",
        "new pages: 1 file, 20 bytes",
        "  + new<U+001B>.html",
        "new feeds and lists: 1 file, 5 bytes",
        "  + feed.atom.xml",
        "changed pages: 1 file, 10 bytes",
        "  h header.html",
        "index, feeds and lists: 1 file, 1.5 kB",
        "  ~ index.html",
        "deleted pages: 1 file",
        "  - gone.html",
        "deleted files: 1 file",
        "  - gone.png",
        "kept for 7 days, for pages in caches: 1 file",
        f"  = {STYLE}",
    ]
    assert format_totals(plan) == "5 files to send (1.5 kB), 2 to delete, 1 unchanged"


def test_a_plan_with_nothing_to_do() -> None:
    _, new = make_manifests()
    done = plan_publish(Manifest(), new, NOON, GRACE).new
    plan = plan_publish(done, new, NOON, GRACE)
    assert list(format_plan(plan, GRACE)) == []
    assert format_totals(plan) == "nothing to send: all 6 files are there"


def test_a_plan_for_programs() -> None:
    old, new = make_manifests()
    told = describe_plan(plan_publish(old, new, NOON, GRACE))
    assert json.loads(json.dumps(told)) == told
    assert [(row["path"], row["stage"], row["why"]) for row in told["uploads"]] == [
        ("a.png", "new_assets", "new"),
        ("new\x1b.html", "new_pages", "new"),
        ("feed.atom.xml", "new_entries", "new"),
        ("header.html", "changed_pages", "headers"),
        ("index.html", "entries", "changed"),
    ]
    assert told["uploads"][3]["headers"] == {"cache-control": "no-cache"}
    assert told["deletions"] == [
        {"path": "gone.html", "stage": "removed_pages", "expired": False},
        {"path": "gone.png", "stage": "removed_files", "expired": False},
    ]
    assert told["kept"] == [STYLE]
    assert (told["unchanged"], told["bytes"], told["site"], told["commit"]) == (1, 1_540, SITE, "c0ffee")
    assert told["release"].startswith("20260131T120000Z-")
