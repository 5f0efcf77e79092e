r"""The words on a listing's fence line: its language and where the code comes from.

    info  = [ language ] { " " word }
    word  = key "=" value | anything else, kept as it is
    value = characters without spaces or quotes | '"' { character | "\" character } '"'
    key   = "project" | "version" | "path" | "rev" | "url" | "licence"
            | "artefact" | "lines"
    lines = range { "," range }         one range for each run between gaps, in the original file
    range = first [ "-" last ]          counted from 1, both ends included

A word that cannot be read is kept, so that nothing on the line is lost.
"""

from __future__ import annotations

import re

from callsite.model import Origin
from callsite.patterns import compile_later

_WORD = compile_later(r'(?:[^\s"]+|"(?:[^"\\]|\\.)*"?)+')
_LANGUAGE = compile_later(r'[^\s"=]+')
_RANGE = compile_later(r"([1-9][0-9]{0,8})(?:-([1-9][0-9]{0,8}))?")

# Key on the fence line -> field of Origin, in the order they are written.
_KEYS = {
    "project": "project",
    "version": "version",
    "path": "path",
    "rev": "revision",
    "url": "url",
    "licence": "licence",
    "artefact": "artefact",
}
KEYS = (*_KEYS, "lines")


def parse_info(info: str) -> tuple[str, Origin, tuple[str, ...]]:
    """Read a fence line's words: language, origin, and the words that mean nothing here (among them any key that is
    given twice, has no value or is badly formed).
    """
    words: list[str] = _WORD.findall(info) if '"' in info else info.split()  # much quicker, and the same words
    language = ""
    if words and _LANGUAGE.fullmatch(words[0]):
        language = words.pop(0)
    values: dict[str, str] = {}
    lines: tuple[tuple[int, int], ...] = ()
    unread: list[str] = []
    for word in words:
        key, _, raw = word.partition("=")
        value = _unquote(raw) if raw.startswith('"') else raw
        field = _KEYS.get(key)
        if field and value and field not in values:
            values[field] = value
        elif key == "lines" and not lines and (ranges := parse_lines(value)):
            lines = ranges
        else:
            unread.append(word)
    return language, Origin(**values, lines=lines), tuple(unread)


def format_info(language: str, origin: Origin, words: tuple[str, ...]) -> str:
    """Write a fence line's words so that `parse_info` gives them back."""
    parts = [language] if language else []
    for key, name in _KEYS.items():
        value = getattr(origin, name)
        if value:
            parts.append(f"{key}={_quote(value)}")
    if origin.lines:
        parts.append(f"lines={format_lines(origin.lines)}")
    return " ".join([*parts, *words])


def parse_lines(value: str) -> tuple[tuple[int, int], ...]:
    """Read `12-40,55`: rising ranges that do not overlap; () when it is anything else."""
    ranges: list[tuple[int, int]] = []
    for part in value.split(","):
        match = _RANGE.fullmatch(part)
        if match is None:
            return ()
        first = int(match[1])
        last = int(match[2] or match[1])
        if last < first or (ranges and first <= ranges[-1][1]):
            return ()
        ranges.append((first, last))
    return tuple(ranges)


def format_lines(lines: tuple[tuple[int, int], ...]) -> str:
    """Write ranges of lines as `12-40,55-55` is read; a range of one line is written as one number."""
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in lines)


def _unquote(raw: str) -> str:
    # A quote that is never closed, or text behind the closing one: leave the word unread.
    match = re.fullmatch(r'"((?:[^"\\]|\\.)*)"', raw)
    return re.sub(r"\\(.)", r"\1", match[1]) if match else ""


def _quote(value: str) -> str:
    if re.search(r'[\s"]', value):
        return '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'
    return value
