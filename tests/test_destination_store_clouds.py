"""The stores of Google and Azure as destinations: the same as S3, with conditions of their own.

Azure is tried where its emulator is (`npm install --global azurite`).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import obstore
import pytest

from callsite.destinations import MovedError
from callsite.destinations.store import Patience, StoreDestination
from callsite.destinations.store.address import parse_address
from callsite.destinations.store.connecting import connect
from callsite.errors import CallsiteError
from callsite.publish.manifest import MANIFEST, Manifest
from callsite.publish.plan import Plan, plan_publish
from callsite.publish.settings import StoreSettings
from callsite.publishing.output import read_output
from tests.google_store import GoogleBucket, serve_google
from tests.publishing import NOON, Watched, write_output

QUICK = Patience(first=0.01, most=0.05, total=1.0, timeout=5.0, soon=10.0)
ONE = {"index.html": "<p>1", "a b/ü%.html": "<p>a", "old.html": "<p>old"}
TWO = {"index.html": "<p>2", "a b/ü%.html": "<p>a", "new.png": "png"}


class Site:
    """A site that is published again and again."""

    def __init__(self, settings: StoreSettings, folder: Path) -> None:
        self.settings = settings
        self.folder = folder
        self.minutes = 0
        self.store = connect(settings, parse_address(settings), QUICK)

    @property
    def destination(self) -> StoreDestination:
        return StoreDestination(self.settings, self.folder, patience=QUICK)

    def plan(self, files: Mapping[str, str], manifest: Manifest) -> Plan:
        shutil.rmtree(self.folder, ignore_errors=True)
        write_output(self.folder, {**files, "build.json": BUILD})
        self.minutes += 1
        new = read_output(self.folder, headers=True).manifest
        return plan_publish(manifest, new, NOON + timedelta(minutes=self.minutes), timedelta(days=7))

    def publish(self, files: Mapping[str, str]) -> None:
        destination = self.destination
        standing = destination.look()
        destination.apply(self.plan(files, standing.manifest), standing, self.folder, Watched())

    def read(self) -> dict[str, str]:
        paths = self.destination.list_files()
        return {path: bytes(obstore.get(self.store, path).bytes()).decode() for path in paths if path != "build.json"}


BUILD = json.dumps({"site": "https://x.example", "commit": "c", "redirects": {}})


def check_a_life(site: Site) -> None:
    """Publish, publish a change, find that nothing is left to do, go back, and lose a race."""
    site.publish(ONE)
    assert site.read() == ONE
    attributes = obstore.get(site.store, "index.html").attributes
    assert attributes["Content-Type"] == "text/html; charset=utf-8"
    assert attributes["Cache-Control"] == "public, max-age=0, must-revalidate"
    site.publish(TWO)
    assert site.read() == TWO
    destination = site.destination
    standing = destination.look()
    assert site.plan(TWO, standing.manifest).is_empty
    destination.roll_back(destination.list_releases()[0], standing, Watched())
    assert site.read() == ONE
    assert obstore.get(site.store, "old.html").attributes["Content-Type"] == "text/html; charset=utf-8"
    with pytest.raises(MovedError):
        destination.apply(site.plan(TWO, standing.manifest), standing, site.folder, Watched())
    assert site.read() == ONE
    # What is to be deleted may be gone.
    obstore.delete(site.store, "old.html")
    site.publish(TWO)
    assert site.read() == TWO


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleBucket]:
    with serve_google("examples") as bucket:
        account = {"disable_oauth": True, "client_email": "", "private_key": "", "private_key_id": ""}
        monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT_KEY", json.dumps({**account, "gcs_base_url": bucket.url}))
        yield bucket


def test_googles_store_has_its_life(google: GoogleBucket, tmp_path: Path) -> None:
    site = Site(StoreSettings("gs://examples/site", endpoint=google.url), tmp_path / "output")
    check_a_life(site)
    # The first on the condition that there is none, each other that there is a certain one.
    assert google.conditions[0] == "0"
    assert all(int(condition) > 0 for condition in google.conditions[1:])
    assert f"site/{MANIFEST}" in google.objects
    assert google.asked.count("DELETE") > 1


def test_googles_store_takes_five_requests_for_a_page(google: GoogleBucket, tmp_path: Path) -> None:
    site = Site(StoreSettings("gs://examples", endpoint=google.url), tmp_path / "output")
    site.publish(ONE)
    google.asked.clear()
    site.publish({**ONE, "old.html": "<p>changed"})
    assert google.asked == ["GET", "PUT", "PUT", "PUT", "PUT"]


ACCOUNT = "devstoreaccount1"
# The emulator's own, which is in its manual: no secret.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


@pytest.fixture
def azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Azure's emulator, with a container `examples`; the address of its account."""
    program = shutil.which("azurite-blob")
    if program is None:
        pytest.skip("no azurite-blob on the PATH (npm install --global azurite)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [program, "--silent", "--location", str(tmp_path / "azurite"), "--blobPort", str(port)]
    process = subprocess.Popen([*command, "--skipApiVersionCheck"], stdout=subprocess.DEVNULL)
    try:
        make_container(port)
        monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT)
        monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", KEY)
        yield f"http://127.0.0.1:{port}/{ACCOUNT}"
    finally:
        process.kill()
        process.wait()


def make_container(port: int) -> None:
    """Make the container, which obstore cannot: https://learn.microsoft.com/en-us/rest/api/storageservices/create-container."""
    date, version = format_datetime(datetime.now(UTC), usegmt=True), "2021-08-06"
    head = "PUT" + "\n" * 12 + f"x-ms-date:{date}\nx-ms-version:{version}\n"
    signed = f"{head}/{ACCOUNT}/{ACCOUNT}/examples\nrestype:container".encode()
    signature = base64.b64encode(hmac.new(base64.b64decode(KEY), signed, hashlib.sha256).digest()).decode()
    headers = {"x-ms-date": date, "x-ms-version": version, "Authorization": f"SharedKey {ACCOUNT}:{signature}"}
    end = time.monotonic() + 30
    while time.monotonic() < end:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        with contextlib.suppress(OSError), contextlib.closing(connection):
            connection.request("PUT", f"/{ACCOUNT}/examples?restype=container", headers=headers)
            assert connection.getresponse().status == 201
            return
        time.sleep(0.1)
    pytest.fail("the emulator does not start")


def test_azures_store_has_its_life(azure: str, tmp_path: Path) -> None:
    check_a_life(Site(StoreSettings("az://examples/site", endpoint=azure), tmp_path / "output"))
    with pytest.raises(CallsiteError, match=r"^az://nothing: it answers 404 ContainerNotFound; make the container"):
        StoreDestination(StoreSettings("az://nothing", endpoint=azure), patience=QUICK).look()
