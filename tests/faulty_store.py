"""An object store over HTTP whose answers a test can spoil, request by request: moto's, run in this process.

So it can be put back to an earlier state in a moment, and looked at between two requests without asking it for anything.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final

import pytest

from tests.stores import KEY_ID, SECRET, TOKEN

BUCKET: Final = "site"

# How often a visitor's question is put to moto. It breaks, as no store does, when an object is replaced while it is
# read: the old one is closed in the reader's hands.
_ASKED_AGAIN: Final = 10


@dataclass(frozen=True)
class Mishap:
    """What happens to a request: `kind` is the status of an answer, or one of

        lost       the store does as it was asked, and then the connection breaks off
        reset      the connection breaks off, and nothing is done
        cut        the store does as it was asked, and half of its answer comes
        hang       nothing is answered for `seconds`, and nothing is done

    It happens to the request of number `at`, the first being 1, and to as many after it as make `times`.
    """

    kind: int | str
    at: int
    times: int = 1
    code: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.7


@dataclass(frozen=True)
class Kept:
    """An object: its bytes and headers."""

    data: bytes
    headers: Mapping[str, str]


class FaultyStore:
    """The store. `look` is called after each request that changed something, before it is answered; `strike` when the
    request of number `kill_at` comes, which is then carried out if that is even.
    """

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.mishap: Mishap | None = None
        self.struck = 0
        self.kill_at = 0
        self.strike: Callable[[], object] = lambda: None
        self.look: Callable[[], object] = lambda: None
        self._lock = threading.Lock()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from moto.backends import get_backend
            from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
            from werkzeug.serving import make_server

            self._moto: Any = DomainDispatcherApplication(create_backend_app)
            self._backend: Any = get_backend("s3")["123456789012"]["aws"]
            if BUCKET not in self._backend.buckets:  # moto's stores are those of the process
                self._backend.create_bucket(BUCKET, "us-east-1")
            self._bucket.keys.clear()
            self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=_make_handler())
        self._server.daemon_threads = True  # type: ignore[attr-defined]  # it is one with threads
        self._server.log = lambda *_: None  # type: ignore[method-assign]  # of connections that break off
        self.address = f"127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def begin(self, mishap: Mishap | None = None, kill_at: int = 0) -> None:
        """Count requests from here on."""
        self.requests.clear()
        self.mishap, self.kill_at, self.struck = mishap, kill_at, 0

    def read(self) -> dict[str, Kept]:
        """All objects there are, with their headers."""
        found = {}
        for name in list(self._bucket.keys):
            key = self._bucket.keys.get(name)
            if key is not None:
                found[name] = Kept(key.value, {each.lower(): value for each, value in key.metadata.items()})
        return found

    def get(self, name: str) -> bytes | None:
        """What is in an object."""
        key = self._bucket.keys.get(name)
        return None if key is None else bytes(key.value)

    def write(self, objects: Mapping[str, Kept]) -> None:
        """Have these objects and no others."""
        for name in list(self._bucket.keys):
            self._bucket.keys.pop(name)
        for name, kept in objects.items():
            key = self._backend.put_object(BUCKET, name, kept.data)
            key.set_metadata(dict(kept.headers), replace=True)

    @property
    def _bucket(self) -> Any:
        return self._backend.buckets[BUCKET]

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        from werkzeug.test import run_wsgi_app

        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        method = environ["REQUEST_METHOD"]
        if environ.get("HTTP_AUTHORIZATION") is None:  # a visitor: the bucket is open for reading
            environ["HTTP_AUTHORIZATION"] = "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/s3/aws4_request"
            pieces, status, headers = self._ask_as_visitor(environ)
            start(status, list(headers))
            return pieces
        with self._lock:
            self.requests.append(f"{method} {environ['PATH_INFO']}?{environ['QUERY_STRING']}")
            number = len(self.requests)
            mishap = self.mishap
            if mishap and not mishap.at <= number < mishap.at + mishap.times:
                mishap = None
            if mishap:
                self.struck += 1
            is_done = mishap is None or mishap.kind in ("lost", "cut")
            if number == self.kill_at:
                self.struck += 1
                self.strike()
                if number % 2:
                    _reset(environ)
            if is_done:
                pieces, status, headers = run_wsgi_app(self._moto, environ, buffered=True)
                if method != "GET":
                    self.look()
        if mishap is None:
            start(status, list(headers))
            return pieces
        if mishap.kind == "hang":
            time.sleep(mishap.seconds)
        if mishap.kind == "cut":
            answer = b"".join(pieces)
            start(status, list(headers))
            return self._cut(environ, answer[: len(answer) // 2])
        if isinstance(mishap.kind, str):
            _reset(environ)
        # Like many a server, it repeats what it should not.
        said = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{mishap.code}</Code><Message>No: {SECRET}</Message>'
            f"<AWSAccessKeyId>{KEY_ID}</AWSAccessKeyId><Token>{TOKEN}</Token></Error>"
        ).encode()
        start(
            f"{mishap.kind} Whatever",
            [("Content-Type", "application/xml"), ("Content-Length", str(len(said))), *mishap.headers.items()],
        )
        return [b"" if method == "HEAD" else said]

    def _ask_as_visitor(self, environ: dict[str, Any]) -> tuple[Iterable[bytes], str, Any]:
        from werkzeug.test import run_wsgi_app

        for _ in range(_ASKED_AGAIN):
            with contextlib.suppress(ValueError):
                return run_wsgi_app(self._moto, {**environ}, buffered=True)
        raise AssertionError("moto has no answer")

    def _cut(self, environ: dict[str, Any], answer: bytes) -> Iterator[bytes]:
        yield answer
        _reset(environ)


def _reset(environ: dict[str, Any]) -> None:
    """Break the connection off."""
    connection: socket.socket = environ["werkzeug.socket"]
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())  # now, and not when the last one who could read from it has gone
    raise ConnectionResetError


def _make_handler() -> Any:
    from moto.moto_server.werkzeug_app import MotoRequestHandler

    class Handler(MotoRequestHandler):
        disable_nagle_algorithm = True

        def handle(self) -> None:
            with contextlib.suppress(OSError, ValueError):  # who asked is gone
                super().handle()

        def finish(self) -> None:
            with contextlib.suppress(OSError, ValueError):
                super().finish()

        def log(self, *_: object) -> None:
            pass

    return Handler


def make_environment(store: FaultyStore) -> dict[str, str]:
    """What a program is to have in its environment to be let in."""
    return {
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_SESSION_TOKEN": TOKEN,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://{store.address}",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@contextlib.contextmanager
def serve_faulty_store() -> Iterator[FaultyStore]:
    """Run a store for as long as the block lasts; without moto the tests are skipped."""
    pytest.importorskip("obstore", reason="no way to a store: pip install obstore")
    pytest.importorskip("moto", reason="no object store to try: pip install 'moto[s3]' flask flask-cors")
    store = FaultyStore()
    try:
        yield store
    finally:
        store.close()
