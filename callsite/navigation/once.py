"""Parts of pages that look the same on many of them: a template says which, and they are made once.

{% call callsite.once("footer", SITEURL) %} … {% endcall %}
{% call(entry) callsite.once.each(list.entries, "link", SITEURL) %} … {% endcall %}
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

# The most parts that are kept; a template that has a page's own address in a key does not fill the memory with pages.
_MOST_KEPT = 1000

# The most entries whose parts are kept, for each key.
_MOST_ENTRIES = 10_000


class Once:
    """What templates have made, by the keys they gave; a call makes it or hands it out."""

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], str] = {}
        # Of entries by their identity: they are kept, too, so that no other can have it.
        self._entries: dict[tuple[object, ...], dict[int, tuple[object, str]]] = {}

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

    def each(self, entries: Iterable[object], *key: object, caller: Callable[[Any], str], unless: str = "") -> str:
        """What `caller` makes of each entry, in one piece. It is asked once for an entry and a key, as above; each time
        for an entry whose attribute `unless` is true, which is one that no other page has. Entries do not change.
        """
        key += tuple(map(type, key))
        try:
            kept = self._entries.setdefault(key, {})
        except TypeError:
            return "".join(map(caller, entries))
        if len(self._entries) > _MOST_KEPT:
            self._entries.clear()
        if len(kept) >= _MOST_ENTRIES:
            kept.clear()
        made = []
        for entry in entries:
            known = kept.get(id(entry))
            if known is None:
                known = entry, caller(entry)
                if not (unless and getattr(entry, unless)):
                    kept[id(entry)] = known
            made.append(known[1])
        return "".join(made)
