"""The codec of Sphinx's inventories: which names a documentation has, and where in it each of them stands.

    # Sphinx inventory version 2
    # Project: NAME
    # Version: VERSION
    # The remainder of this file is compressed using zlib.
    name domain:role priority location title        as many lines as there are names, compressed

A `$` that ends a location stands for the name, and `-` as title for the name as well. A name may hold spaces: it ends
where a word and a number follow, and so Sphinx reads it, too (`sphinx.util.inventory`). Version 1, `name role location`
without compression, is read and never written.
"""

from __future__ import annotations

import codecs
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator

from callsite.patterns import compile_later
from callsite.records import dataclass, field

_HEADS = {b"# Sphinx inventory version 1": 1, b"# Sphinx inventory version 2": 2}
_ZLIB = "# The remainder of this file is compressed using zlib."

# The largest inventories that are published hold some 100,000 names in some 10 MB.
_LARGEST = 64 * 2**20
_MOST = 500_000
_LONGEST = 2**20
_PIECE = 2**18
_TOO_LARGE = f"is too large: it holds more than {_LARGEST // 2**20} MB"

_WORD = compile_later(r"\S+")
_NUMBER = compile_later(r"-?\d+")
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Item:
    """One name: `location` is relative to the address of the documentation, and a priority below 0 means hidden."""

    name: str
    domain: str
    role: str
    priority: int
    location: str
    title: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """The names of one documentation, in the order of the file; `skipped` counts the lines that made no sense."""

    project: str
    version: str
    items: tuple[Item, ...]
    skipped: int = field(default=0, compare=False)


def parse_inventory(data: bytes) -> Inventory:
    """Read an inventory. As in Sphinx, a line in it that makes no sense is left out; it is counted.

    Raises ValueError, with a reason to show, for what is no inventory, a damaged one and one that is far too large.
    """
    if len(data) > _LARGEST:
        raise ValueError(_TOO_LARGE)
    head, _, rest = data.partition(b"\n")
    form = _HEADS.get(head.rstrip())
    if form is None:
        raise ValueError(f"is no inventory: {_explain_head(head, data)}")
    project, rest = _parse_field(rest, "Project", 2)
    version, rest = _parse_field(rest, "Version", 3)
    if form == 1:
        items, skipped = _parse_lines(_split_lines(_decode([rest], 4)), _parse_old_line)
    else:
        notice, _, body = rest.partition(b"\n")
        if b"zlib" not in notice:
            raise ValueError("is no inventory: line 4 does not say that what follows is compressed using zlib")
        items, skipped = _parse_lines(_split_lines(_decode(_decompress(body), 5)), _parse_line)
    return Inventory(project, version, items, skipped)


def format_inventory(inventory: Inventory) -> bytes:
    """Write an inventory of version 2, its items in the order that they have.

    Raises ValueError for what the format has no way to say: line ends, a name that reads as the end of another, spaces
    in a location (other than those of a name it ends with).
    """
    header = _format_header(inventory.project, inventory.version)
    return header + zlib.compress("".join(map(_format_item, inventory.items)).encode(), 9)


def _format_header(project: str, version: str) -> bytes:
    header = f"# Sphinx inventory version 2\n# Project: {project}\n# Version: {version}\n{_ZLIB}\n".encode()
    try:
        if parse_inventory(header + zlib.compress(b"")) == Inventory(project, version, ()):
            return header
    except ValueError:
        pass  # a line end that makes two lines of one
    raise ValueError(f"project {project!r}, version {version!r}: cannot be in an inventory")


def _format_item(item: Item) -> str:
    end = item.location.endswith(item.name)
    location = item.location.removesuffix(item.name) + "$" if end else item.location
    title = "-" if item.title == item.name else item.title
    line = f"{item.name} {item.domain}:{item.role} {item.priority} {location} {title}\n"
    if _parse_lines(_split_lines([line]), _parse_line) != ((item,), 0):
        raise ValueError(f"{item.name!r}: cannot be in an inventory, it would read as something else")
    return line


