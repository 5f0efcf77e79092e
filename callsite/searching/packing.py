"""How Pagefind packs what it writes: numbers, text and lists in CBOR (RFC 8949), behind a word of its own.

Only as much of CBOR as Pagefind uses: lengths come first, and each number takes the fewest bytes that hold it.
"""

from __future__ import annotations

from typing import Any

_WORD = b"pagefind_dcd"
_NUMBER, _TEXT, _LIST = 0, 3, 4


def parse_packed(data: bytes) -> Any:
    """What was packed. Raises ValueError for anything that `format_packed` would not give back byte for byte."""
    try:
        value, _ = _parse(data, len(_WORD))
    except (IndexError, RecursionError) as error:
        raise ValueError("cut short") from error
    if format_packed(value) != data:
        raise ValueError("packed in another way")
    return value


def format_packed(value: Any) -> bytes:
    """Pack a value."""
    return _WORD + _format(value)


def _parse(data: bytes, at: int) -> tuple[Any, int]:
    kind, number = divmod(data[at], 32)
    at += 1
    if number >= 24:
        size = 1 << (number - 24)
        number = int.from_bytes(data[at : at + size], "big")
        at += size
    if kind == _NUMBER:
        return number, at
    if kind == _TEXT:
        return data[at : at + number].decode("utf-8"), at + number
    if kind != _LIST:
        raise ValueError(f"unknown kind {kind}")
    items: list[Any] = []
    for _ in range(number):
        item, at = _parse(data, at)
        items.append(item)
    return items, at


def _format(value: Any) -> bytes:
    if isinstance(value, int):
        return _format_head(_NUMBER, value)
    if isinstance(value, str):
        text = value.encode("utf-8")
        return _format_head(_TEXT, len(text)) + text
    return _format_head(_LIST, len(value)) + b"".join(map(_format, value))


def _format_head(kind: int, number: int) -> bytes:
    if number < 24:
        return bytes([kind << 5 | number])
    power = next(power for power in range(4) if number < 1 << (8 << power))
    return bytes([kind << 5 | 24 + power]) + number.to_bytes(1 << power, "big")
