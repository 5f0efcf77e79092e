"""Regular expressions that are compiled when they are first used.

Compiling one takes longer than reading a small module, and a run uses few of those that its modules have.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


def compile_later(pattern: AnyStr, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, to be used by its methods: functions of `re` do not take it, and it is equal to none."""
    return cast("re.Pattern[AnyStr]", _Later(pattern, flags))


class _Later:
    """Stands for an expression. Methods that were asked for are kept: a second use is as quick as of the expression."""

    def __init__(self, pattern: str | bytes, flags: re.RegexFlag) -> None:
        self.pattern = pattern  # others are put together from it
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(self.pattern, self._flags), name)
        setattr(self, name, found)
        return found
