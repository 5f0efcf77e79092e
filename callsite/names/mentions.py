"""Every word that stands for something imported, and where it stands.

    import flask.views as v  flask; flask.views; flask.views
    v.View.as_view           flask.views; flask.views.View; flask.views.View.as_view

What the words stand for is known from resolving, or from excerpts when the text does not parse; this only puts them in
their places.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence

from callsite.names.excerpts import Excerpt
from callsite.names.imports import Imported
from callsite.names.places import Places
from callsite.names.resolving import Resolver
from callsite.names.scope import Import, Scope
from callsite.names.tokens import Token
from callsite.names.use import Certainty, Mention

_Row = tuple[int, int, int, tuple[str, ...], Certainty, bool]

# The most characters of a target. A chain of thousands of attributes has thousands of targets, which would take space
# that grows with the square of its length.
_LONGEST = 500

# Before Python 3.12 (PEP 701), what a tree says of places in f-strings is wrong.
_KNOWS_STRINGS = sys.version_info >= (3, 12)


# The packages that a mention may be below of; None for all.
_Roots = Collection[str] | None


def find_mentions_in_tokens(text: str, module: str, is_package: bool, roots: _Roots = None) -> list[Mention]:
    """The mentions in a text that does not parse, in order."""
    return _sort(_read_tokens(text, module, is_package, roots))


def find_mentions_in_tree(
    tree: ast.Module, text: str, module: str, is_package: bool, roots: _Roots = None
) -> list[Mention]:
    """The mentions in a text with its tree, in order."""
    return _sort(_read_tree(tree, text, module, is_package, roots))


def move_right(mentions: Iterable[Mention], columns: int) -> Iterator[Mention]:
    """The same mentions in a text with more characters in front."""
    for mention in mentions:
        if mention.line == 1:
            yield mention._replace(start=mention.start + columns, end=mention.end + columns)
        else:
            yield mention


def _sort(rows: Iterable[_Row]) -> list[Mention]:
    return list(map(Mention._make, sorted(rows)))


def _is_below(targets: Iterable[str], roots: _Roots) -> bool:
    return roots is None or any(target.partition(".")[0] in roots for target in targets)


def _read_tokens(text: str, module: str, is_package: bool, roots: _Roots) -> list[_Row]:
    rows: list[_Row] = []
    for what, _, targets in Excerpt(text, module, is_package).find_all():
        if isinstance(what, Imported):
            for first, words in what.chains:
                if _is_below((first,), roots):
                    _name_chain(rows, words, (first,), Certainty.TEXT, True)
        elif _is_below(targets, roots):
            _name_chain(rows, what.words, tuple(sorted(targets)), Certainty.TEXT, False)
    return rows


def _read_tree(tree: ast.Module, text: str, module: str, is_package: bool, roots: _Roots) -> list[_Row]:
    places = Places(text)
    resolver = Resolver(tree, module, is_package, roots)
    lost = set() if _KNOWS_STRINGS else {id(node) for scope in resolver.scopes for node in _find_formatted(scope)}
    rows: list[_Row] = []
    for scope in resolver.scopes:
        for imported in scope.imports:
            if resolver.is_below(imported[0]):
                for first, words in _find_imported(imported, places):
                    _name_chain(rows, words, (resolver.absolute(first),), Certainty.CERTAIN, True)
        for (_, _, _, chain), targets, certainty in resolver.find_reads(scope):
            if id(chain) not in lost:
                words = _find_words(scope, chain, places)
                _name_chain(rows, words, tuple(sorted(targets)), certainty, False)
    resolver.close()
    return rows


def _name_chain(
    rows: list[_Row], words: Sequence[Token], targets: tuple[str, ...], certainty: Certainty, imported: bool
) -> None:
    """Add the mentions in a chain of words, the first of which stands for `targets`."""
    is_first = True
    for name, line, column, size in words:
        if is_first:
            is_first = False
        elif len(targets) == 1:
            targets = (f"{targets[0]}.{name}",)
        else:
            targets = tuple([f"{target}.{name}" for target in targets])
        if len(targets[0]) > _LONGEST or max(map(len, targets)) > _LONGEST:
            return
        if size:
            rows.append((line, column, column + size, targets, certainty, imported))


def _find_words(scope: Scope, chain: ast.expr, places: Places) -> list[Token]:
    """The words of a chain of attributes, as they are kept in its scope."""
    words: list[Token] = []
    while isinstance(chain, ast.Attribute):
        words.append(places.find_last(chain.attr, chain, scope.mangle(chain.attr)))
        chain = chain.value
    assert isinstance(chain, ast.Name)
    words.append(places.find_last(chain.id, chain))
    words.reverse()
    return words


def _find_imported(imported: Import, places: Places) -> list[tuple[str, list[Token]]]:
    """The dotted names in a part of an import, all below the same root: what the first word of each stands for, and its
    words.
    """
    target, alias, statement = imported
    found: list[tuple[str, list[Token]]] = []
    if isinstance(statement, ast.Import):
        words = places.find_first(alias.name, alias)
        found.append((words[0].text, words))
    else:
        if alias is statement.names[0] and statement.module:
            words = places.find_module(statement.module, statement)
            found.append(("." * statement.level + words[0].text, words))
        if alias.name != "*":
            found.append((target, places.find_first(alias.name, alias)))
    if alias.asname:
        found.append((target, [places.find_last(alias.asname, alias)]))
    return found


def _find_formatted(scope: Scope) -> Iterator[ast.AST]:
    """The nodes in the f-strings of a scope."""
    for formatted in scope.formatted:
        yield from ast.walk(formatted)
