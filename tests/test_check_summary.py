"""What is kept of a page for the rules about sites, and for asking other sites."""

from __future__ import annotations

from callsite.check.facts import PageSummary, gather_facts
from callsite.check.summary import summarise
from callsite.page import parse_page
from callsite.prose.converting import ProseConverter

PROSE = ProseConverter({"extension_configs": {"markdown.extensions.extra": {}}})


def keep(text: str) -> PageSummary:
    page, _ = parse_page(text, "a.md")
    return summarise(gather_facts(page, text, PROSE), "pages/a.md")


def test_addresses_in_metadata_and_on_fence_lines_are_links_too() -> None:
    kept = keep(
        "title: A\ndocs: https://docs.example.org/\n\n[x](/x.html)\n\n"
        "```python url=https://example.org/a.py\nx = 1\n```\n\n```python url=www.example.org\nx = 1\n```\n"
    )
    assert [(link.target, link.at.line) for link in kept.links] == [
        ("/x.html", 4),
        ("https://docs.example.org/", 2),
        ("https://example.org/a.py", 6),
    ]


def test_listings_are_known_by_their_marks() -> None:
    kept = keep("title: A\n\n## B\n\n```python\n~~a\nb\n~~c\n```\n\n<a name='old'></a>\n")
    assert (kept.marks, kept.lines) == ((("a", "c"),), (3,))
    assert kept.anchors == {"b", "listing-1", "listing-1-1", "listing-1-2", "old"}
    assert kept.headings == ((3, "B"),)


def test_headings_of_example_pages_are_not_kept() -> None:
    assert keep("title: flask.g Example Code\n\n## B\n").headings == ()
