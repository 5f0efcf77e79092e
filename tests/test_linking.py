"""Which words of a listing are links, and where they lead.

Listings say themselves what is linked in them: words in angle quotes, and no others. `«g»` leads to what is called so in
some module, `«h|flask.g»` to what has another name than the word.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsite.linking import (
    CodeLink,
    Destination,
    Linked,
    Linker,
    Symbols,
    Word,
    find_roots,
    find_spellings,
    find_words,
)
from callsite.model import Gap, Line, Listing, Page, Place, Problem, Severity, Snippet
from callsite.outline import Outline, find_outline
from callsite.page import parse_page
from tests.strategies import snippets, texts

_QUOTED = re.compile(r"«([^|»]*)(?:\|[^»]*)?»")


def page(header: str, *codes: str, path: str = "", language: str = "python") -> Page:
    """A page with listings; a header of one word is a symbol, and the page's path."""
    if ":" not in header:
        path, header = header, f"title: x\nsymbol: {header}"
    body = "\n".join(f"```{language}\n{code}\n```\n" for code in codes)
    return parse_page(f"{header}\n\n{body}", path or header)[0]


def _paths(names: Mapping[str, Page | Outline]) -> dict[str, str]:
    return {name: owner.at.path for name, owner in names.items()}


class LinkedSite:
    """The links of a few pages, worked out as a build does it; `upstream` are names, each documented at its own."""

    def __init__(
        self,
        pages: Iterable[Page],
        upstream: Collection[str] = (),
        common: Collection[str] = (),
        roots: Collection[str] = (),
    ) -> None:
        self.pages = tuple(pages)
        self.roots = (
            find_roots(page.meta for page in self.pages) | {name.partition(".")[0] for name in upstream} | set(roots)
        )
        self.symbols = Symbols(
            map(find_outline, self.pages),
            {
                page.at.path: find_spellings(page, [find_words(listing, self.roots) for listing in page.listings])
                for page in self.pages
            },
        )
        self.linker = Linker(
            self.symbols,
            {page.at.path: Destination(page.at.path, page.at.path) for page in self.pages},
            {name: Destination(f"https://{name}", name, external=True) for name in upstream},
            common,
        )

    def link(self, own: Page) -> tuple[Linked, ...]:
        outline = find_outline(own)
        return tuple(self.linker.link(find_words(listing, self.roots), outline) for listing in own.listings)


def say(listing: Listing, links: Iterable[CodeLink]) -> str:
    """The code of a listing with its links in angle quotes."""
    lines = [line.text for line in listing.snippet.lines]
    for link in sorted(links, key=lambda link: (link.line, link.start), reverse=True):
        line = lines[link.line]
        word = line[link.start : link.end]
        name = "" if word == link.to.title.rpartition(".")[2] else f"|{link.to.title}"
        lines[link.line] = f"{line[: link.start]}«{word}{name}»{line[link.end :]}"
    return "\n".join(lines)


def check(
    code: str,
    *others: Page,
    own: str = "title: x",
    upstream: Collection[str] = (),
    common: Collection[str] = (),
    roots: Collection[str] = (),
) -> Linked:
    """Hold what is linked on a page against what its listing says of itself."""
    here = page(own, _QUOTED.sub(r"\1", code), path="here")
    site = LinkedSite((here, *others), upstream, common, roots)
    (linked,) = site.link(here)
    (listing,) = here.listings
    assert say(listing, linked.links) == "\n".join(line.removeprefix("~~") for line in code.split("\n"))
    assert list(linked.links) == sorted(linked.links, key=lambda link: (link.line, link.start))
    return linked


G = page("flask.globals.g", "~~from flask import g\n~~g.user = 1")
AFTER = page("title: x\nsymbol: flask.ctx.after\naliases: flask.after, quart.after", path="flask.ctx.after")
FLASK = page("flask")


# What a word stands for.


