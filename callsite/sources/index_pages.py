"""The pages of package indexes (PEP 503, PEP 691, PEP 592 for yanked files): text to files, and which file to take."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from callsite.records import dataclass
from callsite.sources.describing import is_version
from callsite.sources.spec import SUFFIXES

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
ACCEPT = f"{JSON_TYPE}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"

# From the strongest on; what else there may be is no proof of anything.
HASHES = ("sha512", "sha384", "sha256", "sha224", "sha1", "md5")


@dataclass(frozen=True, slots=True)
class IndexFile:
    """A file that an index offers: its name, its address, what its hash must be, and whether it was taken back."""

    name: str
    address: str
    algorithm: str = ""
    digest: str = ""
    is_yanked: bool = False


# How many comments a page of an index may have, and how many tags without an end.
_MOST_OPEN = 1_000


def parse_page(data: bytes, content_type: str, address: str) -> tuple[IndexFile, ...]:
    """The files on a page of an index, which was found at `address`. Raises ValueError when it is no such page."""
    if content_type.partition(";")[0].strip().lower() == JSON_TYPE:
        return tuple(_parse_json(data, address))
    # What never ends is read again from each beginning.
    if data.count(b"<!") > _MOST_OPEN or data.count(b"<") - data.count(b">") > _MOST_OPEN:
        raise ValueError("its HTML is broken")
    page = _Page()
    page.feed(data.decode("utf-8", "replace"))
    page.close()
    base = urljoin(address, page.base) if page.base else address
    return tuple(_make_file(urljoin(base, link["href"] or ""), {}, "data-yanked" in link) for link in page.links)


def choose_file(files: Iterable[IndexFile], name: str, versions: str) -> IndexFile | None:
    """The file to read: of the newest version that fits, the sdist, which has the paths of the repository; else a wheel
    for every platform; else the first by name.

    What was taken back is for those who ask for exactly that version, and pre-releases for when there is nothing else.
    """
    specifier = SpecifierSet(versions)
    is_exact = find_exact(versions) != ""
    named = {file: find_version(file.name, name) for file in files if is_exact or not file.is_yanked}
    fitting = [Version(version) for version in named.values() if version]
    best = max(specifier.filter(fitting), default=None)
    if best is None:
        return None
    candidates = [file for file, version in named.items() if version and Version(version) == best]
    return min(candidates, key=lambda file: (_rank(file.name), file.is_yanked, file.name))


def find_versions(files: Iterable[IndexFile], name: str) -> tuple[str, ...]:
    """All versions that are offered, the newest first."""
    found = {version for file in files if (version := find_version(file.name, name))}
    return tuple(sorted(found, key=Version, reverse=True))


def find_exact(versions: str) -> str:
    """The one version that a specifier allows; "" when it allows several."""
    match = re.fullmatch(r"===?\s*([^*,\s]+)", versions)
    return match[1] if match and is_version(match[1]) else ""


def find_version(file_name: str, name: str) -> str:
    """The version in the name of a project's wheel or sdist; "" when it is neither, or another project's."""
    if not re.fullmatch(r"[\w.+!-]+", file_name, re.ASCII):
        return ""  # it becomes the name of a file here
    suffix = next((suffix for suffix in SUFFIXES if file_name.lower().endswith(suffix)), "")
    stem = file_name[: -len(suffix)] if suffix else ""
    wanted = canonicalize_name(name)
    if suffix == ".whl":
        project, _, rest = stem.partition("-")
        version = rest.partition("-")[0]
        return version if canonicalize_name(project) == wanted and is_version(version) else ""
    for dash in re.finditer("-", stem):
        if canonicalize_name(stem[: dash.start()]) == wanted and is_version(stem[dash.end() :]):
            return stem[dash.end() :]
    return ""


def _rank(file_name: str) -> int:
    if not file_name.endswith(".whl"):
        return 0
    return 1 if file_name.endswith("-none-any.whl") else 2


class _Page(HTMLParser):
    """The links of a page, and the address that they start from."""

    def __init__(self) -> None:
        super().__init__()
        self.base = ""
        self.links: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "base" and not self.base:
            self.base = found.get("href") or ""
        if tag == "a" and found.get("href"):
            self.links.append(found)


def _parse_json(data: bytes, address: str) -> Iterable[IndexFile]:
    try:
        document = json.loads(data)
    except RecursionError as error:
        raise ValueError from error
    files = document.get("files") if isinstance(document, dict) else None
    for file in files if isinstance(files, list) else ():
        if not (isinstance(file, dict) and isinstance(file.get("url"), str)):
            continue
        hashes = file.get("hashes")
        # A reason for taking a file back may be an empty text, which is no reason to use it.
        is_yanked = file.get("yanked", False) is not False
        yield _make_file(urljoin(address, file["url"]), hashes if isinstance(hashes, dict) else {}, is_yanked)


def _make_file(address: str, hashes: Mapping[str, Any], is_yanked: bool) -> IndexFile:
    plain, fragment = urldefrag(address)
    said = {key: value for key, _, value in (part.partition("=") for part in fragment.split("&"))} | {**hashes}
    algorithm = next((name for name in HASHES if isinstance(said.get(name), str)), "")
    name = unquote(urlsplit(plain).path.rpartition("/")[2])
    return IndexFile(name, plain, algorithm, str(said[algorithm]).lower() if algorithm else "", is_yanked)
