"""What changes from one text to another, as a patch that `git apply` and `patch -p1` take."""

from __future__ import annotations

import difflib
import re

# Only `\n` ends a line here, as in git: a `\r` before it belongs to the line.
_ROW = re.compile(r"[^\n]*\n|[^\n]+")


def format_patch(before: str, after: str, path: str, context: int = 3) -> str:
    """Write a unified diff of a file, "" when nothing changes; `context` is how many lines are shown around changes."""
    name = path.lstrip("/")
    rows = difflib.unified_diff(
        _ROW.findall(before), _ROW.findall(after), _format_name(f"a/{name}"), _format_name(f"b/{name}"), n=context
    )
    return "".join(row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in rows)


def _format_name(name: str) -> str:
    """A file's name as git writes it: in quotes when it holds what would end it, with a tab behind spaces."""
    if re.search(r'["\\\x00-\x1f\x7f]', name):
        return '"' + re.sub(r'["\\]|[\x00-\x1f\x7f]', lambda found: _escape(found[0]), name) + '"'
    return f"{name}\t" if " " in name else name


def _escape(character: str) -> str:
    return f"\\{character}" if character in '"\\' else f"\\{ord(character):03o}"
