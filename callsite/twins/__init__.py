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

from collections.abc import Iterator

from callsite.inventory import format_inventory
from callsite.twins.document import Resolve, format_document
from callsite.twins.examples import SCHEMA, format_examples
from callsite.twins.feed import format_feed
from callsite.twins.labels import plan_labels
from callsite.twins.llms import format_llms
from callsite.twins.pages import TwinPage, TwinSite, find_markdown_path
from callsite.twins.sitemap import plan_sitemaps

__all__ = [
    "FEED_PATH",
    "TwinPage",
    "TwinSite",
    "find_markdown_path",
    "list_twin_paths",
    "plan_twins",
]

LLMS_PATH = "llms.txt"
EXAMPLES_PATH = "examples.json"
SCHEMA_PATH = "examples.schema.json"
INVENTORY_PATH = "objects.inv"
FEED_PATH = "changes.atom.xml"
SITEMAP = "sitemap"


def plan_twins(site: TwinSite, resolve: Resolve) -> Iterator[tuple[str, bytes]]:
    """All twins of a site: the path of each file below the output, and what goes into it.

    `resolve` gives the address that a link in a page's Markdown leads to: from the root of the site, with a slash in
    front, when it leads to something there, else as it was written. A page whose address is no plain path below the
    site's root has no Markdown, and of two that would have the same file the first has it.
    """
    for path, content in _plan(site, resolve):
        yield path, content if isinstance(content, bytes) else content.encode()


def list_twin_paths(site: TwinSite) -> frozenset[str]:
    """The paths of all that `plan_twins` makes, but the parts of a long sitemap."""
    fixed = {LLMS_PATH, EXAMPLES_PATH, SCHEMA_PATH, INVENTORY_PATH}
    public = {FEED_PATH, f"{SITEMAP}.xml"} if site.is_public else set()
    return frozenset(fixed | public | {path for twin in site.pages if (path := find_markdown_path(twin.url))})


def _plan(site: TwinSite, resolve: Resolve) -> Iterator[tuple[str, str | bytes]]:
    data = [(EXAMPLES_PATH, "all symbols, pages and excerpts as data"), (SCHEMA_PATH, "what is in that data")]
    documents = {path: twin for twin in reversed(site.pages) if (path := find_markdown_path(twin.url))}
    for path, twin in sorted(documents.items()):
        yield path, format_document(twin, site, resolve)
    yield LLMS_PATH, format_llms(site, data)
    yield EXAMPLES_PATH, format_examples(site, SCHEMA_PATH)
    yield SCHEMA_PATH, SCHEMA
    yield INVENTORY_PATH, format_inventory(plan_labels(site))
    if site.is_public:
        feed = format_feed(site, FEED_PATH)
        if feed:
            yield FEED_PATH, feed
        yield from plan_sitemaps(site, SITEMAP).items()