def test_names_that_have_a_page() -> None:
    linked = check("from flask.globals import «g»\nx = «g».user", G)
    assert list(linked.uses) == ["flask.globals.g"]
    check("import flask.globals as x, flask\nx.«g»(flask.h)", G)
    check("from flask.globals import «g» as «h|flask.globals.g»\n«h|flask.globals.g».g", G)
    check("from flask.globals import h, G\nG, h.g, x.g, self.g, g", G)


def test_a_librarys_own_page_is_no_link_nor_is_its_documentation() -> None:
    linked = check("import flask.globals as x, flask\nx.«g»(flask.h)", G, FLASK, upstream=["flask"])
    assert list(linked.uses) == ["flask.globals.g"]


def test_other_import_paths_of_an_alias() -> None:
    check("from flask import «after»\nimport quart as q\nq.«after»(after=1)", AFTER)
    check("from flask.app import after\nimport flask.quart\nflask.quart.after", AFTER)


def test_a_page_never_links_to_itself() -> None:
    linked = check(
        "from flask.ctx import after\nimport flask\nflask.after(after)",
        own="title: x\nsymbol: flask.ctx.after\naliases: flask.after",
    )
    assert list(linked.uses) == ["here"]
    # Nor to the page that has its symbol already, nor to its documentation elsewhere.
    check("from flask.globals import g\nfrom flask import g as h\nh, g", G, own="title: x\nsymbol: flask.globals.g")
    check(
        "import «flask»\nfrom «flask».globals import g",
        own="title: x\nsymbol: flask.globals.g",
        upstream=["flask", "flask.globals.g"],
    )


def test_a_page_that_is_not_published_does_not_link_to_itself_either() -> None:
    draft = page("title: x\nsymbol: flask.globals.g\naliases: flask.g", "from flask import g, h, views", path="draft")
    site = LinkedSite((page("flask.views"),), upstream=["flask.globals.g", "flask.g", "flask.h"])
    (linked,) = site.link(draft)
    assert [link.to.title for link in linked.links] == ["flask.h", "flask.views"]
    # One without a symbol has nothing to leave out.
    site = LinkedSite((page("None"),), upstream=["flask.h"])
    (linked,) = site.link(page("title: x", "import None_, flask\nflask.h", path="draft"))
    assert [link.to.title for link in linked.links] == ["flask.h"]


def test_a_page_without_a_destination_is_used_but_no_link() -> None:
    here = page("title: x", "from flask.globals import g", path="here")
    symbols = Symbols(map(find_outline, (here, G)), {})
    linked = Linker(symbols, {}, {"flask.globals.g": Destination("https://g", "g", True)}).link(
        find_words(here.listings[0], {"flask"}), find_outline(here)
    )
    assert linked == Linked((), (G.at.path,))


# Spellings that pages teach.


def test_a_marked_line_teaches_a_spelling() -> None:
    check("from flask import «g»\n«g».x", G)
    longer = page(
        "a.b.c.f", "~~import a.b\n~~a.b.f()\nfrom a import f", "from a.b.c.d.e import *\n~~from a.b.c.d import f as z"
    )
    check("import a.b\na.b.«f», a.f\nfrom a.b.c.d import «f»\nfrom a import f", longer)


def test_unmarked_lines_teach_nothing() -> None:
    postgresql = page(
        "sqlalchemy.dialects.postgresql.JSON",
        "from sqlalchemy import JSON\n~~from sqlalchemy.dialects.postgresql import JSON\n~~JSON()",
    )
    check("from sqlalchemy import JSON\nimport sqlalchemy as sa\nsa.JSON, JSON", postgresql)
    check("from sqlalchemy.dialects.postgresql import «JSON»", postgresql)


@pytest.mark.parametrize(
    "line",
    [
        "from a.other import f",
        "from a.bc import f",
        "from other.b import f",
        "from a.b.c import g as f",
        "import f",
        "from .b import f",
        "from b.c import f",
        "from a.b import F",
        "# from a.b import f",
        "from a.b import *\n~~f",
        "a.b.f",
    ],
)
def test_what_a_marked_line_cannot_teach(line: str) -> None:
    teacher = page("a.b.c.f", f"~~{line}")
    site = LinkedSite((teacher,), roots=["other", "b", "f"])
    assert set(site.symbols.names) == ({"a.b.c.f"} if "*" not in line else {"a.b.c.f", "a.b.f"})


