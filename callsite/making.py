"""Pages in the making: what can be worked out page by page, side by side, and kept for the next build.

    Source ──examine──▶ Examined            from its own text alone: metadata, words in code, prose, problems
    Source, Linked ──draw──▶ HTML           its body, with the links in its listings

What a page needs of others is known between the two: the roots of all libraries before the first, the links before the
second. Nothing but small facts stays in memory; a page's code is read again when it is drawn.
"""

from __future__ import annotations

import contextlib
import pickle
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial

from callsite.build import Loaded, Loader, place_of, read_again, read_file
from callsite.cache import Cache, find_key
from callsite.check.facts import PageFacts
from callsite.check.ignoring import Ignore, parse_ignores
from callsite.check.policy import Policy
from callsite.check.rule import apply_rules
from callsite.check.stopping import ERROR_RULES
from callsite.file_links import may_name_files
from callsite.forking import work_side_by_side
from callsite.linking import CodeLink, Word, find_spellings, find_words
from callsite.model import Meta, Page, Problem, Prose
from callsite.outline import Outline, find_outline
from callsite.prose import Converted, Heading
from callsite.records import dataclass, replace
from callsite.render import Link, Renderer, place_listings, render_listings

# A process takes so many pages at a time; fewer than these are done at once without another one.
PORTION = 4


@dataclass(frozen=True, slots=True)
class Source:
    """A file of content as it was when the build began: the path that its reader asks for, and what is in it.

    `required` are the metadata keys that it has to have itself. `trouble` says why it could not be read.
    """

    path: str
    data: bytes
    required: tuple[str, ...] = ("title",)
    trouble: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Examined:
    """What is known of a page from its own text.

    `key` tells its text and all that this is found with from all others. `seen` is a digest of what other pages can
    show of it. `gist` is what its readers look for in its HTML, with `headings` and `links`. `spellings` are the names
    that its marked lines call its symbol by, `spoken` is a digest of the words in its code, and `ignored` has the codes
    that it does not want to hear of. `names_files` says that its prose may name files of the content.
    """

    key: bytes
    seen: bytes
    outline: Outline
    gist: str
    headings: tuple[Heading, ...]
    links: tuple[Link, ...]
    spellings: tuple[str, ...]
    spoken: bytes
    problems: tuple[Problem, ...]
    ignored: frozenset[str]
    names_files: bool


