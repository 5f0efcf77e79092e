"""Addresses on the web, as metadata and fence lines hold them."""

from __future__ import annotations

import re


def is_web_address(url: str) -> bool:
    """Whether a browser opens the address as a page; anything else, such as `javascript:`, is never made a link."""
    return re.match(r"https?://[^/\s]", url) is not None