def test_a_word_that_may_mean_several_things_teaches_nothing() -> None:
    teacher = page("a.b.f", "try:\n    from a import f\nexcept ImportError:\n    from a.b.c import f\n~~f()")
    assert set(LinkedSite((teacher,)).symbols.names) == {"a.b.f"}


def test_a_spelling_that_two_pages_teach_is_left_out() -> None:
    one, two = page("a.b.f", "~~from a import f"), page("a.c.f", "~~from a import f", "~~from a.c.d import f")
    site = LinkedSite((one, two))
    assert _paths(site.symbols.names) == _paths({"a.b.f": one, "a.c.f": two, "a.c.d.f": two})
    assert site.symbols.problems == ()


def test_what_a_page_says_of_itself_goes_before_what_others_teach() -> None:
    own, teacher = page("a.f"), page("a.b.f", "~~from a import f")
    aliased = page("title: x\nsymbol: z.f\naliases: a.b.c.f", path="z")
    taught = page("a.b.f", "~~from a.b.c import f")
    assert _paths(LinkedSite((teacher, own)).symbols.names) == _paths({"a.f": own, "a.b.f": teacher})
    assert _paths(LinkedSite((taught, aliased)).symbols.names) == _paths(
        {"a.b.f": taught, "z.f": aliased, "a.b.c.f": aliased}
    )


def test_a_librarys_own_page_is_taught_nothing() -> None:
    symbols = LinkedSite((page("flask", "~~from x import flask\n~~import a.flask"),), roots="xa").symbols
    assert not symbols.names
    assert symbols.libraries == {"flask"}


# Names that two pages claim.


def _claims(*pages: Page) -> tuple[Problem, ...]:
    return Symbols(map(find_outline, pages), {}).problems


def test_two_pages_about_one_symbol() -> None:
    first = page("title: a\nsidebartitle: flask.globals g", path="a.md")
    second = page("title: x\nsidebartitle: y\nsymbol: flask.globals.g", path="b.md")
    (problem,) = _claims(first, second)
    assert (problem.code, problem.at, problem.severity) == ("S107", Place("b.md", 3), Severity.WARNING)
    assert "`flask.globals.g`" in problem.message
    assert "a.md:2" in problem.message
    assert _paths(Symbols(map(find_outline, (first, second)), {}).names) == _paths({"flask.globals.g": first})
    assert _paths(Symbols(map(find_outline, (second, first)), {}).names) == _paths({"flask.globals.g": second})
    third = page("title: flask.globals g Python Code Examples\nsidebartitle: the g", path="c.md")
    assert [problem.at for problem in _claims(first, second, third)] == [Place("b.md", 3), Place("c.md", 1)]


def test_two_pages_with_one_alias() -> None:
    alias = page("title: x\nsymbol: a.b\naliases: a.x, a.x, a.b", path="a.md")
    other = page("title: x\nsymbol: a.c\naliases: a.x", path="b.md")
    symbol = page("title: x\nsymbol: a.x", path="c.md")
    assert _claims(alias) == ()
    (problem,) = _claims(alias, other)
    assert (problem.code, problem.at) == ("S107", Place("b.md", 3))
    assert "a.md:2" in problem.message
    # A page about the symbol comes before those that have it as an alias, wherever it stands.
    assert [problem.at for problem in _claims(other, alias, symbol)] == [Place("b.md", 3), *[Place("a.md", 3)] * 2]
    assert Symbols(map(find_outline, (alias, other, symbol)), {}).names["a.x"].at == symbol.at


