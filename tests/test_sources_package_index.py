"""Releases from package indexes: a web server of the test's own, and folders."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from callsite.errors import CallsiteError
from callsite.sources.fetching import Access
from callsite.sources.index_pages import JSON_TYPE
from callsite.sources.index_settings import IndexSettings
from callsite.sources.package_index import fetch_locked, fetch_release, find_kept, find_locked
from callsite.sources.spec import FromIndex
from tests.hostile import write
from tests.serving_files import Answer, Web, serve

QUICK = Access(timeout=5, pauses=(0, 0))
SDIST = b"an sdist"
WHEEL = b"a wheel"
SPEC = FromIndex("Fake.Dist", "==1.0")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Web]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "NETRC"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with serve() as running:
        yield running


@pytest.fixture
def index(web: Web) -> IndexSettings:
    """An index with two releases of one project."""
    links = [
        ("fake_dist-1.0-py3-none-any.whl", WHEEL),
        ("Fake-Dist-1.0.tar.gz", SDIST),
        ("fake_dist-2.0-py3-none-any.whl", WHEEL * 2),
    ]
    for name, data in links:
        web.put(f"/files/{name}", data)
    page = "".join(f'<a href="/files/{name}#sha256={_sha256(data)}">{name}</a>' for name, data in links)
    web.put("/simple/fake-dist/", page.encode(), "text/html")
    return IndexSettings((f"{web.address}/simple/",))


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def _names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_the_sdist_is_kept_under_its_hash(index: IndexSettings, web: Web, cache: Path) -> None:
    artefact = fetch_release(SPEC, cache, index, QUICK)
    assert artefact.path == cache / "files" / _sha256(SDIST) / "Fake-Dist-1.0.tar.gz"
    assert artefact.path.read_bytes() == SDIST
    assert (artefact.version, artefact.sha256) == ("1.0", _sha256(SDIST))
    assert artefact.address == f"{web.address}/files/Fake-Dist-1.0.tar.gz"
    assert web.asked == ["/simple/fake-dist/", "/files/Fake-Dist-1.0.tar.gz"]
    assert web.accepted[0].startswith(JSON_TYPE)
    assert len(_names(cache)) == 2


def test_what_is_kept_is_found_again(index: IndexSettings, cache: Path) -> None:
    assert find_kept(SPEC, cache) is None
    artefact = fetch_release(SPEC, cache, index, QUICK)
    assert find_kept(SPEC, cache) == artefact
    assert find_kept(FromIndex("fake_dist", "===1.0"), cache) == artefact
    assert find_locked(SPEC, "Fake-Dist-1.0.tar.gz", _sha256(SDIST), cache) == artefact


@pytest.mark.parametrize(
    "spec", [FromIndex("fake-dist", "==2"), FromIndex("fake-dist", ">=1"), FromIndex("fake", "==1.0")]
)
def test_other_versions_are_asked_for(index: IndexSettings, cache: Path, spec: FromIndex) -> None:
    fetch_release(SPEC, cache, index, QUICK)
    assert find_kept(spec, cache) is None


def test_a_kept_file_that_changed_is_not_taken(index: IndexSettings, cache: Path) -> None:
    artefact = fetch_release(SPEC, cache, index, QUICK)
    artefact.path.write_bytes(b"changed")
    assert find_kept(SPEC, cache) is None
    assert find_locked(SPEC, artefact.path.name, artefact.sha256, cache) is None
    assert fetch_release(SPEC, cache, index, QUICK) == artefact
    assert artefact.path.read_bytes() == SDIST


def test_a_kept_file_may_have_lost_its_address(index: IndexSettings, cache: Path) -> None:
    artefact = fetch_release(SPEC, cache, index, QUICK)
    next((cache / "files").glob("*/*.from")).unlink()
    kept = find_kept(SPEC, cache)
    assert kept is not None
    assert (kept.path, kept.address) == (artefact.path, "")


@pytest.mark.parametrize("name", ["../../../etc/passwd", "other-1.0.tar.gz", "Fake-Dist-1.0.tar.gz", ""])
def test_no_other_file_is_found(cache: Path, name: str) -> None:
    assert find_locked(SPEC, name, _sha256(b""), cache) is None


def test_the_newest_that_fits(index: IndexSettings, cache: Path) -> None:
    assert fetch_release(FromIndex("fake-dist", ">=1"), cache, index, QUICK).version == "2.0"
    assert fetch_release(FromIndex("fake-dist", "<2"), cache, index, QUICK).version == "1.0"


def test_json_pages_and_addresses_elsewhere(web: Web, cache: Path) -> None:
    with serve() as other:
        files = [{"url": other.put("/f/x-1.tar.gz", SDIST), "hashes": {"sha256": _sha256(SDIST)}}]
        web.put("/simple/x/", json.dumps({"files": files}).encode(), JSON_TYPE)
        artefact = fetch_release(FromIndex("x", ">0"), cache, IndexSettings((f"{web.address}/simple",)), QUICK)
        assert artefact.path.read_bytes() == SDIST


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha512"])
def test_hashes_of_every_kind_are_checked(web: Web, cache: Path, algorithm: str) -> None:
    web.put("/x-1.zip", SDIST)
    settings = IndexSettings((f"{web.address}/simple",))
    for digest in (hashlib.new(algorithm, SDIST).hexdigest(), "0000"):
        web.put("/simple/x/", f'<a href="/x-1.zip#{algorithm}={digest}">x</a>'.encode())
        if digest != "0000":
            assert fetch_release(FromIndex("x", ">0"), cache, settings, QUICK).sha256 == _sha256(SDIST)
            continue
        with pytest.raises(
            CallsiteError, match=f"x-1.zip: not kept, its {algorithm} is .* and not 0000, as the index says; run"
        ):
            fetch_release(FromIndex("x", ">0"), cache, settings, QUICK)


def test_nothing_is_kept_of_what_is_not_right(index: IndexSettings, web: Web, cache: Path) -> None:
    web.files["/files/Fake-Dist-1.0.tar.gz"].body = b"another"
    with pytest.raises(CallsiteError, match=r"Fake-Dist-1.0.tar.gz: not kept, its sha256 is"):
        fetch_release(SPEC, cache, index, QUICK)
    web.files["/files/Fake-Dist-1.0.tar.gz"] = Answer(SDIST, announced=100)
    with pytest.raises(
        CallsiteError, match=r"Fake-Dist-1.0.tar.gz: cannot be fetched, the connection broke off half-way"
    ):
        fetch_release(SPEC, cache, index, QUICK)
    with pytest.raises(CallsiteError, match=r"Fake-Dist-1.0.tar.gz: not fetched, it is larger than 5 bytes"):
        fetch_release(SPEC, cache, index, QUICK, limit=5)
    assert _names(cache) == set()


@pytest.mark.untraced
def test_nothing_is_kept_when_it_is_killed(index: IndexSettings, web: Web, cache: Path) -> None:
    def whim(handler: BaseHTTPRequestHandler, path: str) -> bool:
        if not path.startswith("/files"):
            return False
        handler.send_response(200)
        handler.send_header("Content-Length", "100000000")
        handler.end_headers()
        handler.wfile.write(bytes(1_000_000))
        running.send_signal(signal.SIGKILL)
        running.wait()
        return True

    web.whim = whim
    code = (
        "import sys; from pathlib import Path; from callsite.sources import package_index as p\n"
        "from callsite.sources.fetching import ACCESS; from callsite.sources.spec import FromIndex\n"
        "from callsite.sources.index_settings import IndexSettings\n"
        "p.fetch_release(FromIndex('fake-dist', '==1.0'), Path(sys.argv[1]), IndexSettings((sys.argv[2],)), ACCESS)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(cache), index.indexes[0]]) as running:
        running.wait()
    assert running.returncode == -signal.SIGKILL
    web.whim = None
    assert all(Path(name).name.startswith(".callsite-") for name in _names(cache))
    for left in (cache / "files").iterdir():
        os.utime(left, (0, 0))
    artefact = fetch_release(SPEC, cache, index, QUICK)
    assert {Path(name).name for name in _names(cache)} == {artefact.path.name, f"{artefact.path.name}.from"}


def test_what_no_index_has(index: IndexSettings, web: Web, cache: Path) -> None:
    with pytest.raises(
        CallsiteError, match="nothing==1: no package index has files of nothing; see how the name is written"
    ):
        fetch_release(FromIndex("nothing", "==1"), cache, index, QUICK)
    with pytest.raises(
        CallsiteError, match=r"Fake.Dist==3: there is no such version on the package index; the newest are 2.0, 1.0"
    ):
        fetch_release(FromIndex("Fake.Dist", "==3"), cache, index, QUICK)


def test_an_index_that_cannot_be_asked_stops_it_all(index: IndexSettings, web: Web, cache: Path) -> None:
    web.files["/broken/fake-dist/"] = Answer(b"", 500)
    settings = IndexSettings((*index.indexes, f"{web.address}/broken".replace("://", "://me:secret@")))
    with pytest.raises(CallsiteError, match="/broken/fake-dist/: cannot be fetched, the server answers 500") as caught:
        fetch_release(SPEC, cache, settings, QUICK)
    assert "secret" not in str(caught.value)


def test_what_is_no_index(web: Web, cache: Path) -> None:
    web.put("/simple/x/", b"{", JSON_TYPE)
    with pytest.raises(CallsiteError, match="/simple/x/: is no page of a package index; see that the address in pip's"):
        fetch_release(FromIndex("x", ">0"), cache, IndexSettings((f"{web.address}/simple",)), QUICK)


def test_credentials_go_to_the_index_and_into_no_file(index: IndexSettings, web: Web, cache: Path) -> None:
    web.password = "me:secret"
    settings = IndexSettings((index.indexes[0].replace("://", "://me:secret@"),))
    artefact = fetch_release(SPEC, cache, settings, QUICK)
    assert artefact.address == f"{web.address}/files/Fake-Dist-1.0.tar.gz"
    assert web.credentials == ["me:secret"] * 2
    assert not any(b"secret" in path.read_bytes() for path in cache.rglob("*") if path.is_file())


def test_an_index_on_the_disk(tmp_path: Path, cache: Path) -> None:
    write(tmp_path / "my index" / "files" / "x-1.tar.gz", SDIST)
    page = f'<a href="../../files/x-1.tar.gz#sha256={_sha256(SDIST)}">x</a>'
    write(tmp_path / "my index" / "simple" / "x" / "index.html", page.encode())
    settings = IndexSettings((f"{(tmp_path / 'my index').as_uri()}/simple", (tmp_path / "nothing").as_uri()))
    assert fetch_release(FromIndex("x", "==1"), cache, settings, QUICK).path.read_bytes() == SDIST


def test_folders_and_pages_with_links(web: Web, tmp_path: Path, cache: Path) -> None:
    write(tmp_path / "my links" / "x-1.tar.gz", SDIST)
    write(tmp_path / "my links" / "notes.txt", b"")
    web.put("/links.html", b'<a href="x-2.zip">x</a>', "text/html")
    web.put("/x-2.zip", WHEEL)
    web.put("/x-3.zip", WHEEL)
    places = (str(tmp_path / "my links"), f"{web.address}/links.html", f"{web.address}/x-3.zip")
    settings = IndexSettings((), places)
    assert fetch_release(FromIndex("x", "==1"), cache, settings, QUICK).path.read_bytes() == SDIST
    assert fetch_release(FromIndex("x", "==2"), cache, settings, QUICK).path.read_bytes() == WHEEL
    assert fetch_release(FromIndex("x", ">0"), cache, settings, QUICK).version == "3"
    settings = IndexSettings((), ((tmp_path / "my links").as_uri(),))
    assert fetch_release(FromIndex("x", ">0"), cache, settings, QUICK).path.read_bytes() == SDIST


def test_a_place_with_links_that_is_gone_is_said(web: Web, tmp_path: Path, cache: Path) -> None:
    for place in (str(tmp_path / "gone"), f"{web.address}/gone.html"):
        with pytest.raises(CallsiteError, match=r"gone.*: there is nothing at this address"):
            fetch_release(FromIndex("x", ">0"), cache, IndexSettings((), (place,)), QUICK)


def test_the_locked_file_is_fetched_whatever_else_there_is(index: IndexSettings, cache: Path) -> None:
    name = "fake_dist-1.0-py3-none-any.whl"
    artefact = fetch_locked(FromIndex("fake-dist", ">=1"), name, _sha256(WHEEL), cache, index, QUICK)
    assert (artefact.path.name, artefact.version, artefact.path.read_bytes()) == (name, "1.0", WHEEL)


def test_of_two_indexes_the_one_with_the_locked_file_is_asked(index: IndexSettings, web: Web, cache: Path) -> None:
    web.put("/files2/Fake-Dist-1.0.tar.gz", b"other")
    page = f'<a href="/files2/Fake-Dist-1.0.tar.gz#sha256={_sha256(b"other")}">x</a>'
    web.put("/other/fake-dist/", page.encode())
    for indexes in ((f"{web.address}/other", *index.indexes), (*index.indexes, f"{web.address}/other")):
        settings = IndexSettings(indexes)
        artefact = fetch_locked(SPEC, "Fake-Dist-1.0.tar.gz", _sha256(b"other"), cache, settings, QUICK)
        assert artefact.path.read_bytes() == b"other"


def test_a_locked_file_that_changed_is_refused(index: IndexSettings, cache: Path) -> None:
    old = _sha256(b"old")
    with pytest.raises(CallsiteError) as caught:
        fetch_locked(SPEC, "Fake-Dist-1.0.tar.gz", old, cache, index, QUICK)
    assert f"not the file that was locked, its SHA-256 is {_sha256(SDIST)} and not {old}; find out why" in str(
        caught.value
    )


@pytest.mark.parametrize("name", ["Fake-Dist-0.9.tar.gz", "../x"])
def test_a_locked_file_that_is_gone_is_said(index: IndexSettings, cache: Path, name: str) -> None:
    with pytest.raises(CallsiteError, match="no package index has this file any more; remove the source from the lock"):
        fetch_locked(SPEC, name, _sha256(b""), cache, index, QUICK)
