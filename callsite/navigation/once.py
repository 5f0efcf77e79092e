"""Parts of pages that look the same on many of them: a template says which, and they are made once.

{% call callsite.once("footer", SITEURL) %} … {% endcall %}
"""

from __future__ import annotations

from collections.abc import Callable

# The most parts that are kept; a template that has a page's own address in a key does not fill the memory with pages.
_MOST_KEPT = 1000


class Once:
    """What templates have made, by the keys they gave; a call makes it or hands it out."""

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], str] = {}

    def __call__(self, *key: object, caller: Callable[[], str]) -> str:
        """What `caller` makes. It is asked once for each key, whose words tell all that it depends on besides the
        settings; each time when they cannot be compared, as lists cannot.
        """
        key += tuple(map(type, key))  # text and HTML may be equal, as 1 and True are
        try:
            made = self._kept.get(key)
        except TypeError:
            return caller()
        if made is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            made = self._kept[key] = caller()
        return made
