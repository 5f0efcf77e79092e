"""Bytes to text and text to lines: what every later step takes for granted about the characters it is given."""

from __future__ import annotations

import re

from callsite.model import Place, Problem

BOM = "\ufeff"

# Line ends as Markdown and HTML know them. `str.splitlines` also splits on form feeds and U+2028, which are code.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")

# Characters that change how text looks without being seen: the bidirectional controls of UAX #9 (see "Trojan Source",
# CVE-2021-42574), zero-width characters, Hangul fillers (names that cannot be seen), U+2028 and U+2029 (they end a
# comment in JavaScript and show as nothing), tags and variation selectors that can carry hidden text, and control codes
# other than tab, line feed, form feed and carriage return. The joiners U+200C and U+200D and the variation selectors up
# to U+FE0F are left out: scripts and emoji need them.
CONTROL = re.compile(
    "[\x01-\x08\x0b\x0e-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e01ef]"
)


def decode_text(data: bytes, path: str) -> tuple[str, tuple[Problem, ...]]:
    """Decode a file of content.

    A byte order mark is dropped. Bytes that are not UTF-8 and NUL bytes are problems with their line; the text that
    comes back then holds U+FFFD in their place.
    """
    problems: list[Problem] = []
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        seen = error.object  # `data` without its byte order mark
        line = len(re.findall(rb"\r\n|\r|\n", seen[: error.start])) + 1
        problems.append(
            Problem(
                Place(path, line),
                "T101",
                f"byte 0x{seen[error.start]:02x} is not UTF-8",
                "save the file as UTF-8",
            )
        )
        text = data.decode("utf-8-sig", errors="replace")
    text = normalise_ends(text)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        problems.append(Problem(Place(path, line), "T102", "a NUL byte in the text", "remove it"))
        text = text.replace("\0", "\ufffd")
    return text, tuple(problems)


def normalise_ends(text: str) -> str:
    r"""Turn every line end, CRLF and lone CR, into `\n`."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def split_ends(text: str) -> list[str]:
    """Split into lines that keep their own line ends; joining them gives `text` back."""
    return _LINE.findall(text)
