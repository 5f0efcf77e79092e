"""Addresses of files and repositories: where they may be shown, and what a browser would open."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

# Hosts that no encryption is needed to talk to.
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def split_address(address: str) -> SplitResult | None:
    """The parts of an address; None when it is none."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme else None


def hide_credentials(address: str) -> str:
    """An address as it may be shown and stored: without user, password, query (they carry signatures) and fragment."""
    parts = split_address(address)
    if parts is None:
        # Whatever stands before an @ may be a secret, also where the rest is no address.
        return address.rpartition("@")[2] if "://" in address else address
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def find_web_address(address: str) -> str:
    """The page in the web of a repository, told from the address that git has for it; "" for one on this computer."""
    short = re.fullmatch(r"(?:[\w.-]+@)?([\w.-]+\.[\w.-]+):(?!/)(.+)", address)  # user@host:path, as ssh has it
    parts = split_address(f"ssh://{short[1]}/{short[2]}" if short else address)
    if parts is None or parts.scheme not in _FORMS or not parts.hostname:
        return ""
    port = f":{parts.port}" if parts.port and parts.scheme in ("http", "https") else ""
    path = parts.path.strip("/").removesuffix(".git")
    return f"{_FORMS[parts.scheme]}://{parts.hostname}{port}/{path}"


_FORMS = {"https": "https", "http": "http", "ssh": "https", "git": "https", "git+ssh": "https", "git+https": "https"}
