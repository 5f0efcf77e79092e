"""How a Python file is printed in the notation."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import BinaryIO

from callsite.errors import CallsiteError
from callsite.harvest.cutting import Excerpt, Style, cut_excerpt, mark_whole
from callsite.harvest.targets import Library, find_library
from callsite.harvest.wanted import find_wanted, pick_uses
from callsite.model import Listing, Origin, Symbol
from callsite.names import Use, find_names
from callsite.opening import open_file
from callsite.page import format_listing
from callsite.snippet import format_snippet
from callsite.sources.loading import Surroundings
from callsite.sources.naming import load_installed_library, load_named
from callsite.symbol import parse_symbol
from callsite.text import decode_python
from callsite.wording import make_printable, nearest


def run(arguments: argparse.Namespace) -> int:
    """Print the listing; return 0, or 1 when nothing in the file uses the symbol."""
    symbol = parse_symbol(arguments.symbol)
    if symbol is None:
        raise CallsiteError(f"{arguments.symbol}: is no dotted name; write one such as flask.ctx.after_this_request")
    text = read_text(arguments.file)
    names = find_names(text)
    wanted = find_wanted(symbol, open_library(symbol, arguments), arguments.alias)
    uses = pick_uses(names.uses, wanted)
    if not uses:
        print(f"callsite: {explain_nothing(text, symbol, names.uses, arguments.file)}", file=sys.stderr)
        return 1
    style = Style(window=arguments.window)
    excerpt = mark_whole(text, uses, style) if arguments.whole else cut_excerpt(text, symbol.name, uses, style=style)
    print(format_excerpt(excerpt, arguments), end="")
    if names.unparsed:
        place = make_printable(f"{arguments.file}: {names.unparsed}")
        print(f"callsite: {place}; it does not parse, so its uses were found by words alone", file=sys.stderr)
    return 0


# The same as for files of sources, in bytes.
_LARGEST = 4_000_000


def read_python(file: BinaryIO, name: str) -> str:
    """The text of an open file. Raises CallsiteError when it is too large, and ValueError when it is no Python."""
    data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise CallsiteError(f"{name}: is larger than {_LARGEST:,} bytes; mark a piece of it")
    return decode_python(data)


def read_text(name: str) -> str:
    """The text of a Python file, or of the standard input for `-`."""
    try:
        if name == "-":
            return read_python(sys.stdin.buffer, name)
        with open_file(Path(name)) as file:
            return read_python(file, name)
    except OSError as error:
        raise CallsiteError(f"{name}: cannot be read, {error.strerror}; name a Python file, or -") from error
    except ValueError as error:
        raise CallsiteError(f"{name}: cannot be read, {error}; save it as UTF-8") from error


def open_library(symbol: Symbol, arguments: argparse.Namespace) -> Library | None:
    """The library that a symbol belongs to, from its own code, if that is at hand."""
    surroundings = Surroundings(Path(arguments.cache))
    if arguments.library:
        source = load_named(arguments.library, surroundings)
    else:
        found = load_installed_library(symbol.library, surroundings)
        if found is None:
            return None
        source = found
    library = find_library(source.files, symbol.library)
    if library.find(str(symbol)) is None:
        near = ", ".join(library.nearest(str(symbol)))
        raise CallsiteError(
            f"{symbol}: there is no such name in {source.name}" + (f"; near are {near}" if near else "")
        )
    return library


def format_excerpt(excerpt: Excerpt, arguments: argparse.Namespace) -> str:
    """The excerpt as a listing for a page, or as what is inside of one."""
    if arguments.bare:
        return format_snippet(excerpt.snippet)
    name = Path(arguments.file).name
    path = name if name.isprintable() and name != "-" else ""
    return format_listing(Listing(excerpt.snippet, Origin(path=path, lines=excerpt.lines)))


def explain_nothing(text: str, symbol: Symbol, uses: tuple[Use, ...], name: str) -> str:
    """Why nothing was marked."""
    lines = [
        str(number)
        for number, row in enumerate(text.split("\n"), start=1)
        if re.search(rf"\b{re.escape(symbol.name)}\b", row)
    ]
    said = make_printable(f"{name}: nothing in it uses {symbol}")
    if lines:
        shown = ", ".join(lines[:5]) + (" …" if len(lines) > 5 else "")
        return f"{said}; {symbol.name} is on line {shown}, as text or as another name"
    near = nearest(str(symbol), {use.target for use in uses})
    return f"{said}; it uses {make_printable(near)}" if near else f"{said}; is it the right file?"
