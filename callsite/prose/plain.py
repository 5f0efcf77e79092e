"""Texts of which it is plain what their inline Markdown means: code, links, emphasis and line breaks, and no more.

Such a text is taken apart from the inside out, as Python-Markdown's patterns do in their order: code first, which hides
all it holds; then links, whose addresses are hidden from then on; then line breaks; then emphasis. What has been found
is a hole in the text for what follows, as it is a placeholder for Markdown. A text is left alone where anything else
could be found in it: by another pattern, or by one of these where it would have more than one way to go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar
from xml.etree.ElementTree import Element

from markdown import inlinepatterns as known
from markdown.util import INLINE_PLACEHOLDER_PREFIX, AtomicString, code_escape

from callsite.patterns import compile_later
from callsite.prose.known import is_own
from callsite.prose.needs import find_needs
from callsite.records import dataclass

# What stands in holes: elements, or their HTML.
Node = TypeVar("Node")

HOLE = "\0"

# What the placeholders of Markdown's own are made of, and what they begin and end with.
_PLACEHOLDER = frozenset("\x02\x03klzzwxh:0123456789")
_MARKS = frozenset("\x02\x03")

# A run of backticks and the next run of the same length, as `BacktickInlineProcessor` pairs them.
CODE = compile_later(r"(`(?<!``)`*+)(.+?)(?<!`)\1(?!`)", re.DOTALL)

# A link whose address is plain, as `LinkInlineProcessor` reads it.
LINK = compile_later(r"\[([^\[\]]*)\]\(([^\s()<>'\"\[\]\0]+)\)")

BREAK = compile_later("  \n")

# Emphasis that begins behind space and ends where the next stars are, as `DelimiterProcessor` pairs them.
EMPHASIS = compile_later(r"\*(?<!\S\*)(\*?)(?![\s*])([^*]+)(?<!\s)\*\1(?!\*)")

# Where `_` is smart, one that may be the beginning or the end of emphasis: it is at the edge of a word.
_LINE = r"(?<!\w)_|_(?!\w)"

# The patterns that find these, as Markdown has them.
_USUAL: tuple[tuple[Any, str], ...] = (
    (known.BacktickInlineProcessor, known.BACKTICK_RE),
    (known.ReferenceInlineProcessor, known.REFERENCE_RE),
    (known.LinkInlineProcessor, known.LINK_RE),
    (known.SubstituteTagInlineProcessor, known.LINE_BREAK_RE),
    (getattr(known, "DelimiterProcessor", None), r"\*|_"),  # which not all releases have
)
_BEFORE_EMPHASIS = (known.LinkInlineProcessor, known.SubstituteTagInlineProcessor)


@dataclass(frozen=True, slots=True)
class Plan:
    """What follows from the patterns of a site.

    A text that holds nothing of `anything` is as it will be. In one that holds something of `early`, a pattern may find
    something that comes before links, and in one that has something of `late` outside of code and addresses, a pattern
    that comes behind them; `inner` is the same for the text of a link. Line breaks and emphasis are found if there is a
    pattern for them, which is `emphasis` for this.
    """

    anything: re.Pattern[str]
    early: re.Pattern[str]
    late: re.Pattern[str]
    inner: re.Pattern[str]
    has_breaks: bool
    emphasis: known.DelimiterProcessor | None


def plan_texts(patterns: Sequence[Any]) -> Plan | None:
    """Find out what the patterns of a site mean for plain texts; None when it cannot be told of one of them."""
    early, late = ["\\", "![", HOLE, INLINE_PLACEHOLDER_PREFIX], ["[", "`"]
    behind: type | None = None  # the last of the usual patterns
    has_breaks, emphasis = False, None
    for pattern in patterns:
        expression = pattern.getCompiledRegExp()
        kind = next((kind for kind, usual in _USUAL if usual == expression.pattern and is_own(pattern, kind)), None)
        if kind is known.BacktickInlineProcessor and behind is None and pattern.tag == "code":
            behind = kind
        elif kind is known.ReferenceInlineProcessor and behind is known.BacktickInlineProcessor:
            continue  # the address of a link stands in parentheses, that of a reference in brackets
        elif kind is known.LinkInlineProcessor and behind is known.BacktickInlineProcessor:
            behind = kind
        elif kind is known.SubstituteTagInlineProcessor and behind is known.LinkInlineProcessor and pattern.tag == "br":
            has_breaks, behind = True, kind
        elif kind is known.DelimiterProcessor and behind in _BEFORE_EMPHASIS and _is_usual(pattern):
            emphasis, behind = pattern, kind
        else:
            needs = find_needs(expression)
            if not needs or any(_PLACEHOLDER.issuperset(need) or not _MARKS.isdisjoint(need) for need in needs):
                return None
            (early if behind in (None, known.BacktickInlineProcessor) else late).extend(needs)
    if behind in (None, known.BacktickInlineProcessor):
        return None
    inner = [*late, "*", "  \n"]
    line = _LINE if emphasis is not None and _is_smart(emphasis) else "_"
    return Plan(
        *(_any_of([*early, *inner], line), _any_of(early), _any_of(late, line), _any_of(inner, line)),
        *(has_breaks, emphasis),
    )


def _is_usual(pattern: known.DelimiterProcessor) -> bool:
    """Whether stars mean what they do by themselves."""
    stars = pattern.delimiters.get("*")
    return stars is not None and (stars.tags, stars.smart, stars.double) == (("strong", "em"), False, False)


def _is_smart(pattern: known.DelimiterProcessor) -> bool:
    """Whether a `_` inside of a word is no emphasis."""
    lines = pattern.delimiters.get("_")
    return lines is not None and lines.smart


def _any_of(texts: Iterable[str], *expressions: str) -> re.Pattern[str]:
    return re.compile("|".join((*map(re.escape, dict.fromkeys(texts)), *expressions)))


class Writer(NamedTuple, Generic[Node]):
    """How nodes are written down: of the code between backticks, and of what a link, a line break or an emphasis has
    matched with the nodes of the holes in it.
    """

    write_code: Callable[[str], Node]
    write_link: Callable[[re.Match[str], list[Node]], Node]
    write_break: Callable[[re.Match[str], list[Node]], Node]
    write_emphasis: Callable[[re.Match[str], list[Node]], Node]


def take_apart(text: str, plan: Plan, writer: Writer[Node]) -> tuple[str, list[Node], list[Node]] | None:
    """A plain text with holes, the nodes that fill them, and all there are in the order in which Markdown's patterns
    find them; None when the text is not plain, as long as nothing is left over of a text before (see `is_idle`).
    """
    if plan.early.search(text):
        return None
    nodes: list[Node] = []
    found: list[Node] = []
    if "`" in text:
        pieces = CODE.split(text)
        nodes = found = list(map(writer.write_code, pieces[2::3]))
        text = HOLE.join(pieces[::3])
    if "[" in text:
        links = list(LINK.finditer(text))
        if any(plan.inner.search(link[1]) for link in links):
            return None
        text, nodes, made = _lift(links, text, nodes, writer.write_link)
        found = found + made
    if plan.late.search(text):
        return None
    if plan.has_breaks and "  \n" in text:
        text, nodes, made = _lift(BREAK.finditer(text), text, nodes, writer.write_break)
        found = found + made
    if plan.emphasis is not None and "*" in text:
        text, nodes, made = _lift(EMPHASIS.finditer(text), text, nodes, writer.write_emphasis)
        found = found + made
        if "*" in text:
            return None
    return text, nodes, found


def write_plain(element: Element, text: str, plan: Plan | None, stash: dict[str, Element | str]) -> bool:
    """Write a plain text into the front of an element, in the place of its text; whether it is one.

    What is found goes into Markdown's `stash`, too, in the order in which its patterns find it, for it counts it.
    """
    if plan is None:
        return False
    if plan.anything.search(text) is None:
        return True
    if plan.emphasis is not None and "*" in text and not is_idle(plan.emphasis):
        return False
    taken = take_apart(text, plan, _ELEMENTS)
    if taken is None:
        return False
    text, nodes, found = taken
    _fill(element, text, nodes)
    for node in found:
        stash[f"{len(stash):04d}"] = node
    return True


def is_idle(pattern: known.DelimiterProcessor) -> bool:
    """Whether a pattern has nothing left over of a text before."""
    stacks = (pattern.stack, *(delimiter.stack for delimiter in pattern.delimiters.values()))
    return not (pattern.regions or any(stacks))


def _lift(
    matches: Iterable[re.Match[str]], text: str, nodes: list[Node], make: Callable[[re.Match[str], list[Node]], Node]
) -> tuple[str, list[Node], list[Node]]:
    """Make a node of each match, with the nodes of the holes in it; the text with holes in their places, the nodes of
    all its holes, and the new ones alone.
    """
    parts: list[str] = []
    left: list[Node] = []
    made: list[Node] = []
    done = used = 0
    for match in matches:
        first = used + text.count(HOLE, done, match.start())
        last = first + text.count(HOLE, match.start(), match.end())
        made.append(make(match, nodes[first:last]))
        left += (*nodes[used:first], made[-1])
        parts.append(text[done : match.start()])
        done, used = match.end(), last
    return HOLE.join([*parts, text[done:]]), left + nodes[used:], made


def _make_code(text: str) -> Element:
    code = Element("code")
    code.text = AtomicString(code_escape(text.strip()))
    return code


def _make_link(match: re.Match[str], nodes: list[Element]) -> Element:
    link = Element("a", {"href": match[2]})
    if match[1]:
        _fill(link, match[1], nodes)
    else:
        link.text = ""
    return link


def _make_emphasis(match: re.Match[str], nodes: list[Element]) -> Element:
    element = Element("strong" if match[1] else "em")
    _fill(element, match[2], nodes)
    return element


def _fill(element: Element, text: str, nodes: Sequence[Element]) -> None:
    """Put a text and the nodes of its holes into the front of an element."""
    first, *tails = text.split(HOLE)
    element.text = first or None
    for place, (node, tail) in enumerate(zip(nodes, tails, strict=True)):
        node.tail = tail or None
        element.insert(place, node)


_ELEMENTS = Writer(_make_code, _make_link, lambda _match, _nodes: Element("br"), _make_emphasis)
