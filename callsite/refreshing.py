"""Recorded sources looked up again: what has become of the listings of a page in the releases there are now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from packaging.version import InvalidVersion, Version

from callsite.content import PageFile
from callsite.harvest.cutting import DEFAULT, Style
from callsite.harvest.drafting import identify
from callsite.harvest.licences import find_refusal
from callsite.harvest.modules import Module, find_modules
from callsite.harvest.ranking import find_terms
from callsite.harvest.refreshing import Change, State, find_change
from callsite.harvest.release import Source
from callsite.harvest.targets import Library
from callsite.harvest.wanted import Wanted, find_wanted, pick_uses
from callsite.model import Listing, Origin, Symbol
from callsite.names import Use, find_names
from callsite.page import replace_listing
from callsite.records import dataclass, replace
from callsite.symbol import find_symbol
from callsite.text import decode_python

# A file that is not in its place any more is looked for among so many of the same name.
_MOST_NAMESAKES = 20


@dataclass(frozen=True, slots=True)
class Refreshed:
    """One listing that says where it is from, the number it has on its page (0 is the first), what became of it, and
    the version of its project that says so.
    """

    number: int
    listing: Listing
    change: Change
    version: str


class Tree:
    """A source whose files are looked up by their paths."""

    def __init__(self, source: Source) -> None:
        self.source = source

    @cached_property
    def modules(self) -> Mapping[str, Module]:
        """All files, by path."""
        return {module.file.path: module for module in find_modules(self.source)}

    def load_texts(self, path: str) -> dict[str, str]:
        """The file at a path, or those of the same name when there is none; what cannot be decoded is not there."""
        name = path.rpartition("/")[2]
        near = [other for other in self.modules if other.rpartition("/")[2] == name]
        paths = [path] if path in self.modules else near[:_MOST_NAMESAKES]
        texts = {}
        for one in paths:
            try:
                texts[one] = decode_python(self.modules[one].file.data)
            except ValueError:
                continue
        return texts

    def find_uses(self, texts: Mapping[str, str], wanted: Wanted) -> dict[str, tuple[Use, ...]]:
        """The uses of a symbol in each text."""
        found = {}
        for path, text in texts.items():
            module = self.modules[path]
            found[path] = pick_uses(find_names(text, module.name, module.is_package).uses, wanted)
        return found


def refresh_page(
    file: PageFile,
    find_tree: Callable[[Origin], Tree | None],
    find_library: Callable[[str], Library | None],
    allowed: tuple[str, ...] = (),
    style: Style = DEFAULT,
) -> Iterator[Refreshed]:
    """What became of each listing of a page that says which project and which file it is from.

    `find_tree` gives the project's files as they are now, None when they are not at hand; `find_library` gives
    a library by the name it is imported by. `allowed` are licences beyond the permissive ones, see `find_refusal`.
    """
    symbol = find_symbol(file.page.meta)
    wanted = None
    for number, listing in enumerate(file.page.listings):
        origin = listing.origin
        if not (origin.project and origin.path):
            continue
        tree = find_tree(origin) if symbol and origin.path.endswith(".py") else None
        if symbol is None or tree is None:
            yield Refreshed(number, listing, Change(State.UNKNOWN, _find_obstacle(origin, symbol), listing), "")
            continue
        release = tree.source.release
        if find_age(release.version) < find_age(origin.version):
            reason = f"the newest release at hand is {release.version}, and older than {origin.version}"
            yield Refreshed(number, listing, Change(State.UNKNOWN, reason, listing), "")
            continue
        wanted = wanted or find_wanted(symbol, find_library(symbol.library), file.page.meta.aliases)
        texts = tree.load_texts(origin.path)
        if not texts and origin.path in tree.modules:
            change = Change(State.UNKNOWN, "the file is no text that Python reads any more", listing)
            yield Refreshed(number, listing, change, tree.source.release.version)
            continue
        uses = tree.find_uses(texts, wanted)
        change = find_change(listing, release, texts, uses, symbol.name, style)
        if change.listing is not listing:
            file_now = tree.modules[change.listing.origin.path].file
            licence = find_terms(release, file_now.path, file_now.data)
            refusal = find_refusal(licence, allowed)
            fresh = replace(change.listing, origin=identify(change.listing.origin, file_now.data))
            change = Change(State.REFUSED, refusal, listing) if refusal else replace(change, listing=fresh)
        yield Refreshed(number, listing, change, release.version)


def find_age(version: str) -> tuple[bool, Version]:
    """What puts versions in order, the newest last; what is no version comes before all that are."""
    try:
        return True, Version(version)
    except InvalidVersion:
        return False, Version("0")


def _find_obstacle(origin: Origin, symbol: Symbol | None) -> str:
    """Why a listing cannot be looked up."""
    if symbol is None:
        return "the page does not say what it is about; add symbol: to its head"
    if not origin.path.endswith(".py"):
        return "only Python files are looked up"
    return f"{origin.project} is none of the sources; name one with --from"


def apply_changes(text: str, refreshed: tuple[Refreshed, ...]) -> str:
    """A page's text with the listings in it that moved or changed; all else stays, byte for byte."""
    for one in refreshed:
        if one.change.state in (State.MOVED, State.CHANGED):
            text = replace_listing(text, one.number, one.change.listing)
    return text
