"""What rules are told: of one page, and of a site as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from callsite.check.hosting import Host
from callsite.check.ignoring import Ignore
from callsite.check.policy import USUAL, Policy
from callsite.linking import Word, find_words
from callsite.model import Page, Problem, Symbol
from callsite.prose import Heading
from callsite.records import dataclass
from callsite.render import Link, find_links, find_problems, parse_prose, place_listings
from callsite.snippet import split_rows
from callsite.symbol import find_symbol

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

    from callsite.prose.converting import ProseConverter


class PageFacts:
    r"""What the rules for one page are told; what takes time is worked out when a rule asks for it.

    `text` is the page's own, with line ends as `\n`, and `html` its prose as HTML, whatever stands in the place of
    listings there. `headings` are those that Markdown wrote. `originals` are the texts of the files that listings were
    taken from, by the number of the listing (0 being the first), as far as they are at hand. `problems` are what rendering
    has told.
    """

    def __init__(
        self,
        page: Page,
        text: str,
        html: str,
        headings: tuple[Heading, ...],
        policy: Policy = USUAL,
        originals: Mapping[int, str] | None = None,
        problems: tuple[Problem, ...] = (),
    ) -> None:
        self.problems = problems
        self.page = page
        self.text = text
        self.html = html
        self.headings = headings
        self.policy = policy
        self.originals = originals or {}
        self.symbol: Symbol | None = find_symbol(page.meta)

    @property
    def names(self) -> frozenset[str]:
        """The dotted names of the page's symbol: its own and its aliases."""
        return frozenset() if self.symbol is None else frozenset((str(self.symbol), *self.page.meta.aliases))

    @cached_property
    def rows(self) -> tuple[str, ...]:
        """The lines of the file without their ends, `rows[0]` being line 1."""
        return tuple(split_rows(self.text))

    @cached_property
    def tree(self) -> LexborHTMLParser:
        """The prose as HTML, its listings empty: `<figure class="listing" id="listing-1"></figure>`."""
        return parse_prose(self.html)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """All addresses in the prose, those of images included."""
        return tuple(find_links(self.tree, self.page))

    @cached_property
    def words(self) -> tuple[tuple[Word, ...], ...]:
        """For each listing the words of its code that stand for something in the library of the page's symbol, or in
        that of one of its aliases; without a symbol there are none.
        """
        roots = frozenset(name.partition(".")[0] for name in self.names)
        return tuple(find_words(listing, roots) if roots else () for listing in self.page.listings)


@dataclass(frozen=True, slots=True)
class PageSummary:
    """What remains known of a page when it has been checked, for the rules about sites.

    `page` is without its blocks. `source` is its path below the content. `anchors` are the ids in its body. `marks`
    holds for each listing its lines of code that are marked, as they are (without notation), in order, and `lines` how
    many lines of code each listing has. `problems` are what was found in the page, `ignores` what it does not want to be
    told, `projects` those that its code is from, and `headings` its headings, each with its line.
    One that is not `is_whole` was read as far as its metadata.
    """

    page: Page
    source: str
    links: tuple[Link, ...]
    anchors: frozenset[str]
    marks: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    problems: tuple[Problem, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    projects: tuple[str, ...] = ()
    headings: tuple[tuple[int, str], ...] = ()
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What the rules for a site are told.

    `summaries` are all its pages and articles by source. `paths` has by page source the path of its output file, as far
    as it can be told without Pelican; `host` is what links lead to. `statics` are the other files of the content, as
    paths below it, and `redirects` the places that declare redirects.
    """

    summaries: tuple[PageSummary, ...]
    paths: Mapping[str, str]
    host: Host
    statics: tuple[str, ...]
    policy: Policy


def gather_facts(
    page: Page, text: str, prose: ProseConverter, policy: Policy = USUAL, originals: Mapping[int, str] | None = None
) -> PageFacts:
    """Work out what rules need to know of a page that was read from `text`, without rendering its listings."""
    converted = prose.convert(page)
    html = converted.fill(place_listings(len(page.listings)))
    headings = tuple(heading for heading, _ in converted.headings)
    told = tuple(find_problems(page, converted))
    return PageFacts(page, text, html, headings, policy, originals, told)
