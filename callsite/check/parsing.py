"""Excerpts of Python that do not parse although nothing that was left out can be the reason.

A run between gaps may begin and end anywhere. So it is taken apart where its indentation falls below that of its
beginning, and a part counts only if it begins with a statement, and if nothing that could follow would mend it. What was
never meant for the Python at hand is left alone: Python 2, sessions, notebooks, templates, and syntax of later versions.
"""

from __future__ import annotations

import ast
import codeop
import re
import warnings
from collections.abc import Iterator, Sequence

from callsite.check.facts import PageFacts
from callsite.check.places import place_lines
from callsite.check.relevance import is_python
from callsite.check.rule import Finding
from callsite.linking import list_texts
from callsite.model import Place, Snippet
from callsite.names import parse_python

# What begins a statement, and stands hardly ever inside of brackets or strings.
_BEGINNING = re.compile(
    r"(?:@\w|(?:async )?def \w|class \w|import \w|from [\w.]+ import\b|(?:return|raise|assert|del|global|pass)\b"
    r"|(?:async )?(?:if|for|while|with|try)\b.*:$|[\w.]+ = .*[^,\s]$|[\w.]+\(.*\)$)"
)

# What tells of another language than today's Python, anywhere in a listing: Python 2, sessions, notebooks, templates.
_OTHER = re.compile(
    r"^[ \t]*+(?:(?:print|exec)[ \t]+[\"'\w%]|print[ \t]*+$|print[ \t]*+>>|(?:except|raise)[ \t]+[\w.]+[ \t]*+,|>>>|[$%!]|In \[)"
    r"|\{[{%]|<%",
    re.MULTILINE,
)

# The same on the very line: numbers, strings and operators of Python 2, placeholders (`<your key>`), and what is new in
# Python 3.12 and later (generics, `type`, quotes in f-strings, t-strings).
_ODD = re.compile(
    r"<>|`|\b0\d|\d[lL]\b|\b[uU][rR][\"']|<\w[\w -]*>|…|\?\?|\b[rR]?[fFtT][rR]?[\"']|\b(?:class|def) +\w+ *\[|\b(?:type|lazy) \w"
)

_CODE = re.compile(r"[ \t]*+[^\s#]")
_LINE = re.compile(r"\bline (\d+)\b")


def find_faults(facts: PageFacts) -> Iterator[Finding]:
    """Listings of Python that do not parse where they could, each at the first line that Python stumbles on."""
    for listing in facts.page.listings:
        if not is_python(listing) or _is_whole(listing.snippet):
            continue
        fault = None if _OTHER.search(listing.snippet.code) else _find_fault(listing.snippet)
        if fault is not None:
            start, line, message = fault
            lines = place_lines(listing)
            other = _LINE.search(message)
            if other:  # counted from where the part begins
                message = f"{message[: other.start(1)]}{lines[start + int(other[1]) - 1]}{message[other.end(1) :]}"
            hint = "mend it, or put a gap where code is left out"
            yield Finding(Place(listing.at.path, lines[line]), f"Python cannot read this: {message}", hint)


def _is_whole(snippet: Snippet) -> bool:
    """Whether all of it parses; asked in the words that links in code have asked in, so that the answer is there."""
    return isinstance(parse_python("\n".join(list_texts(snippet))), ast.Module)


def _find_fault(snippet: Snippet) -> tuple[int, int, str] | None:
    """Where the part of a run begins that cannot be read, the line where Python says so, both as positions among the
    snippet's lines, and Python's own words, whose lines are those of the part.
    """
    start = 0
    for run in snippet.runs:
        for part in _take_apart([line.text for line in run]):
            error = _find_error(part)
            if error is not None:
                return start, start + _find_line(error, part), error.msg
            start += len(part)
    return None


def _find_line(error: SyntaxError, texts: Sequence[str]) -> int:
    return min(error.lineno or 1, len(texts)) - 1


def _take_apart(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """The parts of a run, each of which is indented at least as its first line is."""
    first, least = 0, None
    for number, text in enumerate(texts):
        if not _CODE.match(text):
            continue
        indent = len(text.expandtabs()) - len(text.expandtabs().lstrip(" "))
        if least is None or indent < least:
            if least is not None:
                yield texts[first:number]
                first = number
            least = indent
    yield texts[first:]


def _find_error(texts: Sequence[str]) -> SyntaxError | None:
    """Why a part of a run cannot be read, if that is sure to be a fault."""
    beginning = next((text for text in texts if _CODE.match(text)), "")
    indent = beginning[: len(beginning) - len(beginning.lstrip(" \t"))]
    code = "".join(f"{text.removeprefix(indent) if text.startswith(indent) else text.lstrip()}\n" for text in texts)
    if not _BEGINNING.match(beginning.strip()) or code.count('"""') % 2 or code.count("'''") % 2:
        return None
    error = parse_python(code)
    if not isinstance(error, SyntaxError) or isinstance(error, TabError) or _is_unfinished(code):
        return None
    return None if _ODD.search(texts[_find_line(error, texts)]) or error.msg.startswith("f-string") else error


def _is_unfinished(code: str) -> bool:
    """Whether something that follows could make `code` whole."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return codeop.compile_command(code, symbol="exec") is None
        except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
            return False
