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
from dataclasses import replace

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
            yield replace(mention, start=mention.start + columns, end=mention.end + columns)
        else:
            yield mention


def _sort(rows: Iterable[_Row]) -> list[Mention]:
    return [Mention(*row) for row in sorted(rows)]


def _is_below(targets: Iterable[str], roots: _Roots) -> bool:
    return roots is None or any(target.partition(".")[0] in roots for target in targets)


def _read_tokens(text: str, module: str, is_package: bool, roots: _Roots) -> Iterator[_Row]:
    for what, _, targets in Excerpt(text, module, is_package).find_all():
        if isinstance(what, Imported):
            for first, words in what.chains:
                if _is_below((first,), roots):
                    yield from _name_chain(words, (first,), Certainty.TEXT, True)
        elif _is_below(targets, roots):
            yield from _name_chain(what.words, tuple(sorted(targets)), Certainty.TEXT, False)


def _read_tree(tree: ast.Module, text: str, module: str, is_package: bool, roots: _Roots) -> Iterator[_Row]:
    resolver = Resolver(tree, module, is_package)
    places = Places(text)
    lost = set() if _KNOWS_STRINGS else {id(node) for scope in resolver.scopes for node in _find_formatted(scope)}
    for scope in resolver.scopes:
        for imported in scope.imports:
            # What an import is about begins with its target, but for `import a.b as c`, whose first word is `a`.
            if roots is None or _is_below((resolver.absolute(imported[0]), imported[1].name), roots):
                for first, words in _find_imported(imported, places):
                    target = resolver.absolute(first)
                    if _is_below((target,), roots):
                        yield from _name_chain(words, (target,), Certainty.CERTAIN, True)
        for (_, _, _, chain), targets, certainty in resolver.find_reads(scope):
            if id(chain) not in lost and _is_below(targets, roots):
                words = _find_words(scope, chain, places)
                yield from _name_chain(words, tuple(sorted(targets)), certainty, False)


def _name_chain(
    words: Sequence[Token], targets: tuple[str, ...], certainty: Certainty, imported: bool
) -> Iterator[_Row]:
    """The mentions in a chain of words, the first of which stands for `targets`."""
    for at, word in enumerate(words):
        if at:
            targets = tuple([f"{target}.{word.text}" for target in targets])
        if max(map(len, targets)) > _LONGEST:
            return
        if word.size:
            yield word.line, word.column, word.column + word.size, targets, certainty, imported


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


def _find_imported(imported: Import, places: Places) -> Iterator[tuple[str, list[Token]]]:
    """The dotted names in a part of an import: what the first word of each stands for, and its words."""
    target, alias, statement = imported
    if isinstance(statement, ast.Import):
        words = places.find_first(alias.name.split("."), alias)
        yield words[0].text, words
    else:
        if statement.module and alias is statement.names[0]:
            words = places.find_first(["from", *statement.module.split(".")], statement)[1:]
            yield "." * statement.level + words[0].text, words
        if alias.name != "*":
            yield target, places.find_first([alias.name], alias)
    if alias.asname:
        yield target, [places.find_last(alias.asname, alias)]


def _find_formatted(scope: Scope) -> Iterator[ast.AST]:
    """The nodes in the f-strings of a scope."""
    for formatted in scope.formatted:
        yield from ast.walk(formatted)
