"""What tests in a real browser share: a built site, a server for it, and pages that watch themselves."""

from __future__ import annotations

import http.server
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
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


def vary_page(page: Page, widths: Iterable[int] = (360, 1440)) -> Iterator[str]:
    """Show a page in light and in dark, on narrow and on wide screens. Open it with `reduced_motion="reduce"`, or it may
    still be on its way from one to the other.
    """
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            # What scripts do when sizes change comes with the frames behind that.
            page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))")
            yield f"{scheme}, {width} pixels wide"


def find_violations(page: Page) -> list[object]:
    """What axe has against a page as it is now: each rule with the HTML that breaks it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_load_axe())
    passes, violations = page.evaluate(
        "axe.run({resultTypes: ['violations']}).then(found => [found.passes.length, found.violations])"
    )
    assert passes > 15  # it has looked
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in violations]


@cache
def _load_axe() -> str:
    return f"{Axe().axe_script}\n;0"  # for what comes last is sent back
