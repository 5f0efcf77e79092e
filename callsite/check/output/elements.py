"""XML to its elements, with their lines.

A document type is refused: it can name entities that grow beyond all bounds or stand in other files, and feeds and
sitemaps have none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from xml.parsers import expat

from callsite.records import dataclass, field


@dataclass(slots=True)
class Element:
    """An element: its name without its namespace, its attributes, the line it begins on, its text in pieces, its children."""

    name: str
    attributes: dict[str, str]
    line: int
    pieces: list[str] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its own text, without the space around it."""
        return "".join(self.pieces).strip()

    def named(self, name: str) -> Iterator[Element]:
        """The children of a name."""
        return (child for child in self.children if child.name == name)

    def find(self, name: str) -> Element | None:
        """The first child of a name."""
        return next(self.named(name), None)

    def say(self, name: str) -> str:
        """The text of the first child of a name, "" when there is none."""
        found = self.find(name)
        return found.text if found else ""


class Unreadable(NamedTuple):
    """Why a text is no XML that we read, and where; `root` is the name of its first element, "" before there is one."""

    line: int
    what: str
    root: str


class _RefusedError(Exception):
    """There is a document type."""


def parse_elements(text: str) -> Element | Unreadable:
    """Read XML that was decoded already, whatever encoding it says it is in."""
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.buffer_text = True
    top = Element("", {}, 0)
    path = [top]

    def start(name: str, attributes: dict[str, str]) -> None:
        bare = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        element = Element(name.rpartition(" ")[2], bare, parser.CurrentLineNumber)
        path[-1].children.append(element)
        path.append(element)

    def end(_: str) -> None:
        path.pop()

    def add(data: str) -> None:
        path[-1].pieces.append(data)

    def refuse(*_: object) -> None:
        raise _RefusedError

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = add
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except _RefusedError:
        return Unreadable(parser.CurrentLineNumber, "it has a document type", "")
    except expat.ExpatError as error:
        root = top.children[0].name if top.children else ""
        return Unreadable(error.lineno, expat.ErrorString(error.code), root)
    return top.children[0]
