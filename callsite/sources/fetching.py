"""Fetching one address, from the web or from the disk: whole or not at all, and without telling anybody a password.

Requests to an https address never end at an http one, and credentials never go to another host than their own.
"""

from __future__ import annotations

import base64
import http.client
import netrc
import os
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO, BinaryIO
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import url2pathname

from callsite.errors import CallsiteError
from callsite.opening import open_file
from callsite.records import dataclass, field
from callsite.sources.addresses import LOOPBACK, hide_credentials, split_address
from callsite.sources.gathering import format_size

_PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Access:
    """How addresses are asked for. `pauses` are the seconds to wait before each further try."""

    certificate: str = ""
    trusted: tuple[str, ...] = ()
    timeout: float = 60.0
    pauses: tuple[float, ...] = (1.0, 4.0)
    sleep: Callable[[float], None] = field(default=time.sleep)


ACCESS = Access()


@dataclass(frozen=True, slots=True)
class Answer:
    """Where what was fetched came from in the end, and what the server says it is."""

    address: str
    content_type: str


class Missing(CallsiteError):  # noqa: N818  # an answer rather than an error to the one who asks several indexes
    """There is nothing at the address."""


def fetch(address: str, into: BinaryIO, access: Access, limit: int, accept: str = "*/*") -> Answer:
    """Write what is at an http, https or file address into a file, at most `limit` bytes.

    Raises Missing when there is nothing, and CallsiteError, which names the address without credentials, when it could
    not be fetched whole; tried again are only failures that may pass.
    """
    shown = hide_credentials(address)
    parts = split_address(address)
    if parts is not None and parts.scheme == "file":
        return _read_local(address, parts, into, limit)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise CallsiteError(f"{shown}: is no address of a file or of the web; mend the setting")
    _refuse_plain(parts, access)
    reason = ""
    for pause in (0.0, *access.pauses):
        if reason:
            access.sleep(pause)
        into.seek(0)
        into.truncate()
        try:
            return _fetch_once(parts, into, access, limit, accept)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in (404, 410):
                raise Missing(f"{shown}: there is nothing at this address") from None
            reason = f"the server answers {error.code}"
            if error.code in (401, 403, 407):
                hint = "give a user and password in pip's index-url or in ~/.netrc"
                raise CallsiteError(f"{shown}: cannot be fetched, {reason}; {hint}") from None
            if error.code < 500 and error.code != 429:
                break
        except (OSError, http.client.HTTPException, ValueError) as error:  # the last from odd names of hosts
            cause = error.reason if isinstance(error, urllib.error.URLError) else error
            reason = _explain(cause)
            if isinstance(cause, ssl.SSLCertVerificationError):
                break
    hint = "see whether the network and the address are right, and run it again"
    raise CallsiteError(f"{shown}: cannot be fetched, {reason}; {hint}") from None


def _explain(cause: object) -> str:
    """Why it failed, in words that hold nothing of the address or of what the server sent."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({cause.verify_message}), set pip's `cert` if it should be"
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    if isinstance(cause, _CutShort | http.client.IncompleteRead):
        return "the connection broke off half-way"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return "the server's answer makes no sense"


class _CutShort(http.client.HTTPException):
    """Fewer bytes came than were announced."""


def _fetch_once(parts: SplitResult, into: BinaryIO, access: Access, limit: int, accept: str) -> Answer:
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()
    request = urllib.request.Request(bare, headers={"Accept": accept, "User-Agent": "callsite"})  # noqa: S310  # checked
    credentials = _find_credentials(parts)
    if credentials:
        # Headers of this sort do not go along when the server sends us elsewhere.
        request.add_unredirected_header("Authorization", credentials)
    with _make_opener(access).open(request, timeout=access.timeout) as response:
        announced = response.headers.get("Content-Length", "")
        size = 0
        while piece := response.read(_PIECE):
            size += len(piece)
            if size > limit:
                raise CallsiteError(
                    f"{hide_credentials(bare)}: not fetched, it is larger than {format_size(limit)}; name another file"
                )
            into.write(piece)
        if announced.isdigit() and size != int(announced):
            raise _CutShort
        return Answer(response.url, response.headers.get("Content-Type", ""))


def _make_opener(access: Access) -> urllib.request.OpenerDirector:
    try:
        context = ssl.create_default_context(cafile=access.certificate or None)
    except OSError as error:
        raise CallsiteError(
            f"{access.certificate}: no certificates to be read, {error.strerror}; mend pip's `cert` setting"
        ) from error
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=context),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
        _Redirects(access),
    ):
        opener.add_handler(handler)
    return opener


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a server to another address, but never out of encryption; credentials stay with their host."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def http_error_302(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage
    ) -> object:
        try:
            return super().http_error_302(req, fp, code, msg, headers)
        except BaseException:
            fp.close()  # the connection is nobody's any more
            raise

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if old.scheme == "https" and new.scheme != "https":
            hint = "name the address that it leads to, if you trust it"
            raise CallsiteError(f"{hide_credentials(req.full_url)}: not fetched, it leads out of encryption; {hint}")
        _refuse_plain(new, self._access)
        fresh = super().redirect_request(req, fp, code, msg, headers, newurl)
        same = (old.scheme, old.hostname, old.port) == (new.scheme, new.hostname, new.port)
        credentials = req.get_header("Authorization")
        if fresh and same and credentials:
            fresh.add_unredirected_header("Authorization", credentials)
        return fresh


def _refuse_plain(parts: SplitResult, access: Access) -> None:
    if parts.scheme == "http" and parts.hostname not in (*LOOPBACK, *(_find_host(host) for host in access.trusted)):
        shown = hide_credentials(parts.geturl())
        raise CallsiteError(f"{shown}: not fetched without encryption; use https, or set pip's trusted-host")


def _find_host(trusted: str) -> str:
    return urlsplit(f"//{trusted}").hostname or ""


def _find_credentials(parts: SplitResult) -> str:
    """The header that says who asks: from the address, else from the user's netrc file; "" when neither knows."""
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not user and parts.hostname:
        try:
            known = netrc.netrc(os.environ.get("NETRC")).authenticators(parts.hostname)
        except (OSError, UnicodeError, netrc.NetrcParseError):
            known = None
        user, _, password = known or ("", "", "")
    if not user:
        return ""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


def _read_local(address: str, parts: SplitResult, into: BinaryIO, limit: int) -> Answer:
    try:
        with open_file(Path(url2pathname(parts.path))) as file:
            if os.fstat(file.fileno()).st_size > limit:
                raise CallsiteError(
                    f"{address}: not fetched, it is larger than {format_size(limit)}; name another file"
                )
            while piece := file.read(_PIECE):
                into.write(piece)
    except (FileNotFoundError, NotADirectoryError):
        raise Missing(f"{address}: there is nothing at this address") from None
    except OSError as error:
        raise CallsiteError(f"{address}: cannot be read, {error.strerror}; mend the setting") from error
    return Answer(address, "")
