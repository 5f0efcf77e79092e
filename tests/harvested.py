"""Builders for the tests of harvesting: uses, candidates, and Python in every shape that has lines to be cut."""

from __future__ import annotations

import ast
import warnings
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import strategies as st

from callsite.harvest.ranking import Candidate
from callsite.harvest.release import Licence, Release
from callsite.names import Certainty, Kind, Use

MIT = Licence("MIT", "License-Expression in its metadata", ("Copyright (c) 2020 Ada",), "Permission is granted.\n", "L")


def make_use(first: int, last: int = 0, **changes: Any) -> Use:
    """A certain call of `lib.f` on these lines; `changes` are other fields."""
    use = Use(first, last or first, first, "lib.f", Kind.CALL, "", Certainty.CERTAIN, "_")
    return replace(use, **changes)


def make_import(first: int, **changes: Any) -> Use:
    return make_use(first, **{"kind": Kind.IMPORT, "shape": "", **changes})


def make_release(project: str = "demo", **changes: Any) -> Release:
    release = Release(project, "1.0", licence=MIT)
    return replace(release, **changes)


def make_candidate(text: str, release: Release | None = None, path: str = "demo/a.py", **changes: Any) -> Candidate:
    """A file that uses `lib.f`: its uses are an import on each line with one, and a call on each line with `f(`.

    The arguments as they are written are the call's shape.
    """
    uses = []
    for number, row in enumerate(text.split("\n"), start=1):
        if row.lstrip().startswith(("from lib import", "import lib")):
            uses.append(make_import(number))
        elif "f(" in row and "def " not in row:
            uses.append(make_use(number, shape=row.partition("f(")[2].partition(")")[0]))
    candidate = Candidate(release or make_release(), path, text.encode(), tuple(uses))
    return replace(candidate, **changes)


