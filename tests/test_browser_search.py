"""Searching a built site in a real browser: by keyboard, with filters, after coming back, and when something is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from callsite.scaffold import plan_site
from tests.browsing import build_site, find_violations, open_page, serve_folder, vary_page
from tests.building import SiteFolder

pytestmark = pytest.mark.browser


_WIDE = {"width": 1440, "height": 900}


def _example(symbol: str, *words: str, header: str = "") -> str:
    """An example page: an excerpt for each pair of project and licence, with `words` in its code."""
    module, _, name = symbol.rpartition(".")
    listings = "".join(
        f"## Example {number} from {project}\n\n"
        f"```python project={project} licence={licence}\n~~from {module} import {name}\n~~{name}({', '.join(words)})\n```\n\n"
        for number, (project, licence) in enumerate(_ORIGINS[len(symbol) % 2 :], 1)
    )
    title = f"{module} {name} Example Code"
    return f"title: {title}\nslug: {symbol.replace('.', '-').lower()}\nsymbol: {symbol}\n{header}\nAbout `{name}`.\n\n{listings}"


_ORIGINS = (("Flaskery", "MIT"), ("Security", "BSD-3-Clause"))
_HOSTILE = """<img src="x" onerror="alert(1)"> & "quoted" &lt;b&gt;"""
_PAGES = {
    "pages/story.md": "title: A story\nslug: story\ntoc: True\n\n" + "after_this_request, request after request. " * 40,
    "pages/hostile.md": f"title: {_HOSTILE}\nslug: hostile\n\nBewitched\n\n```html\n~~{_HOSTILE} bewitched\n```\n",
    "pages/draft.md": "title: Unfinished\nslug: draft\nstatus: draft\nsymbol: web.ctx.unfinished\n\nUnfinished\n",
    "pages/hidden.md": "title: Concealed\nslug: hidden\nstatus: hidden\nsymbol: web.ctx.concealed\n\nConcealed\n",
    "examples/after.md": _example("web.ctx.after_this_request", header="aliases: web.after_this_request\n"),
    "examples/has.md": _example("web.ctx.has_app_context", "after_this_request", "after_this_request"),
    "examples/g.md": _example("web.globals.g"),
    "examples/block.md": _example("shop.nodes.Block"),
    "examples/parser.md": _example("shop.parsing.BlockParser", "Block", "Block"),
    "examples/context.md": _example("shop.parsing.BlockContext", "Block"),
    **{f"examples/many{n}.md": _example(f"shop.many.Widget{n}", "manifold") for n in range(23)},
}


def _build(root: Path, files: dict[str, str], settings: str = "") -> None:
    conf = plan_site("Shelf")["pelicanconf.py"] + settings
    build_site(root, {"pelicanconf.py": conf, **{f"content/{name}": text for name, text in files.items()}})


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("search")
    _build(root, _PAGES)
    with serve_folder(root / "output") as url:
        yield url


def _input(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Search this site")


def _options(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Results").get_by_role("option")


def _say(page: Page, words: str | re.Pattern[str]) -> None:
    """Wait until the search says something."""
    expect(page.get_by_role("dialog").get_by_role("status")).to_have_text(words)


def _search(page: Page, query: str) -> Locator:
    """Open the search where it is not yet, ask, and give the results."""
    if not page.get_by_role("dialog").is_visible():
        page.keyboard.press("/")
        expect(_input(page)).to_be_focused()
        _say(page, re.compile("^$|result"))
    _input(page).fill("")
    _say(page, "")
    _input(page).fill(query)
    _say(page, re.compile("result"))
    return _options(page)


def _leave(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.wait_for_function("!document.activeElement.closest('dialog')")  # until the next frame keys would go there


def test_a_symbol_is_found_by_keyboard(browser: Browser, address: str) -> None:
    with open_page(browser, address) as page:
        page.keyboard.press("/")
        expect(_input(page)).to_be_focused()
        page.keyboard.type("after_this_request")
        expect(_options(page).first).to_contain_text("web.ctx.after_this_request")
        expect(_options(page).first).to_have_attribute("aria-selected", "true")
        page.keyboard.press("Enter")
        page.wait_for_url(address + "web-ctx-after_this_request.html")


def test_the_page_of_a_symbol_comes_first(browser: Browser, address: str) -> None:
    after, block, parser = "web.ctx.after_this_request", "shop.nodes.Block", "shop.parsing.BlockParser"
    expected = {
        "web after_this_request": after,
        "web.ctx.after_this_request": after,
        "web.after_this_request": after,  # an alias
        "ctx.after_this_request": after,
        "afterThis": after,
        "AFTER this": after,
        "this_req": after,
        "is_requ": after,
        "  after_  ": after,
        "Block": block,
        "block": block,
        "BlockP": parser,
        "shop parser": parser,
        "g": "web.globals.g",
        "Widget7": "shop.many.Widget7",
    }
    with open_page(browser, address) as page:
        found = {query: _search(page, query).first.locator("code").inner_text() for query in expected}
    assert found == expected


def test_what_a_result_says(browser: Browser, address: str) -> None:
    with open_page(browser, address) as page:
        result = _search(page, "after_this_request").first
        assert result.get_attribute("href") == "/web-ctx-after_this_request.html"
        parts = [
            "web.ctx after_this_request Example Code",
            "web.ctx.after_this_request",
            "web",
            "from Flaskery, Security",
        ]
        assert [part.strip() for part in result.inner_text().split("\n") if part.strip()][:4] == parts
        assert "after_this_request" in result.locator("mark").all_inner_texts()
        assert _options(page).count() == 3
        _say(page, "3 results")


def test_words_of_other_people_are_only_words(browser: Browser, address: str) -> None:
    with open_page(browser, address) as page:
        result = _search(page, "bewitched").first
        expect(result.locator("b")).to_have_text(_HOSTILE)
        assert 'onerror="alert(1)"' in result.inner_text()
        assert result.locator("img, script").count() == 0


def test_arrows_choose(browser: Browser, address: str) -> None:
    with open_page(browser, address) as page:
        options = _search(page, "Block")
        assert options.count() == 3

        def chosen() -> int:
            [place] = [n for n, each in enumerate(options.all()) if each.get_attribute("aria-selected") == "true"]
            assert _input(page).get_attribute("aria-activedescendant") == options.nth(place).get_attribute("id")
            expect(_input(page)).to_be_focused()
            return place

        places = []
        for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp"):
            page.keyboard.press(key)
            places.append(chosen())
        assert places == [1, 2, 0, 2, 1]
        target = options.nth(1).get_attribute("href") or ""
        page.keyboard.press("Enter")
        page.wait_for_url(address + target.lstrip("/"))


def test_results_are_links(browser: Browser, address: str) -> None:
    with open_page(browser, address) as page:
        result = _search(page, "Block").first
        with page.context.expect_page() as opened:
            result.click(button="middle")
        assert opened.value.url == address + "shop-nodes-block.html"
        with page.context.expect_page() as opened:
            page.keyboard.press("Control+Enter")
        assert opened.value.url == address + "shop-nodes-block.html"
        expect(page.get_by_role("dialog")).to_be_visible()
        result.click()
        page.wait_for_url(address + "shop-nodes-block.html")


def test_enter_can_come_before_the_results(browser: Browser, address: str) -> None:
    with open_page(browser, address) as page:
        page.keyboard.press("/")
        expect(_input(page)).to_be_focused()
        page.keyboard.type("widget7")
        page.keyboard.press("Enter")
        page.wait_for_url(address + "shop-many-widget7.html")


def test_longer_lists_are_shown_in_parts(browser: Browser, address: str) -> None:
    with open_page(browser, address) as page:
        options = _search(page, "manifold")
        _say(page, "23 results")
        assert options.count() == 10
        page.get_by_role("button", name="More results").click()
        expect(options).to_have_count(20)
        expect(options.nth(10)).to_have_attribute("aria-selected", "true")
        for _ in range(10):
            page.keyboard.press("ArrowDown")
        expect(options).to_have_count(23)
        expect(options.nth(20)).to_have_attribute("aria-selected", "true")
        expect(options.nth(20)).to_be_in_viewport(ratio=1)
        expect(page.get_by_role("button", name="More results")).to_be_hidden()
        assert len({each.get_attribute("id") for each in options.all()}) == 23
        page.keyboard.press("ArrowUp")
        expect(options.nth(19)).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize("way", ["Escape", "Close", "beside"])
def test_closing_leads_back_to_where_one_was(browser: Browser, address: str, way: str) -> None:
    with open_page(browser, address + "shop-nodes-block.html", viewport=_WIDE) as page:
        page.locator(".highlight").first.focus()
        _search(page, "Block")
        if way == "Escape":
            _leave(page)
        elif way == "Close":
            page.get_by_role("dialog").get_by_role("button", name="Close").click()
        else:
            page.get_by_role("dialog").get_by_text("3 results").click()  # inside: it stays
            expect(page.get_by_role("dialog")).to_be_visible()
            page.mouse.click(5, 400)
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(page.locator(".highlight").first).to_be_focused()


def test_coming_back_shows_the_page_as_it_was(browser: Browser, address: str) -> None:
    with open_page(browser, address + "story.html", viewport={"width": 360, "height": 400}) as page:
        page.mouse.wheel(0, 300)
        page.wait_for_function("scrollY > 200")
        before = page.evaluate("scrollY")
        _search(page, "Block")
        page.keyboard.press("Enter")
        page.wait_for_url(address + "shop-nodes-block.html")
        page.go_back()
        expect(page.get_by_role("heading", name="A story")).to_be_attached()
        expect(page.get_by_role("dialog")).to_be_hidden()
        page.wait_for_function("y => Math.abs(scrollY - y) < 20", arg=before)
        page.keyboard.press("/")
        expect(_input(page)).to_have_value("Block")
        expect(_options(page).first).to_contain_text("shop.nodes.Block")
        assert page.evaluate("getSelection().toString()") == "Block"


def test_filters_narrow_down(browser: Browser, address: str) -> None:
    with open_page(browser, address) as page:
        _search(page, "after_this_request")
        library, project = page.get_by_label("Library"), page.get_by_label("Project")
        assert library.locator("option").all_inner_texts() == ["All", "web (2)"]
        assert project.locator("option").all_inner_texts() == ["All", "Flaskery (1)", "Security (2)"]
        project.select_option("Flaskery")
        _say(page, "1 result")
        assert project.locator("option").all_inner_texts() == ["All", "Flaskery (1)", "Security (2)"]
        assert page.get_by_label("Licence").locator("option").all_inner_texts() == [
            "All",
            "BSD-3-Clause (1)",
            "MIT (1)",
        ]
        library.select_option("web")
        _say(page, "1 result")
        _leave(page)
        page.reload()
        page.keyboard.press("/")
        _say(page, "1 result")
        assert (library.input_value(), project.input_value()) == ("web", "Flaskery")
        _input(page).fill("zzqqxyw")
        _say(page, "No results for “zzqqxyw”")
        assert library.locator("option").all_inner_texts() == ["All", "web (0)"]
        _input(page).fill("after_this_request")
        _say(page, "1 result")
        project.select_option("")
        library.select_option("")
        _say(page, "3 results")


def test_a_filter_alone_lists_its_pages(browser: Browser, address: str) -> None:
    with open_page(browser, address) as page:
        page.keyboard.press("/")
        _say(page, "")
        page.get_by_label("Library").select_option("web")
        _say(page, "3 results")
        _leave(page)
        page.keyboard.press("/")
        _say(page, "3 results")


def test_nothing_is_found(browser: Browser, address: str) -> None:
    with open_page(browser, address) as page:
        # Drafts and hidden pages are in no index.
        for query in ("zzqqxyw", "unfinished", "concealed", "numpy.zzz", "."):
            assert _search(page, query).count() == 0
            _say(page, f"No results for “{query}”")
        expect(_input(page)).to_have_attribute("aria-expanded", "false")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog").get_by_role("link", name="All symbols")).to_be_visible()


def test_nothing_is_loaded_before_it_is_used(browser: Browser, address: str) -> None:
    with open_page(browser, address + "story.html") as page:
        requested: list[str] = []
        page.on("request", lambda request: requested.append(request.url))
        page.reload(wait_until="networkidle")
        parts = re.compile("search|pagefind")
        assert [url for url in requested if parts.search(url)] == []
        assert len(requested) > 2
        _search(page, "Block")
        found = {url.removeprefix(address).partition("?")[0] for url in requested if parts.search(url)}
        assert {
            "theme/js/search.js",
            "theme/css/search.css",
            "pagefind/pagefind.js",
            "pagefind/wasm.en.pagefind",
        } <= found


def test_opening_the_search_loads_none_of_its_words_and_a_name_few(browser: Browser, address: str) -> None:
    with open_page(browser, address + "story.html") as page:
        requested: list[str] = []
        page.on("request", lambda request: requested.append(request.url))
        page.keyboard.press("/")
        expect(page.get_by_label("Library")).to_contain_text("shop")
        page.wait_for_load_state("networkidle")
        assert [url for url in requested if ".pf_index" in url] == []
        with page.expect_request(re.compile("pf_index")):
            _input(page).fill("after_this_request")
        expect(_options(page).first).to_contain_text("web.ctx.after_this_request")
        fragments = {url for url in requested if ".pf_fragment" in url}
        assert len(fragments) < len(_PAGES) / 2, "what is not shown is not loaded"


def test_the_key_is_an_ordinary_one_where_one_types(browser: Browser, address: str) -> None:
    with open_page(browser, address) as page:
        page.evaluate(
            "document.querySelector('main').innerHTML = '<input><textarea></textarea><select></select>"
            "<p contenteditable><b>x</b></p><input type=checkbox>'"
        )
        for field in ("input", "textarea", "select", "[contenteditable]"):
            page.locator(f"main {field}").first.focus()
            page.keyboard.press("/")
        assert page.locator("main input").first.input_value() == "/"
        page.locator("main [type=checkbox]").focus()
        for key in ("Control+/", "Alt+/", "Meta+/", "?", "a"):
            page.keyboard.press(key)
        assert page.locator("dialog").count() == 0
        page.keyboard.press("/")
        expect(_input(page)).to_be_focused()


def test_the_key_can_be_switched_off(browser: Browser, address: str) -> None:
    with open_page(browser, address, viewport=_WIDE) as page:
        link = page.get_by_role("link", name="Search")
        expect(link.locator("kbd")).to_be_visible()
        _search(page, "Block")
        page.get_by_label("Open with /").uncheck()
        _leave(page)
        for _ in range(2):
            expect(link.locator("kbd")).to_be_hidden()
            page.keyboard.press("/")
            expect(page.get_by_role("dialog")).to_be_hidden()
            page.reload()
        link.click()
        expect(_input(page)).to_be_focused()
        page.get_by_label("Open with /").check()
        _leave(page)
        expect(link).to_be_focused()
        page.keyboard.press("/")
        expect(_input(page)).to_be_focused()


def test_without_javascript_the_link_leads_to_all_symbols(browser: Browser, address: str) -> None:
    with open_page(browser, address, java_script_enabled=False, viewport=_WIDE) as page:
        link = page.get_by_role("link", name="Search")
        assert link.get_attribute("href") == "/symbols.html"
        expect(link.locator("kbd")).to_be_hidden()
        link.click()
        page.get_by_role("link", name="after_this_request").first.click()
        assert page.url == address + "web-ctx-after_this_request.html"


def test_the_link_may_open_another_tab(browser: Browser, address: str) -> None:
    with open_page(browser, address) as page:
        with page.context.expect_page() as opened:
            page.get_by_role("link", name="Search").click(modifiers=["Control"])
        assert opened.value.url == address + "symbols.html"
        assert page.locator("dialog").count() == 0


@pytest.mark.parametrize("missing", ["pagefind/pagefind.js", "pagefind/pagefind-entry.json*"])
def test_an_index_that_cannot_be_loaded(browser: Browser, address: str, missing: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route(address + missing, lambda route: route.abort())
    page.goto(address)
    page.keyboard.press("/")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("status")).to_contain_text("The search cannot be loaded", timeout=10_000)
    page.keyboard.type("Block")
    dialog.get_by_role("status").get_by_role("link", name="All symbols").click()
    page.wait_for_url(address + "symbols.html")
    context.close()


def test_a_search_that_cannot_be_loaded_is_a_link(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route("**/search.js", lambda route: route.abort())
    page.goto(address)
    page.keyboard.press("/")
    page.wait_for_url(address + "symbols.html")
    context.close()


def test_a_part_of_the_index_that_cannot_be_loaded(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    _search(page, "Block")
    page.route("**/pagefind/index/*", lambda route: route.abort())
    page.route("**/pagefind/fragment/*", lambda route: route.abort())
    page.locator("#callsite-query").fill("manifold")
    expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text("cannot be loaded")
    context.close()


def test_axe_finds_nothing(browser: Browser, address: str) -> None:
    with open_page(browser, address, reduced_motion="reduce") as page:
        for query, widths in (("Block", (1440, 360)), ("zzqqxyw", (360,))):
            _search(page, query)
            assert [(query, how, found) for how in vary_page(page, widths) if (found := find_violations(page))] == []


def test_narrow_screens_have_room(browser: Browser, address: str) -> None:
    with open_page(browser, address, viewport={"width": 320, "height": 480}) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        _search(page, "after_this_request")
        assert page.get_by_role("dialog").evaluate("e => e.scrollWidth - e.clientWidth") == 0
        boxes = [page.get_by_role("dialog").get_by_role("button", name="Close"), *page.locator("dialog select").all()]
        for box in map(Locator.bounding_box, boxes):
            assert box
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 320
            assert box["height"] >= 24


def test_a_small_site_below_a_path(browser: Browser, tmp_path: Path) -> None:
    example = _example("shop.nodes.Block").split("## Example 2")[0]
    settings = "RELATIVE_URLS = True\nOUTPUT_PATH = '../served/some/where'\n"
    _build(tmp_path / "docs", {"examples/block.md": example}, settings)
    with serve_folder(tmp_path / "served") as url, open_page(browser, url + "some/where/libraries/shop.html") as page:
        assert page.get_by_role("link", name="Search").get_attribute("href") == "../symbols.html"
        assert _search(page, "Block").first.get_attribute("href") == "/some/where/shop-nodes-block.html"
        assert page.locator("dialog select:visible").count() == 0  # with one value there is nothing to choose
        page.keyboard.press("Enter")
        page.wait_for_url(url + "some/where/shop-nodes-block.html")
        expect(page.get_by_role("heading", name="shop.nodes Block")).to_be_visible()


def test_the_search_can_be_left_out(site: SiteFolder) -> None:
    site.write({f"content/{name}": _PAGES[name] for name in ("examples/block.md", "pages/story.md")})
    site.set(CALLSITE_SEARCH=False)
    built = site.build()
    assert built.code == 0
    assert not [path for path in built.files if path.startswith("pagefind")]
    for name in ("shop-nodes-block.html", "index.html"):
        page = built.read(name)
        assert '<a class="find" href="/symbols.html">Symbols</a>' in page
        assert "pagefind" not in page
        assert "data-search" not in page
