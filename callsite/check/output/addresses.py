"""The address that each page calls its own, and the sitemap: whether they say the same."""

from __future__ import annotations

from collections.abc import Iterator

from callsite.check.output.facts import FileSummary, FolderFacts
from callsite.check.rule import Finding, Rule
from callsite.model import Severity

_PUBLISHED = ("", "published")


def find_wrong_addresses(facts: FolderFacts) -> Iterator[Finding]:
    """Pages that call another address their own, and sitemaps that differ from what pages say."""
    for summary in facts.summaries.values():
        for message, hint in _judge_canonical(facts, summary):
            yield Finding(facts.place_attribute(summary.path, "href", summary.canonical[0]), message, hint)
    listed: set[str] = set()
    for summary in facts.summaries.values():
        for address, line in summary.entries:
            wrong = ", listed before" if address in listed else _judge_entry(facts, address)
            listed.add(address)
            if wrong:
                message = f"the sitemap has `{address}`{wrong}"
                hint = "let it have once each address that a page calls its own"
                yield Finding(facts.place(summary.path, line), message, hint)
    for path, page in facts.expected.items() if listed else ():
        shown = facts.summaries.get(path)
        if (
            shown is None
            or shown.is_hidden
            or shown.refresh
            or page.page.meta.other("status").lower() not in _PUBLISHED
        ):
            continue
        if shown.canonical and shown.canonical[0] not in listed:
            place = facts.place_attribute(path, "href", shown.canonical[0])
            yield Finding(place, f"the sitemap does not have `{shown.canonical[0]}`", "build again, or add it there")


def _judge_canonical(facts: FolderFacts, summary: FileSummary) -> Iterator[tuple[str, str]]:
    """What is wrong with the address that a page calls its own, and what to do."""
    if not summary.canonical or summary.refresh:
        return
    first, *others = summary.canonical
    if others:
        yield f"the page has {len(others) + 1} canonical addresses", "leave it one, its own"
    if not _is_below(first, facts.address):
        message = f"the canonical address `{first}` is not below `{facts.address}`"
        yield message, "build with the SITEURL that the site will have"
    elif facts.leads.find(first, summary.path).path != summary.path:
        yield f"the canonical address `{first}` is not that of this page", "let each page name its own address"


def _judge_entry(facts: FolderFacts, address: str) -> str:
    """What is wrong with an entry of a sitemap, if anything is."""
    if not _is_below(address, facts.address):
        return f", which is not below `{facts.address}`"
    path = facts.leads.find(address, "").path
    if not path:
        return ", which leads to nothing in the output"
    summary = facts.summaries.get(path)
    if summary is None:
        return ""
    if summary.is_hidden:
        return ", and the page there tells search engines to leave it out"
    if summary.refresh:
        return ", and the page there leads on to another one"
    if summary.canonical and address not in summary.canonical:
        return f", and the page there calls `{summary.canonical[0]}` its address"
    return ""


def _is_below(address: str, root: str) -> bool:
    """Whether an address is one of the site that stands at `root`, or that is not known."""
    return not root or address == root or address.startswith(f"{root.rstrip('/')}/")


RULES: tuple[Rule[FolderFacts], ...] = (
    Rule(
        "H107",
        "an address that is not the page's own",
        Severity.ERROR,
        find_wrong_addresses,
        (
            "output/a.html:9: H107 the canonical address `https://example.org/b.html` is not that of this page; let each page name its own address",
            "output/a.html:9: H107 the canonical address `http://localhost/a.html` is not below `https://example.org`; build with the SITEURL that the site will have",
            "output/a.html:9: H107 the page has 2 canonical addresses; leave it one, its own",
            "output/a.html:9: H107 the sitemap does not have `https://example.org/a.html`; build again, or add it there",
            "output/sitemap.xml:4: H107 the sitemap has `https://example.org/a.html`, listed before; let it have once each address that a page calls its own",
            "output/sitemap.xml:4: H107 the sitemap has `https://example.org/b.html`, which leads to nothing in the output; let it have once each address that a page calls its own",
            "output/sitemap.xml:4: H107 the sitemap has `https://example.com/b.html`, which is not below `https://example.org`; let it have once each address that a page calls its own",
            "output/sitemap.xml:4: H107 the sitemap has `https://example.org/b.html`, and the page there tells search engines to leave it out; let it have once each address that a page calls its own",
            "output/sitemap.xml:4: H107 the sitemap has `https://example.org/old.html`, and the page there leads on to another one; let it have once each address that a page calls its own",
            "output/sitemap.xml:4: H107 the sitemap has `https://example.org/b`, and the page there calls `https://example.org/b.html` its address; let it have once each address that a page calls its own",
        ),
        """**Error.** Search engines are told of each page's address twice: by `<link rel="canonical">` in the page, and by
`sitemap.xml`. The two must say the same, each page must name itself, and the sitemap must have every published page once. If
the addresses begin with another host, the site was built with a wrong `SITEURL`. Pages that search engines are told to leave
out (`noindex`), drafts and redirects do not belong into the sitemap.""",
    ),
)
