"""Bytes to text and text to lines: what every later step takes for granted about the characters it is given."""

from __future__ import annotations

import codecs
import io
import re
import tokenize

from callsite.model import Place, Problem
from callsite.patterns import compile_later

BOM = "\ufeff"

# Line ends as Markdown and HTML know them. `str.splitlines` also splits on form feeds and U+2028, which are code.
_LINE = compile_later(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")

# Characters that change how text looks without being seen: the bidirectional controls of UAX #9 (see "Trojan Source",
# CVE-2021-42574), zero-width characters, Hangul fillers (names that cannot be seen), U+2028 and U+2029 (they end a
# comment in JavaScript and show as nothing), tags and variation selectors that can carry hidden text, and control codes
# other than tab, line feed, form feed and carriage return. The joiners U+200C and U+200D and the variation selectors up
# to U+FE0F are left out: scripts and emoji need them.
CONTROL = compile_later(
    "[\x01-\x08\x0b\x0e-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e01ef]"
)

# The characters of ASCII that it does not hold.
_PLAIN = b"\0\t\n\f\r" + bytes(range(0x20, 0x7F))


def holds_control(text: str) -> bool:
    """Whether any of the characters of `CONTROL` is in a text. It is looked for among those few that are not ASCII."""
    rest = text.encode("utf-8", "surrogatepass").translate(None, _PLAIN)
    return bool(rest) and CONTROL.search(rest.decode("utf-8", "surrogatepass")) is not None


def decode_text(data: bytes, path: str) -> tuple[str, tuple[Problem, ...]]:
    """Decode a file of content.

    A byte order mark is dropped. Bytes that are not UTF-8 and NUL bytes are problems with their line; the text that
    comes back then holds U+FFFD in their place.
    """
    problems: list[Problem] = []
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = len(re.findall(rb"\r\n|\r|\n", data[: error.start])) + 1
        problems.append(
            Problem(
                Place(path, line),
                "T101",
                f"byte 0x{data[error.start]:02x} is not UTF-8",
                "save the file as UTF-8",
            )
        )
        text = data.decode(errors="replace")
    text = normalise_ends(text)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        problems.append(Problem(Place(path, line), "T102", "a NUL byte in the text", "remove it"))
        text = text.replace("\0", "\ufffd")
    return text, tuple(problems)


# Codecs that a cookie can name and that no file of Python is in: ASCII is not ASCII in them, or does not stay text.
_NO_SOURCE = compile_later(r"idna|punycode|(?:raw.)?unicode.escape|undefined|utf.(?:7|16|32).*")


def decode_python(data: bytes) -> str:
    r"""Decode a file of Python as PEP 263 says: by its byte order mark, the cookie in its first two lines, or as UTF-8.

    Line ends become `\n`. Raises ValueError, with a reason to show, when the bytes are no text in that encoding, when
    there is no such encoding, and for NUL bytes, which Python does not read either.
    """
    # Lone carriage returns end a line here as well; in `detect_encoding` they would not.
    head = b"\n".join(re.split(rb"\r\n|\r|\n", data, maxsplit=2)[:2])
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(head).readline)
        if _NO_SOURCE.fullmatch(codecs.lookup(encoding).name):
            raise LookupError(encoding)
        text = data.decode(encoding)
    except SyntaxError as error:
        raise ValueError(str(error.msg)) from error
    except LookupError as error:
        raise ValueError(f"{encoding} is no encoding for source files") from error
    except UnicodeDecodeError as error:
        line = len(re.findall(rb"\r\n|\r|\n", data[: error.start])) + 1
        raise ValueError(f"line {line} is not {encoding}") from error
    text = normalise_ends(text)
    before, nul, _ = text.partition("\0")
    if nul:
        raise ValueError(f"line {before.count(chr(10)) + 1} holds a NUL byte")
    return text


def normalise_ends(text: str) -> str:
    r"""Turn every line end, CRLF and lone CR, into `\n`."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def split_ends(text: str) -> list[str]:
    """Split into lines that keep their own line ends; joining them gives `text` back."""
    return _LINE.findall(text)
