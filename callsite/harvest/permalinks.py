"""Addresses that go on showing the same lines: pages of a forge at a commit, and identifiers made from the bytes.

The forms of addresses are those that the forges' own "permalink" buttons give. Software hash identifiers are those of
ISO/IEC 18670 (SWHID 1.2): `swh:1:cnt:` and the SHA-1 that git gives a file with this content, then `;lines=`.
"""

from __future__ import annotations

import hashlib
from urllib.parse import quote, urlsplit

from callsite.patterns import compile_later

# By forge: what stands between the repository and the path (the commit in braces), how one line is named, and how
# a range of lines is.
_GITHUB = ("/blob/{}/", "#L{}", "#L{}-L{}")
_GITLAB = ("/-/blob/{}/", "#L{}", "#L{}-{}")
_FORGEJO = ("/src/commit/{}/", "#L{}", "#L{}-L{}")
_BITBUCKET = ("/src/{}/", "#lines-{}", "#lines-{}:{}")
_SOURCEHUT = ("/tree/{}/item/", "#L{}", "#L{}-{}")

_HOSTS = {
    "github.com": _GITHUB,
    "gitlab.com": _GITLAB,
    "foss.heptapod.net": _GITLAB,
    "framagit.org": _GITLAB,
    "invent.kde.org": _GITLAB,
    "salsa.debian.org": _GITLAB,
    "0xacab.org": _GITLAB,
    "codeberg.org": _FORGEJO,
    "gitea.com": _FORGEJO,
    "code.forgejo.org": _FORGEJO,
    "bitbucket.org": _BITBUCKET,
    "git.sr.ht": _SOURCEHUT,
}

# Hosts of people's own are known by the name they gave them.
_PREFIXES = {"gitlab.": _GITLAB, "gitea.": _FORGEJO, "forgejo.": _FORGEJO}

_COMMIT = compile_later(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def is_forge(host: str) -> bool:
    """Whether addresses on this host are those of repositories, in a form that is known."""
    return _find_form(host) is not None


def format_permalink(repository: str, revision: str, path: str, lines: tuple[int, int] | None = None) -> str:
    """The address of a file, or of its lines from the first of `lines` to the last, as they are in one commit.

    `repository` is a web address as `find_repository` gives it. The answer is "" unless the forge is known and
    `revision` is a full commit hash: branches and tags move, and short hashes grow ambiguous.
    """
    try:
        host = urlsplit(repository).hostname or ""
    except ValueError:
        return ""
    form = _find_form(host)
    if form is None or not _COMMIT.fullmatch(revision) or not path:
        return ""
    place, one, several = form
    return repository.rstrip("/") + place.format(revision) + quote(path) + _format_lines(lines, one, several)


def format_swhid(data: bytes, lines: tuple[int, int] | None = None) -> str:
    """The software hash identifier of a file's bytes, or of its lines from the first of `lines` to the last."""
    return f"swh:1:cnt:{find_blob_sha(data)}{_format_lines(lines, ';lines={}', ';lines={}-{}')}"


def find_blob_sha(data: bytes) -> str:
    """The SHA-1 that git knows a file with these bytes by: that of `blob`, its length, NUL and the bytes."""
    return hashlib.sha1(b"blob %d\0%b" % (len(data), data), usedforsecurity=False).hexdigest()


def _find_form(host: str) -> tuple[str, str, str] | None:
    host = host.lower()
    return _HOSTS.get(host) or next((form for prefix, form in _PREFIXES.items() if host.startswith(prefix)), None)


def _format_lines(lines: tuple[int, int] | None, one: str, several: str) -> str:
    if lines is None:
        return ""
    first, last = lines
    return one.format(first) if first == last else several.format(first, last)
