"""The built site in a real browser: keyboard, colours, accessibility, comfort with and without JavaScript."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from callsite.scaffold import plan_site
from tests.browsing import build_site, find_violations, open_page, serve_folder, vary_page
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.browser

_POST = """\
title: A first article
slug: first-article
date: 2026-01-31
category: news
meta: What an article looks like.

Text with `code`, a [link](/index.html) and a table.

| one | two |
| --- | --- |
| 1   | 2   |

```python
~~print("an article may have listings, too")
```
"""

_EXAMPLE = """\
title: shop.cart.backends.redis RedisCartBackendFactory Example Code
slug: shop-cart
sortorder: 900011001
sidebartitle: shop.cart.backends.redis RedisCartBackendFactory
meta: An example page with everything on it.

Intro with a link to [the index](/index.html).

## Example 1 from Somewhere

```python project=Somewhere version=2.1 path=src/shop/basket/keeping/everything/cart.py url=https://example.org/cart.py licence=MIT lines=1-9,40-44
# cart.py
~~from shop.cart.backends.redis import RedisCartBackendFactory

@decorated(name="x", number=1_000)
class Keeper(Base, metaclass=Meta):
    \"\"\"A docstring, which is a string that goes on for longer than any narrow screen is wide, so that it scrolls.\"\"\"

~~    def make(self, *args: int, **kwargs: str) -> "Cart":  # a comment behind code
~~        return RedisCartBackendFactory(f"{self.name!r:>10}", r"\\d+\\n", b"bytes", None, True, 0x1F, 1.5, args[0] @ 3)


## ... source file abbreviated to get to RedisCartBackendFactory examples ...


    try:
~~        factory = RedisCartBackendFactory()
    except (KeyError, ValueError) as error:
        raise RuntimeError("no") from error
    assert factory is not None and len(factory) >= 0


## ... source file continues with no further RedisCartBackendFactory examples ...

```

## Example 2 from Somewhere Else

```html
<!-- page.html -->
~~<a class="link" href="/x">text &amp; more</a>
<p>An invisible character: \u202e here</p>
```
"""

KINDS = {
    "index": "index.html",
    "library": "libraries/shop.html",
    "example": "shop-cart.html",
    "manual": "notation.html",
    "article": "first-article.html",
    "missing": "404.html",
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site with a page of each kind, among them this repository's manual, built and served."""
    root = tmp_path_factory.mktemp("browser")
    shutil.copytree(REPOSITORY / "content", root / "content")
    files = {"content/posts/post.md": _POST, "content/examples/shop/cart.md": _EXAMPLE}
    files["pelicanconf.py"] = plan_site("Browser")["pelicanconf.py"]
    with serve_folder(build_site(root, files)) as url:
        yield url


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing(browser: Browser, address: str, kind: str) -> None:
    with open_page(browser, address + KINDS[kind], reduced_motion="reduce") as page:
        assert [(how, found) for how in vary_page(page) if (found := find_violations(page))] == []


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_but_code_scrolls_sideways(browser: Browser, address: str, kind: str) -> None:
    with open_page(browser, address + KINDS[kind], viewport={"width": 320, "height": 640}) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        assert page.evaluate("document.body.scrollWidth") <= 320
    if kind == "example":
        with open_page(browser, address + KINDS[kind], viewport={"width": 320, "height": 640}) as page:
            code = "(() => { const c = document.querySelector('.highlight'); return c.scrollWidth - c.clientWidth })()"
            assert page.evaluate(code) > 0


def test_the_keyboard_reaches_everything(browser: Browser, address: str) -> None:
    with open_page(browser, address + KINDS["example"], viewport={"width": 1440, "height": 900}) as page:
        reached: list[str] = []
        for _ in range(200):
            page.keyboard.press("Tab")
            name = page.evaluate(
                "(() => { const e = document.activeElement; if (e === document.body) return '';"
                "const s = getComputedStyle(e); const seen = s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2;"
                "return (seen ? '' : 'unseen: ') + (e.getAttribute('aria-label') || e.textContent.trim() || e.title) })()"
            )
            if not name:
                break
            reached.append(name)
        assert reached[0] == "Skip to content"
        assert not [name for name in reached if name.startswith("unseen")]
        assert {"Listing 1: cart.py", "Listing 2: page.html"} <= set(reached)
        links = page.evaluate(
            "[...document.querySelectorAll('a[href], button')].filter(e => e.checkVisibility()).length"
        )
        assert len(reached) >= links


def test_code_scrolls_by_keyboard(browser: Browser, address: str) -> None:
    with open_page(browser, address + KINDS["example"], viewport={"width": 360, "height": 640}) as page:
        region = page.locator(".highlight").first
        region.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("document.querySelector('.highlight').scrollLeft > 0", timeout=5000)


def test_skipping_leads_to_the_content(browser: Browser, address: str) -> None:
    with open_page(browser, address + KINDS["example"]) as page:
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def _background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor")) + str(
        page.evaluate("getComputedStyle(document.body).backgroundColor")
    )


