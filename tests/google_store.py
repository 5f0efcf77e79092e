"""A store that speaks as Google's does, as far as publishing asks: a bucket in memory with generations, over HTTP.

The emulators that are to be had either do not take the plain PUT of the XML interface or know no conditions. What the
interface is: https://cloud.google.com/storage/docs/xml-api/overview
"""

from __future__ import annotations

import contextlib
import email.utils
import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

_KEPT = ("content-type", "cache-control", "content-encoding")


@dataclass
class GoogleBucket:
    """Objects, each with its bytes, headers and generation, and what has been asked."""

    url: str = ""
    objects: dict[str, tuple[bytes, dict[str, str], int]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)


@contextlib.contextmanager
def serve_google(bucket_name: str) -> Iterator[GoogleBucket]:
    """Run a store with one bucket for as long as the block lasts."""
    bucket = GoogleBucket()
    generations = itertools.count(1)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def answer(self) -> None:
            parts = urlsplit(self.path)
            name, _, key = unquote(parts.path).lstrip("/").partition("/")
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            assert name == bucket_name
            with lock:
                bucket.asked.append(self.command if key else "LIST")
                if not key:
                    self.list_objects(parse_qs(parts.query)["prefix"][0])
                elif self.command == "PUT":
                    self.put(key, body)
                elif key not in bucket.objects:
                    self.send(404, b"<Error><Code>NoSuchKey</Code></Error>")
                elif self.command == "DELETE":
                    del bucket.objects[key]
                    self.send(204)
                else:
                    data, headers, generation = bucket.objects[key]
                    self.send(200, data, generation, headers)

        do_GET = do_HEAD = do_PUT = do_DELETE = answer  # noqa: N815  # the base class looks for them

        def put(self, key: str, body: bytes) -> None:
            condition = self.headers.get("x-goog-if-generation-match")
            standing = bucket.objects[key][2] if key in bucket.objects else 0
            if condition is not None:
                bucket.conditions.append(condition)
                if int(condition) != standing:
                    self.send(412, b"<Error><Code>PreconditionFailed</Code></Error>")
                    return
            source = self.headers.get("x-goog-copy-source")
            headers = {each: self.headers[each] for each in _KEPT if each in self.headers}
            if source is not None:
                found = bucket.objects.get(unquote(source).partition("/")[2])
                if found is None:
                    self.send(404, b"<Error><Code>NoSuchKey</Code></Error>")
                    return
                body, headers, _ = found
            generation = next(generations)
            bucket.objects[key] = (body, headers, generation)
            self.send(200, b"", generation)

        def list_objects(self, prefix: str) -> None:
            rows = "".join(
                f"<Contents><Key>{escape(key)}</Key><Size>{len(data)}</Size><ETag>{generation}</ETag>"
                "<LastModified>2026-01-31T12:00:00.000Z</LastModified></Contents>"
                for key, (data, _, generation) in sorted(bucket.objects.items())
                if key.startswith(prefix)
            )
            self.send(200, f"<ListBucketResult><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>".encode())

        def send(
            self, status: int, body: bytes = b"", generation: int = 0, headers: dict[str, str] | None = None
        ) -> None:
            self.send_response_only(status)
            said = {"last-modified": email.utils.formatdate(usegmt=True), **(headers or {})}
            if generation:
                said |= {"etag": f'"{generation}"', "x-goog-generation": str(generation)}
            if status != 204:
                said["content-length"] = str(len(body))
            for name, value in said.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class calls it that
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    bucket.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield bucket
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
