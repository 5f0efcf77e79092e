"""Links in code and generated lists in a real browser: reached, named, followed and come back from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from callsite.inventory import Inventory, Item, format_inventory
from callsite.scaffold import plan_site
from tests.browsing import build_site, find_violations, open_page, serve_folder, vary_page

pytestmark = pytest.mark.browser

_LONG = "".join(f"line_{number} = {number}\n" for number in range(80))


def _page(symbol: str, code: str, rest: str = "") -> str:
    slug = symbol.replace(".", "-")
    head = f"title: About {symbol}\nslug: {slug}\nsymbol: {symbol}\nmeta: How {symbol} is used.\n"
    return f"{head}{rest}\nWords.\n\n## Example 1 from Shop\n\n```python project=Shop licence=MIT path=shop/{slug}.py\n{code}```\n"


_PAGES = {
    "g.md": _page("web.globals.g", "~~from web.globals import g\n", "aliases: web.g\n"),
    "request.md": _page("web.globals.request", "~~from web.globals import request\n"),
    "has.md": _page(
        "web.ctx.has",
        f"~~from web.ctx import has\nfrom web import g, Web\n{_LONG}~~if has(): g.user = Web(g)\n",
    ),
    **{f"u{n}.md": _page(f"web.use.u{n}", f"from web import g\n~~from web.use import u{n}\n") for n in range(12)},
}

_LISTS = (
    "symbols.html",
    "libraries.html",
    "libraries/web.html",
    "projects.html",
    "projects/shop.html",
    "uses/web-globals-g.html",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("links")
    items = (Item("web.Web", "py", "class", 1, "api/#web.Web", "web.Web"),)
    settings = "CALLSITE_INVENTORIES = {'web': ('https://web.example/', 'web.inv')}\n"
    files: dict[str, str | bytes] = {f"content/examples/{name}": text for name, text in _PAGES.items()}
    files["web.inv"] = format_inventory(Inventory("Web", "1", items))
    files["pelicanconf.py"] = plan_site("Linked")["pelicanconf.py"] + settings
    with serve_folder(build_site(root, files, "--strict")) as url:
        yield url


@pytest.mark.parametrize("javascript", [True, False])
def test_a_link_in_code_is_reached_by_keyboard_named_and_followed(
    browser: Browser, address: str, javascript: bool
) -> None:
    with open_page(browser, address + "web-ctx-has.html", java_script_enabled=javascript) as page:
        page.locator(".highlight").focus()
        page.keyboard.press("Tab")
        link = page.locator(".xref:focus")
        expect(link).to_have_accessible_name("g")
        expect(link).to_have_accessible_description("web.globals.g")
        expect(link).to_have_css("text-decoration-line", "underline")
        expect(link).to_have_css("outline-style", "solid")
        page.keyboard.press("Enter")
        page.wait_for_url("**/web-globals-g.html")


def test_coming_back_shows_the_place_one_left(browser: Browser, address: str) -> None:
    with open_page(browser, address + "web-ctx-has.html", viewport={"width": 1440, "height": 500}) as page:
        last = page.locator(".xref").last
        last.scroll_into_view_if_needed()
        top = page.evaluate("scrollY")
        assert top > 500
        last.click()
        page.wait_for_url("**/web-globals-g.html")
        page.go_back()
        page.wait_for_url("**/web-ctx-has.html")
        page.wait_for_function(f"Math.abs(scrollY - {top}) < 2", timeout=5000)


def test_each_place_is_one_stop_and_every_word_can_be_clicked(browser: Browser, address: str) -> None:
    with open_page(browser, address + "web-ctx-has.html") as page:
        words = page.eval_on_selector_all(".xref", "all => all.map(e => [e.textContent, e.tabIndex])")
        assert words == [["g", 0], ["Web", 0], ["g", -1], ["Web", -1], ["g", -1]]
        page.locator(".xref").nth(2).click()
        page.wait_for_url("**/web-globals-g.html")


def test_links_in_code_are_quiet_until_they_are_pointed_at(browser: Browser, address: str) -> None:
    with open_page(browser, address + "web-ctx-has.html", viewport={"width": 1440, "height": 900}) as page:
        link, plain = page.locator(".xref").first, page.locator(".line .n").first
        colour = "e => [getComputedStyle(e).color, getComputedStyle(e).textDecorationColor]"
        before = link.evaluate(colour)
        assert before == [plain.evaluate(colour)[0], "rgba(0, 0, 0, 0)"]
        page.locator(".listing").hover()
        assert link.evaluate(colour)[1] != "rgba(0, 0, 0, 0)"


def test_documentation_elsewhere_is_shown_as_such(browser: Browser, address: str) -> None:
    with open_page(browser, address + "web-ctx-has.html", viewport={"width": 1440, "height": 900}) as page:
        link = page.locator(".xref[rel=external]").first
        assert link.get_attribute("href") == "https://web.example/api/#web.Web"
        before = link.evaluate("e => getComputedStyle(e, '::after').content")
        link.hover()
        assert "↗" in link.evaluate("e => getComputedStyle(e, '::after').content") != before


def test_on_a_screen_that_cannot_point_links_are_seen(browser: Browser, address: str) -> None:
    with open_page(browser, address + "web-ctx-has.html", has_touch=True, is_mobile=True) as page:
        shown = page.locator(".xref").first.evaluate("e => getComputedStyle(e).textDecorationColor")
        assert shown != "rgba(0, 0, 0, 0)"


def test_copied_code_has_no_trace_of_links(browser: Browser, address: str) -> None:
    options = {"permissions": ["clipboard-read", "clipboard-write"]}
    with open_page(browser, address + "web-ctx-has.html", **options) as page:
        page.get_by_role("button", name="Copy listing").click()
        page.get_by_role("status").filter(has_text="Copied").wait_for()
        assert page.evaluate("navigator.clipboard.readText()").endswith("if has(): g.user = Web(g)\n")


@pytest.mark.parametrize("path", [*_LISTS, "web-ctx-has.html", "web-globals-g.html"])
def test_axe_finds_nothing_in_lists_and_linked_code(browser: Browser, address: str, path: str) -> None:
    with open_page(browser, address + path, reduced_motion="reduce") as page:
        assert [(how, found) for how in vary_page(page) if (found := find_violations(page))] == []


@pytest.mark.parametrize("path", _LISTS)
def test_lists_never_scroll_sideways(browser: Browser, address: str, path: str) -> None:
    with open_page(browser, address + path, viewport={"width": 320, "height": 640}) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize(("javascript", "fragment"), [(False, ""), (True, "#listing-1")])
def test_an_old_address_leads_on(browser: Browser, address: str, javascript: bool, fragment: str) -> None:
    with open_page(browser, address, java_script_enabled=javascript) as page:
        page.goto(f"{address}web-g.html{fragment}", wait_until="commit")  # the page that is left never loads for good
        page.wait_for_url(f"**/web-globals-g.html{fragment}")
