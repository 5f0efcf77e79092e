"""The HTML of plain texts (see `plain`), written down without elements.

What is found is a hole in the text for what follows, and the HTML of it fills the hole in the end.
"""

from __future__ import annotations

import re

from markdown.extensions.toc import escape_cdata
from markdown.util import code_escape

from callsite.prose.plain import HOLE, Plan, Writer, take_apart

_BREAK = "<br>\n"


def plan_markup(plan: Plan) -> Plan:
    """The plan for texts that are written down at once. Braces outside of code may be attributes, which are not plain
    where nobody looks for them afterwards.
    """
    anything, late, inner = (re.compile(each.pattern + r"|\{") for each in (plan.anything, plan.late, plan.inner))
    return Plan(anything, plan.early, late, inner, plan.has_breaks, plan.emphasis)


def format_plain(text: str, plan: Plan) -> str | None:
    """The HTML of a plain text, by a plan for markup; None when it is none.

    This is what `write_plain` makes of an element with that text, once line ends are put behind line breaks and it is
    written, as long as the pattern for emphasis has nothing left over of a text before.
    """
    if plan.anything.search(text) is None:
        return escape_cdata(text)
    taken = take_apart(text, plan, _HTML)
    return None if taken is None else _fill(*taken[:2])


def _format_code(code: str) -> str:
    return f"<code>{code_escape(code.strip())}</code>"


def _format_link(match: re.Match[str], nodes: list[str]) -> str:
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


_HTML = Writer(_format_code, _format_link, lambda _match, _nodes: _BREAK, _format_emphasis)
