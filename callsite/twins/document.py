"""A page as clean Markdown: what it says in words and code, without the notation it is written in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import dropwhile

from callsite.address import is_web_address
from callsite.credits import Credit
from callsite.fence import format_lines
from callsite.model import Gap, Line, Listing, Origin, Page, Prose, Snippet
from callsite.page import lines_fit
from callsite.patterns import compile_later
from callsite.snippet import format_snippet, split_rows
from callsite.symbol import find_symbol
from callsite.text import normalise_ends
from callsite.twins.escaping import escape_line, escape_words, make_line
from callsite.twins.links import may_lead_elsewhere, rewrite_links
from callsite.twins.pages import TwinPage, TwinSite
from callsite.twins.spots import encode_target

Resolve = Callable[[Page, str], str]

# The marks of quotes, up to the first of a list.
_QUOTES = compile_later(r"[ >]*")
_BACKTICKS = compile_later("`+")


def format_document(twin: TwinPage, page: Page, site: TwinSite, resolve: Resolve) -> str:
    """Write a page as Markdown for other programs. `resolve` is that of `plan_twins`."""

    def lead(target: str) -> str:
        resolved = resolve(page, target)
        return f"{site.address}{resolved}" if resolved.startswith("/") and resolved[1:2] != "/" else resolved

    parts = [_format_head(twin, site), *_format_body(twin, page, site.locate(twin.url), lead)]
    return "\n".join(parts).rstrip("\n") + "\n"


def _format_head(twin: TwinPage, site: TwinSite) -> str:
    meta = twin.page.meta
    symbol = find_symbol(meta)
    facts = []
    if symbol:
        facts.append(f"Symbol: `{symbol}`")
    if meta.aliases:
        facts.append("Also known as: " + ", ".join(f"`{alias}`" for alias in meta.aliases))
    if is_web_address(meta.docs):
        facts.append(f"Documentation: <{encode_target(meta.docs)}>")
    facts.append(f"Page: {_link(site.locate(twin.url), twin.url or 'index')}")
    title = escape_words(meta.title) or escape_words(str(symbol or twin.url))
    paragraphs = [f"# {title}".rstrip(), escape_line(meta.description), "\n".join(f"- {fact}" for fact in facts)]
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def _format_body(twin: TwinPage, page: Page, url: str, lead: Callable[[str], str]) -> Iterator[str]:
    """The page's rows, some in one piece. Links are looked for with an empty fence in the place of each listing, which
    keeps the rows around it what they are, in lists and quotes as well.
    """
    rows: list[str] = []
    places: list[tuple[int, Listing]] = []
    for block in page.blocks:
        if isinstance(block, Prose):
            rows += split_rows(normalise_ends(block.text).replace("\0", "\ufffd"))
        else:
            places.append((len(rows), block))
            rows += [f"{block.layout.lead}```", f"{block.layout.indent}```"]
    rows = rewrite_links(rows, lead) if may_lead_elsewhere("\n".join(rows)) else rows
    done = 0
    for number, (place, listing) in enumerate(places, start=1):
        yield from _join_words(rows[done:place], done)
        if place and rows[place - 1].strip(" >\t"):
            yield _match_quotes(listing)
        name = f"[Listing {number}]({encode_target(f'{url}#{twin.anchors[number - 1]}')})"
        yield from _format_listing(listing, _describe(listing, twin.credits[number - 1], name))
        done = place + 2
    yield from _join_words(rows[done:], done)


def _join_words(rows: list[str], done: int) -> Iterator[str]:
    """Rows between listings in one piece, those in front of all others without the empty ones at their beginning."""
    kept = rows if done else list(dropwhile(lambda row: not row, rows))
    if kept:
        yield "\n".join(kept)


def _match_quotes(listing: Listing) -> str:
    """A blank row in front of a listing, which stays inside the quotes that the listing is in."""
    found = _QUOTES.match(listing.layout.lead)
    assert found is not None  # it matches the empty text
    return found[0].rstrip()


def _format_listing(listing: Listing, words: str) -> Iterator[str]:
    """A listing's rows: the words for it, which of its lines are marked, and the code in a fence it cannot close."""
    layout = listing.layout
    rows, marks = _list_rows(listing.snippet)
    yield f"{layout.lead}{words}"
    if marks:
        yield f"{layout.indent}Marked lines: {_format_numbers(marks)}."
    yield layout.indent.rstrip()
    code = "\n".join(rows)
    longest = max(map(len, _BACKTICKS.findall(code)), default=0) if "`" in code else 0
    fence = "`" * max(3, longest + 1)
    yield f"{layout.indent}{fence}{listing.snippet.language.replace('`', '')}"
    if layout.indent:
        for row in rows:
            yield f"{layout.indent}{row}" if row else layout.indent.rstrip()
    elif rows:
        yield code
    yield f"{layout.indent}{fence}"


def _list_rows(snippet: Snippet) -> tuple[list[str], list[int]]:
    """The lines of a listing as they are shown, gaps among them, and the numbers of the marked ones."""
    rows: list[str] = []
    marks: list[int] = []
    after_gap = False
    for row in snippet.rows:
        if isinstance(row, Line):
            if after_gap:
                rows.append("")
            rows.append(row.text)
            if row.marked:
                marks.append(len(rows))
            after_gap = False
        else:
            if rows:
                rows.append("")
            rows.append(_format_gap(row.note, snippet.language))
            after_gap = True
    return rows, marks


@lru_cache(maxsize=1024)  # most notes of a page are the same
def _format_gap(note: str, language: str) -> str:
    if language in ("", "text"):
        return f"... {note} ..."
    return format_snippet(Snippet(language, (Gap(note),))).removesuffix("\n")


def _describe(listing: Listing, credit: Credit, name: str) -> str:
    """`Listing 1, from Callsite 0.1.0: callsite/foreign.py, lines 8-26. Licence: MIT.`, as far as it is known."""
    origin = listing.origin
    source = " ".join(filter(None, map(escape_words, (credit.project, origin.version))))
    facts = [_format_file(origin)]
    if origin.lines and lines_fit(listing):
        facts.append(f"lines {format_lines(origin.lines).replace(',', ', ')}")
    file = ", ".join(filter(None, facts))
    known = ": ".join(filter(None, [source, file]))
    licence = f" Licence: {escape_words(credit.licence)}." if make_line(credit.licence) else ""
    return f"{name}{', from ' if known else ''}{known}.{licence}"


def _format_file(origin: Origin) -> str:
    words = make_line(origin.path)
    if is_web_address(origin.url):
        return _link(origin.url, words or origin.url)
    return escape_words(words)


def _link(url: str, words: str) -> str:
    return f"[{escape_words(words)}]({encode_target(url)})"


def _format_numbers(numbers: Iterable[int]) -> str:
    """`3, 5-7`."""
    ranges: list[tuple[int, int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return format_lines(tuple(ranges)).replace(",", ", ")
