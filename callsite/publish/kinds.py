"""What kind of file each path is: when it may be sent, how long it may be kept, and how it is to be served."""

from __future__ import annotations

import posixpath
from enum import Enum
from typing import Final

from callsite.patterns import compile_later

# The part of a name that says what is in the file: the first digits of its SHA-256.
FINGERPRINT: Final = 12
_FINGERPRINTED = compile_later(rf"\.([0-9a-f]{{{FINGERPRINT}}})\.[^./]+\Z")
_DIGITS = frozenset("0123456789")  # twelve of them alone are as likely a date and time

# What a host may send in place of a file, by the ending of its name.
ENCODINGS: Final = {".gz": "gzip", ".br": "br"}


class Kind(Enum):
    """The kinds of files, as far as publishing treats them differently."""

    FINGERPRINTED = "fingerprinted"
    """Its name says what is in it, so it never changes."""
    ASSET = "asset"
    """What pages show or link to and is no page: images, styles without a fingerprint, fragments of the search."""
    PAGE = "page"
    """What links to pages: HTML, and its twins in Markdown."""
    ENTRY = "entry"
    """What leads to pages and is asked for first: the site's index, feeds, the sitemap, the start of the search."""
    CONTROL = "control"
    """What tells the host how to serve the rest: `_headers`, `_redirects`, `.nojekyll`, `CNAME`."""


_CONTROL = frozenset({"_headers", "_redirects", ".nojekyll", "CNAME"})

# Feeds, sitemaps and lists that programs begin with. The program of the search asks for its entry before all else.
_ENTRIES = frozenset(
    {"index.html", "robots.txt", "llms.txt", "llms-full.txt", "objects.inv", "build.json", "examples.json"}
)
_ENTRY_NAMES = compile_later(
    r"(?:\A|/)(?:[^/]*\.(?:atom|rss)(?:\.xml)?|(?:atom|rss|feed|sitemap[^/]*)\.xml|feed\.json"
    r"|pagefind/pagefind(?:-entry\.json|\.js))\Z"
)
_PAGE_ENDINGS = (".html", ".htm", ".md")

# RFC 9110, section 8.3. Of text, browsers guess the charset unless they are told it.
TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".htm": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    ".md": "text/markdown; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".py": "text/plain; charset=utf-8",
    ".toml": "text/plain; charset=utf-8",
    ".rst": "text/plain; charset=utf-8",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".csv": "text/csv; charset=utf-8",
    ".vtt": "text/vtt; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".atom.xml": "application/atom+xml; charset=utf-8",
    ".rss.xml": "application/rss+xml; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".rss": "application/rss+xml; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".ico": "image/vnd.microsoft.icon",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".mp3": "audio/mpeg",
    ".woff2": "font/woff2",
    ".woff": "font/woff",
    ".ttf": "font/ttf",
    ".otf": "font/otf",
    ".wasm": "application/wasm",
    ".pdf": "application/pdf",
    ".zip": "application/zip",
    ".gz": "application/gzip",
    ".br": "application/octet-stream",
}
_TYPES_OF_NAMES = {"_headers": "text/plain; charset=utf-8", "_redirects": "text/plain; charset=utf-8"}
UNKNOWN_TYPE: Final = "application/octet-stream"

# How S3 is told that an object leads somewhere else:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html
REDIRECT: Final = "x-amz-website-redirect-location"

# RFC 9111 and RFC 8246: what may change is asked for each time it is shown, which costs an answer without a body.
IMMUTABLE: Final = "public, max-age=31536000, immutable"
_CACHING = {
    Kind.FINGERPRINTED: IMMUTABLE,
    Kind.ASSET: "public, max-age=3600, must-revalidate",
    Kind.PAGE: "public, max-age=0, must-revalidate",
    Kind.ENTRY: "public, max-age=0, must-revalidate",
    Kind.CONTROL: "no-store",
}


def find_kind(path: str, sha256: str = "") -> Kind:
    """The kind of an output file. `sha256` is the digest of what is in it, in hexadecimal digits.

    A name is only trusted to be a fingerprint when it says the same as the digest. A compressed twin is of the kind of
    the file it stands for; of that one's digest nothing is known here, so a name that looks like one is trusted.
    """
    plain, ending = posixpath.splitext(path)
    is_twin = ending in ENCODINGS and "." in posixpath.basename(plain)
    if is_twin:
        path = plain
    name = posixpath.basename(path)
    said = _FINGERPRINTED.search(name)
    if said and (sha256.startswith(said[1]) or (is_twin and not _DIGITS.issuperset(said[1]))):
        return Kind.FINGERPRINTED
    if path in _CONTROL:
        return Kind.CONTROL
    if path in _ENTRIES or _ENTRY_NAMES.search(path):
        return Kind.ENTRY
    return Kind.PAGE if name.lower().endswith(_PAGE_ENDINGS) else Kind.ASSET


def seems_fingerprinted(path: str) -> bool:
    """Whether a name looks like one that says what is in the file: `find_kind` then needs the digest to tell."""
    return _FINGERPRINTED.search(path) is not None


def find_type(path: str) -> str:
    """The media type of an output file, with its charset where it is text."""
    name = posixpath.basename(path)
    stem, ending = posixpath.splitext(name.lower())
    double = posixpath.splitext(stem)[1] + ending
    return _TYPES_OF_NAMES.get(name) or TYPES.get(double) or TYPES.get(ending) or UNKNOWN_TYPE


def plan_headers(path: str, kind: Kind, encoding: str = "") -> tuple[tuple[str, str], ...]:
    """How a file is to be served: names and values of headers. `encoding` is how what is sent of it is compressed,
    "gzip", "br" or "" for not at all.
    """
    headers = (("content-type", find_type(path)), ("cache-control", _CACHING[kind]))
    return (*headers, ("content-encoding", encoding)) if encoding else headers


# Files of the search (https://pagefind.app) whose names change with what is in them.
_SEARCH_PARTS = compile_later(r"(?:\A|/)pagefind/(?:(?:fragment|index|filter)/|[^/]+\.pf_meta\Z)")


def outlasts(path: str, kind: Kind) -> bool:
    """Whether a page in somebody's cache may ask for this file when the site has another one in its place."""
    return kind is Kind.FINGERPRINTED or bool(_SEARCH_PARTS.search(path))