def test_dark_mode_needs_no_javascript(browser: Browser, address: str) -> None:
    seen = {}
    for scheme in ("light", "dark"):
        with open_page(browser, address, color_scheme=scheme, java_script_enabled=False) as page:
            shot = page.screenshot()
            seen[scheme] = shot
            assert page.locator(".theme-switch").is_hidden()
    with open_page(browser, address, color_scheme="dark") as page:
        dark = _background(page)
    with open_page(browser, address, color_scheme="light") as page:
        assert _background(page) != dark
    assert seen["light"] != seen["dark"]


def test_the_theme_switch_remembers(browser: Browser, address: str) -> None:
    with open_page(browser, address, color_scheme="light") as page:
        light = _background(page)
        switch = page.get_by_role("button", name="Theme")
        switch.click()
        dark = _background(page)
        assert dark != light
        page.goto(address + KINDS["example"])
        assert _background(page) == dark
        page.emulate_media(color_scheme="dark")
        assert _background(page) == dark
        page.get_by_role("button", name="Theme").click()
        assert _background(page) == dark  # as the system wishes again
        page.emulate_media(color_scheme="light")
        assert _background(page) == light


# WCAG 2.2, "relative luminance" and "contrast ratio".
_CONTRASTS = """
() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const paint = (...colours) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r, g, b]) => {
    const [R, G, B] = [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * R + 0.7152 * G + 0.0722 * B;
  };
  const ratio = (a, b) => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const backgrounds = element => {
    const found = [];
    for (let e = element; e; e = e.parentElement) found.unshift(getComputedStyle(e).backgroundColor);
    return found;
  };
  const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const rows = [];
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const line = element.closest(".line");
    if (!line || !texts.currentNode.data.trim() || element.closest(".visually-hidden")) continue;
    const behind = paint("white", ...backgrounds(element));
    const colour = getComputedStyle(element).color;
    rows.push([line.classList.contains("hll"), element.className, ratio(paint("white", ...backgrounds(element), colour), behind)]);
  }
  return rows;
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_of_code_can_be_read(browser: Browser, address: str, scheme: str) -> None:
    with open_page(browser, address + KINDS["example"], color_scheme=scheme) as page:
        rows = page.evaluate(_CONTRASTS)
    marked = {name for is_marked, name, _ in rows if is_marked}
    assert len(marked) > 10
    assert len({name for is_marked, name, _ in rows if not is_marked}) > 10
    assert [row for row in rows if row[2] < 4.5] == []


def test_copying_takes_the_code_alone(browser: Browser, address: str) -> None:
    options = {"permissions": ["clipboard-read", "clipboard-write"]}
    with open_page(browser, address + KINDS["example"], **options) as page:
        buttons = page.get_by_role("button", name="Copy listing")
        names = [button.inner_text() for button in buttons.all()]
        assert len(set(names)) == len(names) == 2
        buttons.nth(1).click()
        page.get_by_role("status").filter(has_text="Copied").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith('<!-- page.html -->\n<a class="link" href="/x">text &amp; more</a>\n<p>')
        assert "Marked line" not in copied


def test_selecting_leaves_cues_and_numbers_out(browser: Browser, address: str) -> None:
    with open_page(browser, address + KINDS["example"]) as page:
        page.locator("figure.listing pre").first.evaluate(
            "e => { const r = document.createRange(); r.selectNodeContents(e); getSelection().addRange(r) }"
        )
        selected = page.evaluate("getSelection().toString()")
        assert selected.startswith(
            "# cart.py\nfrom shop.cart.backends.redis import RedisCartBackendFactory\n\n@decorated"
        )
        assert page.locator('.line[data-n="40"]').count() == 1


def test_a_marked_line_can_be_linked_to(browser: Browser, address: str) -> None:
    with open_page(browser, address + KINDS["example"] + "#listing-1-4") as page:
        line = page.locator("#listing-1-4")
        assert "RedisCartBackendFactory()" in line.inner_text()
        seen = (
            "e => { const box = e.getBoundingClientRect();"
            "return e.matches(':target') && e.contains(document.elementFromPoint(box.left + 60, box.top + box.height / 2)) }"
        )
        assert line.evaluate(seen)  # and nothing lies over it


def test_without_javascript_all_is_there(browser: Browser, address: str) -> None:
    with open_page(browser, address + KINDS["example"], java_script_enabled=False) as page:
        assert page.get_by_role("button", name="Copy").count() == 0
        assert page.locator(".line.hll").count() == 5
        page.get_by_role("link", name="shop.cart.backends.redis").first.click()
        assert page.url.startswith(address + "libraries/shop.html")


def test_the_page_reloads_when_it_is_edited(browser: Browser, tmp_path: Path) -> None:
    for name, text in plan_site("Live").items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    source = tmp_path / "content/examples/pathlib/path.md"
    command = [sys.executable, "-m", "callsite", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr
        url = server.stderr.readline().split()[2]
        while "Built in" not in (line := server.stderr.readline()):
            assert line, "the server ended"
        with open_page(browser, url + "pathlib-path-examples.html") as page:
            source.write_text(source.read_text(encoding="utf-8") + "\nSomething new.\n", encoding="utf-8")
            page.get_by_text("Something new.").wait_for(timeout=20_000)
        server.terminate()
        server.communicate(timeout=30)
    assert server.returncode == 0
