"""Where a project lives: its repository and its documentation, told from its metadata.

Labels of `Project-URL` fields are compared as the "Well-known Project URLs" specification (PEP 753) has it: without
punctuation and blanks, in lower case.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from email.message import Message
from email.parser import HeaderParser
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name

from callsite.address import is_web_address
from callsite.harvest.permalinks import is_forge
from callsite.harvest.release import Release

# The specification's labels and their aliases first, then others in use. Those of the last group name something else,
# but what they name is often a page of the repository.
_SOURCE = ("source", "repository", "sourcecode", "github")
_ALSO_SOURCE: tuple[str, ...] = (
    "code",
    "repo",
    "gitlab",
    "codeberg",
    "bitbucket",
    "gitea",
    "forgejo",
    "git",
    "vcs",
    "sources",
)
_ALSO_SOURCE += (
    "githubrepository",
    "githubrepo",
    "githubproject",
    "gitrepository",
    "coderepository",
    "sourcerepository",
)
_NEAR_SOURCE = ("homepage", "home", "issues", "issuetracker", "bugtracker", "tracker", "bugs", "changelog", "changes")
_DOCUMENTATION = ("documentation", "docs")
_ALSO_DOCUMENTATION = ("doc", "api", "apidocumentation", "documentationlatest", "latestdocumentation", "readthedocs")

_LONGEST_ADDRESS = 500
_IGNORED = str.maketrans("", "", string.punctuation + string.whitespace)

# Forges where a repository is `host/owner/name` and nothing after it belongs to its address.
_TWO_PARTS = re.compile(
    r"github\.com|bitbucket\.org|codeberg\.org|git\.sr\.ht|(?:gitea|forgejo)\..*|gitea\.com|code\.forgejo\.org"
)
_SSH = re.compile(r"(?:ssh://)?[\w.-]+@([\w.-]+)(?::\d+/|[:/])(.+)")


def find_repository(metadata: str) -> str:
    """The web address of a project's version control, told from its PKG-INFO or METADATA; "" when it does not say."""
    fields = HeaderParser().parsestr(metadata)
    labelled = list(_find_labelled(fields))
    for labels in (_SOURCE, _ALSO_SOURCE):
        for wanted in labels:
            for label, url in labelled:
                if label == wanted and (address := normalise_repository(url)):
                    return address
    near = [url for wanted in _NEAR_SOURCE for label, url in labelled if label == wanted]
    for url in (str(fields.get("Home-page", "")), *near, str(fields.get("Download-URL", ""))):
        address = normalise_repository(url)
        if is_forge(_find_host(address)):
            return address
    return ""


def find_documentation(metadata: str) -> str:
    """The web address of a project's documentation, told from its PKG-INFO or METADATA; "" when it does not say."""
    labelled = list(_find_labelled(HeaderParser().parsestr(metadata)))
    for wanted in _DOCUMENTATION + _ALSO_DOCUMENTATION:
        for label, url in labelled:
            if label == wanted and _is_address(url):
                return url
    return ""


def find_project_key(release: Release) -> str:
    """What two releases of one project have in common: their repository's address, else the project's name.

    Names are compared as package indexes do (PEP 503); addresses without regard to case, as forges do.
    """
    return release.repository.lower() or canonicalize_name(release.project)


def normalise_repository(url: str) -> str:
    """The one web address of a repository that may be given as a page in it, for git, or for ssh; "" when it is none.

    Names and passwords in the address are dropped, and so is what follows the repository's own path on a known forge.
    """
    url = url.strip().removeprefix("git+").removeprefix("scm:git:")
    if match := _SSH.fullmatch(url):
        url = f"https://{match[1]}/{match[2]}"
    url = re.sub(r"\Agit://", "https://", url)
    if not _is_address(url):
        return ""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    host = (parts.hostname or "").removeprefix("www.")
    path = [part for part in parts.path.split("/") if part]
    if not host or not path:
        return ""
    if _TWO_PARTS.fullmatch(host):
        if len(path) < 2:
            return ""
        path = path[:2]
    elif "-" in path:
        path = path[: path.index("-")]  # GitLab: everything that is no group or repository comes after `/-/`
    scheme = "https" if is_forge(host) else parts.scheme
    return f"{scheme}://{host}{port}/{'/'.join(path).removesuffix('.git')}"


def _find_labelled(fields: Message) -> Iterator[tuple[str, str]]:
    for value in fields.get_all("Project-URL", ()):
        label, _, url = str(value).partition(",")
        yield label.translate(_IGNORED).lower(), url.strip()


def _is_address(url: str) -> bool:
    return len(url) <= _LONGEST_ADDRESS and is_web_address(url) and not re.search(r"[\s\x00-\x1f\x7f<>\"\\]", url)


def _find_host(address: str) -> str:
    return address.partition("://")[2].partition("/")[0]
