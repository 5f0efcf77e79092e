"""Pelican as it comes, with CodeHilite and its own cache; each page lists those of its own library."""

from typing import Any

SITENAME = "Bench"
SITEURL = "https://bench.example"
PATH = "content"
OUTPUT_PATH = "output"
TIMEZONE = "UTC"
THEME = "simple"
THEME_TEMPLATES_OVERRIDES = ["templates"]
STYLESHEET_URL = "/extra/site.css"
# Links to all pages in each would take most of the time.
DISPLAY_PAGES_ON_MENU = False
DISPLAY_CATEGORIES_ON_MENU = False
PAGE_PATHS = ["pages"]
ARTICLE_PATHS: list[str] = []
STATIC_PATHS = ["extra"]
PAGE_URL = PAGE_SAVE_AS = "{slug}.html"
DIRECT_TEMPLATES = ["index"]
AUTHOR_SAVE_AS = CATEGORY_SAVE_AS = TAG_SAVE_AS = ""
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
CACHE_CONTENT = LOAD_CONTENT_CACHE = True
MARKDOWN = {
    "extension_configs": {
        "markdown.extensions.codehilite": {"css_class": "highlight", "guess_lang": False},
        "markdown.extensions.extra": {},
        "markdown.extensions.meta": {},
        "markdown.extensions.toc": {},
    },
    "output_format": "html5",
}

_shelves: dict[str, list[tuple[str, str]]] = {}


def list_library(page: Any, pages: list[Any]) -> list[tuple[str, str]]:
    """The addresses and names of the pages of a page's own library, found once for all pages."""
    if not _shelves:
        for other in pages:
            _shelves.setdefault(other.library, []).append((other.url, other.short))
    return _shelves[page.library]


JINJA_GLOBALS = {"list_library": list_library}
