"""Addresses as redirects hold them: one spelling for each, and the files that a host answers them with.

    old    = "/" path                                          /old.html  /old/  /old
    new    = "/" path [ "?" query ] [ "#" fragment ]           below the site's root, wherever that stands
           | "http" [ "s" ] "://" host [ ":" port ] …          elsewhere
           | "{filename}" path [ "#" fragment ]                a page, by its source below the content

In an address that has been read, paths are percent-encoded, and nothing else in it can end a line, a word or an
attribute of HTML.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, unquote, unquote_to_bytes

from callsite.model import NOWHERE, Place
from callsite.patterns import compile_later
from callsite.records import dataclass, field
from callsite.text import CONTROL

SHAPE = 'write each redirect as "/old.html" = "/new.html" on a line of its own'

# What paths keep as it is. `*` and `:` mean something to hosts that read a file of rules, so they are encoded.
_PLAIN = "/!$&'()+,;=@~"
_PLAIN_BEHIND = _PLAIN + "%:?#[]*"

# A host in letters that every program understands, without a user: that only ever serves to deceive.
_ELSEWHERE = compile_later(r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]+)?(?:[/?#].*)?", re.DOTALL)
_SOURCE = compile_later(r"\{filename\}/*([^/?#][^?#]*)(#.*)?", re.DOTALL)

# Any whole address in its parts, the site's own too, which nobody has read.
_WHOLE = compile_later(
    r"(?P<scheme>(?i:https?))://(?P<host>[^/?#:]+)(?::(?P<port>[0-9]*))?(?P<path>(?:[/?#].*)?)", re.DOTALL
)
_PORTS = {"http": "80", "https": "443"}

# Names with slashes between, and perhaps one behind; a name is more than dots and more than an ending.
_PLAIN_PATH = compile_later(r"/(?:(?!\.+/|\.html?/)[^/\\]+/)*(?:(?!\.+\Z|\.html?\Z)[^/\\]+)?")

# Some file systems refuse these in a name.
_NO_NAME = compile_later(r'[\\:*?"<>|]')

# Bytes: of a name as file systems have it, less an ending that is still to come, and of a whole path.
_LONGEST_NAME = 250
_LONGEST_PATH = 1000


@dataclass(frozen=True, slots=True)
class Redirect:
    """An old address, below the site's root, and where it leads now; both as the module describes them."""

    old: str
    new: str
    at: Place = field(default=NOWHERE, compare=False)

    @property
    def is_inside(self) -> bool:
        """Whether it leads to an address below the site's root."""
        return self.new.startswith("/")


class BadAddressError(Exception):
    """An address that cannot be used: what is wrong with it, and what to do."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


def parse_old(text: str) -> str:
    """Read an old address. Raises BadAddressError."""
    if "*" in text:
        raise BadAddressError("is a pattern, which no file can answer", "write a line for each old address")
    if "://" in text or text.startswith("//"):
        raise BadAddressError(
            "names a host, and old addresses are all on this one", "write what follows the site's own address, `/…`"
        )
    if not text.startswith("/"):
        raise BadAddressError("is no old address: it does not begin with a slash", SHAPE)
    if "?" in text or "#" in text:
        hint = "leave out what follows the `?` or `#`; where they are in a name, write %3F or %23"
        raise BadAddressError("has more than a path, which is all that hosts go by", hint)
    path = _parse_path(text)
    plain = unquote(path)
    names = plain.split("/")
    if _NO_NAME.search(plain):
        raise BadAddressError('cannot name a file: one of \\ : ? " < > | is in it', "take it out")
    if max(len(name.encode()) for name in names) > _LONGEST_NAME or len(plain.encode()) > _LONGEST_PATH:
        message = f"is too long: a name has {_LONGEST_NAME} bytes at the most, and all of it {_LONGEST_PATH}"
        raise BadAddressError(message, "take it out")
    return path


def parse_new(text: str) -> str:
    """Read where a redirect leads. Raises BadAddressError."""
    if _is_unseen(text):
        raise BadAddressError("holds a character that cannot be seen", "write it anew")
    source = _SOURCE.fullmatch(text)
    if source:
        return f"{{filename}}/{source[1]}{_encode(source[2] or '')}"
    if _ELSEWHERE.fullmatch(text):
        return _encode(text)
    if not text.startswith("/") or text.startswith("//"):
        hint = "write a path below the site's root (`/new.html`), a page's source (`{filename}/new.md`) or `https://…`"
        raise BadAddressError("is no address to lead to", hint)
    path, behind = cut_path(text)
    return _parse_path(path) + _encode(behind)


def parse_url(url: str) -> str:
    """Read the address of a page as Pelican has it: below the site's root without a slash in front, or a whole one."""
    if _ELSEWHERE.fullmatch(url):
        return _encode(url)
    path, behind = cut_path(url)
    return "/" + quote(unquote(path).lstrip("/"), safe=_PLAIN) + _encode(behind)


