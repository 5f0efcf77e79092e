"""Releases from the package index. Files are fetched as they are: no build backend runs, nothing is installed.

Of a version the sdist is taken before a wheel. Files are kept in a cache by their SHA-256 and never fetched again.
"""

from __future__ import annotations

import hashlib
import io
import mimetypes
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from packaging.utils import canonicalize_name

from callsite.errors import CallsiteError
from callsite.records import dataclass, replace
from callsite.sources.addresses import hide_credentials
from callsite.sources.fetching import Access, Missing, fetch
from callsite.sources.index_pages import (
    ACCEPT,
    IndexFile,
    choose_file,
    find_exact,
    find_version,
    find_versions,
    parse_page,
)
from callsite.sources.index_settings import IndexSettings
from callsite.sources.spec import SUFFIXES, FromIndex, describe_spec
from callsite.storing import keep_file, new_file, sweep, write_whole

# Ten times the largest file that holds Python source in any number; larger ones hold compiled libraries or data.
LARGEST_FILE = 1024 * 2**20
_LARGEST_PAGE = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Artefact:
    """A file of the package index that lies in the cache: its version, its hash, and where it was fetched from."""

    path: Path
    version: str
    sha256: str
    address: str = ""


def find_kept(spec: FromIndex, cache: Path) -> Artefact | None:
    """The file that would be fetched, if one exact version is asked for and lies in the cache as it once came."""
    paths = {path.name: path for path in sorted((cache / "files").glob("*/*"))}
    kept = [IndexFile(name, "") for name in paths]
    while find_exact(spec.versions) and (chosen := choose_file(kept, spec.name, spec.versions)):
        path = paths[chosen.name]
        if found := find_locked(spec, path.name, path.parent.name, cache):
            return found
        kept.remove(chosen)
    return None


def find_locked(spec: FromIndex, name: str, sha256: str, cache: Path) -> Artefact | None:
    """The file with this name and this hash, if it lies in the cache."""
    path = cache / "files" / sha256 / name
    version = find_version(name, spec.name)
    if not version or _hash_file(path) != sha256:
        return None
    try:
        address = _beside(path).read_text(encoding="utf-8")
    except OSError:
        address = ""
    return Artefact(path, version, sha256, address)


def fetch_release(
    spec: FromIndex, cache: Path, settings: IndexSettings, access: Access, limit: int = LARGEST_FILE
) -> Artefact:
    """Bring the release that fits best into the cache.

    Raises CallsiteError when no index has it, when one cannot be asked, and when what came is not what was announced.
    """
    where = describe_spec(spec)
    files = tuple(_list_files(spec.name, settings, access))
    chosen = choose_file(files, spec.name, spec.versions)
    if chosen is not None:
        return _download(chosen, find_version(chosen.name, spec.name), cache, access, limit)
    versions = find_versions((file for file in files if not file.is_yanked), spec.name)
    if not versions:
        raise CallsiteError(f"{where}: no package index has files of {spec.name}; see how the name is written")
    newest = ", ".join(versions[:5])
    raise CallsiteError(f"{where}: there is no such version on the package index; the newest are {newest}")


def fetch_locked(
    spec: FromIndex, name: str, sha256: str, cache: Path, settings: IndexSettings, access: Access
) -> Artefact:
    """Bring one file into the cache, that with the name and the hash which were locked.

    Raises CallsiteError when no index has it any more, and when it has another content.
    """
    version = find_version(name, spec.name)
    files = [file for file in _list_files(spec.name, settings, access) if version and file.name == name]
    if not files:
        raise CallsiteError(f"{name}: no package index has this file any more; remove the source from the lock file")
    # Of two indexes only one may have the file that was locked.
    file = min(files, key=lambda file: file.digest != sha256)
    fetched = _download(file, version, cache, access, LARGEST_FILE)
    if fetched.sha256 != sha256:
        raise CallsiteError(
            f"{name}: not the file that was locked, its SHA-256 is {fetched.sha256} and not {sha256}; "
            "find out why it changed before you remove the source from the lock file"
        )
    return fetched


def _hash_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _list_files(name: str, settings: IndexSettings, access: Access) -> Iterator[IndexFile]:
    """All files that the indexes and the other places have for a project."""
    for index in settings.indexes:
        address = f"{_make_address(index).rstrip('/')}/{canonicalize_name(name)}/"
        if address.startswith("file:"):
            address += "index.html"
        yield from _read_page(address, access, may_be_missing=True)
    for place in settings.find_links:
        address = _make_address(place)
        folder = Path(url2pathname(urlsplit(address).path))
        if address.startswith("file:") and folder.is_dir():
            for path in sorted(folder.iterdir()):
                yield IndexFile(path.name, path.as_uri())
        elif address.lower().endswith(SUFFIXES):
            yield IndexFile(address.rpartition("/")[2], address)
        else:
            yield from _read_page(address, access, may_be_missing=False)


def _make_address(place: str) -> str:
    """A place as pip's configuration has it, also a path, as an address."""
    return place if "://" in place else Path(os.path.abspath(os.path.expanduser(place))).as_uri()


def _read_page(address: str, access: Access, may_be_missing: bool) -> tuple[IndexFile, ...]:
    page = io.BytesIO()
    try:
        answer = fetch(address, page, access, _LARGEST_PAGE, ACCEPT)
    except Missing:
        if may_be_missing:
            return ()
        raise
    content_type = answer.content_type or mimetypes.guess_type(address)[0] or ""
    try:
        files = parse_page(page.getvalue(), content_type, answer.address)
        return tuple(_give_credentials(file, address) for file in files)
    except ValueError as error:
        hint = "see that the address in pip's configuration is that of a package index"
        raise CallsiteError(f"{hide_credentials(address)}: is no page of a package index; {hint}") from error


def _give_credentials(file: IndexFile, page: str) -> IndexFile:
    """A file that can be fetched with the credentials of its page, if both are on one host."""
    there, here = urlsplit(file.address), urlsplit(page)
    same = (there.scheme, there.hostname, there.port) == (here.scheme, here.hostname, here.port)
    return replace(file, address=there._replace(netloc=here.netloc).geturl()) if same else file


def _download(file: IndexFile, version: str, cache: Path, access: Access, limit: int) -> Artefact:
    folder = cache / "files"
    shown = hide_credentials(file.address)
    sweep(folder)
    with new_file(folder) as (part, path):
        fetch(file.address, part, access, limit)
        part.flush()
        if file.algorithm and _digest(path, file.algorithm) != file.digest:
            what = f"its {file.algorithm} is {_digest(path, file.algorithm)} and not {file.digest}, as the index says"
            raise CallsiteError(f"{shown}: not kept, {what}; run it again, and tell the index if it stays so")
        sha256 = _digest(path, "sha256")
        kept = folder / sha256 / file.name
        write_whole(_beside(kept), shown.encode())
        keep_file(part, path, kept)
    return Artefact(kept, version, sha256, shown)


def _beside(path: Path) -> Path:
    """Where it is written down where a file was fetched from."""
    return path.with_name(f"{path.name}.from")


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()
