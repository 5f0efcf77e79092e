"""The HTML of plain texts (see `plain`), written down without elements.

What is found is a hole in the text for what follows, and the HTML of it fills the hole in the end.
"""

from __future__ import annotations

import re
from functools import partial

from markdown.extensions.toc import escape_cdata
from markdown.util import code_escape

from callsite.prose.plain import BREAK, CODE, EMPHASIS, HOLE, LINK, Plan, lift

_BREAK = "<br>\n"


def format_plain(text: str, plan: Plan) -> str | None:
    """The HTML of a plain text; None when it is none.

    This is what `write_plain` makes of an element with that text, once line ends are put behind line breaks and it is
    written, as long as the pattern for emphasis has nothing left over of a text before. With braces outside of code,
    which may be attributes, a text is not plain.
    """
    if plan.anything.search(text) is None:
        return None if "{" in text else escape_cdata(text)
    if plan.early.search(text):
        return None
    nodes: list[str] = []
    links: list[str] = []
    if "`" in text:
        pieces = CODE.split(text)
        nodes = [f"<code>{code_escape(code.strip())}</code>" for code in pieces[2::3]]
        text = HOLE.join(pieces[::3])
    if "[" in text:
        text, nodes, _ = lift(LINK, text, nodes, partial(_format_link, links))
    if plan.late.search(text) or any(map(plan.inner.search, links)) or any("{" in piece for piece in (text, *links)):
        return None
    if plan.has_breaks and "  \n" in text:
        text, nodes, _ = lift(BREAK, text, nodes, lambda _match, _own: _BREAK)
    if plan.emphasis is not None and "*" in text:
        text, nodes, _ = lift(EMPHASIS, text, nodes, _format_emphasis)
        if "*" in text:
            return None
    return _fill(text, nodes)


def _format_link(texts: list[str], match: re.Match[str], nodes: list[str]) -> str:
    texts.append(match[1])
    return f'<a href="{escape_cdata(match[2])}">{_fill(match[1], nodes)}</a>'  # which has no quotes in it


def _format_emphasis(match: re.Match[str], nodes: list[str]) -> str:
    tag = "strong" if match[1] else "em"
    return f"<{tag}>{_fill(match[2], nodes)}</{tag}>"


def _fill(text: str, nodes: list[str]) -> str:
    """The HTML of a text, and that of its nodes in its holes. Behind a line break, space alone is no text."""
    first, *tails = text.split(HOLE)
    parts = [escape_cdata(first)]
    for node, tail in zip(nodes, tails, strict=True):
        parts += node, "" if node is _BREAK and tail.isspace() else escape_cdata(tail)
    return "".join(parts)
