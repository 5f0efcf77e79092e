"""The local build: `make serve` and `make html`. `publishconf.py` builds on top of it."""

SITENAME = "Callsite"
SITESUBTITLE = "Real call sites as example pages"
SITEURL = ""

PATH = "content"
OUTPUT_PATH = "output"
THEME = "theme"
PLUGINS = ["callsite.pelican_plugin"]

TIMEZONE = "UTC"
DEFAULT_LANG = "en"

PAGE_PATHS = ["pages", "examples"]
ARTICLE_PATHS = ["posts"]
STATIC_PATHS = ["images", "extra"]

# Pages stand at the site's root, whatever folder their source is in: links between them are `/slug.html`.
PAGE_URL = PAGE_SAVE_AS = "{slug}.html"
ARTICLE_URL = ARTICLE_SAVE_AS = "{slug}.html"
DIRECT_TEMPLATES = ["index", "archives", "404"]

JINJA_ENVIRONMENT = {"trim_blocks": True, "lstrip_blocks": True, "autoescape": True}
MARKDOWN = {
    "extension_configs": {
        "markdown.extensions.extra": {},
        "markdown.extensions.toc": {"permalink": False},
    },
    "output_format": "html5",
}

# Feeds need a full address; publishconf.py has one.
FEED_ALL_ATOM = None
CATEGORY_FEED_ATOM = None
TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM = None
AUTHOR_FEED_RSS = None
