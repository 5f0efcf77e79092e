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

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from html import escape
from itertools import accumulate, count, groupby

from pygments.lexer import Lexer
from pygments.lexers import get_all_lexers
from pygments.token import Comment, Generic, String, is_token_subtype

from callsite.address import is_web_address
from callsite.colouring import TAG, render_pieces, render_text
from callsite.lexing import LONGEST_LINE, LONGEST_RUN, find_lexer, find_names, is_too_long, lex_run
from callsite.linking import CodeLink
from callsite.model import Gap, Line, Listing, Origin, Problem, Severity
from callsite.openings import Piece
from callsite.page import lines_fit
from callsite.records import dataclass
from callsite.snippet import find_title
from callsite.wording import nearest

_END = TAG, "</a>"

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
            parts.append(f'<div class="gap"><span class="gap-note">{render_text(row.note)}</span></div>\n')
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
    if not find_names(listing.snippet.language):
        yield _unknown_language(listing)
    lines = listing.snippet.lines
    if sum(len(line.text) + 1 for line in lines) > LONGEST_LINE:  # else none of its runs is
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
    texts = [line.text for line in run]
    html = links.render(lex_run("\n".join(texts), lexer, first), texts, position)
    parts = ['<pre class="numbered"><code>' if number else "<pre><code>"]
    for index, (line, inside) in enumerate(zip(run, html.split("\n"), strict=True)):
        data = f' data-n="{number + index}"' if number else ""
        if line.marked:
            parts.append(f'<span class="line hll" id="{name}-{next(marks)}"{data}>{CUE}{inside}\n</span>')
        else:
            parts.append(f'<span class="line"{data}>{inside}\n</span>')
    parts.append("</code></pre>\n")
    return "".join(parts)


class _Links:
    """The links of a listing, and which places those lead to that were rendered."""

    def __init__(self, links: Iterable[CodeLink]) -> None:
        self._lines: dict[int, list[CodeLink]] = {}
        for link in links:
            self._lines.setdefault(link.line, []).append(link)
        self._stops: set[str] = set()

    def render(self, pieces: list[Piece], texts: list[str], position: int) -> str:
        """The HTML of a run's tokens with the run's links; `texts` are its lines, and the first of them has this
        position in the listing.
        """
        numbers = range(position, position + len(texts)) if self._lines else ()
        linked = [number for number in numbers if number in self._lines]
        if not linked:
            return render_pieces(pieces)
        starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
        tokens = _Tokens(pieces)
        parts: list[Piece] = []
        done = 0
        for number in linked:
            begin, behind = starts[number - position], starts[number - position + 1] - 1
            for link in self._lines[number]:
                start, end = min(begin + link.start, behind), min(begin + link.end, behind)
                parts += tokens.cut(done, start)
                for is_spoken, inside in groupby(tokens.cut(start, end), key=_is_spoken):
                    if is_spoken:
                        parts += inside
                    else:
                        parts += (TAG, self._open(link)), *inside, _END
                done = end
        return render_pieces(parts + tokens.cut(done, starts[-1] - 1))

    def _open(self, link: CodeLink) -> str:
        """The start tag of a link."""
        rel = ' rel="external"' if link.to.external else ""
        skipped = ' tabindex="-1"' if link.to.href in self._stops else ""
        self._stops.add(link.to.href)
        tag = f'<a class="xref" href="{escape(link.to.href)}" title="{escape(link.to.title)}"{rel}{skipped}>'
        return tag.replace("\n", "&#10;")  # a line of HTML is one of code


class _Tokens:
    """The tokens of a run by the characters they are at."""

    def __init__(self, pieces: list[Piece]) -> None:
        self._pieces = pieces
        self._starts = list(accumulate([len(text) for _, text in pieces], initial=0))

    def cut(self, start: int, end: int) -> list[Piece]:
        """The tokens between two characters, the first and the last of them cut there."""
        if start >= end:
            return []
        first, last = bisect_right(self._starts, start) - 1, bisect_left(self._starts, end) - 1
        found = self._pieces[first : last + 1]
        kind, text = found[-1]
        found[-1] = kind, text[: end - self._starts[last]]
        kind, text = found[0]
        found[0] = kind, text[start - self._starts[first] :]
        return found


def _is_spoken(piece: Piece) -> bool:
    """Whether a token is a comment, part of a string or what a program printed: to the lexer that is no name."""
    kind, _ = piece
    return is_token_subtype(kind, Comment) or is_token_subtype(kind, String) or kind is Generic.Output


def _render_caption(title: str, language: str, lexer: Lexer, origin: Origin) -> str:
    rows = []
    if title:
        rows.append(f'<span class="listing-title">{render_text(title)}</span>')
    if language and lexer.name != "Text only":
        rows.append(f'<span class="listing-language">{render_text(lexer.name)}</span>')
    known = []
    if origin.project:
        known.append(f'<span class="origin-project">{render_text(origin.project)}</span>')
    if origin.version:
        known.append(f'<span class="origin-version">{render_text(origin.version)}</span>')
    if origin.licence:
        known.append(f'<span class="origin-licence">{render_text(origin.licence)}</span>')
    place = origin.path or origin.url
    if place and is_web_address(origin.url):
        known.append(f'<a class="origin-path" href="{escape(origin.url)}" rel="external">{render_text(place)}</a>')
    elif origin.path and origin.path != title:
        known.append(f'<span class="origin-path">{render_text(place)}</span>')
    if known:
        rows.append('<span class="listing-origin">' + "\n".join(known) + "</span>")
    return "<figcaption>\n" + "\n".join(rows) + "\n</figcaption>\n" if rows else ""


def _line_numbers(listing: Listing) -> Iterator[int]:
    """The first line number of each run, when the origin gives them all; they are never made up."""
    return iter(first for first, _ in listing.origin.lines) if lines_fit(listing) else iter(())


def _unknown_language(listing: Listing) -> Problem:
    language = listing.snippet.language
    known = nearest(language, (alias for _, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases))
    hint = f"did you mean `{known}`?" if known else "use one of Pygments' names, or none for plain text"
    return Problem(listing.at, "L102", f"Pygments knows no language `{language}`", hint, Severity.WARNING)


def _too_long(listing: Listing) -> Problem:
    message = f"more than {LONGEST_LINE:,} characters in a line, or {LONGEST_RUN:,} in a run, are shown without colours"
    return Problem(listing.at, "L107", message, "cut it if its colours matter", Severity.WARNING)
