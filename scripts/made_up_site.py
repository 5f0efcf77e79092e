"""Made-up sites for measuring: as many pages as wanted, as real ones are built, and the same in every run.

Each page is about a symbol and has three listings that use it and the symbols of other pages, so that links in code
and lists of uses have work to do. A page and all that it names are the same in sites of any size. Further pages use
what everybody uses, and each other.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from callsite.model import Block, Gap, Line, Listing, Meta, Origin, Page, Prose, Row, Snippet, Symbol
from callsite.page import format_page
from callsite.scaffold import plan_site
from callsite.symbol import slug_name

# Pages of a library that does not grow, of a module, and of all that use each other; a site has a multiple of the last.
# 1,000 pages have so many libraries, and so few projects, that lists of them are cut already.
LIBRARY = 10
MODULE = 5
CIRCLE = 100
PROJECTS = 2
LICENCES = ("MIT", "BSD-3-Clause", "Apache-2.0", "ISC", "GPL-3.0-or-later")

VERBS = ("load", "parse", "merge", "open", "find", "render", "check", "split", "encode", "Stream")
NOUNS = tuple(
    """
    account anchor archive backend bearer binding branch bucket cache cart channel chapter client column cookie
    cursor digest domain draft engine entry event factory field filter folder format frame gateway grid handler
    header helper index invoice item journal kernel label layer ledger locale marker matrix message mirror module
    monitor notice number object option order packet parcel partner pattern payload permit planner pointer policy
    portal profile query queue record region relay report request result roster router schema screen section
    sensor server session shelf signal socket source stage store stream supplier symbol table target tenant ticket
    token topic tracker vector vendor version viewer voucher window worker
    """.split()  # noqa: SIM905  # a tuple of strings in quotes would be harder to read
)


def write_site(folder: Path, number: int, is_one: bool, search: bool) -> None:
    """Write a site of made-up pages."""
    settings = plan_site("Bench")["pelicanconf.py"]
    settings += f'SITEURL = "https://bench.example"\nCALLSITE_SEARCH = {search}\n'
    redirects = "".join(f'"/old-{index}.html" = "/{plan_slug(index, is_one)}.html"\n' for index in range(0, number, 10))
    files = {"pelicanconf.py": settings, "redirects.toml": redirects}
    for index in range(number):
        library = find_symbol(index, is_one).library
        path = f"content/examples/{library}/{plan_slug(index, is_one)}.md"
        files[path] = format_page(make_page(index, is_one))
    for name, text in files.items():
        path_of = folder / name
        path_of.parent.mkdir(parents=True, exist_ok=True)
        path_of.write_text(text, encoding="utf-8")


def find_symbol(index: int, is_one: bool) -> Symbol:
    """What the page is about; most libraries begin with a page of their own."""
    shelf, place = (0, index) if is_one else divmod(index, LIBRARY)
    library = f"{NOUNS[shelf % len(NOUNS)]}{shelf}"
    if place == 0 and shelf % 4 != 1:
        return Symbol("", library)
    module, callable_ = divmod(place, MODULE)
    ending = f"{module}" if is_one else ""
    return Symbol(
        f"{library}.{NOUNS[(module + 7 * shelf) % len(NOUNS)]}{ending}",
        f"{VERBS[callable_]}_{NOUNS[-module % len(NOUNS)]}",
    )


def plan_slug(index: int, is_one: bool) -> str:
    """The slug of a page."""
    return f"{slug_name(str(find_symbol(index, is_one)))}-examples"


def is_made_up(path: str) -> bool:
    """Whether a file of the output is one of the pages, rather than a list or a redirect."""
    return "/" not in path and path.endswith("-examples.html") and "alias" not in path


def find_mentioned(index: int, chance: random.Random) -> tuple[int, ...]:
    """The other pages whose symbols a page uses: two of its library, one of its circle, one that everybody uses."""
    library, circle = index - index % LIBRARY, index - index % CIRCLE
    near = {library + chance.randrange(1, LIBRARY) for _ in range(2)}
    return tuple(sorted({*near, circle + chance.randrange(CIRCLE), chance.randrange(1, 20)} - {index}))


def make_page(index: int, is_one: bool) -> Page:
    """A page, the same for an index in sites of any size."""
    chance = random.Random(index)  # noqa: S311  # made-up text, the same in every run
    symbol = find_symbol(index, is_one)
    others = [(find_symbol(other, is_one), plan_slug(other, is_one)) for other in find_mentioned(index, chance)]
    links = [
        f"[{other.name}]({{filename}}/examples/{other.library}/{slug}.md) {make_words(chance, 9)}."
        for other, slug in others
    ]
    blocks: list[Block] = [Prose(f"\n\n`{symbol}` {make_words(chance, 40)}.\n\n" + "\n".join(links) + "\n\n")]
    for number in range(3):
        # A third of all listings comes from the projects that everybody knows.
        project = chance.randrange(PROJECTS) if chance.random() < 1 / 3 else PROJECTS + index // 20
        title = f"{NOUNS[project % len(NOUNS)]} {project}".capitalize()
        blocks.append(Prose(f"## Example {number + 1} from {title}\n\n{title} {make_words(chance, 30)}.\n\n"))
        blocks.append(make_listing(symbol, [other for other, _ in others if other.module], title, project, chance))
        blocks.append(Prose("\n\n"))
    shelf, place = (1, index) if is_one else divmod(index, LIBRARY)
    meta = Meta(
        title=f"{symbol.module} {symbol.name} Example Code".strip(),
        category="page",
        slug=plan_slug(index, is_one),
        sortorder="" if index % 3 == 1 else f"50{shelf + 1:03d}{place + 10:04d}",
        toc=not symbol.module,
        sidebartitle=f"{symbol.module} {symbol.name}".strip(),
        description=f"Example code for {symbol.name}: {make_words(chance, 8)}.",
        symbol=symbol,
        aliases=(f"{symbol.library}.alias_{symbol.name}_{index}",) if index % 4 == 2 and symbol.module else (),
        others=(("date", (f"20{10 + index % 15}-{1 + index % 12:02d}-{1 + index % 28:02d}",)),) if index % 2 else (),
    )
    return Page(meta, tuple(blocks))


def make_words(chance: random.Random, number: int) -> str:
    """Words of prose."""
    return " ".join(chance.choices((*NOUNS, "the", "of", "and", "with", "that", "is"), k=number))


def make_listing(symbol: Symbol, others: Sequence[Symbol], project: str, number: int, chance: random.Random) -> Listing:
    """A listing of 30 to 60 lines in two runs: imports, then functions that use what was imported."""
    file = f"{chance.choice(NOUNS)}_{chance.choice(NOUNS)}.py"
    names = [symbol, *others]
    imports = [
        Line(f"# {file}"),
        Line("import logging"),
        Line("import os"),
        *(Line(f"from {name.module} import {name.name}", name == symbol) for name in names if name.module),
    ]
    if not symbol.module:
        imports.append(Line(f"import {symbol.name}", True))
    imports += [Line(""), Line("logger = logging.getLogger(__name__)")]
    wanted = chance.randrange(30, 61) - len(imports)
    body: list[Row] = []
    while len(body) < wanted:
        body += make_function([symbol] if not body else names, symbol, chance)
    body = body[:wanted]
    while isinstance(body[-1], Line) and body[-1].blank:
        body.pop()
    start = chance.randrange(20, 400)
    origin = Origin(
        project=project.replace(" ", ""),
        version=f"{1 + number % 4}.{number % 9}",
        path=f"src/{project.partition(' ')[0].lower()}/{file}",
        url=f"https://code.example/{number}/{file}",
        licence=LICENCES[number % len(LICENCES)],
        lines=((1, len(imports)), (start, start + len(body) - 1)),
    )
    gap = Gap(f"source file abbreviated to get to {symbol.name} examples")
    return Listing(Snippet("python", (*imports, gap, *body)), origin)


def make_function(names: Sequence[Symbol], symbol: Symbol, chance: random.Random) -> Iterator[Row]:
    """A function that uses one of the names."""
    name = chance.choice(names)
    what, value, verb = chance.choice(NOUNS), chance.choice(NOUNS), chance.choice(VERBS).lower()
    call = name.name if name.module else f"{name.name}.{verb}"
    yield Line(f"def {verb}_{what}({value}, limit={chance.randrange(100)}, *, {what}=None):")
    yield Line(f'    """{make_words(chance, 8).capitalize()}."""')
    yield Line(f'    path = os.path.join({value}, "{chance.choice(NOUNS)}", str(limit))')
    yield Line(f"    if {what} is None and not os.path.exists(path):")
    yield Line(f'        logger.warning("{make_words(chance, 4)}: %s", path)')
    yield Line(f"        {what} = {call}(path, strict=limit > {chance.randrange(9)})", name == symbol)
    yield Line(f"    for number, {chance.choice(NOUNS)} in enumerate({what} or ()):")
    yield Line(f"        yield number, {{'{chance.choice(NOUNS)}': {value}[number]}}  # {make_words(chance, 3)}")
    yield Line("")
    yield Line("")
