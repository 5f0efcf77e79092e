"""How pages are arranged: libraries with a page of their own, and places that fit."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from callsite.check.facts import SiteFacts
from callsite.check.rule import Finding
from callsite.check.status import make_site
from callsite.model import Page, Place
from callsite.wording import count

# The digits of a `sortorder` that stand for a library.
_LIBRARY = 5


def find_bare_libraries(facts: SiteFacts) -> Iterator[Finding]:
    """Libraries whose own page is not there or has no description (S115)."""
    for library in make_site(facts).libraries:
        home = library.home
        if home is None:
            message = f"`{library.name}` has {count(len(library.pages), 'example page')} and no page of its own"
            hint = f"write one, with `symbol: {library.name}` and a description behind `meta:`"
            yield Finding(Place(library.pages[0].at.path, 1), message, hint)
        elif not home.meta.description:
            yield Finding(
                home.place("meta"), f"the page of `{library.name}` has no description", "add a line `meta: …`"
            )


def find_same_places(facts: SiteFacts) -> Iterator[Finding]:
    """Pages of one library, or of none, with the same place (S119)."""
    site = make_site(facts)
    owners = {
        page.at.path: library.name for library in site.libraries for page in (library.home, *library.pages) if page
    }
    first: dict[tuple[str, str, str], Page] = {}
    for page in site.pages:
        key = (owners.get(page.at.path, ""), page.meta.other("lang"), page.meta.sortorder)
        other = first.setdefault(key, page) if page.meta.sortorder else page
        if other is not page:
            message = f"the `sortorder` {page.meta.sortorder} is that of {other.place('sortorder')} too"
            yield Finding(page.place("sortorder"), message, "give one of the two another number")


def find_strays(facts: SiteFacts) -> Iterator[Finding]:
    """Pages whose place is among those of another library, while most of their own library's are elsewhere (S120)."""
    libraries = make_site(facts).libraries
    placed: dict[str, Counter[str]] = defaultdict(Counter)  # pages of each library by digits
    used: dict[str, Counter[str]] = defaultdict(Counter)  # the same the other way round
    for library in libraries:
        for page in library.pages:
            if len(page.meta.sortorder) > _LIBRARY:
                digits = page.meta.sortorder[:_LIBRARY]
                placed[library.name][digits] += 1
                used[digits][library.name] += 1
    for library in libraries:
        for page in library.pages:
            digits = page.meta.sortorder[:_LIBRARY]
            if len(page.meta.sortorder) <= _LIBRARY:
                continue
            own, most_own = placed[library.name].most_common(1)[0]
            owner, most = used[digits].most_common(1)[0]
            mine = placed[library.name][digits]
            if own != digits and owner != library.name and most > mine and most_own > mine:
                message = f"its `sortorder` is among those of `{owner}`, and it is about `{library.name}`"
                yield Finding(
                    page.place("sortorder"), message, f"let it begin with {own}, as those of `{library.name}` do"
                )
