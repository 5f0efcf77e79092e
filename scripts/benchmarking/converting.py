"""Pages in the notations of other tools, so that each of them shows the same: title, description, prose, listings with
their marked lines, and gaps as comments.

All of it is pure: pages to text. Nothing is lost that those tools could show; where code comes from, links in code, and
line numbers beside gaps they have no notation for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from callsite.model import Gap, Line, Listing, Page, Prose, Snippet
from callsite.snippet import format_snippet
from callsite.symbol import find_symbol

# How a tool writes the words of a fence line: from a language and the numbers of marked lines, counted from 1.
FormatInfo = Callable[[str, Sequence[int]], str]

_SHORTCODE = re.compile(r"\{\{(?=[<%])")


def format_hugo(page: Page) -> str:
    """A page for Hugo. A space is put into what it would take for a shortcode, also in code: its own escape has to know
    where the shortcode ends.
    """
    head = {"title": page.meta.title, "linkTitle": page.meta.sidebartitle, "description": page.meta.description}
    rows = "".join(f"{key} = {json.dumps(value)}\n" for key, value in head.items())
    return f"+++\n{rows}+++\n" + _SHORTCODE.sub("{{ ", format_body(page, _write_hugo_info))


def format_mkdocs(page: Page) -> str:
    """A page for Material for MkDocs, and for Zensical, which reads the same."""
    head = {"title": page.meta.title, "description": page.meta.description}
    rows = "".join(f"{key}: {json.dumps(value)}\n" for key, value in head.items())
    return f"---\n{rows}---\n" + format_body(page, _write_pygments_info)


def format_pelican(page: Page) -> str:
    """A page for Pelican as it comes. Its table of contents stands where the page asks for one."""
    meta = page.meta
    head = {"title": meta.title, "slug": meta.slug, "library": find_library(page), "short": meta.sidebartitle}
    head["description"] = meta.description
    rows = "".join(f"{key}: {value}\n" for key, value in head.items())
    return f"{rows}\n[TOC]\n\n" + format_body(page, _write_pygments_info).lstrip("\n")


def format_body(page: Page, write_info: FormatInfo) -> str:
    """The prose and the listings of a page."""
    parts = [block.text if isinstance(block, Prose) else _format_listing(block, write_info) for block in page.blocks]
    return "".join(part if part.endswith("\n") else f"{part}\n" for part in parts)


def find_library(page: Page) -> str:
    """The library that a page is about: its folder, and what its sidebar lists."""
    symbol = find_symbol(page.meta)
    return symbol.library if symbol else "other"


def edit_page(page: Page, number: int) -> Page:
    """The page with a sentence more at the end of its first line of prose; the number makes each edit another one."""
    for at, block in enumerate(page.blocks):
        if isinstance(block, Prose) and (first := re.search(r"(?m)\S$", block.text)):
            text = f"{block.text[: first.end()]} {say_edit(number)}{block.text[first.end() :]}"
            return replace(page, blocks=(*page.blocks[:at], replace(block, text=text), *page.blocks[at + 1 :]))
    raise ValueError(f"{page.at}: no prose to edit")


def say_edit(number: int) -> str:
    """The sentence that an edit puts into a page."""
    return f"Changed for round {number}."


def _format_listing(listing: Listing, write_info: FormatInfo) -> str:
    rows = [_format_row(row, listing.snippet.language) for row in listing.snippet.rows]
    marked = [at for at, row in enumerate(listing.snippet.rows, 1) if isinstance(row, Line) and row.marked]
    longest = max((len(run) for row in rows for run in re.findall("`+", row)), default=0)
    fence, layout = "`" * max(3, longest + 1), listing.layout
    first = f"{layout.lead}{fence}{write_info(listing.snippet.language or 'text', marked)}"
    return "\n".join([first, *(f"{layout.indent}{row}" for row in [*rows, fence])]) + "\n"


def _format_row(row: Line | Gap, language: str) -> str:
    """A row as a line of code."""
    return row.text if isinstance(row, Line) else format_snippet(Snippet(language, (row,))).rstrip("\n")


def _write_hugo_info(language: str, marked: Sequence[int]) -> str:
    return f"{language} {{hl_lines=[{','.join(map(str, marked))}]}}" if marked else language


def _write_pygments_info(language: str, marked: Sequence[int]) -> str:
    return f'{language} hl_lines="{" ".join(map(str, marked))}"' if marked else language
