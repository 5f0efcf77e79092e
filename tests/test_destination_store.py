"""An object store as a destination, over HTTP: what is asked of it, what comes to stand there, and what is left when it
does not go well.
"""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import itertools
import json
import os
import re
import threading
import time
import traceback
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callsite.destinations import BusyError, MovedError
from callsite.destinations.store import Patience, StoreDestination
from callsite.destinations.store import amazon as amazon_module
from callsite.destinations.store import journal as journal_module
from callsite.destinations.store import sources as sources_module
from callsite.destinations.store import work as work_module
from callsite.destinations.store.machine import read_machine
from callsite.destinations.store.notes import KEPT, name_kept
from callsite.errors import CallsiteError
from callsite.publish.manifest import MANIFEST, Entry, Manifest, format_manifest, parse_manifest
from callsite.publish.plan import Plan, Stage, plan_publish
from callsite.publish.settings import StoreSettings
from callsite.publishing.output import read_output
from callsite.publishing.run import compare
from tests.publishing import NOON, SITE, Watched, fingerprint, write_output
from tests.stores import SECRETS, Fault, Request, Store, StoreServer, serve_store

WEEK = timedelta(days=7)

# A store that answers at once is not waited for.
QUICK = Patience(first=0.01, most=0.05, total=1.0, timeout=5.0, lease=60.0, soon=10.0, settle=0.05)

STYLE = b"body { color: black }"
STYLE_PATH = f"theme/style.{fingerprint(STYLE)}.css"
FILES: Mapping[str, bytes | str] = {
    "index.html": "<p>index",
    "a.html": "<p>a",
    "b.html": "<p>b",
    "sitemap.xml": "<urlset/>",
    STYLE_PATH: STYLE,
    "images/x.png": b"\x89PNG",
}


@pytest.fixture(scope="module")
def server() -> Iterator[StoreServer]:
    with serve_store() as server:
        yield server


@pytest.fixture
def store(server: StoreServer, monkeypatch: pytest.MonkeyPatch) -> Store:
    return server.make_store(monkeypatch)


class Site:
    """A site that is published to a store again and again, each time some minutes later."""

    def __init__(self, store: Store, folder: Path, patience: Patience = QUICK, **settings: object) -> None:
        self.store = store
        self.folder = folder
        self.settings = StoreSettings(url=f"s3://{store.bucket}/site", keep=3)
        self.settings = dataclasses.replace(self.settings, **settings)  # type: ignore[arg-type]  # whatever is tried
        self.patience = patience
        self.watched = Watched()
        self._made: tuple[StoreSettings, Patience, StoreDestination] | None = None
        self._times = (NOON + timedelta(minutes=number) for number in itertools.count())

    @property
    def destination(self) -> StoreDestination:
        """Made anew for other settings; it has no memory, and making one reads all certificates of this machine."""
        if self._made is None or self._made[:2] != (self.settings, self.patience):
            made = StoreDestination(self.settings, self.folder, patience=self.patience)
            self._made = (self.settings, self.patience, made)
        return self._made[2]

    def write(self, files: Mapping[str, bytes | str]) -> None:
        for path in self.folder.rglob("*"):
            if path.is_file() and path.relative_to(self.folder).as_posix() not in files:
                path.unlink()
        write_output(self.folder, files)

    def plan(self, manifest: Manifest, now: datetime | None = None) -> Plan:
        settings = self.settings
        output = read_output(self.folder, headers=True, encoding=settings.encoding, redirects=settings.redirects)
        assert not output.problems
        return plan_publish(manifest, output.manifest, now or next(self._times), WEEK)

    def publish(self, files: Mapping[str, bytes | str] | None = None, *, now: datetime | None = None) -> Plan:
        if files is not None:
            self.write(files)
        destination = self.destination
        standing = destination.look()
        plan = self.plan(standing.manifest, now)
        if not plan.is_empty:
            destination.apply(plan, standing, self.folder, self.watched)
        return plan

    def roll_back(self, number: int = 0) -> str:
        destination = self.destination
        standing = destination.look()
        release = destination.list_releases()[number]
        destination.roll_back(release, standing, self.watched)
        return release.name

    def read_site(self) -> dict[str, bytes]:
        """What a visitor can get."""
        keys = (key.removeprefix("site/") for key in self.store.list_keys() if key.startswith("site/"))
        return {key: self.store.read(f"site/{key}") for key in keys if not key.startswith((".callsite-", "build.json"))}

    def read_manifest(self) -> tuple[Manifest, Mapping[str, object]]:
        return parse_manifest(self.store.read(f"site/{MANIFEST}"), "there")

    def list_kept(self) -> list[str]:
        return [key for key in self.store.list_keys() if key.startswith(f"site/{KEPT}/")]


@pytest.fixture
def site(store: Store, tmp_path: Path) -> Site:
    return Site(store, tmp_path / "output")


def encode(files: Mapping[str, bytes | str]) -> dict[str, bytes]:
    return {path: data.encode() if isinstance(data, str) else data for path, data in files.items()}


PAGES = ("a.html", "b.html")


def list_writes(store: Store) -> list[str]:
    """The files that were sent or taken away, in that order; not the notes."""
    return [
        f"{request.kind} {request.key.removeprefix('site/')}".strip()
        for request in store.proxy.requests
        if request.kind in {"PUT", "DELETE MANY"} and not request.key.endswith(MANIFEST)
    ]


def is_manifest(request: Request) -> bool:
    return request.key.endswith(MANIFEST) and request.kind == "PUT"


def lease_manifest(site: Site, **values: object) -> None:
    """Have somebody else hold the lock."""
    data = json.loads(site.store.read(f"site/{MANIFEST}"))
    lease = {"id": "0", "machine": "other", "pid": 1, "since": "2026-01-31T11:00:00Z", "seconds": 60}
    data["publisher"] = {**lease, **values}
    site.store.write(f"site/{MANIFEST}", json.dumps(data).encode())


# ---- What comes to stand there


def test_a_first_publish_brings_every_file_with_its_headers(site: Site) -> None:
    site.publish(FILES)
    assert site.read_site() == encode(FILES)
    page = site.store.read_headers("site/a.html")
    assert page["content-type"] == "text/html; charset=utf-8"
    assert page["cache-control"] == "public, max-age=0, must-revalidate"
    assert "immutable" in site.store.read_headers(f"site/{STYLE_PATH}")["cache-control"]
    manifest = site.store.read_headers(f"site/{MANIFEST}")
    assert (manifest["content-type"], manifest["cache-control"]) == ("application/json", "no-store")


