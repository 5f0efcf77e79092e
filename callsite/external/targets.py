"""Which addresses the links of pages lead to, and which anchors there are worth looking for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from callsite.check.external import ExternalSettings, Question
from callsite.errors import CallsiteError
from callsite.render import Link

# What leads to other sites, and to the web: other schemes are for other programs.
_WEB = re.compile(r"https?:|//", re.IGNORECASE)

# What a name of a host can be made of, once it is in the letters of the domain name system.
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_.])?", re.IGNORECASE)

# Names that no site has: they are reserved for examples and tests.
_RESERVED = re.compile(r"(?:.*\.)?(?:example\.(?:com|net|org|edu)|example|invalid|test)\.?", re.IGNORECASE)

# Anchors that a browser or a script on the page understands, though nothing on the page has that name: the top, lines
# of a file on a forge, addresses inside of an application, and settings for it.
_SPECIAL = re.compile(
    r"top|L\d+(?:C\d+)?(?:-L?\d+(?:C\d+)?)?|lines?-\d+(?:[:-]\d+)*|[!/?].*|.*[=&].*", re.DOTALL | re.IGNORECASE
)

# Hosts that build their pages in the browser, but for the front page of a repository.
_BUILT_IN_BROWSERS = re.compile(r"(?:gist\.)?github\.com|gitlab\..*|bitbucket\.org", re.IGNORECASE)
_FRONT_PAGE = re.compile(r"/[^/]+/[^/]+/?")


def find_questions(links: Iterable[Link], settings: ExternalSettings) -> Iterator[Question]:
    """What the links that lead to other sites ask, but for those that the settings ignore.

    Raises CallsiteError when an entry of `ignore` is no regular expression.
    """
    ignored = [_compile(pattern) for pattern in settings.ignore]
    for link in links:
        target = re.sub(r"[\t\n\r]", "", link.target.strip(" \t\n\r\f"))  # as browsers do
        if not _WEB.match(target):
            continue
        target = f"https:{target}" if target.startswith("//") else target
        if any(pattern.search(target) for pattern in ignored):
            continue
        address, _, anchor = target.partition("#")
        flaw = find_flaw(address)
        if not flaw and _RESERVED.fullmatch(urlsplit(address).hostname or ""):
            continue
        yield Question(link, address, "" if flaw else _find_anchor(address, anchor), flaw)


def _compile(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise CallsiteError(
            f"[tool.callsite.check.external] `ignore`: {pattern!r} is no regular expression, {error}; mend it"
        ) from error


def find_flaw(address: str) -> str:
    """Why an http or https address cannot be asked for, or ""."""
    if re.search(r"[\x00-\x20\x7f\\]", address):
        return "it holds a space, a backslash or a control character"
    if not re.match(r"https?://", address, re.IGNORECASE):
        return "there is no `//` behind its colon"
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return "its host makes no sense"
    if not host:
        return "it names no host"
    try:
        port = urlsplit(address).port
    except ValueError:
        port = 0
    if port == 0:
        return "its port is no number from 1 to 65535"
    try:
        plain = host if ":" in host else host.encode("idna").decode("ascii")
    except UnicodeError:
        return "its host makes no sense"
    return "" if ":" in host or _HOST.fullmatch(plain) else "its host makes no sense"


def _find_anchor(address: str, anchor: str) -> str:
    """The anchor to look for on a page; "" when nothing can be said about it from here."""
    name = anchor.partition(":~:")[0]
    parts = urlsplit(address)
    if _SPECIAL.fullmatch(name):
        return ""
    if _BUILT_IN_BROWSERS.fullmatch(parts.hostname or "") and not _FRONT_PAGE.fullmatch(parts.path):
        return ""
    return name


def gather_addresses(questions: Iterable[Question]) -> Mapping[str, frozenset[str]]:
    """The addresses to ask for, each once, with all the anchors to look for there."""
    anchors: dict[str, set[str]] = {}
    for question in questions:
        if not question.flaw:
            anchors.setdefault(question.address, set()).update({question.anchor} - {""})
    return {address: frozenset(names) for address, names in anchors.items()}
