"""One question to one server at a time: few connections to each, patience where it may help, and an end to everything.

A server can be slow at each step, break off, never end, ask to be left alone or answer in no language at all: whatever
it does, the answer is a value.
"""

from __future__ import annotations

import asyncio
import random
import socket
import ssl
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import unquote, urlsplit

import httpx

from callsite.check.external import ExternalSettings
from callsite.errors import CallsiteError
from callsite.external.bodies import Body, read_page, read_rest
from callsite.external.waiting import format_time, parse_retry_after, plan_pause
from callsite.records import dataclass

# What may be otherwise the next time.
_PASSING = (408, 425, 429, 500, 502, 503, 504, *range(520, 531))

# A site that has left so many questions in a row without any answer gets no more of them.
_ENOUGH = 5

_PAGES = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answers; `page` is None when it is no page, or was not wanted."""

    status: int
    location: str
    content_type: str
    page: Body | None


@dataclass(frozen=True, slots=True)
class NoReply:
    """Why there is no answer; when a site is `barred` to us, this says nothing about the link."""

    reason: str
    barred: bool = False


@dataclass(slots=True)
class _Host:
    """What is known of a site: its free connections, when it may be asked again, and how it has failed."""

    slots: asyncio.Semaphore
    resumes: float = 0.0
    failures: int = 0
    given_up: NoReply | None = None


@asynccontextmanager
async def open_asker(settings: ExternalSettings) -> AsyncIterator[Asker]:
    """Something to ask servers with. Raises CallsiteError when the environment names proxies that make no sense."""
    try:
        client = httpx.AsyncClient(
            headers={"User-Agent": settings.user_agent, "Accept": "text/html,*/*;q=0.8", "Accept-Encoding": "gzip"},
            # Each question has its own cookies, and its time is counted here. Only connecting, and agreeing on a key,
            # have a time of their own: what is broken off there from outside is not closed.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            timeout=httpx.Timeout(None, connect=0.4 * settings.timeout),
            limits=httpx.Limits(max_connections=max(1, settings.overall)),
            event_hooks={"response": [_take_location]},
        )
    except (ValueError, ImportError, OSError, httpx.InvalidURL) as error:
        raise CallsiteError(
            "the network cannot be used as the environment says; mend HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE"
        ) from error
    async with client:
        yield Asker(client, settings)


class Asker:
    """Asks servers, within the limits of the settings; made by `open_asker`."""

    def __init__(self, client: httpx.AsyncClient, settings: ExternalSettings) -> None:
        self._client = client
        self._settings = settings
        self._slots = asyncio.Semaphore(max(1, settings.overall))
        self._hosts: defaultdict[str, _Host] = defaultdict(lambda: _Host(asyncio.Semaphore(max(1, settings.per_host))))

    async def ask(self, address: str, cookies: httpx.Cookies, wants_page: bool) -> Reply | NoReply:
        """Ask for an address, again where that may help; what is there is read only if a page is wanted."""
        host = self._hosts[(urlsplit(address).hostname or "").rstrip(".")]
        for pause in [*(plan_pause(self._settings.pause, self._settings.retries, random.random)), 0.0]:
            async with host.slots:
                while (rest := host.resumes - time.monotonic()) > 0 and not host.given_up:
                    await asyncio.sleep(rest)
                if host.given_up:
                    return host.given_up
                async with self._slots:
                    answer, wait = await self._ask_once(address, cookies, wants_page)
            if isinstance(answer, Reply):
                host.failures = 0
            if answer.barred if isinstance(answer, NoReply) else answer.status not in _PASSING:
                return answer
            if wait is not None and wait > self._settings.longest_wait:
                host.given_up = NoReply(f"its server wants to be left alone for {format_time(wait)}", barred=True)
                return host.given_up
            if wait is not None:
                host.resumes = max(host.resumes, time.monotonic() + wait)
            else:
                await asyncio.sleep(pause)
        if isinstance(answer, NoReply):
            host.failures += 1
            if host.failures >= _ENOUGH:
                host.given_up = NoReply(f"{answer.reason}, as for the {_ENOUGH} before it on the same site")
        return answer

    async def _ask_once(
        self, address: str, cookies: httpx.Cookies, wants_page: bool
    ) -> tuple[Reply | NoReply, float | None]:
        """One request, and the seconds that the server asks to wait before the next, if it does."""
        parts = urlsplit(address)
        # What stands in the address would also stand in the logs.
        bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        auth = None
        if parts.username is not None:
            auth = httpx.BasicAuth(unquote(parts.username), unquote(parts.password or ""))
        try:
            async with asyncio.timeout(self._settings.timeout):
                request = self._client.build_request("GET", bare)
                cookies.set_cookie_header(request)
                response = await self._client.send(request, stream=True, auth=auth)
            try:
                cookies.extract_cookies(response)
                wait = parse_retry_after(response.headers.get("Retry-After", ""), time.time())
                return await self._read(response, wants_page), wait
            finally:
                await response.aclose()
        except TimeoutError:
            return NoReply("there is no answer in time"), None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError, UnicodeError):
            return NoReply("its address cannot be asked for", barred=True), None
        except Exception as error:  # whatever one server does must not end the check of all others
            return NoReply(_explain(error)), None

    async def _read(self, response: httpx.Response, wants_page: bool) -> Reply:
        kind = response.headers.get("Content-Type", "")
        page = None
        if wants_page and response.is_success and kind.partition(";")[0].strip().lower() in _PAGES:
            page = await read_page(response, self._settings.largest, self._settings.timeout)
        else:
            await read_rest(response)
        return Reply(response.status_code, response.extensions["location"], kind, page)


async def _take_location(response: httpx.Response) -> None:
    """Hide from httpx where a redirect leads: it reads that too, and fails where it makes no sense."""
    response.extensions["location"] = response.headers.pop("Location", "")


_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (httpx.TimeoutException, "there is no answer in time"),
    (ssl.SSLCertVerificationError, "its certificate is not trusted"),
    (ssl.SSLError, "no encrypted connection can be made"),
    (socket.gaierror, "the name of its host is not known"),
    (ConnectionRefusedError, "its host takes no connections"),
    (httpx.ProxyError, "the proxy does not let it through"),
    (httpx.ConnectError, "no connection can be made"),
    (httpx.RemoteProtocolError, "its server breaks off, or does not speak HTTP"),
)


def _explain(error: Exception) -> str:
    """Why it failed, in words that hold nothing of the address or of what the server sent."""
    causes = list(_find_causes(error))
    found = (reason for kind, reason in _REASONS if any(isinstance(cause, kind) for cause in causes))
    return next(found, "the connection breaks off")


def _find_causes(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    left: list[BaseException | None] = [error]
    while left:
        cause = left.pop()
        if cause is not None and cause not in seen:
            seen.append(cause)
            left += [cause.__cause__, cause.__context__]
            left += cause.exceptions if isinstance(cause, BaseExceptionGroup) else ()
            yield cause