def test_compressed_files_say_so(site: Site) -> None:
    site.settings = dataclasses.replace(site.settings, encoding="gzip")
    packed = gzip.compress(b"<p>index")
    site.publish({"index.html": "<p>index", "index.html.gz": packed})
    assert site.read_site() == {"index.html": packed}
    headers = site.store.read_headers("site/index.html")
    assert (headers["content-encoding"], headers["content-type"]) == ("gzip", "text/html; charset=utf-8")


def test_the_whole_bucket_can_be_the_folder(site: Site) -> None:
    site.settings = dataclasses.replace(site.settings, url=f"s3://{site.store.bucket}")
    site.publish(FILES)
    assert site.destination.title == f"s3://{site.store.bucket}"
    assert {*FILES, MANIFEST} <= set(site.store.list_keys())
    assert site.destination.list_files().keys() == {*FILES, "build.json"}


NAMES = (
    "a b/ü ñ.html",
    "100%.html",
    "50%25.html",
    "q?x=1&y.html",
    "h#top.html",
    "a+b=c,d;e@f$.txt",
    ".well-known/x.txt",
    "..a/b...txt",
    "(a)[b]{c}!'~*<d>|^`\".txt",
    "日本/é.txt",
    "e\u0301.txt",
    f"{'x' * 250}.html",
    "%2e%2e/x.txt",
)


def test_every_name_is_kept_as_it_is(site: Site) -> None:
    files = {"index.html": "", **{name: f"1 {name}" for name in NAMES}}
    site.publish(files)
    assert site.read_site() == encode(files)
    assert site.destination.list_files().keys() == {*files, "build.json"}
    assert {f"site/{name}" for name in NAMES} <= set(site.store.list_keys())
    site.publish({"index.html": "", **{name: f"2 {name}" for name in NAMES}})
    site.publish({"index.html": ""})
    assert site.read_site() == {"index.html": b""}
    site.roll_back(1)
    assert site.read_site() == encode(files)


def test_files_of_others_stay(site: Site) -> None:
    others = ("site/other.html", "site/b/c.txt", "else.html", "site-2/a.html")
    for key in others:
        site.store.write(key, b"theirs")
    site.publish(FILES)
    site.publish({"index.html": "<p>index"})
    assert set(others) <= set(site.store.list_keys())
    assert {"other.html", "b/c.txt", "index.html"} <= site.destination.list_files().keys()
    assert not any(path.startswith(".callsite-") for path in site.destination.list_files())


@pytest.mark.parametrize("number", [1, 11])
def test_files_of_others_are_not_overwritten_unasked(site: Site, number: int) -> None:
    site.publish(FILES)
    new = {f"new/{each}.html": "<p>new" for each in range(number)}
    site.store.write("site/new/0.html", b"<p>own")
    before = site.read_manifest()
    site.store.proxy.clear()
    with pytest.raises(CallsiteError, match=r"/site: new/0.html is there and is not this site's; move it away, or pub"):
        site.publish({**FILES, **new})
    assert list_writes(site.store) == []
    assert site.read_manifest() == before
    assert site.store.read("site/new/0.html") == b"<p>own"
    site.store.write("site/new/0.html", b"longer than ours")
    with pytest.raises(CallsiteError, match=r"new/0.html is there and is not this site's"):
        site.publish()
    site.destination.list_files()  # whoever has seen it, knows
    site.publish()
    assert site.read_site() == encode({**FILES, **new})


def test_files_that_are_the_same_are_nobody_elses(site: Site) -> None:
    site.publish(FILES)
    site.store.write("site/new.html", b"<p>new")
    site.publish({**FILES, "new.html": "<p>new"})
    assert site.read_site() == encode({**FILES, "new.html": "<p>new"})
    assert site.store.read_headers("site/new.html")["content-type"] == "text/html; charset=utf-8"


def test_a_name_that_cannot_be_listed_is_told(site: Site) -> None:
    site.publish(FILES)
    site.store.write("site/a//b.html")
    with pytest.raises(
        CallsiteError, match=r"s3://site-\d+/site: somebody has put an object there whose name is no path"
    ):
        site.destination.list_files()
    assert not site.publish().uploads


def test_old_assets_stay_for_a_while(site: Site) -> None:
    site.publish(FILES, now=NOON)
    rest = {path: data for path, data in FILES.items() if path != STYLE_PATH}
    site.publish(rest, now=NOON + timedelta(days=1))
    assert site.read_site() == encode(FILES)
    site.publish({**rest, "a.html": "<p>A"}, now=NOON + timedelta(days=9))
    assert STYLE_PATH not in site.read_site()
    # An earlier state had it, so that it was copied before it was taken away.
    assert site.roll_back(1)
    assert site.read_site() == encode(FILES)


# ---- What is asked of the store


def test_nothing_is_sent_twice(site: Site) -> None:
    site.publish(FILES)
    site.store.proxy.clear()
    assert site.publish().is_empty
    assert site.store.list_kinds() == {"GET": 1}


def make_manifest(paths: Iterable[str]) -> Manifest:
    """As if so many files had been published: really doing it would take the store of the tests some time."""
    files = {path: Entry(hashlib.sha256(path.encode()).hexdigest(), len(path), PAGE_HEADERS) for path in paths}
    return Manifest(files, release="R0", site=SITE, published=NOON - WEEK)


PAGE_HEADERS = (("content-type", "text/html; charset=utf-8"),)


def test_one_changed_page_of_5000_takes_five_requests(site: Site) -> None:
    old = make_manifest(f"pages/{number}.html" for number in range(5000))
    page = "pages/77.html"
    site.store.write(f"site/{MANIFEST}", format_manifest(old))
    site.store.write(f"site/{page}", page.encode())
    write_output(site.folder, {page: "changed"}, build=False)
    new = Entry(hashlib.sha256(b"changed").hexdigest(), 7, PAGE_HEADERS)
    site.store.proxy.clear()
    destination = site.destination
    standing = destination.look()
    plan = plan_publish(standing.manifest, dataclasses.replace(old, files={**old.files, page: new}), NOON, WEEK)
    destination.apply(plan, standing, site.folder, site.watched)
    kept = f"{KEPT}/{name_kept(old.files[page])}"
    assert [str(request).replace("site/", "") for request in site.store.proxy.requests] == [
        f"GET {MANIFEST}",
        f"PUT {MANIFEST}",
        f"COPY {kept}",
        f"PUT {page}",
        f"PUT {MANIFEST}",
    ]
    assert site.store.read(f"site/{page}") == b"changed"
    assert site.store.read(f"site/{kept}") == page.encode()
    assert len(site.read_manifest()[0].files) == 5000


