"""The local server, as a process, over real connections."""

from __future__ import annotations

import asyncio
import errno
import gzip
import http.client
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from callsite import serving
from callsite.errors import CallsiteError
from callsite.serving import Job, bind
from tests.building import CONTENT, SiteFolder

PAGE = "content/pages/about.md"


class Server:
    """A running `callsite serve`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.printed = ""
        self.port = int(self.wait_for(r"Serving on http://localhost:(\d+)/ \(Ctrl-C stops\)")[1])

    def wait_for(self, pattern: str, seconds: float = 30) -> re.Match[str]:
        """Wait until what matches has been printed; forget all that came before its end."""
        assert self.process.stderr
        end = time.monotonic() + seconds
        while not (match := re.search(pattern, self.printed)):
            assert time.monotonic() < end, f"no {pattern!r} in {self.printed!r}"
            # Not by lines: behind the first, more of them may have come, of which `select` would not know.
            if select.select([self.process.stderr], [], [], 0.1)[0]:
                data = os.read(self.process.stderr.fileno(), 65536)
                assert data, f"the server ended; it printed {self.printed!r}"
                self.printed += data.decode(errors="replace")
        self.printed = self.printed[match.end() :]
        return match

    def get(self, path: str) -> tuple[int, http.client.HTTPMessage, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def stop(self, how: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        self.process.send_signal(how)
        _, errors = self.process.communicate(timeout=30)
        return self.process.returncode, self.printed + errors


@pytest.fixture
def serve(site: SiteFolder) -> Iterator[Callable[..., Server]]:
    running: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> Server:
        command = [sys.executable, "-m", "callsite", "serve", "--port", "0", *arguments]
        running.append(subprocess.Popen(command, cwd=site.root, stderr=subprocess.PIPE, text=True, bufsize=1))
        return Server(running[-1])

    yield start
    for process in running:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)


def test_a_site_is_served_and_reloaded(site: SiteFolder, serve: Callable[[], Server]) -> None:
    site.write(CONTENT)
    server = serve()
    server.wait_for(r"Built in \d+\.\d s\. Waiting for a change\.")
    status, headers, page = server.get("/about.html")
    assert (status, headers["Cache-Control"]) == (200, "no-store")
    assert "About this site." in page
    assert serving.RELOAD_PATH in page
    assert int(headers["Content-Length"]) == len(page.encode())
    assert serving.RELOAD_PATH not in (site.output / "about.html").read_text(encoding="utf-8")
    status, headers, style = server.get("/theme/css/callsite.css")
    assert (status, headers["Content-Type"]) == (200, "text/css")
    assert style == (site.output / "theme/css/callsite.css").read_text(encoding="utf-8")

    with _reload_stream(server) as stream:
        first = _next_number(stream)
        assert f"'{first}'" in page  # else a build that ends before the page listens would not be shown
        site.write({PAGE: "title: About\nslug: about\n\nSomething new.\n"})
        server.wait_for("Something changed: building")
        assert _next_number(stream) != first
    assert "Something new." in server.get("/about.html")[2]
    code, printed = server.stop()
    assert code == 0
    assert printed.endswith("Stopped.\n")
    assert "Cannot" not in printed


def find_words(site: SiteFolder) -> bytes:
    """What the search knows of pages."""
    found = [gzip.decompress(path.read_bytes()) for path in (site.output / "pagefind").rglob("*.pf_fragment")]
    return b"".join(sorted(found))


def test_a_page_is_shown_before_the_search_finds_it(site: SiteFolder, serve: Callable[[], Server]) -> None:
    site.write(CONTENT)
    server = serve()
    server.wait_for(r"Built in")
    site.write({PAGE: CONTENT[PAGE].replace("About this", "All about this")})
    server.wait_for("1 page revised")
    server.wait_for("Built in")
    assert "All about this" in server.get("/about.html")[2]
    assert b"All about this" not in find_words(site)
    site.write({PAGE: CONTENT[PAGE].replace("About this", "Much about this")})  # within the time that it waits
    server.wait_for("1 page revised")
    server.wait_for("The search is up to date.")
    assert b"Much about this" in find_words(site)
    assert server.stop()[0] == 0


@pytest.mark.untraced
def test_the_settings_and_what_they_import_are_watched(site: SiteFolder, serve: Callable[[], Server]) -> None:
    site.write({**CONTENT, "names.py": "NAME = 'One'\n"})
    with (site.root / "pelicanconf.py").open("a") as file:
        file.write("from names import NAME\nSITENAME = NAME\n")
    server = serve()
    server.wait_for("Built in")
    site.write({"names.py": "NAME = 'Another'\n"})
    server.wait_for("Built in")
    assert "Another" in server.get("/about.html")[2]


def test_what_is_not_there_gets_the_404_page(site: SiteFolder, serve: Callable[[], Server]) -> None:
    site.write(CONTENT)
    server = serve()
    server.wait_for("Built in")
    status, headers, page = server.get("/nothing/here.html")
    assert (status, headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "not found" in page.lower()
    assert serving.RELOAD_PATH in page
    for outside in ("/../pelicanconf.py", "/%2e%2e/pelicanconf.py", "/a%00b"):
        assert server.get(outside)[::2] == (404, page)
    assert server.get("/about")[0] == 200  # as hosts do
    (site.output / "404.html").unlink()
    assert server.get("/nothing")[0] == 404


@pytest.mark.untraced
def test_an_edit_saved_while_a_build_runs_is_not_lost(site: SiteFolder, serve: Callable[[], Server]) -> None:
    site.set(PLUGINS=["callsite.pelican_plugin", "slow"])
    site.write(
        {
            **CONTENT,
            # Reading is over when pages have been written: only a build after this one can see the edit.
            "slow.py": "from pelican import signals\n\ndef wait(*args, **kwargs):\n"
            "    open('waiting', 'w').close()\n    open('go').read()\n\n"
            "def register():\n    signals.page_writer_finalized.connect(wait)\n",
        }
    )
    os.mkfifo(site.root / "go")
    server = serve()
    end = time.monotonic() + 30
    while not (site.root / "waiting").exists():
        assert time.monotonic() < end
        time.sleep(0.02)
    site.write({PAGE: "title: About\nslug: about\n\nSaved in the middle.\n"})
    _let_go(site.root / "go")
    server.wait_for("Built in")
    assert "Saved in the middle." not in server.get("/about.html")[2]  # the next build waits
    _let_go(site.root / "go")
    server.wait_for("Built in")
    assert "Saved in the middle." in server.get("/about.html")[2]


@pytest.mark.untraced
def test_idle_connections_block_nobody(site: SiteFolder, serve: Callable[[], Server]) -> None:
    site.write(CONTENT)
    server = serve()
    server.wait_for("Built in")
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(50)]
    try:
        start = time.monotonic()
        assert server.get("/about.html")[0] == 200
        assert time.monotonic() - start < 5
    finally:
        for connection in idle:
            connection.close()


@pytest.mark.untraced
def test_a_build_that_fails_leaves_the_last_good_site_up(site: SiteFolder, serve: Callable[[], Server]) -> None:
    site.write(CONTENT)
    server = serve()
    server.wait_for("Built in")
    site.write({PAGE: "slug: about\n\nNo title.\n"})
    server.wait_for(r"content/pages/about\.md:1: M101")
    server.wait_for("The build failed; the site shown is the last that was good. Waiting for a change.")
    assert "About this site." in server.get("/about.html")[2]


def test_a_first_build_that_fails_says_why_in_the_browser(site: SiteFolder, serve: Callable[[], Server]) -> None:
    site.write({PAGE: "slug: <about>\n\nNo title.\n"})
    server = serve()
    server.wait_for("The build failed")
    status, headers, page = server.get("/about.html")
    assert (status, headers["Content-Type"]) == (503, "text/html; charset=utf-8")
    assert "content/pages/about.md:1: M101 no `title`" in page
    assert "`&lt;about&gt;` cannot name a page" in page
    site.write(CONTENT)
    server.wait_for("Built in")
    assert server.get("/about.html")[0] == 200


def test_stopping_ends_a_build_as_well(site: SiteFolder, serve: Callable[[], Server]) -> None:
    with (site.root / "pelicanconf.py").open("a") as file:
        # The command reads the settings, too; only the build is to be slow.
        file.write(
            "import sys, time\nif 'pelican' in sys.modules:\n    open('building', 'w').close()\n    time.sleep(60)\n"
        )
    site.write(CONTENT)
    server = serve()
    end = time.monotonic() + 30
    while not (site.root / "building").exists():
        assert time.monotonic() < end
        time.sleep(0.02)
    start = time.monotonic()
    assert server.stop(signal.SIGTERM)[0] == 0
    assert time.monotonic() - start < 20
    assert not site.output.exists()


@pytest.mark.untraced
def test_output_among_the_content_does_not_set_off_builds(site: SiteFolder, serve: Callable[..., Server]) -> None:
    site.write(CONTENT)
    server = serve("--output", "content/output")
    server.wait_for("Built in")
    time.sleep(1.5)
    site.write({PAGE: "title: About\nslug: about\n\nOnce.\n"})
    server.wait_for("Built in")
    time.sleep(1.5)
    code, printed = server.stop()
    assert code == 0
    assert "Something changed" not in printed


def test_a_taken_port_is_one_clear_line(site: SiteFolder) -> None:
    site.write(CONTENT)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "callsite", "serve", "--port", str(port)]
        ran = subprocess.run(command, cwd=site.root, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 2
    assert ran.stderr == (
        f"callsite: port {port} is taken by another program; choose another: `make serve PORT={port + 1}` or "
        f"`callsite serve --port {port + 1}`\n"
    )


def test_a_port_that_cannot_be_had_for_another_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(port: int, address: str) -> None:
        raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")

    monkeypatch.setattr(serving, "bind_sockets", refuse)
    with pytest.raises(CallsiteError, match="port 8000 cannot be had: Cannot assign requested address"):
        bind(8000)


@pytest.mark.parametrize("port", [-1, 65536, 10**9])
def test_a_number_that_is_no_port(port: int) -> None:
    with pytest.raises(CallsiteError, match=f"{port} is no port; choose one from 1024 to 65535"):
        bind(port)


def test_a_port_for_administrators(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(port: int, address: str) -> None:
        raise PermissionError

    monkeypatch.setattr(serving, "bind_sockets", refuse)
    with pytest.raises(CallsiteError, match="port 80 is not for everyone"):
        bind(80)


@pytest.mark.untraced
def test_a_part_of_a_page_is_left_as_it_is(site: SiteFolder, serve: Callable[..., Server]) -> None:
    site.write(CONTENT)
    server = serve()
    server.wait_for("Built in")
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/about.html", headers={"Range": "bytes=0-99999"})
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    assert answer.status in (200, 206)
    assert len(data) == int(answer.headers["Content-Length"])


@pytest.mark.parametrize("fails", [False, True])
def test_what_was_left_is_done_when_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    """And a change breaks it off, whether it has begun or not."""
    said: list[str] = []
    slow = [sys.executable, "-c", "import time; time.sleep(60)"]
    done = [sys.executable, "-c", f"print('no room'); raise SystemExit({fails:d})"]

    async def catch_up(command: list[str], idle: float, change_after: float) -> None:
        monkeypatch.setattr(serving, "_IDLE", idle)
        dirty = asyncio.Event()
        asyncio.get_running_loop().call_later(change_after, dirty.set)
        job = Job(tmp_path, [], command, lambda: True, (), tmp_path, (), lambda path: False)
        await asyncio.wait_for(serving._catch_up(job, dirty, said.append), 30)

    asyncio.run(catch_up(slow, 60, 0.1))
    asyncio.run(catch_up(slow, 0.01, 0.3))
    assert said == []
    asyncio.run(catch_up(done, 0.01, 60))
    assert said == (["no room\n"] if fails else ["The search is up to date.\n"])


def test_what_cannot_be_watched_ends_the_server(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ""]
    folders = (tmp_path / "gone",)
    job = Job(tmp_path / "output", command, command, lambda: False, folders, tmp_path, (), lambda path: False)
    with pytest.raises(FileNotFoundError):
        asyncio.run(serving.serve(job, bind(0), lambda text: None))


def _let_go(fifo: Path, seconds: float = 30) -> None:
    """Let whoever reads a fifo go on, as soon as somebody does."""
    end = time.monotonic() + seconds
    while True:
        try:
            os.close(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:  # nobody reads
            assert time.monotonic() < end
            time.sleep(0.02)
        else:
            return


@contextmanager
def _reload_stream(server: Server) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as stream:
        stream.sendall(f"GET {serving.RELOAD_PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        yield stream


def _next_number(stream: socket.socket) -> str:
    received = b""
    while not (match := re.search(rb"data: (\S+)\n\n", received)):
        piece = stream.recv(4096)
        assert piece
        received += piece
    return match[1].decode()
