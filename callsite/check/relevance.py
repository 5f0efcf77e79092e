"""Marks that have nothing to do with the symbol of their page, and imports of the symbol that are not marked.

What code refers to is known from `linking`; whatever is called like the symbol counts too, since excerpts have often
lost the import, and so does what `ties` finds. Authors mark more than calls, and rightly: a whole class around a field,
the function below a decorator. Only a block of marked lines that nothing ties to the symbol is a finding.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from callsite.check.facts import PageFacts
from callsite.check.places import place_findings
from callsite.check.rule import Finding
from callsite.check.ties import Ties
from callsite.lexing import find_names
from callsite.linking import Word
from callsite.model import Line, Listing, Snippet

_CHAIN = re.compile(r"[^\W\d]\w*+(?:[ \t]*+\.[ \t]*+[^\W\d]\w*+)*+")
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_FROM = re.compile(r"[ \t]*+from\b[ \t.]*+(?:[^\W\d][\w.]*+[ \t]*+)?import\b")
_IMPORT = re.compile(rf"{_FROM.pattern}|[ \t]*+import\b")
_CODE = re.compile(r"[ \t]*+[^\s#]")
_WORD = re.compile(r"[^\W_]")


def is_python(listing: Listing) -> bool:
    """Whether a listing is Python and no session with prompts."""
    return not {"python", "python2"}.isdisjoint(find_names(listing.snippet.language))


def find_unrelated_marks(facts: PageFacts) -> Iterator[Finding]:
    """Blocks of marked lines that have nothing to do with the page's symbol, each at its first line of code; and
    listings that have nothing at all to do with it, at their first mark.
    """
    for listing, words in _find_examples(facts):
        if listing.snippet.marks and is_python(listing):
            yield from place_findings(listing, _find_unrelated(listing.snippet, words, facts))


def find_unmarked_imports(facts: PageFacts) -> Iterator[Finding]:
    """Imports of the page's symbol that are not marked, at the lines that name it."""
    for listing, words in _find_examples(facts):
        lines = listing.snippet.lines
        spelt = {word.line for word in words if any(_is_spelling(target, facts.names) for target in word.targets)}
        unmarked = {line for line in spelt if not lines[line].marked}
        imports = _find_imports([line.text for line in lines]) if unmarked else ()
        message, hint = f"this import of `{facts.symbol}` is not marked", "begin the line with `~~`"
        yield from place_findings(listing, ((line, message, hint) for line in imports if line in unmarked))


def _find_examples(facts: PageFacts) -> Iterator[tuple[Listing, Sequence[Word]]]:
    """The listings of a page about a symbol in a module, each with its words."""
    if facts.symbol is not None and facts.symbol.module:
        yield from zip(facts.page.listings, facts.words, strict=True)


def _find_unrelated(snippet: Snippet, words: Sequence[Word], facts: PageFacts) -> Iterator[tuple[int, str, str]]:
    own = {name.rpartition(".")[2] for name in facts.names}
    packages = {part for name in facts.names for part in name.split(".")[:-1]}
    lines = [line.text for line in snippet.lines]
    said = {word.line for word in words if _is_about(word, facts.names, own)}
    doubtful = [block for block in _find_blocks(snippet) if said.isdisjoint(block)]
    doubtful = [block for block in doubtful if not any(_says(lines[line], own, packages) for line in block)]
    if not doubtful:
        return
    said.update(line for line, text in enumerate(lines) if _says(text, own, packages))
    if not said:
        hint = "show code that uses it, or list the name that it has here in `aliases`"
        yield snippet.marks[0], f"no line of this listing mentions `{facts.symbol}`", hint
        return
    ways = {way for text in lines for way in _find_ways(text, own)}
    said.update(line for line in _find_imports(lines) if _says(lines[line], (), ways))
    ties = Ties(snippet, said)
    for block in doubtful:
        if not ties.reach(block):
            hint = "take the tildes away, and mark the lines that use it"
            yield block[0], f"nothing ties what is marked here to `{facts.symbol}`", hint


def _is_about(word: Word, full: Collection[str], names: Collection[str]) -> bool:
    """Whether a word may stand for the symbol, something below it, or something elsewhere that is called like it."""
    return any(
        target in full or target.rpartition(".")[2] in names or any(target.startswith(f"{name}.") for name in full)
        for target in word.targets
    )


def _is_spelling(target: str, full: Collection[str]) -> bool:
    """Whether a dotted name is one of the symbol's, also by way of a package above or a module below its own."""
    package, _, name = target.rpartition(".")
    for own in full:
        home, _, last = own.rpartition(".")
        if name == last and package and (f"{package}.".startswith(f"{home}.") or f"{home}.".startswith(f"{package}.")):
            return True
    return False


def _find_blocks(snippet: Snippet) -> Iterator[Sequence[int]]:
    """The unbroken blocks of marked lines, as positions among the snippet's lines, from their first line of code on;
    those of comments and brackets alone are left out.
    """
    start = 0
    for run in snippet.runs:
        block: list[int] = []
        for number, line in enumerate((*run, Line("")), start=start):
            if line.marked:
                if block or _CODE.match(line.text):
                    block.append(number)
            elif block:
                if any(_CODE.match(run[at - start].text) and _WORD.search(run[at - start].text) for at in block):
                    yield block
                block = []
        start += len(run)


def _says(text: str, names: Collection[str], packages: Collection[str]) -> bool:
    """Whether a line has one of `names` in it, or a chain of attributes that ends with one of `packages`, from where
    they can be reached; what an import takes something else from does not count, unless it takes everything.
    """
    start = _FROM.match(text)
    if start and text.startswith("*", start.end() + 1):
        return True
    for chain in _CHAIN.finditer(text, start.end() if start else 0):
        parts = _DOT.split(chain[0])
        if parts[-1] in packages or any(part in names for part in parts):
            return True
    return False


def _find_ways(text: str, names: Collection[str]) -> Iterator[str]:
    """The words in front of one of `names` in chains of attributes: `fields` in `fields.EmailField`."""
    for chain in _CHAIN.finditer(text):
        parts = _DOT.split(chain[0])
        if any(part in names for part in parts[1:]):
            yield parts[0]


def _find_imports(lines: Sequence[str]) -> Iterator[int]:
    """The lines of import statements."""
    until = ""  # what a line has that ends one, "" outside of them
    for number, text in enumerate(lines):
        if until or _IMPORT.match(text):
            yield number
            bare = text.partition("#")[0].rstrip()
            if until != ")":
                until = ")" if "(" in bare else "\\" if bare.endswith("\\") else ""
            if until == ")" and ")" in bare:
                until = ""
