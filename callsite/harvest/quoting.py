"""Other people's words in a page: names, summaries, paths and notices that Markdown shows just as they are.

Nothing in them becomes markup, whatever it looks like; what cannot be seen is left out.
"""

from __future__ import annotations

import re
from html import escape
from urllib.parse import quote

from callsite.address import is_web_address
from callsite.text import CONTROL

# What may mean something to Markdown: what a backslash takes the meaning from, what only extensions know, and what
# begins a list, a definition or the underline of a heading.
_SPECIAL = re.compile(r"[\\`*_{}\[\]#!]")
_EXTENDED = re.compile(r"[|~]")
_START = re.compile(r"(?:[-+:=]|\d+[.)](?=\s|\Z))")

# What no page should hold, or can: halves of surrogate pairs are no characters. Tabs and line ends are not among it.
_INVISIBLE = re.compile(rf"{CONTROL.pattern}|[\0\ud800-\udfff]")


def make_plain(text: str) -> str:
    """Text on one line, without what cannot be seen."""
    return " ".join(_INVISIBLE.sub(" ", text).split())


def escape_markdown(text: str) -> str:
    """Text as Markdown that shows just that, on one line."""
    text = make_plain(text)
    start = _START.match(text)
    at = start.end() if start else 0
    first = text[: at - 1] + _entity(text[at - 1]) if start else ""
    rest = _html(_SPECIAL.sub(r"\\\g<0>", text[at:]))
    return first + _EXTENDED.sub(lambda match: _entity(match[0]), rest)


def escape_raw(text: str) -> str:
    """A line of text in raw HTML that must not end: not at a blank line, nor with what looks like a fence."""
    text = _html(_INVISIBLE.sub("", text)).replace("```", "&#96;``").replace("~~~", "&#126;~~")
    return text if text.strip() else "&#32;"


def escape_comment(text: str) -> str:
    """Text within an HTML comment, which `--` or `>` could end."""
    return re.sub(r"--+|>", "-", make_plain(text))


def format_code(text: str) -> str:
    """Text as inline code, on one line; no Markdown is read in it."""
    text = make_plain(text)
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    space = " " * (text.startswith("`") or text.endswith("`"))
    return f"{fence}{space}{text}{space}{fence}"


def format_link(label: str, url: str) -> str:
    """A link on some Markdown, or that alone when there is nowhere to go."""
    address = make_address(url)
    return f"[{label}]({address})" if address else label


def make_address(url: str) -> str:
    """An address on the web in characters that mean nothing to Markdown; "" for any other."""
    return quote(url, safe="%/:?#@!$&+,;=._~-") if is_web_address(url) else ""


def _entity(character: str) -> str:
    return f"&#{ord(character)};"


def _html(text: str) -> str:
    return escape(text, quote=False)
