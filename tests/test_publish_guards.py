"""What is asked about before a plan is applied."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta

import pytest

from callsite.publish.guards import find_doubts
from callsite.publish.manifest import Entry, Manifest
from callsite.publish.plan import plan_publish
from tests.publishing import NOON, SITE

GRACE = timedelta(days=7)


def make(paths: Iterable[str], site: str = SITE) -> Manifest:
    return Manifest({path: Entry("a" * 64, 1) for path in paths}, site=site, published=NOON)


def name(number: int, start: int = 0) -> list[str]:
    return ["index.html", *(f"{each}.html" for each in range(start, start + number - 1))]


def doubt(old: Manifest, new: Manifest, built: Collection[str] | None = ("index.html",)) -> list[str]:
    return [doubt.text for doubt in find_doubts(plan_publish(old, new, NOON, GRACE), built)]


def test_nothing_speaks_against_a_usual_publish() -> None:
    old, new = make(name(100)), make([*name(98), "new.html"])
    assert doubt(old, new, frozenset(new.files)) == []
    assert doubt(old, old, frozenset(old.files)) == []


def test_nothing_speaks_against_the_first_publish() -> None:
    new = make(name(3))
    assert doubt(Manifest(), new, frozenset(new.files)) == []


def test_an_empty_output() -> None:
    assert doubt(Manifest(), make([]), ()) == ["the output is empty"]
    assert doubt(make(name(3)), make([]), ()) == ["the output is empty", "3 files of 3 there would be deleted (100 %)"]


def test_no_first_page() -> None:
    assert doubt(Manifest(), make(["a.html", "docs/index.html"]), ()) == [
        "the output has no `index.html`, so the site would have no first page"
    ]


def test_a_build_that_nobody_knows_the_end_of() -> None:
    assert doubt(Manifest(), make(["index.html"]), None) == [
        "nothing says that the build came to its end (the output has no list of what was built)"
    ]


def test_a_build_of_which_files_have_gone() -> None:
    new = make(["index.html", "a.html"])
    assert doubt(Manifest(), new, ["a.html", "index.html"]) == []
    assert doubt(Manifest(), new, ["index.html", "c.html"]) == [
        "the output is not whole: 1 built file is not there, `c.html` for one"
    ]
    assert doubt(Manifest(), new, ["index.html", "c.html", "b\x1b.html"]) == [
        "the output is not whole: 2 built files are not there, `b<U+001B>.html` for one"
    ]


def test_files_that_no_build_has_made_are_fine() -> None:
    assert doubt(Manifest(), make(["index.html", "by-hand.html"]), ["index.html"]) == []


def test_each_doubt_has_the_option_that_answers_it() -> None:
    old, new = make(name(10), "https://other.example.org"), make([*name(5), "x.html", "y.html"])
    found = find_doubts(plan_publish(old, new, NOON, GRACE), None, ("y.html", "x.html", "not-mine.html", "2.html"))
    assert [doubt.option for doubt in found] == [
        "--allow-delete 5",
        "--allow-delete 5",
        "--allow-other-site",
        "--adopt",
    ]
    assert found[-1].text == "2 files there that are not this site's would be replaced, `x.html` for one"


def test_files_of_others_that_are_not_in_the_way_are_fine() -> None:
    assert find_doubts(plan_publish(Manifest(), make(["index.html"]), NOON, GRACE), (), ("a.html", "b.html")) == ()


@pytest.mark.parametrize("site", [SITE, ""])
def test_the_same_site_or_one_without_a_name_may_stand_there(site: str) -> None:
    assert doubt(make(["index.html"], site), make(["index.html"])) == []


def test_another_site_stands_there() -> None:
    old = make(["index.html"], "https://other.example.org")
    assert doubt(old, make(["index.html"])) == [
        f"what stands there is the site https://other.example.org, and this one is {SITE}"
    ]
    assert doubt(old, make(["index.html"], "")) == [
        "what stands there is the site https://other.example.org, and this one is without an address"
    ]


@pytest.mark.parametrize(
    ("standing", "gone", "said"),
    [
        (10, 1, ""),
        (10, 2, "2 files of 10 there would be deleted (20 %)"),
        (9, 1, "1 file of 9 there would be deleted (12 %)"),
        (30, 3, ""),
        (70, 7, ""),
        (5000, 500, ""),
        (5000, 501, "501 files of 5,000 there would be deleted (11 %)"),  # 10.02
        (2, 1, "1 file of 2 there would be deleted (50 %)"),
    ],
)
def test_one_file_in_ten_may_go(standing: int, gone: int, said: str) -> None:
    old, new = make(name(standing)), make(name(standing - gone))
    assert doubt(old, new) == ([said] if said else [])


def test_what_comes_in_place_of_deleted_files_counts_for_nothing() -> None:
    old, new = make(name(10)), make(name(10, 100))
    assert doubt(old, new) == ["9 files of 10 there would be deleted (90 %)"]


def test_files_that_are_kept_for_caches_are_not_deleted() -> None:
    old = make([*name(2), *(f"pagefind/fragment/{number}" for number in range(50))])
    plan = plan_publish(old, make(name(2)), NOON, GRACE)
    assert find_doubts(plan, ()) == ()
    # And when their time is over they go without a question.
    later = plan_publish(plan.new, make(name(2)), NOON + GRACE, GRACE)
    assert (len(later.deletions), later.losses) == (50, 0)
    assert find_doubts(later, ()) == ()
