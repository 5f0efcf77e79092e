"""Where code is said to come from: addresses that keep showing it, licences, lines that are still those of its source."""

from __future__ import annotations

import re

# An address up to its path, the path, and what follows; a path alone is all path.
_PARTS = re.compile(r"(https?://[^/?#]*)([^?#]*)(.*)", re.DOTALL | re.IGNORECASE)


def mend_address(url: str) -> str | None:
    """An address, or a path, without the `/./` in it, which leads to the same file; None when there is none.

    Two slashes and `/../` are not touched: what was meant by them is not certain.
    """
    parts = _PARTS.fullmatch(url)
    start, path, end = parts.groups() if parts else ("", url, "")
    mended = re.sub(r"(?<=/)(?:\./)+" if start else r"(?<![^/])(?:\./)+", "", path)
    return start + mended + end if mended not in (path, "") else None
