"""What is wrong with a site as a whole: links, pages that nothing leads to, indexes, the order of pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from callsite.check.arrangement import find_bare_libraries, find_same_places, find_strays
from callsite.check.claims import find_blocked_folders, find_collisions
from callsite.check.facts import PageSummary, SiteFacts
from callsite.check.indexes import find_double_entries, find_missing_entries, find_repeated_entries
from callsite.check.metadata import check_path
from callsite.check.reaching import (
    find_anchors,
    find_content,
    find_dead,
    find_nearly,
    find_orphans,
    find_unused_images,
)
from callsite.check.rule import Rule
from callsite.check.status import find_status, list_written, make_site
from callsite.linking import Symbols
from callsite.model import Page, Place, Problem, Severity
from callsite.outline import find_outline

RULES: tuple[Rule[SiteFacts], ...] = (
    Rule(
        "S102",
        "a link leads nowhere",
        Severity.WARNING,
        find_dead,
        ("content/pages/a.md:4: S102 the link to `/nowhere.html` leads nowhere; mend it, or add what it leads to",),
        """\
**Warning.** The link leads to a page or file of this site that does not exist. Links to
other sites are not looked at here. If the page is still to come, leave the link: without
`--strict`, the build goes on. A check that has not seen what was built takes it that
generated pages are there where it cannot know.
""",
    ),
    Rule(
        "S112",
        "a place on a page that is not there",
        Severity.WARNING,
        find_anchors,
        (
            "content/pages/a.md:4: S112 the link to `/b.html#part` leads to a place that its page does not have;"
            " did you mean `#parts`?",
            "content/pages/a.md:5: S112 the link to `#x` leads to a place that its page does not have;"
            " mend it, or give the heading there that id",
        ),
        """\
**Warning.** The page is there, and nothing on it has the id behind the `#`, so readers
arrive at its top. Ids change with their headings: `## Using g` has the id `using-g`. Case
counts. To keep an id whatever the heading says, write it behind the heading: `{ #using }`.
""",
    ),
    Rule(
        "S113",
        "a page that nothing leads to",
        Severity.NOTE,
        find_orphans,
        (
            "content/pages/a.md:1: S113 only the list of all topics leads to this page; link to it, or give it"
            " `toc: True` or the `sortorder` of a chapter",
        ),
        """\
**Note.** The page is about no library and belongs to no chapter, and no other page links to
it. Readers find it in the list of all topics and by searching, and nowhere else. That is all
right for a page such as an imprint. If it should be found by nobody yet, write
`status: hidden`.
""",
    ),
    Rule(
        "S114",
        "a link in the wrong case",
        Severity.WARNING,
        find_nearly,
        (
            "content/pages/a.md:4: S114 the link to `/Flask.html` differs only in case from `flask.html`, so most hosts"
            " do not find it; write it as the file is called",
        ),
        """\
**Warning.** There is such a file, with other capital letters. On your own machine the link
may well work: Windows and macOS take both names for one. Most hosts do not.
""",
    ),
    Rule(
        "S115",
        "a library that nothing is said of",
        Severity.NOTE,
        find_bare_libraries,
        (
            "content/examples/a/b.md:1: S115 `flask` has 3 example pages and no page of its own; write one, with"
            " `symbol: flask` and a description behind `meta:`",
            "content/pages/a.md:1: S115 the page of `flask` has no description; add a line `meta: …`",
        ),
        """\
**Note.** Lists of libraries show a sentence about each, and so do search engines and
previews of links. It is the `meta` of the library's own page: the page whose symbol is the
library itself, or the one whose `sortorder` goes on with `000` behind the library's five
digits. Without such a page, the list of its examples is made, and nothing is said there.
""",
    ),
    Rule(
        "S116",
        "an image that no page shows",
        Severity.NOTE,
        find_unused_images,
        (
            "content/images/a.png: S116 no page shows this image; take it away, or leave it if the theme or another"
            " site shows it",
        ),
        """\
**Note.** The image is copied to the output, and no page shows it, links to it or names it in
its metadata. Perhaps the page that did is gone. Stylesheets and templates of your own are not
looked at; icons that browsers ask for by their names are left alone.
""",
    ),
    Rule(
        "S117",
        "an index lists a page more than once",
        Severity.WARNING,
        find_double_entries,
        (
            "content/pages/a.md:9: S117 this index of `flask` lists `/flask-g-examples.html` twice, on lines 4 and 9;"
            " keep one of them",
            "content/pages/a.md:9: S117 `/flask-g-examples.html` is listed below `FlaskBB` already, on line 4; keep one of"
            " them",
        ),
        """\
**Warning.** A page counts as an index of a library when its links lead to three or more of
its example pages, and to most of them: to half of them when it is the library's own page,
to three quarters when it is another. This one has two links to the same page. Links that do
not work count too when they are spelt like the addresses of the library's pages. If the index
has its pages under several headings on purpose, write `check: ignore=S117` and why into its
metadata. Callsite keeps such lists by itself: the library's page shows all of its examples.
""",
    ),
    Rule(
        "S118",
        "an index leaves a page out",
        Severity.WARNING,
        find_missing_entries,
        (
            "content/pages/a.md:9: S118 this index of `flask` leaves out `flask.globals.g`; link to"
            " `/flask-g-examples.html`",
            "content/pages/a.md:9: S118 `/flask-g-examples.html` shows code of FlaskBB and is not listed below its heading;"
            " link to `/flask-g-examples.html`",
        ),
        """\
