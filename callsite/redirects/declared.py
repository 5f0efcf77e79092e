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
from callsite.patterns import compile_later
from callsite.redirects.address import SHAPE, BadAddressError, Redirect, parse_new, parse_old
from callsite.text import BOM
from callsite.wording import count

# The pieces of a TOML text, as far as they tell where a statement begins and ends. A quote that nothing closes takes
# all that follows, up to the end of its line or of the text, so that no letter is looked at for each quote before it.
_PIECE = compile_later(
    r'(?P<long>"""(?:\\.|[^\\])*?(?:"{3,5}|\Z)|' + r"'''.*?(?:'{3,5}|\Z))"
    r'|(?P<text>"(?:\\[^\n]|[^"\\\n])*+"?|' + r"'[^'\n]*+'?)"
    r"|(?P<comment>#[^\n]*)|(?P<end>\n)|(?P<open>[\[{])|(?P<close>[\]}])|(?P<equals>=)|(?P<rest>[^\s\"'#\[\]{}=]+|.)",
    re.DOTALL,
)

# A key that is read without Python's own reader, which takes its time to begin.
_PLAIN_KEY = compile_later(r"\"([^\"\\]*)\"|'([^']*)'|([A-Za-z0-9_-]+)")

# Characters in a file and in a line, and dots in a line: Python's own reader takes far too long over `a.b.c` and so on.
_LONGEST_FILE = 4_000_000
_LONGEST_LINE = 20_000
_MOST_DOTS = 50


def parse_redirects(text: str, path: str) -> tuple[tuple[Redirect, ...], tuple[Problem, ...]]:
    """Read the redirects that a site declares; `path` is the file's, for the places. Any text gives an answer.

    Targets below the content (`{filename}/x.md`) stay as they are until a plan is made.
    """
    text = text.removeprefix(BOM)
    excess = _find_excess(text, path)
    if excess:
        return (), (excess,)
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return (), (_describe(error, text, path),)
    lines = dict(_find_keys(text))
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


def _find_excess(text: str, path: str) -> Problem | None:
    """What makes a text too much to read."""
    if len(text) > _LONGEST_FILE:
        message = f"this file is too long to be read: it has more than {count(_LONGEST_FILE, 'character')}"
        return Problem(Place(path), "R101", message, "take out what nobody follows any more")
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > _LONGEST_LINE:
            most = count(_LONGEST_LINE, "character")
        elif line.count(".") > _MOST_DOTS and not line.lstrip().startswith("#"):
            most = count(_MOST_DOTS, "dot")
        else:
            continue
        return Problem(Place(path, number), "R101", f"this line is too long to be read: it has more than {most}", SHAPE)
    return None


def _describe(error: Exception, text: str, path: str) -> Problem:
    """What is wrong with a text that is no TOML. A key that is there twice is the one fault that has a name here."""
    found = re.fullmatch(r"(.*?) \(at (?:line (\d+), .*|end of document)\)", str(error), re.DOTALL)
    if not found:
        return Problem(Place(path), "R101", "this file cannot be read: it is nested too deep, or a number is", SHAPE)
    line = int(found[2]) if found[2] else len(text.rstrip("\n").split("\n"))
    first: dict[str, int] = {}
    for key, number in _find_keys("\n".join(text.split("\n", line)[:line])):
        if key.startswith("/") and first.setdefault(key, number) < number == line:
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
                plain = _PLAIN_KEY.fullmatch(statement)
                yield from [(plain[plain.lastindex or 0], first)] if plain else _read_key(f"{statement} = 0", first)
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
