r"""The file of redirects that a site declares, `redirects.toml`: a line for each, the old address in quotes.

    "/old.html" = "/flask-g-examples.html"
    "/flask/g" = "{filename}/examples/flask/g.md"
    "/docs.html" = "https://example.org/docs"

Every key that begins with a slash is an old address. No other keys mean anything so far, and neither do values other
than text: there is room for options. Python's own reader does not tell where a key stands, so the lines are found here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

from callsite.model import Place, Problem
from callsite.redirects.address import SHAPE, BadAddressError, Redirect, parse_new, parse_old
from callsite.text import BOM

# The pieces of a TOML text, as far as they tell where a statement begins and ends.
_PIECE = re.compile(
    r'(?P<long>"""(?:\\.|[^\\])*?"{3,5}|' + r"'''.*?'{3,5})"
    r'|(?P<text>"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*')"
    r"|(?P<comment>#[^\n]*)|(?P<end>\n)|(?P<open>[\[{])|(?P<close>[\]}])|(?P<equals>=)|(?P<rest>[^\s\"'#\[\]{}=]+|.)",
    re.DOTALL,
)


def parse_redirects(text: str, path: str) -> tuple[tuple[Redirect, ...], tuple[Problem, ...]]:
    """Read the redirects that a site declares; `path` is the file's, for the places. Any text gives an answer.

    Targets below the content (`{filename}/x.md`) stay as they are until a plan is made.
    """
    text = text.removeprefix(BOM)
    keys = tuple(_find_keys(text))
    lines = dict(keys)
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return (), (_describe(error, keys, text, path),)
    redirects: list[Redirect] = []
    problems: list[Problem] = []
    for key, value in table.items():
        at = Place(path, lines.get(key, 0))
        shown = key
        try:
            old = parse_old(key)
            if not isinstance(value, str):
                raise BadAddressError("leads to no text", SHAPE)
            shown = value
            redirects.append(Redirect(old, parse_new(value), at))
        except BadAddressError as error:
            problems.append(Problem(at, "R101", f"`{_shorten(shown)}` {error.what}", error.hint))
    return tuple(redirects), tuple(problems)


def _describe(error: Exception, keys: tuple[tuple[str, int], ...], text: str, path: str) -> Problem:
    """What is wrong with a text that is no TOML. A key that is there twice is the one fault that has a name here."""
    found = re.fullmatch(r"(.*?) \(at (?:line (\d+), .*|end of document)\)", str(error), re.DOTALL)
    if not found:
        return Problem(Place(path), "R101", "this file cannot be read: it is nested too deep, or a number is", SHAPE)
    line = int(found[2]) if found[2] else len(text.rstrip("\n").split("\n"))
    first = dict(reversed(keys))
    for key, number in keys:
        if key.startswith("/") and first[key] < number == line:
            message = f"`{_shorten(key)}` is redirected on line {first[key]} already"
            return Problem(Place(path, line), "R104", message, "keep one of the two")
    return Problem(Place(path, line), "R101", f"this is no TOML: {found[1][:1].lower()}{found[1][1:]}", SHAPE)


def _find_keys(text: str) -> Iterator[tuple[str, int]]:
    """The first name of each key and of each table's head, with its line; keys inside of tables are left out."""
    line = first = 1
    depth = 0
    head: list[str] = []
    is_head, in_table = True, False
    for piece in _PIECE.finditer(f"{text}\n"):
        kind = piece.lastgroup
        if kind == "end" and depth <= 0:
            statement = "".join(head).strip()
            if statement.startswith("["):
                in_table = True
                yield from _read_key(statement, first)
            elif not in_table:
                yield from _read_key(f"{statement} = 0", first)
            head, depth, is_head, first = [], 0, True, line + 1
        elif kind == "equals" and depth <= 0:
            is_head = False
        elif kind != "comment":
            depth += (kind == "open") - (kind == "close")
            if is_head:
                head.append(piece[0])
        line += piece[0].count("\n")


def _read_key(statement: str, line: int) -> Iterator[tuple[str, int]]:
    try:
        yield from ((key, line) for key in tomllib.loads(statement))
    except (ValueError, RecursionError):
        return


def _shorten(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"
