"""What a docstring says in one plain line."""

from __future__ import annotations

import inspect
import re

_LONGEST = 300
_LONGEST_DOCSTRING = 5_000
_LONGEST_PARAGRAPH = 1_000

# Markup and the plain text it stands for, in this order: roles (`` :func:`~flask.url_for` ``), literals, links of
# reStructuredText and of Markdown, images, emphasis.
_MARKUP = (
    (re.compile(r"(?::[\w:+.-]+:)`[^`<]*?([^`<]+?)\s*<[^`<>]*>`"), r"\1"),
    (re.compile(r":[\w:+.-]+:`[~!]?([^`]+)`"), r"\1"),
    (re.compile(r"``([^`]+)``"), r"\1"),
    (re.compile(r"`([^`<]+?)\s*<[^`<>]*>`__?"), r"\1"),
    (re.compile(r"!?\[([^\]\[]*)\](?:\([^()\s]*\)|\[[^\]\[]*\])"), r"\1"),
    (re.compile(r"`([^`]+)`(?:__?)?"), r"\1"),
    (re.compile(r"(?<![\w*])\*{1,3}([^*\s](?:[^*]*[^*\s])?)\*{1,3}(?![\w*])"), r"\1"),
    (re.compile(r"\|([^|\s](?:[^|]*[^|\s])?)\|"), r"\1"),
    (re.compile(r"\\([*_`|\\])"), r"\1"),
)
_ROLE = re.compile(r":(?:[\w+-]+:)+`~([\w.]+)`")

# The end of a sentence: what follows begins another, so "e.g. this" and "1.0" end none.
_END = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\betc)(?<!\bvs)(?<!\bcf)[.!?](?=\s+[A-Z\"'`(\[])")

# Lines that are no prose: directives and comments, field lists, underlines, doctests.
_NO_PROSE = re.compile(r"\.\.(?: |$)|:[\w ]+:(?: |$)|([=\-~^\"'#*+]){3}\1*$|>>> |```|@\w+ |!!! |\?\?\?")


def find_summary(docstring: str) -> str:
    """The first sentence of a docstring as plain text on one line; "" when it has none.

    Headings, directives and field lists before it are passed over; markup is replaced by the text it shows.
    """
    for paragraph in re.split(r"\n[ \t]*\n", inspect.cleandoc(docstring[:_LONGEST_DOCSTRING])):
        lines = [line.strip() for line in paragraph.strip().split("\n")]
        if not lines[0] or _NO_PROSE.match(lines[0]) or (len(lines) > 1 and _NO_PROSE.match(lines[1])):
            continue
        text = " ".join(" ".join(lines).lstrip("# ").split())[:_LONGEST_PARAGRAPH]
        return _shorten(_find_sentence(_strip_markup(text)))
    return ""


def _strip_markup(text: str) -> str:
    text = _ROLE.sub(lambda match: match[1].rpartition(".")[2], text)
    for pattern, plain in _MARKUP:
        text = pattern.sub(plain, text)
    return text


def _find_sentence(text: str) -> str:
    end = _END.search(text)
    return text[: end.end()] if end else text


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rsplit(" ", 1)[0] + "…"
