"""Links in code: which words of a listing stand for a symbol that has a page, or that is documented elsewhere.

    pages ──find_words──▶ words of each listing ─┬─▶ Symbols ─┐
                                                 └────────────┴─▶ Linker.link ──▶ Linked, for `highlight` and lists

What a word stands for is told by the listing's own imports (see `names`). A symbol is known by its own name, by the
`aliases` of its page, and by the paths that marked lines of its page spell it with: an author who marks
`from flask import g` on the page of `flask.globals.g` has said that the two are one.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from callsite.model import Line, Listing, Meta, Page, Place, Problem, Severity, Snippet, Symbol
from callsite.names import find_mentions
from callsite.outline import Outline
from callsite.records import dataclass, replace
from callsite.symbol import find_symbol

# What Pygments calls Python, with and without prompts.
_PYTHON = frozenset({"python", "python2", "pycon"})

# In place of a gap: a comment that says that code is left out, as `names` knows them.
_LEFT_OUT = "# ... left out ..."


class Word(NamedTuple):
    """A word of a listing that stands for something imported.

    `line` is its position among the listing's lines, 0 being the first; `start` and `end` are columns in characters,
    `end` excluded; `targets` the dotted names it may stand for. `attribute` says that it is one of the word before it:
    `b` in `a.b`.
    """

    line: int
    start: int
    end: int
    targets: tuple[str, ...]
    attribute: bool = False


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a link leads to: its address, what stands there, and whether that is outside of the site."""

    href: str
    title: str
    external: bool = False


class CodeLink(NamedTuple):
    """A word of a listing, placed as in `Word`, that is a link."""

    line: int
    start: int
    end: int
    to: Destination


@dataclass(frozen=True, slots=True)
class Linked:
    """The links of one listing, by line and column, and the paths of the pages whose symbols it uses, each once and in
    order of appearance; its own page may be among them.
    """

    links: tuple[CodeLink, ...] = ()
    uses: tuple[str, ...] = ()


def find_words(listing: Listing, roots: Collection[str]) -> tuple[Word, ...]:
    """The words of a listing that may stand for something below one of `roots`, in order; only Python has any."""
    if not _is_python(listing.snippet.language):
        return ()
    texts = list_texts(listing.snippet)
    mentions = find_mentions("\n".join(texts), roots=roots)
    if not mentions:
        return ()
    gaps = [number for number, row in enumerate(listing.snippet.rows) if not isinstance(row, Line)]
    words: list[Word] = []
    last = behind = 0  # the line and the column behind the last word
    for line, start, end, targets, _, _ in mentions:
        attribute = behind == start - 1 and last == line and texts[line - 1][behind] == "."
        words.append(Word(line - 1 - (bisect(gaps, line - 1) if gaps else 0), start, end, targets, attribute))
        last, behind = line, end
    return tuple(words)


def _is_python(language: str) -> bool:
    if language in _PYTHON:
        return True
    from callsite.lexing import find_names  # noqa: PLC0415  # with all of Pygments

    return not _PYTHON.isdisjoint(find_names(language))


def list_texts(snippet: Snippet) -> list[str]:
    """The rows of a snippet as Python reads them, gaps being comments."""
    return [row.text.replace("\r", " ") if isinstance(row, Line) else _LEFT_OUT for row in snippet.rows]


class Symbols:
    """The dotted names that have a page, and `libraries` that have one of their own.

    `spellings` are the other names that marked lines of pages call their symbols by, by the page's path. `problems`
    tell of names that two pages claim.
    """

    def __init__(self, pages: Iterable[Outline], spellings: Mapping[str, Collection[str]]) -> None:
        named = [(page, page.symbol) for page in pages if page.symbol is not None]
        self._owners: dict[str, Outline] = {}
        problems: list[Problem] = []
        for page, symbol in named:
            other = self._owners.setdefault(str(symbol), page)
            if other is not page:
                hint = "make one page of the two, or give this one another symbol"
                problems.append(_claimed(_find_symbol_place(page), str(symbol), other, hint))
        for page, symbol in named:
            owner = self._owners[str(symbol)]
            for alias in page.meta.aliases:
                other = self._owners.setdefault(alias, owner)
                if other is not owner:
                    hint = "take the alias out here or there"
                    problems.append(_claimed(page.place("aliases"), alias, other, hint))
        # A library is named everywhere, and its page is a click away from every other: nothing links to it.
        self.libraries = frozenset(name for name in self._owners if "." not in name)
        self._owners = {name: page for name, page in self._owners.items() if "." in name}
        self.problems = tuple(problems)
        for name, symbol in _agree_on_spellings(named, spellings):
            self._owners.setdefault(name, self._owners[str(symbol)])

    @property
    def names(self) -> Mapping[str, Outline]:
        """Every name that is known, with its page."""
        return self._owners

    def find(self, targets: Iterable[str]) -> Outline | None:
        """The page of what a word stands for.

        A word that may stand for several things has one only when all that have a page have the same, and the others
        are called the same.
        """
        names = _agreeing(targets)
        if len(names) == 1:
            return self._owners.get(names[0])
        pages = {id(page): page for name in names if (page := self._owners.get(name))}
        return next(iter(pages.values())) if len(pages) == 1 else None