def test_all_names_of_a_symbol_lead_to_the_first_page_that_claims_it() -> None:
    first = page("title: x\nsymbol: a.b.f", path="first")
    second = page("title: x\nsymbol: a.b.f\naliases: z.f", "~~from a import f", path="second")
    site = LinkedSite((first, second))
    assert _paths(site.symbols.names) == _paths({"a.b.f": first, "z.f": first, "a.f": first})
    assert len(site.symbols.problems) == 1
    assert site.link(second) == (Linked((), (first.at.path,)),)


def test_pages_without_symbols_claim_nothing() -> None:
    assert _claims(page("title: x\naliases: a.b", path="a"), page("title: x\naliases: a.b", path="b")) == ()


# Words that may mean several things.


def test_one_of_several_places_to_import_from() -> None:
    check(
        "try:\n    from flask import «after»\nexcept ImportError:\n    from quart import «after»\n«after»()",
        AFTER,
    )
    check(
        "try:\n    from flask import «after»\nexcept ImportError:\n    from bottle import after\n«after»()",
        AFTER,
    )
    check(
        "try:\n    from flask import «after»\nexcept ImportError:\n    after = None\n«after»()",
        AFTER,
    )


def test_words_with_two_meanings_are_no_links() -> None:
    two = (page("a.x.f"), page("b.y.f"))
    check("try:\n    from a.x import «f»\nexcept ImportError:\n    from b.y import «f»\nf()", *two)
    renamed = "try:\n    from a.x import «f»\nexcept ImportError:\n    from c import g as f\nf()"
    check(renamed, *two)
    check(renamed, *two, roots=["c"])
    check(renamed, upstream=["a.x.f"])
    check(
        "try:\n    from a.x import «f»\nexcept ImportError:\n    from b import «f»\nf()",
        upstream=["a.x.f", "b.f"],
    )


def test_star_imports() -> None:
    check("from flask.globals import *\n«g».x, h, print, __name__", G)
    check("from flask import *\nfrom x import *\n«g»", G)
    check("from a.x import *\nfrom b.y import *\nf", page("a.x.f"), page("b.y.f"))
    check("from flask.globals import *\ng = 1\ng", G)


# Documentation elsewhere.


def test_documentation_of_names_without_pages() -> None:
    code = "import «os»\nfrom «os» import «path», sep\npath.«join»(«os».getcwd(), «path».sep)"
    linked = check(code, upstream=["os", "os.path", "os.path.join"])
    assert linked.uses == ()
    assert {(link.to.href, link.to.external) for link in linked.links} == {
        (f"https://{name}", True) for name in ("os", "os.path", "os.path.join")
    }


@pytest.mark.parametrize(
    ("code", "upstream"),
    [
        ("import «os»\nos.path.«join».x", ["os", "os.path", "os.path.join"]),
        ("import «os»\nos.path.«join».x", ["os", "os.path.join"]),
        ("import «os»\n«os».x.y", ["os", "os.path.join"]),
        ("import os.«path»\nos.«path».x", ["os", "os.path"]),
        ("import «os», «sys»\nf(«os»,«sys»)\n«os»+«sys»\n[«os»:«sys»]", ["os", "sys"]),
        (
            "import «os»\nfrom «os» import «path»\nf(«os»,«path»)\n«os»,«path».x",
            ["os", "os.path"],
        ),
        ("import «os»\n(«os»\n .«path»)\n«os» . «path»", ["os", "os.path"]),
        ("import os.«path» as «p|os.path»\n«p|os.path».x", ["os", "os.path"]),
        ("import os\nos.f().path", ["os.path"]),
        ("import os\nos.path", ["os.path.join"]),
        ("from . import os\nos", ["os"]),
    ],
)
def test_of_a_dotted_name_the_longest_known_part_is_the_link(code: str, upstream: list[str]) -> None:
    check(code, upstream=upstream)


def test_a_page_goes_before_documentation() -> None:
    names = ["flask", "flask.globals.g", "flask.globals", "flask.globals.g.x"]
    check("import flask.«globals»\nflask.globals.«g».y", G, upstream=names)
    linked = check("from «flask» import «globals»\nglobals.«g».«x»", G, upstream=names)
    assert [link.to.external for link in linked.links] == [True, True, False, True]


