"""Addresses on the web, as metadata, fence lines and settings hold them."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from callsite.patterns import compile_later

# What a path of an address is written in (RFC 3986, section 3.3).
_PATH = compile_later(r"(?:/(?:[\w.~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)*", re.ASCII)
_HOST = compile_later(r"(?:[a-z0-9]|[a-z0-9][a-z0-9.-]*[a-z0-9])|\[[0-9a-f:.]+\]", re.IGNORECASE)

# Names that stand for any site in documentation, and for none on the web (RFC 2606).
NOBODYS: Final = frozenset({"example.org", "example.com", "example.net"})


def is_web_address(url: str) -> bool:
    """Whether a browser opens the address as a page; anything else, such as `javascript:`, is never made a link."""
    return re.match(r"https?://[^/\s]", url) is not None


def explain_site_address(address: str) -> str:
    """Why no site can have this address, which is not repeated; "" if one can.

    It is written into pages, feeds and rules for hosts as it is, so only characters of addresses are in it.
    """
    if not address.isprintable() or " " in address:
        return "has a blank, or a character that cannot be seen, in it"
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return "is no address"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "is no address that begins with https:// or http://"
    if "@" in parts.netloc:
        return "has a user or password in it, which everybody would read"
    if not address.isascii():
        return "has letters in it that addresses are not written in; write the host as xn--…, and the path with %XX"
    if not _HOST.fullmatch(parts.netloc.removesuffix(f":{port}")):
        return "has no host in it that can be asked for"
    if parts.query or parts.fragment or not _PATH.fullmatch(parts.path):
        return "has more in it than a host and a path"
    return ""
