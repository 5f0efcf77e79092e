"""What a template shows around a body, told from all else that it could show.

The theme shows of a page's library its name and no more, and lists a library's pages on that library's own page alone;
so a page's digest does not change with pages that are nowhere to be seen on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from hashlib import blake2b
from operator import attrgetter
from typing import Any

from callsite.navigation.late import LateView
from callsite.navigation.views import ListView, PageView, Side

_SIZE = 16

# So many values are known at a time: most are entries that the next pages show, too.
_MOST_KNOWN = 10_000

_get_rest = attrgetter(*(field.name for field in fields(PageView) if field.name not in ("library", "module")))


class Digests:
    """Makes digests of the views of one site, all made before: what several of them hold is looked at once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, bytes]] = {}  # by identity, with the value, which so stays what it is
        self._getters: dict[type, Callable[[Any], Any]] = {}

    def digest_page(self, view: PageView | LateView) -> bytes:
        """The digest of what a page's template shows around its body."""
        if isinstance(view, LateView):
            view = view.whole
        name = view.library.name if view.library else ""
        return self._digest((name, _get_rest(view)))

    def digest_list(self, view: ListView, sidebar: tuple[Side, ...]) -> bytes:
        """The digest of a generated page."""
        return self._digest((replace(view, about=replace(view.about, library=None)), sidebar))

    def digest_parts(self, parts: tuple[Any, ...]) -> bytes:
        """The digest of what all pages show."""
        return self._digest(parts)

    def _digest(self, value: Any) -> bytes:
        return blake2b(self._tell(value), digest_size=_SIZE).digest()

    def _tell(self, value: Any) -> bytes:
        """A value in bytes that no other value has."""
        kind = type(value)
        if kind is tuple:
            known, tell = self._known, self._tell
            told = b"".join([known[id(each)][1] if id(each) in known else tell(each) for each in value])
            return b"(%d %d:%s" % (len(value), len(told), told)
        if kind is str:
            text = value.encode("utf-8", "surrogatepass")
            return b"s%d:%s" % (len(text), text)
        getter = self._getters.get(kind)
        if getter is None:
            if not is_dataclass(value):
                text = repr(value).encode("utf-8", "surrogatepass")
                return b"%d:%s" % (len(text), text)
            getter = self._getters[kind] = attrgetter(*(field.name for field in fields(kind)))
        digest = kind.__name__.encode() + self._digest(getter(value))
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[id(value)] = value, digest
        return digest