def test_stages_come_one_after_the_other(site: Site) -> None:
    site.publish({**FILES, "old.html": "", "old.png": ""})
    site.store.proxy.clear()
    changed = {path: data if path == STYLE_PATH else f"new {path}" for path, data in FILES.items()}
    site.publish({**changed, "new.html": "", "new.png": ""})
    writes = list_writes(site.store)
    assert writes[:3] == ["PUT new.png", "PUT images/x.png", "PUT new.html"]
    assert set(writes[3:5]) == {f"PUT {page}" for page in PAGES}
    assert set(writes[5:7]) == {"PUT index.html", "PUT sitemap.xml"}
    assert writes[7:] == ["DELETE MANY", "DELETE MANY"]
    bodies = [request.body for request in site.store.proxy.requests if request.kind == "DELETE MANY"]
    assert (b"old.html" in bodies[0], b"old.png" in bodies[1]) == (True, True)
    stages = [stage for stage, _, _ in site.watched.stages]
    assert stages == sorted(stages[: stages.index(Stage.ENTRIES) + 1]) + stages[stages.index(Stage.ENTRIES) + 1 :]


def test_deletions_go_by_the_thousand(site: Site) -> None:
    old = make_manifest(f"gone/{number}.png" for number in range(1200))
    site.store.write(f"site/{MANIFEST}", format_manifest(old))
    site.settings = dataclasses.replace(site.settings, keep=0)
    plan = site.publish({"index.html": ""})
    assert len(plan.deletions) == 1200
    # Whether both files are new, the lock, both files, that all is there, the deletions, the end.
    assert site.store.list_kinds() == {"GET": 1, "HEAD": 2, "PUT": 5, "DELETE MANY": 2}


def test_checksums_and_conditions_are_sent(site: Site) -> None:
    site.publish(FILES)
    files = [request for request in site.store.proxy.requests if request.kind == "PUT" and not is_manifest(request)]
    assert len(files) == len(FILES) + 1
    assert all(len(request.headers["x-amz-content-sha256"]) == 64 for request in files)
    first, *_, last = filter(is_manifest, site.store.proxy.requests)
    assert (first.headers["if-none-match"], "if-match" in last.headers) == ("*", True)


def test_large_files_go_in_parts(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources_module, "LONGEST_WHOLE", 1 << 20)
    large = os.urandom(6 << 20)
    failed: list[Request] = []

    def meddle(request: Request) -> Fault | None:
        if "partNumber=2" in request.target and not failed:
            failed.append(request)
            return Fault(503, "SlowDown")
        return None

    site.store.proxy.meddler = meddle
    site.publish({"index.html": "", "large.bin": large})
    assert site.store.read("site/large.bin") == large
    assert site.store.list_kinds()["PUT partNumber uploadId"] >= 3
    assert site.watched.waits == [f"{site.destination.title}: it answers 503 SlowDown"]
    # It is read as it is sent, and what is no longer what was planned does not come to stand there.
    site.write({"index.html": "", "large.bin": large + b"1"})
    destination = site.destination
    standing = destination.look()
    plan = site.plan(standing.manifest)
    (site.folder / "large.bin").write_bytes(large + b"2")
    with pytest.raises(CallsiteError, match=r"large.bin: this file of the output has changed since it was read; build"):
        destination.apply(plan, standing, site.folder, site.watched)
    assert site.store.read("site/large.bin") == large


# ---- Earlier states


def test_a_site_goes_back_and_forth(site: Site) -> None:
    one = dict(FILES)
    two = {**FILES, "a.html": "<p>A", "new.html": "<p>new"}
    three = {path: data for path, data in two.items() if path not in {"b.html", "images/x.png"}}
    for files in (one, two, three):
        site.publish(files)
    names = [release.name for release in site.destination.list_releases()]
    assert [release.files for release in site.destination.list_releases()] == [8, 7]
    assert site.destination.list_releases()[0].commit == "c0ffee"
    site.store.proxy.clear()
    assert site.roll_back(1) == names[1]
    assert site.read_site() == encode(one)
    assert [write for write in list_writes(site.store) if write.startswith("PUT")] == []
    assert site.store.read_headers("site/a.html")["content-type"] == "text/html; charset=utf-8"
    assert site.read_manifest()[0].release == names[1]
    # Back to the last one, which is now the state before this one.
    releases = site.destination.list_releases()
    assert names[1] not in {release.name for release in releases}
    site.roll_back(0)
    assert site.read_site() == encode(three)
    site.roll_back([release.name for release in site.destination.list_releases()].index(names[0]))
    assert site.read_site() == encode(two)
    # And it can be published over.
    site.publish(one)
    assert site.read_site() == encode(one)
    assert site.publish().is_empty


def test_so_many_states_are_kept(site: Site) -> None:
    for number in range(6):
        site.publish({"index.html": "", "a.html": f"<p>{number}", f"{number}.html": f"{number}"})
    assert len(site.destination.list_releases()) == 3
    _, extra = site.read_manifest()
    # Copies of states that are gone are taken away with the next deletions: five were overwritten, five deleted.
    assert len(site.list_kept()) == 3 * 2 + len(extra.get("stale", ()))  # type: ignore[arg-type]  # a list of names
    site.roll_back(2)
    assert site.read_site() == {"index.html": b"", "a.html": b"<p>2", "2.html": b"2"}


def test_without_keeping_nothing_is_copied(site: Site) -> None:
    site.settings = dataclasses.replace(site.settings, keep=0)
    site.publish(FILES)
    site.store.proxy.clear()
    site.publish({"index.html": "<p>other"})
    assert site.list_kept() == []
    assert site.store.list_kinds()["COPY"] == 0
    assert site.destination.list_releases() == ()


