"""The local server: shows the output, builds it anew on every saved change and tells browsers to reload.

Tornado serves in one event loop, so an idle connection blocks nobody. Each build is a process of its own: it reads
settings and plugins afresh, and one that fails leaves the server up and the old output in place. watchfiles collects
changes all the time, so an edit saved during a build starts another one when it ends.
"""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import errno
import html
import logging
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import watchfiles
from tornado import web
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders
from tornado.iostream import StreamClosedError
from tornado.netutil import bind_sockets

from callsite.errors import CallsiteError
from callsite.records import dataclass

RELOAD_PATH = "/_callsite/reload"

# Reload when another build is shown than the one the page is of: it may have come before the page listens, or while the
# connection was gone.
_SCRIPT = (
    b"<script>(()=>{const shown='%s';const source=new EventSource('%s');"
    b"source.onmessage=event=>{if(event.data!==shown)location.reload()}})()</script>"
)

# Seconds between signs of life, so that a stream whose reader has gone is noticed.
_HEARTBEAT = 15.0

# Milliseconds in which changes count as one: editors write a file in several steps.
_DEBOUNCE = 200

# Seconds without a change after which there is time for what was left.
_IDLE = 3


@dataclass(frozen=True, slots=True)
class Job:
    """What to serve and how to make it.

    `build` is the command of a build, which may leave something for later: then `is_behind`, and `catch_up` is the
    command of a build that leaves nothing. `folders` are watched with all that is in them, and `settings_folder` for
    Python files at its top, since settings import each other, and for `files` there. `is_made` tells which paths a
    build makes; a change of those sets off no build, as the output may lie among the content.
    """

    output: Path
    build: Sequence[str]
    catch_up: Sequence[str]
    is_behind: Callable[[], bool]
    folders: tuple[Path, ...]
    settings_folder: Path
    files: tuple[str, ...]
    is_made: Callable[[Path], bool]


class State:
    """Which build is shown, for every open page to wait on."""

    def __init__(self) -> None:
        self.number = 0
        self.failure = ""
        self.stopped = False
        self._changed = asyncio.Event()

    @property
    def name(self) -> str:
        """The build that is shown. The process id tells apart the first build of two servers."""
        return f"{os.getpid()}-{self.number}"

    def advance(self, failure: str) -> None:
        """A build has ended; `failure` is what it printed if it failed."""
        self.failure = failure
        self.number += 1
        self._changed.set()
        self._changed = asyncio.Event()

    def stop(self) -> None:
        """There will be no more builds: let everyone who waits go."""
        self.stopped = True
        self._changed.set()

    async def wait(self, seconds: float) -> None:
        """Wait for the next build to end, but not longer than `seconds`."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), seconds)


def _make_transform(state: State) -> type[web.OutputTransform]:
    """What puts the reload script into every page on its way out; files on disk stay as they are."""

    class ReloadScript(web.OutputTransform):
        def transform_first_chunk(
            self,
            status_code: int,
            headers: HTTPHeaders,
            chunk: bytes,
            finishing: bool,  # noqa: ARG002  # tornado's signature
        ) -> tuple[int, HTTPHeaders, bytes]:
            # Not into a part of a page that was asked for by its bytes.
            if status_code != 206 and headers.get("Content-Type", "").startswith("text/html"):
                before, found, after = chunk.partition(b"</head>")
                if found:
                    script = _SCRIPT % (state.name.encode(), RELOAD_PATH.encode())
                    chunk = before + script + found + after
                    headers["Content-Length"] = str(int(headers["Content-Length"]) + len(script))
            return status_code, headers, chunk

    return ReloadScript


class _Files(web.StaticFileHandler):
    """The output as it is now: nothing is cached, and what is not there gets the site's own 404 page."""

    def compute_etag(self) -> str | None:
        return None

    def should_return_304(self) -> bool:
        return False

    def set_extra_headers(self, path: str) -> None:  # noqa: ARG002  # tornado's signature
        self.set_header("Cache-Control", "no-store")

    @classmethod
    def get_absolute_path(cls, root: str, path: str) -> str:
        if "\0" in path:
            raise web.HTTPError(404)
        # A swap of the output puts another folder in this one's place: its name is looked up anew each time.
        found = os.path.abspath(os.path.join(root, path))
        # As most hosts do, and as links are checked: `/flask` is `/flask.html` when there is no such file.
        return found if os.path.exists(found) or not os.path.isfile(f"{found}.html") else f"{found}.html"

    def write_error(self, status_code: int, **kwargs: object) -> None:
        if status_code == 403:  # outside of the output, where there is nothing as far as a browser knows
            status_code = 404
            self.set_status(404)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        page = Path(self.root, "404.html")
        failure = self.settings["state"].failure
        if failure and not Path(self.root).exists():
            self.set_status(503)
            self.finish(_failure_page(failure))
        elif status_code == 404 and page.is_file():
            self.finish(page.read_bytes())
        else:
            super().write_error(status_code, **kwargs)


class _Reload(web.RequestHandler):
    """A stream of server-sent events: which build is shown, whenever that changes."""

    async def get(self) -> None:
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("Cache-Control", "no-store")
        state: State = self.settings["state"]
        with contextlib.suppress(StreamClosedError):
            while not state.stopped:
                self.write(f"retry: 500\ndata: {state.name}\n\n")
                await self.flush()
                await state.wait(_HEARTBEAT)


