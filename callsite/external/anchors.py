"""Which anchors a page has, told with care: to miss one that a script makes would be a false alarm.

Pages of other sites are read with regular expressions that take time in proportion to the page: the parser that reads
our own takes minutes for some that were made to hurt.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

_ATTRIBUTE = re.compile(r"""(?<![\w-])(?:id|name)\s*=\s*(?:\\?"([^"]*)"|\\?'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_SCRIPT = re.compile(r"<(/?)script\b", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")

# What GitHub, and others that took over its way, put before the names of headings.
_PREFIX = "user-content-"

# A page with scripts and fewer words than this is most likely made by them.
_FEWEST_WORDS = 40

_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)

# The encodings that pages are in; Python has more, and some of them take their time.
_ENCODING = re.compile(
    r"(?:x-)?(?:us-)?(?:ascii|utf-?(?:8|16|16[bl]e)|iso-?8859-?\d+|latin-?\d+|windows-?\d+|cp-?\d+|koi8-[ru]|gb\d+|gbk|"
    r"big5\S*|euc-\w+|shift[_-]jis|sjis|tis-620|mac\w*)",
    re.IGNORECASE,
)
_HEAD = 2048


def find_anchors(text: str, names: frozenset[str]) -> Mapping[str, bool | None]:
    """Whether the text of a page has each of the anchors; None when that cannot be told from the text."""
    stretches = list(_split_scripts(text))
    scripts = "".join(stretch for stretch, is_script in stretches if is_script)
    rest = "".join(stretch for stretch, is_script in stretches if not is_script)
    values = (value for match in _ATTRIBUTE.finditer(text) for value in match.groups() if value)
    # Where HTML is quoted in a script, or in an attribute, so are its quotation marks.
    ids = {html.unescape(value).strip("\\\"'") for value in values}
    is_shell = bool(scripts) and len(_TAG.sub(" ", rest).split()) < _FEWEST_WORDS
    anchors: dict[str, bool | None] = {}
    for name in names:
        spellings = {name, unquote(name)}
        wanted = {form for spelling in spellings for form in (spelling, _PREFIX + spelling, _PREFIX + spelling.lower())}
        if not ids.isdisjoint(wanted) or any(_mentions(scripts, spelling) for spelling in spellings):
            anchors[name] = True
        else:
            is_damaged = "\ufffd" in text and not unquote(name).isascii()
            anchors[name] = None if is_shell or is_damaged else False
    return anchors


def _mentions(scripts: str, name: str) -> bool:
    """Whether scripts speak of something by a name, and so may make it."""
    return re.search(rf"(?<!\w){re.escape(name)}(?![\w-])", scripts) is not None


def _split_scripts(text: str) -> Iterator[tuple[str, bool]]:
    """The stretches of a page that are scripts, and those that are not."""
    at, is_script = 0, False
    for tag in _SCRIPT.finditer(text):
        if bool(tag[1]) == is_script:
            yield text[at : tag.start()], is_script
            at, is_script = tag.start(), not is_script
    yield text[at:], is_script


def decode_page(data: bytes, content_type: str) -> str:
    """The text of a page: by its first bytes, what the server says, or what the page says; else it is UTF-8."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    for said in (content_type.encode("ascii", "ignore"), data[:_HEAD]):
        named = _CHARSET.search(said)
        if named and _ENCODING.fullmatch(named[1].decode("ascii", "replace")):
            try:
                return data.decode(named[1].decode("ascii"), "replace")
            except LookupError:  # none that Python has
                continue
    return data.decode("utf-8", "replace")
