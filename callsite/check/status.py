"""Which pages readers get to see."""

from __future__ import annotations

from callsite.check.facts import PageSummary, SiteFacts
from callsite.model import Page
from callsite.site import Site


def find_status(page: Page) -> str:
    """`published`, `draft`, `hidden` or `skip`, unless somebody has written something else."""
    return page.meta.other("status").lower() or "published"


def list_written(facts: SiteFacts) -> list[PageSummary]:
    """All pages and articles that are written at all, by source."""
    return sorted((each for each in facts.summaries if find_status(each.page) != "skip"), key=lambda each: each.source)


def make_site(facts: SiteFacts) -> Site[Page]:
    """The pages that readers are led to, without articles."""
    return Site(
        tuple(
            each.page
            for each in facts.summaries
            if find_status(each.page) == "published" and each.source not in facts.host.articles
        )
    )
