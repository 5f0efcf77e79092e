"""Hypothesis strategies: any text there can be, and values that the notation can say."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from callsite.fence import parse_info
from callsite.header import KEYS
from callsite.model import Gap, Layout, Line, Listing, Meta, Origin, Page, Prose, Row, Snippet, Symbol
from callsite.page import parse_page
from callsite.symbol import parse_symbol

# What the notation, Markdown and HTML give a meaning to, and characters that programs split on by mistake.
# fmt: off
_PARTS = """
` `` ``` ```` ~ ~~ ~~~ ~~~~ \\ \\\\ # ## . ... … .… > < - -- --- * + = === | / // /* */ <!-- --> % ; ! [ ] ( ) { }
{{ }} {% %} & &amp; 1. 10. 1) <div> </div> <details> <pre> </pre> a b1 é _ : title: meta: key: lines=1-2 rev= " '
python ## ... # ...x... ~~x [a](/x) <b>
""".split()  # noqa: SIM905  # a list of strings in quotes would be harder to read
_SPACES = ["\n", "\n", "\n", "\n\n", " ", " ", "  ", "   ", "    ", "\t", "\f", "\v", "\x1c", "\x85", "\u2028", "\u00a0"]
# fmt: on

_lone = st.characters(codec="utf-8", exclude_characters="\r\n\0")
_any_part = st.sampled_from([*_PARTS, *_SPACES]) | _lone


def texts(ends: tuple[str, ...] = ("\n",)) -> st.SearchStrategy[str]:
    """Any text whose lines end in one of `ends`: parts that mean something, bytes read as UTF-8, and real pages with
    pieces cut out, doubled and put in.
    """
    made = st.lists(_any_part, max_size=40).map("".join)
    raw = st.binary(max_size=60).map(lambda data: data.decode("utf-8", "replace").replace("\r", ""))
    mixed = made | raw.map(lambda text: text.replace("\0", "")) | mutated_pages()
    if ends == ("\n",):
        return mixed
    return st.builds(_mix_ends, mixed, st.lists(st.sampled_from(ends), min_size=1, max_size=7))


def _mix_ends(text: str, ends: list[str]) -> str:
    rows = text.split("\n")
    return "".join(row + ends[number % len(ends)] for number, row in enumerate(rows[:-1])) + rows[-1]


_PAGE = """\
title: flask.ctx f Example Code
slug: f
meta: What f is for.

Words and a [link](/flask.html).

```python project=demo path="a b.py" lines=3-5,9
import f
~~f()

## ... source file abbreviated ...

    f(1)
```

- an item

  ~~~~
  \\~~code
  ~~~
  ~~~~
> quoted
> ```
> ~~x
> ```

