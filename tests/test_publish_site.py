"""A site as a new user has it, published with the command as it is typed: built, checked, planned, sent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from callsite.destinations import Destination
from callsite.destinations.folders.directory import DirectoryDestination
from callsite.publish.manifest import Manifest
from callsite.publish.settings import BranchSettings, DirectorySettings, SshSettings, StoreSettings, Target
from callsite.publishing.opening import open_destination
from callsite.scaffold import plan_site, write_site

PAGE = "content/examples/pathlib/path.md"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    list(write_site(folder, plan_site("Examples")))
    table = '[tool.callsite.publish.to.live]\nkind = "directory"\npath = "../www"\n'
    (folder / "pyproject.toml").write_text(table)
    settings = folder / "publishconf.py"
    settings.write_text(settings.read_text().replace("https://example.org", "https://examples.example.org"))
    return folder


def publish(site: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "callsite", "publish", *words]
    return subprocess.run(
        command, cwd=site, env=os.environ | environment, capture_output=True, text=True, timeout=120, check=False
    )


def read(www: Path) -> dict[str, bytes]:
    current = www / "current"
    return {str(path.relative_to(current)): path.read_bytes() for path in current.rglob("*") if path.is_file()}


def edit(site: Path, change: Callable[[str], str]) -> None:
    (site / PAGE).write_text(change((site / PAGE).read_text()))


def test_from_nothing_to_a_live_site_and_back(site: Path) -> None:
    www = site.parent / "www"
    planned = publish(site, "--dry-run", "--json")
    assert planned.returncode == 0, planned.stderr
    assert not www.exists()
    uploads = {row["path"] for row in json.loads(planned.stdout)["uploads"]}

    first = publish(site)
    assert first.returncode == 0, first.stderr
    shown = read(www)
    assert shown.keys() == uploads
    assert {"index.html", "404.html", "robots.txt", "_headers", ".nojekyll", "build.json", "sitemap.xml"} < shown.keys()
    assert b'href="https://examples.example.org/theme/css/callsite.' in shown["index.html"]

    twice = publish(site)
    assert twice.stdout.splitlines()[-1].endswith(f"nothing to send: all {len(shown)} files are there")

    edit(site, lambda text: text.replace("a place in the file system", "a path of a file"))
    told = json.loads(publish(site, "--json").stdout)
    changed = {row["path"] for row in told["uploads"]}
    assert {"pathlib-path-examples.html", "pathlib-path-examples.md"} <= changed
    assert not any(path.startswith("theme/") for path in changed)
    assert b"a path of a file" in read(www)["pathlib-path-examples.html"]

    back = publish(site, "--rollback")
    assert (back.returncode, back.stderr) == (0, "")
    again = read(www)
    assert shown.items() <= again.items()
    assert all("pagefind/" in path for path in again.keys() - shown.keys())  # for pages that are open just now


def test_what_does_not_build_or_pass_is_not_sent(site: Path) -> None:
    publish(site)
    shown = read(site.parent / "www")
    edit(site, lambda text: text + "\nSee [this]({filename}nowhere.md).\n")
    failed = publish(site)
    assert failed.returncode == 1
    assert "S102 the link to `{filename}nowhere.md` leads nowhere" in failed.stderr
    edit(site, lambda text: text.replace("See [this]({filename}nowhere.md).", "### Skipped\n\n##### Deep\n"))
    failed = publish(site)
    assert failed.returncode == 1
    assert failed.stderr.endswith("callsite: nothing was sent; mend what was found first\n")
    assert read(site.parent / "www") == shown


def test_what_programs_read_has_no_word_of_the_build(site: Path) -> None:
    done = publish(site, "--json")
    assert json.loads(done.stdout)["state"] == "published"
    assert "Processed" in done.stderr


@pytest.mark.parametrize(
    "target",
    [
        DirectorySettings("www"),
        SshSettings("host.example.org", "/srv/www"),
        BranchSettings("."),
        StoreSettings("s3://bucket", region="us-east-1"),
    ],
    ids=["directory", "ssh", "branch", "store"],
)
def test_each_kind_of_destination_opens_without_asking_for_anything(target: Target, tmp_path: Path) -> None:
    destination: Destination = open_destination(target, tmp_path)
    assert destination.title
    assert destination.find_warnings(Manifest()) == ()
    assert isinstance(destination, DirectoryDestination) == isinstance(target, DirectorySettings)
