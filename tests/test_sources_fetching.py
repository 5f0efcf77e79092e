"""One address at a time: whole or not at all, and no password told to anybody else."""

from __future__ import annotations

import io
import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from callsite.errors import CallsiteError
from callsite.sources.fetching import Access, Missing, fetch
from tests.hostile import write
from tests.serving_files import Answer, Web, serve

PAUSES: list[float] = []
QUICK = Access(timeout=5, sleep=PAUSES.append)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Web]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("NETRC", raising=False)
    PAUSES.clear()
    with serve() as running:
        yield running


def _fetch(address: str, limit: int = 1000, access: Access = QUICK) -> bytes:
    into = io.BytesIO()
    fetch(address, into, access, limit)
    return into.getvalue()


def _refusal(address: str, limit: int = 1000, access: Access = QUICK) -> str:
    with pytest.raises(CallsiteError) as caught:
        _fetch(address, limit, access)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_file_comes_as_it_is(web: Web) -> None:
    address = web.put("/a", bytes(range(256)), "text/x")
    into = io.BytesIO()
    answer = fetch(address, into, QUICK, 256, accept="text/x")
    assert into.getvalue() == bytes(range(256))
    assert (answer.address, answer.content_type) == (address, "text/x")
    assert web.accepted == ["text/x"]


def test_what_is_not_there_is_not_asked_for_again(web: Web) -> None:
    with pytest.raises(Missing, match="/b: there is nothing at this address"):
        _fetch(f"{web.address}/b")
    web.files["/b"] = Answer(b"", 403)
    assert "/b: cannot be fetched, the server answers 403; give a user and password" in _refusal(f"{web.address}/b")
    web.files["/b"] = Answer(b"", 400)
    assert "/b: cannot be fetched, the server answers 400; see whether the network" in _refusal(f"{web.address}/b")
    assert web.asked == ["/b"] * 3
    assert PAUSES == []


def test_a_server_that_is_better_in_a_moment(web: Web) -> None:
    address = web.put("/a", b"good")

    def whim(handler: BaseHTTPRequestHandler, path: str) -> bool:
        if len(web.asked) > 2:
            return False
        handler.send_response((503, 429)[len(web.asked) - 1])
        handler.end_headers()
        return True

    web.whim = whim
    assert _fetch(address) == b"good"
    assert PAUSES == [1.0, 4.0]


def test_a_server_that_stays_bad(web: Web) -> None:
    web.files["/a"] = Answer(b"secret", 500)
    message = f"{web.address}/a: cannot be fetched, the server answers 500; see whether the network and the address are right, and"
    assert message in _refusal(f"{web.address}/a?key=secret")
    assert len(web.asked) == 3


def test_a_body_that_breaks_off_is_fetched_again_from_its_start(web: Web) -> None:
    def whim(handler: BaseHTTPRequestHandler, path: str) -> bool:
        if len(web.asked) > 1:
            return False
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"half of it")
        return True

    web.whim = whim
    assert _fetch(web.put("/a", b"good")) == b"good"
    web.files["/a"].announced = 100
    assert "/a: cannot be fetched, the connection broke off half-way; see" in _refusal(f"{web.address}/a")


def test_a_chunked_body_that_breaks_off(web: Web) -> None:
    def whim(handler: BaseHTTPRequestHandler, path: str) -> bool:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"ff\r\nhalf of it")
        return True

    web.whim = whim
    assert "the connection broke off half-way" in _refusal(f"{web.address}/a")


def test_a_connection_that_is_reset(web: Web) -> None:
    def whim(handler: BaseHTTPRequestHandler, path: str) -> bool:
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        handler.connection.close()
        return True

    web.whim = whim
    assert "/a: cannot be fetched, Connection reset by peer; see" in _refusal(f"{web.address}/a")


def test_an_answer_that_makes_no_sense(web: Web) -> None:
    def whim(handler: BaseHTTPRequestHandler, path: str) -> bool:
        handler.wfile.write(b"secret nonsense\r\n\r\n")
        return True

    web.whim = whim
    assert "/a: cannot be fetched, the server's answer makes no sense; see" in _refusal(f"{web.address}/a")


def test_a_server_that_does_not_answer(web: Web) -> None:
    done = threading.Event()

    def whim(handler: BaseHTTPRequestHandler, path: str) -> bool:
        done.wait(5)
        return True

    web.whim = whim
    message = _refusal(f"{web.address}/a", access=Access(timeout=0.1, pauses=()))
    done.set()
    assert "/a: cannot be fetched, no answer in time; see" in message


def test_no_server(web: Web) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        message = _refusal(f"http://127.0.0.1:{unused.getsockname()[1]}/a")
    assert "cannot be fetched, Connection refused; see" in message
    assert "cannot be fetched, the server's answer makes no sense" in _refusal(f"https://{'x' * 70}/")


def test_large_files_are_not_fetched(web: Web) -> None:
    assert _fetch(web.put("/a", b"x" * 1000)) == b"x" * 1000
    assert "/a: not fetched, it is larger than 999 bytes" in _refusal(f"{web.address}/a", 999)
    assert len(web.asked) == 2


