"""Settings that every Callsite site starts from: `from callsite.defaults import *` at the top of pelicanconf.py.

Pelican describes them: https://docs.getpelican.com/en/latest/settings.html
"""

from callsite import theme

THEME = theme.THEME
SITEURL = ""
PATH = "content"
OUTPUT_PATH = "output"
PLUGINS = ["callsite.pelican_plugin"]

TIMEZONE = "UTC"
DEFAULT_LANG = "en"

PAGE_PATHS = ["pages", "examples"]
ARTICLE_PATHS = ["posts"]
STATIC_PATHS = ["images", "extra"]

# Pages stand at the site's root, whatever folder their source is in: links between them are `/slug.html`.
PAGE_URL = PAGE_SAVE_AS = "{slug}.html"
ARTICLE_URL = ARTICLE_SAVE_AS = "{slug}.html"
PAGE_LANG_URL = PAGE_LANG_SAVE_AS = "{slug}-{lang}.html"
ARTICLE_LANG_URL = ARTICLE_LANG_SAVE_AS = "{slug}-{lang}.html"
DIRECT_TEMPLATES = ["index", "archives", "404"]

MARKDOWN = {"extension_configs": {"markdown.extensions.extra": {}}, "output_format": "html5"}

# Feeds need a full address, which the production settings have.
FEED_ALL_ATOM: str | None = None
CATEGORY_FEED_ATOM = None
TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM = None
AUTHOR_FEED_RSS = None