def test_copies_of_no_use_are_swept_when_they_are_many(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def pages(text: str) -> dict[str, bytes | str]:
        return {"index.html": "", **{f"{number}.html": f"{text} {number}" for number in range(12)}}

    monkeypatch.setattr(work_module, "MOST_STALE", 10)
    site.settings = dataclasses.replace(site.settings, keep=1)
    for text in ("one", "two", "three"):
        site.publish(pages(text))
    assert len(site.list_kept()) == 24
    site.publish({**pages("three"), "0.html": "four"})
    assert len(site.list_kept()) == 13
    assert len(site.read_manifest()[1]["stale"]) == 12  # type: ignore[arg-type]  # a list of names
    site.roll_back()
    assert site.read_site() == encode(pages("three"))


def test_a_state_that_is_not_whole_any_more_is_not_gone_back_to(site: Site) -> None:
    site.publish(FILES)
    site.publish({"index.html": "<p>new"})
    destination = site.destination
    standing = destination.look()
    release = destination.list_releases()[0]
    site.store.remove(site.list_kept()[0])
    before = site.read_site()
    site.store.proxy.clear()
    with pytest.raises(CallsiteError, match=r"is not kept there any more; go back to another one, or publish$"):
        destination.roll_back(release, standing, site.watched)
    assert site.read_site() == before
    assert site.store.list_kinds() == {"LIST": 1}
    with pytest.raises(MovedError, match=r"the release nothing is not kept there any more"):
        destination.roll_back(dataclasses.replace(release, name="nothing"), standing, site.watched)


def test_there_is_nothing_to_go_back_to_at_first(site: Site) -> None:
    assert site.destination.list_releases() == ()
    site.publish(FILES)
    assert site.destination.list_releases() == ()


def test_a_publish_of_the_same_is_no_state(site: Site) -> None:
    site.publish(FILES, now=NOON)
    rest = {path: data for path, data in FILES.items() if path != STYLE_PATH}
    site.publish(rest, now=NOON + timedelta(days=1))
    # Only an old file is taken away: the site is the same.
    site.publish(now=NOON + timedelta(days=9))
    assert STYLE_PATH not in site.read_site()
    assert len(site.destination.list_releases()) == 1
    assert site.read_manifest()[0].retired == {}


def test_what_somebody_else_has_damaged_is_sent_again(site: Site) -> None:
    site.publish(FILES)
    site.store.write("site/a.html", b"damaged")
    site.store.remove("site/b.html")
    destination = site.destination
    standing = destination.look()
    manifest, differing = compare(standing.manifest, destination.list_files())
    assert differing == PAGES
    destination.apply(site.plan(manifest), standing, site.folder, site.watched)
    assert site.read_site() == encode(FILES)
    assert site.list_kept() == []


def test_files_that_nobody_knows_of_can_be_adopted(site: Site) -> None:
    for path in ("index.html", "a.html", "gone.html"):
        site.store.write(f"site/{path}", b"by hand")
    site.write({"index.html": "<p>index", "a.html": "<p>a"})
    destination = site.destination
    standing = destination.look()
    found = {path: Entry("0" * 64, size) for path, size in destination.list_files().items()}
    plan = site.plan(Manifest(found, coming=dict(found)))
    destination.apply(plan, standing, site.folder, site.watched)
    assert site.read_site() == {"index.html": b"<p>index", "a.html": b"<p>a"}
    assert site.list_kept() == []


def test_a_copy_of_what_is_gone_is_not_made(site: Site) -> None:
    site.publish(FILES)
    site.store.remove("site/a.html")
    site.publish({**FILES, "a.html": "<p>A", "b.html": "<p>B"})
    assert len(site.list_kept()) == 1
    assert site.read_site()["a.html"] == b"<p>A"


# ---- Stopped half-way


def fail(*keys: str, status: int = 403, code: str = "AccessDenied") -> object:
    def meddle(request: Request) -> Fault | None:
        return Fault(status, code) if request.kind == "PUT" and request.key.endswith(keys) else None

    return meddle


def test_a_failure_stops_before_the_next_stage(site: Site) -> None:
    site.publish({**FILES, "old.html": ""})
    site.store.proxy.clear()
    site.store.proxy.meddler = fail("images/x.png")  # type: ignore[assignment]  # it is one
    new = {path: f"new {path}" for path in FILES if path != STYLE_PATH}
    with pytest.raises(
        CallsiteError, match=r"images/x.png: it answers 403 AccessDenied: it does not let us in; let the"
    ):
        site.publish(new)
    assert list_writes(site.store) == ["PUT images/x.png"]
    assert "COPY" in site.store.list_kinds()
    manifest, extra = site.read_manifest()
    assert set(manifest.coming) >= {"a.html", "images/x.png", "old.html"}
    assert extra["publisher"]["seconds"] == 0  # type: ignore[index]  # a table
    site.store.proxy.clear()
    site.publish()
    assert site.read_site() == {**encode(new), STYLE_PATH: STYLE}


def test_an_interrupted_publish_goes_on(site: Site) -> None:
    site.publish(FILES)
    new = {path: f"new {path}" for path in FILES if path != STYLE_PATH}
    site.store.proxy.meddler = fail("index.html")  # type: ignore[assignment]  # it is one
    with pytest.raises(CallsiteError):
        site.publish(new)
    assert site.destination.list_releases()[0].files == len(FILES) + 1
    site.store.proxy.clear()
    site.publish()
    assert set(list_writes(site.store)) <= {"PUT index.html", "PUT sitemap.xml"}
    assert site.store.list_kinds()["LIST"] == 1  # what is kept
    assert site.read_site() == {**encode(new), STYLE_PATH: STYLE}
    site.roll_back()
    assert site.read_site() == encode(FILES)


def test_an_interrupted_first_publish_goes_on(site: Site) -> None:
    site.store.proxy.meddler = fail("index.html")  # type: ignore[assignment]  # it is one
    with pytest.raises(CallsiteError):
        site.publish(FILES)
    assert "index.html" not in site.read_site()
    site.store.proxy.clear()
    site.publish()
    assert site.read_site() == encode(FILES)
    assert site.destination.list_releases() == ()
    assert site.list_kept() == []


@pytest.mark.parametrize("stopped", ["a.html", "index.html", MANIFEST])
def test_an_interrupted_publish_can_be_undone(site: Site, stopped: str) -> None:
    site.publish(FILES)
    before = site.read_manifest()[0]
    count = itertools.count()

    def meddle(request: Request) -> Fault | None:
        if stopped == MANIFEST:  # after the lock
            return Fault(403, "AccessDenied") if is_manifest(request) and next(count) else None
        return Fault(403, "AccessDenied") if request.kind == "PUT" and request.key.endswith(stopped) else None

    site.store.proxy.meddler = meddle
    with pytest.raises(CallsiteError):
        site.publish({"index.html": "<p>new", "a.html": "<p>new", "new.html": "<p>new", STYLE_PATH: STYLE})
    site.store.proxy.clear()
    if stopped == MANIFEST:
        assert site.read_manifest()[1]["publisher"]["seconds"] == 60  # type: ignore[index]  # a table
        lease_manifest_away(site)
    assert site.roll_back() == before.release
    assert site.read_site() == encode(FILES)
    after, extra = site.read_manifest()
    assert after == before
    assert "undo" not in extra
    assert site.destination.list_releases() == ()


def test_what_is_done_is_noted_soon(site: Site) -> None:
    site.publish(FILES)
    site.settings = dataclasses.replace(site.settings, parallel=1)
    site.patience = dataclasses.replace(QUICK, soon=0.05)
    noted: list[bool] = []

    def meddle(request: Request) -> Fault | None:
        if request.key == "site/b.html" and request.kind == "PUT":
            end = time.monotonic() + 5
            while "a.html" in site.read_manifest()[0].coming and time.monotonic() < end:
                time.sleep(0.02)
            noted.append("a.html" not in site.read_manifest()[0].coming)
        return None

    site.store.proxy.meddler = meddle
    site.publish({**FILES, "a.html": "<p>A", "b.html": "<p>B"})
    assert noted == [True]


@pytest.mark.parametrize("stopped", ["COPY", "DELETE MANY"])
@pytest.mark.parametrize("page", ["<p>index", "<p>new"])
def test_what_was_kept_for_a_while_can_be_gone_back_to_after_an_interruption(
    site: Site, stopped: str, page: str
) -> None:
    site.publish(FILES)
    rest = {path: data for path, data in FILES.items() if path != STYLE_PATH}
    site.publish(rest)
    late = NOON + timedelta(days=9)
    keys = "", f"site/{KEPT}/{name_kept(site.read_manifest()[0].retired[STYLE_PATH].entry)}"

    def meddle(request: Request) -> Fault | None:
        return Fault(403, "AccessDenied") if request.kind == stopped and request.key in keys else None

    site.store.proxy.meddler = meddle
    with pytest.raises(CallsiteError):
        site.publish({**rest, "index.html": page}, now=late)
    assert STYLE_PATH in site.read_site()
    site.store.proxy.clear()
    site.publish(now=late)
    assert STYLE_PATH not in site.read_site()
    site.roll_back(-1)
    assert site.read_site() == encode(FILES)


def test_what_was_in_doubt_when_it_went_can_be_gone_back_to(site: Site) -> None:
    site.publish(FILES)
    release = site.read_manifest()[0].release
    standing = site.destination.look()
    doubtful = {STYLE_PATH: standing.manifest.files[STYLE_PATH]}
    manifest = dataclasses.replace(standing.manifest, coming=doubtful)  # as it is when another size was found there
    plan = site.plan(manifest)
    site.store.proxy.meddler = fail(STYLE_PATH)  # type: ignore[assignment]  # it is one
    with pytest.raises(CallsiteError):
        site.destination.apply(plan, dataclasses.replace(standing, manifest=manifest), site.folder, site.watched)
    assert site.read_manifest()[0].coming.keys() == {STYLE_PATH}
    site.store.proxy.clear()
    rest = {path: data for path, data in FILES.items() if path != STYLE_PATH}
    site.publish(rest)
    site.publish({**rest, "a.html": "<p>A"}, now=NOON + timedelta(days=9))
    assert STYLE_PATH not in site.read_site()
    assert site.destination.list_releases()[-1].name == release
    site.roll_back(-1)
    assert site.read_site() == encode(FILES)


def lease_manifest_away(site: Site) -> None:
    """Give back the lock of a publisher that is dead."""
    data = json.loads(site.store.read(f"site/{MANIFEST}"))
    data["publisher"]["seconds"] = 0
    site.store.write(f"site/{MANIFEST}", json.dumps(data).encode())


def test_ctrl_c_leaves_what_can_be_gone_on_with(site: Site) -> None:
    site.publish(FILES)

    class Impatient(Watched):
        def finish(self, path: str, size: int) -> None:
            super().finish(path, size)
            if path in PAGES:
                raise KeyboardInterrupt

    site.watched = Impatient()
    with pytest.raises(KeyboardInterrupt):
        site.publish({**FILES, "a.html": "<p>A", "b.html": "<p>B", "index.html": "<p>new"})
    assert site.read_site()["index.html"] == b"<p>index"
    site.watched = Watched()
    plan = site.publish()
    assert "index.html" in {upload.path for upload in plan.uploads}
    assert site.read_site() == encode({**FILES, "a.html": "<p>A", "b.html": "<p>B", "index.html": "<p>new"})


def test_ctrl_c_while_the_lock_is_taken_gives_it_back(site: Site) -> None:
    site.publish(FILES)
    site.write({**FILES, "a.html": "<p>A"})
    destination = site.destination
    standing = destination.look()
    plan = site.plan(standing.manifest)

    def meddle(request: Request) -> Fault | None:
        # The answer is lost, and it is broken off while that is waited out.
        return Fault(is_done=True) if is_manifest(request) else None

    class Impatient(Watched):
        def wait(self, reason: str, seconds: float) -> None:
            site.store.proxy.clear()
            raise KeyboardInterrupt

    site.store.proxy.meddler = meddle
    with pytest.raises(KeyboardInterrupt):
        destination.apply(plan, standing, site.folder, Impatient())
    assert site.read_manifest()[1]["publisher"]["seconds"] == 0  # type: ignore[index]  # a table
    site.publish()
    assert site.read_site()["a.html"] == b"<p>A"


def test_an_output_that_changes_is_not_sent(site: Site) -> None:
    site.publish(FILES)
    site.write({**FILES, "a.html": "<p>A"})
    destination = site.destination
    standing = destination.look()
    plan = site.plan(standing.manifest)
    (site.folder / "a.html").write_text("<p>other")
    with pytest.raises(
        CallsiteError, match=r"^a.html: this file of the output has changed since it was read; build it"
    ):
        destination.apply(plan, standing, site.folder, site.watched)
    assert site.store.read("site/a.html") == b"<p>a"
    standing = destination.look()
    (site.folder / "a.html").unlink()
    with pytest.raises(CallsiteError, match=r"^a.html: this file of the output cannot be read any more \(No such file"):
        destination.apply(site_plan(plan, standing.manifest), standing, site.folder, site.watched)


def test_an_output_that_cannot_be_read_to_its_end_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(file: object) -> Iterator[bytes]:
        yield b"<p>"
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(sources_module, "read_parts", fail)
    with pytest.raises(
        CallsiteError, match=r"^\S+: this file of the output cannot be read \(Input/output error\); build it again$"
    ):
        site.publish(FILES)
    assert site.read_site() == {}


def site_plan(plan: Plan, manifest: Manifest) -> Plan:
    """The same site again."""
    return plan_publish(manifest, plan.new, NOON + timedelta(days=1), WEEK)


# ---- More than one publisher


def test_a_second_publisher_is_told_to_wait(site: Site) -> None:
    site.publish(FILES)
    site.write({**FILES, "a.html": "<p>A"})
    entered, left = threading.Event(), threading.Event()

    def meddle(request: Request) -> Fault | None:
        if request.kind == "PUT" and request.key.endswith("a.html"):
            entered.set()
            left.wait(10)
        return None

    site.store.proxy.meddler = meddle
    publisher = threading.Thread(target=site.publish)
    publisher.start()
    assert entered.wait(10)
    with pytest.raises(
        BusyError, match=r"another publish has been running since 20..-.* UTC; wait for it to end"
    ) as error:
        site.destination.look()
    assert error.value.until is not None
    assert 0 < (error.value.until - datetime.now(UTC)).total_seconds() < 70
    left.set()
    publisher.join()
    assert site.destination.look().manifest.files["a.html"].size == 4


@pytest.mark.parametrize(
    "values",
    [
        {"seconds": 0},  # given back
        {"pid": 2**22 + 1, "machine": "here"},  # its process is dead
        {"pid": os.getpid(), "machine": "elsewhere", "seconds": 1},  # over
    ],
)
def test_a_lock_that_nobody_holds_is_taken_over(site: Site, values: dict[str, object]) -> None:
    site.publish(FILES)
    if values.get("machine") == "here":
        values = {**values, "machine": read_machine()}
    lease_manifest(site, **values)
    if values.get("seconds") == 1:
        time.sleep(1.1)
    site.publish({**FILES, "a.html": "<p>A"})
    assert site.read_site()["a.html"] == b"<p>A"
    assert "publisher" not in site.read_manifest()[1]


def test_a_lock_of_a_process_that_lives_is_not_taken_over(site: Site) -> None:
    site.publish(FILES)
    lease_manifest(site, pid=os.getpid(), machine=read_machine())
    with pytest.raises(BusyError):
        site.destination.look()


def test_a_clock_that_is_wrong_does_not_break_a_lock(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    class Fast(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]  # as it is called here
            return datetime.now(UTC) + timedelta(hours=1)

    site.publish(FILES)
    lease_manifest(site, seconds=2)
    monkeypatch.setattr(journal_module, "datetime", Fast)
    start = time.monotonic()
    site.store.proxy.clear()
    site.publish({**FILES, "a.html": "<p>A"})
    # How long the lock has to be waited for is seen from the store's own times, which are whole seconds.
    assert time.monotonic() - start > 0.9
    assert any("another publish may not have ended" in reason for reason in site.watched.waits)
    times = [request.kind for request in site.store.proxy.requests]
    assert times[:4] == ["GET", "PUT", "HEAD", "PUT"]
    assert site.read_site()["a.html"] == b"<p>A"


def test_a_plan_for_another_state_is_not_carried_out(site: Site) -> None:
    site.publish(FILES)
    destination = site.destination
    standing = destination.look()
    site.publish({**FILES, "a.html": "<p>A"})
    plan = site.plan(standing.manifest)
    site.store.proxy.clear()
    with pytest.raises(MovedError, match=r"somebody else has begun to publish there; look at it again"):
        destination.apply(plan, standing, site.folder, site.watched)
    assert list_writes(site.store) == []
    assert "publisher" not in site.read_manifest()[1]


def test_two_first_publishes_do_not_mix(site: Site) -> None:
    destination = site.destination
    standing = destination.look()
    assert not standing.is_known
    site.publish(FILES)
    with pytest.raises(MovedError):
        destination.apply(site.plan(standing.manifest), standing, site.folder, site.watched)


def test_whoever_loses_the_lock_stops_at_once(site: Site) -> None:
    site.publish(FILES)
    site.settings = dataclasses.replace(site.settings, parallel=1)
    site.patience = dataclasses.replace(QUICK, beat=0.05)
    taken = threading.Event()

    def meddle(request: Request) -> Fault | None:
        if request.kind == "PUT" and "pages/" in request.key:
            if not taken.is_set():
                lease_manifest(site, id="thief")
                taken.set()
            time.sleep(0.1)
        return None

    site.store.proxy.meddler = meddle
    pages = {f"pages/{number}.html": "" for number in range(50)}
    with pytest.raises(MovedError):
        site.publish({**FILES, **pages})
    assert len([write for write in list_writes(site.store) if "pages/" in write]) < 20
    assert site.read_manifest()[1]["publisher"]["id"] == "thief"  # type: ignore[index]  # a table


def test_nothing_is_begun_when_the_lock_cannot_be_renewed(site: Site) -> None:
    site.publish(FILES)
    site.settings = dataclasses.replace(site.settings, parallel=1)
    site.patience = Patience(first=0.01, most=0.05, total=0.8, timeout=1, lease=2.4, beat=0.1)
    assert 0.3 < site.patience.fence < 0.5
    writes = itertools.count()
    times: list[float] = []

    def meddle(request: Request) -> Fault | None:
        if is_manifest(request) and next(writes):
            return Fault(503, "SlowDown")
        if "pages/" in request.key:
            times.append(time.monotonic())
            time.sleep(0.05)
        return None

    site.store.proxy.meddler = meddle
    start = time.monotonic()
    with pytest.raises(
        CallsiteError, match=r"what has been done cannot be noted there; nothing is lost: publish again"
    ):
        site.publish({**FILES, **{f"pages/{number}.html": "" for number in range(60)}})
    assert 0 < len(times) < 15
    assert times[-1] - start < 1.0
    site.store.proxy.clear()
    lease_manifest_away(site)
    site.publish()
    assert len(site.read_site()) == len(FILES) + 60


def test_what_a_stage_has_done_is_noted_when_the_last_time_is_some_while_ago(site: Site) -> None:
    site.patience = dataclasses.replace(QUICK, beat=0.0)
    site.publish(FILES)
    stages = len({write for write in list_writes(site.store) if ".callsite-published" not in write})
    assert stages > 1
    usual = len([request for request in site.store.proxy.requests if is_manifest(request)])
    site.store.proxy.clear()
    assert usual > 3  # the first look, the lock and the end, and at least one stage


def test_a_publish_outlasts_trouble_with_its_lock(site: Site) -> None:
    site.publish(FILES)
    site.settings = dataclasses.replace(site.settings, parallel=1)
    site.patience = Patience(first=0.01, most=0.02, total=3, timeout=1, lease=2.2, beat=0.05)
    end: list[float] = []

    def meddle(request: Request) -> Fault | None:
        if "pages/" in request.key:
            end.append(time.monotonic() + 0.6)
        if is_manifest(request) and end and time.monotonic() < end[0]:
            return Fault(503, "SlowDown")
        return None

    site.store.proxy.meddler = meddle
    pages = {f"pages/{number}.html": "" for number in range(100)}
    site.publish({**FILES, **pages})
    assert site.read_site() == encode({**FILES, **pages})


@pytest.mark.parametrize("number", [0, 1, 2, 3])
@pytest.mark.parametrize("status", [0, 500])
def test_lost_answers_are_no_other_publisher(site: Site, number: int, status: int) -> None:
    site.publish({**FILES, "old.html": ""})
    seen = itertools.count()

    def meddle(request: Request) -> Fault | None:
        return Fault(status, "InternalError", is_done=True) if is_manifest(request) and next(seen) == number else None

    site.store.proxy.meddler = meddle
    site.publish({**FILES, "a.html": "<p>A"})
    assert site.read_site() == encode({**FILES, "a.html": "<p>A"})
    assert len(site.watched.waits) == (number < 3)


def test_a_conflict_is_tried_again(site: Site) -> None:
    site.publish(FILES)
    seen = itertools.count()

    def meddle(request: Request) -> Fault | None:
        return Fault(409, "Conflict") if is_manifest(request) and next(seen) < 2 else None

    site.store.proxy.meddler = meddle
    site.publish({**FILES, "a.html": "<p>A"})
    assert site.read_site()["a.html"] == b"<p>A"


def test_a_conflict_without_end_is_another_publisher(site: Site) -> None:
    site.publish(FILES)
    site.store.proxy.meddler = lambda request: Fault(409, "Conflict") if is_manifest(request) else None
    with pytest.raises(MovedError):
        site.publish({**FILES, "a.html": "<p>A"})
    assert site.read_site()["a.html"] == b"<p>a"


def test_a_manifest_that_is_gone_is_nobodys(site: Site) -> None:
    site.publish(FILES)
    destination = site.destination
    standing = destination.look()
    site.store.remove(f"site/{MANIFEST}")
    site.write({**FILES, "a.html": "<p>A"})
    with pytest.raises(MovedError):
        destination.apply(site.plan(standing.manifest), standing, site.folder, site.watched)
    assert site.read_site()["a.html"] == b"<p>a"


# ---- Stores without conditions


def test_without_conditions_it_is_read_back(site: Site) -> None:
    site.settings = dataclasses.replace(site.settings, conditional=False)
    site.publish(FILES)
    site.publish({**FILES, "a.html": "<p>A"})
    assert site.read_site() == encode({**FILES, "a.html": "<p>A"})
    headers = {name for request in site.store.proxy.requests for name in request.headers}
    assert not headers & {"if-match", "if-none-match"}
    destination = site.destination
    standing = destination.look()
    site.publish(FILES)
    with pytest.raises(MovedError):
        destination.apply(site.plan(standing.manifest), standing, site.folder, site.watched)


def test_without_conditions_the_last_one_wins(site: Site) -> None:
    site.publish(FILES)
    site.settings = dataclasses.replace(site.settings, conditional=False)
    site.patience = dataclasses.replace(QUICK, settle=0.3)
    site.write({**FILES, "a.html": "<p>A"})
    seen = itertools.count()

    def meddle(request: Request) -> Fault | None:
        if is_manifest(request) and not next(seen):
            threading.Timer(0.1, lambda: lease_manifest(site, id="thief")).start()
        return None

    site.store.proxy.meddler = meddle
    with pytest.raises(MovedError):
        site.publish()
    assert list_writes(site.store)[-1] != "PUT a.html"
    assert site.store.read("site/a.html") == b"<p>a"


# ---- Failures


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(500, "InternalError"), "it answers 500 InternalError"),
        (Fault(503, "SlowDown"), "it answers 503 SlowDown"),
        (Fault(429, "TooManyRequests"), "it answers 429 TooManyRequests"),
        (Fault(400, "BadDigest"), "it answers 400 BadDigest"),
        (Fault(400, "RequestTimeout"), "it answers 400 RequestTimeout"),
        (Fault(), "the connection was cut"),
        (Fault(is_done=True), "the connection was cut"),
        (Fault(200, "SlowDown"), "it answers 200 SlowDown"),
        (Fault(200, "InternalError", is_done=True), "it answers 200 InternalError"),
    ],
)
def test_what_passes_is_waited_for(site: Site, fault: Fault, words: str) -> None:
    site.publish({**FILES, "old.html": ""})
    asked: dict[str, int] = {}

    def meddle(request: Request) -> Fault | None:
        asked[str(request)] = asked.get(str(request), 0) + 1
        # Of a PUT or GET, only the status is looked at.
        return (
            fault
            if asked[str(request)] == 1 and (fault.status != 200 or request.kind in {"COPY", "DELETE MANY"})
            else None
        )

    site.store.proxy.meddler = meddle
    site.publish({**FILES, "a.html": "<p>A", "b.html": "<p>B"})
    assert site.read_site() == encode({**FILES, "a.html": "<p>A", "b.html": "<p>B"})
    assert len(site.watched.waits) > 3
    assert set(site.watched.waits) == {f"{site.destination.title}: {words}"}


