"""Links over all the pages people wrote: those in code against what a person would link, siblings, reach, no dead ends.

Everything is read from the built HTML, and what it ought to be is worked out here, apart from the code under test.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from callsite.model import Page, Symbol
from callsite.page import parse_page
from callsite.symbol import find_symbol
from tests.building import Built, list_real_pages
from tests.links_by_hand import ANY, MISSED, NAMED, Judged, Link, Trap

pytestmark = pytest.mark.untraced

JUDGED = (*ANY, *NAMED)


# What the pages say before anything is built.


@pytest.fixture(scope="module")
def pages(shared: Path) -> dict[str, Page]:
    """The pages people wrote, by the name of their file."""
    return {file.name: parse_page(file.read_text(encoding="utf-8"))[0] for file in list_real_pages(shared)}


@pytest.fixture(scope="module")
def symbols(pages: dict[str, Page]) -> dict[str, Symbol]:
    """The symbol of each of these pages that has one."""
    found = {name: find_symbol(page.meta) for name, page in pages.items()}
    return {name: symbol for name, symbol in found.items() if symbol}


def _code(pages: Mapping[str, Page], name: str, number: int) -> list[str]:
    return pages[name].listings[number - 1].snippet.code.split("\n")


def _count_words(line: str, word: str) -> int:
    return len(re.findall(rf"\b{re.escape(word)}\b", line))


def _names_another(code: str, own: Symbol, symbols: Iterable[Symbol]) -> bool:
    """Whether code that imports from a library has the last name of another page's symbol of that library as a word."""
    roots = set(re.findall(r"^[ \t]*(?:from|import)[ \t]+(\w+)", code, re.MULTILINE))
    return any(symbol != own and symbol.library in roots and _count_words(code, symbol.name) > 0 for symbol in symbols)


def test_the_forty_listings_were_picked_by_chance(pages: dict[str, Page], symbols: dict[str, Symbol]) -> None:
    listings = [
        (name, number)
        for name in sorted(symbols)
        for number, listing in enumerate(pages[name].listings, start=1)
        if listing.snippet.language == "python"
    ]
    first = sorted(random.Random(20).sample(listings, 20))
    assert [(judged.page, judged.number) for judged in ANY] == first
    telling = [
        (name, number)
        for name, number in listings
        if (name, number) not in first
        and _names_another("\n".join(_code(pages, name, number)), symbols[name], symbols.values())
    ]
    assert [(judged.page, judged.number) for judged in NAMED] == sorted(random.Random(21).sample(telling, 20))


def test_every_judged_word_stands_where_the_table_says(pages: dict[str, Page], symbols: dict[str, Symbol]) -> None:
    dotted = {str(symbol): name for name, symbol in symbols.items()}
    for judged in JUDGED:
        code = _code(pages, judged.page, judged.number)
        words: tuple[Link | Trap, ...] = (*judged.links, *judged.traps)
        for word in words:
            for line in word.lines:
                assert _count_words(code[line - 1], word.word), (judged.page, judged.number, line, word.word)
        for link in judged.links:
            assert dotted[link.symbol] != judged.page
            assert all(_count_words(code[line - 1], link.word) == 1 for line in link.lines)
        assert not _expected(judged) & _traps(judged).keys()


def test_no_word_that_ends_a_symbol_is_left_without_a_verdict(
    pages: dict[str, Page], symbols: dict[str, Symbol]
) -> None:
    names = {symbol.name for symbol in symbols.values()}
    for judged in JUDGED:
        told = _expected(judged) | _traps(judged).keys()
        for number, line in enumerate(_code(pages, judged.page, judged.number), start=1):
            for name in names:
                verdict = (number, name) in told
                assert verdict or not _count_words(line, name), (judged.page, judged.number, number, name)


def _expected(judged: Judged) -> set[tuple[int, str]]:
    return {(line, link.word) for link in judged.links for line in link.lines}


def _traps(judged: Judged) -> dict[tuple[int, str], str]:
    return {(line, trap.word): trap.why for trap in judged.traps for line in trap.lines}


# What a build makes of them.


@dataclass(frozen=True, slots=True)
class SeenLink:
    """A link in a listing's code that stays on the site. `around` is what stands right before and behind its word."""

    number: int
    line: int
    word: str
    symbol: str
    target: str
    around: str


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """What a built file says of links: its anchors, all links of it, those that no author wrote, and if it is a redirect.

    Links are as the HTML has them.
    """

    anchors: frozenset[str]
    links: tuple[str, ...]
    computed: tuple[str, ...]
    redirect: bool


@pytest.fixture(scope="module")
def files(real: Built) -> dict[str, HtmlPage]:
    """Every HTML file of that site."""
    return read_files(real.output)