@pytest.mark.parametrize(
    "address", ["ftp://x/a", "x", "http:///a", "http://[x/a", "https://u:secret@h:port/a", "data:,x"]
)
def test_what_is_no_address(address: str) -> None:
    assert "is no address of a file or of the web; mend the setting" in _refusal(address)


def test_nothing_is_asked_in_the_open() -> None:
    message = "http://index.test/a: not fetched without encryption; use https, or set pip's trusted-host"
    assert message in _refusal("http://u:secret@index.test/a")
    assert message in _refusal("http://index.test/a", access=Access(trusted=("other.test",)))


def test_a_trusted_host_may_be_asked_in_the_open(web: Web) -> None:
    # Nobody has this name; it is only asked for.
    access = Access(trusted=("index.invalid:80",), pauses=())
    assert "cannot be fetched" in _refusal("http://index.invalid/a", access=access)


def test_credentials_of_the_address_are_told_to_its_host_alone(web: Web) -> None:
    web.password = "me:secret@"
    web.put("/a", b"good")
    address = web.address.replace("://", "://me:secret%40@")
    assert _fetch(f"{address}/a") == b"good"
    web.files["/here"] = Answer(b"", 302, {"Location": "/a"})
    assert _fetch(f"{address}/here") == b"good"
    with serve() as other:
        other.put("/a", b"other")
        web.files["/away"] = Answer(b"", 302, {"Location": f"{other.address}/a"})
        assert _fetch(f"{address}/away") == b"other"
        assert other.credentials == [""]
    assert "the server answers 401; give a user and password" in _refusal(f"{web.address}/a")
    assert "/nothing: cannot be fetched, the server answers 401" in _refusal(f"{web.address}/nothing?key=secret")


def test_credentials_of_the_netrc_file(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    web.password = "me:secret"
    address = web.put("/a", b"good")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    assert _fetch(address) == b"good"
    (tmp_path / "broken").write_text("machine secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "broken"))
    assert "401" in _refusal(address)
    (tmp_path / "broken").write_text("machine other.test login me password secret\n")
    assert "401" in _refusal(address)


def test_redirects_lead_nowhere_else(web: Web) -> None:
    for location in ("file:///etc/passwd", "ftp://x/a", "http://index.test/a", "data:,x"):
        web.files["/a"] = Answer(b"", 302, {"Location": location})
        assert _refusal(f"{web.address}/a")
    web.files["/a"] = Answer(b"", 307, {"Location": "http://[x"})
    assert "the server's answer makes no sense" in _refusal(f"{web.address}/a")
    web.files["/loop"] = Answer(b"", 302, {"Location": "/loop"})
    assert "/loop: cannot be fetched, the server answers 302" in _refusal(f"{web.address}/loop")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for this computer, and its key, in one file."""
    path = tmp_path / "cert.pem"
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    made = subprocess.run(
        [
            *command.split(),
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-keyout",
            tmp_path / "key",
            "-out",
            tmp_path / "crt",
        ],
        capture_output=True,
        check=True,
    )
    assert made.returncode == 0
    path.write_bytes((tmp_path / "key").read_bytes() + (tmp_path / "crt").read_bytes())
    return path


def test_a_certificate_must_be_trusted(web: Web, certificate: Path) -> None:
    with serve(certificate) as encrypted:
        address = encrypted.put("/a", b"good")
        assert (
            "/a: cannot be fetched, its certificate is not trusted (self-signed certificate), set pip's `cert`"
            in _refusal(address)
        )
        assert encrypted.asked == []
        access = Access(certificate=str(certificate), pauses=())
        assert _fetch(address, access=access) == b"good"
        encrypted.files["/out"] = Answer(b"", 302, {"Location": web.put("/a", b"plain")})
        assert "/out: not fetched, it leads out of encryption" in _refusal(f"{encrypted.address}/out", access=access)
    assert web.asked == []


def test_certificates_that_are_not_there_are_said(web: Web, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    for name, reason in (("nothing", "No such file or directory"), ("x", ".*")):
        message = _refusal(f"{web.address}/a", access=Access(certificate=str(tmp_path / name)))
        assert re.search(f"{name}: no certificates to be read, {reason}; mend pip's `cert` setting", message)


def test_files_of_this_computer(tmp_path: Path) -> None:
    path = write(tmp_path / "a b.zip", b"x" * 1000)
    assert _fetch(path.as_uri()) == b"x" * 1000
    assert "a%20b.zip: not fetched, it is larger than 999 bytes" in _refusal(path.as_uri(), 999)
    for name in ("nothing", "a%20b.zip/x"):
        with pytest.raises(Missing, match="there is nothing at this address"):
            _fetch(f"{tmp_path.as_uri()}/{name}")
    os.mkfifo(tmp_path / "pipe")
    assert "pipe: cannot be read, it is no regular file; mend the setting" in _refusal(f"{tmp_path.as_uri()}/pipe")