def test_a_store_that_does_not_answer_is_given_up(site: Site) -> None:
    site.publish(FILES)
    site.patience = dataclasses.replace(QUICK, timeout=0.2, total=0.5)
    site.store.proxy.meddler = lambda request: Fault(503, "SlowDown", seconds=0.4)
    start = time.monotonic()
    with pytest.raises(
        CallsiteError, match=r"it does not answer in time; nothing is lost: publish again, and it goes on"
    ):
        site.destination.look()
    assert time.monotonic() - start < 2


FINAL = [
    (Fault(403, "AccessDenied"), "it does not let us in; let the user of these credentials"),
    (Fault(401, "Unauthorized"), "it does not let us in; see which credentials"),
    (Fault(400, "ExpiredToken"), "it does not let us in; get new credentials"),
    (Fault(403, "RequestTimeTooSkewed"), "it does not let us in; set the clock of this machine"),
    (Fault(403, "InvalidAccessKeyId"), "it does not let us in; see which credentials"),
    (Fault(403, "SignatureDoesNotMatch"), "it does not let us in; see which credentials"),
    (Fault(404, "NoSuchBucket"), "make the bucket, or mend `url`"),
    (Fault(301, "PermanentRedirect"), "the bucket is somewhere else; set `region`"),
    (Fault(400, "AuthorizationHeaderMalformed"), "the bucket is somewhere else; set `region`"),
    (Fault(501, "NotImplemented"), "set `conditional = false`"),
    (Fault(400, f"Odd{SECRETS[0]}"), "it answers 400; see the store's own list"),
    (Fault(200, "AccessDenied"), "what it answers is not understood"),
]