## Heading
"""


@cache
def _pages() -> list[str]:
    shared = Path(os.environ.get("CALLSITE_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    found = sorted([*shared.glob("seed/*"), *shared.glob("corpus/p*/*")])
    return [_PAGE, *(path.read_text(encoding="utf-8")[:4000] for path in found[::9])]


@st.composite
def mutated_pages(draw: st.DrawFn) -> str:
    """A good page after some slips of hand."""
    text = draw(st.sampled_from(_pages()))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        length = draw(st.sampled_from([0, 0, 1, 3, 40]))
        text = text[:start] + draw(_any_part) + text[start + length :]
    return text


def rows(exclude: str = "") -> st.SearchStrategy[str]:
    """One row of text, most likely one that looks like notation."""
    spaces = [space for space in _SPACES if "\n" not in space]
    character = st.characters(codec="utf-8", exclude_characters="\n" + exclude)
    return st.lists(st.sampled_from([*_PARTS, *spaces]) | character, max_size=7).map("".join)


# Runs of tildes and backslashes are what escapes are about.
_tricky = st.text("~\\ \t#.…x", max_size=6)


def lines(exclude: str = "") -> st.SearchStrategy[Line]:
    return st.builds(Line, rows(exclude) | _tricky, st.booleans())


def gaps(exclude: str = "") -> st.SearchStrategy[Gap]:
    notes = (rows(exclude) | st.just("x")).map(lambda text: re.sub(r"\A[ \t.…]+|[ \t.…]+\Z", "", text))
    return st.builds(Gap, notes.filter(lambda note: any(map(str.isalnum, note))))


def snippets(exclude: str = "", languages: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[Snippet]:
    """Snippets as `Snippet` describes them: no blank line beside a gap."""
    items: st.SearchStrategy[list[Row]] = st.lists(lines(exclude) | lines(exclude) | gaps(exclude), max_size=8)
    spoken = languages if languages is not None else st.sampled_from(["", "python", "css", "html", "sql", "c++", "tex"])
    return st.builds(lambda language, found: Snippet(language, _settle(found)), spoken, items)


def _settle(items: list[Row]) -> tuple[Row, ...]:
    def near_gap(number: int, step: int) -> bool:
        number += step
        while 0 <= number < len(items):
            item = items[number]
            if isinstance(item, Gap):
                return True
            if not item.blank:
                return False
            number += step
        return False

    return tuple(
        item
        for number, item in enumerate(items)
        if isinstance(item, Gap) or not item.blank or not (near_gap(number, 1) or near_gap(number, -1))
    )


_values = rows("\r\0").filter(bool)


def _ranges(steps: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    found = []
    last = 0
    for gap, length in steps:
        found.append((last + gap, last + gap + length))
        last += gap + length
    return tuple(found)


ranges = st.lists(st.tuples(st.integers(1, 500), st.integers(0, 400)), max_size=4).map(_ranges)

origins = st.builds(
    Origin,
    project=st.just("") | _values,
    version=st.just("") | _values,
    path=st.just("") | _values,
    revision=st.just("") | _values,
    url=st.just("") | _values,
    licence=st.just("") | _values,
    lines=ranges,
)

languages = st.sampled_from(["", "python", "c++", "html+jinja", "~x", "{.py}", "~~~"]) | st.text(
    st.characters(codec="utf-8", exclude_characters='\0\r\n"=').filter(lambda c: not c.isspace()), max_size=5
)


def infos() -> st.SearchStrategy[tuple[str, Origin, tuple[str, ...]]]:
    """A language, an origin and words that mean nothing, as a fence line can say them."""

    def keep_unread(language: str, origin: Origin, words: list[str]) -> tuple[str, Origin, tuple[str, ...]]:
        # Words that parse_info would read, or that would run into each other, are no unread words.
        known = replace(origin, lines=origin.lines or ((1, 1),))
        kept: list[str] = []
        for word in words:
            found = parse_info("x " + word)
            if found[2] == (word,) and (language or origin != Origin() or kept or word.startswith('"')):
                kept.append(word)
        if parse_info("x " + " ".join(kept))[2] != tuple(kept):
            kept = []
        return language, known if kept and origin.lines else origin, tuple(kept)

    word = st.sampled_from(
        ['"', '"a b"', "title=x", "project=", "lines=5-3", "=", "a=b", 'url="x', "hl_lines=1", "{x}"]
    )
    return st.builds(keep_unread, languages, origins, st.lists(word, max_size=3))


_name = st.sampled_from(["flask", "ctx", "_x", "É", "after_this_request", "a1"])
symbols = st.lists(_name, min_size=1, max_size=4).map(lambda names: parse_symbol(".".join(names))).filter(bool)

_plain_value = rows("\r\0").map(str.strip)
_other_keys = st.sampled_from(["date", "tags", "status", "Summary".lower(), "x-y", "content", "0", "_"])


@st.composite
def metas(draw: st.DrawFn) -> Meta:
    """Metadata as a header can say it."""
    more = _plain_value.filter(bool)
    others = draw(
        st.lists(st.tuples(_other_keys, st.lists(more, max_size=2)), max_size=3, unique_by=lambda pair: pair[0])
    )
    symbol: Symbol | None = draw(st.none() | symbols)
    return Meta(
        title=draw(_plain_value),
        category=draw(_plain_value),
        slug=draw(_plain_value),
        sortorder=draw(st.just("") | st.text("0123456789", min_size=1, max_size=9)),
        toc=draw(st.none() | st.booleans()),
        sidebartitle=draw(_plain_value),
        description=draw(_plain_value),
        symbol=symbol,
        aliases=tuple(map(str, draw(st.lists(symbols, max_size=2)))),
        docs=draw(_plain_value),
        check=draw(_plain_value),
        others=tuple((key, (draw(_plain_value), *values)) for key, values in others if key not in KEYS),
    )


_LEADS = [
    "",
    "",
    " ",
    "   ",
    "> ",
    ">",
    "- ",
    "1. ",
    "> > ",
    ">> ",
    "- > ",
    "> - ",
    ">- ",
    "10. ",
    "* - ",
    "  > ",
    "> 1. ",
]


@st.composite
def listings(draw: st.DrawFn) -> Listing:
    """Listings anywhere a fence can stand, before they were written."""
    language, origin, words = draw(infos())
    snippet = draw(snippets(exclude="\r\0", languages=st.just(language)))
    lead = draw(st.sampled_from(_LEADS))
    fence = draw(st.sampled_from(["```", "````", "~~~", "~~~~~"]))
    # Take the indent from the reader, which has laws of its own.
    known, _ = parse_page(f"\n\n{lead}{fence}\n")
    layout = known.listings[0].layout
    return Listing(snippet, origin, words, layout=Layout(fence, layout.lead, layout.indent, layout.within))


_prose = st.lists(
    st.sampled_from(["Words.", "", "## Heading", "[a](/x.html)", "é\u2028\f", "1 < 2 & `x`", "***", "{{ x }}"]),
    max_size=4,
).map(lambda found: "\n" + "".join(f"{row}\n" for row in found) + "\n")


@st.composite
def pages(draw: st.DrawFn) -> Page:
    """Pages in canonical form: a blank line begins the body and stands around each listing."""
    blocks: list[Prose | Listing] = []
    for listing in draw(st.lists(listings(), max_size=3)):
        # A comment ends a list, so that what follows is not taken for a part of it.
        blocks += [Prose(draw(_prose) + "<!-- -->\n\n"), listing]
    blocks.append(Prose(draw(_prose)))
    return Page(draw(metas().filter(lambda meta: meta != Meta())), tuple(blocks))
