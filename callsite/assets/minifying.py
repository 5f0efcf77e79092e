"""Files made smaller, whatever they are: most stay as they are."""

from __future__ import annotations

from collections.abc import Iterator

from callsite.assets.reference import Reference
from callsite.assets.script import find_script_references, minify_script
from callsite.assets.style import find_style_references, minify_style

STYLES = (".css",)
SCRIPTS = (".js", ".mjs")

# What is made small already is told by its name.
_SMALL = tuple(f".min{ending}" for ending in (*STYLES, *SCRIPTS))

# Larger files, in bytes, are whole programs of others, and would take more than a few seconds to read.
LARGEST = 200_000


def minify(path: str, data: bytes) -> bytes | None:
    """The bytes of a file in a smaller form that means the same; None when there is none that is certain to."""
    name = path.lower()
    if not name.endswith((*STYLES, *SCRIPTS)) or name.endswith(_SMALL):
        return data
    if len(data) > LARGEST:
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    if "\0" in text or text.startswith("\ufeff"):
        return None
    small = minify_style(text) if name.endswith(STYLES) else minify_script(text)
    return None if small is None else small.encode()


def find_references(path: str, data: bytes) -> Iterator[Reference]:
    """The addresses in a file of the theme that are resolved against its own."""
    name = path.lower()
    try:
        data.decode()
    except UnicodeDecodeError:
        return
    if name.endswith(STYLES):
        yield from find_style_references(data)
    elif name.endswith(SCRIPTS):
        yield from find_script_references(data)
