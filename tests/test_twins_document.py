"""Pages as clean Markdown."""

from __future__ import annotations

from hypothesis import given, settings
from markdown_it import MarkdownIt

from callsite.model import Gap, Meta, Page, Prose
from callsite.page import parse_page
from callsite.twins.document import Resolve, format_document
from callsite.twins.pages import TwinPage, TwinSite
from tests.strategies import pages, texts
from tests.twinning import leave, site_of, twin, twin_of

_HEADER = "title: flask g Example Code\nslug: g\nsymbol: flask.globals.g\naliases: flask.g\nmeta: What g is for.\ndocs: https://flask.example/api#g\nsortorder: 1\ndate: 2026-01-01"


def _write(twin: TwinPage, site: TwinSite, resolve: Resolve) -> str:
    assert isinstance(twin.page, Page)
    return format_document(twin, twin.page, site, resolve)


def _format(body: str, header: str = "title: T") -> str:
    return _write(twin(header, body), site_of(), leave)


def _body(text: str) -> str:
    """What stands below a page's head."""
    return _format(text).partition("x.html)\n")[2]


def test_a_page() -> None:
    body = """\
[g](/flask.html) is a proxy.

```python project=Shop version=1.2 path=shop/app.py licence=MIT url=https://code.example/shop/app.py lines=1-3,9
from flask import g
~~def f():
~~    return g.x


## ... source file abbreviated ...


~~g.y = 1
```

The end.
"""
    assert (
        _format(body, _HEADER)
        == """\
# flask g Example Code

What g is for.

- Symbol: `flask.globals.g`
- Also known as: `flask.g`
- Documentation: <https://flask.example/api#g>
- Page: [g.html](https://callsite.example/g.html)

[g](https://callsite.example/flask.html) is a proxy.

[Listing 1](https://callsite.example/g.html#listing-1), from Shop 1.2: \
[shop/app.py](https://code.example/shop/app.py), lines 1-3, 9. Licence: MIT.
Marked lines: 2-3, 7.

```python
from flask import g
def f():
    return g.x

## ... source file abbreviated ...

g.y = 1
```

The end.
"""
    )


def test_a_page_that_says_nothing() -> None:
    assert _format("", "category: page") == "# x.html\n\n- Page: [x.html](https://callsite.example/x.html)\n"
    assert _format("", "symbol: a.b").startswith("# a.b\n")


def test_documentation_that_is_no_address_is_left_out() -> None:
    assert "javascript" not in _format("", "title: T\ndocs: javascript:alert(1)")


def test_links_lead_to_the_site() -> None:
    page = twin("title: T", "[a]({filename}b.md) [c](#d) [e](//cdn.example/f) [g](https://x.example/h)\n")

    def resolve(_: Page, target: str) -> str:
        return {"{filename}b.md": "/b.html#s"}.get(target, target)

    there = _write(page, site_of(), resolve)
    assert there.endswith(
        "[a](https://callsite.example/b.html#s) [c](#d) [e](//cdn.example/f) [g](https://x.example/h)\n"
    )
    here = _write(page, site_of(address=""), resolve)
    assert "[a](/b.html#s) [c](#d)" in here
    assert "- Page: [x.html](/x.html)" in here


def test_code_is_without_notation() -> None:
    assert "\n```\n~~not a mark\n# ... not a gap ...\n~~~~\n" in _body(
        "```\n\\~~not a mark\n\\# ... not a gap ...\n~~~~\n```\n"
    )
    assert "Marked" not in _body("```\n\\~~x\n```\n")


def test_gaps_are_comments_of_the_language() -> None:
    assert "\na;\n\n// ... more ...\n" in _body("```js\na;\n/* ... more ... */\n```\n")
    assert "\n```\n... more ...\n\na\n" in _body("```\n# ... more ...\na\n```\n")
    assert "\n```html\n<!-- ... more ... -->\n" in _body("```html\n# ... more ...\n```\n")


def test_fences_are_longer_than_those_in_the_code() -> None:
    assert _body("~~~~~md\n```\nx ````` y\n```\n~~~~~\n").endswith("\n``````md\n```\nx ````` y\n```\n``````\n")


def test_listings_stay_in_their_lists_and_quotes() -> None:
    text = "- one\n\n  ```py\n  ~~a\n\n  b\n  ```\n- ~~~\n  c\n  ~~~\n\n> quoted\n> ```py\n> ~~d\n>\n> ```\n"
    assert (
        _body(text)
        == """
- one

  [Listing 1](https://callsite.example/x.html#listing-1).
  Marked lines: 1.

  ```py
  a

  b
  ```

- [Listing 2](https://callsite.example/x.html#listing-2).

  ```
  c
  ```

> quoted
>
> [Listing 3](https://callsite.example/x.html#listing-3).
> Marked lines: 1.
>
> ```py
> d
>
> ```
"""
    )


def test_what_is_known_of_a_listing() -> None:
    def head(info: str) -> str:
        return _body(f"```py {info}\na\n```\n").split("\n")[1].partition("listing-1)")[2]

    assert head("") == "."
    assert head("licence=MIT") == ". Licence: MIT."
    assert head("project=P") == ", from P."
    assert head("path=a/__b__.py lines=4") == ", from a/\\_\\_b\\_\\_.py, lines 4."
    assert head("path=a.py lines=4-9") == ", from a.py."
    assert head("url=https://x.example/a_b") == ", from [https://x.example/a_b](https://x.example/a_b)."
    assert head("project=P url=javascript:x path=a.py") == ", from P: a.py."


def test_a_first_listing_needs_no_blank_line_in_front() -> None:
    assert _body("\n\n```\na\n```").startswith("\n[Listing 1]")
    assert _body("").strip() == ""


def test_a_listing_may_be_empty() -> None:
    assert _body("```py\n```\n").endswith("\n\n```py\n```\n")
    assert _body("> ```py\n> ```\n").endswith("\n>\n> ```py\n> ```\n")


def test_carriage_returns_and_nul_bytes_of_pages_made_by_hand() -> None:
    page = Page(Meta(title="T"), (Prose("[a](/b)\r\nc\0\r[d](/e)\n"),))
    assert _write(twin_of(page), site_of(), leave).endswith(
        "[a](https://callsite.example/b)\nc\ufffd\n[d](https://callsite.example/e)\n"
    )


@settings(max_examples=60)
@given(pages() | texts().map(lambda text: parse_page(text)[0]))
def test_each_listing_is_one_fenced_block_with_its_code(page: Page) -> None:
    text = _write(twin_of(page), site_of(), lambda _, target: f"/x{target}")
    parser = MarkdownIt("commonmark", {"maxNesting": 100})
    parser.core.ruler.enableOnly(["normalize", "block"])
    blocks = [token.content.split("\n")[:-1] for token in parser.parse(text) if token.type == "fence"]
    assert len(blocks) == len(page.listings)
    for block, listing in zip(blocks, page.listings, strict=True):
        if not any(isinstance(row, Gap) for row in listing.snippet.rows):
            assert block == [line.text for line in listing.snippet.lines]
        else:
            rest = iter(block)
            assert all(line.text in rest for line in listing.snippet.lines)
