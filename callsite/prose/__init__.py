"""Markdown between listings to HTML, in one go for a whole page.

Code never passes through Markdown, which would expand its tabs. Each listing is represented by a line with a token that
occurs nowhere else in the page (`tokens`); Markdown's own block rules decide which list or quote it belongs to, and the
tokens are swapped for the listings at the end, also those in raw HTML (`converting`).

Python-Markdown makes the HTML, whatever extensions a site has. What takes it long is done by quicker ways that make the
same (`quick` puts them in their places, each has a module of its own), as long as it is the Markdown they were made
after (`known`). Most pages are plain, and become HTML without it (`documents`). What comes of it can be read
without importing any of that (`values`).
"""

from __future__ import annotations

from callsite.prose.values import HEADINGS, Converted, Heading

__all__ = ["HEADINGS", "Converted", "Heading"]
