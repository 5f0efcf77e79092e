"""What a server sends after its headers: read as far as it is needed, never more than there is time and room for."""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections.abc import AsyncGenerator
from typing import cast

import httpx

from callsite.records import dataclass

# A short rest is read, so that the connection can be used again; a long one is not worth it.
_REST = 128 * 1024
_REST_TIME = 0.5


@dataclass(frozen=True, slots=True)
class Body:
    """What could be read of a page; when that is not all of it, `flaw` says why."""

    data: bytes
    flaw: str = ""


async def read_page(response: httpx.Response, largest: int, seconds: float) -> Body:
    """Read a page, at most so many bytes and for so many seconds."""
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        return Body(b"", "it is packed in a way that nobody asked for")
    # httpx would unpack each piece whole, and a small piece can hold very much.
    unpacker = zlib.decompressobj(wbits=31) if coding in ("gzip", "x-gzip") else None
    data = bytearray()
    flaw = ""
    try:
        async with asyncio.timeout(seconds), contextlib.aclosing(_iterate(response)) as pieces:
            async for piece in pieces:
                data += unpacker.decompress(piece, largest + 1 - len(data)) if unpacker else piece
                if len(data) > largest:
                    flaw = "the page is too large"
                    break
    except TimeoutError:
        flaw = "the page does not end"
    except (httpx.HTTPError, zlib.error):
        flaw = "the page breaks off"
    return Body(bytes(data[:largest]), flaw)


async def read_rest(response: httpx.Response) -> None:
    """Read what nobody needs, if that is quickly done."""
    size = 0
    with contextlib.suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(_REST_TIME), contextlib.aclosing(_iterate(response)) as pieces:
            async for piece in pieces:
                size += len(piece)
                if size > _REST:
                    break


def _iterate(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """The pieces of an answer; what is not read to its end has to be closed, which httpx's types do not know."""
    return cast("AsyncGenerator[bytes, None]", response.aiter_raw())
