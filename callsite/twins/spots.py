"""Where addresses stand in a piece of Markdown or HTML: from which character to which, and how one is written there.

markdown-it-py keeps no positions inside a block's text. So its own rules for links, images, autolinks, HTML and code
spans are wrapped to note where they matched. It reads CommonMark; addresses with spaces, which Python-Markdown takes as
well, are looked for where CommonMark sees words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from html import escape, unescape
from typing import TYPE_CHECKING, Any

from callsite.patterns import compile_later
from callsite.records import dataclass

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline

    _Rule = Callable[[StateInline, bool], bool]

# The brackets of a link, and what can stand in them besides what CommonMark allows: an address with spaces.
_BRACKETS = compile_later(r"\([ \t\n]*")
_SPACED = compile_later(
    r"""([^\s()<>"'`](?:[^()<>"'`\n]*[^\s()<>"'`])?)(?:[ \t\n]+(?:"[^"\n]*"|'[^'\n]*'))?[ \t\n]*\)"""
)

# A comment or what holds no tags, else a tag with its attributes. HTML is not checked here, only read past.
_TAG = compile_later(
    r"""<!--.*?(?:-->|\Z)|<(script|style|textarea)\b.*?(?:</\1\s*>|\Z)|<[a-z][^\s/<>]*((?:[^"'<>]|"[^"]*"|'[^']*')*)>""",
    re.DOTALL | re.IGNORECASE,
)

# One attribute of a tag after the other, so that nothing is found inside the value of another.
_ATTRIBUTE = compile_later(r"""([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'=<>`]+))?""")

# Characters that would end an address in Markdown or mean something else there.
_UNSAFE = compile_later(r"""[\x00-\x20\x7f<>()"'`\\|]|&(?=#?\w+;)""")

# Far deeper than people write, and safe.
_DEEPEST = 100


@dataclass(frozen=True, slots=True)
class Spot:
    """An address in a text: where it is written, what it says, and how another is written there; None if it cannot."""

    start: int
    end: int
    target: str
    write: Callable[[str], str | None]

    def move(self, by: int) -> Spot:
        """The same address in a text that has more, or fewer, characters before it."""
        return Spot(self.start + by, self.end + by, self.target, self.write)


def encode_target(target: str) -> str:
    """An address so that Markdown takes it for one."""
    return _UNSAFE.sub(lambda match: "&amp;" if match[0] == "&" else f"%{ord(match[0]):02X}", target)


def find_destination(start: int, written: str) -> Spot:
    """The address of a link or definition as it is `written` there, perhaps in `<>`."""
    bare = written[1:-1] if written.startswith("<") else written
    if "\\" in bare or "&" in bare:
        from markdown_it.common.utils import unescapeAll  # noqa: PLC0415  # it takes long, and few addresses need it

        bare = unescapeAll(bare)
    return Spot(start, start + len(written), bare, encode_target)


def find_html_spots(text: str) -> Iterator[Spot]:
    """The addresses in a piece of HTML; comments, scripts and styles have none."""
    for tag in _TAG.finditer(text):
        for found in _ATTRIBUTE.finditer(text, *tag.span(2)) if tag[2] else ():
            value = found[2]
            if value and found[1].lower() in ("href", "src"):
                target = unescape(value[1:-1] if value[0] in "\"'" else value)
                yield Spot(*found.span(2), target, _quote)


def find_spots(text: str, env: dict[str, Any]) -> tuple[list[Spot], list[tuple[int, int]]]:
    """The addresses in a paragraph or heading, and the stretches of it that are code or HTML. `env` is what
    `block_parser` has learnt of the whole text.
    """
    notes = _Notes()
    parser = block_parser()
    parser.inline.parse(text, parser, {**env, "notes": notes}, [])
    return notes.spots, notes.inner


def _quote(target: str) -> str:
    return f'"{escape(target)}"'


class _Notes:
    """What the rules have matched in a text. Labels of images are parsed as texts of their own, `depth` levels deep."""

    def __init__(self) -> None:
        self.depth = 0
        self.spots: list[Spot] = []
        self.inner: list[tuple[int, int]] = []


@cache
def block_parser() -> MarkdownIt:
    """CommonMark's block structure; inside blocks all that tells where addresses are, which emphasis does not."""
    from markdown_it import MarkdownIt  # noqa: PLC0415  # it takes as long as many pages, and most need none of it
    from markdown_it.rules_inline import autolink, backtick, html_inline, image, link  # noqa: PLC0415  # as above

    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST})
    parser.core.ruler.enableOnly(["normalize", "block"])
    parser.inline.ruler.enableOnly(["text", "escape", "backticks", "link", "image", "autolink", "html_inline"])
    parser.inline.ruler2.enableOnly([])
    parser.inline.ruler.at("link", _noting(link, _note_link))
    parser.inline.ruler.at("image", _noting(image, _note_link, depth=1))
    parser.inline.ruler.at("autolink", _noting(autolink, _note_autolink))
    parser.inline.ruler.at("html_inline", _noting(html_inline, _note_html))
    parser.inline.ruler.at("backticks", _noting(backtick, _note_code))
    return parser


def _noting(rule: _Rule, note: Callable[[_Notes, StateInline, int, bool], None], depth: int = 0) -> _Rule:
    """A rule that, when it is asked for more than whether it would match, has what it did noted; what it parses is so
    many levels deeper.
    """

    def run(state: StateInline, silent: bool) -> bool:
        notes = state.env["notes"]
        start = state.pos
        notes.depth += depth
        matched = rule(state, silent)
        notes.depth -= depth
        if not (silent or notes.depth):
            note(notes, state, start, matched)
        return matched

    return run


def _note_link(notes: _Notes, state: StateInline, start: int, matched: bool) -> None:
    text = state.src
    opening = start + text.startswith("!", start)
    if not text.startswith("[", opening):
        return
    label = state.md.helpers.parseLinkLabel(state, opening, not matched)
    brackets = _BRACKETS.match(text, label + 1) if label >= 0 else None
    if brackets is None:
        return
    at = brackets.end()
    if not matched:
        spaced = _SPACED.match(text, at)
        if spaced:
            notes.spots.append(find_destination(at, spaced[1]))
    elif state.pos > label + 1:  # else the label alone is a reference
        found = state.md.helpers.parseLinkDestination(text, at, len(text))
        if found.ok:
            notes.spots.append(find_destination(at, text[at : found.pos]))


def _note_autolink(notes: _Notes, state: StateInline, start: int, matched: bool) -> None:
    if matched:
        target = state.src[start + 1 : state.pos - 1]
        notes.spots.append(Spot(start, state.pos, target, _write_autolink))


def _write_autolink(target: str) -> str | None:
    """An autolink is an absolute address or none."""
    return f"<{encode_target(target)}>" if ":" in target else None


def _note_html(notes: _Notes, state: StateInline, start: int, matched: bool) -> None:
    if matched:
        notes.inner.append((start, state.pos))
        notes.spots += [spot.move(start) for spot in find_html_spots(state.src[start : state.pos])]


def _note_code(notes: _Notes, state: StateInline, start: int, matched: bool) -> None:
    if matched:
        notes.inner.append((start, state.pos))
