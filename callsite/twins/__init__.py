"""Twins: the forms of a site that other programs read, made from the same pages as its HTML.

    x.md, folder/index.md       each page in clean Markdown, beside its HTML
    llms.txt                    a list of them for language models
    examples.json               symbols, pages and excerpts as data, and examples.schema.json, which describes it
    objects.inv                 labels, for references from documentation made with Sphinx
    changes.atom.xml            a feed of new and changed pages
    sitemap.xml                 all addresses, for search engines

The last two hold absolute addresses, so there are none where the site's own is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from callsite.inventory import format_inventory
from callsite.model import Page
from callsite.records import dataclass
from callsite.twins.document import Resolve, format_document
from callsite.twins.examples import SCHEMA, format_entry, format_examples, sort_pages
from callsite.twins.feed import format_feed
from callsite.twins.labels import plan_labels
from callsite.twins.llms import format_llms
from callsite.twins.pages import TwinPage, TwinSite, find_markdown_path
from callsite.twins.sitemap import plan_sitemaps

__all__ = [
    "FEED_PATH",
    "TwinPage",
    "TwinPart",
    "TwinSite",
    "find_documents",
    "find_markdown_path",
    "list_twin_paths",
    "make_part",
    "plan_common",
    "plan_twins",
    "sort_pages",
]

LLMS_PATH = "llms.txt"
EXAMPLES_PATH = "examples.json"
SCHEMA_PATH = "examples.schema.json"
INVENTORY_PATH = "objects.inv"
FEED_PATH = "changes.atom.xml"
SITEMAP = "sitemap"


@dataclass(frozen=True, slots=True)
class TwinPart:
    """What the twins have of one page, made from that page alone: its Markdown, and its entry in `examples.json`."""

    document: bytes
    entry: bytes


def plan_twins(site: TwinSite, resolve: Resolve) -> Iterator[tuple[str, bytes]]:
    """All twins of a site: the path of each file below the output, and what goes into it. Its pages have to be whole.

    `resolve` gives the address that a link in a page's Markdown leads to: from the root of the site, with a slash in
    front, when it leads to something there, else as it was written; addresses of the web stay what they are. A page
    whose address is no plain path below the site's root has no Markdown, and of two that would have the same file the
    first has it.
    """
    for path, twin in sorted(find_documents(site).items()):
        yield path, format_document(twin, _get_whole(twin), site, resolve).encode()
    entries = (format_entry(twin, _get_whole(twin)) for twin in sort_pages(site))
    for path, pieces in plan_common(site, entries):
        yield path, b"".join(pieces)


def make_part(twin: TwinPage, page: Page, site: TwinSite, resolve: Resolve) -> TwinPart:
    """What twins have of a page, which is that of `twin` as a whole. `resolve` is that of `plan_twins`; of the other
    pages of `site` nothing is asked.
    """
    return TwinPart(format_document(twin, page, site, resolve).encode(), format_entry(twin, page))


def find_documents(site: TwinSite) -> dict[str, TwinPage]:
    """The pages that have a file of Markdown, by its path."""
    return {path: twin for twin in reversed(site.pages) if (path := find_markdown_path(twin.url))}


def plan_common(site: TwinSite, entries: Iterable[bytes]) -> Iterator[tuple[str, Iterable[bytes]]]:
    """The twins that are about all pages: the path of each file and, piece by piece, what goes into it.

    `entries` are those of the pages' parts in the order of `sort_pages`. They are asked for one by one, and only while
    the pieces of the one file are that has them.
    """
    data = [(EXAMPLES_PATH, "all symbols, pages and excerpts as data"), (SCHEMA_PATH, "what is in that data")]
    yield LLMS_PATH, (format_llms(site, data).encode(),)
    yield EXAMPLES_PATH, format_examples(site, SCHEMA_PATH, entries)
    yield SCHEMA_PATH, (SCHEMA,)
    yield INVENTORY_PATH, (format_inventory(plan_labels(site)),)
    if site.is_public:
        feed = format_feed(site, FEED_PATH)
        if feed:
            yield FEED_PATH, (feed.encode(),)
        for path, text in plan_sitemaps(site, SITEMAP).items():
            yield path, (text.encode(),)


def list_twin_paths(site: TwinSite) -> frozenset[str]:
    """The paths of all that `plan_twins` makes, but the parts of a long sitemap."""
    fixed = {LLMS_PATH, EXAMPLES_PATH, SCHEMA_PATH, INVENTORY_PATH}
    public = {FEED_PATH, f"{SITEMAP}.xml"} if site.is_public else set()
    return frozenset(fixed | public | {path for twin in site.pages if (path := find_markdown_path(twin.url))})


def _get_whole(twin: TwinPage) -> Page:
    assert isinstance(twin.page, Page)
    return twin.page
