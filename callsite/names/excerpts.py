"""What text that does not parse does with imported names, as far as its tokens tell.

Every import counts for the whole text, wherever it stands: excerpts have often lost the function around it. A parameter
hides the import of its name in what is indented below its function. A name that is bound in any other way still counts
as the import, and a star import brings no names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from callsite.names.imports import Imported, find_imports
from callsite.names.modules import find_absolute
from callsite.names.phrase import Phrase, Spoken
from callsite.names.tokens import Statement, find_statements
from callsite.names.use import Certainty, Kind, Names, Use


def find_in_tokens(text: str, module: str, is_package: bool, unparsed: str) -> Names:
    """Every use of an imported name in a text that does not parse, for the reason `unparsed`."""
    excerpt = Excerpt(text, module, is_package)
    uses: list[Use] = []
    for what, scope, targets in excerpt.find_all():
        if isinstance(what, Imported):
            kind, shape, rest = Kind.IMPORT, "", ""
        else:
            kind, shape, rest = what.kind, what.shape, what.attributes
        uses += [Use(what.first, what.last, what.first, target + rest, kind, scope, _TEXT, shape) for target in targets]
    return Names(tuple(sorted(uses)), tuple(sorted(excerpt.exports)), excerpt.stars, unparsed)


_TEXT = Certainty.TEXT

# What is imported or read, the dotted name of the function or class around it, and all that an import brings, or that
# the first word of a chain may mean.
_Found = tuple[Imported | Spoken, str, list[str]]


class Excerpt:
    """The statements of a text that does not parse, with the names that imports bind in it.

    `exports` are the public ones that are bound at its own level, `stars` the modules that it takes everything from.
    """

    def __init__(self, text: str, module: str, is_package: bool) -> None:
        self._statements = [
            (statement, _find_parts(statement, module, is_package)) for statement in find_statements(text)
        ]
        self._bound: dict[str, dict[str, None]] = {}
        self.exports: set[tuple[str, str]] = set()
        for statement, parts in self._statements:
            for part in parts:
                self._bound.setdefault(part.name, {})[part.bound] = None
                if not statement.indent and part.name and not part.name.startswith("_"):
                    self.exports.add((part.name, part.bound))
        self.stars = tuple(self._bound.pop("", ()))

    def find_all(self) -> Iterator[_Found]:
        """All that is imported, or read and bound by an import, in order."""
        blocks: list[_Block] = []
        for statement, parts in self._statements:
            begins_line = statement.tokens[0].column == statement.indent
            while blocks and (
                blocks[-1].run != statement.run or (begins_line and blocks[-1].indent >= statement.indent)
            ):
                blocks.pop()
            for part in parts:
                yield part, blocks[-1].qualified if blocks else "", [part.target]
            if not parts and (statement.tokens[0].text in _OPENERS or self._has_bound(statement)):
                yield from _find_spoken(statement, self._bound, blocks)

    def _has_bound(self, statement: Statement) -> bool:
        return any(token.text in self._bound for token in statement.tokens)


# What a statement that opens a block begins with; any other tells something by the bound names in it alone.
_OPENERS = frozenset(("async", "class", "def"))


class _Block(NamedTuple):
    """A function or class that goes on: where it stands, its dotted name, and the parameters of a function."""

    indent: int
    run: int
    qualified: str
    parameters: frozenset[str]


def _find_parts(statement: Statement, module: str, is_package: bool) -> tuple[Imported, ...]:
    return tuple(
        part._replace(
            bound=find_absolute(part.bound, module, is_package),
            target=find_absolute(part.target, module, is_package),
            chains=tuple((find_absolute(first, module, is_package), words) for first, words in part.chains),
        )
        for part in find_imports(statement)
    )


def _find_spoken(statement: Statement, bound: dict[str, dict[str, None]], blocks: list[_Block]) -> Iterator[_Found]:
    """What is read in a statement. When it opens a function or class, that is added to `blocks`."""
    phrase = Phrase(statement.tokens)
    outside = list(blocks)
    if phrase.name:
        qualified = f"{blocks[-1].qualified}.{phrase.name}" if blocks else phrase.name
        blocks.append(_Block(statement.indent, statement.run, qualified, frozenset(phrase.parameters)))
    for spoken in phrase.spoken:
        around, name = blocks if spoken.in_body else outside, spoken.words[0].text
        if name in bound and not any(name in block.parameters for block in around):
            yield spoken, around[-1].qualified if around else "", [*bound[name]]
