"""A listing to HTML: the part of the pages that Callsite exists for.

    figure.listing#listing-1
      figcaption                    file title, language, origin: only what is known
      div.highlight[tabindex=0]     the one region that scrolls
        pre > code > span.line*     one pre per run between gaps; span.line.hll#listing-1-1 is a marked line
        div.gap                     what is left out, in the author's words

A word that stands for a symbol with a page, or with documentation elsewhere, is an a.xref around its tokens. In each
listing only the first link to a place is a stop of the tabulator key; the others can be clicked.

Each line ends with its line end inside its element. The text of a line, helpers left out (`.visually-hidden` and
`[aria-hidden]`), is the code itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import count
from re import Match

from pygments.lexer import Lexer
from pygments.lexers import get_all_lexers
from pygments.token import STANDARD_TYPES, Comment, Generic, String, _TokenType, is_token_subtype

from callsite.address import is_web_address
from callsite.lexing import LONGEST_LINE, LONGEST_RUN, Piece, find_lexer, is_too_long, lex_lines
from callsite.linking import CodeLink, Destination
from callsite.model import Gap, Line, Listing, Origin, Problem, Severity
from callsite.page import lines_fit
from callsite.snippet import find_title
from callsite.text import CONTROL
from callsite.wording import nearest

# Behind the last link of a line.
_END = CodeLink(0, 10**9, 10**9, Destination("", ""))

CUE = '<span class="visually-hidden">Marked line: </span>'


@dataclass(frozen=True, slots=True)
class RenderedListing:
    """A listing's HTML, its id on the page, and what to call it."""

    html: str
    id: str
    label: str


def render_listing(listing: Listing, number: int, links: Iterable[CodeLink] = ()) -> RenderedListing:
    """Render the `number`-th listing of a page, 1 being the first. An unknown language renders as plain text."""
    snippet = listing.snippet
    lexer = find_lexer(snippet.language) or find_lexer("")
    assert lexer is not None  # plain text is always there
    name = f"listing-{number}"
    title = find_title(snippet) or listing.origin.path.rpartition("/")[2]
    label = f"Listing {number}: {title}" if title else f"Listing {number}"
    parts = [f'<figure class="listing" id="{name}">\n', _render_caption(title, snippet.language, lexer, listing.origin)]
    parts.append(f'<div class="highlight" tabindex="0" role="group" aria-label="{escape(label)}">\n')
    marks = count(1)
    numbers = _line_numbers(listing)
    linked = _Links(links)
    runs = iter(snippet.runs)
    inside = False
    first = True
    position = 0
    for row in snippet.rows:
        if isinstance(row, Gap):
            parts.append(f'<div class="gap"><span class="gap-note">{_text(row.note)}</span></div>\n')
            inside = first = False
        elif not inside:
            inside = True
            run = next(runs)
            parts.append(_render_run(run, lexer, first, next(numbers, None), name, marks, position, linked))
            position += len(run)
    parts.append("</div>\n</figure>")
    return RenderedListing("".join(parts), name, label)


def list_mark_ids(listing: Listing, number: int) -> tuple[str, ...]:
    """The ids of the marked lines of the `number`-th listing of a page, 1 being the first."""
    return tuple(f"listing-{number}-{mark}" for mark in range(1, len(listing.snippet.marks) + 1))


def find_listing_problems(listing: Listing) -> Iterator[Problem]:
    """What keeps a listing from being coloured."""
    if find_lexer(listing.snippet.language) is None:
        yield _unknown_language(listing)
    for run in listing.snippet.runs:
        if is_too_long("\n".join(line.text for line in run)):
            yield _too_long(listing)


def _render_run(
    run: tuple[Line, ...],
    lexer: Lexer,
    first: bool,
    number: int | None,
    name: str,
    marks: Iterator[int],
    position: int,
    links: _Links,
) -> str:
    parts = ['<pre class="numbered"><code>' if number else "<pre><code>"]
    for index, (line, pieces) in enumerate(
        zip(run, lex_lines("\n".join(x.text for x in run), lexer, first), strict=True)
    ):
        data = f' data-n="{number + index}"' if number else ""
        if line.marked:
            parts.append(f'<span class="line hll" id="{name}-{next(marks)}"{data}>{CUE}')
        else:
            parts.append(f'<span class="line"{data}>')
        parts.append(_render_pieces(pieces, links, position + index))
        parts.append("\n</span>")
    parts.append("</code></pre>\n")
    return "".join(parts)