def parse(text: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def find_spots(tree: ast.Module) -> list[Use]:
    """A use for every import, expression and decorator: each place that a name can be used in, and many more."""
    spots = []
    for node in ast.walk(tree):
        kind = Kind.CALL if isinstance(node, ast.Call) else Kind.REFERENCE
        if isinstance(node, ast.alias | ast.Import | ast.ImportFrom):
            kind = Kind.IMPORT
        elif not isinstance(node, ast.expr):
            continue
        last = node.end_lineno or node.lineno
        line = node.func.end_lineno or last if isinstance(node, ast.Call) else last
        spots.append(make_use(node.lineno, last, line=line, kind=kind))
    return spots


# Statements as rows without their indent; what stands behind a `>` begins where the statement does, all else in the
# first column, as it may inside brackets and strings and behind backslashes.
_SIMPLE = [
    ["f()"],
    ["pass"],
    ["from lib import f"],
    ["from lib import (", "    g,", "  f,", "    )"],
    ["x = f(1); y = f(2);"],
    ["'é日本'; f()"],
    ["é = f('é'); y = 2  # é"],
    ["f(", "    1,", "", "# else:", "", "\f", "    lambda: f(),", ")"],
    ["f(1,", "2,", "3,", "4,", "5,", "6,", ")"],
    ['x = """', "else:", "~~f()", "## ... source file abbreviated ...", "", "    except:", "  # f()", '"""'],
    ["x = r'''\\", "def f():", "'''; f()"],
    ["x = 1 + \\", "  f()"],
    ["x = 1; \\", "f()"],
    ["f() \\", ""],
    ["f() \\", "  \\", "\t", "# behind a backslash"],
    ["f(); \\", "# behind a backslash"],
    [">\\", ">f()"],
    [">\\", "f()"],
    ["x = f(1)  # ends in a backslash \\"],
    ["~f()"],
    ["(", "f", ")(", ")"],
    ["x = [", "    f(y)", "for y in f()", "  if f()]"],
    ["return f()"],
    ["x: f() = f()"],
    ["assert f(), 'else:'"],
]
_SIMPLE_BEHIND_TABS = [rows for rows in _SIMPLE if rows[0] != ">\\"]
_BETWEEN = [
    "",
    "",
    "   ",
    "\t",
    "\f",
    "# a note",
    "># a note",
    ">    # a note",
    "# else:",
    "#else \\",
    "# ~~ f()",
    "\f# note",
]

# Headers of clauses, up to and including the colon.
_HEADS = {
    "if": [["if f():"], ["if (f(", "1)", "):  # why"], ["if \\", "f() \\", ":"], ["if f(): \\", ""], ["if(x):"]],
    "elif": [["elif f():"], ["elif(f(", ")", "):"], ["elif x:  # elif"], ["elif \\", "x:"]],
    "else": [["else:"], ["else :  # else:"], ["else\\", ":"], ["else \\", " \\", "  : # why"], ["else:\\", ""]],
    "for": [["for x in f():"], ["for (x,", "y) in (", "f()", "):"], ["async for x in f():"]],
    "while": [["while f():"], ["while (", "f()", "# else:", "):"]],
    "try": [["try:"], ["try \\", ":"], ["try: # why"]],
    "except": [
        ["except f() as e:"],
        ["except (", "f(),", "):"],
        ["except\\", "f():"],
        ["except:  # any"],
        ["except f():"],
    ],
    "except*": [["except* f() as e:"], ["except *(", "f(),", "):"]],
    "finally": [["finally:"], ["finally\\", ":"]],
    "with": [["with f() as x:"], ["with (", "f() as x,", "", "f(),", "):"], ["async with f(), f():"]],
    "match": [["match f():"], ["match (", "f(", "1)", "):  # case"], ["match \\", "x:"], ["match f(", "case", "):"]],
    "case": [["case 1:"], ["case (", "1 |", "2", ")  :"], ["case [a, *b] if f():"], ["case \\", "_:"], ["case(x):"]],
    "def": [
        ["def f():"],
        ["async def f(", "a=f(),", "# why", ") -> f():"],
        ["class A(f()):"],
        ["class A:"],
        ["def f(a,", "):"],
    ],
    "@": [["@f"], ["@f(", "1", ")"], ["@(", "f", ")"], ["@\\", "f"], ["@ (", "", "f(", "))"], ["# why"], [""]],
}


_COMPOUND = (
    """
if|if else|if elif elif else|if elif|for|for else|while else|try except|try except except else finally|try finally
try except else|try except* except*|with|match case case case|match case|def|@ @ def|@ def|def
""".strip()
    .replace("\n", "|")
    .split("|")
)


def write_program(seed: int) -> str:
    """Python that parses: every statement in every other one, in every way to spread it over lines.

    The seed is all that counts, so that thousands of programs are written in seconds.
    """
    return _Writer(Random(seed)).write()


class _Writer:
    def __init__(self, random: Random) -> None:
        self._random = random
        self._steps = random.choice([["\t"], ["    "], [" ", "  ", "   "]])

    def write(self) -> str:
        rows = [*self._blanks(""), *self._block("", 3)]
        return "\n".join(rows) + self._random.choice(["\n", "", "\n\n", "\n# end", "\nf()\n"])

    def _blanks(self, indent: str) -> list[str]:
        return [_place(indent, self._random.choice(_BETWEEN)) for _ in range(self._random.choice([0, 0, 0, 1, 2]))]

    def _block(self, indent: str, depth: int) -> list[str]:
        rows: list[str] = []
        for _ in range(self._random.choice([1, 1, 2, 3])):
            if depth and self._random.random() < 0.6:
                rows += self._compound(indent, depth)
            else:
                # A tab before a backslash at the beginning of a statement is too much for Python itself.
                rows += _put(indent, self._random.choice(_SIMPLE if "\t" not in indent else _SIMPLE_BEHIND_TABS))
            rows += self._blanks(indent)
            if self._random.random() < 0.05:
                rows += [f"{indent}f({number})" for number in range(30)]  # too long to be kept whole
        return rows

    def _compound(self, indent: str, depth: int) -> list[str]:
        step = self._random.choice(self._steps)
        rows: list[str] = []
        for word in self._random.choice(_COMPOUND).split():
            outer = indent + step if word == "case" else indent
            under = outer + step
            head = self._random.choice(_HEADS[word])
            if word in "@ match":
                rows += _put(outer, head)
            elif self._random.random() < 0.2 and "#" not in head[-1] and head[-1]:
                *most, last = _put(outer, head)
                rows += [*most, *(last + self._random.choice(_BEHIND)).split("\n")]
            else:
                rows += [*_put(outer, head), *self._blanks(under), *self._block(under, depth - 1)]
            rows += self._blanks(under)
        return rows


# What may stand behind a colon.
_BEHIND = [" f()", "f(); f();", " \\\nf()", " x = (\nf())", "f(); \\\n  f() \\\n"]


def _place(indent: str, row: str) -> str:
    return indent + row[1:] if row.startswith(">") else row


def _put(indent: str, rows: list[str]) -> list[str]:
    first, *more = rows
    return [indent + first.removeprefix(">"), *(_place(indent, row) for row in more)]


_HOSTILE = [
    *[
        "`",
        "``",
        "```",
        "~~~",
        "~~",
        "\\",
        "*",
        "**",
        "_",
        "__",
        "#",
        "##",
        ">",
        "<",
        "-",
        "--",
        "---",
        "+",
        "=",
        "===",
        "|",
        ":",
        "!",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        "&",
        ";",
        '"',
        "'",
        "/",
        "1.",
        "1)",
        "a",
        "b1",
        "é",
        "日本",
    ],
    *[
        "<script>alert(1)</script>",
        "<!--",
        "-->",
        "--!>",
        "<b>",
        "</pre></details>",
        "<details>",
        "<?a",
        "<![CDATA[",
        "</",
    ],
    *["&lt;", "&#60;", "[a](javascript:b)", "![a](b)", "[a]: b", "[^1]", "*[a]: b", "{: #a }", "<a@b.c>", "http://a.b"],
    *["[TOC]", "~~f()", "## ... a ...", "$$", "\u202e", "\u200b", "\x02", "\x03", "\0", "\x1b[0m", "\u00a0"],
    *[" ", " ", "  ", "    ", "\t", "\n", "\n\n", "\f", "\u2028"],
]


def hostile_texts() -> st.SearchStrategy[str]:
    """What a stranger may have written where a name or a sentence is expected."""
    character = st.characters(codec="utf-8", exclude_characters="\r")
    return st.lists(st.sampled_from(_HOSTILE) | character, max_size=8).map("".join)
