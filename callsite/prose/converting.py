"""A page's prose to HTML, with places for its listings, and the headings that they stand under."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from html import escape, unescape
from itertools import count, zip_longest
from types import FrameType
from typing import Any

from markdown import Markdown
from markdown.extensions.toc import slugify_unicode

from callsite.model import Page, Prose
from callsite.patterns import compile_later
from callsite.prose.documents import DocumentConverter
from callsite.prose.quick import quicken
from callsite.prose.tokens import Tokens, find_stem, place_token
from callsite.prose.values import Converted, Heading

# Ids that listings, their marked lines and the parts of the theme have; headings get out of their way.
_TAKEN = compile_later(
    r"listing-\d+(?:-\d+)?|main|sidebar|module-.+|more-from-.+"
    r"|(?:in-this-module|also-used-in|used-together-with)(?:-title)?"
)

# So many calls may be within each other: nearly what Python allows by itself.
_ROOM = 950


class ProseConverter:
    """Markdown with a site's options; make it once and convert many pages, one after the other.

    `options` are the keyword arguments of `markdown.Markdown`, as Pelican's MARKDOWN setting gives them. Metadata and
    code highlighting are taken out, headings always get ids, the rest works as the site has set it.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._tokens = Tokens()
        configs = {_full_name(name): dict(config) for name, config in options.get("extension_configs", {}).items()}
        configs.setdefault("markdown.extensions.toc", {})
        toc = configs["markdown.extensions.toc"]
        toc["slugify"] = _free_of_listings(toc.get("slugify", _slugify))
        named = [_full_name(name) if isinstance(name, str) else name for name in options.get("extensions", ())]
        extensions = [*named, *(name for name in configs if name not in named)]
        ours = {"markdown.extensions.meta", "markdown.extensions.codehilite"}
        self._markdown = Markdown(
            **{
                **options,
                "extensions": [*(name for name in extensions if name not in ours), self._tokens],
                "extension_configs": {name: config for name, config in configs.items() if name not in ours},
            }
        )
        quicken(self._markdown)
        self._documents = DocumentConverter(self._markdown)

    def convert_text(self, text: str) -> str:
        """Convert a piece of Markdown that has no listings, such as a summary."""
        self._markdown.reset()
        with _same_room():
            return self._markdown.convert(text)

    def convert(self, page: Page) -> Converted:
        """Convert a page's prose, with places for its listings."""
        prose = "".join(block.text for block in page.blocks if isinstance(block, Prose))
        self._tokens.stems[0] = stem = find_stem(prose)
        numbers = count()
        rows: list[str] = []
        for block, after in zip_longest(page.blocks, page.blocks[1:]):
            if isinstance(block, Prose):
                rows.append(block.text)
            else:
                rows.append(place_token(f"{stem}{next(numbers)}x", block.layout, after))
        text = "".join(rows)
        document = self._documents.convert(text, stem)
        if document is not None:
            parts, order = _part(document.html, stem)
            return Converted(parts, order, _find_headings(document.order, document.names), targets=document.targets)
        try:
            html, too_deep = self.convert_text(text), False
        except RecursionError:
            html, too_deep = f'<div class="unread">{escape(text, quote=False)}</div>', True
            self._tokens.order = []
            self._markdown.parser.state.clear()  # it still says where the parser was, and `reset` leaves it alone
        parts, order = _part(html, stem)
        return Converted(parts, order, _find_headings(self._tokens.order, self._list_names()), too_deep)

    def _list_names(self) -> dict[str, tuple[str, int]]:
        """The names, as HTML, and levels of headings by their ids."""
        names: dict[str, tuple[str, int]] = {}
        pending = list(getattr(self._markdown, "toc_tokens", ()))
        while pending:
            entry = pending.pop()
            names[entry["id"]] = (entry["name"], entry["level"])
            pending += entry["children"]
        return names


@contextmanager
def _same_room() -> Iterator[None]:
    """Let as many calls be within each other as anywhere else: Markdown follows quotes as deep as there is room."""
    frame: FrameType | None = sys._getframe()
    depth, limit = 0, sys.getrecursionlimit()
    while frame:
        depth, frame = depth + 1, frame.f_back
    sys.setrecursionlimit(depth + _ROOM)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _part(html: str, stem: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """What stands around tokens, and their numbers; a token alone in a block stands for all of the block."""
    parts: list[str] = []
    order: list[int] = []
    done = 0
    for match in re.finditer(rf"{stem}(\d+)x", html):
        start, end = match.span()
        if html.startswith("</div>", end) and html.endswith("<div>", done, start):
            start, end = start - len("<div>"), end + len("</div>")
        parts.append(html[done:start])
        order.append(int(match[1]))
        done = end
    return (*parts, html[done:]), tuple(order)


def _find_headings(
    order: Iterable[tuple[str, str]], names: Mapping[str, tuple[str, int]]
) -> tuple[tuple[Heading, tuple[int, ...]], ...]:
    """Headings in order, and the numbers of the listings under each."""
    found: list[tuple[Heading, list[int]]] = []
    for kind, value in order:
        if kind == "listing":
            if found:
                found[-1][1].append(int(value))
        elif value in names:
            name, level = names[value]
            found.append((Heading(value, unescape(name), level), []))
    return tuple((heading, tuple(numbers)) for heading, numbers in found)


def _full_name(extension: str) -> str:
    """Markdown's own extensions go by two names; use the long one."""
    own = {"toc", "meta", "codehilite", "extra", "tables", "fenced_code", "attr_list", "footnotes", "def_list", "abbr"}
    return f"markdown.extensions.{extension}" if extension in own else extension


# Headings are alike on many pages.
_slugify = lru_cache(maxsize=1024)(slugify_unicode)


def _free_of_listings(slugify: Callable[[str, str], str]) -> Callable[[str, str], str]:
    def make_id(text: str, separator: str) -> str:
        slug = slugify(text, separator)
        return f"section-{slug}" if _TAKEN.fullmatch(slug) else slug

    return make_id
