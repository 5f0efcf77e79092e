"""Sites of any size out of some real pages: whole copies of them, each about libraries and projects of its own.

Copy 0 is the pages themselves. In another, every library that a page is about and every project that code was taken
from has a number behind its name, wherever the name stands: in titles and addresses, in prose, in paths, and in code.
So `from jinja2 import Environment` becomes `from jinja2x7 import Environment`, the page it leads to is about
`jinja2x7.Environment`, and its sidebar, its lists and its links are those of the original. A site of ten times the
pages has ten times the libraries, projects and links, and each page is as long as before, but for those numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from callsite.model import Block, Gap, Line, Listing, Page, Prose
from callsite.symbol import find_symbol, parse_symbol


def copy_pages(pages: Sequence[Page], size: int) -> Iterator[Page]:
    """A site of so many pages. What is not a whole copy is taken from all of the pages evenly."""
    names = find_own_names(pages)
    places = sorted({page.meta.sortorder[:5] for page in pages if page.meta.sortorder})
    for copy, at in plan_copies(len(pages), size):
        yield rename_page(pages[at], names, copy, len(places)) if copy else pages[at]


def plan_copies(pages: int, size: int) -> Iterator[tuple[int, int]]:
    """For each page of a site, the number of the copy and the position of the page in it."""
    whole, rest = divmod(size, pages)
    for copy in range(whole):
        yield from ((copy, at) for at in range(pages))
    yield from ((whole, at * pages // rest) for at in range(rest))


def find_own_names(pages: Sequence[Page]) -> re.Pattern[str]:
    """What matches the libraries that the pages are about, and the projects they quote, as whole words."""
    names = {symbol.library for page in pages if (symbol := find_symbol(page.meta))}
    names |= {listing.origin.project for page in pages for listing in page.listings} - {""}
    return re.compile(
        rf"(?<!\w)(?:{'|'.join(sorted(map(re.escape, names), key=lambda name: (-len(name), name)))})(?!\w)"
    )


def rename_page(page: Page, names: re.Pattern[str], copy: int, libraries: int) -> Page:
    """A page of another copy. `libraries` tells how many places one copy takes up in the order of all."""

    def rename(text: str) -> str:
        return names.sub(rf"\g<0>x{copy}", text)

    def rename_block(block: Block) -> Block:
        if isinstance(block, Prose):
            return replace(block, text=rename(block.text))
        rows = [row if isinstance(row, Gap) else Line(rename(row.text), row.marked) for row in block.snippet.rows]
        origin = replace(block.origin, project=rename(block.origin.project), path=rename(block.origin.path))
        return Listing(replace(block.snippet, rows=tuple(rows)), origin, block.words, block.at, block.layout)

    meta, order = page.meta, page.meta.sortorder
    slug = rename(meta.slug)
    changed = replace(
        meta,
        title=rename(meta.title),
        slug=slug if slug != meta.slug else f"{slug}-x{copy}",
        sortorder=f"{int(order[:5]) + copy * libraries:05d}{order[5:]}" if len(order) >= 5 else order,
        sidebartitle=rename(meta.sidebartitle),
        description=rename(meta.description),
        symbol=parse_symbol(rename(str(meta.symbol))) if meta.symbol else None,
        aliases=tuple(map(rename, meta.aliases)),
        written=None,
    )
    return replace(page, meta=changed, blocks=tuple(map(rename_block, page.blocks)))
