"""What stands around a page is worked out when its template asks for it: not all of it is in memory at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from callsite.navigation.views import PageView


class LateView:
    """A page's view, with all its attributes. The one that was looked at last is kept, as a template looks at one."""

    __slots__ = ("_make",)

    _last: tuple[LateView, PageView] | None = None

    def __init__(self, make: Callable[[], PageView]) -> None:
        self._make = make

    @property
    def whole(self) -> PageView:
        """The view itself, for who looks at much of it."""
        return self._look()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # asked by Python, of any object
            raise AttributeError(name)
        return getattr(self._look(), name)

    def _look(self) -> PageView:
        last = LateView._last
        if last is None or last[0] is not self:
            last = LateView._last = self, self._make()
        return last[1]