def test_two_addresses_for_one_word_are_none() -> None:
    site = LinkedSite((), upstream=["a.f", "b.f"])
    code = "try:\n    from a import f\nexcept ImportError:\n    from b import f\nf"
    words = find_words(page("title: x", code).listings[0], site.roots)
    same = Destination("https://one", "f", True)
    own = find_outline(page("title: x", path="x"))
    assert [link.to.title for link in site.linker.link(words, own).links] == ["a.f", "b.f"]
    linker = Linker(site.symbols, {}, {"a.f": same, "b.f": same})
    assert len(linker.link(words, own).links) == 3


# Names too common to link.


def test_common_names_and_what_is_below_them() -> None:
    names = ["os", "os.path", "os.path.join", "osx"]
    check("import os, «osx»\nos, os.x, os.path.join", upstream=names, common=["os"])
    check("import «os»\n«os», os.path.join, os.path", upstream=names, common=["os.path"])
    linked = check("from flask.globals import g\ng", G, common=["flask.globals"])
    assert linked.uses == (G.at.path,)
    check("from flask.globals import «g»", G, common=["flask.glob", "g", "flask.globals.g.x"])
    check("from flask import after\nafter\nfrom quart import «after»", AFTER, common=["flask"])


# Where words stand.


def test_gaps_and_runs() -> None:
    rows = (
        Gap("start"),
        Line("from flask.globals import g"),
        Gap("abbreviated to get to"),
        Gap("another"),
        Line("f(", True),
        Line("    g"),
        Gap("open bracket"),
        Line("g(x)"),
        Gap("end"),
    )
    listing = Listing(Snippet("python", rows))
    words = find_words(listing, {"flask"})
    assert [(word.line, word.start, word.end) for word in words] == [
        (0, 5, 10),
        (0, 11, 18),
        (0, 26, 27),
        (2, 4, 5),
        (3, 0, 1),
    ]
    lines = listing.snippet.lines
    assert [lines[word.line].text[word.start : word.end] for word in words] == ["flask", "globals", "g", "g", "g"]
    assert find_words(Listing(Snippet("python", (Gap("x"), Line("import flask")))), {"flask"})[0].line == 0
    assert find_words(Listing(Snippet("python", ())), {"flask"}) == ()
    assert find_words(Listing(Snippet("python", (Gap("x"),))), {"flask"}) == ()


@pytest.mark.parametrize(
    "code",
    [
        "from flask.globals import «g»\n\tif x:\n\t\treturn «g»",
        "from flask.globals import «g»\nf('é🎉', «g»); ü = «g»",
        "\ufefffrom flask.globals import «g»\n«g»",
        "from flask.globals import «g»\nx = '\u2028' + «g»\f\n«g»",
        "if broken\n  'é' «g»\nfrom flask.globals import «g»",
        ">>> from flask.globals import «g»\n>>> é = «g»",
        "from flask.globals import «g»\n# g\n'g'\n'''\ng\n'''\n«g»",
        "~~from flask.globals import «g»\n~~    «g»",
    ],
)
def test_words_are_where_their_listing_shows_them(code: str) -> None:
    check(code, G)


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_any_line_ends(end: str) -> None:
    text = "title: x\n\n```python\nx = 1\n~~from flask.globals import g\n\n## ... gap here ...\n\ng\n```\n"
    here, _ = parse_page(text.replace("\n", end), "here")
    words = find_words(here.listings[0], {"flask"})
    assert [(word.line, word.start) for word in words] == [(1, 5), (1, 11), (1, 26), (2, 0)]


def test_a_carriage_return_inside_a_line_moves_nothing() -> None:
    listing = Listing(Snippet("python", (Line("x = 1\r\ry"), Line("import flask\r"), Line("flask.g"))))
    words = find_words(listing, {"flask"})
    assert [(word.line, word.start, word.end) for word in words] == [(1, 7, 12), (2, 0, 5), (2, 6, 7)]


