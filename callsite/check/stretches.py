"""The prose of a page with its code and its comments told apart, so that no rule takes one for the other."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from callsite.check.facts import PageFacts
from callsite.model import Prose
from callsite.records import dataclass

# Where a paragraph begins: behind a blank line, a heading, or with the mark of a list item.
_BREAK = re.compile(r"^[ \t>]*(?:$|(#.*)$|(?:[-*+]|\d{1,9}[.)])[ \t])", re.MULTILINE)
_TICKS = re.compile(r"`+")

# Elements whose text is not Markdown.
_RAW = ("pre", "code", "script", "style", "textarea")
_OPENING = re.compile(rf"\\.|`+|<!--|<({'|'.join(_RAW)})\b[^<>]*>", re.IGNORECASE | re.DOTALL)
_CLOSING = {name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in _RAW}

# How many elements may stand in each other in every way, and how deep.
_FEW = 100
_DEEPEST = 64

_INDENTED = re.compile(r"[ >]*(?: {4}|\t)")


@dataclass(frozen=True, slots=True)
class Stretch:
    """The prose between two listings. `text` has spaces in the place of code and comments, and `comments` for all but
    comments; both have the length of `written`. `first` is the line it begins on.
    """

    written: str
    text: str
    comments: str
    first: int
    _ends: tuple[int, ...]

    def find_line(self, position: int) -> int:
        """The line of the page that a character is on."""
        return self.first + bisect_left(self._ends, position)

    @property
    def rows(self) -> Iterator[tuple[int, str, str, str]]:
        """Line by line: its number, what is written, and what of it is text or comment."""
        columns = (self.written.split("\n"), self.text.split("\n"), self.comments.split("\n"))
        for number, (written, text, comment) in enumerate(zip(*columns, strict=True), start=self.first):
            yield number, written, text, comment


def read_prose(facts: PageFacts, wanted: Callable[[str], bool] | None = None) -> tuple[Stretch, ...]:
    """The prose of a page with its code and comments told apart; of that only the stretches whose text is `wanted`."""
    if wanted is None:
        return _read_all(facts)
    blocks = [block for block in facts.page.blocks if isinstance(block, Prose) and wanted(block.text)]
    code = _list_code(facts) if blocks else frozenset()
    return tuple(_read(block, code) for block in blocks)


# Several rules ask for the prose of a page, one page after the other.
@lru_cache(maxsize=1)
def _read_all(facts: PageFacts) -> tuple[Stretch, ...]:
    return tuple(_read(block, _list_code(facts)) for block in facts.page.blocks if isinstance(block, Prose))


@lru_cache(maxsize=1)
def _list_code(facts: PageFacts) -> frozenset[str]:
    """The rows of code in the prose, without space."""
    rows = (_squeeze(row) for block in list_nodes(facts.tree, "pre") for row in block.text().split("\n"))
    return frozenset(filter(None, rows))


def list_nodes(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    """Elements of a page whose insides are to be read. Where there are many, those deep inside others are left out: all
    would have the same insides, each a little less than the one before.
    """
    nodes = tree.css(selector)
    return nodes if len(nodes) <= _FEW else [node for node in nodes if not _is_deep(node)]


def _is_deep(node: LexborNode) -> bool:
    above: LexborNode | None = node
    for _ in range(_DEEPEST):
        above = above.parent if above else None
    return above is not None


def _read(block: Prose, code: frozenset[str]) -> Stretch:
    """A stretch of prose; `code` has the rows that Markdown has put into blocks of code."""
    written = block.text
    rows = written.split("\n") if code else ()
    hidden = "\n".join(" " * len(row) if _INDENTED.match(row) and _squeeze(row) in code else row for row in rows)
    text, comments = _part(hidden if code else written)
    ends = tuple(match.start() for match in re.finditer("\n", written))
    return Stretch(written, text, comments, block.at.line, ends)


def _part(text: str) -> tuple[str, str]:
    """Text without code and comments, and only the comments of it; each with spaces for all the rest."""
    parts: list[str] = []
    comments: list[str] = []
    done = 0
    for start, end, is_comment in _find_hidden(text):
        blank = _blank(text[start:end])
        parts += [text[done:start], blank]
        comments += [_blank(text[done:start]), text[start:end] if is_comment else blank]
        done = end
    return "".join([*parts, text[done:]]), "".join([*comments, _blank(text[done:])])


def _blank(text: str) -> str:
    return "\n".join([" " * len(row) for row in text.split("\n")])


def _find_hidden(text: str) -> Iterator[tuple[int, int, bool]]:
    """Where code and comments stand, and whether it is a comment."""
    ticks: dict[int, list[int]] = defaultdict(list)
    for match in _TICKS.finditer(text):
        ticks[len(match[0])].append(match.start())
    breaks: list[int] = []
    for match in _BREAK.finditer(text):
        breaks += [match.start(), match.end()] if match[1] else [match.start()]
    breaks.append(len(text))
    unclosed: set[str] = set()
    position = 0
    while opening := _OPENING.search(text, position):
        start, position = opening.span()
        name = (opening[1] or opening[0]).lower()
        if name.startswith("`"):
            same = ticks[len(name)]
            number = bisect_left(same, position)
            # Inline code ends in the paragraph it begins in.
            if number < len(same) and same[number] < breaks[bisect_right(breaks, start)]:
                position = same[number] + len(name)
                yield start, position, False
        elif name == "<!--" and name not in unclosed:
            end = text.find("-->", position)
            if end < 0:
                unclosed.add(name)
            else:
                position = end + len("-->")
                yield start, position, True
        elif name in _CLOSING and name not in unclosed:
            closing = _CLOSING[name].search(text, position)
            if closing is None:
                unclosed.add(name)
            else:
                yield position, closing.start(), False
                position = closing.start()


def _squeeze(row: str) -> str:
    return " ".join(row.split())
