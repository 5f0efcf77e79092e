r"""Tokens and statements of text that may be Python with holes, Python 2, or no Python at all.

    run       = statement*  what lies between two comments that say that code is left out (`# ... abbreviated ...`)
    statement = token*      ends at a line end outside of brackets, at `;`, or where the next line must begin another

Where code is left out, brackets and docstrings stay open. So a line that begins with a word that only statements begin
with closes all brackets, a string ends with its run at the latest, and a run that makes more sense as the end of a
docstring with code behind it is read as that. Any text has tokens, found in time proportional to its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from keyword import kwlist
from typing import NamedTuple
from unicodedata import normalize

from callsite.patterns import compile_later
from callsite.records import dataclass
from callsite.text import normalise_ends


class Token(NamedTuple):
    """A name, an operator or a bracket, with its line, 1 being the first, its column, 0 being the first, and how many
    characters it is written with.

    Comments, spaces and what prompts stand for (`>>> `) are no tokens. A string is the token `""` and a number `0`,
    whatever they say; of a string that ends on a later line, this is where it begins.
    """

    text: str
    line: int
    column: int
    size: int


@dataclass(frozen=True, slots=True)
class Statement:
    """The tokens of one statement, at least one, or of what stands before an import in `try: import x`.

    `indent` is the column that its line begins at, `run` the number of its run.
    """

    tokens: tuple[Token, ...]
    indent: int
    run: int


_STRING = '""'
_NUMBER = "0"

_COMMENT_LINE = compile_later(r"^[ \t]*#(.*)\n?", re.MULTILINE)
_ELLIPSES = ("...", "…")

_PREFIX = r"(?i:[bfrut]|[bft]r|r[bft]|ur)?"
_DOUBLE = r'(?:[^"\\]|\\[\s\S]|"(?!""))*+"""'
_SINGLE = r"(?:[^'\\]|\\[\s\S]|'(?!''))*+'''"
_TOKEN = compile_later(
    rf"""
      (?P<space>   ^[ \t]*+(?:>>>|\.\.\.)(?=[ \n]) | [ \t\f]++ | \#[^\n]*+ )
    | (?P<joined>  \\\n )
    | (?P<newline> \n )
    | (?P<triple>  {_PREFIX}(?:\"{{3}}(?:{_DOUBLE}|[\s\S]*+)|'{{3}}(?:{_SINGLE}|[\s\S]*+)) )
    | (?P<string>  {_PREFIX}(?:"(?:[^"\\\n]|\\[\s\S])*+"?+|'(?:[^'\\\n]|\\[\s\S])*+'?+) )
    | (?P<name>    [^\W\d]\w*+ )
    | (?P<number>  \d[\w.]*+ )
    | (?P<other>   :=|->|(?:\*\*|//|<<|>>|[-+*/%@&|^=<>!])=|\*\*|[\s\S] )
    """,
    re.VERBOSE | re.MULTILINE,
)
_REST = compile_later(_DOUBLE), compile_later(_SINGLE)

# Words at the start of a line that no line inside of brackets starts with.
_INSIDE = {
    "False",
    "None",
    "True",
    "and",
    "as",
    "async",
    "await",
    "else",
    "for",
    "if",
    "in",
    "is",
    "lambda",
    "not",
    "or",
}
_BEGINNERS = frozenset(kwlist) - _INSIDE - {"yield"}

# A line inside a string that looks like a statement, which tells that it is the string's inside that is out.
_STATEMENT = compile_later(
    r"^[ \t]*(?:@\w|(?:def|class|import|raise) \w|from [\w.]+ import\b|return\b|(?:if|for|while|with|elif|except) .*:$"
    r"|(?:else|try|finally):$|[\w.]++ [-+*/|&]?= |[\w.]++\(.*[(),]$)",
    re.MULTILINE,
)


def find_statements(text: str) -> Iterator[Statement]:
    """The statements of a text, in order."""
    for number, (run, line) in enumerate(_find_runs(normalise_ends(text))):
        yield from _split(_read(run, line), number)


def _find_runs(text: str) -> Iterator[tuple[str, int]]:
    """The parts between comments that say that code is left out, each with the number of its first line."""
    start, line = 0, 1
    for comment in _COMMENT_LINE.finditer(text):
        words = comment[1].strip("# \t")
        if words.startswith(_ELLIPSES) and words.endswith(_ELLIPSES) and any(map(str.isalnum, words)):
            yield text[start : comment.start()], line
            line += text.count("\n", start, comment.end())
            start = comment.end()
    yield text[start:], line


def _read(run: str, line: int) -> list[Token]:
    r"""The tokens of a run and `\n` for each line end, in the reading that leaves the fewest statements in strings."""
    best, least = _lex(run, line, 0)
    for rest in _REST:
        opened = rest.match(run) if least else None
        if opened is not None:
            tokens, hidden = _lex(run, line, opened.end())
            hidden += len(_STATEMENT.findall(run[: opened.end()]))
            if hidden < least:
                best, least = tokens, hidden
    return best


def _lex(run: str, line: int, start: int) -> tuple[list[Token], int]:
    """The tokens from `start` on, and how many lines in their long strings look like statements."""
    tokens: list[Token] = []
    hidden = 0
    line += run.count("\n", 0, start)
    begin = run.rfind("\n", 0, start) + 1
    for match in _TOKEN.finditer(run, start):
        kind = match.lastgroup
        if kind == "space":
            continue
        at, end = match.span()
        if kind == "name":
            text = match[0]
            tokens.append(Token(text if text.isascii() else normalize("NFKC", text), line, at - begin, end - at))
        elif kind == "other":
            tokens.append(Token(match[0], line, at - begin, end - at))
        elif kind == "number":
            tokens.append(Token(_NUMBER, line, at - begin, end - at))
        else:
            if kind == "triple":
                hidden += len(_STATEMENT.findall(run[at:end]))
            if kind == "newline":
                tokens.append(Token("\n", line, at - begin, 1))
            elif kind != "joined":
                tokens.append(Token(_STRING, line, at - begin, end - at))
            lines = run.count("\n", at, end)
            if lines:
                line += lines
                begin = run.rfind("\n", at, end) + 1
    return tokens, hidden


def _split(tokens: list[Token], run: int) -> Iterator[Statement]:
    current: list[Token] = []
    depth = indent = 0
    is_first = True
    for number, token in enumerate(tokens):
        text = token.text
        following = tokens[number + 1].text if number + 1 < len(tokens) else ""
        if is_first and (text in _BEGINNERS or (text == "@" and following.isidentifier())):
            depth = 0
            if current:
                yield Statement(tuple(current), indent, run)
                current = []
        if text == "\n" or (text == ";" and not depth):
            is_first = is_first or text == "\n"
            if current and not depth:
                yield Statement(tuple(current), indent, run)
                current = []
            continue
        if is_first and not depth:
            indent = token.column
        is_first = False
        current.append(token)
        if text in "([{":
            depth += 1
        elif text in ")]}":
            depth = max(0, depth - 1)
        elif text == ":" and not depth and following in ("import", "from"):
            yield Statement(tuple(current), indent, run)
            current = []
    if current:
        yield Statement(tuple(current), indent, run)