def _render_pieces(pieces: list[Piece], links: _Links, line: int) -> str:
    """Tokens of one line to HTML; neighbours of one class share an element, and space needs none."""
    parts: list[str] = []
    open_class = ""
    open_link: CodeLink | None = None
    for kind, text, link in links.cut(pieces, line):
        css = "" if text.isspace() else _css_class(kind)
        if css != open_class or link is not open_link:
            parts.append("</span>" if open_class else "")
            if link is not open_link:
                parts.append("</a>" if open_link else "")
                parts.append(links.open(link) if link else "")
            parts.append(f'<span class="{css}">' if css else "")
            open_class, open_link = css, link
        parts.append(_text(text))
    return "".join(parts) + ("</span>" if open_class else "") + ("</a>" if open_link else "")


class _Links:
    """The links of a listing, and which places those lead to that were rendered."""

    def __init__(self, links: Iterable[CodeLink]) -> None:
        self._lines: dict[int, list[CodeLink]] = {}
        for link in links:
            self._lines.setdefault(link.line, []).append(link)
        self._stops: set[str] = set()

    def open(self, link: CodeLink) -> str:
        """The start tag of a link."""
        rel = ' rel="external"' if link.to.external else ""
        skipped = ' tabindex="-1"' if link.to.href in self._stops else ""
        self._stops.add(link.to.href)
        return f'<a class="xref" href="{escape(link.to.href)}" title="{escape(link.to.title)}"{rel}{skipped}>'

    def cut(self, pieces: list[Piece], line: int) -> Iterator[tuple[_TokenType, str, CodeLink | None]]:
        """Tokens of a line cut where links begin and end, each with the link it is in."""
        waiting = iter(self._lines.get(line, ()))
        link = next(waiting, _END)
        at = 0
        for kind, text in pieces:
            behind = at + len(text)
            while at < behind:
                if at >= link.end:
                    link = next(waiting, _END)
                inside = link.start <= at
                stop = min(behind, link.end if inside else link.start)
                cut = text[len(text) - (behind - at) : len(text) - (behind - stop)]
                yield kind, cut, link if inside and not _is_spoken(kind) else None
                at = stop


def _is_spoken(kind: _TokenType) -> bool:
    """Whether a token is a comment, part of a string or what a program printed: to the lexer that is no name."""
    return is_token_subtype(kind, Comment) or is_token_subtype(kind, String) or kind is Generic.Output


def _render_caption(title: str, language: str, lexer: Lexer, origin: Origin) -> str:
    rows = []
    if title:
        rows.append(f'<span class="listing-title">{_text(title)}</span>')
    if language and lexer.name != "Text only":
        rows.append(f'<span class="listing-language">{_text(lexer.name)}</span>')
    known = []
    if origin.project:
        known.append(f'<span class="origin-project">{_text(origin.project)}</span>')
    if origin.version:
        known.append(f'<span class="origin-version">{_text(origin.version)}</span>')
    if origin.licence:
        known.append(f'<span class="origin-licence">{_text(origin.licence)}</span>')
    place = origin.path or origin.url
    if place and is_web_address(origin.url):
        known.append(f'<a class="origin-path" href="{escape(origin.url)}" rel="external">{_text(place)}</a>')
    elif origin.path and origin.path != title:
        known.append(f'<span class="origin-path">{_text(place)}</span>')
    if known:
        rows.append('<span class="listing-origin">' + "\n".join(known) + "</span>")
    return "<figcaption>\n" + "\n".join(rows) + "\n</figcaption>\n" if rows else ""


def _line_numbers(listing: Listing) -> Iterator[int]:
    """The first line number of each run, when the origin gives them all; they are never made up."""
    return iter(first for first, _ in listing.origin.lines) if lines_fit(listing) else iter(())


def _text(text: str) -> str:
    """Text for HTML; a character that would change how the code looks is fenced in and given a name to show."""
    html = escape(text, quote=False)
    return CONTROL.sub(_show_control, html) if CONTROL.search(html) else html


def _show_control(match: Match[str]) -> str:
    return f'<span class="control" data-name="U+{ord(match[0]):04X}"><bdi>{match[0]}</bdi></span>'


@cache
def _css_class(kind: _TokenType) -> str:
    """Pygments' short class for a token type; a type without one has that of the nearest type above it."""
    while kind not in STANDARD_TYPES:
        assert kind.parent is not None  # `Token` itself is a standard type
        kind = kind.parent
    return STANDARD_TYPES[kind]


def _unknown_language(listing: Listing) -> Problem:
    language = listing.snippet.language
    known = nearest(language, (alias for _, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases))
    hint = f"did you mean `{known}`?" if known else "use one of Pygments' names, or none for plain text"
    return Problem(listing.at, "L102", f"Pygments knows no language `{language}`", hint, Severity.WARNING)


def _too_long(listing: Listing) -> Problem:
    message = f"more than {LONGEST_LINE:,} characters in a line, or {LONGEST_RUN:,} in a run, are shown without colours"
    return Problem(listing.at, "L107", message, "cut it if its colours matter", Severity.WARNING)