def bind(port: int) -> list[socket.socket]:
    """Take a port of this machine; 0 takes any that is free. Raises CallsiteError when it cannot be had."""
    if not 0 <= port <= 65535:
        raise CallsiteError(f"{port} is no port; choose one from 1024 to 65535")
    try:
        return bind_sockets(port, "127.0.0.1")
    except PermissionError as error:
        raise CallsiteError(f"port {port} is not for everyone; choose one from 1024 up, such as 8000") from error
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise CallsiteError(f"port {port} cannot be had: {error.strerror}") from error
        other = port + 1 if port < 65535 else 8000
        raise CallsiteError(
            f"port {port} is taken by another program; choose another: `make serve PORT={other}` or "
            f"`callsite serve --port {other}`"
        ) from error


async def serve(job: Job, sockets: list[socket.socket], say: Callable[[str], None]) -> None:
    """Build, serve and rebuild until the process is told to stop (by SIGINT, SIGTERM or SIGHUP). `say` prints text as
    it is, line ends included.
    """
    logging.getLogger("tornado").setLevel(logging.ERROR)  # a page that is not there is no news
    state = State()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    application = web.Application(
        [(RELOAD_PATH, _Reload), (r"/(.*)", _Files, {"path": str(job.output), "default_filename": "index.html"})],
        transforms=[_make_transform(state)],
        log_function=lambda _: None,
        state=state,
    )
    server = HTTPServer(application)
    server.add_sockets(sockets)
    dirty = asyncio.Event()
    changes = [
        watchfiles.awatch(*job.folders, watch_filter=_NotMade(job.is_made), debounce=_DEBOUNCE),
        watchfiles.awatch(job.settings_folder, watch_filter=_Settings(job.files), debounce=_DEBOUNCE, recursive=False),
    ]
    tasks = [asyncio.create_task(_watch(each, dirty)) for each in changes]
    await asyncio.sleep(0)  # let the watchers begin before the first build reads anything
    tasks.append(asyncio.create_task(_keep_building(job, state, dirty, say)))
    stopped = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait([*tasks, stopped], return_when=asyncio.FIRST_COMPLETED)
    server.stop()
    state.stop()
    await server.close_all_connections()
    for task in (*tasks, stopped):
        task.cancel()
    await asyncio.gather(*tasks, stopped, return_exceptions=True)
    for task in done - {stopped}:
        task.result()  # raises what ended a task that should never end


class _NotMade(watchfiles.DefaultFilter):
    """Every change but those that a build makes."""

    def __init__(self, is_made: Callable[[Path], bool]) -> None:
        super().__init__()
        self._is_made = is_made

    def __call__(self, change: watchfiles.Change, path: str) -> bool:
        return not self._is_made(Path(path)) and super().__call__(change, path)


class _Settings(watchfiles.PythonFilter):
    """Python files, and those with one of some names."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = names

    def __call__(self, change: watchfiles.Change, path: str) -> bool:
        return os.path.basename(path) in self._names or super().__call__(change, path)


async def _watch(changes: AsyncIterator[set[watchfiles.main.FileChange]], dirty: asyncio.Event) -> None:
    async for _ in changes:
        dirty.set()


async def _keep_building(job: Job, state: State, dirty: asyncio.Event, say: Callable[[str], None]) -> None:
    while True:
        dirty.clear()
        start = time.monotonic()
        failure = await _build(job.build, say)
        if failure:
            say("The build failed; the site shown is the last that was good. Waiting for a change.\n")
        else:
            say(f"Built in {time.monotonic() - start:.1f} s. Waiting for a change.\n")
        state.advance(failure)
        if job.is_behind():
            await _catch_up(job, dirty, say)
        await dirty.wait()
        say("Something changed: building.\n")


async def _catch_up(job: Job, dirty: asyncio.Event, say: Callable[[str], None]) -> None:
    """Do what has been left, once nothing has changed for a while; a change breaks it off."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(dirty.wait(), _IDLE)
        return
    build = asyncio.create_task(_build(job.catch_up, lambda _: None))
    change = asyncio.create_task(dirty.wait())
    try:
        await asyncio.wait({build, change}, return_when=asyncio.FIRST_COMPLETED)
        if build.done():
            say(build.result() or "The search is up to date.\n")
    finally:
        build.cancel()
        change.cancel()
        await asyncio.gather(build, change, return_exceptions=True)


async def _build(command: Sequence[str], say: Callable[[str], None]) -> str:
    """Run a build, pass on what it prints, and return that if it failed."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    assert process.stdout is not None  # it was asked for
    printed: list[str] = []
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    try:
        # Not line by line: a reader of lines gives up on very long ones.
        while chunk := await process.stdout.read(65536):
            printed.append(decoder.decode(chunk))
            say(printed[-1])
        return "".join(printed) or "The build failed." if await process.wait() else ""
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


def _failure_page(printed: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The build failed</title>'
        "<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui;margin:2rem}"
        "pre{white-space:pre-wrap}</style></head><body><h1>The build failed</h1>"
        f"<p>This page reloads when it works.</p><pre>{html.escape(printed)}</pre></body></html>"
    )
