"""Laws of the order in which things are sent and taken away: what a visitor sees is whole at every moment, whatever the
sites are, however often a publish is cut short, and whatever is published next.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsite.publish.manifest import Manifest
from tests.model_of_publishing import FOREIGN, GRACE, Site, Store, make_site, sites

chances = st.randoms(use_true_random=False)
steps = st.integers(0, 25)

# A few sites, which come in any order and again.
pools = st.lists(sites(), min_size=2, max_size=3)
turns = st.integers(0, 2)


def is_exact(store: Store, manifest: Manifest) -> None:
    """What stands there is the site, what is retired, and what was somebody else's."""
    ours = {path: digest for path, digest in store.content.items() if path not in FOREIGN}
    assert {path: ours.get(path) for path in manifest.files} == {
        path: entry.sha256 for path, entry in manifest.files.items()
    }
    assert ours.keys() <= store.manifest.files.keys() | store.manifest.retired.keys()
    assert FOREIGN.items() <= store.content.items()
    assert store.manifest.files == manifest.files
    assert not store.manifest.coming


@settings(max_examples=80)
@given(sites(), sites(), chances, st.integers(0, 72))
def test_a_site_becomes_another_and_is_whole_all_the_time(old: Site, new: Site, chance: Random, hours: int) -> None:
    store = Store()
    store.publish(old, chance)
    is_exact(store, old.manifest)
    store.now += timedelta(hours=hours)
    store.publish(new, chance)
    is_exact(store, new.manifest)


@settings(max_examples=50)
@given(sites(), sites(), chances)
def test_what_was_published_is_not_published_again(old: Site, new: Site, chance: Random) -> None:
    store = Store()
    store.publish(old, chance)
    store.publish(new, chance)
    store.now += timedelta(hours=1)
    plan = store.publish(new, chance)
    assert plan.is_empty
    assert (plan.uploads, plan.deletions, plan.size, plan.losses) == ((), (), 0, 0)
    assert plan.unchanged == len(new.manifest.files)


@settings(max_examples=120)
@given(
    pools,
    st.lists(st.tuples(turns, steps, st.integers(0, 4), st.integers(0, 72)), min_size=1, max_size=4),
    turns,
    chances,
)
def test_publishes_that_were_cut_short_leave_a_whole_site_and_nothing_behind(
    pool: list[Site], cut: list[tuple[int, int, int, int]], last: int, chance: Random
) -> None:
    store = Store()
    store.publish(pool[0], chance)
    for turn, end, beat, hours in cut:
        store.now += timedelta(hours=hours)
        store.publish(pool[turn % len(pool)], chance, steps=end, beat=beat)
    new = pool[last % len(pool)]
    store.publish(new, chance)
    is_exact(store, new.manifest)
    assert store.publish(new, chance).is_empty


@settings(max_examples=50)
@given(sites(), sites(), st.lists(st.tuples(steps, st.integers(0, 4)), min_size=1, max_size=4), chances)
def test_a_publish_goes_on_until_it_is_done(old: Site, new: Site, cut: list[tuple[int, int]], chance: Random) -> None:
    store = Store()
    store.publish(old, chance)
    for end, beat in cut:
        store.publish(new, chance, steps=end, beat=beat)
    store.publish(new, chance)
    is_exact(store, new.manifest)


@settings(max_examples=70)
@given(pools, st.lists(st.tuples(turns, steps), min_size=1, max_size=4), turns, chances)
def test_nothing_is_left_behind_by_publishes_that_note_no_more_than_they_must(
    pool: list[Site], cut: list[tuple[int, int]], last: int, chance: Random
) -> None:
    """The order is not that strict then; what comes of it is the same."""
    store = Store(is_strict=False)
    store.publish(pool[0], chance, naive=True)
    for turn, end in cut:
        store.publish(pool[turn % len(pool)], chance, steps=end, naive=True)
    new = pool[last % len(pool)]
    store.publish(new, chance, naive=True)
    is_exact(store, new.manifest)