class Maker:
    """Makes the pages of a site.

    `environment` tells apart what pages are made with besides their text: settings and versions. `roots` are the
    packages whose names are looked for in code, and `find_gist` gives what readers look for in HTML.
    """

    def __init__(
        self,
        loader: Loader,
        renderer: Renderer,
        policy: Policy,
        cache: Cache,
        environment: str,
        roots: Collection[str],
        find_gist: Callable[[str], str],
    ) -> None:
        self._loader = loader
        self._renderer = renderer
        self._policy = policy
        self._cache = cache
        self._roots = roots
        self._find_gist = find_gist
        self._last: tuple[Source, Page] | None = None
        self._shared = "\0".join((environment, *sorted(roots)))

    def examine_all(
        self, sources: Sequence[Source], processes: int, meanwhile: Callable[[], None] | None = None
    ) -> Iterator[Examined]:
        """What is known of each page. While other processes find it out, this one can do something else first."""
        keys = [self._find_key(each) for each in sources]
        items = list(zip(sources, keys, strict=True))
        missing = [item for item in items if not self._cache.has(item[1])]
        prepare = partial(self._prepare, [source for source, _ in missing[:PORTION]], meanwhile)
        made = work_side_by_side(self._examine, missing, processes, PORTION, prepare)
        waited = {key for _, key in missing}
        for item in items:
            key = item[1]
            data = self._cache.find(key) if key not in waited else None
            if data is None:
                data, words, prose = next(made) if key in waited else self._examine(item)  # damaged
                self._cache.keep(key, data)
                self._cache.keep(_name_words(key), words)
                self._cache.keep(_name_prose(key), prose)
            else:  # they may be asked for by copies alone, or not at all in this build
                self._cache.hold(_name_words(key))
                self._cache.hold(_name_prose(key))
            yield pickle.loads(data)  # noqa: S301  # our own

    def find_words(self, source: Source, examined: Examined) -> tuple[tuple[Word, ...], ...]:
        """The words of each listing of a page that may stand for something with a page of its own."""
        data = self._cache.find(_name_words(examined.key))
        return pickle.loads(data) if data else self._find_words(self.load(source))  # noqa: S301  # our own

    def draw(self, source: Source, examined: Examined, links: Sequence[Iterable[CodeLink]]) -> str:
        """The HTML of a page's body, each of its listings with its own of `links`."""
        page = self.load(source)
        data = self._cache.find(_name_prose(examined.key))
        prose: Converted = pickle.loads(data) if data else self._renderer.render_prose(page).converted  # noqa: S301  # our own
        return prose.fill([listing.html for listing in render_listings(page, links)])

    def load(self, source: Source) -> Page:
        """The page of a file. The one that was loaded last is kept: its HTML and its twins are made in turn."""
        if self._last is None or self._last[0] != source:
            self._last = source, read_again(source.path, source.data)
        return self._last[1]

    def _prepare(self, sources: Iterable[Source], meanwhile: Callable[[], None] | None) -> None:
        """Do what is to be done once, before copies of this process draw pages: lexers work out their tables."""
        if meanwhile is not None:
            meanwhile()
        for source in sources:
            with contextlib.suppress(Exception):  # what is wrong with a page is told when it is drawn
                render_listings(self.load(source))

    def _find_key(self, source: Source) -> bytes:
        trouble = map(str, source.trouble)  # what cannot be read has no data, as an empty file has none
        return find_key(self._shared, place_of(source.path).path, *source.required, "", *trouble, source.data)

    def _examine(self, item: tuple[Source, bytes]) -> tuple[bytes, bytes, bytes]:
        """The records of a page: what is known of it, its words and its prose."""
        source, key = item
        loaded = self._load(source)
        page = loaded.page
        ignores, malformed = _parse_ignores(page)
        prose = self._renderer.render_prose(page)
        html = prose.converted.fill(place_listings(len(page.listings)))
        facts = PageFacts(page, loaded.text, html, prose.headings, self._policy)
        broken = apply_rules(ERROR_RULES, facts)
        words = self._find_words(page)
        outline, spellings = find_outline(page), find_spellings(page, words)
        examined = Examined(
            key,
            find_key(_dump((outline, spellings))),
            outline,
            self._find_gist(prose.converted.fill([""] * len(page.listings))),
            prose.headings,
            prose.links,
            spellings,
            find_key(repr(words)),
            (*loaded.problems, *malformed, *prose.problems, *broken),
            frozenset(ignore.code for ignore in ignores),
            any(may_name_files(block.text) for block in page.blocks if isinstance(block, Prose)),
        )
        text = replace(prose.converted, headings=())  # those are known
        return _dump(examined), _dump(words), _dump(text)

    def _load(self, source: Source) -> Loaded:
        if source.trouble:
            return Loaded(Page(Meta(), (), place_of(source.path)), source.trouble)
        return self._loader.read_page(source.path, source.data, source.required)

    def _find_words(self, page: Page) -> tuple[tuple[Word, ...], ...]:
        return tuple(find_words(listing, self._roots) for listing in page.listings)


def _parse_ignores(page: Page) -> tuple[tuple[Ignore, ...], tuple[Problem, ...]]:
    if not page.meta.check:
        return (), ()
    from callsite.check.catalogue import CODES  # noqa: PLC0415  # all rules there are, and few pages name one

    return parse_ignores(page, CODES)


def _dump(value: object) -> bytes:
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def _name_words(key: bytes) -> bytes:
    return find_key(key, "words")


def _name_prose(key: bytes) -> bytes:
    return find_key(key, "prose")


def read_source(path: str, required: tuple[str, ...] = ("title",)) -> Source:
    """Read a file of content. One that cannot be read has nothing in it, and says why."""
    data, trouble = read_file(path)
    return Source(path, data, required, trouble)
