"""Headings of pages in other formats."""

from __future__ import annotations

from callsite.foreign import find_headings
from callsite.prose import Heading
from tests.building import SiteFolder


def test_headings_with_an_id_or_at_the_top_of_a_section_are_found() -> None:
    html = (
        '<h2 id="one">One <em>and</em>\n more</h2><h3>No way to link to it</h3>'
        '<div class="section" id="two"><h3>Two</h3><p>Text</p><h4>Later in the section</h4></div>'
        "<section><h2>No id at all</h2></section>"
    )
    assert find_headings(html) == (Heading("one", "One and more", 2), Heading("two", "Two", 3))


def test_a_page_without_headings_has_none() -> None:
    assert find_headings("") == find_headings("<p>Text</p>") == ()


def test_a_restructuredtext_page_has_a_table_of_contents(site: SiteFolder) -> None:
    text = "Title\n#####\n\n:slug: rest\n\nFirst part\n==========\n\nText\n\nSecond part\n===========\n\nText\n"
    site.write({"content/pages/rest.rst": text})
    page = site.build().read("rest.html")
    assert '<a href="#first-part">First part' in page
    assert '<a href="#second-part">Second part' in page
