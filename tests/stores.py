"""An object store for tests: moto's server in a process of its own, behind a proxy that counts and meddles.

    destination ──HTTP──▶ Proxy ──HTTP──▶ moto
                            └─ requests, and what a test has it do to them

A test module makes one server for all of its tests and a bucket for each:

    @pytest.fixture(scope="module")
    def server() -> Iterator[StoreServer]:
        with serve_store() as server:
            yield server

    @pytest.fixture
    def store(server: StoreServer, monkeypatch: pytest.MonkeyPatch) -> Store:
        return server.make_store(monkeypatch)
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

# Planted: none of these may ever be seen in a message.
KEY_ID: Final = "AKIAPLANTEDKEYID0001"
SECRET: Final = "planted/Secret+Key/0123456789abcdefghijkl"
TOKEN: Final = "planted-session-token-0123456789=="
SECRETS: Final = (KEY_ID, SECRET, TOKEN)


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked of the store. `target` is the address as it was sent, headers have names in small letters."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)

    @property
    def key(self) -> str:
        """The object that is meant: what follows the bucket."""
        return unquote(urlsplit(self.target).path.lstrip("/").partition("/")[2])

    @property
    def kind(self) -> str:
        """GET, HEAD, PUT, COPY, DELETE, LIST, DELETE MANY, or another method with the names of its query."""
        query = parse_qs(urlsplit(self.target).query, keep_blank_values=True)
        if "x-amz-copy-source" in self.headers:
            return "COPY"
        if "list-type" in query:
            return "LIST"
        if "delete" in query:
            return "DELETE MANY"
        return " ".join((self.method, *sorted(set(query) - {"x-id"})))

    def __str__(self) -> str:
        return f"{self.kind} {self.key}".strip()


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a request in place of its answer.

    Status 0 cuts the connection. With `is_done`, the store does as it was asked and only the answer is another one.
    Before that the proxy waits for `seconds`.
    """

    status: int = 0
    code: str = ""
    is_done: bool = False
    seconds: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)

    def format_body(self) -> bytes:
        """An answer as S3 gives it; like many a server, it repeats what it should not."""
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{self.code}</Code><Message>No: {SECRET}</Message>'
            f"<AWSAccessKeyId>{KEY_ID}</AWSAccessKeyId><RequestId>1</RequestId></Error>"
        ).encode()


Meddler = Callable[[Request], Fault | None]


class Proxy:
    """A server before a server: keeps every request, and does what `meddler` says of it (None lets it pass)."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.requests: list[Request] = []
        self.meddler: Meddler | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._make_handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where the proxy listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def clear(self) -> None:
        """Forget the requests, and let all pass."""
        self.meddler = None
        self.requests.clear()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def forward(self, request: Request) -> tuple[int, list[tuple[str, str]], bytes]:
        """Have the real server answer."""
        connection = http.client.HTTPConnection(self.upstream, timeout=60)
        try:
            connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
            for name, value in request.headers.items():
                if name not in {"connection", "content-length", "transfer-encoding"}:
                    connection.putheader(name, value)
            connection.putheader("content-length", str(len(request.body)))
            connection.endheaders(request.body)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def _make_handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def answer(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                size = int(headers.get("content-length", 0))
                request = Request(self.command, self.path, headers, self.rfile.read(size))
                proxy.requests.append(request)
                fault = proxy.meddler(request) if proxy.meddler else None
                if fault:
                    time.sleep(fault.seconds)
                    if fault.is_done:
                        proxy.forward(request)
                    if not fault.status:
                        self.close_connection = True
                        # A reset, not an orderly end.
                        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                        self.connection.close()
                        return
                    body = fault.format_body()
                    self.send(fault.status, [("content-type", "application/xml"), *fault.headers.items()], body)
                else:
                    self.send(*proxy.forward(request))

            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = answer  # noqa: N815  # the base class looks for them

            def send(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
                self.send_response_only(status)
                said = [
                    (name, value) for name, value in headers if name.lower() not in {"connection", "transfer-encoding"}
                ]
                length = "content-length"
                if self.command != "HEAD":
                    said = [(name, value) for name, value in said if name.lower() != length]
                    if status not in {204, 304}:
                        said.append((length, str(len(body))))
                for name, value in said:
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def handle(self) -> None:
                with contextlib.suppress(OSError, ValueError):  # who asked is gone, or was cut off
                    super().handle()

            def finish(self) -> None:
                with contextlib.suppress(OSError, ValueError):
                    super().finish()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class calls it that
                pass

        return Handler


@dataclass(slots=True)
class Store:
    """A bucket of a running store. `client` asks the store itself, past the proxy."""

    bucket: str
    proxy: Proxy
    client: Any

    @property
    def endpoint(self) -> str:
        """Where destinations are to find the store: the proxy."""
        return self.proxy.url

    def list_kinds(self) -> Counter[str]:
        """How many requests of each kind came since the last `clear`."""
        return Counter(request.kind for request in self.proxy.requests)

    def list_keys(self) -> list[str]:
        """The keys of all objects, as another program sees them."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return [each["Key"] for page in pages for each in page.get("Contents", ())]

    def read(self, key: str) -> bytes:
        """What is in an object."""
        return bytes(self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read())

    def read_headers(self, key: str) -> dict[str, str]:
        """How an object is served."""
        answer = self.client.head_object(Bucket=self.bucket, Key=key)
        return dict(answer["ResponseMetadata"]["HTTPHeaders"])

    def write(self, key: str, data: bytes = b"", **options: str) -> None:
        """Put an object there, as another program would."""
        self.client.put_object(Bucket=self.bucket, Key=key, Body=data, **options)

    def remove(self, key: str) -> None:
        """Take an object away."""
        self.client.delete_object(Bucket=self.bucket, Key=key)


_NAMES = itertools.count(1)


class StoreServer:
    """A running store, and the proxy before it."""

    def __init__(self, address: str) -> None:
        import boto3
        from botocore.config import Config

        self.address = address
        self.proxy = Proxy(address)
        self.client = boto3.client(
            "s3",
            endpoint_url=f"http://{address}",
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required"),
        )

    def make_store(self, monkeypatch: pytest.MonkeyPatch) -> Store:
        """A new bucket, the proxy in front of it cleared, and an environment with credentials and nothing else."""
        self.proxy.clear()
        for name, value in self.make_environment().items():
            monkeypatch.setenv(name, value)
        for name in {"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_REGION"} & os.environ.keys():
            monkeypatch.delenv(name)
        bucket = f"site-{next(_NAMES)}"
        self.client.create_bucket(Bucket=bucket)
        return Store(bucket, self.proxy, self.client)

    def make_environment(self) -> dict[str, str]:
        """What a program is to have in its environment to be let in."""
        return {
            "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_SESSION_TOKEN": TOKEN,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.proxy.url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }


_PROGRAM = """
import logging, sys
logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print("%s:%d" % server.get_host_and_port(), flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def serve_store() -> Iterator[StoreServer]:
    """Run a store for as long as the block lasts; without moto and boto3 the tests are skipped."""
    pytest.importorskip("boto3", reason="no object store to try: pip install boto3")
    pytest.importorskip("moto", reason="no object store to try: pip install 'moto[s3]' flask flask-cors")
    # It ends with its standard input, so it does not outlive a test run that was killed.
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COVERAGE_"))},
    )
    assert process.stdout
    address = process.stdout.readline().strip()
    assert address, "moto's server does not start"
    server = StoreServer(address)
    try:
        yield server
    finally:
        server.proxy.close()
        server.client.close()
        process.kill()
        process.communicate()
