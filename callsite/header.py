r"""A page's metadata block, in the form Pelican's Markdown pages have.

    header = [ "---" ] { key ":" value "\n" { more "\n" } } [ "---" ]
    key    = letters, digits, "_" and "-"; case does not count
    more   = four spaces or more, then the next line of the value

It begins on the first line of the file and ends before the first blank line. A file whose first line is no `key:` line
has no metadata. The grammar is that of Markdown's own metadata extension, which keeps no line numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from callsite.model import Meta, Place, Problem
from callsite.patterns import compile_later
from callsite.symbol import parse_symbol

_ENTRY = compile_later(r" {0,3}([A-Za-z0-9_-]+):[ \t]*(.*)", re.DOTALL)
_MORE = compile_later(r" {4,}(.*)", re.DOTALL)
_BEGIN = compile_later(r"---(?:\s.*)?", re.DOTALL)
_END = compile_later(r"(?:---|\.\.\.)(?:\s.*)?", re.DOTALL)

# The notation's own keys in the order they are written; `meta` is the description.
KEYS = ("title", "category", "slug", "sortorder", "toc", "sidebartitle", "meta", "symbol", "aliases", "docs", "check")

# The keys Pelican 4.12 gives a meaning to (its readers, contents and settings documentation).
PELICAN_KEYS = (
    "author",
    "authors",
    "date",
    "keywords",
    "lang",
    "modified",
    "save_as",
    "status",
    "summary",
    "tags",
    "template",
    "translation",
    "url",
)

# Keys whose value Pelican takes for one word or one path, and those whose value it reads as a date.
SINGLE = frozenset({"lang", "save_as", "slug", "template", "translation", "url"})
DATES = ("date", "modified")

# Keys that Pelican 4.12 would turn into attributes of its content objects, over what those and the theme need to work.
RESERVED = frozenset(
    [
        "allowed_statuses",
        "callsite",
        "content",
        "default_status",
        "default_template",
        "example",
        "filename",
        "get_content",
        "get_relative_source_path",
        "get_siteurl",
        "get_static_links",
        "get_summary",
        "get_url_setting",
        "is_valid",
        "mandatory_properties",
        "metadata",
        "refresh_metadata_intersite_links",
        "relative_dir",
        "relative_source_path",
        "save_as",
        "settings",
        "source_path",
        "status",
        "summary",
        "timezone",
        "translations",
        "url",
        "url_format",
    ]
)

_PLAIN = ("title", "category", "slug", "sidebartitle", "docs", "check")


def split_header(text: str) -> list[str]:
    r"""The first rows of a file whose lines end in `\n`: all that `parse_header` looks at."""
    most = 32
    while True:
        rows = text.split("\n", most)
        if len(rows) <= most:
            return rows if rows[-1] else rows[:-1]
        if not all(map(str.strip, rows[:most])):
            return rows[:most]
        most *= 2


def parse_header(rows: list[str], path: str) -> tuple[Meta, int, tuple[Problem, ...]]:
    """Read the metadata off the top of a file given as rows without line ends.

    Returns the metadata, how many rows it takes up, and what is wrong with it. A key that is set twice or has a value
    that cannot be read is a problem, and stays in `others` as it is.
    """
    entries: list[tuple[str, list[str], int]] = []
    problems: list[Problem] = []
    fenced = bool(rows) and _BEGIN.fullmatch(rows[0]) is not None
    end = 1 if fenced else 0
    for row in rows[end:]:
        if not row.strip():
            break
        entry = _ENTRY.fullmatch(row)
        if entry:
            entries.append((entry[1].lower(), [entry[2].strip()], end + 1))
        elif entries and (more := _MORE.fullmatch(row)):
            entries[-1][1].append(more[1].strip())
        elif entries and _END.fullmatch(row):
            end += 1
            break
        else:
            if entries:
                problems.append(_unread(Place(path, end + 1), row))
            break
        end += 1
    if not entries:
        return Meta(), 0, ()
    known: dict[str, Any] = {}  # fields of Meta
    seen: dict[str, int] = {}
    others: list[tuple[str, tuple[str, ...]]] = []
    for key, values, line in entries:
        at = Place(path, line)
        field = None
        if key in seen:
            problems.append(
                Problem(at, "M102", f"`{key}` is set twice, first on line {seen[key]}", "keep one of the two")
            )
        else:
            seen[key] = line
            field, problem = _read_field(key, values, at)
            problems += problem
        if field is None:
            others.append((key, tuple(values)))
        else:
            known.update(field)
    written = "".join(f"{row}\n" for row in rows[:end])
    meta = Meta(**known, others=tuple(others), lines=tuple(seen.items()), written=written)
    return meta, end, tuple(problems)


def format_header(meta: Meta) -> str:
    """Write metadata so that `parse_header` gives it back: as it was read when it still says the same, else one key a
    line in the order of `KEYS`, then the others in theirs.
    """
    if meta.written is not None:
        again, _, _ = parse_header(meta.written.split("\n"), "")
        if again == meta:
            return meta.written
    rows: list[str] = []
    for key, (first, *more) in list_entries(meta):
        rows.append(f"{key}: {first}".rstrip())
        rows += [f"    {value}" for value in more]
    return "".join(f"{row}\n" for row in rows)


def list_entries(meta: Meta) -> Iterator[tuple[str, tuple[str, ...]]]:
    """All keys that are set, as they are written, each with the lines of its value: our own, then the others."""
    values = {
        **{key: getattr(meta, key) for key in (*_PLAIN, "sortorder")},
        "toc": "" if meta.toc is None else str(meta.toc),
        "meta": meta.description,
        "symbol": str(meta.symbol or ""),
        "aliases": ", ".join(meta.aliases),
    }
    for key in KEYS:
        if values[key]:
            yield key, (values[key],)
    yield from meta.others


def _read_field(key: str, values: list[str], at: Place) -> tuple[dict[str, Any] | None, list[Problem]]:
    """The field of `Meta` that `key` sets, or None when the key is not ours or its value cannot be read."""
    value = " ".join(values).strip()
    if key in _PLAIN and value:
        return {key: value}, []
    if key not in KEYS or not value:
        return None, []
    if key == "meta":
        return {"description": value}, []
    if key == "sortorder":
        if re.fullmatch(r"[0-9]+", value):
            return {"sortorder": value}, []
        return None, [_malformed(at, key, value, "write digits only, such as 500021011")]
    if key == "toc":
        if value.lower() in ("true", "false"):
            return {"toc": value.lower() == "true"}, []
        return None, [_malformed(at, key, value, "write True or False")]
    names = [name.strip() for name in value.split(",")] if key == "aliases" else [value]
    symbols = [parse_symbol(name) for name in names]
    if None in symbols:
        return None, [_malformed(at, key, value, "write dotted names, such as flask.ctx.after_this_request")]
    if key == "symbol":
        return {"symbol": symbols[0]}, []
    return {"aliases": tuple(names)}, []


def _malformed(at: Place, key: str, value: str, hint: str) -> Problem:
    return Problem(at, "M104", f"`{key}` cannot be `{value}`", hint)


def _unread(at: Place, row: str) -> Problem:
    shown = row if len(row) <= 40 else row[:39] + "…"
    return Problem(
        at, "M106", f"`{shown}` is not `key: value`", "mend the line, or leave a blank line after the metadata"
    )