class Linker:
    """Finds the links of listings.

    `destinations` says where the page of a path leads to; a page that is not there is no destination. `upstream` has
    the documentation of names without pages. `common` are names that are not linked, nor what is below them.
    """

    def __init__(
        self,
        symbols: Symbols,
        destinations: Mapping[str, Destination],
        upstream: Mapping[str, Destination],
        common: Collection[str] = (),
    ) -> None:
        self._symbols = symbols
        self._destinations = destinations
        self._upstream = upstream
        self._common = frozenset(common)

    def link(self, words: Sequence[Word], own: Outline) -> Linked:
        """The links and uses of a listing with these words on the page `own`."""
        if not words:
            return Linked()
        pages = [self._symbols.find(word.targets) for word in words]
        symbol = own.symbol
        names = frozenset() if symbol is None else frozenset((str(symbol), *own.meta.aliases))
        namesake = self._symbols.names.get(str(symbol or ""), own)  # two pages may claim one symbol
        links: list[CodeLink] = []
        is_known = False  # a later part of the dotted name; documentation is linked once, as far as the name is known
        for (line, start, end, targets, attribute), page in zip(reversed(words), reversed(pages), strict=True):
            if page is not None:
                to = self._destinations.get(page.at.path)
                is_known = attribute
            else:
                is_free = not is_known and self._symbols.libraries.isdisjoint(targets)
                to = self._find_upstream(targets) if is_free else None
                is_known = attribute and (is_known or to is not None)
            if to is None or page is own or page is namesake or not names.isdisjoint(targets):
                continue
            if not self._is_common(targets):
                links.append(CodeLink(line, start, end, to))
        uses = dict.fromkeys(page.at.path for page in pages if page is not None)
        return Linked(tuple(reversed(links)), tuple(uses))

    def _find_upstream(self, targets: Iterable[str]) -> Destination | None:
        names = _agreeing(targets) if self._upstream else ()
        found = {to.href: to for name in names if (to := self._upstream.get(name))}
        return next(iter(found.values())) if len(found) == 1 else None

    def _is_common(self, targets: Iterable[str]) -> bool:
        return bool(self._common) and any(
            not self._common.isdisjoint((name, *_find_packages(name))) for name in targets
        )


def find_roots(pages: Iterable[Meta]) -> frozenset[str]:
    """The root packages of all symbols that have pages with these metadata, under their own names or others."""
    roots: set[str] = set()
    for meta in pages:
        symbol = find_symbol(meta)
        if symbol is not None:
            roots.update(name.partition(".")[0] for name in (str(symbol), *meta.aliases))
    return frozenset(roots)


def find_spellings(page: Page, words: Sequence[Sequence[Word]]) -> tuple[str, ...]:
    """The other paths that a page's marked lines spell its symbol with: those that lead through a package around the
    symbol's module, or a module below it, since a package offers what its modules make. `words` are those of each
    listing.
    """
    symbol = find_symbol(page.meta)
    found: dict[str, None] = {}
    for listing, spoken in zip(page.listings, words if symbol else (), strict=False):
        marks = frozenset(listing.snippet.marks if spoken else ())
        for word in spoken:
            if word.line in marks and len(word.targets) == 1 and symbol and _is_spelling(word.targets[0], symbol):
                found[word.targets[0]] = None
    return tuple(found)


def _agree_on_spellings(
    named: Sequence[tuple[Outline, Symbol]], spellings: Mapping[str, Collection[str]]
) -> Iterator[tuple[str, Symbol]]:
    """The names that pages spell symbols with; one that stands for two symbols is none."""
    found: dict[str, set[Symbol]] = {}
    for page, symbol in named:
        for name in spellings.get(page.at.path, ()):
            found.setdefault(name, set()).add(symbol)
    return ((name, symbols.pop()) for name, symbols in found.items() if len(symbols) == 1)


def _is_spelling(target: str, symbol: Symbol) -> bool:
    module, _, name = target.rpartition(".")
    near = f"{module}.".startswith(f"{symbol.module}.") or f"{symbol.module}.".startswith(f"{module}.")
    return name == symbol.name and near and bool(module)


def _agreeing(targets: Iterable[str]) -> tuple[str, ...]:
    """What a word may stand for, if all of that is called the same: imported from one place or else from another."""
    names = tuple(targets)
    return names if len(names) == 1 or len({name.rpartition(".")[2] for name in names}) == 1 else ()


def _find_packages(name: str) -> Iterator[str]:
    """What a dotted name is below of."""
    while name := name.rpartition(".")[0]:
        yield name


def _find_symbol_place(page: Outline) -> Place:
    """Where a page says which symbol it is about."""
    meta = page.meta
    told = "sidebartitle" if find_symbol(replace(meta, title="")) is not None else "title"
    return page.place(told if meta.symbol is None else "symbol")


def _claimed(at: Place, name: str, other: Outline, hint: str) -> Problem:
    message = f"`{name}` has a page already, {_find_symbol_place(other)}, and links go there"
    return Problem(at, "S107", message, hint, Severity.WARNING)