def find_code_links(html: str) -> Iterator[SeenLink]:
    """The links in the listings of a built page, those to other sites left out."""
    for number, figure in enumerate(LexborHTMLParser(html).css("figure.listing"), start=1):
        for line, element in enumerate(_lines(figure), start=1):
            text = ""
            starts = []
            for node in element.traverse(include_text=True):
                if node.tag == "-text":
                    text += node.text()
                elif node.tag == "a" and "xref" in (node.attributes.get("class") or "").split():
                    starts.append((len(text), node))
            for start, node in starts:
                word = node.text()
                end = start + len(word)
                target = node.attributes.get("href") or ""
                if "external" not in (node.attributes.get("rel") or "").split():
                    title = node.attributes.get("title") or ""
                    around = text[max(start - 1, 0) : start] + text[end : end + 1]
                    yield SeenLink(number, line, word, title, target, around)


def _lines(figure: LexborNode) -> list[LexborNode]:
    return figure.css(".highlight .line")


def read_files(output: Path) -> dict[str, HtmlPage]:
    """Every HTML file in a folder, by its path there."""
    return {str(file.relative_to(output)): _read_file(file) for file in sorted(output.rglob("*.html"))}


def _read_file(file: Path) -> HtmlPage:
    tree = LexborHTMLParser(file.read_text(encoding="utf-8"))
    ours = {node.mem_id for node in tree.css(".listing a, section.related a")}
    written = {node.mem_id for node in tree.css("article.prose a")} - ours
    links = [(node, node.attributes.get("href") or "") for node in tree.css("a[href]")]
    head = [node.attributes.get("href") or "" for node in tree.css("link[href]")]
    return HtmlPage(
        anchors=frozenset(node.attributes.get("id") or "" for node in tree.css("[id]")),
        links=tuple(link for _, link in links),
        computed=(*(link for node, link in links if node.mem_id not in written), *head),
        redirect=bool(tree.css('meta[http-equiv="refresh" i]')),
    )


def find_target(path: str, link: str) -> tuple[str, str] | None:
    """The file and the anchor that a link on the page at `path` leads to; None when it leaves the site."""
    url = urlsplit(urljoin(f"https://site.invalid/{path}", link))
    if url.scheme != "https" or url.netloc != "site.invalid":
        return None
    file = unquote(url.path).removeprefix("/")
    return (f"{file}index.html" if not file or file.endswith("/") else file), unquote(url.fragment)


def count_clicks(files: Mapping[str, HtmlPage]) -> dict[str, int]:
    """How many clicks away from `index.html` each page is that can be reached from there."""
    clicks = {"index.html": 0}
    front = ["index.html"]
    while front:
        targets = [(path, find_target(path, link)) for path in front for link in files[path].links]
        front = []
        for path, target in targets:
            if target and target[0] in files and target[0] not in clicks:
                clicks[target[0]] = clicks[path] + 1
                front.append(target[0])
    return clicks


def find_broken(files: Mapping[str, HtmlPage], others: Iterable[str]) -> list[tuple[str, str]]:
    """The links no author wrote that lead to a file or an anchor that is not there, each with its page's path."""
    there = {*files, *others}
    broken = []
    for path, page in files.items():
        for link in page.computed:
            target = find_target(path, link)
            if target is None:
                continue
            file, anchor = target
            if file not in there or (anchor and (file not in files or anchor not in files[file].anchors)):
                broken.append((path, link))
    return broken


def _address(page: Page) -> str:
    return f"{page.meta.slug}.html"


