"""Metadata in its canonical spelling: `key: value`, as `format_header` writes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from callsite.header import list_entries, parse_header
from callsite.patterns import compile_later

STATUSES = ("published", "draft", "hidden", "skip")

# Most rows, which need no closer look.
_CANONICAL = compile_later(r"(?!(?:toc|aliases|status):)[a-z0-9_-]+: \S.*")


def find_mends(rows: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The metadata rows at the top of a file that have another canonical spelling: each row's line, 1 being the first,
    and the row as it should be. With all of them mended the metadata says the same.
    """
    meta, end, _ = parse_header(list(rows), "")
    for number, row in enumerate(rows[:end], start=1):
        if _CANONICAL.fullmatch(row):
            continue
        # What goes on in the next row, or is set for the second time, is not read as the value it looks like.
        goes_on = number < end and rows[number].startswith("    ")
        key = row.partition(":")[0].strip().lower()
        mended = mend_entry(row, whole=meta.line(key) == number and not goes_on)
        if mended is not None:
            yield number, mended


def mend_entry(row: str, whole: bool = True) -> str | None:
    """A metadata row in its canonical spelling; None for any other row, and for one that is so already but for spaces
    at its end, which nobody sees.

    `whole` says that the row has all of the key's value. A status is the one value that changes its meaning, from none
    to the one that was meant: `Published` is no status, `published` is.
    """
    meta, end, _ = parse_header([row], "")
    if not end:
        return None
    [(key, (value,))] = list_entries(meta)
    if not whole:
        value = row.partition(":")[2].strip()
    elif key == "status" and value.lower() in STATUSES:
        value = value.lower()
    mended = f"{key}: {value}".rstrip()
    return None if mended == row.rstrip() else mended
