"""Sites for the tests of twins, made from a few lines of Markdown."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lxml import etree

from callsite.credits import find_credits
from callsite.model import Page
from callsite.page import parse_page
from callsite.twins import TwinPage, TwinSite, plan_twins
from callsite.twins.document import Resolve

ADDRESS = "https://callsite.example"


def twin(header: str, body: str = "", url: str = "", **facts: Any) -> TwinPage:
    """A page from its metadata and text; its address is that of its slug."""
    page, _ = parse_page(f"{header}\n\n{body}", f"{url}.md")
    return twin_of(page, url or f"{page.meta.slug or 'x'}.html", **facts)


def twin_of(page: Page, url: str = "x.html", **facts: Any) -> TwinPage:
    count = len(page.listings)
    anchors = tuple(f"listing-{number}" for number in range(1, count + 1))
    return TwinPage(page, url, anchors, **{"credits": find_credits(page), "uses": ((),) * count, **facts})


def site_of(*pages: TwinPage, address: str = ADDRESS, **facts: Any) -> TwinSite:
    given = {"name": "Callsite", "summary": "Real call sites", "language": "en", "libraries": (), **facts}
    return TwinSite(address=address, pages=pages, **given)


def day(number: int) -> datetime:
    """A day in January."""
    return datetime(2026, 1, number, 12, 30, tzinfo=UTC)


def read_valid(data: bytes, schema: str) -> etree._Element:
    """A file of XML that is valid by one of the schemas in `schemas/`."""
    root = etree.fromstring(data)
    load_schema(schema).assertValid(root)
    return root


def load_schema(name: str) -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(str(Path(__file__).parent / "schemas" / f"{name}.rng")))


def leave(page: Page, target: str) -> str:
    """A `resolve` that knows of nothing."""
    return target


def files_of(site: TwinSite, resolve: Resolve) -> dict[str, bytes]:
    """What goes into each file."""
    return dict(plan_twins(site, resolve))
