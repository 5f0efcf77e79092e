"""Import statements, read from their tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from callsite.names.modules import join_name
from callsite.names.tokens import Statement, Token

# Dotted names in a text: what the first word of each stands for, which may be relative, and its words.
Chains = tuple[tuple[str, tuple[Token, ...]], ...]


class Imported(NamedTuple):
    """One part of an import.

    It binds `name`, "" for a star, to `bound`; `target` is what it brings; both may be relative. `first` and `last` are
    its lines. `chains` are the names it is written with; that of a module with several parts comes with the first.
    """

    name: str
    bound: str
    target: str
    first: int
    last: int
    chains: Chains


def find_imports(statement: Statement) -> Iterator[Imported]:
    """The parts of an import up to where it makes no sense any more; none for any other statement."""
    tokens = statement.tokens
    if tokens[0].text == "import":
        for part in _split_parts(tokens[1:]):
            yield from _read_part(part, "", ())
    elif tokens[0].text == "from":
        end = 1
        while end < len(tokens) and (tokens[end].text == "." or tokens[end].text.isidentifier()):
            if tokens[end].text == "import":
                break
            end += 1
        module = "".join(token.text for token in tokens[1:end])
        if not module or end == len(tokens) or tokens[end].text != "import":
            return
        words = tuple(token for token in tokens[1:end] if token.text != ".")
        dots = module[: len(module) - len(module.lstrip("."))]
        chains: Chains = ((dots + words[0].text, words),) if words else ()
        for part in _split_parts([token for token in tokens[end + 1 :] if token.text not in "()"]):
            for imported in _read_part(part, module, chains):
                yield imported
                chains = ()


def _split_parts(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    part: list[Token] = []
    for token in tokens:
        if token.text == ",":
            yield part
            part = []
        else:
            part.append(token)
    yield part


def _read_part(tokens: list[Token], module: str, chains: Chains) -> Iterator[Imported]:
    """One part of an import from `module`, or of a plain import when that is "": `a.b`, `a.b as c`, `*`."""
    words = [token.text for token in tokens]
    renamed = words[-1] if len(words) > 2 and words[-2] == "as" else ""
    dotted = words[:-2] if renamed else words
    if not dotted or (renamed and not renamed.isidentifier()):
        return
    first, last = tokens[0].line, tokens[-1].line
    if module and dotted == ["*"]:
        yield Imported("", module, module, first, last, chains)
        return
    well_formed = all(word.isidentifier() if at % 2 == 0 else word == "." for at, word in enumerate(dotted))
    if len(dotted) % 2 == 0 or not well_formed or (module and len(dotted) > 1):
        return
    target = join_name(module, dotted[0]) if module else "".join(dotted)
    chains += ((target if module else dotted[0], tuple(tokens[: len(dotted) : 2])),)
    if renamed:
        chains += ((target, (tokens[-1],)),)
    if renamed or module:
        yield Imported(renamed or dotted[0], target, target, first, last, chains)
    else:
        yield Imported(dotted[0], dotted[0], target, first, last, chains)
