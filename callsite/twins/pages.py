"""What twins are made from: a site's published pages with their addresses, and where a twin goes."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote

from callsite.address import is_web_address
from callsite.check.metadata import check_path
from callsite.credits import Credit
from callsite.model import NOWHERE
from callsite.records import dataclass
from callsite.site import Described

# What may stand in an address as it is (RFC 3986), less `$`, which inventories give a meaning to. `%` has been encoded.
_SAFE = "/%:@!&'()*+,;=~"


@dataclass(frozen=True, slots=True)
class TwinPage:
    """A published page; of `page` all but its own files only need the metadata and the place.

    `url` is its address below the site's root; `anchors` are the ids of its listings there. `credits` and `uses` tell
    of each listing whose code it is, and the dotted names in it that have pages. `created` and `changed` are None when
    not known; without a time zone they are taken for UTC.
    """

    page: Described
    url: str
    anchors: tuple[str, ...]
    credits: tuple[Credit, ...]
    uses: tuple[tuple[str, ...], ...]
    created: datetime | None = None
    changed: datetime | None = None


@dataclass(frozen=True, slots=True)
class TwinSite:
    """A site and its published pages in reading order.

    `address` is where it will stand, without a slash at the end, or "" when that is not known. `libraries` hold for
    each library its name, the address of the page that lists it and a description. `others` are the addresses of all
    that is no such page, each with its last change if that is known. All addresses are below the site's root.
    """

    name: str
    summary: str
    address: str
    language: str
    libraries: tuple[tuple[str, str, str], ...]
    pages: tuple[TwinPage, ...]
    others: tuple[tuple[str, datetime | None], ...] = ()

    @property
    def is_public(self) -> bool:
        """Whether its address is known to the letter, as feeds and sitemaps need it."""
        return is_web_address(self.address)

    def locate(self, url: str) -> str:
        """The absolute address of a page of the site; from the root of its host when the site's is not known."""
        return f"{self.address}/{encode_url(url)}"


@lru_cache(maxsize=4096)
def encode_url(url: str) -> str:
    """An address below the site's root in the characters that addresses are written in."""
    return quote(url, safe=_SAFE)


@lru_cache(maxsize=4096)  # several twins ask for it, and so do templates
def find_markdown_path(url: str) -> str | None:
    """Where the Markdown of a page goes: beside the page, or to its folder's index. None for an address that is no
    plain path, such as one on another host.
    """
    stem = strip_ending(url)
    path = f"{stem}.md"
    return None if any(check_path(path, NOWHERE)) else path


def strip_ending(url: str) -> str:
    """A page's address without `.html`, and with the `index` that it leaves out."""
    if not url or url.endswith("/"):
        return f"{url}index"
    return url.removesuffix(".html")


def format_time(date: datetime) -> str:
    """A date as XML and JSON have it, in UTC and to the second: `2026-01-31T18:00:00Z`."""
    utc = date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    return utc.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
