"""What a publish notes on its way, and what is known after one that was cut short."""

from __future__ import annotations

from datetime import timedelta

from callsite.publish import Entry, Manifest, Retired, find_standing, plan_begun, plan_clearing, plan_publish
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


def test_what_is_not_there_counts_as_new() -> None:
    manifest = Manifest(
        {"a.html": A, "b.html": A, "sure.html": A},
        {PART: Retired(A, NOON), "pagefind/index/x": Retired(A, NOON)},
        {"a.html": B, "b.html": None, "n.html": C, "m.html": C, PART: None, "x.html": None, "y.html": None},
        published=NOON,
    )
    found = find_standing(manifest, {"a.html": 1, "n.html": 1, "x.html": 1, "theirs.html": 1})
    assert found.files == {"a.html": A, "n.html": C, "sure.html": A}  # what is in no doubt is not looked for
    assert found.retired.keys() == {"pagefind/index/x"}
    assert found.coming == {
        "a.html": B, "n.html": C, "x.html": None,
        "b.html": None, "m.html": None, PART: None, "y.html": None,
    }  # fmt: skip


def test_without_doubts_nothing_is_looked_for() -> None:
    manifest = Manifest({"a.html": A}, {PART: Retired(A, NOON)}, site=SITE, published=NOON)
    assert find_standing(manifest, ()) == manifest


def test_the_rest_of_a_publish_is_done_although_its_files_are_all_there() -> None:
    site = Manifest({"a.html": A}, published=NOON)
    cut = plan_clearing(plan_publish(Manifest({"a.html": A, "b.html": B}, published=NOON), site, NOON, GRACE))
    plan = plan_publish(find_standing(cut, ["a.html"]), site, NOON, GRACE)
    assert not plan.is_empty
    assert [deletion.path for deletion in plan.deletions] == ["b.html"]
    assert plan.losses == 0
