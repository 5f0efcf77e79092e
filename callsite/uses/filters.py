"""Which texts are worth resolving: a name that is used somewhere is written there."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def make_filter(root: str, leaves: Iterable[str] = ()) -> Callable[[bytes], bool]:
    """Whether a text can use a name below the package `root` whose last part is one of `leaves`; without these, any.

    It says yes too often and never no in the wrong place, but for two things: names that come by way of a project's own
    modules, where the root need not be written, and identifiers that are not in Unicode's normal form.
    """
    package = root.encode()
    words = tuple(leaf.encode() for leaf in leaves)

    def is_wanted(data: bytes) -> bool:
        return package in data and (not words or any(word in data for word in words))

    return is_wanted