@pytest.mark.parametrize(("fault", "words"), FINAL)
def test_what_does_not_pass_ends_it_at_once_and_tells_no_secret(site: Site, fault: Fault, words: str) -> None:
    site.publish(FILES)
    site.write({**FILES, "a.html": "<p>A"})
    destination = site.destination
    standing = destination.look()
    plan = site.plan(standing.manifest)
    site.store.proxy.clear()
    site.store.proxy.meddler = lambda request: fault
    with pytest.raises(CallsiteError) as error:
        destination.apply(plan, standing, site.folder, site.watched)
    assert words in str(error.value)
    assert str(error.value).startswith(f"{destination.title}: ")
    told = "".join(traceback.format_exception(error.value)) + repr(site.watched)
    assert not any(secret in told for secret in SECRETS)
    assert error.value.__cause__ is None
    assert error.value.__context__ is None
    assert site.watched.waits == []
    if fault.status != 200:
        with pytest.raises(CallsiteError) as error:
            destination.look()
        assert words in str(error.value)


@pytest.mark.parametrize(
    "damage",
    [
        b"not JSON",
        b"[]",
        b'{"callsite-published": 99}',
    ],
)
def test_what_is_no_manifest_is_not_overwritten(site: Site, damage: bytes) -> None:
    site.store.write(f"site/{MANIFEST}", damage)
    with pytest.raises(CallsiteError, match=rf"^s3://site-\d+/site: {MANIFEST}: "):
        site.destination.look()


