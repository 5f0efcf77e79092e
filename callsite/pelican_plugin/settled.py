"""What Pelican works out anew whenever it is asked for it, settled once where nothing can change it any more.

For each address of a page Pelican copies the page's metadata and follows its path up to the root, and it asks for them
some ten times a page.
"""

from __future__ import annotations

from collections.abc import Iterable

from pelican.contents import Content


def settle_path(content: Content) -> None:
    """Let a content object say the path of its source without looking for it."""
    find, known = content.get_relative_source_path, content.relative_source_path

    def tell(source_path: str | None = None) -> str:
        path: str = find(source_path) if source_path else known
        return path

    content.get_relative_source_path = tell


def settle_addresses(contents: Iterable[Content]) -> None:
    """Let content objects remember their addresses. For when all metadata is as it stays."""
    for content in contents:
        known = {key: content.get_url_setting(key) for key in ("url", "save_as")}  # Pelican has no others
        content.get_url_setting = known.__getitem__