**Warning.** A page that lists most of a library's example pages (see
[S117](#s117)) does not list this one. The line is that of the entry it would follow. Add the
link, or take the list out: the library's page shows all of its examples by itself. A page with a
heading for each project lists, below each, the pages that show that project's code.
""",
    ),
    Rule(
        "S121",
        "an index lists a page below several projects",
        Severity.NOTE,
        find_repeated_entries,
        (
            "content/pages/a.md:9: S121 `/flask-g-examples.html` is listed below 2 headings: CTFd, FlaskBB; see that each"
            " of these projects is shown there",
        ),
        """\
**Note.** On a list of projects with the pages that show their code, this page stands below several headings.
That is right when it has an example of each. It is worth a look when one of them was copied from
the other.
""",
    ),
    Rule(
        "S119",
        "two pages in one place",
        Severity.WARNING,
        find_same_places,
        (
            "content/pages/a.md:4: S119 the `sortorder` 500021011 is that of content/pages/b.md:4 too; give one of the"
            " two another number",
        ),
        """\
**Warning.** Two pages of the same library, or two that are about none, have the same
`sortorder`, so chance decides which comes first. Often a page was copied and its number
stayed. Pages in several languages may share a number.
""",
    ),
    Rule(
        "S120",
        "a page among those of another library",
        Severity.WARNING,
        find_strays,
        (
            "content/pages/a.md:4: S120 its `sortorder` is among those of `django`, and it is about `flask`; let it"
            " begin with 50002, as those of `flask` do",
        ),
        """\
**Warning.** The first five digits of a `sortorder` stand for a library. Those of this page
are the digits of another library's pages, and most pages of its own library have others. It
was copied, most likely, or its symbol is not the one that is meant.
""",
    ),
)


def find_site_problems(
    facts: SiteFacts, taken: Mapping[str, str], lists: Mapping[str, str], language: str = "en"
) -> Iterator[Problem]:
    """What a build says of a site before it writes it: names and places that are taken, two pages for one symbol, pages
    that no library lists.

    `taken` are the files whose place no page can take, each with what it is; `lists` are the generated lists by their
    paths, each with its title. `language` is the site's own.
    """
    slugs = list(_find_slug_clashes(facts))
    yield from slugs
    settled = {problem.at for problem in slugs}
    yield from (problem for problem in _find_path_clashes(facts, taken, lists) if problem.at not in settled)
    yield from Symbols(map(find_outline, _find_speakers(facts, language)), {}).problems
    for page in make_site(facts).unread:
        yield Problem(
            page.place("sortorder"),
            "S108",
            "its `sortorder` is that of a callable, but no symbol can be read off it, so no library lists it",
            "add a line `symbol: …`",
            Severity.WARNING,
        )


def _find_slug_clashes(facts: SiteFacts) -> Iterator[Problem]:
    slugs: list[tuple[str, Place]] = []
    for each in list_written(facts):
        meta = each.page.meta
        if meta.slug and not meta.other("save_as"):
            language = meta.other("lang")
            slugs.append((f"{meta.slug} ({language})" if language else meta.slug, each.page.place("slug")))
    return find_collisions(slugs, "slug", "give one of the two another slug")


def _find_path_clashes(facts: SiteFacts, taken: Mapping[str, str], lists: Mapping[str, str]) -> Iterator[Problem]:
    claims = [
        (path, each.page.place("slug"), each.page)
        for each in list_written(facts)
        if (path := facts.paths.get(each.source))
    ]
    hint = "choose another slug"
    for path, place, page in claims:
        if path in lists:
            message = f"this page takes the place of the list `{lists[path]}`, which is left out"
            yield Problem(place, "S110", message, "choose another slug to have both", Severity.WARNING)
        # A page without any metadata has other problems.
        if page.meta.title and not (page.meta.slug or page.meta.other("save_as")):
            yield from check_path(path, place)
    named = [(path, place) for path, place, _ in claims]
    places = {path for path, _ in named}
    made = {path: f"the list `{title}`" for path, title in lists.items() if path not in places}
    yield from find_collisions(named, "output file", hint, {**made, **taken})
    yield from find_blocked_folders(named, hint, {**made, **taken})
    statics = [(facts.host.sources[path], Place(find_content(facts) + path)) for path in facts.statics]
    pages = {path: page.at.path for path, _, page in claims}
    hint = "rename the file, or give the page another slug"
    yield from find_collisions(statics, "output file", hint, pages)
    yield from find_blocked_folders(statics, hint, pages)


def _find_speakers(facts: SiteFacts, language: str) -> list[Page]:
    """The pages that names in code can lead to; of several translations the one in the site's own language."""
    by_slug: dict[str, list[PageSummary]] = {}
    for each in list_written(facts):
        if find_status(each.page) == "published" and each.source not in facts.host.articles:
            by_slug.setdefault(each.page.meta.slug or each.source, []).append(each)
    chosen = (
        min(those, key=lambda each: each.page.meta.other("lang") not in ("", language)) for those in by_slug.values()
    )
    return [each.page for each in sorted(chosen, key=lambda each: each.source)]
