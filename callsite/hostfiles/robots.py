"""`robots.txt` (RFC 9309): what crawlers may read, and where the sitemap is.

They may read everything. What search engines should leave out says so itself (`noindex`); whoever forbids them to read
such a page keeps them from ever seeing that.
"""

from __future__ import annotations


def format_robots(sitemap: str) -> str:
    """Write the file; `sitemap` is the whole address of the sitemap, "" when there is none."""
    rules = "User-agent: *\nAllow: /\n"
    return f"{rules}\nSitemap: {sitemap}\n" if sitemap else rules
