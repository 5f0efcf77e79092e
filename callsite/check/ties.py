"""What ties the statements of an excerpt to a name: that they say it, use what was made of it, or stand around it.

    from flask import Flask      says it
    app = Flask("x")             says it, and names something after it
    @app.route("/")              uses what was named
    def index():                 has a decorator that is tied, and something below that says it
        answer = 42              stands in a function that says it
        return Flask.name

Statements are found by their tokens and nested by their indentation, so that excerpts with holes have them too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, pairwise
from keyword import iskeyword

from callsite.model import Line, Snippet
from callsite.names.tokens import Statement, Token, find_statements

# In place of a gap: a comment that says that code is left out, as `names` knows them.
_LEFT_OUT = "# ... left out ..."

# Names that say nothing of what they stand for.
_COMMON = frozenset(("self", "cls", "_"))

_SCOPES = ("def", "class")


class Ties:
    """The statements of a snippet of Python, and which of them are tied to a name.

    `said` are the lines, among the snippet's, that say the name. A statement stands for all lines from its first to
    the next statement, so that comments belong to the code above them.
    """

    def __init__(self, snippet: Snippet, said: Collection[int]) -> None:
        statements, self._firsts = _find_statements(snippet)
        self._tokens = [statement.tokens for statement in statements]
        self._kinds = [_find_kind(tokens) for tokens in self._tokens]
        self._parents, self._ends = _nest(statements)
        self._decorated, self._starts = self._find_decorated()
        self._owners = self._find_owners()
        self._said = {number for line in said if (number := self._find(line)) >= 0}
        self._sums = [0, *accumulate(number in self._said for number in range(len(statements)))]
        self._tied = self._said | self._follow_names() | set(self._find_ingredients())
        self._inside = self._find_inside([statement.indent > 0 for statement in statements])

    def reach(self, lines: Collection[int]) -> bool:
        """Whether one of these lines is tied to the name; one in front of all statements is no code and counts."""
        numbers = {self._find(line) for line in lines}
        return any(
            number < 0 or number in self._tied or self._inside[number] or self._holds(number) for number in numbers
        )

    def _find(self, line: int) -> int:
        """The statement that a line belongs to; -1 for what stands in front of them all."""
        return bisect_right(self._firsts, line) - 1

    def _holds(self, number: int) -> bool:
        """Whether a statement (for a decorator, what it decorates), its decorators or anything below says the name."""
        number = self._decorated[number]
        return self._sums[self._ends[number]] > self._sums[self._starts[number]]

    def _find_decorated(self) -> tuple[list[int], list[int]]:
        """For each statement the one that it decorates, or itself; and the first of its own decorators, or itself."""
        decorated = list(range(len(self._kinds)))
        starts = decorated.copy()
        for number in range(len(self._kinds) - 2, -1, -1):
            if self._kinds[number] == "@" and self._parents[number] == self._parents[number + 1]:
                decorated[number] = decorated[number + 1]
                starts[decorated[number]] = number
        return decorated, starts

    def _find_owners(self) -> list[int]:
        """The function or class that each statement is a part of, -1 for none; a head and its decorators are a part of
        what they make.
        """
        owners: list[int] = []
        for number, parent in enumerate(self._parents):
            made = self._decorated[number]
            owners.append(made if self._kinds[made] in _SCOPES else owners[parent] if parent >= 0 else -1)
        return owners

    def _find_inside(self, indented: Sequence[bool]) -> list[bool]:
        """Whether each statement stands below something that is tied: a function that says the name somewhere, a class
        that says it in its own body, any other statement that says it or uses what was named after it.
        """
        direct = {self._owners[number] for number in self._said}
        cut = any(indented[number] and self._owners[number] < 0 for number in self._said)
        inside: list[bool] = []
        for number, parent in enumerate(self._parents):
            if parent < 0:
                # The function around this may have been left out.
                inside.append(cut and indented[number] and self._owners[number] < 0)
            elif self._kinds[parent] == "def":
                inside.append(inside[parent] or self._holds(parent))
            else:
                inside.append(inside[parent] or parent in (direct if self._kinds[parent] == "class" else self._tied))
        return inside

    def _follow_names(self) -> set[int]:
        """The statements that use what was named after the name, or after what was named so."""
        uses: dict[str, list[int]] = defaultdict(list)
        for number, tokens in enumerate(self._tokens):
            for token in tokens:
                uses[token.text].append(number)
        tied: set[int] = set()
        waiting = list(self._find_scope_names())
        waiting += [name for number in self._said for name in _find_bound(self._tokens[number])]
        while waiting:
            for number in uses.pop(waiting.pop(), ()):
                if number not in tied:
                    tied.add(number)
                    waiting += _find_bound(self._tokens[number])
        return tied

    def _find_ingredients(self) -> Iterator[int]:
        """The imports of what stands in statements that say the name, as what is passed to it."""
        used = {token.text for number in self._said for token in self._tokens[number] if _is_name(token.text)}
        for number, tokens in enumerate(self._tokens):
            words = [token.text for token in tokens]
            if words[0] in ("from", "import") and not used.isdisjoint(
                words[words.index("import") :] if "import" in words else ()
            ):
                yield number

    def _find_scope_names(self) -> Iterator[str]:
        """The names of all functions and classes around statements that say the name."""
        seen: set[int] = set()
        for said in self._said:
            number = said
            while number >= 0 and number not in seen:
                seen.add(number)
                made = self._decorated[number]
                if self._kinds[made] in _SCOPES:
                    yield from _find_bound(self._tokens[made])
                number = self._parents[number]


def _find_statements(snippet: Snippet) -> tuple[list[Statement], list[int]]:
    """The statements of a snippet, and which of its lines each begins on."""
    rows = snippet.rows
    lines = [0, *accumulate(isinstance(row, Line) for row in rows)]
    texts = [row.text.replace("\r", " ") if isinstance(row, Line) else _LEFT_OUT for row in rows]
    statements = list(find_statements("\n".join(texts)))
    return statements, [lines[statement.tokens[0].line - 1] for statement in statements]


def _find_kind(tokens: Sequence[Token]) -> str:
    """`def`, `class` or `@` when a statement is the head or a decorator of one, else ""."""
    word = tokens[1 if tokens[0].text == "async" and len(tokens) > 1 else 0].text
    return word if word in ("def", "class", "@") else ""


def _nest(statements: Sequence[Statement]) -> tuple[list[int], list[int]]:
    """For each statement the one that it stands below, by indentation, -1 for none; and the one behind its last."""
    parents: list[int] = []
    ends = [len(statements)] * len(statements)
    around: list[int] = []
    for number, statement in enumerate(statements):
        while around and statements[around[-1]].indent >= statement.indent:
            ends[around.pop()] = number
        parents.append(around[-1] if around else -1)
        around.append(number)
    return parents, ends


def _find_bound(tokens: Sequence[Token]) -> Iterator[str]:
    """The names that a statement gives something, as far as its tokens tell."""
    words = [token.text for token in tokens]
    names: list[str] = []
    kind = _find_kind(tokens)
    if kind in _SCOPES:
        names += words[words.index(kind) + 1 :][:1]
    elif "=" in words and not iskeyword(words[0]):
        names += words[: words.index("=")]
    names += [name for before, name in pairwise(words) if before == "as"]
    names += [name for name, behind in pairwise(words) if behind == ":="]
    if "for" in words:
        behind = words[words.index("for") + 1 :]
        names += behind[: behind.index("in")] if "in" in behind else ()
    return filter(_is_name, names)


def _is_name(word: str) -> bool:
    return word.isidentifier() and not iskeyword(word) and word not in _COMMON
