"""A publish from the first look to the last byte, with a destination in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callsite.destinations import BusyError, Release, Standing
from callsite.errors import CallsiteError
from callsite.publish.guards import Doubt
from callsite.publish.manifest import Manifest
from callsite.publishing.output import read_output
from callsite.publishing.run import Prepared, Wish, prepare, publish, roll_back
from tests.publishing import NOON, MemoryDestination, Watched, write_output

WISH = Wish(timedelta(days=7))


def agree(prepared: Prepared) -> bool:
    return True


def bring(
    destination: MemoryDestination, folder: Path, wish: Wish = WISH, asked: Callable[[Prepared], bool] = agree
) -> Prepared | None:
    prepared, is_done = publish(destination, read_output(folder), folder, wish, asked, Watched())
    return prepared if is_done else None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_output(tmp_path / "output", {"index.html": "one", "a.html": "a", "b.html": "b"})


def test_what_is_new_is_sent_and_twice_nothing(folder: Path) -> None:
    destination = MemoryDestination()
    first = bring(destination, folder)
    assert first is not None
    assert set(destination.content) == {"index.html", "a.html", "b.html", "build.json"}
    assert destination.manifest == first.plan.new
    destination.steps.clear()
    second = bring(destination, folder)
    assert second is not None
    assert second.plan.is_empty
    assert destination.steps == []


def test_nothing_is_done_without_agreement(folder: Path) -> None:
    destination = MemoryDestination()
    assert bring(destination, folder, asked=lambda prepared: False) is None
    assert destination.content == {}


def test_a_plan_is_only_looked_at(folder: Path) -> None:
    destination = MemoryDestination()
    prepared = prepare(destination, read_output(folder), WISH, destination.look())
    assert len(prepared.plan.uploads) == 4
    assert prepared.doubts == ()
    assert destination.content == {}


def test_it_is_planned_again_when_somebody_was_quicker(folder: Path) -> None:
    destination = MemoryDestination(moves=2)
    seen: list[Prepared] = []

    def note(prepared: Prepared) -> bool:
        seen.append(prepared)
        return True

    done = bring(destination, folder, asked=note)
    assert done is not None
    assert len(seen) == 3
    assert set(destination.content) == {"index.html", "a.html", "b.html", "build.json"}


def test_a_destination_that_never_rests_is_given_up(folder: Path) -> None:
    destination = MemoryDestination(moves=9)
    with pytest.raises(CallsiteError, match="memory: it changes all the time; see who else publishes there"):
        bring(destination, folder)
    assert destination.content == {}


class Shared(MemoryDestination):
    """A destination that others are busy at for some looks, and begin at before some publishes."""

    def __init__(self, looks: int = 0, publishes: int = 0) -> None:
        super().__init__()
        self.looks, self.publishes = looks, publishes

    def look(self) -> Standing:
        if self.looks:
            self.looks -= 1
            raise BusyError("another publish is running; wait for it", datetime.now(UTC))
        return super().look()

    def apply(self, *given: object) -> None:
        if self.publishes:
            self.publishes -= 1
            raise BusyError("another publish has begun; wait for it")
        super().apply(*given)  # type: ignore[arg-type]  # handed on as they came


def test_it_waits_for_others(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("callsite.publishing.run.time.sleep", slept.append)
    destination, watched = Shared(looks=2, publishes=1), Watched()
    assert publish(destination, read_output(folder), folder, replace(WISH, wait=60), agree, watched)[1]
    assert watched.waits == ["another publish is running; wait for it"] * 2 + ["another publish has begun; wait for it"]
    assert slept == [2.0] * 3
    assert set(destination.content) == {"index.html", "a.html", "b.html", "build.json"}


@pytest.mark.parametrize("destination", [Shared(looks=1), Shared(publishes=1)], ids=["look", "apply"])
def test_it_does_not_wait_when_it_is_told_so(folder: Path, destination: Shared) -> None:
    with pytest.raises(BusyError, match="another publish"):
        publish(destination, read_output(folder), folder, WISH, agree, Watched())


def test_a_release_comes_back(folder: Path) -> None:
    destination = MemoryDestination()
    bring(destination, folder)
    assert destination.manifest is not None
    first = destination.manifest.release
    write_output(folder, {"index.html": "two"})
    bring(destination, folder)
    assert destination.content["index.html"] == b"two"
    assert roll_back(destination, "", 0, Watched()).name == first
    assert destination.content["index.html"] == b"one"


def test_a_certain_release_comes_back_though_somebody_was_quicker(folder: Path) -> None:
    destination = MemoryDestination()
    names = []
    for text in ("one", "two", "three"):
        write_output(folder, {"index.html": text})
        bring(destination, folder)
        assert destination.manifest is not None
        names.append(destination.manifest.release)
    destination.moves = 1
    roll_back(destination, names[0], 0, Watched())
    assert destination.content["index.html"] == b"one"


def test_releases_that_are_not_there(folder: Path) -> None:
    destination = MemoryDestination()
    bring(destination, folder)
    with pytest.raises(CallsiteError, match="memory: no release before this one; none is kept there"):
        roll_back(destination, "", 0, Watched())
    write_output(folder, {"index.html": "two"})
    bring(destination, folder)
    with pytest.raises(CallsiteError, match="memory: no release x; name one of those that are kept: 20"):
        roll_back(destination, "x", 0, Watched())


def test_what_is_missing_there_is_found_and_sent_again(folder: Path) -> None:
    destination = MemoryDestination()
    bring(destination, folder)
    del destination.content["a.html"]
    destination.content["b.html"] = b"longer than it was"
    destination.content["theirs.txt"] = b"not ours"
    assert bring(destination, folder) is not None
    assert "a.html" not in destination.content  # nobody has looked
    done = bring(destination, folder, replace(WISH, verify=True))
    assert done is not None
    assert done.differing == ("a.html", "b.html")
    assert done.foreign == 1
    assert destination.content == {
        "index.html": b"one", "a.html": b"a", "b.html": b"b", "theirs.txt": b"not ours",
        "build.json": (folder / "build.json").read_bytes(),
    }  # fmt: skip
    again = bring(destination, folder, replace(WISH, verify=True))
    assert again is not None
    assert again.plan.is_empty
    assert again.differing == ()


def test_what_others_put_there_stays_unless_it_is_adopted(folder: Path) -> None:
    destination = MemoryDestination(content={"index.html": b"old", "old.html": b"old"})
    doubts: list[Doubt] = []

    def note(prepared: Prepared) -> bool:
        doubts.extend(prepared.doubts)
        return True

    done = bring(destination, folder, asked=note)
    assert done is not None
    assert doubts == [Doubt("1 file there that is not this site's would be replaced, `index.html` for one", "--adopt")]
    assert done.foreign == 2
    assert destination.content["old.html"] == b"old"

    destination = MemoryDestination(content={"index.html": b"old", "old.html": b"old"})
    doubts.clear()
    bring(destination, folder, replace(WISH, adopt=True), note)
    assert doubts == [Doubt("1 file of 2 there would be deleted (50 %)", "--allow-delete 1")]
    assert set(destination.content) == {"index.html", "a.html", "b.html", "build.json"}


def test_there_is_nothing_to_adopt_where_a_site_of_ours_stands(folder: Path) -> None:
    destination = MemoryDestination()
    bring(destination, folder)
    destination.content["theirs.txt"] = b"not ours"
    bring(destination, folder, replace(WISH, adopt=True))
    assert "theirs.txt" in destination.content


def test_a_site_of_another_address_is_asked_about(folder: Path) -> None:
    destination = MemoryDestination(manifest=Manifest(site="https://other.example.org"))
    prepared = prepare(destination, read_output(folder), WISH, destination.look())
    text = "what stands there is the site https://other.example.org, and this one is https://examples.example.org"
    assert prepared.doubts == (Doubt(text, "--allow-other-site"),)


def test_twice_back_is_back_twice(folder: Path) -> None:
    destination = MemoryDestination()
    for number, text in enumerate(("one", "two", "three")):
        write_output(folder, {"index.html": text})
        bring(destination, folder)
        assert destination.manifest is not None
        destination.manifest = replace(destination.manifest, published=NOON + timedelta(days=number))
    for earlier in (b"two", b"one"):
        present, content = destination.manifest, dict(destination.content)
        assert present is not None
        assert present.published is not None
        roll_back(destination, "", 0, Watched())
        assert destination.content["index.html"] == earlier
        past = [each for each in destination.past if each[1] != destination.manifest]
        destination.past = [(Release(present.release, present.published), present, content), *past]
    with pytest.raises(CallsiteError, match="memory: no release before this one; name one of those that are kept: 20"):
        roll_back(destination, "", 0, Watched())


def test_the_same_site_of_another_commit_is_no_release(folder: Path) -> None:
    destination = MemoryDestination()
    bring(destination, folder)
    build = (folder / "build.json").read_text()
    (folder / "build.json").write_text(build.replace("c0ffee", "beef"))
    again = bring(destination, folder)
    assert again is not None
    assert again.plan.is_empty
    assert b"c0ffee" in destination.content["build.json"]


def test_what_was_seen_before_is_not_looked_at_again(folder: Path) -> None:
    destination = Shared()
    standing = destination.look()
    destination.looks = 1
    assert publish(destination, read_output(folder), folder, WISH, agree, Watched(), standing)[1]
