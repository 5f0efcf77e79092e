"""Whether Python-Markdown is the one that was read when the quicker ways of this package were written.

A quicker way is equal only to what it was made after. So it takes the place of an object only if that is of Markdown's
own class, nothing of it has been replaced, and Markdown's files are, byte for byte, those that were read. With another
release of Markdown its own ways do the work: as right, and slower. Who has read a new one adds its digest here; the
laws in `tests/test_prose_quick.py` compare both ways.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from types import FunctionType

import markdown

_FILES = (
    *("core", "util", "blockparser", "blockprocessors", "htmlparser", "inlinepatterns", "preprocessors"),
    *("postprocessors", "serializers", "treeprocessors", "extensions/abbr", "extensions/attr_list"),
    *("extensions/def_list", "extensions/fenced_code", "extensions/footnotes", "extensions/md_in_html"),
    *("extensions/tables", "extensions/toc"),
)
_READ = {"c9bed591c86883e4b99838130147fbec00b1b3d5254b5b27f2c2ee00623a8ad8": "3.11.3"}


@cache
def is_read() -> bool:
    """Whether Markdown's files are those that were read."""
    return _digest(Path(markdown.__file__).parent) in _READ


def _digest(folder: Path) -> str:
    """The digest of Markdown's files in a folder; "" when they cannot be read, as in an archive."""
    digest = hashlib.sha256()
    try:
        for name in _FILES:
            digest.update((folder / f"{name}.py").read_bytes())
    except OSError:
        return ""
    return digest.hexdigest()


def is_written(expression: re.Pattern[str], kind: type) -> bool:
    """Whether a regular expression stands in the file of a class, in quotes, as it is but for numbers put into it."""
    path = Path(markdown.__file__).parent.joinpath(*kind.__module__.split(".")[1:]).with_suffix(".py")
    return is_read() and "'" + re.sub(r"\{0,\d+\}", "{0,%d}", expression.pattern) + "'" in _load(path)


@cache
def _load(path: Path) -> str:
    return re.sub(r"\{0,\d+\}", "{0,%d}", path.read_text(encoding="utf-8"))


def is_own(thing: object, kind: type) -> bool:
    """Whether an object is exactly of one of Markdown's classes that were read, and nothing of it was replaced."""
    if type(thing) is not kind or not kind.__module__.startswith("markdown.") or not is_read():
        return False
    for each in kind.__mro__[:-1]:
        methods = [value for value in vars(each).values() if isinstance(value, FunctionType)]
        if any(value.__module__ != each.__module__ for value in methods):
            return False
        if any(name in vars(thing) for name in vars(each) if not name.startswith("__")):
            return False
    return True
