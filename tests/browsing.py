"""What tests in a real browser share: a built site, a server for it, and pages that watch themselves."""

from __future__ import annotations

import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page


def build_site(root: Path, files: Mapping[str, str] | Mapping[str, str | bytes], *arguments: str) -> Path:
    """Write a site's files and build it, as a user does. Gives the output."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text.encode() if isinstance(text, str) else text)
    command = [sys.executable, "-m", "callsite", "build", *arguments]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    return root / "output"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that has gone elsewhere is no news."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # as it was handed in


@contextmanager
def serve_folder(folder: Path) -> Iterator[str]:
    """A server of files on this computer; gives its address."""
    with _Server(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://localhost:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def open_page(browser: Browser, url: str, **options: object) -> Iterator[Page]:
    """A page in a context of its own; errors in the console and requests to other hosts are faults."""
    context: BrowserContext = browser.new_context(**options)  # type: ignore[arg-type]  # passed through
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    origin = url.split("/", 3)[2]
    page.on("request", lambda request: faults.append(request.url) if request.url.split("/", 3)[2] != origin else None)
    page.goto(url)
    yield page
    context.close()
    assert not faults, faults