@pytest.mark.parametrize(
    ("language", "is_python"),
    [
        *((name, True) for name in ("python", "Python", "py", "python3", "python2", "pycon")),
        *(
            (name, False)
            for name in ("", "text", "javascript", "html+jinja", "cython", "pytb", "rst", "no-such", "bash")
        ),
    ],
)
def test_only_python_has_words(language: str, is_python: bool) -> None:
    listing = Listing(Snippet(language, (Line("import flask"),)))
    assert find_words(listing, {"flask"}) == ((Word(0, 7, 12, ("flask",)),) if is_python else ())


def test_only_words_below_the_roots() -> None:
    listing = page("title: x", "import flask, flaskx\nfrom . import flask as y\nfrom x.flask import g").listings[0]
    assert find_words(listing, {"flask"}) == (Word(0, 7, 12, ("flask",)),)
    assert find_words(listing, ()) == ()


def test_roots() -> None:
    pages = (AFTER, FLASK, page("title: x\naliases: z.y", path="x"), page("a.b.c"))
    assert find_roots(page.meta for page in pages) == {"flask", "quart", "a"}


# Laws.


_NAMES = st.sampled_from(["flask", "flask.g", "flask.ctx.f", "a", "a.b", "a.b.f", "b.f", "c"])
_STATEMENTS = st.sampled_from(
    """
    import flask; import a.b; import a.b as c; from a import b; from a.b import f; from b import f; from c import x as f;
    from flask import *; from a.b import *; flask.g.x; f(a,b); a.b.f; f.x(a.b); c.f; g; if x:; '''; (; def f(g):; x = a.b;
    import a,c; flask.ctx.f; from flask.ctx import (f,g); a .b
    """.replace("\n", " ").split("; ")
)  # fmt: skip


@settings(max_examples=150)
@given(
    st.lists(_STATEMENTS.map(str.strip), max_size=8),
    st.lists(_NAMES, max_size=4, unique=True),
    st.frozensets(_NAMES, max_size=4),
    st.frozensets(_NAMES, max_size=2),
    st.frozensets(st.sampled_from(["a", "b", "c", "flask"])),
)
def test_links_are_words_that_stand_for_what_they_lead_to(
    statements: list[str], paged: list[str], upstream: Collection[str], common: Collection[str], roots: Collection[str]
) -> None:
    here = page("title: x", "\n".join(statements), path="here")
    pages = (here, *map(page, paged))
    site = LinkedSite(pages, upstream, common)
    (linked,) = site.link(here)
    words = {(word.line, word.start, word.end): word for word in find_words(here.listings[0], site.roots)}
    lines = here.listings[0].snippet.lines
    for link in linked.links:
        word = words[link.line, link.start, link.end]
        assert link.to.title in word.targets
        assert link.to.external == (link.to.title not in paged)
        assert not any(f"{link.to.title}.".startswith(f"{name}.") for name in common)
        assert re.fullmatch(r"\w+", lines[link.line].text[link.start : link.end])
    places = [(link.line, link.start) for link in linked.links]
    assert places == sorted(set(places))
    assert len({id(used) for used in linked.uses}) == len(linked.uses)
    # What other libraries a site knows of does not matter.
    assert LinkedSite(pages, upstream, common, roots).link(here) == (linked,)
    # Of two pages' order, nothing here depends either.
    assert LinkedSite(tuple(reversed(pages)), upstream, common).link(here) == (linked,)


@settings(max_examples=100)
@given(
    snippets(languages=st.sampled_from(["python", "pycon"]))
    | texts().map(lambda text: Snippet("python", tuple(map(Line, text.split("\n")))))
)
def test_any_listing_has_words_in_it(snippet: Snippet) -> None:
    words = find_words(Listing(snippet), {"f", "demo", "x", "a"})
    lines = snippet.lines
    assert all(0 <= word.start < word.end <= len(lines[word.line].text) for word in words)
    assert [(word.line, word.start) for word in words] == sorted({(word.line, word.start) for word in words})