@settings(max_examples=50)
@given(sites(), sites(), chances, steps)
def test_the_first_publish_may_be_cut_short(first: Site, second: Site, chance: Random, end: int) -> None:
    store = Store()
    store.publish(first, chance, steps=end)
    store.publish(second, chance)
    is_exact(store, second.manifest)


# Cases that chance seldom comes upon.


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("between", [None, 0, 1])
def test_a_new_page_that_was_sent_with_links_to_others_waits_for_the_next_publish(
    seed: int, between: int | None
) -> None:
    """It is there, with links to a page that will never come. Nobody may find it before it has been sent again, also
    when another publish without it was cut short in between.
    """
    store, chance = Store(), Random(seed)
    store.publish(make_site({"index.html": ["a.html"], "a.html": []}), chance)
    cut = make_site({"index.html": ["a.html"], "a.html": ["b.html"], "b.html": ["c.html"], "c.html": ["b.html"]})
    store.publish(cut, chance, steps=1, beat=1)
    assert store.manifest.fresh == {"b.html", "c.html"}
    [sent] = store.manifest.files.keys() & store.manifest.fresh
    if between is not None:
        store.publish(make_site({"index.html": ["a.html"], "a.html": ["index.html"]}), chance, steps=between)
    new = make_site({"index.html": ["a.html"], "a.html": [sent], sent: []})
    store.publish(new, chance)
    is_exact(store, new.manifest)
    assert not store.manifest.fresh


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("is_back", [False, True])
def test_a_part_of_the_search_that_was_retired_waits_for_its_new_self(seed: int, is_back: bool) -> None:
    """It is there, and leads to what has gone."""
    part, other = "pagefind/fragment/part", "theme/a.png"
    store, chance = Store(), Random(seed)
    store.publish(make_site({"index.html": [part], part: [other], other: []}), chance)
    store.publish(make_site({"index.html": ["theme/b.js"], "theme/b.js": []}), chance)
    assert part in store.content
    if is_back:  # as it was, but the publish is cut short before what it leads to is back, too
        back = make_site({"index.html": ["theme/b.js"], "theme/b.js": [part], part: [other], other: []})
        store.publish(back, chance, steps=0)
    new = make_site({"index.html": ["theme/b.js"], "theme/b.js": [part], part: []})
    store.publish(new, chance, steps=seed % 3)
    store.publish(new, chance)
    is_exact(store, new.manifest)


@pytest.mark.parametrize("seed", range(8))
def test_pages_that_visitors_may_have_found_wait_for_those_that_are_new(seed: int) -> None:
    """The publish that has brought them was cut short when its last page was to be changed."""
    store, chance = Store(), Random(seed)
    store.publish(make_site({"index.html": ["a.html"], "a.html": []}), chance)
    cut = make_site({"index.html": ["a.html", "b.html"], "a.html": ["b.html"], "b.html": []})
    store.publish(cut, chance, steps=2)
    assert store.content["a.html"] == cut.manifest.files["a.html"].sha256
    assert not store.manifest.fresh
    new = make_site({"index.html": ["a.html"], "a.html": ["b.html"], "b.html": ["c.html"], "c.html": ["b.html"]})
    store.publish(new, chance)
    is_exact(store, new.manifest)


@pytest.mark.parametrize("seed", range(8))
def test_a_style_that_comes_back_and_goes_again_stays_for_its_time(seed: int) -> None:
    """Pages of the publish that was cut short may be in caches, and show it."""
    store, chance = Store(), Random(seed)
    red = make_site({"index.html": ["pagefind/fragment/red"], "pagefind/fragment/red": []})
    blue = make_site({"index.html": ["pagefind/fragment/blue"], "pagefind/fragment/blue": []})
    store.publish(red, chance)
    store.publish(blue, chance)
    store.now += GRACE - timedelta(hours=1)
    store.publish(red, chance, steps=1)
    assert store.content["index.html"] == red.manifest.files["index.html"].sha256
    store.now += timedelta(hours=2)
    store.publish(blue, chance)
    assert "pagefind/fragment/red" in store.content
    store.now += GRACE
    store.publish(blue, chance)
    assert "pagefind/fragment/red" not in store.content
