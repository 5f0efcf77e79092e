"""The tags in a file of HTML as they are written, to tell on which line a finding is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from html import unescape
from typing import NamedTuple

# A comment, or a tag with its attributes; inside of quotes anything can stand.
_TAG = re.compile(r"""<!--|<([a-z][^\s/<>]*)((?:[^"'<>]++|"[^"]*"|'[^']*')*+)>""", re.IGNORECASE)

# One attribute of a tag after the other, so that nothing is found inside the value of another.
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*+=\s*+("[^"]*"|'[^']*'|[^\s"'=<>`][^\s"'<>`]*))?""")

# Elements that hold no tags, whatever they look like.
_TEXTS = frozenset({"script", "style", "textarea", "title"})


class Tag(NamedTuple):
    """An opening tag: its name, its attributes (the first of each name; "" without a value), and the line it is on."""

    name: str
    attributes: dict[str, str]
    line: int


class Tags:
    """The tags of a text, read when they are first asked for."""

    def __init__(self, text: str) -> None:
        self._text = text

    def named(self, name: str) -> list[Tag]:
        """The tags of a name, in order."""
        return [tag for tag in self._all if tag.name == name]

    def having(self, attribute: str) -> list[Tag]:
        """The tags with an attribute, in order."""
        return [tag for tag in self._all if attribute in tag.attributes]

    def find_line(self, attribute: str, value: str, number: int = 0) -> int:
        """The line of the `number`-th tag, 0 being the first, with an attribute of this value; spaces around it do not
        count. 0 when there is none to be seen.
        """
        lines = self._lines.get((attribute, value.strip()), ())
        return lines[number] if number < len(lines) else 0

    @cached_property
    def _all(self) -> list[Tag]:
        return list(find_tags(self._text))

    @cached_property
    def _lines(self) -> dict[tuple[str, str], list[int]]:
        lines: dict[tuple[str, str], list[int]] = defaultdict(list)
        for tag in self._all:
            for name, value in tag.attributes.items():
                lines[name, value.strip()].append(tag.line)
        return lines


def find_tags(text: str) -> Iterator[Tag]:
    """The opening tags in order; what comments, scripts and styles hold are none."""
    at, line, counted = 0, 1, 0
    while found := _TAG.search(text, at):
        at = found.end()
        if found[1] is None:
            end = text.find("-->", found.end())
            at = end if end >= 0 else len(text)
            continue
        name = found[1].lower()
        if name in _TEXTS:
            end = _find_closing(text, name, at)
            at = end
        line += text.count("\n", counted, found.start())
        counted = found.start()
        yield Tag(name, _read_attributes(found[2]), line)


def _find_closing(text: str, name: str, start: int) -> int:
    closing = re.compile(rf"</{name}\b", re.IGNORECASE).search(text, start)
    return closing.start() if closing else len(text)


def _read_attributes(written: str) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for found in _ATTRIBUTE.finditer(written):
        value = found[2] or ""
        bare = value[1:-1] if value[:1] in ('"', "'") else value
        attributes.setdefault(found[1].lower(), unescape(bare) if "&" in bare else bare)
    return attributes
