"""Raw HTML in a text: taken out before Markdown looks at it, and put back at the end.

Python-Markdown reads the whole text with the parser of HTML in Python's library. Here the usual cases are read off the
text itself: comments and elements that begin at the beginning of a line and have a blank line behind them, with simple
tags in them. Where there is anything else that has to do with HTML, the parser has the say.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

from markdown import Markdown
from markdown.extensions.md_in_html import HtmlBlockPreprocessor as ExtraHtmlBlockPreprocessor
from markdown.extensions.md_in_html import MarkdownInHTMLPostprocessor
from markdown.postprocessors import RawHtmlPostprocessor
from markdown.preprocessors import HtmlBlockPreprocessor
from markdown.util import ETX, STX

from callsite.patterns import compile_later

# Comments without two hyphens in them; simple tags; signs by name or number, which stay as they are; and anything else.
_PART = compile_later(
    r"[<&](?:(?<=<)(?:(?P<comment>!--(?!-?>)[^-]*+(?:-[^-]++)*+-->)"
    r"|(?P<name>/?[a-zA-Z][a-zA-Z0-9]*+)(?P<rest>(?: +[a-zA-Z][a-zA-Z-]*+(?:=\"[^\"<>&`\n]*+\")?)*+ *+/?)>)"
    r"|(?<=&)(?P<sign>(?!#)|#(?:[0-9]+|[xX][0-9a-fA-F]+);)"
    r"|(?P<other>))"
)

# Elements that the parser has rules of their own for.
_ODD = frozenset(
    ("hr", "script", "style", "textarea", "title", "iframe", "noembed", "noframes", "noscript", "plaintext", "xmp")
)

# What stands in the place of raw HTML, before its number.
_PREFIX = f"{STX}wzxhzdk:"
_NUMBER = compile_later(rf"([0-9]+){ETX}")


def part_text(text: str, blocks: Collection[str]) -> list[tuple[str, str]] | None:
    """Take raw HTML out of a text: what stands before each piece of it, and it, which the last has none of.

    `blocks` are the names of elements that stand for themselves. None when only the parser can tell.
    """
    parts: list[tuple[str, str]] = []
    done = since = 0  # what is in `parts`, and where the text begins that follows it or the last sign
    begin = 0
    opened: list[str] = []  # the elements around, from the outside in
    for match in _PART.finditer(text):
        kind = match.lastgroup
        if kind == "other":
            return None
        if kind == "sign":
            since = match.end()
            continue
        name, rest = (match["name"] or "").lower(), match["rest"] or ""
        if name.removeprefix("/") in _ODD:
            return None
        if not opened:
            begin = match.start()
            if begin and text[begin - 1] != "\n":
                return None
        if name.startswith("/"):
            if rest or not opened:
                return None
            _close(opened, name[1:])
        elif name and not opened:
            if name not in blocks or rest.endswith("/") or "markdown" in rest.lower():
                return None
            opened = [name]
        elif name and not rest.endswith("/"):
            opened.append(name)
        if not opened:
            end = match.end()
            if not text.startswith("\n\n", end):
                return None
            # An element gets a line end, and a comment gets one where there is no blank line.
            needs_end = bool(name) or _ends_line(text[since:begin])
            parts.append((text[done:begin] + "\n" * needs_end, f"{text[begin:end]}\n"))
            done = since = end
    return None if opened else [*parts, (text[done:], "")]


def _close(opened: list[str], name: str) -> None:
    """Close an element and all that are open in it."""
    if name in opened:
        while opened.pop() != name:
            pass


def _ends_line(text: str) -> bool:
    return text.endswith("\n") and not text.endswith("\n\n")


def _take_out(markdown: Markdown, lines: list[str]) -> list[str] | None:
    text = "\n".join(lines)
    parts = part_text(text, markdown.block_level_elements)
    if parts is None:
        return None
    store = markdown.htmlStash.store
    return "".join(f"{before}{store(raw)}\n\n" if raw else before for before, raw in parts).split("\n")


class QuickHtmlBlockPreprocessor(HtmlBlockPreprocessor):
    """Takes raw HTML out of a text."""

    def run(self, lines: list[str]) -> list[str]:
        """Take it out, and keep it."""
        quickly = _take_out(self.md, lines)
        return super().run(lines) if quickly is None else quickly


class QuickExtraHtmlBlockPreprocessor(ExtraHtmlBlockPreprocessor):
    """The same where elements can have Markdown in them."""

    def run(self, lines: list[str]) -> list[str]:
        """Take it out, and keep it."""
        quickly = _take_out(self.md, lines)
        return super().run(lines) if quickly is None else quickly


class QuickRawHtmlPostprocessor(RawHtmlPostprocessor):
    """Puts raw HTML back."""

    def run(self, text: str) -> str:
        """Put it back, also into itself."""
        return _put_back(self, text)


class QuickExtraRawHtmlPostprocessor(MarkdownInHTMLPostprocessor):
    """The same where elements can have Markdown in them."""

    def run(self, text: str) -> str:
        """Put it back, also into itself."""
        return _put_back(self, text)


def _put_back(processor: RawHtmlPostprocessor, text: str) -> str:
    """Put raw HTML back; a paragraph of blocks alone is none."""
    stash = processor.md.htmlStash
    first, *others = text.split(_PREFIX)
    parts = [first]
    for other in others:
        match = _NUMBER.match(other)
        if match is None or int(match[1]) >= stash.html_counter:
            parts.append(_PREFIX + other)
            continue
        html = processor.stash_to_string(cast("Any", stash.rawHtmlBlocks[int(match[1])]))
        behind = other[match.end() :]
        if parts[-1].endswith("<p>") and behind.startswith("</p>"):
            parts[-1], behind = parts[-1][:-3], behind[4:]
            html = html if processor.isblocklevel(html) else f"<p>{html}</p>"
        parts += [_put_back(processor, html), behind]
    return "".join(parts)