def test_a_bucket_that_is_not_there_is_told(site: Site) -> None:
    site.settings = dataclasses.replace(site.settings, url="s3://nobody-has-this-one/site")
    with pytest.raises(
        CallsiteError, match=r"^s3://nobody-has-this-one/site: it answers 404 NoSuchBucket; make the bucket"
    ):
        site.destination.look()


# ---- What needs boto3


LEADS = {"old.html": "/a.html", "older.html": f"{SITE}/b.html"}
REDIRECTS = json.dumps({"site": SITE, "commit": "c0ffee", "dirty": False, "tools": {}, "pages": 1, "redirects": LEADS})


def test_redirects_are_the_stores_own(site: Site) -> None:
    site.settings = dataclasses.replace(site.settings, redirects=True)
    files = {**FILES, "build.json": REDIRECTS, "old.html": "<a href='a.html'>", "older.html": "<a href='b.html'>"}
    site.publish(files)
    assert site.store.read_headers("site/older.html")["x-amz-website-redirect-location"] == f"{SITE}/b.html"
    headers = site.store.read_headers("site/old.html")
    assert headers["x-amz-website-redirect-location"] == "/a.html"
    assert (headers["content-type"], headers["content-length"]) == ("text/html; charset=utf-8", "17")
    assert "x-amz-website-redirect-location" not in site.store.read_headers("site/a.html")
    site.publish(FILES)
    assert "old.html" not in site.read_site()
    site.roll_back()
    assert site.store.read_headers("site/old.html")["x-amz-website-redirect-location"] == "/a.html"
    assert site.store.read("site/old.html") == b"<a href='a.html'>"