def cut_path(address: str) -> tuple[str, str]:
    """The path of an address below the site's root, and what follows it."""
    path = address.partition("#")[0].partition("?")[0]
    return path, address[len(path) :]


def find_below(address: str, root: str) -> str | None:
    """What follows the site's root in an address, from a slash on; None when it leads elsewhere.

    Browsers find the same host in either case, and with a port that goes without saying; and most hosts answer `http`
    with `https`, or the other way round, so that a circle through the two is one all the same.
    """
    found, base = _WHOLE.fullmatch(address), _WHOLE.fullmatch(root)
    if not found or not base or _find_host(found) != _find_host(base):
        return None
    path, behind = cut_path(found["path"])
    names, held = path.split("/"), base["path"].rstrip("/").split("/")
    if [unquote(name) for name in names[: len(held)]] != [unquote(name) for name in held]:
        return None
    return "/" + "/".join(names[len(held) :]) + behind


def find_answers(path: str) -> tuple[str, ...]:
    """The files below the output that hosts answer a path with, the first one that is there."""
    plain = unquote(path).lstrip("/")
    if not plain or plain.endswith("/"):
        return (f"{plain}index.html",)
    return (plain,) if plain.endswith((".html", ".htm")) else (plain, f"{plain}.html", f"{plain}/index.html")


def plan_redirect_path(redirect: Redirect) -> str:
    """The file below the output that holds a redirect's page.

    `/old.html` is that file, and `/old/` is `old/index.html`. So is `/old`: few hosts look for `old.html` then, and
    nearly all for the folder; and `/old.php` as a file would come with the wrong type.
    """
    return find_answers(redirect.old)[-1]


def fold(name: str) -> str:
    """What a file's name comes to where neither case nor the way of writing accents tells names apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _parse_path(path: str) -> str:
    try:
        plain = unquote_to_bytes(path).decode()
    except UnicodeError as error:
        raise BadAddressError("is not in UTF-8", "encode it as browsers do") from error
    if _is_unseen(plain):
        raise BadAddressError("holds a character that cannot be seen", "write it anew")
    if not _PLAIN_PATH.fullmatch(plain):
        raise BadAddressError("is no plain path", "write it without `\\`, `//`, `.` and `..`")
    return quote(plain, safe=_PLAIN)


def _find_host(whole: re.Match[str]) -> tuple[str, str]:
    """The host of a whole address, and its port unless that is the scheme's own."""
    port = (whole["port"] or "").lstrip("0")
    return whole["host"].lower(), "" if port == _PORTS[whole["scheme"].lower()] else port


def _encode(text: str) -> str:
    """Encode what has no place in an address, but nothing twice."""
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", quote(text, safe=_PLAIN_BEHIND))


def _is_unseen(text: str) -> bool:
    return any(character in "\0\t\n\f\r" or "\ud800" <= character <= "\udfff" for character in text) or bool(
        CONTROL.search(text)
    )