def test_a_listing_has_a_line_for_each_of_its_code(real: Built, pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        figures = LexborHTMLParser(real.read(_address(page))).css("figure.listing")
        lengths = [len(_lines(figure)) for figure in figures]
        assert lengths == [len(listing.snippet.lines) for listing in page.listings], name


def test_no_word_of_the_forty_is_linked_that_a_person_would_not_link(real: Built, pages: dict[str, Page]) -> None:
    wrong = []
    for judged in JUDGED:
        known = {(line, link.word): link.symbol for link in judged.links for line in link.lines}
        found = _find_in(real, pages, judged)
        for link in found:
            if known.get((link.line, link.word)) != link.symbol:
                why = _traps(judged).get((link.line, link.word), "not in the table")
                wrong.append((judged.page, judged.number, link.line, link.word, link.symbol, why))
        twice = Counter((link.line, link.word) for link in found)
        wrong += [(judged.page, judged.number, *spot, "", "twice") for spot, times in twice.items() if times > 1]
    assert not wrong


def test_no_word_of_the_forty_is_missed_but_for_a_reason(real: Built, pages: dict[str, Page]) -> None:
    missed = set()
    for judged in JUDGED:
        found = {(link.line, link.word) for link in _find_in(real, pages, judged)}
        missed |= {(judged.page, judged.number, line, word) for line, word in _expected(judged) - found}
    assert all(entry.why for entry in MISSED)
    told = {(entry.page, entry.number, entry.line, entry.word) for entry in MISSED}
    assert len(told) == len(MISSED)
    assert missed == told


def _find_in(real: Built, pages: Mapping[str, Page], judged: Judged) -> list[SeenLink]:
    html = real.read(_address(pages[judged.page]))
    return [link for link in find_code_links(html) if link.number == judged.number]


def test_every_link_in_code_is_a_whole_word_and_leads_to_the_page_of_its_symbol(
    real: Built, pages: dict[str, Page], symbols: dict[str, Symbol]
) -> None:
    home = {str(symbol): _address(pages[name]) for name, symbol in symbols.items()}
    seen = 0
    for name, page in pages.items():
        for link in find_code_links(real.read(_address(page))):
            where = (name, link)
            assert find_target(_address(page), link.target) == (home.get(link.symbol), ""), where
            assert home[link.symbol] != _address(page), where
            assert link.word.isidentifier(), where
            assert not re.search(r"\w", link.around), where
            assert link.word in _code(pages, name, link.number)[link.line - 1], where
            seen += 1
    assert seen >= sum(len(_expected(judged)) for judged in JUDGED) - len(MISSED)


def test_in_this_module_are_the_other_pages_of_the_module(
    real: Built, pages: dict[str, Page], symbols: dict[str, Symbol]
) -> None:
    modules: dict[str, set[str]] = defaultdict(set)
    for name, symbol in symbols.items():
        modules[symbol.module].add(_address(pages[name]))
    examples = {address for module in modules.values() for address in module}
    with_siblings = 0
    for name, page in pages.items():
        address = _address(page)
        siblings = modules[symbols[name].module] - {address} if name in symbols else set()
        tree = LexborHTMLParser(real.read(address))
        assert len(tree.css("#in-this-module")) == bool(siblings), name
        links = [link.attributes.get("href") or "" for link in tree.css("section.related#in-this-module a[href]")]
        # Its way to the whole list is a link as well, but to no example page.
        targets = [target[0] for link in links if (target := find_target(address, link)) and target[0] in examples]
        assert sorted(targets) == sorted(siblings), name
        with_siblings += bool(siblings)
    assert with_siblings > 10


def test_every_page_is_at_most_three_clicks_from_the_start(files: dict[str, HtmlPage], pages: dict[str, Page]) -> None:
    clicks = count_clicks(files)
    # The page for what is not there is shown by the server, and old addresses are what redirects are for.
    meant = {path for path, page in files.items() if path != "404.html" and not page.redirect}
    assert {_address(page) for page in pages.values()} <= meant
    assert {path: clicks.get(path) for path in meant if clicks.get(path, 4) > 3} == {}


def test_no_link_that_was_computed_is_broken(real: Built, files: dict[str, HtmlPage]) -> None:
    assert sum(len(page.computed) for page in files.values()) > 500
    assert find_broken(files, real.files) == []


# Whether this module can see at all.


LISTINGS = """<figure class="listing"><div class="highlight"><pre><code><span class="line">plain
</span></code></pre></div></figure>
<figure class="listing"><div class="highlight"><pre><code><span class="line hll" id="listing-2-1"><span
class="visually-hidden">Marked line: </span><span class="kn">from</span> x <a class="xref" href="/e.html"
title="x.e" tabindex="-1"><span class="n">e</span></a>, <span class="n">g</span>
</span></code></pre><div class="gap"><a class="xref" href="/no.html" title="no">no</a></div><pre><code><span
class="line"><a class="xref" rel="noopener external" href="https://example.org/" title="x.f">f</a>(e_<a class="n xref"
href="h.html" title="x.h">h</a>)
</span></code></pre></div></figure>"""


def test_links_in_listings_are_seen() -> None:
    assert list(find_code_links(LISTINGS)) == [
        SeenLink(2, 1, "e", "x.e", "/e.html", " ,"),
        SeenLink(2, 2, "h", "x.h", "h.html", "_)"),
    ]


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("/", ("index.html", "")),
        ("/a.html#b%20c", ("a.html", "b c")),
        ("#b", ("deep/page.html", "b")),
        ("", ("deep/page.html", "")),
        ("../a%20b.html", ("a b.html", "")),
        ("sub/?q=1", ("deep/sub/index.html", "")),
        ("https://example.org/", None),
        ("//example.org/", None),
        ("mailto:a@example.org", None),
    ],
)
def test_targets_are_files(link: str, target: tuple[str, str] | None) -> None:
    assert find_target("deep/page.html", link) == target


def test_clicks_and_broken_links_are_seen(tmp_path: Path) -> None:
    for path, html in {
        "index.html": '<link href="/x.css"><a href="a.html#there">a</a><a href="https://example.org/no">out</a>',
        "a.html": '<p id="there"></p><article class="prose"><a href="/d/">d</a><a href="/written.html">w</a>'
        '<div class="listing"><a href="/none.html">x</a></div></article><a href="/index.html#nowhere">n</a>',
        "d/index.html": '<section class="related"><a href="e.html">e</a></section><a href="../x.css#y">y</a>',
        "d/e.html": '<a href="f.html">f</a>',
        "d/f.html": '<a href="#">top</a>',
        "old.html": '<meta http-equiv="Refresh" content="0; url=/a.html">',
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(html, encoding="utf-8")
    files = read_files(tmp_path)
    assert count_clicks(files) == {"index.html": 0, "a.html": 1, "d/index.html": 2, "d/e.html": 3, "d/f.html": 4}
    assert [path for path, page in files.items() if page.redirect] == ["old.html"]
    assert find_broken(files, ["x.css"]) == [
        ("a.html", "/none.html"),
        ("a.html", "/index.html#nowhere"),
        ("d/index.html", "../x.css#y"),
    ]
