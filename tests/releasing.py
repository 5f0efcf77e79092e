"""Sites, plans and a look at what visitors are shown, for tests of destinations with releases."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from callsite.destinations import Destination, Standing
from callsite.publish.manifest import Entry, Manifest
from callsite.publish.plan import Plan, plan_publish
from tests.publishing import NOON, Watched, fingerprint

Files = Mapping[str, bytes]

WEEK = timedelta(days=7)

# Names that shells, programs and addresses read in ways of their own.
AWKWARD = (
    "with space.html",
    " begins and ends with one ",
    "100%.html",
    "what?.html",
    "a#b.html",
    "#comment",
    ";comment",
    ".hidden",
    "..data/..x",
    "-rf",
    "--delete",
    "-/-e",
    "~",
    "~root/x",
    "$HOME.html",
    "`id`.html",
    "$(id).html",
    'it\'s "quoted".html',
    "star*.html",
    "[a-z].html",
    "{a,b}.html",
    "a&b;c|d<e>f.html",
    "!history!!.html",
    "with:colon",
    "host:path/x",
    "user@host:x",
    "ünï/cödé/日本語 🦊.html",
    "e\u0301.html",
    "x" * 255,
    "ö" * 127 + "/" + "é" * 127,
    "core",
    "tags",
    "lib.so",
    "CVS/x",
    ".git-not/x~",
    "name.partial",
    ".x.gone",
    "total",
    "12 total",
    "=",
    "%2e%2e/x",
)

OLD: Files = {
    "index.html": b"old index",
    "page.html": b"a page",
    "going.html": b"will go",
    f"css/old.{fingerprint(b'dark')}.css": b"dark",
    "css/same.css": b"same in both",
    "a/b/c/deep.txt": b"deep",
}
NEW: Files = {
    "index.html": b"new index",
    "page.html": b"a page",
    f"css/new.{fingerprint(b'light')}.css": b"light",
    "css/same.css": b"same in both",
    "a/b/c/deep.txt": b"deep",
    "a/b/new.txt": b"new beside deep",
}

# What stands there when NEW has come after OLD: what pages in caches may ask for is there still.
KEPT: Files = {path: data for path, data in OLD.items() if path.startswith("css/old")}
BOTH: Files = {**NEW, **KEPT}


@contextlib.contextmanager
def quick_folder(folder: Path) -> Iterator[Path]:
    """A folder in memory, where there is such a thing, else the one given: no disk has to be waited for."""
    if os.access("/dev/shm", os.W_OK):
        with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
            yield Path(name)
    else:
        yield folder


def make_files(files: Files, folder: Path) -> Path:
    """Write an output folder, in the place of one that was there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def make_manifest(files: Files) -> Manifest:
    """What a publish reads of an output."""
    entries = {path: Entry(hashlib.sha256(data).hexdigest(), len(data)) for path, data in files.items()}
    return Manifest(entries, site="https://examples.example.org", commit="c0ffee")


def plan_site(standing: Standing, files: Files, now: datetime = NOON) -> Plan:
    """Plan the publish of a site."""
    return plan_publish(standing.manifest, make_manifest(files), now, WEEK)


def put(destination: Destination, files: Files, output: Path, now: datetime = NOON) -> tuple[Plan, Watched]:
    """Publish a site."""
    standing = destination.look()
    plan = plan_site(standing, files, now)
    watched = Watched()
    destination.apply(plan, standing, make_files(files, output), watched)
    return plan, watched


def read_files(folder: Path) -> dict[str, bytes]:
    """All files below a folder, links among them as what they lead to."""
    found = {}
    for name, _, files in os.walk(folder):
        for file in files:
            path = Path(name, file)
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def shown(root: Path) -> dict[str, bytes]:
    """What visitors are shown."""
    return read_files(root / "current")
