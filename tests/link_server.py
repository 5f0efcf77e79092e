"""A web server with every mood that a link can meet: on this computer alone, with all that was asked of it counted."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    """What was asked: `host` is what the client calls the server, without the port, and `at` when it asked."""

    method: str
    path: str
    host: str
    headers: dict[str, str]
    at: float = field(default_factory=time.monotonic)


Mood = Callable[[Request, asyncio.StreamWriter], Coroutine[None, None, None]]


@dataclass
class LinkServer:
    """The server: its moods by path, what was asked, and how many connections were open at the same time."""

    port: int = 0
    moods: dict[str, Mood] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    connections: int = 0
    open: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)

    def at(self, path: str, host: str = "127.0.0.1") -> str:
        """The address of a path."""
        return f"http://{host}:{self.port}{path}"

    def put(self, path: str, mood: Mood, host: str = "127.0.0.1") -> str:
        """Have a mood at a path; gives its address."""
        self.moods[path] = mood
        return self.at(path, host)

    def times(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(request.path == path for request in self.asked)

    def count_open(self, host: str, change: int) -> None:
        """Note that a connection to a host was opened or closed."""
        for name in (host, ""):
            self.open[name] += change
            self.most[name] = max(self.most[name], self.open[name])

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests until it is closed."""
        self.connections += 1
        host = None
        try:
            while request := await _read_request(reader):
                if host is None:
                    host = request.host
                    self.count_open(host, 1)
                self.asked.append(request)
                mood = self.moods.get(request.path) or self.moods.get(request.path.partition("?")[0])
                await _while_listened(reader, (mood or say("nothing", 404))(request, writer))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # nobody listens any more
        finally:
            if host is not None:
                self.count_open(host, -1)
            writer.close()


async def _while_listened(reader: asyncio.StreamReader, answer: Coroutine[None, None, None]) -> None:
    """Answer until the client has gone: a connection that it has closed is not open any more."""
    task = asyncio.create_task(answer)
    while not task.done():
        await asyncio.wait([task], timeout=0.01)
        if reader.at_eof():
            task.cancel()
    if task.cancelled():
        raise ConnectionError
    task.result()


async def _read_request(reader: asyncio.StreamReader) -> Request | None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *rest = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    return Request(method, path, headers.get("host", "").rpartition(":")[0], headers)


def say(
    body: str | bytes = "<h1 id=top>A page</h1>",
    status: int = 200,
    kind: str = "text/html; charset=utf-8",
    announced: int | None = None,
    **headers: str,
) -> Mood:
    """Answer with a body; a header's `_` stands for `-`."""
    data = body.encode() if isinstance(body, str) else body
    lines = [
        f"HTTP/1.1 {status} Whatever",
        f"Content-Length: {len(data) if announced is None else announced}",
        *([f"Content-Type: {kind}"] if kind else []),
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]

    async def mood(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + (b"" if request.method == "HEAD" else data))
        if announced is not None and announced > len(data):
            raise ConnectionError  # what was announced never comes

    return mood


def lead(location: str, status: int = 302, **headers: str) -> Mood:
    """Answer with another address."""
    return say("", status, "text/html", None, Location=location, **headers)


def in_turn(*moods: Mood) -> Mood:
    """One mood after the other, and then always the last."""
    left = list(moods)

    async def mood(request: Request, writer: asyncio.StreamWriter) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(request, writer)

    return mood


def after(seconds: float, then: Mood) -> Mood:
    """Take time to think."""

    async def mood(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(seconds)
        await then(request, writer)

    return mood


def raw(data: bytes) -> Mood:
    """Answer with these very bytes, and close."""

    async def mood(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        raise ConnectionError

    return mood


async def silent(request: Request, writer: asyncio.StreamWriter) -> None:
    """Say nothing at all."""
    await asyncio.sleep(3600)


async def reset(request: Request, writer: asyncio.StreamWriter) -> None:
    """Break the connection off."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    raise ConnectionError


def without_end(beginning: bytes, piece: bytes, pause: float = 0.0) -> Mood:
    """Begin, and then say a piece again and again, with pauses."""

    async def mood(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(beginning)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return mood


@contextlib.contextmanager
def serve_links() -> Iterator[LinkServer]:
    """Serve until the end of the block."""
    server = LinkServer()
    ready, stop = threading.Event(), threading.Event()

    async def run() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda *_: None)  # connections that break off are what it is for
        listening = await asyncio.start_server(server.talk, "127.0.0.1", 0, backlog=200)
        server.port = listening.sockets[0].getsockname()[1]
        ready.set()
        while not stop.is_set():
            await asyncio.sleep(0.01)
        listening.close()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    ready.wait()
    try:
        yield server
    finally:
        stop.set()
        thread.join()
