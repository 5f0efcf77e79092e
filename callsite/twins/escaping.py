"""Words for places where some characters would do more than be read: single lines, Markdown, XML."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from callsite.patterns import compile_later
from callsite.text import CONTROL

_UNSEEN = compile_later(f"{CONTROL.pattern}|[\0\ufffe\uffff]")

# Markdown's marks. One `_` inside a word is none, and a dotted name reads better without backslashes.
_MARK = compile_later(r"[\\`*\[\]<~&_]")
_MARKS = compile_later(r"[\\`*\[\]<]|~(?=~)|&(?=#?\w+;)|(?<![^\W_])_|_(?![^\W_])")

# What begins a heading, a quote, a list, a rule or a definition at the start of a line.
_OPENING = compile_later(r"[#>+=:!-]|\d+(?=[.)])")

# What closes a heading.
_CLOSING = compile_later(r"(?:(?<=\s)|\A)#+\Z")

# What XML 1.0 has no way to say, not even escaped (section 2.2): all but the characters that it lists there.
_NO_XML = compile_later("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def make_line(text: str) -> str:
    """Text on one line, each stretch of space one space, without characters that cannot be seen."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")  # the one space that can be printed
    return " ".join(_UNSEEN.sub("", " ".join(text.split())).split())


@lru_cache(maxsize=4096)  # names of projects, their files and their licences come again and again
def escape_words(text: str) -> str:
    """Words on one line that Markdown shows as they are, wherever in a line they stand but at its start."""
    line = make_line(text)
    escaped = _MARKS.sub(r"\\\g<0>", line) if _MARK.search(line) else line
    return _CLOSING.sub(r"\\\g<0>", escaped) if escaped.endswith("#") else escaped


def escape_line(text: str) -> str:
    """A line that Markdown shows as it is."""
    escaped = escape_words(text)
    opening = _OPENING.match(escaped)
    if opening is None:
        return escaped
    return f"{opening[0]}\\{escaped[opening.end() :]}" if opening[0].isdigit() else f"\\{escaped}"


def format_element(name: str, text: str = "", attributes: Mapping[str, str] | None = None) -> str:
    """An XML element with nothing but words in it."""
    from xml.sax.saxutils import escape, quoteattr  # noqa: PLC0415  # a check writes none, and need not wait for it

    given = "".join(f" {key}={quoteattr(_clean(value))}" for key, value in (attributes or {}).items())
    return f"<{name}{given}>{escape(_clean(text))}</{name}>" if text else f"<{name}{given}/>"


def _clean(text: str) -> str:
    return _NO_XML.sub("", text)