def test_redirects_are_tried_again(site: Site) -> None:
    site.settings = dataclasses.replace(site.settings, redirects=True)
    site.patience = dataclasses.replace(QUICK, total=30)  # boto3 takes its time for the first request
    faults = [Fault(), Fault(400, "BadDigest"), Fault(503, "SlowDown")]
    site.store.proxy.meddler = lambda request: faults.pop() if request.key.endswith("old.html") and faults else None
    site.publish({**FILES, "build.json": REDIRECTS, "old.html": "<a href='a.html'>"})
    assert [reason.removeprefix(f"{site.destination.title}: ") for reason in site.watched.waits] == [
        "it answers 503 SlowDown",
        "it answers 400 BadDigest",
        "it does not answer",
    ]
    assert site.store.read_headers("site/old.html")["x-amz-website-redirect-location"] == "/a.html"


def test_redirects_that_are_refused_tell_no_secret(site: Site) -> None:
    site.settings = dataclasses.replace(site.settings, redirects=True)
    site.store.proxy.meddler = fail("old.html", code="ExpiredToken")  # type: ignore[assignment]  # it is one
    with pytest.raises(
        CallsiteError, match=r"old.html: it answers 403 ExpiredToken: .*; get new credentials$"
    ) as error:
        site.publish({**FILES, "build.json": REDIRECTS, "old.html": "<a href='a.html'>"})
    assert not any(secret in "".join(traceback.format_exception(error.value)) for secret in SECRETS)


def test_headers_of_redirects_need_boto3(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.write({"index.html": ""})
    destination = site.destination
    standing = destination.look()
    plan = site.plan(standing.manifest)
    entry = Entry("0" * 64, 1, (("x-amz-website-redirect-location", "/a.html"),))
    upload = dataclasses.replace(plan.uploads[0], entry=entry)
    monkeypatch.setattr(amazon_module, "has_boto3", lambda: False)
    with pytest.raises(CallsiteError, match=r"redirects of S3 and CloudFront need boto3; install callsite\[s3\]$"):
        destination.apply(dataclasses.replace(plan, uploads=(upload,)), standing, site.folder, site.watched)
    site.settings = dataclasses.replace(site.settings, cloudfront="E1")
    with pytest.raises(CallsiteError, match=r"install callsite\[s3\]$"):
        _ = site.destination


def make_distribution(site: Site) -> str:
    import boto3

    client = boto3.client("cloudfront", endpoint_url=f"http://{site.store.proxy.upstream}", region_name="us-east-1")
    origin = {"Id": "o", "DomainName": "site.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    caching = {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all", "MinTTL": 0}
    config = {
        "CallerReference": site.store.bucket,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {**caching, "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}}},
        "Comment": "",
        "Enabled": True,
    }
    identity = client.create_distribution(DistributionConfig=config)["Distribution"]["Id"]
    client.close()
    return str(identity)


def read_forgotten(store: Store) -> list[list[str]]:
    bodies = [request.body.decode() for request in store.proxy.requests if "/invalidation" in request.target]
    return [re.findall("<Path>([^<]*)</Path>", body) for body in bodies]


def test_cloudfront_forgets_what_has_changed(site: Site) -> None:
    site.settings = dataclasses.replace(site.settings, cloudfront=make_distribution(site))
    site.publish({**FILES, "ü b/index.html": "1"})
    site.store.proxy.clear()
    site.publish({**FILES, "ü b/index.html": "2", "a.html": "<p>A"})
    assert read_forgotten(site.store) == [["/%C3%BC%20b/", "/%C3%BC%20b/index.html", "/a.html"]]
    site.store.proxy.clear()
    site.publish()
    assert read_forgotten(site.store) == []


def test_cloudfront_is_asked_again_when_it_failed(site: Site) -> None:
    site.publish(FILES)
    right = make_distribution(site)
    site.settings = dataclasses.replace(site.settings, cloudfront="NONE")
    site.store.proxy.clear()
    with pytest.raises(CallsiteError, match=r"CloudFront: it answers 404 NoSuchDistribution; mend `cloudfront`"):
        site.publish({**FILES, "a.html": "<p>A", "index.html": "<p>I"})
    assert site.read_site()["a.html"] == b"<p>A"
    site.settings = dataclasses.replace(site.settings, cloudfront=right)
    site.store.proxy.clear()
    site.publish()
    assert read_forgotten(site.store) == [["/", "/a.html", "/index.html"]]
    assert site.publish().is_empty
