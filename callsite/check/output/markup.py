"""One file of HTML to what rules need to know of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from callsite.check.output.styles import find_style_addresses
from callsite.check.stretches import list_nodes
from callsite.records import dataclass

# Attributes with an address; where it is not one on every element, those it is one on.
_ADDRESSES: dict[str, frozenset[str] | None] = {
    "href": None,
    "src": None,
    "xlink:href": None,
    "poster": None,
    "action": frozenset({"form"}),
    "formaction": None,
    "data": frozenset({"object"}),
    "srcset": None,
    "imagesrcset": None,
}

# Attributes with the ids of other elements.
_IDS: dict[str, frozenset[str] | None] = {
    "for": frozenset({"label", "output"}),
    "headers": frozenset({"td", "th"}),
    "list": frozenset({"input"}),
    "form": frozenset({"button", "fieldset", "input", "object", "output", "select", "textarea"}),
    "aria-labelledby": None,
    "aria-describedby": None,
    "aria-controls": None,
    "aria-owns": None,
    "aria-details": None,
    "aria-flowto": None,
    "aria-errormessage": None,
    "aria-activedescendant": None,
    "popovertarget": None,
    "commandfor": None,
}

# Elements that mean something by themselves or by the attributes above. Links are many, and are read apart.
_TAGS = (
    "html,base,link,meta,img,script,style,form,video,audio,source,track,iframe,embed,object,area,use,image,"
    "label,output,input,button,select,textarea,fieldset,td[headers],th[headers],a[name],[id],[style]"
)

# Any element can have these, but looking for all of them everywhere takes longer than seeing which there are.
_NAMED = re.compile(r"aria-(?:labelledby|describedby|controls|owns|details|flowto|errormessage|activedescendant)(?==)")

# `<link>`s with these relations name an address, or a host to get ready for, and load nothing.
_NAMING = frozenset({"canonical", "preconnect", "dns-prefetch"})

# What a page loads to be shown; of several images for one place, one.
_LOADING = frozenset({("script", "src"), ("img", "src"), ("video", "poster"), ("object", "data"), ("input", "src")})
_LOADING_LINKS = frozenset({"stylesheet", "icon", "preload", "modulepreload"})

# Properties of `<meta>` with an address.
_CARDS = frozenset({"og:image", "og:url", "og:video", "og:audio", "twitter:image"})

# Roles and attributes that say that an image needs no words.
_WORDLESS = frozenset({"none", "presentation"})

# Words for search engines that keep a page from them.
_HIDING = frozenset({"noindex", "none"})

_Attributes = Mapping[str, str | None]

_REFRESH = re.compile(r"""\s*[\d.]+\s*[;,]?\s*(?:url\s*=\s*)?["']?([^"']*)""", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,]*+")
_ADDRESS = re.compile(r"\S*+")

# A line that a mark stands before; tildes alone are code.
_MARKED = re.compile(r"~~(?!~*\s*\Z)")


class Reference(NamedTuple):
    """An address in a file: the element and attribute it is in, the whole value of that, and whether what it leads to
    is loaded to show the page.
    """

    target: str
    tag: str
    attribute: str
    written: str
    is_loaded: bool = False


class ShownListing(NamedTuple):
    """A listing as it is shown: its id, how many lines of code it has, and the text of those that are marked."""

    id: str
    lines: int
    marks: tuple[str, ...]


@dataclass(slots=True)
class Markup:
    """What a file of HTML holds.

    `hrefs` are the addresses of its links as they are written, each once: there can be thousands. `references` are all
    other addresses, each once; `ids` all ids in order; `names` what else a fragment can lead to. `wanted` has the ids
    that attributes name, each once with its attribute. `canonical` holds the addresses that the file calls its own,
    `refresh` the one it leads on to at once, `base` the one its addresses are relative to. `is_hidden` says that search
    engines are to leave it out. `title` and `language` are None when there is none. `wordless` counts the images without
    words for them, `data` holds the pieces of linked data, and `tildes` the lines of code that begin with `~~` although
    they are not marked.
    """

    hrefs: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    ids: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    wanted: tuple[tuple[str, str], ...] = ()
    canonical: tuple[str, ...] = ()
    refresh: str = ""
    base: str = ""
    is_hidden: bool = False
    title: str | None = None
    language: str | None = None
    wordless: int = 0
    data: tuple[str, ...] = ()
    listings: tuple[ShownListing, ...] = ()
    tildes: tuple[str, ...] = ()


def parse_markup(text: str) -> Markup:
    """Read a file of HTML; anything can be read."""
    tree = LexborHTMLParser(text)
    reader = _Reader()
    # One walk through the tree for all but links: walking takes longer than looking.
    hrefs = dict.fromkeys([node.attrs.get("href") or "" for node in tree.css("a[href]")])
    named = (f"[{name}]" for name in set(_NAMED.findall(text)))
    for node in tree.css(f":is({','.join((_TAGS, *named))})"):
        reader.read(node)
    markup = reader.finish()
    markup.hrefs = tuple(hrefs)
    title = tree.css_first("head > title")
    markup.title = None if title is None else title.text()
    figures = tree.css("figure.listing") if "listing" in text else []
    markup.listings = tuple(map(_read_listing, figures))
    if "~~" in text:
        markup.tildes = tuple(_find_tildes(tree, figures))
    return markup


class _Reader:
    """Collects what the elements of a file say, one after the other."""

    def __init__(self) -> None:
        self._references: dict[Reference, None] = {}
        self._ids: list[str] = []
        self._names: set[str] = set()
        self._wanted: dict[tuple[str, str], None] = {}
        self._data: list[str] = []
        self._canonical: list[str] = []
        self._markup = Markup()

    def finish(self) -> Markup:
        """What there is."""
        markup = self._markup
        markup.references = tuple(self._references)
        markup.ids = tuple(self._ids)
        markup.names = frozenset(self._names)
        markup.wanted = tuple(self._wanted)
        markup.canonical = tuple(self._canonical)
        markup.data = tuple(self._data)
        return markup

    def read(self, node: LexborNode) -> None:
        """Take an element in."""
        tag = node.tag or ""
        attributes = node.attributes
        self._read_special(node, tag, attributes)
        for name, value in attributes.items():
            if name == "id":
                self._ids.append(value or "")
            elif name in _ADDRESSES:
                if tag not in ("a", "base") and _fits(_ADDRESSES[name], tag):
                    self._add(value or "", tag, name, attributes)
            elif name in _IDS:
                if value and _fits(_IDS[name], tag):
                    self._wanted.update(((name, wanted), None) for wanted in value.split())
            elif name == "style" and value:
                for target in find_style_addresses(value):
                    self._references[Reference(target, tag, name, value, is_loaded=True)] = None

    def _add(self, value: str, tag: str, attribute: str, attributes: _Attributes) -> None:
        if attribute in ("srcset", "imagesrcset"):
            for target in _split_candidates(value):
                self._references[Reference(target, tag, attribute, value)] = None
            return
        loaded = (tag, attribute) in _LOADING
        if tag == "link":
            relations = set((attributes.get("rel") or "").lower().split())
            if relations & _NAMING:
                return
            loaded = bool(relations & _LOADING_LINKS)
        self._references[Reference(value.strip(), tag, attribute, value, loaded)] = None

    def _read_special(self, node: LexborNode, tag: str, attributes: _Attributes) -> None:
        """What some elements mean besides."""
        if tag == "a":
            self._names.add(attributes.get("name") or "")
        elif tag == "base":
            self._markup.base = self._markup.base or (attributes.get("href") or "").strip()
        elif tag == "html":
            self._markup.language = attributes.get("lang") or attributes.get("xml:lang")
        elif tag == "img":
            self._markup.wordless += is_wordless(attributes)
        elif tag == "link":
            if "canonical" in (attributes.get("rel") or "").lower().split():
                self._canonical.append((attributes.get("href") or "").strip())
        elif tag == "meta":
            self._read_meta(attributes)
        elif tag == "script":
            if (attributes.get("type") or "").strip().lower() == "application/ld+json":
                self._data.append(node.text())
        elif tag == "style":
            for target in find_style_addresses(node.text()):
                self._references[Reference(target, tag, "", target, is_loaded=True)] = None

    def _read_meta(self, attributes: _Attributes) -> None:
        content = attributes.get("content") or ""
        name = (attributes.get("name") or attributes.get("property") or "").lower()
        if (attributes.get("http-equiv") or "").lower() == "refresh":
            found = _REFRESH.match(content)
            if found and found[1].strip():
                self._markup.refresh = found[1].strip()
                self._references[Reference(self._markup.refresh, "meta", "content", content)] = None
        elif name == "robots":
            self._markup.is_hidden |= not _HIDING.isdisjoint(re.split(r"[\s,]+", content.lower()))
        elif name in _CARDS and content.strip():
            self._references[Reference(content.strip(), "meta", "content", content)] = None


def is_wordless(attributes: _Attributes) -> bool:
    """Whether an image with these attributes has no words that stand for it, and does not say that it needs none."""
    return not (
        "alt" in attributes
        or (attributes.get("role") or "").lower() in _WORDLESS
        or attributes.get("aria-hidden") == "true"
        or attributes.get("aria-label")
        or attributes.get("aria-labelledby")
    )


def _fits(tags: frozenset[str] | None, tag: str) -> bool:
    return tags is None or tag in tags


def _read_listing(figure: LexborNode) -> ShownListing:
    for helper in figure.css(".visually-hidden, [aria-hidden]"):
        helper.decompose()
    marks = tuple(line.text().removesuffix("\n") for line in figure.css(".line.hll"))
    return ShownListing(figure.attributes.get("id") or "", len(figure.css(".line")), marks)


def _split_candidates(value: str) -> Iterator[str]:
    """The addresses in a `srcset`, each before what it is said to be for (HTML, section 4.8.4.2.1)."""
    at = 0
    while True:
        between = _BETWEEN.match(value, at)
        found = _ADDRESS.match(value, between.end()) if between else None
        if not found or not found[0]:
            return
        at = found.end()
        if not found[0].endswith(","):
            comma = value.find(",", at)
            at = len(value) if comma < 0 else comma
        yield found[0].rstrip(",")


def _find_tildes(tree: LexborHTMLParser, figures: list[LexborNode]) -> Iterator[str]:
    """Lines of listings that begin with `~~` although they are not marked, and all such lines of other code."""
    for figure in figures:
        for line in figure.css(".line:not(.hll)"):
            text = line.text().removesuffix("\n")
            if _MARKED.match(text):
                yield text
        figure.decompose()
    for code in list_nodes(tree, "pre, code"):
        text = code.text()
        for row in text.split("\n"):
            if _MARKED.match(row) and (code.tag == "pre" or "\n" in text):
                yield row
