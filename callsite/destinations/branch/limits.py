"""What GitHub takes and what not, of what is known before anything is sent to it.

Sources: GitHub's documentation, "About large files on GitHub" and "GitHub Pages limits".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from callsite.destinations.branch.address import Address
from callsite.publish.manifest import Manifest

LARGEST_FILE: Final = 100 * 2**20
LARGEST_SITE: Final = 10**9


def find_refusal(manifest: Manifest, address: Address) -> str:
    """Why the host would surely refuse a site; "" when nothing is known against it."""
    if not address.is_github:
        return ""
    path, entry = max(manifest.files.items(), key=lambda pair: pair[1].size, default=("", None))
    if entry is None or entry.size <= LARGEST_FILE:
        return ""
    return f"{path} has {entry.size / 2**20:,.1f} MiB, and GitHub takes files of 100 MiB at the most; make it smaller"


def find_warnings(manifest: Manifest, address: Address) -> Iterator[str]:
    """What the host may not like about a site."""
    if address.is_github and manifest.size > LARGEST_SITE:
        yield f"the site has {manifest.size / 10**9:,.2f} GB, and GitHub Pages shows sites of 1 GB at the most"
