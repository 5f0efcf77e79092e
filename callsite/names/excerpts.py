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
from callsite.names.phrase import Phrase
from callsite.names.tokens import Statement, find_statements
from callsite.names.use import Certainty, Kind, Names, Use


def find_in_tokens(text: str, module: str, is_package: bool, unparsed: str) -> Names:
    """Every use of an imported name in a text that does not parse, for the reason `unparsed`."""
    statements = [(statement, _find_parts(statement, module, is_package)) for statement in find_statements(text)]
    bound: dict[str, dict[str, None]] = {}
    exports: set[tuple[str, str]] = set()
    for statement, parts in statements:
        for part in parts:
            bound.setdefault(part.name, {})[part.bound] = None
            if not statement.indent and part.name and not part.name.startswith("_"):
                exports.add((part.name, part.bound))
    stars = tuple(bound.pop("", ()))
    uses: list[Use] = []
    blocks: list[_Block] = []
    for statement, parts in statements:
        begins_line = statement.tokens[0].column == statement.indent
        while blocks and (blocks[-1].run != statement.run or (begins_line and blocks[-1].indent >= statement.indent)):
            blocks.pop()
        if parts:
            scope = blocks[-1].qualified if blocks else ""
            uses += [
                Use(part.first, part.last, part.first, part.target, Kind.IMPORT, scope, Certainty.TEXT)
                for part in parts
            ]
        else:
            uses += _find_uses(statement, bound, blocks)
    return Names(tuple(sorted(uses)), tuple(sorted(exports)), stars, unparsed)


class _Block(NamedTuple):
    """A function or class that goes on: where it stands, its dotted name, and the parameters of a function."""

    indent: int
    run: int
    qualified: str
    parameters: frozenset[str]


def _find_parts(statement: Statement, module: str, is_package: bool) -> tuple[Imported, ...]:
    return tuple(
        part._replace(
            bound=find_absolute(part.bound, module, is_package), target=find_absolute(part.target, module, is_package)
        )
        for part in find_imports(statement)
    )


def _find_uses(statement: Statement, bound: dict[str, dict[str, None]], blocks: list[_Block]) -> Iterator[Use]:
    """The uses in a statement. When it opens a function or class, that is added to `blocks`."""
    phrase = Phrase(statement.tokens)
    outside = list(blocks)
    if phrase.name:
        qualified = f"{blocks[-1].qualified}.{phrase.name}" if blocks else phrase.name
        blocks.append(_Block(statement.indent, statement.run, qualified, frozenset(phrase.parameters)))
    for spoken in phrase.spoken:
        around = blocks if spoken.in_body else outside
        if spoken.name in bound and not any(spoken.name in block.parameters for block in around):
            scope = around[-1].qualified if around else ""
            for target in bound[spoken.name]:
                full = target + spoken.attributes
                yield Use(
                    spoken.first, spoken.last, spoken.first, full, spoken.kind, scope, Certainty.TEXT, spoken.shape
                )
