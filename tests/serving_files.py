"""A small web server for tests: on this computer alone, with answers that a test can spoil."""

from __future__ import annotations

import base64
import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class Answer:
    """What the server says to one request, and the length it claims."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    announced: int | None = None


@dataclass
class Web:
    """The server: its files by path, its whims (asked first, with the path), and what was asked of it."""

    address: str
    files: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    credentials: list[str] = field(default_factory=list)
    password: str = ""
    whim: Callable[[BaseHTTPRequestHandler, str], bool] | None = None

    def put(self, path: str, body: bytes, content_type: str = "application/octet-stream") -> str:
        """Have a file; gives its address."""
        self.files[path] = Answer(body, headers={"Content-Type": content_type})
        return self.address + path


@contextlib.contextmanager
def serve(certificate: Path | None = None) -> Iterator[Web]:
    """Serve until the end of the block, encrypted when there is a certificate."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the library's name
            path = self.path.partition("?")[0]
            web.asked.append(self.path)
            web.accepted.append(self.headers.get("Accept", ""))
            given = self.headers.get("Authorization", "")
            web.credentials.append(base64.b64decode(given.removeprefix("Basic ")).decode())
            if web.whim is not None and web.whim(self, path):
                return
            answer = web.files.get(path, Answer(b"nothing", 404))
            if web.password and web.credentials[-1] != web.password:
                answer = Answer(b"who are you?", 401)
            self.send_response(answer.status)
            for key, value in answer.headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(answer.body) if answer.announced is None else answer.announced))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(answer.body)

        do_POST = do_GET  # noqa: N815  # the library's name

        def handle(self) -> None:
            with contextlib.suppress(OSError):  # nobody listens any more
                super().handle()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        web = Web(f"http{'s' * (certificate is not None)}://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield web
        finally:
            server.shutdown()
            thread.join()
