"""Pages that are not in the notation (reStructuredText, HTML): what can be seen of them in their finished HTML.

A site has few of these, so the forgiving parser is the right one here; `render` reads many pages and has the fast one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from callsite.prose import HEADINGS, Heading

if TYPE_CHECKING:
    from bs4 import Tag


def find_headings(html: str) -> tuple[Heading, ...]:
    """The headings of a body that can be linked to: those with an id, and those that open a section with one."""
    from bs4 import BeautifulSoup  # noqa: PLC0415  # few sites have such a page, and it takes a while to import

    found = []
    for element in BeautifulSoup(html, "html.parser").find_all(sorted(HEADINGS)):
        name = element.get("id") or _find_section(element)
        if isinstance(name, str):
            found.append(Heading(name, " ".join(element.get_text().split()), int(element.name[1])))
    return tuple(found)


def _find_section(heading: Tag) -> object:
    """The id of the section that begins with a heading, as docutils writes them."""
    first = heading.parent.find(True) if heading.parent else None
    return heading.parent.get("id") if heading.parent and first is heading else None
