"""What a publish notes on its way, and what is known after one that was cut short."""

from __future__ import annotations

from datetime import timedelta

from callsite.publish.manifest import Entry, Manifest, Retired
from callsite.publish.plan import Stage, plan_publish
from callsite.publish.resuming import find_fresh, plan_begun, plan_clearing
from tests.publishing import NOON, SITE

GRACE = timedelta(days=7)
A, B, C = (Entry(letter * 64, 1) for letter in "abc")
PART = "pagefind/fragment/en_1.pf_fragment"


def test_what_is_noted_before_anything_is_sent() -> None:
    old = Manifest(
        {"same.html": A, "changed.html": A, "gone.html": A},
        {PART: Retired(A, NOON), "pagefind/index/old": Retired(A, NOON - GRACE)},
        release="r",
        site=SITE,
        commit="old",
        published=NOON,
    )
    new = Manifest({"same.html": A, "changed.html": B, "new.html": C, PART: A}, site=SITE, commit="new")
    begun = plan_begun(plan_publish(old, new, NOON, GRACE))
    # What comes back counts as the site's.
    assert begun.files == {**old.files, PART: A}
    assert begun.retired.keys() == {"pagefind/index/old"}
    assert begun.fresh == {PART, "new.html"}
    assert begun.coming == {"changed.html": B, "new.html": C, "gone.html": None, "pagefind/index/old": None}
    assert (begun.release, begun.commit, begun.published) == ("r", "old", NOON)


def test_doubts_are_not_forgotten() -> None:
    old = Manifest(
        {"a.html": A}, coming={"a.html": B, "n.html": B, "m.html": B, PART: B, "x.html": None}, published=NOON
    )
    plan = plan_publish(old, Manifest({"a.html": A, "m.html": C}), NOON, GRACE)
    assert plan_begun(plan).coming == {"a.html": A, "n.html": B, "m.html": C, PART: B, "x.html": None}
    assert old.coming.keys() <= plan_begun(plan).coming.keys()


def test_what_is_noted_before_anything_is_taken_away() -> None:
    old = Manifest({"a.html": A, "gone.html": A, PART: A}, published=NOON)
    plan = plan_publish(old, Manifest({"a.html": B}, commit="new"), NOON, GRACE)
    clearing = plan_clearing(plan)
    assert clearing.files == {"a.html": B}
    assert clearing.retired == {PART: Retired(A, NOON)}
    assert clearing.coming == {"gone.html": None}
    assert (clearing.commit, clearing.release) == ("new", plan.new.release)


def test_what_is_fresh_becomes_known_stage_by_stage() -> None:
    old = Manifest({"index.html": A, "x.css": A}, published=NOON)
    site = Manifest({"index.html": B, "x.css": B, "y.css": B, "a.html": B, "feed.xml": B, "robots.txt": B})
    plan = plan_publish(old, site, NOON, GRACE)
    assert plan_begun(plan).fresh == {"y.css", "a.html", "feed.xml"}
    fresh = {stage.name: sorted(find_fresh(plan, stage)) for stage in Stage if stage < Stage.REMOVED_PAGES}
    assert fresh == {
        **{name: ["a.html", "feed.xml", "y.css"] for name in ("FINGERPRINTED", "NEW_ASSETS")},
        **{name: ["a.html", "feed.xml"] for name in ("ASSETS", "NEW_PAGES", "NEW_ENTRIES")},
        **{name: [] for name in ("CHANGED_PAGES", "ENTRIES")},
    }
    assert plan_clearing(plan).fresh == plan.new.fresh == frozenset()


def test_a_publish_without_new_files_has_nothing_more_to_note() -> None:
    plan = plan_publish(Manifest({"a.html": A}, published=NOON), Manifest({"a.html": B}), NOON, GRACE)
    assert not any(find_fresh(plan, stage) for stage in Stage)


def test_what_is_there_and_fresh_counts_as_new() -> None:
    old = Manifest(
        {"index.html": A, "n.html": A, "same.html": A, "n.css": A, "left.html": A},
        coming={"index.html": B},
        published=NOON,
        fresh=frozenset({"n.html", "same.html", "n.css", "left.html", "m.html"}),
    )
    plan = plan_publish(old, Manifest({"index.html": C, "n.html": B, "same.html": A, "n.css": B}), NOON, GRACE)
    assert [(upload.path, upload.stage, upload.is_new) for upload in plan.uploads] == [
        ("n.css", Stage.NEW_ASSETS, False),
        ("n.html", Stage.NEW_PAGES, False),
        ("index.html", Stage.ENTRIES, False),
    ]
    # What is not the site's any more stays fresh, whatever this publish comes to.
    assert plan_begun(plan).fresh == old.fresh
    assert find_fresh(plan, Stage.ENTRIES) == {"left.html", "m.html"}


def test_what_is_fresh_has_to_be_noted_as_known() -> None:
    files = {"a.html": A}
    assert not plan_publish(
        Manifest(files, published=NOON, fresh=frozenset(files)), Manifest(files), NOON, GRACE
    ).is_empty


def test_the_rest_of_a_publish_is_done_although_its_files_are_all_there() -> None:
    site = Manifest({"a.html": A}, published=NOON)
    cut = plan_clearing(plan_publish(Manifest({"a.html": A, "b.html": B}, published=NOON), site, NOON, GRACE))
    plan = plan_publish(cut, site, NOON, GRACE)
    assert not plan.is_empty
    assert [deletion.path for deletion in plan.deletions] == ["b.html"]
    assert plan.losses == 0