def _explain_head(head: bytes, data: bytes) -> str:
    if not data.strip():
        return "it is empty"
    if data.lstrip().startswith(b"<"):
        return "it is a web page"
    form = re.fullmatch(rb"# Sphinx inventory version (\w{1,20})\s*", head)
    return f"version {form[1].decode('ascii')} is not known" if form else "line 1 does not say that it is one"


def _parse_field(data: bytes, name: str, number: int) -> tuple[str, bytes]:
    """The value of a line such as `# Project: x`, and what comes after it."""
    line, _, rest = data.partition(b"\n")
    start = f"# {name}:".encode()
    if not line.startswith(start):
        raise ValueError(f"is no inventory: line {number} does not begin with `{start.decode()}`")
    return "".join(_decode([line.rstrip()[len(start) + 1 :]], number)), rest


def _decompress(body: bytes) -> Iterator[bytes]:
    """What is compressed, in pieces; never more of it than an inventory may hold."""
    stream, size = zlib.decompressobj(), 0
    while not stream.eof:
        try:
            piece = stream.decompress(body, _PIECE)
        except zlib.error:
            raise ValueError("is damaged: what is compressed in it cannot be read") from None
        body = stream.unconsumed_tail
        size += len(piece)
        if size > _LARGEST:
            raise ValueError(_TOO_LARGE)
        if not piece and not body and not stream.eof:
            raise ValueError("is damaged: it breaks off")
        yield piece


def _decode(pieces: Iterable[bytes], line: int) -> Iterator[str]:
    """UTF-8 to text; `line` is the number of the first one, for the message."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in pieces:
            text = decoder.decode(piece)
            line += text.count("\n")
            yield text
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        line += error.object[: error.start].count(b"\n")
        raise ValueError(f"is damaged: line {line} is not UTF-8") from None


def _split_lines(pieces: Iterable[str]) -> Iterator[str]:
    """Lines as Sphinx tells them apart, which is how `str.splitlines` does."""
    rest = ""
    for piece in pieces:
        *lines, rest = (rest + piece).splitlines(keepends=True) or [""]
        yield from lines
        if len(rest) > _LONGEST:
            raise ValueError("is no inventory to use: a line in it does not end")
    yield rest


def _parse_lines(lines: Iterable[str], parse: Callable[[str], Item | None]) -> tuple[tuple[Item, ...], int]:
    """The items of some lines, and how many lines made no sense."""
    items: list[Item] = []
    skipped = 0
    for number, line in enumerate(lines):
        if number > _MOST:
            raise ValueError(f"is too large: it holds more than {_MOST:,} lines")
        item = parse(line.rstrip())
        if item is not None:
            items.append(item)
        elif line.strip():
            skipped += 1
    return tuple(items), skipped


def _parse_line(line: str) -> Item | None:
    """The item of a line without its end. The first number with a word and a name before it is the priority."""
    name = kind = None
    for word in _WORD.finditer(line):
        if name is not None and kind is not None and _NUMBER.fullmatch(word[0]):
            return _make_item(line[: name.end()], kind[0], word[0], line[word.end() :])
        name, kind = kind, word
    return None


def _make_item(name: str, kind: str, priority: str, rest: str) -> Item | None:
    """The item of a line's parts; a second space after the priority says that there is no location."""
    found = re.match(r"\s(\S*)\s+(?=\S)", rest)
    if found is None or ":" not in kind or len(priority) > _DIGITS:
        return None
    domain, _, role = kind.partition(":")
    location = found[1].removesuffix("$") + name if found[1].endswith("$") else found[1]
    title = rest[found.end() :]
    return Item(name, sys.intern(domain), sys.intern(role), int(priority), location, name if title == "-" else title)


def _parse_old_line(line: str) -> Item | None:
    """The item of a line of version 1, in which the anchor follows from the name, and all is Python's."""
    words = line.split(None, 2)
    if len(words) < 3:
        return None
    name, role, location = words
    if role == "mod":
        return Item(name, "py", "module", 1, f"{location}#module-{name}", name)
    return Item(name, "py", sys.intern(role), 1, f"{location}#{name}", name)
